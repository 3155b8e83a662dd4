//! What the light parse reads, and what it makes of texts that are no .proto.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use proptest::prelude::*;

use super::*;

const SAMPLE: &str = r#"// The licence.

edition = "2024";
package shop.v1;
import public "a/b.proto";
import option "c.proto";
option java_package = "x";

// Sells things.
service Shop {
  option deprecated = true;
  // Buys one.
  // Twice.
  rpc Buy(BuyRequest) returns (stream .shop.v1.Receipt) {
    option (google.api.http) = {
      post: "/v1/{name=shops/*}:buy" // the path
      additional_bindings { get: "/x" }
      tags: ["a", "b"]
    };
    option deprecated = true;
    option (x.y).z = -1;
  }
  rpc Talk(stream stream.In) returns (stream);
}

/* Asked. */
export message BuyRequest {
  message Inner { optional group Leaf = 1 { int32 q = 1; } }
  map<string, Inner> m = 1 [(o) = { a: "]" }, json_name = "M"];
  oneof kind { option (p) = 1; string option = 2; message_type message = 3; }
  reserved 4 to 9, 20;
  extensions 100 to max [declaration = { number: 100, full_name: ".x" }];
  enum Color { RED = 0; BLUE = -1 [deprecated = true]; option allow_alias = true; }
  extend Other { Inner ext_inner = 200; }
}
extend google.protobuf.MethodOptions { string top_ext = 50000; }
"#;

#[test]
fn a_file_with_everything_is_read() {
    let file = parse(SAMPLE.as_bytes(), Detail::Names);
    assert!(!file.is_faulty);
    assert_eq!(file.package, "shop.v1");
    assert_eq!(
        file.imports.iter().map(|i| (i.name.as_str(), i.is_public, i.is_option)).collect::<Vec<_>>(),
        [("a/b.proto", true, false), ("c.proto", false, true)]
    );
    let names: Vec<&str> = file.definitions.iter().map(|definition| definition.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "Shop",
            "Shop.Buy",
            "Shop.Talk",
            "BuyRequest",
            "BuyRequest.Inner",
            "BuyRequest.Inner.Leaf",
            "BuyRequest.Color",
            "BuyRequest.ext_inner",
            "top_ext"
        ]
    );
    let service = &file.services[0];
    assert!(service.is_deprecated);
    assert_eq!(service.comment, "Sells things.");
    let buy = &service.methods[0];
    assert_eq!((buy.input.as_str(), buy.output.as_str()), ("BuyRequest", ".shop.v1.Receipt"));
    assert_eq!((buy.client_streaming, buy.server_streaming), (false, true));
    assert_eq!(buy.comment, "Buys one.\nTwice.");
    assert_eq!(
        buy.options,
        [
            (
                "(google.api.http)".to_owned(),
                r#"{ post: "/v1/{name=shops/*}:buy" additional_bindings { get: "/x" } tags: ["a", "b"] }"#.to_owned()
            ),
            ("deprecated".to_owned(), "true".to_owned()),
            ("(x.y).z".to_owned(), "-1".to_owned())
        ]
    );
    let talk = &service.methods[1];
    assert_eq!((talk.client_streaming, talk.input.as_str()), (true, "stream.In"));
    assert_eq!((talk.server_streaming, talk.output.as_str()), (false, "stream"));
}

#[test]
fn members_lead_to_the_text_of_their_owner() {
    let file = parse(SAMPLE.as_bytes(), Detail::Members);
    let text = |name: &str| file.definition(name).map(|definition| &SAMPLE[definition.span.clone()]);
    assert!(text("BuyRequest").unwrap().starts_with("/* Asked. */\nexport message BuyRequest {"));
    assert!(text("BuyRequest.RED").unwrap().starts_with("enum Color {"));
    assert!(text("BuyRequest.Inner.Leaf.q").unwrap().starts_with("optional group Leaf"));
    assert_eq!(text("top_ext").unwrap(), "extend google.protobuf.MethodOptions { string top_ext = 50000; }");
    assert_eq!(text("BuyRequest.ext_inner").unwrap(), "extend Other { Inner ext_inner = 200; }");
    assert!(text("Shop.Buy").unwrap().starts_with("// Buys one."));
    assert!(text("Shop.Buy").unwrap().ends_with('}'));
    assert!(text("BuyRequest.none").is_none());
}

#[test]
fn what_is_odd_is_noticed_and_stepped_over() {
    for (text, services) in [
        ("message A { string a = ; } service S {}", 1),
        ("message A { string a = 1 } service S {}", 1),
        ("service S { rpc A(B) } service T {}", 2),
        ("} service S {}", 1),
        ("service S {", 1),
        ("message \u{e4} {} service S {}", 1),
        ("import x; service S {}", 1),
        ("option a = }; service S {}", 1),
        ("service S { rpc A(B) returns (C) { nonsense; } }", 1),
        ("message A { string a = 1 [x = { ; } service S {}", 0),
    ] {
        let file = parse(text.as_bytes(), Detail::Names);
        assert!(file.is_faulty, "{text}");
        assert_eq!(file.services.len(), services, "{text}");
    }
}

#[test]
fn words_of_the_grammar_may_name_things() {
    for text in [
        "message A { string message = 1; enum_type enum = 2; option_x option = 3; B.C reserved = 4; }",
        "message A { string export = 1; local.x y = 2; export z = 3; }",
        "message message { oneof oneof { string service = 1; } }",
        "enum E { option = 0; reserved = 1; }",
        "syntax = 'proto2'; message A { required group G = 1 { } extensions 4; }",
    ] {
        assert!(!parse(text.as_bytes(), Detail::Members).is_faulty, "{text}");
    }
}

#[test]
fn nesting_is_bounded() {
    for text in ["message A{".repeat(100_000), format!("option a = {}", "{a:".repeat(100_000))] {
        assert!(parse(text.as_bytes(), Detail::Members).is_faulty);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        parse(&bytes, Detail::Members);
    }

    #[test]
    fn any_cut_and_change_of_a_file_is_read(at in 0..SAMPLE.len(), byte in any::<u8>(), cut in 0..SAMPLE.len()) {
        let mut text = SAMPLE.as_bytes().to_vec();
        text[at] = byte;
        text.truncate(cut);
        let file = parse(&text, Detail::Members);
        for definition in &file.definitions {
            prop_assert!(definition.span.end <= text.len());
        }
    }
}
