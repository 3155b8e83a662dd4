//! What is printed, the reference compiler reads back as the same descriptors.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::super::raw::{RawFile, split_set};
use super::super::{Descriptors, print};
use super::protoc;

/// Files by name without comments, options in one order.
fn normalized(set: Vec<u8>) -> BTreeMap<String, RawFile> {
    let files = split_set(&Bytes::from(set)).unwrap();
    files
        .into_iter()
        .map(|bytes| {
            let mut file = RawFile::decode(bytes).unwrap();
            file.proto.source_code_info = buffa::MessageField::none();
            (file.name.clone(), file)
        })
        .collect()
}

/// Compiles, prints all, compiles that, compares.
pub(super) fn round_trip(files: &[(&str, &str)]) -> BTreeMap<String, String> {
    let set = protoc(files, true).unwrap();
    let descriptors = Descriptors::from_set(&set.clone().into(), "test").unwrap();
    assert_eq!(descriptors.problems(), []);
    let printed = print::all_files(descriptors.loaded());
    let sources: Vec<(&str, &str)> = printed.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let all = || sources.iter().flat_map(|(name, text)| ["== ", name, "\n", text]).collect::<String>();
    let again = protoc(&sources, true).unwrap_or_else(|error| panic!("{error}\n{}", all()));
    let (first, second) = (normalized(set), normalized(again));
    for (name, _) in files {
        let (first, second) = (&first[*name].proto, &second[*name].proto);
        assert!(first == second, "{name} differs:\n{first:#?}\n{second:#?}\n{}", all());
    }
    printed.into_iter().collect()
}

const PROTO2: &str = r#"
syntax = "proto2";

// Detached.

// Package comment.
package a.b;

import public "options.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/descriptor.proto";

option java_package = "com.example";
option (opt.of_file) = { name: "x\n\"quoted\"\001" inner { numbers: [1, 2] flag: true } };
option deprecated = true;

// A message.
message M { // trailing
  option (opt.of_message) = 5;
  reserved 100, 110 to 120, 1000 to max;
  reserved "old", "older";
  extensions 200 to 300, 400;
  extensions 500 to 600 [declaration = { number: 550 full_name: ".a.b.declared" type: "int32" }, verification = DECLARATION];
  required int32 req = 1;
  // About opt.
  optional string opt = 2 [default = "q\"\n\\", json_name = "optional_json", deprecated = true]; // behind
  optional bytes raw = 3 [default = "\000\377a"];
  repeated double many = 4 [packed = true];
  optional float inf = 5 [default = inf];
  optional double nan = 6 [default = nan];
  optional double neg = 7 [default = -1e-300];
  optional group Grp = 8 { optional int32 x = 1; message Deep { optional Grp up = 1; } }
  map<string, M> children = 9;
  map<int32, Zero> zeros = 19;
  enum Zero { NIL = 0; }
  oneof choice {
    option (opt.of_oneof) = "o";
    int32 left = 10;
    string right = 11 [(opt.of_field) = { key: "k" value: 2 }];
    group Third = 12 { optional int32 y = 1; }
  }
  enum E { option allow_alias = true; ONE = 1; UNO = 1 [deprecated = true]; NEG = -5; reserved 10 to 20, 30, 40 to max; reserved "GONE"; }
  optional E e = 13 [default = NEG];
  optional google.protobuf.Timestamp at = 14;
  optional b at_b = 15;
  message b { optional a.b.M m = 1; }
  extend M { optional string inside = 201; repeated group Ext = 202 { optional int32 z = 1; } }
  optional bool flag = 16 [default = true];
  optional uint64 big = 17 [default = 18446744073709551615];
  optional sint32 jstype = 18;
  optional int64 js = 20 [jstype = JS_STRING];
  optional string ctype = 21 [ctype = CORD];
}
extend M { optional int32 outside = 203; }
extend google.protobuf.MethodOptions { optional M for_method = 50001; }

/* A service
 * of many lines. */
service S {
  option deprecated = true;
  option (opt.of_service) = -7;
  // Unary.
  rpc Unary(M) returns (M.b);
  rpc Both(stream M) returns (stream google.protobuf.Timestamp) {
    option deprecated = true;
    option idempotency_level = NO_SIDE_EFFECTS;
    option (opt.of_method) = { key: "a" value: 1 };
    option (opt.many) = 1;
    option (opt.many) = 2;
    option (opt.kind) = KIND_B;
  }
}
"#;

const OPTIONS: &str = r#"
syntax = "proto3";
package opt;
import "google/protobuf/descriptor.proto";
message Inner { repeated int32 numbers = 1; bool flag = 2; }
message OfFile { string name = 1; Inner inner = 2; map<string, double> by = 3; }
message Pair { string key = 1; int64 value = 2; }
enum Kind { KIND_A = 0; KIND_B = 1; }
extend google.protobuf.FileOptions { OfFile of_file = 50000; }
extend google.protobuf.MessageOptions { int32 of_message = 50000; }
extend google.protobuf.FieldOptions { Pair of_field = 50000; }
extend google.protobuf.OneofOptions { string of_oneof = 50000; }
extend google.protobuf.ServiceOptions { sint64 of_service = 50000; }
extend google.protobuf.MethodOptions { Pair of_method = 50002; repeated int32 many = 50003; Kind kind = 50004; }
message Three { optional int32 present = 1; int32 _under = 2; repeated int32 plain = 3 [packed = false]; optional Pair pair = 4; }
"#;

#[test]
fn proto2_and_proto3_come_back_the_same() {
    let printed = round_trip(&[("options.proto", OPTIONS), ("a.proto", PROTO2)]);
    let text = &printed["a.proto"];
    for expect in [
        "// Package comment.\npackage a.b;",
        "// A message.\nmessage M {",
        "  // About opt.\n  optional string opt = 2 [",
        "optional group Grp = 8 {",
        "map<string, M> children = 9;",
        "option (opt.of_method) = { key: \"a\" value: 1 };",
        "import public \"options.proto\";",
        "google.protobuf.Timestamp at = 14;",
    ] {
        assert!(text.contains(expect), "{expect:?} is not in\n{text}");
    }
    assert!(printed["options.proto"].contains("optional int32 present = 1;"));
    assert!(!printed["options.proto"].contains("_present"));
}

#[test]
fn editions_come_back_the_same() {
    let e2023 = r#"
        edition = "2023";
        package e;
        option features.field_presence = IMPLICIT;
        option features.(pb.java).legacy_closed_enum = true;
        import "google/protobuf/java_features.proto";
        message M {
          string text = 1;
          int32 kept = 2 [features.field_presence = EXPLICIT, default = 4];
          repeated int32 numbers = 3 [features.repeated_field_encoding = EXPANDED];
          M sub = 4 [features.message_encoding = DELIMITED];
          string needed = 5 [features.field_presence = LEGACY_REQUIRED];
          oneof choice { int32 one = 6; M two = 7; }
          map<string, M> map = 8;
          reserved gone, older;
          extensions 100 to max;
        }
        enum Closed { option features.enum_type = CLOSED; ONE = 1; reserved TWO; }
        extend M { repeated M ext = 100 [features.message_encoding = DELIMITED]; }
        service S { rpc R(M) returns (stream M); }
    "#;
    let e2024 = r#"
        edition = "2024";
        package f;
        import "e.proto";
        import option "opt.proto";
        option features.default_symbol_visibility = EXPORT_TOP_LEVEL;
        export message M { e.M other = 1 [(o.field) = "x"]; local message Inner { int32 one_two = 1; } Inner inner = 2; }
        local enum E { E_UNSPECIFIED = 0; }
    "#;
    let opt = r#"
        edition = "2023";
        package o;
        import "google/protobuf/descriptor.proto";
        extend google.protobuf.FieldOptions { string field = 50000; }
    "#;
    let printed = round_trip(&[("opt.proto", opt), ("e.proto", e2023), ("f.proto", e2024)]);
    for (file, expect) in [
        ("e.proto", "edition = \"2023\";"),
        ("e.proto", "option features.field_presence = IMPLICIT;"),
        ("e.proto", "M sub = 4 [features.message_encoding = DELIMITED];"),
        ("f.proto", "edition = \"2024\";"),
        ("f.proto", "import option \"opt.proto\";"),
        ("f.proto", "[(o.field) = \"x\"]"),
    ] {
        assert!(printed[file].contains(expect), "{expect:?} is not in\n{}", printed[file]);
    }
}

#[test]
fn names_that_would_be_shadowed_are_written_in_full() {
    round_trip(&[
        ("google.proto", "syntax = \"proto3\"; package x.google; message protobuf { int32 a = 1; }"),
        (
            "a.proto",
            r#"syntax = "proto3"; package x; import "google.proto"; import "google/protobuf/timestamp.proto";
               import "google/protobuf/descriptor.proto";
               message A { .google.protobuf.Timestamp at = 1; google.protobuf p = 2; B B = 3 [(.google.opt) = 1]; message C { B b = 1; } }
               message B { message x { message B {} B b = 1; .x.B outer = 2; } }
               "#,
        ),
    ]
    .map(|(name, text)| (name, if name == "a.proto" { text.replace("[(.google.opt) = 1]", "") } else { text.to_owned() }))
    .each_ref()
    .map(|(name, text)| (*name, text.as_str())));
}

#[test]
fn definitions_of_symbols() {
    let set = protoc(&[("options.proto", OPTIONS), ("a.proto", PROTO2)], true).unwrap();
    let descriptors = Descriptors::from_set(&set.into(), "test").unwrap();
    let check = |symbol: &str, starts: &str, holds: &str| {
        let text = descriptors.definition(symbol).unwrap();
        assert!(text.starts_with(starts) && text.contains(holds), "{symbol}:\n{text}");
    };
    check("a.b.S", "// A service", "rpc Unary(M) returns (M.b);");
    check("a.b.S/Unary", "service S {\n  // Unary.\n  rpc Unary(M) returns (M.b);\n}", "");
    check("a.b.S.Both", "service S {\n  rpc Both(stream M) returns (stream google.protobuf.Timestamp) {", "KIND_B");
    check(".a.b.M", "// A message.\nmessage M {", "required int32 req = 1;");
    check("a.b.M.opt", "// A message.\nmessage M {", "");
    check("a.b.M.choice", "// A message.\nmessage M {", "");
    check("a.b.M.E", "enum E {", "NEG = -5;");
    check("a.b.M.NEG", "enum E {", "");
    check("a.b.M.E.NEG", "enum E {", "");
    check("a.b.M.inside", "extend M {\n  optional string inside = 201;\n}", "");
    check("a.b.outside", "extend M {\n  optional int32 outside = 203;\n}", "");
    check("opt.KIND_B", "enum Kind {", "");
    check("a.proto", "", "syntax = \"proto2\";");
    check("google.protobuf.Timestamp", "", "message Timestamp {");
    let error = descriptors.definition("a.b.Unray").unwrap_err().to_string();
    assert!(error.starts_with("a.b.Unray is not in test"), "{error}");
}

#[test]
fn unknown_options_are_kept_as_comments() {
    let files = [
        (
            "opt.proto",
            "syntax = \"proto2\"; package o; import \"google/protobuf/descriptor.proto\"; extend google.protobuf.FieldOptions { optional string field = 50000; }",
        ),
        (
            "a.proto",
            "syntax = \"proto3\"; package a; import \"opt.proto\"; message M { int32 x = 1 [(o.field) = \"hi\"]; }",
        ),
    ];
    let set = split_set(&Bytes::from(protoc(&files, false).unwrap())).unwrap();
    let alone: Vec<Bytes> = set.into_iter().filter(|file| file.starts_with(b"\x0a\x07a.proto")).collect();
    assert_eq!(alone.len(), 1);
    let descriptors = Descriptors::from_files(alone, "test");
    let text = descriptors.definition("a.M").unwrap();
    assert!(text.contains("// unknown option 50000: \"hi\"\n  int32 x = 1;"), "{text}");
}

/// Real files by the thousand, where a checkout of googleapis is at hand (`PROCONSUL_GOOGLEAPIS`; a folder of it in
/// `PROCONSUL_GOOGLEAPIS_PART`, `google/pubsub` unless set).
#[test]
fn googleapis_come_back_the_same() {
    let Some(root) = std::env::var_os("PROCONSUL_GOOGLEAPIS").map(std::path::PathBuf::from) else { return };
    let part = std::env::var("PROCONSUL_GOOGLEAPIS_PART").unwrap_or_else(|_| "google/pubsub".to_owned());
    let mut names = Vec::new();
    let mut open = vec![root.join(part)];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "proto") {
                names.push(path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let set = super::protoc_in(&[&root], &names, true).unwrap();
    let started = std::time::Instant::now();
    let descriptors = Descriptors::from_set(&set.clone().into(), "test").unwrap();
    println!("{} files, {} bytes: loaded in {:?}", names.len(), set.len(), started.elapsed());
    assert_eq!(descriptors.problems(), []);
    let printed = print::all_files(descriptors.loaded());
    println!("printed after {:?}", started.elapsed());
    let sources: Vec<(&str, &str)> = printed.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let again = normalized(protoc(&sources, false).unwrap_or_else(|error| panic!("{error}")));
    for (name, first) in normalized(set) {
        assert!(
            first.proto == again[&name].proto,
            "{name} differs: {}",
            sources.iter().find(|(n, _)| *n == name).unwrap().1
        );
    }
}
