//! What a person can do with registries.

use std::time::Instant;

use super::hear::Asked;
use super::{
    ActsAct, DatacenterEntry, InstanceColumn, InstanceSide, KeyAct, KeysRef, ListView, RegisterAct, RegistryDialog,
    RegistryEntry, RegistryForm, RegistryNode, RegistryView, ServiceRef, ServiceView,
};
use crate::app::{AllAct, App, Area, OpenFirst, SourceOrigin, Tab};
use crate::engine::{Command, RegistryId, RegistryQuestion, SourceId};
use crate::registry::InstanceKey;
use crate::schema::MethodInfo;

/// One act.
#[derive(Clone, Debug, PartialEq)]
pub enum RegistryAct {
    /// What the tree is filtered by.
    SetFilter(String),
    /// Fold or unfold a row.
    ToggleNode(u64),
    /// Choose a row.
    ChooseNode(u64),
    /// Open what a row stands for.
    OpenNode(u64),
    /// Bring this to the centre.
    Show(RegistryView),
    /// Ask for a registry to add.
    OpenDialog,
    /// How to reach one that is there.
    OpenDialogFor(RegistryId),
    /// What is filled in.
    SetDialog(Box<RegistryDialog>),
    /// Add it, or take the changes.
    ConfirmDialog,
    /// Leave it; what is typed waits for the next time, unless the flag says to drop it.
    CloseDialog(bool),
    /// Drop what was left in it, and fill it in anew.
    StartDialogAnew,
    /// Take what was filled in for the one that is open at the same address.
    TakeForKnown,
    /// How to reach one that is there, to begin with its token.
    AskToken(RegistryId),
    /// Ask a registry without the token that is not at hand.
    AskWithoutToken(RegistryId),
    /// Open a registry that somebody names.
    Add(Box<RegistryForm>),
    /// Forget a registry.
    Remove(RegistryId),
    /// One that was removed comes back, by the number of its notice.
    BringBack(u64),
    /// Move it up (negative) or down in the tree.
    Move(RegistryId, isize),
    /// Look again now.
    Refresh(RegistryId),
    /// Look again at all.
    RefreshAll,
    /// Let no act through, or let them through again.
    SetReadOnly(RegistryId, bool),
    /// Tell by a notice when a service changes health, or do not.
    Pin(ServiceRef, bool),
    /// The query of a service's view.
    SetQuery(ServiceRef, String),
    /// A tag that instances have to have.
    AddTag(ServiceRef, String),
    /// They need not.
    DropTag(ServiceRef, String),
    /// Only what passes.
    SetPassing(ServiceRef, bool),
    /// Sort by this, or the other way round.
    SortBy(ServiceRef, InstanceColumn),
    /// Read this instance.
    Choose(ServiceRef, Option<InstanceKey>),
    /// What of it.
    ShowSide(ServiceRef, InstanceSide),
    /// Do something with keys and values.
    Keys(KeysRef, KeyAct),
    /// Read the schemas of drifting instances side by side, or leave that.
    CompareSchemas(ServiceRef, bool),
    /// A request to the service, or to exactly one instance of it.
    Call(ServiceRef, Option<InstanceKey>),
    /// A request to every instance at once.
    CallAll(ServiceRef),
    /// How a list is looked at.
    SetList(RegistryView, Box<ListView>),
    /// Do something to instances.
    Acts(ActsAct),
    /// Do something about a service to be registered.
    Register(RegisterAct),
    /// A request of its own for what an instance says of its health.
    AskHealth(ServiceRef, InstanceKey),
}

impl App {
    pub(in crate::app) fn apply_registry(&mut self, act: RegistryAct, now: Instant) {
        match act {
            RegistryAct::SetFilter(filter) => self.set_filter(filter, now),
            RegistryAct::ToggleNode(key) => {
                let tree = &mut self.registries.tree;
                if !tree.open.remove(&key) {
                    tree.open.insert(key);
                }
            }
            RegistryAct::ChooseNode(key) => self.registries.tree.chosen = Some(key),
            RegistryAct::OpenNode(key) => {
                let view = self.registries.tree.line(key).map(|line| line.node.view());
                if let Some(view) = view {
                    self.show_registry(view, now);
                }
            }
            RegistryAct::Show(view) => self.show_registry(view, now),
            RegistryAct::OpenDialog => self.open_registry_dialog(None, false),
            RegistryAct::OpenDialogFor(id) => self.open_registry_dialog(Some(id), false),
            RegistryAct::AskToken(id) => self.open_registry_dialog(Some(id), true),
            RegistryAct::AskWithoutToken(id) => self.ask_without_token(id, now),
            RegistryAct::SetDialog(dialog) => {
                if self.registries.dialog.is_some() {
                    self.registries.dialog = Some(RegistryDialog { fault: None, ..*dialog });
                }
            }
            RegistryAct::ConfirmDialog => self.confirm_registry(now),
            RegistryAct::CloseDialog(keeps) => self.close_registry_dialog(keeps),
            RegistryAct::StartDialogAnew => self.start_registry_dialog_anew(),
            RegistryAct::TakeForKnown => self.take_for_known(now),
            RegistryAct::Add(form) => {
                self.add_registry(*form, now);
            }
            RegistryAct::Remove(id) => self.remove_registry(id, now),
            RegistryAct::BringBack(number) => self.bring_back_registry(number, now),
            RegistryAct::Move(id, step) => {
                let entries = &mut self.registries.entries;
                if let Some(at) = entries.iter().position(|entry| entry.id == id) {
                    let entry = entries.remove(at);
                    let to = at.saturating_add_signed(step).min(entries.len());
                    entries.insert(to, entry);
                }
            }
            RegistryAct::Refresh(id) => self.refresh_registry(id, now),
            RegistryAct::RefreshAll => {
                let ids: Vec<RegistryId> = self.registries.entries.iter().map(|entry| entry.id).collect();
                for id in ids {
                    self.refresh_registry(id, now);
                }
            }
            RegistryAct::SetReadOnly(id, is_so) => {
                if let Some(entry) = self.registries.entry_mut(id) {
                    entry.form.read_only = is_so;
                    self.send(Command::SetRegistryReadOnly(id, is_so));
                }
            }
            RegistryAct::Pin(service, is_so) => {
                if let Some(entry) = self.registries.entry_mut(service.registry) {
                    let key = (service.datacenter, service.service);
                    if is_so {
                        entry.pinned.insert(key);
                    } else {
                        entry.pinned.remove(&key);
                    }
                }
            }
            RegistryAct::SetQuery(service, query) => {
                self.view_mut(&service).query = query;
                self.ask_filter(&service);
            }
            RegistryAct::AddTag(service, tag) => {
                let tags = &mut self.view_mut(&service).tags;
                if !tags.contains(&tag) {
                    tags.push(tag);
                }
            }
            RegistryAct::DropTag(service, tag) => self.view_mut(&service).tags.retain(|known| *known != tag),
            RegistryAct::SetPassing(service, is_so) => self.view_mut(&service).passing = is_so,
            RegistryAct::SortBy(service, column) => {
                let view = self.view_mut(&service);
                view.descending = view.column == column && !view.descending;
                view.column = column;
            }
            RegistryAct::Choose(service, instance) => self.view_mut(&service).chosen = instance,
            RegistryAct::Keys(at, act) => return self.apply_keys(&at, act, now),
            RegistryAct::ShowSide(service, side) => self.view_mut(&service).side = side,
            RegistryAct::CompareSchemas(service, is_so) => self.view_mut(&service).compares = is_so,
            RegistryAct::Call(service, instance) => self.call_service(&service, instance.as_ref(), false, now),
            RegistryAct::CallAll(service) => self.call_service(&service, None, true, now),
            RegistryAct::AskHealth(service, instance) => self.ask_health(&service, &instance, now),
            RegistryAct::SetList(view, list) => {
                self.registries.lists.insert(view, *list);
            }
            RegistryAct::Acts(act) => self.apply_acts(act, now),
            RegistryAct::Register(act) => self.apply_register(act, now),
        }
        self.registries.tree.rebuild(&self.registries.entries);
    }

    fn view_mut(&mut self, service: &ServiceRef) -> &mut ServiceView {
        self.registries.views.entry(service.clone()).or_default()
    }

    /// Brings something of registries to the centre, and asks for what it needs that nobody watches.
    pub(in crate::app) fn show_registry(&mut self, view: RegistryView, now: Instant) {
        self.area = Area::Registry;
        self.registries.tree.chosen = Some(RegistryNode::of_view(&view).key());
        if self.registries.shown.as_ref() != Some(&view) {
            self.registries.said = None;
        }
        let registry = view.registry();
        self.registries.shown = Some(view);
        self.ask_for_shown(registry, now);
    }

    /// Machines count in the filter, so those of datacenters that are in view are asked for once.
    fn set_filter(&mut self, filter: String, now: Instant) {
        let is_filtered = !filter.trim().is_empty();
        self.registries.tree.filter = filter;
        let unknown = |known: &&DatacenterEntry| {
            known.services.is_some()
                && known.nodes.is_none()
                && known.nodes_away.is_none()
                && known.nodes_asked.is_none()
        };
        let of_entry = |entry: &RegistryEntry| {
            let unknown = entry.datacenters.iter().filter(unknown).filter(|_| entry.capabilities.nodes);
            unknown.map(|known| (entry.id, known.name.clone())).collect::<Vec<_>>()
        };
        let wanted: Vec<(RegistryId, String)> =
            self.registries.entries.iter().filter(|_| is_filtered).flat_map(of_entry).collect();
        for (id, datacenter) in wanted {
            self.ask_nodes(id, &datacenter, now);
        }
    }

    /// Asks a question, whose answer is heard with what it was asked for.
    pub(in crate::app) fn ask_registry(&mut self, id: RegistryId, asked: Asked, question: RegistryQuestion) -> u64 {
        let ticket = self.next_id();
        self.registries.asked.insert(ticket, (id, asked));
        self.send(Command::AskRegistry { registry: id, ticket, question: Box::new(question) });
        ticket
    }

    /// A request to a service, to exactly one instance of it, or to all: its schema comes by reflection of whoever is
    /// asked.
    fn call_service(&mut self, service: &ServiceRef, instance: Option<&InstanceKey>, all: bool, now: Instant) {
        let Some(address) = self.registries.target(service, instance) else { return };
        self.area = Area::Services;
        let id = self.open_address(&address, now);
        if let Some(entry) = self.sources.iter_mut().find(|entry| entry.id == id) {
            entry.open_first = Some(OpenFirst { service: service.service.clone(), all });
            entry.restored = false;
        }
    }

    /// Opens the first method of a source that was opened to be called, once it is read.
    pub(in crate::app) fn open_first(&mut self, source: SourceId, now: Instant) {
        let Some(entry) = self.sources.iter_mut().find(|entry| entry.id == source) else { return };
        let Some(OpenFirst { service: named, all }) = entry.open_first.take() else { return };
        let outline = entry.outline.as_ref();
        let methods = outline
            .into_iter()
            .flat_map(|outline| &outline.services)
            .flat_map(|service| service.methods.iter().map(move |method| (service.full_name.clone(), method)));
        // What a service is there for comes before what every server has, what is called like it before the others, and
        // one request before a stream.
        let rank = |(service, method): &(String, &MethodInfo)| {
            (service.starts_with("grpc."), likeness(&named, service), method.client_streaming, method.server_streaming)
        };
        let Some((service, method)) = methods.min_by_key(rank).map(|(service, method)| (service, method.name.clone()))
        else {
            return;
        };
        let address = match &entry.origin {
            SourceOrigin::Address { address, .. } => address.clone(),
            SourceOrigin::Files { .. } => return,
        };
        let is_it =
            |tab: &Tab| (tab.source, tab.address.as_str(), tab.all.is_some()) == (source, address.as_str(), all);
        // A tab that the person made of it already is what they mean.
        if let Some(id) = self.tabs.iter().find(|tab| is_it(tab)).map(|tab| tab.id) {
            self.choose_tab(id);
            return;
        }
        self.changes += 1;
        if all {
            self.new_tab(source, &service, &method, now);
            if let Some(id) = self.active {
                self.apply_all(id, AllAct::AskAll(true), now);
            }
        } else {
            self.open_method(source, &service, &method, now);
        }
    }

    /// A request of its own for what an instance says of its health, sent at once.
    fn ask_health(&mut self, service: &ServiceRef, instance: &InstanceKey, now: Instant) {
        let Some(address) = self.registries.target(service, Some(instance)) else { return };
        self.area = Area::Services;
        let id = self.open_address(&address, now);
        if let Some(entry) = self.sources.iter_mut().find(|entry| entry.id == id) {
            entry.open_then = Some(("grpc.health.v1.Health".to_owned(), "Check".to_owned()));
            entry.restored = false;
        }
    }
}

/// How little a gRPC service's full name is like the name under which it is registered: 0 where it is the same, or its
/// last part is; 1 where one holds the other (`user-service` and `pb.User`); 2 otherwise. Case and signs do not count.
fn likeness(named: &str, service: &str) -> u8 {
    let plain =
        |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect() };
    let last = plain(service.rsplit('.').next().unwrap_or(service));
    let (named, whole) = (plain(named), plain(service));
    if named == last || named == whole {
        0
    } else if !named.is_empty() && (named.contains(&last) || last.contains(&named)) {
        1
    } else {
        2
    }
}

#[cfg(test)]
mod tests {
    use super::likeness;

    #[test]
    fn a_service_is_called_like_its_registration() {
        for (named, service, expect) in [
            ("Inventory", "shop.v1.Inventory", 0),
            ("inventory", "shop.v1.Inventory", 0),
            ("shop.v1.Inventory", "shop.v1.Inventory", 0),
            ("order-service", "shop.v1.OrderService", 0),
            ("user-service", "pb.User", 1),
            ("User", "proto.UserService", 1),
            ("Inventory", "editions.Profiles", 2),
            ("", "editions.Profiles", 2),
        ] {
            assert_eq!(likeness(named, service), expect, "{named} {service}");
        }
    }
}
