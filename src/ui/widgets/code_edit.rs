//! The editor of several lines: numbers, colours, the caret's line, errors at their place.

use std::ops::Range;
use std::sync::Arc;

use egui::text::{CCursor, CCursorRange, LayoutJob};
use egui::text_edit::TextEditState;
use egui::{
    Color32, Frame, Galley, Id, Key, Margin, Modifiers, Painter, Pos2, Rect, Response, ScrollArea, Shape, Stroke,
    TextBuffer, TextEdit, Ui, Vec2, pos2, vec2,
};

use super::json::{Language, append_line};
use super::text;
use crate::ui::fonts;
use crate::ui::theme::measure::{CODE_LINE, LINE_NUMBERS};
use crate::ui::theme::{Tokens, tokens};

/// Past this many lines a text is shown by [`super::code_view`], until the person asks to edit it all the same.
pub const COMFORTABLE_LINES: usize = 2_000;
/// Past this many bytes too.
pub const COMFORTABLE_BYTES: usize = 200_000;

/// Between a line and the words about it.
const WORDS_GAP: f32 = 16.0;
/// In less room than this, words about a line say nothing.
const WORDS_LEAST: f32 = 140.0;

/// Whether a text can be edited without lag.
pub fn is_comfortable(text: &str) -> bool {
    text.len() <= COMFORTABLE_BYTES && text.bytes().filter(|byte| *byte == b'\n').count() < COMFORTABLE_LINES
}

/// Something wrong in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where, in bytes of the text.
    pub range: Range<usize>,
    /// What is wrong: in the hover, and behind the line while the caret is elsewhere.
    pub message: String,
}

/// An editor that fills the room there is and scrolls.
#[must_use = "an editor is shown by show"]
pub struct CodeEditor<'a> {
    id: Id,
    text: &'a mut String,
    name: &'a str,
    placeholder: &'a str,
    language: Language,
    problems: &'a [Problem],
    enabled: bool,
}

/// What came of an editor.
pub struct CodeEditorOutput {
    /// Of the text: changed, focus.
    pub response: Response,
    /// Where the caret is, in bytes of the text, while the editor has the focus.
    pub caret: Option<usize>,
    /// Where the caret is on the screen: to hang a completion on.
    pub caret_rect: Option<Rect>,
}

impl<'a> CodeEditor<'a> {
    /// An editor; `id` keeps caret and undo, so it must be the same each frame.
    pub fn new(id: Id, text: &'a mut String, name: &'a str) -> Self {
        Self { id, text, name, placeholder: "", language: Language::Plain, problems: &[], enabled: true }
    }

    /// What the text is written in.
    pub fn language(mut self, language: Language) -> Self {
        self.language = language;
        self
    }

    /// What an empty editor says.
    pub fn placeholder(mut self, text: &'a str) -> Self {
        self.placeholder = text;
        self
    }

    /// What is wrong in the text.
    pub fn problems(mut self, problems: &'a [Problem]) -> Self {
        self.problems = problems;
        self
    }

    /// Whether it can be edited.
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = enabled;
        self
    }

    /// Shows it.
    pub fn show(self, ui: &mut Ui) -> CodeEditorOutput {
        let t = tokens(ui);
        let id = self.id;
        let mut edited = false;
        if self.enabled && ui.memory(|memory| memory.has_focus(id)) {
            edited = typing_keys(ui, id, self.text);
        }
        let room = ui.available_size();
        let language = self.language;
        let mut layouter = move |ui: &Ui, text: &dyn TextBuffer, wrap: f32| {
            let job = layout(text.as_str(), language, wrap, t);
            ui.fonts_mut(|fonts| fonts.layout_job(job))
        };
        let Self { text, name, problems, enabled, placeholder, .. } = self;
        ScrollArea::vertical()
            .id_salt(id.with("scroll"))
            .auto_shrink([false, false])
            .show(ui, |ui| {
                ui.visuals_mut().text_cursor.stroke = Stroke::NONE;
                if !enabled {
                    ui.disable();
                }
                let behind = ui.painter().add(Shape::Noop);
                let font = fonts::code();
                let hint = egui::RichText::new(placeholder).font(font.clone());
                let output = TextEdit::multiline(text)
                    .id(id)
                    .font(font)
                    .text_color(t.text1)
                    .hint_text(hint)
                    .frame(Frame::new().inner_margin(Margin { left: LINE_NUMBERS as i8, right: 12, top: 7, bottom: 7 }))
                    .background_color(Color32::TRANSPARENT)
                    .lock_focus(true)
                    .desired_width(f32::INFINITY)
                    .desired_rows(1)
                    .min_size(vec2(room.x, room.y))
                    .layouter(&mut layouter)
                    .show(ui);
                let mut response = output.response.response.accessible_name(name);
                if edited {
                    response.mark_changed();
                }
                let galley = &output.galley;
                let origin = output.galley_pos;
                let painter = ui.painter();
                let mut caret = None;
                let mut caret_rect = None;
                if let Some(range) = output.cursor_range
                    && ui.memory(|memory| memory.has_focus(id))
                {
                    let place = caret_line(galley, origin, range.primary);
                    caret = Some(byte_of(text, range.primary.index.0));
                    caret_rect = Some(place);
                    let line = Rect::from_x_y_ranges(response.rect.x_range(), place.y_range());
                    if range.is_empty() {
                        painter.set(behind, egui::epaint::RectShape::filled(line, 0.0, t.bg3));
                    }
                    if response.has_focus() {
                        let center = place.center();
                        painter.vline(center.x, (center.y - 9.0)..=(center.y + 8.0), Stroke::new(2.0, t.accent));
                    }
                }
                number_lines(painter, galley, origin, response.rect.left(), t);
                for problem in problems {
                    squiggle(ui, &response, galley, origin, text, problem, t);
                    let is_typed = caret.is_some_and(|at| problem.range.start <= at && at <= problem.range.end);
                    if !is_typed {
                        words_beside(ui, &response, galley, origin, text, problem, t);
                    }
                }
                CodeEditorOutput { response, caret, caret_rect }
            })
            .inner
    }
}

/// Colours and wraps the whole text.
fn layout(text: &str, language: Language, wrap: f32, t: &Tokens) -> LayoutJob {
    let mut job = LayoutJob::default();
    let font = fonts::code();
    for line in text.split_inclusive('\n') {
        append_line(&mut job, line, language, &font, CODE_LINE, t);
    }
    if job.sections.is_empty() {
        text::append(&mut job, "", font, t.text1, CODE_LINE);
    }
    job.wrap.max_width = wrap;
    job
}

fn caret_line(galley: &Galley, origin: Pos2, cursor: CCursor) -> Rect {
    galley.pos_from_cursor(cursor).translate(origin.to_vec2())
}

/// Numbers stand 12 left of the text, each beside the first row of its line.
fn number_lines(painter: &Painter, galley: &Galley, origin: Pos2, left: f32, t: &Tokens) {
    let font = fonts::code();
    let clip = painter.clip_rect();
    let mut number = 1;
    let mut starts = true;
    for row in &galley.rows {
        let place = row.rect().translate(origin.to_vec2());
        if starts && place.bottom() >= clip.top() && place.top() <= clip.bottom() {
            let right = left + LINE_NUMBERS - 12.0;
            text::paint_text_right(painter, right, place.center().y, &number.to_string(), &font, t.faint);
        }
        starts = row.ends_with_newline;
        if starts {
            number += 1;
        }
    }
}

fn squiggle(
    ui: &Ui,
    response: &Response,
    galley: &Arc<Galley>,
    origin: Pos2,
    text: &str,
    problem: &Problem,
    t: &Tokens,
) {
    let start = text.get(..problem.range.start.min(text.len())).map_or(0, |before| before.chars().count());
    let end = text.get(..problem.range.end.min(text.len())).map_or(start, |before| before.chars().count());
    let from = caret_line(galley, origin, CCursor::new(start));
    let to = caret_line(galley, origin, CCursor::new(end.max(start)));
    let right = if (to.top() - from.top()).abs() < 1.0 { to.right() } else { response.rect.right() - 12.0 };
    let right = right.max(from.left() + 8.0);
    if !ui.is_rect_visible(from.expand(20.0)) {
        return;
    }
    let y = from.center().y + 8.0;
    let mut points = Vec::new();
    let mut x = from.left();
    let mut up = true;
    while x <= right {
        points.push(pos2(x, if up { y - 1.25 } else { y + 1.25 }));
        up = !up;
        x += 3.0;
    }
    ui.painter().line(points, Stroke::new(1.0, t.error));
    let place = Rect::from_min_max(from.left_top(), pos2(right, from.bottom()));
    let spot = ui.interact(place, response.id.with(("problem", problem.range.start)), egui::Sense::hover());
    spot.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &problem.message));
    super::tooltip::tooltip_ui(&spot, &problem.message, None);
}

/// What is wrong, behind the line that has it, where there is room.
fn words_beside(
    ui: &Ui,
    response: &Response,
    galley: &Arc<Galley>,
    origin: Pos2,
    text: &str,
    problem: &Problem,
    t: &Tokens,
) {
    let start = problem.range.start.min(text.len());
    let Some(rest) = text.get(start..) else { return };
    let line_end = start + memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
    let chars = text.get(..line_end).map_or(0, |before| before.chars().count());
    let place = caret_line(galley, origin, CCursor::new(chars));
    let left = place.center().x + WORDS_GAP;
    let room = response.rect.right() - 12.0 - left;
    if room < WORDS_LEAST || !ui.is_rect_visible(place.expand(20.0)) {
        return;
    }
    let font = fonts::hint();
    let words = text::line_within(ui.painter(), &problem.message, font.clone(), t.error, room);
    text::paint(ui.painter(), words, left, place.center().y, &font);
}

/// Tab inserts two spaces, Enter keeps the indentation. Returns whether the text changed.
fn typing_keys(ui: &Ui, id: Id, text: &mut String) -> bool {
    let pressed = ui.input_mut(|input| {
        let tab = input.consume_key(Modifiers::NONE, Key::Tab);
        // Shift+Tab does nothing here; Escape leaves the editor.
        let _: bool = input.consume_key(Modifiers::SHIFT, Key::Tab);
        let enter = input.modifiers.is_none() && input.consume_key(Modifiers::NONE, Key::Enter);
        (tab, enter)
    });
    if pressed == (false, false) {
        return false;
    }
    let Some(mut state) = TextEditState::load(ui.ctx(), id) else { return false };
    let Some(range) = state.cursor.char_range() else { return false };
    let chars = range.as_sorted_char_range();
    let (start, end) = (byte_of(text, chars.start.0), byte_of(text, chars.end.0));
    let (inserted, caret) = if pressed.0 { ("  ".to_owned(), 2) } else { line_break(text, start, end) };
    text.replace_range(start..end, &inserted);
    let at = CCursor::new(chars.start.0 + caret);
    state.cursor.set_char_range(Some(CCursorRange::one(at)));
    state.store(ui.ctx(), id);
    true
}

/// What Enter inserts between two bytes of the text, and how many characters of it stand before the caret.
fn line_break(text: &str, start: usize, end: usize) -> (String, usize) {
    let before = text.get(..start).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let indent: String = line.chars().take_while(|c| *c == ' ' || *c == '\t').collect();
    let opens = line.trim_end().ends_with(['{', '[']);
    let closes = text.get(end..).unwrap_or_default().starts_with(['}', ']']);
    let mut inserted = format!("\n{indent}{}", if opens { "  " } else { "" });
    let caret = inserted.chars().count();
    if opens && closes {
        inserted.push('\n');
        inserted.push_str(&indent);
    }
    (inserted, caret)
}

/// The byte at which a character begins; the end for what lies behind it.
fn byte_of(text: &str, char_index: usize) -> usize {
    text.char_indices().nth(char_index).map_or(text.len(), |(byte, _)| byte)
}

/// The size that an editor of this many lines wants.
pub fn wanted_size(width: f32, lines: usize) -> Vec2 {
    vec2(width, 14.0 + CODE_LINE * lines as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enter_keeps_the_indentation() {
        let check = |text: &str, expect: &str| {
            let at = text.find('|').unwrap_or(text.len());
            let text = text.replace('|', "");
            let (inserted, caret) = line_break(&text, at, at);
            let mut found = text.clone();
            let with_caret: String =
                inserted.chars().take(caret).chain(['|']).chain(inserted.chars().skip(caret)).collect();
            found.insert_str(at, &with_caret);
            assert_eq!(found, expect);
        };
        check("{|", "{\n  |");
        check("{|}", "{\n  |\n}");
        check("  \"a\": 1,|", "  \"a\": 1,\n  |");
        check("  [|]", "  [\n    |\n  ]");
        check("李雷|", "李雷\n|");
    }

    #[test]
    fn large_texts_are_not_edited_in_place() {
        assert!(is_comfortable("{}"));
        assert!(!is_comfortable(&"\n".repeat(COMFORTABLE_LINES)));
        assert!(!is_comfortable(&"x".repeat(COMFORTABLE_BYTES + 1)));
    }
}
