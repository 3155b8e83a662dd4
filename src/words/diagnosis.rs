//! The steps of a diagnosis in words: what was found, and what to try where it broke.

use super::failure::describe;
use super::{Lang, format};
use crate::call::{CallStatus, Code};
use crate::engine::{Finding, Rung, Step, StepState, serving_status};
use crate::transport::{CertificateInfo, Failure, TlsReport};

const DAY_S: i64 = 86_400;
/// NOT_FOUND, with which the health service answers for what it does not know.
const NOT_FOUND: Code = Code(5);
/// So many names are listed; the rest is counted.
const LISTED: usize = 12;
/// Characters of a name or message that are shown.
const LONGEST: usize = 200;
/// A certificate with less left than this is worth a word.
const SOON_DAYS: i64 = 14;

/// A step as a person reads it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepWords {
    /// One sentence, or less.
    pub said: String,
    /// More sentences, one a line; may be empty.
    pub more: Vec<String>,
    /// The certificates and what was found of them, one a line, where they are not shown otherwise.
    pub chain: Vec<String>,
    /// What to try, most useful first; may be empty.
    pub advice: Vec<String>,
}

impl Lang {
    fn say(self, en: &str, zh: &str) -> String {
        self.pick(en.to_owned(), zh.to_owned())
    }

    /// A rung by its short name: "TCP".
    pub fn rung(self, rung: Rung) -> &'static str {
        let (en, zh) = match rung {
            Rung::Name => ("Name", "名称解析"),
            Rung::Tcp => ("TCP", "TCP"),
            Rung::Tls => ("TLS", "TLS"),
            Rung::Alpn => ("ALPN", "ALPN"),
            Rung::Http2 => ("HTTP/2 settings", "HTTP/2 设置"),
            Rung::Grpc => ("gRPC", "gRPC"),
            Rung::Health => ("Health", "健康检查"),
            Rung::Reflection => ("Reflection", "反射"),
        };
        match self {
            Self::En => en,
            Self::ZhCn => zh,
        }
    }

    /// A step's title: its rung, of TCP with the address.
    pub fn step_title(self, step: &Step) -> String {
        match (&step.address, step.rung) {
            (Some(address), Rung::Tcp) => format!("{} {address}", self.rung(step.rung)),
            _ => self.rung(step.rung).to_owned(),
        }
    }

    /// A state in a word or two.
    pub fn step_state(self, state: StepState) -> &'static str {
        let words = self.words();
        match state {
            StepState::Passed => words.passed,
            StepState::Warned => words.step_warned,
            StepState::Failed => words.failed,
            StepState::Skipped => words.step_skipped,
            StepState::NotReached => words.not_reached,
        }
    }

    /// What came of it all: "gRPC answers", or which step broke.
    pub fn diagnosis_verdict(self, ok: bool, steps: &[Step]) -> String {
        let is_spoken = steps.iter().any(|step| step.rung == Rung::Grpc && step.state.goes_on());
        let broken = steps.iter().find(|step| step.state == StepState::Failed);
        match broken {
            _ if ok => self.say("gRPC answers", "gRPC 有应答"),
            Some(step) if is_spoken && step.rung < Rung::Grpc => {
                let title = self.titled_at(step);
                self.pick(
                    format!("gRPC answers, but not everywhere: {title} broke"),
                    format!("gRPC 有应答，但 {title} 出错"),
                )
            }
            Some(step) => {
                let title = self.titled_at(step);
                self.pick(format!("It broke at {title}"), format!("在 {title} 处中断"))
            }
            None => self.say("gRPC was not reached", "未到达 gRPC"),
        }
    }

    fn titled_at(self, step: &Step) -> String {
        match &step.address {
            Some(address) => format!("{} {address}", self.rung(step.rung)),
            None => self.rung(step.rung).to_owned(),
        }
    }

    /// A step in words; `now_s` is seconds since 1970-01-01 UTC.
    pub fn step(self, step: &Step, now_s: i64) -> StepWords {
        let said = |said: String| StepWords { said, ..StepWords::default() };
        match &step.found {
            Finding::LiteralAddress => said(self.say("a literal address: nothing to look up", "字面地址，无需解析")),
            Finding::UnixSocket => said(self.say("a unix socket: nothing to look up", "unix 套接字，无需解析")),
            Finding::Addresses { host, addresses, tried } => self.addresses(host, addresses, *tried),
            Finding::Connected { local } if local.is_empty() => said(self.words().connected.to_owned()),
            Finding::Connected { local } => {
                said(self.pick(format!("connected from {local}"), format!("已连接，本机地址 {local}")))
            }
            Finding::Tls(report) => self.handshake(report, now_s),
            Finding::TlsEndedByAlpn(report) => StepWords {
                said: self.say(
                    "the server speaks TLS, but ended the handshake: no protocol in common",
                    "服务器使用 TLS，但结束了握手：没有共同的协议",
                ),
                chain: self.chain(report, now_s),
                ..StepWords::default()
            },
            Finding::PlaintextChosen if step.rung == Rung::Tls => {
                said(self.say("plaintext, as you chose", "按你的选择使用明文"))
            }
            Finding::PlaintextFound if step.rung == Rung::Tls => StepWords {
                said: self.say(
                    "the server speaks no TLS: everything is sent in plaintext",
                    "服务器不使用 TLS：内容以明文发送",
                ),
                advice: vec![self.say(
                    "Anyone on the way can read it: give the server a certificate, or write http:// if plaintext is what you expect.",
                    "途经者都能读到：请为服务器配置证书；如果本来就是明文，请写成 http://。",
                )],
                ..StepWords::default()
            },
            Finding::PlaintextChosen | Finding::PlaintextFound => said(self.say(
                "not needed: plaintext begins with HTTP/2 at once",
                "不需要：明文直接以 HTTP/2 开始",
            )),
            Finding::Alpn(protocol) => said(self.pick(
                format!("{protocol}, agreed to in the handshake"),
                format!("{protocol}，在握手中商定"),
            )),
            Finding::Settings(settings) => self.settings(step.state, settings),
            Finding::Answered(status) => self.answered(step.rung, status),
            Finding::Health(status) => self.health(*status),
            Finding::Services { version, services } => {
                let number = format::count(services.len() as u64);
                let noun = if services.len() == 1 { "service" } else { "services" };
                StepWords {
                    said: self.pick(format!("{version}: {number} {noun}"), format!("{version}：{number} 个服务")),
                    more: if services.is_empty() { Vec::new() } else { vec![self.listed(services)] },
                    ..StepWords::default()
                }
            }
            Finding::Absent if step.rung == Rung::Reflection => StepWords {
                said: self.say("none: the server has no reflection", "没有：服务器不提供反射"),
                advice: vec![self.say(
                    "Open its .proto files or a descriptor set to call it (--proto, --protoset).",
                    "要调用它，请打开它的 .proto 文件或描述符集。",
                )],
                ..StepWords::default()
            },
            Finding::Absent => said(self.say(
                "none: the server has no grpc.health.v1",
                "没有：服务器不提供 grpc.health.v1",
            )),
            Finding::Unreadable => StepWords {
                said: self.say("the answer cannot be read", "无法读取应答"),
                advice: vec![self.say(
                    "The server's own service of this name is another one, or a proxy changed the answer.",
                    "服务器上同名的服务并不是它，或代理改动了应答。",
                )],
                ..StepWords::default()
            },
            Finding::Broken(failure) => self.broken(step, failure, now_s),
            Finding::NotReached => said(self.words().not_reached.to_owned()),
            Finding::NoTime => StepWords {
                said: self.say("the time that was set was over before", "设定的时间已用完"),
                advice: if step.state == StepState::Failed {
                    vec![self.say("Allow more time (--max-time).", "请给予更多时间。")]
                } else {
                    Vec::new()
                },
                ..StepWords::default()
            },
        }
    }

    fn addresses(self, host: &str, addresses: &[String], tried: usize) -> StepWords {
        let all = self.listed(addresses);
        let more = if tried < addresses.len() {
            vec![self.pick(
                format!("Only the first {tried} of {} are tried.", addresses.len()),
                format!("共 {} 个，只尝试前 {tried} 个。", addresses.len()),
            )]
        } else {
            Vec::new()
        };
        StepWords {
            said: self.pick(format!("{host} is {all}"), format!("{host} 即 {all}")),
            more,
            ..StepWords::default()
        }
    }

    /// Names, the first ones; the rest is counted.
    fn listed(self, names: &[String]) -> String {
        let separator = match self {
            Self::En => ", ",
            Self::ZhCn => "、",
        };
        let shown: Vec<String> = names.iter().take(LISTED).map(|name| shortened(name)).collect();
        let shown = shown.join(separator);
        let rest = names.len().saturating_sub(LISTED);
        if rest == 0 {
            return shown;
        }
        self.pick(format!("{shown} and {rest} more"), format!("{shown} 等 {} 个", names.len()))
    }

    fn handshake(self, report: &TlsReport, now_s: i64) -> StepWords {
        let mut facts: Vec<String> =
            [&report.version, &report.cipher_suite, &report.key_exchange].into_iter().flatten().cloned().collect();
        let mut advice = Vec::new();
        if report.unverified {
            facts.push(self.say("verified by nobody", "未经任何验证"));
            advice.push(self.say(
                "Encrypted, but nobody checked who answers: choose whom to trust instead (--cacert).",
                "已加密，但没有核实对方身份：请改为选择信任的对象。",
            ));
        } else if report.checks.is_some_and(|checks| checks.name == crate::transport::Check::NotDone) {
            facts.push(self.say("the pinned certificate", "固定的证书"));
        } else {
            facts.push(self.verified_as(&report.server_name));
        }
        let mut more = Vec::new();
        if report.client_certificate_asked {
            more.push(if report.client_certificate_sent {
                self.say(
                    "The server asked for a client certificate and took ours.",
                    "服务器要求客户端证书，并接受了我们的。",
                )
            } else {
                self.say(
                    "The server asked for a client certificate; none is set, and it went on without.",
                    "服务器要求客户端证书；这里没有设置，但它继续了。",
                )
            });
        }
        if let Some(leaf) = report.chain.first() {
            let days = days_left(leaf, now_s);
            if now_s < leaf.not_before_unix_s {
                advice.push(self.say(
                    "The certificate is not valid yet: check the clocks of both machines.",
                    "证书尚未生效：请检查两台机器的时钟。",
                ));
            } else if days < SOON_DAYS {
                let left = self.days_left(days);
                advice.push(self.pick(
                    format!("Renew the certificate on the server: {left}."),
                    format!("请在服务器上更新证书：{left}。"),
                ));
            } else {
                facts.push(self.days_left(days));
            }
        }
        StepWords { said: facts.join(" · "), more, chain: self.chain(report, now_s), advice }
    }

    /// The chain as the server sent it, then the answers to what its first certificate was asked.
    fn chain(self, report: &TlsReport, now_s: i64) -> Vec<String> {
        let words = self.words();
        let mut lines: Vec<String> =
            report.chain.iter().map(|certificate| self.certificate(certificate, now_s)).collect();
        if let Some(leaf) = report.chain.first() {
            lines.insert(1, format!("{} {}", words.sha256, format::fingerprint(&leaf.sha256)));
        }
        // Where nobody verifies, that is said once already.
        if let (Some(checks), false) = (&report.checks, report.chain.is_empty() || report.unverified) {
            let answers = self.certificate_checks(checks, report, now_s).map(|(_, answer)| answer);
            lines.push(answers.join(" · "));
        }
        lines
    }

    fn certificate(self, certificate: &CertificateInfo, now_s: i64) -> String {
        let issuer = &certificate.issuer;
        let signed = if certificate.self_signed {
            self.say("self-signed", "自签名")
        } else {
            self.pick(format!("signed by {issuer}"), format!("签发者 {issuer}"))
        };
        let mut facts = vec![certificate.subject.clone()];
        if !certificate.names.is_empty() {
            facts.push(self.listed(&certificate.names));
        }
        facts.push(signed);
        let (from, to) = (format::date(certificate.not_before_unix_s), format::date(certificate.not_after_unix_s));
        facts.push(self.from_to(&from, &to));
        facts.push(self.days_left(days_left(certificate, now_s)));
        facts.join(" · ")
    }

    fn settings(self, state: StepState, settings: &[(u16, u32)]) -> StepWords {
        let said = if settings.is_empty() {
            self.say("the defaults: the server sets none of its own", "均为默认值：服务器没有设置")
        } else {
            let all: Vec<String> = settings
                .iter()
                .map(|(id, value)| format!("{} {}", setting_name(*id), format::count(u64::from(*value))))
                .collect();
            all.join(" · ")
        };
        let advice = if state == StepState::Warned {
            vec![self.say(
                "The server allows no call at all just now: it may be starting, or going away.",
                "服务器此刻不允许任何调用：它可能正在启动或退出。",
            )]
        } else {
            Vec::new()
        };
        StepWords { said, advice, ..StepWords::default() }
    }

    fn answered(self, rung: Rung, status: &CallStatus) -> StepWords {
        let name = format!("{} {}", status.code.0, status.code.name());
        let message =
            if status.message.is_empty() { String::new() } else { format!(": {}", shortened(&status.message)) };
        let mut advice = Vec::new();
        if matches!(status.code, Code::UNAUTHENTICATED | Code::PERMISSION_DENIED) {
            advice.push(self.status_advice(status.code).to_owned());
        }
        let said = match (rung, status.code) {
            (Rung::Grpc, Code::UNIMPLEMENTED) if status.failure.is_none() => self.pick(
                format!("a method that cannot exist is answered {name}, as gRPC does"),
                format!("对不存在的方法应答 {name}，正是 gRPC 的做法"),
            ),
            (Rung::Grpc, Code::UNAVAILABLE) => {
                advice.push(self.say(
                    "A proxy answered that cannot reach the server behind it, or the server is not ready yet.",
                    "应答的代理无法到达它后面的服务器，或服务器尚未就绪。",
                ));
                self.pick(format!("answers {name}{message}"), format!("应答 {name}{message}"))
            }
            (Rung::Grpc, _) if status.code == Code::OK || status.failure.is_some() => {
                self.say("gRPC answers, and takes even a method that cannot exist", "gRPC 有应答，连不存在的方法也接受")
            }
            (Rung::Health, NOT_FOUND) => {
                advice.push(self.say(
                    "The server can set it for the empty service name; a service is asked for by its own name.",
                    "服务器可以为空服务名设置状态；单个服务要用它自己的名称查询。",
                ));
                self.say("it has health, but none of the server as a whole", "提供健康检查，但没有整个服务器的状态")
            }
            _ => self.pick(format!("answers {name}{message}"), format!("应答 {name}{message}")),
        };
        StepWords { said, advice, ..StepWords::default() }
    }

    fn health(self, status: i32) -> StepWords {
        let word = serving_status(status);
        let said = self.pick(format!("the whole server is {word}"), format!("整个服务器为 {word}"));
        let advice = if status == 1 {
            Vec::new()
        } else {
            vec![self.say(
                "The server says so itself: it may be starting or going away; look into its log.",
                "这是服务器自己说的：它可能正在启动或退出，请查看其日志。",
            )]
        };
        StepWords { said, advice, ..StepWords::default() }
    }

    fn broken(self, step: &Step, failure: &Failure, now_s: i64) -> StepWords {
        let described = describe(failure, self);
        let chain = failure.tls.as_ref().map(|report| self.chain(report, now_s)).unwrap_or_default();
        if step.rung == Rung::Tcp && step.state == StepState::Warned {
            return StepWords {
                said: described.title,
                more: vec![self.say("A call goes on to the next address.", "调用会继续尝试下一个地址。")],
                ..StepWords::default()
            };
        }
        let more = if described.cause == described.title { Vec::new() } else { vec![described.cause] };
        StepWords { said: described.title, more, chain, advice: described.advice }
    }
}

/// A server may say anything, at any length; a screen shows so much of it.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn days_left(certificate: &CertificateInfo, now_s: i64) -> i64 {
    certificate.not_after_unix_s.saturating_sub(now_s).div_euclid(DAY_S)
}

/// A setting by its name in RFC 9113, 6.5.2, RFC 8441 and RFC 9218.
pub(crate) fn setting_name(id: u16) -> String {
    match id {
        1 => "HEADER_TABLE_SIZE".to_owned(),
        2 => "ENABLE_PUSH".to_owned(),
        3 => "MAX_CONCURRENT_STREAMS".to_owned(),
        4 => "INITIAL_WINDOW_SIZE".to_owned(),
        5 => "MAX_FRAME_SIZE".to_owned(),
        6 => "MAX_HEADER_LIST_SIZE".to_owned(),
        8 => "ENABLE_CONNECT_PROTOCOL".to_owned(),
        9 => "NO_RFC7540_PRIORITIES".to_owned(),
        other => format!("0x{other:x}"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::call::Origin;
    use crate::transport::{CertificateChecks, Check, FailureKind, Stage};

    fn step(rung: Rung, state: StepState, found: Finding) -> Step {
        let address = rung.is_of_address().then(|| "127.0.0.1:7888".to_owned());
        Step { rung, address, place: 0, state, took: Duration::ZERO, found }
    }

    fn report() -> Arc<TlsReport> {
        let passed = Check::Passed;
        Arc::new(TlsReport {
            version: Some("TLS 1.3".to_owned()),
            server_name: "www.eline.com".to_owned(),
            trust: "system roots".to_owned(),
            chain: vec![CertificateInfo {
                subject: "CN=www.eline.com".to_owned(),
                issuer: "CN=www.eline.com".to_owned(),
                names: vec!["www.eline.com".to_owned()],
                not_before_unix_s: 0,
                not_after_unix_s: 30 * DAY_S,
                key: String::new(),
                sha256: [0xab; 32],
                self_signed: true,
                is_ca: false,
                der: Vec::new(),
            }],
            checks: Some(CertificateChecks {
                name: passed,
                dates: passed,
                trust: passed,
                usage: passed,
                is_trusted_itself: true,
            }),
            ..TlsReport::default()
        })
    }

    fn status(code: Code) -> Arc<CallStatus> {
        let message = "no".to_owned();
        Arc::new(CallStatus { code, message, details: Vec::new(), origin: Origin::Server, failure: None })
    }

    fn refused() -> Arc<Failure> {
        let peer = "127.0.0.1:7888".to_owned();
        let (stage, kind) = (Stage::Tcp, FailureKind::Refused);
        Arc::new(Failure { stage, kind, peer, detail: String::new(), tls: None })
    }

    #[test]
    fn every_finding_has_words_in_both_languages() {
        let names = |count: usize| (0..count).map(|index| format!("a{index}")).collect::<Vec<_>>();
        let (passed, warned, failed) = (StepState::Passed, StepState::Warned, StepState::Failed);
        let steps = [
            step(Rung::Name, passed, Finding::LiteralAddress),
            step(Rung::Name, StepState::Skipped, Finding::UnixSocket),
            step(Rung::Name, passed, Finding::Addresses { host: "h".to_owned(), addresses: names(20), tried: 16 }),
            step(Rung::Tcp, passed, Finding::Connected { local: String::new() }),
            step(Rung::Tcp, passed, Finding::Connected { local: "127.0.0.1:5".to_owned() }),
            step(Rung::Tcp, warned, Finding::Broken(refused())),
            step(Rung::Tcp, failed, Finding::Broken(refused())),
            step(Rung::Tls, passed, Finding::Tls(report())),
            step(Rung::Tls, warned, Finding::TlsEndedByAlpn(report())),
            step(Rung::Tls, StepState::Skipped, Finding::PlaintextChosen),
            step(Rung::Tls, warned, Finding::PlaintextFound),
            step(Rung::Alpn, StepState::Skipped, Finding::PlaintextFound),
            step(Rung::Alpn, passed, Finding::Alpn("h2".to_owned())),
            step(Rung::Http2, passed, Finding::Settings(Vec::new())),
            step(Rung::Http2, warned, Finding::Settings(vec![(3, 0), (0x99, 7)])),
            step(Rung::Grpc, passed, Finding::Answered(status(Code::UNIMPLEMENTED))),
            step(Rung::Grpc, passed, Finding::Answered(status(Code::OK))),
            step(Rung::Grpc, warned, Finding::Answered(status(Code::UNAUTHENTICATED))),
            step(Rung::Grpc, warned, Finding::Answered(status(Code::UNAVAILABLE))),
            step(Rung::Health, warned, Finding::Answered(status(NOT_FOUND))),
            step(Rung::Health, passed, Finding::Health(1)),
            step(Rung::Health, warned, Finding::Health(2)),
            step(Rung::Health, StepState::Skipped, Finding::Absent),
            step(Rung::Health, warned, Finding::Unreadable),
            step(Rung::Reflection, passed, Finding::Services { version: "v1", services: names(2) }),
            step(Rung::Reflection, StepState::Skipped, Finding::Absent),
            step(Rung::Reflection, StepState::NotReached, Finding::NotReached),
            step(Rung::Reflection, failed, Finding::NoTime),
        ];
        let has_chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        for step in &steps {
            let (english, chinese) = (Lang::En.step(step, 0), Lang::ZhCn.step(step, 0));
            let all = |words: &StepWords| [&words.more[..], &words.advice].concat();
            for text in std::iter::once(&english.said).chain(&all(&english)) {
                assert!(!text.is_empty() && !has_chinese(text), "{step:?}: {text}");
            }
            // What is a name or number in one language is so in the other.
            let is_data = matches!(&step.found, Finding::Settings(settings) if !settings.is_empty())
                || matches!(&step.found, Finding::Services { .. });
            for text in std::iter::once(&chinese.said).chain(&all(&chinese)) {
                assert!(is_data || has_chinese(text), "{step:?}: {text}");
            }
            assert_eq!(all(&english).len(), all(&chinese).len(), "{step:?}");
            assert_eq!(english.chain.len(), chinese.chain.len());
            if step.state == failed {
                assert!(!english.advice.is_empty(), "{step:?}");
            }
        }
        assert!(!Lang::En.diagnosis_verdict(false, &steps).is_empty());
    }

    #[test]
    fn a_handshake_names_what_was_agreed_to_and_shows_the_chain() {
        let words = Lang::En.step(&step(Rung::Tls, StepState::Passed, Finding::Tls(report())), 0);
        assert_eq!(words.said, "TLS 1.3 · verified as www.eline.com · 30 days left");
        assert_eq!(words.chain.len(), 3, "{:?}", words.chain);
        assert!(words.chain[0].contains("1970-01-01 to 1970-01-31"), "{:?}", words.chain);
        // Two weeks before its end it is worth a word.
        let words = Lang::En.step(&step(Rung::Tls, StepState::Warned, Finding::Tls(report())), 20 * DAY_S);
        assert_eq!(words.advice, ["Renew the certificate on the server: 10 days left."]);
    }

    #[test]
    fn what_a_server_says_is_shown_up_to_a_length() {
        let long = "微".repeat(1_000_000);
        let message = long.clone();
        let (code, origin) = (Code::UNAVAILABLE, Origin::Server);
        let said = Arc::new(CallStatus { code, message, details: Vec::new(), origin, failure: None });
        for found in [Finding::Answered(said), Finding::Services { version: "v1", services: vec![long; 20] }] {
            let words = Lang::En.step(&step(Rung::Grpc, StepState::Warned, found), 0);
            let length: usize = std::iter::once(&words.said).chain(&words.more).map(|line| line.chars().count()).sum();
            assert!(length < 4_000, "{length}");
        }
    }

    #[test]
    fn the_verdict_names_the_step_that_broke() {
        let broken = step(Rung::Tcp, StepState::Failed, Finding::Broken(refused()));
        let rest = step(Rung::Grpc, StepState::NotReached, Finding::NotReached);
        assert_eq!(Lang::En.diagnosis_verdict(false, &[broken, rest]), "It broke at TCP 127.0.0.1:7888");
        let fine = step(Rung::Grpc, StepState::Passed, Finding::Answered(status(Code::UNIMPLEMENTED)));
        assert_eq!(Lang::En.diagnosis_verdict(true, &[fine]), "gRPC answers");
    }
}
