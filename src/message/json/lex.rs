//! JSON's tokens (RFC 8259), each with its place. Knows no types.

use std::borrow::Cow;
use std::ops::Range;

use crate::message::MessageError;
use crate::message::error::{Fault, Outcome};
use crate::message::misfit::{Expected, Found, Misfit};
use crate::message::number::json_number_len;

/// A place in JSON text.
pub(super) struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    pub at: usize,
    /// Comments and trailing commas are read past.
    is_relaxed: bool,
}

impl<'t> Lexer<'t> {
    pub fn new(text: &'t str, is_relaxed: bool) -> Self {
        Self { text, bytes: text.as_bytes(), at: 0, is_relaxed }
    }

    /// The first byte of the next token; `None` at the end.
    pub fn peek(&mut self) -> Outcome<Option<u8>> {
        loop {
            match self.bytes.get(self.at) {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.at += 1,
                Some(b'/') if self.is_relaxed => self.comment()?,
                other => return Ok(other.copied()),
            }
        }
    }

    fn comment(&mut self) -> Outcome<()> {
        let rest = &self.text[self.at..];
        let length = if rest.starts_with("//") {
            Some(rest.find('\n').unwrap_or(rest.len()))
        } else if let Some(inside) = rest.strip_prefix("/*") {
            inside.find("*/").map(|end| end + 4)
        } else {
            return Err(MessageError::mismatch(self.at..self.at + 1, Expected::Value, Found::Written("\"/\"".into())));
        };
        let length = length.ok_or_else(|| MessageError::at(self.at..self.text.len(), Misfit::OpenComment))?;
        self.at += length;
        Ok(())
    }

    /// Moves past `byte` if it is next.
    pub fn eat(&mut self, byte: u8) -> Outcome<bool> {
        let is_next = self.peek()? == Some(byte);
        self.at += usize::from(is_next);
        Ok(is_next)
    }

    /// What stands here is not what was expected.
    pub fn unexpected(&mut self, expected: Expected) -> Fault {
        if let Err(fault) = self.peek() {
            return fault;
        }
        let (length, found) = self.describe();
        MessageError::mismatch(self.at..self.at + length, expected, found)
    }

    /// Length and words of the token that stands here.
    fn describe(&self) -> (usize, Found) {
        const SHOWN: usize = 40;
        let rest = &self.text[self.at..];
        let Some(first) = rest.chars().next() else { return (0, Found::End) };
        let length = match first {
            '{' => return (1, Found::Object),
            '[' => return (1, Found::Array),
            '"' => {
                let mut escaped = false;
                let closing = rest[1..].char_indices().find(|(_, c)| {
                    let closes = *c == '"' && !escaped;
                    escaped = *c == '\\' && !escaped;
                    closes
                });
                closing.map_or(rest.len(), |(at, _)| at + 2)
            }
            c if c.is_alphanumeric() || c == '-' || c == '+' || c == '.' || c == '_' => {
                rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '+' | '.' | '_'))).unwrap_or(rest.len())
            }
            c => return (c.len_utf8(), Found::Written(format!("\"{c}\""))),
        };
        let token = &rest[..length];
        let mut shown: String = token.chars().take(SHOWN).collect();
        if shown.len() < token.len() {
            shown.push('…');
        }
        (length, Found::Written(shown))
    }

    /// Reads a string, quotes and all.
    pub fn string(&mut self, expected: &Expected) -> Outcome<Cow<'t, str>> {
        if self.peek()? != Some(b'"') {
            return Err(self.unexpected(expected.clone()));
        }
        let open = self.at;
        let start = open + 1;
        let text = self.text;
        let mut owned: Option<String> = None;
        let mut run = start;
        self.at = start;
        loop {
            let plain = self.bytes[self.at..].iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f));
            self.at = plain.map_or(self.bytes.len(), |length| self.at + length);
            match self.bytes.get(self.at) {
                Some(b'"') => {
                    let last = &text[run..self.at];
                    self.at += 1;
                    return Ok(match owned {
                        None => Cow::Borrowed(last),
                        Some(mut owned) => {
                            owned.push_str(last);
                            Cow::Owned(owned)
                        }
                    });
                }
                Some(b'\\') => {
                    let unescaped = owned.get_or_insert_default();
                    unescaped.push_str(&text[run..self.at]);
                    let character = self.escape()?;
                    unescaped.push(character);
                    run = self.at;
                }
                Some(_) => {
                    return Err(MessageError::at(self.at..self.at + 1, Misfit::ControlCharacter));
                }
                None => return Err(MessageError::at(open..self.at, Misfit::OpenString)),
            }
        }
    }

    fn escape(&mut self) -> Outcome<char> {
        let start = self.at;
        let simple = match self.bytes.get(start + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            _ => {
                let end = self.text[start + 1..].chars().next().map_or(start + 1, |c| start + 1 + c.len_utf8());
                return Err(MessageError::at(start..end, Misfit::BadEscape));
            }
        };
        self.at += 2;
        Ok(simple)
    }

    fn unicode_escape(&mut self) -> Outcome<char> {
        let start = self.at;
        let unit = |at: usize| -> Option<u32> {
            let digits = self.bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
            digits.iter().try_fold(0, |value, digit| Some(value << 4 | char::from(*digit).to_digit(16)?))
        };
        let bad = |end: usize, what: Misfit| MessageError::at(start..end.min(self.bytes.len()), what);
        let first = unit(start).ok_or_else(|| bad(start + 2, Misfit::BadUnicodeEscape))?;
        let (code, length) = match first {
            0xd800..=0xdbff => {
                let second = unit(start + 6).filter(|low| (0xdc00..=0xdfff).contains(low));
                let low = second.ok_or_else(|| bad(start + 6, Misfit::HalfSurrogate))?;
                (0x1_0000 + ((first - 0xd800) << 10) + (low - 0xdc00), 12)
            }
            other => (other, 6),
        };
        let character = char::from_u32(code).ok_or_else(|| bad(start + 6, Misfit::HalfSurrogate))?;
        self.at = start + length;
        Ok(character)
    }

    /// Reads a plain integer of at most 18 digits; `None`, with nothing read, where another form stands here.
    pub fn plain_integer(&mut self) -> Option<i64> {
        let rest = &self.bytes[self.at..];
        let sign = usize::from(rest.first() == Some(&b'-'));
        let digits = rest[sign..].iter().take(19).take_while(|byte| byte.is_ascii_digit()).count();
        let has_leading_zero = digits > 1 && rest[sign] == b'0';
        let ends = matches!(rest.get(sign + digits), Some(b',' | b']' | b'}' | b' ' | b'\n' | b'\r' | b'\t'));
        if !(1..=18).contains(&digits) || has_leading_zero || !ends {
            return None;
        }
        let value = rest[sign..sign + digits].iter().fold(0_i64, |value, digit| value * 10 + i64::from(digit - b'0'));
        self.at += sign + digits;
        Some(if sign == 1 { -value } else { value })
    }

    /// Reads a number as it is written.
    pub fn number(&mut self, expected: &Expected) -> Outcome<&'t str> {
        self.peek()?;
        let start = self.at;
        let length = json_number_len(&self.bytes[start..]);
        let end = start + length.unwrap_or(0);
        let goes_on = self.bytes.get(end).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'.');
        if length.is_none() || goes_on {
            return Err(self.unexpected(expected.clone()));
        }
        self.at = end;
        Ok(&self.text[start..end])
    }

    /// Moves past `word` if it is next.
    pub fn eat_word(&mut self, word: &str) -> Outcome<bool> {
        self.peek()?;
        let rest = &self.bytes[self.at..];
        let is_next = rest.starts_with(word.as_bytes())
            && !rest.get(word.len()).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        if is_next {
            self.at += word.len();
        }
        Ok(is_next)
    }

    /// After an element: true if another follows, false once `close` is read.
    pub fn comma_or(&mut self, close: u8) -> Outcome<bool> {
        if self.eat(close)? {
            return Ok(false);
        }
        if !self.eat(b',')? {
            return Err(self.unexpected(Expected::EitherMark(',', char::from(close))));
        }
        if self.is_relaxed && self.eat(close)? {
            return Ok(false);
        }
        Ok(true)
    }

    pub fn colon(&mut self) -> Outcome<()> {
        if self.eat(b':')? { Ok(()) } else { Err(self.unexpected(Expected::Mark(':'))) }
    }

    /// Fails where anything but white space is left.
    pub fn end(&mut self) -> Outcome<()> {
        if self.peek()?.is_some() { Err(self.unexpected(Expected::End)) } else { Ok(()) }
    }

    /// Reads past one value of any kind, checking its form; a stack on the heap holds what is open.
    pub fn skip(&mut self) -> Outcome<Range<usize>> {
        self.peek()?;
        let start = self.at;
        let mut open: Vec<u8> = Vec::new();
        'values: loop {
            match self.peek()? {
                Some(b'{') => {
                    self.at += 1;
                    if !self.eat(b'}')? {
                        self.string(&Expected::FieldNameOrEnd)?;
                        self.colon()?;
                        open.push(b'}');
                        continue 'values;
                    }
                }
                Some(b'[') => {
                    self.at += 1;
                    if !self.eat(b']')? {
                        open.push(b']');
                        continue 'values;
                    }
                }
                Some(b'"') => drop(self.string(&Expected::Value)?),
                Some(b'-' | b'0'..=b'9') => drop(self.number(&Expected::Value)?),
                _ => {
                    if !(self.eat_word("null")? || self.eat_word("true")? || self.eat_word("false")?) {
                        return Err(self.unexpected(Expected::Value));
                    }
                }
            }
            while let Some(close) = open.last().copied() {
                if self.comma_or(close)? {
                    if close == b'}' {
                        self.string(&Expected::FieldName)?;
                        self.colon()?;
                    }
                    continue 'values;
                }
                open.pop();
            }
            return Ok(start..self.at);
        }
    }
}
