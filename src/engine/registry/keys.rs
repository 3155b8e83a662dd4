//! Keys and values ready to be shown: the folders that `/` makes of them, and what changed since the last look. All of
//! it is made on a blocking thread, so that a window with a hundred thousand keys only reads.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use crate::registry::{Answer, KeyEntry};

/// So many changes of one look are told one by one.
pub const TOLD_CHANGES: usize = 500;
/// A text that is said in a line has at most so many characters.
const SHORT_CHARS: usize = 40;
/// Larger values are not looked into to say what changed.
const LOOKED_INTO_BYTES: usize = 16 << 10;

/// A folder or a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyNode {
    /// The same for the same path in every run.
    pub id: u64,
    /// Roots are 0.
    pub level: usize,
    /// The node behind everything below it.
    pub end: usize,
    /// The keys below a folder; 1 for a key.
    pub keys: usize,
    /// It is a folder; otherwise a key.
    pub is_folder: bool,
    /// An entry that begins with its path: its own where it is a key, the first one below it where it is a folder.
    first: usize,
    /// Where its name begins in that entry's key.
    name_start: usize,
    /// Where its path ends in that entry's key: a folder's with its `/`.
    path_end: usize,
}

/// All keys of a watch at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyTree {
    entries: Arc<Vec<KeyEntry>>,
    /// In the order of a tree: a folder before what is in it.
    nodes: Vec<KeyNode>,
    /// Bytes of all values.
    pub bytes: u64,
    /// What changed since the look before this one; at most [`TOLD_CHANGES`].
    pub changes: Vec<KeyDiff>,
    /// So many more changed.
    pub more_changes: usize,
}

/// A key that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyDiff {
    /// Which.
    pub key: String,
    /// What of it changed.
    pub delta: KeyDelta,
}

/// What changed of a key, short enough for a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyDelta {
    /// It came to be, with so many bytes.
    Created(usize),
    /// It went, and had so many bytes.
    Deleted(usize),
    /// One member of a JSON object: its path, what it was and what it is (as JSON), `None` where it is not there.
    Member {
        /// `limits.rps`.
        name: String,
        /// As it was.
        before: Option<String>,
        /// As it is.
        after: Option<String>,
    },
    /// A short text.
    Text {
        /// As it was.
        before: String,
        /// As it is.
        after: String,
    },
    /// Bytes.
    Size {
        /// So many there were.
        before: usize,
        /// So many there are.
        after: usize,
    },
    /// Its flags.
    Flags {
        /// As they were.
        before: u64,
        /// As they are.
        after: u64,
    },
    /// It was locked or unlocked; who holds it now.
    Holder(Option<String>),
    /// It has another value, of which nothing is said.
    Value,
    /// It was written with what it had.
    Same,
}

impl KeyDelta {
    /// What changed from one state of a key to the next.
    pub fn of(before: Option<&KeyEntry>, after: Option<&KeyEntry>) -> Self {
        match (before, after) {
            (None, Some(after)) => Self::Created(after.value.len()),
            (Some(before), None) => Self::Deleted(before.value.len()),
            (Some(before), Some(after)) if before.value != after.value => Self::of_values(&before.value, &after.value),
            (Some(before), Some(after)) if before.flags != after.flags => {
                Self::Flags { before: before.flags, after: after.flags }
            }
            (Some(before), Some(after)) if before.holder != after.holder => Self::Holder(after.holder.clone()),
            (None, None) | (Some(_), Some(_)) => Self::Same,
        }
    }

    fn of_values(before: &[u8], after: &[u8]) -> Self {
        let sizes = Self::Size { before: before.len(), after: after.len() };
        if before.len() > LOOKED_INTO_BYTES || after.len() > LOOKED_INTO_BYTES {
            return sizes;
        }
        if let (Some(before), Some(after)) = (short_text(before), short_text(after)) {
            return Self::Text { before: before.to_owned(), after: after.to_owned() };
        }
        let (Ok(Value::Object(old)), Ok(Value::Object(new))) =
            (serde_json::from_slice(before), serde_json::from_slice(after))
        else {
            return sizes;
        };
        member(&Value::Object(old), &Value::Object(new), "").unwrap_or(sizes)
    }
}

/// The one member by which two JSON values differ, if it is one and short.
fn member(before: &Value, after: &Value, path: &str) -> Option<KeyDelta> {
    if let (Value::Object(old), Value::Object(new)) = (before, after) {
        let mut names: Vec<&String> = old.keys().chain(new.keys().filter(|name| !old.contains_key(*name))).collect();
        names.retain(|name| old.get(*name) != new.get(*name));
        let [name] = names[..] else { return None };
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        return match (old.get(name), new.get(name)) {
            (Some(old), Some(new)) => member(old, new, &path),
            (old, new) => leaf(&path, old, new),
        };
    }
    leaf(path, Some(before), Some(after))
}

fn leaf(path: &str, before: Option<&Value>, after: Option<&Value>) -> Option<KeyDelta> {
    let said = |value: Option<&Value>| match value.map(Value::to_string) {
        Some(text) if text.chars().count() > SHORT_CHARS => Err(()),
        said => Ok(said),
    };
    let (before, after) = (said(before).ok()?, said(after).ok()?);
    (!path.is_empty()).then(|| KeyDelta::Member { name: path.to_owned(), before, after })
}

/// A value that can be said in a line: text without breaks that is not long, and no JSON object.
pub fn short_text(value: &[u8]) -> Option<&str> {
    if value.is_empty() || value.len() > 4 * SHORT_CHARS || matches!(value.first(), Some(b'{' | b'[')) {
        return None;
    }
    let text = std::str::from_utf8(value).ok()?;
    (text.chars().count() <= SHORT_CHARS && !text.chars().any(char::is_control)).then_some(text)
}

impl KeyTree {
    /// Makes folders of keys, and says what changed since `before`.
    pub fn new(entries: Arc<Vec<KeyEntry>>, before: Option<&Self>) -> Self {
        let entries = if entries.is_sorted_by(|a, b| a.key < b.key) {
            entries
        } else {
            let mut sorted = Arc::unwrap_or_clone(entries);
            sorted.sort_by(|a, b| a.key.cmp(&b.key));
            sorted.dedup_by(|a, b| a.key == b.key);
            Arc::new(sorted)
        };
        let bytes = entries.iter().map(|entry| entry.value.len() as u64).sum();
        let nodes = nodes_of(&entries);
        let mut tree = Self { entries, nodes, bytes, changes: Vec::new(), more_changes: 0 };
        if let Some(before) = before {
            tree.compare(before);
        }
        tree
    }

    /// All keys, sorted.
    pub fn entries(&self) -> &[KeyEntry] {
        &self.entries
    }

    /// All folders and keys, a folder before what is in it.
    pub fn nodes(&self) -> &[KeyNode] {
        &self.nodes
    }

    /// One key.
    pub fn entry(&self, key: &str) -> Option<&KeyEntry> {
        let at = self.entries.binary_search_by(|entry| entry.key.as_str().cmp(key)).ok()?;
        self.entries.get(at)
    }

    /// All keys that begin with `prefix`.
    pub fn below(&self, prefix: &str) -> &[KeyEntry] {
        let start = self.entries.partition_point(|entry| entry.key.as_str() < prefix);
        let rest = &self.entries[start..];
        &rest[..rest.partition_point(|entry| entry.key.starts_with(prefix))]
    }

    /// The whole path of a node: a folder's with its `/`.
    pub fn path(&self, node: &KeyNode) -> &str {
        self.entries.get(node.first).and_then(|entry| entry.key.get(..node.path_end)).unwrap_or_default()
    }

    /// The last part of its path.
    pub fn name(&self, node: &KeyNode) -> &str {
        self.entries.get(node.first).and_then(|entry| entry.key.get(node.name_start..node.path_end)).unwrap_or_default()
    }

    /// The key that a node is, if it is no folder.
    pub fn entry_of(&self, node: &KeyNode) -> Option<&KeyEntry> {
        if node.is_folder { None } else { self.entries.get(node.first) }
    }

    /// The nodes that are seen where these folders are unfolded.
    pub fn lines(&self, open: &HashSet<u64>) -> Vec<usize> {
        let mut lines = Vec::new();
        let mut at = 0;
        while let Some(node) = self.nodes.get(at) {
            lines.push(at);
            at = if node.is_folder && !open.contains(&node.id) { node.end } else { at + 1 };
        }
        lines
    }

    /// The nodes of all keys that hold `query` in their key or their value, without regard to case, with their folders.
    pub fn find(&self, query: &str) -> Vec<usize> {
        let query = query.to_lowercase();
        let hit = |entry: &KeyEntry| holds(entry.key.as_bytes(), &query) || holds(&entry.value, &query);
        let mut lines: Vec<usize> = Vec::new();
        let mut folders: Vec<usize> = Vec::new();
        for (at, node) in self.nodes.iter().enumerate() {
            folders.retain(|folder| self.nodes.get(*folder).is_some_and(|folder| folder.end > at));
            if node.is_folder {
                folders.push(at);
            } else if self.entry_of(node).is_some_and(hit) {
                lines.append(&mut folders);
                lines.push(at);
            }
        }
        // A folder was put in before the first of its keys, and is open from then on.
        lines.sort_unstable();
        lines.dedup();
        lines
    }

    fn compare(&mut self, before: &Self) {
        let (mut old, mut new) = (before.entries.iter().peekable(), self.entries.iter().peekable());
        let mut told = Vec::new();
        let mut more = 0;
        let mut tell = |before: Option<&KeyEntry>, after: Option<&KeyEntry>| {
            if told.len() < TOLD_CHANGES {
                let key = after.or(before).map_or_else(String::new, |entry| entry.key.clone());
                told.push(KeyDiff { key, delta: KeyDelta::of(before, after) });
            } else {
                more += 1;
            }
        };
        loop {
            match (old.peek(), new.peek()) {
                (Some(a), Some(b)) if a.key == b.key => {
                    if a.modified != b.modified || a.holder != b.holder {
                        tell(Some(a), Some(b));
                    }
                    old.next();
                    new.next();
                }
                (Some(a), b) if b.is_none_or(|b| a.key < b.key) => {
                    tell(Some(a), None);
                    old.next();
                }
                (_, Some(b)) => {
                    tell(None, Some(b));
                    new.next();
                }
                (None | Some(_), None) => break,
            }
        }
        (self.changes, self.more_changes) = (told, more);
    }
}

/// `query` is in small letters.
fn holds(text: &[u8], query: &str) -> bool {
    if query.is_ascii() {
        let query = query.as_bytes();
        let Some(first) = query.first() else { return true };
        let (low, high) = (*first, first.to_ascii_uppercase());
        let found = memchr::memchr2_iter(low, high, text)
            .any(|at| text.get(at..at + query.len()).is_some_and(|part| part.eq_ignore_ascii_case(query)));
        return found;
    }
    std::str::from_utf8(text).is_ok_and(|text| text.to_lowercase().contains(query))
}

/// Names a node.
pub(crate) fn node_id(path: &str, is_folder: bool) -> u64 {
    let mut hasher = DefaultHasher::new();
    (path, is_folder).hash(&mut hasher);
    hasher.finish()
}

impl KeyNode {
    /// Names the folder with this path, its `/` at the end.
    pub fn folder_id(path: &str) -> u64 {
        node_id(path, true)
    }

    /// Names a key.
    pub fn key_id(key: &str) -> u64 {
        node_id(key, false)
    }
}

fn nodes_of(entries: &[KeyEntry]) -> Vec<KeyNode> {
    let mut nodes: Vec<KeyNode> = Vec::with_capacity(entries.len() + entries.len() / 4);
    // The folders that are open: their node, and where their path ends.
    let mut open: Vec<usize> = Vec::new();
    let mut last = "";
    for (index, entry) in entries.iter().enumerate() {
        let key = entry.key.as_str();
        let shared = last.bytes().zip(key.bytes()).take_while(|(a, b)| a == b).count();
        while let Some(at) = open.last().copied()
            && nodes[at].path_end > shared
        {
            nodes[at].end = nodes.len();
            open.pop();
        }
        let from = open.last().map_or(0, |at| nodes[*at].path_end);
        let mut start = from;
        for slash in memchr::memchr_iter(b'/', &key.as_bytes()[from..]).map(|at| from + at) {
            // A key that ends in a slash is the folder itself, kept as a key: its name is the slash.
            if slash + 1 == key.len() {
                break;
            }
            let path_end = slash + 1;
            open.push(nodes.len());
            nodes.push(KeyNode {
                id: node_id(&key[..path_end], true),
                level: open.len() - 1,
                end: 0,
                keys: 0,
                is_folder: true,
                first: index,
                name_start: start,
                path_end,
            });
            start = path_end;
        }
        for at in &open {
            nodes[*at].keys += 1;
        }
        nodes.push(KeyNode {
            id: node_id(key, false),
            level: open.len(),
            end: nodes.len() + 1,
            keys: 1,
            is_folder: false,
            first: index,
            name_start: start,
            path_end: key.len(),
        });
        last = key;
    }
    let end = nodes.len();
    for at in open {
        nodes[at].end = end;
    }
    nodes
}

/// By datacenter and prefix.
type Trees = HashMap<(String, String), Arc<KeyTree>>;

/// What the last look of each watch of keys saw: also after a pause, what changed meanwhile is told.
#[derive(Clone, Debug, Default)]
pub(super) struct SeenKeys(Arc<Mutex<Trees>>);

impl SeenKeys {
    /// Makes a tree of what a watch saw. Blocks.
    pub(super) fn look(&self, watch: &(String, String), answer: Answer<Arc<Vec<KeyEntry>>>) -> Answer<Arc<KeyTree>> {
        let before = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(watch).cloned();
        let tree = Arc::new(KeyTree::new(answer.value, before.as_deref()));
        // What is kept needs no list of changes.
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(watch.clone(), Arc::clone(&tree));
        Answer { value: tree, hidden: answer.hidden }
    }
}

#[cfg(test)]
#[path = "keys_tests.rs"]
mod tests;
