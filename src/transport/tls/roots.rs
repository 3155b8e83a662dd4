//! The operating system's roots, read once a process, and PEM files of a person's own.

use std::sync::{Arc, OnceLock};

use rustls::RootCertStore;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use crate::transport::SettingsFault;

/// Where the systems of this world keep all roots in one file. Reading it is ten times faster than the folder beside it.
#[cfg(target_os = "linux")]
const BUNDLES: [&str; 6] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem",
    "/etc/ssl/cert.pem",
];

/// The system's roots; empty where there are none. Blocks on the disk the first time.
pub(super) fn system() -> Arc<RootCertStore> {
    static ROOTS: OnceLock<Arc<RootCertStore>> = OnceLock::new();
    Arc::clone(ROOTS.get_or_init(|| {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(load());
        Arc::new(roots)
    }))
}

fn load() -> Vec<CertificateDer<'static>> {
    // The two variables are OpenSSL's; a person who sets them means them.
    #[cfg(target_os = "linux")]
    if std::env::var_os("SSL_CERT_FILE").is_none() && std::env::var_os("SSL_CERT_DIR").is_none() {
        for bundle in BUNDLES {
            if let Ok(pem) = std::fs::read(bundle) {
                let found: Vec<_> = CertificateDer::pem_slice_iter(&pem).filter_map(Result::ok).collect();
                if !found.is_empty() {
                    return found;
                }
            }
        }
    }
    rustls_native_certs::load_native_certs().certs
}

/// All certificates of a PEM text, or of a single DER file that somebody chose by mistake.
pub(super) fn certificates(text: &[u8], label: &str) -> Result<Vec<CertificateDer<'static>>, SettingsFault> {
    let bad = || SettingsFault::BadCertificate { label: label.to_owned() };
    let mut found = Vec::new();
    for certificate in CertificateDer::pem_slice_iter(text) {
        match certificate {
            Ok(certificate) => found.push(certificate),
            Err(_) => return Err(bad()),
        }
    }
    if found.is_empty() && text.first() == Some(&0x30) {
        found.push(CertificateDer::from(text.to_vec()));
    }
    if found.is_empty() {
        return Err(SettingsFault::NoCertificate { label: label.to_owned() });
    }
    Ok(found)
}
