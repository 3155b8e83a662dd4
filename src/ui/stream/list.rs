//! The list of messages: only the rows in view, whatever their number.

use egui::{Event, Id, Ui};

use super::super::context::Cx;
use super::super::icons::Icon;
use super::super::theme::Tone;
use super::super::widgets::menu::{MenuItem, context_menu_ui};
use super::super::widgets::table::{Cell, Column, Table};
use super::super::widgets::view_state::{ViewKind, ViewState};
use crate::app::{Action, CallRecord, StreamAct, Tab};
use crate::engine::{Direction, MessageRow};
use crate::words::{Lang, format};

/// A narrower list has no column for sizes.
const SIZES_FROM: f32 = 430.0;
/// A lower list has no head.
const LOW: f32 = 120.0;
/// The width of a digit in data.
const DIGIT: f32 = 7.5;
/// The longest size: `999.9 kB`.
const SIZE: f32 = 8.0 * DIGIT;

pub(super) fn list_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, call: &CallRecord) {
    let words = cx.words();
    let lang = cx.lang();
    let own = lang.streams();
    let total = call.listed();
    if total == 0 {
        ui.add_space((ui.available_height() * 0.2).round());
        let said = if call.is_running() { own.no_match_hint } else { "" };
        ViewState::new(ViewKind::Empty(Icon::Funnel), own.no_match, said).centered().show(ui);
        return;
    }
    let has_sizes = ui.available_width() >= SIZES_FROM;
    let digits = format::count(call.sent.max(call.received)).len() as f32;
    let longest = format::stream_time(call.until(cx.now).saturating_duration_since(call.began)).len() as f32;
    let mut columns = vec![
        Column::new("", 14.0),
        Column::new(words.number, (digits * DIGIT).max(44.0).ceil()).right(),
        Column::new(words.time, (longest * DIGIT).max(68.0).ceil()).right(),
    ];
    if has_sizes {
        columns.push(Column::new(words.size, SIZE).right());
    }
    columns.push(Column::rest(words.message));
    let count = usize::try_from(total).unwrap_or(usize::MAX);
    let is_shown = |row: &MessageRow| {
        call.shown.as_ref().is_some_and(|shown| shown.direction == row.direction && shown.index == row.index)
    };
    let shown = call.shown.as_ref().and_then(|shown| call.list.rows.place_of(shown.direction, shown.index));
    let chosen = call.list.cursor.or(shown).and_then(|place| usize::try_from(place).ok());
    // In a low pane rows say more than the names of their columns.
    let is_low = ui.available_height() < LOW;
    let table = Table::new(Id::unique(("messages", call.id.0)), words.message_list, &columns).dense();
    let response = if is_low { table.headless() } else { table }
        .chosen(chosen)
        .follow_tail(tab.follow_tail && call.list.paused_at.is_none())
        .show_long(ui, count, |place| match call.list.rows.get(place as u64) {
            Some(row) => cells(lang, call, row, has_sizes),
            None => vec![Cell::default(), Cell::default(), Cell::default(), Cell::absent(), Cell::absent()]
                .into_iter()
                .skip(usize::from(!has_sizes))
                .collect(),
        });
    cx.memory.list_has_focus = response.has_focus;
    let copies = response.has_focus && ui.input(|input| input.events.iter().any(|event| matches!(event, Event::Copy)));
    if let Some(place) = chosen.filter(|_| copies) {
        cx.act(Action::Stream(tab.id, StreamAct::CopyOne(place as u64)));
    }
    if let Some((place, row)) = &response.table.menu {
        let place = *place as u64;
        let sent = call.list.rows.get(place).filter(|row| row.direction == Direction::Sent).map(|row| row.index);
        let act = context_menu_ui(row, 240.0, |ui| {
            let mut act = None;
            if ui.add(MenuItem::new(cx.words().open).key("⏎").first()).clicked() {
                act = Some(StreamAct::Open(place));
            }
            if ui.add(MenuItem::new(own.copy_json).icon(Icon::Copy).key("Ctrl C")).clicked() {
                act = Some(StreamAct::CopyOne(place));
            }
            if let Some(index) = sent.filter(|_| tab.shape.0)
                && ui.add(MenuItem::new(own.take_back).icon(Icon::Undo2)).clicked()
            {
                act = Some(StreamAct::TakeBack(index));
            }
            act
        });
        if let Some(act) = act.flatten() {
            cx.act(Action::Stream(tab.id, act));
            return;
        }
    }
    let (from, to) = (response.visible.start as u64, response.visible.end as u64);
    if call.list.rows.missing(from..to, call.list_total()).is_some() {
        cx.act(Action::Stream(tab.id, StreamAct::Want { of_sent: false, from, to }));
    }
    if let Some(place) = response.table.opened {
        cx.act(Action::Stream(tab.id, StreamAct::Open(place as u64)));
    } else if let Some(place) = response.table.chosen {
        let place = place as u64;
        let is_open = call.list.rows.get(place).is_some_and(is_shown);
        if response.table.clicked && !is_open {
            cx.act(Action::Stream(tab.id, StreamAct::Open(place)));
        } else {
            cx.act(Action::Stream(tab.id, StreamAct::Choose(place)));
        }
    }
    // A paused list has an end of its own.
    if let Some(follow) = response.followed
        && call.list.paused_at.is_none()
        && (call.is_running() || !follow)
        && follow != tab.follow_tail
    {
        cx.act(Action::FollowTail(tab.id, follow));
    }
}

/// The beginning of a message's JSON, or why it has none.
pub(super) fn preview_cell(lang: Lang, row: &MessageRow) -> Cell {
    match &row.fault {
        Some(fault) => Cell::new(lang.misfit_under(fault)).soft().elide_end(),
        None => Cell::mono(row.preview.clone()).soft().elide_end(),
    }
}

fn cells(lang: Lang, call: &CallRecord, row: &MessageRow, has_sizes: bool) -> Vec<Cell> {
    let words = lang.words();
    let arrow = match row.direction {
        Direction::Sent => Cell::sign(Icon::ArrowRight, words.sent).tone(Tone::Accent),
        Direction::Received => Cell::sign(Icon::ArrowLeft, words.received).tone(Tone::Ok),
    };
    let time = row.at.saturating_duration_since(call.began);
    let mut cells = vec![arrow, Cell::mono(format::count(row.index + 1)), Cell::mono(format::stream_time(time)).soft()];
    if has_sizes {
        cells.push(Cell::mono(format::bytes(row.size)).soft());
    }
    cells.push(preview_cell(lang, row));
    cells
}
