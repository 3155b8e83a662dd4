//! What a caller asks for.

use std::time::{Duration, Instant};

use super::Metadata;

/// A call to make.
#[derive(Clone, Debug)]
pub struct CallRequest {
    /// `/pkg.Service/Method`.
    pub path: String,
    /// The client may send any number of messages.
    pub client_streaming: bool,
    /// The server may.
    pub server_streaming: bool,
    /// The person's own, checked with [`check_metadata`]; order is kept.
    pub metadata: Metadata,
    /// Over the whole call, connecting included; sent as `grpc-timeout`.
    pub deadline: Option<Deadline>,
    /// Sizes.
    pub limits: Limits,
    /// Compression of what we send.
    pub compress: Encoding,
}

/// When a call must be over, and what the person set, which is what words name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// As the person set it.
    pub set: Duration,
    /// When its time began; `None`: when the call does.
    pub began: Option<Instant>,
}

impl Deadline {
    /// `set` after `began`: a deadline over several calls begins before the later of them.
    pub fn since(began: Instant, set: Duration) -> Self {
        Self { set, began: Some(began) }
    }

    /// When a call that begins now must be over; `None`: so far away that the clock has no number for it.
    pub(super) fn at(self) -> Option<Instant> {
        self.began.unwrap_or_else(Instant::now).checked_add(self.set)
    }
}

impl From<Duration> for Deadline {
    /// From the call's beginning.
    fn from(set: Duration) -> Self {
        Self { set, began: None }
    }
}

/// Limits on uncompressed messages, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Of one message received.
    pub receive_bytes: usize,
    /// Of one message sent.
    pub send_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { receive_bytes: 64 << 20, send_bytes: 64 << 20 }
    }
}

/// `grpc-encoding` of requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// None.
    #[default]
    Identity,
    /// gzip.
    Gzip,
    /// zlib, as gRPC calls deflate.
    Deflate,
    /// Zstandard.
    Zstd,
}

impl Encoding {
    /// All of them; none first.
    pub const ALL: [Self; 4] = [Self::Identity, Self::Gzip, Self::Deflate, Self::Zstd];

    /// As `grpc-encoding` writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Zstd => "zstd",
        }
    }
}

/// Why a metadata row cannot be sent; `Display` says it in English.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// gRPC writes this key itself.
    #[error("{key} is reserved: {reason}")]
    Reserved {
        /// The key.
        key: String,
        /// Why, and what to do instead.
        reason: &'static str,
    },
    /// Not a legal key.
    #[error("{key:?} is no metadata key: use a-z, 0-9, '-', '_' and '.'")]
    BadKey {
        /// The key.
        key: String,
    },
    /// Not a legal value of an ASCII key.
    #[error("the value of {key} has characters that metadata cannot carry: end the key in -bin to send bytes")]
    BadValue {
        /// The key.
        key: String,
    },
    /// Not base64.
    #[error("the value of {key} is not base64")]
    BadBase64 {
        /// The key.
        key: String,
    },
}
