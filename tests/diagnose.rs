//! `diagnose` beside real parties: which step each kind of server passes, where it breaks, what is said and with which
//! exit code.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;
mod transport_support;

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

use common::{Output, Party, demo, headless};
use proconsul::demo::{DemoConfig, start};
use serde_json::Value;
use transport_support::h2_server;

const BROKEN: i32 = 1;
const SOON: Duration = Duration::from_secs(10);

/// A certificate for localhost that nobody vouches for, made once, and its key. (Nobody drops a static, so they lie
/// where the build's files do.)
static CERTIFICATE: LazyLock<(String, String)> = LazyLock::new(|| {
    let folder: PathBuf = Path::new(env!("CARGO_TARGET_TMPDIR")).join("diagnose");
    std::fs::create_dir_all(&folder).unwrap();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    let (certificate, key) = (folder.join("server.pem"), folder.join("server.key"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    (certificate.display().to_string(), key.display().to_string())
});

fn depot_tls() -> Party {
    let (certificate, key) = &*CERTIFICATE;
    Party::depot(&["-cert", certificate, "-key", key])
}

/// The ladder as JSON, with what every one has.
fn ladder(code: i32, args: &[&str]) -> Value {
    let output = headless(["diagnose", "--json"]).args(args.iter().copied()).run().exits(code);
    let ladder = output.one_json();
    assert_eq!(ladder["ok"], code == 0, "{output}");
    assert_eq!(ladder["target"], *args.last().unwrap(), "{output}");
    let steps = ladder["steps"].as_array().unwrap();
    for name in ["name", "tcp", "tls", "alpn", "http2", "grpc", "health", "reflection"] {
        assert!(steps.iter().any(|step| step["step"] == name), "every step is told: {name}\n{output}");
    }
    for step in steps {
        assert!(step["took_us"].is_u64() && step["words"].as_str().is_some_and(|words| !words.is_empty()), "{step}");
        let advice = step["advice"].as_array().unwrap();
        assert!(step["state"] != "failed" || !advice.is_empty(), "what breaks says what to try: {step}");
    }
    ladder
}

/// Demands the states of all steps, in order. `tcp` may stand for several addresses: the best of them counts.
#[track_caller]
fn states(ladder: &Value, expect: [&str; 8]) {
    const ORDER: [&str; 5] = ["passed", "warned", "failed", "skipped", "not_reached"];
    let names = ["name", "tcp", "tls", "alpn", "http2", "grpc", "health", "reflection"];
    let steps = ladder["steps"].as_array().unwrap();
    for (name, expect) in names.iter().zip(expect) {
        let of_name = steps.iter().filter(|step| step["step"] == *name).map(|step| step["state"].as_str().unwrap());
        let best = of_name.min_by_key(|state| ORDER.iter().position(|known| known == state)).unwrap();
        assert_eq!(best, expect, "{name}\n{ladder:#}");
    }
}

/// The step of this name that came furthest.
fn step<'a>(ladder: &'a Value, name: &str) -> &'a Value {
    let steps = ladder["steps"].as_array().unwrap();
    let of_name = || steps.iter().filter(|step| step["step"] == name);
    of_name().find(|step| step["state"] == "passed").or_else(|| of_name().next()).unwrap()
}

fn free_address() -> String {
    // A port that was free a moment ago refuses.
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

#[test]
fn the_demo_in_plaintext_is_climbed_to_the_top() {
    let demo = demo();
    let ladder = ladder(0, &["--plaintext", &demo.plain]);
    states(&ladder, ["passed", "passed", "skipped", "skipped", "passed", "passed", "passed", "passed"]);
    assert_eq!(step(&ladder, "tcp")["address"], demo.plain.as_str());
    assert!(step(&ladder, "tcp")["took_us"].as_u64().unwrap() > 0);
    assert!(step(&ladder, "grpc")["took_us"].as_u64().unwrap() > 0);
    assert_eq!(step(&ladder, "grpc")["status"]["name"], "UNIMPLEMENTED");
    assert_eq!(step(&ladder, "health")["serving"], "SERVING");
    let reflection = step(&ladder, "reflection");
    assert_eq!(reflection["version"], "v1");
    assert!(reflection["services"].as_array().unwrap().contains(&"hello.Hello".into()), "{reflection}");
    // The same in words: one step a line, with its time.
    let output = headless(["diagnose", "-plaintext", &demo.plain]).run().succeeds();
    output
        .answers(&[
            "passed       TCP ",
            "skipped      TLS",
            "ms",
            "hello.Hello",
            "the whole server is SERVING",
            "gRPC answers (",
        ])
        .does_not_say(&["error"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_with_tls_shows_its_chain() {
    let free = Some("127.0.0.1:0".parse().unwrap());
    let demo = start(DemoConfig { listen: free, listen_tls: free, ..DemoConfig::default() }).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let pem = folder.path().join("demo.pem");
    std::fs::write(&pem, &demo.certificate_pem).unwrap();
    let (address, pem) = (demo.tls_addr.to_string(), pem.display().to_string());
    let work = tokio::task::spawn_blocking(move || {
        let trusted = ["--cacert", &pem, "--servername", "www.eline.com", "-H", "token: 101010", &address];
        let fine = ladder(0, &trusted);
        states(&fine, ["passed"; 8]);
        let report = &step(&fine, "tls")["tls"];
        assert!(report["version"].as_str().unwrap().starts_with("TLS 1."), "{report}");
        assert_eq!(report["certificates"].as_array().unwrap().len(), 1);
        assert_eq!(report["certificates"][0]["names"][0], "www.eline.com");
        assert!(report["certificates"][0]["days_left"].as_i64().unwrap() > 0);
        assert_eq!(report["checks"]["name"], "passed");
        assert_eq!(step(&fine, "alpn")["protocol"], "h2");
        assert!(step(&fine, "http2")["settings"].is_object());
        // In words, the chain and what it was asked are below the step.
        let output = headless(["diagnose"]).args(trusted).run().succeeds();
        output.answers(&["verified as www.eline.com", "SHA-256 ", "Name: www.eline.com", "days left"]);

        // Another name than the certificate's: what stands on TLS is not reached, the certificate is shown.
        let other = ladder(BROKEN, &["--cacert", &pem, "--servername", "localhost", &address]);
        let gone = "not_reached";
        states(&other, ["passed", "passed", "failed", gone, gone, gone, gone, gone]);
        let tls = step(&other, "tls");
        assert!(tls["words"].as_str().unwrap().contains("www.eline.com"), "{tls}");
        assert_eq!(tls["tls"]["checks"]["name"], "failed");
        assert_eq!(tls["tls"]["checks"]["trust"], "passed");
        // Nobody is asked whether it is the right one: loud, and still no fault.
        let loud = ladder(0, &["--insecure", "-H", "token: 101010", &address]);
        states(&loud, ["passed", "passed", "warned", "passed", "passed", "passed", "passed", "passed"]);
    });
    work.await.unwrap();
    demo.shutdown().await;
}

#[test]
fn grpc_go_with_tls_by_name() {
    let server = depot_tls();
    let fine = ladder(0, &["--cacert", &CERTIFICATE.0, &server.localhost()]);
    states(&fine, ["passed"; 8]);
    let name = step(&fine, "name");
    assert!(name["addresses"].as_array().unwrap().contains(&"127.0.0.1".into()), "{name}");
    // Every address of the name has a step of its own, whether it accepts or not.
    let tried = fine["steps"].as_array().unwrap().iter().filter(|step| step["step"] == "tcp").count();
    assert_eq!(tried, name["addresses"].as_array().unwrap().len(), "{fine:#}");
    assert_eq!(step(&fine, "tls")["tls"]["server_name"], "localhost");
    // Nobody here trusts it otherwise.
    let gone = "not_reached";
    let strange = ladder(BROKEN, &[&server.localhost()]);
    states(&strange, ["passed", "passed", "failed", gone, gone, gone, gone, gone]);
    assert!(step(&strange, "tls")["advice"][0].as_str().unwrap().contains("--cacert"));
}

#[test]
fn nothing_listens() {
    let address = free_address();
    let gone = "not_reached";
    for flags in [&["--plaintext"][..], &[]] {
        let refused = ladder(BROKEN, &[flags, &[address.as_str()]].concat());
        states(&refused, ["passed", "failed", gone, gone, gone, gone, gone, gone]);
        assert_eq!(refused["steps"].as_array().unwrap().len(), 8);
        assert_eq!(refused["verdict"], format!("It broke at TCP {address}"));
    }
    let output = headless(["diagnose", &address]).run().exits(BROKEN).within(SOON);
    output.answers(&[
        "failed       TCP",
        "try: Check that the server is running",
        "not reached  TLS",
        "It broke at TCP",
    ]);
}

#[test]
fn no_such_name_and_no_such_target() {
    let gone = "not_reached";
    let unknown = ladder(BROKEN, &["no-such-host.invalid:443"]);
    states(&unknown, ["failed", gone, gone, gone, gone, gone, gone, gone]);
    // A target of a registry that is not there never begins.
    headless(["diagnose", "consul://127.0.0.1:1/b"])
        .run()
        .exits(BROKEN)
        .answers_nothing()
        .says(&["Consul 127.0.0.1:1"]);
    headless(["diagnose"]).run().exits(common::exit::USAGE).answers_nothing();
    headless(["diagnose", "--help"]).run().succeeds().answers(&["--json", "Exit code", "--connect-timeout"]);
}

#[test]
fn a_unix_socket_needs_no_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nobody.sock");
    let gone = "not_reached";
    let target = format!("unix://{}", path.display());
    let refused = ladder(BROKEN, &["--plaintext", &target]);
    states(&refused, ["skipped", "failed", gone, gone, gone, gone, gone, gone]);
}

#[test]
fn settings_that_cannot_be_used_are_named_before_anything_is_sent() {
    let gone = "not_reached";
    // A key is no certificate.
    let wrong = ladder(BROKEN, &["--cacert", &CERTIFICATE.1, &free_address()]);
    states(&wrong, ["passed", gone, "failed", gone, gone, gone, gone, gone]);
    let order: Vec<&str> =
        wrong["steps"].as_array().unwrap().iter().map(|step| step["step"].as_str().unwrap()).collect();
    assert_eq!(order, ["name", "tcp", "tls", "alpn", "http2", "grpc", "health", "reflection"]);
    assert!(step(&wrong, "tls")["words"].as_str().unwrap().contains("server.key"), "{wrong:#}");
    // A file that is not there: nothing begins.
    let missing = ["diagnose", "--cacert", "/no/such.pem", "localhost:1"];
    headless(missing).run().exits(BROKEN).answers_nothing().says(&["/no/such.pem"]);
}

#[test]
fn plaintext_and_tls_mixed_up_are_named() {
    let gone = "not_reached";
    let sealed = depot_tls();
    let plain = ladder(BROKEN, &["--plaintext", &sealed.address()]);
    states(&plain, ["passed", "passed", "skipped", "skipped", "failed", gone, gone, gone]);
    assert!(step(&plain, "http2")["words"].as_str().unwrap().contains("wants TLS"), "{plain:#}");
    let open = Party::depot(&[]);
    let tls = ladder(BROKEN, &[&open.address()]);
    states(&tls, ["passed", "passed", "failed", gone, gone, gone, gone, gone]);
    assert!(step(&tls, "tls")["words"].as_str().unwrap().contains("speaks no TLS"), "{tls:#}");
}

#[test]
fn what_a_server_has_not_is_no_fault() {
    // grpc-go's interop server has neither health nor reflection.
    let bare = Party::interop();
    let ladder_of_bare = ladder(0, &["--plaintext", &bare.address()]);
    states(&ladder_of_bare, ["passed", "passed", "skipped", "skipped", "passed", "passed", "skipped", "skipped"]);
    let output = headless(["diagnose", "--plaintext", &bare.address()]).run().succeeds();
    output.answers(&["none: the server has no grpc.health.v1", "none: the server has no reflection", "gRPC answers"]);
    // grpcio's reflection is v1alpha alone; its health is of one service, and of the whole.
    let library = Party::library();
    let ladder_of_library = ladder(0, &["--plaintext", &library.address()]);
    assert_eq!(step(&ladder_of_library, "reflection")["version"], "v1alpha", "{ladder_of_library:#}");
}

/// Python's own web server, ended when dropped.
struct Web {
    child: Child,
    address: String,
}

impl Web {
    /// In plaintext, or with TLS; HTTP/1.1 either way.
    fn start(tls: bool) -> Self {
        let script = "
import http.server, ssl, sys
server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), http.server.SimpleHTTPRequestHandler)
if len(sys.argv) > 1:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    context.set_alpn_protocols(['http/1.1'])
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
";
        let mut command = Command::new("python3");
        command.args(["-c", script]);
        if tls {
            command.args([&CERTIFICATE.0, &CERTIFICATE.1]);
        }
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port: u16 = line.trim().parse().unwrap_or_else(|_| panic!("python3 said {line:?}"));
        Self { child, address: format!("127.0.0.1:{port}") }
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn a_web_server_of_http_1_is_no_http_2() {
    let gone = "not_reached";
    let plain = Web::start(false);
    let found = ladder(BROKEN, &["--plaintext", "--connect-timeout", "3", &plain.address]);
    states(&found, ["passed", "passed", "skipped", "skipped", "failed", gone, gone, gone]);
    // TLS comes to be with it, and no HTTP/2 is agreed to: that is a step of its own.
    let sealed = Web::start(true);
    let found = ladder(BROKEN, &["--cacert", &CERTIFICATE.0, "--connect-timeout", "3", &sealed.address]);
    states(&found, ["passed", "passed", "passed", "failed", gone, gone, gone, gone]);
    let alpn = step(&found, "alpn");
    assert!(alpn["words"].as_str().unwrap().contains("did not agree to speak HTTP/2"), "{alpn}");
    assert!(alpn["advice"].to_string().contains("web server"), "{alpn}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn http_2_without_grpc_breaks_at_grpc() {
    let address = h2_server(|_request, mut respond| async move {
        let answer = http::Response::builder().status(404).header("content-type", "text/html").body(()).unwrap();
        let mut body = respond.send_response(answer, false).unwrap();
        drop(body.send_data("<h1>Not here</h1>".into(), true));
    })
    .await;
    let work = tokio::task::spawn_blocking(move || {
        let gone = "not_reached";
        let found = ladder(BROKEN, &["--plaintext", &address]);
        states(&found, ["passed", "passed", "skipped", "skipped", "passed", "failed", gone, gone]);
        assert!(step(&found, "grpc")["words"].as_str().unwrap().contains("404"), "{found:#}");
    });
    work.await.unwrap();
}

#[test]
fn a_silent_peer_is_given_up_in_time() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap().to_string();
    let gone = "not_reached";
    let run = |flags: &[&str]| -> Output {
        headless(["diagnose", "--json"])
            .args(flags.iter().copied())
            .args([address.as_str()])
            .run()
            .exits(BROKEN)
            .within(Duration::from_secs(4))
    };
    for limit in ["--connect-timeout", "--max-time"] {
        let found = run(&[limit, "0.5"]).one_json();
        states(&found, ["passed", "passed", "failed", gone, gone, gone, gone, gone]);
        let found = run(&["--plaintext", limit, "0.5"]).one_json();
        states(&found, ["passed", "passed", "skipped", "skipped", "failed", gone, gone, gone]);
    }
    // No time at all.
    let found = run(&["--max-time", "0"]).one_json();
    states(&found, ["failed", gone, gone, gone, gone, gone, gone, gone]);
}
