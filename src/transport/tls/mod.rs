//! TLS: what is trusted, who we are, the handshake, and a report of it that survives a failure.
//!
//! The ring provider is passed explicitly; no process-wide default is installed.

mod certificate;
mod checks;
mod identity;
mod roots;
mod verify;

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustls::client::WebPkiServerVerifier;
use rustls::crypto::CryptoProvider;
use rustls::sign::CertifiedKey;
use rustls::{AlertDescription, CertificateError, ClientConfig, Error, InvalidMessage, RootCertStore};
use rustls_pki_types::ServerName;

use self::verify::{Judge, SeenChain, Verifier};
use super::{CertificateFault, FailureKind, SettingsFault, TlsReport, TlsSettings, Trust};

/// HTTP/2 over TLS (RFC 9113, 3.2).
const ALPN_H2: &[u8] = b"h2";

/// The one provider.
pub(super) fn provider() -> Arc<CryptoProvider> {
    static PROVIDER: OnceLock<Arc<CryptoProvider>> = OnceLock::new();
    Arc::clone(PROVIDER.get_or_init(|| Arc::new(rustls::crypto::ring::default_provider())))
}

/// Trust and identity, read and checked; made once for a channel.
#[derive(Clone, Debug)]
pub(super) struct Prepared {
    judge: Judge,
    identity: Option<Arc<CertifiedKey>>,
    server_name: ServerName<'static>,
    /// Everything of the report that is known beforehand.
    report: TlsReport,
}

impl Prepared {
    /// Reads what the settings hold; `name` is what the certificate is compared with. May block on the disk (the
    /// system's roots) and compute for milliseconds (PKCS#12).
    pub fn new(settings: &TlsSettings, name: &str) -> Result<Self, SettingsFault> {
        let provider = provider();
        let server_name = ServerName::try_from(name.to_owned())
            .or(Err(()))
            .map_err(|()| SettingsFault::BadServerName { name: name.to_owned() })?;
        let trust = match (settings.skip_verify, &settings.trust) {
            (true, _) => "nobody: verification is off".to_owned(),
            (false, Trust::System) => "system roots".to_owned(),
            (false, Trust::Pem { label, .. } | Trust::Exact { label, .. }) => label.clone(),
            (false, Trust::Pinned(_)) => "exactly this certificate".to_owned(),
        };
        let judge = match (settings.skip_verify, &settings.trust) {
            (true, _) => Judge::Nobody,
            (false, Trust::Pinned(pin)) => Judge::Pinned(*pin),
            (false, Trust::System) => {
                let roots = roots::system();
                let webpki = WebPkiServerVerifier::builder_with_provider(Arc::clone(&roots), Arc::clone(&provider))
                    .build()
                    .or(Err(SettingsFault::NoSystemRoots))?;
                Judge::Roots { webpki, roots, own: Arc::default() }
            }
            (false, Trust::Exact { pem, label }) => Judge::Exact(Arc::new(roots::certificates(pem, label)?)),
            (false, Trust::Pem { pem, label }) => {
                let own = roots::certificates(pem, label)?;
                let mut store = RootCertStore::empty();
                store.add_parsable_certificates(own.iter().cloned());
                let roots = Arc::new(store);
                let webpki = WebPkiServerVerifier::builder_with_provider(Arc::clone(&roots), Arc::clone(&provider))
                    .build()
                    .or(Err(()))
                    .map_err(|()| SettingsFault::BadCertificate { label: label.clone() })?;
                Judge::Roots { webpki, roots, own: Arc::new(own) }
            }
        };
        let identity = match &settings.client {
            Some(client) => Some(identity::load(client, &provider)?),
            None => None,
        };
        let report =
            TlsReport { server_name: name.to_owned(), unverified: settings.skip_verify, trust, ..TlsReport::default() };
        Ok(Self { judge, identity, server_name, report })
    }

    /// The name to ask for.
    pub fn server_name(&self) -> ServerName<'static> {
        self.server_name.clone()
    }

    /// Whether making one reads the disk.
    pub fn needs_disk(settings: &TlsSettings) -> bool {
        !settings.skip_verify && matches!(settings.trust, Trust::System)
    }

    /// A configuration for one handshake, and the eyes that watch it. No session is resumed, so that each connection
    /// shows the whole chain.
    pub fn begin(&self) -> Result<(Arc<ClientConfig>, Watch), Error> {
        let provider = provider();
        let seen = SeenChain::default();
        let asked = Arc::new(AtomicBool::new(false));
        let verifier = Verifier { judge: self.judge.clone(), provider: Arc::clone(&provider), seen: Arc::clone(&seen) };
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_client_cert_resolver(Arc::new(identity::Resolver {
                key: self.identity.clone(),
                asked: Arc::clone(&asked),
            }));
        config.alpn_protocols = vec![ALPN_H2.to_vec()];
        config.resumption = rustls::client::Resumption::disabled();
        Ok((
            Arc::new(config),
            Watch { seen, asked, has_identity: self.identity.is_some(), report: self.report.clone() },
        ))
    }
}

/// What one handshake showed.
pub(super) struct Watch {
    seen: SeenChain,
    asked: Arc<AtomicBool>,
    has_identity: bool,
    report: TlsReport,
}

impl Watch {
    /// The report so far; `connection` adds what was negotiated.
    pub fn report(&self, connection: Option<&rustls::ClientConnection>) -> TlsReport {
        let mut report = self.report.clone();
        {
            let seen: &Mutex<_> = &self.seen;
            let seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            report.chain = seen.chain.iter().map(|der| certificate::describe(der)).collect();
            report.checks = seen.checks;
        }
        report.client_certificate_asked = self.asked.load(Ordering::Acquire);
        report.client_certificate_sent = report.client_certificate_asked && self.has_identity;
        if let Some(connection) = connection {
            report.version = connection.protocol_version().map(|version| match version {
                rustls::ProtocolVersion::TLSv1_2 => "TLS 1.2".to_owned(),
                rustls::ProtocolVersion::TLSv1_3 => "TLS 1.3".to_owned(),
                other => format!("{other:?}"),
            });
            report.cipher_suite = connection.negotiated_cipher_suite().map(|suite| format!("{:?}", suite.suite()));
            report.key_exchange = connection.negotiated_key_exchange_group().map(|group| format!("{:?}", group.name()));
            report.alpn = connection.alpn_protocol().map(|alpn| String::from_utf8_lossy(alpn).into_owned());
        }
        report
    }
}

/// A TLS hello for a probe: it asks for no name and carries nothing of anybody's. Empty if rustls has none to give.
pub(super) fn probe_hello() -> Vec<u8> {
    let mut hello = Vec::new();
    let Some(config) = probe_config() else { return hello };
    // An address instead of a name: nothing is sent in the clear but the wish to speak TLS.
    let nobody = ServerName::IpAddress(std::net::IpAddr::from([0, 0, 0, 0]).into());
    if let Ok(mut connection) = rustls::ClientConnection::new(Arc::new(config), nobody)
        && connection.write_tls(&mut hello).is_err()
    {
        hello.clear();
    }
    hello
}

fn probe_config() -> Option<ClientConfig> {
    let provider = provider();
    let verifier = Verifier { judge: Judge::Nobody, provider: Arc::clone(&provider), seen: SeenChain::default() };
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .ok()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![ALPN_H2.to_vec()];
    Some(config)
}

/// The `rustls::Error` inside an IO error.
pub(super) fn inner_error(error: &io::Error) -> Option<&Error> {
    error.get_ref()?.downcast_ref::<Error>()
}

/// What a TLS error means. `report` says what was seen before it; also used for alerts that come later, since TLS 1.3
/// servers refuse a client certificate only after the handshake.
pub(super) fn classify(error: &Error, report: &TlsReport) -> FailureKind {
    let leaf = report.chain.first();
    match error {
        Error::InvalidCertificate(certificate) => match certificate {
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => wrong_name(report),
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => FailureKind::Expired {
                not_after_unix_s: match certificate {
                    CertificateError::ExpiredContext { not_after, .. } => unix_s(*not_after),
                    _ => leaf.map_or(0, |leaf| leaf.not_after_unix_s),
                },
            },
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => FailureKind::NotYetValid {
                not_before_unix_s: match certificate {
                    CertificateError::NotValidYetContext { not_before, .. } => unix_s(*not_before),
                    _ => leaf.map_or(0, |leaf| leaf.not_before_unix_s),
                },
            },
            CertificateError::UnknownIssuer => FailureKind::UnknownIssuer,
            other if verify::is_pin_changed(other) => FailureKind::PinMismatch,
            // A certificate of version 1 can hold no names at all; that is what is wrong with it for a person.
            CertificateError::Other(_) if leaf.is_some_and(|leaf| leaf.self_signed && leaf.is_ca) => {
                FailureKind::UnknownIssuer
            }
            CertificateError::Other(_)
                if leaf.is_some_and(|leaf| certificate::alternative_names(&leaf.der).is_empty()) =>
            {
                wrong_name(report)
            }
            other => FailureKind::BadCertificate { fault: fault(other) },
        },
        Error::InvalidMessage(InvalidMessage::InvalidContentType) => FailureKind::PlaintextServer,
        Error::AlertReceived(alert) => match alert {
            AlertDescription::NoApplicationProtocol => FailureKind::NoAlpn,
            AlertDescription::ProtocolVersion
            | AlertDescription::HandshakeFailure
            | AlertDescription::InsufficientSecurity
                if !report.client_certificate_asked =>
            {
                FailureKind::NoCommonTls
            }
            AlertDescription::CertificateRequired => FailureKind::ClientCertificateMissing,
            AlertDescription::UnrecognisedName => wrong_name(report),
            AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied
            | AlertDescription::DecryptError
            | AlertDescription::HandshakeFailure
                if report.client_certificate_asked =>
            {
                if report.client_certificate_sent {
                    FailureKind::ClientCertificateRefused
                } else {
                    FailureKind::ClientCertificateMissing
                }
            }
            _ => FailureKind::Protocol,
        },
        Error::PeerIncompatible(_) => FailureKind::NoCommonTls,
        Error::NoApplicationProtocol => FailureKind::NoAlpn,
        _ => FailureKind::Protocol,
    }
}

/// What rule a certificate breaks that is neither its name, dates nor trust.
fn fault(error: &CertificateError) -> CertificateFault {
    match error {
        CertificateError::BadEncoding => CertificateFault::Unreadable,
        CertificateError::Revoked => CertificateFault::Revoked,
        CertificateError::UnhandledCriticalExtension => CertificateFault::UnknownExtension,
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => CertificateFault::Usage,
        other => match verify::inner(other) {
            Some(webpki::Error::CaUsedAsEndEntity) => CertificateFault::CaAsServer,
            Some(webpki::Error::UnsupportedCertVersion) => CertificateFault::OldVersion,
            Some(webpki::Error::UnsupportedCriticalExtension) => CertificateFault::UnknownExtension,
            Some(webpki::Error::BadDer | webpki::Error::TrailingData(_)) => CertificateFault::Unreadable,
            Some(webpki::Error::NameConstraintViolation) => CertificateFault::NameConstraint,
            // Everything else that is known concerns the signatures of the chain.
            _ => CertificateFault::Signature,
        },
    }
}

fn wrong_name(report: &TlsReport) -> FailureKind {
    let leaf = report.chain.first();
    let presented = leaf.map(|leaf| leaf.names.clone()).unwrap_or_default();
    let common_name =
        if presented.is_empty() { leaf.and_then(|leaf| certificate::common_name(&leaf.der)) } else { None };
    FailureKind::WrongName { asked: report.server_name.clone(), presented, common_name }
}

fn unix_s(time: rustls_pki_types::UnixTime) -> i64 {
    i64::try_from(time.as_secs()).unwrap_or(i64::MAX)
}

/// The certificates of a file, PEM or one in DER, for people; empty where it holds none.
pub fn certificates_in(bytes: &[u8]) -> Vec<super::CertificateInfo> {
    let found = roots::certificates(bytes, "").unwrap_or_default();
    found.iter().map(|certificate| certificate::describe(certificate)).collect()
}
