//! What an event changes.

use std::sync::Arc;
use std::time::Instant;

use super::{
    App, Area, Checked, ConnectionForm, DemoState, Happened, Link, Node, PickFor, Prepared, SourceOrigin, Tab,
};
use crate::engine::{
    CallId, CallUpdate, DemoInfo, Direction, Event, Generation, MethodReady, NoText, Scheme, SourceId, SourceState,
    TextLines,
};
use crate::message::MessageError;
use crate::secret::Secret;
use crate::state::DemoPart;
use crate::transport::Stage;

/// What the demo opens first.
const DEMO_METHOD: (&str, &str) = ("hello.Hello", "SayHello");

impl App {
    /// Works out what many things heard make in sum: once for all of them, before they are shown.
    pub fn settle(&mut self) {
        self.registries.settle();
    }

    /// Takes one event in; stale ones change nothing.
    pub fn fold(&mut self, event: Event, now: Instant) {
        match event {
            Event::Demo(Ok(info)) => {
                self.changes += 1;
                self.open_demo(&info, now);
            }
            Event::Demo(Err(why)) => {
                self.demo_failed(&why);
                self.tell(Happened::DemoFailed(why.clone()), now);
                self.demo = DemoState::Failed(why);
            }
            Event::DemoConsul(told) => {
                self.changes += 1;
                self.fold_demo_consul(told, now);
            }
            Event::Source { source, generation, state } => self.fold_source(source, generation, state, now),
            Event::SourceChanged(source) => {
                self.changed_on_disk.push(source);
                self.load(source, now);
            }
            Event::FolderNotOpened => self.folder_failed = true,
            Event::MethodReady { ticket, result } => self.fold_method(ticket, result),
            Event::MessageChecked { ticket, revision, result } => self.fold_check(ticket, revision, result, now),
            Event::Call { call, updates } => self.fold_call(call, updates, now),
            Event::MessageText { call, direction, index, text } => {
                self.fold_text(call, direction, index, &text);
                self.fold_taken_back(call, direction, index, &text, now);
            }
            Event::Messages { call, told } => self.fold_messages(call, told, now),
            Event::All { id, update } => self.fold_all(id, update),
            Event::TextsCompared { ticket, compared } => self.fold_comparison(ticket, compared),
            Event::ToCopy(text) => self.to_copy = Some(text),
            Event::Registry(event) => self.fold_registry(*event, now),
            Event::Save { ticket, told } => self.fold_save(ticket, told),
            Event::TextRead { path, result, .. } => self.fold_text_file(&path, result),
            Event::AskedToEnd => self.is_ending = true,
            Event::TextCut { ticket, lines } => self.fold_cut(ticket, lines),
            Event::Diagnosis { id, update } => self.fold_diagnosis(id, update),
            Event::PickWaits { ticket } => match self.picks.get(&ticket) {
                Some(PickFor::Open) => {
                    self.dialog_waits = true;
                    self.welcome_path.get_or_insert_default();
                }
                Some(_) => self.dialog_waits = true,
                None => {}
            },
            Event::Secrets(update) => self.fold_secrets(update, now),
            Event::Connection { address, state } => self.fold_connection(address, state),
            Event::Certificates { path, found } => self.fold_certificates(path, found),
            Event::Picked { ticket, result } => {
                self.dialog_waits = false;
                let Some(purpose) = self.picks.remove(&ticket) else { return };
                self.changes += 1;
                match result {
                    Ok(paths) => self.picked(purpose, paths, now),
                    Err(_no_dialog) => {
                        self.no_dialog = true;
                        if !matches!(
                            purpose,
                            PickFor::Save | PickFor::Keys(_) | PickFor::Registration | PickFor::RegistryForm(_)
                        ) {
                            self.welcome_path.get_or_insert_default();
                        }
                    }
                }
            }
        }
    }

    fn open_demo(&mut self, info: &DemoInfo, now: Instant) {
        let is_new = !matches!(self.demo, DemoState::Running(_));
        self.demo = DemoState::Running(info.clone());
        let plain = ConnectionForm { scheme: Scheme::Plaintext, ..ConnectionForm::default() };
        self.forms.insert(info.plaintext.clone(), plain);
        let tls = self.demo_tls_form(info);
        for address in info.users.iter().chain([&info.tls]) {
            self.forms.insert(address.clone(), tls.clone());
        }
        let came_back = self.follow_demo(info) && is_new;
        if !self.targets.contains_key(&info.tls) {
            self.put_target_row(&info.tls, "token", &Secret::new(info.token.clone()));
        }
        let shown = self.open_demo_part(DemoPart::Tls, &info.tls, now);
        self.open_demo_part(DemoPart::Plaintext, &info.plaintext, now);
        self.open_demo_list(info, now);
        // Tabs that came back are what the person wants to see.
        if let Some(entry) = self.sources.iter_mut().find(|entry| entry.id == shown && !came_back) {
            entry.open_then = Some((DEMO_METHOD.0.to_owned(), DEMO_METHOD.1.to_owned()));
        }
    }

    fn open_demo_part(&mut self, part: DemoPart, address: &str, now: Instant) -> SourceId {
        let is_it = |entry: &&super::SourceEntry| {
            entry.demo == Some(part)
                || matches!(&entry.origin, SourceOrigin::Address { address: known, .. } if known == address)
        };
        let known = self.sources.iter().find(is_it).map(|entry| entry.id);
        let id = known.unwrap_or_else(|| {
            self.add_entry(SourceOrigin::Address { address: address.to_owned(), metadata: Vec::new() })
        });
        if let Some(entry) = self.sources.iter_mut().find(|entry| entry.id == id) {
            entry.demo = Some(part);
        }
        self.load(id, now);
        id
    }

    fn fold_source(&mut self, source: SourceId, generation: Generation, state: SourceState, now: Instant) {
        let Some(entry) = self.sources.iter_mut().find(|entry| entry.id == source) else { return };
        if entry.generation != generation {
            return;
        }
        match state {
            SourceState::Loading => {
                entry.loading_since.get_or_insert(now);
            }
            SourceState::Ready(outline) => {
                let is_new = entry.outline.is_none();
                entry.loading_since = None;
                entry.failure = None;
                entry.outline = Some(outline);
                if is_new {
                    self.tree.unfold(entry);
                    // Brings it into view; of the demo's two the one with the open method is in view already.
                    let is_second = entry.demo == Some(DemoPart::Plaintext);
                    if !is_second && !entry.restored {
                        self.tree.chosen = Some(Node::Source(source).key());
                    }
                }
                let (open_then, title) = (entry.open_then.take(), entry.title());
                if self.was_changed(source) {
                    self.tell(Happened::Reloaded(source, title), now);
                }
                if self.shown_source == Some(source) {
                    self.shown_source = None;
                }
                self.problem = self.problem.filter(|(id, _)| *id != source);
                if let Some((service, method)) = open_then {
                    self.changes += 1;
                    self.open_method(source, &service, &method, now);
                }
                self.open_first(source, now);
                self.prepare_waiting_tabs(source, now);
            }
            SourceState::Failed(failure) => {
                entry.loading_since = None;
                let why = failure.message.clone();
                entry.failure = Some(failure);
                let (is_unread, title) = (entry.outline.is_none(), entry.title());
                let restored = entry.restored;
                if self.was_changed(source) {
                    self.tell(Happened::NotReloaded(source, title, why.clone()), now);
                }
                // One that was never read is what the person waits for: why it failed is shown.
                if is_unread && !restored {
                    self.tree.chosen = Some(Node::Source(source).key());
                    self.shown_source = Some(source);
                    self.problem = None;
                }
                if is_unread {
                    self.fail_waiting_tabs(source, &why);
                }
            }
        }
        self.tree.rebuild(&self.sources);
    }

    /// Whether it was read because its files changed; asked once.
    fn was_changed(&mut self, source: SourceId) -> bool {
        let before = self.changed_on_disk.len();
        self.changed_on_disk.retain(|known| *known != source);
        self.changed_on_disk.len() < before
    }

    fn fold_method(&mut self, ticket: u64, result: Result<MethodReady, String>) {
        self.changes += 1;
        let Some(tab) = self.tabs.iter_mut().find(|tab| tab.ticket == ticket) else { return };
        match result {
            Ok(ready) => {
                if !tab.edited {
                    tab.message.clone_from(&ready.template);
                    tab.revision += 1;
                    tab.edited_at = None;
                }
                tab.shape = (ready.info.client_streaming, ready.info.server_streaming);
                tab.prepared = Prepared::Ready(ready);
                let id = tab.id;
                self.check(id);
            }
            Err(why) => tab.prepared = Prepared::Failed(why),
        }
    }

    fn fold_check(&mut self, ticket: u64, revision: u64, result: Result<usize, MessageError>, now: Instant) {
        let Some(tab) = self.tabs.iter_mut().find(|tab| tab.ticket == ticket) else { return };
        if tab.checking == Some(revision) {
            tab.checking = None;
        }
        if tab.checked.as_ref().is_none_or(|checked| checked.revision <= revision) {
            tab.checked = Some(Checked { revision, result });
        }
        if tab.revision != revision {
            let id = tab.id;
            self.check(id);
            return;
        }
        let id = tab.id;
        if self.send_when_ready == Some(id) {
            self.send_when_ready = None;
            self.send_tab(id, now);
        }
    }

    pub(super) fn tab_of_call(&mut self, call: CallId) -> Option<&mut Tab> {
        let is = |record: &Option<super::CallRecord>| record.as_ref().is_some_and(|record| record.id == call);
        self.tabs.iter_mut().find(|tab| is(&tab.call) || is(&tab.previous))
    }

    fn fold_call(&mut self, call: CallId, updates: Vec<CallUpdate>, now: Instant) {
        let Some(tab) = self.tab_of_call(call) else { return };
        let (revision, is_newest) = (tab.revision, tab.call.as_ref().is_some_and(|record| record.id == call));
        let slot = if is_newest { &mut tab.call } else { &mut tab.previous };
        let Some(record) = slot.as_mut() else { return };
        let was_over = record.status.is_some();
        let mut misfit = None;
        for update in updates {
            if let CallUpdate::Unsendable(error) = &update
                && record.message_revision == revision
                && !record.is_stream()
            {
                misfit = Some(error.clone());
            }
            record.take(update);
        }
        let link = link_of(record).map(|link| (record.address.clone(), link));
        let ended = record.status.as_ref().filter(|_| !was_over).map(|(_, status)| status.code);
        let ended = ended.map(|code| (tab.id, tab.method.clone(), code));
        if let Some(error) = misfit {
            tab.checked = Some(Checked { revision, result: Err(error) });
        }
        let is_over = tab.call.as_ref().is_some_and(super::CallRecord::has_result);
        let ended = ended.filter(|(id, ..)| Some(*id) != self.active || self.area != Area::Services);
        let Some(tab) = self.tab_of_call(call) else { return };
        let released = if is_over { tab.previous.take() } else { None };
        if let Some((id, method, code)) = ended {
            self.tell(Happened::CallEnded(id, method, code), now);
        }
        if let Some((address, link)) = link {
            self.links.insert(address, link);
        }
        if let Some(previous) = released {
            self.send(crate::engine::Command::ReleaseCall(previous.id));
        }
    }

    fn fold_text(&mut self, call: CallId, direction: Direction, index: u64, text: &Result<Arc<TextLines>, NoText>) {
        let Some(tab) = self.tab_of_call(call) else { return };
        for record in [&mut tab.call, &mut tab.previous].into_iter().flatten() {
            if record.id == call {
                record.take_text(direction, index, text.clone());
            }
        }
    }
}

/// What a call tells of its address.
fn link_of(record: &super::CallRecord) -> Option<Link> {
    if let Some((_, info)) = &record.connection {
        return Some(Link::Up(Arc::clone(info)));
    }
    let failure = record.status.as_ref()?.1.failure.as_ref()?;
    (failure.stage < Stage::Request && failure.stage != Stage::Queue).then(|| Link::Down(Arc::clone(failure)))
}
