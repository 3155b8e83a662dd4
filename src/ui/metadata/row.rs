//! One row: switch, key, value, eye, menu, and what is to be said of it.

use egui::{Rect, Ui, vec2};

use super::rows::{RowsPlace, key_id, next_line, suggestions, value_id};
use crate::app::{LockMeaning, MetadataRow, Notation, RowCheck, RowsOf, is_secret_by_rule, overrides};
use crate::call::MetadataError;
use crate::secret::Secret;
use crate::ui::context::{Cx, pane_at, row_at};
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::tokens;
use crate::ui::widgets::button::IconButton;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::menu::{MenuItem, menu_line_ui, menu_ui};
use crate::ui::widgets::suggest::Suggest;
use crate::ui::widgets::switches::check_box_ui;
use crate::ui::widgets::text::paragraph_ui;

const MENU: f32 = 330.0;

/// Widths that all rows share.
pub(super) struct RowWidths {
    pub(super) keys: f32,
}

/// What was asked of a row.
#[derive(Default)]
pub(super) struct RowDone {
    pub(super) removed: bool,
    pub(super) moved: bool,
}

/// What is said of a row: a fact in its value, and a reason below.
struct Said {
    fact: String,
    color: egui::Color32,
    reason: Option<(String, egui::Color32)>,
    key_is_wrong: bool,
    value_is_wrong: bool,
}

pub(super) fn row_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    place: &RowsPlace<'_>,
    row: &mut MetadataRow,
    widths: &RowWidths,
    is_new: bool,
) -> RowDone {
    let words = cx.words();
    let said = said(ui, cx, place, row);
    let rect = next_line(ui);
    let mut line = row_at(ui, rect, ("metadata row", row.id));
    line.spacing_mut().item_spacing.x = 8.0;
    check_box_ui(&mut line, &mut row.on, words.row_on, false);
    key_ui(&mut line, cx, place, row, widths, &said, is_new);
    let is_secret = row.secret;
    let buttons = if is_secret { 3.0 * 32.0 } else { 2.0 * 32.0 };
    let mut value = row.value.reveal().to_owned();
    let width = (line.available_width() - buttons).max(60.0);
    let mut field = Field::new(value_id(row.id), &mut value, words.value)
        .placeholder(words.value)
        .mono()
        .enabled(row.on)
        .password(is_secret && !row.revealed)
        .error(said.value_is_wrong.then_some(""))
        .width(width);
    if !said.fact.is_empty() {
        field = field.trailing(&said.fact).trailing_color(said.color);
    }
    let response = field.show(&mut line);
    if response.changed() {
        row.value = Secret::new(value);
    }
    if is_new && std::mem::take(&mut cx.memory.focus_new_value) {
        focus_end(&response, value_id(row.id), row.value.reveal());
    }
    if is_secret {
        let (icon, name) = if row.revealed { (Icon::EyeOff, words.hide_value) } else { (Icon::Eye, words.show_value) };
        if line.add(IconButton::new(icon, name).small()).clicked() {
            row.revealed = !row.revealed;
        }
    }
    let mut done = RowDone::default();
    menu_of_row_ui(&mut line, cx, place, row, &mut done);
    done.removed = line.add(IconButton::new(Icon::X, words.remove_row).small()).clicked();
    if let Some((reason, color)) = said.reason {
        let place = Rect::from_min_size(ui.cursor().min + vec2(24.0, 0.0), vec2(ui.available_width() - 24.0, 400.0));
        let mut pane = pane_at(ui, place, ("reason", row.id));
        paragraph_ui(&mut pane, &reason, fonts::hint(), color, 18.0);
        let height = pane.min_rect().height();
        ui.allocate_space(vec2(1.0, height + 4.0));
    }
    done
}

fn key_ui(
    line: &mut Ui,
    cx: &mut Cx<'_>,
    place: &RowsPlace<'_>,
    row: &mut MetadataRow,
    widths: &RowWidths,
    said: &Said,
    is_new: bool,
) {
    let words = cx.words();
    let id = key_id(row.id);
    let wanted = is_new || Suggest::is_wanted(line, id);
    let suggestions = if wanted { suggestions(cx, &place.address, &row.key) } else { Vec::new() };
    let suggest = Suggest::before(line, id, suggestions.len());
    let response = Field::new(id, &mut row.key, words.key)
        .placeholder(words.key)
        .mono()
        .enabled(row.on)
        .error(said.key_is_wrong.then_some(""))
        .width(widths.keys)
        .show(line);
    let takes_focus = is_new && !cx.memory.focus_new_value;
    if takes_focus {
        focus_end(&response, id, &row.key);
    }
    // What was typed into the blank row goes on here, and so does its list.
    let opens = takes_focus && !row.key.is_empty();
    let taken = suggest.after(line, &response, opens, cx.lang().requests().common_keys, &suggestions);
    if let Some(taken) = taken.and_then(|at| suggestions.get(at)) {
        row.key.clone_from(&taken.text);
        line.memory_mut(|memory| memory.request_focus(value_id(row.id)));
    }
}

/// What was typed into the blank row is kept; the caret goes behind it.
fn focus_end(response: &egui::Response, id: egui::Id, text: &str) {
    response.request_focus();
    let end = egui::text::CCursor::new(text.chars().count());
    let mut state = egui::text_edit::TextEditState::load(&response.ctx, id).unwrap_or_default();
    state.cursor.set_char_range(Some(egui::text::CCursorRange::one(end)));
    state.store(&response.ctx, id);
}

fn said(ui: &Ui, cx: &Cx<'_>, place: &RowsPlace<'_>, row: &MetadataRow) -> Said {
    let (words, own, lang, t) = (cx.words(), cx.lang().requests(), cx.lang(), tokens(ui));
    let mut said =
        Said { fact: String::new(), color: t.text3, reason: None, key_is_wrong: false, value_is_wrong: false };
    match row.check() {
        RowCheck::Skipped => {}
        RowCheck::Refused(error) => {
            words.not_sent.clone_into(&mut said.fact);
            said.color = t.error;
            said.key_is_wrong = matches!(error, MetadataError::Reserved { .. } | MetadataError::BadKey { .. });
            said.value_is_wrong = !said.key_is_wrong;
            said.reason = Some((lang.metadata_error(&error), t.error));
        }
        RowCheck::Missing if cx.app.is_asked(row.kept) => own.asked.clone_into(&mut said.fact),
        RowCheck::Missing => {
            let is_refused = cx.app.is_refused(row.kept);
            said.fact.push_str(if is_refused { own.refused } else { words.type_again });
            said.color = t.warn;
            let hint = match (is_refused, row.kept > 0) {
                (true, _) => own.refused_hint,
                (false, true) => own.gone_hint,
                (false, false) => words.type_again_hint,
            };
            said.reason = Some((hint.to_owned(), t.warn));
        }
        RowCheck::Sent { .. } if overrides(place.overriding, row) => {
            said.fact.push_str(words.not_sent);
            said.reason = Some((own.overridden_hint.to_owned(), t.text3));
        }
        RowCheck::Sent { binary } => {
            if let Some(bytes) = binary {
                said.fact = match bytes.notation {
                    Notation::Base64 => lang.base64_bytes(bytes.count),
                    Notation::Hex => lang.hex_bytes(bytes.count),
                };
            }
            if row.secret && cx.app.lock(&place.address) == LockMeaning::Plaintext {
                said.reason = Some((words.secret_plaintext.to_owned(), t.warn));
            }
        }
    }
    said
}

fn menu_of_row_ui(ui: &mut Ui, cx: &Cx<'_>, place: &RowsPlace<'_>, row: &mut MetadataRow, done: &mut RowDone) {
    let own = cx.lang().requests();
    let button = ui.add(IconButton::new(Icon::Ellipsis, own.row_menu).small());
    menu_ui(&button, MENU, |ui| {
        if place.moves && !place.address.is_empty() {
            let label = match place.of {
                RowsOf::Request(_) => cx.lang().send_to(&place.address),
                _ => own.to_request.to_owned(),
            };
            let icon = if matches!(place.of, RowsOf::Request(_)) { Icon::ArrowDown } else { Icon::ArrowUp };
            done.moved = ui.add(MenuItem::new(&label).icon(icon).first()).clicked();
            menu_line_ui(ui);
        }
        let by_rule = is_secret_by_rule(row);
        let mut item = MenuItem::new(own.mark_secret).chosen(row.secret).enabled(!by_rule);
        if by_rule {
            item = item.detail(own.secret_by_key);
        }
        if ui.add(item).clicked() {
            row.secret = !row.secret;
            row.revealed = false;
        }
        if let Some((notation, value)) = row.in_other_notation() {
            let label = if notation == Notation::Hex { own.as_hex } else { own.as_base64 };
            if ui.add(MenuItem::new(label).icon(Icon::Code)).clicked() {
                row.value = value;
            }
        }
        menu_line_ui(ui);
        let key = row.key.trim();
        if ui.add(MenuItem::new(cx.words().copy_row).icon(Icon::Copy).enabled(!key.is_empty())).clicked() {
            let value = if row.secret && !row.value.is_empty() { "$TOKEN" } else { row.value.reveal() };
            ui.ctx().copy_text(format!("{key}: {value}"));
        }
        if row.secret {
            let item = MenuItem::new(own.copy_row_secret).icon(Icon::Eye).enabled(!row.value.is_empty());
            if ui.add(item).clicked() {
                ui.ctx().copy_text(format!("{key}: {}", row.value.reveal()));
            }
        }
    });
}
