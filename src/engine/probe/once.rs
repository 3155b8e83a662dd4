//! One probe of one instance, and what is kept from one to the next.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use futures_util::future::join_all;
use prost::Message as _;
use tokio::time::timeout;

use super::judge::{self, HealthCheckRequest};
use crate::call::{self, CallOutcome, CallRequest, Code, Encoding, Limits, Metadata};
use crate::engine::{EndedCall, Endpoint, Reflector, load_options};
use crate::registry::{
    GrpcFact, ReflectionFact, TcpFact, TlsFact, WireFacts, WireFault, WireFaultKind, WireHealth, WireSchema,
};
use crate::schema::{ReflectionSource, SchemaError, Source as _, canonical_schema, is_infrastructure};
use crate::transport::{Channel, ConnectEvent, ConnectOptions, Failure, Observer, Pool, Security, Target, TlsReport};

/// How long one probe may take if nothing else is said.
pub const PROBE_PATIENCE: Duration = Duration::from_secs(3);

const CHECK: &str = "/grpc.health.v1.Health/Check";
/// An answer is far smaller.
const MOST_BYTES: usize = 1 << 20;
/// A server that lists more services is asked about the first so many.
const MOST_SERVICES: usize = 64;
/// The middle is that of so many round trips.
const ROUND_TRIPS: usize = 20;
/// A server does not change its schema while a connection to it stands, unless something stands between.
const SCHEMA_STAYS: Duration = Duration::from_mins(1);
/// How long a port may take that is tried once more, to tell a hung server from one that is gone.
const TCP_AGAIN: Duration = Duration::from_secs(1);

/// Schemas by hash: thousands of instances serve the same few.
#[derive(Debug, Default)]
pub(super) struct Schemas(Mutex<HashMap<String, Weak<WireSchema>>>);

impl Schemas {
    fn shared(&self, hash: String, text: String) -> Arc<WireSchema> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(schema) = known.get(&hash).and_then(Weak::upgrade) {
            return schema;
        }
        known.retain(|_, schema| schema.strong_count() > 0);
        let schema = Arc::new(WireSchema { hash: hash.clone(), text });
        known.insert(hash, Arc::downgrade(&schema));
        schema
    }
}

/// Probes one instance again and again.
pub struct Probe {
    pool: Pool,
    endpoint: Endpoint,
    /// Read once: files do not change under a probe.
    way: Option<Result<(Target, ConnectOptions), String>>,
    patience: Duration,
    schemas: Arc<Schemas>,
    round_trips: VecDeque<Duration>,
    seen: Option<Seen>,
    keeps: bool,
}

/// What stays of the connection that was there the last time.
#[derive(Clone)]
struct Seen {
    connection_id: u64,
    connect: Option<Duration>,
    at: Instant,
    reflection: ReflectionFact,
    services: Vec<String>,
    schema: Option<Arc<WireSchema>>,
}

impl std::fmt::Debug for Probe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Probe").field("address", &self.endpoint.address).finish_non_exhaustive()
    }
}

/// Probes an instance once; `endpoint.address` is its `host:port`. Never fails: what cannot be had is a fact.
pub async fn probe_once(pool: &Pool, endpoint: Endpoint, patience: Duration) -> WireFacts {
    Probe::new(pool.clone(), endpoint, patience, Arc::default()).run(true).await.0
}

/// Takes down what happens while a connection is made.
#[derive(Default)]
struct Listener(Mutex<Noted>);

#[derive(Clone, Default)]
struct Noted {
    connect: Option<Duration>,
    tcp: Option<TcpFact>,
    tls: Option<Arc<TlsReport>>,
    resolved: bool,
}

impl Listener {
    fn noted(&self) -> Noted {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Observer for Listener {
    fn connect_event(&self, event: ConnectEvent) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            ConnectEvent::Resolve { failure, .. } => noted.resolved = failure.is_none(),
            ConnectEvent::Connect { started, ended, failure, .. } => match failure {
                None => {
                    noted.connect.get_or_insert(ended.saturating_duration_since(started));
                    noted.tcp = Some(TcpFact::Open);
                }
                Some(failure) if noted.tcp != Some(TcpFact::Open) => noted.tcp = Some(judge::tcp_of(&failure)),
                Some(_) => {}
            },
            ConnectEvent::Tls { report, .. } => noted.tls = Some(report),
            ConnectEvent::Http2 { .. } => {}
        }
    }
}

/// Where a probe ended up before it could ask.
enum Reached {
    /// At a connection.
    Open(Channel),
    /// At nothing; the facts are complete.
    Nothing,
}

impl Probe {
    /// Nothing happens yet.
    pub(super) fn new(pool: Pool, endpoint: Endpoint, patience: Duration, schemas: Arc<Schemas>) -> Self {
        Self { pool, endpoint, way: None, patience, schemas, round_trips: VecDeque::new(), seen: None, keeps: true }
    }

    /// Probes, and gives the channel that answered, for a watch. `keeps`: the connection stays until the next probe, and
    /// another one then is news; else only time tells how old a schema is.
    pub(super) async fn run(&mut self, keeps: bool) -> (WireFacts, Option<Channel>) {
        self.keeps = keeps;
        let began = Instant::now();
        let mut facts = WireFacts::unknown(SystemTime::now());
        let reached = self.reach(&mut facts, began + self.patience).await;
        let channel = match reached {
            Reached::Open(channel) => {
                self.ask(&channel, &mut facts, began + self.patience).await;
                Some(channel)
            }
            Reached::Nothing => None,
        };
        facts.round_trip_p50 = judge::middle(self.round_trips.iter());
        facts.took = began.elapsed();
        facts.at = SystemTime::now();
        (facts, channel)
    }

    async fn way(&mut self) -> Result<(Target, ConnectOptions), String> {
        if let Some(way) = &self.way {
            return way.clone();
        }
        let endpoint = self.endpoint.clone();
        let loaded = tokio::task::spawn_blocking(move || load_options(&endpoint)).await;
        let way = match loaded {
            Ok(loaded) => loaded.map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        self.way.insert(way).clone()
    }

    async fn reach(&mut self, facts: &mut WireFacts, until: Instant) -> Reached {
        if self.endpoint.address.ends_with(":0") {
            facts.tcp = TcpFact::NoPort;
            return Reached::Nothing;
        }
        let (target, options) = match self.way().await {
            Ok(way) => way,
            Err(why) => {
                facts.tcp = TcpFact::Failed(WireFault { kind: WireFaultKind::Settings, said: why });
                return Reached::Nothing;
            }
        };
        let listener = Listener::default();
        let channel = self.pool.channel(&target, &options);
        match connect(&channel, &listener, until).await {
            Some(Ok(info)) => {
                self.opened(facts, &listener.noted(), &channel, info.id, info.tls.as_deref(), None);
                Reached::Open(channel)
            }
            Some(Err(failure)) if judge::is_certificate_fault(&failure.kind) => {
                let fault = judge::brief(&failure);
                // On a connection of its own, which shows nobody's certificate and which no call uses.
                let mut unverified = options.clone();
                unverified.tls.skip_verify = true;
                unverified.tls.client = None;
                let target = Target { security: Security::Tls, ..target };
                let channel = self.pool.channel(&target, &unverified);
                match connect(&channel, &listener, until).await {
                    Some(Ok(info)) => {
                        let (noted, tls) = (listener.noted(), info.tls.as_deref());
                        self.opened(facts, &noted, &channel, info.id, tls, Some(fault));
                        Reached::Open(channel)
                    }
                    Some(Err(second)) => self.failed(facts, &listener.noted(), &second),
                    None => self.silent(facts, &listener.noted()),
                }
            }
            Some(Err(failure)) => self.failed(facts, &listener.noted(), &failure),
            None => self.silent(facts, &listener.noted()),
        }
    }

    /// A connection stands.
    fn opened(
        &mut self,
        facts: &mut WireFacts,
        noted: &Noted,
        channel: &Channel,
        connection_id: u64,
        tls: Option<&TlsReport>,
        fault: Option<String>,
    ) {
        facts.tcp = TcpFact::Open;
        facts.tls = tls.map_or(TlsFact::Plaintext, |report| judge::tls_of(report, fault, now_s()));
        if self.keeps && self.seen.as_ref().is_some_and(|seen| seen.connection_id != connection_id) {
            self.seen = None;
        }
        // A connection that was there already was made some time, and its steps are remembered.
        let earlier = || {
            channel.steps(connection_id).into_iter().find_map(|step| match step {
                ConnectEvent::Connect { started, ended, failure: None, .. } => {
                    Some(ended.saturating_duration_since(started))
                }
                _ => None,
            })
        };
        facts.connect = noted.connect.or_else(|| self.seen.as_ref().and_then(|seen| seen.connect)).or_else(earlier);
        let connect = facts.connect;
        self.seen.get_or_insert_with(|| Seen {
            connection_id,
            connect,
            at: Instant::now(),
            reflection: ReflectionFact::NotAsked,
            services: Vec::new(),
            schema: None,
        });
    }

    /// It broke on the way.
    fn failed(&mut self, facts: &mut WireFacts, noted: &Noted, failure: &Failure) -> Reached {
        self.seen = None;
        facts.tcp = noted.tcp.clone().unwrap_or_else(|| judge::tcp_of(failure));
        facts.connect = noted.connect;
        facts.grpc = judge::of_failure(failure);
        let report = failure.tls.as_deref().or(noted.tls.as_deref());
        facts.tls = match failure.stage {
            crate::transport::Stage::Tls => match report.filter(|report| report.version.is_some()) {
                // The handshake was done; what was wanted after it was not.
                Some(report) => judge::tls_of(report, None, now_s()),
                None => judge::failed_tls(report, judge::brief(failure), now_s()),
            },
            stage if stage < crate::transport::Stage::Tls => TlsFact::NotReached,
            _ if failure.tls.is_some() => {
                report.map_or(TlsFact::NotReached, |report| judge::tls_of(report, None, now_s()))
            }
            _ => TlsFact::Plaintext,
        };
        Reached::Nothing
    }

    /// The time was over before anything was said.
    fn silent(&mut self, facts: &mut WireFacts, noted: &Noted) -> Reached {
        self.seen = None;
        facts.tcp = noted.tcp.clone().unwrap_or(TcpFact::TimedOut);
        facts.connect = noted.connect;
        facts.grpc = if facts.tcp == TcpFact::Open { GrpcFact::Silent } else { GrpcFact::NotReached };
        Reached::Nothing
    }

    async fn ask(&mut self, channel: &Channel, facts: &mut WireFacts, until: Instant) {
        let began = Instant::now();
        let outcome = health(channel, "", until).await;
        let answered = began.elapsed();
        (facts.health, facts.grpc) = judge::of_health(&outcome);
        if facts.health == WireHealth::Unreachable {
            self.seen = None;
            self.look_again(facts).await;
            return;
        }
        facts.round_trip = Some(answered);
        self.round_trips.truncate(ROUND_TRIPS - 1);
        self.round_trips.push_front(answered);
        self.reflect(channel, facts, until).await;
        if facts.health == WireHealth::Unimplemented {
            return;
        }
        let asked = facts.services.iter().take(MOST_SERVICES);
        let answers = join_all(asked.map(|service| health(channel, service, until))).await;
        let named = facts.services.iter().zip(answers);
        facts.services_health = named
            // Who was not answered in time says nothing about itself.
            .map(|(service, outcome)| (service.clone(), judge::of_health(&outcome).0))
            .filter(|(_, health)| *health != WireHealth::Unreachable)
            .collect::<BTreeMap<_, _>>();
    }

    /// On a connection that stood: whether there still is somebody.
    async fn look_again(&mut self, facts: &mut WireFacts) {
        let Ok((target, _)) = self.way().await else { return };
        let crate::transport::Address::Tcp { host, port } = target.address else { return };
        facts.tcp = match timeout(TCP_AGAIN, tokio::net::TcpStream::connect((host.as_str(), port))).await {
            Err(_) => TcpFact::TimedOut,
            Ok(Ok(_)) => TcpFact::Open,
            Ok(Err(error)) => match error.kind() {
                std::io::ErrorKind::ConnectionRefused => TcpFact::Refused,
                std::io::ErrorKind::HostUnreachable | std::io::ErrorKind::NetworkUnreachable => TcpFact::Unreachable,
                _ => TcpFact::Failed(WireFault { kind: WireFaultKind::Other, said: error.to_string() }),
            },
        };
        if facts.tcp != TcpFact::Open {
            facts.grpc = GrpcFact::NotReached;
        }
    }

    async fn reflect(&mut self, channel: &Channel, facts: &mut WireFacts, until: Instant) {
        let known = self
            .seen
            .as_ref()
            .filter(|seen| seen.reflection != ReflectionFact::NotAsked && seen.at.elapsed() < SCHEMA_STAYS);
        if let Some(seen) = known {
            facts.reflection = seen.reflection.clone();
            facts.services.clone_from(&seen.services);
            facts.schema.clone_from(&seen.schema);
            return;
        }
        let patience = until.saturating_duration_since(Instant::now());
        let reflector = Reflector::new(channel.clone(), Metadata::new(), Some(patience.into()));
        let source = ReflectionSource::new(Arc::new(reflector), &self.endpoint.address);
        match source.outline().await {
            Ok(outline) => {
                let version = outline.kind.rsplit(' ').next().unwrap_or_default();
                facts.reflection = ReflectionFact::Yes(version.to_owned());
                let mut names = source.service_names().await.unwrap_or_default();
                names.retain(|name| !is_infrastructure(name));
                names.sort_unstable();
                facts.services = names;
                match canonical_schema(&source, &facts.services).await {
                    Ok(schema) => facts.schema = Some(self.schemas.shared(schema.hash, schema.text)),
                    Err(error) => facts.reflection = ReflectionFact::Failed(error.to_string()),
                }
            }
            Err(error) => facts.reflection = refused(&error),
        }
        if let Some(seen) = &mut self.seen {
            seen.at = Instant::now();
            seen.reflection = facts.reflection.clone();
            seen.services.clone_from(&facts.services);
            seen.schema.clone_from(&facts.schema);
        }
    }
}

/// `None`: the time was over.
async fn connect(
    channel: &Channel,
    listener: &Listener,
    until: Instant,
) -> Option<Result<crate::transport::ConnectionInfo, Arc<Failure>>> {
    tokio::time::timeout_at(until.into(), channel.connect(listener)).await.ok()
}

pub(super) fn request(path: &str, until: Option<Instant>, server_streaming: bool) -> CallRequest {
    CallRequest {
        path: path.to_owned(),
        client_streaming: false,
        server_streaming,
        metadata: Metadata::new(),
        deadline: until.map(|until| until.saturating_duration_since(Instant::now()).into()),
        limits: Limits { receive_bytes: MOST_BYTES, send_bytes: MOST_BYTES },
        compress: Encoding::Identity,
    }
}

async fn health(channel: &Channel, service: &str, until: Instant) -> CallOutcome {
    let question = HealthCheckRequest { service: service.to_owned() }.encode_to_vec();
    call::unary(channel, request(CHECK, Some(until), false), question.into()).await
}

fn refused(error: &SchemaError) -> ReflectionFact {
    let SchemaError::Reflection(failure) = error else { return ReflectionFact::Failed(error.to_string()) };
    let ended = failure.source.as_ref().and_then(|source| source.downcast_ref::<EndedCall>());
    match ended {
        Some(ended) if ended.0.code == Code::UNIMPLEMENTED => ReflectionFact::None,
        Some(ended) => ReflectionFact::Failed(ended.0.code.name()),
        None if failure.code == Code::UNIMPLEMENTED.0 => ReflectionFact::None,
        None => ReflectionFact::Failed(failure.message.clone()),
    }
}

/// Seconds since 1970-01-01 UTC.
fn now_s() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(0))
}
