//! What a window remembers and tells about it, in both languages, with a real data folder.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may end by panicking")]

mod window_support;

use std::path::Path;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use proconsul::app::{Action, App, Prepared};
use proconsul::keychain::KeychainState;
use proconsul::start::Start;
use proconsul::state::FILE;

use window_support::{Begin, Walk, in_both};

const PROTO: &str = "syntax = \"proto3\"; package a; message A { string name = 1; }
service S { rpc One(A) returns (A); rpc Two(A) returns (A); rpc Three(A) returns (stream A); }";

fn with_files(folder: &Path) -> Start {
    let path = folder.join("a.proto");
    std::fs::write(&path, PROTO).unwrap();
    Start { paths: vec![path], ..Start::default() }
}

/// A method of the files.
fn open(walk: &mut Walk, name: &str) {
    let source = walk.app().sources[0].id;
    walk.harness.state_mut().perform(Action::OpenMethod(source, "a.S".to_owned(), name.to_owned()));
    walk.until(name, |app| app.active_tab().is_some_and(|tab| matches!(tab.prepared, Prepared::Ready(_))));
}

fn titles(app: &App) -> Vec<&str> {
    app.tabs.iter().map(|tab| tab.method.as_str()).collect()
}

#[test]
fn everything_comes_back_after_the_window_was_closed() {
    in_both(|lang| {
        let (folder, files) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let mut first = Begin::new(lang).kept_in(folder.path()).start(with_files(files.path())).walk();
        first.until("the files are read", |app| app.sources.iter().any(|entry| entry.outline.is_some()));
        open(&mut first, "One");
        open(&mut first, "Three");
        let tab = first.app().tabs[0].id;
        let state = first.harness.state_mut();
        state.perform(Action::ChooseTab(tab));
        state.perform(Action::SetMessage(tab, "{\"name\": \"李雷\"}".to_owned(), None));
        state.perform(Action::SetAddress(tab, "127.0.0.1:1".to_owned()));
        state.perform(Action::AddMetadata(tab, "token".to_owned(), "t0k3n-value".to_owned()));
        state.perform(Action::AddMetadata(tab, "x-trace".to_owned(), "plain-value".to_owned()));
        state.perform(Action::SetLang(lang.other()));
        first.steps(4);
        first.harness.run();
        drop(first);
        let text = std::fs::read_to_string(folder.path().join(FILE)).unwrap();
        assert!(text.contains("plain-value") && !text.contains("t0k3n-value"));

        let mut second = Begin::new(lang).kept_in(folder.path()).walk();
        second.lang = lang.other();
        let words = lang.other().words();
        assert_eq!(second.app().lang, lang.other());
        assert_eq!(titles(second.app()), ["One", "Three"]);
        second.until("the method is ready again", |app| {
            app.active_tab().is_some_and(|tab| matches!(tab.prepared, Prepared::Ready(_)) && tab.checked.is_some())
        });
        let tab = second.app().active_tab().unwrap();
        assert_eq!((tab.method.as_str(), tab.address.as_str()), ("One", "127.0.0.1:1"));
        assert_eq!(tab.message, "{\"name\": \"李雷\"}");
        let id = tab.id;
        second.harness.state_mut().perform(Action::ShowRequestSide(id, proconsul::app::RequestSide::Metadata));
        second.steps(4);
        second.rest();
        second.until("the keychain that is not there", |app| app.keychain != KeychainState::Unasked);
        second.rest();
        assert!(second.has(lang.other().requests().gone_hint), "the secret's row says so");
        assert!(second.has(words.type_again));
    });
}

#[test]
fn a_file_that_was_set_aside_is_told_until_it_is_taken_away() {
    in_both(|lang| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), "{\"version\": 99}").unwrap();
        let mut walk = Begin::new(lang).kept_in(folder.path()).walk();
        walk.rest();
        assert!(walk.has(lang.words().set_aside_title));
        assert!(walk.has("state.json.newer-"), "it says where the file is now");
        walk.click(Role::Link, lang.words().close);
        walk.rest();
        assert!(!walk.has(lang.words().set_aside_title));
    });
}

#[test]
fn a_folder_that_cannot_be_written_is_told_and_the_window_works() {
    in_both(|lang| {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("taken");
        std::fs::write(&place, "").unwrap();
        // Reading fails as well, for the same reason: the file of that name is none.
        // Reading fails as well, for the same reason: the file of that name is none.
        let mut begin = Begin::new(lang);
        begin.setup.state_dir = Some(place);
        let mut walk = begin.walk();
        walk.until("it is told", |app| !app.notices.is_empty());
        walk.rest();
        assert!(walk.has(lang.words().not_kept_title));
    });
}

#[test]
fn tabs_are_closed_opened_again_moved_doubled_and_listed_where_they_do_not_fit() {
    in_both(|lang| {
        let (folder, files) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let mut walk = Begin::new(lang).kept_in(folder.path()).start(with_files(files.path())).walk();
        walk.until("the files are read", |app| app.sources.iter().any(|entry| entry.outline.is_some()));
        for name in ["One", "Two", "Three"] {
            open(&mut walk, name);
        }
        let both = Modifiers::COMMAND | Modifiers::SHIFT;
        walk.key(both, Key::PageUp);
        assert_eq!(titles(walk.app()), ["One", "Three", "Two"]);
        walk.key(Modifiers::COMMAND, Key::W);
        assert_eq!(titles(walk.app()), ["One", "Two"]);
        walk.key(both, Key::T);
        assert_eq!(titles(walk.app()), ["One", "Three", "Two"]);
        walk.key(Modifiers::COMMAND, Key::T);
        assert_eq!(titles(walk.app()), ["One", "Three", "Three", "Two"]);
        // Dragged behind the last one.
        let rects: Vec<_> = ["One", "Two"]
            .map(|name| walk.harness.query_all_by_role_and_label(Role::Tab, name).next().expect("a tab").rect())
            .into();
        walk.harness.drag_at(rects[0].center());
        walk.steps(2);
        walk.harness.hover_at(rects[1].right_center() - egui::vec2(4.0, 0.0));
        walk.steps(2);
        walk.harness.drop_at(rects[1].right_center() - egui::vec2(4.0, 0.0));
        walk.steps(4);
        assert_eq!(titles(walk.app()), ["Three", "Three", "Two", "One"]);
        for _ in 0..16 {
            walk.key(Modifiers::COMMAND, Key::T);
        }
        walk.until("all are ready", |app| {
            app.tabs.iter().all(|tab| matches!(tab.prepared, Prepared::Ready(_)) && tab.checked.is_some())
        });
        walk.rest();
        let shown = walk
            .harness
            .query_all_by_role(Role::Tab)
            .filter(|tab| tab.rect().top() < 60.0 && tab.rect().left() > 300.0)
            .count();
        assert!(shown < 20, "{shown} of 20 fit");
        let name = lang.more_tabs(20 - shown);
        walk.click(Role::Button, &name);
        assert_eq!(walk.harness.query_all_by_role(Role::MenuItem).count(), 20 - shown);
        assert_ne!(walk.app().active_tab().unwrap().method, "Two");
        walk.click(Role::MenuItem, "Two");
        assert_eq!(walk.app().active_tab().unwrap().method, "Two");
        walk.rest();
    });
}

#[test]
fn sources_are_renamed_and_moved_and_recent_ones_opened_again() {
    in_both(|lang| {
        let words = lang.words();
        let (folder, files) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let mut walk = Begin::new(lang).kept_in(folder.path()).start(with_files(files.path())).walk();
        walk.until("the files are read", |app| app.sources.iter().any(|entry| entry.outline.is_some()));
        let source = walk.app().sources[0].id;
        // The files' row is the chosen one.
        walk.harness.key_press(Key::F2);
        walk.steps(4);
        walk.rest();
        walk.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
        walk.steps(1);
        walk.harness.event(Event::Text("Orders API".to_owned()));
        walk.steps(4);
        walk.click(Role::Button, words.rename);
        assert!(walk.has("Orders API"));
        assert_eq!(walk.app().sources[0].title(), "Orders API");
        walk.harness.state_mut().perform(Action::RemoveSource(source));
        walk.steps(4);
        walk.rest();
        assert!(walk.has(words.recent));
        let row = walk
            .harness
            .query_all_by_label_contains("Orders API")
            .find(|node| node.accesskit_node().role() == Role::Button);
        row.expect("a recent source").click();
        walk.until("it is open again", |app| app.sources.first().is_some_and(|entry| entry.outline.is_some()));
        assert_eq!(walk.app().sources[0].title(), "Orders API");
    });
}
