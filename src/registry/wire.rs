//! What the wire itself says of an instance, and what it means when a registry says something else. Plain values and
//! pure functions: whoever asks the wire is the engine.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::{CheckKind, Health, Instance, InstanceKey, RegistryKind};

/// What one probe found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireFacts {
    /// When the probe ended.
    pub at: SystemTime,
    /// How long it took in all.
    pub took: Duration,
    /// Whether the port is open.
    pub tcp: TcpFact,
    /// How long TCP took to connect, when the connection was made.
    pub connect: Option<Duration>,
    /// Which security is spoken there.
    pub tls: TlsFact,
    /// Whether gRPC is.
    pub grpc: GrpcFact,
    /// What grpc.health.v1 says of the whole server.
    pub health: WireHealth,
    /// What it says of each service that reflection lists, infrastructure apart.
    pub services_health: BTreeMap<String, WireHealth>,
    /// Whether it reflects.
    pub reflection: ReflectionFact,
    /// Services that it lists, infrastructure apart, sorted.
    pub services: Vec<String>,
    /// Their schema.
    pub schema: Option<Arc<WireSchema>>,
    /// How long the health answer took on an open connection.
    pub round_trip: Option<Duration>,
    /// The middle of the last few of them.
    pub round_trip_p50: Option<Duration>,
}

/// Whether a port is open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum TcpFact {
    /// Not tried.
    #[default]
    NotTried,
    /// It is.
    Open,
    /// Nothing listens there.
    Refused,
    /// No answer in time.
    TimedOut,
    /// The host or network cannot be reached.
    Unreachable,
    /// There is no such name.
    NoSuchName,
    /// No port was registered, so there is nothing to try.
    NoPort,
    /// Something else.
    Failed(WireFault),
}

/// Why a connection did not come to be, or broke.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireFault {
    /// What happened, where `words` has something to say of it.
    pub kind: WireFaultKind,
    /// In English.
    pub said: String,
}

/// What happened to a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WireFaultKind {
    /// The server closed it.
    Closed,
    /// It broke.
    Broken,
    /// The server reset the request.
    Reset,
    /// The server is going away.
    GoAway,
    /// HTTP/2 was violated.
    Protocol,
    /// It had gone quiet, and a PING was not answered.
    Quiet,
    /// The server speaks no TLS.
    NoTls,
    /// The server wants TLS.
    WantsTls,
    /// No TLS version or cipher in common.
    NoCommonTls,
    /// The server's certificate is at fault.
    BadCertificate,
    /// The server wants a client certificate.
    WantsCertificate,
    /// The server refused our certificate.
    CertificateRefused,
    /// Our own settings cannot be used.
    Settings,
    /// Something else: what stands beside it.
    Other,
}

impl std::fmt::Display for WireFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.said)
    }
}

impl TcpFact {
    /// `open`, `refused`, `timed out`, `unreachable`, `no such name`, `no port`, `not tried`, `failed: …`.
    pub fn words(&self) -> String {
        match self {
            Self::NotTried => "not tried".to_owned(),
            Self::Open => "open".to_owned(),
            Self::Refused => "refused".to_owned(),
            Self::TimedOut => "timed out".to_owned(),
            Self::Unreachable => "unreachable".to_owned(),
            Self::NoSuchName => "no such name".to_owned(),
            Self::NoPort => "no port".to_owned(),
            Self::Failed(why) => format!("failed: {why}"),
        }
    }
}

/// Which security is spoken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum TlsFact {
    /// It did not come so far.
    #[default]
    NotReached,
    /// None: plaintext.
    Plaintext,
    /// TLS.
    Tls {
        /// `TLS 1.3`.
        version: String,
        /// The server's own certificate, if it showed one.
        certificate: Option<CertificateFacts>,
    },
    /// TLS was tried, and it failed: why, in English.
    Failed {
        /// Why.
        why: String,
        /// The certificate that came all the same.
        certificate: Option<CertificateFacts>,
    },
}

impl TlsFact {
    /// `plaintext`, `TLS 1.3`, `failed: …`, or nothing where it did not come so far.
    pub fn words(&self) -> Option<String> {
        match self {
            Self::NotReached => None,
            Self::Plaintext => Some("plaintext".to_owned()),
            Self::Tls { version, .. } => Some(version.clone()),
            Self::Failed { why, .. } => Some(format!("failed: {why}")),
        }
    }

    /// The server's certificate.
    pub fn certificate(&self) -> Option<&CertificateFacts> {
        match self {
            Self::Tls { certificate, .. } | Self::Failed { certificate, .. } => certificate.as_ref(),
            Self::NotReached | Self::Plaintext => None,
        }
    }
}

/// A server's certificate, as far as a table shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFacts {
    /// `CN=www.eline.com`.
    pub subject: String,
    /// Whole days until it ends; negative when it has.
    pub days_left: i64,
    /// Its end, seconds since 1970-01-01 UTC.
    pub not_after_unix_s: i64,
    /// SHA-256 of its DER bytes, lower-case hex.
    pub sha256: String,
    /// It is trusted with the settings of the probe.
    pub verified: bool,
    /// Why not, in English.
    pub fault: Option<String>,
}

/// Whether gRPC is spoken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum GrpcFact {
    /// The port could not be reached.
    #[default]
    NotReached,
    /// It is.
    Spoken,
    /// Something else is.
    Foreign(ForeignAnswer),
    /// The port took the connection, and then nothing came in time.
    Silent,
    /// The connection broke before HTTP/2 stood.
    Broken(WireFault),
}

/// What answers in the place of gRPC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ForeignAnswer {
    /// HTTP of another kind.
    Http {
        /// Its status.
        status: u16,
        /// Its `content-type`; may be empty.
        content_type: String,
    },
    /// No HTTP/2: its first bytes, printable.
    Bytes(String),
    /// TLS without HTTP/2.
    NoHttp2,
    /// HTTP/2 without gRPC's statuses.
    NoStatus,
}

impl std::fmt::Display for ForeignAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Http { status, content_type } if content_type.is_empty() => {
                write!(f, "HTTP status {status} without gRPC")
            }
            Self::Http { status, content_type } => write!(f, "HTTP status {status}, {content_type}"),
            Self::Bytes(seen) => write!(f, "it answered {seen:?}"),
            Self::NoHttp2 => f.write_str("TLS without HTTP/2"),
            Self::NoStatus => f.write_str("HTTP/2 without gRPC"),
        }
    }
}

/// A word of grpc.health.v1, or why there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WireHealth {
    /// SERVING.
    Serving,
    /// NOT_SERVING.
    NotServing,
    /// Another value of the enum, by name: UNKNOWN, SERVICE_UNKNOWN, a number.
    Other(String),
    /// The server has no health service.
    Unimplemented,
    /// It answered with this status instead: its name, NOT_FOUND.
    Status(String),
    /// Nothing answers, or something that speaks no gRPC.
    #[default]
    Unreachable,
}

impl WireHealth {
    /// `SERVING`, `NOT_SERVING`, `UNIMPLEMENTED`, `UNREACHABLE`, or the status's name.
    pub fn word(&self) -> &str {
        match self {
            Self::Serving => "SERVING",
            Self::NotServing => "NOT_SERVING",
            Self::Other(word) | Self::Status(word) => word,
            Self::Unimplemented => "UNIMPLEMENTED",
            Self::Unreachable => "UNREACHABLE",
        }
    }
}

/// Whether a server reflects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ReflectionFact {
    /// It did not come so far.
    #[default]
    NotAsked,
    /// `v1` or `v1alpha`.
    Yes(String),
    /// It has none.
    None,
    /// It refused, or what it said cannot be used: its words.
    Failed(String),
}

impl ReflectionFact {
    /// `v1`, `v1alpha`, `none`, `failed: …`, or nothing where it did not come so far.
    pub fn words(&self) -> Option<String> {
        match self {
            Self::NotAsked => None,
            Self::Yes(version) => Some(version.clone()),
            Self::None => Some("none".to_owned()),
            Self::Failed(why) => Some(format!("failed: {why}")),
        }
    }
}

/// What a server's services mean on the wire.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WireSchema {
    /// SHA-256 of `text`, lower-case hex; the first six are shown.
    pub hash: String,
    /// All that the services need, as .proto source in an order of its own: equal where the schemas are.
    pub text: String,
}

impl WireSchema {
    /// What is shown of the hash.
    pub fn short(&self) -> &str {
        self.hash.get(..6).unwrap_or(&self.hash)
    }
}

impl WireFacts {
    /// Nothing is known yet.
    pub fn unknown(at: SystemTime) -> Self {
        Self {
            at,
            took: Duration::ZERO,
            tcp: TcpFact::default(),
            connect: None,
            tls: TlsFact::default(),
            grpc: GrpcFact::default(),
            health: WireHealth::default(),
            services_health: BTreeMap::new(),
            reflection: ReflectionFact::default(),
            services: Vec::new(),
            schema: None,
            round_trip: None,
            round_trip_p50: None,
        }
    }

    /// The first service whose own word is NOT_SERVING.
    pub fn failing_service(&self) -> Option<&str> {
        self.services_health
            .iter()
            .find(|(_, health)| **health == WireHealth::NotServing)
            .map(|(name, _)| name.as_str())
    }

    /// The server has no word on itself as a whole, and all its services say NOT_SERVING: the first of them.
    fn all_services_fail(&self) -> Option<&str> {
        let has_no_word = matches!(self.health, WireHealth::Status(_) | WireHealth::Other(_));
        let all_fail = self.services_health.values().all(|health| *health == WireHealth::NotServing);
        self.failing_service().filter(|_| has_no_word && all_fail)
    }

    /// The schema's hash.
    pub fn schema_hash(&self) -> Option<&str> {
        self.schema.as_deref().map(|schema| schema.hash.as_str())
    }
}

/// A registry and the wire say different things of one instance. `Display` is English, `words` has it in all languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// Whose word is doubted.
    pub registry: RegistryKind,
    /// The instance's id.
    pub instance: String,
    /// What the registry says.
    pub says: Health,
    /// What the wire says.
    pub wire: DisagreementKind,
    /// Why the registry cannot see it.
    pub blind: Option<Blind>,
}

/// What the wire says instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DisagreementKind {
    /// Nothing answers: what TCP says of it.
    Unreachable(TcpFact),
    /// The connection broke before there was an answer.
    Broken(WireFault),
    /// The port takes connections and then says nothing.
    Silent,
    /// The server says that it does not serve.
    NotServing,
    /// The server has no word on itself as a whole, and its services, of which this is the first, say so.
    ServiceNotServing(String),
    /// What answers speaks no gRPC.
    NoGrpc(ForeignAnswer),
    /// It serves.
    Serving,
}

/// Why a registry does not see what the wire says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blind {
    /// No check of its own: only the node is looked at.
    NoCheck,
    /// Its checks only open the port.
    OnlyTcp,
    /// Its checks only ask by HTTP.
    OnlyHttp,
    /// Its checks only wait to be told.
    OnlyTtl,
}

/// The service under which Consul's own servers register; it speaks Consul's own protocol and nobody means gRPC by it.
const CONSULS_OWN: &str = "consul";

/// What a registry and the wire disagree about. Passing or warning, while the wire says UNREACHABLE or NOT_SERVING, or
/// speaks no gRPC at all; critical, while it says SERVING. The word is that of the server as a whole: one of several
/// services that does not serve is shown, and makes no liar of the registry. A server without health service and one in maintenance never
/// disagree, nor does a registry that has no word on health.
pub fn disagreement(registry: RegistryKind, instance: &Instance, wire: &WireFacts) -> Option<Disagreement> {
    if registry == RegistryKind::Consul && instance.key.service == CONSULS_OWN {
        return None;
    }
    let kind = match instance.health {
        Health::Passing | Health::Warning => match (&wire.health, &wire.grpc) {
            (WireHealth::Unreachable, GrpcFact::Foreign(seen)) => DisagreementKind::NoGrpc(seen.clone()),
            (WireHealth::Unreachable, GrpcFact::Silent) => DisagreementKind::Silent,
            (WireHealth::Unreachable, GrpcFact::Broken(why)) => DisagreementKind::Broken(why.clone()),
            (WireHealth::Unreachable, _) => DisagreementKind::Unreachable(wire.tcp.clone()),
            (WireHealth::NotServing, _) => DisagreementKind::NotServing,
            _ => DisagreementKind::ServiceNotServing(wire.all_services_fail()?.to_owned()),
        },
        Health::Critical if wire.health == WireHealth::Serving => DisagreementKind::Serving,
        Health::Unknown | Health::Maintenance | Health::Critical => return None,
    };
    let blind = if kind == DisagreementKind::Serving { None } else { blind(instance) };
    Some(Disagreement { registry, instance: instance.key.id.clone(), says: instance.health, wire: kind, blind })
}

fn unreached(tcp: &TcpFact) -> String {
    match tcp {
        TcpFact::NotTried | TcpFact::Open => String::new(),
        TcpFact::NoPort => "no port is registered".to_owned(),
        TcpFact::Refused => "the connection is refused".to_owned(),
        TcpFact::TimedOut => "no answer in time".to_owned(),
        TcpFact::Unreachable => "its host cannot be reached".to_owned(),
        TcpFact::NoSuchName => "its host has no such name".to_owned(),
        TcpFact::Failed(why) => why.to_string(),
    }
}

fn blind(instance: &Instance) -> Option<Blind> {
    let mut own = instance.checks.iter().filter(|check| !check.is_node).map(|check| &check.kind).peekable();
    let Some(first) = own.peek().copied().cloned() else { return Some(Blind::NoCheck) };
    if !own.all(|kind| *kind == first) {
        return None;
    }
    match first {
        CheckKind::Tcp => Some(Blind::OnlyTcp),
        CheckKind::Http => Some(Blind::OnlyHttp),
        CheckKind::Ttl => Some(Blind::OnlyTtl),
        _ => None,
    }
}

impl std::fmt::Display for Disagreement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} says {}", self.registry.name(), self.says.name())?;
        match self.blind {
            None => {}
            Some(Blind::NoCheck) => f.write_str(", because it has no check of the instance itself")?,
            Some(Blind::OnlyTcp) => f.write_str(", because its TCP check only opens the port")?,
            Some(Blind::OnlyHttp) => f.write_str(", because its HTTP check asks no gRPC")?,
            Some(Blind::OnlyTtl) => f.write_str(", because its TTL check only waits to be told")?,
        }
        match &self.wire {
            DisagreementKind::Unreachable(TcpFact::NotTried | TcpFact::Open) => {
                f.write_str("; the wire says UNREACHABLE")
            }
            DisagreementKind::Unreachable(tcp) => write!(f, "; the wire says UNREACHABLE: {}", unreached(tcp)),
            DisagreementKind::Broken(why) => write!(f, "; the wire says UNREACHABLE: {why}"),
            DisagreementKind::Silent => {
                f.write_str("; the wire says UNREACHABLE: the port is open, and then nothing answers")
            }
            DisagreementKind::NotServing => f.write_str("; the instance itself answers NOT_SERVING"),
            DisagreementKind::ServiceNotServing(service) => {
                write!(f, "; the instance itself answers NOT_SERVING for its services, {service} first")
            }
            DisagreementKind::NoGrpc(seen) => write!(f, "; the wire says UNREACHABLE: no gRPC is spoken there: {seen}"),
            DisagreementKind::Serving => f.write_str("; the instance itself answers SERVING"),
        }
    }
}

/// Instances of one service that serve different schemas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// The hash that most of them serve; of equally many the one that comes first.
    pub usual: String,
    /// How many serve it.
    pub usual_count: usize,
    /// The others by hash, in the order in which they came.
    pub others: Vec<(String, Vec<InstanceKey>)>,
}

/// Which instances serve another schema than most, of instances with the hash that each serves; `None` where all serve
/// the same.
pub fn drift<K: Borrow<InstanceKey>, H: AsRef<str>>(served: &[(K, H)]) -> Option<Drift> {
    let mut groups: Vec<(&str, Vec<InstanceKey>)> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for (key, hash) in served {
        let place = *places.entry(hash.as_ref()).or_insert(groups.len());
        if place == groups.len() {
            groups.push((hash.as_ref(), Vec::new()));
        }
        groups[place].1.push(key.borrow().clone());
    }
    let most = groups.iter().map(|(_, keys)| keys.len()).max()?;
    let usual = groups.iter().position(|(_, keys)| keys.len() == most)?;
    let (usual, keys) = groups.remove(usual);
    let others: Vec<(String, Vec<InstanceKey>)> =
        groups.into_iter().map(|(hash, keys)| (hash.to_owned(), keys)).collect();
    (!others.is_empty()).then(|| Drift { usual: usual.to_owned(), usual_count: keys.len(), others })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::Check;

    fn instance(health: Health, kinds: &[CheckKind]) -> Instance {
        let check = |kind: &CheckKind| Check { kind: kind.clone(), ..Check::default() };
        let mut checks: Vec<Check> = kinds.iter().map(check).collect();
        checks.push(Check { kind: CheckKind::Serf, is_node: true, ..Check::default() });
        let key = InstanceKey { service: "User".to_owned(), id: "9002".to_owned(), ..InstanceKey::default() };
        Instance { key, health, checks, port: 9002, ..Instance::default() }
    }

    fn facts(health: WireHealth, grpc: GrpcFact) -> WireFacts {
        WireFacts { health, grpc, tcp: TcpFact::Open, ..WireFacts::unknown(SystemTime::UNIX_EPOCH) }
    }

    /// The rule, in full.
    #[test]
    fn who_disagrees_and_who_does_not() {
        use Health::{Critical, Maintenance, Passing, Unknown, Warning};
        let status = || WireHealth::Status("UNAUTHENTICATED".to_owned());
        let foreign = || GrpcFact::Foreign(ForeignAnswer::Bytes("HTTP/1.1".to_owned()));
        for (said, health, grpc, expect) in [
            (Passing, WireHealth::Serving, GrpcFact::Spoken, false),
            (Passing, WireHealth::NotServing, GrpcFact::Spoken, true),
            (Warning, WireHealth::NotServing, GrpcFact::Spoken, true),
            (Passing, WireHealth::Unreachable, GrpcFact::NotReached, true),
            (Passing, WireHealth::Unreachable, GrpcFact::Silent, true),
            (Warning, WireHealth::Unreachable, foreign(), true),
            (Passing, WireHealth::Unimplemented, GrpcFact::Spoken, false),
            (Passing, status(), GrpcFact::Spoken, false),
            (Passing, WireHealth::Other("SERVICE_UNKNOWN".to_owned()), GrpcFact::Spoken, false),
            (Critical, WireHealth::Serving, GrpcFact::Spoken, true),
            (Critical, WireHealth::NotServing, GrpcFact::Spoken, false),
            (Critical, WireHealth::Unreachable, GrpcFact::NotReached, false),
            (Critical, WireHealth::Unimplemented, GrpcFact::Spoken, false),
            (Maintenance, WireHealth::Serving, GrpcFact::Spoken, false),
            (Maintenance, WireHealth::NotServing, GrpcFact::Spoken, false),
            (Maintenance, WireHealth::Unreachable, GrpcFact::NotReached, false),
            (Unknown, WireHealth::Unreachable, GrpcFact::NotReached, false),
            (Unknown, WireHealth::NotServing, GrpcFact::Spoken, false),
        ] {
            let wire = facts(health.clone(), grpc.clone());
            let found = disagreement(RegistryKind::Consul, &instance(said, &[CheckKind::Tcp]), &wire);
            assert_eq!(found.is_some(), expect, "{said:?} {health:?} {grpc:?}: {found:?}");
        }
        // Consul's own servers speak no gRPC, and nobody thinks that they do.
        let mut own = instance(Passing, &[]);
        own.key.service = "consul".to_owned();
        let wire = facts(WireHealth::Unreachable, GrpcFact::Foreign(ForeignAnswer::NoHttp2));
        assert_eq!(disagreement(RegistryKind::Consul, &own, &wire), None);
    }

    /// The word of the whole counts; where there is none, that of all its services does.
    #[test]
    fn services_speak_where_the_whole_has_no_word() {
        let found = |whole: WireHealth, services: &[WireHealth], said| {
            let mut wire = facts(whole, GrpcFact::Spoken);
            let named = services.iter().enumerate().map(|(index, health)| (format!("pb.S{index}"), health.clone()));
            wire.services_health = named.collect();
            disagreement(RegistryKind::Consul, &instance(said, &[CheckKind::Tcp]), &wire).map(|one| one.wire)
        };
        let not_found = || WireHealth::Status("NOT_FOUND".to_owned());
        let (serving, not) = (WireHealth::Serving, WireHealth::NotServing);
        let first = Some(DisagreementKind::ServiceNotServing("pb.S0".to_owned()));
        assert_eq!(found(serving.clone(), &[serving.clone(), not.clone()], Health::Passing), None);
        assert_eq!(found(not_found(), &[serving.clone(), not.clone()], Health::Passing), None);
        assert_eq!(found(not_found(), &[not.clone(), not.clone()], Health::Passing), first);
        assert_eq!(found(not_found(), std::slice::from_ref(&not), Health::Maintenance), None);
        assert_eq!(found(not_found(), &[], Health::Passing), None);
        assert_eq!(found(serving, &[not], Health::Critical), Some(DisagreementKind::Serving));
    }

    #[test]
    fn in_words() {
        let check = |kinds: &[CheckKind], said, health, grpc, tcp, expect: &str| {
            let wire = WireFacts { tcp, ..facts(health, grpc) };
            let found = disagreement(RegistryKind::Consul, &instance(said, kinds), &wire);
            assert_eq!(found.map(|one| one.to_string()).unwrap_or_default(), expect);
        };
        check(
            &[CheckKind::Tcp, CheckKind::Tcp],
            Health::Passing,
            WireHealth::NotServing,
            GrpcFact::Spoken,
            TcpFact::Open,
            "Consul says passing, because its TCP check only opens the port; the instance itself answers NOT_SERVING",
        );
        check(
            &[CheckKind::Tcp, CheckKind::Grpc],
            Health::Warning,
            WireHealth::Unreachable,
            GrpcFact::NotReached,
            TcpFact::Refused,
            "Consul says warning; the wire says UNREACHABLE: the connection is refused",
        );
        check(
            &[],
            Health::Passing,
            WireHealth::Unreachable,
            GrpcFact::Silent,
            TcpFact::Open,
            "Consul says passing, because it has no check of the instance itself; the wire says UNREACHABLE: the port is \
             open, and then nothing answers",
        );
        check(
            &[CheckKind::Ttl],
            Health::Critical,
            WireHealth::Serving,
            GrpcFact::Spoken,
            TcpFact::Open,
            "Consul says critical; the instance itself answers SERVING",
        );
    }

    #[test]
    fn drifting_schemas() {
        let served = |hashes: &[&str]| -> Vec<(InstanceKey, String)> {
            let key = |index: usize| InstanceKey { id: index.to_string(), ..InstanceKey::default() };
            hashes.iter().enumerate().map(|(index, hash)| (key(index), (*hash).to_owned())).collect()
        };
        assert_eq!(drift::<InstanceKey, String>(&[]), None);
        assert_eq!(drift(&served(&["a", "a", "a"])), None);
        let found = drift(&served(&["b", "a", "a", "c", "b", "a"]));
        let named = found.map(|one| {
            let ids = |keys: &[InstanceKey]| keys.iter().map(|key| key.id.clone()).collect::<Vec<_>>().join(" ");
            let others: Vec<_> = one.others.iter().map(|(hash, keys)| (hash.clone(), ids(keys))).collect();
            (one.usual, one.usual_count, others)
        });
        let others = vec![("b".to_owned(), "0 4".to_owned()), ("c".to_owned(), "3".to_owned())];
        assert_eq!(named, Some(("a".to_owned(), 3, others)));
        assert_eq!(drift(&served(&["x", "y"])).map(|one| one.usual), Some("x".to_owned()));
    }
}
