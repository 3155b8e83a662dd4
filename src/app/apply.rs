//! What an act of the person changes.

use std::path::PathBuf;
use std::time::Instant;

use super::action::{FormPath, PickFor};
use super::{
    Action, AddDialog, App, CallRecord, ConnectionForm, DemoState, MetadataRow, Prepared, RequestSide, Retry, RowsOf,
    SourceEntry, SourceOrigin, StreamAct, Tab, TabId, is_secret_key, parse_deadline,
};
use crate::call::Limits;
use crate::engine::{CallId, Command, Generation, SourceFailure, SourceId, StartCall};
use crate::message::TemplateSize;
use crate::registry::Policy;
use crate::secret::Secret;
use crate::words::Lang;

impl App {
    /// Does one act at `now`.
    pub fn apply(&mut self, action: Action, now: Instant) {
        // Rows in view are nothing that is remembered, and they are asked for in the middle of scrolling.
        if !matches!(action, Action::Stream(_, StreamAct::Want { .. })) {
            self.changes += 1;
        }
        let before = self.before_change(&action);
        self.apply_to_window(action, now);
        if let Some(before) = before {
            self.after_change(before, now);
        }
    }

    fn apply_to_window(&mut self, action: Action, now: Instant) {
        match action {
            Action::StartDemo => self.start_demo(),
            Action::Begin(start) => self.begin(&start, now),
            Action::OpenRecent(index) => self.open_recent(index, now),
            Action::DismissNotice(index) => {
                if index < self.notices.len() {
                    self.notices.remove(index);
                }
            }
            Action::OpenAddress(address) => self.open_typed_address(&address, now),
            Action::OpenPaths(paths) => {
                self.open_paths(paths, Vec::new(), now);
            }
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
            Action::OpenDialogFor(source) => {
                self.read_known_certificates();
                self.open_dialog_for(source);
            }
            Action::SetDialog(dialog) => {
                if self.dialog.is_some() {
                    let mut dialog = AddDialog { missing: false, ..*dialog };
                    let rows = dialog.rows.iter_mut().chain(&mut dialog.reflection_rows);
                    for row in rows.filter(|row| row.id == 0) {
                        row.id = self.next_id();
                    }
                    self.dialog = Some(dialog);
                }
            }
            Action::ConfirmDialog => self.confirm_dialog(now),
            Action::CloseDialog => self.dialog = None,
            Action::AskSaveMessage(tab, direction, index) => self.ask_save_message(tab, direction, index),
            Action::AskSave(what, stem) => self.ask_save(what, &stem),
            Action::TypeSavePath(path) => self.type_save_path(path),
            Action::SaveAsBytes(as_bytes) => self.save_as_bytes(as_bytes),
            Action::PickSave => self.pick_save(),
            Action::ConfirmSave(replace) => self.confirm_save(replace, now),
            Action::CloseSave => self.close_save(),
            Action::CutDraft(tab) => self.cut_draft(tab, now),
            Action::StopCutting(tab) => self.stop_cutting(tab),
            Action::ReloadSource(source) => self.reload(source, now),
            Action::StopLoading(source) => self.stop_loading(source),
            Action::ReloadAll => {
                self.read_known_certificates();
                let ids: Vec<SourceId> = self.sources.iter().map(|entry| entry.id).collect();
                for id in ids {
                    if !self.waits_for_demo(id) {
                        self.load(id, now);
                    }
                }
            }
            Action::RemoveSource(source) => self.remove_source(source, now),
            Action::RestoreSource(number) => self.bring_back_source(number, now),
            Action::AskName(source) => {
                self.naming = self.source(source).map(|entry| (source, entry.title()));
            }
            Action::TypeName(text) => {
                if let Some((_, name)) = &mut self.naming {
                    *name = text;
                }
            }
            Action::AnswerName(taken) => self.answer_name(taken),
            Action::MoveSource(source, step) => self.move_source(source, step),
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
            Action::OpenAndSend(source, service, method) => self.open_and_send(source, &service, &method, now),
            Action::DuplicateTab(id) => self.duplicate_tab(id, now),
            Action::ChooseTab(id) => self.choose_tab(id),
            Action::StepTab(step) => self.step_tab(step),
            Action::CloseTab(id) => self.close_tab(id),
            Action::ReopenTab => self.reopen_tab(now),
            Action::MoveTab(id, place) => self.move_tab(id, place),
            Action::ShiftTab(id, step) => self.shift_tab(id, step),
            Action::SetLang(lang) => {
                self.set_lang(lang);
                self.lang_chosen = true;
            }
            Action::SetTheme(theme) => {
                self.theme = theme;
                self.theme_chosen = true;
            }
            Action::FollowTheme => self.theme_chosen = false,
            Action::FollowLang => {
                self.set_lang(self.system_lang);
                self.lang_chosen = false;
            }
            Action::StepSettings(forth) => self.step_settings(forth),
            Action::SetTrust(adding) => self.adding_trust = adding.map(|adding| *adding),
            Action::ConfirmTrust => self.confirm_trust(),
            Action::SetSettings(settings) => self.settings = *settings,
            Action::ShowArea(area) => {
                self.area = area;
                self.read_known_certificates();
                self.ask_for_area(now);
            }
            Action::GiveKey(command, chord) => self.keys.give(command, chord),
            Action::ClearKey(command) => self.keys.clear(command),
            Action::ResetKey(Some(command)) => self.keys.reset(command),
            Action::ResetKey(None) => self.keys.reset_all(),
            Action::NoteUsed(command) => self.note_used(command),
            Action::SeeNotices => self.see_notices(),
            Action::DropNotice(id) => self.drop_notice(id),
            Action::OpenFolder(folder) => {
                self.folder_failed = false;
                self.send(Command::OpenFolder(folder));
            }
            Action::RemoveTrust(address) => self.remove_trust(&address),
            Action::SetForm(address, form) => {
                self.forms.insert(address.trim().to_owned(), *form);
            }
            Action::UseServerName(retry, name) => self.use_server_name(retry, name, now),
            Action::Speak(retry, scheme) => self.speak(retry, scheme, now),
            Action::AskTrust(retry, certificate) => self.ask_trust(retry, *certificate),
            Action::AnswerTrust(confirmed) => self.answer_trust(confirmed, now),
            Action::PasteCommand(text) => self.paste_command(&text, now),
            Action::WriteCommand(text) => self.pasting = text.map(super::Pasting::new),
            Action::AskKeychain => self.ask_keychain_again(),
            Action::LookAtConnection(address) => self.look_at_connection(&address),
            Action::Reconnect(address) => self.reconnect(&address),
            Action::ReadCertificate(path) => self.read_certificate(path),
            Action::Diagnose(of) => self.diagnose(of, now),
            Action::StopDiagnosis(of) => self.stop_diagnosis(of),
            Action::CloseDiagnosis(of) => self.close_diagnosis(of),
            Action::Registry(act) => self.apply_registry(act, now),
            Action::All(id, act) => self.apply_all(id, act, now),
            Action::CompareSchemas(left, right) => self.compare_schemas(left, right),
            Action::CompareAnswers(left, right, left_out) => self.compare_answers(&left, &right, &left_out),
            other => self.apply_to_tab(other, now),
        }
        self.watch_registries();
    }

    pub(super) fn set_address(&mut self, id: TabId, address: String) {
        let demo = self.demo_part(&address);
        self.change(id, |tab| {
            tab.address = address;
            tab.demo = demo;
        });
    }

    fn apply_to_tab(&mut self, action: Action, now: Instant) {
        match action {
            Action::SetAddress(id, address) => self.set_address(id, address),
            Action::SetDeadline(id, deadline) => self.change(id, |tab| tab.deadline = deadline),
            Action::SetMessage(id, text, caret) => self.set_message(id, text, caret, now),
            Action::SetCaretLine(id, line) => self.change(id, |tab| tab.caret_line = line),
            Action::TakeTemplate(id, size) => self.take_template(id, size),
            Action::PrepareAgain(id) => self.prepare_again(id, now),
            Action::StopPreparing(id) => self.stop_preparing(id),
            Action::GoToError(id) => self.change(id, |tab| {
                tab.go_to = tab.error().map(|error| error.span.start);
                tab.request_side = RequestSide::Message;
            }),
            Action::WentTo(id) => self.change(id, |tab| tab.go_to = None),
            Action::SetCompression(id, encoding) => self.change(id, |tab| tab.compress = encoding),
            Action::ShowRequestSide(id, side) => {
                self.change(id, |tab| tab.request_side = side);
                self.read_shown_certificates();
            }
            Action::ShowResponseSide(id, side) => self.change(id, |tab| tab.response_side = side),
            Action::Send(id) => self.send_tab(id, now),
            Action::WriteList(id, text) => self.change(id, |tab| tab.list = text),
            Action::SendList(id) => self.send_list(id),
            Action::HalfClose(id) => self.half_close(id),
            Action::Cancel(id) => self.cancel(id),
            Action::StepMessage(id, step) => self.step_message(id, step, now),
            Action::HideMessage(id) => self.hide_message(id),
            Action::StopText(id, direction, index) => self.stop_text(id, direction, index),
            Action::ShowText(id, direction, index) => self.show_text(id, direction, index, now),
            Action::FollowTail(id, on) => self.change(id, |tab| tab.follow_tail = on),
            Action::ShowPhases(id, open) => self.change(id, |tab| tab.phases_open = Some(open)),
            other => self.apply_to_stream(other, now),
        }
    }

    pub(super) fn change(&mut self, id: TabId, change: impl FnOnce(&mut Tab)) {
        if let Some(tab) = self.tab_mut(id) {
            change(tab);
        }
    }

    pub(super) fn new_row(&mut self, key: &str, value: Secret) -> MetadataRow {
        let id = self.next_id();
        let secret = is_secret_key(key);
        // A secret without a value is one that was not kept.
        let missing = secret && !key.trim().is_empty() && value.is_empty();
        MetadataRow { id, on: true, key: key.to_owned(), value, secret, missing, ..MetadataRow::default() }
    }

    /// A limit that says "none" says it in the new language.
    pub(super) fn set_lang(&mut self, lang: Lang) {
        let (before, after) = (self.lang.words().no_value, lang.words().no_value);
        for tab in self.tabs.iter_mut().filter(|tab| tab.deadline == before) {
            after.clone_into(&mut tab.deadline);
        }
        // So do those that came back and say why they are not ready.
        let said = |lang: Lang| {
            let words = lang.words();
            [words.demo_not_running, words.source_gone, words.load_stopped]
        };
        for (before, after) in said(self.lang).into_iter().zip(said(lang)) {
            let failed = self.tabs.iter_mut().filter_map(|tab| match &mut tab.prepared {
                Prepared::Failed(why) => Some(why),
                _ => None,
            });
            let unread =
                self.sources.iter_mut().filter_map(|entry| entry.failure.as_mut().map(|failed| &mut failed.message));
            for why in failed.chain(unread).filter(|why| **why == before) {
                after.clone_into(why);
            }
        }
        self.lang = lang;
    }

    pub(super) fn start_demo(&mut self) {
        if !matches!(self.demo, DemoState::Starting) {
            self.demo = DemoState::Starting;
            self.send(Command::StartDemo);
        }
    }

    // Sources.

    pub(super) fn open_typed_address(&mut self, address: &str, now: Instant) {
        let address = address.trim();
        self.welcome_missing = address.is_empty();
        if !address.is_empty() {
            self.open_address(address, now);
        }
    }

    /// Opens a reflecting server; one that is open already is read anew.
    pub(super) fn open_address(&mut self, address: &str, now: Instant) -> SourceId {
        let id = self.add_address(address);
        self.remember_source(id);
        self.load(id, now);
        id
    }

    /// The source of an address, not yet read where it is new.
    pub(super) fn add_address(&mut self, address: &str) -> SourceId {
        let is_it = |entry: &&SourceEntry| matches!(&entry.origin, SourceOrigin::Address { address: known, .. } if known == address);
        match self.sources.iter().find(is_it) {
            Some(entry) => entry.id,
            None => self.add_entry(SourceOrigin::Address { address: address.to_owned(), metadata: Vec::new() }),
        }
    }

    /// Opens files as one source; those that are open already are read anew.
    pub(super) fn open_paths(
        &mut self,
        paths: Vec<PathBuf>,
        import_roots: Vec<PathBuf>,
        now: Instant,
    ) -> Option<SourceId> {
        if paths.is_empty() {
            return None;
        }
        let same = self
            .sources
            .iter_mut()
            .find(|entry| matches!(&entry.origin, SourceOrigin::Files { paths: known, .. } if *known == paths));
        let id = match same {
            Some(entry) => {
                if !import_roots.is_empty() {
                    entry.origin = SourceOrigin::Files { paths, import_roots };
                }
                entry.id
            }
            None => self.add_entry(SourceOrigin::Files { paths, import_roots }),
        };
        self.remember_source(id);
        self.load(id, now);
        Some(id)
    }

    pub(super) fn add_entry(&mut self, origin: SourceOrigin) -> SourceId {
        let id = SourceId(self.next_id());
        self.sources.push(SourceEntry {
            id,
            generation: Generation(0),
            origin,
            outline: None,
            loading_since: None,
            failure: None,
            open_then: None,
            open_first: None,
            name: None,
            demo: None,
            target: None,
            call_metadata: Vec::new(),
            restored: false,
        });
        id
    }

    /// As the person asks: one of the demo's starts the demo.
    fn reload(&mut self, id: SourceId, now: Instant) {
        if self.waits_for_demo(id) {
            self.start_demo();
            return;
        }
        if let Some(entry) = self.sources.iter_mut().find(|entry| entry.id == id) {
            entry.restored = false;
        }
        self.load(id, now);
    }

    fn answer_name(&mut self, taken: bool) {
        let Some((id, text)) = self.naming.take().filter(|_| taken) else { return };
        let Some(entry) = self.sources.iter_mut().find(|entry| entry.id == id) else { return };
        let text = text.trim();
        entry.name = (!text.is_empty() && text != entry.own_title()).then(|| text.to_owned());
        self.remember_source(id);
        self.tree.rebuild(&self.sources);
    }

    fn move_source(&mut self, id: SourceId, step: isize) {
        let Some(at) = self.sources.iter().position(|entry| entry.id == id) else { return };
        let place = at.saturating_add_signed(step).min(self.sources.len() - 1);
        let entry = self.sources.remove(at);
        self.sources.insert(place, entry);
        self.tree.rebuild(&self.sources);
    }

    /// Reads a source anew.
    pub(super) fn load(&mut self, id: SourceId, now: Instant) {
        let Some(entry) = self.sources.iter().find(|entry| entry.id == id) else { return };
        let form = match &entry.origin {
            SourceOrigin::Address { address, .. } => self.dial_form(address),
            SourceOrigin::Files { .. } => ConnectionForm::default(),
        };
        let waits = self.waits_for_secrets(entry);
        let spec = entry.spec(&form, self.reflection_metadata(entry));
        self.close_diagnosis(Retry::Load(id));
        let Some(entry) = self.sources.iter_mut().find(|entry| entry.id == id) else { return };
        entry.loading_since = Some(now);
        if waits {
            // What it needs is on its way out of the keychain.
            self.secrets.wait_to_load(id);
            self.tree.rebuild(&self.sources);
            return;
        }
        entry.generation = Generation(entry.generation.0 + 1);
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
            SourceOrigin::Address { address, metadata } => {
                let rows = self.target_rows(address).to_vec();
                let shown_for = Some(address.trim().to_owned());
                AddDialog {
                    address: address.clone(),
                    form: self.form(address),
                    rows,
                    reflection_rows: metadata.clone(),
                    shows_reflection_rows: !metadata.is_empty(),
                    shown_for,
                    ..AddDialog::default()
                }
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
            // Left empty for an address that has rows, it means no change.
            if dialog.shown_for.as_deref() == Some(&address) || !dialog.rows.is_empty() {
                self.set_rows(&RowsOf::Target(address.clone()), dialog.rows);
            }
            if dialog.shows_reflection_rows && dialog.shown_for.as_deref() == Some(&address) {
                self.set_reflection_rows(&address, dialog.reflection_rows);
            }
            self.open_address(&address, now);
        }
        self.dialog = None;
    }

    pub(super) fn pick(&mut self, purpose: PickFor, folders: bool) {
        let ticket = self.next_id();
        self.picks.insert(ticket, purpose);
        self.no_dialog = false;
        self.dialog_waits = false;
        self.send(Command::PickFiles { folders, ticket });
    }

    /// Files were chosen for `purpose`.
    pub(super) fn picked(&mut self, purpose: PickFor, paths: Vec<PathBuf>, now: Instant) {
        let Some(first) = paths.first() else { return };
        let first = first.display().to_string();
        match purpose {
            PickFor::Open => {
                self.open_paths(paths, Vec::new(), now);
            }
            PickFor::Save => {
                if let Some(path) = paths.first() {
                    self.picked_save(path, now);
                }
            }
            PickFor::Keys(at) => self.picked_for_keys(&at, first, now),
            PickFor::DialogPaths => {
                if let Some(dialog) = &mut self.dialog {
                    dialog.paths = join_paths(&paths);
                }
            }
            PickFor::Registration => self.picked_registration(first),
            PickFor::RegistryForm(path) => self.picked_for_registry(path, first),
            PickFor::DialogRoots => {
                if let Some(dialog) = &mut self.dialog {
                    dialog.import_roots = join_paths(&paths);
                }
            }
            PickFor::Trust => {
                if let Some(adding) = &mut self.adding_trust {
                    adding.path = first;
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
                    FormPath::Exact => form.exact_path = first,
                    FormPath::Cert => form.cert_path = first,
                    FormPath::Key => form.key_path = first,
                    FormPath::Bundle => form.bundle_path = first,
                }
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
        // Whoever is faster than the schema does not press twice.
        if matches!(tab.prepared, Prepared::Pending { .. }) {
            self.send_when_ready = Some(id);
            return;
        }
        // Send says at once what is wrong, also on the line that is being typed.
        tab.edited_at = None;
        if tab.is_calling() || !tab.can_send() {
            return;
        }
        if tab.all.is_some() {
            self.send_all(id, now);
        } else {
            self.start_call(id, now);
        }
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
        // A try by hand takes the place of the one that waits.
        tab.stream.retry_at = None;
        let Ok(deadline) = parse_deadline(&tab.deadline) else { return };
        let (ticket, address, message, compress) = (tab.ticket, tab.address.clone(), tab.message.clone(), tab.compress);
        let metadata = self.tab(id).map(|tab| self.sent_metadata(tab)).unwrap_or_default();
        let form = self.form(&address);
        let endpoint = self.dial_form(&address).endpoint(&address);
        let usual = self.usual_limits();
        let limits = Limits {
            receive_bytes: form.receive_bytes.unwrap_or(usual.receive_bytes),
            send_bytes: form.send_bytes.unwrap_or(usual.send_bytes),
        };
        self.remember_target(&address);
        self.send(Command::StartCall(Box::new(StartCall {
            call,
            ticket,
            endpoint,
            metadata,
            message: Some(message),
            deadline,
            limits,
            compress: compress.or(self.settings.compress).unwrap_or_default(),
            policy: Policy::default(),
            retries: 0,
        })));
        for call in released {
            self.send(Command::ReleaseCall(call.id));
        }
        self.filter_new_call(id);
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
        self.send_when_ready.take_if(|waits| *waits == id);
        self.stop_all(id);
        let Some(call) = self.tab_mut(id).and_then(|tab| tab.call.as_mut()) else { return };
        if call.is_running() {
            call.cancel_asked = true;
            let call = call.id;
            self.send(Command::Cancel(call));
        }
    }
}

/// Paths as typed, set apart by `;` or lines.
pub(super) fn split_paths(text: &str) -> Vec<PathBuf> {
    text.split([';', '\n']).map(str::trim).filter(|part| !part.is_empty()).map(PathBuf::from).collect()
}

fn join_paths(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join("; ")
}
