//! The client certificate: read from PEM or PKCS#12, shown when the server asks, and noted that it asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use p12_keystore::{KeyStore, Pkcs12ImportPolicy};
use rustls::SignatureScheme;
use rustls::client::ResolvesClientCert;
use rustls::crypto::CryptoProvider;
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use super::roots;
use crate::secret::Secret;
use crate::transport::{ClientIdentity, SettingsFault};

/// Reads an identity. Opening PKCS#12 derives keys, which takes some milliseconds.
pub(super) fn load(identity: &ClientIdentity, provider: &CryptoProvider) -> Result<Arc<CertifiedKey>, SettingsFault> {
    let (chain, key, label) = match identity {
        ClientIdentity::Pem { cert, key, label } => (roots::certificates(cert, label)?, pem_key(key, label)?, label),
        ClientIdentity::Pkcs12 { der, password, label } => {
            let (chain, key) = open_pkcs12(der, password, label)?;
            (chain, key, label)
        }
    };
    match CertifiedKey::from_der(chain, key, provider) {
        Ok(key) => Ok(Arc::new(key)),
        Err(rustls::Error::InconsistentKeys(_)) => Err(SettingsFault::KeyMismatch { label: label.clone() }),
        Err(rustls::Error::InvalidCertificate(_)) => Err(SettingsFault::BadCertificate { label: label.clone() }),
        Err(_) => Err(SettingsFault::BadKey { label: label.clone() }),
    }
}

fn pem_key(key: &Secret, label: &str) -> Result<PrivateKeyDer<'static>, SettingsFault> {
    let text = key.reveal();
    match PrivateKeyDer::from_pem_slice(text.as_bytes()) {
        Ok(key) => Ok(key),
        Err(_) if text.contains("ENCRYPTED") => Err(SettingsFault::EncryptedKey { label: label.to_owned() }),
        Err(_) => Err(SettingsFault::NoKey { label: label.to_owned() }),
    }
}

type ChainAndKey = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn open_pkcs12(der: &[u8], password: &Secret, label: &str) -> Result<ChainAndKey, SettingsFault> {
    let label = || label.to_owned();
    // Relaxed: bundles made by hand often lack the attributes that tie a key to its certificate.
    let store = KeyStore::from_pkcs12(der, password.reveal(), Pkcs12ImportPolicy::Strict)
        .or_else(|_| KeyStore::from_pkcs12(der, password.reveal(), Pkcs12ImportPolicy::Relaxed));
    let store = match store {
        Ok(store) => store,
        // A wrong password shows as a wrong checksum, or as garbage after decryption.
        Err(p12_keystore::error::Error::MacError(_) | p12_keystore::error::Error::UnpadError) => {
            return Err(SettingsFault::WrongPassword { label: label() });
        }
        Err(_) => return Err(SettingsFault::BadPkcs12 { label: label() }),
    };
    let Some((_, chain)) = store.private_key_chain() else {
        return Err(SettingsFault::NoKey { label: label() });
    };
    let certificates: Vec<_> =
        chain.certs().iter().map(|certificate| CertificateDer::from(certificate.as_der().to_vec())).collect();
    if certificates.is_empty() {
        return Err(SettingsFault::NoCertificate { label: label() });
    }
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(chain.key().as_der().to_vec()));
    Ok((certificates, key))
}

/// Answers the server's question for a certificate, and remembers that it was asked.
#[derive(Debug)]
pub(super) struct Resolver {
    pub key: Option<Arc<CertifiedKey>>,
    pub asked: Arc<AtomicBool>,
}

impl ResolvesClientCert for Resolver {
    fn resolve(&self, _root_hint_subjects: &[&[u8]], _sigschemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        // The hints and schemes are wishes; a server that dislikes ours says so, which is better than our silence.
        self.asked.store(true, Ordering::Release);
        self.key.clone()
    }

    fn has_certs(&self) -> bool {
        // Without this rustls would not ask us, and nobody would know that the server did.
        true
    }
}
