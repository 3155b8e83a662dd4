//! What can be sent into a stream of the client's, what was sent so far, and how our side ends.

use egui::{Id, Rect, Stroke, Ui, pos2, vec2};

use super::super::context::{Cx, pane_at, row_at};
use super::super::fonts;
use super::super::icons::Icon;
use super::super::theme::Tone;
use super::super::theme::measure::{INSET, ROW, SECTION_HEAD};
use super::super::theme::tokens;
use super::super::widgets::button::{Button, IconButton};
use super::super::widgets::heading::section_head_ui;
use super::super::widgets::table::{Cell, Column, Table};
use super::super::widgets::text::{self, Elide, Line, paragraph_ui};
use super::super::widgets::tooltip::tooltip_ui;
use super::list::preview_cell;
use crate::app::{Action, CallRecord, StreamAct, Tab};
use crate::words::format;

/// Rows of what was sent that are in view.
const ROWS: u64 = 4;
/// The room that the editor keeps.
const EDITOR: f32 = 150.0;
/// One row of buttons with its insets.
const ONE_ROW: f32 = 52.0;
/// Two rows of them.
const TWO_ROWS: f32 = 88.0;

/// The button that takes a message back.
const BACK: f32 = 24.0;

/// The buttons' widths with gaps, and whether the words of half-close fit beside them.
fn is_one_row(ui: &Ui, cx: &Cx<'_>, width: f32) -> bool {
    let words = cx.words();
    let buttons: f32 = [
        Button::primary(words.send_message).key("Ctrl ⏎").width(ui),
        Button::secondary(words.send_list).width(ui),
        Button::secondary(words.half_close).width(ui),
    ]
    .iter()
    .sum();
    buttons + 24.0 + text::width(ui.painter(), words.half_close_hint, fonts::body()) <= width - 2.0 * INSET
}

fn is_writable(tab: &Tab) -> bool {
    tab.call.as_ref().is_some_and(CallRecord::takes_messages)
}

/// What was sent, if there is room to list it: how many rows.
fn sent_rows(tab: &Tab, room: f32) -> Option<u64> {
    let sent = tab.call.as_ref().map(|call| call.sent).filter(|sent| *sent > 0)?;
    let rows = sent.min(ROWS);
    (room - EDITOR >= ONE_ROW + SECTION_HEAD + ROW * rows as f32).then_some(rows)
}

/// How high the composer is in a pane of this size.
pub(in crate::ui) fn composer_height(ui: &Ui, cx: &Cx<'_>, tab: &Tab, pane: Rect) -> f32 {
    let buttons = if is_writable(tab) && !is_one_row(ui, cx, pane.width()) { TWO_ROWS } else { ONE_ROW };
    let sent = sent_rows(tab, pane.height()).map_or(0.0, |rows| SECTION_HEAD + ROW * rows as f32);
    buttons + sent
}

pub(in crate::ui) fn composer_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, bar: Rect, pane: Rect) {
    let t = tokens(ui);
    ui.painter().hline(bar.x_range(), bar.top() + 0.5, Stroke::new(1.0, t.line));
    let mut buttons = bar;
    if let (Some(rows), Some(call)) = (sent_rows(tab, pane.height()), &tab.call) {
        let height = SECTION_HEAD + ROW * rows as f32;
        let (list, rest) = bar.split_top_bottom_at_y(bar.top() + height);
        buttons = rest;
        let mut list = pane_at(ui, list, "sent");
        sent_ui(&mut list, cx, tab, call);
    }
    buttons_ui(ui, cx, tab, buttons);
}

fn buttons_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, bar: Rect) {
    let t = tokens(ui);
    let words = cx.words();
    let first = Rect::from_min_size(bar.min + vec2(INSET, 12.0), vec2(bar.width() - 2.0 * INSET, 28.0));
    let mut row = row_at(ui, first, "composer");
    row.spacing_mut().item_spacing.x = 8.0;
    let Some(call) = tab.call.as_ref().filter(|call| call.is_running()) else {
        if text::width(row.painter(), words.streams_hint, fonts::body()) <= row.available_width() {
            row.add(Line::new(words.streams_hint).color(t.text3));
            return;
        }
        let mut pane = pane_at(ui, first.expand2(vec2(0.0, 5.0)), "streams hint");
        paragraph_ui(&mut pane, words.streams_hint, fonts::body(), t.text3, 18.0);
        return;
    };
    if !call.takes_messages() {
        row.add(Line::new(words.half_closed).color(t.text3));
        return;
    }
    let fits = tab.error().is_none();
    if row.add(Button::primary(words.send_message).key("Ctrl ⏎").enabled(fits)).clicked() {
        cx.act(Action::Send(tab.id));
    }
    if row.add(Button::secondary(words.send_list)).clicked() {
        cx.act(Action::WriteList(tab.id, Some(String::new())));
    }
    let one_row = is_one_row(&row, cx, bar.width());
    let mut second = None;
    if !one_row {
        second = Some(row_at(ui, first.translate(vec2(0.0, 36.0)), "composer end"));
    }
    let row = second.as_mut().unwrap_or(&mut row);
    row.spacing_mut().item_spacing.x = 8.0;
    let response = row.add(Button::secondary(words.half_close));
    tooltip_ui(&response, words.half_close_hint, None);
    if response.clicked() {
        cx.act(Action::HalfClose(tab.id));
    }
    row.add(Line::new(words.half_close_hint).color(t.text3).elide(Elide::End));
}

/// What was sent, the newest first.
fn sent_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, call: &CallRecord) {
    let words = cx.words();
    let own = cx.lang().streams();
    let note = cx.lang().messages_and_bytes(call.sent, call.sent_bytes);
    section_head_ui(ui, words.sent, &note, SECTION_HEAD, |_| ());
    let digits = format::count(call.sent).len() as f32;
    // The last column is the button's.
    let columns = [
        Column::new("", 14.0),
        Column::new("", (digits * 7.5).max(20.0).ceil()).right(),
        Column::rest(""),
        Column::new("", BACK),
    ];
    let room = ui.available_rect_before_wrap();
    let count = usize::try_from(call.sent).unwrap_or(usize::MAX);
    let index_of = |row: usize| (count - 1 - row) as u64;
    let cells = |row: usize| {
        let index = index_of(row);
        let preview = match call.sent_list.get(index) {
            Some(row) => preview_cell(cx.lang(), row),
            None => Cell::absent(),
        };
        vec![
            Cell::sign(Icon::ArrowRight, words.sent).tone(Tone::Accent),
            Cell::mono(format::count(index + 1)).soft(),
            preview,
            Cell::default(),
        ]
    };
    let mut list = pane_at(ui, room, "sent rows");
    let table = Table::new(Id::unique(("sent", call.id.0)), own.sent_messages, &columns).dense().headless();
    let chosen = cx.memory.sent_chosen.filter(|(id, _)| *id == call.id.0).map(|(_, row)| row);
    let response = table.chosen(chosen).show_long(&mut list, count, cells);
    if let Some(row) = response.table.chosen {
        cx.memory.sent_chosen = Some((call.id.0, row));
    }
    if let Some(row) = response.table.opened {
        cx.act(Action::Stream(tab.id, StreamAct::TakeBack(index_of(row))));
    }
    for (place, row) in response.visible.clone().enumerate() {
        let middle = response.top + ROW * (place as f32 + 0.5);
        let button = Rect::from_center_size(pos2(room.right() - INSET - BACK / 2.0, middle), vec2(BACK, BACK));
        let mut at = row_at(ui, button, ("take back", row));
        at.set_clip_rect(room.intersect(ui.clip_rect()));
        if at.add(IconButton::new(Icon::Undo2, own.take_back).small()).clicked() {
            cx.act(Action::Stream(tab.id, StreamAct::TakeBack(index_of(row))));
        }
    }
    if !response.visible.is_empty() {
        let (from, to) = (index_of(response.visible.end - 1), index_of(response.visible.start) + 1);
        if call.sent_list.missing(from..to, call.sent).is_some() {
            cx.act(Action::Stream(tab.id, StreamAct::Want { of_sent: true, from, to }));
        }
    }
}
