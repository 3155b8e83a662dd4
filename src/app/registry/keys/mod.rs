//! Keys and values of a registry as a window shows them: the tree, the key that is read or edited, what changed, and the
//! acts that are under way.
//!
//! Nothing here overwrites what it did not see: every write carries the index at which its key was seen last. Making
//! folders, searching and comparing are the engine's work ([`KeyWork`](crate::engine::KeyWork)); what comes of it is kept
//! with the version of what it was made of.

mod act;
mod change;
mod dialog;
mod draft;
mod hear;
mod job;
mod keep;
mod look;
mod own;
mod undo;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use super::Away;
use crate::app::is_secret_key;
use crate::engine::{KeyNode, KeyTree, RegistryId, looks_like_json};
use crate::registry::{Answer, KeyEntry};

pub use act::KeyAct;
pub use change::{ChangeLine, KeyActOf, KeyBack, KeyChange};
pub use dialog::{KeyDialog, KeyFault};
pub use draft::{DraftValue, KeyDraft, KeyFailure, KeyWriting, NewKey};
pub use job::{KeyJob, KeyJobKind, KeyStep, KeyWrite};
pub(in crate::app) use keep::{KeptKeys, KeyCopies};
pub(in crate::app) use look::KeyAsked;
pub use look::{Looked, ShownVersion};
pub use undo::UndoStep;

/// Names the keys of a datacenter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeysRef {
    /// Of which registry.
    pub registry: RegistryId,
    /// Of which datacenter; empty where the registry has none.
    pub datacenter: String,
}

/// How a value is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyFace {
    /// As text.
    Text,
    /// As JSON: coloured, and checked.
    Json,
    /// Its bytes.
    Hex,
}

/// A row of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyLine {
    /// A text that is not written, of a key that is not there.
    Unwritten(String),
    /// A folder or a key: its place in [`KeyTree::nodes`].
    Node(usize),
}

/// How a key stands that is edited while others write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// Somebody wrote it: the index at which editing began (`None`: it was not there), and the one at which it is.
    Changed(Option<u64>, u64),
    /// Somebody deleted it, which was at this index.
    Deleted(u64),
}

/// The view of the keys of a datacenter.
#[derive(Debug, Default)]
pub struct KeysView {
    /// All keys, once they are known.
    pub tree: Option<Answer<Arc<KeyTree>>>,
    /// They are old.
    pub away: Option<Away>,
    /// When they were asked for.
    pub asked_at: Option<Instant>,
    /// When they were seen first.
    pub seen_since: Option<SystemTime>,
    /// Ids of unfolded folders.
    pub open: HashSet<u64>,
    /// Id of the row that has the choice.
    pub cursor: Option<u64>,
    /// The key in the middle.
    pub key: Option<String>,
    /// What keys and values are searched for, as typed.
    pub filter: String,
    /// The rows of the tree.
    pub lines: Vec<KeyLine>,
    /// The keys that the rows are of: the search may still be at older ones.
    pub lines_of: Option<Arc<KeyTree>>,
    /// Texts that are not written, by key.
    pub drafts: BTreeMap<String, KeyDraft>,
    /// How values are shown, where the person chose it.
    pub faces: BTreeMap<String, KeyFace>,
    /// The secret in the middle is shown.
    pub revealed: bool,
    /// What changed, the newest first.
    pub changes: VecDeque<KeyChange>,
    /// So many more changed at once than are listed.
    pub unlisted: usize,
    /// Changes of all keys are listed, not of the one in the middle.
    pub all_changes: bool,
    /// The rows of the list of changes.
    pub change_lines: Vec<ChangeLine>,
    /// Acts whose changes are shown one by one.
    pub(in crate::app) open_acts: HashSet<u64>,
    /// Counts what came into that list, was folded and unfolded.
    pub(in crate::app) listed: u64,
    /// So many changes were ever put into it: the number of the next.
    put: u64,
    /// Bytes of values of the past that the list holds.
    before_bytes: usize,
    /// So many of the oldest changes hold none any more.
    dropped_befores: usize,
    /// The question that is open.
    pub dialog: Option<KeyDialog>,
    /// What is under way, and what of it failed.
    pub jobs: Vec<KeyJob>,
    /// A text that was discarded, with its key: it can be brought back.
    pub dropped: Option<(String, KeyDraft)>,
    /// What the engine made of the value in the middle.
    pub looked: Looked,
    /// What was typed for a new key that was not created.
    pub new_key: NewKey,
    /// Where the row stands that has the choice.
    pub cursor_at: Option<usize>,
    /// Counts the looks at the keys.
    pub(in crate::app) serial: u64,
    /// Counts what was folded and unfolded.
    pub(in crate::app) folds: u64,
    /// What the rows were made of.
    made_of: Option<MadeOf>,
    /// What the rows of the list of changes were made of.
    listed_of: Option<ListedOf>,
    pub(in crate::app) ours: own::OwnWrites,
}

/// What rows were made of: where it is the same, so are they.
#[derive(Debug, PartialEq, Eq)]
struct MadeOf {
    serial: u64,
    folds: u64,
    filter: String,
    is_found: bool,
    unwritten: Vec<String>,
}

/// What rows of the list of changes were made of.
#[derive(Debug, PartialEq, Eq)]
struct ListedOf {
    listed: u64,
    serial: u64,
    key: Option<String>,
    all: bool,
}

/// A list of changes that is made in no time.
const SHORT_LIST: usize = 1_000;
/// So many changes may come before a longer one is made anew.
const SOON: u64 = 200;

impl KeysView {
    /// The keys that are known.
    pub fn tree(&self) -> Option<&Arc<KeyTree>> {
        self.tree.as_ref().map(|answer| &answer.value)
    }

    /// A key as the registry has it.
    pub fn entry(&self, key: &str) -> Option<&KeyEntry> {
        self.tree()?.entry(key)
    }

    /// What is shown of a key: what was typed, or what the registry has.
    pub fn value(&self, key: &str) -> Option<&[u8]> {
        match self.drafts.get(key) {
            Some(draft) => Some(draft.value.as_bytes()),
            None => self.entry(key).map(|entry| entry.value.as_slice()),
        }
    }

    /// How a key's value is shown.
    pub fn face(&self, key: &str) -> KeyFace {
        let value = self.value(key).unwrap_or_default();
        if std::str::from_utf8(value).is_err() {
            return KeyFace::Hex;
        }
        let usual = if looks_like_json(value) { KeyFace::Json } else { KeyFace::Text };
        self.faces.get(key).copied().unwrap_or(usual)
    }

    /// Something that was typed is not written yet.
    pub fn is_unsaved(&self, key: &str) -> bool {
        self.drafts.get(key).is_some_and(KeyDraft::is_unsaved)
    }

    /// So many keys below a folder have something that was typed and is not written.
    pub fn unsaved_below(&self, folder: &str) -> usize {
        let from = self.drafts.range::<str, _>((std::ops::Bound::Included(folder), std::ops::Bound::Unbounded));
        let below = from.take_while(|(key, _)| key.starts_with(folder));
        below.filter(|(_, draft)| draft.is_unsaved()).count()
    }

    /// What was asked is not answered any more.
    fn forget_asked(&mut self) {
        self.drafts.retain(|_, draft| !draft.forget_asked());
        self.jobs.iter_mut().for_each(KeyJob::forget_asked);
        self.looked = Looked::default();
        if let Some(KeyDialog::Import { reading, .. } | KeyDialog::Load { reading, .. }) = &mut self.dialog {
            *reading = false;
        }
    }

    /// What others did to a key while it was edited here.
    pub fn conflict(&self, key: &str) -> Option<Conflict> {
        self.tree.as_ref()?;
        let draft = self.drafts.get(key).filter(|draft| draft.is_unsaved())?;
        match (draft.base, self.entry(key).map(|entry| entry.modified)) {
            (Some(base), None) => Some(Conflict::Deleted(base)),
            (base, Some(now)) if base != Some(now) => Some(Conflict::Changed(base, now)),
            _ => None,
        }
    }

    /// The draft in the middle can be written as it is.
    pub fn can_save(&self) -> bool {
        let Some(key) = &self.key else { return false };
        self.is_unsaved(key)
            && self.conflict(key).is_none()
            && self.drafts.get(key).is_some_and(|draft| draft.writing.is_none())
    }

    /// A row by its id.
    pub fn line(&self, id: u64) -> Option<&KeyLine> {
        self.lines.iter().find(|line| self.line_id(line) == Some(id))
    }

    /// The id of a row.
    pub fn line_id(&self, line: &KeyLine) -> Option<u64> {
        match line {
            KeyLine::Unwritten(key) => Some(KeyNode::key_id(key)),
            KeyLine::Node(at) => self.node(*at).map(|node| node.id),
        }
    }

    /// A node of a row.
    pub fn node(&self, at: usize) -> Option<&KeyNode> {
        self.lines_of.as_ref()?.nodes().get(at)
    }

    /// The folder that the choice is in or on, with its `/`; empty at the top.
    pub fn chosen_folder(&self) -> String {
        let line = self.cursor.and_then(|cursor| self.line(cursor));
        let path = match line {
            Some(KeyLine::Unwritten(key)) => key.as_str(),
            Some(KeyLine::Node(at)) => match (self.lines_of.as_ref(), self.node(*at)) {
                (Some(tree), Some(node)) => tree.path(node),
                _ => "",
            },
            None => self.key.as_deref().unwrap_or_default(),
        };
        folder_of(path).to_owned()
    }

    /// Makes the rows anew where something of them changed, of the keys as they are, or of what the search found.
    pub(in crate::app) fn rebuild(&mut self) {
        let filter = self.filter.trim().to_owned();
        let made_of = MadeOf {
            serial: self.serial,
            folds: self.folds,
            is_found: self.looked.found(&filter, self.serial).is_some(),
            filter,
            unwritten: self.unwritten().collect(),
        };
        if self.made_of.as_ref() != Some(&made_of) {
            self.make_lines();
            self.made_of = Some(made_of);
        }
        let listed_of = ListedOf {
            listed: self.listed,
            serial: self.serial,
            key: self.key.clone().filter(|_| !self.all_changes),
            all: self.all_changes,
        };
        // In the middle of an act on very many keys each answer brings a change: not each makes a long list anew.
        let is_busy = self.changes.len() > SHORT_LIST && self.jobs.iter().any(KeyJob::is_running);
        let is_soon = |made: &ListedOf| {
            is_busy && made.all == listed_of.all && made.key == listed_of.key && listed_of.listed - made.listed < SOON
        };
        if self.listed_of.as_ref().is_none_or(|made| *made != listed_of && !is_soon(made)) {
            self.make_change_lines();
            self.listed_of = Some(listed_of);
        }
        let is_there = |at: usize| self.lines.get(at).and_then(|line| self.line_id(line)) == self.cursor;
        if self.cursor.is_none() || !self.cursor_at.is_some_and(is_there) {
            let is_chosen = |line: &KeyLine| self.cursor.is_some() && self.line_id(line) == self.cursor;
            self.cursor_at = self.lines.iter().position(is_chosen);
        }
    }

    fn make_lines(&mut self) {
        let Some(tree) = self.tree.as_ref().map(|answer| Arc::clone(&answer.value)) else {
            self.lines = self.unwritten().map(KeyLine::Unwritten).collect();
            return;
        };
        let nodes = if self.filter.trim().is_empty() {
            tree.lines(&self.open)
        } else if let Some(found) = self.looked.found(self.filter.trim(), self.serial) {
            found.to_vec()
        } else {
            // Until the search has answered, what was shown stays.
            return;
        };
        self.lines = self.unwritten().map(KeyLine::Unwritten).chain(nodes.into_iter().map(KeyLine::Node)).collect();
        self.lines_of = Some(tree);
    }

    fn unwritten(&self) -> impl Iterator<Item = String> {
        let tree = self.tree();
        let is_missing = |key: &&String| tree.is_none_or(|tree| tree.entry(key).is_none());
        self.drafts.keys().filter(is_missing).cloned().collect::<Vec<_>>().into_iter()
    }

    /// Unfolds the folders that a key is in.
    pub(in crate::app) fn unfold_to(&mut self, key: &str) {
        self.folds += 1;
        let slashes = key.match_indices('/').map(|(at, _)| at + 1).filter(|end| *end < key.len());
        self.open.extend(slashes.filter_map(|end| key.get(..end)).map(KeyNode::folder_id));
    }
}

/// The folder of a key with its `/`, a folder itself; empty at the top.
pub fn folder_of(path: &str) -> &str {
    path.rfind('/').and_then(|at| path.get(..=at)).unwrap_or_default()
}

/// A value is hidden until the person asks to see it: a part of its key says that it is a secret, and it is more than a
/// switch or a small number.
pub fn is_secret_value(key: &str, value: &[u8]) -> bool {
    const MORE: [&str; 5] = ["dsn", "passwd", "pwd", "credential", "private"];
    let says_so = |part: &str| {
        let small = part.to_ascii_lowercase();
        is_secret_key(part) || MORE.iter().any(|word| small.contains(word))
    };
    let is_plain = value.is_empty()
        || matches!(value, b"true" | b"false" | b"null")
        || (value.len() < 6 && value.iter().all(u8::is_ascii_digit));
    !is_plain && key.split('/').any(says_so)
}
