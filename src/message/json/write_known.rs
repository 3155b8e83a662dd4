//! JSON forms of the well-known types, written.

use super::write::{Writer, push_string};
use crate::message::error::{MessageError, MessageErrorKind, Outcome};
use crate::message::misfit::Misfit;
use crate::message::number::{push, push_f64};
use crate::message::shape::{Shape, WellKnown};
use crate::message::time::{duration_to_text, timestamp_to_text};
use crate::message::value::{FieldValue, Message, Value};
use crate::message::wire::decode;

impl Writer<'_> {
    pub(super) fn well_known(&mut self, known: WellKnown, shape: &Shape, message: &Message<'_>) -> Outcome<()> {
        match known {
            WellKnown::Any => self.any(shape, message),
            WellKnown::Timestamp => self.time(shape, message, timestamp_to_text),
            WellKnown::Duration => self.time(shape, message, duration_to_text),
            WellKnown::FieldMask => self.field_mask(message),
            WellKnown::Struct => {
                if let (Some(field), Some(FieldValue::Map(entries))) = (shape.field(1), message.get(1)) {
                    return self.map(field, entries);
                }
                self.out.push_str("{}");
                Ok(())
            }
            WellKnown::Value => self.any_json(shape, message),
            WellKnown::ListValue => {
                let Some(field) = shape.field(1) else { return Ok(()) };
                let child = self.schema.child(field);
                self.open('[');
                if let Some(FieldValue::Messages(list)) = message.get(1) {
                    for (index, element) in list.iter().enumerate() {
                        self.element();
                        self.message(&child, element).map_err(|fault| fault.under_index(index))?;
                    }
                }
                self.close(']');
                Ok(())
            }
            WellKnown::Wrapper => {
                let Some(field) = shape.field(1) else { return Ok(()) };
                match message.get(1) {
                    Some(FieldValue::One(value)) => self.value(field, value),
                    _ => self.value(field, &Value::zero(field.kind)),
                }
            }
        }
    }

    fn time(
        &mut self,
        shape: &Shape,
        message: &Message<'_>,
        write: impl Fn(i64, i32) -> Option<String>,
    ) -> Outcome<()> {
        let (seconds, nanos) = (message.scalar(1).cast_signed(), message.scalar(2) as i32);
        match write(seconds, nanos) {
            Some(text) => push_string(&mut self.out, &text),
            None if self.is_tolerant() => {
                self.open('{');
                self.key("seconds");
                push(&mut self.out, format_args!("\"{seconds}\""));
                self.key("nanos");
                push(&mut self.out, nanos);
                self.close('}');
            }
            None => {
                return Err(MessageError::unwritable(Misfit::TimeOutOfRange {
                    seconds,
                    nanos,
                    of: shape.name.clone(),
                }));
            }
        }
        Ok(())
    }

    fn field_mask(&mut self, message: &Message<'_>) -> Outcome<()> {
        let mut text = String::new();
        if let Some(FieldValue::Bytes(paths)) = message.get(1) {
            for (index, path) in paths.iter().enumerate() {
                let path = String::from_utf8_lossy(path);
                if index > 0 {
                    text.push(',');
                }
                match camel_case(&path) {
                    Some(camel) => text.push_str(&camel),
                    None if self.is_tolerant() => text.push_str(&path),
                    None => {
                        return Err(MessageError::unwritable(Misfit::MaskPath(path.into_owned())));
                    }
                }
            }
        }
        push_string(&mut self.out, &text);
        Ok(())
    }

    /// `google.protobuf.Value`: any JSON.
    fn any_json(&mut self, shape: &Shape, message: &Message<'_>) -> Outcome<()> {
        for (number, value) in &message.fields {
            let (Some(field), FieldValue::One(value)) = (shape.field(*number), value) else { continue };
            match (number, value) {
                (1, _) => self.out.push_str("null"),
                (2, Value::Scalar(bits)) => {
                    let number = f64::from_bits(*bits);
                    if !number.is_finite() && !self.is_tolerant() {
                        return Err(MessageError::unwritable(Misfit::ValueNumber(number.to_string())));
                    }
                    if number.is_finite() {
                        push_f64(&mut self.out, number);
                    } else {
                        self.value(field, value)?;
                    }
                }
                _ => self.value(field, value)?,
            }
            return Ok(());
        }
        if self.is_tolerant() {
            self.out.push_str("null");
            return Ok(());
        }
        Err(MessageError::unwritable(Misfit::EmptyValue))
    }

    fn any(&mut self, shape: &Shape, message: &Message<'_>) -> Outcome<()> {
        let (url, value) = (message.bytes(1), message.bytes(2));
        if url.is_empty() && value.is_empty() {
            self.out.push_str("{}");
            return Ok(());
        }
        let url = String::from_utf8_lossy(url);
        let before = self.out.len();
        let depth = self.depth;
        let indent = self.indent;
        match self.expanded_any(&url, value) {
            Ok(()) => Ok(()),
            Err(_) if self.is_tolerant() => {
                self.out.truncate(before);
                self.depth = depth;
                self.indent = indent;
                self.open('{');
                self.key("@type");
                push_string(&mut self.out, &url);
                self.key("@value");
                self.base64(value);
                self.close('}');
                Ok(())
            }
            Err(_) if url.is_empty() => Err(MessageError::unwritable(Misfit::AnyUntyped(shape.name.clone()))),
            Err(fault) => Err(fault),
        }
    }

    fn expanded_any(&mut self, url: &str, value: &[u8]) -> Outcome<()> {
        let shape =
            self.schema.any_type(url).ok_or_else(|| MessageError::unknown_any(0..0, url, MessageErrorKind::Output))?;
        let content = decode(self.schema, &shape, value, self.depth).map_err(|fault| match fault.what {
            Misfit::Stopped => fault,
            _ => MessageError::unwritable(Misfit::AnyContent { of: shape.name.clone(), fault }),
        })?;
        if shape.has_required && !self.is_tolerant() {
            content.check_required(self.schema, &shape)?;
        }
        self.open('{');
        self.key("@type");
        push_string(&mut self.out, url);
        if shape.well_known.is_some() {
            self.key("value");
            self.message(&shape, &content)?;
        } else {
            self.depth += 1;
            self.fields(&shape, &content)?;
            self.depth -= 1;
        }
        self.close('}');
        Ok(())
    }
}

/// `foo_bar.baz` to `fooBar.baz`; `None` where the reverse would not give the same.
fn camel_case(path: &str) -> Option<String> {
    let mut camel = String::with_capacity(path.len());
    let mut chars = path.chars();
    while let Some(c) = chars.next() {
        match c {
            'A'..='Z' => return None,
            '_' => match chars.next() {
                Some(next) if next.is_ascii_lowercase() => camel.push(next.to_ascii_uppercase()),
                _ => return None,
            },
            c => camel.push(c),
        }
    }
    Some(camel)
}
