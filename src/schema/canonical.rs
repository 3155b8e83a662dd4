//! What services mean on the wire, as one text: the same for the same schema, wherever it comes from.
//!
//! Servers hand out the same schema in different dress: files under other names, with or without JSON names, options
//! and source info, in another order, by either version of reflection. What is left of it here is what both sides of a
//! call have to agree on: services with their methods, and every message and enum that these can reach, sorted, with
//! fields by number. Well-known types (`google.protobuf.*`) stand by their names. Written in the manner of .proto
//! source, so that two of them can be compared line by line; nested types stand beside their parents.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;

use prost_reflect::{Cardinality, EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor};
use sha2::{Digest as _, Sha256};

use super::{BoxFuture, MessageType, SchemaError, ServiceInfo, Source};

/// Types that everybody has, and that no author changes.
const WELL_KNOWN: &str = "google.protobuf.";
/// Services of the machinery: they come and go with libraries, not with a schema.
const INFRASTRUCTURE: [&str; 4] = ["grpc.reflection.", "grpc.health.", "grpc.channelz.", "envoy.service.status."];

/// Whether a service is the machinery's, not its authors'.
pub fn is_infrastructure(service: &str) -> bool {
    INFRASTRUCTURE.iter().any(|prefix| service.starts_with(prefix))
}

/// The text, and its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CanonicalSchema {
    /// In the manner of .proto source.
    pub text: String,
    /// SHA-256 of the text, lower-case hex.
    pub hash: String,
}

/// The canonical schema of `services` (of which infrastructure is left out), asked of `source`.
pub fn canonical_schema<'a>(
    source: &'a dyn Source,
    services: &'a [String],
) -> BoxFuture<'a, Result<CanonicalSchema, SchemaError>> {
    Box::pin(async move {
        let mut infos: BTreeMap<&str, ServiceInfo> = BTreeMap::new();
        let mut types: Vec<MessageType> = Vec::new();
        for name in services.iter().filter(|name| !is_infrastructure(name)) {
            let info = source.service(name).await?;
            for method in &info.methods {
                for side in [&method.input, &method.output] {
                    if !types.iter().any(|known| known.full_name() == side) {
                        types.push(source.message_type(side).await?);
                    }
                }
            }
            infos.insert(name, info);
        }
        let text = write(infos.into_values(), types);
        let hash = hex(&Sha256::digest(text.as_bytes()));
        Ok(CanonicalSchema { text, hash })
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        // Writing to a string cannot fail.
        write!(out, "{byte:02x}").unwrap_or_default();
        out
    })
}

fn write(services: impl Iterator<Item = ServiceInfo>, types: Vec<MessageType>) -> String {
    let mut blocks: Vec<String> = services.map(|info| service(&info)).collect();
    let mut definitions: BTreeMap<String, String> = BTreeMap::new();
    let mut open: VecDeque<MessageDescriptor> = types.into_iter().map(|ty| ty.descriptor).collect();
    while let Some(next) = open.pop_front() {
        let name = next.full_name().to_owned();
        if name.starts_with(WELL_KNOWN) || definitions.contains_key(&name) {
            continue;
        }
        for field in next.fields() {
            match reached(&field) {
                Reached::Message(inner) => open.push_back(inner),
                Reached::Enum(inner) if !inner.full_name().starts_with(WELL_KNOWN) => {
                    definitions.entry(inner.full_name().to_owned()).or_insert_with(|| enumeration(&inner));
                }
                Reached::Enum(_) | Reached::Nothing => {}
            }
        }
        definitions.insert(name, message(&next));
    }
    blocks.extend(definitions.into_values());
    blocks.join("\n")
}

enum Reached {
    Message(MessageDescriptor),
    Enum(EnumDescriptor),
    Nothing,
}

fn reached(field: &FieldDescriptor) -> Reached {
    let kind = match field.kind() {
        // The entry of a map is no type of its author's; its value may be.
        Kind::Message(entry) if field.is_map() => entry.map_entry_value_field().kind(),
        kind => kind,
    };
    match kind {
        Kind::Message(message) => Reached::Message(message),
        Kind::Enum(enumeration) => Reached::Enum(enumeration),
        _ => Reached::Nothing,
    }
}

fn service(info: &ServiceInfo) -> String {
    let (package, _) = info.full_name.rsplit_once('.').unwrap_or(("", &info.full_name));
    let stream = |streams: bool| if streams { "stream " } else { "" };
    let mut lines: Vec<String> = info
        .methods
        .iter()
        .map(|method| {
            format!(
                "  rpc {}({}{}) returns ({}{});\n",
                method.name,
                stream(method.client_streaming),
                short(&method.input, package),
                stream(method.server_streaming),
                short(&method.output, package),
            )
        })
        .collect();
    lines.sort_unstable();
    format!("service {} {{\n{}}}\n", info.full_name, lines.concat())
}

fn message(descriptor: &MessageDescriptor) -> String {
    let package = descriptor.package_name();
    let mut fields: Vec<FieldDescriptor> = descriptor.fields().collect();
    fields.sort_unstable_by_key(FieldDescriptor::number);
    let mut out = format!("message {} {{\n", descriptor.full_name());
    let mut written: Vec<String> = Vec::new();
    let is_real = |field: &FieldDescriptor| field.containing_oneof().filter(|oneof| !oneof.is_synthetic());
    for one in &fields {
        let Some(oneof) = is_real(one) else {
            out.push_str(&field("  ", one, package));
            continue;
        };
        if written.iter().any(|name| name == oneof.name()) {
            continue;
        }
        writeln!(out, "  oneof {} {{", oneof.name()).unwrap_or_default();
        for member in &fields {
            if is_real(member).is_some_and(|other| other.name() == oneof.name()) {
                out.push_str(&field("    ", member, package));
            }
        }
        out.push_str("  }\n");
        written.push(oneof.name().to_owned());
    }
    out.push_str("}\n");
    out
}

fn field(indent: &str, field: &FieldDescriptor, package: &str) -> String {
    let label = match field.cardinality() {
        Cardinality::Repeated if field.is_map() => "",
        Cardinality::Repeated => "repeated ",
        Cardinality::Required => "required ",
        Cardinality::Optional => {
            let by_itself = field.containing_oneof().is_some_and(|oneof| !oneof.is_synthetic())
                || matches!(field.kind(), Kind::Message(_));
            if field.supports_presence() && !by_itself { "optional " } else { "" }
        }
    };
    let ty = match field.kind() {
        Kind::Message(entry) if field.is_map() => {
            let (key, value) = (entry.map_entry_key_field(), entry.map_entry_value_field());
            format!("map<{}, {}>", type_name(&key.kind(), package), type_name(&value.kind(), package))
        }
        kind if field.is_group() => format!("group {}", type_name(&kind, package)),
        kind => type_name(&kind, package),
    };
    let proto = field.field_descriptor_proto();
    let mut options: Vec<String> = Vec::new();
    if field.json_name() != default_json_name(field.name()) {
        options.push(format!("json_name = {:?}", field.json_name()));
    }
    if let Some(default) = proto.default_value.as_ref().filter(|_| field.supports_presence()) {
        options.push(format!("default = {default:?}"));
    }
    let options = if options.is_empty() { String::new() } else { format!(" [{}]", options.join(", ")) };
    format!("{indent}{label}{ty} {} = {}{options};\n", field.name(), field.number())
}

fn type_name(kind: &Kind, package: &str) -> String {
    match kind {
        Kind::Message(message) => short(message.full_name(), package),
        Kind::Enum(enumeration) => short(enumeration.full_name(), package),
        other => format!("{other:?}").to_ascii_lowercase(),
    }
}

fn enumeration(descriptor: &EnumDescriptor) -> String {
    let mut values: Vec<(i32, String)> =
        descriptor.values().map(|value| (value.number(), value.name().to_owned())).collect();
    values.sort_unstable();
    let mut out = format!("enum {} {{\n", descriptor.full_name());
    for (number, name) in values {
        writeln!(out, "  {name} = {number};").unwrap_or_default();
    }
    out.push_str("}\n");
    out
}

/// A name without the package that it shares with whoever names it.
fn short(full_name: &str, package: &str) -> String {
    let inside = full_name.strip_prefix(package).and_then(|rest| rest.strip_prefix('.'));
    inside.filter(|_| !package.is_empty()).unwrap_or(full_name).to_owned()
}

/// The JSON name that a field has by itself, as protoc makes it.
fn default_json_name(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut upper = false;
    for character in name.chars() {
        if character == '_' {
            upper = true;
        } else if std::mem::take(&mut upper) {
            out.push(character.to_ascii_uppercase());
        } else {
            out.push(character);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

    use prost::Message as _;
    use prost_types::{
        DescriptorProto, EnumDescriptorProto, EnumValueDescriptorProto, FieldDescriptorProto, FileDescriptorProto,
        FileDescriptorSet, FileOptions, MethodDescriptorProto, OneofDescriptorProto, ServiceDescriptorProto,
        SourceCodeInfo,
        field_descriptor_proto::{Label, Type},
    };

    use super::*;
    use crate::schema::DescriptorSetSource;

    fn plain(name: &str, number: i32, ty: Type) -> FieldDescriptorProto {
        FieldDescriptorProto {
            name: Some(name.to_owned()),
            number: Some(number),
            label: Some(Label::Optional.into()),
            r#type: Some(ty.into()),
            ..Default::default()
        }
    }

    fn of_type(name: &str, number: i32, ty: Type, type_name: &str) -> FieldDescriptorProto {
        FieldDescriptorProto { type_name: Some(type_name.to_owned()), ..plain(name, number, ty) }
    }

    /// `pb.Hello` as the tutorial has it, and a nested enum in a oneof.
    fn file() -> FileDescriptorProto {
        let method = MethodDescriptorProto {
            name: Some("Welcome".to_owned()),
            input_type: Some(".pb.In".to_owned()),
            output_type: Some(".pb.Out".to_owned()),
            server_streaming: Some(true),
            ..Default::default()
        };
        let value = |name: &str, number| EnumValueDescriptorProto {
            name: Some(name.to_owned()),
            number: Some(number),
            ..Default::default()
        };
        let kind = EnumDescriptorProto {
            name: Some("Kind".to_owned()),
            value: vec![value("NONE", 0), value("SOME", 1)],
            ..Default::default()
        };
        let in_oneof = |field: FieldDescriptorProto| FieldDescriptorProto { oneof_index: Some(0), ..field };
        FileDescriptorProto {
            name: Some("pb/hello.proto".to_owned()),
            package: Some("pb".to_owned()),
            syntax: Some("proto3".to_owned()),
            message_type: vec![
                DescriptorProto {
                    name: Some("In".to_owned()),
                    field: vec![plain("user_name", 1, Type::String)],
                    ..Default::default()
                },
                DescriptorProto {
                    name: Some("Out".to_owned()),
                    field: vec![
                        in_oneof(of_type("kind", 3, Type::Enum, ".pb.Out.Kind")),
                        plain("result", 1, Type::String),
                        in_oneof(of_type("again", 2, Type::Message, ".pb.Out")),
                    ],
                    enum_type: vec![kind],
                    oneof_decl: vec![OneofDescriptorProto { name: Some("one".to_owned()), ..Default::default() }],
                    ..Default::default()
                },
                DescriptorProto { name: Some("Unused".to_owned()), ..Default::default() },
            ],
            service: vec![ServiceDescriptorProto {
                name: Some("Hello".to_owned()),
                method: vec![method],
                ..Default::default()
            }],
            ..Default::default()
        }
    }

    async fn schema(file: FileDescriptorProto) -> CanonicalSchema {
        let set = FileDescriptorSet { file: vec![file] }.encode_to_vec();
        let source = DescriptorSetSource::from_bytes(&set, "a test").unwrap();
        let services = ["grpc.health.v1.Health".to_owned(), "pb.Hello".to_owned()];
        canonical_schema(&source, &services).await.unwrap()
    }

    #[tokio::test]
    async fn the_text() {
        let found = schema(file()).await;
        let expect = "service pb.Hello {\n  rpc Welcome(In) returns (stream Out);\n}\n\nmessage pb.In {\n  string user_name \
                      = 1;\n}\n\nmessage pb.Out {\n  string result = 1;\n  oneof one {\n    Out again = 2;\n    Out.Kind \
                      kind = 3;\n  }\n}\n\nenum pb.Out.Kind {\n  NONE = 0;\n  SOME = 1;\n}\n";
        assert_eq!(found.text, expect);
        assert_eq!(found.hash.len(), 64);
    }

    /// What servers in different languages send of the same schema.
    #[tokio::test]
    async fn dress_does_not_count_and_what_is_worn_under_it_does() {
        let base = schema(file()).await.hash;
        let same: [fn(&mut FileDescriptorProto); 5] = [
            |file| file.name = Some("hello.proto".to_owned()),
            |file| file.options = Some(FileOptions { go_package: Some("pb".to_owned()), ..Default::default() }),
            |file| file.source_code_info = Some(SourceCodeInfo::default()),
            |file| file.message_type[0].field[0].json_name = Some("userName".to_owned()),
            |file| {
                file.message_type.reverse();
                file.message_type.remove(0);
            },
        ];
        for (index, change) in same.into_iter().enumerate() {
            let mut other = file();
            change(&mut other);
            assert_eq!(schema(other).await.hash, base, "change {index}");
        }
        let different: [fn(&mut FileDescriptorProto); 7] = [
            |file| file.message_type[1].field.push(plain("zone", 4, Type::String)),
            |file| file.message_type[0].field[0].number = Some(2),
            |file| file.message_type[0].field[0].name = Some("name".to_owned()),
            |file| file.message_type[0].field[0].r#type = Some(Type::Bytes.into()),
            |file| file.message_type[0].field[0].label = Some(Label::Repeated.into()),
            |file| file.message_type[0].field[0].json_name = Some("user".to_owned()),
            |file| file.service[0].method[0].server_streaming = None,
        ];
        for (index, change) in different.into_iter().enumerate() {
            let mut other = file();
            change(&mut other);
            assert_ne!(schema(other).await.hash, base, "change {index}");
        }
    }
}
