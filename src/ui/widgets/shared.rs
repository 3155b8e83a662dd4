//! What several widgets share: how a control stands, its focus ring, keys that act on what has the focus.

use egui::{Color32, CornerRadius, Painter, Rect, Response, Stroke, StrokeKind, Ui, pos2};

use crate::ui::theme::Tokens;

/// How a control stands. Every control finds it by itself; the gallery names it to show all of them at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stand {
    /// Nothing is happening to it.
    #[default]
    Rest,
    /// The pointer is over it.
    Hover,
    /// The pointer is held down on it.
    Pressed,
    /// It has the keyboard's focus.
    Focus,
}

impl Stand {
    /// What a response says. Focus is told apart from hover by [`has_focus`].
    pub(in crate::ui) fn of(response: &Response) -> Self {
        if !response.enabled() {
            Self::Rest
        } else if response.is_pointer_button_down_on() {
            Self::Pressed
        } else if response.hovered() {
            Self::Hover
        } else {
            Self::Rest
        }
    }
}

/// Whether the keyboard goes to this widget, also while the window itself is not in front.
pub(in crate::ui) fn owns_keys(ui: &Ui, response: &Response) -> bool {
    ui.memory(|memory| memory.has_focus(response.id))
}

/// Whether to paint the ring: the keyboard brought the focus here.
pub(in crate::ui) fn shows_focus(response: &Response, forced: Stand) -> bool {
    forced == Stand::Focus || response.has_focus()
}

/// A filled rectangle with a line of 1 inside its edge.
pub(in crate::ui) fn boxed(painter: &Painter, rect: Rect, radius: u8, fill: Color32, edge: Color32) {
    painter.rect(rect, CornerRadius::same(radius), fill, Stroke::new(1.0, edge), StrokeKind::Inside);
}

/// The ring of 2 on the edge of what has the focus.
pub(in crate::ui) fn ring(painter: &Painter, rect: Rect, radius: u8, t: &Tokens) {
    painter.rect_stroke(rect, CornerRadius::same(radius), Stroke::new(2.0, t.accent), StrokeKind::Inside);
}

/// The line of 1 along the bottom of a bar.
pub fn line_below(painter: &Painter, rect: Rect, color: Color32) {
    painter.hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, color));
}

/// The line of 1 along the right of a column.
pub fn line_right(painter: &Painter, rect: Rect, color: Color32) {
    painter.vline(rect.right() - 0.5, rect.y_range(), Stroke::new(1.0, color));
}

/// A dashed outline with round corners.
pub fn dashed(painter: &Painter, rect: Rect, radius: f32, color: Color32) {
    const CORNER_STEPS: u8 = 4;
    let r = rect.shrink(0.5);
    let radius = radius.min(r.width() / 2.0).min(r.height() / 2.0).max(0.0);
    let mut points = Vec::new();
    let corners = [
        (pos2(r.right() - radius, r.top() + radius), -90.0_f32),
        (pos2(r.right() - radius, r.bottom() - radius), 0.0),
        (pos2(r.left() + radius, r.bottom() - radius), 90.0),
        (pos2(r.left() + radius, r.top() + radius), 180.0),
    ];
    for (center, start) in corners {
        for i in 0..=CORNER_STEPS {
            let (sin, cos) = (start + 90.0 * f32::from(i) / f32::from(CORNER_STEPS)).to_radians().sin_cos();
            points.push(pos2(center.x + radius * cos, center.y + radius * sin));
        }
    }
    if let Some(first) = points.first().copied() {
        points.push(first);
    }
    painter.extend(egui::Shape::dashed_line(&points, Stroke::new(1.0, color), 3.0, 3.0));
}
