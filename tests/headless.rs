//! Every verb without a window, as a script sees it: exit codes, what stands on stdout, what on stderr. The parties are
//! grpc-go with an editions schema and the program's own demo.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use common::{Headless, Output, Party, Trace, demo, exit, headless, isolate, proto, proto_root, wait_for};
use serde_json::{Value, json};

static DEPOT: LazyLock<Party> = LazyLock::new(|| Party::depot(&[]));

const ECHO: &str = "depot.v1.Depot/Echo";
const CHAT: &str = "depot.v1.Depot/Chat";
const LIMIT: Duration = Duration::from_secs(30);

/// `call` to the depot by its descriptor set, without reflection; `more` may hold flags, the method, anything.
fn call(more: &[&str]) -> Headless {
    headless(["call", "--plaintext", "--protoset", &Party::depot_protoset(), &DEPOT.address()])
        .args(more.iter().copied())
}

fn write(folder: &Path, name: &str, text: impl AsRef<[u8]>) -> String {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

// --- call: what is sent ---

#[test]
fn data_from_the_command_line_a_file_and_stdin() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "request.json", r#"{"name":"from a file"}"#);
    let answer = call(&["-d", r#"{"name":"here"}"#, ECHO]).run().succeeds();
    assert_eq!(answer.one_json(), json!({ "name": "here" }));
    let answer = call(&["-d", &format!("@{file}"), ECHO]).run().succeeds();
    assert_eq!(answer.one_json(), json!({ "name": "from a file" }));
    let answer = call(&["-d", "@", ECHO]).stdin(r#"{"name":"from stdin"}"#).run().succeeds();
    assert_eq!(answer.one_json(), json!({ "name": "from stdin" }));
    // One that is not there: no call began.
    call(&["-d", "@no/such/file", ECHO]).run().exits(exit::NO_CALL).answers_nothing().says(&["no/such/file"]);
}

#[test]
fn several_values() {
    for data in
        [r#"{"name":"a"}{"name":"b"}"#, r#"{"name":"a"} {"name":"b"}"#, "{\"name\":\"a\"}\n\n{\"name\":\n\"b\"}\n"]
    {
        let expected = [json!({ "name": "a" }), json!({ "name": "b" })];
        assert_eq!(call(&["-d", data, CHAT]).run().succeeds().json(), expected, "{data:?}");
        assert_eq!(call(&["-d", "@", CHAT]).stdin(data).run().succeeds().json(), expected, "{data:?}");
    }
}

#[test]
fn without_data() {
    // One empty message for unary calls and server streams, none for the others.
    assert_eq!(call(&[ECHO]).run().succeeds().one_json(), json!({}));
    call(&["depot.v1.Depot/List"]).run().succeeds().answers_nothing();
    call(&[CHAT]).run().succeeds().answers_nothing();
    let summary = call(&["depot.v1.Depot/Collect"]).run().succeeds().one_json();
    assert_eq!(summary, json!({ "parcels": 0, "weightG": "0" }));
}

#[test]
fn each_message_is_sent_at_once_and_answers_print_as_they_come() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trace.jsonl");
    let mut running = call(&["-d", "@", CHAT, "--trace-json", &path.display().to_string()]).spawn();
    for i in 0..3 {
        running.send(&format!("{}\n", json!({ "name": format!("{i}") })));
        assert_eq!(running.next_json(), json!({ "name": format!("{i}") }));
        // The trace is written while it happens.
        wait_for("the answer in the trace", LIMIT, || {
            (Trace::so_far(&path).all("message_in").len() == i + 1).then_some(())
        });
    }
    assert!(Trace::so_far(&path).all("half_close").is_empty());
    running.close_input();
    running.finish().succeeds();
    assert_eq!(Trace::read(&path).all("message_out").len(), 3);
}

#[test]
fn bad_messages_never_leave() {
    for (data, words) in [
        (r#"{"nome":"x"}"#, &["nome"][..]),
        ("{\n  \"weightG\": \"heavy\"\n}", &["weightG|weight_g", "2"]),
        (r#"{"name":"x""#, &["1"]),
        (r#"{"size":"SIZE_HUGE"}"#, &["SIZE_HUGE"]),
        (r#"{"inner":[{"labels":{"a":5}}]}"#, &["inner[0].labels"]),
        ("not json", &["1"]),
    ] {
        call(&["-d", data, ECHO]).run().exits(exit::NO_CALL).answers_nothing().says(words).does_not_say(&["panicked"]);
    }
    // Unknown fields, where the person says so.
    for flag in ["--ignore-unknown", "-allow-unknown-fields", "--allow-unknown-fields"] {
        let answer = call(&["-d", r#"{"nome":"x","name":"y"}"#, flag, ECHO]).run().succeeds();
        assert_eq!(answer.one_json(), json!({ "name": "y" }));
    }
}

#[test]
fn a_bad_message_on_stdin_names_its_line_and_ends_the_call() {
    let mut running = call(&["-d", "@", CHAT]).spawn();
    running.send("{\"name\":\"a\"}\n");
    assert_eq!(running.next_json(), json!({ "name": "a" }));
    running.send("{\"nome\":\"b\"}\n");
    let output = running.finish().exits(exit::CANCELLED).says(&["line 2", "nome"]);
    // Nobody pressed Ctrl-C.
    output.does_not_say(&["You cancelled"]);
}

#[test]
fn the_deadline_covers_reflection() {
    // It accepts, and says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap().to_string();
    for line in
        [&["call", &address, ECHO][..], &["list", &address], &["describe", &address, "a.B"], &["health", &address]]
    {
        headless(["--plaintext", "--max-time", "0.5"])
            .args(line.iter().copied())
            .run()
            .exits(exit::DEADLINE_EXCEEDED)
            .within(Duration::from_secs(2))
            .answers_nothing()
            // What was set, not what was left of it.
            .says(&["DEADLINE_EXCEEDED", "500ms"]);
    }
}

#[test]
fn metadata() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trace.jsonl");
    let trace = path.display().to_string();
    let headers = ["-H", "k: 1", "-H", "k:2", "-H", "K: 3", "-H", "raw-bin: AAEC", "-H", "empty:", "-H", "colon: a:b"];
    call(&[&headers[..], &["--trace-json", &trace, ECHO]].concat()).run().succeeds();
    let trace = Trace::read(&path);
    assert_eq!(trace.metadata("request_headers", "k"), ["1", "2", "3"]);
    assert_eq!(trace.metadata("request_headers", "raw-bin"), ["AAEC"]);
    assert_eq!(trace.metadata("request_headers", "empty"), [""]);
    assert_eq!(trace.metadata("request_headers", "colon"), ["a:b"]);
    // Names that gRPC and HTTP/2 keep for themselves, and values that cannot travel, are refused with the reason.
    for (header, word) in [
        ("grpc-timeout: 1S", "grpc-timeout"),
        ("grpc-status: 0", "grpc-status"),
        (":path: /x", "metadata key|:path"),
        ("te: trailers", "te"),
        ("bad key: x", "bad key"),
        ("raw-bin: not base64!", "raw-bin"),
        ("k: line\nbreak", "k"),
        ("no colon", "no colon"),
    ] {
        let output = call(&["-H", header, ECHO]).run();
        assert!([exit::USAGE, exit::NO_CALL].contains(&output.code), "{output}");
        output.answers_nothing().says(&[word]);
    }
}

// --- call: what comes back ---

#[test]
fn stdout_holds_only_answers() {
    let output = call(&["-d", r#"{"name":"x"}"#, ECHO]).run().succeeds();
    assert_eq!(output.one_json(), json!({ "name": "x" }));
    assert!(output.stderr.is_empty(), "nothing to say when all is well\n{output}");
    for flags in [&["-v"][..], &["-vv"], &["-v", "-v"]] {
        let output = call(&[flags, &["-d", r#"{"name":"x"}"#, ECHO]].concat()).run().succeeds();
        assert_eq!(output.one_json(), json!({ "name": "x" }));
        output.says(&["content-type", "application/grpc"]);
    }
    // The phases and their times too.
    let output = call(&["-vv", "-d", r#"{"name":"x"}"#, ECHO]).run().succeeds();
    output.says(&["connect|tcp", "http2|http/2", "ms|µs|us"]);
}

#[test]
fn unset_fields() {
    let answer = call(&["-d", r#"{"name":"x"}"#, "--emit-defaults", ECHO]).run().succeeds().one_json();
    assert_eq!(answer["weightG"], 0, "{answer}");
    assert_eq!(answer["packed"], json!([]), "{answer}");
    assert_eq!(answer["labels"], json!({}), "{answer}");
    // What has presence and is unset stays away.
    assert!(answer.get("seal").is_none(), "{answer}");
}

#[test]
fn a_list_on_stdin_counts_as_its_messages() {
    let list = "{\"weightG\":1}\n[{\"weightG\":2}, {\"weightG\":3}]\n[]";
    let answer = call(&["-d", "@", "depot.v1.Depot/Collect"]).stdin(list).run().succeeds();
    assert_eq!(answer.one_json(), json!({ "parcels": 3, "weightG": "6" }));
    let list = "{}\n[{},\n {\"weight\": 3}]";
    let output = call(&["-d", "@", "depot.v1.Depot/Collect"]).stdin(list).run();
    output.exits(exit::CANCELLED).answers_nothing().says(&["line 3, column 3"]);
}

#[test]
fn a_symbol_that_is_no_method_says_what_it_is() {
    for (symbol, words) in [
        ("depot.v1.Parcel", &["depot.v1.Parcel is a message, not a method"][..]),
        ("depot.v1.Depot", &["is a service", "depot.v1.Depot/Echo"]),
        ("depot.v1.Depot/Nope", &["no method of depot.v1.Depot", "depot.v1.Depot/Collect"]),
        ("depot.v1.Depott/Echo", &["did you mean depot.v1.Depot?"]),
    ] {
        call(&[symbol]).run().exits(exit::NO_CALL).answers_nothing().says(words);
        let reflected = headless(["call", "--plaintext", &DEPOT.address(), symbol]).run();
        reflected.exits(exit::NO_CALL).answers_nothing().says(words);
    }
    let listed = headless(["list", "--plaintext", &DEPOT.address(), "depot.v1.Parcel"]).run();
    listed.exits(exit::NO_CALL).answers_nothing().says(&["is a message, not a service"]);
}

#[test]
fn a_scheme_and_a_flag_that_contradict_each_other_are_refused() {
    headless(["health", "--plaintext", "https://127.0.0.1:1"])
        .run()
        .exits(exit::NO_CALL)
        .answers_nothing()
        .says(&["https://", "--plaintext"]);
}

#[test]
fn text_format() {
    let data = "name: \"x\" size: SIZE_LARGE label { text: \"t\" } packed: [1, 2]";
    let output = call(&["--format", "text", "-d", data, ECHO]).run().succeeds();
    output.answers(&["name: \"x\"", "size: SIZE_LARGE", "text: \"t\""]);
    let output = call(&["-format", "text", "-d", "nome: 1", ECHO]).run().exits(exit::NO_CALL);
    output.answers_nothing().says(&["nome"]);
}

#[test]
fn sixty_four_bits_and_unicode_survive() {
    for value in [json!({ "number": "18446744073709551615" }), json!({ "name": "😈 没有\u{0}\u{7f}" })] {
        let answer = call(&["-d", &value.to_string(), ECHO]).run().succeeds();
        assert_eq!(answer.one_json(), value);
    }
}

#[test]
fn failures_before_a_call() {
    for (method, word) in [
        ("depot.v1.Depot/Nothing", "Nothing"),
        ("depot.v1.Nobody/Echo", "depot.v1.Nobody"),
        ("Echo", "Echo"),
        ("depot.v1.Parcel", "depot.v1"),
    ] {
        let output = call(&[method]).run();
        assert!([exit::NO_CALL, exit::USAGE].contains(&output.code), "{output}");
        output.answers_nothing().says(&[word]);
    }
    // Both ways to write a method.
    call(&["depot.v1.Depot.Echo"]).run().succeeds();
    call(&["/depot.v1.Depot/Echo"]).run().succeeds();
    let folder = tempfile::tempdir().unwrap();
    let broken = write(folder.path(), "broken.proto", "syntax = \"proto3\";\nmessage M {\n  Nothing n = 1;\n}\n");
    headless(["call", "--plaintext", "--proto", &broken, &DEPOT.address(), "a.S/M"])
        .run()
        .exits(exit::NO_CALL)
        .says(&["broken.proto"]);
    let junk = write(folder.path(), "junk.protoset", [0xff; 64]);
    headless(["call", "--plaintext", "--protoset", &junk, &DEPOT.address(), "a.S/M"])
        .run()
        .exits(exit::NO_CALL)
        .says(&["junk.protoset"]);
}

#[test]
fn a_failed_call_says_what_it_knows() {
    let refused = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    headless(["call", "--plaintext", "--protoset", &Party::depot_protoset(), &refused, ECHO])
        .run()
        .exits(exit::UNAVAILABLE)
        .answers_nothing()
        .says(&["14", "UNAVAILABLE", "refused|nothing listens", &refused]);
    // By reflection, too: what could not be reached is the same.
    let output = headless(["call", "--plaintext", &refused, ECHO]).run();
    assert!(output.code != 0, "{output}");
    output.answers_nothing().says(&["refused|nothing listens", &refused]);
}

#[test]
fn interrupting_cancels() {
    let mut running = call(&["-d", "@", CHAT]).spawn();
    running.send("{\"name\":\"x\"}\n");
    running.next_json();
    running.interrupt();
    let output = running.finish().exits(exit::CANCELLED).says(&["CANCELLED"]);
    assert_eq!(output.json().len(), 1);
}

#[test]
fn interrupting_reflection_is_a_cancelled_call() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap().to_string();
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("trace.jsonl");
    let running =
        headless(["call", "--plaintext", "--trace-json", &trace.display().to_string(), &address, ECHO]).spawn();
    // It has come as far as the network.
    let connection = silent.accept().unwrap();
    running.interrupt();
    running.finish().exits(exit::CANCELLED).answers_nothing().says(&["CANCELLED"]);
    drop(connection);
    let trace = Trace::read(&trace);
    assert_eq!(trace.kinds(), ["status"]);
    assert_eq!(trace.status()["name"], "CANCELLED");
}

#[test]
fn sizes_are_bounded_both_ways() {
    let data = json!({ "name": "x".repeat(200) }).to_string();
    call(&["-d", &data, "--max-msg-sz", "100", ECHO]).run().exits(exit::RESOURCE_EXHAUSTED).answers_nothing();
    call(&["-d", &data, "--max-send-sz", "100", ECHO]).run().exits(exit::RESOURCE_EXHAUSTED).answers_nothing();
    call(&["-d", &data, "--max-msg-sz", "300", "--max-send-sz", "300", ECHO]).run().succeeds();
}

#[test]
fn traces() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trace.jsonl");
    let trace = path.display().to_string();
    // With reflection before it, of which the trace holds nothing.
    headless(["call", "--plaintext", "--trace-json", &trace, "-d", r#"{"name":"x"}"#, &DEPOT.address(), ECHO])
        .run()
        .succeeds();
    let trace = Trace::read(&path);
    assert_eq!(trace.messages("message_out"), [b"\x0a\x01x".to_vec()]);
    assert_eq!(trace.messages("message_in"), [b"\x0a\x01x".to_vec()]);
    assert_eq!(trace.metadata("request_headers", "content-type").len(), 1);
    assert_eq!(trace.metadata("request_headers", "te"), ["trailers"]);
    for once in ["request_headers", "half_close", "response_headers", "trailers", "status"] {
        trace.one(once);
    }
    assert_eq!(trace.status()["code"], 0);
    assert_eq!(trace.status()["name"], "OK");
    assert_eq!(trace.status()["details"], json!([]));

    // Reflection made the connection: how is told with its times, before all else.
    let kinds = trace.kinds();
    assert_eq!(kinds[..4], ["resolve", "connect", "http2", "request_headers"], "{kinds:?}");
    for step in ["resolve", "connect", "http2"] {
        let step = trace.one(step);
        assert_eq!((&step["reused"], &step["at_us"]), (&json!(true), &json!(0)), "{step}");
        assert!(step["took_us"].is_u64(), "{step}");
    }

    // Where reflection fails there is no call; how it failed is told, and nothing is left from the call before.
    let output =
        headless(["call", "--plaintext", "--trace-json", &path.display().to_string(), "127.0.0.1:1", ECHO]).run();
    output.exits(exit::UNAVAILABLE).answers_nothing();
    let trace = Trace::read(&path);
    assert_eq!(trace.kinds(), ["status"]);
    assert_eq!((&trace.status()["name"], &trace.status()["stage"]), (&json!("UNAVAILABLE"), &json!("tcp")));

    // The phases of a call of its own connection.
    let trace = path.display().to_string();
    call(&["--trace-json", &trace, ECHO]).run().succeeds();
    let trace = Trace::read(&path);
    for phase in ["connect", "http2", "request_headers"] {
        assert!(!trace.all(phase).is_empty(), "{:?}", trace.kinds());
    }

    // Where it cannot be written, nothing is sent.
    let output = call(&["--trace-json", "/no/such/folder/trace", ECHO]).run();
    assert!([exit::NO_CALL, exit::USAGE].contains(&output.code), "{output}");
    output.answers_nothing().says(&["/no/such/folder/trace"]);
}

// --- the command line ---

#[test]
fn flags_stand_anywhere() {
    let (address, protoset) = (DEPOT.address(), Party::depot_protoset());
    let data = r#"{"name":"x"}"#;
    for line in [
        vec!["call", &address, ECHO, "--plaintext", "--protoset", &protoset, "-d", data],
        vec!["call", "-d", data, &address, "--plaintext", ECHO, "--protoset", &protoset],
        vec!["call", "--plaintext", "--protoset", &protoset, "-d", data, &address, ECHO],
        vec!["--plaintext", "--protoset", &protoset, "call", &address, ECHO, "-d", data],
    ] {
        assert_eq!(headless(line).run().succeeds().one_json(), json!({ "name": "x" }));
    }
}

#[test]
fn flags_of_grpcurl() {
    let (address, protoset) = (DEPOT.address(), Party::depot_protoset());
    let root = proto_root().display().to_string();
    let data = r#"{"name":"x"}"#;
    let expected = json!({ "name": "x" });
    for line in [
        vec!["-plaintext", "-protoset", &protoset, "-d", data],
        vec!["-plaintext", "-import-path", &root, "-proto", "depot/v1/depot.proto", "-d", data],
        vec!["-plaintext", "-max-time", "20", "-connect-timeout", "10", "-max-msg-sz", "1000000", "-d", data],
        vec!["-plaintext", "-max-time=20.5", "--connect-timeout=1.5", "-d", data],
        vec!["-plaintext", "-authority", "somewhere.example", "-H", "a: b", "-v", "-d", data],
        vec!["-plaintext", "-format", "json", "-vv", "-d", data],
        vec!["-plaintext=true", "-v=true", "-vv=false", "--d", data],
        vec!["-plaintext", "--vv", "--H", "a: b", "-d", data],
        vec!["-plaintext", "-rpc-header", "a: b", "-reflect-header", "c: d", "-d", data],
        vec!["-plaintext", "-format-error", "-d", data],
    ] {
        let output = headless(["call"]).args(line).args([&address, ECHO]).run().succeeds();
        assert_eq!(output.one_json(), expected);
    }
    // What goes along with which calls.
    let guarded = Party::depot(&["-token", "101010"]);
    let address = guarded.address();
    let token = "token: 101010";
    headless(["call", "-plaintext", "-rpc-header", token, "-reflect-header", token, &address, ECHO]).run().succeeds();
    let output = headless(["call", "-plaintext", "-rpc-header", token, &address, ECHO]).run();
    assert!(output.code != 0, "reflection went without it\n{output}");
    headless(["call", "-plaintext", "-reflect-header", token, &address, ECHO]).run().exits(exit::UNAUTHENTICATED);
    headless(["call", "-plaintext", "-expand-headers", "-H", "token: ${SECRET}", &address, ECHO])
        .env("SECRET", "101010")
        .run()
        .succeeds();
    let template = headless(["describe", "-plaintext", "-msg-template", &DEPOT.address(), "depot.v1.Parcel"]).run();
    template.succeeds().answers(&["weightG"]);
}

#[test]
fn mistakes_in_the_command_line() {
    for line in [
        &["call"][..],
        &["call", "127.0.0.1:1"],
        &["call", "--no-such-flag", "127.0.0.1:1", ECHO],
        &["call", "--format", "xml", "127.0.0.1:1", ECHO],
        &["call", "--max-time", "soon", "127.0.0.1:1", ECHO],
        &["call", "--max-time", "-1", "127.0.0.1:1", ECHO],
        &["call", "--compress", "lzw", "127.0.0.1:1", ECHO],
        &["call", "127.0.0.1:1", ECHO, "too", "many"],
        &["conjure"],
        &["list"],
        &["describe"],
        &["health"],
        &["check"],
        &["convert"],
        &["convert", "--type", "a.B", "--from", "json", "--to", "yaml"],
    ] {
        headless(line.iter().copied()).run().exits(exit::USAGE).answers_nothing().does_not_say(&["panicked"]);
    }
}

#[test]
fn help_and_version() {
    let output = headless(["--help"]).run().succeeds();
    output.answers(&["call", "list", "describe", "health", "demo", "check", "convert"]);
    headless(["--version"]).run().succeeds().answers(&[env!("CARGO_PKG_VERSION")]);
    headless(["call", "--help"]).run().succeeds().answers(&["--trace-json", "--plaintext", "--max-time", "--compress"]);
    headless(["man"]).run().succeeds().answers(&[".TH proconsul", "call", "convert"]);
    for shell in ["bash", "zsh", "fish"] {
        headless(["completions", shell]).run().succeeds().answers(&["proconsul", "trace-json"]);
    }
    headless(["convert", "--help"]).run().succeeds().answers(&["--print-unknown"]);
}

// --- list and describe ---

#[test]
fn lists_without_a_server() {
    let (file, protoset) = (proto("depot/v1/depot.proto"), Party::depot_protoset());
    let root = proto_root().display().to_string();
    let methods = ["Echo", "Redeem", "List", "Collect", "Chat"].map(|name| format!("depot.v1.Depot.{name}"));
    for source in [&["--protoset", &protoset][..], &["--proto", &file]] {
        assert_eq!(headless(["list"]).args(source.iter().copied()).run().succeeds().lines(), ["depot.v1.Depot"]);
        let mut listed =
            headless(["list"]).args(source.iter().copied()).args(["depot.v1.Depot"]).run().succeeds().lines();
        let mut expected = methods.to_vec();
        listed.sort();
        expected.sort();
        assert_eq!(listed, expected);
        headless(["list"]).args(source.iter().copied()).args(["no.Such"]).run().exits(exit::NO_CALL).answers_nothing();
    }
    let all = headless(["list", "--proto", &root, "--import-path", &root]).run().succeeds().lines();
    assert_eq!(all, ["depot.v1.Depot", "library.v1.Library", "pantry.v1.Pantry"]);
}

#[test]
fn one_bad_file_costs_only_itself() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        "good.proto",
        "syntax = \"proto3\";\npackage a;\nmessage M {}\nservice Good { rpc Do(M) returns (M); }\n",
    );
    write(
        folder.path(),
        "bad.proto",
        "syntax = \"proto3\";\npackage b;\nservice Bad { rpc Do(Nothing returns (M); }\n",
    );
    let tree = folder.path().display().to_string();
    let listed = headless(["list", "--proto", &tree]).run().succeeds().answers(&["a.Good"]);
    assert_eq!(listed.stderr.lines().count(), 1, "{listed}");
    assert!(listed.stderr.contains("bad.proto:3:"), "{listed}");
    headless(["describe", "--proto", &tree, "a.Good"]).run().succeeds().answers(&["service Good"]);
    // What needs the bad one says where it is bad: file, line, and the line itself.
    headless(["call", "--plaintext", "--proto", &tree, &DEPOT.address(), "b.Bad/Do"])
        .run()
        .exits(exit::NO_CALL)
        .answers_nothing()
        .says(&["bad.proto:3:", "rpc Do(Nothing returns (M)"]);
}

#[test]
fn describes_as_the_author_wrote() {
    let file = proto("depot/v1/depot.proto");
    for (symbol, texts) in [
        ("depot.v1.Parcel", &["// One parcel.", "message Parcel {", "[features.message_encoding = DELIMITED]"][..]),
        ("depot.v1.Size", &["enum Size {", "option features.enum_type = CLOSED;", "SIZE_LARGE = 2;"]),
        ("depot.v1.Depot", &["service Depot {", "rpc Collect(stream Parcel) returns (Summary);"]),
        ("depot.v1.Depot.List", &["rpc List(Range) returns (stream Parcel)"]),
        ("depot.v1.Depot/List", &["rpc List(Range) returns (stream Parcel)"]),
        ("depot.v1.Label", &["message Label {"]),
    ] {
        headless(["describe", "--proto", &file, symbol]).run().succeeds().answers(texts);
    }
    // Of several, each is named in full.
    headless(["describe", "--plaintext", &DEPOT.address()]).run().succeeds().answers(&[
        "// depot.v1.Depot\n",
        "// grpc.health.v1.Health\n",
        "service Depot {",
    ]);
    headless(["describe", "--proto", &file, "depot.v1.Nothing"])
        .run()
        .exits(exit::NO_CALL)
        .answers_nothing()
        .says(&["depot.v1.Nothing"]);
}

#[test]
fn schemas_are_saved() {
    let folder = tempfile::tempdir().unwrap();
    let set = folder.path().join("set.protoset").display().to_string();
    let tree = folder.path().join("tree").display().to_string();
    let file = proto("depot/v1/depot.proto");
    headless(["list", "--proto", &file, "-protoset-out", &set, "-proto-out-dir", &tree]).run().succeeds();
    assert_eq!(headless(["list", "--protoset", &set]).run().succeeds().lines(), ["depot.v1.Depot"]);
    let saved = std::fs::read_to_string(folder.path().join("tree/depot/v1/depot.proto")).unwrap();
    assert!(saved.contains("edition = \"2023\"") && saved.contains("service Depot"), "{saved}");
    headless(["check", "--proto", &tree]).run().succeeds();
}

// --- health ---

#[test]
fn health() {
    let address = DEPOT.address();
    let ask = |more: &[&str]| headless(["health", "--plaintext", &address]).args(more.iter().copied()).run();
    assert_eq!(ask(&[]).succeeds().lines(), ["SERVING"]);
    assert_eq!(ask(&["depot.v1.Depot"]).succeeds().lines(), ["SERVING"]);
    assert_eq!(ask(&["closed"]).exits(1).lines(), ["NOT_SERVING"]);
    ask(&["nobody"]).exits(exit::NOT_FOUND).answers_nothing().says(&["NOT_FOUND"]);
    let interop = Party::interop();
    headless(["health", "--plaintext", &interop.address()]).run().exits(exit::UNIMPLEMENTED).says(&["UNIMPLEMENTED"]);
    let refused = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    headless(["health", "--plaintext", &refused]).run().exits(exit::UNAVAILABLE).answers_nothing();
    #[cfg(target_os = "linux")]
    full_disk(&["health", "--plaintext", &address]);
}

/// An answer that nobody could hear is no success.
#[cfg(target_os = "linux")]
fn full_disk(line: &[&str]) {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_proconsul"));
    isolate(&mut command);
    let output = command.args(line).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{line:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("stdout"), "{line:?}: {output:?}");
}

#[test]
fn health_is_watched() {
    let mut watched = Party::depot(&[]);
    let mut running = headless(["health", "--plaintext", "--watch", &watched.address(), "depot.v1.Depot"]).spawn();
    assert_eq!(running.next_line().as_deref(), Some("SERVING"));
    // The server says so before it goes.
    watched.end();
    let output = running.finish();
    assert!(output.code != 0, "{output}");
    assert_eq!(output.lines()[0], "SERVING");

    let mut running = headless(["health", "--plaintext", "--watch", &DEPOT.address(), "nobody"]).spawn();
    assert_eq!(running.next_line().as_deref(), Some("SERVICE_UNKNOWN"));
    running.interrupt();
    let output = running.finish();
    assert_eq!(output.lines(), ["SERVICE_UNKNOWN"]);
}

// --- check ---

#[test]
fn check() {
    let root = proto_root().display().to_string();
    let output = headless(["check", "--proto", &root, "--import-path", &root]).run().succeeds().answers_nothing();
    assert!(output.stderr.is_empty(), "no progress where nobody watches\n{output}");

    let folder = tempfile::tempdir().unwrap();
    let tree = folder.path().display().to_string();
    write(folder.path(), "ok.proto", "syntax = \"proto3\";\nimport \"google/protobuf/empty.proto\";\nmessage M {}\n");
    // An import that nobody uses is a warning, and warnings do not count.
    headless(["check", "--proto", &tree]).run().succeeds();

    write(folder.path(), "type.proto", "syntax = \"proto3\";\nmessage A {\n  Nothing n = 1;\n}\n");
    write(folder.path(), "sub/twice.proto", "syntax = \"proto3\";\nmessage B {\n  int32 a = 1;\n  int32 b = 1;\n}\n");
    let output = headless(["check", "--proto", &tree, "--import-path", &tree]).run().exits(1);
    let lines = errors(&output);
    assert!(lines.iter().any(|line| line.contains("type.proto:3:3: ") && line.contains("Nothing")), "{output}");
    assert!(lines.iter().any(|line| line.contains("sub/twice.proto:4:") && line.contains('1')), "{output}");
    assert!(!lines.iter().any(|line| line.contains("ok.proto")), "{output}");
    assert_eq!(lines.len(), 2, "one line an error\n{output}");

    // A file alone, and one that is not there.
    let file = folder.path().join("type.proto").display().to_string();
    headless(["check", "--proto", &file]).run().exits(1);
    let output = headless(["check", "--proto", "no/such.proto"]).run();
    assert!(output.code != 0, "{output}");
}

/// The lines that `check` printed, wherever it prints them.
fn errors(output: &Output) -> Vec<String> {
    output
        .lines()
        .into_iter()
        .chain(output.stderr.lines().map(str::to_owned))
        .filter(|line| line.contains(".proto:"))
        .collect()
}

// --- convert ---

fn convert(from: &str, to: &str, more: &[&str]) -> Headless {
    headless([
        "convert",
        "--protoset",
        &Party::depot_protoset(),
        "--type",
        "depot.v1.Parcel",
        "--from",
        from,
        "--to",
        to,
    ])
    .args(more.iter().copied())
}

#[test]
fn converts() {
    let value = json!({ "name": "x", "packed": [1, 300], "number": "18446744073709551615", "labels": { "a": { "text": "t" } } });
    let bin = convert("json", "bin", &["-"]).stdin(value.to_string()).run().succeeds();
    assert_eq!(&bin.bytes[..8], b"\x0a\x01x\x1a\x03\x01\xac\x02");
    let text = convert("bin", "text", &[]).stdin(bin.bytes.clone()).run().succeeds();
    let text = text.answers(&["name: \"x\"", "18446744073709551615"]);
    let back = convert("text", "json", &[]).stdin(text.bytes.clone()).run().succeeds();
    assert_eq!(back.one_json(), value);
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "parcel.bin", &bin.bytes);
    assert_eq!(convert("bin", "json", &[&file]).run().succeeds().one_json(), value);
    // By .proto files too.
    let path = proto("depot/v1/depot.proto");
    let output =
        headless(["convert", "--proto", &path, "--type", "depot.v1.Parcel", "--from", "bin", "--to", "json", &file])
            .run();
    assert_eq!(output.succeeds().one_json(), value);
    // An empty message is no bytes at all.
    convert("json", "bin", &[]).stdin("{}").run().succeeds().answers_nothing();
    assert_eq!(convert("bin", "json", &[]).run().succeeds().one_json(), json!({}));
}

#[test]
fn converts_unknown_fields() {
    // Field 1, then 500 (a varint) and 501 (bytes), which the schema does not know.
    let bytes = b"\x0a\x01x\xa0\x1f\x07\xaa\x1f\x02\xff\xff".to_vec();
    assert_eq!(convert("bin", "bin", &[]).stdin(bytes.clone()).run().succeeds().bytes, bytes);
    assert_eq!(convert("bin", "json", &[]).stdin(bytes.clone()).run().succeeds().one_json(), json!({ "name": "x" }));
    let text = convert("bin", "text", &[]).stdin(bytes.clone()).run().succeeds();
    assert!(!text.stdout().contains("500"), "{text}");
    convert("bin", "text", &["--print-unknown"]).stdin(bytes).run().succeeds().answers(&[
        "name: \"x\"",
        "500: 7",
        "501: ",
    ]);
    // In JSON they are an error unless ignored.
    convert("json", "bin", &[]).stdin(r#"{"nome":1}"#).run().exits(65).answers_nothing().says(&["nome"]);
    let output = convert("json", "bin", &["--ignore-unknown"]).stdin(r#"{"nome":1,"name":"x"}"#).run().succeeds();
    assert_eq!(output.bytes, b"\x0a\x01x");
}

#[test]
fn converts_or_says_why_not() {
    for (from, input) in [
        ("json", &b"{"[..]),
        ("json", br#"{"name":5}"#),
        ("json", b"{} {}"),
        ("text", b"name: 5"),
        ("text", b"name: \"x"),
        ("bin", b"\x0a\x05x"),
        ("bin", b"\x0a\x01\xff"),
        ("bin", b"\xff\xff\xff"),
    ] {
        let output = convert(from, "json", &[]).stdin(input).run().exits(65).answers_nothing();
        assert!(!output.stderr.trim().is_empty(), "the reason is missing\n{output}");
    }
    // A value that has no form in the other format: seconds outside year 1 to 9999 cannot be a JSON timestamp.
    let stamp =
        headless(["convert", "--proto", &proto("library/v1/library.proto"), "--type", "google.protobuf.Timestamp"])
            .args(["--from", "bin", "--to", "json"])
            .stdin(b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\x7f".to_vec())
            .run()
            .exits(66)
            .answers_nothing();
    assert!(!stamp.stderr.trim().is_empty(), "the reason is missing\n{stamp}");
    let output = headless(["convert", "--protoset", &Party::depot_protoset(), "--type", "depot.v1.Nothing"])
        .args(["--from", "json", "--to", "bin"])
        .run();
    assert!([exit::NO_CALL, exit::USAGE].contains(&output.code), "{output}");
    output.answers_nothing().says(&["depot.v1.Nothing"]);
}

// --- the demo ---

#[test]
fn the_demo_serves_itself() {
    let mut demo = demo();
    for service in ["hello.Hello", "proto.Tour", "pb.Greeter"] {
        demo.prints(service);
    }
    let services = headless(["list", "--plaintext", &demo.plain]).run().succeeds().lines();
    for service in [
        "hello.Hello",
        "proto.UserService",
        "proto.Tour",
        "pb.Greeter",
        "pb.Hello",
        "grpc.health.v1.Health",
        "grpc.reflection.v1.ServerReflection",
        "grpc.reflection.v1alpha.ServerReflection",
    ] {
        assert!(services.iter().any(|listed| listed == service), "{service} is missing: {services:?}");
    }
    headless(["health", "--plaintext", &demo.plain]).run().succeeds().answers(&["SERVING"]);
    // Every service can be told and every message described.
    for service in &services {
        headless(["describe", "--plaintext", &demo.plain, service]).run().succeeds().answers(&["service "]);
        let methods = headless(["list", "--plaintext", &demo.plain, service]).run().succeeds().lines();
        assert!(!methods.is_empty(), "{service}");
    }
    let echoed = headless(["call", "--plaintext", &demo.plain, "proto.Tour/Echo"]).run().succeeds();
    assert_eq!(echoed.json().len(), 1);

    // The TLS one demands trust and, of unary calls, the token.
    let tls = demo.tls.clone();
    headless(["list", &tls]).run().answers_nothing().says(&["tls"]);
    headless(["call", "--insecure", &tls, "proto.Tour/Echo"])
        .run()
        .exits(exit::UNKNOWN)
        .answers_nothing()
        .says(&["token"]);
    headless(["call", "--insecure", "-H", "token: 101010", &tls, "proto.Tour/Echo"]).run().succeeds();

    let code = demo.interrupt();
    assert!(code.is_none_or(|code| code == 0 || code == 130), "interrupting is how it ends: {code:?}");
}

#[test]
fn values_are_json_and_nothing_else() {
    // Whatever is answered can be piped into the next tool.
    let values: Vec<Value> = call(&["-d", r#"{"count":200}"#, "depot.v1.Depot/List"]).run().succeeds().json();
    assert_eq!(values.len(), 200);
    assert_eq!(values[199], json!({ "name": "parcel 199" }));
}
