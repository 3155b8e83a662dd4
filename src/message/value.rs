//! One message in memory: what every reader makes and every writer walks.
//!
//! Strings and bytes borrow from the input where they can, and lists of numbers stay in their packed wire form, so a
//! value costs little more than its bytes.

use std::borrow::Cow;
use std::cell::Cell;
use std::cmp::Ordering;

use super::error::{Fault, MessageError, Outcome};
use super::misfit::Misfit;
use super::shape::{FieldKind, FieldShape, Schema, Shape};
use super::wire::{push_varint, read_varint};

/// A message; which type it has is known to whoever walks it.
#[derive(Clone, Debug, Default)]
pub(super) struct Message<'a> {
    /// By number.
    pub fields: Vec<(u32, FieldValue<'a>)>,
    /// Records of unknown fields as they came.
    pub unknown: Vec<u8>,
    /// Encoded length, worked out before writing.
    pub wire_len: Cell<usize>,
}

/// What a field holds.
#[derive(Clone, Debug)]
pub(super) enum FieldValue<'a> {
    /// A singular field.
    One(Value<'a>),
    /// Numbers, enums, bools: elements back to back as on the wire, each in its shortest form.
    Packed(Cow<'a, [u8]>),
    /// Strings and byte strings.
    Bytes(Vec<Cow<'a, [u8]>>),
    /// Messages and groups.
    Messages(Vec<Message<'a>>),
    /// Map entries; sorted by key, each key once, when a reader is done.
    Map(Vec<(Key<'a>, Value<'a>)>),
}

/// A single value.
#[derive(Clone, Debug)]
pub(super) enum Value<'a> {
    /// As on the wire: the varint (zigzag kept), or the bits of a fixed-width number.
    Scalar(u64),
    /// String or bytes.
    Bytes(Cow<'a, [u8]>),
    /// Message or group.
    Message(Box<Message<'a>>),
}

/// A map key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key<'a> {
    /// As [`Value::Scalar`].
    Scalar(u64),
    /// A string's bytes.
    Text(Cow<'a, [u8]>),
}

impl Value<'_> {
    /// The value of a field that is not there.
    pub fn zero(kind: FieldKind) -> Self {
        if kind.is_message() {
            Self::Message(Box::default())
        } else if kind.is_bytes() {
            Self::Bytes(Cow::Borrowed(&[]))
        } else {
            Self::Scalar(0)
        }
    }

    fn is_zero(&self) -> bool {
        match self {
            Self::Scalar(bits) => *bits == 0,
            Self::Bytes(bytes) => bytes.is_empty(),
            Self::Message(_) => false,
        }
    }
}

impl<'a> Message<'a> {
    pub fn get(&self, number: u32) -> Option<&FieldValue<'a>> {
        self.position(number).ok().map(|at| &self.fields[at].1)
    }

    /// A singular scalar of a well-known type; zero where it is not there.
    pub fn scalar(&self, number: u32) -> u64 {
        match self.get(number) {
            Some(FieldValue::One(Value::Scalar(bits))) => *bits,
            _ => 0,
        }
    }

    /// A singular string or bytes of a well-known type; empty where it is not there.
    pub fn bytes(&self, number: u32) -> &[u8] {
        match self.get(number) {
            Some(FieldValue::One(Value::Bytes(bytes))) => bytes,
            _ => &[],
        }
    }

    /// Fields mostly come in the order of their numbers, so the end is looked at first.
    fn position(&self, number: u32) -> Result<usize, usize> {
        match self.fields.last() {
            None => Err(0),
            Some((last, _)) if *last < number => Err(self.fields.len()),
            Some((last, _)) if *last == number => Ok(self.fields.len() - 1),
            Some(_) => self.fields.binary_search_by_key(&number, |(number, _)| *number),
        }
    }

    pub fn has(&self, number: u32) -> bool {
        self.position(number).is_ok()
    }

    pub fn remove(&mut self, number: u32) {
        if let Ok(at) = self.position(number) {
            self.fields.remove(at);
        }
    }

    /// Sets a field whatever its type says; for building well-known types.
    pub fn put(&mut self, number: u32, value: FieldValue<'a>) {
        match self.position(number) {
            Ok(at) => self.fields[at].1 = value,
            Err(at) => self.fields.insert(at, (number, value)),
        }
    }

    /// Sets a singular field: other members of its oneof go, and a zero without presence is not kept.
    pub fn set(&mut self, shape: &Shape, field: &FieldShape, value: Value<'a>) {
        self.clear_rivals(shape, field);
        if field.drops_zero() && value.is_zero() {
            self.remove(field.number);
        } else {
            self.put(field.number, FieldValue::One(value));
        }
    }

    /// Removes the other members of a field's oneof.
    pub fn clear_rivals(&mut self, shape: &Shape, field: &FieldShape) {
        if let Some(oneof) = field.oneof {
            for number in shape.oneofs[oneof].1.iter().filter(|number| **number != field.number) {
                self.remove(*number);
            }
        }
    }

    /// The member of this field's oneof that is already there, if another.
    pub fn rival(&self, shape: &Shape, field: &FieldShape) -> Option<u32> {
        let members = &shape.oneofs[field.oneof?].1;
        members.iter().copied().find(|number| *number != field.number && self.has(*number))
    }

    fn entry(&mut self, number: u32, empty: impl FnOnce() -> FieldValue<'a>) -> &mut FieldValue<'a> {
        let at = match self.position(number) {
            Ok(at) => at,
            Err(at) => {
                self.fields.insert(at, (number, empty()));
                at
            }
        };
        &mut self.fields[at].1
    }

    /// The singular message of a field, made if need be.
    pub fn message_mut(&mut self, number: u32) -> &mut Message<'a> {
        let value = self.entry(number, || FieldValue::One(Value::Message(Box::default())));
        if !matches!(value, FieldValue::One(Value::Message(_))) {
            *value = FieldValue::One(Value::Message(Box::default()));
        }
        match value {
            FieldValue::One(Value::Message(message)) => message,
            // Made so just above.
            _ => unreachable!(),
        }
    }

    /// Appends one element to a list of numbers.
    pub fn push_scalar(&mut self, field: &FieldShape, bits: u64) {
        if let FieldValue::Packed(bytes) = self.entry(field.number, || FieldValue::Packed(Cow::Owned(Vec::new()))) {
            push_scalar(bytes.to_mut(), field.kind, bits);
        }
    }

    /// Appends elements in their packed form.
    pub fn push_packed(&mut self, field: &FieldShape, more: Cow<'a, [u8]>) {
        if more.is_empty() {
            return;
        }
        if let FieldValue::Packed(bytes) = self.entry(field.number, || FieldValue::Packed(Cow::Borrowed(&[]))) {
            if bytes.is_empty() {
                *bytes = more;
            } else {
                bytes.to_mut().extend_from_slice(&more);
            }
        }
    }

    /// Appends one element of any type to a list.
    pub fn push(&mut self, field: &FieldShape, value: Value<'a>) {
        match value {
            Value::Scalar(bits) => self.push_scalar(field, bits),
            Value::Bytes(bytes) => {
                if let FieldValue::Bytes(list) = self.entry(field.number, || FieldValue::Bytes(Vec::new())) {
                    list.push(bytes);
                }
            }
            Value::Message(message) => self.push_message(field.number, *message),
        }
    }

    pub fn push_message(&mut self, number: u32, message: Message<'a>) {
        if let FieldValue::Messages(list) = self.entry(number, || FieldValue::Messages(Vec::new())) {
            list.push(message);
        }
    }

    pub fn push_entry(&mut self, number: u32, key: Key<'a>, value: Value<'a>) {
        if let FieldValue::Map(entries) = self.entry(number, || FieldValue::Map(Vec::new())) {
            entries.push((key, value));
        }
    }

    /// Sorts the maps by key; of entries with one key the last stays.
    pub fn settle_maps(&mut self, schema: &Schema<'_>, shape: &Shape) {
        for (number, value) in &mut self.fields {
            let FieldValue::Map(entries) = value else { continue };
            let Some(field) = shape.field(*number) else { continue };
            let entry = schema.child(field);
            let Some((key_field, _)) = entry.entry() else { continue };
            let is_ascending = entries.windows(2).all(|pair| key_field.order(&pair[0].0, &pair[1].0).is_lt());
            if is_ascending {
                continue;
            }
            entries.sort_by(|left, right| key_field.order(&left.0, &right.0));
            entries.dedup_by(|later, kept| {
                let same = later.0 == kept.0;
                if same {
                    std::mem::swap(later, kept);
                }
                same
            });
        }
    }

    /// [`Self::settle_maps`], here and below.
    pub fn settle_all(&mut self, schema: &Schema<'_>, shape: &Shape) {
        if schema.is_stopped() {
            return;
        }
        self.settle_maps(schema, shape);
        for (number, value) in &mut self.fields {
            let Some(field) = shape.field(*number) else { continue };
            if !field.kind.is_message() {
                continue;
            }
            let child = schema.child(field);
            match value {
                FieldValue::One(Value::Message(message)) => message.settle_all(schema, &child),
                FieldValue::Messages(list) => list.iter_mut().for_each(|message| message.settle_all(schema, &child)),
                FieldValue::Map(entries) => {
                    let Some((_, value_field)) = child.entry() else { continue };
                    let child = schema.child(value_field);
                    for (_, value) in entries {
                        let Value::Message(message) = value else { break };
                        message.settle_all(schema, &child);
                    }
                }
                _ => {}
            }
        }
    }

    /// Sorts one map whose keys are known to differ.
    pub fn sort_map(&mut self, key_field: &FieldShape, number: u32) {
        if let Ok(at) = self.position(number)
            && let FieldValue::Map(entries) = &mut self.fields[at].1
        {
            entries.sort_by(|left, right| key_field.order(&left.0, &right.0));
        }
    }

    /// Fails where a required field is missing, here or below.
    pub fn check_required(&self, schema: &Schema<'_>, shape: &Shape) -> Outcome<()> {
        schema.goes_on()?;
        if let Some(fault) = self.missing(shape, 0..0) {
            return Err(fault);
        }
        for (number, value) in &self.fields {
            let Some(field) = shape.field(*number) else { continue };
            match value {
                FieldValue::One(Value::Message(message)) => {
                    message.check_required(schema, &schema.child(field)).map_err(|fault| fault.under(&field.name))?;
                }
                FieldValue::Messages(list) => {
                    let child = schema.child(field);
                    for (index, message) in list.iter().enumerate() {
                        message
                            .check_required(schema, &child)
                            .map_err(|fault| fault.under_index(index).under(&field.name))?;
                    }
                }
                FieldValue::Map(entries) => {
                    let entry = schema.child(field);
                    let Some((key_field, value_field)) = entry.entry() else { continue };
                    for (key, value) in entries {
                        let Value::Message(message) = value else { break };
                        message
                            .check_required(schema, &schema.child(value_field))
                            .map_err(|fault| fault.under_index(key_field.show_key(key)).under(&field.name))?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The fault of a required field that is missing here.
    pub fn missing(&self, shape: &Shape, span: std::ops::Range<usize>) -> Option<Fault> {
        if !shape.has_required {
            return None;
        }
        let field = shape.fields.iter().find(|field| field.is_required && !self.has(field.number))?;
        Some(MessageError::at(span, Misfit::Missing { name: field.name.clone(), of: shape.name.clone() }))
    }
}

impl FieldShape {
    /// Signed keys by value, strings by bytes.
    pub fn order(&self, left: &Key<'_>, right: &Key<'_>) -> Ordering {
        match (left, right) {
            (Key::Scalar(left), Key::Scalar(right)) => self.number_order(*left).cmp(&self.number_order(*right)),
            (Key::Text(left), Key::Text(right)) => left.cmp(right),
            (Key::Scalar(_), Key::Text(_)) => Ordering::Less,
            (Key::Text(_), Key::Scalar(_)) => Ordering::Greater,
        }
    }

    fn number_order(&self, bits: u64) -> i128 {
        match self.kind {
            FieldKind::Uint32 | FieldKind::Uint64 | FieldKind::Fixed32 | FieldKind::Fixed64 | FieldKind::Bool => {
                i128::from(bits)
            }
            kind => i128::from(signed(kind, bits)),
        }
    }

    /// A map key as paths show it.
    pub fn show_key(&self, key: &Key<'_>) -> String {
        match key {
            Key::Text(text) => format!("{:?}", String::from_utf8_lossy(text)),
            Key::Scalar(bits) if self.kind == FieldKind::Bool => (*bits != 0).to_string(),
            Key::Scalar(bits) => self.number_order(*bits).to_string(),
        }
    }
}

/// The number that wire bits stand for, of the signed kinds.
pub(super) fn signed(kind: FieldKind, bits: u64) -> i64 {
    match kind {
        FieldKind::Sint32 | FieldKind::Sint64 => (bits >> 1).cast_signed() ^ -(bits & 1).cast_signed(),
        FieldKind::Sfixed32 => i64::from((bits as u32).cast_signed()),
        _ => bits.cast_signed(),
    }
}

/// The wire bits of a number, where the kind can hold it.
pub(super) fn bits_of(kind: FieldKind, number: i128) -> Option<u64> {
    Some(match kind {
        FieldKind::Int32 | FieldKind::Enum => i64::from(i32::try_from(number).ok()?).cast_unsigned(),
        FieldKind::Int64 | FieldKind::Sfixed64 => i64::try_from(number).ok()?.cast_unsigned(),
        FieldKind::Uint32 | FieldKind::Fixed32 => u64::from(u32::try_from(number).ok()?),
        FieldKind::Uint64 | FieldKind::Fixed64 => u64::try_from(number).ok()?,
        FieldKind::Sfixed32 => u64::from(i32::try_from(number).ok()?.cast_unsigned()),
        FieldKind::Sint32 => {
            let number = i32::try_from(number).ok()?;
            u64::from(((number << 1) ^ (number >> 31)).cast_unsigned())
        }
        FieldKind::Sint64 => {
            let number = i64::try_from(number).ok()?;
            ((number << 1) ^ (number >> 63)).cast_unsigned()
        }
        _ => return None,
    })
}

/// The shortest form of a varint of this kind: over-long and over-wide ones are cut as the reference does.
pub(super) fn canonical(kind: FieldKind, bits: u64) -> u64 {
    match kind {
        FieldKind::Int32 | FieldKind::Enum => i64::from(bits as i32).cast_unsigned(),
        FieldKind::Uint32 | FieldKind::Sint32 => u64::from(bits as u32),
        FieldKind::Bool => u64::from(bits != 0),
        _ => bits,
    }
}

/// Bytes of one element of a fixed-width kind; `None` for varints.
pub(super) fn fixed_width(kind: FieldKind) -> Option<usize> {
    match kind {
        FieldKind::Float | FieldKind::Fixed32 | FieldKind::Sfixed32 => Some(4),
        FieldKind::Double | FieldKind::Fixed64 | FieldKind::Sfixed64 => Some(8),
        _ => None,
    }
}

/// Appends a scalar without a tag.
pub(super) fn push_scalar(out: &mut Vec<u8>, kind: FieldKind, bits: u64) {
    match fixed_width(kind) {
        Some(4) => out.extend_from_slice(&(bits as u32).to_le_bytes()),
        Some(_) => out.extend_from_slice(&bits.to_le_bytes()),
        None => push_varint(out, bits),
    }
}

/// The elements of a packed list.
pub(super) struct Elements<'p> {
    bytes: &'p [u8],
    kind: FieldKind,
}

impl<'p> Elements<'p> {
    pub fn new(bytes: &'p [u8], kind: FieldKind) -> Self {
        Self { bytes, kind }
    }
}

impl Iterator for Elements<'_> {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        match fixed_width(self.kind) {
            Some(4) => {
                let (head, rest) = self.bytes.split_first_chunk::<4>()?;
                self.bytes = rest;
                Some(u64::from(u32::from_le_bytes(*head)))
            }
            Some(_) => {
                let (head, rest) = self.bytes.split_first_chunk::<8>()?;
                self.bytes = rest;
                Some(u64::from_le_bytes(*head))
            }
            None => {
                let mut at = 0;
                let bits = read_varint(self.bytes, &mut at)?;
                self.bytes = &self.bytes[at..];
                Some(bits)
            }
        }
    }
}
