//! The value engine through its public face: JSON, text format and wire bytes of one schema that has every kind of
//! field.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use std::sync::LazyLock;

use proconsul::message::{
    JsonReadOptions, JsonWriteOptions, MessageErrorKind, Misfit, TemplateSize, TextReadOptions, TextWriteOptions,
    check_wire, from_json, from_text, template, to_json, to_text,
};
use proconsul::schema::{MessageType, Pool};
use proptest::prelude::*;

const ALL: &str = r#"
    syntax = "proto3";
    package t;
    import "google/protobuf/any.proto";
    import "google/protobuf/duration.proto";
    import "google/protobuf/empty.proto";
    import "google/protobuf/field_mask.proto";
    import "google/protobuf/struct.proto";
    import "google/protobuf/timestamp.proto";
    import "google/protobuf/wrappers.proto";
    enum Color { RED = 0; GREEN = 1; BLUE = 2; }
    message All {
        int32 i32 = 1;
        int64 i64 = 2;
        uint32 u32 = 3;
        uint64 u64 = 4;
        sint32 s32 = 5;
        sint64 s64 = 6;
        fixed32 f32 = 7;
        sfixed64 sf64 = 8;
        float single = 9;
        double double = 10;
        bool flag = 11;
        string phone_number = 12;
        bytes raw = 13;
        Color color = 14;
        optional int32 maybe = 15;
        All child = 16;
        repeated int32 numbers = 17;
        repeated All children = 18;
        repeated string names = 19;
        map<string, int32> counts = 20;
        map<int64, All> by_id = 21;
        map<bool, Color> colors = 22;
        oneof choice { string text = 23; int32 number = 24; All message = 25; }
        google.protobuf.Any any = 30;
        google.protobuf.Timestamp at = 31;
        google.protobuf.Duration took = 32;
        google.protobuf.FieldMask mask = 33;
        google.protobuf.Struct bag = 34;
        google.protobuf.Value value = 35;
        google.protobuf.ListValue list = 36;
        google.protobuf.Int64Value wrapped = 37;
        google.protobuf.Empty empty = 38;
        repeated google.protobuf.Any anys = 39;
        repeated sint64 signed = 40;
        repeated double doubles = 41;
    }
    message Small { int32 i32 = 1; }
    message Ask {
        string name = 1;
        uint32 count = 2;
        optional uint32 interval_ms = 3;
        Part part = 4;
        google.protobuf.Timestamp at = 5;
        google.protobuf.Int32Value most = 6;
        oneof by { string id = 7; Part of = 8; }
        repeated string tags = 9;
    }
    message Part { optional int32 size = 1; }
"#;

const OLD: &str = r#"
    syntax = "proto2";
    package old;
    enum Level { LOW = 1; HIGH = 2; }
    message Old {
        required string name = 1;
        optional Level level = 2;
        repeated group Row = 3 { optional int32 cell = 4; }
        repeated Level levels = 5 [packed = true];
        extensions 100 to 199;
        reserved "gone";
        optional Old inner = 6;
    }
    extend Old { optional int32 extra = 100; repeated Old more = 101; }
    message Set { option message_set_wire_format = true; extensions 4 to max; }
    message Item { extend Set { optional Item item = 1000; } optional int32 i = 1; }
"#;

struct Files;

impl protox::file::FileResolver for Files {
    fn open_file(&self, name: &str) -> Result<protox::file::File, protox::Error> {
        match name {
            "all.proto" => protox::file::File::from_source(name, ALL),
            "old.proto" => protox::file::File::from_source(name, OLD),
            _ => protox::file::GoogleFileResolver::new().open_file(name),
        }
    }
}

fn pool_of(name: &str) -> Pool {
    let mut compiler = protox::Compiler::with_file_resolver(Files);
    compiler.include_imports(true).open_file(name).unwrap();
    Pool::from_descriptor_set(&compiler.encode_file_descriptor_set(), name).unwrap()
}

static NEW_POOL: LazyLock<Pool> = LazyLock::new(|| pool_of("all.proto"));
static OLD_POOL: LazyLock<Pool> = LazyLock::new(|| pool_of("old.proto"));

fn all() -> MessageType {
    NEW_POOL.message_type("t.All").unwrap()
}

fn old() -> MessageType {
    OLD_POOL.message_type("old.Old").unwrap()
}

fn json_round(ty: &MessageType, text: &str) -> String {
    let bytes = from_json(ty, text, &JsonReadOptions::default()).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(check_wire(ty, &bytes).unwrap(), bytes, "{text}");
    to_json(ty, &bytes, &JsonWriteOptions::default()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn json_is_canonical() {
    let check = |text: &str, expect: &str| assert_eq!(json_round(&all(), text), expect, "{text}");
    check("{}", "{}");
    check(r#" {"i32" : 0, "maybe":0 } "#, r#"{"maybe":0}"#);
    check(
        r#"{"i32":"1e3","i64":9007199254740993,"u64":"18446744073709551615"}"#,
        r#"{"i32":1000,"i64":"9007199254740993","u64":"18446744073709551615"}"#,
    );
    check(
        r#"{"s32":-2147483648,"s64":"-9223372036854775808","sf64":-1,"f32":4294967295}"#,
        r#"{"s32":-2147483648,"s64":"-9223372036854775808","f32":4294967295,"sf64":"-1"}"#,
    );
    check(r#"{"single":0.1,"double":"-Infinity"}"#, r#"{"single":0.1,"double":"-Infinity"}"#);
    check(r#"{"double":-0.0,"single":"NaN"}"#, r#"{"single":"NaN","double":-0}"#);
    check(r#"{"phone_number":"\ud83d\ude00\u0000\/"}"#, "{\"phoneNumber\":\"😀\\u0000/\"}");
    check(r#"{"raw":"-_8"}"#, r#"{"raw":"+/8="}"#);
    check(r#"{"color":"GREEN"}"#, r#"{"color":"GREEN"}"#);
    check(r#"{"color":7}"#, r#"{"color":7}"#);
    check(
        r#"{"counts":{"b":2,"a":1},"byId":{"10":{},"-9":{"i32":1}},"colors":{"true":"BLUE","false":0}}"#,
        r#"{"counts":{"a":1,"b":2},"byId":{"-9":{"i32":1},"10":{}},"colors":{"false":"RED","true":"BLUE"}}"#,
    );
    check(r#"{"text":null,"number":0}"#, r#"{"number":0}"#);
    check(r#"{"child":null,"numbers":null,"counts":null}"#, "{}");
    check(
        r#"{"at":"2020-01-02T03:04:05.600+01:00","took":"-1.000000001s"}"#,
        r#"{"at":"2020-01-02T02:04:05.600Z","took":"-1.000000001s"}"#,
    );
    check(r#"{"mask":"fooBar,baz.quxQuux"}"#, r#"{"mask":"fooBar,baz.quxQuux"}"#);
    check(
        r#"{"bag":{"b":[1,"x",null,{}],"a":true},"value":null,"list":[[],{"k":1.5}]}"#,
        r#"{"bag":{"a":true,"b":[1,"x",null,{}]},"value":null,"list":[[],{"k":1.5}]}"#,
    );
    check(r#"{"wrapped":"0","empty":{}}"#, r#"{"wrapped":"0","empty":{}}"#);
    check(r#"{"any":{"i32":3,"@type":"x/t.Small"}}"#, r#"{"any":{"@type":"x/t.Small","i32":3}}"#);
    check(
        r#"{"any":{"@type":"x/google.protobuf.Duration","value":"1s"}}"#,
        r#"{"any":{"@type":"x/google.protobuf.Duration","value":"1s"}}"#,
    );
    check(r#"{"any":{}}"#, r#"{"any":{}}"#);
    check(
        r#"{"numbers":[1,-1,2147483647],"signed":["-1"],"doubles":[1e300,0.5]}"#,
        r#"{"numbers":[1,-1,2147483647],"signed":["-1"],"doubles":[1e300,0.5]}"#,
    );
}

#[test]
fn faults_in_json_say_path_place_and_what() {
    let check = |text: &str, expect: &str| {
        let error = from_json(&all(), text, &JsonReadOptions::default()).expect_err(text);
        assert_eq!(error.to_string(), expect, "{text}");
        assert_eq!(error.kind, MessageErrorKind::Input);
    };
    check("", "line 1, column 1: expected an object (t.All), found the end of the input");
    check(
        "{\n  \"child\": {\"children\": [{}, {\"i32\": \"seven\"}]}}",
        "line 2, column 38: child.children[1].i32: expected int32, found \"seven\"",
    );
    check(r#"{"i32": 1.5}"#, "line 1, column 9: i32: expected int32, found 1.5, which has a fraction");
    check(r#"{"u32": -1}"#, "line 1, column 9: u32: expected uint32, found -1, which is out of range");
    check(r#"{"i32": true}"#, "line 1, column 9: i32: expected int32, found true");
    check(
        r#"{"color": "GREN"}"#,
        "line 1, column 11: color: expected one of RED, GREEN, BLUE, found \"GREN\" (did you mean GREEN?)",
    );
    check(r#"{"phoneNumbr": ""}"#, "line 1, column 2: unknown field phoneNumbr of t.All; did you mean phoneNumber?");
    check(r#"{"i32":1,"i32":2}"#, "line 1, column 10: i32: this field stands here twice");
    check(r#"{"phoneNumber":"","phone_number":""}"#, "line 1, column 19: phone_number: this field stands here twice");
    check(r#"{"text":"","number":1}"#, "line 1, column 12: number: text of the same oneof is already set");
    check(r#"{"counts":{"a":1,"a":2}}"#, "line 1, column 18: counts[\"a\"]: this key stands here twice");
    check(r#"{"names":[null]}"#, "line 1, column 11: names[0]: expected string, found null");
    check(r#"{"flag":"true"}"#, "line 1, column 9: flag: expected bool, found \"true\"");
    check(
        r#"{"at":"yesterday"}"#,
        "line 1, column 7: at: expected a timestamp like \"1972-01-01T10:00:20.021Z\", found \"yesterday\"",
    );
    check(r#"{"any":{"i32":1}}"#, "line 1, column 8: any: an Any needs \"@type\" to say what it holds");
    check("{\"i32\":1,}", "line 1, column 10: expected a field name or \"}\", found \"}\"");
    check("{} {}", "line 1, column 4: expected the end of the input, found an object");
    check(r#"{"single":1e39}"#, "line 1, column 11: single: expected float, found 1e39, which is out of range");
    check(r#"{"phoneNumber":"\ud800"}"#, "line 1, column 17: phoneNumber: half of a surrogate pair stands alone");
}

#[test]
fn unknown_any_is_named() {
    let error = from_json(&all(), r#"{"any":{"@type":"x/no.Such"}}"#, &JsonReadOptions::default()).unwrap_err();
    assert_eq!(error.unknown_any.as_deref(), Some("x/no.Such"));
    let bytes = [&[0xf2, 0x01, 15, 0x0a, 9][..], b"x/no.Such", &[0x12, 2, 1, 2]].concat();
    let error = to_json(&all(), &bytes, &JsonWriteOptions::default()).unwrap_err();
    assert_eq!((error.unknown_any.as_deref(), error.kind), (Some("x/no.Such"), MessageErrorKind::Output));
    assert_eq!(error.path, "any");
    let tolerant = JsonWriteOptions { tolerate_unknown_any: true, ..JsonWriteOptions::default() };
    assert_eq!(to_json(&all(), &bytes, &tolerant).unwrap(), r#"{"any":{"@type":"x/no.Such","@value":"AQI="}}"#);
    assert_eq!(
        to_text(&all(), &bytes, &TextWriteOptions { single_line: true, ..TextWriteOptions::default() }).unwrap(),
        r#"any { type_url: "x/no.Such" value: "\001\002" }"#
    );
    let extra = [OLD_POOL.clone()];
    let options = JsonReadOptions { extra: &extra, ..JsonReadOptions::default() };
    from_json(&all(), r#"{"any":{"@type":"x/old.Old","name":"n"}}"#, &options).expect("the extra pool knows it");
}

#[test]
fn editors_input_may_be_relaxed() {
    let options = JsonReadOptions { relaxed: true, ..JsonReadOptions::default() };
    let text = "// a\n{\"i32\": 1, /* b */ \"numbers\": [1, 2,],}\n// end";
    let bytes = from_json(&all(), text, &options).unwrap();
    assert_eq!(to_json(&all(), &bytes, &JsonWriteOptions::default()).unwrap(), r#"{"i32":1,"numbers":[1,2]}"#);
    assert!(from_json(&all(), text, &JsonReadOptions::default()).is_err());
    assert!(from_json(&all(), "{,}", &options).is_err());
    assert!(from_json(&all(), "{} /* ", &options).is_err());
}

#[test]
fn unknown_json_is_ignored_on_demand() {
    let options = JsonReadOptions { ignore_unknown: true, ..JsonReadOptions::default() };
    let text = r#"{"no":[{"a":{}},"x",1,null,true],"color":"PINK","colors":{"true":"PINK","false":"BLUE"},"i32":1}"#;
    let bytes = from_json(&all(), text, &options).unwrap();
    assert_eq!(
        to_json(&all(), &bytes, &JsonWriteOptions::default()).unwrap(),
        r#"{"i32":1,"colors":{"false":"BLUE"}}"#
    );
}

#[test]
fn defaults_and_pretty_json() {
    let small = NEW_POOL.message_type("t.Small").unwrap();
    let options = JsonWriteOptions { emit_defaults: true, pretty: true, ..JsonWriteOptions::default() };
    assert_eq!(to_json(&small, &[], &options).unwrap(), "{\n  \"i32\": 0\n}");
    let options = JsonWriteOptions { pretty: true, ..JsonWriteOptions::default() };
    let bytes = from_json(&all(), r#"{"numbers":[1,2],"child":{}}"#, &JsonReadOptions::default()).unwrap();
    let expect = "{\n  \"child\": {},\n  \"numbers\": [\n    1,\n    2\n  ]\n}";
    assert_eq!(to_json(&all(), &bytes, &options).unwrap(), expect);
}

#[test]
fn proto2_keeps_its_rules() {
    let check = |text: &str, expect: &str| assert_eq!(json_round(&old(), text), expect, "{text}");
    check(r#"{"name":"","[old.extra]":0}"#, r#"{"name":"","[old.extra]":0}"#);
    check(
        r#"{"name":"n","row":[{"cell":1},{}],"level":"HIGH"}"#,
        r#"{"name":"n","level":"HIGH","row":[{"cell":1},{}]}"#,
    );
    // A closed enum's unknown number goes to the unknown fields, which JSON drops.
    check(r#"{"name":"n","level":9,"levels":["LOW",9]}"#, r#"{"name":"n","levels":["LOW"]}"#);
    let error = from_json(&old(), r#"{"name":"n","inner":{}}"#, &JsonReadOptions::default()).unwrap_err();
    assert_eq!(error.to_string(), "line 1, column 21: inner: required field name of old.Old is missing");
    assert_eq!(check_wire(&old(), &[]).unwrap_err().to_string(), "required field name of old.Old is missing");
    let set = OLD_POOL.message_type("old.Set").unwrap();
    let bytes = from_json(&set, r#"{"[old.Item.item]":{"i":5}}"#, &JsonReadOptions::default()).unwrap();
    assert_eq!(bytes, [0x0b, 0x10, 0xe8, 0x07, 0x1a, 2, 8, 5, 0x0c]);
    assert_eq!(to_json(&set, &bytes, &JsonWriteOptions::default()).unwrap(), r#"{"[old.Item.item]":{"i":5}}"#);
}

#[test]
fn text_format_both_ways() {
    let check = |ty: &MessageType, text: &str, expect: &str| {
        let bytes = from_text(ty, text, &TextReadOptions::default()).unwrap_or_else(|error| panic!("{text}: {error}"));
        let options = TextWriteOptions { single_line: true, ..TextWriteOptions::default() };
        let written = to_text(ty, &bytes, &options).unwrap();
        assert_eq!(written, expect, "{text}");
        assert_eq!(from_text(ty, &written, &TextReadOptions::default()).unwrap(), bytes, "{text}");
    };
    check(&all(), "# nothing\n", "");
    check(&all(), "i32: -0x10; i64: 010, u32: 7", "i32: -16 i64: 8 u32: 7");
    check(&all(), "double: -0.0 single: -inf", "single: -inf double: -0");
    check(&all(), "single: 1.5f double: 1e400 flag: t", "single: 1.5 double: inf flag: true");
    check(&all(), r#"phone_number: "a" '\x62' "\u00e4" raw: "\377\n""#, r#"phone_number: "abä" raw: "\377\n""#);
}

#[test]
fn reserved_groups_and_any_in_text() {
    let options = TextWriteOptions { single_line: true, ..TextWriteOptions::default() };
    let check = |ty: &MessageType, text: &str, expect: &str| {
        let bytes = from_text(ty, text, &TextReadOptions::default()).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(to_text(ty, &bytes, &options).unwrap(), expect, "{text}");
    };
    check(
        &old(),
        r#"name: "n" gone: 5 Row { cell: 1 } row { } [old.extra]: 3"#,
        r#"name: "n" Row { cell: 1 } Row { } [old.extra]: 3"#,
    );
    check(
        &all(),
        "any { [x.y/t.Small] { i32: 1 } } numbers: [1, 2] counts { key: \"k\" value: 2 }",
        "numbers: 1 numbers: 2 counts { key: \"k\" value: 2 } any { [x.y/t.Small] { i32: 1 } }",
    );
}

#[test]
fn faults_in_text_say_path_place_and_what() {
    let check = |text: &str, expect: &str| {
        let error = from_text(&all(), text, &TextReadOptions::default()).expect_err(text);
        assert_eq!(error.to_string(), expect, "{text}");
    };
    check("i32: 1\ni32: 2", "line 2, column 1: i32: this field stands here twice");
    check("child {\n  numbers: seven }", "line 2, column 12: child.numbers[0]: expected int32, found seven");
    check("phone_nmber: ''", "line 1, column 1: unknown field phone_nmber of t.All; did you mean phone_number?");
    check("child {", "line 1, column 7: child: a message begins here that does not end");
    check("text: '' number: 1", "line 1, column 10: number: text of the same oneof is already set");
    check("1: 2", "line 1, column 1: expected a field name, found 1");
    check("u32: -1", "line 1, column 6: u32: expected uint32, found -1, which is out of range");
}

#[test]
fn unknown_fields_stay_in_bytes_and_show_in_text() {
    let small = NEW_POOL.message_type("t.Small").unwrap();
    let bytes = [8, 1, 0x10, 5, 0x1a, 2, 8, 7, 0x25, 1, 0, 0, 0, 0x2b, 8, 1, 0x2c, 0x32, 3, 0xff, 0xff, 0xff];
    assert_eq!(check_wire(&small, &bytes).unwrap(), bytes);
    assert_eq!(to_json(&small, &bytes, &JsonWriteOptions::default()).unwrap(), r#"{"i32":1}"#);
    let options = TextWriteOptions { print_unknown: true, single_line: true, ..TextWriteOptions::default() };
    assert_eq!(
        to_text(&small, &bytes, &options).unwrap(),
        r#"i32: 1 2: 5 3 { 1: 7 } 4: 0x00000001 5 { 1: 1 } 6: "\377\377\377""#
    );
}

#[test]
fn nested_any_of_any_depth_is_an_error() {
    let mut payload = Vec::new();
    for _ in 0..2_000 {
        let mut any = vec![0x0a, 29];
        any.extend_from_slice(b"x.co/google.protobuf.Any.....".get(..24).unwrap());
        any[1] = 24;
        any.push(0x12);
        prost_reflect::prost::encoding::encode_varint(payload.len() as u64, &mut any);
        any.extend_from_slice(&payload);
        payload = any;
    }
    let mut bytes = vec![0xf2, 0x01];
    prost_reflect::prost::encoding::encode_varint(payload.len() as u64, &mut bytes);
    bytes.extend_from_slice(&payload);
    let error = to_json(&all(), &bytes, &JsonWriteOptions::default()).unwrap_err();
    assert!(matches!(&error.what, Misfit::AnyContent { fault, .. } if fault.what == Misfit::TooDeep(100)), "{error}");
    let tolerant = JsonWriteOptions { tolerate_unknown_any: true, ..JsonWriteOptions::default() };
    to_json(&all(), &bytes, &tolerant).expect("screens show the outer ones");
    to_text(&all(), &bytes, &TextWriteOptions::default()).expect("text shows the rest as bytes");

    let deep = format!("{}{{}}{}", r#"{"@type":"x/google.protobuf.Any","value":"#.repeat(2_000), "}".repeat(2_000));
    assert!(from_json(&all(), &format!(r#"{{"any":{deep}}}"#), &JsonReadOptions::default()).is_err());
    let deep = format!("{}{}", r#"{"child":"#.repeat(100_000), "}".repeat(100_000));
    assert!(from_json(&all(), &deep, &JsonReadOptions::default()).is_err());
    let deep = "child{".repeat(100_000);
    assert!(from_text(&all(), &deep, &TextReadOptions { ignore_unknown: true, extra: &[] }).is_err());
    let deep = format!("no{{{}", "x{".repeat(100_000));
    assert!(from_text(&all(), &deep, &TextReadOptions { ignore_unknown: true, extra: &[] }).is_err());
    assert!(check_wire(&all(), &[0x0b].repeat(100_000)).is_err());
}

#[test]
fn templates_are_accepted() {
    for ty in [all(), old(), NEW_POOL.message_type("google.protobuf.Value").unwrap()] {
        for size in [TemplateSize::Smallest, TemplateSize::Full] {
            let text = template(&ty, size);
            from_json(&ty, &text, &JsonReadOptions::default()).unwrap_or_else(|error| panic!("{text}: {error}"));
        }
    }
    let small = NEW_POOL.message_type("t.Small").unwrap();
    assert_eq!(template(&small, TemplateSize::Smallest), "{\n  \"i32\": 0\n}");
}

/// A zero says something where a field may be unset: the smallest template leaves it out, unless nothing else is there.
#[test]
fn the_smallest_template_sets_nothing_that_may_be_unset() {
    let check = |name: &str, expect: &str| {
        let ty = NEW_POOL.message_type(name).unwrap();
        assert_eq!(template(&ty, TemplateSize::Smallest).replace(['\n', ' '], ""), expect);
    };
    check("t.Ask", r#"{"name":"","count":0,"part":{},"tags":[]}"#);
    check("t.Part", r#"{"size":0}"#);
    let ask = NEW_POOL.message_type("t.Ask").unwrap();
    assert!(template(&ask, TemplateSize::Full).contains("intervalMs"));
}

/// A hundred thousand numbers packed together cost about their bytes.
#[test]
fn long_lists_stay_small() {
    let text = format!(r#"{{"numbers":[{}1]}}"#, "300,".repeat(100_000));
    assert_eq!(json_round(&all(), &text), text);
}

fn any_json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        any::<i32>().prop_map(|n| format!(r#"{{"i32":{n},"s32":{n}}}"#)),
        any::<u64>().prop_map(|n| format!(r#"{{"u64":"{n}","i64":"{}"}}"#, n.cast_signed())),
        any::<f64>().prop_filter("finite", |n| n.is_finite()).prop_map(|n| format!(r#"{{"double":{n:e}}}"#)),
        any::<f32>().prop_filter("finite", |n| n.is_finite()).prop_map(|n| format!(r#"{{"single":{n:e}}}"#)),
        ".*".prop_map(|text| format!(r#"{{"phoneNumber":{}}}"#, serde_json::to_string(&text).unwrap())),
        (-62_135_596_800_i64..253_402_300_800, 0..1_000_000_000_u32)
            .prop_map(|(s, n)| format!(r#"{{"took":"{s}.{n:09}s"}}"#)),
        proptest::collection::vec(any::<i32>(), 0..8).prop_map(|list| format!(r#"{{"numbers":{list:?}}}"#)),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|json| format!(r#"{{"child":{json}}}"#)),
            proptest::collection::vec(inner.clone(), 0..4)
                .prop_map(|list| format!(r#"{{"children":[{}]}}"#, list.join(","))),
            (any::<i64>(), inner.clone()).prop_map(|(key, json)| format!(r#"{{"byId":{{"{key}":{json}}}}}"#)),
            inner.prop_map(|json| format!(r#"{{"any":{{"@type":"x/t.All",{}}}"#, &json[1..]).replace(",}", "}")),
        ]
    })
}

proptest! {
    #[test]
    fn json_text_and_bytes_agree(json in any_json()) {
        let ty = all();
        if let Ok(bytes) = from_json(&ty, &json, &JsonReadOptions::default()) {
            prop_assert_eq!(&check_wire(&ty, &bytes).unwrap(), &bytes);
            let canonical = to_json(&ty, &bytes, &JsonWriteOptions { pretty: true, ..JsonWriteOptions::default() }).unwrap();
            prop_assert_eq!(&from_json(&ty, &canonical, &JsonReadOptions::default()).unwrap(), &bytes);
            let text = to_text(&ty, &bytes, &TextWriteOptions::default()).unwrap();
            prop_assert_eq!(&from_text(&ty, &text, &TextReadOptions::default()).unwrap(), &bytes);
        }
    }

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        for ty in [all(), old(), OLD_POOL.message_type("old.Set").unwrap()] {
            if let Ok(clean) = check_wire(&ty, &bytes) {
                prop_assert_eq!(&check_wire(&ty, &clean).unwrap(), &clean);
            }
            let tolerant = JsonWriteOptions { tolerate_unknown_any: true, ..JsonWriteOptions::default() };
            let _json = to_json(&ty, &bytes, &tolerant);
            let _text = to_text(&ty, &bytes, &TextWriteOptions { print_unknown: true, ..TextWriteOptions::default() });
        }
    }

    #[test]
    fn random_text_never_panics(text in r#"[\{\}\[\]<>":,;/*#\\u0-9a-z@ \n'äé.-]{0,60}"#) {
        for relaxed in [false, true] {
            let _json = from_json(&all(), &text, &JsonReadOptions { relaxed, ignore_unknown: relaxed, extra: &[], stop: None });
            let _text = from_text(&all(), &text, &TextReadOptions { ignore_unknown: relaxed, extra: &[] });
            let _split = proconsul::message::split_values(&text, relaxed, !relaxed);
        }
    }

    #[test]
    fn damaged_json_never_panics(json in any_json(), at in 0..400_usize, with in any::<char>()) {
        let mut damaged: Vec<char> = json.chars().collect();
        let at = at % (damaged.len() + 1);
        damaged.insert(at, with);
        let damaged: String = damaged.into_iter().collect();
        let _json = from_json(&all(), &damaged, &JsonReadOptions { relaxed: true, ..JsonReadOptions::default() });
    }
}
