//! What a screen can ask of the engine.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::{
    AllId, AnswerCopy, CallId, CompareWhat, Diagnose, DiagnosisId, Direction, Endpoint, Generation, MessagesAsk,
    RegistryId, RegistryQuestion, RegistrySpec, SaveFile, SecretWish, SourceId, StartAll, Watching,
};
use crate::call::{Encoding, Limits};
use crate::message::TemplateSize;
use crate::registry::Policy;
use crate::secret::Secret;

/// A wish. Answers come as events that carry the same ids.
#[derive(Clone, Debug)]
pub enum Command {
    /// Start the built-in services (once; asked again, the same answer comes again).
    StartDemo,
    /// Open a source, or load it anew (same id, higher generation).
    OpenSource {
        /// Which.
        source: SourceId,
        /// Which load.
        generation: Generation,
        /// What.
        spec: SourceSpec,
    },
    /// Forget a source; calls that use it go on.
    CloseSource(SourceId),
    /// Make a method ready: its types, a template of its request.
    PrepareMethod {
        /// Which source.
        source: SourceId,
        /// Full name of the service.
        service: String,
        /// Name of the method.
        method: String,
        /// Comes back with the answer.
        ticket: u64,
        /// How much the template shows.
        template: TemplateSize,
        /// What goes with reflection now; nothing for sources of files.
        metadata: Vec<(String, Secret)>,
    },
    /// Say whether a JSON text fits the request type of a prepared method: for marks while typing.
    CheckMessage {
        /// The ticket of the prepared method.
        ticket: u64,
        /// The text, as far as it is typed.
        text: String,
        /// Comes back with the answer, so that an older answer can be dropped.
        revision: u64,
    },
    /// Forget a prepared method.
    ReleaseMethod {
        /// Its ticket.
        ticket: u64,
    },
    /// Begin a call.
    StartCall(Box<StartCall>),
    /// Send one more message of a client or bidi stream.
    SendMessage {
        /// Which call.
        call: CallId,
        /// JSON of one message, or of several: an array, or one value after the other.
        text: String,
    },
    /// Close our side.
    HalfClose(CallId),
    /// End it now.
    Cancel(CallId),
    /// Format one message of a call in full.
    ShowMessage {
        /// Which call.
        call: CallId,
        /// Sent or received.
        direction: Direction,
        /// Number within its direction, from 0.
        index: u64,
    },
    /// Give up formatting a message; the answer of `ShowMessage` (or of a call's one answer) says so.
    StopShowing {
        /// Which call.
        call: CallId,
        /// Sent or received.
        direction: Direction,
        /// Number within its direction, from 0.
        index: u64,
    },
    /// Ask about the messages of a call as lists; answers are `Event::Messages`.
    Messages(CallId, MessagesAsk),
    /// Write a file of the person's; how it goes is `Event::Save`.
    SaveFile(Box<SaveFile>),
    /// End the writing of a file; it was never there.
    StopSave(u64),
    /// Forget a call and its messages (its tab is gone); a running one is cancelled.
    ReleaseCall(CallId),
    /// Climb the ladder from an address' name to its reflection; answers are `Event::Diagnosis`.
    Diagnose(Box<Diagnose>),
    /// End a diagnosis; nothing more comes of it but what is on its way.
    StopDiagnosis(DiagnosisId),
    /// Something about secrets in the keychain; answers are `Event::Secrets`.
    Secrets(SecretWish),
    /// Say how the connection to an endpoint stands; the answer is `Event::Connection`.
    LookAtConnection(Endpoint),
    /// Close the connection to an endpoint once its calls have ended, and make a new one; answers are
    /// `Event::Connection`.
    Reconnect(Endpoint),
    /// Read the certificates of a PEM file, to be shown; the answer is `Event::Certificates`.
    ReadCertificates(PathBuf),
    /// Ask every instance of a service at once; answers are `Event::All`.
    StartAll(Box<StartAll>),
    /// End a request to all now, or forget one that is over.
    StopAll(AllId),
    /// Compare two texts line by line; the answer is `Event::TextsCompared`.
    CompareTexts {
        /// Comes back with the answer.
        ticket: u64,
        /// Which.
        what: CompareWhat,
    },
    /// Make one JSON text of answers, to be copied; the answer is `Event::ToCopy`.
    CopyAnswers(Vec<AnswerCopy>),
    /// Open a registry, or open it anew (same id, higher generation); answers are `Event::Registry`.
    OpenRegistry {
        /// Which.
        registry: RegistryId,
        /// Which opening.
        generation: Generation,
        /// What.
        spec: Box<RegistrySpec>,
    },
    /// Settings of addresses that the person set; they count for instances at them, too.
    KnowEndpoints(BTreeMap<String, Endpoint>),
    /// Forget a registry, and end everything that is asked of it.
    CloseRegistry(RegistryId),
    /// Watch exactly this of a registry.
    WatchRegistry(RegistryId, Watching),
    /// Look again now at everything that is watched of it.
    RefreshRegistry(RegistryId),
    /// Refuse acts on a registry, or let them through again.
    SetRegistryReadOnly(RegistryId, bool),
    /// Ask a registry something, or do something there; the answer is an `Event::Registry`.
    AskRegistry {
        /// Which.
        registry: RegistryId,
        /// Comes back with the answer.
        ticket: u64,
        /// What.
        question: Box<RegistryQuestion>,
    },
    /// Read a text that a person names; the answer is `Event::TextRead`.
    ReadText {
        /// Comes back with the answer.
        ticket: u64,
        /// Where; `~` is the person's own folder.
        path: PathBuf,
    },
    /// Ask for files or folders by the system's dialog; the answer is `Event::Picked`.
    PickFiles {
        /// Whole folders instead of files.
        folders: bool,
        /// Comes back with the answer.
        ticket: u64,
    },
    /// Open a folder in the desktop's file manager; where there is none, `Event::FolderNotOpened` says so.
    OpenFolder(PathBuf),
    /// Ask for a place to save by the system's dialog; the answer is `Event::Picked`.
    PickSave {
        /// Comes back with the answer.
        ticket: u64,
        /// Where the dialog begins.
        folder: Option<PathBuf>,
        /// The name that it offers.
        name: String,
    },
    /// Cut a text into lines, for those who show it; the answer is `Event::TextCut`.
    CutText {
        /// Comes back with the answer.
        ticket: u64,
        /// JSON, as far as it is written.
        text: String,
    },
    /// Give up cutting a text, by the ticket of `CutText`.
    StopCutting(u64),
    /// Find a name that is free; the answer is `Event::Save`.
    SuggestSave {
        /// Comes back with the answer.
        ticket: u64,
        /// Where; in the person's downloads where there is none.
        folder: Option<PathBuf>,
        /// The name without its end.
        stem: String,
        /// The end of the name, without its dot.
        extension: String,
    },
}

/// What a source is made of.
#[derive(Clone, Debug)]
pub enum SourceSpec {
    /// A reflecting server.
    Reflection {
        /// Where.
        endpoint: Endpoint,
        /// Sent with reflection too; values may be secrets.
        metadata: Vec<(String, Secret)>,
    },
    /// .proto files and folders, or descriptor sets (`.binpb`, `.pb`, `.protoset`, `.desc`).
    Files {
        /// As given; both kinds may be mixed.
        paths: Vec<PathBuf>,
        /// In order; where empty they are worked out.
        import_roots: Vec<PathBuf>,
    },
}

/// A call to begin.
#[derive(Clone, Debug)]
pub struct StartCall {
    /// Given by the asker.
    pub call: CallId,
    /// The ticket of a prepared method.
    pub ticket: u64,
    /// Where to.
    pub endpoint: Endpoint,
    /// Keys and values in order, `-bin` as base64; checked again here.
    pub metadata: Vec<(String, Secret)>,
    /// JSON of the first message (unary, server stream); client and bidi streams send by `SendMessage`, and what is
    /// given here is sent first.
    pub message: Option<String>,
    /// Over the whole call.
    pub deadline: Option<Duration>,
    /// Sizes.
    pub limits: Limits,
    /// Of requests.
    pub compress: Encoding,
    /// Which instance, where the endpoint's address names a service in a registry.
    pub policy: Policy,
    /// Further attempts after one that reached nobody (UNAVAILABLE before anything was answered), at the next
    /// instance where there is one.
    pub retries: u32,
}
