//! What registries say, as plain values.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

/// Which kind of registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RegistryKind {
    /// HashiCorp Consul over its HTTP API.
    Consul,
    /// A list of addresses: a file, or made by hand.
    Static,
}

impl RegistryKind {
    /// Scheme of its targets and of `--registry`: `consul`, `static`.
    pub fn scheme(self) -> &'static str {
        match self {
            Self::Consul => "consul",
            Self::Static => "static",
        }
    }

    /// Its own name, the same in all languages: `Consul`; `Static list` is translated by `words`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Consul => "Consul",
            Self::Static => "Static list",
        }
    }
}

/// Which registry, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegistryPlace {
    /// Which kind.
    pub kind: RegistryKind,
    /// `127.0.0.1:8500`, `/run/consul.sock`, the path of a list; empty for a list made by hand.
    pub address: String,
}

impl std::fmt::Display for RegistryPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.address.is_empty() {
            return f.write_str(self.kind.name());
        }
        write!(f, "{} {}", self.kind.name(), self.address)
    }
}

/// What a registry can do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// Register services, deregister instances.
    pub register: bool,
    /// Put instances into maintenance.
    pub maintenance: bool,
    /// Keys and values.
    pub key_values: bool,
    /// Nodes with their state.
    pub nodes: bool,
    /// Health of its own: checks. Where there is none, an instance's health says nothing.
    pub checks: bool,
    /// Filter expressions of its own, given as [`Scope::filter`].
    pub filter: bool,
    /// Order of instances by round-trip time.
    pub near: bool,
}

/// Which part of a registry is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scope {
    /// Datacenter; the agent's own where `None`.
    pub datacenter: Option<String>,
    /// A filter expression in the registry's own language.
    pub filter: Option<String>,
    /// Only instances with all of these tags.
    pub tags: Vec<String>,
    /// Only instances of which every check passes.
    pub passing: bool,
    /// Nearest first, seen from this node (`_agent` is the one that is asked); the order is then the registry's.
    pub near: Option<String>,
    /// How answers may be read.
    pub consistency: Consistency,
}

/// How fresh an answer has to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Consistency {
    /// As the registry does by itself.
    #[default]
    Default,
    /// Any server may answer, with what it knows.
    Stale,
    /// Only after a majority was asked.
    Consistent,
}

/// A datacenter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Datacenter {
    /// Its name; empty where the registry has none.
    pub name: String,
    /// The agent that is asked belongs to it.
    pub is_own: bool,
}

/// How well something is, as a registry says it. The order is from good to bad.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Health {
    /// The registry has no word on it.
    #[default]
    Unknown,
    /// Passing.
    Passing,
    /// Warning.
    Warning,
    /// Critical.
    Critical,
    /// In maintenance: somebody took it out by hand.
    Maintenance,
}

impl Health {
    /// `unknown`, `passing`, `warning`, `critical`, `maintenance`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Passing => "passing",
            Self::Warning => "warning",
            Self::Critical => "critical",
            Self::Maintenance => "maintenance",
        }
    }
}

/// Instances by health; each counts once, by its worst check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HealthCounts {
    /// Passing.
    pub passing: usize,
    /// Warning.
    pub warning: usize,
    /// Critical.
    pub critical: usize,
    /// Maintenance.
    pub maintenance: usize,
    /// Of those that the registry has no word on.
    pub unknown: usize,
}

impl HealthCounts {
    /// Counts one more.
    pub fn add(&mut self, health: Health) {
        match health {
            Health::Unknown => self.unknown += 1,
            Health::Passing => self.passing += 1,
            Health::Warning => self.warning += 1,
            Health::Critical => self.critical += 1,
            Health::Maintenance => self.maintenance += 1,
        }
    }

    /// All of them.
    pub fn total(self) -> usize {
        self.passing + self.warning + self.critical + self.maintenance + self.unknown
    }

    /// The worst that there is; maintenance only where all are in it, since it is meant.
    pub fn worst(self) -> Health {
        if self.critical > 0 {
            Health::Critical
        } else if self.warning > 0 {
            Health::Warning
        } else if self.passing > 0 {
            Health::Passing
        } else if self.maintenance > 0 {
            Health::Maintenance
        } else {
            Health::Unknown
        }
    }
}

/// A service in sum.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// Tags of all its instances, unique, sorted.
    pub tags: Vec<String>,
    /// Its instances by health.
    pub counts: HealthCounts,
    /// Machines that its instances are on, unique, sorted.
    pub nodes: Vec<String>,
    /// Metadata of all its instances as `key=value`, unique, sorted.
    pub meta: Vec<String>,
}

/// Names an instance within a registry.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstanceKey {
    /// Datacenter; empty where the registry has none.
    pub datacenter: String,
    /// The node whose agent has it; empty where there are none. The same id may stand at two nodes.
    pub node: String,
    /// The service that it belongs to.
    pub service: String,
    /// Its id.
    pub id: String,
}

/// One instance of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Instance {
    /// Which.
    pub key: InstanceKey,
    /// Host or literal address to call (IPv6 without brackets), worked out from the service's, its node's and, across
    /// datacenters, its tagged addresses.
    pub address: String,
    /// Port to call; 0 where none was registered.
    pub port: u16,
    /// In the registry's order.
    pub tags: Vec<String>,
    /// Metadata.
    pub meta: BTreeMap<String, String>,
    /// Share of calls while passing and while warning; 1 and 1 unless set.
    pub weights: (u32, u32),
    /// Other addresses by name (`lan`, `wan`, Kratos' `grpc`), as `host:port` or a URL.
    pub tagged_addresses: BTreeMap<String, String>,
    /// Its own and its node's, as the registry orders them.
    pub checks: Vec<Check>,
    /// The worst of its checks.
    pub health: Health,
    /// Why it is in maintenance.
    pub maintenance_reason: Option<String>,
    /// The node's own address.
    pub node_address: String,
    /// When it was registered or changed, as the registry counts; 0 where it does not.
    pub index: u64,
}

impl Instance {
    /// `host:port`, IPv6 in brackets.
    pub fn host_port(&self) -> String {
        if self.address.contains(':') {
            format!("[{}]:{}", self.address, self.port)
        } else {
            format!("{}:{}", self.address, self.port)
        }
    }
}

/// One check of an instance or of its node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Check {
    /// Its id, unique on its node.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it does.
    pub kind: CheckKind,
    /// What it said last.
    pub status: Health,
    /// Its words.
    pub output: String,
    /// What its author wrote; the reason of a maintenance.
    pub notes: String,
    /// It is the node's, not the instance's.
    pub is_node: bool,
    /// How often it runs.
    pub interval: Option<Duration>,
    /// How long it may take.
    pub timeout: Option<Duration>,
    /// When its status changed last, as far as this program saw it; `None` if it was so when first seen.
    pub since: Option<SystemTime>,
}

/// What a check does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CheckKind {
    /// Not known.
    #[default]
    Unknown,
    /// Opens a TCP connection.
    Tcp,
    /// Sends a UDP datagram.
    Udp,
    /// Asks by HTTP.
    Http,
    /// Asks grpc.health.v1.
    Grpc,
    /// Sends an HTTP/2 PING.
    H2Ping,
    /// Waits to be told.
    Ttl,
    /// Runs a script.
    Script,
    /// Runs a script in a container.
    Docker,
    /// Is as well as another service.
    Alias,
    /// Asks the operating system.
    OsService,
    /// The node's gossip.
    Serf,
    /// Somebody took it out by hand.
    Maintenance,
    /// Another, in the registry's word.
    Other(String),
}

/// A machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: String,
    /// Its address.
    pub address: String,
    /// Datacenter.
    pub datacenter: String,
    /// Whether it is there.
    pub state: NodeState,
    /// What its own checks say.
    pub health: Health,
    /// Server or client agent, where known.
    pub is_server: Option<bool>,
    /// The program's version, where known.
    pub version: Option<String>,
    /// Round-trip time from the agent that is asked, as the registry estimates it.
    pub round_trip: Option<Duration>,
    /// Metadata.
    pub meta: BTreeMap<String, String>,
    /// Instances on it.
    pub instances: usize,
    /// Its own checks.
    pub checks: Vec<Check>,
}

/// Whether a member of the cluster is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NodeState {
    /// Not a member, or not known.
    #[default]
    Unknown,
    /// There.
    Alive,
    /// On its way out.
    Leaving,
    /// Out, in order.
    Left,
    /// Gone without a word.
    Failed,
}

/// What the agent says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AgentInfo {
    /// Its node's name.
    pub node: String,
    /// Its node's id.
    pub node_id: String,
    /// Its datacenter.
    pub datacenter: String,
    /// Its version.
    pub version: String,
    /// Server or client agent; `None` where access rules hide it.
    pub is_server: Option<bool>,
    /// The leader's address; `None` where there is none.
    pub leader: Option<String>,
    /// Access rules are on; `None` where it does not say.
    pub acl: Option<bool>,
    /// Who we are to it: the token's description and policies, where it may be asked.
    pub token: Option<TokenInfo>,
    /// Everything else that it says, by group and name, for reading.
    pub stats: BTreeMap<String, BTreeMap<String, String>>,
}

/// What a token is, without the token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenInfo {
    /// Its public id.
    pub accessor: String,
    /// What it is for.
    pub description: String,
    /// Names of its policies.
    pub policies: Vec<String>,
}
