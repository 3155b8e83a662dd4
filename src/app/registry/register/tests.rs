//! The question that registers a service, by plain values.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may end by panicking")]

use std::sync::Arc;

use serde_json::Value;

use super::{IdState, RegisterAct, RegisterForm, Rehearsal};
use crate::app::registry::acts_tests::{Bench, form, key, place};
use crate::app::registry::{ActWhat, RegistryAct, RegistryView};
use crate::app::{App, Drafts, Happened, ThemeChoice};
use crate::engine::{Command, Event, RegistryQuestion, RegistryReply, RegistryTold};
use crate::registry::{Health, RegistryError, RegistryFault, Rehearsed, Unreached};
use crate::state::Document;
use crate::words::Lang;

/// A field of a check that this agent does not know.
const UNKNOWN: &str = "unknown field H2PING";

fn refused() -> RegistryFault {
    RegistryFault::Refused { status: 400, said: UNKNOWN.to_owned() }
}

impl Bench {
    /// The registration that was sent: its ticket, its body, whether its id is taken to be free.
    fn sent(&mut self) -> Option<(u64, Value, bool)> {
        self.questions().into_iter().find_map(|(ticket, question)| match question {
            RegistryQuestion::Register { body, expects_free } => Some((ticket, body, expects_free)),
            _ => None,
        })
    }

    /// The newest question about what would be sent.
    fn rehearsal(&mut self) -> Option<(u64, Vec<Value>)> {
        self.questions().into_iter().rev().find_map(|(ticket, question)| match question {
            RegistryQuestion::Rehearse { bodies, .. } => Some((ticket, bodies)),
            _ => None,
        })
    }

    fn rehearsed(&mut self, ticket: u64, said: Result<Rehearsed, (usize, RegistryFault)>) {
        let error = |fault| Arc::new(RegistryError { place: place(), asked: String::new(), fault });
        let said = said.map_err(|(at, fault)| (at, error(fault)));
        self.reply(ticket, Ok(RegistryReply::Rehearsed(said)));
    }

    /// What is kept of it for the next start.
    fn document(&self) -> Document {
        self.app.document(&mut Drafts::default())
    }

    /// Killed, and started again.
    fn again(self) -> Self {
        let kept = self.document();
        let mut app = App::new(Lang::En, ThemeChoice::Dark);
        app.restore(&kept, false, self.now);
        let id = app.registries.entries[0].id;
        let mut bench = Self { app, id, ..self };
        bench.answers();
        bench
    }

    fn read_file(&mut self, text: &str) {
        self.register(RegisterAct::AskFile);
        self.register(RegisterAct::TypePath("/a/services.json".to_owned()));
        self.register(RegisterAct::ReadFile);
        let asked = self.app.take_commands();
        let read = asked.into_iter().find_map(|command| match command {
            Command::ReadText { ticket, path } => Some((ticket, path)),
            _ => None,
        });
        let (ticket, path) = read.expect("the file is read");
        self.app.fold(Event::TextRead { ticket, path, result: Ok(text.to_owned()) }, self.now);
    }

    fn titles(&self) -> Vec<String> {
        self.app.registries.drafts_of(self.id).iter().map(super::RegisterDraft::title).collect()
    }
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
        let (ticket, body, expects_free) = bench.sent().expect("it is sent");
        assert!(expects_free, "it was said to be free");
        (ticket, body)
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
    bench.register(RegisterAct::TakeDraft(0));
    assert_eq!(bench.dialog().form, form("9005"));
    bench.register(RegisterAct::Close);
    // From an instance it begins with that one, and the draft is at hand.
    let service = bench.service();
    bench.register(RegisterAct::OpenLike(service, key("9001")));
    assert_eq!(bench.dialog().form.port, "9001");
    assert_eq!(bench.dialog().form.id, "", "two of one id would be one");
    bench.register(RegisterAct::TakeDraft(0));
    assert_eq!(bench.dialog().form, form("9005"));
    bench.register(RegisterAct::Close);
    bench.register(RegisterAct::Open(id, None));
    assert_eq!(bench.dialog().form, form("9005"));
}

#[test]
fn what_the_registry_would_say_is_asked_of_the_newest_only() {
    let mut bench = Bench::new();
    bench.register(RegisterAct::Open(bench.id, None));
    assert_eq!(bench.rehearsal(), None, "what has a fault is not asked about");
    bench.register(RegisterAct::Set(Box::new(form("9005"))));
    let (first, bodies) = bench.rehearsal().expect("it is asked");
    assert_eq!(bodies[0]["ID"], "9005");
    assert_eq!(bench.dialog().rehearsal, Rehearsal::Unknown);
    bench.register(RegisterAct::Set(Box::new(form("9006"))));
    let (second, _) = bench.rehearsal().expect("it is asked anew");
    // What is said of the older one counts for nothing.
    bench.rehearsed(first, Ok(Rehearsed::Sure));
    assert_eq!(bench.dialog().rehearsal, Rehearsal::Unknown);
    bench.rehearsed(second, Ok(Rehearsed::Sure));
    assert_eq!(bench.dialog().rehearsal, Rehearsal::Sure);
    // What is only shown in another way is not another.
    bench.register(RegisterAct::Show(crate::registry::consul::registration::Form::Config));
    assert_eq!((bench.rehearsal(), &bench.dialog().rehearsal), (None, &Rehearsal::Sure));
    bench.register(RegisterAct::Set(Box::new(form("9007"))));
    assert_eq!(bench.dialog().rehearsal, Rehearsal::Unknown, "nothing is known of this one");
    let (ticket, _) = bench.rehearsal().expect("it is asked");
    bench.rehearsed(ticket, Err((0, RegistryFault::Unreachable(Unreached::Refused))));
    assert!(matches!(bench.dialog().rehearsal, Rehearsal::Refused(_)));
    // It is asked again when the registry is back.
    bench.tell(RegistryTold::Datacenters(Vec::new()));
    assert!(bench.rehearsal().is_some());
}

#[test]
fn nobody_is_replaced_before_it_was_said() {
    let mut bench = Bench::new();
    bench.register(RegisterAct::Open(bench.id, None));
    bench.register(RegisterAct::Set(Box::new(form("9005"))));
    assert_eq!(bench.answer_ids(None), ["9005"]);
    bench.register(RegisterAct::Confirm);
    let (ticket, _, expects_free) = bench.sent().expect("it is sent");
    assert!(expects_free);
    bench.reply(ticket, Ok(RegistryReply::IdTaken(Some("Orders".to_owned()))));
    assert_eq!((&bench.dialog().id, bench.dialog().sends), (&IdState::Taken("Orders".to_owned()), None));
    // Now it is known.
    bench.register(RegisterAct::Confirm);
    let (ticket, _, expects_free) = bench.sent().expect("it is sent");
    assert!(!expects_free);
    bench.reply(ticket, Ok(RegistryReply::Done));
    let replaced = Some("Orders".to_owned());
    assert_eq!(bench.app.registries.said.as_ref().map(|said| &said.what), Some(&ActWhat::Registered { replaced }));
}

#[test]
fn an_id_that_could_not_be_asked_about_is_asked_about_again() {
    let mut bench = Bench::new();
    bench.register(RegisterAct::Open(bench.id, None));
    bench.register(RegisterAct::Set(Box::new(form("9005"))));
    let asked = |bench: &mut Bench| {
        let is_it = |(ticket, question)| matches!(question, RegistryQuestion::IdTaken(_)).then_some(ticket);
        bench.questions().into_iter().find_map(is_it)
    };
    let ticket = asked(&mut bench).expect("it is asked");
    bench.reply(ticket, Err(RegistryFault::Unreachable(Unreached::Refused)));
    assert!(matches!(bench.dialog().id, IdState::Failed(_)));
    bench.register(RegisterAct::LookAgain);
    let ticket = asked(&mut bench).expect("it is asked again");
    bench.reply(ticket, Err(RegistryFault::Unreachable(Unreached::Refused)));
    bench.tell(RegistryTold::Datacenters(Vec::new()));
    let ticket = asked(&mut bench).expect("it is back");
    bench.reply(ticket, Ok(RegistryReply::IdTaken(None)));
    assert_eq!(bench.dialog().id, IdState::Free);
    // What is free now may be taken by the next instance that is listed.
    bench.list(&[("9005", Health::Passing)]);
    let ticket = asked(&mut bench).expect("it is looked at again");
    assert_eq!(bench.dialog().id, IdState::Free, "what was known stays until it is known anew");
    bench.reply(ticket, Ok(RegistryReply::IdTaken(Some("User".to_owned()))));
    assert_eq!(bench.dialog().id, IdState::Taken("User".to_owned()));
}

#[test]
fn answers_belong_to_the_question_that_asked() {
    let mut bench = Bench::new();
    bench.register(RegisterAct::Open(bench.id, None));
    bench.register(RegisterAct::Set(Box::new(form("9005"))));
    bench.answer_ids(None);
    bench.register(RegisterAct::Confirm);
    let (ticket, ..) = bench.sent().expect("it is sent");
    // While it is out it is on the disk: nobody knows whether it arrives.
    assert_eq!(bench.document().registries[0].unsent_registrations.len(), 1);
    bench.register(RegisterAct::Close);
    assert_eq!(bench.titles(), Vec::<String>::new(), "it may be registered already");
    assert_eq!(bench.document().registries[0].unsent_registrations.len(), 1);
    bench.register(RegisterAct::Open(bench.id, Some("Orders".to_owned())));
    let mut orders = form("o1");
    orders.name = "Orders".to_owned();
    bench.register(RegisterAct::Set(Box::new(orders.clone())));
    bench.answer_ids(None);
    bench.register(RegisterAct::Confirm);
    let (second, ..) = bench.sent().expect("it is sent");
    bench.reply(ticket, Err(refused()));
    assert_eq!((&bench.dialog().refused, bench.dialog().sends.is_some()), (&None, true), "that is the other's");
    assert_eq!(bench.titles(), ["9005"], "what was refused is there again");
    let failed = |bench: &Bench| {
        let is_it = |what: &Happened| matches!(what, Happened::Act(said) if said.error.is_some());
        bench.app.told().iter().filter(|notice| is_it(&notice.what)).count()
    };
    assert_eq!(failed(&bench), 1, "it is told behind the bell");
    bench.reply(second, Err(refused()));
    assert!(bench.dialog().refused.is_some());
    assert_eq!(failed(&bench), 1);
}

#[test]
fn what_arrives_after_the_question_was_closed_moves_nobody() {
    let mut bench = Bench::new();
    let view = RegistryView::Registry(bench.id);
    bench.register(RegisterAct::Open(bench.id, None));
    bench.register(RegisterAct::Set(Box::new(form("9005"))));
    bench.register(RegisterAct::Confirm);
    let (ticket, ..) = bench.sent().expect("it is sent");
    bench.register(RegisterAct::Close);
    bench.act(RegistryAct::Show(view.clone()));
    bench.reply(ticket, Ok(RegistryReply::Done));
    assert_eq!(bench.app.registries.shown, Some(view));
    assert_eq!(bench.document().registries[0].unsent_registrations, []);
    bench.register(RegisterAct::Open(bench.id, None));
    assert_eq!((&bench.dialog().form, bench.dialog().came_back), (&RegisterForm::default(), false));
}

#[test]
fn what_is_on_its_way_when_the_registry_is_opened_anew_is_not_lost() {
    for closes in [false, true] {
        let mut bench = Bench::new();
        bench.register(RegisterAct::Open(bench.id, None));
        bench.register(RegisterAct::Set(Box::new(form("9005"))));
        bench.register(RegisterAct::Confirm);
        let (ticket, ..) = bench.sent().expect("it is sent");
        if closes {
            bench.register(RegisterAct::Close);
        }
        bench.app.open_registry(bench.id, bench.now);
        bench.reply(ticket, Ok(RegistryReply::Done));
        if closes {
            assert_eq!(bench.titles(), ["9005"]);
        } else {
            assert_eq!((bench.dialog().sends, bench.dialog().unheard), (None, true));
            assert_eq!(bench.dialog().form, form("9005"));
            bench.register(RegisterAct::Set(Box::new(form("9006"))));
            assert!(!bench.dialog().unheard);
        }
    }
}

#[test]
fn who_chose_something_else_meanwhile_has_the_last_word() {
    let mut bench = Bench::new();
    let service = bench.service();
    for chooses in [false, true] {
        bench.register(RegisterAct::Open(bench.id, None));
        bench.register(RegisterAct::Set(Box::new(form("9005"))));
        bench.register(RegisterAct::Confirm);
        let (ticket, ..) = bench.sent().expect("it is sent");
        bench.reply(ticket, Ok(RegistryReply::Done));
        if chooses {
            bench.act(RegistryAct::Choose(service.clone(), Some(key("9002"))));
        }
        bench.list(&[("9001", Health::Passing), ("9002", Health::Passing), ("9005", Health::Critical)]);
        let expect = if chooses { "9002" } else { "9005" };
        assert_eq!(bench.app.registries.view(&service).chosen, Some(key(expect)));
        bench.list(&[("9001", Health::Passing), ("9002", Health::Passing)]);
    }
}

#[test]
fn several_drafts_are_kept_and_none_for_another() {
    let mut bench = Bench::new();
    for (name, id) in [("User", "u1"), ("Hello", "h1"), ("Orders", "o1")] {
        bench.register(RegisterAct::Open(bench.id, Some(name.to_owned())));
        let typed = RegisterForm { name: name.to_owned(), ..form(id) };
        bench.register(RegisterAct::Set(Box::new(typed)));
        bench.register(RegisterAct::Close);
    }
    assert_eq!(bench.titles(), ["o1", "h1", "u1"]);
    let mut bench = bench.again();
    assert_eq!(bench.titles(), ["o1", "h1", "u1"]);
    bench.register(RegisterAct::Open(bench.id, Some("Hello".to_owned())));
    assert_eq!((bench.dialog().form.id.as_str(), bench.titles()), ("h1", vec!["o1".to_owned(), "u1".to_owned()]));
    bench.register(RegisterAct::TakeDraft(1));
    assert_eq!((bench.dialog().form.id.as_str(), bench.titles()), ("u1", vec!["h1".to_owned(), "o1".to_owned()]));
    bench.register(RegisterAct::DropDraft(0));
    bench.register(RegisterAct::DropDraft(7));
    assert_eq!(bench.titles(), ["o1"]);
    // What was sent is none.
    bench.register(RegisterAct::Confirm);
    let (ticket, ..) = bench.sent().expect("it is sent");
    bench.reply(ticket, Ok(RegistryReply::Done));
    assert_eq!(bench.titles(), ["o1"]);
}

#[test]
fn broken_json_is_kept_too() {
    let text = r#"{"Name": "User", "Token": "hush", "Prot": 1}"#;
    let mut bench = Bench::new();
    bench.register(RegisterAct::Open(bench.id, None));
    bench.register(RegisterAct::EditJson(text.to_owned()));
    bench.register(RegisterAct::Close);
    bench.register(RegisterAct::Open(bench.id, None));
    assert_eq!((bench.dialog().json(), bench.dialog().json_lacks), (text, false));
    assert!(!bench.dialog().is_sound());
    // On the disk there is no token.
    let mut bench = bench.again();
    bench.register(RegisterAct::Open(bench.id, None));
    assert_eq!(bench.dialog().json(), r#"{"Name": "User", "Token": "", "Prot": 1}"#);
    assert!(bench.dialog().json_lacks && bench.dialog().came_back);
    // Who types into the form leaves the text, and finds it again.
    bench.register(RegisterAct::Set(Box::new(form("9005"))));
    assert_eq!(bench.dialog().edited, None);
    bench.register(RegisterAct::TakeDraft(0));
    assert!(bench.dialog().json().contains("Prot"));
    assert_eq!(bench.titles(), ["9005"]);
}

#[test]
fn services_of_a_file_are_kept_once_one_was_changed() {
    let file = r#"[{"Name": "a", "Port": 1}, {"Name": "b", "Port": 2}]"#;
    let mut bench = Bench::new();
    bench.register(RegisterAct::Open(bench.id, None));
    bench.read_file(file);
    bench.register(RegisterAct::Close);
    assert_eq!(bench.titles(), Vec::<String>::new(), "they are in the file");
    bench.register(RegisterAct::Open(bench.id, None));
    bench.register(RegisterAct::Set(Box::new(form("typed"))));
    bench.read_file(file);
    assert_eq!(bench.titles(), ["typed"], "what was typed before is left");
    bench.register(RegisterAct::ChooseOf(1));
    let mut changed = bench.dialog().form.clone();
    changed.port = "22".to_owned();
    bench.register(RegisterAct::Set(Box::new(changed)));
    let mut bench = bench.again();
    bench.register(RegisterAct::Open(bench.id, None));
    assert_eq!((bench.dialog().several.len(), bench.dialog().at), (2, 1));
    assert_eq!(bench.dialog().form.port, "22");
    assert_eq!(bench.titles(), ["typed"]);
    // One of them is registered, the other is still to be sent.
    bench.register(RegisterAct::Confirm);
    let (ticket, body, _) = bench.sent().expect("it is sent");
    assert_eq!(body["Port"], 22);
    bench.reply(ticket, Ok(RegistryReply::Done));
    assert_eq!((bench.dialog().form.name.as_str(), bench.dialog().several.len()), ("a", 0));
    assert_eq!(bench.dialog().done, [("b".to_owned(), "b".to_owned())]);
    bench.register(RegisterAct::Close);
    assert_eq!(bench.titles(), ["a", "typed"]);
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
    let sent = asked.iter().find(|(_, question)| matches!(question, RegistryQuestion::Register { .. }));
    let (ticket, _) = sent.expect("it is sent");
    bench.reply(*ticket, Ok(RegistryReply::Done));
    let kept = bench.app.document(&mut Drafts::default());
    assert_eq!(kept.registries[0].unsent_registrations, [], "it was sent");
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
    bench.read_file(r#"{"services": [{"name": "a", "port": 1}, {"name": "b", "port": 2}]}"#);
    assert_eq!(bench.dialog().several.len(), 2);
    assert_eq!(bench.dialog().form.name, "a");
    bench.register(RegisterAct::ChooseOf(1));
    assert_eq!(bench.dialog().form.name, "b");
    bench.answer_ids(None);
    // All are asked about before the first is sent; what is refused then is shown, and nothing was sent.
    bench.register(RegisterAct::ConfirmAll);
    let (ticket, bodies) = bench.rehearsal().expect("they are asked about");
    assert_eq!(bodies.iter().map(|body| body["Name"].as_str().unwrap()).collect::<Vec<_>>(), ["a", "b"]);
    bench.rehearsed(ticket, Err((0, refused())));
    assert_eq!((bench.dialog().at, bench.dialog().refused.is_some(), bench.dialog().sends), (0, true, None));
    assert!(bench.sent().is_none());
    bench.register(RegisterAct::ConfirmAll);
    let (ticket, _) = bench.rehearsal().expect("they are asked about");
    bench.rehearsed(ticket, Ok(Rehearsed::Sure));
    for (name, is_last) in [("a", false), ("b", true)] {
        let (ticket, body, expects_free) = bench.sent().expect("it is sent");
        assert_eq!((body["Name"].as_str(), expects_free), (Some(name), false));
        bench.reply(ticket, Ok(RegistryReply::Done));
        assert_eq!(bench.app.registries.register.is_none(), is_last);
    }
    // Both are named, once.
    let all = vec![("a".to_owned(), "a".to_owned()), ("b".to_owned(), "b".to_owned())];
    let said = bench.app.registries.said.as_ref().expect("it is said");
    assert_eq!(said.what, ActWhat::RegisteredAll(all));
    assert_eq!(bench.app.told().iter().filter(|notice| matches!(notice.what, Happened::Act(_))).count(), 1);
    assert_eq!(bench.app.registries.shown, Some(RegistryView::Datacenter(id, "dc1".to_owned())));
    // What cannot be read stands in the editor with its faults.
    bench.register(RegisterAct::Open(id, None));
    bench.register(RegisterAct::EditJson("{".to_owned()));
    assert_eq!(bench.dialog().json(), "{");
}

#[test]
fn of_several_that_went_through_is_not_sent_again() {
    let mut bench = Bench::new();
    bench.register(RegisterAct::Open(bench.id, None));
    bench.read_file(r#"[{"Name": "a", "Port": 1}, {"Name": "b", "Port": 2}, {"Name": "c", "Port": 3}]"#);
    bench.register(RegisterAct::ConfirmAll);
    let (ticket, _) = bench.rehearsal().expect("they are asked about");
    bench.rehearsed(ticket, Ok(Rehearsed::NothingFound));
    let (ticket, ..) = bench.sent().expect("a is sent");
    bench.reply(ticket, Ok(RegistryReply::Done));
    let (ticket, ..) = bench.sent().expect("b is sent");
    bench.reply(ticket, Err(refused()));
    assert_eq!(bench.dialog().done, [("a".to_owned(), "a".to_owned())]);
    let names: Vec<&str> = bench.dialog().several.iter().map(|form| form.name.as_str()).collect();
    assert_eq!((names, bench.dialog().form.name.as_str()), (vec!["b", "c"], "b"));
    bench.register(RegisterAct::ConfirmAll);
    let (ticket, bodies) = bench.rehearsal().expect("they are asked about");
    assert_eq!(bodies.len(), 2);
    bench.rehearsed(ticket, Ok(Rehearsed::Sure));
    // Closed in the middle: what is out is out, the rest is left.
    bench.register(RegisterAct::Set(Box::new(form("ignored"))));
    let (ticket, body, _) = bench.sent().expect("b is sent");
    assert_eq!(body["Name"], "b");
    bench.register(RegisterAct::Close);
    assert_eq!(bench.titles(), ["c"]);
    bench.reply(ticket, Ok(RegistryReply::Done));
    assert!(bench.sent().is_none());
    assert_eq!(bench.titles(), ["c"]);
}

#[test]
fn many_services_are_checked_once() {
    let mut bench = Bench::new();
    bench.register(RegisterAct::Open(bench.id, None));
    let all: Vec<String> = (0..300).map(|at| format!(r#"{{"Name": "s{at}", "Port": 1}}"#)).collect();
    bench.read_file(&format!("[{}]", all.join(",")));
    let mut wrong = bench.dialog().form.clone();
    wrong.port = "none".to_owned();
    bench.register(RegisterAct::ChooseOf(299));
    bench.register(RegisterAct::Set(Box::new(wrong)));
    bench.register(RegisterAct::ChooseOf(0));
    bench.register(RegisterAct::ConfirmAll);
    assert_eq!((bench.dialog().at, bench.dialog().sends), (299, None), "what cannot be sent is shown");
    assert!(bench.questions().iter().all(|(_, question)| !question.is_act()));
}

#[test]
fn what_was_not_kept_of_secrets_has_to_be_typed_again() {
    let mut bench = Bench::new();
    bench.register(RegisterAct::Open(bench.id, None));
    let mut typed = form("9005");
    typed.meta = vec![("routing_key".to_owned(), "orders.v1".to_owned())];
    bench.register(RegisterAct::Set(Box::new(typed)));
    assert!(bench.dialog().is_sound());
    let mut bench = bench.again();
    bench.register(RegisterAct::Open(bench.id, None));
    assert_eq!(bench.dialog().form.meta, [("routing_key".to_owned(), String::new())]);
    assert!(!bench.dialog().is_sound());
    bench.register(RegisterAct::Confirm);
    assert!(bench.sent().is_none(), "nothing is sent without it");
    let mut typed = bench.dialog().form.clone();
    typed.meta[0].1 = "orders.v2".to_owned();
    bench.register(RegisterAct::Set(Box::new(typed)));
    assert!(bench.dialog().is_sound());
}

#[test]
fn what_is_kept_is_written_anew_only_when_it_changed() {
    let mut bench = Bench::new();
    bench.register(RegisterAct::Open(bench.id, None));
    bench.register(RegisterAct::Set(Box::new(form("9005"))));
    let mut drafts = Drafts::default();
    let text = |bench: &Bench, drafts: &mut Drafts| {
        let kept = &bench.app.document(drafts).registries[0].unsent_registrations;
        Arc::clone(&kept[0])
    };
    let first = text(&bench, &mut drafts);
    bench.list(&[("9001", Health::Critical)]);
    assert!(Arc::ptr_eq(&first, &text(&bench, &mut drafts)));
    bench.register(RegisterAct::Set(Box::new(form("9006"))));
    assert!(text(&bench, &mut drafts).contains("9006"));
}
