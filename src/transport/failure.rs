//! Why something failed, as data: words come from `words::failure`.

use std::fmt;
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

/// One line for logs and statuses, in English; `words::failure` has the long form, in both languages.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match &self.kind {
            FailureKind::NameNotFound => "no such name",
            FailureKind::Refused => "connection refused",
            FailureKind::Unreachable => "unreachable",
            FailureKind::TimedOut => "no answer in time",
            FailureKind::KeepaliveUnanswered => "a keepalive PING was not answered",
            FailureKind::PlaintextServer => "the server speaks no TLS",
            FailureKind::TlsServer => "the server wants TLS, plaintext was spoken",
            FailureKind::WrongName { .. } => "the certificate does not hold the name",
            FailureKind::Expired { .. } => "the certificate has expired",
            FailureKind::NotYetValid { .. } => "the certificate is not valid yet",
            FailureKind::UnknownIssuer => "the certificate is signed by nobody that is trusted",
            FailureKind::PinMismatch => "the certificate is not the pinned one",
            FailureKind::BadCertificate { .. } => "the certificate is not acceptable",
            FailureKind::ClientCertificateMissing => "the server wants a client certificate",
            FailureKind::ClientCertificateRefused => "the server refused the client certificate",
            FailureKind::NoCommonTls => "no TLS version or cipher in common",
            FailureKind::NoAlpn => "the server did not agree to HTTP/2 (ALPN h2)",
            FailureKind::NotHttp2 { .. } => "what answered is not HTTP/2",
            FailureKind::BadSettings(_) => "the connection's settings are wrong",
            FailureKind::Closed => "the peer closed the connection",
            FailureKind::Io => "the connection broke",
            FailureKind::Protocol => "HTTP/2 was violated",
            FailureKind::GoAway { .. } => "the server is going away",
            FailureKind::Deadline => "the deadline passed",
            FailureKind::Cancelled => "cancelled",
            FailureKind::Reset { .. } => "the stream was reset",
            FailureKind::NotGrpc { .. } => "the answer is not gRPC",
            FailureKind::NoStatus => "the answer has no status",
            FailureKind::BadStatus { .. } => "the answer's status is no number",
            FailureKind::AnswerCount { .. } => "the method answered another number of times than once",
            FailureKind::UnknownEncoding { .. } => "a message has an unknown compression",
            FailureKind::CompressedWithoutEncoding => "a compressed message names no compression",
            FailureKind::CorruptMessage => "a message is corrupt",
            FailureKind::TooLarge { .. } => "a message is over the limit",
        };
        write!(f, "{}: {what} (stage {})", self.peer, self.stage.name())?;
        if let FailureKind::GoAway { debug, .. } = &self.kind
            && !debug.is_empty()
        {
            write!(f, ": {debug}")?;
        }
        if self.detail.is_empty() { Ok(()) } else { write!(f, ": {}", self.detail) }
    }
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
    /// An open connection had gone quiet, and the PING that tested it was not answered.
    KeepaliveUnanswered,
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
    BadCertificate {
        /// Which rule.
        fault: CertificateFault,
    },
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
    BadSettings(SettingsFault),
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
    /// The server reset the stream (RST_STREAM), or HTTP/2's rules made us do it.
    Reset {
        /// HTTP/2 error code (RFC 9113, 7).
        code: u32,
        /// By the server.
        remote: bool,
    },
    /// The answer is HTTP, but not gRPC: a proxy, a web page, another port.
    NotGrpc {
        /// `:status`.
        http_status: u16,
        /// `content-type`; empty if there was none.
        content_type: String,
        /// How its body began, printable, at most 200 characters.
        body: String,
    },
    /// The answer ended without `grpc-status`.
    NoStatus,
    /// `grpc-status` is no number.
    BadStatus {
        /// What it was.
        text: String,
    },
    /// A method that answers once answered another number of times.
    AnswerCount {
        /// How many messages came (reading ends after the second).
        count: u64,
    },
    /// A message is compressed in a way that nobody here knows.
    UnknownEncoding {
        /// `grpc-encoding`.
        encoding: String,
    },
    /// A message is marked as compressed, but no `grpc-encoding` says how.
    CompressedWithoutEncoding,
    /// A message cannot be read: its prefix is wrong, it does not decompress, or the answer ended inside it.
    CorruptMessage,
    /// A message is larger than the limit.
    TooLarge {
        /// The limit in bytes, of the uncompressed message.
        limit: u64,
        /// Its size if known (a compressed one is given up at the limit).
        size: Option<u64>,
        /// It was ours, not the server's.
        sent: bool,
    },
}

/// The rule that a server's certificate breaks, besides name, dates and trust.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateFault {
    /// It cannot be read.
    Unreadable,
    /// It is of X.509 version 1 or 2.
    OldVersion,
    /// It is a CA's certificate shown as a server's.
    CaAsServer,
    /// Its usage does not allow a server.
    Usage,
    /// It was revoked.
    Revoked,
    /// It holds a critical extension that is not known.
    UnknownExtension,
    /// A CA of its chain may not sign for its name.
    NameConstraint,
    /// A signature of its chain is wrong, or of a kind that is not accepted.
    Signature,
}

/// What is wrong with our own settings. Labels are what the settings call their source: paths as a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingsFault {
    /// No certificate in this PEM text.
    NoCertificate {
        /// Its source.
        label: String,
    },
    /// A certificate that cannot be read.
    BadCertificate {
        /// Its source.
        label: String,
    },
    /// No private key in this PEM text.
    NoKey {
        /// Its source.
        label: String,
    },
    /// The private key is locked by a passphrase, which PEM keys cannot be here.
    EncryptedKey {
        /// Its source.
        label: String,
    },
    /// A private key of a kind that TLS cannot use.
    BadKey {
        /// Its source.
        label: String,
    },
    /// Key and certificate do not belong together.
    KeyMismatch {
        /// Their source.
        label: String,
    },
    /// The PKCS#12 bundle does not open with this password.
    WrongPassword {
        /// Its source.
        label: String,
    },
    /// No readable PKCS#12 bundle.
    BadPkcs12 {
        /// Its source.
        label: String,
    },
    /// Neither a DNS name nor an IP address.
    BadServerName {
        /// What it was.
        name: String,
    },
    /// No legal `:authority`.
    BadAuthority {
        /// What it was.
        authority: String,
    },
    /// The operating system holds no roots.
    NoSystemRoots,
    /// Unix sockets do not exist on this system.
    NoUnixSockets,
}

/// The name of an HTTP/2 error code (RFC 9113, 7), as gRPC's texts write it; one without a name in hex.
pub fn http2_code_name(code: u32) -> String {
    const NAMES: [&str; 14] = [
        "NO_ERROR",
        "PROTOCOL_ERROR",
        "INTERNAL_ERROR",
        "FLOW_CONTROL_ERROR",
        "SETTINGS_TIMEOUT",
        "STREAM_CLOSED",
        "FRAME_SIZE_ERROR",
        "REFUSED_STREAM",
        "CANCEL",
        "COMPRESSION_ERROR",
        "CONNECT_ERROR",
        "ENHANCE_YOUR_CALM",
        "INADEQUATE_SECURITY",
        "HTTP_1_1_REQUIRED",
    ];
    usize::try_from(code)
        .ok()
        .and_then(|code| NAMES.get(code))
        .map_or_else(|| format!("0x{code:x}"), |name| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    #[test]
    fn codes_have_names() {
        assert_eq!(super::http2_code_name(7), "REFUSED_STREAM");
        assert_eq!(super::http2_code_name(300), "0x12c");
    }
}
