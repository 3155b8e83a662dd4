//! Keys and values as a file, as `consul kv export` writes it and `consul kv import` reads it: pure functions.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::{Cas, KeyEntry};

/// One key of such a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileEntry {
    /// The whole key.
    pub key: String,
    /// A number that belongs to whoever writes.
    pub flags: u64,
    /// Its bytes.
    pub value: Vec<u8>,
}

/// What is wrong with a file. `Display` is English; `words` says it in other languages.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileFault {
    /// It is not what `consul kv export` writes: the reader's words, with line and column.
    #[error("this is not what `consul kv export` writes: {0}")]
    NoExport(String),
    /// A value is no base64: its key.
    #[error("the value of {0:?} is no base64")]
    NoBase64(String),
    /// A key is empty: its place in the list.
    #[error("entry {0} has no key")]
    NoKey(usize),
    /// A key stands twice.
    #[error("the key {0:?} stands twice")]
    KeyTwice(String),
}

#[derive(Serialize, Deserialize)]
struct Written {
    #[serde(alias = "Key")]
    key: String,
    #[serde(default, alias = "Flags")]
    flags: u64,
    #[serde(default, alias = "Value")]
    value: Option<String>,
}

/// `entries` as `consul kv export` writes them.
pub fn export(entries: &[KeyEntry]) -> String {
    let written: Vec<Written> = entries
        .iter()
        .map(|entry| Written { key: entry.key.clone(), flags: entry.flags, value: Some(STANDARD.encode(&entry.value)) })
        .collect();
    let mut out = Vec::new();
    let tabs = serde_json::ser::PrettyFormatter::with_indent(b"\t");
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, tabs);
    // Strings and numbers into memory: neither can fail.
    written.serialize(&mut serializer).unwrap_or_default();
    out.push(b'\n');
    String::from_utf8(out).unwrap_or_default()
}

/// Reads such a file.
pub fn import(text: &str) -> Result<Vec<FileEntry>, FileFault> {
    let written: Vec<Written> = serde_json::from_str(text.trim_start_matches('\u{feff}'))
        .map_err(|error| FileFault::NoExport(error.to_string()))?;
    let mut keys = BTreeSet::new();
    let mut entries = Vec::with_capacity(written.len());
    for (at, one) in written.into_iter().enumerate() {
        if one.key.is_empty() {
            return Err(FileFault::NoKey(at + 1));
        }
        if !keys.insert(one.key.clone()) {
            return Err(FileFault::KeyTwice(one.key));
        }
        let Ok(value) = STANDARD.decode(one.value.unwrap_or_default()) else {
            return Err(FileFault::NoBase64(one.key));
        };
        entries.push(FileEntry { key: one.key, flags: one.flags, value });
    }
    Ok(entries)
}

/// What an import would do with one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportStep {
    /// What the file holds.
    pub entry: FileEntry,
    /// What it does.
    pub does: ImportDoes,
}

/// What it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportDoes {
    /// The key is new.
    Adds,
    /// The key has another value, or other flags: what it has.
    Changes(Box<KeyEntry>),
    /// It is there as it is.
    Nothing,
}

impl ImportStep {
    /// On which condition it may be written, so that nobody's change since the plan was made is overwritten. `None`:
    /// nothing to write.
    pub fn cas(&self) -> Option<Cas> {
        match &self.does {
            ImportDoes::Adds => Some(Cas::Absent),
            ImportDoes::Changes(there) => Some(Cas::Index(there.modified)),
            ImportDoes::Nothing => None,
        }
    }
}

/// What importing `file` would do to a store that holds `there`, key by key in the file's order.
pub fn plan(file: Vec<FileEntry>, there: &[KeyEntry]) -> Vec<ImportStep> {
    let there: BTreeMap<&str, &KeyEntry> = there.iter().map(|entry| (entry.key.as_str(), entry)).collect();
    file.into_iter()
        .map(|entry| {
            let does = match there.get(entry.key.as_str()) {
                None => ImportDoes::Adds,
                Some(known) if known.value == entry.value && known.flags == entry.flags => ImportDoes::Nothing,
                Some(known) => ImportDoes::Changes(Box::new((*known).clone())),
            };
            ImportStep { entry, does }
        })
        .collect()
}

/// The longest beginning that all keys of a file share: what to ask for to make a plan.
pub fn common_prefix(entries: &[FileEntry]) -> String {
    let Some(first) = entries.first() else { return String::new() };
    let shared = |prefix: &str, key: &str| {
        prefix
            .char_indices()
            .zip(key.chars())
            .find(|((_, ours), theirs)| ours != theirs)
            .map_or_else(|| prefix.len().min(key.len()), |((at, _), _)| at)
    };
    let len =
        entries.iter().fold(first.key.len(), |len, entry| shared(first.key.get(..len).unwrap_or_default(), &entry.key));
    first.key.get(..len).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, reason = "a test fails by panicking")]

    use super::*;

    fn there(key: &str, value: &[u8], modified: u64) -> KeyEntry {
        KeyEntry { key: key.to_owned(), value: value.to_vec(), modified, ..KeyEntry::default() }
    }

    fn entry(key: &str, value: &[u8]) -> FileEntry {
        FileEntry { key: key.to_owned(), flags: 0, value: value.to_vec() }
    }

    #[test]
    fn as_consul_writes_it() {
        let entries = [there("a/中 %&", b"v", 7), KeyEntry { flags: u64::MAX, ..there("b", &[0, 255], 8) }];
        let text = export(&entries);
        let expect = "[\n\t{\n\t\t\"key\": \"a/中 %&\",\n\t\t\"flags\": 0,\n\t\t\"value\": \"dg==\"\n\t},\n\t{\n\t\t\"key\": \
                      \"b\",\n\t\t\"flags\": 18446744073709551615,\n\t\t\"value\": \"AP8=\"\n\t}\n]\n";
        assert_eq!(text, expect);
        let read = import(&text).expect("its own");
        assert_eq!(read, [entry("a/中 %&", b"v"), FileEntry { flags: u64::MAX, ..entry("b", &[0, 255]) }]);
        assert_eq!(export(&[]), "[]\n");
    }

    #[test]
    fn files_that_are_none() {
        let check = |text: &str, expect: FileFault| assert_eq!(import(text), Err(expect), "{text}");
        check(r#"[{"key": "", "value": ""}]"#, FileFault::NoKey(1));
        check(r#"[{"key": "a", "value": "*"}]"#, FileFault::NoBase64("a".to_owned()));
        check(r#"[{"key": "a", "value": ""}, {"key": "a", "value": ""}]"#, FileFault::KeyTwice("a".to_owned()));
        assert!(matches!(import("{}"), Err(FileFault::NoExport(_))));
        assert!(matches!(import(r#"[{"key": "a", "flags": -1, "value": ""}]"#), Err(FileFault::NoExport(_))));
        assert_eq!(import(r#"[{"Key": "a", "Value": null, "namespace": "default"}]"#), Ok(vec![entry("a", b"")]));
    }

    #[test]
    fn a_plan_names_what_is_new_and_what_would_change() {
        let known = [there("same", b"1", 5), there("other", b"2", 6), there("unasked", b"3", 7)];
        let steps = plan(vec![entry("new", b"0"), entry("same", b"1"), entry("other", b"x")], &known);
        let cas: Vec<_> = steps.iter().map(ImportStep::cas).collect();
        assert_eq!(cas, [Some(Cas::Absent), None, Some(Cas::Index(6))]);
        let flags = plan(vec![FileEntry { flags: 1, ..entry("same", b"1") }], &known);
        assert_eq!(flags[0].does, ImportDoes::Changes(Box::new(known[0].clone())));
    }

    #[test]
    fn what_keys_share() {
        for (keys, expect) in [
            (&["a/b", "a/c"][..], "a/"),
            (&["a"], "a"),
            (&[], ""),
            (&["a", "b"], ""),
            (&["a", "ab"], "a"),
            (&["ab", "a"], "a"),
            (&["中文", "中国"], "中"),
        ] {
            let entries: Vec<_> = keys.iter().map(|key| entry(key, b"")).collect();
            assert_eq!(common_prefix(&entries), expect, "{keys:?}");
        }
    }
}
