//! What an event of a registry changes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use super::keys::KeyAsked;
use super::{Away, DatacenterEntry, KeysRef, RegistryEntry, RegistryNode, RegistryState, ServiceRef};
use crate::app::App;
use crate::engine::{RegistryEvent, RegistryReply, RegistryTold, WatchWhat, Watched};
use crate::registry::{Datacenter, RegistryError};

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
}

impl App {
    pub(in crate::app) fn fold_registry(&mut self, event: RegistryEvent, _now: Instant) {
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
                entry.datacenters = merged(std::mem::take(&mut entry.datacenters), found);
                let own = entry.datacenters.first().map(|own| own.name.as_str().into());
                if let Some(own) = own.filter(|_| is_first) {
                    let tree = &mut self.registries.tree;
                    tree.open.insert(RegistryNode::Registry(registry).key());
                    tree.open.insert(RegistryNode::Datacenter(registry, own).key());
                }
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
            RegistryTold::Watched { what, seen } => entry.see(what, seen, at),
            RegistryTold::Reply { ticket, result } => self.fold_reply(ticket, result, at),
        }
        self.registries.tree.rebuild(&self.registries.entries);
        self.watch_registries();
    }

    fn fold_reply(&mut self, ticket: u64, result: Result<RegistryReply, RegistryError>, at: SystemTime) {
        let Some((registry, asked)) = self.registries.asked.remove(&ticket) else { return };
        if let Asked::Keys(keys, asked) = asked {
            return self.fold_key_reply(&keys, asked, ticket, result, at);
        }
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
                        Ok(answer.value.into_iter().map(|instance| instance.key).collect())
                    }
                    Ok(_) => return,
                    Err(error) => Err(Arc::new(error)),
                };
                self.registries.views.entry(service).or_default().filtered = Some((query, found));
            }
            (Asked::Agent, Ok(_)) | (Asked::Keys(..), _) => {}
        }
    }
}

impl RegistryEntry {
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
                    known.services = Some(answer);
                }
            }
            WatchWhat::Instances { datacenter, service } => {
                let known = self.services.entry((datacenter, service)).or_default();
                away(&mut known.away, &seen);
                if let Watched::Instances(answer) = seen {
                    known.instances = Some(answer);
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
