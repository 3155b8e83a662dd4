//! Where a line is broken on the screen. A line of megabytes is shown by its beginning until all of it is asked for,
//! and then broken evenly, so that no part of it is looked at that is not seen.

use std::ops::Range;

/// A longer line is shown by this many characters, until all of it is asked for.
pub const LONGEST_LINE: usize = 1_000;
/// A longer line that is shown as a whole is broken after so many bytes each, in bytes.
const EVEN_FROM: usize = 32 << 10;
/// No line is broken into pieces of fewer characters.
const NARROWEST: f32 = 12.0;

/// How much room there is for text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measure {
    /// The width of the text, in points; infinite where lines are not broken.
    pub width: f32,
    /// The width of a character, in points.
    pub char_width: f32,
}

/// What follows the text of a line that is very long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tail {
    /// There is more of it.
    ShowAll,
    /// All of it is shown.
    ShowLess,
}

/// The pieces of one line, one under the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Pieces {
    starts: Starts,
    /// How many bytes of the line are shown.
    pub end: usize,
    /// From the line's left to that of all pieces but the first, in points.
    pub indent: f32,
    /// In a row of its own behind the pieces.
    pub tail: Option<Tail>,
}

#[derive(Clone, Debug, PartialEq)]
enum Starts {
    Each(Vec<usize>),
    Even { first: usize, rest: usize, count: usize },
}

impl Pieces {
    /// The pieces of `line`. `is_whole` says that all of it was asked for; `wide` is the width of characters that are
    /// not ASCII.
    pub fn of(line: &str, measure: Measure, is_whole: bool, wide: impl FnMut(char) -> f32) -> Self {
        let cut = longest(line);
        let (end, tail) = match (cut, is_whole) {
            (Some(cut), false) => (cut, Some(Tail::ShowAll)),
            (Some(_), true) => (line.len(), Some(Tail::ShowLess)),
            (None, _) => (line.len(), None),
        };
        let char_width = measure.char_width.max(1.0);
        let width = measure.width.max(NARROWEST * char_width);
        let blanks = line.bytes().take_while(|byte| *byte == b' ').count() as f32;
        let indent = ((blanks + 2.0) * char_width).min(width / 2.0);
        let starts = if end > EVEN_FROM {
            let per = |width: f32| ((width / char_width) as usize).max(1);
            let (first, rest) = (per(width), per(width - indent));
            Starts::Even { first, rest, count: 1 + end.saturating_sub(first).div_ceil(rest) }
        } else if end as f32 * char_width <= width {
            Starts::Each(vec![0])
        } else {
            Starts::Each(breaks(&line[..end], width, width - indent, char_width, wide))
        };
        Self { starts, end, indent, tail }
    }

    /// Rows on the screen, at least 1.
    pub fn rows(&self) -> usize {
        self.text_rows() + usize::from(self.tail.is_some())
    }

    /// Rows with text.
    pub fn text_rows(&self) -> usize {
        match &self.starts {
            Starts::Each(starts) => starts.len(),
            Starts::Even { count, .. } => *count,
        }
    }

    /// The bytes of `line` in a row; nothing in the row behind the text.
    pub fn bytes(&self, line: &str, row: usize) -> Range<usize> {
        if row >= self.text_rows() {
            return self.end..self.end;
        }
        let start = |row: usize| match &self.starts {
            Starts::Each(starts) => starts.get(row).copied().unwrap_or(self.end),
            Starts::Even { .. } if row == 0 => 0,
            Starts::Even { first, rest, .. } => line.floor_char_boundary((first + (row - 1) * rest).min(self.end)),
        };
        start(row)..start(row + 1).min(self.end)
    }

    /// The row that holds a byte of `line`.
    pub fn row_of(&self, byte: usize) -> usize {
        match &self.starts {
            Starts::Each(starts) => starts.partition_point(|start| *start <= byte).saturating_sub(1),
            Starts::Even { first, rest, count } => match byte.checked_sub(*first) {
                Some(over) => (1 + over / rest).min(count - 1),
                None => 0,
            },
        }
    }
}

/// Where a line is cut that is too long to be shown as a whole.
pub fn longest(line: &str) -> Option<usize> {
    if line.len() <= LONGEST_LINE {
        return None;
    }
    line.char_indices().nth(LONGEST_LINE).map(|(cut, _)| cut)
}

/// The starts of the pieces of a line: broken behind a blank where one is near, otherwise anywhere.
fn breaks(line: &str, first: f32, rest: f32, char_width: f32, mut wide: impl FnMut(char) -> f32) -> Vec<usize> {
    let mut starts = vec![0];
    let mut room = first;
    let mut used = 0.0;
    // Behind the last blank of this piece: where it is, and how much was used until there.
    let mut blank: Option<(usize, f32)> = None;
    let begin = line.len() - line.trim_start().len();
    for (at, c) in line.char_indices() {
        let own = if c.is_ascii() { char_width } else { wide(c) };
        if used + own > room + 0.5 && starts.last().is_some_and(|start| *start < at) {
            let start = match blank {
                Some((start, before)) if before > room * 0.5 => {
                    used -= before;
                    start
                }
                _ => {
                    used = 0.0;
                    at
                }
            };
            starts.push(start);
            room = rest;
            blank = None;
        }
        used += own;
        if c == ' ' && at >= begin {
            blank = Some((at + 1, used));
        }
    }
    starts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pieces(line: &str, chars: f32, is_whole: bool) -> (Vec<&str>, Option<Tail>) {
        let measure = Measure { width: chars, char_width: 1.0 };
        let pieces = Pieces::of(line, measure, is_whole, |_| 2.0);
        ((0..pieces.text_rows()).map(|row| &line[pieces.bytes(line, row)]).collect(), pieces.tail)
    }

    #[test]
    fn lines_break_behind_blanks() {
        let check =
            |line: &str, expect: &[&str]| assert_eq!(pieces(line, 20.0, false), (expect.to_vec(), None), "{line}");
        check("", &[""]);
        check("short", &["short"]);
        check("  \"k\": \"one two three four\"", &["  \"k\": \"one two ", "three four\""]);
        check("aaaaaaaaaaaaaaaaaaaaaaaaa", &["aaaaaaaaaaaaaaaaaaaa", "aaaaa"]);
        // Twice as wide.
        check("李雷李雷李雷李雷李雷李雷", &["李雷李雷李雷李雷李雷", "李雷"]);
    }

    #[test]
    fn a_very_long_line_is_cut_until_it_is_asked_for() {
        let line = "x".repeat(LONGEST_LINE + 1);
        let (shown, tail) = pieces(&line, f32::INFINITY, false);
        assert_eq!((shown, tail), (vec![&line[..LONGEST_LINE]], Some(Tail::ShowAll)));
        let (shown, tail) = pieces(&line, 100.0, true);
        assert_eq!((shown.concat(), tail), (line.clone(), Some(Tail::ShowLess)));
        let long = "李x".repeat(EVEN_FROM);
        let (shown, tail) = pieces(&long, 50.0, true);
        assert_eq!((shown.concat(), tail), (long, Some(Tail::ShowLess)));
        assert_eq!(longest(&"x".repeat(LONGEST_LINE)), None);
    }

    proptest! {
        #[test]
        fn pieces_are_the_line_without_gaps(line in "[ a-c李,]{0,120}", chars in 1_u8..60, times in 0_usize..3) {
            let line = line.repeat(1 + times * 400);
            for is_whole in [false, true] {
                let measure = Measure { width: f32::from(chars), char_width: 1.0 };
                let pieces = Pieces::of(&line, measure, is_whole, |_| 2.0);
                let mut at = 0;
                for row in 0..pieces.text_rows() {
                    let bytes = pieces.bytes(&line, row);
                    prop_assert_eq!(bytes.start, at);
                    prop_assert!(line.get(bytes.clone()).is_some());
                    if !bytes.is_empty() && pieces.end <= EVEN_FROM {
                        prop_assert_eq!(pieces.row_of(bytes.start), row);
                    }
                    at = bytes.end;
                }
                prop_assert_eq!(at, pieces.end);
            }
        }
    }
}
