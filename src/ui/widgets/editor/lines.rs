//! Lines laid out: where a byte is on the screen, and what stands at a point. A line of megabytes is cut into pieces, of
//! which only those on the screen are laid out.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use egui::text::{CCursor, LayoutJob};
use egui::{Galley, Ui, vec2};

use crate::ui::fonts;
use crate::ui::theme::Tokens;
use crate::ui::theme::measure::CODE_LINE;
use crate::ui::widgets::json::{Language, tokens_from};
use crate::ui::widgets::text;

/// A longer line is cut, in bytes.
const LONG: usize = 4_096;
/// The pieces of a long line, in bytes at most.
const PIECE: usize = 1_024;
/// Colours end here, in bytes of a line.
const COLOURED: usize = 16_384;

/// A line that is shown: its number, its text, and what its colours need.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// From 0.
    pub line: usize,
    /// What is shown of it.
    pub text: &'a str,
    /// It begins inside a comment.
    pub in_comment: bool,
}

/// Where the pieces of a long line begin.
#[derive(Clone, Debug)]
struct LongLine {
    bytes: Vec<usize>,
    /// In points; one more than pieces, so the last is the width.
    xs: Vec<f32>,
}

impl LongLine {
    fn piece(&self, index: usize, len: usize) -> Range<usize> {
        let start = self.bytes.get(index).copied().unwrap_or(len);
        start..self.bytes.get(index + 1).copied().unwrap_or(len)
    }
}

/// What is known of long lines, for as long as the text and its size on the screen stay.
#[derive(Clone, Debug, Default)]
pub struct LongLines {
    lines: HashMap<usize, LongLine>,
    made_of: (u64, u64, u32),
}

impl LongLines {
    /// Forgets what was made of another text or another size.
    pub fn keep_for(&mut self, revision: u64, overlay: u64, pixels_per_point: f32) {
        let made_of = (revision, overlay, pixels_per_point.to_bits());
        if self.made_of != made_of {
            self.lines.clear();
            self.made_of = made_of;
        }
    }
}

/// Lays out lines for one frame.
pub struct Lines<'a> {
    /// Where they are shown.
    pub ui: &'a Ui,
    /// Their colours.
    pub tokens: &'a Tokens,
    /// What they are written in.
    pub language: Language,
    /// What is known of long ones.
    pub long: &'a mut LongLines,
}

/// A part of a line, laid out.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Where it begins, in bytes of the line.
    pub start: usize,
    /// Where it begins, in points from the line's start.
    pub x: f32,
    /// Its text.
    pub galley: Arc<Galley>,
}

impl Lines<'_> {
    /// The parts of a line that are seen between two places, in points from the line's start; at least one.
    pub fn pieces(&mut self, shown: Shown<'_>, left: f32, right: f32) -> Vec<Piece> {
        if shown.text.len() <= LONG {
            return vec![Piece { start: 0, x: 0.0, galley: self.galley(shown, 0..shown.text.len()) }];
        }
        let long = self.long(shown).clone();
        let first = long.xs.partition_point(|x| *x <= left).saturating_sub(1).min(long.bytes.len() - 1);
        let last = long.xs.partition_point(|x| *x < right).clamp(first + 1, long.bytes.len());
        (first..last)
            .map(|index| {
                let range = long.piece(index, shown.text.len());
                Piece { start: range.start, x: long.xs[index], galley: self.galley(shown, range) }
            })
            .collect()
    }

    /// How wide a line is, in points.
    pub fn width(&mut self, shown: Shown<'_>) -> f32 {
        if shown.text.len() <= LONG {
            return self.galley(shown, 0..shown.text.len()).size().x;
        }
        self.long(shown).xs.last().copied().unwrap_or_default()
    }

    /// Where a byte of a line is, in points from the line's start.
    pub fn x_of(&mut self, shown: Shown<'_>, byte: usize) -> f32 {
        let (range, x) = self.piece_of_byte(shown, byte);
        let before = shown.text.get(range.start..byte).unwrap_or_default().chars().count();
        let galley = self.galley(shown, range);
        x + galley.pos_from_cursor(CCursor::new(before)).center().x
    }

    /// The byte of a line nearest to a place, in points from the line's start.
    pub fn byte_at(&mut self, shown: Shown<'_>, x: f32) -> usize {
        let (range, left) = if shown.text.len() <= LONG {
            (0..shown.text.len(), 0.0)
        } else {
            let long = self.long(shown);
            let index = long.xs.partition_point(|at| *at <= x).saturating_sub(1).min(long.bytes.len() - 1);
            let left = long.xs.get(index).copied().unwrap_or_default();
            (long.piece(index, shown.text.len()), left)
        };
        let galley = self.galley(shown, range.clone());
        let chars = galley.cursor_from_pos(vec2(x - left, CODE_LINE / 2.0)).index.0;
        let piece = shown.text.get(range.clone()).unwrap_or_default();
        range.start + piece.char_indices().nth(chars).map_or(piece.len(), |(at, _)| at)
    }

    fn piece_of_byte(&mut self, shown: Shown<'_>, byte: usize) -> (Range<usize>, f32) {
        if shown.text.len() <= LONG {
            return (0..shown.text.len(), 0.0);
        }
        let long = self.long(shown);
        let index = long.bytes.partition_point(|at| *at <= byte).saturating_sub(1);
        (long.piece(index, shown.text.len()), long.xs.get(index).copied().unwrap_or_default())
    }

    fn long(&mut self, shown: Shown<'_>) -> &LongLine {
        let ui = self.ui;
        self.long.lines.entry(shown.line).or_insert_with(|| measure(ui, shown.text))
    }

    fn galley(&self, shown: Shown<'_>, range: Range<usize>) -> Arc<Galley> {
        let t = self.tokens;
        let font = fonts::code();
        let mut job = LayoutJob { break_on_newline: false, keep_trailing_whitespace: true, ..LayoutJob::default() };
        job.wrap.max_width = f32::INFINITY;
        let mut append = |range: Range<usize>, color| {
            let piece = shown.text.get(range).unwrap_or_default();
            if !piece.is_empty() {
                text::append(&mut job, piece, font.clone(), color, CODE_LINE);
            }
        };
        let mut at = range.start;
        if self.language == Language::Json && at < COLOURED {
            let end = shown.text.floor_char_boundary(range.end.min(COLOURED));
            // Keys are told from strings by what follows them.
            let seen = shown.text.floor_char_boundary(end + PIECE);
            for (token, kind) in tokens_from(&shown.text[..seen], shown.in_comment).0 {
                let piece = token.start.max(range.start)..token.end.min(end);
                if piece.start < piece.end {
                    at = piece.end;
                    append(piece, kind.color(t));
                }
            }
        }
        append(at..range.end, t.text1);
        if job.sections.is_empty() {
            text::append(&mut job, "", font, t.text1, CODE_LINE);
        }
        self.ui.fonts_mut(|fonts| fonts.layout_job(job))
    }
}

/// Cuts a long line and finds where each piece begins: glyphs of a code font have one width, others are asked for.
fn measure(ui: &Ui, text: &str) -> LongLine {
    let font = fonts::code();
    ui.fonts_mut(|fonts| {
        let narrow = fonts.glyph_width(&font, '0');
        let mut widths: HashMap<char, f32> = HashMap::new();
        let mut long = LongLine { bytes: vec![0], xs: vec![0.0] };
        let (mut at, mut x) = (0, 0.0_f32);
        while at < text.len() {
            let end = text.floor_char_boundary(at + PIECE);
            let piece = text.get(at..end).unwrap_or_default();
            x += if piece.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
                piece.len() as f32 * narrow
            } else {
                piece.chars().map(|c| *widths.entry(c).or_insert_with(|| fonts.glyph_width(&font, c))).sum()
            };
            at = end;
            if at < text.len() {
                long.bytes.push(at);
            }
            long.xs.push(x);
        }
        long
    })
}
