//! Paints one frame of a view and tells it to screen readers: text, numbers, hits, selection, chevrons, buttons.

use std::ops::Range;
use std::sync::Arc;

use egui::{Color32, CursorIcon, Painter, Rect, Response, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::state::{Reveal, State};
use super::view::{FOLDS, Frame};
use super::wrap::{LONGEST_LINE, Tail};
use super::{CodeView, input};
use crate::engine::TextLines;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::measure::CODE_LINE;
use crate::ui::widgets::json::Language;
use crate::ui::widgets::shared::{Stand, ring, shows_focus};
use crate::ui::widgets::text;

impl Frame<'_> {
    fn fill(&self, painter: &Painter, code: &TextLines, range: &Range<usize>, color: Color32) {
        for rect in self.rows.iter().filter_map(|row| row.rect_of(code, range)) {
            painter.rect_filled(rect, 0.0, color);
        }
    }

    /// Text, numbers, hits and selection.
    pub fn paint(&self, ui: &Ui, state: &State, view: &CodeView<'_>, code: &TextLines, response: &Response) {
        let t = self.t;
        let has_focus = ui.memory(|memory| memory.has_focus(response.id));
        let column = self.column();
        // Text that is scrolled under the numbers is cut off there.
        let clip = Rect::from_min_max(pos2(column - 3.0, self.room.top()), self.room.max);
        let painter = ui.painter().with_clip_rect(clip.intersect(ui.clip_rect()));
        let selection = state.selection.range();
        let caret_line = state.line(code);
        if has_focus && selection.is_empty() {
            for row in self.rows.iter().filter(|row| row.line == caret_line) {
                let rect = Rect::from_x_y_ranges(self.room.x_range(), row.top..=row.top + CODE_LINE);
                ui.painter().rect_filled(rect, 0.0, t.bg3);
            }
        }
        self.paint_hits(&painter, state, view, code);
        if !selection.is_empty() {
            self.fill(&painter, code, &selection, if has_focus { t.accent_bg } else { t.bg4 });
        }
        let font = fonts::code();
        for row in &self.rows {
            let middle = row.top + CODE_LINE / 2.0;
            text::paint(&painter, Arc::clone(&row.galley), row.left, middle, &font);
            if row.piece > 0 {
                continue;
            }
            let line = code.line(row.line);
            let number = (row.line + 1).to_string();
            let color = if has_focus && row.line == caret_line { t.text3 } else { t.faint };
            let right = column - 12.0 - if view.language == Language::Json { FOLDS } else { 0.0 };
            text::paint_text_right(ui.painter(), right, middle, &number, &font, color);
            let place = Rect::from_x_y_ranges(self.room.x_range(), row.top..=row.top + CODE_LINE);
            let label = ui.interact(place.intersect(self.room), response.id.with(("line", row.line)), Sense::hover());
            label.widget_info(|| {
                let shown = line.char_indices().nth(LONGEST_LINE).and_then(|(cut, _)| line.get(..cut)).unwrap_or(line);
                WidgetInfo::labeled(Role::Label, true, shown)
            });
        }
        if response.hovered() && ui.input(|input| input.pointer.hover_pos()).is_some_and(|at| at.x >= column - 3.0) {
            ui.ctx().set_cursor_icon(CursorIcon::Text);
        }
        if shows_focus(response, Stand::Rest) && !state.by_pointer {
            ring(ui.painter(), self.room.shrink(1.0), 4, t);
        }
    }

    fn paint_hits(&self, painter: &Painter, state: &State, view: &CodeView<'_>, code: &TextLines) {
        let t = self.t;
        let (Some(first), Some(last)) = (self.rows.first(), self.rows.last()) else { return };
        if state.find.is_open {
            let search = &state.find.search;
            let current = state.find.current.and_then(|index| search.hits().get(index));
            // Row by row: between two rows there may be as many hits as are folded.
            for row in &self.rows {
                for hit in search.hits_in(&row.bytes) {
                    let Some(rect) = row.rect_of(code, hit) else { continue };
                    painter.rect_filled(rect, 0.0, t.find_hit);
                    if current == Some(hit) {
                        let edge = Stroke::new(1.5, t.warn);
                        painter.rect_stroke(rect.expand2(vec2(1.0, -1.0)), 2.0, edge, egui::StrokeKind::Middle);
                    }
                }
            }
        }
        let start = view.hits.partition_point(|hit| hit.line < first.line);
        for hit in view.hits[start..].iter().take_while(|hit| hit.line <= last.line) {
            let at = code.start(hit.line);
            self.fill(painter, code, &(at + hit.range.start..at + hit.range.end), t.find_hit);
        }
    }

    /// The chevrons, what stands for folded lines, and the buttons of very long ones.
    pub fn buttons_ui(&self, ui: &Ui, state: &mut State, view: &CodeView<'_>, code: &TextLines) {
        let t = self.t;
        let column = self.column();
        let mut toggled = None;
        let mut whole = None;
        let clip = Rect::from_min_max(pos2(column - 3.0, self.room.top()), self.room.max);
        let painter = ui.painter().with_clip_rect(clip.intersect(ui.clip_rect()));
        for row in &self.rows {
            let middle = row.top + CODE_LINE / 2.0;
            if row.piece == 0
                && let Some(fold) = code.fold_at(row.line)
            {
                let is_folded = state.folding.is_folded(fold);
                let cell = Rect::from_center_size(pos2(column - FOLDS, middle), vec2(16.0, CODE_LINE));
                let button = ui.interact(cell.intersect(self.room), view.id.with(("fold", row.line)), Sense::CLICK);
                let name = view.lang.fold_line(row.line + 1, is_folded);
                button.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
                ui.ctx().accesskit_node_builder(button.id, |node| node.set_expanded(!is_folded));
                let icon = if is_folded { Icon::ChevronRight } else { Icon::ChevronDown };
                let color = if button.hovered() { t.text1 } else { t.text3 };
                icon.paint_at(ui.painter(), cell.center(), 12.0, color);
                if button.clicked() {
                    toggled = Some(fold);
                }
            }
            if let Some(fold) = row.folded.and_then(|fold| code.folds().get(fold).map(|of| (fold, of))) {
                let (index, fold) = fold;
                let items = view.lang.items(fold.items);
                let left = row.left + row.galley.size().x + 4.0;
                let dots = Rect::from_min_size(pos2(left, middle - 8.0), vec2(20.0, 16.0));
                let last = code.line(fold.close as usize).trim();
                let font = fonts::code();
                let end = text::paint_text(&painter, dots.right() + 4.0, middle, last, &font, t.text2);
                let end = text::paint_text(&painter, end + 12.0, middle, &items, &fonts::hint(), t.text3);
                let place = Rect::from_x_y_ranges(left..=end, row.top..=row.top + CODE_LINE).intersect(clip);
                let button = ui.interact(place, view.id.with(("folded", row.line)), Sense::CLICK);
                button.widget_info(|| WidgetInfo::labeled(Role::Button, true, &items));
                let fill = if button.hovered() { t.stroke } else { t.bg4 };
                painter.rect_filled(dots, 4.0, fill);
                text::paint_text_center(&painter, dots.translate(vec2(0.0, -2.0)), "…", &font, t.text1);
                if button.on_hover_cursor(CursorIcon::PointingHand).clicked() {
                    toggled = Some(index);
                }
            }
            if let Some(tail) = row.tail {
                let label = match tail {
                    Tail::ShowAll => view.lang.show_all(code.line(row.line).len()),
                    Tail::ShowLess => view.lang.body().show_less.to_owned(),
                };
                let font = fonts::body();
                let width = text::width(&painter, &label, font.clone());
                let place = Rect::from_min_size(pos2(row.left.max(column), row.top), vec2(width + 4.0, CODE_LINE));
                let button = ui.interact(place.intersect(self.room), view.id.with(("tail", row.line)), Sense::CLICK);
                button.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
                text::paint_text(&painter, place.left(), middle, &label, &font, t.accent);
                if button.hovered() {
                    painter.hline(place.left()..=place.left() + width, middle + 8.0, Stroke::new(1.0, t.accent));
                }
                if button.on_hover_cursor(CursorIcon::PointingHand).clicked() {
                    whole = Some((row.line, tail));
                }
            }
        }
        if let Some(fold) = toggled {
            input::toggle(state, code, fold);
            ui.ctx().request_repaint();
        }
        if let Some((line, tail)) = whole {
            if tail == Tail::ShowAll {
                state.whole.insert(line);
            } else {
                state.whole.remove(&line);
                state.reveal = Some(Reveal { byte: code.start(line), middle: false });
            }
            ui.ctx().request_repaint();
        }
    }
}
