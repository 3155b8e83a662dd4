//! A person registers, maintains and deregisters in the window, in both languages, at a real Consul; and looks at a
//! registry, a datacenter and its nodes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may end by panicking")]

mod common;
mod registry_support;
mod window_support;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use proconsul::app::{Action, Area, Happened, IdState, RegistryAct, RegistryForm, RegistryView, ServiceRef, Settings};
use proconsul::registry::Health;
use serde_json::json;

use registry_support::{Agent, Plan};
use window_support::{Begin, Walk, in_both};

/// A window that looks at an agent.
fn looking(begin: Begin, agent: &Agent) -> Walk {
    let mut walk = begin.walk();
    walk.act(Action::ShowArea(Area::Registry));
    let form = RegistryForm { address: agent.address(), ..RegistryForm::default() };
    walk.act(Action::Registry(RegistryAct::Add(Box::new(form))));
    walk.until("the services are known", |app| {
        let known = app.registries.entries[0].datacenters.first();
        known.is_some_and(|known| known.services.is_some())
    });
    walk
}

fn service(walk: &Walk, name: &str) -> ServiceRef {
    let registry = walk.app().registries.entries[0].id;
    ServiceRef { registry, datacenter: "dc1".to_owned(), service: name.to_owned() }
}

fn show(walk: &mut Walk, name: &str) {
    let service = service(walk, name);
    walk.act(Action::Registry(RegistryAct::Show(RegistryView::Service(service.clone()))));
    walk.until("its instances are known", |app| {
        app.registries.service(&service).is_some_and(|known| known.instances.is_some())
    });
}

/// The health of an instance, as the window knows it.
fn health(walk: &Walk, name: &str, id: &str) -> Option<Health> {
    let known = walk.app().registries.service(&service(walk, name))?;
    known.instances().iter().find(|instance| instance.key.id == id).map(|instance| instance.health)
}

fn seed(agent: &Agent) {
    for id in ["9001", "9002"] {
        agent.register(&json!({
            "ID": id, "Name": "User", "Address": "127.0.0.1", "Port": id.parse::<u16>().unwrap(), "Tags": ["user"],
            "Check": {"TTL": "3600s", "Status": "passing"},
        }));
    }
}

#[test]
fn a_service_is_registered_maintained_and_deregistered() {
    let agent = Plan::default().start();
    in_both(|lang| {
        seed(&agent);
        let (words, acts) = (lang.registry(), lang.acts());
        let mut walk = looking(Begin::new(lang), &agent);
        show(&mut walk, "User");
        walk.click(Role::Button, words.register);
        walk.steps(4);
        assert_eq!(walk.focused(), Some((Role::TextInput, "ID".to_owned())), "what comes next is typed next");
        walk.text("9002");
        walk.until_shown(&lang.id_taken("User"));
        walk.look("an id that is taken");
        walk.fill("ID", "9005");
        walk.until("the id is free", |app| {
            app.registries.register.as_ref().is_some_and(|dialog| dialog.id == IdState::Free)
        });
        // Nothing is sent while something is missing, and the place of it takes the focus.
        walk.key(Modifiers::COMMAND, Key::Enter);
        assert!(walk.has(
            &lang.registration_fault(&proconsul::registry::consul::registration::FaultKind::CheckKindMissing, true)
        ));
        assert_eq!(walk.focused(), Some((Role::TextInput, acts.target.to_owned())));
        walk.fill(lang.words().address, "127.0.0.1");
        walk.fill(acts.port, "65536");
        walk.press(Key::Tab);
        walk.look("a port that is none");
        walk.fill(acts.port, "9005");
        walk.fill(acts.add_tag, "user");
        walk.press(Key::Enter);
        walk.text("v1.9-rc,");
        assert_eq!(walk.app().registries.register.as_ref().unwrap().form.tags, ["user", "v1.9-rc"]);
        walk.click(Role::Link, acts.add_entry);
        walk.steps(4);
        assert_eq!(walk.focused(), Some((Role::TextInput, walk.words().key.to_owned())));
        walk.text("version");
        walk.press(Key::Tab);
        walk.text("1.9-rc");
        assert!(walk.has(acts.checked));
        walk.look("a registration that is sound");
        walk.click(Role::RadioButton, "TTL");
        walk.fill(acts.told_every, "1 h");
        // The same by hand in the JSON.
        let text = walk.app().registries.register.as_ref().unwrap().json().replace("1.9-rc\"\n", "1.9\"\n");
        walk.fill(acts.json_editor, &text);
        assert_eq!(walk.app().registries.register.as_ref().unwrap().form.meta[0].1, "1.9");
        walk.click(Role::RadioButton, acts.config_form);
        assert!(walk.app().registries.register.as_ref().unwrap().json().contains("\"service\""));
        walk.look("as a configuration file");
        walk.click(Role::Button, &lang.register_at(&agent.address()));
        walk.until_so("9005 is listed", |walk| health(walk, "User", "9005").is_some());
        let of = service(&walk, "User");
        assert_eq!(walk.app().registries.view(&of).chosen.as_ref().map(|key| key.id.as_str()), Some("9005"));
        walk.until_shown(&lang.registered("9005", "User", &format!("Consul {}", agent.address()), false));
        walk.look("registered");
        let known = agent.get("/v1/agent/service/9005");
        assert_eq!((&known["Meta"]["version"], &known["Tags"][1]), (&json!("1.9"), &json!("v1.9-rc")));

        // Maintenance, with a reason, and out of it.
        walk.click(Role::Button, words.maintenance_act);
        walk.look("the reason is asked");
        walk.text("draining");
        walk.press(Key::Enter);
        walk.until_so("it is in maintenance", |walk| health(walk, "User", "9005") == Some(Health::Maintenance));
        walk.until_shown(&lang.maintained("9005", "draining"));
        walk.look("in maintenance");
        walk.click(Role::Button, acts.end_maintenance);
        walk.until_so("it is out", |walk| health(walk, "User", "9005") == Some(Health::Critical));

        // Its TTL check is told by hand; the service is pinned, so that this is told.
        walk.click(Role::Button, words.pin);
        walk.click(Role::Button, &format!("TTL of 9005: {}", acts.tell_passing));
        walk.text("looked at it");
        walk.look("a note is asked");
        walk.press(Key::Enter);
        walk.until_so("it passes", |walk| health(walk, "User", "9005") == Some(Health::Passing));
        walk.until("its health is told", |app| {
            app.told().iter().any(|notice| matches!(&notice.what, Happened::Health { now: Health::Passing, .. }))
        });
        walk.act(Action::ShowArea(Area::Services));
        let unseen = walk.app().unseen();
        assert!(unseen > 0);
        walk.click(Role::Button, &lang.notices_named(unseen));
        walk.until_shown(&lang.health_told("User", Health::Critical, Health::Passing, 3));
        walk.look("what happened");
        walk.press(Key::Escape);
        walk.act(Action::ShowArea(Area::Registry));

        // Deregistered after a question that names it; Escape leaves it.
        walk.click(Role::Button, words.deregister);
        assert!(walk.has(&lang.deregister_question(&["9005"], "User")));
        assert!(walk.has("127.0.0.1:9005") && walk.has(agent.node()));
        walk.look("the question");
        walk.press(Key::Escape);
        assert_eq!(health(&walk, "User", "9005"), Some(Health::Passing));
        walk.click(Role::Button, words.deregister);
        walk.click(Role::Button, &lang.deregister_named(&["9005"]));
        walk.until_so("it is gone", |walk| health(walk, "User", "9005").is_none());
        walk.until_shown(&lang.deregistered("9005", "User"));
        walk.look("deregistered");
        assert_eq!(agent.ask("GET", "/v1/agent/service/9005", b"").0, 404);
    });
}

#[test]
fn every_kind_of_check_has_its_fields_and_files_are_read() {
    let agent = Plan::default().start();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("services.json");
    std::fs::write(&path, r#"{"services": [{"name": "a", "port": 1}, {"name": "b", "id": "b1", "port": 2}]}"#).unwrap();
    let wrong = folder.path().join("wrong.json");
    std::fs::write(&wrong, r#"{"service": {"name": "a", "Adress": "x"}}"#).unwrap();
    in_both(|lang| {
        let acts = lang.acts();
        let mut walk = looking(Begin::new(lang).size([1024.0, 700.0]), &agent);
        let registry = walk.app().registries.entries[0].id;
        walk.act(Action::Registry(RegistryAct::Show(RegistryView::Datacenter(registry, "dc1".to_owned()))));
        walk.click(Role::Button, lang.registry().register);
        walk.text("a");
        for kind in ["TCP", "HTTP", "gRPC", "TTL", acts.no_check] {
            walk.click(Role::RadioButton, kind);
            walk.look(kind);
        }
        // The button of the menu is named by what is chosen in it.
        let mut label = walk.words().more;
        for kind in ["H2 PING", acts.script, "Docker", acts.alias, "UDP", acts.os_kind] {
            walk.click(Role::Button, label);
            walk.click(Role::MenuItemRadio, kind);
            walk.look(kind);
            label = kind;
        }
        for more in [acts.more.to_owned(), format!("{}: {}", acts.health_check, acts.more)] {
            walk.click(Role::Button, &more);
            walk.look(&more);
            walk.click(Role::Button, &more);
        }
        walk.click(Role::Link, acts.add_check);
        walk.look("two checks");
        // From files: what cannot be sent says why, at its place.
        walk.click(Role::Button, acts.from_file);
        walk.fill(acts.file_path, &wrong.display().to_string());
        walk.click(Role::Button, acts.read_file);
        walk.until_shown("service.Adress");
        walk.look("a file that is wrong");
        assert!(!walk.app().registries.register.as_ref().unwrap().is_sound());
        walk.click(Role::Button, acts.from_file);
        walk.fill(acts.file_path, &path.display().to_string());
        walk.click(Role::Button, acts.read_file);
        walk.until_shown(&lang.services_in_file(2));
        walk.look("a file with two services");
        walk.click(Role::Button, &lang.register_all(2));
        walk.until("both are registered", |app| app.registries.register.is_none());
        assert_eq!(agent.get("/v1/agent/service/b1")["Port"], 2);
        assert_eq!(agent.get("/v1/agent/service/a")["Port"], 1);
    });
}

#[test]
fn a_registry_a_datacenter_and_its_nodes_are_looked_at_and_read_only_forbids() {
    let agent = Plan::default().start();
    seed(&agent);
    in_both(|lang| {
        let (words, acts) = (lang.registry(), lang.acts());
        for (size, percent) in [([1440.0, 900.0], 100), ([1024.0, 700.0], 100), ([1440.0, 900.0], 200)] {
            let mut walk = looking(Begin::new(lang).size(size), &agent);
            walk.act(Action::SetSettings(Box::new(Settings { zoom_percent: Some(percent), ..Settings::default() })));
            let registry = walk.app().registries.entries[0].id;
            walk.act(Action::Registry(RegistryAct::Show(RegistryView::Registry(registry))));
            walk.until("the agent is known", |app| app.registries.entries[0].agent.is_some());
            walk.look("a registry");
            if percent == 100 {
                walk.click(Role::Button, "raft");
                walk.until_shown("applied_index");
                walk.look("a group of what the agent says");
            }
            walk.act(Action::Registry(RegistryAct::Show(RegistryView::Nodes(registry, "dc1".to_owned()))));
            walk.until("the nodes are known", |app| app.registries.entries[0].datacenters[0].nodes.is_some());
            assert!(walk.has(agent.node()));
            walk.look("nodes");
            walk.act(Action::Registry(RegistryAct::Show(RegistryView::Datacenter(registry, "dc1".to_owned()))));
            walk.look("a datacenter");
            walk.fill(acts.filter_services, "nothing of this");
            assert!(walk.has(acts.no_service));
            walk.look("a datacenter without hits");
            walk.click(Role::Button, words.clear_query);
            // A star pins; a row opens.
            let name = lang.pin_named("User", false);
            walk.click(Role::Switch, &name);
            assert!(walk.app().registries.entries[0].pinned.contains(&("dc1".to_owned(), "User".to_owned())));
            let row = walk.names(Role::Row).into_iter().find(|name| name.contains("User")).unwrap();
            walk.click(Role::Row, &row);
            assert_eq!(walk.app().registries.shown, Some(RegistryView::Service(service(&walk, "User"))));
            // At 200 % the acts are in a menu.
            walk.act(Action::Registry(RegistryAct::SetReadOnly(registry, true)));
            if size[0] > 1100.0 && percent == 100 {
                for label in [words.register, words.maintenance_act, words.deregister] {
                    let button = walk.harness.get_by_role_and_label(Role::Button, label);
                    assert!(button.accesskit_node().is_disabled(), "{label}");
                }
            }
            walk.look("read-only");
        }
    });
}
