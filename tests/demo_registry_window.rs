//! The demo's registries in a window, in both languages: the static list, and a real Consul that ends with the window;
//! what is remembered of registries; the palette, the first window and the status bar.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may end by panicking")]

mod common;
mod registry_support;
mod window_support;

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use proconsul::app::{
    Action, App, Area, Drafts, Happened, RegistryAct, RegistryEntry, RegistryForm, RegistryState, RegistryView,
    ServiceRef,
};
use proconsul::registry::{Health, Instance, InstanceKey, RegistryKind, WireHealth};
use proconsul::secret::Secret;
use proconsul::state::FILE;
use proconsul::words::Lang;

use common::{signal, wait_for};
use registry_support::consul;
use window_support::{Begin, Walk, in_both, refusing};

const ENDS_WITHIN: Duration = Duration::from_secs(20);

fn entry(app: &App, kind: RegistryKind) -> Option<&RegistryEntry> {
    app.registries.entries.iter().find(|entry| entry.form.kind == kind)
}

fn is_live(app: &App, kind: RegistryKind) -> bool {
    entry(app, kind).is_some_and(|entry| entry.state == RegistryState::Live)
}

/// Opens `User` of a registry, and waits until each of its instances was asked on the wire; their ids.
fn open_user(walk: &mut Walk, kind: RegistryKind) -> (ServiceRef, Vec<String>) {
    walk.until("the services are listed", |app| {
        entry(app, kind).is_some_and(|entry| entry.all_services().any(|(_, service)| service.name == "User"))
    });
    let (registry, datacenter) = {
        let entry = entry(walk.app(), kind).unwrap();
        (entry.id, entry.datacenters[0].name.clone())
    };
    let service = ServiceRef { registry, datacenter, service: "User".to_owned() };
    walk.act(Action::Registry(RegistryAct::Show(RegistryView::Service(service.clone()))));
    let shown = service.clone();
    walk.until("the wire was asked", move |app| {
        app.registries.service(&shown).is_some_and(|known| known.instances().len() == 4 && known.wire.len() == 4)
    });
    let known = walk.app().registries.service(&service).unwrap();
    let ids = known.instances().iter().map(|instance| instance.key.id.clone()).collect();
    (service, ids)
}

/// Calls `Welcome` from the service's view, at this instance of it, and waits for the answer.
fn call(walk: &mut Walk, service: &ServiceRef, id: &str) {
    walk.act(Action::Registry(RegistryAct::Call(service.clone(), None)));
    walk.until("a method is open", |app| {
        app.active_tab().is_some_and(|tab| tab.method == "Welcome" && window_support::is_checked(tab))
    });
    assert_eq!(walk.app().area, Area::Services);
    let (tab, address) = (walk.tab().id, walk.tab().address.clone());
    walk.act(Action::SetAddress(tab, format!("{address}?instance={}", id.replace(':', "%3A"))));
    walk.draft("{\"name\": \"微服务\"}");
    walk.send();
    walk.until_ok();
    let chosen = walk.call().chosen.as_ref().expect("the answer says which instance answered");
    assert_eq!((chosen.instance.service.as_str(), chosen.instance.id.as_str()), ("User", id));
}

#[test]
fn the_demo_opens_its_list_and_its_services_are_called_through_it() {
    in_both(|lang| {
        let mut walk = Begin::new(lang).with_demo();
        walk.until("the list is open", |app| is_live(app, RegistryKind::Static));
        let (service, ids) = open_user(&mut walk, RegistryKind::Static);
        let known = walk.app().registries.service(&service).unwrap();
        let health: Vec<&WireHealth> =
            known.instances().iter().map(|instance| &known.wire_of(&instance.key).unwrap().health).collect();
        let serving = |at: usize| assert_eq!(*health[at], WireHealth::Serving, "{}", ids[at]);
        serving(0);
        assert!(!matches!(health[1], WireHealth::Serving), "{:?}", health[1]);
        serving(2);
        serving(3);
        let drift = known.sums().drift.as_ref().expect("one serves another schema");
        let others: Vec<&str> = drift.others.iter().flat_map(|(_, keys)| keys).map(|key| key.id.as_str()).collect();
        assert_eq!(others, [ids[2].as_str()]);
        for facts in known.sums().wire.iter().flatten() {
            let certificate = format!("{:?}", facts.tls);
            assert!(certificate.contains("verified: true"), "the demo's certificate is trusted: {certificate}");
        }
        walk.until_shown("NOT_SERVING");
        assert!(walk.has(lang.registry().drift_lead));
        walk.look("User of the demo's list");
        call(&mut walk, &service, &ids[0]);
        assert!(walk.app().active_tab().unwrap().address.starts_with("static://Demo"));
        // It comes with the demo and is not remembered.
        assert!(walk.app().document(&mut Drafts::default()).registries.is_empty());
    });
}

#[test]
fn a_real_consul_shows_the_morning_and_ends_with_the_window() {
    in_both(|lang| {
        let mut begin = Begin::new(lang);
        begin.setup.consul = Some(consul());
        let mut walk = begin.with_demo();
        walk.until("Consul is open", |app| is_live(app, RegistryKind::Consul));
        walk.until("five services", |app| {
            entry(app, RegistryKind::Consul).is_some_and(|entry| entry.all_services().count() == 5)
        });
        let place = entry(walk.app(), RegistryKind::Consul).unwrap().place.clone().unwrap();
        let port = place.address.rsplit_once(':').unwrap().1.to_owned();
        assert!(!agents(&port).is_empty(), "the agent runs");
        let said = format!("Consul {} · dc1 · {}", place.address, lang.services_count(5));
        walk.until_shown(&said);
        assert!(walk.has_named(&lang.critical_count(1)));
        let rail = walk.harness.get_by_role_and_label(Role::Tab, lang.commands().show_registry);
        let alert = rail.accesskit_node().description().unwrap_or_default();
        assert!(alert.contains(&lang.critical_count(1)), "the rail says why it has a dot: {alert}");

        let (service, _) = open_user(&mut walk, RegistryKind::Consul);
        let known = walk.app().registries.service(&service).unwrap();
        // Ids are ports, which are others where several demos run: the one that is ill is not always the second.
        let is_ill = |key: &&InstanceKey| known.wire_of(key).unwrap().health != WireHealth::Serving;
        let ill = known.instances().iter().map(|instance| &instance.key).find(is_ill).expect("one is ill").clone();
        let is_well = |instance: &&Instance| instance.key != ill && instance.health == Health::Passing;
        let well = known.instances().iter().find(is_well).expect("one is well").key.id.clone();
        walk.act(Action::Registry(RegistryAct::Choose(service.clone(), Some(ill.clone()))));
        walk.until_shown(&lang.disagree_about(&ill.id));
        walk.look("User of the demo's Consul");
        call(&mut walk, &service, &well);

        // A service is found by its tag, too.
        walk.command(Key::K);
        walk.text("v1.9-rc");
        walk.until_so("the palette has found it", |walk| {
            walk.names(Role::ListBoxOption).iter().any(|name| name.starts_with("User Consul"))
        });
        walk.look("the palette");
        walk.press(Key::Enter);
        assert_eq!(walk.app().area, Area::Registry);
        assert_eq!(walk.app().registries.shown, Some(RegistryView::Service(service)));

        drop(walk);
        wait_for("the end of the agent", ENDS_WITHIN, || agents(&port).is_empty().then_some(()));
    });
}

#[test]
fn a_program_that_is_no_consul_is_told_and_the_list_stays() {
    in_both(|lang| {
        let mut begin = Begin::new(lang);
        begin.setup.consul = Some(PathBuf::from("/bin/echo"));
        let mut walk = begin.with_demo();
        walk.until("it is told", |app| {
            app.told()
                .iter()
                .any(|notice| matches!(&notice.what, Happened::DemoConsulFailed(why) if why.contains("echo")))
        });
        walk.until("the list is open", |app| is_live(app, RegistryKind::Static));
        assert_eq!(walk.app().registries.entries.len(), 1);
        walk.harness.get_by_label_contains(lang.habits().notices).click();
        walk.steps(4);
        walk.until_shown(lang.discovery().demo_consul_failed);
    });
}

/// Not even a kill leaves an agent behind.
#[test]
fn an_agent_ends_with_whoever_started_it() {
    for end in ["KILL", "TERM", "INT"] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_proconsul"))
            .args(["demo", "--consul", "--listen", ":0", "--listen-tls", ":0"])
            .env("PROCONSUL_CONSUL", consul())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let out = std::io::BufReader::new(child.stdout.take().unwrap());
        let mut lines = std::io::BufRead::lines(out).map(Result::unwrap);
        let address = lines.find_map(|line| line.strip_prefix("consul ").map(str::to_owned)).expect("its address");
        let port = address.rsplit_once(':').unwrap().1.to_owned();
        assert_eq!(agents(&port).len(), 1, "the agent at {address} runs");
        signal(child.id(), end);
        wait_for("the end of the agent", ENDS_WITHIN, || agents(&port).is_empty().then_some(()));
        child.wait().unwrap();
    }
}

/// The demo's agents at a port, by what the system says of its processes.
fn agents(port: &str) -> Vec<String> {
    let wanted = [format!("-http-port={port}"), "-node=demo".to_owned()];
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let line = |entry: std::fs::DirEntry| {
        let line = std::fs::read(entry.path().join("cmdline")).ok()?;
        let words: Vec<String> =
            line.split(|byte| *byte == 0).map(|word| String::from_utf8_lossy(word).into()).collect();
        let is_shell = words.first().is_some_and(|program| program.ends_with("/sh"));
        (!is_shell && wanted.iter().all(|part| words.contains(part))).then(|| words.join(" "))
    };
    processes.filter_map(line).collect()
}

#[test]
fn registries_come_back_with_what_was_in_front() {
    in_both(|lang| {
        let (folder, files) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let file = files.path().join("list.txt");
        std::fs::write(&file, "127.0.0.1:1 User user,v1\n127.0.0.1:2 Hello\n").unwrap();
        let nobody = refusing();
        let mut first = Begin::new(lang).kept_in(folder.path()).walk();
        let list =
            RegistryForm { kind: RegistryKind::Static, file: file.display().to_string(), ..RegistryForm::default() };
        first.act(Action::Registry(RegistryAct::Add(Box::new(list))));
        let away = RegistryForm {
            address: nobody.clone(),
            token: Secret::new("t0k3n-value"),
            read_only: true,
            ..RegistryForm::default()
        };
        first.act(Action::Registry(RegistryAct::Add(Box::new(away))));
        first.until("the list is open", |app| is_live(app, RegistryKind::Static));
        let id = entry(first.app(), RegistryKind::Static).unwrap().id;
        let service = ServiceRef { registry: id, datacenter: String::new(), service: "Hello".to_owned() };
        first.act(Action::Registry(RegistryAct::Pin(service.clone(), true)));
        first.act(Action::Registry(RegistryAct::Show(RegistryView::Service(service))));
        first.act(Action::StartDemo);
        first.until("the demo's list too", |app| app.registries.entries.len() == 3);
        first.until_demo();
        first.act(Action::ShowArea(Area::Registry));
        drop(first);
        let text = std::fs::read_to_string(folder.path().join(FILE)).unwrap();
        assert!(text.contains("list.txt") && !text.contains("t0k3n-value"), "{text}");

        let mut second = Begin::new(lang).kept_in(folder.path()).walk();
        second.until("the list is open again", |app| is_live(app, RegistryKind::Static));
        // Its token is lost, so it is asked only where the person wants that.
        second.until("the other waits for its token", |app| {
            entry(app, RegistryKind::Consul).is_some_and(|entry| entry.state == RegistryState::NoToken)
        });
        let consul = entry(second.app(), RegistryKind::Consul).unwrap().id;
        second.act(Action::Registry(RegistryAct::AskWithoutToken(consul)));
        second.until("the other is away", |app| {
            entry(app, RegistryKind::Consul).is_some_and(|entry| matches!(entry.state, RegistryState::Away(_)))
        });
        let app = second.app();
        assert_eq!(app.registries.entries.len(), 2, "the demo's came with the demo");
        assert_eq!(app.area, Area::Registry);
        let consul = entry(app, RegistryKind::Consul).unwrap();
        assert!(consul.form.read_only && consul.form.token_missing && consul.form.token.is_empty());
        assert_eq!(consul.form.address, nobody);
        let list = entry(app, RegistryKind::Static).unwrap();
        assert_eq!(list.pinned.iter().next().map(|(_, name)| name.as_str()), Some("Hello"));
        let Some(RegistryView::Service(shown)) = &app.registries.shown else { panic!("{:?}", app.registries.shown) };
        assert_eq!((shown.registry, shown.service.as_str()), (list.id, "Hello"));
    });
}

#[test]
fn the_first_window_leads_to_a_registry() {
    in_both(|lang: Lang| {
        let mut walk = Begin::new(lang).walk();
        assert!(walk.has_named(lang.discovery().no_registries), "the status bar says so");
        walk.click(Role::Link, lang.discovery().welcome_link);
        walk.rest();
        assert_eq!(walk.app().area, Area::Registry);
        assert!(walk.app().registries.dialog.is_some());
        walk.look("the question that adds a registry");
    });
}
