//! What is there again after the next start, and what goes into no file.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may end by panicking")]

use std::sync::Arc;

use super::Bench;
use crate::app::registry::keys::{Conflict, KeyAct, KeyBack, KeyDialog, KeyFace};
use crate::app::{Action, App, Drafts, RegistryAct, RegistryForm, RegistryView};
use crate::engine::KeyDelta;
use crate::state::{Document, KeyChangeDoc, KeyDraftDoc};

fn document(app: &App) -> Document {
    app.document(&mut Drafts::default())
}

fn drafts(bench: &Bench) -> Vec<KeyDraftDoc> {
    document(&bench.app).key_drafts
}

fn changes(bench: &Bench) -> Vec<Arc<KeyChangeDoc>> {
    document(&bench.app).key_changes
}

/// The next start, with the same registry and its keys as they are; looked at again at a later index.
fn next_start(bench: &Bench) -> Bench {
    let document = document(&bench.app);
    let mut next = Bench::new(&[]);
    next.app.restore_keys(&document.key_drafts, &document.key_changes);
    (next.entries, next.index, next.tree) = (bench.entries.clone(), bench.index, None);
    next.look();
    next
}

#[test]
fn what_was_typed_is_there_after_a_restart_without_secrets() {
    let mut bench = Bench::new(&[("a", "1"), ("db/password", "old")]);
    let base = bench.entries[0].modified;
    bench.edit("a", "mine");
    bench.edit("db/password", "hunter22");
    let docs = drafts(&bench);
    let expect = KeyDraftDoc {
        registry: "Consul here:8500".into(),
        datacenter: "dc1".into(),
        what: String::new(),
        key: "a".into(),
        text: "mine".into(),
        base: Some(base),
        flags: 0,
    };
    assert_eq!(docs, [expect]);
    let mut next = Bench::new(&[]);
    next.app.restore_keys(&docs, &[]);
    assert_eq!(drafts(&next), docs, "kept while nobody looks");
    next.index = 500;
    next.other("a", Some("1"));
    next.look();
    assert_eq!(next.view().value("a").unwrap(), b"mine");
    assert_eq!(next.view().conflict("a"), Some(Conflict::Changed(Some(base), 501)), "it was written meanwhile");
    assert_eq!(drafts(&next), docs);
}

#[test]
fn what_was_typed_waits_for_its_registry() {
    let mut bench = Bench::new(&[("a", "1")]);
    bench.edit("a", "mine");
    bench.app.apply(Action::Registry(RegistryAct::Remove(bench.at.registry)), bench.now);
    assert!(bench.app.registries.keys.is_empty());
    let docs = drafts(&bench);
    assert_eq!(docs.len(), 1);
    let form = RegistryForm { address: "here:8500".to_owned(), ..RegistryForm::default() };
    bench.app.apply(Action::Registry(RegistryAct::Add(Box::new(form))), bench.now);
    bench.at.registry = bench.app.registries.entries[0].id;
    let view = RegistryView::Keys(bench.at.registry, bench.at.datacenter.clone());
    bench.app.apply(Action::Registry(RegistryAct::Show(view)), bench.now);
    bench.look();
    assert_eq!(bench.view().value("a").unwrap(), b"mine");
}

#[test]
fn a_new_key_that_was_not_created_is_there_again() {
    let mut bench = Bench::new(&[("a", "1")]);
    let typed = |key: &str, value: &str| KeyDialog::New { key: key.into(), value: value.into(), fault: None };
    bench.act(KeyAct::AskNew("folder/".into()));
    bench.act(KeyAct::SetDialog(Box::new(typed("folder/", ""))));
    assert!(drafts(&bench).is_empty(), "nothing is typed beside the folder");
    bench.act(KeyAct::SetDialog(Box::new(typed("folder/new", "{}"))));
    let mut next = next_start(&bench);
    assert_eq!(next.view().new_key.key, "folder/new");
    next.act(KeyAct::AskNew("other/".into()));
    assert_eq!(next.view().dialog, Some(typed("folder/new", "{}")));
    // A secret's value is not kept, its key is.
    bench.act(KeyAct::SetDialog(Box::new(typed("db/password", "hunter22"))));
    let docs = drafts(&bench);
    assert_eq!((docs[0].key.as_str(), &*docs[0].text), ("db/password", ""));
    // Once it is created, or left, there is nothing to keep.
    next.confirm_open();
    assert!(drafts(&next).is_empty());
    bench.act(KeyAct::CloseDialog);
    bench.act(KeyAct::ForgetNew);
    assert!(drafts(&bench).is_empty());
}

#[test]
fn what_was_typed_is_found_without_being_looked_for() {
    let mut bench = Bench::new(&[("z/deep/a", "1"), ("z/deep/b", "2"), ("z/c", "3")]);
    bench.edit("z/c", "mine");
    bench.edit("z/deep/b", "mine");
    let mut next = next_start(&bench);
    assert_eq!(next.view().key.as_deref(), Some("z/deep/b"), "the one that was in the middle");
    let shown: Vec<String> =
        next.view().lines.iter().filter_map(|line| next.view().line_id(line)).map(|id| id.to_string()).collect();
    assert_eq!(shown.len(), 5, "every folder on the way is unfolded");
    next.act(KeyAct::ToggleAll(false));
    assert_eq!((next.view().unsaved_below("z/"), next.view().unsaved_below("z/deep/")), (2, 1));
    assert_eq!(next.view().unsaved_below("y/"), 0);
}

#[test]
fn what_this_app_changed_can_be_taken_back_after_a_restart() {
    let large = "x".repeat((64 << 10) + 1);
    let mut bench =
        Bench::new(&[("a", "1"), ("d/a", "1"), ("d/b", "2"), ("large", &large), ("db/password", "hunter22")]);
    bench.edit("a", "2");
    bench.act(KeyAct::Save);
    bench.answer();
    bench.look();
    for path in ["large", "db/password"] {
        bench.act(KeyAct::AskDelete(path.into(), false));
        bench.confirm_open();
    }
    bench.act(KeyAct::AskDelete("d/".into(), true));
    bench.confirm_open();
    bench.other("a2", Some("theirs"));
    bench.look();
    let docs = changes(&bench);
    assert_eq!(docs.len(), 5, "others' changes are not kept");
    let text = document(&bench.app).to_json();
    assert!(!text.contains("hunter22") && !text.contains(&large));

    let mut next = next_start(&bench);
    let backs: Vec<(&str, KeyBack)> =
        next.view().changes.iter().map(|change| (change.key.as_str(), change.back)).collect();
    assert!(backs.contains(&("large", KeyBack::NotKept)) && backs.contains(&("db/password", KeyBack::NotKept)));
    assert_eq!(changes(&next).len(), 5, "they are kept on");
    // Its index is known: what was written since is told from what was not.
    let first = next.view().changes.iter().find(|change| change.key == "a").unwrap();
    assert_eq!(first.delta, KeyDelta::Text { before: "1".into(), after: "2".into() });
    let id = first.id;
    next.act(KeyAct::AskUndo(id));
    assert!(matches!(&next.view().dialog, Some(KeyDialog::Undo { steps, .. }) if !steps[0].is_later));
    next.confirm_open();
    assert_eq!(next.value("a").as_deref(), Some("1"));
    let act = next.view().changes.iter().find_map(|change| change.act.clone()).unwrap();
    next.act(KeyAct::AskUndoAct(act.id));
    next.confirm_open();
    assert_eq!((next.value("d/a").as_deref(), next.value("d/b").as_deref()), (Some("1"), Some("2")));
}

#[test]
fn two_hundred_changes_are_kept_and_no_secret_is_told() {
    let mut bench = Bench::new(&[("x.json", "{\"password\": \"hunter22\", \"n\": 1}")]);
    let keys: Vec<String> = (0..250).map(|n| format!("many/{n:03}")).collect();
    for key in &keys {
        bench.other(key, Some("v"));
    }
    bench.look();
    bench.act(KeyAct::AskDelete("many/".into(), true));
    bench.confirm_open();
    assert_eq!(changes(&bench).len(), 200);
    bench.act(KeyAct::Open("x.json".into()));
    bench.act(KeyAct::SetFace(KeyFace::Text));
    bench.edit("x.json", "{\"password\": \"hunter23\", \"n\": 1}");
    bench.act(KeyAct::Save);
    bench.answer();
    bench.look();
    let text = document(&bench.app).to_json();
    assert!(changes(&bench)[0].key == "x.json" && !text.contains("hunter22") && !text.contains("hunter23"));
    assert_eq!(next_start(&bench).view().changes[0].delta, KeyDelta::Value);
}

#[test]
fn keys_of_the_demo_go_into_no_file() {
    let mut bench = Bench::new(&[("a", "1")]);
    bench.app.registries.entries[0].is_demo = true;
    bench.edit("a", "mine");
    bench.act(KeyAct::Save);
    bench.answer();
    bench.edit("a", "more");
    assert!(drafts(&bench).is_empty() && changes(&bench).is_empty());
    // Where the person takes the registry out, they wait all the same.
    bench.app.keep_key_drafts_of(bench.at.registry);
    bench.app.registries.keys.clear();
    assert!(drafts(&bench).is_empty());
    bench.look();
    assert_eq!(bench.view().value("a").unwrap(), b"more");
}
