//! Keys as a window holds them: what is typed meets what others write, and every write says on which condition.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may end by panicking")]

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::{Conflict, KeyAct, KeyDialog, KeyFace, KeyFault, KeyJobKind, KeyLine, KeysRef, KeysView, is_secret_value};
use crate::app::{Action, App, RegistryAct, RegistryForm, RegistryView, ThemeChoice};
use crate::engine::{
    Command, Event, Generation, ImportItem, ImportMeets, KeyDelta, KeyNode, KeyTree, KeyWork, RegistryEvent,
    RegistryId, RegistryQuestion, RegistryReply, RegistryTold, WatchWhat, Watched,
};
use crate::registry::{
    Answer, Cas, Hidden, KeyEntry, KeyWritten, RegistryError, RegistryFault, RegistryKind, RegistryPlace, Unreached,
};
use crate::state::KeyDraftDoc;
use crate::words::Lang;

/// An app with one registry whose keys are shown, and a store that its writes go to.
struct Bench {
    app: App,
    at: KeysRef,
    now: Instant,
    entries: Vec<KeyEntry>,
    index: u64,
    tree: Option<Arc<KeyTree>>,
    /// Acts that were not answered.
    held: Vec<(u64, RegistryQuestion)>,
}

impl Bench {
    fn new(keys: &[(&str, &str)]) -> Self {
        let mut app = App::new(Lang::En, ThemeChoice::Dark);
        let now = Instant::now();
        let form = RegistryForm { address: "here:8500".to_owned(), ..RegistryForm::default() };
        app.apply(Action::Registry(RegistryAct::Add(Box::new(form))), now);
        let at = KeysRef { registry: app.registries.entries[0].id, datacenter: "dc1".to_owned() };
        let mut bench = Self { app, at, now, entries: Vec::new(), index: 100, tree: None, held: Vec::new() };
        for (key, value) in keys {
            bench.other(key, Some(value));
        }
        let view = RegistryView::Keys(bench.at.registry, bench.at.datacenter.clone());
        bench.app.apply(Action::Registry(RegistryAct::Show(view)), now);
        bench.look();
        bench
    }

    fn view(&self) -> &KeysView {
        self.app.registries.keys_view(&self.at).unwrap()
    }

    fn act(&mut self, act: KeyAct) {
        self.app.apply(Action::Registry(RegistryAct::Keys(self.at.clone(), act)), self.now);
        self.work();
    }

    fn tell(&mut self, told: RegistryTold) {
        let event = RegistryEvent {
            registry: self.at.registry,
            generation: Generation(1),
            at: SystemTime::UNIX_EPOCH + Duration::from_secs(self.index),
            told,
        };
        self.app.fold(Event::Registry(Box::new(event)), self.now);
    }

    /// Somebody writes or deletes.
    fn other(&mut self, key: &str, value: Option<&str>) {
        self.write(key, value.map(|value| (value.as_bytes().to_vec(), 0)));
    }

    fn write(&mut self, key: &str, value: Option<(Vec<u8>, u64)>) {
        self.index += 1;
        let created = self.entries.iter().find(|entry| entry.key == key).map_or(self.index, |entry| entry.created);
        self.entries.retain(|entry| entry.key != key);
        if let Some((value, flags)) = value {
            let (key, modified) = (key.to_owned(), self.index);
            self.entries.push(KeyEntry { key, value, flags, created, modified, ..KeyEntry::default() });
            self.entries.sort_by(|a, b| a.key.cmp(&b.key));
        }
    }

    /// The watch sees what is there.
    fn look(&mut self) {
        let tree = Arc::new(KeyTree::new(Arc::new(self.entries.clone()), self.tree.as_deref()));
        self.tree = Some(Arc::clone(&tree));
        let what = WatchWhat::Keys { datacenter: "dc1".to_owned(), prefix: String::new() };
        let seen = Watched::Keys(Answer { value: tree, hidden: Hidden::Nothing });
        self.tell(RegistryTold::Watched { what, seen });
        self.work();
    }

    /// Does the work that was asked for; acts are held.
    fn work(&mut self) {
        for command in self.app.take_commands() {
            let Command::AskRegistry { ticket, question, .. } = command else { continue };
            match *question {
                RegistryQuestion::KeyWork(work) => {
                    let result = Ok(RegistryReply::KeyWorked(work.run()));
                    self.tell(RegistryTold::Reply { ticket, result });
                    self.work();
                }
                other => self.held.push((ticket, other)),
            }
        }
    }

    /// Answers the acts that are held, as a registry does.
    fn answer(&mut self) -> usize {
        let held = std::mem::take(&mut self.held);
        let count = held.len();
        for (ticket, question) in held {
            let (key, cas, value) = match question {
                RegistryQuestion::PutKey { key, value, flags, cas, .. } => (key, cas, Some((value, flags))),
                RegistryQuestion::DeleteKey { key, cas, .. } => (key, cas, None),
                other => panic!("{other:?}"),
            };
            let now = self.entries.iter().find(|entry| entry.key == key).map(|entry| entry.modified);
            let fits = match cas {
                Cas::Always => true,
                Cas::Absent => now.is_none(),
                Cas::Index(index) => now == Some(index),
            };
            if fits {
                self.write(&key, value);
            }
            let result = Ok(RegistryReply::Written(if fits { KeyWritten::Yes } else { KeyWritten::Changed }));
            self.tell(RegistryTold::Reply { ticket, result });
            self.work();
        }
        count
    }

    fn value(&self, key: &str) -> Option<String> {
        let entry = self.entries.iter().find(|entry| entry.key == key)?;
        Some(String::from_utf8(entry.value.clone()).unwrap())
    }

    fn edit(&mut self, key: &str, text: &str) {
        self.act(KeyAct::Open(key.to_owned()));
        self.act(KeyAct::Edit(key.to_owned(), text.to_owned()));
    }
}

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
    let diff = bench.view().looked.diff("a").unwrap();
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
fn acts_on_many_keys_touch_what_they_named() {
    let mut bench = Bench::new(&[("d/a", "1"), ("d/b", "2"), ("d/c", "3"), ("e", "4")]);
    bench.act(KeyAct::AskDelete("d/".into(), true));
    let Some(KeyDialog::Delete { keys, .. }) = &bench.view().dialog else { panic!() };
    assert_eq!(keys.iter().map(|(key, ..)| key.as_str()).collect::<Vec<_>>(), ["d/a", "d/b", "d/c"]);
    // Meanwhile one is changed and one is added: both stay.
    bench.other("d/b", Some("changed"));
    bench.other("d/new", Some("new"));
    bench.act(KeyAct::ConfirmDialog);
    while bench.answer() > 0 {}
    bench.look();
    let left: Vec<&str> = bench.entries.iter().map(|entry| entry.key.as_str()).collect();
    assert_eq!(left, ["d/b", "d/new", "e"]);
    let job = &bench.view().jobs[0];
    assert_eq!((job.done, job.changed.as_slice(), job.is_whole()), (2, ["d/b".to_owned()].as_slice(), false));
    let id = job.id;
    bench.act(KeyAct::CloseJob(id));
    assert!(bench.view().jobs.is_empty());
}

#[test]
fn names_are_moved_and_copied_without_overwriting() {
    let mut bench = Bench::new(&[("d/a", "1"), ("d/b", "2"), ("x/b", "there")]);
    bench.act(KeyAct::AskMove { from: "d/".into(), is_folder: true, copy: false });
    let to =
        |to: &str, copy: bool| KeyDialog::Move { from: "d/".into(), is_folder: true, to: to.into(), copy, fault: None };
    for (typed, fault) in [("", KeyFault::NoKey), ("d/", KeyFault::SameKey), ("x/", KeyFault::Exists(1))] {
        bench.act(KeyAct::SetDialog(Box::new(to(typed, false))));
        bench.act(KeyAct::ConfirmDialog);
        assert!(
            matches!(&bench.view().dialog, Some(KeyDialog::Move { fault: Some(found), .. }) if *found == fault),
            "{typed}"
        );
    }
    bench.act(KeyAct::SetDialog(Box::new(to("y/", false))));
    bench.act(KeyAct::ConfirmDialog);
    while bench.answer() > 0 {}
    bench.look();
    let keys = |bench: &Bench| bench.entries.iter().map(|entry| entry.key.clone()).collect::<Vec<_>>();
    assert_eq!(keys(&bench), ["x/b", "y/a", "y/b"]);
    assert!(bench.view().jobs.is_empty(), "it was done whole");
    // A copy leaves the old one; one key this time.
    bench.act(KeyAct::AskMove { from: "y/a".into(), is_folder: false, copy: true });
    let copy = KeyDialog::Move { from: "y/a".into(), is_folder: false, to: "z".into(), copy: true, fault: None };
    bench.act(KeyAct::SetDialog(Box::new(copy)));
    bench.act(KeyAct::ConfirmDialog);
    while bench.answer() > 0 {}
    bench.look();
    assert_eq!(keys(&bench), ["x/b", "y/a", "y/b", "z"]);
}

#[test]
fn an_old_name_stays_where_it_was_changed_meanwhile() {
    let mut bench = Bench::new(&[("a", "1")]);
    bench.act(KeyAct::AskMove { from: "a".into(), is_folder: false, copy: false });
    let to = KeyDialog::Move { from: "a".into(), is_folder: false, to: "b".into(), copy: false, fault: None };
    bench.act(KeyAct::SetDialog(Box::new(to)));
    bench.act(KeyAct::ConfirmDialog);
    assert_eq!(bench.answer(), 1, "the new one first");
    bench.other("a", Some("changed"));
    while bench.answer() > 0 {}
    assert_eq!((bench.value("a").as_deref(), bench.value("b").as_deref()), (Some("changed"), Some("1")));
    let job = &bench.view().jobs[0];
    assert_eq!(job.changed, ["a"]);
    assert_eq!(job.kind, KeyJobKind::Move("a".into(), "b".into(), false));
}

#[test]
fn changes_are_taken_back() {
    let mut bench = Bench::new(&[("a", "1")]);
    // Changed, deleted, created: each has its way back.
    bench.edit("a", "2");
    bench.act(KeyAct::Save);
    bench.answer();
    bench.look();
    let id = bench.view().changes[0].id;
    bench.act(KeyAct::AskUndo(id));
    bench.act(KeyAct::ConfirmDialog);
    bench.answer();
    bench.look();
    assert_eq!(bench.value("a").as_deref(), Some("1"));
    bench.act(KeyAct::AskDelete("a".into(), false));
    bench.act(KeyAct::ConfirmDialog);
    bench.answer();
    bench.look();
    assert_eq!(bench.value("a"), None);
    let id = bench.view().changes[0].id;
    assert_eq!(bench.view().changes[0].delta, KeyDelta::Deleted(1));
    bench.act(KeyAct::AskUndo(id));
    bench.act(KeyAct::ConfirmDialog);
    bench.answer();
    bench.look();
    assert_eq!(bench.value("a").as_deref(), Some("1"));
    bench.act(KeyAct::AskNew("x/".into()));
    bench.act(KeyAct::SetDialog(Box::new(KeyDialog::New { key: "x/y".into(), value: "v".into(), fault: None })));
    bench.act(KeyAct::ConfirmDialog);
    bench.answer();
    bench.look();
    assert_eq!(bench.view().key.as_deref(), Some("x/y"), "what was created is shown");
    let id = bench.view().changes[0].id;
    bench.act(KeyAct::AskUndo(id));
    // Meanwhile somebody writes it: then it stays.
    bench.other("x/y", Some("theirs"));
    bench.act(KeyAct::ConfirmDialog);
    bench.answer();
    assert_eq!(bench.value("x/y").as_deref(), Some("theirs"));
}

#[test]
fn a_new_key_replaces_none_and_what_was_typed_stays() {
    let mut bench = Bench::new(&[("a", "1")]);
    let typed = |key: &str| Box::new(KeyDialog::New { key: key.into(), value: "text".into(), fault: None });
    bench.act(KeyAct::AskNew(String::new()));
    bench.act(KeyAct::SetDialog(typed("a")));
    bench.act(KeyAct::ConfirmDialog);
    let is = |bench: &Bench, expect| matches!(&bench.view().dialog, Some(KeyDialog::New { fault, .. }) if *fault == Some(expect));
    assert!(is(&bench, KeyFault::Exists(1)));
    bench.act(KeyAct::CloseDialog);
    bench.act(KeyAct::AskNew("other/".into()));
    assert!(matches!(&bench.view().dialog, Some(KeyDialog::New { key, value, .. }) if key == "a" && value == "text"));
    // Somebody creates it first.
    bench.act(KeyAct::SetDialog(typed("b")));
    bench.other("b", Some("theirs"));
    bench.act(KeyAct::ConfirmDialog);
    bench.answer();
    assert_eq!(bench.value("b").as_deref(), Some("theirs"));
    assert_eq!(bench.view().jobs[0].changed, ["b"]);
    bench.act(KeyAct::AskNew(String::new()));
    assert!(matches!(&bench.view().dialog, Some(KeyDialog::New { value, .. }) if value == "text"));
}

#[test]
fn an_import_writes_on_what_it_saw() {
    let mut bench = Bench::new(&[("a", "1"), ("b", "2")]);
    let modified = bench.entries[1].modified;
    let item = |key: &str, meets| ImportItem { key: key.into(), flags: 3, value: b"new".as_slice().into(), meets };
    let items =
        vec![item("a", ImportMeets::Same), item("b", ImportMeets::Other(modified, 1)), item("c", ImportMeets::Nothing)];
    for (overwrite, expect) in [(false, Some("2")), (true, Some("new"))] {
        bench.act(KeyAct::AskImport);
        bench.act(KeyAct::SetDialog(Box::new(KeyDialog::Import {
            path: "x".into(),
            reading: false,
            plan: Some(Ok(Arc::new(items.clone()))),
            overwrite,
            fault: None,
        })));
        bench.act(KeyAct::ConfirmDialog);
        while bench.answer() > 0 {}
        assert_eq!(bench.value("b").as_deref(), expect);
        assert_eq!(bench.value("a").as_deref(), Some("1"));
    }
    let jobs: Vec<(usize, usize)> = bench.view().jobs.iter().map(|job| (job.done, job.changed.len())).collect();
    assert_eq!(jobs, [(1, 1)], "the second found c there already");
}

#[test]
fn what_cannot_be_done_stops_and_says_so() {
    let mut bench = Bench::new(&[("d/a", "1"), ("d/b", "2")]);
    let keys: Vec<(String, String)> = (0..30).map(|n| (format!("many/{n:02}"), n.to_string())).collect();
    for (key, value) in &keys {
        bench.other(key, Some(value));
    }
    bench.look();
    bench.act(KeyAct::AskDelete("many/".into(), true));
    bench.act(KeyAct::ConfirmDialog);
    assert_eq!(bench.held.len(), 8, "a few at once");
    let place = RegistryPlace { kind: RegistryKind::Consul, address: "here:8500".into() };
    let gone = RegistryError { place, asked: String::new(), fault: RegistryFault::Unreachable(Unreached::Closed) };
    for (ticket, _) in std::mem::take(&mut bench.held) {
        bench.tell(RegistryTold::Reply { ticket, result: Err(gone.clone()) });
        bench.work();
    }
    let job = &bench.view().jobs[0];
    assert!(!job.is_running());
    assert_eq!((job.done, job.failed.len(), job.left), (0, 8, 22));
    // A draft that could not be written stays.
    bench.edit("d/a", "mine");
    bench.act(KeyAct::Save);
    let (ticket, _) = bench.held.remove(0);
    bench.tell(RegistryTold::Reply { ticket, result: Err(gone) });
    assert!(bench.view().drafts["d/a"].failure.is_some() && bench.view().can_save());
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

#[test]
fn what_was_typed_is_there_after_a_restart_without_secrets() {
    let mut bench = Bench::new(&[("a", "1"), ("db/password", "old")]);
    let base = bench.entries[0].modified;
    bench.edit("a", "mine");
    bench.edit("db/password", "hunter22");
    let docs = bench.app.key_draft_docs();
    let expect = KeyDraftDoc {
        registry: "Consul here:8500".into(),
        datacenter: "dc1".into(),
        key: "a".into(),
        text: "mine".into(),
        base: Some(base),
        flags: 0,
    };
    assert_eq!(docs, [expect]);
    let mut next = Bench::new(&[]);
    next.app.restore_key_drafts(&docs);
    assert_eq!(next.app.key_draft_docs(), docs, "kept while nobody looks");
    next.index = 500;
    next.other("a", Some("1"));
    next.look();
    assert_eq!(next.view().value("a").unwrap(), b"mine");
    assert_eq!(next.view().conflict("a"), Some(Conflict::Changed(Some(base), 501)), "it was written meanwhile");
    assert_eq!(next.app.key_draft_docs(), docs);
}

#[test]
fn what_was_typed_waits_for_its_registry() {
    let mut bench = Bench::new(&[("a", "1")]);
    bench.edit("a", "mine");
    bench.app.apply(Action::Registry(RegistryAct::Remove(bench.at.registry)), bench.now);
    assert!(bench.app.registries.keys.is_empty());
    let docs = bench.app.key_draft_docs();
    assert_eq!(docs.len(), 1);
    let form = RegistryForm { address: "here:8500".to_owned(), ..RegistryForm::default() };
    bench.app.apply(Action::Registry(RegistryAct::Add(Box::new(form))), bench.now);
    bench.at.registry = bench.app.registries.entries[0].id;
    let view = RegistryView::Keys(bench.at.registry, bench.at.datacenter.clone());
    bench.app.apply(Action::Registry(RegistryAct::Show(view)), bench.now);
    bench.look();
    assert_eq!(bench.view().value("a").unwrap(), b"mine");
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
