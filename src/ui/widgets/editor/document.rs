//! A text that is edited: caret, selection, undo, and what keys mean in it. Knows no screen.

use std::ops::Range;

use super::brackets::{is_closing, is_opening, partner_of};
use super::buffer::{Buffer, difference, with_plain_breaks};
use super::history::{EditKind, History, Selection};
use super::lexed::Lexed;
use super::moves;
use crate::ui::widgets::json::{JsonToken, tokens_from};

/// One level of indentation.
pub const INDENT: &str = "  ";

/// A text being edited.
#[derive(Clone, Debug, Default)]
pub struct Document {
    buffer: Buffer,
    lexed: Lexed,
    selection: Selection,
    history: History,
    /// Closing brackets and quotes that were put there by themselves, in bytes: typing them steps over them.
    closers: Vec<usize>,
    /// Brackets close by themselves.
    closes_brackets: bool,
    revision: u64,
}

/// How far a key moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// One character back.
    Previous,
    /// One character on.
    Next,
    /// One word back.
    PreviousWord,
    /// One word on.
    NextWord,
    /// To the text of the line, then to its start.
    Home,
    /// To the end of the line.
    End,
    /// To the start of the text.
    Top,
    /// To the end of the text.
    Bottom,
}

impl Document {
    /// A text without a past.
    pub fn new(text: String, closes_brackets: bool) -> Self {
        let buffer = Buffer::new(text);
        let lexed = Lexed::new(&buffer);
        Self { buffer, lexed, closes_brackets, ..Self::default() }
    }

    /// The text.
    pub fn buffer(&self) -> &Buffer {
        &self.buffer
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        self.buffer.text()
    }

    /// Counts changes of the text.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// What is selected.
    pub fn selection(&self) -> Selection {
        self.selection
    }

    /// Where the caret is, in bytes.
    pub fn caret(&self) -> usize {
        self.selection.caret
    }

    /// The selected text.
    pub fn selected(&self) -> &str {
        self.buffer.slice(self.selection.range())
    }

    /// Whether a line begins inside a comment.
    pub fn begins_in_comment(&self, line: usize) -> bool {
        self.lexed.begins_in_comment(line)
    }

    /// There is something to undo.
    pub fn can_undo(&self) -> bool {
        self.history.can_undo()
    }

    /// There is something to do again.
    pub fn can_redo(&self) -> bool {
        self.history.can_redo()
    }

    /// Selects; places that are none go to the nearest before.
    pub fn select(&mut self, selection: Selection) {
        let selection =
            Selection { anchor: self.buffer.floor(selection.anchor), caret: self.buffer.floor(selection.caret) };
        if self.buffer.line_of(selection.caret) != self.buffer.line_of(self.selection.caret) {
            self.closers.clear();
        }
        self.selection = selection;
    }

    /// Selects all.
    pub fn select_all(&mut self) {
        self.select(Selection { anchor: 0, caret: self.buffer.len() });
    }

    /// Selects the word around a place.
    pub fn select_word(&mut self, at: usize) {
        let word = moves::word_around(&self.buffer, self.buffer.floor(at));
        self.select(Selection { anchor: word.start, caret: word.end });
    }

    /// Selects a line with its break.
    pub fn select_line(&mut self, at: usize) {
        let line = self.buffer.line_of(at);
        let end = if line + 1 < self.buffer.lines() { self.buffer.start(line + 1) } else { self.buffer.len() };
        self.select(Selection { anchor: self.buffer.start(line), caret: end });
    }

    /// Moves the caret, taking the selection along where `extends`.
    pub fn go(&mut self, step: Move, extends: bool) {
        let (buffer, selection) = (&self.buffer, self.selection);
        let caret = selection.caret;
        // Without Shift an arrow goes to the selection's edge first.
        let collapses = !extends && !selection.is_empty();
        let to = match step {
            Move::Previous if collapses => selection.range().start,
            Move::Next if collapses => selection.range().end,
            Move::Previous => moves::previous(buffer, caret),
            Move::Next => moves::next(buffer, caret),
            Move::PreviousWord => moves::previous_word(buffer, caret),
            Move::NextWord => moves::next_word(buffer, caret),
            Move::Home => moves::home(buffer, caret),
            Move::End => buffer.end(buffer.line_of(caret)),
            Move::Top => 0,
            Move::Bottom => buffer.len(),
        };
        self.go_to(to, extends);
    }

    /// Moves the caret to a byte.
    pub fn go_to(&mut self, to: usize, extends: bool) {
        let anchor = if extends { self.selection.anchor } else { to };
        self.select(Selection { anchor, caret: to });
    }

    // Edits.

    /// One replacement inside a step.
    fn replace(&mut self, range: Range<usize>, with: &str) {
        let removed = self.replace_unnoted(range.clone(), with);
        self.history.note(range.start, removed, with);
    }

    fn replace_unnoted(&mut self, range: Range<usize>, with: &str) -> String {
        let line = self.buffer.line_of(range.start);
        let removed = self.buffer.replace(range.clone(), with);
        let breaks = |text: &str| memchr::memchr_iter(b'\n', text.as_bytes()).count();
        self.lexed.edited(&self.buffer, line, breaks(&removed), breaks(with));
        self.closers.retain(|at| !range.contains(at));
        for at in &mut self.closers {
            if *at >= range.end {
                *at = *at + with.len() - removed.len();
            }
        }
        self.revision += 1;
        removed
    }

    /// Does several replacements, in the text's order and apart from each other, as one step.
    fn step(&mut self, kind: EditKind, edits: &[(Range<usize>, &str)], after: Selection, now_s: f64) {
        if edits.is_empty() {
            return;
        }
        self.history.begin(kind, self.selection, now_s);
        for (range, with) in edits.iter().rev() {
            self.replace(range.clone(), with);
        }
        self.selection = Selection { anchor: self.buffer.floor(after.anchor), caret: self.buffer.floor(after.caret) };
        self.history.end(self.selection);
    }

    /// Replaces one range; the caret stands behind what came.
    pub fn replace_range(&mut self, range: Range<usize>, with: &str, now_s: f64) {
        let range = self.buffer.floor(range.start)..self.buffer.floor(range.end.max(range.start));
        let after = Selection::at(range.start + with.len());
        self.step(EditKind::Other, &[(range, with)], after, now_s);
    }

    /// Replaces several ranges, in the text's order and apart from each other, as one step.
    pub fn replace_ranges(&mut self, ranges: &[Range<usize>], with: &str, now_s: f64) {
        let edits: Vec<(Range<usize>, &str)> = ranges.iter().map(|range| (range.clone(), with)).collect();
        let before: usize = self.selection.caret;
        self.step(EditKind::Other, &edits, Selection::at(before), now_s);
    }

    /// Another text takes this one's place, as one step, changing no more than differs. Returns whether any does.
    pub fn set_text(&mut self, text: &str, now_s: f64) -> bool {
        if self.buffer.text() == text {
            return false;
        }
        let (range, with) = difference(self.buffer.text(), text);
        let (range, with) = (range, with.to_owned());
        let moved = |at: usize| if at >= range.end { at + with.len() - range.len() } else { at.min(range.start) };
        let after = Selection { anchor: moved(self.selection.anchor), caret: moved(self.selection.caret) };
        self.step(EditKind::Other, &[(range.clone(), with.as_str())], after, now_s);
        self.closers.clear();
        true
    }

    /// Puts text in the selection's place, as a paste does.
    pub fn insert(&mut self, text: &str, now_s: f64) {
        let text = with_plain_breaks(text);
        let range = self.selection.range();
        let after = Selection::at(range.start + text.len());
        self.step(EditKind::Other, &[(range, text.as_ref())], after, now_s);
    }

    /// Takes typed text: one character may close by itself, or step over what closed by itself.
    pub fn type_text(&mut self, text: &str, now_s: f64) {
        let mut chars = text.chars();
        let (Some(typed), None) = (chars.next(), chars.next()) else { return self.insert(text, now_s) };
        let range = self.selection.range();
        if self.closes_brackets {
            let next = self.buffer.char_at(range.end);
            if range.is_empty() && next == Some(typed) && self.closers.contains(&range.end) {
                self.closers.retain(|at| *at != range.end);
                return self.go_to(range.end + typed.len_utf8(), false);
            }
            let token = self.token_at(range.start);
            if is_closing(typed) && token == Place::Code {
                return self.type_closing(typed, now_s);
            }
            let closer = match (typed, token) {
                ('"', Place::Code) if !self.buffer.char_before(range.start).is_some_and(is_wordlike) => Some('"'),
                (open, Place::Code) if is_opening(open) => partner_of(open),
                _ => None,
            };
            let has_room = next.is_none_or(|c| c.is_whitespace() || is_closing(c) || matches!(c, ',' | ':'));
            if let Some(closer) = closer.filter(|_| has_room) {
                let pair: String = [typed, closer].into_iter().collect();
                let caret = range.start + typed.len_utf8();
                self.step(EditKind::Typing, &[(range, pair.as_str())], Selection::at(caret), now_s);
                self.closers.push(caret);
                return;
            }
        }
        let after = Selection::at(range.start + text.len());
        self.step(EditKind::Typing, &[(range, text)], after, now_s);
    }

    /// A closing bracket that is the first of its line stands one level further out.
    fn type_closing(&mut self, typed: char, now_s: f64) {
        let range = self.selection.range();
        let start = self.buffer.start(self.buffer.line_of(range.start));
        let before = self.buffer.slice(start..range.start);
        let is_first = !before.is_empty() && before.chars().all(|c| c == ' ' || c == '\t');
        let taken = if !is_first {
            0
        } else if before.ends_with(INDENT) {
            INDENT.len()
        } else {
            1
        };
        let from = range.start - taken;
        let after = Selection::at(from + typed.len_utf8());
        let mut bytes = [0; 4];
        let typed: &str = typed.encode_utf8(&mut bytes);
        self.step(EditKind::Typing, &[(from..range.end, typed)], after, now_s);
    }

    /// Breaks the line and keeps the indentation; deeper behind an opening bracket.
    pub fn new_line(&mut self, now_s: f64) {
        let range = self.selection.range();
        let line = self.buffer.line_of(range.start);
        let before = self.buffer.slice(self.buffer.start(line)..range.start);
        let indent: String = before.chars().take_while(|c| *c == ' ' || *c == '\t').collect();
        let opens = self.closes_brackets
            && before.trim_end().ends_with(is_opening)
            && self.token_at(range.start) == Place::Code;
        let closes = self.buffer.char_at(range.end).is_some_and(is_closing);
        let mut inserted = format!("\n{indent}{}", if opens { INDENT } else { "" });
        let caret = range.start + inserted.len();
        if opens && closes {
            inserted.push('\n');
            inserted.push_str(&indent);
        }
        self.step(EditKind::Other, &[(range, inserted.as_str())], Selection::at(caret), now_s);
    }

    /// Deletes the selection, or as far as a step goes.
    pub fn delete(&mut self, step: Move, now_s: f64) {
        let selection = self.selection;
        let range = if selection.is_empty() {
            let at = selection.caret;
            let to = step_from(&self.buffer, at, step);
            if step == Move::Previous
                && self.closers.contains(&at)
                && self.buffer.char_before(at).and_then(partner_of) == self.buffer.char_at(at)
            {
                // What closed by itself goes with what opened it.
                let behind = moves::next(&self.buffer, at);
                to..behind
            } else if step == Move::Previous && self.is_in_indentation(at) {
                at - INDENT.len()..at
            } else {
                to.min(at)..to.max(at)
            }
        } else {
            selection.range()
        };
        if range.is_empty() {
            return;
        }
        let is_one = selection.is_empty() && matches!(step, Move::Previous | Move::Next);
        let kind = if is_one { EditKind::Deleting } else { EditKind::Other };
        let after = Selection::at(range.start);
        self.step(kind, &[(range, "")], after, now_s);
    }

    /// Whether a whole level of blanks stands between the line's start and a place, and nothing else.
    fn is_in_indentation(&self, at: usize) -> bool {
        let start = self.buffer.start(self.buffer.line_of(at));
        let before = self.buffer.slice(start..at);
        !before.is_empty() && before.len().is_multiple_of(INDENT.len()) && before.chars().all(|c| c == ' ')
    }

    /// Deletes some characters before and behind the caret, as input methods ask.
    pub fn delete_around(&mut self, before: usize, behind: usize, now_s: f64) {
        let caret = self.selection.caret;
        let head = self.buffer.slice(0..caret);
        let from = head.char_indices().rev().take(before).last().map_or(caret, |(at, _)| at);
        let tail = self.buffer.slice(caret..self.buffer.len());
        let to = tail.char_indices().nth(behind).map_or(self.buffer.len(), |(at, _)| caret + at);
        self.step(EditKind::Other, &[(from..to, "")], Selection::at(from), now_s);
    }

    /// Tab: one level in, for every selected line; blanks where less than a line is selected.
    pub fn indent(&mut self, now_s: f64) {
        let range = self.selection.range();
        let (first, last) = (self.buffer.line_of(range.start), self.buffer.line_of(range.end));
        if first == last {
            let after = Selection::at(range.start + INDENT.len());
            return self.step(EditKind::Other, &[(range, INDENT)], after, now_s);
        }
        let places: Vec<usize> = self
            .selected_lines()
            .filter(|line| !self.buffer.line(*line).is_empty())
            .map(|line| self.buffer.start(line))
            .collect();
        let edits: Vec<(Range<usize>, &str)> = places.iter().map(|at| (*at..*at, INDENT)).collect();
        let moved = |at: usize| at + INDENT.len() * places.iter().filter(|place| **place < at).count();
        let after = Selection { anchor: moved(self.selection.anchor), caret: moved(self.selection.caret) };
        self.step(EditKind::Other, &edits, after, now_s);
    }

    /// Shift+Tab: one level out, for every selected line.
    pub fn outdent(&mut self, now_s: f64) {
        let cuts: Vec<Range<usize>> = self
            .selected_lines()
            .filter_map(|line| {
                let text = self.buffer.line(line);
                let cut = if text.starts_with('\t') {
                    1
                } else {
                    text.bytes().take(INDENT.len()).take_while(|byte| *byte == b' ').count()
                };
                let start = self.buffer.start(line);
                (cut > 0).then_some(start..start + cut)
            })
            .collect();
        let moved = |at: usize| {
            at - cuts.iter().filter(|cut| cut.start < at).map(|cut| cut.end.min(at) - cut.start).sum::<usize>()
        };
        let after = Selection { anchor: moved(self.selection.anchor), caret: moved(self.selection.caret) };
        let edits: Vec<(Range<usize>, &str)> = cuts.iter().map(|cut| (cut.clone(), "")).collect();
        self.step(EditKind::Other, &edits, after, now_s);
    }

    /// The lines that the selection touches; one at whose start it ends is not among them.
    fn selected_lines(&self) -> std::ops::RangeInclusive<usize> {
        let range = self.selection.range();
        let first = self.buffer.line_of(range.start);
        let mut last = self.buffer.line_of(range.end);
        if last > first && range.end == self.buffer.start(last) {
            last -= 1;
        }
        first..=last
    }

    /// Takes the last step back.
    pub fn undo(&mut self) -> bool {
        self.turn(true)
    }

    /// Does the step that was undone last again.
    pub fn redo(&mut self) -> bool {
        self.turn(false)
    }

    fn turn(&mut self, back: bool) -> bool {
        let mut history = std::mem::take(&mut self.history);
        let selection = {
            let mut change = |document: &mut Self, at: usize, was: &str, becomes: &str| {
                document.replace_unnoted(at..at + was.len(), becomes);
            };
            if back { history.undo(self, &mut change) } else { history.redo(self, &mut change) }
        };
        self.history = history;
        self.closers.clear();
        let Some(selection) = selection else { return false };
        self.select(selection);
        true
    }

    /// What a place is inside of.
    pub fn token_at(&self, at: usize) -> Place {
        /// Further into a line than this nothing is told apart.
        const FAR: usize = 20_000;
        let line = self.buffer.line_of(at);
        let start = self.buffer.start(line);
        if at - start > FAR {
            return Place::Comment;
        }
        let before = self.buffer.slice(start..at);
        let (tokens, ends_in_comment) = tokens_from(before, self.begins_in_comment(line));
        match tokens.last() {
            _ if ends_in_comment => Place::Comment,
            Some((range, JsonToken::Comment)) if !before[range.clone()].ends_with("*/") => Place::Comment,
            Some((range, JsonToken::String | JsonToken::Key)) if !is_closed_string(&before[range.clone()]) => {
                Place::String
            }
            _ => Place::Code,
        }
    }
}

/// What a place is inside of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Between tokens, or in one that is not text.
    Code,
    /// In a string.
    String,
    /// In a comment, or too far into a line to tell.
    Comment,
}

/// Where a deletion from a place goes.
fn step_from(buffer: &Buffer, at: usize, step: Move) -> usize {
    match step {
        Move::Previous => moves::previous(buffer, at),
        Move::Next => moves::next(buffer, at),
        Move::PreviousWord => moves::previous_word(buffer, at),
        Move::NextWord => moves::next_word(buffer, at),
        Move::Home => buffer.start(buffer.line_of(at)),
        Move::End => buffer.end(buffer.line_of(at)),
        Move::Top => 0,
        Move::Bottom => buffer.len(),
    }
}

/// Whether a string token has its closing quote.
pub fn is_closed_string(token: &str) -> bool {
    let Some(inside) = token.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else { return false };
    let escapes = inside.bytes().rev().take_while(|byte| *byte == b'\\').count();
    escapes.is_multiple_of(2)
}

fn is_wordlike(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '"' | '\\')
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;
