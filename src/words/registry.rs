//! The words of registries: their tree, services, instances, checks.

use std::time::{Duration, SystemTime};

use super::table::word_table;
use super::{Lang, format};
use crate::registry::{CheckKind, Health, HistorySlot, RegistryKind, WireHealth, WireMark};

word_table! {
    /// The words of registries.
    RegistryWords, registry:
    registries: "Registries", "注册中心";
    add_registry: "Add a registry", "添加注册中心";
    look_again: "Look again", "重新查询";
    filter: "Filter services, tags, nodes", "筛选服务、tag、节点";
    nodes: "Nodes", "节点";
    key_value: "Key/value", "键/值";
    static_list: "Static list", "静态列表";
    nothing_open: "No registry yet", "还没有注册中心";
    nothing_open_hint: "Add your Consul, or a list of addresses, to find services and see how they really are.", "添加 Consul 或地址列表，即可查找服务并查看其真实状态。";
    nothing_shown: "No service is chosen", "没有选择服务";
    nothing_shown_hint: "Choose one in the tree to see its instances.", "在树中选择一个服务以查看其实例。";
    opening: "Asking…", "正在查询…";
    query_name: "Filter instances", "筛选实例";
    away_title: "The registry does not answer", "注册中心没有应答";
    not_asked: "…", "…";
    not_asked_yet: "The instance was not asked yet.", "尚未探测该实例。";
    open: "open", "可连";
    open_plaintext: "open, plaintext", "可连，明文";
    tls_failed: "TLS failed", "TLS 失败";
    refused: "refused", "拒绝连接";
    timed_out: "timed out", "超时";
    unreachable: "unreachable", "不可达";
    no_such_name: "no such name", "域名不存在";
    no_port: "no port", "未注册端口";
    drift: "drift", "不一致";
    drifts: "Serves another schema than most", "schema 与多数实例不同";
    disagrees: "Registry and wire disagree", "注册状态与实测不一致";
    drift_lead: "Schema drift.", "Schema 不一致。";
    compare_schemas: "Compare schemas", "对比 schema";
    show_answer: "Show the answer", "查看响应";
    no_checks: "No check is registered: the registry believes whatever was registered.", "没有注册检查：注册中心只知道它已注册。";
    no_checks_here: "This registry has no checks.", "该注册中心没有检查。";
    since_before: "before the start", "启动之前";
    copy_output: "Copy the output", "复制输出";
    copy_check_id: "Copy the check's ID", "复制检查 ID";
    copy_address: "Copy the address", "复制地址";
    copy_id: "Copy the ID", "复制 ID";
    grpc_service: "gRPC service", "gRPC 服务";
    weights: "Weights", "权重";
    show_nodes: "Show the nodes", "查看节点";
    call_one: "Call the service", "调用服务";
    hour_ago: "60 min ago", "60 分钟前";
    now: "now", "现在";
    no_changes: "Nothing changed since this view was opened.", "打开此视图后没有变更。";
    away: "not reachable", "无法连接";
    unusable: "cannot be asked", "无法查询";
    no_services: "No services", "没有服务";
    perhaps_hidden: "Nothing to see, or nothing that may be seen", "没有服务，或没有查看权限";
    perhaps_hidden_hint: "Access rules (ACL) are on. The registry answers with an empty list also where a token may not read.", "注册中心启用了访问控制（ACL）。token 没有读取权限时，同样会返回空列表。";
    edit_title: "How the registry is reached", "注册中心的连接设置";
    take_settings: "Take the settings", "应用设置";
    token: "Token", "Token";
    token_hint: "none, or CONSUL_HTTP_TOKEN", "无，或取自 CONSUL_HTTP_TOKEN";
    environment_hint: "What is left empty is taken from the CONSUL_* variables of the environment.", "留空的项取自环境变量 CONSUL_*。";
    scope: "Scope", "范围";
    datacenter: "Datacenter", "数据中心";
    agents_own: "the agent's own", "agent 所在的数据中心";
    namespace: "Namespace", "命名空间";
    partition: "Partition", "分区";
    enterprise: "Consul Enterprise", "Consul 企业版";
    consistency: "Consistency", "一致性";
    consistency_default: "default", "默认";
    ca_hint: "the system's roots", "系统根证书";
    server_name: "Server name", "服务器名称";
    as_address: "as in the address", "与地址相同";
    client_key: "Client key", "客户端私钥";
    skip_verify_hint: "Whoever answers is believed, and the token is sent to them.", "将信任任何应答方，并把 token 发送给它。";
    read_only_hint: "no register, no deregister, no writing of keys", "禁止注册、注销和写入键值";
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
    copy_target: "Copy as target", "复制为目标地址";
    instances_edge: "Height of the instances", "实例列表高度";
    passing_only: "Passing only", "仅 passing";
    call: "Call", "调用";
    call_all: "Call all…", "调用全部…";
    register: "Register…", "注册…";
    maintenance_act: "Maintenance…", "维护…";
    deregister: "Deregister…", "注销…";
    query: "Text, tag, or a Consul filter expression", "文本、tag 或 Consul 过滤表达式";
    query_plain: "Text or tag", "文本或 tag";
    checks: "Checks", "检查";
    tcp_tls: "TCP and TLS", "TCP 与 TLS";
    round_trip: "RTT p50", "RTT p50";
    tags: "Tags", "Tags";
    wire_says: "The wire says", "实测结果";
    node: "Node", "节点";
    check: "Check", "检查";
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

    /// `Consul says`: the head over the registry's columns.
    pub fn registry_says(self, kind: &str) -> String {
        self.pick(format!("{kind} says"), format!("{kind} 显示"))
    }

    /// `wire: 3 of 4 serving`: a badge.
    pub fn wire_serving(self, serving: usize, all: usize) -> String {
        let (serving, all) = (format::count(serving as u64), format::count(all as u64));
        self.pick(format!("wire: {serving} of {all} serving"), format!("实测：{serving}/{all} 可用"))
    }

    /// `SERVING`; where the question was refused, so: `status: UNAUTHENTICATED`, which is no word on health.
    pub fn wire_word(self, health: &WireHealth) -> String {
        match health {
            WireHealth::Status(status) => self.pick(format!("status: {status}"), format!("状态码：{status}")),
            word => word.word().to_owned(),
        }
    }

    /// What the two lines of an instance's last hour are.
    pub fn hour_lines(self, kind: RegistryKind) -> String {
        match (self, kind) {
            (Self::En, RegistryKind::Static) => "upper line registry, lower line wire".to_owned(),
            (Self::ZhCn, RegistryKind::Static) => "上行为注册中心，下行为实测".to_owned(),
            (Self::En, kind) => format!("upper line {}, lower line wire", self.registry_kind(kind)),
            (Self::ZhCn, kind) => format!("上行为 {}，下行为实测", self.registry_kind(kind)),
        }
    }

    /// `Probed every 10 s, last 3 s ago`.
    pub fn probed(self, every: Duration, ago: Duration) -> String {
        let (every, ago) = (every.as_secs(), self.long(ago));
        self.pick(format!("Probed every {every} s, last {ago} ago"), format!("每 {every} 秒探测一次，上次在 {ago}前"))
    }

    /// A time in its largest unit or two: `3 h 12 min`, `12 d`.
    pub fn long(self, time: Duration) -> String {
        let seconds = time.as_secs();
        let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
        match (self, days, hours, minutes) {
            (Self::En, 0, 0, 0) => format!("{seconds} s"),
            (Self::ZhCn, 0, 0, 0) => format!("{seconds} 秒"),
            (Self::En, 0, 0, _) => format!("{minutes} min"),
            (Self::ZhCn, 0, 0, _) => format!("{minutes} 分"),
            (Self::En, 0, _, _) => format!("{hours} h {} min", minutes % 60),
            (Self::ZhCn, 0, _, _) => format!("{hours} 小时 {} 分", minutes % 60),
            (Self::En, _, _, _) => format!("{days} d"),
            (Self::ZhCn, _, _, _) => format!("{days} 天"),
        }
    }

    /// `over 3 min`: for at least so long.
    pub fn over(self, time: Duration) -> String {
        let time = self.long(time);
        self.pick(format!("over {time}"), format!("超过 {time}"))
    }

    /// `244 d`: days left of a certificate.
    pub fn days_short(self, days: i64) -> String {
        if days < 0 {
            return self.habits().expired.to_owned();
        }
        self.pick(format!("{days} d"), format!("{days} 天"))
    }

    /// `open, TLS 1.3`.
    pub fn open_with(self, version: &str) -> String {
        self.pick(format!("open, {version}"), format!("可连，{version}"))
    }

    /// A moment with its date, for hovers.
    pub fn date_and_clock(self, at: SystemTime) -> String {
        chrono::DateTime::<chrono::Local>::from(at).format("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// What is shown is old.
    pub fn stale_since(self, time: &str) -> String {
        self.pick(format!("Last known, from {time}."), format!("以下为 {time} 的最后已知数据。"))
    }

    /// The name of a chip's ×.
    pub fn drop_tag(self, tag: &str) -> String {
        self.pick(format!("Do not filter by {tag}"), format!("取消筛选 {tag}"))
    }

    /// Filter by this tag.
    pub fn only_tag(self, tag: &str) -> String {
        self.pick(format!("Only with tag {tag}"), format!("仅显示 tag {tag}"))
    }

    /// `Instance 9002`.
    pub fn instance_named(self, id: &str) -> String {
        self.pick(format!("Instance {id}"), format!("实例 {id}"))
    }

    /// `Call 9002`.
    pub fn call_named(self, id: &str) -> String {
        self.pick(format!("Call {id}"), format!("调用 {id}"))
    }

    /// The act that takes an instance out.
    pub fn put_into_maintenance(self, id: &str) -> String {
        self.pick(format!("Put {id} into maintenance…"), format!("将 {id} 设为维护…"))
    }

    /// `node, serf`: a check of the node.
    pub fn node_check(self, kind: &str) -> String {
        self.pick(format!("node, {kind}"), format!("节点，{kind}"))
    }

    /// `TCP, every 5 s`.
    pub fn every(self, kind: &str, interval: Duration) -> String {
        let seconds = interval.as_secs_f32();
        self.pick(format!("{kind}, every {seconds} s"), format!("{kind}，每 {seconds} 秒"))
    }

    /// `1 passing, 1 warning`.
    pub fn weights(self, weights: (u32, u32)) -> String {
        let (passing, warning) = weights;
        self.pick(format!("{passing} passing, {warning} warning"), format!("passing {passing}，warning {warning}"))
    }

    /// What a row of the last hour says in words.
    pub fn hour_summary(self, id: &str, registry: usize, wire: usize) -> String {
        self.pick(
            format!("{id}: {registry} min critical by the registry, {wire} min not serving on the wire"),
            format!("{id}：注册中心 {registry} 分钟 critical，实测 {wire} 分钟不可用"),
        )
    }

    /// One minute of it.
    pub fn minute(self, ago: usize, slot: &HistorySlot) -> String {
        let none = self.words().no_value;
        let registry = slot.registry.map_or(none, |health| self.health_word(health));
        let wire = match slot.wire {
            None => none,
            Some(WireMark::Serving) => "SERVING",
            Some(WireMark::Silent) => self.registry().unknown,
            Some(WireMark::NotServing) => "NOT_SERVING",
            Some(WireMark::Unreachable) => "UNREACHABLE",
        };
        self.pick(
            format!("{ago} min ago: registry {registry}, wire {wire}"),
            format!("{ago} 分钟前：注册中心 {registry}，实测 {wire}"),
        )
    }
}
