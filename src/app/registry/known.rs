//! What is known of a registry beside what is watched: its machines and its agent. It is asked for while it is in view,
//! stays while the registry is away, and is dropped when another registry is meant.
//!
//! Absent: what is watched (`watching`), and what a watch tells (`hear`).

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use super::hear::Asked;
use super::{Away, KeysRef, RegistryEntry, RegistryNode, RegistryState, RegistryView};
use crate::app::{App, Area};
use crate::engine::{RegistryId, RegistryQuestion, RegistryReply};
use crate::registry::{Hidden, RegistryError};

/// What stands between a registry and what is shown of it: a token that is missing, refused, or may not see all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenTrouble<'a> {
    /// The registry had a token that is not at hand, and is not asked without it.
    Awaited,
    /// The same, and the person asks without it all the same.
    AskedWithout,
    /// The registry refuses what is sent.
    Refused(&'a RegistryError),
    /// Answers are empty, and access rules may be why.
    Hidden,
}

impl RegistryEntry {
    /// It had a token that is not at hand.
    pub fn lacks_token(&self) -> bool {
        self.form.token_missing && self.form.token.is_empty()
    }

    /// It is not asked until its token is there.
    pub(in crate::app) fn waits_for_token(&self) -> bool {
        self.lacks_token() && !self.asks_without_token
    }

    /// What is wrong with its token, as far as one datacenter shows it, or all of them.
    pub fn token_trouble(&self, datacenter: Option<&str>) -> Option<TokenTrouble<'_>> {
        if self.state == RegistryState::NoToken {
            return Some(TokenTrouble::Awaited);
        }
        let is_meant = |name: &str| datacenter.is_none_or(|meant| meant == name);
        let known = || self.datacenters.iter().filter(|known| is_meant(&known.name));
        let aways = known().filter_map(|known| known.away.as_ref());
        let refused = aways.chain(self.agent_away.as_ref().filter(|_| datacenter.is_none()));
        let refused = refused.map(|away| away.error.as_ref()).find(|error| error.fault.is_denied());
        if let Some(error) = refused {
            return Some(TokenTrouble::Refused(error));
        }
        if self.lacks_token() {
            return Some(TokenTrouble::AskedWithout);
        }
        known().any(super::DatacenterEntry::is_hidden).then_some(TokenTrouble::Hidden)
    }

    /// Something of it can be asked now, or as soon as it is opened.
    fn takes_questions(&self) -> bool {
        matches!(self.state, RegistryState::Live | RegistryState::Away(_) | RegistryState::Opening { .. })
            && self.capabilities.nodes
    }
}

impl super::DatacenterEntry {
    /// No service is seen, and access rules may be why.
    pub fn is_hidden(&self) -> bool {
        self.services.as_ref().is_some_and(|answer| answer.value.is_empty() && answer.hidden != Hidden::Nothing)
    }
}

/// Whether something is old, after a question for it was answered; the first failure counts.
fn away_after<T>(before: Option<Away>, result: &Result<T, RegistryError>, at: SystemTime) -> Option<Away> {
    let error = result.as_ref().err()?;
    Some(Away { since: before.map_or(at, |before| before.since), error: Arc::new(error.clone()) })
}

impl App {
    /// Asks for what the view of a registry shows that nobody watches.
    pub(in crate::app) fn ask_for_shown(&mut self, id: RegistryId, now: Instant) {
        let shown = self.registries.shown.clone().filter(|view| view.registry() == id && self.area == Area::Registry);
        match shown {
            Some(RegistryView::Nodes(_, datacenter)) => self.ask_nodes(id, &datacenter, now),
            Some(RegistryView::Registry(_)) => self.ask_about(id, now),
            Some(RegistryView::Keys(registry, datacenter)) => self.show_keys(&KeysRef { registry, datacenter }, now),
            Some(RegistryView::Datacenter(..) | RegistryView::Service(_)) | None => {}
        }
    }

    /// The same, when registries come to the front.
    pub(in crate::app) fn ask_for_area(&mut self, now: Instant) {
        if let Some(id) = self.registries.shown.as_ref().map(RegistryView::registry) {
            self.ask_for_shown(id, now);
        }
    }

    /// What is shown is of a datacenter that its registry does not have (any more): the registry itself is shown instead.
    pub(super) fn leave_lost_datacenter(&mut self, id: RegistryId) {
        let name = match &self.registries.shown {
            Some(RegistryView::Datacenter(_, name) | RegistryView::Nodes(_, name) | RegistryView::Keys(_, name)) => {
                name
            }
            Some(RegistryView::Service(service)) => &service.datacenter,
            Some(RegistryView::Registry(_)) | None => return,
        };
        let is_of = self.registries.shown.as_ref().is_some_and(|view| view.registry() == id);
        if is_of && self.registries.entry(id).is_some_and(|entry| entry.datacenter(name).is_none()) {
            let view = RegistryView::Registry(id);
            self.registries.tree.chosen = Some(RegistryNode::of_view(&view).key());
            self.registries.shown = Some(view);
        }
    }

    fn ask_about(&mut self, id: RegistryId, now: Instant) {
        let Some(entry) = self.registries.entry(id).filter(|entry| entry.takes_questions()) else { return };
        let names: Vec<String> = entry.datacenters.iter().map(|known| known.name.clone()).collect();
        self.ask_once(id, Asked::Agent, RegistryQuestion::Agent);
        for name in names {
            self.ask_nodes(id, &name, now);
        }
    }

    pub(super) fn ask_nodes(&mut self, id: RegistryId, datacenter: &str, now: Instant) {
        let entry = self.registries.entry_mut(id).filter(|entry| entry.takes_questions());
        let Some(known) = entry.and_then(|entry| entry.datacenter_mut(datacenter)) else { return };
        known.nodes_asked.get_or_insert(now);
        let question = RegistryQuestion::Nodes { datacenter: datacenter.to_owned() };
        self.ask_once(id, Asked::Nodes(datacenter.to_owned()), question);
    }

    /// Asks, unless the same question is on its way.
    fn ask_once(&mut self, id: RegistryId, asked: Asked, question: RegistryQuestion) {
        if !self.registries.asked.values().any(|(registry, known)| *registry == id && *known == asked) {
            self.ask_registry(id, asked, question);
        }
    }

    pub(super) fn fold_nodes(
        &mut self,
        id: RegistryId,
        datacenter: &str,
        result: Result<RegistryReply, RegistryError>,
        at: SystemTime,
    ) {
        let Some(known) = self.registries.entry_mut(id).and_then(|entry| entry.datacenter_mut(datacenter)) else {
            return;
        };
        known.nodes_asked = None;
        known.nodes_away = away_after(known.nodes_away.take(), &result, at);
        if let Ok(RegistryReply::Nodes(nodes)) = result {
            known.nodes = Some(nodes);
        }
    }

    pub(super) fn fold_agent(&mut self, id: RegistryId, result: Result<RegistryReply, RegistryError>, at: SystemTime) {
        let Some(entry) = self.registries.entry_mut(id) else { return };
        entry.agent_away = away_after(entry.agent_away.take(), &result, at);
        if let Ok(RegistryReply::Agent(agent)) = result {
            entry.agent = Some(agent);
        }
    }

    /// Its settings name another registry: what was known is that of the old one. What was typed into keys waits for it.
    pub(super) fn forget_known(&mut self, id: RegistryId) {
        self.keep_key_drafts_of(id);
        let registries = &mut self.registries;
        registries.keys.retain(|keys, _| keys.registry != id);
        for (_, view) in registries.views.iter_mut().filter(|(service, _)| service.registry == id) {
            (view.filtered, view.chosen, view.compares) = (None, None, false);
        }
        registries.said = registries.said.take().filter(|said| said.service.registry != id);
        registries.awaited = registries.awaited.take().filter(|(service, _)| service.registry != id);
        if let Some(entry) = registries.entry_mut(id) {
            entry.datacenters.clear();
            entry.services.clear();
            (entry.place, entry.agent, entry.agent_away) = (None, None, None);
        }
    }

    /// Who asks is another than before: what the agent said to the old one is not for the new one.
    pub(super) fn forget_answers(&mut self, id: RegistryId) {
        let Some(entry) = self.registries.entry_mut(id) else { return };
        (entry.agent, entry.agent_away) = (None, None);
        for known in &mut entry.datacenters {
            (known.nodes, known.nodes_away) = (None, None);
        }
    }
}
