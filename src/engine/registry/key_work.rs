//! Work over keys and values that a window must not do itself: searching, comparing, checking, writing out, reading files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::keys::KeyTree;
use crate::engine::TextLines;
use crate::message::TextDiff;

/// Larger files are no list of keys and no value.
const LARGEST_IMPORT_BYTES: u64 = 256 << 20;
/// Consul takes no larger value.
pub const LARGEST_VALUE_BYTES: usize = 512 << 10;

/// One piece of work.
#[derive(Clone, Debug)]
pub enum KeyWork {
    /// Which nodes hold a text.
    Find(Arc<KeyTree>, String),
    /// How two values differ.
    Compare {
        /// At the left.
        left: Arc<[u8]>,
        /// At the right.
        right: Arc<[u8]>,
    },
    /// Whether a value is JSON.
    CheckJson(Arc<[u8]>),
    /// A value in hexadecimal.
    Hex(Arc<[u8]>),
    /// A value out of a file.
    ReadValue(PathBuf),
    /// Keys out of a file, beside those that are there.
    ReadImport(PathBuf, Arc<KeyTree>),
    /// All keys that begin with a prefix, as `consul kv export` writes them.
    Export(Arc<KeyTree>, String),
}

/// What came of it.
#[derive(Clone, Debug)]
pub enum KeyWorked {
    /// To `Find`: in the order of the tree, folders included.
    Found(Vec<usize>),
    /// To `Compare`: both, and whether they were laid out anew for it.
    Compared(Arc<TextDiff>, bool),
    /// To `CheckJson`: what is wrong with it.
    Checked(Option<JsonFault>),
    /// To `Hex`.
    Hex(Arc<TextLines>),
    /// To `ReadValue`.
    Value(Result<Arc<[u8]>, FileFault>),
    /// To `ReadImport`.
    Import(Result<Arc<Vec<ImportItem>>, FileFault>),
    /// To `Export`: the text, and how many keys it has.
    Exported(Arc<Vec<u8>>, usize),
}

/// Why a text is no JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonFault {
    /// Where, in bytes of the text.
    pub at: usize,
    /// Its line, from 1.
    pub line: usize,
    /// Its column, from 1.
    pub column: usize,
    /// What, in English.
    pub why: String,
}

/// Why a file could not be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileFault {
    /// Its path does not say from where on it goes.
    Relative,
    /// The system does not give it: its words.
    Unreadable(String),
    /// It has more bytes than can be taken: so many.
    TooLarge(u64),
    /// It is no list of keys: what is expected where, in English.
    NoList(String),
    /// The value of this key is no base64.
    BadValue(String),
    /// The value of this key is larger than the registry takes: so many bytes.
    LargeValue(String, usize),
    /// This key stands in it twice.
    Twice(String),
    /// An entry without a key: its number, from 1.
    NoKey(usize),
}

/// A key that is to be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportItem {
    /// The whole key.
    pub key: String,
    /// Its flags.
    pub flags: u64,
    /// Its value.
    pub value: Arc<[u8]>,
    /// What it meets.
    pub meets: ImportMeets,
}

/// What a key that is to be imported meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportMeets {
    /// No such key.
    Nothing,
    /// The same value and flags.
    Same,
    /// Another value, last written at this index, with so many bytes.
    Other(u64, usize),
}

/// As `consul kv export` writes it and `consul kv import` reads it.
#[derive(Debug, Serialize, Deserialize)]
struct ExportedKey {
    #[serde(default)]
    key: String,
    #[serde(default)]
    flags: u64,
    #[serde(default)]
    value: Option<String>,
}

impl KeyWork {
    /// Does it. Blocks on the disk, and for as long as it takes.
    pub fn run(self) -> KeyWorked {
        match self {
            Self::Find(tree, query) => KeyWorked::Found(tree.find(&query)),
            Self::Compare { left, right } => {
                let (diff, is_formatted) = compare(&left, &right);
                KeyWorked::Compared(Arc::new(diff), is_formatted)
            }
            Self::CheckJson(text) => KeyWorked::Checked(json_fault(&text)),
            Self::Hex(value) => KeyWorked::Hex(Arc::new(TextLines::new(hex(&value)))),
            Self::ReadValue(path) => KeyWorked::Value(read_value(&path)),
            Self::ReadImport(path, tree) => KeyWorked::Import(read_import(&path, &tree).map(Arc::new)),
            Self::Export(tree, prefix) => {
                let (text, count) = export(&tree, &prefix);
                KeyWorked::Exported(Arc::new(text), count)
            }
        }
    }
}

/// Texts line by line; what is no text by its bytes in hexadecimal. JSON that stands in one line, or in long ones, is
/// laid out first, so that a row shows one member: returns whether it was.
fn compare(left: &[u8], right: &[u8]) -> (TextDiff, bool) {
    let (Ok(left_text), Ok(right_text)) = (std::str::from_utf8(left), std::str::from_utf8(right)) else {
        return (TextDiff::new(hex(left), hex(right), false), false);
    };
    let is_json = looks_like_json(left) && looks_like_json(right);
    if is_json
        && [left_text, right_text].into_iter().any(is_dense)
        && [left, right].into_iter().all(|text| json_fault(text).is_none())
        && let (Some(left), Some(right)) = (laid_out(left_text), laid_out(right_text))
        // Where only the layout differs, that is what is shown.
        && left != right
    {
        return (TextDiff::new(left, right, true), true);
    }
    (TextDiff::new(left_text.to_owned(), right_text.to_owned(), is_json), false)
}

/// Several members of JSON stand in a line: it has one line, or some that no pane would show whole.
fn is_dense(text: &str) -> bool {
    const LONG: usize = 80;
    let text = text.trim();
    !text.contains('\n') && text.contains(',') || text.lines().any(|line| line.len() > LONG)
}

/// Valid JSON with one member a line, two blanks a level. Strings, numbers and the order of members stay as they are.
/// Nothing where it is so deep that blanks would be most of it.
fn laid_out(text: &str) -> Option<String> {
    const DEEPEST: usize = 128;
    let mut out = String::with_capacity(text.len() * 2);
    let (mut level, mut in_string, mut is_escaped) = (0_usize, false, false);
    let line = |out: &mut String, level: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", level));
    };
    let mut rest = text.trim().chars().peekable();
    while let Some(c) = rest.next() {
        if in_string {
            out.push(c);
            in_string = is_escaped || c != '"';
            is_escaped = c == '\\' && !is_escaped;
            continue;
        }
        match c {
            '{' | '[' => {
                out.push(c);
                while rest.next_if(char::is_ascii_whitespace).is_some() {}
                if let Some(close) = rest.next_if(|next| matches!(next, '}' | ']')) {
                    out.push(close);
                } else if level == DEEPEST {
                    return None;
                } else {
                    level += 1;
                    line(&mut out, level);
                }
            }
            '}' | ']' => {
                level = level.saturating_sub(1);
                line(&mut out, level);
                out.push(c);
            }
            ',' => {
                out.push(c);
                line(&mut out, level);
            }
            ':' => out.push_str(": "),
            c if c.is_ascii_whitespace() => {}
            c => {
                in_string = c == '"';
                out.push(c);
            }
        }
    }
    Some(out)
}

/// A value that is meant to be JSON: an object or a list.
pub fn looks_like_json(value: &[u8]) -> bool {
    matches!(value.trim_ascii_start().first(), Some(b'{' | b'[')) && std::str::from_utf8(value).is_ok()
}

fn json_fault(text: &[u8]) -> Option<JsonFault> {
    let error = serde_json::from_slice::<serde::de::IgnoredAny>(text).err()?;
    let (line, column) = (error.line(), error.column());
    let start: usize = text.split_inclusive(|byte| *byte == b'\n').take(line.saturating_sub(1)).map(<[u8]>::len).sum();
    let mut at = (start + column.saturating_sub(1)).min(text.len());
    // Never into the middle of a character.
    while at > 0 && text.get(at).is_some_and(|byte| byte & 0xc0 == 0x80) {
        at -= 1;
    }
    let said = error.to_string();
    let why = said.rsplit_once(" at line ").map_or(said.as_str(), |(why, _)| why).to_owned();
    Some(JsonFault { at, line, column, why })
}

/// Bytes a line: so many fit into a narrow pane.
const HEX_BYTES: usize = 8;

/// `00000000  7b 22 72 70 …  {"rp…`
pub fn hex(value: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(value.len() * 5);
    for (line, bytes) in value.chunks(HEX_BYTES).enumerate() {
        if line > 0 {
            out.push('\n');
        }
        // Writing to a string cannot fail.
        write!(out, "{:08x} ", line * HEX_BYTES).unwrap_or_default();
        for place in 0..HEX_BYTES {
            match bytes.get(place) {
                Some(byte) => write!(out, " {byte:02x}").unwrap_or_default(),
                None => out.push_str("   "),
            }
        }
        out.push_str("  ");
        out.extend(bytes.iter().map(|byte| if (0x20..0x7f).contains(byte) { char::from(*byte) } else { '.' }));
    }
    out
}

fn export(tree: &KeyTree, prefix: &str) -> (Vec<u8>, usize) {
    let entries = tree.below(prefix);
    let exported: Vec<ExportedKey> = entries
        .iter()
        .map(|entry| ExportedKey {
            key: entry.key.clone(),
            flags: entry.flags,
            value: Some(STANDARD.encode(&entry.value)),
        })
        .collect();
    let mut out = Vec::new();
    let format = serde_json::ser::PrettyFormatter::with_indent(b"\t");
    let mut writer = serde_json::Serializer::with_formatter(&mut out, format);
    // Plain values into memory: nothing that could fail.
    exported.serialize(&mut writer).unwrap_or_default();
    out.push(b'\n');
    (out, entries.len())
}

fn read(path: &Path, largest: u64) -> Result<Vec<u8>, FileFault> {
    let path = crate::engine::save::whole_path(path).ok_or(FileFault::Relative)?;
    let unreadable = |error: std::io::Error| FileFault::Unreadable(error.to_string());
    let size = std::fs::metadata(&path).map_err(unreadable)?.len();
    if size > largest {
        return Err(FileFault::TooLarge(size));
    }
    std::fs::read(&path).map_err(unreadable)
}

fn read_value(path: &Path) -> Result<Arc<[u8]>, FileFault> {
    read(path, LARGEST_VALUE_BYTES as u64).map(Arc::from)
}

fn read_import(path: &Path, tree: &KeyTree) -> Result<Vec<ImportItem>, FileFault> {
    parse_import(&read(path, LARGEST_IMPORT_BYTES)?, tree)
}

/// Reads what `consul kv export` wrote, and says what each key meets.
fn parse_import(text: &[u8], tree: &KeyTree) -> Result<Vec<ImportItem>, FileFault> {
    let listed: Vec<ExportedKey> =
        serde_json::from_slice(text).map_err(|error| FileFault::NoList(error.to_string()))?;
    let mut items = BTreeMap::new();
    for (index, one) in listed.into_iter().enumerate() {
        if one.key.is_empty() {
            return Err(FileFault::NoKey(index + 1));
        }
        let value = one.value.unwrap_or_default();
        let Ok(value) = STANDARD.decode(value.trim()) else { return Err(FileFault::BadValue(one.key)) };
        if value.len() > LARGEST_VALUE_BYTES {
            return Err(FileFault::LargeValue(one.key, value.len()));
        }
        let meets = match tree.entry(&one.key) {
            None => ImportMeets::Nothing,
            Some(entry) if entry.value == value && entry.flags == one.flags => ImportMeets::Same,
            Some(entry) => ImportMeets::Other(entry.modified, entry.value.len()),
        };
        let item = ImportItem { key: one.key.clone(), flags: one.flags, value: value.into(), meets };
        if items.insert(one.key.clone(), item).is_some() {
            return Err(FileFault::Twice(one.key));
        }
    }
    Ok(items.into_values().collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may end by panicking")]

    use std::sync::Arc;

    use proptest::prelude::*;

    use super::{FileFault, ImportMeets, compare, export, hex, json_fault, laid_out, parse_import};
    use crate::engine::registry::keys::KeyTree;
    use crate::registry::KeyEntry;

    fn entry(key: &str, value: &[u8]) -> KeyEntry {
        KeyEntry { key: key.to_owned(), value: value.to_vec(), flags: 7, modified: 9, ..KeyEntry::default() }
    }

    fn tree(entries: &[(&str, &[u8])]) -> KeyTree {
        KeyTree::new(Arc::new(entries.iter().map(|(key, value)| entry(key, value)).collect()), None)
    }

    #[test]
    fn exported_as_consul_does() {
        let tree = tree(&[("a/b", b"1"), ("a/c", b""), ("b", b"x")]);
        let (text, count) = export(&tree, "a/");
        let expect = "[\n\t{\n\t\t\"key\": \"a/b\",\n\t\t\"flags\": 7,\n\t\t\"value\": \"MQ==\"\n\t},\n\t{\n\t\t\"key\": \
                      \"a/c\",\n\t\t\"flags\": 7,\n\t\t\"value\": \"\"\n\t}\n]\n";
        assert_eq!((String::from_utf8(text).unwrap().as_str(), count), (expect, 2));
        assert_eq!(export(&tree, "none").0, b"[]\n");
    }

    #[test]
    fn imported_with_what_it_meets() {
        let tree = tree(&[("a", b"1"), ("b", b"2")]);
        let text = r#"[{"key":"a","flags":7,"value":"MQ=="},{"key":"b","flags":0,"value":"Mg==","namespace":"x"},{"key":"c"}]"#;
        let items = parse_import(text.as_bytes(), &tree).unwrap();
        let meets: Vec<(&str, ImportMeets)> = items.iter().map(|item| (item.key.as_str(), item.meets)).collect();
        assert_eq!(meets, [("a", ImportMeets::Same), ("b", ImportMeets::Other(9, 1)), ("c", ImportMeets::Nothing)]);
        for (text, expect) in [
            (r#"[{"key":"a","value":"%"}]"#, FileFault::BadValue("a".into())),
            (r#"[{"key":"a"},{"key":"a"}]"#, FileFault::Twice("a".into())),
            (r#"[{"key":"x"},{"value":"MQ=="}]"#, FileFault::NoKey(2)),
        ] {
            assert_eq!(parse_import(text.as_bytes(), &tree), Err(expect), "{text}");
        }
        assert!(matches!(parse_import(b"{}", &tree), Err(FileFault::NoList(_))));
    }

    #[test]
    fn faults_of_json_have_a_place() {
        assert_eq!(json_fault(b"{\"a\": [1, 2]}"), None);
        let fault = json_fault("{\n  \"中\": tru}\n".as_bytes()).unwrap();
        assert_eq!((fault.line, fault.why.as_str()), (2, "expected ident"));
        let fault = json_fault(b"").unwrap();
        assert_eq!((fault.at, fault.line), (0, 1));
        assert!(json_fault(b"{} {}").is_some());
    }

    #[test]
    fn json_in_one_line_is_compared_member_by_member() {
        let check = |left: &str, right: &str, formatted: bool, differ: usize| {
            let (diff, is_formatted) = compare(left.as_bytes(), right.as_bytes());
            assert_eq!((is_formatted, diff.differing()), (formatted, differ), "{left} {right}");
        };
        check(r#"{"addr":"10.0.0.1","n":1,"tags":[]}"#, r#"{"addr":"10.0.0.1","n":2,"tags":[]}"#, true, 1);
        // One of them is laid out already.
        check("{\n  \"a\": 1,\n  \"b\": 2\n}", r#"{"a":1,"b":3}"#, true, 1);
        // In several lines both stay as they were typed.
        check("{\n \"a\": [1, 2]\n}", "{\n \"a\": [1, 3]\n}", false, 1);
        // Only the layout differs; no JSON; no text.
        check(r#"{"a": 1, "b": 2}"#, r#"{"a":1,"b":2}"#, false, 1);
        check(r#"{"a": 1, "b": }"#, r#"{"a":1,"b":2}"#, false, 1);
        check("plain, text", "other, text", false, 1);
        assert_eq!(laid_out(&format!("{}{}", "[".repeat(200_000), "]".repeat(200_000))), None);
    }

    #[test]
    fn bytes_are_read_in_hexadecimal() {
        assert_eq!(hex(b""), "");
        let lines = hex(b"Hello, \x00\xff");
        let (first, second) = lines.split_once('\n').unwrap();
        assert_eq!(first, "00000000  48 65 6c 6c 6f 2c 20 00  Hello, .");
        assert_eq!(second.split_whitespace().collect::<Vec<_>>(), ["00000008", "ff", "."]);
        assert_eq!(second.len(), first.len() - 7);
    }

    proptest! {
        /// What was exported is imported as it was, and meets itself.
        #[test]
        fn an_export_comes_back(entries in proptest::collection::btree_map("[ -~]{1,12}", proptest::collection::vec(any::<u8>(), 0..40), 0..12)) {
            let entries: Vec<(&str, &[u8])> = entries.iter().map(|(key, value)| (key.as_str(), value.as_slice())).collect();
            let tree = tree(&entries);
            let (text, count) = export(&tree, "");
            let items = parse_import(&text, &tree).unwrap();
            prop_assert_eq!(items.len(), count);
            prop_assert!(items.iter().all(|item| item.meets == ImportMeets::Same));
        }

        /// Laying JSON out loses nothing, and doing it twice changes nothing.
        #[test]
        fn laid_out_json_is_the_same(text in "[\\[\\]{}a1,: \\n\"\\\\李]{0,24}") {
            if json_fault(text.as_bytes()).is_none() {
                let once = laid_out(&text).unwrap();
                prop_assert_eq!(laid_out(&once).unwrap(), once.clone());
                let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
                prop_assert_eq!(value(&once), value(&text));
            }
        }

        /// No text ends the program.
        #[test]
        fn any_text_is_judged(text in proptest::collection::vec(any::<u8>(), 0..60)) {
            if let Some(fault) = json_fault(&text) {
                prop_assert!(fault.at <= text.len());
            }
            prop_assert!(parse_import(&text, &KeyTree::default()).is_err() || text.trim_ascii() == b"[]");
        }
    }
}
