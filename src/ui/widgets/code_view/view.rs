//! One frame of a view: what is seen is laid out and painted, and told to screen readers.

use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use egui::text::{CCursor, LayoutJob};
use egui::{Color32, Galley, Pos2, Rect, Response, Sense, Ui, pos2, vec2};

use super::scroll::{MARGIN, Rows, Way};
use super::state::State;
use super::wrap::{LONGEST_LINE, Measure, Pieces, Tail};
use super::{CodeView, ViewOutput, input, menu};
use crate::engine::{TextLines, value_in};
use crate::ui::fonts;
use crate::ui::theme::measure::{CODE_LINE, LINE_NUMBERS};
use crate::ui::theme::{Tokens, tokens};
use crate::ui::widgets::json::{JsonToken, Language, tokens_of};
use crate::ui::widgets::tooltip::Facts;
use crate::ui::widgets::{text, tooltip};

/// From the column of numbers to the text: the chevrons.
pub const FOLDS: f32 = 10.0;
/// Right of the text: the scroll bar.
const RIGHT: f32 = 12.0;
/// Of the scroll bar.
const BAR: f32 = 6.0;
/// The smallest that a scroll bar gets.
const BAR_LEAST: f32 = 24.0;

/// Lays out lines; remembers the one that was asked for last.
struct Lines<'a> {
    ui: &'a Ui,
    code: &'a TextLines,
    measure: Measure,
    is_unwrapped: bool,
    last: Option<(usize, bool, Rc<Pieces>)>,
}

impl Lines<'_> {
    fn pieces(&mut self, line: usize, is_whole: bool) -> Rc<Pieces> {
        if let Some((known, whole, pieces)) = &self.last
            && (*known, *whole) == (line, is_whole)
        {
            return Rc::clone(pieces);
        }
        // All of a line of megabytes is broken whatever is wanted: nobody finds a place in it otherwise.
        let width = if self.is_unwrapped && !is_whole { f32::INFINITY } else { self.measure.width };
        let measure = Measure { width, ..self.measure };
        let font = fonts::code();
        let text = self.code.line(line);
        let pieces = self.ui.fonts_mut(|fonts| Pieces::of(text, measure, is_whole, |c| fonts.glyph_width(&font, c)));
        let pieces = Rc::new(pieces);
        self.last = Some((line, is_whole, Rc::clone(&pieces)));
        pieces
    }
}

/// A row on the screen.
pub struct Row {
    /// From 0.
    pub line: usize,
    /// The piece of the line, from 0.
    pub piece: usize,
    /// Its text, in bytes of the whole text.
    pub bytes: Range<usize>,
    /// On the screen.
    pub top: f32,
    /// On the screen.
    pub left: f32,
    /// Its text, laid out.
    pub galley: Arc<Galley>,
    /// The last of its line with text.
    pub is_last: bool,
    /// What stands here instead of text.
    pub tail: Option<Tail>,
    /// What is folded here, by its place in the list of folds.
    pub folded: Option<usize>,
}

/// One frame of the text.
pub struct Frame<'a> {
    /// The colours.
    pub t: &'a Tokens,
    /// All of it, on the screen.
    pub room: Rect,
    /// From the room's left to the text.
    pub left: f32,
    /// What is seen, from the top.
    pub rows: Vec<Row>,
}

/// Shows the text in `room`.
pub fn view_ui(
    ui: &mut Ui,
    state: &mut State,
    view: &CodeView<'_>,
    code: &TextLines,
    room: Rect,
    response: &Response,
) -> ViewOutput {
    let mut output = ViewOutput::default();
    let t = tokens(ui);
    input::keys(ui, state, code, response);
    let font = fonts::code();
    let char_width = ui.fonts_mut(|fonts| fonts.glyph_width(&font, '0'));
    let left = text_left(view, code);
    let mut frame = Frame { t, room, left, rows: Vec::new() };
    let measure = Measure { width: (room.width() - left - RIGHT).max(40.0), char_width };
    let mut lines = Lines { ui, code, measure, is_unwrapped: state.is_unwrapped, last: None };

    scroll(ui, state, code, &frame, &mut lines, response);
    frame.rows = lay_out(ui, state, view, code, &frame, &mut lines);
    state.page = (((room.height() - MARGIN) / CODE_LINE).floor().max(1.0)) as usize;
    let widest = frame.rows.iter().map(|row| row.galley.size().x).fold(0.0, f32::max);
    state.widest = state.widest.max(widest);
    let most = if state.is_unwrapped { (state.widest - measure.width).max(0.0) } else { 0.0 };
    let clamped = state.x.clamp(0.0, most);
    if clamped.to_bits() != state.x.to_bits() {
        for row in &mut frame.rows {
            row.left += state.x - clamped;
        }
        state.x = clamped;
    }
    input::point(ui, state, code, &frame, response);
    frame.paint(ui, state, view, code, response);
    frame.buttons_ui(ui, state, view, code);
    bars_ui(
        ui,
        state,
        view.id.with("bars"),
        code,
        &frame,
        &mut Lines { ui, code, measure, is_unwrapped: state.is_unwrapped, last: None },
        most,
    );
    explain(ui, state, view, code, &frame, response);
    if state.menu.1 && !ui.input(|input| input.pointer.any_released()) {
        // By the keyboard: under the caret.
        state.menu.0 = frame.caret_pos(code, state.selection.caret);
    }
    menu::menu_ui(state, view, code, response, &mut output);
    output
}

/// From the left edge to the text: numbers of four digits and more need a wider column.
fn text_left(view: &CodeView<'_>, code: &TextLines) -> f32 {
    let folds = if view.language == Language::Json { FOLDS } else { 0.0 };
    let digits = code.len().to_string().len();
    LINE_NUMBERS + folds + digits.saturating_sub(2) as f32 * 7.5
}

/// Moves the view by what is asked, and keeps it within the text.
fn scroll(ui: &Ui, state: &mut State, code: &TextLines, frame: &Frame<'_>, lines: &mut Lines<'_>, response: &Response) {
    // Lent for as long as rows are asked for.
    let (folding, whole) = (std::mem::take(&mut state.folding), std::mem::take(&mut state.whole));
    let revealed = state.reveal.take().map(|reveal| {
        let line = code.line_of(reveal.byte);
        let row = folding.row_of(line);
        let is_shown = folding.line_of(row) == line;
        let within = reveal.byte - code.start(line);
        let piece = if is_shown { lines.pieces(line, whole.contains(&line)).row_of(within) } else { 0 };
        (row, piece, reveal.middle)
    });
    let mut pieces = |row: usize| {
        let line = folding.line_of(row);
        lines.pieces(line, whole.contains(&line)).rows()
    };
    let mut rows = Rows { count: folding.rows(code), pieces: &mut pieces };
    let height = frame.room.height();
    state.top.row = state.top.row.min(rows.count.saturating_sub(1));
    state.top.piece = state.top.piece.min((rows.pieces)(state.top.row).saturating_sub(1));
    match revealed {
        Some((row, piece, middle)) => state.top = rows.revealed(state.top, (row, piece), height, middle),
        None => input::scroll(ui, state, frame, &mut rows, response),
    }
    let lowest = rows.lowest(height);
    if state.top > lowest {
        state.top = lowest;
    }
    (state.folding, state.whole) = (folding, whole);
}

/// Lays out what is seen, and the row above it that shows in the margin.
fn lay_out(
    ui: &Ui,
    state: &State,
    view: &CodeView<'_>,
    code: &TextLines,
    frame: &Frame<'_>,
    lines: &mut Lines<'_>,
) -> Vec<Row> {
    let mut out = Vec::new();
    let count = state.folding.rows(code);
    let (mut row, mut piece) = (state.top.row, state.top.piece);
    let mut top = frame.room.top() + MARGIN - state.top.px;
    if piece > 0 {
        piece -= 1;
        top -= CODE_LINE;
    } else if row > 0 {
        row -= 1;
        let line = state.folding.line_of(row);
        piece = lines.pieces(line, state.whole.contains(&line)).rows() - 1;
        top -= CODE_LINE;
    }
    while row < count && top < frame.room.bottom() {
        let line = state.folding.line_of(row);
        let text = code.line(line);
        let pieces = lines.pieces(line, state.whole.contains(&line));
        let colors = colors_of(text, &pieces, view.language);
        let folded = code.fold_at(line).filter(|fold| state.folding.is_folded(*fold));
        while piece < pieces.rows() && top < frame.room.bottom() {
            let bytes = pieces.bytes(text, piece);
            let is_tail = piece >= pieces.text_rows();
            let galley = galley_of(ui, text, &bytes, &colors, frame.t);
            let indent = if piece > 0 { pieces.indent } else { 0.0 };
            out.push(Row {
                line,
                piece,
                bytes: code.start(line) + bytes.start..code.start(line) + bytes.end,
                top,
                left: frame.room.left() + frame.left + indent - state.x,
                galley,
                is_last: piece + 1 == pieces.text_rows(),
                tail: pieces.tail.filter(|_| is_tail),
                folded: folded.filter(|_| piece + 1 == pieces.text_rows()),
            });
            piece += 1;
            top += CODE_LINE;
        }
        piece = 0;
        row += 1;
    }
    out
}

/// The colours of a line: of its beginning alone where it is very long; the value goes on in the same one.
fn colors_of(text: &str, pieces: &Pieces, language: Language) -> Vec<(Range<usize>, JsonToken)> {
    if language == Language::Plain {
        return Vec::new();
    }
    let cut = text.floor_char_boundary(pieces.end.min(2 * LONGEST_LINE));
    let begin = text.get(..if pieces.end > 4 * LONGEST_LINE { cut } else { pieces.end }).unwrap_or_default();
    let mut colors = tokens_of(begin);
    if let Some((range, _)) = colors.last_mut() {
        range.end = pieces.end;
    }
    colors
}

fn galley_of(
    ui: &Ui,
    line: &str,
    bytes: &Range<usize>,
    colors: &[(Range<usize>, JsonToken)],
    t: &Tokens,
) -> Arc<Galley> {
    let mut job = LayoutJob { break_on_newline: false, ..LayoutJob::default() };
    job.wrap.max_width = f32::INFINITY;
    let mut append = |range: Range<usize>, color: Color32| {
        text::append(&mut job, line.get(range).unwrap_or_default(), fonts::code(), color, CODE_LINE);
    };
    if colors.is_empty() || bytes.is_empty() {
        append(bytes.clone(), t.text1);
    }
    for (range, token) in colors {
        let part = range.start.max(bytes.start)..range.end.min(bytes.end);
        if part.start < part.end {
            append(part, token.color(t));
        }
    }
    ui.fonts_mut(|fonts| fonts.layout_job(job))
}

impl Row {
    /// Where a byte of a row is across the screen.
    fn x(&self, code: &TextLines, byte: usize) -> f32 {
        let byte = byte.clamp(self.bytes.start, self.bytes.end);
        let chars = code.text().get(self.bytes.start..byte).map_or(0, |before| before.chars().count());
        self.left + self.galley.pos_from_cursor(CCursor::new(chars)).center().x
    }

    /// The rectangle of a range within a row; with the line break where it goes on behind the row's line.
    pub fn rect_of(&self, code: &TextLines, range: &Range<usize>) -> Option<Rect> {
        let line_end = code.start(self.line) + code.line(self.line).len();
        let is_empty_line = self.bytes.is_empty() && self.tail.is_none();
        let touches = range.start < self.bytes.end.max(self.bytes.start + usize::from(is_empty_line))
            && range.end > self.bytes.start;
        let breaks = self.is_last && range.start <= line_end && range.end > line_end;
        if (!touches && !breaks) || self.tail.is_some() {
            return None;
        }
        let left = self.x(code, range.start);
        let right = self.x(code, range.end) + if breaks { 6.0 } else { 0.0 };
        Some(Rect::from_min_max(pos2(left, self.top), pos2(right, self.top + CODE_LINE)))
    }
}

impl Frame<'_> {
    /// Where the text begins on the screen.
    pub fn column(&self) -> f32 {
        self.room.left() + self.left
    }

    /// The byte of the text nearest to a point.
    pub fn byte_at(&self, code: &TextLines, at: Pos2) -> usize {
        let below = self.rows.partition_point(|row| row.top <= at.y);
        let Some(row) = self.rows.get(below.saturating_sub(1)) else { return 0 };
        let line_end = code.start(row.line) + code.line(row.line).len();
        if row.tail.is_some() || (row.is_last && at.x > row.left + row.galley.size().x + 4.0) {
            return line_end;
        }
        let chars = row.galley.cursor_from_pos(vec2(at.x - row.left, CODE_LINE / 2.0)).index.0;
        let piece = code.text().get(row.bytes.clone()).unwrap_or_default();
        row.bytes.start + piece.char_indices().nth(chars).map_or(piece.len(), |(byte, _)| byte)
    }

    /// Under a byte of the text, if it is seen; else a place in the view.
    fn caret_pos(&self, code: &TextLines, byte: usize) -> Pos2 {
        let row = self.rows.iter().find(|row| {
            row.bytes.start <= byte && (byte < row.bytes.end || row.is_last && row.line == code.line_of(byte))
        });
        match row {
            Some(row) => pos2(row.x(code, byte), row.top + CODE_LINE).min(self.room.max),
            None => pos2(self.column(), self.room.top() + CODE_LINE),
        }
    }
}

/// The scroll bars, over the text.
fn bars_ui(
    ui: &Ui,
    state: &mut State,
    id: egui::Id,
    code: &TextLines,
    frame: &Frame<'_>,
    lines: &mut Lines<'_>,
    most_x: f32,
) {
    let room = frame.room;
    let (folding, whole) = (std::mem::take(&mut state.folding), std::mem::take(&mut state.whole));
    let long = |line: &usize| {
        let row = folding.row_of(*line);
        (folding.line_of(row) == *line).then_some((row, *line))
    };
    let mut way = Way::default();
    for (row, line) in whole.iter().filter_map(long) {
        way.long.push((row, lines.pieces(line, true).rows() - 1));
    }
    let mut pieces = |row: usize| {
        let line = folding.line_of(row);
        lines.pieces(line, whole.contains(&line)).rows()
    };
    let mut rows = Rows { count: folding.rows(code), pieces: &mut pieces };
    let lowest = rows.lowest(room.height());
    let until = way.position(lowest, &mut rows);
    if until > 0.0 {
        let count = rows.count as f64 + way.long.iter().map(|(_, more)| *more as f64).sum::<f64>();
        let track = room.height() - 4.0;
        let length = ((1.0 - until / count).clamp(0.0, 1.0) as f32 * track).clamp(BAR_LEAST.min(track), track);
        let at = (way.position(state.top, &mut rows) / until).clamp(0.0, 1.0) as f32;
        let top = room.top() + 2.0 + at * (track - length);
        let place = Rect::from_x_y_ranges(room.right() - 14.0..=room.right(), room.y_range());
        let bar = ui.interact(place, id.with("y"), Sense::CLICK | Sense::DRAG);
        if let Some(pointer) = bar.interact_pointer_pos().filter(|_| bar.is_pointer_button_down_on()) {
            if ui.input(|input| input.pointer.any_pressed()) {
                let within = pointer.y - top;
                // Beside the bar: it comes under the pointer.
                state.bar_taken = if (0.0..=length).contains(&within) { within } else { length / 2.0 };
            }
            let share = f64::from((pointer.y - state.bar_taken - room.top() - 2.0) / (track - length).max(1.0));
            let wanted = way.top_at(share.clamp(0.0, 1.0) * until, &mut rows);
            state.top = if wanted > lowest { lowest } else { wanted };
            ui.ctx().request_repaint();
        }
        paint_bar(ui, Rect::from_min_size(pos2(room.right() - 2.0 - BAR, top), vec2(BAR, length)), frame.t);
    }
    (state.folding, state.whole) = (folding, whole);
    if most_x > 0.0 {
        let left = frame.column();
        let track = room.right() - 12.0 - left;
        let length = (track * track / (track + most_x)).max(BAR_LEAST);
        let x = left + state.x / most_x * (track - length);
        let place = Rect::from_min_max(pos2(left, room.bottom() - 10.0), pos2(room.right() - 12.0, room.bottom()));
        let bar = ui.interact(place, id.with("x"), Sense::CLICK | Sense::DRAG);
        if let Some(pointer) = bar.interact_pointer_pos().filter(|_| bar.is_pointer_button_down_on()) {
            state.x = ((pointer.x - length / 2.0 - left) / (track - length).max(1.0)).clamp(0.0, 1.0) * most_x;
            ui.ctx().request_repaint();
        }
        paint_bar(ui, Rect::from_min_size(pos2(x, room.bottom() - 2.0 - BAR), vec2(length, BAR)), frame.t);
    }
}

fn paint_bar(ui: &Ui, rect: Rect, t: &Tokens) {
    ui.painter().rect_filled(rect, BAR / 2.0, t.scroll_bar);
}

/// Words about what the pointer rests on.
fn explain(ui: &Ui, state: &mut State, view: &CodeView<'_>, code: &TextLines, frame: &Frame<'_>, response: &Response) {
    let Some(explain) = view.explain else { return };
    // To the keyboard the place of the caret is explained.
    let by_key = tooltip::is_explained(response);
    let at = if by_key {
        Some(frame.caret_pos(code, state.selection.caret) + egui::vec2(1.0, CODE_LINE / 2.0))
    } else {
        response.hover_pos()
    };
    let Some(at) = at.filter(|at| frame.room.contains(*at) && at.x >= frame.column()) else { return };
    if ui.input(|input| input.pointer.any_down()) {
        return;
    }
    let below = frame.rows.partition_point(|row| row.top <= at.y);
    let Some(row) = below.checked_sub(1).and_then(|index| frame.rows.get(index)) else { return };
    if row.tail.is_some() || at.y > row.top + CODE_LINE {
        return;
    }
    let (start, line) = (code.start(row.line), code.line(row.line));
    let value = value_in(line);
    let key = line.len() - line.trim_start().len()
        ..line.get(..value.start).map_or(0, |before| before.trim_end_matches([' ', ':']).len());
    let on_key = row.rect_of(code, &(start + key.start..start + key.end)).is_some_and(|rect| rect.contains(at));
    let range = if on_key { key } else { value };
    let range = start + range.start..start + range.end;
    let Some(place) = row.rect_of(code, &range).filter(|place| by_key || place.contains(at)) else { return };
    let is_known = state.explained.as_ref().is_some_and(|(known, key, _)| (*known, *key) == (row.line, on_key));
    if !is_known {
        state.explained = Some((row.line, on_key, explain(code, row.line, on_key)));
    }
    let Some((_, _, Some(said))) = &state.explained else { return };
    let spot = ui.interact(place, view.id.with("explained"), Sense::hover());
    let facts = Facts { title: &said.title, detail: &said.detail, note: &said.note, facts: &said.facts };
    tooltip::facts_tooltip_ui(&spot, response, facts);
}
