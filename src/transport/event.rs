//! What happens while a connection is made, stamped where it happens by the monotonic clock.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use super::Failure;

/// One step of making a connection, sent when it has ended. `started` and `ended` are stamped in the transport.
#[derive(Clone, Debug)]
pub enum ConnectEvent {
    /// The name was looked up.
    Resolve {
        /// What was looked up.
        host: String,
        /// In the order in which they are tried; a literal address resolves to itself.
        addresses: Vec<SocketAddr>,
        /// Begin.
        started: Instant,
        /// End.
        ended: Instant,
        /// Set if it failed.
        failure: Option<Arc<Failure>>,
    },
    /// One TCP (or unix socket) attempt.
    Connect {
        /// `ip:port` or the socket's path.
        peer: String,
        /// Our own address, if it came so far.
        local: Option<String>,
        /// Begin.
        started: Instant,
        /// End.
        ended: Instant,
        /// Set if it failed.
        failure: Option<Arc<Failure>>,
    },
    /// The TLS handshake.
    Tls {
        /// What was negotiated and shown; also after a failure, as far as it came.
        report: Arc<TlsReport>,
        /// Begin.
        started: Instant,
        /// End.
        ended: Instant,
        /// Set if it failed.
        failure: Option<Arc<Failure>>,
    },
    /// The HTTP/2 preface, until the server's SETTINGS were seen.
    Http2 {
        /// The server's SETTINGS: identifier and value (RFC 9113, 6.5.2).
        settings: Vec<(u16, u32)>,
        /// Begin.
        started: Instant,
        /// End.
        ended: Instant,
        /// Set if it failed.
        failure: Option<Arc<Failure>>,
    },
}

/// Is told of each step as it ends; called on a runtime's thread, must not block.
pub trait Observer: Send + Sync {
    /// One step ended.
    fn connect_event(&self, event: ConnectEvent);
}

/// What TLS negotiated and which certificates came; readable also after a failed handshake.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsReport {
    /// "TLS 1.3".
    pub version: Option<String>,
    /// "TLS13_AES_256_GCM_SHA384".
    pub cipher_suite: Option<String>,
    /// "X25519".
    pub key_exchange: Option<String>,
    /// "h2".
    pub alpn: Option<String>,
    /// The name that was asked for (SNI, and compared).
    pub server_name: String,
    /// The chain as the server sent it, leaf first.
    pub chain: Vec<CertificateInfo>,
    /// The server asked for a client certificate.
    pub client_certificate_asked: bool,
    /// We had one to show.
    pub client_certificate_sent: bool,
    /// Nobody verified the chain (skip-verify).
    pub unverified: bool,
    /// Who is trusted, for words: "system roots", a file's path, "exactly this certificate".
    pub trust: String,
    /// What was found of the server's certificate, each question by itself; `None` where no certificate came.
    pub checks: Option<CertificateChecks>,
}

/// The questions that a server's certificate is asked. One that fails keeps none of the others from being answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CertificateChecks {
    /// It holds the name that was asked for.
    pub name: Check,
    /// It is valid at this time.
    pub dates: Check,
    /// It is trusted, or its chain leads to what is.
    pub trust: Check,
    /// It may be a server's.
    pub usage: Check,
    /// It is itself among the trusted ones.
    pub is_trusted_itself: bool,
}

/// The answer to one question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Check {
    /// It was not asked (the certificate is pinned, or verification is off), or another fault hides the answer.
    #[default]
    NotDone,
    /// Yes.
    Passed,
    /// No.
    Failed,
}

/// One certificate, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateInfo {
    /// "CN=www.eline.com".
    pub subject: String,
    /// "CN=www.eline.com".
    pub issuer: String,
    /// Subject alternative names: DNS names and addresses as text.
    pub names: Vec<String>,
    /// Start of validity, seconds since 1970-01-01 UTC.
    pub not_before_unix_s: i64,
    /// End of validity, seconds since 1970-01-01 UTC.
    pub not_after_unix_s: i64,
    /// "RSA 2048, signed with SHA-256".
    pub key: String,
    /// Of the DER bytes.
    pub sha256: [u8; 32],
    /// Issuer and subject are the same.
    pub self_signed: bool,
    /// Basic constraints say CA.
    pub is_ca: bool,
    /// The certificate itself.
    pub der: Vec<u8>,
}
