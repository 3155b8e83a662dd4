//! One call of the window: prepared, started, read, its messages kept, each step told.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use tokio::sync::{Notify, mpsc, watch};

use super::details;
use super::follow::Filtered;
use super::live::Teller;
use super::messages::{Seen, TELL_EVERY, Tail, locked};
use super::prepared::{Prepared, ReadStyle, WriteStyle};
use super::stop::{Stop, StopOnDrop};
use super::store::MessageStore;
use super::tls_memory::TlsMemory;
use super::{
    Attempt, CallId, CallUpdate, Detail, Direction, Endpoint, Event, NoText, Reflector, Registries, ResolveError,
    Resolved, StartCall, TextLines, load_options,
};
use crate::call::{
    self, CallEvent, CallHandle, CallRequest, CallStatus, Code, Deadline, EventReceiver, MessageRecord, Metadata,
    check_metadata,
};
use crate::message::{MessageError, Misfit, split_values};
use crate::registry::{InstanceKey, MOST_RETRIES};
use crate::schema::ReflectionSource;
use crate::secret::Secret;
use crate::transport::{Channel, Pool};

/// Wishes of the person that wait while flow control holds a message back.
const WAITING_ORDERS: usize = 1024;
/// Before the same instance is tried once more; it doubles a few times.
const RETRY_PAUSE: Duration = Duration::from_millis(100);

/// The text of a call's one answer is waited for so long before its status is told.
const TEXT_FIRST: Duration = Duration::from_millis(100);

/// What the person does to a running call.
#[derive(Debug)]
pub(super) enum Order {
    /// Send one or several messages.
    Send(String),
    /// Close our side.
    HalfClose,
}

/// The engine's hold on a call.
#[derive(Clone)]
pub(super) struct RunningCall {
    pub(super) orders: mpsc::Sender<Order>,
    pub(super) cancel: Arc<Notify>,
    pub(super) store: Arc<Mutex<MessageStore>>,
    pub(super) prepared: Arc<Prepared>,
    /// How many messages the store holds; closed when the call has ended.
    pub(super) length: watch::Receiver<u64>,
    /// The list that the person's filter makes.
    pub(super) filtered: Arc<Mutex<Filtered>>,
    /// Messages that are being formatted in full.
    pub(super) texts: Arc<Texts>,
    /// The copy that is being made.
    pub(super) copying: Arc<Mutex<Option<Arc<Stop>>>>,
}

impl RunningCall {
    /// Nobody wants anything of its messages any more.
    pub(super) fn stop_work(&self) {
        locked(&self.filtered).stop();
        self.texts.stop_all();
        if let Some(stop) = locked(&self.copying).take() {
            stop.set();
        }
    }
}

/// The messages of a call that are being formatted in full, each with its way to be stopped.
#[derive(Debug, Default)]
pub(super) struct Texts(Mutex<HashMap<(Direction, u64), Arc<Stop>>>);

impl Texts {
    /// None where the same work is under way: its answer serves both.
    fn begin(&self, message: (Direction, u64)) -> Option<Arc<Stop>> {
        let mut running = locked(&self.0);
        if running.get(&message).is_some_and(|stop| !stop.is_set()) {
            return None;
        }
        let stop = Arc::new(Stop::default());
        running.insert(message, Arc::clone(&stop));
        Some(stop)
    }

    /// False where another has taken its place, whose answer is the one that counts.
    fn end(&self, message: (Direction, u64), own: &Arc<Stop>) -> bool {
        let mut running = locked(&self.0);
        let is_own = running.get(&message).is_some_and(|stop| Arc::ptr_eq(stop, own));
        if is_own {
            running.remove(&message);
        }
        is_own
    }

    pub(super) fn stop(&self, message: (Direction, u64)) {
        if let Some(stop) = locked(&self.0).get(&message) {
            stop.set();
        }
    }

    fn stop_all(&self) {
        locked(&self.0).values().for_each(|stop| stop.set());
    }
}

/// Starts the call's tasks.
pub(super) fn begin(
    start: StartCall,
    prepared: Arc<Prepared>,
    pool: Pool,
    tls_memory: Arc<TlsMemory>,
    registries: Arc<Registries>,
    teller: Teller,
) -> RunningCall {
    let (orders, inbox) = mpsc::channel(WAITING_ORDERS);
    let cancel = Arc::new(Notify::new());
    let store = Arc::new(Mutex::new(MessageStore::default()));
    let (grows, length) = watch::channel(0);
    let running = RunningCall {
        orders,
        cancel: Arc::clone(&cancel),
        store: Arc::clone(&store),
        prepared: Arc::clone(&prepared),
        length,
        filtered: Arc::default(),
        texts: Arc::default(),
        copying: Arc::default(),
    };
    let texts = Arc::clone(&running.texts);
    let call = Call { id: start.call, prepared, pool, tls_memory, registries, teller, store, texts, cancel, grows };
    tokio::spawn(call.run(start, inbox));
    running
}

struct Call {
    id: CallId,
    prepared: Arc<Prepared>,
    pool: Pool,
    tls_memory: Arc<TlsMemory>,
    registries: Arc<Registries>,
    teller: Teller,
    store: Arc<Mutex<MessageStore>>,
    texts: Arc<Texts>,
    cancel: Arc<Notify>,
    grows: watch::Sender<u64>,
}

/// What has passed but is not told yet: a fast stream is told some thirty times a second.
#[derive(Default)]
struct Untold {
    seen: Seen,
    tail: Tail,
    waits: bool,
    told: Option<Instant>,
}

impl Call {
    async fn run(mut self, start: StartCall, inbox: mpsc::Receiver<Order>) {
        let began = Instant::now();
        self.tell(vec![CallUpdate::Began(began)]).await;
        let resolved = match self.resolve(&start, began).await {
            Ok(resolved) => resolved,
            Err(why) => return self.tell(vec![why]).await,
        };
        let asked = resolved.as_ref().and_then(|resolved| resolved.target.retries);
        let retries = asked.unwrap_or(start.retries).min(MOST_RETRIES);
        let inbox = Arc::new(Inbox { orders: tokio::sync::Mutex::new(inbox), taken: AtomicBool::new(false) });
        let mut first = None;
        for attempt in 0..=retries {
            let index = usize::try_from(attempt).unwrap_or_default();
            let endpoint = match &resolved {
                Some(resolved) => resolved.endpoint(&start.endpoint, index),
                None => start.endpoint.clone(),
            };
            let chosen = resolved.as_ref().and_then(|resolved| resolved.chosen(index));
            let since = (chosen.is_some() || retries > 0).then_some(began);
            let (channel, request) = match self.ready(&start, &endpoint, since).await {
                Ok(ready) => ready,
                Err(why) => return self.tell(vec![CallUpdate::NotBegun(why)]).await,
            };
            if let Some(chosen) = chosen.clone() {
                self.tell(vec![CallUpdate::Chosen(Box::new(chosen))]).await;
            }
            // Types of Any that the schema lacks are asked of the very server that sends them.
            let reflector = Reflector::patient(channel.clone(), request.metadata.clone());
            let asked = ReflectionSource::new(Arc::new(reflector), &endpoint.address);
            self.prepared = Arc::new(self.prepared.with_source(Arc::new(asked)));
            let streams = request.client_streaming;
            let messages = match self.first_messages(&start, streams, &mut first).await {
                Ok(messages) => messages,
                Err(error) => return self.tell(vec![CallUpdate::Unsendable(error)]).await,
            };
            let trying = Trying {
                number: attempt + 1,
                instance: chosen.map(|chosen| chosen.instance).unwrap_or_default(),
                address: endpoint.address,
                began: Instant::now(),
                may_go_on: attempt < retries,
                is_told: resolved.is_some() || retries > 0,
            };
            let (handle, events) = call::start(&channel, request);
            let handle = Arc::new(handle);
            let sender = Sender {
                id: self.id,
                prepared: Arc::clone(&self.prepared),
                teller: self.teller.clone(),
                handle: Arc::clone(&handle),
            };
            let sending = tokio::spawn(sender.run(messages, streams, Arc::clone(&inbox)));
            let goes_on = self.read(&handle, events, &trying, &inbox).await;
            sending.abort();
            if !goes_on {
                return;
            }
            // Nobody else is left to be asked: the same one gets a moment.
            let known = resolved.as_ref().map_or(1, |resolved| resolved.choices.len());
            if index + 1 >= known {
                let pause = RETRY_PAUSE.saturating_mul(1 << (index + 1 - known).min(3));
                tokio::select! {
                    () = tokio::time::sleep(pause) => {}
                    // The next attempt hears it at once.
                    () = self.cancel.notified() => self.cancel.notify_one(),
                }
            }
        }
    }

    /// Which instances the address stands for, if it names a service; what is told where there is none.
    async fn resolve(&self, start: &StartCall, began: Instant) -> Result<Option<Resolved>, CallUpdate> {
        let deadline = start.deadline.map(|limit| (began, limit));
        tokio::select! {
            resolved = self.registries.resolve_within(&start.endpoint.address, &start.policy, deadline) => {
                resolved.map_err(|error| CallUpdate::NotResolved(Arc::new(error)))
            }
            () = self.cancel.notified() => Err(CallUpdate::NotResolved(Arc::new(ResolveError::Cancelled))),
        }
    }

    /// What is sent first, made once for all attempts.
    async fn first_messages(
        &self,
        start: &StartCall,
        streams: bool,
        made: &mut Option<Vec<Bytes>>,
    ) -> Result<Vec<Bytes>, MessageError> {
        if let Some(messages) = made {
            return Ok(messages.clone());
        }
        let messages = match (&start.message, streams) {
            (Some(text), _) => tokio::select! {
                encoded = encode_all(&self.prepared, text, streams) => encoded?,
                () = self.cancel.notified() => return Err(MessageError::new(Misfit::Stopped)),
            },
            (None, true) => Vec::new(),
            (None, false) => vec![Bytes::new()],
        };
        Ok(made.insert(messages).clone())
    }

    /// Reads files and checks rows; nothing is sent yet. `since` is when the deadline began, if not with the call.
    async fn ready(
        &self,
        start: &StartCall,
        endpoint: &Endpoint,
        since: Option<Instant>,
    ) -> Result<(Channel, CallRequest), String> {
        let endpoint = endpoint.clone();
        let loaded = tokio::task::spawn_blocking(move || load_options(&endpoint)).await;
        let (target, options) = loaded.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
        let info = &self.prepared.method.info;
        let request = CallRequest {
            path: format!("/{}/{}", self.prepared.method.service, info.name),
            client_streaming: info.client_streaming,
            server_streaming: info.server_streaming,
            metadata: checked(&start.metadata)?,
            deadline: start.deadline.map(|set| Deadline { set, began: since }),
            limits: start.limits,
            compress: start.compress,
        };
        Ok((self.pool.channel(&target, &options), request))
    }

    /// Reads one attempt to its end; whether another shall follow.
    async fn read(&self, handle: &Arc<CallHandle>, mut events: EventReceiver, trying: &Trying, inbox: &Inbox) -> bool {
        let mut untold = Untold::default();
        let (mut has_answer, mut is_cancelled, mut goes_on) = (false, false, false);
        loop {
            let due = untold.told.map_or_else(Instant::now, |told| told + TELL_EVERY);
            let batch = tokio::select! {
                batch = events.next() => batch,
                () = self.cancel.notified() => {
                    is_cancelled = true;
                    handle.cancel();
                    continue;
                }
                () = tokio::time::sleep_until(due.into()), if untold.waits => {
                    let seen = self.seen(&mut untold);
                    self.tell(vec![seen]).await;
                    continue;
                }
            };
            let Some(batch) = batch else { return goes_on };
            let mut updates = Vec::new();
            let mut is_answered = false;
            for event in batch {
                match event {
                    CallEvent::MessageIn(record) => {
                        has_answer = true;
                        is_answered |= record.index == 0;
                        self.keep(Direction::Received, record, &mut untold);
                    }
                    CallEvent::MessageOut(record) => self.keep(Direction::Sent, record, &mut untold),
                    CallEvent::Status { at, status } => {
                        // What was written while the call ran is gone with it, and so is what was answered.
                        let is_whole = !has_answer && !is_cancelled && !inbox.taken.load(Ordering::Acquire);
                        goes_on = trying.may_go_on && is_whole && status.code == Code::UNAVAILABLE;
                        if trying.is_told {
                            updates.push(CallUpdate::Attempt(Box::new(trying.ended(&status, goes_on))));
                        }
                        if goes_on {
                            continue;
                        }
                        let details = self.details(&status).await;
                        updates.push(CallUpdate::Event(CallEvent::Status { at, status }));
                        if !details.is_empty() {
                            updates.push(CallUpdate::Details(details));
                        }
                    }
                    other => {
                        has_answer |= matches!(other, CallEvent::ResponseHeaders { .. });
                        if matches!(other, CallEvent::Connected { .. }) {
                            self.tls_memory.keep(&self.pool);
                        }
                        updates.push(CallUpdate::Event(other));
                    }
                }
            }
            // Whatever else happened is told with the messages before it.
            let is_due = untold.told.is_none_or(|told| told.elapsed() >= TELL_EVERY);
            if untold.waits && (is_due || !updates.is_empty()) {
                let seen = self.seen(&mut untold);
                updates.insert(0, seen);
            }
            if !updates.is_empty() {
                self.tell(updates).await;
            }
            if is_answered && !self.prepared.method.info.server_streaming {
                let shown = Shown {
                    call: self.id,
                    store: Arc::clone(&self.store),
                    prepared: Arc::clone(&self.prepared),
                    texts: Arc::clone(&self.texts),
                    teller: self.teller.clone(),
                };
                let mut work = tokio::spawn(show(shown, Direction::Received, 0));
                // The text comes before the status where it is soon there, so that both appear at once; a large one
                // holds neither the status nor a cancel up.
                drop(tokio::time::timeout(TEXT_FIRST, &mut work).await);
            }
        }
    }

    /// Keeps a message's bytes and counts it.
    fn keep(&self, direction: Direction, record: MessageRecord, untold: &mut Untold) {
        untold.waits = true;
        let seen = &mut untold.seen;
        match direction {
            Direction::Sent => {
                seen.sent += 1;
                seen.sent_bytes += record.size;
                seen.last_out = Some(record.at);
            }
            Direction::Received => {
                seen.received += 1;
                seen.received_bytes += record.size;
                seen.first_in.get_or_insert(record.at);
                seen.last_in = Some(record.at);
            }
        }
        locked(&self.store).push(direction, record);
        self.grows.send_modify(|length| *length += 1);
    }

    fn seen(&self, untold: &mut Untold) -> CallUpdate {
        untold.waits = false;
        untold.told = Some(Instant::now());
        let info = &self.prepared.method.info;
        if info.client_streaming || info.server_streaming {
            (untold.seen.tail, untold.seen.sent_tail) = untold.tail.read(&self.store, &self.prepared);
        }
        CallUpdate::Seen(Box::new(untold.seen.clone()))
    }

    async fn details(&self, status: &CallStatus) -> Vec<Detail> {
        told_details(&self.prepared, status).await
    }

    async fn tell(&self, updates: Vec<CallUpdate>) {
        self.teller.tell(Event::Call { call: self.id, updates }).await;
    }
}

/// A status' details, read by the method's schema.
pub(super) async fn told_details(prepared: &Prepared, status: &CallStatus) -> Vec<Detail> {
    let texts = prepared.details(status, true).await;
    let details = texts.into_iter().zip(&status.details).map(|((name, text), detail)| {
        let (text, problem) = match text {
            Ok(text) => (text, None),
            Err(error) => (STANDARD.encode(&detail.value), Some(error)),
        };
        Detail { name, text: Arc::new(TextLines::new(text)), problem, known: details::known(detail) }
    });
    details.collect()
}

/// One attempt.
struct Trying {
    number: u32,
    instance: InstanceKey,
    address: String,
    began: Instant,
    may_go_on: bool,
    /// Its fate is worth a word.
    is_told: bool,
}

impl Trying {
    fn ended(&self, status: &Arc<CallStatus>, goes_on: bool) -> Attempt {
        Attempt {
            number: self.number,
            instance: self.instance.clone(),
            address: self.address.clone(),
            began: self.began,
            took: self.began.elapsed(),
            status: Arc::clone(status),
            goes_on,
        }
    }
}

/// What the person does, for whichever attempt runs.
struct Inbox {
    orders: tokio::sync::Mutex<mpsc::Receiver<Order>>,
    /// An attempt has taken something: another one cannot send it again.
    taken: AtomicBool,
}

/// Sends while answers are read, so that flow control on one side never stops the other.
struct Sender {
    id: CallId,
    prepared: Arc<Prepared>,
    teller: Teller,
    handle: Arc<CallHandle>,
}

impl Sender {
    async fn run(self, first: Vec<Bytes>, streams: bool, inbox: Arc<Inbox>) {
        for message in first {
            if self.handle.send(message).await.is_err() {
                return;
            }
        }
        if !streams {
            self.handle.half_close();
            return;
        }
        let mut orders = inbox.orders.lock().await;
        while let Some(order) = orders.recv().await {
            inbox.taken.store(true, Ordering::Release);
            match order {
                Order::HalfClose => {
                    self.handle.half_close();
                    return;
                }
                Order::Send(text) => match encode_all(&self.prepared, &text, true).await {
                    Ok(messages) => {
                        for message in messages {
                            if self.handle.send(message).await.is_err() {
                                return;
                            }
                        }
                    }
                    Err(error) => {
                        let updates = vec![CallUpdate::Unsendable(error)];
                        self.teller.tell(Event::Call { call: self.id, updates }).await;
                    }
                },
            }
        }
    }
}

/// Formats one message of a call in full and tells its text, unless the same is under way.
pub(super) async fn show(shown: Shown, direction: Direction, index: u64) {
    let Shown { call, store, prepared, texts, teller } = shown;
    let Some(stop) = texts.begin((direction, index)) else { return };
    let runtime = tokio::runtime::Handle::current();
    let own = Arc::clone(&stop);
    let work = tokio::task::spawn_blocking(move || message_text(&store, &prepared, direction, index, &stop, &runtime));
    let text = work.await.unwrap_or_else(|error| Err(NoText::Failed(error.to_string())));
    if texts.end((direction, index), &own) {
        teller.tell(Event::MessageText { call, direction, index, text }).await;
    }
}

/// What the formatting of a call's messages needs.
#[derive(Clone)]
pub(super) struct Shown {
    pub(super) call: CallId,
    pub(super) store: Arc<Mutex<MessageStore>>,
    pub(super) prepared: Arc<Prepared>,
    pub(super) texts: Arc<Texts>,
    pub(super) teller: Teller,
}

/// Blocks, on a server too where types are looked up.
fn message_text(
    store: &Mutex<MessageStore>,
    prepared: &Prepared,
    direction: Direction,
    index: u64,
    stop: &Stop,
    runtime: &tokio::runtime::Handle,
) -> Result<Arc<TextLines>, NoText> {
    let data = locked(store).get(direction, index).ok_or(NoText::Gone)?;
    let data = data.map_err(|error| NoText::Unreadable(error.to_string()))?;
    let style = WriteStyle { pretty: true, short_lists: true, ..WriteStyle::default() };
    let response = direction == Direction::Received;
    let strict = runtime.block_on(prepared.decode_until(stop, response, &data, style));
    let tolerant = |_strict| prepared.decode_now_until(stop, response, &data, WriteStyle { tolerant: true, ..style });
    let text = strict.or_else(tolerant)?;
    TextLines::json_while(text, &|| !stop.is_set()).map(Arc::new).ok_or(NoText::Stopped)
}

/// Makes bytes of one message or of several, off the tasks' threads; ends early where nobody waits for it any more.
async fn encode_all(prepared: &Arc<Prepared>, text: &str, several: bool) -> Result<Vec<Bytes>, MessageError> {
    let (prepared, text) = (Arc::clone(prepared), text.to_owned());
    let runtime = tokio::runtime::Handle::current();
    let stop = StopOnDrop::default();
    let flag = Arc::clone(&stop.0);
    let work = tokio::task::spawn_blocking(move || {
        let style = ReadStyle { relaxed: true, ..ReadStyle::default() };
        let encode = |value: &str| runtime.block_on(prepared.encode_until(&flag, value, style));
        if !several {
            return Ok(vec![encode(&text)?.into()]);
        }
        let values = split_values(&text, true, false)?;
        let mut messages = Vec::with_capacity(values.len());
        for range in values {
            let before = text.get(..range.start).unwrap_or("");
            let value = text.get(range.clone()).unwrap_or("");
            messages.push(encode(value).map_err(|error| moved(error, before))?.into());
        }
        Ok(messages)
    });
    // A panic has no place in the text.
    work.await.unwrap_or_else(|_panic| Err(MessageError::new(Misfit::Stopped)))
}

/// Places an error of one value in the text that it was cut from.
pub fn moved(mut error: MessageError, before: &str) -> MessageError {
    let lines = u32::try_from(before.matches('\n').count()).unwrap_or(u32::MAX);
    if error.line == Some(1) {
        let last = before.rsplit('\n').next().unwrap_or("");
        let chars = u32::try_from(last.chars().count()).unwrap_or(u32::MAX);
        error.column = error.column.map(|column| column.saturating_add(chars));
    }
    error.line = error.line.map(|line| line.saturating_add(lines));
    error.span = error.span.start + before.len()..error.span.end + before.len();
    error
}

/// Checks the person's rows.
pub(super) fn checked(rows: &[(String, Secret)]) -> Result<Metadata, String> {
    rows.iter().map(|(key, value)| check_metadata(key, value.reveal()).map_err(|error| error.to_string())).collect()
}
