//! Where and why a message does not fit its type.

use std::fmt;

/// A message that does not fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessageError {
    /// `child[0].uid`; empty for the whole.
    pub path: String,
    /// From 1; `None` for binary input.
    pub line: Option<u32>,
    /// From 1, in characters.
    pub column: Option<u32>,
    /// Byte range of the offending text in the input; empty for binary input.
    pub span: std::ops::Range<usize>,
    /// "int32", "one of INT, STRING, BOOL".
    pub expected: String,
    /// "string", "\"seven\"".
    pub found: String,
    /// Set where expected and found do not say it: "unknown field nam; did you mean name?".
    pub message: String,
    /// An `Any` whose type the schema lacks: its type URL. The engine may load it and try again.
    pub unknown_any: Option<String>,
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
        if self.message.is_empty() {
            write!(f, "expected {}, found {}", self.expected, self.found)
        } else {
            f.write_str(&self.message)
        }
    }
}
