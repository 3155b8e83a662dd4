//! The details of a status (google/rpc/error_details.proto) as plain values, for cards.
//!
//! Bytes from a server: texts that are not UTF-8 are shown with replacement characters, what cannot be read at all
//! stays JSON.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use prost::Message;

use super::TextLines;
use crate::call::StatusDetail;
use crate::message::MessageError;

/// So many entries of each list are kept; a server may send megabytes.
const ENTRIES: usize = 500;

/// One detail of a status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// The type's full name: `google.rpc.BadRequest`.
    pub name: String,
    /// Its JSON in lines, or, where that cannot be made, its bytes as base64.
    pub text: Arc<TextLines>,
    /// Why there is no JSON (English).
    pub problem: Option<MessageError>,
    /// What it says, where it is one of the known kinds.
    pub known: Option<KnownDetail>,
}

/// What the known kinds of details say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KnownDetail {
    /// `BadRequest`: what is wrong with which field.
    BadRequest(Vec<FieldViolation>),
    /// `RetryInfo`: wait this long before the next try.
    Retry(Duration),
    /// `DebugInfo`.
    Debug {
        /// Where in the server's code it happened.
        stack_entries: Vec<String>,
        /// More about it.
        detail: String,
    },
    /// `QuotaFailure`: whose quota was used up, and how.
    Quota(Vec<Violation>),
    /// `PreconditionFailure`: what has to be so first.
    Precondition(Vec<Violation>),
    /// `ErrorInfo`: the cause as a constant, for programs.
    ErrorInfo {
        /// `INVALID_ORDER`.
        reason: String,
        /// Who gives the reason its meaning: `shop.eline.com`.
        domain: String,
        /// More, by key.
        metadata: Vec<(String, String)>,
    },
    /// `RequestInfo`: what to name to whoever runs the server.
    Request {
        /// The request's id.
        id: String,
        /// Which data served it.
        serving_data: String,
    },
    /// `ResourceInfo`: what was asked for.
    Resource {
        /// Its type.
        kind: String,
        /// Its name.
        name: String,
        /// Whose it is.
        owner: String,
        /// What is wrong with it.
        description: String,
    },
    /// `Help`: where to read on.
    Help(Vec<Link>),
    /// `LocalizedMessage`: for people.
    Localized {
        /// `zh-CN`.
        locale: String,
        /// In that language.
        message: String,
    },
}

/// One wrong field of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldViolation {
    /// Its path.
    pub field: String,
    /// What is wrong.
    pub description: String,
    /// The same as a constant; may be empty.
    pub reason: String,
    /// The same for people, as locale and message.
    pub localized: Option<(String, String)>,
}

/// One rule that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which kind of rule; empty where the server names none.
    pub kind: String,
    /// Whose.
    pub subject: String,
    /// What is wrong.
    pub description: String,
}

/// Where to read on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What is there.
    pub description: String,
    /// As the server sent it.
    pub url: String,
}

/// What a detail says, if it is of a known kind and can be read.
pub(super) fn known(detail: &StatusDetail) -> Option<KnownDetail> {
    let name = detail.type_url.rsplit('/').next()?.strip_prefix("google.rpc.")?;
    let bytes = &detail.value;
    Some(match name {
        "BadRequest" => {
            let request = RpcBadRequest::decode(bytes.clone()).ok()?;
            KnownDetail::BadRequest(request.violations.iter().take(ENTRIES).map(RpcFieldViolation::shown).collect())
        }
        "RetryInfo" => KnownDetail::Retry(RpcRetryInfo::decode(bytes.clone()).ok()?.delay()?),
        "DebugInfo" => {
            let info = RpcDebugInfo::decode(bytes.clone()).ok()?;
            let stack_entries = info.stack_entries.iter().take(ENTRIES).map(text).collect();
            KnownDetail::Debug { stack_entries, detail: text(&info.detail) }
        }
        "QuotaFailure" => {
            let failure = RpcQuotaFailure::decode(bytes.clone()).ok()?;
            KnownDetail::Quota(failure.violations.iter().take(ENTRIES).map(RpcQuotaViolation::shown).collect())
        }
        "PreconditionFailure" => {
            let failure = RpcPreconditionFailure::decode(bytes.clone()).ok()?;
            let shown = |one: &RpcPreconditionViolation| Violation {
                kind: text(&one.kind),
                subject: text(&one.subject),
                description: text(&one.description),
            };
            KnownDetail::Precondition(failure.violations.iter().take(ENTRIES).map(shown).collect())
        }
        "ErrorInfo" => {
            let info = RpcErrorInfo::decode(bytes.clone()).ok()?;
            let mut metadata: Vec<(String, String)> =
                info.metadata.iter().take(ENTRIES).map(|entry| (text(&entry.key), text(&entry.value))).collect();
            metadata.sort();
            KnownDetail::ErrorInfo { reason: text(&info.reason), domain: text(&info.domain), metadata }
        }
        "RequestInfo" => {
            let info = RpcPair::decode(bytes.clone()).ok()?;
            KnownDetail::Request { id: text(&info.key), serving_data: text(&info.value) }
        }
        "ResourceInfo" => {
            let info = RpcResourceInfo::decode(bytes.clone()).ok()?;
            KnownDetail::Resource {
                kind: text(&info.kind),
                name: text(&info.name),
                owner: text(&info.owner),
                description: text(&info.description),
            }
        }
        "Help" => {
            let help = RpcHelp::decode(bytes.clone()).ok()?;
            let link = |one: &RpcPair| Link { description: text(&one.key), url: text(&one.value) };
            KnownDetail::Help(help.links.iter().take(ENTRIES).map(link).collect())
        }
        "LocalizedMessage" => {
            let message = RpcPair::decode(bytes.clone()).ok()?;
            KnownDetail::Localized { locale: text(&message.key), message: text(&message.value) }
        }
        _ => return None,
    })
}

fn text(bytes: &Bytes) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

// The messages of error_details.proto. Texts are bytes: one that is not UTF-8 must not cost the others.

#[derive(Clone, PartialEq, Message)]
struct RpcBadRequest {
    #[prost(message, repeated, tag = "1")]
    violations: Vec<RpcFieldViolation>,
}

#[derive(Clone, PartialEq, Message)]
struct RpcFieldViolation {
    #[prost(bytes = "bytes", tag = "1")]
    field: Bytes,
    #[prost(bytes = "bytes", tag = "2")]
    description: Bytes,
    #[prost(bytes = "bytes", tag = "3")]
    reason: Bytes,
    #[prost(message, optional, tag = "4")]
    localized: Option<RpcPair>,
}

impl RpcFieldViolation {
    fn shown(&self) -> FieldViolation {
        FieldViolation {
            field: text(&self.field),
            description: text(&self.description),
            reason: text(&self.reason),
            localized: self.localized.as_ref().map(|message| (text(&message.key), text(&message.value))),
        }
    }
}

/// Two texts: a key and its value, a link, a localized message.
#[derive(Clone, PartialEq, Message)]
struct RpcPair {
    #[prost(bytes = "bytes", tag = "1")]
    key: Bytes,
    #[prost(bytes = "bytes", tag = "2")]
    value: Bytes,
}

#[derive(Clone, PartialEq, Message)]
struct RpcRetryInfo {
    #[prost(message, optional, tag = "1")]
    delay: Option<RpcDuration>,
}

#[derive(Clone, PartialEq, Message)]
struct RpcDuration {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}

impl RpcRetryInfo {
    /// None where the time is negative or no time.
    fn delay(&self) -> Option<Duration> {
        let delay = self.delay.as_ref()?;
        let nanos = u32::try_from(delay.nanos).ok().filter(|nanos| *nanos < 1_000_000_000)?;
        Some(Duration::new(u64::try_from(delay.seconds).ok()?, nanos))
    }
}

#[derive(Clone, PartialEq, Message)]
struct RpcDebugInfo {
    #[prost(bytes = "bytes", repeated, tag = "1")]
    stack_entries: Vec<Bytes>,
    #[prost(bytes = "bytes", tag = "2")]
    detail: Bytes,
}

#[derive(Clone, PartialEq, Message)]
struct RpcQuotaFailure {
    #[prost(message, repeated, tag = "1")]
    violations: Vec<RpcQuotaViolation>,
}

#[derive(Clone, PartialEq, Message)]
struct RpcQuotaViolation {
    #[prost(bytes = "bytes", tag = "1")]
    subject: Bytes,
    #[prost(bytes = "bytes", tag = "2")]
    description: Bytes,
    #[prost(bytes = "bytes", tag = "4")]
    metric: Bytes,
    #[prost(int64, tag = "7")]
    value: i64,
}

impl RpcQuotaViolation {
    fn shown(&self) -> Violation {
        let mut kind = text(&self.metric);
        if self.value != 0 {
            kind = if kind.is_empty() { self.value.to_string() } else { format!("{kind} {}", self.value) };
        }
        Violation { kind, subject: text(&self.subject), description: text(&self.description) }
    }
}

#[derive(Clone, PartialEq, Message)]
struct RpcPreconditionFailure {
    #[prost(message, repeated, tag = "1")]
    violations: Vec<RpcPreconditionViolation>,
}

#[derive(Clone, PartialEq, Message)]
struct RpcPreconditionViolation {
    #[prost(bytes = "bytes", tag = "1")]
    kind: Bytes,
    #[prost(bytes = "bytes", tag = "2")]
    subject: Bytes,
    #[prost(bytes = "bytes", tag = "3")]
    description: Bytes,
}

#[derive(Clone, PartialEq, Message)]
struct RpcErrorInfo {
    #[prost(bytes = "bytes", tag = "1")]
    reason: Bytes,
    #[prost(bytes = "bytes", tag = "2")]
    domain: Bytes,
    #[prost(message, repeated, tag = "3")]
    metadata: Vec<RpcPair>,
}

#[derive(Clone, PartialEq, Message)]
struct RpcResourceInfo {
    #[prost(bytes = "bytes", tag = "1")]
    kind: Bytes,
    #[prost(bytes = "bytes", tag = "2")]
    name: Bytes,
    #[prost(bytes = "bytes", tag = "3")]
    owner: Bytes,
    #[prost(bytes = "bytes", tag = "4")]
    description: Bytes,
}

#[derive(Clone, PartialEq, Message)]
struct RpcHelp {
    #[prost(message, repeated, tag = "1")]
    links: Vec<RpcPair>,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;
    use proptest::prelude::{any, proptest};

    use super::{FieldViolation, KnownDetail, Link, known};
    use crate::call::StatusDetail;

    fn detail(name: &str, value: &'static [u8]) -> Option<KnownDetail> {
        let type_url = format!("type.googleapis.com/google.rpc.{name}");
        known(&StatusDetail { type_url, value: Bytes::from_static(value) })
    }

    #[test]
    fn known_kinds_are_read() {
        let check = |name, value, expect| assert_eq!(detail(name, value), expect, "{name}");
        check(
            "RetryInfo",
            b"\x0a\x08\x08\x03\x10\x80\xca\xb5\xee\x01",
            Some(KnownDetail::Retry(Duration::from_millis(3500))),
        );
        check("RetryInfo", b"\x0a\x02\x08\x03", Some(KnownDetail::Retry(Duration::from_secs(3))));
        check("RetryInfo", b"\x0a\x0b\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", None);
        check("RetryInfo", b"", None);
        let violation = FieldViolation {
            field: "a.b".to_owned(),
            description: "\u{fffd}".to_owned(),
            reason: String::new(),
            localized: Some(("zh".to_owned(), "坏".to_owned())),
        };
        let bytes = b"\x0a\x13\x0a\x03a.b\x12\x01\xff\x22\x09\x0a\x02zh\x12\x03\xe5\x9d\x8f";
        check("BadRequest", bytes, Some(KnownDetail::BadRequest(vec![violation])));
        let link = Link { description: "d".to_owned(), url: "http://x".to_owned() };
        check("Help", b"\x0a\x0d\x0a\x01d\x12\x08http://x", Some(KnownDetail::Help(vec![link])));
        check("Nothing", b"", None);
        let foreign = StatusDetail { type_url: "x/shop.v1.Gift".to_owned(), value: Bytes::new() };
        assert_eq!(known(&foreign), None);
    }

    proptest! {
        #[test]
        fn no_bytes_end_the_program(value in any::<Vec<u8>>(), kind in 0_usize..10) {
            let name = ["BadRequest", "RetryInfo", "DebugInfo", "QuotaFailure", "PreconditionFailure", "ErrorInfo", "RequestInfo", "ResourceInfo", "Help", "LocalizedMessage"][kind];
            let type_url = format!("a/google.rpc.{name}");
            let _read_or_not = known(&StatusDetail { type_url, value: value.into() });
        }
    }
}
