//! The words of registries: their tree, services, instances, checks.

use std::time::{Duration, SystemTime};

use super::table::word_table;
use super::{Lang, format};
use crate::engine::SchemaChange;
use crate::registry::{
    Blind, ChangeKind, CheckKind, Disagreement, DisagreementKind, Health, HistorySlot, RegistryError, RegistryFault,
    RegistryKind, WireHealth, WireMark,
};

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
    hour_lines: "upper line registry, lower line wire", "上行为注册中心，下行为实测";
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

    /// `Registry and wire disagree about 9002.`
    pub fn disagree_about(self, id: &str) -> String {
        self.pick(format!("Registry and wire disagree about {id}."), format!("{id} 的注册状态与实测不一致。"))
    }

    /// What they say, why the registry does not see it, and what follows.
    pub fn disagreement(self, of: &Disagreement, since: Option<&str>) -> String {
        let registry = self.registry_kind(of.registry);
        let says = self.health_word(of.says);
        let blind = match (self, of.blind) {
            (_, None) => "",
            (Self::En, Some(Blind::NoCheck)) => ", because it has no check of the instance itself",
            (Self::En, Some(Blind::OnlyTcp)) => ", because its TCP check only opens the port",
            (Self::En, Some(Blind::OnlyHttp)) => ", because its HTTP check asks no gRPC",
            (Self::En, Some(Blind::OnlyTtl)) => ", because its TTL check only waits to be told",
            (Self::ZhCn, Some(Blind::NoCheck)) => "，因为没有针对实例本身的检查",
            (Self::ZhCn, Some(Blind::OnlyTcp)) => "，因为 TCP 检查只看端口能否连上",
            (Self::ZhCn, Some(Blind::OnlyHttp)) => "，因为 HTTP 检查不涉及 gRPC",
            (Self::ZhCn, Some(Blind::OnlyTtl)) => "，因为 TTL 检查只等待上报",
        };
        let since_en = since.map_or_else(String::new, |since| format!(" since {since}"));
        let since_zh = since.map_or_else(String::new, |since| format!("自 {since} 起"));
        let wire = match (self, &of.wire) {
            (Self::En, DisagreementKind::Unreachable(why)) if why.is_empty() => format!("Nothing answers{since_en}."),
            (Self::En, DisagreementKind::Unreachable(why)) => format!("Nothing answers{since_en}: {why}."),
            (Self::En, DisagreementKind::Silent) => {
                format!("Its port is open, and nothing answers{since_en}.")
            }
            (Self::En, DisagreementKind::NotServing) => {
                format!("The instance itself has answered NOT_SERVING to grpc.health.v1.Health/Check{since_en}.")
            }
            (Self::En, DisagreementKind::ServiceNotServing(service)) => {
                format!("The instance itself has answered NOT_SERVING for {service}{since_en}.")
            }
            (Self::En, DisagreementKind::NoGrpc(seen)) => format!("What answers there speaks no gRPC: {seen}."),
            (Self::En, DisagreementKind::Serving) => format!("The instance itself has answered SERVING{since_en}."),
            (Self::ZhCn, DisagreementKind::Unreachable(why)) if why.is_empty() => {
                format!("而实例{since_zh}没有应答。")
            }
            (Self::ZhCn, DisagreementKind::Unreachable(why)) => format!("而实例{since_zh}没有应答：{why}。"),
            (Self::ZhCn, DisagreementKind::Silent) => format!("而其端口虽然可连，{since_zh}却没有任何应答。"),
            (Self::ZhCn, DisagreementKind::NotServing) => {
                format!("而实例{since_zh}对 grpc.health.v1.Health/Check 一直返回 NOT_SERVING。")
            }
            (Self::ZhCn, DisagreementKind::ServiceNotServing(service)) => {
                format!("而实例{since_zh}对 {service} 一直返回 NOT_SERVING。")
            }
            (Self::ZhCn, DisagreementKind::NoGrpc(seen)) => format!("而应答方并非 gRPC：{seen}。"),
            (Self::ZhCn, DisagreementKind::Serving) => format!("而实例{since_zh}返回 SERVING。"),
        };
        let (en, zh) = if of.wire == DisagreementKind::Serving {
            (format!("Callers that trust {registry} do not reach it."), format!("只看 {registry} 的调用方不会调用它。"))
        } else {
            (
                format!("Callers that trust {registry} still reach it."),
                format!("只看 {registry} 的调用方仍会把流量发给它。"),
            )
        };
        match self {
            Self::En => format!("{registry} says {says}{blind}. {wire} {en}"),
            Self::ZhCn => format!("{registry} 认为它 {says}{blind}；{wire}{zh}"),
        }
    }

    /// `9003 serves a71e04, the others 9f3c61.`
    pub fn schema_drift(self, usual: &str, others: &[(String, Vec<String>)]) -> String {
        let short = |hash: &str| hash.get(..6).unwrap_or(hash).to_owned();
        let parts: Vec<String> = others
            .iter()
            .map(|(hash, ids)| match self {
                Self::En => {
                    format!("{} {} {}", self.few_of(ids), if ids.len() == 1 { "serves" } else { "serve" }, short(hash))
                }
                Self::ZhCn => format!("{} 的 schema 是 {}", self.few_of(ids), short(hash)),
            })
            .collect();
        let usual = short(usual);
        match self {
            Self::En => format!("{}, the others {usual}.", parts.join("; ")),
            Self::ZhCn => format!("{}，其余为 {usual}。", parts.join("；")),
        }
    }

    /// A sentence, and after it the first few changes of a schema.
    pub fn with_changes(self, said: String, changes: &[SchemaChange]) -> String {
        const SHOWN: usize = 3;
        if changes.is_empty() {
            return said;
        }
        let mut parts: Vec<String> = changes.iter().take(SHOWN).map(|change| self.schema_changed(change)).collect();
        if changes.len() > SHOWN {
            let more = changes.len() - SHOWN;
            parts.push(self.pick(format!("{more} more"), format!("另有 {more} 处")));
        }
        match self {
            Self::En => format!("{}: {}.", said.trim_end_matches('.'), parts.join("; ")),
            Self::ZhCn => format!("{}：{}。", said.trim_end_matches('。'), parts.join("；")),
        }
    }

    /// `Out has one field more, zone = 2`.
    pub fn schema_changed(self, change: &SchemaChange) -> String {
        if self == Self::En {
            return change.to_string();
        }
        let short = change.name.rsplit('.').next().unwrap_or(&change.name);
        let (kind, what) = match change.kind.as_str() {
            "enum" => ("枚举", "值"),
            "service" => ("服务", "方法"),
            _ => ("消息", "字段"),
        };
        match (change.is_new, change.is_gone, change.added.as_slice(), change.removed.as_slice()) {
            (true, ..) => format!("新增{kind} {short}"),
            (_, true, ..) => format!("缺少{kind} {short}"),
            (_, _, added, []) => format!("{short} 多了 {} 个{what} {}", added.len(), added.join("、")),
            (_, _, [], removed) => format!("{short} 少了 {} 个{what} {}", removed.len(), removed.join("、")),
            (_, _, added, removed) => format!("{short} 中 {} 变为 {}", removed.join("、"), added.join("、")),
        }
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

    /// Why no method is listed.
    pub fn no_methods(self, reflection: Option<&str>) -> String {
        match reflection {
            Some("none") => self.pick("The server has no reflection.".to_owned(), "服务器没有启用反射。".to_owned()),
            Some(other) => self.pick(format!("Reflection: {other}."), format!("反射：{other}。")),
            None => self.pick("The server was not reached.".to_owned(), "无法连接服务器。".to_owned()),
        }
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

    /// One registry change of an instance; `note` has its tags where it came, the reason where it went into maintenance.
    pub fn registry_change(self, id: &str, change: &ChangeKind, note: &str) -> String {
        match change {
            ChangeKind::Added { .. } if note.is_empty() => {
                self.pick(format!("{id} registered"), format!("{id} 已注册"))
            }
            ChangeKind::Added { .. } => {
                self.pick(format!("{id} registered, tag {note}"), format!("{id} 已注册，tag 为 {note}"))
            }
            ChangeKind::Removed { was } => {
                let was = self.health_word(*was);
                self.pick(format!("{id} removed, was {was}"), format!("{id} 已移除，此前为 {was}"))
            }
            ChangeKind::Health { to: Health::Maintenance, .. } if note.is_empty() => {
                self.pick(format!("{id} into maintenance"), format!("{id} 进入维护"))
            }
            ChangeKind::Health { to: Health::Maintenance, .. } => {
                self.pick(format!("{id} into maintenance: {note}"), format!("{id} 进入维护：{note}"))
            }
            ChangeKind::Health { from, to } => {
                let (was, now) = (self.health_word(*from), self.health_word(*to));
                self.pick(format!("{id} is {now}, was {was}"), format!("{id} 由 {was} 变为 {now}"))
            }
            ChangeKind::Address { from, to } => {
                self.pick(format!("{id} moved from {from} to {to}"), format!("{id} 的地址由 {from} 变为 {to}"))
            }
            ChangeKind::Tags { added, removed } => {
                let signed =
                    |sign: &str, tags: &[String]| tags.iter().map(|tag| format!("{sign}{tag}")).collect::<Vec<_>>();
                let tags = [signed("+", added), signed("−", removed)].concat().join(" ");
                self.pick(format!("{id} has other tags: {tags}"), format!("{id} 的 tag 变更：{tags}"))
            }
            ChangeKind::Meta { names } => {
                let names = names.join(", ");
                self.pick(format!("{id} has other metadata: {names}"), format!("{id} 的 metadata 变更：{names}"))
            }
            ChangeKind::Reason(reason) => {
                self.pick(format!("{id} stays in maintenance: {reason}"), format!("{id} 仍在维护：{reason}"))
            }
            ChangeKind::Weights { to, .. } => {
                let weights = self.weights(*to);
                self.pick(format!("{id} has other weights: {weights}"), format!("{id} 的权重变更：{weights}"))
            }
        }
    }

    /// One change on the wire.
    pub fn wire_change(self, id: &str, was: &str, now: &str) -> String {
        self.pick(format!("{id} answers {now}, was {was}"), format!("{id} 由 {was} 变为 {now}"))
    }

    /// Another schema.
    pub fn schema_change(self, id: &str, was: &str, now: &str) -> String {
        self.pick(format!("{id} serves schema {now}, was {was}"), format!("{id} 的 schema 由 {was} 变为 {now}"))
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
