//! Everything that a person can do in the window: one list, for buttons, keys and tests.

use std::path::PathBuf;
use std::sync::Arc;

use super::{
    AddDialog, AddTrust, AllAct, Area, Chord, ConnectionForm, KeysRef, MetadataRow, PinnedCertificate, RegistryAct,
    RequestSide, ResponseSide, Retry, RowsOf, SaveWhat, Settings, StreamAct, TabId, ThemeChoice, UiCommand,
};
use crate::call::Encoding;
use crate::engine::{AllText, Direction, Scheme, SourceId};
use crate::message::TemplateSize;
use crate::registry::WireSchema;
use crate::start::Start;
use crate::words::Lang;

/// Where chosen files go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PickFor {
    /// A path in the question how a registry is reached.
    RegistryForm(RegistryPath),
    /// They are opened at once.
    Open,
    /// Into the paths of the question that adds a source.
    DialogPaths,
    /// Into its import roots.
    DialogRoots,
    /// Into the question where to save.
    Save,
    /// Into the question of the keys of a registry.
    Keys(KeysRef),
    /// Into the certificate that is being trusted from Settings.
    Trust,
    /// Services to be registered.
    Registration,
    /// Into the settings of an address; those of the open question where there is none.
    Form(Option<String>, FormPath),
}

/// A path of a connection's settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormPath {
    /// CA file.
    Ca,
    /// The server's own certificate.
    Exact,
    /// Client certificate.
    Cert,
    /// Its key.
    Key,
    /// PKCS#12.
    Bundle,
}

/// A path in the question how a registry is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegistryPath {
    /// CA file.
    Ca,
    /// Client certificate.
    Cert,
    /// Its key.
    Key,
    /// The file of a list.
    List,
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
    /// One that was removed comes back, by its number.
    RestoreSource(u64),
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
    /// Open a method in a tab, and send it as soon as it is ready.
    OpenAndSend(SourceId, String, String),
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
    /// The draft's lines are wanted: it is too large for the editor.
    CutDraft(TabId),
    /// They take too long: give them up.
    StopCutting(TabId),
    /// A template takes the draft's place.
    TakeTemplate(TabId, TemplateSize),
    /// Ask for the method's schema again.
    PrepareAgain(TabId),
    /// Give up making the method ready.
    StopPreparing(TabId),
    /// Go to the draft's error.
    GoToError(TabId),
    /// The place was gone to.
    WentTo(TabId),
    /// Metadata rows.
    SetMetadata(TabId, Vec<MetadataRow>),
    /// One more row.
    AddMetadata(TabId, String, String),
    /// Rows of a request, a target, or the open question.
    SetRows(RowsOf, Vec<MetadataRow>),
    /// One more of them.
    AddRow(RowsOf, String, String),
    /// A row of the request goes to its target, or back.
    MoveRow(TabId, u64),
    /// Pasted text becomes rows, behind this one or at the end.
    PasteRows(RowsOf, Option<u64>, String),
    /// Of the messages that are sent.
    SetCompression(TabId, Option<Encoding>),
    /// A grpcurl command becomes a request.
    PasteCommand(String),
    /// Ask for such a command, with what is typed so far; `None` leaves it.
    WriteCommand(Option<String>),
    /// Ask the keychain again for what it did not give or take.
    AskKeychain,
    /// Look how the connection to an address stands.
    LookAtConnection(String),
    /// Close the connection to an address, and make a new one.
    Reconnect(String),
    /// Read the certificates of a file, to be shown.
    ReadCertificate(PathBuf),
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
    /// The one before or after in the list.
    StepMessage(TabId, isize),
    /// Close it.
    HideMessage(TabId),
    /// Give up the text of a message, which takes long.
    StopText(TabId, Direction, u64),
    /// Ask for it again.
    ShowText(TabId, Direction, u64),
    /// Ask where a message is to be saved.
    AskSaveMessage(TabId, Direction, u64),
    /// Ask where this is to be saved; the name, without its end, is a suggestion.
    AskSave(SaveWhat, String),
    /// What is typed there.
    TypeSavePath(String),
    /// The message's bytes, rather than JSON.
    SaveAsBytes(bool),
    /// Ask the system for a place.
    PickSave,
    /// Save it; the flag says that a file may be replaced.
    ConfirmSave(bool),
    /// Leave it; what is being written is stopped.
    CloseSave,
    /// Show the list's end.
    FollowTail(TabId, bool),
    /// Unfold the phases, or fold them.
    ShowPhases(TabId, bool),
    /// The language.
    SetLang(Lang),
    /// The theme.
    SetTheme(ThemeChoice),
    /// The desktop's theme again.
    FollowTheme,
    /// The system's language again.
    FollowLang,
    /// What is set for the whole program.
    SetSettings(Box<Settings>),
    /// Take the last change in Settings back; with the flag, do it again.
    StepSettings(bool),
    /// A certificate that is being trusted from Settings, as filled in; `None` leaves it.
    SetTrust(Option<Box<AddTrust>>),
    /// Trust it.
    ConfirmTrust,
    /// An area of the rail.
    ShowArea(Area),
    /// Give a command this key, whoever had it.
    GiveKey(UiCommand, Chord),
    /// Leave a command without a key.
    ClearKey(UiCommand),
    /// The key that it came with; none means all commands.
    ResetKey(Option<UiCommand>),
    /// It stands first in the palette the next time.
    NoteUsed(UiCommand),
    /// The list of notices was opened.
    SeeNotices,
    /// Take one out of the list, or all.
    DropNotice(Option<u64>),
    /// Open the folder that holds this in the desktop's file manager.
    OpenFolder(PathBuf),
    /// Do something with a tab that asks all.
    All(TabId, AllAct),
    /// Compare two schemas.
    CompareSchemas(Arc<WireSchema>, Arc<WireSchema>),
    /// Compare two answers, without what is at these paths, as typed.
    CompareAnswers(AllText, AllText, String),
    /// Do something with registries.
    Registry(RegistryAct),
    /// Check an address' certificate in the usual way again.
    RemoveTrust(String),
}
