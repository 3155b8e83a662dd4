//! Canonical proto3 JSON (protobuf.dev/programming-guides/json), both ways.

mod lex;
mod read;
mod read_known;
mod write;
mod write_known;

use super::MessageError;
use super::shape::Schema;
use super::wire::{decode, encode};
use crate::schema::{MessageType, Pool};

/// How JSON is read.
#[derive(Clone, Copy, Debug, Default)]
pub struct JsonReadOptions<'a> {
    /// Unknown fields (and unknown enum names) are skipped instead of refused.
    pub ignore_unknown: bool,
    /// Comments and trailing commas are tolerated (the editor's input; not `convert`'s).
    pub relaxed: bool,
    /// More pools in which types of `Any` and extensions are looked up after the message's own.
    pub extra: &'a [Pool],
}

/// How JSON is written.
#[derive(Clone, Copy, Debug, Default)]
pub struct JsonWriteOptions<'a> {
    /// Fields without presence are written also where they have their default.
    pub emit_defaults: bool,
    /// Indented by two spaces, one value a line.
    pub pretty: bool,
    /// More pools in which types of `Any` and extensions are looked up after the message's own.
    pub extra: &'a [Pool],
    /// For screens, which must show something where `convert` refuses: an `Any` that cannot be expanded is written as
    /// `{"@type": …, "@value": base64}` instead of an error, a time out of range as its seconds and nanoseconds, a
    /// string that is not UTF-8 with U+FFFD, and a required field may be missing.
    pub tolerate_unknown_any: bool,
}

/// JSON text to wire bytes.
pub fn from_json(ty: &MessageType, text: &str, options: &JsonReadOptions<'_>) -> Result<Vec<u8>, MessageError> {
    let schema = Schema::new(ty, options.extra);
    let shape = schema.root(ty);
    let message = read::Reader::new(&schema, text, options.ignore_unknown, options.relaxed)
        .whole(&shape)
        .map_err(|fault| fault.located(text))?;
    Ok(encode(&schema, &shape, &message))
}

/// Wire bytes to JSON text; fields in the order of their numbers, map keys sorted.
pub fn to_json(ty: &MessageType, bytes: &[u8], options: &JsonWriteOptions<'_>) -> Result<String, MessageError> {
    let schema = Schema::new(ty, options.extra);
    let shape = schema.root(ty);
    let message = decode(&schema, &shape, bytes, 0).map_err(|fault| *fault)?;
    if schema.saw_required.get() && !options.tolerate_unknown_any {
        message.check_required(&schema, &shape).map_err(|fault| *fault)?;
    }
    write::Writer::new(&schema, options, bytes.len()).whole(&shape, &message).map_err(|fault| *fault)
}
