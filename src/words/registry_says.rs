//! What registries and the wire say of instances, in sentences: where they disagree, drifting schemas, what changed.

use super::Lang;
use crate::engine::SchemaChange;
use crate::registry::{
    Blind, ChangeKind, Disagreement, DisagreementKind, ForeignAnswer, Health, ReflectionFact, TcpFact, WireFault,
    WireFaultKind,
};

impl Lang {
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
        let unanswered = match &of.wire {
            DisagreementKind::Unreachable(tcp) => self.unreached(tcp),
            DisagreementKind::Broken(why) => Some(self.wire_fault(why)),
            _ => None,
        };
        let wire = match (self, &of.wire) {
            (Self::En, DisagreementKind::Unreachable(_) | DisagreementKind::Broken(_)) => match unanswered {
                None => format!("Nothing answers{since_en}."),
                Some(why) => format!("Nothing answers{since_en}: {why}."),
            },
            (Self::En, DisagreementKind::Silent) => {
                format!("Its port is open, and nothing answers{since_en}.")
            }
            (Self::En, DisagreementKind::NotServing) => {
                format!("The instance itself has answered NOT_SERVING to grpc.health.v1.Health/Check{since_en}.")
            }
            (Self::En, DisagreementKind::ServiceNotServing(service)) => {
                format!("The instance itself has answered NOT_SERVING for {service}{since_en}.")
            }
            (Self::En, DisagreementKind::NoGrpc(seen)) => {
                format!("What answers there speaks no gRPC: {}.", self.foreign_answer(seen))
            }
            (Self::En, DisagreementKind::Serving) => format!("The instance itself has answered SERVING{since_en}."),
            (Self::ZhCn, DisagreementKind::Unreachable(_) | DisagreementKind::Broken(_)) => match unanswered {
                None => format!("而实例{since_zh}没有应答。"),
                Some(why) => format!("而实例{since_zh}没有应答：{why}。"),
            },
            (Self::ZhCn, DisagreementKind::Silent) => format!("而其端口虽然可连，{since_zh}却没有任何应答。"),
            (Self::ZhCn, DisagreementKind::NotServing) => {
                format!("而实例{since_zh}对 grpc.health.v1.Health/Check 一直返回 NOT_SERVING。")
            }
            (Self::ZhCn, DisagreementKind::ServiceNotServing(service)) => {
                format!("而实例{since_zh}对 {service} 一直返回 NOT_SERVING。")
            }
            (Self::ZhCn, DisagreementKind::NoGrpc(seen)) => {
                format!("而应答方并非 gRPC：{}。", self.foreign_answer(seen))
            }
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

    /// Why no method is listed.
    pub fn no_methods(self, reflection: Option<&ReflectionFact>) -> String {
        let (en, zh) = match reflection {
            None | Some(ReflectionFact::NotAsked) => {
                ("The server was not reached.".to_owned(), "无法连接服务器。".to_owned())
            }
            Some(ReflectionFact::None) => {
                ("The server has no reflection.".to_owned(), "服务器没有启用反射。".to_owned())
            }
            Some(ReflectionFact::Yes(version)) => {
                (format!("Reflection {version} lists none."), format!("反射（{version}）没有列出方法。"))
            }
            Some(ReflectionFact::Failed(why)) => (format!("Reflection failed: {why}."), format!("反射失败：{why}。")),
        };
        self.pick(en, zh)
    }

    /// Why nothing answers, where TCP says it.
    fn unreached(self, tcp: &TcpFact) -> Option<String> {
        let (en, zh) = match tcp {
            TcpFact::NotTried | TcpFact::Open => return None,
            TcpFact::NoPort => ("no port is registered", "没有注册端口"),
            TcpFact::Refused => ("the connection is refused", "连接被拒绝"),
            TcpFact::TimedOut => ("no answer in time", "连接超时"),
            TcpFact::Unreachable => ("its host cannot be reached", "主机不可达"),
            TcpFact::NoSuchName => ("its host has no such name", "域名不存在"),
            TcpFact::Failed(why) => return Some(self.wire_fault(why)),
        };
        Some(self.pick(en.to_owned(), zh.to_owned()))
    }

    /// What happened to a connection.
    pub fn wire_fault(self, fault: &WireFault) -> String {
        let zh = match fault.kind {
            WireFaultKind::Closed => "服务器关闭了连接",
            WireFaultKind::Broken => "连接中断",
            WireFaultKind::Reset => "请求被服务器重置",
            WireFaultKind::GoAway => "服务器正在关闭（GOAWAY）",
            WireFaultKind::Protocol => "违反了 HTTP/2 协议",
            WireFaultKind::Quiet => "连接无响应，PING 没有应答",
            WireFaultKind::NoTls => "服务器不使用 TLS",
            WireFaultKind::WantsTls => "服务器需要 TLS",
            WireFaultKind::NoCommonTls => "没有共同的 TLS 版本或加密套件",
            WireFaultKind::BadCertificate => "服务器证书有问题",
            WireFaultKind::WantsCertificate => "服务器需要客户端证书",
            WireFaultKind::CertificateRefused => "服务器拒绝了客户端证书",
            WireFaultKind::Settings => "连接设置无法使用",
            WireFaultKind::Other => fault.said.as_str(),
        };
        self.pick(fault.said.clone(), zh.to_owned())
    }

    /// What answers in the place of gRPC.
    pub fn foreign_answer(self, answer: &ForeignAnswer) -> String {
        let (en, zh) = match answer {
            ForeignAnswer::Http { status, content_type } if content_type.is_empty() => {
                (format!("HTTP status {status} without gRPC"), format!("HTTP 状态 {status}，没有 gRPC"))
            }
            ForeignAnswer::Http { status, content_type } => {
                (format!("HTTP status {status}, {content_type}"), format!("HTTP 状态 {status}，{content_type}"))
            }
            ForeignAnswer::Bytes(seen) => {
                let line = first_line(seen);
                (format!("it answered “{line}”"), format!("它返回了“{line}”"))
            }
            ForeignAnswer::NoHttp2 => ("TLS without HTTP/2".to_owned(), "TLS 中没有 HTTP/2".to_owned()),
            ForeignAnswer::NoStatus => ("HTTP/2 without gRPC".to_owned(), "HTTP/2 中没有 gRPC".to_owned()),
        };
        self.pick(en, zh)
    }
}

/// What of an answer is repeated: the status line of HTTP, without the headers whose begin was seen; of anything else all
/// that was seen.
fn first_line(seen: &str) -> String {
    /// What was seen ends here at the latest, wherever that is.
    const SEEN: usize = 60;
    if seen.starts_with("HTTP/") {
        let words: Vec<&str> = seen.split(' ').take_while(|word| !word.ends_with(':')).collect();
        return words.join(" ");
    }
    if seen.len() < SEEN { seen.to_owned() } else { format!("{seen}…") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::RegistryKind;

    fn doubt(wire: DisagreementKind) -> Disagreement {
        let (registry, instance) = (RegistryKind::Consul, "9002".to_owned());
        Disagreement { registry, instance, says: Health::Passing, wire, blind: Some(Blind::OnlyTcp) }
    }

    #[test]
    fn disagreements_are_said_in_the_persons_language() {
        let fault = |kind| WireFault { kind, said: "the peer closed the connection".to_owned() };
        let seen = ForeignAnswer::Bytes("HTTP/1.1 400 Bad Request Content-Type: text/plain Date: Sat, 28 N".to_owned());
        for (wire, en, zh) in [
            (
                DisagreementKind::Unreachable(TcpFact::Refused),
                "Nothing answers: the connection is refused.",
                "没有应答：连接被拒绝。",
            ),
            (DisagreementKind::Unreachable(TcpFact::Open), "Nothing answers.", "没有应答。"),
            (
                DisagreementKind::Broken(fault(WireFaultKind::Closed)),
                "Nothing answers: the peer closed the connection.",
                "没有应答：服务器关闭了连接。",
            ),
            (
                DisagreementKind::NoGrpc(seen),
                "speaks no gRPC: it answered “HTTP/1.1 400 Bad Request”.",
                "并非 gRPC：它返回了“HTTP/1.1 400 Bad Request”。",
            ),
            (
                DisagreementKind::NoGrpc(ForeignAnswer::NoHttp2),
                "speaks no gRPC: TLS without HTTP/2.",
                "并非 gRPC：TLS 中没有 HTTP/2。",
            ),
        ] {
            let of = doubt(wire);
            let (said, said_zh) = (Lang::En.disagreement(&of, None), Lang::ZhCn.disagreement(&of, None));
            assert!(said.contains(en), "{said}");
            assert!(said_zh.contains(zh), "{said_zh}");
        }
    }
}
