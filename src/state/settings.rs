//! Settings and keys, as plain values.

use std::time::Duration;

/// What the person set; `None` is the default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettingsDoc {
    /// Scale of the window, percent.
    pub zoom_percent: Option<u64>,
    /// Size of data's text, tenths of a point.
    pub data_tenths: Option<u64>,
    /// Time limit of new unary requests, as typed.
    pub deadline: Option<String>,
    /// Largest message, bytes.
    pub largest_bytes: Option<u64>,
    /// `no`, `gzip`.
    pub compress: Option<String>,
    /// Patience for making a connection.
    pub connect_timeout: Option<Duration>,
}

/// Keys of commands that the person changed: the command's tag, and its keys as written, `Ctrl+Shift+T`.
pub type KeysDoc = Vec<(String, Vec<String>)>;
