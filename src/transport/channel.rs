//! Connections, pooled: one verified connection serves reflection, health, probes and calls to a target.

use std::collections::{HashMap, HashSet, VecDeque};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Instant;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, WeakShared};

use super::connection::{Connection, Lease};
use super::dial::{Plan, Progress};
use super::tap::{Capture, TapLog};
use super::{ConnectEvent, ConnectOptions, Failure, FailureKind, Observer, SettingsFault, Stage, Target, TlsReport};

/// The frames of so many connections of a channel stay readable, the open one included.
const REMEMBERED_CONNECTIONS: usize = 4;
/// Above so many ways, those that nobody holds and that have no connection are forgotten.
const MANY_WAYS: usize = 64;
/// Connections that nobody holds stay for the next call, up to so many; a process may often have 1,024 files.
const MOST_IDLE: usize = 320;

/// All open connections of the process, keyed by target and options.
#[derive(Clone, Debug, Default)]
pub struct Pool {
    inner: Arc<PoolInner>,
}

#[derive(Default)]
struct PoolInner {
    slots: Mutex<HashMap<Key, Arc<Slot>>>,
    memory: Arc<TlsMemory>,
}

/// What tells two connections apart: where, with TLS or not, and how.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    address: super::Address,
    security: super::Security,
    options: ConnectOptions,
}

/// A way to one target with one set of options; cheap to clone. Connects on first use, again when the connection died.
#[derive(Clone)]
pub struct Channel {
    slot: Arc<Slot>,
    target: Arc<Target>,
}

/// One way: at most one open connection, at most one attempt at a time.
struct Slot {
    plan: Arc<Plan>,
    /// What every request on it carries; the error if the authority is none.
    request: Result<RequestParts, Arc<Failure>>,
    state: Mutex<SlotState>,
    /// When somebody wanted this way last.
    wanted: Mutex<Instant>,
}

#[derive(Default)]
struct SlotState {
    current: Option<Arc<Connection>>,
    attempt: Option<(WeakShared<Dialing>, Arc<Progress>)>,
    remembered: VecDeque<Remembered>,
}

/// What stays of a connection when it has closed.
struct Remembered {
    id: u64,
    log: Arc<TapLog>,
    /// How it was made.
    steps: Vec<ConnectEvent>,
}

type DialResult = Result<Arc<Connection>, Arc<Failure>>;
type Dialing = BoxFuture<'static, DialResult>;

/// The parts of a request that are the same for every call on a channel.
#[derive(Clone, Debug)]
pub(crate) struct RequestParts {
    pub authority: http::uri::Authority,
    pub user_agent: http::HeaderValue,
}

impl std::fmt::Debug for Channel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Channel").field("target", &self.target.text).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for PoolInner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PoolInner").finish_non_exhaustive()
    }
}

/// Which connection serves a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionInfo {
    /// Unique in this process.
    pub id: u64,
    /// It was open already.
    pub reused: bool,
    /// How many calls it carried before this one.
    pub calls_before: u64,
    /// When it was open (SETTINGS seen).
    pub opened: Instant,
    /// Our own address.
    pub local: String,
    /// The peer's address.
    pub peer: String,
    /// What TLS negotiated; `None` in plaintext.
    pub tls: Option<Arc<TlsReport>>,
    /// The server's first SETTINGS: identifier and value (RFC 9113, 6.5.2).
    pub settings: Vec<(u16, u32)>,
    /// The HTTP/2 stream of this call; 0 before it has one.
    pub stream_id: u32,
}

/// One frame header that the tap saw (RFC 9113, 4.1); DATA only with END_STREAM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameRecord {
    /// When the bytes passed.
    pub at: Instant,
    /// From us to the server.
    pub outgoing: bool,
    /// Frame type.
    pub kind: u8,
    /// Flags.
    pub flags: u8,
    /// Stream, 0 for the connection.
    pub stream_id: u32,
    /// Payload length in bytes.
    pub length: u32,
    /// The payload's first bytes (up to 256) for SETTINGS, PING, WINDOW_UPDATE, RST_STREAM, GOAWAY; else empty.
    pub payload: Vec<u8>,
}

/// Addresses that were seen with TLS.
#[derive(Debug, Default)]
pub(super) struct TlsMemory(Mutex<HashSet<String>>);

impl TlsMemory {
    pub fn contains(&self, address: &str) -> bool {
        lock(&self.0).contains(address)
    }

    pub fn insert(&self, address: String) {
        lock(&self.0).insert(address);
    }
}

/// Nothing under these locks can be left half-changed, so a poisoned one is as good.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Pool {
    /// A way to `target`. No IO happens here. For `Security::Auto` the pool remembers which addresses were once seen
    /// with TLS and never tries those in plaintext.
    pub fn channel(&self, target: &Target, options: &ConnectOptions) -> Channel {
        let key = Key { address: target.address.clone(), security: target.security, options: options.clone() };
        let mut slots = lock(&self.inner.slots);
        if slots.len() > MANY_WAYS {
            slots.retain(|_, slot| Arc::strong_count(slot) > 1 || slot.has_connection());
        }
        if slots.len() > MOST_IDLE {
            close_oldest(&slots);
        }
        let slot = slots.entry(key).or_insert_with(|| {
            let plan = Plan::new(target.clone(), options.clone(), Arc::clone(&self.inner.memory));
            let request = request_parts(target, options);
            Arc::new(Slot {
                request,
                plan: Arc::new(plan),
                state: Mutex::default(),
                wanted: Mutex::new(Instant::now()),
            })
        });
        *lock(&slot.wanted) = Instant::now();
        Channel { slot: Arc::clone(slot), target: Arc::new(target.clone()) }
    }

    /// Addresses (`host:port`) that were seen with TLS, sorted; to be kept between starts.
    pub fn seen_with_tls(&self) -> Vec<String> {
        let mut addresses: Vec<String> = lock(&self.inner.memory.0).iter().cloned().collect();
        addresses.sort_unstable();
        addresses
    }

    /// Restores what [`Pool::seen_with_tls`] gave.
    pub fn remember_tls(&self, addresses: Vec<String>) {
        lock(&self.inner.memory.0).extend(addresses);
    }

    /// Closes every connection once its calls have ended. Channels stay usable and connect again.
    pub fn close_all(&self) {
        let slots: Vec<Arc<Slot>> = lock(&self.inner.slots).drain().map(|(_, slot)| slot).collect();
        for slot in slots {
            drop(lock(&slot.state).current.take());
        }
    }
}

/// Closes the connections that nobody holds beyond [`MOST_IDLE`], those first that were wanted longest ago. Calls that
/// run on one go on until they end.
fn close_oldest(slots: &HashMap<Key, Arc<Slot>>) {
    let is_idle = |slot: &&Arc<Slot>| Arc::strong_count(slot) == 1 && slot.has_connection();
    let mut idle: Vec<&Arc<Slot>> = slots.values().filter(is_idle).collect();
    if idle.len() <= MOST_IDLE {
        return;
    }
    idle.sort_unstable_by_key(|slot| *lock(&slot.wanted));
    // A few more than needed, so that this is not done at every call.
    for slot in idle.iter().take(idle.len() - MOST_IDLE + MOST_IDLE / 8) {
        drop(lock(&slot.state).current.take());
    }
}

fn request_parts(target: &Target, options: &ConnectOptions) -> Result<RequestParts, Arc<Failure>> {
    let text = options.authority.clone().unwrap_or_else(|| target.authority());
    let authority = text.parse().map_err(|error: http::uri::InvalidUri| {
        Arc::new(Failure {
            stage: Stage::Request,
            kind: FailureKind::BadSettings(SettingsFault::BadAuthority { authority: text.clone() }),
            peer: target.address.to_string(),
            detail: error.to_string(),
            tls: None,
        })
    })?;
    let user_agent = http::HeaderValue::from_str(&options.user_agent)
        .unwrap_or_else(|_| http::HeaderValue::from_static(concat!("proconsul/", env!("CARGO_PKG_VERSION"))));
    Ok(RequestParts { authority, user_agent })
}

impl Slot {
    fn has_connection(&self) -> bool {
        lock(&self.state).current.as_ref().is_some_and(|connection| connection.usable())
    }

    fn opened(&self, result: &DialResult, progress: &Progress) {
        let mut state = lock(&self.state);
        state.attempt = None;
        if let Ok(connection) = result {
            let shared = connection.shared();
            if state.remembered.len() == REMEMBERED_CONNECTIONS {
                state.remembered.pop_front();
            }
            let (id, log) = (shared.info.id, Arc::clone(&shared.log));
            state.remembered.push_back(Remembered { id, log, steps: progress.since(0) });
            state.current = Some(Arc::clone(connection));
        }
    }
}

/// An attempt to connect that one or several callers wait for. It is given up when the last of them goes.
pub(crate) struct Attempt {
    dialing: Shared<Dialing>,
    progress: Arc<Progress>,
}

impl Attempt {
    /// The stage that runs now.
    pub fn stage(&self) -> Stage {
        self.progress.stage()
    }

    /// What there is to say of it if it is given up now; may be empty.
    pub fn detail(&self) -> &'static str {
        self.progress.detail()
    }

    /// Waits for the connection and tells each step, also those that ended before this caller came.
    pub async fn run(&mut self, observer: &dyn Observer) -> Result<Lease, Arc<Failure>> {
        let connection = self.connection(observer).await?;
        connection.lease(false).ok_or_else(|| connection.shared().failure(None))
    }

    /// [`Self::run`] for whoever makes no call.
    async fn connection(&mut self, observer: &dyn Observer) -> DialResult {
        let mut told = 0;
        let progress = Arc::clone(&self.progress);
        let mut tell = || {
            for event in progress.since(told) {
                told += 1;
                observer.connect_event(event);
            }
        };
        let mut dialing = self.dialing.clone();
        poll_fn(|cx| {
            let polled = Pin::new(&mut dialing).poll(cx);
            tell();
            polled
        })
        .await
    }
}

/// For callers who do not want to know.
pub(crate) struct Unobserved;

impl Observer for Unobserved {
    fn connect_event(&self, _event: ConnectEvent) {}
}

impl Channel {
    /// Connects now, or finds the open connection; tells `observer` of each step.
    pub async fn connect(&self, observer: &dyn Observer) -> Result<ConnectionInfo, Arc<Failure>> {
        let open = lock(&self.slot.state).current.clone().filter(|connection| connection.usable());
        if let Some(connection) = open {
            let shared = connection.shared();
            return Ok(ConnectionInfo { reused: true, calls_before: shared.calls(), ..shared.info.clone() });
        }
        let connection = self.attempt().connection(observer).await?;
        let shared = connection.shared();
        // It may have died on the way here: then it is no way to anything.
        if connection.usable() { Ok(shared.info.clone()) } else { Err(shared.failure(None)) }
    }

    /// The connection that is open now, with the calls that it carried so far.
    pub fn open_connection(&self) -> Option<ConnectionInfo> {
        let open = lock(&self.slot.state).current.clone().filter(|connection| connection.usable())?;
        let shared = open.shared();
        Some(ConnectionInfo { reused: true, calls_before: shared.calls(), ..shared.info.clone() })
    }

    /// A connection is being made.
    pub fn is_connecting(&self) -> bool {
        let state = lock(&self.slot.state);
        state.attempt.as_ref().is_some_and(|(attempt, _)| attempt.upgrade().is_some())
    }

    /// Closes the open connection once its calls have ended; the next call makes another.
    pub fn close(&self) {
        drop(lock(&self.slot.state).current.take());
    }

    /// The target.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// The options.
    pub fn options(&self) -> &ConnectOptions {
        &self.slot.plan.options
    }

    /// The frames of one stream and of the connection (stream 0) that the tap still remembers, oldest first. Those of
    /// the channel's last few connections can be read, also after they closed.
    pub fn frames(&self, connection_id: u64, stream_id: u32) -> Vec<FrameRecord> {
        let log = self.remembered(connection_id, |connection| Arc::clone(&connection.log));
        log.map(|log| log.frames(stream_id)).unwrap_or_default()
    }

    /// How one of the channel's last few connections was made, with the times of then: for a call that found it open.
    pub fn steps(&self, connection_id: u64) -> Vec<ConnectEvent> {
        self.remembered(connection_id, |connection| connection.steps.clone()).unwrap_or_default()
    }

    fn remembered<T>(&self, connection_id: u64, read: impl FnOnce(&Remembered) -> T) -> Option<T> {
        lock(&self.slot.state).remembered.iter().find(|connection| connection.id == connection_id).map(read)
    }

    /// Connections that open from now on hand every byte to `capture`; those that are open do not (header compression
    /// can only be followed from the first byte). `None` ends it for new connections.
    pub fn set_capture(&self, capture: Option<Arc<dyn Capture>>) {
        *lock(&self.slot.plan.capture) = capture;
    }

    /// A lease on the open connection, if there is one.
    pub(crate) fn ready(&self) -> Option<Lease> {
        let state = lock(&self.slot.state);
        state.current.as_ref().and_then(|connection| connection.lease(true))
    }

    /// What every request carries.
    pub(crate) fn request_parts(&self) -> Result<&RequestParts, Arc<Failure>> {
        self.slot.request.as_ref().map_err(Arc::clone)
    }

    /// Joins the attempt that runs, or begins one.
    pub(crate) fn attempt(&self) -> Attempt {
        let mut state = lock(&self.slot.state);
        if let Some((weak, progress)) = &state.attempt
            && let Some(dialing) = weak.upgrade()
        {
            return Attempt { dialing, progress: Arc::clone(progress) };
        }
        let progress = Arc::new(Progress::default());
        let plan = Arc::clone(&self.slot.plan);
        let slot: Weak<Slot> = Arc::downgrade(&self.slot);
        let told = Arc::clone(&progress);
        let dialing = async move {
            let result = plan.dial(&told).await;
            if let Some(slot) = slot.upgrade() {
                slot.opened(&result, &told);
            }
            result
        }
        .boxed()
        .shared();
        state.attempt = dialing.downgrade().map(|weak| (weak, Arc::clone(&progress)));
        Attempt { dialing, progress }
    }
}
