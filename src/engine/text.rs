//! A text cut into lines, off the UI's thread.

/// A text with the places of its lines; never copied by those who show it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextLines {
    text: String,
    /// Byte offset of each line's start.
    starts: Vec<usize>,
}

impl TextLines {
    /// Cuts `text` at `\n`. An empty text has one empty line.
    pub fn new(text: String) -> Self {
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1));
        Self { text, starts }
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
        let Some(&start) = self.starts.get(index) else { return "" };
        let end = self.starts.get(index + 1).map_or(self.text.len(), |next| next - 1);
        let line = self.text.get(start..end).unwrap_or("");
        line.strip_suffix('\r').unwrap_or(line)
    }

    /// The byte at which a line starts; the end of the text past the last one.
    pub fn start(&self, index: usize) -> usize {
        self.starts.get(index).copied().unwrap_or(self.text.len())
    }

    /// All of it.
    pub fn text(&self) -> &str {
        &self.text
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
        };
        check("", &[""]);
        check("a\nb", &["a", "b"]);
        check("a\r\nb\n", &["a", "b", ""]);
        check("{\n  \"名\": 1\n}", &["{", "  \"名\": 1", "}"]);
        assert_eq!((TextLines::default().len(), TextLines::default().line(0)), (1, ""));
    }
}
