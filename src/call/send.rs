//! A request's headers, and when a call may be tried again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::uri::{PathAndQuery, Scheme};
use http::{HeaderValue, Method, Request, Uri, Version};

use super::framing::ACCEPTED;
use super::metadata::{header_of, timeout_header};
use super::status::failed;
use super::{CallRequest, CallStatus, Code, Deadline, Encoding, Metadata, Origin};
use crate::transport::{Attempt, FailureKind, Lease, RequestParts, Shared, Stage};

/// A server's clock may be a little ahead of ours: its CANCEL so shortly before our deadline is the deadline.
const CLOCKS_DIFFER: Duration = Duration::from_millis(20);
/// REFUSED_STREAM (RFC 9113, 7).
const REFUSED_STREAM: u32 = 7;
/// CANCEL (RFC 9113, 7).
const CANCEL: u32 = 8;

/// The HTTP request of a call; `deadline` becomes `grpc-timeout`, counted from now.
pub(super) fn http_request(
    request: &CallRequest,
    parts: &RequestParts,
    lease: &Lease,
    deadline: Option<Instant>,
) -> Result<Request<()>, Box<CallStatus>> {
    let bad = |words: String| {
        let kind = FailureKind::Protocol;
        Box::new(failed(Code::INTERNAL, Origin::Local, Stage::Request, kind, &lease.shared.target, words))
    };
    let path = PathAndQuery::try_from(request.path.as_str())
        .map_err(|error| bad(format!("{:?} is no method path: {error}", request.path)))?;
    let scheme = if lease.shared.info.tls.is_some() { Scheme::HTTPS } else { Scheme::HTTP };
    let uri = Uri::builder()
        .scheme(scheme)
        .authority(parts.authority.clone())
        .path_and_query(path)
        .build()
        .map_err(|error| bad(format!("{:?} is no method path: {error}", request.path)))?;
    let mut http = Request::new(());
    *http.method_mut() = Method::POST;
    *http.version_mut() = Version::HTTP_2;
    *http.uri_mut() = uri;
    let headers = http.headers_mut();
    headers.reserve(7 + request.metadata.len());
    if let Some(deadline) = deadline {
        let left = deadline.saturating_duration_since(Instant::now());
        if let Ok(value) = HeaderValue::try_from(timeout_header(left)) {
            headers.insert("grpc-timeout", value);
        }
    }
    headers.insert("te", HeaderValue::from_static("trailers"));
    headers.insert("content-type", HeaderValue::from_static("application/grpc"));
    headers.insert("user-agent", parts.user_agent.clone());
    headers.insert("grpc-accept-encoding", HeaderValue::from_static(ACCEPTED));
    if request.compress != Encoding::Identity {
        headers.insert("grpc-encoding", HeaderValue::from_static(request.compress.name()));
    }
    for (key, value) in &request.metadata {
        let Some((name, value)) = header_of(key, value) else {
            return Err(bad(format!("the metadata row {key:?} cannot be sent")));
        };
        headers.append(name, value);
    }
    Ok(http)
}

/// What was sent, for the event: as [`http_request`] wrote it, `-bin` values as bytes.
pub(super) fn sent_metadata(http: &Request<()>) -> Metadata {
    super::metadata::from_headers(http.headers())
}

/// The message with its prefix, or the status of a call that cannot send it.
pub(super) fn framed(message: &Bytes, request: &CallRequest, peer: &str) -> Result<(Bytes, usize), Box<CallStatus>> {
    let size = message.len();
    let limit = request.limits.send_bytes;
    let too_large = || {
        let kind = FailureKind::TooLarge { limit: limit as u64, size: Some(size as u64), sent: true };
        let words = format!("the message has {size} bytes, the limit for sending is {limit}");
        Box::new(failed(Code::RESOURCE_EXHAUSTED, Origin::Local, Stage::Request, kind, peer, words))
    };
    if size > limit {
        return Err(too_large());
    }
    super::answer::long_work(if request.compress == Encoding::Identity { 0 } else { size }, || {
        super::framing::frame(message, request.compress)
    })
    .ok_or_else(too_large)
}

/// Whether gRPC lets a call be tried again without asking (gRFC A6, "transparent retries"): the server's application
/// has certainly not seen it.
pub(super) fn may_try_again(error: &h2::Error, answered: bool, connection: &Shared, stream_id: u32) -> bool {
    if answered {
        return false;
    }
    let refused = error.is_reset() && error.is_remote() && error.reason().map(u32::from) == Some(REFUSED_STREAM);
    let going_away = connection.log.goaway().is_some_and(|goaway| stream_id > goaway.last_stream_id);
    refused || going_away || (!error.is_reset() && !connection.log.has_sent(stream_id))
}

/// A remote CANCEL at our deadline is the server's view of the same deadline.
pub(super) fn is_deadline(error: &h2::Error, deadline: Option<Instant>) -> bool {
    error.is_reset()
        && error.is_remote()
        && error.reason().map(u32::from) == Some(CANCEL)
        && deadline.is_some_and(|deadline| Instant::now() + CLOCKS_DIFFER >= deadline)
}

/// The status of a call whose time is over.
pub(super) fn deadline_exceeded(stage: Stage, peer: &str, deadline: Option<Deadline>) -> CallStatus {
    let words = match deadline {
        Some(Deadline { set, .. }) => format!("the deadline of {set:?} passed in stage {}", stage.name()),
        None => format!("the deadline passed in stage {}", stage.name()),
    };
    failed(Code::DEADLINE_EXCEEDED, Origin::Local, stage, FailureKind::Deadline, peer, words)
}

/// Adds what is known of the connection that was still being made when the call ended.
pub(super) fn while_connecting(mut status: CallStatus, attempt: &Attempt) -> CallStatus {
    if let Some(failure) = status.failure.as_mut().and_then(Arc::get_mut) {
        attempt.detail().clone_into(&mut failure.detail);
    }
    status
}

/// The status of a call that the person ended.
pub(super) fn cancelled(stage: Stage, peer: &str) -> CallStatus {
    failed(Code::CANCELLED, Origin::Local, stage, FailureKind::Cancelled, peer, "cancelled by the client")
}

/// How far a call that has a stream has come; the tap knows what really left.
pub(super) fn stage_of(connection: &Shared, stream_id: u32, answered: bool) -> Stage {
    if answered {
        Stage::Response
    } else if !connection.log.has_sent(stream_id) {
        Stage::Queue
    } else if connection.log.has_finished_sending(stream_id) {
        Stage::Wait
    } else {
        Stage::Request
    }
}
