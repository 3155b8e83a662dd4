//! JSON text to a message: fields, lists, maps, scalars. Well-known types are in `read_known`.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::lex::Lexer;
use crate::message::MessageError;
use crate::message::error::{Fault, Outcome, nearest};
use crate::message::misfit::{Expected, Found, Misfit};
use crate::message::number::{NoInteger, is_json_number, parse_integer};
use crate::message::shape::{EnumShape, FieldKind, FieldShape, Label, MAX_DEPTH, Schema, Shape, WellKnown};
use crate::message::value::{Key, Message, Value, bits_of};
use crate::message::wire::push_unknown_varint;

/// Reads one value.
pub(super) struct Reader<'r, 't> {
    pub(super) lex: Lexer<'t>,
    pub(super) schema: &'r Schema<'r>,
    pub(super) ignore_unknown: bool,
    depth: usize,
}

/// Which fields of an object stood before.
#[derive(Default)]
struct Seen {
    low: u64,
    rest: HashSet<usize>,
}

impl Seen {
    /// False where it was there.
    fn insert(&mut self, index: usize) -> bool {
        if index >= 64 {
            return self.rest.insert(index);
        }
        let bit = 1 << index;
        let is_new = self.low & bit == 0;
        self.low |= bit;
        is_new
    }
}

impl<'r, 't> Reader<'r, 't> {
    pub fn new(schema: &'r Schema<'r>, text: &'t str, ignore_unknown: bool, is_relaxed: bool) -> Self {
        Self { lex: Lexer::new(text, is_relaxed), schema, ignore_unknown, depth: 0 }
    }

    /// Reads the whole text as one message.
    pub fn whole(mut self, shape: &Shape) -> Outcome<Message<'t>> {
        let message = self.message(shape)?;
        self.lex.end()?;
        Ok(message)
    }

    /// Reads a message in the form that its type has.
    pub(super) fn message(&mut self, shape: &Shape) -> Outcome<Message<'t>> {
        self.deeper(|reader| match shape.well_known {
            None => reader.object(shape, false),
            Some(known) => reader.well_known(known, shape),
        })
    }

    /// Counts one message deeper while `read` reads it.
    pub(super) fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Outcome<T>) -> Outcome<T> {
        self.schema.goes_on()?;
        if self.depth >= MAX_DEPTH {
            let at = self.lex.at;
            return Err(MessageError::at(at..at, Misfit::TooDeep(MAX_DEPTH)));
        }
        self.depth += 1;
        let done = read(self);
        self.depth -= 1;
        done
    }

    /// Reads an object's fields. In an `Any` the key `@type` was read before.
    pub(super) fn object(&mut self, shape: &Shape, in_any: bool) -> Outcome<Message<'t>> {
        if !self.lex.eat(b'{')? {
            return Err(self.lex.unexpected(Expected::Object(shape.name.clone())));
        }
        let start = self.lex.at - 1;
        let mut message = Message::default();
        let mut seen = Seen::default();
        let mut has_type = false;
        let mut goes_on = !self.lex.eat(b'}')?;
        while goes_on {
            self.lex.peek()?;
            let key_start = self.lex.at;
            let key = self.lex.string(&Expected::FieldNameOrEnd)?;
            let key_span = key_start..self.lex.at;
            self.lex.colon()?;
            match shape.index_by_json_name(&key) {
                Some(index) => {
                    let field = &shape.fields[index];
                    if !seen.insert(index) {
                        return Err(MessageError::at(key_span, Misfit::FieldTwice).under(&key));
                    }
                    self.field(shape, field, &mut message, &key_span).map_err(|fault| fault.under(&key))?;
                }
                None if in_any && key == "@type" => {
                    if std::mem::replace(&mut has_type, true) {
                        return Err(MessageError::at(key_span, Misfit::FieldTwice).under(&key));
                    }
                    self.lex.skip()?;
                }
                // Some writers treat Empty as the other well-known types.
                None if in_any && key == "value" && is_empty_type(shape) => {
                    self.lex.skip()?;
                }
                None if self.ignore_unknown => {
                    self.lex.skip()?;
                }
                None => return Err(unknown_field(shape, &key, key_span)),
            }
            goes_on = self.lex.comma_or(b'}')?;
        }
        if let Some(fault) = message.missing(shape, start..start + 1) {
            return Err(fault);
        }
        Ok(message)
    }

    fn field(
        &mut self,
        shape: &Shape,
        field: &FieldShape,
        message: &mut Message<'t>,
        key_span: &Range<usize>,
    ) -> Outcome<()> {
        if self.lex.peek()? == Some(b'n') && !(field.label == Label::Singular && self.takes_null(field)) {
            if self.lex.eat_word("null")? {
                return Ok(());
            }
            return Err(self.lex.unexpected(field.expected()));
        }
        match field.label {
            Label::Singular => {
                if let Some(rival) = message.rival(shape, field).and_then(|number| shape.field(number)) {
                    return Err(MessageError::at(key_span.clone(), Misfit::OneofSet(rival.name.clone())));
                }
                if let Some(value) = self.value(field, message)? {
                    message.set(shape, field, value);
                }
                Ok(())
            }
            Label::Repeated => self.list(field, message),
            Label::Map => self.map(field, message),
        }
    }

    /// Whether `null` is a value of this field rather than none.
    fn takes_null(&self, field: &FieldShape) -> bool {
        match field.kind {
            FieldKind::Message => self.schema.child(field).well_known == Some(WellKnown::Value),
            FieldKind::Enum => field.enumeration.as_ref().is_some_and(|known| known.is_null_value),
            _ => false,
        }
    }

    fn list(&mut self, field: &FieldShape, message: &mut Message<'t>) -> Outcome<()> {
        if !self.lex.eat(b'[')? {
            return Err(self.lex.unexpected(Expected::ArrayOf(Box::new(field.expected()))));
        }
        let mut index = 0_usize;
        let mut goes_on = !self.lex.eat(b']')?;
        while goes_on {
            if let Some(value) = self.value(field, message).map_err(|fault| fault.under_index(index))? {
                message.push(field, value);
            }
            index += 1;
            goes_on = self.lex.comma_or(b']')?;
        }
        Ok(())
    }

    pub(super) fn map(&mut self, field: &FieldShape, message: &mut Message<'t>) -> Outcome<()> {
        let entry = self.schema.child(field);
        let Some((key_field, value_field)) = entry.entry() else { return Ok(()) };
        if !self.lex.eat(b'{')? {
            return Err(self.lex.unexpected(Expected::Map));
        }
        let mut seen = HashSet::new();
        let mut goes_on = !self.lex.eat(b'}')?;
        while goes_on {
            self.lex.peek()?;
            let key_start = self.lex.at;
            let text = self.lex.string(&Expected::MapKeyOrEnd)?;
            let key_span = key_start..self.lex.at;
            self.lex.colon()?;
            let key = map_key(key_field, text, &key_span)?;
            let shown = || key_field.show_key(&key);
            if !seen.insert(key.clone()) {
                return Err(MessageError::at(key_span, Misfit::KeyTwice).under_index(shown()));
            }
            let unknown_before = message.unknown.len();
            let value = self.value(value_field, message).map_err(|fault| fault.under_index(shown()))?;
            // An enum number that a closed enum lacks would have gone among the unknown fields, as field 2 of this one.
            message.unknown.truncate(unknown_before);
            if let Some(value) = value {
                message.push_entry(field.number, key, value);
            }
            goes_on = self.lex.comma_or(b'}')?;
        }
        message.sort_map(key_field, field.number);
        Ok(())
    }

    /// Reads one value of a field; none where an unknown enum value is left out.
    pub(super) fn value(&mut self, field: &FieldShape, message: &mut Message<'t>) -> Outcome<Option<Value<'t>>> {
        self.schema.goes_on()?;
        let value = match field.kind {
            FieldKind::Message | FieldKind::Group => {
                let child = self.schema.child(field);
                Value::Message(Box::new(self.message(&child)?))
            }
            FieldKind::String => Value::Bytes(into_bytes(self.lex.string(&Expected::scalar("string"))?)),
            FieldKind::Bytes => Value::Bytes(Cow::Owned(self.base64(field)?)),
            FieldKind::Bool => {
                if self.lex.eat_word("true")? {
                    Value::Scalar(1)
                } else if self.lex.eat_word("false")? {
                    Value::Scalar(0)
                } else {
                    return Err(self.lex.unexpected(Expected::scalar("bool")));
                }
            }
            FieldKind::Enum => {
                let Some(known) = &field.enumeration else { return Err(self.lex.unexpected(Expected::scalar("enum"))) };
                let Some(number) = self.enumeration(known, field)? else { return Ok(None) };
                let bits = i64::from(number).cast_unsigned();
                if !known.takes(number) {
                    push_unknown_varint(&mut message.unknown, field.number, bits);
                    return Ok(None);
                }
                Value::Scalar(bits)
            }
            FieldKind::Double | FieldKind::Float => Value::Scalar(self.float(field)?),
            _ => Value::Scalar(self.integer(field)?),
        };
        Ok(Some(value))
    }

    /// A number, or one in quotes: its text and place.
    fn number(&mut self, expected: &Expected) -> Outcome<(Cow<'t, str>, Range<usize>)> {
        if self.lex.peek()? != Some(b'"') {
            let start = self.lex.at;
            let number = self.lex.number(expected)?;
            return Ok((Cow::Borrowed(number), start..self.lex.at));
        }
        let start = self.lex.at;
        let text = self.lex.string(expected)?;
        Ok((text, start..self.lex.at))
    }

    fn integer(&mut self, field: &FieldShape) -> Outcome<u64> {
        self.lex.peek()?;
        let start = self.lex.at;
        if let Some(plain) = self.lex.plain_integer() {
            if let Some(bits) = bits_of(field.kind, i128::from(plain)) {
                return Ok(bits);
            }
            self.lex.at = start;
        }
        let expected = field.expected();
        let (text, span) = self.number(&expected)?;
        if !is_json_number(&text) {
            return Err(MessageError::mismatch(span, expected, Found::Written(format!("{text:?}"))));
        }
        integer_bits(field, &text, span)
    }

    fn float(&mut self, field: &FieldShape) -> Outcome<u64> {
        let expected = field.expected();
        let (text, span) = self.number(&expected)?;
        let is_quoted = self.lex.at - span.start > text.len();
        let is_single = field.kind == FieldKind::Float;
        let special = match &*text {
            "NaN" if is_quoted => Some(f64::NAN),
            "Infinity" if is_quoted => Some(f64::INFINITY),
            "-Infinity" if is_quoted => Some(f64::NEG_INFINITY),
            _ => None,
        };
        if let Some(value) = special {
            return Ok(if is_single { u64::from((value as f32).to_bits()) } else { value.to_bits() });
        }
        if !is_json_number(&text) {
            return Err(MessageError::mismatch(span, expected, Found::Written(format!("{text:?}"))));
        }
        let bits = if is_single {
            text.parse::<f32>().ok().filter(|value| value.is_finite()).map(|value| u64::from(value.to_bits()))
        } else {
            text.parse::<f64>().ok().filter(|value| value.is_finite()).map(f64::to_bits)
        };
        bits.ok_or_else(|| MessageError::mismatch(span, expected, Found::OutOfRange(text.to_string())))
    }

    /// An enum's number; none where its name is unknown and that is to be ignored.
    fn enumeration(&mut self, known: &EnumShape, field: &FieldShape) -> Outcome<Option<i32>> {
        match self.lex.peek()? {
            Some(b'"') => {
                let start = self.lex.at;
                let name = self.lex.string(&Expected::scalar("enum"))?;
                let span = start..self.lex.at;
                match known.number(&name) {
                    Some(number) => Ok(Some(number)),
                    None if self.ignore_unknown => Ok(None),
                    None => {
                        let found = match known.nearest(&name) {
                            Some(near) => Found::Near { written: format!("{name:?}"), near: near.to_owned() },
                            None => Found::Written(format!("{name:?}")),
                        };
                        Err(MessageError::mismatch(span, field.expected(), found))
                    }
                }
            }
            Some(b'n') if known.is_null_value && self.lex.eat_word("null")? => Ok(Some(0)),
            Some(b'-' | b'0'..=b'9') => {
                let start = self.lex.at;
                let number = self.lex.number(&Expected::scalar("enum"))?;
                integer_bits(field, number, start..self.lex.at).map(|bits| Some(bits as i32))
            }
            _ => Err(self.lex.unexpected(field.expected())),
        }
    }

    fn base64(&mut self, field: &FieldShape) -> Outcome<Vec<u8>> {
        const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true);
        const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
        const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);
        self.lex.peek()?;
        let start = self.lex.at;
        let text = self.lex.string(&field.expected())?;
        let is_url_safe = text.bytes().any(|byte| matches!(byte, b'-' | b'_'));
        let decoded = if is_url_safe { URL_SAFE.decode(&*text) } else { STANDARD.decode(&*text) };
        decoded.map_err(|error| MessageError::mismatch(start..self.lex.at, field.expected(), Found::NotBase64(error)))
    }
}

fn is_empty_type(shape: &Shape) -> bool {
    shape.name == "google.protobuf.Empty"
}

/// A key that no field has.
pub(super) fn unknown_field(shape: &Shape, key: &str, span: Range<usize>) -> Fault {
    let near = nearest(key, shape.json_names()).map(str::to_owned);
    MessageError::at(span, Misfit::UnknownField { name: key.to_owned(), of: shape.name.clone(), near })
}

pub(super) fn into_bytes(text: Cow<'_, str>) -> Cow<'_, [u8]> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    }
}

/// The bits of a written integer in the field's own width.
fn integer_bits(field: &FieldShape, text: &str, span: Range<usize>) -> Outcome<u64> {
    let expected = || match field.kind {
        FieldKind::Enum => Expected::EnumNumber,
        _ => field.expected(),
    };
    match parse_integer(text) {
        Ok(number) => bits_of(field.kind, number)
            .ok_or_else(|| MessageError::mismatch(span, expected(), Found::OutOfRange(text.to_string()))),
        Err(NoInteger::TooLarge) => Err(MessageError::mismatch(span, expected(), Found::OutOfRange(text.to_string()))),
        Err(NoInteger::Fraction) => Err(MessageError::mismatch(span, expected(), Found::Fraction(text.to_owned()))),
    }
}

fn map_key<'t>(field: &FieldShape, text: Cow<'t, str>, span: &Range<usize>) -> Outcome<Key<'t>> {
    match field.kind {
        FieldKind::String => Ok(Key::Text(into_bytes(text))),
        FieldKind::Bool => match &*text {
            "true" => Ok(Key::Scalar(1)),
            "false" => Ok(Key::Scalar(0)),
            _ => Err(MessageError::mismatch(span.clone(), Expected::QuotedBool, Found::Written(format!("{text:?}")))),
        },
        _ if !is_json_number(&text) => Err(MessageError::mismatch(
            span.clone(),
            Expected::InQuotes(Box::new(field.expected())),
            Found::Written(format!("{text:?}")),
        )),
        _ => integer_bits(field, &text, span.clone()).map(Key::Scalar),
    }
}
