//! What is wrong with a registration, as data: `Display` is English, `words` says it in other languages.

use std::fmt;
use std::time::Duration;

use super::span::go_duration;

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub place: FaultPlace,
    /// What.
    pub kind: FaultKind,
}

/// Where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultPlace {
    /// In a file, as its author spelled it: `services[1].checks[0].intervall`. Empty for all of it.
    Path(String),
    /// A field of the service, by the API's name.
    Field(&'static str),
    /// A field of the check with this number, by the API's name.
    Check(usize, &'static str),
}

/// What.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// It is no JSON: the reader's words, with line and column.
    NoJson(String),
    /// There is no service in it.
    NoService,
    /// Consul has no such field.
    UnknownField {
        /// What was written.
        name: String,
        /// What may have been meant.
        meant: Option<&'static str>,
    },
    /// The same field by two names.
    GivenTwice {
        /// The other name.
        other: String,
    },
    /// Something else has to stand there.
    WrongType {
        /// What has to: `a string`, `a whole number`, …
        expected: &'static str,
        /// What does.
        found: &'static str,
    },
    /// No duration.
    NoDuration(String),
    /// A duration, or number, below zero.
    Negative(String),
    /// A number that is too large.
    TooLarge(String),
    /// A check beside several services does not say whose it is; or names one that is not there.
    WhoseCheck(String),
    /// A service has no name.
    NameMissing,
    /// A port is not between 0 and 65535.
    PortRange(String),
    /// `0.0.0.0` and `::` are everybody's address, so nobody can call it.
    AnyAddress(String),
    /// A weight is not between 1 (0 for warning) and 65535.
    WeightRange(String),
    /// More than 64 pairs of metadata.
    MetaCount(usize),
    /// A key of metadata is empty.
    MetaKeyEmpty,
    /// A key of metadata is longer than 128 bytes.
    MetaKeyLong(String),
    /// A key of metadata has characters other than letters, digits, `-` and `_`.
    MetaKeyCharacters(String),
    /// A key of metadata begins with `consul-`.
    MetaKeyReserved(String),
    /// A value of metadata is longer than 512 bytes: its key.
    MetaValueLong(String),
    /// A key of metadata stands twice.
    MetaKeyTwice(String),
    /// Two services of a file have one id: the second would replace the first.
    IdTwice(String),
    /// Two checks have one id: the second would replace the first.
    CheckIdTwice(String),
    /// A check does not say what it does.
    CheckKindMissing,
    /// A check is to do two things.
    CheckKinds {
        /// One.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
    /// A check of this kind has to say how often it runs.
    IntervalMissing,
    /// A TTL check runs by nobody's clock.
    IntervalWithTtl,
    /// A duration has to be more than zero.
    NotPositive,
    /// A status is none of passing, warning and critical.
    StatusUnknown(String),
    /// A proxy has to say whose it is.
    DestinationMissing,
    /// A proxy needs a port.
    PortMissing,
    /// Consul takes it, and waits a minute all the same.
    DeregisterSoon(Duration),
    /// Consul takes it, and DNS cannot find it.
    NoDnsName(String),
    /// A value of a secret is in no file, and has to be typed again: its key.
    TypeAgain(String),
    /// What was there is in no file: by the API's name.
    NotKept(String),
}

impl Fault {
    pub(super) fn field(name: &'static str, kind: FaultKind) -> Self {
        Self { place: FaultPlace::Field(name), kind }
    }

    pub(super) fn check(at: usize, name: &'static str, kind: FaultKind) -> Self {
        Self { place: FaultPlace::Check(at, name), kind }
    }

    pub(super) fn path(path: impl Into<String>, kind: FaultKind) -> Self {
        Self { place: FaultPlace::Path(path.into()), kind }
    }

    /// Nothing may be sent. Else Consul takes it, and does not do what it seems to say.
    pub fn is_fatal(&self) -> bool {
        !matches!(self.kind, FaultKind::DeregisterSoon(_) | FaultKind::NoDnsName(_) | FaultKind::NotKept(_))
    }
}

impl fmt::Display for FaultPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => f.write_str(path),
            Self::Field(name) => f.write_str(name),
            Self::Check(at, "") => write!(f, "Checks[{at}]"),
            Self::Check(at, name) => write!(f, "Checks[{at}].{name}"),
        }
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoJson(why) => write!(f, "no JSON: {why}"),
            Self::NoService => f.write_str("there is no service in it"),
            Self::UnknownField { name, meant: None } => write!(f, "Consul knows no field {name} there"),
            Self::UnknownField { name, meant: Some(meant) } => {
                write!(f, "Consul knows no field {name} there; is {meant} meant?")
            }
            Self::GivenTwice { other } => write!(f, "the same as {other}, which is there too"),
            Self::WrongType { expected, found } => write!(f, "has to be {expected}, not {found}"),
            Self::NoDuration(text) => write!(f, "{text:?} is no duration; one is written like 5s, 1m30s, 500ms"),
            Self::Negative(text) => write!(f, "{text} is less than zero"),
            Self::TooLarge(text) => write!(f, "{text} is too large"),
            Self::WhoseCheck(id) if id.is_empty() => {
                f.write_str("a check beside several services has to say by service_id whose it is")
            }
            Self::WhoseCheck(id) => write!(f, "there is no service {id} beside this check"),
            Self::NameMissing => f.write_str("a service needs a name"),
            Self::PortRange(port) => write!(f, "{port} is no port; ports go from 0 to 65535"),
            Self::AnyAddress(address) => {
                write!(f, "{address} is every address of a machine, so nobody could call it (Consul refuses it)")
            }
            Self::WeightRange(weight) => {
                write!(f, "{weight} is no weight; they go from 1 (0 for Warning) to 65535")
            }
            Self::MetaCount(count) => write!(f, "{count} pairs; Consul keeps 64 at most"),
            Self::MetaKeyEmpty => f.write_str("a key cannot be empty"),
            Self::MetaKeyLong(key) => write!(f, "the key {key:?} is longer than 128 bytes"),
            Self::MetaKeyCharacters(key) => {
                write!(f, "the key {key:?} may hold only letters of ASCII, digits, - and _")
            }
            Self::MetaKeyReserved(key) => {
                write!(f, "the key {key:?} begins with consul-, which Consul keeps to itself")
            }
            Self::MetaValueLong(key) => write!(f, "the value of {key:?} is longer than 512 bytes"),
            Self::MetaKeyTwice(key) => write!(f, "the key {key:?} stands twice"),
            Self::IdTwice(id) => write!(f, "a service before it has the id {id} too, and would be replaced"),
            Self::CheckIdTwice(id) => write!(f, "a check before it has the id {id} too, and would be replaced"),
            Self::CheckKindMissing => f.write_str(
                "a check has to say what it does: TCP, HTTP, GRPC, TTL, H2PING, UDP, Args, DockerContainerID, \
                 AliasService, AliasNode or OSService",
            ),
            Self::CheckKinds { first, second } => write!(f, "a check does one thing: {first} or {second}"),
            Self::IntervalMissing => f.write_str("a check of this kind needs an interval"),
            Self::IntervalWithTtl => f.write_str("a TTL check has no interval"),
            Self::NotPositive => f.write_str("has to be more than zero"),
            Self::StatusUnknown(status) => write!(f, "{status:?} is none of passing, warning, critical"),
            Self::DestinationMissing => f.write_str("a connect-proxy has to name the service that it stands for"),
            Self::PortMissing => f.write_str("a connect-proxy needs a port"),
            Self::DeregisterSoon(time) => {
                write!(f, "Consul takes {}, and waits at least 1m all the same", go_duration(*time))
            }
            Self::NoDnsName(name) => {
                write!(f, "{name:?} cannot be found by DNS, which wants letters, digits and - (63 at most)")
            }
            Self::TypeAgain(key) => write!(f, "the value of {key:?} is in no file, and has to be typed again"),
            Self::NotKept(name) => write!(f, "{name} is in no file, and is not sent unless it is written again"),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place.to_string();
        if place.is_empty() { self.kind.fmt(f) } else { write!(f, "{place}: {}", self.kind) }
    }
}

impl std::error::Error for Fault {}
