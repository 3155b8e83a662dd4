//! What can go wrong with a registry, as data: `Display` is English, `words` says it in other languages.

use std::time::Duration;

use super::{Absent, BadKey, BadSetting, Lacks, NotAsked, Odd, RegistryPlace, TlsTrouble, Undone, Unreached};

/// Something that a registry did not do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryError {
    /// Whom we asked.
    pub place: RegistryPlace,
    /// What we asked for, in the registry's own words: `GET /v1/catalog/services?dc=dc2`. Never holds a secret.
    pub asked: String,
    /// Why it was not done.
    pub fault: RegistryFault,
}

/// Why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegistryFault {
    /// It cannot be reached.
    Unreachable(Unreached),
    /// It was reached, and did not answer in time.
    Silent(Duration),
    /// TLS failed.
    Tls(TlsTrouble),
    /// Access rules forbid it: the registry's words (`Permission denied`, `Missing service:write on User`).
    Denied(String),
    /// It, or who stands before it, wants a user and a password.
    WantsPassword,
    /// The token is not known to it.
    UnknownToken,
    /// There is no such datacenter.
    NoDatacenter(String),
    /// A filter expression that it does not understand: its words.
    BadFilter(String),
    /// It refused what was sent: its words.
    Refused {
        /// HTTP status, or 0.
        status: u16,
        /// Its words; may be empty.
        said: String,
    },
    /// It sends to another place, where nobody goes.
    Redirected {
        /// HTTP status.
        status: u16,
        /// Where to; may be empty.
        to: String,
    },
    /// A check is to be the alias of a node that there is not.
    NoAliasNode(String),
    /// A key or its value is none that it keeps.
    BadKey(BadKey),
    /// It answered in a way that is not understood: it may be something else. What was seen.
    Foreign(Odd),
    /// It said yes, and it is not so: what is.
    NotDone(Undone),
    /// There is no such instance, check or key: which.
    Missing(Absent),
    /// The instance belongs to another agent, which cannot be asked.
    OtherAgent {
        /// The node whose agent has it.
        node: String,
        /// Its address.
        address: String,
        /// Why that one was not asked, or what it said.
        why: NotAsked,
    },
    /// This registry cannot do that: what.
    Unsupported(Lacks),
    /// The person forbade acts on this registry.
    ReadOnly,
    /// A setting cannot be used: which, and why.
    Settings(BadSetting),
}

impl RegistryFault {
    /// The registry is not there: what is known of it is old, and it may come back by itself.
    pub fn is_away(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::Silent(_) | Self::Foreign(_))
            || matches!(self, Self::Refused { status, .. } if *status >= 500)
    }
}

impl RegistryFault {
    /// Access rules refuse it, or do not know who asks: another token may help.
    pub fn is_denied(&self) -> bool {
        matches!(self, Self::Denied(_) | Self::UnknownToken)
    }
}

impl std::fmt::Display for RegistryFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unreachable(why) => write!(f, "cannot be reached: {why}"),
            Self::Silent(time) => write!(f, "did not answer within {:.1} s", time.as_secs_f32()),
            Self::Tls(why) => write!(f, "TLS failed: {why}"),
            Self::Denied(said) => write!(f, "forbidden by its access rules (ACL): {said}"),
            Self::UnknownToken => f.write_str("does not know this token (ACL not found)"),
            Self::NoDatacenter(name) => write!(f, "knows no datacenter {name}"),
            Self::BadFilter(said) => write!(f, "does not understand the filter: {said}"),
            Self::WantsPassword => f.write_str("wants a user and a password (401)"),
            Self::Refused { status, said } if said.is_empty() => write!(f, "refused with status {status}"),
            Self::Refused { status: 0, said } => write!(f, "refused: {said}"),
            Self::Refused { status, said } => write!(f, "refused ({status}): {said}"),
            Self::Redirected { status, to } if to.is_empty() => {
                write!(f, "refused ({status}): a redirect, which is not followed")
            }
            Self::Redirected { status, to } => {
                write!(f, "refused ({status}): a redirect to {to}, which is not followed")
            }
            Self::NoAliasNode(node) => write!(f, "refused: there is no node {node} that a check could be the alias of"),
            Self::BadKey(why) => write!(f, "refused: {why}"),
            Self::Foreign(seen) => write!(f, "answered in a way that is not understood: {seen}"),
            Self::NotDone(what) => write!(f, "said yes, but it is not so: {what}"),
            Self::Missing(what) => write!(f, "has no {what}"),
            Self::OtherAgent { node, address, why } => write!(
                f,
                "cannot do it: the instance belongs to the agent of node {node} ({address}), which has to be asked \
                 itself: {why}"
            ),
            Self::Unsupported(what) => write!(f, "cannot do that: {what}"),
            Self::ReadOnly => f.write_str("is set to read-only here"),
            Self::Settings(why) => write!(f, "cannot be asked with these settings: {why}"),
        }
    }
}

impl std::fmt::Display for RegistryError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.place, self.fault)?;
        if self.asked.is_empty() { Ok(()) } else { write!(f, " ({})", self.asked) }
    }
}

impl std::error::Error for RegistryError {}
