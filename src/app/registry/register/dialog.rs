//! The state of the question: what is typed, the same as data and as JSON, and what is known of it.
//!
//! Absent: what follows from an act or an answer (`act`, `send`).

use std::sync::Arc;
use std::time::Instant;

use super::{RegisterDraft, RegisterForm};
use crate::app::registry::ServiceRef;
use crate::engine::RegistryId;
use crate::registry::consul::registration::{Fault, FaultPlace, Form, Hide, ReadFile, Registration};
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

/// What the registry says beforehand of what would be sent.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Rehearsal {
    /// Nothing yet.
    #[default]
    Unknown,
    /// It will take it.
    Sure,
    /// Nothing speaks against it, and not all could be asked.
    NothingFound,
    /// It would refuse it, or could not be asked.
    Refused(Arc<RegistryError>),
}

/// What is on its way to the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// The service of the form.
    One,
    /// All of a file, which are only asked about yet.
    AllAsked,
    /// All of a file, one after the other.
    All,
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

impl EditedJson {
    /// It says nothing that could be sent.
    pub fn is_broken(&self) -> bool {
        self.faults.iter().any(Fault::is_fatal)
    }
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
    pub(super) begun: RegisterForm,
    /// All services of a file with several; the form is the one at `at`.
    pub several: Vec<RegisterForm>,
    /// Which of `several` cannot be sent.
    pub wrong: Vec<bool>,
    /// What the file says of `several`; empty where they were typed.
    pub(super) read_as: Vec<RegisterForm>,
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
    /// Counts what would be sent: of another one, another answer is due.
    pub(super) revision: u64,
    /// What the registry says of it.
    pub rehearsal: Rehearsal,
    /// The revision that was asked about last.
    pub(super) rehearsed: u64,
    /// Whether the id is free.
    pub id: IdState,
    /// The id that `id` is about, or that was asked for.
    pub(super) id_of: String,
    /// Its question is on its way.
    pub(super) id_asked: bool,
    /// Something changed in the registry since the id was asked about.
    pub(super) id_is_old: bool,
    /// The person tried to send it, so what is missing is an error now.
    pub tried: bool,
    /// It is being sent since then.
    pub sends: Option<Instant>,
    /// What is on its way while it is being sent.
    pub(super) way: Way,
    /// So many were sent of them.
    pub sent: usize,
    /// What was registered from this question so far: id and service.
    pub done: Vec<(String, String)>,
    /// Why it was not registered; gone when something is changed.
    pub refused: Option<Arc<RegistryError>>,
    /// It was on its way when the registry was opened anew: nobody will hear what came of it.
    pub unheard: bool,
    /// The file that is asked for.
    pub file: Option<FromFile>,
    /// What was left is in the form again.
    pub came_back: bool,
    /// Values of secrets are missing in JSON that came back.
    pub json_lacks: bool,
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
    /// Ask the registry again about the id and about what would be sent.
    LookAgain,
    /// Send it.
    Confirm,
    /// Send all services of the file.
    ConfirmAll,
    /// Take up a draft, the newest first; what is in the form now is left in its place.
    TakeDraft(usize),
    /// Throw a draft away.
    DropDraft(usize),
    /// Begin with an empty form; what came back is left in its place.
    StartAnew,
    /// Leave it; what is typed is kept.
    Close,
}

/// Fields of checks that are folded away.
fn is_seldom(field: &str) -> bool {
    matches!(
        field,
        "CheckID"
            | "Name"
            | "Notes"
            | "Header"
            | "Body"
            | "SuccessBeforePassing"
            | "FailuresBeforeWarning"
            | "FailuresBeforeCritical"
            | "OutputMaxSize"
    )
}

impl RegisterDialog {
    pub(super) fn new(opened: u64, registry: RegistryId, datacenter: String, form: RegisterForm) -> Self {
        let mut dialog = Self {
            opened,
            registry,
            datacenter,
            begun: form.clone(),
            form,
            several: Vec::new(),
            wrong: Vec::new(),
            read_as: Vec::new(),
            at: 0,
            shown: Form::Api,
            registration: Registration::default(),
            faults: Vec::new(),
            text: String::new(),
            edited: None,
            revision: 1,
            rehearsal: Rehearsal::Unknown,
            rehearsed: 0,
            id: IdState::Unknown,
            id_of: String::new(),
            id_asked: false,
            id_is_old: false,
            tried: false,
            sends: None,
            way: Way::One,
            sent: 0,
            done: Vec::new(),
            refused: None,
            unheard: false,
            file: None,
            came_back: false,
            json_lacks: false,
        };
        dialog.settle();
        dialog
    }

    /// Nothing fatal is wrong with it.
    pub fn is_sound(&self) -> bool {
        !self.faults.iter().any(Fault::is_fatal) && !self.edited.as_ref().is_some_and(EditedJson::is_broken)
    }

    /// The JSON that is shown.
    pub fn json(&self) -> &str {
        self.edited.as_ref().map_or(&self.text, |edited| &edited.text)
    }

    /// All services of the file are on their way, one after the other.
    pub fn sends_all(&self) -> bool {
        self.sends.is_some() && self.way != Way::One
    }

    /// The registry is asked whether it would take them all, before any is sent.
    pub fn is_asking_first(&self) -> bool {
        self.sends.is_some() && self.way == Way::AllAsked
    }

    /// Where the fault is shown: in which check of the form, if in one, and at which field.
    pub fn field_of(&self, place: &FaultPlace) -> Option<(Option<usize>, &'static str)> {
        match place {
            FaultPlace::Field(field) => Some((None, field)),
            FaultPlace::Check(number, field) => Some((Some(self.form.check_at(*number)), field)),
            FaultPlace::Path(_) => None,
        }
    }

    /// What was asked is not answered any more.
    pub(in crate::app::registry) fn forget_asked(&mut self) {
        self.unheard |= self.sends.take().is_some();
        (self.id_asked, self.id_is_old, self.rehearsed) = (false, true, 0);
    }

    /// What would be a loss: what is typed, all services of a file with one that was changed, JSON that cannot be read.
    /// While it is being sent, what is on its way is left to whoever hears of it (`is_closing`).
    pub(in crate::app) fn unsent(&self, is_closing: bool) -> Option<RegisterDraft> {
        let json = self.edited.as_ref().filter(|edited| edited.is_broken()).map(|edited| edited.text.clone());
        let on_its_way = is_closing && self.sends.is_some();
        // Of all that were to be sent, those that are not sent yet are unfinished work.
        let is_cut = on_its_way && self.way != Way::One;
        let mut forms: Vec<RegisterForm> = match self.several.as_slice() {
            [] => Some(self.form.clone()).into_iter().filter(|form| *form != self.begun || json.is_some()).collect(),
            several if several == self.read_as.as_slice() && json.is_none() && !is_cut => Vec::new(),
            several => several.to_vec(),
        };
        let mut at = self.at.min(forms.len().saturating_sub(1));
        if on_its_way && !forms.is_empty() {
            match self.way {
                Way::One => drop(forms.remove(at)),
                Way::AllAsked => {}
                Way::All => drop(forms.drain(..(self.sent + 1).min(forms.len()))),
            }
            at = at.min(forms.len().saturating_sub(1));
        }
        let json = json.filter(|_| !on_its_way);
        (!forms.is_empty()).then_some(RegisterDraft { forms, at, json, json_lacks: self.json_lacks })
    }

    /// Unfolds what has to be mended.
    pub(super) fn unfold(&mut self) {
        for fault in self.faults.iter().filter(|fault| fault.is_fatal()) {
            match &fault.place {
                FaultPlace::Field("Weights" | "TaggedAddresses") => self.form.more = true,
                FaultPlace::Check(number, field) if is_seldom(field) => {
                    let at = self.form.check_at(*number);
                    if let Some(check) = self.form.checks.get_mut(at) {
                        check.more = true;
                    }
                }
                _ => {}
            }
        }
        self.settle();
    }

    /// Makes everything true that follows from the form.
    pub(super) fn settle(&mut self) {
        let (registration, faults) = self.form.registration();
        if registration != self.registration || faults != self.faults {
            self.revision += 1;
            self.rehearsal = Rehearsal::Unknown;
        }
        (self.registration, self.faults) = (registration, faults);
        self.text = match self.shown {
            Form::Api => self.registration.api_text(Hide::Tokens),
            Form::Config => self.registration.config_text(Hide::Tokens),
        };
        if let Some(kept) = self.several.get_mut(self.at) {
            *kept = self.form.clone();
        }
        if let Some(wrong) = self.wrong.get_mut(self.at) {
            *wrong = self.faults.iter().any(Fault::is_fatal);
        }
        if self.id_of != self.form.effective_id() {
            self.id = IdState::Unknown;
        }
    }

    /// Shows these, the one at `at` in the form.
    pub(super) fn show_all(&mut self, forms: Vec<RegisterForm>, at: usize) {
        let is_wrong = |form: &RegisterForm| form.registration().1.iter().any(Fault::is_fatal);
        self.at = at.min(forms.len().saturating_sub(1));
        if let Some(form) = forms.get(self.at) {
            self.form = form.clone();
        }
        if forms.len() > 1 {
            self.wrong = forms.iter().map(is_wrong).collect();
            self.several = forms;
        } else {
            (self.several, self.wrong, self.at) = (Vec::new(), Vec::new(), 0);
        }
        self.read_as.clear();
        self.edited = None;
        self.settle();
    }

    /// Another one of several.
    pub(super) fn choose(&mut self, at: usize) {
        if let Some(form) = self.several.get(at).cloned() {
            (self.at, self.form, self.edited) = (at, form, None);
            self.settle();
        }
    }

    /// Those that went through are not asked about again.
    pub(super) fn leave_out(&mut self, done: std::ops::Range<usize>) {
        let done = done.start.min(self.several.len())..done.end.min(self.several.len());
        self.wrong.drain(done.start.min(self.wrong.len())..done.end.min(self.wrong.len()));
        self.read_as.drain(done.start.min(self.read_as.len())..done.end.min(self.read_as.len()));
        // What comes behind them moves up.
        let moved = if self.at >= done.end { self.at - done.len() } else { self.at.min(done.start) };
        self.several.drain(done);
        self.at = moved.min(self.several.len().saturating_sub(1));
        if let Some(form) = self.several.get(self.at).cloned() {
            (self.form, self.edited) = (form, None);
        }
        if self.several.len() == 1 {
            // What the file says of the one that is left is no loss.
            if self.read_as.first() == Some(&self.form) {
                self.begun = self.form.clone();
            }
            (self.several, self.wrong, self.read_as, self.at) = (Vec::new(), Vec::new(), Vec::new(), 0);
        }
        self.settle();
    }

    /// Takes services that were read. What is wrong with them stays with the text.
    pub(super) fn take(&mut self, text: String, found: ReadFile) {
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
            self.show_all(forms, 0);
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
