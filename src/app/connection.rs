//! How to connect to an address, as filled in, and what is known of it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::{PinnedCertificate, show_deadline};
use crate::engine::{CaChoice, ClientFiles, Endpoint, Scheme, TlsChoice};
use crate::secret::Secret;
use crate::start::StartTarget;
use crate::transport::{Check, ConnectionInfo, Failure, Keepalive, Stage};

/// The usual patience for the answer to a PING.
pub const PING_ANSWER: Duration = Duration::from_secs(20);

/// Who is trusted, as chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CaKind {
    /// The system's roots.
    #[default]
    System,
    /// A file.
    File,
    /// Exactly the certificates of a file.
    Exact,
    /// Handed over by the demo.
    Given,
    /// Exactly the one certificate that a person saw.
    Pinned,
}

/// Our own certificate, as chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClientKind {
    /// None.
    #[default]
    None,
    /// PEM files.
    Pem,
    /// A PKCS#12 bundle.
    Pkcs12,
}

/// The settings of one address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConnectionForm {
    /// What to speak where the address has no scheme.
    pub scheme: Scheme,
    /// Who is trusted.
    pub ca: CaKind,
    /// The path for [`CaKind::File`].
    pub ca_path: String,
    /// The path for [`CaKind::Exact`].
    pub exact_path: String,
    /// PEM and name for [`CaKind::Given`].
    pub given: Option<(String, String)>,
    /// The certificate for [`CaKind::Pinned`].
    pub pinned: Option<PinnedCertificate>,
    /// As typed; empty takes the address.
    pub server_name: String,
    /// As typed; empty takes the address.
    pub authority: String,
    /// Our own certificate.
    pub client: ClientKind,
    /// Chain, for PEM.
    pub cert_path: String,
    /// Key, for PEM.
    pub key_path: String,
    /// The bundle, for PKCS#12.
    pub bundle_path: String,
    /// Its password.
    pub password: Secret,
    /// It had a password that is not at hand, and has to be typed again.
    pub password_missing: bool,
    /// The password's number in the keychain; 0 where it has none.
    pub password_kept: u64,
    /// Believe anything.
    pub skip_verify: bool,
    /// Patience for making the connection, where it is not the usual one.
    pub connect_timeout: Option<Duration>,
    /// A PING goes out when the connection was quiet so long.
    pub keepalive: Option<Duration>,
    /// Patience for the answer to that PING, where it is not the usual one.
    pub keepalive_timeout: Option<Duration>,
    /// Before our own user agent.
    pub user_agent: String,
    /// Limit of new requests, as typed; empty leaves the usual one.
    pub deadline: String,
    /// Largest message to receive, bytes, where it is not the usual one.
    pub receive_bytes: Option<usize>,
    /// Largest message to send, bytes, where it is not the usual one.
    pub send_bytes: Option<usize>,
}

impl ConnectionForm {
    /// What a start was told.
    pub(super) fn of_start(target: &StartTarget) -> Self {
        let endpoint = &target.endpoint;
        let shown = |path: &PathBuf| path.display().to_string();
        let mut form = Self {
            scheme: endpoint.scheme,
            server_name: endpoint.tls.server_name.clone().unwrap_or_default(),
            authority: endpoint.authority.clone().unwrap_or_default(),
            skip_verify: endpoint.tls.skip_verify,
            connect_timeout: Some(endpoint.connect_timeout).filter(|time| *time != Endpoint::new("").connect_timeout),
            keepalive: endpoint.keepalive.map(|keepalive| keepalive.interval),
            user_agent: endpoint.user_agent.clone().unwrap_or_default(),
            deadline: target.deadline.map_or_else(String::new, |limit| show_deadline(Some(limit), "")),
            receive_bytes: target.receive_bytes,
            send_bytes: target.send_bytes,
            ..Self::default()
        };
        if let CaChoice::File(path) = &endpoint.tls.ca {
            form.ca = CaKind::File;
            form.ca_path = shown(path);
        }
        match &endpoint.tls.client {
            None => {}
            Some(ClientFiles::Pem { cert, key }) => {
                form.client = ClientKind::Pem;
                form.cert_path = shown(cert);
                form.key_path = shown(key);
            }
            Some(ClientFiles::Pkcs12 { file, password }) => {
                form.client = ClientKind::Pkcs12;
                form.bundle_path = shown(file);
                form.password = password.clone();
            }
        }
        form
    }

    /// With `address`, what the engine connects to.
    pub fn endpoint(&self, address: &str) -> Endpoint {
        let filled = |text: &str| {
            let text = text.trim();
            (!text.is_empty()).then(|| text.to_owned())
        };
        let ca = match self.ca {
            CaKind::File if !self.ca_path.trim().is_empty() => CaChoice::File(PathBuf::from(self.ca_path.trim())),
            CaKind::Given => match &self.given {
                Some((pem, label)) => CaChoice::Given { pem: pem.clone(), label: label.clone() },
                None => CaChoice::System,
            },
            CaKind::Pinned => match &self.pinned {
                Some(certificate) => CaChoice::Pinned(certificate.sha256),
                None => CaChoice::System,
            },
            CaKind::Exact if !self.exact_path.trim().is_empty() => {
                CaChoice::Exact(PathBuf::from(self.exact_path.trim()))
            }
            CaKind::File | CaKind::Exact | CaKind::System => CaChoice::System,
        };
        let client = match self.client {
            ClientKind::None => None,
            ClientKind::Pem => Some(ClientFiles::Pem {
                cert: PathBuf::from(self.cert_path.trim()),
                key: PathBuf::from(self.key_path.trim()),
            }),
            ClientKind::Pkcs12 => Some(ClientFiles::Pkcs12 {
                file: PathBuf::from(self.bundle_path.trim()),
                password: self.password.clone(),
            }),
        };
        let usual = Endpoint::new(address.trim());
        Endpoint {
            scheme: self.scheme,
            tls: TlsChoice { ca, server_name: filled(&self.server_name), client, skip_verify: self.skip_verify },
            authority: filled(&self.authority),
            connect_timeout: self.connect_timeout.unwrap_or(usual.connect_timeout),
            keepalive: self
                .keepalive
                .map(|interval| Keepalive { interval, timeout: self.keepalive_timeout.unwrap_or(PING_ANSWER) }),
            user_agent: filled(&self.user_agent),
            ..usual
        }
    }
}

/// What the last connection to an address was.
#[derive(Clone, Debug)]
pub enum Link {
    /// It came to be.
    Up(Arc<ConnectionInfo>),
    /// It did not.
    Down(Arc<Failure>),
}

/// What the lock beside an address says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LockMeaning {
    /// Verified as this name.
    Verified(String),
    /// Its certificate is the one that is trusted; its name was not compared.
    Pinned,
    /// Encrypted, checked by nobody.
    NotVerified,
    /// Nothing is encrypted.
    Plaintext,
    /// TLS first, then plaintext.
    WillTry,
    /// Not connected; TLS only.
    WillUseTls,
    /// Not connected; plaintext only.
    WillUsePlaintext,
    /// The last attempt failed before TLS.
    Unreachable,
}

pub(super) fn lock(address: &str, form: &ConnectionForm, link: Option<&Link>) -> LockMeaning {
    let address = address.trim();
    let scheme = if address.starts_with("http://") || address.starts_with("grpc://") {
        Scheme::Plaintext
    } else if address.starts_with("https://") || address.starts_with("grpcs://") {
        Scheme::Tls
    } else {
        form.scheme
    };
    if form.skip_verify && scheme != Scheme::Plaintext && !matches!(link, Some(Link::Up(info)) if info.tls.is_none()) {
        return LockMeaning::NotVerified;
    }
    match link {
        Some(Link::Up(info)) => match &info.tls {
            Some(report) if report.unverified => LockMeaning::NotVerified,
            Some(report) if report.checks.is_some_and(|checks| checks.name == Check::NotDone) => LockMeaning::Pinned,
            Some(report) => LockMeaning::Verified(report.server_name.clone()),
            None => LockMeaning::Plaintext,
        },
        Some(Link::Down(failure)) if failure.stage == Stage::Tls => LockMeaning::NotVerified,
        Some(Link::Down(failure)) if failure.stage < Stage::Request => LockMeaning::Unreachable,
        Some(Link::Down(_)) | None => match scheme {
            Scheme::Auto => LockMeaning::WillTry,
            Scheme::Tls => LockMeaning::WillUseTls,
            Scheme::Plaintext => LockMeaning::WillUsePlaintext,
        },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, reason = "tests may end by panicking")]

    use super::{CaKind, ConnectionForm, LockMeaning, lock};
    use crate::engine::{CaChoice, Scheme};

    #[test]
    fn what_is_filled_in_goes_to_the_endpoint() {
        let form = ConnectionForm {
            ca: CaKind::File,
            ca_path: " /tmp/server.pem ".to_owned(),
            server_name: "www.eline.com".to_owned(),
            ..ConnectionForm::default()
        };
        let endpoint = form.endpoint(" 127.0.0.1:7889 ");
        assert_eq!(endpoint.address, "127.0.0.1:7889");
        assert_eq!(endpoint.tls.ca, CaChoice::File("/tmp/server.pem".into()));
        assert_eq!(endpoint.tls.server_name.as_deref(), Some("www.eline.com"));
        assert_eq!(endpoint.authority, None);
    }

    #[test]
    fn an_unknown_address_says_what_will_be_tried() {
        let form = ConnectionForm::default();
        for (address, expect) in [
            ("127.0.0.1:1", LockMeaning::WillTry),
            ("https://a:1", LockMeaning::WillUseTls),
            ("grpc://a:1", LockMeaning::WillUsePlaintext),
        ] {
            assert_eq!(lock(address, &form, None), expect, "{address}");
        }
        let loud = ConnectionForm { skip_verify: true, ..ConnectionForm::default() };
        assert_eq!(lock("a:1", &loud, None), LockMeaning::NotVerified);
        let plain = ConnectionForm { skip_verify: true, scheme: Scheme::Plaintext, ..ConnectionForm::default() };
        assert_eq!(lock("a:1", &plain, None), LockMeaning::WillUsePlaintext);
    }
}
