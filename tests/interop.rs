//! The official interop cases (grpc/doc/interop-test-descriptions.md), spoken by the program without a window to
//! grpc-go's interop server, whose schema comes as a descriptor set.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::{Headless, Party, Trace, exit, headless, wait_for};
use serde_json::{Value, json};
use tempfile::TempDir;

const UNARY: &str = "grpc.testing.TestService/UnaryCall";
const DUPLEX: &str = "grpc.testing.TestService/FullDuplexCall";
const OUTPUT: &str = "grpc.testing.TestService/StreamingOutputCall";
const INPUT: &str = "grpc.testing.TestService/StreamingInputCall";
/// White space, and characters inside and outside the basic plane.
const SPECIAL: &str = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n";
const LIMIT: Duration = Duration::from_secs(30);

/// One server for all cases; it ends when this process closes its input.
static SERVER: LazyLock<Party> = LazyLock::new(Party::interop);

/// A call of the interop server, with its trace in a folder of its own.
struct Case {
    folder: TempDir,
    call: Headless,
}

impl Case {
    fn new(flags: &[&str], method: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let trace = folder.path().join("trace.jsonl").display().to_string();
        let call = headless(["call", "--plaintext", "--protoset", &Party::interop_protoset(), "--trace-json", &trace])
            .args(flags.iter().copied())
            .args([SERVER.address(), method.to_owned()]);
        Self { folder, call }
    }

    /// Runs it with `requests` on stdin.
    fn run(self, requests: &[Value], code: i32) -> (common::Output, Trace) {
        let lines = requests.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        let path = self.folder.path().join("trace.jsonl");
        let output = self.call.stdin(lines).run().exits(code);
        (output, Trace::read(&path))
    }

    fn trace_path(&self) -> PathBuf {
        self.folder.path().join("trace.jsonl")
    }
}

/// The field `payload` of so many zero bytes.
fn payload(size: usize) -> Value {
    json!({ "body": STANDARD.encode(vec![0; size]) })
}

/// The sizes of the bodies that came.
fn body_sizes(answers: &[Value]) -> Vec<usize> {
    answers
        .iter()
        .map(|answer| answer["payload"]["body"].as_str().map_or(0, |body| STANDARD.decode(body).unwrap().len()))
        .collect()
}

#[test]
fn empty_unary() {
    let (output, trace) = Case::new(&[], "grpc.testing.TestService/EmptyCall").run(&[], 0);
    assert_eq!(output.one_json(), json!({}));
    assert_eq!(trace.one("message_out")["size"], 0);
    assert_eq!(trace.one("message_in")["size"], 0);
    assert_eq!(trace.status()["code"], 0);
    assert_eq!(trace.status()["origin"], "server");
}

#[test]
fn large_unary() {
    let request = json!({ "responseSize": 314_159, "payload": payload(271_828) });
    let (output, trace) = Case::new(&["-d", "@"], UNARY).run(&[request], 0);
    assert_eq!(body_sizes(&[output.one_json()]), [314_159]);
    // The body, its tag and length, and the payload's; then what else was set.
    assert!(trace.one("message_out")["size"].as_u64().unwrap() > 271_828);
    assert!(trace.one("message_in")["size"].as_u64().unwrap() > 314_159);
    assert_eq!(trace.one("message_in")["compressed"], false);
}

#[test]
fn client_streaming() {
    let requests = [27182, 8, 1828, 45904].map(|size| json!({ "payload": payload(size) }));
    let (output, trace) = Case::new(&["-d", "@"], INPUT).run(&requests, 0);
    assert_eq!(output.one_json(), json!({ "aggregatedPayloadSize": 74922 }));
    assert_eq!(trace.all("message_out").len(), 4);
    let kinds = trace.kinds();
    let last_message = kinds.iter().rposition(|kind| *kind == "message_out").unwrap();
    let half_close = kinds.iter().position(|kind| *kind == "half_close").unwrap();
    assert!(last_message < half_close, "{kinds:?}");
}

#[test]
fn server_streaming() {
    let sizes = [31415, 9, 2653, 58979];
    let request = json!({ "responseParameters": sizes.map(|size| json!({ "size": size })) });
    let (output, trace) = Case::new(&["-d", &request.to_string()], OUTPUT).run(&[], 0);
    assert_eq!(body_sizes(&output.json()), sizes);
    assert_eq!(trace.all("message_in").len(), 4);
}

#[test]
fn ping_pong() {
    let case = Case::new(&["-d", "@"], DUPLEX);
    let path = case.trace_path();
    let mut call = case.call.spawn();
    for (request, response) in [(27182, 31415), (8, 9), (1828, 2653), (45904, 58979)] {
        let message = json!({ "responseParameters": [{ "size": response }], "payload": payload(request) });
        call.send(&format!("{message}\n"));
        // The next request leaves only after this answer.
        assert_eq!(body_sizes(&[call.next_json()]), [response]);
    }
    call.close_input();
    call.finish().succeeds();
    let trace = Trace::read(&path);
    let messages: Vec<_> = trace.kinds().into_iter().filter(|kind| kind.starts_with("message")).collect();
    assert_eq!(messages, ["message_out", "message_in"].repeat(4));
}

#[test]
fn empty_stream() {
    let (output, trace) = Case::new(&["-d", "@"], DUPLEX).run(&[], 0);
    output.answers_nothing();
    assert!(trace.all("message_out").is_empty() && trace.all("message_in").is_empty());
    // Nothing is sent without -d either.
    let (output, trace) = Case::new(&[], DUPLEX).run(&[], 0);
    output.answers_nothing();
    assert!(trace.all("message_out").is_empty());
}

#[test]
fn custom_metadata() {
    let initial = "x-grpc-test-echo-initial: test_initial_metadata_value";
    let trailing = format!("x-grpc-test-echo-trailing-bin: {}", STANDARD.encode([0xab, 0xab, 0xab]));
    for (method, request) in [
        (UNARY, json!({ "responseSize": 314_159, "payload": payload(271_828) })),
        (DUPLEX, json!({ "responseParameters": [{ "size": 314_159 }], "payload": payload(271_828) })),
    ] {
        let (output, trace) = Case::new(&["-v", "-d", "@", "-H", initial, "-H", &trailing], method).run(&[request], 0);
        assert_eq!(body_sizes(&output.json()), [314_159]);
        output.says(&["x-grpc-test-echo-initial", "test_initial_metadata_value", "x-grpc-test-echo-trailing-bin"]);
        assert_eq!(trace.metadata("request_headers", "x-grpc-test-echo-initial"), ["test_initial_metadata_value"]);
        assert_eq!(trace.metadata("request_headers", "x-grpc-test-echo-trailing-bin"), ["q6ur"]);
        assert_eq!(trace.metadata("response_headers", "x-grpc-test-echo-initial"), ["test_initial_metadata_value"]);
        assert_eq!(trace.metadata("trailers", "x-grpc-test-echo-trailing-bin"), ["q6ur"]);
        // Headers and trailers are kept apart.
        assert!(trace.metadata("trailers", "x-grpc-test-echo-initial").is_empty());
        assert!(trace.metadata("response_headers", "x-grpc-test-echo-trailing-bin").is_empty());
    }
}

#[test]
fn status_code_and_message() {
    let request = json!({ "responseStatus": { "code": 2, "message": "test status message" } });
    for method in [UNARY, DUPLEX] {
        let (output, trace) = Case::new(&["-d", &request.to_string()], method).run(&[], exit::UNKNOWN);
        output.answers_nothing().says(&["UNKNOWN", "2", "test status message"]);
        let status = trace.status();
        assert_eq!(status["code"], 2);
        assert_eq!(status["name"], "UNKNOWN");
        assert_eq!(status["message"], "test status message");
        assert_eq!(status["origin"], "server");
    }
}

#[test]
fn special_status_message() {
    let request = json!({ "responseStatus": { "code": 2, "message": SPECIAL } });
    let (output, trace) = Case::new(&["-d", "@"], UNARY).run(&[request], exit::UNKNOWN);
    output.says(&["and Unicode BMP ☺ and non-BMP 😈"]);
    assert_eq!(trace.status()["message"], SPECIAL);
    assert_eq!(trace.status()["code"], 2);
}

#[test]
fn unimplemented_method() {
    let (output, trace) = Case::new(&[], "grpc.testing.TestService/UnimplementedCall").run(&[], exit::UNIMPLEMENTED);
    output.answers_nothing().says(&["UNIMPLEMENTED"]);
    assert_eq!(trace.status()["code"], 12);
    assert_eq!(trace.status()["origin"], "server");
}

#[test]
fn unimplemented_service() {
    let (output, trace) =
        Case::new(&[], "grpc.testing.UnimplementedService/UnimplementedCall").run(&[], exit::UNIMPLEMENTED);
    output.answers_nothing().says(&["UNIMPLEMENTED"]);
    assert_eq!(trace.status()["code"], 12);
}

#[test]
fn cancel_after_begin() {
    let case = Case::new(&["-d", "@"], INPUT);
    let path = case.trace_path();
    let call = case.call.spawn();
    wait_for("the request's headers", LIMIT, || Trace::so_far(&path).all("request_headers").pop().cloned());
    call.interrupt();
    call.finish().exits(exit::CANCELLED).answers_nothing().says(&["CANCELLED"]);
    let trace = Trace::read(&path);
    assert_eq!(trace.status()["code"], 1);
    assert_eq!(trace.status()["origin"], "local");
    assert!(trace.all("message_out").is_empty());
}

#[test]
fn cancel_after_first_response() {
    let case = Case::new(&["-d", "@"], DUPLEX);
    let path = case.trace_path();
    let mut call = case.call.spawn();
    let request = json!({ "responseParameters": [{ "size": 31415 }], "payload": payload(27182) });
    call.send(&format!("{request}\n"));
    assert_eq!(body_sizes(&[call.next_json()]), [31415]);
    call.interrupt();
    let output = call.finish().exits(exit::CANCELLED).says(&["CANCELLED"]);
    assert_eq!(output.json().len(), 1);
    let trace = Trace::read(&path);
    assert_eq!(trace.status()["name"], "CANCELLED");
    assert_eq!(trace.all("message_in").len(), 1);
}

#[test]
fn timeout_on_sleeping_server() {
    let request =
        json!({ "responseParameters": [{ "size": 31415, "intervalUs": 2_000_000 }], "payload": payload(27182) });
    let (output, trace) = Case::new(&["-d", "@", "--max-time", "0.001"], DUPLEX)
        .run(std::slice::from_ref(&request), exit::DEADLINE_EXCEEDED);
    output.answers_nothing().says(&["DEADLINE_EXCEEDED"]);
    assert_eq!(trace.status()["code"], 4);

    // One that reaches the server, too: the deadline is told to it and holds while it sleeps.
    let (output, trace) = Case::new(&["-d", "@", "--max-time", "0.5"], DUPLEX).run(&[request], exit::DEADLINE_EXCEEDED);
    assert!(output.wall < Duration::from_millis(1900), "{output}");
    assert_eq!(trace.metadata("request_headers", "grpc-timeout").len(), 1);
    assert_eq!(trace.status()["name"], "DEADLINE_EXCEEDED");
}

#[test]
fn client_compressed_unary() {
    let request = json!({ "responseSize": 314_159, "payload": payload(271_828) });
    let (output, trace) = Case::new(&["-d", "@", "--compress", "gzip"], UNARY).run(std::slice::from_ref(&request), 0);
    assert_eq!(body_sizes(&[output.one_json()]), [314_159]);
    assert_eq!(trace.metadata("request_headers", "grpc-encoding"), ["gzip"]);
    let sent = trace.one("message_out");
    assert_eq!(sent["compressed"], true);
    assert!(sent["wire_size"].as_u64().unwrap() < 10_000, "zeros shrink well");
    assert!(sent["size"].as_u64().unwrap() > 271_828);

    let (_, trace) = Case::new(&["-d", "@"], UNARY).run(&[request], 0);
    assert_eq!(trace.one("message_out")["compressed"], false);
}

#[test]
fn server_compressed_unary() {
    // grpc-go answers in the encoding of the request.
    let request = json!({ "responseSize": 314_159, "responseCompressed": { "value": true } });
    let (output, trace) = Case::new(&["-d", "@", "--compress", "gzip"], UNARY).run(std::slice::from_ref(&request), 0);
    assert_eq!(body_sizes(&[output.one_json()]), [314_159]);
    assert_eq!(trace.metadata("response_headers", "grpc-encoding"), ["gzip"]);
    let came = trace.one("message_in");
    assert_eq!(came["compressed"], true);
    assert!(came["wire_size"].as_u64().unwrap() < 10_000);
    assert!(came["size"].as_u64().unwrap() > 314_159);

    let (_, trace) = Case::new(&["-d", "@"], UNARY).run(&[request], 0);
    assert_eq!(trace.one("message_in")["compressed"], false);
    let accepted = trace.metadata("request_headers", "grpc-accept-encoding").join(",");
    for encoding in ["gzip", "deflate", "zstd"] {
        assert!(accepted.contains(encoding), "{accepted}");
    }
}

#[test]
fn client_compressed_streaming() {
    let requests = [27182, 45904].map(|size| json!({ "payload": payload(size) }));
    let (output, trace) = Case::new(&["-d", "@", "--compress", "gzip"], INPUT).run(&requests, 0);
    assert_eq!(output.one_json(), json!({ "aggregatedPayloadSize": 73086 }));
    assert!(trace.all("message_out").iter().all(|message| message["compressed"] == true));
}

#[test]
fn server_compressed_streaming() {
    let request = json!({ "responseParameters": [{ "size": 31415 }, { "size": 92653 }] });
    let (output, trace) = Case::new(&["-d", &request.to_string(), "--compress", "gzip"], OUTPUT).run(&[], 0);
    assert_eq!(body_sizes(&output.json()), [31415, 92653]);
    assert!(trace.all("message_in").iter().all(|message| message["compressed"] == true));
}

#[test]
fn limits_are_on_uncompressed_messages() {
    let request = json!({ "responseSize": 314_159 });
    for flags in
        [&["-d", "@", "--max-msg-sz", "100000"][..], &["-d", "@", "--max-msg-sz", "100000", "--compress", "gzip"]]
    {
        let (output, trace) = Case::new(flags, UNARY).run(std::slice::from_ref(&request), exit::RESOURCE_EXHAUSTED);
        output.answers_nothing().says(&["RESOURCE_EXHAUSTED"]);
        assert_eq!(trace.status()["origin"], "local");
    }
}
