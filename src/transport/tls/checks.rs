//! What is right and wrong with a server's certificate, each question by itself: the verdict of a handshake ends at
//! the first fault, a person wants to see them all.

use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::{CertificateError, Error, RootCertStore};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use std::time::Duration;
use webpki::{EndEntityCert, KeyUsage};

use super::certificate;
use crate::transport::{CertificateChecks, CertificateInfo, Check};

/// What was shown, and what it is held against.
pub(super) struct Asked<'a> {
    pub leaf: &'a CertificateDer<'a>,
    pub intermediates: &'a [CertificateDer<'a>],
    pub server_name: &'a ServerName<'a>,
    pub now: UnixTime,
    pub roots: &'a RootCertStore,
    /// Believed as their own leaf.
    pub own: &'a [CertificateDer<'static>],
    pub algorithms: &'a WebPkiSupportedAlgorithms,
}

/// Answers all questions. `verdict` is the handshake's: whatever it says is true here too.
pub(super) fn checks<T>(asked: &Asked<'_>, verdict: &Result<T, Error>) -> CertificateChecks {
    let is_trusted_itself = asked.own.iter().any(|own| own == asked.leaf);
    let Err(error) = verdict else {
        let ok = Check::Passed;
        return CertificateChecks { name: ok, dates: ok, trust: ok, usage: ok, is_trusted_itself };
    };
    let info = certificate::describe(asked.leaf);
    let now = i64::try_from(asked.now.as_secs()).unwrap_or(i64::MAX);
    let mut found = CertificateChecks {
        name: name(asked),
        dates: answer(info.not_before_unix_s <= now && now <= info.not_after_unix_s),
        trust: if is_trusted_itself { Check::Passed } else { trust(asked, &info) },
        usage: answer(certificate::allows_server(asked.leaf)),
        is_trusted_itself,
    };
    let all = [found.name, found.dates, found.trust, found.usage];
    if !all.contains(&Check::Failed) {
        // The fault lies elsewhere in the chain, or is none that has a question of its own.
        match error {
            Error::InvalidCertificate(
                CertificateError::Expired
                | CertificateError::ExpiredContext { .. }
                | CertificateError::NotValidYet
                | CertificateError::NotValidYetContext { .. },
            ) => found.dates = Check::Failed,
            Error::InvalidCertificate(
                CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. },
            ) => found.usage = Check::Failed,
            _ => found.trust = Check::Failed,
        }
    }
    found
}

fn answer(passed: bool) -> Check {
    if passed { Check::Passed } else { Check::Failed }
}

fn name(asked: &Asked<'_>) -> Check {
    match EndEntityCert::try_from(asked.leaf) {
        Ok(leaf) => answer(leaf.verify_is_valid_for_subject_name(asked.server_name).is_ok()),
        // One of version 1 can be read by few, and can hold no names.
        Err(_) if certificate::alternative_names(asked.leaf).is_empty() => Check::Failed,
        Err(_) => Check::NotDone,
    }
}

/// Whether a chain leads to the roots, looked at as if dates and usage of the leaf were right.
fn trust(asked: &Asked<'_>, info: &CertificateInfo) -> Check {
    let Ok(leaf) = EndEntityCert::try_from(asked.leaf) else {
        return if info.self_signed { Check::Failed } else { Check::NotDone };
    };
    let now = i64::try_from(asked.now.as_secs()).unwrap_or(i64::MAX);
    let within = now.min(info.not_after_unix_s).max(info.not_before_unix_s);
    let time = UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(within).unwrap_or(0)));
    let usage = if certificate::allows_server(asked.leaf) { KeyUsage::server_auth() } else { KeyUsage::client_auth() };
    let algorithms = asked.algorithms.all;
    let path = leaf.verify_for_usage(algorithms, &asked.roots.roots, asked.intermediates, time, usage, None, None);
    match path {
        Ok(_) => Check::Passed,
        Err(webpki::Error::CaUsedAsEndEntity) if !info.self_signed => Check::NotDone,
        Err(
            webpki::Error::CertExpired { .. }
            | webpki::Error::CertNotValidYet { .. }
            | webpki::Error::RequiredEkuNotFoundContext(_),
        ) => Check::NotDone,
        Err(_) => Check::Failed,
    }
}

/// As [`checks`] for a certificate that is pinned: nothing else is asked of it.
pub(super) fn pinned(is_the_one: bool) -> CertificateChecks {
    CertificateChecks {
        name: Check::NotDone,
        dates: Check::NotDone,
        trust: answer(is_the_one),
        usage: Check::NotDone,
        is_trusted_itself: is_the_one,
    }
}

/// As [`checks`] where nobody verifies.
pub(super) fn unasked() -> CertificateChecks {
    let none = Check::NotDone;
    CertificateChecks { name: none, dates: none, trust: none, usage: none, is_trusted_itself: false }
}
