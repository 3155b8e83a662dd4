//! Events and acts, by plain values.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may end by panicking")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{
    Action, App, CaKind, ClientKind, ConnectionForm, Gap, LockMeaning, MetadataRow, Node, PhaseKind, PhaseState,
    Prepared, Retry, RowsOf, SourceOrigin, StreamAct, ThemeChoice, Timeline, grpcurl_command, is_secret_key,
};
use crate::call::{CallEvent, CallStatus, Code, Origin};
use crate::engine::{
    CallId, CallUpdate, Command, DemoInfo, Direction, Event, Generation, MessageRow, MessagesAsk, MessagesTold,
    MethodReady, Scheme, SecretWish, SecretsUpdate, Seen, SourceFailure, SourceId, SourceState,
};
use crate::keychain::KeychainState;
use crate::message::{MessageError, Misfit};
use crate::schema::{MethodInfo, Outline, ServiceInfo};
use crate::secret::Secret;
use crate::transport::{ConnectEvent, Failure, FailureKind, Stage};
use crate::words::Lang;

fn method(name: &str, client_streaming: bool, server_streaming: bool) -> MethodInfo {
    MethodInfo { name: name.to_owned(), client_streaming, server_streaming, ..MethodInfo::default() }
}

fn outline() -> Arc<Outline> {
    let hello = ServiceInfo {
        full_name: "hello.Hello".to_owned(),
        methods: vec![method("SayHello", false, false), method("BidiHello", true, true)],
        ..ServiceInfo::default()
    };
    let health = ServiceInfo {
        full_name: "grpc.health.v1.Health".to_owned(),
        methods: vec![method("Check", false, false)],
        ..ServiceInfo::default()
    };
    Arc::new(Outline { services: vec![hello, health], ..Outline::default() })
}

/// An app with one source that was read.
fn opened(now: Instant) -> (App, SourceId) {
    let mut app = App::new(Lang::En, ThemeChoice::Dark);
    app.apply(Action::OpenAddress(" 127.0.0.1:1 ".to_owned()), now);
    let commands = app.take_commands();
    let [Command::OpenSource { source, generation, .. }] = commands.as_slice() else { panic!("{commands:?}") };
    let event = Event::Source { source: *source, generation: *generation, state: SourceState::Ready(outline()) };
    app.fold(event, now);
    (app, *source)
}

/// A tab of `name` that is ready to send.
fn ready(now: Instant, name: &str) -> App {
    let (mut app, source) = opened(now);
    app.apply(Action::OpenMethod(source, "hello.Hello".to_owned(), name.to_owned()), now);
    let ticket = app.active_tab().expect("a tab").ticket;
    let info = app.source(source).and_then(|entry| entry.method("hello.Hello", name)).expect("known").clone();
    let result = Ok(MethodReady {
        service: "hello.Hello".to_owned(),
        info,
        template: "{\n  \"name\": \"\"\n}".to_owned(),
        notes: Vec::new(),
        input: None,
        output: None,
        comments: Arc::default(),
    });
    app.fold(Event::MethodReady { ticket, result }, now);
    app.take_commands();
    app
}

fn start(app: &mut App, now: Instant) -> CallId {
    let id = app.active.expect("a tab");
    app.apply(Action::Send(id), now);
    let commands = app.take_commands();
    commands
        .iter()
        .find_map(|command| if let Command::StartCall(start) = command { Some(start.call) } else { None })
        .unwrap_or_else(|| panic!("no call began: {commands:?}"))
}

fn status(at: Instant, code: Code, failure: Option<Failure>) -> CallUpdate {
    let status = CallStatus {
        code,
        message: String::new(),
        details: Vec::new(),
        origin: if failure.is_some() { Origin::Transport } else { Origin::Server },
        failure: failure.map(Arc::new),
    };
    CallUpdate::Event(CallEvent::Status { at, status: Arc::new(status) })
}

#[test]
fn a_new_source_unfolds_to_its_methods_but_plumbing_stays_folded() {
    let (app, _) = opened(Instant::now());
    let names: Vec<_> = app
        .tree
        .lines
        .iter()
        .map(|line| match &line.node {
            Node::Source(_) => "source".to_owned(),
            Node::Service(_, name) | Node::Method(_, _, name) => name.to_string(),
            Node::Problem(..) => "problem".to_owned(),
        })
        .collect();
    assert_eq!(names, ["source", "hello.Hello", "SayHello", "BidiHello", "grpc.health.v1.Health"]);
}

#[test]
fn the_filter_finds_services_methods_and_full_paths() {
    let (mut app, _) = opened(Instant::now());
    for (filter, expect) in
        [("bidi", 3), ("hello.Hello", 4), ("hello.hello/say", 3), ("check", 3), ("nothing", 0), ("", 5)]
    {
        app.apply(Action::SetFilter(filter.to_owned()), Instant::now());
        assert_eq!(app.tree.lines.len(), expect, "{filter}");
    }
}

#[test]
fn results_of_an_older_load_are_dropped() {
    let now = Instant::now();
    let (mut app, source) = opened(now);
    app.apply(Action::ReloadSource(source), now);
    let failure = SourceFailure { message: "old".to_owned(), status: None };
    app.fold(Event::Source { source, generation: Generation(1), state: SourceState::Failed(failure.clone()) }, now);
    assert!(app.source(source).expect("open").failure.is_none());
    // The newest failure leaves what was read before.
    app.fold(Event::Source { source, generation: Generation(2), state: SourceState::Failed(failure) }, now);
    let entry = app.source(source).expect("open");
    assert!(entry.failure.is_some() && entry.outline.is_some());
}

#[test]
fn the_demo_opens_both_sources_filled_in_and_one_method() {
    let now = Instant::now();
    let mut app = App::new(Lang::En, ThemeChoice::Dark);
    app.apply(Action::StartDemo, now);
    let info = DemoInfo {
        plaintext: "127.0.0.1:7888".to_owned(),
        tls: "127.0.0.1:7889".to_owned(),
        certificate_pem: "PEM".to_owned(),
        server_name: "www.eline.com".to_owned(),
        token: "101010".to_owned(),
        users: vec!["127.0.0.1:9001".to_owned()],
        list: "127.0.0.1:9001 User user".to_owned(),
    };
    app.fold(Event::Demo(Ok(info)), now);
    let sources: Vec<_> = app.sources.iter().map(|entry| (entry.id, entry.generation)).collect();
    assert_eq!(sources.len(), 2);
    for (source, generation) in sources {
        app.fold(Event::Source { source, generation, state: SourceState::Ready(outline()) }, now);
    }
    let tab = app.active_tab().expect("a method is open");
    assert_eq!(
        (tab.method.as_str(), tab.address.as_str(), tab.deadline.as_str()),
        ("SayHello", "127.0.0.1:7889", "1 s")
    );
    assert_eq!(app.target_rows(&tab.address)[0].key, "token");
    let form = app.form("127.0.0.1:7889");
    assert_eq!(form.server_name, "www.eline.com");
}

#[test]
fn a_draft_is_checked_one_question_at_a_time() {
    let now = Instant::now();
    let mut app = ready(now, "SayHello");
    let (id, ticket) = app.active_tab().map(|tab| (tab.id, tab.ticket)).expect("a tab");
    let revision = app.active_tab().expect("a tab").revision;
    // The template is being checked; typing does not ask again before the answer.
    app.apply(Action::SetMessage(id, "{\"name\": 7".to_owned(), Some(1)), now);
    app.apply(Action::SetMessage(id, "{\"name\": 7}".to_owned(), Some(1)), now);
    assert!(app.take_commands().is_empty());
    app.fold(Event::MessageChecked { ticket, revision, result: Ok(0) }, now);
    let commands = app.take_commands();
    let [Command::CheckMessage { text, revision, .. }] = commands.as_slice() else { panic!("{commands:?}") };
    assert_eq!(text, "{\"name\": 7}");
    let error = MessageError { line: Some(1), column: Some(10), ..MessageError::new(Misfit::FieldTwice) };
    app.fold(Event::MessageChecked { ticket, revision: *revision, result: Err(error) }, now);
    let tab = app.active_tab().expect("a tab");
    assert!(tab.visible_error(now).is_none(), "not on the line that is being typed");
    assert!(tab.visible_error(now + Duration::from_secs(2)).is_some(), "but after a while");
    assert!(!tab.can_send());
}

#[test]
fn an_older_answer_stays_until_the_new_call_has_one() {
    let now = Instant::now();
    let mut app = ready(now, "SayHello");
    let first = start(&mut app, now);
    app.fold(Event::Call { call: first, updates: vec![status(now, Code::OK, None)] }, now);
    let second = start(&mut app, now);
    let (shown, is_older) = app.active_tab().and_then(|tab| tab.shown_call()).expect("an answer");
    assert_eq!((shown.id, is_older), (first, true));
    app.fold(Event::Call { call: second, updates: vec![status(now, Code::OK, None)] }, now);
    let (shown, is_older) = app.active_tab().and_then(|tab| tab.shown_call()).expect("an answer");
    assert_eq!((shown.id, is_older), (second, false));
    assert!(matches!(app.take_commands().as_slice(), [Command::ReleaseCall(call)] if *call == first));
}

#[test]
fn a_refused_connection_is_red_at_its_phase_and_the_rest_is_not_reached() {
    let now = Instant::now();
    let mut app = ready(now, "SayHello");
    let call = start(&mut app, now);
    let ms = |count| now + Duration::from_millis(count);
    let failure = Failure {
        stage: Stage::Tcp,
        kind: FailureKind::Refused,
        peer: "127.0.0.1:1".to_owned(),
        detail: String::new(),
        tls: None,
    };
    let connect = CallEvent::Connecting(ConnectEvent::Connect {
        peer: "127.0.0.1:1".to_owned(),
        local: None,
        started: ms(0),
        ended: ms(2),
        failure: Some(Arc::new(failure.clone())),
    });
    let updates = vec![CallUpdate::Began(now), CallUpdate::Event(connect), status(ms(2), Code(14), Some(failure))];
    app.fold(Event::Call { call, updates }, ms(2));
    assert_eq!(app.lock("127.0.0.1:1"), LockMeaning::Unreachable);
    let record = app.active_tab().and_then(|tab| tab.call.as_ref()).expect("a call");
    let timeline = Timeline::of(record, ms(9));
    assert_eq!(timeline.phases[0].state, PhaseState::Failed);
    assert!(timeline.phases[1..].iter().all(|phase| phase.state == PhaseState::NotReached));
    assert!(timeline.phases.iter().any(|phase| phase.kind == PhaseKind::Wait));
    assert!(timeline.stopped);
}

#[test]
fn streams_count_their_messages_and_take_more_until_half_closed() {
    let now = Instant::now();
    let mut app = ready(now, "BidiHello");
    let call = start(&mut app, now);
    let row = |position, direction, index| MessageRow {
        position,
        direction,
        index,
        at: now,
        size: 10,
        wire_size: 10,
        compressed: false,
        preview: "{}".to_owned(),
        fault: None,
    };
    let tail = vec![row(0, Direction::Sent, 0), row(1, Direction::Received, 0), row(2, Direction::Received, 1)];
    let seen = Seen { sent: 1, sent_bytes: 10, received: 2, received_bytes: 20, tail, ..Seen::default() };
    let updates = vec![CallUpdate::Seen(Box::new(seen))];
    app.fold(Event::Call { call, updates }, now);
    let id = app.active.expect("a tab");
    app.apply(Action::Send(id), now);
    assert!(matches!(app.take_commands().as_slice(), [Command::SendMessage { .. }]));
    app.apply(Action::HalfClose(id), now);
    app.apply(Action::Send(id), now);
    assert!(matches!(app.take_commands().as_slice(), [Command::HalfClose(_)]), "nothing goes out after half-close");
    let record = app.active_tab().and_then(|tab| tab.call.as_ref()).expect("a call");
    assert_eq!((record.sent, record.received, record.received_bytes), (1, 2, 20));
    app.apply(Action::CloseTab(id), now);
    assert!(app.take_commands().iter().any(|command| matches!(command, Command::ReleaseCall(_))));
    assert!(app.active.is_none());
}

#[test]
fn a_list_follows_its_newest_filter_and_stands_still_when_paused() {
    let now = Instant::now();
    let mut app = ready(now, "BidiHello");
    let call = start(&mut app, now);
    let id = app.active.expect("a tab");
    let seen = |count| vec![CallUpdate::Seen(Box::new(Seen { received: count, ..Seen::default() }))];
    app.fold(Event::Call { call, updates: seen(10) }, now);
    let list = |app: &App| app.active_tab().and_then(|tab| tab.call.clone()).expect("a call");
    app.apply(Action::Stream(id, StreamAct::Pause(true)), now);
    app.fold(Event::Call { call, updates: seen(25) }, now);
    assert_eq!((list(&app).listed(), list(&app).list_total(), list(&app).received), (10, 25, 25));
    app.apply(Action::Stream(id, StreamAct::Pause(false)), now);
    assert_eq!(list(&app).listed(), 25);

    app.take_commands();
    app.apply(Action::Stream(id, StreamAct::Filter("a".to_owned())), now);
    app.apply(Action::Stream(id, StreamAct::Filter("ab".to_owned())), now);
    let numbers: Vec<u64> = app
        .take_commands()
        .iter()
        .filter_map(|command| match command {
            Command::Messages(_, MessagesAsk::Filter { number, .. }) => Some(*number),
            _ => None,
        })
        .collect();
    let [older, newer] = numbers[..] else { panic!("two filters: {numbers:?}") };
    for (number, total) in [(newer, 3), (older, 7)] {
        let told = MessagesTold::Filtered { number, scanned: 25, total, tail: Vec::new() };
        app.fold(Event::Messages { call, told }, now);
    }
    assert_eq!(list(&app).list_total(), 3, "what an older filter found is dropped");
    // One that is not understood leaves the list as it is.
    app.apply(Action::Stream(id, StreamAct::Filter(">x".to_owned())), now);
    assert!(app.active_tab().is_some_and(|tab| tab.stream.fault.is_some()));
    assert_eq!(list(&app).list_total(), 3);
    app.apply(Action::Stream(id, StreamAct::Filter(String::new())), now);
    assert_eq!(list(&app).list_total(), 25);
    // Rows that are asked for are not asked for twice.
    app.take_commands();
    for _ in 0..2 {
        app.apply(Action::Stream(id, StreamAct::Want { of_sent: false, from: 3, to: 9 }), now);
    }
    assert_eq!(app.take_commands().len(), 1);
}

#[test]
fn a_request_is_sent_again_when_its_time_has_come() {
    let now = Instant::now();
    let mut app = ready(now, "SayHello");
    let call = start(&mut app, now);
    app.fold(Event::Call { call, updates: vec![status(now, Code(8), None)] }, now);
    let id = app.active.expect("a tab");
    let delay = Duration::from_secs(3);
    app.apply(Action::Stream(id, StreamAct::RetryAfter(delay)), now);
    app.tick(now + Duration::from_secs(2));
    assert!(app.take_commands().is_empty(), "not yet");
    assert!(app.next_change(now).is_some(), "the countdown is shown");
    app.tick(now + delay);
    assert!(app.take_commands().iter().any(|command| matches!(command, Command::StartCall(_))));
    app.tick(now + 2 * delay);
    assert!(app.take_commands().is_empty(), "once");
}

#[test]
fn a_method_that_cannot_be_had_says_so_and_is_asked_for_again() {
    let now = Instant::now();
    let (mut app, source) = opened(now);
    app.apply(Action::OpenMethod(source, "hello.Hello".to_owned(), "SayHello".to_owned()), now);
    let ticket = app.active_tab().expect("a tab").ticket;
    app.fold(Event::MethodReady { ticket, result: Err("no such file".to_owned()) }, now);
    assert!(matches!(app.active_tab().expect("a tab").prepared, Prepared::Failed(_)));
    app.take_commands();
    app.apply(Action::ReloadSource(source), now);
    app.fold(Event::Source { source, generation: Generation(2), state: SourceState::Ready(outline()) }, now);
    assert!(app.take_commands().iter().any(|command| matches!(command, Command::PrepareMethod { .. })));
}

#[test]
fn a_request_is_copied_as_a_command_for_a_shell() {
    let now = Instant::now();
    let mut app = ready(now, "SayHello");
    let row = |key: &str, value: &str, on| MetadataRow {
        id: 0,
        on,
        key: key.to_owned(),
        value: Secret::new(value),
        secret: is_secret_key(key),
        ..MetadataRow::default()
    };
    app.tabs[0].metadata = vec![
        row("token", "101010", true),
        row("Authorization", "Bearer it's", true),
        row("x-tenant", "$HOME now", true),
        row("off", "1", false),
        row("te", "refused", true),
    ];
    "{\"name\": \"it's\", // who\n}".clone_into(&mut app.tabs[0].message);
    "1.5 s".clone_into(&mut app.tabs[0].deadline);
    let copied = |form: &ConnectionForm, with_secrets| {
        grpcurl_command(&app.tabs[0], app.source(app.tabs[0].source), form, None, &[], with_secrets)
    };
    let form = ConnectionForm { scheme: Scheme::Plaintext, ..ConnectionForm::default() };
    let command = copied(&form, false);
    assert_eq!(
        command.text.replace(" \\\n  ", " "),
        "grpcurl -plaintext -max-time 1.5 -H \"token: $TOKEN\" -H \"Authorization: Bearer $TOKEN_2\" \
         -H 'x-tenant: $HOME now' -d '{\"name\": \"it'\\''s\"\n}' 127.0.0.1:1 hello.Hello/SayHello"
    );
    assert_eq!(command.variables, ["TOKEN", "TOKEN_2"]);
    assert!(!command.text.contains("101010"));
    let open = copied(&form, true);
    assert!(open.text.contains("-H 'token: 101010'") && open.text.contains(r"Bearer it'\''s"), "{}", open.text);

    let form = ConnectionForm {
        ca: CaKind::Given,
        given: Some(("PEM".to_owned(), "demo".to_owned())),
        server_name: "www.eline.com".to_owned(),
        client: ClientKind::Pem,
        cert_path: "/a b/cert.pem".to_owned(),
        key_path: "/key.pem".to_owned(),
        ..ConnectionForm::default()
    };
    let command = copied(&form, false);
    let expect = "grpcurl -cacert server.pem -cert '/a b/cert.pem' -key /key.pem -servername www.eline.com ";
    assert!(command.text.replace(" \\\n  ", " ").starts_with(expect), "{}", command.text);
    assert_eq!(command.gaps, [Gap::CertificateFile]);
    let command = copied(&ConnectionForm { skip_verify: true, ..form }, false);
    assert!(command.text.starts_with("grpcurl -insecure ") && command.gaps.is_empty(), "{}", command.text);
}

#[test]
fn a_command_names_the_files_of_its_schema() {
    let now = Instant::now();
    let mut app = ready(now, "SayHello");
    let entry = &mut app.sources[0];
    let mut outline = (*outline()).clone();
    outline.services[0].file = Some("hello/hello.proto".to_owned());
    entry.outline = Some(Arc::new(outline));
    for (paths, roots, expect) in [
        (&["/tree"][..], &[][..], "-import-path /tree -proto hello/hello.proto"),
        (&["/tree/hello/hello.proto"], &["/tree"], "-import-path /tree -proto hello/hello.proto"),
        (&["/sets/a.binpb"], &[], "-protoset /sets/a.binpb"),
    ] {
        app.sources[0].origin = SourceOrigin::Files {
            paths: paths.iter().map(Into::into).collect(),
            import_roots: roots.iter().map(Into::into).collect(),
        };
        let form = ConnectionForm::default();
        let command = grpcurl_command(&app.tabs[0], app.source(app.tabs[0].source), &form, None, &[], false);
        assert!(command.text.replace(" \\\n  ", " ").contains(expect), "{}", command.text);
    }
}

// What is remembered.

fn demo(port: u16) -> Event {
    Event::Demo(Ok(DemoInfo {
        plaintext: format!("127.0.0.1:{port}"),
        tls: format!("127.0.0.1:{}", port + 1),
        certificate_pem: String::new(),
        server_name: "www.eline.com".to_owned(),
        token: "101010".to_owned(),
        users: vec!["127.0.0.1:9001".to_owned()],
        list: "127.0.0.1:9001 User user".to_owned(),
    }))
}

fn document(app: &App) -> crate::state::Document {
    app.document(&mut super::Drafts::default())
}

fn restored(document: &crate::state::Document, demo_starts: bool) -> App {
    let mut app = App::new(Lang::En, ThemeChoice::Dark);
    app.restore(document, demo_starts, Instant::now());
    app
}

#[test]
fn values_of_secrets_are_not_in_the_document() {
    let now = Instant::now();
    let mut app = ready(now, "SayHello");
    let id = app.active.expect("a tab");
    for key in ["token", "Authorization", "Cookie", "x-api-key", "client-secret"] {
        app.apply(Action::AddMetadata(id, key.to_owned(), "hidden-value".to_owned()), now);
    }
    app.apply(Action::AddMetadata(id, "marked".to_owned(), "hidden-value".to_owned()), now);
    let mut rows = app.tab(id).expect("a tab").metadata.clone();
    rows.last_mut().expect("a row").secret = true;
    app.apply(Action::SetMetadata(id, rows), now);
    app.apply(Action::AddMetadata(id, "x-plain".to_owned(), "open-value".to_owned()), now);
    let form = super::ConnectionForm {
        client: super::ClientKind::Pkcs12,
        password: crate::secret::Secret::new("hidden-value"),
        ..super::ConnectionForm::default()
    };
    app.apply(Action::SetForm("127.0.0.1:1".to_owned(), Box::new(form)), now);
    let target = crate::start::StartTarget {
        call_metadata: vec![("token".to_owned(), crate::secret::Secret::new("hidden-value"))],
        reflection_metadata: vec![("token".to_owned(), crate::secret::Secret::new("hidden-value"))],
        ..crate::start::StartTarget::new(crate::engine::Endpoint::new("127.0.0.1:2"))
    };
    let start = crate::start::Start { targets: vec![target], ..crate::start::Start::default() };
    app.apply(Action::Begin(Box::new(start)), now);
    let text = document(&app).to_json();
    assert!(text.contains("open-value") && !text.contains("hidden-value"), "{text}");

    let back = restored(&document(&app), false);
    let tab = back.active_tab().expect("a tab");
    assert!(tab.metadata[..6].iter().all(|row| row.missing && row.check() == super::RowCheck::Missing));
    assert!(!tab.metadata[6].missing);
    assert!(back.sent_metadata(tab).iter().all(|(key, _)| key == "x-plain"));
    assert!(back.target_rows("127.0.0.1:2")[0].missing);
    assert!(back.form("127.0.0.1:1").password_missing);
}

#[test]
fn what_was_remembered_is_remembered_again() {
    let now = Instant::now();
    let mut app = ready(now, "SayHello");
    let id = app.active.expect("a tab");
    app.apply(Action::SetMessage(id, "{\"name\": \"a\"}".to_owned(), None), now);
    app.apply(Action::SetDeadline(id, "250 ms".to_owned()), now);
    app.apply(Action::DuplicateTab(id), now);
    app.apply(Action::ChooseTab(id), now);
    app.apply(Action::SetLang(Lang::ZhCn), now);
    app.apply(Action::SetTheme(ThemeChoice::Light), now);
    app.apply(Action::OpenPaths(vec!["/a/b.proto".into()]), now);
    let source = app.sources[1].id;
    app.apply(Action::AskName(source), now);
    app.apply(Action::TypeName("  files ".to_owned()), now);
    app.apply(Action::AnswerName(true), now);
    app.apply(Action::MoveSource(source, -1), now);
    let kept = document(&app);
    assert_eq!(kept.sources[0].name.as_deref(), Some("files"));
    let back = restored(&kept, false);
    assert_eq!(document(&back), kept);
    assert_eq!((back.lang, back.theme), (Lang::ZhCn, ThemeChoice::Light));
}

#[test]
fn a_tab_that_asks_all_comes_back_as_one() {
    let now = Instant::now();
    let mut app = ready(now, "SayHello");
    let id = app.active.expect("a tab");
    app.apply(Action::All(id, super::AllAct::AskAll(true)), now);
    app.apply(Action::All(id, super::AllAct::Who(crate::engine::AllWho::Passing)), now);
    let back = restored(&document(&app), false);
    let all = back.active_tab().and_then(|tab| tab.all.as_ref()).expect("it asks all");
    assert_eq!(all.who, crate::engine::AllWho::Passing);
    assert!(all.run.is_none());
    app.apply(Action::All(id, super::AllAct::AskAll(false)), now);
    assert!(restored(&document(&app), false).active_tab().is_some_and(|tab| tab.all.is_none()));
}

#[test]
fn a_restored_tab_waits_for_its_source_and_says_why_it_is_not_ready() {
    let now = Instant::now();
    let mut app = ready(now, "SayHello");
    let id = app.active.expect("a tab");
    app.apply(Action::SetMessage(id, "{}".to_owned(), None), now);
    let mut back = restored(&document(&app), false);
    let commands = back.take_commands();
    let [Command::OpenSource { source, generation, .. }] = commands.as_slice() else { panic!("{commands:?}") };
    let failure = SourceFailure { message: "refused".to_owned(), status: None };
    back.fold(Event::Source { source: *source, generation: *generation, state: SourceState::Failed(failure) }, now);
    assert!(back.shown_source.is_none(), "it does not push itself before the tab");
    let tab = back.active_tab().expect("not dropped");
    assert!(matches!(&tab.prepared, Prepared::Failed(why) if why == "refused"));
    assert_eq!(tab.message, "{}");
    let id = tab.id;
    back.apply(Action::PrepareAgain(id), now);
    assert!(matches!(back.take_commands().as_slice(), [Command::OpenSource { .. }]));
    let event = Event::Source { source: *source, generation: Generation(2), state: SourceState::Ready(outline()) };
    back.fold(event, now);
    assert!(matches!(back.take_commands().as_slice(), [Command::PrepareMethod { .. }]));
}

#[test]
fn the_demos_tabs_follow_it_to_its_new_ports() {
    let now = Instant::now();
    let mut app = App::new(Lang::En, ThemeChoice::Dark);
    app.apply(Action::StartDemo, now);
    app.fold(demo(7888), now);
    let source = app.sources[0].id;
    app.fold(Event::Source { source, generation: Generation(1), state: SourceState::Ready(outline()) }, now);
    assert_eq!(app.active_tab().expect("opened").address, "127.0.0.1:7889");
    let kept = document(&app);
    assert!(!kept.to_json().contains("101010"));

    let mut without = restored(&kept, false);
    assert!(without.take_commands().is_empty(), "nothing asks at a port that is another's now");
    assert!(matches!(without.active_tab().expect("a tab").prepared, Prepared::Failed(_)));
    let id = without.active.expect("a tab");
    without.apply(Action::PrepareAgain(id), now);
    assert!(matches!(without.take_commands().as_slice(), [Command::StartDemo]));
    without.fold(demo(9000), now);

    let mut with = restored(&kept, true);
    with.apply(Action::StartDemo, now);
    with.fold(demo(9000), now);
    for mut app in [without, with] {
        assert_eq!((app.sources.len(), app.tabs.len()), (2, 1));
        let source = app.sources[0].id;
        let event = Event::Source { source, generation: Generation(1), state: SourceState::Ready(outline()) };
        app.fold(event, now);
        assert_eq!(app.tabs.len(), 1, "no second tab of the first method");
        let tab = app.active_tab().expect("a tab");
        assert_eq!(tab.address, "127.0.0.1:9001");
        assert!(matches!(tab.prepared, Prepared::Pending { .. }));
        assert_eq!(app.sent_metadata(tab), [("token".to_owned(), Secret::new("101010"))]);
    }
}

#[test]
fn a_start_opens_targets_and_files() {
    use crate::engine::{Endpoint, Scheme};
    use crate::start::{Start, StartTarget};
    let now = Instant::now();
    let target = StartTarget {
        deadline: Some(Duration::from_millis(1500)),
        receive_bytes: Some(10),
        call_metadata: vec![("a".to_owned(), crate::secret::Secret::new("b"))],
        ..StartTarget::new(Endpoint { scheme: Scheme::Plaintext, ..Endpoint::new(":7888") })
    };
    let start =
        Start { targets: vec![target], paths: vec!["/a.proto".into()], no_reflection: true, ..Start::default() };
    let mut app = App::new(Lang::En, ThemeChoice::Dark);
    app.apply(Action::Begin(Box::new(start.clone())), now);
    assert_eq!(app.sources.len(), 1, "the schema is the files'");
    let source = app.sources[0].id;
    app.fold(Event::Source { source, generation: Generation(1), state: SourceState::Ready(outline()) }, now);
    app.apply(Action::OpenMethod(source, "hello.Hello".to_owned(), "SayHello".to_owned()), now);
    let tab = app.active_tab().expect("a tab");
    assert_eq!((tab.address.as_str(), tab.deadline.as_str()), (":7888", "1500 ms"));
    assert_eq!(tab.metadata.len(), 1);
    assert_eq!(app.form(":7888").scheme, Scheme::Plaintext);
    app.apply(Action::Begin(Box::new(Start { no_reflection: false, ..start })), now);
    assert_eq!(app.sources.len(), 2, "the same files are not opened twice");
    assert_eq!(app.recent_sources.len(), 2);
    assert_eq!(app.recent_targets, [":7888"]);
}

// Rows of targets, and secrets.

fn keys(sent: &[(String, Secret)]) -> Vec<(&str, &str)> {
    sent.iter().map(|(key, value)| (key.as_str(), value.reveal())).collect()
}

#[test]
fn rows_of_a_target_go_with_calls_reflection_and_diagnoses_and_the_requests_win() {
    let now = Instant::now();
    let mut app = ready(now, "SayHello");
    let (id, source) = (app.active.expect("a tab"), app.sources[0].id);
    let target = RowsOf::Target("127.0.0.1:1".to_owned());
    app.apply(Action::AddRow(target.clone(), "token".to_owned(), "of target".to_owned()), now);
    app.apply(Action::AddRow(target.clone(), "x-a".to_owned(), "1".to_owned()), now);
    app.apply(Action::AddMetadata(id, "Token".to_owned(), "own".to_owned()), now);
    let sent = |app: &App| app.sent_metadata(app.tab(id).expect("a tab"));
    assert_eq!(keys(&sent(&app)), [("x-a", "1"), ("Token", "own")]);
    // One that is switched off wins over nothing.
    let mut rows = app.tab(id).expect("a tab").metadata.clone();
    rows[0].on = false;
    app.apply(Action::SetMetadata(id, rows), now);
    assert_eq!(keys(&sent(&app)), [("token", "of target"), ("x-a", "1")]);

    app.take_commands();
    app.apply(Action::Send(id), now);
    app.apply(Action::ReloadSource(source), now);
    app.apply(Action::Diagnose(Retry::Send(id)), now);
    app.apply(Action::Diagnose(Retry::Load(source)), now);
    app.apply(Action::TakeTemplate(id, crate::message::TemplateSize::Full), now);
    let mut seen = 0;
    for command in app.take_commands() {
        let metadata = match command {
            Command::StartCall(start) => start.metadata,
            Command::OpenSource { spec: crate::engine::SourceSpec::Reflection { metadata, .. }, .. }
            | Command::PrepareMethod { metadata, .. } => metadata,
            Command::Diagnose(diagnose) => diagnose.metadata,
            _ => continue,
        };
        seen += 1;
        assert_eq!(keys(&metadata), [("token", "of target"), ("x-a", "1")]);
    }
    assert_eq!(seen, 5);

    // From the target to the request, and back.
    let row = app.target_rows("127.0.0.1:1")[1].id;
    app.apply(Action::MoveRow(id, row), now);
    assert_eq!(app.target_rows("127.0.0.1:1").len(), 1);
    assert_eq!(app.tab(id).expect("a tab").metadata[1].key, "x-a");
    app.apply(Action::MoveRow(id, row), now);
    assert_eq!(app.target_rows("127.0.0.1:1")[1].key, "x-a");
    // Another tab of the target has them too; one of another target does not.
    app.apply(Action::DuplicateTab(id), now);
    let copy = app.active.expect("a tab");
    assert_eq!(app.sent_metadata(app.tab(copy).expect("a tab")).len(), 2);
    app.apply(Action::SetAddress(copy, "127.0.0.1:2".to_owned()), now);
    assert!(app.sent_metadata(app.tab(copy).expect("a tab")).is_empty());
}

fn wishes(app: &mut App) -> Vec<SecretWish> {
    let wish = |command| if let Command::Secrets(wish) = command { Some(wish) } else { None };
    app.take_commands().into_iter().filter_map(wish).collect()
}

#[test]
fn secrets_are_told_to_the_keychain_and_forgotten_with_their_rows() {
    let now = Instant::now();
    let mut app = ready(now, "SayHello");
    let id = app.active.expect("a tab");
    let target = RowsOf::Target("127.0.0.1:1".to_owned());
    assert_eq!(wishes(&mut app), []);
    app.apply(Action::AddRow(target.clone(), "token".to_owned(), "t1".to_owned()), now);
    app.apply(Action::AddMetadata(id, "x-plain".to_owned(), "open".to_owned()), now);
    assert_eq!(wishes(&mut app), [SecretWish::Write(1, Secret::new("t1"))]);
    // Marked by hand.
    let mut rows = app.tab(id).expect("a tab").metadata.clone();
    rows[0].secret = true;
    app.apply(Action::SetMetadata(id, rows), now);
    assert_eq!(wishes(&mut app), [SecretWish::Write(2, Secret::new("open"))]);
    // A copy has a number of its own, and a renamed row keeps its.
    app.apply(Action::DuplicateTab(id), now);
    assert_eq!(wishes(&mut app), [SecretWish::Write(3, Secret::new("open"))]);
    let mut rows = app.target_rows("127.0.0.1:1").to_vec();
    "authorization".clone_into(&mut rows[0].key);
    app.apply(Action::SetRows(target.clone(), rows), now);
    assert_eq!(wishes(&mut app), []);
    let copy = app.active.expect("a tab");
    app.apply(Action::CloseTab(copy), now);
    assert_eq!(wishes(&mut app), [SecretWish::Forget(3)]);
    app.apply(Action::ReopenTab, now);
    assert!(matches!(wishes(&mut app).as_slice(), [SecretWish::Write(_, _)]));
    let form = ConnectionForm { password: Secret::new("p"), ..ConnectionForm::default() };
    app.apply(Action::SetForm("127.0.0.1:1".to_owned(), Box::new(form)), now);
    assert!(matches!(wishes(&mut app).as_slice(), [SecretWish::Write(_, secret)] if secret.reveal() == "p"));
    app.apply(Action::SetRows(target, Vec::new()), now);
    assert_eq!(wishes(&mut app), [SecretWish::Forget(1)]);
}

#[test]
fn what_comes_back_is_asked_of_the_keychain_before_its_source_is_read() {
    let now = Instant::now();
    let mut app = ready(now, "SayHello");
    let target = RowsOf::Target("127.0.0.1:1".to_owned());
    app.apply(Action::AddRow(target, "token".to_owned(), "hidden-value".to_owned()), now);
    app.take_commands();
    let kept = document(&app);
    assert!(!kept.to_json().contains("hidden-value"));

    let mut back = restored(&kept, false);
    assert_eq!(document(&back).targets, kept.targets);
    let commands = back.take_commands();
    assert!(matches!(&commands[..], [Command::Secrets(SecretWish::Read(numbers))] if *numbers == [1]), "{commands:?}");
    assert!(back.is_asked(1) && back.sources[0].loading_since.is_some());
    let mut found = SecretsUpdate { state: KeychainState::Works, ..SecretsUpdate::default() };
    found.found = vec![(1, Secret::new("hidden-value"))];
    back.fold(Event::Secrets(found), now);
    let commands = back.take_commands();
    let [Command::OpenSource { spec: crate::engine::SourceSpec::Reflection { metadata, .. }, .. }] = &commands[..]
    else {
        panic!("{commands:?}")
    };
    assert_eq!(keys(metadata), [("token", "hidden-value")]);

    // A keychain that is locked: it is read without, and the row says so until it is asked again.
    let mut locked = restored(&kept, false);
    locked.take_commands();
    let state = KeychainState::Locked("no".to_owned());
    locked.fold(Event::Secrets(SecretsUpdate { state, unread: vec![1], ..SecretsUpdate::default() }), now);
    assert!(matches!(locked.take_commands().as_slice(), [Command::OpenSource { .. }]));
    assert!(locked.is_refused(1) && locked.target_rows("127.0.0.1:1")[0].missing);
    locked.apply(Action::AskKeychain, now);
    assert_eq!(wishes(&mut locked), [SecretWish::Retry]);
    assert!(locked.is_asked(1));
    let found = vec![(1, Secret::new("hidden-value"))];
    locked.fold(Event::Secrets(SecretsUpdate { found, state: KeychainState::Works, ..SecretsUpdate::default() }), now);
    assert!(!locked.target_rows("127.0.0.1:1")[0].missing);
    assert_eq!(wishes(&mut locked), [], "what it gave need not be told it");

    // One that takes its time is not waited for, and what it gives later is taken all the same.
    let mut slow = restored(&kept, false);
    slow.take_commands();
    slow.fold(Event::Secrets(SecretsUpdate { state: KeychainState::Waiting, ..SecretsUpdate::default() }), now);
    assert!(matches!(slow.take_commands().as_slice(), [Command::OpenSource { .. }]));
    assert!(slow.is_asked(1));
    let found = vec![(1, Secret::new("hidden-value"))];
    slow.fold(Event::Secrets(SecretsUpdate { found, state: KeychainState::Works, ..SecretsUpdate::default() }), now);
    assert!(!slow.target_rows("127.0.0.1:1")[0].missing);
    assert_eq!(wishes(&mut slow), []);

    // None at all: what is typed again goes out, under the same number.
    let mut none = restored(&kept, false);
    none.take_commands();
    let state = KeychainState::Absent(String::new());
    none.fold(Event::Secrets(SecretsUpdate { state, absent: vec![1], ..SecretsUpdate::default() }), now);
    let mut rows = none.target_rows("127.0.0.1:1").to_vec();
    assert!(rows[0].missing && !none.is_refused(1));
    rows[0].value = Secret::new("typed");
    none.apply(Action::SetRows(RowsOf::Target("127.0.0.1:1".to_owned()), rows), now);
    assert_eq!(wishes(&mut none), [SecretWish::Write(1, Secret::new("typed"))]);
}

#[test]
fn the_demos_token_is_nobodys_secret() {
    let now = Instant::now();
    let mut app = App::new(Lang::En, ThemeChoice::Dark);
    app.apply(Action::StartDemo, now);
    app.fold(demo(7888), now);
    assert_eq!(wishes(&mut app), [], "no keychain is asked to hold it");
    assert_eq!(app.target_rows("127.0.0.1:7889").len(), 1);
    // Whoever takes it away has a reason.
    app.apply(Action::SetRows(RowsOf::Target("127.0.0.1:7889".to_owned()), Vec::new()), now);
    app.fold(demo(7888), now);
    assert_eq!(app.target_rows("127.0.0.1:7889").len(), 0);
}

#[test]
fn pasted_lines_become_rows_where_they_were_pasted() {
    let now = Instant::now();
    let mut app = ready(now, "SayHello");
    let id = app.active.expect("a tab");
    let of = RowsOf::Request(id);
    for (key, value) in [("a", "1"), ("", ""), ("z", "9")] {
        app.apply(Action::AddRow(of.clone(), key.to_owned(), value.to_owned()), now);
    }
    let blank = app.rows(&of)[1].id;
    app.apply(Action::PasteRows(of.clone(), Some(blank), "b: 2\ntoken: $TOKEN".to_owned()), now);
    let rows: Vec<(&str, &str)> = app.rows(&of).iter().map(|row| (row.key.as_str(), row.value.reveal())).collect();
    assert_eq!(rows, [("a", "1"), ("b", "2"), ("token", ""), ("z", "9")]);
    assert!(app.rows(&of)[2].missing, "a variable asks for its value");
    app.apply(Action::PasteRows(of.clone(), None, "{\"e\": 5}".to_owned()), now);
    assert_eq!(app.rows(&of)[4].key, "e");
}

#[test]
fn the_demos_list_follows_the_demo_and_is_not_remembered() {
    let now = Instant::now();
    let mut app = App::new(Lang::En, ThemeChoice::Dark);
    app.apply(Action::StartDemo, now);
    app.fold(demo(7888), now);
    let list = &app.registries.entries[0];
    assert!(list.is_demo && list.form.text.contains("9001"));
    let (id, generation) = (list.id, list.generation);
    // Started again, it is the same registry; the same text opens nothing anew.
    app.fold(demo(7888), now);
    assert_eq!(app.registries.entries.len(), 1);
    assert_eq!((app.registries.entries[0].id, app.registries.entries[0].generation), (id, generation));
    // Consul comes later, and stands first.
    app.fold(Event::DemoConsul(Ok("127.0.0.1:8500".to_owned())), now);
    let kinds: Vec<_> = app.registries.entries.iter().map(|entry| entry.form.kind.scheme()).collect();
    assert_eq!(kinds, ["consul", "static"]);
    assert!(app.registries.entries.iter().all(|entry| entry.is_demo));
    let kept = document(&app);
    assert_eq!((kept.registries, kept.shown_registry), (Vec::new(), None));
    // Its servers with TLS are connected to with its certificate, also before anything was called.
    assert_eq!(app.form("127.0.0.1:9001").server_name, "www.eline.com");
    app.fold(Event::DemoConsul(Err("no port".to_owned())), now);
    assert!(matches!(&app.told()[0].what, super::Happened::DemoConsulFailed(why) if why == "no port"));
}
