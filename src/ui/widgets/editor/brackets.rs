//! Which bracket belongs to which.

use super::document::Document;
use crate::ui::widgets::json::{JsonToken, tokens_from};

/// How far a partner is looked for, in lines and in bytes: beyond a person sees neither at once.
const MOST_LINES: usize = 50_000;
const MOST_BYTES: usize = 4 << 20;

/// `{` or `[`.
pub const fn is_opening(c: char) -> bool {
    matches!(c, '{' | '[')
}

/// `}` or `]`.
pub const fn is_closing(c: char) -> bool {
    matches!(c, '}' | ']')
}

/// What closes an opening bracket or quote, or opens a closing bracket.
pub const fn partner_of(c: char) -> Option<char> {
    match c {
        '{' => Some('}'),
        '[' => Some(']'),
        '}' => Some('{'),
        ']' => Some('['),
        '"' => Some('"'),
        _ => None,
    }
}

/// A bracket and its partner, in bytes of the text.
pub type Pair = (usize, Option<usize>);

/// The bracket at the caret, before or behind it, and its partner. A bracket without one has `None`.
pub fn matching(document: &Document) -> Option<Pair> {
    let buffer = document.buffer();
    let caret = document.caret();
    let before = buffer.char_before(caret).filter(|c| is_opening(*c) || is_closing(*c)).map(|c| (caret - 1, c));
    let behind = buffer.char_at(caret).filter(|c| is_opening(*c) || is_closing(*c)).map(|c| (caret, c));
    [before, behind].into_iter().flatten().find_map(|(at, bracket)| {
        let line = buffer.line_of(at);
        let brackets = brackets_of(document, line);
        let index = brackets.iter().position(|(place, _)| *place == at)?;
        let partner =
            if is_opening(bracket) { forwards(document, line, index) } else { backwards(document, line, index) };
        Some((at, partner.filter(|partner| buffer.char_at(*partner) == partner_of(bracket))))
    })
}

/// The brackets of a line that stand outside strings and comments, with their places in the text.
fn brackets_of(document: &Document, line: usize) -> Vec<(usize, char)> {
    let buffer = document.buffer();
    let start = buffer.start(line);
    let text = buffer.line(line);
    let mut found = Vec::new();
    if text.len() > MOST_BYTES {
        return found;
    }
    let (tokens, _) = tokens_from(text, document.begins_in_comment(line));
    for (range, token) in tokens {
        if token == JsonToken::Other {
            let signs = text[range.clone()].char_indices().filter(|(_, c)| is_opening(*c) || is_closing(*c));
            found.extend(signs.map(|(at, c)| (start + range.start + at, c)));
        }
    }
    found
}

fn forwards(document: &Document, first: usize, index: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut bytes = 0;
    for line in (first..document.buffer().lines()).take(MOST_LINES) {
        bytes += document.buffer().line(line).len();
        if bytes > MOST_BYTES {
            return None;
        }
        let skipped = if line == first { index } else { 0 };
        for (at, bracket) in brackets_of(document, line).into_iter().skip(skipped) {
            if is_opening(bracket) {
                depth += 1;
            } else {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at);
                }
            }
        }
    }
    None
}

fn backwards(document: &Document, last: usize, index: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut bytes = 0;
    for line in (0..=last).rev().take(MOST_LINES) {
        bytes += document.buffer().line(line).len();
        if bytes > MOST_BYTES {
            return None;
        }
        let mut brackets = brackets_of(document, line);
        if line == last {
            brackets.truncate(index + 1);
        }
        for (at, bracket) in brackets.into_iter().rev() {
            if is_closing(bracket) {
                depth += 1;
            } else {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at);
                }
            }
        }
    }
    None
}
