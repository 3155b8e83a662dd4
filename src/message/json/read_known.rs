//! JSON forms of the well-known types, read.

use std::borrow::Cow;
use std::ops::Range;

use super::read::{Reader, into_bytes, unknown_field};
use crate::message::error::{MessageError, MessageErrorKind, Outcome};
use crate::message::misfit::{Expected, Found, Misfit};
use crate::message::shape::{Shape, WellKnown};
use crate::message::time::{duration_from_text, timestamp_from_text};
use crate::message::value::{FieldValue, Message, Value};
use crate::message::wire::encode;

const NULL: u32 = 1;
const NUMBER: u32 = 2;
const STRING: u32 = 3;
const BOOL: u32 = 4;
const STRUCT: u32 = 5;
const LIST: u32 = 6;

impl<'t> Reader<'_, 't> {
    pub(super) fn well_known(&mut self, known: WellKnown, shape: &Shape) -> Outcome<Message<'t>> {
        match known {
            WellKnown::Any => self.any(),
            WellKnown::Timestamp => self.seconds_and_nanos(Expected::Timestamp, timestamp_from_text),
            WellKnown::Duration => self.seconds_and_nanos(Expected::Duration, duration_from_text),
            WellKnown::FieldMask => self.field_mask(),
            WellKnown::Struct => {
                let mut message = Message::default();
                if let Some(field) = shape.field(1) {
                    self.map(field, &mut message)?;
                }
                Ok(message)
            }
            WellKnown::Value => self.any_json(shape),
            WellKnown::ListValue => self.list_value(shape),
            WellKnown::Wrapper => {
                let mut message = Message::default();
                if let Some(field) = shape.field(1)
                    && let Some(value) = self.value(field, &mut message)?
                {
                    message.set(shape, field, value);
                }
                Ok(message)
            }
        }
    }

    fn seconds_and_nanos(
        &mut self,
        expected: Expected,
        parse: impl Fn(&str) -> Option<(i64, i32)>,
    ) -> Outcome<Message<'t>> {
        self.lex.peek()?;
        let start = self.lex.at;
        let text = self.lex.string(&expected)?;
        let parsed = parse(&text);
        let (seconds, nanos) = parsed
            .ok_or_else(|| MessageError::mismatch(start..self.lex.at, expected, Found::Written(format!("{text:?}"))))?;
        let mut message = Message::default();
        if seconds != 0 {
            message.put(1, FieldValue::One(Value::Scalar(seconds.cast_unsigned())));
        }
        if nanos != 0 {
            message.put(2, FieldValue::One(Value::Scalar(i64::from(nanos).cast_unsigned())));
        }
        Ok(message)
    }

    fn field_mask(&mut self) -> Outcome<Message<'t>> {
        let expected = Expected::FieldMask;
        self.lex.peek()?;
        let start = self.lex.at;
        let text = self.lex.string(&expected)?;
        let mut message = Message::default();
        if text.is_empty() {
            return Ok(message);
        }
        let paths: Option<Vec<Cow<'t, [u8]>>> =
            text.split(',').map(|path| snake_case(path).map(|path| Cow::Owned(path.into_bytes()))).collect();
        let paths = paths
            .ok_or_else(|| MessageError::mismatch(start..self.lex.at, expected, Found::Written(format!("{text:?}"))))?;
        message.put(1, FieldValue::Bytes(paths));
        Ok(message)
    }

    /// `google.protobuf.Value`: any JSON.
    fn any_json(&mut self, shape: &Shape) -> Outcome<Message<'t>> {
        let mut message = Message::default();
        let mut put = |number: u32, value: Value<'t>| message.put(number, FieldValue::One(value));
        match self.lex.peek()? {
            Some(b'"') => put(STRING, Value::Bytes(into_bytes(self.lex.string(&Expected::Value)?))),
            Some(b'-' | b'0'..=b'9') => {
                let start = self.lex.at;
                let number = self.lex.number(&Expected::Value)?;
                let value = number.parse::<f64>().ok().filter(|value| value.is_finite());
                let value = value.ok_or_else(|| {
                    let found = Found::OutOfRange(number.to_owned());
                    MessageError::mismatch(start..self.lex.at, Expected::scalar("double"), found)
                })?;
                put(NUMBER, Value::Scalar(value.to_bits()));
            }
            Some(open @ (b'{' | b'[')) => {
                let number = if open == b'{' { STRUCT } else { LIST };
                if let Some(field) = shape.field(number) {
                    let child = self.schema.child(field);
                    put(number, Value::Message(Box::new(self.message(&child)?)));
                }
            }
            _ => {
                if self.lex.eat_word("null")? {
                    put(NULL, Value::Scalar(0));
                } else if self.lex.eat_word("true")? {
                    put(BOOL, Value::Scalar(1));
                } else if self.lex.eat_word("false")? {
                    put(BOOL, Value::Scalar(0));
                } else {
                    return Err(self.lex.unexpected(Expected::Value));
                }
            }
        }
        Ok(message)
    }

    fn list_value(&mut self, shape: &Shape) -> Outcome<Message<'t>> {
        let mut message = Message::default();
        if !self.lex.eat(b'[')? {
            return Err(self.lex.unexpected(Expected::Array));
        }
        let Some(field) = shape.field(1) else { return Err(self.lex.unexpected(Expected::NoValue)) };
        let child = self.schema.child(field);
        let mut index = 0_usize;
        let mut goes_on = !self.lex.eat(b']')?;
        while goes_on {
            let element = self.message(&child).map_err(|fault| fault.under_index(index))?;
            message.push_message(field.number, element);
            index += 1;
            goes_on = self.lex.comma_or(b']')?;
        }
        Ok(message)
    }

    fn any(&mut self) -> Outcome<Message<'t>> {
        if self.lex.peek()? != Some(b'{') {
            return Err(self.lex.unexpected(Expected::Any));
        }
        let start = self.lex.at;
        let mut message = Message::default();
        let Some((type_url, url_span)) = self.find_type()? else {
            if self.lex.at == start {
                self.lex.skip()?;
                return Ok(message);
            }
            return Err(MessageError::at(start..start + 1, Misfit::AnyWithoutType));
        };
        self.lex.at = start;
        let shape = self
            .schema
            .any_type(&type_url)
            .ok_or_else(|| MessageError::unknown_any(url_span, &type_url, MessageErrorKind::Input))?;
        let content = match shape.well_known {
            None => self.deeper(|reader| reader.object(&shape, true)),
            Some(_) => self.any_of_well_known(&shape),
        }?;
        message.put(1, FieldValue::One(Value::Bytes(into_bytes(type_url))));
        let bytes = encode(self.schema, &shape, &content);
        if !bytes.is_empty() {
            message.put(2, FieldValue::One(Value::Bytes(Cow::Owned(bytes))));
        }
        Ok(message)
    }

    /// The value of the object's `@type`, wherever it stands. Without one the lexer is left at the object's start if
    /// the object is empty, behind it if not.
    fn find_type(&mut self) -> Outcome<Option<(Cow<'t, str>, Range<usize>)>> {
        let start = self.lex.at;
        self.lex.at += 1;
        if self.lex.eat(b'}')? {
            self.lex.at = start;
            return Ok(None);
        }
        let mut found = None;
        let mut is_first = true;
        loop {
            self.lex.peek()?;
            let key_start = self.lex.at;
            let key = self.lex.string(&Expected::FieldName)?;
            let key_end = self.lex.at;
            self.lex.colon()?;
            if key == "@type" {
                if found.is_some() {
                    return Err(MessageError::at(key_start..key_end, Misfit::TypeTwice));
                }
                self.lex.peek()?;
                let at = self.lex.at;
                let url = self.lex.string(&Expected::TypeUrl)?;
                if url.rsplit('/').next().is_none_or(str::is_empty) {
                    return Err(MessageError::mismatch(
                        at..self.lex.at,
                        Expected::TypeUrl,
                        Found::Written(format!("{url:?}")),
                    ));
                }
                found = Some((url, at..self.lex.at));
                if is_first {
                    // The usual place: what follows is read once, and a second @type is caught there.
                    return Ok(found);
                }
            } else {
                self.lex.skip()?;
            }
            is_first = false;
            if !self.lex.comma_or(b'}')? {
                return Ok(found);
            }
        }
    }

    fn any_of_well_known(&mut self, shape: &Shape) -> Outcome<Message<'t>> {
        self.lex.eat(b'{')?;
        let start = self.lex.at - 1;
        let mut content = None;
        let mut has_type = false;
        loop {
            self.lex.peek()?;
            let key_start = self.lex.at;
            let key = self.lex.string(&Expected::FieldName)?;
            let span = key_start..self.lex.at;
            self.lex.colon()?;
            match &*key {
                "@type" if !has_type => {
                    has_type = true;
                    self.lex.skip()?;
                }
                "value" if content.is_none() => {
                    content = Some(self.message(shape).map_err(|fault| fault.under("value"))?);
                }
                "@type" | "value" => return Err(MessageError::at(span, Misfit::FieldTwice).under(&key)),
                _ if self.ignore_unknown => {
                    self.lex.skip()?;
                }
                _ => return Err(unknown_field(shape, &key, span)),
            }
            if !self.lex.comma_or(b'}')? {
                break;
            }
        }
        content.ok_or_else(|| MessageError::at(start..start + 1, Misfit::AnyWithoutValue(shape.name.clone())))
    }
}

/// `fooBar.baz` to `foo_bar.baz`; `None` where the reverse would not give the same.
fn snake_case(path: &str) -> Option<String> {
    let mut snake = String::with_capacity(path.len() + 4);
    for c in path.chars() {
        match c {
            '_' => return None,
            c if c.is_ascii_uppercase() => {
                snake.push('_');
                snake.push(c.to_ascii_lowercase());
            }
            c => snake.push(c),
        }
    }
    Some(snake)
}
