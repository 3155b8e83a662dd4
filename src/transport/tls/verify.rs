//! Who is believed: a verifier around webpki's that keeps the chain also when it says no.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use super::certificate;

/// How the chain is judged.
#[derive(Clone, Debug)]
pub(super) enum Judge {
    /// By roots; `own` holds the certificates that are also believed as their own leaf.
    Roots { webpki: Arc<WebPkiServerVerifier>, own: Arc<Vec<CertificateDer<'static>>> },
    /// It has exactly this SHA-256.
    Pinned([u8; 32]),
    /// By nobody.
    Nobody,
}

/// The chain as it came, leaf first.
pub(super) type SeenChain = Arc<Mutex<Vec<CertificateDer<'static>>>>;

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

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) =
            std::iter::once(end_entity).chain(intermediates).map(|der| der.clone().into_owned()).collect();
        match &self.judge {
            Judge::Nobody => Ok(ServerCertVerified::assertion()),
            Judge::Pinned(pin) if certificate::sha256(end_entity) == *pin => Ok(ServerCertVerified::assertion()),
            Judge::Pinned(_) => Err(CertificateError::Other(OtherError(Arc::new(PinChanged))).into()),
            Judge::Roots { webpki, own } => {
                let verdict = webpki.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
                match verdict {
                    Err(error) if is_ca_as_leaf(&error) && own.iter().any(|own| own == end_entity) => {
                        own_root(end_entity, server_name)
                    }
                    verdict => verdict,
                }
            }
        }
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

fn is_ca_as_leaf(error: &Error) -> bool {
    let Error::InvalidCertificate(CertificateError::Other(OtherError(inner))) = error else { return false };
    matches!(inner.downcast_ref::<webpki::Error>(), Some(webpki::Error::CaUsedAsEndEntity))
}

/// Whether a handshake failed because of [`PinChanged`].
pub(super) fn is_pin_changed(error: &CertificateError) -> bool {
    matches!(error, CertificateError::Other(OtherError(inner)) if inner.is::<PinChanged>())
}
