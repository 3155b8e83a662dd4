//! Editions files from the reference compiler, lowered.

use prost_reflect::{Cardinality, FieldDescriptor, Kind};

use super::super::{Descriptors, Pool, is_closed_enum};
use super::protoc;

fn load(files: &[(&str, &str)]) -> Descriptors {
    let descriptors = Descriptors::from_set(&protoc(files, false).unwrap().into(), "test").unwrap();
    assert_eq!(descriptors.problems(), []);
    descriptors
}

fn field(pool: &Pool, name: &str) -> FieldDescriptor {
    let (message, field) = name.rsplit_once('.').unwrap();
    pool.inner.get_message_by_name(message).unwrap().get_field_by_name(field).unwrap()
}

const DEFAULTS_2023: &str = r#"
    edition = "2023";
    package a;
    message M {
      string text = 1;
      repeated int32 packed = 2;
      repeated int32 expanded = 3 [features.repeated_field_encoding = EXPANDED];
      M sub = 4;
      M grouped = 5 [features.message_encoding = DELIMITED];
      string needed = 6 [features.field_presence = LEGACY_REQUIRED];
      Open open = 7;
      Closed closed = 8;
      map<string, M> by_name = 9;
      int32 implicit = 10 [features.field_presence = IMPLICIT];
      oneof choice { string left = 11; int32 right = 12; }
    }
    message Explicit { int32 number = 1 [default = 7]; extensions 100 to max; }
    enum Open { OPEN_ZERO = 0; OPEN_ONE = 1; }
    enum Closed { option features.enum_type = CLOSED; CLOSED_ONE = 1; CLOSED_TWO = 2; }
    extend Explicit { repeated int32 numbers = 100; M member = 101 [features.message_encoding = DELIMITED]; }
"#;

#[test]
fn edition_2023_behaves_by_its_features() {
    let descriptors = load(&[("a.proto", DEFAULTS_2023)]);
    let pool = descriptors.pool();
    assert!(field(pool, "a.M.text").supports_presence());
    assert!(!field(pool, "a.M.implicit").supports_presence());
    assert!(field(pool, "a.M.left").supports_presence());
    assert!(field(pool, "a.Explicit.number").supports_presence());
    assert!(field(pool, "a.M.packed").is_packed());
    assert!(!field(pool, "a.M.expanded").is_packed());
    assert!(!field(pool, "a.M.sub").is_group());
    assert!(field(pool, "a.M.grouped").is_group());
    assert_eq!(field(pool, "a.M.needed").cardinality(), Cardinality::Required);
    assert!(field(pool, "a.M.by_name").is_map());
    assert!(!is_closed_enum(&pool.inner.get_enum_by_name("a.Open").unwrap()));
    assert!(is_closed_enum(&pool.inner.get_enum_by_name("a.Closed").unwrap()));
    assert!(pool.inner.get_extension_by_name("a.numbers").unwrap().is_packed());
    assert!(pool.inner.get_extension_by_name("a.member").unwrap().is_group());
    assert_eq!(field(pool, "a.Explicit.number").default_value().as_i32(), Some(7));
    // Both syntaxes' needs are in one file here, and nothing is lost.
    assert_eq!(descriptors.loaded().notes.len(), 0);
}

#[test]
fn features_of_the_file_reach_everything_but_maps() {
    let source = r#"
        edition = "2024";
        package a;
        option features.field_presence = IMPLICIT;
        option features.enum_type = OPEN;
        option features.message_encoding = DELIMITED;
        option features.repeated_field_encoding = EXPANDED;
        message M {
          string text = 1;
          repeated int32 numbers = 2;
          M sub = 3;
          map<string, M> by_name = 4;
          map<int32, int32> plain = 5;
          string kept = 6 [features.field_presence = EXPLICIT];
          oneof choice { int32 one = 7; }
          message Inner { enum Nested { option features.enum_type = CLOSED; NESTED_NIL = 0; } string kept = 1 [features.field_presence = EXPLICIT]; }
        }
    "#;
    let descriptors = load(&[("a.proto", source)]);
    let pool = descriptors.pool();
    assert!(!field(pool, "a.M.text").supports_presence());
    assert!(field(pool, "a.M.kept").supports_presence());
    assert!(field(pool, "a.M.one").supports_presence());
    assert!(!field(pool, "a.M.numbers").is_packed());
    assert!(field(pool, "a.M.sub").is_group());
    let Kind::Message(entry) = field(pool, "a.M.by_name").kind() else { panic!("a map is a message") };
    assert!(!entry.map_entry_value_field().is_group());
    assert!(field(pool, "a.M.by_name").is_map() && !field(pool, "a.M.by_name").is_group());
    assert!(is_closed_enum(&pool.inner.get_enum_by_name("a.M.Inner.Nested").unwrap()));
}

#[test]
fn what_cannot_be_lowered_is_said() {
    let source = r#"
        edition = "2023";
        package a;
        message M {
          enum Nested { option features.enum_type = CLOSED; ONE = 1; }
          int32 implicit = 1 [features.field_presence = IMPLICIT];
          Nested nested = 2;
        }
        message Holder { M m = 1; }
        message Free { int32 x = 1; }
        service S { rpc Touched(Holder) returns (Free); rpc Untouched(Free) returns (Free); }
    "#;
    let descriptors = load(&[("a.proto", source)]);
    let notes = descriptors.method("a.S", "Touched").unwrap().notes;
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(notes[0].contains("a.M") && notes[0].contains("implicit"), "{notes:?}");
    assert_eq!(descriptors.method("a.S", "Untouched").unwrap().notes, [""; 0]);
}

#[test]
fn proto2_and_proto3_stay_what_they_are() {
    let proto2 = r#"
        syntax = "proto2";
        package a;
        message Two {
          optional int32 opt = 1; required int32 req = 2; repeated int32 rep = 3; repeated int32 packed = 4 [packed = true];
          optional group Grp = 5 { optional int32 x = 1; }
          optional int32 foo_bar = 6; optional int32 fooBar = 7;
          extensions 1000 to max;
          enum E { ONE = 1; ZERO = 0; }
        }
    "#;
    let proto3 = r#"
        syntax = "proto3";
        package b;
        import "two.proto";
        message Three {
          int32 single = 1; optional int32 opt = 2; repeated int32 packed = 3; repeated int32 rep = 4 [packed = false];
          a.Two two = 5;
        }
        message Close { int32 foo_bar = 1; int32 foobar = 2; repeated int32 numbers = 3; }
    "#;
    let descriptors = load(&[("two.proto", proto2), ("three.proto", proto3)]);
    let pool = descriptors.pool();
    assert!(field(pool, "a.Two.opt").supports_presence());
    assert!(!field(pool, "a.Two.rep").is_packed());
    assert!(field(pool, "a.Two.packed").is_packed());
    assert!(field(pool, "a.Two.grp").is_group());
    assert_ne!(field(pool, "a.Two.foo_bar").json_name(), field(pool, "a.Two.fooBar").json_name());
    assert!(!field(pool, "b.Three.single").supports_presence());
    assert!(field(pool, "b.Three.opt").supports_presence());
    assert!(field(pool, "b.Three.packed").is_packed());
    assert!(!field(pool, "b.Three.rep").is_packed());
    assert!(field(pool, "b.Close.numbers").is_packed());
    assert!(is_closed_enum(&pool.inner.get_enum_by_name("a.Two.E").unwrap()));
}

#[test]
fn reading_options_leaves_no_types_behind() {
    let text = r#"
        syntax = "proto2";
        package a;
        message M { map<string, int32> counts = 1; repeated int32 packed = 2 [packed = true]; }
        enum E { option allow_alias = true; ONE = 1; UNO = 1; }
    "#;
    let descriptors = load(&[("a.proto", text)]);
    let pool = descriptors.pool();
    assert!(field(pool, "a.M.counts").is_map());
    assert!(field(pool, "a.M.packed").is_packed());
    assert!(pool.message_type("google.protobuf.FieldOptions").is_none());
    // What is found is the real one.
    let real = descriptors.message_type("google.protobuf.FieldOptions").unwrap();
    assert!(real.descriptor.get_field_by_name("ctype").is_some());
}

#[test]
fn any_name_may_be_the_persons_own() {
    for text in [
        "syntax = \"proto3\"; package google.protobuf; message MessageOptions { map<string, int32> mine = 50; }",
        "syntax = \"proto3\"; package google.protobuf; enum EnumOptions { ZERO = 0; }",
        "syntax = \"proto3\"; package google; message protobuf { map<string, int32> mine = 50; }",
        "syntax = \"proto3\"; package google.protobuf.FieldOptions; message M { map<string, int32> mine = 50; }",
    ] {
        let descriptors = load(&[("a.proto", text)]);
        assert!(descriptors.pool().inner.all_messages().count() + descriptors.pool().inner.all_enums().count() > 0);
        assert_eq!(descriptors.pool().inner.files().len(), 1, "{text}");
    }
}
