//! The ladder from a name to reflection, climbed rung by rung: what each found, how long it took, where it broke.
//!
//! Speaks as a call does (same target, options, metadata), over connections of its own that nothing else uses. What it
//! found stays data; `words` says it. A broken rung ends what stands on it and nothing else: every address is tried.

mod asks;
mod climb;
mod judge;
mod running;

use std::sync::Arc;
use std::time::{Duration, Instant};

pub use asks::serving_status;
pub use climb::climb;
pub(in crate::engine) use running::begin;

use crate::call::{CallStatus, Metadata};
use crate::engine::Endpoint;
use crate::secret::Secret;
use crate::transport::{ConnectOptions, Failure, Target, TlsReport};

/// Names a diagnosis in this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DiagnosisId(pub u64);

/// A rung of the ladder; in the order in which they are climbed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rung {
    /// The name's lookup.
    Name,
    /// One address, by TCP (or the unix socket).
    Tcp,
    /// The handshake at that address, with the chain.
    Tls,
    /// HTTP/2 agreed to in the handshake.
    Alpn,
    /// The server's SETTINGS.
    Http2,
    /// A call of a method that cannot exist.
    Grpc,
    /// grpc.health.v1 of the whole server.
    Health,
    /// The list of services by reflection.
    Reflection,
}

impl Rung {
    /// All of them, in order.
    pub const ALL: [Self; 8] =
        [Self::Name, Self::Tcp, Self::Tls, Self::Alpn, Self::Http2, Self::Grpc, Self::Health, Self::Reflection];

    /// The word of `--json`: `name`, `tcp`, `tls`, `alpn`, `http2`, `grpc`, `health`, `reflection`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
            Self::Alpn => "alpn",
            Self::Http2 => "http2",
            Self::Grpc => "grpc",
            Self::Health => "health",
            Self::Reflection => "reflection",
        }
    }

    /// Climbed at each address by itself.
    pub fn is_of_address(self) -> bool {
        matches!(self, Self::Tcp | Self::Tls | Self::Alpn | Self::Http2)
    }
}

/// How a step went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StepState {
    /// As it should.
    Passed,
    /// It goes on from here, but something is to be looked at.
    Warned,
    /// It broke here.
    Failed,
    /// There is nothing to climb: plaintext has no TLS, a server without health has none.
    Skipped,
    /// What it stands on broke.
    NotReached,
}

impl StepState {
    /// What stands on it can be climbed.
    pub fn goes_on(self) -> bool {
        matches!(self, Self::Passed | Self::Warned)
    }

    /// The word of `--json`: `passed`, `warned`, `failed`, `skipped`, `not_reached`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Warned => "warned",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::NotReached => "not_reached",
        }
    }
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which rung.
    pub rung: Rung,
    /// At which address (`ip:port` or a path); `None` where the rung is not of one address.
    pub address: Option<String>,
    /// The address' place among the name's, from 0.
    pub place: usize,
    /// How it went.
    pub state: StepState,
    /// How long it took; zero where it has no time of its own.
    pub took: Duration,
    /// What was found.
    pub found: Finding,
}

impl Step {
    /// Where it stands on the ladder: the name, then address by address, then what is asked of the server.
    pub fn position(&self) -> (u8, usize, Rung) {
        match self.rung {
            Rung::Name => (0, 0, self.rung),
            rung if rung.is_of_address() => (1, self.place, rung),
            rung => (2, 0, rung),
        }
    }
}

/// What a step found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The address needs no lookup.
    LiteralAddress,
    /// A unix socket needs no lookup.
    UnixSocket,
    /// The name's addresses, in the order in which a call tries them, without the port.
    Addresses {
        /// The name.
        host: String,
        /// Its addresses.
        addresses: Vec<String>,
        /// So many of the first ones are tried.
        tried: usize,
    },
    /// Connected, from this address of ours (empty for unix sockets).
    Connected {
        /// Ours.
        local: String,
    },
    /// What TLS negotiated, and the chain.
    Tls(Arc<TlsReport>),
    /// The handshake was ended by the server for want of a common protocol, before more was known.
    TlsEndedByAlpn(Arc<TlsReport>),
    /// Plaintext is what the person chose.
    PlaintextChosen,
    /// The server speaks no TLS, and nobody said that it must.
    PlaintextFound,
    /// The protocol that was agreed to.
    Alpn(String),
    /// The server's SETTINGS: identifier and value (RFC 9113, 6.5.2).
    Settings(Vec<(u16, u32)>),
    /// The server answered with this status.
    Answered(Arc<CallStatus>),
    /// `grpc.health.v1.HealthCheckResponse.ServingStatus`.
    Health(i32),
    /// What reflection lists.
    Services {
        /// `v1` or `v1alpha`.
        version: &'static str,
        /// Full names.
        services: Vec<String>,
    },
    /// The server has no such service.
    Absent,
    /// The answer cannot be read.
    Unreadable,
    /// It broke.
    Broken(Arc<Failure>),
    /// What it stands on broke.
    NotReached,
    /// The time that was set for the whole was over before.
    NoTime,
}

impl Finding {
    /// What is known of TLS, also after a failure.
    pub fn tls_report(&self) -> Option<&Arc<TlsReport>> {
        match self {
            Self::Tls(report) | Self::TlsEndedByAlpn(report) => Some(report),
            Self::Broken(failure) => failure.tls.as_ref(),
            _ => None,
        }
    }
}

/// The whole ladder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// What was diagnosed, as typed.
    pub target: String,
    /// In order.
    pub steps: Vec<Step>,
    /// gRPC answered, and no step broke.
    pub ok: bool,
    /// From the first step to the last.
    pub took: Duration,
}

/// What is to be diagnosed. Has no `Debug`: metadata may hold secrets.
#[derive(Clone)]
pub struct Question {
    /// Where.
    pub target: Target,
    /// How; `connect_timeout` is the patience of each step.
    pub options: ConnectOptions,
    /// Goes with the call of no method and with health.
    pub call_metadata: Metadata,
    /// Goes with reflection.
    pub reflection_metadata: Metadata,
    /// When all must be over.
    pub until: Option<Instant>,
}

/// A diagnosis to begin.
#[derive(Clone, Debug)]
pub struct Diagnose {
    /// Given by the asker.
    pub id: DiagnosisId,
    /// Where.
    pub endpoint: Endpoint,
    /// Keys and values in order, `-bin` as base64; checked again here.
    pub metadata: Vec<(String, Secret)>,
}

/// What a diagnosis tells.
#[derive(Clone, Debug)]
pub enum DiagnosisUpdate {
    /// A step ended. Steps of several addresses come as they end; the whole, in order, comes with the end.
    Step(Step),
    /// The end, or why it did not begin: settings that cannot be used, in words (English).
    Ended(Result<Diagnosis, String>),
}
