//! What happens in a call, in order.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;

use super::Code;
use crate::transport::{ConnectEvent, ConnectionInfo, Failure};

/// Keys (lower case) and values in order. Values of `-bin` keys are the bytes, already base64-decoded; others are the
/// bytes as they came (ASCII as a rule). Pseudo-headers are not among them.
pub type Metadata = Vec<(String, Bytes)>;

/// One event. Times are stamped where it happened.
#[derive(Clone, Debug)]
pub enum CallEvent {
    /// A step of making the connection (none of these when it was reused).
    Connecting(ConnectEvent),
    /// The connection that carries the call.
    Connected {
        /// When it was in hand.
        at: Instant,
        /// Which.
        connection: Arc<ConnectionInfo>,
    },
    /// Request headers were handed to HTTP/2.
    RequestHeaders {
        /// When.
        at: Instant,
        /// `:authority`.
        authority: String,
        /// `/pkg.Service/Method`.
        path: String,
        /// Everything sent, also what we add (content-type, te, grpc-timeout …), in order.
        metadata: Metadata,
        /// The stream's id.
        stream_id: u32,
    },
    /// A message was handed to HTTP/2 in full.
    MessageOut(MessageRecord),
    /// Our side is closed.
    HalfClose {
        /// When.
        at: Instant,
    },
    /// Initial headers came (never for a trailers-only answer).
    ResponseHeaders {
        /// When.
        at: Instant,
        /// `:status`.
        http_status: u16,
        /// In order within a key.
        metadata: Metadata,
    },
    /// A message came in full.
    MessageIn(MessageRecord),
    /// Trailers came, or the headers of a trailers-only answer.
    Trailers {
        /// When.
        at: Instant,
        /// Came as the one and only HEADERS frame.
        trailers_only: bool,
        /// In order within a key.
        metadata: Metadata,
    },
    /// The stream was reset.
    Reset {
        /// When.
        at: Instant,
        /// HTTP/2 error code.
        code: u32,
        /// By the server.
        remote: bool,
    },
    /// The server said that it goes away, while the call ran.
    GoAway {
        /// When.
        at: Instant,
        /// The last stream it will answer.
        last_stream_id: u32,
        /// HTTP/2 error code.
        code: u32,
        /// Debug data.
        debug: Bytes,
    },
    /// The end; nothing follows.
    Status {
        /// When.
        at: Instant,
        /// How it ended.
        status: Arc<CallStatus>,
    },
}

/// One message on the wire.
#[derive(Clone, Debug)]
pub struct MessageRecord {
    /// When it was complete.
    pub at: Instant,
    /// From 0, per direction.
    pub index: u64,
    /// Bytes of the uncompressed message.
    pub size: u64,
    /// Bytes on the wire, without the 5-byte prefix.
    pub wire_size: u64,
    /// The prefix' flag.
    pub compressed: bool,
    /// The uncompressed message.
    pub data: Bytes,
}

/// Who decided the status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// The server said it in `grpc-status`.
    Server,
    /// The transport broke or never came to be.
    Transport,
    /// We did: deadline, cancel, limits, rules.
    Local,
}

impl Origin {
    /// `server`, `transport`, `local`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Transport => "transport",
            Self::Local => "local",
        }
    }
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallStatus {
    /// The code.
    pub code: Code,
    /// `grpc-message`, percent-decoded, or our own words.
    pub message: String,
    /// `google.rpc.Status.details`, undecoded; empty where there are none or they cannot be read.
    pub details: Vec<StatusDetail>,
    /// Who decided.
    pub origin: Origin,
    /// Set where the server did not speak the last word.
    pub failure: Option<Arc<Failure>>,
}

/// One `google.protobuf.Any` of the status details.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusDetail {
    /// `type.googleapis.com/google.rpc.BadRequest`.
    pub type_url: String,
    /// The message's bytes.
    pub value: Bytes,
}
