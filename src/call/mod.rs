//! One RPC as a sequence of events, over a `transport::Channel`.
//!
//! Framing, compression and status rules are pure functions over bytes. Knows neither JSON nor screens nor schemas: a
//! message here is bytes.

mod code;
mod event;
mod request;
mod run;

pub use code::Code;
pub use event::{CallEvent, CallStatus, MessageRecord, Metadata, Origin, StatusDetail};
pub use request::{CallRequest, Encoding, Limits, MetadataError, check_metadata};
pub use run::{CallHandle, CallOutcome, EventReceiver, HandleClosed, start, unary};
