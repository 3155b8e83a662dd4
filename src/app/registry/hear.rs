//! What an event of a registry changes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use super::acts::InstanceAct;
use super::keys::KeyAsked;
use super::register::Sending;
use super::{Away, DatacenterEntry, KeysRef, RegistryEntry, RegistryState, RegistryView, ServiceRef, service_changes};
use crate::app::App;
use crate::engine::{RegistryEvent, RegistryReply, RegistryTold, WatchWhat, Watched};
use crate::registry::{Datacenter, Health, InstanceKey, RegistryError};

/// What a question was asked for.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::app) enum Asked {
    /// The machines of a datacenter.
    Nodes(String),
    /// The agent.
    Agent,
    /// The instances that fit the query of a service's view.
    Filter(ServiceRef, String),
    /// Something of the view of keys.
    Keys(KeysRef, KeyAsked),
    /// Whether this id is free, for the question that was opened so.
    IdTaken(u64, String),
    /// What the registry would say of the question that was opened so, in this revision.
    Rehearsal(u64, u64),
    /// A service that is registered.
    Register(Box<Sending>),
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
                entry.place = Some(place);
                entry.capabilities = capabilities;
            }
            RegistryTold::Datacenters(found) => {
                entry.state = RegistryState::Live;
                let is_first = entry.datacenters.is_empty();
                let is_shown = self.registries.shown == Some(RegistryView::Registry(registry));
                let Some(entry) = self.registries.entry_mut(registry) else { return };
                entry.datacenters = merged(std::mem::take(&mut entry.datacenters), found);
                if is_first && is_shown {
                    self.ask_about(registry, now);
                }
                if is_first {
                    self.unfold_registry(registry);
                    self.load_sources_of(registry, now);
                }
                self.look_at_registration(registry, true);
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
                self.look_at_registration(registry, false);
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
        let asked = match asked {
            Asked::Keys(keys, asked) => return self.fold_key_reply(&keys, asked, ticket, result, at),
            Asked::IdTaken(opened, id) => return self.fold_id((opened, id), result),
            Asked::Rehearsal(opened, revision) => return self.fold_rehearsal((opened, revision), result, now),
            Asked::Register(sending) => return self.fold_registered(*sending, result, now),
            Asked::Act(act) => return self.fold_act(*act, result, now),
            asked => asked,
        };
        let Some(entry) = self.registries.entry_mut(registry) else { return };
        match (asked, result) {
            (Asked::Nodes(datacenter), result) => {
                let Some(known) = entry.datacenter_mut(&datacenter) else { return };
                known.nodes_asked = None;
                match result {
                    Ok(RegistryReply::Nodes(nodes)) => known.nodes = Some(Ok(nodes)),
                    Ok(_) => {}
                    Err(error) => known.nodes = Some(Err(Arc::new(error))),
                }
            }
            (Asked::Agent, Ok(RegistryReply::Agent(agent))) => entry.agent = Some(Ok(agent)),
            (Asked::Agent, Err(error)) => entry.agent = Some(Err(Arc::new(error))),
            (Asked::Filter(service, query), result) => {
                let found = match result {
                    Ok(RegistryReply::Instances(answer)) => {
                        Ok(Arc::new(answer.value.into_iter().map(|instance| instance.key).collect()))
                    }
                    Ok(_) => return,
                    Err(error) => Err(Arc::new(error)),
                };
                self.registries.views.entry(service).or_default().filtered = Some((query, found));
            }
            // The rest was told to whoever asked, above.
            _ => {}
        }
    }
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
