//! Everything that a person can do in the window: one list, for buttons, keys and tests.

use std::path::PathBuf;

use super::{
    AddDialog, ConnectionForm, MetadataRow, PinnedCertificate, RequestSide, ResponseSide, Retry, SaveWhat, StreamAct,
    TabId, ThemeChoice,
};
use crate::engine::{Scheme, SourceId};
use crate::message::TemplateSize;
use crate::start::Start;
use crate::words::Lang;

/// Where chosen files go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PickFor {
    /// They are opened at once.
    Open,
    /// Into the paths of the question that adds a source.
    DialogPaths,
    /// Into its import roots.
    DialogRoots,
    /// Into the settings of an address; those of the open question where there is none.
    Form(Option<String>, FormPath),
    /// Into the question where to save.
    SavePath,
}

/// A path of a connection's settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormPath {
    /// CA file.
    Ca,
    /// Client certificate.
    Cert,
    /// Its key.
    Key,
    /// PKCS#12.
    Bundle,
}

/// One act.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Start the built-in services and open them.
    StartDemo,
    /// Open what a start of the program names.
    Begin(Box<Start>),
    /// Open a source that was open once, by its place in the list of recent ones.
    OpenRecent(usize),
    /// Take a notice about what is remembered away, by its place.
    DismissNotice(usize),
    /// Open a reflecting server.
    OpenAddress(String),
    /// Open files and folders.
    OpenPaths(Vec<PathBuf>),
    /// Ask for files or folders.
    PickFiles(PickFor, bool),
    /// What is typed into the first window's address.
    TypeWelcomeAddress(String),
    /// What is typed into its path; opens the field.
    TypeWelcomePath(String),
    /// Open what was typed there.
    OpenWelcomePath,
    /// Ask for a source to add.
    OpenDialog,
    /// How to connect to a source that is there.
    OpenDialogFor(SourceId),
    /// What is filled in.
    SetDialog(Box<AddDialog>),
    /// Add it.
    ConfirmDialog,
    /// Leave it.
    CloseDialog,
    /// Read a source anew.
    ReloadSource(SourceId),
    /// Give up reading a source.
    StopLoading(SourceId),
    /// Read all anew.
    ReloadAll,
    /// Forget a source.
    RemoveSource(SourceId),
    /// Ask for a source's name.
    AskName(SourceId),
    /// What is typed there.
    TypeName(String),
    /// The answer: take it, or leave it.
    AnswerName(bool),
    /// Move a source up (negative) or down in the tree.
    MoveSource(SourceId, isize),
    /// Take a folder as import root of a source.
    AddImportRoot(SourceId, PathBuf),
    /// What the tree is filtered by.
    SetFilter(String),
    /// Fold or unfold a row.
    ToggleNode(u64),
    /// Choose a row.
    ChooseNode(u64),
    /// Open what a row stands for.
    OpenNode(u64),
    /// Open a method in a tab.
    OpenMethod(SourceId, String, String),
    /// Another tab of the same method.
    DuplicateTab(TabId),
    /// Bring a tab to the front.
    ChooseTab(TabId),
    /// The next tab, or the one before.
    StepTab(isize),
    /// Close a tab.
    CloseTab(TabId),
    /// Open the tab again that was closed last.
    ReopenTab,
    /// Put a tab in this place, from 0.
    MoveTab(TabId, usize),
    /// Move a tab left (negative) or right.
    ShiftTab(TabId, isize),
    /// Where to.
    SetAddress(TabId, String),
    /// The time limit.
    SetDeadline(TabId, String),
    /// The draft, with the caret's line from 1.
    SetMessage(TabId, String, Option<u32>),
    /// The caret's line in the draft, from 1; none while it is not typed in.
    SetCaretLine(TabId, Option<u32>),
    /// A template takes the draft's place.
    TakeTemplate(TabId, TemplateSize),
    /// Ask for the method's schema again.
    PrepareAgain(TabId),
    /// Go to the draft's error.
    GoToError(TabId),
    /// The place was gone to.
    WentTo(TabId),
    /// Metadata rows.
    SetMetadata(TabId, Vec<MetadataRow>),
    /// One more row.
    AddMetadata(TabId, String, String),
    /// How to connect to an address.
    SetForm(String, Box<ConnectionForm>),
    /// Take this server name for the address, and try again.
    UseServerName(Retry, String),
    /// Speak this to the address, and try again.
    Speak(Retry, Scheme),
    /// Ask whether this certificate is to be trusted for the address.
    AskTrust(Retry, Box<PinnedCertificate>),
    /// The answer.
    AnswerTrust(bool),
    /// Climb the ladder from the address' name to its reflection.
    Diagnose(Retry),
    /// End the climb.
    StopDiagnosis(Retry),
    /// Back to the answer.
    CloseDiagnosis(Retry),
    /// The request's side tabs.
    ShowRequestSide(TabId, RequestSide),
    /// The answer's.
    ShowResponseSide(TabId, ResponseSide),
    /// Begin the call, or send the draft into a running stream.
    Send(TabId),
    /// Write a list to send.
    WriteList(TabId, Option<String>),
    /// Send it.
    SendList(TabId),
    /// Close our side.
    HalfClose(TabId),
    /// End the call.
    Cancel(TabId),
    /// Do something with the messages of a tab's call.
    Stream(TabId, StreamAct),
    /// Ask where to save this text; the name is a suggestion.
    AskSaveText(SaveWhat, String, String),
    /// What is typed there.
    TypeSavePath(String),
    /// Ask for the path by the system's dialog.
    PickSavePath,
    /// Save; a file that is there is replaced where that was said and confirmed.
    ConfirmSave,
    /// Leave it; what is being written is stopped.
    CloseSave,
    /// The one before or after in the list.
    StepMessage(TabId, isize),
    /// Close it.
    HideMessage(TabId),
    /// Show the list's end.
    FollowTail(TabId, bool),
    /// Unfold the phases, or fold them.
    ShowPhases(TabId, bool),
    /// The language.
    SetLang(Lang),
    /// The theme.
    SetTheme(ThemeChoice),
}
