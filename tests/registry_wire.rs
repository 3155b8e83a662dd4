//! What the wire says of instances that serve, do not, are gone, hang, speak something else; and how soon it is known.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;
#[allow(unreachable_pub, reason = "shared with other tests")]
mod wire_support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use common::Party;
use proconsul::engine::{Endpoint, ProbeRate, Prober, probe_once, schema_changes};
use proconsul::registry::{GrpcFact, InstanceKey, ReflectionFact, TcpFact, TlsFact, WireFacts, WireHealth, drift};
use proconsul::schema::{DescriptorSetSource, canonical_schema};
use proconsul::transport::Pool;
use tokio::sync::mpsc;
use tonic_health::ServingStatus;
use wire_support::{Has, Server, demo, refusing, stranger};

/// Long enough for a busy machine, short enough for those that hang.
const PATIENCE: Duration = Duration::from_secs(2);

async fn probe(address: impl std::fmt::Display) -> WireFacts {
    probe_once(&Pool::default(), Endpoint::new(address.to_string()), PATIENCE).await
}

fn key(id: &str) -> InstanceKey {
    InstanceKey { service: "User".to_owned(), id: id.to_owned(), ..InstanceKey::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_with_all_there_is() {
    let server = Server::start(Has::default());
    let facts = probe(server.address).await;
    assert_eq!(facts.health, WireHealth::Serving, "{facts:?}");
    assert_eq!((&facts.tcp, &facts.tls, &facts.grpc), (&TcpFact::Open, &TlsFact::Plaintext, &GrpcFact::Spoken));
    assert_eq!(facts.reflection, ReflectionFact::Yes("v1".to_owned()));
    assert_eq!(facts.services, ["pb.Hello"], "the machinery's own are left out");
    assert_eq!(facts.services_health.get("pb.Hello"), Some(&WireHealth::Serving));
    assert!(facts.connect.is_some() && facts.round_trip.is_some() && facts.round_trip_p50.is_some(), "{facts:?}");
    let schema = facts.schema.unwrap();
    assert!(schema.text.contains("rpc Welcome(In) returns (Out);"), "{}", schema.text);
    assert_eq!((schema.hash.len(), schema.short().len()), (64, 6));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_of_health() {
    let server = Server::start(Has { health: Some(ServingStatus::NotServing), ..Has::default() });
    assert_eq!(probe(server.address).await.health, WireHealth::NotServing);
    // One service of a server that serves as a whole.
    server.says("", ServingStatus::Serving).await;
    let facts = probe(server.address).await;
    assert_eq!((facts.health.clone(), facts.failing_service()), (WireHealth::Serving, Some("pb.Hello")));
    let bare = Server::start(Has { health: None, reflection: false, ..Has::default() });
    let facts = probe(bare.address).await;
    assert_eq!((&facts.health, &facts.grpc), (&WireHealth::Unimplemented, &GrpcFact::Spoken), "{facts:?}");
    assert_eq!((facts.reflection.clone(), facts.schema_hash()), (ReflectionFact::None, None));
}

/// A certificate that nobody trusts is a fact, not the end of the probe.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_that_is_not_trusted() {
    let demo = demo().await;
    let facts = probe(demo.tls_addr).await;
    let TlsFact::Tls { version, certificate } = &facts.tls else { panic!("{facts:?}") };
    assert_eq!(version, "TLS 1.3");
    let certificate = certificate.as_ref().unwrap();
    assert!(!certificate.verified && certificate.fault.is_some(), "{certificate:?}");
    assert!(certificate.days_left > 0 && certificate.sha256.len() == 64, "{certificate:?}");
    assert_eq!((&facts.tcp, &facts.grpc), (&TcpFact::Open, &GrpcFact::Spoken));
    assert!(matches!(facts.reflection, ReflectionFact::Yes(_)), "{facts:?}");
    // One that is trusted is verified, and serves calls with the same settings.
    let pool = Pool::default();
    let mut endpoint = Endpoint::new(demo.tls_addr.to_string());
    endpoint.tls.ca =
        proconsul::engine::CaChoice::Given { pem: demo.certificate_pem.clone(), label: "the demo's".to_owned() };
    endpoint.tls.server_name = Some(demo.server_name.to_owned());
    let facts = probe_once(&pool, endpoint.clone(), PATIENCE).await;
    assert!(facts.tls.certificate().unwrap().verified, "{facts:?}");
    let (target, options) = proconsul::engine::load_options(&endpoint).unwrap();
    let shared = pool.channel(&target, &options).open_connection().expect("the probe's connection");
    assert!(shared.reused);
    demo.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_grpc() {
    let (kept, refuses) = refusing();
    let facts = probe(refuses).await;
    assert_eq!((&facts.tcp, &facts.grpc), (&TcpFact::Refused, &GrpcFact::NotReached), "{facts:?}");
    assert_eq!((facts.health, facts.tls), (WireHealth::Unreachable, TlsFact::NotReached));
    drop(kept);

    let began = Instant::now();
    let facts = probe(stranger("").await).await;
    assert_eq!((&facts.tcp, &facts.grpc), (&TcpFact::Open, &GrpcFact::Silent), "{facts:?}");
    assert_eq!(facts.health, WireHealth::Unreachable);
    assert!(began.elapsed() < PATIENCE * 2, "a hung server is given up in time");

    let facts = probe(stranger("HTTP/1.1 400 Bad Request\r\n\r\n").await).await;
    assert_eq!((&facts.tcp, &facts.health), (&TcpFact::Open, &WireHealth::Unreachable), "{facts:?}");
    let GrpcFact::Foreign(seen) = &facts.grpc else { panic!("{facts:?}") };
    assert!(seen.to_string().contains("HTTP/1.1 400"), "{seen}");

    let facts = probe("127.0.0.1:0").await;
    assert_eq!((facts.tcp, facts.health), (TcpFact::NoPort, WireHealth::Unreachable));
}

/// The same schema has the same hash, whoever serves it and by whichever version of reflection.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hashes_of_other_languages() {
    for (party, set, services, version) in [
        (Party::library(), "library.protoset", vec!["library.v1.Library".to_owned()], "v1alpha"),
        (Party::depot(&[]), "depot.protoset", vec!["depot.v1.Depot".to_owned()], "v1"),
    ] {
        let set = std::fs::read(common::parties_dir().join(set)).unwrap();
        let source = DescriptorSetSource::from_bytes(&set, "protoc").unwrap();
        let expect = canonical_schema(&source, &services).await.unwrap();
        let facts = probe(party.address()).await;
        assert_eq!(facts.reflection, ReflectionFact::Yes(version.to_owned()), "{facts:?}");
        let schema = facts.schema.clone().unwrap();
        assert_eq!(schema_changes(&expect.text, &schema.text), [], "{}", schema.text);
        assert_eq!(schema.hash, expect.hash);
        assert_eq!(facts.services, services);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn schemas_that_drift() {
    let servers = [Has::default(), Has { zone: true, ..Has::default() }, Has::default()].map(Server::start);
    let mut served = Vec::new();
    let mut texts = Vec::new();
    for server in &servers {
        let facts = probe(server.address).await;
        served.push((key(&server.port().to_string()), facts.schema_hash().unwrap().to_owned()));
        texts.push(facts.schema.unwrap().text.clone());
    }
    let found = drift(&served).unwrap();
    assert_eq!((found.usual_count, found.others.len()), (2, 1));
    assert_eq!(found.others[0].1, [key(&servers[1].port().to_string())]);
    let changes: Vec<_> = schema_changes(&texts[0], &texts[1]).iter().map(ToString::to_string).collect();
    assert_eq!(changes, ["Out has one field more, string zone = 2"]);
}

/// A prober, and what it tells.
struct Told {
    prober: Prober,
    inbox: mpsc::Receiver<(InstanceKey, Arc<WireFacts>)>,
}

impl Told {
    fn new(interval: Duration) -> Self {
        let (tell, inbox) = mpsc::channel(16);
        let rate = ProbeRate { interval, patience: PATIENCE, at_once: 8 };
        Self { prober: Prober::new(Pool::default(), rate, tell), inbox }
    }

    fn set(&self, instances: &[(&str, String)]) {
        let instances = instances.iter().map(|(id, address)| (key(id), Endpoint::new(address))).collect();
        self.prober.set(instances);
    }

    /// The next facts about `id` that `is` takes.
    async fn next(&mut self, id: &str, is: impl Fn(&WireFacts) -> bool) -> Arc<WireFacts> {
        let mut seen = Vec::new();
        let waiting = async {
            loop {
                let (found, facts) = self.inbox.recv().await.expect("a prober");
                if found == key(id) {
                    if is(&facts) {
                        return facts;
                    }
                    seen.push(facts);
                }
            }
        };
        let found = tokio::time::timeout(Duration::from_secs(20), waiting).await;
        found.unwrap_or_else(|_| panic!("nothing of the kind was told of {id}: {seen:#?}"))
    }
}

/// With a minute between probes: what changes is known by Watch, and so is the end of the process.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_is_known_at_once() {
    let mut server = Server::start(Has::default());
    let mut told = Told::new(Duration::from_mins(1));
    told.set(&[("9001", server.address.to_string())]);
    told.next("9001", |facts| facts.health == WireHealth::Serving).await;
    let began = Instant::now();
    server.says("", ServingStatus::NotServing).await;
    told.next("9001", |facts| facts.health == WireHealth::NotServing).await;
    server.says("", ServingStatus::Serving).await;
    told.next("9001", |facts| facts.health == WireHealth::Serving).await;
    server.says("pb.Hello", ServingStatus::NotServing).await;
    told.next("9001", |facts| facts.failing_service() == Some("pb.Hello")).await;
    let address = server.address;
    server.kill();
    let facts = told.next("9001", |facts| facts.health == WireHealth::Unreachable).await;
    assert_eq!(facts.tcp, TcpFact::Refused);
    assert!(began.elapsed() < Duration::from_secs(20), "no probe was due meanwhile");
    // Asked for, it is probed again.
    let _again = Server::start_at(Has::default(), address);
    told.prober.now();
    told.next("9001", |facts| facts.health == WireHealth::Serving).await;
}

/// Where Check wants a token and Watch does not, what Watch says stays: a refused question is no word on health.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_check_is_no_word() {
    let demo = demo().await;
    let address = demo.tls_addr.to_string();
    let mut told = Told::new(Duration::from_millis(100));
    told.set(&[("9001", address)]);
    let first = told.next("9001", |_| true).await;
    assert_eq!(first.health, WireHealth::Status("UNKNOWN".to_owned()), "it wants a token");
    told.next("9001", |facts| facts.health == WireHealth::Serving).await;
    for _ in 0..4 {
        let facts = told.next("9001", |_| true).await;
        assert_eq!(facts.health, WireHealth::Serving, "{facts:?}");
    }
}

/// One that hangs holds up none; one that comes back is seen by the next probe.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_hung_instance_holds_up_none() {
    let serving = Server::start(Has::default());
    let hung = stranger("").await;
    let mut told = Told::new(Duration::from_millis(300));
    told.set(&[("hung", hung.to_string()), ("good", serving.address.to_string())]);
    let began = Instant::now();
    for _ in 0..3 {
        told.next("good", |facts| facts.health == WireHealth::Serving).await;
    }
    assert!(began.elapsed() < PATIENCE, "three probes of the good one took {:?}", began.elapsed());
    told.next("hung", |facts| facts.grpc == GrpcFact::Silent).await;
    // Nobody looks any more: nothing is told.
    told.set(&[]);
    while told.inbox.try_recv().is_ok() {}
    assert!(tokio::time::timeout(Duration::from_millis(700), told.inbox.recv()).await.is_err());
}

/// A process that is stopped keeps its port open: the connection that stood is no proof of life.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_process() {
    let party = Party::depot(&[]);
    let mut told = Told::new(Duration::from_millis(300));
    told.set(&[("9001", party.address())]);
    let facts = told.next("9001", |facts| facts.grpc == GrpcFact::Spoken).await;
    common::signal(party.pid(), "STOP");
    let hung = told.next("9001", |facts| facts.health == WireHealth::Unreachable).await;
    assert_eq!((&hung.tcp, &hung.grpc), (&TcpFact::Open, &GrpcFact::Silent), "{hung:?}");
    common::signal(party.pid(), "CONT");
    let back = told.next("9001", |facts| facts.grpc == GrpcFact::Spoken).await;
    assert_eq!(back.schema_hash(), facts.schema_hash());
}
