//! Acts, by plain values; and the bench on which the question that registers a service is tested too.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may end by panicking")]

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use super::{
    ActWhat, ActsAct, InstanceAct, RegisterAct, RegisterForm, RegistryAct, RegistryForm, RegistryView, ServiceRef,
};
use crate::app::{Action, App, Happened, ThemeChoice};
use crate::engine::{
    Command, Event, Generation, RegistryEvent, RegistryId, RegistryQuestion, RegistryReply, RegistryTold, WatchWhat,
    Watched,
};
use crate::registry::{
    Answer, Capabilities, Datacenter, Health, Instance, InstanceKey, NotAsked, RegistryError, RegistryFault,
    RegistryKind, RegistryPlace, Unreached,
};
use crate::words::Lang;

/// An app with a Consul that answers.
pub(super) struct Bench {
    pub(super) app: App,
    pub(super) id: RegistryId,
    pub(super) now: Instant,
}

impl Bench {
    pub(super) fn new() -> Self {
        let now = Instant::now();
        let mut app = App::new(Lang::En, ThemeChoice::Dark);
        let form = RegistryForm { address: "127.0.0.1:8500".to_owned(), ..RegistryForm::default() };
        app.apply(Action::Registry(RegistryAct::Add(Box::new(form))), now);
        let id = app.registries.entries[0].id;
        let mut bench = Self { app, id, now };
        bench.answers();
        bench
    }

    /// Its registry answers for the first time.
    pub(super) fn answers(&mut self) {
        let capabilities = Capabilities {
            register: true,
            maintenance: true,
            key_values: true,
            nodes: true,
            checks: true,
            filter: true,
            near: true,
        };
        self.tell(RegistryTold::Opened { place: place(), capabilities });
        self.tell(RegistryTold::Datacenters(vec![Datacenter { name: "dc1".to_owned(), is_own: true }]));
        self.list(&[("9001", Health::Passing), ("9002", Health::Passing), ("9003", Health::Critical)]);
        self.questions();
    }

    pub(super) fn tell(&mut self, told: RegistryTold) {
        let event = RegistryEvent { registry: self.id, generation: Generation(1), at: SystemTime::UNIX_EPOCH, told };
        self.app.fold(Event::Registry(Box::new(event)), self.now);
    }

    /// What the registry says of User's instances.
    pub(super) fn list(&mut self, instances: &[(&str, Health)]) {
        let instances = instances.iter().map(|(id, health)| Instance {
            key: key(id),
            address: "127.0.0.1".to_owned(),
            port: id.parse().unwrap_or_default(),
            health: *health,
            ..Instance::default()
        });
        let what = WatchWhat::Instances { datacenter: "dc1".to_owned(), service: "User".to_owned() };
        let answer = Answer { value: Arc::new(instances.collect::<Vec<_>>()), ..Answer::default() };
        self.tell(RegistryTold::Watched { what, seen: Watched::Instances(answer) });
    }

    pub(super) fn service(&self) -> ServiceRef {
        ServiceRef { registry: self.id, datacenter: "dc1".to_owned(), service: "User".to_owned() }
    }

    pub(super) fn act(&mut self, act: RegistryAct) {
        self.app.apply(Action::Registry(act), self.now);
    }

    pub(super) fn register(&mut self, act: RegisterAct) {
        self.act(RegistryAct::Register(act));
    }

    /// Questions that were asked since the last look.
    pub(super) fn questions(&mut self) -> Vec<(u64, RegistryQuestion)> {
        let asked = self.app.take_commands().into_iter().filter_map(|command| match command {
            Command::AskRegistry { ticket, question, .. } => Some((ticket, *question)),
            _ => None,
        });
        asked.collect()
    }

    pub(super) fn reply(&mut self, ticket: u64, result: Result<RegistryReply, RegistryFault>) {
        let result = result.map_err(|fault| RegistryError { place: place(), asked: String::new(), fault });
        self.tell(RegistryTold::Reply { ticket, result });
    }

    pub(super) fn dialog(&self) -> &super::RegisterDialog {
        self.app.registries.register.as_ref().expect("the question is open")
    }

    /// The ids that were asked about, each answered.
    pub(super) fn answer_ids(&mut self, taken: Option<&str>) -> Vec<String> {
        let mut ids = Vec::new();
        loop {
            let asked = self.questions();
            let Some((ticket, id)) = asked.into_iter().find_map(|(ticket, question)| match question {
                RegistryQuestion::IdTaken(id) => Some((ticket, id)),
                _ => None,
            }) else {
                return ids;
            };
            ids.push(id);
            self.reply(ticket, Ok(RegistryReply::IdTaken(taken.map(str::to_owned))));
        }
    }
}

pub(super) fn place() -> RegistryPlace {
    RegistryPlace { kind: RegistryKind::Consul, address: "127.0.0.1:8500".to_owned() }
}

pub(super) fn key(id: &str) -> InstanceKey {
    InstanceKey {
        datacenter: "dc1".to_owned(),
        node: "node-1".to_owned(),
        service: "User".to_owned(),
        id: id.to_owned(),
    }
}

pub(super) fn form(id: &str) -> RegisterForm {
    RegisterForm { name: "User".to_owned(), id: id.to_owned(), port: "9005".to_owned(), ..RegisterForm::default() }
}

#[test]
fn nothing_is_done_before_it_is_confirmed_and_failures_keep_the_question() {
    let mut bench = Bench::new();
    let service = bench.service();
    bench.act(RegistryAct::Show(RegistryView::Service(service.clone())));
    bench.act(RegistryAct::Acts(ActsAct::Ask(
        service.clone(),
        vec![key("9002")],
        InstanceAct::Maintain(String::new()),
    )));
    assert!(bench.questions().is_empty(), "it is only asked");
    bench.act(RegistryAct::Acts(ActsAct::Write("draining".to_owned())));
    bench.act(RegistryAct::Acts(ActsAct::Confirm));
    let asked = bench.questions();
    let [(ticket, RegistryQuestion::Maintain(of, Some(reason)))] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!((of, reason.as_str()), (&key("9002"), "draining"));
    // A second press does not ask twice.
    bench.act(RegistryAct::Acts(ActsAct::Confirm));
    assert!(bench.questions().is_empty());
    let fault = RegistryFault::OtherAgent {
        node: "node-2".to_owned(),
        address: "10.0.0.2".to_owned(),
        why: NotAsked::Failed {
            place: "10.0.0.2:8500".to_owned(),
            fault: Box::new(RegistryFault::Unreachable(Unreached::Refused)),
        },
    };
    bench.reply(*ticket, Err(fault));
    let dialog = bench.app.registries.act.as_ref().expect("it stays open");
    assert_eq!(dialog.what, InstanceAct::Maintain("draining".to_owned()), "what was typed is there");
    assert!(dialog.failed.as_ref().is_some_and(|error| error.to_string().contains("node-2")));
    bench.act(RegistryAct::Acts(ActsAct::Confirm));
    let asked = bench.questions();
    let [(ticket, _)] = asked.as_slice() else { panic!("{asked:?}") };
    bench.reply(*ticket, Ok(RegistryReply::Done));
    assert_eq!(bench.app.registries.act, None);
    let said = bench.app.said_here().expect("it is said in place");
    assert_eq!(said.what, ActWhat::Done(InstanceAct::Maintain("draining".to_owned())));
    assert_eq!(bench.app.unseen(), 0, "who sees it in place is not told again");
    bench.act(RegistryAct::Show(RegistryView::Datacenter(bench.id, "dc1".to_owned())));
    assert_eq!(bench.app.said_here(), None);
}

#[test]
fn several_are_done_one_by_one_and_what_fails_stops_there() {
    let mut bench = Bench::new();
    let service = bench.service();
    let all = vec![key("9001"), key("9002"), key("9003")];
    bench.act(RegistryAct::Acts(ActsAct::Ask(service, all, InstanceAct::Deregister)));
    bench.act(RegistryAct::Acts(ActsAct::Confirm));
    let next = |bench: &mut Bench| {
        let asked = bench.questions();
        let [(ticket, RegistryQuestion::Deregister(key))] = asked.as_slice() else { panic!("{asked:?}") };
        (*ticket, key.id.clone())
    };
    let (ticket, id) = next(&mut bench);
    assert_eq!(id, "9001");
    bench.reply(ticket, Ok(RegistryReply::Done));
    let (ticket, id) = next(&mut bench);
    assert_eq!(id, "9002");
    bench.reply(ticket, Err(RegistryFault::Denied("Permission denied".to_owned())));
    assert!(bench.questions().is_empty());
    let dialog = bench.app.registries.act.as_ref().expect("it stays open");
    assert_eq!((dialog.done.len(), dialog.instances.len()), (1, 2));
    bench.act(RegistryAct::Acts(ActsAct::Close));
    assert_eq!(bench.app.registries.act, None);
}

#[test]
fn a_read_only_registry_asks_nothing() {
    let mut bench = Bench::new();
    let (service, id) = (bench.service(), bench.id);
    bench.act(RegistryAct::SetReadOnly(id, true));
    for act in [InstanceAct::Deregister, InstanceAct::EndMaintenance] {
        bench.act(RegistryAct::Acts(ActsAct::Ask(service.clone(), vec![key("9001")], act)));
    }
    bench.register(RegisterAct::Open(id, None));
    assert_eq!((bench.app.registries.act.clone(), bench.app.registries.register.clone()), (None, None));
    assert!(bench.questions().is_empty());
}

#[test]
fn a_pinned_service_tells_when_its_health_changes() {
    let mut bench = Bench::new();
    let service = bench.service();
    bench.list(&[("9001", Health::Passing)]);
    bench.list(&[("9001", Health::Critical)]);
    assert!(bench.app.told().is_empty(), "nobody pinned it");
    bench.act(RegistryAct::Pin(service.clone(), true));
    bench.list(&[("9001", Health::Critical), ("9002", Health::Critical)]);
    assert!(bench.app.told().is_empty(), "it is as ill as before");
    bench.list(&[("9001", Health::Passing), ("9002", Health::Passing)]);
    bench.list(&[]);
    let told: Vec<&Happened> = bench.app.told().iter().map(|notice| &notice.what).collect();
    let last = Happened::Health { service, was: Health::Passing, now: Health::Unknown, instances: 0 };
    assert_eq!(told, [&last], "the newest of one service stands for those before it");
}
