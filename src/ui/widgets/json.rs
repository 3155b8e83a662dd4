//! Colours for JSON, one line at a time: no line needs another, so a text of any size can be shown from its middle.

use std::ops::Range;

use egui::text::{LayoutJob, TextFormat};
use egui::{Color32, FontId};

use crate::ui::theme::Tokens;

/// What a piece of JSON is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonToken {
    /// A key of an object, with its quotes.
    Key,
    /// A string.
    String,
    /// A number.
    Number,
    /// `true`, `false`, `null`.
    Word,
    /// A comment, which drafts may have.
    Comment,
    /// Brackets, commas, colons, blanks, and what is not JSON.
    Other,
}

impl JsonToken {
    /// Its colour.
    pub const fn color(self, t: &Tokens) -> Color32 {
        match self {
            Self::Key => t.cyan,
            Self::String => t.ok,
            Self::Number => t.warn,
            Self::Word => t.violet,
            Self::Comment => t.text3,
            Self::Other => t.text2,
        }
    }
}

/// The pieces of one line, without gaps. Anything may stand in it.
pub fn tokens_of(line: &str) -> Vec<(Range<usize>, JsonToken)> {
    tokens_from(line, false).0
}

/// As [`tokens_of`], for a line that may begin inside a comment; also whether one goes on behind it.
pub fn tokens_from(line: &str, begins_in_comment: bool) -> (Vec<(Range<usize>, JsonToken)>, bool) {
    let bytes = line.as_bytes();
    let mut out: Vec<(Range<usize>, JsonToken)> = Vec::new();
    let mut push = |range: Range<usize>, token: JsonToken| match out.last_mut() {
        Some((last, same)) if *same == token && token == JsonToken::Other => last.end = range.end,
        _ => out.push((range, token)),
    };
    let mut at = 0;
    if begins_in_comment {
        match end_of_comment(bytes, 0) {
            Some(end) => {
                push(0..end, JsonToken::Comment);
                at = end;
            }
            None if line.is_empty() => return (out, true),
            None => return (vec![(0..line.len(), JsonToken::Comment)], true),
        }
    }
    let mut goes_on = false;
    while at < bytes.len() {
        let start = at;
        let token = match bytes[at] {
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                at = bytes.len();
                JsonToken::Comment
            }
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                let end = end_of_comment(bytes, at + 2);
                goes_on = end.is_none();
                at = end.unwrap_or(bytes.len());
                JsonToken::Comment
            }
            b'"' => {
                at = end_of_string(bytes, at + 1);
                let rest = line.get(at..).unwrap_or_default().trim_start();
                if rest.starts_with(':') { JsonToken::Key } else { JsonToken::String }
            }
            b'-' | b'0'..=b'9' => {
                while at < bytes.len() && matches!(bytes[at], b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9') {
                    at += 1;
                }
                JsonToken::Number
            }
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                while at < bytes.len() && (bytes[at].is_ascii_alphanumeric() || bytes[at] == b'_') {
                    at += 1;
                }
                match &line[start..at] {
                    "true" | "false" | "null" => JsonToken::Word,
                    _ => JsonToken::Other,
                }
            }
            _ => {
                at += 1;
                while !line.is_char_boundary(at) {
                    at += 1;
                }
                JsonToken::Other
            }
        };
        push(start..at, token);
    }
    (out, goes_on)
}

/// The byte after the end of a comment, if it ends here.
fn end_of_comment(bytes: &[u8], at: usize) -> Option<usize> {
    memchr::memmem::find(&bytes[at..], b"*/").map(|end| at + end + 2)
}

/// The byte after the closing quote, or the end of the line.
pub fn end_of_string(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    // An escape at the very end has nothing behind it.
    bytes.len()
}

/// What a text is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// No colours.
    #[default]
    Plain,
    /// JSON.
    Json,
}

/// Adds one line to a job, coloured.
pub fn append_line(job: &mut LayoutJob, line: &str, language: Language, font: &FontId, line_height: f32, t: &Tokens) {
    let format = |color| {
        let mut format = TextFormat::simple(font.clone(), color);
        format.line_height = Some(line_height);
        format
    };
    match language {
        Language::Plain => job.append(line, 0.0, format(t.text1)),
        Language::Json => {
            for (range, token) in tokens_of(line) {
                job.append(line.get(range).unwrap_or_default(), 0.0, format(token.color(t)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_has_its_pieces() {
        use JsonToken::{Comment, Key, Number, Other, String, Word};
        let check = |line: &str, expect: &[(&str, JsonToken)]| {
            let found: Vec<(&str, JsonToken)> =
                tokens_of(line).into_iter().map(|(range, token)| (&line[range], token)).collect();
            assert_eq!(found, expect);
        };
        check("  \"a\" : 1.5e3,", &[("  ", Other), ("\"a\"", Key), (" : ", Other), ("1.5e3", Number), (",", Other)]);
        check(
            "[\"x\\\"y\", true]",
            &[("[", Other), ("\"x\\\"y\"", String), (", ", Other), ("true", Word), ("]", Other)],
        );
        check("\"李雷", &[("\"李雷", String)]);
        check("\"\\", &[("\"\\", String)]);
        check("nul", &[("nul", Other)]);
        check("1, // \"a\": 1", &[("1", Number), (", ", Other), ("// \"a\": 1", Comment)]);
        check("/*1*/2/*", &[("/*1*/", Comment), ("2", Number), ("/*", Comment)]);
        check("1 / 2", &[("1", Number), (" / ", Other), ("2", Number)]);
        check("", &[]);
    }

    proptest! {
        #[test]
        fn any_line_is_covered_without_gaps(line in "(\\PC|[/*\"])*", inside: bool) {
            let mut at = 0;
            for (range, _) in tokens_from(&line, inside).0 {
                prop_assert_eq!(range.start, at);
                prop_assert!(line.get(range.clone()).is_some());
                at = range.end;
            }
            prop_assert_eq!(at, line.len());
        }
    }
}
