//! An object's fields against the tables of `shape`: names, types, both spellings of durations.
//!
//! Lives here: what holds for every object alike. Absent: what a service is (`read`).

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Form;
use super::fault::{Fault, FaultKind};
use super::shape::{Field, Holds, Shape};
use super::span::parse_nanos;

/// Gathers what is wrong while it reads.
pub(super) struct Reader {
    pub(super) form: Form,
    pub(super) faults: Vec<Fault>,
}

impl Reader {
    pub(super) fn fault(&mut self, path: &str, kind: FaultKind) {
        self.faults.push(Fault::path(path, kind));
    }

    pub(super) fn wrong_type(&mut self, path: &str, expected: &'static str, value: &Value) {
        self.fault(path, FaultKind::WrongType { expected, found: found(value) });
    }

    /// An object by the API's names, with only what Consul knows. Nulls are as good as absent, as Go has it.
    pub(super) fn object(
        &mut self,
        object: &Map<String, Value>,
        shape: &Shape,
        path: &str,
        form: Form,
    ) -> Map<String, Value> {
        let mut out = Map::new();
        let mut spelled: BTreeMap<&str, &str> = BTreeMap::new();
        for (name, value) in object {
            let at = join(path, name);
            let Some(field) = field_named(shape, name, form) else {
                let meant = meant(shape, name, form);
                self.fault(&at, FaultKind::UnknownField { name: name.clone(), meant });
                continue;
            };
            let key = if field.api.is_empty() { field.config } else { field.api };
            if let Some(other) = spelled.insert(key, name) {
                self.fault(&at, FaultKind::GivenTwice { other: other.to_owned() });
                continue;
            }
            if let Some(value) = self.value(value, field.holds, &at, form) {
                out.insert(key.to_owned(), value);
            }
        }
        out
    }

    fn value(&mut self, value: &Value, holds: Holds, path: &str, form: Form) -> Option<Value> {
        if value.is_null() {
            return None;
        }
        match (holds, value) {
            (Holds::Text, Value::String(_)) | (Holds::Flag, Value::Bool(_)) | (Holds::Free, _) => Some(value.clone()),
            (Holds::Number, Value::Number(number)) if number.is_i64() => Some(value.clone()),
            (Holds::Number, Value::Number(number)) if number.is_u64() => {
                self.fault(path, FaultKind::TooLarge(number.to_string()));
                None
            }
            (Holds::Number, Value::Number(number)) if form == Form::Config => {
                // Configuration files have one kind of number.
                let whole = number.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < 1e15);
                if whole.is_none() {
                    self.wrong_type(path, "a whole number", value);
                }
                whole.map(|number| Value::from(number as i64))
            }
            (Holds::Span, Value::String(text)) => {
                let nanos = parse_nanos(text);
                if nanos.is_none() {
                    self.fault(path, FaultKind::NoDuration(text.clone()));
                }
                self.nanos(nanos?, text, path)
            }
            (Holds::Span, Value::Number(number)) if form == Form::Api => {
                let nanos = number.as_i64().or_else(|| number.as_f64().map(|nanos| nanos as i64))?;
                self.nanos(nanos, &number.to_string(), path)
            }
            (Holds::Texts, Value::Array(list)) => Some(self.texts(list, path)),
            (Holds::TextMap, Value::Object(map)) => {
                let mut out = Map::new();
                for (name, value) in map {
                    match value {
                        Value::String(_) => drop(out.insert(name.clone(), value.clone())),
                        Value::Null => drop(out.insert(name.clone(), Value::String(String::new()))),
                        other => self.wrong_type(&join(path, name), "a string", other),
                    }
                }
                Some(Value::Object(out))
            }
            (Holds::TextsMap, Value::Object(map)) => {
                let mut out = Map::new();
                for (name, value) in map {
                    let at = join(path, name);
                    match value {
                        Value::Array(list) => drop(out.insert(name.clone(), self.texts(list, &at))),
                        Value::Null => {}
                        other => self.wrong_type(&at, "a list of strings", other),
                    }
                }
                Some(Value::Object(out))
            }
            (Holds::One(shape), Value::Object(object)) => Some(Value::Object(self.object(object, shape, path, form))),
            // HCL writes a block as a list of one, and its JSON may too.
            (Holds::One(shape), Value::Array(list)) if form == Form::Config && list.len() == 1 => {
                if let Some(Value::Object(object)) = list.first() {
                    return Some(Value::Object(self.object(object, shape, path, form)));
                }
                self.wrong_type(path, "an object", value);
                None
            }
            (Holds::Many(shape), Value::Array(list)) => {
                let mut out = Vec::new();
                for (at, value) in list.iter().enumerate() {
                    let at = format!("{path}[{at}]");
                    match value {
                        Value::Object(object) => out.push(Value::Object(self.object(object, shape, &at, form))),
                        other => self.wrong_type(&at, "an object", other),
                    }
                }
                Some(Value::Array(out))
            }
            (Holds::Named(shape), Value::Object(map)) => {
                let mut out = Map::new();
                for (name, value) in map {
                    let at = join(path, name);
                    match value {
                        Value::Object(object) => {
                            out.insert(name.clone(), Value::Object(self.object(object, shape, &at, form)));
                        }
                        Value::Null => {}
                        other => self.wrong_type(&at, "an object", other),
                    }
                }
                Some(Value::Object(out))
            }
            (holds, other) => {
                let expected = match holds {
                    Holds::Text => "a string",
                    Holds::Flag => "true or false",
                    Holds::Number => "a whole number",
                    Holds::Span if form == Form::Api => "a duration like \"5s\", or nanoseconds",
                    Holds::Span => "a duration like \"5s\"",
                    Holds::Texts => "a list of strings",
                    Holds::Many(_) => "a list of objects",
                    Holds::TextMap | Holds::TextsMap | Holds::One(_) | Holds::Named(_) | Holds::Free => "an object",
                };
                self.wrong_type(path, expected, other);
                None
            }
        }
    }

    fn nanos(&mut self, nanos: i64, text: &str, path: &str) -> Option<Value> {
        let positive = u64::try_from(nanos).ok();
        if positive.is_none() {
            self.fault(path, FaultKind::Negative(text.to_owned()));
        }
        positive.map(Value::from)
    }

    fn texts(&mut self, list: &[Value], path: &str) -> Value {
        let mut out = Vec::new();
        for (at, value) in list.iter().enumerate() {
            if value.is_string() {
                out.push(value.clone());
            } else {
                self.wrong_type(&format!("{path}[{at}]"), "a string", value);
            }
        }
        Value::Array(out)
    }
}

/// The field that a name means in a form, as Consul matches them: without regard to case.
fn field_named<'a>(shape: &'a Shape, name: &str, form: Form) -> Option<&'a Field> {
    let is = |other: &str| !other.is_empty() && other.eq_ignore_ascii_case(name);
    shape.fields.iter().find(|field| match form {
        Form::Api => is(field.api) || field.api_also.iter().any(|other| is(other)),
        Form::Config => is(field.config) || field.config_also.iter().any(|other| is(other)),
    })
}

/// How a field is spelled in this object.
pub(super) fn spelled_in(object: &Map<String, Value>, shape: &Shape, api: &str, form: Form) -> String {
    let is = |name: &&String| field_named(shape, name, form).is_some_and(|field| field.api == api);
    object.keys().find(is).cloned().unwrap_or_else(|| api.to_owned())
}

/// What may have been meant by a name that nobody knows.
fn meant(shape: &Shape, name: &str, form: Form) -> Option<&'static str> {
    let bare = |name: &str| name.replace(['_', '-'], "").to_ascii_lowercase();
    let names = |field: &Field| if form == Form::Api { field.api } else { field.config };
    // The other form's spelling, or that of an answer.
    let other = shape.fields.iter().find(|field| {
        !names(field).is_empty() && [field.api, field.config].iter().any(|known| bare(known) == bare(name))
    });
    if let Some(field) = other {
        return Some(names(field));
    }
    nearest(name, shape.fields.iter().map(names).filter(|name| !name.is_empty()))
}

/// The name that is fewest letters away, if it is few.
pub(super) fn nearest(name: &str, names: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    let most = (lower.chars().count() / 3).min(2);
    names
        .map(|known| (distance(&lower, &known.to_ascii_lowercase()), known))
        .filter(|(distance, _)| *distance <= most)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// Letters to insert, drop, change, or swap with their neighbours, to make one of the other.
fn distance(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().take(64).collect(), to.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (at, letter) in from.iter().enumerate() {
        let mut next = vec![at + 1];
        for (other_at, other) in to.iter().enumerate() {
            let cell = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX / 2);
            let mut best = (cell(&row, other_at) + usize::from(letter != other))
                .min(cell(&row, other_at + 1) + 1)
                .min(cell(&next, other_at) + 1);
            let is_swap =
                at > 0 && other_at > 0 && from.get(at - 1) == Some(other) && to.get(other_at - 1) == Some(letter);
            if is_swap {
                best = best.min(cell(&before, other_at - 1) + 1);
            }
            next.push(best);
        }
        before = std::mem::replace(&mut row, next);
    }
    row.last().copied().unwrap_or_default()
}

pub(super) fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// What a value is, for people.
fn found(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(number) if number.is_f64() => "a number with a point",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
