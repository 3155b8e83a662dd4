//! Nothing that a file or server says can panic, hang or overflow the stack.

use std::sync::{Arc, OnceLock};

use buffa_descriptor::generated::descriptor::{
    DescriptorProto, Edition, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto, MessageOptions,
    field_descriptor_proto::{Label, Type},
};
use bytes::Bytes;
use proptest::prelude::*;
use prost_reflect::DynamicMessage;

use super::super::raw::{RawFile, join_set, split_set};
use super::super::{
    BoxFuture, Descriptors, Pool, ReflectionFailure, ReflectionSource, ReflectionTransport, Source as _, print,
};
use super::protoc;

const SOURCES: &[(&str, &str)] = &[
    (
        "two.proto",
        r#"syntax = "proto2"; package a; import "google/protobuf/any.proto";
           message Two { optional int32 opt = 1 [default = 3]; optional group Grp = 2 { optional bytes b = 1 [default = "\377"]; }
             map<string, Two> map = 3; oneof o { E e = 4; string s = 5; } extensions 100 to 200; optional google.protobuf.Any any = 6;
             reserved 7, 8 to 10; reserved "gone"; repeated sint64 many = 11 [packed = true]; }
           enum E { ONE = 1; TWO = 2; } extend Two { optional Two ext = 100; }"#,
    ),
    (
        "editions.proto",
        r#"edition = "2023"; package b; import "two.proto";
           message M { int32 implicit = 1 [features.field_presence = IMPLICIT]; M sub = 2 [features.message_encoding = DELIMITED];
             map<int32, a.Two> twos = 3; C c = 4; }
           enum C { option features.enum_type = CLOSED; ONE = 1; }
           service S { rpc One(M) returns (a.Two); rpc Two(stream M) returns (stream M) { option deprecated = true; } }"#,
    ),
];

fn set() -> &'static [u8] {
    static SET: OnceLock<Vec<u8>> = OnceLock::new();
    SET.get_or_init(|| protoc(SOURCES, true).unwrap())
}

/// Does everything that a person can do with a set; only panics count.
fn exercise(bytes: &[u8]) {
    let Ok(descriptors) = Descriptors::from_set(&Bytes::copy_from_slice(bytes), "test") else { return };
    let outline = descriptors.outline("test");
    for service in &outline.services {
        for method in &service.methods {
            drop(descriptors.method(&service.full_name, &method.name));
            drop(descriptors.definition(&format!("{}/{}", service.full_name, method.name)));
        }
    }
    drop(print::all_files(descriptors.loaded()));
    drop(descriptors.descriptor_set(&[]));
    drop(descriptors.definition("b.M"));
    drop(descriptors.not_found("b.N"));
    // What the value engine does with the descriptors, over bytes that reach every field.
    let value: Vec<u8> = (1..12_u8).flat_map(|number| [number << 3 | 2, 2, 0x08, 1, number << 3, 1]).collect();
    for message in descriptors.pool().inner.all_messages().take(50) {
        if let Ok(decoded) = DynamicMessage::decode(message.clone(), value.as_slice()) {
            drop(serde_json::to_string(&decoded));
            drop(decoded.to_text_format());
        }
    }
    drop(Pool::from_descriptor_set(bytes, "test"));
}

/// One change of structure: what no random byte finds.
#[derive(Clone, Debug)]
enum Change {
    Syntax(String),
    Edition(i32),
    Name(usize, String),
    TypeName(usize, String),
    Type(usize, usize),
    Label(usize, usize),
    Number(usize, i32),
    OneofIndex(usize, i32),
    Default(usize, String),
    MapEntry(usize, bool),
    DropField(usize),
    DoubleField(usize),
    PublicDependency(i32),
    Dependency(String),
    DropDependencies,
    Package(String),
    MessageName(usize, String),
    EnumNumber(usize, i32),
    DropFile,
    DoubleFile,
    Swap,
}

fn change() -> impl Strategy<Value = Change> {
    let name = prop_oneof![
        Just(String::new()),
        Just("a".to_owned()),
        Just("key".to_owned()),
        Just("a.b".to_owned()),
        Just(".a.Two".to_owned()),
        Just(".a.Two.MapEntry".to_owned()),
        Just(".b.C".to_owned()),
        Just(".b.S".to_owned()),
        Just("Two".to_owned()),
        Just("é\u{202e}\0".to_owned()),
        "\\PC{0,8}",
    ];
    let at = 0..40_usize;
    prop_oneof![
        prop_oneof![
            Just(String::new()),
            Just("proto2".to_owned()),
            Just("proto3".to_owned()),
            Just("editions".to_owned()),
            ".{0,4}"
        ]
        .prop_map(Change::Syntax),
        prop_oneof![Just(998), Just(999), Just(1000), Just(1001), Just(1002), Just(9999), any::<i32>()]
            .prop_map(Change::Edition),
        (at.clone(), name.clone()).prop_map(|(at, name)| Change::Name(at, name)),
        (at.clone(), name.clone()).prop_map(|(at, name)| Change::TypeName(at, name)),
        (at.clone(), 0..19_usize).prop_map(|(at, kind)| Change::Type(at, kind)),
        (at.clone(), 0..4_usize).prop_map(|(at, label)| Change::Label(at, label)),
        (at.clone(), prop_oneof![-2..30, any::<i32>()]).prop_map(|(at, number)| Change::Number(at, number)),
        (at.clone(), -2..3).prop_map(|(at, index)| Change::OneofIndex(at, index)),
        (
            at.clone(),
            prop_oneof![Just("\\777".to_owned()), Just("\\x1é".to_owned()), Just("nan".to_owned()), "\\PC{0,6}"]
        )
            .prop_map(|(at, text)| Change::Default(at, text)),
        (at.clone(), any::<bool>()).prop_map(|(at, on)| Change::MapEntry(at, on)),
        at.clone().prop_map(Change::DropField),
        at.clone().prop_map(Change::DoubleField),
        (-2..5).prop_map(Change::PublicDependency),
        prop_oneof![Just("two.proto".to_owned()), Just("editions.proto".to_owned()), ".{0,6}"]
            .prop_map(Change::Dependency),
        Just(Change::DropDependencies),
        name.clone().prop_map(Change::Package),
        (at.clone(), name).prop_map(|(at, name)| Change::MessageName(at, name)),
        (at, any::<i32>()).prop_map(|(at, number)| Change::EnumNumber(at, number)),
        Just(Change::DropFile),
        Just(Change::DoubleFile),
        Just(Change::Swap),
    ]
}

fn fields(message: &mut DescriptorProto) -> Vec<&mut FieldDescriptorProto> {
    let mut all: Vec<&mut FieldDescriptorProto> = message.field.iter_mut().chain(&mut message.extension).collect();
    for nested in &mut message.nested_type {
        all.extend(fields(nested));
    }
    all
}

fn messages(file: &mut FileDescriptorProto, at: usize) -> Option<&mut DescriptorProto> {
    let count = file.message_type.len().max(1);
    let message = file.message_type.get_mut(at % count)?;
    let nested = message.nested_type.len();
    if nested > 0 && at / count % 2 == 1 { message.nested_type.get_mut(at / count % nested) } else { Some(message) }
}

fn apply(files: &mut Vec<FileDescriptorProto>, at: usize, change: Change) {
    let count = files.len().max(1);
    let index = at % count;
    let Some(file) = files.get_mut(index) else { return };
    let with_field = |file: &mut FileDescriptorProto, at: usize, run: &mut dyn FnMut(&mut FieldDescriptorProto)| {
        let mut all: Vec<_> = file.message_type.iter_mut().flat_map(fields).chain(&mut file.extension).collect();
        let count = all.len().max(1);
        if let Some(field) = all.get_mut(at % count) {
            run(field);
        }
    };
    match change {
        Change::Syntax(syntax) => file.syntax = Some(syntax),
        Change::Edition(edition) => {
            file.syntax = Some("editions".to_owned());
            file.edition = <Edition as buffa::Enumeration>::from_i32(edition);
        }
        Change::Name(at, name) => with_field(file, at, &mut |field| field.name = Some(name.clone())),
        Change::TypeName(at, name) => with_field(file, at, &mut |field| field.type_name = Some(name.clone())),
        Change::Type(at, kind) => {
            let kind = i32::try_from(kind).ok().and_then(<Type as buffa::Enumeration>::from_i32);
            with_field(file, at, &mut |field| field.r#type = kind);
        }
        Change::Label(at, label) => {
            let label = i32::try_from(label).ok().and_then(<Label as buffa::Enumeration>::from_i32);
            with_field(file, at, &mut |field| field.label = label);
        }
        Change::Number(at, number) => with_field(file, at, &mut |field| field.number = Some(number)),
        Change::OneofIndex(at, index) => with_field(file, at, &mut |field| field.oneof_index = Some(index)),
        Change::Default(at, text) => with_field(file, at, &mut |field| field.default_value = Some(text.clone())),
        Change::MapEntry(at, on) => {
            if let Some(message) = messages(file, at) {
                message.options =
                    buffa::MessageField::some(MessageOptions { map_entry: Some(on), ..Default::default() });
            }
        }
        Change::DropField(at) => {
            if let Some(message) = messages(file, at) {
                message.field.pop();
            }
        }
        Change::DoubleField(at) => {
            if let Some(message) = messages(file, at) {
                message.field.extend(message.field.first().cloned());
            }
        }
        Change::PublicDependency(position) => file.public_dependency.push(position),
        Change::Dependency(name) => file.dependency.push(name),
        Change::DropDependencies => file.dependency.clear(),
        Change::Package(name) => file.package = Some(name),
        Change::MessageName(at, name) => {
            if let Some(message) = messages(file, at) {
                message.name = Some(name);
            }
        }
        Change::EnumNumber(at, number) => {
            let count = file.enum_type.len().max(1);
            if let Some(value) = file.enum_type.get_mut(at % count).and_then(|e| e.value.first_mut()) {
                value.number = Some(number);
            }
        }
        Change::DropFile => {
            files.remove(index);
        }
        Change::DoubleFile => {
            let mut double = file.clone();
            double.name = Some(format!("{}.again", double.name.unwrap_or_default()));
            files.push(double);
        }
        Change::Swap => files.reverse(),
    }
}

fn encode(files: Vec<FileDescriptorProto>) -> Vec<u8> {
    use buffa::Message as _;
    let files: Vec<Bytes> = files.into_iter().map(|file| Bytes::from(file.encode_to_vec())).collect();
    join_set(&files)
}

fn decoded() -> Vec<FileDescriptorProto> {
    split_set(&Bytes::from_static(set()))
        .unwrap()
        .into_iter()
        .map(|file| RawFile::decode(file).unwrap().proto)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sets_with_flipped_bytes(flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut bytes = set().to_vec();
        for (index, value) in flips {
            let index = index.index(bytes.len());
            bytes[index] = value;
        }
        exercise(&bytes);
    }

    #[test]
    fn sets_cut_short(index in any::<prop::sample::Index>()) {
        exercise(&set()[..index.index(set().len())]);
    }

    #[test]
    fn sets_with_changed_structure(changes in prop::collection::vec((0..8_usize, change()), 1..5)) {
        let mut files = decoded();
        for (at, change) in changes {
            apply(&mut files, at, change);
        }
        exercise(&encode(files));
    }

    #[test]
    fn noise(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        exercise(&bytes);
    }

    #[test]
    fn reflection_answers(
        answers in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 0..4),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        position in 0..4_usize,
    ) {
        use super::super::reflection::testing::{Answer, Files, Response};
        use prost::Message as _;
        let files = split_set(&Bytes::from_static(set())).unwrap();
        let response = Response { original_request: None, answer: Some(Answer::Files(Files { files })) };
        let mut good = response.encode_to_vec();
        for (index, value) in flips {
            let index = index.index(good.len());
            good[index] = value;
        }
        let mut answers: Vec<Bytes> = answers.into_iter().map(Bytes::from).collect();
        answers.insert(position.min(answers.len()), Bytes::from(good));
        let source = ReflectionSource::new(Arc::new(Parrot(answers)), "test");
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            drop(source.method("b.S", "One").await);
            drop(source.outline().await);
            drop(source.definition("b.S/Two").await);
            drop(source.descriptor_set(&[]).await);
        });
    }
}

/// Says the same whatever it is asked.
struct Parrot(Vec<Bytes>);

impl ReflectionTransport for Parrot {
    fn exchange<'a>(
        &'a self,
        _path: &'static str,
        _requests: Vec<Bytes>,
    ) -> BoxFuture<'a, Result<Vec<Bytes>, ReflectionFailure>> {
        Box::pin(async { Ok(self.0.clone()) })
    }
}

#[test]
fn unknown_syntaxes_and_editions_are_errors() {
    for (syntax, edition) in
        [("proto4", None), ("editions", None), ("editions", Some(Edition::EDITION_UNSTABLE)), ("Proto3", None)]
    {
        let file = FileDescriptorProto {
            name: Some("a.proto".to_owned()),
            syntax: Some(syntax.to_owned()),
            edition,
            ..Default::default()
        };
        let error = Pool::from_descriptor_set(&encode(vec![file]), "test").unwrap_err().to_string();
        assert!(
            error.starts_with("a.proto: ") && error.contains("not known here") || error.contains("newer"),
            "{error}"
        );
    }
    let empty = FileDescriptorProto {
        name: Some("a.proto".to_owned()),
        syntax: Some(String::new()),
        message_type: vec![DescriptorProto { name: Some("M".to_owned()), ..Default::default() }],
        ..Default::default()
    };
    assert!(Pool::from_descriptor_set(&encode(vec![empty]), "test").unwrap().message_type("M").is_some());
}

/// `count` messages in one another, as bytes: the innermost first, each level a length before it.
fn nested(count: usize) -> Vec<u8> {
    let varint = |mut value: usize| {
        let mut bytes = Vec::new();
        while value >= 0x80 {
            bytes.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        bytes.push(value as u8);
        bytes
    };
    let name = [0x0a, 1, b'M'];
    // Lengths from the inside out; the bytes are then written from the outside in.
    let mut lengths = vec![name.len()];
    for _ in 1..count {
        let inner = lengths.last().copied().unwrap();
        lengths.push(name.len() + 1 + varint(inner).len() + inner);
    }
    let mut file = vec![0x0a, 1, b'f'];
    for (depth, length) in lengths.iter().rev().enumerate() {
        file.push(if depth == 0 { 0x22 } else { 0x1a });
        file.extend(varint(*length));
        file.extend(name);
    }
    file
}

#[test]
fn deep_nesting_is_an_error() {
    let deep = nested(100_000);
    let shallow = nested(20);
    assert!(
        Pool::from_descriptor_set(&join_set([&Bytes::from(shallow)]), "test").unwrap().message_type("M.M.M").is_some()
    );
    let error = Pool::from_descriptor_set(&join_set([&Bytes::from(deep)]), "test").unwrap_err().to_string();
    assert!(error.contains("no file descriptor"), "{error}");
    // As deep as is let through, on a small stack.
    let deepest = (20..110).rev().map(nested).find(|file| RawFile::decode(Bytes::from(file.clone())).is_ok()).unwrap();
    std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(move || exercise(&join_set([&Bytes::from(deepest)])))
        .unwrap()
        .join()
        .unwrap();
}

#[test]
fn everything_bundled_loads() {
    let descriptors = Descriptors::from_files(super::super::raw::Bundled::get().all(), "bundled");
    assert_eq!(descriptors.problems(), []);
    assert!(super::super::bundled_message_type("google.rpc.ErrorInfo").is_some());
    assert!(super::super::bundled_message_type("google.rpc.NoSuch").is_none());
}

#[test]
fn imports_in_a_circle_end() {
    let file = |name: &str, import: &str| FileDescriptorProto {
        name: Some(name.to_owned()),
        package: Some(name.to_owned()),
        dependency: vec![import.to_owned()],
        public_dependency: vec![0],
        message_type: vec![DescriptorProto {
            name: Some("M".to_owned()),
            field: vec![FieldDescriptorProto {
                name: Some("other".to_owned()),
                number: Some(1),
                r#type: Some(Type::TYPE_MESSAGE),
                type_name: Some(format!(".{import}.M")),
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    let set = encode(vec![file("a", "b"), file("b", "a"), file("c", "c")]);
    exercise(&set);
    assert!(Pool::from_descriptor_set(&set, "test").unwrap().message_type("a.M").is_some());
}

#[test]
fn one_bad_file_costs_itself_and_what_needs_it() {
    let message = |name: &str, type_name: Option<&str>| DescriptorProto {
        name: Some(name.to_owned()),
        field: type_name
            .map(|type_name| FieldDescriptorProto {
                name: Some("field".to_owned()),
                number: Some(1),
                type_name: Some(type_name.to_owned()),
                ..Default::default()
            })
            .into_iter()
            .collect(),
        ..Default::default()
    };
    let file = |name: &str, imports: &[&str], messages: Vec<DescriptorProto>| FileDescriptorProto {
        name: Some(name.to_owned()),
        dependency: imports.iter().map(|import| (*import).to_owned()).collect(),
        message_type: messages,
        ..Default::default()
    };
    let mut doubled = message("Doubled", None);
    doubled.enum_type = vec![EnumDescriptorProto { name: Some("E".to_owned()), ..Default::default() }];
    let set = encode(vec![
        file("uses.proto", &["bad.proto"], vec![message("Uses", Some(".Bad"))]),
        file("good.proto", &["bad.proto", "missing.proto"], vec![message("Good", Some(".google.protobuf.Any"))]),
        file("bad.proto", &[], vec![message("Bad", None), message("Missing", Some(".no.Such"))]),
        file("empty.proto", &[], vec![doubled]),
        file("clash.proto", &[], vec![message("Clash", None), message("Good", None)]),
    ]);
    let descriptors = Descriptors::from_set(&set.into(), "test").unwrap();
    assert!(descriptors.pool().message_type("Good").is_some());
    for name in ["Uses", "Bad", "Doubled", "Clash"] {
        assert!(descriptors.pool().message_type(name).is_none(), "{name}");
    }
    let problems: Vec<String> = descriptors.problems().iter().map(ToString::to_string).collect();
    assert_eq!(
        problems,
        [
            "empty.proto: enum E has no values",
            "clash.proto: Good is already defined in good.proto",
            "bad.proto: Missing.field: no.Such is not defined",
            "uses.proto: it needs bad.proto, which cannot be used",
        ]
    );
}
