//! Why something failed, as data: words come from `words::failure`.

use std::sync::Arc;

use super::TlsReport;

/// A failure with its stage. Never carries secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Where it failed.
    pub stage: Stage,
    /// What it was, with the data that words need.
    pub kind: FailureKind,
    /// What was being reached: `127.0.0.1:7888`, a name, a path.
    pub peer: String,
    /// The raw text of the lower layer, for the curious; may be empty.
    pub detail: String,
    /// The chain and what was negotiated so far, if TLS got that far.
    pub tls: Option<Arc<TlsReport>>,
}

/// The phases of a call, in order. `name()` is the word of `--trace-json` and of error texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Waiting for a free stream or for the sender.
    Queue,
    /// Name lookup.
    Resolve,
    /// TCP or unix socket.
    Tcp,
    /// TLS handshake, ALPN included.
    Tls,
    /// HTTP/2 preface and SETTINGS.
    Http2,
    /// Sending headers and messages.
    Request,
    /// Waiting for the first byte of the answer.
    Wait,
    /// Reading the answer.
    Response,
}

impl Stage {
    /// `queue`, `resolve`, `tcp`, `tls`, `http2`, `request`, `wait`, `response`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::Resolve => "resolve",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
            Self::Http2 => "http2",
            Self::Request => "request",
            Self::Wait => "wait",
            Self::Response => "response",
        }
    }
}

/// What went wrong. The transport's author refines this list; each variant has words in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailureKind {
    /// No such name, or no address for it.
    NameNotFound,
    /// Nothing listens there.
    Refused,
    /// The network or host cannot be reached.
    Unreachable,
    /// No answer in time; which stage was waited in is in `Failure::stage`.
    TimedOut,
    /// A TLS hello was answered in plaintext: the server speaks no TLS.
    PlaintextServer,
    /// Plaintext was spoken to a server that wants TLS.
    TlsServer,
    /// The certificate does not hold the name.
    WrongName {
        /// The name asked for.
        asked: String,
        /// The names it holds; empty if it has only a CN.
        presented: Vec<String>,
        /// The CN, where there are no names.
        common_name: Option<String>,
    },
    /// Past its date.
    Expired {
        /// Seconds since 1970-01-01 UTC.
        not_after_unix_s: i64,
    },
    /// Before its date.
    NotYetValid {
        /// Seconds since 1970-01-01 UTC.
        not_before_unix_s: i64,
    },
    /// Signed by nobody that we trust.
    UnknownIssuer,
    /// A pinned certificate changed.
    PinMismatch,
    /// Another fault of the certificate.
    BadCertificate,
    /// The server asked for a client certificate and we had none.
    ClientCertificateMissing,
    /// The server refused ours.
    ClientCertificateRefused,
    /// No TLS version or cipher in common.
    NoCommonTls,
    /// The server did not agree to speak HTTP/2 over TLS (ALPN).
    NoAlpn,
    /// What answered does not speak HTTP/2; the first bytes, printable, for words.
    NotHttp2 {
        /// At most 64.
        first_bytes: String,
    },
    /// Our own settings are wrong: a file that is no certificate, a wrong password, an impossible name.
    BadSettings,
    /// The peer closed the connection.
    Closed,
    /// The connection broke.
    Io,
    /// HTTP/2 was violated, by them or by us.
    Protocol,
    /// The server is going away (GOAWAY).
    GoAway {
        /// HTTP/2 error code.
        code: u32,
        /// Its debug data as text.
        debug: String,
    },
    /// The deadline passed; the stage tells where the time went.
    Deadline,
    /// The person cancelled.
    Cancelled,
}
