//! What was typed into a key and is not written.

use std::sync::Arc;
use std::time::Instant;

use crate::registry::RegistryError;

/// A value as it is edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DraftValue {
    /// Typed.
    Text(String),
    /// Out of a file, and no text.
    Bytes(Arc<[u8]>),
}

impl DraftValue {
    /// Text where it is some.
    pub fn of(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Text(text.to_owned()),
            Err(_) => Self::Bytes(bytes.into()),
        }
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }
}

/// Why something was not written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyFailure {
    /// It was refused, or nobody answered.
    Refused(Arc<RegistryError>),
    /// The registry was opened anew before it answered: nobody knows whether it was written.
    Unknown,
}

/// What was typed for a key that is to be created.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewKey {
    /// Its key, as typed.
    pub key: String,
    /// Its value, as typed.
    pub value: String,
    /// Counts changes; never the same for two texts of this program.
    pub revision: u64,
}

impl NewKey {
    /// More was typed than the folder in which it was begun.
    pub fn is_some(&self) -> bool {
        !self.value.is_empty() || !(self.key.is_empty() || self.key.ends_with('/'))
    }
}

/// A write that is under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyWriting {
    /// Since when.
    pub since: Instant,
    /// What is written.
    pub value: Arc<[u8]>,
    /// The watch has seen it already.
    pub seen: bool,
}

/// A value that is edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyDraft {
    /// As typed.
    pub value: DraftValue,
    /// Its flags.
    pub flags: u64,
    /// The index at which the key was when editing began; `None` where it was not there.
    pub base: Option<u64>,
    /// Counts changes of `value`; never the same for two values of this program.
    pub revision: u64,
    /// Being written.
    pub writing: Option<KeyWriting>,
    /// What was written, until the watch sees it.
    pub awaiting: Option<Arc<[u8]>>,
    /// Why it was not written.
    pub failure: Option<KeyFailure>,
    /// The registry refused it, since somebody else was first.
    pub refused: bool,
    /// Both values are shown beside each other.
    pub comparing: bool,
    /// It is kept for the next start.
    pub kept: bool,
}

impl KeyDraft {
    /// A draft of a key as it is.
    pub fn new(value: DraftValue, flags: u64, base: Option<u64>, revision: u64) -> Self {
        Self {
            value,
            flags,
            base,
            revision,
            writing: None,
            awaiting: None,
            failure: None,
            refused: false,
            comparing: false,
            kept: false,
        }
    }

    /// Whether it was written is not known any more; returns whether the watch has seen that all of it was.
    pub(super) fn forget_asked(&mut self) -> bool {
        let Some(writing) = self.writing.take() else { return false };
        if !writing.seen {
            self.failure = Some(KeyFailure::Unknown);
        }
        writing.seen && *self.value.as_bytes() == *writing.value
    }

    /// It differs from what was written last.
    pub fn is_unsaved(&self) -> bool {
        self.awaiting.as_deref().is_none_or(|written| written != self.value.as_bytes())
    }
}
