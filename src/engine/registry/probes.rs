//! Which instances of a registry are probed: those of services that somebody looks at.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;

use super::RegistryTold;
use super::live::Tell;
use crate::engine::resolve::endpoint_at;
use crate::engine::{Endpoint, ProbeRate, Prober, Registries};
use crate::registry::{Instance, InstanceKey, WireFacts};
use crate::transport::Pool;

/// Facts that wait to be told; more hold up only the probes that found them.
const WAITING_FACTS: usize = 256;
/// So many are told at once.
const TOLD_AT_ONCE: usize = 128;

/// A service, by datacenter and name.
pub(super) type ServiceName = (String, String);

/// The probes of one registry.
#[derive(Debug)]
pub(super) struct Probes {
    prober: Prober,
    registries: Arc<Registries>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Instances of services that are watched, as they were last.
    lists: BTreeMap<ServiceName, Arc<Vec<Instance>>>,
    /// Services that are looked at.
    probed: BTreeSet<ServiceName>,
}

impl Probes {
    pub(super) fn new(
        pool: Pool,
        rate: ProbeRate,
        registries: Arc<Registries>,
    ) -> (Self, mpsc::Receiver<(InstanceKey, Arc<WireFacts>)>) {
        let (facts, found) = mpsc::channel(WAITING_FACTS);
        (Self { prober: Prober::new(pool, rate, facts), registries, state: Mutex::default() }, found)
    }

    /// Probes the instances of exactly these services from now on.
    pub(super) fn look_at(&self, probed: BTreeSet<ServiceName>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.probed = probed;
        self.set(&state);
    }

    /// Takes note of a service's instances.
    pub(super) fn listed(&self, service: ServiceName, instances: &Arc<Vec<Instance>>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.lists.insert(service, Arc::clone(instances));
        self.set(&state);
    }

    /// Settings of addresses changed: whoever is probed with others is probed anew.
    pub(super) fn settings_changed(&self) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        self.set(&state);
    }

    /// Probes all of them now.
    pub(super) fn now(&self) {
        self.prober.now();
    }

    fn set(&self, state: &State) {
        let known = self.registries.known();
        let lists = state.lists.iter().filter(|(service, _)| state.probed.contains(*service));
        let wanted = lists.flat_map(|(_, instances)| instances.iter()).map(|instance| {
            let address = instance.host_port();
            let endpoint = endpoint_at(&known, &Endpoint::new(""), address);
            (instance.key.clone(), endpoint)
        });
        self.prober.set(wanted.collect());
    }
}

/// Tells what probes find, several at once where they come at once.
pub(super) async fn tell_facts(mut found: mpsc::Receiver<(InstanceKey, Arc<WireFacts>)>, tell: Tell) {
    let mut batch = Vec::new();
    while found.recv_many(&mut batch, TOLD_AT_ONCE).await > 0 {
        let mut services: BTreeMap<ServiceName, Vec<(InstanceKey, Arc<WireFacts>)>> = BTreeMap::new();
        for (key, facts) in batch.drain(..) {
            let service = (key.datacenter.clone(), key.service.clone());
            services.entry(service).or_default().push((key, facts));
        }
        for ((datacenter, service), facts) in services {
            tell.tell(RegistryTold::Wire { datacenter, service, facts }).await;
        }
    }
}
