//! What is only read can be reached, copied and explained by the keyboard; what was changed in Settings, and a source
//! that was removed, come back.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may end by panicking")]

mod window_support;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use proconsul::app::{Action, Area, CaKind, RowsOf, Settings, ThemeChoice};
use proconsul::engine::Endpoint;
use proconsul::secret::Secret;
use proconsul::start::{Start, StartTarget};

use window_support::{Begin, Walk, in_both, is_checked, refusing};

/// Presses Tab until something of this role has the focus whose name holds `part`.
fn tab_to(walk: &mut Walk, role: Role, part: &str) {
    let mut seen = Vec::new();
    for _ in 0..90 {
        if let Some((is, name)) = walk.focused() {
            if is == role && name.contains(part) {
                return;
            }
            if is == Role::MultilineTextInput {
                // Tab indents there until Escape gives it back.
                walk.press(Key::Escape);
            }
            seen.push(name);
        }
        walk.press(Key::Tab);
    }
    panic!("Tab does not reach {role:?} {part}: {seen:?}");
}

/// The menu of what has the focus opens by this key, Escape gives the focus back, and Copy copies what holds `part`.
fn copies(walk: &mut Walk, modifiers: Modifiers, key: Key, part: &str) {
    let before = walk.focused().expect("something has the focus");
    let copy = walk.words().copy.to_owned();
    walk.key(modifiers, key);
    assert_eq!(walk.focused().unwrap(), (Role::MenuItem, copy), "{key:?} on {before:?}");
    walk.press(Key::Escape);
    assert_eq!(walk.focused().unwrap(), before, "Escape gives the focus back");
    walk.key(modifiers, key);
    walk.copied.clear();
    // The release comes in a frame of its own.
    let event = |pressed| egui::Event::Key {
        key: Key::Enter,
        physical_key: None,
        pressed,
        repeat: false,
        modifiers: Modifiers::NONE,
    };
    walk.harness.event(event(true));
    let copied = walk.until_copied();
    walk.harness.event(event(false));
    assert!(copied.contains(part), "{before:?} copies {copied:?}");
    // Without the menu too.
    walk.press(Key::Escape);
    walk.steps(4);
}

#[test]
fn what_is_only_read_is_copied_by_keyboard() {
    in_both(|lang| {
        let mut walk = Begin::new(lang).with_demo();
        walk.send();
        walk.until_ok();
        tab_to(&mut walk, Role::Group, lang.changes().facts);
        walk.look("the focus on the line of facts");
        copies(&mut walk, Modifiers::SHIFT, Key::F10, "0 OK · ");
        tab_to(&mut walk, Role::Status, "TLS 1.3");
        copies(&mut walk, Modifiers::NONE, Key::Menu, "h2");
        // A failure's card, its certificate, and a notice.
        let tab = walk.tab().id;
        let port = walk.tab().address.rsplit(':').next().unwrap().to_owned();
        walk.act(Action::SetAddress(tab, format!("localhost:{port}")));
        walk.send();
        walk.until_ended();
        walk.steps(4);
        tab_to(&mut walk, Role::Alert, "");
        walk.look("the focus on a failure's card");
        copies(&mut walk, Modifiers::NONE, Key::Enter, "localhost");
        tab_to(&mut walk, Role::Group, "CN=");
        walk.look("the focus on a certificate");
        copies(&mut walk, Modifiers::NONE, Key::Space, "SHA-256");
        // Rich details.
        let source = walk.tab().source;
        walk.act(Action::OpenMethod(source, "shop.v1.Orders".to_owned(), "CreateOrder".to_owned()));
        walk.until("it is open", |app| {
            app.active_tab().is_some_and(|tab| tab.method == "CreateOrder" && is_checked(tab))
        });
        walk.send();
        walk.until_ended();
        walk.steps(4);
        tab_to(&mut walk, Role::Group, lang.details().bad_request);
        copies(&mut walk, Modifiers::SHIFT, Key::F10, "order.customer");
    });
}

#[test]
fn phases_and_facts_are_one_stop_each_and_arrows_go_through_them() {
    in_both(|lang| {
        let mut walk = Begin::new(lang).with_demo();
        walk.send();
        walk.until_ok();
        let tab = walk.tab().id;
        walk.act(Action::ShowResponseSide(tab, proconsul::app::ResponseSide::Trace));
        tab_to(&mut walk, Role::Row, "");
        let row = walk.focused().unwrap().1;
        // What the pointer is told in the hover.
        let labels = |walk: &Walk| walk.harness.query_all_by_role(Role::Label).count();
        let before = labels(&walk);
        walk.key(Modifiers::SHIFT, Key::F1);
        walk.look("a phase is explained");
        assert!(labels(&walk) > before, "the hover is shown");
        walk.press(Key::Escape);
        assert_eq!(labels(&walk), before, "Escape puts it away");
        assert_eq!(walk.focused().unwrap().1, row, "the focus stays");
        walk.press(Key::ArrowDown);
        walk.steps(2);
        assert_ne!(walk.focused().unwrap().1, row);
        walk.press(Key::Tab);
        tab_to(&mut walk, Role::Row, lang.trace().local);
        walk.press(Key::ArrowDown);
        let (role, name) = walk.focused().unwrap();
        assert!(role == Role::Row && name.starts_with(lang.trace().peer), "{name}");
        walk.look("the focus on a fact of the connection");
        walk.copied.clear();
        walk.harness.event(egui::Event::Copy);
        assert!(walk.until_copied().starts_with("127.0.0.1"));
    });
}

#[test]
fn a_value_is_explained_at_the_caret() {
    in_both(|lang| {
        let mut walk = Begin::new(lang).with_demo();
        // The draft has the focus; the caret goes onto a field's name.
        walk.command(Key::E);
        walk.command(Key::Home);
        walk.press(Key::ArrowDown);
        for _ in 0..4 {
            walk.press(Key::ArrowRight);
        }
        let comment = "A name in any script.";
        assert!(!walk.has(comment));
        walk.key(Modifiers::SHIFT, Key::F1);
        walk.look("a field is explained");
        assert!(walk.has(comment));
        walk.press(Key::Escape);
        assert!(!walk.has(comment), "Escape puts it away");
    });
}

#[test]
fn changes_in_settings_step_back_and_forth() {
    in_both(|lang| {
        let mut walk = Begin::new(lang).walk();
        walk.command(Key::Comma);
        let own = lang.habits();
        assert!(walk.has(&lang.settings_note(Some("Ctrl Z"))));
        assert!(!walk.has_named(lang.commands().undo), "there is nothing to take back");
        walk.click(Role::RadioButton, own.light);
        assert_eq!(walk.app().theme, ThemeChoice::Light);
        walk.click(Role::Button, own.larger);
        assert_eq!(walk.app().settings.zoom(), 110);
        // Away from the search, whose steps are its own.
        tab_to(&mut walk, Role::RadioButton, own.light);
        walk.command(Key::Z);
        assert_eq!((walk.app().settings.zoom(), walk.app().theme), (100, ThemeChoice::Light));
        walk.command(Key::Y);
        assert_eq!(walk.app().settings.zoom(), 110);
        // A reset is taken back by the pointer.
        let reset = format!("{} {}", walk.words().reset, own.scale);
        walk.click(Role::Link, &reset);
        assert_eq!(walk.app().settings, Settings::default());
        walk.look("settings with a step to take back");
        walk.click(Role::Link, lang.commands().undo);
        assert_eq!(walk.app().settings.zoom(), 110);
        walk.click(Role::Link, lang.commands().undo);
        walk.click(Role::Link, lang.commands().undo);
        assert!(!walk.app().theme_chosen, "as it was at the start");
        assert!(!walk.has_named(lang.commands().undo));
    });
}

#[test]
fn a_certificate_is_trusted_from_settings_and_its_file_is_read_again() {
    in_both(|lang| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("server.pem");
        let made = |name: &str| rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap().cert.pem();
        std::fs::write(&path, made("first.example")).unwrap();
        let mut walk = Begin::new(lang).with_demo();
        walk.command(Key::Comma);
        let own = lang.changes();
        walk.click(Role::Button, own.add_trust_name);
        assert_eq!(walk.focused().unwrap().1, walk.words().address, "the first field has the focus");
        walk.look("the question that trusts a certificate");
        walk.click(Role::Button, walk.words().trust_confirm);
        assert!(walk.has(own.trust_no_address) && walk.has(own.trust_no_path));
        walk.look("what is missing is said");
        walk.fill(walk.words().address, "shop.example:443");
        walk.fill(walk.words().certificate, &folder.path().join("nosuch.pem").display().to_string());
        walk.press(Key::Tab);
        walk.until("the file is looked for", |app| {
            app.certificates.values().any(|found| matches!(found, Some(Err(_))))
        });
        walk.click(Role::Button, walk.words().trust_confirm);
        assert!(walk.app().adding_trust.is_some(), "a file that cannot be read is not trusted");
        walk.fill(walk.words().certificate, &path.display().to_string());
        walk.press(Key::Tab);
        walk.until("the file is read", |app| app.certificates.values().any(|found| matches!(found, Some(Ok(_)))));
        walk.click(Role::RadioButton, own.trust_as_own);
        walk.look("a certificate that can be trusted");
        walk.click(Role::Button, walk.words().trust_confirm);
        let form = walk.app().form("shop.example:443");
        assert_eq!((form.ca, form.exact_path.as_str()), (CaKind::Exact, path.to_str().unwrap()));
        assert!(walk.has("shop.example:443"));
        walk.look("certificates in settings");
        // It can be taken back.
        walk.press(Key::Escape);
        tab_to(&mut walk, Role::RadioButton, lang.habits().follow_system);
        walk.command(Key::Z);
        assert_eq!(walk.app().form("shop.example:443").ca, CaKind::System);
        walk.command(Key::Y);
        assert_eq!(walk.app().form("shop.example:443").ca, CaKind::Exact);
        // The file changes: shown anew, the TLS tab says what it holds now.
        let holds = |app: &proconsul::app::App, name: &str| {
            app.certificates.values().any(|found| match found {
                Some(Ok(found)) => found.iter().any(|one| one.names.iter().any(|known| known == name)),
                _ => false,
            })
        };
        walk.key(Modifiers::ALT, Key::Num1);
        let tab = walk.tab().id;
        walk.act(Action::SetAddress(tab, "shop.example:443".to_owned()));
        assert!(holds(walk.app(), "first.example"));
        std::fs::write(&path, made("second.example")).unwrap();
        walk.command(Key::Num3);
        walk.until("it was read again", move |app| holds(app, "second.example"));
        std::fs::write(&path, made("third.example")).unwrap();
        walk.press(Key::F5);
        walk.until("F5 reads it again", move |app| holds(app, "third.example"));
        assert_eq!(walk.app().area, Area::Services);
    });
}

#[test]
fn a_removed_source_says_what_became_of_its_rows_and_comes_back() {
    in_both(|lang| {
        let address = refusing();
        let mut walk = Begin::new(lang).walk();
        walk.act(Action::OpenAddress(address.clone()));
        walk.until("it fails", |app| app.sources.first().is_some_and(|entry| entry.failure.is_some()));
        walk.act(Action::AddRow(RowsOf::Target(address.clone()), "token".to_owned(), "secret".to_owned()));
        let source = walk.app().sources[0].id;
        walk.act(Action::RemoveSource(source));
        assert!(walk.app().sources.is_empty() && walk.app().target_rows(&address).is_empty());
        let bell = lang.notices_named(1);
        walk.click(Role::Button, &bell);
        walk.look("the notice of a source that was removed");
        assert!(walk.has(&lang.removed_source(&address, &address, 1, 0)));
        walk.click(Role::Link, lang.commands().undo);
        assert_eq!(walk.app().sources.len(), 1);
        assert_eq!(walk.app().target_rows(&address).len(), 1, "its rows are back");
        walk.until("it is read again", |app| app.sources.first().is_some_and(|entry| entry.failure.is_some()));
        // Where a request uses the address its rows stay, and that is said.
        walk.act(Action::StartDemo);
        walk.until("a method is open", |app| app.active_tab().is_some_and(is_checked));
        let tab = walk.tab().id;
        walk.act(Action::SetAddress(tab, address.clone()));
        walk.act(Action::RemoveSource(source));
        assert_eq!(walk.app().target_rows(&address).len(), 1);
        walk.act(Action::ShowArea(Area::Services));
        let bell = lang.notices_named(walk.app().unseen());
        walk.click(Role::Button, &bell);
        assert!(walk.has(&lang.removed_source(&address, &address, 0, 1)));
        walk.look("the notice that its rows stay");
    });
}

#[test]
fn rows_for_reflection_alone_are_seen_and_changed() {
    in_both(|lang| {
        let address = refusing();
        let mut target = StartTarget::new(Endpoint::new(&address));
        target.reflection_metadata = vec![("x-reads".to_owned(), Secret::new("schema"))];
        let start = Start { targets: vec![target], ..Start::default() };
        let mut walk = Begin::new(lang).start(start).walk();
        walk.until("it fails", |app| app.sources.first().is_some_and(|entry| entry.failure.is_some()));
        let source = walk.app().sources[0].id;
        walk.act(Action::OpenDialogFor(source));
        walk.look("the question of a source with rows for reflection alone");
        assert!(walk.has(lang.changes().reflection_rows) && walk.has(lang.changes().reflection_hint));
        let is_shown = |node: egui_kittest::Node<'_>| node.accesskit_node().value().as_deref() == Some("x-reads");
        assert!(walk.harness.root().children_recursive().any(is_shown), "the row is there");
        let mut dialog = walk.app().dialog.clone().unwrap();
        dialog.reflection_rows[0].key = "x-other".to_owned();
        walk.act(Action::SetDialog(Box::new(dialog)));
        walk.act(Action::ConfirmDialog);
        let proconsul::app::SourceOrigin::Address { metadata, .. } = &walk.app().sources[0].origin else {
            panic!("an address")
        };
        assert_eq!(metadata.iter().map(|row| row.key.as_str()).collect::<Vec<_>>(), ["x-other"]);
        assert!(walk.app().target_rows(&address).is_empty(), "they do not go with calls");
        // A source without such rows is not asked for them.
        walk.act(Action::OpenDialog);
        assert!(!walk.has(lang.changes().reflection_rows));
    });
}

#[test]
fn at_200_percent_a_stream_shows_its_rows() {
    in_both(|lang| {
        // 1024×700 at 200 %.
        let mut walk = Begin::new(lang).size([512.0, 350.0]).with_demo();
        let source = walk.tab().source;
        walk.act(Action::OpenMethod(source, "hello.Hello".to_owned(), "LotsOfReplies".to_owned()));
        walk.until("it is open", |app| {
            app.active_tab().is_some_and(|tab| tab.method == "LotsOfReplies" && is_checked(tab))
        });
        walk.send();
        walk.until_call("the stream ends", |call| call.is_ok() && call.received > 2);
        walk.look("a stream at 200 %");
        let status_bar = 350.0 - 26.0;
        let rows = walk.harness.query_all_by_role(Role::Row).filter(|row| {
            let rect = row.rect();
            row.accesskit_node().label().is_some_and(|name| name.contains("Hello")) && rect.bottom() <= status_bar + 0.5
        });
        assert!(rows.count() >= 3, "three rows are seen whole");
        for name in [walk.words().target, walk.words().method, walk.words().deadline, walk.words().send] {
            assert!(walk.has_named(name), "{name}");
        }
    });
}
