//! How a connection is made: trust, names, identity, patience.

use std::time::Duration;

use crate::secret::Secret;

/// Everything that tells two connections to one address apart. Equal options share a pooled connection.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConnectOptions {
    /// Trust, names and identity; looked at only where TLS is spoken.
    pub tls: TlsSettings,
    /// `:authority` override. Where no `tls.server_name` is set, the certificate is checked against it too (grpcurl).
    pub authority: Option<String>,
    /// Patience for resolve, TCP, TLS and the server's SETTINGS together.
    pub connect_timeout: Duration,
    /// HTTP/2 PINGs; `None` sends none.
    pub keepalive: Option<Keepalive>,
    /// A connection that carries no call for so long is closed.
    pub idle_timeout: Duration,
    /// `user-agent`.
    pub user_agent: String,
}

impl Default for ConnectOptions {
    fn default() -> Self {
        Self {
            tls: TlsSettings::default(),
            authority: None,
            connect_timeout: Duration::from_secs(10),
            keepalive: None,
            // As gRPC's own clients do.
            idle_timeout: Duration::from_mins(30),
            user_agent: concat!("proconsul/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

/// PINGs on an open connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Keepalive {
    /// Time without a frame from the server before a PING is sent.
    pub interval: Duration,
    /// Patience for its answer; then the connection is given up.
    pub timeout: Duration,
}

/// Trust, names and identity.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct TlsSettings {
    /// Which certificates are believed.
    pub trust: Trust,
    /// Name to ask for (SNI) and to compare, instead of the target's host.
    pub server_name: Option<String>,
    /// The certificate that we show when the server asks for one.
    pub client: Option<ClientIdentity>,
    /// Believe anything: still encrypted, verified by nobody. Loud wherever it shows.
    pub skip_verify: bool,
}

/// Which certificates are believed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Trust {
    /// The operating system's roots.
    #[default]
    System,
    /// PEM certificates: as roots, and each as its own leaf where the server shows exactly it (names compared).
    Pem {
        /// The file's text.
        pem: Vec<u8>,
        /// Where it came from, for words: a path.
        label: String,
    },
    /// Exactly these certificates, each as a server's own, whoever signed it (names, dates and usage compared).
    Exact {
        /// The file's text.
        pem: Vec<u8>,
        /// Where it came from, for words: a path.
        label: String,
    },
    /// Exactly the certificate with this SHA-256, pinned by a person who saw it; no name is compared.
    Pinned([u8; 32]),
}

/// A client certificate with its key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ClientIdentity {
    /// PEM texts.
    Pem {
        /// Certificate chain, leaf first.
        cert: Vec<u8>,
        /// Private key (PKCS#8, PKCS#1 or SEC1).
        key: Secret,
        /// Where it came from, for words.
        label: String,
    },
    /// A PKCS#12 bundle.
    Pkcs12 {
        /// The file's bytes.
        der: Vec<u8>,
        /// Its password; empty if none.
        password: Secret,
        /// Where it came from, for words.
        label: String,
    },
}
