//! A person finds a service in a real Consul, sees where its word and the wire's differ, calls one instance, then all of
//! them; in both languages. And the same on a static list.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may end by panicking")]

mod common;
mod registry_support;
mod window_support;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use proconsul::app::{
    Action, AllRun, Area, DemoState, Happening, RegistryAct, RegistryForm, RegistryView, ServiceEntry, ServiceRef,
};
use proconsul::call::Code;
use proconsul::registry::{ChangeKind, Health, RegistryKind, WireHealth};
use serde_json::json;

use registry_support::{Agent, Plan};
use window_support::{Begin, Walk, in_both, refusing};

/// The port of an address.
fn port(address: &str) -> u16 {
    address.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port")
}

fn demo_address(walk: &Walk) -> String {
    match &walk.app().demo {
        DemoState::Running(info) => info.plaintext.clone(),
        other => panic!("{other:?}"),
    }
}

fn user(walk: &Walk) -> ServiceRef {
    let entry = walk.app().registries.entries.last().expect("a registry is open");
    let datacenter = entry.datacenters.first().map(|own| own.name.clone()).unwrap_or_default();
    ServiceRef { registry: entry.id, datacenter, service: "User".to_owned() }
}

fn known(walk: &Walk) -> Option<&ServiceEntry> {
    walk.app().registries.service(&user(walk))
}

/// What the wire says of an instance.
fn wire(walk: &Walk, id: &str) -> Option<WireHealth> {
    let known = known(walk)?;
    let key = known.instances().iter().find(|instance| instance.key.id == id)?.key.clone();
    known.wire_of(&key).map(|facts| facts.health.clone())
}

fn add(walk: &mut Walk, form: RegistryForm) {
    walk.act(Action::Registry(RegistryAct::Add(Box::new(form))));
    walk.act(Action::ShowArea(Area::Registry));
    walk.until("services are known", |app| {
        let entry = app.registries.entries.last().expect("it is open");
        entry.all_services().any(|(_, service)| service.name == "User")
    });
}

fn run(walk: &Walk) -> &AllRun {
    walk.tab().all.as_ref().expect("it asks all").run.as_ref().expect("all were asked")
}

/// 9001 is the demo, 9002 the agent's own port: open, and no gRPC; 9003 is in maintenance, 9004 is gone.
fn seed(agent: &Agent, demo: &str) {
    let checks = |port: u16| json!([{"CheckID": format!("tcp:{port}"), "Name": "Service User check", "TCP": format!("127.0.0.1:{port}"), "Interval": "1s", "Status": "passing"}]);
    let own = port(&agent.address());
    for (id, port) in [("9001", port(demo)), ("9002", own), ("9003", port(demo))] {
        agent.register(&json!({
            "ID": id, "Name": "User", "Address": "127.0.0.1", "Port": port, "Tags": ["user", "v1.8"],
            "Meta": {"version": "1.8"}, "Checks": checks(port),
        }));
    }
    let gone = port(&refusing());
    agent.register(&json!({"ID": "9004", "Name": "User", "Address": "127.0.0.1", "Port": gone, "Tags": ["old"]}));
    agent.put("/v1/agent/service/maintenance/9003?enable=true&reason=draining", &serde_json::Value::Null);
}

#[test]
fn found_doubted_called() {
    let agent = Plan::default().start();
    in_both(|lang| {
        let words = lang.registry();
        let mut walk = Begin::new(lang).with_demo();
        let demo = demo_address(&walk);
        seed(&agent, &demo);
        add(&mut walk, RegistryForm { address: agent.address(), ..RegistryForm::default() });
        walk.click_last(Role::TreeItem, "User");
        walk.until_so("the wire was asked", |walk| {
            ["9001", "9002", "9003", "9004"].iter().all(|id| wire(walk, id).is_some())
        });
        assert_eq!(wire(&walk, "9001"), Some(WireHealth::Serving));
        assert_eq!(wire(&walk, "9002"), Some(WireHealth::Unreachable));
        assert_eq!(wire(&walk, "9004"), Some(WireHealth::Unreachable));
        walk.look("a service");

        // The registry's word is doubted where the wire says something else, in words with a way on.
        walk.until_shown("9002");
        let row = walk.names(Role::Row).into_iter().find(|name| name.contains("9002")).expect("its row");
        walk.click(Role::Row, &row);
        walk.until_shown(&lang.disagree_about("9002"));
        walk.until_shown(&lang.put_into_maintenance("9002"));
        walk.look("a disagreement");
        for (side, shown) in
            [(lang.words().metadata, "version"), (words.node, agent.node()), (words.checks, "Service User check")]
        {
            walk.click(Role::Tab, side);
            walk.until_shown(shown);
        }

        // Filtered by text, by tag, by Consul's own expression; a filter that it does not understand says so.
        let fits = |walk: &Walk| walk.names(Role::Row).iter().filter(|name| name.contains("127.0.0.1:")).count();
        walk.fill(words.query_name, "9004");
        assert_eq!(fits(&walk), 1);
        walk.fill(words.query_name, "Service.Meta.version == \"1.8\"");
        walk.until_so("Consul filtered", |walk| fits(walk) == 3);
        walk.fill(words.query_name, "nothing fits");
        walk.until_shown(words.none_fit);
        walk.look("no instance fits");
        walk.click(Role::Button, words.clear_query);
        walk.until_so("all are shown", |walk| fits(walk) == 4);

        // What changes is told while one looks.
        agent.put("/v1/agent/service/deregister/9004", &serde_json::Value::Null);
        walk.until_so("9004 is gone", |walk| {
            known(walk).is_some_and(|known| {
                known.timeline.iter().any(|line| {
                    line.instance.id == "9004" && matches!(line.what, Happening::Registry(ChangeKind::Removed { .. }))
                })
            })
        });
        walk.until_shown(&lang.registry_change("9004", &ChangeKind::Removed { was: Health::Passing }, ""));

        // One step to a call: the registry names an instance, which answers.
        walk.click(Role::Button, words.call);
        walk.click(Role::MenuItem, words.call_one);
        walk.until("a request is open", |app| {
            app.active_tab().is_some_and(|tab| tab.address.starts_with("consul://") && window_support::is_checked(tab))
        });
        walk.send();
        walk.until_ended();
        let chosen = walk.call().chosen.clone().expect("the registry named one");
        assert!(["9001", "9002"].contains(&chosen.instance.id.as_str()), "{chosen:?}");
        walk.until_shown(&lang.instance_answered(&chosen.instance.id, &chosen.address, 1));
        walk.look("called by its registry");

        // To all at once: equal answers share a letter, and who failed is named.
        walk.act(Action::ShowArea(Area::Registry));
        walk.click(Role::Button, words.call);
        walk.click(Role::MenuItem, words.call_all);
        walk.until("it asks all", |app| {
            app.active_tab().is_some_and(|tab| tab.all.is_some() && window_support::is_checked(tab))
        });
        walk.look("nobody was asked");
        assert_eq!(walk.tab().service, "proto.UserService", "the service that is called like what is registered");
        walk.draft("{\"uid\": 1}");
        walk.key(Modifiers::COMMAND, Key::Enter);
        walk.until_so("all answered", |walk| run(walk).ended.is_some());
        let answers = run(&walk).answers();
        assert_eq!(answers.len(), 1, "9001 and 9003 are the same server: {answers:?}");
        assert_eq!(answers[0].rows.len(), 2);
        let statuses = run(&walk).statuses();
        assert_eq!(statuses[0], (Code::OK, 2), "{statuses:?}");
        assert_eq!(statuses.iter().map(|(_, count)| count).sum::<usize>(), 3);
        walk.until_shown(&lang.status_count(2, Code::OK));
        walk.look("all answered");
        for side in [lang.all().timeline, lang.all().attempts, lang.all().answers] {
            walk.click(Role::Tab, side);
            walk.look(side);
        }
        walk.click(Role::Button, lang.all().copy_answers);
        let copied = walk.until_copied();
        let rows: Vec<serde_json::Value> = serde_json::from_str(&copied).expect("JSON");
        assert_eq!(rows.len(), 3);
        for id in ["9001", "9002", "9003"] {
            agent.put(&format!("/v1/agent/service/deregister/{id}"), &serde_json::Value::Null);
        }
    });
}

/// The agent goes away and comes back: what was known stays, marked with its age.
#[test]
fn what_was_known_stays_while_the_agent_is_away() {
    let mut agent = Plan::default().start();
    agent.register(&json!({"ID": "9001", "Name": "User", "Address": "127.0.0.1", "Port": 9}));
    let lang = proconsul::words::Lang::En;
    let mut walk = Begin::new(lang).walk();
    add(&mut walk, RegistryForm { address: agent.address(), ..RegistryForm::default() });
    walk.click_last(Role::TreeItem, "User");
    walk.until_so("its instance is known", |walk| known(walk).is_some_and(|known| !known.instances().is_empty()));
    agent.kill();
    walk.until_so("it is away", |walk| known(walk).is_some_and(|known| known.away.is_some()));
    assert_eq!(known(&walk).unwrap().instances().len(), 1, "what was known stays");
    walk.until_shown("Last known, from");
    walk.look("away");
    agent.start();
    agent.register(&json!({"ID": "9001", "Name": "User", "Address": "127.0.0.1", "Port": 9}));
    walk.until_so("it is back", |walk| known(walk).is_some_and(|known| known.away.is_none()));
}

#[test]
fn a_list_made_by_hand() {
    in_both(|lang| {
        let words = lang.registry();
        let mut walk = Begin::new(lang).with_demo();
        let demo = demo_address(&walk);
        walk.act(Action::ShowArea(Area::Registry));
        walk.click_nth(Role::Button, lang.registry_state().add_registry_dots, 0);
        // The question takes its place.
        walk.steps(8);
        walk.click(Role::RadioButton, lang.registry_kind(RegistryKind::Static));
        walk.look("a list is asked");
        let text = format!("{demo} User user,v1.8\n# a comment\n{} User gone\n", refusing());
        walk.focus(words.list_lines, 0);
        walk.paste(&text);
        walk.click_last(Role::Button, words.add_registry);
        walk.until("it is read", |app| {
            app.registries.entries.last().is_some_and(|entry| entry.all_services().count() == 1)
        });
        walk.click_last(Role::TreeItem, "User");
        walk.until_so("the wire was asked", |walk| known(walk).is_some_and(|known| known.wire.len() == 2));
        walk.look("a list's service");
        let registry = walk.app().registries.entries.last().unwrap().id;
        walk.act(Action::Registry(RegistryAct::Show(RegistryView::Registry(registry))));
        walk.look("a list");
    });
}
