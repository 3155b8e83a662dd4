//! One HTTP/2 connection: its task, its keepalive, how many calls it carries, and why it died.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use h2::client::SendRequest;
use h2::{Ping, PingPong};

use super::tap::{ReadEnd, Tap, TapLog};
use super::{ConnectOptions, ConnectionInfo, Failure, FailureKind, Keepalive, Stage, TlsReport, tls};

/// What an IO must do to carry HTTP/2.
pub(super) trait Io: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin {}
impl<T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin> Io for T {}

/// h2's half that owns the IO.
pub(super) type Driver = h2::client::Connection<Tap<Box<dyn Io>>, Bytes>;

/// An open connection. Dropping the last handle closes it once its calls have ended.
#[derive(Debug)]
pub(crate) struct Connection {
    shared: Arc<Shared>,
}

/// What the connection's task and its users share.
pub(crate) struct Shared {
    /// As it was when it opened.
    pub info: ConnectionInfo,
    pub log: Arc<TapLog>,
    /// The transport's name of the peer, for failures.
    pub target: String,
    /// `None` once it takes no more calls.
    send: Mutex<Option<SendRequest<Bytes>>>,
    closed: AtomicBool,
    calls: AtomicU64,
    active: AtomicUsize,
    /// Microseconds after `info.opened`.
    last_used_us: AtomicU64,
    keepalive_failed: AtomicBool,
    epitaph: OnceLock<Arc<Failure>>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("info", &self.info).finish_non_exhaustive()
    }
}

/// The right to make one call on a connection.
pub(crate) struct Lease {
    pub shared: Arc<Shared>,
    pub send: SendRequest<Bytes>,
    pub reused: bool,
    pub calls_before: u64,
    /// Keeps the connection open.
    _connection: Arc<Connection>,
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.shared.touch();
        self.shared.active.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Lease {
    /// What this call's [`ConnectionInfo`] says.
    pub fn info(&self, stream_id: u32) -> ConnectionInfo {
        ConnectionInfo { reused: self.reused, calls_before: self.calls_before, stream_id, ..self.shared.info.clone() }
    }
}

impl Connection {
    /// Takes over a connection whose SETTINGS were seen, and starts its task on the current runtime.
    pub fn start(
        driver: Driver,
        send: SendRequest<Bytes>,
        ping: Option<PingPong>,
        options: &ConnectOptions,
        info: ConnectionInfo,
        log: Arc<TapLog>,
        target: String,
    ) -> Arc<Self> {
        let shared = Arc::new(Shared {
            info,
            log,
            target,
            send: Mutex::new(Some(send)),
            closed: AtomicBool::new(false),
            calls: AtomicU64::new(0),
            active: AtomicUsize::new(0),
            last_used_us: AtomicU64::new(0),
            keepalive_failed: AtomicBool::new(false),
            epitaph: OnceLock::new(),
        });
        shared.touch();
        let watch = Watchman::new(&shared, ping, options);
        tokio::spawn(drive(driver, Last(Arc::clone(&shared)), watch));
        Arc::new(Self { shared })
    }

    /// A call's right to use it; `None` if it takes no more calls.
    pub fn lease(self: &Arc<Self>, reused: bool) -> Option<Lease> {
        let shared = &self.shared;
        if !shared.usable() {
            return None;
        }
        let send = shared.send.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        shared.active.fetch_add(1, Ordering::AcqRel);
        let calls_before = shared.calls.fetch_add(1, Ordering::AcqRel);
        Some(Lease { shared: Arc::clone(shared), send, reused, calls_before, _connection: Arc::clone(self) })
    }

    /// Whether new calls may use it.
    pub fn usable(&self) -> bool {
        self.shared.usable()
    }

    pub fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.shared.close();
    }
}

impl Shared {
    fn usable(&self) -> bool {
        !self.closed.load(Ordering::Acquire) && self.log.healthy()
    }

    /// How many calls it carried or carries.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Acquire)
    }

    /// Takes no more calls: h2 ends the connection when the running ones are done.
    fn close(&self) {
        self.closed.store(true, Ordering::Release);
        drop(self.send.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    fn touch(&self) {
        let us = self.info.opened.elapsed().as_micros();
        self.last_used_us.store(u64::try_from(us).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn last_used(&self) -> Instant {
        self.info.opened + Duration::from_micros(self.last_used_us.load(Ordering::Relaxed))
    }

    /// Why a call on it failed with a connection-wide `error`. The tap knows before h2 does, so this is right also
    /// while the connection's own task has not finished dying.
    pub fn failure(&self, error: Option<&h2::Error>) -> Arc<Failure> {
        if let Some(epitaph) = self.epitaph.get() {
            return Arc::clone(epitaph);
        }
        let tls = self.info.tls.as_ref();
        Arc::new(obituary(&self.log, tls, error, &self.target, self.keepalive_failed.load(Ordering::Acquire)))
    }
}

/// Writes the epitaph however the task ends, also when its runtime is shut down.
struct Last(Arc<Shared>);

impl Last {
    fn write(&self, error: Option<&h2::Error>) {
        let failure = self.0.failure(error);
        // Whoever came first knew more.
        self.0.epitaph.get_or_init(|| failure);
        self.0.close();
    }
}

impl Drop for Last {
    fn drop(&mut self) {
        self.write(None);
    }
}

async fn drive(mut driver: Driver, last: Last, mut watch: Watchman) {
    let error = poll_fn(|cx| {
        if let Poll::Ready(result) = Pin::new(&mut driver).poll(cx) {
            return Poll::Ready(result.err());
        }
        if watch.poll_gives_up(cx, &last.0) { Poll::Ready(None) } else { Poll::Pending }
    })
    .await;
    // Before the driver drops and its streams learn of it.
    last.write(error.as_ref());
}

/// Keepalive and idle closing.
struct Watchman {
    ping: Option<PingPong>,
    keepalive: Option<Keepalive>,
    idle_timeout: Duration,
    timer: Pin<Box<tokio::time::Sleep>>,
    /// A PING is out since then.
    waiting_since: Option<Instant>,
}

impl Watchman {
    fn new(shared: &Shared, ping: Option<PingPong>, options: &ConnectOptions) -> Self {
        let keepalive = options.keepalive.filter(|_| ping.is_some());
        let first = keepalive.map_or(options.idle_timeout, |keepalive| keepalive.interval.min(options.idle_timeout));
        let timer = Box::pin(tokio::time::sleep_until((shared.info.opened + first).into()));
        Self { ping, keepalive, idle_timeout: options.idle_timeout, timer, waiting_since: None }
    }

    /// True when the peer did not answer a PING.
    fn poll_gives_up(&mut self, cx: &mut Context<'_>, shared: &Shared) -> bool {
        if self.waiting_since.is_some()
            && let Some(ping) = &mut self.ping
            && let Poll::Ready(pong) = ping.poll_pong(cx)
        {
            self.waiting_since = None;
            if pong.is_err() {
                // The connection is ending; its driver says how.
                self.keepalive = None;
            }
            let next = self.next(shared);
            self.timer.as_mut().reset(next.into());
        }
        while self.timer.as_mut().poll(cx).is_ready() {
            let now = Instant::now();
            if let (Some(since), Some(keepalive)) = (self.waiting_since, self.keepalive) {
                // Any byte is as good as the PING's answer.
                if shared.log.last_read() > since {
                    self.waiting_since = None;
                } else if now >= since + keepalive.timeout {
                    shared.keepalive_failed.store(true, Ordering::Release);
                    return true;
                }
            } else {
                let active = shared.active.load(Ordering::Acquire) > 0;
                if !active && now >= shared.last_used() + self.idle_timeout {
                    shared.close();
                }
                // Servers take PINGs without calls for an attack and send GOAWAY: only a connection in use is tested.
                if let Some(keepalive) = self.keepalive
                    && active
                    && now >= shared.log.last_read() + keepalive.interval
                    && let Some(ping) = &mut self.ping
                    && ping.send_ping(Ping::opaque()).is_ok()
                {
                    self.waiting_since = Some(now);
                    if let Poll::Ready(_answer) = ping.poll_pong(cx) {
                        self.waiting_since = None;
                    }
                }
            }
            let next = self.next(shared).max(now + Duration::from_millis(1));
            self.timer.as_mut().reset(next.into());
        }
        false
    }

    fn next(&self, shared: &Shared) -> Instant {
        let now = Instant::now();
        let idle = if shared.closed.load(Ordering::Acquire) || shared.active.load(Ordering::Acquire) > 0 {
            now + self.idle_timeout
        } else {
            shared.last_used() + self.idle_timeout
        };
        match (self.waiting_since, self.keepalive) {
            (Some(since), Some(keepalive)) => idle.min(since + keepalive.timeout),
            (None, Some(keepalive)) => {
                let due = shared.log.last_read() + keepalive.interval;
                // Due, but no call runs: look again an interval later.
                idle.min(if due > now { due } else { now + keepalive.interval })
            }
            _ => idle,
        }
    }
}

/// Why a connection ended, from everything that was seen of it.
pub(super) fn obituary(
    log: &TapLog,
    report: Option<&Arc<TlsReport>>,
    error: Option<&h2::Error>,
    peer: &str,
    keepalive_failed: bool,
) -> Failure {
    let failure = |stage, kind, detail: String| Failure {
        stage,
        kind,
        peer: peer.to_owned(),
        detail,
        tls: report.map(Arc::clone),
    };
    // A server that said that it goes, and why, and then fell silent, has said more than its silence does.
    if keepalive_failed && log.goaway().is_none_or(|goaway| goaway.code == 0) {
        return failure(Stage::Response, FailureKind::KeepaliveUnanswered, String::new());
    }
    let stage = if log.settings().is_some() { Stage::Response } else { Stage::Http2 };
    let end = log.end();
    if let ReadEnd::Error(read) = &end
        && let Some(inner) = tls::inner_error(read)
    {
        let kind = report.map_or(FailureKind::Protocol, |report| tls::classify(inner, report));
        let stage = if log.settings().is_some() { stage } else { Stage::Tls };
        return failure(stage, kind, inner.to_string());
    }
    if let Some(goaway) = log.goaway() {
        let debug = super::frames::printable(&goaway.debug, 256);
        return failure(stage, FailureKind::GoAway { code: goaway.code, debug }, String::new());
    }
    // C-core closes without an alert when it misses our certificate.
    let missing = report.is_some_and(|report| report.client_certificate_asked && !report.client_certificate_sent);
    let cut = !matches!(end, ReadEnd::Open);
    if cut && missing && log.settings().is_none() {
        return failure(
            Stage::Tls,
            FailureKind::ClientCertificateMissing,
            "the server asked for a certificate, got none and closed the connection".to_owned(),
        );
    }
    match end {
        ReadEnd::Error(read) if is_end(&read) => failure(stage, FailureKind::Closed, read.to_string()),
        ReadEnd::Error(read) => failure(stage, FailureKind::Io, read.to_string()),
        ReadEnd::Eof => failure(stage, FailureKind::Closed, String::new()),
        ReadEnd::Open => {
            if let Some(error) = error
                && error.is_library()
            {
                return failure(stage, FailureKind::Protocol, error.to_string());
            }
            if let Some(write) = log.write_error() {
                return failure(stage, FailureKind::Io, write.to_string());
            }
            failure(stage, FailureKind::Closed, error.map(ToString::to_string).unwrap_or_default())
        }
    }
}

/// TLS without a goodbye: rustls calls it an unexpected end.
fn is_end(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::UnexpectedEof
}
