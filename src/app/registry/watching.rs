//! What is to be watched of each registry, so that what is in view stays true; the engine is told when it changes.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{RegistryEntry, RegistryNode, RegistryTree, RegistryView, ServiceEntry};
use crate::app::{App, Area, ConnectionForm};
use crate::engine::{Command, Endpoint, WatchWhat, Watching};
use crate::registry::Instance;

/// Between two probes of the same instance: [`crate::engine::ProbeRate`] by itself.
pub const PROBE_EVERY: Duration = Duration::from_secs(10);

impl App {
    /// Tells the engine what is to be watched, where that changed.
    pub(in crate::app) fn watch_registries(&mut self) {
        let is_shown = self.area == Area::Registry;
        // Who would be asked is shown beside the request.
        let called = self.active_tab().filter(|_| self.area == Area::Services);
        let called = called.and_then(|tab| self.registries.service_of(&tab.address));
        let mut orders = Vec::new();
        for entry in &mut self.registries.entries {
            let shown = self.registries.shown.as_ref().filter(|_| is_shown);
            let mut wanted = wanted(entry, &self.registries.tree, shown);
            if let Some(called) = called.as_ref().filter(|called| called.registry == entry.id) {
                wanted.watches.insert(WatchWhat::Instances {
                    datacenter: called.datacenter.clone(),
                    service: called.service.clone(),
                });
            }
            wanted.settings = settings(entry, &wanted, &self.forms);
            if entry.watching != wanted {
                entry.watching = wanted.clone();
                orders.push(Command::WatchRegistry(entry.id, wanted));
            }
        }
        for order in orders {
            self.send(order);
        }
    }
}

fn wanted(entry: &RegistryEntry, tree: &RegistryTree, shown: Option<&RegistryView>) -> Watching {
    let mut watching = Watching::default();
    let shown = shown.filter(|view| view.registry() == entry.id);
    for datacenter in &entry.datacenters {
        let name = &datacenter.name;
        let node = RegistryNode::Datacenter(entry.id, name.as_str().into());
        let is_shown = matches!(shown, Some(RegistryView::Datacenter(_, shown)) if shown == name);
        // The agent's own is always known, for the status bar; others cost a server in another place.
        if datacenter.is_own || is_shown || tree.is_open(&node) {
            watching.watches.insert(WatchWhat::Services { datacenter: name.clone() });
        }
    }
    let instances = |(datacenter, service): &(String, String)| WatchWhat::Instances {
        datacenter: datacenter.clone(),
        service: service.clone(),
    };
    watching.watches.extend(entry.pinned.iter().map(instances));
    match shown {
        Some(RegistryView::Service(service)) => {
            let key = (service.datacenter.clone(), service.service.clone());
            watching.watches.insert(instances(&key));
            watching.probed.insert(key);
        }
        Some(RegistryView::Keys(_, datacenter)) => {
            watching.watches.insert(WatchWhat::Keys { datacenter: datacenter.clone(), prefix: String::new() });
        }
        _ => {}
    }
    watching
}

/// How to connect to instances that are probed, where the person set it.
fn settings(
    entry: &RegistryEntry,
    watching: &Watching,
    forms: &BTreeMap<String, ConnectionForm>,
) -> BTreeMap<String, Endpoint> {
    let instances = watching.probed.iter().filter_map(|key| entry.services.get(key)).flat_map(ServiceEntry::instances);
    let addresses = instances.map(Instance::host_port);
    addresses.filter_map(|address| forms.get(&address).map(|form| (address.clone(), form.endpoint(&address)))).collect()
}
