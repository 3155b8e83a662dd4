//! A person looks for services at a real Consul, in both languages: by machine, tag and metadata, with the tree and the
//! table saying the same of a service; and reads the last hour and the changes by keyboard.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may end by panicking")]

mod common;
mod registry_support;
mod window_support;

use egui::Key;
use egui::accesskit::{Role, SortDirection};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use proconsul::app::{Action, Area, RegistryAct, RegistryForm, RegistryView, ServiceRef};
use serde_json::json;

use registry_support::{Agent, Plan};
use window_support::{Begin, Walk, in_both, refusing};

fn register(agent: &Agent, name: &str, id: &str, tag: &str, zone: &str) {
    let port: u16 = refusing().rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    agent.register(&json!({
        "ID": id, "Name": name, "Address": "127.0.0.1", "Port": port, "Tags": [tag, "all"], "Meta": {"zone": zone},
    }));
}

fn looking(lang: proconsul::words::Lang, agent: &Agent) -> Walk {
    let mut walk = Begin::new(lang).walk();
    walk.act(Action::ShowArea(Area::Registry));
    let form = RegistryForm { address: agent.address(), ..RegistryForm::default() };
    walk.act(Action::Registry(RegistryAct::Add(Box::new(form))));
    walk.until("the services are known", |app| {
        app.registries.entries[0].all_services().filter(|(_, service)| service.name != "consul").count() == 2
    });
    walk
}

fn service(walk: &Walk, name: &str) -> ServiceRef {
    let registry = walk.app().registries.entries[0].id;
    ServiceRef { registry, datacenter: "dc1".to_owned(), service: name.to_owned() }
}

/// Empties a field.
fn clear(walk: &mut Walk, field: &str) {
    walk.focus(field, 0);
    walk.command(Key::A);
    walk.press(Key::Delete);
}

/// The rows of a table that name a service.
fn rows(walk: &Walk) -> Vec<String> {
    let named = |row: &String| ["Hello", "User"].into_iter().find(|name| row.contains(*name)).map(str::to_owned);
    walk.names(Role::Row).iter().filter_map(named).collect()
}

#[test]
fn services_are_found_and_told_alike() {
    let agent = Plan::default().node("web-1").start();
    register(&agent, "Hello", "h1", "v1", "east");
    register(&agent, "User", "u1", "v2", "west");
    in_both(|lang| {
        let (words, browse) = (lang.registry(), lang.browse());
        let mut walk = looking(lang, &agent);
        let item = |walk: &Walk, name: &str| walk.names(Role::TreeItem).iter().any(|shown| shown == name);

        // In the tree a machine's name keeps the services on it, and itself, before anybody looked at machines.
        walk.fill(words.filter, "web-1");
        walk.until_so("its machine fits", |walk| item(walk, words.nodes));
        assert!(item(&walk, "Hello") && item(&walk, "User"));
        walk.fill(words.filter, "v2");
        assert!(!item(&walk, "Hello") && item(&walk, "User") && !item(&walk, words.nodes));
        walk.fill(words.filter, "nothing of the kind");
        walk.until_shown(browse.no_hits_hint);
        walk.look("no service fits in the tree");
        walk.click(Role::Button, lang.words().clear_filter);

        // The first click chooses and folds nothing; a second one folds.
        let title = walk.names(Role::TreeItem)[0].clone();
        for name in [title.as_str(), "dc1"] {
            walk.click(Role::TreeItem, name);
            assert!(item(&walk, "User"), "{name} stays unfolded");
            walk.steps(40);
        }
        assert!(matches!(walk.app().registries.shown, Some(RegistryView::Datacenter(..))));
        walk.until_so("the table is there", |walk| rows(walk).len() == 2);
        walk.click(Role::TreeItem, "dc1");
        assert!(!item(&walk, "User"), "a click on what is chosen folds");
        walk.click(Role::TreeItem, "dc1");

        // In the table by machine and metadata, and by a click on a tag.
        let filter = lang.acts().filter_services;
        walk.fill(filter, "zone=west");
        assert_eq!(rows(&walk), ["User"]);
        walk.fill(filter, "web-1");
        assert_eq!(rows(&walk), ["Hello", "User"]);
        clear(&mut walk, filter);
        let row = walk
            .harness
            .query_all_by_role(Role::Row)
            .find(|row| row.accesskit_node().label().is_some_and(|name| name.contains("Hello") && name.contains("v1")));
        row.expect("its row").click_secondary();
        walk.steps(4);
        walk.click(Role::MenuItem, &lang.only_tag("v1"));
        assert_eq!(rows(&walk), ["Hello"]);
        walk.look("one tag");
        clear(&mut walk, filter);

        // A head says which way it sorts.
        let direction = |walk: &Walk| {
            let head = walk.harness.query_all_by_role_and_label(Role::ColumnHeader, lang.acts().service).next();
            head.expect("the head").accesskit_node().sort_direction()
        };
        assert_eq!(direction(&walk), None);
        walk.click(Role::ColumnHeader, lang.acts().service);
        assert_eq!(direction(&walk), Some(SortDirection::Ascending));
        walk.click(Role::ColumnHeader, lang.acts().service);
        assert_eq!(direction(&walk), Some(SortDirection::Descending));
        assert_eq!(rows(&walk), ["User", "Hello"]);

        // Once it is known that nobody is there, tree and table say so alike.
        let user = service(&walk, "User");
        walk.act(Action::Registry(RegistryAct::Show(RegistryView::Service(user.clone()))));
        walk.until("the wire was asked", |app| {
            app.registries.service(&user).is_some_and(|known| known.sums().asked == 1)
        });
        let registry = user.registry;
        walk.act(Action::Registry(RegistryAct::Show(RegistryView::Datacenter(registry, "dc1".to_owned()))));
        let row = walk.names(Role::Row).into_iter().find(|name| name.contains("User")).expect("its row");
        assert!(row.starts_with(browse.wire_differs), "{row}");
        walk.look("the wire differs");
    });
}

#[test]
fn a_click_on_a_tag_filters() {
    let agent = Plan::default().start();
    register(&agent, "Hello", "h1", "v1", "east");
    register(&agent, "User", "u1", "v2", "west");
    let mut walk = looking(proconsul::words::Lang::En, &agent);
    walk.click(Role::TreeItem, "dc1");
    walk.until_so("the table is there", |walk| rows(walk).len() == 2);
    let head = walk.harness.query_all_by_role_and_label(Role::ColumnHeader, walk.lang.registry().tags).next();
    let heads = walk.names(Role::ColumnHeader);
    let left = head.unwrap_or_else(|| panic!("the column of tags: {heads:?}")).rect().left();
    let row = walk
        .harness
        .query_all_by_role(Role::Row)
        .find(|row| row.accesskit_node().label().is_some_and(|name| name.contains("User")));
    // Sorted: `all`, then `v2`.
    let at = egui::pos2(left + 12.0, row.expect("its row").rect().center().y);
    walk.harness.hover_at(at);
    walk.steps(2);
    for pressed in [true, false] {
        walk.harness.event(egui::Event::PointerButton {
            pos: at,
            button: egui::PointerButton::Primary,
            pressed,
            modifiers: egui::Modifiers::NONE,
        });
        walk.steps(2);
    }
    let view = RegistryView::Datacenter(walk.app().registries.entries[0].id, "dc1".to_owned());
    assert_eq!(walk.app().registries.list(&view).query, "all");
    assert_eq!(walk.app().registries.shown, Some(view), "the service was not opened");
}

#[test]
fn the_hour_and_the_changes_are_read_by_keyboard() {
    let agent = Plan::default().start();
    in_both(|lang| {
        register(&agent, "Hello", "h1", "v1", "east");
        register(&agent, "User", "u1", "v2", "west");
        let mut walk = looking(lang, &agent);
        let user = service(&walk, "User");
        walk.act(Action::Registry(RegistryAct::Show(RegistryView::Service(user.clone()))));
        walk.until("the wire was asked", |app| {
            app.registries.service(&user).is_some_and(|known| known.sums().asked == 1)
        });
        register(&agent, "User", "u2", "v2", "west");
        walk.until("it came", |app| app.registries.service(&user).is_some_and(|known| !known.timeline.is_empty()));
        let line = |walk: &Walk, part: &str| {
            let mut lines = walk.harness.query_all_by_role(Role::ListItem);
            let line = lines.find(|line| line.accesskit_node().label().is_some_and(|name| name.contains(part)));
            line.unwrap_or_else(|| panic!("{part}: {:?}", walk.names(Role::ListItem))).focus();
        };
        // Minute by minute, and from one instance to the next.
        line(&walk, "u1");
        walk.steps(2);
        let minute = |walk: &Walk| {
            let id = walk.harness.ctx.memory(egui::Memory::focused).expect("a line has the focus");
            let node = walk
                .harness
                .root()
                .children_recursive()
                .find(|node| node.accesskit_node().locate().0 == id.accesskit_id());
            node.and_then(|node| node.accesskit_node().description()).unwrap_or_default()
        };
        let now = minute(&walk);
        assert!(now.starts_with('0'), "{now}");
        walk.press(Key::ArrowLeft);
        walk.press(Key::ArrowLeft);
        assert!(minute(&walk).starts_with('2'), "{}", minute(&walk));
        walk.press(Key::ArrowDown);
        assert!(walk.focused().is_some_and(|(_, name)| name.starts_with("u2")), "{:?}", walk.focused());
        assert!(minute(&walk).starts_with('2'), "the same minute of the next");
        walk.look("a minute by keyboard");

        // Changes: the line says its time, and more by its description.
        let came = lang.registry_change(
            "u2",
            &proconsul::registry::ChangeKind::Added { health: proconsul::registry::Health::Passing },
            "",
        );
        line(&walk, &came);
        walk.steps(2);
        assert!(walk.focused().is_some_and(|(role, name)| role == Role::ListItem && name.contains("u2")));
        assert!(minute(&walk).starts_with("20"), "its date: {}", minute(&walk));
        walk.look("a change by keyboard");
        for id in ["u1", "u2"] {
            agent.put(&format!("/v1/agent/service/deregister/{id}"), &serde_json::Value::Null);
        }
    });
}
