//! What stands before every service: the token, the deadline, the end of the demo, and a few headers and trailers to
//! look at.

use std::collections::HashSet;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use http_body::Frame;
use tokio::sync::watch;
use tonic::body::Body;
use tonic::codegen::Service;
use tonic::service::Routes;
use tonic::{Code, Status};

use super::TOKEN;

const SERVED_BY: HeaderName = HeaderName::from_static("x-served-by");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TRACE: HeaderName = HeaderName::from_static("trace-bin");
const ELAPSED: HeaderName = HeaderName::from_static("x-elapsed-us");

/// Ends one call from outside, with a status.
type End = Pin<Box<dyn Future<Output = Status> + Send>>;

/// The services behind their front.
#[derive(Clone)]
pub(super) struct Front {
    routes: Routes,
    served_by: HeaderValue,
    /// Paths that demand the token; a Go unary interceptor sees no streams.
    guarded: Arc<HashSet<String>>,
    stop: watch::Receiver<bool>,
    requests: Arc<AtomicU64>,
    /// Ends calls whose deadline has passed.
    keeps_deadlines: bool,
}

impl Front {
    /// `served_by` goes out as `x-served-by`; calls of the paths in `guarded` need the token.
    pub(super) fn new(
        routes: Routes,
        served_by: HeaderValue,
        guarded: HashSet<String>,
        stop: watch::Receiver<bool>,
    ) -> Self {
        Self { routes, served_by, guarded: Arc::new(guarded), stop, requests: Arc::default(), keeps_deadlines: true }
    }

    /// Of a server that hangs: a deadline passes without a word of it.
    pub(super) fn without_deadlines(self) -> Self {
        Self { keeps_deadlines: false, ..self }
    }

    /// Sent with every response: who answered and what the request was called.
    fn response_headers(&self, request: &HeaderMap) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(SERVED_BY, self.served_by.clone());
        for value in request.get_all(REQUEST_ID) {
            headers.append(REQUEST_ID, value.clone());
        }
        if !headers.contains_key(REQUEST_ID) {
            let number = self.requests.fetch_add(1, Ordering::Relaxed) + 1;
            if let Ok(value) = HeaderValue::try_from(format!("demo-{number}")) {
                headers.insert(REQUEST_ID, value);
            }
        }
        headers
    }
}

impl Service<Request<Body>> for Front {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Service::<Request<Body>>::poll_ready(&mut self.routes, context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let began = Instant::now();
        let headers = self.response_headers(request.headers());
        let traces: Vec<HeaderValue> = request.headers().get_all(TRACE).iter().cloned().collect();
        if self.guarded.contains(request.uri().path())
            && let Err(status) = check_token(request.headers())
        {
            return Box::pin(std::future::ready(Ok(with_headers(status.into_http(), headers))));
        }

        let timeout = request.headers().get("grpc-timeout").filter(|_| self.keeps_deadlines);
        let mut end = end_of_call(self.stop.clone(), timeout);
        let answer = self.routes.call(request);
        Box::pin(async move {
            let response = tokio::select! {
                biased;
                answer = answer => answer?,
                status = &mut end => return Ok(with_headers(status.into_http(), headers)),
            };
            let response = response.map(|inner| {
                // Trailers-only: the stream ends with its headers, and must go on doing so.
                if http_body::Body::is_end_stream(&inner) {
                    inner
                } else {
                    Body::new(Watched { inner, end, began, traces, finished: false })
                }
            });
            Ok(with_headers(response, headers))
        })
    }
}

fn with_headers(mut response: Response<Body>, headers: HeaderMap) -> Response<Body> {
    // An `extend` by names and values would keep only the last value of a name.
    let mut name = None;
    for (next, value) in headers {
        name = next.or(name);
        if let Some(name) = &name {
            response.headers_mut().append(name, value);
        }
    }
    response
}

/// The tutorial's interceptor, word by word: an error that is no gRPC status has the code Unknown in Go.
fn check_token(headers: &HeaderMap) -> Result<(), Status> {
    let Some(token) = headers.get("token") else {
        return Err(Status::unknown("无 Token 认证信息"));
    };
    if token.as_bytes() == TOKEN.as_bytes() { Ok(()) } else { Err(Status::unknown("Token 认证信息无效")) }
}

/// Ready when the demo stops or the call's deadline has passed.
///
/// tonic has a timer for the deadline too, but it answers CANCELLED; this one is set first, so it also fires first.
fn end_of_call(mut stop: watch::Receiver<bool>, timeout: Option<&HeaderValue>) -> End {
    let deadline = timeout.and_then(parse_timeout).map(tokio::time::sleep);
    Box::pin(async move {
        let passed = async {
            match deadline {
                Some(deadline) => deadline.await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = passed => Status::deadline_exceeded("the deadline passed on the server"),
            // An error means that the sender is gone, which is an end as well.
            _ = stop.wait_for(|stopped| *stopped) => Status::unavailable("the demo was stopped"),
        }
    })
}

/// The `grpc-timeout` of gRPC's PROTOCOL-HTTP2: up to eight digits and a unit.
fn parse_timeout(value: &HeaderValue) -> Option<Duration> {
    let text = value.to_str().ok()?;
    let unit = text.chars().last().filter(char::is_ascii)?;
    let digits = text.get(..text.len() - 1).filter(|digits| (1..=8).contains(&digits.len()))?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let amount: u64 = digits.parse().ok()?;
    match unit {
        'H' => Some(Duration::from_secs(amount * 3600)),
        'M' => Some(Duration::from_secs(amount * 60)),
        'S' => Some(Duration::from_secs(amount)),
        'm' => Some(Duration::from_millis(amount)),
        'u' => Some(Duration::from_micros(amount)),
        'n' => Some(Duration::from_nanos(amount)),
        _ => None,
    }
}

/// A response body that adds trailers, and that the end of the call ends.
struct Watched {
    inner: Body,
    end: End,
    began: Instant,
    traces: Vec<HeaderValue>,
    finished: bool,
}

impl Watched {
    fn add_trailers(&self, trailers: &mut HeaderMap) {
        if let Ok(value) = HeaderValue::try_from(self.began.elapsed().as_micros().to_string()) {
            trailers.insert(ELAPSED, value);
        }
        for value in &self.traces {
            trailers.append(TRACE, value.clone());
        }
    }
}

impl http_body::Body for Watched {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = self.get_mut();
        if this.finished {
            return Poll::Ready(None);
        }
        if let Poll::Ready(status) = this.end.as_mut().poll(context) {
            this.finished = true;
            let mut trailers = HeaderMap::new();
            this.add_trailers(&mut trailers);
            return Poll::Ready(match status.add_header(&mut trailers) {
                Ok(()) => Some(Ok(Frame::trailers(trailers))),
                Err(_) => Some(Err(Status::new(Code::Internal, "the status does not fit into trailers"))),
            });
        }
        match Pin::new(&mut this.inner).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => Poll::Ready(Some(Ok(match frame.into_trailers() {
                Ok(mut trailers) => {
                    this.finished = true;
                    this.add_trailers(&mut trailers);
                    Frame::trailers(trailers)
                }
                Err(frame) => frame,
            }))),
            other => other,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.finished
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn timeouts_are_read_as_the_protocol_writes_them() {
        let check = |text: &str, expect: Option<Duration>| {
            assert_eq!(parse_timeout(&HeaderValue::from_str(text).unwrap()), expect, "{text}");
        };
        check("1S", Some(Duration::from_secs(1)));
        check("450m", Some(Duration::from_millis(450)));
        check("99999999H", Some(Duration::from_hours(99_999_999)));
        check("1u", Some(Duration::from_micros(1)));
        check("20n", Some(Duration::from_nanos(20)));
        check("2M", Some(Duration::from_mins(2)));
        check("123456789m", None);
        check("+1S", None);
        check("S", None);
        check("1", None);
        check("", None);
    }

    #[test]
    fn the_token_is_checked_in_the_tutorials_words() {
        let check = |token: Option<&str>, expect: Option<&str>| {
            let mut headers = HeaderMap::new();
            if let Some(token) = token {
                headers.insert("token", HeaderValue::from_str(token).unwrap());
            }
            let status = check_token(&headers).err();
            assert_eq!(status.as_ref().map(Status::message), expect);
            assert!(status.is_none_or(|status| status.code() == Code::Unknown));
        };
        check(Some("101010"), None);
        check(None, Some("无 Token 认证信息"));
        check(Some("1"), Some("Token 认证信息无效"));
        check(Some(""), Some("Token 认证信息无效"));
    }
}
