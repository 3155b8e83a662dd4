//! How a registry is reached, as filled in.

use std::path::PathBuf;

use crate::engine::{RegistryId, RegistrySpec};
use crate::registry::consul::ConsulExplicit;
use crate::registry::{Consistency, RegistryKind};
use crate::secret::Secret;

/// The settings of one registry, as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryForm {
    /// Which kind.
    pub kind: RegistryKind,
    /// What the person calls it; empty takes its address.
    pub name: String,
    /// Consul: where its agent is; empty takes `CONSUL_HTTP_ADDR`, else 127.0.0.1:8500.
    pub address: String,
    /// Consul: its token; empty takes `CONSUL_HTTP_TOKEN`.
    pub token: Secret,
    /// The token's number in the keychain; 0 where it has none.
    pub token_kept: u64,
    /// It had a token that is not at hand, and has to be typed again.
    pub token_missing: bool,
    /// Consul: the datacenter that is asked first; empty takes the agent's own.
    pub datacenter: String,
    /// Consul: its namespace.
    pub namespace: String,
    /// Consul: its partition.
    pub partition: String,
    /// Consul: how fresh answers have to be.
    pub consistency: Consistency,
    /// Consul: PEM file of who is trusted; empty takes `CONSUL_CACERT`.
    pub ca_path: String,
    /// Consul: our certificate.
    pub cert_path: String,
    /// Consul: its key.
    pub key_path: String,
    /// Consul: the name that its certificate has to hold.
    pub server_name: String,
    /// Consul: believe any certificate.
    pub skip_verify: bool,
    /// List: the file; empty where it is made by hand.
    pub file: String,
    /// List: its lines, where it is made by hand.
    pub text: String,
    /// No act is let through.
    pub read_only: bool,
}

impl Default for RegistryForm {
    fn default() -> Self {
        Self {
            kind: RegistryKind::Consul,
            name: String::new(),
            address: String::new(),
            token: Secret::default(),
            token_kept: 0,
            token_missing: false,
            datacenter: String::new(),
            namespace: String::new(),
            partition: String::new(),
            consistency: Consistency::Default,
            ca_path: String::new(),
            cert_path: String::new(),
            key_path: String::new(),
            server_name: String::new(),
            skip_verify: false,
            file: String::new(),
            text: String::new(),
            read_only: false,
        }
    }
}

/// Why a form cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegistryFormFault {
    /// A list has neither file nor lines.
    EmptyList,
    /// A new one is to be reached where this one is, in another way.
    Known(RegistryId),
}

/// The question that adds a registry, or changes one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RegistryDialog {
    /// The one that is changed; a new one where `None`.
    pub registry: Option<RegistryId>,
    /// As filled in.
    pub form: RegistryForm,
    /// It was left here the last time, and not taken.
    pub was_left: bool,
    /// It is about the token.
    pub at_token: bool,
    /// What is wrong with it, once it was confirmed.
    pub fault: Option<RegistryFormFault>,
}

impl RegistryForm {
    /// What is wrong with it.
    pub fn fault(&self) -> Option<RegistryFormFault> {
        let is_empty = self.file.trim().is_empty() && self.text.trim().is_empty();
        (self.kind == RegistryKind::Static && is_empty).then_some(RegistryFormFault::EmptyList)
    }

    /// What the tree calls it, before the registry says who it is.
    pub fn title(&self) -> String {
        if !self.name.trim().is_empty() {
            return self.name.trim().to_owned();
        }
        self.kind.name().to_owned()
    }

    fn explicit(&self) -> ConsulExplicit {
        let filled = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let path = |text: &str| filled(text).map(PathBuf::from);
        ConsulExplicit {
            address: filled(&self.address),
            token: Some(self.token.clone()).filter(|token| !token.is_empty()),
            ca_file: path(&self.ca_path),
            client_cert: path(&self.cert_path),
            client_key: path(&self.key_path),
            server_name: filled(&self.server_name),
            verify: self.skip_verify.then_some(false),
            namespace: filled(&self.namespace),
            partition: filled(&self.partition),
            datacenter: filled(&self.datacenter),
            consistency: self.consistency,
        }
    }

    /// For the engine.
    pub fn spec(&self) -> RegistrySpec {
        match self.kind {
            RegistryKind::Static if self.file.trim().is_empty() => {
                RegistrySpec::List(self.name.trim().to_owned(), self.text.clone())
            }
            RegistryKind::Static => RegistrySpec::ListFile(PathBuf::from(self.file.trim())),
            RegistryKind::Consul => RegistrySpec::Consul(Box::new(self.explicit())),
        }
    }
}
