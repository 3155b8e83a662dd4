//! What is read of an agent: services, instances, checks, nodes, the agent itself.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::Consul;
use super::http::{Ask, ReplyFacts};
use super::raw::{
    self, RawCheck, RawCoordinate, RawEntry, RawMember, RawNode, RawNodeServices, RawPlace, RawSelf, RawToken,
};
use crate::registry::{
    AgentInfo, Answer, Check, Datacenter, Health, Hidden, Instance, Node, RegistryError, RegistryFault, Scope,
    TokenInfo,
};

/// Questions that are on their way at once, where one look takes many.
const AT_ONCE: usize = 16;
/// For how long it is believed how the access rules stand.
const ACL_BELIEVED: Duration = Duration::from_mins(1);
/// The policy that hides nothing.
const MANAGEMENT: &str = "global-management";

/// How the access rules of an agent stand towards us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rules {
    /// There are none.
    Off,
    /// They hide nothing from us.
    Open,
    /// They may hide something.
    On,
}

/// Services by name, each with its tags.
pub(super) type Names = BTreeMap<String, Vec<String>>;

impl Consul {
    /// Instances of one service, in the order of the scope.
    pub(super) async fn service_instances(
        &self,
        scope: &Scope,
        name: &str,
    ) -> Result<(Vec<Instance>, ReplyFacts), RegistryError> {
        let (entries, facts): (Vec<RawEntry>, _) = self.http().json(&Self::service_ask(scope, name)).await?;
        Ok((self.instances_of(entries, scope).await, facts))
    }

    /// The question for the instances of one service.
    pub(super) fn service_ask(scope: &Scope, name: &str) -> Ask {
        let mut ask = Ask::get(&["v1", "health", "service", name]).within(scope);
        // Old servers take one tag only; the others are filtered here.
        if let Some(tag) = scope.tags.first() {
            ask = ask.query("tag", tag);
        }
        if scope.passing {
            ask = ask.query("passing", "true");
        }
        if let Some(near) = &scope.near {
            ask = ask.query("near", near);
        }
        if let Some(filter) = &scope.filter {
            ask = ask.query("filter", filter);
        }
        ask
    }

    /// What Consul listed, as instances, less what the scope leaves out; sorted by id unless the scope has an order.
    pub(super) async fn instances_of(&self, entries: Vec<RawEntry>, scope: &Scope) -> Vec<Instance> {
        let far = self.is_far(scope).await;
        let mut instances: Vec<Instance> = entries
            .into_iter()
            .map(|entry| {
                let checks = entry.checks.into_iter().map(RawCheck::into_check).collect();
                raw::instance(&entry.node, entry.service, checks, far)
            })
            .filter(|instance| fits(instance, scope))
            .collect();
        if scope.near.is_none() {
            sort(&mut instances);
        }
        instances
    }

    /// All instances, by the cheaper of two ways: one question a service, or one a node and one for all checks. Where
    /// the scope has a filter expression only the first will do: it is written for that question.
    pub(super) async fn all_instances(&self, scope: &Scope) -> Result<(Vec<Instance>, ReplyFacts), RegistryError> {
        let names = self.service_names(scope).await?;
        self.all_of(scope, names).await
    }

    /// The same, where the names of services are known.
    pub(super) async fn all_of(
        &self,
        scope: &Scope,
        names: Vec<String>,
    ) -> Result<(Vec<Instance>, ReplyFacts), RegistryError> {
        let by_id = Scope { near: None, ..scope.clone() };
        let nodes = if scope.filter.is_none() && names.len() > 1 {
            let all =
                Scope { datacenter: scope.datacenter.clone(), consistency: scope.consistency, ..Scope::default() };
            Some(self.catalog_nodes(&all).await?.0)
        } else {
            None
        };
        let (mut instances, facts) = match nodes {
            Some(nodes) if nodes.len() < names.len() => {
                let (found, rows) =
                    futures_util::try_join!(self.places_by_node(&by_id, nodes), self.check_rows(&by_id))?;
                let (mut instances, facts) = found;
                let checks = ChecksByPlace::new(rows.0);
                for instance in &mut instances {
                    checks.give(instance);
                }
                instances.retain(|instance| fits(instance, scope));
                (instances, merged_facts(facts, &rows.1))
            }
            _ => self.by_service(&by_id, names).await?,
        };
        sort(&mut instances);
        Ok((instances, facts))
    }

    /// All instances without their checks, whatever the scope's tags and health, by the cheaper way.
    pub(super) async fn places(
        &self,
        scope: &Scope,
        names: Vec<String>,
    ) -> Result<(Vec<Instance>, ReplyFacts), RegistryError> {
        let place = Scope { datacenter: scope.datacenter.clone(), consistency: scope.consistency, ..Scope::default() };
        let nodes = self.catalog_nodes(&place).await?.0;
        let (mut instances, facts) = if nodes.len() < names.len() {
            self.places_by_node(&place, nodes).await?
        } else {
            self.places_by_service(&place, names).await?
        };
        sort(&mut instances);
        Ok((instances, facts))
    }

    async fn places_by_service(
        &self,
        scope: &Scope,
        names: Vec<String>,
    ) -> Result<(Vec<Instance>, ReplyFacts), RegistryError> {
        let far = self.is_far(scope).await;
        let found: Vec<_> = stream::iter(names.into_iter().map(|name| async move {
            let ask = Ask::get(&["v1", "catalog", "service", &name]).within(scope);
            let (found, facts): (Vec<RawPlace>, _) = self.http().json(&ask).await?;
            Ok::<_, RegistryError>((found.into_iter().map(|place| place.into_instance(far)).collect(), facts))
        }))
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
        Ok(merged(found))
    }

    /// The instances of these services.
    pub(super) async fn by_service(
        &self,
        scope: &Scope,
        names: Vec<String>,
    ) -> Result<(Vec<Instance>, ReplyFacts), RegistryError> {
        let found: Vec<(Vec<Instance>, ReplyFacts)> =
            stream::iter(names.into_iter().map(|name| async move { self.service_instances(scope, &name).await }))
                .buffer_unordered(AT_ONCE)
                .try_collect()
                .await?;
        Ok(merged(found))
    }

    async fn places_by_node(
        &self,
        scope: &Scope,
        nodes: Vec<RawNode>,
    ) -> Result<(Vec<Instance>, ReplyFacts), RegistryError> {
        let far = self.is_far(scope).await;
        let found: Vec<_> = stream::iter(nodes.into_iter().map(|node| async move {
            let ask = Ask::get(&["v1", "catalog", "node", &node.node]).within(scope);
            let (found, facts): (Option<RawNodeServices>, _) = self.http().json(&ask).await?;
            let found = found.unwrap_or_default();
            let services = found.services.into_values();
            let instances =
                services.map(|service| raw::instance(&found.node, service, Vec::new(), far)).collect::<Vec<_>>();
            Ok::<_, RegistryError>((instances, facts))
        }))
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
        Ok(merged(found))
    }

    /// Every check of every node and service.
    pub(super) async fn check_rows(&self, scope: &Scope) -> Result<(Vec<RawCheck>, ReplyFacts), RegistryError> {
        self.http().json(&Self::checks_ask(scope)).await
    }

    /// The question for every check.
    pub(super) fn checks_ask(scope: &Scope) -> Ask {
        Ask::get(&["v1", "health", "state", "any"]).within(scope)
    }

    /// The question for the names of services and their tags.
    pub(super) fn names_ask(scope: &Scope) -> Ask {
        Ask::get(&["v1", "catalog", "services"]).within(scope)
    }

    async fn service_names(&self, scope: &Scope) -> Result<Vec<String>, RegistryError> {
        if let Some(theirs) = self.theirs()
            && let Some(names) = theirs.service_names(self.http(), scope).await
        {
            return names;
        }
        let (names, _): (Names, _) = self.http().json(&Self::names_ask(scope)).await?;
        Ok(names.into_keys().collect())
    }

    async fn catalog_nodes(&self, scope: &Scope) -> Result<(Vec<RawNode>, ReplyFacts), RegistryError> {
        if let Some(theirs) = self.theirs()
            && let Some(nodes) = theirs.nodes(self.http(), scope).await
        {
            return nodes.map(|nodes| (nodes, ReplyFacts::default()));
        }
        let mut ask = Ask::get(&["v1", "catalog", "nodes"]).within(scope);
        if let Some(near) = &scope.near {
            ask = ask.query("near", near);
        }
        if let Some(filter) = &scope.filter {
            ask = ask.query("filter", filter);
        }
        self.http().json(&ask).await
    }

    /// The machines, with what members, coordinates, checks and the catalog say of them.
    pub(super) async fn read_nodes(&self, scope: &Scope) -> Result<Answer<Vec<Node>>, RegistryError> {
        let place = Scope { datacenter: scope.datacenter.clone(), consistency: scope.consistency, ..Scope::default() };
        let (raw, (rows, facts), names, own, is_far) = futures_util::join!(
            self.catalog_nodes(scope),
            async { self.check_rows(&place).await.unwrap_or_default() },
            async { self.all_instances(&place).await.map(|(instances, _)| instances).unwrap_or_default() },
            self.read_self(),
            self.is_far(scope),
        );
        let (raw, own_facts) = raw?;
        let own = own.ok().map(|own| own.config.node_name);
        let (members, coordinates) =
            futures_util::join!(self.members(is_far), async { self.coordinates(&place).await.unwrap_or_default() });
        let datacenter = raw.first().map(|node| node.datacenter.clone()).unwrap_or_default();
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for instance in &names {
            *counts.entry(&instance.key.node).or_default() += 1;
        }
        let checks = ChecksByPlace::new(rows);
        let here = own.as_ref().filter(|_| !is_far).and_then(|own| coordinates.iter().find(|at| at.node == **own));
        let nodes: Vec<Node> = raw
            .into_iter()
            .map(|raw| {
                let mut node = raw::node(raw);
                let on_node = checks.of_node(&node.name);
                node.health = if on_node.is_empty() { Health::Unknown } else { raw::worst(on_node) };
                let wide = format!("{}.{datacenter}", node.name);
                if let Some(member) =
                    members.iter().find(|member| if is_far { member.name == wide } else { member.name == node.name })
                {
                    node.state = member.state();
                    node.is_server = member.is_server();
                    node.version = member.version();
                }
                node.round_trip = here.and_then(|here| {
                    let there = coordinates.iter().find(|at| at.node == node.name && at.segment == here.segment)?;
                    if there.node == here.node { Some(Duration::ZERO) } else { here.coord.distance(&there.coord) }
                });
                node.checks = on_node.to_vec();
                node.instances = counts.get(node.name.as_str()).copied().unwrap_or_default();
                node
            })
            .collect();
        let facts = merged_facts(facts, &own_facts);
        let hidden = self.hidden(&facts).await;
        // A cluster has at least the node that answered.
        let hidden = if nodes.is_empty() && hidden == Hidden::Perhaps && scope.filter.is_none() {
            Hidden::Surely
        } else {
            hidden
        };
        Ok(Answer { value: nodes, hidden })
    }

    /// Members of the agent's gossip; those of the wide area are the servers of all datacenters.
    async fn members(&self, wide: bool) -> Vec<RawMember> {
        let mut ask = Ask::get(&["v1", "agent", "members"]);
        if wide {
            ask = ask.query("wan", "1");
        }
        self.http().json(&ask).await.map(|(members, _)| members).unwrap_or_default()
    }

    async fn coordinates(&self, scope: &Scope) -> Result<Vec<RawCoordinate>, RegistryError> {
        let ask = Ask::get(&["v1", "coordinate", "nodes"]).within(scope);
        Ok(self.http().json(&ask).await?.0)
    }

    async fn read_self(&self) -> Result<RawSelf, RegistryError> {
        Ok(self.http().json(&Ask::get(&["v1", "agent", "self"])).await?.0)
    }

    /// What the agent says of itself. Where the rules forbid that question, what others tell.
    pub(super) async fn read_agent(&self) -> Result<AgentInfo, RegistryError> {
        let (own, leader, token) = futures_util::join!(self.read_self(), self.leader(), self.token());
        let leader = leader?;
        let acl = match &token {
            Ok(_) => Some(true),
            Err(error) => match error.fault {
                RegistryFault::Unsupported(_) => Some(false),
                RegistryFault::UnknownToken | RegistryFault::Denied(_) => Some(true),
                _ => None,
            },
        };
        let (own, is_known) = match own {
            Ok(own) => (own, true),
            Err(error) if matches!(error.fault, RegistryFault::Denied(_)) => (RawSelf::default(), false),
            Err(error) => return Err(error),
        };
        let version = if own.config.version.is_empty() { own.member.version() } else { None };
        Ok(AgentInfo {
            node: own.config.node_name,
            node_id: own.config.node_id,
            datacenter: own.config.datacenter,
            version: version.unwrap_or(own.config.version),
            is_server: is_known.then_some(own.config.server),
            leader,
            acl: acl.or(own.debug_config.acls_enabled),
            token: token.ok(),
            stats: own.stats,
        })
    }

    async fn leader(&self) -> Result<Option<String>, RegistryError> {
        let (leader, _): (String, _) = self.http().json(&Ask::get(&["v1", "status", "leader"])).await?;
        Ok(Some(leader).filter(|leader| !leader.is_empty()))
    }

    async fn token(&self) -> Result<TokenInfo, RegistryError> {
        if let Some(theirs) = self.theirs() {
            return theirs.token(self.http()).await;
        }
        let (token, _): (RawToken, _) = self.http().json(&Ask::get(&["v1", "acl", "token", "self"])).await?;
        Ok(token.into_info())
    }

    /// Datacenters, the agent's own first.
    pub(super) async fn read_datacenters(&self) -> Result<Vec<Datacenter>, RegistryError> {
        let ask = Ask::get(&["v1", "catalog", "datacenters"]);
        let ((names, _), own) =
            futures_util::try_join!(self.http().json::<Vec<String>>(&ask), async { Ok(self.own_datacenter().await) })?;
        let mut all: Vec<Datacenter> =
            names.into_iter().map(|name| Datacenter { is_own: own.as_deref() == Some(name.as_str()), name }).collect();
        all.sort_by(|a, b| b.is_own.cmp(&a.is_own).then_with(|| a.name.cmp(&b.name)));
        Ok(all)
    }

    /// The agent's own datacenter: as it says, else the nearest, which is the first of Consul's list.
    pub(super) async fn own_datacenter(&self) -> Option<String> {
        let known = self.own_datacenter_cell();
        if let Some(name) = known.get() {
            return Some(name.clone());
        }
        let name = match self.read_self().await {
            Ok(own) if !own.config.datacenter.is_empty() => own.config.datacenter,
            _ => {
                let ask = Ask::get(&["v1", "catalog", "datacenters"]);
                self.http().json::<Vec<String>>(&ask).await.ok()?.0.into_iter().next()?
            }
        };
        Some(known.get_or_init(|| name).clone())
    }

    /// Whether the scope lies in another datacenter than the agent.
    async fn is_far(&self, scope: &Scope) -> bool {
        let asked = scope.datacenter.as_deref().or(self.http().settings().datacenter.as_deref());
        match asked {
            Some(asked) => self.own_datacenter().await.is_some_and(|own| own != asked),
            None => false,
        }
    }

    /// Whether something may be hidden behind an answer. Servers from 1.11 on say so themselves; of others it is known
    /// only whether there are rules, and whether they hold for us.
    pub(super) async fn hidden(&self, facts: &ReplyFacts) -> Hidden {
        if facts.is_filtered {
            return Hidden::Surely;
        }
        match facts.default_policy.as_deref() {
            // It would have said that it left something out.
            Some(_) => Hidden::Nothing,
            None => match self.rules().await {
                Rules::Off | Rules::Open => Hidden::Nothing,
                // The list is what the token may see, whose reach nobody tells.
                Rules::On => Hidden::Perhaps,
            },
        }
    }

    /// How the rules stand, asked once a minute at most.
    async fn rules(&self) -> Rules {
        let mut known = self.rules_cell().lock().await;
        if let Some((at, rules)) = *known
            && at.elapsed() < ACL_BELIEVED
        {
            return rules;
        }
        let rules = match self.token().await {
            Ok(token) if token.policies.iter().any(|policy| policy == MANAGEMENT) => Rules::Open,
            Ok(_) => Rules::On,
            Err(error) => match error.fault {
                RegistryFault::Unsupported(_) => Rules::Off,
                RegistryFault::UnknownToken | RegistryFault::Denied(_) => Rules::On,
                // Not known, and so not claimed; ask again next time.
                _ => return Rules::Off,
            },
        };
        *known = Some((Instant::now(), rules));
        rules
    }

    /// The answer to a question for all instances: a cluster always lists its own servers, so that a list without
    /// anything means that everything is hidden.
    pub(super) async fn answer_of_all(
        &self,
        instances: Vec<Instance>,
        facts: &ReplyFacts,
        scope: &Scope,
    ) -> Answer<Vec<Instance>> {
        let mut hidden = self.hidden(facts).await;
        let narrowed = scope.filter.is_some() || scope.passing || !scope.tags.is_empty();
        if instances.is_empty() && hidden == Hidden::Perhaps && !narrowed {
            hidden = Hidden::Surely;
        }
        Answer { value: instances, hidden }
    }

    /// The answer to a question for one service.
    pub(super) async fn answer_of_one(
        &self,
        instances: Vec<Instance>,
        facts: &ReplyFacts,
        scope: &Scope,
    ) -> Answer<Vec<Instance>> {
        let mut hidden = self.hidden(facts).await;
        if instances.is_empty() && hidden == Hidden::Perhaps {
            let place =
                Scope { datacenter: scope.datacenter.clone(), consistency: scope.consistency, ..Scope::default() };
            if self.service_names(&place).await.is_ok_and(|names| names.is_empty()) {
                hidden = Hidden::Surely;
            }
        }
        Answer { value: instances, hidden }
    }
}

/// Whether the scope's tags and health let it through. Tags compare as Consul compares them: in any case of letters.
pub(super) fn fits(instance: &Instance, scope: &Scope) -> bool {
    let has = |wanted: &String| instance.tags.iter().any(|tag| tag.to_lowercase() == wanted.to_lowercase());
    scope.tags.iter().all(has) && (!scope.passing || instance.health == Health::Passing)
}

/// By service, id and node.
pub(super) fn sort(instances: &mut [Instance]) {
    instances.sort_by(|a, b| (&a.key.service, &a.key.id, &a.key.node).cmp(&(&b.key.service, &b.key.id, &b.key.node)));
}

fn merged(parts: Vec<(Vec<Instance>, ReplyFacts)>) -> (Vec<Instance>, ReplyFacts) {
    let mut all = (Vec::new(), ReplyFacts::default());
    for (instances, facts) in parts {
        all.0.extend(instances);
        all.1 = merged_facts(all.1, &facts);
    }
    all
}

/// What two answers together say of what is hidden.
pub(super) fn merged_facts(mut facts: ReplyFacts, other: &ReplyFacts) -> ReplyFacts {
    facts.is_filtered |= other.is_filtered;
    facts.default_policy = facts.default_policy.or_else(|| other.default_policy.clone());
    facts
}

/// Checks by whom they belong to, each list as Consul orders it.
#[derive(Debug, Default)]
pub(super) struct ChecksByPlace {
    nodes: HashMap<String, Vec<Check>>,
    services: HashMap<String, HashMap<String, (String, Vec<Check>)>>,
}

impl ChecksByPlace {
    pub fn new(rows: Vec<RawCheck>) -> Self {
        let mut all = Self::default();
        for mut row in rows {
            let node = std::mem::take(&mut row.node);
            if row.is_node() {
                all.nodes.entry(node).or_default().push(row.into_check());
            } else {
                let (id, name) = (std::mem::take(&mut row.service_id), std::mem::take(&mut row.service_name));
                let mut check = row.into_check();
                check.is_node = false;
                let of_node = all.services.entry(node).or_default();
                of_node.entry(id).or_insert_with(|| (name, Vec::new())).1.push(check);
            }
        }
        all
    }

    /// An instance's: its node's first, then its own.
    pub fn of(&self, node: &str, id: &str) -> Vec<Check> {
        let own = self.services.get(node).and_then(|services| services.get(id));
        self.of_node(node).iter().chain(own.into_iter().flat_map(|(_, checks)| checks)).cloned().collect()
    }

    /// A node's own.
    pub fn of_node(&self, node: &str) -> &[Check] {
        self.nodes.get(node).map_or(&[], Vec::as_slice)
    }

    /// Whether an instance has checks of its own.
    pub fn has(&self, node: &str, id: &str) -> bool {
        self.services.get(node).is_some_and(|services| services.contains_key(id))
    }

    /// Node, id and service of all instances with checks of their own.
    pub fn instances(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.services.iter().flat_map(|(node, services)| {
            services.iter().map(move |(id, (name, _))| (node.as_str(), id.as_str(), name.as_str()))
        })
    }

    /// Gives an instance its checks, and what follows of them.
    pub fn give(&self, instance: &mut Instance) {
        instance.checks = self.of(&instance.key.node, &instance.key.id);
        instance.health = raw::worst(&instance.checks);
        instance.maintenance_reason = raw::maintenance_reason(&instance.checks);
    }
}
