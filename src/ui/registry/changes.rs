//! What came, went and changed health, when.

use std::time::SystemTime;

use egui::{Rect, Ui, pos2, vec2};

use super::health;
use super::side::of_registry;
use crate::app::{Happening, ServiceEntry, ServiceRef, TimelineLine};
use crate::registry::ChangeKind;
use crate::ui::context::{Cx, pane_at};
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::measure::INSET;
use crate::ui::theme::{Tone, tokens};
use crate::ui::widgets::badge::Health;
use crate::ui::widgets::menu::copy_menu_ui;
use crate::ui::widgets::text::{self, label_over, paint_text};
use crate::ui::widgets::tooltip::tooltip_ui;
use crate::words::Lang;

const ROW: f32 = 31.0;
const HEAD: f32 = 36.0;
const TIMES: f32 = 74.0;
/// The same, where some are of another day.
const DATES: f32 = 96.0;

/// The changes of one service, newest first.
pub(super) fn changes_ui(ui: &mut Ui, cx: &mut Cx<'_>, rect: Rect, known: &ServiceEntry, _service: &ServiceRef) {
    let words = cx.lang().registry();
    let t = tokens(ui);
    let end = paint_text(
        ui.painter(),
        rect.left() + INSET,
        rect.top() + HEAD / 2.0,
        words.changes,
        &fonts::strong(),
        t.text1,
    );
    let place = Rect::from_min_max(pos2(rect.left() + INSET, rect.top() + 8.0), pos2(end, rect.top() + 28.0));
    label_over(ui, place, "changes head", words.changes);
    let body = Rect::from_min_max(pos2(rect.left(), rect.top() + HEAD), rect.max);
    let mut pane = pane_at(ui, body, "changes");
    if known.timeline.is_empty() {
        paint_text(pane.painter(), rect.left() + INSET, body.top() + 12.0, words.no_changes, &fonts::body(), t.text3);
        let place = Rect::from_min_size(body.min + vec2(INSET, 0.0), vec2(body.width() - 2.0 * INSET, 24.0));
        label_over(&pane, place, "no changes", words.no_changes);
        return;
    }
    let times = known.timeline.iter().last().map_or(TIMES, |oldest| times_width(cx.lang(), oldest.at));
    egui::ScrollArea::vertical().id_salt("changes").auto_shrink([false, false]).show_rows(
        &mut pane,
        ROW,
        known.timeline.len(),
        |ui, range| {
            ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
            for line in range.filter_map(|index| known.timeline.get(index)) {
                line_ui(ui, cx, times, line);
            }
        },
    );
}

/// How wide the column of times is, by the oldest of them.
pub(super) fn times_width(lang: Lang, oldest: SystemTime) -> f32 {
    if lang.is_today(oldest) { TIMES } else { DATES }
}

fn line_ui(ui: &mut Ui, cx: &Cx<'_>, times: f32, line: &TimelineLine) {
    let t = tokens(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), egui::Sense::CLICK);
    let lang = cx.lang();
    let time = lang.clock(line.at);
    let said = said(lang, line);
    let (icon, tone): (Icon, Tone) = sign(line);
    let middle = rect.center().y;
    paint_text(ui.painter(), rect.left() + INSET, middle, &time, &fonts::code(), t.text3);
    let color = if tone == Tone::Plain { t.text3 } else { t.tint(tone).fg };
    icon.paint_at(ui.painter(), pos2(rect.left() + INSET + times + 7.0, middle), 14.0, color);
    let left = rect.left() + INSET + times + 24.0;
    let galley = text::line_within(ui.painter(), &said, fonts::body(), t.text2, rect.right() - INSET - left);
    text::paint(ui.painter(), galley, left, middle, &fonts::body());
    let whole = format!("{time} {said}");
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ListItem, true, &whole));
    copy_menu_ui(&response, 4, &whole);
    tooltip_ui(&response, &lang.date_and_clock(line.at), None);
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
fn sign(line: &TimelineLine) -> (Icon, Tone) {
    let badge = match &line.what {
        Happening::Registry(ChangeKind::Added { .. }) => Health::Passing,
        Happening::Registry(ChangeKind::Removed { .. }) => Health::Critical,
        Happening::Registry(ChangeKind::Health { to, .. }) => of_registry(*to),
        Happening::Registry(_) => Health::Unknown,
        Happening::Wire { now, .. } => health::of_wire(now),
        Happening::Schema { .. } => Health::Warning,
    };
    (badge.icon(), badge.tone())
}
