//! The engine as the window meets it while somebody types a registration, at a real Consul: only the newest is asked
//! about, a list is asked about as a whole, and nobody's instance is replaced where its id was said to be free.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;
mod registry_support;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use proconsul::engine::{
    Command, Engine, EngineConfig, Event, Generation, RegistryId, RegistryQuestion, RegistryReply, RegistrySpec,
    RegistryTold,
};
use proconsul::registry::consul::ConsulExplicit;
use proconsul::registry::{RegistryError, Rehearsed};
use registry_support::{Agent, Plan};
use serde_json::{Value, json};

/// Nothing here takes as long; a machine under load may.
const LIMIT: Duration = Duration::from_mins(1);
const REGISTRY: RegistryId = RegistryId(1);

struct Driver {
    engine: Engine,
    woken: Receiver<()>,
    asked: u64,
    /// Tickets in the order of their answers.
    answered: Vec<u64>,
}

impl Driver {
    fn at(agent: &Agent) -> Self {
        let (wake, woken) = sync_channel(1);
        let waker = Arc::new(move || {
            let _already_woken = wake.try_send(());
        });
        let engine = Engine::start(EngineConfig::default(), waker).unwrap();
        let explicit = ConsulExplicit { address: Some(agent.url()), ..ConsulExplicit::default() };
        let spec = Box::new(RegistrySpec::Consul(Box::new(explicit)));
        engine.send(Command::OpenRegistry { registry: REGISTRY, generation: Generation(1), spec });
        Self { engine, woken, asked: 0, answered: Vec::new() }
    }

    fn ask(&mut self, question: RegistryQuestion) -> u64 {
        self.asked += 1;
        let (ticket, question) = (self.asked, Box::new(question));
        self.engine.send(Command::AskRegistry { registry: REGISTRY, ticket, question });
        ticket
    }

    fn answer(&mut self, ticket: u64) -> Result<RegistryReply, RegistryError> {
        let until = Instant::now() + LIMIT;
        loop {
            while let Some(event) = self.engine.try_next() {
                let Event::Registry(event) = event else { continue };
                let RegistryTold::Reply { ticket: of, result } = event.told else { continue };
                self.answered.push(of);
                if of == ticket {
                    return result;
                }
            }
            assert!(Instant::now() < until, "{ticket} is never answered; {:?} are", self.answered);
            let _woken_or_not = self.woken.recv_timeout(Duration::from_millis(50));
        }
    }

    fn rehearse(&mut self, bodies: Vec<Value>) -> u64 {
        self.ask(RegistryQuestion::Rehearse { bodies, settles: true })
    }

    fn rehearsed(&mut self, ticket: u64) -> Result<Rehearsed, (usize, Arc<RegistryError>)> {
        match self.answer(ticket) {
            Ok(RegistryReply::Rehearsed(said)) => said,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn only_the_newest_is_asked_about_and_a_list_as_a_whole() {
    let agent = Plan::default().start();
    let mut driver = Driver::at(&agent);
    let typed: Vec<u64> = ["a", "ab", "abc"].iter().map(|name| driver.rehearse(vec![json!({"Name": name})])).collect();
    assert_eq!(driver.rehearsed(typed[2]).unwrap(), Rehearsed::Sure);
    assert_eq!(driver.answered, [typed[2]], "what was typed before is asked of nobody");
    let old = json!({"Name": "b", "Check": {"H2PING": "127.0.0.1:1", "Interval": "5s"}});
    let all = driver.rehearse(vec![json!({"Name": "a"}), old, json!({"Name": "c", "Nope": 1})]);
    let (at, error) = driver.rehearsed(all).unwrap_err();
    assert_eq!(at, 1);
    assert!(error.to_string().contains("H2PING"), "{error}");
    assert_eq!(agent.get("/v1/agent/services"), json!({}), "nothing was registered");
}

#[test]
fn an_id_that_was_said_to_be_free_replaces_nobody() {
    let agent = Plan::default().start();
    agent.register(&json!({"Name": "Orders", "ID": "9005", "Port": 1}));
    let mut driver = Driver::at(&agent);
    let body = json!({"Name": "User", "ID": "9005", "Port": 2});
    let ticket = driver.ask(RegistryQuestion::Register { body: body.clone(), expects_free: true });
    let said = driver.answer(ticket).unwrap();
    assert!(matches!(&said, RegistryReply::IdTaken(Some(service)) if service == "Orders"), "{said:?}");
    assert_eq!(agent.get("/v1/agent/service/9005")["Service"], "Orders");
    let ticket = driver.ask(RegistryQuestion::Register { body, expects_free: false });
    assert!(matches!(driver.answer(ticket), Ok(RegistryReply::Done)));
    assert_eq!(agent.get("/v1/agent/service/9005")["Service"], "User");
    // Without an id of its own a service has its name for one.
    let ticket = driver.ask(RegistryQuestion::Register { body: json!({"Name": "9005"}), expects_free: true });
    assert!(matches!(driver.answer(ticket), Ok(RegistryReply::IdTaken(Some(service))) if service == "User"));
}
