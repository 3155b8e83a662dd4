//! What the engine makes of keys and values for this view, each with the version of what it was made of.

use std::sync::Arc;

use super::{KeyFace, KeyStep, KeysRef, KeysView};
use crate::app::App;
use crate::app::registry::hear::Asked;
use crate::engine::{JsonFault, KeyWork, KeyWorked, RegistryQuestion, TextLines};
use crate::message::TextDiff;

/// Which state of which key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownVersion {
    /// The key.
    pub key: String,
    /// The draft's revision; 0 where there is none.
    pub draft: u64,
    /// The index at which the registry has it; 0 where it has none.
    pub modified: u64,
}

/// Something that was made of a state of a key: `None` while it is being made.
type Made<T> = Option<(ShownVersion, Option<T>)>;

/// Nodes that a search found: what was searched for, in which look, and the nodes once it answered.
type Found = Option<(String, u64, Option<Vec<usize>>)>;

/// What was made.
#[derive(Debug, Default)]
pub struct Looked {
    found: Found,
    json: Made<Option<JsonFault>>,
    hex: Made<Arc<TextLines>>,
    diff: Made<(Arc<TextDiff>, bool)>,
}

impl Looked {
    pub(super) fn found(&self, query: &str, serial: u64) -> Option<&[usize]> {
        let (asked, of, found) = self.found.as_ref()?;
        found.as_deref().filter(|_| asked == query && *of == serial)
    }

    /// What is wrong with the JSON in the middle.
    pub fn json_fault(&self, version: &ShownVersion) -> Option<&JsonFault> {
        made(self.json.as_ref(), version)?.as_ref()
    }

    /// The bytes of the value in the middle.
    pub fn hex(&self, version: &ShownVersion) -> Option<&Arc<TextLines>> {
        made(self.hex.as_ref(), version)
    }

    /// What was typed beside what the registry has, and whether both were laid out anew for it. The last comparison stays
    /// until the next is there.
    pub fn diff(&self, key: &str) -> Option<&(Arc<TextDiff>, bool)> {
        self.diff.as_ref().filter(|(of, _)| of.key == key)?.1.as_ref()
    }
}

fn made<'a, T>(made: Option<&'a (ShownVersion, Option<T>)>, version: &ShownVersion) -> Option<&'a T> {
    made.filter(|(of, _)| of == version)?.1.as_ref()
}

/// What a question of this view was asked for.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::app) enum KeyAsked {
    Find(String, u64),
    Json(ShownVersion),
    Hex(ShownVersion),
    Compare(ShownVersion),
    /// The draft of a key was written.
    Save(String),
    /// A step of a job.
    Step(u64, Box<KeyStep>),
    /// A value out of a file, for this key.
    ReadValue(String),
    /// A list of keys out of a file.
    Import,
    /// Keys to be saved: the prefix.
    Export(String),
}

impl KeysView {
    /// Which state of a key is shown.
    pub fn version(&self, key: &str) -> ShownVersion {
        ShownVersion {
            key: key.to_owned(),
            draft: self.drafts.get(key).map_or(0, |draft| draft.revision),
            modified: self.entry(key).map_or(0, |entry| entry.modified),
        }
    }
}

impl App {
    /// Asks the engine for what is in view and not made yet, and makes the rows anew.
    pub(super) fn tend_keys(&mut self, at: &KeysRef) {
        let Some(view) = self.registries.keys.get_mut(at) else { return };
        let mut work = Vec::new();
        let query = view.filter.trim().to_owned();
        if let Some(tree) = view.tree().map(Arc::clone).filter(|_| !query.is_empty()) {
            let serial = view.serial;
            if view.looked.found.as_ref().is_none_or(|(asked, of, _)| *asked != query || *of != serial) {
                view.looked.found = Some((query.clone(), serial, None));
                work.push((KeyAsked::Find(query.clone(), serial), KeyWork::Find(tree, query)));
            }
        }
        if let Some(key) = view.key.clone() {
            let version = view.version(&key);
            let value = view.value(&key).map(Arc::<[u8]>::from);
            let is_new = |of: Option<&ShownVersion>| of != Some(&version);
            if let Some(value) = value {
                let face = view.face(&key);
                if face == KeyFace::Json && is_new(view.looked.json.as_ref().map(|(of, _)| of)) {
                    view.looked.json = Some((version.clone(), None));
                    work.push((KeyAsked::Json(version.clone()), KeyWork::CheckJson(Arc::clone(&value))));
                }
                if face == KeyFace::Hex && is_new(view.looked.hex.as_ref().map(|(of, _)| of)) {
                    view.looked.hex = Some((version.clone(), None));
                    work.push((KeyAsked::Hex(version.clone()), KeyWork::Hex(Arc::clone(&value))));
                }
                let compares = view.drafts.get(&key).is_some_and(|draft| draft.comparing);
                let theirs = view.entry(&key).map(|entry| Arc::<[u8]>::from(entry.value.as_slice()));
                if let (true, Some(theirs)) = (compares, theirs)
                    && is_new(view.looked.diff.as_ref().map(|(of, _)| of))
                {
                    let before = view.looked.diff.take().filter(|(of, _)| of.key == key).and_then(|(_, diff)| diff);
                    view.looked.diff = Some((version.clone(), before));
                    work.push((KeyAsked::Compare(version.clone()), KeyWork::Compare { left: value, right: theirs }));
                }
            }
        }
        view.rebuild();
        for (asked, work) in work {
            self.work_keys(at, asked, work);
        }
    }

    pub(super) fn work_keys(&mut self, at: &KeysRef, asked: KeyAsked, work: KeyWork) {
        let asked = Asked::Keys(at.clone(), asked);
        self.ask_registry(at.registry, asked, RegistryQuestion::KeyWork(work));
    }

    /// Takes what the engine made; an answer to an older question changes nothing.
    pub(super) fn take_key_work(&mut self, at: &KeysRef, asked: KeyAsked, made: KeyWorked) {
        let Some(view) = self.registries.keys.get_mut(at) else { return };
        let looked = &mut view.looked;
        match (asked, made) {
            (KeyAsked::Find(query, serial), KeyWorked::Found(lines)) => {
                if let Some(found) = &mut looked.found
                    && found.0 == query
                    && found.1 == serial
                {
                    found.2 = Some(lines);
                }
            }
            (KeyAsked::Json(version), KeyWorked::Checked(fault)) => put(&mut looked.json, &version, fault),
            (KeyAsked::Hex(version), KeyWorked::Hex(text)) => put(&mut looked.hex, &version, text),
            (KeyAsked::Compare(version), KeyWorked::Compared(diff, is_formatted)) => {
                put(&mut looked.diff, &version, (diff, is_formatted));
            }
            (KeyAsked::ReadValue(key), KeyWorked::Value(value)) => self.take_file_value(at, &key, value),
            (KeyAsked::Import, KeyWorked::Import(plan)) => self.take_import(at, plan),
            (KeyAsked::Export(prefix), KeyWorked::Exported(text, count)) => self.take_export(at, &prefix, text, count),
            _ => {}
        }
    }
}

fn put<T>(made: &mut Made<T>, version: &ShownVersion, what: T) {
    if let Some((of, made)) = made
        && of == version
    {
        *made = Some(what);
    }
}
