//! Acts on one key or many: each touches what it named, as it was seen.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may end by panicking")]

use std::sync::Arc;

use super::Bench;
use crate::app::registry::keys::{KeyAct, KeyDialog, KeyFailure, KeyFault, KeyJobKind};
use crate::engine::{ImportItem, ImportMeets, RegistryReply, RegistryTold};
use crate::registry::{KeyWritten, RegistryError, RegistryFault, RegistryKind, RegistryPlace, Unreached};

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
fn a_folder_keeps_its_slash_whether_it_is_typed_or_not() {
    for (typed, copy) in [("people", false), ("people/", false), ("people", true)] {
        let mut bench = Bench::new(&[("user/limits", "1"), ("user/db/dsn", "2"), ("users", "3")]);
        bench.act(KeyAct::AskMove { from: "user/".into(), is_folder: true, copy });
        let first = bench.view().first_moved("user/", true, typed).map(|(old, new)| (old.to_owned(), new));
        assert_eq!(first, Some(("user/db/dsn".to_owned(), "people/db/dsn".to_owned())));
        assert_eq!(bench.view().first_moved("user/", true, ""), None);
        bench.confirm(KeyDialog::Move { from: "user/".into(), is_folder: true, to: typed.into(), copy, fault: None });
        let mut expect = vec!["people/db/dsn", "people/limits"];
        if copy {
            expect.extend(["user/db/dsn", "user/limits"]);
        }
        expect.push("users");
        assert_eq!(bench.keys(), expect, "{typed}");
    }
    // The same folder is the same without its slash.
    let mut bench = Bench::new(&[("user/limits", "1")]);
    bench.act(KeyAct::AskMove { from: "user/".into(), is_folder: true, copy: false });
    let to = KeyDialog::Move { from: "user/".into(), is_folder: true, to: "user".into(), copy: false, fault: None };
    bench.confirm(to);
    let is_same = |fault: &Option<KeyFault>| *fault == Some(KeyFault::SameKey);
    assert!(matches!(&bench.view().dialog, Some(KeyDialog::Move { fault, .. }) if is_same(fault)));
}

#[test]
fn an_act_that_is_not_answered_any_more_ends_and_says_so() {
    let keys: Vec<(String, String)> = (0..20).map(|n| (format!("many/{n:02}"), n.to_string())).collect();
    let keys: Vec<(&str, &str)> = keys.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let mut bench = Bench::new(&keys);
    bench.act(KeyAct::AskMove { from: "many/".into(), is_folder: true, copy: false });
    let to = KeyDialog::Move { from: "many/".into(), is_folder: true, to: "few".into(), copy: false, fault: None };
    bench.act(KeyAct::SetDialog(Box::new(to)));
    bench.act(KeyAct::ConfirmDialog);
    // One is answered; its second half is asked for.
    let (ticket, _) = bench.held.remove(0);
    bench.tell(RegistryTold::Reply { ticket, result: Ok(RegistryReply::Written(KeyWritten::Yes)) });
    bench.work();
    bench.open_anew();
    let job = &bench.view().jobs[0];
    assert!(!job.is_running());
    assert_eq!((job.done, job.failed.len(), job.total), (1, 8, 40));
    assert_eq!(job.done + job.failed.len() + job.left, job.total, "each step is told of");
    assert!(job.failed.iter().all(|(_, why)| *why == KeyFailure::Unknown));
    let id = job.id;
    bench.act(KeyAct::CloseJob(id));
    assert!(bench.view().jobs.is_empty());
    // So does the reading of a file.
    bench.act(KeyAct::AskImport);
    let dialog = KeyDialog::Import { path: "x".into(), reading: true, plan: None, overwrite: false, fault: None };
    bench.act(KeyAct::SetDialog(Box::new(dialog)));
    bench.open_anew();
    assert!(matches!(bench.view().dialog, Some(KeyDialog::Import { reading: false, .. })));
}
