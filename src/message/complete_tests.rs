//! Suggestions at every kind of place, over a type with every kind of field.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may end by panicking")]

use proptest::prelude::*;
use prost_types::field_descriptor_proto::{Label as ProtoLabel, Type};
use prost_types::source_code_info::Location;
use prost_types::{
    DescriptorProto, EnumDescriptorProto, EnumValueDescriptorProto, FieldDescriptorProto, FileDescriptorProto,
    FileDescriptorSet, MessageOptions, SourceCodeInfo,
};

use super::*;
use crate::schema::Pool;

fn field(name: &str, number: i32, kind: Type, label: ProtoLabel, type_name: &str) -> FieldDescriptorProto {
    FieldDescriptorProto {
        name: Some(name.to_owned()),
        number: Some(number),
        r#type: Some(kind.into()),
        label: Some(label.into()),
        type_name: (!type_name.is_empty()).then(|| type_name.to_owned()),
        ..FieldDescriptorProto::default()
    }
}

/// A type with every kind of field that matters here.
fn parent() -> (MessageType, Comments) {
    let value = |name: &str, number| EnumValueDescriptorProto {
        name: Some(name.to_owned()),
        number: Some(number),
        ..EnumValueDescriptorProto::default()
    };
    let entry = DescriptorProto {
        name: Some("AgesEntry".to_owned()),
        field: vec![
            field("key", 1, Type::String, ProtoLabel::Optional, ""),
            field("value", 2, Type::Message, ProtoLabel::Optional, ".t.Child"),
        ],
        options: Some(MessageOptions { map_entry: Some(true), ..MessageOptions::default() }),
        ..DescriptorProto::default()
    };
    let parent = DescriptorProto {
        name: Some("Parent".to_owned()),
        field: vec![
            field("int_val", 1, Type::Int32, ProtoLabel::Optional, ""),
            field("uint_val", 2, Type::Uint32, ProtoLabel::Optional, ""),
            field("child", 3, Type::Message, ProtoLabel::Repeated, ".t.Child"),
            field("ages", 4, Type::Message, ProtoLabel::Repeated, ".t.Parent.AgesEntry"),
            field("kind", 5, Type::Enum, ProtoLabel::Optional, ".t.Kind"),
            field("any", 6, Type::Message, ProtoLabel::Optional, ".google.protobuf.Any"),
        ],
        nested_type: vec![entry],
        ..DescriptorProto::default()
    };
    let child = DescriptorProto {
        name: Some("Child".to_owned()),
        field: vec![
            field("uid", 1, Type::Int64, ProtoLabel::Optional, ""),
            field("on", 2, Type::Bool, ProtoLabel::Optional, ""),
        ],
        ..DescriptorProto::default()
    };
    let kind = EnumDescriptorProto {
        name: Some("Kind".to_owned()),
        value: vec![value("NONE", 0), value("SOME", 1)],
        ..EnumDescriptorProto::default()
    };
    let location = |path: &[i32], comment: &str| Location {
        path: path.to_vec(),
        span: vec![0, 0, 1],
        leading_comments: Some(comment.to_owned()),
        ..Location::default()
    };
    let file = FileDescriptorProto {
        name: Some("t.proto".to_owned()),
        package: Some("t".to_owned()),
        syntax: Some("proto3".to_owned()),
        dependency: vec!["google/protobuf/any.proto".to_owned()],
        message_type: vec![parent, child],
        enum_type: vec![kind],
        source_code_info: Some(SourceCodeInfo {
            location: vec![
                location(&[4, 0, 2, 0], " Wasteful\n for negatives. "),
                location(&[5, 0, 2, 1], "Not none."),
            ],
        }),
        ..FileDescriptorProto::default()
    };
    let set = prost::Message::encode_to_vec(&FileDescriptorSet { file: vec![file] });
    let pool = Pool::from_descriptor_set(&set, "a test").expect("it links");
    (pool.message_type("t.Parent").expect("it is there"), Comments::of_set(&set))
}

/// The labels at `|`, and the text with the first of them taken.
fn at((ty, comments): &(MessageType, Comments), marked: &str) -> (Vec<String>, String) {
    let caret = marked.find('|').expect("a caret");
    let text = marked.replace('|', "");
    let Some(found) = complete(ty, comments, &text, caret) else { return (Vec::new(), text) };
    let mut taken = text.clone();
    taken.replace_range(found.range.clone(), &found.suggestions[0].insert);
    (found.suggestions.into_iter().map(|suggestion| suggestion.label).collect(), taken)
}

#[test]
fn names_values_and_types_are_offered_where_they_may_stand() {
    let ty = parent();
    let all = ["intVal", "uintVal", "child", "ages", "kind", "any"];
    let check = |marked: &str, labels: &[&str], taken: &str| {
        assert_eq!(
            at(&ty, marked),
            (labels.iter().map(|label| (*label).to_owned()).collect(), taken.to_owned()),
            "{marked}"
        );
    };
    check("{|}", &all, "{\"intVal\": }");
    check("{\"int|\"}", &["intVal", "uintVal"], "{\"intVal\": }");
    check("{\"int|\": 1}", &["intVal", "uintVal"], "{\"intVal\": 1}");
    check("{\"UINT_|", &["uintVal"], "{\"uintVal\": ");
    check("{\"intVal\": 1, \"int|\"}", &["uintVal"], "{\"intVal\": 1, \"uintVal\": }");
    check(
        "// {\n{ /* { */ \"child\": [{\"uid\": 1}, {\"|\"}]}",
        &["uid", "on"],
        "// {\n{ /* { */ \"child\": [{\"uid\": 1}, {\"uid\": }]}",
    );
    check("{\"child\": [{\"on\": t|}]}", &["true"], "{\"child\": [{\"on\": true}]}");
    check("{\"ages\": {\"Ann\": {\"u|\"}}}", &["uid"], "{\"ages\": {\"Ann\": {\"uid\": }}}");
    check("{\"kind\": |}", &["NONE", "SOME"], "{\"kind\": \"NONE\"}");
    check("{\"kind\": \"so|\"}", &["SOME"], "{\"kind\": \"SOME\"}");
    check("{\"any\": {|}}", &["@type"], "{\"any\": {\"@type\": }}");
    check(
        "{\"any\": {\"@type\": \"chi|\"}}",
        &["type.googleapis.com/t.Child"],
        "{\"any\": {\"@type\": \"type.googleapis.com/t.Child\"}}",
    );
    check(
        "{\"any\": {\"@type\": \"x/t.Child\", \"|\"}}",
        &["uid", "on"],
        "{\"any\": {\"@type\": \"x/t.Child\", \"uid\": }}",
    );
    for nothing in [
        "|",
        "{\"intVal\"|: 1}",
        "{\"intVal\": |}",
        "{\"ages\": {\"|\"}}",
        "{\"zzz|\"}",
        "{// int|\n}",
        "{\"no\": {|}}",
        "}|",
    ] {
        check(nothing, &[], &nothing.replace('|', ""));
    }
}

#[test]
fn types_and_comments_are_told() {
    let (ty, comments) = parent();
    let found = complete(&ty, &comments, "{", 1).expect("names");
    let details: Vec<&str> = found.suggestions.iter().map(|suggestion| suggestion.detail.as_str()).collect();
    assert_eq!(
        details,
        ["int32", "uint32", "repeated t.Child", "map<string, t.Child>", "t.Kind", "google.protobuf.Any"]
    );
    assert_eq!(found.suggestions[0].comment, "Wasteful for negatives.");
    let values = complete(&ty, &comments, "{\"kind\": ", 9).expect("values");
    assert_eq!((values.suggestions[1].detail.as_str(), values.suggestions[1].comment.as_str()), ("1", "Not none."));
    let text = "{\"intVal\": 1}";
    let meaning = key_meaning(&ty, &comments, text, 4).expect("a key");
    assert_eq!(&text[meaning.range], "\"intVal\"");
    assert_eq!((meaning.name.as_str(), meaning.type_name.as_str()), ("int_val", "int32"));
    assert_eq!(key_meaning(&ty, &comments, text, 11), None);
}

proptest! {
    #[test]
    fn any_draft_can_be_asked(text in "([\\[\\]{}:, \n\"/*李]|\"child\"|\"any\"|\"@type\"|\"x/t.Child\"|int){0,20}", place in 0_usize..80) {
        let (ty, comments) = parent();
        let caret = text.floor_char_boundary(place);
        if let Some(found) = complete(&ty, &comments, &text, caret) {
            prop_assert!(text.get(found.range.clone()).is_some());
            prop_assert!(found.range.start <= caret && caret <= found.range.end);
        }
        if let Some(meaning) = key_meaning(&ty, &comments, &text, caret) {
            prop_assert!(text.get(meaning.range).is_some());
        }
    }
}
