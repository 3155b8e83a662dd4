//! The engine as the window meets it, where an address names a service in a registry.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

#[allow(unreachable_pub, reason = "shared with other tests")]
mod wire_support;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use proconsul::call::{CallEvent, CallStatus, Code, Encoding, Limits};
use proconsul::engine::{
    Attempt, CallId, CallUpdate, Chosen, Command, Diagnose, DiagnosisId, DiagnosisUpdate, Endpoint, Engine,
    EngineConfig, Event, Generation, ResolveError, SourceId, SourceSpec, SourceState, StartCall,
};
use proconsul::message::TemplateSize;
use proconsul::registry::Policy;
use wire_support::{Has, Server, refusing};

/// Nothing here takes as long; a machine under load may.
const LIMIT: Duration = Duration::from_mins(1);

struct Driver {
    engine: Engine,
    woken: Receiver<()>,
    kept: Vec<Event>,
    calls: u64,
}

/// What came of a call.
#[derive(Default)]
struct Outcome {
    chosen: Vec<Chosen>,
    attempts: Vec<Attempt>,
    status: Option<Arc<CallStatus>>,
    not_resolved: Option<Arc<ResolveError>>,
    /// The JSON of the answer.
    text: String,
}

impl Driver {
    fn start() -> Self {
        let (wake, woken) = sync_channel(1);
        let waker = Arc::new(move || {
            let _already_woken = wake.try_send(());
        });
        Self { engine: Engine::start(EngineConfig::default(), waker).unwrap(), woken, kept: Vec::new(), calls: 0 }
    }

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
            let _woken_or_not = self.woken.recv_timeout(left.min(Duration::from_millis(50)));
        }
    }

    /// `pb.Hello/Welcome`, its schema by reflection from wherever `address` leads.
    fn prepare(&mut self, address: &str) {
        let (source, metadata) = (SourceId(1), Vec::new());
        let spec = SourceSpec::Reflection { endpoint: Endpoint::new(address), metadata: metadata.clone() };
        self.engine.send(Command::OpenSource { source, generation: Generation(1), spec });
        self.wait("the source", |event| match event {
            Event::Source { state: SourceState::Ready(outline), .. } => Some(Arc::clone(outline)),
            Event::Source { state: SourceState::Failed(failure), .. } => panic!("{}", failure.message),
            _ => None,
        });
        let (service, method, template) = ("pb.Hello".to_owned(), "Welcome".to_owned(), TemplateSize::Smallest);
        self.engine.send(Command::PrepareMethod { source, service, method, ticket: 1, template, metadata });
        self.wait("the method", |event| match event {
            Event::MethodReady { result, .. } => Some(result.clone().unwrap()),
            _ => None,
        });
    }

    fn call(&mut self, address: &str, name: &str, policy: Policy, retries: u32) -> Outcome {
        self.calls += 1;
        let call = CallId(self.calls);
        self.engine.send(Command::StartCall(Box::new(StartCall {
            call,
            ticket: 1,
            endpoint: Endpoint::new(address),
            metadata: Vec::new(),
            message: Some(format!(r#"{{"name": "{name}"}}"#)),
            deadline: Some(Duration::from_secs(20)),
            limits: Limits::default(),
            compress: Encoding::Identity,
            policy,
            retries,
        })));
        let mut outcome = Outcome::default();
        while outcome.status.is_none() && outcome.not_resolved.is_none() {
            let updates = self.wait("an update", |event| match event {
                Event::Call { call: id, updates } if *id == call => Some(updates.clone()),
                _ => None,
            });
            for update in updates {
                match update {
                    CallUpdate::Chosen(chosen) => outcome.chosen.push(*chosen),
                    CallUpdate::Attempt(attempt) => outcome.attempts.push(*attempt),
                    CallUpdate::NotResolved(error) => outcome.not_resolved = Some(error),
                    CallUpdate::NotBegun(why) => panic!("{why}"),
                    CallUpdate::Event(CallEvent::Status { status, .. }) => {
                        assert!(outcome.status.replace(status).is_none(), "a call has one status");
                    }
                    _ => {}
                }
            }
        }
        if outcome.status.as_ref().is_some_and(|status| status.code == Code::OK) {
            outcome.text = self.wait("the answer", |event| match event {
                Event::MessageText { call: id, text, .. } if *id == call => {
                    Some(text.clone().unwrap().text().to_owned())
                }
                _ => None,
            });
        }
        outcome
    }
}

/// A list in a file, and the address of its service `User`.
fn list(lines: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("list.txt");
    std::fs::write(&path, lines).unwrap();
    let address = format!("static://{}#User", path.display());
    (folder, address)
}

#[test]
fn a_call_says_which_instance_answered() {
    let [first, second] = ["one", "two"].map(|name| Server::start(Has { name, ..Has::default() }));
    let (folder, address) = list(&format!("{} User v1\n{} User v2\n", first.address, second.address));
    let mut driver = Driver::start();
    driver.prepare(&address);
    let outcome = driver.call(&address, "who", Policy::First, 0);
    assert!(outcome.text.contains("one"), "{}", outcome.text);
    let chosen = &outcome.chosen[0];
    assert_eq!((chosen.address.clone(), chosen.of, chosen.total), (first.address.to_string(), 2, 2));
    let attempt = &outcome.attempts[0];
    assert_eq!((attempt.number, attempt.status.code, attempt.goes_on), (1, Code::OK, false));
    assert_eq!(attempt.instance, chosen.instance);
    // The address' own words go before the policy.
    let of_tag = driver.call(&format!("{address}?tag=v2"), "who", Policy::First, 0);
    assert!(of_tag.text.contains("two"), "{}", of_tag.text);
    let turns: Vec<bool> =
        (0..4).map(|_| driver.call(&address, "who", Policy::RoundRobin, 0).text.contains("two")).collect();
    assert_eq!(turns, [false, true, false, true]);
    // Resolved at each call: what the list says now counts.
    std::fs::write(folder.path().join("list.txt"), format!("{} User\n", second.address)).unwrap();
    assert!(driver.call(&address, "who", Policy::First, 0).text.contains("two"));
    std::fs::write(folder.path().join("list.txt"), "").unwrap();
    let outcome = driver.call(&address, "who", Policy::First, 0);
    let why = outcome.not_resolved.unwrap().to_string();
    assert!(why.contains("no instance of User"), "{why}");
    // An address that is none of a registry says nothing of the kind.
    let plain = driver.call(&second.address.to_string(), "who", Policy::First, 0);
    assert!(plain.chosen.is_empty() && plain.attempts.is_empty() && plain.text.contains("two"));
}

#[test]
fn retries_go_on_until_somebody_answers() {
    let (_kept, refuses) = refusing();
    let good = Server::start(Has::default());
    let (_folder, address) = list(&format!("{refuses} User\n{} User\n", good.address));
    let mut driver = Driver::start();
    driver.prepare(&good.address.to_string());
    let off = driver.call(&address, "x", Policy::First, 0);
    assert_eq!(off.status.unwrap().code, Code::UNAVAILABLE, "retries are off unless set");
    assert_eq!((off.attempts.len(), off.attempts[0].goes_on), (1, false));
    let on = driver.call(&address, "x", Policy::First, 1);
    let fates: Vec<_> = on.attempts.iter().map(|one| (one.number, one.status.code, one.goes_on)).collect();
    assert_eq!(fates, [(1, Code::UNAVAILABLE, true), (2, Code::OK, false)]);
    assert_eq!(
        on.chosen.iter().map(|one| one.address.clone()).collect::<Vec<_>>(),
        [refuses.to_string(), good.address.to_string()]
    );
    assert!(on.text.contains("Welcome, x"), "{}", on.text);
    // The same instance again, where there is no other; each with a status of its own, the call with one.
    let busy = driver.call(&good.address.to_string(), "busy", Policy::First, 2);
    assert_eq!(busy.attempts.len(), 3);
    assert_eq!(busy.status.unwrap().message, "too busy");
}

#[test]
fn a_diagnosis_names_the_instance() {
    let server = Server::start(Has::default());
    let (_folder, address) = list(&format!("{} User\n", server.address));
    let mut driver = Driver::start();
    let diagnose = |address: &str| {
        Command::Diagnose(Box::new(Diagnose {
            id: DiagnosisId(1),
            endpoint: Endpoint::new(address),
            metadata: Vec::new(),
        }))
    };
    let ended = |event: &Event| match event {
        Event::Diagnosis { update: DiagnosisUpdate::Ended(result), .. } => Some(result.clone()),
        _ => None,
    };
    driver.engine.send(diagnose(&address));
    let diagnosis = driver.wait("the diagnosis", ended).unwrap();
    assert!(diagnosis.ok && diagnosis.target == format!("{address} → {}", server.address), "{diagnosis:?}");
    driver.engine.send(diagnose("static:///no/such/list.txt#User"));
    let why = driver.wait("the refusal", ended).unwrap_err();
    assert!(why.contains("/no/such/list.txt"), "{why}");
}
