//! Taking changes back: one, or all of an act. What was before is written on the condition that the key is still as it
//! was when the question was asked, so a change that comes while it is open is not overwritten.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::dialog::delete_step;
use super::{KeyActOf, KeyBack, KeyChange, KeyDialog, KeyJobKind, KeyStep, KeyWrite, KeysView};
use crate::engine::{KeyDelta, short_text};
use crate::registry::{Cas, KeyEntry};

/// What would take a change back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndoStep {
    /// Which change.
    pub change: u64,
    /// Of which key.
    pub key: String,
    /// The index at which the key is now; `None` where it is not there. The condition of the step.
    pub seen: Option<u64>,
    /// The key was written or deleted again since that change: this is replaced.
    pub is_later: bool,
    /// What was written since, where that is replaced: its text where it is short, and its bytes.
    pub over: Option<(Option<String>, usize)>,
    /// What is written; `None` deletes the key.
    pub back: Option<Arc<KeyEntry>>,
}

impl UndoStep {
    /// A later value is replaced or deleted.
    pub fn replaces(&self) -> bool {
        self.over.is_some()
    }
}

impl KeysView {
    /// What would take a change back; nothing, where that is not known, or where the key is already as it was.
    pub fn undo_of(&self, change: &KeyChange) -> Option<UndoStep> {
        if !change.ours || change.back != KeyBack::Known {
            return None;
        }
        let now = self.tree()?.entry(&change.key);
        let seen = now.map(|now| now.modified);
        let is_as_before = match (&change.before, now) {
            (None, None) => true,
            (Some(before), Some(now)) => before.value == now.value && before.flags == now.flags,
            _ => false,
        };
        // The watch has not seen the change itself.
        let is_unseen = change.index.is_none() && seen == change.before.as_ref().map(|before| before.modified);
        if is_as_before || is_unseen {
            return None;
        }
        let was_deleted = matches!(change.delta, KeyDelta::Deleted(_));
        // A change that was overwritten before the watch saw it has no index.
        let is_later = if was_deleted { seen.is_some() } else { seen != change.index };
        let over = now.filter(|_| is_later).map(|now| (short_text(&now.value).map(str::to_owned), now.value.len()));
        let back = change.before.clone();
        Some(UndoStep { change: change.id, key: change.key.clone(), seen, is_later, over, back })
    }

    /// The changes of an act.
    fn changes_of(&self, act: u64) -> impl Iterator<Item = &KeyChange> {
        self.changes.iter().filter(move |change| change.act.as_ref().is_some_and(|known| known.id == act))
    }

    /// The question that takes one change back.
    pub(super) fn undo_dialog(&self, change: u64) -> Option<KeyDialog> {
        let step = self.undo_of(self.change(change)?)?;
        Some(KeyDialog::Undo { act: None, steps: Arc::new(vec![step]), left: 0 })
    }

    /// The question that takes back all of an act that can be.
    pub(super) fn undo_act_dialog(&self, act: u64) -> Option<KeyDialog> {
        let of = self.changes_of(act).next()?.act.clone()?;
        let mut steps: Vec<UndoStep> = self.changes_of(act).filter_map(|change| self.undo_of(change)).collect();
        steps.sort_by(|a, b| a.key.cmp(&b.key));
        let left = self.changes_of(act).filter(|change| change.back != KeyBack::Known).count();
        (!steps.is_empty()).then(|| KeyDialog::Undo { act: Some(of), steps: Arc::new(steps), left })
    }
}

/// The steps of a question. A key gets its old name back before the new one goes, so that its value is never nowhere.
pub(super) fn undo_steps(act: Option<&KeyActOf>, steps: &[UndoStep]) -> Vec<KeyStep> {
    let mut writes: BTreeMap<&str, KeyStep> = BTreeMap::new();
    for step in steps {
        if let Some(back) = &step.back {
            let write = KeyWrite::Put { value: back.value.as_slice().into(), flags: back.flags };
            let cas = step.seen.map_or(Cas::Absent, Cas::Index);
            writes.insert(&step.key, KeyStep { key: step.key.clone(), write, cas, then: None });
        }
    }
    let mut deletes = Vec::new();
    for step in steps.iter().filter(|step| step.back.is_none()) {
        let Some(seen) = step.seen else { continue };
        let delete = delete_step(&step.key, seen);
        let old = act.and_then(|act| match &act.kind {
            KeyJobKind::Move(from, to, false) => Some(format!("{from}{}", step.key.strip_prefix(to.as_str())?)),
            _ => None,
        });
        match old.and_then(|old| writes.get_mut(old.as_str())) {
            Some(write) => write.then = Some(Box::new(delete)),
            None => deletes.push(delete),
        }
    }
    writes.into_values().chain(deletes).collect()
}

impl KeyActOf {
    /// What of it names the keys: the folder, or the new name.
    pub fn place(&self) -> &str {
        match &self.kind {
            KeyJobKind::Delete(path)
            | KeyJobKind::Create(path)
            | KeyJobKind::Undo(path)
            | KeyJobKind::UndoAct(path)
            | KeyJobKind::Move(_, path, _) => path,
            KeyJobKind::Import => "",
        }
    }
}
