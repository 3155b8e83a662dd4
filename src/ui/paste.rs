//! A pasted grpcurl command: the question for it, Ctrl+V outside of fields, and what was left out.

use egui::{Event, Id, Ui, vec2};

use super::context::Cx;
use super::fonts;
use super::message::editor_id;
use super::theme::tokens;
use super::widgets::button::Button;
use super::widgets::dialog::dialog_ui;
use super::widgets::editor::{self, Editor};
use super::widgets::text::paragraph_ui;
use crate::app::{Action, PasteNote, Pasting, is_command};
use crate::words::Lang;

/// The field of a target that takes a command in the place of an address.
pub(super) fn target_id(tab: crate::app::TabId) -> Id {
    Id::unique(("target", tab.0))
}

/// A command that is pasted outside of fields, or into an address, opens.
pub(super) fn paste(ui: &Ui, cx: &mut Cx<'_>) {
    let is_command = |event: &Event| matches!(event, Event::Paste(text) if is_command(text));
    let Some(at) = ui.input(|input| input.events.iter().position(is_command)) else { return };
    let focused = ui.memory(egui::Memory::focused);
    let takes = |id: Id| {
        let is_address = cx.tab().is_some_and(|tab| id == target_id(tab.id)) || id == Id::unique("welcome address");
        let is_text = egui::text_edit::TextEditState::load(ui.ctx(), id).is_some();
        let in_editor = cx.tab().is_some_and(|tab| editor::holds_focus(ui.ctx(), editor_id(tab.id)));
        is_address || !(is_text || in_editor)
    };
    if !focused.is_none_or(takes) {
        return;
    }
    let Event::Paste(text) = ui.input_mut(|input| input.events.remove(at)) else { return };
    cx.act(Action::PasteCommand(text));
}

/// The question for a command.
pub(super) fn paste_command_ui(ui: &Ui, cx: &mut Cx<'_>, pasting: &Pasting) {
    let own = cx.lang().requests();
    let t = tokens(ui);
    let ctx = ui.ctx().clone();
    let id = Id::unique("grpcurl command");
    let mut text = pasting.text.clone();
    let ((), (confirmed, cancelled), close) = dialog_ui(
        &ctx,
        Id::unique("paste command"),
        640.0,
        own.paste_command_title,
        |ui| {
            paragraph_ui(ui, own.paste_command_hint, fonts::body(), t.text2, 20.0);
            ui.add_space(8.0);
            let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 180.0), egui::Sense::hover());
            let edge = if pasting.refused { t.error } else { t.line };
            let stroke = egui::Stroke::new(1.0, edge);
            ui.painter().rect(rect, egui::CornerRadius::same(6), t.bg2, stroke, egui::StrokeKind::Inside);
            let mut pane = super::context::pane_at(ui, rect.shrink(1.0), "grpcurl editor");
            let edited = Editor::new(id, &pasting.text, own.paste_command_field).show(&mut pane);
            if let Some(edited) = edited.text {
                text = edited;
            }
            if ui.memory(|memory| memory.focused().is_none()) {
                ui.memory_mut(|memory| memory.request_focus(id));
            }
            if pasting.refused {
                ui.add_space(6.0);
                let said = paragraph_ui(ui, own.paste_command_bad, fonts::hint(), t.error, 18.0);
                ui.ctx().accesskit_node_builder(said.id, |node| {
                    node.set_role(egui::Role::Alert);
                    node.set_label(own.paste_command_bad);
                });
            }
        },
        |ui| {
            let confirmed = ui.add(Button::primary(cx.words().open).large().key("Ctrl ⏎")).clicked();
            (confirmed, ui.add(Button::secondary(cx.words().cancel).large()).clicked())
        },
    );
    let enter = ctx.input_mut(|input| input.consume_key(egui::Modifiers::COMMAND, egui::Key::Enter));
    if confirmed || enter {
        cx.act(Action::PasteCommand(text));
    } else if cancelled || close {
        editor::forget(&ctx, id);
        cx.act(Action::WriteCommand(None));
    } else if text != pasting.text {
        cx.act(Action::WriteCommand(Some(text)));
    }
}

/// One thing that was left out, as a sentence.
pub(super) fn note_said(lang: Lang, note: &PasteNote) -> String {
    match note {
        PasteNote::Skipped(flag) => lang.paste_skipped(flag),
        PasteNote::DataElsewhere(data) => lang.paste_data_elsewhere(data),
        PasteNote::BadValue(flag) => lang.paste_bad_value(flag),
        PasteNote::OpenQuote => lang.paste_open_quote(),
        PasteNote::NoMethod => lang.paste_no_method(),
        PasteNote::Variable(key) => lang.paste_variable(key),
        PasteNote::RelativePath(path) => lang.paste_relative(path),
    }
}
