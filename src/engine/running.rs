//! One call of the window: prepared, started, read, its messages kept, each step told.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use bytes::Bytes;
use tokio::sync::{Notify, mpsc};

use super::live::Teller;
use super::prepared::{Prepared, ReadStyle, WriteStyle};
use super::store::MessageStore;
use super::tls_memory::TlsMemory;
use super::{CallId, CallUpdate, Direction, Event, MessageRow, Reflector, StartCall, TextLines, load_options};
use crate::call::{self, CallEvent, CallHandle, CallRequest, EventReceiver, MessageRecord, Metadata, check_metadata};
use crate::message::{MessageError, split_values};
use crate::schema::ReflectionSource;
use crate::secret::Secret;
use crate::transport::{Channel, Pool};

/// Characters of a message's one-line preview.
const PREVIEW_CHARS: usize = 400;
/// Messages larger than this are decoded for their preview on a blocking thread.
const INLINE_BYTES: usize = 64 << 10;
/// Wishes of the person that wait while flow control holds a message back.
const WAITING_ORDERS: usize = 1024;

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
}

/// Starts the call's tasks.
pub(super) fn begin(
    start: StartCall,
    prepared: Arc<Prepared>,
    pool: Pool,
    tls_memory: Arc<TlsMemory>,
    teller: Teller,
) -> RunningCall {
    let (orders, inbox) = mpsc::channel(WAITING_ORDERS);
    let cancel = Arc::new(Notify::new());
    let store = Arc::new(Mutex::new(MessageStore::default()));
    let running =
        RunningCall { orders, cancel: Arc::clone(&cancel), store: Arc::clone(&store), prepared: Arc::clone(&prepared) };
    let call = Call { id: start.call, prepared, pool: pool.clone(), tls_memory, teller, store, cancel };
    tokio::spawn(call.run(start, pool, inbox));
    running
}

struct Call {
    id: CallId,
    prepared: Arc<Prepared>,
    pool: Pool,
    tls_memory: Arc<TlsMemory>,
    teller: Teller,
    store: Arc<Mutex<MessageStore>>,
    cancel: Arc<Notify>,
}

impl Call {
    async fn run(mut self, start: StartCall, pool: Pool, inbox: mpsc::Receiver<Order>) {
        self.tell(vec![CallUpdate::Began(Instant::now())]).await;
        let (channel, request) = match self.ready(&start, &pool).await {
            Ok(ready) => ready,
            Err(why) => return self.tell(vec![CallUpdate::NotBegun(why)]).await,
        };
        // Types of Any that the schema lacks are asked of the very server that sends them.
        let reflector = Reflector::patient(channel.clone(), request.metadata.clone());
        let asked = ReflectionSource::new(Arc::new(reflector), &start.endpoint.address);
        self.prepared = Arc::new(self.prepared.with_source(Arc::new(asked)));
        let streams = request.client_streaming;
        let first = match (&start.message, streams) {
            (Some(text), _) => match self.encode_all(text, streams).await {
                Ok(messages) => messages,
                Err(error) => return self.tell(vec![CallUpdate::Unsendable(error)]).await,
            },
            (None, true) => Vec::new(),
            (None, false) => vec![Bytes::new()],
        };
        let (handle, events) = call::start(&channel, request);
        let handle = Arc::new(handle);
        let sender = Sender {
            id: self.id,
            prepared: Arc::clone(&self.prepared),
            teller: self.teller.clone(),
            handle: Arc::clone(&handle),
        };
        let sending = tokio::spawn(sender.run(first, streams, inbox));
        self.read(&handle, events).await;
        sending.abort();
    }

    /// Reads files and checks rows; nothing is sent yet.
    async fn ready(&self, start: &StartCall, pool: &Pool) -> Result<(Channel, CallRequest), String> {
        let endpoint = start.endpoint.clone();
        let loaded = tokio::task::spawn_blocking(move || load_options(&endpoint)).await;
        let (target, options) = loaded.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
        let info = &self.prepared.method.info;
        let request = CallRequest {
            path: format!("/{}/{}", self.prepared.method.service, info.name),
            client_streaming: info.client_streaming,
            server_streaming: info.server_streaming,
            metadata: checked(&start.metadata)?,
            deadline: start.deadline.map(Into::into),
            limits: start.limits,
            compress: start.compress,
        };
        Ok((pool.channel(&target, &options), request))
    }

    async fn encode_all(&self, text: &str, several: bool) -> Result<Vec<Bytes>, MessageError> {
        encode_all(&self.prepared, text, several).await
    }

    async fn read(&self, handle: &Arc<CallHandle>, mut events: EventReceiver) {
        loop {
            let batch = tokio::select! {
                batch = events.next() => batch,
                () = self.cancel.notified() => {
                    handle.cancel();
                    continue;
                }
            };
            let Some(batch) = batch else { return };
            let mut updates = Vec::with_capacity(batch.len());
            for event in batch {
                match event {
                    CallEvent::MessageIn(record) => updates.push(self.keep(Direction::Received, record).await),
                    CallEvent::MessageOut(record) => updates.push(self.keep(Direction::Sent, record).await),
                    CallEvent::Status { at, status } => {
                        let details = self.prepared.details(&status, true).await;
                        updates.push(CallUpdate::Event(CallEvent::Status { at, status }));
                        if !details.is_empty() {
                            updates.push(CallUpdate::Details(
                                details.into_iter().map(|(name, text)| (name, Arc::new(shown(text)))).collect(),
                            ));
                        }
                    }
                    other => {
                        if matches!(other, CallEvent::Connected { .. }) {
                            self.tls_memory.keep(&self.pool);
                        }
                        updates.push(CallUpdate::Event(other));
                    }
                }
            }
            let answered = updates.iter().any(
                |update| matches!(update, CallUpdate::Message(row) if row.direction == Direction::Received && row.index == 0),
            );
            self.tell(updates).await;
            if answered && !self.prepared.method.info.server_streaming {
                let text = message_text(&self.store, &self.prepared, Direction::Received, 0).await;
                let event = Event::MessageText { call: self.id, direction: Direction::Received, index: 0, text };
                self.teller.tell(event).await;
            }
        }
    }

    /// Keeps a message's bytes and makes its row.
    async fn keep(&self, direction: Direction, record: MessageRecord) -> CallUpdate {
        let response = direction == Direction::Received;
        let info = &self.prepared.method.info;
        // Where nothing streams there is no list: a large message is made into text once, when it is shown.
        let is_listed = info.client_streaming || info.server_streaming;
        let preview = if record.data.len() > INLINE_BYTES && !is_listed {
            String::new()
        } else if record.data.len() <= INLINE_BYTES {
            preview(&self.prepared, response, &record.data)
        } else {
            let (prepared, data) = (Arc::clone(&self.prepared), record.data.clone());
            let made = tokio::task::spawn_blocking(move || preview(&prepared, response, &data)).await;
            made.unwrap_or_default()
        };
        let row = MessageRow {
            direction,
            index: record.index,
            at: record.at,
            size: record.size,
            wire_size: record.wire_size,
            compressed: record.compressed,
            preview,
        };
        self.store.lock().unwrap_or_else(PoisonError::into_inner).push(direction, record.data);
        CallUpdate::Message(row)
    }

    async fn tell(&self, updates: Vec<CallUpdate>) {
        self.teller.tell(Event::Call { call: self.id, updates }).await;
    }
}

/// Sends while answers are read, so that flow control on one side never stops the other.
struct Sender {
    id: CallId,
    prepared: Arc<Prepared>,
    teller: Teller,
    handle: Arc<CallHandle>,
}

impl Sender {
    async fn run(self, first: Vec<Bytes>, streams: bool, mut inbox: mpsc::Receiver<Order>) {
        for message in first {
            if self.handle.send(message).await.is_err() {
                return;
            }
        }
        if !streams {
            self.handle.half_close();
            return;
        }
        while let Some(order) = inbox.recv().await {
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

/// Formats one message in full, off the tasks' threads.
pub(super) async fn message_text(
    store: &Arc<Mutex<MessageStore>>,
    prepared: &Arc<Prepared>,
    direction: Direction,
    index: u64,
) -> Result<Arc<TextLines>, String> {
    let (store, prepared) = (Arc::clone(store), Arc::clone(prepared));
    let runtime = tokio::runtime::Handle::current();
    let work = tokio::task::spawn_blocking(move || {
        let data = store.lock().unwrap_or_else(PoisonError::into_inner).get(direction, index);
        let data = match data {
            None => return Err("this message is not kept any more".to_owned()),
            Some(Err(error)) => return Err(format!("this message cannot be read back from disk: {error}")),
            Some(Ok(data)) => data,
        };
        let style = WriteStyle { pretty: true, short_lists: true, ..WriteStyle::default() };
        let response = direction == Direction::Received;
        let text = runtime
            .block_on(prepared.decode(response, &data, style))
            .or_else(|_strict| prepared.decode_now(response, &data, WriteStyle { tolerant: true, ..style }))
            .map_err(|error| error.to_string())?;
        Ok(Arc::new(TextLines::json(text)))
    });
    work.await.unwrap_or_else(|error| Err(error.to_string()))
}

async fn encode_all(prepared: &Prepared, text: &str, several: bool) -> Result<Vec<Bytes>, MessageError> {
    let style = ReadStyle { relaxed: true, ..ReadStyle::default() };
    if !several {
        return Ok(vec![prepared.encode(text, style).await?.into()]);
    }
    let values = split_values(text, true, false)?;
    let mut messages = Vec::with_capacity(values.len());
    for range in values {
        let before = text.get(..range.start).unwrap_or("");
        let value = text.get(range.clone()).unwrap_or("");
        let message = prepared.encode(value, style).await.map_err(|error| moved(error, before))?;
        messages.push(message.into());
    }
    Ok(messages)
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

fn shown(text: Result<String, MessageError>) -> TextLines {
    text.map_or_else(|error| TextLines::new(error.to_string()), TextLines::json)
}

fn preview(prepared: &Prepared, response: bool, data: &[u8]) -> String {
    let style = WriteStyle { tolerant: true, most_bytes: Some(4 * PREVIEW_CHARS), ..WriteStyle::default() };
    let mut text = prepared.decode_now(response, data, style).unwrap_or_else(|error| error.to_string());
    if let Some((end, _)) = text.char_indices().nth(PREVIEW_CHARS) {
        text.truncate(end);
        text.push('…');
    }
    text
}
