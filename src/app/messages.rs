//! The messages of a call as the window lists them: which list, its filter, and the few rows that are in view.
//!
//! The rows themselves stay with the engine; here is a window of them that does not grow with the stream.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::time::{Duration, Instant};

use crate::engine::{Direction, MessageRow, Seen, View};

/// Rows that stay at hand on both sides of what is in view, and at the end.
const AT_HAND: u64 = 512;
/// More rows than this, and those that are far away are given up.
const MOST: usize = 2_048;
/// Rows are asked for in pieces of this many, so that scrolling on finds them there.
const PIECE: u64 = 64;
/// Questions that wait for their answers.
const QUESTIONS: usize = 3;
/// A rate is that of the last second.
const RATE_OVER: Duration = Duration::from_secs(1);

/// Some rows of a list by their places in it.
#[derive(Clone, Default)]
pub struct RowCache {
    rows: BTreeMap<u64, MessageRow>,
    asked: Vec<Range<u64>>,
    around: Range<u64>,
}

impl std::fmt::Debug for RowCache {
    /// Without the rows themselves.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RowCache").field("rows", &self.rows.len()).field("asked", &self.asked).finish_non_exhaustive()
    }
}

impl RowCache {
    /// The row at a place, if it is at hand.
    pub fn get(&self, place: u64) -> Option<&MessageRow> {
        self.rows.get(&place)
    }

    /// The place of a message, if its row is at hand.
    pub fn place_of(&self, direction: Direction, index: u64) -> Option<u64> {
        self.rows.iter().find(|(_, row)| row.direction == direction && row.index == index).map(|(place, _)| *place)
    }

    /// How many are at hand.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// None are.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// What has to be asked for so that all of `visible` can be shown, in a list of `total`; nothing where it is at
    /// hand or on its way.
    pub fn missing(&self, visible: Range<u64>, total: u64) -> Option<Range<u64>> {
        if self.asked.len() >= QUESTIONS {
            return None;
        }
        let lacks =
            |place: &u64| !self.rows.contains_key(place) && !self.asked.iter().any(|asked| asked.contains(place));
        let visible = visible.start..visible.end.min(total);
        let first = visible.clone().find(lacks)?;
        let last = visible.rev().find(lacks)?;
        let from = first / PIECE * PIECE;
        let to = (last / PIECE + 1) * PIECE;
        Some(from..to.min(total))
    }

    pub(super) fn ask(&mut self, range: Range<u64>) {
        self.around = range.clone();
        self.asked.push(range);
    }

    pub(super) fn answered(&mut self, range: &Range<u64>) {
        self.asked.retain(|asked| asked != range);
    }

    pub(super) fn put(&mut self, place: u64, row: MessageRow) {
        self.rows.insert(place, row);
        if self.rows.len() <= MOST {
            return;
        }
        let end = self.rows.keys().next_back().copied().unwrap_or_default();
        let near = self.around.start.saturating_sub(AT_HAND)..self.around.end.saturating_add(AT_HAND);
        self.rows.retain(|place, _| near.contains(place) || place.saturating_add(AT_HAND) > end);
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

/// How far a filter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FilterState {
    /// Its number.
    pub number: u64,
    /// Messages that it looked at.
    pub scanned: u64,
    /// Messages that it let through.
    pub total: u64,
}

/// The list of a call's messages.
#[derive(Clone, Debug, Default)]
pub struct MessageList {
    /// One direction, or all.
    pub side: View,
    /// A filter beside it.
    pub filter: Option<FilterState>,
    /// The list stands still at so many rows; the stream does not.
    pub paused_at: Option<u64>,
    /// The chosen row, by its place.
    pub cursor: Option<u64>,
    /// The chosen row is to be opened as soon as it is at hand.
    pub(super) opens: bool,
    /// Rows at hand.
    pub rows: RowCache,
}

impl MessageList {
    /// Which list the engine is asked for.
    pub fn view(&self) -> View {
        self.filter.map_or(self.side, |filter| View::Filtered(filter.number))
    }

    /// Another list: nothing of the old one is at hand.
    pub(super) fn turn_to(&mut self, side: View, filter: Option<u64>) {
        self.side = side;
        self.filter = filter.map(|number| FilterState { number, scanned: 0, total: 0 });
        self.paused_at = None;
        self.cursor = None;
        self.opens = false;
        self.rows.clear();
    }

    /// Takes the newest rows in.
    pub(super) fn take_tail(&mut self, seen: &Seen) {
        if self.filter.is_some() {
            return;
        }
        for row in &seen.tail {
            let place = match (self.side, row.direction) {
                (View::Sent, Direction::Sent) | (View::Received, Direction::Received) => row.index,
                (View::Sent | View::Received, _) => continue,
                (View::All | View::Filtered(_), _) => row.position,
            };
            self.rows.put(place, row.clone());
        }
        if self.side == View::Sent {
            for row in &seen.sent_tail {
                self.rows.put(row.index, row.clone());
            }
        }
    }
}

/// How many messages had passed when, over the last second or so.
#[derive(Clone, Debug, Default)]
pub struct Pace {
    samples: VecDeque<(Instant, u64)>,
}

impl Pace {
    pub(super) fn take(&mut self, at: Instant, count: u64) {
        if self.samples.back().is_some_and(|(last, _)| *last >= at) {
            self.samples.pop_back();
        }
        self.samples.push_back((at, count));
        // One from before the last second has to stay.
        while self.samples.get(1).is_some_and(|(next, _)| at.saturating_duration_since(*next) > RATE_OVER) {
            self.samples.pop_front();
        }
    }

    /// Messages a second now.
    pub fn rate(&self, began: Instant, now: Instant) -> u64 {
        let Some((_, count)) = self.samples.back() else { return 0 };
        let is_before = |(at, _): &&(Instant, u64)| now.saturating_duration_since(*at) >= RATE_OVER;
        if let Some((_, before)) = self.samples.iter().rev().find(is_before) {
            return count - before;
        }
        // The stream is younger than a second.
        let ms = now.saturating_duration_since(began).as_millis().clamp(100, 1_000);
        count.saturating_mul(1_000) / u64::try_from(ms).unwrap_or(1_000)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{MOST, Pace, RowCache};
    use crate::engine::{Direction, MessageRow};

    fn row(position: u64) -> MessageRow {
        MessageRow {
            position,
            direction: Direction::Received,
            index: position,
            at: Instant::now(),
            size: 1,
            wire_size: 1,
            compressed: false,
            preview: String::new(),
            fault: None,
        }
    }

    #[test]
    fn rows_in_view_are_asked_for_once_and_do_not_pile_up() {
        let mut cache = RowCache::default();
        assert_eq!(cache.missing(100..130, 1_000_000), Some(64..192));
        cache.ask(64..192);
        assert_eq!(cache.missing(100..130, 1_000_000), None);
        assert_eq!(cache.missing(180..200, 1_000_000), Some(192..256));
        for place in 64..192 {
            cache.put(place, row(place));
        }
        cache.answered(&(64..192));
        assert_eq!(cache.missing(100..130, 1_000_000), None);
        assert_eq!(cache.missing(980..1_020, 1_000), Some(960..1_000), "no rows past the end");
        // A stream of any length leaves what is in view and the end at hand.
        for place in 0..100_000 {
            cache.put(place, row(place));
        }
        assert!(cache.len() <= MOST + 1);
        assert!(cache.get(100).is_some() && cache.get(99_999).is_some() && cache.get(50_000).is_none());
        assert_eq!(cache.place_of(Direction::Received, 99_999), Some(99_999));
    }

    #[test]
    fn a_rate_is_that_of_the_last_second() {
        let began = Instant::now();
        let ms = |ms: u64| began + Duration::from_millis(ms);
        let mut pace = Pace::default();
        assert_eq!(pace.rate(began, ms(10)), 0);
        pace.take(ms(100), 31);
        assert_eq!(pace.rate(began, ms(100)), 310);
        for step in 2..=50 {
            pace.take(ms(step * 100), step * 31);
        }
        assert_eq!(pace.rate(began, ms(5_000)), 310);
        assert_eq!(pace.rate(began, ms(9_000)), 0, "nothing came for a second");
        assert!(pace.samples.len() < 15);
    }
}
