//! The text itself, with an index of its lines. Knows no screen and no caret.
//!
//! One string and the byte at which each line begins: an edit moves what stands behind it, which for a text of a
//! megabyte costs tens of microseconds, and every reader gets a plain `&str`.

use std::ops::Range;

/// A text of lines. Never empty of lines: the empty text has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Buffer {
    text: String,
    /// Where each line begins, in bytes; the first is 0.
    starts: Vec<usize>,
}

impl Default for Buffer {
    fn default() -> Self {
        Self::new(String::new())
    }
}

impl Buffer {
    /// A text.
    pub fn new(text: String) -> Self {
        let starts = std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1)).collect();
        Self { text, starts }
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its length in bytes.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// Nothing stands in it.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// How many lines there are, at least one.
    pub fn lines(&self) -> usize {
        self.starts.len()
    }

    /// The byte at which a line begins; the end of the text for lines behind the last.
    pub fn start(&self, line: usize) -> usize {
        self.starts.get(line).copied().unwrap_or(self.text.len())
    }

    /// The byte behind a line's last character, before its break.
    pub fn end(&self, line: usize) -> usize {
        self.start(line) + self.line(line).len()
    }

    /// A line without its break.
    pub fn line(&self, line: usize) -> &str {
        let start = self.start(line);
        let end = self.starts.get(line + 1).map_or(self.text.len(), |next| next - 1);
        let line = self.text.get(start..end).unwrap_or_default();
        line.strip_suffix('\r').unwrap_or(line)
    }

    /// The line in which a byte stands.
    pub fn line_of(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at).saturating_sub(1)
    }

    /// A piece of the text; nothing where the range is none.
    pub fn slice(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or_default()
    }

    /// The nearest place at or before `at` where a character begins and which is not inside a line's break.
    pub fn floor(&self, at: usize) -> usize {
        let mut at = at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        at.min(self.end(self.line_of(at)))
    }

    /// The character before a place.
    pub fn char_before(&self, at: usize) -> Option<char> {
        self.text.get(..at)?.chars().next_back()
    }

    /// The character that begins at a place.
    pub fn char_at(&self, at: usize) -> Option<char> {
        self.text.get(at..)?.chars().next()
    }

    /// Puts `with` in the place of a range, which must begin and end between characters, or nothing is done.
    /// Returns what stood there.
    pub fn replace(&mut self, range: Range<usize>, with: &str) -> String {
        let Some(removed) = self.text.get(range.clone()).map(str::to_owned) else { return String::new() };
        let (first, last) = (self.line_of(range.start), self.line_of(range.end));
        self.text.replace_range(range.clone(), with);
        let new: Vec<usize> = memchr::memchr_iter(b'\n', with.as_bytes()).map(|at| range.start + at + 1).collect();
        let behind = first + 1 + new.len();
        self.starts.splice(first + 1..=last, new);
        for start in &mut self.starts[behind..] {
            *start = *start + with.len() - removed.len();
        }
        removed
    }
}

/// Line breaks of other systems as ours.
pub fn with_plain_breaks(text: &str) -> std::borrow::Cow<'_, str> {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n").into() } else { text.into() }
}

/// Where two texts differ: the range of the first, and what stands there in the second.
pub fn difference<'t>(before: &str, after: &'t str) -> (Range<usize>, &'t str) {
    let same = before.bytes().zip(after.bytes()).take_while(|(a, b)| a == b).count();
    let mut head = same;
    while !(before.is_char_boundary(head) && after.is_char_boundary(head)) {
        head -= 1;
    }
    let most = before.len().min(after.len()) - head;
    let same = before.bytes().rev().zip(after.bytes().rev()).take(most).take_while(|(a, b)| a == b).count();
    let mut tail = same;
    while !(before.is_char_boundary(before.len() - tail) && after.is_char_boundary(after.len() - tail)) {
        tail -= 1;
    }
    (head..before.len() - tail, &after[head..after.len() - tail])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_are_found_by_number_and_by_byte() {
        let buffer = Buffer::new("{\r\n  李\n\n}".to_owned());
        assert_eq!(buffer.lines(), 4);
        let lines: Vec<&str> = (0..5).map(|line| buffer.line(line)).collect();
        assert_eq!(lines, ["{", "  李", "", "}", ""]);
        assert_eq!((buffer.line_of(0), buffer.line_of(2), buffer.line_of(3), buffer.line_of(99)), (0, 0, 1, 3));
        assert_eq!((buffer.floor(2), buffer.floor(6), buffer.floor(99)), (1, 5, buffer.len()));
    }

    #[test]
    fn a_difference_is_the_least_that_turns_one_into_the_other() {
        let check = |before: &str, after: &str, range: Range<usize>, with: &str| {
            assert_eq!(difference(before, after), (range, with));
        };
        check("abc", "abc", 3..3, "");
        check("abc", "axc", 1..2, "x");
        check("aa", "aaa", 2..2, "a");
        check("李雷", "李电", 3..6, "电");
        check("", "x", 0..0, "x");
    }

    proptest! {
        #[test]
        fn an_edited_buffer_is_as_one_made_anew(
            text in "[a\n李 ]{0,40}",
            edits in prop::collection::vec((0_usize..50, 0_usize..50, "[b\n微]{0,5}"), 0..8),
        ) {
            let mut buffer = Buffer::new(text);
            for (a, b, with) in edits {
                let (a, b) = (buffer.floor(a), buffer.floor(b));
                let before = buffer.clone();
                let range = a.min(b)..a.max(b);
                let removed = buffer.replace(range.clone(), &with);
                prop_assert_eq!(&buffer, &Buffer::new(buffer.text().to_owned()));
                let mut back = buffer.clone();
                back.replace(range.start..range.start + with.len(), &removed);
                prop_assert_eq!(&back, &before);
                let (range, with) = difference(before.text(), buffer.text());
                let mut forth = before.clone();
                forth.replace(range, with);
                prop_assert_eq!(&forth, &buffer);
            }
        }
    }
}
