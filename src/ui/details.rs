//! Rich error details as cards (google/rpc/error_details.proto); what is of no known kind as JSON.

use egui::{CornerRadius, OpenUrl, Rect, Role, Sense, Stroke, StrokeKind, Ui, vec2};

use super::context::{Cx, pane_at};
use super::fonts;
use super::icons::Icon;
use super::theme::{Tone, tokens};
use super::widgets::button::{Button, IconButton};
use super::widgets::heading::{NameValue, name_value_ui};
use super::widgets::json::{Language, append_line};
use super::widgets::menu::copyable_card;
use super::widgets::text::{Elide, Line, append, paragraph_ui, rich_paragraph_ui};
use super::widgets::tooltip::tooltip_ui;
use crate::app::{Action, CallRecord, StreamAct, Tab};
use crate::engine::{Detail, KnownDetail, TextLines};
use crate::words::{DetailWords, Lang};

/// JSON of a detail is shown up to this many lines.
const JSON_LINES: usize = 200;
/// Entries of a stack that are shown before it is unfolded.
const STACK_LINES: usize = 3;
/// The column of names in a card.
const NAMES: f32 = 112.0;

/// The message that a detail brings in the language of the window.
pub(super) fn localized(call: &CallRecord, lang: Lang) -> Option<&str> {
    call.details.iter().find_map(|detail| match &detail.known {
        Some(KnownDetail::Localized { locale, message }) if fits(locale, lang) && !message.is_empty() => {
            Some(message.as_str())
        }
        _ => None,
    })
}

fn fits(locale: &str, lang: Lang) -> bool {
    !locale.trim().is_empty()
        && Lang::of_locale(locale.trim()) == lang
        && (lang == Lang::ZhCn || locale.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("en")))
}

pub(super) fn details_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, call: &CallRecord) {
    for (index, detail) in call.details.iter().enumerate() {
        // What is the title already needs no card.
        if let Some(KnownDetail::Localized { message, .. }) = &detail.known
            && localized(call, cx.lang()) == Some(message.as_str())
        {
            continue;
        }
        card_ui(ui, cx, tab, call, index, detail);
        ui.add_space(8.0);
    }
}

fn title(words: &'static DetailWords, detail: &Detail) -> (&'static str, Icon, Tone) {
    match &detail.known {
        Some(KnownDetail::BadRequest(_)) => (words.bad_request, Icon::CircleX, Tone::Error),
        Some(KnownDetail::Retry(_)) => (words.retry, Icon::Clock, Tone::Accent),
        Some(KnownDetail::Debug { .. }) => (words.debug, Icon::Code, Tone::Plain),
        Some(KnownDetail::Quota(_)) => (words.quota, Icon::TriangleAlert, Tone::Warn),
        Some(KnownDetail::Precondition(_)) => (words.precondition, Icon::TriangleAlert, Tone::Warn),
        Some(KnownDetail::ErrorInfo { .. }) => (words.error_info, Icon::Info, Tone::Plain),
        Some(KnownDetail::Request { .. }) => (words.request_info, Icon::Info, Tone::Plain),
        Some(KnownDetail::Resource { .. }) => (words.resource, Icon::Box, Tone::Plain),
        Some(KnownDetail::Help(_)) => (words.help, Icon::BookOpen, Tone::Accent),
        Some(KnownDetail::Localized { .. }) => (words.localized, Icon::Globe, Tone::Plain),
        None => (words.unknown, Icon::Braces, Tone::Plain),
    }
}

fn card_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, call: &CallRecord, index: usize, detail: &Detail) {
    let t = tokens(ui);
    let words = cx.lang().details();
    let (title, icon, tone) = title(words, detail);
    let behind = ui.painter().add(egui::Shape::Noop);
    let copies = copyable_card(ui, ("detail", index), (Role::Group, title), detail.text.text());
    let outer = egui::Frame::new().inner_margin(egui::Margin::symmetric(12, 10)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        let has_json = detail.known.is_some() && detail.problem.is_none();
        let key = (call.id.0, index, 0);
        let is_open = cx.memory.open_details.contains(&key);
        // The head: icon, title, the type's name, the way to its JSON.
        let (head, _) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::hover());
        let color = if tone == Tone::Plain { t.text3 } else { t.tint(tone).fg };
        icon.paint_at(ui.painter(), head.left_center() + vec2(8.0, 0.0), 16.0, color);
        let mut end = head.right();
        if has_json {
            end -= 28.0;
        }
        let place = Rect::from_min_max(head.min + vec2(26.0, 0.0), egui::pos2(end, head.bottom()));
        let mut row = super::context::row_at(ui, place, ("detail head", index));
        row.spacing_mut().item_spacing.x = 10.0;
        row.add(Line::strong(title).elide(Elide::End));
        row.add(Line::code(&detail.name).color(t.text3).elide(Elide::Middle));
        if has_json {
            let place = Rect::from_min_size(egui::pos2(head.right() - 24.0, head.top()), vec2(24.0, 24.0));
            let mut row = super::context::row_at(ui, place, ("detail json", index));
            let name = if is_open { words.hide_json } else { words.show_json };
            if row.add(IconButton::new(Icon::Braces, name).small().on(is_open)).clicked() {
                cx.memory.toggle_detail(key);
            }
        }
        ui.add_space(6.0);
        if has_json && is_open {
            json_ui(ui, &detail.text);
        } else {
            content_ui(ui, cx, tab, call, index, detail);
        }
    });
    let rect = outer.response.rect;
    let shape =
        egui::epaint::RectShape::new(rect, CornerRadius::same(8), t.bg1, Stroke::new(1.0, t.line), StrokeKind::Inside);
    ui.painter().set(behind, shape);
    copies.end(ui, rect.height());
}

fn content_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, call: &CallRecord, index: usize, detail: &Detail) {
    let t = tokens(ui);
    let words = cx.lang().details();
    match &detail.known {
        Some(KnownDetail::BadRequest(violations)) => {
            for violation in violations {
                let own = violation.localized.as_ref().filter(|(locale, _)| fits(locale, cx.lang()));
                let said = own.map_or(&violation.description, |(_, message)| message);
                pair_ui(ui, &violation.field, said, &violation.reason);
            }
        }
        Some(KnownDetail::Retry(delay)) => retry_ui(ui, cx, tab, *delay),
        Some(KnownDetail::Debug { stack_entries, detail: said }) => {
            if !said.is_empty() {
                paragraph_ui(ui, said, fonts::body(), t.text1, 20.0);
            }
            let key = (call.id.0, index, 1);
            let is_open = cx.memory.open_details.contains(&key);
            let shown = if is_open { stack_entries.len() } else { stack_entries.len().min(STACK_LINES) };
            for entry in &stack_entries[..shown] {
                paragraph_ui(ui, entry, fonts::code(), t.text2, 20.0);
            }
            if stack_entries.len() > STACK_LINES {
                let more = cx.lang().lines(stack_entries.len());
                let (icon, name) = if is_open {
                    (Icon::ChevronUp, cx.words().fold.to_owned())
                } else {
                    (Icon::ChevronDown, format!("{} · {more}", cx.words().unfold))
                };
                if ui.add(Button::ghost(&name).small().icon(icon)).clicked() {
                    cx.memory.toggle_detail(key);
                }
            }
        }
        Some(KnownDetail::Quota(violations) | KnownDetail::Precondition(violations)) => {
            for violation in violations {
                pair_ui(ui, &violation.subject, &violation.description, &violation.kind);
            }
        }
        Some(KnownDetail::ErrorInfo { reason, domain, metadata }) => {
            value_ui(ui, words.reason, reason);
            value_ui(ui, words.domain, domain);
            for (key, value) in metadata {
                value_ui(ui, key, value);
            }
        }
        Some(KnownDetail::Request { id, serving_data }) => {
            value_ui(ui, words.request_id, id);
            value_ui(ui, words.serving_data, serving_data);
        }
        Some(KnownDetail::Resource { kind, name, owner, description }) => {
            value_ui(ui, words.resource_type, kind);
            value_ui(ui, cx.words().name, name);
            value_ui(ui, words.owner, owner);
            value_ui(ui, words.description, description);
        }
        Some(KnownDetail::Help(links)) => {
            for link in links {
                if !link.description.is_empty() {
                    paragraph_ui(ui, &link.description, fonts::body(), t.text1, 20.0);
                }
                link_ui(ui, words, &link.url);
                ui.add_space(4.0);
            }
        }
        Some(KnownDetail::Localized { locale, message }) => {
            value_ui(ui, locale, message);
        }
        None => {
            if let Some(problem) = &detail.problem {
                let said = format!("{} ({})", words.as_bytes, cx.lang().misfit_under(problem));
                paragraph_ui(ui, &said, fonts::body(), t.text2, 18.0);
                ui.add_space(4.0);
            }
            json_ui(ui, &detail.text);
        }
    }
}

/// What is wrong, and under it in words how; the reason at its end.
fn pair_ui(ui: &mut Ui, name: &str, said: &str, reason: &str) {
    let t = tokens(ui);
    let mut job = egui::text::LayoutJob::default();
    append(&mut job, name, fonts::code(), t.text1, 20.0);
    if !reason.is_empty() {
        append(&mut job, "   ", fonts::code(), t.text3, 20.0);
        append(&mut job, reason, fonts::hint(), t.text3, 20.0);
    }
    rich_paragraph_ui(ui, job);
    if !said.is_empty() {
        paragraph_ui(ui, said, fonts::body(), t.text2, 18.0);
    }
    ui.add_space(6.0);
}

fn value_ui(ui: &mut Ui, name: &str, value: &str) {
    if value.is_empty() {
        return;
    }
    let t = tokens(ui);
    if super::widgets::text::width(ui.painter(), value, fonts::code()) + NAMES <= ui.available_width() {
        let rect = Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), 26.0));
        ui.advance_cursor_after_rect(rect);
        let mut row = super::context::row_at(ui, rect, ("value row", name));
        row.spacing_mut().interact_size.y = 26.0;
        name_value_ui(&mut row, NameValue { name, value, name_width: NAMES, ..NameValue::default() });
        return;
    }
    // Long values wrap beside their name.
    let top = ui.cursor().min;
    let width = ui.available_width();
    let mut left = pane_at(ui, Rect::from_min_size(top, vec2(NAMES - 8.0, 26.0)), ("name", name));
    left.add(Line::new(name).color(t.text3).height(26.0).elide(Elide::End));
    let column = Rect::from_min_size(top + vec2(NAMES, 4.0), vec2(width - NAMES, 4000.0));
    let clip = ui.clip_rect();
    let mut column = pane_at(ui, column, ("value", name));
    column.set_clip_rect(clip);
    paragraph_ui(&mut column, value, fonts::code(), t.text1, 18.0);
    ui.allocate_space(vec2(width, (column.min_rect().height() + 8.0).max(26.0)));
}

/// The whole address, so that it is seen where it leads; only the web's are opened.
fn link_ui(ui: &mut Ui, words: &DetailWords, url: &str) {
    let t = tokens(ui);
    let lower = url.trim().to_ascii_lowercase();
    if lower.starts_with("https://") || lower.starts_with("http://") {
        if super::widgets::text::width(ui.painter(), url, fonts::body()) <= ui.available_width() {
            let response = ui.add(Button::link(url).trailing(Icon::ExternalLink));
            tooltip_ui(&response, words.open_link, None);
            if response.clicked() {
                ui.ctx().open_url(OpenUrl::new_tab(url.trim()));
            }
            return;
        }
        paragraph_ui(ui, url, fonts::code(), t.text2, 18.0);
        if ui.add(Button::link(words.open_link).trailing(Icon::ExternalLink)).clicked() {
            ui.ctx().open_url(OpenUrl::new_tab(url.trim()));
        }
        return;
    }
    let response = paragraph_ui(ui, url, fonts::code(), t.text2, 18.0);
    tooltip_ui(&response, words.no_link, None);
}

fn retry_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, delay: std::time::Duration) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 10.0;
        if let Some(at) = tab.stream.retry_at {
            let left = at.saturating_duration_since(cx.now);
            let said = cx.lang().sending_again_in(left);
            let response = ui.add(Line::new(&said).height(28.0));
            ui.ctx().accesskit_node_builder(response.id, |node| {
                node.set_role(Role::Status);
                node.set_label(said.as_str());
            });
            if ui.add(Button::secondary(cx.words().cancel)).clicked() {
                cx.act(Action::Stream(tab.id, StreamAct::StopRetry));
            }
            return;
        }
        let label = cx.lang().retry_after(delay);
        let can = tab.can_send() && !tab.is_calling();
        if ui.add(Button::secondary(&label).icon(Icon::RotateCcw).enabled(can)).clicked() {
            cx.act(Action::Stream(tab.id, StreamAct::RetryAfter(delay)));
        }
    });
}

fn json_ui(ui: &mut Ui, text: &TextLines) {
    let t = tokens(ui);
    for index in 0..text.len().min(JSON_LINES) {
        let mut job = egui::text::LayoutJob::default();
        append_line(&mut job, text.line(index), Language::Json, &fonts::code(), 20.0, t);
        rich_paragraph_ui(ui, job);
    }
    if text.len() > JSON_LINES {
        paragraph_ui(ui, "…", fonts::code(), t.text3, 20.0);
    }
}

#[cfg(test)]
mod tests {
    use super::fits;
    use crate::words::Lang;

    #[test]
    fn a_message_is_taken_in_its_language_only() {
        for (locale, lang, expect) in [
            ("zh-CN", Lang::ZhCn, true),
            ("zh_TW", Lang::ZhCn, true),
            ("en-US", Lang::En, true),
            ("de", Lang::En, false),
            ("", Lang::En, false),
            ("zh-CN", Lang::En, false),
            ("en", Lang::ZhCn, false),
        ] {
            assert_eq!(fits(locale, lang), expect, "{locale}");
        }
    }
}
