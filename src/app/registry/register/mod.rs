//! The question that registers a service: what is typed, what will be sent, whether its id is free, what came of it.
//!
//! Lives here: the state of the question and how acts and answers change it. Absent: what the form says as data
//! (`form`), and every word.

mod form;
mod kept;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

pub use form::{CHECK_KINDS, CheckForm, RegisterForm, Usual};

use super::acts::{ActSaid, ActWhat};
use super::hear::Asked;
use super::{RegistryView, ServiceRef};
use crate::app::App;
use crate::engine::{Command, RegistryId, RegistryQuestion, RegistryReply};
use crate::registry::consul::registration::{Fault, Form, Hide, ReadFile, Registration, read};
use crate::registry::{InstanceKey, RegistryError};

/// What is known of the id.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum IdState {
    /// Nothing: none is typed, or the answer is not there yet.
    #[default]
    Unknown,
    /// Nobody has it.
    Free,
    /// An instance of this service has it, and will be replaced.
    Taken(String),
    /// It could not be asked.
    Failed(Arc<RegistryError>),
}

/// A file with services.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FromFile {
    /// Its path, as typed.
    pub path: String,
    /// It is being read.
    pub reads: bool,
    /// Why it could not be read, in the system's words.
    pub fault: Option<String>,
}

/// The JSON as the person wrote it, while it says something else than the form writes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EditedJson {
    /// As written.
    pub text: String,
    /// What is wrong with it, by its places.
    pub faults: Vec<Fault>,
}

/// The question, while it is open.
#[derive(Clone, Debug, PartialEq)]
pub struct RegisterDialog {
    /// Tells this question from those before it.
    pub opened: u64,
    /// Where it is registered.
    pub registry: RegistryId,
    /// In which datacenter: that of the agent.
    pub datacenter: String,
    /// What is typed.
    pub form: RegisterForm,
    /// What was in the form when it was opened: closing loses nothing then.
    begun: RegisterForm,
    /// All services of a file with several; the form is the one at `at`.
    pub several: Vec<RegisterForm>,
    /// Which of them.
    pub at: usize,
    /// The JSON form that is shown.
    pub shown: Form,
    /// What the form says.
    pub registration: Registration,
    /// What is wrong with it.
    pub faults: Vec<Fault>,
    /// As JSON in the shown form, tokens as dots.
    pub text: String,
    /// JSON that was written by hand.
    pub edited: Option<EditedJson>,
    /// Whether the id is free.
    pub id: IdState,
    /// The id that `id` is about, or that was asked for.
    id_of: String,
    /// Its question is on its way.
    id_asked: bool,
    /// The person tried to send it, so what is missing is an error now.
    pub tried: bool,
    /// It is being sent since then.
    pub sends: Option<Instant>,
    /// All of `several` are being sent, rather than one.
    sends_all: bool,
    /// So many were sent of them.
    pub sent: usize,
    /// Why it was not registered.
    pub refused: Option<Arc<RegistryError>>,
    /// The file that is asked for.
    pub file: Option<FromFile>,
    /// What was left is in the form again.
    pub came_back: bool,
    /// Another form that was left with something in it.
    pub draft: Option<Box<RegisterForm>>,
}

/// What can be done with it.
#[derive(Clone, Debug, PartialEq)]
pub enum RegisterAct {
    /// Open it, for a service of this name where one is given.
    Open(RegistryId, Option<String>),
    /// Open it with what an instance has.
    OpenLike(ServiceRef, InstanceKey),
    /// What is typed.
    Set(Box<RegisterForm>),
    /// Show the JSON in this form.
    Show(Form),
    /// JSON, as written.
    EditJson(String),
    /// Leave what was written, and show the form's.
    DropJson,
    /// Ask for a file.
    AskFile,
    /// Its path, as typed.
    TypePath(String),
    /// Read it.
    ReadFile,
    /// Ask for none.
    CloseFile,
    /// Another service of the file.
    ChooseOf(usize),
    /// Send it.
    Confirm,
    /// Send all services of the file.
    ConfirmAll,
    /// Take up what was left; what is in the form now is left in its place.
    TakeDraft,
    /// Begin with an empty form; what came back is left in its place.
    StartAnew,
    /// Leave it; what is typed is kept.
    Close,
}

impl RegisterDialog {
    fn new(opened: u64, registry: RegistryId, datacenter: String, form: RegisterForm) -> Self {
        let mut dialog = Self {
            opened,
            registry,
            datacenter,
            begun: form.clone(),
            form,
            several: Vec::new(),
            at: 0,
            shown: Form::Api,
            registration: Registration::default(),
            faults: Vec::new(),
            text: String::new(),
            edited: None,
            id: IdState::Unknown,
            id_of: String::new(),
            id_asked: false,
            tried: false,
            sends: None,
            sends_all: false,
            sent: 0,
            refused: None,
            file: None,
            came_back: false,
            draft: None,
        };
        dialog.settle();
        dialog
    }

    /// Nothing fatal is wrong with it.
    pub fn is_sound(&self) -> bool {
        let wrong = |faults: &[Fault]| faults.iter().any(Fault::is_fatal);
        !wrong(&self.faults) && !self.edited.as_ref().is_some_and(|edited| wrong(&edited.faults))
    }

    /// The JSON that is shown.
    pub fn json(&self) -> &str {
        self.edited.as_ref().map_or(&self.text, |edited| &edited.text)
    }

    /// What was asked is not answered any more.
    pub(super) fn forget_asked(&mut self) {
        (self.id_asked, self.sends) = (false, None);
    }

    /// Makes everything true that follows from the form.
    fn settle(&mut self) {
        (self.registration, self.faults) = self.form.registration();
        self.text = match self.shown {
            Form::Api => self.registration.api_text(Hide::Tokens),
            Form::Config => self.registration.config_text(Hide::Tokens),
        };
        if let Some(kept) = self.several.get_mut(self.at) {
            *kept = self.form.clone();
        }
        if self.id_of != self.form.effective_id() {
            self.id = IdState::Unknown;
        }
    }

    /// Takes services that were read. What is wrong with them stays with the text.
    fn take(&mut self, text: String, found: ReadFile) {
        let is_sound = found.is_sound();
        let token = self.form.token.clone();
        let mut forms: Vec<RegisterForm> = found.registrations.iter().map(RegisterForm::of).collect();
        for form in &mut forms {
            // Dots stand for the token that is there.
            if !form.token.is_empty() && form.token.reveal().chars().all(|letter| letter == '•') {
                form.token = token.clone();
            }
        }
        self.shown = found.form;
        if is_sound && forms.len() > 1 {
            (self.several, self.at, self.edited) = (forms, 0, None);
            self.form = self.several.first().cloned().unwrap_or_default();
        } else {
            if let (true, Some(form)) = (is_sound, forms.into_iter().next()) {
                self.form = form;
            }
            self.edited = Some(EditedJson { text, faults: found.faults });
        }
        self.settle();
        // What says the same in the same way was not edited.
        if self.edited.as_ref().is_some_and(|edited| edited.text == self.text) {
            self.edited = None;
        }
    }
}

impl App {
    pub(super) fn apply_register(&mut self, act: RegisterAct, now: Instant) {
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
        self.ask_id();
    }

    fn change_register(&mut self, act: RegisterAct, now: Instant) {
        let Some(dialog) = self.registries.register.as_mut().filter(|dialog| dialog.sends.is_none()) else { return };
        match act {
            RegisterAct::Set(form) => {
                dialog.form = *form;
                (dialog.edited, dialog.refused) = (None, None);
                dialog.settle();
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
                dialog.take(text, found);
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
                if let Some(form) = dialog.several.get(at).cloned() {
                    (dialog.at, dialog.form) = (at, form);
                    (dialog.edited, dialog.refused, dialog.tried) = (None, None, false);
                    dialog.settle();
                }
            }
            RegisterAct::TakeDraft => {
                if let Some(mut draft) = dialog.draft.take() {
                    std::mem::swap(&mut *draft, &mut dialog.form);
                    dialog.draft = Some(draft).filter(|draft| **draft != dialog.begun);
                    (dialog.edited, dialog.several) = (None, Vec::new());
                    dialog.settle();
                }
            }
            RegisterAct::StartAnew => {
                let left = std::mem::replace(&mut dialog.form, dialog.begun.clone());
                (dialog.draft, dialog.came_back) = (Some(Box::new(left)), false);
                (dialog.edited, dialog.several, dialog.tried) = (None, Vec::new(), false);
                dialog.settle();
            }
            RegisterAct::Confirm | RegisterAct::ConfirmAll => {
                dialog.tried = true;
                dialog.sends_all = act == RegisterAct::ConfirmAll && !dialog.several.is_empty();
                dialog.sent = 0;
                self.send_registration(now);
            }
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
        let draft = self.registries.register_drafts.remove(&registry);
        let mut dialog = RegisterDialog::new(opened, registry, datacenter.unwrap_or_default(), form);
        match draft {
            // Who asks for another service begins with that one, and the draft is at hand.
            Some(draft) if takes_draft && (dialog.form.name.is_empty() || dialog.form.name == draft.name) => {
                (dialog.form, dialog.came_back) = (draft, true);
                dialog.settle();
            }
            draft => dialog.draft = draft.map(Box::new),
        }
        self.registries.register = Some(dialog);
    }

    fn close_register(&mut self) {
        let Some(dialog) = self.registries.register.take() else { return };
        if let Some(left) = dialog.unsent() {
            self.registries.register_drafts.insert(dialog.registry, left.clone());
        }
    }

    /// Asks whether the id is free: one question at a time, about the newest.
    fn ask_id(&mut self) {
        let Some(dialog) = &mut self.registries.register else { return };
        let id = dialog.form.effective_id();
        let is_known = dialog.id_of == id && dialog.id != IdState::Unknown;
        if dialog.id_asked || is_known || id.is_empty() || dialog.sends.is_some() {
            return;
        }
        dialog.id_of = id.to_owned();
        dialog.id_asked = true;
        let (registry, id) = (dialog.registry, dialog.id_of.clone());
        self.ask_registry(registry, Asked::IdTaken(id.clone()), RegistryQuestion::IdTaken(id));
    }

    pub(super) fn fold_id(&mut self, asked: &str, result: Result<RegistryReply, RegistryError>) {
        let Some(dialog) = &mut self.registries.register else { return };
        dialog.id_asked = false;
        if dialog.form.effective_id() == asked {
            dialog.id = match result {
                Ok(RegistryReply::IdTaken(None)) => IdState::Free,
                Ok(RegistryReply::IdTaken(Some(service))) => IdState::Taken(service),
                Ok(_) => IdState::Unknown,
                Err(error) => IdState::Failed(Arc::new(error)),
            };
        }
        self.ask_id();
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
        let Some(dialog) = self.registries.register.as_mut().filter(|dialog| dialog.sends.is_none()) else { return };
        let Some(file) = dialog.file.as_mut().filter(|file| path.as_os_str() == file.path.trim()) else { return };
        match result {
            Err(fault) => (file.reads, file.fault) = (false, Some(fault)),
            Ok(text) => {
                dialog.file = None;
                (dialog.several, dialog.at, dialog.refused) = (Vec::new(), 0, None);
                let found = read(&text);
                dialog.take(text, found);
            }
        }
        self.ask_id();
    }

    /// Sends the form, or the next of several.
    fn send_registration(&mut self, now: Instant) {
        let Some(dialog) = &mut self.registries.register else { return };
        if dialog.sends_all {
            // What cannot be sent is shown, and nothing is sent behind it.
            let sound = |form: &RegisterForm| !form.registration().1.iter().any(Fault::is_fatal);
            if let Some(at) = dialog.several.iter().position(|form| !sound(form)) {
                dialog.at = at;
                dialog.form = dialog.several.get(at).cloned().unwrap_or_default();
                dialog.settle();
                return;
            }
            if let Some(form) = dialog.several.get(dialog.sent).cloned() {
                (dialog.at, dialog.form) = (dialog.sent, form);
                dialog.settle();
            }
        }
        if !dialog.is_sound() {
            return;
        }
        (dialog.sends, dialog.refused) = (Some(now), None);
        let body = dialog.registration.api();
        let service = ServiceRef {
            registry: dialog.registry,
            datacenter: dialog.datacenter.clone(),
            service: dialog.registration.name.clone(),
        };
        let replaced = match &dialog.id {
            IdState::Taken(service) if dialog.id_of == dialog.registration.effective_id() => Some(service.clone()),
            _ => None,
        };
        let id = dialog.registration.effective_id().to_owned();
        let registry = dialog.registry;
        let said = ActSaid { service, instances: vec![id], what: ActWhat::Registered { replaced }, error: None };
        self.ask_registry(registry, Asked::Register(Box::new(said)), RegistryQuestion::Register(body));
    }

    pub(super) fn fold_registered(
        &mut self,
        mut said: ActSaid,
        result: Result<RegistryReply, RegistryError>,
        now: Instant,
    ) {
        let is_open = self.registries.register.as_ref().is_some_and(|dialog| dialog.sends.is_some());
        if let Err(error) = result {
            let error = Arc::new(error);
            let Some(dialog) = self.registries.register.as_mut().filter(|_| is_open) else {
                said.error = Some(error);
                return self.say_act(said, now);
            };
            (dialog.sends, dialog.refused) = (None, Some(error));
            // What went through is not sent again.
            let sent = dialog.sent.min(dialog.several.len());
            dialog.several.drain(..sent);
            (dialog.sent, dialog.at) = (0, 0);
            return;
        }
        let (service, id) = (said.service.clone(), said.instances.first().cloned().unwrap_or_default());
        self.say_act(said, now);
        if let Some(dialog) = self.registries.register.as_mut().filter(|_| is_open) {
            dialog.sends = None;
            dialog.sent += 1;
            if dialog.sends_all && dialog.sent < dialog.several.len() {
                self.send_registration(now);
                return;
            }
            let draft = self.registries.register.take().and_then(|dialog| Some((dialog.registry, dialog.draft?)));
            if let Some((registry, draft)) = draft {
                self.registries.register_drafts.insert(registry, *draft);
            }
        }
        // The instance is shown as soon as the registry lists it.
        self.registries.awaited = Some((service.clone(), id));
        let kept = self.registries.said.take();
        self.show_registry(RegistryView::Service(service), now);
        self.registries.said = kept;
        self.take_awaited();
    }

    /// Chooses the instance that was registered last, once it is listed.
    pub(super) fn take_awaited(&mut self) {
        let Some((service, id)) = self.registries.awaited.clone() else { return };
        let Some(known) = self.registries.service(&service) else { return };
        let key = known.instances().iter().find(|instance| instance.key.id == id).map(|instance| instance.key.clone());
        if let Some(key) = key {
            self.registries.awaited = None;
            self.registries.views.entry(service).or_default().chosen = Some(key);
        }
    }
}
