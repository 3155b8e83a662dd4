//! A person's habits, in both languages: the palette, keys that are changed, settings in force at once, notices, input
//! methods, copying.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may end by panicking")]

mod window_support;

use egui::accesskit::Role;
use egui::{Event, ImeEvent, Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use proconsul::app::{Action, Area, Chord, Happened, Settings, ThemeChoice, UiCommand};
use proconsul::call::Encoding;
use proconsul::state::FILE;
use proconsul::words::Lang;

use window_support::{Begin, Walk, in_both, is_checked};

/// The options of a list, in order.
fn options(walk: &Walk) -> Vec<String> {
    walk.names(Role::ListBoxOption)
}

#[test]
fn the_palette_finds_methods_commands_and_settings_and_runs_them() {
    in_both(|lang| {
        let mut walk = Begin::new(lang).with_demo();
        walk.click(Role::Button, walk.lang.habits().search_everything);
        walk.look("the palette, empty");
        assert_eq!(walk.focused().unwrap().1, walk.lang.habits().palette_hint);
        walk.text("bidi");
        walk.look("the palette, with a word");
        assert!(options(&walk)[0].starts_with("BidiHello hello.Hello"), "{:?}", options(&walk));
        walk.press(Key::Enter);
        walk.until("the method is open", |app| {
            app.active_tab().is_some_and(|tab| tab.method == "BidiHello" && is_checked(tab))
        });
        // Arrows choose, and a method is sent as soon as it is ready.
        walk.command(Key::K);
        walk.text("sayhello");
        walk.press(Key::ArrowDown);
        walk.command(Key::Enter);
        walk.until_ok();
        assert_eq!(walk.tab().service, "pb.Greeter");
        // Only commands, by their English name too; the one used last comes first the next time.
        walk.command(Key::K);
        walk.text(">larger");
        assert!(options(&walk)[0].starts_with(UiCommand::ZoomIn.name(lang)), "{:?}", options(&walk));
        walk.press(Key::Enter);
        assert_eq!(walk.app().settings.zoom(), 110);
        walk.command(Key::Num0);
        walk.command(Key::K);
        walk.text(">");
        assert!(options(&walk)[0].starts_with(UiCommand::ZoomIn.name(lang)), "{:?}", options(&walk));
        walk.press(Key::Escape);
        assert!(options(&walk).is_empty(), "Escape closes it");
        // A setting opens its page.
        walk.command(Key::K);
        walk.text(walk.lang.habits().largest_message);
        walk.press(Key::Enter);
        assert_eq!(walk.app().area, Area::Settings);
        assert_eq!(walk.focused().unwrap().1, walk.lang.habits().largest_message);
        walk.look("settings, from the palette");
        walk.command(Key::K);
        walk.text("qqqq");
        walk.look("the palette, without hits");
        assert!(walk.has(walk.lang.habits().palette_none));
    });
}

#[test]
fn a_key_is_changed_in_place_a_clash_is_said_and_all_of_it_is_kept() {
    in_both(|lang| {
        let folder = tempfile::tempdir().unwrap();
        let mut walk = Begin::new(lang).kept_in(folder.path()).walk();
        walk.press(Key::F1);
        walk.look("the list of keys");
        let row = |walk: &Walk, command: UiCommand| {
            options(walk).into_iter().find(|row| row.starts_with(command.name(lang))).expect("a row")
        };
        assert!(row(&walk, UiCommand::ReloadAll).ends_with("F5"));
        let begin = |walk: &mut Walk, command: UiCommand| {
            let name = row(walk, command);
            walk.click(Role::ListBoxOption, &name);
            walk.press(Key::Enter);
            assert!(walk.has(walk.lang.habits().press_key_hint));
        };
        // A letter types, Ctrl+C copies: both are refused with the reason.
        begin(&mut walk, UiCommand::ReloadAll);
        walk.press(Key::J);
        assert!(walk.has(walk.lang.habits().refused_types));
        walk.harness.event(Event::Copy);
        walk.harness.run_steps(4);
        assert!(walk.has(walk.lang.habits().refused_clipboard));
        walk.look("a key that is refused");
        // Another command's key is offered to be taken over.
        walk.command(Key::K);
        assert!(walk.has(&lang.key_clash("Ctrl K", UiCommand::ShowPalette.name(lang))));
        walk.look("a clash");
        assert!(options(&walk).len() > 20, "the palette did not open");
        walk.click(Role::Link, walk.lang.habits().take_over);
        assert_eq!(row(&walk, UiCommand::ReloadAll), format!("{} Ctrl K", UiCommand::ReloadAll.name(lang)));
        assert!(row(&walk, UiCommand::ShowPalette).ends_with(walk.lang.habits().no_key));
        // The palette has another from now on, and at once.
        begin(&mut walk, UiCommand::ShowPalette);
        walk.key(Modifiers::NONE, Key::F9);
        walk.press(Key::F9);
        assert_eq!(walk.focused().unwrap().1, walk.lang.habits().palette_hint, "the new key works");
        walk.press(Key::Escape);
        walk.press(Key::Escape);
        walk.look("changed keys");
        drop(walk);
        let text = std::fs::read_to_string(folder.path().join(FILE)).unwrap();
        assert!(text.contains("\"F9\""), "{text}");

        let mut walk = Begin::new(lang).kept_in(folder.path()).walk();
        assert_eq!(walk.app().keys.of(UiCommand::ShowPalette), [Chord::parse("F9").unwrap()]);
        walk.press(Key::F1);
        walk.click(Role::Button, walk.lang.habits().reset_all_keys);
        walk.look("the question before all keys are reset");
        walk.click(Role::Button, walk.lang.habits().reset_all_confirm);
        assert!(!walk.app().keys.any_changed());
        walk.command(Key::K);
        assert_eq!(walk.focused().unwrap().1, walk.lang.habits().palette_hint);
    });
}

#[test]
fn settings_take_effect_at_once_are_reset_and_kept() {
    in_both(|lang| {
        let folder = tempfile::tempdir().unwrap();
        let mut walk = Begin::new(lang).kept_in(folder.path()).with_demo();
        walk.command(Key::Comma);
        walk.look("settings");
        for said in [walk.lang.habits().proxies_text, walk.lang.habits().secrets, walk.lang.habits().state_file] {
            assert!(walk.has(said), "{said}");
        }
        walk.click(Role::RadioButton, walk.lang.habits().light);
        assert_eq!(walk.app().theme, ThemeChoice::Light);
        assert!(!walk.harness.ctx.style_of(egui::Theme::Light).visuals.dark_mode);
        assert_eq!(walk.harness.ctx.theme(), egui::Theme::Light);
        let reset = |walk: &Walk, name: &str| format!("{} {name}", walk.words().reset);
        walk.click(Role::Link, &reset(&walk, walk.lang.habits().theme));
        assert!(!walk.app().theme_chosen);
        walk.click(Role::RadioButton, walk.lang.habits().light);
        // A size that is none is said at its place and changes nothing.
        walk.fill(walk.lang.habits().largest_message, "lots");
        assert!(walk.has(walk.lang.habits().largest_bad));
        assert_eq!(walk.app().settings.largest_bytes, None);
        walk.look("a wrong size");
        walk.fill(walk.lang.habits().largest_message, "4 MiB");
        assert_eq!(walk.app().settings.largest(), 4 << 20);
        walk.fill(walk.words().deadline, "2 s");
        walk.fill(walk.lang.habits().connect_timeout, "3 s");
        walk.click(Role::RadioButton, "gzip");
        assert_eq!(walk.app().settings.compress, Some(Encoding::Gzip));
        walk.click(Role::Button, walk.lang.habits().larger);
        assert_eq!(walk.app().settings.zoom(), 110);
        assert!((walk.harness.ctx.zoom_factor() - 1.1).abs() < 0.01);
        walk.look("settings that differ from the default");
        walk.click(Role::Link, &reset(&walk, walk.lang.habits().scale));
        // Its search finds by name, and says when nothing is called so.
        walk.fill(walk.lang.habits().search_settings, "gzip or what");
        assert!(walk.has(walk.lang.habits().settings_none));
        walk.look("no setting fits");
        walk.click(Role::Button, walk.lang.habits().clear_search);
        walk.fill(walk.lang.habits().search_settings, walk.lang.habits().compress);
        assert!(!walk.has(walk.lang.habits().proxies_text));
        // A folded side panel stays folded.
        walk.command(Key::B);
        drop(walk);

        let mut walk = Begin::new(lang).kept_in(folder.path()).walk();
        assert!(walk.names(Role::TreeItem).is_empty(), "the side panel is folded");
        walk.command(Key::B);
        assert!(!walk.names(Role::TreeItem).is_empty());
        let expect = Settings {
            deadline: Some("2 s".to_owned()),
            largest_bytes: Some(4 << 20),
            compress: Some(Encoding::Gzip),
            connect_timeout: Some(std::time::Duration::from_secs(3)),
            ..Settings::default()
        };
        assert_eq!(walk.app().settings, expect);
        assert_eq!(walk.app().theme, ThemeChoice::Light);
    });
}

#[test]
fn settings_reach_the_wire() {
    let mut walk = Begin::new(Lang::En).with_demo();
    let settings = Settings { compress: Some(Encoding::Gzip), largest_bytes: Some(16), ..Settings::default() };
    walk.harness.state_mut().perform(Action::SetSettings(Box::new(settings)));
    walk.fill(walk.words().message_editor, &format!("{{\"name\": \"{}\"}}", "a".repeat(100)));
    walk.until("the draft is checked", |app| app.active_tab().is_some_and(is_checked));
    walk.command(Key::Enter);
    walk.until("the call ends", |app| {
        app.active_tab().is_some_and(|tab| tab.call.as_ref().is_some_and(|call| !call.is_running()))
    });
    let call = walk.tab().call.as_ref().unwrap();
    assert!(!call.is_ok(), "102 bytes are more than the 16 that may be sent: {:?}", call.status);
}

#[test]
fn a_target_with_a_trust_of_its_own_is_listed_and_loses_it_after_a_question() {
    in_both(|lang| {
        let mut walk = Begin::new(lang).walk();
        let form = proconsul::app::ConnectionForm { skip_verify: true, ..Default::default() };
        walk.harness.state_mut().perform(Action::SetForm("127.0.0.1:9443".to_owned(), Box::new(form)));
        walk.command(Key::Comma);
        walk.look("a target that is not verified");
        assert!(walk.has("127.0.0.1:9443") && walk.has(walk.lang.habits().skips));
        let menu = format!("{} 127.0.0.1:9443", walk.words().more);
        walk.click(Role::Button, &menu);
        walk.click(Role::MenuItem, walk.lang.habits().remove_trust);
        walk.look("the question");
        assert!(walk.has(&lang.remove_trust_title("127.0.0.1:9443")));
        walk.click(Role::Button, walk.words().remove);
        assert!(!walk.app().form("127.0.0.1:9443").skip_verify);
        walk.look("without it");
        assert!(walk.has(walk.lang.habits().no_certificates));
    });
}

#[test]
fn what_ends_in_the_background_is_told_and_leads_there() {
    in_both(|lang| {
        let mut walk = Begin::new(lang).with_demo();
        let first = walk.tab().id;
        walk.harness.state_mut().perform(Action::SetAddress(first, "127.0.0.1:1".to_owned()));
        walk.harness.state_mut().perform(Action::Send(first));
        walk.harness.state_mut().perform(Action::ShowArea(Area::Settings));
        walk.until("it is told", |app| app.unseen() == 1);
        walk.look("a bell with a dot");
        let bell = lang.notices_named(1);
        walk.click(Role::Button, &bell);
        walk.look("the list of notices");
        assert!(walk.has(walk.lang.habits().call_failed_title) && walk.has("14 UNAVAILABLE"));
        assert_eq!(walk.app().unseen(), 0, "it was seen");
        walk.click(Role::Link, walk.lang.habits().show);
        assert_eq!((walk.app().area, walk.app().active), (Area::Services, Some(first)));
        assert!(!walk.has(walk.lang.habits().clear_notices), "the list closed");
        walk.click(Role::Button, walk.lang.habits().notices);
        walk.click(Role::Button, walk.lang.habits().clear_notices);
        assert!(walk.app().told().is_empty());
        walk.look("the list without anything");
        assert!(walk.has(walk.lang.habits().no_notices));
        walk.press(Key::Escape);
        assert!(!walk.has(walk.lang.habits().no_notices), "Escape closes it");
    });
}

#[test]
fn a_schema_that_changes_on_disk_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.proto");
    let proto = "syntax = \"proto3\"; package a; message A { string name = 1; } service S { rpc One(A) returns (A); }";
    std::fs::write(&path, proto).unwrap();
    let mut walk = Begin::new(Lang::En).walk();
    walk.harness.state_mut().perform(Action::OpenPaths(vec![path.clone()]));
    walk.until("it is read", |app| app.sources.iter().any(|entry| entry.outline.is_some()));
    assert!(walk.app().told().is_empty());
    std::fs::write(&path, proto.replace("rpc One", "rpc Two")).unwrap();
    walk.until("it is read again, and told", |app| {
        app.told().iter().any(|notice| matches!(&notice.what, Happened::Reloaded(_, name) if name == "a.proto"))
    });
}

#[test]
fn enter_belongs_to_the_input_method_while_it_composes() {
    in_both(|lang| {
        let mut walk = Begin::new(lang).walk();
        // A field of the first window: Enter would connect.
        walk.field(walk.words().address).focus();
        walk.harness.step();
        compose(&mut walk, "你好");
        assert!(walk.app().sources.is_empty(), "Enter that ends composing opens nothing");
        assert_eq!(walk.app().welcome_address, "你好");
        walk.press(Key::Enter);
        assert_eq!(walk.app().sources.len(), 1, "the next one does");
        drop(walk);

        let mut walk = Begin::new(lang).with_demo();
        // The filter of the tree, the palette, the target, the draft, the search of settings.
        walk.field(walk.words().filter_methods).focus();
        walk.harness.step();
        compose(&mut walk, "微服务");
        assert_eq!(walk.app().tree.filter, "微服务");
        walk.harness.state_mut().perform(Action::SetFilter(String::new()));
        walk.command(Key::K);
        compose(&mut walk, "发送");
        assert_eq!(walk.field(walk.lang.habits().palette_hint).value().as_deref(), Some("发送"));
        assert!(walk.has(walk.lang.habits().palette), "the palette is still open");
        walk.press(Key::Escape);
        walk.command(Key::L);
        walk.command(Key::A);
        compose(&mut walk, "李雷");
        assert_eq!(walk.tab().address, "李雷");
        walk.fill(walk.words().message_editor, "{\"name\": \"");
        compose(&mut walk, "韩梅梅");
        walk.text("\"}");
        assert!(walk.tab().message.contains("韩梅梅"), "{}", walk.tab().message);
        assert!(!walk.tab().message.contains('\n'), "Enter ended composing and no line: {}", walk.tab().message);
        assert!(walk.tab().call.is_none());
        walk.command(Key::Comma);
        walk.field(walk.lang.habits().search_settings).focus();
        walk.harness.step();
        compose(&mut walk, "压缩");
        assert_eq!(walk.field(walk.lang.habits().search_settings).value().as_deref(), Some("压缩"));
    });
}

/// Composes a word and ends with Enter, which desktops send beside the commit; once more with Ctrl held.
fn compose(walk: &mut Walk, word: &str) {
    let preedit = |text: &str| Event::Ime(ImeEvent::Preedit { text: text.to_owned(), active_range_chars: None });
    walk.harness.event(preedit("n"));
    walk.harness.step();
    walk.harness.event(preedit("ni"));
    walk.harness.step();
    walk.key(Modifiers::COMMAND, Key::Enter);
    walk.harness.key_press(Key::Enter);
    walk.harness.event(preedit(""));
    walk.harness.event(Event::Ime(ImeEvent::Commit(word.to_owned())));
    walk.harness.run_steps(4);
}

#[test]
fn rows_of_the_tree_and_facts_are_copied() {
    in_both(|lang| {
        let mut walk = Begin::new(lang).with_demo();
        let row = walk.harness.query_all_by_role_and_label(Role::TreeItem, "BidiHello").next().unwrap();
        row.click_secondary();
        walk.harness.run_steps(4);
        walk.look("the menu of a method");
        let own = walk.lang.habits();
        let copied = copy_by(&mut walk, Role::MenuItem, own.copy_full_name);
        assert_eq!(copied.as_deref(), Some("hello.Hello/BidiHello"));
        // An error, whole; the line of facts; the connection in the status bar.
        let tab = walk.tab().id;
        walk.harness.state_mut().perform(Action::SetAddress(tab, "127.0.0.1:1".to_owned()));
        walk.command(Key::Enter);
        walk.until("the call fails", |app| {
            app.active_tab().and_then(|tab| tab.call.as_ref()).is_some_and(|call| call.status.is_some())
        });
        walk.look("a failure");
        for (shown, part) in [("127.0.0.1:1", "127.0.0.1:1"), ("14 UNAVAILABLE", "14 UNAVAILABLE · ")] {
            let role = if shown.starts_with("14") { Role::Status } else { Role::Alert };
            let nodes = walk.harness.query_all_by_label_contains(shown);
            let node = nodes.into_iter().find(|node| node.accesskit_node().role() == role);
            node.unwrap_or_else(|| panic!("no {role:?} {shown}")).click_secondary();
            walk.harness.run_steps(4);
            let copy = walk.words().copy;
            let copied = copy_by(&mut walk, Role::MenuItem, copy).unwrap_or_default();
            assert!(copied.contains(part), "{copied}");
            walk.harness.run_steps(4);
        }
    });
}

/// What a click copies.
fn copy_by(walk: &mut Walk, role: Role, name: &str) -> Option<String> {
    walk.harness.query_all_by_role_and_label(role, name).next().unwrap().click();
    (0..4).find_map(|_| {
        walk.harness.step();
        walk.harness.output().platform_output.commands.iter().find_map(|command| match command {
            egui::OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        })
    })
}
