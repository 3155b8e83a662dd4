//! `consul://…` and `static://…` as targets of every verb, against real agents and servers; probes on the command line.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;
mod registry_support;
#[allow(unreachable_pub, reason = "shared with other tests")]
mod wire_support;

use std::sync::LazyLock;
use std::time::Duration;

use common::{Headless, Output, Trace, exit, headless, wait_for};
use registry_support::{Agent, Plan};
use serde_json::{Value, json};
use tonic_health::ServingStatus;
use wire_support::{Has, Server, refusing};

/// One agent for all tests of this file; each has services of its own.
static AGENT: LazyLock<Agent> = LazyLock::new(|| Plan::default().start());

const WELCOME: &str = "pb.Hello/Welcome";

/// Registers an instance; its only check is set by hand to `health`.
fn register(service: &str, id: &str, port: u16, tags: &[&str], health: &str) {
    AGENT.register(&json!({
        "ID": id, "Name": service, "Address": "127.0.0.1", "Port": port, "Tags": tags,
        "Check": {"CheckID": format!("check-{id}"), "Name": "by hand", "TTL": "1h", "Status": health},
    }));
    let path = format!("/v1/health/service/{service}?consistent");
    wait_for("the instance to be in the catalog", Duration::from_secs(30), || {
        let found = AGENT.get(&path);
        found.as_array().unwrap().iter().any(|one| one["Service"]["ID"] == id).then_some(())
    });
}

fn call(target: &str, name: &str) -> Headless {
    headless(["call", "-d", &json!({ "name": name }).to_string(), target, WELCOME])
}

fn target(service: &str, query: &str) -> String {
    format!("{}/{service}{query}", AGENT.url())
}

fn result(output: &Output) -> String {
    output.one_json()["result"].as_str().unwrap().to_owned()
}

#[test]
fn the_instance_that_passes_and_has_the_tag() {
    let [first, second, third] = ["one", "two", "three"].map(|name| Server::start(Has { name, ..Has::default() }));
    register("Tagged", "t1", first.port(), &["other"], "passing");
    register("Tagged", "t2", second.port(), &["user", "v2"], "critical");
    register("Tagged", "t3", third.port(), &["user", "v2"], "passing");
    let output = call(&target("Tagged", "?tag=user&passing=true"), "who").run().succeeds();
    assert_eq!(result(&output), "three");
    output.says(&["answered by t3 of Tagged", &third.address.to_string(), &AGENT.address()]);
    // What is critical is not called by itself, and is when one says so.
    assert_eq!(result(&call(&target("Tagged", "?tag=v2"), "who").run().succeeds()), "three");
    assert_eq!(result(&call(&target("Tagged", "?tag=user&tag=v2&passing=false"), "who").run().succeeds()), "two");
    assert_eq!(result(&call(&target("Tagged", "?instance=t1"), "who").run().succeeds()), "one");
    let output = call(&target("Tagged", ""), "who").args(["--policy", "instance=t2"]).run().succeeds();
    assert_eq!(result(&output), "two");
    // Without host and port, as the environment says; the flag wins.
    let env = |target: &str| call(target, "who").env("CONSUL_HTTP_ADDR", &AGENT.address());
    assert_eq!(result(&env("consul://Tagged?tag=other").run().succeeds()), "one");
    let wrong = call("consul://Tagged?tag=other", "who").env("CONSUL_HTTP_ADDR", "127.0.0.1:1");
    assert_eq!(result(&wrong.args(["--registry", &AGENT.url()]).run().succeeds()), "one");
}

#[test]
fn nobody_is_left() {
    let (_kept, refuses) = refusing();
    register("Left", "l1", refuses.port(), &["user"], "critical");
    for (query, words) in [
        ("?tag=nothing", &["no instance of Left", "tag nothing"][..]),
        ("?passing=true", &["no instance of Left is passing", "1 critical"]),
        ("", &["passing or warning", "passing=false"]),
        ("?instance=l9", &["no instance l9"]),
        ("?dc=nowhere", &["nowhere"]),
    ] {
        let output = call(&target("Left", query), "x").run().exits(exit::NO_CALL).answers_nothing().says(words);
        output.says(&[&AGENT.address()]);
    }
    call(&target("NoSuchService", ""), "x").run().exits(exit::NO_CALL).says(&["no instance of NoSuchService"]);
    call(&target("Left", "?tga=x"), "x").run().exits(exit::USAGE).says(&["tga="]);
    call("consul://127.0.0.1:1/Left", "x").run().exits(exit::NO_CALL).says(&["127.0.0.1:1"]);
    let secret = call("consul://Left?token=t0ps3cret", "x").run().exits(exit::USAGE);
    secret.does_not_say(&["t0ps3cret"]);
    // What it calls may still be gone: a call that failed, with its instance named.
    let output = call(&target("Left", "?passing=false"), "x").run().exits(exit::UNAVAILABLE);
    output.says(&["attempt 1", "l1", "UNAVAILABLE"]);
}

#[test]
fn a_hung_registry_is_given_up_in_time() {
    let agent = Plan::default().start();
    agent.freeze();
    let target = format!("{}/User", agent.url());
    let output = call(&target, "x").args(["--max-time", "1"]).run().exits(exit::DEADLINE_EXCEEDED);
    output.says(&[&target, "deadline"]).within(Duration::from_secs(5));
    agent.thaw();
}

#[test]
fn retries_go_to_the_next_one_and_are_all_told() {
    let (_kept, refuses) = refusing();
    let good = Server::start(Has { name: "good", ..Has::default() });
    register("Retried", "r1", refuses.port(), &[], "passing");
    register("Retried", "r2", good.port(), &[], "passing");
    // Off unless set. The schema is a file here, so that the call is the first that notices.
    let folder = tempfile::tempdir().unwrap();
    let protoset = folder.path().join("hello.binpb");
    std::fs::write(&protoset, wire_support::hello_set(false)).unwrap();
    let protoset = protoset.display().to_string();
    let with =
        |more: &[&str]| call(&target("Retried", ""), "who").args(["--protoset", &protoset]).args(more.iter().copied());
    with(&[]).run().exits(exit::UNAVAILABLE).says(&["r1"]).does_not_say(&["attempt 2"]);
    let trace = folder.path().join("trace.jsonl");
    let output = with(&["--retries", "2", "--trace-json", &trace.display().to_string()]).run().succeeds();
    assert_eq!(result(&output), "good");
    output.says(&["attempt 1: r1", "trying the next", "attempt 2: r2", "0 OK", "answered by r2"]);
    let trace = Trace::read(&trace);
    let chosen: Vec<_> = trace.all("chosen").iter().map(|one| one["instance"].clone()).collect();
    assert_eq!(chosen, ["r1", "r2"]);
    let fates: Vec<_> = trace.all("attempt").iter().map(|one| (one["code"].clone(), one["goes_on"].clone())).collect();
    assert_eq!(fates, [(json!(14), json!(true)), (json!(0), json!(false))]);
    assert_eq!(trace.status()["code"], 0);
    // The address may say it, too.
    let output = call(&target("Retried", "?retries=1"), "who").args(["--protoset", &protoset]).run().succeeds();
    assert_eq!(result(&output), "good");
    // Without a file the schema is what notices first, and comes from whoever calls.
    let output = call(&target("Retried", "?retries=1"), "who").run().succeeds();
    assert_eq!(result(&output), "good");
    output.says(&["attempt 1: r1", "attempt 2: r2"]);
    // A server that says UNAVAILABLE without an answer is tried again; other statuses are not.
    let busy = call(&target("Retried", "?instance=r2"), "busy").args(["--protoset", &protoset, "--retries", "1"]);
    busy.run().exits(exit::UNAVAILABLE).says(&["attempt 1", "attempt 2", "too busy"]).does_not_say(&["attempt 3"]);
    let output = headless(["call", "--protoset", &protoset, "--retries", "3", "-d", "{}"])
        .args([target("Retried", "?instance=r2"), "pb.Hello/Welcome".to_owned()])
        .run()
        .succeeds();
    output.does_not_say(&["attempt"]);
}

#[test]
fn every_verb_takes_such_a_target() {
    let server = Server::start(Has { health: Some(ServingStatus::NotServing), ..Has::default() });
    register("Verbs", "v1", server.port(), &["user"], "passing");
    let target = target("Verbs", "?tag=user");
    let listed = headless(["list", &target]).run().succeeds().says(&["instance v1"]);
    assert!(listed.lines().contains(&"pb.Hello".to_owned()), "{listed}");
    headless(["describe", &target, "pb.Out"]).run().succeeds().answers(&["string result = 1;"]);
    let health = headless(["health", &target]).run().exits(1);
    assert_eq!(health.lines(), ["NOT_SERVING"]);
    let diagnosis = headless(["diagnose", "--json", &target]).run();
    let diagnosis = diagnosis.one_json();
    assert_eq!(diagnosis["target"], format!("{target} → {}", server.address));
    assert!(diagnosis["steps"].as_array().unwrap().iter().any(|step| step["step"] == "grpc"), "{diagnosis}");
}

#[test]
fn a_static_list() {
    let [first, second] = ["one", "two"].map(|name| Server::start(Has { name, ..Has::default() }));
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("my list.txt");
    let (one, two) = (first.address, second.address);
    std::fs::write(&list, format!("# ours\n{one} User v1\n{two} User v2\nnonsense User\n")).unwrap();
    let registry = format!("static://{}", list.display());
    assert_eq!(result(&call(&format!("{registry}#User"), "who").run().succeeds()), "one");
    let output = call(&format!("{registry}?service=User&tag=v2"), "who").run().succeeds();
    assert_eq!(result(&output), "two");
    output.says(&[&format!("answered by {two} of User")]);
    call(&format!("{registry}#Nobody"), "who").run().exits(exit::NO_CALL).says(&["no instance of Nobody"]);
    let output = headless(["instances", "--registry", &registry, "--probe", "User"]).run().succeeds();
    let found = output.one_json();
    assert_eq!(found.as_array().unwrap().len(), 2);
    assert_eq!((&found[0]["health"], &found[0]["wire"]["grpc_health"]), (&json!("unknown"), &json!("SERVING")));
    assert_eq!(found[0]["disagreement"], Value::Null);
    output.says(&["line 4", "port is missing"]);
}

/// The rule of disagreement, on the command line.
#[test]
fn the_registry_beside_the_wire() {
    let serving = Server::start(Has::default());
    let lying = Server::start(Has { health: Some(ServingStatus::NotServing), ..Has::default() });
    let other = Server::start(Has { zone: true, ..Has::default() });
    let bare = Server::start(Has { health: None, ..Has::default() });
    let (_kept, refuses) = refusing();
    let name = "Probed";
    register(name, "p1", serving.port(), &["user"], "passing");
    register(name, "p2", lying.port(), &["user"], "passing");
    register(name, "p3", other.port(), &["user"], "critical");
    register(name, "p4", bare.port(), &["user"], "passing");
    register(name, "p5", refuses.port(), &["user"], "warning");
    register(name, "p6", refuses.port(), &["user"], "critical");
    register(name, "p7", lying.port(), &["user"], "passing");
    AGENT.ask("PUT", "/v1/agent/service/maintenance/p7?enable=true&reason=drain", b"");
    let output = headless(["instances", "--registry", &AGENT.url(), "--probe", name]).run().succeeds();
    let found = output.one_json();
    let of = |id: &str| {
        let found = found.as_array().unwrap().iter().find(|one| one["id"] == id);
        found.unwrap_or_else(|| panic!("{id} is not in {output}")).clone()
    };
    for (id, health, wire, disagrees) in [
        ("p1", "passing", "SERVING", false),
        ("p2", "passing", "NOT_SERVING", true),
        ("p3", "critical", "SERVING", true),
        ("p4", "passing", "UNIMPLEMENTED", false),
        ("p5", "warning", "UNREACHABLE", true),
        ("p6", "critical", "UNREACHABLE", false),
        ("p7", "maintenance", "NOT_SERVING", false),
    ] {
        let one = of(id);
        assert_eq!((&one["health"], &one["wire"]["grpc_health"]), (&json!(health), &json!(wire)), "{id}: {one}");
        assert_eq!(one["disagreement"].is_string(), disagrees, "{id}: {one}");
    }
    let (first, third) = (of("p1"), of("p3"));
    let keys: Vec<&String> = first["wire"].as_object().unwrap().keys().collect();
    for key in ["tcp", "tls", "grpc_health", "reflection", "schema_hash"] {
        assert!(keys.iter().any(|known| *known == key), "{key}: {first}");
    }
    assert_eq!((&first["wire"]["tcp"], &first["wire"]["tls"]), (&json!("open"), &json!("plaintext")));
    assert_eq!(of("p5")["wire"]["tcp"], "refused");
    assert_eq!(first["wire"]["reflection"], "v1");
    assert!(first["wire"]["schema_hash"].is_string());
    assert_ne!(first["wire"]["schema_hash"], third["wire"]["schema_hash"], "p3 serves another schema");
    assert_eq!(first["wire"]["schema_hash"], of("p2")["wire"]["schema_hash"]);
    // Without --probe there is neither.
    let plain = headless(["instances", "--registry", &AGENT.url(), name]).run().succeeds().one_json();
    assert!(plain[0].get("wire").is_none() && plain[0].get("disagreement").is_none(), "{plain}");
}

#[test]
fn one_request_to_all() {
    let same = [Has::default(), Has::default(), Has { zone: true, ..Has::default() }].map(Server::start);
    let slow = Server::start(Has { delay: Duration::from_secs(30), ..Has::default() });
    let (_kept, refuses) = refusing();
    for (id, port, health) in [
        ("a1", same[0].port(), "passing"),
        ("a2", same[1].port(), "critical"),
        ("a3", same[2].port(), "passing"),
        ("a4", slow.port(), "passing"),
        ("a5", refuses.port(), "passing"),
    ] {
        register("Everybody", id, port, &["user"], health);
    }
    let output = call(&target("Everybody", "?tag=user"), "微服务").args(["--all", "--max-time", "3"]).run();
    let lines = output.json();
    assert_eq!(lines.len(), 5, "{output}");
    let of = |id: &str| lines.iter().find(|line| line["instance"] == id).unwrap_or_else(|| panic!("{id}: {output}"));
    assert_eq!(of("a1")["answer"], json!({"result": "Welcome, 微服务"}));
    assert_eq!(of("a1")["answer"], of("a2")["answer"]);
    // Read by its own schema, which has a field more.
    assert_eq!(of("a3")["answer"], json!({"result": "Welcome back, 微服务", "zone": "cn-east-1"}));
    assert_eq!(of("a1")["schema_hash"], of("a2")["schema_hash"]);
    assert_ne!(of("a1")["schema_hash"], of("a3")["schema_hash"]);
    assert_eq!((&of("a4")["status"]["name"], &of("a4")["answer"]), (&json!("DEADLINE_EXCEEDED"), &Value::Null));
    assert_eq!(of("a5")["status"]["name"], "UNAVAILABLE");
    assert!(of("a1")["latency_ms"].is_number() && of("a2")["health"] == "critical", "{output}");
    // The first that failed, in the registry's order.
    output.exits(exit::DEADLINE_EXCEEDED);
    call("127.0.0.1:1", "x").args(["--all"]).run().exits(exit::NO_CALL).says(&["--all needs consul://"]);
}

/// An empty answer under access rules is no "there is none"; a token is used and never shown.
#[test]
fn a_registry_with_access_rules() {
    let agent = Plan::default().denies().start();
    let server = Server::start(Has { name: "behind rules", ..Has::default() });
    agent.register(&json!({"ID": "s1", "Name": "Secret", "Address": "127.0.0.1", "Port": server.port()}));
    let token = agent.token("reader", r#"service_prefix "" { policy = "read" } node_prefix "" { policy = "read" }"#);
    let target = format!("{}/Secret", agent.url());
    call(&target, "who").run().exits(exit::NO_CALL).answers_nothing().says(&["Secret", "ACL", "token"]);
    let unknown = call(&target, "who").args(["--token", "11111111-2222-3333-4444-555555555555"]);
    let unknown = unknown.run().exits(exit::NO_CALL).says(&["ACL not found"]);
    unknown.does_not_say(&["11111111"]);
    wait_for("the token to be known", Duration::from_secs(30), || {
        let output = call(&target, "who").args(["--token", &token]).run();
        (output.code == 0 && result(&output) == "behind rules").then_some(())
    });
    let output = call(&target, "who").args(["-v"]).env("CONSUL_HTTP_TOKEN", &token).run().succeeds();
    assert_eq!(result(&output), "behind rules");
    output.does_not_say(&[&token]);
}
