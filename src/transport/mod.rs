//! From a [`Target`] to a live HTTP/2 connection that we own: resolve, connect, TLS, h2, pool; every phase stamped.
//!
//! Knows neither protobuf nor screens, nor what a gRPC call is (that is `call`).

mod channel;
mod connection;
mod dial;
mod event;
mod failure;
mod frames;
mod options;
mod tap;
mod target;
mod tls;

pub(crate) use channel::{Attempt, RequestParts, Unobserved};
pub use channel::{Channel, ConnectionInfo, FrameRecord, Pool};
pub(crate) use connection::{Lease, Shared};
pub(crate) use dial::{at_address, look_up};
pub use event::{CertificateChecks, CertificateInfo, Check, ConnectEvent, Observer, TlsReport};
pub use failure::{CertificateFault, Failure, FailureKind, SettingsFault, Stage, http2_code_name};
pub use options::{ClientIdentity, ConnectOptions, Keepalive, TlsSettings, Trust};
pub use tap::Capture;
pub use target::{Address, Security, Target, TargetError};
pub use tls::certificates_in;

use channel::TlsMemory;
