//! The last hour of an instance's health, minute by minute: what the registry said, and what the wire said. Pure: the
//! time is handed in.

use std::collections::VecDeque;
use std::time::{Duration, SystemTime};

use super::{Health, WireHealth};

/// Minutes that are kept, the running one included.
pub const SLOTS: usize = 60;
const MINUTE: Duration = Duration::from_mins(1);
/// An instance that flaps this often in an hour loses its oldest changes, not memory.
const MOST_CHANGES: usize = 1024;

/// How well the wire says something is; the order is from good to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WireMark {
    /// SERVING.
    Serving,
    /// It speaks gRPC, and says nothing of its health: no health service, or a status instead of a word.
    Silent,
    /// NOT_SERVING.
    NotServing,
    /// Nothing answers, or something that speaks no gRPC.
    Unreachable,
}

impl WireMark {
    /// Of what a probe found.
    pub fn of(health: &WireHealth) -> Self {
        match health {
            WireHealth::Serving => Self::Serving,
            WireHealth::NotServing => Self::NotServing,
            WireHealth::Unreachable => Self::Unreachable,
            _ => Self::Silent,
        }
    }
}

/// One minute; `None` where nobody looked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HistorySlot {
    /// The worst that the registry said in it.
    pub registry: Option<Health>,
    /// The worst that the wire said in it.
    pub wire: Option<WireMark>,
}

/// One instance's last hour.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HealthHistory {
    registry: Changes<Health>,
    wire: Changes<WireMark>,
}

/// What was so from when on.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Changes<T>(VecDeque<(SystemTime, Option<T>)>);

impl<T> Default for Changes<T> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl HealthHistory {
    /// The registry says this from `now` on; `None`: it cannot be asked, or the instance is not in it any more.
    pub fn note_registry(&mut self, now: SystemTime, health: Option<Health>) {
        self.registry.note(now, health);
    }

    /// The wire says this from `now` on; `None`: nobody looks any more.
    pub fn note_wire(&mut self, now: SystemTime, mark: Option<WireMark>) {
        self.wire.note(now, mark);
    }

    /// Since when the wire says what it says now.
    pub fn wire_since(&self) -> Option<SystemTime> {
        self.wire.0.back().filter(|(_, mark)| mark.is_some()).map(|(at, _)| *at)
    }

    /// Since when the registry says what it says now.
    pub fn registry_since(&self) -> Option<SystemTime> {
        self.registry.0.back().filter(|(_, health)| health.is_some()).map(|(at, _)| *at)
    }

    /// It ended more than an hour ago.
    pub fn is_over(&self, now: SystemTime) -> bool {
        self.registry.is_over(now) && self.wire.is_over(now)
    }

    /// Nothing of the last hour is known.
    pub fn is_empty(&self, now: SystemTime) -> bool {
        self.slots(now).iter().all(|slot| *slot == HistorySlot::default())
    }

    /// The last hour, oldest minute first; the last one runs, and began less than a minute before `now`.
    pub fn slots(&self, now: SystemTime) -> [HistorySlot; SLOTS] {
        let mut slots = [HistorySlot::default(); SLOTS];
        self.registry.fill(now, |slot, health| {
            if let Some(slot) = slots.get_mut(slot) {
                slot.registry = slot.registry.max(Some(health));
            }
        });
        self.wire.fill(now, |slot, mark| {
            if let Some(slot) = slots.get_mut(slot) {
                slot.wire = slot.wire.max(Some(mark));
            }
        });
        slots
    }
}

/// The minute of a time, counted from 1970-01-01 UTC: slots begin with minutes of the clock, so that they stay what they
/// were when time goes on.
fn minute(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs() / MINUTE.as_secs())
}

impl<T: Copy + PartialEq> Changes<T> {
    fn note(&mut self, now: SystemTime, value: Option<T>) {
        if self.0.back().map(|(_, last)| *last) == Some(value) || (self.0.is_empty() && value.is_none()) {
            return;
        }
        // A clock that is set back must not make times run backwards.
        let now = self.0.back().map_or(now, |(last, _)| now.max(*last));
        self.0.push_back((now, value));
        let oldest = minute(now).saturating_sub(SLOTS as u64);
        // The last change before the hour tells how it began.
        while self.0.get(1).is_some_and(|(at, _)| minute(*at) <= oldest) || self.0.len() > MOST_CHANGES {
            self.0.pop_front();
        }
    }

    /// It ended before the minutes that are kept, or never began.
    fn is_over(&self, now: SystemTime) -> bool {
        let kept = minute(now).saturating_sub(SLOTS as u64);
        self.0.back().is_none_or(|(at, last)| last.is_none() && minute(*at) < kept)
    }

    /// Calls `put` with each slot and each value that held in it.
    fn fill(&self, now: SystemTime, mut put: impl FnMut(usize, T)) {
        let last = minute(now);
        let first = (last + 1).saturating_sub(SLOTS as u64);
        for (index, (from, value)) in self.0.iter().enumerate() {
            let Some(value) = value else { continue };
            // What ends exactly where a minute begins has nothing of that minute.
            let until = self.0.get(index + 1).map_or(last, |(until, _)| minute(*until));
            for at in minute(*from).max(first)..=until.min(last) {
                put(usize::try_from(at - first).unwrap_or(usize::MAX), *value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many seconds after a minute began.
    fn at(minutes: u64, seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000 * 60 + minutes * 60 + seconds)
    }

    #[test]
    fn minutes_hold_the_worst_of_them() {
        let mut history = HealthHistory::default();
        assert!(history.is_empty(at(0, 0)));
        history.note_registry(at(0, 10), Some(Health::Passing));
        history.note_registry(at(2, 10), Some(Health::Critical));
        history.note_registry(at(2, 20), Some(Health::Passing));
        history.note_wire(at(1, 0), Some(WireMark::Serving));
        history.note_wire(at(3, 0), Some(WireMark::Unreachable));
        history.note_wire(at(3, 30), None);
        let slots = history.slots(at(4, 0));
        let last: Vec<_> = slots[55..].iter().map(|slot| (slot.registry, slot.wire)).collect();
        assert_eq!(
            last,
            [
                (Some(Health::Passing), None),
                (Some(Health::Passing), Some(WireMark::Serving)),
                (Some(Health::Critical), Some(WireMark::Serving)),
                (Some(Health::Passing), Some(WireMark::Unreachable)),
                (Some(Health::Passing), None),
            ]
        );
        assert!(slots[..55].iter().all(|slot| *slot == HistorySlot::default()));
        assert_eq!(history.registry_since(), Some(at(2, 20)));
        assert_eq!(history.wire_since(), None);
    }

    #[test]
    fn an_hour_is_kept_and_no_more() {
        let mut history = HealthHistory::default();
        for minutes in 0..200 {
            let mark = if minutes % 2 == 0 { WireMark::Serving } else { WireMark::NotServing };
            history.note_wire(at(minutes, 0), Some(mark));
            history.note_registry(at(minutes, 0), Some(Health::Passing));
        }
        assert!(history.wire.0.len() <= SLOTS + 1, "{}", history.wire.0.len());
        assert_eq!(history.registry.0.len(), 1, "what does not change takes no room");
        let slots = history.slots(at(199, 59));
        assert!(slots.iter().all(|slot| slot.registry == Some(Health::Passing) && slot.wire.is_some()));
        // Seen later, what was so goes on being so.
        assert_eq!(history.slots(at(300, 0))[0].wire, Some(WireMark::NotServing));
        for turn in 0..10_000_u64 {
            let mark = if turn % 2 == 0 { WireMark::Serving } else { WireMark::NotServing };
            history.note_wire(at(400, turn % 60), Some(mark));
        }
        assert!(history.wire.0.len() <= MOST_CHANGES);
    }
}
