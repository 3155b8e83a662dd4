//! Lists of a stream's messages as the engine keeps them: a hundred thousand, each of them reachable, filtered while
//! they come, copied and saved.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use proconsul::call::{CallEvent, Code, Encoding, Limits};
use proconsul::engine::{
    CallId, CallUpdate, Command, DemoInfo, Direction, Endpoint, Engine, EngineConfig, Event, Filter, Generation,
    MessageRow, MessagesAsk, MessagesTold, SaveContent, SaveFault, SaveFile, SaveTold, Scheme, Seen, SourceId,
    SourceSpec, SourceState, StartCall, View,
};
use proconsul::message::TemplateSize;
use proconsul::registry::Policy;

/// Nothing here takes as long; a machine under load may.
const LIMIT: Duration = Duration::from_mins(2);
const MANY: u64 = 100_000;

struct Driver {
    engine: Engine,
    woken: Receiver<()>,
    demo: Option<DemoInfo>,
    /// What was told last of the messages, and how often.
    seen: Seen,
    tellings: u32,
}

impl Driver {
    /// With the demo's schema read, and a method of it ready as ticket 1.
    fn with_method(method: &str) -> Self {
        let (wake, woken) = sync_channel(1);
        let waker = Arc::new(move || {
            let _already_woken = wake.try_send(());
        });
        let engine = Engine::start(EngineConfig::default(), waker).unwrap();
        let mut driver = Self { engine, woken, demo: None, seen: Seen::default(), tellings: 0 };
        driver.engine.send(Command::StartDemo);
        let demo = driver.wait("the demo", |event| match event {
            Event::Demo(started) => Some(started.unwrap()),
            _ => None,
        });
        let endpoint = Endpoint { scheme: Scheme::Plaintext, ..Endpoint::new(&demo.plaintext) };
        driver.demo = Some(demo);
        let source = SourceId(1);
        let spec = SourceSpec::Reflection { endpoint, metadata: Vec::new() };
        driver.engine.send(Command::OpenSource { source, generation: Generation(1), spec });
        driver.wait("the source", |event| match event {
            Event::Source { state: SourceState::Ready(_), .. } => Some(()),
            Event::Source { state: SourceState::Failed(failure), .. } => panic!("{}", failure.message),
            _ => None,
        });
        driver.engine.send(Command::PrepareMethod {
            source,
            metadata: Vec::new(),
            service: "hello.Hello".to_owned(),
            method: method.to_owned(),
            ticket: 1,
            template: TemplateSize::Smallest,
        });
        driver.wait("the method", |event| match event {
            Event::MethodReady { result, .. } => Some(result.unwrap()),
            _ => None,
        });
        driver
    }

    fn wait<T>(&mut self, what: &str, mut pick: impl FnMut(Event) -> Option<T>) -> T {
        let until = Instant::now() + LIMIT;
        loop {
            while let Some(event) = self.engine.try_next() {
                if let Event::Call { updates, .. } = &event {
                    for update in updates {
                        if let CallUpdate::Seen(seen) = update {
                            self.seen = (**seen).clone();
                            self.tellings += 1;
                        }
                    }
                }
                if let Some(found) = pick(event) {
                    return found;
                }
            }
            let left = until.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "{what} never came");
            // A wake-up may have been taken with the events before it.
            let _woken_or_not = self.woken.recv_timeout(left.min(Duration::from_millis(50)));
        }
    }

    fn call(&mut self, message: Option<&str>) -> CallId {
        let address = self.demo.as_ref().unwrap().plaintext.clone();
        self.engine.send(Command::StartCall(Box::new(StartCall {
            call: CallId(1),
            ticket: 1,
            endpoint: Endpoint { scheme: Scheme::Plaintext, ..Endpoint::new(&address) },
            metadata: Vec::new(),
            message: message.map(str::to_owned),
            deadline: None,
            limits: Limits::default(),
            compress: Encoding::Identity,
            policy: Policy::default(),
            retries: 0,
        })));
        CallId(1)
    }

    /// Waits for the end; what was told last of the messages, and how often they were told.
    fn finish(&mut self) -> (Seen, u32) {
        self.wait("the end", |event| {
            let Event::Call { updates, .. } = event else { return None };
            updates.into_iter().find_map(|update| match update {
                CallUpdate::Event(CallEvent::Status { status, .. }) => {
                    assert_eq!(status.code, Code::OK, "{status:?}");
                    Some(())
                }
                _ => None,
            })
        });
        (self.seen.clone(), self.tellings)
    }

    fn rows(&mut self, call: CallId, view: View, from: u64, count: u32) -> Vec<MessageRow> {
        self.engine.send(Command::Messages(call, MessagesAsk::Rows { view, from, count }));
        let mut all = Vec::new();
        self.wait("rows", |event| match event {
            Event::Messages { told: MessagesTold::Rows { view: of, from: first, rows, answers }, .. } if of == view => {
                assert_eq!(first, from + all.len() as u64, "parts come in order");
                all.extend(rows);
                answers.map(|range| assert_eq!(range, from..from + u64::from(count)))
            }
            _ => None,
        });
        all
    }

    /// Waits until a filter has looked at so many messages; how many it let through.
    fn filtered(&mut self, number: u64, all: u64) -> u64 {
        self.wait("the filter", |event| match event {
            Event::Messages { told: MessagesTold::Filtered { number: of, scanned, total, .. }, .. } => {
                (of == number && scanned == all).then_some(total)
            }
            _ => None,
        })
    }
}

fn filter(text: &str) -> Filter {
    Filter::parse(text).unwrap()
}

#[test]
fn a_hundred_thousand_messages_are_all_reachable() {
    let mut driver = Driver::with_method("LotsOfReplies");
    let call = driver.call(Some(&format!("{{\"name\": \"李雷\", \"count\": {MANY}, \"intervalMs\": 0}}")));
    let (seen, tellings) = driver.finish();
    assert_eq!((seen.sent, seen.received), (1, MANY));
    assert!(u64::from(tellings) < MANY / 50, "told {tellings} times");
    assert!(seen.tail.last().is_some_and(|row| row.preview.contains("(100000 of 100000)")), "{:?}", seen.tail.last());
    assert!(seen.tail.len() <= 64);

    // The request is the first of all; each answer is where its number says.
    let first = driver.rows(call, View::All, 0, 3);
    assert_eq!(first.iter().map(|row| row.direction).collect::<Vec<_>>()[..2], [Direction::Sent, Direction::Received]);
    for from in [0, 1, 499, 65_000, MANY - 40] {
        let rows = driver.rows(call, View::Received, from, 40);
        assert_eq!(rows.len(), 40, "from {from}");
        for (row, number) in rows.iter().zip(from + 1..) {
            assert!(row.preview.contains(&format!("({number} of {MANY})")), "{row:?}");
            assert_eq!((row.index, row.position), (number - 1, number));
        }
    }
    assert!(driver.rows(call, View::All, MANY + 1, 10).is_empty(), "nothing past the end");
    driver.engine.send(Command::ShowMessage { call, direction: Direction::Received, index: 12_344 });
    let text = driver.wait("one in full", |event| match event {
        Event::MessageText { index: 12_344, text, .. } => Some(text.unwrap()),
        _ => None,
    });
    assert!(text.text().contains("(12345 of 100000)"), "{}", text.text());

    // A filter over all of them, and another that takes its place.
    let ask = MessagesAsk::Filter { number: 7, side: View::All, filter: filter("replay:\"(99\"") };
    driver.engine.send(Command::Messages(call, ask));
    let ask = MessagesAsk::Filter { number: 8, side: View::All, filter: filter("replay:777 -1777") };
    driver.engine.send(Command::Messages(call, ask));
    let total = driver.filtered(8, MANY + 1);
    let expect = (1..=MANY).filter(|n| n.to_string().contains("777") && !n.to_string().contains("1777")).count();
    assert_eq!(total, expect as u64);
    let rows = driver.rows(call, View::Filtered(8), 0, 2);
    assert!(rows[0].preview.contains("(777 of") && rows[1].preview.contains("(2777 of"), "{rows:?}");
    assert!(driver.rows(call, View::Filtered(7), 0, 2).is_empty(), "the older filter is gone");

    // Copied and saved are what is listed.
    driver.engine.send(Command::Messages(call, MessagesAsk::Copy { view: View::Filtered(8), only: None, ticket: 5 }));
    let (text, lines, of) = driver.wait("the copy", |event| match event {
        Event::Messages { told: MessagesTold::Copied { ticket: 5, text, lines, of }, .. } => Some((text, lines, of)),
        _ => None,
    });
    assert_eq!((lines, of, text.lines().count() as u64), (total, total, total));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.ndjson");
    let save = |driver: &mut Driver, replace| {
        let content = SaveContent::Messages { call, view: View::All };
        driver.engine.send(Command::SaveFile(Box::new(SaveFile { ticket: 6, path: path.clone(), replace, content })));
        driver.wait("the file", |event| match event {
            Event::Save { ticket: 6, told: SaveTold::Ended(result) } => Some(result),
            _ => None,
        })
    };
    let (_, saved) = save(&mut driver, false).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!((text.len() as u64, text.lines().count() as u64), (saved, MANY + 1));
    assert!(text.lines().last().unwrap().contains("(100000 of 100000)"));
    for line in text.lines().step_by(9_999) {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
    assert_eq!(save(&mut driver, false).unwrap_err().fault, SaveFault::Exists);
    assert_eq!(save(&mut driver, true), Ok((path.clone(), saved)));
    // Stopped, it leaves what was there.
    let content = SaveContent::Messages { call, view: View::All };
    driver.engine.send(Command::SaveFile(Box::new(SaveFile { ticket: 9, path: path.clone(), replace: true, content })));
    driver.engine.send(Command::StopSave(9));
    let ended = driver.wait("the stop", |event| match event {
        Event::Save { ticket: 9, told: SaveTold::Ended(result) } => Some(result),
        _ => None,
    });
    assert!(ended.is_ok() || ended.as_ref().is_err_and(|why| why.fault == SaveFault::Stopped), "{ended:?}");
    assert_eq!(std::fs::metadata(&path).unwrap().len(), saved);
}

#[test]
fn a_filter_follows_a_stream_that_goes_on() {
    let mut driver = Driver::with_method("BidiHello");
    let call = driver.call(None);
    let ask = MessagesAsk::Filter { number: 1, side: View::Received, filter: filter("hello -bob") };
    driver.engine.send(Command::Messages(call, ask));
    let names = ["Ann", "Bob", "Cid"];
    for (count, name) in (1..).zip(names) {
        driver.engine.send(Command::SendMessage { call, text: format!("{{\"name\": \"{name}\"}}") });
        let expect = [1, 1, 2][count - 1];
        let total = driver.filtered(1, 2 * count as u64);
        assert_eq!(total, expect, "after {name}");
    }
    let rows = driver.rows(call, View::Filtered(1), 0, 10);
    assert_eq!(rows.iter().map(|row| row.index).collect::<Vec<_>>(), [0, 2]);
    assert!(rows.iter().all(|row| row.direction == Direction::Received));
    // What was sent, by itself.
    let sent = driver.rows(call, View::Sent, 1, 10);
    assert!(sent.len() == 2 && sent[0].preview.contains("Bob"), "{sent:?}");
    driver.engine.send(Command::HalfClose(call));
    let (seen, _) = driver.finish();
    assert_eq!((seen.sent, seen.sent_tail.len(), seen.received), (3, 3, 3));
}
