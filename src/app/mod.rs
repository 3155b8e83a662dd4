//! What a window shows, as plain values, and how an event or an act of the person changes it.
//!
//! Lives here: open sources and their tree, tabs with their drafts, the record of each call, the phases made of it.
//! Absent: IO, clocks (the time is handed in), egui, tokio. What the engine shall do is left in an outbox that the
//! window empties.

mod action;
mod all;
mod apply;
mod begin;
mod changes;
mod chord;
mod command;
mod connection;
mod deadline;
mod diagnose;
mod fold;
mod fuzzy;
mod grpcurl;
mod keep;
mod large_draft;
mod messages;
mod metadata;
mod notices;
mod paste_command;
mod pasted;
mod phases;
mod record;
mod registry;
mod restore;
mod rows;
mod save;
mod secrets;
mod settings;
mod shell;
mod sizes;
mod source;
mod streams;
mod tab;
mod tabs;
mod target;
mod texts;
mod tree;
mod trust;

#[cfg(test)]
mod habits_tests;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use crate::engine::{Command, ConnectionState, DemoInfo, SourceId};
use crate::keychain::KeychainState;
use crate::state::RecentSource;
use crate::words::Lang;

pub use action::{Action, FormPath, PickFor, RegistryPath};
pub use all::{AllAct, AllBlock, AllFailure, AllFault, AllGroup, AllRow, AllRun, AllSide, AllTab, Comparisons};
pub use changes::AddTrust;
pub use chord::{Chord, ChordRefusal};
pub use command::{CommandGroup, CommandPlace, Keys, UiCommand};
pub use connection::{CaKind, ClientKind, ConnectionForm, Link, LockMeaning, PING_ANSWER};
pub use deadline::{BadDeadline, parse_deadline, show_deadline};
pub use diagnose::{DiagnosisRecord, DiagnosisStage};
pub use fuzzy::{Common, Query, Score};
pub use grpcurl::{Gap, GrpcurlCommand, grpcurl_command};
pub use keep::{Drafts, KeepNotice};
pub use messages::{FilterState, MessageList, Pace, RowCache};
pub use metadata::{COMMON_KEYS, MetadataRow, Notation, RowCheck, RowsOf, WrittenBytes, is_secret_key};
pub use notices::{Happened, Notice};
pub use paste_command::{PasteNote, Pasting, is_command};
pub use pasted::pasted_rows;
pub use phases::{Phase, PhaseKind, PhaseNote, PhaseState, Timeline};
pub use record::{CallRecord, CallStage, Came, ShownMessage};
pub use registry::{
    ActDialog, ActSaid, ActWhat, ActsAct, Away, CHECK_KINDS, ChangeLine, CheckForm, Conflict, DatacenterEntry,
    DraftValue, EditedJson, Filtered, FromFile, Happening, IdState, InstanceAct, InstanceColumn, InstanceRows,
    InstanceSide, KeyAct, KeyActOf, KeyBack, KeyChange, KeyDialog, KeyDraft, KeyFace, KeyFailure, KeyFault, KeyJob,
    KeyJobKind, KeyLine, KeyStep, KeyWrite, KeyWriting, KeysRef, KeysView, ListView, Looked, NewKey, NodeColumn,
    PROBE_EVERY, RegisterAct, RegisterDialog, RegisterForm, Registries, RegistryAct, RegistryDialog, RegistryEntry,
    RegistryForm, RegistryFormFault, RegistryLine, RegistryNode, RegistryState, RegistryTree, RegistryView,
    ServiceChange, ServiceColumn, ServiceEntry, ServiceLine, ServiceRef, ServiceSums, ServiceView, ShownVersion,
    TimelineLine, TokenTrouble, UndoStep, Usual, folder_of, is_secret_value, service_changes,
};
pub use rows::{is_secret_by_rule, overrides};
pub use save::{SaveDialog, SaveStage, SaveWhat};
pub use settings::{Area, Settings};
pub use sizes::{BadSize, parse_size, show_size};
pub use source::{OpenFirst, SourceEntry, SourceOrigin};
pub use streams::{StreamAct, StreamTab};
pub use tab::{Checked, Prepared, RequestSide, ResponseSide, Tab, TabId};
pub use target::{CertificatesOf, TargetHint};
pub use tree::{Node, Tree, TreeLine};
pub use trust::{PinnedCertificate, Retry, TrustQuestion};

/// Dark or light.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ThemeChoice {
    /// Dark.
    #[default]
    Dark,
    /// Light.
    Light,
}

/// The demo, as the window knows it.
#[derive(Clone, Debug, Default)]
pub enum DemoState {
    /// Not asked for.
    #[default]
    Off,
    /// Asked for.
    Starting,
    /// Runs.
    Running(DemoInfo),
    /// Why it does not, in the engine's words.
    Failed(String),
}

/// The question that adds a source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddDialog {
    /// An address, as typed.
    pub address: String,
    /// Paths, as typed, set apart by `;`.
    pub paths: String,
    /// Import roots, as typed, set apart by `;`.
    pub import_roots: String,
    /// Files (rather than an address) are being added.
    pub files: bool,
    /// How to connect.
    pub form: ConnectionForm,
    /// The target's rows of metadata.
    pub rows: Vec<MetadataRow>,
    /// The source's rows that go with reflection alone; not asked for where there are none.
    pub reflection_rows: Vec<MetadataRow>,
    /// It had such rows when the question was opened.
    pub shows_reflection_rows: bool,
    /// The address whose rows these were when the question was opened.
    pub shown_for: Option<String>,
    /// Add was pressed with nothing typed.
    pub missing: bool,
}

/// Where things are kept; `None` keeps nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// What must outlive the process.
    pub state_dir: Option<PathBuf>,
    /// Schema results and the compiler.
    pub cache_dir: Option<PathBuf>,
}

/// Everything that a window shows.
#[derive(Debug, Default)]
pub struct App {
    /// Of every word.
    pub lang: Lang,
    /// Of every colour.
    pub theme: ThemeChoice,
    /// In the order in which they were opened.
    pub sources: Vec<SourceEntry>,
    /// What the side panel shows of them.
    pub tree: Tree,
    /// From left to right.
    pub tabs: Vec<Tab>,
    /// The one in front.
    pub active: Option<TabId>,
    /// The built-in services.
    pub demo: DemoState,
    /// Open if there is one.
    pub dialog: Option<AddDialog>,
    /// The question whether a certificate is to be trusted, if it is open.
    pub trust_question: Option<TrustQuestion>,
    /// A certificate that is being trusted from Settings.
    pub adding_trust: Option<AddTrust>,
    /// What was typed into the first window's address.
    pub welcome_address: String,
    /// What was typed into the first window's path; `None` while the link was not pressed.
    pub welcome_path: Option<String>,
    /// The first window was asked to go on with nothing typed.
    pub welcome_missing: bool,
    /// No dialog of files is to be had: type a path.
    pub no_dialog: bool,
    /// The dialog of files has not answered for a while.
    pub dialog_waits: bool,
    /// How to connect, by address as typed.
    pub forms: BTreeMap<String, ConnectionForm>,
    /// Rows that go with all calls, reflection and health, by address as typed.
    pub targets: BTreeMap<String, Vec<MetadataRow>>,
    /// What is known of the system's keychain.
    pub keychain: KeychainState,
    /// A grpcurl command that is being pasted.
    pub pasting: Option<Pasting>,
    /// How connections stand that were looked at, by address as typed.
    pub connections: BTreeMap<String, ConnectionState>,
    /// What files of certificates hold, by path as typed.
    pub certificates: BTreeMap<PathBuf, CertificatesOf>,
    /// What is known of each address, as typed.
    pub links: BTreeMap<String, Link>,
    /// A source's fault that is read in the centre.
    pub problem: Option<(SourceId, usize)>,
    /// A failed source that is read in the centre.
    pub shown_source: Option<SourceId>,
    /// The source that is being named, and what is typed.
    pub naming: Option<(SourceId, String)>,
    /// The question where a message is to be saved, if it is open.
    pub save: Option<SaveDialog>,
    /// Addresses that were called, newest first.
    pub recent_targets: Vec<String>,
    /// Sources that were opened, newest first.
    pub recent_sources: Vec<RecentSource>,
    /// What is to be told about the file that holds all this.
    pub notices: Vec<KeepNotice>,
    /// The system asked the process to end.
    pub is_ending: bool,
    /// The person chose the language, so it no longer follows the system.
    pub lang_chosen: bool,
    /// The person chose the theme, so it no longer follows the desktop.
    pub theme_chosen: bool,
    /// The system's language, for whoever follows it.
    pub system_lang: Lang,
    /// The area of the rail that is shown.
    pub area: Area,
    /// What is set for the whole program.
    pub settings: Settings,
    /// Texts that were compared.
    pub comparisons: Comparisons,
    /// A text that was asked for, until whoever shows the state puts it on the clipboard.
    pub to_copy: Option<String>,
    /// Everything about registries.
    pub registries: Registries,
    /// Where things are kept.
    pub places: Places,
    /// Which keys do what.
    pub keys: Keys,
    /// A folder that could not be opened; its path is to be copied.
    pub folder_failed: bool,
    /// A tab that is sent as soon as its method is ready and its draft fits.
    send_when_ready: Option<TabId>,
    /// Commands that were used last, newest first.
    used: Vec<UiCommand>,
    /// What happened, newest first.
    told: Vec<Notice>,
    /// Sources that are read anew because their files changed.
    changed_on_disk: Vec<SourceId>,
    /// Steps back and forth through what was set.
    setting_steps: changes::Changes,
    /// Sources that were removed, for as long as their notices stand.
    removed: changes::RemovedSources,
    /// Which secrets are in the keychain.
    secrets: secrets::Secrets,
    /// Tabs that were closed, the newest last, with the place where they stood.
    closed: Vec<(usize, Tab)>,
    /// Counts what may have changed anything that is remembered.
    changes: u64,
    /// Diagnoses that were not closed.
    diagnoses: Vec<DiagnosisRecord>,
    /// Where the files of open dialogs go, by ticket.
    picks: BTreeMap<u64, PickFor>,
    /// The lines of a draft that is read rather than edited.
    large_draft: Option<large_draft::LargeDraft>,
    /// Where a message was saved last.
    save_folder: Option<PathBuf>,
    /// The last number that was given to anything.
    last_id: u64,
    /// For the clipboard.
    clipboard: Option<String>,
    /// For the engine, in order.
    outbox: Vec<Command>,
}

impl App {
    /// A fresh start.
    pub fn new(lang: Lang, theme: ThemeChoice) -> Self {
        Self { lang, system_lang: lang, theme, ..Self::default() }
    }

    /// What the engine shall do, in order; empties it.
    pub fn take_commands(&mut self) -> Vec<Command> {
        self.keep_secrets();
        std::mem::take(&mut self.outbox)
    }

    /// The tab in front.
    pub fn active_tab(&self) -> Option<&Tab> {
        let active = self.active?;
        self.tab(active)
    }

    /// A tab by its id.
    pub fn tab(&self, id: TabId) -> Option<&Tab> {
        self.tabs.iter().find(|tab| tab.id == id)
    }

    /// A source by its id.
    pub fn source(&self, id: SourceId) -> Option<&SourceEntry> {
        self.sources.iter().find(|entry| entry.id == id)
    }

    /// How to connect to an address.
    pub fn form(&self, address: &str) -> ConnectionForm {
        let address = address.trim();
        self.forms.get(address).cloned().or_else(|| self.demo_registry_form(address)).unwrap_or_default()
    }

    /// Grows whenever something may have changed that is remembered between starts.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// A tab was closed that can be opened again.
    pub fn can_reopen(&self) -> bool {
        !self.closed.is_empty()
    }

    /// What the lock beside an address means.
    pub fn lock(&self, address: &str) -> LockMeaning {
        connection::lock(address, &self.form(address), self.links.get(address.trim()))
    }

    /// Calls to this address that run now.
    pub fn running_calls(&self, address: &str) -> usize {
        let runs =
            |tab: &&Tab| tab.call.as_ref().is_some_and(|call| call.is_running() && call.address == address.trim());
        self.tabs.iter().filter(runs).count()
    }

    /// The tab is sent as soon as its method is ready.
    pub fn waits_to_send(&self, id: TabId) -> bool {
        self.send_when_ready == Some(id)
    }

    /// The soonest moment at which something on screen changes by itself: progress that must be shown, a running
    /// call's clock. `None` if nothing does.
    pub fn next_change(&self, now: Instant) -> Option<std::time::Duration> {
        const CLOCK: std::time::Duration = std::time::Duration::from_millis(100);
        let tab = self.active_tab();
        let calling = tab.is_some_and(|tab| tab.call.as_ref().is_some_and(CallRecord::is_running));
        let preparing = tab.is_some_and(|tab| matches!(tab.prepared, Prepared::Pending { .. }));
        let loading = self.sources.iter().any(|entry| entry.loading_since.is_some());
        // A countdown and a file that is being written are shown as they go.
        let waits = tab.is_some_and(|tab| tab.stream.retry_at.is_some());
        let making = tab.is_some_and(|tab| self.makes_text(tab));
        let saving = self.save.as_ref().is_some_and(SaveDialog::is_saving);
        if waits
            || saving
            || making
            || calling
            || preparing
            || loading
            || self.is_diagnosing()
            || matches!(self.demo, DemoState::Starting)
        {
            return Some(CLOCK);
        }
        let error = tab.and_then(|tab| tab.error_shows_in(now));
        error.into_iter().chain(self.due_in(now)).min()
    }

    fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    fn send(&mut self, command: Command) {
        self.outbox.push(command);
    }

    fn tab_mut(&mut self, id: TabId) -> Option<&mut Tab> {
        self.tabs.iter_mut().find(|tab| tab.id == id)
    }
}
