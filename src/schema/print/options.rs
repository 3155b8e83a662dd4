//! Options as .proto source writes them: custom ones by the name of their extension, unknown ones as comments.

use std::fmt::Write as _;

use prost_reflect::{DescriptorPool, DynamicMessage, Kind, MapKey, Value};

use super::super::build::{self, message_of};
use super::super::raw::{Bundled, RawFile};
use super::super::{OptionValue, harden, lower};

/// A value, laid out later.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Scalar(String),
    /// Fields by name, those of extensions in brackets.
    Message(Vec<(String, Node)>),
    List(Vec<Node>),
}

/// One `name = value`.
#[derive(Clone, Debug)]
pub(super) struct OptionNode {
    pub name: String,
    pub value: Node,
}

/// The options of one element.
#[derive(Clone, Debug, Default)]
pub(super) struct Options {
    pub known: Vec<OptionNode>,
    /// What no schema at hand explains, in words.
    pub unknown: Vec<String>,
}

/// Past this an aggregate is broken into lines.
const INLINE_LEN: usize = 72;
/// Values nest in one another's messages; deeper than any person writes.
const DEPTH_LIMIT: usize = 64;

/// Reads serialized options of the message `kind` (`google.protobuf.MethodOptions`) with the extensions of `pool`.
pub(super) fn read(pool: &DescriptorPool, kind: &str, bytes: &[u8]) -> Options {
    let mut options = Options::default();
    if bytes.is_empty() {
        return options;
    }
    let Some(descriptor) = message_of(pool, kind).or_else(|| message_of(bundled_pool()?, kind)) else {
        return options;
    };
    match DynamicMessage::decode(descriptor, bytes) {
        Ok(message) => read_message(&mut options, "", &message, 0),
        Err(error) => options.unknown.push(format!("options that cannot be read: {error}")),
    }
    options
}

/// `descriptor.proto` as bundled, for sets that do not hold one.
fn bundled_pool() -> Option<&'static DescriptorPool> {
    use std::sync::OnceLock;
    static POOL: OnceLock<Option<DescriptorPool>> = OnceLock::new();
    POOL.get_or_init(|| {
        let file: RawFile = Bundled::get().file("google/protobuf/descriptor.proto")?;
        harden::check(&file.proto).ok()?;
        let lowered = lower::lower(&file.proto, &[]);
        let unit = build::Unit { index: 0, files: lowered.files, needs: std::collections::BTreeSet::new() };
        Some(build::build(vec![unit]).pool)
    })
    .as_ref()
}

fn read_message(options: &mut Options, prefix: &str, message: &DynamicMessage, depth: usize) {
    let mut fields: Vec<(u32, String, Kind, &Value)> = message
        .fields()
        .map(|(field, value)| (field.number(), field.name().to_owned(), field.kind(), value))
        .chain(
            message
                .extensions()
                .map(|(field, value)| (field.number(), format!("({})", field.full_name()), field.kind(), value)),
        )
        .collect();
    fields.sort_by_key(|(number, ..)| *number);
    for (_, name, kind, value) in fields {
        let name = format!("{prefix}{name}");
        match value {
            // The compiler's own mark on messages that it made for maps.
            _ if name == "map_entry" => {}
            _ if name == "uninterpreted_option" => {
                options.unknown.push("an option that the compiler did not interpret".to_owned());
            }
            // Features are written one by one.
            Value::Message(message) if name == "features" || (prefix.starts_with("features.") && depth < 4) => {
                read_message(options, &format!("{name}."), message, depth + 1);
            }
            Value::List(values) => {
                for value in values {
                    options.known.push(OptionNode { name: name.clone(), value: node(&kind, value, 0) });
                }
            }
            Value::Map(_) => match node(&kind, value, 0) {
                Node::List(entries) => {
                    options.known.extend(entries.into_iter().map(|value| OptionNode { name: name.clone(), value }));
                }
                value => options.known.push(OptionNode { name, value }),
            },
            value => options.known.push(OptionNode { name, value: node(&kind, value, 0) }),
        }
    }
    options.unknown.extend(unknown_fields(message).map(|text| format!("unknown option {prefix}{text}")));
}

fn node(kind: &Kind, value: &Value, depth: usize) -> Node {
    if depth > DEPTH_LIMIT {
        return Node::Message(Vec::new());
    }
    match value {
        Value::Bool(value) => Node::Scalar(value.to_string()),
        Value::I32(value) => Node::Scalar(value.to_string()),
        Value::I64(value) => Node::Scalar(value.to_string()),
        Value::U32(value) => Node::Scalar(value.to_string()),
        Value::U64(value) => Node::Scalar(value.to_string()),
        Value::F32(value) => Node::Scalar(float(f64::from(*value), &value.to_string())),
        Value::F64(value) => Node::Scalar(float(*value, &value.to_string())),
        Value::String(value) => Node::Scalar(quoted(value)),
        Value::Bytes(value) => Node::Scalar(quoted_bytes(value)),
        Value::EnumNumber(number) => Node::Scalar(
            kind.as_enum()
                .and_then(|enumeration| enumeration.get_value(*number))
                .map_or_else(|| number.to_string(), |value| value.name().to_owned()),
        ),
        Value::Message(message) => Node::Message(message_fields(message, depth)),
        Value::List(values) => Node::List(values.iter().map(|value| node(kind, value, depth + 1)).collect()),
        Value::Map(entries) => {
            let Some(entry) = kind.as_message() else { return Node::List(Vec::new()) };
            let (Some(key_field), Some(value_field)) = (entry.get_field(1), entry.get_field(2)) else {
                return Node::List(Vec::new());
            };
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_by(|(left, _), (right, _)| compare_keys(left, right));
            Node::List(
                entries
                    .into_iter()
                    .map(|(key, value)| {
                        Node::Message(vec![
                            ("key".to_owned(), node(&key_field.kind(), &Value::from(key.clone()), depth + 1)),
                            ("value".to_owned(), node(&value_field.kind(), value, depth + 1)),
                        ])
                    })
                    .collect(),
            )
        }
    }
}

fn compare_keys(left: &MapKey, right: &MapKey) -> std::cmp::Ordering {
    match (left, right) {
        (MapKey::Bool(left), MapKey::Bool(right)) => left.cmp(right),
        (MapKey::I32(left), MapKey::I32(right)) => left.cmp(right),
        (MapKey::I64(left), MapKey::I64(right)) => left.cmp(right),
        (MapKey::U32(left), MapKey::U32(right)) => left.cmp(right),
        (MapKey::U64(left), MapKey::U64(right)) => left.cmp(right),
        (MapKey::String(left), MapKey::String(right)) => left.cmp(right),
        _ => std::cmp::Ordering::Equal,
    }
}

fn message_fields(message: &DynamicMessage, depth: usize) -> Vec<(String, Node)> {
    let mut fields: Vec<(u32, String, Node)> = Vec::new();
    for (field, value) in message.fields() {
        // The text format writes a group by the name of its message.
        let name = match field.kind() {
            Kind::Message(group) if field.is_group() => group.name().to_owned(),
            _ => field.name().to_owned(),
        };
        fields.push((field.number(), name, node(&field.kind(), value, depth + 1)));
    }
    for (field, value) in message.extensions() {
        fields.push((field.number(), format!("[{}]", field.full_name()), node(&field.kind(), value, depth + 1)));
    }
    fields.sort_by_key(|(number, ..)| *number);
    fields.into_iter().map(|(_, name, node)| (name, node)).collect()
}

/// `50000: 12`, by number, for fields that no schema explains.
fn unknown_fields(message: &DynamicMessage) -> impl Iterator<Item = String> {
    let mut bytes = Vec::new();
    for field in message.unknown_fields() {
        field.encode(&mut bytes);
    }
    let fields = buffa::UnknownFields::decode_from_slice(&bytes).unwrap_or_default();
    fields.into_iter().map(|field| {
        use buffa::UnknownFieldData as Data;
        let value = match &field.data {
            Data::Varint(value) => value.to_string(),
            Data::Fixed64(value) => format!("0x{value:016x}"),
            Data::Fixed32(value) => format!("0x{value:08x}"),
            Data::LengthDelimited(bytes) => quoted_bytes(bytes),
            Data::Group(_) => "{ … }".to_owned(),
        };
        format!("{}: {value}", field.number)
    })
}

impl Node {
    /// On one line: `{ get: "/v1" }`.
    pub fn inline(&self) -> String {
        match self {
            Self::Scalar(text) => text.clone(),
            Self::List(nodes) => format!("[{}]", nodes.iter().map(Self::inline).collect::<Vec<_>>().join(", ")),
            Self::Message(fields) if fields.is_empty() => "{}".to_owned(),
            Self::Message(fields) => {
                let fields: Vec<String> =
                    fields.iter().map(|(name, node)| format!("{name}: {}", node.inline())).collect();
                format!("{{ {} }}", fields.join(" "))
            }
        }
    }

    /// Over several lines where it is long; lines after the first start with `indent`.
    pub fn laid_out(&self, indent: &str) -> String {
        let inline = self.inline();
        if inline.len() <= INLINE_LEN {
            return inline;
        }
        let inner = format!("{indent}  ");
        let mut text = String::new();
        match self {
            Self::Scalar(_) => return inline,
            Self::List(nodes) => {
                text.push_str("[\n");
                for (position, node) in nodes.iter().enumerate() {
                    let comma = if position + 1 < nodes.len() { "," } else { "" };
                    text.extend([&inner, node.laid_out(&inner).as_str(), comma, "\n"]);
                }
                text.extend([indent, "]"]);
            }
            Self::Message(fields) => {
                text.push_str("{\n");
                for (name, node) in fields {
                    text.extend([&inner, name.as_str(), ": ", &node.laid_out(&inner), "\n"]);
                }
                text.extend([indent, "}"]);
            }
        }
        text
    }
}

/// Options for a tree: on one line each.
pub(in super::super) fn values(pool: &DescriptorPool, kind: &str, bytes: &[u8]) -> Vec<OptionValue> {
    read(pool, kind, bytes)
        .known
        .into_iter()
        .map(|option| OptionValue { value: option.value.inline(), name: option.name })
        .collect()
}

/// A floating point literal; `plain` is the shortest decimal.
fn float(value: f64, plain: &str) -> String {
    if value.is_nan() {
        "nan".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { "inf" } else { "-inf" }.to_owned()
    } else if plain.len() > 24 {
        format!("{value:e}")
    } else {
        plain.to_owned()
    }
}

/// A string literal.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || is_bidi_control(c) => {
                let mut utf8 = [0; 4];
                for byte in c.encode_utf8(&mut utf8).bytes() {
                    escape_byte(&mut out, byte);
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A string literal for bytes.
pub(super) fn quoted_bytes(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() + 2);
    out.push('"');
    for byte in bytes {
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b' '..=b'~' => out.push(char::from(*byte)),
            _ => escape_byte(&mut out, *byte),
        }
    }
    out.push('"');
    out
}

fn escape_byte(out: &mut String, byte: u8) {
    let _infallible = write!(out, "\\{byte:03o}");
}

/// Characters that reorder what follows them: source that shows them as they are can lie.
pub(super) fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
