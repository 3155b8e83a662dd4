//! Opening registries: what was filled in is added or taken, one is opened anew, looked at again, removed, and comes
//! back.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use super::{
    ListView, RegisterForm, RegistryDialog, RegistryEntry, RegistryForm, RegistryFormFault, RegistryNode,
    RegistryState, RegistryView, ServiceRef, ServiceView,
};
use crate::app::{App, Happened, RegistryPath};
use crate::engine::{Command, Generation, RegistryId, Watching};
use crate::registry::{Capabilities, RegistryKind};

/// A registry that was removed, for as long as its notice stands.
#[derive(Debug)]
pub(in crate::app) struct RemovedRegistry {
    entry: RegistryEntry,
    /// Where it stood in the tree.
    place: usize,
    /// What of it was in view.
    shown: Option<RegistryView>,
    views: BTreeMap<ServiceRef, ServiceView>,
    lists: BTreeMap<RegistryView, ListView>,
    draft: Option<RegisterForm>,
}

/// Removed registries by the number that their notices carry.
pub(in crate::app) type RemovedRegistries = BTreeMap<u64, RemovedRegistry>;

impl App {
    /// Asks how a registry is reached, a new one with `None`; with what was left in the question the last time.
    pub(super) fn open_registry_dialog(&mut self, registry: Option<RegistryId>, at_token: bool) {
        let known = match registry {
            Some(id) => self.registries.entry(id).map(|entry| entry.form.clone()),
            None => Some(RegistryForm::default()),
        };
        let Some(known) = known else { return };
        let left = self.registries.left_forms.get(&registry).cloned();
        let left = left.map(|left| left.edited_from(&known)).filter(|left| *left != known);
        self.registries.dialog = Some(RegistryDialog {
            registry,
            was_left: left.is_some(),
            at_token,
            form: left.unwrap_or(known),
            fault: None,
        });
    }

    /// Leaves the question; what differs from what is set waits for the next time.
    pub(super) fn close_registry_dialog(&mut self, drops: bool) {
        let Some(dialog) = self.registries.dialog.take() else { return };
        let known = match dialog.registry {
            Some(id) => self.registries.entry(id).map(|entry| entry.form.clone()),
            None => Some(RegistryForm::default()),
        };
        let is_worth_keeping = known.is_some_and(|known| dialog.form.clone().edited_from(&known) != known);
        if drops || !is_worth_keeping {
            self.registries.left_forms.remove(&dialog.registry);
        } else {
            self.registries.left_forms.insert(dialog.registry, dialog.form);
        }
    }

    pub(super) fn start_registry_dialog_anew(&mut self) {
        let Some(dialog) = &self.registries.dialog else { return };
        let (registry, at_token) = (dialog.registry, dialog.at_token);
        self.registries.left_forms.remove(&registry);
        self.open_registry_dialog(registry, at_token);
    }

    /// A file was chosen for the question.
    pub(in crate::app) fn picked_for_registry(&mut self, path: RegistryPath, chosen: String) {
        let Some(dialog) = &mut self.registries.dialog else { return };
        let form = &mut dialog.form;
        match path {
            RegistryPath::Ca => form.ca_path = chosen,
            RegistryPath::Cert => form.cert_path = chosen,
            RegistryPath::Key => form.key_path = chosen,
            RegistryPath::List => form.file = chosen,
        }
        dialog.fault = None;
    }

    pub(super) fn confirm_registry(&mut self, now: Instant) {
        let Some(dialog) = self.registries.dialog.take() else { return };
        let known = dialog.registry.is_none().then(|| self.registry_like(&dialog.form)).flatten();
        // What was filled in for one that is there is not dropped in silence.
        let differs = |known: &&RegistryEntry| dialog.form.clone().filled_for(&known.form) != known.form;
        let is_known = known.filter(differs).map(|known| RegistryFormFault::Known(known.id));
        let fault = dialog.form.fault().or(is_known);
        if fault.is_some() {
            self.registries.dialog = Some(RegistryDialog { fault, ..dialog });
            return;
        }
        self.registries.left_forms.remove(&dialog.registry);
        match dialog.registry {
            None => {
                let id = self.add_registry(dialog.form, now);
                self.show_registry(RegistryView::Registry(id), now);
            }
            Some(id) => self.take_form(id, dialog.form, now),
        }
    }

    /// What was filled in for a new registry is how the one that is open at the same place is reached.
    pub(super) fn take_for_known(&mut self, now: Instant) {
        let Some(dialog) = self.registries.dialog.take() else { return };
        let Some(RegistryFormFault::Known(id)) = dialog.fault else {
            self.registries.dialog = Some(dialog);
            return;
        };
        self.registries.left_forms.remove(&dialog.registry);
        let known = self.registries.entry(id).map(|known| dialog.form.filled_for(&known.form));
        if let Some(form) = known {
            self.take_form(id, form, now);
        }
        self.show_registry(RegistryView::Registry(id), now);
    }

    /// A registry is reached in this way from now on.
    fn take_form(&mut self, id: RegistryId, form: RegistryForm, now: Instant) {
        let Some(entry) = self.registries.entry(id) else { return };
        let form = form.edited_from(&entry.form);
        if form.is_elsewhere(&entry.form) {
            self.forget_known(id);
        } else if !form.is_same_asker(&entry.form) {
            self.forget_answers(id);
        }
        if let Some(entry) = self.registries.entry_mut(id) {
            entry.form = form;
        }
        self.open_registry(id, now);
    }

    /// The open registry that is reached in the same way.
    fn registry_like(&self, form: &RegistryForm) -> Option<&RegistryEntry> {
        let same = |entry: &&RegistryEntry| {
            let known = &entry.form;
            !known.is_elsewhere(form) && known.kind == form.kind && known.text == form.text
        };
        self.registries.entries.iter().find(same)
    }

    /// Adds a registry and opens it, unless one that is reached in the same way is there.
    pub(in crate::app) fn add_registry(&mut self, form: RegistryForm, now: Instant) -> RegistryId {
        if let Some(known) = self.registry_like(&form) {
            return known.id;
        }
        let id = RegistryId(self.next_id());
        self.registries.entries.push(RegistryEntry {
            id,
            generation: Generation::default(),
            form,
            place: None,
            capabilities: Capabilities::default(),
            state: RegistryState::Opening { since: now },
            datacenters: Vec::new(),
            services: BTreeMap::new(),
            pinned: BTreeSet::new(),
            is_demo: false,
            open_before: None,
            asks_without_token: false,
            agent: None,
            agent_away: None,
            watching: Watching::default(),
        });
        // Its token may be on its way out of the keychain: see `fold_secrets`.
        if !self.registries.entry(id).is_some_and(|entry| entry.lacks_token() && entry.form.token_kept > 0) {
            self.open_registry(id, now);
        }
        id
    }

    /// Opens a registry, or opens it anew; what was known of it stays. One whose token is not at hand waits for it: as
    /// whoever else it would be told something else.
    pub(in crate::app) fn open_registry(&mut self, id: RegistryId, now: Instant) {
        self.forget_asked(id);
        let Some(entry) = self.registries.entry_mut(id) else { return };
        entry.generation.0 += 1;
        entry.watching = Watching::default();
        entry.asks_without_token &= entry.lacks_token();
        let waits = entry.waits_for_token();
        entry.state = if waits { RegistryState::NoToken } else { RegistryState::Opening { since: now } };
        let (generation, spec, read_only) = (entry.generation, entry.form.spec(), entry.form.read_only);
        if waits {
            self.send(Command::CloseRegistry(id));
        } else {
            self.send(Command::OpenRegistry { registry: id, generation, spec: Box::new(spec) });
            if read_only {
                self.send(Command::SetRegistryReadOnly(id, true));
            }
        }
        self.tend_keys_of(id);
        self.registries.tree.rebuild(&self.registries.entries);
    }

    /// The person wants to see what is told without the token.
    pub(super) fn ask_without_token(&mut self, id: RegistryId, now: Instant) {
        if let Some(entry) = self.registries.entry_mut(id).filter(|entry| entry.waits_for_token()) {
            entry.asks_without_token = true;
            self.open_registry(id, now);
        }
    }

    pub(super) fn remove_registry(&mut self, id: RegistryId, now: Instant) {
        self.keep_key_drafts_of(id);
        self.forget_asked(id);
        let registries = &mut self.registries;
        let Some(place) = registries.entries.iter().position(|entry| entry.id == id) else { return };
        let mut entry = registries.entries.remove(place);
        entry.watching = Watching::default();
        let open = registries.register.take_if(|dialog| dialog.registry == id);
        let draft = open.as_ref().and_then(|dialog| dialog.unsent().cloned());
        let removed = RemovedRegistry {
            place,
            shown: registries.shown.take_if(|view| view.registry() == id),
            views: registries.views.extract_if(.., |service, _| service.registry == id).collect(),
            lists: registries.lists.extract_if(.., |view, _| view.registry() == id).collect(),
            draft: draft.or_else(|| registries.register_drafts.remove(&id)),
            entry,
        };
        registries.register_drafts.remove(&id);
        registries.left_forms.remove(&Some(id));
        registries.keys.retain(|keys, _| keys.registry != id);
        registries.said = registries.said.take().filter(|said| said.service.registry != id);
        registries.awaited = registries.awaited.take().filter(|(service, _)| service.registry != id);
        self.send(Command::CloseRegistry(id));
        // The demo's come and go with it.
        if removed.entry.is_demo {
            return;
        }
        let number = self.next_id();
        let RegistryForm { kind, name, .. } = &removed.entry.form;
        let (kind, name, place) = (*kind, name.trim().to_owned(), removed.entry.form.place());
        self.tell(Happened::RegistryRemoved { number, kind, name, place, lines: removed.entry.form.lines() }, now);
        self.registries.removed.insert(number, removed);
    }

    /// One that was removed comes back where it stood, as it was set.
    pub(super) fn bring_back_registry(&mut self, number: u64, now: Instant) {
        let Some(removed) = self.registries.removed.remove(&number) else { return };
        self.drop_removed_registry_notice(number);
        // One that was added meanwhile at the same place is it.
        if let Some(known) = self.registry_like(&removed.entry.form).map(|known| known.id) {
            return self.show_registry(RegistryView::Registry(known), now);
        }
        let RemovedRegistry { entry, place, shown, views, lists, draft } = removed;
        let id = entry.id;
        let registries = &mut self.registries;
        registries.entries.insert(place.min(registries.entries.len()), entry);
        registries.views.extend(views);
        registries.lists.extend(lists);
        registries.register_drafts.extend(draft.map(|form| (id, form)));
        if registries.shown.is_none() && shown.is_some() {
            registries.tree.chosen = shown.as_ref().map(|view| RegistryNode::of_view(view).key());
            registries.shown = shown;
        }
        self.open_registry(id, now);
    }

    pub(super) fn refresh_registry(&mut self, id: RegistryId, now: Instant) {
        let Some(entry) = self.registries.entry(id) else { return };
        match entry.state {
            RegistryState::Unusable(_) => return self.open_registry(id, now),
            RegistryState::NoToken => return self.ask_keychain_again(),
            RegistryState::Opening { .. } | RegistryState::Live | RegistryState::Away(_) => {}
        }
        self.send(Command::RefreshRegistry(id));
        self.ask_for_shown(id, now);
    }
}

impl RegistryForm {
    /// Another registry is meant, or another part of it: what is known of the one is not known of the other.
    pub(super) fn is_elsewhere(&self, other: &Self) -> bool {
        let place = |form: &Self| {
            let parts = [&form.address, &form.file, &form.namespace, &form.partition, &form.datacenter];
            (form.kind, parts.map(|part| part.trim().to_owned()))
        };
        place(self) != place(other)
    }

    /// It is asked in the same way, by the same person.
    fn is_same_asker(&self, other: &Self) -> bool {
        let unmarked = |form: &Self| Self { name: String::new(), read_only: false, ..form.clone() };
        unmarked(self) == unmarked(other)
    }

    /// As a change of `known`, whose token may have come since this was filled in.
    fn edited_from(self, known: &Self) -> Self {
        if self.token.is_empty() && self.token_missing {
            return self.with_token_of(known);
        }
        Self { token_kept: known.token_kept, ..self }
    }

    /// As a change of `known`, of which it was filled in without knowing of it: no token says nothing of the token.
    fn filled_for(self, known: &Self) -> Self {
        if self.token.is_empty() { self.with_token_of(known) } else { Self { token_kept: known.token_kept, ..self } }
    }

    fn with_token_of(self, known: &Self) -> Self {
        let (token, token_kept, token_missing) = (known.token.clone(), known.token_kept, known.token_missing);
        Self { token, token_kept, token_missing, ..self }
    }

    /// Where it is, as typed.
    fn place(&self) -> String {
        let place = if self.kind == RegistryKind::Static { &self.file } else { &self.address };
        place.trim().to_owned()
    }

    /// Its lines, where it is a list that was made by hand.
    fn lines(&self) -> usize {
        if self.kind == RegistryKind::Static && self.file.trim().is_empty() { self.text.lines().count() } else { 0 }
    }
}
