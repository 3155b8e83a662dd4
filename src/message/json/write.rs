//! A message to JSON text: fields, lists, maps, scalars. Well-known types are in `write_known`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::JsonWriteOptions;
use crate::message::MessageError;
use crate::message::error::Outcome;
use crate::message::misfit::Misfit;
use crate::message::number::{push, push_f32, push_f64};
use crate::message::shape::{FieldKind, FieldShape, Label, MAX_DEPTH, Schema, Shape};
use crate::message::value::{Elements, FieldValue, Key, Message, Value, signed};

/// Writes one message.
pub(super) struct Writer<'w> {
    pub(super) out: String,
    pub(super) schema: &'w Schema<'w>,
    pub(super) options: &'w JsonWriteOptions<'w>,
    pub(super) indent: usize,
    pub(super) depth: usize,
    /// What is open stands on one line.
    inline: bool,
}

/// Lists of numbers, strings and the like stand on one line up to this length, where that is asked for: in bytes.
const SHORT_LIST: usize = 60;
/// Long strings and bytes are written in parts of so many bytes, between which the work can be stopped. Base64 makes
/// groups of three, so that parts of it join.
const PART: usize = 3 << 20;

impl<'w> Writer<'w> {
    /// `wire_len` is how long the message is on the wire, as a first guess at the text.
    pub fn new(schema: &'w Schema<'w>, options: &'w JsonWriteOptions<'w>, wire_len: usize) -> Self {
        let wanted = options.most_bytes.map_or(wire_len, |most| wire_len.min(2 * most));
        Self { out: String::with_capacity(wanted), schema, options, indent: 0, depth: 0, inline: false }
    }

    /// Writes the message and gives the text.
    pub fn whole(mut self, shape: &Shape, message: &Message<'_>) -> Outcome<String> {
        self.message(shape, message)?;
        self.schema.goes_on()?;
        Ok(self.out)
    }

    pub(super) fn is_tolerant(&self) -> bool {
        self.options.tolerate_unknown_any
    }

    /// Enough is written, or nobody wants it any more.
    pub(super) fn is_full(&self) -> bool {
        self.schema.is_stopped() || self.options.most_bytes.is_some_and(|most| self.out.len() >= most)
    }

    /// The part of a string or of bytes that is written.
    fn wanted<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        let most = self.options.most_bytes.unwrap_or(usize::MAX).min(bytes.len());
        bytes.get(..most).unwrap_or(bytes)
    }

    /// Opens an object or array.
    pub(super) fn open(&mut self, bracket: char) {
        self.out.push(bracket);
        self.indent += 1;
    }

    /// Begins an element of what is open.
    pub(super) fn element(&mut self) {
        if !self.out.ends_with(['{', '[']) {
            self.out.push(',');
        }
        self.line();
    }

    /// Closes what is open.
    pub(super) fn close(&mut self, bracket: char) {
        self.indent -= 1;
        if !self.out.ends_with(['{', '[']) {
            self.line();
        }
        self.out.push(bracket);
    }

    fn line(&mut self) {
        if self.inline {
            if self.out.ends_with(',') {
                self.out.push(' ');
            }
        } else if self.options.pretty {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n("  ", self.indent));
        }
    }

    /// Begins an object's member; `key` needs no escapes.
    pub(super) fn key(&mut self, key: &str) {
        self.element();
        push_string(&mut self.out, key);
        self.colon();
    }

    fn colon(&mut self) {
        self.out.push_str(if self.options.pretty { ": " } else { ":" });
    }

    /// Writes a message in the form that its type has.
    pub(super) fn message(&mut self, shape: &Shape, message: &Message<'_>) -> Outcome<()> {
        self.schema.goes_on()?;
        if self.depth >= MAX_DEPTH {
            return Err(MessageError::unwritable(Misfit::TooDeep(MAX_DEPTH)));
        }
        self.depth += 1;
        if let Some(known) = shape.well_known {
            self.well_known(known, shape, message)?;
        } else {
            self.open('{');
            self.fields(shape, message)?;
            self.close('}');
        }
        self.depth -= 1;
        Ok(())
    }

    /// Writes an object's members.
    pub(super) fn fields(&mut self, shape: &Shape, message: &Message<'_>) -> Outcome<()> {
        if self.options.emit_defaults {
            for field in shape.fields.iter().filter(|field| !field.is_extension || message.has(field.number)) {
                match message.get(field.number) {
                    Some(value) => self.field(field, value)?,
                    None => self.default(field),
                }
            }
            return Ok(());
        }
        for (number, value) in &message.fields {
            if self.is_full() {
                break;
            }
            if let Some(field) = shape.field(*number) {
                self.field(field, value)?;
            }
        }
        Ok(())
    }

    /// Writes what a field without presence holds when nothing was sent.
    fn default(&mut self, field: &FieldShape) {
        match field.label {
            Label::Repeated => {
                self.key(&field.json_name);
                self.out.push_str("[]");
            }
            Label::Map => {
                self.key(&field.json_name);
                self.out.push_str("{}");
            }
            Label::Singular if field.has_presence => {}
            Label::Singular => {
                self.key(&field.json_name);
                match field.kind {
                    FieldKind::String | FieldKind::Bytes => self.out.push_str("\"\""),
                    _ => self.scalar(field, 0),
                }
            }
        }
    }

    fn field(&mut self, field: &FieldShape, value: &FieldValue<'_>) -> Outcome<()> {
        self.key(&field.json_name);
        match value {
            FieldValue::One(value) => self.value(field, value),
            FieldValue::Map(entries) => self.map(field, entries),
            FieldValue::Packed(bytes) => self.scalars(|writer, most| {
                for bits in Elements::new(bytes, field.kind) {
                    if writer.is_full() || writer.out.len() > most {
                        break;
                    }
                    writer.element();
                    writer.scalar(field, bits);
                }
                Ok(writer.out.len() <= most)
            }),
            FieldValue::Bytes(list) => self.scalars(|writer, most| {
                for (index, bytes) in list.iter().enumerate() {
                    if writer.is_full() {
                        break;
                    }
                    if writer.out.len().saturating_add(bytes.len()) > most {
                        return Ok(false);
                    }
                    writer.element();
                    writer.bytes(field, bytes).map_err(|fault| fault.under_index(index))?;
                }
                Ok(writer.out.len() <= most)
            }),
            FieldValue::Messages(list) => {
                let child = self.schema.child(field);
                self.open('[');
                for (index, message) in list.iter().enumerate() {
                    if self.is_full() {
                        break;
                    }
                    self.element();
                    self.message(&child, message).map_err(|fault| fault.under_index(index))?;
                }
                self.close(']');
                Ok(())
            }
        }
        .map_err(|fault| fault.under(&field.name))
    }

    /// Writes a list of what has no members: on one line where it is short and that is asked for. `elements` is told
    /// how long the whole text may become, and tells whether it kept to it.
    fn scalars(&mut self, elements: impl Fn(&mut Self, usize) -> Outcome<bool>) -> Outcome<()> {
        if self.options.short_lists {
            let (before, indent) = (self.out.len(), self.indent);
            self.inline = true;
            self.open('[');
            let kept = elements(self, before + SHORT_LIST);
            self.inline = false;
            self.indent = indent;
            if kept? {
                self.out.push(']');
                return Ok(());
            }
            self.out.truncate(before);
        }
        self.open('[');
        elements(self, usize::MAX)?;
        self.close(']');
        Ok(())
    }

    /// Writes a map as an object.
    pub(super) fn map(&mut self, field: &FieldShape, entries: &[(Key<'_>, Value<'_>)]) -> Outcome<()> {
        let entry = self.schema.child(field);
        let Some((key_field, value_field)) = entry.entry() else { return Ok(()) };
        self.open('{');
        for (key, value) in entries {
            if self.is_full() {
                break;
            }
            self.element();
            match key {
                Key::Text(text) => self.bytes(key_field, text)?,
                Key::Scalar(bits) => {
                    let is_quoted_anyway = writes_quotes(key_field.kind);
                    if !is_quoted_anyway {
                        self.out.push('"');
                    }
                    self.scalar(key_field, *bits);
                    if !is_quoted_anyway {
                        self.out.push('"');
                    }
                }
            }
            self.colon();
            self.value(value_field, value).map_err(|fault| fault.under_index(key_field.show_key(key)))?;
        }
        self.close('}');
        Ok(())
    }

    /// Writes one value.
    pub(super) fn value(&mut self, field: &FieldShape, value: &Value<'_>) -> Outcome<()> {
        match value {
            Value::Scalar(bits) => self.scalar(field, *bits),
            Value::Bytes(bytes) => return self.bytes(field, bytes),
            Value::Message(message) => {
                let child = self.schema.child(field);
                return self.message(&child, message);
            }
        }
        Ok(())
    }

    fn scalar(&mut self, field: &FieldShape, bits: u64) {
        let out = &mut self.out;
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
            FieldKind::Uint32 | FieldKind::Fixed32 => push(out, bits),
            FieldKind::Uint64 | FieldKind::Fixed64 => push(out, format_args!("\"{bits}\"")),
            FieldKind::Int64 | FieldKind::Sint64 | FieldKind::Sfixed64 => {
                push(out, format_args!("\"{}\"", signed(field.kind, bits)));
            }
            FieldKind::Enum => {
                let number = bits as i32;
                let known = field.enumeration.as_ref();
                if known.is_some_and(|known| known.is_null_value) {
                    out.push_str("null");
                } else if let Some(name) = known.and_then(|known| known.name(number)) {
                    push_string(out, name);
                } else {
                    push(out, number);
                }
            }
            _ => push(out, signed(field.kind, bits)),
        }
    }

    /// Writes a string, or bytes as base64.
    pub(super) fn bytes(&mut self, field: &FieldShape, bytes: &[u8]) -> Outcome<()> {
        let bytes = self.wanted(bytes);
        if field.kind == FieldKind::Bytes {
            self.base64(bytes);
            return Ok(());
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => self.text(text),
            // A character may be cut in two where the wanted part ends.
            Err(error) if error.error_len().is_none() && self.options.most_bytes == Some(bytes.len()) => {
                push_string(&mut self.out, &String::from_utf8_lossy(&bytes[..error.valid_up_to()]));
            }
            Err(_) if self.is_tolerant() => self.text(&String::from_utf8_lossy(bytes)),
            Err(error) => {
                return Err(MessageError::unwritable(Misfit::NotUtf8(error.valid_up_to())));
            }
        }
        Ok(())
    }

    pub(super) fn base64(&mut self, bytes: &[u8]) {
        self.out.push('"');
        for part in bytes.chunks(PART) {
            if self.schema.is_stopped() {
                break;
            }
            STANDARD.encode_string(part, &mut self.out);
        }
        self.out.push('"');
    }

    /// Writes a string.
    fn text(&mut self, mut text: &str) {
        self.out.push('"');
        while !text.is_empty() && !self.schema.is_stopped() {
            let (part, rest) = text.split_at(text.floor_char_boundary(PART));
            push_escaped(&mut self.out, part);
            text = rest;
        }
        self.out.push('"');
    }
}

/// Kinds that JSON writes in quotes wherever they stand.
fn writes_quotes(kind: FieldKind) -> bool {
    matches!(kind, FieldKind::Int64 | FieldKind::Sint64 | FieldKind::Sfixed64 | FieldKind::Uint64 | FieldKind::Fixed64)
}

fn special(value: f64) -> Option<&'static str> {
    if value.is_nan() {
        Some("\"NaN\"")
    } else if value == f64::INFINITY {
        Some("\"Infinity\"")
    } else if value == f64::NEG_INFINITY {
        Some("\"-Infinity\"")
    } else {
        None
    }
}

/// Appends a JSON string.
pub(super) fn push_string(out: &mut String, text: &str) {
    out.push('"');
    push_escaped(out, text);
    out.push('"');
}

/// Appends what stands between the quotes of a JSON string.
fn push_escaped(out: &mut String, text: &str) {
    let mut run = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0x08 => "\\b",
            0x0c => "\\f",
            0..=0x1f => "",
            _ => continue,
        };
        out.push_str(&text[run..at]);
        if escape.is_empty() {
            push(out, format_args!("\\u{byte:04x}"));
        } else {
            out.push_str(escape);
        }
        run = at + 1;
    }
    out.push_str(&text[run..]);
}
