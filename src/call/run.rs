//! Running a call with a task of its own: interactive in both directions.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use h2::client::ResponseFuture;
use h2::{Reason, RecvStream, SendStream};
use tokio::sync::mpsc;
use tokio::time::Sleep;

use super::answer::Answer;
use super::metadata::from_headers;
use super::queue::{BATCH, BATCH_BYTES, Queue};
use super::send::{
    cancelled, deadline_exceeded, framed, http_request, is_deadline, may_try_again, sent_metadata, stage_of,
    while_connecting,
};
use super::status::unavailable;
use super::unary::FOREIGN_PATIENCE;
use super::{CallEvent, CallRequest, CallStatus, Deadline, MessageRecord};
use crate::transport::{Channel, ConnectEvent, Lease, Observer, Stage};

/// So many messages may wait to be sent; more make [`CallHandle::send`] wait.
const MESSAGES_WAITING: usize = 8;
/// Messages sent before the answer began are kept for a transparent retry, up to so many bytes.
const REPLAY_BYTES: usize = 1 << 20;
/// So much of a message is handed to HTTP/2 at once, however wide its windows are.
const SEND_AT_ONCE: usize = 1 << 20;

/// A running call. Dropping it cancels the call.
#[derive(Debug)]
pub struct CallHandle {
    messages: Mutex<Option<mpsc::Sender<Bytes>>>,
    control: Arc<Control>,
}

/// The call takes no more messages: it ended, or our side is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the call takes no more messages")]
pub struct HandleClosed;

/// Batches of events, in order; the last event of the last batch is `CallEvent::Status`. Bounded: a reader that does
/// not read stops the stream by flow control. Dropping it cancels the call.
#[derive(Debug)]
pub struct EventReceiver {
    queue: Arc<Queue>,
}

#[derive(Debug)]
struct Control {
    cancelled: AtomicBool,
    waker: futures_util::task::AtomicWaker,
}

impl Control {
    fn cancel(&self) {
        self.cancelled.store(true, Ordering::Release);
        self.waker.wake();
    }

    fn poll_cancelled(&self, cx: &mut Context<'_>) -> bool {
        self.waker.register(cx.waker());
        self.cancelled.load(Ordering::Acquire)
    }
}

impl EventReceiver {
    /// The next batch (at most 256 events); `None` after the status was given.
    pub async fn next(&mut self) -> Option<Vec<CallEvent>> {
        poll_fn(|cx| self.queue.poll_next(cx)).await
    }

    /// What is ready now, without waiting.
    pub fn try_next(&mut self) -> Option<Vec<CallEvent>> {
        self.queue.try_next()
    }
}

impl Drop for EventReceiver {
    fn drop(&mut self) {
        self.queue.abandon();
    }
}

impl CallHandle {
    /// Sends one message (uncompressed bytes); waits while flow control says so.
    pub async fn send(&self, message: Bytes) -> Result<(), HandleClosed> {
        let sender = self.messages.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match sender {
            Some(sender) => sender.send(message).await.or(Err(HandleClosed)),
            None => Err(HandleClosed),
        }
    }

    /// Closes our side; what was handed in before is still sent.
    pub fn half_close(&self) {
        drop(self.messages.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// Ends the call now as CANCELLED (RST_STREAM CANCEL).
    pub fn cancel(&self) {
        self.control.cancel();
    }
}

impl Drop for CallHandle {
    fn drop(&mut self) {
        self.control.cancel();
    }
}

/// Starts a call on the current tokio runtime: connects if need be, sends headers at once.
///
/// A method whose client sends one message is half-closed together with the first message. Without a tokio runtime
/// there is nothing to run it on: that is a mistake of the caller's, and tokio panics.
pub fn start(channel: &Channel, request: CallRequest) -> (CallHandle, EventReceiver) {
    let began = Instant::now();
    let (sender, messages) = mpsc::channel(MESSAGES_WAITING);
    let control =
        Arc::new(Control { cancelled: AtomicBool::new(false), waker: futures_util::task::AtomicWaker::new() });
    let queue = Queue::new();
    let deadline = request.deadline.and_then(Deadline::at);
    let task = Task {
        channel: channel.clone(),
        began,
        deadline,
        timer: deadline.map(|at| Box::pin(tokio::time::sleep_until(at.into()))),
        control: Arc::clone(&control),
        messages,
        sink: Sink { queue: Arc::clone(&queue), batch: Vec::new(), bytes: 0, ended: false },
        outgoing: Outgoing::default(),
        request,
    };
    tokio::spawn(task.run());
    (CallHandle { messages: Mutex::new(Some(sender)), control }, EventReceiver { queue })
}

/// The events that are not handed over yet, and the way to hand them over.
struct Sink {
    queue: Arc<Queue>,
    batch: Vec<CallEvent>,
    bytes: usize,
    ended: bool,
}

impl Sink {
    fn push(&mut self, event: CallEvent) {
        if let CallEvent::MessageIn(record) | CallEvent::MessageOut(record) = &event {
            self.bytes += record.data.len();
        }
        self.batch.push(event);
    }

    /// Whether more events may be collected.
    fn has_room(&self) -> bool {
        self.batch.len() < BATCH && self.bytes < BATCH_BYTES
    }

    /// Hands over what was collected, if the reader has room.
    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if !self.batch.is_empty() {
            std::task::ready!(self.queue.poll_room(cx));
            self.queue.push(std::mem::take(&mut self.batch), false);
            self.bytes = 0;
        }
        Poll::Ready(())
    }

    /// Hands over the end.
    async fn end(mut self, status: Arc<CallStatus>) {
        poll_fn(|cx| self.queue.poll_room(cx)).await;
        self.end_now(status);
    }

    fn end_now(&mut self, status: Arc<CallStatus>) {
        self.ended = true;
        self.batch.push(CallEvent::Status { at: Instant::now(), status });
        let mut batch = std::mem::take(&mut self.batch);
        if batch.len() > BATCH {
            let rest = batch.split_off(BATCH);
            self.queue.push(batch, false);
            batch = rest;
        }
        self.queue.push(batch, true);
    }
}

impl Drop for Sink {
    /// The runtime was shut down under the call: it still ends with a status.
    fn drop(&mut self) {
        if !self.ended {
            self.end_now(Arc::new(cancelled(Stage::Queue, "")));
        }
    }
}

/// Connection steps go straight to the reader.
struct Steps<'a>(&'a Queue);

impl Observer for Steps<'_> {
    fn connect_event(&self, event: ConnectEvent) {
        // Room or not: there are only as many as there are addresses.
        self.0.push(vec![CallEvent::Connecting(event)], false);
    }
}

struct Task {
    channel: Channel,
    request: CallRequest,
    began: Instant,
    deadline: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
    control: Arc<Control>,
    messages: mpsc::Receiver<Bytes>,
    sink: Sink,
    outgoing: Outgoing,
}

/// What was and is being sent; survives a transparent retry.
#[derive(Default)]
struct Outgoing {
    /// Of the current message, what HTTP/2 has not got yet, and the record that is told when it has.
    rest: Bytes,
    record: Option<MessageRecord>,
    /// Nothing follows `rest`.
    is_last: bool,
    count: u64,
    headers_told: bool,
    close_told: bool,
    /// Framed messages that a retry would send again; `None` once they are too many or the answer began.
    replay: Replay,
    again: VecDeque<Bytes>,
}

struct Replay {
    messages: Option<Vec<Bytes>>,
    bytes: usize,
}

impl Default for Replay {
    fn default() -> Self {
        Self { messages: Some(Vec::new()), bytes: 0 }
    }
}

impl Replay {
    fn keep(&mut self, frame: &Bytes) {
        self.bytes += frame.len();
        if self.bytes > REPLAY_BYTES {
            self.messages = None;
        } else if let Some(messages) = &mut self.messages {
            messages.push(frame.clone());
        }
    }
}

impl Task {
    async fn run(mut self) {
        let mut tries = 0;
        let status = loop {
            tries += 1;
            let lease = match self.connect().await {
                Ok(lease) => lease,
                Err(status) => break status,
            };
            match self.exchange(lease).await {
                Once::Ended(status) => break status,
                Once::Again(status) => {
                    let Some(messages) = self.outgoing.replay.messages.take().filter(|_| tries == 1) else {
                        break status;
                    };
                    let close_told = self.outgoing.close_told;
                    let Outgoing { count, headers_told, record, rest, .. } = std::mem::take(&mut self.outgoing);
                    self.outgoing =
                        Outgoing { count, headers_told, close_told, again: messages.into(), ..Outgoing::default() };
                    // A message that was half handed over is told only when it is through, in the retry.
                    if record.is_some() && !rest.is_empty() {
                        self.outgoing.record = record;
                    }
                }
            }
        };
        self.messages.close();
        self.sink.end(Arc::from(status)).await;
    }

    /// The deadline, the person, or nobody wants the call any more.
    fn poll_over(&mut self, cx: &mut Context<'_>) -> Option<Over> {
        if self.control.poll_cancelled(cx) || self.sink.queue.poll_abandoned(cx) {
            return Some(Over::Cancelled);
        }
        let timer = self.timer.as_mut()?;
        // The clock counts, too: a thread that is busy with answers fires its timers late.
        let over =
            timer.as_mut().poll(cx).is_ready() || self.deadline.is_some_and(|deadline| Instant::now() >= deadline);
        over.then_some(Over::Deadline)
    }

    fn over(&self, over: Over, stage: Stage) -> Box<CallStatus> {
        let peer = self.channel.target().address.to_string();
        Box::new(match over {
            Over::Cancelled => cancelled(stage, &peer),
            Over::Deadline => deadline_exceeded(stage, &peer, self.request.deadline),
        })
    }

    async fn connect(&mut self) -> Result<Lease, Box<CallStatus>> {
        if self.control.cancelled.load(Ordering::Acquire) {
            return Err(self.over(Over::Cancelled, Stage::Queue));
        }
        if let Some(lease) = self.channel.ready() {
            return Ok(lease);
        }
        let queue = Arc::clone(&self.sink.queue);
        let steps = Steps(&queue);
        let mut attempt = self.channel.attempt();
        let over = {
            let mut running = std::pin::pin!(attempt.run(&steps));
            let result = poll_fn(|cx| {
                if let Poll::Ready(result) = running.as_mut().poll(cx) {
                    return Poll::Ready(Ok(result));
                }
                self.poll_over(cx).map_or(Poll::Pending, |over| Poll::Ready(Err(over)))
            })
            .await;
            match result {
                Ok(result) => return result.map_err(|failure| Box::new(unavailable(failure))),
                Err(over) => over,
            }
        };
        Err(Box::new(while_connecting(*self.over(over, attempt.stage()), &attempt)))
    }

    async fn exchange(&mut self, mut lease: Lease) -> Once {
        let connected_at = Instant::now();
        let http = match self.channel.request_parts() {
            Err(failure) => return Once::Ended(Box::new(unavailable(failure))),
            Ok(parts) => match http_request(&self.request, parts, &lease, self.deadline) {
                Err(status) => return Once::Ended(status),
                Ok(http) => http,
            },
        };
        let metadata = sent_metadata(&http);
        let authority = http.uri().authority().map(ToString::to_string).unwrap_or_default();
        let (response, stream) = match lease.send.send_request(http, false) {
            Ok(begun) => begun,
            Err(error) => return Once::Again(Box::new(unavailable(lease.shared.failure(Some(&error))))),
        };
        let stream_id = response.stream_id().as_u32();
        let connection = Arc::new(lease.info(stream_id));
        self.sink.push(CallEvent::Connected { at: connected_at, connection });
        // A retry is another connection, but the same request: it is told once.
        if !std::mem::replace(&mut self.outgoing.headers_told, true) {
            let path = self.request.path.clone();
            self.sink.push(CallEvent::RequestHeaders { at: Instant::now(), authority, path, metadata, stream_id });
        }
        let answer =
            Answer::new(self.request.server_streaming, self.request.limits.receive_bytes, &lease.shared.target);
        let mut exchange = Exchange {
            task: self,
            lease,
            stream_id,
            stream,
            sending: true,
            response: Some(response),
            body: None,
            answer,
            unreleased: 0,
            ended: None,
            goaway_told: false,
            foreign_timer: None,
        };
        poll_fn(|cx| exchange.poll(cx)).await
    }
}

/// Why a call ends before its answer does.
#[derive(Clone, Copy)]
enum Over {
    Cancelled,
    Deadline,
}

/// How one try ended.
enum Once {
    Ended(Box<CallStatus>),
    /// With this status, but it may be tried again.
    Again(Box<CallStatus>),
}

/// How the answer's stream ended; what came before may still wait for the reader.
enum StreamEnd {
    Clean(Option<http::HeaderMap>),
    Broke(h2::Error),
}

/// One try of the call: both halves of its stream.
struct Exchange<'a> {
    task: &'a mut Task,
    lease: Lease,
    stream_id: u32,
    stream: SendStream<Bytes>,
    /// Our side is open and the stream takes bytes.
    sending: bool,
    response: Option<ResponseFuture>,
    body: Option<RecvStream>,
    answer: Answer,
    /// Bytes that came and that the window has not got back.
    unreleased: usize,
    ended: Option<StreamEnd>,
    goaway_told: bool,
    foreign_timer: Option<Pin<Box<Sleep>>>,
}

impl Exchange<'_> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Once> {
        loop {
            self.tell_goaway();
            if let Some(over) = self.poll_over(cx) {
                return Poll::Ready(over);
            }
            if self.sending
                && let Some(status) = self.poll_send(cx)
            {
                return Poll::Ready(self.give_up(status));
            }
            if let Poll::Ready(once) = self.poll_receive(cx) {
                self.tell_goaway();
                return Poll::Ready(once);
            }
            let full = !self.task.sink.has_room();
            match self.task.sink.poll_flush(cx) {
                // There was more to take than fits into a batch.
                Poll::Ready(()) if full => {}
                Poll::Ready(()) | Poll::Pending => return Poll::Pending,
            }
        }
    }

    fn poll_over(&mut self, cx: &mut Context<'_>) -> Option<Once> {
        let over = self.task.poll_over(cx)?;
        // An answer that is complete is complete, however slowly it is read.
        if matches!(over, Over::Deadline) && self.ended.is_some() {
            return None;
        }
        let stage = stage_of(&self.lease.shared, self.stream_id, self.answer.began());
        let status = self.task.over(over, stage);
        Some(self.give_up(status))
    }

    /// Ends the stream from our side, and the call with it.
    fn give_up(&mut self, status: Box<CallStatus>) -> Once {
        if self.ended.is_none() {
            self.stream.send_reset(Reason::CANCEL);
            let code = u32::from(Reason::CANCEL);
            self.task.sink.push(CallEvent::Reset { at: Instant::now(), code, remote: false });
        }
        Once::Ended(status)
    }

    fn tell_goaway(&mut self) {
        if self.goaway_told {
            return;
        }
        if let Some(goaway) = self.lease.shared.log.goaway()
            && goaway.at >= self.task.began
        {
            self.goaway_told = true;
            let (at, last_stream_id, code) = (goaway.at, goaway.last_stream_id, goaway.code);
            self.task.sink.push(CallEvent::GoAway { at, last_stream_id, code, debug: goaway.debug });
        }
    }

    /// Sends what can be sent. A status ends the call.
    fn poll_send(&mut self, cx: &mut Context<'_>) -> Option<Box<CallStatus>> {
        loop {
            if !self.task.sink.has_room() {
                return None;
            }
            if self.task.outgoing.rest.is_empty() {
                match self.poll_next_message(cx) {
                    Poll::Pending => return None,
                    Poll::Ready(Err(status)) => return Some(status),
                    Poll::Ready(Ok(true)) => {}
                    Poll::Ready(Ok(false)) => {
                        self.sending = false;
                        if self.stream.send_data(Bytes::new(), true).is_ok() {
                            self.tell_half_close();
                        }
                        return None;
                    }
                }
            }
            let outgoing = &mut self.task.outgoing;
            self.stream.reserve_capacity(outgoing.rest.len().min(SEND_AT_ONCE));
            while self.stream.capacity() == 0 {
                match self.stream.poll_capacity(cx) {
                    Poll::Pending => return None,
                    Poll::Ready(Some(Ok(_))) => {}
                    // The stream is over; the answer's side says how.
                    Poll::Ready(Some(Err(_)) | None) => {
                        self.sending = false;
                        return None;
                    }
                }
            }
            let take = self.stream.capacity().min(outgoing.rest.len());
            let part = outgoing.rest.split_to(take);
            let through = outgoing.rest.is_empty();
            let end = through && outgoing.is_last;
            if self.stream.send_data(part, end).is_err() {
                self.sending = false;
                return None;
            }
            if through && let Some(mut record) = outgoing.record.take() {
                record.at = Instant::now();
                self.task.sink.push(CallEvent::MessageOut(record));
            }
            if end {
                self.sending = false;
                self.tell_half_close();
                return None;
            }
        }
    }

    fn tell_half_close(&mut self) {
        if !std::mem::replace(&mut self.task.outgoing.close_told, true) {
            self.task.sink.push(CallEvent::HalfClose { at: Instant::now() });
        }
    }

    /// Puts the next message into `outgoing.rest`; false if none will come.
    fn poll_next_message(&mut self, cx: &mut Context<'_>) -> Poll<Result<bool, Box<CallStatus>>> {
        let task = &mut *self.task;
        let single = !task.request.client_streaming;
        if let Some(frame) = task.outgoing.again.pop_front() {
            task.outgoing.replay.keep(&frame);
            task.outgoing.rest = frame;
            task.outgoing.is_last = single;
            return Poll::Ready(Ok(true));
        }
        let Some(message) = std::task::ready!(task.messages.poll_recv(cx)) else { return Poll::Ready(Ok(false)) };
        if single {
            task.messages.close();
        }
        let (frame, wire_size) = framed(&message, &task.request, &self.lease.shared.target)?;
        if !self.answer.began() {
            task.outgoing.replay.keep(&frame);
        }
        task.outgoing.record = Some(MessageRecord {
            at: Instant::now(),
            index: task.outgoing.count,
            size: message.len() as u64,
            wire_size: wire_size as u64,
            compressed: task.request.compress != super::Encoding::Identity,
            data: message,
        });
        task.outgoing.count += 1;
        task.outgoing.rest = frame;
        task.outgoing.is_last = single;
        Poll::Ready(Ok(true))
    }

    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<Once> {
        if let Some(response) = &mut self.response {
            let result = std::task::ready!(Pin::new(response).poll(cx));
            self.response = None;
            match result {
                Err(error) => return Poll::Ready(self.broke(&error)),
                Ok(response) => {
                    if let Some(once) = self.headers(response) {
                        return Poll::Ready(once);
                    }
                }
            }
        }
        loop {
            // First what is here, then what comes.
            while self.task.sink.has_room() {
                match self.answer.next() {
                    Err(status) => return Poll::Ready(self.give_up(status)),
                    Ok(Some(record)) => {
                        self.task.sink.push(CallEvent::MessageIn(record));
                        if let Some(status) = self.answer.too_many() {
                            return Poll::Ready(self.give_up(status));
                        }
                    }
                    Ok(None) => {
                        if let Some(end) = self.ended.take() {
                            return Poll::Ready(self.finish(end));
                        }
                        self.release();
                        break;
                    }
                }
            }
            if self.ended.is_some() {
                return Poll::Pending;
            }
            // Also with a reader that is behind: copied at once, the bytes cost what they are; left in h2, each small
            // frame costs a hundred bytes more. The window, which is not given back meanwhile, bounds them.
            match self.poll_body(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Some(once)) => return Poll::Ready(once),
                Poll::Ready(None) => {}
            }
        }
    }

    /// Reads one piece of the body, or its end.
    fn poll_body(&mut self, cx: &mut Context<'_>) -> Poll<Option<Once>> {
        if let Some(timer) = &mut self.foreign_timer
            && timer.as_mut().poll(cx).is_ready()
        {
            let status = Box::new(self.answer.end(None));
            return Poll::Ready(Some(self.give_up(status)));
        }
        let Some(body) = &mut self.body else { return Poll::Pending };
        match body.poll_data(cx) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Some(Ok(data))) => {
                self.unreleased += data.len();
                if self.answer.data(data, Instant::now()) {
                    let status = Box::new(self.answer.end(None));
                    return Poll::Ready(Some(self.give_up(status)));
                }
                return Poll::Ready(None);
            }
            Poll::Ready(Some(Err(error))) => self.ended = Some(StreamEnd::Broke(error)),
            Poll::Ready(None) => match std::task::ready!(body.poll_trailers(cx)) {
                Ok(trailers) => self.ended = Some(StreamEnd::Clean(trailers)),
                Err(error) => self.ended = Some(StreamEnd::Broke(error)),
            },
        }
        Poll::Ready(None)
    }

    /// Everything that came is with the reader or part of a message that the limit bounds: the server may send on.
    fn release(&mut self) {
        if self.unreleased > 0
            && let Some(body) = &mut self.body
        {
            // An error says that the stream is over, which the next read says better.
            if body.flow_control().release_capacity(self.unreleased).is_ok() {
                self.unreleased = 0;
            }
        }
    }

    /// The headers came; the end if they are the whole answer.
    fn headers(&mut self, response: http::Response<RecvStream>) -> Option<Once> {
        self.task.outgoing.replay.messages = None;
        let at = Instant::now();
        let (parts, body) = response.into_parts();
        let end_stream = body.is_end_stream();
        let status = self.answer.headers(&parts, end_stream);
        let metadata = from_headers(&parts.headers);
        if let Some(status) = status {
            self.task.sink.push(CallEvent::Trailers { at, trailers_only: true, metadata });
            return Some(Once::Ended(Box::new(status)));
        }
        let http_status = parts.status.as_u16();
        self.task.sink.push(CallEvent::ResponseHeaders { at, http_status, metadata });
        if self.answer.is_foreign() {
            self.foreign_timer = Some(Box::pin(tokio::time::sleep(FOREIGN_PATIENCE)));
        }
        self.body = Some(body);
        None
    }

    fn finish(&mut self, end: StreamEnd) -> Once {
        match end {
            StreamEnd::Clean(trailers) => {
                if let Some(trailers) = &trailers {
                    let metadata = from_headers(trailers);
                    self.task.sink.push(CallEvent::Trailers { at: Instant::now(), trailers_only: false, metadata });
                }
                Once::Ended(Box::new(self.answer.end(trailers.as_ref())))
            }
            StreamEnd::Broke(error) => self.broke(&error),
        }
    }

    fn broke(&mut self, error: &h2::Error) -> Once {
        if error.is_reset()
            && let Some(reason) = error.reason()
        {
            let (at, remote) = (Instant::now(), error.is_remote());
            self.task.sink.push(CallEvent::Reset { at, code: reason.into(), remote });
        }
        if is_deadline(error, self.task.deadline) {
            let stage = if self.answer.began() { Stage::Response } else { Stage::Wait };
            return Once::Ended(self.task.over(Over::Deadline, stage));
        }
        let status = Box::new(self.answer.broke(error, &self.lease.shared));
        if may_try_again(error, self.answer.began(), &self.lease.shared, self.stream_id) {
            Once::Again(status)
        } else {
            Once::Ended(status)
        }
    }
}
