//! Text that is read, of any length: only the visible lines are laid out; selection and copy across all of them.

use std::ops::Range;
use std::sync::Arc;

use egui::text::{CCursor, LayoutJob};
use egui::{
    Color32, CursorIcon, Event, EventFilter, Galley, Id, Key, Modifiers, Pos2, Rect, Role, ScrollArea, Sense, Ui,
    UiBuilder, WidgetInfo, pos2, vec2,
};

use super::json::{Language, append_line};
use super::shared::{Stand, ring, shows_focus};
use super::text;
use crate::engine::TextLines;
use crate::ui::fonts;
use crate::ui::theme::measure::{CODE_LINE, LINE_NUMBERS};
use crate::ui::theme::{Tokens, tokens};

/// The room above and below the text.
const MARGIN: f32 = 7.0;
/// A line shows at most this many characters; the rest of it can be copied.
const LONGEST_LINE: usize = 4_000;

/// A character of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    line: usize,
    column: usize,
}

impl Place {
    /// Before the line's first character.
    const fn start(line: usize) -> Self {
        Self { line, column: 0 }
    }

    /// Behind the line's last character.
    fn end(code: &TextLines, line: usize) -> Self {
        Self { line, column: code.line(line).chars().count() }
    }

    /// The byte of the whole text.
    fn byte(self, code: &TextLines) -> usize {
        let line = code.line(self.line);
        let within = line.char_indices().nth(self.column).map_or(line.len(), |(byte, _)| byte);
        code.start(self.line) + within
    }
}

/// The text between two places.
fn between(code: &TextLines, a: Place, b: Place) -> &str {
    code.text().get(a.min(b).byte(code)..a.max(b).byte(code)).unwrap_or_default()
}

/// What is selected, from where it was begun to where it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Selection {
    anchor: Place,
    focus: Place,
}

/// A hit of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The line, from 0.
    pub line: usize,
    /// Bytes of that line.
    pub range: Range<usize>,
}

/// A read-only view that fills the room there is and scrolls.
#[must_use = "a view is shown by show"]
pub struct CodeView<'a> {
    id: Id,
    name: &'a str,
    language: Language,
    numbers: bool,
    hits: &'a [Hit],
    scroll_to: Option<usize>,
}

impl<'a> CodeView<'a> {
    /// A view named `name`; `id` keeps selection and scrolling.
    pub fn new(id: Id, name: &'a str) -> Self {
        Self { id, name, language: Language::Plain, numbers: true, hits: &[], scroll_to: None }
    }

    /// What the text is written in.
    pub fn language(mut self, language: Language) -> Self {
        self.language = language;
        self
    }

    /// Without line numbers.
    pub fn without_numbers(mut self) -> Self {
        self.numbers = false;
        self
    }

    /// Hits of a search, in the order of lines.
    pub fn hits(mut self, hits: &'a [Hit]) -> Self {
        self.hits = hits;
        self
    }

    /// Brings this line (from 0) into view this frame.
    pub fn scroll_to(mut self, line: Option<usize>) -> Self {
        self.scroll_to = line;
        self
    }

    /// Shows the visible lines.
    pub fn show(self, ui: &mut Ui, code: &TextLines) {
        let t = tokens(ui);
        let room = ui.available_rect_before_wrap();
        let builder =
            UiBuilder::new().id_salt(self.id).accessibility_role(Role::Document).accessibility_label(self.name);
        ui.scope_builder(builder, |ui| {
            let mut area = ScrollArea::both().id_salt(self.id.with("scroll")).auto_shrink([false, false]);
            let seen = ui.data(|data| data.get_temp::<f32>(self.id.with("offset"))).unwrap_or_default();
            let mut offset =
                self.scroll_to.map(|line| (MARGIN + line as f32 * CODE_LINE - room.height() / 2.0).max(0.0));
            if let Some(by) = self.scroll_keys(ui, room.height()) {
                let last = (code.len() as f32 * CODE_LINE + 2.0 * MARGIN - room.height()).max(0.0);
                offset = Some((seen + by).clamp(0.0, last));
            }
            if let Some(offset) = offset {
                area = area.vertical_scroll_offset(offset);
            }
            let output = area.show_viewport(ui, |ui, viewport| self.lines_ui(ui, code, viewport, room, t));
            ui.data_mut(|data| data.insert_temp(self.id.with("offset"), output.state.clamped_offset().y));
        });
    }

    /// How far the keys ask to scroll.
    fn scroll_keys(&self, ui: &Ui, page: f32) -> Option<f32> {
        if !ui.memory(|memory| memory.has_focus(self.id)) {
            return None;
        }
        let filter = EventFilter { vertical_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(self.id, filter));
        ui.input_mut(|input| {
            let mut pressed = |key| input.consume_key(Modifiers::NONE, key);
            let steps = [
                (Key::ArrowDown, CODE_LINE),
                (Key::ArrowUp, -CODE_LINE),
                (Key::PageDown, page - CODE_LINE),
                (Key::PageUp, CODE_LINE - page),
                (Key::Home, f32::MIN / 4.0),
                (Key::End, f32::MAX / 4.0),
            ];
            steps.into_iter().find(|(key, _)| pressed(*key)).map(|(_, by)| by)
        })
    }

    fn text_left(&self, code: &TextLines) -> f32 {
        if !self.numbers {
            return 12.0;
        }
        // Numbers of four digits and more need a wider column.
        let digits = code.len().to_string().len();
        LINE_NUMBERS + digits.saturating_sub(2) as f32 * 7.5
    }

    fn lines_ui(&self, ui: &mut Ui, code: &TextLines, viewport: Rect, room: Rect, t: &Tokens) {
        let count = code.len();
        let left = self.text_left(code);
        let origin = ui.max_rect().min;
        let first = (((viewport.min.y - MARGIN) / CODE_LINE).floor().max(0.0) as usize).min(count);
        let last = (((viewport.max.y - MARGIN) / CODE_LINE).ceil().max(0.0) as usize).min(count);
        let galleys: Vec<Arc<Galley>> = (first..last).map(|index| self.line_galley(ui, code.line(index), t)).collect();
        let widest = galleys.iter().map(|galley| galley.size().x).fold(0.0, f32::max);
        let known = ui.data(|data| data.get_temp::<f32>(self.id.with("width"))).unwrap_or_default();
        let width = (left + widest + 24.0).max(if known.is_finite() { known } else { 0.0 });
        ui.data_mut(|data| data.insert_temp(self.id.with("width"), width));
        let size = vec2(width.max(room.width()), count as f32 * CODE_LINE + 2.0 * MARGIN);
        ui.set_min_size(size.max(vec2(0.0, room.height())));

        let whole = Rect::from_min_size(origin, size.max(room.size()));
        let response = ui.interact(whole, self.id, Sense::click_and_drag()).on_hover_cursor(CursorIcon::Text);
        response.widget_info(|| WidgetInfo::labeled(Role::Document, true, self.name));
        let place_of = |at: Pos2| -> Place {
            let line = (((at.y - origin.y - MARGIN) / CODE_LINE).floor().max(0.0) as usize).min(count - 1);
            let galley = line.checked_sub(first).and_then(|index| galleys.get(index)).cloned();
            let galley = galley.unwrap_or_else(|| self.line_galley(ui, code.line(line), t));
            let column = galley.cursor_from_pos(vec2(at.x - origin.x - left, CODE_LINE / 2.0)).index.0;
            Place { line, column }
        };
        let mut selection = ui.data(|data| data.get_temp::<Selection>(self.id)).unwrap_or_default();
        let before = selection;
        if response.is_pointer_button_down_on() && ui.input(|input| input.pointer.any_pressed()) {
            response.request_focus();
        }
        if response.clicked()
            && let Some(at) = response.interact_pointer_pos()
        {
            let place = place_of(at);
            let anchor = if ui.input(|input| input.modifiers.shift) { selection.anchor } else { place };
            selection = Selection { anchor, focus: place };
        }
        if response.double_clicked()
            && let Some(at) = response.interact_pointer_pos()
        {
            selection = word_at(code, place_of(at));
        }
        if response.triple_clicked()
            && let Some(at) = response.interact_pointer_pos()
        {
            let line = place_of(at).line;
            selection = Selection { anchor: Place::start(line), focus: Place::end(code, line) };
        }
        if response.drag_started()
            && let Some(at) = ui.input(|input| input.pointer.press_origin())
        {
            // A drag is told from a click only after some way, but it began where the button went down.
            selection.anchor = place_of(at);
            selection.focus = selection.anchor;
        }
        if response.dragged()
            && let Some(at) = response.interact_pointer_pos()
        {
            selection.focus = place_of(at);
            let edge = Rect::from_min_max(pos2(room.left(), at.y - 1.0), pos2(room.right(), at.y + 1.0));
            if !room.contains(at) {
                ui.scroll_to_rect(edge, None);
            }
        }
        if ui.memory(|memory| memory.has_focus(self.id)) {
            Self::selection_keys(ui, code, &mut selection);
        }
        if selection != before {
            ui.data_mut(|data| data.insert_temp(self.id, selection));
        }
        for (offset, galley) in galleys.into_iter().enumerate() {
            let index = first + offset;
            let top = origin.y + MARGIN + index as f32 * CODE_LINE;
            let line = code.line(index);
            let at = pos2(origin.x + left, top);
            self.paint_hits(ui, index, line, &galley, at, t);
            if selection.anchor != selection.focus {
                paint_selection(ui, index, &galley, at, selection, t);
            }
            let row = Rect::from_min_size(pos2(origin.x, top), vec2(size.x, CODE_LINE));
            let label = ui.interact(row, self.id.with(("line", index)), Sense::hover());
            label.widget_info(|| {
                WidgetInfo::labeled(Role::Label, true, line.chars().take(LONGEST_LINE).collect::<String>())
            });
            if self.numbers {
                let right = origin.x + left - 12.0;
                let number = (index + 1).to_string();
                text::paint_text_right(ui.painter(), right, row.center().y, &number, &fonts::code(), t.faint);
            }
            text::paint(ui.painter(), galley, at.x, row.center().y, &fonts::code());
        }
        if shows_focus(&response, Stand::Rest)
            && ui.input(|input| !input.pointer.any_down())
            && !pointer_took(ui, &response)
        {
            ring(ui.painter(), room.shrink(1.0), 4, t);
        }
    }

    fn line_galley(&self, ui: &Ui, line: &str, t: &Tokens) -> Arc<Galley> {
        let mut job = LayoutJob { break_on_newline: false, ..LayoutJob::default() };
        job.wrap.max_width = f32::INFINITY;
        let font = fonts::code();
        match line.char_indices().nth(LONGEST_LINE) {
            Some((cut, _)) => {
                append_line(&mut job, &line[..cut], self.language, &font, CODE_LINE, t);
                text::append(&mut job, "…", font, t.text3, CODE_LINE);
            }
            None => append_line(&mut job, line, self.language, &font, CODE_LINE, t),
        }
        if job.sections.is_empty() {
            text::append(&mut job, "", fonts::code(), t.text1, CODE_LINE);
        }
        ui.fonts_mut(|fonts| fonts.layout_job(job))
    }

    fn paint_hits(&self, ui: &Ui, index: usize, line: &str, galley: &Galley, at: Pos2, t: &Tokens) {
        let start = self.hits.partition_point(|hit| hit.line < index);
        for hit in self.hits[start..].iter().take_while(|hit| hit.line == index) {
            let column = |byte: usize| line.get(..byte).map_or(0, |before| before.chars().count());
            paint_columns(ui, galley, at, column(hit.range.start), Some(column(hit.range.end)), t.find_hit);
        }
    }

    fn selection_keys(ui: &Ui, code: &TextLines, selection: &mut Selection) {
        if ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::A)) {
            *selection = Selection { anchor: Place::default(), focus: Place::end(code, code.len() - 1) };
        }
        let copy = ui.input(|input| input.events.iter().any(|event| matches!(event, Event::Copy)));
        if copy && selection.anchor != selection.focus {
            ui.ctx().copy_text(between(code, selection.anchor, selection.focus).to_owned());
        }
    }
}

/// Whether the focus came by the pointer: then no ring is shown.
fn pointer_took(ui: &Ui, response: &egui::Response) -> bool {
    let key = response.id.with("by pointer");
    if response.clicked() || response.drag_started() || response.gained_focus() {
        let by = response.clicked() || response.dragged() || response.is_pointer_button_down_on();
        ui.data_mut(|data| data.insert_temp(key, by));
    }
    ui.data(|data| data.get_temp(key)).unwrap_or_default()
}

fn paint_selection(ui: &Ui, index: usize, galley: &Galley, at: Pos2, selection: Selection, t: &Tokens) {
    let (from, to) = (selection.anchor.min(selection.focus), selection.anchor.max(selection.focus));
    if index < from.line || index > to.line {
        return;
    }
    let start = if index == from.line { from.column } else { 0 };
    let end = (index == to.line).then_some(to.column);
    paint_columns(ui, galley, at, start, end, t.accent_bg);
}

/// Fills behind some columns of a line; without an end the line break is among them.
fn paint_columns(ui: &Ui, galley: &Galley, at: Pos2, start: usize, end: Option<usize>, color: Color32) {
    let x = |column: usize| galley.pos_from_cursor(CCursor::new(column)).center().x;
    let left = at.x + x(start);
    let right = at.x + end.map_or_else(|| galley.size().x + 6.0, x);
    let rect = Rect::from_min_max(pos2(left, at.y), pos2(right, at.y + CODE_LINE));
    ui.painter().rect_filled(rect, 0.0, color);
}

/// The word around a place.
fn word_at(code: &TextLines, place: Place) -> Selection {
    let chars: Vec<char> = code.line(place.line).chars().collect();
    let word = |c: &char| c.is_alphanumeric() || *c == '_';
    let at = place.column.min(chars.len());
    let before = chars[..at].iter().rev().take_while(|c| word(c)).count();
    let after = chars[at..].iter().take_while(|c| word(c)).count();
    Selection {
        anchor: Place { line: place.line, column: at - before },
        focus: Place { line: place.line, column: at + after },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(line: usize, column: usize) -> Place {
        Place { line, column }
    }

    #[test]
    fn a_selection_is_a_piece_of_the_text() {
        let code = TextLines::new("{\n  \"名\": \"李雷\"\n}".to_owned());
        let check = |a, b, expect: &str| {
            assert_eq!(between(&code, a, b), expect);
            assert_eq!(between(&code, b, a), expect);
        };
        check(place(0, 0), place(0, 1), "{");
        check(place(1, 3), place(1, 4), "名");
        check(place(0, 1), place(2, 1), "\n  \"名\": \"李雷\"\n}");
        check(place(0, 99), place(1, 0), "\n");
        check(place(9, 9), place(9, 9), "");
    }

    #[test]
    fn a_double_click_takes_the_word() {
        let code = TextLines::new("say_hello(李雷)".to_owned());
        let check = |column, expect: &str| {
            let selection = word_at(&code, place(0, column));
            assert_eq!(between(&code, selection.anchor, selection.focus), expect);
        };
        check(3, "say_hello");
        check(11, "李雷");
        check(99, "");
    }
}
