//! Keys and values against real agents: every key that Consul can hold, compare-and-set, exactly what was named and
//! nothing beside it, access rules; Consul's own program reads what was written and writes what is read.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;
mod registry_support;

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use common::{headless, isolate};
use proconsul::registry::consul::{Consul, ConsulExplicit, ConsulSettings, LARGEST_VALUE};
use proconsul::registry::{
    Answer, BadKey, Cas, Hidden, KeyEntry, KeyValues as _, KeyWritten, RegistryFault, Scope, Watch, WatchUpdate,
};
use proconsul::secret::Secret;
use registry_support::{Agent, Plan, consul};
use serde_json::{Value, json};

const LIMIT: Duration = Duration::from_mins(1);

/// Keys that break whoever builds URLs by hand, whoever follows redirects, and whoever cuts at slashes.
const HOSTILE: [&str; 34] = [
    "a",
    "a/b",
    "a/",
    "a//b",
    "/lead",
    "//",
    "/",
    "a/../b",
    "../b",
    "./c",
    ".",
    "..",
    "a/.",
    "x/./y",
    "a b",
    " ",
    "trail ",
    "100%",
    "%2F",
    "a%2Fb",
    "a&dc=dc1",
    "a?recurse",
    "a#b",
    "a+b",
    "a=b&c",
    "中文/键 值",
    "é",
    "😀/x",
    "a\\b",
    "a\"b'c",
    "a;b,c",
    "a@b:c~",
    "[x]{y}|^`<z>",
    "a/b//c d&e%/中",
];

fn run(agent: &Agent, args: &[&str]) -> common::Headless {
    headless(args.iter().copied()).args(["--registry", &agent.url()])
}

fn kv(agent: &Agent, args: &[&str]) -> common::Output {
    headless(["kv"]).args(args.iter().copied()).args(["--registry", &agent.url()]).run()
}

/// Consul's own program.
fn theirs(agent: &Agent, args: &[&str], stdin: &str) -> (bool, Vec<u8>) {
    use std::io::Write as _;
    let mut command = Command::new(consul());
    isolate(&mut command);
    let mut child = command
        .arg("kv")
        .arg(args[0])
        .arg(format!("-http-addr={}", agent.address()))
        .args(&args[1..])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    drop(child.stdin.take().unwrap().write_all(stdin.as_bytes()));
    let output = child.wait_with_output().unwrap();
    (output.status.success(), output.stdout)
}

/// Keys with their values, as Consul's own program exports them.
fn exported(agent: &Agent) -> Vec<(String, String)> {
    let (is_done, text) = theirs(agent, &["export", ""], "");
    assert!(is_done);
    let list: Value = serde_json::from_slice(&text).unwrap();
    list.as_array().unwrap().iter().map(|one| (text_of(&one["key"]), text_of(&one["value"]))).collect()
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn library(agent: &Agent, token: &str) -> Consul {
    let explicit =
        ConsulExplicit { address: Some(agent.url()), token: Some(Secret::new(token)), ..ConsulExplicit::default() };
    Consul::new(ConsulSettings::read(explicit, &|_| None).unwrap()).unwrap()
}

#[test]
fn every_key_that_consul_can_hold() {
    use base64::Engine as _;
    let agent = Plan::default().start();
    for key in HOSTILE {
        let value = format!("value of {key}");
        kv(&agent, &["put", key, &value]).succeeds();
        assert_eq!(kv(&agent, &["get", key]).succeeds().bytes, value.as_bytes(), "{key:?}");
    }
    // Consul itself holds exactly these, under exactly these names.
    let mut expect: Vec<(String, String)> = HOSTILE
        .iter()
        .map(|key| {
            let value = base64::engine::general_purpose::STANDARD.encode(format!("value of {key}"));
            ((*key).to_owned(), value)
        })
        .collect();
    expect.sort();
    let mut there = exported(&agent);
    there.sort();
    assert_eq!(there, expect);
    let mut keys: Vec<&str> = HOSTILE.to_vec();
    keys.sort_unstable();
    assert_eq!(kv(&agent, &["list"]).succeeds().lines(), keys);
    for prefix in ["a", "a/", "a//", "/", "a/.", "中", "..", "a/b//c d&", "😀"] {
        let expect: Vec<&str> = keys.iter().copied().filter(|key| key.starts_with(prefix)).collect();
        assert!(!expect.is_empty());
        assert_eq!(kv(&agent, &["list", prefix]).succeeds().lines(), expect, "{prefix:?}");
    }
    // Deleting one leaves all others, also those that begin with it.
    let mut left = keys.clone();
    for key in ["a", "a/", "/", "a//b", "..", "%2F", "a?recurse", "a&dc=dc1"] {
        kv(&agent, &["delete", key]).succeeds();
        left.retain(|other| *other != key);
        assert_eq!(kv(&agent, &["list"]).succeeds().lines(), left, "after {key:?}");
    }
}

#[test]
fn what_consuls_own_program_writes_and_reads() {
    let agent = Plan::default().start();
    // It knows no key with an empty segment; these it does.
    for key in ["a/b", "a b%&c", "中文", "a?b#c"] {
        let (is_done, _) = theirs(&agent, &["put", "-flags=7", key, "theirs"], "");
        assert!(is_done, "{key}");
        let entry: Value = serde_json::from_slice(&kv(&agent, &["get", "--json", key]).succeeds().bytes).unwrap();
        assert_eq!((&entry["key"], &entry["value"], &entry["flags"]), (&json!(key), &json!("dGhlaXJz"), &json!(7)));
        kv(&agent, &["put", key, "ours"]).succeeds();
        assert_eq!(theirs(&agent, &["get", key], "").1, b"ours\n");
    }
    // Bytes are bytes, from stdin and from files.
    let bytes: Vec<u8> = (0..=255).collect();
    run(&agent, &["kv", "put", "bytes", "-"]).stdin(bytes.clone()).run().succeeds();
    assert_eq!(kv(&agent, &["get", "bytes"]).succeeds().bytes, bytes);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("value");
    std::fs::write(&file, &bytes).unwrap();
    kv(&agent, &["put", "file", &format!("@{}", file.display())]).succeeds();
    assert_eq!(kv(&agent, &["get", "file"]).succeeds().bytes, bytes);
    kv(&agent, &["put", "literal", "@file", "--literal"]).succeeds();
    assert_eq!(kv(&agent, &["get", "literal"]).succeeds().bytes, b"@file");
    for value in ["", "-5", "{\"a\": 1}", "多 字 节", "line\nline\n"] {
        kv(&agent, &["put", "value", value]).succeeds();
        assert_eq!(kv(&agent, &["get", "value"]).succeeds().bytes, value.as_bytes(), "{value:?}");
    }
    kv(&agent, &["put", "--", "-dash", "-value"]).exits(2);
    headless(["kv", "put", "--registry", &agent.url(), "--", "-dash", "--value"]).run().succeeds();
    assert_eq!(headless(["kv", "get", "--registry", &agent.url(), "--", "-dash"]).run().succeeds().bytes, b"--value");

    // Files of keys, there and back.
    let ours = kv(&agent, &["export"]).succeeds().stdout();
    assert_eq!(
        ours.trim(),
        String::from_utf8(theirs(&agent, &["export", ""], "").1).unwrap().replace("\\u0026", "&").trim()
    );
    let other = Plan::default().start();
    assert!(theirs(&other, &["import", "-"], &ours).0);
    assert_eq!(exported(&other), exported(&agent));
    kv(&other, &["put", "a/b", "changed"]).succeeds();
    kv(&other, &["delete", "file"]).succeeds();
    let planned = run(&other, &["kv", "import", "--dry-run"]).stdin(ours.clone()).run().succeeds();
    let done = run(&other, &["kv", "import", "-"]).stdin(ours).run().succeeds();
    assert_eq!(planned.stdout(), done.stdout());
    let done: Value = serde_json::from_slice(&done.bytes).unwrap();
    assert_eq!((&done["added"], &done["changed"], &done["refused"]), (&json!(["file"]), &json!(["a/b"]), &json!([])));
    assert_eq!(exported(&other), exported(&agent));
    run(&other, &["kv", "import"]).stdin("{}").run().exits(1).says(&["consul kv export"]);
}

#[test]
fn what_is_not_there_and_what_was_changed_meanwhile() {
    let agent = Plan::default().start();
    kv(&agent, &["get", "nope"]).exits(1).answers_nothing().says(&["no key \"nope\"", &agent.address()]);
    kv(&agent, &["get", "no//pe"]).exits(1).says(&["no key \"no//pe\""]);
    kv(&agent, &["delete", "nope"]).exits(1).answers_nothing().says(&["no key \"nope\""]);
    kv(&agent, &["delete", "no//pe"]).exits(1).says(&["no key \"no//pe\""]);
    assert_eq!(kv(&agent, &["list", "nope"]).succeeds().stdout(), "");
    for usage in [&["get"][..], &["put", "a"], &["delete"], &["delete", "a", "--prefix", "b"], &["nope"], &[]] {
        kv(&agent, usage).exits(2);
    }
    kv(&agent, &["put", "a", "b", "--cas", "soon"]).exits(2);
    kv(&agent, &["put", "", "b"]).exits(1).says(&["a key cannot be empty"]);

    for key in ["plain", "empty//segment"] {
        let written: Value =
            serde_json::from_slice(&kv(&agent, &["put", key, "1", "--cas", "0"]).succeeds().bytes).unwrap();
        let index = written["modified"].as_u64().unwrap();
        assert_eq!(written["key"], key);
        kv(&agent, &["put", key, "2", "--cas", "0"]).exits(1).says(&[
            "somebody else was first",
            "there already",
            &index.to_string(),
        ]);
        kv(&agent, &["put", key, "2", "--cas", &index.to_string()]).succeeds();
        kv(&agent, &["put", key, "3", "--cas", &index.to_string()]).exits(1).answers_nothing().says(&[
            "somebody else was first",
            &format!("not at {index}"),
            "nothing was written",
        ]);
        kv(&agent, &["delete", key, "--cas", &index.to_string()]).exits(1).says(&["nothing was deleted"]);
        assert_eq!(kv(&agent, &["get", key]).succeeds().bytes, b"2");
        kv(&agent, &["put", &format!("{key}/absent"), "x", "--cas", "7"]).exits(1).says(&["is not there"]);
        let entry: Value = serde_json::from_slice(&kv(&agent, &["get", key, "--json"]).succeeds().bytes).unwrap();
        kv(&agent, &["delete", key, "--cas", &entry["modified"].to_string()]).succeeds();
        kv(&agent, &["get", key]).exits(1);
    }
}

#[test]
fn of_many_writers_one_is_first() {
    let agent = Plan::default().start();
    for key in ["contended", "contended//too"] {
        let written: Value = serde_json::from_slice(&kv(&agent, &["put", key, "start"]).succeeds().bytes).unwrap();
        let index = written["modified"].to_string();
        let codes: Vec<i32> = std::thread::scope(|scope| {
            let writers: Vec<_> = (0..6)
                .map(|number| {
                    let (agent, index) = (&agent, &index);
                    scope.spawn(move || kv(agent, &["put", key, &number.to_string(), "--cas", index]).code)
                })
                .collect();
            writers.into_iter().map(|writer| writer.join().unwrap()).collect()
        });
        assert_eq!(codes.iter().filter(|code| **code == 0).count(), 1, "{codes:?}");
        assert!(codes.iter().all(|code| matches!(code, 0 | 1)), "{codes:?}");
        let first = codes.iter().position(|code| *code == 0).unwrap();
        assert_eq!(kv(&agent, &["get", key]).succeeds().stdout(), first.to_string());
    }
}

#[test]
fn a_prefix_and_nothing_beside_it() {
    let agent = Plan::default().start();
    let keys = ["app", "app/a", "app/b/c", "app//d", "app2/x", "ap", "b", "/app/a"];
    let restore = || keys.iter().for_each(|key| drop(kv(&agent, &["put", key, "v"]).succeeds()));
    for (prefix, gone) in [
        ("app/", &["app/a", "app/b/c", "app//d"][..]),
        ("app", &["app", "app/a", "app/b/c", "app//d", "app2/x"]),
        ("app//", &["app//d"]),
        ("/", &["/app/a"]),
        ("zzz", &[]),
    ] {
        restore();
        let output = kv(&agent, &["delete", "--prefix", prefix]).succeeds();
        let mut deleted: Vec<&str> = gone.to_vec();
        deleted.sort_unstable();
        assert_eq!(serde_json::from_slice::<Value>(&output.bytes).unwrap(), json!({"deleted": deleted}), "{prefix}");
        let mut left: Vec<&str> = keys.iter().copied().filter(|key| !gone.contains(key)).collect();
        left.sort_unstable();
        assert_eq!(kv(&agent, &["list"]).succeeds().lines(), left, "{prefix}");
    }
    // Everything only for whoever says so.
    kv(&agent, &["delete", "--prefix", ""]).exits(2).says(&["--all"]);
    kv(&agent, &["delete", "--prefix", "", "--all"]).succeeds();
    assert_eq!(kv(&agent, &["list"]).succeeds().stdout(), "");
}

/// What rs-consul does to a subtree where one key was named, and what ours does.
#[test]
fn one_key_is_one_key_where_rs_consul_takes_the_subtree() {
    let agent = Plan::default().start();
    let fill = || {
        for key in ["app", "app/a", "apple"] {
            agent.ask("PUT", &format!("/v1/kv/{key}"), b"v");
        }
    };
    let keys = || -> Vec<String> { exported(&agent).into_iter().map(|(key, _)| key).collect() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    fill();
    let config = rs_consul::Config { address: format!("http://{}", agent.address()), ..Default::default() };
    let theirs = rs_consul::Consul::new(config);
    let one = rs_consul::DeleteKeyRequest { key: "app", recurse: false, ..Default::default() };
    runtime.block_on(theirs.delete_key(one)).unwrap();
    assert!(exported_is_empty(&agent), "{:?}: rs-consul is sound here now", keys());
    fill();
    let ours = library(&agent, "");
    let done = runtime.block_on(ours.delete(&Scope::default(), "app", Cas::Always)).unwrap();
    assert_eq!(done, KeyWritten::Yes);
    assert_eq!(keys(), ["app/a", "apple"]);
}

fn exported_is_empty(agent: &Agent) -> bool {
    // Consul's own program refuses to export nothing.
    agent.ask("GET", "/v1/kv/?recurse", b"").0 == 404
}

#[tokio::test]
async fn a_value_has_a_limit_which_is_said_before_it_is_sent() {
    let agent = Plan::default().start();
    let ours = library(&agent, "");
    let scope = Scope::default();
    let most = vec![b'x'; LARGEST_VALUE];
    assert_eq!(ours.put(&scope, "big", &most, 0, Cas::Always).await.unwrap(), KeyWritten::Yes);
    assert_eq!(ours.get(&scope, "big").await.unwrap().value.unwrap().value.len(), LARGEST_VALUE);
    // A path can say it though not all of it prints: as large as any.
    assert_eq!(ours.put(&scope, "big/😀", &most, 0, Cas::Always).await.unwrap(), KeyWritten::Yes);
    assert_eq!(ours.get(&scope, "big/😀").await.unwrap().value.unwrap().value.len(), LARGEST_VALUE);
    // Only a transaction can say it.
    let some = vec![b'x'; 390_000];
    assert_eq!(ours.put(&scope, "big//x", &some, 0, Cas::Always).await.unwrap(), KeyWritten::Yes);
    assert_eq!(ours.get(&scope, "big//x").await.unwrap().value.unwrap().value, some);
    let refused = |error: proconsul::registry::RegistryError| {
        assert!(
            matches!(
                &error.fault,
                RegistryFault::BadKey(BadKey::TooLarge { .. } | BadKey::TooLargeForTransaction { .. })
            ),
            "{error}"
        );
    };
    refused(ours.put(&scope, "big//x", &most, 0, Cas::Always).await.unwrap_err());
    // Nobody listens there: it was said before anything was sent.
    let explicit = ConsulExplicit { address: Some("127.0.0.1:1".to_owned()), ..ConsulExplicit::default() };
    let nobody = Consul::new(ConsulSettings::read(explicit, &|_| None).unwrap()).unwrap();
    let more = vec![b'x'; LARGEST_VALUE + 1];
    refused(nobody.put(&scope, "big", &more, 0, Cas::Always).await.unwrap_err());
    assert!(!theirs(&agent, &["put", "big", "-"], std::str::from_utf8(&more).unwrap()).0);
}

#[test]
fn access_rules_are_told_from_nothing() {
    let agent = Plan::default().denies().start();
    agent.ask("PUT", "/v1/kv/open/a", b"v");
    agent.ask("PUT", "/v1/kv/shut/b", b"v");
    let body = json!([{"KV": {"Verb": "set", "Key": "shut//c", "Value": "dg=="}}]);
    agent.put("/v1/txn", &body);
    let reader = agent.token("reader", r#"key_prefix "open/" { policy = "read" }"#);
    let writer = agent.token("writer", r#"key_prefix "open/" { policy = "write" }"#);
    let with = |token: &str, args: &[&str]| {
        let output =
            headless(["kv"]).args(args.iter().copied()).args(["--registry", &agent.url(), "--token", token]).run();
        for secret in [&reader, &writer, "no-such-token"] {
            assert!(!output.stderr.contains(secret) && !output.stdout().contains(secret), "{output}");
        }
        output
    };
    assert_eq!(with(&reader, &["list"]).succeeds().stdout(), "open/a\n");
    assert_eq!(with(&reader, &["get", "open/a"]).succeeds().stdout(), "v");
    with(&reader, &["get", "shut/b"]).exits(1).answers_nothing().says(&["ACL", "Permission denied"]);
    with(&reader, &["get", "shut//c"]).exits(1).answers_nothing().says(&["ACL"]);
    with(&reader, &["list", "shut/"]).says(&["ACL"]).answers_nothing();
    with("", &["list"]).says(&["ACL"]).answers_nothing();
    with("", &["export"]).says(&["ACL"]);
    with("no-such-token", &["list"]).exits(1).says(&["does not know this token"]);
    for act in [
        &["put", "open/a", "w"][..],
        &["put", "open//b", "w"],
        &["put", "open/a", "w", "--cas", "0"],
        &["delete", "open/a"],
        &["delete", "--prefix", "open/"],
        &["delete", "--prefix", "shut//"],
        &["delete", "shut/b"],
        &["delete", "shut//c"],
    ] {
        with(&reader, act).exits(1).says(&["ACL"]);
    }
    with(&writer, &["put", "open//b", "w"]).succeeds();
    with(&writer, &["delete", "open/a"]).succeeds();
    with(&writer, &["delete", "--prefix", "open/"]).succeeds();
    let left: Vec<String> = agent.get("/v1/kv/?keys").as_array().unwrap().iter().map(text_of).collect();
    assert_eq!(left, ["shut//c", "shut/b"]);
}

async fn next(watch: &mut Watch<Vec<KeyEntry>>) -> WatchUpdate<Vec<KeyEntry>> {
    tokio::time::timeout(LIMIT, watch.recv()).await.expect("an update in time").expect("the watch goes on")
}

async fn now(watch: &mut Watch<Vec<KeyEntry>>) -> Answer<Arc<Vec<KeyEntry>>> {
    match next(watch).await {
        WatchUpdate::Now(answer) => answer,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_watched() {
    let mut agent = Plan::default().keeps().start();
    let ours = library(&agent, "");
    let scope = Scope::default();
    let told = |answer: &Answer<Arc<Vec<KeyEntry>>>| -> Vec<(String, String)> {
        let entry = |entry: &KeyEntry| (entry.key.clone(), String::from_utf8_lossy(&entry.value).into_owned());
        answer.value.iter().map(entry).collect()
    };
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let mut watch = ours.watch(scope.clone(), "app//".to_owned());
    let first = now(&mut watch).await;
    assert_eq!((told(&first), first.hidden), (vec![], Hidden::Nothing));
    ours.put(&scope, "app//a", b"1", 3, Cas::Absent).await.unwrap();
    assert_eq!(told(&now(&mut watch).await), [pair("app//a", "1")]);
    // Beside the prefix: an answer to the watch, and no change of it.
    ours.put(&scope, "app/other", b"1", 0, Cas::Always).await.unwrap();
    ours.put(&scope, "app//a", b"2", 3, Cas::Always).await.unwrap();
    let answer = now(&mut watch).await;
    assert_eq!((told(&answer), answer.value[0].flags), (vec![pair("app//a", "2")], 3));
    agent.kill();
    assert!(matches!(next(&mut watch).await, WatchUpdate::Away(_)));
    agent.start();
    assert!(matches!(next(&mut watch).await, WatchUpdate::Back));
    ours.delete(&scope, "app//a", Cas::Always).await.unwrap();
    assert_eq!(told(&now(&mut watch).await), []);
}
