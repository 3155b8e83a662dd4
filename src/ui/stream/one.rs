//! One message of a stream in full.

use egui::{Id, Rect, Role, Ui, pos2, vec2};

use super::super::body;
use super::super::context::{Cx, pane_at, row_at, row_from_right};
use super::super::icons::Icon;
use super::super::theme::measure::INSET;
use super::super::theme::tokens;
use super::super::widgets::button::IconButton;
use super::super::widgets::code_view::CodeView;
use super::super::widgets::shared::line_below;
use super::super::widgets::text::{Elide, Line};
use crate::app::{Action, CallRecord, ShownMessage, Tab};
use crate::engine::Direction;
use crate::words::format;

const HEAD: f32 = 36.0;

pub(super) fn message_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, call: &CallRecord, shown: &ShownMessage) {
    let words = cx.words();
    let t = tokens(ui);
    let whole = ui.max_rect();
    let head = Rect::from_min_size(whole.min, vec2(whole.width(), HEAD));
    line_below(ui.painter(), head, t.line);
    let inner = head.shrink2(vec2(INSET, 0.0));
    let text = shown.text.as_ref().and_then(|text| text.as_ref().ok());
    let mut right = row_from_right(ui, inner, "one right");
    right.spacing_mut().item_spacing.x = 4.0;
    // From the right.
    if right.add(IconButton::new(Icon::X, words.close_message).small().key("Esc")).clicked() {
        cx.act(Action::HideMessage(tab.id));
    }
    if right.add(IconButton::new(Icon::Copy, words.copy).small().enabled(text.is_some())).clicked()
        && let Some(text) = text
    {
        right.ctx().copy_text(text.text().to_owned());
    }
    let place = call.list.cursor.or(call.list.rows.place_of(shown.direction, shown.index));
    let has_next = place.is_some_and(|place| place + 1 < call.listed());
    if right.add(IconButton::new(Icon::ChevronDown, words.next_message).small().enabled(has_next)).clicked() {
        cx.act(Action::StepMessage(tab.id, 1));
    }
    let has_previous = place.is_some_and(|place| place > 0);
    if right.add(IconButton::new(Icon::ChevronUp, words.previous_message).small().enabled(has_previous)).clicked() {
        cx.act(Action::StepMessage(tab.id, -1));
    }
    let end = right.min_rect().left() - 8.0;
    let (icon, color, side) = match shown.direction {
        Direction::Sent => (Icon::ArrowRight, t.accent, words.sent),
        Direction::Received => (Icon::ArrowLeft, t.ok, words.received),
    };
    icon.paint_at(ui.painter(), pos2(inner.left() + 7.0, inner.center().y), 14.0, color);
    let place = Rect::from_min_max(pos2(inner.left() + 22.0, inner.top()), pos2(end, inner.bottom()));
    let mut left = row_at(ui, place, "one left");
    left.spacing_mut().item_spacing.x = 10.0;
    let title = cx.lang().message_number(shown.index + 1);
    let response = left.add(Line::strong(&title).elide(Elide::End));
    left.ctx().accesskit_node_builder(response.id, |node| {
        node.set_role(Role::Heading);
        node.set_label(title.as_str());
        node.set_description(side);
    });
    let row = shown
        .row
        .as_ref()
        .or_else(|| call.list.rows.place_of(shown.direction, shown.index).and_then(|place| call.list.rows.get(place)));
    if let Some(row) = row {
        let time = format::stream_time(row.at.saturating_duration_since(call.began));
        let wire = if row.compressed {
            cx.lang().compressed_to(&format::bytes(row.wire_size))
        } else {
            words.not_compressed.to_owned()
        };
        let said = format!("{time} · {} · {wire}", format::bytes(row.size));
        left.add(Line::code(&said).color(t.text3).elide(Elide::End));
    }
    let below = Rect::from_min_max(pos2(whole.left(), head.bottom()), whole.max);
    let mut pane = pane_at(ui, below, "one body");
    match &shown.text {
        Some(Ok(text)) => {
            let view = CodeView::new(Id::unique(("one message", tab.id.0)), words.response_body);
            body::text_ui(&mut pane, cx, tab, view, (shown.direction, shown.index), text);
        }
        Some(Err(why)) => {
            let mut pane = pane_at(ui, below.shrink(INSET), "undecodable message");
            body::no_text_ui(&mut pane, cx, tab, (shown.direction, shown.index), why);
        }
        None => {
            let mut pane = pane_at(ui, below.shrink(INSET), "formatting message");
            body::formatting_ui(&mut pane, cx, tab, (shown.direction, shown.index), shown.asked);
        }
    }
}
