//! Where and why a message does not fit its type.

use std::fmt;
use std::ops::Range;

use super::misfit::{Expected, Found, Misfit};

/// A message that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageError {
    /// `child[0].uid`; empty for the whole.
    pub path: String,
    /// From 1; `None` for binary input.
    pub line: Option<u32>,
    /// From 1, in characters.
    pub column: Option<u32>,
    /// Byte range of the offending text in the input; empty for binary input.
    pub span: Range<usize>,
    /// What is wrong there.
    pub what: Misfit,
    /// An `Any` whose type the schema lacks: its type URL. The engine may load it and try again.
    pub unknown_any: Option<String>,
    /// Whether the input was at fault or the output asked for cannot hold the value.
    pub kind: MessageErrorKind,
}

/// Which half of a conversion failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MessageErrorKind {
    /// The input does not parse as its type.
    #[default]
    Input,
    /// The input parses, but the format asked for cannot hold it (a timestamp out of range, an `Any` of unknown type).
    Output,
}

impl std::error::Error for MessageError {}

impl fmt::Display for MessageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let (Some(line), Some(column)) = (self.line, self.column) {
            write!(f, "line {line}, column {column}: ")?;
        }
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        self.what.fmt(f)
    }
}

/// Inside this module errors travel boxed: they are large and rare.
pub(super) type Fault = Box<MessageError>;

/// A step inside the value engine.
pub(super) type Outcome<T> = Result<T, Fault>;

impl MessageError {
    /// An input that is wrong as a whole, or nobody knows where.
    pub fn new(what: impl Into<Misfit>) -> Self {
        Self {
            path: String::new(),
            line: None,
            column: None,
            span: 0..0,
            what: what.into(),
            unknown_any: None,
            kind: MessageErrorKind::Input,
        }
    }

    /// Something else was expected at `span`.
    pub(super) fn mismatch(span: Range<usize>, expected: Expected, found: Found) -> Fault {
        Self::at(span, Misfit::Expected(Box::new((expected, found))))
    }

    /// A fault of what stands at `span`.
    pub(super) fn at(span: Range<usize>, what: impl Into<Misfit>) -> Fault {
        Box::new(Self { span, ..Self::new(what) })
    }

    /// A value that the output format cannot hold.
    pub(super) fn unwritable(what: Misfit) -> Fault {
        Box::new(Self { kind: MessageErrorKind::Output, ..Self::new(what) })
    }

    /// An `Any` whose type no pool knows.
    pub(super) fn unknown_any(span: Range<usize>, type_url: &str, kind: MessageErrorKind) -> Fault {
        Box::new(Self {
            span,
            unknown_any: Some(type_url.to_owned()),
            kind,
            ..Self::new(Misfit::UnknownAny(type_url.to_owned()))
        })
    }

    /// Puts a field's name before the path; errors gather their path on the way up.
    pub(super) fn under(mut self: Box<Self>, name: &str) -> Fault {
        self.path = match self.path.chars().next() {
            None => name.to_owned(),
            Some('[') => format!("{name}{}", self.path),
            Some(_) => format!("{name}.{}", self.path),
        };
        self
    }

    /// Puts an index or a map key before the path.
    pub(super) fn under_index(self: Box<Self>, index: impl fmt::Display) -> Fault {
        self.under(&format!("[{index}]"))
    }

    /// Counts line and column of the span's start in `text`.
    pub(super) fn located(mut self, text: &str) -> Self {
        let (line, column) = line_and_column(text, self.span.start);
        self.line = Some(line);
        self.column = Some(column);
        self
    }
}

/// Line and column (in characters), both from 1, of a byte offset.
pub(super) fn line_and_column(text: &str, offset: usize) -> (u32, u32) {
    let before = text.get(..offset.min(text.len())).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let column = before[line_start..].chars().count() + 1;
    (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
}

/// The name of `candidates` nearest to `name`, if it is near enough to be a slip of the hand.
pub(super) fn nearest<'n>(name: &str, candidates: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    const LONGEST: usize = 64;
    if name.len() > LONGEST {
        return None;
    }
    let allowed = (name.chars().count() / 3).clamp(1, 3);
    candidates
        .filter(|candidate| candidate.len() <= LONGEST)
        .map(|candidate| (distance(&name.to_lowercase(), &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Edits (insert, delete, replace, swap of neighbours) between two short words.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let left: Vec<char> = left.chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (row, here) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, there) in right.iter().enumerate() {
            let mut best =
                (last[column] + usize::from(here != there)).min(last[column + 1] + 1).min(current[column] + 1);
            if row > 0 && column > 0 && *here == right[column - 1] && left[row - 1] == *there {
                best = best.min(before_last[column - 1] + 1);
            }
            current.push(best);
        }
        before_last = std::mem::replace(&mut last, current);
    }
    last[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised() {
        let check = |name: &str, expect: Option<&str>| {
            assert_eq!(nearest(name, ["name", "uid", "phone_number"].into_iter()), expect, "{name}");
        };
        check("nam", Some("name"));
        check("nmae", Some("name"));
        check("phoneNumber", Some("phone_number"));
        check("address", None);
        check("", None);
    }

    #[test]
    fn places_count_characters() {
        assert_eq!(line_and_column("ä\nöx", 5), (2, 2));
        assert_eq!(line_and_column("", 9), (1, 1));
    }
}
