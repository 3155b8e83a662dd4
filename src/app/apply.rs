//! What an act of the person changes.

use std::path::PathBuf;
use std::time::Instant;

use super::action::{FormPath, PickFor};
use super::{
    Action, AddDialog, App, CallRecord, ConnectionForm, DemoState, MetadataRow, Node, Prepared, RequestSide,
    ResponseSide, Retry, ShownMessage, SourceEntry, SourceOrigin, Tab, TabId, is_secret_key, parse_deadline,
};
use crate::call::{Encoding, Limits};
use crate::engine::{CallId, Command, Direction, Generation, SourceFailure, SourceId, StartCall};
use crate::message::TemplateSize;
use crate::secret::Secret;
use crate::words::Lang;

impl App {
    /// Does one act at `now`.
    pub fn apply(&mut self, action: Action, now: Instant) {
        match action {
            Action::StartDemo => self.start_demo(),
            Action::OpenAddress(address) => self.open_typed_address(&address, now),
            Action::OpenPaths(paths) => self.open_paths(paths, Vec::new(), now),
            Action::PickFiles(purpose, folders) => self.pick(purpose, folders),
            Action::TypeWelcomeAddress(text) => {
                self.welcome_address = text;
                self.welcome_missing = false;
            }
            Action::TypeWelcomePath(text) => {
                self.welcome_path = Some(text);
                self.welcome_missing = false;
            }
            Action::OpenWelcomePath => {
                let paths = split_paths(self.welcome_path.as_deref().unwrap_or(""));
                self.welcome_missing = paths.is_empty();
                self.open_paths(paths, Vec::new(), now);
            }
            Action::OpenDialog => self.dialog = Some(AddDialog::default()),
            Action::OpenDialogFor(source) => self.open_dialog_for(source),
            Action::SetDialog(dialog) => {
                if self.dialog.is_some() {
                    self.dialog = Some(AddDialog { missing: false, ..*dialog });
                }
            }
            Action::ConfirmDialog => self.confirm_dialog(now),
            Action::CloseDialog => self.dialog = None,
            Action::ReloadSource(source) => self.load(source, now),
            Action::StopLoading(source) => self.stop_loading(source),
            Action::ReloadAll => {
                let ids: Vec<SourceId> = self.sources.iter().map(|entry| entry.id).collect();
                for id in ids {
                    self.load(id, now);
                }
            }
            Action::RemoveSource(source) => self.remove_source(source),
            Action::AddImportRoot(source, root) => self.add_import_root(source, root, now),
            Action::SetFilter(filter) => {
                self.tree.filter = filter;
                self.tree.rebuild(&self.sources);
            }
            Action::ToggleNode(key) => {
                if !self.tree.open.remove(&key) {
                    self.tree.open.insert(key);
                }
                self.tree.rebuild(&self.sources);
            }
            Action::ChooseNode(key) => self.tree.chosen = Some(key),
            Action::OpenNode(key) => self.open_node(key, now),
            Action::OpenMethod(source, service, method) => self.open_method(source, &service, &method, now),
            Action::DuplicateTab(id) => self.duplicate_tab(id, now),
            Action::ChooseTab(id) => self.choose_tab(id),
            Action::StepTab(step) => self.step_tab(step),
            Action::CloseTab(id) => self.close_tab(id),
            Action::SetLang(lang) => self.set_lang(lang),
            Action::SetTheme(theme) => self.theme = theme,
            Action::SetForm(address, form) => {
                self.forms.insert(address.trim().to_owned(), *form);
            }
            Action::UseServerName(retry, name) => self.use_server_name(retry, name, now),
            Action::Speak(retry, scheme) => self.speak(retry, scheme, now),
            Action::AskTrust(retry, certificate) => self.ask_trust(retry, *certificate),
            Action::AnswerTrust(confirmed) => self.answer_trust(confirmed, now),
            Action::Diagnose(of) => self.diagnose(of, now),
            Action::StopDiagnosis(of) => self.stop_diagnosis(of),
            Action::CloseDiagnosis(of) => self.close_diagnosis(of),
            other => self.apply_to_tab(other, now),
        }
    }

    fn apply_to_tab(&mut self, action: Action, now: Instant) {
        match action {
            Action::SetAddress(id, address) => self.change(id, |tab| tab.address = address),
            Action::SetDeadline(id, deadline) => self.change(id, |tab| tab.deadline = deadline),
            Action::SetMessage(id, text, caret) => self.set_message(id, text, caret, now),
            Action::SetCaretLine(id, line) => self.change(id, |tab| tab.caret_line = line),
            Action::TakeTemplate(id, size) => self.take_template(id, size),
            Action::PrepareAgain(id) => {
                self.change(id, |tab| tab.prepared = Prepared::Pending { since: now });
                self.prepare(id, TemplateSize::default());
            }
            Action::GoToError(id) => self.change(id, |tab| {
                tab.go_to = tab.error().map(|error| error.span.start);
                tab.request_side = RequestSide::Message;
            }),
            Action::WentTo(id) => self.change(id, |tab| tab.go_to = None),
            Action::SetMetadata(id, mut rows) => self.change(id, |tab| {
                rows.iter_mut().for_each(MetadataRow::note_key);
                tab.metadata = rows;
            }),
            Action::AddMetadata(id, key, value) => {
                let row = self.new_row(&key, Secret::new(value));
                self.change(id, |tab| tab.metadata.push(row));
            }
            Action::ShowRequestSide(id, side) => self.change(id, |tab| tab.request_side = side),
            Action::ShowResponseSide(id, side) => self.change(id, |tab| tab.response_side = side),
            Action::Send(id) => self.send_tab(id, now),
            Action::WriteList(id, text) => self.change(id, |tab| tab.list = text),
            Action::SendList(id) => self.send_list(id),
            Action::HalfClose(id) => self.half_close(id),
            Action::Cancel(id) => self.cancel(id),
            Action::ShowMessage(id, direction, index) => self.show_message(id, direction, index),
            Action::StepMessage(id, step) => self.step_message(id, step),
            Action::HideMessage(id) => self.change(id, |tab| {
                if let Some(call) = &mut tab.call {
                    call.shown = None;
                }
            }),
            Action::FollowTail(id, on) => self.change(id, |tab| tab.follow_tail = on),
            Action::ShowPhases(id, open) => self.change(id, |tab| tab.phases_open = Some(open)),
            _ => {}
        }
    }

    fn change(&mut self, id: TabId, change: impl FnOnce(&mut Tab)) {
        if let Some(tab) = self.tab_mut(id) {
            change(tab);
        }
    }

    fn new_row(&mut self, key: &str, value: Secret) -> MetadataRow {
        let id = self.next_id();
        MetadataRow { id, on: true, key: key.to_owned(), value, secret: is_secret_key(key), revealed: false }
    }

    /// A limit that says "none" says it in the new language.
    fn set_lang(&mut self, lang: Lang) {
        let (before, after) = (self.lang.words().deadline_none, lang.words().deadline_none);
        for tab in self.tabs.iter_mut().filter(|tab| tab.deadline == before) {
            after.clone_into(&mut tab.deadline);
        }
        self.lang = lang;
    }

    fn start_demo(&mut self) {
        if !matches!(self.demo, DemoState::Starting) {
            self.demo = DemoState::Starting;
            self.send(Command::StartDemo);
        }
    }

    // Sources.

    fn open_typed_address(&mut self, address: &str, now: Instant) {
        let address = address.trim();
        self.welcome_missing = address.is_empty();
        if !address.is_empty() {
            self.open_address(address, Vec::new(), now);
        }
    }

    /// Opens a reflecting server; one that is open already is read anew.
    pub(super) fn open_address(&mut self, address: &str, metadata: Vec<(String, Secret)>, now: Instant) -> SourceId {
        let same = self
            .sources
            .iter()
            .find(|entry| matches!(&entry.origin, SourceOrigin::Address { address: known, .. } if known == address));
        let id = match same {
            Some(entry) => entry.id,
            None => self.add_entry(SourceOrigin::Address { address: address.to_owned(), metadata }),
        };
        self.load(id, now);
        id
    }

    fn open_paths(&mut self, paths: Vec<PathBuf>, import_roots: Vec<PathBuf>, now: Instant) {
        if paths.is_empty() {
            return;
        }
        let id = self.add_entry(SourceOrigin::Files { paths, import_roots });
        self.load(id, now);
    }

    fn add_entry(&mut self, origin: SourceOrigin) -> SourceId {
        let id = SourceId(self.next_id());
        self.sources.push(SourceEntry {
            id,
            generation: Generation(0),
            origin,
            outline: None,
            loading_since: None,
            failure: None,
            open_then: None,
        });
        id
    }

    /// Reads a source anew.
    pub(super) fn load(&mut self, id: SourceId, now: Instant) {
        let Some(entry) = self.sources.iter().find(|entry| entry.id == id) else { return };
        let form = match &entry.origin {
            SourceOrigin::Address { address, .. } => self.form(address),
            SourceOrigin::Files { .. } => ConnectionForm::default(),
        };
        let spec = entry.spec(&form);
        self.close_diagnosis(Retry::Load(id));
        let Some(entry) = self.sources.iter_mut().find(|entry| entry.id == id) else { return };
        entry.generation = Generation(entry.generation.0 + 1);
        entry.loading_since = Some(now);
        let generation = entry.generation;
        self.send(Command::OpenSource { source: id, generation, spec });
        self.tree.rebuild(&self.sources);
    }

    /// What was read before stays; without it the source says that its loading was stopped.
    fn stop_loading(&mut self, id: SourceId) {
        let message = self.lang.words().load_stopped.to_owned();
        let Some(entry) = self.sources.iter_mut().find(|entry| entry.id == id) else { return };
        entry.loading_since = None;
        entry.generation = Generation(entry.generation.0 + 1);
        if entry.outline.is_none() {
            entry.failure = Some(SourceFailure { message, status: None });
            self.send(Command::CloseSource(id));
        }
        self.tree.rebuild(&self.sources);
    }

    fn remove_source(&mut self, id: SourceId) {
        self.sources.retain(|entry| entry.id != id);
        self.close_diagnosis(Retry::Load(id));
        self.send(Command::CloseSource(id));
        self.problem = self.problem.filter(|(source, _)| *source != id);
        self.shown_source = self.shown_source.filter(|source| *source != id);
        self.tree.rebuild(&self.sources);
    }

    fn add_import_root(&mut self, id: SourceId, root: PathBuf, now: Instant) {
        let Some(entry) = self.sources.iter_mut().find(|entry| entry.id == id) else { return };
        if let SourceOrigin::Files { import_roots, .. } = &mut entry.origin
            && !import_roots.contains(&root)
        {
            import_roots.push(root);
        }
        self.problem = None;
        self.load(id, now);
    }

    fn open_dialog_for(&mut self, source: SourceId) {
        let Some(entry) = self.source(source) else { return };
        self.dialog = Some(match &entry.origin {
            SourceOrigin::Address { address, .. } => {
                AddDialog { address: address.clone(), form: self.form(address), ..AddDialog::default() }
            }
            SourceOrigin::Files { paths, import_roots } => AddDialog {
                files: true,
                paths: join_paths(paths),
                import_roots: join_paths(import_roots),
                ..AddDialog::default()
            },
        });
    }

    fn confirm_dialog(&mut self, now: Instant) {
        let Some(dialog) = self.dialog.clone() else { return };
        if dialog.files {
            let paths = split_paths(&dialog.paths);
            if paths.is_empty() {
                self.dialog = Some(AddDialog { missing: true, ..dialog });
                return;
            }
            let roots = split_paths(&dialog.import_roots);
            let same = self
                .sources
                .iter_mut()
                .find(|entry| matches!(&entry.origin, SourceOrigin::Files { paths: known, .. } if *known == paths));
            if let Some(entry) = same {
                entry.origin = SourceOrigin::Files { paths, import_roots: roots };
                let id = entry.id;
                self.load(id, now);
            } else {
                self.open_paths(paths, roots, now);
            }
        } else {
            let address = dialog.address.trim().to_owned();
            if address.is_empty() {
                self.dialog = Some(AddDialog { missing: true, ..dialog });
                return;
            }
            self.forms.insert(address.clone(), dialog.form);
            self.open_address(&address, Vec::new(), now);
        }
        self.dialog = None;
    }

    fn pick(&mut self, purpose: PickFor, folders: bool) {
        let ticket = self.next_id();
        self.picks.insert(ticket, purpose);
        self.no_dialog = false;
        self.send(Command::PickFiles { folders, ticket });
    }

    /// Files were chosen for `purpose`.
    pub(super) fn picked(&mut self, purpose: PickFor, paths: Vec<PathBuf>, now: Instant) {
        let Some(first) = paths.first() else { return };
        let first = first.display().to_string();
        match purpose {
            PickFor::Open => self.open_paths(paths, Vec::new(), now),
            PickFor::DialogPaths => {
                if let Some(dialog) = &mut self.dialog {
                    dialog.paths = join_paths(&paths);
                }
            }
            PickFor::DialogRoots => {
                if let Some(dialog) = &mut self.dialog {
                    dialog.import_roots = join_paths(&paths);
                }
            }
            PickFor::Form(address, path) => {
                let form = match address {
                    Some(address) => Some(self.forms.entry(address).or_default()),
                    None => self.dialog.as_mut().map(|dialog| &mut dialog.form),
                };
                let Some(form) = form else { return };
                match path {
                    FormPath::Ca => form.ca_path = first,
                    FormPath::Cert => form.cert_path = first,
                    FormPath::Key => form.key_path = first,
                    FormPath::Bundle => form.bundle_path = first,
                }
            }
        }
    }

    // The tree and tabs.

    fn open_node(&mut self, key: u64, now: Instant) {
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

    fn new_tab(&mut self, source: SourceId, service: &str, method: &str, now: Instant) {
        let Some(entry) = self.source(source) else { return };
        let Some(info) = entry.method(service, method) else { return };
        let shape = (info.client_streaming, info.server_streaming);
        let (address, rows) = match &entry.origin {
            SourceOrigin::Address { address, metadata } => (address.clone(), metadata.clone()),
            SourceOrigin::Files { .. } => (self.last_address(), Vec::new()),
        };
        let is_demo =
            matches!(&self.demo, DemoState::Running(info) if info.plaintext == address || info.tls == address);
        let deadline = if is_demo && shape == (false, false) { "1 s" } else { self.lang.words().deadline_none };
        let metadata = rows.into_iter().map(|(key, value)| self.new_row(&key, value)).collect();
        let id = TabId(self.next_id());
        let ticket = self.next_id();
        self.tabs.push(Tab {
            id,
            source,
            service: service.to_owned(),
            method: method.to_owned(),
            shape,
            ticket,
            prepared: Prepared::Pending { since: now },
            address,
            deadline: deadline.to_owned(),
            message: String::new(),
            revision: 0,
            edited: false,
            edited_at: None,
            caret_line: None,
            checked: None,
            checking: None,
            go_to: None,
            metadata,
            request_side: RequestSide::default(),
            response_side: ResponseSide::default(),
            call: None,
            previous: None,
            phases_open: None,
            follow_tail: true,
            list: None,
        });
        self.prepare(id, TemplateSize::default());
        self.choose_tab(id);
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
        let command = Command::PrepareMethod {
            source: tab.source,
            service: tab.service.clone(),
            method: tab.method.clone(),
            ticket: tab.ticket,
            template,
        };
        self.send(command);
    }

    fn duplicate_tab(&mut self, id: TabId, now: Instant) {
        let Some(tab) = self.tab(id).cloned() else { return };
        let (new_id, ticket) = (TabId(self.next_id()), self.next_id());
        self.tabs.push(Tab {
            id: new_id,
            ticket,
            prepared: Prepared::Pending { since: now },
            checked: None,
            checking: None,
            call: None,
            previous: None,
            list: None,
            edited: true,
            ..tab
        });
        self.prepare(new_id, TemplateSize::default());
        self.choose_tab(new_id);
    }

    fn choose_tab(&mut self, id: TabId) {
        let Some(tab) = self.tab(id) else { return };
        self.tree.chosen = Some(Node::Method(tab.source, tab.service.clone(), tab.method.clone()).key());
        self.active = Some(id);
        self.problem = None;
        self.shown_source = None;
    }

    fn step_tab(&mut self, step: isize) {
        let Some(at) = self.tabs.iter().position(|tab| Some(tab.id) == self.active) else { return };
        let count = self.tabs.len();
        let next = (at + count).saturating_add_signed(step) % count;
        let id = self.tabs[next].id;
        self.choose_tab(id);
    }

    fn close_tab(&mut self, id: TabId) {
        let Some(at) = self.tabs.iter().position(|tab| tab.id == id) else { return };
        self.close_diagnosis(Retry::Send(id));
        let tab = self.tabs.remove(at);
        for call in [tab.call, tab.previous].into_iter().flatten() {
            self.send(Command::ReleaseCall(call.id));
        }
        self.send(Command::ReleaseMethod { ticket: tab.ticket });
        if self.active == Some(id) {
            let next = self.tabs.get(at).or_else(|| self.tabs.last()).map(|tab| tab.id);
            self.active = next;
            if let Some(next) = next {
                self.choose_tab(next);
            }
        }
    }

    // The draft.

    fn set_message(&mut self, id: TabId, text: String, caret: Option<u32>, now: Instant) {
        let Some(tab) = self.tab_mut(id) else { return };
        tab.caret_line = caret;
        if tab.message == text {
            return;
        }
        tab.message = text;
        tab.revision += 1;
        tab.edited = true;
        tab.edited_at = Some(now);
        self.check(id);
    }

    /// Has the draft checked; one question at a time, the newest draft next.
    pub(super) fn check(&mut self, id: TabId) {
        let Some(tab) = self.tab_mut(id) else { return };
        if tab.checking.is_some() || !matches!(tab.prepared, Prepared::Ready(_)) {
            return;
        }
        tab.checking = Some(tab.revision);
        let (ticket, text, revision) = (tab.ticket, tab.message.clone(), tab.revision);
        self.send(Command::CheckMessage { ticket, text, revision });
    }

    fn take_template(&mut self, id: TabId, size: TemplateSize) {
        // The answer replaces a draft only if that was not edited.
        self.change(id, |tab| tab.edited = false);
        self.prepare(id, size);
    }

    // Calls.

    pub(super) fn send_tab(&mut self, id: TabId, now: Instant) {
        let Some(tab) = self.tab_mut(id) else { return };
        if tab.call.as_ref().is_some_and(CallRecord::takes_messages) {
            tab.edited_at = None;
            if tab.error().is_some() {
                return;
            }
            let text = tab.message.clone();
            self.send_text(id, text);
            return;
        }
        // Send says at once what is wrong, also on the line that is being typed.
        tab.edited_at = None;
        if tab.is_calling() || !tab.can_send() {
            return;
        }
        self.start_call(id, now);
    }

    fn start_call(&mut self, id: TabId, now: Instant) {
        // The answer is what is wanted now.
        self.close_diagnosis(Retry::Send(id));
        let call = CallId(self.next_id());
        let Some(tab) = self.tab_mut(id) else { return };
        let record = CallRecord::new(call, &tab.address, tab.shape, tab.revision, now);
        let mut released = Vec::new();
        if let Some(last) = tab.call.replace(record) {
            if last.status.is_some() {
                released.extend(tab.previous.replace(last));
            } else {
                released.push(last);
            }
        }
        let Ok(deadline) = parse_deadline(&tab.deadline) else { return };
        let (ticket, address, metadata, message) =
            (tab.ticket, tab.address.clone(), tab.sent_metadata(), tab.message.clone());
        let endpoint = self.form(&address).endpoint(&address);
        self.send(Command::StartCall(Box::new(StartCall {
            call,
            ticket,
            endpoint,
            metadata,
            message: Some(message),
            deadline,
            limits: Limits::default(),
            compress: Encoding::Identity,
        })));
        for call in released {
            self.send(Command::ReleaseCall(call.id));
        }
    }

    fn send_text(&mut self, id: TabId, text: String) {
        let Some(call) = self.tab_mut(id).and_then(|tab| tab.call.as_mut()) else { return };
        if call.takes_messages() {
            call.unsendable = None;
            let call = call.id;
            self.send(Command::SendMessage { call, text });
        }
    }

    fn send_list(&mut self, id: TabId) {
        let Some(text) = self.tab_mut(id).and_then(|tab| tab.list.take()) else { return };
        self.send_text(id, text);
    }

    fn half_close(&mut self, id: TabId) {
        let Some(call) = self.tab_mut(id).and_then(|tab| tab.call.as_mut()) else { return };
        if call.takes_messages() {
            call.half_close_asked = true;
            let call = call.id;
            self.send(Command::HalfClose(call));
        }
    }

    fn cancel(&mut self, id: TabId) {
        let Some(call) = self.tab_mut(id).and_then(|tab| tab.call.as_mut()) else { return };
        if call.is_running() {
            call.cancel_asked = true;
            let call = call.id;
            self.send(Command::Cancel(call));
        }
    }

    fn show_message(&mut self, id: TabId, direction: Direction, index: u64) {
        let Some(call) = self.tab_mut(id).and_then(|tab| tab.call.as_mut()) else { return };
        call.shown = Some(ShownMessage { direction, index, text: None });
        let call = call.id;
        self.change(id, |tab| tab.follow_tail = false);
        self.send(Command::ShowMessage { call, direction, index });
    }

    fn step_message(&mut self, id: TabId, step: isize) {
        let Some(call) = self.tab(id).and_then(|tab| tab.call.as_ref()) else { return };
        let Some(shown) = &call.shown else { return };
        let Some(row) = call.row_of(shown.direction, shown.index) else { return };
        let Some(next) = row.checked_add_signed(step).and_then(|row| call.rows.get(row)) else { return };
        let (direction, index) = (next.direction, next.index);
        self.show_message(id, direction, index);
    }
}

/// Paths as typed, set apart by `;` or lines.
pub(super) fn split_paths(text: &str) -> Vec<PathBuf> {
    text.split([';', '\n']).map(str::trim).filter(|part| !part.is_empty()).map(PathBuf::from).collect()
}

fn join_paths(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join("; ")
}
