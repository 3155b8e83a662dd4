//! The messages of a stream: a list of both directions, and one of them in full.

use egui::{Id, Ui, vec2};

use super::body;
use super::context::{Cx, pane_at};
use super::icons::Icon;
use super::theme::Tone;
use super::theme::measure::INSET;
use super::widgets::button::IconButton;
use super::widgets::code_view::CodeView;
use super::widgets::heading::section_head_ui;
use super::widgets::splitter::{SplitAxis, SplitRange, split, splitter_ui};
use super::widgets::table::{Cell, Column, Table};
use super::widgets::text::Line;
use super::widgets::view_state::{ViewKind, ViewState};
use crate::app::{Action, CallRecord, ShownMessage, Tab};
use crate::engine::{Direction, MessageRow};
use crate::words::format;

pub(super) fn stream_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, call: &CallRecord) {
    let words = cx.words();
    if call.rows.is_empty() {
        ui.add_space((ui.available_height() * 0.2).round());
        let title = if call.is_running() { words.no_messages } else { words.no_message };
        let said = if call.is_running() { words.no_messages_hint } else { "" };
        ViewState::new(ViewKind::Empty(Icon::List), title, said).centered().show(ui);
        return;
    }
    let area = ui.max_rect();
    let Some(shown) = &call.shown else {
        list_ui(ui, cx, tab, call);
        return;
    };
    let range = SplitRange { first_min: 82.0, second_min: 90.0, rest: 0.62 };
    let (list, whole) = split(area, SplitAxis::Rows, cx.memory.list_share, range);
    let mut pane = pane_at(ui, list, "list");
    list_ui(&mut pane, cx, tab, call);
    let mut pane = pane_at(ui, whole, "one");
    message_ui(&mut pane, cx, tab, call, shown);
    let share = &mut cx.memory.list_share;
    splitter_ui(ui, Id::unique("message edge"), words.message_edge, area, SplitAxis::Rows, share, range);
}

fn list_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, call: &CallRecord) {
    let words = cx.words();
    if call.dropped_rows > 0 {
        let said = cx.lang().rows_dropped(call.dropped_rows);
        ui.horizontal(|ui| {
            ui.add_space(INSET);
            ui.add(Line::hint(&said).height(24.0));
        });
    }
    let columns = [
        Column::new("", 14.0),
        Column::new(words.number, 44.0).right(),
        Column::new(words.time, 68.0).right(),
        Column::new(words.size, 52.0).right(),
        Column::rest(words.message),
    ];
    let chosen = call.shown.as_ref().and_then(|shown| call.row_of(shown.direction, shown.index));
    let table = Table::new(Id::unique(("messages", call.id.0)), words.message_list, &columns)
        .dense()
        .chosen(chosen)
        .follow_tail(tab.follow_tail);
    let response =
        table.show(ui, call.rows.len(), |index| call.rows.get(index).map(|row| cells(call, row)).unwrap_or_default());
    if let Some(row) = response.chosen.or(response.opened).and_then(|index| call.rows.get(index)) {
        cx.act(Action::ShowMessage(tab.id, row.direction, row.index));
    }
}

fn cells(call: &CallRecord, row: &MessageRow) -> Vec<Cell> {
    let (arrow, tone) = match row.direction {
        Direction::Sent => ("→", Tone::Accent),
        Direction::Received => ("←", Tone::Ok),
    };
    let time = row.at.saturating_duration_since(call.began);
    vec![
        Cell::new(arrow).tone(tone),
        Cell::mono(format::count(row.index + 1)),
        Cell::mono(format::stream_time(time)).soft(),
        Cell::mono(format::bytes(row.size)).soft(),
        Cell::mono(row.preview.clone()).elide_end(),
    ]
}

fn message_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, call: &CallRecord, shown: &ShownMessage) {
    let words = cx.words();
    let row = call.row_of(shown.direction, shown.index).and_then(|index| call.rows.get(index));
    let title = cx.lang().message_number(shown.index + 1);
    let side = match shown.direction {
        Direction::Sent => words.sent,
        Direction::Received => words.received,
    };
    let note = row.map_or_else(
        || side.to_owned(),
        |row| {
            let time = format::stream_time(row.at.saturating_duration_since(call.began));
            let wire = if row.compressed { format::bytes(row.wire_size) } else { words.not_compressed.to_owned() };
            format!("{side} · {time} · {} · {wire}", format::bytes(row.size))
        },
    );
    let text = shown.text.as_ref().and_then(|text| text.as_ref().ok());
    let act = section_head_ui(ui, &title, &note, 36.0, |ui| {
        ui.spacing_mut().item_spacing = vec2(4.0, 0.0);
        let mut act = None;
        // From the right.
        if ui.add(IconButton::new(Icon::X, words.close_message).small()).clicked() {
            act = Some(Action::HideMessage(tab.id));
        }
        if ui.add(IconButton::new(Icon::Copy, words.copy).small().enabled(text.is_some())).clicked()
            && let Some(text) = text
        {
            ui.ctx().copy_text(text.text().to_owned());
        }
        if ui.add(IconButton::new(Icon::ChevronDown, words.next_message).small()).clicked() {
            act = Some(Action::StepMessage(tab.id, 1));
        }
        if ui.add(IconButton::new(Icon::ChevronUp, words.previous_message).small()).clicked() {
            act = Some(Action::StepMessage(tab.id, -1));
        }
        act
    });
    if let Some(act) = act {
        cx.act(act);
    }
    match &shown.text {
        Some(Ok(text)) => {
            let id = Id::unique(("one message", tab.id.0));
            let view = CodeView::new(id, words.response_body);
            body::text_ui(ui, cx, tab, view, (shown.direction, shown.index), text);
        }
        Some(Err(why)) => {
            let mut pane = pane_at(ui, ui.available_rect_before_wrap().shrink(INSET), "undecodable message");
            ViewState::new(ViewKind::Failed, words.undecodable, why).show(&mut pane);
        }
        None => {}
    }
}
