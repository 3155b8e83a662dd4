//! One unary call without a task, a channel or a copy of the request: the fast way.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use h2::RecvStream;

use super::answer::Answer;
use super::metadata::from_headers;
use super::send::{deadline_exceeded, framed, http_request, is_deadline, may_try_again, stage_of, while_connecting};
use super::status::unavailable;
use super::{CallRequest, CallStatus, Deadline, MessageRecord, Metadata};
use crate::transport::{Attempt, Channel, Lease, Shared, Stage, Unobserved};

/// How long the rest of a foreign answer may take: its first bytes are for words only.
pub(super) const FOREIGN_PATIENCE: Duration = Duration::from_secs(1);

/// A finished call with one request.
#[derive(Clone, Debug)]
pub struct CallOutcome {
    /// Initial headers; empty for a trailers-only answer.
    pub headers: Metadata,
    /// What came (one, unless the answer broke the rules).
    pub messages: Vec<MessageRecord>,
    /// Trailers, or the headers of a trailers-only answer.
    pub trailers: Metadata,
    /// How it ended.
    pub status: Arc<CallStatus>,
}

/// One unary call without a task and channel of its own: the fast way for probes, reflection of names and loads.
/// Dropping the future cancels the call (RST_STREAM CANCEL).
pub async fn unary(channel: &Channel, request: CallRequest, message: Bytes) -> CallOutcome {
    let deadline = request.deadline.and_then(Deadline::at);
    let mut so_far = SoFar::default();
    let status = match deadline {
        None => exchange(channel, &request, &message, None, &mut so_far).await,
        Some(at) => {
            let running = exchange(channel, &request, &message, deadline, &mut so_far);
            if let Ok(status) = tokio::time::timeout_at(at.into(), running).await {
                status
            } else {
                let peer = channel.target().address.to_string();
                let status = deadline_exceeded(so_far.stage(), &peer, request.deadline);
                Box::new(match (&so_far.stream, &so_far.connecting) {
                    (None, Some(attempt)) => while_connecting(status, attempt),
                    _ => status,
                })
            }
        }
    };
    let SoFar { headers, messages, trailers, .. } = so_far;
    CallOutcome { headers, messages, trailers, status: Arc::from(status) }
}

/// What is known of a call while it runs; stays when its deadline passes.
#[derive(Default)]
struct SoFar {
    headers: Metadata,
    messages: Vec<MessageRecord>,
    trailers: Metadata,
    answered: bool,
    connecting: Option<Attempt>,
    stream: Option<(Arc<Shared>, u32)>,
}

impl SoFar {
    fn stage(&self) -> Stage {
        match (&self.stream, &self.connecting) {
            (Some((connection, stream_id)), _) => stage_of(connection, *stream_id, self.answered),
            (None, Some(attempt)) => attempt.stage(),
            (None, None) => Stage::Queue,
        }
    }
}

async fn exchange(
    channel: &Channel,
    request: &CallRequest,
    message: &Bytes,
    deadline: Option<Instant>,
    so_far: &mut SoFar,
) -> Box<CallStatus> {
    let frame = match framed(message, request, channel.target().host()) {
        Ok((frame, _)) => frame,
        Err(status) => return status,
    };
    let mut tries = 0;
    loop {
        tries += 1;
        let lease = match channel.ready() {
            Some(lease) => lease,
            None => match so_far.connecting.insert(channel.attempt()).run(&Unobserved).await {
                Ok(lease) => lease,
                Err(failure) => return Box::new(unavailable(failure)),
            },
        };
        match once(channel, request, &frame, lease, deadline, so_far).await {
            Once::Ended(status) => return status,
            Once::Again(status) if tries > 1 => return status,
            Once::Again(_) => so_far.stream = None,
        }
    }
}

/// How one try ended.
enum Once {
    Ended(Box<CallStatus>),
    /// With this status, but it may be tried again.
    Again(Box<CallStatus>),
}

async fn once(
    channel: &Channel,
    request: &CallRequest,
    frame: &Bytes,
    mut lease: Lease,
    deadline: Option<Instant>,
    so_far: &mut SoFar,
) -> Once {
    let http = match channel.request_parts() {
        Err(failure) => return Once::Ended(Box::new(unavailable(failure))),
        Ok(parts) => match http_request(request, parts, &lease, deadline) {
            Err(status) => return Once::Ended(status),
            Ok(http) => http,
        },
    };
    let (response, mut stream) = match lease.send.send_request(http, false) {
        Ok(begun) => begun,
        // Nothing was sent: the connection died between the look at it and its use.
        Err(error) => return Once::Again(Box::new(unavailable(lease.shared.failure(Some(&error))))),
    };
    let stream_id = response.stream_id().as_u32();
    so_far.stream = Some((Arc::clone(&lease.shared), stream_id));
    let mut answer = Answer::new(request.server_streaming, request.limits.receive_bytes, &lease.shared.target);
    // The whole message is in memory already, so h2 may as well hold it: no capacity is awaited. An error here is the
    // stream's, and the response says it better.
    let sent = stream.send_data(frame.clone(), true);
    let broke = |answer: &Answer, error: &h2::Error| {
        if is_deadline(error, deadline) {
            let stage = if answer.began() { Stage::Response } else { Stage::Wait };
            return Once::Ended(Box::new(deadline_exceeded(stage, &lease.shared.target, request.deadline)));
        }
        let status = Box::new(answer.broke(error, &lease.shared));
        if may_try_again(error, answer.began(), &lease.shared, stream_id) {
            Once::Again(status)
        } else {
            Once::Ended(status)
        }
    };
    let response = match response.await {
        Ok(response) => response,
        Err(error) => return broke(&answer, &error),
    };
    drop(sent);
    so_far.answered = true;
    let (parts, mut body) = response.into_parts();
    if let Some(status) = answer.headers(&parts, body.is_end_stream()) {
        so_far.trailers = from_headers(&parts.headers);
        return Once::Ended(Box::new(status));
    }
    so_far.headers = from_headers(&parts.headers);
    if answer.is_foreign() {
        let reading = read(&mut body, &mut answer, so_far);
        return match tokio::time::timeout(FOREIGN_PATIENCE, reading).await {
            Ok(Err(Ended::Broke(error))) => broke(&answer, &error),
            Ok(_) | Err(_) => Once::Ended(Box::new(answer.end(None))),
        };
    }
    match read(&mut body, &mut answer, so_far).await {
        Ok(()) => {}
        Err(Ended::Broke(error)) => return broke(&answer, &error),
        Err(Ended::Status(status)) => return Once::Ended(status),
    }
    match body.trailers().await {
        Ok(trailers) => {
            if let Some(trailers) = &trailers {
                so_far.trailers = from_headers(trailers);
            }
            Once::Ended(Box::new(answer.end(trailers.as_ref())))
        }
        Err(error) => broke(&answer, &error),
    }
}

enum Ended {
    Broke(h2::Error),
    Status(Box<CallStatus>),
}

/// Reads the body to its end, or until the rules say that it is enough.
async fn read(body: &mut RecvStream, answer: &mut Answer, so_far: &mut SoFar) -> Result<(), Ended> {
    while let Some(data) = body.data().await {
        let data = data.map_err(Ended::Broke)?;
        let at = Instant::now();
        // The window is the stream's own, and the limit bounds what is kept; an error means that the stream is over.
        if body.flow_control().release_capacity(data.len()).is_err() || answer.data(data, at) {
            return Ok(());
        }
        while let Some(record) = answer.next().map_err(Ended::Status)? {
            so_far.messages.push(record);
            if let Some(status) = answer.too_many() {
                return Err(Ended::Status(status));
            }
        }
    }
    Ok(())
}
