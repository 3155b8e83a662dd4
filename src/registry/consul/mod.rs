//! HashiCorp Consul over its HTTP API.
//!
//! Lives here: how an agent is reached, what is asked and how the answers read, watches by blocking queries, acts with a
//! look afterwards, keys and values, and what a registration is. Absent: the engine that keeps registries, and every
//! word for people but Consul's own.

mod acts;
mod blocking;
mod faults;
mod http;
mod keys;
mod raw;
mod read;
pub mod registration;
mod rehearse;
mod settings;
mod theirs;
mod tls;
mod watch;

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use tokio::sync::Mutex;

pub use http::{Ask, Http, Method, Reply, ReplyFacts, is_addressable};
pub use keys::LARGEST_VALUE;
pub use settings::{AgentAddress, ConsulExplicit, ConsulSettings};

use self::read::Rules;
use self::theirs::Theirs;
use super::{
    AgentInfo, Answer, BoxFuture, Capabilities, Datacenter, Health, Instance, InstanceKey, KeyValues, Node, Registry,
    RegistryError, RegistryPlace, Rehearsed, Scope, Service, Watch, services_of,
};

/// A Consul agent, and through it its datacenter and those that it knows. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Consul {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    http: Http,
    theirs: Option<Theirs>,
    own_datacenter: OnceLock<String>,
    rules: Mutex<Option<(Instant, Rules)>>,
}

impl Consul {
    /// An agent that can be asked. Reads the files that the settings name, and speaks with nobody.
    ///
    /// Errors: [`RegistryFault::Settings`], which names what cannot be used.
    pub fn new(settings: ConsulSettings) -> Result<Self, RegistryError> {
        let http = Http::new(settings)?;
        let theirs = Theirs::new(&http);
        let (own_datacenter, rules) = (OnceLock::new(), Mutex::new(None));
        Ok(Self { inner: Arc::new(Inner { http, theirs, own_datacenter, rules }) })
    }

    /// The client for its HTTP API.
    pub fn http(&self) -> &Http {
        &self.inner.http
    }

    fn theirs(&self) -> Option<&Theirs> {
        self.inner.theirs.as_ref()
    }

    fn own_datacenter_cell(&self) -> &OnceLock<String> {
        &self.inner.own_datacenter
    }

    fn rules_cell(&self) -> &Mutex<Option<(Instant, Rules)>> {
        &self.inner.rules
    }
}

impl Registry for Consul {
    fn place(&self) -> &RegistryPlace {
        self.http().place()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            register: true,
            maintenance: true,
            key_values: true,
            nodes: true,
            checks: true,
            filter: true,
            near: true,
        }
    }

    fn datacenters(&self) -> BoxFuture<'_, Result<Vec<Datacenter>, RegistryError>> {
        Box::pin(self.read_datacenters())
    }

    fn services<'a>(&'a self, scope: &'a Scope) -> BoxFuture<'a, Result<Answer<Vec<Service>>, RegistryError>> {
        Box::pin(async move {
            let (instances, facts) = self.all_instances(scope).await?;
            let answer = self.answer_of_all(instances, &facts, scope).await;
            Ok(Answer { value: services_of(&answer.value), hidden: answer.hidden })
        })
    }

    fn instances<'a>(
        &'a self,
        scope: &'a Scope,
        service: Option<&'a str>,
    ) -> BoxFuture<'a, Result<Answer<Vec<Instance>>, RegistryError>> {
        Box::pin(async move {
            if let Some(name) = service {
                let (instances, facts) = self.service_instances(scope, name).await?;
                Ok(self.answer_of_one(instances, &facts, scope).await)
            } else {
                let (instances, facts) = self.all_instances(scope).await?;
                Ok(self.answer_of_all(instances, &facts, scope).await)
            }
        })
    }

    fn watch_services(&self, scope: Scope) -> Watch<Vec<Service>> {
        watch::services(self.clone(), scope)
    }

    fn watch_instances(&self, scope: Scope, service: Option<String>) -> Watch<Vec<Instance>> {
        match service {
            Some(name) => watch::one(self.clone(), scope, name),
            None => watch::all(self.clone(), scope),
        }
    }

    fn nodes<'a>(&'a self, scope: &'a Scope) -> BoxFuture<'a, Result<Answer<Vec<Node>>, RegistryError>> {
        Box::pin(self.read_nodes(scope))
    }

    fn agent(&self) -> BoxFuture<'_, Result<AgentInfo, RegistryError>> {
        Box::pin(self.read_agent())
    }

    fn id_taken<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Option<String>, RegistryError>> {
        Box::pin(acts::id_taken(self.http(), id))
    }

    fn find<'a>(
        &'a self,
        scope: &'a Scope,
        id: &'a str,
        node: Option<&'a str>,
    ) -> BoxFuture<'a, Result<Vec<InstanceKey>, RegistryError>> {
        Box::pin(acts::find(self.http(), scope.datacenter.as_deref(), id, node))
    }

    fn rehearse<'a>(&'a self, body: &'a serde_json::Value) -> BoxFuture<'a, Result<Rehearsed, RegistryError>> {
        Box::pin(rehearse::rehearse(self.http(), body))
    }

    fn register<'a>(&'a self, body: &'a serde_json::Value) -> BoxFuture<'a, Result<(), RegistryError>> {
        Box::pin(acts::register(self.http(), body))
    }

    fn deregister<'a>(&'a self, instance: &'a InstanceKey) -> BoxFuture<'a, Result<(), RegistryError>> {
        Box::pin(acts::deregister(self.http(), instance))
    }

    fn maintain<'a>(
        &'a self,
        instance: &'a InstanceKey,
        reason: Option<&'a str>,
    ) -> BoxFuture<'a, Result<(), RegistryError>> {
        Box::pin(acts::maintain(self.http(), instance, reason))
    }

    fn set_ttl<'a>(
        &'a self,
        node: &'a str,
        check: &'a str,
        to: Health,
        says: &'a str,
    ) -> BoxFuture<'a, Result<(), RegistryError>> {
        Box::pin(acts::set_ttl(self.http(), node, check, to, says))
    }

    fn key_values(&self) -> Option<&dyn KeyValues> {
        Some(self)
    }
}
