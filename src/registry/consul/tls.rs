//! TLS towards an agent: whom we trust, who we are, under which name the agent is asked for.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};

use super::settings::ConsulSettings;
use crate::registry::{BadSetting, RegistryFault};

/// The configuration of every connection to this agent. Reads the files that the settings name, and the system's roots
/// where they name none.
///
/// Errors: [`RegistryFault::Settings`], which names the file.
pub(super) fn client_config(settings: &ConsulSettings) -> Result<ClientConfig, RegistryFault> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    // A name can be asked for in the URL; an address as the name of a certificate cannot, or we would dial it.
    let name = match settings.server_name.as_deref().map(str::parse::<IpAddr>) {
        Some(Ok(address)) => Some(ServerName::IpAddress(address.into())),
        _ => None,
    };
    let verifier = if settings.verify {
        let own = own_roots(settings)?;
        let mut roots = RootCertStore::empty();
        match &own {
            Some(own) => roots.add_parsable_certificates(own.iter().cloned()),
            None => roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs),
        };
        let webpki = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .build()
            .map_err(|error| RegistryFault::Settings(BadSetting::NoRoots(error.to_string())))?;
        Verifier { webpki: Some(webpki), own: own.unwrap_or_default(), name, provider: Arc::clone(&provider) }
    } else {
        Verifier { webpki: None, own: Vec::new(), name, provider: Arc::clone(&provider) }
    };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| RegistryFault::Settings(BadSetting::Other(error.to_string())))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    match (&settings.client_cert, &settings.client_key) {
        (Some(certificate), Some(key)) => {
            let chain = certificates(certificate)?;
            let key_bytes = read(key)?;
            let secret = PrivateKeyDer::from_pem_slice(&key_bytes)
                .map_err(|_odd| RegistryFault::Settings(BadSetting::NoPrivateKey(key.display().to_string())))?;
            builder.with_client_auth_cert(chain, secret).map_err(|error| {
                RegistryFault::Settings(BadSetting::BadPair {
                    certificate: certificate.display().to_string(),
                    key: key.display().to_string(),
                    error: error.to_string(),
                })
            })
        }
        _ => Ok(builder.with_no_client_auth()),
    }
}

/// The roots that the settings name; `None` if they name none.
fn own_roots(settings: &ConsulSettings) -> Result<Option<Vec<CertificateDer<'static>>>, RegistryFault> {
    if let Some(file) = &settings.ca_file {
        return certificates(file).map(Some);
    }
    let Some(folder) = &settings.ca_path else { return Ok(None) };
    let unreadable = |error: std::io::Error| unreadable(folder, &error);
    if folder.is_file() {
        return certificates(folder).map(Some);
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_file() {
            found.extend(certificates(&path)?);
        }
    }
    if found.is_empty() {
        return Err(RegistryFault::Settings(BadSetting::NoCertificate(folder.display().to_string())));
    }
    Ok(Some(found))
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, RegistryFault> {
    let bytes = read(file)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(RegistryFault::Settings(BadSetting::NoCertificate(file.display().to_string()))),
    }
}

fn read(file: &Path) -> Result<Vec<u8>, RegistryFault> {
    std::fs::read(file).map_err(|error| unreadable(file, &error))
}

fn unreadable(path: &Path, error: &std::io::Error) -> RegistryFault {
    RegistryFault::Settings(BadSetting::File { path: path.display().to_string(), error: error.to_string() })
}

/// Webpki's verdict, less strict in one case: a self-signed certificate that a person named itself is trusted as it is.
#[derive(Debug)]
struct Verifier {
    /// `None` trusts everybody: verification was turned off.
    webpki: Option<Arc<WebPkiServerVerifier>>,
    own: Vec<CertificateDer<'static>>,
    name: Option<ServerName<'static>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(webpki) = &self.webpki else { return Ok(ServerCertVerified::assertion()) };
        let name = self.name.as_ref().unwrap_or(server_name);
        let verdict = webpki.verify_server_cert(end_entity, intermediates, name, ocsp, now);
        let Err(error) = verdict else { return verdict };
        if self.own.iter().any(|own| own == end_entity) {
            let certificate = rustls::server::ParsedCertificate::try_from(end_entity)?;
            rustls::client::verify_server_name(&certificate, name)?;
            return Ok(ServerCertVerified::assertion());
        }
        Err(error)
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
