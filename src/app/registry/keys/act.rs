//! What a person can do with keys and values.

use std::sync::Arc;
use std::time::Instant;

use super::{
    Conflict, DraftValue, KeyAsked, KeyDialog, KeyDraft, KeyFace, KeyLine, KeyStep, KeyWrite, KeyWriting, KeysRef,
    KeysView, NewKey,
};
use crate::app::{App, RegistryView};
use crate::engine::{KeyNode, RegistryId};
use crate::registry::Cas;

/// One act.
#[derive(Clone, Debug, PartialEq)]
pub enum KeyAct {
    /// Search keys and values for this.
    SetFilter(String),
    /// Fold or unfold a folder.
    Toggle(u64),
    /// Fold all folders, or unfold them.
    ToggleAll(bool),
    /// Choose a row: a key is shown.
    Choose(u64),
    /// Show this key, and its row.
    Open(String),
    /// Show values as this.
    SetFace(KeyFace),
    /// Show the secret in the middle, or hide it.
    Reveal(bool),
    /// What is typed into a key.
    Edit(String, String),
    /// Leave what was typed into the key in the middle.
    Discard,
    /// Take what was left again.
    BringBack,
    /// Leave it for good.
    ForgetDropped,
    /// Write what was typed, if nobody else wrote meanwhile.
    Save,
    /// Show both values beside each other, or do not.
    Compare(bool),
    /// Leave what was typed, and take what somebody else wrote.
    TakeTheirs,
    /// Ask whether what was typed is to be written over what somebody else wrote.
    AskOverwrite,
    /// List changes of all keys, or of the one in the middle.
    ShowAllChanges(bool),
    /// Ask whether a change is to be taken back.
    AskUndo(u64),
    /// Ask whether all changes of an act are to be taken back.
    AskUndoAct(u64),
    /// Show the changes of an act one by one, or as one.
    ToggleAct(u64),
    /// Ask for a new key, in this folder.
    AskNew(String),
    /// Leave what was typed for a new key.
    ForgetNew,
    /// Ask for another name of a key, or of a folder (with its `/`).
    AskMove {
        /// The key, or the folder.
        from: String,
        /// It is a folder.
        is_folder: bool,
        /// The old one stays.
        copy: bool,
    },
    /// Ask whether a key is to be deleted, or (`true`) all that begin with it.
    AskDelete(String, bool),
    /// Ask for a file of keys.
    AskImport,
    /// Ask which keys are to be saved: those that begin with this.
    AskExport(String),
    /// Ask for a file with the value of the key in the middle.
    AskLoad,
    /// What is filled into the question.
    SetDialog(Box<KeyDialog>),
    /// Do what it asks.
    ConfirmDialog,
    /// Leave it.
    CloseDialog,
    /// Choose a file for it.
    Pick,
    /// Ask where the value in the middle is to be saved.
    SaveToFile,
    /// Begin no more steps of an act.
    StopJob(u64),
    /// What was not done of it was read.
    CloseJob(u64),
    /// The failure of a write was read.
    CloseFailure,
}

impl App {
    pub(in crate::app) fn apply_keys(&mut self, at: &KeysRef, act: KeyAct, now: Instant) {
        if self.registries.entry(at.registry).is_none() {
            return;
        }
        let view = self.registries.keys.entry(at.clone()).or_default();
        match act {
            KeyAct::SetFilter(filter) => view.filter = filter,
            KeyAct::Toggle(id) => {
                view.folds += 1;
                if !view.open.remove(&id) {
                    view.open.insert(id);
                }
            }
            KeyAct::ToggleAll(open) => {
                view.folds += 1;
                view.open.clear();
                if let Some(tree) = view.tree().map(Arc::clone).filter(|_| open) {
                    view.open.extend(tree.nodes().iter().filter(|node| node.is_folder).map(|node| node.id));
                }
            }
            KeyAct::Choose(id) => {
                view.cursor = Some(id);
                let key = match view.line(id) {
                    Some(KeyLine::Unwritten(key)) => Some(key.clone()),
                    Some(KeyLine::Node(place)) => view
                        .node(*place)
                        .and_then(|node| view.lines_of.as_ref()?.entry_of(node))
                        .map(|entry| entry.key.clone()),
                    None => None,
                };
                if let Some(key) = key {
                    self.open_key(at, &key);
                }
            }
            KeyAct::Open(key) => {
                view.unfold_to(&key);
                self.open_key(at, &key);
            }
            KeyAct::SetFace(face) => {
                if let Some(key) = view.key.clone() {
                    view.faces.insert(key, face);
                }
            }
            KeyAct::Reveal(is_so) => view.revealed = is_so,
            KeyAct::Edit(key, text) => self.set_draft(at, &key, DraftValue::Text(text)),
            KeyAct::Discard | KeyAct::TakeTheirs => {
                if let Some(key) = view.key.clone()
                    && view.drafts.get(&key).is_some_and(|draft| draft.writing.is_none())
                {
                    self.drop_draft(at, &key).unwrap_or_default();
                }
            }
            KeyAct::BringBack => self.bring_back(at),
            KeyAct::ForgetDropped => view.dropped = None,
            KeyAct::Save => {
                if let Some(key) = view.key.clone().filter(|_| view.can_save()) {
                    let base = view.drafts.get(&key).and_then(|draft| draft.base);
                    self.write_draft(at, &key, base.map_or(Cas::Absent, Cas::Index), now);
                }
            }
            KeyAct::Compare(is_so) => {
                if let Some(draft) = view.key.as_ref().and_then(|key| view.drafts.get_mut(key)) {
                    draft.comparing = is_so;
                }
            }
            KeyAct::AskOverwrite => {
                if let Some(key) = view.key.clone()
                    && let Some(conflict) = view.conflict(&key)
                {
                    let index = match conflict {
                        Conflict::Changed(_, now) => Some(now),
                        Conflict::Deleted(_) => None,
                    };
                    view.dialog = Some(KeyDialog::Overwrite { key, index });
                }
            }
            KeyAct::ShowAllChanges(is_so) => view.all_changes = is_so,
            KeyAct::AskUndo(change) => {
                if let Some(dialog) = view.undo_dialog(change) {
                    view.dialog = Some(dialog);
                }
            }
            KeyAct::AskUndoAct(act) => {
                if let Some(dialog) = view.undo_act_dialog(act) {
                    view.dialog = Some(dialog);
                }
            }
            KeyAct::ToggleAct(act) => {
                view.listed += 1;
                if !view.open_acts.remove(&act) {
                    view.open_acts.insert(act);
                }
            }
            KeyAct::AskNew(folder) => {
                let typed = view.new_key.clone();
                let key = if typed.is_some() { typed.key } else { folder };
                view.dialog = Some(KeyDialog::New { key, value: typed.value, fault: None });
            }
            KeyAct::ForgetNew => view.new_key = NewKey::default(),
            KeyAct::AskMove { from, is_folder, copy } => {
                view.dialog = Some(KeyDialog::Move { to: from.clone(), from, is_folder, copy, fault: None });
            }
            KeyAct::AskDelete(path, is_folder) => self.ask_delete_keys(at, path, is_folder),
            KeyAct::AskImport => {
                view.dialog = Some(KeyDialog::Import {
                    path: String::new(),
                    reading: false,
                    plan: None,
                    overwrite: false,
                    fault: None,
                });
            }
            KeyAct::AskExport(prefix) => view.dialog = Some(KeyDialog::Export { prefix }),
            KeyAct::AskLoad => {
                if let Some(key) = view.key.clone() {
                    let path = String::new();
                    view.dialog = Some(KeyDialog::Load { key, path, reading: false, unreadable: None, fault: None });
                }
            }
            KeyAct::SetDialog(dialog) => self.set_key_dialog(at, *dialog),
            KeyAct::ConfirmDialog => self.confirm_key_dialog(at, now),
            KeyAct::CloseDialog => view.dialog = None,
            KeyAct::Pick => self.pick_for_keys(at),
            KeyAct::SaveToFile => self.save_key_value(at),
            KeyAct::StopJob(job) => self.stop_key_job(at, job),
            KeyAct::CloseJob(job) => view.jobs.retain(|known| known.id != job || known.is_running()),
            KeyAct::CloseFailure => {
                if let Some(draft) = view.key.as_ref().and_then(|key| view.drafts.get_mut(key)) {
                    draft.failure = None;
                }
            }
        }
        self.tend_keys(at);
    }

    /// The keys are brought to the centre.
    pub(in crate::app) fn show_keys(&mut self, at: &KeysRef, now: Instant) {
        let view = self.registries.keys.entry(at.clone()).or_default();
        view.asked_at.get_or_insert(now);
        self.take_kept_keys(at);
        self.tend_keys(at);
    }

    /// Brings a key to the middle.
    pub(super) fn open_key(&mut self, at: &KeysRef, key: &str) {
        let Some(view) = self.registries.keys.get_mut(at) else { return };
        if view.key.as_deref() != Some(key) {
            view.revealed = false;
        }
        view.cursor = Some(KeyNode::key_id(key));
        view.key = Some(key.to_owned());
    }

    /// Takes what was typed, or read out of a file. What is as the registry has it is no draft.
    pub(super) fn set_draft(&mut self, at: &KeysRef, key: &str, value: DraftValue) {
        let revision = self.next_id();
        self.changes += 1;
        let Some(view) = self.registries.keys.get_mut(at) else { return };
        let entry = view.entry(key);
        let (base, flags) = (entry.map(|entry| entry.modified), entry.map_or(0, |entry| entry.flags));
        let is_as_there = entry.is_some_and(|entry| entry.value == value.as_bytes());
        let known = view.drafts.get(key);
        let is_clean = known.is_none_or(|draft| draft.writing.is_none() && draft.awaiting.is_none());
        if is_as_there && is_clean {
            view.drafts.remove(key);
            return;
        }
        match view.drafts.get_mut(key) {
            Some(draft) => {
                draft.value = value;
                draft.revision = revision;
                draft.failure = None;
            }
            None => {
                view.drafts.insert(key.to_owned(), KeyDraft::new(value, flags, base, revision));
            }
        }
    }

    /// What was left is taken again, beside what was typed since, if anything.
    fn bring_back(&mut self, at: &KeysRef) {
        let revision = self.next_id();
        let Some(view) = self.registries.keys.get_mut(at) else { return };
        let Some((key, mut draft)) = view.dropped.take() else { return };
        draft.revision = revision;
        draft.comparing = false;
        if let Some(before) = view.drafts.insert(key.clone(), draft) {
            view.dropped = Some((key.clone(), before));
        }
        view.unfold_to(&key);
        self.open_key(at, &key);
    }

    /// Writes a draft on a condition.
    pub(super) fn write_draft(&mut self, at: &KeysRef, key: &str, cas: Cas, now: Instant) {
        if self.is_read_only(at) {
            return;
        }
        let Some(view) = self.registries.keys.get_mut(at) else { return };
        let Some(draft) = view.drafts.get_mut(key).filter(|draft| draft.writing.is_none()) else { return };
        let value: Arc<[u8]> = draft.value.as_bytes().into();
        draft.writing = Some(KeyWriting { since: now, value: Arc::clone(&value), seen: false });
        draft.failure = None;
        draft.refused = false;
        let write = KeyWrite::Put { value, flags: draft.flags };
        let step = KeyStep { key: key.to_owned(), write, cas, then: None };
        self.write_key(at, &step, None, |step| KeyAsked::Save(step.key));
    }

    /// What was asked of a registry that is opened anew is not answered any more: whether something was written is not
    /// known, and what was being made is to be made again.
    pub(in crate::app) fn forget_asked_keys(&mut self, id: RegistryId, asked: Vec<(KeysRef, KeyAsked)>) {
        for (_, view) in self.registries.keys.iter_mut().filter(|(at, _)| at.registry == id) {
            view.forget_asked();
        }
        for (at, asked) in asked {
            if let KeyAsked::Export(prefix) = asked
                && let Some(view) = self.registries.keys.get_mut(&at)
            {
                view.dialog.get_or_insert(KeyDialog::Export { prefix });
            }
        }
    }

    /// A registry is opened anew: what of its keys is in view is made again.
    pub(in crate::app) fn tend_keys_of(&mut self, id: RegistryId) {
        let all: Vec<KeysRef> = self.registries.keys.keys().filter(|at| at.registry == id).cloned().collect();
        for at in all {
            self.tend_keys(&at);
        }
    }

    /// No act is let through.
    pub fn is_read_only(&self, at: &KeysRef) -> bool {
        self.registries.entry(at.registry).is_none_or(|entry| entry.form.read_only)
    }
}

impl crate::app::Registries {
    /// The keys in the centre, if it shows some.
    pub fn shown_keys(&self) -> Option<KeysRef> {
        match self.shown.as_ref()? {
            RegistryView::Keys(registry, datacenter) => {
                Some(KeysRef { registry: *registry, datacenter: datacenter.clone() })
            }
            _ => None,
        }
    }

    /// How the keys of a datacenter are looked at.
    pub fn keys_view(&self, at: &KeysRef) -> Option<&KeysView> {
        self.keys.get(at)
    }
}
