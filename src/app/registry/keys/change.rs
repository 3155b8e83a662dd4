//! What changed: by this app, and by others as far as the watch saw it. Kept until the program ends.

use std::sync::Arc;
use std::time::SystemTime;

use super::{KeysRef, KeysView};
use crate::app::App;
use crate::engine::{KeyDelta, KeyTree};
use crate::registry::KeyEntry;

/// So many changes are kept of one view.
const KEPT_CHANGES: usize = 1_000;
/// So many writes are remembered until the watch sees them; more are under way at no time.
const KEPT_WRITES: usize = 1_000;
/// Values of the past that are kept so that they can be written back, in bytes.
const KEPT_BYTES: usize = 32 << 20;

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
    /// As it was; `None` where it was not there, or is not kept any more.
    pub before: Option<Arc<KeyEntry>>,
    /// What was before can be written back.
    pub can_undo: bool,
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
    /// Its change in the list.
    recorded: Option<u64>,
    seen: bool,
}

impl OwnWrite {
    pub(super) fn new(ticket: u64, key: &str, before: Option<KeyEntry>, write: Option<(Arc<[u8]>, u64)>) -> Self {
        let (value, flags) = write.map_or((None, 0), |(value, flags)| (Some(value), flags));
        Self { ticket, key: key.to_owned(), before, value, flags, recorded: None, seen: false }
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

    fn put_change(&mut self, change: KeyChange) {
        self.changes.insert(0, change);
        self.changes.truncate(KEPT_CHANGES);
        let mut bytes = 0;
        for change in &mut self.changes {
            bytes += change.before.as_ref().map_or(0, |before| before.value.len());
            if bytes > KEPT_BYTES && change.before.take().is_some() {
                change.can_undo = false;
            }
        }
    }
}

impl App {
    /// Takes what the watch saw into the list.
    pub(super) fn see_key_changes(&mut self, at: &KeysRef, tree: &KeyTree, time: SystemTime) {
        if let Some(view) = self.registries.keys.get_mut(at) {
            view.unlisted += tree.more_changes;
        }
        for diff in &tree.changes {
            let id = self.next_id();
            let Some(view) = self.registries.keys.get_mut(at) else { return };
            let key = diff.key.as_str();
            let after = tree.entry(key);
            let index = after.map(|after| after.modified);
            let own = view.ours.iter_mut().find(|own| own.key == key && !own.seen && own.is(after));
            if let Some(own) = own {
                own.seen = true;
                if let Some(recorded) = own.recorded {
                    // What was written before it was seen on the way, or never will be.
                    view.ours.retain(|own| own.key != key || own.recorded.is_none());
                    if let Some(change) = view.changes.iter_mut().find(|change| change.id == recorded) {
                        change.index = index;
                    }
                    continue;
                }
                own.recorded = Some(id);
                let before = own.before.clone().map(Arc::new);
                let delta = KeyDelta::of(own.before.as_ref(), after);
                view.put_change(KeyChange {
                    id,
                    key: key.to_owned(),
                    at: time,
                    index,
                    delta,
                    ours: true,
                    before,
                    can_undo: true,
                });
                continue;
            }
            view.put_change(KeyChange {
                id,
                key: key.to_owned(),
                at: time,
                index,
                delta: diff.delta.clone(),
                ours: false,
                before: None,
                can_undo: false,
            });
        }
    }

    /// A write of this app was done; it may have been seen already.
    pub(super) fn note_own_write(&mut self, at: &KeysRef, ticket: u64, time: SystemTime) {
        let id = self.next_id();
        let Some(view) = self.registries.keys.get_mut(at) else { return };
        let Some(place) = view.ours.iter().position(|own| own.ticket == ticket) else { return };
        if view.ours[place].seen {
            view.ours.remove(place);
            return;
        }
        let Some(own) = view.ours.get_mut(place) else { return };
        own.recorded = Some(id);
        let change = KeyChange {
            id,
            key: own.key.clone(),
            at: time,
            index: None,
            delta: KeyDelta::of(own.before.as_ref(), own.after().as_ref()),
            ours: true,
            before: own.before.clone().map(Arc::new),
            can_undo: true,
        };
        view.put_change(change);
    }

    /// A write of this app was not done.
    pub(super) fn forget_own_write(&mut self, at: &KeysRef, ticket: u64) {
        if let Some(view) = self.registries.keys.get_mut(at) {
            view.ours.retain(|own| own.ticket != ticket);
        }
    }
}
