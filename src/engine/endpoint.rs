//! Where and how to connect, as a person says it: addresses and files, not yet read.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::secret::Secret;
use crate::transport::{ClientIdentity, ConnectOptions, Keepalive, Security, Target, TlsSettings, Trust};

/// An address with everything that a connection to it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// As typed: `:7888`, `https://…`.
    pub address: String,
    /// What to speak where the address has no scheme of its own.
    pub scheme: Scheme,
    /// Trust, names, identity.
    pub tls: TlsChoice,
    /// `:authority` override.
    pub authority: Option<String>,
    /// Patience for making the connection.
    pub connect_timeout: Duration,
    /// HTTP/2 PINGs.
    pub keepalive: Option<Keepalive>,
    /// Prepended to our own user agent; grpcurl's `-user-agent`.
    pub user_agent: Option<String>,
}

/// What to speak to an address without a scheme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// TLS, then plaintext; what is found is remembered.
    #[default]
    Auto,
    /// TLS only.
    Tls,
    /// Plaintext only.
    Plaintext,
}

/// TLS settings as files and switches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsChoice {
    /// Who is trusted.
    pub ca: CaChoice,
    /// Name to ask for and to compare.
    pub server_name: Option<String>,
    /// Our own certificate.
    pub client: Option<ClientFiles>,
    /// Believe anything.
    pub skip_verify: bool,
}

/// Who is trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CaChoice {
    /// The system's roots.
    #[default]
    System,
    /// A PEM file; the tutorial's self-signed `server.pem` will do.
    File(PathBuf),
    /// Exactly the certificates of a PEM file, whoever signed them.
    Exact(PathBuf),
    /// PEM text in hand (the demo's).
    Given {
        /// The text.
        pem: String,
        /// What to call it.
        label: String,
    },
    /// Exactly this certificate.
    Pinned([u8; 32]),
}

/// Our own certificate as files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientFiles {
    /// PEM certificate chain and key.
    Pem {
        /// Chain.
        cert: PathBuf,
        /// Key.
        key: PathBuf,
    },
    /// A PKCS#12 bundle.
    Pkcs12 {
        /// `.p12` or `.pfx`.
        file: PathBuf,
        /// Its password.
        password: Secret,
    },
}

/// What in an endpoint cannot be used; says which and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct EndpointError(pub String);

impl Endpoint {
    /// An address with defaults.
    pub fn new(address: impl Into<String>) -> Self {
        Self {
            address: address.into(),
            scheme: Scheme::Auto,
            tls: TlsChoice::default(),
            authority: None,
            connect_timeout: Duration::from_secs(10),
            keepalive: None,
            user_agent: None,
        }
    }
}

/// Reads the files of `endpoint`: a target and options that transport understands. Blocks on the disk.
pub fn load_options(endpoint: &Endpoint) -> Result<(Target, ConnectOptions), EndpointError> {
    let mut target = Target::parse(&endpoint.address).map_err(|error| EndpointError(error.to_string()))?;
    if target.security == Security::Auto {
        target.security = match endpoint.scheme {
            Scheme::Auto => Security::Auto,
            Scheme::Tls => Security::Tls,
            Scheme::Plaintext => Security::Plaintext,
        };
    }
    let trust = match &endpoint.tls.ca {
        CaChoice::System => Trust::System,
        CaChoice::File(path) => {
            Trust::Pem { pem: read(path, "the CA certificate")?, label: path.display().to_string() }
        }
        CaChoice::Exact(path) => {
            Trust::Exact { pem: read(path, "the server's certificate")?, label: path.display().to_string() }
        }
        CaChoice::Given { pem, label } => Trust::Pem { pem: pem.clone().into_bytes(), label: label.clone() },
        CaChoice::Pinned(sha256) => Trust::Pinned(*sha256),
    };
    let client = match &endpoint.tls.client {
        None => None,
        Some(ClientFiles::Pem { cert, key }) => {
            let key_text = String::from_utf8(read(key, "the client key")?).map_err(|error| {
                EndpointError(format!("{}: the client key is not PEM text ({error})", key.display()))
            })?;
            Some(ClientIdentity::Pem {
                cert: read(cert, "the client certificate")?,
                key: Secret::new(key_text),
                label: cert.display().to_string(),
            })
        }
        Some(ClientFiles::Pkcs12 { file, password }) => Some(ClientIdentity::Pkcs12 {
            der: read(file, "the client certificate bundle")?,
            password: password.clone(),
            label: file.display().to_string(),
        }),
    };
    let defaults = ConnectOptions::default();
    let user_agent = match &endpoint.user_agent {
        Some(own) => format!("{own} {}", defaults.user_agent),
        None => defaults.user_agent,
    };
    let options = ConnectOptions {
        tls: TlsSettings {
            trust,
            server_name: endpoint.tls.server_name.clone(),
            client,
            skip_verify: endpoint.tls.skip_verify,
        },
        authority: endpoint.authority.clone(),
        connect_timeout: endpoint.connect_timeout,
        keepalive: endpoint.keepalive,
        idle_timeout: defaults.idle_timeout,
        user_agent,
    };
    Ok((target, options))
}

/// A path that begins with `~/` as a shell reads it.
pub(super) fn at_home(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), directories::BaseDirs::new()) {
        (Ok(rest), Some(dirs)) => dirs.home_dir().join(rest),
        _ => path.to_path_buf(),
    }
}

fn read(path: &Path, what: &str) -> Result<Vec<u8>, EndpointError> {
    std::fs::read(at_home(path))
        .map_err(|error| EndpointError(format!("{}: cannot read {what}: {error}", path.display())))
}
