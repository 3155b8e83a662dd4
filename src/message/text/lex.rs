//! Tokens of the text format, each with its place. Knows no types.

use std::ops::Range;

use crate::message::MessageError;
use crate::message::error::{Fault, Outcome};
use crate::message::misfit::{Expected, Found, Misfit};

/// A place in text format.
pub(super) struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    pub at: usize,
}

/// A number as written.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Number<'t> {
    /// Any base, if it fits.
    Integer(u64),
    /// A decimal literal, too large an integer or with a point or exponent; without its `f`.
    Decimal(&'t str),
}

/// A scalar as written, and its sign.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Scalar<'t> {
    Number { is_negative: bool, number: Number<'t>, digits: &'t str },
    Word { is_negative: bool, word: &'t str },
    Bytes(Vec<u8>),
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

impl<'t> Lexer<'t> {
    pub fn new(text: &'t str) -> Self {
        Self { text, bytes: text.as_bytes(), at: 0 }
    }

    /// What stands at a place.
    pub fn slice(&self, span: Range<usize>) -> &'t str {
        self.text.get(span).unwrap_or_default()
    }

    /// The first byte of the next token; `None` at the end.
    pub fn peek(&mut self) -> Option<u8> {
        loop {
            match self.bytes.get(self.at)? {
                b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c => self.at += 1,
                b'#' => {
                    let rest = &self.bytes[self.at..];
                    self.at += rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
                }
                other => return Some(*other),
            }
        }
    }

    pub fn eat(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    pub fn expect(&mut self, byte: u8) -> Outcome<()> {
        if self.eat(byte) { Ok(()) } else { Err(self.unexpected(Expected::Mark(char::from(byte)))) }
    }

    /// What stands here is not what was expected.
    pub fn unexpected(&mut self, expected: Expected) -> Fault {
        const SHOWN: usize = 40;
        self.peek();
        let rest = &self.text[self.at..];
        let length = match rest.bytes().next() {
            None => return MessageError::mismatch(self.at..self.at, expected, Found::End),
            Some(quote @ (b'"' | b'\'')) => {
                rest[1..].bytes().position(|byte| byte == quote || byte == b'\n').map_or(rest.len(), |at| at + 2)
            }
            Some(first) if is_word(first) || matches!(first, b'-' | b'.') => {
                1 + rest[1..].bytes().take_while(|byte| is_word(*byte) || *byte == b'.').count()
            }
            Some(_) => rest.chars().next().map_or(0, char::len_utf8),
        };
        let token = rest.get(..length).unwrap_or(rest);
        let shown: String = token.chars().take(SHOWN).collect();
        let shown = if token.starts_with(|c: char| is_word(c as u8) || matches!(c, '-' | '"' | '\'')) {
            shown
        } else {
            format!("\"{shown}\"")
        };
        MessageError::mismatch(self.at..self.at + length, expected, Found::Written(shown))
    }

    /// A name: letters, digits, underscores.
    pub fn word(&mut self, expected: &Expected) -> Outcome<(&'t str, Range<usize>)> {
        match self.peek() {
            Some(first) if first.is_ascii_alphabetic() || first == b'_' => {
                let start = self.at;
                self.at += self.bytes[start..].iter().take_while(|byte| is_word(**byte)).count();
                Ok((&self.text[start..self.at], start..self.at))
            }
            _ => Err(self.unexpected(expected.clone())),
        }
    }

    /// What stands between the brackets of an extension's or `Any`'s name, without white space.
    pub fn bracketed_name(&mut self) -> Outcome<(String, Range<usize>)> {
        self.expect(b'[')?;
        let start = self.at;
        let mut name = String::new();
        loop {
            match self.peek() {
                Some(b']') => {
                    self.at += 1;
                    let span = start..self.at - 1;
                    if name.is_empty() {
                        return Err(MessageError::mismatch(span, Expected::TypeUrlOrExtension, Found::Nothing));
                    }
                    let has_bad_escape = name.split('%').skip(1).any(|rest| {
                        !rest.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
                    });
                    if has_bad_escape {
                        return Err(MessageError::at(span, Misfit::BadPercent));
                    }
                    return Ok((name, span));
                }
                Some(byte) if is_word(byte) || b"-.~!$&()*+,;=/%".contains(&byte) => {
                    name.push(char::from(byte));
                    self.at += 1;
                }
                _ => return Err(self.unexpected(Expected::TypeUrlOrExtension)),
            }
        }
    }

    /// A number without sign.
    pub fn number(&mut self, expected: &Expected) -> Outcome<(Number<'t>, &'t str)> {
        self.peek();
        let start = self.at;
        let rest = &self.bytes[start..];
        let digits_from = |from: usize| rest[from.min(rest.len())..].iter().take_while(|b| b.is_ascii_digit()).count();
        let (number, length) = if matches!(rest, [b'0', b'x' | b'X', ..]) {
            let length = 2 + rest[2..].iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
            let value = u64::from_str_radix(&self.text[start + 2..start + length], 16).ok();
            (value.map(Number::Integer), length)
        } else {
            let whole = digits_from(0);
            let mut length = whole;
            let mut is_decimal = false;
            if rest.get(length) == Some(&b'.') {
                let fraction = digits_from(length + 1);
                if whole + fraction == 0 {
                    return Err(self.unexpected(expected.clone()));
                }
                length += 1 + fraction;
                is_decimal = true;
            }
            if whole == 0 && !is_decimal {
                return Err(self.unexpected(expected.clone()));
            }
            if matches!(rest.get(length), Some(b'e' | b'E')) {
                let sign = usize::from(matches!(rest.get(length + 1), Some(b'+' | b'-')));
                let exponent = digits_from(length + 1 + sign);
                if exponent == 0 {
                    return Err(self.unexpected(expected.clone()));
                }
                length += 1 + sign + exponent;
                is_decimal = true;
            }
            let literal = &self.text[start..start + length];
            let has_suffix = matches!(rest.get(length), Some(b'f' | b'F'));
            let is_octal = !is_decimal && whole > 1 && rest[0] == b'0';
            let number = if is_octal {
                let fits = if has_suffix { None } else { u64::from_str_radix(literal, 8).ok() };
                fits.map(Number::Integer)
            } else if is_decimal || has_suffix {
                length += usize::from(has_suffix);
                Some(Number::Decimal(literal))
            } else {
                Some(literal.parse().map_or(Number::Decimal(literal), Number::Integer))
            };
            (number, length)
        };
        let goes_on = rest.get(length).is_some_and(|byte| is_word(*byte) || *byte == b'.');
        match number {
            Some(number) if !goes_on => {
                self.at += length;
                Ok((number, &self.text[start..start + length]))
            }
            _ => Err(self.unexpected(expected.clone())),
        }
    }

    /// A scalar of any kind.
    pub fn scalar(&mut self, expected: &Expected) -> Outcome<(Scalar<'t>, Range<usize>)> {
        let first = self.peek();
        let start = self.at;
        if matches!(first, Some(b'"' | b'\'')) {
            let bytes = self.strings()?;
            return Ok((Scalar::Bytes(bytes), start..self.at));
        }
        let is_negative = self.eat(b'-');
        let scalar = match self.peek() {
            Some(byte) if byte.is_ascii_alphabetic() || byte == b'_' => {
                Scalar::Word { is_negative, word: self.word(expected)?.0 }
            }
            _ => {
                let (number, digits) = self.number(expected)?;
                Scalar::Number { is_negative, number, digits }
            }
        };
        Ok((scalar, start..self.at))
    }

    /// One string literal or several in a row.
    pub fn strings(&mut self) -> Outcome<Vec<u8>> {
        let mut bytes = Vec::new();
        while let Some(quote @ (b'"' | b'\'')) = self.peek() {
            self.string(quote, &mut bytes)?;
        }
        Ok(bytes)
    }

    fn string(&mut self, quote: u8, out: &mut Vec<u8>) -> Outcome<()> {
        let open = self.at;
        self.at += 1;
        loop {
            match self.bytes.get(self.at) {
                Some(byte) if *byte == quote => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => self.escape(out)?,
                Some(b'\n') | None => {
                    return Err(MessageError::at(open..self.at, Misfit::OpenString));
                }
                Some(byte) => {
                    out.push(*byte);
                    self.at += 1;
                }
            }
        }
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> Outcome<()> {
        let start = self.at;
        let rest = &self.bytes[start + 1..];
        let hex = |digits: &[u8]| {
            digits.iter().try_fold(0_u32, |value, digit| Some(value << 4 | char::from(*digit).to_digit(16)?))
        };
        let simple = match rest.first() {
            Some(b'a') => Some(7),
            Some(b'b') => Some(8),
            Some(b'f') => Some(12),
            Some(b'n') => Some(b'\n'),
            Some(b'r') => Some(b'\r'),
            Some(b't') => Some(b'\t'),
            Some(b'v') => Some(11),
            Some(same @ (b'?' | b'\\' | b'\'' | b'"')) => Some(*same),
            _ => None,
        };
        if let Some(byte) = simple {
            out.push(byte);
            self.at += 2;
            return Ok(());
        }
        let octal = rest.iter().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
        if octal > 0 {
            let value = rest[..octal].iter().fold(0_u32, |value, digit| value << 3 | u32::from(digit - b'0'));
            let byte = u8::try_from(value)
                .map_err(|_too_large| MessageError::at(start..start + 1 + octal, Misfit::OctalTooLarge))?;
            out.push(byte);
            self.at += 1 + octal;
            return Ok(());
        }
        let bad = |length: usize| {
            let end = (start + length).min(self.bytes.len());
            let end = (start..=end).rev().find(|at| self.text.is_char_boundary(*at)).unwrap_or(start);
            MessageError::at(start..end, Misfit::BadEscape)
        };
        match rest.first() {
            Some(b'x' | b'X') => {
                let digits = rest[1..].iter().take(2).take_while(|byte| byte.is_ascii_hexdigit()).count();
                let value = if digits == 0 { None } else { hex(&rest[1..=digits]) };
                let byte = value.and_then(|value| u8::try_from(value).ok()).ok_or_else(|| bad(2))?;
                out.push(byte);
                self.at += 2 + digits;
            }
            Some(kind @ (b'u' | b'U')) => {
                let width = if *kind == b'u' { 4 } else { 8 };
                let code = rest.get(1..=width).and_then(hex).ok_or_else(|| bad(2 + width))?;
                let length = 2 + width;
                // Unlike in JSON, halves of surrogate pairs are no characters, not even two in a row.
                let character = char::from_u32(code).ok_or_else(|| bad(length))?;
                out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                self.at += length;
            }
            _ => return Err(bad(2)),
        }
        Ok(())
    }
}
