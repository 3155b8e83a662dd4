//! The body of an answer: its text, and the icons in the line of facts that act on it.

use std::time::{Duration, Instant};

use egui::{Id, Rect, Ui};

use super::context::{Cx, follow_focus, pane_at, row_from_right};
use super::explain;
use super::icons::Icon;
use super::theme::measure::INSET;
use super::widgets::button::{Button, IconButton};
use super::widgets::code_view::{self, CodeView, ViewCommand};
use super::widgets::json::Language;
use super::widgets::menu::{MenuItem, menu_ui};
use super::widgets::view_state::{ViewKind, ViewState};
use super::widgets::working::waiting_ui;
use crate::app::{Action, CallRecord, Prepared, ResponseSide, Tab, TabId, UiCommand};
use crate::engine::{Direction, NoText, TextLines};

/// In a line of facts that is narrower there is room for two icons and a menu.
const TOOLS_FROM: f32 = 440.0;

/// The view of a tab's answer.
pub(super) fn view_id(tab: TabId) -> Id {
    Id::unique(("answer", tab.0))
}

/// What can be done with the body, at the right of the line of facts; returns where it begins.
pub(super) fn tools_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, call: &CallRecord, inner: Rect) -> f32 {
    let (words, body) = (cx.words(), cx.lang().body());
    let Some(text) = answer_text(call).filter(|_| call.is_ok() && tab.response_side == ResponseSide::Response) else {
        return inner.right();
    };
    let id = view_id(tab.id);
    let mut asks = None;
    let mut saves = false;
    let can_fold = !text.folds().is_empty();
    let is_folded = code_view::is_folded(ui.ctx(), id);
    let (fold, icon) =
        if is_folded { (body.unfold_all, Icon::ChevronsUpDown) } else { (body.fold_all, Icon::ChevronsDownUp) };
    let mut right = row_from_right(ui, inner, "facts right");
    right.spacing_mut().item_spacing.x = 4.0;
    // From the right.
    if inner.width() >= TOOLS_FROM {
        saves |= right.add(IconButton::new(Icon::Download, body.save).small()).clicked();
    } else {
        let more = right.add(IconButton::new(Icon::Ellipsis, cx.words().more).small());
        menu_ui(&more, 180.0, |ui| {
            if ui.add(MenuItem::new(fold).icon(icon).enabled(can_fold).first()).clicked() {
                asks = Some(ViewCommand::Fold);
            }
            saves |= ui.add(MenuItem::new(body.save).icon(Icon::Download)).clicked();
        });
    }
    if right.add(IconButton::new(Icon::Copy, words.copy).small()).clicked() {
        right.ctx().copy_text(text.text().to_owned());
    }
    if inner.width() >= TOOLS_FROM && right.add(IconButton::new(icon, fold).small().enabled(can_fold)).clicked() {
        asks = Some(ViewCommand::Fold);
    }
    let key = cx.key(UiCommand::Find);
    if right.add(IconButton::new(Icon::Search, body.find).small().key_if(key.as_deref())).clicked() {
        asks = Some(ViewCommand::Find);
    }
    if asks.is_some() {
        cx.memory.body_command = asks;
    }
    if saves {
        cx.act(Action::AskSaveMessage(tab.id, Direction::Received, 0));
    }
    right.min_rect().left() - 4.0
}

fn answer_text(call: &CallRecord) -> Option<&std::sync::Arc<TextLines>> {
    call.answer.as_ref()?.as_ref().ok()
}

/// The answer of a call that is no stream and did not fail.
pub(super) fn answer_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, call: &CallRecord) {
    let words = cx.words();
    let area = ui.max_rect();
    match &call.answer {
        Some(Ok(text)) => {
            let command = cx.memory.body_command.take();
            let view = CodeView::new(view_id(tab.id), words.response_body).command(command);
            text_ui(ui, cx, tab, view, (Direction::Received, 0), text);
        }
        Some(Err(why)) => {
            let mut pane = pane_at(ui, area.shrink(INSET), "undecodable");
            no_text_ui(&mut pane, cx, tab, (Direction::Received, 0), why);
        }
        None if call.answer_since().is_some() => {
            let mut pane = pane_at(ui, area.shrink(INSET), "decoding");
            formatting_ui(&mut pane, cx, tab, (Direction::Received, 0), call.answer_since());
        }
        None if call.is_running() => {
            let since = cx.now.saturating_duration_since(call.began);
            let mut pane = pane_at(ui, area.shrink(INSET), "waiting");
            if waiting_ui(&mut pane, words.waiting, since, words.cancel) {
                cx.act(Action::Cancel(tab.id));
            }
        }
        None => {
            let mut pane = pane_at(ui, area.shrink(INSET), "no message");
            ViewState::new(ViewKind::Empty(Icon::Braces), words.no_message, "").show(&mut pane);
        }
    }
}

/// A message whose text is being made: nothing at first, then progress, then a way to give it up.
pub(super) fn formatting_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    tab: &Tab,
    (direction, index): (Direction, u64),
    since: Option<Instant>,
) {
    let words = cx.words();
    let since = since.map_or(Duration::ZERO, |since| cx.now.saturating_duration_since(since));
    if waiting_ui(ui, words.decoding, since, words.cancel) {
        cx.act(Action::StopText(tab.id, direction, index));
    }
}

/// A message that has no text: why, and what can be done with it all the same.
pub(super) fn no_text_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, (direction, index): (Direction, u64), why: &NoText) {
    // In a low pane its ways on are scrolled to.
    let area = egui::ScrollArea::vertical().id_salt(("no text", tab.id.0)).auto_shrink([false, false]);
    area.show(ui, |ui| {
        let (words, body) = (cx.words(), cx.lang().body());
        let said = cx.lang().no_text(why);
        let is_given_up = *why == NoText::Stopped;
        let state = if is_given_up {
            ViewState::new(ViewKind::Empty(Icon::Braces), body.given_up, &said).action(body.show_it)
        } else {
            ViewState::new(ViewKind::Failed, words.undecodable, &said)
        };
        if state.show(ui) {
            cx.act(Action::ShowText(tab.id, direction, index));
        }
        if !matches!(why, NoText::Gone | NoText::Unreadable(_)) {
            ui.add_space(8.0);
            if ui.add(Button::secondary(body.save)).clicked() {
                cx.act(Action::AskSaveMessage(tab.id, direction, index));
            }
        }
        follow_focus(ui);
    });
}

/// The text of one message of a tab's call: its values are explained by the schema, and it can be saved.
pub(super) fn text_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    tab: &Tab,
    view: CodeView<'_>,
    (direction, index): (Direction, u64),
    text: &TextLines,
) {
    let schema = match &tab.prepared {
        Prepared::Ready(ready) => {
            let ty = if direction == Direction::Sent { &ready.input } else { &ready.output };
            ty.as_ref().map(|ty| (ty, &*ready.comments))
        }
        _ => None,
    };
    let lang = cx.lang();
    let path = |code: &TextLines, line| explain::path_of(schema.map(|(ty, _)| ty), code, line);
    let means = |code: &TextLines, line, on_key| explain::explain(lang, schema, code, line, on_key);
    let view = view
        .language(Language::Json)
        .lang(lang)
        .find_key(cx.key(UiCommand::Find))
        .explain(&means)
        .path(&path)
        .can_save();
    if view.show(ui, text).save {
        cx.act(Action::AskSaveMessage(tab.id, direction, index));
    }
}
