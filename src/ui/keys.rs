//! Keys that work wherever the focus is, and files that are dropped.

use std::path::PathBuf;

use egui::{Key, Modifiers, Ui};

use super::context::Cx;
use super::fonts;
use super::message::editor_id;
use super::stream;
use super::theme::tokens;
use super::widgets::editor;
use super::widgets::shared::dashed;
use super::widgets::text;
use crate::app::{Action, CallRecord, DiagnosisRecord, ResponseSide, Retry};

/// Takes the window's keys before any field sees them.
pub(super) fn keys(ui: &Ui, cx: &mut Cx<'_>) {
    let asks =
        cx.app.trust_question.is_some() || cx.app.dialog.is_some() || cx.app.naming.is_some() || cx.app.save.is_some();
    if asks || cx.tab().is_some_and(|tab| tab.list.is_some()) {
        return;
    }
    let pressed = |modifiers: Modifiers, key: Key| ui.input_mut(|input| input.consume_key(modifiers, key));
    if pressed(Modifiers::COMMAND | Modifiers::SHIFT, Key::Tab) {
        cx.act(Action::StepTab(-1));
    }
    if pressed(Modifiers::COMMAND, Key::Tab) {
        cx.act(Action::StepTab(1));
    }
    if pressed(Modifiers::COMMAND | Modifiers::SHIFT, Key::T) {
        cx.act(Action::ReopenTab);
    }
    if pressed(Modifiers::NONE, Key::F5) {
        cx.act(Action::ReloadAll);
    }
    let chosen = cx.app.tree.chosen.and_then(|key| cx.app.tree.line(key)).map(|line| line.node.source());
    if let Some(source) = chosen
        && pressed(Modifiers::NONE, Key::F2)
    {
        cx.act(Action::AskName(source));
    }
    // In the draft the same key looks for text in it.
    let in_editor = cx.tab().is_some_and(|tab| editor::holds_focus(ui.ctx(), editor_id(tab.id)));
    if !in_editor && pressed(Modifiers::COMMAND, Key::F) {
        // Of a stream its messages; pressed again, the methods.
        let has_messages = cx.tab().is_some_and(|tab| {
            let is_listed = |(call, _): (&CallRecord, bool)| call.is_stream() && call.sent + call.received > 0;
            tab.response_side == ResponseSide::Response && tab.shown_call().is_some_and(is_listed)
        });
        if has_messages && !ui.memory(|memory| memory.has_focus(stream::filter_id())) {
            cx.memory.focus_messages = true;
        } else {
            cx.memory.focus_filter = true;
        }
    }
    let Some(tab) = cx.tab() else { return };
    let id = tab.id;
    if pressed(Modifiers::COMMAND, Key::Enter) {
        cx.act(Action::Send(id));
    }
    if pressed(Modifiers::COMMAND | Modifiers::SHIFT, Key::PageUp) {
        cx.act(Action::ShiftTab(id, -1));
    }
    if pressed(Modifiers::COMMAND | Modifiers::SHIFT, Key::PageDown) {
        cx.act(Action::ShiftTab(id, 1));
    }
    if pressed(Modifiers::COMMAND, Key::W) {
        cx.act(Action::CloseTab(id));
    }
    if pressed(Modifiers::COMMAND, Key::T) {
        cx.act(Action::DuplicateTab(id));
    }
    if pressed(Modifiers::COMMAND, Key::L) {
        cx.memory.focus_target = true;
    }
    let is_free = !egui::Popup::is_any_open(ui.ctx())
        && cx.memory.method_picker.is_none()
        && !editor::wants_escape(ui.ctx(), editor_id(id));
    // In the list of messages it closes the open one first.
    let is_read = tab.shown_call().is_some_and(|(call, _)| call.is_stream() && call.shown.is_some());
    if is_read && is_free && cx.memory.list_has_focus && pressed(Modifiers::NONE, Key::Escape) {
        cx.act(Action::HideMessage(id));
    }
    // It leaves the filter rather than the stream.
    let in_filter = ui.memory(|memory| memory.has_focus(stream::filter_id()));
    if tab.is_calling() && is_free && !in_filter && pressed(Modifiers::NONE, Key::Escape) {
        cx.act(Action::Cancel(id));
    }
    let of = Retry::Send(id);
    let climbs = cx.app.diagnosis(of).is_some_and(DiagnosisRecord::is_running);
    if climbs && is_free && pressed(Modifiers::NONE, Key::Escape) {
        cx.act(Action::StopDiagnosis(of));
    }
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
