//! What is remembered of registries, as plain values.

use std::sync::Arc;

/// One registry. Choices are words; one that is unknown means the default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegistryDoc {
    /// `consul`, `static`; one of another kind is left out when it is read back.
    pub kind: String,
    /// What the person calls it.
    pub name: String,
    /// As typed, without a password.
    pub address: String,
    /// It had a token, which is in the keychain or has to be typed again.
    pub had_token: bool,
    /// The token's number in the system's keychain.
    pub token_keychain: Option<u64>,
    /// As typed.
    pub datacenter: String,
    /// As typed.
    pub namespace: String,
    /// As typed.
    pub partition: String,
    /// Empty, `stale`, `consistent`.
    pub consistency: String,
    /// As typed.
    pub ca_path: String,
    /// As typed.
    pub cert_path: String,
    /// As typed.
    pub key_path: String,
    /// As typed.
    pub server_name: String,
    /// Believe anything.
    pub skip_verify: bool,
    /// A list's file, as typed.
    pub file: String,
    /// The lines of a list that was made by hand.
    pub text: String,
    /// No act is let through.
    pub read_only: bool,
    /// Services whose health is told, by datacenter and name.
    pub pinned: Vec<(String, String)>,
    /// It is unfolded.
    pub is_open: bool,
    /// Datacenters that are unfolded.
    pub open_datacenters: Vec<String>,
    /// Registrations that were typed and not sent, the newest first, as the window wrote them.
    pub unsent_registrations: Vec<Arc<str>>,
}

/// A view of a registry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegistryViewDoc {
    /// Index of the registry.
    pub registry: usize,
    /// `registry`, `datacenter`, `service`, `nodes`, `keys`; another means none.
    pub what: String,
    /// Its datacenter, where it has one.
    pub datacenter: String,
    /// The service, for `service`.
    pub service: String,
}
