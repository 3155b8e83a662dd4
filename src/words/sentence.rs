//! Sentences that hold data.

use super::{Lang, format};
use crate::call::{Code, MetadataError};
use crate::state::{SetAside, WhyAside};
use crate::transport::{CertificateChecks, Check, FailureKind, Stage, TlsReport};

impl Lang {
    pub(super) fn pick(self, en: impl Into<String>, zh: impl Into<String>) -> String {
        match self {
            Self::En => en.into(),
            Self::ZhCn => zh.into(),
        }
    }

    /// A stage as part of a sentence: "the TLS handshake".
    pub fn stage(self, stage: Stage) -> &'static str {
        let (en, zh) = match stage {
            Stage::Queue => ("the queue", "排队"),
            Stage::Resolve => ("the name lookup", "域名解析"),
            Stage::Tcp => ("the TCP connect", "TCP 连接"),
            Stage::Tls => ("the TLS handshake", "TLS 握手"),
            Stage::Http2 => ("the HTTP/2 settings", "HTTP/2 设置"),
            Stage::Request => ("the request", "发送请求"),
            Stage::Wait => ("the wait for the server", "等待服务器"),
            Stage::Response => ("the response", "接收响应"),
        };
        match self {
            Self::En => en,
            Self::ZhCn => zh,
        }
    }

    /// "failed at the TLS handshake".
    pub fn failed_at(self, stage: Stage) -> String {
        let stage = self.stage(stage);
        let gap = if stage.starts_with(|c: char| c.is_ascii()) { " " } else { "" };
        self.pick(format!("failed at {stage}"), format!("在{gap}{stage}阶段失败"))
    }

    /// "from 127.0.0.1:7888, new connection".
    pub fn answered_by(self, peer: &str) -> String {
        self.pick(format!("from {peer}, new connection"), format!("来自 {peer}，新连接"))
    }

    /// "reused, call 2": the number counts from 1.
    pub fn reused(self, call: u64) -> String {
        self.pick(format!("reused, call {call}"), format!("复用连接，第 {call} 次调用"))
    }

    /// "verified as www.eline.com".
    pub fn verified_as(self, name: &str) -> String {
        self.pick(format!("verified as {name}"), format!("已验证为 {name}"))
    }

    /// "21.4 ms in all".
    pub fn in_all(self, time: &str) -> String {
        self.pick(format!("{time} in all"), format!("共 {time}"))
    }

    /// "15.8 ms, connection reused".
    pub fn in_all_reused(self, time: &str) -> String {
        self.pick(format!("{time}, connection reused"), format!("{time}，复用连接"))
    }

    /// "stopped after 4.2 ms".
    pub fn stopped_after(self, time: &str) -> String {
        self.pick(format!("stopped after {time}"), format!("{time} 后停止"))
    }

    /// "running for 1.20 s".
    pub fn running_for(self, time: &str) -> String {
        self.pick(format!("running for {time}"), format!("已运行 {time}"))
    }

    /// "after 15.1 ms".
    pub fn after(self, time: &str) -> String {
        self.pick(format!("after {time}"), format!("{time} 后"))
    }

    /// "Resolve localhost".
    pub fn resolve(self, host: &str) -> String {
        self.pick(format!("Resolve {host}"), format!("解析 {host}"))
    }

    /// "TCP 127.0.0.1:7888".
    pub fn tcp(self, peer: &str) -> String {
        format!("TCP {peer}")
    }

    /// "TLS 1.3 handshake".
    pub fn tls_handshake(self, version: &str) -> String {
        self.pick(format!("{version} handshake"), format!("{version} 握手"))
    }

    /// "Request, 1 message".
    pub fn request_messages(self, count: u64) -> String {
        let number = format::count(count);
        let noun = if count == 1 { "message" } else { "messages" };
        self.pick(format!("Request, {number} {noun}"), format!("请求，{number} 条消息"))
    }

    /// "Response, 1 message".
    pub fn response_messages(self, count: u64) -> String {
        let number = format::count(count);
        let noun = if count == 1 { "message" } else { "messages" };
        self.pick(format!("Response, {number} {noun}"), format!("响应，{number} 条消息"))
    }

    /// "64 B sent".
    pub fn bytes_sent(self, size: &str) -> String {
        self.pick(format!("{size} sent"), format!("已发送 {size}"))
    }

    /// "64 B received".
    pub fn bytes_received(self, size: &str) -> String {
        self.pick(format!("{size} received"), format!("已接收 {size}"))
    }

    /// "sent 12".
    pub fn sent_count(self, count: u64) -> String {
        let number = format::count(count);
        self.pick(format!("sent {number}"), format!("已发送 {number}"))
    }

    /// "received 4,812".
    pub fn received_count(self, count: u64) -> String {
        let number = format::count(count);
        self.pick(format!("received {number}"), format!("已接收 {number}"))
    }

    /// "310 msg/s".
    pub fn rate(self, per_second: u64) -> String {
        let number = format::count(per_second);
        self.pick(format!("{number} msg/s"), format!("{number} 条/秒"))
    }

    /// "Message 4,801", numbered from 1.
    pub fn message_number(self, number: u64) -> String {
        let number = format::count(number);
        self.pick(format!("Message {number}"), format!("消息 {number}"))
    }

    /// "Line 14, column 7".
    pub fn line_column(self, line: u32, column: u32) -> String {
        self.pick(format!("Line {line}, column {column}"), format!("第 {line} 行，第 {column} 列"))
    }

    /// "15 lines".
    pub fn lines(self, count: usize) -> String {
        let number = format::count(count as u64);
        let noun = if count == 1 { "line" } else { "lines" };
        self.pick(format!("{number} {noun}"), format!("{number} 行"))
    }

    /// "6 keys".
    pub fn keys(self, count: usize) -> String {
        let noun = if count == 1 { "key" } else { "keys" };
        self.pick(format!("{count} {noun}"), format!("{count} 个键"))
    }

    /// "folder · 12 files".
    pub fn badge_with_files(self, kind: &str, files: usize) -> String {
        let noun = if files == 1 { "file" } else { "files" };
        self.pick(
            format!("{} · {files} {noun}", self.source_kind(kind)),
            format!("{} · {files} 个文件", self.source_kind(kind)),
        )
    }

    /// What a source is, from the engine's English.
    pub fn source_kind(self, kind: &str) -> String {
        match self {
            Self::En => kind.to_owned(),
            Self::ZhCn => kind
                .replace("reflection", "反射")
                .replace("descriptor set", "描述符集")
                .replace("folder", "文件夹")
                .replace("files", "文件"),
        }
    }

    /// "1 certificate, as the server sent it".
    pub fn certificates(self, count: usize) -> String {
        let noun = if count == 1 { "certificate" } else { "certificates" };
        self.pick(format!("{count} {noun}, as the server sent it"), format!("{count} 张，服务器发送的原样"))
    }

    /// "2026-07-24 to 2027-07-24".
    pub fn from_to(self, from: &str, to: &str) -> String {
        self.pick(format!("{from} to {to}"), format!("{from} 至 {to}"))
    }

    /// "244 days left", or that it is over, or not begun.
    pub fn days_left(self, days: i64) -> String {
        if days < 0 {
            return self.pick(format!("expired {} days ago", -days), format!("已过期 {} 天", -days));
        }
        let noun = if days == 1 { "day" } else { "days" };
        self.pick(format!("{days} {noun} left"), format!("剩余 {days} 天"))
    }

    /// "Use www.eline.com as server name".
    pub fn use_as_server_name(self, name: &str) -> String {
        self.pick(format!("Use {name} as server name"), format!("把 {name} 用作服务器名"))
    }

    /// What to try after a status that a server gave; empty where the status says nothing about it.
    pub fn status_advice(self, code: Code) -> &'static str {
        let (en, zh) = match code {
            Code::UNIMPLEMENTED => (
                "The server does not have this method. Check that the address and the schema belong together.",
                "服务器上没有这个方法。请检查地址与 schema 是否对应。",
            ),
            Code::UNAUTHENTICATED => (
                "The server wants to know who you are: add what it asks for under Metadata.",
                "服务器需要知道你是谁：请在 Metadata 中加入它要求的内容。",
            ),
            Code::PERMISSION_DENIED => (
                "The server knows who you are and refuses: check the rights of what you send under Metadata.",
                "服务器知道你是谁，但拒绝了请求：请检查 Metadata 中凭据的权限。",
            ),
            _ => ("", ""),
        };
        match self {
            Self::En => en,
            Self::ZhCn => zh,
        }
    }

    /// Why a phase failed, in a few words beside its bar.
    pub fn failed_briefly(self, kind: &FailureKind) -> &'static str {
        let (en, zh) = match kind {
            FailureKind::NameNotFound => ("no such name", "没有这个名称"),
            FailureKind::Refused => ("refused", "被拒绝"),
            FailureKind::Unreachable => ("cannot be reached", "无法到达"),
            FailureKind::TimedOut => ("no answer in time", "没有及时应答"),
            FailureKind::PlaintextServer => ("the server speaks no TLS", "服务器不使用 TLS"),
            FailureKind::TlsServer => ("the server wants TLS", "服务器需要 TLS"),
            FailureKind::WrongName { .. } => ("name does not match: ended by us", "名称不符：由我方结束"),
            FailureKind::Expired { .. } => ("expired: ended by us", "已过期：由我方结束"),
            FailureKind::NotYetValid { .. } => ("not valid yet: ended by us", "尚未生效：由我方结束"),
            FailureKind::UnknownIssuer => ("not trusted: ended by us", "不受信任：由我方结束"),
            FailureKind::PinMismatch => ("another certificate: ended by us", "证书不同：由我方结束"),
            FailureKind::BadCertificate { .. } => ("not acceptable: ended by us", "不可接受：由我方结束"),
            FailureKind::ClientCertificateMissing => ("a client certificate is wanted", "需要客户端证书"),
            FailureKind::ClientCertificateRefused => ("client certificate refused", "客户端证书被拒绝"),
            FailureKind::NotHttp2 { .. } => ("no HTTP/2", "不是 HTTP/2"),
            FailureKind::Closed => ("closed by the server", "被服务器关闭"),
            FailureKind::GoAway { .. } => ("ended by the server", "被服务器结束"),
            FailureKind::Deadline => ("the deadline passed", "已超时"),
            FailureKind::Cancelled => ("cancelled", "已取消"),
            FailureKind::Reset { remote: true, .. } => ("reset by the server", "被服务器重置"),
            _ => ("failed", "失败"),
        };
        match self {
            Self::En => en,
            Self::ZhCn => zh,
        }
    }

    /// Who is trusted, from the transport's English; of a path its last part.
    pub fn trusted(self, trust: &str) -> String {
        let words = self.words();
        match trust {
            "system roots" => self.pick("the system roots".to_owned(), words.system_roots.to_owned()),
            "exactly this certificate" => self.pick("the pinned one".to_owned(), "固定的证书".to_owned()),
            label => label.rsplit(['/', '\\']).next().unwrap_or(label).to_owned(),
        }
    }

    /// The answers to what a certificate is asked, in order: name, dates, trust, use.
    pub fn certificate_checks(
        self,
        checks: &CertificateChecks,
        report: &TlsReport,
        now_s: i64,
    ) -> [(Check, String); 4] {
        let asked = &report.server_name;
        let trusted = self.trusted(&report.trust);
        let gap = if trusted.is_ascii() { " " } else { "" };
        let unchecked = |en: &str, zh: &str| self.pick(format!("{en}: not checked"), format!("{zh}：未检查"));
        let name = match checks.name {
            Check::Passed => self.pick(format!("Name: {asked}"), format!("名称：{asked}")),
            Check::Failed => self.pick(format!("Name: not {asked}"), format!("名称：不是 {asked}")),
            Check::NotDone => unchecked("Name", "名称"),
        };
        let is_future = report.chain.first().is_some_and(|leaf| now_s < leaf.not_before_unix_s);
        let dates = match checks.dates {
            Check::Passed => self.pick("Dates: valid now".to_owned(), "日期：当前有效".to_owned()),
            Check::Failed if is_future => self.pick("Dates: not valid yet".to_owned(), "日期：尚未生效".to_owned()),
            Check::Failed => self.pick("Dates: expired".to_owned(), "日期：已过期".to_owned()),
            Check::NotDone => unchecked("Dates", "日期"),
        };
        let trust = match checks.trust {
            Check::Passed if checks.is_trusted_itself => {
                self.pick(format!("Trust: is {trusted}"), format!("信任：就是{gap}{trusted}"))
            }
            Check::Passed => self.pick(format!("Trust: leads to {trusted}"), format!("信任：通向{gap}{trusted}")),
            Check::Failed => {
                self.pick(format!("Trust: not by {trusted}"), format!("信任：不在{gap}{trusted}{gap}之内"))
            }
            Check::NotDone => unchecked("Trust", "信任"),
        };
        let usage = match checks.usage {
            Check::Passed => self.pick("Use: server".to_owned(), "用途：服务器".to_owned()),
            Check::Failed => self.pick("Use: not for servers".to_owned(), "用途：不能用于服务器".to_owned()),
            Check::NotDone => unchecked("Use", "用途"),
        };
        [(checks.name, name), (checks.dates, dates), (checks.trust, trust), (checks.usage, usage)]
    }

    /// "Trust CN=www.eline.com for localhost:7888?".
    pub fn trust_question(self, subject: &str, address: &str) -> String {
        self.pick(format!("Trust {subject} for {address}?"), format!("对 {address} 信任 {subject}？"))
    }

    /// What follows from trusting one certificate, with its fingerprint.
    pub fn trust_question_text(self, address: &str, fingerprint: &str) -> String {
        self.pick(
            format!(
                "Proconsul will then believe this one certificate of {address} and no other. Its name, dates and \
                 issuer are not compared any more. Compare its SHA-256 with what the server's owner tells you:\n\
                 {fingerprint}"
            ),
            format!(
                "此后 Proconsul 对 {address} 只相信这一张证书，不再比较名称、日期和签发者。请与服务器的所有者核对 SHA-256：\n{fingerprint}"
            ),
        )
    }

    /// "Trusting pins this one certificate for localhost:7888; its name is then not compared."
    pub fn trust_hint(self, address: &str) -> String {
        self.pick(
            format!("Trusting pins this one certificate for {address}; its name is then not compared."),
            format!("信任即为 {address} 固定这一张证书，此后不再比较名称。"),
        )
    }

    /// "CN=www.eline.com · 244 days left · 8F:2C:51:E0…10:A9", of a certificate that is trusted by itself.
    pub fn pinned_fact(self, sha256: &[u8; 32], subject: &str, days: i64) -> String {
        let whole = format::fingerprint(sha256);
        let short = format!("{}…{}", &whole[..11], &whole[whole.len() - 5..]);
        format!("{subject} · {} · {short}", self.days_left(days))
    }

    /// "no localhost", beside the names of a certificate.
    pub fn not_among(self, name: &str) -> String {
        self.pick(format!("no {name}"), format!("没有 {name}"))
    }

    /// "12 B as base64".
    pub fn base64_bytes(self, count: usize) -> String {
        self.pick(format!("{count} B as base64"), format!("{count} B，base64"))
    }

    /// "1 stream open".
    pub fn streams_open(self, count: usize) -> String {
        let noun = if count == 1 { "stream" } else { "streams" };
        self.pick(format!("{count} {noun} open"), format!("{count} 个 stream 进行中"))
    }

    /// "For every request to 127.0.0.1:7888", the part before the address.
    pub fn for_every_request_to(self, address: &str) -> String {
        self.pick(format!("For every request to {address}"), format!("用于发往 {address} 的所有请求"))
    }

    /// The name of the switch of a tab's close button.
    pub fn close_tab(self, name: &str) -> String {
        self.pick(format!("Close {name}"), format!("关闭 {name}"))
    }

    /// A step that failed, in the status bar: "localhost:7888 · TLS refused by us".
    pub fn address_failed_at(self, address: &str, stage: Stage) -> String {
        format!("{address} · {}", self.failed_at(stage))
    }

    /// Why a metadata row is not sent.
    pub fn metadata_error(self, error: &MetadataError) -> String {
        match error {
            MetadataError::Reserved { key, reason } => match self {
                Self::En if key == "grpc-timeout" => {
                    "Reserved by gRPC: it is written from the deadline. Set the deadline above instead.".to_owned()
                }
                Self::En => format!("Reserved by gRPC: {reason}."),
                Self::ZhCn => match key.as_str() {
                    "grpc-timeout" => "gRPC 保留：由超时设置写入，请改用上方的超时。".to_owned(),
                    _ => format!("gRPC 保留：{key} 由 Proconsul 或 gRPC 自行写入。"),
                },
            },
            MetadataError::BadKey { .. } => self.pick(
                "Not a metadata key: use a-z, 0-9, '-', '_' and '.'".to_owned(),
                "不是合法的键：只能用 a-z、0-9、'-'、'_' 和 '.'".to_owned(),
            ),
            MetadataError::BadValue { .. } => self.pick(
                "Metadata carries plain ASCII: end the key in -bin to send bytes".to_owned(),
                "metadata 只能携带 ASCII 文本：要发送字节，请让键以 -bin 结尾".to_owned(),
            ),
            MetadataError::BadBase64 { .. } => self.pick(
                "Neither base64 nor hex after 0x, as keys that end in -bin want it".to_owned(),
                "既不是 base64，也不是以 0x 开头的十六进制：以 -bin 结尾的键需要其中之一".to_owned(),
            ),
        }
    }

    /// "Line 3, column 7", of a file.
    pub fn file_place(self, file: &str, line: Option<u32>, column: Option<u32>) -> String {
        match (line, column) {
            (Some(line), Some(column)) => format!("{file}:{line}:{column}"),
            (Some(line), None) => format!("{file}:{line}"),
            _ => file.to_owned(),
        }
    }

    /// "Add ../common as import root".
    pub fn add_import_root(self, root: &str) -> String {
        self.pick(format!("Add {root} as import root"), format!("把 {root} 加为 import 根目录"))
    }

    /// A file of what is remembered that was not understood: why, and where it is now.
    pub fn set_aside(self, aside: &SetAside) -> String {
        let place = aside.path.display();
        let (en, zh) = match &aside.why {
            WhyAside::Newer(version) => (
                format!("It was written by a newer Proconsul (version {version} of the file)."),
                format!("文件由更新版本的 Proconsul 写入（文件版本 {version}）。"),
            ),
            WhyAside::Broken(why) => (format!("The file is damaged ({why})."), format!("文件已损坏（{why}）。")),
            WhyAside::Unreadable(why) => {
                (format!("The file cannot be read ({why})."), format!("文件无法读取（{why}）。"))
            }
        };
        match (&aside.stays, &aside.why) {
            (Some(why), _) => self.pick(
                format!(
                    "{en} It stays at {place}, because it could not be renamed ({why}); nothing is kept until it is \
                     moved away."
                ),
                format!("{zh} 无法重命名（{why}），文件仍在 {place}；移走之前不会保存任何内容。"),
            ),
            (None, WhyAside::Newer(_)) => self.pick(
                format!("{en} It is now {place}; the newer one reads it again once it is named state.json."),
                format!("{zh} 现位于 {place}；改回 state.json 后，新版本可再次读取。"),
            ),
            (None, _) => self.pick(
                format!("{en} It is now {place}, unchanged: drafts can be copied out of it with any text editor."),
                format!("{zh} 现位于 {place}，内容未改动：可用任意文本编辑器取出草稿。"),
            ),
        }
    }

    /// Why nothing can be kept, and what to do.
    pub fn not_kept(self, folder: &std::path::Path, why: &str) -> String {
        let folder = folder.display();
        self.pick(
            format!("{folder} cannot be written ({why}). Make room or give write access; it is tried again."),
            format!("{folder} 无法写入（{why}）。请腾出空间或授予写权限，程序会自动重试。"),
        )
    }

    /// "4 more tabs".
    pub fn more_tabs(self, count: usize) -> String {
        let noun = if count == 1 { "tab" } else { "tabs" };
        self.pick(format!("{count} more {noun}"), format!("另有 {count} 个标签页"))
    }

    /// Where there is no display: what is missing, and how to go on without a window.
    pub fn no_window(self, reason: &str) -> String {
        self.pick(
            format!(
                "Proconsul cannot open its window: {reason}.\n\
                 A window needs a display (X11 or Wayland, in $DISPLAY or $WAYLAND_DISPLAY) and OpenGL 2.1 or newer.\n\
                 Without them everything works from the terminal: try `proconsul demo`, then \
                 `proconsul list --plaintext 127.0.0.1:7888`, or `proconsul help`."
            ),
            format!(
                "Proconsul 无法打开窗口：{reason}。\n\
                 窗口需要显示服务（X11 或 Wayland，即 $DISPLAY 或 $WAYLAND_DISPLAY）和 OpenGL 2.1 以上。\n\
                 没有它们也可以在终端里完成一切：先试 `proconsul demo`，再试 \
                 `proconsul list --plaintext 127.0.0.1:7888`，或 `proconsul help`。"
            ),
        )
    }
}
