//! A service as it is registered: plain data, Consul's two JSON forms of it, and what Consul would refuse.
//!
//! Lives here: reading the API's form and that of configuration files, writing both, the rules that hold before
//! anything is sent. Absent: sending it (`acts`), and the words of a form.

mod check;
mod fault;
mod fields;
mod read;
mod shape;
mod span;
mod write;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use fault::{Fault, FaultKind, FaultPlace};
pub use read::{ReadFile, read};
pub use span::{go_duration, typed_duration};
pub use write::{Hide, config_file};

use crate::registry::{CheckKind, Health, Instance};
use crate::secret::Secret;

/// Where a registration is sent, segment by segment.
pub const REGISTER_PATH: [&str; 4] = ["v1", "agent", "service", "register"];
/// With this, checks that the service had and the registration has not are taken away.
pub const REGISTER_QUERY: (&str, &str) = ("replace-existing-checks", "true");

/// What stands behind `PUT` where a registration is sent, namespace and partition (empty for none) included.
pub fn register_url(datacenter: &str, namespace: &str, partition: &str) -> String {
    let (name, value) = REGISTER_QUERY;
    let more = [("dc", datacenter), ("ns", namespace), ("partition", partition)];
    let said = more.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| format!("&{name}={value}"));
    format!("/{}?{name}={value}{}", REGISTER_PATH.join("/"), said.collect::<String>())
}

/// Which of Consul's JSON forms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// What `PUT /v1/agent/service/register` takes: `{"Name": …, "Check": …}`.
    #[default]
    Api,
    /// What a configuration file holds: `{"service": {"name": …}, "check": …}`.
    Config,
}

/// A service to be registered. Empty texts and lists are not written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Registration {
    /// Its name.
    pub name: String,
    /// Its id; Consul takes the name where there is none.
    pub id: String,
    /// Host or literal address; Consul takes the node's where there is none.
    pub address: String,
    /// Port; 0 for none.
    pub port: u16,
    /// Tags, in order.
    pub tags: Vec<String>,
    /// Metadata, in the order in which it was given.
    pub meta: Vec<(String, String)>,
    /// Weights while passing and while warning.
    pub weights: Option<(u16, u16)>,
    /// Other agents may change its tags.
    pub enable_tag_override: bool,
    /// Other addresses by name (`lan`, `wan`): address and port.
    pub tagged_addresses: BTreeMap<String, (String, u16)>,
    /// `connect-proxy` and the like; empty for a service as most are.
    pub kind: String,
    /// Its namespace (Consul Enterprise).
    pub namespace: String,
    /// Its partition (Consul Enterprise).
    pub partition: String,
    /// A token by which the agent registers it, instead of the one that is used to ask.
    pub token: Secret,
    /// Its checks.
    pub checks: Vec<CheckDefinition>,
    /// `Connect`, `Proxy` and what else is kept as it came, by the API's names.
    pub other: Kept,
}

/// What is kept as it came, by the API's names. Its `Debug` shows only the names: a token may be inside.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Kept(pub Map<String, Value>);

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// A check to be registered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CheckDefinition {
    /// Its id; Consul takes `service:<id of the service>` where there is none, with a number where there are several.
    pub id: String,
    /// Its name; Consul takes `Service '<name>' check` where there is none.
    pub name: String,
    /// Notes of its author.
    pub notes: String,
    /// What it does.
    pub does: CheckDoes,
    /// How often; `None` where it is not said.
    pub interval: Option<Duration>,
    /// How long it may take; Consul's default is 10 s (30 s for scripts).
    pub timeout: Option<Duration>,
    /// The name that TLS asks for.
    pub tls_server_name: String,
    /// Certificates are not verified.
    pub tls_skip_verify: bool,
    /// What it is until it first ran; Consul takes critical.
    pub status: Option<Health>,
    /// So many passes in a row until it passes.
    pub success_before_passing: u32,
    /// So many failures in a row until it warns.
    pub failures_before_warning: u32,
    /// So many failures in a row until it is critical.
    pub failures_before_critical: u32,
    /// Critical for so long, and Consul deregisters the service; it waits at least a minute.
    pub deregister_after: Option<Duration>,
    /// So many bytes of output are kept; 0 for Consul's default.
    pub output_max_size: u32,
    /// What else is kept as it came, by the API's names.
    pub other: Kept,
}

/// What a check does, and what only such a check has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CheckDoes {
    /// Nothing yet.
    #[default]
    Nothing,
    /// Opens a TCP connection to `host:port`.
    Tcp {
        /// `host:port`.
        target: String,
        /// With TLS (1.14 and later).
        use_tls: bool,
    },
    /// Sends a datagram (1.13 and later).
    Udp {
        /// `host:port`.
        target: String,
    },
    /// Asks by HTTP.
    Http {
        /// Where.
        url: String,
        /// `GET` where it is empty.
        method: String,
        /// Headers.
        header: BTreeMap<String, Vec<String>>,
        /// Body.
        body: String,
        /// Redirects are not followed.
        disable_redirects: bool,
    },
    /// Asks grpc.health.v1.
    Grpc {
        /// `host:port`, or `host:port/service`.
        target: String,
        /// With TLS.
        use_tls: bool,
    },
    /// Sends an HTTP/2 PING (1.10 and later).
    H2Ping {
        /// `host:port`.
        target: String,
        /// With TLS; Consul takes true where it is not said.
        use_tls: Option<bool>,
    },
    /// Waits to be told, so often.
    Ttl {
        /// So long it stays as it was told.
        ttl: Duration,
    },
    /// Runs a program; the agent has to allow it.
    Script {
        /// Program and arguments.
        args: Vec<String>,
    },
    /// Runs a program in a container.
    Docker {
        /// Its id.
        container: String,
        /// The shell in it.
        shell: String,
        /// Program and arguments.
        args: Vec<String>,
    },
    /// Is as well as another service or node.
    Alias {
        /// Id of the service; empty for the node itself.
        service: String,
        /// Node; empty for the agent's own.
        node: String,
    },
    /// Asks the operating system's manager of services (1.15 and later).
    OsService {
        /// Its name there.
        name: String,
    },
}

impl CheckDoes {
    /// Which kind.
    pub fn kind(&self) -> CheckKind {
        match self {
            Self::Nothing => CheckKind::Unknown,
            Self::Tcp { .. } => CheckKind::Tcp,
            Self::Udp { .. } => CheckKind::Udp,
            Self::Http { .. } => CheckKind::Http,
            Self::Grpc { .. } => CheckKind::Grpc,
            Self::H2Ping { .. } => CheckKind::H2Ping,
            Self::Ttl { .. } => CheckKind::Ttl,
            Self::Script { .. } => CheckKind::Script,
            Self::Docker { .. } => CheckKind::Docker,
            Self::Alias { .. } => CheckKind::Alias,
            Self::OsService { .. } => CheckKind::OsService,
        }
    }

    /// The API's name of the field that makes a check one of this kind.
    pub fn field(&self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::Tcp { .. } => "TCP",
            Self::Udp { .. } => "UDP",
            Self::Http { .. } => "HTTP",
            Self::Grpc { .. } => "GRPC",
            Self::H2Ping { .. } => "H2PING",
            Self::Ttl { .. } => "TTL",
            Self::Script { .. } => "Args",
            Self::Docker { .. } => "DockerContainerID",
            Self::Alias { service, .. } if service.is_empty() => "AliasNode",
            Self::Alias { .. } => "AliasService",
            Self::OsService { .. } => "OSService",
        }
    }

    /// Whether it has to be said how often it runs.
    pub fn needs_interval(&self) -> bool {
        !matches!(self, Self::Nothing | Self::Ttl { .. } | Self::Alias { .. })
    }
}

impl Registration {
    /// The id that it has at the agent.
    pub fn effective_id(&self) -> &str {
        if self.id.is_empty() { &self.name } else { &self.id }
    }

    /// The id that its check at `at` has at the agent.
    pub fn effective_check_id(&self, at: usize) -> String {
        match self.checks.get(at) {
            Some(check) if !check.id.is_empty() => check.id.clone(),
            _ if self.checks.len() > 1 => format!("service:{}:{}", self.effective_id(), at + 1),
            _ => format!("service:{}", self.effective_id()),
        }
    }
}

/// Names of Consul's own among tagged addresses: it makes them of the address.
const OWN_ADDRESSES: [&str; 6] = ["lan", "wan", "lan_ipv4", "lan_ipv6", "wan_ipv4", "wan_ipv6"];

impl From<&Instance> for Registration {
    /// One like an instance that is there, to begin from. Its id stays empty: two of one id would be one. A registry
    /// does not say all of a check: what it asks is taken to be the instance's address.
    fn from(instance: &Instance) -> Self {
        let host_port = instance.host_port();
        let like = |check: &crate::registry::Check| {
            let does = match &check.kind {
                CheckKind::Tcp => CheckDoes::Tcp { target: host_port.clone(), use_tls: false },
                CheckKind::Udp => CheckDoes::Udp { target: host_port.clone() },
                CheckKind::Grpc => CheckDoes::Grpc { target: host_port.clone(), use_tls: false },
                CheckKind::H2Ping => CheckDoes::H2Ping { target: host_port.clone(), use_tls: None },
                CheckKind::Http => CheckDoes::Http {
                    url: format!("http://{host_port}/"),
                    method: String::new(),
                    header: BTreeMap::new(),
                    body: String::new(),
                    disable_redirects: false,
                },
                CheckKind::Ttl => CheckDoes::Ttl { ttl: check.interval.unwrap_or(LIKE_INTERVAL) },
                // What the others do is nowhere to be read.
                _ => return None,
            };
            let is_ttl = matches!(does, CheckDoes::Ttl { .. });
            Some(CheckDefinition {
                name: check.name.clone(),
                notes: check.notes.clone(),
                does,
                interval: (!is_ttl).then_some(check.interval.unwrap_or(LIKE_INTERVAL)),
                timeout: check.timeout,
                ..CheckDefinition::default()
            })
        };
        let weight = |weight: u32| u16::try_from(weight).unwrap_or(u16::MAX);
        Self {
            name: instance.key.service.clone(),
            address: instance.address.clone(),
            port: instance.port,
            tags: instance.tags.clone(),
            meta: instance.meta.iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
            weights: (!matches!(instance.weights, (1, 1) | (0, _)))
                .then(|| (weight(instance.weights.0), weight(instance.weights.1))),
            tagged_addresses: instance
                .tagged_addresses
                .iter()
                .filter(|(name, _)| !OWN_ADDRESSES.contains(&name.as_str()))
                .filter_map(|(name, address)| Some((name.clone(), split_address(address)?)))
                .collect(),
            checks: instance.checks.iter().filter(|check| !check.is_node).filter_map(like).collect(),
            ..Self::default()
        }
    }
}

/// How often a check of a new instance runs, where its like does not say.
const LIKE_INTERVAL: Duration = Duration::from_secs(10);

/// `host:port` in two; a URL (Kratos) keeps its scheme in the address.
fn split_address(address: &str) -> Option<(String, u16)> {
    let (host, port) = address.rsplit_once(':')?;
    let port = port.parse().ok()?;
    let host = if address.contains("://") { address } else { host.trim_start_matches('[').trim_end_matches(']') };
    Some((host.to_owned(), port))
}

#[cfg(test)]
mod tests;
