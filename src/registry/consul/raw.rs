//! The shapes of Consul's JSON, and what they mean: pure functions.
//!
//! Every field may be missing or `null`, as it is in one version or another.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use serde::{Deserialize, Deserializer};

use crate::registry::{Check, CheckKind, Health, Instance, InstanceKey, Node, NodeState, TokenInfo};

/// `null` is as good as nothing.
fn nullable<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(from: D) -> Result<T, D::Error> {
    Option::<T>::deserialize(from).map(Option::unwrap_or_default)
}

/// An entry of `health/service/NAME`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct RawEntry {
    #[serde(deserialize_with = "nullable")]
    pub node: RawNode,
    #[serde(deserialize_with = "nullable")]
    pub service: RawService,
    #[serde(deserialize_with = "nullable")]
    pub checks: Vec<RawCheck>,
}

/// A node, wherever it stands.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct RawNode {
    #[serde(rename = "ID", deserialize_with = "nullable")]
    pub id: String,
    #[serde(deserialize_with = "nullable")]
    pub node: String,
    #[serde(deserialize_with = "nullable")]
    pub address: String,
    #[serde(deserialize_with = "nullable")]
    pub datacenter: String,
    #[serde(deserialize_with = "nullable")]
    pub tagged_addresses: BTreeMap<String, String>,
    #[serde(deserialize_with = "nullable")]
    pub meta: BTreeMap<String, String>,
}

/// A service of a node.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct RawService {
    #[serde(rename = "ID", deserialize_with = "nullable")]
    id: String,
    #[serde(deserialize_with = "nullable")]
    service: String,
    #[serde(deserialize_with = "nullable")]
    tags: Vec<String>,
    #[serde(deserialize_with = "nullable")]
    address: String,
    #[serde(deserialize_with = "nullable")]
    tagged_addresses: BTreeMap<String, RawAddress>,
    #[serde(deserialize_with = "nullable")]
    meta: BTreeMap<String, String>,
    #[serde(deserialize_with = "nullable")]
    port: i64,
    #[serde(deserialize_with = "nullable")]
    weights: Option<RawWeights>,
    #[serde(deserialize_with = "nullable")]
    modify_index: u64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct RawAddress {
    #[serde(deserialize_with = "nullable")]
    address: String,
    #[serde(deserialize_with = "nullable")]
    port: i64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct RawWeights {
    #[serde(deserialize_with = "nullable")]
    passing: i64,
    #[serde(deserialize_with = "nullable")]
    warning: i64,
}

/// A check, wherever it stands.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct RawCheck {
    #[serde(deserialize_with = "nullable")]
    pub node: String,
    #[serde(rename = "CheckID", deserialize_with = "nullable")]
    id: String,
    #[serde(deserialize_with = "nullable")]
    name: String,
    #[serde(deserialize_with = "nullable")]
    status: String,
    #[serde(deserialize_with = "nullable")]
    notes: String,
    #[serde(deserialize_with = "nullable")]
    output: String,
    #[serde(rename = "ServiceID", deserialize_with = "nullable")]
    pub service_id: String,
    #[serde(deserialize_with = "nullable")]
    pub service_name: String,
    #[serde(rename = "Type", deserialize_with = "nullable")]
    kind: String,
    #[serde(deserialize_with = "nullable")]
    interval: String,
    #[serde(deserialize_with = "nullable")]
    timeout: String,
    #[serde(deserialize_with = "nullable")]
    definition: serde_json::Map<String, serde_json::Value>,
}

/// `catalog/node/NAME`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct RawNodeServices {
    #[serde(deserialize_with = "nullable")]
    pub node: RawNode,
    #[serde(deserialize_with = "nullable")]
    pub services: HashMap<String, RawService>,
}

/// An entry of `catalog/service/NAME`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct RawPlace {
    #[serde(deserialize_with = "nullable")]
    node: String,
    #[serde(deserialize_with = "nullable")]
    address: String,
    #[serde(deserialize_with = "nullable")]
    datacenter: String,
    #[serde(deserialize_with = "nullable")]
    tagged_addresses: BTreeMap<String, String>,
    #[serde(rename = "ServiceID", deserialize_with = "nullable")]
    service_id: String,
    #[serde(deserialize_with = "nullable")]
    service_name: String,
    #[serde(deserialize_with = "nullable")]
    service_tags: Vec<String>,
    #[serde(deserialize_with = "nullable")]
    service_address: String,
    #[serde(deserialize_with = "nullable")]
    service_tagged_addresses: BTreeMap<String, RawAddress>,
    #[serde(deserialize_with = "nullable")]
    service_meta: BTreeMap<String, String>,
    #[serde(deserialize_with = "nullable")]
    service_port: i64,
    #[serde(deserialize_with = "nullable")]
    service_weights: Option<RawWeights>,
    #[serde(deserialize_with = "nullable")]
    modify_index: u64,
}

impl RawPlace {
    /// An instance without its checks.
    pub fn into_instance(self, far: bool) -> Instance {
        let node = RawNode {
            node: self.node,
            address: self.address,
            datacenter: self.datacenter,
            tagged_addresses: self.tagged_addresses,
            ..RawNode::default()
        };
        let service = RawService {
            id: self.service_id,
            service: self.service_name,
            tags: self.service_tags,
            address: self.service_address,
            tagged_addresses: self.service_tagged_addresses,
            meta: self.service_meta,
            port: self.service_port,
            weights: self.service_weights,
            modify_index: self.modify_index,
        };
        instance(&node, service, Vec::new(), far)
    }
}

/// An entry of `agent/members`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct RawMember {
    #[serde(deserialize_with = "nullable")]
    pub name: String,
    #[serde(deserialize_with = "nullable")]
    pub tags: BTreeMap<String, String>,
    #[serde(deserialize_with = "nullable")]
    status: i64,
}

/// An entry of `coordinate/nodes`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct RawCoordinate {
    #[serde(deserialize_with = "nullable")]
    pub node: String,
    #[serde(deserialize_with = "nullable")]
    pub segment: String,
    #[serde(deserialize_with = "nullable")]
    pub coord: RawCoord,
}

/// A place in the space of round-trip times, in seconds.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct RawCoord {
    #[serde(deserialize_with = "nullable")]
    vec: Vec<f64>,
    #[serde(deserialize_with = "nullable")]
    adjustment: f64,
    #[serde(deserialize_with = "nullable")]
    height: f64,
}

/// `agent/self`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct RawSelf {
    #[serde(deserialize_with = "nullable")]
    pub config: RawConfig,
    #[serde(deserialize_with = "nullable")]
    pub debug_config: RawDebugConfig,
    #[serde(deserialize_with = "nullable")]
    pub stats: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(deserialize_with = "nullable")]
    pub member: RawMember,
}

/// What an agent says of itself.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct RawConfig {
    #[serde(deserialize_with = "nullable")]
    pub datacenter: String,
    #[serde(deserialize_with = "nullable")]
    pub node_name: String,
    #[serde(rename = "NodeID", deserialize_with = "nullable")]
    pub node_id: String,
    #[serde(deserialize_with = "nullable")]
    pub server: bool,
    #[serde(deserialize_with = "nullable")]
    pub version: String,
}

/// The little that we want to know of hundreds of settings.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RawDebugConfig {
    #[serde(rename = "ACLsEnabled", deserialize_with = "nullable")]
    pub acls_enabled: Option<bool>,
}

/// `acl/token/self`, without the token.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct RawToken {
    #[serde(rename = "AccessorID", deserialize_with = "nullable")]
    accessor_id: String,
    #[serde(deserialize_with = "nullable")]
    description: String,
    #[serde(deserialize_with = "nullable")]
    policies: Vec<RawPolicy>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct RawPolicy {
    #[serde(deserialize_with = "nullable")]
    name: String,
}

impl RawToken {
    pub fn into_info(self) -> TokenInfo {
        TokenInfo {
            accessor: self.accessor_id,
            description: self.description,
            policies: self.policies.into_iter().map(|policy| policy.name).collect(),
        }
    }
}

impl RawMember {
    pub fn state(&self) -> NodeState {
        match self.status {
            1 => NodeState::Alive,
            2 => NodeState::Leaving,
            3 => NodeState::Left,
            4 => NodeState::Failed,
            _ => NodeState::Unknown,
        }
    }

    /// Server or client agent.
    pub fn is_server(&self) -> Option<bool> {
        self.tags.get("role").map(|role| role == "consul")
    }

    /// `1.8.7` of `1.8.7:`.
    pub fn version(&self) -> Option<String> {
        self.tags.get("build").and_then(|build| build.split(':').next()).map(str::to_owned)
    }
}

impl RawCoord {
    /// Consul's estimate of the round-trip time between two places, as its own client reckons it.
    pub fn distance(&self, other: &Self) -> Option<Duration> {
        if self.vec.len() != other.vec.len() || self.vec.is_empty() {
            return None;
        }
        let square: f64 = self.vec.iter().zip(&other.vec).map(|(a, b)| (a - b) * (a - b)).sum();
        let raw = square.sqrt() + self.height + other.height;
        let adjusted = raw + self.adjustment + other.adjustment;
        Duration::try_from_secs_f64(if adjusted > 0.0 { adjusted } else { raw }).ok()
    }
}

/// `passing`, `warning`, `critical` and `maintenance`.
pub(super) fn health(status: &str) -> Health {
    match status {
        "passing" => Health::Passing,
        "warning" => Health::Warning,
        "critical" => Health::Critical,
        "maintenance" => Health::Maintenance,
        _ => Health::Unknown,
    }
}

impl RawCheck {
    /// Whether it belongs to a service of its node; else it is the node's own.
    pub fn is_node(&self) -> bool {
        self.service_id.is_empty()
    }

    pub fn into_check(self) -> Check {
        let is_node = self.is_node();
        let kind = self.kind();
        let time = |own: &str, name: &str| {
            let from_definition = || self.definition.get(name).and_then(serde_json::Value::as_str).and_then(duration);
            duration(own).or_else(from_definition)
        };
        let (interval, timeout) = (time(&self.interval, "Interval"), time(&self.timeout, "Timeout"));
        Check {
            kind,
            status: health(&self.status),
            is_node,
            interval,
            timeout,
            since: None,
            id: self.id,
            name: self.name,
            output: self.output,
            notes: self.notes,
        }
    }

    fn kind(&self) -> CheckKind {
        if self.id == "_node_maintenance" || self.id.starts_with("_service_maintenance:") {
            return CheckKind::Maintenance;
        }
        if self.id == "serfHealth" {
            return CheckKind::Serf;
        }
        match self.kind.as_str() {
            "tcp" => CheckKind::Tcp,
            "udp" => CheckKind::Udp,
            "http" => CheckKind::Http,
            "grpc" => CheckKind::Grpc,
            "h2ping" => CheckKind::H2Ping,
            "ttl" => CheckKind::Ttl,
            "monitor" | "script" => CheckKind::Script,
            "docker" => CheckKind::Docker,
            "alias" => CheckKind::Alias,
            "os_service" | "os-service" => CheckKind::OsService,
            "maintenance" => CheckKind::Maintenance,
            "" => self.kind_by_definition(),
            other => CheckKind::Other(other.to_owned()),
        }
    }

    /// Checks that were put into the catalog by hand have no type; what they do may stand in their definition.
    fn kind_by_definition(&self) -> CheckKind {
        let has = |name: &str| {
            self.definition.get(name).is_some_and(|value| value.as_str().is_some_and(|text| !text.is_empty()))
        };
        match () {
            () if has("TCP") => CheckKind::Tcp,
            () if has("HTTP") => CheckKind::Http,
            () if has("GRPC") => CheckKind::Grpc,
            () if has("H2PING") => CheckKind::H2Ping,
            () if has("UDP") => CheckKind::Udp,
            () if has("OSService") => CheckKind::OsService,
            () => CheckKind::Unknown,
        }
    }
}

/// Go's `1m30s`, `500ms`; nothing for nothing and for what is none.
pub(super) fn duration(text: &str) -> Option<Duration> {
    let mut total = 0.0;
    let mut rest = text.trim();
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let value: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let end = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        total += value
            * match &rest[..end] {
                "h" => 3600.0,
                "m" => 60.0,
                "s" => 1.0,
                "ms" => 1e-3,
                "us" | "µs" => 1e-6,
                "ns" => 1e-9,
                _ => return None,
            };
        rest = &rest[end..];
    }
    if total > 0.0 { Duration::try_from_secs_f64(total).ok() } else { None }
}

/// The worst of checks wins, maintenance before all; an instance that nobody checks passes.
pub(super) fn worst(checks: &[Check]) -> Health {
    let of = |check: &Check| match (&check.kind, check.status) {
        (CheckKind::Maintenance, Health::Critical) => Health::Maintenance,
        // A status that is none of Consul's is no reason to trust it.
        (_, Health::Unknown) => Health::Critical,
        (_, status) => status,
    };
    checks.iter().map(of).max().unwrap_or(Health::Passing)
}

/// Why it is in maintenance: the service's reason before the node's.
pub(super) fn maintenance_reason(checks: &[Check]) -> Option<String> {
    let on = |check: &&Check| check.kind == CheckKind::Maintenance && check.status == Health::Critical;
    let found = checks.iter().filter(on).min_by_key(|check| check.is_node)?;
    Some(found.notes.clone())
}

/// An instance of a service on a node. `far` says that it lies in another datacenter than the agent that was asked: its
/// addresses for the wide area then go before the others.
pub(super) fn instance(node: &RawNode, service: RawService, checks: Vec<Check>, far: bool) -> Instance {
    let (address, port) = address(node, &service, far);
    let weights = service.weights.as_ref().map_or((1, 1), |weights| (weight(weights.passing), weight(weights.warning)));
    let tagged_addresses = service
        .tagged_addresses
        .iter()
        .map(|(name, tagged)| (name.clone(), tagged_text(&tagged.address, tagged.port)))
        .collect();
    Instance {
        key: InstanceKey {
            datacenter: node.datacenter.clone(),
            node: node.node.clone(),
            service: service.service,
            id: service.id,
        },
        address,
        port: u16::try_from(port).unwrap_or(0),
        tags: service.tags,
        meta: service.meta,
        weights,
        tagged_addresses,
        health: worst(&checks),
        maintenance_reason: maintenance_reason(&checks),
        checks,
        node_address: node.address.clone(),
        index: service.modify_index,
    }
}

fn weight(value: i64) -> u32 {
    u32::try_from(value).unwrap_or(0)
}

/// The service's address, else its node's; across datacenters those for the wide area first.
fn address(node: &RawNode, service: &RawService, far: bool) -> (String, i64) {
    let filled = |text: &String| !text.is_empty();
    if far {
        if let Some(wan) = service.tagged_addresses.get("wan").filter(|wan| filled(&wan.address)) {
            return (bare(&wan.address), if wan.port > 0 { wan.port } else { service.port });
        }
        if service.address.is_empty()
            && let Some(wan) = node.tagged_addresses.get("wan").filter(|wan| filled(wan))
        {
            return (bare(wan), service.port);
        }
    }
    (bare(if service.address.is_empty() { &node.address } else { &service.address }), service.port)
}

/// IPv6 without the brackets that somebody may have registered.
fn bare(address: &str) -> String {
    address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(address).to_owned()
}

/// `host:port`; a whole URL (Kratos) as it is.
fn tagged_text(address: &str, port: i64) -> String {
    if address.contains("://") || port <= 0 {
        address.to_owned()
    } else if address.contains(':') && !address.starts_with('[') {
        format!("[{address}]:{port}")
    } else {
        format!("{address}:{port}")
    }
}

/// A node out of the catalog; what else is known of it comes from elsewhere.
pub(super) fn node(raw: RawNode) -> Node {
    Node {
        name: raw.node,
        id: raw.id,
        address: raw.address,
        datacenter: raw.datacenter,
        meta: raw.meta,
        ..Node::default()
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::format_collect,
        reason = "tests may end by panicking, and their texts are short"
    )]

    use super::*;

    fn check(id: &str, status: &str, service: &str) -> Check {
        RawCheck {
            id: id.to_owned(),
            status: status.to_owned(),
            service_id: service.to_owned(),
            notes: format!("why {id}"),
            ..RawCheck::default()
        }
        .into_check()
    }

    #[test]
    fn the_worst_check_wins_and_maintenance_before_all() {
        let of = |checks: &[(&str, &str)]| {
            worst(&checks.iter().map(|(id, status)| check(id, status, "s")).collect::<Vec<_>>())
        };
        assert_eq!(of(&[]), Health::Passing);
        assert_eq!(of(&[("a", "passing"), ("b", "warning")]), Health::Warning);
        assert_eq!(of(&[("a", "critical"), ("b", "warning")]), Health::Critical);
        assert_eq!(of(&[("a", "critical"), ("_service_maintenance:9001", "critical")]), Health::Maintenance);
        assert_eq!(of(&[("_node_maintenance", "critical")]), Health::Maintenance);
        assert_eq!(of(&[("a", "odd")]), Health::Critical);
    }

    #[test]
    fn the_services_own_reason_goes_before_its_nodes() {
        let checks = [check("_node_maintenance", "critical", ""), check("_service_maintenance:s", "critical", "s")];
        assert_eq!(maintenance_reason(&checks).as_deref(), Some("why _service_maintenance:s"));
        assert_eq!(maintenance_reason(&checks[..1]).as_deref(), Some("why _node_maintenance"));
        assert_eq!(maintenance_reason(&[check("a", "critical", "s")]), None);
    }

    #[test]
    fn durations_of_go() {
        for (text, millis) in [("5s", 5000), ("1m30s", 90_000), ("500ms", 500), ("1h0m0s", 3_600_000), ("1.5s", 1500)] {
            assert_eq!(duration(text), Some(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "0s", "5", "s", "5x", "-1s"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn what_a_check_does() {
        let kind = |json: &str| serde_json::from_str::<RawCheck>(json).expect("json").into_check();
        assert_eq!(kind(r#"{"Type": "grpc", "Interval": "5s"}"#).kind, CheckKind::Grpc);
        assert_eq!(kind(r#"{"Type": "grpc", "Interval": "5s"}"#).interval, Some(Duration::from_secs(5)));
        let defined = kind(r#"{"Type": "", "Definition": {"TCP": "h:1", "Interval": "10s", "Timeout": "1s"}}"#);
        assert_eq!(defined.kind, CheckKind::Tcp);
        assert_eq!((defined.interval, defined.timeout), (Some(Duration::from_secs(10)), Some(Duration::from_secs(1))));
        assert_eq!(kind(r#"{"CheckID": "serfHealth", "Type": ""}"#).kind, CheckKind::Serf);
        assert_eq!(kind(r#"{"Type": "new-one"}"#).kind, CheckKind::Other("new-one".to_owned()));
        assert_eq!(kind(r#"{"Definition": null, "Type": null}"#).kind, CheckKind::Unknown);
    }

    #[test]
    fn which_address_is_called() {
        let at = |far: bool, json: &str| {
            let entry: RawEntry = serde_json::from_str(json).expect("json");
            instance(&entry.node, entry.service, Vec::new(), far).host_port()
        };
        let plain = r#"{"Node": {"Address": "10.0.0.1"}, "Service": {"Port": 80}}"#;
        let own = r#"{"Node": {"Address": "10.0.0.1"}, "Service": {"Port": 80, "Address": "10.0.0.2"}}"#;
        let wan = r#"{"Node": {"Address": "10.0.0.1", "TaggedAddresses": {"wan": "1.1.1.1"}},
            "Service": {"Port": 80, "Address": "10.0.0.2", "TaggedAddresses": {"wan": {"Address": "2.2.2.2", "Port": 81}}}}"#;
        let node_wan =
            r#"{"Node": {"Address": "10.0.0.1", "TaggedAddresses": {"wan": "1.1.1.1"}}, "Service": {"Port": 80}}"#;
        let six = r#"{"Node": {"Address": "::1"}, "Service": {"Port": 80, "Address": "[fe80::1]"}}"#;
        assert_eq!(at(false, plain), "10.0.0.1:80");
        assert_eq!(at(false, own), "10.0.0.2:80");
        assert_eq!(at(false, wan), "10.0.0.2:80");
        assert_eq!(at(true, wan), "2.2.2.2:81");
        assert_eq!(at(true, own), "10.0.0.2:80");
        assert_eq!(at(true, node_wan), "1.1.1.1:80");
        assert_eq!(at(false, node_wan), "10.0.0.1:80");
        assert_eq!(at(false, six), "[fe80::1]:80");
    }

    #[test]
    fn tagged_addresses_read_as_they_were_meant() {
        assert_eq!(tagged_text("10.0.0.1", 80), "10.0.0.1:80");
        assert_eq!(tagged_text("fe80::1", 80), "[fe80::1]:80");
        assert_eq!(tagged_text("grpc://10.0.0.1:9000?isSecure=false", 9000), "grpc://10.0.0.1:9000?isSecure=false");
    }

    #[test]
    fn a_round_trip_is_reckoned_as_consul_does() {
        // The example of Consul's own documentation has no numbers; these are checked by hand.
        let at = |vec: [f64; 2], adjustment, height| RawCoord { vec: vec.to_vec(), adjustment, height };
        let near = at([0.0, 0.0], 0.0, 0.001);
        assert_eq!(near.distance(&at([0.003, 0.004], 0.0, 0.002)), Some(Duration::from_millis(8)));
        assert_eq!(near.distance(&at([0.003, 0.004], -1.0, 0.002)), Some(Duration::from_millis(8)));
        assert_eq!(near.distance(&RawCoord::default()), None);
    }
}
