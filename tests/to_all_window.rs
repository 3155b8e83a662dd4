//! One request to all in the window, in both languages: who failed how, what was answered whole, what is left out of a
//! comparison, what waits while one instance is asked.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may end by panicking")]

mod common;
mod window_support;

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use proconsul::app::{Action, AllAct, AllRun, Area, DemoState, RegistryAct, RegistryForm, RegistryView, ServiceRef};
use proconsul::call::Code;
use proconsul::engine::AllCut;
use proconsul::registry::{Policy, RegistryKind, RegistryTarget};

use window_support::{Begin, Walk, in_both, is_checked, refusing};

fn run(walk: &Walk) -> &AllRun {
    walk.tab().all.as_ref().expect("it asks all").run.as_ref().expect("all were asked")
}

/// A list by hand with these addresses of `Inventory`, of which all are to be asked.
fn asking(walk: &mut Walk, addresses: &[String]) -> ServiceRef {
    let text = format!("{} Inventory\n", addresses.join(" Inventory\n"));
    let form = RegistryForm { kind: RegistryKind::Static, name: "mine".to_owned(), text, ..RegistryForm::default() };
    walk.act(Action::Registry(RegistryAct::Add(Box::new(form))));
    walk.act(Action::ShowArea(Area::Registry));
    walk.until("the list is read", |app| {
        app.registries.entries.last().is_some_and(|entry| entry.all_services().count() == 1)
    });
    let entry = walk.app().registries.entries.last().unwrap();
    let service = ServiceRef { registry: entry.id, datacenter: String::new(), service: "Inventory".to_owned() };
    walk.act(Action::Registry(RegistryAct::CallAll(service.clone())));
    walk.until("it asks all", |app| app.active_tab().is_some_and(|tab| tab.all.is_some() && is_checked(tab)));
    service
}

fn demo(walk: &Walk) -> (String, String) {
    let DemoState::Running(info) = &walk.app().demo else { panic!("{:?}", walk.app().demo) };
    let port = info.plaintext.rsplit(':').next().unwrap();
    (info.plaintext.clone(), format!("localhost:{port}"))
}

fn send_to_all(walk: &mut Walk) {
    walk.send();
    walk.until_so("all answered", |walk| run(walk).ended.is_some());
}

#[test]
fn who_failed_how_is_told_with_the_way_on() {
    in_both(|lang| {
        let words = lang.all();
        let mut walk = Begin::new(lang).with_demo();
        let (one, same) = demo(&walk);
        let (gone, lost) = (refusing(), refusing());
        let service = asking(&mut walk, &[one.clone(), same.clone(), gone.clone(), lost.clone()]);
        assert_eq!((walk.tab().service.as_str(), walk.tab().method.as_str()), ("shop.v1.Inventory", "GetItem"));
        walk.draft("{\"sku\": \"none\"}");

        // What is no number is not sent, and says why.
        walk.fill(words.at_once, "many");
        walk.until_shown(words.at_once_bad);
        assert!(!walk.tab().can_send());
        walk.send();
        assert!(walk.tab().all.as_ref().unwrap().run.is_none(), "nothing was sent");
        walk.fill(words.at_once, "2");
        send_to_all(&mut walk);
        assert_eq!(run(&walk).statuses(), [(Code(5), 2), (Code::UNAVAILABLE, 2)]);
        let refused = |walk: &Walk| walk.names(Role::Alert).into_iter().find(|said| said.contains("UNAVAILABLE"));
        let said = refused(&walk).expect("the connections that failed are told");
        assert!(said.contains(&gone) && said.contains(&lost), "equal ones once: {said}");
        let alerts = walk.names(Role::Alert);
        assert!(alerts[0].contains("NOT_FOUND"), "the row that is read comes first: {alerts:?}");
        assert!(!alerts[0].contains("health"), "of a refusal in order nothing is said of health: {alerts:?}");
        assert_eq!(alerts.iter().filter(|said| said.contains("NOT_FOUND")).count(), 1);
        walk.look("two kinds of failures");

        // The row that is read stands for its failure.
        let rows = walk.names(Role::Row);
        let row = rows.iter().find(|name| name.contains(&lost)).expect("its row").clone();
        walk.click(Role::Row, &row);
        walk.until_shown(&lang.call_named(&lost));
        assert!(walk.names(Role::Alert)[0].contains("UNAVAILABLE"), "{:?}", walk.names(Role::Alert));

        // To this one alone: the same request, at whom the registry names so.
        let (tab, draft) = (walk.tab().id, walk.tab().message.clone());
        walk.click(Role::Link, &lang.call_named(&lost));
        assert_ne!(walk.tab().id, tab);
        assert!(walk.tab().all.is_none() && walk.tab().message == draft);
        let target = RegistryTarget::parse(&walk.tab().address).expect("a service of a registry");
        assert_eq!(target.policy, Some(Policy::Instance(lost.clone())));
        walk.until("its method is ready", |app| app.active_tab().is_some_and(is_checked));
        walk.until_shown(words.retries_same);
        walk.send();
        walk.until_ended();
        assert_eq!(walk.call().status.as_ref().map(|(_, status)| status.code), Some(Code::UNAVAILABLE));
        walk.look("one of all");

        walk.act(Action::ChooseTab(tab));
        walk.click(Role::Link, words.show_in_registry);
        assert_eq!(walk.app().area, Area::Registry);
        assert_eq!(walk.app().registries.shown, Some(RegistryView::Service(service.clone())));
        let chosen = walk.app().registries.view(&service).chosen.clone();
        assert_eq!(chosen.map(|key| key.id), Some(lost));
    });
}

#[test]
fn one_instance_is_asked_in_between_and_nothing_is_lost() {
    in_both(|lang| {
        let words = lang.all();
        let mut walk = Begin::new(lang).with_demo();
        let (one, same) = demo(&walk);
        asking(&mut walk, &[one, same]);
        walk.draft("{\"sku\": \"tea-01\"}");
        walk.fill(words.at_once, "1");
        send_to_all(&mut walk);
        let id = run(&walk).id;
        walk.click(Role::RadioButton, words.one);
        assert!(walk.tab().all.is_none());
        walk.send();
        walk.until_ok();
        walk.look("one is asked");
        walk.click(Role::RadioButton, lang.streams().all);
        let all = walk.tab().all.as_ref().expect("it asks all again");
        assert_eq!((all.at_once.as_str(), all.run.as_ref().map(|run| run.id)), ("1", Some(id)));
        walk.until_shown(&lang.status_count(2, Code::OK));
        walk.look("all again");
    });
}

#[test]
fn an_answer_is_shown_and_copied_whole() {
    in_both(|lang| {
        let words = lang.all();
        let mut walk = Begin::new(lang).with_demo();
        let (one, same) = demo(&walk);
        asking(&mut walk, &[one, same]);
        let source = walk.tab().source;
        walk.act(Action::OpenMethod(source, "hello.Hello".to_owned(), "LotsOfReplies".to_owned()));
        walk.until("the stream is ready", |app| {
            app.active_tab().is_some_and(|tab| tab.method == "LotsOfReplies" && is_checked(tab))
        });
        let tab = walk.tab().id;
        walk.act(Action::All(tab, AllAct::AskAll(true)));
        walk.draft("{\"count\": 700, \"intervalMs\": 0}");
        send_to_all(&mut walk);
        assert_eq!((run(&walk).answers().len(), run(&walk).cut()), (1, 0));
        let lines = run(&walk).rows[0].read().unwrap().text.len();
        assert!(lines > 2_000, "{lines}");
        // The last of its lines can be read: the view scrolls to its end.
        let view = walk.harness.query_all_by_role_and_label(Role::Document, words.answer).next().expect("it is shown");
        view.focus();
        walk.steps(2);
        walk.command(Key::End);
        walk.command(Key::A);
        walk.harness.event(egui::Event::Copy);
        let copied = walk.until_copied();
        assert!(copied.contains("(700 of 700)"), "{} bytes", copied.len());
        walk.look("a long answer");

        // And it is searched.
        walk.click(Role::Button, lang.body().find);
        walk.text("(699 of");
        walk.until_shown(&lang.hits(Some(1), 1, false));
        walk.press(Key::Escape);

        walk.click(Role::Button, words.copy_answers);
        let copied = walk.until_copied();
        let copied: serde_json::Value = serde_json::from_str(&copied).expect("JSON");
        assert_eq!(copied[1]["answer"].as_array().map(Vec::len), Some(700));

        // A stream without end in sight is ended, and that is said.
        walk.draft("{\"count\": 100000, \"intervalMs\": 0}");
        send_to_all(&mut walk);
        assert_eq!((run(&walk).cut(), run(&walk).statuses().len()), (2, 0));
        walk.until_shown(&lang.cut_said(AllCut::Messages(1000)));
        walk.until_shown(&lang.cut_count(2));
        walk.look("answers in part");
    });
}

#[test]
fn lines_of_the_timeline_are_reached_by_keyboard() {
    in_both(|lang| {
        let mut walk = Begin::new(lang).with_demo();
        let (one, same) = demo(&walk);
        asking(&mut walk, &[one.clone(), same.clone()]);
        walk.draft("{\"sku\": \"tea-01\"}");
        send_to_all(&mut walk);
        walk.click(Role::Tab, lang.all().timeline);
        let lines = walk.harness.query_all_by_role(Role::ListItem);
        let first = lines.into_iter().next().expect("calls are lines");
        first.focus();
        walk.steps(2);
        assert!(walk.focused().is_some_and(|(role, name)| role == Role::ListItem && name.starts_with(&one)));
        walk.press(Key::ArrowDown);
        assert!(walk.focused().is_some_and(|(_, name)| name.starts_with(&same)), "{:?}", walk.focused());
        assert_eq!(run(&walk).chosen, 1, "what is read is the same in all views");
        walk.look("a line of the timeline");
    });
}

/// What the demo registers without TLS is called in one step as well as what it registers with TLS.
#[test]
fn the_demos_services_are_asked_by_their_registry() {
    let mut walk = Begin::new(proconsul::words::Lang::En).with_demo();
    walk.until("the list is open", |app| app.registries.entries.iter().any(|entry| entry.all_services().count() > 3));
    let list = walk.app().registries.entries.iter().find(|entry| entry.form.kind == RegistryKind::Static).unwrap().id;
    for (name, method, draft, count) in
        [("Inventory", "GetItem", "{\"sku\": \"tea-01\"}", 3), ("User", "Welcome", "{\"name\": \"you\"}", 3)]
    {
        let service = ServiceRef { registry: list, datacenter: String::new(), service: name.to_owned() };
        walk.act(Action::Registry(RegistryAct::CallAll(service)));
        walk.until("it asks all", |app| {
            app.active_tab().is_some_and(|tab| tab.all.is_some() && tab.method == method && is_checked(tab))
        });
        walk.draft(draft);
        send_to_all(&mut walk);
        assert_eq!(run(&walk).statuses()[0], (Code::OK, count), "{name}");
    }
}
