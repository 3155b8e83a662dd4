//! The text on the screen: only the rows that are seen are laid out, painted and told to screen readers.

use std::ops::Range;
use std::sync::Arc;

use egui::text::CCursor;
use egui::{
    Color32, CursorIcon, Event, IMEPurpose, Painter, Pos2, Rect, Response, Role, ScrollArea, Sense, Stroke, Ui,
    UiBuilder, WidgetInfo, pos2, vec2,
};

use super::document::Document;
use super::lines::{Lines, Piece};
use super::state::{Reveal, State, shown_line};
use super::{Editor, Problem, access, moves};
use crate::ui::fonts;
use crate::ui::theme::measure::{CODE_LINE, LINE_NUMBERS};
use crate::ui::theme::{Tokens, tokens};
use crate::ui::widgets::text;
use crate::ui::widgets::tooltip::{is_explained, place_tooltip_ui};

/// The room above and below the text.
const MARGIN: f32 = 7.0;
/// Right of the text.
const RIGHT: f32 = 12.0;
/// Between a line and the words about it.
const WORDS_GAP: f32 = 16.0;
/// In less room than this, words about a line say nothing.
const WORDS_LEAST: f32 = 140.0;

/// The caret's line and its column in characters, both from 1.
pub fn place_of(document: &Document) -> (usize, usize) {
    let buffer = document.buffer();
    let line = buffer.line_of(document.caret());
    let before = buffer.slice(buffer.start(line)..document.caret());
    (line + 1, before.chars().count() + 1)
}

/// The row of a line, laid out.
pub struct Row {
    /// From 0.
    pub line: usize,
    /// Its top on the screen.
    pub top: f32,
    /// What is seen of it.
    pub pieces: Vec<Piece>,
}

/// One frame of the text.
pub struct Frame<'a> {
    t: &'a Tokens,
    /// Where the text's first line begins.
    pub origin: Pos2,
    /// From the left edge to the text.
    left: f32,
    /// What is seen of the whole, on the screen.
    room: Rect,
    /// The row at the caret while something is composed in it.
    composed: Option<(usize, String, Range<usize>)>,
    /// The rows that are seen.
    pub rows: Vec<Row>,
}

/// Shows the text in `room`. Returns its response and where the caret is, if it has the focus.
pub fn view_ui(ui: &mut Ui, state: &mut State, editor: &Editor<'_>, room: Rect) -> (Response, Option<Rect>) {
    let mut pane = ui.new_child(UiBuilder::new().id_salt(editor.id.with("pane")).max_rect(room));
    pane.set_clip_rect(room.intersect(ui.clip_rect()));
    ui.advance_cursor_after_rect(room);
    if !editor.enabled {
        pane.disable();
    }
    ScrollArea::both()
        .id_salt(editor.id.with("scroll"))
        .auto_shrink([false, false])
        .show_viewport(&mut pane, |ui, viewport| content_ui(ui, state, editor, viewport, room))
        .inner
}

/// From the left edge to the text: numbers of four digits and more need a wider column.
fn text_left(lines: usize) -> f32 {
    let digits = lines.to_string().len();
    LINE_NUMBERS + digits.saturating_sub(2) as f32 * 7.5
}

fn content_ui(
    ui: &mut Ui,
    state: &mut State,
    editor: &Editor<'_>,
    viewport: Rect,
    room: Rect,
) -> (Response, Option<Rect>) {
    let t = tokens(ui);
    let count = state.document.buffer().lines();
    let left = text_left(count);
    let origin = ui.max_rect().min + vec2(left, MARGIN);
    state.long.keep_for(state.document.revision(), state.composed, ui.ctx().pixels_per_point());

    let first = (((viewport.min.y - MARGIN) / CODE_LINE).floor().max(0.0) as usize).min(count - 1);
    let last = (((viewport.max.y - MARGIN) / CODE_LINE).ceil().max(0.0) as usize).clamp(first + 1, count);
    let composed = state.composed_line();
    let mut rows = Vec::with_capacity(last - first);
    let mut widest = 0.0_f32;
    {
        let State { document, long, .. } = state;
        let mut lines = Lines { ui, tokens: t, language: editor.language, long };
        for line in first..last {
            let shown = shown_line(document, composed.as_ref(), line);
            widest = widest.max(lines.width(shown));
            let pieces = lines.pieces(shown, viewport.min.x - left, viewport.max.x - left);
            rows.push(Row { line, top: origin.y + line as f32 * CODE_LINE, pieces });
        }
    }
    // The widest line that was seen of this text keeps the scroll bar still.
    let revision = state.document.revision();
    if state.widest.0 != revision || state.widest.1 < widest {
        state.widest = (revision, if state.widest.0 == revision { state.widest.1.max(widest) } else { widest });
    }
    let size = vec2(left + state.widest.1 + RIGHT, count as f32 * CODE_LINE + 2.0 * MARGIN).max(room.size());
    ui.set_min_size(size);
    let whole = Rect::from_min_size(ui.max_rect().min, size);
    // What is scrolled away is nobody's to click, nor a screen reader's to point at; an editor that is scrolled away as
    // a whole is where it is.
    let own = whole.intersect(room);
    let seen = own.intersect(ui.clip_rect());
    let seen = if seen.is_positive() { seen } else { own };
    let response = ui.interact(seen, editor.id, Sense::click_and_drag()).on_hover_cursor(CursorIcon::Text);
    let frame = Frame { t, origin, left, room, composed, rows };

    if editor.enabled {
        point(ui, state, editor, &frame, &response);
    }
    let has_focus = editor.enabled && ui.memory(|memory| memory.has_focus(editor.id));
    let caret = caret_rect(ui, state, editor, &frame);
    if let Some(how) = state.reveal.take() {
        reveal(ui, &frame, caret, how);
    }
    frame.paint(ui, state, editor, &response, has_focus, caret);
    explain(ui, state, editor, &frame, &response);
    access::tell(ui, state, editor, &frame, &response, has_focus);
    if has_focus && editor.enabled {
        let to_global = ui.ctx().layer_transform_to_global(ui.layer_id()).unwrap_or_default();
        ui.output_mut(|output| {
            output.ime = Some(egui::output::IMEOutput {
                purpose: IMEPurpose::Normal,
                rect: to_global * room,
                cursor_rect: to_global * caret,
                should_interrupt_composition: false,
            });
        });
    }
    (response, has_focus.then_some(caret))
}

fn reveal(ui: &Ui, frame: &Frame<'_>, caret: Rect, how: Reveal) {
    // The number column lies over the text's left, so the caret has to stay right of it.
    let mut wanted = caret.expand2(vec2(RIGHT, MARGIN));
    wanted.min.x -= frame.left;
    if how == Reveal::Middle {
        // As high as the room: then the line comes to its middle, and across it goes only as far as needed.
        wanted = wanted.expand2(vec2(0.0, ((frame.room.height() - wanted.height()) / 2.0).max(0.0)));
    }
    ui.scroll_to_rect(wanted, None);
}

/// Where the caret is on the screen: 0 wide.
fn caret_rect(ui: &Ui, state: &mut State, editor: &Editor<'_>, frame: &Frame<'_>) -> Rect {
    let State { document, long, preedit, .. } = state;
    let buffer = document.buffer();
    let line = buffer.line_of(document.caret());
    let mut byte = document.caret() - buffer.start(line);
    if let (Some((_, text, range)), Some(preedit)) = (&frame.composed, preedit) {
        // While a part is chosen, the caret stands at its end.
        let within = preedit.active.as_ref().map_or(usize::MAX, |active| active.end);
        let part = text.get(range.clone()).unwrap_or_default();
        byte = range.start + part.char_indices().nth(within).map_or(part.len(), |(at, _)| at);
    }
    let mut lines = Lines { ui, tokens: frame.t, language: editor.language, long };
    let x = lines.x_of(shown_line(document, frame.composed.as_ref(), line), byte);
    let at = frame.origin + vec2(x, line as f32 * CODE_LINE);
    Rect::from_min_size(at, vec2(0.0, CODE_LINE))
}

/// What the pointer does.
fn point(ui: &Ui, state: &mut State, editor: &Editor<'_>, frame: &Frame<'_>, response: &Response) {
    let State { document, long, .. } = state;
    let mut lines = Lines { ui, tokens: frame.t, language: editor.language, long };
    let mut place_at = |document: &Document, at: Pos2| {
        let buffer = document.buffer();
        let line = (((at.y - frame.origin.y) / CODE_LINE).floor().max(0.0) as usize).min(buffer.lines() - 1);
        let byte = lines.byte_at(shown_line(document, None, line), at.x - frame.origin.x);
        moves::snap(buffer, buffer.start(line) + byte)
    };
    let (pressed, shift, origin) =
        ui.input(|input| (input.pointer.primary_pressed(), input.modifiers.shift, input.pointer.press_origin()));
    let at = response.interact_pointer_pos();
    let before = document.selection();
    let mut pointed = false;
    if pressed
        && response.is_pointer_button_down_on()
        && let Some(at) = origin.or(at)
    {
        response.request_focus();
        let place = place_at(document, at);
        document.go_to(place, shift);
        pointed = true;
    } else if response.triple_clicked()
        && let Some(at) = at
    {
        let place = place_at(document, at);
        document.select_line(place);
    } else if response.double_clicked()
        && let Some(at) = at
    {
        let place = place_at(document, at);
        document.select_word(place);
    } else if response.dragged_by(egui::PointerButton::Primary)
        && let Some(at) = at
    {
        let place = place_at(document, at);
        document.go_to(place, true);
        if !frame.room.contains(at) {
            ui.scroll_to_rect(Rect::from_center_size(at, vec2(2.0, 2.0)), None);
        }
    } else if response.clicked() {
        // Press and release may come within one frame; a screen reader's click has no place.
        if let Some(at) = at.filter(|_| ui.input(|input| input.pointer.primary_released())) {
            let place = place_at(document, at);
            document.go_to(place, shift);
        }
        if !ui.memory(|memory| memory.has_focus(editor.id)) {
            response.request_focus();
        }
    }
    let pasted = response.contains_pointer().then(|| {
        ui.input(|input| {
            input.events.iter().find_map(|event| match event {
                Event::MiddleClickPaste { pos, text } => Some((*pos, text.clone())),
                _ => None,
            })
        })
    });
    if let Some((at, text)) = pasted.flatten() {
        let place = place_at(document, at);
        document.go_to(place, false);
        document.insert(&text, ui.input(|input| input.time));
        response.request_focus();
        // The rows of this frame are of the text before.
        ui.ctx().request_repaint();
    }
    if pointed || document.selection() != before {
        state.wanted_x = None;
        state.tab_leaves = false;
        if state.preedit.is_some() {
            state.compose(None);
            ui.memory_mut(egui::Memory::interrupt_ime);
        }
    }
}

/// Words about what the pointer rests on.
fn explain(ui: &Ui, state: &mut State, editor: &Editor<'_>, frame: &Frame<'_>, response: &Response) {
    let Some(explain) = editor.explain else { return };
    let by_key = is_explained(response);
    let at = response.hover_pos().filter(|at| frame.room.contains(*at) && !by_key);
    if at.is_none() && !by_key {
        return;
    }
    if state.popup.is_open() || ui.input(|input| input.pointer.any_down()) {
        return;
    }
    let State { document, long, explained, .. } = state;
    let mut lines = Lines { ui, tokens: frame.t, language: editor.language, long };
    let buffer = document.buffer();
    let (line, place) = match at {
        // To the keyboard the place of the caret is explained.
        None => (buffer.line_of(document.caret()), document.caret()),
        Some(at) => {
            let line = ((at.y - frame.origin.y) / CODE_LINE).floor();
            if line < 0.0 || line as usize >= buffer.lines() {
                return;
            }
            let line = line as usize;
            let shown = shown_line(document, None, line);
            let x = at.x - frame.origin.x;
            if x < 0.0 || x > lines.width(shown) {
                return;
            }
            (line, buffer.start(line) + lines.byte_at(shown, x))
        }
    };
    let revision = document.revision();
    let is_known = explained.as_ref().is_some_and(|(of, range, _)| *of == revision && range.contains(&place));
    if !is_known {
        let found = explain(document.text(), place);
        // Also that there is nothing to say is remembered, for as long as the pointer rests here.
        *explained =
            Some(found.map_or((revision, place..place + 1, String::new()), |(range, said)| (revision, range, said)));
    }
    let Some((_, range, said)) = explained.as_ref().filter(|(_, _, said)| !said.is_empty()) else { return };
    let range = buffer.floor(range.start)..buffer.floor(range.end);
    let start = buffer.start(line);
    let Some(row) = frame.row(line) else { return };
    let (left, right) = (
        frame.x(document, row, range.start.saturating_sub(start)),
        frame.x(document, row, range.end.saturating_sub(start)),
    );
    let place = Rect::from_min_max(pos2(left, row.top), pos2(right, row.top + CODE_LINE));
    let spot = ui.interact(place, editor.id.with("explained"), Sense::hover());
    place_tooltip_ui(&spot, response, said);
}

impl Frame<'_> {
    /// The row of a line, if it is seen.
    fn row(&self, line: usize) -> Option<&Row> {
        let first = self.rows.first()?.line;
        self.rows.get(line.checked_sub(first)?)
    }

    /// Where a byte of a line is across the screen; for one in a piece that is not seen, its edge.
    fn x(&self, document: &Document, row: &Row, byte: usize) -> f32 {
        let shown = shown_line(document, self.composed.as_ref(), row.line);
        let index = row.pieces.partition_point(|piece| piece.start <= byte).saturating_sub(1);
        let Some(piece) = row.pieces.get(index) else { return self.origin.x };
        let chars = shown.text.get(piece.start..byte).map_or(0, |before| before.chars().count());
        self.origin.x + piece.x + piece.galley.pos_from_cursor(CCursor::new(chars)).center().x
    }

    /// Fills behind a range of the text, where it is seen; with the line breaks in it.
    fn fill(&self, painter: &Painter, document: &Document, range: &Range<usize>, color: Color32) {
        let buffer = document.buffer();
        for row in &self.rows {
            let (start, end) = (buffer.start(row.line), buffer.end(row.line));
            if range.end < start || range.start > end {
                continue;
            }
            let left = self.x(document, row, range.start.saturating_sub(start).min(end - start));
            let goes_on = range.end > end;
            let right = self.x(document, row, range.end.min(end) - start) + if goes_on { 6.0 } else { 0.0 };
            let rect = Rect::from_min_max(pos2(left, row.top), pos2(right, row.top + CODE_LINE));
            painter.rect_filled(rect, 0.0, color);
        }
    }

    fn paint(
        &self,
        ui: &Ui,
        state: &mut State,
        editor: &Editor<'_>,
        response: &Response,
        has_focus: bool,
        caret: Rect,
    ) {
        let t = self.t;
        let matched = if has_focus { state.matched() } else { None };
        let State { document, find, .. } = &*state;
        let buffer = document.buffer();
        let column = self.room.left() + self.left;
        // Text that is scrolled under the numbers is cut off there.
        let clip = Rect::from_min_max(pos2(column - 3.0, self.room.top()), self.room.max);
        let painter = ui.painter().with_clip_rect(clip.intersect(ui.clip_rect()));
        let selection = document.selection();
        if has_focus && selection.is_empty() {
            let line = Rect::from_x_y_ranges(self.room.x_range(), caret.y_range());
            ui.painter().rect_filled(line, 0.0, t.bg3);
        }
        if let (Some(first), Some(last)) = (self.rows.first(), self.rows.last()) {
            for hit in find.hits_in(&(buffer.start(first.line)..buffer.end(last.line) + 1)) {
                self.fill(&painter, document, hit, t.find_hit);
            }
        }
        if !selection.is_empty() {
            let color = if has_focus { t.accent_bg } else { t.bg4 };
            self.fill(&painter, document, &selection.range(), color);
        }
        if let Some((at, partner)) = matched {
            self.bracket(&painter, document, at, if partner.is_some() { t.stroke } else { t.error });
            if let Some(partner) = partner {
                self.bracket(&painter, document, partner, t.stroke);
            }
        }
        let font = fonts::code();
        let caret_line = buffer.line_of(document.caret());
        for row in &self.rows {
            let middle = row.top + CODE_LINE / 2.0;
            for piece in &row.pieces {
                text::paint(&painter, Arc::clone(&piece.galley), self.origin.x + piece.x, middle, &font);
            }
            let number = (row.line + 1).to_string();
            let color = if has_focus && row.line == caret_line { t.text3 } else { t.faint };
            text::paint_text_right(ui.painter(), column - 12.0, middle, &number, &font, color);
        }
        if document.text().is_empty() && !editor.placeholder.is_empty() {
            let middle = self.origin.y + CODE_LINE / 2.0;
            text::paint_text(&painter, self.origin.x, middle, editor.placeholder, &font, t.text3);
        }
        if let Some((line, _, range)) = &self.composed
            && let Some(row) = self.row(*line)
        {
            let ends = (self.x(document, row, range.start), self.x(document, row, range.end));
            painter.hline(ends.0..=ends.1, row.top + CODE_LINE - 2.5, Stroke::new(1.0, t.text1));
        }
        for (index, problem) in editor.problems.iter().enumerate() {
            self.problem(ui, &painter, document, (index, problem), response, has_focus);
        }
        if has_focus && ui.input(|input| input.focused) {
            let center = caret.center();
            painter.vline(center.x, (center.y - 9.0)..=(center.y + 8.0), Stroke::new(2.0, t.accent));
        }
    }

    fn bracket(&self, painter: &Painter, document: &Document, at: usize, color: Color32) {
        let buffer = document.buffer();
        let line = buffer.line_of(at);
        let Some(row) = self.row(line) else { return };
        let byte = at - buffer.start(line);
        let (left, right) = (self.x(document, row, byte), self.x(document, row, byte + 1));
        let rect = Rect::from_min_max(pos2(left - 0.5, row.top + 1.0), pos2(right + 0.5, row.top + CODE_LINE - 2.0));
        painter.rect_stroke(rect, 2.0, Stroke::new(1.0, color), egui::StrokeKind::Inside);
    }

    /// The line under what is wrong, its hover, and the words behind its line.
    fn problem(
        &self,
        ui: &Ui,
        painter: &Painter,
        document: &Document,
        (index, problem): (usize, &Problem),
        response: &Response,
        has_focus: bool,
    ) {
        let t = self.t;
        let buffer = document.buffer();
        let (start, end) = (buffer.floor(problem.range.start), buffer.floor(problem.range.end));
        let line = buffer.line_of(start);
        let Some(row) = self.row(line) else { return };
        let (line_start, line_end) = (buffer.start(line), buffer.end(line));
        let left = self.x(document, row, start - line_start);
        let right =
            self.x(document, row, end.clamp(start, line_end) - line_start).max(left + 8.0).min(self.room.right());
        let y = row.top + CODE_LINE / 2.0 + 8.0;
        let mut points = Vec::new();
        let (mut x, mut up) = (left, true);
        while x <= right {
            points.push(pos2(x, if up { y - 1.25 } else { y + 1.25 }));
            up = !up;
            x += 3.0;
        }
        painter.line(points, Stroke::new(1.0, t.error));
        let place = Rect::from_min_max(pos2(left, row.top), pos2(right, row.top + CODE_LINE));
        let spot = ui.interact(place, response.id.with(("problem", index)), Sense::hover());
        spot.widget_info(|| WidgetInfo::labeled(Role::Label, true, &problem.message));
        crate::ui::widgets::tooltip::tooltip_ui(&spot, &problem.message, None);

        let caret = document.caret();
        let is_typed = has_focus && problem.range.start <= caret && caret <= problem.range.end;
        let after = self.x(document, row, line_end - line_start) + WORDS_GAP;
        let room = self.room.right() - RIGHT - after;
        if !is_typed && room >= WORDS_LEAST {
            let font = fonts::hint();
            let words = text::line_within(painter, &problem.message, font.clone(), t.error, room);
            text::paint(painter, words, after, row.top + CODE_LINE / 2.0, &font);
        }
    }
}
