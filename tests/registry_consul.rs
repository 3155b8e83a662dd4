//! Consul as the program reads and watches it, against real agents: two datacenters, access rules with several tokens,
//! agents that stop, start, hang and forget, two thousand instances. What Consul 1.8.7 lacks is spoken by one fake,
//! marked as such.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;
mod registry_support;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use common::{Running, headless, isolate, wait_for};
use proconsul::registry::consul::{Ask, Consul, ConsulExplicit, ConsulSettings, Http, is_addressable};
use proconsul::registry::{
    Answer, CheckKind, Health, Hidden, Instance, NodeState, Registry as _, RegistryFault, Scope, Watch, WatchUpdate,
};
use proconsul::secret::Secret;
use registry_support::{Agent, MASTER, Plan};
use serde_json::{Value, json};

/// Longer than anything here takes on a busy machine.
const LIMIT: Duration = Duration::from_mins(1);

fn connect(agent: &Agent, token: &str) -> Consul {
    let explicit =
        ConsulExplicit { address: Some(agent.url()), token: Some(Secret::new(token)), ..ConsulExplicit::default() };
    Consul::new(ConsulSettings::read(explicit, &|_| None).unwrap()).unwrap()
}

fn run(agent: &Agent, args: &[&str]) -> Value {
    let output = headless(args.iter().copied()).args(["--registry", &agent.url()]).run().succeeds();
    serde_json::from_slice(&output.bytes).unwrap_or_else(|error| panic!("{error}\n{output}"))
}

fn ids(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|instance| instance["id"].as_str().unwrap()).collect()
}

/// The next update, within the limit.
async fn next<T>(watch: &mut Watch<T>) -> WatchUpdate<T> {
    tokio::time::timeout(LIMIT, watch.recv()).await.expect("an update in time").expect("the watch goes on")
}

/// Updates until one that says it, whose value is returned.
async fn until<T>(watch: &mut Watch<T>, what: &str, is_it: impl Fn(&T) -> bool) -> Answer<Arc<T>> {
    let began = Instant::now();
    loop {
        assert!(began.elapsed() < LIMIT, "waited in vain for {what}");
        if let WatchUpdate::Now(answer) = next(watch).await
            && is_it(&answer.value)
        {
            return answer;
        }
    }
}

fn find<'a>(instances: &'a [Instance], id: &str) -> Option<&'a Instance> {
    instances.iter().find(|instance| instance.key.id == id)
}

#[test]
fn services_and_instances_as_they_are_promised() {
    let agent = Plan::default().start();
    let check = |id: &str, status: &str| json!({"CheckID": id, "Name": id, "TTL": "1h", "Status": status});
    let service = |id: &str, tags: &[&str], port: u16, checks: Value| {
        json!({"ID": id, "Name": "User", "Tags": tags, "Address": "127.0.0.1", "Port": port, "Meta": {"zone": "a"},
            "Checks": checks})
    };
    agent.register(&service("9001", &["user", "v1"], 9001, json!([check("c1", "passing"), check("c2", "passing")])));
    agent.register(&service("9002", &["user", "v2"], 9002, json!([check("c3", "passing"), check("c4", "warning")])));
    agent.register(&service("9003", &["user"], 9003, json!([check("c5", "warning"), check("c6", "critical")])));
    agent.register(&service("9004", &[], 9004, json!([check("c7", "passing")])));
    agent.put("/v1/agent/service/maintenance/9004?enable=true&reason=moving%20house", &Value::Null);
    // Names that a path cannot hold as they are, an address of its node, IPv6, and what frameworks put into tags.
    let micro = "t-789caa562ac849cc4b07040000ffff0b6b0226";
    agent.register(&json!({"ID": "订单/1 %2F", "Name": "订单 ?#%/&", "Tags": [micro, "version=v1"], "Port": 1,
        "TaggedAddresses": {"grpc": {"Address": "grpc://127.0.0.1:9000?isSecure=false", "Port": 9000}}}));
    agent.register(&json!({"ID": "six", "Name": "six", "Address": "::1", "Port": 80}));

    // What the agent took stands in the catalog a moment later.
    wait_for("the catalog to have all", LIMIT, || {
        (run(&agent, &["services"]).as_array().unwrap().iter().map(|s| s["instances"].as_u64().unwrap()).sum::<u64>()
            == 7)
            .then_some(())
    });
    let services = run(&agent, &["services"]);
    assert_eq!(
        services,
        json!([
            {"name": "User", "tags": ["user", "v1", "v2"], "instances": 4, "passing": 1, "warning": 1, "critical": 1,
                "maintenance": 1},
            {"name": "consul", "tags": [], "instances": 1, "passing": 1, "warning": 0, "critical": 0, "maintenance": 0},
            {"name": "six", "tags": [], "instances": 1, "passing": 1, "warning": 0, "critical": 0, "maintenance": 0},
            {"name": "订单 ?#%/&", "tags": [micro, "version=v1"], "instances": 1, "passing": 1, "warning": 0,
                "critical": 0, "maintenance": 0},
        ])
    );

    let instances = run(&agent, &["instances", "User"]);
    assert_eq!(ids(&instances), ["9001", "9002", "9003", "9004"]);
    let health: Vec<&str> =
        instances.as_array().unwrap().iter().map(|instance| instance["health"].as_str().unwrap()).collect();
    assert_eq!(health, ["passing", "warning", "critical", "maintenance"]);
    let serf = json!({"id": "serfHealth", "name": "Serf Health Status", "status": "passing",
        "output": "Agent alive and reachable"});
    let own = |id: &str| json!({"id": id, "name": id, "status": "passing", "output": ""});
    assert_eq!(
        instances[0],
        json!({"id": "9001", "service": "User", "node": "node-1", "datacenter": "dc1", "address": "127.0.0.1",
            "port": 9001, "tags": ["user", "v1"], "meta": {"zone": "a"}, "health": "passing",
            "checks": [serf, own("c1"), own("c2")]})
    );
    assert_eq!(ids(&run(&agent, &["instances", "User", "--tag", "user"])), ["9001", "9002", "9003"]);
    assert_eq!(ids(&run(&agent, &["instances", "User", "--tag", "USER", "--tag", "v2"])), ["9002"]);
    assert_eq!(ids(&run(&agent, &["instances", "User", "--passing"])), ["9001"]);
    assert_eq!(ids(&run(&agent, &["instances", "User", "--passing", "--tag", "v2"])), [""; 0]);
    assert_eq!(ids(&run(&agent, &["instances", "User", "--filter", "Service.Port == 9003"])), ["9003"]);
    assert_eq!(ids(&run(&agent, &["instances", "User", "--near", "_agent"])).len(), 4);
    assert_eq!(ids(&run(&agent, &["instances", "Nobody"])), [""; 0]);
    for mode in ["--stale", "--consistent"] {
        assert_eq!(ids(&run(&agent, &["instances", "User", mode])).len(), 4, "{mode}");
        assert_eq!(run(&agent, &["services", mode]).as_array().unwrap().len(), 4, "{mode}");
    }
    let odd = run(&agent, &["instances", "订单 ?#%/&"]);
    assert_eq!((ids(&odd), &odd[0]["tags"]), (vec!["订单/1 %2F"], &json!([micro, "version=v1"])));
    assert_eq!(odd[0]["address"], "127.0.0.1", "its node's, since it has none");
    assert_eq!(run(&agent, &["instances", "six"])[0]["address"], "::1");

    // The variables say what is not said, and the flag wins.
    let by_variable = headless(["services"]).env("CONSUL_HTTP_ADDR", &agent.address()).run().succeeds();
    assert!(by_variable.stdout().contains("订单"));
    let flag = ["services", "--registry", &agent.url()];
    headless(flag).env("CONSUL_HTTP_ADDR", "127.0.0.1:1").run().succeeds();

    let refused = |args: &[&str], code: i32, parts: &[&str]| {
        let output = headless(args.iter().copied()).args(["--registry", &agent.url()]).run().exits(code);
        for part in parts {
            assert!(output.stderr.contains(part), "{part:?} is missing\n{output}");
        }
    };
    refused(&["instances", "User", "--filter", "Nope == 1"], 1, &[&agent.address(), "filter", "Nope"]);
    refused(&["services", "--dc", "dc9"], 1, &[&agent.address(), "dc9"]);
    refused(&["instances"], 2, &["SERVICE"]);
    refused(&["services", "--stale", "--consistent"], 2, &["--stale"]);
    headless(["services", "--registry", "ftp://x"]).run().exits(2);
    let nobody = headless(["services", "--registry", "consul://127.0.0.1:1"]).run().exits(1);
    assert!(nobody.stderr.contains("127.0.0.1:1") && nobody.bytes.is_empty(), "{nobody}");
    let tls = headless(["services", "--registry", &format!("https://{}", agent.address())]).run().exits(1);
    assert!(tls.stderr.contains("TLS"), "{tls}");
}

fn event(line: &Value) -> (String, String, String, String) {
    let text = |name: &str| line[name].as_str().unwrap_or("-").to_owned();
    assert_eq!(line.as_object().unwrap().len(), 5, "{line}");
    (text("event"), text("instance"), text("health"), text("was"))
}

/// Reads lines until one of them is `expect`; none may be what `never` names.
#[track_caller]
fn lines_until(watch: &mut Running, expect: (&str, &str, &str, &str), never: &[&str]) {
    let expect = (expect.0.to_owned(), expect.1.to_owned(), expect.2.to_owned(), expect.3.to_owned());
    loop {
        let found = event(&watch.next_json());
        if found == expect {
            return;
        }
        assert!(!never.contains(&found.0.as_str()), "{found:?} before {expect:?}");
    }
}

#[test]
fn a_watch_says_what_comes_goes_and_changes() {
    let mut agent = Plan::default().keeps().start();
    let user = |id: &str, tag: &str| {
        json!({"ID": id, "Name": "User", "Tags": [tag], "Port": 1, "Check": {"CheckID": id, "TTL": "1h",
            "Status": "passing"}})
    };
    agent.register(&user("1", "a"));
    agent.register(&user("2", "a"));
    wait_for("the catalog", LIMIT, || (ids(&run(&agent, &["instances", "User"])).len() == 2).then_some(()));
    let start = |more: &[&str]| headless(["watch", "--registry", &agent.url()]).args(more.iter().copied()).spawn();
    let mut of_user = start(&["User"]);
    let mut of_all = start(&[]);
    for id in ["1", "2"] {
        assert_eq!(event(&of_user.next_json()), ("added".into(), id.into(), "passing".into(), "-".into()));
    }
    let fresh = of_user.next_json();
    assert_eq!(fresh, json!({"event": "fresh", "service": "User", "instance": null, "health": null, "was": null}));
    lines_until(&mut of_all, ("fresh", "-", "-", "-"), &["stale", "removed", "changed"]);

    for watch in [&mut of_user, &mut of_all] {
        let is_first = agent.get("/v1/agent/checks")["1"]["Status"] == "passing";
        if is_first {
            agent.put("/v1/agent/check/fail/1?note=down", &Value::Null);
        }
        lines_until(watch, ("changed", "1", "critical", "passing"), &["stale", "fresh", "removed"]);
    }
    agent.register(&user("3", "b"));
    agent.put("/v1/agent/service/maintenance/2?enable=true", &Value::Null);
    agent.put("/v1/agent/service/deregister/1", &Value::Null);
    agent.register(&user("3", "c"));
    for watch in [&mut of_user, &mut of_all] {
        let mut seen = Vec::new();
        while seen.len() < 3 {
            let found = event(&watch.next_json());
            if ["added", "removed"].contains(&found.0.as_str()) || found.2 == "maintenance" {
                seen.push(found);
            }
        }
        seen.sort();
        let expect = [
            ("added", "3", "passing", "-"),
            ("changed", "2", "maintenance", "passing"),
            ("removed", "1", "-", "critical"),
        ];
        let expect = expect.map(|(a, b, c, d)| (a.to_owned(), b.to_owned(), c.to_owned(), d.to_owned()));
        assert_eq!(seen, expect);
    }

    // Away: said once, and then nothing; back: what changed meanwhile, and then fresh.
    agent.kill();
    for watch in [&mut of_user, &mut of_all] {
        lines_until(watch, ("stale", "-", "-", "-"), &["removed", "fresh", "added"]);
    }
    agent.start();
    for watch in [&mut of_user, &mut of_all] {
        lines_until(watch, ("fresh", "-", "-", "-"), &["stale"]);
    }
    of_user.interrupt();
    of_user.finish().succeeds();
    of_all.interrupt();
    of_all.finish().succeeds();
    // An agent that was never there is a refusal.
    agent.kill();
    let refused = headless(["watch", "--registry", &agent.url()]).run().exits(1);
    assert!(refused.stderr.contains(&agent.address()), "{refused}");
}

#[test]
fn a_watch_ends_when_nobody_reads() {
    let agent = Plan::default().start();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_proconsul"));
    isolate(&mut command);
    command.args(["watch", "--registry", &agent.url()]).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines.next().unwrap().unwrap();
    drop(lines);
    // Nothing changes any more, so that only the end of the pipe can tell.
    let status = wait_for("its end", LIMIT, || child.try_wait().unwrap());
    assert_eq!(status.code(), Some(0));
}

#[test]
fn two_datacenters() {
    let one = Plan::default().start();
    let two = Plan::default().datacenter("dc2").node("node-2").beside(&one).start();
    wait_for("the datacenters to meet", LIMIT, || {
        (one.get("/v1/catalog/datacenters") == json!(["dc1", "dc2"])
            && one.ask("GET", "/v1/catalog/services?dc=dc2", b"").0 == 200)
            .then_some(())
    });
    two.register(&json!({"ID": "far", "Name": "Far", "Address": "10.0.0.1", "Port": 80,
        "TaggedAddresses": {"wan": {"Address": "203.0.113.1", "Port": 8080}}}));
    two.register(&json!({"ID": "plain", "Name": "Plain", "Address": "10.0.0.2", "Port": 80}));
    wait_for("the catalog", LIMIT, || two.get("/v1/catalog/services").get("Plain").is_some().then_some(()));
    let far = run(&one, &["instances", "Far", "--dc", "dc2"]);
    assert_eq!((&far[0]["address"], &far[0]["port"]), (&json!("203.0.113.1"), &json!(8080)), "across: the wide area's");
    assert_eq!(far[0]["datacenter"], "dc2");
    let near = run(&two, &["instances", "Far"]);
    assert_eq!((&near[0]["address"], &near[0]["port"]), (&json!("10.0.0.1"), &json!(80)));
    assert_eq!(run(&one, &["instances", "Plain", "--dc", "dc2"])[0]["address"], "10.0.0.2");
    assert_eq!(run(&one, &["instances", "Far"]), json!([]));

    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        for (agent, expect) in [(&one, ["dc1", "dc2"]), (&two, ["dc2", "dc1"])] {
            let datacenters = connect(agent, "").datacenters().await.unwrap();
            let names: Vec<&str> = datacenters.iter().map(|datacenter| datacenter.name.as_str()).collect();
            assert_eq!(names, expect);
            assert_eq!(datacenters.iter().map(|datacenter| datacenter.is_own).collect::<Vec<_>>(), [true, false]);
        }
        let consul = connect(&one, "");
        let scope = |datacenter: Option<&str>| Scope { datacenter: datacenter.map(str::to_owned), ..Scope::default() };
        let own = consul.nodes(&scope(None)).await.unwrap().value;
        assert_eq!(own.len(), 1);
        assert_eq!((own[0].name.as_str(), own[0].state, own[0].health), ("node-1", NodeState::Alive, Health::Passing));
        assert_eq!((own[0].is_server, own[0].version.as_deref(), own[0].instances), (Some(true), Some("1.8.7"), 1));
        let across = consul.nodes(&scope(Some("dc2"))).await.unwrap().value;
        assert_eq!((across[0].name.as_str(), across[0].state, across[0].instances), ("node-2", NodeState::Alive, 3));
        let info = consul.agent().await.unwrap();
        assert_eq!((info.node.as_str(), info.datacenter.as_str(), info.version.as_str()), ("node-1", "dc1", "1.8.7"));
        assert_eq!((info.is_server, info.acl, info.leader.is_some()), (Some(true), Some(false), true));
        assert!(info.stats.contains_key("runtime"));
    });
}

#[test]
fn access_rules_are_told_from_nothing() {
    let agent = Plan::default().denies().start();
    agent.register(&json!({"ID": "u1", "Name": "User", "Port": 1}));
    agent.register(&json!({"ID": "o1", "Name": "Order", "Port": 1}));
    let of_user = agent.token(
        "user",
        r#"service "User" { policy = "read" } node_prefix "" { policy = "read" } agent_prefix "" { policy = "read" }"#,
    );
    let of_nothing = agent.token("keys", r#"key_prefix "" { policy = "read" }"#);
    wait_for("the catalog", LIMIT, || agent.get("/v1/catalog/services").get("Order").is_some().then_some(()));
    let services = |token: Option<&str>| {
        let output = headless(["services", "--registry", &agent.url()]);
        output.args(token.into_iter().flat_map(|token| ["--token", token])).run()
    };
    // Nobody in particular, and a token that may not see services: 200 and nothing, which is not to say "none".
    for token in [None, Some(of_nothing.as_str())] {
        let output = services(token).exits(1);
        assert_eq!(output.stdout(), "[]\n");
        assert!(output.stderr.contains("ACL") && output.stderr.contains(&agent.address()), "{output}");
    }
    let unknown = services(Some("no-such-token")).exits(1);
    assert!(unknown.stderr.contains("ACL not found"), "{unknown}");
    assert!(!unknown.stderr.contains("no-such-token"), "a token is never shown\n{unknown}");
    let some: Value = serde_json::from_slice(&services(Some(&of_user)).succeeds().bytes).unwrap();
    assert_eq!((some.as_array().unwrap().len(), &some[0]["name"]), (1, &json!("User")));
    let all = services(Some(MASTER)).succeeds();
    assert_eq!(all.stderr, "");
    assert_eq!(serde_json::from_slice::<Value>(&all.bytes).unwrap().as_array().unwrap().len(), 3);
    // A variable and a file name a token, too.
    let by_variable = |name: &str, value: &str| {
        headless(["services", "--registry", &agent.url()]).env(name, value).run().succeeds().stdout()
    };
    assert_eq!(by_variable("CONSUL_HTTP_TOKEN", MASTER), all.stdout());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, format!("{MASTER}\n")).unwrap();
    assert_eq!(by_variable("CONSUL_HTTP_TOKEN_FILE", &file.display().to_string()), all.stdout());

    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let scope = Scope::default();
        let hidden = async |token: &str, service: &str| {
            connect(&agent, token).instances(&scope, Some(service)).await.unwrap().hidden
        };
        assert_eq!(hidden(MASTER, "Nobody").await, Hidden::Nothing, "it may see everything, and there is none");
        assert_eq!(hidden(&of_user, "Order").await, Hidden::Perhaps, "it may see some");
        assert_eq!(hidden(&of_nothing, "User").await, Hidden::Surely, "it sees nothing at all");
        assert_eq!(connect(&agent, "").nodes(&scope).await.unwrap().hidden, Hidden::Surely);

        let info = connect(&agent, &of_user).agent().await.unwrap();
        let token = info.token.clone().unwrap();
        assert_eq!((token.description.as_str(), token.policies), ("test user", vec!["user".to_owned()]));
        assert_eq!((info.acl, info.node.as_str()), (Some(true), "node-1"));
        assert!(!format!("{info:?}").contains(&of_user), "the token itself is no part of it");
        let info = connect(&agent, "").agent().await.unwrap();
        assert_eq!((info.acl, info.token, info.node.as_str()), (Some(true), None, ""), "as much as it may say");

        // The rules may change under a watch.
        let mut watch = connect(&agent, &of_user).watch_instances(scope.clone(), None);
        until(&mut watch, "what the token may see", |instances| find(instances, "u1").is_some()).await;
        let accessor = agent.get("/v1/acl/tokens");
        let accessor = accessor.as_array().unwrap().iter().find(|token| token["Description"] == "test user").unwrap();
        agent.ask("DELETE", &format!("/v1/acl/token/{}", accessor["AccessorID"].as_str().unwrap()), b"");
        agent.register(&json!({"ID": "u2", "Name": "User", "Port": 1}));
        loop {
            if let WatchUpdate::Away(error) = next(&mut watch).await {
                assert_eq!(error.fault, RegistryFault::UnknownToken);
                break;
            }
        }
    });
}

#[test]
fn an_agent_that_forgot_everything_begins_at_small_indices() {
    let mut agent = Plan::default().start();
    for number in 0..40 {
        agent.register(&json!({"ID": format!("old-{number}"), "Name": "User", "Port": 1}));
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let consul = connect(&agent, "");
        let mut one = consul.watch_instances(Scope::default(), Some("User".to_owned()));
        let mut all = consul.watch_instances(Scope::default(), None);
        let mut sums = consul.watch_services(Scope::default());
        until(&mut one, "all of one", |instances| instances.len() == 40).await;
        until(&mut all, "all", |instances| instances.len() == 41).await;
        until(&mut sums, "sums", |sums| sums.iter().any(|sum| sum.counts.total() == 40)).await;
        agent.kill();
        for watch in [&mut one, &mut all] {
            assert!(matches!(next(watch).await, WatchUpdate::Away(_)));
        }
        assert!(matches!(next(&mut sums).await, WatchUpdate::Away(_)));
        agent.start();
        agent.register(&json!({"ID": "new", "Name": "User", "Port": 1}));
        // An index of the old life would wait for minutes.
        let is_new = |instances: &Vec<Instance>| find(instances, "new").is_some() && find(instances, "old-1").is_none();
        until(&mut one, "the new life", is_new).await;
        until(&mut all, "the new life", is_new).await;
        until(&mut sums, "the new life", |sums| sums.iter().any(|sum| sum.name == "User" && sum.counts.total() == 1))
            .await;
        // And it goes on from there.
        agent.register(&json!({"ID": "newer", "Name": "User", "Port": 1}));
        until(&mut one, "the next", |instances| find(instances, "newer").is_some()).await;
        until(&mut all, "the next", |instances| find(instances, "newer").is_some()).await;
    });
}

#[test]
fn a_hung_agent_is_given_up_and_comes_back() {
    let agent = Plan::default().start();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let consul = connect(&agent, "");
        let mut watch = consul.watch_instances(Scope::default(), Some("consul".to_owned()));
        let mut all = consul.watch_services(Scope::default());
        until(&mut watch, "its own service", |instances| !instances.is_empty()).await;
        until(&mut all, "its own service", |sums| !sums.is_empty()).await;
        agent.freeze();
        let began = Instant::now();
        let mut settings =
            ConsulSettings::read(ConsulExplicit { address: Some(agent.url()), ..ConsulExplicit::default() }, &|_| None)
                .unwrap();
        settings.patience = Duration::from_secs(2);
        let error = Consul::new(settings).unwrap().services(&Scope::default()).await.unwrap_err();
        assert!(matches!(error.fault, RegistryFault::Silent(_)), "{error}");
        assert!(error.to_string().contains(&agent.address()), "{error}");
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
        // The watches hear it too, although a held answer looks like a hung agent.
        let WatchUpdate::Away(error) = next(&mut watch).await else { panic!("it hangs") };
        assert!(error.to_string().contains(&agent.address()), "{error}");
        assert!(matches!(next(&mut all).await, WatchUpdate::Away(_)));
        println!("a hung agent was noticed by its watches after {:?}", began.elapsed());
        agent.thaw();
        assert!(matches!(next(&mut watch).await, WatchUpdate::Back | WatchUpdate::Now(_)));
        assert!(matches!(next(&mut all).await, WatchUpdate::Back | WatchUpdate::Now(_)));
        // Whoever listens no more has no task any more: nobody asks the agent.
        drop((watch, all));
    });
    runtime.shutdown_timeout(Duration::from_secs(5));
}

#[test]
fn a_headless_verb_gives_a_hung_agent_up() {
    let agent = Plan::default().start();
    agent.freeze();
    let output = headless(["services", "--registry", &agent.url()]).run().exits(1);
    assert!(output.stderr.contains(&agent.address()) && output.stderr.contains("did not answer"), "{output}");
    assert!(output.wall < Duration::from_secs(30), "{output}");
}

#[test]
fn two_thousand_instances() {
    const INSTANCES: usize = 2000;
    let agent = Plan::default().start();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    // Many services on few nodes, few services on many nodes: one question a node or one a service.
    for (name, services, nodes) in [("few nodes", 400, 20), ("few services", 4, 200), ("one node", 200, 1)] {
        for number in 0..INSTANCES {
            let (service, node) = (number % services, number % nodes);
            let id = format!("{name} {number}");
            agent.put(
                "/v1/catalog/register",
                &json!({"Node": format!("n{node}"), "Address": format!("10.0.0.{}", node % 250),
                    "Service": {"ID": id, "Service": format!("{name} {service}"), "Port": 9000, "Tags": ["t"]},
                    "Check": {"CheckID": id, "Name": "c", "ServiceID": id, "Status": "passing"}}),
            );
        }
        let total =
            |list: &Value| list.as_array().unwrap().iter().map(|s| s["instances"].as_u64().unwrap()).sum::<u64>();
        let began = Instant::now();
        let listed = run(&agent, &["services"]);
        println!("{name}: services in {:?}", began.elapsed());
        assert!(began.elapsed() < Duration::from_secs(10));
        assert_eq!(total(&listed), INSTANCES as u64 + 1);
        let one = format!("{name} 1");
        let began = Instant::now();
        assert_eq!(ids(&run(&agent, &["instances", &one])).len(), INSTANCES / services);
        println!("{name}: instances of one in {:?}", began.elapsed());

        runtime.block_on(async {
            let consul = connect(&agent, "");
            let began = Instant::now();
            let mut watch = consul.watch_instances(Scope::default(), None);
            until(&mut watch, "all", |instances| instances.len() > INSTANCES).await;
            println!("{name}: a watch has all after {:?}", began.elapsed());
            let id = format!("{name} 1");
            let node = if nodes == 1 { "n0" } else { "n1" };
            let body = |status: &str, port: u16| {
                json!({"Node": node, "Address": "10.0.0.1", "Service": {"ID": id, "Service": one, "Port": port,
                    "Tags": ["t"]}, "Check": {"CheckID": id, "Name": "c", "ServiceID": id, "Status": status}})
            };
            for (what, body) in [
                ("a check", body("critical", 9000)),
                ("a check back", body("passing", 9000)),
                ("a port", body("passing", 9001)),
            ] {
                let expect = (
                    if body["Check"]["Status"] == "passing" { Health::Passing } else { Health::Critical },
                    u16::try_from(body["Service"]["Port"].as_u64().unwrap()).unwrap(),
                );
                agent.put("/v1/catalog/register", &body);
                let began = Instant::now();
                until(&mut watch, what, |instances| {
                    find(instances, &id).is_some_and(|instance| (instance.health, instance.port) == expect)
                })
                .await;
                println!("{name}: {what} was heard after {:?}", began.elapsed());
            }
            let new = json!({"Node": node, "Address": "10.0.0.1", "Service": {"ID": format!("{name} new"),
                "Service": one, "Port": 1}, "Check": {"CheckID": format!("{name} new"), "Name": "c",
                "ServiceID": format!("{name} new"), "Status": "passing"}});
            agent.put("/v1/catalog/register", &new);
            let began = Instant::now();
            until(&mut watch, "a new one", |instances| find(instances, &format!("{name} new")).is_some()).await;
            println!("{name}: a new one was heard after {:?}", began.elapsed());
            agent.put("/v1/catalog/deregister", &json!({"Node": node, "ServiceID": format!("{name} new")}));
            let began = Instant::now();
            until(&mut watch, "one that went", |instances| find(instances, &format!("{name} new")).is_none()).await;
            println!("{name}: one that went was heard after {:?}", began.elapsed());
        });
        for node in 0..nodes {
            agent.put("/v1/catalog/deregister", &json!({"Node": format!("n{node}")}));
        }
    }
}

/// Two machines with coordinates: who is near comes first, in lists and for calls, seen from either of them.
#[test]
fn who_is_near_comes_first() {
    let agent = Plan::default().start();
    let at = |x: f64| json!({"Vec": [x, 0, 0, 0, 0, 0, 0, 0], "Error": 0.1, "Adjustment": 0, "Height": 0.000_01});
    for (node, port) in [("east", 1), ("west", 2)] {
        agent.put(
            "/v1/catalog/register",
            &json!({"Node": node, "Address": "127.0.0.1", "Service": {"ID": node, "Service": "Far", "Port": port}}),
        );
    }
    for (node, x) in [("east", 0.3), ("west", 0.1), (agent.node(), 0.0)] {
        agent.put("/v1/coordinate/update", &json!({"Node": node, "Coord": at(x)}));
    }
    wait_for("the coordinates of all", LIMIT, || {
        let known = agent.get("/v1/coordinate/nodes");
        let has = |name: &str| known.as_array().unwrap().iter().any(|node| node["Node"] == name);
        (has("east") && has("west") && has(agent.node())).then_some(())
    });
    assert_eq!(ids(&run(&agent, &["instances", "Far", "--near", "west"])), ["west", "east"]);
    assert_eq!(ids(&run(&agent, &["instances", "Far", "--near", "east"])), ["east", "west"]);
    assert_eq!(ids(&run(&agent, &["instances", "Far", "--near", "_agent"])), ["west", "east"]);
}

#[test]
fn checks_say_what_they_do_and_since_when() {
    let agent = Plan::default().start();
    agent.register(&json!({"ID": "u", "Name": "User", "Port": 1, "Checks": [
        {"CheckID": "1-ttl", "TTL": "1h", "Status": "passing"},
        {"CheckID": "2-tcp", "TCP": "127.0.0.1:1", "Interval": "1h"},
        {"CheckID": "3-http", "HTTP": "http://127.0.0.1:1/", "Interval": "1h"},
        {"CheckID": "4-grpc", "GRPC": "127.0.0.1:1", "Interval": "1h"},
        {"CheckID": "5-alias", "AliasService": "consul"},
    ]}));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let mut watch = connect(&agent, "").watch_instances(Scope::default(), Some("User".to_owned()));
        let first = until(&mut watch, "its checks", |instances| {
            find(instances, "u").is_some_and(|instance| instance.checks.len() == 6)
        })
        .await;
        let kinds: Vec<CheckKind> = first.value[0].checks.iter().map(|check| check.kind.clone()).collect();
        let expect =
            [CheckKind::Serf, CheckKind::Ttl, CheckKind::Tcp, CheckKind::Http, CheckKind::Grpc, CheckKind::Alias];
        assert_eq!(kinds, expect);
        let status = |instances: &[Instance]| {
            let check = find(instances, "u")?.checks.iter().find(|check| check.id == "1-ttl")?;
            Some((check.status, check.since))
        };
        agent.put("/v1/agent/check/warn/1-ttl?note=hot", &Value::Null);
        let warned = until(&mut watch, "a warning", |instances| {
            status(instances).is_some_and(|(health, _)| health == Health::Warning)
        })
        .await;
        let since = status(&warned.value).unwrap().1;
        assert!(since.is_some(), "this program saw it change");
        agent.put("/v1/agent/service/maintenance/u?enable=true&reason=tea", &Value::Null);
        let kept = until(&mut watch, "maintenance", |instances| instances[0].health == Health::Maintenance).await;
        assert_eq!(status(&kept.value).unwrap().1, since, "it is so since then, whatever others do");
        assert_eq!(kept.value[0].maintenance_reason.as_deref(), Some("tea"));
    });
}

/// Why rs-consul's key/value calls are never used: `recurse` is always sent and only its presence counts, and a
/// datacenter becomes a part of the key.
#[test]
fn the_prefix_trap_of_rs_consul_is_still_there() {
    let agent = Plan::default().start();
    for key in ["app", "app/a", "application"] {
        agent.ask("PUT", &format!("/v1/kv/{key}"), b"v");
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let config = rs_consul::Config { address: format!("http://{}", agent.address()), ..Default::default() };
        let theirs = rs_consul::Consul::new(config);
        let one = rs_consul::DeleteKeyRequest { key: "app", recurse: false, ..Default::default() };
        theirs.delete_key(one).await.unwrap();
        assert_ne!(agent.ask("GET", "/v1/kv/app", b"").0, 200);
        assert_eq!(agent.get("/v1/kv/?keys"), json!([]), "one key was named, and all three are gone");
        let there = rs_consul::CreateOrUpdateKeyRequest { key: "app", datacenter: "dc1", ..Default::default() };
        theirs.create_or_update_key(there, b"v".to_vec()).await.unwrap();
        assert_eq!(agent.get("/v1/kv/?keys"), json!(["app&dc=dc1"]));
    });
}

/// A path cannot name every key: Consul sends us to another one, and we do not go there.
#[test]
fn a_redirect_to_another_key_is_not_followed() {
    let agent = Plan::default().start();
    agent.ask("PUT", "/v1/kv/a/b", b"other");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let consul = connect(&agent, "");
        let http: &Http = consul.http();
        for key in ["a//b", "/a/b", "a/./b", "x/../a/b"] {
            assert!(!is_addressable(key), "{key}");
        }
        for key in ["a//b", "/a/b"] {
            let error = http.send(&Ask::delete(&["v1", "kv", key])).await.unwrap_err();
            assert!(matches!(error.fault, RegistryFault::Redirected { status: 301, .. }), "{error}");
        }
        assert_eq!(agent.get("/v1/kv/a/b")[0]["Key"], "a/b", "the other key is as it was");
        for key in ["a/b", "中文 %2F&=?#", "a/b/", "+", "%", "a%00b"] {
            assert!(is_addressable(key), "{key}");
            http.send(&Ask::put(&["v1", "kv", key]).body(&b"v"[..])).await.unwrap();
            let reply = http.send(&Ask::get(&["v1", "kv", key])).await.unwrap();
            let found: Value = serde_json::from_slice(&reply.body).unwrap();
            assert_eq!(found[0]["Key"], key);
        }
    });
}

#[test]
fn tls_with_our_own_roots_a_certificate_of_ours_and_another_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let key = rcgen::KeyPair::generate().unwrap();
    let mut authority = rcgen::CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    std::fs::write(path("ca.pem"), authority.self_signed(&key).unwrap().pem()).unwrap();
    let issuer = rcgen::Issuer::new(authority, key);
    for (name, host) in [("server", "server.dc1.consul"), ("client", "client")] {
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate =
            rcgen::CertificateParams::new(vec![host.to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
        std::fs::write(path(&format!("{name}.pem")), certificate.pem()).unwrap();
        std::fs::write(path(&format!("{name}.key")), key.serialize_pem()).unwrap();
    }
    let socket = path("consul.sock");
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let agent = Plan::default()
        .config(&format!(
            r#"ports {{ https = {port} }} ca_file = "{}" cert_file = "{}" key_file = "{}" verify_incoming_https = true
               addresses {{ http = "127.0.0.1 unix://{socket}" }}"#,
            path("ca.pem"),
            path("server.pem"),
            path("server.key")
        ))
        .start();
    agent.register(&json!({"ID": "u", "Name": "User", "Port": 1}));
    wait_for("the catalog", LIMIT, || agent.get("/v1/catalog/services").get("User").is_some().then_some(()));

    let (ca, certificate, secret) = (path("ca.pem"), path("client.pem"), path("client.key"));
    let all = [
        ("CONSUL_CACERT", ca.as_str()),
        ("CONSUL_CLIENT_CERT", &certificate),
        ("CONSUL_CLIENT_KEY", &secret),
        ("CONSUL_TLS_SERVER_NAME", "server.dc1.consul"),
    ];
    let with = |url: &str, left_out: &str| {
        let verb = headless(["services", "--registry", url]);
        all.iter().filter(|(name, _)| *name != left_out).fold(verb, |verb, (name, value)| verb.env(name, value)).run()
    };
    let https = format!("https://127.0.0.1:{port}");
    assert!(with(&https, "").succeeds().stdout().contains("User"));
    for (left_out, why) in [("CONSUL_CACERT", "TLS"), ("CONSUL_TLS_SERVER_NAME", "TLS"), ("CONSUL_CLIENT_KEY", "key")] {
        let output = with(&https, left_out).exits(1);
        assert!(output.stderr.contains(why), "{left_out}\n{output}");
    }
    let unverified = headless(["services", "--registry", &https])
        .env("CONSUL_HTTP_SSL_VERIFY", "false")
        .env("CONSUL_CLIENT_CERT", &certificate)
        .env("CONSUL_CLIENT_KEY", &secret)
        .run();
    assert!(unverified.succeeds().stdout().contains("User"));
    let by_variable = all.iter().fold(headless(["services"]), |verb, (name, value)| verb.env(name, value));
    let by_variable =
        by_variable.env("CONSUL_HTTP_SSL", "true").env("CONSUL_HTTP_ADDR", &format!("127.0.0.1:{port}")).run();
    assert!(by_variable.succeeds().stdout().contains("User"));
    // A client that speaks plaintext there is told what is wrong.
    let plain = headless(["services", "--registry", &format!("http://127.0.0.1:{port}")]).run().exits(1);
    assert!(plain.stderr.contains("speaks TLS"), "{plain}");
    // The same agent over its unix socket.
    let local = headless(["services", "--registry", &format!("unix://{socket}")]).run().succeeds();
    assert!(local.stdout().contains("User"));
    let gone = headless(["services", "--registry", "unix:///nowhere/consul.sock"]).run().exits(1);
    assert!(gone.stderr.contains("/nowhere/consul.sock"), "{gone}");
}

/// THE FAKE: it speaks what the documentation of newer versions and of Enterprise says, which 1.8.7 does not have:
/// namespaces, partitions, and the header that tells of results that access rules left out. Nothing else is tested here.
struct Fake {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Fake {
    /// Answers every question with this body (`health/service` and `acl/token/self` as a fitting one) and headers.
    fn start(services: &'static str, headers: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let record = Arc::clone(&asked);
        std::thread::Builder::new()
            .name("fake consul".to_owned())
            .spawn(move || {
                for stream in listener.incoming() {
                    let mut stream = stream.unwrap();
                    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
                    let Some(Ok(first)) = lines.next() else { continue };
                    while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
                    let path = first.split(' ').nth(1).unwrap().to_owned();
                    let body = if path.starts_with("/v1/catalog/services") { services } else { "[]" };
                    record.lock().unwrap().push(path);
                    let head = format!(
                        "HTTP/1.1 200 OK\r\nX-Consul-Index: 7\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n",
                        body.len()
                    );
                    drop(stream.write_all(format!("{head}{body}").as_bytes()));
                }
            })
            .unwrap();
        Self { address, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

#[test]
fn against_the_fake_namespaces_and_partitions_are_passed_through() {
    let fake = Fake::start(r#"{"User": []}"#, "");
    let url = format!("consul://{}", fake.address);
    headless(["instances", "User", "--registry", &url, "--namespace", "team 1", "--partition", "p&1"]).run();
    headless(["services", "--registry", &url])
        .env("CONSUL_NAMESPACE", "from-env")
        .env("CONSUL_PARTITION", "part-env")
        .run();
    let asked = fake.asked();
    assert!(asked.iter().any(|path| path == "/v1/health/service/User?ns=team%201&partition=p%261"), "{asked:?}");
    assert!(asked.iter().any(|path| path == "/v1/catalog/services?ns=from-env&partition=part-env"), "{asked:?}");
    assert!(asked.iter().all(|path| path.contains("ns=") && path.contains("partition=")), "{asked:?}");
}

#[test]
fn against_the_fake_the_header_of_access_rules_is_believed() {
    let filtered =
        Fake::start("{}", "X-Consul-Default-ACL-Policy: deny\r\nX-Consul-Results-Filtered-By-ACLs: true\r\n");
    let output = headless(["instances", "User", "--registry", &format!("consul://{}", filtered.address)]).run();
    let output = output.exits(1);
    assert!(output.stdout() == "[]\n" && output.stderr.contains("ACL"), "{output}");
    let unfiltered = Fake::start("{}", "X-Consul-Default-ACL-Policy: deny\r\n");
    let output = headless(["instances", "User", "--registry", &format!("consul://{}", unfiltered.address)]).run();
    let output = output.succeeds();
    assert!(output.stdout() == "[]\n" && output.stderr.is_empty(), "it would have said so\n{output}");
}

#[test]
fn against_the_fake_answers_that_come_too_often_are_spaced() {
    // It never holds an answer back, as a proxy with a cache might not.
    let fake = Fake::start("{}", "");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let began = Instant::now();
    let explicit = ConsulExplicit { address: Some(fake.address.clone()), ..ConsulExplicit::default() };
    let consul = Consul::new(ConsulSettings::read(explicit, &|_| None).unwrap()).unwrap();
    let watch = {
        let _within = runtime.enter();
        consul.watch_instances(Scope::default(), Some("User".to_owned()))
    };
    let asked = || fake.asked().iter().filter(|path| path.starts_with("/v1/health/service")).count();
    wait_for("sixteen questions", LIMIT, || (asked() >= 16).then_some(()));
    assert!(began.elapsed() > Duration::from_millis(1500), "sixteen questions in {:?}", began.elapsed());
    assert!(fake.asked().iter().any(|path| path == "/v1/health/service/User?index=7&wait=300s"), "{:?}", fake.asked());
    drop(watch);
}

#[test]
fn whoever_listens_no_more_asks_no_more() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let explicit =
        ConsulExplicit { address: Some(listener.local_addr().unwrap().to_string()), ..ConsulExplicit::default() };
    let consul = Consul::new(ConsulSettings::read(explicit, &|_| None).unwrap()).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for service in [Some("User".to_owned()), None] {
        let watch = {
            let _within = runtime.enter();
            consul.watch_instances(Scope::default(), service)
        };
        let (mut stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let mut question = vec![0; 8];
        stream.read_exact(&mut question).expect("it asks");
        assert_eq!(question, b"GET /v1/");
        drop(watch);
        stream.read_to_end(&mut question).expect("the connection ends with the watch");
        // The other question of a watch of everything may have come first to be heard.
        listener.set_nonblocking(true).unwrap();
        while listener.accept().is_ok() {}
        listener.set_nonblocking(false).unwrap();
    }
}
