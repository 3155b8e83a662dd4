//! The words of registries: their tree, services, instances, checks.

use super::table::word_table;
use super::{Lang, format};
use crate::registry::{CheckKind, Health, RegistryError, RegistryFault, RegistryKind};

word_table! {
    /// The words of registries.
    RegistryWords, registry:
    registries: "Registries", "注册中心";
    add_registry: "Add a registry", "添加注册中心";
    look_again: "Look again", "重新查询";
    filter: "Filter services, tags, nodes", "筛选服务、tag、节点";
    tree: "Registries", "注册中心";
    nodes: "Nodes", "节点";
    key_value: "Key/value", "键/值";
    static_list: "Static list", "静态列表";
    nothing_open: "No registry yet", "还没有注册中心";
    nothing_open_hint: "Add your Consul, or a list of addresses, to find services and see how they really are.", "添加 Consul 或地址列表，即可查找服务并查看其真实状态。";
    nothing_shown: "No service is chosen", "没有选择服务";
    nothing_shown_hint: "Choose one in the tree to see its instances.", "在树中选择一个服务以查看其实例。";
    opening: "Asking…", "正在查询…";
    away: "not reachable", "无法连接";
    unusable: "cannot be asked", "无法查询";
    no_services: "No services", "没有服务";
    perhaps_hidden: "Nothing to see, or nothing that may be seen", "没有服务，或没有查看权限";
    perhaps_hidden_hint: "Access rules (ACL) are on. The registry answers with an empty list also where a token may not read.", "注册中心启用了访问控制（ACL）。token 没有读取权限时，同样会返回空列表。";
    add_title: "Add a registry", "添加注册中心";
    edit_title: "How the registry is reached", "注册中心的连接设置";
    take_settings: "Take the settings", "应用设置";
    token: "Token", "Token";
    token_hint: "none, or CONSUL_HTTP_TOKEN", "无，或取自 CONSUL_HTTP_TOKEN";
    type_again: "type it again", "请重新输入";
    name: "Name", "名称";
    environment_hint: "What is left empty is taken from the CONSUL_* variables of the environment.", "留空的项取自环境变量 CONSUL_*。";
    scope: "Scope", "范围";
    datacenter: "Datacenter", "数据中心";
    agents_own: "the agent's own", "agent 所在的数据中心";
    namespace: "Namespace", "命名空间";
    partition: "Partition", "分区";
    enterprise: "Consul Enterprise", "Consul 企业版";
    consistency: "Consistency", "一致性";
    consistency_default: "default", "默认";
    ca_file: "CA file", "CA 文件";
    ca_hint: "the system's roots", "系统根证书";
    server_name: "Server name", "服务器名称";
    as_address: "as in the address", "与地址相同";
    client_certificate: "Client certificate", "客户端证书";
    client_key: "Client key", "客户端私钥";
    skip_verify: "Skip verification", "跳过验证";
    skip_verify_hint: "Whoever answers is believed, and the token is sent to them.", "将信任任何应答方，并把 token 发送给它。";
    read_only_hint: "no register, no deregister, no writing of keys", "禁止注册、注销和写入键值";
    file: "File", "文件";
    file_hint: "/path/services.txt", "/path/services.txt";
    list_missing: "Name a file, or write at least one line below.", "请指定文件，或在下方至少写一行。";
    list_lines: "Or its lines", "或直接填写各行";
    list_hint: "One address a line: host:port [name [tag,tag]]. What follows # is a comment.", "每行一个地址：host:port [名称 [tag,tag]]，# 之后为注释。";
    edit: "Settings…", "设置…";
    read_only: "Read-only", "只读";
    make_read_only: "Make read-only", "设为只读";
    read_and_write: "Read and write", "可读写";
    pin: "Tell me when it changes health", "健康状态变化时通知我";
    unpin: "Do not tell me any more", "不再通知";
    copy_name: "Copy the name", "复制名称";
    copy_target: "Copy as target", "复制为目标地址";
    passing_only: "Passing only", "仅 passing";
    call: "Call", "调用";
    call_all: "Call all…", "调用全部…";
    register: "Register…", "注册…";
    maintenance_act: "Maintenance…", "维护…";
    deregister: "Deregister…", "注销…";
    query: "Text, tag, or a Consul filter expression", "文本、tag 或 Consul 过滤表达式";
    query_plain: "Text or tag", "文本或 tag";
    instances: "Instances", "实例";
    instance: "Instance", "实例";
    address: "Address", "地址";
    checks: "Checks", "检查";
    tcp_tls: "TCP and TLS", "TCP 与 TLS";
    grpc_health: "gRPC health", "gRPC health";
    schema: "Schema", "Schema";
    round_trip: "RTT p50", "RTT p50";
    tags: "Tags", "Tags";
    wire_says: "The wire says", "实测结果";
    methods: "Methods", "方法";
    metadata: "Metadata", "Metadata";
    node: "Node", "节点";
    check: "Check", "检查";
    kind: "Kind", "类型";
    status: "Status", "状态";
    since: "Since", "已持续";
    output: "Output", "输出";
    maintenance: "maintenance", "维护中";
    unknown: "unknown", "未知";
    serf: "serf", "serf";
    node_check: "node", "节点";
    changes: "Changes", "变更";
    health_hour: "Health, last 60 minutes", "最近 60 分钟的健康状况";
    agent: "Agent", "agent";
    none_fit: "No instance fits", "没有匹配的实例";
    clear_query: "Show all", "显示全部";
    no_instances: "No instance is registered", "没有注册实例";
    no_instances_hint: "The service is gone, or never was.", "该服务已移除或从未注册。";
}

impl Lang {
    /// What a kind of registry is called.
    pub fn registry_kind(self, kind: RegistryKind) -> &'static str {
        match kind {
            RegistryKind::Consul => kind.name(),
            RegistryKind::Static => self.registry().static_list,
        }
    }

    /// A health in the field's own words, which engineers read untranslated; maintenance is translated.
    pub fn health_word(self, health: Health) -> &'static str {
        match health {
            Health::Maintenance => self.registry().maintenance,
            Health::Unknown => self.registry().unknown,
            other => other.name(),
        }
    }

    /// `5 services`.
    pub fn services_count(self, count: usize) -> String {
        match (self, count) {
            (Self::En, 1) => "1 service".to_owned(),
            (Self::En, _) => format!("{} services", format::count(count as u64)),
            (Self::ZhCn, _) => format!("{} 个服务", format::count(count as u64)),
        }
    }

    /// `3 addresses`.
    pub fn addresses_count(self, count: usize) -> String {
        match (self, count) {
            (Self::En, 1) => "1 address".to_owned(),
            (Self::En, _) => format!("{} addresses", format::count(count as u64)),
            (Self::ZhCn, _) => format!("{} 个地址", format::count(count as u64)),
        }
    }

    /// `3 passing`: a badge.
    pub fn health_count(self, count: usize, health: Health) -> String {
        let word = self.health_word(health);
        match self {
            Self::En => format!("{} {word}", format::count(count as u64)),
            Self::ZhCn if health == Health::Maintenance => format!("{} 个{word}", format::count(count as u64)),
            Self::ZhCn => format!("{} 个 {word}", format::count(count as u64)),
        }
    }

    /// What a check does, and how often.
    pub fn check_kind(self, kind: &CheckKind) -> String {
        match kind {
            CheckKind::Unknown => self.registry().unknown.to_owned(),
            CheckKind::Tcp => "TCP".to_owned(),
            CheckKind::Udp => "UDP".to_owned(),
            CheckKind::Http => "HTTP".to_owned(),
            CheckKind::Grpc => "gRPC".to_owned(),
            CheckKind::H2Ping => "H2 PING".to_owned(),
            CheckKind::Ttl => "TTL".to_owned(),
            CheckKind::Script => match self {
                Self::En => "script".to_owned(),
                Self::ZhCn => "脚本".to_owned(),
            },
            CheckKind::Docker => "Docker".to_owned(),
            CheckKind::Alias => match self {
                Self::En => "alias".to_owned(),
                Self::ZhCn => "别名".to_owned(),
            },
            CheckKind::OsService => match self {
                Self::En => "OS service".to_owned(),
                Self::ZhCn => "系统服务".to_owned(),
            },
            CheckKind::Serf => self.registry().serf.to_owned(),
            CheckKind::Maintenance => self.registry().maintenance.to_owned(),
            CheckKind::Other(name) => name.clone(),
        }
    }

    /// What a registry did not do, in one sentence.
    pub fn registry_error(self, error: &RegistryError) -> String {
        match self {
            Self::En => error.to_string(),
            Self::ZhCn => {
                let place = if error.place.address.is_empty() {
                    self.registry_kind(error.place.kind).to_owned()
                } else {
                    format!("{} {}", self.registry_kind(error.place.kind), error.place.address)
                };
                let said = registry_fault_zh(&error.fault);
                if error.asked.is_empty() {
                    format!("{place} {said}")
                } else {
                    format!("{place} {said}（{}）", error.asked)
                }
            }
        }
    }
}

fn registry_fault_zh(fault: &RegistryFault) -> String {
    match fault {
        RegistryFault::Unreachable(why) => format!("无法连接：{why}"),
        RegistryFault::Silent(time) => format!("在 {:.1} 秒内没有应答", time.as_secs_f32()),
        RegistryFault::Tls(why) => format!("TLS 失败：{why}"),
        RegistryFault::Denied(said) => format!("拒绝了请求（ACL）：{said}"),
        RegistryFault::UnknownToken => "不认识这个 token（ACL not found）".to_owned(),
        RegistryFault::NoDatacenter(name) => format!("没有数据中心 {name}"),
        RegistryFault::BadFilter(said) => format!("无法理解过滤表达式：{said}"),
        RegistryFault::Refused { status: 0, said } => format!("拒绝：{said}"),
        RegistryFault::Refused { status, said } => format!("拒绝（{status}）：{said}"),
        RegistryFault::Foreign(seen) => format!("的应答无法理解：{seen}"),
        RegistryFault::NotDone(what) => format!("应答成功，但实际并未生效：{what}"),
        RegistryFault::Missing(what) => format!("没有 {what}"),
        RegistryFault::OtherAgent { node, address, why } => {
            format!("无法执行：该实例属于节点 {node}（{address}）的 agent，必须由它执行：{why}")
        }
        RegistryFault::Unsupported(what) => format!("不支持该操作：{what}"),
        RegistryFault::ReadOnly => "在此设为只读".to_owned(),
        RegistryFault::Settings(why) => format!("无法用这些设置查询：{why}"),
    }
}
