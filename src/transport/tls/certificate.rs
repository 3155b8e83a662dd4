//! Certificates for people.

use std::net::IpAddr;

use sha2::{Digest, Sha256};
use x509_parser::prelude::*;
use x509_parser::public_key::PublicKey;

use crate::transport::CertificateInfo;

/// Reads what a person wants to know. A certificate that cannot be read still has its hash.
pub(super) fn describe(der: &[u8]) -> CertificateInfo {
    let mut info = CertificateInfo {
        subject: String::new(),
        issuer: String::new(),
        names: Vec::new(),
        not_before_unix_s: 0,
        not_after_unix_s: 0,
        key: String::new(),
        sha256: sha256(der),
        self_signed: false,
        is_ca: false,
        der: der.to_vec(),
    };
    let Ok((_, certificate)) = X509Certificate::from_der(der) else { return info };
    info.subject = certificate.subject().to_string();
    info.issuer = certificate.issuer().to_string();
    info.self_signed = certificate.subject().as_raw() == certificate.issuer().as_raw();
    info.is_ca = certificate.is_ca();
    info.not_before_unix_s = certificate.validity().not_before.timestamp();
    info.not_after_unix_s = certificate.validity().not_after.timestamp();
    info.names = names(&certificate);
    info.key = format!("{}, signed with {}", key_name(&certificate), signature_name(&certificate));
    info
}

/// SHA-256 of the DER bytes.
pub(super) fn sha256(der: &[u8]) -> [u8; 32] {
    Sha256::digest(der).into()
}

/// The first CN of the subject.
pub(super) fn common_name(der: &[u8]) -> Option<String> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    certificate.subject().iter_common_name().next().and_then(|name| name.as_str().ok()).map(ToOwned::to_owned)
}

/// The alternative names of a certificate.
pub(super) fn alternative_names(der: &[u8]) -> Vec<String> {
    X509Certificate::from_der(der).map(|(_, certificate)| names(&certificate)).unwrap_or_default()
}

/// Whether the extended key usage, where there is one, allows a server (RFC 5280, 4.2.1.12).
pub(super) fn allows_server(der: &[u8]) -> bool {
    let Ok((_, certificate)) = X509Certificate::from_der(der) else { return false };
    match certificate.extended_key_usage() {
        Ok(Some(usage)) => usage.value.server_auth || usage.value.any,
        Ok(None) => true,
        Err(_) => false,
    }
}

fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(extension)) = certificate.subject_alternative_name() else { return Vec::new() };
    extension
        .value
        .general_names
        .iter()
        .filter_map(|name| match name {
            GeneralName::DNSName(name) | GeneralName::URI(name) | GeneralName::RFC822Name(name) => {
                Some((*name).to_owned())
            }
            GeneralName::IPAddress(bytes) => <[u8; 4]>::try_from(*bytes)
                .map(IpAddr::from)
                .or_else(|_| <[u8; 16]>::try_from(*bytes).map(IpAddr::from))
                .ok()
                .map(|address| address.to_string()),
            _ => None,
        })
        .collect()
}

fn key_name(certificate: &X509Certificate<'_>) -> String {
    let key = certificate.public_key();
    match key.parsed() {
        Ok(PublicKey::RSA(rsa)) => format!("RSA {}", rsa.key_size()),
        Ok(PublicKey::EC(point)) => format!("EC P-{}", point.key_size()),
        Ok(PublicKey::DSA(_)) => "DSA".to_owned(),
        _ if key.algorithm.algorithm.to_id_string() == "1.3.101.112" => "Ed25519".to_owned(),
        _ => key.algorithm.algorithm.to_id_string(),
    }
}

fn signature_name(certificate: &X509Certificate<'_>) -> String {
    let id = certificate.signature_algorithm.algorithm.to_id_string();
    let name = match id.as_str() {
        "1.2.840.113549.1.1.4" => "MD5",
        "1.2.840.113549.1.1.5" | "1.2.840.10045.4.1" => "SHA-1",
        "1.2.840.113549.1.1.11" | "1.2.840.10045.4.3.2" => "SHA-256",
        "1.2.840.113549.1.1.12" | "1.2.840.10045.4.3.3" => "SHA-384",
        "1.2.840.113549.1.1.13" | "1.2.840.10045.4.3.4" => "SHA-512",
        "1.2.840.113549.1.1.10" => "RSA-PSS",
        "1.3.101.112" => "Ed25519",
        _ => return id,
    };
    name.to_owned()
}
