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

    /// One line without its newline; empty past the end.
    pub fn line(&self, index: usize) -> &str {
        let Some(&start) = self.starts.get(index) else { return "" };
        let end = self.starts.get(index + 1).map_or(self.text.len(), |next| next - 1);
        self.text.get(start..end).unwrap_or("")
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
        let lines = TextLines::new("{\n  \"名\": 1\n}".to_owned());
        assert_eq!(lines.len(), 3);
        assert_eq!(lines.line(1), "  \"名\": 1");
        assert_eq!(lines.line(3), "");
        assert_eq!(TextLines::new(String::new()).len(), 1);
    }
}
