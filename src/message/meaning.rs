//! What a place of a written value means by its type: the field's name and type, its comment, what kind of value stands
//! there. Paths are those of errors: `child[0].uid`, names as in the .proto file.

use std::rc::Rc;

use prost_reflect::EnumDescriptor;

use super::complete::{field_comment, type_name};
use super::shape::{FieldKind, FieldShape, Label, Schema, Shape, WellKnown};
use crate::schema::{Comments, MessageType};

/// One step on the way from the whole value to a place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathStep {
    /// Member or element.
    pub name: StepName,
    /// `@type` of the object in which it stands, where that is an `Any`.
    pub any_type: Option<String>,
}

/// How a step is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepName {
    /// A member's key, without quotes and escapes.
    Key(String),
    /// An element's number, from 0.
    Index(u32),
}

/// What kind of value stands at a place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ValueKind {
    /// A whole number.
    Integer,
    /// `float`, `double`.
    Float,
    /// `bool`.
    Bool,
    /// Text.
    String,
    /// base64.
    Bytes,
    /// One of an enum's names.
    Enum,
    /// `google.protobuf.Timestamp`.
    Timestamp,
    /// `google.protobuf.Duration`.
    Duration,
    /// Anything that has fields, elements or entries.
    Message,
    /// The type does not say.
    #[default]
    Unknown,
}

/// What a place means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlaceMeaning {
    /// `child[0].uid`, `map_val["key"]`; empty for the whole.
    pub path: String,
    /// The field's name in the .proto file; of an element that of its list. Empty where the type does not know it.
    pub name: String,
    /// Its type: `int32`, `repeated shop.v1.Item`.
    pub type_name: String,
    /// The author's comment.
    pub comment: String,
    /// What stands there.
    pub kind: ValueKind,
    /// The number of the enum value that stands there, and its author's comment.
    pub enum_value: Option<(i32, String)>,
}

/// What the value at the end of `steps` means; `value` is what stands there, without quotes.
pub fn meaning(ty: &MessageType, comments: &Comments, steps: &[PathStep], value: &str) -> PlaceMeaning {
    let schema = Schema::new(ty, &[], None);
    let root = schema.root(ty);
    let mut found = PlaceMeaning { type_name: root.name.clone(), ..PlaceMeaning::default() };
    let mut at = At::of_message(root);
    for step in steps {
        if let (At::Any, Some(url)) = (&at, &step.any_type) {
            at = schema.any_type(url).map_or(At::Nothing, At::in_any);
        }
        at = match (at, &step.name) {
            (At::List(element), StepName::Index(index)) => {
                push(&mut found.path, &format!("[{index}]"));
                *element
            }
            (At::Map(entry), StepName::Key(key)) => match entry.entry() {
                Some((key_field, value_field)) => {
                    let is_text = key_field.kind == FieldKind::String;
                    push(&mut found.path, &if is_text { format!("[{key:?}]") } else { format!("[{key}]") });
                    At::single(&schema, value_field)
                }
                None => At::Nothing,
            },
            (At::Message(shape), StepName::Key(key)) => match shape.index_by_json_name(key) {
                Some(index) => {
                    let field = &shape.fields[index];
                    push(&mut found.path, &field.name);
                    found.name.clone_from(&field.name);
                    found.type_name = type_name(&schema, field);
                    found.comment = field_comment(comments, &shape, field);
                    At::field(&schema, field)
                }
                None => unknown(&mut found, key),
            },
            (At::Known(inner), StepName::Key(key)) if key == "value" => {
                push(&mut found.path, key);
                *inner
            }
            (_, StepName::Key(key)) => unknown(&mut found, key),
            (_, StepName::Index(index)) => {
                push(&mut found.path, &format!("[{index}]"));
                At::Nothing
            }
        };
    }
    found.kind = at.kind();
    if let At::Scalar(_, Some(descriptor)) = &at {
        let number = value.parse().ok();
        let named = descriptor.values().find(|one| one.name() == value || Some(one.number()) == number);
        found.enum_value = named.map(|one| {
            let comment = comments.of(&format!("{}.{}", descriptor.full_name(), one.name())).to_owned();
            (one.number(), comment)
        });
    }
    found
}

/// Errors write paths so.
fn push(path: &mut String, name: &str) {
    if !path.is_empty() && !name.starts_with('[') {
        path.push('.');
    }
    path.push_str(name);
}

/// A key that the type does not have.
fn unknown(found: &mut PlaceMeaning, key: &str) -> At {
    let is_plain = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_');
    push(&mut found.path, &if is_plain { key.to_owned() } else { format!("[{key:?}]") });
    found.name.clear();
    found.type_name.clear();
    found.comment.clear();
    At::Nothing
}

/// What stands at a place.
enum At {
    Message(Rc<Shape>),
    /// By the shape of its entries.
    Map(Rc<Shape>),
    List(Box<Self>),
    Any,
    /// In an `Any`, a type with a JSON form of its own, which stands under `value`.
    Known(Box<Self>),
    Time,
    Span,
    Scalar(FieldKind, Option<EnumDescriptor>),
    Nothing,
}

impl At {
    fn of_message(shape: Rc<Shape>) -> Self {
        match shape.well_known {
            None => Self::Message(shape),
            Some(WellKnown::Any) => Self::Any,
            Some(WellKnown::Timestamp) => Self::Time,
            Some(WellKnown::Duration) => Self::Span,
            Some(WellKnown::Wrapper) => match shape.field(1) {
                Some(field) => Self::Scalar(field.kind, None),
                None => Self::Nothing,
            },
            Some(_) => Self::Nothing,
        }
    }

    fn in_any(shape: Rc<Shape>) -> Self {
        if shape.well_known.is_some() { Self::Known(Box::new(Self::of_message(shape))) } else { Self::Message(shape) }
    }

    fn field(schema: &Schema<'_>, field: &FieldShape) -> Self {
        match field.label {
            Label::Singular => Self::single(schema, field),
            Label::Repeated => Self::List(Box::new(Self::single(schema, field))),
            Label::Map => Self::Map(schema.child(field)),
        }
    }

    fn single(schema: &Schema<'_>, field: &FieldShape) -> Self {
        match field.kind {
            FieldKind::Message | FieldKind::Group => Self::of_message(schema.child(field)),
            kind => Self::Scalar(kind, field.enumeration.as_ref().map(|shape| shape.descriptor.clone())),
        }
    }

    fn kind(&self) -> ValueKind {
        match self {
            Self::Time => ValueKind::Timestamp,
            Self::Span => ValueKind::Duration,
            Self::Nothing => ValueKind::Unknown,
            Self::Scalar(kind, _) => match kind {
                FieldKind::Double | FieldKind::Float => ValueKind::Float,
                FieldKind::Bool => ValueKind::Bool,
                FieldKind::String => ValueKind::String,
                FieldKind::Bytes => ValueKind::Bytes,
                FieldKind::Enum => ValueKind::Enum,
                FieldKind::Message | FieldKind::Group => ValueKind::Message,
                _ => ValueKind::Integer,
            },
            _ => ValueKind::Message,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may end by panicking")]

    use super::*;
    use crate::schema::Pool;

    fn field(name: &str) -> PathStep {
        PathStep { name: StepName::Key(name.to_owned()), any_type: None }
    }

    #[test]
    fn places_are_named_as_in_errors() {
        // descriptor.proto is on board: messages in messages, lists, enums.
        let ty = Pool::bundled().message_type("google.protobuf.FileDescriptorProto").unwrap();
        let index = |at| PathStep { name: StepName::Index(at), any_type: None };
        let check = |steps: &[PathStep], value: &str, path: &str, type_name: &str, kind, number: Option<i32>| {
            let found = meaning(&ty, &Comments::default(), steps, value);
            assert_eq!((found.path.as_str(), found.type_name.as_str(), found.kind), (path, type_name, kind));
            assert_eq!(found.enum_value.map(|(number, _)| number), number);
        };
        check(&[], "", "", "google.protobuf.FileDescriptorProto", ValueKind::Message, None);
        check(&[field("name")], "a", "name", "string", ValueKind::String, None);
        check(
            &[field("messageType"), index(2), field("field"), index(0), field("type")],
            "TYPE_BOOL",
            "message_type[2].field[0].type",
            "google.protobuf.FieldDescriptorProto.Type",
            ValueKind::Enum,
            Some(8),
        );
        check(
            &[field("publicDependency"), index(7)],
            "1",
            "public_dependency[7]",
            "repeated int32",
            ValueKind::Integer,
            None,
        );
        check(&[field("no such"), field("x")], "1", "[\"no such\"].x", "", ValueKind::Unknown, None);
    }

    #[test]
    fn any_is_followed_by_its_type() {
        let ty = Pool::bundled().message_type("google.protobuf.Any").unwrap();
        let step = |name: &str, url: &str| PathStep {
            name: StepName::Key(name.to_owned()),
            any_type: Some(format!("type.googleapis.com/{url}")),
        };
        let find = |name, url| meaning(&ty, &Comments::default(), &[step(name, url)], "");
        assert_eq!(find("value", "google.protobuf.Timestamp").kind, ValueKind::Timestamp);
        assert_eq!(find("value", "google.protobuf.Duration").kind, ValueKind::Duration);
        assert_eq!(find("value", "no.Such").kind, ValueKind::Unknown);
    }
}
