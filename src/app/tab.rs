//! One tab: a method, a draft of its request, its call.

use std::time::{Duration, Instant};

use super::{AllRun, AllTab, CallRecord, MetadataRow, StreamTab, parse_deadline};
use crate::call::Encoding;
use crate::engine::{MethodReady, SourceId};
use crate::message::MessageError;
use crate::state::DemoPart;

/// No error is shown on the line that is being typed until this long after the last key.
const PATIENCE_WITH_TYPING: Duration = Duration::from_millis(1200);

/// Names a tab in this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TabId(pub u64);

/// The method's schema.
#[derive(Clone, Debug)]
pub enum Prepared {
    /// Asked for.
    Pending {
        /// When.
        since: Instant,
    },
    /// In hand.
    Ready(MethodReady),
    /// Why it cannot be had.
    Failed(String),
}

/// What the engine says of a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Of which draft.
    pub revision: u64,
    /// Size on the wire, or what does not fit.
    pub result: Result<usize, MessageError>,
}

/// The request's side tabs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RequestSide {
    /// The message.
    #[default]
    Message,
    /// Metadata.
    Metadata,
    /// TLS.
    Tls,
}

/// The answer's side tabs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResponseSide {
    /// The message, or the list of them.
    #[default]
    Response,
    /// Headers.
    Headers,
    /// Trailers.
    Trailers,
    /// Phases, connection and certificates.
    Trace,
}

/// One tab.
#[derive(Clone, Debug)]
pub struct Tab {
    /// Which.
    pub id: TabId,
    /// Where the schema comes from.
    pub source: SourceId,
    /// Full name of the service.
    pub service: String,
    /// Name of the method.
    pub method: String,
    /// Streams of client and server.
    pub shape: (bool, bool),
    /// Names the prepared method in the engine.
    pub ticket: u64,
    /// The method's schema.
    pub prepared: Prepared,
    /// Where to, as typed.
    pub address: String,
    /// As typed.
    pub deadline: String,
    /// The draft.
    pub message: String,
    /// Counts its changes.
    pub revision: u64,
    /// The person changed it.
    pub edited: bool,
    /// When it was last changed.
    pub edited_at: Option<Instant>,
    /// Line of the caret, from 1, while the draft is typed in.
    pub caret_line: Option<u32>,
    /// What the engine says of it.
    pub checked: Option<Checked>,
    /// The revision that the engine checks now.
    pub checking: Option<u64>,
    /// A place in the draft to go to: byte offset.
    pub go_to: Option<usize>,
    /// Its own rows, in order; those of its target are `App::target_rows`.
    pub metadata: Vec<MetadataRow>,
    /// Of its messages; as Settings say where `None`.
    pub compress: Option<Encoding>,
    /// Which of the request's side tabs is in front.
    pub request_side: RequestSide,
    /// Which of the answer's is.
    pub response_side: ResponseSide,
    /// It asks all instances instead of one.
    pub all: Option<Box<AllTab>>,
    /// It asked all before, and asks one now: what was set and answered waits.
    pub all_aside: Option<Box<AllTab>>,
    /// The newest call.
    pub call: Option<CallRecord>,
    /// The one before, while the newest has nothing to show.
    pub previous: Option<CallRecord>,
    /// The phases are unfolded or folded, once the person said so.
    pub phases_open: Option<bool>,
    /// The list of messages shows its end.
    pub follow_tail: bool,
    /// How messages are listed, and what waits to be sent again.
    pub stream: StreamTab,
    /// A list that is being written.
    pub list: Option<String>,
    /// Its target is one of the demo's servers, whose ports change.
    pub demo: Option<DemoPart>,
    /// Its method is made ready once its source is read.
    pub awaits_source: bool,
}

impl Tab {
    /// One side streams.
    pub fn is_stream(&self) -> bool {
        self.shape.0 || self.shape.1
    }

    /// The call whose answer is shown, and whether it is older than the newest call.
    pub fn shown_call(&self) -> Option<(&CallRecord, bool)> {
        match (&self.call, &self.previous) {
            (Some(call), Some(previous)) if !call.has_result() => Some((previous, true)),
            (Some(call), _) => Some((call, false)),
            (None, _) => None,
        }
    }

    /// The newest call runs.
    pub fn is_calling(&self) -> bool {
        self.call.as_ref().is_some_and(CallRecord::is_running)
            || self.all.as_ref().and_then(|all| all.run.as_ref()).is_some_and(AllRun::is_running)
    }

    /// The draft changed since the answer's request was sent.
    pub fn edited_since(&self, call: &CallRecord) -> bool {
        !call.client_streaming && call.message_revision != self.revision
    }

    /// What does not fit in the draft as it stands now, known or not to be shown yet.
    pub fn error(&self) -> Option<&MessageError> {
        let checked = self.checked.as_ref().filter(|checked| checked.revision == self.revision)?;
        checked.result.as_ref().err()
    }

    /// What does not fit, unless it is on the line that is being typed.
    pub fn visible_error(&self, now: Instant) -> Option<&MessageError> {
        // While a new draft is checked, the older answer stays, so that marks do not flicker.
        let error = self.checked.as_ref()?.result.as_ref().err()?;
        if self.checked.as_ref().is_some_and(|checked| checked.revision != self.revision) && self.checking.is_none() {
            return None;
        }
        self.error_waits(error, now).is_none().then_some(error)
    }

    /// How long until an error that is held back shows.
    pub fn error_shows_in(&self, now: Instant) -> Option<Duration> {
        self.error_waits(self.error()?, now)
    }

    fn error_waits(&self, error: &MessageError, now: Instant) -> Option<Duration> {
        let since = now.saturating_duration_since(self.edited_at?);
        let on_this_line = match (self.caret_line, error.line) {
            (Some(caret), Some(line)) => caret == line || caret + 1 == line,
            _ => false,
        };
        (on_this_line && since < PATIENCE_WITH_TYPING).then(|| PATIENCE_WITH_TYPING.saturating_sub(since))
    }

    /// The draft's size on the wire.
    pub fn size(&self) -> Option<usize> {
        let checked = self.checked.as_ref().filter(|checked| checked.revision == self.revision)?;
        checked.result.as_ref().ok().copied()
    }

    /// Why Send cannot work.
    pub fn can_send(&self) -> bool {
        matches!(self.prepared, Prepared::Ready(_))
            && self.error().is_none()
            && parse_deadline(&self.deadline).is_ok()
            && !self.address.trim().is_empty()
            && self.all.as_ref().is_none_or(|all| all.block().is_none())
    }
}
