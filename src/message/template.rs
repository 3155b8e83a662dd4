//! A request to start from.

use super::shape::{FieldKind, FieldShape, Label, Schema, Shape, WellKnown};
use crate::schema::MessageType;

/// How much a template shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TemplateSize {
    /// Scalars and enums of the top level, empty lists and maps; nested messages as `{}`. What its author lets be
    /// unset stays unset, for a zero would say something: `optional` fields, oneofs, well-known types. Only where
    /// nothing else would be left are they shown.
    #[default]
    Smallest,
    /// Nested messages, one element in each list and map, the first member of each oneof; recursion is cut.
    Full,
}

/// Messages inside messages that a template shows.
const MAX_LEVELS: usize = 8;
/// Fields that a template shows; some types unfold into hundreds of thousands.
const MAX_FIELDS: usize = 1_000;

/// Pretty JSON that `from_json` accepts. Required fields are there at any size.
pub fn template(ty: &MessageType, size: TemplateSize) -> String {
    let schema = Schema::new(ty, &[], None);
    let shape = schema.root(ty);
    let mut writer = Writer { out: String::new(), schema: &schema, size, path: Vec::new(), fields: 0 };
    writer.message(&shape, true);
    writer.out
}

struct Writer<'w> {
    out: String,
    schema: &'w Schema<'w>,
    size: TemplateSize,
    /// Names of the types around.
    path: Vec<String>,
    fields: usize,
}

impl Writer<'_> {
    fn line(&mut self, indent: usize) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n("  ", indent));
    }

    /// A name in quotes; names of fields and enum values need no escapes that JSON lacks.
    fn name(&mut self, name: &str) {
        super::number::push(&mut self.out, format_args!("{name:?}"));
    }

    /// Whether a type may be unfolded here.
    fn may_unfold(&self, shape: &Shape) -> bool {
        self.path.len() < MAX_LEVELS && self.fields < MAX_FIELDS && !self.path.contains(&shape.name)
    }

    fn message(&mut self, shape: &Shape, is_unfolded: bool) {
        if let Some(known) = shape.well_known {
            return self.well_known(known, shape);
        }
        let shown: Vec<&FieldShape> = shape
            .fields
            .iter()
            .filter(|field| !field.is_extension && (is_unfolded || field.is_required))
            .filter(|field| field.oneof.is_none_or(|oneof| shape.oneofs[oneof].1.first() == Some(&field.number)))
            .collect();
        self.path.push(shape.name.clone());
        let mut shown: Vec<&FieldShape> = shown.into_iter().filter(|field| self.is_shown(field)).collect();
        if self.size == TemplateSize::Smallest && shown.iter().any(|field| !self.may_stay_unset(field)) {
            shown.retain(|field| !self.may_stay_unset(field));
        }
        if shown.is_empty() {
            self.path.pop();
            self.out.push_str("{}");
            return;
        }
        let indent = self.indent();
        for (index, field) in shown.into_iter().enumerate() {
            self.out.push(if index == 0 { '{' } else { ',' });
            self.line(indent);
            self.fields += 1;
            self.name(&field.json_name);
            self.out.push_str(": ");
            self.field(field);
        }
        self.path.pop();
        self.line(indent - 1);
        self.out.push('}');
    }

    /// Whether leaving the field out says something else than its zero does.
    fn may_stay_unset(&self, field: &FieldShape) -> bool {
        if field.is_required || field.label != Label::Singular {
            return false;
        }
        let is_known = || field.kind.is_message() && self.schema.child(field).well_known.is_some();
        field.is_optional || field.oneof.is_some() || is_known()
    }

    /// A nested message whose required fields would be cut is left out, unless it is required itself.
    fn is_shown(&mut self, field: &FieldShape) -> bool {
        if field.label != Label::Singular || !field.kind.is_message() || field.is_required {
            return true;
        }
        let child = self.schema.child(field);
        self.can_be_whole(&child)
    }

    fn can_be_whole(&mut self, shape: &Shape) -> bool {
        if !shape.has_required || self.path.contains(&shape.name) {
            return !shape.has_required;
        }
        self.path.push(shape.name.clone());
        let required = shape.fields.iter().filter(|field| field.is_required && field.kind.is_message());
        let mut is_whole = true;
        for field in required {
            let child = self.schema.child(field);
            is_whole &= self.can_be_whole(&child);
        }
        self.path.pop();
        is_whole
    }

    fn field(&mut self, field: &FieldShape) {
        let is_full = self.size == TemplateSize::Full;
        match field.label {
            Label::Singular => self.value(field),
            Label::Repeated if is_full && self.has_element(field) => {
                self.out.push('[');
                self.value(field);
                self.out.push(']');
            }
            Label::Repeated => self.out.push_str("[]"),
            Label::Map => {
                let entry = self.schema.child(field);
                match entry.entry() {
                    Some((key, value)) if is_full && self.has_element(value) => {
                        self.out.push_str(match key.kind {
                            FieldKind::String => "{\"\": ",
                            FieldKind::Bool => "{\"false\": ",
                            _ => "{\"0\": ",
                        });
                        self.value(value);
                        self.out.push('}');
                    }
                    _ => self.out.push_str("{}"),
                }
            }
        }
    }

    /// An element of a type that is being shown already would only repeat it.
    fn has_element(&mut self, field: &FieldShape) -> bool {
        if !field.kind.is_message() {
            return true;
        }
        let child = self.schema.child(field);
        self.may_unfold(&child) && self.can_be_whole(&child)
    }

    fn value(&mut self, field: &FieldShape) {
        let text = match field.kind {
            FieldKind::Message | FieldKind::Group => {
                let child = self.schema.child(field);
                // A type that requires itself cannot be made at all; its cut is as good as any.
                let is_unfolded = self.size == TemplateSize::Full && self.may_unfold(&child);
                if is_unfolded || !self.path.contains(&child.name) {
                    self.message(&child, is_unfolded);
                } else {
                    self.out.push_str("{}");
                }
                return;
            }
            FieldKind::String | FieldKind::Bytes => "\"\"",
            FieldKind::Bool => "false",
            FieldKind::Int64 | FieldKind::Uint64 | FieldKind::Sint64 | FieldKind::Fixed64 | FieldKind::Sfixed64 => {
                "\"0\""
            }
            FieldKind::Enum => {
                let known = field.enumeration.as_ref();
                match known.and_then(|known| known.first()) {
                    Some(_) if known.is_some_and(|known| known.is_null_value) => "null",
                    Some(name) => return self.name(name),
                    None => "0",
                }
            }
            _ => "0",
        };
        self.out.push_str(text);
    }

    fn well_known(&mut self, known: WellKnown, shape: &Shape) {
        match known {
            WellKnown::Any | WellKnown::Struct => self.out.push_str("{}"),
            WellKnown::Timestamp => self.out.push_str("\"1970-01-01T00:00:00Z\""),
            WellKnown::Duration => self.out.push_str("\"0s\""),
            WellKnown::FieldMask => self.out.push_str("\"\""),
            WellKnown::Value => self.out.push_str("null"),
            WellKnown::ListValue => self.out.push_str("[]"),
            WellKnown::Wrapper => match shape.field(1) {
                Some(field) => self.value(field),
                None => self.out.push_str("null"),
            },
        }
    }

    fn indent(&self) -> usize {
        self.path.len()
    }
}
