//! Metadata rows, and what is added by itself.

use egui::{Id, Rect, Ui, pos2, vec2};

use super::context::{Cx, pane_at, row_at, row_from_right};
use super::fonts;
use super::icons::Icon;
use super::lists::metadata_rows_ui;
use super::theme::measure::{INSET, TABS};
use super::theme::tokens;
use super::widgets::button::{Button, IconButton};
use super::widgets::field::Field;
use super::widgets::heading::section_head_ui;
use super::widgets::shared::line_below;
use super::widgets::switches::check_box_ui;
use super::widgets::text::{Line, paragraph_ui};
use crate::app::{Action, LockMeaning, MetadataRow, RowCheck, Tab};
use crate::secret::Secret;

const KEYS: f32 = 164.0;

pub(super) fn metadata_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab) {
    let words = cx.words();
    let t = tokens(ui);
    let whole = ui.max_rect();
    let line = Rect::from_min_size(whole.min, vec2(whole.width(), TABS));
    line_below(ui.painter(), line, t.line);
    let inner = line.shrink2(vec2(INSET, 0.0));
    let mut right = row_from_right(ui, inner, "metadata right");
    if right.add(Button::ghost(words.add_row).icon(Icon::Plus).small()).clicked() {
        cx.act(Action::AddMetadata(tab.id, String::new(), String::new()));
    }
    let room = right.min_rect().left() - inner.left() - 8.0;
    let mut left = row_at(ui, inner, "metadata line");
    left.add(Line::new(words.metadata_line).color(t.text2).elide(super::widgets::text::Elide::End).max_width(room));
    let rest = Rect::from_min_max(pos2(whole.left(), line.bottom()), whole.max);
    let mut pane = pane_at(ui, rest, "metadata rows");
    egui::ScrollArea::vertical().id_salt("metadata").auto_shrink([false, false]).show(&mut pane, |ui| {
        egui::Frame::new().inner_margin(egui::Margin { left: 12, right: 12, top: 9, bottom: 12 }).show(ui, |ui| {
            rows_ui(ui, cx, tab);
        });
        added_ui(ui, cx, tab);
    });
}

fn rows_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab) {
    let words = cx.words();
    let t = tokens(ui);
    let mut rows = tab.metadata.clone();
    let mut removed = None;
    let narrow = ui.available_width() < 420.0;
    let keys = if narrow { 116.0 } else { KEYS };
    for row in &mut rows {
        if row_ui(ui, cx, tab, row, keys) {
            removed = Some(row.id);
        }
    }
    rows.retain(|row| Some(row.id) != removed);
    if rows != tab.metadata {
        cx.act(Action::SetMetadata(tab.id, rows));
    }
    // A blank row, so that typing is enough.
    let rect = next_row(ui);
    let mut line = row_at(ui, rect, "blank row");
    line.spacing_mut().item_spacing.x = 8.0;
    line.add_space(24.0);
    let mut key = String::new();
    let blank = tab.metadata.len();
    let response = Field::new(Id::unique(("blank key", tab.id.0, blank)), &mut key, words.key)
        .placeholder(words.key)
        .mono()
        .width(keys)
        .show(&mut line);
    if response.changed() && !key.is_empty() {
        cx.act(Action::AddMetadata(tab.id, key, String::new()));
        // The row that takes its place gets the focus; its id is given by the state, so the next frame looks for it.
        cx.memory.focus_new_row = true;
    }
    ui.add_space(8.0);
    let hint = Rect::from_min_size(ui.cursor().min + vec2(24.0, 0.0), vec2(ui.available_width() - 24.0, 36.0));
    let mut pane = pane_at(ui, hint, "metadata hint");
    paragraph_ui(&mut pane, words.metadata_hint, fonts::hint(), t.text3, 18.0);
    ui.add_space(pane.min_rect().height());
}

fn next_row(ui: &mut Ui) -> Rect {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 34.0), egui::Sense::hover());
    rect
}

/// One row; returns whether it is to go.
fn row_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, row: &mut MetadataRow, keys: f32) -> bool {
    let words = cx.words();
    let check = row.check();
    let is_refused = matches!(check, RowCheck::Refused(_));
    let rect = next_row(ui);
    let mut line = row_at(ui, rect, ("metadata row", row.id));
    line.spacing_mut().item_spacing.x = 8.0;
    check_box_ui(&mut line, &mut row.on, words.row_on, false);
    let key_id = Id::unique(("metadata key", row.id));
    let field = Field::new(key_id, &mut row.key, words.key)
        .placeholder(words.key)
        .mono()
        .enabled(row.on)
        .error(is_refused.then_some(""))
        .width(keys);
    let response = field.show(&mut line);
    let is_last = tab.metadata.last().is_some_and(|last| last.id == row.id);
    if is_last && std::mem::take(&mut cx.memory.focus_new_row) {
        response.request_focus();
        // What was typed into the blank row is kept; the caret goes behind it.
        let end = egui::text::CCursor::new(row.key.chars().count());
        let mut state = egui::text_edit::TextEditState::load(line.ctx(), key_id).unwrap_or_default();
        state.cursor.set_char_range(Some(egui::text::CCursorRange::one(end)));
        state.store(line.ctx(), key_id);
    }
    let is_secret = row.secret;
    let buttons = if is_secret { 24.0 + 8.0 + 24.0 + 8.0 } else { 24.0 + 8.0 };
    let fact = match &check {
        RowCheck::Refused(_) => words.not_sent.to_owned(),
        RowCheck::Sent { binary: Some(count) } => cx.lang().base64_bytes(*count),
        RowCheck::Missing => words.type_again.to_owned(),
        _ => String::new(),
    };
    let mut value = row.value.reveal().to_owned();
    let width = (line.available_width() - buttons).max(60.0);
    let mut field = Field::new(Id::unique(("metadata value", row.id)), &mut value, words.value)
        .placeholder(words.value)
        .mono()
        .enabled(row.on)
        .password(is_secret && !row.revealed)
        .width(width);
    if !fact.is_empty() {
        field = field.trailing(&fact);
    }
    if is_refused {
        field = field.trailing_color(tokens(&line).error);
    } else if check == RowCheck::Missing {
        field = field.trailing_color(tokens(&line).warn);
    }
    if field.show(&mut line).changed() {
        row.value = Secret::new(value);
    }
    if is_secret {
        let (icon, name) = if row.revealed { (Icon::EyeOff, words.hide_value) } else { (Icon::Eye, words.show_value) };
        if line.add(IconButton::new(icon, name).small()).clicked() {
            row.revealed = !row.revealed;
        }
    }
    let removed = line.add(IconButton::new(Icon::X, words.remove_row).small()).clicked();
    let t = tokens(ui);
    let reason = match &check {
        RowCheck::Refused(error) => Some((cx.lang().metadata_error(error), t.error)),
        RowCheck::Missing => Some((words.type_again_hint.to_owned(), t.warn)),
        RowCheck::Sent { .. } if is_secret && cx.app.lock(&tab.address) == LockMeaning::Plaintext => {
            Some((words.secret_plaintext.to_owned(), t.warn))
        }
        _ => None,
    };
    if let Some((reason, color)) = reason {
        let place = Rect::from_min_size(ui.cursor().min + vec2(24.0, 0.0), vec2(ui.available_width() - 24.0, 40.0));
        let mut pane = pane_at(ui, place, ("reason", row.id));
        paragraph_ui(&mut pane, &reason, fonts::hint(), color, 18.0);
        ui.add_space(pane.min_rect().height() + 4.0);
    }
    removed
}

/// What the newest call carried besides.
fn added_ui(ui: &mut Ui, cx: &Cx<'_>, tab: &Tab) {
    let Some(headers) = tab.call.as_ref().and_then(|call| call.request_headers.as_ref()) else { return };
    let own: Vec<String> = tab.metadata.iter().map(|row| row.key.trim().to_ascii_lowercase()).collect();
    let added: Vec<_> = headers.metadata.iter().filter(|(key, _)| !own.contains(key)).cloned().collect();
    if added.is_empty() {
        return;
    }
    ui.add_space(12.0);
    let note = cx.lang().keys(added.len());
    section_head_ui(ui, cx.words().added_title, &note, 32.0, |_| ());
    metadata_rows_ui(ui, cx, &added, ("added", 0));
}
