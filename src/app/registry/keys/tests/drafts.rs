//! What is typed meets what others write, and every write says on which condition.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may end by panicking")]

use super::Bench;
use crate::app::registry::keys::{
    Conflict, KeyAct, KeyDialog, KeyFace, KeyFailure, KeyLine, KeysView, is_secret_value,
};
use crate::app::{Action, RegistryAct};
use crate::engine::{Command, KeyDelta, KeyNode, KeyWork, RegistryId, RegistryQuestion, RegistryReply, RegistryTold};
use crate::registry::{Cas, KeyWritten};

fn deltas(view: &KeysView) -> Vec<(String, bool, KeyDelta)> {
    view.changes.iter().map(|change| (change.key.clone(), change.ours, change.delta.clone())).collect()
}

#[test]
fn a_draft_is_written_on_its_index_and_seen_as_ours() {
    // The answer may come before the watch sees it, or after.
    for watch_first in [false, true] {
        let mut bench = Bench::new(&[("a", "1")]);
        let base = bench.entries[0].modified;
        bench.edit("a", "2");
        assert!(bench.view().is_unsaved("a") && bench.view().can_save());
        bench.act(KeyAct::Save);
        assert!(!bench.view().can_save(), "it is being written");
        let Some((ticket, RegistryQuestion::PutKey { cas, value, .. })) = bench.held.first().cloned() else { panic!() };
        assert_eq!((cas, value.as_slice()), (Cas::Index(base), b"2".as_slice()));
        if watch_first {
            bench.held.clear();
            bench.other("a", Some("2"));
            bench.look();
            assert_eq!(bench.view().conflict("a"), None);
            bench.tell(RegistryTold::Reply { ticket, result: Ok(RegistryReply::Written(KeyWritten::Yes)) });
        } else {
            bench.answer();
            assert_eq!(bench.view().value("a").unwrap(), b"2", "what was written stays in view");
            assert!(!bench.view().is_unsaved("a"));
            bench.look();
        }
        assert!(bench.view().drafts.is_empty(), "watch first: {watch_first}");
        let delta = KeyDelta::Text { before: "1".into(), after: "2".into() };
        assert_eq!(deltas(bench.view()), [("a".to_owned(), true, delta)]);
        assert_eq!(bench.view().changes[0].index, Some(bench.index));
    }
}

#[test]
fn nobodys_change_is_overwritten() {
    let mut bench = Bench::new(&[("a", "1")]);
    let base = bench.entries[0].modified;
    bench.edit("a", "mine");
    bench.other("a", Some("theirs"));
    let now = bench.index;
    // The watch has not seen it: the registry refuses, and nothing is written.
    bench.act(KeyAct::Save);
    bench.answer();
    assert_eq!(bench.value("a").as_deref(), Some("theirs"));
    assert!(bench.view().drafts["a"].refused);
    bench.look();
    assert_eq!(bench.view().conflict("a"), Some(Conflict::Changed(Some(base), now)));
    assert!(!bench.view().can_save());
    bench.act(KeyAct::Save);
    assert!(bench.held.is_empty());
    // Beside each other.
    bench.act(KeyAct::Compare(true));
    let diff = &bench.view().looked.diff("a").unwrap().0;
    assert_eq!((diff.left(0), diff.right(0)), ("mine", "theirs"));
    // Over that index and no other.
    bench.act(KeyAct::AskOverwrite);
    assert_eq!(bench.view().dialog, Some(KeyDialog::Overwrite { key: "a".into(), index: Some(now) }));
    bench.other("a", Some("third"));
    bench.act(KeyAct::ConfirmDialog);
    bench.answer();
    assert_eq!(bench.value("a").as_deref(), Some("third"));
    bench.look();
    bench.act(KeyAct::AskOverwrite);
    bench.act(KeyAct::ConfirmDialog);
    bench.answer();
    bench.look();
    assert_eq!(bench.value("a").as_deref(), Some("mine"));
    assert!(bench.view().drafts.is_empty());
    let ours: Vec<bool> = bench.view().changes.iter().map(|change| change.ours).collect();
    assert_eq!(ours, [true, false, false]);
}

#[test]
fn theirs_can_be_taken_and_mine_brought_back() {
    let mut bench = Bench::new(&[("a", "1")]);
    bench.edit("a", "mine");
    bench.other("a", Some("theirs"));
    bench.look();
    bench.act(KeyAct::TakeTheirs);
    assert_eq!(bench.view().value("a").unwrap(), b"theirs");
    bench.act(KeyAct::BringBack);
    assert_eq!(bench.view().value("a").unwrap(), b"mine");
    assert!(bench.view().conflict("a").is_some());
    // Typed as it is there: no draft any more.
    bench.act(KeyAct::Edit("a".into(), "theirs".into()));
    assert!(bench.view().drafts.is_empty());
}

#[test]
fn what_is_deleted_elsewhere_can_be_created_again() {
    let mut bench = Bench::new(&[("a", "1"), ("b", "2")]);
    let base = bench.entries[0].modified;
    bench.edit("a", "mine");
    bench.act(KeyAct::Open("b".into()));
    bench.other("a", None);
    bench.look();
    assert_eq!(bench.view().conflict("a"), Some(Conflict::Deleted(base)));
    // It keeps a row, so that it can be found.
    assert_eq!(bench.view().lines[0], KeyLine::Unwritten("a".into()));
    bench.act(KeyAct::Choose(KeyNode::key_id("a")));
    assert_eq!(bench.view().key.as_deref(), Some("a"));
    bench.act(KeyAct::AskOverwrite);
    bench.act(KeyAct::ConfirmDialog);
    assert!(matches!(&bench.held[0].1, RegistryQuestion::PutKey { cas: Cas::Absent, .. }));
    bench.answer();
    bench.look();
    assert_eq!(bench.value("a").as_deref(), Some("mine"));
}

#[test]
fn the_same_text_written_by_somebody_else_is_no_conflict() {
    let mut bench = Bench::new(&[("a", "1")]);
    bench.edit("a", "2");
    bench.other("a", Some("2"));
    bench.look();
    assert!(bench.view().drafts.is_empty());
}

#[test]
fn nothing_is_written_while_it_is_read_only() {
    let mut bench = Bench::new(&[("a", "1")]);
    bench.edit("a", "2");
    bench.app.apply(Action::Registry(RegistryAct::SetReadOnly(bench.at.registry, true)), bench.now);
    bench.app.take_commands();
    bench.act(KeyAct::Save);
    bench.act(KeyAct::AskDelete("a".into(), false));
    bench.act(KeyAct::ConfirmDialog);
    assert!(bench.held.is_empty(), "{:?}", bench.held);
    assert!(bench.view().is_unsaved("a"), "what was typed stays");
}

#[test]
fn keys_and_values_are_found_and_faces_follow_the_value() {
    let mut bench = Bench::new(&[("a/j", "{\"x\": tru}"), ("a/t", "text"), ("b", "Needle")]);
    bench.act(KeyAct::SetFilter("needle".into()));
    assert_eq!(bench.view().lines, [KeyLine::Node(3)]);
    // It goes on while keys change.
    bench.other("c", Some("a needle too"));
    bench.look();
    assert_eq!(bench.view().lines, [KeyLine::Node(3), KeyLine::Node(4)]);
    bench.act(KeyAct::SetFilter(String::new()));
    bench.act(KeyAct::Open("a/j".into()));
    let version = bench.view().version("a/j");
    assert_eq!(bench.view().face("a/j"), KeyFace::Json);
    assert_eq!(bench.view().looked.json_fault(&version).map(|fault| fault.line), Some(1));
    bench.act(KeyAct::Edit("a/j".into(), "{}".into()));
    assert_eq!(bench.view().looked.json_fault(&bench.view().version("a/j")), None);
    bench.act(KeyAct::SetFace(KeyFace::Hex));
    let version = bench.view().version("a/j");
    assert_eq!(bench.view().looked.hex(&version).map(|lines| lines.text().contains("7b 7d")), Some(true));
    assert_eq!(bench.view().face("a/t"), KeyFace::Text);
}

#[test]
fn secrets_are_told_by_their_keys() {
    for (key, value, expect) in [
        ("user/db/dsn", "postgres://x", true),
        ("user/db/password", "x", true),
        ("secrets/a", "abc", true),
        ("x/token_required", "true", false),
        ("x/token_ttl", "3600", false),
        ("x/token", "123456", true),
        ("x/name", "password", false),
        ("x/token", "", false),
    ] {
        assert_eq!(is_secret_value(key, value.as_bytes()), expect, "{key} {value}");
    }
}

/// Nothing that an older question made is taken for the newer.
#[test]
fn late_answers_change_nothing() {
    let mut bench = Bench::new(&[("a", "{")]);
    bench
        .app
        .apply(Action::Registry(RegistryAct::Keys(bench.at.clone(), KeyAct::SetFilter("nothing".into()))), bench.now);
    let first = bench.app.take_commands();
    bench.act(KeyAct::SetFilter("a".into()));
    let lines = bench.view().lines.clone();
    for command in first {
        if let Command::AskRegistry { ticket, question, .. } = command
            && let RegistryQuestion::KeyWork(work @ KeyWork::Find(..)) = *question
        {
            bench.tell(RegistryTold::Reply { ticket, result: Ok(RegistryReply::KeyWorked(work.run())) });
        }
    }
    assert_eq!(bench.view().lines, lines);
    assert_eq!(bench.at.registry, RegistryId(bench.at.registry.0));
}

#[test]
fn a_write_that_is_not_answered_any_more_leaves_its_key_alive() {
    // Before the watch has seen it, and after.
    for is_seen in [false, true] {
        let mut bench = Bench::new(&[("a", "1")]);
        bench.edit("a", "2");
        bench.act(KeyAct::SetFace(KeyFace::Hex));
        bench.act(KeyAct::Save);
        if is_seen {
            bench.other("a", Some("2"));
            bench.look();
        }
        bench.open_anew();
        let failure = bench.view().drafts.get("a").map(|draft| draft.failure.clone());
        assert_eq!(failure, (!is_seen).then_some(Some(KeyFailure::Unknown)), "seen: {is_seen}");
        // What is in view is made again, and what is typed can be written.
        bench.look();
        assert!(bench.view().looked.hex(&bench.view().version("a")).is_some());
        bench.edit("a", "3");
        assert!(bench.view().can_save());
        bench.act(KeyAct::Discard);
        // It was written after all: that is seen, and it is ours.
        bench.act(KeyAct::BringBack);
        bench.act(KeyAct::Edit("a".into(), "2".into()));
        if !is_seen {
            bench.other("a", Some("2"));
            bench.look();
        }
        assert!(bench.view().drafts.is_empty(), "seen: {is_seen}");
        assert_eq!(deltas(bench.view()).iter().map(|(_, ours, _)| *ours).collect::<Vec<_>>(), [true]);
    }
}

/// The answer to a write is lost, and the same text is written again: the first write makes the second one fail.
#[test]
fn a_text_that_was_written_by_a_lost_write_is_saved() {
    // The watch sees the first write before the second is answered, or after.
    for watch_first in [true, false] {
        let mut bench = Bench::new(&[("a", "1")]);
        bench.edit("a", "2");
        bench.act(KeyAct::Save);
        bench.open_anew();
        bench.act(KeyAct::Save);
        assert_eq!(bench.held.len(), 1);
        bench.other("a", Some("2"));
        if watch_first {
            bench.look();
        }
        bench.answer();
        bench.look();
        assert_eq!(bench.value("a").as_deref(), Some("2"));
        assert!(bench.view().drafts.is_empty(), "watch first: {watch_first}");
    }
}
