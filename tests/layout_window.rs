//! Every state of the window at the smallest size that has room for all, and at 200 % on it; and the way from a fresh
//! start to the first response and back with the keyboard alone.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may end by panicking")]

mod window_support;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, PointerButton};
use proconsul::app::{Action, Area, RequestSide, ResponseSide, Settings};
use proconsul::engine::Direction;
use proconsul::words::Lang;

use window_support::{Begin, Walk, in_both, is_checked};

/// The smallest window that has room for everything, and what is left of it at 200 %.
const SMALL: [f32; 2] = [1024.0, 700.0];

fn zoom(walk: &mut Walk, percent: u16) {
    let mut settings = Settings::default();
    settings.set_zoom(percent);
    walk.harness.state_mut().perform(Action::SetSettings(Box::new(settings)));
    walk.harness.run_steps(4);
}

/// Goes through the states of the window, and looks at each.
fn through_everything(walk: &mut Walk, size: &str) {
    let at = |what: &str| format!("{size}, {what}");
    walk.look(&at("the first window"));
    walk.harness.state_mut().perform(Action::OpenDialog);
    walk.look(&at("the question that adds a source"));
    walk.harness.state_mut().perform(Action::CloseDialog);
    walk.harness.state_mut().perform(Action::StartDemo);
    walk.until_demo();
    walk.look(&at("a method"));
    let tab = walk.tab().id;
    for side in [RequestSide::Metadata, RequestSide::Tls, RequestSide::Message] {
        walk.harness.state_mut().perform(Action::ShowRequestSide(tab, side));
        walk.look(&at(&format!("{side:?}")));
    }
    walk.command(Key::Enter);
    walk.until_ok();
    walk.harness.state_mut().perform(Action::AskSaveMessage(tab, Direction::Received, 0));
    walk.look(&at("the question where to save"));
    walk.harness.state_mut().perform(Action::CloseSave);
    walk.harness.state_mut().perform(Action::WriteCommand(Some(String::new())));
    walk.look(&at("the question for a command"));
    walk.harness.state_mut().perform(Action::WriteCommand(None));
    walk.harness.run_steps(4);
    for popup in [walk.lang.commands().show_call_settings, walk.words().connection] {
        walk.click(Role::Button, popup);
        walk.look(&at(popup));
        walk.press(Key::Escape);
    }
    walk.command(Key::M);
    walk.look(&at("the list of methods"));
    walk.press(Key::Escape);
    for side in [ResponseSide::Headers, ResponseSide::Trailers, ResponseSide::Response] {
        walk.harness.state_mut().perform(Action::ShowResponseSide(tab, side));
        walk.look(&at(&format!("{side:?}")));
    }
    walk.harness.state_mut().perform(Action::SetAddress(tab, "127.0.0.1:1".to_owned()));
    walk.command(Key::Enter);
    walk.until("it fails", |app| {
        app.active_tab().and_then(|tab| tab.call.as_ref()).is_some_and(|call| call.status.is_some() && !call.is_ok())
    });
    walk.look(&at("a failure"));
    let source = walk.tab().source;
    for method in ["LotsOfReplies", "BidiHello"] {
        let open = Action::OpenMethod(source, "hello.Hello".to_owned(), method.to_owned());
        walk.harness.state_mut().perform(open);
        walk.until(method, |app| app.active_tab().is_some_and(|tab| tab.method == method && is_checked(tab)));
        walk.look(&at(method));
    }
    walk.command(Key::K);
    walk.look(&at("the palette"));
    walk.press(Key::Escape);
    walk.command(Key::Comma);
    walk.look(&at("settings"));
    walk.press(Key::F1);
    walk.look(&at("keys"));
    walk.command(Key::B);
    walk.look(&at("the other stand of the side panel"));
    walk.command(Key::B);
    walk.key(Modifiers::ALT, Key::Num1);
    let bell = walk.lang.notices_named(walk.app().unseen());
    walk.click(Role::Button, &bell);
    walk.look(&at("notices"));
    walk.press(Key::Escape);
    walk.command(Key::B);
    walk.look(&at("the side panel"));
}

#[test]
fn nothing_overlaps_at_1024_by_700() {
    in_both(|lang| through_everything(&mut Begin::new(lang).size(SMALL).walk(), "1024×700"));
}

#[test]
fn nothing_overlaps_at_200_percent_on_a_small_screen() {
    in_both(|lang| {
        let mut walk = Begin::new(lang).size(SMALL).walk();
        zoom(&mut walk, 200);
        // The harness' screen is in points: at 200 % half of them are left.
        walk.harness.set_size(egui::vec2(SMALL[0] / 2.0, SMALL[1] / 2.0));
        walk.harness.run_steps(4);
        assert!((walk.harness.ctx.content_rect().width() - 512.0).abs() < 1.0);
        through_everything(&mut walk, "512×350");
    });
}

#[test]
fn nothing_overlaps_between_those_sizes() {
    // 1024×700 at 125 and at 150 %.
    through_everything(&mut Begin::new(Lang::En).size([819.0, 560.0]).walk(), "819×560");
    through_everything(&mut Begin::new(Lang::ZhCn).size([683.0, 467.0]).walk(), "683×467");
}

#[test]
fn nothing_overlaps_on_a_large_screen() {
    in_both(|lang| through_everything(&mut Begin::new(lang).size([3840.0, 2160.0]).walk(), "3840×2160"));
}

#[test]
fn from_a_fresh_start_to_the_first_response_and_back_by_keyboard() {
    in_both(|lang| {
        let mut walk = Begin::new(lang).walk();
        // Enter starts the demo where nothing else has the focus.
        walk.press(Key::Enter);
        walk.until_demo();
        walk.look("the first method");
        walk.command(Key::Enter);
        walk.until_ok();
        walk.look("the first response");
        // Tab goes through the window in the order in which it is read, and what has the focus is on the screen.
        let order = tab_order(&mut walk, 40);
        let own = walk.lang.habits();
        let words = walk.words();
        let expect = [
            own.search_everything,
            words.language_switch,
            words.theme_to_light,
            own.notices,
            words.services,
            own.settings,
            words.add_source,
            words.load_again,
            words.filter_methods,
            "SayHello",
            words.target,
            words.method,
            words.deadline,
            words.send,
            words.message,
        ];
        let mut from = 0;
        for name in expect {
            let at = order[from..].iter().position(|seen| seen == name);
            from += at.unwrap_or_else(|| panic!("{name} does not come after {:?} in {order:?}", &order[..from])) + 1;
        }
        // Another method from the palette, tabs, settings, and back.
        walk.command(Key::K);
        walk.text("lotsofreplies");
        walk.press(Key::Enter);
        walk.until("the stream's method", |app| {
            app.active_tab().is_some_and(|tab| tab.method == "LotsOfReplies" && is_checked(tab))
        });
        walk.command(Key::Enter);
        walk.until("the stream ends", |app| {
            app.active_tab().and_then(|tab| tab.call.as_ref()).is_some_and(|call| call.is_ok() && call.received > 1)
        });
        walk.command(Key::Tab);
        assert_eq!(walk.tab().method, "SayHello");
        walk.command(Key::L);
        assert_eq!(walk.focused().unwrap().1, words.target);
        walk.command(Key::M);
        walk.harness.run_steps(4);
        assert_eq!(walk.focused().unwrap().1, words.find_method);
        walk.press(Key::Escape);
        walk.command(Key::Comma);
        assert_eq!((walk.app().area, walk.focused().unwrap().1.as_str()), (Area::Settings, own.search_settings));
        let settings = tab_order(&mut walk, 12);
        assert!(settings.iter().any(|name| name == own.follow_system), "{settings:?}");
        until_focus(&mut walk, Role::RadioButton, &[own.dark, own.light, own.follow_system]);
        walk.press(Key::ArrowRight);
        assert!(walk.app().theme_chosen || walk.app().lang_chosen, "arrows choose");
        walk.press(Key::ArrowLeft);
        assert!(!walk.app().theme_chosen && !walk.app().lang_chosen, "and back");
        walk.look("settings by keyboard");
        walk.key(Modifiers::ALT, Key::Num1);
        assert_eq!(walk.app().area, Area::Services);
        walk.command(Key::W);
        walk.command(Key::W);
        assert!(walk.app().tabs.is_empty());
        walk.look("after the last tab was closed");
        // A source's row is reached and its menu opened without a pointer.
        walk.command(Key::F);
        assert_eq!(walk.focused().unwrap().1, words.filter_methods);
        walk.press(Key::Tab);
        assert_eq!(walk.focused().unwrap().0, Role::TreeItem);
        walk.key(Modifiers::SHIFT, Key::F10);
        walk.look("the menu of a row");
        assert_eq!(walk.focused().unwrap(), (Role::MenuItem, own.copy_name.to_owned()));
        walk.press(Key::ArrowDown);
        assert_eq!(walk.focused().unwrap(), (Role::MenuItem, own.copy_full_name.to_owned()));
        walk.press(Key::Escape);
        assert_eq!(walk.focused().unwrap().0, Role::TreeItem, "Escape gives the focus back");
        walk.key(Modifiers::SHIFT, Key::F10);
        walk.press(Key::Enter);
        assert!(!walk.has(own.copy_name), "a choice closes the menu");
    });
}

/// Presses Tab so often; the names of what had the focus, each of it seen on the screen.
fn tab_order(walk: &mut Walk, steps: usize) -> Vec<String> {
    let mut names = Vec::new();
    for _ in 0..steps {
        walk.press(Key::Tab);
        let Some((role, name)) = walk.focused() else { continue };
        let rect = walk.focus_rect().expect("the focus is on something that is there");
        assert!(rect.is_positive(), "the focus is on {role:?} {name}, which is not on the screen");
        if role == Role::MultilineTextInput {
            // Tab indents there until Escape gives it back.
            walk.press(Key::Escape);
        }
        names.push(name);
    }
    names
}

/// Presses Tab until one of these has the focus.
fn until_focus(walk: &mut Walk, role: Role, names: &[&str]) {
    for _ in 0..80 {
        if walk.focused().is_some_and(|(is, name)| is == role && names.contains(&name.as_str())) {
            return;
        }
        walk.press(Key::Tab);
    }
    panic!("Tab does not reach {names:?}");
}

#[test]
fn a_narrow_window_folds_its_side_and_gives_it_back() {
    let mut walk = Begin::new(Lang::En).with_demo();
    assert!(walk.has(walk.words().filter_methods));
    walk.harness.set_size(egui::vec2(700.0, 600.0));
    walk.harness.run_steps(4);
    assert!(!walk.names(Role::TreeItem).contains(&"BidiHello".to_owned()), "folded to the rail");
    walk.click(Role::Tab, walk.words().services);
    walk.look("the side panel over the centre");
    walk.click(Role::TreeItem, "BidiHello");
    walk.until("it is open", |app| app.active_tab().is_some_and(|tab| tab.method == "BidiHello"));
    assert!(walk.names(Role::TreeItem).is_empty(), "what was opened takes its place");
    walk.harness.set_size(egui::vec2(1440.0, 900.0));
    walk.harness.run_steps(4);
    assert!(walk.names(Role::TreeItem).contains(&"BidiHello".to_owned()));
}

/// Where panes scroll, too: a press and its release may come in one frame, as from a touchpad that is tapped.
#[test]
fn a_quick_click_gives_a_field_the_focus() {
    for size in [SMALL, [SMALL[0] / 2.0, SMALL[1] / 2.0]] {
        let mut walk = Begin::new(Lang::En).size(size).with_demo();
        let name = walk.words().target;
        let at = walk.field(name).rect().center();
        walk.harness.event(Event::PointerMoved(at));
        walk.harness.run_steps(2);
        for pressed in [true, false] {
            let (button, modifiers) = (PointerButton::Primary, Modifiers::NONE);
            walk.harness.input_mut().events.push(Event::PointerButton { pos: at, button, pressed, modifiers });
        }
        walk.harness.run_steps(4);
        assert_eq!(walk.focused(), Some((Role::TextInput, name.to_owned())), "{size:?}");
    }
}
