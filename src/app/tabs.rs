//! Tabs: opened from the tree, duplicated, chosen, moved, closed and opened again.

use std::time::Instant;

use super::{
    AllTab, App, Area, MetadataRow, Node, Prepared, RequestSide, ResponseSide, Retry, SourceOrigin, StreamTab, Tab,
    TabId,
};
use crate::engine::{Command, SourceId};
use crate::message::TemplateSize;

/// So many closed tabs can be opened again.
const CLOSED: usize = 30;

impl App {
    pub(super) fn open_node(&mut self, key: u64, now: Instant) {
        self.tree.chosen = Some(key);
        let Some(node) = self.tree.line(key).map(|line| line.node.clone()) else { return };
        match node {
            Node::Method(source, service, method) => self.open_method(source, &service, &method, now),
            Node::Problem(source, index) => {
                self.problem = Some((source, index));
                self.shown_source = None;
            }
            Node::Source(source) => {
                if self.source(source).is_some_and(|entry| entry.failure.is_some()) {
                    self.shown_source = Some(source);
                    self.problem = None;
                }
            }
            Node::Service(..) => {}
        }
    }

    /// Brings the method's tab to the front, or makes one.
    pub(super) fn open_method(&mut self, source: SourceId, service: &str, method: &str, now: Instant) {
        let same = |tab: &&Tab| tab.source == source && tab.service == service && tab.method == method;
        if let Some(tab) = self.tabs.iter().find(same) {
            let id = tab.id;
            self.choose_tab(id);
        } else {
            self.new_tab(source, service, method, now);
        }
    }

    /// Opens a method and sends its draft, at once or as soon as the method is ready.
    pub(super) fn open_and_send(&mut self, source: SourceId, service: &str, method: &str, now: Instant) {
        self.open_method(source, service, method, now);
        let Some(tab) = self.active_tab() else { return };
        let id = tab.id;
        if tab.can_send() && tab.size().is_some() {
            self.send_tab(id, now);
        } else {
            self.send_when_ready = Some(id);
        }
    }

    pub(super) fn new_tab(&mut self, source: SourceId, service: &str, method: &str, now: Instant) {
        let Some(entry) = self.source(source) else { return };
        let Some(info) = entry.method(service, method) else { return };
        let shape = (info.client_streaming, info.server_streaming);
        let rows = entry.call_metadata.clone();
        let address = match (&entry.origin, &entry.target) {
            (SourceOrigin::Address { address, .. }, _) => address.clone(),
            (SourceOrigin::Files { .. }, Some(target)) => target.clone(),
            (SourceOrigin::Files { .. }, None) => self.last_address(),
        };
        let metadata = rows.into_iter().map(|row| MetadataRow { id: self.next_id(), kept: 0, ..row }).collect();
        let tab = Tab { metadata, ..self.fresh_tab(source, service, method, shape, address, now) };
        let id = tab.id;
        self.tabs.push(tab);
        self.prepare(id, TemplateSize::default());
        self.choose_tab(id);
    }

    /// A tab as it begins, not yet among the others.
    pub(super) fn fresh_tab(
        &mut self,
        source: SourceId,
        service: &str,
        method: &str,
        shape: (bool, bool),
        address: String,
        now: Instant,
    ) -> Tab {
        let demo = self.demo_part(&address);
        let own = self.form(&address).deadline;
        let deadline = if !own.is_empty() {
            own
        } else if shape == (false, false) && self.is_of_demo(&address) {
            "1 s".to_owned()
        } else {
            self.usual_deadline(shape == (false, false))
        };
        Tab {
            id: TabId(self.next_id()),
            source,
            service: service.to_owned(),
            method: method.to_owned(),
            shape,
            ticket: self.next_id(),
            prepared: Prepared::Pending { since: now },
            address,
            deadline,
            message: String::new(),
            revision: 0,
            edited: false,
            edited_at: None,
            caret_line: None,
            checked: None,
            checking: None,
            go_to: None,
            metadata: Vec::new(),
            compress: None,
            request_side: RequestSide::default(),
            response_side: ResponseSide::default(),
            all: None,
            all_aside: None,
            call: None,
            previous: None,
            phases_open: None,
            follow_tail: true,
            stream: StreamTab::default(),
            list: None,
            demo,
            awaits_source: false,
        }
    }

    /// The address that a request without one most likely wants.
    fn last_address(&self) -> String {
        if let Some(tab) = self.active_tab() {
            return tab.address.clone();
        }
        let address = self.sources.iter().rev().find_map(|entry| match &entry.origin {
            SourceOrigin::Address { address, .. } => Some(address.clone()),
            SourceOrigin::Files { .. } => None,
        });
        address.unwrap_or_default()
    }

    /// Asks for the method's schema (again).
    pub(super) fn prepare(&mut self, id: TabId, template: TemplateSize) {
        let Some(tab) = self.tab(id) else { return };
        let metadata = self.source(tab.source).map(|entry| self.reflection_metadata(entry)).unwrap_or_default();
        let command = Command::PrepareMethod {
            source: tab.source,
            metadata,
            service: tab.service.clone(),
            method: tab.method.clone(),
            ticket: tab.ticket,
            template,
        };
        self.send(command);
    }

    /// Stands right of the one that it is made from.
    pub(super) fn duplicate_tab(&mut self, id: TabId, now: Instant) {
        let Some(at) = self.tabs.iter().position(|tab| tab.id == id) else { return };
        let tab = self.tabs[at].clone();
        let copy = self.without_calls(tab, now);
        self.insert_tab(at + 1, copy);
    }

    /// The tab as a new one: its draft and settings, no call.
    fn without_calls(&mut self, tab: Tab, now: Instant) -> Tab {
        let (id, ticket) = (TabId(self.next_id()), self.next_id());
        Tab {
            id,
            ticket,
            prepared: Prepared::Pending { since: now },
            checked: None,
            checking: None,
            all: tab.all.as_ref().map(|all| Box::new(AllTab { run: None, ..AllTab::clone(all) })),
            all_aside: None,
            call: None,
            previous: None,
            stream: StreamTab::default(),
            list: None,
            edited: true,
            metadata: tab.metadata.iter().map(|row| MetadataRow { id: self.next_id(), ..row.clone() }).collect(),
            ..tab
        }
    }

    fn insert_tab(&mut self, place: usize, tab: Tab) {
        let id = tab.id;
        self.tabs.insert(place.min(self.tabs.len()), tab);
        self.prepare(id, TemplateSize::default());
        self.choose_tab(id);
    }

    /// The tab that was closed last, where it stood.
    pub(super) fn reopen_tab(&mut self, now: Instant) {
        let Some((place, tab)) = self.closed.pop() else { return };
        // A draft that was never typed in takes the template anew.
        let edited = tab.edited || !tab.message.is_empty();
        let tab = Tab { edited, ..self.without_calls(tab, now) };
        self.insert_tab(place, tab);
    }

    /// Puts a tab in a place, counted without it.
    pub(super) fn move_tab(&mut self, id: TabId, place: usize) {
        let Some(at) = self.tabs.iter().position(|tab| tab.id == id) else { return };
        let tab = self.tabs.remove(at);
        self.tabs.insert(place.min(self.tabs.len()), tab);
    }

    pub(super) fn shift_tab(&mut self, id: TabId, step: isize) {
        let Some(at) = self.tabs.iter().position(|tab| tab.id == id) else { return };
        self.move_tab(id, at.saturating_add_signed(step));
    }

    /// Asks again, by way of the source where that could not be read.
    pub(super) fn prepare_again(&mut self, id: TabId, now: Instant) {
        let Some(source) = self.tab(id).map(|tab| tab.source) else { return };
        if self.waits_for_demo(source) {
            self.start_demo();
            return;
        }
        let is_unread = self.source(source).is_some_and(|entry| entry.outline.is_none());
        self.change(id, |tab| {
            tab.prepared = Prepared::Pending { since: now };
            tab.awaits_source = is_unread;
        });
        if is_unread {
            self.load(source, now);
        } else {
            self.prepare(id, TemplateSize::default());
        }
    }

    /// The method is not waited for any more; what comes of it is dropped.
    pub(super) fn stop_preparing(&mut self, id: TabId) {
        let (message, ticket) = (self.lang.words().load_stopped.to_owned(), self.next_id());
        let Some(tab) = self.tab_mut(id).filter(|tab| matches!(tab.prepared, Prepared::Pending { .. })) else { return };
        tab.prepared = Prepared::Failed(message);
        let ticket = std::mem::replace(&mut tab.ticket, ticket);
        self.send(Command::ReleaseMethod { ticket });
    }

    pub(super) fn choose_tab(&mut self, id: TabId) {
        let Some(tab) = self.tab(id) else { return };
        self.tree.chosen =
            Some(Node::Method(tab.source, tab.service.as_str().into(), tab.method.as_str().into()).key());
        self.active = Some(id);
        self.area = Area::Services;
        self.problem = None;
        self.shown_source = None;
        self.read_shown_certificates();
    }

    pub(super) fn step_tab(&mut self, step: isize) {
        let Some(at) = self.tabs.iter().position(|tab| Some(tab.id) == self.active) else { return };
        let count = self.tabs.len();
        let next = (at + count).saturating_add_signed(step) % count;
        let id = self.tabs[next].id;
        self.choose_tab(id);
    }

    pub(super) fn close_tab(&mut self, id: TabId) {
        let Some(at) = self.tabs.iter().position(|tab| tab.id == id) else { return };
        self.close_diagnosis(Retry::Send(id));
        self.stop_all(id);
        let mut tab = self.tabs.remove(at);
        for call in [tab.call.take(), tab.previous.take()].into_iter().flatten() {
            self.send(Command::ReleaseCall(call.id));
        }
        self.send(Command::ReleaseMethod { ticket: tab.ticket });
        self.closed.push((at, tab));
        if self.closed.len() > CLOSED {
            self.closed.remove(0);
        }
        if self.active == Some(id) {
            let next = self.tabs.get(at).or_else(|| self.tabs.last()).map(|tab| tab.id);
            self.active = next;
            if let Some(next) = next {
                self.choose_tab(next);
            }
        }
    }
}
