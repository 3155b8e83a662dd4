//! Check box, radio button, toggle.

use egui::{Color32, CornerRadius, Rect, Response, Role, Sense, Stroke, Ui, Vec2, WidgetInfo, pos2, vec2};

use super::shared::{Stand, boxed, ring, shows_focus};
use super::text;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::tokens;

/// The mark and, unless hidden, its label; returns the response and the mark's rectangle.
fn place(ui: &mut Ui, size: Vec2, label: &str, show_label: bool) -> (Response, Rect) {
    let font = fonts::body();
    let galley = show_label.then(|| text::line(ui.painter(), label, font.clone(), tokens(ui).text1));
    let more = galley.as_ref().map_or(0.0, |galley| 8.0 + galley.size().x.ceil());
    let height = if show_label { size.y.max(18.0) } else { size.y };
    let (rect, response) = ui.allocate_exact_size(vec2(size.x + more, height), Sense::click());
    let mark = Rect::from_min_size(pos2(rect.left(), rect.center().y - size.y / 2.0), size);
    if let Some(galley) = galley {
        text::paint(ui.painter(), galley, mark.right() + 8.0, rect.center().y, &font);
    }
    (response, mark)
}

/// A check box of 16. Without `show_label` the label is only its name.
pub fn check_box_ui(ui: &mut Ui, on: &mut bool, label: &str, show_label: bool) -> Response {
    let t = tokens(ui);
    let (mut response, mark) = place(ui, vec2(16.0, 16.0), label, show_label);
    if response.clicked() {
        *on = !*on;
        response.mark_changed();
    }
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, ui.is_enabled(), *on, label));
    let painter = ui.painter();
    if *on {
        let fill = if response.hovered() { t.accent_fill_hover } else { t.accent_fill };
        painter.rect_filled(mark, CornerRadius::same(4), fill);
        Icon::Check.paint_at(painter, mark.center(), 12.0, t.on_fill);
    } else {
        boxed(painter, mark, 4, t.bg3, if response.hovered() { t.faint } else { t.stroke });
    }
    if shows_focus(&response, Stand::Rest) {
        ring(painter, mark.expand(3.0), 7, t);
    }
    response
}

/// A radio button of 16; the caller changes its choice when it was clicked.
pub fn radio_ui(ui: &mut Ui, on: bool, label: &str, show_label: bool) -> Response {
    let t = tokens(ui);
    let (response, mark) = place(ui, vec2(16.0, 16.0), label, show_label);
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, ui.is_enabled(), on, label));
    let painter = ui.painter();
    let center = mark.center();
    if on {
        painter.circle_filled(center, 8.0, t.accent_fill);
        painter.circle_filled(center, 3.0, t.on_fill);
    } else {
        let edge = if response.hovered() { t.faint } else { t.stroke };
        painter.circle(center, 7.5, t.bg3, Stroke::new(1.0, edge));
    }
    if shows_focus(&response, Stand::Rest) {
        ring(painter, mark.expand(3.0), 11, t);
    }
    response
}

/// A toggle of 28×16: takes effect at once. Without `show_label` the label is only its name.
pub fn toggle_ui(ui: &mut Ui, on: &mut bool, label: &str, show_label: bool) -> Response {
    let t = tokens(ui);
    let (mut response, mark) = place(ui, vec2(28.0, 16.0), label, show_label);
    if response.clicked() {
        *on = !*on;
        response.mark_changed();
    }
    response.widget_info(|| WidgetInfo::selected(Role::Switch, ui.is_enabled(), *on, label));
    let painter = ui.painter();
    let (fill, edge, knob, x) = if *on {
        (t.accent_fill, Color32::TRANSPARENT, t.on_fill, mark.right() - 8.0)
    } else {
        (t.bg4, t.stroke, t.text2, mark.left() + 8.0)
    };
    boxed(painter, mark, 8, fill, if edge == Color32::TRANSPARENT { fill } else { edge });
    painter.circle_filled(pos2(x, mark.center().y), 6.0, knob);
    if shows_focus(&response, Stand::Rest) {
        ring(painter, mark.expand(3.0), 11, t);
    }
    response
}
