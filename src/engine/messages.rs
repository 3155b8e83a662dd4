//! The messages of a call as lists: which there are, rows of them as they come into view, filters that follow a stream,
//! all of them as lines of JSON.
//!
//! Nothing here holds a stream up: rows and filters are made on blocking threads out of what
//! [`super::store`] keeps, and a screen that asks for nothing costs nothing.

use std::collections::VecDeque;
use std::io::Write;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use bytes::Bytes;

use super::follow::follow;
use super::live::Teller;
use super::prepared::{Format, Prepared, WriteStyle};
use super::running::RunningCall;
use super::stop::Stop;
use super::store::{Facts, MessageStore};
use super::{CallId, Direction, Event, Filter};
use crate::message::MessageError;

/// Characters of a message's one-line preview.
const PREVIEW_CHARS: usize = 400;
/// They never take more bytes of JSON.
const PREVIEW_BYTES: usize = 4 * (PREVIEW_CHARS + 1);
/// One line that shows whatever can be shown.
pub(super) const ROW_STYLE: WriteStyle = WriteStyle {
    format: Format::Json,
    emit_defaults: false,
    pretty: false,
    tolerant: true,
    short_lists: false,
    most_bytes: None,
    print_unknown: false,
};
/// The newest rows that are told without being asked for: more than most screens show.
pub(super) const TAIL_ROWS: usize = 64;
/// The newest rows are told as long as they are made of no more bytes than this; others are made when they are asked
/// for.
const TAIL_BYTES: u64 = 256 << 10;
/// A list is told again this often at most.
pub(super) const TELL_EVERY: Duration = Duration::from_millis(33);
/// Rows that are ready are told after this time, also where others are still made.
const PART_EVERY: Duration = Duration::from_millis(60);
/// Rows that one question may ask for.
const ROWS_AT_ONCE: u32 = 1_024;
/// The clipboard takes so many bytes; more is saved.
const COPY_BYTES: usize = 16 << 20;
/// Lines are written between two tellings of how far it is.
const LINES_AT_ONCE: usize = 256;

/// Which messages a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum View {
    /// Both directions, in the order in which they passed.
    #[default]
    All,
    /// What was sent.
    Sent,
    /// What was received.
    Received,
    /// What the filter of this number lets through.
    Filtered(u64),
}

impl View {
    /// What may be in it.
    pub(super) fn takes(side: Self, direction: Direction) -> bool {
        match side {
            Self::Sent => direction == Direction::Sent,
            Self::Received => direction == Direction::Received,
            Self::All | Self::Filtered(_) => true,
        }
    }
}

/// One message of a call, for a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageRow {
    /// From 0, over both directions.
    pub position: u64,
    /// Sent or received.
    pub direction: Direction,
    /// From 0 within its direction.
    pub index: u64,
    /// When.
    pub at: Instant,
    /// Bytes, uncompressed.
    pub size: u64,
    /// Bytes on the wire.
    pub wire_size: u64,
    /// Compressed.
    pub compressed: bool,
    /// The beginning of its JSON on one line.
    pub preview: String,
    /// Why it has no JSON.
    pub fault: Option<Arc<MessageError>>,
}

/// How many messages have passed, and the newest of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Messages sent.
    pub sent: u64,
    /// Their bytes, uncompressed.
    pub sent_bytes: u64,
    /// Messages received.
    pub received: u64,
    /// Their bytes, uncompressed.
    pub received_bytes: u64,
    /// When the last one was sent.
    pub last_out: Option<Instant>,
    /// When the first one came.
    pub first_in: Option<Instant>,
    /// When the last one came.
    pub last_in: Option<Instant>,
    /// The newest of both directions, oldest first; fewer where they are large, none for calls that are no stream.
    pub tail: Vec<MessageRow>,
    /// The newest that were sent, oldest first.
    pub sent_tail: Vec<MessageRow>,
}

/// A question about the messages of a call.
#[derive(Clone, Debug)]
pub enum MessagesAsk {
    /// Rows of a list, by their places in it.
    Rows {
        /// Which list.
        view: View,
        /// The first.
        from: u64,
        /// How many.
        count: u32,
    },
    /// From now on this filter; it takes the place of the one before.
    Filter {
        /// Its number.
        number: u64,
        /// One direction, or `All`.
        side: View,
        /// What it lets through.
        filter: Filter,
    },
    /// No filter any more.
    Unfilter,
    /// A list as lines of JSON, for the clipboard.
    Copy {
        /// Which list.
        view: View,
        /// Only these places of it.
        only: Option<Range<u64>>,
        /// Comes back with the answer.
        ticket: u64,
    },
    /// The copy that is being made is not wanted any more; it is not answered.
    StopCopy,
}

/// An answer, or what a filter found.
#[derive(Clone, Debug)]
pub enum MessagesTold {
    /// Rows of a list. A question may be answered in several parts.
    Rows {
        /// Which list.
        view: View,
        /// The place of the first one.
        from: u64,
        /// In order.
        rows: Vec<MessageRow>,
        /// Set in the last part: the range that was asked for.
        answers: Option<Range<u64>>,
    },
    /// How far a filter is.
    Filtered {
        /// Its number.
        number: u64,
        /// Messages that it looked at.
        scanned: u64,
        /// Messages that it let through.
        total: u64,
        /// The newest of those.
        tail: Vec<MessageRow>,
    },
    /// Lines of JSON.
    Copied {
        /// From the question.
        ticket: u64,
        /// One message a line.
        text: String,
        /// How many those are.
        lines: u64,
        /// How many there were to copy.
        of: u64,
    },
}

pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing that holds one of these locks can leave what it guards half made.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Answers a question; the answer comes as events.
pub(super) fn ask(call: CallId, running: &RunningCall, ask: MessagesAsk, teller: Teller) {
    let running = running.clone();
    match ask {
        MessagesAsk::Rows { view, from, count } => {
            tokio::task::spawn_blocking(move || tell_rows(call, &running, view, from, count, &teller));
        }
        MessagesAsk::Filter { number, side, filter } => {
            let mut filtered = locked(&running.filtered);
            filtered.stop();
            filtered.number = number;
            let task = tokio::spawn(follow(call, running.clone(), number, side, Arc::new(filter), teller));
            filtered.task = Some(task.abort_handle());
        }
        MessagesAsk::StopCopy => {
            if let Some(stop) = locked(&running.copying).take() {
                stop.set();
            }
        }
        MessagesAsk::Unfilter => locked(&running.filtered).stop(),
        MessagesAsk::Copy { view, only, ticket } => {
            tokio::task::spawn_blocking(move || {
                let mut text = Vec::new();
                let mut lines = 0;
                let stop = begin_copy(&running);
                let all = length(&running, view);
                let range = only.map_or(0..all, |only| only.start..only.end.min(all));
                let of = range.end.saturating_sub(range.start);
                let written = write_lines(&running, view, range, &stop, |line, done| {
                    if text.len() + line.len() > COPY_BYTES && !text.is_empty() {
                        return Ok(false);
                    }
                    text.extend_from_slice(line);
                    lines = done;
                    Ok(true)
                });
                if let Err(error) = written {
                    text = error.to_string().into_bytes();
                }
                if stop.is_set() {
                    return;
                }
                let text = String::from_utf8(text).unwrap_or_default();
                let told = MessagesTold::Copied { ticket, text, lines, of };
                teller.tell_blocking(Event::Messages { call, told });
            });
        }
    }
}

/// Saves a list as lines of JSON; `tell` hears how far it is. False where it was stopped.
pub(super) fn save_lines(
    running: &RunningCall,
    view: View,
    out: &mut dyn Write,
    stop: &Stop,
    mut tell: impl FnMut(u64, u64),
) -> std::io::Result<bool> {
    let of = length(running, view);
    write_lines(running, view, 0..of, stop, |line, done| {
        out.write_all(line)?;
        if done.is_multiple_of(LINES_AT_ONCE as u64) {
            tell(done, of);
        }
        Ok(true)
    })?;
    Ok(!stop.is_set())
}

/// A copy takes the place of the one before it.
fn begin_copy(running: &RunningCall) -> Arc<Stop> {
    let stop = Arc::new(Stop::default());
    if let Some(older) = locked(&running.copying).replace(Arc::clone(&stop)) {
        older.set();
    }
    stop
}

/// How many messages a list has now.
fn length(running: &RunningCall, view: View) -> u64 {
    let (sent, all) = {
        let mut store = locked(&running.store);
        let all = store.len();
        let last = all.checked_sub(1).and_then(|last| store.fact(last).ok().flatten().map(|facts| (last, facts)));
        let sent = last.map_or(0, |(last, facts)| match facts.direction {
            Direction::Sent => facts.index + 1,
            Direction::Received => last - facts.index,
        });
        (sent, all)
    };
    match view {
        View::All => all,
        View::Sent => sent,
        View::Received => all - sent,
        View::Filtered(number) => {
            let filtered = locked(&running.filtered);
            if filtered.number == number { filtered.places.len() as u64 } else { 0 }
        }
    }
}

/// Where the messages at these places of a list are among all.
fn positions(running: &RunningCall, view: View, range: Range<u64>) -> std::io::Result<Vec<u64>> {
    match view {
        View::All => Ok((range.start..range.end.min(locked(&running.store).len())).collect()),
        View::Sent | View::Received => {
            let direction = if view == View::Sent { Direction::Sent } else { Direction::Received };
            let mut found = Vec::new();
            let mut store = locked(&running.store);
            for index in range {
                match store.position_of(direction, index)? {
                    Some(position) => found.push(position),
                    None => break,
                }
            }
            Ok(found)
        }
        View::Filtered(number) => {
            let filtered = locked(&running.filtered);
            if filtered.number != number {
                return Ok(Vec::new());
            }
            let place = |place: u64| usize::try_from(place).unwrap_or(usize::MAX).min(filtered.places.len());
            let places = filtered.places.get(place(range.start)..place(range.end)).unwrap_or_default();
            Ok(places.iter().map(|position| u64::from(*position)).collect())
        }
    }
}

fn tell_rows(call: CallId, running: &RunningCall, view: View, from: u64, count: u32, teller: &Teller) {
    let asked = from..from.saturating_add(u64::from(count.min(ROWS_AT_ONCE)));
    // What cannot be read is answered with fewer rows; opening a message tells why.
    let positions = positions(running, view, asked.clone()).unwrap_or_default();
    let mut start = from;
    let mut rows = Vec::new();
    let mut told = Instant::now();
    for position in positions {
        let Some((facts, data)) = one(&running.store, position) else { break };
        rows.push(row(&running.prepared, position, &facts, &data));
        if told.elapsed() >= PART_EVERY {
            told = Instant::now();
            let part = std::mem::take(&mut rows);
            let next = start + part.len() as u64;
            let told = MessagesTold::Rows { view, from: start, rows: part, answers: None };
            teller.tell_blocking(Event::Messages { call, told });
            start = next;
        }
    }
    let told = MessagesTold::Rows { view, from: start, rows, answers: Some(asked) };
    teller.tell_blocking(Event::Messages { call, told });
}

fn one(store: &Mutex<MessageStore>, position: u64) -> Option<(Facts, Bytes)> {
    let mut store = locked(store);
    let facts = store.fact(position).ok().flatten()?;
    let data = store.data(position, &facts).ok()?;
    Some((facts, data))
}

/// A message as a row.
fn row(prepared: &Prepared, position: u64, facts: &Facts, data: &[u8]) -> MessageRow {
    let style = WriteStyle { most_bytes: Some(PREVIEW_BYTES), ..ROW_STYLE };
    row_with(position, facts, prepared.decode_now(facts.direction == Direction::Received, data, style))
}

/// A row of a message whose JSON, or the beginning of it, is at hand.
pub(super) fn row_with(position: u64, facts: &Facts, json: Result<String, MessageError>) -> MessageRow {
    let (preview, fault) = match json {
        Ok(text) => (cut(text), None),
        Err(error) => (String::new(), Some(Arc::new(error))),
    };
    MessageRow {
        position,
        direction: facts.direction,
        index: facts.index,
        at: facts.at,
        size: facts.size,
        wire_size: facts.wire_size,
        compressed: facts.compressed,
        preview,
        fault,
    }
}

fn cut(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(PREVIEW_CHARS) {
        text.truncate(end);
        text.push('…');
        text.shrink_to_fit();
    }
    text
}

/// The newest rows of a running stream, kept from one telling to the next so that none is made twice.
#[derive(Debug, Default)]
pub(super) struct Tail {
    rows: VecDeque<MessageRow>,
    sent: VecDeque<MessageRow>,
    /// Up to here it was looked.
    seen: u64,
}

impl Tail {
    /// Looks at what came since; gives the newest of both directions, and of those that were sent.
    pub(super) fn read(
        &mut self,
        store: &Mutex<MessageStore>,
        prepared: &Prepared,
    ) -> (Vec<MessageRow>, Vec<MessageRow>) {
        let end = locked(store).len();
        let from = self.seen.max(end.saturating_sub(TAIL_ROWS as u64));
        if from > self.seen {
            self.rows.clear();
        }
        self.seen = end;
        // The newest come first, because they are seen first.
        let mut fresh = Vec::new();
        let mut bytes = 0;
        let mut is_whole = true;
        for position in (from..end).rev() {
            let facts = locked(store).fact(position).ok().flatten();
            bytes += facts.as_ref().map_or(TAIL_BYTES, |facts| facts.size);
            if bytes > TAIL_BYTES {
                is_whole = false;
                break;
            }
            let Some((facts, data)) = one(store, position) else { break };
            fresh.push(row(prepared, position, &facts, &data));
        }
        if !is_whole {
            self.rows.clear();
        }
        fresh.reverse();
        self.sent.extend(fresh.iter().filter(|row| row.direction == Direction::Sent).cloned());
        self.rows.extend(fresh);
        for kept in [&mut self.rows, &mut self.sent] {
            let over = kept.len().saturating_sub(TAIL_ROWS);
            kept.drain(..over);
        }
        (self.rows.iter().cloned().collect(), self.sent.iter().rev().take(16).rev().cloned().collect())
    }
}

/// Hands each message of a list over as a line of JSON with its end, and how many there were with it; `false` ends it.
fn write_lines(
    running: &RunningCall,
    view: View,
    range: Range<u64>,
    stop: &Stop,
    mut line: impl FnMut(&[u8], u64) -> std::io::Result<bool>,
) -> std::io::Result<()> {
    let Range { start, end } = range;
    let mut from = start;
    while from < end {
        let upto = end.min(from + LINES_AT_ONCE as u64);
        let positions = positions(running, view, from..upto)?;
        if positions.is_empty() {
            return Ok(());
        }
        for (number, position) in (from - start + 1..).zip(&positions) {
            let (facts, data) = {
                let mut store = locked(&running.store);
                let facts = store.fact(*position)?.ok_or_else(|| std::io::Error::other("a message is gone"))?;
                (facts, store.data(*position, &facts)?)
            };
            let received = facts.direction == Direction::Received;
            let text = running.prepared.decode_now_until(stop, received, &data, ROW_STYLE);
            if stop.is_set() {
                return Ok(());
            }
            let mut text = text.unwrap_or_else(|error| {
                let bytes = base64::engine::general_purpose::STANDARD.encode(&data);
                serde_json::json!({ "undecodable": error.to_string(), "bytes": bytes }).to_string()
            });
            text.push('\n');
            if !line(text.as_bytes(), number)? {
                return Ok(());
            }
        }
        from += positions.len() as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn a_preview_ends_within_a_line() {
        assert_eq!(cut("{}".to_owned()), "{}");
        let long = cut("李".repeat(500));
        assert_eq!((long.chars().count(), long.ends_with('…')), (401, true));
    }
}
