//! A message to text format.

use super::TextWriteOptions;
use crate::message::number::{push, push_f32, push_f64};
use crate::message::shape::{FieldKind, FieldShape, MAX_DEPTH, Schema, Shape, WellKnown};
use crate::message::value::{Elements, FieldValue, Key, Message, Value, signed};
use crate::message::wire::{Cursor, decode};

/// How deep unknown bytes are tried as messages; the reference's limit.
const MAX_GUESS_DEPTH: usize = 10;

/// Writes one message.
pub(super) struct Writer<'w> {
    out: String,
    schema: &'w Schema<'w>,
    options: &'w TextWriteOptions<'w>,
    indent: usize,
    depth: usize,
}

impl<'w> Writer<'w> {
    /// `wire_len` is how long the message is on the wire, as a first guess at the text.
    pub fn new(schema: &'w Schema<'w>, options: &'w TextWriteOptions<'w>, wire_len: usize) -> Self {
        Self { out: String::with_capacity(wire_len), schema, options, indent: 0, depth: 0 }
    }

    /// Writes the message and gives the text.
    pub fn whole(mut self, shape: &Shape, message: &Message<'_>) -> String {
        self.fields(shape, message);
        self.out
    }

    /// Begins a field: indented, or after a space.
    fn name(&mut self, name: &str) {
        if self.options.single_line {
            if !self.out.is_empty() {
                self.out.push(' ');
            }
        } else {
            self.out.extend(std::iter::repeat_n("  ", self.indent));
        }
        self.out.push_str(name);
    }

    fn end_line(&mut self) {
        if !self.options.single_line {
            self.out.push('\n');
        }
    }

    fn block(&mut self, name: &str, fields: impl FnOnce(&mut Self)) {
        self.name(name);
        self.out.push_str(" {");
        self.end_line();
        self.indent += 1;
        self.depth += 1;
        fields(self);
        self.depth -= 1;
        self.indent -= 1;
        self.name("}");
        self.end_line();
    }

    fn fields(&mut self, shape: &Shape, message: &Message<'_>) {
        if shape.well_known == Some(WellKnown::Any) && self.expanded_any(message) {
            return;
        }
        for (number, value) in &message.fields {
            let Some(field) = shape.field(*number) else { continue };
            match value {
                FieldValue::One(value) => self.value(field, value),
                FieldValue::Packed(bytes) => {
                    Elements::new(bytes, field.kind).for_each(|bits| self.value(field, &Value::Scalar(bits)));
                }
                FieldValue::Bytes(list) => list.iter().for_each(|bytes| self.bytes(field, bytes)),
                FieldValue::Messages(list) => {
                    let child = self.schema.child(field);
                    for message in list {
                        self.block(&field.text_name, |writer| writer.fields(&child, message));
                    }
                }
                FieldValue::Map(entries) => {
                    let entry = self.schema.child(field);
                    let Some((key_field, value_field)) = entry.entry() else { continue };
                    for (key, value) in entries {
                        self.block(&field.text_name, |writer| {
                            match key {
                                Key::Scalar(bits) => writer.value(key_field, &Value::Scalar(*bits)),
                                Key::Text(text) => writer.bytes(key_field, text),
                            }
                            writer.value(value_field, value);
                        });
                    }
                }
            }
        }
        if self.options.print_unknown {
            self.unknown(&message.unknown, MAX_GUESS_DEPTH);
        }
    }

    /// Writes an `Any` by what it holds, if its type is known and its bytes fit; the plain fields do otherwise.
    fn expanded_any(&mut self, message: &Message<'_>) -> bool {
        let Ok(url) = std::str::from_utf8(message.bytes(1)) else { return false };
        let is_plain = url.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.~!$&()*+,;=/%".contains(&byte));
        if !url.contains('/') || !is_plain || self.depth >= MAX_DEPTH {
            return false;
        }
        let Some(shape) = self.schema.any_type(url) else { return false };
        let Ok(content) = decode(self.schema, &shape, message.bytes(2), self.depth) else { return false };
        self.block(&format!("[{url}]"), |writer| writer.fields(&shape, &content));
        true
    }

    fn bytes(&mut self, field: &FieldShape, bytes: &[u8]) {
        self.name(&field.text_name);
        self.out.push_str(": ");
        push_quoted(&mut self.out, bytes, field.kind == FieldKind::String);
        self.end_line();
    }

    fn value(&mut self, field: &FieldShape, value: &Value<'_>) {
        match value {
            Value::Bytes(bytes) => self.bytes(field, bytes),
            Value::Message(message) => {
                let child = self.schema.child(field);
                self.block(&field.text_name, |writer| writer.fields(&child, message));
            }
            Value::Scalar(bits) => {
                self.name(&field.text_name);
                self.out.push_str(": ");
                push_scalar(&mut self.out, field, *bits);
                self.end_line();
            }
        }
    }

    /// Writes unknown records by their numbers. They parsed once as part of the message; where a guess inside them
    /// does not, false.
    fn unknown(&mut self, bytes: &[u8], guesses: usize) -> bool {
        let mut cursor = Cursor { bytes, at: 0 };
        self.unknown_until(&mut cursor, None, guesses)
    }

    fn unknown_until(&mut self, cursor: &mut Cursor<'_>, group: Option<u32>, guesses: usize) -> bool {
        const VARINT: u32 = 0;
        const FIXED64: u32 = 1;
        const LENGTH: u32 = 2;
        const GROUP: u32 = 3;
        const END_GROUP: u32 = 4;
        while !cursor.is_done() {
            let Ok(tag) = cursor.tag() else { return false };
            let name = tag.number.to_string();
            let scalar = match tag.wire_type {
                VARINT => cursor.varint().map(|bits| bits.to_string()),
                FIXED64 => cursor.fixed(8).map(|bits| format!("0x{bits:016x}")),
                LENGTH => {
                    let Ok(inner) = cursor.delimited() else { return false };
                    self.unknown_delimited(&name, inner, guesses);
                    continue;
                }
                GROUP => {
                    if self.depth >= 2 * MAX_DEPTH {
                        return cursor.skip(tag, 0).is_ok();
                    }
                    let mut is_sound = false;
                    self.block(&name, |writer| {
                        is_sound = writer.unknown_until(cursor, Some(tag.number), guesses);
                    });
                    if !is_sound {
                        return false;
                    }
                    continue;
                }
                END_GROUP => return group == Some(tag.number),
                _ => cursor.fixed(4).map(|bits| format!("0x{bits:08x}")),
            };
            let Ok(scalar) = scalar else { return false };
            self.name(&name);
            self.out.push_str(": ");
            self.out.push_str(&scalar);
            self.end_line();
        }
        group.is_none()
    }

    /// Bytes that parse as a message are shown as one, others as a string.
    fn unknown_delimited(&mut self, name: &str, inner: &[u8], guesses: usize) {
        if !inner.is_empty() && guesses > 0 && is_sound(inner) {
            self.block(name, |writer| {
                writer.unknown(inner, guesses - 1);
            });
            return;
        }
        self.name(name);
        self.out.push_str(": ");
        push_quoted(&mut self.out, inner, false);
        self.end_line();
    }
}

/// Whether bytes are a sequence of records.
fn is_sound(bytes: &[u8]) -> bool {
    let mut cursor = Cursor { bytes, at: 0 };
    while !cursor.is_done() {
        let Ok(tag) = cursor.tag() else { return false };
        if cursor.skip(tag, 0).is_err() {
            return false;
        }
    }
    true
}

fn push_scalar(out: &mut String, field: &FieldShape, bits: u64) {
    let special = |value: f64| {
        if value.is_nan() {
            Some("nan")
        } else if value.is_infinite() {
            Some(if value > 0.0 { "inf" } else { "-inf" })
        } else {
            None
        }
    };
    match field.kind {
        FieldKind::Double => {
            let value = f64::from_bits(bits);
            match special(value) {
                Some(word) => out.push_str(word),
                None => push_f64(out, value),
            }
        }
        FieldKind::Float => {
            let value = f32::from_bits(bits as u32);
            match special(f64::from(value)) {
                Some(word) => out.push_str(word),
                None => push_f32(out, value),
            }
        }
        FieldKind::Bool => out.push_str(if bits == 0 { "false" } else { "true" }),
        FieldKind::Uint32 | FieldKind::Fixed32 | FieldKind::Uint64 | FieldKind::Fixed64 => push(out, bits),
        FieldKind::Enum => match field.enumeration.as_ref().and_then(|known| known.name(bits as i32)) {
            Some(name) => out.push_str(name),
            None => push(out, bits as i32),
        },
        kind => push(out, signed(kind, bits)),
    }
}

/// Appends a string literal; text in UTF-8 stays readable, other bytes become octal escapes.
fn push_quoted(out: &mut String, bytes: &[u8], is_text: bool) {
    out.push('"');
    let push_byte = |out: &mut String, byte: u8| match byte {
        b'\n' => out.push_str("\\n"),
        b'\r' => out.push_str("\\r"),
        b'\t' => out.push_str("\\t"),
        b'"' => out.push_str("\\\""),
        b'\'' => out.push_str("\\'"),
        b'\\' => out.push_str("\\\\"),
        0x20..=0x7e => out.push(char::from(byte)),
        _ => push(out, format_args!("\\{byte:03o}")),
    };
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if c.is_ascii() {
                push_byte(out, c as u8);
            } else if is_text && !c.is_control() {
                out.push(c);
            } else {
                c.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| push_byte(out, byte));
            }
        }
        chunk.invalid().iter().for_each(|byte| push_byte(out, *byte));
    }
    out.push('"');
}
