//! Reading, writing and checking, by tables.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use super::*;

fn faults(text: &str) -> Vec<String> {
    read(text).faults.iter().map(ToString::to_string).collect()
}

/// The one registration of a text without faults.
fn sound(text: &str) -> Registration {
    let read = read(text);
    assert_eq!(read.faults, [], "{text}");
    let [registration] = <[_; 1]>::try_from(read.registrations).expect("one service");
    registration
}

#[test]
fn both_forms_are_the_same_service() {
    let api = r#"{
        "ID": "9001", "Name": "User", "Tags": ["user"], "Address": "127.0.0.1", "Port": 9001, "Meta": {"version": "1"},
        "Weights": {"Passing": 10, "Warning": 1}, "EnableTagOverride": true,
        "TaggedAddresses": {"wan": {"Address": "1.2.3.4", "Port": 80}},
        "Check": {"CheckID": "c", "Name": "n", "TCP": "127.0.0.1:9001", "Interval": "5s", "Timeout": 5000000000,
                  "Status": "passing", "DeregisterCriticalServiceAfter": "90m"}
    }"#;
    let config = r#"{"service": {
        "id": "9001", "name": "User", "tags": ["user"], "address": "127.0.0.1", "port": 9001, "meta": {"version": "1"},
        "weights": {"passing": 10, "warning": 1}, "enable_tag_override": true,
        "tagged_addresses": {"wan": {"address": "1.2.3.4", "port": 80}},
        "check": {"id": "c", "name": "n", "tcp": "127.0.0.1:9001", "interval": "5s", "timeout": "5s",
                  "status": "passing", "deregister_critical_service_after": "90m"}
    }}"#;
    let one = sound(api);
    assert_eq!(one, sound(config));
    assert_eq!(one.checks.len(), 1);
    assert_eq!(one.checks[0].does, CheckDoes::Tcp { target: "127.0.0.1:9001".to_owned(), use_tls: false });
    assert_eq!(one.checks[0].timeout, Some(Duration::from_secs(5)));
    assert_eq!(one.weights, Some((10, 1)));
    // What is written reads as what was read, in both forms.
    assert_eq!(sound(&one.api().to_string()), one);
    assert_eq!(sound(&one.api_text(Hide::Nothing)), one);
    assert_eq!(sound(&one.config_text(Hide::Nothing)), one);
}

#[test]
fn every_kind_of_check_survives_both_forms() {
    let text = r#"{"Name": "x", "Checks": [
        {"CheckID": "1", "TCP": "a:1", "Interval": "1s", "TCPUseTLS": true},
        {"CheckID": "2", "UDP": "a:1", "Interval": "1s"},
        {"CheckID": "3", "HTTP": "http://a", "Method": "POST", "Header": {"X": ["a", "b"]}, "Body": "b", "Interval": "1s",
         "DisableRedirects": true, "TLSSkipVerify": true, "TLSServerName": "n"},
        {"CheckID": "4", "GRPC": "a:1/s", "GRPCUseTLS": true, "Interval": "1s", "Notes": "why"},
        {"CheckID": "5", "H2PING": "a:1", "H2PingUseTLS": false, "Interval": "1s"},
        {"CheckID": "6", "TTL": "15s", "Status": "warning"},
        {"CheckID": "7", "Args": ["/bin/true", "-x"], "Interval": "1m", "OutputMaxSize": 100},
        {"CheckID": "8", "DockerContainerID": "c", "Shell": "/bin/sh", "ScriptArgs": ["true"], "Interval": "1s"},
        {"CheckID": "9", "AliasService": "y"},
        {"CheckID": "10", "AliasNode": "n"},
        {"CheckID": "11", "OSService": "sshd", "Interval": "1s", "SuccessBeforePassing": 2, "FailuresBeforeWarning": 1,
         "FailuresBeforeCritical": 3}
    ]}"#;
    let one = sound(text);
    let kinds: Vec<_> = one.checks.iter().map(|check| check.does.field()).collect();
    let expect = [
        "TCP",
        "UDP",
        "HTTP",
        "GRPC",
        "H2PING",
        "TTL",
        "Args",
        "DockerContainerID",
        "AliasService",
        "AliasNode",
        "OSService",
    ];
    assert_eq!(kinds, expect);
    assert_eq!(sound(&one.api_text(Hide::Nothing)), one);
    assert_eq!(sound(&one.config_text(Hide::Nothing)), one);
}

#[test]
fn what_is_kept_as_it_came() {
    let text = r#"{"service": {"name": "x-proxy", "kind": "connect-proxy", "port": 21000, "token": "hush",
        "proxy": {"destination_service_name": "x", "mesh_gateway": {"mode": "local"}, "config": {"any_Thing": [1, {"b": 2}]},
                  "upstreams": [{"destination_name": "z", "local_bind_port": 1}], "expose": {"paths": [{"local_path_port": 5}]}},
        "connect": {"sidecar_service": {"token": "hush", "check": {"ttl": "5s"}}}}}"#;
    let one = sound(text);
    assert_eq!(
        one.api().to_string(),
        r#"{"Connect":{"SidecarService":{"Check":{"TTL":"5s"},"Token":"hush"}},"Kind":"connect-proxy","Name":"x-proxy","Port":21000,"Proxy":{"Config":{"any_Thing":[1,{"b":2}]},"DestinationServiceName":"x","Expose":{"Paths":[{"LocalPathPort":5}]},"MeshGateway":{"Mode":"local"},"Upstreams":[{"DestinationName":"z","LocalBindPort":1}]},"Token":"hush"}"#
    );
    assert_eq!(sound(&one.config_text(Hide::Nothing)), one);
    for shown in [format!("{one:?}"), one.api_text(Hide::Tokens), one.config_text(Hide::Tokens)] {
        assert!(!shown.contains("hush"), "{shown}");
    }
}

#[test]
fn as_the_form_shows_it() {
    let registration = Registration {
        name: "User".to_owned(),
        id: "9005".to_owned(),
        address: "127.0.0.1".to_owned(),
        port: 9005,
        tags: vec!["user".to_owned(), "v1.9-rc".to_owned()],
        meta: vec![("version".to_owned(), "1.9-rc".to_owned()), ("owner".to_owned(), "team-hello".to_owned())],
        checks: vec![CheckDefinition {
            id: "service:9005".to_owned(),
            name: "gRPC health of 9005".to_owned(),
            does: CheckDoes::Grpc { target: "127.0.0.1:9005/pb.Hello".to_owned(), use_tls: true },
            tls_server_name: "www.eline.com".to_owned(),
            interval: Some(Duration::from_secs(5)),
            timeout: Some(Duration::from_secs(5)),
            ..CheckDefinition::default()
        }],
        ..Registration::default()
    };
    let expect = r#"{
  "ID": "9005",
  "Name": "User",
  "Address": "127.0.0.1",
  "Port": 9005,
  "Tags": ["user", "v1.9-rc"],
  "Meta": {
    "version": "1.9-rc",
    "owner": "team-hello"
  },
  "Checks": [
    {
      "CheckID": "service:9005",
      "Name": "gRPC health of 9005",
      "GRPC": "127.0.0.1:9005/pb.Hello",
      "GRPCUseTLS": true,
      "TLSServerName": "www.eline.com",
      "Interval": "5s",
      "Timeout": "5s"
    }
  ]
}"#;
    assert_eq!(registration.api_text(Hide::Tokens), expect);
    let config = registration.config_text(Hide::Tokens);
    assert!(config.starts_with("{\n  \"service\": {\n    \"id\": \"9005\",\n    \"name\": \"User\""), "{config}");
    assert!(config.contains("\"tls_server_name\": \"www.eline.com\""), "{config}");
    assert_eq!(registration.check(), []);
}

#[test]
fn files_with_several() {
    let check = |text: &str, names: &[&str]| {
        let read = read(text);
        assert_eq!(read.faults, [], "{text}");
        assert_eq!(read.registrations.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), names, "{text}");
        read
    };
    check(r#"[{"Name": "a"}, {"name": "b"}]"#, &["a", "b"]);
    check(r#"{"services": [{"name": "a"}, {"name": "b"}]}"#, &["a", "b"]);
    check(r#"{"service": {"name": "a"}, "services": [{"name": "b"}]}"#, &["a", "b"]);
    check(r#"{"service": [{"name": "a"}]}"#, &["a"]);
    check("\u{feff}{\"Name\": \"a\"}", &["a"]);
    // The contract of the field: a check beside the service is its own, an empty one is none.
    let read = check(r#"{"service": {"name": "a"}, "check": {}}"#, &["a"]);
    assert_eq!(read.form, Form::Config);
    assert_eq!(read.registrations[0].checks, []);
    let read = check(r#"{"service": {"name": "a"}, "check": {"tcp": "b:1", "interval": "5s"}}"#, &["a"]);
    assert_eq!(read.registrations[0].checks.len(), 1);
    let read = check(
        r#"{"services": [{"name": "a"}, {"name": "b", "id": "b1"}], "checks": [{"service_id": "b1", "ttl": "5s"}]}"#,
        &["a", "b"],
    );
    assert_eq!((read.registrations[0].checks.len(), read.registrations[1].checks.len()), (0, 1));
    for empty in [
        r#"{"Name": "a", "Check": {}}"#,
        r#"{"Name": "a", "Check": null, "Tags": null, "Port": null}"#,
        r#"{"Name": "a", "Checks": []}"#,
        r#"{"service": {"name": "a", "check": {}, "checks": [{}]}}"#,
    ] {
        assert_eq!(
            check(empty, &["a"]).registrations[0],
            Registration { name: "a".to_owned(), ..Registration::default() }
        );
    }
}

#[test]
fn what_is_wrong_and_where() {
    let check = |text: &str, expect: &[&str]| assert_eq!(faults(text), expect, "{text}");
    let interval = "a check of this kind needs an interval";
    // Unknown fields, by name and place.
    check(r#"{"Name": "a", "Foo": 1}"#, &["Foo: Consul knows no field Foo there"]);
    check(r#"{"Name": "a", "Adress": "b"}"#, &["Adress: Consul knows no field Adress there; is Address meant?"]);
    check(
        r#"[{"Name": "a"}, {"Name": "b", "Checks": [{"TTL": "5s", "Intervall": "5s"}]}]"#,
        &["[1].Checks[0].Intervall: Consul knows no field Intervall there; is Interval meant?"],
    );
    check(
        r#"{"Name": "a", "Check": {"TTL": "5s", "success_before_passing": 1}}"#,
        &[
            "Check.success_before_passing: Consul knows no field success_before_passing there; is SuccessBeforePassing meant?",
        ],
    );
    check(
        r#"{"service": {"name": "a", "check": {"CheckID": "c", "ttl": "5s"}}}"#,
        &["service.check.CheckID: Consul knows no field CheckID there; is id meant?"],
    );
    check(
        r#"{"service": {"name": "a", "EnableTagOverride": true}}"#,
        &["service.EnableTagOverride: Consul knows no field EnableTagOverride there; is enable_tag_override meant?"],
    );
    check(r#"{"service": {"name": "a"}, "data_dir": "/tmp"}"#, &["data_dir: Consul knows no field data_dir there"]);
    check(
        r#"{"Name": "a", "Proxy": {"Upstreams": [{"Nope": 1}]}}"#,
        &["Proxy.Upstreams[0].Nope: Consul knows no field Nope there"],
    );
    check(r#"{"Name": "a", "name": "b"}"#, &["name: the same as Name, which is there too"]);
    check(
        r#"{"Name": "a", "Check": {"TTL": "5s", "Args": [], "ScriptArgs": []}}"#,
        &["Check.ScriptArgs: the same as Args, which is there too"],
    );
    // Wrong types, by place.
    check(r#"{"Name": 5}"#, &["Name: has to be a string, not a number"]);
    check(r#"{"Name": "a", "Port": "80"}"#, &["Port: has to be a whole number, not a string"]);
    check(r#"{"Name": "a", "Port": 8.0}"#, &["Port: has to be a whole number, not a number with a point"]);
    check(r#"{"service": {"name": "a", "port": 8.0}}"#, &[]);
    check(r#"{"Name": "a", "Tags": "b"}"#, &["Tags: has to be a list of strings, not a string"]);
    check(r#"{"Name": "a", "Tags": ["b", 1]}"#, &["Tags[1]: has to be a string, not a number"]);
    check(r#"{"Name": "a", "Meta": {"k": 1}}"#, &["Meta.k: has to be a string, not a number"]);
    check(r#"{"Name": "a", "Checks": {}}"#, &["Checks: has to be a list of objects, not an object"]);
    check(r#"{"Name": "a", "Checks": [null]}"#, &["Checks[0]: has to be an object, not null"]);
    check(
        r#"{"Name": "a", "Check": {"HTTP": "http://a", "Interval": "1s", "Header": {"a": "b"}}}"#,
        &["Check.Header.a: has to be a list of strings, not a string"],
    );
    check(r#"{"services": {"name": "a"}}"#, &["services: has to be a list of services, not an object"]);
    check("7", &["has to be an object or a list of them, not a number"]);
    check("[7]", &["[0]: has to be an object, not a number"]);
    check("[]", &["there is no service in it"]);
    check(r#"{"services": []}"#, &["there is no service in it"]);
    check("{", &["no JSON: EOF while parsing an object at line 1 column 1"]);
    // Durations.
    check(
        r#"{"Name": "a", "Check": {"TTL": "5"}}"#,
        &["Check.TTL: \"5\" is no duration; one is written like 5s, 1m30s, 500ms"],
    );
    check(
        r#"{"service": {"name": "a", "check": {"ttl": 10}}}"#,
        &["service.check.ttl: has to be a duration like \"5s\", not a number"],
    );
    check(r#"{"Name": "a", "Check": {"TCP": "a:1", "Interval": "-5s"}}"#, &["Check.Interval: -5s is less than zero"]);
    // Rules.
    check("{}", &["Name: a service needs a name"]);
    check(r#"{"service": {}}"#, &["service.name: a service needs a name"]);
    check(r#"{"Name": "a", "Port": -1}"#, &["Port: -1 is no port; ports go from 0 to 65535"]);
    check(r#"{"Name": "a", "Port": 65536}"#, &["Port: 65536 is no port; ports go from 0 to 65535"]);
    check(
        r#"{"Name": "a", "Address": "0.0.0.0"}"#,
        &["Address: 0.0.0.0 is every address of a machine, so nobody could call it (Consul refuses it)"],
    );
    check(
        r#"{"Name": "a", "Weights": {"Warning": 5}}"#,
        &["Weights: 0 is no weight; they go from 1 (0 for Warning) to 65535"],
    );
    check(r#"{"Name": "a", "Check": {"TCP": "b:1"}}"#, &[&format!("Check.Interval: {interval}")]);
    check(r#"{"service": {"name": "a"}, "check": {"grpc": "b:1"}}"#, &[&format!("check.interval: {interval}")]);
    check(
        r#"{"Name": "a", "Check": {"TTL": "5s", "Interval": "5s"}}"#,
        &["Check.Interval: a TTL check has no interval"],
    );
    check(
        r#"{"Name": "a", "Check": {"TTL": "5s", "TCP": "b:1", "Interval": "5s"}}"#,
        &["Check: a check does one thing: TTL or TCP"],
    );
    check(
        r#"{"Name": "a", "Check": {"AliasService": "b", "TTL": "5s"}}"#,
        &["Check: a check does one thing: TTL or AliasService"],
    );
    check(
        r#"{"Name": "a", "Check": {"TTL": "5s", "Status": "maintenance"}}"#,
        &["Check.Status: \"maintenance\" is none of passing, warning, critical"],
    );
    check(
        r#"{"Name": "a", "Check": {"TTL": "5s", "OutputMaxSize": -1}}"#,
        &["Check.OutputMaxSize: -1 is less than zero"],
    );
    check(
        r#"{"Name": "a", "Checks": [{"CheckID": "c", "TTL": "5s"}, {"CheckID": "c", "TTL": "5s"}]}"#,
        &["Checks[1].CheckID: a check before it has the id c too, and would be replaced"],
    );
    check(
        r#"[{"Name": "a"}, {"Name": "b", "ID": "a"}]"#,
        &["[1]: a service before it has the id a too, and would be replaced"],
    );
    check(
        r#"{"Name": "a", "Kind": "connect-proxy"}"#,
        &["Proxy: a connect-proxy has to name the service that it stands for", "Port: a connect-proxy needs a port"],
    );
    check(
        r#"{"services": [{"name": "a"}, {"name": "b"}], "check": {"ttl": "5s"}}"#,
        &["check: a check beside several services has to say by service_id whose it is"],
    );
    check(
        r#"{"service": {"name": "a"}, "check": {"ttl": "5s", "service_id": "b"}}"#,
        &["check: there is no service b beside this check"],
    );
    let kinds = faults(r#"{"Name": "a", "Check": {"Name": "c"}}"#);
    assert!(kinds[0].starts_with("Check: a check has to say what it does: TCP, HTTP, GRPC"), "{kinds:?}");
}

#[test]
fn metadata_has_limits() {
    let check = |meta: &[(&str, &str)], expect: &[FaultKind]| {
        let meta = meta.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let registration = Registration { name: "a".to_owned(), meta, ..Registration::default() };
        let found: Vec<_> = registration.check().into_iter().map(|fault| fault.kind).collect();
        assert_eq!(found, expect);
    };
    let (fits, long) = ("k".repeat(128), "k".repeat(129));
    check(&[("a_b-C9", ""), (&fits, &"v".repeat(512)), ("c", &"中".repeat(170))], &[]);
    check(&[("", "v")], &[FaultKind::MetaKeyEmpty]);
    check(&[("a.b", "v")], &[FaultKind::MetaKeyCharacters("a.b".to_owned())]);
    check(&[("中", "v")], &[FaultKind::MetaKeyCharacters("中".to_owned())]);
    check(&[("consul-x", "v")], &[FaultKind::MetaKeyReserved("consul-x".to_owned())]);
    check(&[(&long, "v")], &[FaultKind::MetaKeyLong(long.clone())]);
    check(&[("a", &"中".repeat(171))], &[FaultKind::MetaValueLong("a".to_owned())]);
    check(&[("a", "1"), ("a", "2")], &[FaultKind::MetaKeyTwice("a".to_owned())]);
    let many: Vec<String> = (0..65).map(|number| number.to_string()).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|key| (key.as_str(), "v")).collect();
    check(&many[..64], &[]);
    check(&many, &[FaultKind::MetaCount(65)]);
}

#[test]
fn what_consul_takes_and_does_otherwise_is_said_and_sent() {
    let read = read(r#"{"Name": "user.rpc", "Check": {"TTL": "5s", "DeregisterCriticalServiceAfter": "10s"}}"#);
    assert!(read.is_sound());
    let kinds: Vec<_> = read.faults.into_iter().map(|fault| fault.kind).collect();
    assert_eq!(
        kinds,
        [FaultKind::NoDnsName("user.rpc".to_owned()), FaultKind::DeregisterSoon(Duration::from_secs(10))]
    );
}

#[test]
fn one_like_another() {
    let check = |kind, is_node| crate::registry::Check {
        name: "its check".to_owned(),
        kind,
        is_node,
        interval: Some(Duration::from_secs(5)),
        ..crate::registry::Check::default()
    };
    let instance = Instance {
        key: crate::registry::InstanceKey { service: "User".to_owned(), id: "9001".to_owned(), ..Default::default() },
        address: "::1".to_owned(),
        port: 9001,
        tags: vec!["user".to_owned()],
        meta: [("version".to_owned(), "1".to_owned())].into(),
        weights: (1, 1),
        tagged_addresses: [
            ("lan_ipv4".to_owned(), "127.0.0.1:9001".to_owned()),
            ("grpc".to_owned(), "grpc://1.2.3.4:5".to_owned()),
            ("side".to_owned(), "[::2]:6".to_owned()),
        ]
        .into(),
        checks: vec![check(CheckKind::Grpc, false), check(CheckKind::Serf, true), check(CheckKind::Docker, false)],
        ..Instance::default()
    };
    let like = Registration::from(&instance);
    assert_eq!(like.check(), []);
    assert_eq!((like.name.as_str(), like.id.as_str(), like.address.as_str(), like.port), ("User", "", "::1", 9001));
    assert_eq!(like.weights, None);
    assert_eq!(
        like.tagged_addresses,
        [("grpc".to_owned(), ("grpc://1.2.3.4:5".to_owned(), 5)), ("side".to_owned(), ("::2".to_owned(), 6))].into()
    );
    assert_eq!(like.checks.len(), 1);
    assert_eq!(like.checks[0].does, CheckDoes::Grpc { target: "[::1]:9001".to_owned(), use_tls: false });
}

proptest::proptest! {
    /// Whatever a file holds: no panic, and either a fault or something that reads again as itself.
    #[test]
    fn any_text(text in r#"[\[\]{}":, a-zA-Z0-9_.\-\\]{0,200}"#) {
        read(&text);
    }

    #[test]
    fn any_duration(text in "[0-9.+\\-nuµmsh]{0,20}") {
        if let Some(nanos) = span::parse_nanos(&text).and_then(|nanos| u64::try_from(nanos).ok()) {
            let time = Duration::from_nanos(nanos);
            // Hundreds of years are more than a float holds to the nanosecond.
            if nanos < 1 << 50 {
                proptest::prop_assert_eq!(span::parse_nanos(&go_duration(time)), i64::try_from(nanos).ok());
            }
        }
    }
}
