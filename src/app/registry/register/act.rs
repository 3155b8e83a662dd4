//! What acts change of the question that registers a service.

use std::path::PathBuf;
use std::time::Instant;

use super::dialog::{EditedJson, FromFile, IdState, RegisterAct, RegisterDialog, Rehearsal};
use super::{RegisterDraft, RegisterForm};
use crate::app::App;
use crate::engine::{Command, RegistryId};
use crate::registry::consul::registration::{Registration, read};

/// So many drafts of a registry are kept; the oldest goes first.
const MOST_DRAFTS: usize = 30;

impl App {
    pub(in crate::app::registry) fn apply_register(&mut self, act: RegisterAct, now: Instant) {
        match act {
            RegisterAct::Open(registry, service) => {
                let form = RegisterForm { name: service.unwrap_or_default(), ..RegisterForm::default() };
                self.open_register(registry, form, true);
            }
            RegisterAct::OpenLike(service, key) => {
                let known = self.registries.service(&service).and_then(|known| known.instance(&key));
                let Some(instance) = known else { return };
                let form = RegisterForm::of(&Registration::from(instance));
                self.open_register(service.registry, form, false);
            }
            RegisterAct::Close => self.close_register(),
            RegisterAct::AskFile => {
                let Some(dialog) = &mut self.registries.register else { return };
                dialog.file.get_or_insert_default();
                self.pick(crate::app::PickFor::Registration, false);
            }
            act => self.change_register(act, now),
        }
        self.registration_changed();
    }

    /// What is kept may be another, and answers may be due to it.
    pub(super) fn registration_changed(&mut self) {
        self.registries.register_revision += 1;
        self.ask_id();
        self.ask_rehearsal();
    }

    fn change_register(&mut self, act: RegisterAct, now: Instant) {
        let Some(dialog) = self.registries.register.as_mut().filter(|dialog| dialog.sends.is_none()) else { return };
        // Who shows it in another way, or asks for a file, did nothing about it yet.
        dialog.unheard &= matches!(
            act,
            RegisterAct::Show(_)
                | RegisterAct::TypePath(_)
                | RegisterAct::ReadFile
                | RegisterAct::CloseFile
                | RegisterAct::DropDraft(_)
                | RegisterAct::LookAgain
        );
        match act {
            RegisterAct::Set(form) => {
                // Broken JSON says nothing of what is typed into the form: it is left as it is.
                let broken = dialog.edited.as_ref().filter(|edited| edited.is_broken());
                let left = broken.and_then(|_| dialog.unsent(false));
                dialog.form = *form;
                (dialog.edited, dialog.refused) = (None, None);
                dialog.settle();
                self.leave_draft(left);
            }
            RegisterAct::Show(shown) => {
                dialog.shown = shown;
                dialog.settle();
                // What cannot be read as it is written can be shown in no other way.
                if dialog.edited.as_ref().is_some_and(|edited| edited.faults.is_empty()) {
                    dialog.edited = None;
                }
            }
            RegisterAct::EditJson(text) => {
                dialog.refused = None;
                let found = read(&text);
                let replaces = dialog.several.len() > 1 && found.registrations.len() > 1;
                let left = if replaces { dialog.unsent(false) } else { None };
                dialog.take(text, found);
                self.leave_draft(left);
            }
            RegisterAct::DropJson => dialog.edited = None,
            RegisterAct::TypePath(path) => {
                if let Some(file) = &mut dialog.file {
                    *file = FromFile { path, ..FromFile::default() };
                }
            }
            RegisterAct::CloseFile => dialog.file = None,
            RegisterAct::ReadFile => self.read_registration(),
            RegisterAct::ChooseOf(at) => {
                let broken = dialog.edited.take().filter(EditedJson::is_broken);
                let form = dialog.form.clone();
                (dialog.refused, dialog.tried) = (None, false);
                dialog.choose(at);
                let left = |edited: EditedJson| RegisterDraft { json: Some(edited.text), ..RegisterDraft::of(form) };
                self.leave_draft(broken.map(left));
            }
            RegisterAct::TakeDraft(at) => self.take_draft(at),
            RegisterAct::DropDraft(at) => {
                let drafts = self.registries.register_drafts.get_mut(&dialog.registry);
                if let Some(drafts) = drafts.filter(|drafts| at < drafts.len()) {
                    drafts.remove(at);
                }
            }
            RegisterAct::StartAnew => {
                let left = dialog.unsent(false);
                let form = dialog.begun.clone();
                (dialog.came_back, dialog.tried, dialog.refused) = (false, false, None);
                dialog.json_lacks = false;
                dialog.show_all(vec![form], 0);
                self.leave_draft(left);
            }
            RegisterAct::LookAgain => {
                (dialog.id_is_old, dialog.rehearsed) = (true, 0);
            }
            RegisterAct::Confirm => self.confirm_registration(now),
            RegisterAct::ConfirmAll => self.confirm_all_registrations(now),
            RegisterAct::Open(..) | RegisterAct::OpenLike(..) | RegisterAct::Close | RegisterAct::AskFile => {}
        }
    }

    /// Opens the question. What was left in it the last time is in it again, unless it begins with something else.
    fn open_register(&mut self, registry: RegistryId, form: RegisterForm, takes_draft: bool) {
        let opened = self.next_id();
        let Some(entry) = self.registries.entry(registry) else { return };
        if entry.form.read_only || !entry.capabilities.register {
            return;
        }
        let datacenter = entry.datacenters.iter().find(|known| known.is_own).map(|known| known.name.clone());
        self.close_register();
        let mut dialog = RegisterDialog::new(opened, registry, datacenter.unwrap_or_default(), form);
        // Who asks for another service begins with that one, and the drafts are at hand.
        let fits = |draft: &RegisterDraft| dialog.form.name.is_empty() || dialog.form.name == draft.form().name;
        let drafts = self.registries.register_drafts.entry(registry).or_default();
        if takes_draft && let Some(at) = drafts.iter().position(fits) {
            let draft = drafts.remove(at);
            dialog.take_up(draft);
        }
        self.registries.register = Some(dialog);
    }

    fn close_register(&mut self) {
        let Some(dialog) = self.registries.register.take() else { return };
        let left = dialog.unsent(true);
        self.keep_draft(dialog.registry, left);
    }

    /// Leaves something beside the question that is open.
    fn leave_draft(&mut self, draft: Option<RegisterDraft>) {
        let Some(registry) = self.registries.register.as_ref().map(|dialog| dialog.registry) else { return };
        self.keep_draft(registry, draft);
    }

    /// Keeps what was left, the newest first.
    pub(in crate::app::registry) fn keep_draft(&mut self, registry: RegistryId, draft: Option<RegisterDraft>) {
        let Some(draft) = draft else { return };
        let drafts = self.registries.register_drafts.entry(registry).or_default();
        drafts.retain(|known| *known != draft);
        drafts.insert(0, draft);
        drafts.truncate(MOST_DRAFTS);
        self.registries.register_revision += 1;
    }

    fn take_draft(&mut self, at: usize) {
        let Some(dialog) = &mut self.registries.register else { return };
        let drafts = self.registries.register_drafts.entry(dialog.registry).or_default();
        if at >= drafts.len() {
            return;
        }
        let draft = drafts.remove(at);
        let left = dialog.unsent(false);
        (dialog.tried, dialog.refused) = (false, None);
        dialog.take_up(draft);
        self.leave_draft(left);
    }

    fn read_registration(&mut self) {
        let ticket = self.next_id();
        let Some(file) = self.registries.register.as_mut().and_then(|dialog| dialog.file.as_mut()) else { return };
        let path = PathBuf::from(file.path.trim());
        if path.as_os_str().is_empty() {
            return;
        }
        (file.reads, file.fault) = (true, None);
        self.send(Command::ReadText { ticket, path });
    }

    /// A file was chosen by the system's dialog.
    pub(in crate::app) fn picked_registration(&mut self, path: String) {
        if let Some(dialog) = &mut self.registries.register {
            dialog.file = Some(FromFile { path, ..FromFile::default() });
            self.read_registration();
        }
    }

    /// A file was read, or could not be.
    pub(in crate::app) fn fold_text_file(&mut self, path: &std::path::Path, result: Result<String, String>) {
        let Some(dialog) = &mut self.registries.register else { return };
        let sends = dialog.sends.is_some();
        let Some(file) = dialog.file.as_mut().filter(|file| path.as_os_str() == file.path.trim()) else { return };
        match result {
            Err(fault) => (file.reads, file.fault) = (false, Some(fault)),
            // What is on its way stays in view.
            Ok(_) if sends => file.reads = false,
            Ok(text) => {
                dialog.file = None;
                let left = dialog.unsent(false);
                (dialog.refused, dialog.tried) = (None, false);
                (dialog.several, dialog.wrong, dialog.read_as, dialog.at) = (Vec::new(), Vec::new(), Vec::new(), 0);
                let found = read(&text);
                dialog.take(text, found);
                dialog.read_as.clone_from(&dialog.several);
                self.leave_draft(left);
            }
        }
        self.registration_changed();
    }

    /// Something changed in the registry, or it is back: what it said before may not be so any more.
    pub(in crate::app::registry) fn look_at_registration(&mut self, registry: RegistryId, is_back: bool) {
        let Some(dialog) = self.registries.register.as_mut().filter(|dialog| dialog.registry == registry) else {
            return;
        };
        dialog.id_is_old = true;
        if is_back && matches!(&dialog.rehearsal, Rehearsal::Refused(error) if error.fault.is_away()) {
            dialog.rehearsed = 0;
        }
        self.ask_id();
        self.ask_rehearsal();
    }
}

impl RegisterDialog {
    /// Shows a draft as it was left.
    fn take_up(&mut self, draft: RegisterDraft) {
        let RegisterDraft { forms, at, json, json_lacks } = draft;
        self.show_all(forms, at);
        (self.came_back, self.json_lacks) = (true, json_lacks);
        if let Some(text) = json {
            let found = read(&text);
            self.take(text, found);
        }
    }

    /// Whether it has to be asked if the id is free.
    pub(super) fn asks_id(&self) -> bool {
        let id = self.form.effective_id();
        let is_known = self.id_of == id && self.id != IdState::Unknown && !self.id_is_old;
        !self.id_asked && !is_known && !id.is_empty() && self.sends.is_none()
    }
}
