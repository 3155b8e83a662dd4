//! Folders of keys, what is found in them, and what changed.

#![allow(clippy::unwrap_used, reason = "tests may end by panicking")]

use std::collections::HashSet;
use std::sync::Arc;

use proptest::prelude::*;

use super::{KeyDelta, KeyNode, KeyTree};
use crate::registry::KeyEntry;

fn entry(key: &str, value: &str, modified: u64) -> KeyEntry {
    KeyEntry { key: key.to_owned(), value: value.as_bytes().to_vec(), modified, created: 1, ..KeyEntry::default() }
}

fn tree(keys: &[&str]) -> KeyTree {
    KeyTree::new(Arc::new(keys.iter().map(|key| entry(key, "v", 1)).collect()), None)
}

/// Lines as they are read: two blanks a level, the count after a folder.
fn lines(tree: &KeyTree, open: &[&str]) -> Vec<String> {
    let open: HashSet<u64> = open.iter().map(|path| KeyNode::folder_id(path)).collect();
    said(tree, &tree.lines(&open))
}

fn said(tree: &KeyTree, lines: &[usize]) -> Vec<String> {
    lines
        .iter()
        .map(|at| {
            let node = &tree.nodes()[*at];
            let count = if node.is_folder { format!(" {}", node.keys) } else { String::new() };
            format!("{}{}{count}", "  ".repeat(node.level), tree.name(node))
        })
        .collect()
}

#[test]
fn slashes_make_folders() {
    let keys = ["a", "b/", "b/c", "b/d/e", "b/d/f", "b-x", "c//d", "数据/键"];
    let tree = tree(&keys);
    assert_eq!(tree.entries().len(), keys.len());
    assert_eq!(lines(&tree, &[]), ["a", "b-x", "b/", "b/ 3", "c/ 1", "数据/ 1"]);
    assert_eq!(
        lines(&tree, &["b/", "b/d/", "c/", "c//", "数据/"]),
        ["a", "b-x", "b/", "b/ 3", "  c", "  d/ 2", "    e", "    f", "c/ 1", "  / 1", "    d", "数据/ 1", "  键"]
    );
    // What is unfolded under something folded is not seen.
    assert_eq!(lines(&tree, &["b/d/"]), lines(&tree, &[]));
    assert_eq!(tree.below("b/d/").len(), 2);
    assert_eq!(tree.below("b").len(), 5);
    assert_eq!(tree.below("").len(), keys.len());
    assert_eq!(tree.below("zz").len(), 0);
    assert!(tree.entry("b/d/e").is_some() && tree.entry("b/d").is_none());
}

#[test]
fn keys_and_values_are_searched() {
    let entries = [
        ("a/limits.json", "{\"RPS\": 1}"),
        ("a/motd", "hello"),
        ("b/c/d", "Rps"),
        ("b/e", "\u{1}\u{0}\u{ff}"),
        ("z", "中文"),
    ];
    let entries = entries.iter().map(|(key, value)| entry(key, value, 1)).collect();
    let tree = KeyTree::new(Arc::new(entries), None);
    for (query, expect) in [
        ("rps", vec!["a/ 2", "  limits.json", "b/ 2", "  c/ 1", "    d"]),
        ("MOTD", vec!["a/ 2", "  motd"]),
        ("中", vec!["z"]),
        ("nobody", vec![]),
        ("a/l", vec!["a/ 2", "  limits.json"]),
    ] {
        assert_eq!(said(&tree, &tree.find(query)), expect, "{query}");
    }
}

#[test]
fn what_changed_is_said_in_a_line() {
    let before =
        tree_of(&[("same", "1", 1), ("text", "20", 1), ("gone", "12345", 1), ("json", "{\"a\":{\"b\":1}}", 1)]);
    let after = [("same", "1", 1), ("text", "40", 2), ("new", "xyz", 3), ("json", "{\"a\":{\"b\":2}}", 4)];
    let after = after.iter().map(|(key, value, modified)| entry(key, value, *modified)).collect();
    let tree = KeyTree::new(Arc::new(after), Some(&before));
    let told: Vec<(&str, KeyDelta)> = tree.changes.iter().map(|diff| (diff.key.as_str(), diff.delta.clone())).collect();
    let member = KeyDelta::Member { name: "a.b".into(), before: Some("1".into()), after: Some("2".into()) };
    assert_eq!(
        told,
        [
            ("gone", KeyDelta::Deleted(5)),
            ("json", member),
            ("new", KeyDelta::Created(3)),
            ("text", KeyDelta::Text { before: "20".into(), after: "40".into() }),
        ]
    );
}

fn tree_of(entries: &[(&str, &str, u64)]) -> KeyTree {
    KeyTree::new(Arc::new(entries.iter().map(|(key, value, at)| entry(key, value, *at)).collect()), None)
}

#[test]
fn deltas_are_short() {
    let delta = |before: &str, after: &str| KeyDelta::of(Some(&entry("k", before, 1)), Some(&entry("k", after, 2)));
    let long = "x".repeat(500);
    assert_eq!(delta("a", &long), KeyDelta::Size { before: 1, after: 500 });
    assert_eq!(delta("{\"a\":1,\"b\":1}", "{\"a\":2,\"b\":2}"), KeyDelta::Size { before: 13, after: 13 });
    let added = KeyDelta::Member { name: "b".into(), before: None, after: Some("[1]".into()) };
    assert_eq!(delta("{\"a\":1}", "{\"a\":1,\"b\":[1]}"), added);
    assert_eq!(delta("a", "a"), KeyDelta::Same);
    let locked = KeyEntry { holder: Some("w1".into()), ..entry("k", "a", 1) };
    assert_eq!(KeyDelta::of(Some(&entry("k", "a", 1)), Some(&locked)), KeyDelta::Holder(Some("w1".into())));
}

#[test]
fn a_hundred_thousand_keys_are_ready_soon() {
    let keys: Vec<KeyEntry> =
        (0..100_000).map(|n| entry(&format!("app/{:03}/key-{n:06}", n / 500), "value", 1)).collect();
    let begin = std::time::Instant::now();
    let tree = KeyTree::new(Arc::new(keys), None);
    let open: HashSet<u64> = tree.nodes().iter().filter(|node| node.is_folder).map(|node| node.id).collect();
    let built = begin.elapsed();
    let lines = tree.lines(&open);
    assert_eq!(lines.len(), 100_000 + 201);
    assert_eq!(tree.find("key-000499").len(), 3);
    assert!(built.as_secs() < 5, "{built:?}");
}

proptest! {
    /// Whatever keys there are: each stands once, under the folders of its path, and everything is where its folder says.
    #[test]
    fn every_key_stands_once(keys in proptest::collection::btree_set("[a-c/%]{0,8}", 0..40)) {
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let tree = tree(&keys);
        let open: HashSet<u64> = tree.nodes().iter().map(|node| node.id).collect();
        let all = tree.lines(&open);
        prop_assert_eq!(all.len(), tree.nodes().len());
        let found: Vec<&str> = tree.nodes().iter().filter_map(|node| tree.entry_of(node)).map(|entry| entry.key.as_str()).collect();
        prop_assert_eq!(found, keys);
        for (at, node) in tree.nodes().iter().enumerate() {
            prop_assert!(node.end > at && node.end <= tree.nodes().len());
            let below = &tree.nodes()[at + 1..node.end];
            prop_assert!(below.iter().all(|one| one.level > node.level && tree.path(one).starts_with(tree.path(node))));
            if node.is_folder {
                prop_assert_eq!(below.iter().filter(|one| !one.is_folder).count(), node.keys);
            }
        }
    }
}
