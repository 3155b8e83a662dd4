//! What the engine tells.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use super::{
    AllId, AllUpdate, Attempt, CallId, Chosen, Compared, Detail, DiagnosisId, DiagnosisUpdate, Generation,
    MessagesTold, RegistryEvent, ResolveError, SaveTold, SecretsUpdate, Seen, SourceId, TextLines,
};
use crate::call::CallEvent;
use crate::message::{MessageError, Misfit};
use crate::schema::{Comments, MessageType, MethodInfo, Outline};
use crate::transport::{CertificateInfo, ConnectionInfo, Failure};

/// Something happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// The built-in services run, or why they do not.
    Demo(Result<DemoInfo, String>),
    /// The demo's own Consul answers at this address, with the demo's services in it; or why there is none, in words
    /// (English). Not told where the program is not installed.
    DemoConsul(Result<String, String>),
    /// A source changed its state.
    Source {
        /// Which.
        source: SourceId,
        /// Which load; older ones are to be dropped.
        generation: Generation,
        /// What it is now.
        state: SourceState,
    },
    /// Files of a source changed on disk: load it anew.
    SourceChanged(SourceId),
    /// Answer to `PrepareMethod`.
    MethodReady {
        /// From the command.
        ticket: u64,
        /// What was prepared, or why not (English; with file, line and column where it is a schema's fault).
        result: Result<MethodReady, String>,
    },
    /// Answer to `CheckMessage`.
    MessageChecked {
        /// From the command.
        ticket: u64,
        /// From the command.
        revision: u64,
        /// Size on the wire, or what does not fit.
        result: Result<usize, MessageError>,
    },
    /// What happened in a call, in order.
    Call {
        /// Which.
        call: CallId,
        /// In order; batches are bounded.
        updates: Vec<CallUpdate>,
    },
    /// The text of one message.
    MessageText {
        /// Which call.
        call: CallId,
        /// Sent or received.
        direction: Direction,
        /// Number within its direction.
        index: u64,
        /// Pretty JSON in lines, or why it cannot be shown.
        text: Result<Arc<TextLines>, NoText>,
    },
    /// About the messages of a call as lists.
    Messages {
        /// Which call.
        call: CallId,
        /// What.
        told: MessagesTold,
    },
    /// Something of a request to all.
    All {
        /// Which.
        id: AllId,
        /// What happened.
        update: AllUpdate,
    },
    /// Two texts were compared: answer to `CompareTexts`.
    TextsCompared {
        /// From the command.
        ticket: u64,
        /// How they differ.
        compared: Arc<Compared>,
    },
    /// A text for the clipboard: answer to `CopyAnswers`.
    ToCopy(String),
    /// Something of a registry.
    Registry(Box<RegistryEvent>),
    /// How it goes with a file that is saved.
    Save {
        /// From the command.
        ticket: u64,
        /// What is to be told.
        told: SaveTold,
    },
    /// What a diagnosis found.
    Diagnosis {
        /// Which.
        id: DiagnosisId,
        /// A step, or the end.
        update: DiagnosisUpdate,
    },
    /// The dialog of `PickFiles` has not answered for a while: perhaps there is none to be seen.
    PickWaits {
        /// From the command.
        ticket: u64,
    },
    /// Nothing opened the folder of `OpenFolder`.
    FolderNotOpened,
    /// What the keychain gave, took or refused.
    Secrets(SecretsUpdate),
    /// Answer to `LookAtConnection` and `Reconnect`.
    Connection {
        /// As in the endpoint.
        address: String,
        /// How it stands.
        state: ConnectionState,
    },
    /// Answer to `ReadCertificates`.
    Certificates {
        /// From the command.
        path: PathBuf,
        /// In the file's order, or why there are none.
        found: Result<Vec<CertificateInfo>, CertificateFileError>,
    },
    /// Answer to `PickFiles`; empty if nothing was chosen. `Err` if there is no dialog to be had: type a path instead.
    Picked {
        /// From the command.
        ticket: u64,
        /// What was chosen.
        result: Result<Vec<PathBuf>, String>,
    },
    /// Answer to `ReadText`.
    TextRead {
        /// From the command.
        ticket: u64,
        /// From the command.
        path: PathBuf,
        /// The text, or the system's words why there is none.
        result: Result<String, String>,
    },
    /// The system asks the process to end: keep what is to be kept, and end.
    AskedToEnd,
    /// Answer to `CutText`.
    TextCut {
        /// From the command.
        ticket: u64,
        /// The text in lines; none where it was stopped.
        lines: Option<Arc<TextLines>>,
    },
}

/// Why a message has no text to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoText {
    /// Its bytes are not kept any more.
    Gone,
    /// Its bytes cannot be read back from disk; in the system's words.
    Unreadable(String),
    /// It does not fit its type.
    Misfit(Box<MessageError>),
    /// The person stopped it. The bytes are kept.
    Stopped,
    /// The work itself broke off; in words (English).
    Failed(String),
}

impl From<MessageError> for NoText {
    fn from(error: MessageError) -> Self {
        if error.what == Misfit::Stopped { Self::Stopped } else { Self::Misfit(Box::new(error)) }
    }
}

/// How the connection to an endpoint stands.
#[derive(Clone, Debug)]
pub enum ConnectionState {
    /// None is open; the next call makes one.
    Idle,
    /// One is being made.
    Connecting,
    /// One is open.
    Open(Arc<ConnectionInfo>),
    /// The last attempt failed.
    Failed(Arc<Failure>),
    /// None can be made with these settings; in words (English).
    Unusable(String),
}

/// Why a file shows no certificate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateFileError {
    /// It cannot be read; in the system's words.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// It holds none in PEM.
    #[error("holds no certificate in PEM")]
    Empty,
}

/// The demo's addresses and what one needs to call them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoInfo {
    /// `127.0.0.1:7888`.
    pub plaintext: String,
    /// `127.0.0.1:7889`.
    pub tls: String,
    /// The TLS one's own certificate.
    pub certificate_pem: String,
    /// The name it holds.
    pub server_name: String,
    /// What its interceptor wants as `token`.
    pub token: String,
    /// Addresses of the servers of `User`: with TLS and the same certificate, without a token.
    pub users: Vec<String>,
    /// All that a registry knows of the demo, as the text of a static list.
    pub list: String,
}

/// A source as it is.
#[derive(Clone, Debug)]
pub enum SourceState {
    /// Being read.
    Loading,
    /// Read.
    Ready(Arc<Outline>),
    /// Could not be read; what was there before stays.
    Failed(SourceFailure),
}

/// Why a source could not be read.
#[derive(Clone, Debug)]
pub struct SourceFailure {
    /// In words (English; a schema's fault as the compiler said it).
    pub message: String,
    /// Where a connection or call failed: its status, with the failure as data for words in any language.
    pub status: Option<Arc<crate::call::CallStatus>>,
}

/// A method that can be called.
#[derive(Clone, Debug)]
pub struct MethodReady {
    /// Full name of the service.
    pub service: String,
    /// Name, shape, types, comment.
    pub info: MethodInfo,
    /// A request to start from.
    pub template: String,
    /// What differs from the author's schema, in words.
    pub notes: Vec<String>,
    /// The request's type, for what may be written in a draft.
    pub input: Option<MessageType>,
    /// The answer's type, for what stands in it.
    pub output: Option<MessageType>,
    /// What the authors of both types say of them.
    pub comments: Arc<Comments>,
}

/// Sent or received.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// By us.
    Sent,
    /// By the server.
    Received,
}

/// One thing that happened in a call.
#[derive(Clone, Debug)]
pub enum CallUpdate {
    /// When the person pressed Send, as the engine saw it: time zero.
    Began(Instant),
    /// Phases, headers, trailers, reset, GOAWAY, half-close, status. Never `MessageIn` or `MessageOut`.
    Event(CallEvent),
    /// Messages passed: how many so far, and the newest.
    Seen(Box<Seen>),
    /// A message (or list) of the person's was not sent, because it does not fit its type.
    Unsendable(MessageError),
    /// The call never began: settings that cannot be used, in words (English).
    NotBegun(String),
    /// The call never began: its address names a service in a registry, and leads to no instance.
    NotResolved(Arc<ResolveError>),
    /// The address names a service in a registry; this attempt goes to that instance.
    Chosen(Box<Chosen>),
    /// An attempt ended. Told where the address names a service in a registry, or retries are on; where another
    /// follows, its status is told here and nowhere else.
    Attempt(Box<Attempt>),
    /// The status' details, in order.
    Details(Vec<Detail>),
}
