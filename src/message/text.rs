//! Text format (protobuf.dev/reference/protobuf/textformat-spec), both ways.

use super::MessageError;
use crate::schema::{MessageType, Pool};

/// How text is read.
#[derive(Clone, Copy, Debug, Default)]
pub struct TextReadOptions<'a> {
    /// Unknown fields are skipped instead of refused.
    pub ignore_unknown: bool,
    /// More pools in which types of `Any` and extensions are looked up.
    pub extra: &'a [Pool],
}

/// How text is written.
#[derive(Clone, Copy, Debug, Default)]
pub struct TextWriteOptions<'a> {
    /// Unknown fields are written by their numbers.
    pub print_unknown: bool,
    /// On one line.
    pub single_line: bool,
    /// More pools in which types of `Any` and extensions are looked up.
    pub extra: &'a [Pool],
}

/// Text to wire bytes.
pub fn from_text(ty: &MessageType, text: &str, options: &TextReadOptions<'_>) -> Result<Vec<u8>, MessageError> {
    let _ = (ty, text, options);
    unimplemented!()
}

/// Wire bytes to text.
pub fn to_text(ty: &MessageType, bytes: &[u8], options: &TextWriteOptions<'_>) -> Result<String, MessageError> {
    let _ = (ty, bytes, options);
    unimplemented!()
}
