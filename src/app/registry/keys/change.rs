//! What changed: by this app, and by others as far as the watch saw it. What this app did is kept for the next start too
//! (`keep`); what others did, until the program ends.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::SystemTime;

use super::{KeyJobKind, KeysView, is_secret_value};
use crate::engine::KeyDelta;
use crate::registry::KeyEntry;

/// So many changes are kept of one view: an act on many keys is a change of each.
const KEPT_CHANGES: usize = 10_000;
/// Values of the past that are kept so that they can be written back, in bytes.
const KEPT_BYTES: usize = 32 << 20;

/// Whether a change can be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyBack {
    /// What was before is known.
    Known,
    /// Somebody else made it: what was before is not ours to write.
    Others,
    /// What was before is not kept any more: newer values took its room.
    Dropped,
    /// It was made before this start, and what was before looked like a secret or was large.
    NotKept,
}

/// An act that changed more than one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyActOf {
    /// Names it.
    pub id: u64,
    /// What it was.
    pub kind: KeyJobKind,
}

/// A change of a key.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyChange {
    /// Names it.
    pub id: u64,
    /// Which key.
    pub key: String,
    /// When the window heard of it.
    pub at: SystemTime,
    /// The index that it has since; unknown until the watch has seen it, and of what is gone.
    pub index: Option<u64>,
    /// What of it changed.
    pub delta: KeyDelta,
    /// This app did it.
    pub ours: bool,
    /// As it was; `None` where it was not there, or is not known.
    pub before: Option<Arc<KeyEntry>>,
    /// Whether what was before can be written back.
    pub back: KeyBack,
    /// The act of which it is one change among others.
    pub act: Option<Arc<KeyActOf>>,
}

impl KeyChange {
    /// Something of it looks like a secret: what it was and what it is, are not shown.
    pub fn is_secret(&self) -> bool {
        match &self.delta {
            KeyDelta::Text { before, after } => {
                [before, after].iter().any(|value| is_secret_value(&self.key, value.as_bytes()))
            }
            // Any value would be one.
            KeyDelta::Member { name, .. } => [&self.key, name].iter().any(|key| is_secret_value(key, b"-")),
            _ => false,
        }
    }
}

/// A row of the list of changes, each named for [`KeysView::listed_change`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeLine {
    /// An act on many keys.
    Act {
        /// Its newest change.
        newest: u64,
        /// So many keys it changed.
        keys: usize,
        /// Its changes follow one by one.
        is_open: bool,
        /// Something of it can be taken back.
        can_undo: bool,
    },
    /// A change.
    One {
        /// Which.
        change: u64,
        /// It stands below its act.
        in_act: bool,
    },
}

impl KeysView {
    /// A change by its id.
    pub fn change(&self, id: u64) -> Option<&KeyChange> {
        self.changes.iter().find(|change| change.id == id)
    }

    /// A change of a row. It stays the same while newer ones come.
    pub fn listed_change(&self, number: u64) -> Option<&KeyChange> {
        let place = self.put.checked_sub(number.saturating_add(1))?;
        self.changes.get(usize::try_from(place).ok()?)
    }

    /// The number of the change that is put next.
    pub(super) fn next_change(&self) -> u64 {
        self.put
    }

    /// The watch has seen a change: the index that it has.
    pub(super) fn set_change_index(&mut self, number: u64, index: Option<u64>) {
        let place = self.put.checked_sub(number.saturating_add(1)).and_then(|place| usize::try_from(place).ok());
        if let Some(change) = place.and_then(|place| self.changes.get_mut(place)) {
            change.index = index;
            self.listed += 1;
        }
    }

    /// Puts the newest change on top; the oldest go, and the oldest values before them.
    pub(super) fn put_change(&mut self, change: KeyChange) {
        self.listed += 1;
        self.put += 1;
        self.before_bytes += bytes_before(&change);
        self.changes.push_front(change);
        if self.changes.len() > KEPT_CHANGES
            && let Some(gone) = self.changes.pop_back()
        {
            self.before_bytes -= bytes_before(&gone);
            self.dropped_befores = self.dropped_befores.saturating_sub(1);
        }
        while self.before_bytes > KEPT_BYTES && self.dropped_befores < self.changes.len() {
            let at = self.changes.len() - 1 - self.dropped_befores;
            self.dropped_befores += 1;
            let Some(oldest) = self.changes.get_mut(at) else { return };
            self.before_bytes -= bytes_before(oldest);
            if oldest.before.take().is_some() {
                oldest.back = KeyBack::Dropped;
            }
        }
    }

    /// Makes the list anew: of the key in the middle, or of all, where the changes of one act are one row.
    pub(super) fn make_change_lines(&mut self) {
        let numbered = || (0..self.put).rev().zip(&self.changes);
        if !self.all_changes {
            let own = |(number, change): (u64, &KeyChange)| {
                (self.key.as_ref() == Some(&change.key)).then_some(ChangeLine::One { change: number, in_act: false })
            };
            self.change_lines = numbered().filter_map(own).collect();
            return;
        }
        let mut acts: HashMap<u64, Vec<(u64, &KeyChange)>> = HashMap::new();
        for (number, change) in numbered() {
            if let Some(act) = &change.act {
                acts.entry(act.id).or_default().push((number, change));
            }
        }
        let mut told = HashSet::new();
        let mut lines = Vec::new();
        for (number, change) in numbered() {
            let act = change.act.as_ref().and_then(|act| Some((act, acts.get(&act.id).filter(|all| all.len() > 1)?)));
            let Some((act, all)) = act else {
                lines.push(ChangeLine::One { change: number, in_act: false });
                continue;
            };
            if !told.insert(act.id) {
                continue;
            }
            let is_open = self.open_acts.contains(&act.id);
            let can_undo = all.iter().any(|(_, change)| self.undo_of(change).is_some());
            lines.push(ChangeLine::Act { newest: number, keys: keys_of(&act.kind, all), is_open, can_undo });
            if is_open {
                lines.extend(all.iter().map(|(change, _)| ChangeLine::One { change: *change, in_act: true }));
            }
        }
        self.change_lines = lines;
    }
}

/// A key that got another name is one, though it was written here and deleted there.
fn keys_of(kind: &KeyJobKind, changes: &[(u64, &KeyChange)]) -> usize {
    if !matches!(kind, KeyJobKind::Move(_, _, false)) {
        return changes.len();
    }
    changes.iter().filter(|(_, change)| matches!(change.delta, KeyDelta::Created(_))).count()
}

fn bytes_before(change: &KeyChange) -> usize {
    change.before.as_ref().map_or(0, |before| before.value.len())
}
