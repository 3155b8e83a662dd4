//! Ways on after a failed TLS handshake: another server name, or trust in the very certificate that was shown.

use std::time::Instant;

use super::{App, CaKind, SourceOrigin, TabId};
use crate::engine::{Scheme, SourceId};
use crate::transport::CertificateInfo;

/// What is tried again after the settings of its address changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// A request is sent.
    Send(TabId),
    /// A source is read.
    Load(SourceId),
}

/// One certificate, as a person recognises it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PinnedCertificate {
    /// Of its DER bytes.
    pub sha256: [u8; 32],
    /// "CN=www.eline.com".
    pub subject: String,
    /// End of validity, seconds since 1970-01-01 UTC.
    pub not_after_unix_s: i64,
}

impl From<&CertificateInfo> for PinnedCertificate {
    fn from(info: &CertificateInfo) -> Self {
        Self { sha256: info.sha256, subject: info.subject.clone(), not_after_unix_s: info.not_after_unix_s }
    }
}

/// The question before a certificate is trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustQuestion {
    /// For which address.
    pub address: String,
    /// Which one.
    pub certificate: PinnedCertificate,
    /// What follows.
    pub then: Retry,
}

impl App {
    fn address_of(&self, retry: Retry) -> Option<String> {
        match retry {
            Retry::Send(id) => self.tab(id).map(|tab| tab.address.trim().to_owned()),
            Retry::Load(id) => match &self.source(id)?.origin {
                SourceOrigin::Address { address, .. } => Some(address.trim().to_owned()),
                SourceOrigin::Files { .. } => None,
            },
        }
    }

    /// Goes on with the settings that changed. Where a request's ladder is shown it is climbed again: a press there asks
    /// what is wrong, and sends nothing.
    fn retry(&mut self, retry: Retry, now: Instant) {
        match retry {
            Retry::Send(_) if self.diagnosis(retry).is_some() => self.diagnose(retry, now),
            Retry::Send(id) => self.send_tab(id, now),
            Retry::Load(id) => self.load(id, now),
        }
    }

    pub(super) fn use_server_name(&mut self, retry: Retry, name: String, now: Instant) {
        let Some(address) = self.address_of(retry) else { return };
        self.forms.entry(address).or_default().server_name = name;
        self.retry(retry, now);
    }

    pub(super) fn speak(&mut self, retry: Retry, scheme: Scheme, now: Instant) {
        let Some(address) = self.address_of(retry) else { return };
        self.forms.entry(address).or_default().scheme = scheme;
        self.retry(retry, now);
    }

    pub(super) fn ask_trust(&mut self, retry: Retry, certificate: PinnedCertificate) {
        let Some(address) = self.address_of(retry) else { return };
        self.trust_question = Some(TrustQuestion { address, certificate, then: retry });
    }

    pub(super) fn answer_trust(&mut self, confirmed: bool, now: Instant) {
        let Some(question) = self.trust_question.take().filter(|_| confirmed) else { return };
        let form = self.forms.entry(question.address).or_default();
        form.ca = CaKind::Pinned;
        form.pinned = Some(question.certificate);
        self.retry(question.then, now);
    }
}
