//! Acts and the question that registers a service, by plain values.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may end by panicking")]

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use super::{
    ActWhat, ActsAct, IdState, InstanceAct, RegisterAct, RegisterForm, RegistryAct, RegistryForm, RegistryView,
    ServiceRef,
};
use crate::app::{Action, App, Drafts, Happened, ThemeChoice};
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
struct Bench {
    app: App,
    id: RegistryId,
    now: Instant,
}

impl Bench {
    fn new() -> Self {
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
    fn answers(&mut self) {
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

    fn tell(&mut self, told: RegistryTold) {
        let event = RegistryEvent { registry: self.id, generation: Generation(1), at: SystemTime::UNIX_EPOCH, told };
        self.app.fold(Event::Registry(Box::new(event)), self.now);
    }

    /// What the registry says of User's instances.
    fn list(&mut self, instances: &[(&str, Health)]) {
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

    fn service(&self) -> ServiceRef {
        ServiceRef { registry: self.id, datacenter: "dc1".to_owned(), service: "User".to_owned() }
    }

    fn act(&mut self, act: RegistryAct) {
        self.app.apply(Action::Registry(act), self.now);
    }

    fn register(&mut self, act: RegisterAct) {
        self.act(RegistryAct::Register(act));
    }

    /// Questions that were asked since the last look.
    fn questions(&mut self) -> Vec<(u64, RegistryQuestion)> {
        let asked = self.app.take_commands().into_iter().filter_map(|command| match command {
            Command::AskRegistry { ticket, question, .. } => Some((ticket, *question)),
            _ => None,
        });
        asked.collect()
    }

    fn reply(&mut self, ticket: u64, result: Result<RegistryReply, RegistryFault>) {
        let result = result.map_err(|fault| RegistryError { place: place(), asked: String::new(), fault });
        self.tell(RegistryTold::Reply { ticket, result });
    }

    fn dialog(&self) -> &super::RegisterDialog {
        self.app.registries.register.as_ref().expect("the question is open")
    }

    /// The ids that were asked about, each answered.
    fn answer_ids(&mut self, taken: Option<&str>) -> Vec<String> {
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

fn place() -> RegistryPlace {
    RegistryPlace { kind: RegistryKind::Consul, address: "127.0.0.1:8500".to_owned() }
}

fn key(id: &str) -> InstanceKey {
    InstanceKey {
        datacenter: "dc1".to_owned(),
        node: "node-1".to_owned(),
        service: "User".to_owned(),
        id: id.to_owned(),
    }
}

fn form(id: &str) -> RegisterForm {
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
fn ids_are_asked_about_one_at_a_time_and_only_the_newest_counts() {
    let mut bench = Bench::new();
    let id = bench.id;
    bench.register(RegisterAct::Open(id, Some("User".to_owned())));
    for typed in ["9", "90", "900", "9001"] {
        bench.register(RegisterAct::Set(Box::new(form(typed))));
    }
    // The first question was about the name; while it is out, no other is asked.
    assert_eq!(bench.answer_ids(Some("User")), ["User", "9001"]);
    assert_eq!(bench.dialog().id, IdState::Taken("User".to_owned()));
    bench.register(RegisterAct::Set(Box::new(form("9005"))));
    assert_eq!(bench.dialog().id, IdState::Unknown, "it is not known of the new one");
    assert_eq!(bench.answer_ids(None), ["9005"]);
    assert_eq!(bench.dialog().id, IdState::Free);
}

#[test]
fn what_consul_refuses_is_kept_and_what_it_takes_is_shown() {
    let mut bench = Bench::new();
    let id = bench.id;
    bench.register(RegisterAct::Open(id, None));
    bench.register(RegisterAct::Confirm);
    assert!(bench.questions().iter().all(|(_, question)| !question.is_act()), "without a name nothing is sent");
    assert!(bench.dialog().tried);
    bench.register(RegisterAct::Set(Box::new(form("9005"))));
    bench.answer_ids(None);
    bench.register(RegisterAct::Confirm);
    let sent = |bench: &mut Bench| {
        let asked = bench.questions();
        let [(ticket, RegistryQuestion::Register(body))] = asked.as_slice() else { panic!("{asked:?}") };
        (*ticket, body.clone())
    };
    let (ticket, body) = sent(&mut bench);
    assert_eq!(body["ID"], "9005");
    assert_eq!(body["Checks"][0]["GRPC"], "127.0.0.1:9005");
    // Typing while it is sent changes nothing.
    bench.register(RegisterAct::Set(Box::new(form("other"))));
    bench.reply(ticket, Err(RegistryFault::Refused { status: 400, said: "invalid key \"H2PING\"".to_owned() }));
    assert_eq!(bench.dialog().form, form("9005"));
    assert!(bench.dialog().refused.is_some());
    bench.register(RegisterAct::Confirm);
    let (ticket, _) = sent(&mut bench);
    bench.reply(ticket, Ok(RegistryReply::Done));
    assert_eq!(bench.app.registries.register, None);
    let service = bench.service();
    assert_eq!(bench.app.registries.shown, Some(RegistryView::Service(service.clone())));
    assert_eq!(bench.app.registries.view(&service).chosen, None, "it is not listed yet");
    bench.list(&[("9001", Health::Passing), ("9005", Health::Critical)]);
    assert_eq!(bench.app.registries.view(&service).chosen, Some(key("9005")));
}

#[test]
fn drafts_outlive_the_question() {
    let mut bench = Bench::new();
    let id = bench.id;
    bench.register(RegisterAct::Open(id, None));
    bench.register(RegisterAct::Set(Box::new(form("9005"))));
    bench.register(RegisterAct::Close);
    bench.register(RegisterAct::Open(id, None));
    assert_eq!(bench.dialog().form, form("9005"));
    assert!(bench.dialog().came_back);
    bench.register(RegisterAct::StartAnew);
    assert_eq!(bench.dialog().form, RegisterForm::default());
    bench.register(RegisterAct::Close);
    // For another service it begins with that one.
    bench.register(RegisterAct::Open(id, Some("Orders".to_owned())));
    assert_eq!(bench.dialog().form.name, "Orders");
    bench.register(RegisterAct::TakeDraft);
    assert_eq!(bench.dialog().form, form("9005"));
    bench.register(RegisterAct::Close);
    // From an instance it begins with that one, and the draft is at hand.
    let service = bench.service();
    bench.register(RegisterAct::OpenLike(service, key("9001")));
    assert_eq!(bench.dialog().form.port, "9001");
    assert_eq!(bench.dialog().form.id, "", "two of one id would be one");
    bench.register(RegisterAct::TakeDraft);
    assert_eq!(bench.dialog().form, form("9005"));
    bench.register(RegisterAct::Close);
    bench.register(RegisterAct::Open(id, None));
    assert_eq!(bench.dialog().form, form("9005"));
}

#[test]
fn drafts_outlive_the_program() {
    let mut bench = Bench::new();
    bench.register(RegisterAct::Open(bench.id, None));
    bench.register(RegisterAct::Set(Box::new(form("9005"))));
    // While the question is open: a program that is killed closes nothing.
    let kept = bench.app.document(&mut Drafts::default());
    let mut app = App::new(Lang::En, ThemeChoice::Dark);
    app.restore(&kept, false, bench.now);
    let id = app.registries.entries[0].id;
    bench = Bench { app, id, ..bench };
    bench.answers();
    bench.register(RegisterAct::Open(id, None));
    assert_eq!(bench.dialog().form, form("9005"));
    assert!(bench.dialog().came_back);
    bench.register(RegisterAct::Confirm);
    let asked = bench.questions();
    let sent = asked.iter().find(|(_, question)| matches!(question, RegistryQuestion::Register(_)));
    let (ticket, _) = sent.expect("it is sent");
    bench.reply(*ticket, Ok(RegistryReply::Done));
    let kept = bench.app.document(&mut Drafts::default());
    assert_eq!(kept.registries[0].unsent_registration, None, "it was sent");
}

#[test]
fn json_and_form_say_the_same_both_ways() {
    let mut bench = Bench::new();
    let id = bench.id;
    bench.register(RegisterAct::Open(id, None));
    bench.register(RegisterAct::Set(Box::new(form("9005"))));
    let text = bench.dialog().text.replace("\"9005\"", "\"9006\"");
    bench.register(RegisterAct::EditJson(text.clone()));
    assert_eq!(bench.dialog().form.id, "9006");
    assert_eq!(bench.dialog().json(), text, "the text stays as it was written");
    // What cannot be read changes no field, and cannot be sent.
    bench.register(RegisterAct::EditJson("{\"Name\": \"User\", \"Prot\": 1}".to_owned()));
    assert_eq!(bench.dialog().form.id, "9006");
    assert!(!bench.dialog().is_sound());
    bench.questions();
    bench.register(RegisterAct::Confirm);
    assert!(bench.questions().iter().all(|(_, question)| !question.is_act()));
    bench.register(RegisterAct::DropJson);
    assert!(bench.dialog().is_sound());
    // A token is dots in the text, and is kept when the text is edited.
    let token = crate::secret::Secret::new("hush".to_owned());
    bench.register(RegisterAct::Set(Box::new(RegisterForm { token, ..form("9005") })));
    assert!(!bench.dialog().json().contains("hush"));
    let text = bench.dialog().json().replace("9005", "9007");
    bench.register(RegisterAct::EditJson(text));
    assert_eq!(bench.dialog().form.token.reveal(), "hush");
    assert_eq!(bench.dialog().registration.api()["Token"], "hush");
}

#[test]
fn several_services_of_a_file_are_sent_one_by_one() {
    let mut bench = Bench::new();
    let id = bench.id;
    bench.register(RegisterAct::Open(id, None));
    bench.register(RegisterAct::AskFile);
    bench.register(RegisterAct::TypePath("/a/services.json".to_owned()));
    bench.register(RegisterAct::ReadFile);
    let asked = bench.app.take_commands();
    let Some(Command::ReadText { ticket, path }) =
        asked.into_iter().find(|command| matches!(command, Command::ReadText { .. }))
    else {
        panic!("the file is read")
    };
    let text = r#"{"services": [{"name": "a", "port": 1}, {"name": "b", "port": 2}]}"#.to_owned();
    bench.app.fold(Event::TextRead { ticket, path, result: Ok(text) }, bench.now);
    assert_eq!(bench.dialog().several.len(), 2);
    assert_eq!(bench.dialog().form.name, "a");
    bench.register(RegisterAct::ChooseOf(1));
    assert_eq!(bench.dialog().form.name, "b");
    bench.answer_ids(None);
    bench.register(RegisterAct::ConfirmAll);
    for (name, is_last) in [("a", false), ("b", true)] {
        let asked = bench.questions();
        let sent = asked.into_iter().find(|(_, question)| question.is_act());
        let Some((ticket, RegistryQuestion::Register(body))) = sent else { panic!("{name} is sent") };
        assert_eq!(body["Name"], name);
        bench.reply(ticket, Ok(RegistryReply::Done));
        assert_eq!(bench.app.registries.register.is_none(), is_last);
    }
    // What cannot be read stands in the editor with its faults.
    bench.register(RegisterAct::Open(id, None));
    bench.register(RegisterAct::EditJson("{".to_owned()));
    assert_eq!(bench.dialog().json(), "{");
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
