//! What changed: by this app, and by others as far as the watch saw it. What this app did is kept for the next start too
//! (`keep`); what others did, until the program ends.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::SystemTime;

use super::{KeyJobKind, KeysRef, KeysView, is_secret_value};
use crate::app::App;
use crate::engine::{KeyDelta, KeyTree};
use crate::registry::KeyEntry;

/// So many changes are kept of one view: an act on many keys is a change of each.
const KEPT_CHANGES: usize = 10_000;
/// So many writes are remembered until the watch sees them; more are under way at no time.
const KEPT_WRITES: usize = 1_000;
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

/// A write of this app until the watch has seen it.
#[derive(Clone, Debug)]
pub(in crate::app) struct OwnWrite {
    pub(super) ticket: u64,
    key: String,
    before: Option<KeyEntry>,
    /// `None` deletes.
    value: Option<Arc<[u8]>>,
    flags: u64,
    act: Option<Arc<KeyActOf>>,
    /// Its change in the list.
    recorded: Option<u64>,
    seen: bool,
}

impl OwnWrite {
    pub(super) fn new(
        ticket: u64,
        key: &str,
        before: Option<KeyEntry>,
        write: Option<(Arc<[u8]>, u64)>,
        act: Option<Arc<KeyActOf>>,
    ) -> Self {
        let (value, flags) = write.map_or((None, 0), |(value, flags)| (Some(value), flags));
        Self { ticket, key: key.to_owned(), before, value, flags, act, recorded: None, seen: false }
    }

    fn is(&self, after: Option<&KeyEntry>) -> bool {
        match (&self.value, after) {
            (None, None) => true,
            (Some(value), Some(after)) => **value == *after.value && self.flags == after.flags,
            _ => false,
        }
    }

    /// The key is at another index than before this write.
    fn has_moved(&self, after: Option<&KeyEntry>) -> bool {
        self.before.as_ref().map(|before| before.modified) != after.map(|after| after.modified)
    }

    fn after(&self) -> Option<KeyEntry> {
        let value = self.value.as_ref()?;
        Some(KeyEntry { key: self.key.clone(), value: value.to_vec(), flags: self.flags, ..KeyEntry::default() })
    }

    /// As a line of the list.
    fn change(&self, id: u64, at: SystemTime, index: Option<u64>, after: Option<&KeyEntry>) -> KeyChange {
        KeyChange {
            id,
            key: self.key.clone(),
            at,
            index,
            delta: KeyDelta::of(self.before.as_ref(), after),
            ours: true,
            before: self.before.clone().map(Arc::new),
            back: KeyBack::Known,
            act: self.act.clone(),
        }
    }
}

impl KeysView {
    /// Remembers a write as ours.
    pub(super) fn put_own(&mut self, own: OwnWrite) {
        self.ours.push(own);
        if self.ours.len() > KEPT_WRITES {
            self.ours.remove(0);
        }
    }

    /// A change by its id.
    pub fn change(&self, id: u64) -> Option<&KeyChange> {
        self.changes.iter().find(|change| change.id == id)
    }

    /// A change of a row. It stays the same while newer ones come.
    pub fn listed_change(&self, number: u64) -> Option<&KeyChange> {
        let place = self.put.checked_sub(number.saturating_add(1))?;
        self.changes.get(usize::try_from(place).ok()?)
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

impl App {
    /// Takes what the watch saw into the list.
    pub(super) fn see_key_changes(&mut self, at: &KeysRef, tree: &KeyTree, time: SystemTime) {
        for diff in &tree.changes {
            let id = self.next_id();
            let Some(view) = self.registries.keys.get_mut(at) else { return };
            let key = diff.key.as_str();
            let after = tree.entry(key);
            if let Some(place) = view.ours.iter().position(|own| own.key == key && !own.seen && own.is(after)) {
                self.changes += 1;
                view.see_own(place, id, after, time);
                continue;
            }
            view.put_change(KeyChange {
                id,
                key: key.to_owned(),
                at: time,
                index: after.map(|after| after.modified),
                delta: diff.delta.clone(),
                ours: false,
                before: None,
                back: KeyBack::Others,
                act: None,
            });
        }
        // What came with too many others to be told one by one, or while the registry was opened anew.
        let mut untold = tree.more_changes;
        loop {
            let id = self.next_id();
            let Some(view) = self.registries.keys.get_mut(at) else { return };
            let is_there = |own: &OwnWrite| {
                let after = tree.entry(&own.key);
                !own.seen && own.is(after) && own.has_moved(after)
            };
            let Some(place) = view.ours.iter().position(is_there) else {
                view.unlisted += untold;
                return;
            };
            let key = view.ours.get(place).map(|own| own.key.clone()).unwrap_or_default();
            self.changes += 1;
            untold = untold.saturating_sub(1);
            view.see_own(place, id, tree.entry(&key), time);
        }
    }

    /// A write of this app was done; it may have been seen already.
    pub(super) fn note_own_write(&mut self, at: &KeysRef, ticket: u64, time: SystemTime) {
        let id = self.next_id();
        self.changes += 1;
        let Some(view) = self.registries.keys.get_mut(at) else { return };
        let Some(place) = view.ours.iter().position(|own| own.ticket == ticket) else { return };
        if view.ours[place].seen {
            view.ours.remove(place);
            return;
        }
        let Some(own) = view.ours.get_mut(place) else { return };
        own.recorded = Some(id);
        let change = own.change(id, time, None, own.after().as_ref());
        view.put_change(change);
    }

    /// A write of this app was not done.
    pub(super) fn forget_own_write(&mut self, at: &KeysRef, ticket: u64) {
        if let Some(view) = self.registries.keys.get_mut(at) {
            view.ours.retain(|own| own.ticket != ticket);
        }
    }
}

impl KeysView {
    /// The watch sees a write of ours: it is listed, or its line gets the index that it has.
    fn see_own(&mut self, place: usize, id: u64, after: Option<&KeyEntry>, time: SystemTime) {
        let index = after.map(|after| after.modified);
        let Some(own) = self.ours.get_mut(place) else { return };
        own.seen = true;
        if let Some(recorded) = own.recorded {
            let key = own.key.clone();
            // What was written before it was seen on the way, or never will be.
            self.ours.retain(|own| own.key != key || own.recorded.is_none());
            if let Some(change) = self.changes.iter_mut().find(|change| change.id == recorded) {
                change.index = index;
                self.listed += 1;
            }
            return;
        }
        own.recorded = Some(id);
        let change = own.change(id, time, index, after);
        self.put_change(change);
    }
}
