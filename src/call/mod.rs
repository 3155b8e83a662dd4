//! One RPC as a sequence of events, over a `transport::Channel`.
//!
//! Framing, compression and status rules are pure functions over bytes. Knows neither JSON nor screens nor schemas: a
//! message here is bytes.

#![allow(clippy::unnecessary_box_returns, reason = "a status is boxed where it is decided, so that results stay small")]

mod answer;
mod code;
mod event;
mod framing;
mod metadata;
mod queue;
mod request;
mod run;
mod send;
mod status;
mod unary;

pub use code::Code;
pub use event::{CallEvent, CallStatus, MessageRecord, Metadata, Origin, StatusDetail};
pub use framing::ACCEPTED;
pub use metadata::{check_metadata, timeout_header};
pub use request::{CallRequest, Deadline, Encoding, Limits, MetadataError};
pub use run::{CallHandle, EventReceiver, HandleClosed, start};
pub use unary::{CallOutcome, unary};
