//! The line between two panes that can be dragged.

use egui::{CursorIcon, EventFilter, Id, Key, Modifiers, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::ui::theme::tokens;

/// Which way a splitter parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SplitAxis {
    /// Left and right.
    Columns,
    /// Top and bottom.
    Rows,
}

/// Where a splitter may stand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SplitRange {
    /// The least that the first part keeps, in points.
    pub first_min: f32,
    /// The least that the second part keeps, in points.
    pub second_min: f32,
    /// The share of the first part after a double click.
    pub rest: f32,
}

/// Parts `area` in two by `share` (of the first part, 0 to 1), which dragging, arrow keys and a double click change.
///
/// Call it after the panes were painted, or they take its drags. Returns both parts.
pub fn splitter_ui(
    ui: &mut Ui,
    id: Id,
    name: &str,
    area: Rect,
    axis: SplitAxis,
    share: &mut f32,
    range: SplitRange,
) -> (Rect, Rect) {
    const GRIP: f32 = 3.0;
    const KEY_STEP: f32 = 16.0;
    let t = tokens(ui);
    let length = if axis == SplitAxis::Columns { area.width() } else { area.height() };
    let at = first_length(length, *share, range);
    let (first, second) = split_at(area, axis, at);
    let edge = if axis == SplitAxis::Columns { first.right() } else { first.bottom() };
    let grip = match axis {
        SplitAxis::Columns => Rect::from_x_y_ranges((edge - GRIP)..=(edge + GRIP), area.y_range()),
        SplitAxis::Rows => Rect::from_x_y_ranges(area.x_range(), (edge - GRIP)..=(edge + GRIP)),
    };
    let response = ui.interact(grip, id, Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Splitter, true, name));
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_numeric_value(f64::from(*share));
        node.set_min_numeric_value(0.0);
        node.set_max_numeric_value(1.0);
    });
    let grab = id.with("grab");
    let along = |p: egui::Pos2| if axis == SplitAxis::Columns { p.x - area.left() } else { p.y - area.top() };
    if response.drag_started()
        && let Some(origin) = ui.input(|input| input.pointer.press_origin())
    {
        // Keep the distance between pointer and edge, so that grabbing moves nothing.
        ui.data_mut(|data| data.insert_temp(grab, at - along(origin)));
    }
    let mut wanted = None;
    if response.dragged()
        && let Some(pointer) = response.interact_pointer_pos()
    {
        wanted = Some(along(pointer) + ui.data(|data| data.get_temp::<f32>(grab)).unwrap_or_default());
    }
    if ui.memory(|memory| memory.has_focus(id)) {
        let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
        let (more, less) = match axis {
            SplitAxis::Columns => (Key::ArrowRight, Key::ArrowLeft),
            SplitAxis::Rows => (Key::ArrowDown, Key::ArrowUp),
        };
        let step = ui.input_mut(|input| {
            f32::from(u8::from(input.consume_key(Modifiers::NONE, more)))
                - f32::from(u8::from(input.consume_key(Modifiers::NONE, less)))
        });
        if step != 0.0 {
            wanted = Some(at + step * KEY_STEP);
        }
    }
    if response.double_clicked() {
        *share = range.rest;
        ui.ctx().request_repaint();
    } else if let Some(wanted) = wanted
        && length > 0.0
    {
        let before = *share;
        *share = first_length(length, wanted / length, range) / length;
        if (before - *share).abs() > f32::EPSILON {
            ui.ctx().request_repaint();
        }
    }
    let lively = response.hovered() || response.dragged() || response.has_focus();
    let stroke = if lively { Stroke::new(2.0, t.accent) } else { Stroke::new(1.0, t.line) };
    let back = if lively { 1.0 } else { 0.5 };
    match axis {
        SplitAxis::Columns => {
            ui.painter().vline(edge - back, area.y_range(), stroke);
            response.on_hover_and_drag_cursor(CursorIcon::ResizeHorizontal);
        }
        SplitAxis::Rows => {
            ui.painter().hline(area.x_range(), edge - back, stroke);
            response.on_hover_and_drag_cursor(CursorIcon::ResizeVertical);
        }
    }
    (first, second)
}

/// The two parts of `area` by `share`, without anything to drag: for painting the panes before their splitter.
pub fn split(area: Rect, axis: SplitAxis, share: f32, range: SplitRange) -> (Rect, Rect) {
    let length = if axis == SplitAxis::Columns { area.width() } else { area.height() };
    split_at(area, axis, first_length(length, share, range))
}

fn split_at(area: Rect, axis: SplitAxis, at: f32) -> (Rect, Rect) {
    let corner = match axis {
        SplitAxis::Columns => vec2(at, area.height()),
        SplitAxis::Rows => vec2(area.width(), at),
    };
    let first = Rect::from_min_size(area.min, corner);
    let second = match axis {
        SplitAxis::Columns => Rect::from_min_max(pos2(first.right(), area.top()), area.max),
        SplitAxis::Rows => Rect::from_min_max(pos2(area.left(), first.bottom()), area.max),
    };
    (first, second)
}

/// The length of the first part in whole points, within what both need.
fn first_length(length: f32, share: f32, range: SplitRange) -> f32 {
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { range.rest };
    let most = (length - range.second_min).max(0.0);
    (length * share).max(range.first_min.min(length)).min(most.max(range.first_min.min(length))).round()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_parts_keep_what_they_need() {
        let range = SplitRange { first_min: 100.0, second_min: 200.0, rest: 0.5 };
        let check = |length, share, expect: f32| {
            let found = first_length(length, share, range);
            assert!((found - expect).abs() < 0.01, "{length} by {share}: {found}, not {expect}");
        };
        check(1000.0, 0.5, 500.0);
        check(1000.0, 0.0, 100.0);
        check(1000.0, 1.0, 800.0);
        check(250.0, 0.9, 100.0);
        check(50.0, 0.5, 50.0);
        check(1000.0, f32::NAN, 500.0);
    }
}
