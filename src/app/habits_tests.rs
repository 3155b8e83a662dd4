//! Settings in force, notices, dialogs that hang, methods that are waited for: by plain values.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may end by panicking")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Action, App, Area, Happened, PickFor, Prepared, Settings, TabId, ThemeChoice};
use crate::call::{Code, Encoding};
use crate::engine::{Command, Event, MethodReady, SourceId, SourceState};
use crate::schema::{MethodInfo, Outline, ServiceInfo};
use crate::words::Lang;

/// An app with one source that was read: a unary method, and a stream.
fn opened(now: Instant) -> (App, SourceId) {
    let mut app = App::new(Lang::En, ThemeChoice::Dark);
    app.apply(Action::OpenAddress("127.0.0.1:1".to_owned()), now);
    let commands = app.take_commands();
    let [Command::OpenSource { source, generation, .. }] = commands.as_slice() else { panic!("{commands:?}") };
    let method =
        |name: &str, server_streaming| MethodInfo { name: name.to_owned(), server_streaming, ..MethodInfo::default() };
    let service = ServiceInfo {
        full_name: "a.S".to_owned(),
        methods: vec![method("One", false), method("Many", true)],
        ..ServiceInfo::default()
    };
    let outline = Arc::new(Outline { services: vec![service], ..Outline::default() });
    app.fold(Event::Source { source: *source, generation: *generation, state: SourceState::Ready(outline) }, now);
    (app, *source)
}

fn open(app: &mut App, source: SourceId, name: &str, now: Instant) -> TabId {
    app.apply(Action::OpenMethod(source, "a.S".to_owned(), name.to_owned()), now);
    app.active.expect("a tab")
}

fn make_ready(app: &mut App, source: SourceId, id: TabId, now: Instant) {
    let tab = app.tab(id).expect("a tab");
    let (ticket, name) = (tab.ticket, tab.method.clone());
    let info = app.source(source).and_then(|entry| entry.method("a.S", &name)).expect("known").clone();
    let ready = MethodReady {
        service: "a.S".to_owned(),
        info,
        template: "{}".to_owned(),
        notes: Vec::new(),
        input: None,
        output: None,
        comments: Arc::default(),
    };
    app.fold(Event::MethodReady { ticket, result: Ok(ready) }, now);
}

fn check(app: &mut App, id: TabId, now: Instant) {
    let tab = app.tab(id).expect("a tab");
    let (ticket, revision) = (tab.ticket, tab.revision);
    app.fold(Event::MessageChecked { ticket, revision, result: Ok(0) }, now);
}

#[test]
fn settings_are_in_new_requests_and_in_calls() {
    let now = Instant::now();
    let (mut app, source) = opened(now);
    let settings = Settings {
        deadline: Some("2 s".to_owned()),
        largest_bytes: Some(1000),
        compress: Some(Encoding::Gzip),
        connect_timeout: Some(Duration::from_secs(3)),
        ..Settings::default()
    };
    app.apply(Action::SetSettings(Box::new(settings)), now);
    let many = open(&mut app, source, "Many", now);
    assert_eq!(app.tab(many).unwrap().deadline, "none", "streams have no limit");
    let one = open(&mut app, source, "One", now);
    assert_eq!(app.tab(one).unwrap().deadline, "2 s");
    make_ready(&mut app, source, one, now);
    check(&mut app, one, now);
    app.take_commands();
    app.apply(Action::Send(one), now);
    let commands = app.take_commands();
    let [Command::StartCall(call)] = commands.as_slice() else { panic!("{commands:?}") };
    assert_eq!((call.limits.receive_bytes, call.limits.send_bytes), (1000, 1000));
    assert_eq!((call.compress, call.deadline), (Encoding::Gzip, Some(Duration::from_secs(2))));
    assert_eq!(call.endpoint.connect_timeout, Duration::from_secs(3));
}

#[test]
fn a_method_is_sent_as_soon_as_it_is_ready() {
    let now = Instant::now();
    let (mut app, source) = opened(now);
    app.apply(Action::OpenAndSend(source, "a.S".to_owned(), "One".to_owned()), now);
    let id = app.active.unwrap();
    make_ready(&mut app, source, id, now);
    assert!(app.tab(id).unwrap().call.is_none());
    check(&mut app, id, now);
    assert!(app.tab(id).unwrap().call.is_some());
    check(&mut app, id, now);
    let calls = app.take_commands().iter().filter(|command| matches!(command, Command::StartCall(_))).count();
    assert_eq!(calls, 1, "once");
}

#[test]
fn send_waits_for_a_method_that_is_not_ready_unless_it_is_cancelled() {
    let now = Instant::now();
    for is_cancelled in [false, true] {
        let (mut app, source) = opened(now);
        let id = open(&mut app, source, "One", now);
        app.apply(Action::Send(id), now);
        if is_cancelled {
            app.apply(Action::Cancel(id), now);
        }
        make_ready(&mut app, source, id, now);
        check(&mut app, id, now);
        assert_eq!(app.tab(id).unwrap().call.is_some(), !is_cancelled);
    }
}

#[test]
fn a_method_that_is_not_waited_for_any_more_comes_too_late() {
    let now = Instant::now();
    let (mut app, source) = opened(now);
    let id = open(&mut app, source, "One", now);
    let ticket = app.tab(id).unwrap().ticket;
    app.apply(Action::StopPreparing(id), now);
    app.fold(Event::MethodReady { ticket, result: Err("late".to_owned()) }, now);
    let stopped = |app: &App| matches!(&app.tab(id).unwrap().prepared, Prepared::Failed(why) if why == app.lang.words().load_stopped);
    assert!(stopped(&app));
    app.apply(Action::SetLang(Lang::ZhCn), now);
    assert!(stopped(&app), "in the new language");
    app.apply(Action::PrepareAgain(id), now);
    make_ready(&mut app, source, id, now);
    assert!(matches!(app.tab(id).unwrap().prepared, Prepared::Ready(_)));
}

#[test]
fn a_dialog_that_hangs_leaves_the_typed_path() {
    let now = Instant::now();
    let mut app = App::new(Lang::En, ThemeChoice::Dark);
    app.apply(Action::PickFiles(PickFor::Open, false), now);
    let commands = app.take_commands();
    let [Command::PickFiles { ticket, .. }] = commands.as_slice() else { panic!("{commands:?}") };
    app.fold(Event::PickWaits { ticket: *ticket }, now);
    assert!(app.dialog_waits && app.welcome_path.is_some());
    app.fold(Event::Picked { ticket: *ticket, result: Err("it did not answer".to_owned()) }, now);
    assert!(!app.dialog_waits && app.no_dialog);
    app.fold(Event::PickWaits { ticket: *ticket }, now);
    assert!(!app.dialog_waits, "an answer that comes too late");
}

#[test]
fn what_happened_is_told_once_each_and_the_oldest_goes() {
    let now = Instant::now();
    let mut app = App::new(Lang::En, ThemeChoice::Dark);
    let ended = |tab: u64, code| Happened::CallEnded(TabId(tab), "One".to_owned(), code);
    app.tell(ended(1, Code::OK), now);
    app.tell(ended(1, Code::UNAVAILABLE), now);
    app.tell(Happened::DemoFailed("no port".to_owned()), now);
    assert_eq!((app.told().len(), app.unseen()), (2, 2));
    assert_eq!(app.told()[1].what, ended(1, Code::UNAVAILABLE));
    app.apply(Action::SeeNotices, now);
    assert_eq!(app.unseen(), 0);
    let id = app.told()[0].id;
    app.apply(Action::DropNotice(Some(id)), now);
    assert_eq!(app.told().len(), 1);
    for tab in 2..100 {
        app.tell(ended(tab, Code::OK), now);
    }
    assert_eq!(app.told().len(), 50);
    app.apply(Action::DropNotice(None), now);
    assert!(app.told().is_empty());
}

#[test]
fn a_tab_that_is_chosen_leaves_settings() {
    let now = Instant::now();
    let (mut app, source) = opened(now);
    let id = open(&mut app, source, "One", now);
    app.apply(Action::ShowArea(Area::Settings), now);
    app.apply(Action::ChooseTab(id), now);
    assert_eq!(app.area, Area::Services);
}
