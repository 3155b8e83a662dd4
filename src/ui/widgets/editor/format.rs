//! JSON laid out anew: one member a line, two blanks a level. Comments and trailing commas stay.

use super::document::INDENT;
use crate::ui::widgets::json::end_of_string;

/// Deeper texts are left alone.
const DEEPEST: usize = 1_000;

/// What stands in the text between blanks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'t> {
    Open(char),
    Close(char),
    Comma,
    Colon,
    /// A string, a number, a word, or anything that is not JSON.
    Scalar(&'t str),
    /// Up to the end of the line.
    LineComment(&'t str),
    BlockComment(&'t str),
}

/// The text in its usual layout; `None` where brackets, strings or comments do not end, so that nothing is lost.
pub fn format(text: &str) -> Option<String> {
    let mut writer = Writer { out: String::with_capacity(text.len() * 2), open: Vec::new(), state: State::Start };
    let mut at = 0;
    loop {
        let rest = &text[at..];
        let blank = rest.len() - rest.trim_start().len();
        let breaks = rest[..blank].contains('\n');
        at += blank;
        let Some((token, length)) = token(&text[at..])? else { break };
        writer.token(token, breaks)?;
        at += length;
    }
    if !writer.open.is_empty() {
        return None;
    }
    if text.ends_with('\n') && !writer.out.is_empty() {
        writer.out.push('\n');
    }
    Some(writer.out)
}

/// The token at the start of a text and its length; nothing at the end. `None` where it does not end.
#[expect(clippy::option_option, reason = "no end and no token are different things")]
fn token(text: &str) -> Option<Option<(Token<'_>, usize)>> {
    let Some(first) = text.chars().next() else { return Some(None) };
    let bytes = text.as_bytes();
    let found = match first {
        '{' | '[' => (Token::Open(first), 1),
        '}' | ']' => (Token::Close(first), 1),
        ',' => (Token::Comma, 1),
        ':' => (Token::Colon, 1),
        '"' => {
            let end = end_of_string(bytes, 1);
            let string = &text[..end];
            if !super::document::is_closed_string(string) || string.contains('\n') {
                return None;
            }
            (Token::Scalar(string), end)
        }
        '/' if text.starts_with("//") => {
            let end = text.find('\n').unwrap_or(text.len());
            (Token::LineComment(text[..end].trim_end()), end)
        }
        '/' if text.starts_with("/*") => {
            let end = text[2..].find("*/")? + 4;
            (Token::BlockComment(&text[..end]), end)
        }
        _ => {
            let ends = |c: char| c.is_whitespace() || matches!(c, '{' | '}' | '[' | ']' | ',' | ':' | '"' | '/');
            let behind = first.len_utf8();
            let end = text[behind..].find(ends).map_or(text.len(), |end| behind + end);
            (Token::Scalar(&text[..end]), end)
        }
    };
    Some(Some(found))
}

/// What was written last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Start,
    Opened,
    /// Behind a value or what closes one.
    Value,
    Colon,
    Comma,
    /// Behind a comment; the next token needs a new line where it was one to the end of the line, or stood alone.
    Comment {
        breaks: bool,
    },
}

struct Writer {
    out: String,
    open: Vec<char>,
    state: State,
}

impl Writer {
    fn line(&mut self) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.out.extend(std::iter::repeat_n(INDENT, self.open.len()));
    }

    /// Before a value or a key.
    fn place(&mut self) {
        match self.state {
            State::Start | State::Colon => {}
            State::Opened | State::Comma | State::Comment { breaks: true } => self.line(),
            State::Value if self.open.is_empty() => self.line(),
            State::Comment { breaks: false } | State::Value => self.out.push(' '),
        }
    }

    fn token(&mut self, token: Token<'_>, breaks: bool) -> Option<()> {
        match token {
            Token::Open(bracket) => {
                self.place();
                self.out.push(bracket);
                self.open.push(bracket);
                self.state = State::Opened;
                return (self.open.len() <= DEEPEST).then_some(());
            }
            Token::Close(bracket) => {
                let opened = self.open.pop()?;
                if super::brackets::partner_of(opened) != Some(bracket) {
                    return None;
                }
                if self.state != State::Opened {
                    self.line();
                }
                self.out.push(bracket);
                self.state = State::Value;
            }
            Token::Comma => {
                if self.state == (State::Comment { breaks: true }) {
                    self.line();
                }
                self.out.push(',');
                self.state = State::Comma;
            }
            Token::Colon => {
                if self.state == (State::Comment { breaks: true }) {
                    self.line();
                }
                self.out.push_str(": ");
                self.state = State::Colon;
            }
            Token::Scalar(text) => {
                self.place();
                self.out.push_str(text);
                self.state = State::Value;
            }
            Token::LineComment(text) => {
                self.comment(text, breaks);
                self.state = State::Comment { breaks: true };
            }
            Token::BlockComment(text) => {
                let alone = breaks || matches!(self.state, State::Opened | State::Comma);
                self.comment(text, breaks);
                self.state = State::Comment { breaks: alone };
            }
        }
        Some(())
    }

    /// A comment stays on the line of what it stands behind.
    fn comment(&mut self, text: &str, breaks: bool) {
        if breaks || self.state == (State::Comment { breaks: true }) {
            self.line();
        } else if self.state != State::Start && !self.out.ends_with(' ') {
            self.out.push(' ');
        }
        self.out.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_member_has_its_line() {
        let check = |text: &str, expect: &str| assert_eq!(format(text).as_deref(), Some(expect), "{text}");
        check("", "");
        check("{ }", "{}");
        check("{\"a\":1,\"b\":[true,{}],}", "{\n  \"a\": 1,\n  \"b\": [\n    true,\n    {}\n  ],\n}");
        check("[1,2]\n", "[\n  1,\n  2\n]\n");
        check("{\"a\":1, // one\n\"b\":2}", "{\n  \"a\": 1, // one\n  \"b\": 2\n}");
        check("// top\n{\n// in\n\"a\":1\n// end\n}", "// top\n{\n  // in\n  \"a\": 1\n  // end\n}");
        check("{\"a\": /* x */ 1}", "{\n  \"a\": /* x */ 1\n}");
        check("{} {}", "{}\n{}");
        check("{\"a: {\":\"\\\"}\"}", "{\n  \"a: {\": \"\\\"}\"\n}");
    }

    #[test]
    fn what_does_not_end_is_left_alone() {
        for text in ["{", "]", "{]", "\"a", "/* a", "{\"a\n\": 1}"] {
            assert_eq!(format(text), None, "{text}");
        }
        assert_eq!(format(&"[".repeat(5_000)), None);
    }

    /// The text without blanks outside strings and comments.
    fn bare(text: &str) -> String {
        let mut out = String::new();
        let mut at = 0;
        while let Some(Some((found, length))) = token(text[at..].trim_start()) {
            at = text.len() - text[at..].trim_start().len() + length;
            match found {
                Token::LineComment(comment) => out.push_str(comment),
                _ => out.push_str(&text[at - length..at]),
            }
            out.push('\u{1}');
        }
        out
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_a_second_time_changes_nothing(text in "[\\[\\]{}a1,: \n\"/*李]{0,40}") {
            if let Some(once) = format(&text) {
                prop_assert_eq!(bare(&once), bare(&text));
                prop_assert_eq!(format(&once), Some(once.clone()));
            }
        }
    }
}
