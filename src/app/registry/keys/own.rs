//! Writes of this app until both the registry has answered and the watch has seen them: that is how they are told from
//! others'.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use super::{KeyActOf, KeyBack, KeyChange, KeysRef, KeysView};
use crate::app::App;
use crate::engine::{KeyDelta, KeyTree};
use crate::registry::KeyEntry;

/// So many writes wait to be seen; a watch that is further behind tells the oldest as somebody else's.
const KEPT_WRITES: usize = 20_000;

/// A write of this app.
#[derive(Clone, Debug)]
pub(in crate::app) struct OwnWrite {
    ticket: u64,
    key: String,
    before: Option<Arc<KeyEntry>>,
    /// The index at which the key was before.
    was_at: Option<u64>,
    /// `None` deletes.
    value: Option<Arc<[u8]>>,
    flags: u64,
    act: Option<Arc<KeyActOf>>,
    /// The number of its change in the list.
    recorded: Option<u64>,
    seen: bool,
}

/// All of a view.
#[derive(Debug, Default)]
pub(in crate::app) struct OwnWrites {
    by_key: BTreeMap<String, Vec<OwnWrite>>,
    /// Their keys, by ticket.
    keys: BTreeMap<u64, String>,
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
        let was_at = before.as_ref().map(|before| before.modified);
        let before = before.map(Arc::new);
        Self { ticket, key: key.to_owned(), before, was_at, value, flags, act, recorded: None, seen: false }
    }

    fn is(&self, after: Option<&KeyEntry>) -> bool {
        match (&self.value, after) {
            (None, None) => true,
            (Some(value), Some(after)) => **value == *after.value && self.flags == after.flags,
            _ => false,
        }
    }

    fn after(&self) -> Option<KeyEntry> {
        let value = self.value.as_ref()?;
        Some(KeyEntry { key: self.key.clone(), value: value.to_vec(), flags: self.flags, ..KeyEntry::default() })
    }

    /// As a line of the list, which has what was before from now on.
    fn change(&mut self, id: u64, at: SystemTime, index: Option<u64>, after: Option<&KeyEntry>) -> KeyChange {
        let before = self.before.take();
        KeyChange {
            id,
            key: self.key.clone(),
            at,
            index,
            delta: KeyDelta::of(before.as_deref(), after),
            ours: true,
            before,
            back: KeyBack::Known,
            act: self.act.clone(),
        }
    }
}

impl OwnWrites {
    /// Remembers one.
    pub(super) fn put(&mut self, own: OwnWrite) {
        self.keys.insert(own.ticket, own.key.clone());
        self.by_key.entry(own.key.clone()).or_default().push(own);
        if self.keys.len() > KEPT_WRITES
            && let Some(oldest) = self.keys.keys().next().copied()
        {
            self.take(oldest);
        }
    }

    /// One that needs no waiting for any more.
    fn take(&mut self, ticket: u64) -> Option<OwnWrite> {
        let key = self.keys.remove(&ticket)?;
        let all = self.by_key.get_mut(&key)?;
        let place = all.iter().position(|own| own.ticket == ticket)?;
        let own = all.remove(place);
        if all.is_empty() {
            self.by_key.remove(&key);
        }
        Some(own)
    }

    /// The one of this key that left it as it is now.
    fn of(&mut self, key: &str, after: Option<&KeyEntry>) -> Option<&mut OwnWrite> {
        self.by_key.get_mut(key)?.iter_mut().find(|own| !own.seen && own.is(after))
    }

    /// Those that are there, though nobody told that their keys changed.
    fn untold(&self, tree: &KeyTree) -> Vec<String> {
        let is_there = |(key, all): (&String, &Vec<OwnWrite>)| {
            let after = tree.entry(key);
            let has_moved = |own: &&OwnWrite| own.was_at != after.map(|after| after.modified);
            all.iter().any(|own| !own.seen && has_moved(&own) && own.is(after)).then(|| key.clone())
        };
        self.by_key.iter().filter_map(is_there).collect()
    }
}

impl App {
    /// Takes what the watch saw into the list.
    pub(super) fn see_key_changes(&mut self, at: &KeysRef, tree: &KeyTree, time: SystemTime) {
        for diff in &tree.changes {
            let id = self.next_id();
            let Some(view) = self.registries.keys.get_mut(at) else { return };
            let after = tree.entry(&diff.key);
            if view.see_own(&diff.key, id, after, time) {
                self.changes += 1;
                continue;
            }
            view.put_change(KeyChange {
                id,
                key: diff.key.clone(),
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
        let Some(view) = self.registries.keys.get(at) else { return };
        for key in view.ours.untold(tree) {
            let id = self.next_id();
            self.changes += 1;
            untold = untold.saturating_sub(1);
            if let Some(view) = self.registries.keys.get_mut(at) {
                view.see_own(&key, id, tree.entry(&key), time);
            }
        }
        if let Some(view) = self.registries.keys.get_mut(at) {
            view.unlisted += untold;
        }
    }

    /// A write of this app was done; it may have been seen already.
    pub(super) fn note_own_write(&mut self, at: &KeysRef, ticket: u64, time: SystemTime) {
        let id = self.next_id();
        self.changes += 1;
        if let Some(view) = self.registries.keys.get_mut(at) {
            view.note_own(ticket, id, time);
        }
    }

    /// A write of this app was not done.
    pub(super) fn forget_own_write(&mut self, at: &KeysRef, ticket: u64) {
        if let Some(view) = self.registries.keys.get_mut(at) {
            view.ours.take(ticket);
        }
    }
}

impl KeysView {
    /// The watch sees a key as it is: where a write of ours left it so, that is listed, or its line gets the index that it
    /// has. Returns whether it is ours.
    fn see_own(&mut self, key: &str, id: u64, after: Option<&KeyEntry>, time: SystemTime) -> bool {
        let index = after.map(|after| after.modified);
        let next = self.next_change();
        let Some(own) = self.ours.of(key, after) else { return false };
        own.seen = true;
        if let Some(recorded) = own.recorded {
            // What was written before it was seen on the way, or never will be.
            let answered: Vec<u64> = self.ours.by_key.get(key).map_or_else(Vec::new, |all| {
                all.iter().filter(|own| own.recorded.is_some()).map(|own| own.ticket).collect()
            });
            for ticket in answered {
                self.ours.take(ticket);
            }
            self.set_change_index(recorded, index);
            return true;
        }
        own.recorded = Some(next);
        let change = own.change(id, time, index, after);
        self.put_change(change);
        true
    }

    fn note_own(&mut self, ticket: u64, id: u64, time: SystemTime) {
        let next = self.next_change();
        let Some(mut own) = self.ours.take(ticket) else { return };
        if own.seen {
            return;
        }
        let after = own.after();
        let change = own.change(id, time, None, after.as_ref());
        own.recorded = Some(next);
        self.ours.put(own);
        self.put_change(change);
    }
}
