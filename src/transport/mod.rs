//! From a [`Target`] to a live HTTP/2 connection that we own: resolve, connect, TLS, h2, pool; every phase stamped.
//!
//! Knows neither protobuf nor screens, nor what a gRPC call is (that is `call`).

mod channel;
mod event;
mod failure;
mod options;
mod target;

pub use channel::{Channel, ConnectionInfo, FrameRecord, Pool};
pub use event::{CertificateInfo, ConnectEvent, Observer, TlsReport};
pub use failure::{Failure, FailureKind, Stage};
pub use options::{ClientIdentity, ConnectOptions, Keepalive, TlsSettings, Trust};
pub use target::{Address, Security, Target, TargetError};
