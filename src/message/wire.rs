//! Wire bytes, both ways (protobuf.dev/programming-guides/encoding).

use std::borrow::Cow;

use super::MessageError;
use super::error::{Fault, Outcome};
use super::misfit::{Expected, Found, Misfit, WireFault};
use super::shape::{FieldKind, FieldShape, Label, MAX_DEPTH, Schema, Shape};
use super::value::{Elements, FieldValue, Key, Message, Value, canonical, fixed_width, push_scalar};
use crate::schema::MessageType;

/// Parses `bytes` as `ty` and gives them back re-encoded, unknown fields kept (the conformance suite's bin → bin).
pub fn check_wire(ty: &MessageType, bytes: &[u8]) -> Result<Vec<u8>, MessageError> {
    let schema = Schema::new(ty, &[], None);
    let shape = schema.root(ty);
    let message = decode(&schema, &shape, bytes, 0).map_err(|fault| *fault)?;
    if schema.saw_required.get() {
        message.check_required(&schema, &shape).map_err(|fault| *fault)?;
    }
    Ok(encode(&schema, &shape, &message))
}

const VARINT: u32 = 0;
const FIXED64: u32 = 1;
const LENGTH: u32 = 2;
const GROUP: u32 = 3;
const END_GROUP: u32 = 4;
const FIXED32: u32 = 5;

/// Numbers of the fields of a message set's item.
const ITEM: u32 = 1;
const ITEM_TYPE: u32 = 2;
const ITEM_MESSAGE: u32 = 3;

/// Reads a varint at `at` and moves past it; `None` where it is cut off or longer than 64 bits.
pub(super) fn read_varint(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let first = *bytes.get(*at)?;
    if first < 0x80 {
        *at += 1;
        return Some(u64::from(first));
    }
    let mut value = 0_u64;
    for (index, byte) in bytes[*at..].iter().take(10).enumerate() {
        if index == 9 && *byte > 1 {
            return None;
        }
        value |= u64::from(byte & 0x7f) << (7 * index);
        if *byte < 0x80 {
            *at += index + 1;
            return Some(value);
        }
    }
    None
}

/// Appends a varint.
pub(super) fn push_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn varint_len(value: u64) -> usize {
    (70 - (value | 1).leading_zeros() as usize) / 7
}

/// Where a record of unknown meaning begins, and what it says of itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tag {
    pub start: usize,
    pub number: u32,
    pub wire_type: u32,
}

/// A place in wire bytes.
pub(super) struct Cursor<'a> {
    pub bytes: &'a [u8],
    pub at: usize,
}

fn broken(what: WireFault) -> Fault {
    MessageError::at(0..0, what)
}

impl<'a> Cursor<'a> {
    pub fn is_done(&self) -> bool {
        self.at >= self.bytes.len()
    }

    pub fn tag(&mut self) -> Outcome<Tag> {
        let start = self.at;
        let tag = self.varint()?;
        let tag = u32::try_from(tag).ok().filter(|tag| tag >> 3 != 0 && self.at - start <= 5);
        let tag = tag.ok_or_else(|| broken(WireFault::FieldNumber))?;
        Ok(Tag { start, number: tag >> 3, wire_type: tag & 7 })
    }

    pub fn varint(&mut self) -> Outcome<u64> {
        read_varint(self.bytes, &mut self.at).ok_or_else(|| {
            if self.bytes.len() - self.at < 10 { broken(WireFault::CutNumber) } else { broken(WireFault::LongNumber) }
        })
    }

    pub fn take(&mut self, length: usize) -> Outcome<&'a [u8]> {
        let end = self.at.checked_add(length).filter(|end| *end <= self.bytes.len());
        let end = end.ok_or_else(|| broken(WireFault::CutLength))?;
        let taken = &self.bytes[self.at..end];
        self.at = end;
        Ok(taken)
    }

    pub fn delimited(&mut self) -> Outcome<&'a [u8]> {
        let length = self.varint()?;
        self.take(usize::try_from(length).unwrap_or(usize::MAX))
    }

    pub fn fixed(&mut self, width: usize) -> Outcome<u64> {
        let mut bits = [0_u8; 8];
        bits[..width].copy_from_slice(self.take(width)?);
        Ok(u64::from_le_bytes(bits))
    }

    /// Moves past the record that `tag` began.
    pub fn skip(&mut self, tag: Tag, depth: usize) -> Outcome<()> {
        match tag.wire_type {
            VARINT => self.varint().map(drop),
            FIXED64 => self.take(8).map(drop),
            LENGTH => self.delimited().map(drop),
            FIXED32 => self.take(4).map(drop),
            GROUP => {
                too_deep(depth)?;
                loop {
                    let inner = self.tag()?;
                    if inner.wire_type == END_GROUP {
                        return same_group(tag.number, inner.number);
                    }
                    self.skip(inner, depth + 1)?;
                }
            }
            END_GROUP => Err(broken(WireFault::EndWithoutGroup)),
            _ => Err(broken(WireFault::WireType)),
        }
    }

    fn scalar(&mut self, kind: FieldKind) -> Outcome<u64> {
        match fixed_width(kind) {
            Some(width) => self.fixed(width),
            None => Ok(canonical(kind, self.varint()?)),
        }
    }
}

fn same_group(begun: u32, ended: u32) -> Outcome<()> {
    if begun == ended { Ok(()) } else { Err(broken(WireFault::OtherGroup)) }
}

fn too_deep(depth: usize) -> Outcome<()> {
    if depth < MAX_DEPTH { Ok(()) } else { Err(MessageError::at(0..0, Misfit::TooDeep(MAX_DEPTH))) }
}

fn wire_type(kind: FieldKind) -> u32 {
    match kind {
        FieldKind::String | FieldKind::Bytes | FieldKind::Message => LENGTH,
        FieldKind::Group => GROUP,
        scalar => match fixed_width(scalar) {
            Some(4) => FIXED32,
            Some(_) => FIXED64,
            None => VARINT,
        },
    }
}

/// Reads a whole message. `depth` counts the messages around it.
pub(super) fn decode<'a>(schema: &Schema<'_>, shape: &Shape, bytes: &'a [u8], depth: usize) -> Outcome<Message<'a>> {
    let mut message = Message::default();
    merge(schema, shape, &mut message, &mut Cursor { bytes, at: 0 }, None, depth)?;
    // Once, at the end: a message may come in any number of parts.
    if schema.saw_map.get() {
        message.settle_all(schema, shape);
    }
    Ok(message)
}

/// Reads fields into `message` up to the end of the bytes, or of `group`.
fn merge<'a>(
    schema: &Schema<'_>,
    shape: &Shape,
    message: &mut Message<'a>,
    cursor: &mut Cursor<'a>,
    group: Option<u32>,
    depth: usize,
) -> Outcome<()> {
    too_deep(depth)?;
    loop {
        schema.goes_on()?;
        if cursor.is_done() {
            if group.is_some() {
                return Err(broken(WireFault::CutGroup));
            }
            break;
        }
        let tag = cursor.tag()?;
        if tag.wire_type == END_GROUP {
            match group {
                Some(number) => same_group(number, tag.number)?,
                None => return Err(broken(WireFault::EndWithoutGroup)),
            }
            break;
        }
        if shape.is_message_set && tag.number == ITEM && tag.wire_type == GROUP {
            merge_item(schema, shape, message, cursor, tag, depth)?;
            continue;
        }
        let field = shape.field(tag.number);
        let is_known = match field {
            Some(field) => merge_field(schema, shape, field, message, cursor, tag, depth)
                .map_err(|fault| fault.under(&field.name))?,
            None => false,
        };
        if !is_known {
            cursor.skip(tag, depth)?;
            message.unknown.extend_from_slice(&cursor.bytes[tag.start..cursor.at]);
        }
    }
    Ok(())
}

/// Reads one record of a field; false, with nothing read, where its wire type is another's.
fn merge_field<'a>(
    schema: &Schema<'_>,
    shape: &Shape,
    field: &FieldShape,
    message: &mut Message<'a>,
    cursor: &mut Cursor<'a>,
    tag: Tag,
    depth: usize,
) -> Outcome<bool> {
    let kind = field.kind;
    if field.label == Label::Repeated && kind.is_scalar() && tag.wire_type == LENGTH {
        let packed = cursor.delimited()?;
        merge_packed(schema, field, message, packed)?;
        return Ok(true);
    }
    if tag.wire_type != wire_type(kind) {
        return Ok(false);
    }
    if field.label == Label::Map {
        return merge_entry(schema, field, message, cursor, tag, depth);
    }
    if kind.is_message() {
        let child = schema.child(field);
        let mut appended = Message::default();
        let target = if field.label == Label::Repeated {
            &mut appended
        } else {
            message.clear_rivals(shape, field);
            message.message_mut(field.number)
        };
        let merged = if kind == FieldKind::Group {
            merge(schema, &child, target, cursor, Some(field.number), depth + 1)
        } else {
            let bytes = cursor.delimited()?;
            merge(schema, &child, target, &mut Cursor { bytes, at: 0 }, None, depth + 1)
        };
        if field.label != Label::Repeated {
            merged?;
            return Ok(true);
        }
        let index = || match message.get(field.number) {
            Some(FieldValue::Messages(list)) => list.len(),
            _ => 0,
        };
        merged.map_err(|fault| fault.under_index(index()))?;
        message.push_message(field.number, appended);
        return Ok(true);
    }
    let value = if kind.is_bytes() {
        let bytes = cursor.delimited()?;
        check_utf8(field, bytes)?;
        Value::Bytes(Cow::Borrowed(bytes))
    } else {
        let bits = cursor.scalar(kind)?;
        if field.enumeration.as_ref().is_some_and(|known| !known.takes(bits as i32)) {
            message.unknown.extend_from_slice(&cursor.bytes[tag.start..cursor.at]);
            return Ok(true);
        }
        Value::Scalar(bits)
    };
    if field.label == Label::Repeated {
        message.push(field, value);
    } else {
        message.set(shape, field, value);
    }
    Ok(true)
}

fn check_utf8(field: &FieldShape, bytes: &[u8]) -> Outcome<()> {
    if field.kind == FieldKind::String && field.must_be_utf8 && std::str::from_utf8(bytes).is_err() {
        return Err(MessageError::mismatch(0..0, Expected::Utf8, Found::Bytes));
    }
    Ok(())
}

/// Adds a packed list, as it is where every element is in its shortest form.
fn merge_packed<'a>(
    schema: &Schema<'_>,
    field: &FieldShape,
    message: &mut Message<'a>,
    packed: &'a [u8],
) -> Outcome<()> {
    let kind = field.kind;
    if let Some(width) = fixed_width(kind) {
        if !packed.len().is_multiple_of(width) {
            return Err(broken(WireFault::CutPacked));
        }
        message.push_packed(field, Cow::Borrowed(packed));
        return Ok(());
    }
    let closed = field.enumeration.as_ref().filter(|known| known.is_closed);
    let mut cursor = Cursor { bytes: packed, at: 0 };
    let mut is_clean = true;
    while !cursor.is_done() {
        schema.goes_on()?;
        let start = cursor.at;
        let bits = cursor.varint()?;
        let kept = canonical(kind, bits);
        is_clean &= kept == bits
            && varint_len(bits) == cursor.at - start
            && closed.is_none_or(|known| known.takes(bits as i32));
    }
    if is_clean {
        message.push_packed(field, Cow::Borrowed(packed));
        return Ok(());
    }
    let mut kept = Vec::with_capacity(packed.len());
    for bits in Elements::new(packed, kind) {
        schema.goes_on()?;
        let bits = canonical(kind, bits);
        if closed.is_none_or(|known| known.takes(bits as i32)) {
            push_varint(&mut kept, bits);
        } else {
            push_unknown_varint(&mut message.unknown, field.number, bits);
        }
    }
    message.push_packed(field, Cow::Owned(kept));
    Ok(())
}

/// Keeps a number that its field cannot hold.
pub(super) fn push_unknown_varint(unknown: &mut Vec<u8>, number: u32, bits: u64) {
    push_varint(unknown, tag_of(number, VARINT));
    push_varint(unknown, bits);
}

fn merge_entry<'a>(
    schema: &Schema<'_>,
    field: &FieldShape,
    message: &mut Message<'a>,
    cursor: &mut Cursor<'a>,
    tag: Tag,
    depth: usize,
) -> Outcome<bool> {
    let entry = schema.child(field);
    let Some((key_field, value_field)) = entry.entry() else { return Ok(false) };
    let bytes = cursor.delimited()?;
    let mut inner = Cursor { bytes, at: 0 };
    let mut read = Message::default();
    let mut has_unknown_enum = false;
    while !inner.is_done() {
        let inner_tag = inner.tag()?;
        let part = [key_field, value_field].into_iter().find(|part| part.number == inner_tag.number);
        let unknown_before = read.unknown.len();
        let is_known = match part {
            Some(part) => merge_field(schema, &entry, part, &mut read, &mut inner, inner_tag, depth)?,
            None => false,
        };
        has_unknown_enum |= read.unknown.len() != unknown_before;
        if !is_known {
            inner.skip(inner_tag, depth)?;
        }
    }
    if has_unknown_enum {
        message.unknown.extend_from_slice(&cursor.bytes[tag.start..cursor.at]);
        return Ok(true);
    }
    let mut key = Value::zero(key_field.kind);
    let mut value = Value::zero(value_field.kind);
    for (number, part) in read.fields {
        let FieldValue::One(part) = part else { continue };
        if number == key_field.number {
            key = part;
        } else {
            value = part;
        }
    }
    let key = match key {
        Value::Bytes(bytes) => Key::Text(bytes),
        Value::Scalar(bits) => Key::Scalar(bits),
        Value::Message(_) => return Ok(true),
    };
    message.push_entry(field.number, key, value);
    Ok(true)
}

/// Reads one item of a message set; its parts may come in either order.
fn merge_item<'a>(
    schema: &Schema<'_>,
    shape: &Shape,
    message: &mut Message<'a>,
    cursor: &mut Cursor<'a>,
    item: Tag,
    depth: usize,
) -> Outcome<()> {
    too_deep(depth)?;
    let mut type_id = None;
    let mut payload: Option<&'a [u8]> = None;
    loop {
        let tag = cursor.tag()?;
        match (tag.number, tag.wire_type) {
            (number, END_GROUP) => {
                same_group(item.number, number)?;
                break;
            }
            (ITEM_TYPE, VARINT) => {
                let id = cursor.varint()?;
                type_id = type_id.or(u32::try_from(id).ok());
            }
            (ITEM_MESSAGE, LENGTH) => {
                let bytes = cursor.delimited()?;
                payload = payload.or(Some(bytes));
            }
            _ => cursor.skip(tag, depth + 1)?,
        }
    }
    let extension = type_id.and_then(|id| shape.field(id)).filter(|field| field.kind == FieldKind::Message);
    let (Some(field), Some(bytes)) = (extension, payload) else {
        message.unknown.extend_from_slice(&cursor.bytes[item.start..cursor.at]);
        return Ok(());
    };
    let child = schema.child(field);
    let target = message.message_mut(field.number);
    merge(schema, &child, target, &mut Cursor { bytes, at: 0 }, None, depth + 1)
        .map_err(|fault| fault.under(&field.json_name))
}

fn tag_of(number: u32, wire_type: u32) -> u64 {
    u64::from(number) << 3 | u64::from(wire_type)
}

fn tag_len(number: u32) -> usize {
    varint_len(tag_of(number, 0))
}

fn with_length(length: usize) -> usize {
    varint_len(length as u64) + length
}

/// Writes a message; its depth was bounded when it was read.
pub(super) fn encode(schema: &Schema<'_>, shape: &Shape, message: &Message<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(measure(schema, shape, message));
    write(schema, shape, message, &mut out);
    out
}

fn scalar_len(kind: FieldKind, bits: u64) -> usize {
    fixed_width(kind).unwrap_or_else(|| varint_len(bits))
}

/// Works out encoded lengths, inside out, and leaves each in its message.
fn measure(schema: &Schema<'_>, shape: &Shape, message: &Message<'_>) -> usize {
    let mut length = message.unknown.len();
    for (number, value) in &message.fields {
        let Some(field) = shape.field(*number) else { continue };
        let tag = tag_len(*number);
        length += match value {
            FieldValue::One(value) => measure_one(schema, shape, field, value),
            FieldValue::Packed(bytes) if field.is_packed => tag + with_length(bytes.len()),
            FieldValue::Packed(bytes) => bytes.len() + tag * Elements::new(bytes, field.kind).count(),
            FieldValue::Bytes(list) => list.iter().map(|bytes| tag + with_length(bytes.len())).sum(),
            FieldValue::Messages(list) => {
                let child = schema.child(field);
                list.iter().map(|message| framed(field, measure(schema, &child, message))).sum()
            }
            FieldValue::Map(entries) => {
                let entry = schema.child(field);
                let lengths = entries.iter().map(|(key, value)| measure_entry(schema, &entry, key, value));
                lengths.map(|length| tag + with_length(length)).sum()
            }
        };
    }
    message.wire_len.set(length);
    length
}

/// A message of a known length with all that its field puts around it.
fn framed(field: &FieldShape, length: usize) -> usize {
    let tag = tag_len(field.number);
    if field.kind == FieldKind::Group { 2 * tag + length } else { tag + with_length(length) }
}

fn measure_one(schema: &Schema<'_>, shape: &Shape, field: &FieldShape, value: &Value<'_>) -> usize {
    match value {
        Value::Scalar(bits) => tag_len(field.number) + scalar_len(field.kind, *bits),
        Value::Bytes(bytes) => tag_len(field.number) + with_length(bytes.len()),
        Value::Message(message) => {
            let length = measure(schema, &schema.child(field), message);
            if shape.is_message_set {
                let id = varint_len(u64::from(field.number));
                2 * tag_len(ITEM) + tag_len(ITEM_TYPE) + id + tag_len(ITEM_MESSAGE) + with_length(length)
            } else {
                framed(field, length)
            }
        }
    }
}

fn measure_entry(schema: &Schema<'_>, entry: &Shape, key: &Key<'_>, value: &Value<'_>) -> usize {
    let Some((key_field, value_field)) = entry.entry() else { return 0 };
    let key = match key {
        Key::Scalar(bits) => scalar_len(key_field.kind, *bits),
        Key::Text(bytes) => with_length(bytes.len()),
    };
    tag_len(key_field.number) + key + measure_one(schema, entry, value_field, value)
}

/// The length of an entry whose message, if any, was measured before.
fn entry_len(entry: &Shape, key: &Key<'_>, value: &Value<'_>) -> usize {
    let Some((key_field, value_field)) = entry.entry() else { return 0 };
    let key = match key {
        Key::Scalar(bits) => scalar_len(key_field.kind, *bits),
        Key::Text(bytes) => with_length(bytes.len()),
    };
    let value = match value {
        Value::Scalar(bits) => tag_len(value_field.number) + scalar_len(value_field.kind, *bits),
        Value::Bytes(bytes) => tag_len(value_field.number) + with_length(bytes.len()),
        Value::Message(message) => framed(value_field, message.wire_len.get()),
    };
    tag_len(key_field.number) + key + value
}

fn push_delimited(out: &mut Vec<u8>, number: u32, bytes: &[u8]) {
    push_varint(out, tag_of(number, LENGTH));
    push_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn write(schema: &Schema<'_>, shape: &Shape, message: &Message<'_>, out: &mut Vec<u8>) {
    for (number, value) in &message.fields {
        let Some(field) = shape.field(*number) else { continue };
        match value {
            FieldValue::One(value) => write_one(schema, shape, field, value, out),
            FieldValue::Packed(bytes) if field.is_packed => push_delimited(out, *number, bytes),
            FieldValue::Packed(bytes) => {
                let tag = tag_of(*number, wire_type(field.kind));
                for bits in Elements::new(bytes, field.kind) {
                    push_varint(out, tag);
                    push_scalar(out, field.kind, bits);
                }
            }
            FieldValue::Bytes(list) => list.iter().for_each(|bytes| push_delimited(out, *number, bytes)),
            FieldValue::Messages(list) => {
                let child = schema.child(field);
                for message in list {
                    write_framed(schema, &child, field, message, out);
                }
            }
            FieldValue::Map(entries) => {
                let entry = schema.child(field);
                let Some((key_field, value_field)) = entry.entry() else { continue };
                for (key, value) in entries {
                    push_varint(out, tag_of(*number, LENGTH));
                    push_varint(out, entry_len(&entry, key, value) as u64);
                    match key {
                        Key::Scalar(bits) => {
                            push_varint(out, tag_of(key_field.number, wire_type(key_field.kind)));
                            push_scalar(out, key_field.kind, *bits);
                        }
                        Key::Text(bytes) => push_delimited(out, key_field.number, bytes),
                    }
                    write_one(schema, &entry, value_field, value, out);
                }
            }
        }
    }
    out.extend_from_slice(&message.unknown);
}

fn write_one(schema: &Schema<'_>, shape: &Shape, field: &FieldShape, value: &Value<'_>, out: &mut Vec<u8>) {
    match value {
        Value::Scalar(bits) => {
            push_varint(out, tag_of(field.number, wire_type(field.kind)));
            push_scalar(out, field.kind, *bits);
        }
        Value::Bytes(bytes) => push_delimited(out, field.number, bytes),
        Value::Message(message) if shape.is_message_set => {
            push_varint(out, tag_of(ITEM, GROUP));
            push_varint(out, tag_of(ITEM_TYPE, VARINT));
            push_varint(out, u64::from(field.number));
            push_varint(out, tag_of(ITEM_MESSAGE, LENGTH));
            push_varint(out, message.wire_len.get() as u64);
            write(schema, &schema.child(field), message, out);
            push_varint(out, tag_of(ITEM, END_GROUP));
        }
        Value::Message(message) => write_framed(schema, &schema.child(field), field, message, out),
    }
}

fn write_framed(schema: &Schema<'_>, child: &Shape, field: &FieldShape, message: &Message<'_>, out: &mut Vec<u8>) {
    if field.kind == FieldKind::Group {
        push_varint(out, tag_of(field.number, GROUP));
        write(schema, child, message, out);
        push_varint(out, tag_of(field.number, END_GROUP));
    } else {
        push_varint(out, tag_of(field.number, LENGTH));
        push_varint(out, message.wire_len.get() as u64);
        write(schema, child, message, out);
    }
}
