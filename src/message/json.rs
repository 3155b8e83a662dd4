//! Canonical proto3 JSON (protobuf.dev/programming-guides/json), both ways.

use super::MessageError;
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
    /// An `Any` that cannot be expanded is written as `{"@type": …, "@value": base64}` instead of an error (for
    /// screens, which must show something; `convert` refuses).
    pub tolerate_unknown_any: bool,
}

/// JSON text to wire bytes.
pub fn from_json(ty: &MessageType, text: &str, options: &JsonReadOptions<'_>) -> Result<Vec<u8>, MessageError> {
    let _ = (ty, text, options);
    unimplemented!()
}

/// Wire bytes to JSON text; fields in the order of their numbers, map keys sorted.
pub fn to_json(ty: &MessageType, bytes: &[u8], options: &JsonWriteOptions<'_>) -> Result<String, MessageError> {
    let _ = (ty, bytes, options);
    unimplemented!()
}
