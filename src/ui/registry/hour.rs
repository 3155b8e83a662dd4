//! The last hour of each instance, minute by minute, and what changed.

use std::time::SystemTime;

use egui::{Color32, CornerRadius, Id, Rect, Role, Ui, WidgetInfo, pos2, vec2};

use super::instances::Rows;
use crate::app::{ServiceEntry, ServiceRef};
use crate::registry::{Health, HealthHistory, HistorySlot, SLOTS, WireMark};
use crate::ui::context::{Cx, pane_at};
use crate::ui::fonts;
use crate::ui::theme::measure::INSET;
use crate::ui::theme::{Tokens, tokens};
use crate::ui::widgets::lines::{Lines, OneLine};
use crate::ui::widgets::shared::line_right;
use crate::ui::widgets::text::{self, elide_middle, label_over, paint_text, paint_text_right};
use crate::ui::widgets::tooltip::tooltip_ui;

const FOOT: f32 = 238.0;
/// Narrower, the changes stand below the hour.
const BESIDE: f32 = 620.0;
const HEAD: f32 = 36.0;
/// Two lines and the gap below them.
const ROW: f32 = 39.0;
/// Room for ids of instances: what the longest needs, within these.
const NAMES: std::ops::RangeInclusive<f32> = 60.0..=164.0;
/// Height of a minute that is well, and of one that is not: failing is taller, not only red.
const WELL: f32 = 4.0;
const ILL: f32 = 10.0;

/// The height of both.
pub(super) fn height(width: f32) -> f32 {
    if width < BESIDE { 2.0 * FOOT } else { FOOT }
}

/// Both, side by side where there is room.
pub(super) fn hour_and_changes_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    rect: Rect,
    known: &ServiceEntry,
    service: &ServiceRef,
    rows: &Rows<'_>,
) {
    let t = tokens(ui);
    ui.painter().hline(rect.x_range(), rect.top() + 0.5, egui::Stroke::new(1.0, t.line));
    if rect.width() < BESIDE {
        let (upper, lower) = rect.split_top_bottom_at_y(rect.top() + FOOT);
        hour_ui(ui, cx, upper, known, rows);
        ui.painter().hline(lower.x_range(), lower.top() + 0.5, egui::Stroke::new(1.0, t.line));
        super::changes::changes_ui(ui, cx, lower, known, service);
        return;
    }
    let (left, right) = rect.split_left_right_at_x((rect.left() + rect.width() * 0.6).round());
    hour_ui(ui, cx, left, known, rows);
    line_right(ui.painter(), left, t.line);
    super::changes::changes_ui(ui, cx, right, known, service);
}

fn hour_ui(ui: &mut Ui, cx: &Cx<'_>, rect: Rect, known: &ServiceEntry, rows: &Rows<'_>) {
    let words = cx.lang().registry();
    let t = tokens(ui);
    let end = paint_text(
        ui.painter(),
        rect.left() + INSET,
        rect.top() + HEAD / 2.0,
        words.health_hour,
        &fonts::strong(),
        t.text1,
    );
    let place = Rect::from_min_max(pos2(rect.left() + INSET, rect.top() + 8.0), pos2(end, rect.top() + 28.0));
    label_over(ui, place, "hour head", words.health_hour);
    let names = names_width(ui, rect.width(), rows);
    let body = Rect::from_min_max(pos2(rect.left(), rect.top() + HEAD), pos2(rect.right(), rect.bottom() - 30.0));
    let now = SystemTime::now();
    let mut pane = pane_at(ui, body, "hour");
    // The minute that the keyboard reads, in words.
    let mut read = None;
    let id = Id::unique("hour of instances");
    Lines::new(id, words.health_hour, ROW).sideways().show(&mut pane, rows.places.len(), |ui, line| {
        if let Some(instance) = rows.instance(line.index) {
            let history = known.history.get(&instance.key);
            let said = row_ui(ui, cx, &line, names, &instance.key.id, history, now);
            read = said.or(read.take());
        }
    });
    let note = read.unwrap_or_else(|| cx.lang().hour_lines(rows.kind));
    let room = rect.right() - INSET - end - INSET;
    let galley = text::line_within(ui.painter(), &note, fonts::body(), t.text3, room);
    text::paint(ui.painter(), galley, end + INSET, rect.top() + HEAD / 2.0, &fonts::body());
    axis_ui(ui, cx, Rect::from_min_max(pos2(rect.left(), rect.bottom() - 30.0), rect.max), names);
}

/// The room of the ids: data is mono, so letters count.
fn names_width(ui: &Ui, width: f32, rows: &Rows<'_>) -> f32 {
    let wanted = rows.longest_id as f32 * text::width(ui.painter(), "0", fonts::code()) + 10.0;
    let most = (width * 0.3).clamp(*NAMES.start(), *NAMES.end());
    wanted.ceil().clamp(*NAMES.start(), most)
}

/// Left edge and width of a minute.
fn minute(track: Rect, index: usize) -> (f32, f32) {
    let step = track.width() / SLOTS as f32;
    (track.left() + step * index as f32, (step - 2.0).max(1.0))
}

fn track(rect: Rect, names: f32) -> Rect {
    Rect::from_min_max(pos2(rect.left() + INSET + names, rect.top()), pos2(rect.right() - 28.0, rect.bottom()))
}

/// Which minute the arrows are at, from the oldest on; it is the same for all rows, so that up and down compare them.
fn minute_read(ui: &Ui, line: &OneLine<'_>) -> usize {
    let key = Id::unique("minute of the hour");
    let at = ui.data(|data| data.get_temp::<usize>(key)).unwrap_or(SLOTS - 1);
    let moved = match (line.keys.left, line.keys.right) {
        (true, false) => at.saturating_sub(1),
        (false, true) => (at + 1).min(SLOTS - 1),
        _ => at,
    };
    if moved != at {
        ui.data_mut(|data| data.insert_temp(key, moved));
    }
    moved
}

/// One instance; returns the minute that the keyboard reads, in words.
fn row_ui(
    ui: &Ui,
    cx: &Cx<'_>,
    line: &OneLine<'_>,
    names: f32,
    id: &str,
    history: Option<&HealthHistory>,
    now: SystemTime,
) -> Option<String> {
    let t = tokens(ui);
    let rect = line.rect;
    let name = elide_middle(ui.painter(), id, &fonts::code(), names - 8.0);
    let middle = rect.top() + 14.0;
    paint_text(ui.painter(), rect.left() + INSET, middle, &name, &fonts::code(), t.text2);
    let slots = history.map_or([HistorySlot::default(); SLOTS], |history| history.slots(now));
    let track = track(rect, names);
    let read = line.has_focus.then(|| minute_read(ui, line));
    if let Some((left, width)) = read.map(|index| minute(track, index)) {
        let place = Rect::from_min_size(pos2(left - 2.0, rect.top() + 2.0), vec2(width + 4.0, 24.0));
        ui.painter().rect_filled(place, CornerRadius::same(3), t.accent_bg);
    }
    for (index, slot) in slots.iter().enumerate() {
        let (left, width) = minute(track, index);
        let bar = |top: f32, color: Color32, ill: bool| {
            let height = if ill { ILL } else { WELL };
            let place = Rect::from_min_size(pos2(left, top - height / 2.0), vec2(width, height));
            ui.painter().rect_filled(place, CornerRadius::same(1), color);
        };
        if let Some(health) = slot.registry {
            let (color, ill) = of_registry(health, t);
            bar(middle - 7.0, color, ill);
        }
        if let Some(mark) = slot.wire {
            let (color, ill) = of_mark(mark, t);
            bar(middle + 7.0, color, ill);
        }
    }
    let in_words = |index: usize| slots.get(index).map(|slot| cx.lang().minute(SLOTS - 1 - index, slot));
    let said = read.and_then(in_words);
    let summary = summary(cx, id, &slots);
    line.response.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, &summary));
    if let Some(said) = &said {
        ui.ctx().accesskit_node_builder(line.response.id, |node| node.set_description(said.as_str()));
    }
    let place = Rect::from_min_max(pos2(rect.left() + INSET, rect.top()), pos2(track.right(), rect.bottom() - 4.0));
    let pointer = line.response.hover_pos().filter(|pointer| place.contains(*pointer));
    let under = pointer.map(|pointer| (pointer.x - track.left()) / (track.width() / SLOTS as f32));
    if let Some(said) = under.filter(|index| *index >= 0.0).and_then(|index| in_words(index as usize)) {
        tooltip_ui(line.response, &said, None);
    }
    said
}

fn of_registry(health: Health, t: &Tokens) -> (Color32, bool) {
    match health {
        Health::Passing => (t.ok, false),
        Health::Warning => (t.warn, true),
        Health::Critical => (t.error, true),
        Health::Maintenance => (t.violet, false),
        Health::Unknown => (t.bar_idle, false),
    }
}

fn of_mark(mark: WireMark, t: &Tokens) -> (Color32, bool) {
    match mark {
        WireMark::Serving => (t.ok, false),
        WireMark::Silent => (t.bar_idle, false),
        WireMark::NotServing | WireMark::Unreachable => (t.error, true),
    }
}

/// What a row says to those who do not see it.
fn summary(cx: &Cx<'_>, id: &str, slots: &[HistorySlot; SLOTS]) -> String {
    let bad = slots.iter().filter(|slot| slot.registry.is_some_and(|health| health >= Health::Critical)).count();
    let ill = slots.iter().filter(|slot| slot.wire.is_some_and(|mark| mark >= WireMark::NotServing)).count();
    cx.lang().hour_summary(id, bad, ill)
}

fn axis_ui(ui: &Ui, cx: &Cx<'_>, rect: Rect, names: f32) {
    let t = tokens(ui);
    let words = cx.lang().registry();
    let track = track(rect, names);
    let middle = rect.top() + 10.0;
    let font = fonts::hint();
    let mut end = paint_text(ui.painter(), track.left(), middle, words.hour_ago, &font, t.text3);
    for (share, label) in [(0.25, "45"), (0.5, "30"), (0.75, "15")] {
        let x = track.left() + track.width() * share;
        let width = text::width(ui.painter(), label, font.clone());
        // In a narrow track one gives way.
        if x - width / 2.0 > end + 8.0 {
            end = paint_text(ui.painter(), x - width / 2.0, middle, label, &font, t.text3);
        }
    }
    paint_text_right(ui.painter(), track.right(), middle, words.now, &font, t.text3);
}
