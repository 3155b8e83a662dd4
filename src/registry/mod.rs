//! Where services live, and what those say who keep lists of them: services, instances, checks, key/value.
//!
//! Lives here: one trait over every registry ([`Registry`]), its plain values, Consul, the static list, the reading of
//! `consul://…` targets, choosing an instance, and what it means when a registry and the wire disagree (pure
//! functions). Absent: screens, protobuf, gRPC: whoever probes the wire is the engine.

mod changes;
mod choose;
pub mod consul;
mod error;
mod history;
mod kv;
pub mod kv_file;
mod list;
mod model;
mod sums;
mod target;
mod why;
mod wire;

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

pub use changes::{Change, ChangeKind, changes};
pub use choose::{NoInstance, Policy, Wish, choose};
pub use error::{RegistryError, RegistryFault};
pub use history::{HealthHistory, HistorySlot, SLOTS, WireMark};
pub use kv::{Cas, KeyEntry, KeyValues, KeyWritten};
pub use list::{ListContent, ListFault, ListProblem, StaticList, parse_list};
pub use model::{
    AgentInfo, Capabilities, Check, CheckKind, Consistency, Datacenter, Health, HealthCounts, Instance, InstanceKey,
    Node, NodeState, RegistryKind, RegistryPlace, Scope, Service, TokenInfo,
};
pub use sums::{keep_checks_since, keep_since, services_of};
pub use target::{MOST_RETRIES, RegistryTarget, RegistryTargetError, names_a_registry, whole_registry};
pub use why::{
    Absent, BadAddress, BadKey, BadSetting, Lacks, NotAsked, Odd, TlsTrouble, Undone, Unreached, UnreadList,
};
pub use wire::{
    Blind, CertificateFacts, Disagreement, DisagreementKind, Drift, ForeignAnswer, GrpcFact, ReflectionFact, TcpFact,
    TlsFact, WireFacts, WireFault, WireFaultKind, WireHealth, WireSchema, disagreement, drift,
};

/// A boxed future, so that registries can be kept as `Arc<dyn Registry>`.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What a registry answered, with how much of an answer it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer<T> {
    /// What it said.
    pub value: T,
    /// Something may be hidden by access rules: an empty list then says nothing.
    pub hidden: Hidden,
}

/// Whether access rules may have left something out of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hidden {
    /// Nothing is hidden, or the registry has no such rules.
    #[default]
    Nothing,
    /// Rules are on and the answer is empty or smaller than it could be; the registry does not say which.
    Perhaps,
    /// The registry said that it left something out.
    Surely,
}

/// What a watch tells. It never ends by itself; drop the receiver to end it.
#[derive(Clone, Debug)]
pub enum WatchUpdate<T> {
    /// The whole of what is watched, when it is known and each time that it differs from before.
    Now(Answer<Arc<T>>),
    /// The registry cannot be asked any more (or yet); what was known before is old. Told once, until the next `Now`.
    Away(Arc<RegistryError>),
    /// After `Away`: it answers again, and nothing had changed.
    Back,
}

/// Updates wait here for whoever listens; only the newest matters, so a few are enough.
pub const WAITING_UPDATES: usize = 4;

/// Updates of a watch.
pub type Watch<T> = mpsc::Receiver<WatchUpdate<T>>;

/// A registry of services. Every method gives up by itself after a bounded time with the registry's address in its
/// error; dropping its future ends the work. Acts that the registry has no way to do fail with
/// [`RegistryFault::Unsupported`]; [`Registry::capabilities`] tells beforehand.
pub trait Registry: Send + Sync + Debug {
    /// Which, and where.
    fn place(&self) -> &RegistryPlace;

    /// What it can do.
    fn capabilities(&self) -> Capabilities;

    /// All datacenters that it knows, its own first. One without a name where it has none.
    fn datacenters(&self) -> BoxFuture<'_, Result<Vec<Datacenter>, RegistryError>>;

    /// All services in sum, by name.
    fn services<'a>(&'a self, scope: &'a Scope) -> BoxFuture<'a, Result<Answer<Vec<Service>>, RegistryError>>;

    /// The instances of one service, by id (a list keeps the order of its lines); none if there is no such service.
    /// With `None`, all instances of all services, by service first.
    fn instances<'a>(
        &'a self,
        scope: &'a Scope,
        service: Option<&'a str>,
    ) -> BoxFuture<'a, Result<Answer<Vec<Instance>>, RegistryError>>;

    /// All services in sum, again and again as they change.
    fn watch_services(&self, scope: Scope) -> Watch<Vec<Service>>;

    /// The instances of one service (all, with `None`), again and again as they or their checks change.
    fn watch_instances(&self, scope: Scope, service: Option<String>) -> Watch<Vec<Instance>>;

    /// The machines that services run on.
    fn nodes<'a>(&'a self, scope: &'a Scope) -> BoxFuture<'a, Result<Answer<Vec<Node>>, RegistryError>>;

    /// What the agent that is spoken to says of itself.
    fn agent(&self) -> BoxFuture<'_, Result<AgentInfo, RegistryError>>;

    /// Whether an id is taken where [`Registry::register`] would put it: the service that has it.
    fn id_taken<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Option<String>, RegistryError>>;

    /// Where instances with this id are: one a node. An agent that has one itself answers for itself, unless another
    /// node was named.
    fn find<'a>(
        &'a self,
        scope: &'a Scope,
        id: &'a str,
        node: Option<&'a str>,
    ) -> BoxFuture<'a, Result<Vec<InstanceKey>, RegistryError>> {
        Box::pin(async move {
            let is_meant = |key: &InstanceKey| key.id == id && node.is_none_or(|node| key.node == node);
            let all = self.instances(scope, None).await?.value;
            Ok(all.into_iter().map(|instance| instance.key).filter(is_meant).collect())
        })
    }

    /// Asks whether the registry knows every field of what [`Registry::register`] would send; changes nothing.
    fn rehearse<'a>(&'a self, _body: &'a serde_json::Value) -> BoxFuture<'a, Result<(), RegistryError>> {
        Box::pin(async { Ok(()) })
    }

    /// Registers a service (replaces one with the same id); the body is that of the registry's API. Looks afterwards that it is there.
    fn register<'a>(&'a self, body: &'a serde_json::Value) -> BoxFuture<'a, Result<(), RegistryError>>;

    /// Removes an instance through whoever owns it, and looks afterwards that it is gone.
    fn deregister<'a>(&'a self, instance: &'a InstanceKey) -> BoxFuture<'a, Result<(), RegistryError>>;

    /// Puts an instance into maintenance with a reason, or takes it out; looks afterwards that it is so.
    fn maintain<'a>(
        &'a self,
        instance: &'a InstanceKey,
        reason: Option<&'a str>,
    ) -> BoxFuture<'a, Result<(), RegistryError>>;

    /// Sets a TTL check by hand.
    fn set_ttl<'a>(
        &'a self,
        node: &'a str,
        check: &'a str,
        to: Health,
        note: &'a str,
    ) -> BoxFuture<'a, Result<(), RegistryError>>;

    /// Its keys and values, where it has some.
    fn key_values(&self) -> Option<&dyn KeyValues>;

    /// What is wrong with parts of it that cost only themselves, as the lines of a list that cannot be read; in English.
    fn problems(&self) -> BoxFuture<'_, Vec<String>> {
        Box::pin(async { Vec::new() })
    }
}

/// How long one question to a registry may take before it is given up.
pub const PATIENCE: Duration = Duration::from_secs(10);
