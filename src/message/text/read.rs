//! Text format to a message.

use std::borrow::Cow;
use std::ops::Range;

use super::lex::{Lexer, Number, Scalar};
use crate::message::error::{MessageError, MessageErrorKind, Outcome, nearest};
use crate::message::misfit::{Expected, Found, Misfit};
use crate::message::shape::{FieldKind, FieldShape, Label, MAX_DEPTH, Schema, Shape, WellKnown};
use crate::message::value::{FieldValue, Key, Message, Value, bits_of};
use crate::message::wire::encode;

/// Reads one message.
pub(super) struct Reader<'r, 't> {
    lex: Lexer<'t>,
    schema: &'r Schema<'r>,
    ignore_unknown: bool,
    depth: usize,
}

impl<'r, 't> Reader<'r, 't> {
    pub fn new(schema: &'r Schema<'r>, text: &'t str, ignore_unknown: bool) -> Self {
        Self { lex: Lexer::new(text), schema, ignore_unknown, depth: 0 }
    }

    /// Reads the whole text as one message.
    pub fn whole(mut self, shape: &Shape) -> Outcome<Message<'t>> {
        self.body(shape, None, 0..0)
    }

    /// Counts one message deeper while `read` reads it.
    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Outcome<T>) -> Outcome<T> {
        if self.depth >= MAX_DEPTH {
            let at = self.lex.at;
            return Err(MessageError::at(at..at, Misfit::TooDeep(MAX_DEPTH)));
        }
        self.depth += 1;
        let done = read(self);
        self.depth -= 1;
        done
    }

    /// Reads fields up to `close`, or the end of the text.
    fn body(&mut self, shape: &Shape, close: Option<u8>, opened: Range<usize>) -> Outcome<Message<'t>> {
        self.deeper(|reader| {
            let mut message = Message::default();
            loop {
                match (reader.lex.peek(), close) {
                    (None, None) => break,
                    (None, Some(_)) => {
                        return Err(MessageError::at(opened, Misfit::OpenMessage));
                    }
                    (Some(byte), Some(close)) if byte == close => {
                        reader.lex.at += 1;
                        break;
                    }
                    _ => reader.field(shape, &mut message)?,
                }
                if !reader.lex.eat(b',') {
                    reader.lex.eat(b';');
                }
            }
            message.settle_maps(reader.schema, shape);
            match message.missing(shape, opened) {
                Some(fault) => Err(fault),
                None => Ok(message),
            }
        })
    }

    /// Reads `{ … }` or `< … >`.
    fn block(&mut self, shape: &Shape) -> Outcome<Message<'t>> {
        let close = match self.lex.peek() {
            Some(b'{') => b'}',
            Some(b'<') => b'>',
            _ => return Err(self.lex.unexpected(Expected::Block(shape.name.clone()))),
        };
        let opened = self.lex.at..self.lex.at + 1;
        self.lex.at += 1;
        self.body(shape, Some(close), opened)
    }

    fn field(&mut self, shape: &Shape, message: &mut Message<'t>) -> Outcome<()> {
        let start = self.lex.peek();
        let begin = self.lex.at;
        if start == Some(b'[') {
            let (name, span) = self.lex.bracketed_name()?;
            if name.contains('/') {
                return self.any(shape, message, &name, span);
            }
            let key = format!("[{name}]");
            return match shape.fields.iter().find(|field| field.is_extension && field.name == name) {
                Some(field) => self.known(shape, field, message, &span).map_err(|fault| fault.under(&key)),
                None if self.ignore_unknown => self.skip_field(),
                None => Err(MessageError::at(span, Misfit::UnknownExtension { name: key, of: shape.name.clone() })),
            };
        }
        if start.is_some_and(|byte| byte.is_ascii_digit()) {
            if self.ignore_unknown {
                self.lex.number(&Expected::FieldName)?;
                return self.skip_field();
            }
            return Err(self.lex.unexpected(Expected::FieldName));
        }
        let (name, span) = self.lex.word(&Expected::FieldName)?;
        let by_index = shape.index_by_json_name(name).map(|index| &shape.fields[index]);
        let found = by_index
            .filter(|field| !field.is_extension && field.name == name)
            .or_else(|| shape.fields.iter().find(|field| !field.is_extension && field.name == name))
            .or_else(|| shape.fields.iter().find(|field| field.kind == FieldKind::Group && field.text_name == name));
        match found {
            Some(field) => self.known(shape, field, message, &span).map_err(|fault| fault.under(name)),
            None if self.ignore_unknown || shape.reserved_names.iter().any(|reserved| reserved == name) => {
                self.skip_field()
            }
            None => {
                let near = nearest(name, shape.fields.iter().map(|field| field.text_name.as_str())).map(str::to_owned);
                let said = Misfit::UnknownField { name: name.to_owned(), of: shape.name.clone(), near };
                Err(MessageError::at(begin..span.end, said))
            }
        }
    }

    fn known(
        &mut self,
        shape: &Shape,
        field: &FieldShape,
        message: &mut Message<'t>,
        name_span: &Range<usize>,
    ) -> Outcome<()> {
        let has_colon = self.lex.eat(b':');
        if !has_colon && !field.kind.is_message() {
            return Err(self.lex.unexpected(Expected::Mark(':')));
        }
        if field.label != Label::Singular && self.lex.peek() == Some(b'[') {
            self.lex.at += 1;
            if self.lex.eat(b']') {
                return Ok(());
            }
            loop {
                self.element(field, message)?;
                if self.lex.eat(b']') {
                    return Ok(());
                }
                if !self.lex.eat(b',') {
                    return Err(self.lex.unexpected(Expected::EitherMark(',', ']')));
                }
            }
        }
        if field.label != Label::Singular {
            return self.element(field, message);
        }
        if message.has(field.number) {
            return Err(MessageError::at(name_span.clone(), Misfit::FieldTwice));
        }
        if let Some(rival) = message.rival(shape, field).and_then(|number| shape.field(number)) {
            return Err(MessageError::at(name_span.clone(), Misfit::OneofSet(rival.name.clone())));
        }
        let value = self.value(field)?;
        message.set(shape, field, value);
        Ok(())
    }

    /// Reads one element of a list or map.
    fn element(&mut self, field: &FieldShape, message: &mut Message<'t>) -> Outcome<()> {
        if field.label != Label::Map {
            let index = match message.get(field.number) {
                Some(FieldValue::Bytes(list)) => list.len(),
                Some(FieldValue::Messages(list)) => list.len(),
                _ => 0,
            };
            let value = self.value(field).map_err(|fault| fault.under_index(index))?;
            message.push(field, value);
            return Ok(());
        }
        let entry = self.schema.child(field);
        let Some((key_field, value_field)) = entry.entry() else { return Ok(()) };
        let read = self.block(&entry)?;
        let mut key = Value::zero(key_field.kind);
        let mut value = Value::zero(value_field.kind);
        for (number, part) in read.fields {
            match part {
                FieldValue::One(part) if number == key_field.number => key = part,
                FieldValue::One(part) => value = part,
                _ => {}
            }
        }
        match key {
            Value::Bytes(key) => message.push_entry(field.number, Key::Text(key), value),
            Value::Scalar(key) => message.push_entry(field.number, Key::Scalar(key), value),
            Value::Message(_) => {}
        }
        Ok(())
    }

    fn value(&mut self, field: &FieldShape) -> Outcome<Value<'t>> {
        if field.kind.is_message() {
            let child = self.schema.child(field);
            return Ok(Value::Message(Box::new(self.block(&child)?)));
        }
        let expected = match field.kind {
            FieldKind::Bytes => Expected::QuotedBytes,
            _ => field.expected(),
        };
        let (scalar, span) = self.lex.scalar(&expected)?;
        let mismatch = |found: &dyn Fn(String) -> Found| {
            let written = self.lex.slice(span.clone()).to_owned();
            Err(MessageError::mismatch(span.clone(), expected.clone(), found(written)))
        };
        let bits = match (field.kind, scalar) {
            (FieldKind::String, Scalar::Bytes(bytes)) => {
                if field.must_be_utf8 && std::str::from_utf8(&bytes).is_err() {
                    return mismatch(&Found::NotUtf8);
                }
                return Ok(Value::Bytes(Cow::Owned(bytes)));
            }
            (FieldKind::Bytes, Scalar::Bytes(bytes)) => return Ok(Value::Bytes(Cow::Owned(bytes))),
            (FieldKind::Bool, Scalar::Word { is_negative: false, word: "true" | "True" | "t" }) => Some(1),
            (FieldKind::Bool, Scalar::Word { is_negative: false, word: "false" | "False" | "f" }) => Some(0),
            (FieldKind::Bool, Scalar::Number { is_negative: false, number: Number::Integer(bit @ 0..=1), .. }) => {
                Some(bit)
            }
            (FieldKind::Double, scalar) => float(&scalar).map(f64::to_bits),
            (FieldKind::Float, scalar) => float_single(&scalar).map(|value| u64::from(value.to_bits())),
            (FieldKind::Enum, Scalar::Word { is_negative: false, word }) => {
                let Some(known) = &field.enumeration else { return mismatch(&Found::Written) };
                let Some(number) = known.number(word) else {
                    return match known.nearest(word) {
                        Some(near) => mismatch(&|written| Found::Near { written, near: near.to_owned() }),
                        None => mismatch(&Found::Written),
                    };
                };
                Some(i64::from(number).cast_unsigned())
            }
            (kind, Scalar::Number { is_negative, number: Number::Integer(value), .. })
                if !matches!(kind, FieldKind::Bool | FieldKind::String | FieldKind::Bytes) =>
            {
                let value = if is_negative { -i128::from(value) } else { i128::from(value) };
                let Some(bits) = bits_of(kind, value) else { return mismatch(&Found::OutOfRange) };
                if field.enumeration.as_ref().is_some_and(|known| !known.takes(bits as i32)) {
                    return mismatch(&Found::NotInEnum);
                }
                Some(bits)
            }
            _ => None,
        };
        match bits {
            Some(bits) => Ok(Value::Scalar(bits)),
            None => mismatch(&Found::Written),
        }
    }

    /// `[type.googleapis.com/pkg.Type] { … }`.
    fn any(&mut self, shape: &Shape, message: &mut Message<'t>, url: &str, span: Range<usize>) -> Outcome<()> {
        if shape.well_known != Some(WellKnown::Any) {
            return Err(MessageError::at(span, Misfit::NoAny { of: shape.name.clone(), url: url.to_owned() }));
        }
        if !message.fields.is_empty() {
            return Err(MessageError::at(span, Misfit::AnyFull));
        }
        let content_shape =
            self.schema.any_type(url).ok_or_else(|| MessageError::unknown_any(span, url, MessageErrorKind::Input))?;
        self.lex.eat(b':');
        let content = self.block(&content_shape).map_err(|fault| fault.under(&format!("[{url}]")))?;
        message.put(1, FieldValue::One(Value::Bytes(Cow::Owned(url.as_bytes().to_vec()))));
        let bytes = encode(self.schema, &content_shape, &content);
        if !bytes.is_empty() {
            message.put(2, FieldValue::One(Value::Bytes(Cow::Owned(bytes))));
        }
        Ok(())
    }

    /// Reads past the value of a field that is not known.
    fn skip_field(&mut self) -> Outcome<()> {
        let has_colon = self.lex.eat(b':');
        match self.lex.peek() {
            Some(b'{' | b'<') => self.skip_block(),
            _ if !has_colon => Err(self.lex.unexpected(Expected::EitherMark(':', '{'))),
            Some(b'[') => {
                self.lex.at += 1;
                if self.lex.eat(b']') {
                    return Ok(());
                }
                loop {
                    match self.lex.peek() {
                        Some(b'{' | b'<') => self.skip_block()?,
                        _ => drop(self.lex.scalar(&Expected::Value)?),
                    }
                    if self.lex.eat(b']') {
                        return Ok(());
                    }
                    self.lex.expect(b',')?;
                }
            }
            _ => self.lex.scalar(&Expected::Value).map(drop),
        }
    }

    fn skip_block(&mut self) -> Outcome<()> {
        self.deeper(|reader| {
            let close = if reader.lex.eat(b'<') {
                b'>'
            } else {
                reader.lex.expect(b'{')?;
                b'}'
            };
            while !reader.lex.eat(close) {
                match reader.lex.peek() {
                    Some(b'[') => drop(reader.lex.bracketed_name()?),
                    Some(b'0'..=b'9') => {
                        reader.lex.number(&Expected::FieldName)?;
                    }
                    _ => {
                        reader.lex.word(&Expected::FieldName)?;
                    }
                }
                reader.skip_field()?;
                if !reader.lex.eat(b',') {
                    reader.lex.eat(b';');
                }
            }
            Ok(())
        })
    }
}

/// A number's text, where it is decimal: neither hexadecimal nor octal is a float.
fn decimal<'t>(scalar: &Scalar<'t>) -> Option<(bool, &'t str)> {
    match scalar {
        Scalar::Number { is_negative, number: Number::Decimal(text), .. } => Some((*is_negative, *text)),
        Scalar::Number { is_negative, number: Number::Integer(_), digits } => {
            let is_decimal = *digits == "0" || !digits.starts_with('0');
            is_decimal.then_some((*is_negative, *digits))
        }
        _ => None,
    }
}

fn special(scalar: &Scalar<'_>) -> Option<f64> {
    let Scalar::Word { is_negative, word } = scalar else { return None };
    let value = match word.to_ascii_lowercase().as_str() {
        "inf" | "infinity" => f64::INFINITY,
        "nan" => f64::NAN,
        _ => return None,
    };
    Some(if *is_negative { -value } else { value })
}

fn float(scalar: &Scalar<'_>) -> Option<f64> {
    if let Some(value) = special(scalar) {
        return Some(value);
    }
    let (is_negative, text) = decimal(scalar)?;
    let value: f64 = text.parse().ok()?;
    Some(if is_negative { -value } else { value })
}

fn float_single(scalar: &Scalar<'_>) -> Option<f32> {
    if let Some(value) = special(scalar) {
        return Some(value as f32);
    }
    let (is_negative, text) = decimal(scalar)?;
    let value: f32 = text.parse().ok()?;
    Some(if is_negative { -value } else { value })
}
