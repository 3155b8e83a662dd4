//! Walks over keys and values with a real Consul: read, edited under a concurrent change, created, moved, deleted,
//! imported, exported, taken back; in both languages.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may end by panicking")]

mod common;
mod keys_support;
mod registry_support;
mod window_support;

use base64::Engine as _;
use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use proconsul::app::{Action, Conflict, KeyFace, KeysView, RegistryAct};
use proconsul::engine::KeyDelta;
use proconsul::words::Lang;

use keys_support::{clear, get, opened, put, with_keys};
use registry_support::Plan;
use window_support::{Begin, in_both};

#[test]
fn a_key_is_edited_under_a_concurrent_change() {
    let agent = &Plan::default().start();
    in_both(|lang| {
        clear(agent);
        let folder = format!("edit-{lang:?}");
        let key = format!("{folder}/limits.json");
        put(agent, &key, b"{\n  \"rps\": 50,\n  \"burst\": 20\n}\n");
        let mut walk = opened(lang, agent);
        let (own, words) = (walk.own(), walk.words());
        walk.open_key(&[&format!("{folder}/")], "limits.json");
        assert_eq!(walk.keys().face(&key), KeyFace::Json);
        walk.look("a key");

        // Written with the key, and listed as ours with the way back.
        walk.edit("{\n  \"rps\": 80,\n  \"burst\": 20\n}\n");
        assert!(walk.keys().is_unsaved(&key) && get(agent, &key).unwrap().ends_with(b"50,\n  \"burst\": 20\n}\n"));
        walk.command(Key::S);
        walk.until_saved(&key);
        assert!(String::from_utf8(get(agent, &key).unwrap()).unwrap().contains("80"));
        walk.until_shown("rps 50 → 80");
        assert!(walk.has(own.by_us));

        // Somebody else writes while it is edited.
        walk.edit("{\n  \"rps\": 120,\n  \"burst\": 20,\n  \"deny\": true\n}\n");
        put(agent, &key, b"{\n  \"rps\": 80,\n  \"burst\": 40\n}\n");
        walk.until_shown(own.changed_lead);
        let Some(Conflict::Changed(Some(base), now)) = walk.keys().conflict(&key) else { panic!("no conflict") };
        assert!(now > base);
        let row = walk.harness.query_all_by_role_and_label(Role::TreeItem, "limits.json").next().unwrap();
        assert_eq!(row.accesskit_node().data().description(), Some(own.changed), "the row says it");
        assert!(walk.has("burst 20 → 40") && walk.has(own.by_others));
        // The key for Save does nothing now.
        walk.command(Key::S);
        walk.look("a conflict");
        assert!(walk.keys().drafts[&key].writing.is_none());
        walk.click(Role::Button, own.compare);
        walk.until_shown("+  \"rps\": 120,");
        assert!(walk.has("−  \"rps\": 80,") && walk.has(own.theirs));
        walk.look("both beside each other");

        // Over theirs, once that is confirmed by name.
        walk.click(Role::Button, &lang.write_over(now));
        walk.until_shown(own.overwrite_title);
        walk.look("the question");
        walk.click(Role::Button, &lang.overwrite_confirm(Some(now)));
        walk.until_saved(&key);
        assert!(String::from_utf8(get(agent, &key).unwrap()).unwrap().contains("deny"));

        // What this window did is taken back: the newest first.
        walk.click(Role::Link, own.undo);
        walk.until_shown(&lang.undo_title(&key));
        walk.click(Role::Button, &lang.undo_confirm(false));
        walk.until_so("theirs is back", |_| get(agent, &key).is_some_and(|value| value.ends_with(b"40\n}\n")));
        walk.until_keys("the window sees it", |view| view.value(&key).is_some_and(|value| value.ends_with(b"40\n}\n")));

        // Theirs can be taken, and mine brought back.
        walk.edit("mine");
        put(agent, &key, b"{}");
        walk.until_shown(own.changed_lead);
        walk.click(Role::Button, own.take_theirs);
        assert_eq!(walk.keys().value(&key).unwrap(), b"{}");
        walk.click(Role::Link, own.bring_back);
        assert_eq!(walk.keys().value(&key).unwrap(), b"mine");

        // Deleted by somebody else: the text stays, and can be created again.
        agent.ask("DELETE", &format!("/v1/kv/{key}"), b"");
        walk.until_shown(own.deleted_lead);
        walk.look("deleted by somebody else");
        walk.click(Role::Button, own.create_again);
        walk.click(Role::Button, own.create);
        walk.until_saved(&key);
        assert_eq!(get(agent, &key).unwrap(), b"mine");
        assert!(!walk.has(words.loading));
        walk.rest();
    });
}

#[test]
fn keys_are_created_moved_copied_and_deleted() {
    let agent = &Plan::default().start();
    in_both(|lang| {
        clear(agent);
        let folder = format!("acts-{lang:?}");
        for name in ["a", "b%20c", "d/e"] {
            put(agent, &format!("{folder}/{}", name.replace('%', "%25")), name.as_bytes());
        }
        let mut walk = opened(lang, agent);
        let (own, words) = (walk.own(), walk.words());
        walk.until_shown(&format!("{folder}/"));

        // Created, with what was typed for it.
        walk.click(Role::Button, own.new_key);
        assert_eq!(
            walk.focused().map(|(_, name)| name).as_deref(),
            Some(lang.key_values().key_field),
            "the first field has the focus"
        );
        walk.look("a new key");
        walk.click(Role::Button, own.create);
        assert!(walk.has(own.no_key_typed));
        let key = format!("{folder}/新 键 & more");
        walk.fill(lang.key_values().key_field, &key);
        walk.fill(lang.key_values().value_field, "{\"x\": 1}");
        walk.click(Role::Button, own.create);
        walk.until_keys("it is there", |view| view.entry(&key).is_some());
        assert_eq!(walk.keys().key.as_deref(), Some(key.as_str()));

        // A folder under another name: every key of it.
        let row = format!("{folder}/");
        walk.row_menu(&row, words.rename_source);
        walk.look("another name");
        walk.fill(own.new_folder, &format!("{folder}-new/"));
        walk.click(Role::Button, words.rename);
        let moved = format!("{folder}-new/");
        walk.until_keys("all are moved", |view| {
            let tree = view.tree().unwrap();
            tree.below(&moved).len() == 4 && tree.below(&format!("{folder}/")).is_empty()
        });
        assert!(walk.keys().entry(&format!("{moved}b%20c")).is_some_and(|entry| entry.value == b"b%20c"));

        // One copied.
        walk.open_key(&[&moved], "a");
        walk.click(Role::Button, own.more_acts);
        walk.click(Role::MenuItem, own.copy_to);
        walk.fill(own.new_name, &format!("{moved}a2"));
        walk.click(Role::Button, words.copy);
        walk.until_keys("both are there", |view| view.tree().unwrap().below(&format!("{moved}a")).len() == 2);

        // All of it deleted, each by its name.
        walk.row_menu(&moved, own.delete);
        walk.until_shown(&lang.delete_title(&moved, true, 5));
        for name in ["a", "a2", "b%20c", "d/e"] {
            assert!(walk.has(&format!("{moved}{name} ")), "{name} is listed");
        }
        walk.look("what is deleted");
        walk.click(Role::Button, &lang.delete_confirm(5));
        walk.until_keys("all are gone", |view| view.tree().unwrap().below(&moved).is_empty());
        // What begins alike is another's.
        assert!(walk.keys().changes.iter().all(|change| change.key.starts_with(&folder) && change.ours));
        let last = walk.keys().changes.iter().filter(|change| matches!(change.delta, KeyDelta::Deleted(_))).count();
        assert_eq!(last, 4 + 5, "four old names and five keys");
        walk.click(Role::RadioButton, lang.streams().all);
        walk.look("all changes");
    });
}

#[test]
fn keys_are_imported_and_exported() {
    let agent = &Plan::default().start();
    in_both(|lang| {
        clear(agent);
        let folder = tempfile::tempdir().unwrap();
        let prefix = format!("io-{lang:?}/");
        put(agent, &format!("{prefix}same"), b"1");
        put(agent, &format!("{prefix}other"), b"old");
        let entry = |name: &str, value: &[u8]| {
            let value = base64::engine::general_purpose::STANDARD.encode(value);
            format!("{{\"key\": \"{prefix}{name}\", \"flags\": 0, \"value\": \"{value}\"}}")
        };
        let file = folder.path().join("in.json");
        let listed = [entry("same", b"1"), entry("other", b"new"), entry("blob", &[0, 255, 1])].join(",");
        std::fs::write(&file, format!("[{listed}]")).unwrap();
        let mut walk = opened(lang, agent);
        let (own, words) = (walk.own(), walk.words());

        walk.click(Role::Button, own.import);
        walk.fill(lang.body().save_file, "/nowhere/at/all.json");
        walk.press(Key::Enter);
        walk.until_so("it says why", |walk| walk.harness.query_all_by_role(Role::Alert).next().is_some());
        walk.fill(lang.body().save_file, &file.display().to_string());
        walk.press(Key::Enter);
        walk.until_shown(&lang.import_plan(1, 1, 1));
        assert!(walk.has(own.is_new) && walk.has(own.differs) && walk.has(own.is_same));
        assert_eq!(get(agent, &format!("{prefix}blob")), None, "nothing is written before it was seen");
        walk.look("the plan");
        walk.click(Role::CheckBox, own.write_differing);
        walk.click(Role::Button, &lang.import_confirm(2));
        walk.until_so("both are written", |_| {
            get(agent, &format!("{prefix}blob")).as_deref() == Some(&[0, 255, 1])
                && get(agent, &format!("{prefix}other")).as_deref() == Some(b"new")
        });
        walk.until_shown(&lang.keys_done(2, 0, 0, 0));
        walk.click(Role::Link, words.close);

        // Bytes are read in hexadecimal.
        walk.until_keys("it is seen", |view| view.entry(&format!("{prefix}blob")).is_some());
        walk.open_key(&[&prefix], "blob");
        assert_eq!(walk.keys().face(&format!("{prefix}blob")), KeyFace::Hex);
        walk.look("blob");

        // What is exported is what consul kv import reads: the same program reads it again.
        walk.row_menu(&prefix, own.export);
        walk.click(Role::Button, &lang.export_confirm(3));
        walk.until_shown(&lang.save_keys(3));
        let out = folder.path().join("out.json");
        walk.fill(lang.body().save_file, &out.display().to_string());
        // The other one is the value's, under the question.
        walk.click_last(Role::Button, words.save);
        walk.until_shown(lang.body().save_done);
        let written: serde_json::Value = serde_json::from_slice(&std::fs::read(&out).unwrap()).unwrap();
        let keys: Vec<&str> = written.as_array().unwrap().iter().map(|one| one["key"].as_str().unwrap()).collect();
        assert_eq!(keys, [format!("{prefix}blob"), format!("{prefix}other"), format!("{prefix}same")]);
        assert_eq!(written[0]["value"], "AP8B");
    });
}

#[test]
fn keys_are_found_read_by_keyboard_and_forbidden() {
    let agent = &Plan::default().start();
    in_both(|lang| {
        clear(agent);
        let prefix = format!("find-{lang:?}");
        put(agent, &format!("{prefix}/one"), b"a needle-in-a-value");
        put(agent, &format!("{prefix}/needle-in-a-value"), b"2");
        put(agent, &format!("{prefix}/db/password"), b"hunter22");
        let mut walk = opened(lang, agent);
        let own = walk.own();
        // The key for finding leads to the search.
        walk.command(Key::F);
        walk.text("Needle-in-a-VALUE");
        let is = |prefix: &str, view: &KeysView| {
            let tree = view.tree().unwrap();
            tree.find("needle-in-a-value").len() == view.lines.len() && !tree.below(prefix).is_empty()
        };
        walk.until_keys("keys and values are searched", |view| is(&prefix, view));
        assert!(walk.names(Role::TreeItem).iter().any(|name| name == "one"));
        walk.look("a search");
        walk.fill(own.search, "nobody-holds-this");
        walk.until_shown(own.no_hits);
        assert!(walk.has_named(own.no_hits_hint), "of keys and values, not of services");
        walk.click(Role::Button, walk.words().clear_filter);

        // Keys move the choice; what is chosen is read.
        walk.open_key(&[&format!("{prefix}/")], "needle-in-a-value");
        let row = walk.harness.query_all_by_role_and_label(Role::TreeItem, "needle-in-a-value").next().unwrap();
        row.focus();
        walk.steps(2);
        walk.press(Key::ArrowDown);
        assert_eq!(walk.keys().key.as_deref(), Some(format!("{prefix}/one").as_str()));

        // A secret is hidden until it is asked for, wherever it could be read.
        walk.open_key(&["db/"], "password");
        assert!(walk.has(own.hidden));
        assert!(!walk.has("hunter22"));
        walk.look("a hidden value");
        walk.click_last(Role::Button, walk.words().show_value);
        walk.until_so("it is shown", |walk| {
            walk.field(lang.key_values().value_field)
                .accesskit_node()
                .value()
                .is_some_and(|value| value.contains("hunter22"))
        });

        // Read-only: no way to write is left.
        walk.click(Role::Link, lang.registry().make_read_only);
        for name in [own.import, own.new_key] {
            let node = walk.harness.query_all_by_role_and_label(Role::Button, name).next().unwrap();
            assert!(node.accesskit_node().is_disabled(), "{name}");
        }
        walk.command(Key::S);
        walk.look("read-only");
        walk.click(Role::Link, own.make_writable);

        // What is typed stays while another key is read, and its row has a dot.
        walk.open_key(&[], "one");
        walk.edit("typed");
        walk.open_key(&[], "needle-in-a-value");
        let row = walk.harness.query_all_by_role_and_label(Role::TreeItem, "one").next().unwrap();
        assert_eq!(row.accesskit_node().data().description(), Some(own.unsaved));
        walk.open_key(&[], "one");
        assert_eq!(walk.keys().value(&format!("{prefix}/one")).unwrap(), b"typed");
        walk.click(Role::Button, own.discard);
        assert!(walk.keys().drafts.is_empty());
        walk.rest();
    });
}

#[test]
fn small_windows_show_one_thing_after_the_other() {
    let agent = &Plan::default().start();
    in_both(|lang| {
        clear(agent);
        let prefix = format!("small-{lang:?}");
        put(agent, &format!("{prefix}/a"), b"1");
        for size in [[1440.0, 900.0], [1024.0, 700.0], [720.0, 450.0], [560.0, 700.0], [512.0, 350.0]] {
            let mut walk = with_keys(Begin::new(lang).size(size), &agent.address(), "");
            walk.until_keys("keys are there", |view| view.tree.is_some());
            let key = format!("{prefix}/a");
            walk.act(Action::Registry(RegistryAct::Keys(walk.at(), proconsul::app::KeyAct::Open(key.clone()))));
            walk.look(&format!("a key at {size:?}"));
            walk.edit("mine");
            put(agent, &key, format!("{size:?}").as_bytes());
            walk.until_shown(walk.own().changed_lead);
            walk.look(&format!("a conflict at {size:?}"));
            if size[0] < 1440.0 {
                walk.click(Role::Button, walk.own().show_changes);
                walk.look(&format!("changes at {size:?}"));
                walk.click(Role::Button, walk.words().close);
            }
            if size[1] < 400.0 {
                walk.click(Role::Button, walk.own().back_to_tree);
                walk.look("the tree alone");
            }
        }
    });
}

#[test]
fn what_cannot_be_read_says_why() {
    let mut agent = Plan::default().denies().start();
    put(&agent, "app/x", b"1");
    put(&agent, "other/y", b"2");
    let none = agent.token("no-keys", "node_prefix \"\" { policy = \"read\" }");
    let reader = agent.token("reads-app", "key_prefix \"app/\" { policy = \"read\" }");
    in_both(|lang| {
        // A token that may read nothing.
        let mut walk = with_keys(Begin::new(lang), &agent.address(), &none);
        let own = walk.own();
        walk.until_so("it says that access rules are on", |walk| walk.has(own.perhaps_hidden) || walk.has(own.denied));
        walk.look("access rules");
        // One that may read, and not write: the refusal is told, and the text stays.
        let mut walk = with_keys(Begin::new(lang), &agent.address(), &reader);
        walk.until_keys("some keys are there", |view| view.tree.is_some() || view.away.is_some());
        if walk.keys().tree.is_some() {
            walk.open_key(&[], "x");
            walk.edit("2");
            walk.command(Key::S);
            walk.until_shown("Permission denied");
            assert_eq!(walk.keys().value("app/x").unwrap(), b"2");
            walk.look("refused");
        }
        assert!(!walk.has(&reader));
    });
    // The agent goes: what was known stays, and says how old it is.
    let mut walk = with_keys(Begin::new(Lang::En), &agent.address(), registry_support::MASTER);
    walk.until_keys("keys are there", |view| view.tree.is_some());
    agent.kill();
    walk.until_shown(walk.own().stale);
    assert!(walk.has_named("other/"));
    walk.look("the agent is away");
    walk.key(Modifiers::NONE, Key::Escape);
}
