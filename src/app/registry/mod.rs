//! Registries as a window shows them: which are open, what they said last, what of it is in view.
//!
//! Lives here: entries with their datacenters and services, the tree of the side panel, the view of one service, and
//! what is to be watched so that all this stays true. Absent: IO; what is asked of a registry is a command.

mod act;
mod acts;
mod demo;
mod entry;
mod filter;
mod form;
mod hear;
mod keep;
mod keys;
mod known;
mod lists;
mod open;
mod register;
mod rows;
mod service;
mod service_changes;
mod service_entry;
mod timeline;
mod tree;
mod watching;

#[cfg(test)]
mod acts_tests;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::app::ConnectionForm;
use crate::engine::RegistryId;
use crate::registry::{InstanceKey, RegistryTarget};

pub use act::RegistryAct;
pub use acts::{ActDialog, ActSaid, ActWhat, ActsAct, InstanceAct};
pub use entry::{Away, DatacenterEntry, RegistryEntry, RegistryState};
pub use form::{RegistryDialog, RegistryForm, RegistryFormFault};
pub(super) use keep::KeptRegistrations;
pub(in crate::app) use keys::KeyCopies;
pub use keys::{
    ChangeLine, Conflict, DraftValue, KeyAct, KeyActOf, KeyBack, KeyChange, KeyDialog, KeyDraft, KeyFace, KeyFailure,
    KeyFault, KeyJob, KeyJobKind, KeyLine, KeyStep, KeyWrite, KeyWriting, KeysRef, KeysView, Looked, NewKey,
    ShownVersion, UndoStep, folder_of, is_secret_value,
};
pub use known::TokenTrouble;
pub use lists::{ListView, NodeColumn, ServiceColumn};
pub use register::{
    CHECK_KINDS, CheckForm, EditedJson, FromFile, IdState, RegisterAct, RegisterDialog, RegisterDraft, RegisterForm,
    Rehearsal, Usual,
};
pub use rows::InstanceRows;
pub use service::{Filtered, InstanceColumn, InstanceSide, ServiceView};
pub use service_changes::{ServiceChange, ServiceLine, service_changes};
pub use service_entry::{ServiceEntry, ServiceSums};
pub use timeline::{Happening, TimelineLine};
pub use tree::{RegistryLine, RegistryNode, RegistryTree};
pub use watching::PROBE_EVERY;

/// Names a service of an open registry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceRef {
    /// Which registry.
    pub registry: RegistryId,
    /// Which datacenter; empty where the registry has none.
    pub datacenter: String,
    /// Its name.
    pub service: String,
}

/// How a service is looked at that nobody looked at in any other way.
static UNTOUCHED: LazyLock<ServiceView> = LazyLock::new(ServiceView::default);

/// What the centre shows of registries.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RegistryView {
    /// The registry itself: its agent, its datacenters, what is wrong with it.
    Registry(RegistryId),
    /// A datacenter: its services in sum, and what changed.
    Datacenter(RegistryId, String),
    /// A service: its instances.
    Service(ServiceRef),
    /// Its machines.
    Nodes(RegistryId, String),
    /// Its keys and values.
    Keys(RegistryId, String),
}

impl RegistryView {
    /// The registry that it belongs to.
    pub fn registry(&self) -> RegistryId {
        match self {
            Self::Registry(id) | Self::Datacenter(id, _) | Self::Nodes(id, _) | Self::Keys(id, _) => *id,
            Self::Service(service) => service.registry,
        }
    }
}

/// Everything about registries.
#[derive(Debug, Default)]
pub struct Registries {
    /// In the order of the tree.
    pub entries: Vec<RegistryEntry>,
    /// What the side panel shows of them.
    pub tree: RegistryTree,
    /// How addresses are connected to, as the engine was told last.
    pub(super) told_settings: Option<BTreeMap<String, ConnectionForm>>,
    /// What the centre shows.
    pub shown: Option<RegistryView>,
    /// The question that adds a registry or changes one, if it is open.
    pub dialog: Option<RegistryDialog>,
    /// How the instances of services are looked at.
    pub views: BTreeMap<ServiceRef, ServiceView>,
    /// The instances of the service that is shown, as its view wants them.
    pub rows: InstanceRows,
    /// How keys and values are looked at.
    pub keys: BTreeMap<KeysRef, KeysView>,
    /// What was typed into keys and changed of them before this start, until their registry is shown.
    pub(super) kept_keys: keys::KeptKeys,
    /// How lists are looked at, by the view that they belong to.
    pub lists: BTreeMap<RegistryView, ListView>,
    /// The question before an act on instances, if it is open.
    pub act: Option<ActDialog>,
    /// The question that registers a service, if it is open.
    pub register: Option<RegisterDialog>,
    /// What was left in it, the newest first.
    pub(super) register_drafts: BTreeMap<RegistryId, Vec<RegisterDraft>>,
    /// Counts changes of what is typed and left of registrations.
    pub(super) register_revision: u64,
    /// The instance that was registered last, until the registry lists it.
    pub(super) awaited: Option<register::Awaited>,
    /// What the last act did, until something else is looked at.
    pub said: Option<ActSaid>,
    /// What was filled in of a registry, or of a new one, and not taken.
    pub(super) left_forms: BTreeMap<Option<RegistryId>, RegistryForm>,
    /// Registries that were removed, for as long as their notices stand.
    pub(super) removed: open::RemovedRegistries,
    /// Filter expressions that are on their way.
    pub(super) filter_asked: BTreeMap<ServiceRef, filter::FilterAsked>,
    /// Questions that were asked and not answered yet, by ticket.
    pub(super) asked: BTreeMap<u64, (RegistryId, hear::Asked)>,
}

impl Registries {
    /// A registry by its id.
    pub fn entry(&self, id: RegistryId) -> Option<&RegistryEntry> {
        self.entries.iter().find(|entry| entry.id == id)
    }

    /// Registrations that were left unsent, the newest first.
    pub fn drafts_of(&self, id: RegistryId) -> &[RegisterDraft] {
        self.register_drafts.get(&id).map_or(&[], Vec::as_slice)
    }

    /// How a service is looked at.
    pub fn view(&self, service: &ServiceRef) -> &ServiceView {
        self.views.get(service).unwrap_or(&UNTOUCHED)
    }

    /// The row of the instance that is read: the chosen one, else the first about which registry and wire disagree, else
    /// the first.
    pub fn chosen_row(&self, service: &ServiceRef) -> Option<usize> {
        let known = self.service(service)?;
        let rows = self.rows.of(service);
        let row_of = |is_it: &dyn Fn(usize) -> bool| rows.iter().position(|place| is_it(*place));
        let chosen =
            self.view(service).chosen.as_ref().and_then(|key| {
                row_of(&|place| known.instances().get(place).is_some_and(|instance| instance.key == *key))
            });
        let disagreeing = &known.sums().disagreeing;
        let doubted = || row_of(&|place| disagreeing.binary_search(&place).is_ok()).filter(|_| !disagreeing.is_empty());
        chosen.or_else(doubted).or_else(|| (!rows.is_empty()).then_some(0))
    }

    /// How a list is looked at.
    pub fn list(&self, view: &RegistryView) -> ListView {
        self.lists.get(view).cloned().unwrap_or_default()
    }

    /// What is known of a service.
    pub fn service(&self, service: &ServiceRef) -> Option<&ServiceEntry> {
        self.entry(service.registry)?.service(&service.datacenter, &service.service)
    }

    /// The service that an address names, where its registry is open.
    pub fn service_of(&self, address: &str) -> Option<ServiceRef> {
        let target = RegistryTarget::parse(address).ok()?;
        let is_it = |entry: &&RegistryEntry| {
            let place = entry.place.as_ref();
            place.is_some_and(|place| {
                place.kind == target.kind && target.place.as_ref().is_none_or(|named| *named == place.address)
            })
        };
        let entry = self.entries.iter().find(is_it)?;
        let own = entry.datacenters.first().map(|own| own.name.clone()).unwrap_or_default();
        let datacenter = target.datacenter.unwrap_or(own);
        Some(ServiceRef { registry: entry.id, datacenter, service: target.service })
    }

    /// Where a request goes: to a service by its registry, or to the address of one instance.
    pub fn target(&self, service: &ServiceRef, instance: Option<&InstanceKey>) -> Option<String> {
        if let Some(key) = instance {
            return Some(self.service(service)?.instance(key)?.host_port());
        }
        let entry = self.entry(service.registry)?;
        let place = entry.place.as_ref()?;
        let mut target = RegistryTarget::new(place.kind, Some(place.address.clone()), &service.service);
        let is_own = entry.datacenter(&service.datacenter).is_none_or(|datacenter| datacenter.is_own);
        target.datacenter = (!is_own).then(|| service.datacenter.clone());
        target.wish.tags.clone_from(&self.view(service).tags);
        Some(target.to_string())
    }

    pub(super) fn entry_mut(&mut self, id: RegistryId) -> Option<&mut RegistryEntry> {
        self.entries.iter_mut().find(|entry| entry.id == id)
    }
}
