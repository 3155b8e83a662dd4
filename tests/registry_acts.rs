//! What changes services, against real agents: registering by both of Consul's forms, deregistering through the agent
//! that has the instance, maintenance, TTL checks, access rules. What the program says of a file is compared with what
//! the agent does with it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;
mod registry_support;

use std::process::Command;

use common::{headless, isolate};
use proconsul::registry::consul::registration::{Hide, config_file, read};
use proconsul::registry::consul::{Consul, ConsulExplicit, ConsulSettings};
use proconsul::registry::{Registry as _, RegistryFault};
use registry_support::{Agent, MASTER, Plan, consul};
use serde_json::{Value, json};

fn run(agent: &Agent, args: &[&str]) -> common::Headless {
    headless(args.iter().copied()).args(["--registry", &agent.url()])
}

fn json(output: &common::Output) -> Value {
    serde_json::from_slice(&output.bytes).unwrap_or_else(|error| panic!("{error}\n{output}"))
}

fn register(agent: &Agent, file: &str) -> common::Output {
    run(agent, &["register", "--file", "-"]).stdin(file).run()
}

fn services(agent: &Agent) -> Vec<String> {
    agent.get("/v1/agent/services").as_object().unwrap().keys().cloned().collect()
}

fn library(agent: &Agent) -> Consul {
    let explicit = ConsulExplicit { address: Some(agent.url()), ..ConsulExplicit::default() };
    Consul::new(ConsulSettings::read(explicit, &|_| None).unwrap()).unwrap()
}

#[test]
fn both_forms_and_lists_are_registered() {
    let agent = Plan::default().config("enable_script_checks = true").start();
    // The contract of the field.
    let user = r#"{"service": {"name": "User", "id": "9001", "tags": ["user"], "address": "127.0.0.1", "port": 9001,
                   "meta": {"version": "1.8"}, "check": {}}, "check": {"tcp": "127.0.0.1:9001", "interval": "5s"}}"#;
    let output = register(&agent, user).succeeds();
    let expect = json!([{
        "id": "9001", "service": "User", "address": "127.0.0.1", "port": 9001, "tags": ["user"],
        "meta": {"version": "1.8"}, "checks": [{"id": "service:9001", "name": "", "kind": "TCP"}],
    }]);
    assert_eq!(json(&output), expect);
    assert_eq!(output.stderr, "");
    // The catalog has heard of it before the program ends.
    assert_eq!(agent.get("/v1/catalog/service/User")[0]["ServiceTags"], json!(["user"]));
    let there = agent.get("/v1/agent/service/9001");
    assert_eq!(
        (&there["Service"], &there["Port"], &there["Meta"]["version"]),
        (&json!("User"), &json!(9001), &json!("1.8"))
    );
    assert_eq!(agent.get("/v1/agent/checks")["service:9001"]["Type"], "tcp");

    // Every kind that this version knows; the id and its checks are replaced, not added to.
    let all = r#"[{"Name": "User", "ID": "9001", "Checks": [
        {"CheckID": "tcp", "TCP": "127.0.0.1:1", "Interval": "10s", "Timeout": "1s"},
        {"CheckID": "http", "HTTP": "http://127.0.0.1:1", "Method": "PUT", "Header": {"X": ["y"]}, "Body": "b",
         "Interval": 10000000000, "TLSSkipVerify": true},
        {"CheckID": "grpc", "GRPC": "127.0.0.1:1/pb.Hello", "GRPCUseTLS": true, "Interval": "10s"},
        {"CheckID": "ttl", "TTL": "1h", "Status": "passing", "Notes": "by hand"},
        {"CheckID": "script", "Args": ["/bin/true"], "Interval": "10s", "OutputMaxSize": 100},
        {"CheckID": "docker", "DockerContainerID": "c", "Args": ["true"], "Shell": "/bin/sh", "Interval": "1h"},
        {"CheckID": "alias", "AliasService": "Other"}]},
        {"Name": "Other", "Weights": {"Passing": 5, "Warning": 2}, "EnableTagOverride": true,
         "TaggedAddresses": {"wan": {"Address": "1.2.3.4", "Port": 5}},
         "Check": {"TTL": "1h", "DeregisterCriticalServiceAfter": "10s"}}]"#;
    let output =
        register(&agent, all).succeeds().says(&["note: stdin: [1].Check.DeregisterCriticalServiceAfter", "1m"]);
    assert_eq!(json(&output).as_array().unwrap().len(), 2);
    let checks = agent.get("/v1/agent/checks");
    let kinds: Vec<String> = checks
        .as_object()
        .unwrap()
        .values()
        .map(|check| format!("{} {}", check["CheckID"].as_str().unwrap(), check["Type"].as_str().unwrap()))
        .collect();
    let expect = [
        "alias alias",
        "docker docker",
        "grpc grpc",
        "http http",
        "script script",
        "service:Other ttl",
        "tcp tcp",
        "ttl ttl",
    ];
    assert_eq!(kinds, expect);
    let other = agent.get("/v1/agent/service/Other");
    assert_eq!(other["Weights"], json!({"Passing": 5, "Warning": 2}));
    assert_eq!(other["TaggedAddresses"]["wan"], json!({"Address": "1.2.3.4", "Port": 5}));
    // The agent does not find its container; so its check would hold up the end by minutes.
    run(&agent, &["deregister", "9001"]).run().succeeds();
    assert_eq!(services(&agent), ["Other"]);
}

#[test]
fn nothing_is_sent_if_anything_is_wrong() {
    let agent = Plan::default().start();
    let check = |file: &str, words: &[&str]| {
        register(&agent, file).exits(1).answers_nothing().says(words).says(&["nothing was registered"]);
        assert_eq!(services(&agent), Vec::<String>::new(), "{file}");
    };
    check(r#"[{"Name": "a"}, {"Name": "b", "Foo": 1}]"#, &["[1].Foo", "no field Foo"]);
    check(r#"{"services": [{"name": "a"}, {"name": "b", "chekc": {}}]}"#, &["services[1].chekc", "is check meant"]);
    check(r#"{"service": {"name": "a"}, "check": {"tcp": "b:1"}}"#, &["check.interval"]);
    check(r#"[{"Name": "a"}, {"Port": 5}]"#, &["[1].Name", "a service needs a name"]);
    // Newer versions know this field. This one does not, and nobody but the agent can tell; it is asked beforehand.
    check(
        r#"[{"Name": "a"}, {"Name": "b", "Check": {"H2PING": "a:1", "Interval": "5s"}}]"#,
        &["unknown field", "H2PING", "that was said of b", &agent.address()],
    );
    check("{", &["no JSON", "line 1"]);
    // An alias of a node that is not there would end this version of Consul.
    check(r#"{"Name": "a", "Check": {"AliasNode": "nowhere"}}"#, &["no node nowhere"]);
    run(&agent, &["register", "--file", "/nowhere/at/all.json"]).run().exits(1).says(&["all.json"]);
    run(&agent, &["register"]).run().exits(2);
    // Whoever names another datacenter than the agent's is told before anything is sent.
    run(&agent, &["register", "--file", "-", "--dc", "dc9"])
        .stdin(r#"{"Name": "a"}"#)
        .run()
        .exits(1)
        .says(&["dc1", "dc9"]);
    assert_eq!(services(&agent), Vec::<String>::new());
    let dry = run(&agent, &["register", "--file", "-", "--dry-run"]).stdin(r#"{"Name": "a", "Token": "hush"}"#).run();
    dry.succeeds().answers(&["\"Name\": \"a\"", "\"Token\": \"••••••\""]);
    assert_eq!(services(&agent), Vec::<String>::new());
}

/// What is said of a body, and what the agent does with it.
#[test]
fn what_is_said_of_a_file_is_what_the_agent_does() {
    let agent = Plan::default().config("enable_script_checks = true").start();
    let meta = |count: usize| -> Value {
        (0..count).map(|at| (format!("k{at}"), json!("v"))).collect::<serde_json::Map<_, _>>().into()
    };
    let mut bodies = vec![
        json!({}),
        json!({"Name": ""}),
        json!({"ID": "x"}),
        json!([]),
        json!({"Name": 5}),
        json!({"Name": "x"}),
        json!({"name": "x", "PORT": 5}),
        json!({"Name": "x", "Foo": 1}),
        json!({"Name": "x", "enable_tag_override": true}),
        json!({"Name": "x", "enabletagoverride": true}),
        json!({"Name": "x", "tagged_addresses": {"lan": {"address": "1.2.3.4", "port": 5}}}),
        json!({"Name": "x", "TaggedAddresses": {"lan": {"Address": "1.2.3.4", "Foo": 5}}}),
        json!({"Name": "x", "TaggedAddresses": {"grpc": {"Address": "grpc://1.2.3.4:5", "Port": 5}}}),
        json!({"Name": "x", "Port": "80"}),
        json!({"Name": "x", "Port": 8.5}),
        json!({"Name": "x", "Port": null}),
        json!({"Name": "x", "Address": "0.0.0.0"}),
        json!({"Name": "x", "Address": "::"}),
        json!({"Name": "x", "Address": "[::]"}),
        json!({"Name": "x", "Address": "::1"}),
        json!({"Name": "x", "Tags": null}),
        json!({"Name": "x", "Tags": ["a", "a", ""]}),
        json!({"Name": "x", "Tags": "a"}),
        json!({"Name": "x", "Tags": [1]}),
        json!({"Name": "x", "Meta": {"a": 1}}),
        json!({"Name": "x", "Meta": {"": "b"}}),
        json!({"Name": "x", "Meta": {"a.b": "c"}}),
        json!({"Name": "x", "Meta": {"中": "c"}}),
        json!({"Name": "x", "Meta": {"a": "中".repeat(170)}}),
        json!({"Name": "x", "Meta": {"a": "中".repeat(171)}}),
        json!({"Name": "x", "Meta": {"a".repeat(128): "c"}}),
        json!({"Name": "x", "Meta": {"a".repeat(129): "c"}}),
        json!({"Name": "x", "Meta": meta(64)}),
        json!({"Name": "x", "Meta": meta(65)}),
        json!({"Name": "x", "Meta": {"consul-a": "b"}}),
        json!({"Name": "x", "Meta": {"Consul-a": "b"}}),
        json!({"Name": "x", "Weights": {"Passing": 0, "Warning": 1}}),
        json!({"Name": "x", "Weights": {"Passing": 1}}),
        json!({"Name": "x", "Weights": {"Passing": 65536, "Warning": 1}}),
        json!({"Name": "x", "Weights": null}),
        json!({"Name": "x", "Weights": {"Warning": 5}}),
        json!({"Name": "x", "Weights": {"Passing": 1, "X": 1}}),
        json!({"Name": "a b/中%"}),
        json!({"Name": "x", "ID": "a/b ?"}),
        json!({"Name": "x", "Kind": "connect-proxy", "Port": 1}),
        json!({"Name": "x", "Kind": "connect-proxy", "Port": 1, "Proxy": {"DestinationServiceName": "y", "Foo": 1}}),
        json!({"Name": "x", "Kind": "connect-proxy", "Port": 1, "Proxy": {"DestinationServiceName": "y",
            "Upstreams": [{"DestinationName": "z", "LocalBindPort": 5}]}}),
        json!({"Name": "x", "Check": null}),
        json!({"Name": "x", "Checks": {}}),
        json!({"Name": "x", "Check": []}),
        json!({"Name": "x", "Checks": [{}]}),
        json!({"Name": "x", "Connect": {"SidecarService": {"Foo": 1}}}),
    ];
    for check in [
        json!({}),
        json!({"TTL": "10s"}),
        json!({"TTL": "10"}),
        json!({"TTL": 10}),
        json!({"TTL": "-5s"}),
        json!({"TTL": ""}),
        json!({"TTL": "1e3s"}),
        json!({"TTL": "1.5h"}),
        json!({"TTL": 1.5e9}),
        json!({"TTL": true, "Foo": 1}),
        json!({"TCP": "a:1"}),
        json!({"TCP": "a:1", "Interval": "1h"}),
        json!({"TCP": "a:1", "Interval": "0s"}),
        json!({"TCP": "a:1", "Interval": "-1s"}),
        json!({"TCP": "a:1", "Interval": "1h", "Timeout": "5"}),
        json!({"TCP": "a:1", "TTL": "5s"}),
        json!({"TCP": "a:1", "TTL": "5s", "Interval": "1h"}),
        json!({"Interval": "1h"}),
        json!({"Name": "n"}),
        json!({"Status": "passing"}),
        json!({"Notes": "n"}),
        json!({"HTTP": "http://127.0.0.1:1", "Interval": "1h", "Header": {"a": "b"}}),
        json!({"HTTP": "http://127.0.0.1:1", "Interval": "1h", "Header": {"a": ["b"]}, "Method": "FOO"}),
        json!({"GRPC": "127.0.0.1:1/x", "Interval": "1h", "grpcusetls": true}),
        json!({"Args": ["/bin/true"], "Interval": "1h"}),
        json!({"script_args": ["/bin/true"], "Interval": "1h"}),
        json!({"Args": "x", "Interval": "1h"}),
        json!({"DockerContainerID": "abc", "Interval": "1h"}),
        json!({"AliasService": "y"}),
        json!({"AliasService": "y", "Interval": "5s"}),
        json!({"AliasService": "y", "TTL": "5s"}),
        json!({"TTL": "10s", "DeregisterCriticalServiceAfter": "30s"}),
        json!({"TTL": "10s", "deregister_critical_service_after": "2m"}),
        json!({"TTL": "10s", "Status": "warning"}),
        json!({"TTL": "10s", "Status": ""}),
        json!({"TTL": "10s", "Status": "any"}),
        json!({"TTL": "10s", "Status": "Passing"}),
        json!({"TTL": "10s", "OutputMaxSize": -1}),
        json!({"TTL": "10s", "OutputMaxSize": 0}),
        json!({"TTL": "10s", "SuccessBeforePassing": 1.5}),
        json!({"TTL": "10s", "success_before_passing": 1}),
        json!({"TTL": "10s", "ID": "c"}),
        json!({"TTL": "10s", "CheckID": "c"}),
    ] {
        bodies.push(json!({"Name": "x", "Check": check}));
    }
    let mut wrong = Vec::new();
    for body in &bodies {
        let said = read(&body.to_string());
        let (status, answer) = agent.ask("PUT", "/v1/agent/service/register", body.to_string().as_bytes());
        if said.is_sound() != (status == 200) {
            wrong.push(format!("{body}: {status} {}; said {:?}", String::from_utf8_lossy(&answer), said.faults));
        }
        // What is sound is sent as it is written here, and is taken then too.
        for one in said.registrations.iter().filter(|_| said.is_sound()) {
            let (status, answer) = agent.ask("PUT", "/v1/agent/service/register", one.api().to_string().as_bytes());
            assert_eq!(status, 200, "{} for {body}: {}", one.api(), String::from_utf8_lossy(&answer));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Taken by the agent, and surely not meant: refused here.
    for body in [
        json!({"Name": "x", "Port": 65536}),
        json!({"Name": "x", "Port": -1}),
        json!({"Name": "x", "Check": {"TCP": "a:1", "HTTP": "http://b", "Interval": "1h"}}),
        json!({"Name": "x", "Checks": [{"CheckID": "c", "TTL": "1h"}, {"CheckID": "c", "TTL": "1h"}]}),
        json!({"Name": "x", "Check": {"TCP": "a:1", "Interval": "1h", "Timeout": "-5s"}}),
    ] {
        assert!(!read(&body.to_string()).is_sound(), "{body}");
    }
}

/// The same for configuration files, judged by `consul validate`.
#[test]
fn what_is_said_of_a_configuration_file_is_what_consul_says() {
    let folder = tempfile::tempdir().unwrap();
    let valid = |file: &Value| {
        let mut file = file.clone();
        file["data_dir"] = json!("/nowhere");
        let path = folder.path().join("file.json");
        std::fs::write(&path, file.to_string()).unwrap();
        let mut command = Command::new(consul());
        isolate(&mut command);
        let output = command.args(["validate", "-quiet"]).arg(&path).output().unwrap();
        (
            output.status.success(),
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr),
        )
    };
    let mut files: Vec<Value> = vec![
        json!({"service": {"name": "x"}}),
        json!({"SERVICE": {"NAME": "x"}}),
        json!({"service": [{"name": "x"}]}),
        json!({"services": {"name": "x"}}),
        json!({"services": [{"name": "x"}, {"name": "y"}]}),
        json!({"service": {"name": "x"}, "services": [{"name": "y"}]}),
        json!({"service": {"name": "x"}, "check": {}}),
    ];
    for service in [
        json!({"port": "80"}),
        json!({"port": 80.0}),
        json!({"tags": "a"}),
        json!({"tags": ["a"]}),
        json!({"meta": {"a": 1}}),
        json!({"check": [{"ttl": "1s"}]}),
        json!({"check": {}}),
        json!({"checks": [{}]}),
        json!({"checks": {"ttl": "1s"}}),
        json!({"check": {"ttl": 10}}),
        json!({"check": {"tcp": "a:1", "interval": "5"}}),
        json!({"check": {"ttl": "1s", "foo": 1}}),
        json!({"EnableTagOverride": true}),
        json!({"enable_tag_override": "true"}),
        json!({"enable_tag_override": true}),
        json!({"TaggedAddresses": {}}),
        json!({"tagged_addresses": {"lan": {"address": "a", "port": 5}}}),
        json!({"check": {"ttl": "1s", "CheckID": "c"}}),
        json!({"check": {"ttl": "1s", "ID": "c"}}),
        json!({"check": {"args": ["true"], "interval": "1s"}}),
        json!({"check": {"ScriptArgs": ["true"], "interval": "1s"}}),
        json!({"check": {"script_args": ["true"], "interval": "1s"}}),
        json!({"check": {"args": "true", "interval": "1s"}}),
        json!({"check": {"grpc": "a:1", "GRPCUseTLS": true, "interval": "1s"}}),
        json!({"check": {"grpc": "a:1", "grpc_use_tls": true, "interval": "1s"}}),
        json!({"check": {"ttl": "1s", "DeregisterCriticalServiceAfter": "2m"}}),
        json!({"check": {"ttl": "1s", "SuccessBeforePassing": 1}}),
        json!({"check": {"ttl": "1s", "success_before_passing": 1}}),
        json!({"connect": {"sidecar_service": {}}}),
        json!({"connect": {"SidecarService": {}}}),
        json!({"weights": {"passing": 1}}),
    ] {
        let mut service = service;
        service["name"] = json!("x");
        files.push(json!({"service": service}));
    }
    let mut wrong = Vec::new();
    for file in &files {
        let said = read(&file.to_string());
        let (is_valid, words) = valid(file);
        if said.is_sound() != is_valid {
            wrong.push(format!("{file}: {words}; said {:?}", said.faults));
        }
        if said.is_sound() {
            let written: Value = serde_json::from_str(&config_file(&said.registrations, Hide::Nothing)).unwrap();
            let (is_valid, words) = valid(&written);
            assert!(is_valid, "{written} for {file}: {words}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_unknown_id_is_not_believed_gone() {
    let agent = Plan::default().start();
    // What Consul says to everything.
    assert_eq!(agent.ask("PUT", "/v1/agent/service/deregister/nope", b"").0, 200);
    run(&agent, &["deregister", "nope"])
        .run()
        .exits(1)
        .answers_nothing()
        .says(&["no instance with the ID nope", &agent.address()]);
    agent.register(&json!({"Name": "User", "ID": "a/b c", "Port": 1}));
    let output = run(&agent, &["deregister", "a/b c"]).run().succeeds();
    assert_eq!(json(&output), json!({"id": "a/b c", "service": "User", "node": "node-1", "datacenter": "dc1"}));
    assert_eq!(agent.get("/v1/catalog/service/User"), json!([]));
    run(&agent, &["deregister", "a/b c"]).run().exits(1);
    run(&agent, &["deregister"]).run().exits(2);
}

#[test]
fn an_act_goes_through_the_agent_that_has_the_instance() {
    let one = Plan::default().node("one").start();
    let two = Plan::default().node("two").client_of(&one).at("127.0.0.2", &one).start();
    // At the first one's address, and another port: whom one would ask there is another agent.
    let three = Plan::default().node("three").client_of(&one).start();
    two.register(&json!({"Name": "User", "ID": "u2", "Port": 2, "Check": {"CheckID": "t2", "TTL": "1h"}}));
    three.register(&json!({"Name": "User", "ID": "u3", "Port": 3}));
    for agent in [&one, &two, &three] {
        agent.register(&json!({"Name": "Both", "ID": "same", "Port": 4}));
    }
    common::wait_for("the catalog to know them", std::time::Duration::from_secs(30), || {
        let count = |name: &str| one.get(&format!("/v1/catalog/service/{name}")).as_array().unwrap().len();
        (count("User") == 2 && count("Both") == 3).then_some(())
    });
    // Consul itself answers 200, and leaves it where it is.
    assert_eq!(one.ask("PUT", "/v1/agent/service/deregister/u2", b"").0, 200);
    assert_eq!(one.get("/v1/catalog/service/User").as_array().unwrap().len(), 2);

    run(&one, &["ttl", "t2", "warn", "--node", "two", "--note", "slow & 慢"]).run().succeeds();
    let check = two.get("/v1/agent/checks")["t2"].clone();
    assert_eq!((&check["Status"], &check["Output"]), (&json!("warning"), &json!("slow & 慢")));
    let status = one.get("/v1/health/checks/User");
    assert_eq!(status.as_array().unwrap().iter().find(|check| check["CheckID"] == "t2").unwrap()["Status"], "warning");
    run(&one, &["ttl", "t2", "pass"]).run().exits(1).says(&["no check with the ID t2"]);
    run(&one, &["ttl", "t2", "soon", "--node", "two"]).run().exits(2);

    run(&one, &["maintenance", "u2", "on", "--reason", "draining for v1.9 & more"]).run().succeeds();
    let checks = one.get("/v1/health/checks/User");
    let notes = checks.as_array().unwrap().iter().find(|check| check["CheckID"] == "_service_maintenance:u2").unwrap();
    assert_eq!(notes["Notes"], "draining for v1.9 & more");
    let instances = json(&run(&one, &["instances", "User"]).run().succeeds());
    let health: Vec<&str> = instances.as_array().unwrap().iter().map(|one| one["health"].as_str().unwrap()).collect();
    assert_eq!(health, ["maintenance", "passing"]);
    run(&one, &["maintenance", "u2", "off"]).run().succeeds();
    assert!(two.get("/v1/agent/checks").get("_service_maintenance:u2").is_none());
    run(&one, &["maintenance", "u2", "off", "--reason", "x"]).run().exits(2);
    run(&one, &["maintenance", "nope", "on"]).run().exits(1).says(&["no instance with the ID nope"]);

    let output = run(&one, &["deregister", "u2"]).run().succeeds();
    assert_eq!(json(&output), json!({"id": "u2", "service": "User", "node": "two", "datacenter": "dc1"}));
    assert_eq!(services(&two), ["same"]);

    // The address of the third's node leads to the first, which says so itself: nothing is done.
    run(&one, &["deregister", "u3"]).run().exits(1).answers_nothing().says(&[
        "node three",
        "127.0.0.1",
        "that of node one",
    ]);
    assert_eq!(services(&three), ["same", "u3"]);
    // One id at three nodes: asked of an agent that has it, that one is meant; else it has to be said.
    run(&one, &["deregister", "same", "--node", "two"]).run().succeeds();
    assert_eq!((services(&one), services(&two)), (vec!["same".to_owned()], vec![]));
    run(&two, &["deregister", "same"]).run().exits(1).says(&["one, three|three, one", "--node"]);
    let output = run(&one, &["deregister", "same"]).run().succeeds();
    assert_eq!(json(&output)["node"], "one");
    assert_eq!(services(&three), ["same", "u3"]);

    // In the catalog alone: no agent has it, none would bring it back.
    one.put(
        "/v1/catalog/register",
        &json!({"Node": "ext", "Address": "10.9.9.9", "Service": {"Service": "Ext", "ID": "e1"}}),
    );
    run(&one, &["deregister", "e1"]).run().succeeds();
    assert_eq!(one.get("/v1/catalog/service/Ext"), json!([]));
    run(&one, &["maintenance", "e1", "on"]).run().exits(1);

    // An agent that is no more: said with its address, and the instance stays where it is.
    let mut two = two;
    two.register(&json!({"Name": "Late", "ID": "late"}));
    common::wait_for("the catalog to know it", std::time::Duration::from_secs(30), || {
        (!one.get("/v1/catalog/service/Late").as_array().unwrap().is_empty()).then_some(())
    });
    two.kill();
    run(&one, &["deregister", "late"]).run().exits(1).says(&["node two", "127.0.0.2", "cannot be reached"]);
    assert_eq!(one.get("/v1/catalog/service/Late").as_array().unwrap().len(), 1);
}

#[test]
fn another_datacenter() {
    let one = Plan::default().node("one").start();
    let far = Plan::default().datacenter("dc2").node("far").beside(&one).at("127.0.0.3", &one).start();
    common::wait_for("the datacenters to know each other", std::time::Duration::from_mins(1), || {
        let (status, body) = one.ask("GET", "/v1/catalog/nodes?dc=dc2", b"");
        (status == 200 && body.windows(5).any(|bytes| bytes == b"\"far\"")).then_some(())
    });
    far.register(&json!({"Name": "User", "ID": "u1", "Port": 1, "Check": {"CheckID": "t", "TTL": "1h"}}));
    common::wait_for("the catalog to know it", std::time::Duration::from_secs(30), || {
        (!one.get("/v1/catalog/service/User?dc=dc2").as_array().unwrap().is_empty()).then_some(())
    });
    run(&one, &["deregister", "u1"]).run().exits(1).says(&["no instance with the ID u1"]);
    run(&one, &["maintenance", "u1", "on", "--reason", "r", "--dc", "dc2"]).run().succeeds();
    assert_eq!(far.get("/v1/agent/checks")["_service_maintenance:u1"]["Notes"], "r");
    let output = run(&one, &["deregister", "u1", "--dc", "dc2"]).run().succeeds();
    assert_eq!(json(&output), json!({"id": "u1", "service": "User", "node": "far", "datacenter": "dc2"}));
    assert_eq!(services(&far), Vec::<String>::new());
    // Keys are the datacenter's own.
    for key in ["k", "k//k"] {
        run(&one, &["kv", "put", key, "far", "--dc", "dc2"]).run().succeeds();
        assert_eq!(run(&far, &["kv", "get", key]).run().succeeds().stdout(), "far");
        assert_eq!(run(&one, &["kv", "get", key, "--dc", "dc2"]).run().succeeds().stdout(), "far");
        run(&one, &["kv", "get", key]).run().exits(1);
    }
    run(&one, &["kv", "list", "--dc", "dc9"]).run().exits(1).says(&["no datacenter dc9"]);
    run(&one, &["deregister", "u1", "--dc", "dc9"]).run().exits(1).says(&["no datacenter dc9"]);
}

#[test]
fn access_rules_refuse_by_name_and_no_token_shows() {
    let agent = Plan::default().denies().start();
    let writer = agent.token("writer", r#"service "User" { policy = "write" }"#);
    let reader = agent.token("reader", r#"service_prefix "" { policy = "read" } node_prefix "" { policy = "read" }"#);
    let user = r#"{"Name": "User", "ID": "9001", "Port": 9001, "Check": {"CheckID": "t", "TTL": "1h"}}"#;
    let with = |token: &str, args: &[&str], stdin: &str| {
        let output = run(&agent, args).args(["--token", token]).stdin(stdin).run();
        for secret in [&writer, &reader, MASTER, "no-such-token"] {
            assert!(!output.stderr.contains(secret) && !output.stdout().contains(secret), "{output}");
        }
        output
    };
    let file = ["register", "--file", "-"];
    with(&reader, &file, user).exits(1).says(&[
        "ACL",
        "Permission denied|Missing service:write",
        "nothing was registered",
    ]);
    with("", &file, user).exits(1).says(&["ACL"]);
    with("no-such-token", &file, user).exits(1).says(&["does not know this token"]);
    with(&writer, &file, user).succeeds();
    // One may, the other not: it is known beforehand, so neither is registered.
    let both = r#"[{"Name": "User", "ID": "9002"}, {"Name": "Admin"}]"#;
    with(&writer, &file, both).exits(1).answers_nothing().says(&["ACL", "Admin", "nothing was registered"]);
    assert_eq!(services(&agent), ["9001"]);
    // What nobody can know beforehand, as the id of somebody else's service: what was done is told, and what was not.
    agent.register(&json!({"Name": "Admin", "ID": "a1"}));
    let both = r#"[{"Name": "User", "ID": "9002"}, {"Name": "User", "ID": "a1"}]"#;
    let output =
        with(&writer, &file, both).exits(1).says(&["ACL", "that was said of a1; the 1 before it are registered"]);
    assert_eq!(json(&output)[0]["id"], "9002");
    agent.put("/v1/agent/service/deregister/a1", &Value::Null);
    with(&reader, &["deregister", "9001"], "").exits(1).says(&["ACL"]);
    with("", &["deregister", "9001"], "").exits(1).says(&["ACL"]);
    with(&reader, &["ttl", "t", "pass"], "").exits(1).says(&["ACL"]);
    with(&reader, &["maintenance", "9001", "on"], "").exits(1).says(&["ACL"]);
    assert_eq!(services(&agent), ["9001", "9002"]);
    // Without the right to read the agent or nodes, the right to write the service is enough.
    with(&writer, &["ttl", "t", "warn"], "").succeeds();
    with(&writer, &["maintenance", "9001", "on", "--reason", "r"], "").succeeds();
    with(&writer, &["deregister", "9001"], "").succeeds();
    with(&writer, &["deregister", "9001"], "").exits(1).says(&["no instance with the ID 9001"]);
    assert_eq!(services(&agent), ["9002"]);
}

#[tokio::test]
async fn what_the_window_asks_before_it_sends() {
    let agent = Plan::default().start();
    let registry = library(&agent);
    assert_eq!(registry.id_taken("9001").await.unwrap(), None);
    agent.register(&json!({"Name": "User", "ID": "9001"}));
    assert_eq!(registry.id_taken("9001").await.unwrap().as_deref(), Some("User"));
    registry.rehearse(&json!({"Name": "New", "ID": "n"})).await.unwrap();
    let error = registry.rehearse(&json!({"name": "New", "Nope": 1})).await.unwrap_err();
    assert!(matches!(&error.fault, RegistryFault::Refused { status: 400, said } if said.contains("Nope")), "{error}");
    assert_eq!(services(&agent), ["9001"]);
}

/// Help groups what is a verb's own apart from how a registry is reached, and tells what is printed.
#[test]
fn help_tells_what_a_verb_prints_and_its_exit_codes() {
    let check = |verb: &str, own: &[&str], prints: &str| {
        let output = headless([verb, "--help"]).run().succeeds();
        let text = String::from_utf8(output.bytes.clone()).unwrap();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let registry = text.find("Registry: --registry").unwrap_or_else(|| panic!("{text}"));
        for own in own {
            let at = text.find(own).unwrap_or_else(|| panic!("{own} in {text}"));
            assert!(at < registry, "{own} is no way to reach a registry: {text}");
        }
        assert!(text.contains(prints) && text.contains("Exit code: 0; 2 for usage; 1"), "{text}");
        assert!(!text.contains("[default: \"\"]"), "{text}");
    };
    check("services", &["--filter <EXPRESSION>"], "instances, passing, warning, critical, maintenance");
    check("instances", &["--tag", "--probe", "<SERVICE>"], "disagreement");
    check("watch", &["--tag", "[SERVICE]"], "added, removed, changed, stale, fresh");
    check("register", &["--file", "--dry-run"], "id, service, address, port, tags, meta, checks");
    check("deregister", &["--node", "<ID>"], "id, service, node, datacenter");
    check("maintenance", &["--reason", "<ID>", "on|off"], "maintenance");
    check("ttl", &["--note", "<CHECK>", "pass|warn|fail"], "check and status");
}

/// Who may not write one of a file's services registers none of them; and an agent that runs no programs says so before
/// anything is sent.
#[tokio::test]
async fn what_would_be_refused_is_known_before_anything_is_sent() {
    use proconsul::registry::Rehearsed;

    let agent = Plan::default().denies().start();
    let user = agent.token("user", r#"service "User" { policy = "write" } node_prefix "" { policy = "read" }"#);
    let both = r#"[{"Name": "User", "ID": "u"}, {"Name": "Orders", "ID": "o"}]"#;
    let output = run(&agent, &["register", "--file", "-", "--token", &user]).stdin(both).run().exits(1);
    output.answers_nothing().says(&["ACL", "service:write on Orders", "that was said of o; nothing was registered"]);
    assert_eq!(services(&agent), Vec::<String>::new());
    let one = run(&agent, &["register", "--file", "-", "--token", &user]).stdin(r#"{"Name": "User"}"#).run();
    one.succeeds();
    let nobody = run(&agent, &["register", "--file", "-", "--token", "hush-hush"]).stdin(both).run().exits(1);
    assert!(!nobody.stderr.contains("hush"), "{nobody}");
    nobody.says(&["does not know this token"]);
    let as_user = |token: &str| {
        let explicit = ConsulExplicit {
            address: Some(agent.url()),
            token: Some(proconsul::secret::Secret::new(token.to_owned())),
            ..ConsulExplicit::default()
        };
        Consul::new(ConsulSettings::read(explicit, &|_| None).unwrap()).unwrap()
    };
    assert_eq!(as_user(&user).rehearse(&json!({"Name": "User"})).await.unwrap(), Rehearsed::Sure);
    let error = as_user(&user).rehearse(&json!({"Name": "Orders"})).await.unwrap_err();
    assert!(matches!(&error.fault, RegistryFault::Denied(said) if said.contains("Orders")), "{error}");
    // Who may not read the agent is not told whether it runs programs; who may is.
    let script = json!({"Name": "User", "Check": {"Args": ["/bin/true"], "Interval": "10s"}});
    assert_eq!(as_user(&user).rehearse(&script).await.unwrap(), Rehearsed::NothingFound);
    let error = as_user(MASTER).rehearse(&script).await.unwrap_err();
    assert!(error.to_string().contains("scripts are disabled"), "{error}");
    let willing = Plan::default().config("enable_script_checks = true").start();
    assert_eq!(library(&willing).rehearse(&script).await.unwrap(), Rehearsed::Sure);
    // A check of nobody: the agent is named, whichever it is.
    let output = run(&willing, &["ttl", "nope", "pass"]).run().exits(1);
    output.says(&["no check with the ID nope at this agent"]);
}
