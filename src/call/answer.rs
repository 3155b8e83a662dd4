//! The rules of one answer: headers, messages, trailers in; records and the status out. No IO here.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::HeaderMap;
use http::response::Parts;

use super::framing::{AnswerEncoding, Deframer, FrameError, InflateError, PREFIX, inflate};
use super::status::{ServerStatus, code_of_http, code_of_reset, failed, from_trailers, unavailable};
use super::{CallStatus, Code, MessageRecord, Origin};
use crate::transport::{Failure, FailureKind, Shared, Stage, http2_code_name};

/// So much of a foreign body is kept for words.
const FOREIGN_BODY: usize = 200;
/// Decompressing more than this may hold a thread for longer than other tasks should wait.
const LONG_WORK: usize = 64 << 10;

/// One answer being read.
pub(super) struct Answer {
    server_streaming: bool,
    limit: usize,
    peer: String,
    deframer: Deframer,
    encoding: AnswerEncoding,
    count: u64,
    arrivals: Arrivals,
    foreign: Option<Foreign>,
    http_status: u16,
    /// Headers came.
    began: bool,
}

/// An answer that is no gRPC.
struct Foreign {
    content_type: String,
    body: Vec<u8>,
}

impl Answer {
    pub fn new(server_streaming: bool, limit: usize, peer: &str) -> Self {
        Self {
            server_streaming,
            limit,
            peer: peer.to_owned(),
            deframer: Deframer::default(),
            encoding: AnswerEncoding::Identity,
            count: 0,
            arrivals: Arrivals::default(),
            foreign: None,
            http_status: 0,
            began: false,
        }
    }

    /// Headers came.
    pub fn began(&self) -> bool {
        self.began
    }

    /// Takes the headers. `Some` if they are the whole answer.
    pub fn headers(&mut self, parts: &Parts, end_stream: bool) -> Option<CallStatus> {
        self.began = true;
        self.http_status = parts.status.as_u16();
        let content_type = parts.headers.get("content-type").map_or(&b""[..], |value| value.as_bytes());
        // application/grpc, application/grpc+proto, application/grpc;charset=…; but not application/grpc-web.
        let is_grpc = content_type.get(..16).is_some_and(|begin| begin.eq_ignore_ascii_case(b"application/grpc"))
            && matches!(content_type.get(16), None | Some(b'+' | b';' | b' '));
        let trailers_only_status = end_stream && parts.headers.contains_key("grpc-status");
        let is_bare_status = trailers_only_status && content_type.is_empty();
        if !(is_grpc || is_bare_status) {
            self.foreign =
                Some(Foreign { content_type: crate::call::metadata::decode_message(content_type), body: Vec::new() });
        }
        if let Some(encoding) = parts.headers.get("grpc-encoding") {
            self.encoding = AnswerEncoding::of(encoding.to_str().unwrap_or("?").trim());
        }
        end_stream.then(|| self.end(Some(&parts.headers)))
    }

    /// Takes body bytes that came at `at`. True when it is no gRPC and enough of it was seen.
    pub fn data(&mut self, data: Bytes, at: Instant) -> bool {
        if let Some(foreign) = &mut self.foreign {
            let room = FOREIGN_BODY.saturating_sub(foreign.body.len());
            foreign.body.extend_from_slice(&data[..data.len().min(room)]);
            return foreign.body.len() >= FOREIGN_BODY;
        }
        self.arrivals.push(data.len(), at);
        self.deframer.push(data);
        false
    }

    /// The next message that came in full. An error ends the call.
    pub fn next(&mut self) -> Result<Option<MessageRecord>, Box<CallStatus>> {
        if self.foreign.is_some() {
            return Ok(None);
        }
        let message = match self.deframer.next(self.limit) {
            Ok(Some(message)) => message,
            Ok(None) => return Ok(None),
            Err(FrameError::TooLarge { size }) => return Err(self.too_large(Some(size))),
            Err(FrameError::BadFlag(flag)) => {
                return Err(self.broken(
                    Code::INTERNAL,
                    FailureKind::CorruptMessage,
                    format!("message {} begins with the flag {flag}, which is neither 0 nor 1", self.count),
                ));
            }
        };
        let wire_size = message.payload.len();
        let at = self.arrivals.take(PREFIX + wire_size);
        let data = if message.compressed {
            match long_work(wire_size, || inflate(&message.payload, &self.encoding, self.limit)) {
                Ok(data) => data,
                Err(InflateError::TooLarge) => return Err(self.too_large(None)),
                Err(InflateError::Corrupt(why)) => {
                    return Err(self.broken(
                        Code::INTERNAL,
                        FailureKind::CorruptMessage,
                        format!("message {} does not decompress: {why}", self.count),
                    ));
                }
                Err(InflateError::Unnamed) => {
                    return Err(self.broken(
                        Code::INTERNAL,
                        FailureKind::CompressedWithoutEncoding,
                        format!(
                            "message {} is marked as compressed, but grpc-encoding names no compression",
                            self.count
                        ),
                    ));
                }
                Err(InflateError::Unknown(encoding)) => {
                    let words =
                        format!("message {} is compressed as {encoding:?}, which is not known here", self.count);
                    return Err(self.broken(Code::INTERNAL, FailureKind::UnknownEncoding { encoding }, words));
                }
            }
        } else {
            message.payload
        };
        let record = MessageRecord {
            at,
            index: self.count,
            size: data.len() as u64,
            wire_size: wire_size as u64,
            compressed: message.compressed,
            data,
        };
        self.count += 1;
        Ok(Some(record))
    }

    /// After each message: a method that answers once must not answer twice. What came is kept.
    pub fn too_many(&self) -> Option<Box<CallStatus>> {
        (!self.server_streaming && self.count > 1).then(|| {
            self.broken(
                Code::UNIMPLEMENTED,
                FailureKind::AnswerCount { count: self.count },
                "the method answers once, but a second message came",
            )
        })
    }

    /// The answer ended cleanly, with these trailers or without any.
    pub fn end(&self, trailers: Option<&HeaderMap>) -> CallStatus {
        if let Some(foreign) = &self.foreign {
            return self.foreign_status(foreign);
        }
        match trailers.map_or(ServerStatus::Missing, from_trailers) {
            ServerStatus::Missing if self.http_status != 200 => *self.broken(
                code_of_http(self.http_status),
                FailureKind::NotGrpc {
                    http_status: self.http_status,
                    content_type: "application/grpc".to_owned(),
                    body: String::new(),
                },
                format!("HTTP status {} without grpc-status", self.http_status),
            ),
            ServerStatus::Missing => {
                *self.broken(Code::INTERNAL, FailureKind::NoStatus, "the answer ended without grpc-status")
            }
            ServerStatus::Bad(text) => {
                let words = format!("grpc-status is {text:?}, which is no number");
                *self.broken(Code::UNKNOWN, FailureKind::BadStatus { text }, words)
            }
            ServerStatus::Said { code: Code::OK, .. } if self.deframer.len() > 0 => *self.broken(
                Code::INTERNAL,
                FailureKind::CorruptMessage,
                format!("the answer ended inside message {}", self.count),
            ),
            ServerStatus::Said { code: Code::OK, .. } if !self.server_streaming && self.count == 0 => *self.broken(
                Code::UNIMPLEMENTED,
                FailureKind::AnswerCount { count: 0 },
                "the method answers once, but no message came",
            ),
            ServerStatus::Said { code, message, details } => {
                CallStatus { code, message, details, origin: Origin::Server, failure: None }
            }
        }
    }

    fn foreign_status(&self, foreign: &Foreign) -> CallStatus {
        let words = if foreign.content_type.is_empty() {
            format!("the answer is not gRPC: HTTP status {} without content-type", self.http_status)
        } else {
            format!("the answer is not gRPC: HTTP status {}, content-type {}", self.http_status, foreign.content_type)
        };
        let body = String::from_utf8_lossy(&foreign.body).split_whitespace().collect::<Vec<_>>().join(" ");
        *self.broken(
            code_of_http(self.http_status),
            FailureKind::NotGrpc { http_status: self.http_status, content_type: foreign.content_type.clone(), body },
            words,
        )
    }

    /// Whether the answer turned out not to be gRPC.
    pub fn is_foreign(&self) -> bool {
        self.foreign.is_some()
    }

    /// The stream or its connection failed.
    pub fn broke(&self, error: &h2::Error, connection: &Shared) -> CallStatus {
        let stage = if self.began { Stage::Response } else { Stage::Wait };
        if error.is_reset()
            && let Some(reason) = error.reason()
        {
            if let Some(foreign) = &self.foreign {
                return self.foreign_status(foreign);
            }
            let code = u32::from(reason);
            let remote = error.is_remote();
            let words = if remote {
                format!("the server reset the stream: {}", http2_code_name(code))
            } else {
                format!("the answer broke HTTP/2's rules ({}), so the stream was reset", http2_code_name(code))
            };
            let status_code = if remote { code_of_reset(code) } else { Code::INTERNAL };
            return failed(
                status_code,
                Origin::Transport,
                stage,
                FailureKind::Reset { code, remote },
                &self.peer,
                words,
            );
        }
        let failure = connection.failure(Some(error));
        // The epitaph is of the connection; this call knows better how far it came.
        let failure = if failure.stage == Stage::Response && failure.stage != stage {
            Arc::new(Failure { stage, ..Failure::clone(&failure) })
        } else {
            failure
        };
        unavailable(failure)
    }

    fn too_large(&self, size: Option<u64>) -> Box<CallStatus> {
        let words = match size {
            Some(size) => format!("message {} has {size} bytes, the limit is {}", self.count, self.limit),
            None => format!("message {} decompresses to more than the limit of {} bytes", self.count, self.limit),
        };
        self.broken(
            Code::RESOURCE_EXHAUSTED,
            FailureKind::TooLarge { limit: self.limit as u64, size, sent: false },
            words,
        )
    }

    fn broken(&self, code: Code, kind: FailureKind, words: impl Into<String>) -> Box<CallStatus> {
        Box::new(failed(code, Origin::Local, Stage::Response, kind, &self.peer, words))
    }
}

/// When which bytes came, so that a message that waited for a slow reader still says when it came.
#[derive(Debug, Default)]
struct Arrivals {
    received: u64,
    taken: u64,
    /// Up to which byte, and when. Bytes that came together share an entry, which bounds this by time, not by frames.
    stamps: VecDeque<(u64, Instant)>,
}

impl Arrivals {
    const TOGETHER: Duration = Duration::from_micros(200);

    fn push(&mut self, length: usize, at: Instant) {
        self.received += length as u64;
        match self.stamps.back_mut() {
            Some((end, stamp)) if at.saturating_duration_since(*stamp) < Self::TOGETHER => *end = self.received,
            _ => self.stamps.push_back((self.received, at)),
        }
    }

    /// When the last of the next `length` bytes came.
    fn take(&mut self, length: usize) -> Instant {
        self.taken += length as u64;
        let mut at = None;
        while let Some(&(end, stamp)) = self.stamps.front() {
            at = Some(stamp);
            if end > self.taken {
                break;
            }
            self.stamps.pop_front();
            if end == self.taken {
                break;
            }
        }
        at.unwrap_or_else(Instant::now)
    }
}

/// Runs work that may take milliseconds. On a runtime with several threads the others' tasks move away first; with one
/// thread (headless, one call) there is nobody to wait.
pub(super) fn long_work<T>(bytes: usize, work: impl FnOnce() -> T) -> T {
    let crowded = bytes > LONG_WORK
        && tokio::runtime::Handle::try_current()
            .is_ok_and(|handle| handle.runtime_flavor() == tokio::runtime::RuntimeFlavor::MultiThread);
    if crowded { tokio::task::block_in_place(work) } else { work() }
}
