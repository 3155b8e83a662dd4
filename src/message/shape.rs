//! What the readers and writers need to know of a type, worked out once a conversion and only for the types it meets.
//!
//! A [`Schema`] belongs to one conversion: the message's own pool first, then the extra pools, in which types of `Any`
//! and extensions are looked up.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};

use prost_reflect::{
    Cardinality, DescriptorPool, EnumDescriptor, ExtensionDescriptor, FieldDescriptor, Kind, MessageDescriptor, Syntax,
};

use super::error::{MessageError, Outcome};
use super::misfit::{Expected, Misfit};
use crate::schema::{MessageType, Pool, is_closed_enum, message_of, utf8_mark};

/// Messages inside messages, an `Any`'s content among them; the limit of the reference implementation.
pub(super) const MAX_DEPTH: usize = 100;

/// The shapes of one conversion.
pub(super) struct Schema<'s> {
    own: DescriptorPool,
    extra: &'s [Pool],
    stop: Option<&'s AtomicBool>,
    shapes: RefCell<Vec<Rc<Shape>>>,
    by_name: RefCell<HashMap<(usize, String), usize>>,
    /// A type with required fields was met, so the whole is worth a check.
    pub saw_required: Cell<bool>,
    /// A type with maps was met, so their keys want sorting.
    pub saw_map: Cell<bool>,
}

/// A message type.
#[derive(Default)]
pub(super) struct Shape {
    /// Full name.
    pub name: String,
    /// Names of fields that once were; text format reads past them.
    pub reserved_names: Vec<String>,
    /// By number, extensions included.
    pub fields: Vec<FieldShape>,
    /// Index into `fields` plus one, for small numbers.
    dense: Vec<u16>,
    by_json_name: OnceCell<HashMap<String, usize>>,
    /// Numbers of the members of each real oneof.
    pub oneofs: Vec<(String, Vec<u32>)>,
    pub well_known: Option<WellKnown>,
    pub is_message_set: bool,
    pub has_required: bool,
}

/// A field or extension.
pub(super) struct FieldShape {
    pub number: u32,
    /// Simple name; the full name for an extension.
    pub name: String,
    /// The name that JSON is written with; `[full.name]` for an extension.
    pub json_name: String,
    /// The name that text is written with: a group by its type, an extension in brackets.
    pub text_name: String,
    pub kind: FieldKind,
    pub label: Label,
    pub has_presence: bool,
    pub is_required: bool,
    pub is_packed: bool,
    pub is_extension: bool,
    pub must_be_utf8: bool,
    /// `optional` in a syntax where fields are not so by themselves: its author tells unset from zero.
    pub is_optional: bool,
    /// Index into the shape's `oneofs`.
    pub oneof: Option<usize>,
    pub enumeration: Option<EnumShape>,
    message: Option<MessageDescriptor>,
    pool: usize,
    child: OnceCell<usize>,
}

/// How often a field may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    Singular,
    Repeated,
    Map,
}

/// The declared type of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FieldKind {
    Double,
    Float,
    Int32,
    Int64,
    Uint32,
    Uint64,
    Sint32,
    Sint64,
    Fixed32,
    Fixed64,
    Sfixed32,
    Sfixed64,
    Bool,
    String,
    Bytes,
    Enum,
    Message,
    Group,
}

/// Types with a JSON form of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WellKnown {
    Any,
    Timestamp,
    Duration,
    FieldMask,
    Struct,
    Value,
    ListValue,
    Wrapper,
}

/// An enum type.
pub(super) struct EnumShape {
    pub descriptor: EnumDescriptor,
    /// Unknown numbers go to the unknown fields.
    pub is_closed: bool,
    /// `google.protobuf.NullValue`, which is `null` in JSON.
    pub is_null_value: bool,
    /// The first name declared for each number, by number.
    names: Vec<(i32, String)>,
}

impl<'s> Schema<'s> {
    /// `stop` ends the conversion from outside, wherever it is.
    pub fn new(ty: &MessageType, extra: &'s [Pool], stop: Option<&'s AtomicBool>) -> Self {
        Self {
            own: ty.descriptor.parent_pool().clone(),
            extra,
            stop,
            shapes: RefCell::default(),
            by_name: RefCell::default(),
            saw_required: Cell::new(false),
            saw_map: Cell::new(false),
        }
    }

    /// The conversion was stopped: what is made of it from here on is thrown away.
    pub fn is_stopped(&self) -> bool {
        self.stop.is_some_and(|stop| stop.load(Ordering::Relaxed))
    }

    /// Fails once the conversion was stopped.
    pub fn goes_on(&self) -> Outcome<()> {
        if self.is_stopped() { Err(MessageError::at(0..0, Misfit::Stopped)) } else { Ok(()) }
    }

    /// The shape of the type that the conversion is about.
    pub fn root(&self, ty: &MessageType) -> Rc<Shape> {
        self.get(self.index(&ty.descriptor, 0))
    }

    /// The shape of a message, group or map field's type; an empty one for any other field.
    pub fn child(&self, field: &FieldShape) -> Rc<Shape> {
        let index = *field.child.get_or_init(|| match &field.message {
            Some(descriptor) => self.index(descriptor, field.pool),
            None => self.index_of_nothing(),
        });
        self.get(index)
    }

    /// The type an `Any` names, looked up in the message's own pool first.
    pub fn any_type(&self, type_url: &str) -> Option<Rc<Shape>> {
        let name = type_url.rsplit('/').next().filter(|name| !name.is_empty())?;
        self.pools().find_map(|(index, pool)| {
            let descriptor = message_of(pool, name)?;
            Some(self.get(self.index(&descriptor, index)))
        })
    }

    fn pools(&self) -> impl Iterator<Item = (usize, &DescriptorPool)> {
        std::iter::once(&self.own).chain(self.extra.iter().map(|pool| &pool.inner)).enumerate()
    }

    fn get(&self, index: usize) -> Rc<Shape> {
        Rc::clone(&self.shapes.borrow()[index])
    }

    fn index(&self, descriptor: &MessageDescriptor, pool: usize) -> usize {
        let key = (pool, descriptor.full_name().to_owned());
        if let Some(index) = self.by_name.borrow().get(&key) {
            return *index;
        }
        let shape = Shape::new(descriptor, pool, self);
        if shape.has_required {
            self.saw_required.set(true);
        }
        if shape.fields.iter().any(|field| field.label == Label::Map) {
            self.saw_map.set(true);
        }
        self.push(key, shape)
    }

    /// A field without a message type never asks for its child; an empty shape stands in, so that nothing panics.
    fn index_of_nothing(&self) -> usize {
        let key = (usize::MAX, String::new());
        if let Some(index) = self.by_name.borrow().get(&key) {
            return *index;
        }
        let shape = Shape::default();
        self.push(key, shape)
    }

    fn push(&self, key: (usize, String), shape: Shape) -> usize {
        let mut shapes = self.shapes.borrow_mut();
        shapes.push(Rc::new(shape));
        self.by_name.borrow_mut().insert(key, shapes.len() - 1);
        shapes.len() - 1
    }
}

/// Field numbers below this are found by index.
const DENSE: u32 = 1024;

impl Shape {
    fn new(descriptor: &MessageDescriptor, pool: usize, schema: &Schema<'_>) -> Self {
        let mut oneofs = Vec::new();
        let mut oneof_of: HashMap<u32, usize> = HashMap::new();
        for oneof in descriptor.oneofs().filter(|oneof| !oneof.is_synthetic()) {
            let members: Vec<u32> = oneof.fields().map(|field| field.number()).collect();
            oneof_of.extend(members.iter().map(|number| (*number, oneofs.len())));
            oneofs.push((oneof.name().to_owned(), members));
        }
        let is_map_entry = descriptor.is_map_entry();
        let mut fields: Vec<FieldShape> = descriptor
            .fields()
            .map(|field| FieldShape::of_field(&field, pool, oneof_of.get(&field.number()).copied(), is_map_entry))
            .collect();
        fields.extend(descriptor.extensions().map(|extension| FieldShape::of_extension(&extension, pool)));
        let may_be_extended = descriptor.extension_ranges().next().is_some();
        if may_be_extended {
            for (index, other) in schema.pools().filter(|(index, _)| *index != pool) {
                let Some(same) = other.get_message_by_name(descriptor.full_name()) else { continue };
                fields.extend(same.extensions().map(|extension| FieldShape::of_extension(&extension, index)));
            }
        }
        // Stable, so that of two extensions of one number the nearer pool's stays.
        fields.sort_by_key(|field| field.number);
        fields.dedup_by_key(|field| field.number);
        let last_dense = fields.iter().rev().map(|field| field.number).find(|number| *number < DENSE);
        let mut dense = vec![0_u16; last_dense.map_or(0, |number| number as usize + 1)];
        for (index, field) in fields.iter().enumerate().filter(|(_, field)| field.number < DENSE) {
            dense[field.number as usize] = u16::try_from(index + 1).unwrap_or(0);
        }
        let ranges_need_message_set = descriptor.extension_ranges().any(|range| range.end >= 1 << 29);
        let is_message_set = ranges_need_message_set
            && descriptor
                .descriptor_proto()
                .options
                .as_ref()
                .is_some_and(prost_types::MessageOptions::message_set_wire_format);
        Self {
            well_known: WellKnown::of(descriptor),
            has_required: fields.iter().any(|field| field.is_required),
            name: descriptor.full_name().to_owned(),
            reserved_names: descriptor.reserved_names().map(str::to_owned).collect(),
            fields,
            dense,
            by_json_name: OnceCell::new(),
            oneofs,
            is_message_set,
        }
    }

    /// The field of a number, extensions included.
    pub fn field(&self, number: u32) -> Option<&FieldShape> {
        if number < DENSE {
            let index = *self.dense.get(number as usize)?;
            return self.fields.get(usize::from(index).checked_sub(1)?);
        }
        self.fields.binary_search_by_key(&number, |field| field.number).ok().map(|index| &self.fields[index])
    }

    /// The index of the field of a JSON key: its JSON name, its original name, or an extension in brackets.
    pub fn index_by_json_name(&self, name: &str) -> Option<usize> {
        let names = self.by_json_name.get_or_init(|| {
            let mut names = HashMap::with_capacity(self.fields.len() * 2);
            for (index, field) in self.fields.iter().enumerate() {
                names.insert(field.json_name.clone(), index);
            }
            for (index, field) in self.fields.iter().enumerate().filter(|(_, field)| !field.is_extension) {
                names.entry(field.name.clone()).or_insert(index);
            }
            names
        });
        names.get(name).copied()
    }

    /// Key and value of a map entry.
    pub fn entry(&self) -> Option<(&FieldShape, &FieldShape)> {
        Some((self.field(1)?, self.field(2)?))
    }

    /// Names a person could have meant, for suggestions.
    pub fn json_names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().flat_map(|field| [field.json_name.as_str(), field.name.as_str()])
    }
}

impl FieldShape {
    fn of_field(field: &FieldDescriptor, pool: usize, oneof: Option<usize>, in_map_entry: bool) -> Self {
        let kind = field.kind();
        let is_group = field.is_group();
        let text_name = match kind.as_message() {
            Some(message) if is_group && is_group_like(field, message) => message.name().to_owned(),
            _ => field.name().to_owned(),
        };
        Self {
            number: field.number(),
            name: field.name().to_owned(),
            json_name: field.json_name().to_owned(),
            text_name,
            label: label(field.cardinality(), &kind),
            // Both halves of an entry are always there, whatever the syntax says.
            has_presence: field.supports_presence() || in_map_entry,
            is_required: field.is_required() && !in_map_entry,
            is_optional: field.containing_oneof().is_some_and(|oneof| oneof.is_synthetic()),
            is_packed: field.is_packed(),
            is_extension: false,
            must_be_utf8: kind == Kind::String
                && utf8_mark(field.field_descriptor_proto())
                    .unwrap_or_else(|| field.parent_message().parent_file().syntax() == Syntax::Proto3),
            oneof,
            enumeration: kind.as_enum().map(EnumShape::new),
            message: kind.as_message().cloned(),
            kind: FieldKind::of(&kind, is_group),
            pool,
            child: OnceCell::new(),
        }
    }

    fn of_extension(field: &ExtensionDescriptor, pool: usize) -> Self {
        let kind = field.kind();
        Self {
            number: field.number(),
            name: field.full_name().to_owned(),
            json_name: format!("[{}]", field.full_name()),
            text_name: format!("[{}]", field.full_name()),
            label: label(field.cardinality(), &kind),
            has_presence: true,
            is_required: false,
            is_packed: field.is_packed(),
            is_extension: true,
            must_be_utf8: kind == Kind::String
                && utf8_mark(field.field_descriptor_proto())
                    .unwrap_or_else(|| field.parent_file().syntax() == Syntax::Proto3),
            is_optional: false,
            oneof: None,
            enumeration: kind.as_enum().map(EnumShape::new),
            message: kind.as_message().cloned(),
            kind: FieldKind::of(&kind, field.is_group()),
            pool,
            child: OnceCell::new(),
        }
    }

    /// Whether a zero value is the same as none.
    pub fn drops_zero(&self) -> bool {
        self.label == Label::Singular && !self.has_presence
    }

    /// What JSON or text must hold for this field.
    pub fn expected(&self) -> Expected {
        match self.kind {
            FieldKind::Double => Expected::scalar("double"),
            FieldKind::Float => Expected::scalar("float"),
            FieldKind::Int32 => Expected::scalar("int32"),
            FieldKind::Int64 => Expected::scalar("int64"),
            FieldKind::Uint32 => Expected::scalar("uint32"),
            FieldKind::Uint64 => Expected::scalar("uint64"),
            FieldKind::Sint32 => Expected::scalar("sint32"),
            FieldKind::Sint64 => Expected::scalar("sint64"),
            FieldKind::Fixed32 => Expected::scalar("fixed32"),
            FieldKind::Fixed64 => Expected::scalar("fixed64"),
            FieldKind::Sfixed32 => Expected::scalar("sfixed32"),
            FieldKind::Sfixed64 => Expected::scalar("sfixed64"),
            FieldKind::Bool => Expected::scalar("bool"),
            FieldKind::String => Expected::scalar("string"),
            FieldKind::Bytes => Expected::Base64,
            FieldKind::Enum => self.enumeration.as_ref().map_or(Expected::scalar("enum"), EnumShape::expected),
            FieldKind::Message | FieldKind::Group => {
                let named = |message: &MessageDescriptor| Expected::Type(message.full_name().to_owned().into());
                self.message.as_ref().map_or(Expected::scalar("message"), named)
            }
        }
    }
}

/// A group by proto2's rules is named by its type, in lower case, and stands beside it; other delimited fields are not.
fn is_group_like(field: &FieldDescriptor, message: &MessageDescriptor) -> bool {
    message.name().to_lowercase() == field.name()
        && message.parent_file() == field.parent_message().parent_file()
        && message.parent_message().as_ref() == Some(field.parent_message())
}

fn label(cardinality: Cardinality, kind: &Kind) -> Label {
    if cardinality != Cardinality::Repeated {
        return Label::Singular;
    }
    match kind.as_message() {
        Some(message) if is_sound_map_entry(message) => Label::Map,
        _ => Label::Repeated,
    }
}

/// A schema of a careless server may claim entries that are none; those are read as plain messages.
fn is_sound_map_entry(message: &MessageDescriptor) -> bool {
    if !message.is_map_entry() {
        return false;
    }
    let (Some(key), Some(value)) = (message.get_field(1), message.get_field(2)) else { return false };
    let key_fits = !matches!(key.kind(), Kind::Double | Kind::Float | Kind::Bytes | Kind::Enum(_) | Kind::Message(_));
    key_fits && key.cardinality() != Cardinality::Repeated && value.cardinality() != Cardinality::Repeated
}

impl FieldKind {
    fn of(kind: &Kind, is_group: bool) -> Self {
        match kind {
            Kind::Double => Self::Double,
            Kind::Float => Self::Float,
            Kind::Int32 => Self::Int32,
            Kind::Int64 => Self::Int64,
            Kind::Uint32 => Self::Uint32,
            Kind::Uint64 => Self::Uint64,
            Kind::Sint32 => Self::Sint32,
            Kind::Sint64 => Self::Sint64,
            Kind::Fixed32 => Self::Fixed32,
            Kind::Fixed64 => Self::Fixed64,
            Kind::Sfixed32 => Self::Sfixed32,
            Kind::Sfixed64 => Self::Sfixed64,
            Kind::Bool => Self::Bool,
            Kind::String => Self::String,
            Kind::Bytes => Self::Bytes,
            Kind::Enum(_) => Self::Enum,
            Kind::Message(_) if is_group => Self::Group,
            Kind::Message(_) => Self::Message,
        }
    }

    pub fn is_message(self) -> bool {
        matches!(self, Self::Message | Self::Group)
    }

    /// Strings and bytes.
    pub fn is_bytes(self) -> bool {
        matches!(self, Self::String | Self::Bytes)
    }

    /// A number, an enum or a bool.
    pub fn is_scalar(self) -> bool {
        !self.is_message() && !self.is_bytes()
    }
}

impl WellKnown {
    /// By name, and by shape: a foreign schema may hold another type of that name.
    fn of(descriptor: &MessageDescriptor) -> Option<Self> {
        let name = descriptor.full_name().strip_prefix("google.protobuf.")?;
        let is = |number: u32, kind: &Kind, repeated: bool| {
            descriptor.get_field(number).is_some_and(|field| {
                field.kind() == *kind && (field.cardinality() == Cardinality::Repeated) == repeated
            })
        };
        let holds = |number: u32, type_name: &str, label_wanted: Label| {
            descriptor.get_field(number).is_some_and(|field| {
                let kind = field.kind();
                let is_type = kind.as_message().is_some_and(|message| {
                    if label_wanted == Label::Map {
                        message.get_field(2).is_some_and(|value| {
                            value.kind().as_message().is_some_and(|value| value.full_name() == type_name)
                        })
                    } else {
                        message.full_name() == type_name
                    }
                });
                is_type && label(field.cardinality(), &kind) == label_wanted
            })
        };
        let (known, fits) = match name {
            "Any" => (Self::Any, is(1, &Kind::String, false) && is(2, &Kind::Bytes, false)),
            "Timestamp" => (Self::Timestamp, is(1, &Kind::Int64, false) && is(2, &Kind::Int32, false)),
            "Duration" => (Self::Duration, is(1, &Kind::Int64, false) && is(2, &Kind::Int32, false)),
            "FieldMask" => (Self::FieldMask, is(1, &Kind::String, true)),
            "Struct" => (Self::Struct, holds(1, "google.protobuf.Value", Label::Map)),
            "Value" => (
                Self::Value,
                is(2, &Kind::Double, false)
                    && is(3, &Kind::String, false)
                    && is(4, &Kind::Bool, false)
                    && holds(5, "google.protobuf.Struct", Label::Singular)
                    && holds(6, "google.protobuf.ListValue", Label::Singular)
                    && descriptor.get_field(1).is_some_and(|field| field.kind().as_enum().is_some()),
            ),
            "ListValue" => (Self::ListValue, holds(1, "google.protobuf.Value", Label::Repeated)),
            "DoubleValue" | "FloatValue" | "Int64Value" | "UInt64Value" | "Int32Value" | "UInt32Value"
            | "BoolValue" | "StringValue" | "BytesValue" => (
                Self::Wrapper,
                descriptor.get_field(1).is_some_and(|field| {
                    field.cardinality() != Cardinality::Repeated
                        && field.kind().as_message().is_none()
                        && field.kind().as_enum().is_none()
                }),
            ),
            _ => return None,
        };
        fits.then_some(known)
    }
}

impl EnumShape {
    fn new(descriptor: &EnumDescriptor) -> Self {
        let mut names: Vec<(i32, i32, String)> = descriptor
            .values()
            .map(|value| {
                let declared = value.path().last().copied().unwrap_or_default();
                (value.number(), declared, value.name().to_owned())
            })
            .collect();
        names.sort();
        names.dedup_by_key(|(number, _, _)| *number);
        Self {
            is_closed: is_closed_enum(descriptor),
            is_null_value: descriptor.full_name() == "google.protobuf.NullValue",
            descriptor: descriptor.clone(),
            names: names.into_iter().map(|(number, _, name)| (number, name)).collect(),
        }
    }

    /// The name of a number: the first declared where there are aliases.
    pub fn name(&self, number: i32) -> Option<&str> {
        self.names.binary_search_by_key(&number, |(number, _)| *number).ok().map(|index| self.names[index].1.as_str())
    }

    /// The value declared first, which is the default.
    pub fn first(&self) -> Option<&str> {
        self.name(self.descriptor.default_value().number())
    }

    pub fn number(&self, name: &str) -> Option<i32> {
        self.descriptor.get_value_by_name(name).map(|value| value.number())
    }

    /// Whether a number may be kept in the field.
    pub fn takes(&self, number: i32) -> bool {
        !self.is_closed || self.name(number).is_some()
    }

    /// The name that is a slip away.
    pub fn nearest(&self, name: &str) -> Option<&str> {
        super::error::nearest(name, self.names.iter().map(|(_, name)| name.as_str()))
    }

    fn expected(&self) -> Expected {
        const SHOWN: usize = 8;
        let mut names: Vec<String> = self.names.iter().take(SHOWN).map(|(_, name)| name.clone()).collect();
        if self.names.len() > SHOWN {
            names.push("…".to_owned());
        }
        Expected::OneOf(names)
    }
}
