//! The only place where tasks run: [`Command`] in, [`Event`] out.
//!
//! Lives here: the runtime's thread, open sources, running calls, and what the window and the headless verbs share
//! ([`Endpoint`], [`open_files`], [`Reflector`]). Knows every area below and no screen: whoever listens hands in a
//! waker closure. Every result carries the id (and generation) of what asked for it, so a stale one can be dropped.

mod all;
mod command;
mod compare;
mod connections;
mod demo_consul;
mod desktop;
mod details;
mod diagnose;
mod diff;
mod endpoint;
mod event;
mod filter;
mod folds;
mod follow;
mod live;
mod many;
mod messages;
mod prepared;
mod probe;
mod read_text;
mod reflector;
mod registry;
mod resolve;
mod running;
mod save;
mod secrets;
mod sources;
mod stop;
mod store;
mod text;
mod tls_memory;

pub use all::{AllAnswer, AllCut, AllId, AllProblem, AllText, AllUpdate, AllWho, MOST_AT_ONCE, StartAll};
pub use command::{Command, SourceSpec, StartCall};
pub use compare::{AnswerCopy, ColumnLine, CompareWhat, Compared};
pub use demo_consul::{DemoConsul, consul_program};
pub use details::{Detail, FieldViolation, KnownDetail, Link, Violation};
pub use diagnose::{
    Diagnose, Diagnosis, DiagnosisId, DiagnosisUpdate, Finding, Question, Rung, Step, StepState, climb, serving_status,
};
pub use diff::{SchemaChange, schema_changes};
pub use endpoint::{CaChoice, ClientFiles, Endpoint, EndpointError, Scheme, TlsChoice, load_options};
pub use event::{
    CallUpdate, CertificateFileError, ConnectionState, DemoInfo, Direction, Event, MethodReady, NoText, SourceFailure,
    SourceState,
};
pub use filter::{Filter, FilterFault};
pub use folds::{Fold, key_of, value_in};
pub use live::{Engine, EngineConfig, Waker};
pub use many::{ManySources, SchemaFiles, open_files};
pub use messages::{MessageRow, MessagesAsk, MessagesTold, Seen, View};
pub use prepared::{Format, Prepared, ReadStyle, Types, WriteStyle};
pub use probe::{PROBE_PATIENCE, Probe, ProbeRate, Prober, probe_once};
pub use reflector::{EndedCall, Reflector};
pub use registry::{
    FileFault, ImportItem, ImportMeets, JsonFault, KeyDelta, KeyDiff, KeyNode, KeyTree, KeyWork, KeyWorked,
    LARGEST_VALUE_BYTES, RegistryEvent, RegistryId, RegistryQuestion, RegistryReply, RegistrySpec, RegistryTold,
    TOLD_CHANGES, WatchWhat, Watched, Watching, looks_like_json, short_text,
};
pub use resolve::{Attempt, Chosen, KnownEndpoints, Registries, ResolveError, Resolved};
pub use running::moved;
pub use save::{NotSaved, SaveContent, SaveFault, SaveFile, SaveTold};
pub use secrets::{SecretWish, SecretsUpdate};
pub use text::TextLines;

/// Names a source of schemas in this process. Given out by whoever opens it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub u64);

/// Names a call in this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(pub u64);

/// Counts the loads of one source; results of an older load are dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generation(pub u64);
