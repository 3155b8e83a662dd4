//! Who is believed: a verifier around webpki's that keeps the chain also when it says no.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use super::{certificate, checks};
use crate::transport::CertificateChecks;

/// How the chain is judged.
#[derive(Clone, Debug)]
pub(super) enum Judge {
    /// By roots; `own` holds the certificates that are also believed as their own leaf.
    Roots { webpki: Arc<WebPkiServerVerifier>, roots: Arc<RootCertStore>, own: Arc<Vec<CertificateDer<'static>>> },
    /// It is one of these, whoever signed it.
    Exact(Arc<Vec<CertificateDer<'static>>>),
    /// It has exactly this SHA-256.
    Pinned([u8; 32]),
    /// By nobody.
    Nobody,
}

/// What one handshake showed.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The chain as it came, leaf first.
    pub chain: Vec<CertificateDer<'static>>,
    /// What was found of its leaf.
    pub checks: Option<CertificateChecks>,
}

/// Shared with whoever reports it.
pub(super) type SeenChain = Arc<Mutex<Seen>>;

/// One verifier a handshake.
#[derive(Debug)]
pub(super) struct Verifier {
    pub judge: Judge,
    pub provider: Arc<CryptoProvider>,
    pub seen: SeenChain,
}

/// The pinned certificate is another one.
#[derive(Debug, thiserror::Error)]
#[error("the server's certificate is not the pinned one")]
pub(super) struct PinChanged;

impl Verifier {
    fn judge(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> (Result<ServerCertVerified, Error>, CertificateChecks) {
        match &self.judge {
            Judge::Nobody => (Ok(ServerCertVerified::assertion()), checks::unasked()),
            Judge::Pinned(pin) if certificate::sha256(leaf) == *pin => {
                (Ok(ServerCertVerified::assertion()), checks::pinned(true))
            }
            Judge::Pinned(_) => {
                (Err(CertificateError::Other(OtherError(Arc::new(PinChanged))).into()), checks::pinned(false))
            }
            Judge::Exact(own) => {
                let verdict = exact(own, leaf, server_name, now);
                let algorithms = &self.provider.signature_verification_algorithms;
                let roots = &RootCertStore::empty();
                let asked = checks::Asked { leaf, intermediates, server_name, now, roots, own, algorithms };
                let checks = checks::checks(&asked, &verdict);
                (verdict, checks)
            }
            Judge::Roots { webpki, roots, own } => {
                let verdict = match webpki.verify_server_cert(leaf, intermediates, server_name, ocsp_response, now) {
                    Err(error) if is_ca_as_leaf(&error) && own.iter().any(|own| own == leaf) => {
                        own_root(leaf, server_name)
                    }
                    verdict => verdict,
                };
                let algorithms = &self.provider.signature_verification_algorithms;
                let asked = checks::Asked { leaf, intermediates, server_name, now, roots, own, algorithms };
                let checks = checks::checks(&asked, &verdict);
                (verdict, checks)
            }
        }
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let (verdict, checks) = self.judge(end_entity, intermediates, server_name, ocsp_response, now);
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Seen {
            chain: std::iter::once(end_entity).chain(intermediates).map(|der| der.clone().into_owned()).collect(),
            checks: Some(checks),
        };
        verdict
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// `openssl req -x509` makes a CA that is also the server's leaf. Go believes a leaf that is a trusted certificate;
/// webpki refuses every CA as a leaf, after it looked at the dates and before it looked at name and usage: these two
/// are left to do.
fn own_root(leaf: &CertificateDer<'_>, server_name: &ServerName<'_>) -> Result<ServerCertVerified, Error> {
    rustls::client::verify_server_name(&ParsedCertificate::try_from(leaf)?, server_name)?;
    if !certificate::allows_server(leaf) {
        return Err(CertificateError::InvalidPurpose.into());
    }
    Ok(ServerCertVerified::assertion())
}

/// A leaf that is one of those that are trusted by themselves.
fn exact(
    own: &[CertificateDer<'_>],
    leaf: &CertificateDer<'_>,
    server_name: &ServerName<'_>,
    now: UnixTime,
) -> Result<ServerCertVerified, Error> {
    if !own.iter().any(|own| own == leaf) {
        return Err(CertificateError::UnknownIssuer.into());
    }
    let info = certificate::describe(leaf);
    let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    if now < info.not_before_unix_s {
        let (time, not_before) = (unix(now), unix(info.not_before_unix_s));
        return Err(CertificateError::NotValidYetContext { time, not_before }.into());
    }
    if now > info.not_after_unix_s {
        let (time, not_after) = (unix(now), unix(info.not_after_unix_s));
        return Err(CertificateError::ExpiredContext { time, not_after }.into());
    }
    own_root(leaf, server_name)
}

fn unix(seconds: i64) -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

/// webpki's own error inside rustls' one.
pub(super) fn inner(error: &CertificateError) -> Option<&webpki::Error> {
    let CertificateError::Other(OtherError(inner)) = error else { return None };
    inner.downcast_ref::<webpki::Error>()
}

fn is_ca_as_leaf(error: &Error) -> bool {
    let Error::InvalidCertificate(error) = error else { return false };
    matches!(inner(error), Some(webpki::Error::CaUsedAsEndEntity))
}

/// Whether a handshake failed because of [`PinChanged`].
pub(super) fn is_pin_changed(error: &CertificateError) -> bool {
    matches!(error, CertificateError::Other(OtherError(inner)) if inner.is::<PinChanged>())
}
