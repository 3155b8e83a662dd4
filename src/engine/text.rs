//! A text cut into lines, with what of it can be folded, off the UI's thread.

use std::sync::atomic::{AtomicU64, Ordering};

use super::folds::{Fold, folds_of};

/// Counts the texts of this process.
static SERIAL: AtomicU64 = AtomicU64::new(1);

/// Lines between two looks at whether the work is still wanted: far less than a millisecond.
const LOOK_EVERY: usize = 4_096;

/// A text with the places of its lines; never copied by those who show it. Four bytes a line and twenty a bracket are
/// all that it keeps beside the text.
#[derive(Clone, Debug, Default)]
pub struct TextLines {
    text: String,
    /// Byte offset of each line's start. What lies behind the first 4 GiB is one line.
    starts: Vec<u32>,
    /// By their opening lines, the outer before the inner.
    folds: Vec<Fold>,
    serial: u64,
}

impl PartialEq for TextLines {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for TextLines {}

impl TextLines {
    /// Cuts `text` at `\n`. An empty text has one empty line. Nothing of it folds.
    pub fn new(text: String) -> Self {
        Self::new_while(text, &|_| true)
    }

    /// `goes_on` is asked with the number of each line.
    fn new_while(text: String, goes_on: &dyn Fn(usize) -> bool) -> Self {
        let ends = memchr::memchr_iter(b'\n', text.as_bytes()).map_while(|at| u32::try_from(at + 1).ok());
        let ends = (1..).zip(ends).take_while(|(line, _)| goes_on(*line)).map(|(_, end)| end);
        // Pretty JSON has some 20 bytes a line; a guess saves most of the copies while the list grows.
        let mut starts = Vec::with_capacity(text.len() / 24 + 1);
        starts.push(0);
        starts.extend(ends);
        starts.shrink_to_fit();
        Self { text, starts, folds: Vec::new(), serial: SERIAL.fetch_add(1, Ordering::Relaxed) }
    }

    /// As [`TextLines::new`], for JSON that has its brackets at the ends of lines, as `message` writes it: what is
    /// between a pair of them folds.
    pub fn json(text: String) -> Self {
        Self::json_while(text, &|| true).unwrap_or_default()
    }

    /// As [`TextLines::json`] while `goes_on` says so; none once it does not. It is asked every few thousand lines.
    pub(super) fn json_while(text: String, goes_on: &dyn Fn() -> bool) -> Option<Self> {
        let still = |line: usize| !line.is_multiple_of(LOOK_EVERY) || goes_on();
        let mut lines = Self::new_while(text, &still);
        if !goes_on() {
            return None;
        }
        lines.folds = folds_of((0..lines.len()).take_while(|line| still(*line)).map(|line| lines.line(line)));
        goes_on().then_some(lines)
    }

    /// Names this text: no other text of this process has the same, copies of it do.
    pub fn serial(&self) -> u64 {
        self.serial
    }

    /// Number of lines, at least 1.
    pub fn len(&self) -> usize {
        self.starts.len().max(1)
    }

    /// True if there is no text.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// One line without its end (`\n` or `\r\n`); empty past the last one.
    pub fn line(&self, index: usize) -> &str {
        if index >= self.starts.len() {
            return "";
        }
        let end = self.starts.get(index + 1).map_or(self.text.len(), |next| *next as usize - 1);
        let line = self.text.get(self.start(index)..end).unwrap_or("");
        line.strip_suffix('\r').unwrap_or(line)
    }

    /// The byte at which a line starts; the end of the text past the last one.
    pub fn start(&self, index: usize) -> usize {
        self.starts.get(index).map_or(self.text.len(), |start| *start as usize)
    }

    /// The line in which a byte is; its end belongs to it.
    pub fn line_of(&self, byte: usize) -> usize {
        self.starts.partition_point(|start| *start as usize <= byte).saturating_sub(1)
    }

    /// All of it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What folds, by opening lines, the outer before the inner.
    pub fn folds(&self) -> &[Fold] {
        &self.folds
    }
}

#[cfg(test)]
mod tests {
    use super::TextLines;

    #[test]
    fn lines_are_cut_at_newlines() {
        let check = |text: &str, expect: &[&str]| {
            let lines = TextLines::new(text.to_owned());
            let found: Vec<&str> = (0..lines.len()).map(|index| lines.line(index)).collect();
            assert_eq!(found, expect, "{text:?}");
            assert_eq!((lines.line(lines.len()), lines.start(lines.len())), ("", text.len()));
            for line in 0..lines.len() {
                let (start, end) = (lines.start(line), lines.start(line) + lines.line(line).len());
                assert_eq!((lines.line_of(start), lines.line_of(end)), (line, line), "{text:?}");
            }
        };
        check("", &[""]);
        check("a\nb", &["a", "b"]);
        check("a\r\nb\n", &["a", "b", ""]);
        check("{\n  \"名\": 1\n}", &["{", "  \"名\": 1", "}"]);
        assert_eq!((TextLines::default().len(), TextLines::default().line(0)), (1, ""));
    }

    #[test]
    fn cutting_can_be_stopped() {
        let looks = std::cell::Cell::new(0);
        let text = "[\n".repeat(100_000);
        let until = |last: usize| {
            looks.set(0);
            TextLines::json_while(text.clone(), &|| {
                looks.set(looks.get() + 1);
                looks.get() < last
            })
        };
        for last in [1, 3, 30, 50] {
            assert!(until(last).is_none());
            assert!((last..last + 2).contains(&looks.get()), "{last}: {}", looks.get());
        }
        assert!(until(1_000).is_some_and(|lines| lines.len() == 100_001 && lines.folds().len() == 100_000));
    }

    #[test]
    fn texts_have_names_of_their_own() {
        let (one, other) = (TextLines::new("a".to_owned()), TextLines::new("a".to_owned()));
        assert_eq!(one, other);
        assert_ne!(one.serial(), other.serial());
        assert_eq!(one.serial(), one.clone().serial());
    }
}
