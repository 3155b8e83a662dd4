//! From any syntax or edition to what the value engine understands: proto2 or proto3 descriptors with explicit
//! `packed`, presence, groups and required labels, resolved from the features of each element.
//!
//! A lowered file is for the value engine only, never shown or saved. It carries no comments, no custom options and no
//! reserved ranges. An editions file may become two, one for each syntax, because presence and the first value of an
//! enum hang on the syntax of the file there; top-level definitions are dealt out one by one. What still cannot be
//! expressed is said in notes.

use std::collections::{BTreeMap, HashSet};

use buffa::MessageField;
use buffa_descriptor::features::{
    EnumType, FieldPresence, MessageEncoding, RepeatedFieldEncoding, ResolvedFeatures, Utf8Validation, enum_features,
    field_features, for_file, message_features, oneof_features, resolve_child,
};
use buffa_descriptor::generated::descriptor::field_descriptor_proto::{Label, Type};
use buffa_descriptor::generated::descriptor::{
    DescriptorProto, EnumDescriptorProto, EnumOptions, EnumValueDescriptorProto, FieldDescriptorProto, FieldOptions,
    FileDescriptorProto, MessageOptions, MethodDescriptorProto, OneofDescriptorProto, ServiceDescriptorProto,
    descriptor_proto::ExtensionRange,
};

use super::harden::{LAST_FIELD_NUMBER, NameOrEmpty as _, is_map_entry};
use super::raw::join_name;

/// Stands among the reserved names of a lowered enum that is closed; no real name holds a space.
const CLOSED_MARK: &str = "closed enum";

/// Whether an enum of a lowered pool is closed by its file's syntax or features.
#[allow(dead_code, reason = "for the value engine, which comes to use it")]
pub(crate) fn is_closed_enum(enumeration: &prost_reflect::EnumDescriptor) -> bool {
    enumeration.enum_descriptor_proto().reserved_name.iter().any(|name| name == CLOSED_MARK)
}

/// Whether a string field of a lowered pool must hold UTF-8. `lazy` means nothing for strings, so lowering marks them
/// with it; `None` where a descriptor carries no mark.
pub(crate) fn utf8_mark(field: &prost_types::FieldDescriptorProto) -> Option<bool> {
    field.options.as_ref().and_then(|options| options.lazy)
}

/// What became of one file.
#[derive(Debug, Default)]
pub(super) struct Lowered {
    /// One file under the original's name, and perhaps a second beside it.
    pub files: Vec<FileDescriptorProto>,
    /// What differs from the author's schema, by the full name of the message.
    pub notes: BTreeMap<String, Vec<String>>,
}

/// The name of the second file.
fn companion_name(name: &str) -> String {
    format!("{name} (proto3)")
}

/// Lowers a checked and linked file; `needs` are the names of the files that it refers to and, for each, whether it
/// has a second one (see [`has_companion`]).
pub(super) fn lower(file: &FileDescriptorProto, needs: &[(String, bool)]) -> Lowered {
    let mut lowering = Lowering { editions: is_editions(file), notes: BTreeMap::new() };
    let features = for_file(file);
    let package = file.package.as_deref().unwrap_or_default();
    let name = file.name_or_empty();
    let plain_proto3 = file.syntax.as_deref() == Some("proto3");

    let mut proto2 = empty_file(name, file, false);
    let mut proto3 = empty_file(&if plain_proto3 { name.to_owned() } else { companion_name(name) }, file, true);
    // A proto3 file's rare misfits are the ones that move.
    if plain_proto3 {
        proto2.name = Some(companion_name(name));
    }

    for message in &file.message_type {
        let target = lowering.message_target(message, features, plain_proto3);
        let lowered = lowering.message(package, message, features, target);
        if target == Target::Proto3 { &mut proto3 } else { &mut proto2 }.message_type.push(lowered);
    }
    for enumeration in &file.enum_type {
        let target = enum_target(enumeration, features);
        let lowered = enumeration_lowered(enumeration, features);
        if target == Target::Proto3 { &mut proto3 } else { &mut proto2 }.enum_type.push(lowered);
    }
    let main = if plain_proto3 { &mut proto3 } else { &mut proto2 };
    for extension in &file.extension {
        main.extension.extend(lowering.field(extension, features, Target::Proto2, Place::Extension));
    }
    main.service.extend(file.service.iter().map(service_lowered));

    let (main, second) = if plain_proto3 { (proto3, proto2) } else { (proto2, proto3) };
    let mut files = vec![main];
    if !(second.message_type.is_empty() && second.enum_type.is_empty()) {
        files.push(second);
    }
    let names: Vec<String> = files
        .iter()
        .map(|file| file.name_or_empty().to_owned())
        .chain(needs.iter().flat_map(|(name, has_companion)| {
            [Some(name.clone()), has_companion.then(|| companion_name(name))].into_iter().flatten()
        }))
        .collect();
    for file in &mut files {
        file.dependency = names.iter().filter(|name| Some(*name) != file.name.as_ref()).cloned().collect();
    }
    Lowered { files, notes: lowering.notes }
}

/// Whether [`lower`] makes two files of this one.
pub(super) fn has_companion(file: &FileDescriptorProto) -> bool {
    let features = for_file(file);
    let mut lowering = Lowering { editions: is_editions(file), notes: BTreeMap::new() };
    let plain_proto3 = file.syntax.as_deref() == Some("proto3");
    let main = if plain_proto3 { Target::Proto3 } else { Target::Proto2 };
    file.message_type.iter().any(|message| lowering.message_target(message, features, plain_proto3) != main)
        || file.enum_type.iter().any(|enumeration| enum_target(enumeration, features) != main)
}

fn is_editions(file: &FileDescriptorProto) -> bool {
    file.syntax.as_deref() == Some("editions")
}

fn empty_file(name: &str, file: &FileDescriptorProto, proto3: bool) -> FileDescriptorProto {
    FileDescriptorProto {
        name: Some(name.to_owned()),
        package: file.package.clone(),
        syntax: proto3.then(|| "proto3".to_owned()),
        ..Default::default()
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    Proto2,
    Proto3,
}

/// Where a field stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Field { map: bool },
    MapEntry,
    Extension,
}

struct Lowering {
    editions: bool,
    notes: BTreeMap<String, Vec<String>>,
}

impl Lowering {
    /// The syntax that expresses a top-level message best.
    fn message_target(&mut self, message: &DescriptorProto, parent: ResolvedFeatures, plain_proto3: bool) -> Target {
        if plain_proto3 {
            if must_be_proto2(message) { Target::Proto2 } else { Target::Proto3 }
        } else if self.editions && !must_be_proto2(message) && has_implicit_field(message, parent) {
            Target::Proto3
        } else {
            Target::Proto2
        }
    }

    fn message(
        &mut self,
        scope: &str,
        message: &DescriptorProto,
        parent: ResolvedFeatures,
        target: Target,
    ) -> DescriptorProto {
        let features = resolve_child(&parent, message_features(message));
        let full_name = join_name(scope, message.name_or_empty());
        let entries: HashSet<String> = message
            .nested_type
            .iter()
            .filter(|nested| is_map_entry(nested))
            .map(|nested| format!(".{full_name}.{}", nested.name_or_empty()))
            .collect();
        let is_entry = is_map_entry(message);
        let mut implicit: Vec<&str> = Vec::new();
        let mut fields = Vec::with_capacity(message.field.len());
        for field in &message.field {
            let place = if is_entry {
                Place::MapEntry
            } else {
                Place::Field { map: field.type_name.as_ref().is_some_and(|name| entries.contains(name)) }
            };
            let parent = field_parent(message, field, features);
            if target == Target::Proto2 && !is_entry && is_implicit(field, parent) {
                implicit.push(field.name_or_empty());
            }
            fields.extend(self.field(field, parent, target, place));
        }
        self.name_json(&full_name, &mut fields);
        if !implicit.is_empty() {
            self.note(
                &full_name,
                format!(
                    "{full_name}: {} shown as if presence were explicit; the author's schema has none there",
                    listed(&implicit)
                ),
            );
        }
        let extensions = message
            .extension
            .iter()
            .filter_map(|extension| self.field(extension, features, target, Place::Extension))
            .collect();
        let options = message.options.as_option();
        DescriptorProto {
            name: message.name.clone(),
            field: fields,
            extension: extensions,
            nested_type: message
                .nested_type
                .iter()
                .map(|nested| self.message(&full_name, nested, features, target))
                .collect(),
            enum_type: message.enum_type.iter().map(|nested| enumeration_lowered(nested, features)).collect(),
            extension_range: merged_ranges(&message.extension_range),
            oneof_decl: message
                .oneof_decl
                .iter()
                .map(|oneof| OneofDescriptorProto { name: oneof.name.clone(), ..Default::default() })
                .collect(),
            options: options.map_or_else(MessageField::none, |options| {
                MessageField::some(MessageOptions {
                    map_entry: options.map_entry,
                    message_set_wire_format: options.message_set_wire_format,
                    deprecated: options.deprecated,
                    ..Default::default()
                })
            }),
            // The text format skips fields by these names.
            reserved_name: message.reserved_name.clone(),
            ..Default::default()
        }
    }

    /// `None` for what the value engine cannot hold: extensions of message sets past the last field number.
    fn field(
        &mut self,
        field: &FieldDescriptorProto,
        parent: ResolvedFeatures,
        target: Target,
        place: Place,
    ) -> Option<FieldDescriptorProto> {
        if field.number.unwrap_or_default() > LAST_FIELD_NUMBER {
            return None;
        }
        let options = field.options.as_option();
        let mut lowered = FieldDescriptorProto {
            name: field.name.clone(),
            number: field.number,
            label: Some(field.label.unwrap_or_default()),
            r#type: field.r#type,
            type_name: field.type_name.clone(),
            extendee: field.extendee.clone(),
            default_value: field.default_value.clone(),
            oneof_index: field.oneof_index,
            json_name: Some(field.json_name.clone().unwrap_or_else(|| json_name(field.name_or_empty()))),
            proto3_optional: field.proto3_optional,
            ..Default::default()
        };
        let mut packed = options.and_then(|options| options.packed);
        let features = resolve_child(&parent, field_features(field));
        let repeated = field.label == Some(Label::LABEL_REPEATED);
        // Said on every field, because a definition may have moved to a file of the other syntax.
        if repeated && is_packable(field.r#type) && (self.editions || packed.is_none()) {
            packed = Some(features.repeated_field_encoding == RepeatedFieldEncoding::Packed);
        }
        if self.editions {
            if field.r#type == Some(Type::TYPE_MESSAGE)
                && features.message_encoding == MessageEncoding::Delimited
                && matches!(place, Place::Field { map: false } | Place::Extension)
            {
                lowered.r#type = Some(Type::TYPE_GROUP);
            }
            if matches!(place, Place::Field { .. }) && !repeated && field.oneof_index.is_none() {
                match features.field_presence {
                    FieldPresence::LegacyRequired => lowered.label = Some(Label::LABEL_REQUIRED),
                    FieldPresence::Explicit if target == Target::Proto3 => lowered.proto3_optional = Some(true),
                    _ => {}
                }
            }
        }
        let deprecated = options.and_then(|options| options.deprecated);
        let lazy =
            (field.r#type == Some(Type::TYPE_STRING)).then(|| features.utf8_validation == Utf8Validation::Verify);
        if packed.is_some() || deprecated.is_some() || lazy.is_some() {
            lowered.options = MessageField::some(FieldOptions { packed, deprecated, lazy, ..Default::default() });
        }
        Some(lowered)
    }

    /// Gives each field a JSON name of its own; the value engine refuses two alike, which proto2 allows.
    fn name_json(&mut self, message: &str, fields: &mut [FieldDescriptorProto]) {
        let mut taken: HashSet<String> = HashSet::with_capacity(fields.len());
        let mut clashes = Vec::new();
        for (index, field) in fields.iter().enumerate() {
            if !taken.insert(field.json_name.clone().unwrap_or_default()) {
                clashes.push(index);
            }
        }
        for index in clashes {
            let Some(field) = fields.get_mut(index) else { continue };
            let name = field.name_or_empty().to_owned();
            let mut free = name.clone();
            while !taken.insert(free.clone()) {
                free = format!("{free}_{}", field.number.unwrap_or_default());
            }
            self.note(
                message,
                format!("{message}: the JSON name of {name} clashes with another field's; it is {free} here"),
            );
            field.json_name = Some(free);
        }
    }

    fn note(&mut self, message: &str, note: String) {
        self.notes.entry(message.to_owned()).or_default().push(note);
    }
}

/// Features that a field inherits: from its oneof if it is in one.
fn field_parent(
    message: &DescriptorProto,
    field: &FieldDescriptorProto,
    features: ResolvedFeatures,
) -> ResolvedFeatures {
    let oneof = field.oneof_index.and_then(|index| message.oneof_decl.get(usize::try_from(index).ok()?));
    resolve_child(&features, oneof.and_then(oneof_features))
}

/// A single scalar or enum without presence.
fn is_implicit(field: &FieldDescriptorProto, parent: ResolvedFeatures) -> bool {
    field.label != Some(Label::LABEL_REPEATED)
        && field.oneof_index.is_none()
        && !matches!(field.r#type, Some(Type::TYPE_MESSAGE | Type::TYPE_GROUP))
        && resolve_child(&parent, field_features(field)).field_presence == FieldPresence::Implicit
}

fn has_implicit_field(message: &DescriptorProto, parent: ResolvedFeatures) -> bool {
    if is_map_entry(message) {
        return false;
    }
    let features = resolve_child(&parent, message_features(message));
    message.field.iter().any(|field| is_implicit(field, field_parent(message, field, features)))
        || message.nested_type.iter().any(|nested| has_implicit_field(nested, features))
}

/// What the value engine refuses in a proto3 file: an enum that does not start at 0, and fields whose names differ
/// only in case and underscores.
fn must_be_proto2(message: &DescriptorProto) -> bool {
    let mut names = HashSet::with_capacity(message.field.len());
    message.enum_type.iter().any(|enumeration| !starts_at_zero(enumeration))
        || message.field.iter().any(|field| {
            let folded: String = field.name_or_empty().chars().filter(|c| *c != '_').collect();
            !names.insert(folded.to_ascii_lowercase())
        })
        || message.nested_type.iter().any(must_be_proto2)
}

fn starts_at_zero(enumeration: &EnumDescriptorProto) -> bool {
    enumeration.value.first().is_some_and(|value| value.number.unwrap_or_default() == 0)
}

fn enum_target(enumeration: &EnumDescriptorProto, parent: ResolvedFeatures) -> Target {
    if is_closed(enumeration, parent) || !starts_at_zero(enumeration) { Target::Proto2 } else { Target::Proto3 }
}

fn is_closed(enumeration: &EnumDescriptorProto, parent: ResolvedFeatures) -> bool {
    resolve_child(&parent, enum_features(enumeration)).enum_type == EnumType::Closed
}

fn enumeration_lowered(enumeration: &EnumDescriptorProto, parent: ResolvedFeatures) -> EnumDescriptorProto {
    let options = enumeration.options.as_option();
    EnumDescriptorProto {
        name: enumeration.name.clone(),
        value: enumeration
            .value
            .iter()
            .map(|value| EnumValueDescriptorProto {
                name: value.name.clone(),
                number: Some(value.number.unwrap_or_default()),
                ..Default::default()
            })
            .collect(),
        options: options.map_or_else(MessageField::none, |options| {
            MessageField::some(EnumOptions {
                allow_alias: options.allow_alias,
                deprecated: options.deprecated,
                ..Default::default()
            })
        }),
        reserved_name: is_closed(enumeration, parent).then(|| CLOSED_MARK.to_owned()).into_iter().collect(),
        ..Default::default()
    }
}

fn service_lowered(service: &ServiceDescriptorProto) -> ServiceDescriptorProto {
    ServiceDescriptorProto {
        name: service.name.clone(),
        method: service
            .method
            .iter()
            .map(|method| MethodDescriptorProto {
                name: method.name.clone(),
                input_type: method.input_type.clone(),
                output_type: method.output_type.clone(),
                client_streaming: method.client_streaming,
                server_streaming: method.server_streaming,
                ..Default::default()
            })
            .collect(),
        ..Default::default()
    }
}

/// Ranges in order, neighbours as one, up to the last field number.
fn merged_ranges(ranges: &[ExtensionRange]) -> Vec<ExtensionRange> {
    let end = LAST_FIELD_NUMBER + 1;
    let mut spans: Vec<(i32, i32)> = ranges
        .iter()
        .map(|range| (range.start.unwrap_or_default().max(1), range.end.unwrap_or_default().min(end)))
        .filter(|(start, end)| start < end)
        .collect();
    spans.sort_unstable();
    let mut merged: Vec<(i32, i32)> = Vec::with_capacity(spans.len());
    for (start, end) in spans {
        match merged.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => merged.push((start, end)),
        }
    }
    merged
        .into_iter()
        .map(|(start, end)| ExtensionRange { start: Some(start), end: Some(end), ..Default::default() })
        .collect()
}

fn is_packable(kind: Option<Type>) -> bool {
    !matches!(kind, None | Some(Type::TYPE_STRING | Type::TYPE_BYTES | Type::TYPE_MESSAGE | Type::TYPE_GROUP))
}

/// The JSON name that protoc gives a field.
pub(super) fn json_name(name: &str) -> String {
    let mut json = String::with_capacity(name.len());
    let mut upper = false;
    for c in name.chars() {
        if c == '_' {
            upper = true;
        } else {
            json.push(if upper { c.to_ascii_uppercase() } else { c });
            upper = false;
        }
    }
    json
}

fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 5;
    let mut list = names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        list.push_str(" and others");
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_names() {
        for (name, expect) in [("foo_bar", "fooBar"), ("_a", "A"), ("a__b", "aB"), ("fooBar", "fooBar"), ("a_1", "a1")]
        {
            assert_eq!(json_name(name), expect);
        }
    }

    #[test]
    fn ranges_merge() {
        let range = |start, end| ExtensionRange { start: Some(start), end: Some(end), ..Default::default() };
        let merged = merged_ranges(&[range(10, 20), range(1, 3), range(3, 5), range(30, i32::MAX), range(9, 2)]);
        let spans: Vec<_> = merged.iter().map(|range| (range.start, range.end)).collect();
        assert_eq!(spans, [(Some(1), Some(5)), (Some(10), Some(20)), (Some(30), Some(LAST_FIELD_NUMBER + 1))]);
    }
}
