//! Connections, pooled: one verified connection serves reflection, health, probes and calls to a target.

use std::sync::Arc;
use std::time::Instant;

use super::{ConnectOptions, Failure, Observer, Target, TlsReport};

/// All open connections of the process, keyed by target and options.
#[derive(Clone, Debug, Default)]
pub struct Pool {}

/// A way to one target with one set of options; cheap to clone. Connects on first use, again when the connection died.
#[derive(Clone, Debug)]
pub struct Channel {}

/// Which connection serves a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionInfo {
    /// Unique in this process.
    pub id: u64,
    /// It was open already.
    pub reused: bool,
    /// How many calls it carried before this one.
    pub calls_before: u64,
    /// When it was open (SETTINGS seen).
    pub opened: Instant,
    /// Our own address.
    pub local: String,
    /// The peer's address.
    pub peer: String,
    /// What TLS negotiated; `None` in plaintext.
    pub tls: Option<Arc<TlsReport>>,
    /// The HTTP/2 stream of this call; 0 before it has one.
    pub stream_id: u32,
}

/// One frame header that the tap saw (RFC 9113, 4.1); DATA only with END_STREAM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameRecord {
    /// When the bytes passed.
    pub at: Instant,
    /// From us to the server.
    pub outgoing: bool,
    /// Frame type.
    pub kind: u8,
    /// Flags.
    pub flags: u8,
    /// Stream, 0 for the connection.
    pub stream_id: u32,
    /// Payload length in bytes.
    pub length: u32,
    /// The payload's first bytes (up to 256) for SETTINGS, PING, WINDOW_UPDATE, RST_STREAM, GOAWAY; else empty.
    pub payload: Vec<u8>,
}

impl Pool {
    /// A way to `target`. No IO happens here. For `Security::Auto` the pool remembers which addresses were once seen
    /// with TLS and never tries those in plaintext.
    pub fn channel(&self, target: &Target, options: &ConnectOptions) -> Channel {
        let _ = (target, options);
        unimplemented!()
    }

    /// Addresses (`host:port`) that were seen with TLS; to be kept between starts.
    pub fn seen_with_tls(&self) -> Vec<String> {
        unimplemented!()
    }

    /// Restores what [`Pool::seen_with_tls`] gave.
    pub fn remember_tls(&self, addresses: Vec<String>) {
        let _ = addresses;
        unimplemented!()
    }
}

impl Channel {
    /// Connects now, or finds the open connection; tells `observer` of each step.
    pub async fn connect(&self, observer: &dyn Observer) -> Result<ConnectionInfo, Arc<Failure>> {
        let _ = observer;
        unimplemented!()
    }

    /// The target.
    pub fn target(&self) -> &Target {
        unimplemented!()
    }

    /// The frames of one stream and of the connection (stream 0) that the tap still remembers.
    pub fn frames(&self, connection_id: u64, stream_id: u32) -> Vec<FrameRecord> {
        let _ = (connection_id, stream_id);
        unimplemented!()
    }
}
