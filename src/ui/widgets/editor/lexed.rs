//! Which lines begin inside a comment: all that the colours of one line need of the others.

use super::buffer::Buffer;

/// One mark a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lexed {
    in_comment: Vec<bool>,
}

impl Lexed {
    /// Reads the whole text.
    pub fn new(buffer: &Buffer) -> Self {
        let mut lexed = Self { in_comment: vec![false; buffer.lines()] };
        if buffer.text().contains("/*") {
            lexed.read(buffer, 0, buffer.lines());
        }
        lexed
    }

    /// Whether a line begins inside a comment.
    pub fn begins_in_comment(&self, line: usize) -> bool {
        self.in_comment.get(line).copied().unwrap_or_default()
    }

    /// `removed` line breaks behind the start of `line` gave way to `inserted`; reads on until nothing changes.
    pub fn edited(&mut self, buffer: &Buffer, line: usize, removed: usize, inserted: usize) {
        let first = (line + 1).min(self.in_comment.len());
        let last = (first + removed).min(self.in_comment.len());
        self.in_comment.splice(first..last, std::iter::repeat_n(false, inserted));
        self.in_comment.resize(buffer.lines(), false);
        self.read(buffer, line, line + inserted + 1);
    }

    /// Reads from a line on, at least up to `until`.
    fn read(&mut self, buffer: &Buffer, first: usize, until: usize) {
        let mut inside = self.begins_in_comment(first);
        for line in first..buffer.lines() {
            if line >= until && line > first && self.in_comment[line] == inside {
                return;
            }
            self.in_comment[line] = inside;
            inside = ends_in_comment(buffer.line(line), inside);
        }
    }
}

/// Whether a comment goes on behind a line.
pub fn ends_in_comment(line: &str, mut inside: bool) -> bool {
    let bytes = line.as_bytes();
    if !inside && memchr::memchr(b'/', bytes).is_none() {
        return false;
    }
    let mut at = 0;
    while at < bytes.len() {
        if inside {
            let Some(end) = memchr::memmem::find(&bytes[at..], b"*/") else { return true };
            at += end + 2;
            inside = false;
            continue;
        }
        match bytes[at] {
            b'"' => at = crate::ui::widgets::json::end_of_string(bytes, at + 1),
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                inside = true;
                at += 2;
            }
            b'/' if bytes.get(at + 1) == Some(&b'/') => return false,
            _ => at += 1,
        }
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn comments_go_over_lines_and_strings_hide_them() {
        let check = |text: &str, expect: &[bool]| {
            let lexed = Lexed::new(&Buffer::new(text.to_owned()));
            assert_eq!(lexed.in_comment, expect);
        };
        check("{\n}", &[false, false]);
        check("/* a\nb\nc */ d\ne", &[false, true, true, false]);
        check("\"/*\"\n1", &[false, false]);
        check("// /*\n1", &[false, false]);
        check("/* */ /*\n1", &[false, true]);
    }

    proptest! {
        #[test]
        fn an_edit_leaves_what_reading_anew_would(
            text in "[a\n/*\"]{0,40}",
            edits in prop::collection::vec((0_usize..50, 0_usize..50, "[\n/*\"]{0,5}"), 0..8),
        ) {
            let mut buffer = Buffer::new(text);
            let mut lexed = Lexed::new(&buffer);
            for (a, b, with) in edits {
                let (a, b) = (buffer.floor(a), buffer.floor(b));
                let line = buffer.line_of(a.min(b));
                let removed = buffer.replace(a.min(b)..a.max(b), &with);
                let breaks = |text: &str| text.matches('\n').count();
                lexed.edited(&buffer, line, breaks(&removed), breaks(&with));
                prop_assert_eq!(&lexed, &Lexed::new(&buffer));
            }
        }
    }
}
