//! What is said of registering a service: what was left, what came of it, and what is wrong with a registration.

use super::Lang;
use super::table::word_table;
use crate::registry::RegistryError;
use crate::registry::consul::registration::{FaultKind, go_duration};

/// So many are named in a sentence; the others are counted.
const NAMED: usize = 6;

word_table! {
    /// The words of the question that registers a service, beside those of acts.
    RegistrationWords, registration:
    no_fault_found: "No fault found here", "此处未发现问题";
    say_what: "Say what is to be asked.", "请填写检查对象。";
    target_hint: "host:port, or give a port above", "host:port，或在上方填写端口";
    url_hint: "http://host:port/path, or give a port above", "http://host:port/path，或在上方填写端口";
    from_above: "from address and port", "取自地址与端口";
    take_one_up: "Take one up", "选择一份继续";
    unnamed: "a service without a name", "未命名服务";
    json_lacks: "Values of secrets in the JSON have to be typed again.", "JSON 中的敏感值需要重新输入。";
    unheard: "The registry was opened anew while this was on its way: whether it is registered is not known.", "提交期间重新打开了注册中心，无法得知是否已注册。";
    asked_first: "Asking whether all would be taken…", "正在确认能否全部注册…";
}

impl Lang {
    /// `Port: 65536 is no port.`: a thing, and what is said of it.
    pub fn labelled(self, what: &str, said: &str) -> String {
        self.pick(format!("{what}: {said}"), format!("{what}：{said}"))
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

    /// Whether it is free cannot be asked.
    pub fn id_unknown(self, error: &RegistryError) -> String {
        let why = self.registry_error(error);
        self.pick(format!("Whether it is free is not known: {why}"), format!("无法得知该 ID 是否可用：{why}"))
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
    pub fn draft_of(self, title: &str) -> String {
        if title.is_empty() {
            return self.pick("A draft was left here.".to_owned(), "有未提交的草稿。".to_owned());
        }
        self.pick(format!("A draft of {title} was left here."), format!("有 {title} 的未提交草稿。"))
    }

    /// `3 drafts were left here.`
    pub fn drafts_left(self, count: usize) -> String {
        self.pick(format!("{count} drafts were left here."), format!("有 {count} 份未提交的草稿。"))
    }

    /// What a draft is called in a list: its service, and how many others it holds.
    pub fn draft_title(self, title: &str, others: usize) -> String {
        let title = if title.is_empty() { self.registration().unnamed } else { title };
        if others == 0 {
            return title.to_owned();
        }
        self.pick(format!("{title} and {others} more"), format!("{title} 等 {} 个", others + 1))
    }

    /// `Discard the draft of User`
    pub fn discard_draft(self, title: &str) -> String {
        self.pick(format!("Discard the draft of {title}"), format!("丢弃 {title} 的草稿"))
    }

    /// What is missing before it can be sent.
    pub fn still_missing(self, what: &str) -> String {
        self.pick(format!("Still missing: {what}"), format!("尚缺：{what}"))
    }

    /// `Registered 9005 at 127.0.0.1:8500.`
    pub fn registered(self, id: &str, service: &str, address: &str, replaced: bool) -> String {
        let (anew_en, anew_zh) = if replaced { (" anew", "重新") } else { ("", "") };
        self.pick(
            format!("Registered {id} of {service}{anew_en} at {address}."),
            format!("已在 {address} {anew_zh}注册 {service} 的 {id}。"),
        )
    }

    /// `Registered A and B at Consul 127.0.0.1:8500.`: ids with their services.
    pub fn registered_all(self, all: &[(String, String)], address: &str) -> String {
        let names = self.named(all);
        self.pick(format!("Registered {names} at {address}."), format!("已在 {address} 注册 {names}。"))
    }

    /// Of several, these are registered before the one that was refused.
    pub fn registered_before(self, all: &[(String, String)]) -> String {
        let names = self.named(all);
        let verb = if all.len() == 1 { "is" } else { "are" };
        self.pick(format!("{names} {verb} registered."), format!("{names} 已注册。"))
    }

    /// `Registering 3 of 20…`
    pub fn registering_of(self, number: usize, count: usize) -> String {
        self.pick(format!("Registering {number} of {count}…"), format!("正在注册第 {number} 个，共 {count} 个…"))
    }

    /// The first few by name, the rest by number.
    fn named(self, all: &[(String, String)]) -> String {
        let title = |(id, service): &(String, String)| {
            if id == service {
                id.clone()
            } else {
                self.pick(format!("{id} of {service}"), format!("{service} 的 {id}"))
            }
        };
        let mut names: Vec<String> = all.iter().take(NAMED).map(title).collect();
        let others = all.len().saturating_sub(NAMED);
        if others > 0 {
            names.push(self.pick(format!("{others} more"), format!("另外 {others} 个")));
        }
        let Some(last) = names.pop() else { return String::new() };
        if names.is_empty() {
            return last;
        }
        self.pick(format!("{} and {last}", names.join(", ")), format!("{}和 {last}", names.join("、")))
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
            "Header" => acts.headers,
            "Body" => acts.body,
            "HTTP" => "URL",
            "TCP" | "UDP" | "GRPC" | "H2PING" => acts.target,
            _ => acts.health_check,
        }
    }

    /// What is wrong with a field of a form, or with a place of a file.
    pub fn registration_fault(self, kind: &FaultKind, in_form: bool) -> String {
        // A form has chosen the kind, so only where is missing.
        if in_form && *kind == FaultKind::CheckKindMissing {
            return self.registration().say_what.to_owned();
        }
        if let FaultKind::TypeAgain(key) = kind
            && in_form
        {
            return self.pick(
                format!("The value of {key} is in no file: type it again."),
                format!("{key} 的值不会存到磁盘，需要重新输入。"),
            );
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
        FaultKind::TypeAgain(key) => format!("{key} 的值不会存到磁盘，需要重新输入。"),
        FaultKind::NotKept(name) => format!("{name} 不会存到磁盘，如需发送请重新填写。"),
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
