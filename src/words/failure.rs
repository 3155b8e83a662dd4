//! Failures in words: what happened, and what to try, in both languages.

use super::Lang;
use crate::transport::{CertificateFault, Failure, FailureKind, SettingsFault, Stage, http2_code_name};

/// A failure as a person reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// One short sentence, fit for a heading: "The certificate is for www.eline.com, you asked for localhost".
    pub title: String,
    /// What was tried, at which stage it failed and why, in one or two sentences.
    pub cause: String,
    /// What to try, most useful first; may be empty.
    pub advice: Vec<String>,
}

/// Puts `failure` into words.
pub fn describe(failure: &Failure, lang: Lang) -> Described {
    let (title, cause, advice) = match lang {
        Lang::En => english(failure),
        Lang::ZhCn => chinese(failure),
    };
    Described { title, cause, advice: advice.into_iter().filter(|line| !line.is_empty()).collect() }
}

type Words = (String, String, Vec<String>);

/// HTTP/2's code for a peer that asks too much (RFC 9113, 7).
const ENHANCE_YOUR_CALM: u32 = 11;

/// What the stage did, as the beginning of a sentence.
fn doing_en(stage: Stage) -> &'static str {
    match stage {
        Stage::Queue => "while the call waited for its turn",
        Stage::Resolve => "while the name was looked up",
        Stage::Tcp => "while the connection was opened",
        Stage::Tls => "during the TLS handshake",
        Stage::Http2 => "while HTTP/2 was being set up",
        Stage::Request => "while the request was being sent",
        Stage::Wait => "while the answer was awaited",
        Stage::Response => "while the answer was being read",
    }
}

fn doing_zh(stage: Stage) -> &'static str {
    match stage {
        Stage::Queue => "调用排队等待时",
        Stage::Resolve => "解析名称时",
        Stage::Tcp => "建立连接时",
        Stage::Tls => "TLS 握手时",
        Stage::Http2 => "建立 HTTP/2 时",
        Stage::Request => "发送请求时",
        Stage::Wait => "等待应答时",
        Stage::Response => "读取应答时",
    }
}

fn rule_en(fault: CertificateFault) -> &'static str {
    match fault {
        CertificateFault::Unreadable => "it cannot be read",
        CertificateFault::OldVersion => "it is of an old version of X.509",
        CertificateFault::CaAsServer => "it belongs to a CA, and servers must show one of their own",
        CertificateFault::Usage => "its usage does not allow a server",
        CertificateFault::Revoked => "it was revoked",
        CertificateFault::UnknownExtension => "it holds a critical extension that is not known here",
        CertificateFault::NameConstraint => "the CA that signed it may not sign for its name",
        CertificateFault::Signature => "a signature in its chain is wrong, or of a kind that is not accepted",
    }
}

fn rule_zh(fault: CertificateFault) -> &'static str {
    match fault {
        CertificateFault::Unreadable => "无法读取",
        CertificateFault::OldVersion => "使用了旧版 X.509",
        CertificateFault::CaAsServer => "这是 CA 的证书，服务器应出示自己的证书",
        CertificateFault::Usage => "用途不允许服务器",
        CertificateFault::Revoked => "已被吊销",
        CertificateFault::UnknownExtension => "含有未知的关键扩展",
        CertificateFault::NameConstraint => "签发它的 CA 无权为此名称签发",
        CertificateFault::Signature => "证书链中的签名有误，或算法不被接受",
    }
}

/// The lower layer's own text, in brackets, for kinds that do not say everything by themselves. The system's number
/// tells a person nothing.
fn detail(failure: &Failure) -> String {
    let said = failure.detail.split(" (os error ").next().unwrap_or_default();
    if said.is_empty() { String::new() } else { format!(" ({said})") }
}

fn is_local(peer: &str) -> bool {
    peer.starts_with("127.") || peer.starts_with("[::1]") || peer.starts_with("localhost")
}

/// A unix socket goes by its path.
fn is_socket(peer: &str) -> bool {
    peer.starts_with('/')
}

/// `2026-11-24 13:35 UTC`, from seconds since 1970-01-01 (civil-from-days, Howard Hinnant).
fn date(unix_s: i64) -> String {
    let days = unix_s.div_euclid(86_400) + 719_468;
    let seconds = unix_s.rem_euclid(86_400);
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02} UTC", seconds / 3600, seconds % 3600 / 60)
}

fn english(failure: &Failure) -> Words {
    let peer = failure.peer.as_str();
    let doing = doing_en(failure.stage);
    let detail = detail(failure);
    let trust = failure.tls.as_ref().map(|tls| tls.trust.as_str()).unwrap_or_default();
    let s = |text: &str| text.to_owned();
    match &failure.kind {
        FailureKind::NameNotFound => (
            format!("The name of {peer} is not known"),
            s("The system's name lookup found no address for it."),
            vec![
                s("Check the spelling of the host."),
                s("If the name exists only in another network, connect to its VPN, or write the IP address instead."),
            ],
        ),
        FailureKind::Refused if is_socket(peer) => (
            format!("Nothing listens at {peer}"),
            s("There is no such socket, or no server behind it."),
            vec![s("Check that the server is running, and the path of its unix socket.")],
        ),
        FailureKind::Refused => (
            format!("Nothing listens at {peer}"),
            s("The machine was reached, but it refused the connection."),
            vec![
                s("Check that the server is running, and at this port."),
                if is_local(peer) {
                    s("A server in a container is reached only at a port that is published to this machine.")
                } else {
                    s("Check that the server listens at an outside address, not only at 127.0.0.1.")
                },
            ],
        ),
        FailureKind::Unreachable => (
            format!("{peer} cannot be reached"),
            format!("No way leads to this address{detail}."),
            vec![s("Check the network, the VPN and the address.")],
        ),
        FailureKind::TimedOut => (
            match failure.stage {
                Stage::Resolve => format!("The name of {peer} was not resolved in time"),
                Stage::Tls => format!("{peer} accepted the connection, but no TLS came back"),
                Stage::Http2 => format!("{peer} accepted the connection, but spoke no HTTP/2"),
                _ => format!("{peer} did not answer in time"),
            },
            format!("Patience ended {doing}{detail}."),
            match failure.stage {
                Stage::Resolve | Stage::Tcp => vec![
                    s("Check the address; a firewall that drops packets looks like this."),
                    s("Raise the connect timeout if the network is slow."),
                ],
                Stage::Tls | Stage::Http2 => vec![
                    s(
                        "Check that the port is the gRPC port of the server; a server stopped in a debugger looks like this too.",
                    ),
                    s("Raise the connect timeout if the server is slow to begin."),
                ],
                _ => vec![s("The network or the server is gone; send again to connect anew.")],
            },
        ),
        FailureKind::KeepaliveUnanswered => (
            format!("{peer} has gone silent"),
            format!(
                "Nothing came any more {doing}, and the keepalive PING that asked whether anybody is there was not answered{detail}."
            ),
            vec![
                s(
                    "The network or the server is gone, or the server is stopped in a debugger; send again to connect anew.",
                ),
                s(
                    "A firewall between may have forgotten the connection: a shorter keepalive interval keeps it in mind.",
                ),
            ],
        ),
        FailureKind::PlaintextServer => (
            format!("{peer} speaks no TLS"),
            s("A TLS hello was answered in plaintext."),
            vec![
                s(
                    "Turn TLS off for this address (http://, --plaintext) if a plaintext server is what you expect there.",
                ),
                s("Or check the port: many servers have one for TLS and one without."),
            ],
        ),
        FailureKind::TlsServer => (
            format!("{peer} wants TLS"),
            s("Plaintext was spoken to it, and it hung up; asked with a TLS hello, it answered."),
            vec![s("Turn TLS on for this address (https://, or leave --plaintext out).")],
        ),
        FailureKind::WrongName { asked, presented, common_name } => {
            let cause = format!(
                "{peer} was reached, then the TLS handshake was ended here, because no name in the server's certificate \
                 is {asked}. Nothing of the request was sent."
            );
            match (presented.as_slice(), common_name) {
                ([], Some(name)) => (
                    format!("The certificate names {name} only in its CN, which no longer counts"),
                    format!(
                        "You asked for {asked}. Names are compared with the subject alternative names (SAN), and this \
                         certificate has none."
                    ),
                    vec![
                        format!(
                            "Make the certificate with a SAN: openssl req -x509 … -addext \"subjectAltName=DNS:{name}\""
                        ),
                        s("Or trust exactly this certificate, which compares no name."),
                    ],
                ),
                ([], None) => (
                    format!("The server has no certificate for {asked}"),
                    format!("Neither a name in its certificate nor the server itself answers to {asked}."),
                    vec![s("Set the server name to one that the server has a certificate for.")],
                ),
                (names, _) => (
                    format!("The certificate is for {}, you asked for {asked}", names.join(", ")),
                    cause,
                    vec![
                        format!(
                            "Set the server name to {} if this is the server that you mean.",
                            names.iter().find(|name| !name.starts_with('*')).unwrap_or(&names[0])
                        ),
                        format!("Or make a certificate that holds {asked} among its names (SAN)."),
                    ],
                ),
            }
        }
        FailureKind::Expired { not_after_unix_s } => (
            format!("The certificate has expired on {}", date(*not_after_unix_s)),
            format!("{peer} showed a certificate past its date."),
            vec![s("Renew the certificate on the server."), s("If it should be valid, check this machine's clock.")],
        ),
        FailureKind::NotYetValid { not_before_unix_s } => (
            format!("The certificate is not valid before {}", date(*not_before_unix_s)),
            format!("{peer} showed a certificate from the future."),
            vec![s("Check the clocks of this machine and of the one that made the certificate.")],
        ),
        FailureKind::UnknownIssuer => (
            s("The certificate is signed by nobody that is trusted here"),
            format!(
                "{peer} showed a certificate chain that does not lead to the trusted ones ({trust}). Nothing of the \
                 request was sent."
            ),
            vec![
                s(
                    "Choose the CA file that signed it, or the server's own certificate file, as the one to trust (--cacert).",
                ),
                s("If the server leaves out an intermediate certificate, add it to the server's chain."),
            ],
        ),
        FailureKind::PinMismatch => (
            s("The server's certificate is not the one that was pinned"),
            format!("{peer} showed another certificate than the one you decided to trust."),
            vec![s(
                "If the server was given a new certificate, look at it and trust it anew; otherwise somebody stands between.",
            )],
        ),
        FailureKind::BadCertificate { fault } => (
            s("The server's certificate is not acceptable"),
            format!("{peer} showed a certificate that breaks a rule: {}.", rule_en(*fault)),
            vec![s(
                "Look at the certificate: its usage must allow a server (serverAuth), its signature must be of today's kinds.",
            )],
        ),
        FailureKind::ClientCertificateMissing => (
            format!("{peer} wants a client certificate"),
            s("The server asked for one, and none is set."),
            vec![s("Set a client certificate and its key, PEM or PKCS#12 (--cert, --key).")],
        ),
        FailureKind::ClientCertificateRefused => (
            format!("{peer} refused the client certificate"),
            s("The server asked for one and did not accept ours."),
            vec![s(
                "Check that it is signed by a CA that the server trusts, that it has not expired, and that its usage allows clients.",
            )],
        ),
        FailureKind::NoCommonTls => (
            format!("{peer} and this client have no TLS version or cipher in common"),
            s("TLS 1.2 and 1.3 were offered."),
            vec![s("Allow TLS 1.2 or 1.3, with modern ciphers, on the server.")],
        ),
        FailureKind::NoAlpn => (
            format!("{peer} did not agree to speak HTTP/2"),
            s("TLS came to be, but the server did not choose h2 (ALPN), which gRPC needs."),
            vec![
                s("Check that the port is the gRPC port: a web server answers like this."),
                s("A proxy in front of the server must have HTTP/2 turned on."),
            ],
        ),
        FailureKind::NotHttp2 { first_bytes } => (
            format!("What answers at {peer} does not speak HTTP/2"),
            format!("Its first words were: {first_bytes}"),
            vec![s("Check the port: gRPC servers speak HTTP/2.")],
        ),
        FailureKind::BadSettings(fault) => english_fault(fault, &detail),
        FailureKind::Closed => (
            format!("{peer} closed the connection"),
            format!("It did so {doing}, without a word why{detail}."),
            vec![s("Look into the server's log: it may have crashed, restarted, or not liked what it saw.")],
        ),
        FailureKind::Io => (
            format!("The connection to {peer} broke"),
            format!("It broke {doing}{detail}."),
            vec![s("Send again; if it happens again, look into the server's log and at the network between.")],
        ),
        FailureKind::Protocol => (
            format!("{peer} and this client disagree about the protocol"),
            format!("The rules of TLS or HTTP/2 were broken {doing}{detail}."),
            vec![s("Check that the port is the gRPC port, and that a proxy between does not change HTTP/2.")],
        ),
        FailureKind::GoAway { code, debug } => {
            let said = if debug.is_empty() { String::new() } else { format!(": {debug}") };
            (
                format!("{peer} ended the connection ({})", http2_code_name(*code)),
                format!("The server sent GOAWAY {doing}{said}."),
                if debug == "too_many_pings" {
                    vec![s("The server takes so many keepalive PINGs for an attack: raise the keepalive interval.")]
                } else if *code == ENHANCE_YOUR_CALM {
                    vec![s(
                        "The server finds that it is asked too much on one connection: send less often, or fewer at once.",
                    )]
                } else if *code == 0 {
                    vec![s("Servers do so when they restart or after a connection's age: send again.")]
                } else {
                    vec![s("Send again; if it happens again, look into the server's log.")]
                },
            )
        }
        FailureKind::Deadline => (
            s("The deadline passed"),
            format!("The time that was set for the call ended {doing}{detail}."),
            match failure.stage {
                Stage::Queue => {
                    vec![s("The server's limit of calls at once is used up; end other calls, or allow more time.")]
                }
                Stage::Resolve | Stage::Tcp | Stage::Tls | Stage::Http2 => {
                    vec![s("The time went into connecting: check the address.")]
                }
                _ => vec![s("Allow the call more time, or find out what the server does in it.")],
            },
        ),
        FailureKind::Cancelled => (s("You cancelled the call"), format!("It ended {doing}{detail}."), Vec::new()),
        FailureKind::Reset { code, remote: true } => (
            format!("{peer} reset the call ({})", http2_code_name(*code)),
            format!("The server sent RST_STREAM {doing}, instead of a status."),
            match code {
                7 => vec![s("The server refuses new calls just now; send again.")],
                8 => vec![s("The server, or a proxy before it, gave the call up: its own deadline may have passed.")],
                11 => vec![s("The server finds this too much: slow down.")],
                _ => vec![s("Look into the log of the server or of the proxy before it.")],
            },
        ),
        FailureKind::Reset { code, remote: false } => (
            s("The answer broke the rules of HTTP/2"),
            format!("The call was reset from here ({}) {doing}.", http2_code_name(*code)),
            vec![s("Look at the frames of the call; a proxy between may have changed them.")],
        ),
        FailureKind::NotGrpc { http_status, content_type, body } => (
            format!("The answer is not gRPC: HTTP status {http_status}"),
            {
                let kind =
                    if content_type.is_empty() { s("no content-type") } else { format!("content-type {content_type}") };
                let begin = if body.is_empty() { String::new() } else { format!(" It begins: {body}") };
                format!("It has {kind}.{begin}")
            },
            match http_status {
                404 => vec![s(
                    "A web server answered that knows no such path: check the port, and the routes of a proxy between.",
                )],
                401 | 403 => vec![s("A gateway wants to know who you are: add its token as metadata.")],
                502..=504 => vec![s("A proxy answered that cannot reach the server behind it.")],
                _ => vec![s("Check that the port is the gRPC port; a proxy or web server answered.")],
            },
        ),
        FailureKind::NoStatus => (
            s("The answer ended without a status"),
            s("gRPC's trailers did not come, so nobody knows whether the call succeeded."),
            vec![s("A proxy between may drop trailers, or the server broke off: look into their logs.")],
        ),
        FailureKind::BadStatus { text } => (
            s("The answer's status is no number"),
            format!("grpc-status was {text:?}."),
            vec![s("Look at the trailers; the server or a proxy writes them wrong.")],
        ),
        FailureKind::AnswerCount { count: 0 } => (
            s("No message came"),
            s("The method answers with one message, but the server said OK without sending one."),
            vec![s("Check that the schema is the server's: the method may be another there.")],
        ),
        FailureKind::AnswerCount { .. } => (
            s("More than one message came"),
            s("The method answers with one message by the schema; what came is kept."),
            vec![s("Check that the schema is the server's: the method may be a stream there.")],
        ),
        FailureKind::UnknownEncoding { encoding } => (
            format!("A message is compressed as {encoding}, which is not known here"),
            s("gzip, deflate and zstd are, and the request said so."),
            vec![s("Turn this compression off on the server.")],
        ),
        FailureKind::CompressedWithoutEncoding => (
            s("A message is marked as compressed, but not how"),
            s("The answer's headers have no grpc-encoding that says it."),
            vec![s("The server, or a proxy that dropped the header, is at fault.")],
        ),
        FailureKind::CorruptMessage => (
            s("A message is corrupt"),
            format!("It cannot be taken apart {doing}{detail}."),
            vec![s("Look at the frames of the call; the server or a proxy between is at fault.")],
        ),
        FailureKind::TooLarge { limit, size, sent } => {
            let who = if *sent { "The message to send" } else { "A message of the answer" };
            (
                format!("{who} is over the limit of {limit} bytes"),
                size.map_or_else(
                    || s("It is compressed, and was given up at the limit."),
                    |size| format!("It has {size} bytes."),
                ),
                vec![s("Raise the limit (--max-msg-sz) if such messages are what you expect.")],
            )
        }
    }
}

fn english_fault(fault: &SettingsFault, detail: &str) -> Words {
    let s = |text: &str| text.to_owned();
    let (title, advice) = match fault {
        SettingsFault::NoCertificate { label } => {
            (format!("{label} holds no certificate"), s("Choose a PEM file with -----BEGIN CERTIFICATE-----."))
        }
        SettingsFault::BadCertificate { label } => (
            format!("The certificate in {label} cannot be read"),
            format!("Look at it: openssl x509 -in {label} -text"),
        ),
        SettingsFault::NoKey { label } => {
            (format!("{label} holds no private key"), s("Choose a PEM file with -----BEGIN PRIVATE KEY-----."))
        }
        SettingsFault::EncryptedKey { label } => (
            format!("The key in {label} is locked by a passphrase"),
            s("Unlock it (openssl pkey -in key.pem -out open.pem), or use a PKCS#12 bundle with its password."),
        ),
        SettingsFault::BadKey { label } => (
            format!("The key in {label} is of a kind that cannot be used"),
            s("RSA from 2048 bits, EC P-256, P-384 and Ed25519 can."),
        ),
        SettingsFault::KeyMismatch { label } => (
            format!("The key does not belong to the certificate in {label}"),
            s("Choose the two that were made together."),
        ),
        SettingsFault::WrongPassword { label } => {
            (format!("The password does not open {label}"), s("Type the bundle's password again."))
        }
        SettingsFault::BadPkcs12 { label } => (
            format!("{label} is no PKCS#12 bundle that can be read"),
            s("Export it anew as .p12 or .pfx, or use PEM files."),
        ),
        SettingsFault::BadServerName { name } => {
            (format!("{name:?} is no server name"), s("Write a DNS name or an IP address, without a port."))
        }
        SettingsFault::BadAuthority { authority } => {
            (format!("{authority:?} is no authority"), s("Write host or host:port."))
        }
        SettingsFault::NoSystemRoots => (
            s("The system holds no root certificates"),
            s("Install them (on Debian: ca-certificates), or choose a CA file."),
        ),
        SettingsFault::NoUnixSockets => (s("This system has no unix sockets"), s("Use host:port.")),
    };
    (title, format!("Nothing was sent: the connection's settings come first{detail}."), vec![advice])
}

fn chinese(failure: &Failure) -> Words {
    let peer = failure.peer.as_str();
    let doing = doing_zh(failure.stage);
    let detail = detail(failure);
    let trust = failure.tls.as_ref().map_or("", |tls| match tls.trust.as_str() {
        "system roots" => "系统根证书",
        "exactly this certificate" => "仅此证书",
        other => other,
    });
    let s = |text: &str| text.to_owned();
    match &failure.kind {
        FailureKind::NameNotFound => (
            format!("找不到 {peer} 的名称"),
            s("系统的名称解析没有给出任何地址。"),
            vec![s("检查主机名的拼写。"), s("如果该名称只存在于另一个网络，请先连接其 VPN，或直接填写 IP 地址。")],
        ),
        FailureKind::Refused if is_socket(peer) => (
            format!("{peer} 上没有服务在监听"),
            s("该套接字不存在，或其背后没有服务。"),
            vec![s("检查服务是否正在运行，以及 unix 套接字的路径。")],
        ),
        FailureKind::Refused => (
            format!("{peer} 上没有服务在监听"),
            s("已到达该主机，但连接被拒绝。"),
            vec![
                s("检查服务是否正在运行，端口是否正确。"),
                if is_local(peer) {
                    s("容器中的服务只能通过映射到本机的端口访问。")
                } else {
                    s("检查服务是否监听对外地址，而不只是 127.0.0.1。")
                },
            ],
        ),
        FailureKind::Unreachable => {
            (format!("无法到达 {peer}"), format!("没有通往该地址的路由{detail}。"), vec![s("检查网络、VPN 和地址。")])
        }
        FailureKind::TimedOut => (
            match failure.stage {
                Stage::Resolve => format!("{peer} 的名称未能及时解析"),
                Stage::Tls => format!("{peer} 接受了连接，但没有 TLS 回应"),
                Stage::Http2 => format!("{peer} 接受了连接，但没有 HTTP/2 回应"),
                _ => format!("{peer} 没有及时应答"),
            },
            format!("{doing}超时{detail}。"),
            match failure.stage {
                Stage::Resolve | Stage::Tcp => {
                    vec![s("检查地址；丢弃数据包的防火墙也会如此。"), s("如果网络较慢，请调大连接超时。")]
                }
                Stage::Tls | Stage::Http2 => vec![
                    s("检查该端口是否是服务的 gRPC 端口；停在调试器中的服务也会如此。"),
                    s("如果服务启动较慢，请调大连接超时。"),
                ],
                _ => vec![s("网络或服务已断开；再次发送即可重新连接。")],
            },
        ),
        FailureKind::KeepaliveUnanswered => (
            format!("{peer} 不再有回应"),
            format!("{doing}不再收到任何数据，用来确认对方是否还在的保活 PING 也没有得到应答{detail}。"),
            vec![
                s("网络或服务已断开，或服务停在调试器中；再次发送即可重新连接。"),
                s("中间的防火墙可能已遗忘此连接：较短的保活间隔可避免这种情况。"),
            ],
        ),
        FailureKind::PlaintextServer => (
            format!("{peer} 不使用 TLS"),
            s("对 TLS 握手的回答是明文。"),
            vec![
                s("如果那里本来就是明文服务，请为此地址关闭 TLS（http://）。"),
                s("否则请检查端口：许多服务分别有 TLS 端口和明文端口。"),
            ],
        ),
        FailureKind::TlsServer => (
            format!("{peer} 需要 TLS"),
            s("以明文与它通信时它断开了连接；改用 TLS 握手询问，它作出了回答。"),
            vec![s("请为此地址打开 TLS（https://）。")],
        ),
        FailureKind::WrongName { asked, presented, common_name } => match (presented.as_slice(), common_name) {
            ([], Some(name)) => (
                format!("证书只在 CN 中写有 {name}，而 CN 已不再算数"),
                format!("你请求的是 {asked}。名称与主题备用名称（SAN）比较，而此证书没有 SAN。"),
                vec![
                    format!("制作带 SAN 的证书：openssl req -x509 … -addext \"subjectAltName=DNS:{name}\""),
                    s("或者选择仅信任此证书，这样不比较名称。"),
                ],
            ),
            ([], None) => (
                format!("服务没有用于 {asked} 的证书"),
                format!("证书中的名称和服务本身都不对应 {asked}。"),
                vec![s("把服务器名称设为服务拥有证书的名称。")],
            ),
            (names, _) => (
                format!("证书属于 {}，而你请求的是 {asked}", names.join("、")),
                format!(
                    "已到达 {peer}，随后在本机结束了 TLS 握手，因为服务器证书中没有 {asked} 这个名称。请求的内容都没有发出。"
                ),
                vec![
                    format!(
                        "如果这正是你要访问的服务，请把服务器名称设为 {}。",
                        names.iter().find(|name| !name.starts_with('*')).unwrap_or(&names[0])
                    ),
                    format!("或者制作一张名称（SAN）中包含 {asked} 的证书。"),
                ],
            ),
        },
        FailureKind::Expired { not_after_unix_s } => (
            format!("证书已于 {} 过期", date(*not_after_unix_s)),
            format!("{peer} 出示的证书已超过有效期。"),
            vec![s("在服务器上更新证书。"), s("如果它应当有效，请检查本机时钟。")],
        ),
        FailureKind::NotYetValid { not_before_unix_s } => (
            format!("证书在 {} 之前无效", date(*not_before_unix_s)),
            format!("{peer} 出示的证书尚未生效。"),
            vec![s("检查本机以及签发证书的机器的时钟。")],
        ),
        FailureKind::UnknownIssuer => (
            s("证书的签发者不受信任"),
            format!("{peer} 出示的证书链没有通向受信任的证书（{trust}）。请求的内容都没有发出。"),
            vec![
                s("选择签发它的 CA 文件，或服务器自己的证书文件，作为信任的对象。"),
                s("如果服务器缺少中间证书，请把它加入服务器的证书链。"),
            ],
        ),
        FailureKind::PinMismatch => (
            s("服务器的证书不是已固定的那一张"),
            format!("{peer} 出示的证书与你决定信任的不同。"),
            vec![s("如果服务器换了新证书，请查看后重新信任；否则可能有人在中间拦截。")],
        ),
        FailureKind::BadCertificate { fault } => (
            s("服务器的证书不可接受"),
            format!("{peer} 出示的证书违反了规则：{}。", rule_zh(*fault)),
            vec![s("查看证书：其用途必须允许服务器（serverAuth），签名必须是当今的算法。")],
        ),
        FailureKind::ClientCertificateMissing => (
            format!("{peer} 需要客户端证书"),
            s("服务器要求出示证书，而这里没有设置。"),
            vec![s("设置客户端证书及其私钥（PEM 或 PKCS#12）。")],
        ),
        FailureKind::ClientCertificateRefused => (
            format!("{peer} 拒绝了客户端证书"),
            s("服务器要求出示证书，但不接受我们的。"),
            vec![s("检查它是否由服务器信任的 CA 签发、是否过期，以及用途是否允许客户端。")],
        ),
        FailureKind::NoCommonTls => (
            format!("{peer} 与本客户端没有共同的 TLS 版本或加密套件"),
            s("已提供 TLS 1.2 和 1.3。"),
            vec![s("在服务器上启用 TLS 1.2 或 1.3 以及现代加密套件。")],
        ),
        FailureKind::NoAlpn => (
            format!("{peer} 没有同意使用 HTTP/2"),
            s("TLS 已建立，但服务器没有选择 h2（ALPN），而 gRPC 需要它。"),
            vec![s("检查该端口是否是 gRPC 端口：网页服务器会这样回答。"), s("服务前面的代理必须启用 HTTP/2。")],
        ),
        FailureKind::NotHttp2 { first_bytes } => (
            format!("{peer} 上应答的不是 HTTP/2"),
            format!("它最先说的是：{first_bytes}"),
            vec![s("检查端口：gRPC 服务使用 HTTP/2。")],
        ),
        FailureKind::BadSettings(fault) => chinese_fault(fault, &detail),
        FailureKind::Closed => (
            format!("{peer} 关闭了连接"),
            format!("{doing}对方关闭了连接，没有说明原因{detail}。"),
            vec![s("查看服务器日志：它可能崩溃、重启，或不接受收到的内容。")],
        ),
        FailureKind::Io => (
            format!("与 {peer} 的连接中断"),
            format!("{doing}连接中断{detail}。"),
            vec![s("再次发送；如果再次发生，请查看服务器日志和中间的网络。")],
        ),
        FailureKind::Protocol => (
            format!("{peer} 与本客户端对协议的理解不一致"),
            format!("{doing}违反了 TLS 或 HTTP/2 的规则{detail}。"),
            vec![s("检查该端口是否是 gRPC 端口，以及中间的代理是否改动了 HTTP/2。")],
        ),
        FailureKind::GoAway { code, debug } => {
            let said = if debug.is_empty() { String::new() } else { format!(":{debug}") };
            (
                format!("{peer} 结束了连接（{}）", http2_code_name(*code)),
                format!("{doing}服务器发送了 GOAWAY{said}。"),
                if debug == "too_many_pings" {
                    vec![s("服务器把过多的保活 PING 当作攻击：请调大保活间隔。")]
                } else if *code == ENHANCE_YOUR_CALM {
                    vec![s("服务器认为一个连接上的请求过多：请降低发送频率，或减少并发。")]
                } else if *code == 0 {
                    vec![s("服务器重启或连接到达寿命时会如此：再次发送即可。")]
                } else {
                    vec![s("再次发送；如果再次发生，请查看服务器日志。")]
                },
            )
        }
        FailureKind::Deadline => (
            s("已超过截止时间"),
            format!("{doing}用完了为此调用设定的时间{detail}。"),
            match failure.stage {
                Stage::Queue => vec![s("服务器允许的并发调用已用尽；结束其他调用，或给予更多时间。")],
                Stage::Resolve | Stage::Tcp | Stage::Tls | Stage::Http2 => vec![s("时间花在了连接上：检查地址。")],
                _ => vec![s("给调用更多时间，或查明服务器在此期间做了什么。")],
            },
        ),
        FailureKind::Cancelled => (s("你取消了调用"), format!("{doing}被取消{detail}。"), Vec::new()),
        FailureKind::Reset { code, remote: true } => (
            format!("{peer} 重置了调用（{}）", http2_code_name(*code)),
            format!("{doing}服务器发送了 RST_STREAM，而不是状态。"),
            match code {
                7 => vec![s("服务器此刻拒绝新的调用；请再次发送。")],
                8 => vec![s("服务器或其前面的代理放弃了调用：可能是它自己的截止时间到了。")],
                11 => vec![s("服务器认为请求过多：请放慢速度。")],
                _ => vec![s("查看服务器或其前面代理的日志。")],
            },
        ),
        FailureKind::Reset { code, remote: false } => (
            s("应答违反了 HTTP/2 的规则"),
            format!("{doing}由本端重置了调用（{}）。", http2_code_name(*code)),
            vec![s("查看此调用的帧；中间的代理可能改动了它们。")],
        ),
        FailureKind::NotGrpc { http_status, content_type, body } => (
            format!("应答不是 gRPC:HTTP 状态 {http_status}"),
            {
                let kind = if content_type.is_empty() {
                    s("没有 content-type")
                } else {
                    format!("content-type 为 {content_type}")
                };
                let begin = if body.is_empty() { String::new() } else { format!("开头是：{body}") };
                format!("应答{kind}。{begin}")
            },
            match http_status {
                404 => vec![s("应答的网页服务器没有这个路径：检查端口，以及中间代理的路由。")],
                401 | 403 => vec![s("网关需要知道你是谁：请把令牌作为元数据加入。")],
                502..=504 => vec![s("应答的代理无法到达它后面的服务器。")],
                _ => vec![s("检查该端口是否是 gRPC 端口；应答的是代理或网页服务器。")],
            },
        ),
        FailureKind::NoStatus => (
            s("应答结束时没有状态"),
            s("没有收到 gRPC 的尾部元数据，因此无从知道调用是否成功。"),
            vec![s("中间的代理可能丢弃了尾部元数据，或服务器中途断开：请查看它们的日志。")],
        ),
        FailureKind::BadStatus { text } => (
            s("应答的状态不是数字"),
            format!("grpc-status 为 {text:?}。"),
            vec![s("查看尾部元数据；服务器或代理写错了它。")],
        ),
        FailureKind::AnswerCount { count: 0 } => (
            s("没有收到消息"),
            s("该方法应当返回一条消息，但服务器没有发送消息就返回了 OK。"),
            vec![s("检查模式是否与服务器一致：该方法在那里可能不同。")],
        ),
        FailureKind::AnswerCount { .. } => (
            s("收到了不止一条消息"),
            s("按模式该方法只返回一条消息；收到的内容已保留。"),
            vec![s("检查模式是否与服务器一致：该方法在那里可能是流。")],
        ),
        FailureKind::UnknownEncoding { encoding } => (
            format!("消息以 {encoding} 压缩，这里不认识它"),
            s("这里支持 gzip、deflate 和 zstd，请求中也已说明。"),
            vec![s("在服务器上关闭这种压缩。")],
        ),
        FailureKind::CompressedWithoutEncoding => (
            s("消息标记为已压缩，却没有说明方式"),
            s("应答的头部没有相应的 grpc-encoding。"),
            vec![s("问题在服务器，或在丢弃了该头部的代理。")],
        ),
        FailureKind::CorruptMessage => (
            s("消息已损坏"),
            format!("{doing}无法拆解消息{detail}。"),
            vec![s("查看此调用的帧；问题在服务器或中间的代理。")],
        ),
        FailureKind::TooLarge { limit, size, sent } => (
            format!("{}超过了 {limit} 字节的限制", if *sent { "要发送的消息" } else { "应答中的消息" }),
            size.map_or_else(|| s("它是压缩的，在到达限制时已放弃。"), |size| format!("它有 {size} 字节。")),
            vec![s("如果这样大的消息是正常的，请调大限制。")],
        ),
    }
}

fn chinese_fault(fault: &SettingsFault, detail: &str) -> Words {
    let s = |text: &str| text.to_owned();
    let (title, advice) = match fault {
        SettingsFault::NoCertificate { label } => {
            (format!("{label} 中没有证书"), s("请选择含有 -----BEGIN CERTIFICATE----- 的 PEM 文件。"))
        }
        SettingsFault::BadCertificate { label } => {
            (format!("无法读取 {label} 中的证书"), format!("查看它：openssl x509 -in {label} -text"))
        }
        SettingsFault::NoKey { label } => {
            (format!("{label} 中没有私钥"), s("请选择含有 -----BEGIN PRIVATE KEY----- 的 PEM 文件。"))
        }
        SettingsFault::EncryptedKey { label } => (
            format!("{label} 中的私钥被口令锁定"),
            s("先解锁（openssl pkey -in key.pem -out open.pem），或使用带密码的 PKCS#12 文件。"),
        ),
        SettingsFault::BadKey { label } => {
            (format!("{label} 中的私钥类型无法使用"), s("可用的有 2048 位以上的 RSA、EC P-256、P-384 和 Ed25519。"))
        }
        SettingsFault::KeyMismatch { label } => {
            (format!("私钥与 {label} 中的证书不匹配"), s("请选择一同生成的证书和私钥。"))
        }
        SettingsFault::WrongPassword { label } => (format!("密码无法打开 {label}"), s("请重新输入该文件的密码。")),
        SettingsFault::BadPkcs12 { label } => {
            (format!("{label} 不是可读取的 PKCS#12 文件"), s("重新导出为 .p12 或 .pfx，或使用 PEM 文件。"))
        }
        SettingsFault::BadServerName { name } => {
            (format!("{name:?} 不是服务器名称"), s("请填写 DNS 名称或 IP 地址，不带端口。"))
        }
        SettingsFault::BadAuthority { authority } => {
            (format!("{authority:?} 不是合法的 authority"), s("请填写 host 或 host:port。"))
        }
        SettingsFault::NoSystemRoots => {
            (s("系统中没有根证书"), s("请安装（Debian 上为 ca-certificates），或选择 CA 文件。"))
        }
        SettingsFault::NoUnixSockets => (s("此系统没有 unix 套接字"), s("请使用 host:port。")),
    };
    (title, format!("什么都没有发送：连接的设置需要先改正{detail}。"), vec![advice])
}

#[cfg(test)]
mod tests {
    use super::{Described, Lang, date, describe};
    use crate::transport::{CertificateFault, Failure, FailureKind, SettingsFault, Stage};

    fn words(stage: Stage, kind: FailureKind, lang: Lang) -> Described {
        let failure = Failure { stage, kind, peer: "127.0.0.1:7888".to_owned(), detail: String::new(), tls: None };
        describe(&failure, lang)
    }

    #[test]
    fn dates() {
        for (unix_s, expect) in [
            (0, "1970-01-01 00:00 UTC"),
            (951_782_400, "2000-02-29 00:00 UTC"),
            (1_009_843_200, "2002-01-01 00:00 UTC"),
            (-1, "1969-12-31 23:59 UTC"),
        ] {
            assert_eq!(date(unix_s), expect);
        }
    }

    #[test]
    fn every_failure_has_words_in_both_languages() {
        let label = || "client.pem".to_owned();
        let mut kinds = vec![
            FailureKind::NameNotFound,
            FailureKind::Refused,
            FailureKind::Unreachable,
            FailureKind::TimedOut,
            FailureKind::KeepaliveUnanswered,
            FailureKind::PlaintextServer,
            FailureKind::TlsServer,
            FailureKind::WrongName { asked: "a".to_owned(), presented: vec!["*.b".to_owned()], common_name: None },
            FailureKind::WrongName { asked: "a".to_owned(), presented: vec![], common_name: Some("b".to_owned()) },
            FailureKind::WrongName { asked: "a".to_owned(), presented: vec![], common_name: None },
            FailureKind::Expired { not_after_unix_s: i64::from(i32::MAX) },
            FailureKind::NotYetValid { not_before_unix_s: 0 },
            FailureKind::UnknownIssuer,
            FailureKind::PinMismatch,
            FailureKind::BadCertificate { fault: CertificateFault::CaAsServer },
            FailureKind::ClientCertificateMissing,
            FailureKind::ClientCertificateRefused,
            FailureKind::NoCommonTls,
            FailureKind::NoAlpn,
            FailureKind::NotHttp2 { first_bytes: "SSH-2.0".to_owned() },
            FailureKind::Closed,
            FailureKind::Io,
            FailureKind::Protocol,
            FailureKind::GoAway { code: 11, debug: "too_many_pings".to_owned() },
            FailureKind::GoAway { code: 11, debug: String::new() },
            FailureKind::GoAway { code: 0, debug: String::new() },
            FailureKind::Deadline,
            FailureKind::Cancelled,
            FailureKind::Reset { code: 8, remote: true },
            FailureKind::Reset { code: 1, remote: false },
            FailureKind::NotGrpc { http_status: 503, content_type: String::new(), body: "no".to_owned() },
            FailureKind::NoStatus,
            FailureKind::BadStatus { text: "x".to_owned() },
            FailureKind::AnswerCount { count: 0 },
            FailureKind::AnswerCount { count: 2 },
            FailureKind::UnknownEncoding { encoding: "br".to_owned() },
            FailureKind::CompressedWithoutEncoding,
            FailureKind::CorruptMessage,
            FailureKind::TooLarge { limit: 1, size: Some(2), sent: true },
        ];
        kinds.extend(
            [
                SettingsFault::NoCertificate { label: label() },
                SettingsFault::BadCertificate { label: label() },
                SettingsFault::NoKey { label: label() },
                SettingsFault::EncryptedKey { label: label() },
                SettingsFault::BadKey { label: label() },
                SettingsFault::KeyMismatch { label: label() },
                SettingsFault::WrongPassword { label: label() },
                SettingsFault::BadPkcs12 { label: label() },
                SettingsFault::BadServerName { name: label() },
                SettingsFault::BadAuthority { authority: label() },
                SettingsFault::NoSystemRoots,
                SettingsFault::NoUnixSockets,
            ]
            .map(FailureKind::BadSettings),
        );
        for kind in kinds {
            for stage in [Stage::Queue, Stage::Resolve, Stage::Tcp, Stage::Tls, Stage::Http2, Stage::Wait] {
                let english = words(stage, kind.clone(), Lang::En);
                let chinese = words(stage, kind.clone(), Lang::ZhCn);
                let has_chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
                for text in [&english.title, &english.cause] {
                    assert!(!text.is_empty() && !has_chinese(text), "{text}");
                }
                for text in [&chinese.title, &chinese.cause].into_iter().chain(&chinese.advice) {
                    assert!(has_chinese(text), "{kind:?}: {text}");
                }
                assert_eq!(english.advice.len(), chinese.advice.len(), "{kind:?}");
                assert!(kind == FailureKind::Cancelled || !english.advice.is_empty(), "{kind:?}");
            }
        }
    }

    #[test]
    fn a_wrong_name_says_both_names() {
        let kind = FailureKind::WrongName {
            asked: "localhost".to_owned(),
            presented: vec!["www.eline.com".to_owned()],
            common_name: None,
        };
        let described = words(Stage::Tls, kind, Lang::En);
        assert_eq!(described.title, "The certificate is for www.eline.com, you asked for localhost");
        assert!(described.advice[0].contains("Set the server name to www.eline.com"));
    }
}
