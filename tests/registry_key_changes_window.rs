//! Walks over what was changed of keys with a real Consul: acts as one entry, taken back whole or one by one, never over
//! what somebody wrote since unasked; what comes back with the next start; questions that only a field's Enter confirms.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may end by panicking")]

mod common;
mod keys_support;
mod registry_support;
mod window_support;

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use proconsul::app::{Action, Area, KeyAct, KeyBack, RegistryAct, RegistryForm, RegistryView};
use proconsul::words::{KeysAct, Lang};

use keys_support::{clear, get, opened, put, with_keys};
use registry_support::{Agent, Plan};
use window_support::{Begin, Walk, in_both};

fn folder(agent: &Agent, name: &str, count: usize) {
    for number in 0..count {
        put(agent, &format!("{name}key-{number}"), format!("value {number}").as_bytes());
    }
}

fn values(agent: &Agent, name: &str) -> Vec<String> {
    let of = |number: usize| get(agent, &format!("{name}key-{number}"));
    (0..).map_while(of).map(|value| String::from_utf8(value).unwrap()).collect()
}

impl Walk {
    fn show_all_changes(&mut self) {
        let all = self.lang.streams().all;
        self.click(Role::RadioButton, all);
    }

    /// Has the focus, by Tab.
    fn tab_to(&mut self, role: Role, name: &str) {
        for _ in 0..40 {
            if self.focused() == Some((role, name.to_owned())) {
                return;
            }
            self.press(Key::Tab);
        }
        panic!("Tab never leads to {role:?} {name}");
    }
}

#[test]
fn an_act_is_one_entry_and_one_undo() {
    let agent = &Plan::default().start();
    in_both(|lang| {
        clear(agent);
        let name = format!("act-{lang:?}/");
        folder(agent, &name, 19);
        let mut walk = opened(lang, agent);
        walk.until_shown(&name);
        walk.show_all_changes();
        walk.delete_folder(&name, 19);
        let said = lang.keys_act_done(KeysAct::Delete(&name), 19);
        walk.until_shown(&said);
        assert_eq!(walk.names(Role::Link).iter().filter(|name| *name == walk.own().undo).count(), 0, "one entry");
        walk.look("one entry");

        // Each of them is one unfolding away, and its key leads to it by keyboard too.
        walk.click(Role::Button, &lang.show_each(19, false));
        assert!(walk.names(Role::Link).iter().filter(|name| *name == walk.own().undo).count() > 3);
        let key = walk.keys().changes[0].key.clone();
        walk.tab_to(Role::Link, &key);
        walk.press(Key::Enter);
        assert_eq!(walk.keys().key.as_deref(), Some(key.as_str()));
        walk.look("each for itself");
        walk.show_all_changes();
        walk.click(Role::Button, &lang.show_each(19, true));

        // Meanwhile somebody writes one of them again: the question says so, and how many it is about.
        put(agent, &format!("{name}key-1"), b"theirs");
        walk.until_keys("it is seen", |view| view.changes.iter().any(|change| !change.ours));
        walk.click(Role::Link, walk.of_changes().undo_all);
        walk.until_shown(&lang.undo_act_title(19, &name));
        let index = walk.keys().entry(&format!("{name}key-1")).unwrap().modified;
        assert!(walk.has(walk.of_changes().is_created) && walk.has(&lang.replaces_later(&lang.gets_back(7), index)));
        walk.look("the question");
        // What is written while it is asked stays.
        put(agent, &format!("{name}key-5"), b"newer");
        walk.until_keys("it is seen too", |view| view.entry(&format!("{name}key-5")).is_some());
        walk.click(Role::Button, &lang.undo_act_confirm(19));
        walk.until_so("all others are back", |_| values(agent, &name).len() == 19);
        walk.until_keys("the act ended", |view| view.jobs.iter().all(|job| !job.is_running()));
        let back = values(agent, &name);
        assert_eq!((back[1].as_str(), back[5].as_str(), back[18].as_str()), ("value 1", "newer", "value 18"));
        walk.until_shown(&format!("{name}key-5"));
        walk.look("what was left");
        walk.rest();
    });
}

#[test]
fn an_undo_says_over_what_it_goes() {
    let agent = &Plan::default().start();
    in_both(|lang| {
        clear(agent);
        let key = format!("undo-{lang:?}");
        put(agent, &key, b"old");
        let mut walk = opened(lang, agent);
        let own = walk.own();
        walk.open_key(&[], &key);
        walk.edit("mine");
        walk.command(Key::S);
        walk.until_saved(&key);
        walk.until_shown("old → mine");
        // The question is open, somebody writes: nothing is overwritten.
        walk.click(Role::Link, own.undo);
        walk.until_shown(&lang.undo_title(&key));
        put(agent, &key, b"THEIRS");
        walk.until_keys("theirs is seen", |view| view.value(&key).is_some_and(|value| value == b"THEIRS"));
        walk.click(Role::Button, &lang.undo_confirm(false));
        walk.until_keys("it was refused", |view| view.jobs.iter().any(|job| !job.changed.is_empty()));
        assert_eq!(get(agent, &key).unwrap(), b"THEIRS");
        walk.look("refused");
        walk.click(Role::Link, walk.words().close);
        // Asked for after that, it names both values and the index; then it is done.
        let index = walk.keys().entry(&key).unwrap().modified;
        walk.click(Role::Link, own.undo);
        walk.until_shown(&lang.undo_later_said(&key, index, "THEIRS", Some("old")));
        walk.look("over a later change");
        walk.click(Role::Button, &lang.undo_confirm(false));
        walk.until_so("it is as it was", |_| get(agent, &key).is_some_and(|value| value == b"old"));
        walk.until_keys("it is seen", |view| view.value(&key).is_some_and(|value| value == b"old"));
        // There is nothing left to take back.
        let all = walk.harness.query_all_by_role_and_label(Role::Link, own.undo);
        let can: Vec<bool> = all.map(|node| !node.accesskit_node().is_disabled()).collect();
        assert_eq!(can, [true, false], "the undo itself, and the change that is undone");
        walk.rest();
    });
}

#[test]
fn enter_on_a_check_box_is_no_yes() {
    let agent = &Plan::default().start();
    in_both(|lang| {
        clear(agent);
        let name = format!("enter-{lang:?}/");
        folder(agent, &name, 2);
        let files = tempfile::tempdir().unwrap();
        let file = files.path().join("in.json");
        // "b3RoZXI=" is "other".
        let text = format!(
            "[{{\"key\": \"{name}key-0\", \"value\": \"b3RoZXI=\"}}, {{\"key\": \"{name}new\", \"value\": \"b3RoZXI=\"}}]"
        );
        std::fs::write(&file, text).unwrap();
        let mut walk = opened(lang, agent);
        let own = walk.own();
        walk.until_shown(&name);
        walk.click(Role::Button, own.import);
        walk.fill(lang.body().save_file, &file.display().to_string());
        walk.press(Key::Enter);
        walk.until_shown(&lang.import_plan(1, 1, 0));
        walk.tab_to(Role::CheckBox, own.write_differing);
        walk.press(Key::Enter);
        // It is ticked, and nothing else happened.
        assert!(walk.has_named(&lang.import_confirm(2)));
        walk.steps(20);
        assert_eq!(values(agent, &name), ["value 0", "value 1"]);
        assert_eq!(get(agent, &format!("{name}fresh")), None);
        walk.tab_to(Role::Link, own.import_again);
        walk.press(Key::Enter);
        walk.steps(20);
        assert_eq!(get(agent, &format!("{name}fresh")), None, "another file is asked for");
        assert!(walk.has_named(own.import_how));
        walk.press(Key::Escape);

        // A folder's new name, without its slash: the field's Enter is a yes.
        walk.row_menu(&name, walk.words().rename_source);
        let moved = format!("moved-{lang:?}");
        walk.fill(own.new_folder, &moved);
        walk.until_shown(&lang.first_moved(&format!("{name}key-0"), &format!("{moved}/key-0"), false));
        walk.look("another name");
        walk.press(Key::Enter);
        walk.until_so("it is there", |_| values(agent, &format!("{moved}/")).len() == 2);
        walk.until_so("the old one is not", |_| values(agent, &name).is_empty());

        // The question of the registry's settings: a switch is a switch.
        walk.act(Action::Registry(RegistryAct::OpenDialogFor(walk.at().registry)));
        walk.tab_to(Role::Switch, lang.registry().read_only);
        walk.press(Key::Enter);
        assert!(walk.app().registries.dialog.as_ref().is_some_and(|dialog| dialog.form.read_only));
        assert!(!walk.app().is_read_only(&walk.at()), "nothing is taken yet");
        walk.focus(walk.words().address, 0);
        walk.press(Key::Enter);
        assert!(walk.app().registries.dialog.is_none() && walk.app().is_read_only(&walk.at()));

        // So is a choice in the question for a source.
        walk.act(Action::OpenDialog);
        walk.tab_to(Role::RadioButton, walk.words().connect_title);
        walk.press(Key::ArrowRight);
        walk.press(Key::Enter);
        assert!(walk.app().dialog.as_ref().is_some_and(|dialog| dialog.files && !dialog.missing));
        walk.press(Key::Escape);
        walk.rest();
    });
}

#[test]
fn what_was_typed_and_changed_is_there_after_a_restart() {
    let agent = &Plan::default().start();
    in_both(|lang| {
        clear(agent);
        let name = format!("kept-{lang:?}/");
        folder(agent, &name, 3);
        put(agent, &format!("{name}deep/a"), b"1");
        put(agent, "secrets/token", b"hunter22");
        let kept = tempfile::tempdir().unwrap();
        let mut first = with_keys(Begin::new(lang).kept_in(kept.path()), &agent.address(), "");
        first.until_keys("keys are there", |view| view.tree.is_some());
        first.act(Action::Registry(RegistryAct::Keys(first.at(), KeyAct::Open(format!("{name}deep/a")))));
        first.edit("typed");
        first.row_menu("token", first.own().delete);
        first.click(Role::Button, &lang.delete_confirm(1));
        first.until_keys("it is gone", |view| view.entry("secrets/token").is_none());
        // Two keys of a folder in one act.
        put(agent, &format!("{name}gone/a"), b"a");
        put(agent, &format!("{name}gone/b"), b"b");
        first.until_shown("gone/");
        first.row_menu("gone/", first.own().delete);
        first.click(Role::Button, &lang.delete_confirm(2));
        first.until_keys("both are gone", |view| {
            view.jobs.is_empty() && view.tree().unwrap().below(&format!("{name}gone/")).is_empty()
        });
        first.click(Role::Button, first.own().new_key);
        first.fill(first.own().key_field, &format!("{name}fresh"));
        first.fill(first.own().value_field, "{\"n\": 1}");
        // Escape leaves it, and says so.
        first.press(Key::Escape);
        first.until_shown(first.of_changes().new_unsent);
        first.look("a new key that was left");
        first.harness.run();
        drop(first);
        let text = std::fs::read_to_string(kept.path().join(proconsul::state::FILE)).unwrap();
        assert!(text.contains("typed") && !text.contains("hunter22"));

        let mut walk = Begin::new(lang).kept_in(kept.path()).walk();
        walk.act(Action::ShowArea(Area::Registry));
        walk.until_so("keys are there", |walk| {
            let at = walk.app().registries.shown_keys();
            at.and_then(|at| walk.app().registries.keys_view(&at)).is_some_and(|view| view.tree.is_some())
        });
        // The edit is open, and its row is seen; folded, its folder says it.
        assert_eq!(walk.keys().value(&format!("{name}deep/a")).unwrap(), b"typed");
        assert_eq!(walk.keys().key.as_deref(), Some(format!("{name}deep/a").as_str()));
        let row = |walk: &Walk, name: &str| {
            let row = walk.harness.query_all_by_role_and_label(Role::TreeItem, name).next().expect("the row");
            row.accesskit_node().data().description().map(str::to_owned)
        };
        assert_eq!(row(&walk, "a").as_deref(), Some(walk.own().unsaved));
        walk.look("after the start");
        walk.click(Role::TreeItem, &name);
        assert_eq!(row(&walk, &name), Some(lang.unsaved_edits(1)));
        walk.look("folded");
        // The new key goes on where it was left.
        walk.click(Role::Link, walk.of_changes().go_on);
        walk.look("the new key");
        walk.click(Role::Button, walk.own().create);
        walk.until_so("it is created", |_| {
            get(agent, &format!("{name}fresh")).is_some_and(|value| value == b"{\"n\": 1}")
        });
        walk.until_so("nothing is left of it", |walk| !walk.has(walk.of_changes().new_unsent));
        // What was changed before is listed, with the way back, but for the secret.
        walk.show_all_changes();
        walk.until_shown(&lang.keys_act_done(KeysAct::Delete(&format!("{name}gone/")), 2));
        let secret = walk.keys().changes.iter().find(|change| change.key == "secrets/token").unwrap();
        assert_eq!(secret.back, KeyBack::NotKept);
        assert!(walk.has_named(walk.of_changes().after_restart));
        walk.look("changes of before");
        walk.click(Role::Link, walk.of_changes().undo_all);
        walk.click(Role::Button, &lang.undo_act_confirm(2));
        walk.until_so("both are back", |_| get(agent, &format!("{name}gone/b")).is_some_and(|value| value == b"b"));
        walk.rest();
    });
}

#[test]
fn a_write_on_its_way_outlives_its_registry_opened_anew() {
    let agent = &Plan::default().start();
    in_both(|lang| {
        clear(agent);
        let key = format!("frozen-{lang:?}");
        put(agent, &key, b"old");
        let mut walk = opened(lang, agent);
        walk.open_key(&[], &key);
        walk.edit("mine");
        agent.freeze();
        walk.command(Key::S);
        assert!(walk.keys().drafts[&key].writing.is_some());
        walk.act(Action::Registry(RegistryAct::OpenDialogFor(walk.at().registry)));
        walk.steps(8);
        walk.click(Role::Button, lang.registry().take_settings);
        walk.until_shown(walk.of_changes().unknown_written);
        walk.look("nobody knows");
        agent.thaw();
        // Whether it was written or not: it can be written now, or it is.
        walk.until_keys("it is settled or can be saved", |view| !view.drafts.contains_key(&key) || view.can_save());
        if walk.keys().drafts.contains_key(&key) {
            walk.command(Key::S);
        }
        walk.until_so("it is written", |_| get(agent, &key).is_some_and(|value| value == b"mine"));
        walk.until_saved(&key);
        walk.rest();
    });
}

#[test]
fn json_in_one_line_is_compared_member_by_member() {
    let agent = &Plan::default().start();
    in_both(|lang| {
        clear(agent);
        let key = format!("line-{lang:?}");
        let long = "a text that goes on and on until no half of the pane can show it whole";
        put(agent, &key, format!("{{\"addr\":\"10.0.0.1\",\"n\":1,\"note\":\"{long}\"}}").as_bytes());
        let mut walk = opened(lang, agent);
        walk.open_key(&[], &key);
        walk.edit(&format!("{{\"addr\":\"10.0.0.1\",\"n\":2,\"note\":\"{long}\"}}"));
        put(agent, &key, format!("{{\"addr\":\"10.0.0.1\",\"n\":3,\"note\":\"{long}, theirs\"}}").as_bytes());
        walk.until_shown(walk.own().changed_lead);
        walk.click(Role::Button, walk.own().compare);
        walk.until_shown("+  \"n\": 2,");
        assert!(walk.has("−  \"n\": 3,") && walk.has(walk.of_changes().formatted));
        walk.look("member by member");
        // What is beyond the edge is reached by keys.
        let pane = format!("{} | {}", walk.own().mine, walk.own().theirs);
        let beyond = walk.harness.query_all_by_label(&pane).next().expect("the texts");
        beyond.focus();
        walk.steps(2);
        walk.press(Key::End);
        walk.look("at its end");
    });
}

/// Nothing was ever heard of the registry: the centre says so, and is not blank.
#[test]
fn keys_of_a_registry_that_never_answered_say_so() {
    let mut agent = Plan::default().start();
    let kept = tempfile::tempdir().unwrap();
    let mut first = with_keys(Begin::new(Lang::En).kept_in(kept.path()), &agent.address(), "");
    first.until_keys("keys are there", |view| view.tree.is_some());
    first.harness.run();
    drop(first);
    agent.kill();
    in_both(|lang| {
        let mut walk = Begin::new(lang).kept_in(kept.path()).walk();
        walk.act(Action::ShowArea(Area::Registry));
        assert!(walk.app().registries.shown_keys().is_some());
        walk.until_shown(walk.own().failed);
        assert!(walk.has_named(lang.registry().look_again) && walk.has_named(lang.registry().key_value));
        walk.look("away from the start");
    });
}

/// One that cannot even be asked has no watch: the centre says why.
#[test]
fn keys_of_a_registry_that_cannot_be_asked_say_so() {
    in_both(|lang| {
        let mut walk = Begin::new(lang).walk();
        let (address, ca_path) = ("https://127.0.0.1:1".to_owned(), "/nowhere/ca.pem".to_owned());
        let form = RegistryForm { address, ca_path, ..RegistryForm::default() };
        walk.act(Action::Registry(RegistryAct::Add(Box::new(form))));
        let registry = walk.app().registries.entries[0].id;
        walk.act(Action::Registry(RegistryAct::Show(RegistryView::Keys(registry, "dc1".to_owned()))));
        walk.until_shown(lang.registry().away_title);
        assert!(walk.has("/nowhere/ca.pem") && walk.has_named(lang.registry().look_again));
        walk.look("it cannot be asked");
    });
}
