//! What a registry did not do, in sentences: every fault that is data, in all languages. Words of registries themselves
//! and of the system stay as they came.

use super::Lang;
use crate::registry::{
    Absent, BadAddress, BadKey, BadSetting, Lacks, MOST_RETRIES, NotAsked, Odd, RegistryError, RegistryFault,
    RegistryPlace, RegistryTargetError, TlsTrouble, Undone, Unreached, UnreadList,
};

impl Lang {
    /// Which registry, and where: `Consul 127.0.0.1:8500`.
    pub fn registry_place(self, place: &RegistryPlace) -> String {
        let kind = self.registry_kind(place.kind);
        if place.address.is_empty() { kind.to_owned() } else { format!("{kind} {}", place.address) }
    }

    /// What a registry did not do, in one sentence.
    pub fn registry_error(self, error: &RegistryError) -> String {
        match self {
            Self::En => error.to_string(),
            Self::ZhCn => {
                let place = self.registry_place(&error.place);
                let said = fault_zh(&error.fault);
                if error.asked.is_empty() {
                    format!("{place} {said}")
                } else {
                    format!("{place} {said}（{}）", error.asked)
                }
            }
        }
    }

    /// Why a filter expression is not applied: where the registry does not understand it, in its own words alone.
    pub fn filter_refused(self, error: &RegistryError) -> String {
        /// What Consul puts before each of them.
        const BEFORE: &str = "boolean expression evaluator: ";
        match &error.fault {
            RegistryFault::BadFilter(said) => said.split_once(BEFORE).map_or(said.as_str(), |(_, why)| why).to_owned(),
            _ => self.registry_error(error),
        }
    }

    /// What in a target is not understood, and how to write it.
    pub fn target_error(self, error: &RegistryTargetError) -> String {
        match self {
            Self::En => error.to_string(),
            Self::ZhCn => target_zh(error),
        }
    }
}

/// As the rest of a sentence that begins with the registry.
fn fault_zh(fault: &RegistryFault) -> String {
    match fault {
        RegistryFault::Unreachable(why) => format!("无法连接：{}", unreached_zh(why)),
        RegistryFault::Silent(time) => format!("在 {:.1} 秒内没有应答", time.as_secs_f32()),
        RegistryFault::Tls(why) => format!("TLS 失败：{}", tls_zh(why)),
        RegistryFault::Denied(said) => format!("拒绝了请求（ACL）：{said}"),
        RegistryFault::WantsPassword => "要求用户名和密码（401）".to_owned(),
        RegistryFault::UnknownToken => "不认识这个 token（ACL not found）".to_owned(),
        RegistryFault::NoDatacenter(name) => format!("没有数据中心 {name}"),
        RegistryFault::BadFilter(said) => format!("无法理解过滤表达式：{said}"),
        RegistryFault::Refused { status, said } if said.is_empty() => format!("拒绝了请求，状态 {status}"),
        RegistryFault::Refused { status: 0, said } => format!("拒绝：{said}"),
        RegistryFault::Refused { status, said } => format!("拒绝（{status}）：{said}"),
        RegistryFault::Redirected { status, to } if to.is_empty() => format!("返回重定向（{status}），不会跟随"),
        RegistryFault::Redirected { status, to } => format!("返回到 {to} 的重定向（{status}），不会跟随"),
        RegistryFault::NoAliasNode(node) => format!("拒绝：没有可供检查作为别名的节点 {node}"),
        RegistryFault::BadKey(why) => format!("拒绝：{}", key_zh(why)),
        RegistryFault::Foreign(seen) => format!("的应答无法理解：{}", odd_zh(seen)),
        RegistryFault::NotDone(what) => format!("应答成功，但实际并未生效：{}", undone_zh(what)),
        RegistryFault::Missing(what) => format!("没有{}", absent_zh(what)),
        RegistryFault::OtherAgent { node, address, why } => {
            let place = if address.is_empty() { node.clone() } else { format!("{node}（{address}）") };
            format!("无法执行：该实例属于节点 {place} 的 agent，必须由它执行：{}", not_asked_zh(why))
        }
        RegistryFault::Unsupported(what) => format!("不支持该操作：{}", lacks_zh(*what)),
        RegistryFault::ReadOnly => "在此设为只读".to_owned(),
        RegistryFault::Settings(why) => format!("无法用这些设置查询：{}", setting_zh(why)),
    }
}

fn unreached_zh(why: &Unreached) -> String {
    match why {
        Unreached::Refused => "连接被拒绝".to_owned(),
        Unreached::NotWithin(time) => format!("{} 秒内未能建立连接", time.as_secs()),
        Unreached::NoSuchName => "域名不存在".to_owned(),
        Unreached::NoRoute => "主机或网络不可达".to_owned(),
        Unreached::Closed => "连接在应答之前被关闭".to_owned(),
        Unreached::List(UnreadList::NoFile) => "文件不存在".to_owned(),
        Unreached::List(UnreadList::Forbidden) => "没有读取该文件的权限".to_owned(),
        Unreached::List(UnreadList::Folder) => "这是文件夹，不是列表".to_owned(),
        Unreached::List(UnreadList::TooLarge) => "文件过大，不像地址列表".to_owned(),
        Unreached::List(UnreadList::Other(said)) => format!("文件无法读取：{said}"),
        Unreached::Other(said) => said.clone(),
    }
}

fn tls_zh(why: &TlsTrouble) -> String {
    match why {
        TlsTrouble::WantsTls => "该端口使用 TLS：请用 https:// 或设置 CONSUL_HTTP_SSL=true".to_owned(),
        TlsTrouble::NoTls => "该端口不使用 TLS".to_owned(),
        TlsTrouble::UnknownIssuer => "证书由不受信任的机构签发（UnknownIssuer）".to_owned(),
        TlsTrouble::Expired => "证书已过期（Expired）".to_owned(),
        TlsTrouble::NotYetValid => "证书尚未生效（NotValidYet）".to_owned(),
        TlsTrouble::WrongName => "证书上的名称不符（NotValidForName）".to_owned(),
        TlsTrouble::Other(said) => said.clone(),
    }
}

fn odd_zh(seen: &Odd) -> String {
    match seen {
        Odd::Html(status) => format!("状态 {status}，内容为 HTML 页面"),
        Odd::NotJson { error, begin } => format!("不是预期的 JSON（{error}），内容以“{begin}”开头"),
        Odd::TooLarge(most) => format!("应答超过 {most} 字节"),
        Odd::NoHttp(seen) => format!("对方不使用 HTTP/1.1：{seen}"),
        Odd::NoBase64 { key, error } => format!("键 {key} 的值不是 base64：{error}"),
        Odd::Other(said) => said.clone(),
    }
}

fn undone_zh(what: &Undone) -> String {
    match what {
        Undone::NoService(id) => format!("agent 上没有 ID 为 {id} 的服务"),
        Undone::OtherService { id, service, wanted } => format!("ID {id} 属于服务 {service}，而不是 {wanted}"),
        Undone::Elsewhere { id, place } => format!("{id} 的地址是 {place}"),
        Undone::NotInCatalog { id, seconds } => format!("agent 上已有 {id}，但 {seconds} 秒内未出现在 catalog 中"),
        Undone::StillAtAgent { node, id } => format!("节点 {node} 的 agent 上仍有 {id}"),
        Undone::StillInCatalog { id, seconds } => {
            format!("agent 上已没有 {id}，但 {seconds} 秒后 catalog 中仍有")
        }
        Undone::InMaintenance { id, reason } if reason.is_empty() => format!("{id} 处于维护中"),
        Undone::InMaintenance { id, reason } => format!("{id} 处于维护中：{reason}"),
        Undone::NotInMaintenance(id) => format!("{id} 不在维护中"),
        Undone::CatalogLate(seconds) => format!("agent 已执行，但 {seconds} 秒内 catalog 未更新"),
        Undone::CatalogUnseen(fault) => format!("agent 已执行，但无法查看 catalog：{}", fault_zh(fault)),
        Undone::CheckIs { check, status } => format!("检查 {check} 的状态是 {status}"),
        Undone::CheckGone(check) => format!("agent 上已没有检查 {check}"),
        Undone::Ended(said) => format!("处理中断：{said}"),
    }
}

fn absent_zh(what: &Absent) -> String {
    match what {
        Absent::Instance { id, node } => format!("该实例：节点 {node} 的 agent 上没有 ID {id}"),
        Absent::Registered { id, node } => format!("该实例：节点 {node} 上没有 ID {id}"),
        Absent::Check { id, node } => format!("该检查：节点 {node} 的 agent 上没有 ID {id}"),
        Absent::Node(node) => format!("节点 {node}"),
        Absent::Key { key, may_be_hidden: false } => format!("键 {key}"),
        Absent::Key { key, may_be_hidden: true } => format!("键 {key}（或被访问控制隐藏）"),
    }
}

fn not_asked_zh(why: &NotAsked) -> String {
    match why {
        NotAsked::NoAgent => "那里没有运行 agent，该节点只存在于 catalog 中".to_owned(),
        NotAsked::OtherNode { place, node } => format!("{place} 上的 agent 属于节点 {node}"),
        NotAsked::Unusable(fault) => fault_zh(fault),
        NotAsked::Failed { place, fault } => format!("{place} 上的 agent {}", fault_zh(fault)),
    }
}

fn lacks_zh(what: Lacks) -> &'static str {
    match what {
        Lacks::KeyValues => "没有键/值存储",
        Lacks::AccessRules => "该 agent 未启用访问控制（ACL）",
        Lacks::OtherHealth => "检查只能设为 passing、warning 或 critical",
        Lacks::Filters => "没有过滤表达式",
        Lacks::Nodes => "没有节点",
        Lacks::Agent => "没有 agent",
        Lacks::Register => "不能注册，请直接编辑列表",
        Lacks::Deregister => "不能注销，请直接编辑列表",
        Lacks::Maintenance => "没有维护状态",
        Lacks::Checks => "没有检查",
    }
}

fn key_zh(why: &BadKey) -> String {
    match why {
        BadKey::Empty => "键不能为空".to_owned(),
        BadKey::TooLarge { bytes, most } => {
            format!("值有 {bytes} 字节，过大：Consul 最多保存 {most} 字节（512 KiB）")
        }
        BadKey::TooLargeForTransaction { bytes, most } => {
            format!("对这个键来说，{bytes} 字节的值过大：它只能通过事务写入，而事务最多容纳 {most} 字节（base64）")
        }
    }
}

fn setting_zh(why: &BadSetting) -> String {
    match why {
        BadSetting::Address(said, why) => format!("地址 {said} {}", address_zh(why)),
        BadSetting::Variable(name, why) => format!("{name} {}", address_zh(why)),
        BadSetting::NotTrueOrFalse(name, value) => format!("{name} 的值 {value} 既不是 true 也不是 false"),
        BadSetting::NeedsKey => "客户端证书还需要私钥（CONSUL_CLIENT_KEY）".to_owned(),
        BadSetting::NeedsCertificate => "客户端私钥还需要证书（CONSUL_CLIENT_CERT）".to_owned(),
        BadSetting::TokenFile { path, error } => format!("token 文件 {path} 无法读取：{error}"),
        BadSetting::BadToken => "token 中有请求头不允许的字符".to_owned(),
        BadSetting::BadPassword => "密码中有请求头不允许的字符".to_owned(),
        BadSetting::NoUnixSockets(path) => format!("{path}：本系统不支持 unix socket"),
        BadSetting::NoRoots(error) => format!("没有可信任的根证书：{error}"),
        BadSetting::File { path, error } => format!("{path} 无法读取：{error}"),
        BadSetting::NoCertificate(path) => format!("{path} 中没有证书（PEM）"),
        BadSetting::NoPrivateKey(path) => format!("{path} 中没有私钥（PEM）"),
        BadSetting::BadPair { certificate, key, error } => format!("{certificate} 与 {key} 不能一起使用：{error}"),
        BadSetting::NoList => "这里没有手工填写的列表，请指定文件".to_owned(),
        BadSetting::Other(said) => said.clone(),
    }
}

fn address_zh(why: &BadAddress) -> String {
    match why {
        BadAddress::NoSocket => "没有指定 socket".to_owned(),
        BadAddress::Scheme(scheme) => format!("的 scheme 不是 Consul 支持的：{scheme}"),
        BadAddress::Password => "包含用户名和密码：请改用 CONSUL_HTTP_AUTH=user:password".to_owned(),
        BadAddress::TooMuch => "内容过多：这里只填主机和端口".to_owned(),
        BadAddress::NoHost => "没有主机名".to_owned(),
        BadAddress::BadHost => "含有主机名不允许的字符".to_owned(),
        BadAddress::BadPort(text) => format!("的端口 {text} 无法使用"),
        BadAddress::OpenBracket => "的方括号没有闭合".to_owned(),
        BadAddress::NotIpv6 => "的方括号内不是 IPv6 地址".to_owned(),
        BadAddress::AfterBracket => "的方括号之后有多余内容".to_owned(),
        BadAddress::Ambiguous => "无法理解：IPv6 请放在方括号内".to_owned(),
    }
}

fn target_zh(error: &RegistryTargetError) -> String {
    use RegistryTargetError as E;
    match error {
        E::NoScheme => "注册中心里的服务写作 consul://[host:port/]SERVICE".to_owned(),
        E::Later(scheme) => format!("目前还不支持 {scheme}://，只支持 consul:// 和 static://"),
        E::NoRegistry(scheme) => {
            format!("{scheme}:// 不是注册中心：请写 consul://[host:port/]SERVICE 或 static://FILE#SERVICE")
        }
        E::WhichService(None) => "缺少服务名：请写 consul://[host:port/]SERVICE".to_owned(),
        E::WhichService(Some(place)) => format!("缺少服务名：请写 consul://{place}/SERVICE"),
        E::WhichOfList => "缺少列表中的服务名：请写 static://FILE#SERVICE".to_owned(),
        E::TooMuch(service) => format!("{service} 过多：host:port 之后只能有一个服务，名称中的斜杠写作 %2F"),
        E::Empty(name) => format!("{name}= 为空"),
        E::NoPolicy(value) => format!("policy={value} 无效：可用 first、round_robin、random、near"),
        E::BadRetries(value) => format!("retries={value} 无效：请写 0 到 {MOST_RETRIES} 之间的数字"),
        E::Token => "token 不应写在人人可见的地址里：请在注册中心的设置中填写，或设置 CONSUL_HTTP_TOKEN".to_owned(),
        E::Password => "用户名和密码不应写在地址里：请设置 CONSUL_HTTP_AUTH 或 CONSUL_HTTP_TOKEN".to_owned(),
        E::Unknown(name) => {
            format!("不认识 {name}=：可用 tag、dc、passing、near、policy、instance、retries、stale、consistent")
        }
        E::NotTrueOrFalse(name, value) => format!("{name}={value} 无效：请写 true 或 false"),
        E::NoText(text) => format!("{text} 中的 % 转义不是文本"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::registry::RegistryKind;

    fn faults() -> Vec<RegistryFault> {
        let text = || "x".to_owned();
        let boxed = || Box::new(RegistryFault::Unreachable(Unreached::Refused));
        let undone = [
            Undone::NoService(text()),
            Undone::OtherService { id: text(), service: text(), wanted: text() },
            Undone::Elsewhere { id: text(), place: text() },
            Undone::NotInCatalog { id: text(), seconds: 10 },
            Undone::StillAtAgent { node: text(), id: text() },
            Undone::StillInCatalog { id: text(), seconds: 10 },
            Undone::InMaintenance { id: text(), reason: text() },
            Undone::NotInMaintenance(text()),
            Undone::CatalogLate(10),
            Undone::CatalogUnseen(boxed()),
            Undone::CheckIs { check: text(), status: text() },
            Undone::CheckGone(text()),
        ];
        let absent = [
            Absent::Instance { id: text(), node: text() },
            Absent::Registered { id: text(), node: text() },
            Absent::Check { id: text(), node: text() },
            Absent::Node(text()),
            Absent::Key { key: text(), may_be_hidden: true },
        ];
        let unreached = [
            Unreached::Refused,
            Unreached::NotWithin(Duration::from_secs(2)),
            Unreached::NoSuchName,
            Unreached::NoRoute,
            Unreached::Closed,
            Unreached::List(UnreadList::NoFile),
            Unreached::List(UnreadList::Folder),
        ];
        let tls = [TlsTrouble::WantsTls, TlsTrouble::NoTls, TlsTrouble::UnknownIssuer, TlsTrouble::WrongName];
        let odd =
            [Odd::Html(404), Odd::NotJson { error: text(), begin: text() }, Odd::TooLarge(7), Odd::NoHttp(text())];
        let asked = [
            NotAsked::NoAgent,
            NotAsked::OtherNode { place: text(), node: text() },
            NotAsked::Unusable(boxed()),
            NotAsked::Failed { place: text(), fault: boxed() },
        ];
        let lacks = [Lacks::KeyValues, Lacks::AccessRules, Lacks::OtherHealth, Lacks::Filters, Lacks::Register];
        let settings = [
            BadSetting::Address(text(), BadAddress::Scheme(text())),
            BadSetting::Variable("CONSUL_HTTP_ADDR", BadAddress::OpenBracket),
            BadSetting::NotTrueOrFalse("CONSUL_HTTP_SSL", text()),
            BadSetting::NeedsKey,
            BadSetting::TokenFile { path: text(), error: text() },
            BadSetting::NoCertificate(text()),
            BadSetting::NoList,
        ];
        let other = |why| RegistryFault::OtherAgent { node: text(), address: text(), why };
        let key = BadKey::TooLarge { bytes: 9, most: 8 };
        let mut all = vec![RegistryFault::WantsPassword, RegistryFault::ReadOnly, RegistryFault::NoAliasNode(text())];
        all.push(RegistryFault::Redirected { status: 301, to: text() });
        all.push(RegistryFault::Refused { status: 404, said: String::new() });
        all.push(RegistryFault::BadKey(key));
        all.extend(undone.map(RegistryFault::NotDone));
        all.extend(absent.map(RegistryFault::Missing));
        all.extend(unreached.map(RegistryFault::Unreachable));
        all.extend(tls.map(RegistryFault::Tls));
        all.extend(odd.map(RegistryFault::Foreign));
        all.extend(asked.map(other));
        all.extend(lacks.map(RegistryFault::Unsupported));
        all.extend(settings.map(RegistryFault::Settings));
        all
    }

    /// Words that stand in English sentences and in no term of the field.
    const ENGLISH: [&str; 12] =
        [" the ", " is ", " it ", " has ", " was ", " of ", " at ", " not ", "cannot", " within", "there", " to "];

    #[test]
    fn every_fault_is_said_in_the_persons_language() {
        let place = RegistryPlace { kind: RegistryKind::Consul, address: "h:1".to_owned() };
        for fault in faults() {
            let error = RegistryError { place: place.clone(), asked: String::new(), fault };
            let (en, zh) = (Lang::En.registry_error(&error), Lang::ZhCn.registry_error(&error));
            assert!(en.starts_with("Consul h:1 ") && zh.starts_with("Consul h:1 "), "{en} {zh}");
            assert!(!ENGLISH.iter().any(|word| zh.contains(word)), "{zh}");
            assert!(zh.chars().any(|letter| ('\u{4e00}'..'\u{9fff}').contains(&letter)), "{zh}");
        }
    }

    #[test]
    fn a_target_that_is_not_understood_is_said_in_the_persons_language() {
        use crate::registry::RegistryTarget;
        for text in [
            "User",
            "consul://",
            "consul://h:1/",
            "consul://h:1/a/b",
            "consul://User?tga=x",
            "consul://User?tag=",
            "consul://User?passing=maybe",
            "consul://User?policy=fastest",
            "consul://User?retries=99",
            "consul://User?token=x",
            "consul://h:1/%ff",
            "static://list.txt",
            "etcd://h/User",
            "http://h/User",
        ] {
            let said = RegistryTarget::parse(text).map_err(|error| Lang::ZhCn.target_error(&error));
            let said = said.err().unwrap_or_default();
            assert!(said.chars().any(|letter| ('\u{4e00}'..'\u{9fff}').contains(&letter)), "{text}: {said}");
            assert!(!ENGLISH.iter().any(|word| said.contains(word)), "{text}: {said}");
        }
    }
}
