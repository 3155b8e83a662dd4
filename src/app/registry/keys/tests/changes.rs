//! What was changed is taken back, alone or with all of its act, and never over what somebody wrote since unasked.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may end by panicking")]

use super::Bench;
use crate::app::registry::keys::{ChangeLine, KeyAct, KeyDialog, KeysView};
use crate::engine::KeyDelta;

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

/// The rows of the list as `act 3` and ` key`.
fn lines(view: &KeysView) -> Vec<String> {
    let line = |line: &ChangeLine| match line {
        ChangeLine::Act { keys, .. } => format!("act {keys}"),
        ChangeLine::One { change, in_act } => {
            format!("{}{}", if *in_act { " " } else { "" }, view.listed_change(*change).unwrap().key)
        }
    };
    view.change_lines.iter().map(line).collect()
}

fn undo(view: &KeysView) -> Vec<(&str, Option<u64>, bool, bool)> {
    let Some(KeyDialog::Undo { steps, .. }) = &view.dialog else { panic!("{:?}", view.dialog) };
    steps.iter().map(|step| (step.key.as_str(), step.seen, step.is_later, step.back.is_some())).collect()
}

#[test]
fn a_later_change_is_not_overwritten_by_an_undo() {
    let mut bench = Bench::new(&[("a", "0")]);
    bench.edit("a", "1");
    bench.act(KeyAct::Save);
    bench.answer();
    bench.look();
    let (id, ours) = (bench.view().changes[0].id, bench.index);
    // While the question is open somebody writes, and it is seen.
    bench.act(KeyAct::AskUndo(id));
    assert_eq!(undo(bench.view()), [("a", Some(ours), false, true)]);
    bench.other("a", Some("THEIRS"));
    bench.look();
    bench.confirm_open();
    assert_eq!(bench.value("a").as_deref(), Some("THEIRS"));
    assert_eq!(bench.view().jobs[0].changed, ["a"], "and it is said");
    // Asked for after that, it says over what it goes.
    let theirs = bench.index;
    bench.act(KeyAct::AskUndo(id));
    assert_eq!(undo(bench.view()), [("a", Some(theirs), true, true)]);
    bench.confirm_open();
    assert_eq!(bench.value("a").as_deref(), Some("0"));
    // It is as it was: there is nothing to take back.
    bench.act(KeyAct::AskUndo(id));
    assert_eq!(bench.view().dialog, None);
    // Gone since: created again, over nothing.
    bench.other("a", None);
    bench.look();
    bench.act(KeyAct::AskUndo(id));
    assert_eq!(undo(bench.view()), [("a", None, true, true)]);
}

#[test]
fn a_change_that_the_watch_has_not_seen_waits() {
    let mut bench = Bench::new(&[("a", "0")]);
    bench.edit("a", "1");
    bench.act(KeyAct::Save);
    bench.answer();
    let id = bench.view().changes[0].id;
    bench.act(KeyAct::AskUndo(id));
    assert_eq!(bench.view().dialog, None);
    bench.look();
    bench.act(KeyAct::AskUndo(id));
    assert!(bench.view().dialog.is_some());
}

#[test]
fn an_act_is_one_entry_and_is_taken_back_as_one() {
    let mut bench = Bench::new(&[("d/a", "1"), ("d/b", "2"), ("d/c", "3"), ("e", "4")]);
    bench.act(KeyAct::AskDelete("d/".into(), true));
    bench.confirm_open();
    bench.act(KeyAct::ShowAllChanges(true));
    assert_eq!(lines(bench.view()), ["act 3"]);
    let act = bench.view().changes[0].act.clone().unwrap();
    bench.act(KeyAct::ToggleAct(act.id));
    assert_eq!(lines(bench.view()).len(), 4);
    bench.act(KeyAct::ToggleAct(act.id));
    // Somebody has one of them again meanwhile: named, and replaced only since it was asked about.
    bench.other("d/b", Some("theirs"));
    bench.look();
    assert_eq!(lines(bench.view()), ["d/b", "act 3"]);
    bench.act(KeyAct::AskUndoAct(act.id));
    let mut asked = undo(bench.view());
    asked.sort_unstable();
    let index = bench.index;
    assert_eq!(asked, [("d/a", None, false, true), ("d/b", Some(index), true, true), ("d/c", None, false, true)]);
    bench.other("d/c", Some("newer"));
    bench.confirm_open();
    let values = ["d/a", "d/b", "d/c", "e"].map(|key| bench.value(key).unwrap());
    assert_eq!(values, ["1", "2", "newer", "4"], "what came after the question stays");
    assert_eq!(bench.view().jobs[0].changed, ["d/c"]);
    assert_eq!(lines(bench.view()), ["d/c", "act 2", "d/b", "act 3"]);
    // One of it alone, too.
    let change = bench.view().changes.iter().find(|change| change.key == "d/c" && change.ours).unwrap().id;
    bench.act(KeyAct::AskUndo(change));
    bench.confirm_open();
    assert_eq!(bench.value("d/c").as_deref(), Some("3"));
    // Of the key in the middle each stands for itself.
    bench.act(KeyAct::Open("d/b".into()));
    bench.act(KeyAct::ShowAllChanges(false));
    assert!(lines(bench.view()).iter().all(|line| line == "d/b"));
}

#[test]
fn another_name_is_taken_back_without_losing_a_value() {
    let mut bench = Bench::new(&[("d/a", "1"), ("d/b", "2")]);
    bench.act(KeyAct::AskMove { from: "d/".into(), is_folder: true, copy: false });
    let to = KeyDialog::Move { from: "d/".into(), is_folder: true, to: "x".into(), copy: false, fault: None };
    bench.confirm(to);
    bench.act(KeyAct::ShowAllChanges(true));
    assert_eq!(lines(bench.view()), ["act 2"], "two keys, four changes");
    let act = bench.view().changes[0].act.clone().unwrap();
    bench.act(KeyAct::AskUndoAct(act.id));
    // An old name is taken by somebody else: then the new one stays.
    bench.other("d/a", Some("theirs"));
    bench.confirm_open();
    assert_eq!(bench.keys(), ["d/a", "d/b", "x/a"]);
    assert_eq!((bench.value("d/a").as_deref(), bench.value("x/a").as_deref()), (Some("theirs"), Some("1")));
}

#[test]
fn the_newest_values_are_kept_and_the_oldest_say_that_they_are_not() {
    let large = "x".repeat(500 << 10);
    let keys: Vec<String> = (0..80).map(|n| format!("many/{n:02}")).collect();
    let mut bench = Bench::new(&[]);
    for key in &keys {
        bench.other(key, Some(&large));
    }
    bench.look();
    bench.act(KeyAct::AskDelete("many/".into(), true));
    bench.confirm_open();
    let kept = bench.view().changes.iter().filter(|change| change.before.is_some()).count();
    assert!((60..70).contains(&kept), "32 MB are kept: {kept}");
    assert!(bench.view().changes[0].before.is_some() && bench.view().changes[79].before.is_none());
    let act = bench.view().changes[0].act.clone().unwrap();
    bench.act(KeyAct::AskUndoAct(act.id));
    let Some(KeyDialog::Undo { steps, left, .. }) = &bench.view().dialog else { panic!() };
    assert_eq!((steps.len(), *left), (kept, 80 - kept));
    assert_eq!(bench.view().changes[0].delta, KeyDelta::Deleted(large.len()));
}

/// Its list is not made for each of its answers, and is whole in the end.
#[test]
fn an_act_on_very_many_keys_is_whole_in_the_list() {
    let mut bench = Bench::new(&[]);
    for number in 0..1_500 {
        bench.other(&format!("many/{number:04}"), Some("v"));
    }
    bench.look();
    bench.act(KeyAct::ShowAllChanges(true));
    bench.act(KeyAct::AskDelete("many/".into(), true));
    bench.confirm_open();
    bench.other("last", Some("v"));
    bench.look();
    assert_eq!(lines(bench.view())[..2], ["last", "act 1500"]);
    let Some(ChangeLine::Act { newest, can_undo: true, .. }) = bench.view().change_lines.get(1).copied() else {
        panic!()
    };
    assert!(bench.view().listed_change(newest).unwrap().key.starts_with("many/"));
    assert_eq!(bench.view().changes.iter().filter(|change| change.ours && change.index.is_none()).count(), 1_500);
}
