//! What came, went and changed health, when.

use std::time::SystemTime;

use egui::{Id, Rect, Role, Ui, WidgetInfo, pos2, vec2};

use super::health;
use super::side::of_registry;
use crate::app::{Happening, ServiceEntry, ServiceRef, TimelineLine};
use crate::registry::ChangeKind;
use crate::ui::context::{Cx, pane_at};
use crate::ui::fonts;
use crate::ui::theme::measure::INSET;
use crate::ui::theme::{Tone, tokens};
use crate::ui::widgets::badge::Health;
use crate::ui::widgets::lines::{Lines, OneLine};
use crate::ui::widgets::menu::copy_menu_ui;
use crate::ui::widgets::text::{self, label_over, paint_text};
use crate::ui::widgets::tooltip::tooltip_ui;
use crate::words::Lang;

const ROW: f32 = 31.0;
/// Over a list of changes.
const HEAD: f32 = 36.0;
/// Room for the time.
const TIMES: f32 = 74.0;
/// The same, where some are of another day.
const DATES: f32 = 96.0;

/// The changes of one service, newest first.
pub(super) fn changes_ui(ui: &mut Ui, cx: &mut Cx<'_>, rect: Rect, known: &ServiceEntry, service: &ServiceRef) {
    let (words, t) = (cx.lang().registry(), tokens(ui));
    let body = head_ui(ui, rect, words.changes);
    let mut pane = pane_at(ui, body, "changes");
    if known.timeline.is_empty() {
        paint_text(pane.painter(), rect.left() + INSET, body.top() + 12.0, words.no_changes, &fonts::body(), t.text3);
        let place = Rect::from_min_size(body.min + vec2(INSET, 0.0), vec2(body.width() - 2.0 * INSET, 24.0));
        label_over(&pane, place, "no changes", words.no_changes);
        return;
    }
    let times = known.timeline.iter().last().map_or(TIMES, |oldest| times_width(cx.lang(), oldest.at));
    let lines = Lines::new(Id::unique(("changes of", service)), words.changes, ROW);
    lines.show(&mut pane, known.timeline.len(), |ui, place| {
        if let Some(line) = known.timeline.get(place.index) {
            line_ui(ui, cx.lang(), &place, times, line.at, &said(cx.lang(), line), sign(line));
        }
    });
}

/// How wide the column of times is, by the oldest of them.
pub(super) fn times_width(lang: Lang, oldest: SystemTime) -> f32 {
    if lang.is_today(oldest) { TIMES } else { DATES }
}

/// The heading of a list of changes; returns where the list begins.
pub(super) fn head_ui(ui: &Ui, rect: Rect, title: &str) -> Rect {
    let middle = rect.top() + HEAD / 2.0;
    let left = rect.left() + INSET;
    let end = paint_text(ui.painter(), left, middle, title, &fonts::strong(), tokens(ui).text1);
    let place = Rect::from_min_max(pos2(left, middle - 10.0), pos2(end, middle + 10.0));
    label_over(ui, place, ("changes head", title), title);
    rect.with_min_y(rect.top() + HEAD)
}

/// One change: when, what of it as a sign, and in words.
pub(super) fn line_ui(ui: &Ui, lang: Lang, line: &OneLine<'_>, times: f32, at: SystemTime, said: &str, badge: Health) {
    let t = tokens(ui);
    let (rect, middle) = (line.rect, line.rect.center().y);
    let time = lang.clock(at);
    paint_text(ui.painter(), rect.left() + INSET, middle, &time, &fonts::code(), t.text3);
    let color = if badge.tone() == Tone::Plain { t.text3 } else { t.tint(badge.tone()).fg };
    badge.icon().paint_at(ui.painter(), pos2(rect.left() + INSET + times + 7.0, middle), 14.0, color);
    let left = rect.left() + INSET + times + 24.0;
    let galley = text::line_within(ui.painter(), said, fonts::body(), t.text2, rect.right() - INSET - left);
    text::paint(ui.painter(), galley, left, middle, &fonts::body());
    let (whole, date) = (format!("{time} {said}"), lang.date_and_clock(at));
    line.response.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, &whole));
    ui.ctx().accesskit_node_builder(line.response.id, |node| node.set_description(date.as_str()));
    copy_menu_ui(line.response, 4, &whole);
    tooltip_ui(line.response, &date, None);
}

/// A change in words.
pub(super) fn said(lang: Lang, line: &TimelineLine) -> String {
    let id = &line.instance.id;
    match &line.what {
        Happening::Registry(change) => lang.registry_change(id, change, &line.note),
        Happening::Wire { was, now } => lang.wire_change(id, was.word(), now.word()),
        Happening::Schema { was, now } => lang.schema_change(id, was, now),
    }
}

/// Its sign.
fn sign(line: &TimelineLine) -> Health {
    match &line.what {
        Happening::Registry(ChangeKind::Added { .. }) => Health::Passing,
        Happening::Registry(ChangeKind::Removed { .. }) => Health::Critical,
        Happening::Registry(ChangeKind::Health { to, .. }) => of_registry(*to),
        Happening::Registry(_) => Health::Unknown,
        Happening::Wire { now, .. } => health::of_wire(now),
        Happening::Schema { .. } => Health::Warning,
    }
}
