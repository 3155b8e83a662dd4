//! What a click selects.

use super::state::Selection;
use crate::engine::TextLines;

/// A word is looked for this far around a place, in bytes.
const FAR: usize = 16 << 10;

/// The word around a byte.
pub fn word_at(code: &TextLines, byte: usize) -> Selection {
    let line = code.line_of(byte);
    let (start, text) = (code.start(line), code.line(line));
    let at = text.floor_char_boundary(byte.saturating_sub(start).min(text.len()));
    let (from, to) =
        (text.ceil_char_boundary(at.saturating_sub(FAR)), text.floor_char_boundary((at + FAR).min(text.len())));
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let before: usize = text[from.min(at)..at].chars().rev().take_while(|c| is_word(*c)).map(char::len_utf8).sum();
    let after: usize = text[at..to].chars().take_while(|c| is_word(*c)).map(char::len_utf8).sum();
    Selection { anchor: start + at - before, caret: start + at + after }
}

/// A whole line, with its line break where it has one.
pub fn line_at(code: &TextLines, byte: usize) -> Selection {
    let line = code.line_of(byte);
    Selection { anchor: code.start(line), caret: code.start(line) + code.line(line).len() }
}

/// What is selected.
pub fn text(code: &TextLines, selection: Selection) -> &str {
    code.text().get(selection.range()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_is_a_piece_of_the_text() {
        let code = TextLines::new("{\n  \"名\": \"李雷\"\n}".to_owned());
        let check = |anchor, caret, expect: &str| {
            assert_eq!(text(&code, Selection { anchor, caret }), expect);
            assert_eq!(text(&code, Selection { anchor: caret, caret: anchor }), expect);
        };
        check(0, 1, "{");
        check(5, 8, "名");
        check(1, code.text().len(), "\n  \"名\": \"李雷\"\n}");
        check(900, 900, "");
    }

    #[test]
    fn a_double_click_takes_the_word() {
        let code = TextLines::new("a\nsay_hello(李雷)".to_owned());
        let check = |byte, expect: &str| assert_eq!(text(&code, word_at(&code, byte)), expect, "{byte}");
        check(5, "say_hello");
        check(13, "李雷");
        check(99, "");
        assert_eq!(text(&code, line_at(&code, 6)), "say_hello(李雷)");
    }
}
