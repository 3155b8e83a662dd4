//! Attempts of one call: whom each goes to, how it ended, whether another follows; said on stderr and in the trace.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::connect::Server;
use super::registry::{say_attempt, say_chosen};
use super::trace_json::TraceJson;
use crate::call::{CallStatus, Code, Origin};
use crate::engine::{Attempt, Chosen};
use crate::transport::{Channel, ConnectEvent, Failure, Observer};

/// Before the same instance is tried once more; it doubles a few times.
const PAUSE: Duration = Duration::from_millis(100);

/// The attempts so far.
pub(super) struct Attempts {
    retries: u32,
    is_told: bool,
    /// Of the one that runs, from 1.
    number: u32,
    /// When it began.
    began: Instant,
    trace: Option<TraceJson>,
    /// Those that ended over the schema, before there was a call to trace.
    earlier: Vec<Attempt>,
    /// The one that runs was begun for its schema already.
    goes_over: bool,
}

/// For a connection whose steps the call tells.
pub(super) struct Unwatched;

impl Observer for Unwatched {
    fn connect_event(&self, _event: ConnectEvent) {}
}

/// The status of an attempt that found nobody.
pub(super) fn not_connected(failure: Arc<Failure>) -> CallStatus {
    CallStatus {
        code: Code::UNAVAILABLE,
        message: failure.to_string(),
        details: Vec::new(),
        origin: Origin::Transport,
        failure: Some(failure),
    }
}

impl Attempts {
    /// None yet; so many may follow the first. `is_told`: their fate is worth a word, since there is a registry or the
    /// person asked for retries.
    pub fn new(retries: u32, is_told: bool) -> Self {
        let (number, began) = (0, Instant::now());
        Self { retries, is_told, number, began, trace: None, earlier: Vec::new(), goes_over: false }
    }

    /// Of the next attempt to begin, from 0.
    pub fn index(&self) -> usize {
        usize::try_from(self.number).unwrap_or_default()
    }

    /// Another may follow the one that runs.
    pub fn goes_on(&self) -> bool {
        self.number <= self.retries
    }

    /// One begins.
    pub fn begin(&mut self, chosen: Option<&Chosen>, verbose: u8) {
        self.number += 1;
        let goes_over = std::mem::take(&mut self.goes_over);
        self.began = Instant::now();
        if let Some(chosen) = chosen {
            if verbose > 0 && !goes_over {
                say_chosen(chosen);
            }
            self.trace(|trace| trace.write_chosen(chosen));
        }
    }

    /// The schema is there, and the call begins: at the same instance, as part of the same attempt.
    pub fn call_begins(&mut self, trace: Option<TraceJson>) {
        self.number -= 1;
        self.goes_over = true;
        self.trace = trace;
        for attempt in std::mem::take(&mut self.earlier) {
            self.trace(|trace| trace.write_attempt(&attempt));
        }
    }

    /// One ended at `at` with this; what is worth a word is said: each that failed, and the last where there were several.
    pub fn ended(
        &mut self,
        chosen: Option<&Chosen>,
        channel: &Channel,
        status: &CallStatus,
        at: Instant,
        goes_on: bool,
    ) {
        if !self.is_told {
            return;
        }
        let attempt = Attempt {
            number: self.number,
            instance: chosen.map(|chosen| chosen.instance.clone()).unwrap_or_default(),
            address: channel.target().address.to_string(),
            began: self.began,
            took: at.saturating_duration_since(self.began),
            status: Arc::new(status.clone()),
            goes_on,
        };
        if goes_on || status.code != Code::OK || self.number > 1 {
            say_attempt(&attempt);
        }
        match &self.trace {
            Some(_) => self.trace(|trace| trace.write_attempt(&attempt)),
            None => self.earlier.push(attempt),
        }
    }

    /// Where nobody else is left to be asked, the same one gets a moment.
    pub async fn pause(&self, server: &Server) {
        let known = server.resolved.as_ref().map_or(1, |resolved| resolved.choices.len());
        let Some(again) = self.index().checked_sub(known) else { return };
        let pause = PAUSE.saturating_mul(1 << again.min(3));
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = server.deadline_passed() => {}
        }
    }

    /// Writes to the trace, if there is one and as long as it can be written.
    pub fn trace(&mut self, write: impl FnOnce(&mut TraceJson) -> std::io::Result<()>) {
        if let Some(Err(error)) = self.trace.as_mut().map(write) {
            eprintln!("proconsul: --trace-json: {error}");
            self.trace = None;
        }
    }
}
