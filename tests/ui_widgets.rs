//! The gallery in both themes and languages: it builds, comes to rest, and every widget has a name and its glyphs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests say what they expect")]

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use proconsul::ui::gallery::{Gallery, Page};
use proconsul::ui::theme::{self, ThemeChoice};

fn gallery(page: Page, choice: ThemeChoice, chinese: bool) -> Harness<'static, Option<Gallery>> {
    let mut installed = false;
    Harness::builder().with_size([1440.0, 900.0]).build_ui_state(
        move |ui, state: &mut Option<Gallery>| {
            if !installed {
                // The harness has painted nothing yet: fonts are there for the first text of the next frame.
                theme::install(ui.ctx());
                theme::choose(ui.ctx(), choice);
                installed = true;
                ui.ctx().request_repaint();
                return;
            }
            state.get_or_insert_with(|| Gallery::new(page, chinese)).ui(ui);
        },
        None,
    )
}

#[test]
fn every_page_comes_to_rest_with_names_and_glyphs() {
    for page in [Page::Parts, Page::More] {
        for choice in [ThemeChoice::Dark, ThemeChoice::Light] {
            for chinese in [false, true] {
                // `run` fails on unnamed inputs, on missing glyphs and on a window that keeps painting.
                gallery(page, choice, chinese).run();
            }
        }
    }
}

#[test]
fn a_choice_is_one_tab_stop_with_arrows() {
    let mut harness = gallery(Page::Parts, ThemeChoice::Dark, false);
    harness.run();
    harness.get_by_label("JSON").focus();
    harness.run();
    harness.key_press(egui::Key::ArrowRight);
    harness.run();
    assert!(harness.get_by_label("Bytes").is_focused());
}

#[test]
fn a_tree_moves_by_arrows_and_folds() {
    let mut harness = gallery(Page::More, ThemeChoice::Dark, false);
    harness.run();
    harness.get_by_label("LotsOfGreetings").focus();
    harness.run();
    harness.key_press(egui::Key::ArrowUp);
    harness.run();
    assert!(harness.get_by_label("LotsOfReplies").is_focused());
    harness.key_press(egui::Key::ArrowLeft);
    harness.run();
    assert!(harness.get_by_label("hello.Hello").is_focused());
    harness.key_press(egui::Key::ArrowLeft);
    harness.run();
    assert!(harness.query_by_label("SayHello").is_none());
    harness.key_press(egui::Key::ArrowRight);
    harness.run();
    assert!(harness.query_by_label("SayHello").is_some());
}

#[test]
fn the_editor_inserts_spaces_for_tab() {
    let mut harness = gallery(Page::More, ThemeChoice::Dark, false);
    harness.run();
    harness.get_by_role_and_label(egui::Role::MultilineTextInput, "Message").focus();
    harness.run();
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    harness.run();
    // With lines selected Tab would indent them.
    harness.key_press(egui::Key::Backspace);
    harness.run();
    harness.key_press(egui::Key::Tab);
    harness.run();
    let editor = harness.get_by_role_and_label(egui::Role::MultilineTextInput, "Message");
    assert!(editor.is_focused());
    assert_eq!(editor.value().as_deref(), Some("  "));
}

#[test]
fn a_response_can_be_copied_whole() {
    let mut harness = gallery(Page::More, ThemeChoice::Dark, false);
    harness.run();
    // The area is the container of its lines, and what takes the focus.
    let area = harness.get_all_by_role_and_label(egui::Role::Document, "Response").last();
    area.expect("there is a response").focus();
    harness.run();
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    harness.run();
    harness.event(egui::Event::Copy);
    // One frame only: what is copied is among the output of the frame that did it.
    harness.step();
    let copied = harness.output().platform_output.commands.iter().find_map(|command| match command {
        egui::OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    });
    let copied = copied.expect("something was copied");
    assert!(copied.starts_with('{') && copied.trim_end().ends_with('}'), "{copied}");
    assert!(copied.contains("李雷"), "{copied}");
}

#[test]
fn a_question_is_answered() {
    let mut harness = gallery(Page::More, ThemeChoice::Dark, false);
    harness.run();
    harness.get_by_label("Deregister…").click();
    harness.run();
    harness.get_by_label("Deregister 9002").click();
    harness.run();
    assert!(harness.query_by_label("Deregister 9002").is_none());
}
