//! What of keys is there again after the next start: what was typed and is not written, and what this app changed, with
//! what was there before. Values that look like secrets are left out.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::{DraftValue, KeyActOf, KeyBack, KeyChange, KeyDraft, KeyJobKind, KeysRef, NewKey, is_secret_value};
use crate::app::App;
use crate::engine::{KeyDelta, KeyNode, RegistryId};
use crate::registry::KeyEntry;
use crate::state::{KeyActDoc, KeyBeforeDoc, KeyChangeDoc, KeyDeltaDoc, KeyDraftDoc};

/// So many changes are kept for the next start, the newest.
const KEPT_CHANGES: usize = 200;
/// Larger values of the past are not kept.
const KEPT_VALUE_BYTES: usize = 64 << 10;
/// All values of the past that are kept have so many bytes at most: the file is written while one types.
const KEPT_BYTES: usize = 4 << 20;
/// So many texts wait for a registry that is not open: the newest.
const KEPT_TEXTS: usize = 100;
/// Begins the name of a registry that comes with the demo: its keys end with it, so none of them goes into the file.
const OF_DEMO: &str = "demo ";
/// A text for a key that is to be created.
const NEW: &str = "new";

/// What an earlier start remembered, until the keys are shown that it belongs to.
#[derive(Debug, Default)]
pub(in crate::app) struct KeptKeys {
    drafts: Vec<KeyDraftDoc>,
    /// The newest first.
    changes: Vec<Arc<KeyChangeDoc>>,
}

/// Copies as they were last remembered, so that only what is typed in is copied.
#[derive(Debug, Default)]
pub(in crate::app) struct KeyCopies {
    /// By revision.
    texts: HashMap<u64, Arc<str>>,
    /// By id, with the index that the change had.
    changes: HashMap<u64, (Option<u64>, Arc<KeyChangeDoc>)>,
}

impl App {
    /// Names a registry from one start to the next.
    fn kept_name(&self, at: &KeysRef) -> Option<String> {
        let entry = self.registries.entry(at.registry)?;
        let form = &entry.form;
        let place = if form.file.trim().is_empty() { bare_address(&form.address) } else { form.file.trim() };
        let parts = [form.kind.name(), place, form.namespace.trim(), form.partition.trim()];
        let name = parts.join(" ").trim_end().to_owned();
        Some(if entry.is_demo { format!("{OF_DEMO}{name}") } else { name })
    }

    /// What is to be remembered of what was typed.
    pub(in crate::app) fn key_draft_docs(&self, copies: &mut KeyCopies) -> Vec<KeyDraftDoc> {
        let mut docs = self.all_key_drafts(copies);
        docs.retain(|doc| !doc.registry.starts_with(OF_DEMO));
        docs
    }

    /// What is to be remembered of what this app changed, the newest first.
    pub(in crate::app) fn key_change_docs(&self, copies: &mut KeyCopies) -> Vec<Arc<KeyChangeDoc>> {
        let mut docs = self.all_key_changes(copies);
        docs.retain(|doc| !doc.registry.starts_with(OF_DEMO));
        docs
    }

    fn all_key_drafts(&self, copies: &mut KeyCopies) -> Vec<KeyDraftDoc> {
        let waiting = &self.registries.kept_keys.drafts;
        let mut docs: Vec<KeyDraftDoc> =
            waiting.iter().skip(waiting.len().saturating_sub(KEPT_TEXTS)).cloned().collect();
        let mut texts = HashMap::new();
        for (at, view) in &self.registries.keys {
            let Some(registry) = self.kept_name(at) else { continue };
            let mut copy = |revision: u64, text: &str| -> Arc<str> {
                let copy = copies.texts.get(&revision).cloned().unwrap_or_else(|| Arc::from(text));
                texts.insert(revision, Arc::clone(&copy));
                copy
            };
            let doc = |key: &str, text: Arc<str>| KeyDraftDoc {
                registry: registry.clone(),
                datacenter: at.datacenter.clone(),
                key: key.to_owned(),
                text,
                ..KeyDraftDoc::default()
            };
            if view.new_key.is_some() {
                let NewKey { key, value, revision } = &view.new_key;
                let text = if is_secret_value(key, value.as_bytes()) { Arc::from("") } else { copy(*revision, value) };
                docs.push(KeyDraftDoc { what: NEW.to_owned(), ..doc(key, text) });
            }
            // The one in the middle comes first: it is there again.
            let in_middle = |key: &&String| view.key.as_ref() == Some(key);
            let keys = view.drafts.keys();
            for key in keys.clone().filter(in_middle).chain(keys.filter(|key| !in_middle(key))) {
                let Some(draft) = view.drafts.get(key).filter(|draft| draft.is_unsaved()) else { continue };
                let DraftValue::Text(text) = &draft.value else { continue };
                if !is_secret_value(key, text.as_bytes()) {
                    let text = copy(draft.revision, text);
                    docs.push(KeyDraftDoc { base: draft.base, flags: draft.flags, ..doc(key, text) });
                }
            }
        }
        copies.texts = texts;
        docs
    }

    fn all_key_changes(&self, copies: &mut KeyCopies) -> Vec<Arc<KeyChangeDoc>> {
        let mut docs = self.registries.kept_keys.changes.clone();
        let mut known = HashMap::new();
        for (at, view) in &self.registries.keys {
            let Some(registry) = self.kept_name(at) else { continue };
            for change in view.changes.iter().filter(|change| change.ours).take(KEPT_CHANGES) {
                let before = copies.changes.get(&change.id).filter(|(index, _)| *index == change.index);
                let doc =
                    before.map_or_else(|| Arc::new(change_doc(&registry, at, change)), |(_, doc)| Arc::clone(doc));
                known.insert(change.id, (change.index, Arc::clone(&doc)));
                docs.push(doc);
            }
        }
        copies.changes = known;
        docs.sort_by_key(|doc| std::cmp::Reverse(doc.at_unix_ms));
        docs.truncate(KEPT_CHANGES);
        let mut bytes = 0;
        for doc in &mut docs {
            bytes += doc.before.as_ref().map_or(0, |before| before.value.len());
            if bytes > KEPT_BYTES && doc.before.is_some() {
                Arc::make_mut(doc).before = None;
            }
        }
        docs
    }

    /// A registry is taken out, or becomes another: what was typed and changed waits until it is there again.
    pub(in crate::app) fn keep_key_drafts_of(&mut self, registry: RegistryId) {
        let (going, staying) =
            std::mem::take(&mut self.registries.keys).into_iter().partition(|(at, _)| at.registry == registry);
        self.registries.keys = going;
        let mut copies = KeyCopies::default();
        let kept = KeptKeys { drafts: self.all_key_drafts(&mut copies), changes: self.all_key_changes(&mut copies) };
        self.registries.kept_keys = kept;
        self.registries.keys = staying;
    }

    /// Takes what an earlier start remembered.
    pub(in crate::app) fn restore_keys(&mut self, drafts: &[KeyDraftDoc], changes: &[Arc<KeyChangeDoc>]) {
        self.registries.kept_keys = KeptKeys { drafts: drafts.to_vec(), changes: changes.to_vec() };
    }

    /// What an earlier start remembered comes to the keys that it belongs to.
    pub(super) fn take_kept_keys(&mut self, at: &KeysRef) {
        let kept = &self.registries.kept_keys;
        let Some(name) = self.kept_name(at).filter(|_| !kept.drafts.is_empty() || !kept.changes.is_empty()) else {
            return;
        };
        let KeptKeys { drafts, changes } = std::mem::take(&mut self.registries.kept_keys);
        let (drafts, others): (Vec<_>, Vec<_>) =
            drafts.into_iter().partition(|doc| doc.registry == name && doc.datacenter == at.datacenter);
        let (changes, other_changes): (Vec<_>, Vec<_>) =
            changes.into_iter().partition(|doc| doc.registry == name && doc.datacenter == at.datacenter);
        self.registries.kept_keys = KeptKeys { drafts: others, changes: other_changes };
        self.take_kept_changes(at, &changes);
        for kept in drafts {
            let revision = self.next_id();
            let view = self.registries.keys.entry(at.clone()).or_default();
            if kept.what == NEW {
                if !view.new_key.is_some() {
                    view.new_key = NewKey { key: kept.key, value: kept.text.to_string(), revision };
                }
                continue;
            }
            let mut draft = KeyDraft::new(DraftValue::Text(kept.text.to_string()), kept.flags, kept.base, revision);
            draft.kept = true;
            // It is found without being looked for.
            view.unfold_to(&kept.key);
            if view.key.is_none() {
                view.cursor = Some(KeyNode::key_id(&kept.key));
                view.key = Some(kept.key.clone());
            }
            view.drafts.entry(kept.key).or_insert(draft);
        }
    }

    fn take_kept_changes(&mut self, at: &KeysRef, docs: &[Arc<KeyChangeDoc>]) {
        // Numbers of acts were given by the program that did them.
        let mut acts: HashMap<u64, Arc<KeyActOf>> = HashMap::new();
        for doc in docs {
            if let Some(act) = &doc.act
                && let Some(kind) = kind_of(act)
                && !acts.contains_key(&act.number)
            {
                acts.insert(act.number, Arc::new(KeyActOf { id: self.next_id(), kind }));
            }
        }
        for doc in docs.iter().rev() {
            let id = self.next_id();
            let act = doc.act.as_ref().and_then(|act| acts.get(&act.number)).cloned();
            let Some(change) = change_of(id, doc, act) else { continue };
            self.registries.keys.entry(at.clone()).or_default().put_change(change);
        }
    }
}

/// `http://h:1/` and `h:1` are one.
fn bare_address(address: &str) -> &str {
    let address = address.trim();
    let bare = address.split_once("://").filter(|(scheme, _)| *scheme != "unix").map_or(address, |(_, rest)| rest);
    bare.trim_end_matches('/')
}

fn change_doc(registry: &str, at: &KeysRef, change: &KeyChange) -> KeyChangeDoc {
    let since = change.at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let is_open = |before: &&Arc<KeyEntry>| {
        before.value.len() <= KEPT_VALUE_BYTES && !change.is_secret() && !is_secret_value(&change.key, &before.value)
    };
    KeyChangeDoc {
        registry: registry.to_owned(),
        datacenter: at.datacenter.clone(),
        key: change.key.clone(),
        at_unix_ms: u64::try_from(since.as_millis()).unwrap_or(u64::MAX),
        index: change.index,
        delta: delta_doc(change),
        act: change.act.as_ref().map(|act| act_doc(act)),
        was_there: change.before.is_some() || change.back != KeyBack::Known,
        before: change.before.as_ref().filter(is_open).map(|before| KeyBeforeDoc {
            value: before.value.as_slice().into(),
            flags: before.flags,
            modified: before.modified,
        }),
    }
}

fn change_of(id: u64, doc: &KeyChangeDoc, act: Option<Arc<KeyActOf>>) -> Option<KeyChange> {
    let before = doc.before.as_ref().map(|before| {
        let (key, value) = (doc.key.clone(), before.value.to_vec());
        Arc::new(KeyEntry { key, value, flags: before.flags, modified: before.modified, ..KeyEntry::default() })
    });
    let back = if doc.was_there && before.is_none() { KeyBack::NotKept } else { KeyBack::Known };
    Some(KeyChange {
        id,
        key: doc.key.clone(),
        at: SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(doc.at_unix_ms))?,
        index: doc.index,
        delta: delta_of(&doc.delta)?,
        ours: true,
        before,
        back,
        act,
    })
}

fn act_doc(act: &KeyActOf) -> KeyActDoc {
    let (what, from, to) = match &act.kind {
        KeyJobKind::Create(key) => ("create", "", key.as_str()),
        KeyJobKind::Delete(path) => ("delete", "", path.as_str()),
        KeyJobKind::Move(from, to, false) => ("move", from.as_str(), to.as_str()),
        KeyJobKind::Move(from, to, true) => ("copy", from.as_str(), to.as_str()),
        KeyJobKind::Import => ("import", "", ""),
        KeyJobKind::Undo(key) => ("undo", "", key.as_str()),
        KeyJobKind::UndoAct(path) => ("undo all", "", path.as_str()),
    };
    KeyActDoc { number: act.id, what: what.to_owned(), from: from.to_owned(), to: to.to_owned() }
}

fn kind_of(doc: &KeyActDoc) -> Option<KeyJobKind> {
    let (from, to) = (doc.from.clone(), doc.to.clone());
    Some(match doc.what.as_str() {
        "create" => KeyJobKind::Create(to),
        "delete" => KeyJobKind::Delete(to),
        "move" => KeyJobKind::Move(from, to, false),
        "copy" => KeyJobKind::Move(from, to, true),
        "import" => KeyJobKind::Import,
        "undo" => KeyJobKind::Undo(to),
        "undo all" => KeyJobKind::UndoAct(to),
        // By a newer program.
        _ => return None,
    })
}

/// What changed, in words of the file; of a secret only that it did.
fn delta_doc(change: &KeyChange) -> KeyDeltaDoc {
    let doc = |what: &str, before: Option<String>, after: Option<String>| KeyDeltaDoc {
        what: what.to_owned(),
        name: String::new(),
        before,
        after,
    };
    let number = |number: &dyn ToString| Some(number.to_string());
    if change.is_secret() {
        return doc("value", None, None);
    }
    match &change.delta {
        KeyDelta::Created(bytes) => doc("created", None, number(bytes)),
        KeyDelta::Deleted(bytes) => doc("deleted", number(bytes), None),
        KeyDelta::Member { name, before, after } => {
            KeyDeltaDoc { name: name.clone(), ..doc("member", before.clone(), after.clone()) }
        }
        KeyDelta::Text { before, after } => doc("text", Some(before.clone()), Some(after.clone())),
        KeyDelta::Size { before, after } => doc("size", number(before), number(after)),
        KeyDelta::Flags { before, after } => doc("flags", number(before), number(after)),
        KeyDelta::Holder(holder) => doc("holder", None, holder.clone()),
        KeyDelta::Value => doc("value", None, None),
        KeyDelta::Same => doc("same", None, None),
    }
}

fn delta_of(doc: &KeyDeltaDoc) -> Option<KeyDelta> {
    let number = |text: &Option<String>| text.as_deref()?.parse().ok();
    let flags = |text: &Option<String>| text.as_deref()?.parse().ok();
    Some(match doc.what.as_str() {
        "created" => KeyDelta::Created(number(&doc.after)?),
        "deleted" => KeyDelta::Deleted(number(&doc.before)?),
        "member" => KeyDelta::Member { name: doc.name.clone(), before: doc.before.clone(), after: doc.after.clone() },
        "text" => KeyDelta::Text { before: doc.before.clone()?, after: doc.after.clone()? },
        "size" => KeyDelta::Size { before: number(&doc.before)?, after: number(&doc.after)? },
        "flags" => KeyDelta::Flags { before: flags(&doc.before)?, after: flags(&doc.after)? },
        "holder" => KeyDelta::Holder(doc.after.clone()),
        "value" => KeyDelta::Value,
        "same" => KeyDelta::Same,
        // By a newer program.
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::bare_address;

    #[test]
    fn a_registry_has_one_name_with_its_scheme_and_without() {
        let check = |address: &str, expect: &str| assert_eq!(bare_address(address), expect);
        check("http://h:1/", "h:1");
        check(" h:1 ", "h:1");
        check("https://h:1", "h:1");
        check("unix:///run/consul.sock", "unix:///run/consul.sock");
        check("", "");
    }
}
