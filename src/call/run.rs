//! Running a call.

use std::sync::Arc;

use bytes::Bytes;

use super::{CallEvent, CallRequest, CallStatus, MessageRecord, Metadata};
use crate::transport::Channel;

/// A running call. Dropping it cancels the call.
#[derive(Debug)]
pub struct CallHandle {}

/// The call takes no more messages: it ended, or our side is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the call takes no more messages")]
pub struct HandleClosed;

/// Batches of events, in order; the last event of the last batch is `CallEvent::Status`. Bounded: a reader that does
/// not read stops the stream by flow control.
#[derive(Debug)]
pub struct EventReceiver {}

impl EventReceiver {
    /// The next batch (at most 256 events); `None` after the status was given.
    pub async fn next(&mut self) -> Option<Vec<CallEvent>> {
        unimplemented!()
    }

    /// What is ready now, without waiting.
    pub fn try_next(&mut self) -> Option<Vec<CallEvent>> {
        unimplemented!()
    }
}

impl CallHandle {
    /// Sends one message (uncompressed bytes); waits while flow control says so.
    pub async fn send(&self, message: Bytes) -> Result<(), HandleClosed> {
        let _ = message;
        unimplemented!()
    }

    /// Closes our side; what was handed in before is still sent.
    pub fn half_close(&self) {
        unimplemented!()
    }

    /// Ends the call now as CANCELLED (RST_STREAM CANCEL).
    pub fn cancel(&self) {
        unimplemented!()
    }
}

/// Starts a call on the current tokio runtime: connects if need be, sends headers at once.
pub fn start(channel: &Channel, request: CallRequest) -> (CallHandle, EventReceiver) {
    let _ = (channel, request);
    unimplemented!()
}

/// A finished call with one request.
#[derive(Clone, Debug)]
pub struct CallOutcome {
    /// Initial headers.
    pub headers: Metadata,
    /// What came (one, unless the answer broke the rules).
    pub messages: Vec<MessageRecord>,
    /// Trailers.
    pub trailers: Metadata,
    /// How it ended.
    pub status: Arc<CallStatus>,
}

/// One unary call without a task and channel of its own: the fast way for probes, reflection of names and loads.
pub async fn unary(channel: &Channel, request: CallRequest, message: Bytes) -> CallOutcome {
    let _ = (channel, request, message);
    unimplemented!()
}
