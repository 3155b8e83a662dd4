//! The questions of the view: each names exactly what it touches.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use super::undo::undo_steps;
use super::{
    DraftValue, KeyActOf, KeyAsked, KeyDraft, KeyJobKind, KeyStep, KeyWrite, KeysRef, KeysView, NewKey, UndoStep,
};
use crate::app::{App, PickFor, SaveWhat};
use crate::engine::{Command, FileFault, ImportItem, ImportMeets, KeyWork};
use crate::registry::{Cas, KeyEntry};

/// Why a question cannot be confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyFault {
    /// No key is typed.
    NoKey,
    /// So many keys are there already: nothing is written over them.
    Exists(usize),
    /// It is the same name.
    SameKey,
    /// No path is typed.
    NoPath,
}

/// A question.
#[derive(Clone, Debug, PartialEq)]
pub enum KeyDialog {
    /// A new key.
    New {
        /// As typed.
        key: String,
        /// As typed.
        value: String,
        /// What is wrong with it.
        fault: Option<KeyFault>,
    },
    /// Another name for a key, or for all keys of a folder; a copy keeps the old one.
    Move {
        /// The key, or the folder with its `/`.
        from: String,
        /// It is a folder.
        is_folder: bool,
        /// As typed.
        to: String,
        /// The old one stays.
        copy: bool,
        /// What is wrong with it.
        fault: Option<KeyFault>,
    },
    /// Delete a key, or all keys of a folder.
    Delete {
        /// The key, or the folder with its `/`.
        path: String,
        /// It is a folder.
        is_folder: bool,
        /// Exactly these: keys, the index at which they were seen, their bytes.
        keys: Arc<Vec<(String, u64, usize)>>,
    },
    /// Write a draft over what somebody else wrote at this index; `None` creates the key anew.
    Overwrite {
        /// Which key.
        key: String,
        /// Over what.
        index: Option<u64>,
    },
    /// Take a change back, or all changes of an act.
    Undo {
        /// The act, where it is all of one.
        act: Option<Arc<KeyActOf>>,
        /// Exactly these.
        steps: Arc<Vec<UndoStep>>,
        /// So many changes of the act cannot be taken back.
        left: usize,
    },
    /// Keys out of a file.
    Import {
        /// As typed.
        path: String,
        /// The file is being read.
        reading: bool,
        /// What it holds, once it was read.
        plan: Option<Result<Arc<Vec<ImportItem>>, FileFault>>,
        /// Keys that are there with another value are written too.
        overwrite: bool,
        /// What is wrong with it.
        fault: Option<KeyFault>,
    },
    /// Keys into a file.
    Export {
        /// All keys begin with it.
        prefix: String,
    },
    /// A value out of a file.
    Load {
        /// For which key.
        key: String,
        /// As typed.
        path: String,
        /// The file is being read.
        reading: bool,
        /// Why it was not taken.
        unreadable: Option<FileFault>,
        /// What is wrong with it.
        fault: Option<KeyFault>,
    },
}

/// The new name of a folder ends in `/`, whether it was typed or not: keys begin with it.
fn moved_to(is_folder: bool, to: &str) -> String {
    let end = if is_folder && !to.is_empty() && !to.ends_with('/') { "/" } else { "" };
    format!("{to}{end}")
}

/// The new name of a key that has the name `from`, or stands below the folder `from`.
fn moved_key(key: &str, from: &str, to: &str) -> String {
    format!("{to}{}", key.get(from.len()..).unwrap_or_default())
}

impl KeysView {
    /// The keys that a move is about.
    fn moved(&self, from: &str, is_folder: bool) -> &[KeyEntry] {
        let Some(tree) = self.tree() else { return &[] };
        match (is_folder, tree.entry(from)) {
            (true, _) => tree.below(from),
            (false, Some(entry)) => std::slice::from_ref(entry),
            (false, None) => &[],
        }
    }

    /// The first key of a move, and what it becomes with what is typed.
    pub fn first_moved(&self, from: &str, is_folder: bool, to: &str) -> Option<(&str, String)> {
        let first = self.moved(from, is_folder).first().filter(|_| !to.is_empty())?;
        Some((&first.key, moved_key(&first.key, from, &moved_to(is_folder, to))))
    }

    /// The steps of a move, with the keys that are in the way.
    fn moves(&self, from: &str, is_folder: bool, to: &str, copy: bool) -> (Vec<KeyStep>, usize) {
        let Some(tree) = self.tree() else { return (Vec::new(), 0) };
        let entries = self.moved(from, is_folder);
        let mut in_the_way = 0;
        let steps = entries
            .iter()
            .map(|entry| {
                let key = moved_key(&entry.key, from, to);
                in_the_way += usize::from(tree.entry(&key).is_some());
                let then = (!copy).then(|| Box::new(delete_step(&entry.key, entry.modified)));
                let write = KeyWrite::Put { value: entry.value.as_slice().into(), flags: entry.flags };
                KeyStep { key, write, cas: Cas::Absent, then }
            })
            .collect();
        (steps, in_the_way)
    }
}

pub(super) fn delete_step(key: &str, index: u64) -> KeyStep {
    KeyStep { key: key.to_owned(), write: KeyWrite::Delete, cas: Cas::Index(index), then: None }
}

impl App {
    /// The view whose question is open.
    pub fn keys_asking(&self) -> Option<(&KeysRef, &KeyDialog)> {
        let at = self.registries.shown_keys()?;
        let (at, view) = self.registries.keys.get_key_value(&at)?;
        Some((at, view.dialog.as_ref()?))
    }

    /// Asks whether a key, or all keys of a folder, are to be deleted.
    pub(super) fn ask_delete_keys(&mut self, at: &KeysRef, path: String, is_folder: bool) {
        let Some(view) = self.registries.keys.get_mut(at) else { return };
        let Some(tree) = view.tree() else { return };
        let entries: &[KeyEntry] = match (is_folder, tree.entry(&path)) {
            (true, _) => tree.below(&path),
            (false, Some(entry)) => std::slice::from_ref(entry),
            (false, None) => return,
        };
        let keys: Vec<_> = entries.iter().map(|entry| (entry.key.clone(), entry.modified, entry.value.len())).collect();
        if !keys.is_empty() {
            view.dialog = Some(KeyDialog::Delete { path, is_folder, keys: Arc::new(keys) });
        }
    }

    /// What is filled in changes; what was typed for a new key is kept.
    pub(super) fn set_key_dialog(&mut self, at: &KeysRef, dialog: KeyDialog) {
        let revision = self.next_id();
        let Some(view) = self.registries.keys.get_mut(at).filter(|view| view.dialog.is_some()) else { return };
        if let KeyDialog::New { key, value, .. } = &dialog {
            view.new_key = NewKey { key: key.clone(), value: value.clone(), revision };
        }
        view.dialog = Some(dialog);
    }

    /// Does what the question asks, or says what is wrong.
    pub(super) fn confirm_key_dialog(&mut self, at: &KeysRef, now: Instant) {
        let Some(view) = self.registries.keys.get_mut(at) else { return };
        let Some(mut dialog) = view.dialog.take() else { return };
        match &mut dialog {
            KeyDialog::New { key, value, fault } => {
                let name = key.clone();
                *fault = if name.is_empty() {
                    Some(KeyFault::NoKey)
                } else {
                    view.entry(&name).map(|_| KeyFault::Exists(1))
                };
                if fault.is_none() {
                    let write = KeyWrite::Put { value: value.as_bytes().into(), flags: 0 };
                    let step = KeyStep { key: name.clone(), write, cas: Cas::Absent, then: None };
                    return self.begin_key_job(at, KeyJobKind::Create(name), vec![step], now);
                }
            }
            KeyDialog::Move { from, is_folder, to, copy, fault } => {
                let whole = moved_to(*is_folder, to);
                let (steps, in_the_way) = view.moves(from, *is_folder, &whole, *copy);
                *fault = match () {
                    () if to.is_empty() => Some(KeyFault::NoKey),
                    () if whole == *from => Some(KeyFault::SameKey),
                    () if in_the_way > 0 => Some(KeyFault::Exists(in_the_way)),
                    () => None,
                };
                if fault.is_none() {
                    let kind = KeyJobKind::Move(from.clone(), whole, *copy);
                    return self.begin_key_job(at, kind, steps, now);
                }
            }
            KeyDialog::Delete { path, keys, .. } => {
                let steps = keys.iter().map(|(key, index, _)| delete_step(key, *index)).collect();
                let kind = KeyJobKind::Delete(path.clone());
                return self.begin_key_job(at, kind, steps, now);
            }
            KeyDialog::Overwrite { key, index } => {
                let (key, cas) = (key.clone(), index.map_or(Cas::Absent, Cas::Index));
                return self.write_draft(at, &key, cas, now);
            }
            KeyDialog::Undo { act, steps, .. } => {
                let kind = match (&act, steps.first()) {
                    (Some(act), _) => KeyJobKind::UndoAct(act.place().to_owned()),
                    (None, Some(step)) => KeyJobKind::Undo(step.key.clone()),
                    (None, None) => return,
                };
                let steps = undo_steps(act.as_deref(), steps);
                return self.begin_key_job(at, kind, steps, now);
            }
            KeyDialog::Import { path, reading, plan, overwrite, fault } => {
                if let Some(Ok(items)) = plan {
                    let steps = import_steps(items, *overwrite);
                    return self.begin_key_job(at, KeyJobKind::Import, steps, now);
                }
                *fault = path.trim().is_empty().then_some(KeyFault::NoPath);
                let work = view
                    .tree
                    .as_ref()
                    .map(|answer| KeyWork::ReadImport(PathBuf::from(path.trim()), Arc::clone(&answer.value)));
                if let (None, Some(work)) = (*fault, work) {
                    (*reading, *plan) = (true, None);
                    view.dialog = Some(dialog);
                    return self.work_keys(at, KeyAsked::Import, work);
                }
            }
            KeyDialog::Export { prefix } => {
                let prefix = prefix.clone();
                let Some(tree) = view.tree().map(Arc::clone) else { return };
                return self.work_keys(at, KeyAsked::Export(prefix.clone()), KeyWork::Export(tree, prefix));
            }
            KeyDialog::Load { key, path, reading, unreadable, fault } => {
                *fault = path.trim().is_empty().then_some(KeyFault::NoPath);
                if fault.is_none() {
                    (*reading, *unreadable) = (true, None);
                    let (asked, path) = (KeyAsked::ReadValue(key.clone()), PathBuf::from(path.trim()));
                    view.dialog = Some(dialog);
                    return self.work_keys(at, asked, KeyWork::ReadValue(path));
                }
            }
        }
        if let Some(view) = self.registries.keys.get_mut(at) {
            view.dialog = Some(dialog);
        }
    }

    /// Asks the system for a file.
    pub(super) fn pick_for_keys(&mut self, at: &KeysRef) {
        let ticket = self.next_id();
        self.picks.insert(ticket, PickFor::Keys(at.clone()));
        self.no_dialog = false;
        self.send(Command::PickFiles { folders: false, ticket });
    }

    /// A file was chosen: it is read at once.
    pub(in crate::app) fn picked_for_keys(&mut self, at: &KeysRef, chosen: String, now: Instant) {
        let Some(view) = self.registries.keys.get_mut(at) else { return };
        match &mut view.dialog {
            Some(KeyDialog::Import { path, plan, .. }) => (*path, *plan) = (chosen, None),
            Some(KeyDialog::Load { path, .. }) => *path = chosen,
            _ => return,
        }
        self.confirm_key_dialog(at, now);
    }

    pub(super) fn take_import(&mut self, at: &KeysRef, read: Result<Arc<Vec<ImportItem>>, FileFault>) {
        let Some(view) = self.registries.keys.get_mut(at) else { return };
        if let Some(KeyDialog::Import { reading, plan, .. }) = &mut view.dialog {
            (*reading, *plan) = (false, Some(read));
        }
    }

    pub(super) fn take_file_value(&mut self, at: &KeysRef, key: &str, read: Result<Arc<[u8]>, FileFault>) {
        let Some(view) = self.registries.keys.get_mut(at) else { return };
        let Some(KeyDialog::Load { key: asked, reading, unreadable, .. }) = &mut view.dialog else { return };
        if asked != key {
            return;
        }
        match read {
            Ok(value) => {
                view.dialog = None;
                self.set_draft(at, key, DraftValue::of(&value));
            }
            Err(why) => (*reading, *unreadable) = (false, Some(why)),
        }
    }

    pub(super) fn take_export(&mut self, at: &KeysRef, prefix: &str, text: Arc<Vec<u8>>, count: usize) {
        let name = prefix.trim_end_matches('/').rsplit('/').next().filter(|name| !name.is_empty());
        let datacenter = Some(at.datacenter.as_str()).filter(|name| !name.is_empty());
        let stem = name.or(datacenter).unwrap_or("keys").to_owned();
        self.ask_save(SaveWhat::Keys(count, text), &stem);
    }

    /// Asks where the value in the middle is to be saved.
    pub(super) fn save_key_value(&mut self, at: &KeysRef) {
        let Some(view) = self.registries.keys.get(at) else { return };
        let Some(key) = view.key.clone() else { return };
        let Some(value) = view.value(&key).map(|value| Arc::new(value.to_vec())) else { return };
        let name = key.rsplit('/').next().unwrap_or_default();
        let is_known =
            |ending: &&str| ["json", "yaml", "yml", "toml", "pem", "xml", "conf", "txt", "bin"].contains(ending);
        let stem =
            name.rsplit_once('.').filter(|(_, ending)| is_known(ending)).map_or(name, |(stem, _)| stem).to_owned();
        let stem = if stem.is_empty() { "value".to_owned() } else { stem };
        self.ask_save(SaveWhat::KeyValue(key, value), &stem);
    }

    /// A draft of `key` is left, and can be brought back.
    pub(super) fn drop_draft(&mut self, at: &KeysRef, key: &str) -> Option<()> {
        let view = self.registries.keys.get_mut(at)?;
        let draft: KeyDraft = view.drafts.remove(key)?;
        if draft.is_unsaved() {
            view.dropped = Some((key.to_owned(), draft));
        }
        Some(())
    }
}

/// New keys, and with `overwrite` those that differ, each only if it is still as it was read.
fn import_steps(items: &[ImportItem], overwrite: bool) -> Vec<KeyStep> {
    let step = |item: &ImportItem| {
        let cas = match item.meets {
            ImportMeets::Nothing => Cas::Absent,
            ImportMeets::Other(index, _) if overwrite => Cas::Index(index),
            ImportMeets::Other(..) | ImportMeets::Same => return None,
        };
        let write = KeyWrite::Put { value: Arc::clone(&item.value), flags: item.flags };
        Some(KeyStep { key: item.key.clone(), write, cas, then: None })
    };
    items.iter().filter_map(step).collect()
}
