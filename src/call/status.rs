//! Which status an answer has (grpc/doc: statuscodes, http-grpc-status-mapping, PROTOCOL-HTTP2). Pure functions.

use std::sync::Arc;

use bytes::Bytes;
use http::HeaderMap;
use prost::Message;

use super::metadata::{decode_base64, decode_message, shown};
use super::{CallStatus, Code, Origin, StatusDetail};
use crate::transport::{Failure, FailureKind, Stage};

/// What a server said with `grpc-status`, `grpc-message` and `grpc-status-details-bin`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ServerStatus {
    /// There is no `grpc-status`.
    Missing,
    /// It is no number.
    Bad(String),
    /// It spoke.
    Said { code: Code, message: String, details: Vec<StatusDetail> },
}

/// Reads the status out of trailers.
pub(super) fn from_trailers(trailers: &HeaderMap) -> ServerStatus {
    let Some(value) = trailers.get("grpc-status") else { return ServerStatus::Missing };
    let text = value.as_bytes();
    let digits = !text.is_empty() && text.len() <= 10 && text.iter().all(u8::is_ascii_digit);
    let code = if digits { std::str::from_utf8(text).ok().and_then(|text| text.parse().ok()) } else { None };
    let Some(code) = code else { return ServerStatus::Bad(shown(value)) };
    let message = trailers.get("grpc-message").map(|message| decode_message(message.as_bytes())).unwrap_or_default();
    let details = trailers
        .get("grpc-status-details-bin")
        .and_then(|details| decode_base64(details.as_bytes()))
        .map(|bytes| details_of(&bytes))
        .unwrap_or_default();
    ServerStatus::Said { code: Code(code), message, details }
}

/// `google.rpc.Status`, of which only the details matter here. Texts are bytes: one that is not UTF-8 must not cost the
/// others.
#[derive(Clone, PartialEq, Message)]
struct RpcStatus {
    #[prost(message, repeated, tag = "3")]
    details: Vec<RpcAny>,
}

/// `google.protobuf.Any`.
#[derive(Clone, PartialEq, Message)]
struct RpcAny {
    #[prost(bytes = "vec", tag = "1")]
    type_url: Vec<u8>,
    #[prost(bytes = "bytes", tag = "2")]
    value: Bytes,
}

fn details_of(bytes: &Bytes) -> Vec<StatusDetail> {
    let Ok(status) = RpcStatus::decode(bytes.clone()) else { return Vec::new() };
    status
        .details
        .into_iter()
        .map(|any| StatusDetail { type_url: String::from_utf8_lossy(&any.type_url).into_owned(), value: any.value })
        .collect()
}

/// The code for an HTTP status of an answer that is no gRPC (http-grpc-status-mapping.md; 200 of a foreign content-type
/// is UNKNOWN).
pub(super) fn code_of_http(status: u16) -> Code {
    match status {
        400 => Code::INTERNAL,
        401 => Code::UNAUTHENTICATED,
        403 => Code::PERMISSION_DENIED,
        404 => Code::UNIMPLEMENTED,
        429 | 502 | 503 | 504 => Code::UNAVAILABLE,
        _ => Code::UNKNOWN,
    }
}

/// The code for RST_STREAM (PROTOCOL-HTTP2.md, "Errors").
pub(super) fn code_of_reset(reason: u32) -> Code {
    match reason {
        // NO_ERROR, PROTOCOL_ERROR, INTERNAL_ERROR, FLOW_CONTROL_ERROR, SETTINGS_TIMEOUT, STREAM_CLOSED,
        // FRAME_SIZE_ERROR, COMPRESSION_ERROR, CONNECT_ERROR, HTTP_1_1_REQUIRED
        0..=6 | 9 | 10 | 13 => Code::INTERNAL,
        // REFUSED_STREAM
        7 => Code::UNAVAILABLE,
        // CANCEL
        8 => Code::CANCELLED,
        // ENHANCE_YOUR_CALM
        11 => Code::RESOURCE_EXHAUSTED,
        // INADEQUATE_SECURITY
        12 => Code::PERMISSION_DENIED,
        _ => Code::UNKNOWN,
    }
}

/// A failure of the call itself (not of its connection).
pub(super) fn failed(
    code: Code,
    origin: Origin,
    stage: Stage,
    kind: FailureKind,
    peer: &str,
    message: impl Into<String>,
) -> CallStatus {
    let failure = Failure { stage, kind, peer: peer.to_owned(), detail: String::new(), tls: None };
    CallStatus { code, message: message.into(), details: Vec::new(), origin, failure: Some(Arc::new(failure)) }
}

/// The status of a call whose connection failed or never came to be.
pub(super) fn unavailable(failure: Arc<Failure>) -> CallStatus {
    let message = failure.to_string();
    CallStatus {
        code: Code::UNAVAILABLE,
        message,
        details: Vec::new(),
        origin: Origin::Transport,
        failure: Some(failure),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

    use base64::Engine;
    use http::{HeaderMap, HeaderValue};
    use prost::Message;

    use super::{Code, RpcAny, RpcStatus, ServerStatus, code_of_http, code_of_reset, from_trailers};

    fn trailers(rows: &[(&'static str, &str)]) -> HeaderMap {
        rows.iter().map(|(key, value)| (key.parse().unwrap(), HeaderValue::from_str(value).unwrap())).collect()
    }

    #[test]
    fn what_servers_say() {
        let said = |code, message: &str| ServerStatus::Said {
            code: Code(code),
            message: message.to_owned(),
            details: Vec::new(),
        };
        for (rows, expect) in [
            (&[][..], ServerStatus::Missing),
            (&[("grpc-status", "0")], said(0, "")),
            (&[("grpc-status", "77"), ("grpc-message", "a%20b")], said(77, "a b")),
            (&[("grpc-status", "5"), ("grpc-status-details-bin", "!!!")], said(5, "")),
            (&[("grpc-status", "5"), ("grpc-status-details-bin", "/////w")], said(5, "")),
            (&[("grpc-status", "5"), ("grpc-message", "%ff")], said(5, "\u{fffd}")),
            (&[("grpc-status", "-1")], ServerStatus::Bad("-1".to_owned())),
            (&[("grpc-status", "")], ServerStatus::Bad(String::new())),
            (&[("grpc-status", "99999999999")], ServerStatus::Bad("99999999999".to_owned())),
        ] {
            assert_eq!(from_trailers(&trailers(rows)), expect, "{rows:?}");
        }
    }

    #[test]
    fn details_survive_bad_texts() {
        let status = RpcStatus { details: vec![RpcAny { type_url: b"a/\xff".to_vec(), value: "v".into() }] };
        let mut bytes = status.encode_to_vec();
        bytes.extend_from_slice(&[0x12, 1, 0xff]); // message: not UTF-8
        let text = base64::engine::general_purpose::STANDARD.encode(bytes);
        let said = from_trailers(&trailers(&[("grpc-status", "3"), ("grpc-status-details-bin", &text)]));
        let ServerStatus::Said { details, .. } = said else { unreachable!("{said:?}") };
        assert_eq!((details[0].type_url.as_str(), &details[0].value[..]), ("a/\u{fffd}", &b"v"[..]));
    }

    #[test]
    fn mappings() {
        for (http, code) in [(200, 2), (400, 13), (401, 16), (403, 7), (404, 12), (429, 14), (503, 14), (500, 2)] {
            assert_eq!(code_of_http(http), Code(code), "{http}");
        }
        for (reason, code) in [(0, 13), (1, 13), (7, 14), (8, 1), (11, 8), (12, 7), (13, 13), (14, 2), (99, 2)] {
            assert_eq!(code_of_reset(reason), Code(code), "{reason}");
        }
    }
}
