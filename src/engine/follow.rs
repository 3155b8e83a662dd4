//! A filter over the messages of a call: looks at all there are, then at each that comes, and keeps where those are that
//! it lets through. On blocking threads, a piece at a time, so that it can be taken back.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use tokio::task::AbortHandle;

use super::live::Teller;
use super::messages::{ROW_STYLE, TAIL_ROWS, TELL_EVERY, locked, row_with};
use super::prepared::Prepared;
use super::running::RunningCall;
use super::stop::{Stop, StopOnDrop};
use super::store::MessageStore;
use super::{CallId, Direction, Event, Filter, MessageRow, MessagesTold, View};

/// A filter looks at so many messages, or bytes, between two looks at whether it is still wanted.
const SCAN_MESSAGES: u64 = 512;
const SCAN_BYTES: u64 = 4 << 20;

/// The list that a filter makes.
#[derive(Debug, Default)]
pub(super) struct Filtered {
    pub(super) number: u64,
    /// Positions of what it let through. A stream has fewer messages than fit in four bytes.
    pub(super) places: Vec<u32>,
    pub(super) task: Option<AbortHandle>,
}

impl Filtered {
    /// Ends the work of the filter.
    pub(super) fn stop(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
        }
        self.places = Vec::new();
        self.number = 0;
    }
}

/// What a filter found in one piece of work.
struct Scan {
    next: u64,
    places: Vec<u32>,
    rows: Vec<MessageRow>,
}

/// Looks at all messages there are, then at each that comes, until the call has ended.
pub(super) async fn follow(
    call: CallId,
    running: RunningCall,
    number: u64,
    side: View,
    filter: Arc<Filter>,
    teller: Teller,
) {
    let mut length = running.length.clone();
    let mut next = 0;
    let mut tail: VecDeque<MessageRow> = VecDeque::new();
    let mut told: Option<Instant> = None;
    loop {
        let end = *length.borrow_and_update();
        while next < end {
            let (store, prepared, filter) =
                (Arc::clone(&running.store), Arc::clone(&running.prepared), Arc::clone(&filter));
            // A filter that is taken back drops this task, also in the middle of a large message.
            let stop = StopOnDrop::default();
            let flag = Arc::clone(&stop.0);
            let work = tokio::task::spawn_blocking(move || scan(&store, &prepared, &filter, side, next..end, &flag));
            let Ok(found) = work.await else { return };
            next = found.next;
            {
                let mut filtered = locked(&running.filtered);
                if filtered.number != number {
                    return;
                }
                filtered.places.extend(found.places);
            }
            tail.extend(found.rows);
            let over = tail.len().saturating_sub(TAIL_ROWS);
            tail.drain(..over);
            if told.is_none_or(|told| told.elapsed() >= TELL_EVERY) || next >= end {
                if let Some(wait) = told.and_then(|told| TELL_EVERY.checked_sub(told.elapsed())) {
                    tokio::time::sleep(wait).await;
                }
                told = Some(Instant::now());
                tell_filtered(call, &running, number, next, &tail, &teller).await;
            }
        }
        if told.is_none() {
            told = Some(Instant::now());
            tell_filtered(call, &running, number, next, &tail, &teller).await;
        }
        if length.changed().await.is_err() {
            return;
        }
    }
}

async fn tell_filtered(
    call: CallId,
    running: &RunningCall,
    number: u64,
    scanned: u64,
    tail: &VecDeque<MessageRow>,
    teller: &Teller,
) {
    let total = {
        let filtered = locked(&running.filtered);
        if filtered.number != number {
            return;
        }
        filtered.places.len() as u64
    };
    let told = MessagesTold::Filtered { number, scanned, total, tail: tail.iter().cloned().collect() };
    teller.tell(Event::Messages { call, told }).await;
}

fn scan(
    store: &Mutex<MessageStore>,
    prepared: &Prepared,
    filter: &Filter,
    side: View,
    range: Range<u64>,
    stop: &Stop,
) -> Scan {
    let mut found = Scan { next: range.start, places: Vec::new(), rows: Vec::new() };
    let mut bytes = 0;
    let end = range.end.min(range.start + SCAN_MESSAGES);
    let facts = locked(store).facts(range.start..end).unwrap_or_default();
    if facts.is_empty() {
        // The disk gave up: what cannot be read is let through by no filter.
        found.next = end;
    }
    for (position, facts) in (range.start..).zip(facts) {
        found.next = position + 1;
        if !View::takes(side, facts.direction) || filter.refuses_size(facts.size) {
            continue;
        }
        let data = locked(store).data(position, &facts);
        let Ok(data) = data else { continue };
        bytes += facts.size;
        let json = prepared.decode_now_until(stop, facts.direction == Direction::Received, &data, ROW_STYLE);
        if stop.is_set() {
            break;
        }
        // What cannot be read holds no text.
        if filter.holds(facts.size, json.as_deref().unwrap_or_default()) {
            found.places.push(u32::try_from(position).unwrap_or(u32::MAX));
            if found.rows.len() == TAIL_ROWS {
                found.rows.remove(0);
            }
            found.rows.push(row_with(position, &facts, json));
        }
        if bytes >= SCAN_BYTES {
            break;
        }
    }
    found
}
