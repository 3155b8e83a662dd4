//! What is to be watched of each registry, so that what is in view stays true; the engine is told when it changes.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{RegistryEntry, RegistryNode, RegistryTree, RegistryView};
use crate::app::{App, Area};
use crate::engine::{Command, Endpoint, WatchWhat, Watching};
use crate::registry::names_a_registry;

/// Between two probes of the same instance: [`crate::engine::ProbeRate`] by itself.
pub const PROBE_EVERY: Duration = Duration::from_secs(10);

impl App {
    /// Tells the engine what is to be watched, where that changed.
    pub(in crate::app) fn watch_registries(&mut self) {
        self.tell_settings();
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
            if entry.watching != wanted {
                entry.watching = wanted.clone();
                orders.push(Command::WatchRegistry(entry.id, wanted));
            }
        }
        for order in orders {
            self.send(order);
        }
    }

    /// Tells the engine how addresses are connected to, since instances may be at them; only while it may matter.
    fn tell_settings(&mut self) {
        let matters = !self.registries.entries.is_empty() || self.tabs.iter().any(|tab| names_a_registry(&tab.address));
        if !matters {
            return;
        }
        let set = || self.forms.iter().filter(|(address, _)| !names_a_registry(address));
        // This is looked at after every act and event, so nothing is made for it that did not change.
        if self.registries.told_settings.as_ref().is_some_and(|told| told.iter().eq(set())) {
            return;
        }
        let endpoints: BTreeMap<String, Endpoint> =
            set().map(|(address, form)| (address.clone(), form.endpoint(address))).collect();
        let told = set().map(|(address, form)| (address.clone(), form.clone())).collect();
        self.registries.told_settings = Some(told);
        self.send(Command::KnowEndpoints(endpoints));
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
        let is_summed = matches!(shown, Some(RegistryView::Registry(_)));
        if datacenter.is_own || is_shown || is_summed || tree.is_open(&node) {
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
