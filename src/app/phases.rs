//! The phases of a call, made of what was stamped in the transport.

use std::time::{Duration, Instant};

use super::CallRecord;
use crate::call::{Code, Origin};
use crate::transport::{ConnectEvent, FailureKind, Stage};

/// A queue shorter than this is not worth a row.
const QUEUE_WORTH_A_ROW: Duration = Duration::from_millis(1);

/// What a phase was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PhaseKind {
    /// Waiting for a free stream.
    Queue,
    /// The lookup of this name.
    Resolve(String),
    /// An attempt at this address.
    Tcp(String),
    /// The handshake; the version, if known.
    Tls(Option<String>),
    /// Preface and settings.
    Http2,
    /// Headers and this many messages.
    Request(u64),
    /// Until the first byte.
    Wait,
    /// This many messages.
    Response(u64),
    /// Trailers.
    Trailers,
}

/// How it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhaseState {
    /// Over.
    Done,
    /// Not over.
    Running,
    /// The call ended here.
    Failed,
    /// The call ended before.
    NotReached,
}

/// A fact beside the bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PhaseNote {
    /// None.
    None,
    /// A literal address needs no lookup.
    LiteralAddress,
    /// Names, addresses, protocols.
    Text(String),
    /// Connected.
    Connected,
    /// Failed, but another address was tried.
    NextTried,
    /// The server spoke no TLS, so plaintext was tried.
    PlaintextTried,
    /// Bytes sent.
    Sent(u64),
    /// Bytes received.
    Received(u64),
    /// Until the first byte.
    UntilFirstByte,
    /// The person ended it.
    Cancelled,
    /// Why it failed.
    Failed(FailureKind),
}

/// One row of the waterfall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phase {
    /// What.
    pub kind: PhaseKind,
    /// From the call's begin.
    pub start: Duration,
    /// How long; zero if not reached.
    pub length: Duration,
    /// How it went.
    pub state: PhaseState,
    /// Beside the bar.
    pub note: PhaseNote,
}

/// All phases of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// In order.
    pub phases: Vec<Phase>,
    /// From begin to end, or to now.
    pub total: Duration,
    /// The connection was open before.
    pub reused: bool,
    /// The call still runs.
    pub running: bool,
    /// It ended otherwise than by the server's word.
    pub stopped: bool,
}

impl Timeline {
    /// The phases of `call`, as of `now`.
    pub fn of(call: &CallRecord, now: Instant) -> Self {
        let failure = call.status.as_ref().and_then(|(_, status)| status.failure.as_deref());
        let mut making = Making {
            call,
            end: call.until(now),
            failed_stage: failure.map(|failure| failure.stage),
            failed: failure.map(|failure| failure.kind.clone()),
            phases: Vec::new(),
        };
        making.connecting();
        making.exchange();
        Self {
            phases: making.phases,
            total: call.until(now).saturating_duration_since(call.began),
            reused: call.connection.as_ref().is_some_and(|(_, info)| info.reused),
            running: call.is_running(),
            stopped: call.status.as_ref().is_some_and(|(_, status)| status.origin != Origin::Server),
        }
    }
}

struct Making<'a> {
    call: &'a CallRecord,
    end: Instant,
    failed_stage: Option<Stage>,
    failed: Option<FailureKind>,
    phases: Vec<Phase>,
}

impl Making<'_> {
    fn push(&mut self, kind: PhaseKind, from: Instant, to: Instant, state: PhaseState, note: PhaseNote) {
        let start = from.saturating_duration_since(self.call.began);
        let length = to.saturating_duration_since(from);
        self.phases.push(Phase { kind, start, length, state, note });
    }

    fn push_not_reached(&mut self, kind: PhaseKind) {
        let start = self.end.saturating_duration_since(self.call.began);
        let (length, state, note) = (Duration::ZERO, PhaseState::NotReached, PhaseNote::None);
        self.phases.push(Phase { kind, start, length, state, note });
    }

    /// Running, or failed at `stage`, for a phase that has no end of its own.
    fn open_end(&self, stage: Stage) -> (PhaseState, PhaseNote) {
        let note = match &self.failed {
            Some(FailureKind::Cancelled) => PhaseNote::Cancelled,
            Some(kind) => PhaseNote::Failed(kind.clone()),
            None => PhaseNote::None,
        };
        if self.call.is_running() {
            (PhaseState::Running, PhaseNote::None)
        } else if self.failed_stage == Some(stage) {
            (PhaseState::Failed, note)
        } else {
            (PhaseState::Done, PhaseNote::None)
        }
    }

    fn connecting(&mut self) {
        let call = self.call;
        let first = call.connects.first().map(|step| span(step).0);
        let begin = first.or(call.connection.as_ref().map(|(at, _)| *at));
        if let Some(begin) = begin
            && begin.saturating_duration_since(call.began) >= QUEUE_WORTH_A_ROW
        {
            self.push(PhaseKind::Queue, call.began, begin, PhaseState::Done, PhaseNote::None);
        }
        for (index, step) in call.connects.iter().enumerate() {
            let (from, to) = span(step);
            let is_last = index + 1 == call.connects.len();
            let failure = failure_of(step);
            let state = if failure.is_some() && is_last && call.connection.is_none() {
                PhaseState::Failed
            } else {
                PhaseState::Done
            };
            let note = match (failure, state) {
                (Some(kind), PhaseState::Failed) => PhaseNote::Failed(kind),
                (Some(FailureKind::PlaintextServer), _) => PhaseNote::PlaintextTried,
                (Some(_), _) => PhaseNote::NextTried,
                (None, _) => success_note(step),
            };
            self.push(kind_of(step), from, to, state, note);
        }
        if call.connection.is_some() {
            return;
        }
        let last = call.connects.last().map_or(call.began, |step| span(step).1);
        let reached = call.connects.last().map(stage_of);
        let failed = call.connects.last().is_some_and(|step| failure_of(step).is_some());
        if call.is_running() {
            // What comes next is not known before it ends: TLS or plaintext, this address or another.
            return;
        }
        let stopped_at = if failed { None } else { self.failed_stage.filter(|stage| *stage < Stage::Request) };
        for (stage, kind) in [
            (Stage::Resolve, PhaseKind::Resolve(String::new())),
            (Stage::Tcp, PhaseKind::Tcp(String::new())),
            (Stage::Tls, PhaseKind::Tls(None)),
            (Stage::Http2, PhaseKind::Http2),
        ] {
            if reached.is_some_and(|reached| stage <= reached) {
                continue;
            }
            if stopped_at == Some(stage) {
                let (state, note) = self.open_end(stage);
                self.push(kind, last, self.end, state, note);
            } else if stopped_at.is_none_or(|at| stage > at) {
                self.push_not_reached(kind);
            }
        }
    }

    fn exchange(&mut self) {
        let call = self.call;
        let Some((connected, _)) = &call.connection else {
            if !call.is_running() {
                self.push_not_reached(PhaseKind::Request(0));
                self.push_not_reached(PhaseKind::Wait);
            }
            return;
        };
        let mut from = *connected;
        let Some(headers) = &call.request_headers else {
            let (state, note) = self.open_end(Stage::Queue);
            self.push(PhaseKind::Queue, from, self.end, state, note);
            if !call.is_running() {
                self.push_not_reached(PhaseKind::Request(0));
                self.push_not_reached(PhaseKind::Wait);
            }
            return;
        };
        if headers.at.saturating_duration_since(from) >= QUEUE_WORTH_A_ROW {
            self.push(PhaseKind::Queue, from, headers.at, PhaseState::Done, PhaseNote::None);
            from = headers.at;
        }
        let last_out = call.last_out.unwrap_or(headers.at).max(headers.at);
        let request_end = call.half_closed.map(|at| at.max(last_out));
        let (state, note) = match request_end {
            Some(_) => (PhaseState::Done, PhaseNote::Sent(call.sent_bytes)),
            None => match self.open_end(Stage::Request) {
                (PhaseState::Failed, note) => (PhaseState::Failed, note),
                (state, _) => (state, PhaseNote::Sent(call.sent_bytes)),
            },
        };
        let to =
            request_end.unwrap_or(if call.is_running() || state == PhaseState::Failed { self.end } else { last_out });
        self.push(PhaseKind::Request(call.sent), from, to, state, note);
        self.answer(request_end.unwrap_or(headers.at), headers.at);
    }

    fn answer(&mut self, request_end: Instant, headers_at: Instant) {
        let call = self.call;
        let trailers_at = call.trailers.as_ref().map(|trailers| trailers.at);
        let first_byte = call.headers.as_ref().map(|came| came.at).or(call.first_in).or(trailers_at);
        let wait_from = match first_byte {
            Some(first) if first < request_end => headers_at,
            _ => request_end,
        };
        let Some(first_byte) = first_byte else {
            if self.failed_stage == Some(Stage::Request) {
                self.push_not_reached(PhaseKind::Wait);
                return;
            }
            let (state, note) = self.open_end(Stage::Wait);
            let state = if state == PhaseState::Done { PhaseState::Failed } else { state };
            self.push(PhaseKind::Wait, wait_from, self.end, state, note);
            return;
        };
        self.push(PhaseKind::Wait, wait_from, first_byte, PhaseState::Done, PhaseNote::UntilFirstByte);
        let trailers_only = call.trailers.as_ref().is_some_and(|trailers| trailers.trailers_only);
        let answer_end = match (trailers_at, call.last_in) {
            (Some(_), Some(last_in)) => Some(last_in),
            (Some(at), None) => Some(at),
            (None, _) => None,
        };
        if !trailers_only {
            let (state, note) = match answer_end {
                Some(_) => (PhaseState::Done, PhaseNote::Received(call.received_bytes)),
                None => match self.open_end(Stage::Response) {
                    (PhaseState::Failed, note) => (PhaseState::Failed, note),
                    (state, _) => (state, PhaseNote::Received(call.received_bytes)),
                },
            };
            let to = answer_end.unwrap_or(self.end);
            self.push(PhaseKind::Response(call.received), first_byte, to, state, note);
        }
        if let Some(at) = trailers_at {
            let from = if trailers_only { first_byte } else { answer_end.unwrap_or(at) };
            let code = call.status.as_ref().map_or(Code::OK, |(_, status)| status.code);
            let note = PhaseNote::Text(format!("grpc-status {}", code.0));
            self.push(PhaseKind::Trailers, from, at, PhaseState::Done, note);
        }
    }
}

fn span(step: &ConnectEvent) -> (Instant, Instant) {
    match step {
        ConnectEvent::Resolve { started, ended, .. }
        | ConnectEvent::Connect { started, ended, .. }
        | ConnectEvent::Tls { started, ended, .. }
        | ConnectEvent::Http2 { started, ended, .. } => (*started, *ended),
    }
}

fn stage_of(step: &ConnectEvent) -> Stage {
    match step {
        ConnectEvent::Resolve { .. } => Stage::Resolve,
        ConnectEvent::Connect { .. } => Stage::Tcp,
        ConnectEvent::Tls { .. } => Stage::Tls,
        ConnectEvent::Http2 { .. } => Stage::Http2,
    }
}

fn failure_of(step: &ConnectEvent) -> Option<FailureKind> {
    match step {
        ConnectEvent::Resolve { failure, .. }
        | ConnectEvent::Connect { failure, .. }
        | ConnectEvent::Tls { failure, .. }
        | ConnectEvent::Http2 { failure, .. } => failure.as_ref().map(|failure| failure.kind.clone()),
    }
}

fn kind_of(step: &ConnectEvent) -> PhaseKind {
    match step {
        ConnectEvent::Resolve { host, .. } => PhaseKind::Resolve(host.clone()),
        ConnectEvent::Connect { peer, .. } => PhaseKind::Tcp(peer.clone()),
        ConnectEvent::Tls { report, .. } => PhaseKind::Tls(report.version.clone()),
        ConnectEvent::Http2 { .. } => PhaseKind::Http2,
    }
}

fn success_note(step: &ConnectEvent) -> PhaseNote {
    match step {
        ConnectEvent::Resolve { host, addresses, .. } => {
            let literal = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok();
            if literal {
                return PhaseNote::LiteralAddress;
            }
            let list: Vec<String> = addresses.iter().map(|address| address.ip().to_string()).collect();
            PhaseNote::Text(list.join(", "))
        }
        ConnectEvent::Connect { .. } => PhaseNote::Connected,
        ConnectEvent::Tls { report, .. } => {
            let facts = [Some(report.server_name.clone()), report.alpn.clone()];
            let facts: Vec<String> = facts.into_iter().flatten().filter(|fact| !fact.is_empty()).collect();
            PhaseNote::Text(facts.join(" · "))
        }
        ConnectEvent::Http2 { .. } => PhaseNote::None,
    }
}
