//! Two texts side by side, line by line: what is the same, what only one of them has. Plain data, for whoever shows it.

use std::ops::Range;
use std::time::Duration;

use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};

/// Looking for the smallest difference ends after this; what is found until then is right, only not the smallest.
const PATIENCE: Duration = Duration::from_millis(500);

/// What a row of two texts is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiffKind {
    /// Both have the line.
    Same,
    /// Both have a line here, and they differ.
    Changed,
    /// Only the left text has it.
    LeftOnly,
    /// Only the right text has it.
    RightOnly,
}

/// One row: a line of the left text beside one of the right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffRow {
    /// What it is.
    pub kind: DiffKind,
    /// The left text's line, from 0.
    pub left: Option<usize>,
    /// The right text's line, from 0.
    pub right: Option<usize>,
}

/// Two texts and their rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextDiff {
    left: Text,
    right: Text,
    /// From top to bottom: each line of both texts stands in exactly one.
    pub rows: Vec<DiffRow>,
    /// The longest line of both, in columns of a monospaced font.
    pub columns: usize,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Text {
    text: String,
    lines: Vec<Range<usize>>,
}

impl Text {
    fn new(text: String) -> Self {
        let mut lines = Vec::new();
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', text.as_bytes()) {
            let trimmed = if text[start..end].ends_with('\r') { end - 1 } else { end };
            lines.push(start..trimmed);
            start = end + 1;
        }
        if start < text.len() || lines.is_empty() {
            lines.push(start..text.len());
        }
        Self { text, lines }
    }

    fn columns(&self) -> usize {
        // What is no Latin letter takes two columns at most.
        let of = |line: &str| if line.is_ascii() { line.len() } else { line.chars().map(wide).sum() };
        (0..self.lines.len()).map(|line| of(self.line(line))).max().unwrap_or_default()
    }

    fn line(&self, index: usize) -> &str {
        self.lines.get(index).and_then(|range| self.text.get(range.clone())).unwrap_or_default()
    }
}

fn wide(character: char) -> usize {
    if character.is_ascii() { 1 } else { 2 }
}

impl TextDiff {
    /// Compares two texts. In JSON a comma at a line's end is no difference: it comes and goes with the next member.
    pub fn new(left: String, right: String, is_json: bool) -> Self {
        let (left, right) = (Text::new(left), Text::new(right));
        let key = |line: &str| -> String {
            let line = if is_json { line.trim_end().trim_end_matches(',') } else { line };
            line.to_owned()
        };
        let keys = |text: &Text| -> Vec<String> { (0..text.lines.len()).map(|line| key(text.line(line))).collect() };
        let (old, new) = (keys(&left), keys(&right));
        let deadline = std::time::Instant::now() + PATIENCE;
        let ops = capture_diff_slices_deadline(Algorithm::Myers, &old, &new, Some(deadline));
        let mut rows = Vec::with_capacity(old.len().max(new.len()));
        for op in ops {
            let (lefts, rights) = (op.old_range(), op.new_range());
            let is_same = matches!(op, DiffOp::Equal { .. });
            for step in 0..lefts.len().max(rights.len()) {
                let left = (step < lefts.len()).then_some(lefts.start + step);
                let right = (step < rights.len()).then_some(rights.start + step);
                let kind = match (left, right) {
                    _ if is_same => DiffKind::Same,
                    (Some(_), Some(_)) => DiffKind::Changed,
                    (Some(_), None) => DiffKind::LeftOnly,
                    _ => DiffKind::RightOnly,
                };
                rows.push(DiffRow { kind, left, right });
            }
        }
        let columns = left.columns().max(right.columns());
        Self { left, right, rows, columns }
    }

    /// A line of the left text, without its end.
    pub fn left(&self, line: usize) -> &str {
        self.left.line(line)
    }

    /// A line of the right text, without its end.
    pub fn right(&self, line: usize) -> &str {
        self.right.line(line)
    }

    /// Nothing differs.
    pub fn is_same(&self) -> bool {
        self.rows.iter().all(|row| row.kind == DiffKind::Same)
    }

    /// Rows that differ.
    pub fn differing(&self) -> usize {
        self.rows.iter().filter(|row| row.kind != DiffKind::Same).count()
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::format_collect,
        reason = "tests may end by panicking, and their texts are short"
    )]

    use super::{DiffKind, TextDiff};

    /// Rows as `left kind right`.
    fn shown(left: &str, right: &str, is_json: bool) -> Vec<String> {
        let diff = TextDiff::new(left.to_owned(), right.to_owned(), is_json);
        let rows = diff.rows.iter().map(|row| {
            let sign = match row.kind {
                DiffKind::Same => "=",
                DiffKind::Changed => "~",
                DiffKind::LeftOnly => "<",
                DiffKind::RightOnly => ">",
            };
            let left = row.left.map_or("", |line| diff.left(line));
            let right = row.right.map_or("", |line| diff.right(line));
            format!("{left}{sign}{right}")
        });
        rows.collect()
    }

    #[test]
    fn texts_stand_side_by_side() {
        for (left, right, is_json, expect) in [
            ("", "", false, vec!["="]),
            ("a", "a", false, vec!["a=a"]),
            ("a\nb\nc", "a\nx\nc", false, vec!["a=a", "b~x", "c=c"]),
            ("a\nb", "b", false, vec!["a<", "b=b"]),
            ("b", "b\nc\n", false, vec!["b=b", ">c"]),
            ("a\r\nb", "a\nb", false, vec!["a=a", "b=b"]),
            ("\"p\": 1,\n\"q\": 2", "\"p\": 1", true, vec!["\"p\": 1,=\"p\": 1", "\"q\": 2<"]),
            ("\"p\": 1,", "\"p\": 1", false, vec!["\"p\": 1,~\"p\": 1"]),
        ] {
            assert_eq!(shown(left, right, is_json), expect, "{left:?} {right:?}");
        }
        assert!(TextDiff::new("a".into(), "a".into(), false).is_same());
        assert_eq!(TextDiff::new("a\nb".into(), "a\nc\nd".into(), false).differing(), 2);
        assert_eq!(TextDiff::new("ab\n李雷".into(), "abc".into(), false).columns, 4);
    }

    #[test]
    fn every_line_stands_once() {
        let text = |step: usize, of: usize| {
            let lines: Vec<String> = (0..3_000).map(|line| (line * step % of).to_string()).collect();
            lines.join("\n")
        };
        let (left, right) = (text(7, 13), text(5, 11));
        let diff = TextDiff::new(left, right, false);
        let lines = |of: fn(&super::DiffRow) -> Option<usize>| diff.rows.iter().filter_map(of).collect::<Vec<_>>();
        assert_eq!(lines(|row| row.left), (0..3_000).collect::<Vec<_>>());
        assert_eq!(lines(|row| row.right), (0..3_000).collect::<Vec<_>>());
    }
}
