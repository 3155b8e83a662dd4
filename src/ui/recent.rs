//! Recent things on the first window: sources that were opened, newest first.

use egui::{CornerRadius, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::context::Cx;
use super::fonts;
use super::icons::Icon;
use super::theme::tokens;
use super::widgets::shared::{Stand, ring, shows_focus};
use super::widgets::text::{Line, elide_middle, paint_text};
use super::widgets::tooltip::tooltip_ui;
use crate::app::Action;
use crate::state::{Origin, RecentSource};

const ROW: f32 = 28.0;

/// A heading, and one row each.
pub(super) fn recent_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let words = cx.words();
    let t = tokens(ui);
    let (rule, _) = ui.allocate_exact_size(vec2(ui.available_width(), 1.0), Sense::hover());
    ui.painter().hline(rule.x_range(), rule.center().y, egui::Stroke::new(1.0, t.line));
    ui.add_space(16.0);
    ui.add(Line::strong(words.recent).height(20.0));
    ui.add_space(6.0);
    if cx.app.recent_sources.is_empty() {
        ui.add(Line::new(words.recent_empty).color(t.text3));
        return;
    }
    for (index, recent) in cx.app.recent_sources.iter().enumerate() {
        if row_ui(ui, recent, words.open).clicked() {
            cx.act(Action::OpenRecent(index));
        }
    }
}

fn row_ui(ui: &mut Ui, recent: &RecentSource, open: &str) -> Response {
    let t = tokens(ui);
    let (icon, whole) = match &recent.origin {
        Origin::Address(address) => (Icon::Plug, address.clone()),
        Origin::Files { paths, .. } => {
            (Icon::Folder, paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join("; "))
        }
    };
    let name = match &recent.name {
        Some(name) => format!("{name}  {whole}"),
        None => whole,
    };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{open} {name}")));
    // The row's fill stands out to the left, so that icons align with the text above.
    let back = Rect::from_min_max(pos2(rect.left() - 8.0, rect.top()), rect.max);
    if matches!(Stand::of(&response), Stand::Hover | Stand::Pressed) {
        ui.painter().rect_filled(back, CornerRadius::same(6), t.bg3);
    }
    let middle = rect.center().y;
    icon.paint_at(ui.painter(), pos2(rect.left() + 7.0, middle), 14.0, t.text3);
    let font = fonts::code();
    let shown = elide_middle(ui.painter(), &name, &font, rect.width() - 34.0);
    paint_text(ui.painter(), rect.left() + 22.0, middle, &shown, &font, t.text2);
    if shows_focus(&response, Stand::Rest) {
        ring(ui.painter(), back, 6, t);
    }
    if shown != name {
        tooltip_ui(&response, &name, None);
    }
    response
}
