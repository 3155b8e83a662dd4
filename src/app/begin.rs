//! Opening what a start of the program names, and what was opened before.

use std::time::Instant;

use super::{App, ConnectionForm, RegistryForm, RegistryView, SourceOrigin};
use crate::engine::SourceId;
use crate::registry::RegistryKind;
use crate::start::{Rows, Start, StartTarget};
use crate::state::{Origin, RecentSource};

/// So many recent things of each kind are remembered.
const RECENT: usize = 10;

impl App {
    /// Opens what a start names.
    pub(super) fn begin(&mut self, start: &Start, now: Instant) {
        if start.demo {
            self.start_demo();
        }
        for target in &start.targets {
            self.begin_target(target, start.no_reflection, now);
        }
        for (kind, place) in &start.registries {
            let (address, file) = match kind {
                RegistryKind::Consul => (place.clone(), String::new()),
                RegistryKind::Static => (String::new(), place.clone()),
            };
            let form = RegistryForm { kind: *kind, address, file, ..RegistryForm::default() };
            let id = self.add_registry(form, now);
            self.show_registry(RegistryView::Registry(id), now);
        }
        let Some(id) = self.open_paths(start.paths.clone(), start.import_roots.clone(), now) else { return };
        let Some(first) = start.targets.first() else { return };
        let (_, calls) = shared(&first.call_metadata, &first.reflection_metadata);
        let rows = self.rows_of(&calls);
        if let Some(entry) = self.sources.iter_mut().find(|entry| entry.id == id) {
            entry.target = Some(first.endpoint.address.trim().to_owned());
            entry.call_metadata = rows;
        }
    }

    fn begin_target(&mut self, target: &StartTarget, no_reflection: bool, now: Instant) {
        let address = target.endpoint.address.trim().to_owned();
        let form = ConnectionForm::of_start(target);
        // What was set for the address before stays, unless something is said.
        if form != ConnectionForm::default() {
            self.forms.insert(address.clone(), form);
        }
        self.remember_target(&address);
        // What goes with calls and with reflection belongs to the target, so that all its requests have it.
        let (both, calls) = shared(&target.call_metadata, &target.reflection_metadata);
        let (_, reflection) = shared(&target.reflection_metadata, &target.call_metadata);
        for (key, value) in &both {
            self.put_target_row(&address, key, value);
        }
        if no_reflection {
            return;
        }
        let (calls, reflection) = (self.rows_of(&calls), self.rows_of(&reflection));
        let id = self.add_address(&address);
        if let Some(entry) = self.sources.iter_mut().find(|entry| entry.id == id) {
            if let SourceOrigin::Address { metadata, .. } = &mut entry.origin
                && !reflection.is_empty()
            {
                *metadata = reflection;
            }
            if !calls.is_empty() {
                entry.call_metadata = calls;
            }
        }
        self.open_address(&address, now);
    }

    /// Opens a source again that was open once.
    pub(super) fn open_recent(&mut self, index: usize, now: Instant) {
        let Some(RecentSource { origin, name }) = self.recent_sources.get(index).cloned() else { return };
        let id = match origin {
            Origin::Address(address) => Some(self.open_address(&address, now)),
            Origin::Files { paths, import_roots } => self.open_paths(paths, import_roots, now),
        };
        let Some(entry) = self.sources.iter_mut().find(|entry| Some(entry.id) == id) else { return };
        if entry.name.is_none() && name.is_some() {
            entry.name = name;
            self.tree.rebuild(&self.sources);
        }
    }

    /// Takes note of an address that was called; the demo's are another's tomorrow.
    pub(super) fn remember_target(&mut self, address: &str) {
        let address = address.trim();
        if address.is_empty() || self.is_of_demo(address) {
            return;
        }
        self.recent_targets.retain(|known| known != address);
        self.recent_targets.insert(0, address.to_owned());
        self.recent_targets.truncate(RECENT);
    }

    /// Takes note of a source that was opened.
    pub(super) fn remember_source(&mut self, id: SourceId) {
        let Some(entry) = self.source(id).filter(|entry| entry.demo.is_none()) else { return };
        let recent = RecentSource { origin: super::keep::origin_of(&entry.origin), name: entry.name.clone() };
        self.recent_sources.retain(|known| known.origin != recent.origin);
        self.recent_sources.insert(0, recent);
        self.recent_sources.truncate(RECENT);
    }
}

/// Those rows of `one` that are in `other` too, and those that are not.
fn shared(one: &Rows, other: &Rows) -> (Rows, Rows) {
    one.iter().cloned().partition(|row| other.contains(row))
}
