//! How a registry stands, as a window shows it: what was known stays while its agent is away and comes back by itself;
//! another Consul's facts are not the old one's; what access rules hide is said, and so is a token that is lost; filters
//! of Consul's own are asked again; what was typed and removed comes back. Against real agents, in both languages.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may end by panicking")]

mod common;
mod registry_support;
mod window_support;

use std::time::{Duration, Instant};

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use proconsul::app::{
    Action, Area, RegistryAct, RegistryEntry, RegistryForm, RegistryFormFault, RegistryState, RegistryView, ServiceRef,
    TokenTrouble,
};
use proconsul::engine::RegistryId;
use proconsul::registry::RegistryKind;
use proconsul::secret::Secret;
use proconsul::words::Lang;
use serde_json::json;

use registry_support::{Agent, MASTER, Plan};
use window_support::{Begin, Walk, in_both, refusing};

fn act(walk: &mut Walk, what: RegistryAct) {
    walk.act(Action::Registry(what));
}

fn entry(walk: &Walk) -> &RegistryEntry {
    walk.app().registries.entries.first().expect("a registry is open")
}

fn id(walk: &Walk) -> RegistryId {
    entry(walk).id
}

/// Opens the registry of an agent.
fn open(walk: &mut Walk, form: RegistryForm) {
    act(walk, RegistryAct::Add(Box::new(form)));
    let id = id(walk);
    act(walk, RegistryAct::Show(RegistryView::Registry(id)));
}

fn at(agent: &Agent) -> RegistryForm {
    RegistryForm { address: agent.address(), ..RegistryForm::default() }
}

fn until_live(walk: &mut Walk) {
    walk.until_so("it answers", |walk| {
        let entry = entry(walk);
        entry.state == RegistryState::Live && entry.datacenters.first().is_some_and(|known| known.services.is_some())
    });
}

fn services(walk: &Walk) -> Vec<String> {
    entry(walk).all_services().map(|(_, service)| service.name.clone()).collect()
}

fn register(agent: &Agent, id: &str, name: &str, tags: &[&str]) {
    agent.register(&json!({"ID": id, "Name": name, "Address": "127.0.0.1", "Port": 9, "Tags": tags}));
}

fn user(walk: &Walk) -> ServiceRef {
    let datacenter = entry(walk).datacenters.first().expect("a datacenter").name.clone();
    ServiceRef { registry: id(walk), datacenter, service: "User".to_owned() }
}

/// Ids of the instances in the table.
fn rows(walk: &Walk) -> Vec<String> {
    let words = walk.names(Role::Row);
    let mut ids: Vec<String> = words
        .iter()
        .filter(|name| name.contains("127.0.0.1:9"))
        .filter_map(|name| name.split([' ', ',']).find(|part| part.starts_with('u')).map(str::to_owned))
        .collect();
    ids.sort();
    ids
}

#[test]
fn nodes_and_the_agent_stay_while_it_is_away_and_come_back() {
    let mut agent = Plan::default().keeps().start();
    for lang in [Lang::En, Lang::ZhCn] {
        let mut walk = Begin::new(lang).walk();
        open(&mut walk, at(&agent));
        walk.until_so("the agent is known", |walk| entry(walk).agent.is_some());
        let name = entry(&walk).datacenters[0].name.clone();
        let view = RegistryView::Nodes(id(&walk), name.clone());
        act(&mut walk, RegistryAct::Show(view));
        walk.until_so("the nodes are known", |walk| entry(walk).datacenters[0].nodes.is_some());
        walk.until_shown(agent.node());
        agent.kill();
        let killed = Instant::now();
        walk.until_so("the registry itself is away", |walk| matches!(entry(walk).state, RegistryState::Away(_)));
        assert!(killed.elapsed() < Duration::from_secs(10), "at once, not when it is looked at the next time");
        let registry = id(&walk);
        act(&mut walk, RegistryAct::Refresh(registry));
        walk.until_so("they are old", |walk| entry(walk).datacenters[0].nodes_away.is_some());
        let RegistryState::Away(away) = &entry(&walk).state else { panic!("it is away") };
        let (since, badge) = (lang.stale_since(&lang.clock(away.since)), lang.stale_badge(away.since));
        walk.until_shown(&since);
        assert!(entry(&walk).datacenters[0].nodes.is_some(), "what was known stays");
        assert!(walk.has(agent.node()), "and is shown");
        let row = walk.harness.get_all_by_role(Role::TreeItem).next().expect("the registry's row");
        let said = format!("{:?}", row.accesskit_node().description());
        assert!(said.contains(&badge), "the tree says since when: {said}, not {badge}");
        walk.look("nodes while it is away");
        act(&mut walk, RegistryAct::Show(RegistryView::Registry(registry)));
        walk.until_so("the agent's facts are old", |walk| entry(walk).agent_away.is_some());
        assert!(entry(&walk).agent.is_some(), "they stay");
        walk.look("the agent while it is away");
        agent.start();
        walk.until_so("all is back by itself", |walk| {
            let entry = entry(walk);
            let own = entry.datacenters.first();
            entry.state == RegistryState::Live
                && entry.agent_away.is_none()
                && own.is_some_and(|own| own.nodes_away.is_none() && own.away.is_none())
        });
        assert!(!walk.has(&since));
    }
}

#[test]
fn what_was_in_front_comes_back_and_is_asked_for() {
    let agent = Plan::default().start();
    in_both(|lang| {
        let folder = tempfile::tempdir().unwrap();
        let mut first = Begin::new(lang).kept_in(folder.path()).walk();
        open(&mut first, at(&agent));
        until_live(&mut first);
        let view = RegistryView::Nodes(id(&first), entry(&first).datacenters[0].name.clone());
        act(&mut first, RegistryAct::Show(view));
        first.harness.run();
        drop(first);
        let mut second = Begin::new(lang).kept_in(folder.path()).walk();
        assert_eq!(second.app().area, Area::Registry, "the area that was in front is there again");
        second.until_so("the nodes are asked for", |walk| {
            entry(walk).datacenters.first().is_some_and(|known| known.nodes.is_some())
        });
        second.until_shown(agent.node());
        second.look("nodes after a restart");
    });
}

#[test]
fn another_consul_is_another() {
    let one = Plan::default().node("one").start();
    let other = Plan::default().node("other").start();
    register(&one, "u1", "User", &[]);
    register(&other, "o1", "Orders", &[]);
    one.ask("PUT", "/v1/kv/only/in/one", b"1");
    in_both(|lang| {
        let mut walk = Begin::new(lang).walk();
        open(&mut walk, at(&one));
        until_live(&mut walk);
        let name = entry(&walk).datacenters[0].name.clone();
        let registry = id(&walk);
        act(&mut walk, RegistryAct::Show(RegistryView::Keys(registry, name.clone())));
        walk.until_shown("only");
        act(&mut walk, RegistryAct::Show(RegistryView::Registry(registry)));
        walk.until_so("its agent is known", |walk| entry(walk).agent.as_ref().is_some_and(|agent| agent.node == "one"));
        act(&mut walk, RegistryAct::OpenDialogFor(registry));
        walk.steps(8);
        walk.fill(walk.words().address, &other.address());
        walk.press(Key::Enter);
        // The other may have answered by now.
        assert!(!services(&walk).contains(&"User".to_owned()), "nothing of the old one stays");
        assert_eq!(entry(&walk).form.address, other.address());
        until_live(&mut walk);
        walk.until_so("the other's agent is known", |walk| {
            entry(walk).agent.as_ref().is_some_and(|agent| agent.node == "other")
        });
        let known = services(&walk);
        assert!(known.contains(&"Orders".to_owned()) && !known.contains(&"User".to_owned()), "{known:?}");
        assert!(entry(&walk).datacenters[0].timeline.is_empty(), "another registry is no change");
        assert_eq!(walk.app().registries.entries.len(), 1);
        walk.look("another Consul");
        act(&mut walk, RegistryAct::Show(RegistryView::Keys(registry, name)));
        walk.until_shown(lang.key_values().new_key);
        assert!(!walk.has("only"), "the old one's keys are gone");
    });
}

#[test]
fn what_access_rules_hide_is_said_and_a_token_is_one_click_away() {
    let agent = Plan::default().denies().start();
    register(&agent, "u1", "User", &[]);
    in_both(|lang| {
        let state = lang.registry_state();
        let mut walk = Begin::new(lang).walk();
        open(&mut walk, at(&agent));
        until_live(&mut walk);
        walk.until_so("its agent and nodes were asked", |walk| {
            entry(walk).agent.is_some() && entry(walk).datacenters[0].nodes.is_some()
        });
        assert_eq!(entry(&walk).token_trouble(None), Some(TokenTrouble::Hidden));
        walk.until_shown(state.acl_lead);
        assert!(walk.has(state.hidden_by_acl), "in the table, for the role, and in the status bar");
        assert!(!walk.has(&lang.services_count(0)), "nothing that may be hidden is no 0");
        let status = walk.names(Role::Link).into_iter().find(|name| name.contains(&agent.address()));
        assert!(status.is_some_and(|said| said.contains(state.hidden_by_acl)), "the status bar says it");
        assert!(!walk.has_named(lang.acts().client), "who may not ask for the role does not make one up");
        walk.look("hidden");
        // A wrong token is named as such.
        walk.click(Role::Link, state.set_token);
        walk.steps(8);
        assert_eq!(walk.focused().map(|(_, name)| name).as_deref(), Some(lang.registry().token));
        walk.text("wrong-token");
        walk.click(Role::Button, walk.words().show_value);
        walk.look("the token is shown");
        walk.focus(lang.registry().token, 0);
        walk.press(Key::Enter);
        walk.until_so("it is refused", |walk| {
            matches!(entry(walk).token_trouble(None), Some(TokenTrouble::Refused(_)))
        });
        walk.until_shown("ACL not found");
        walk.steps(4);
        let status = walk.names(Role::Link).into_iter().find(|name| name.contains(&agent.address()));
        assert!(status.is_some_and(|said| said.contains(state.token_refused)), "{:?}", walk.names(Role::Link));
        walk.look("a wrong token");
        walk.click(Role::Link, state.set_token);
        walk.steps(8);
        walk.fill(lang.registry().token, MASTER);
        walk.press(Key::Enter);
        walk.until_so("it is seen", |walk| services(walk).contains(&"User".to_owned()));
        walk.until_so("the agent answers the right token", |walk| {
            entry(walk).agent.as_ref().is_some_and(|agent| agent.is_server == Some(true))
        });
        assert_eq!(entry(&walk).token_trouble(None), None);
        assert!(!walk.has("ACL not found") && !walk.has(state.acl_lead));
        walk.look("the right token");
    });
}

#[test]
fn a_token_that_is_lost_is_waited_for_and_never_replaced_by_nobody() {
    let agent = Plan::default().denies().start();
    register(&agent, "u1", "User", &[]);
    in_both(|lang| {
        let state = lang.registry_state();
        let folder = tempfile::tempdir().unwrap();
        let mut first = Begin::new(lang).kept_in(folder.path()).keychain(None).walk();
        open(&mut first, RegistryForm { token: Secret::new(MASTER), ..at(&agent) });
        first.until_so("it is seen", |walk| services(walk).contains(&"User".to_owned()));
        let view = RegistryView::Datacenter(id(&first), entry(&first).datacenters[0].name.clone());
        act(&mut first, RegistryAct::Show(view));
        first.harness.run();
        drop(first);
        let mut second = Begin::new(lang).kept_in(folder.path()).keychain(None).walk();
        second.until_so("it waits for its token", |walk| entry(walk).state == RegistryState::NoToken);
        second.until_shown(state.token_awaited_title);
        assert!(second.has(state.no_token), "the status bar and the tree say so");
        second.look("a datacenter without its token");
        let registry = id(&second);
        act(&mut second, RegistryAct::Show(RegistryView::Registry(registry)));
        second.until_shown(state.token_awaited);
        second.look("a registry without its token");
        assert!(entry(&second).datacenters.is_empty(), "nobody was asked");
        // Without it only where the person wants that, and it stays said.
        second.click(Role::Link, state.ask_without);
        until_live(&mut second);
        assert_eq!(entry(&second).token_trouble(None), Some(TokenTrouble::AskedWithout));
        second.until_shown(state.asked_without_text);
        second.look("asked without its token");
        second.click(Role::Link, state.set_token);
        second.steps(8);
        second.fill(lang.registry().token, MASTER);
        second.press(Key::Enter);
        second.until_so("it is seen again", |walk| services(walk).contains(&"User".to_owned()));
        assert!(!second.has(state.no_token));
    });
}

#[test]
fn a_filter_expression_follows_the_service_and_says_what_became_of_it() {
    let agent = Plan::default().start();
    in_both(|lang| {
        let (words, state) = (lang.registry(), lang.registry_state());
        register(&agent, "u1", "User", &["a"]);
        register(&agent, "u2", "User", &["b"]);
        let mut walk = Begin::new(lang).walk();
        open(&mut walk, at(&agent));
        walk.until_so("both are known", |walk| services(walk).contains(&"User".to_owned()));
        let service = user(&walk);
        act(&mut walk, RegistryAct::Show(RegistryView::Service(service.clone())));
        walk.until_so("both are shown", |walk| rows(walk) == ["u1", "u2"]);
        walk.fill(words.query_name, "\"a\" in Service.Tags");
        walk.until_so("one fits", |walk| rows(walk) == ["u1"]);
        register(&agent, "u3", "User", &["a"]);
        walk.until_so("what comes later and fits is shown", |walk| rows(walk) == ["u1", "u3"]);
        register(&agent, "u1", "User", &["b"]);
        walk.until_so("what no longer fits goes", |walk| rows(walk) == ["u3"]);
        assert!(!walk.has(state.filter_refused));
        // One that Consul refuses hides nothing, and says why once it is no longer typed.
        walk.fill(words.query_name, "foo == bar");
        walk.until_shown(state.filter_not_yet);
        assert!(!walk.has(state.filter_refused), "no fault is found with what is being typed");
        walk.press(Key::Enter);
        walk.until_shown(state.filter_refused);
        assert_eq!(rows(&walk), ["u1", "u2", "u3"]);
        walk.until_shown("foo");
        walk.look("a filter that is refused");
        walk.fill(words.query_name, "Service.ID == \"u2\"");
        walk.until_so("another one fits", |walk| rows(walk) == ["u2"]);
        assert!(!walk.has(state.filter_refused));
        for id in ["u1", "u2", "u3"] {
            agent.put(&format!("/v1/agent/service/deregister/{id}"), &serde_json::Value::Null);
        }
    });
}

#[test]
fn a_registry_that_was_removed_comes_back_as_it_was() {
    let agent = Plan::default().denies().start();
    register(&agent, "u1", "User", &[]);
    in_both(|lang| {
        let mut walk = Begin::new(lang).walk();
        let list = "127.0.0.1:1 A\n127.0.0.1:2 B\n".to_owned();
        open(&mut walk, RegistryForm { token: Secret::new(MASTER), name: "Mine".to_owned(), ..at(&agent) });
        let made = RegistryForm { kind: RegistryKind::Static, text: list.clone(), ..RegistryForm::default() };
        act(&mut walk, RegistryAct::Add(Box::new(made)));
        walk.until_so("it is seen", |walk| services(walk).contains(&"User".to_owned()));
        let service = user(&walk);
        act(&mut walk, RegistryAct::Pin(service.clone(), true));
        act(&mut walk, RegistryAct::Show(RegistryView::Service(service.clone())));
        let removed = id(&walk);
        act(&mut walk, RegistryAct::Remove(removed));
        let second = walk.app().registries.entries[0].id;
        act(&mut walk, RegistryAct::Remove(second));
        assert!(walk.app().registries.entries.is_empty());
        walk.click(Role::Button, &lang.notices_named(2));
        walk.until_shown(lang.registry_state().removed_title);
        walk.until_shown(&lang.removed_registry(lang.registry_kind(RegistryKind::Static), "", 2));
        walk.look("what was removed");
        walk.click_last(Role::Link, lang.commands().undo);
        walk.until_so("it is open again", |walk| {
            walk.app().registries.entries.first().is_some_and(|entry| entry.id == removed)
        });
        walk.until_so("and seen with its token", |walk| services(walk).contains(&"User".to_owned()));
        assert!(entry(&walk).pinned.contains(&(service.datacenter.clone(), service.service.clone())));
        assert_eq!(walk.app().registries.shown, Some(RegistryView::Service(service.clone())));
        walk.click(Role::Button, &lang.notices_named(0));
        walk.click_last(Role::Link, lang.commands().undo);
        assert_eq!(walk.app().registries.entries.len(), 2);
        assert!(walk.app().registries.entries.iter().any(|entry| entry.form.text == list), "with its lines");
    });
}

#[test]
fn what_is_filled_in_is_not_dropped() {
    let agent = Plan::default().denies().start();
    register(&agent, "u1", "User", &[]);
    in_both(|lang| {
        let (words, state) = (lang.registry(), lang.registry_state());
        let mut walk = Begin::new(lang).walk();
        open(&mut walk, at(&agent));
        until_live(&mut walk);
        // At an address that is open already.
        act(&mut walk, RegistryAct::OpenDialog);
        walk.steps(8);
        walk.fill(walk.words().address, &agent.address());
        walk.fill(words.token, MASTER);
        // Escape leaves the question, and what is typed waits there.
        walk.press(Key::Escape);
        walk.press(Key::Escape);
        assert!(walk.app().registries.dialog.is_none());
        walk.click(Role::Button, state.add_registry_dots);
        walk.steps(8);
        walk.until_shown(state.left_here);
        let form = &walk.app().registries.dialog.as_ref().unwrap().form;
        assert_eq!((form.address.as_str(), form.token.reveal()), (agent.address().as_str(), MASTER));
        walk.look("what was left");
        walk.click(Role::Button, words.add_registry);
        let fault = walk.app().registries.dialog.as_ref().unwrap().fault;
        assert_eq!(fault, Some(RegistryFormFault::Known(id(&walk))));
        walk.until_shown(state.known_lead);
        walk.look("it is open already");
        walk.click(Role::Link, state.take_for_known);
        walk.until_so("its token is taken", |walk| services(walk).contains(&"User".to_owned()));
        assert_eq!(walk.app().registries.entries.len(), 1);
        assert!(walk.app().registries.dialog.is_none());
        // A list's lines.
        act(&mut walk, RegistryAct::OpenDialog);
        walk.steps(8);
        assert!(!walk.has(state.left_here), "what was taken is not left");
        walk.click(Role::RadioButton, lang.registry_kind(RegistryKind::Static));
        walk.focus(words.list_lines, 0);
        walk.paste("127.0.0.1:1 A");
        act(&mut walk, RegistryAct::CloseDialog(false));
        act(&mut walk, RegistryAct::OpenDialog);
        walk.steps(8);
        assert_eq!(walk.app().registries.dialog.as_ref().unwrap().form.text, "127.0.0.1:1 A");
        walk.click(Role::Link, lang.acts().start_anew);
        walk.steps(4);
        assert_eq!(walk.app().registries.dialog.as_ref().unwrap().form, RegistryForm::default());
        walk.press(Key::Escape);
    });
}

#[test]
fn a_list_without_addresses_says_what_to_do() {
    in_both(|lang| {
        let mut walk = Begin::new(lang).walk();
        let text = "# nothing yet\n".to_owned();
        open(&mut walk, RegistryForm { kind: RegistryKind::Static, text, ..RegistryForm::default() });
        walk.until_shown(lang.registry_state().list_empty_hint);
        assert!(!walk.has(lang.acts().no_services_hint), "nothing registers itself there");
        walk.look("an empty list");
        walk.click_last(Role::Button, lang.registry().edit);
        assert!(walk.app().registries.dialog.is_some());
    });
}

/// What goes wrong is said in the language of the window, down to the last word that is ours.
#[test]
fn faults_are_said_in_the_persons_language() {
    let agent = Plan::default().start();
    let gone = refusing();
    let port: u16 = gone.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    agent.register(&json!({"ID": "u1", "Name": "User", "Address": "127.0.0.1", "Port": port}));
    in_both(|lang| {
        let refused = if lang == Lang::En { "the connection is refused" } else { "连接被拒绝" };
        let mut walk = Begin::new(lang).walk();
        open(&mut walk, RegistryForm { address: gone.clone(), ..RegistryForm::default() });
        walk.until_so("nobody answers", |walk| matches!(entry(walk).state, RegistryState::Away(_)));
        walk.until_shown(refused);
        assert!(lang == Lang::En || !walk.has("refused"), "no English in the Chinese window");
        walk.look("nobody answers");
        let registry = id(&walk);
        act(&mut walk, RegistryAct::Remove(registry));
        open(&mut walk, at(&agent));
        walk.until_so("it is seen", |walk| services(walk).contains(&"User".to_owned()));
        let service = user(&walk);
        act(&mut walk, RegistryAct::Show(RegistryView::Service(service)));
        // What the registry believes and the wire does not.
        walk.until_shown(&lang.disagree_about("u1"));
        walk.until_shown(refused);
        assert!(lang == Lang::En || !walk.has("refused"), "no English in the Chinese window");
        walk.look("a disagreement");
    });
}
