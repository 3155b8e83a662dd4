//! Tokens of .proto text, fast enough to read tens of megabytes at a start. Works on bytes, so text in any encoding
//! passes; knows which comment leads a token, by protoc's rules. Knows no grammar.

use std::ops::Range;

use memchr::{memchr, memchr2, memmem};

/// What a token is; its text is `Lexer::text`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Ident,
    Number,
    Str,
    Punct(u8),
    /// A byte that can begin no token.
    Bad,
    End,
}

/// One token of look-ahead over a text.
pub(super) struct Lexer<'a> {
    text: &'a [u8],
    /// The present token.
    pub(super) token: Token,
    pub(super) span: Range<usize>,
    /// The comment block right before the present token (not a trailing one of the token before, not detached).
    pub(super) comment: Option<Range<usize>>,
    /// Where the token before ended.
    pub(super) previous_end: usize,
}

impl<'a> Lexer<'a> {
    /// Stands on the first token; a byte order mark is skipped.
    pub(super) fn new(text: &'a [u8]) -> Self {
        let start = if text.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
        let mut lexer = Self { text, token: Token::End, span: start..start, comment: None, previous_end: start };
        lexer.advance();
        lexer
    }

    /// The text of the present token.
    pub(super) fn text(&self) -> &'a [u8] {
        &self.text[self.span.clone()]
    }

    /// Any part of the text.
    pub(super) fn slice(&self, range: Range<usize>) -> &'a [u8] {
        self.text.get(range).unwrap_or_default()
    }

    /// The text from a place on, cut after a few words.
    pub(super) fn slice_from(&self, start: usize) -> &'a [u8] {
        &self.text[start.min(self.text.len())..self.text.len().min(start + 64)]
    }

    /// The present token is this identifier.
    pub(super) fn is_ident(&self, word: &[u8]) -> bool {
        self.token == Token::Ident && self.text() == word
    }

    /// The present token is this sign.
    pub(super) fn is_punct(&self, sign: u8) -> bool {
        self.token == Token::Punct(sign)
    }

    /// Goes on if the present token is this sign.
    pub(super) fn eat(&mut self, sign: u8) -> bool {
        let is_it = self.is_punct(sign);
        if is_it {
            self.advance();
        }
        is_it
    }

    /// The first byte after the present token and white space; a cheap look at the next token.
    pub(super) fn peek_byte(&self) -> Option<u8> {
        self.text[self.span.end..].iter().copied().find(|byte| !byte.is_ascii_whitespace())
    }

    /// Goes to the next token.
    pub(super) fn advance(&mut self) {
        self.previous_end = self.span.end;
        let start = self.skip_trivia(self.span.end);
        let Some(&first) = self.text.get(start) else {
            self.span = self.text.len()..self.text.len();
            self.token = Token::End;
            return;
        };
        let (token, end) = match first {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => (Token::Ident, self.run(start + 1, is_word)),
            b'0'..=b'9' => (Token::Number, self.number_end(start + 1)),
            b'.' if self.text.get(start + 1).is_some_and(u8::is_ascii_digit) => {
                (Token::Number, self.number_end(start + 1))
            }
            b'"' | b'\'' => self.string_end(start, first),
            0x21..=0x7e => (Token::Punct(first), start + 1),
            _ => (Token::Bad, start + 1),
        };
        self.token = token;
        self.span = start..end;
    }

    fn run(&self, start: usize, belongs: fn(u8) -> bool) -> usize {
        self.text[start..].iter().position(|&byte| !belongs(byte)).map_or(self.text.len(), |length| start + length)
    }

    fn number_end(&self, start: usize) -> usize {
        let mut end = start;
        while let Some(&byte) = self.text.get(end) {
            let is_exponent_sign =
                matches!(byte, b'+' | b'-') && matches!(self.text[end - 1], b'e' | b'E') && !self.is_hex(start);
            if !(is_word(byte) || byte == b'.' || is_exponent_sign) {
                break;
            }
            end += 1;
        }
        end
    }

    fn is_hex(&self, start: usize) -> bool {
        self.text[start - 1] == b'0' && matches!(self.text.get(start), Some(b'x' | b'X'))
    }

    fn string_end(&self, start: usize, quote: u8) -> (Token, usize) {
        let mut at = start + 1;
        while let Some(&byte) = self.text.get(at) {
            match byte {
                b'\\' => at += 2,
                b'\n' => return (Token::Bad, at),
                _ if byte == quote => return (Token::Str, at + 1),
                _ => at += 1,
            }
        }
        (Token::Bad, self.text.len())
    }

    /// Skips white space and comments; remembers the comment that leads the next token.
    fn skip_trivia(&mut self, start: usize) -> usize {
        self.comment = None;
        let mut at = start;
        // Lines that ended since the last token or comment. Nothing precedes the first token on its line.
        let mut line_ends = u32::from(start == 0 || self.token == Token::End);
        let mut is_line_block = false;
        while let Some(&byte) = self.text.get(at) {
            match byte {
                b'\n' => {
                    line_ends += 1;
                    at += 1;
                }
                b' ' | b'\t' | b'\r' | 0x0b | 0x0c => at += 1,
                b'/' if self.text.get(at + 1) == Some(&b'/') => {
                    let end = memchr(b'\n', &self.text[at..]).map_or(self.text.len(), |length| at + length);
                    let is_trailing = line_ends == 0 && self.comment.is_none();
                    if is_trailing {
                        is_line_block = false;
                    } else if let Some(block) = self.comment.as_mut().filter(|_| is_line_block && line_ends <= 1) {
                        block.end = end;
                    } else {
                        self.comment = Some(at..end);
                        is_line_block = true;
                    }
                    line_ends = 0;
                    at = end;
                    if is_trailing && at < self.text.len() {
                        // The line is over: the next comment is no part of this one.
                        at += 1;
                        line_ends = 1;
                    }
                }
                b'/' if self.text.get(at + 1) == Some(&b'*') => {
                    let Some(length) = memmem::find(&self.text[at + 2..], b"*/") else { return at };
                    let end = at + 2 + length + 2;
                    let is_trailing = line_ends == 0 && self.comment.is_none() && self.ends_line(end);
                    if !is_trailing {
                        self.comment = Some(at..end);
                    }
                    is_line_block = false;
                    line_ends = 0;
                    at = end;
                }
                _ => break,
            }
        }
        if line_ends > 1 {
            self.comment = None;
        }
        at
    }

    fn ends_line(&self, at: usize) -> bool {
        let rest = &self.text[at..];
        memchr2(b'\n', b'\r', rest).is_none_or(|length| rest[..length].iter().all(u8::is_ascii_whitespace))
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The words of a comment block, without its marks, one leading space less on every line.
pub(super) fn comment_text(block: &[u8]) -> String {
    let text = String::from_utf8_lossy(block);
    let mut lines: Vec<&str> = Vec::new();
    if let Some(inner) = text.strip_prefix("/*") {
        let inner = inner.strip_suffix("*/").unwrap_or(inner);
        for (index, line) in inner.lines().enumerate() {
            let bare = if index == 0 { line.trim_start_matches('*') } else { line.trim_start() };
            let bare = if index == 0 { bare } else { bare.strip_prefix('*').unwrap_or(bare) };
            lines.push(bare.strip_prefix(' ').unwrap_or(bare).trim_end());
        }
    } else {
        for line in text.lines() {
            let bare = line.trim_start();
            let bare = bare.strip_prefix("//").unwrap_or(bare);
            lines.push(bare.strip_prefix(' ').unwrap_or(bare).trim_end());
        }
    }
    let first = lines.iter().position(|line| !line.is_empty()).unwrap_or(lines.len());
    let last = lines.iter().rposition(|line| !line.is_empty()).map_or(first, |at| at + 1);
    lines[first..last].join("\n")
}

#[cfg(test)]
#[path = "lex_tests.rs"]
mod tests;
