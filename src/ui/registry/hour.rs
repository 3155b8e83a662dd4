//! The last hour of each instance, minute by minute, and what changed.

use std::time::SystemTime;

use egui::{Color32, CornerRadius, Rect, Ui, pos2, vec2};

use super::instances::Rows;
use crate::app::{ServiceEntry, ServiceRef};
use crate::registry::{Health, HealthHistory, HistorySlot, SLOTS, WireMark};
use crate::ui::context::{Cx, pane_at};
use crate::ui::fonts;
use crate::ui::theme::measure::INSET;
use crate::ui::theme::{Tokens, tokens};
use crate::ui::widgets::shared::line_right;
use crate::ui::widgets::text::{self, elide_middle, label_over, paint_text, paint_text_right};
use crate::ui::widgets::tooltip::tooltip_ui;

const FOOT: f32 = 238.0;
/// Narrower, the changes stand below the hour.
const BESIDE: f32 = 620.0;
const HEAD: f32 = 36.0;
/// Two lines and the gap below them.
const ROW: f32 = 39.0;
const NAMES: f32 = 60.0;
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
    paint_text(ui.painter(), end + INSET, rect.top() + HEAD / 2.0, words.hour_lines, &fonts::body(), t.text3);
    let body = Rect::from_min_max(pos2(rect.left(), rect.top() + HEAD), pos2(rect.right(), rect.bottom() - 30.0));
    let now = SystemTime::now();
    let mut pane = pane_at(ui, body, "hour");
    egui::ScrollArea::vertical().id_salt("hour rows").auto_shrink([false, false]).show_rows(
        &mut pane,
        ROW,
        rows.places.len(),
        |ui, range| {
            for instance in range.filter_map(|index| rows.instance(index)) {
                let (place, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), egui::Sense::hover());
                let history = known.history.get(&instance.key);
                row_ui(ui, cx, place, &instance.key.id, history, now);
            }
        },
    );
    axis_ui(ui, cx, Rect::from_min_max(pos2(rect.left(), rect.bottom() - 30.0), rect.max));
}

/// Left edge and width of a minute.
fn minute(track: Rect, index: usize) -> (f32, f32) {
    let step = track.width() / SLOTS as f32;
    (track.left() + step * index as f32, (step - 2.0).max(1.0))
}

fn track(rect: Rect) -> Rect {
    Rect::from_min_max(pos2(rect.left() + INSET + NAMES, rect.top()), pos2(rect.right() - 28.0, rect.bottom()))
}

fn row_ui(ui: &Ui, cx: &Cx<'_>, rect: Rect, id: &str, history: Option<&HealthHistory>, now: SystemTime) {
    let t = tokens(ui);
    let name = elide_middle(ui.painter(), id, &fonts::code(), NAMES - 8.0);
    let middle = rect.top() + 14.0;
    paint_text(ui.painter(), rect.left() + INSET, middle, &name, &fonts::code(), t.text2);
    let slots = history.map_or([HistorySlot::default(); SLOTS], |history| history.slots(now));
    let track = track(rect);
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
    let said = summary(cx, id, &slots);
    let place = Rect::from_min_max(pos2(rect.left() + INSET, rect.top()), pos2(track.right(), rect.bottom() - 4.0));
    let response = label_over(ui, place, ("hour of", id), &said);
    if let Some(pointer) = ui.ctx().pointer_hover_pos().filter(|pointer| place.contains(*pointer)) {
        let index = ((pointer.x - track.left()) / (track.width() / SLOTS as f32)).floor();
        if index >= 0.0
            && let Some(slot) = slots.get(index as usize)
        {
            tooltip_ui(&response, &cx.lang().minute(SLOTS - 1 - index as usize, slot), None);
        }
    }
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

fn axis_ui(ui: &Ui, cx: &Cx<'_>, rect: Rect) {
    let t = tokens(ui);
    let words = cx.lang().registry();
    let track = track(rect);
    let middle = rect.top() + 10.0;
    let font = fonts::hint();
    paint_text(ui.painter(), track.left(), middle, words.hour_ago, &font, t.text3);
    for (share, label) in [(0.25, "45"), (0.5, "30"), (0.75, "15")] {
        let x = track.left() + track.width() * share;
        let width = text::width(ui.painter(), label, font.clone());
        paint_text(ui.painter(), x - width / 2.0, middle, label, &font, t.text3);
    }
    paint_text_right(ui.painter(), track.right(), middle, words.now, &font, t.text3);
}
