//! The words of acts on registries: registering, deregistering, maintenance, TTL checks; and of the views of a registry,
//! a datacenter and its nodes.

use super::table::word_table;
use super::{Lang, format};
use crate::registry::consul::registration::{FaultKind, go_duration};
use crate::registry::{Health, NodeState};

word_table! {
    /// The words of acts on registries, and of a registry's own views.
    ActWords, acts:
    // Registering.
    register_title: "Register a service", "注册服务";
    from_file: "From a file…", "从文件导入…";
    id_free: "free", "可用";
    id_same_as_name: "the name", "与名称相同";
    port: "Port", "端口";
    add_tag: "Add a tag", "添加 tag";
    key: "Key", "键";
    value: "Value", "值";
    add_entry: "Add entry", "添加条目";
    health_check: "Health check", "健康检查";
    no_check: "None", "不检查";
    more: "More fields", "更多字段";
    target: "Target", "目标";
    every: "Every", "间隔";
    timeout: "Timeout", "超时";
    critical_for: "Critical for", "critical 持续";
    never: "never", "从不";
    then_deregistered: "then Consul deregisters it, at least 1 min", "后由 Consul 自动注销，至少 1 分钟";
    starts_as: "Starts as", "初始状态";
    add_check: "Add another check", "再添加一个检查";
    remove_check: "Remove this check", "移除该检查";
    check_id: "Check ID", "检查 ID";
    check_name: "Check name", "检查名称";
    notes: "Notes", "备注";
    method: "HTTP method", "HTTP 方法";
    headers: "HTTP headers", "HTTP 请求头";
    body: "HTTP body", "HTTP 请求体";
    no_redirects: "Follow no redirects", "不跟随重定向";
    skip_verify: "Any certificate", "接受任意证书";
    told_every: "Told every", "上报间隔";
    command: "Command", "命令";
    container: "Container", "容器";
    shell: "Shell", "Shell";
    of_service: "Of service", "目标服务";
    on_node: "On node", "所在节点";
    os_service: "Service name", "系统服务名";
    passes: "Passes needed", "转为 passing 的次数";
    failures_warning: "Failures to warning", "转为 warning 的失败次数";
    failures_critical: "Failures to critical", "转为 critical 的失败次数";
    output_max: "Output kept", "保留输出";
    bytes: "bytes", "字节";
    weight_passing: "Weight passing", "passing 时的权重";
    weight_warning: "Weight warning", "warning 时的权重";
    tagged_addresses: "Tagged addresses", "Tagged addresses";
    add_address: "Add address", "添加地址";
    tag_override: "Tag override", "Tag 覆盖";
    tag_override_hint: "other agents may change its tags", "允许其他 agent 修改 tag";
    of_node: "that of the node", "取节点地址";
    hint_tcp: "Opens the port, and no more: what listens is not asked.", "只看端口能否连上，不会询问服务本身。";
    hint_http: "Asks by HTTP: 2xx passes, 429 warns, all else is critical.", "发送 HTTP 请求：2xx 为 passing，429 为 warning，其余为 critical。";
    hint_grpc: "Asks the service itself, where TCP only opens the port.", "询问服务本身；TCP 检查只看端口能否连上。";
    hint_ttl: "Waits to be told that all is well; silence is critical.", "等待服务上报；超时未上报即为 critical。";
    hint_none: "Consul believes that it is well until it is deregistered.", "不检查：在注销之前 Consul 始终认为它正常。";
    hint_h2: "Sends an HTTP/2 PING. Needs Consul 1.10.", "发送 HTTP/2 PING。需要 Consul 1.10。";
    hint_script: "Runs a program at the agent, which has to allow it. 0 passes, 1 warns, all else is critical.", "在 agent 上运行程序，需 agent 允许。退出码 0 为 passing，1 为 warning，其余为 critical。";
    hint_docker: "Runs a program in a container, where the agent allows it.", "在容器中运行程序，需 agent 允许。";
    hint_alias: "Is as well as another service, or a node.", "与另一个服务或节点的状态保持一致。";
    hint_udp: "Sends a datagram: only a refusal is critical. Needs Consul 1.13.", "发送 UDP 报文：仅被拒绝时为 critical。需要 Consul 1.13。";
    hint_os: "Asks the operating system whether a service runs. Needs Consul 1.15.", "询问操作系统该服务是否在运行。需要 Consul 1.15。";
    script: "Script", "脚本";
    alias: "Alias", "别名";
    os_kind: "OS service", "系统服务";
    what_is_sent: "What will be sent", "将要发送的内容";
    api_form: "API", "API";
    config_form: "Config file", "配置文件";
    copy_json: "Copy the JSON", "复制 JSON";
    json_editor: "JSON of the service", "服务的 JSON";
    config_hint: "in the agent's configuration folder", "放入 agent 的配置目录";
    drop_json: "Back to the form's", "恢复为表单内容";
    checked: "Checked: Consul will accept this", "检查通过：Consul 会接受";
    sending: "Registering…", "正在注册…";
    draft_back: "This was left here unsent.", "这是上次未提交的内容。";
    start_anew: "Start anew", "重新填写";
    take_draft: "Take it up", "继续填写";
    file_path: "Path of the file", "文件路径";
    file_hint: "/path/service.json, either form; a list of services too", "/path/service.json，两种格式均可，也可包含多个服务";
    read_file: "Read the file", "读取文件";
    no_file_dialog: "There is no file dialog here: type the path.", "没有可用的文件对话框，请输入路径。";
    service_of_file: "Service of the file", "文件中的服务";
    // Acts.
    reason_hint: "why, for the others who look", "写给其他查看者的原因";
    note: "Note", "说明";
    note_hint: "shown as the check's output", "将显示为检查的输出";
    end_maintenance: "Take out of maintenance", "结束维护";
    like_this: "Register one like this…", "以此为模板注册…";
    tell_passing: "Say passing…", "上报 passing…";
    tell_warning: "Say warning…", "上报 warning…";
    tell_critical: "Say critical…", "上报 critical…";
    keeps_running: "The process itself keeps running.", "进程本身会继续运行。";
    comes_back: "A service that registers itself may come back.", "会自行注册的服务可能再次出现。";
    is_read_only: "This registry is read-only here: switch that off in its view.", "该注册中心在此为只读：可在其视图中关闭。";
    doing: "Waiting for the registry…", "正在等待注册中心…";
    deregister_critical: "Deregister critical…", "注销 critical 实例…";
    not_done: "Not done.", "未完成。";
    not_registered: "Not registered.", "未注册。";
    done_title: "Registry", "注册中心操作";
    failed_title: "Registry act failed", "注册中心操作失败";
    health_title: "Health changed", "健康状态变化";
    // Views.
    version: "Version", "版本";
    role: "Role", "角色";
    server: "server", "server";
    client: "client", "client";
    leader: "Leader", "Leader";
    no_leader: "none: nothing can be changed", "无：目前无法做任何更改";
    acl_on: "on", "已启用";
    acl_off: "off", "未启用";
    our_token: "Our token", "我们的 token";
    policies: "Policies", "策略";
    anonymous: "anonymous", "匿名";
    datacenters: "Datacenters", "数据中心";
    own: "own", "本地";
    service: "Service", "服务名";
    health: "Health", "健康状态";
    filter_services: "Filter services", "筛选服务列表";
    filter_nodes: "Filter nodes", "筛选节点";
    node_query: "Name, address, version or metadata", "名称、地址、版本或 metadata";
    no_service: "No service fits", "没有匹配的服务";
    no_node: "No node fits", "没有匹配的节点";
    no_nodes: "No nodes", "没有节点";
    nodes_hidden: "No node may be seen", "没有可见的节点";
    no_services_hint: "Register one, or wait until something registers itself.", "可以注册一个，或等待服务自行注册。";
    no_service_changes: "Nothing changed since this program looked.", "开始查看以来没有变更。";
    state: "State", "状态";
    alive: "alive", "在线";
    leaving: "leaving", "正在离开";
    left: "left", "已离开";
    failed: "failed", "失联";
    rtt: "RTT", "RTT";
    node_checks: "Node checks", "节点检查";
    about_node: "Node details", "节点详情";
    writing_allowed: "Changes are let through", "允许更改";
    agent_stats: "What the agent says of itself", "agent 自述信息";
    lines_of_list: "This is a list of addresses: nobody checks them, and nothing can be registered.", "这是地址列表：没有健康检查，也不能注册。";
    asked_stale: "Reading nodes", "正在读取节点";
}

impl Lang {
    /// `at Consul 127.0.0.1:8500, dc1`
    pub fn at_place(self, place: &str, datacenter: &str) -> String {
        let of = if datacenter.is_empty() {
            String::new()
        } else {
            self.pick(format!(", {datacenter}"), format!("，{datacenter}"))
        };
        self.pick(format!("at {place}{of}"), format!("{place}{of}"))
    }

    /// `Register at 127.0.0.1:8500`
    pub fn register_at(self, address: &str) -> String {
        self.pick(format!("Register at {address}"), format!("注册到 {address}"))
    }

    /// `Register all 3`
    pub fn register_all(self, count: usize) -> String {
        self.pick(format!("Register all {count}"), format!("注册全部 {count} 个"))
    }

    /// `3 services in the file`
    pub fn services_in_file(self, count: usize) -> String {
        self.pick(format!("{count} services in the file"), format!("文件中有 {count} 个服务"))
    }

    /// The id is another's.
    pub fn id_taken(self, service: &str) -> String {
        self.pick(format!("taken by {service}"), format!("已被 {service} 占用"))
    }

    /// What registering it again means.
    pub fn id_replaced(self, id: &str, service: &str) -> String {
        self.pick(
            format!("{id} is an instance of {service}: registering replaces it, checks included."),
            format!("{id} 是 {service} 的实例：注册会替换它，包括其检查。"),
        )
    }

    /// `Remove tag user`
    pub fn remove_tag(self, tag: &str) -> String {
        self.pick(format!("Remove tag {tag}"), format!("移除 tag {tag}"))
    }

    /// `Remove entry version`
    pub fn remove_entry(self, key: &str) -> String {
        self.pick(format!("Remove entry {key}"), format!("移除条目 {key}"))
    }

    /// `Check 2`
    pub fn check_number(self, number: usize) -> String {
        self.pick(format!("Health check {number}"), format!("健康检查 {number}"))
    }

    /// A draft that was left.
    pub fn draft_of(self, name: &str) -> String {
        if name.is_empty() {
            return self.pick("A draft was left here.".to_owned(), "有未提交的草稿。".to_owned());
        }
        self.pick(format!("A draft of {name} was left here."), format!("有 {name} 的未提交草稿。"))
    }

    /// What is missing before it can be sent.
    pub fn still_missing(self, what: &str) -> String {
        self.pick(format!("Still missing: {what}"), format!("尚缺：{what}"))
    }

    /// `Deregister 9002 from User?`
    pub fn deregister_question(self, ids: &[&str], service: &str) -> String {
        match ids {
            [id] => self.pick(format!("Deregister {id} from {service}?"), format!("从 {service} 注销 {id}？")),
            ids => {
                let count = ids.len();
                self.pick(
                    format!("Deregister {count} instances from {service}?"),
                    format!("从 {service} 注销 {count} 个实例？"),
                )
            }
        }
    }

    /// What follows from it: who does not find what any more.
    pub fn deregister_text(self, place: &str, datacenter: &str, node: &str, addresses: &str) -> String {
        let at = self.place_of_act(place, datacenter, node);
        let words = self.acts();
        let (runs, back) = (words.keeps_running, words.comes_back);
        self.pick(
            format!("{at}. Callers that use the registry stop finding {addresses}. {runs} {back}"),
            format!("{at}。通过注册中心查找的调用方将找不到 {addresses}。{runs}{back}"),
        )
    }

    /// `At Consul 127.0.0.1:8500, dc1, node web-1`
    pub fn place_of_act(self, place: &str, datacenter: &str, node: &str) -> String {
        let mut parts = vec![place.to_owned()];
        if !datacenter.is_empty() {
            parts.push(datacenter.to_owned());
        }
        if !node.is_empty() {
            parts.push(self.pick(format!("node {node}"), format!("节点 {node}")));
        }
        self.pick(format!("At {}", parts.join(", ")), format!("位于 {}", parts.join("，")))
    }

    /// `Deregister 9002`
    pub fn deregister_named(self, ids: &[&str]) -> String {
        match ids {
            [id] => self.pick(format!("Deregister {id}"), format!("注销 {id}")),
            ids => self.pick(format!("Deregister all {}", ids.len()), format!("注销全部 {} 个", ids.len())),
        }
    }

    /// `Put 9002 of User into maintenance`
    pub fn maintenance_title(self, id: &str, service: &str) -> String {
        self.pick(format!("Put {id} of {service} into maintenance"), format!("将 {service} 的 {id} 设为维护"))
    }

    /// What follows from it.
    pub fn maintenance_text(self, place: &str, datacenter: &str, node: &str, address: &str) -> String {
        let at = self.place_of_act(place, datacenter, node);
        self.pick(
            format!("{at}. It stays registered; callers that want passing instances do not get {address} until you take it out."),
            format!("{at}。它仍保持注册；只取 passing 实例的调用方在结束维护之前不会得到 {address}。"),
        )
    }

    /// `Put into maintenance`
    pub fn maintenance_confirm(self, id: &str) -> String {
        self.pick(format!("Put {id} into maintenance"), format!("将 {id} 设为维护"))
    }

    /// `Say passing for Service User check`
    pub fn ttl_title(self, check: &str, to: Health) -> String {
        let to = self.health_word(to);
        self.pick(format!("Say {to} for {check}"), format!("为 {check} 上报 {to}"))
    }

    /// Whose check, and how long it holds.
    pub fn ttl_text(self, id: &str, place: &str, datacenter: &str, node: &str) -> String {
        let at = self.place_of_act(place, datacenter, node);
        self.pick(
            format!("A TTL check of {id}. {at}. It holds until the check's time is over, or somebody says otherwise."),
            format!("{id} 的 TTL 检查，{at}。在检查超时或再次上报之前有效。"),
        )
    }

    /// The button of it.
    pub fn ttl_confirm(self, to: Health) -> String {
        let to = self.health_word(to);
        self.pick(format!("Say {to}"), format!("上报 {to}"))
    }

    /// `2 of 3 are done.`
    pub fn done_of(self, done: usize, all: usize) -> String {
        self.pick(format!("{done} of {all} are done."), format!("已完成 {done}/{all}。"))
    }

    /// `Registered 9005 at 127.0.0.1:8500.`
    pub fn registered(self, id: &str, service: &str, address: &str, replaced: bool) -> String {
        let (anew_en, anew_zh) = if replaced { (" anew", "重新") } else { ("", "") };
        self.pick(
            format!("Registered {id} of {service}{anew_en} at {address}."),
            format!("已在 {address} {anew_zh}注册 {service} 的 {id}。"),
        )
    }

    /// `Deregistered 9005 from User.`
    pub fn deregistered(self, ids: &str, service: &str) -> String {
        self.pick(format!("Deregistered {ids} from {service}."), format!("已从 {service} 注销 {ids}。"))
    }

    /// `9004 is in maintenance: draining for v1.9.`
    pub fn maintained(self, id: &str, reason: &str) -> String {
        if reason.is_empty() {
            return self.pick(format!("{id} is in maintenance."), format!("{id} 已进入维护。"));
        }
        self.pick(format!("{id} is in maintenance: {reason}"), format!("{id} 已进入维护：{reason}"))
    }

    /// `9004 is out of maintenance.`
    pub fn maintenance_ended(self, id: &str) -> String {
        self.pick(format!("{id} is out of maintenance."), format!("{id} 已结束维护。"))
    }

    /// `Said passing for worker of 9004.`
    pub fn ttl_said(self, check: &str, id: &str, to: Health) -> String {
        let to = self.health_word(to);
        self.pick(format!("Said {to} for {check} of {id}."), format!("已为 {id} 的 {check} 上报 {to}。"))
    }

    /// What was not done to whom.
    pub fn act_failed(self, what: &str, ids: &str, error: &str) -> String {
        self.pick(format!("{what} {ids}: {error}"), format!("{what} {ids}：{error}"))
    }

    /// `User is critical, was passing (1 of 3 instances…)`: a pinned service.
    pub fn health_told(self, service: &str, was: Health, now: Health, instances: usize) -> String {
        if instances == 0 {
            return self.pick(format!("{service} has no instances any more."), format!("{service} 已没有实例。"));
        }
        let (was, now) = (self.health_word(was), self.health_word(now));
        self.pick(format!("{service} is {now}, was {was}."), format!("{service} 由 {was} 变为 {now}。"))
    }

    /// `3/4 passing`
    pub fn passing_of(self, passing: usize, all: usize) -> String {
        self.pick(format!("{passing} of {all} passing"), format!("{passing}/{all} 个 passing"))
    }

    /// `2 nodes`
    pub fn nodes_count(self, count: usize) -> String {
        let shown = format::count(count as u64);
        let noun = if count == 1 { "node" } else { "nodes" };
        self.pick(format!("{shown} {noun}"), format!("{shown} 个节点"))
    }

    /// `4 instances`
    pub fn instances_count(self, count: usize) -> String {
        let shown = format::count(count as u64);
        let noun = if count == 1 { "instance" } else { "instances" };
        self.pick(format!("{shown} {noun}"), format!("{shown} 个实例"))
    }

    /// `User came, with 2 instances`
    pub fn service_came(self, service: &str, count: usize) -> String {
        let count = self.instances_count(count);
        self.pick(format!("{service} came, with {count}"), format!("新服务 {service}，{count}"))
    }

    /// `User is gone, was passing`
    pub fn service_went(self, service: &str, was: Health) -> String {
        let was = self.health_word(was);
        self.pick(format!("{service} is gone, was {was}"), format!("{service} 已消失，此前为 {was}"))
    }

    /// `User is critical, was passing`
    pub fn service_health(self, service: &str, was: Health, now: Health) -> String {
        let (was, now) = (self.health_word(was), self.health_word(now));
        self.pick(format!("{service} is {now}, was {was}"), format!("{service} 由 {was} 变为 {now}"))
    }

    /// `User has 3 instances, had 2`
    pub fn service_grew(self, service: &str, was: usize, now: usize) -> String {
        let count = self.instances_count(now);
        self.pick(format!("{service} has {count}, had {was}"), format!("{service} 有 {count}，此前 {was} 个"))
    }

    /// Whether a machine is there.
    pub fn node_state(self, state: NodeState) -> &'static str {
        let words = self.acts();
        match state {
            NodeState::Alive => words.alive,
            NodeState::Leaving => words.leaving,
            NodeState::Left => words.left,
            NodeState::Failed => words.failed,
            NodeState::Unknown => self.registry().unknown,
        }
    }

    /// Name of the star beside a service.
    pub fn pin_named(self, service: &str, is_pinned: bool) -> String {
        let words = self.registry();
        let act = if is_pinned { words.unpin } else { words.pin };
        self.pick(format!("{service}: {act}"), format!("{service}：{act}"))
    }

    /// What a field of a registration is called in the form.
    pub fn registration_field(self, field: &str) -> &'static str {
        let (acts, words) = (self.acts(), self.registry());
        match field {
            "Name" => self.words().name,
            "Address" => self.words().address,
            "Port" => acts.port,
            "Tags" => words.tags,
            "Meta" => self.words().metadata,
            "Weights" => words.weights,
            "TaggedAddresses" => acts.tagged_addresses,
            "CheckID" => acts.check_id,
            "Interval" => acts.every,
            "Timeout" => acts.timeout,
            "TTL" => acts.told_every,
            "DeregisterCriticalServiceAfter" => acts.critical_for,
            "SuccessBeforePassing" => acts.passes,
            "FailuresBeforeWarning" => acts.failures_warning,
            "FailuresBeforeCritical" => acts.failures_critical,
            "OutputMaxSize" => acts.output_max,
            "Args" | "DockerContainerID" => acts.command,
            "AliasService" | "AliasNode" => acts.of_service,
            "OSService" => acts.os_service,
            "HTTP" => "URL",
            "TCP" | "UDP" | "GRPC" | "H2PING" => acts.target,
            _ => acts.health_check,
        }
    }

    /// What is wrong with a field of a form, or with a place of a file.
    pub fn registration_fault(self, kind: &FaultKind, in_form: bool) -> String {
        // A form has chosen the kind, so only where is missing.
        if in_form && *kind == FaultKind::CheckKindMissing {
            return self.pick("Say what is to be asked.".to_owned(), "请填写检查对象。".to_owned());
        }
        match self {
            Self::En => sentence(&kind.to_string()),
            Self::ZhCn => fault_zh(kind),
        }
    }
}

/// Begins with a capital letter and ends with a stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let begin: String = letters.next().map(|letter| letter.to_uppercase().collect()).unwrap_or_default();
    let end = if text.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{begin}{}{end}", letters.as_str())
}

fn fault_zh(kind: &FaultKind) -> String {
    match kind {
        FaultKind::NoJson(why) => format!("不是 JSON：{why}"),
        FaultKind::NoService => "其中没有服务。".to_owned(),
        FaultKind::UnknownField { name, meant: None } => format!("Consul 没有字段 {name}。"),
        FaultKind::UnknownField { name, meant: Some(meant) } => format!("Consul 没有字段 {name}，是否指 {meant}？"),
        FaultKind::GivenTwice { other } => format!("与已有的 {other} 重复。"),
        FaultKind::WrongType { expected, found } => format!("应为{}，而不是{}。", type_zh(expected), type_zh(found)),
        FaultKind::NoDuration(text) => format!("{text:?} 不是时长，应写作 5s、1m30s、500ms。"),
        FaultKind::Negative(text) => format!("{text} 小于零。"),
        FaultKind::TooLarge(text) => format!("{text} 太大。"),
        FaultKind::WhoseCheck(id) if id.is_empty() => "有多个服务时，检查须用 service_id 指明所属服务。".to_owned(),
        FaultKind::WhoseCheck(id) => format!("没有检查所指的服务 {id}。"),
        FaultKind::NameMissing => "服务需要名称。".to_owned(),
        FaultKind::PortRange(port) => format!("{port} 不是端口，端口范围为 0 到 65535。"),
        FaultKind::AnyAddress(address) => format!("{address} 代表本机所有地址，无法被调用（Consul 会拒绝）。"),
        FaultKind::WeightRange(weight) => format!("{weight} 不是权重，范围为 1（warning 可为 0）到 65535。"),
        FaultKind::MetaCount(count) => format!("共 {count} 对，Consul 最多保存 64 对。"),
        FaultKind::MetaKeyEmpty => "键不能为空。".to_owned(),
        FaultKind::MetaKeyLong(key) => format!("键 {key:?} 超过 128 字节。"),
        FaultKind::MetaKeyCharacters(key) => format!("键 {key:?} 只能包含 ASCII 字母、数字、- 和 _。"),
        FaultKind::MetaKeyReserved(key) => format!("键 {key:?} 以 consul- 开头，这是 Consul 的保留前缀。"),
        FaultKind::MetaValueLong(key) => format!("{key:?} 的值超过 512 字节。"),
        FaultKind::MetaKeyTwice(key) => format!("键 {key:?} 重复。"),
        FaultKind::IdTwice(id) => format!("前面已有服务使用 ID {id}，会被替换。"),
        FaultKind::CheckIdTwice(id) => format!("前面已有检查使用 ID {id}，会被替换。"),
        FaultKind::CheckKindMissing => {
            "检查须说明做什么：TCP、HTTP、GRPC、TTL、H2PING、UDP、Args、DockerContainerID、AliasService、AliasNode 或 OSService。"
                .to_owned()
        }
        FaultKind::CheckKinds { first, second } => format!("一个检查只做一件事：{first} 或 {second}。"),
        FaultKind::IntervalMissing => "这种检查需要间隔。".to_owned(),
        FaultKind::IntervalWithTtl => "TTL 检查没有间隔。".to_owned(),
        FaultKind::NotPositive => "必须大于零。".to_owned(),
        FaultKind::StatusUnknown(status) => format!("{status:?} 不是 passing、warning、critical 之一。"),
        FaultKind::DestinationMissing => "connect-proxy 须指明所代理的服务。".to_owned(),
        FaultKind::PortMissing => "connect-proxy 需要端口。".to_owned(),
        FaultKind::DeregisterSoon(time) => {
            format!("Consul 接受 {}，但至少会等待 1 分钟。", go_duration(*time))
        }
        FaultKind::NoDnsName(name) => {
            format!("{name:?} 无法通过 DNS 查找：DNS 只允许字母、数字和 -，最多 63 个字符。")
        }
    }
}

/// The types of JSON as a reader says them.
fn type_zh(english: &'static str) -> &'static str {
    match english {
        "a string" => "字符串",
        "true or false" => "布尔值",
        "a whole number" => "整数",
        "a number" => "数字",
        "a number with a point" => "小数",
        "a list" => "数组",
        "an object" => "对象",
        "a list of strings" => "字符串数组",
        "a list of objects" => "对象数组",
        "an object or a list of them" => "对象或对象数组",
        "a list of services" => "服务数组",
        "a list of checks" => "检查数组",
        "a duration like \"5s\", or nanoseconds" => "时长（如 \"5s\"）或纳秒数",
        "a duration like \"5s\"" => "时长（如 \"5s\"）",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_sentences_in_both_languages() {
        let kinds = [
            FaultKind::NameMissing,
            FaultKind::CheckKindMissing,
            FaultKind::UnknownField { name: "Adress".to_owned(), meant: Some("Address") },
            FaultKind::WrongType { expected: "a string", found: "a number" },
            FaultKind::PortRange("65536".to_owned()),
        ];
        for kind in kinds {
            let (en, zh) = (Lang::En.registration_fault(&kind, false), Lang::ZhCn.registration_fault(&kind, false));
            assert!(en.starts_with(|letter: char| letter.is_uppercase() || letter.is_ascii_digit()), "{en}");
            assert!(en.ends_with(['.', '?']), "{en}");
            assert!(zh.ends_with(['。', '？']) && !zh.contains("a string"), "{zh}");
        }
        let missing = FaultKind::CheckKindMissing;
        assert_eq!(Lang::En.registration_fault(&missing, true), "Say what is to be asked.");
    }
}
