//! The engine as the window meets it: commands in, events out, against the built-in services.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use proconsul::call::{CallEvent, CallStatus, Code, Encoding, Limits};
use proconsul::engine::{
    CaChoice, CallId, CallUpdate, Command, DemoInfo, Direction, Endpoint, Engine, EngineConfig, Event, Generation,
    Scheme, Seen, SourceId, SourceSpec, SourceState, StartCall,
};
use proconsul::message::{Expected, Misfit, TemplateSize};
use proconsul::registry::Policy;
use proconsul::schema::Outline;
use proconsul::secret::Secret;

/// Nothing here takes as long; a machine under load may.
const LIMIT: Duration = Duration::from_mins(1);

struct Driver {
    engine: Engine,
    woken: Receiver<()>,
    /// Events that came while another was waited for.
    kept: Vec<Event>,
}

impl Driver {
    fn start() -> Self {
        let (wake, woken) = sync_channel(1);
        let waker = Arc::new(move || {
            let _already_woken = wake.try_send(());
        });
        let engine = Engine::start(EngineConfig::default(), waker).unwrap();
        Self { engine, woken, kept: Vec::new() }
    }

    /// The first event (kept or new) that `pick` takes.
    fn wait<T>(&mut self, what: &str, mut pick: impl FnMut(&Event) -> Option<T>) -> T {
        let until = Instant::now() + LIMIT;
        let mut seen = 0;
        loop {
            while let Some(event) = self.engine.try_next() {
                self.kept.push(event);
            }
            while seen < self.kept.len() {
                if let Some(found) = pick(&self.kept[seen]) {
                    self.kept.remove(seen);
                    return found;
                }
                seen += 1;
            }
            let left = until.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "{what} never came; there were {:#?}", self.kept);
            // A wake-up may have been taken with the events before it.
            let _woken_or_not = self.woken.recv_timeout(left.min(Duration::from_millis(50)));
        }
    }

    fn demo(&mut self) -> DemoInfo {
        self.engine.send(Command::StartDemo);
        self.wait("the demo", |event| match event {
            Event::Demo(started) => Some(started.clone().unwrap()),
            _ => None,
        })
    }

    fn open(&mut self, number: u64, spec: SourceSpec) -> Arc<Outline> {
        let source = SourceId(number);
        self.engine.send(Command::OpenSource { source, generation: Generation(number), spec });
        self.wait("the source", |event| match event {
            Event::Source { source: id, state: SourceState::Ready(outline), .. } if *id == source => {
                Some(Arc::clone(outline))
            }
            Event::Source { source: id, state: SourceState::Failed(failure), .. } if *id == source => {
                panic!("{}", failure.message)
            }
            _ => None,
        })
    }

    fn prepare(&mut self, source: u64, service: &str, method: &str, ticket: u64) -> String {
        self.engine.send(Command::PrepareMethod {
            source: SourceId(source),
            service: service.to_owned(),
            method: method.to_owned(),
            ticket,
            template: TemplateSize::Smallest,
            metadata: Vec::new(),
        });
        self.wait("the method", |event| match event {
            Event::MethodReady { ticket: id, result } if *id == ticket => Some(result.clone().unwrap().template),
            _ => None,
        })
    }

    fn call(&mut self, number: u64, ticket: u64, endpoint: Endpoint, message: Option<&str>) -> CallId {
        let call = CallId(number);
        self.engine.send(Command::StartCall(Box::new(StartCall {
            call,
            ticket,
            endpoint,
            metadata: vec![("token".to_owned(), Secret::new("101010"))],
            message: message.map(str::to_owned),
            deadline: None,
            limits: Limits::default(),
            compress: Encoding::Identity,
            policy: Policy::default(),
            retries: 0,
        })));
        call
    }

    /// Everything of a call until its status, in order.
    fn finish(&mut self, call: CallId) -> (Vec<CallUpdate>, Arc<CallStatus>) {
        let mut all = Vec::new();
        loop {
            let updates = self.wait("an update", |event| match event {
                Event::Call { call: id, updates } if *id == call => Some(updates.clone()),
                _ => None,
            });
            all.extend(updates);
            let ended = all.iter().find_map(|update| match update {
                CallUpdate::Event(CallEvent::Status { status, .. }) => Some(Arc::clone(status)),
                CallUpdate::NotBegun(why) => panic!("{why}"),
                _ => None,
            });
            if let Some(status) = ended {
                return (all, status);
            }
        }
    }
}

fn plaintext(address: &str) -> Endpoint {
    Endpoint { scheme: Scheme::Plaintext, ..Endpoint::new(address) }
}

fn reflection(endpoint: Endpoint) -> SourceSpec {
    SourceSpec::Reflection { endpoint, metadata: vec![("token".to_owned(), Secret::new("101010"))] }
}

/// What was told last of the messages.
fn seen(updates: &[CallUpdate]) -> Seen {
    let seen = updates.iter().rev().find_map(|update| match update {
        CallUpdate::Seen(seen) => Some((**seen).clone()),
        _ => None,
    });
    seen.unwrap_or_default()
}

#[test]
fn a_call_of_each_shape() {
    let mut driver = Driver::start();
    let demo = driver.demo();
    let outline = driver.open(1, reflection(plaintext(&demo.plaintext)));
    assert!(outline.services.iter().any(|service| service.full_name == "hello.Hello"), "{outline:?}");

    let template = driver.prepare(1, "hello.Hello", "SayHello", 1);
    assert!(template.contains("\"name\""), "{template}");
    let call = driver.call(1, 1, plaintext(&demo.plaintext), Some("{\"name\": \"李雷\"}"));
    let (updates, status) = driver.finish(call);
    assert_eq!(status.code, Code::OK);
    assert_eq!((seen(&updates).sent, seen(&updates).received), (1, 1), "{updates:?}");
    let text = driver.wait("the answer's text", |event| match event {
        Event::MessageText { call: id, index: 0, direction: Direction::Received, text } if *id == call => {
            Some(text.clone().unwrap())
        }
        _ => None,
    });
    assert!(text.line(1).contains("replay") && text.line(1).contains("李雷"), "{}", text.text());

    driver.prepare(1, "hello.Hello", "LotsOfReplies", 2);
    let call = driver.call(2, 2, plaintext(&demo.plaintext), Some("{\"name\": \"a\"}"));
    let (updates, status) = driver.finish(call);
    assert_eq!((status.code, seen(&updates).received), (Code::OK, 10));
    assert!(seen(&updates).tail.last().is_some_and(|row| row.preview.contains("(10 of 10)")), "{updates:?}");

    driver.prepare(1, "hello.Hello", "LotsOfGreetings", 3);
    let call = driver.call(3, 3, plaintext(&demo.plaintext), None);
    let text = "[{\"name\": \"a\"}, {\"name\": \"b\"}]".to_owned();
    driver.engine.send(Command::SendMessage { call, text });
    driver.engine.send(Command::HalfClose(call));
    let (updates, status) = driver.finish(call);
    assert_eq!((status.code, seen(&updates).sent, seen(&updates).sent_tail.len()), (Code::OK, 2, 2));

    driver.prepare(1, "hello.Hello", "BidiHello", 4);
    let call = driver.call(4, 4, plaintext(&demo.plaintext), None);
    for (name, count) in [("a", 1), ("b", 2)] {
        driver.engine.send(Command::SendMessage { call, text: format!("{{\"name\": \"{name}\"}}") });
        driver.wait("its answer", |event| match event {
            Event::Call { call: id, updates } if *id == call && seen(updates).received == count => Some(()),
            _ => None,
        });
    }
    driver.engine.send(Command::Cancel(call));
    let (_, status) = driver.finish(call);
    assert_eq!(status.code, Code::CANCELLED);
}

#[test]
fn the_tls_demo_with_its_own_certificate_and_without_a_scheme() {
    let mut driver = Driver::start();
    let demo = driver.demo();
    let mut endpoint = Endpoint::new(&demo.tls);
    endpoint.tls.ca = CaChoice::Given { pem: demo.certificate_pem.clone(), label: "the demo's".to_owned() };
    endpoint.tls.server_name = Some(demo.server_name.clone());
    driver.open(1, reflection(endpoint.clone()));
    driver.prepare(1, "hello.Hello", "SayHello", 1);
    let call = driver.call(1, 1, endpoint.clone(), Some("{}"));
    let (updates, status) = driver.finish(call);
    assert_eq!(status.code, Code::OK, "{status:?}");
    let connection = updates.iter().find_map(|update| match update {
        CallUpdate::Event(CallEvent::Connected { connection, .. }) => Some(Arc::clone(connection)),
        _ => None,
    });
    assert!(connection.unwrap().tls.is_some(), "no scheme, and TLS is spoken: TLS it is");

    // The plaintext port under the same rule becomes plaintext, and nothing was sent before that was known.
    let call = driver.call(2, 1, Endpoint::new(&demo.plaintext), Some("{}"));
    let (_, status) = driver.finish(call);
    assert_eq!(status.code, Code::OK, "{status:?}");
}

#[test]
fn a_refused_connection_has_a_status_with_its_stage() {
    let mut driver = Driver::start();
    let demo = driver.demo();
    driver.open(1, reflection(plaintext(&demo.plaintext)));
    driver.prepare(1, "hello.Hello", "SayHello", 1);
    // A port that was free a moment ago, and is closed.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let call = driver.call(1, 1, plaintext(&format!("127.0.0.1:{port}")), Some("{}"));
    let (_, status) = driver.finish(call);
    assert_eq!(status.code, Code::UNAVAILABLE);
    assert_eq!(status.failure.as_ref().unwrap().stage.name(), "tcp");
}

#[test]
fn a_message_that_does_not_fit_is_said_with_its_place() {
    let mut driver = Driver::start();
    let demo = driver.demo();
    driver.open(1, reflection(plaintext(&demo.plaintext)));
    driver.prepare(1, "proto.Tour", "Echo", 1);
    let text = "{\n  \"child\": [{\"uid\": \"seven\"}]\n}".to_owned();
    driver.engine.send(Command::CheckMessage { ticket: 1, text, revision: 7 });
    let error = driver.wait("the verdict", |event| match event {
        Event::MessageChecked { ticket: 1, revision: 7, result } => Some(result.clone().unwrap_err()),
        _ => None,
    });
    assert_eq!((error.line, error.path.as_str()), (Some(2), "child[0].uid"), "{error}");
    let Misfit::Expected(both) = &error.what else { panic!("{error}") };
    assert_eq!(both.0, Expected::Type("int32".into()));
}

#[test]
fn a_changed_file_is_noticed_and_prepared_methods_keep_what_they_hold() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.proto");
    let schema = |field: &str| {
        format!(
            "syntax = \"proto3\"; package a; message M {{ string {field} = 1; }} service S {{ rpc R(M) returns (M); }}"
        )
    };
    std::fs::write(&file, schema("old")).unwrap();
    let mut driver = Driver::start();
    let spec = SourceSpec::Files { paths: vec![folder.path().to_owned()], import_roots: vec![] };
    driver.open(1, spec.clone());
    assert!(driver.prepare(1, "a.S", "R", 1).contains("old"));
    std::fs::write(&file, schema("fresh")).unwrap();
    driver.wait("the change", |event| matches!(event, Event::SourceChanged(SourceId(1))).then_some(()));
    driver.open(1, spec);
    assert!(driver.prepare(1, "a.S", "R", 2).contains("fresh"));
    driver.engine.send(Command::CheckMessage { ticket: 1, text: "{\"old\": \"x\"}".to_owned(), revision: 1 });
    let size = driver.wait("the verdict", |event| match event {
        Event::MessageChecked { ticket: 1, result, .. } => Some(result.clone().unwrap()),
        _ => None,
    });
    assert_eq!(size, 3);
}

#[test]
fn one_bad_file_costs_only_itself() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("good.proto"),
        "syntax = \"proto3\"; message M {} service S { rpc R(M) returns (M); }",
    )
    .unwrap();
    std::fs::write(folder.path().join("bad.proto"), "syntax = \"proto3\";\nmessage B { strin name = 1; }\n").unwrap();
    let mut driver = Driver::start();
    let outline = driver.open(1, SourceSpec::Files { paths: vec![folder.path().to_owned()], import_roots: vec![] });
    assert_eq!(outline.services.len(), 1);
    let problem = outline.problems.iter().find(|problem| problem.file.ends_with("bad.proto"));
    let problem = problem.unwrap_or_else(|| panic!("{outline:?}"));
    assert_eq!(problem.line, Some(2));
    assert!(problem.source_line.as_ref().unwrap().contains("strin name"));
    driver.prepare(1, "S", "R", 1);
}
