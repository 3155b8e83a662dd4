//! A table of any number of rows: its place is kept as a row and points within it, so that it is exact where a height
//! in 32-bit points would not be (from some 400,000 rows on), and only the rows in view are asked for.

use std::ops::Range;

use egui::{CornerRadius, CursorIcon, EventFilter, Id, Rect, Role, Sense, Ui, UiBuilder, pos2, vec2};

use super::rows::row_keys;
use super::table::{Cell, Table, TableResponse};
use crate::ui::theme::tokens;

/// The bar is this wide, and so far from the edge; the pointer takes it from twice as far.
const BAR: f32 = 6.0;
const BAR_EDGE: f32 = 2.0;
/// The handle is never shorter.
const HANDLE: f64 = 24.0;

/// What the person did, and what they see.
#[derive(Debug, Default)]
pub struct LongResponse {
    /// To the rows.
    pub table: TableResponse,
    /// Rows in view.
    pub visible: Range<usize>,
    /// Top of the first of them, in points of the screen.
    pub top: f32,
    /// A row of it has the focus.
    pub has_focus: bool,
    /// The person scrolled away from the end (`false`), or to it (`true`).
    pub followed: Option<bool>,
}

/// Where the view stands.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Place {
    /// Points from the first row's top; exact up to 2^53.
    offset: f64,
    /// Where the handle was taken, in points from its top.
    grabbed: f64,
}

impl Table<'_> {
    /// Shows the visible ones of `count` rows; `row` gives the cells of a row, one a column.
    pub fn show_long(self, ui: &mut Ui, count: usize, mut row: impl FnMut(usize) -> Vec<Cell>) -> LongResponse {
        let mut out = LongResponse::default();
        let builder = UiBuilder::new().id_salt(self.id).accessibility_role(Role::Table).accessibility_label(self.name);
        ui.scope_builder(builder, |ui| {
            ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
            let places = self.layout(ui.available_width());
            if self.head {
                self.head_ui(ui, &places);
            }
            let room = ui.available_rect_before_wrap();
            ui.allocate_rect(room, Sense::hover());
            ui.shrink_clip_rect(room);
            self.rows_ui(ui, room, &places, count, &mut row, &mut out);
        });
        out
    }

    fn rows_ui(
        &self,
        ui: &mut Ui,
        room: Rect,
        places: &[(f32, f32)],
        count: usize,
        row: &mut dyn FnMut(usize) -> Vec<Cell>,
        out: &mut LongResponse,
    ) {
        let height = f64::from(self.row_height());
        let page = f64::from(room.height());
        let most = (count as f64 * height - page).max(0.0);
        let id = self.id.with("long");
        let mut place = ui.data(|data| data.get_temp::<Place>(id)).unwrap_or_default();
        let before = place;

        let focus_row = self.chosen.filter(|row| *row < count).unwrap_or(0);
        let keys = row_keys(ui, self.row_id(focus_row), focus_row, count, (page / height) as usize, false);
        if let Some(go) = keys.go {
            out.table.chosen = Some(go);
            ui.memory_mut(|memory| memory.request_focus(self.row_id(go)));
        }
        if keys.open {
            out.table.opened = Some(focus_row);
        }
        if ui.memory(|memory| memory.has_focus(self.row_id(focus_row))) {
            // Escape closes what a row opened, and leaves the focus where it is.
            let filter = EventFilter { vertical_arrows: true, escape: true, ..EventFilter::default() };
            ui.memory_mut(|memory| memory.set_focus_lock_filter(self.row_id(focus_row), filter));
        }
        out.has_focus = ui.memory(|memory| memory.has_focus(self.row_id(focus_row))) || keys.go.is_some();
        if !out.has_focus || keys.go.is_some() {
            ui.data_mut(|data| data.remove::<bool>(self.by_pointer()));
        }

        if self.follow_tail {
            place.offset = most;
        }
        let wheel = if ui.rect_contains_pointer(room) {
            // What is used here scrolls nothing else.
            ui.input_mut(|input| std::mem::take(&mut input.smooth_scroll_delta.y))
        } else {
            0.0
        };
        if wheel != 0.0 {
            place.offset -= f64::from(wheel);
        }
        if let Some(index) = keys.go.or(self.scroll_to) {
            let top = index as f64 * height;
            place.offset = place.offset.min(top).max(top + height - page);
        }
        place.offset = place.offset.clamp(0.0, most);

        let first = ((place.offset / height).floor() as usize).min(count);
        let last = (((place.offset + page) / height).ceil() as usize).min(count);
        out.visible = first..last;
        let scale = ui.pixels_per_point();
        let start = (first as f64 * height - place.offset) as f32;
        let top = ((room.top() + start) * scale).round() / scale;
        out.top = top;
        let go = keys.go;
        // The row with the focus keeps it also out of view.
        if !(first..last).contains(&focus_row)
            && count > 0
            && ui.memory(|memory| memory.has_focus(self.row_id(focus_row)))
        {
            let away = Rect::from_min_size(pos2(room.left(), room.top() - 100.0), vec2(room.width(), 1.0));
            ui.interact(away, self.row_id(focus_row), Sense::click());
        }
        let stop = if (first..last).contains(&focus_row) { focus_row } else { first };
        for index in first..last {
            let cells = row(index);
            let at = pos2(room.left(), top + (index - first) as f32 * self.row_height());
            let rect = Rect::from_min_size(at, vec2(room.width(), self.row_height()));
            self.row_at(ui, rect, places, index, &cells, stop, go, &mut out.table);
        }
        if out.table.clicked
            && let Some(row) = out.table.chosen
        {
            // Arrows go on from the row that was clicked.
            ui.memory_mut(|memory| memory.request_focus(self.row_id(row)));
            ui.data_mut(|data| data.insert_temp(self.by_pointer(), true));
        }
        let mut is_moved = wheel != 0.0 || keys.go.is_some();
        if let Some(bar) = Bar::of(room, place.offset, most, page) {
            // After the rows, so that it lies over them; where it was dragged to, the next frame shows.
            bar.paint(ui);
            let painted = place.offset;
            bar.drag(ui, id, most, &mut place);
            if (place.offset - painted).abs() > 0.01 {
                is_moved = true;
                ui.ctx().request_repaint();
            }
        }
        if is_moved && (place.offset - before.offset).abs() > 0.01 {
            // However little: a slow wheel must not be pulled back to the end again and again.
            let at_end = most - place.offset < 0.5;
            if at_end != self.follow_tail {
                out.followed = Some(at_end);
            }
        }
        if place != before {
            ui.data_mut(|data| data.insert_temp(id, place));
        }
    }
}

/// The scroll bar.
struct Bar {
    track: Rect,
    handle: Rect,
}

impl Bar {
    /// Only where there is more than fits.
    fn of(room: Rect, offset: f64, most: f64, page: f64) -> Option<Self> {
        if most <= 0.0 {
            return None;
        }
        let right = room.right() - BAR_EDGE;
        let track = Rect::from_min_max(pos2(right - BAR, room.top() + 2.0), pos2(right, room.bottom() - 2.0));
        let length = f64::from(track.height());
        let handle = (length * page / (most + page)).max(HANDLE).min(length);
        let top = f64::from(track.top()) + (length - handle) * (offset / most);
        let handle = Rect::from_min_size(pos2(track.left(), top as f32), vec2(BAR, handle as f32));
        Some(Self { track, handle })
    }

    /// Takes drags of the handle, and clicks beside it.
    fn drag(&self, ui: &Ui, id: Id, most: f64, place: &mut Place) {
        let around = self.track.expand2(vec2(BAR, 0.0));
        let response =
            ui.interact(around, id.with("bar"), Sense::CLICK | Sense::DRAG).on_hover_cursor(CursorIcon::Default);
        let Some(pointer) = response.interact_pointer_pos() else { return };
        let within = f64::from(pointer.y - self.handle.top());
        let length = f64::from(self.handle.height());
        if ui.input(|input| input.pointer.any_pressed()) {
            // Beside the handle, its middle comes to the pointer.
            place.grabbed = if (0.0..=length).contains(&within) { within } else { length / 2.0 };
        }
        let free = f64::from(self.track.height()) - length;
        let at = f64::from(pointer.y - self.track.top()) - place.grabbed;
        place.offset = if free > 0.0 { (at / free).clamp(0.0, 1.0) * most } else { 0.0 };
    }

    fn paint(&self, ui: &Ui) {
        let t = tokens(ui);
        ui.painter().rect_filled(self.handle, CornerRadius::same(3), t.scroll_bar);
    }
}

#[cfg(test)]
mod tests {
    use egui::{Rect, pos2};

    use super::Bar;

    #[test]
    fn the_handle_shows_the_place_and_is_never_lost() {
        let room = Rect::from_min_max(pos2(0.0, 0.0), pos2(100.0, 504.0));
        let handle =
            |offset, most| Bar::of(room, offset, most, 504.0).map(|bar| (bar.handle.top(), bar.handle.height()));
        assert_eq!(handle(0.0, 0.0), None);
        assert_eq!(handle(0.0, 504.0), Some((2.0, 250.0)));
        assert_eq!(handle(504.0, 504.0), Some((252.0, 250.0)));
        assert_eq!(handle(26e6, 26e6), Some((478.0, 24.0)));
    }
}
