//! Text format (protobuf.dev/reference/protobuf/textformat-spec), both ways.

mod lex;
mod read;
mod write;

use super::MessageError;
use super::shape::Schema;
use super::wire::{decode, encode};
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
    let schema = Schema::new(ty, options.extra, None);
    let shape = schema.root(ty);
    let message =
        read::Reader::new(&schema, text, options.ignore_unknown).whole(&shape).map_err(|fault| fault.located(text))?;
    Ok(encode(&schema, &shape, &message))
}

/// Wire bytes to text. An `Any` whose type no pool knows is written by its two fields.
pub fn to_text(ty: &MessageType, bytes: &[u8], options: &TextWriteOptions<'_>) -> Result<String, MessageError> {
    let schema = Schema::new(ty, options.extra, None);
    let shape = schema.root(ty);
    let message = decode(&schema, &shape, bytes, 0).map_err(|fault| *fault)?;
    if schema.saw_required.get() {
        message.check_required(&schema, &shape).map_err(|fault| *fault)?;
    }
    Ok(write::Writer::new(&schema, options, bytes.len()).whole(&shape, &message))
}
