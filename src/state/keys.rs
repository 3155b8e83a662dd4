//! What is remembered of registries' keys, as plain values: what was typed, and what was changed.

use std::sync::Arc;

/// A value of a registry's key that was typed and is not written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyDraftDoc {
    /// Of which registry: its kind and how it is reached.
    pub registry: String,
    /// Of which datacenter.
    pub datacenter: String,
    /// `new` for a key that is to be created; empty for the text of one that is, or was, there.
    pub what: String,
    /// Which key.
    pub key: String,
    /// As typed.
    pub text: Arc<str>,
    /// The index at which the key was when editing began; `None` where it was not there.
    pub base: Option<u64>,
    /// The number beside it.
    pub flags: u64,
}

/// A change of a key that this program made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyChangeDoc {
    /// Of which registry: its kind and how it is reached.
    pub registry: String,
    /// Of which datacenter.
    pub datacenter: String,
    /// Which key.
    pub key: String,
    /// When, in milliseconds since 1970.
    pub at_unix_ms: u64,
    /// The index that it has since, where that is known.
    pub index: Option<u64>,
    /// What of it changed.
    pub delta: KeyDeltaDoc,
    /// The act of which it is one change among others.
    pub act: Option<KeyActDoc>,
    /// The key was there before.
    pub was_there: bool,
    /// As it was; `None` where it was not there, looked like a secret, or was large.
    pub before: Option<KeyBeforeDoc>,
}

/// What of a key changed, short enough for a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyDeltaDoc {
    /// `created`, `deleted`, `member`, `text`, `size`, `flags`, `holder`, `value`, `same`; a change with another word is
    /// left out.
    pub what: String,
    /// The path of a JSON member.
    pub name: String,
    /// What it was, or its size.
    pub before: Option<String>,
    /// What it became, or its size.
    pub after: Option<String>,
}

/// An act that changed many keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyActDoc {
    /// The same for all its changes.
    pub number: u64,
    /// `create`, `delete`, `move`, `copy`, `import`, `undo`, `undo all`.
    pub what: String,
    /// The old name.
    pub from: String,
    /// The folder, the key, or the new name.
    pub to: String,
}

/// A key as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyBeforeDoc {
    /// Its bytes.
    pub value: Arc<[u8]>,
    /// The number beside them.
    pub flags: u64,
    /// The index at which it was written.
    pub modified: u64,
}
