//! What a window remembers and tells about it, in both languages, with a real data folder.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may end by panicking")]

use std::path::Path;
use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use proconsul::app::{Action, App, Prepared};
use proconsul::keychain::KeychainState;
use proconsul::start::Start;
use proconsul::state::{self, FILE};
use proconsul::ui::{Setup, Window};
use proconsul::words::Lang;

/// Longer than anything here may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

const PROTO: &str = "syntax = \"proto3\"; package a; message A { string name = 1; }
service S { rpc One(A) returns (A); rpc Two(A) returns (A); rpc Three(A) returns (stream A); }";

fn window(folder: &Path, lang: Lang, start: Start) -> Harness<'static, Window> {
    let setup = Setup {
        start,
        state_dir: Some(folder.to_path_buf()),
        opened: state::open(folder),
        lang,
        theme: None,
        ..Setup::default()
    };
    let mut harness = Harness::builder()
        .with_size([1440.0, 900.0])
        .build_eframe(|creation| Window::new(&creation.egui_ctx, setup).expect("the engine starts"));
    harness.run_steps(4);
    harness
}

fn until(harness: &mut Harness<'static, Window>, what: &str, is_so: impl Fn(&App) -> bool) {
    let begin = Instant::now();
    while !is_so(harness.state().app()) {
        assert!(begin.elapsed() < PATIENCE, "never: {what}");
        harness.step();
        std::thread::sleep(Duration::from_millis(5));
    }
    harness.run_steps(4);
}

fn has(harness: &Harness<'static, Window>, part: &str) -> bool {
    harness.query_all_by_label_contains(part).next().is_some()
}

fn click(harness: &mut Harness<'static, Window>, role: Role, name: &str) {
    let node = harness.query_all_by_role_and_label(role, name).next();
    node.unwrap_or_else(|| panic!("no {role:?} {name}")).click();
    harness.run_steps(4);
}

fn with_files(folder: &Path) -> Start {
    let path = folder.join("a.proto");
    std::fs::write(&path, PROTO).unwrap();
    Start { paths: vec![path], ..Start::default() }
}

fn open_method(harness: &mut Harness<'static, Window>, name: &str) {
    let source = harness.state().app().sources[0].id;
    harness.state_mut().perform(Action::OpenMethod(source, "a.S".to_owned(), name.to_owned()));
    until(harness, name, |app| app.active_tab().is_some_and(|tab| matches!(tab.prepared, Prepared::Ready(_))));
}

fn titles(app: &App) -> Vec<&str> {
    app.tabs.iter().map(|tab| tab.method.as_str()).collect()
}

#[test]
fn everything_comes_back_after_the_window_was_closed() {
    for lang in [Lang::En, Lang::ZhCn] {
        let (folder, files) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let mut first = window(folder.path(), lang, with_files(files.path()));
        until(&mut first, "the files are read", |app| app.sources.iter().any(|entry| entry.outline.is_some()));
        open_method(&mut first, "One");
        open_method(&mut first, "Three");
        let tab = first.state().app().tabs[0].id;
        let state = first.state_mut();
        state.perform(Action::ChooseTab(tab));
        state.perform(Action::SetMessage(tab, "{\"name\": \"李雷\"}".to_owned(), None));
        state.perform(Action::SetAddress(tab, "127.0.0.1:1".to_owned()));
        state.perform(Action::AddMetadata(tab, "token".to_owned(), "t0k3n-value".to_owned()));
        state.perform(Action::AddMetadata(tab, "x-trace".to_owned(), "plain-value".to_owned()));
        state.perform(Action::SetLang(lang.other()));
        first.run_steps(4);
        first.run();
        drop(first);
        let text = std::fs::read_to_string(folder.path().join(FILE)).unwrap();
        assert!(text.contains("plain-value") && !text.contains("t0k3n-value"));

        let mut second = window(folder.path(), lang, Start::default());
        let words = lang.other().words();
        assert_eq!(second.state().app().lang, lang.other());
        assert_eq!(titles(second.state().app()), ["One", "Three"]);
        until(&mut second, "the method is ready again", |app| {
            app.active_tab().is_some_and(|tab| matches!(tab.prepared, Prepared::Ready(_)) && tab.checked.is_some())
        });
        let tab = second.state().app().active_tab().unwrap();
        assert_eq!((tab.method.as_str(), tab.address.as_str()), ("One", "127.0.0.1:1"));
        assert_eq!(tab.message, "{\"name\": \"李雷\"}");
        let id = tab.id;
        second.state_mut().perform(Action::ShowRequestSide(id, proconsul::app::RequestSide::Metadata));
        second.run_steps(4);
        second.run();
        until(&mut second, "the keychain that is not there", |app| app.keychain != KeychainState::Unasked);
        second.run();
        assert!(has(&second, lang.other().requests().gone_hint), "the secret's row says so");
        assert!(has(&second, words.type_again));
    }
}

#[test]
fn a_file_that_was_set_aside_is_told_until_it_is_taken_away() {
    for lang in [Lang::En, Lang::ZhCn] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), "{\"version\": 99}").unwrap();
        let mut harness = window(folder.path(), lang, Start::default());
        harness.run();
        assert!(has(&harness, lang.words().set_aside_title));
        assert!(has(&harness, "state.json.newer-"), "it says where the file is now");
        click(&mut harness, Role::Link, lang.words().close);
        harness.run();
        assert!(!has(&harness, lang.words().set_aside_title));
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_told_and_the_window_works() {
    for lang in [Lang::En, Lang::ZhCn] {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("taken");
        std::fs::write(&place, "").unwrap();
        // Reading fails as well, for the same reason: the file of that name is none.
        let setup = Setup { state_dir: Some(place), lang, ..Setup::default() };
        let mut harness = Harness::builder()
            .with_size([1440.0, 900.0])
            .build_eframe(|creation| Window::new(&creation.egui_ctx, setup).expect("the engine starts"));
        until(&mut harness, "it is told", |app| !app.notices.is_empty());
        harness.run();
        assert!(has(&harness, lang.words().not_kept_title));
    }
}

#[test]
fn tabs_are_closed_opened_again_moved_doubled_and_listed_where_they_do_not_fit() {
    for lang in [Lang::En, Lang::ZhCn] {
        let (folder, files) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let mut harness = window(folder.path(), lang, with_files(files.path()));
        until(&mut harness, "the files are read", |app| app.sources.iter().any(|entry| entry.outline.is_some()));
        for name in ["One", "Two", "Three"] {
            open_method(&mut harness, name);
        }
        let press = |harness: &mut Harness<'static, Window>, modifiers: Modifiers, key: Key| {
            harness.key_press_modifiers(modifiers, key);
            harness.run_steps(4);
        };
        let both = Modifiers::COMMAND | Modifiers::SHIFT;
        press(&mut harness, both, Key::PageUp);
        assert_eq!(titles(harness.state().app()), ["One", "Three", "Two"]);
        press(&mut harness, Modifiers::COMMAND, Key::W);
        assert_eq!(titles(harness.state().app()), ["One", "Two"]);
        press(&mut harness, both, Key::T);
        assert_eq!(titles(harness.state().app()), ["One", "Three", "Two"]);
        press(&mut harness, Modifiers::COMMAND, Key::T);
        assert_eq!(titles(harness.state().app()), ["One", "Three", "Three", "Two"]);
        // Dragged behind the last one.
        let rects: Vec<_> = ["One", "Two"]
            .map(|name| harness.query_all_by_role_and_label(Role::Tab, name).next().expect("a tab").rect())
            .into();
        harness.drag_at(rects[0].center());
        harness.run_steps(2);
        harness.hover_at(rects[1].right_center() - egui::vec2(4.0, 0.0));
        harness.run_steps(2);
        harness.drop_at(rects[1].right_center() - egui::vec2(4.0, 0.0));
        harness.run_steps(4);
        assert_eq!(titles(harness.state().app()), ["Three", "Three", "Two", "One"]);
        for _ in 0..16 {
            press(&mut harness, Modifiers::COMMAND, Key::T);
        }
        until(&mut harness, "all are ready", |app| {
            app.tabs.iter().all(|tab| matches!(tab.prepared, Prepared::Ready(_)) && tab.checked.is_some())
        });
        harness.run();
        let shown = harness
            .query_all_by_role(Role::Tab)
            .filter(|tab| tab.rect().top() < 60.0 && tab.rect().left() > 300.0)
            .count();
        assert!(shown < 20, "{shown} of 20 fit");
        let name = lang.more_tabs(20 - shown);
        click(&mut harness, Role::Button, &name);
        assert_eq!(harness.query_all_by_role(Role::MenuItem).count(), 20 - shown);
        assert_ne!(harness.state().app().active_tab().unwrap().method, "Two");
        click(&mut harness, Role::MenuItem, "Two");
        assert_eq!(harness.state().app().active_tab().unwrap().method, "Two");
        harness.run();
    }
}

#[test]
fn sources_are_renamed_and_moved_and_recent_ones_opened_again() {
    for lang in [Lang::En, Lang::ZhCn] {
        let words = lang.words();
        let (folder, files) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let mut harness = window(folder.path(), lang, with_files(files.path()));
        until(&mut harness, "the files are read", |app| app.sources.iter().any(|entry| entry.outline.is_some()));
        let source = harness.state().app().sources[0].id;
        // The files' row is the chosen one.
        harness.key_press(Key::F2);
        harness.run_steps(4);
        harness.run();
        harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
        harness.step();
        harness.event(Event::Text("Orders API".to_owned()));
        harness.run_steps(4);
        click(&mut harness, Role::Button, words.rename);
        assert!(has(&harness, "Orders API"));
        assert_eq!(harness.state().app().sources[0].title(), "Orders API");
        harness.state_mut().perform(Action::RemoveSource(source));
        harness.run_steps(4);
        harness.run();
        assert!(has(&harness, words.recent));
        let row =
            harness.query_all_by_label_contains("Orders API").find(|node| node.accesskit_node().role() == Role::Button);
        row.expect("a recent source").click();
        until(&mut harness, "it is open again", |app| app.sources.first().is_some_and(|entry| entry.outline.is_some()));
        assert_eq!(harness.state().app().sources[0].title(), "Orders API");
    }
}
