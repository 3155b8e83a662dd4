//! One request to every instance of a service at once: who answered what, how fast, by which schema.
//!
//! Each answer is read with the schema that its own instance serves, where it reflects: a newer one has fields that
//! the others would not show. Absent: which answers are equal and which letter they get, that is the window's.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use tokio::sync::{Mutex, Semaphore};
use tokio::task::JoinSet;

use super::live::Teller;
use super::prepared::{Prepared, ReadStyle, WriteStyle};
use super::probe::{PROBE_PATIENCE, probe_once};
use super::resolve::endpoint_at;
use super::running::told_details;
use super::{Detail, Endpoint, Event, Reflector, Registries, ResolveError, TextLines, load_options};
use crate::call::{
    self, CallEvent, CallRequest, CallStatus, Deadline, Encoding, Limits, Metadata, MetadataError, check_metadata,
};
use crate::message::MessageError;
use crate::registry::{Health, Instance, InstanceKey, RegistryPlace, WireFacts};
use crate::schema::{ReflectionSource, Source as _};
use crate::secret::Secret;
use crate::transport::Pool;

/// So many instances are asked at once, at most: every one costs a connection.
pub const MOST_AT_ONCE: usize = 64;
/// Messages of one answer that are kept; a stream that goes on is ended.
const MOST_MESSAGES: u64 = 1000;
/// Bytes of one answer that are kept.
const MOST_BYTES: usize = 4 << 20;

/// Names a request to all in this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AllId(pub u64);

/// Who is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum AllWho {
    /// Everybody who is registered, whatever their health.
    #[default]
    Registered,
    /// Only those that pass, or of which the registry has no word.
    Passing,
    /// These.
    Chosen(BTreeSet<InstanceKey>),
}

/// A request to begin.
#[derive(Clone, Debug)]
pub struct StartAll {
    /// Given by the asker.
    pub id: AllId,
    /// The ticket of a prepared method.
    pub ticket: u64,
    /// An address that names a service in a registry, and how its instances are connected to.
    pub endpoint: Endpoint,
    /// Keys and values in order, `-bin` as base64; checked again here.
    pub metadata: Vec<(String, Secret)>,
    /// JSON of the message.
    pub message: Option<String>,
    /// Of each call.
    pub deadline: Option<Duration>,
    /// Sizes.
    pub limits: Limits,
    /// Of requests.
    pub compress: Encoding,
    /// Who is asked.
    pub who: AllWho,
    /// How many at once.
    pub at_once: usize,
}

/// What became of one instance's call.
#[derive(Clone, Debug)]
pub struct AllAnswer {
    /// Which instance.
    pub instance: InstanceKey,
    /// When its call began.
    pub began: Instant,
    /// Until it was over.
    pub took: Duration,
    /// Until a connection was in hand; `None`: there was none.
    pub connected: Option<Duration>,
    /// How it ended.
    pub status: Arc<CallStatus>,
    /// The status' details, in order.
    pub details: Vec<Detail>,
    /// How many messages came.
    pub messages: u64,
    /// Their bytes, uncompressed.
    pub size: u64,
    /// There was more, which was not waited for; the call was ended by us, so its status says nothing.
    pub cut: Option<AllCut>,
}

/// Why an answer was not read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AllCut {
    /// So many messages are read at most.
    Messages(u64),
    /// So many bytes are read at most.
    Bytes(usize),
}

/// What an instance answered, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllText {
    /// SHA-256 of the text, lower-case hex: equal where the texts are; the first six are shown.
    pub hash: String,
    /// JSON of the answer; of several messages one after the other.
    pub text: Arc<TextLines>,
}

impl AllText {
    /// What is shown of the hash.
    pub fn short(&self) -> &str {
        self.hash.get(..6).unwrap_or(&self.hash)
    }
}

/// What happens to a request to all, in order.
#[derive(Clone, Debug)]
pub enum AllUpdate {
    /// It begins: who is asked, in the registry's order.
    Began {
        /// Time zero.
        at: Instant,
        /// By the clock of the wall.
        wall: SystemTime,
        /// Who named them.
        place: RegistryPlace,
        /// Those that are asked.
        instances: Arc<Vec<Instance>>,
        /// How many the registry named in all.
        total: usize,
    },
    /// An instance's turn has come.
    Asked {
        /// Which.
        instance: InstanceKey,
        /// When.
        at: Instant,
    },
    /// Its call is over.
    Answered(Box<AllAnswer>),
    /// Its answer was read, or why it cannot be.
    Read {
        /// Which.
        instance: InstanceKey,
        /// What it says.
        text: Result<AllText, AllProblem>,
    },
    /// What the wire says of it, its schema among that.
    Wire {
        /// Which.
        instance: InstanceKey,
        /// What was found.
        facts: Arc<WireFacts>,
    },
    /// All have answered, and were read.
    Ended {
        /// When the last call was over.
        at: Instant,
    },
    /// The registry names nobody.
    NotResolved(Arc<ResolveError>),
    /// The message does not fit its type.
    Unsendable(MessageError),
    /// It never began.
    NotBegun(AllProblem),
}

/// What kept a request to all, or the call of one instance, from beginning, or its answer from being read. `Display` is
/// English, `words` has it in all languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AllProblem {
    /// The address names no service in a registry.
    NoService,
    /// The method's schema is still being read.
    NotReady,
    /// A row of metadata cannot be sent.
    Metadata(MetadataError),
    /// Settings of an address that cannot be used: why (English).
    Settings(String),
    /// The call ended without a status.
    NoStatus,
    /// The answer does not fit its type.
    Unreadable(MessageError),
    /// Something broke here: what (English).
    Broken(String),
}

impl std::fmt::Display for AllProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoService => f.write_str("the address names no service in a registry"),
            Self::NotReady => f.write_str("the method is not ready: its schema is still being read"),
            Self::NoStatus => f.write_str("the call ended without a status"),
            Self::Unreadable(error) => error.fmt(f),
            Self::Metadata(error) => error.fmt(f),
            Self::Settings(why) | Self::Broken(why) => f.write_str(why),
        }
    }
}

/// One request to all, from its beginning to its end, which may be the abort of its task.
pub(super) struct All {
    pub(super) start: StartAll,
    pub(super) prepared: Arc<Prepared>,
    pub(super) pool: Pool,
    pub(super) registries: Arc<Registries>,
    pub(super) teller: Teller,
}

impl All {
    pub(super) async fn run(self) {
        let id = self.start.id;
        let teller = self.teller.clone();
        if let Err(why) = self.ask().await {
            teller.tell(Event::All { id, update: why }).await;
        }
    }

    async fn ask(self) -> Result<(), AllUpdate> {
        let start = self.start;
        let found = self.registries.all(&start.endpoint.address).await;
        let found = found.map_err(|error| AllUpdate::NotResolved(Arc::new(error)))?;
        let Some((target, place, named)) = found else {
            return Err(AllUpdate::NotBegun(AllProblem::NoService));
        };
        let total = named.len();
        let asked: Vec<Instance> = named.into_iter().filter(|instance| is_meant(&start.who, instance)).collect();
        if asked.is_empty() {
            let none = crate::registry::NoInstance { service: target.service.clone(), ..Default::default() };
            return Err(AllUpdate::NotResolved(Arc::new(ResolveError::None { place, none })));
        }
        let text = start.message.as_deref().unwrap_or("{}");
        let style = ReadStyle { relaxed: true, ..ReadStyle::default() };
        let message: Bytes = self.prepared.encode(text, style).await.map_err(AllUpdate::Unsendable)?.into();
        let metadata = start.metadata.iter().map(|(key, value)| check_metadata(key, value.reveal()));
        let metadata: Metadata =
            metadata.collect::<Result<_, _>>().map_err(|error| AllUpdate::NotBegun(AllProblem::Metadata(error)))?;
        let began = Instant::now();
        let told = Told { id: start.id, teller: self.teller };
        let instances = Arc::new(asked);
        let (at, wall) = (began, SystemTime::now());
        told.tell(AllUpdate::Began { at, wall, place, instances: Arc::clone(&instances), total }).await;
        let shared = Arc::new(Shared {
            told,
            message,
            metadata,
            room: Semaphore::new(start.at_once.clamp(1, MOST_AT_ONCE)),
            looks: Semaphore::new(MOST_AT_ONCE),
            prepared: self.prepared,
            pool: self.pool,
            readers: Mutex::default(),
            deadline: start.deadline,
            limits: start.limits,
            compress: start.compress,
        });
        let known = self.registries.known();
        let mut tasks = JoinSet::new();
        for instance in instances.iter() {
            let endpoint = endpoint_at(&known, &start.endpoint, instance.host_port());
            tasks.spawn(Arc::clone(&shared).one(instance.key.clone(), endpoint));
        }
        let mut last = began;
        while let Some(ended) = tasks.join_next().await {
            last = last.max(ended.unwrap_or(last));
        }
        shared.told.tell(AllUpdate::Ended { at: last }).await;
        Ok(())
    }
}

fn is_meant(who: &AllWho, instance: &Instance) -> bool {
    match who {
        AllWho::Registered => true,
        AllWho::Passing => matches!(instance.health, Health::Passing | Health::Unknown),
        AllWho::Chosen(keys) => keys.contains(&instance.key),
    }
}

struct Told {
    id: AllId,
    teller: Teller,
}

impl Told {
    async fn tell(&self, update: AllUpdate) {
        self.teller.tell(Event::All { id: self.id, update }).await;
    }
}

/// What all calls of one request have in common.
struct Shared {
    told: Told,
    message: Bytes,
    metadata: Metadata,
    room: Semaphore,
    /// For what the wire says of those that have answered; it does not hold up those that have not been asked.
    looks: Semaphore,
    prepared: Arc<Prepared>,
    pool: Pool,
    /// The method as each schema has it, by the schema's hash.
    readers: Mutex<HashMap<String, Arc<Prepared>>>,
    deadline: Option<Duration>,
    limits: Limits,
    compress: Encoding,
}

impl Shared {
    /// Asks one instance, reads its answer, looks at its schema; returns when its call was over.
    async fn one(self: Arc<Self>, instance: InstanceKey, endpoint: Endpoint) -> Instant {
        let Ok(room) = self.room.acquire().await else { return Instant::now() };
        let began = Instant::now();
        self.told.tell(AllUpdate::Asked { instance: instance.clone(), at: began }).await;
        let (answer, messages) = match self.call(&instance, &endpoint, began).await {
            Ok(called) => called,
            Err(why) => {
                let text = Err(why);
                self.told.tell(AllUpdate::Read { instance, text }).await;
                return Instant::now();
            }
        };
        drop(room);
        let over = answer.began + answer.took;
        self.told.tell(AllUpdate::Answered(Box::new(answer))).await;
        let Ok(_look) = self.looks.acquire().await else { return over };
        let facts = Arc::new(probe_once(&self.pool, endpoint.clone(), PROBE_PATIENCE).await);
        self.told.tell(AllUpdate::Wire { instance: instance.clone(), facts: Arc::clone(&facts) }).await;
        if !messages.is_empty() {
            let reader = self.reader(&endpoint, &facts).await;
            let text = read(&reader, messages).await;
            self.told.tell(AllUpdate::Read { instance, text }).await;
        }
        over
    }

    async fn call(
        &self,
        instance: &InstanceKey,
        endpoint: &Endpoint,
        began: Instant,
    ) -> Result<(AllAnswer, Vec<Bytes>), AllProblem> {
        let wanted = endpoint.clone();
        let loaded = tokio::task::spawn_blocking(move || load_options(&wanted)).await;
        let loaded = loaded.map_err(|error| AllProblem::Broken(error.to_string()))?;
        let (target, options) = loaded.map_err(|error| AllProblem::Settings(error.to_string()))?;
        let info = &self.prepared.method.info;
        let request = CallRequest {
            path: format!("/{}/{}", self.prepared.method.service, info.name),
            client_streaming: info.client_streaming,
            server_streaming: info.server_streaming,
            metadata: self.metadata.clone(),
            deadline: self.deadline.map(|set| Deadline { set, began: None }),
            limits: self.limits,
            compress: self.compress,
        };
        let (handle, mut events) = call::start(&self.pool.channel(&target, &options), request);
        if handle.send(self.message.clone()).await.is_ok() {
            handle.half_close();
        }
        let mut answer = Answer::default();
        while let Some(batch) = events.next().await {
            for event in batch {
                if answer.take(event, began) {
                    handle.cancel();
                }
            }
        }
        let Answer { kept, count, size, connected, ended, cut, .. } = answer;
        let (at, status) = ended.ok_or(AllProblem::NoStatus)?;
        let details = told_details(&self.prepared, &status).await;
        let took = at.saturating_duration_since(began);
        let instance = instance.clone();
        Ok((AllAnswer { instance, began, took, connected, status, details, messages: count, size, cut }, kept))
    }

    /// The method as this instance's own schema has it; as the window prepared it where it does not reflect.
    async fn reader(&self, endpoint: &Endpoint, facts: &WireFacts) -> Arc<Prepared> {
        let Some(hash) = facts.schema_hash() else { return Arc::clone(&self.prepared) };
        let mut readers = self.readers.lock().await;
        if let Some(known) = readers.get(hash) {
            return Arc::clone(known);
        }
        let made = self.made(endpoint).await.unwrap_or_else(|| Arc::clone(&self.prepared));
        readers.insert(hash.to_owned(), Arc::clone(&made));
        made
    }

    async fn made(&self, endpoint: &Endpoint) -> Option<Arc<Prepared>> {
        let wanted = endpoint.clone();
        let (target, options) = tokio::task::spawn_blocking(move || load_options(&wanted)).await.ok()?.ok()?;
        let channel = self.pool.channel(&target, &options);
        let reflector = Reflector::patient(channel, self.metadata.clone());
        let source = Arc::new(ReflectionSource::new(Arc::new(reflector), &endpoint.address));
        let (service, name) = (&self.prepared.method.service, &self.prepared.method.info.name);
        let method = source.method(service, name).await.ok()?;
        Some(Arc::new(Prepared::new(method, vec![source])))
    }
}

/// What came of one call so far.
#[derive(Default)]
struct Answer {
    kept: Vec<Bytes>,
    bytes: usize,
    count: u64,
    size: u64,
    connected: Option<Duration>,
    ended: Option<(Instant, Arc<CallStatus>)>,
    cut: Option<AllCut>,
}

impl Answer {
    /// Takes one event in; true where it is enough.
    fn take(&mut self, event: CallEvent, began: Instant) -> bool {
        match event {
            CallEvent::Connected { at, .. } => self.connected = Some(at.saturating_duration_since(began)),
            CallEvent::MessageIn(record) => {
                self.count += 1;
                self.size += record.size;
                if self.bytes < MOST_BYTES && self.count <= MOST_MESSAGES {
                    self.bytes += record.data.len();
                    self.kept.push(record.data);
                }
                // What stands at the limit is whole; only one message more shows that there is more.
                if self.cut.is_none() && self.count > MOST_MESSAGES {
                    self.cut = Some(AllCut::Messages(MOST_MESSAGES));
                } else if self.cut.is_none() && self.kept_less() {
                    self.cut = Some(AllCut::Bytes(MOST_BYTES));
                }
                return self.cut.is_some();
            }
            CallEvent::Status { at, status } => self.ended = Some((at, status)),
            _ => {}
        }
        false
    }

    /// A message came that was not kept.
    fn kept_less(&self) -> bool {
        u64::try_from(self.kept.len()).is_ok_and(|kept| kept < self.count)
    }
}

fn hex_digit(half: u8) -> char {
    char::from(if half < 10 { b'0' + half } else { b'a' + half - 10 })
}

/// Messages as JSON, one after the other.
async fn read(reader: &Arc<Prepared>, messages: Vec<Bytes>) -> Result<AllText, AllProblem> {
    let reader = Arc::clone(reader);
    let work = tokio::task::spawn_blocking(move || {
        let style = WriteStyle { pretty: true, short_lists: true, ..WriteStyle::default() };
        let mut texts = Vec::new();
        for data in &messages {
            let text = reader
                .decode_now(true, data, style)
                .or_else(|_strict| reader.decode_now(true, data, WriteStyle { tolerant: true, ..style }))
                .map_err(AllProblem::Unreadable)?;
            texts.push(text);
        }
        let text = texts.join("\n");
        let digest = Sha256::digest(text.as_bytes());
        let hash: String = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(hex_digit).collect();
        Ok(AllText { hash, text: Arc::new(TextLines::json(text)) })
    });
    work.await.unwrap_or_else(|error| Err(AllProblem::Broken(error.to_string())))
}
