//! What changes services at an agent, each act followed by a look: Consul answers 200 to a good deal that it did not do
//! (deregistering an id that it does not know, or that another agent has).
//!
//! Lives here: registering, deregistering through the agent that owns the instance, maintenance, TTL checks. Absent:
//! what a registration is (`registration`), keys and values (`keys`).

use std::time::{Duration, Instant};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::http::{Ask, Http};
use super::settings::AgentAddress;
use crate::registry::{Absent, Health, InstanceKey, Lacks, NotAsked, RegistryError, RegistryFault, Undone};

/// How long the catalog may take to hear of what its agent did.
const CATALOG: Duration = Duration::from_secs(10);
/// An agent's ports where ours is a unix socket.
const HTTP_PORT: u16 = 8500;
const HTTPS_PORT: u16 = 8501;
/// So many questions at once while an id is looked for.
const AT_ONCE: usize = 16;
/// How Consul refuses a body of which it knows every field and which has no name: nothing is registered.
const NO_NAME: &str = "missing service name";

/// `GET /v1/agent/self`, what matters of it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AgentSelf {
    config: AgentConfig,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AgentConfig {
    datacenter: String,
    node_name: String,
}

/// `GET /v1/agent/service/ID`, what matters of it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AgentService {
    service: String,
    #[serde(default)]
    address: String,
    #[serde(default)]
    port: i64,
}

/// One of `GET /v1/agent/checks` and of `GET /v1/health/checks/NAME`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AgentCheck {
    node: String,
    #[serde(rename = "CheckID")]
    check_id: String,
    status: String,
    #[serde(default)]
    notes: String,
    #[serde(default)]
    service_name: String,
}

/// One of `GET /v1/catalog/service/NAME`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CatalogService {
    node: String,
    #[serde(rename = "ServiceID")]
    service_id: String,
    #[serde(default)]
    service_address: String,
    #[serde(default)]
    service_port: i64,
    #[serde(default)]
    service_tags: Option<Vec<String>>,
    #[serde(default)]
    service_meta: Option<Map<String, Value>>,
}

/// `GET /v1/catalog/node/NAME`; `null` where there is none.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CatalogNode {
    node: NodeAddress,
    services: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NodeAddress {
    node: String,
    address: String,
    #[serde(default)]
    datacenter: String,
}

/// One of `GET /v1/agent/members`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Member {
    name: String,
}

/// The service that has this id at this agent.
pub(super) async fn id_taken(http: &Http, id: &str) -> Result<Option<String>, RegistryError> {
    Ok(agent_service(http, id).await?.map(|found| found.service))
}

/// Asks the agent whether it knows every field of a body, and changes nothing: a body without a name is refused only
/// after its fields were read.
pub(super) async fn rehearse(http: &Http, body: &Value) -> Result<(), RegistryError> {
    let mut nameless = body.clone();
    if let Some(fields) = nameless.as_object_mut() {
        fields.retain(|name, _| !name.eq_ignore_ascii_case("Name"));
    }
    let ask = Ask::put(&["v1", "agent", "service", "register"]).body(nameless.to_string());
    let reply = http.send_any(&ask).await?;
    if reply.status == 400 && reply.text().to_ascii_lowercase().contains(NO_NAME) {
        return no_unknown_node(http, body).await;
    }
    Err(http.refused(&Ask::put(&["v1", "agent", "service", "register"]), &reply))
}

/// Registers, replacing what has the same id with its checks, and looks whether it is there.
pub(super) async fn register(http: &Http, body: &Value) -> Result<(), RegistryError> {
    no_unknown_node(http, body).await?;
    let ask = Ask::put(&["v1", "agent", "service", "register"])
        .query("replace-existing-checks", "true")
        .body(body.to_string());
    http.send(&ask).await?;
    let field = |name: &str| {
        let fields = body.as_object()?;
        fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    };
    let text = |name: &str| field(name).and_then(Value::as_str).unwrap_or_default();
    let (name, id) = (text("Name"), text("ID"));
    let id = if id.is_empty() { name } else { id };
    let found = match agent_service(http, id).await {
        Ok(found) => found,
        // Who may write may read, so this is no rule of Consul's own; nothing is known then.
        Err(error) if matches!(error.fault, RegistryFault::Denied(_)) => return Ok(()),
        Err(error) => return Err(error),
    };
    let not_done = |what: Undone| Err(http.error(&ask, RegistryFault::NotDone(what)));
    match found {
        None => not_done(Undone::NoService(id.to_owned())),
        Some(found) if found.service != name => {
            let (id, wanted) = (id.to_owned(), name.to_owned());
            not_done(Undone::OtherService { id, service: found.service, wanted })
        }
        Some(found) => {
            let port = field("Port").and_then(Value::as_i64).unwrap_or_default();
            if found.address != text("Address") || found.port != port {
                let place = format!("{}:{}", found.address, found.port);
                return not_done(Undone::Elsewhere { id: id.to_owned(), place });
            }
            let wanted = Wanted {
                id,
                name,
                address: found.address,
                port,
                tags: field("Tags").cloned().unwrap_or(Value::Array(Vec::new())),
                meta: field("Meta").and_then(Value::as_object).cloned().unwrap_or_default(),
                keeps_tags: field("EnableTagOverride").and_then(Value::as_bool).unwrap_or_default(),
            };
            arrived(http, &ask, &wanted).await
        }
    }
}

/// What the catalog is to say of a registered service.
struct Wanted<'a> {
    id: &'a str,
    name: &'a str,
    address: String,
    port: i64,
    tags: Value,
    meta: Map<String, Value>,
    /// The catalog's tags go before the agent's.
    keeps_tags: bool,
}

/// Waits until the catalog has heard of it from the agent, so that whoever looks next finds it; not where the token may
/// not see it.
async fn arrived(http: &Http, done: &Ask, wanted: &Wanted<'_>) -> Result<(), RegistryError> {
    let Some(own) = own_node(http).await? else { return Ok(()) };
    if catalog_node(http, Some(&own.datacenter), &own.node_name).await?.is_none() {
        return Ok(());
    }
    let look = || Ask::get(&["v1", "catalog", "service", wanted.name]).in_datacenter(some(&own.datacenter));
    let is_it = |one: &CatalogService| one.service_id == wanted.id && one.node == own.node_name;
    let is_so = |all: &Vec<CatalogService>| {
        all.iter().filter(|one| is_it(one)).any(|one| {
            let tags = Value::from(one.service_tags.clone().unwrap_or_default());
            one.service_address == wanted.address
                && one.service_port == wanted.port
                && (wanted.keeps_tags || tags == wanted.tags)
                && one.service_meta.clone().unwrap_or_default() == wanted.meta
        })
    };
    if until(http, &look, &is_so).await? {
        return Ok(());
    }
    let (all, _) = http.json::<Vec<CatalogService>>(&look()).await?;
    if all.iter().any(is_it) {
        return Ok(());
    }
    let what = Undone::NotInCatalog { id: wanted.id.to_owned(), seconds: CATALOG.as_secs() };
    Err(http.error(done, RegistryFault::NotDone(what)))
}

/// An alias of a node that there is not ends agents up to 1.8 by a crash, with everything that they watch over.
async fn no_unknown_node(http: &Http, body: &Value) -> Result<(), RegistryError> {
    let mut nodes = Vec::new();
    let fields = body.as_object().into_iter().flatten();
    for (_, value) in fields.filter(|(name, _)| ["check", "checks"].contains(&name.to_ascii_lowercase().as_str())) {
        let checks = match value {
            Value::Array(checks) => checks.as_slice(),
            one => std::slice::from_ref(one),
        };
        nodes.extend(checks.iter().filter_map(|check| {
            let (_, node) = check.as_object()?.iter().find(|(name, _)| name.eq_ignore_ascii_case("AliasNode"))?;
            node.as_str().filter(|node| !node.is_empty())
        }));
    }
    for node in nodes {
        let ask = Ask::get(&["v1", "catalog", "node", node]);
        if http.json::<Option<CatalogNode>>(&ask).await?.0.is_none() {
            return Err(http.error(&ask, RegistryFault::NoAliasNode(node.to_owned())));
        }
    }
    Ok(())
}

/// Where instances with this id are, in all of a datacenter. The agent that is asked answers for itself, unless another
/// node was named.
pub(super) async fn find(
    http: &Http,
    datacenter: Option<&str>,
    id: &str,
    node: Option<&str>,
) -> Result<Vec<InstanceKey>, RegistryError> {
    let datacenter = datacenter.or(http.settings().datacenter.as_deref());
    if let Some(own) = own_node(http).await?
        && datacenter.is_none_or(|datacenter| datacenter == own.datacenter)
        && node.is_none_or(|node| node == own.node_name)
        && let Some(service) = agent_service(http, id).await?
    {
        let (service, id) = (service.service, id.to_owned());
        return Ok(vec![InstanceKey { datacenter: own.datacenter, node: own.node_name, service, id }]);
    }
    let names = if let Some(node) = node {
        vec![node.to_owned()]
    } else {
        let ask = Ask::get(&["v1", "catalog", "nodes"]).in_datacenter(datacenter);
        let (nodes, _) = http.json::<Vec<NodeAddress>>(&ask).await?;
        nodes.into_iter().map(|node| node.node).collect()
    };
    let mut found = Vec::new();
    for some in names.chunks(AT_ONCE) {
        let asks = some.iter().map(|name| catalog_node(http, datacenter, name));
        for node in futures_util::future::try_join_all(asks).await?.into_iter().flatten() {
            let service = node
                .services
                .unwrap_or_default()
                .into_values()
                .find(|service| service.get("ID").and_then(Value::as_str) == Some(id));
            if let Some(service) = service {
                let service = service.get("Service").and_then(Value::as_str).unwrap_or_default().to_owned();
                let (datacenter, node) = (node.node.datacenter, node.node.node);
                found.push(InstanceKey { datacenter, node, service, id: id.to_owned() });
            }
        }
    }
    if found.is_empty()
        && let Some(service) = without_agent_read(http, id, node).await?
    {
        found.push(service);
    }
    Ok(found)
}

/// What our agent has of this id, where the token may see neither nodes nor the agent: an act on it is Consul's to judge.
async fn without_agent_read(http: &Http, id: &str, node: Option<&str>) -> Result<Option<InstanceKey>, RegistryError> {
    if node.is_some() {
        return Ok(None);
    }
    match agent_service(http, id).await? {
        Some(found) => Ok(Some(InstanceKey { service: found.service, id: id.to_owned(), ..InstanceKey::default() })),
        None => Ok(None),
    }
}

/// Deregisters through the agent that owns the instance, and looks there and in the catalog that it is gone.
pub(super) async fn deregister(http: &Http, instance: &InstanceKey) -> Result<(), RegistryError> {
    let owner = owner(http, &instance.datacenter, &instance.node, Some(&instance.id)).await?;
    let agent = match owner {
        Owner::Agent(agent) => agent,
        Owner::Nobody => return deregister_ownerless(http, instance).await,
    };
    let ask = Ask::put(&["v1", "agent", "service", "deregister", &instance.id]);
    let service = match agent_service(&agent, &instance.id).await {
        Ok(Some(found)) => found.service,
        Ok(None) => {
            return Err(agent.error(&ask, RegistryFault::Missing(no_instance(instance))));
        }
        // Who may not look may still be allowed to write; Consul says so itself.
        Err(error) if matches!(error.fault, RegistryFault::Denied(_)) => instance.service.clone(),
        Err(error) => return Err(error),
    };
    agent.send(&ask).await?;
    if let Ok(Some(_)) = agent_service(&agent, &instance.id).await {
        let what = Undone::StillAtAgent { node: instance.node.clone(), id: instance.id.clone() };
        return Err(agent.error(&ask, RegistryFault::NotDone(what)));
    }
    gone_from_catalog(http, &ask, instance, &service).await
}

fn no_instance(instance: &InstanceKey) -> Absent {
    Absent::Instance { id: instance.id.clone(), node: instance.node.clone() }
}

/// An instance at a node that is no agent's (registered in the catalog, by hand or by another program): no agent would
/// register it anew, so the catalog is the place.
async fn deregister_ownerless(http: &Http, instance: &InstanceKey) -> Result<(), RegistryError> {
    let node = catalog_node(http, Some(&instance.datacenter), &instance.node).await?;
    let ask = Ask::put(&["v1", "catalog", "deregister"]);
    let services = node.and_then(|node| node.services).unwrap_or_default();
    if !services.contains_key(&instance.id) {
        let what = Absent::Registered { id: instance.id.clone(), node: instance.node.clone() };
        return Err(http.error(&ask, RegistryFault::Missing(what)));
    }
    let body = serde_json::json!({
        "Datacenter": instance.datacenter, "Node": instance.node, "ServiceID": instance.id,
    });
    http.send(&ask.clone().body(body.to_string())).await?;
    gone_from_catalog(http, &ask, instance, &instance.service).await
}

async fn gone_from_catalog(
    http: &Http,
    done: &Ask,
    instance: &InstanceKey,
    service: &str,
) -> Result<(), RegistryError> {
    let look = || Ask::get(&["v1", "catalog", "service", service]).in_datacenter(some(&instance.datacenter));
    if service.is_empty() {
        return Ok(());
    }
    let is_gone = |all: &Vec<CatalogService>| !all.iter().any(|one| is_of(one, instance));
    if until(http, &look, &is_gone).await? {
        return Ok(());
    }
    let what = Undone::StillInCatalog { id: instance.id.clone(), seconds: CATALOG.as_secs() };
    Err(http.error(done, RegistryFault::NotDone(what)))
}

async fn is_in_catalog(http: &Http, instance: &InstanceKey, service: &str) -> Result<bool, RegistryError> {
    let ask = Ask::get(&["v1", "catalog", "service", service]).in_datacenter(some(&instance.datacenter));
    let (all, _) = http.json::<Vec<CatalogService>>(&ask).await?;
    Ok(all.iter().any(|one| is_of(one, instance)))
}

fn is_of(one: &CatalogService, instance: &InstanceKey) -> bool {
    one.service_id == instance.id && (instance.node.is_empty() || one.node == instance.node)
}

/// Puts an instance into maintenance, or takes it out with `None`; looks at its agent and in the catalog.
pub(super) async fn maintain(http: &Http, instance: &InstanceKey, reason: Option<&str>) -> Result<(), RegistryError> {
    let agent = owning_agent(http, instance).await?;
    let enable = reason.is_some();
    let mut ask =
        Ask::put(&["v1", "agent", "service", "maintenance", &instance.id]).query("enable", enable.to_string());
    if let Some(reason) = reason.filter(|reason| !reason.is_empty()) {
        ask = ask.query("reason", reason);
    }
    let reply = agent.send_any(&ask).await?;
    if reply.status == 404 {
        return Err(agent.error(&ask, RegistryFault::Missing(no_instance(instance))));
    }
    if reply.status != 200 {
        return Err(agent.refused(&ask, &reply));
    }
    let check_id = format!("_service_maintenance:{}", instance.id);
    let is_so = |check: &AgentCheck| match reason {
        // Consul has words of its own where there are none.
        Some(reason) => reason.is_empty() || check.notes == reason,
        None => false,
    };
    let check = agent_check(&agent, &check_id).await?;
    if check.as_ref().map_or(enable, |check| !is_so(check)) {
        let what = match check {
            Some(check) => Undone::InMaintenance { id: instance.id.clone(), reason: check.notes },
            None => Undone::NotInMaintenance(instance.id.clone()),
        };
        return Err(agent.error(&ask, RegistryFault::NotDone(what)));
    }
    let service = agent_service(&agent, &instance.id).await?.map_or_else(|| instance.service.clone(), |it| it.service);
    if !is_in_catalog(http, instance, &service).await? {
        // The token may not see nodes, or the catalog does not know it yet: then there is nothing to wait for.
        return Ok(());
    }
    let look = || Ask::get(&["v1", "health", "checks", &service]).in_datacenter(some(&instance.datacenter));
    let in_catalog = |all: &Vec<AgentCheck>| {
        let of_this = |check: &&AgentCheck| {
            check.check_id == check_id && (instance.node.is_empty() || check.node == instance.node)
        };
        all.iter().find(of_this).map_or(!enable, is_so)
    };
    if until(http, &look, &in_catalog).await? {
        return Ok(());
    }
    let what = Undone::CatalogLate(CATALOG.as_secs());
    Err(http.error(&ask, RegistryFault::NotDone(what)))
}

/// Sets a TTL check by hand, at the agent of its node, and looks whether it is so.
pub(super) async fn set_ttl(http: &Http, node: &str, check: &str, to: Health, says: &str) -> Result<(), RegistryError> {
    let verb = match to {
        Health::Passing => "pass",
        Health::Warning => "warn",
        Health::Critical => "fail",
        Health::Unknown | Health::Maintenance => {
            let fault = RegistryFault::Unsupported(Lacks::OtherHealth);
            return Err(http.error(&Ask::put(&["v1", "agent", "check"]), fault));
        }
    };
    let agent = match owner(http, "", node, None).await? {
        Owner::Agent(agent) => agent,
        Owner::Nobody => return Err(no_agent(http, node)),
    };
    let mut ask = Ask::put(&["v1", "agent", "check", verb, check]);
    if !says.is_empty() {
        ask = ask.query("note", says);
    }
    let reply = agent.send_any(&ask).await?;
    let found = agent_check(&agent, check).await;
    if matches!(found, Ok(None)) && matches!(reply.status, 404 | 500) {
        let what = Absent::Check { id: check.to_owned(), node: node.to_owned() };
        return Err(agent.error(&ask, RegistryFault::Missing(what)));
    }
    if reply.status != 200 {
        return Err(agent.refused(&ask, &reply));
    }
    match found? {
        Some(found) if found.status == to.name() => heard_of_check(http, &found).await,
        Some(found) => {
            let is = Undone::CheckIs { check: check.to_owned(), status: found.status };
            Err(agent.error(&ask, RegistryFault::NotDone(is)))
        }
        None => Err(agent.error(&ask, RegistryFault::NotDone(Undone::CheckGone(check.to_owned())))),
    }
}

/// Waits until the catalog says the same of a check as its agent; not where it does not show the check.
async fn heard_of_check(http: &Http, check: &AgentCheck) -> Result<(), RegistryError> {
    if check.service_name.is_empty() {
        return Ok(());
    }
    let look = || Ask::get(&["v1", "health", "checks", &check.service_name]);
    let is_so = |all: &Vec<AgentCheck>| {
        let there = all.iter().find(|one| one.check_id == check.check_id && one.node == check.node);
        there.is_none_or(|there| there.status == check.status)
    };
    if until(http, &look, &is_so).await? {
        return Ok(());
    }
    let what = Undone::CatalogLate(CATALOG.as_secs());
    Err(http.error(&look(), RegistryFault::NotDone(what)))
}

/// Who has a node's services.
enum Owner {
    /// This agent.
    Agent(Http),
    /// No agent: the node is in the catalog alone.
    Nobody,
}

async fn owning_agent(http: &Http, instance: &InstanceKey) -> Result<Http, RegistryError> {
    match owner(http, &instance.datacenter, &instance.node, Some(&instance.id)).await? {
        Owner::Agent(agent) => Ok(agent),
        Owner::Nobody => Err(no_agent(http, &instance.node)),
    }
}

fn no_agent(http: &Http, node: &str) -> RegistryError {
    let fault = RegistryFault::OtherAgent { node: node.to_owned(), address: String::new(), why: NotAsked::NoAgent };
    http.error(&Ask::get(&["v1", "agent", "members"]), fault)
}

/// The agent of a node: ours, or the one at the node's address and our port, if it says itself that it is that node's.
async fn owner(http: &Http, datacenter: &str, node: &str, id: Option<&str>) -> Result<Owner, RegistryError> {
    let own = own_node(http).await?;
    let is_own = match &own {
        Some(own) => {
            (node.is_empty() || own.node_name == node) && (datacenter.is_empty() || own.datacenter == datacenter)
        }
        None => node.is_empty() || only_there(http, datacenter, node, id).await?,
    };
    if is_own {
        return Ok(Owner::Agent(http.clone()));
    }
    let asked = Ask::get(&["v1", "agent", "self"]);
    let Some(found) = catalog_node(http, some(datacenter), node).await? else {
        return Err(http.error(&asked, RegistryFault::Missing(Absent::Node(node.to_owned()))));
    };
    let address = found.node.address;
    let is_here = own.as_ref().is_some_and(|own| datacenter.is_empty() || own.datacenter == datacenter);
    if is_here && let Some(own) = &own {
        let (members, _) = http.json::<Vec<Member>>(&Ask::get(&["v1", "agent", "members"])).await?;
        // Who does not see its own agent among them may not see the others either.
        let sees_all = members.iter().any(|member| member.name == own.node_name);
        if sees_all && !members.iter().any(|member| member.name == node) {
            return Ok(Owner::Nobody);
        }
    }
    let other = |why: NotAsked| {
        let fault = RegistryFault::OtherAgent { node: node.to_owned(), address: address.clone(), why };
        http.error(&asked, fault)
    };
    let mut settings = http.settings().clone();
    let port = match &settings.address {
        AgentAddress::Tcp(_, port) => *port,
        AgentAddress::Unix(_) if settings.tls => HTTPS_PORT,
        AgentAddress::Unix(_) => HTTP_PORT,
    };
    settings.address = AgentAddress::Tcp(address.clone(), port);
    let agent = Http::new(settings).map_err(|error| other(NotAsked::Unusable(Box::new(error.fault))))?;
    let place = agent.place().address.clone();
    match agent.json::<AgentSelf>(&asked).await {
        Ok((it, _)) if it.config.node_name == node && (datacenter.is_empty() || it.config.datacenter == datacenter) => {
            Ok(Owner::Agent(agent))
        }
        Ok((it, _)) => Err(other(NotAsked::OtherNode { place, node: it.config.node_name })),
        Err(error) => Err(other(NotAsked::Failed { place, fault: Box::new(error.fault) })),
    }
}

/// Without the right to read `agent/self`: whether an instance with this id is at our agent and at this node alone.
async fn only_there(http: &Http, datacenter: &str, node: &str, id: Option<&str>) -> Result<bool, RegistryError> {
    let Some(id) = id else { return Ok(false) };
    let Some(service) = agent_service(http, id).await? else { return Ok(false) };
    let ask = Ask::get(&["v1", "catalog", "service", &service.service]).in_datacenter(some(datacenter));
    let (all, _) = http.json::<Vec<CatalogService>>(&ask).await?;
    let mut nodes = all.iter().filter(|one| one.service_id == id).map(|one| one.node.as_str());
    Ok(nodes.next() == Some(node) && nodes.next().is_none())
}

/// Which node our agent is; `None` where the token may not ask.
async fn own_node(http: &Http) -> Result<Option<AgentConfig>, RegistryError> {
    match http.json::<AgentSelf>(&Ask::get(&["v1", "agent", "self"])).await {
        Ok((it, _)) => Ok(Some(it.config)),
        Err(error) if matches!(error.fault, RegistryFault::Denied(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn catalog_node(http: &Http, datacenter: Option<&str>, node: &str) -> Result<Option<CatalogNode>, RegistryError> {
    let ask = Ask::get(&["v1", "catalog", "node", node]).in_datacenter(datacenter.filter(|name| !name.is_empty()));
    Ok(http.json(&ask).await?.0)
}

async fn agent_service(http: &Http, id: &str) -> Result<Option<AgentService>, RegistryError> {
    let ask = Ask::get(&["v1", "agent", "service", id]);
    let reply = http.send_any(&ask).await?;
    match reply.status {
        200 => http.parse(&ask, &reply).map(Some),
        404 => Ok(None),
        _ => Err(http.refused(&ask, &reply)),
    }
}

async fn agent_check(http: &Http, id: &str) -> Result<Option<AgentCheck>, RegistryError> {
    let ask = Ask::get(&["v1", "agent", "checks"]);
    let (mut checks, _) = http.json::<std::collections::BTreeMap<String, AgentCheck>>(&ask).await?;
    Ok(checks.remove(id))
}

/// Asks the catalog until it is so, by blocking queries, for as long as it may take to hear of what an agent did. A token
/// that may not look has nothing to wait for.
async fn until<T: DeserializeOwned>(
    http: &Http,
    look: &(dyn Fn() -> Ask + Sync),
    is_so: &(dyn Fn(&T) -> bool + Sync),
) -> Result<bool, RegistryError> {
    let end = Instant::now() + CATALOG;
    let mut ask = look();
    loop {
        let (value, facts) = match http.json::<T>(&ask).await {
            Ok(answer) => answer,
            Err(error) if matches!(error.fault, RegistryFault::Denied(_)) => return Ok(true),
            Err(error) => {
                let what = Undone::CatalogUnseen(Box::new(error.fault.clone()));
                return Err(RegistryError { fault: RegistryFault::NotDone(what), ..error });
            }
        };
        if is_so(&value) {
            return Ok(true);
        }
        let left = end.saturating_duration_since(Instant::now());
        if left < Duration::from_secs(1) {
            return Ok(false);
        }
        // An index of 0 would not block.
        ask = look().blocking(facts.index.unwrap_or_default().max(1), left, http.settings().patience);
    }
}

fn some(name: &str) -> Option<&str> {
    (!name.is_empty()).then_some(name)
}
