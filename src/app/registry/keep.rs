//! Registries between two starts: what is remembered of them, and how they come back.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use super::{RegisterDraft, RegistryEntry, RegistryForm, RegistryNode, RegistryView, ServiceRef};
use crate::app::App;
use crate::engine::RegistryId;
use crate::registry::{Consistency, RegistryKind};
use crate::secret::Secret;
use crate::state::{RegistryDoc, RegistryViewDoc};

impl App {
    /// Registries that the person opened, in the order of the tree; the demo's come with the demo.
    pub(in crate::app) fn registry_docs(&self, kept: &mut KeptRegistrations) -> Vec<RegistryDoc> {
        self.kept_registries().map(|entry| self.registry_doc(entry, kept)).collect()
    }

    fn kept_registries(&self) -> impl Iterator<Item = &RegistryEntry> {
        self.registries.entries.iter().filter(|entry| !entry.is_demo)
    }

    /// What the centre of their area shows.
    pub(in crate::app) fn registry_view_doc(&self) -> Option<RegistryViewDoc> {
        let view = self.registries.shown.as_ref()?;
        let registry = self.kept_registries().position(|entry| entry.id == view.registry())?;
        let (what, datacenter, service) = match view {
            RegistryView::Registry(_) => ("registry", "", ""),
            RegistryView::Datacenter(_, datacenter) => ("datacenter", datacenter.as_str(), ""),
            RegistryView::Service(service) => ("service", service.datacenter.as_str(), service.service.as_str()),
            RegistryView::Nodes(_, datacenter) => ("nodes", datacenter.as_str(), ""),
            RegistryView::Keys(_, datacenter) => ("keys", datacenter.as_str(), ""),
        };
        let (datacenter, service) = (datacenter.to_owned(), service.to_owned());
        Some(RegistryViewDoc { registry, what: what.to_owned(), datacenter, service })
    }

    fn registry_doc(&self, entry: &RegistryEntry, kept: &mut KeptRegistrations) -> RegistryDoc {
        let form = &entry.form;
        let tree = &self.registries.tree;
        let is_open = |name: &str| tree.is_open(&RegistryNode::Datacenter(entry.id, name.into()));
        RegistryDoc {
            kind: form.kind.scheme().to_owned(),
            name: form.name.clone(),
            address: without_password(&form.address),
            had_token: form.token_missing || !form.token.is_empty(),
            token_keychain: (form.token_kept > 0).then_some(form.token_kept),
            datacenter: form.datacenter.clone(),
            namespace: form.namespace.clone(),
            partition: form.partition.clone(),
            consistency: match form.consistency {
                Consistency::Default => "",
                Consistency::Stale => "stale",
                Consistency::Consistent => "consistent",
            }
            .to_owned(),
            ca_path: form.ca_path.clone(),
            cert_path: form.cert_path.clone(),
            key_path: form.key_path.clone(),
            server_name: form.server_name.clone(),
            skip_verify: form.skip_verify,
            file: form.file.clone(),
            text: form.text.clone(),
            read_only: form.read_only,
            pinned: entry.pinned.iter().cloned().collect(),
            is_open: tree.is_open(&RegistryNode::Registry(entry.id)),
            open_datacenters: match &entry.open_before {
                // It did not answer yet: what was open stays so.
                Some(open) => open.iter().cloned().collect(),
                None => entry.datacenters.iter().map(|known| known.name.clone()).filter(|name| is_open(name)).collect(),
            },
            unsent_registrations: kept.of(self, entry.id),
        }
    }

    /// Opens what was open. The area of services stays in front; a registry that does not answer is only marked.
    pub(in crate::app) fn restore_registries(
        &mut self,
        docs: &[RegistryDoc],
        shown: Option<&RegistryViewDoc>,
        now: Instant,
    ) {
        let ids: Vec<Option<RegistryId>> = docs.iter().map(|doc| self.restore_registry(doc, now)).collect();
        let shown = shown.and_then(|view| Some((view, ids.get(view.registry).copied().flatten()?)));
        self.registries.shown = shown.and_then(|(view, id)| {
            let datacenter = view.datacenter.clone();
            Some(match view.what.as_str() {
                "registry" => RegistryView::Registry(id),
                "datacenter" => RegistryView::Datacenter(id, datacenter),
                "service" => {
                    let service = view.service.clone();
                    RegistryView::Service(ServiceRef { registry: id, datacenter, service })
                }
                "nodes" => RegistryView::Nodes(id, datacenter),
                "keys" => RegistryView::Keys(id, datacenter),
                _ => return None,
            })
        });
        let shown = self.registries.shown.as_ref().map(|view| RegistryNode::of_view(view).key());
        self.registries.tree.chosen = shown;
        self.registries.tree.rebuild(&self.registries.entries);
    }

    fn restore_registry(&mut self, doc: &RegistryDoc, now: Instant) -> Option<RegistryId> {
        // One of a kind that a newer program knows.
        let kind = [RegistryKind::Consul, RegistryKind::Static].into_iter().find(|kind| kind.scheme() == doc.kind)?;
        let form = RegistryForm {
            kind,
            name: doc.name.clone(),
            address: doc.address.clone(),
            token: Secret::default(),
            token_kept: doc.token_keychain.unwrap_or_default(),
            token_missing: doc.had_token,
            datacenter: doc.datacenter.clone(),
            namespace: doc.namespace.clone(),
            partition: doc.partition.clone(),
            consistency: match doc.consistency.as_str() {
                "stale" => Consistency::Stale,
                "consistent" => Consistency::Consistent,
                _ => Consistency::Default,
            },
            ca_path: doc.ca_path.clone(),
            cert_path: doc.cert_path.clone(),
            key_path: doc.key_path.clone(),
            server_name: doc.server_name.clone(),
            skip_verify: doc.skip_verify,
            file: doc.file.clone(),
            text: doc.text.clone(),
            read_only: doc.read_only,
        };
        let id = self.add_registry(form, now);
        if let Some(entry) = self.registries.entry_mut(id) {
            entry.pinned = doc.pinned.iter().cloned().collect();
            entry.open_before = Some(doc.open_datacenters.iter().cloned().collect());
        }
        // The newest is left last, so it comes first.
        for draft in doc.unsent_registrations.iter().rev().filter_map(|text| RegisterDraft::from_kept(text)) {
            self.keep_draft(id, Some(draft));
        }
        if doc.is_open {
            self.registries.tree.open.insert(RegistryNode::Registry(id).key());
        }
        Some(id)
    }

    /// A registry told its datacenters for the first time: those that were unfolded before are so again, or its own,
    /// where it is new.
    pub(super) fn unfold_registry(&mut self, id: RegistryId) {
        let Some(entry) = self.registries.entry_mut(id) else { return };
        let (open, is_new): (BTreeSet<String>, bool) = match entry.open_before.take() {
            Some(open) => (open, false),
            None => (entry.datacenters.first().map(|own| own.name.clone()).into_iter().collect(), true),
        };
        let tree = &mut self.registries.tree;
        if is_new {
            tree.open.insert(RegistryNode::Registry(id).key());
        }
        tree.open.extend(open.iter().map(|name| RegistryNode::Datacenter(id, name.as_str().into()).key()));
    }
}

/// Registrations as they were last remembered, so that they are written anew only when something of them changed.
#[derive(Debug, Default)]
pub(in crate::app) struct KeptRegistrations {
    revision: Option<u64>,
    of: BTreeMap<RegistryId, Vec<Arc<str>>>,
}

impl KeptRegistrations {
    fn of(&mut self, app: &App, registry: RegistryId) -> Vec<Arc<str>> {
        if self.revision != Some(app.registries.register_revision) {
            (self.revision, self.of) = (Some(app.registries.register_revision), BTreeMap::new());
        }
        let texts = || {
            let drafts = app.unsent_registrations(registry);
            drafts.iter().filter_map(RegisterDraft::kept_text).map(Arc::from).collect()
        };
        self.of.entry(registry).or_insert_with(texts).clone()
    }
}

/// Who types a password into an address is told to put it elsewhere; it goes into no file all the same.
fn without_password(address: &str) -> String {
    let Some((before, after)) = address.rsplit_once('@') else { return address.to_owned() };
    let scheme = before.split_once("://").map_or(String::new(), |(scheme, _)| format!("{scheme}://"));
    format!("{scheme}{after}")
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn a_password_in_an_address_goes_into_no_file() {
        let check = |address: &str, expect: &str| assert_eq!(without_password(address), expect);
        check("http://me:hush@h:1", "http://h:1");
        check("me:hush@h:1", "h:1");
        check("http://me:hu@sh@h:1", "http://h:1");
        check("https://h:1", "https://h:1");
        check("", "");
    }
}
