//! What a call has told so far.

use std::sync::Arc;
use std::time::Instant;

use super::messages::{MessageList, Pace, RowCache};
use crate::call::{CallEvent, CallStatus, Code, Metadata};
use crate::engine::{
    Attempt, CallId, CallUpdate, Chosen, Detail, Direction, MessageRow, NoText, ResolveError, Seen, TextLines, View,
};
use crate::message::MessageError;
use crate::transport::{ConnectEvent, ConnectionInfo};

/// How far a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallStage {
    /// Runs.
    Running,
    /// Has its status.
    Ended,
    /// Settings or the message could not be used: nothing was sent.
    NotBegun,
}

/// One message in full.
#[derive(Clone, Debug)]
pub struct ShownMessage {
    /// Sent or received.
    pub direction: Direction,
    /// Number within its direction, from 0.
    pub index: u64,
    /// Its row.
    pub row: Option<MessageRow>,
    /// Its lines were asked for at this time.
    pub asked: Option<Instant>,
    /// Its lines, or why there are none; `None` while they are made.
    pub text: Option<Result<Arc<TextLines>, NoText>>,
}

/// Headers as they were sent.
#[derive(Clone, Debug)]
pub struct SentHeaders {
    /// When.
    pub at: Instant,
    /// In order.
    pub metadata: Metadata,
}

/// Headers or trailers as they came.
#[derive(Clone, Debug)]
pub struct Came {
    /// When.
    pub at: Instant,
    /// `:status` of headers.
    pub http_status: Option<u16>,
    /// Trailers came as the one and only frame.
    pub trailers_only: bool,
    /// In order within a key.
    pub metadata: Metadata,
}

/// One call.
#[derive(Clone, Debug)]
pub struct CallRecord {
    /// Which.
    pub id: CallId,
    /// Where to, as typed.
    pub address: String,
    /// Time zero: when Send was pressed.
    pub began: Instant,
    /// The client sends a stream.
    pub client_streaming: bool,
    /// The server does.
    pub server_streaming: bool,
    /// Revision of the draft that was sent.
    pub message_revision: u64,
    /// Steps of making the connection.
    pub connects: Vec<ConnectEvent>,
    /// What carries the call, and when it was in hand.
    pub connection: Option<(Instant, Arc<ConnectionInfo>)>,
    /// Request headers.
    pub request_headers: Option<SentHeaders>,
    /// Its messages as a list.
    pub list: MessageList,
    /// What was sent, beside the composer.
    pub sent_list: RowCache,
    /// How fast they pass.
    pub pace: Pace,
    /// Messages sent.
    pub sent: u64,
    /// Their bytes.
    pub sent_bytes: u64,
    /// Messages received.
    pub received: u64,
    /// Their bytes.
    pub received_bytes: u64,
    /// When the last one was sent.
    pub last_out: Option<Instant>,
    /// When the first one came.
    pub first_in: Option<Instant>,
    /// When the last one came.
    pub last_in: Option<Instant>,
    /// Our side is closed since.
    pub half_closed: Option<Instant>,
    /// Half-close was asked for.
    pub half_close_asked: bool,
    /// Response headers.
    pub headers: Option<Came>,
    /// Trailers.
    pub trailers: Option<Came>,
    /// How it ended.
    pub status: Option<(Instant, Arc<CallStatus>)>,
    /// The status' details, in order.
    pub details: Vec<Detail>,
    /// Why it never began.
    pub not_begun: Option<String>,
    /// Why its address led to no instance of a service in a registry.
    pub not_resolved: Option<Arc<ResolveError>>,
    /// The instance that it goes to, or went to last, where its address names a service in a registry.
    pub chosen: Option<Chosen>,
    /// The fate of each attempt; empty where there is one only and no registry.
    pub attempts: Vec<Attempt>,
    /// The last message that could not be sent.
    pub unsendable: Option<MessageError>,
    /// The one message of an answer that is no stream.
    pub answer: Option<Result<Arc<TextLines>, NoText>>,
    /// It was asked for again at this time.
    pub answer_asked: Option<Instant>,
    /// The message that is read in full.
    pub shown: Option<ShownMessage>,
    /// Cancel was asked for.
    pub cancel_asked: bool,
}

impl CallRecord {
    /// A call that is about to begin.
    pub fn new(id: CallId, address: &str, shape: (bool, bool), message_revision: u64, now: Instant) -> Self {
        Self {
            id,
            address: address.trim().to_owned(),
            began: now,
            client_streaming: shape.0,
            server_streaming: shape.1,
            message_revision,
            connects: Vec::new(),
            connection: None,
            request_headers: None,
            list: MessageList::default(),
            sent_list: RowCache::default(),
            pace: Pace::default(),
            sent: 0,
            sent_bytes: 0,
            received: 0,
            received_bytes: 0,
            last_out: None,
            first_in: None,
            last_in: None,
            half_closed: None,
            half_close_asked: false,
            headers: None,
            trailers: None,
            status: None,
            details: Vec::new(),
            not_begun: None,
            not_resolved: None,
            chosen: None,
            attempts: Vec::new(),
            unsendable: None,
            answer: None,
            answer_asked: None,
            shown: None,
            cancel_asked: false,
        }
    }

    /// How far it is.
    pub fn stage(&self) -> CallStage {
        if self.status.is_some() {
            CallStage::Ended
        } else if self.not_begun.is_some() || (self.unsendable.is_some() && self.never_sent()) {
            CallStage::NotBegun
        } else {
            CallStage::Running
        }
    }

    fn never_sent(&self) -> bool {
        self.request_headers.is_none() && self.connection.is_none() && self.connects.is_empty()
    }

    /// Runs.
    pub fn is_running(&self) -> bool {
        self.stage() == CallStage::Running
    }

    /// One side streams: its messages are a list.
    pub fn is_stream(&self) -> bool {
        self.client_streaming || self.server_streaming
    }

    /// More messages may be sent.
    pub fn takes_messages(&self) -> bool {
        self.is_running() && self.client_streaming && self.half_closed.is_none() && !self.half_close_asked
    }

    /// There is something to show instead of an older answer.
    pub fn has_result(&self) -> bool {
        self.stage() != CallStage::Running || (self.is_stream() && self.sent + self.received > 0)
    }

    /// Ended as OK.
    pub fn is_ok(&self) -> bool {
        self.status.as_ref().is_some_and(|(_, status)| status.code == Code::OK)
    }

    /// Messages that pass in a second: over the last second while it runs, over all its time when it has ended. Of the
    /// server's where that streams, otherwise of ours. `None` while there is nothing to tell.
    pub fn rate(&self, now: Instant) -> Option<u64> {
        let (count, first, last) = if self.server_streaming {
            (self.received, self.first_in, self.last_in)
        } else {
            (self.sent, self.request_headers.as_ref().map(|headers| headers.at), self.last_out)
        };
        let span = last?.saturating_duration_since(first?);
        if self.is_running() {
            return Some(self.pace.rate(first?, now));
        }
        let span_ms = u64::try_from(span.as_millis()).ok().filter(|span_ms| *span_ms >= 100)?;
        Some(count.saturating_sub(1).saturating_mul(1000) / span_ms)
    }

    /// Messages in the list as its filter lets them through.
    pub fn list_total(&self) -> u64 {
        match (self.list.filter, self.list.side) {
            (Some(filter), _) => filter.total,
            (None, View::Sent) => self.sent,
            (None, View::Received) => self.received,
            (None, View::All | View::Filtered(_)) => self.sent + self.received,
        }
    }

    /// Messages that the list shows: fewer while it is paused.
    pub fn listed(&self) -> u64 {
        let total = self.list_total();
        self.list.paused_at.map_or(total, |paused| paused.min(total))
    }

    /// The end, or `now` while it runs.
    pub fn until(&self, now: Instant) -> Instant {
        self.status.as_ref().map_or(now, |(at, _)| *at)
    }

    /// Takes one update in.
    pub fn take(&mut self, update: CallUpdate) {
        match update {
            CallUpdate::Began(at) => self.began = at,
            CallUpdate::Event(event) => self.take_event(event),
            CallUpdate::Seen(seen) => self.take_seen(&seen),
            CallUpdate::Unsendable(error) => self.unsendable = Some(error),
            CallUpdate::NotBegun(why) => self.not_begun = Some(why),
            CallUpdate::NotResolved(error) => {
                self.not_begun = Some(error.to_string());
                self.not_resolved = Some(error);
            }
            CallUpdate::Chosen(chosen) => self.chosen = Some(*chosen),
            CallUpdate::Attempt(attempt) => self.take_attempt(*attempt),
            CallUpdate::Details(details) => self.details = details,
        }
    }

    fn take_attempt(&mut self, attempt: Attempt) {
        if attempt.goes_on {
            // What is shown of the connection is the next attempt's.
            self.connects.clear();
            self.connection = None;
            self.request_headers = None;
            self.headers = None;
            self.trailers = None;
        }
        self.attempts.push(attempt);
    }

    fn take_event(&mut self, event: CallEvent) {
        match event {
            CallEvent::Connecting(step) => self.connects.push(step),
            CallEvent::Connected { at, connection } => self.connection = Some((at, connection)),
            CallEvent::RequestHeaders { at, metadata, .. } => {
                self.request_headers = Some(SentHeaders { at, metadata });
            }
            CallEvent::HalfClose { at } => self.half_closed = Some(at),
            CallEvent::ResponseHeaders { at, http_status, metadata } => {
                self.headers = Some(Came { at, http_status: Some(http_status), trailers_only: false, metadata });
            }
            CallEvent::Trailers { at, trailers_only, metadata } => {
                self.trailers = Some(Came { at, http_status: None, trailers_only, metadata });
            }
            CallEvent::Status { at, status } => self.status = Some((at, status)),
            CallEvent::MessageOut(_) | CallEvent::MessageIn(_) | CallEvent::Reset { .. } | CallEvent::GoAway { .. } => {
            }
        }
    }

    fn take_seen(&mut self, seen: &Seen) {
        self.list.take_tail(seen);
        let is_sent = |row: &&MessageRow| row.direction == Direction::Sent;
        for row in seen.tail.iter().filter(is_sent).chain(&seen.sent_tail) {
            self.sent_list.put(row.index, row.clone());
        }
        (self.sent, self.sent_bytes, self.last_out) = (seen.sent, seen.sent_bytes, seen.last_out);
        (self.received, self.received_bytes) = (seen.received, seen.received_bytes);
        (self.first_in, self.last_in) = (seen.first_in, seen.last_in);
        let (at, count) =
            if self.server_streaming { (self.last_in, self.received) } else { (self.last_out, self.sent) };
        if let Some(at) = at {
            self.pace.take(at, count);
        }
    }

    /// Takes the text of a message in.
    pub fn take_text(&mut self, direction: Direction, index: u64, text: Result<Arc<TextLines>, NoText>) {
        if direction == Direction::Received && index == 0 && !self.server_streaming {
            self.answer = Some(text.clone());
            if self.client_streaming && self.shown.is_none() && text != Err(NoText::Stopped) {
                self.shown = Some(ShownMessage { direction, index, row: None, asked: self.first_in, text: None });
            }
        }
        if let Some(shown) = &mut self.shown
            && shown.direction == direction
            && shown.index == index
        {
            shown.text = Some(text);
        }
    }
}
