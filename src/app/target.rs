//! What the target bar and the settings of TLS show besides: known addresses, how their connections stand, and the
//! certificates of files.

use std::path::PathBuf;

use super::{App, Link, RequestSide, SourceOrigin};
use crate::engine::{CertificateFileError, Command, ConnectionState};
use crate::transport::CertificateInfo;

/// What a file of certificates holds, as far as it was read; `None` while it is being read.
pub type CertificatesOf = Option<Result<Vec<CertificateInfo>, CertificateFileError>>;

/// So many files are remembered.
const FILES: usize = 64;

/// An address to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetHint {
    /// As typed.
    pub address: String,
    /// A source is open that reflects there.
    pub is_source: bool,
    /// The last connection came to be, or failed; `None` if there was none.
    pub was_up: Option<bool>,
}

impl App {
    /// Addresses to choose from: open sources in their order, then recent ones; those that hold `typed`.
    pub fn target_hints(&self, typed: &str) -> Vec<TargetHint> {
        let typed = typed.trim().to_lowercase();
        let of_sources = self.sources.iter().filter_map(|entry| match &entry.origin {
            SourceOrigin::Address { address, .. } => Some((address.trim(), true)),
            SourceOrigin::Files { .. } => None,
        });
        let recent = self.recent_targets.iter().map(|address| (address.as_str(), false));
        let mut hints: Vec<TargetHint> = Vec::new();
        for (address, is_source) in of_sources.chain(recent) {
            if address.to_lowercase().contains(&typed) && hints.iter().all(|hint| hint.address != address) {
                let was_up = self.links.get(address).map(|link| matches!(link, Link::Up(_)));
                hints.push(TargetHint { address: address.to_owned(), is_source, was_up });
            }
        }
        hints
    }

    pub(super) fn look_at_connection(&mut self, address: &str) {
        let address = address.trim();
        if !address.is_empty() {
            let endpoint = self.dial_form(address).endpoint(address);
            self.send(Command::LookAtConnection(endpoint));
        }
    }

    pub(super) fn reconnect(&mut self, address: &str) {
        let address = address.trim();
        if !address.is_empty() {
            let endpoint = self.dial_form(address).endpoint(address);
            self.connections.insert(address.to_owned(), ConnectionState::Connecting);
            self.send(Command::Reconnect(endpoint));
        }
    }

    pub(super) fn fold_connection(&mut self, address: String, state: ConnectionState) {
        match &state {
            ConnectionState::Open(info) => {
                self.links.insert(address.clone(), Link::Up(std::sync::Arc::clone(info)));
            }
            ConnectionState::Failed(failure) => {
                self.links.insert(address.clone(), Link::Down(std::sync::Arc::clone(failure)));
            }
            ConnectionState::Idle | ConnectionState::Connecting | ConnectionState::Unusable(_) => {}
        }
        self.connections.insert(address, state);
    }

    pub(super) fn read_certificate(&mut self, path: PathBuf) {
        if self.certificates.len() >= FILES {
            self.certificates.clear();
        }
        self.certificates.insert(path.clone(), None);
        self.send(Command::ReadCertificates(path));
    }

    /// Reads the files again whose certificates the tab in front shows: they may have changed. What was read before
    /// stands until then.
    pub(super) fn read_shown_certificates(&mut self) {
        let Some(tab) = self.active_tab().filter(|tab| tab.request_side == RequestSide::Tls) else { return };
        let form = self.form(&tab.address);
        let paths = [form.ca_path, form.exact_path, form.cert_path];
        for path in paths.iter().map(|path| PathBuf::from(path.trim())) {
            if self.certificates.contains_key(&path) {
                self.send(Command::ReadCertificates(path));
            }
        }
    }

    /// Reads all files again whose certificates were shown.
    pub(super) fn read_known_certificates(&mut self) {
        for path in self.certificates.keys().cloned().collect::<Vec<_>>() {
            self.send(Command::ReadCertificates(path));
        }
    }

    pub(super) fn fold_certificates(
        &mut self,
        path: PathBuf,
        found: Result<Vec<CertificateInfo>, CertificateFileError>,
    ) {
        self.certificates.insert(path, Some(found));
    }
}
