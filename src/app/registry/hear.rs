//! What an event of a registry changes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use super::acts::{ActSaid, InstanceAct};
use super::keys::KeyAsked;
use super::{Away, DatacenterEntry, KeysRef, RegistryEntry, RegistryState, ServiceRef, service_changes};
use crate::app::App;
use crate::engine::{RegistryEvent, RegistryId, RegistryReply, RegistryTold, WatchWhat, Watched};
use crate::registry::{Datacenter, Health, InstanceKey, RegistryError, RegistryKind, RegistryPlace};

/// What a question was asked for.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::app) enum Asked {
    /// The machines of a datacenter.
    Nodes(String),
    /// The agent.
    Agent,
    /// The instances that fit the query of a service's view (`filter`).
    Filter(ServiceRef),
    /// Something of the view of keys.
    Keys(KeysRef, KeyAsked),
    /// Whether this id is free.
    IdTaken(String),
    /// A service that is registered: what is said of it then.
    Register(Box<ActSaid>),
    /// An act on an instance.
    Act(Box<(ServiceRef, InstanceKey, InstanceAct)>),
}

impl App {
    pub(in crate::app) fn fold_registry(&mut self, event: RegistryEvent, now: Instant) {
        let RegistryEvent { registry, generation, at, told } = event;
        let Some(entry) = self.registries.entry_mut(registry).filter(|entry| entry.generation == generation) else {
            return;
        };
        match told {
            RegistryTold::Opened { place, capabilities } => {
                let is_other = |known: &RegistryPlace| known.kind == RegistryKind::Consul && *known != place;
                if entry.place.as_ref().is_some_and(is_other) {
                    self.forget_known(registry);
                }
                if let Some(entry) = self.registries.entry_mut(registry) {
                    (entry.place, entry.capabilities) = (Some(place), capabilities);
                }
            }
            RegistryTold::Datacenters(found) => {
                entry.state = RegistryState::Live;
                let is_first = entry.datacenters.is_empty();
                entry.datacenters = merged(std::mem::take(&mut entry.datacenters), found);
                if is_first {
                    self.unfold_registry(registry);
                    self.load_sources_of(registry, now);
                }
                self.leave_lost_datacenter(registry);
                self.ask_for_shown(registry, now);
            }
            RegistryTold::Away(error) => {
                let since = match &entry.state {
                    RegistryState::Away(away) => away.since,
                    _ => at,
                };
                entry.state = RegistryState::Away(Away { since, error });
            }
            RegistryTold::Unusable(error) => entry.state = RegistryState::Unusable(error),
            RegistryTold::Watched { what: WatchWhat::Keys { datacenter, .. }, seen } => {
                self.fold_keys(&KeysRef { registry, datacenter }, seen, at);
            }
            RegistryTold::Watched { what, seen } => {
                let changed = changed_service(registry, &what, &seen);
                let pinned = entry.pinned_by(&what).map(|service| (service.clone(), entry.worst_of(&service)));
                entry.see(what, seen, at);
                if let Some((service, Some(was))) = pinned
                    && let Some(is) = entry.worst_of(&service)
                    && was != is
                {
                    let count = entry.service(&service.0, &service.1).map_or(0, |known| known.instances().len());
                    let service = ServiceRef { registry, datacenter: service.0, service: service.1 };
                    self.tell_health(service, was, is, count, now);
                }
                self.take_awaited();
                if let Some(service) = changed {
                    self.ask_filter(&service);
                }
            }
            RegistryTold::Wire { datacenter, service, facts } => {
                entry.services.entry((datacenter, service)).or_default().hear_wire(facts, at);
            }
            RegistryTold::Reply { ticket, result } => self.fold_reply(ticket, result, at, now),
        }
        self.registries.tree.rebuild(&self.registries.entries);
        self.watch_registries();
    }

    fn fold_reply(&mut self, ticket: u64, result: Result<RegistryReply, RegistryError>, at: SystemTime, now: Instant) {
        let Some((registry, asked)) = self.registries.asked.remove(&ticket) else { return };
        match asked {
            Asked::Nodes(datacenter) => self.fold_nodes(registry, &datacenter, result, at),
            Asked::Agent => self.fold_agent(registry, result, at),
            Asked::Filter(service) => self.fold_filter(&service, ticket, result),
            Asked::Keys(keys, asked) => self.fold_key_reply(&keys, asked, ticket, result, at),
            Asked::IdTaken(id) => self.fold_id(&id, result),
            Asked::Register(said) => self.fold_registered(*said, result, now),
            Asked::Act(act) => self.fold_act(*act, result, now),
        }
    }
}

/// The service whose instances a watch told anew.
fn changed_service(registry: RegistryId, what: &WatchWhat, seen: &Watched) -> Option<ServiceRef> {
    let WatchWhat::Instances { datacenter, service } = what else { return None };
    let (datacenter, service) = (datacenter.clone(), service.clone());
    matches!(seen, Watched::Instances(_) | Watched::Back).then_some(ServiceRef { registry, datacenter, service })
}

impl RegistryEntry {
    /// The pinned service whose instances these are.
    fn pinned_by(&self, what: &WatchWhat) -> Option<(String, String)> {
        let WatchWhat::Instances { datacenter, service } = what else { return None };
        let service = (datacenter.clone(), service.clone());
        self.pinned.contains(&service).then_some(service)
    }

    /// The worst of a service's instances, once they are known.
    fn worst_of(&self, service: &(String, String)) -> Option<Health> {
        let known = self.services.get(service)?;
        known.instances.is_some().then(|| known.counts().worst())
    }

    fn see(&mut self, what: WatchWhat, seen: Watched, at: SystemTime) {
        let away = |known: &mut Option<Away>, seen: &Watched| {
            *known = match (seen, known.take()) {
                (Watched::Away(error), before) => {
                    let since = before.map_or(at, |before| before.since);
                    Some(Away { since, error: Arc::clone(error) })
                }
                _ => None,
            };
        };
        match what {
            WatchWhat::Services { datacenter } => {
                let Some(known) = self.datacenter_mut(&datacenter) else { return };
                away(&mut known.away, &seen);
                if let Watched::Services(answer) = seen {
                    if let Some(before) = &known.services {
                        service_changes::note(&mut known.timeline, &before.value, &answer.value, at);
                    }
                    known.services = Some(answer);
                }
            }
            WatchWhat::Instances { datacenter, service } => {
                let known = self.services.entry((datacenter, service)).or_default();
                away(&mut known.away, &seen);
                match seen {
                    Watched::Instances(answer) => known.see(answer, at),
                    Watched::Away(_) => {
                        // Nobody knows what it would say: the hour shows a gap.
                        known.history.values_mut().for_each(|history| history.note_registry(at, None));
                    }
                    _ => {}
                }
            }
            WatchWhat::Keys { .. } => {}
        }
    }
}

/// Datacenters as they are now, with what was known of those that were there before.
fn merged(before: Vec<DatacenterEntry>, now: Vec<Datacenter>) -> Vec<DatacenterEntry> {
    let mut known: BTreeMap<String, DatacenterEntry> =
        before.into_iter().map(|entry| (entry.name.clone(), entry)).collect();
    let entry = |found: Datacenter| {
        let before = known.remove(&found.name).unwrap_or_default();
        DatacenterEntry { name: found.name, is_own: found.is_own, ..before }
    };
    now.into_iter().map(entry).collect()
}
