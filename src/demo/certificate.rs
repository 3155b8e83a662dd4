//! The TLS server's certificate, made anew at each start, and the server's side of TLS.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose, SanType,
};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use super::{DemoError, SERVER_NAME};

/// A day of clocks that disagree.
const VALID_BEFORE_NOW: Duration = Duration::from_hours(24);
/// As long as `openssl req -days 365`.
const VALID_AFTER_NOW: Duration = Duration::from_hours(24 * 365);

/// What `openssl req -x509` of the tutorials makes: self-signed, marked as an authority, and served all the same.
pub(super) struct ServerCertificate {
    pub(super) certificate_pem: String,
    pub(super) tls: Arc<rustls::ServerConfig>,
}

impl ServerCertificate {
    pub(super) fn generate() -> Result<Self, DemoError> {
        let now = SystemTime::now();
        let mut params = CertificateParams::default();
        params.not_before = (now - VALID_BEFORE_NOW).into();
        params.not_after = (now + VALID_AFTER_NOW).into();
        params.distinguished_name.push(DnType::CountryName, "CN");
        params.distinguished_name.push(DnType::OrganizationName, "eline");
        params.distinguished_name.push(DnType::CommonName, SERVER_NAME);
        params.subject_alt_names = vec![SanType::DnsName(SERVER_NAME.try_into()?)];
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyCertSign];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];

        let key = KeyPair::generate()?;
        let certificate = params.self_signed(&key)?;
        // Named, for the process may know several providers and then has no default.
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut tls = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
            )?;
        tls.alpn_protocols = vec![b"h2".to_vec()];
        Ok(Self { certificate_pem: certificate.pem(), tls: Arc::new(tls) })
    }
}
