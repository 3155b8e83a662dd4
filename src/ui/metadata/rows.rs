//! A list of rows with a blank one at its end.

use egui::{Event, Id, Rect, Ui, vec2};

use super::row::{RowWidths, row_ui};
use crate::app::{MetadataRow, RowsOf, pasted_rows};
use crate::ui::context::{Cx, row_at};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::suggest::{Suggest, Suggestion};

const KEYS: f32 = 164.0;
const NARROW_KEYS: f32 = 116.0;

/// Where rows stand.
pub(in crate::ui) struct RowsPlace<'a> {
    /// Whose they are.
    pub(in crate::ui) of: RowsOf,
    /// The target's address.
    pub(in crate::ui) address: String,
    /// Rows that win over these.
    pub(in crate::ui) overriding: &'a [MetadataRow],
    /// A row can go from the request to its target and back.
    pub(in crate::ui) moves: bool,
}

/// What is asked of the state besides changed rows.
pub(in crate::ui) enum RowsAsk {
    /// One more, with key and value.
    Add(String, String),
    /// Pasted text becomes rows, behind this one or at the end.
    Paste(Option<u64>, String),
    /// To the target, or back.
    Move(u64),
}

/// Shows the rows and changes them.
pub(in crate::ui) fn rows_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    place: &RowsPlace<'_>,
    rows: &mut Vec<MetadataRow>,
) -> Vec<RowsAsk> {
    let mut asks = Vec::new();
    let keys = if ui.available_width() < 420.0 { NARROW_KEYS } else { KEYS };
    let widths = RowWidths { keys };
    let mut removed = None;
    let last = rows.last().map(|row| row.id);
    for row in rows.iter_mut() {
        let ids = [key_id(row.id), value_id(row.id)];
        let text = pasted_text(ui, |text| is_for_rows(ui, ids, text));
        if let Some(text) = text {
            asks.push(RowsAsk::Paste(Some(row.id), text));
        }
        let is_new = last == Some(row.id) && cx.memory.takes_new_row(&place.of, row.id);
        let done = row_ui(ui, cx, place, row, &widths, is_new);
        if done.removed {
            removed = Some(row.id);
        }
        if done.moved {
            asks.push(RowsAsk::Move(row.id));
        }
    }
    rows.retain(|row| Some(row.id) != removed);
    blank_ui(ui, cx, place, rows.len(), keys, &mut asks);
    asks
}

pub(super) fn key_id(row: u64) -> Id {
    Id::unique(("metadata key", row))
}

pub(super) fn value_id(row: u64) -> Id {
    Id::unique(("metadata value", row))
}

/// A line of 34 across the room there is.
pub(super) fn next_line(ui: &mut Ui) -> Rect {
    ui.allocate_exact_size(vec2(ui.available_width(), 34.0), egui::Sense::hover()).0
}

/// A blank row, so that typing is enough.
fn blank_ui(ui: &mut Ui, cx: &mut Cx<'_>, place: &RowsPlace<'_>, count: usize, keys: f32, asks: &mut Vec<RowsAsk>) {
    let words = cx.words();
    let rect = next_line(ui);
    let mut line = row_at(ui, rect, ("blank row", &place.of));
    line.spacing_mut().item_spacing.x = 8.0;
    line.add_space(24.0);
    let (key_id, value_id) =
        (Id::unique(("blank key", &place.of, count)), Id::unique(("blank value", &place.of, count)));
    if let Some(text) = pasted_text(ui, |text| is_for_rows(ui, [key_id, value_id], text)) {
        asks.push(RowsAsk::Paste(None, text));
    }
    let (mut key, mut value) = (String::new(), String::new());
    let wanted = Suggest::is_wanted(&line, key_id);
    let suggestions = if wanted { suggestions(cx, &place.address, "") } else { Vec::new() };
    let suggest = Suggest::before(&line, key_id, suggestions.len());
    let field = Field::new(key_id, &mut key, words.key).placeholder(words.key).mono().width(keys);
    let response = field.show(&mut line);
    let taken = suggest.after(&line, &response, false, cx.lang().requests().common_keys, &suggestions);
    // The row that takes its place has an eye and a menu.
    let width = (line.available_width() - 64.0).max(60.0);
    let of_value =
        Field::new(value_id, &mut value, words.value).placeholder(words.value).mono().width(width).show(&mut line);
    if let Some(taken) = taken.and_then(|at| suggestions.get(at)) {
        asks.push(RowsAsk::Add(taken.text.clone(), String::new()));
        cx.await_new_row(&place.of);
        cx.memory.focus_new_value = true;
    } else if response.changed() && !key.is_empty() {
        asks.push(RowsAsk::Add(key, String::new()));
        cx.await_new_row(&place.of);
    } else if of_value.changed() && !value.is_empty() {
        asks.push(RowsAsk::Add(String::new(), value));
        cx.await_new_row(&place.of);
        cx.memory.focus_new_value = true;
    }
}

/// Keys that begin with, or hold, what was typed: those that this target's requests have, then common ones.
pub(super) fn suggestions(cx: &Cx<'_>, address: &str, typed: &str) -> Vec<Suggestion> {
    let typed = typed.trim().to_ascii_lowercase();
    cx.app
        .known_keys(address)
        .into_iter()
        .filter(|key| *key != typed && key.contains(&typed))
        .map(|text| Suggestion { text, ..Suggestion::default() })
        .collect()
}

/// Pasted text that `takes` wants; it is then seen by no field.
pub(super) fn pasted_text(ui: &Ui, takes: impl Fn(&str) -> bool) -> Option<String> {
    // `takes` may look at the screen's memory, so nothing may be held while it does.
    let pasted: Vec<(usize, String)> = ui.input(|input| {
        let text = |(at, event): (usize, &Event)| match event {
            Event::Paste(text) => Some((at, text.clone())),
            _ => None,
        };
        input.events.iter().enumerate().filter_map(text).collect()
    });
    let (at, text) = pasted.into_iter().find(|(_, text)| takes(text))?;
    ui.input_mut(|input| input.events.remove(at));
    Some(text)
}

/// Several rows, or one with its key and value into the field of a key.
fn is_for_rows(ui: &Ui, [key, value]: [Id; 2], text: &str) -> bool {
    let Some(focused) = ui.memory(egui::Memory::focused).filter(|id| *id == key || *id == value) else { return false };
    match pasted_rows(text).as_slice() {
        [] => false,
        [(_, value)] => focused == key && !value.is_empty(),
        _ => true,
    }
}
