//! Rows of a waterfall: name, duration, bar on a common axis; notes are never clipped.

use egui::{Color32, CornerRadius, Id, Painter, Rect, Role, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::rows::row_keys;
use super::shared::{Stand, dashed, ring, shows_focus};
use super::text;
use crate::ui::fonts;
use crate::ui::theme::measure::{INSET, ROW};
use crate::ui::theme::{Tokens, tokens};

/// What the time of a bar was spent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BarTone {
    /// Nothing in particular: queue, resolve, settings.
    Idle,
    /// TCP.
    Connect,
    /// TLS.
    Tls,
    /// The request's messages.
    Request,
    /// Waiting for the server.
    Wait,
    /// The answer's messages.
    Response,
    /// It failed here.
    Failed,
}

impl BarTone {
    fn color(self, t: &Tokens) -> Color32 {
        match self {
            Self::Idle => t.bar_idle,
            Self::Connect => t.warn,
            Self::Tls => t.violet,
            Self::Request => t.accent,
            Self::Wait => t.ok,
            Self::Response => t.cyan,
            Self::Failed => t.error,
        }
    }
}

/// How a row's bar lies on the axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BarSpan {
    /// From when to when, in microseconds from the start of the axis.
    Between(f64, f64),
    /// It was never reached: a dashed outline from where it would have begun to where the next would, no duration.
    NotReached(f64, f64),
}

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub struct WaterfallRow<'a> {
    /// What it is.
    pub name: &'a str,
    /// How long it took, with its unit; empty for none.
    pub duration: &'a str,
    /// Where its bar lies.
    pub span: BarSpan,
    /// Its colour.
    pub tone: BarTone,
    /// A fact beside or in the bar; for what was not reached, the words that say so.
    pub note: &'a str,
    /// What it means, in the hover.
    pub hover: &'a str,
    /// On the critical path: a line of 2 under the bar.
    pub critical: bool,
}

/// One mark of the axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tick<'a> {
    /// Microseconds from the start.
    pub at_us: f64,
    /// Its label; the last one names the unit.
    pub label: &'a str,
}

/// The axis of all rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis<'a> {
    /// The head over the names.
    pub title: &'a str,
    /// Its end in microseconds.
    pub end_us: f64,
    /// Its marks.
    pub ticks: &'a [Tick<'a>],
}

/// Paints axis and rows across the room there is; returns the row that was clicked.
pub fn waterfall_ui(ui: &mut Ui, id: Id, name: &str, axis: Axis<'_>, rows: &[WaterfallRow<'_>]) -> Option<usize> {
    let t = tokens(ui);
    let builder = UiBuilder::new().id_salt(id).accessibility_role(Role::Table).accessibility_label(name);
    ui.scope_builder(builder, |ui| {
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        let painter = ui.painter().clone();
        let widest = rows.iter().map(|row| text::width(&painter, row.name, fonts::body())).fold(0.0_f32, f32::max);
        let duration =
            rows.iter().map(|row| text::width(&painter, row.duration, fonts::duration())).fold(56.0_f32, f32::max);
        let width = ui.available_width();
        let names = (widest + INSET).clamp(164.0, 280.0).min(width * 0.45);
        let bars = (INSET + names + duration + INSET).round();
        let (head, _) = ui.allocate_exact_size(vec2(width, 28.0), Sense::hover());
        let place = Place { left: head.left() + bars, right: head.right() - INSET - 8.0, end_us: axis.end_us };
        let title = text::line(&painter, axis.title, fonts::hint(), t.text3);
        let title = text::paint(&painter, title, head.left() + INSET, head.center().y, &fonts::hint());
        text::label_over(ui, title, "axis", axis.title);
        let all = Rect::from_min_size(pos2(head.left(), head.bottom()), vec2(width, ROW * rows.len() as f32));
        for tick in axis.ticks {
            let x = place.x(tick.at_us).round();
            if x > head.right() - 4.0 {
                continue;
            }
            painter.vline(x + 0.5, all.y_range(), Stroke::new(1.0, t.line));
            let label = text::line(&painter, tick.label, fonts::mono(11.0), t.text3);
            // A scroll bar may lie over the last points.
            let at = (x + 4.0).min(head.right() - 12.0 - label.size().x);
            text::paint_dropped(&painter, label, at, head.center().y, 5.0);
        }
        super::shared::line_below(&painter, head, t.line);
        let mut clicked = None;
        // One stop for Tab; arrows go through the rows.
        let row_id = |index: usize| id.with(("row", index));
        let stop = id.with("focused row");
        let focused = ui.data(|data| data.get_temp::<usize>(stop)).unwrap_or(0).min(rows.len().saturating_sub(1));
        let keys = row_keys(ui, row_id(focused), focused, rows.len(), rows.len(), false);
        if let Some(go) = keys.go {
            ui.data_mut(|data| data.insert_temp(stop, go));
            ui.memory_mut(|memory| memory.request_focus(row_id(go)));
        }
        for (index, row) in rows.iter().enumerate() {
            let rect = Rect::from_min_size(ui.cursor().min, vec2(width, ROW));
            ui.advance_cursor_after_rect(rect);
            let is_stop = index == focused || keys.go == Some(index);
            let response = ui.interact(rect, row_id(index), if is_stop { Sense::click() } else { Sense::CLICK });
            response.widget_info(|| {
                let parts: Vec<&str> =
                    [row.name, row.duration, row.note].into_iter().filter(|part| !part.is_empty()).collect();
                WidgetInfo::labeled(Role::Row, true, parts.join(", "))
            });
            if response.clicked() || (keys.open && index == focused) {
                clicked = Some(index);
            }
            let behind = painter.add(egui::Shape::Noop);
            painter.hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, t.line));
            let middle = rect.center().y;
            let reached = matches!(row.span, BarSpan::Between(..));
            let color = match (reached, row.tone) {
                (false, _) => t.text3,
                (true, BarTone::Failed) => t.error,
                _ => t.text1,
            };
            let shown = text::elide_middle(&painter, row.name, &fonts::body(), names - 8.0);
            text::paint_text(&painter, rect.left() + INSET, middle, &shown, &fonts::body(), color);
            if !row.hover.is_empty() {
                super::tooltip::tooltip_ui(&response, row.hover, None);
                ui.ctx().accesskit_node_builder(response.id, |node| node.set_description(row.hover));
            } else if shown != row.name {
                super::tooltip::tooltip_ui(&response, row.name, None);
            }
            if response.hovered() && !row.hover.is_empty() {
                painter.set(behind, egui::epaint::RectShape::filled(rect, CornerRadius::ZERO, t.bg3));
            }
            if reached {
                let right = rect.left() + bars - INSET;
                let color = if row.tone == BarTone::Failed { t.error } else { t.text2 };
                let galley = text::line(&painter, row.duration, fonts::duration(), color);
                let left = right - galley.size().x;
                text::paint_dropped(&painter, galley, left, middle, 5.0);
            }
            paint_bar(&painter, rect, row, place, t);
            if shows_focus(&response, Stand::Rest) {
                ring(&painter, rect, 0, t);
            }
        }
        clicked
    })
    .inner
}

/// The axis on the screen.
#[derive(Clone, Copy)]
struct Place {
    left: f32,
    right: f32,
    end_us: f64,
}

impl Place {
    fn x(self, at_us: f64) -> f32 {
        let share = if self.end_us > 0.0 { (at_us / self.end_us).clamp(0.0, 1.0) } else { 0.0 };
        self.left + (self.right - self.left).max(0.0) * share as f32
    }
}

/// Where a note stands that is `note` wide, for a bar from `from` to `to` on an axis from `left` to `right`:
/// right of its bar, else inside it, else left of it.
fn note_place(left: f32, right: f32, from: f32, to: f32, note: f32) -> NotePlace {
    const GAP: f32 = 6.0;
    if to + GAP + note <= right {
        NotePlace::Right(to + GAP)
    } else if to - from >= note + 2.0 * GAP {
        NotePlace::Inside(from + GAP)
    } else if from - GAP - note >= left {
        NotePlace::Left(from - GAP - note)
    } else {
        NotePlace::None
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum NotePlace {
    Right(f32),
    Inside(f32),
    Left(f32),
    /// There is no room; the row's name still tells it.
    None,
}

fn paint_bar(painter: &Painter, rect: Rect, row: &WaterfallRow<'_>, place: Place, t: &Tokens) {
    const HEIGHT: f32 = 14.0;
    let middle = rect.center().y;
    let font = fonts::tiny();
    let note = text::line(painter, row.note, font.clone(), Color32::PLACEHOLDER);
    let edge = rect.right() - 4.0;
    let (from, to) = match row.span {
        BarSpan::Between(from, to) => (from, to),
        BarSpan::NotReached(from, to) => {
            let (from, to) = (place.x(from).round() + 0.5, place.x(to).round() + 0.5);
            let bar =
                Rect::from_min_max(pos2(from, middle - HEIGHT / 2.0), pos2(to.max(from + 6.0), middle + HEIGHT / 2.0));
            dashed(painter, bar, 3.0, t.faint);
            match note_place(place.left, edge, bar.left(), bar.right(), note.size().x) {
                NotePlace::Right(x) | NotePlace::Left(x) | NotePlace::Inside(x) => {
                    text::paint_text(painter, x, middle, row.note, &font, t.text3);
                }
                NotePlace::None => {}
            }
            return;
        }
    };
    let (from, to) = (place.x(from).round(), place.x(to).round());
    let to = to.max(from + 3.0).min(edge.max(from + 3.0));
    let bar = Rect::from_min_max(pos2(from, middle - HEIGHT / 2.0), pos2(to, middle + HEIGHT / 2.0));
    let radius = if bar.width() < 6.0 { 1 } else { 3 };
    painter.rect_filled(bar, CornerRadius::same(radius), row.tone.color(t));
    if row.critical {
        painter.rect_filled(
            Rect::from_min_size(bar.left_bottom() + vec2(0.0, 1.0), vec2(bar.width(), 2.0)),
            0.0,
            t.text1,
        );
    }
    if row.note.is_empty() {
        return;
    }
    let color = if row.tone == BarTone::Failed { t.error } else { t.text3 };
    match note_place(place.left, edge, bar.left(), bar.right(), note.size().x) {
        NotePlace::Right(x) | NotePlace::Left(x) => {
            text::paint_text(painter, x, middle, row.note, &font, color);
        }
        NotePlace::Inside(x) => {
            text::paint_text(painter, x, middle, row.note, &font, t.bar_text);
        }
        NotePlace::None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::{NotePlace, note_place};

    #[test]
    fn notes_are_never_clipped() {
        let check = |from, to, note, expect| assert_eq!(note_place(0.0, 100.0, from, to, note), expect, "{from}–{to}");
        check(0.0, 10.0, 50.0, NotePlace::Right(16.0));
        check(10.0, 90.0, 50.0, NotePlace::Inside(16.0));
        check(90.0, 95.0, 50.0, NotePlace::Left(34.0));
        check(40.0, 60.0, 50.0, NotePlace::None);
    }
}
