//! Words of the Trace tab: what each phase is, how it was measured and what makes it long; facts of a connection.

use super::table::word_table;
use super::{Lang, format};

word_table! {
    /// The words of the Trace tab.
    TraceWords, trace:
    trace: "Trace", "Trace";
    open_trace: "Open the Trace tab", "打开 Trace 标签页";
    no_trace: "Nothing to trace yet", "还没有可追踪的内容";
    no_trace_hint: "Send the request, and its phases and its connection appear here.", "发送请求后，各阶段和连接信息会显示在这里。";
    local: "Local", "本地地址";
    peer: "Peer", "对端地址";
    protocol: "Protocol", "协议";
    key_exchange: "Key exchange", "密钥交换";
    sni: "SNI sent", "发送的 SNI";
    client_sent: "asked for, and sent", "服务器要求，已发送";
    client_missing: "asked for, none was sent", "服务器要求，未发送";
    client_unasked: "not asked for", "服务器未要求";
    stream: "HTTP/2 stream", "HTTP/2 stream";
    settings: "Peer's settings", "对端设置";
    opened: "Opened", "建立时间";
    calls: "Calls on it", "已承载调用";
    no_connection: "There was no connection", "没有建立连接";
    save_pem: "Save as PEM…", "存为 PEM…";
    h2_by_alpn: "h2 by ALPN", "ALPN 协商 h2";
    h2_known: "h2 by prior knowledge", "h2（无需协商）";
    copy_value: "Copy the value", "复制值";
    defaults: "defaults of HTTP/2", "HTTP/2 默认值";
    unlimited: "unlimited", "不限";
}

/// A phase, for its explanation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhaseTopic {
    /// Waiting for a free stream or for another's dial.
    Queue,
    /// Name lookup.
    Resolve,
    /// TCP.
    Tcp,
    /// TLS.
    Tls,
    /// HTTP/2 preface and settings.
    Http2,
    /// Headers and messages out.
    Request,
    /// Until the first byte.
    Wait,
    /// Messages in.
    Response,
    /// Trailers.
    Trailers,
}

impl Lang {
    /// What a phase is, how it was measured, what makes it long.
    pub fn phase_explained(self, topic: PhaseTopic) -> &'static str {
        let (en, zh) = match topic {
            PhaseTopic::Queue => (
                "The call waits for its turn.\nFrom Send until a connection is begun or has a free stream.\nLong where the server allows few streams at once, or where another call is just connecting.",
                "调用在排队。\n从点击发送，到开始建立连接或有空闲 stream 为止。\n服务器允许的并发 stream 少，或另一调用正在建连时会变长。",
            ),
            PhaseTopic::Resolve => (
                "The system looks up the addresses of the name.\nFrom the question until the last answer; a literal address needs none.\nLong where a DNS server is slow, far away or does not answer and the next one is asked.",
                "由系统查询该名称的地址。\n从发起查询到收到最后的应答；字面地址无需查询。\nDNS 服务器慢、远或无应答而改问下一个时会变长。",
            ),
            PhaseTopic::Tcp => (
                "TCP connects: one round trip to the address.\nFrom the SYN until the connection is open or refused; each address that was tried has its row.\nLong over long distances; about 1 s more for each lost packet; a firewall that drops packets ends in the connect timeout.",
                "建立 TCP 连接：到该地址的一次往返。\n从发出 SYN 到连接建立或被拒绝；每个尝试过的地址各占一行。\n距离远会变长；每丢一个包约多 1 s；防火墙丢包则直到连接超时。",
            ),
            PhaseTopic::Tls => (
                "Both sides agree on keys, and the server shows its certificate.\nFrom our hello until the handshake is verified: one round trip in TLS 1.3, two in TLS 1.2.\nLong over long distances, with long chains, or on a busy server, whose signature it waits for.",
                "双方协商密钥，服务器出示证书。\n从发出 ClientHello 到握手验证完成：TLS 1.3 一次往返，TLS 1.2 两次。\n距离远、证书链长或服务器繁忙（等待其签名）时会变长。",
            ),
            PhaseTopic::Http2 => (
                "Both sides say how they speak HTTP/2.\nFrom our preface until the server's SETTINGS were seen.\nLong where the server is slow to greet; a server that speaks no HTTP/2 never does.",
                "双方交换 HTTP/2 设置。\n从发出 preface 到看见服务器的 SETTINGS。\n服务器响应慢时会变长；不支持 HTTP/2 的服务器不会应答。",
            ),
            PhaseTopic::Request => (
                "Headers and messages go out.\nFrom the headers until our side is closed, measured when bytes are handed to HTTP/2.\nLong with large messages, where the server's flow control window is full, or because a stream is kept open.",
                "发出头部和消息。\n从头部到我方结束发送，以字节交给 HTTP/2 的时刻为准。\n消息大、服务器流控窗口已满，或 stream 一直保持打开时会变长。",
            ),
            PhaseTopic::Wait => (
                "The server works, and what it says is on its way.\nFrom the end of the request until the first byte of the answer.\nLong where the server is slow; one round trip of the network is always in it.",
                "服务器处理请求，应答在途中。\n从请求结束到收到应答的第一个字节。\n服务器慢则变长；其中总包含一次网络往返。",
            ),
            PhaseTopic::Response => (
                "The answer's messages come in.\nFrom the first byte until the last message was complete.\nLong with large answers, narrow networks, or a stream that goes on.",
                "接收应答消息。\n从第一个字节到最后一条消息完整。\n应答大、带宽小或 stream 持续进行时会变长。",
            ),
            PhaseTopic::Trailers => (
                "The end with the status.\nFrom the last message until the trailers.\nLong where the server still tidies up after its last message.",
                "携带状态的结尾。\n从最后一条消息到收到 trailers。\n服务器在最后一条消息之后仍有收尾工作时会变长。",
            ),
        };
        match self {
            Self::En => en,
            Self::ZhCn => zh,
        }
    }

    /// A connection that was open: since when, and which call on it this is.
    pub fn reused_since(self, age: &str, call: u64) -> String {
        self.pick(
            format!(
                "The connection was open already, for {age}: this is call {call} on it, so nothing had to be looked \
                 up, connected or negotiated."
            ),
            format!("连接此前已打开 {age}：这是其上的第 {call} 次调用，无需再解析、连接或协商。"),
        )
    }

    /// "opened 14 min ago, 2 calls".
    pub fn opened_ago(self, age: &str, calls: u64) -> String {
        let noun = if calls == 1 { "call" } else { "calls" };
        let count = format::count(calls);
        self.pick(format!("opened {age} ago, {count} {noun}"), format!("{age}前建立，{count} 次调用"))
    }

    /// An age of a connection in one unit: "14 min", "3 h".
    pub fn age(self, age: std::time::Duration) -> String {
        let s = age.as_secs();
        let (number, en, zh) = match s {
            0..=59 => (s, "s", "秒"),
            60..=3_599 => (s / 60, "min", "分钟"),
            3_600..=86_399 => (s / 3_600, "h", "小时"),
            _ => (s / 86_400, "d", "天"),
        };
        self.pick(format!("{number} {en}"), format!("{number} {zh}"))
    }

    /// "Copy all headers": the button of a section.
    pub fn copy_all_of(self, title: &str) -> String {
        self.pick(format!("Copy all: {title}"), format!("复制全部：{title}"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Lang, PhaseTopic};

    #[test]
    fn every_phase_says_what_it_is_how_it_is_measured_and_what_makes_it_long() {
        for topic in [
            PhaseTopic::Queue,
            PhaseTopic::Resolve,
            PhaseTopic::Tcp,
            PhaseTopic::Tls,
            PhaseTopic::Http2,
            PhaseTopic::Request,
            PhaseTopic::Wait,
            PhaseTopic::Response,
            PhaseTopic::Trailers,
        ] {
            for lang in [Lang::En, Lang::ZhCn] {
                assert_eq!(lang.phase_explained(topic).lines().count(), 3, "{topic:?}");
            }
        }
    }
}
