//! Keys that work wherever the focus is, and files that are dropped.

use std::path::PathBuf;

use egui::{Context, Event, Key, Modifiers, Ui};

use super::commands::{self, holds_list};
use super::context::Cx;
use super::message::editor_id;
use super::stream;
use super::theme::tokens;
use super::widgets::shared::dashed;
use super::widgets::suggest;
use super::widgets::text;
use super::widgets::tooltip;
use super::widgets::{code_view, editor};
use super::{fonts, keys_page};
use crate::app::{Action, Area, Chord, CommandGroup, CommandPlace, UiCommand};

/// Takes the keys of commands before any field sees them.
pub(super) fn keys(ui: &Ui, cx: &mut Cx<'_>) {
    let ctx = ui.ctx();
    cx.memory.habits.hold_composing_keys(ctx);
    if cx.memory.habits.typing_key.is_some() {
        if cx.app.area == Area::Settings {
            return;
        }
        keys_page::end(cx);
    }
    if !is_asking(cx) {
        super::paste::paste(ui, cx);
        close_read_message(ctx, cx);
    }
    if tooltip::stop_explaining(ctx) {
        ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
    }
    let pressed: Vec<Chord> = ctx.input(|input| {
        let chords = input.events.iter().filter_map(|event| match event {
            Event::Key { key, pressed: true, modifiers, .. } => Some(chord_of(*key, *modifiers)),
            _ => None,
        });
        chords.collect()
    });
    for chord in pressed {
        let command = UiCommand::ALL
            .iter()
            .copied()
            .find(|command| cx.app.keys.of(*command).contains(&chord) && hears(ctx, cx, *command));
        if let Some(command) = command {
            consume(ctx, &chord);
            commands::run(ctx, cx, command);
        }
    }
}

/// In the list of messages Escape closes the open one before it cancels anything.
fn close_read_message(ctx: &Context, cx: &mut Cx<'_>) {
    let Some(tab) = cx.tab() else { return };
    let is_read = tab.shown_call().is_some_and(|(call, _)| call.is_stream() && call.shown.is_some());
    let is_free = !egui::Popup::is_any_open(ctx) && cx.memory.habits.palette.is_none();
    if is_read
        && is_free
        && cx.memory.list_has_focus
        && ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape))
    {
        cx.act(Action::HideMessage(tab.id));
    }
}

/// A key as it is written in the table.
pub(super) fn chord_of(key: Key, modifiers: Modifiers) -> Chord {
    Chord::new(modifiers.command, modifiers.alt, modifiers.shift, key.name())
}

fn consume(ctx: &Context, chord: &Chord) {
    ctx.input_mut(|input| {
        let mut is_first = true;
        input.events.retain(|event| match event {
            Event::Key { key, pressed: true, modifiers, .. } if is_first && chord_of(*key, *modifiers) == *chord => {
                is_first = false;
                false
            }
            // Beside Alt some desktops send the character too.
            Event::Text(_) => !chord.alt,
            _ => true,
        });
    });
}

/// Whether a question stands over the window.
fn is_asking(cx: &Cx<'_>) -> bool {
    let app = cx.app;
    app.trust_question.is_some()
        || app.dialog.is_some()
        || app.registries.dialog.is_some()
        || app.registries.act.is_some()
        || app.registries.register.is_some()
        || app.naming.is_some()
        || app.adding_trust.is_some()
        || app.save.is_some()
        || app.pasting.is_some()
        || (app.area == Area::Registry && app.keys_asking().is_some())
        || cx.memory.habits.settings.asks()
        || cx.tab().is_some_and(|tab| tab.list.is_some())
}

/// Whether the command listens now. A question over the window hears only what belongs to its own editor.
fn hears(ctx: &Context, cx: &Cx<'_>, command: UiCommand) -> bool {
    let tab = cx.tab();
    let in_list = tab.is_some_and(|tab| tab.list.is_some() && holds_list(ctx, tab.id));
    if command.place() == CommandPlace::Editor {
        // Steps back in the fields of the search are the fields' own.
        let steps = matches!(command, UiCommand::Undo | UiCommand::Redo);
        let in_text = |id| ctx.memory(|memory| memory.has_focus(id)) || (!steps && editor::holds_focus(ctx, id));
        // In Settings they step through what was set; a field there has steps of its own.
        let in_settings = steps && cx.app.area == Area::Settings && !is_asking(cx);
        if in_settings {
            return cx.memory.habits.palette.is_none() && !ctx.text_edit_focused();
        }
        return in_list || tab.is_some_and(|tab| in_text(editor_id(tab.id)));
    }
    let is_view = matches!(command, UiCommand::ZoomIn | UiCommand::ZoomOut | UiCommand::ZoomReset);
    if is_view || command == UiCommand::Explain {
        return true;
    }
    if is_asking(cx) || cx.memory.habits.palette.is_some() {
        return false;
    }
    // What is not to be seen is neither sent nor cancelled by a key.
    let is_seen = cx.app.area == Area::Services && cx.app.problem.is_none() && cx.app.shown_source.is_none();
    let is_of_request = matches!(command.group(), CommandGroup::Request | CommandGroup::Response);
    if is_of_request && !is_seen {
        return false;
    }
    if command != UiCommand::Cancel {
        return true;
    }
    // Escape closes what is open first.
    commands::refusal(cx, command).is_none()
        && !egui::Popup::is_any_open(ctx)
        && cx.memory.method_picker.is_none()
        && !cx.memory.habits.notices_open
        && !suggest::is_open(ctx)
        // It leaves the filter rather than the stream.
        && !ctx.memory(|memory| memory.has_focus(stream::filter_id()))
        && !code_view::wants_escape(ctx)
        && !tab.is_some_and(|tab| editor::wants_escape(ctx, editor_id(tab.id)))
}

/// Files dropped on the window are opened; while they hover, the window says so.
pub(super) fn drops(ui: &Ui, cx: &mut Cx<'_>) {
    let dropped: Vec<PathBuf> =
        ui.input(|input| input.raw.dropped_files.iter().map(|file| file.path().to_path_buf()).collect());
    if !dropped.is_empty() {
        cx.act(Action::OpenPaths(dropped));
    }
    if ui.input(|input| input.raw.hovered_files.is_empty()) {
        return;
    }
    let t = tokens(ui);
    let rect = ui.max_rect();
    let layer = egui::LayerId::new(egui::Order::Foreground, egui::Id::unique("drop"));
    let painter = ui.ctx().layer_painter(layer);
    painter.rect_filled(rect, 0.0, t.scrim);
    let target = rect.shrink(24.0);
    dashed(&painter, target, 8.0, t.accent);
    text::paint_text_center(&painter, target, cx.words().drop_now, &fonts::heading(), t.text1);
}
