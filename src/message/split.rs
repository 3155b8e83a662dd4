//! Several JSON messages in one input.

use std::ops::Range;

use super::error::{MessageError, line_and_column};
use super::misfit::SplitFault;

/// Input that cannot be cut into values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {fault}")]
pub struct SplitError {
    /// From 1.
    pub line: u32,
    /// From 1.
    pub column: u32,
    /// What is wrong.
    pub fault: SplitFault,
}

impl From<SplitError> for MessageError {
    fn from(error: SplitError) -> Self {
        Self { line: Some(error.line), column: Some(error.column), ..Self::new(error.fault) }
    }
}

/// Cuts `text` into its top-level JSON values (white space, newlines or comments between them; a top-level array counts
/// as its elements if `open_array`). Values are only delimited here, not validated against a type. With `partial`,
/// input that ends inside a value is no error: the rest starts at the last range's end, and such a rest, the comma or
/// bracket of an open array before it, may be given again with more behind it.
pub fn split_values(text: &str, open_array: bool, partial: bool) -> Result<Vec<Range<usize>>, SplitError> {
    let mut splitter = Splitter { text, bytes: text.as_bytes(), at: 0 };
    let mut values = Vec::new();
    // Inside an array that counts as its elements; a partial input may begin there.
    let mut in_array = false;
    let mut wants_comma = false;
    loop {
        if !splitter.space() {
            return if partial { Ok(values) } else { Err(splitter.fault(splitter.at, SplitFault::OpenComment)) };
        }
        let start = splitter.at;
        match splitter.bytes.get(start) {
            None if in_array && !partial => return Err(splitter.fault(start, SplitFault::OpenArray)),
            None => return Ok(values),
            Some(b'[') if open_array && !in_array => {
                in_array = true;
                wants_comma = false;
                splitter.at += 1;
            }
            Some(b']') if in_array || (partial && open_array) => {
                in_array = false;
                splitter.at += 1;
            }
            Some(b',') if (in_array && wants_comma) || (partial && open_array && values.is_empty()) => {
                in_array = true;
                wants_comma = false;
                splitter.at += 1;
            }
            Some(_) if in_array && wants_comma => {
                return Err(splitter.fault(start, SplitFault::NoComma));
            }
            Some(_) => match splitter.value() {
                Ok(()) if partial && splitter.is_open_scalar(start) => return Ok(values),
                Ok(()) => {
                    values.push(start..splitter.at);
                    wants_comma = true;
                }
                Err(Stop::End) if partial => return Ok(values),
                Err(Stop::End) => return Err(splitter.fault(start, SplitFault::OpenValue)),
                Err(Stop::Wrong(at, fault)) => return Err(splitter.fault(at, fault)),
            },
        }
    }
}

enum Stop {
    End,
    Wrong(usize, SplitFault),
}

struct Splitter<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
}

impl Splitter<'_> {
    fn fault(&self, at: usize, fault: SplitFault) -> SplitError {
        let (line, column) = line_and_column(self.text, at);
        SplitError { line, column, fault }
    }

    /// Moves past white space and comments; false, with the place kept, where a comment does not end.
    fn space(&mut self) -> bool {
        loop {
            let rest = &self.text[self.at..];
            let length = match rest.as_bytes() {
                [b' ' | b'\t' | b'\n' | b'\r', ..] => 1,
                [b'/', b'/', ..] => rest.find('\n').unwrap_or(rest.len()),
                [b'/', b'*', ..] => match rest[2..].find("*/") {
                    Some(end) => end + 4,
                    None => return false,
                },
                // A byte order mark, which editors leave.
                [0xef, 0xbb, 0xbf, ..] if self.at == 0 => 3,
                _ => return true,
            };
            self.at += length;
        }
    }

    /// A number or word at the very end of a partial input may go on.
    fn is_open_scalar(&self, start: usize) -> bool {
        self.at == self.bytes.len() && !matches!(self.bytes[start], b'{' | b'[' | b'"')
    }

    /// Moves past one value; what is open is on the heap, so no depth is too deep.
    fn value(&mut self) -> Result<(), Stop> {
        let mut open: Vec<u8> = Vec::new();
        loop {
            if !self.space() {
                return Err(Stop::End);
            }
            let at = self.at;
            match *self.bytes.get(at).ok_or(Stop::End)? {
                b'{' => {
                    open.push(b'}');
                    self.at += 1;
                }
                b'[' => {
                    open.push(b']');
                    self.at += 1;
                }
                close @ (b'}' | b']') => {
                    if open.pop() != Some(close) {
                        return Err(Stop::Wrong(at, SplitFault::StrayBracket));
                    }
                    self.at += 1;
                }
                b'"' => self.string()?,
                b',' | b':' if open.is_empty() => return Err(Stop::Wrong(at, SplitFault::NoValue)),
                b',' | b':' => self.at += 1,
                _ => {
                    let is_word = |byte: &u8| {
                        !matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b',' | b':' | b'"')
                            && !matches!(byte, b'{' | b'}' | b'[' | b']' | b'/')
                    };
                    let length = self.bytes[at..].iter().take_while(|byte| is_word(byte)).count();
                    if length == 0 {
                        return Err(Stop::Wrong(at, SplitFault::NoValue));
                    }
                    self.at += length;
                }
            }
            if open.is_empty() {
                return Ok(());
            }
        }
    }

    fn string(&mut self) -> Result<(), Stop> {
        let mut at = self.at + 1;
        loop {
            let plain = self.bytes[at..].iter().position(|byte| matches!(byte, b'"' | b'\\')).ok_or(Stop::End)?;
            at += plain;
            if self.bytes[at] == b'"' {
                self.at = at + 1;
                return Ok(());
            }
            at = (at + 2).min(self.bytes.len());
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test's own input is known")]

    use super::*;

    #[test]
    fn values_are_cut() {
        let check = |text: &str, open: bool, partial: bool, expect: &[&str]| {
            let ranges = split_values(text, open, partial).unwrap();
            let cut: Vec<&str> = ranges.into_iter().map(|range| &text[range]).collect();
            assert_eq!(cut, expect, "{text}");
        };
        check("", false, false, &[]);
        check(" {\"a\": 1}\n{\"b\":[2,{}]} ", false, false, &["{\"a\": 1}", "{\"b\":[2,{}]}"]);
        check("{}{}", true, false, &["{}", "{}"]);
        check("[{}, {\"a\":\"]\"}]", true, false, &["{}", "{\"a\":\"]\"}"]);
        check("[{}, {}]", false, false, &["[{}, {}]"]);
        check("[]", true, false, &[]);
        check("1 \"two\" true", true, false, &["1", "\"two\"", "true"]);
        check("// one\n{/* } */} # ", false, false, &["{/* } */}", "#"]);
        check("{\"a\": \"\\\"}\"} {", false, true, &["{\"a\": \"\\\"}\"}"]);
        check("12", false, true, &[]);
        check("12\n", false, true, &["12"]);
        check("[{}, {}", true, true, &["{}", "{}"]);
        check(", {}, {}] {", true, true, &["{}", "{}"]);
        check("\u{feff}{}", false, false, &["{}"]);
    }

    #[test]
    fn faults_say_where() {
        let check = |text: &str, place: (u32, u32)| {
            let error = split_values(text, true, false).unwrap_err();
            assert_eq!((error.line, error.column), place, "{text}: {error}");
        };
        check("{}\n}", (2, 1));
        check("{\n \"a\"", (1, 1));
        check("[{} {}]", (1, 5));
        check("{]", (1, 2));
        check("[{}", (1, 4));
        check("{} /* ", (1, 4));
    }

    #[test]
    fn deep_input_is_no_danger() {
        let deep = "[".repeat(100_000);
        assert!(split_values(&deep, false, false).is_err());
        assert_eq!(split_values(&deep, false, true).unwrap(), Vec::<Range<usize>>::new());
    }
}
