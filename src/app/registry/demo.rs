//! The demo's registries: its static list, and its Consul where one runs. They come with the demo and are not remembered.

use std::time::Instant;

use super::{RegistryEntry, RegistryForm};
use crate::app::{App, CaKind, ConnectionForm, DemoState, Happened, SourceOrigin};
use crate::engine::{DemoInfo, RegistryId, Scheme, SourceId};
use crate::registry::{RegistryKind, RegistryTarget, names_a_registry};

/// What the demo's list is called; its targets begin with it, so it is the same in all languages.
const LIST_NAME: &str = "Demo";

impl App {
    /// The demo runs: its list is open, at the addresses of this run.
    pub(in crate::app) fn open_demo_list(&mut self, info: &DemoInfo, now: Instant) {
        let form = RegistryForm {
            kind: RegistryKind::Static,
            name: LIST_NAME.to_owned(),
            text: info.list.clone(),
            ..RegistryForm::default()
        };
        self.open_demo_registry(form, now);
    }

    /// The demo's Consul runs, or does not.
    pub(in crate::app) fn fold_demo_consul(&mut self, told: Result<String, String>, now: Instant) {
        match told {
            Ok(address) => {
                // With its scheme, for the environment may ask for TLS, which it has none of.
                let form = RegistryForm { address: format!("http://{address}"), ..RegistryForm::default() };
                self.open_demo_registry(form, now);
            }
            Err(why) => self.tell(Happened::DemoConsulFailed(why), now),
        }
    }

    fn open_demo_registry(&mut self, form: RegistryForm, now: Instant) {
        let entries = &mut self.registries.entries;
        let known = entries.iter_mut().find(|entry| entry.is_demo && entry.form.kind == form.kind);
        if let Some(known) = known {
            let id = known.id;
            if known.form != form {
                known.form = form;
                self.open_registry(id, now);
            }
            return;
        }
        let is_consul = form.kind == RegistryKind::Consul;
        let before = entries.len();
        let id = self.add_registry(form, now);
        let entries = &mut self.registries.entries;
        // One that the person has already is left to the person.
        if entries.len() == before {
            return;
        }
        let list = entries.iter().position(|entry| entry.is_demo);
        if let Some(mut entry) = entries.pop() {
            entry.is_demo = true;
            // Consul stands before the list, which says less.
            let at = list.filter(|_| is_consul).unwrap_or(entries.len());
            entries.insert(at, entry);
        }
        self.registries.tree.rebuild(&self.registries.entries);
        debug_assert!(self.registries.entry(id).is_some(), "it was just added");
    }

    /// One of the demo's registries that an address names.
    fn demo_registry(&self, address: &str) -> Option<&RegistryEntry> {
        if !matches!(self.demo, DemoState::Running(_)) || !names_a_registry(address) {
            return None;
        }
        let target = RegistryTarget::parse(address).ok()?;
        let first = self.registries.entries.iter().find(|entry| entry.form.kind == target.kind);
        let named = match &target.place {
            None => first,
            Some(place) => {
                let is_it = |entry: &&RegistryEntry| {
                    entry.place.as_ref().is_some_and(|known| known.kind == target.kind && known.address == *place)
                };
                self.registries.entries.iter().find(is_it)
            }
        };
        named.filter(|entry| entry.is_demo)
    }

    /// How to connect to what the demo's registries name: some speak TLS, with a certificate of their own. Where it is
    /// said whom to trust, plaintext is never spoken, so the others are told apart.
    pub(in crate::app) fn demo_registry_form(&self, address: &str) -> Option<ConnectionForm> {
        let DemoState::Running(info) = &self.demo else { return None };
        self.demo_registry(address)?;
        let service = RegistryTarget::parse(address).ok()?.service;
        let has_tls = info.list.lines().any(|line| {
            let mut parts = line.split_whitespace();
            let (at, named) = (parts.next(), parts.next());
            named == Some(service.as_str()) && info.users.iter().any(|user| at == Some(user.as_str()))
        });
        if !has_tls {
            return Some(ConnectionForm { scheme: Scheme::Plaintext, ..ConnectionForm::default() });
        }
        Some(ConnectionForm { scheme: Scheme::Auto, ..self.demo_tls_form(info) })
    }

    /// How to connect to the demo's servers with TLS.
    pub(in crate::app) fn demo_tls_form(&self, info: &DemoInfo) -> ConnectionForm {
        ConnectionForm {
            scheme: Scheme::Tls,
            ca: CaKind::Given,
            given: Some((info.certificate_pem.clone(), self.lang.words().given_label.to_owned())),
            server_name: info.server_name.clone(),
            ..ConnectionForm::default()
        }
    }

    /// An address that is another's after the next start of the demo.
    pub(in crate::app) fn is_of_demo(&self, address: &str) -> bool {
        let is_user = matches!(&self.demo, DemoState::Running(info) if info.users.iter().any(|user| user == address));
        is_user || self.demo_part(address).is_some() || self.demo_registry(address).is_some()
    }

    /// A registry answers (again): sources that were looked for in it before are looked for once more.
    pub(super) fn load_sources_of(&mut self, id: RegistryId, now: Instant) {
        let Some(place) = self.registries.entry(id).and_then(|entry| entry.place.clone()) else { return };
        let waits = |address: &str| {
            names_a_registry(address)
                && RegistryTarget::parse(address).is_ok_and(|target| {
                    target.kind == place.kind && target.place.is_none_or(|named| named == place.address)
                })
        };
        let failed = self.sources.iter().filter(|entry| entry.failure.is_some() && entry.loading_since.is_none());
        let ids: Vec<SourceId> = failed
            .filter(|entry| matches!(&entry.origin, SourceOrigin::Address { address, .. } if waits(address.trim())))
            .map(|entry| entry.id)
            .collect();
        for id in ids {
            self.load(id, now);
        }
    }
}
