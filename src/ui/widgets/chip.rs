//! A word that was added and can be taken away.

use egui::{CornerRadius, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::shared::{Stand, ring, shows_focus};
use super::text;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::tokens;

/// A chip of 20; returns whether its × (named `remove_name`) was pressed.
pub fn chip_ui(ui: &mut Ui, label: &str, remove_name: &str) -> bool {
    let t = tokens(ui);
    let font = fonts::hint();
    let galley = text::line(ui.painter(), label, font.clone(), t.text1);
    let width = (8.0 + galley.size().x + 4.0 + 12.0 + 4.0).round();
    let (rect, response) = ui.allocate_exact_size(vec2(width, 20.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, label));
    ui.painter().rect_filled(rect, CornerRadius::same(4), t.bg4);
    text::paint(ui.painter(), galley, rect.left() + 8.0, rect.center().y, &font);
    let cross = Rect::from_min_max(pos2(rect.right() - 18.0, rect.top()), rect.max);
    let remove = ui.interact(cross, response.id.with("remove"), Sense::click());
    remove.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), remove_name));
    let color = if remove.hovered() { t.text1 } else { t.text2 };
    Icon::X.paint_at(ui.painter(), pos2(rect.right() - 10.0, rect.center().y), 12.0, color);
    if shows_focus(&remove, Stand::Rest) {
        ring(ui.painter(), cross, 4, t);
    }
    remove.clicked()
}
