//! Schemas that foreign servers tell by reflection, each in its own way: grpcio (v1alpha alone), @grpc/reflection
//! (imprecise), grpc-go (editions); and the same editions schema from its .proto files and descriptor set.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::sync::LazyLock;

use common::{Party, Trace, exit, headless, proto, proto_root};
use serde_json::json;

static LIBRARY: LazyLock<Party> = LazyLock::new(Party::library);
static PANTRY: LazyLock<Party> = LazyLock::new(Party::pantry);
static DEPOT: LazyLock<Party> = LazyLock::new(|| Party::depot(&[]));

/// A parcel that uses every feature of the schema once.
const PARCEL: &str = r#"{
    "name": "",
    "packed": [1, 2, 300],
    "expanded": [1, 2, 300],
    "size": "SIZE_LARGE",
    "mood": "MOOD_FRAGILE",
    "label": { "text": "this side up", "mood": "MOOD_FRAGILE" },
    "labels": { "b": { "text": "second" }, "a": {} },
    "number": "18446744073709551615",
    "inner": [{ "name": "inside", "weightG": 7 }]
}"#;

/// The wire bytes of [`PARCEL`] up to its map, by hand: see encoding.md of protobuf.
const PARCEL_WIRE: &[u8] = &[
    0x0a, 0x00, // 1: a tracked empty string
    0x1a, 0x04, 0x01, 0x02, 0xac, 0x02, // 3: packed
    0x20, 0x01, 0x20, 0x02, 0x20, 0xac, 0x02, // 4: expanded
    0x28, 0x02, // 5
    0x30, 0x01, // 6
    0x3b, 0x0a, 0x0c, b't', b'h', b'i', b's', b' ', b's', b'i', b'd', b'e', b' ', b'u', b'p', 0x10, 0x01,
    0x3c, // 7: a group, from its begin to its end
];

fn plain<'a>(verb: &'a str, more: &[&'a str]) -> common::Headless {
    headless([&[verb, "--plaintext"], more].concat())
}

#[test]
fn python_tells_v1alpha_alone() {
    let address = LIBRARY.address();
    let services = plain("list", &[&address]).run().succeeds().lines();
    let expected = ["grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection", "library.v1.Library"];
    assert_eq!(services, expected);
    let methods = plain("list", &[&address, "library.v1.Library"]).run().succeeds().lines();
    assert_eq!(methods, ["library.v1.Library.GetBook", "library.v1.Library.ListBooks"]);

    plain("describe", &[&address, "library.v1.Book"]).run().succeeds().answers(&[
        "message Book",
        "repeated string authors = 2;",
        "google.protobuf.Timestamp printed = 3;",
    ]);
    for method in ["library.v1.Library/ListBooks", "library.v1.Library.ListBooks"] {
        plain("describe", &[&address, method]).run().succeeds().answers(&[
            "rpc ListBooks",
            "ListBooksRequest",
            "returns (stream",
        ]);
    }
    plain("describe", &[&address, "library.v1.Nothing"]).run().exits(exit::NO_CALL).answers_nothing();

    let answer = plain("call", &[&address, "library.v1.Library/GetBook", "-d", r#"{"name":"Middlemarch"}"#]).run();
    assert_eq!(
        answer.succeeds().one_json(),
        json!({ "name": "Middlemarch", "authors": ["somebody"], "printed": "1791-01-02T03:04:05.006Z" })
    );
    plain("health", &[&address]).run().succeeds().answers(&["SERVING"]);
    plain("health", &[&address, "library.v1.Library"]).run().succeeds().answers(&["SERVING"]);
    plain("health", &[&address, "nobody"]).run().exits(exit::NOT_FOUND).says(&["NOT_FOUND"]);
}

#[test]
fn rich_errors_are_decoded_by_name() {
    let address = LIBRARY.address();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trace.jsonl");
    let trace = path.display().to_string();
    let details = [
        "google.rpc.ErrorInfo",
        "NO_SUCH_BOOK",
        "library.example",
        "google.rpc.BadRequest",
        "no book has this name",
        "google.rpc.LocalizedMessage",
        "没有这本书",
        // The server's own, known by its schema.
        "library.v1.ShelfHint",
        "fiction",
    ];
    let call = ["-v", "--trace-json", &trace, "-d", r#"{"name":"Ulysses"}"#, &address, "library.v1.Library/GetBook"];
    plain("call", &call)
        .run()
        .exits(exit::NOT_FOUND)
        .answers_nothing()
        .says(&["NOT_FOUND", "no book “Ulysses”"])
        .says(&details);
    let written = Trace::read(&path);
    let status = written.status();
    assert_eq!(status["message"], "no book “Ulysses”");
    let types: Vec<_> = status["details"].as_array().unwrap().iter().map(|detail| detail["type_url"].clone()).collect();
    let expected =
        ["google.rpc.ErrorInfo", "google.rpc.BadRequest", "google.rpc.LocalizedMessage", "library.v1.ShelfHint"];
    assert_eq!(types, expected.map(|name| json!(format!("type.googleapis.com/{name}"))));

    // The same by the .proto file: google.rpc's types are on board.
    let file = proto("library/v1/library.proto");
    plain("call", &["--proto", &file])
        .args(call.iter().map(ToString::to_string))
        .run()
        .exits(exit::NOT_FOUND)
        .says(&details);

    // A stream that fails on its way: what came stays on stdout.
    let stream = ["-d", r#"{"fail_after":2}"#, &address, "library.v1.Library/ListBooks"];
    let output = plain("call", &stream).run().exits(exit::NOT_FOUND).says(&["NOT_FOUND"]);
    assert_eq!(output.json().len(), 2);
}

#[test]
fn node_tells_imprecisely() {
    let address = PANTRY.address();
    let services = plain("list", &[&address]).run().succeeds().lines();
    assert!(services.contains(&"pantry.v1.Pantry".to_owned()), "{services:?}");
    let methods = plain("list", &[&address, "pantry.v1.Pantry"]).run().succeeds().lines();
    assert_eq!(methods, ["pantry.v1.Pantry.Cook", "pantry.v1.Pantry.Watch"]);
    plain("describe", &[&address, "pantry.v1.Stock"]).run().succeeds().answers(&[
        "message Stock",
        "map<string, ",
        "amounts = 1;",
    ]);
    plain("describe", &[&address, "pantry.v1.Pantry/Watch"]).run().succeeds().answers(&["rpc Watch", "(stream"]);

    // No json_name came, so the names of canonical JSON are worked out.
    let recipe = json!({
        "displayName": "rice",
        "neededStock": { "amounts": { "rice": { "inGrams": 80.5 } }, "bestKept": "KEEPING_COLD" },
        "cookingTime": "900s",
        "hotDrink": { "drinkName": "tea" },
        "portionsEverMade": "9007199254740993"
    });
    let answer = plain("call", &[&address, "pantry.v1.Pantry/Cook", "-d", &recipe.to_string()]).run().succeeds();
    assert_eq!(answer.one_json(), recipe);

    let answer = plain("call", &[&address, "pantry.v1.Pantry/Watch", "-d", r#"{"how_many":3}"#]).run().succeeds();
    let grams: Vec<_> = answer.json().iter().map(|stock| stock["amounts"]["rice"]["inGrams"].as_f64()).collect();
    assert_eq!(grams, [None, Some(1.0), Some(2.0)]);

    plain("call", &["-v", &address, "pantry.v1.Pantry/Cook", "-d", r#"{"display_name":"nothing"}"#])
        .run()
        .exits(exit::FAILED_PRECONDITION)
        .answers_nothing()
        .says(&["FAILED_PRECONDITION", "nothing to cook: 没有", "x-reason", "empty", "x-cook"]);
}

#[test]
fn python_compresses_answers() {
    for compression in ["deflate", "gzip"] {
        let party = Party::start("library", &[compression]);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("trace.jsonl");
        let trace = path.display().to_string();
        let address = party.address();
        let request = ["--trace-json", &trace, "-d", r#"{"name":"Anthology"}"#, &address, "library.v1.Library/GetBook"];
        let answer = plain("call", &request).run().succeeds().one_json();
        assert_eq!(answer["authors"].as_array().map(Vec::len), Some(500));
        let trace = Trace::read(&path);
        assert_eq!(trace.metadata("response_headers", "grpc-encoding"), [compression]);
        let message = trace.one("message_in");
        assert_eq!(message["compressed"], true);
        assert!(message["wire_size"].as_u64() < message["size"].as_u64());
    }
}

#[test]
fn go_tells_editions() {
    let address = DEPOT.address();
    let services = plain("list", &[&address]).run().succeeds().lines();
    let expected = [
        "depot.v1.Depot",
        "grpc.health.v1.Health",
        "grpc.reflection.v1.ServerReflection",
        "grpc.reflection.v1alpha.ServerReflection",
    ];
    assert_eq!(services, expected);
    // As its author wrote it, never lowered.
    let message = plain("describe", &[&address, "depot.v1.Parcel"]).run().succeeds();
    let message = message.answers(&["message Parcel", "DELIMITED", "map<string, "]);
    assert!(!message.stdout().contains("group "), "{message}");
    plain("describe", &[&address, "depot.v1.Depot/Chat"]).run().succeeds().answers(&[
        "rpc Chat",
        "(stream ",
        "returns (stream ",
    ]);
}

#[test]
fn editions_behave_by_their_features() {
    let address = DEPOT.address();
    let file = proto("depot/v1/depot.proto");
    let root = proto_root().display().to_string();
    let protoset = Party::depot_protoset();
    // Of one file alone its root is worked out.
    let sources: [&[&str]; 4] = [
        &[],
        &["--protoset", &protoset],
        &["--proto", &file],
        &["--import-path", &root, "--proto", "depot/v1/depot.proto"],
    ];
    let expected: serde_json::Value = serde_json::from_str(PARCEL).unwrap();
    for source in sources {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("trace.jsonl");
        let trace = path.display().to_string();
        let call = ["--trace-json", &trace, "-d", PARCEL, &address, "depot.v1.Depot/Echo"];
        let output = plain("call", &[source, &call].concat()).run().succeeds();
        assert_eq!(output.one_json(), expected, "{output}");
        let trace = Trace::read(&path);
        let sent = trace.messages("message_out").remove(0);
        assert!(sent.starts_with(PARCEL_WIRE), "{source:?}: {sent:02x?}");
        // Untracked zero is nothing, and a tracked one is something.
        let call = ["-d", r#"{"weightG":0,"name":"","number":"0"}"#, &address, "depot.v1.Depot/Echo"];
        let output = plain("call", &[source, &call].concat()).run().succeeds();
        assert_eq!(output.one_json(), json!({ "name": "", "number": "0" }), "{output}");
        // A number outside a closed enum is refused, outside an open one kept.
        let call = ["-d", r#"{"mood":7}"#, &address, "depot.v1.Depot/Echo"];
        assert_eq!(plain("call", &[source, &call].concat()).run().succeeds().one_json(), json!({ "mood": 7 }));
        // A required field that is missing never leaves.
        let call = ["-d", "{}", &address, "depot.v1.Depot/Redeem"];
        let output = plain("call", &[source, &call].concat()).run();
        assert!(output.code != 0, "{output}");
        output.answers_nothing().says(&["code"]);
        let call = ["-d", r#"{"code":0}"#, &address, "depot.v1.Depot/Redeem"];
        assert_eq!(plain("call", &[source, &call].concat()).run().succeeds().one_json(), json!({ "code": 0 }));
    }
}

#[test]
fn editions_in_all_four_shapes() {
    let address = DEPOT.address();
    let output = plain("call", &["-d", r#"{"count":3}"#, &address, "depot.v1.Depot/List"]).run().succeeds();
    assert_eq!(output.json(), [0, 1, 2].map(|i| json!({ "name": format!("parcel {i}") })));
    let output =
        plain("call", &["-d", r#"{"weightG":3} {"weightG":4}"#, &address, "depot.v1.Depot/Collect"]).run().succeeds();
    assert_eq!(output.one_json(), json!({ "parcels": 2, "weightG": "7" }));
    let output =
        plain("call", &["-d", r#"{"name":"a"}{"name":"b"}"#, &address, "depot.v1.Depot/Chat"]).run().succeeds();
    assert_eq!(output.json(), [json!({ "name": "a" }), json!({ "name": "b" })]);
}

#[test]
fn metadata_goes_along_with_reflection() {
    let guarded = Party::depot(&["-token", "101010"]);
    let address = guarded.address();
    let token = ["-H", "token: 101010"];
    let services = plain("list", &[&token[..], &[&address]].concat()).run().succeeds().lines();
    assert!(services.contains(&"depot.v1.Depot".to_owned()), "{services:?}");
    plain("describe", &[&token[..], &[&address, "depot.v1.Parcel"]].concat())
        .run()
        .succeeds()
        .answers(&["message Parcel"]);
    let call = ["-d", r#"{"name":"x"}"#, &address, "depot.v1.Depot/Echo"];
    let output = plain("call", &[&token[..], &call].concat()).run().succeeds();
    assert_eq!(output.one_json(), json!({ "name": "x" }));
    plain("health", &[&token[..], &[&address]].concat()).run().succeeds();
    // One dash, as grpcurl's users type it.
    headless(["list", "-plaintext", "-H", "token: 101010", &address]).run().succeeds();

    // Without it the server's own words come through.
    for verb in [
        &["list", &address][..],
        &["describe", &address, "depot.v1.Parcel"],
        &["call", &address, "depot.v1.Depot/Echo"],
    ] {
        let output = plain(verb[0], &verb[1..]).run();
        assert!(output.code != 0, "{output}");
        output.answers_nothing().says(&["UNAUTHENTICATED", "the token is missing or wrong"]);
    }
    let protoset = Party::depot_protoset();
    plain("call", &["--protoset", &protoset, &address, "depot.v1.Depot/Echo"])
        .run()
        .exits(exit::UNAUTHENTICATED)
        .says(&["UNAUTHENTICATED", "the token is missing or wrong"]);
}

#[test]
fn reflection_leaves_room_for_the_call() {
    // One stream at a time: an open reflection stream would block the call for ever.
    let narrow = Party::depot(&["-max-streams", "1"]);
    let address = narrow.address();
    let output = plain("call", &["--max-time", "20", "-d", r#"{"name":"x"}"#, &address, "depot.v1.Depot/Echo"]).run();
    assert_eq!(output.succeeds().one_json(), json!({ "name": "x" }));
}

#[test]
fn a_server_without_reflection_says_so() {
    let interop = Party::interop();
    for verb in
        [&["list"][..], &["describe", "grpc.testing.TestService"], &["call", "grpc.testing.TestService/EmptyCall"]]
    {
        let output = plain(verb[0], &[&[interop.address().as_str()], &verb[1..]].concat()).run();
        assert!(output.code != 0, "{output}");
        output.answers_nothing().says(&["reflection", "--proto"]);
    }
}

#[test]
fn schemas_are_saved_and_used_again() {
    for (party, symbol, call) in [
        (&*DEPOT, "depot.v1.Depot", [r#"{"name":"x"}"#, "depot.v1.Depot/Echo"]),
        (&*LIBRARY, "library.v1.Library", [r#"{"name":"Middlemarch"}"#, "library.v1.Library/GetBook"]),
        (&*PANTRY, "pantry.v1.Pantry", [r#"{"displayName":"x"}"#, "pantry.v1.Pantry/Cook"]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let set = folder.path().join("saved.protoset").display().to_string();
        let tree = folder.path().join("saved").display().to_string();
        let address = party.address();
        let save = ["--protoset-out", &set, "--proto-out-dir", &tree, &address, symbol];
        plain("describe", &save).run().succeeds().answers(&["service "]);
        for source in [&["--protoset", &set][..], &["--proto", &tree]] {
            let again = plain("call", &[source, &["-d", call[0], &address, call[1]]].concat()).run();
            again.succeeds();
        }
        headless(["check", "--proto", &tree]).run().succeeds();
    }
}
