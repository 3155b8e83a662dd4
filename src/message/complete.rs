//! What may stand at a place of a JSON draft, by its type: names of fields, enum values, types of `Any`; and what a key
//! means. The draft may be unfinished; what stands in it is judged by `from_json` alone.

use std::collections::HashSet;
use std::ops::Range;
use std::rc::Rc;

use super::shape::{FieldKind, FieldShape, Label, Schema, Shape, WellKnown};
use crate::schema::{Comments, MessageType};

/// Suggestions at most.
const MOST: usize = 200;
/// Deeper places get none.
const DEEPEST: usize = 200;

/// One thing that may be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Suggestion {
    /// What it is called, without quotes.
    pub label: String,
    /// What is written, quotes and all.
    pub insert: String,
    /// Its type: `int32`, `repeated shop.v1.Item`; the number of an enum value.
    pub detail: String,
    /// The author's comment.
    pub comment: String,
}

/// What may be written at a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// What it takes the place of, in bytes of the draft.
    pub range: Range<usize>,
    /// What of it stands before the caret, without quotes.
    pub typed: String,
    /// Best first; never empty.
    pub suggestions: Vec<Suggestion>,
}

/// What a key of a draft means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyMeaning {
    /// The key with its quotes, in bytes of the draft.
    pub range: Range<usize>,
    /// The field's name in the .proto file.
    pub name: String,
    /// Its type: `int32`, `repeated shop.v1.Item`.
    pub type_name: String,
    /// The author's comment.
    pub comment: String,
}

/// What may be written at `caret` (in bytes) of a draft of a type; `None` where nothing can be said.
pub fn complete(ty: &MessageType, comments: &Comments, text: &str, caret: usize) -> Option<Completion> {
    let place = Place::find(text, caret)?;
    let schema = Schema::new(ty, &[], None);
    let slot = place.slot(&schema, ty);
    let typed = place.typed.to_lowercase();
    let mut found: Vec<(u8, Suggestion)> = Vec::new();
    let mut offer = |suggestion: Suggestion, other_name: &str| {
        let label = suggestion.label.to_lowercase();
        let rank = if label == typed {
            0
        } else if label.starts_with(&typed) {
            1
        } else if label.rsplit(['.', '/']).next().is_some_and(|last| last.starts_with(&typed)) {
            2
        } else if label.contains(&typed) || other_name.to_lowercase().contains(&typed) {
            3
        } else {
            return;
        };
        found.push((rank, suggestion));
    };
    if place.is_key {
        let tail = if place.has_colon { "" } else { ": " };
        let (shape, in_any) = match &slot {
            Slot::Message(shape) => (Some(shape), false),
            Slot::Any(inner) => (inner.as_ref(), true),
            _ => (None, false),
        };
        if in_any && !place.seen.contains("@type") {
            let insert = format!("\"@type\"{tail}");
            let detail = "google.protobuf.Any".to_owned();
            offer(Suggestion { label: "@type".to_owned(), insert, detail, comment: String::new() }, "");
        }
        if let Some(shape) = shape {
            let taken = |field: &FieldShape| {
                (place.seen.contains(&field.json_name) || place.seen.contains(&field.name))
                    && field.json_name != place.typed
            };
            for field in shape.fields.iter().filter(|field| !taken(field)) {
                let insert = format!("{:?}{tail}", field.json_name);
                let comment = field_comment(comments, shape, field);
                let suggestion =
                    Suggestion { label: field.json_name.clone(), insert, detail: type_name(&schema, field), comment };
                offer(suggestion, &field.name);
            }
        }
    } else {
        match &slot {
            Slot::Bool => {
                for word in ["true", "false"] {
                    let detail = "bool".to_owned();
                    offer(
                        Suggestion { label: word.to_owned(), insert: word.to_owned(), detail, comment: String::new() },
                        "",
                    );
                }
            }
            Slot::Enum(descriptor) => {
                for value in descriptor.values() {
                    let suggestion = Suggestion {
                        label: value.name().to_owned(),
                        insert: format!("{:?}", value.name()),
                        detail: value.number().to_string(),
                        comment: comments.of(&format!("{}.{}", descriptor.full_name(), value.name())).to_owned(),
                    };
                    offer(suggestion, "");
                }
            }
            Slot::AnyType => {
                for message in ty.descriptor.parent_pool().all_messages().filter(|message| !message.is_map_entry()) {
                    let label = format!("type.googleapis.com/{}", message.full_name());
                    let insert = format!("{label:?}");
                    let comment = comments.of(message.full_name()).to_owned();
                    offer(Suggestion { label, insert, detail: String::new(), comment }, "");
                }
            }
            _ => {}
        }
    }
    // Stable, so that the author's order stays among equals.
    found.sort_by_key(|(rank, _)| *rank);
    let suggestions: Vec<Suggestion> = found.into_iter().take(MOST).map(|(_, suggestion)| suggestion).collect();
    let is_done = matches!(suggestions.as_slice(), [only] if only.label == place.typed && place.is_whole);
    (!suggestions.is_empty() && !is_done).then_some(Completion { range: place.range, typed: place.typed, suggestions })
}

/// What the key at `at` (in bytes) of a draft means.
pub fn key_meaning(ty: &MessageType, comments: &Comments, text: &str, at: usize) -> Option<KeyMeaning> {
    // A place is inside a token only behind its first character.
    let place = Place::find(text, text.ceil_char_boundary(at + 1))?;
    if !place.is_key || place.name.is_empty() {
        return None;
    }
    let schema = Schema::new(ty, &[], None);
    let (Slot::Message(shape) | Slot::Any(Some(shape))) = place.slot(&schema, ty) else { return None };
    let field = &shape.fields[shape.index_by_json_name(&place.name)?];
    Some(KeyMeaning {
        range: place.range,
        name: field.name.clone(),
        type_name: type_name(&schema, field),
        comment: field_comment(comments, &shape, field),
    })
}

/// `int32`, `repeated shop.v1.Item`, `map<string, int64>`.
pub(super) fn type_name(schema: &Schema<'_>, field: &FieldShape) -> String {
    let own = match &field.enumeration {
        Some(shape) => shape.descriptor.full_name().to_owned(),
        None if field.kind == FieldKind::Bytes => "bytes".to_owned(),
        None => field.expected().to_string(),
    };
    match field.label {
        Label::Singular => own,
        Label::Repeated => format!("repeated {own}"),
        Label::Map => match schema.child(field).entry() {
            Some((key, value)) => format!("map<{}, {}>", type_name(schema, key), type_name(schema, value)),
            None => own,
        },
    }
}

pub(super) fn field_comment(comments: &Comments, shape: &Shape, field: &FieldShape) -> String {
    let name = if field.is_extension { field.name.clone() } else { format!("{}.{}", shape.name, field.name) };
    comments.of(&name).to_owned()
}

/// What is expected where a value may stand.
enum Slot {
    Message(Rc<Shape>),
    /// By the shape of its entries.
    Map(Rc<Shape>),
    /// With the type that it says to hold.
    Any(Option<Rc<Shape>>),
    /// The type's name in an `Any`.
    AnyType,
    Bool,
    Enum(prost_reflect::EnumDescriptor),
    Other,
}

/// An object or array around a place.
#[derive(Default)]
struct Level {
    is_object: bool,
    /// The key whose value is being written.
    key: Option<String>,
    seen: HashSet<String>,
    any_type: Option<String>,
    state: State,
}

/// What stood last in a level.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum State {
    /// Its bracket or a comma: a key, or an element, is next.
    #[default]
    Begins,
    Key,
    Colon,
    Value,
}

/// A place in a draft.
struct Place {
    levels: Vec<Level>,
    is_key: bool,
    /// The whole key that stands there.
    name: String,
    typed: String,
    range: Range<usize>,
    /// A colon follows.
    has_colon: bool,
    /// The caret stands at the end of what is written.
    is_whole: bool,
    /// Keys of the same object that stand before.
    seen: HashSet<String>,
}

impl Place {
    fn find(text: &str, caret: usize) -> Option<Self> {
        let bytes = text.as_bytes();
        let mut levels: Vec<Level> = Vec::new();
        let mut at = 0;
        loop {
            while at < bytes.len() && at < caret && bytes[at].is_ascii_whitespace() {
                at += 1;
            }
            if at >= caret || at >= bytes.len() {
                return Self::at_nothing(levels, text, caret);
            }
            let start = at;
            match bytes[at] {
                b'{' | b'[' => {
                    let level = Level { is_object: bytes[at] == b'{', ..Level::default() };
                    levels.push(level);
                    if levels.len() > DEEPEST {
                        return None;
                    }
                    at += 1;
                }
                b'}' | b']' => {
                    levels.pop()?;
                    if let Some(level) = levels.last_mut() {
                        level.state = State::Value;
                    }
                    at += 1;
                }
                b',' => {
                    let level = levels.last_mut()?;
                    level.state = State::Begins;
                    level.key = None;
                    at += 1;
                }
                b':' => {
                    levels.last_mut()?.state = State::Colon;
                    at += 1;
                }
                b'/' => {
                    let rest = &text[at..];
                    let end = if rest.starts_with("/*") { rest.find("*/").map(|end| end + 2) } else { rest.find('\n') };
                    at += end?;
                    // One to the end of its line goes on at the caret there.
                    if at > caret || (at == caret && !rest.starts_with("/*")) {
                        return None;
                    }
                }
                b'"' => {
                    let (end, is_closed) = string_end(bytes, at + 1);
                    // Behind the closing quote the string is done.
                    if caret < end || (!is_closed && caret <= end) {
                        let shown_end = if is_closed { end } else { caret };
                        let name = text.get(start + 1..end - usize::from(is_closed)).unwrap_or_default();
                        let typed = text.get(start + 1..caret)?.to_owned();
                        let is_whole = !is_closed || caret + 1 == end;
                        return Self::at_token(levels, text, start..shown_end, name.to_owned(), typed, is_whole);
                    }
                    let value = text.get(start + 1..end - 1).unwrap_or_default();
                    take(levels.last_mut()?, Some(value));
                    at = end;
                }
                _ => {
                    let ends = |byte: &u8| byte.is_ascii_whitespace() || b"{}[],:\"/".contains(byte);
                    let end = bytes[at..].iter().position(ends).map_or(bytes.len(), |length| at + length.max(1));
                    if caret <= end {
                        let typed = text.get(start..caret)?.to_owned();
                        let name = text.get(start..end)?.to_owned();
                        return Self::at_token(levels, text, start..end, name, typed, caret == end);
                    }
                    take(levels.last_mut()?, None);
                    at = end;
                }
            }
        }
    }

    fn at_nothing(levels: Vec<Level>, text: &str, caret: usize) -> Option<Self> {
        text.get(..caret)?;
        Self::at_token(levels, text, caret..caret, String::new(), String::new(), false)
    }

    fn at_token(
        mut levels: Vec<Level>,
        text: &str,
        range: Range<usize>,
        name: String,
        typed: String,
        is_whole: bool,
    ) -> Option<Self> {
        let level = levels.last_mut()?;
        let is_key = match (level.is_object, level.state) {
            (true, State::Begins) => true,
            (true, State::Colon) | (false, State::Begins) => false,
            _ => return None,
        };
        let seen = std::mem::take(&mut level.seen);
        let has_colon = text.get(range.end..).is_some_and(|rest| rest.trim_start().starts_with(':'));
        Some(Self { levels, is_key, name, typed, range, has_colon, is_whole, seen })
    }

    /// What is expected at the place: for a key, the object's own type.
    fn slot(&self, schema: &Schema<'_>, ty: &MessageType) -> Slot {
        let mut slot = message_slot(schema.root(ty));
        let last = self.levels.len() - 1;
        for (index, level) in self.levels.iter().enumerate() {
            if let Slot::Any(_) = slot {
                slot = Slot::Any(level.any_type.as_deref().and_then(|url| schema.any_type(url)));
            }
            if index == last && self.is_key {
                return slot;
            }
            if !level.is_object {
                // Elements of a list have the slot of their list, arrays elsewhere none.
                continue;
            }
            let Some(key) = &level.key else { return Slot::Other };
            slot = match slot {
                Slot::Any(_) if key == "@type" => Slot::AnyType,
                Slot::Map(entry) => value_slot(schema, &entry),
                Slot::Message(shape) | Slot::Any(Some(shape)) => match shape.index_by_json_name(key) {
                    Some(index) => field_slot(schema, &shape.fields[index]),
                    None => Slot::Other,
                },
                _ => Slot::Other,
            };
        }
        slot
    }
}

/// Notes a whole token: a string by its content, others as nothing.
fn take(level: &mut Level, string: Option<&str>) {
    match level.state {
        State::Begins if level.is_object => {
            let key = string.unwrap_or_default().to_owned();
            level.seen.insert(key.clone());
            level.key = Some(key);
            level.state = State::Key;
        }
        _ => {
            if level.key.as_deref() == Some("@type") && level.state == State::Colon {
                level.any_type = string.map(str::to_owned);
            }
            level.state = State::Value;
        }
    }
}

/// The byte behind a string and whether it has its closing quote; one that has none ends with its line.
fn string_end(bytes: &[u8], mut at: usize) -> (usize, bool) {
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return (at + 1, true),
            b'\n' => return (at, false),
            _ => at += 1,
        }
    }
    (bytes.len(), false)
}

fn message_slot(shape: Rc<Shape>) -> Slot {
    match shape.well_known {
        None => Slot::Message(shape),
        Some(WellKnown::Any) => Slot::Any(None),
        Some(_) => Slot::Other,
    }
}

/// What a field's value is; for lists that of an element.
fn field_slot(schema: &Schema<'_>, field: &FieldShape) -> Slot {
    match field.kind {
        FieldKind::Bool => Slot::Bool,
        FieldKind::Enum => field.enumeration.as_ref().map_or(Slot::Other, |shape| Slot::Enum(shape.descriptor.clone())),
        FieldKind::Message | FieldKind::Group if field.label == Label::Map => Slot::Map(schema.child(field)),
        FieldKind::Message | FieldKind::Group => message_slot(schema.child(field)),
        _ => Slot::Other,
    }
}

/// What the values of a map are.
fn value_slot(schema: &Schema<'_>, entry: &Shape) -> Slot {
    entry.entry().map_or(Slot::Other, |(_, value)| field_slot(schema, value))
}

#[cfg(test)]
#[path = "complete_tests.rs"]
mod tests;
