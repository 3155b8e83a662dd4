//! The document: what is remembered, as plain values.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::keys::{KeyChangeDoc, KeyDraftDoc};
use super::registry::{RegistryDoc, RegistryViewDoc};
use super::settings::{KeysDoc, SettingsDoc};

/// The version that this program writes. A newer one is set aside unread.
pub const VERSION: u64 = 1;

/// Everything that is remembered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// Where the window stood.
    pub window: Option<Place>,
    /// Language tag, if the person chose one: `en`, `zh-CN`.
    pub lang: Option<String>,
    /// `dark` or `light`, if the person chose one.
    pub theme: Option<String>,
    /// What was set for the whole program.
    pub settings: SettingsDoc,
    /// Keys that the person changed.
    pub keys: KeysDoc,
    /// Tags of commands that were used last, newest first.
    pub used: Vec<String>,
    /// Sizes of panels.
    pub panels: Panels,
    /// In the order of the tree.
    pub sources: Vec<SourceDoc>,
    /// How to connect, by address as typed.
    pub forms: Vec<(String, FormDoc)>,
    /// Metadata of targets, by address as typed.
    pub targets: Vec<TargetDoc>,
    /// The last number that a secret was given in the keychain.
    pub last_secret: u64,
    /// From left to right.
    pub tabs: Vec<TabDoc>,
    /// Index of the tab in front.
    pub active: Option<usize>,
    /// The area in front: `services`, `registry`, `settings`; another means the first.
    pub area: Option<String>,
    /// Addresses that were called, newest first.
    pub recent_targets: Vec<String>,
    /// Sources that were opened, newest first.
    pub recent_sources: Vec<RecentSource>,
    /// In the order of their tree.
    pub registries: Vec<RegistryDoc>,
    /// What the centre of their area shows.
    pub shown_registry: Option<RegistryViewDoc>,
    /// What was typed into keys of registries and is not written, without what looks like a secret.
    pub key_drafts: Vec<KeyDraftDoc>,
    /// What this program changed of keys, the newest first.
    pub key_changes: Vec<Arc<KeyChangeDoc>>,
}

/// Where a window stands, in points of its screen.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Place {
    /// Left and top of its frame; unknown on Wayland.
    pub position: Option<[f32; 2]>,
    /// Width and height of its content.
    pub size: [f32; 2],
    /// It fills the screen; the rest is what it goes back to.
    pub maximized: bool,
}

/// Sizes of panels, where the person chose them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Panels {
    /// Width of the side panel, points.
    pub side_width: Option<f32>,
    /// The request's share of the centre, 0 to 1.
    pub request_share: Option<f32>,
    /// The share of the list above a message that is read, 0 to 1.
    pub list_share: Option<f32>,
    /// The share of the instances above the one that is read, 0 to 1.
    pub instances_share: Option<f32>,
    /// The side panel is folded.
    pub side_folded: bool,
}

/// One of the demo's two servers: its port is another after each start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DemoPart {
    /// The plaintext one.
    Plaintext,
    /// The one with TLS.
    Tls,
}

/// What a source is opened from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A reflecting server, as typed.
    Address(String),
    /// Files and folders.
    Files {
        /// As given.
        paths: Vec<PathBuf>,
        /// As given.
        import_roots: Vec<PathBuf>,
    },
}

/// One source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceDoc {
    /// What it is opened from.
    pub origin: Origin,
    /// What the person calls it.
    pub name: Option<String>,
    /// It is the demo's.
    pub demo: Option<DemoPart>,
    /// Where new requests of files go.
    pub target: Option<String>,
    /// Goes with reflection.
    pub metadata: Vec<RowDoc>,
    /// Goes into new requests.
    pub call_metadata: Vec<RowDoc>,
}

/// One row of metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowDoc {
    /// Sent.
    pub on: bool,
    /// As typed.
    pub key: String,
    /// As typed; `None` where it is a secret, or was and has to be typed again.
    pub value: Option<String>,
    /// Its value is treated as a secret.
    pub secret: bool,
    /// Its number in the system's keychain.
    pub keychain: Option<u64>,
}

/// What goes with all calls to one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetDoc {
    /// As typed.
    pub address: String,
    /// In order.
    pub metadata: Vec<RowDoc>,
}

/// A certificate that a person trusts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PinnedDoc {
    /// Of its DER bytes.
    pub sha256: [u8; 32],
    /// As shown.
    pub subject: String,
    /// End of validity, seconds since 1970-01-01 UTC.
    pub not_after_unix_s: i64,
}

/// How to connect to one address. Choices are words; one that is unknown means the default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormDoc {
    /// `auto`, `tls`, `plaintext`.
    pub scheme: String,
    /// `system`, `file`, `exact`, `pinned`.
    pub ca: String,
    /// For `file`.
    pub ca_path: String,
    /// For `exact`.
    pub exact_path: String,
    /// For `pinned`.
    pub pinned: Option<PinnedDoc>,
    /// As typed.
    pub server_name: String,
    /// As typed.
    pub authority: String,
    /// `none`, `pem`, `pkcs12`.
    pub client: String,
    /// For `pem`.
    pub cert_path: String,
    /// For `pem`.
    pub key_path: String,
    /// For `pkcs12`.
    pub bundle_path: String,
    /// The bundle had a password, which has to be typed again.
    pub had_password: bool,
    /// The password's number in the system's keychain.
    pub password_keychain: Option<u64>,
    /// Believe anything.
    pub skip_verify: bool,
    /// Patience for making the connection.
    pub connect_timeout: Option<Duration>,
    /// PING when quiet so long.
    pub keepalive: Option<Duration>,
    /// Patience for the answer to that PING.
    pub keepalive_timeout: Option<Duration>,
    /// Before our own user agent.
    pub user_agent: String,
    /// Limit of new requests, as typed.
    pub deadline: String,
    /// Largest message to receive, bytes.
    pub receive_bytes: Option<u64>,
    /// Largest message to send, bytes.
    pub send_bytes: Option<u64>,
}

/// One tab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TabDoc {
    /// Index of its source; `None` if that was removed.
    pub source: Option<usize>,
    /// Its target is the demo's.
    pub demo: Option<DemoPart>,
    /// Full name of the service.
    pub service: String,
    /// Name of the method.
    pub method: String,
    /// The client streams.
    pub client_streaming: bool,
    /// The server streams.
    pub server_streaming: bool,
    /// Where to, as typed.
    pub address: String,
    /// As typed; `None` for no limit, which each language writes its own way.
    pub deadline: Option<String>,
    /// The draft; shared with the window, so that keeping it costs no copy.
    pub message: Arc<str>,
    /// The person changed it.
    pub edited: bool,
    /// In order.
    pub metadata: Vec<RowDoc>,
    /// `identity`, `gzip`, `deflate`, `zstd`; a word that is unknown means the first.
    pub compress: String,
    /// `message`, `metadata`, `tls`.
    pub request_side: String,
    /// `response`, `headers`, `trailers`.
    pub response_side: String,
    /// It asks all instances of a service: `registered`, `passing`; `None` asks one.
    pub to_all: Option<String>,
}

/// A source that was opened once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecentSource {
    /// What it is opened from.
    pub origin: Origin,
    /// What the person called it.
    pub name: Option<String>,
}
