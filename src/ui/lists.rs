//! Headers and trailers as rows: one Tab stop, arrows, and everything can be copied.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use egui::{Event, Id, Rect, Role, Sense, Ui, WidgetInfo, vec2};

use super::context::{Cx, pane_at};
use super::icons::Icon;
use super::theme::measure::{INSET, ROW};
use super::theme::tokens;
use super::widgets::button::IconButton;
use super::widgets::heading::section_head_ui;
use super::widgets::menu::{MenuItem, context_menu_ui};
use super::widgets::rows::row_keys;
use super::widgets::shared::{line_below, ring};
use super::widgets::text::{elide_middle, paint_text, paint_text_right, width};
use super::widgets::tooltip::tooltip_ui;
use super::widgets::view_state::{ViewKind, ViewState};
use super::{facts, fonts};
use crate::app::{CallRecord, Came, is_secret_key};
use crate::call::{Code, Metadata};
use crate::words::format;

/// What stands in the place of a secret.
const MASK: &str = "••••••";

/// Headers, and under them the trailers, where they came.
pub(super) fn headers_ui(ui: &mut Ui, cx: &Cx<'_>, call: &CallRecord) {
    let words = cx.words();
    let Some(came) = &call.headers else {
        let mut pane = pane_at(ui, ui.max_rect().shrink(INSET), "no headers");
        let (title, said) =
            if call.is_running() { (words.waiting, "") } else { (words.no_headers, words.no_headers_hint) };
        ViewState::new(ViewKind::Empty(Icon::List), title, said).show(&mut pane);
        return;
    };
    egui::ScrollArea::vertical().id_salt("headers").auto_shrink([false, false]).show(ui, |ui| {
        let mut rows = came.metadata.clone();
        if let Some(status) = came.http_status {
            rows.insert(0, (":status".to_owned(), status.to_string().into()));
        }
        section_ui(ui, cx, call, came, words.headers, &rows);
        if let Some(trailers) = &call.trailers {
            ui.add_space(16.0);
            section_ui(ui, cx, call, trailers, words.trailers, &trailers.metadata);
        }
    });
}

/// Trailers alone.
pub(super) fn trailers_ui(ui: &mut Ui, cx: &Cx<'_>, call: &CallRecord) {
    let words = cx.words();
    let Some(came) = &call.trailers else {
        let mut pane = pane_at(ui, ui.max_rect().shrink(INSET), "no trailers");
        let (title, said) = if call.is_running() {
            (words.no_trailers, words.no_trailers_hint)
        } else {
            (words.no_trailers_end, words.no_trailers_end_hint)
        };
        ViewState::new(ViewKind::Empty(Icon::List), title, said).show(&mut pane);
        return;
    };
    egui::ScrollArea::vertical().id_salt("trailers").auto_shrink([false, false]).show(ui, |ui| {
        section_ui(ui, cx, call, came, words.trailers, &came.metadata);
    });
}

fn section_ui(ui: &mut Ui, cx: &Cx<'_>, call: &CallRecord, came: &Came, title: &'static str, rows: &Metadata) {
    let words = cx.words();
    let mut note = cx.lang().after(&format::duration(came.at.saturating_duration_since(call.began)));
    if came.trailers_only {
        note = format!("{note} · {}", words.trailers_only);
    }
    let copied = section_head_ui(ui, title, &note, 36.0, |ui| {
        let name = cx.lang().copy_all_of(title);
        ui.add(IconButton::new(Icon::Copy, &name).small().enabled(!rows.is_empty())).clicked()
    });
    if copied {
        let lines: Vec<String> = rows.iter().map(|(key, value)| format!("{key}: {}", said(key, value))).collect();
        ui.ctx().copy_text(lines.join("\n"));
    }
    metadata_rows_ui(ui, cx, rows, (title, call.id.0));
}

/// A value as text: bytes as base64, secrets as dots.
fn said(key: &str, value: &[u8]) -> String {
    let said = if key.ends_with("-bin") { STANDARD.encode(value) } else { String::from_utf8_lossy(value).into_owned() };
    if is_secret_key(key) && !said.is_empty() { MASK.to_owned() } else { said }
}

/// Keys and values in order; bytes as base64 with their count; secrets as dots; the status in words.
pub(super) fn metadata_rows_ui(ui: &mut Ui, cx: &Cx<'_>, metadata: &Metadata, salt: (&str, u64)) {
    let t = tokens(ui);
    let words = cx.words();
    let list = Id::unique(("metadata rows", salt.0, salt.1));
    let row_id = |index: usize| list.with(index);
    let focused = ui.data(|data| data.get_temp::<usize>(list)).unwrap_or(0).min(metadata.len().saturating_sub(1));
    let keys = row_keys(ui, row_id(focused), focused, metadata.len(), 10, false);
    if let Some(go) = keys.go {
        ui.data_mut(|data| data.insert_temp(list, go));
        ui.memory_mut(|memory| memory.request_focus(row_id(go)));
    }
    let column = (ui.available_width() * 0.36).clamp(110.0, 170.0).round();
    for (index, (key, value)) in metadata.iter().enumerate() {
        let shown_value = said(key, value);
        let code = (key == "grpc-status").then(|| shown_value.parse().ok().map(Code)).flatten();
        let mut note = if key.ends_with("-bin") { format!("{} B", value.len()) } else { String::new() };
        if let Some(code) = code.filter(|code| *code != Code::OK) {
            cx.lang().status_meaning(code).clone_into(&mut note);
        }
        let rect = Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), ROW));
        ui.advance_cursor_after_rect(rect);
        let is_stop = index == focused || keys.go == Some(index);
        let response = ui.interact(rect, row_id(index), if is_stop { Sense::click() } else { Sense::CLICK });
        let name = code.map(Code::name).unwrap_or_default();
        response.widget_info(|| {
            let value = if shown_value.is_empty() { words.empty_value } else { &shown_value };
            WidgetInfo::labeled(Role::Row, true, format!("{key} {value} {name}").trim_end())
        });
        ui.ctx().accesskit_node_builder(response.id, |node| node.set_description(note.as_str()));
        let line = format!("{key}: {shown_value}");
        if ui.memory(|memory| memory.has_focus(response.id))
            && ui.input(|input| input.events.iter().any(|event| matches!(event, Event::Copy)))
        {
            ui.ctx().copy_text(line.clone());
        }
        context_menu_ui(&response, 180.0, |ui| {
            if ui.add(MenuItem::new(cx.lang().trace().copy_value).icon(Icon::Copy).first()).clicked() {
                ui.ctx().copy_text(shown_value.clone());
            }
            if ui.add(MenuItem::new(cx.words().copy_row).key("Ctrl C")).clicked() {
                ui.ctx().copy_text(line.clone());
            }
        });
        if !ui.is_rect_visible(rect) {
            continue;
        }
        if response.hovered() {
            ui.painter().rect_filled(rect, 0.0, t.bg3);
        }
        line_below(ui.painter(), rect, t.line);
        let font = fonts::code();
        let middle = rect.center().y;
        let shown_key = elide_middle(ui.painter(), key, &font, column - 12.0);
        paint_text(ui.painter(), rect.left() + INSET, middle, &shown_key, &font, t.text1);
        let left = rect.left() + INSET + column;
        let mut right = rect.right() - INSET;
        let mut is_whole = shown_key == *key;
        let note_width = width(ui.painter(), &note, fonts::hint());
        if !note.is_empty() && note_width + 60.0 < right - left {
            paint_text_right(ui.painter(), right, middle, &note, &fonts::hint(), t.text3);
            right -= note_width + 12.0;
        }
        if shown_value.is_empty() {
            paint_text(ui.painter(), left, middle, words.empty_value, &fonts::body(), t.text3);
        } else {
            let shown = elide_middle(ui.painter(), &shown_value, &font, (right - left).max(20.0));
            let end = paint_text(ui.painter(), left, middle, &shown, &font, t.text2);
            is_whole &= shown == shown_value;
            if let Some(code) = code {
                let color = t.tint(facts::status_tone(code)).fg;
                paint_text(ui.painter(), end + 8.0, middle, &name, &font, color);
            }
        }
        if let Some(code) = code {
            tooltip_ui(&response, &cx.lang().status_line(code), None);
        } else if !is_whole {
            tooltip_ui(&response, &line, None);
        }
        if response.has_focus() {
            ring(ui.painter(), rect, 0, t);
        }
    }
}
