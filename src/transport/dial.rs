//! Making one connection: resolve, TCP, TLS, HTTP/2; each step stamped, timed and told.

use std::future::poll_fn;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout_at;

use super::connection::{Connection, Io, obituary};
use super::frames::{PREFACE, looks_like_http2, looks_like_tls, printable};
use super::tap::{Capture, FirstBytes, Keeper, Tap, TapLog};
use super::{
    Address, ClientIdentity, ConnectEvent, ConnectOptions, ConnectionInfo, Failure, FailureKind, Security,
    SettingsFault, Stage, Target, TlsMemory, TlsReport, Trust, tls,
};

/// A peer that says nothing for so long is asked in the other language (TLS, plaintext) on a second socket.
const SILENCE: Duration = Duration::from_millis(400);
/// How long that question may take.
const PROBE: Duration = Duration::from_millis(400);
/// Bounds what one unread stream holds. Near by 256 KB are enough; far away the rate is window over round trip.
const STREAM_WINDOW: u32 = 1 << 20;
/// Unread calls must not stall the others on the connection: streams are bounded one by one instead.
const CONNECTION_WINDOW: u32 = (1 << 31) - 1;
/// Of larger header lists h2 drops the surplus without a word.
const HEADER_LIST: u32 = 1 << 20;
/// Until the server's SETTINGS say otherwise; h2's own default is no limit.
const STREAMS_BEFORE_SETTINGS: usize = 100;
/// Addresses share the patience, but each gets at least this much of it.
const ATTEMPT_AT_LEAST: Duration = Duration::from_secs(2);
/// Of a peer that took the connection and then not one byte came from it.
const SAID_NOTHING: &str = "the peer accepted the connection and said nothing";

/// Everything that is fixed about the way to a target.
pub(super) struct Plan {
    pub target: Target,
    pub options: ConnectOptions,
    pub memory: Arc<TlsMemory>,
    pub capture: Mutex<Option<Arc<dyn Capture>>>,
    prepared: OnceLock<Arc<tls::Prepared>>,
}

/// How far an attempt has come; shared by everybody who waits for it.
#[derive(Debug, Default)]
pub(super) struct Progress {
    events: Mutex<Vec<ConnectEvent>>,
    stage: AtomicU8,
    /// Of the socket that is being made ready.
    first: Mutex<Option<Arc<FirstBytes>>>,
}

impl Progress {
    fn tell(&self, event: ConnectEvent) {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).push(event);
    }

    /// The events after the first `known`.
    pub fn since(&self, known: usize) -> Vec<ConnectEvent> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).get(known..).unwrap_or_default().to_vec()
    }

    fn enter(&self, stage: Stage) {
        self.stage.store(stage as u8, Ordering::Release);
    }

    fn listen(&self, first: &Arc<FirstBytes>) {
        *self.first.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(first));
    }

    /// What there is to say of an attempt that is given up now; empty if its stage says it all.
    pub fn detail(&self) -> &'static str {
        let accepted = matches!(self.stage(), Stage::Tls | Stage::Http2);
        let first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
        if accepted && first.as_ref().is_some_and(|first| !first.any()) { SAID_NOTHING } else { "" }
    }

    /// The stage that runs now.
    pub fn stage(&self) -> Stage {
        [Stage::Queue, Stage::Resolve, Stage::Tcp, Stage::Tls, Stage::Http2]
            .into_iter()
            .find(|stage| *stage as u8 == self.stage.load(Ordering::Acquire))
            .unwrap_or(Stage::Http2)
    }
}

/// An open socket, before anything was said on it.
struct Socket {
    io: Box<dyn Io>,
    local: String,
    peer: Peer,
}

/// Where the socket leads; a probe goes there again.
#[derive(Clone)]
enum Peer {
    Tcp(SocketAddr),
    Unix(std::path::PathBuf),
}

impl std::fmt::Display for Peer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(path) => path.display().fmt(f),
        }
    }
}

/// TLS came to be, or it did not; then perhaps there is no TLS at this address at all.
enum TlsOutcome {
    Open { io: Box<dyn Io>, report: Arc<TlsReport>, first: Arc<FirstBytes> },
    Failed { failure: Arc<Failure>, speaks_tls: bool },
}

impl Plan {
    pub fn new(target: Target, options: ConnectOptions, memory: Arc<TlsMemory>) -> Self {
        Self { target, options, memory, capture: Mutex::default(), prepared: OnceLock::new() }
    }

    fn peer_name(&self) -> String {
        self.target.address.to_string()
    }

    fn failure(&self, stage: Stage, kind: FailureKind, detail: impl Into<String>) -> Arc<Failure> {
        Arc::new(Failure { stage, kind, peer: self.peer_name(), detail: detail.into(), tls: None })
    }

    /// Makes a connection, once.
    pub async fn dial(&self, progress: &Progress) -> Result<Arc<Connection>, Arc<Failure>> {
        let deadline = Instant::now() + self.options.connect_timeout;
        let plaintext = self.target.security == Security::Plaintext;
        let prepared = if plaintext { None } else { Some(self.prepare()?) };
        let addresses = self.resolve(progress, deadline).await?;
        let socket = self.connect(&addresses, progress, deadline).await?;
        let Some(prepared) = prepared else {
            return self.http2_plaintext(socket, progress, deadline).await;
        };
        let prepared = prepared.get(self).await?;
        let (local, peer) = (socket.local.clone(), socket.peer.clone());
        let key = self.peer_name();
        match self.tls(socket, &prepared, progress, deadline).await {
            TlsOutcome::Open { io, report, first } => {
                self.memory.insert(key);
                self.http2(io, &first, local, &peer, Some(report), progress, deadline).await
            }
            TlsOutcome::Failed { failure, speaks_tls } => {
                if speaks_tls {
                    self.memory.insert(key.clone());
                }
                // A person who says whom to trust, or shows a certificate, expects TLS and nothing less.
                let settings = &self.options.tls;
                let wants_tls = settings.client.is_some() || settings.trust != Trust::System;
                if self.target.security != Security::Auto || speaks_tls || wants_tls || self.memory.contains(&key) {
                    return Err(failure);
                }
                if Instant::now() >= deadline {
                    return Err(failure);
                }
                let again: Vec<SocketAddr> = match &peer {
                    Peer::Tcp(address) => vec![*address],
                    Peer::Unix(_) => Vec::new(),
                };
                let socket = self.connect(&again, progress, deadline).await?;
                self.http2_plaintext(socket, progress, deadline).await
            }
        }
    }

    /// Begins to read trust and identity: here and now where that is quick, beside the network where it is not.
    fn prepare(&self) -> Result<Preparing, Arc<Failure>> {
        if let Some(prepared) = self.prepared.get() {
            return Ok(Preparing::Done(Arc::clone(prepared)));
        }
        let settings = self.options.tls.clone();
        let name = self.certificate_name();
        let slow =
            tls::Prepared::needs_disk(&settings) || matches!(settings.client, Some(ClientIdentity::Pkcs12 { .. }));
        if slow {
            return Ok(Preparing::Running(tokio::task::spawn_blocking(move || tls::Prepared::new(&settings, &name))));
        }
        let prepared = tls::Prepared::new(&settings, &name)
            .map_err(|fault| self.failure(Stage::Tls, FailureKind::BadSettings(fault), ""))?;
        Ok(Preparing::Done(Arc::clone(self.prepared.get_or_init(|| Arc::new(prepared)))))
    }

    /// The name that the certificate must hold: the person's, else the authority's, else the target's.
    fn certificate_name(&self) -> String {
        if let Some(name) = &self.options.tls.server_name {
            return name.clone();
        }
        if let Some(authority) = &self.options.authority {
            let authority = authority.rsplit('@').next().unwrap_or(authority);
            if let Some(rest) = authority.strip_prefix('[') {
                return rest.split(']').next().unwrap_or(rest).to_owned();
            }
            return match authority.rsplit_once(':') {
                Some((host, port)) if !host.contains(':') && port.bytes().all(|byte| byte.is_ascii_digit()) => {
                    host.to_owned()
                }
                _ => authority.to_owned(),
            };
        }
        self.target.host().to_owned()
    }

    async fn resolve(&self, progress: &Progress, deadline: Instant) -> Result<Vec<SocketAddr>, Arc<Failure>> {
        let Address::Tcp { host, port } = &self.target.address else { return Ok(Vec::new()) };
        progress.enter(Stage::Resolve);
        let started = Instant::now();
        let result = if let Ok(address) = host.parse::<IpAddr>() {
            Ok(vec![SocketAddr::new(address, *port)])
        } else {
            match timeout_at(deadline.into(), tokio::net::lookup_host((host.as_str(), *port))).await {
                Err(_) => Err(self.failure(Stage::Resolve, FailureKind::TimedOut, "")),
                Ok(Err(error)) => Err(self.failure(Stage::Resolve, FailureKind::NameNotFound, error.to_string())),
                Ok(Ok(found)) => {
                    let mut addresses: Vec<SocketAddr> = Vec::new();
                    for address in found {
                        if !addresses.contains(&address) {
                            addresses.push(address);
                        }
                    }
                    if addresses.is_empty() {
                        Err(self.failure(Stage::Resolve, FailureKind::NameNotFound, "the name has no address"))
                    } else {
                        Ok(addresses)
                    }
                }
            }
        };
        progress.tell(ConnectEvent::Resolve {
            host: host.clone(),
            addresses: result.as_ref().cloned().unwrap_or_default(),
            started,
            ended: Instant::now(),
            failure: result.as_ref().err().cloned(),
        });
        result
    }

    /// The first address that accepts.
    async fn connect(
        &self,
        addresses: &[SocketAddr],
        progress: &Progress,
        deadline: Instant,
    ) -> Result<Socket, Arc<Failure>> {
        progress.enter(Stage::Tcp);
        let peers: Vec<Peer> = match &self.target.address {
            Address::Unix(path) => vec![Peer::Unix(path.clone())],
            Address::Tcp { .. } => addresses.iter().copied().map(Peer::Tcp).collect(),
        };
        let mut last = None;
        for (index, peer) in peers.iter().enumerate() {
            let started = Instant::now();
            let left = deadline.saturating_duration_since(started);
            let others = u32::try_from(peers.len() - index).unwrap_or(u32::MAX).max(1);
            let patience = (left / others).max(ATTEMPT_AT_LEAST).min(left);
            let result = match timeout_at((started + patience).into(), open(peer)).await {
                Ok(Ok(opened)) => Ok(opened),
                Ok(Err(error)) => Err(self.failure_of_connect(peer, &error)),
                Err(_) => Err(self.failure(Stage::Tcp, FailureKind::TimedOut, "")),
            };
            progress.tell(ConnectEvent::Connect {
                peer: peer.to_string(),
                local: result.as_ref().ok().map(|(_, local)| local.clone()),
                started,
                ended: Instant::now(),
                failure: result.as_ref().err().cloned(),
            });
            match result {
                Ok((io, local)) => return Ok(Socket { io, local, peer: peer.clone() }),
                Err(failure) => last = Some(failure),
            }
            if Instant::now() >= deadline {
                break;
            }
        }
        Err(last.unwrap_or_else(|| self.failure(Stage::Tcp, FailureKind::NameNotFound, "the name has no address")))
    }

    fn failure_of_connect(&self, peer: &Peer, error: &io::Error) -> Arc<Failure> {
        let kind = match error.kind() {
            io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound => FailureKind::Refused,
            io::ErrorKind::TimedOut => FailureKind::TimedOut,
            io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable | io::ErrorKind::NetworkDown => {
                FailureKind::Unreachable
            }
            io::ErrorKind::Unsupported => FailureKind::BadSettings(SettingsFault::NoUnixSockets),
            _ => FailureKind::Io,
        };
        let mut failure = Failure::clone(&self.failure(Stage::Tcp, kind, error.to_string()));
        failure.peer = peer.to_string();
        Arc::new(failure)
    }

    async fn tls(
        &self,
        socket: Socket,
        prepared: &tls::Prepared,
        progress: &Progress,
        deadline: Instant,
    ) -> TlsOutcome {
        progress.enter(Stage::Tls);
        let started = Instant::now();
        let Socket { io, peer, .. } = socket;
        let first = Arc::new(FirstBytes::default());
        progress.listen(&first);
        let (config, watch) = match prepared.begin() {
            Ok(begun) => begun,
            Err(error) => {
                let failure = self.failure(Stage::Tls, FailureKind::NoCommonTls, error.to_string());
                return TlsOutcome::Failed { failure, speaks_tls: true };
            }
        };
        let keeper = Keeper::new(io, Arc::clone(&first));
        let handshake = tokio_rustls::TlsConnector::from(config).connect(prepared.server_name(), keeper);
        let silent = self.ask_when_silent(
            &first,
            &peer,
            || PREFACE_AND_SETTINGS.to_vec(),
            |answer| looks_like_http2(answer) == Some(true) || answer.starts_with(b"HTTP/1."),
        );
        let result = tokio::select! {
            biased;
            result = timeout_at(deadline.into(), handshake) => match result {
                Ok(result) => result.map_err(Some),
                Err(_) => Err(None),
            },
            () = silent => Err(Some(io::Error::other(Plain))),
        };
        let (report, kind, detail, open) = match result {
            Ok(stream) => {
                let report = watch.report(Some(stream.get_ref().1));
                if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
                    (report, None, String::new(), Some(stream))
                } else {
                    (report, Some(FailureKind::NoAlpn), String::new(), None)
                }
            }
            Err(None) => {
                let detail = if first.any() { "" } else { SAID_NOTHING };
                (watch.report(None), Some(FailureKind::TimedOut), detail.to_owned(), None)
            }
            Err(Some(error)) => {
                let report = watch.report(None);
                let kind = self.tls_kind(&error, &report, &first, &peer, deadline).await;
                (report, Some(kind), error.to_string(), None)
            }
        };
        let report = Arc::new(report);
        let failure = kind.map(|kind| {
            Arc::new(Failure {
                stage: Stage::Tls,
                kind,
                peer: self.peer_name(),
                detail,
                tls: Some(Arc::clone(&report)),
            })
        });
        progress.tell(ConnectEvent::Tls {
            report: Arc::clone(&report),
            started,
            ended: Instant::now(),
            failure: failure.clone(),
        });
        match (open, failure) {
            (Some(stream), _) => TlsOutcome::Open { io: Box::new(stream), report, first },
            (None, failure) => TlsOutcome::Failed {
                failure: failure.unwrap_or_else(|| self.failure(Stage::Tls, FailureKind::Protocol, "")),
                speaks_tls: looks_like_tls(&first.get()),
            },
        }
    }

    async fn tls_kind(
        &self,
        error: &io::Error,
        report: &TlsReport,
        first: &FirstBytes,
        peer: &Peer,
        deadline: Instant,
    ) -> FailureKind {
        if error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<Plain>) {
            return FailureKind::PlaintextServer;
        }
        let bytes = first.get();
        let stranger = !bytes.is_empty() && !looks_like_tls(&bytes);
        if stranger {
            return if looks_like_http2(&bytes) == Some(true) || bytes.starts_with(b"HTTP/1.") {
                FailureKind::PlaintextServer
            } else {
                FailureKind::NotHttp2 { first_bytes: printable(&bytes, 64) }
            };
        }
        if let Some(inner) = tls::inner_error(error) {
            return tls::classify(inner, report);
        }
        if bytes.is_empty() {
            // Closed without a word: many plaintext servers do so on what is no HTTP to them.
            let answer = probe(peer, PREFACE_AND_SETTINGS.to_vec(), deadline).await;
            if looks_like_http2(&answer) == Some(true) {
                return FailureKind::PlaintextServer;
            }
        } else if report.client_certificate_asked && !report.client_certificate_sent {
            return FailureKind::ClientCertificateMissing;
        }
        match error.kind() {
            io::ErrorKind::UnexpectedEof => FailureKind::Closed,
            _ => FailureKind::Io,
        }
    }

    async fn http2_plaintext(
        &self,
        socket: Socket,
        progress: &Progress,
        deadline: Instant,
    ) -> Result<Arc<Connection>, Arc<Failure>> {
        let first = Arc::new(FirstBytes::default());
        progress.listen(&first);
        let keeper = Keeper::new(socket.io, Arc::clone(&first));
        self.http2(Box::new(keeper), &first, socket.local, &socket.peer, None, progress, deadline).await
    }

    #[expect(clippy::too_many_arguments, reason = "all of them are facts of the one connection that this completes")]
    async fn http2(
        &self,
        io: Box<dyn Io>,
        first: &FirstBytes,
        local: String,
        peer: &Peer,
        report: Option<Arc<TlsReport>>,
        progress: &Progress,
        deadline: Instant,
    ) -> Result<Arc<Connection>, Arc<Failure>> {
        static NEXT_ID: AtomicU64 = AtomicU64::new(1);
        progress.enter(Stage::Http2);
        let started = Instant::now();
        let id = NEXT_ID.fetch_add(1, Ordering::Relaxed);
        let log = TapLog::new();
        let capture = self.capture.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let tap = Tap::new(io, Arc::clone(&log), capture.map(|capture| (id, capture)));
        let plaintext = report.is_none();
        let opening = async {
            let (send, mut driver) = h2::client::Builder::new()
                .data_frame_budget(usize::MAX)
                .initial_window_size(STREAM_WINDOW)
                .initial_connection_window_size(CONNECTION_WINDOW)
                .max_header_list_size(HEADER_LIST)
                .enable_push(false)
                .initial_max_send_streams(STREAMS_BEFORE_SETTINGS)
                .handshake::<_, bytes::Bytes>(tap)
                .await
                .map_err(Some)?;
            let ping = driver.ping_pong();
            // handshake() does not wait for the server. We do: only its SETTINGS prove that it speaks HTTP/2, and that
            // it took our certificate, and nothing of the person's may be sent before.
            poll_fn(|cx| match Pin::new(&mut driver).poll(cx) {
                Poll::Ready(result) => Poll::Ready(Err(result.err())),
                Poll::Pending if log.settings().is_some() => Poll::Ready(Ok(())),
                Poll::Pending => Poll::Pending,
            })
            .await?;
            Ok((send, driver, ping))
        };
        let silent = async {
            if !plaintext {
                std::future::pending::<()>().await;
            }
            self.ask_when_silent(first, peer, tls::probe_hello, looks_like_tls).await;
        };
        let result = tokio::select! {
            biased;
            result = timeout_at(deadline.into(), opening) => if let Ok(result) = result {
                let obituary = |error: Option<h2::Error>| {
                    obituary(&log, report.as_ref(), error.as_ref(), &self.peer_name(), false)
                };
                result.map_err(|error| (obituary(error), true))
            } else {
                let said = plaintext && first.any();
                let detail = if said { "" } else { SAID_NOTHING };
                let failure = self.failure(Stage::Http2, FailureKind::TimedOut, detail);
                Err((Failure { tls: report.clone(), ..Failure::clone(&failure) }, false))
            },
            () = silent => Err((Failure::clone(&self.failure(Stage::Http2, FailureKind::TlsServer, "")), false)),
        };
        let result = match result {
            Ok(open) => Ok(open),
            Err((mut failure, may_ask)) => {
                if plaintext && may_ask {
                    self.name_stranger(&mut failure, first, peer, deadline).await;
                }
                Err(Arc::new(failure))
            }
        };
        let settings = log.settings();
        progress.tell(ConnectEvent::Http2 {
            settings: settings.as_ref().map(|(_, settings)| settings.clone()).unwrap_or_default(),
            started,
            ended: settings.as_ref().map_or_else(Instant::now, |(at, _)| *at),
            failure: result.as_ref().err().cloned(),
        });
        let (send, driver, ping) = result?;
        let info = ConnectionInfo {
            id,
            reused: false,
            calls_before: 0,
            opened: settings.as_ref().map_or_else(Instant::now, |(at, _)| *at),
            local,
            peer: peer.to_string(),
            tls: report,
            settings: settings.map(|(_, settings)| settings).unwrap_or_default(),
            stream_id: 0,
        };
        Ok(Connection::start(driver, send, ping, &self.options, info, log, self.peer_name()))
    }

    /// Plaintext HTTP/2 failed: who is it that answered?
    async fn name_stranger(&self, failure: &mut Failure, first: &FirstBytes, peer: &Peer, deadline: Instant) {
        let bytes = first.get();
        if looks_like_tls(&bytes) {
            failure.kind = FailureKind::TlsServer;
        } else if bytes.is_empty() {
            if looks_like_tls(&probe(peer, tls::probe_hello(), deadline).await) {
                failure.kind = FailureKind::TlsServer;
            }
        } else if first.http2() != Some(true) {
            failure.kind = FailureKind::NotHttp2 { first_bytes: printable(&bytes, 64) };
        }
    }

    /// Comes back only if the peer stays silent and, asked on a second socket, speaks the other language.
    async fn ask_when_silent(
        &self,
        first: &FirstBytes,
        peer: &Peer,
        question: impl FnOnce() -> Vec<u8>,
        is_answer: impl Fn(&[u8]) -> bool,
    ) {
        tokio::time::sleep(SILENCE).await;
        if !first.any() {
            let answer = probe(peer, question(), Instant::now() + PROBE).await;
            if !first.any() && is_answer(&answer) {
                return;
            }
        }
        std::future::pending::<()>().await;
    }
}

/// The lookup of a target's name by itself, as a connection begins with it; none for a unix socket.
pub(crate) async fn look_up(target: &Target, options: &ConnectOptions) -> Option<ConnectEvent> {
    let plan = Plan::new(target.clone(), options.clone(), Arc::default());
    let progress = Progress::default();
    let deadline = Instant::now() + options.connect_timeout;
    // The event holds the result, too.
    drop(plan.resolve(&progress, deadline).await);
    progress.since(0).into_iter().next()
}

/// How one address of a target is connected to by itself: `:authority` and the name that a certificate must hold stay
/// those of the target.
pub(crate) fn at_address(target: &Target, options: &ConnectOptions, address: SocketAddr) -> (Target, ConnectOptions) {
    let host = match address {
        SocketAddr::V6(six) if six.scope_id() != 0 => format!("{}%{}", six.ip(), six.scope_id()),
        other => other.ip().to_string(),
    };
    let mut options = options.clone();
    let name = Plan::new(target.clone(), options.clone(), Arc::default()).certificate_name();
    options.tls.server_name = Some(name);
    options.authority.get_or_insert_with(|| target.authority());
    (Target { address: Address::Tcp { host, port: address.port() }, ..target.clone() }, options)
}

enum Preparing {
    Done(Arc<tls::Prepared>),
    Running(tokio::task::JoinHandle<Result<tls::Prepared, SettingsFault>>),
}

impl Preparing {
    async fn get(self, plan: &Plan) -> Result<Arc<tls::Prepared>, Arc<Failure>> {
        match self {
            Self::Done(prepared) => Ok(prepared),
            Self::Running(task) => match task.await {
                Ok(Ok(prepared)) => Ok(Arc::clone(plan.prepared.get_or_init(|| Arc::new(prepared)))),
                Ok(Err(fault)) => Err(plan.failure(Stage::Tls, FailureKind::BadSettings(fault), "")),
                Err(error) => Err(plan.failure(Stage::Tls, FailureKind::Io, error.to_string())),
            },
        }
    }
}

/// The peer answered a plaintext probe while it ignored our TLS hello.
#[derive(Debug, thiserror::Error)]
#[error("the server speaks plaintext HTTP/2")]
struct Plain;

/// HTTP/2's preface and an empty SETTINGS frame: a question that carries nothing of anybody's.
const PREFACE_AND_SETTINGS: [u8; 33] = {
    let mut bytes = [0; 33];
    let mut i = 0;
    while i < PREFACE.len() {
        bytes[i] = PREFACE[i];
        i += 1;
    }
    bytes[27] = 4;
    bytes
};

async fn open(peer: &Peer) -> io::Result<(Box<dyn Io>, String)> {
    match peer {
        Peer::Tcp(address) => {
            let stream = TcpStream::connect(address).await?;
            // Without it a sequential unary call waits 40 ms for an acknowledgement.
            stream.set_nodelay(true)?;
            let local = stream.local_addr().map(|address| address.to_string()).unwrap_or_default();
            Ok((Box::new(stream), local))
        }
        #[cfg(unix)]
        Peer::Unix(path) => {
            let stream = tokio::net::UnixStream::connect(path).await?;
            Ok((Box::new(stream), String::new()))
        }
        #[cfg(not(unix))]
        Peer::Unix(_) => Err(io::ErrorKind::Unsupported.into()),
    }
}

/// Asks on a socket of its own, and gives the first bytes of the answer; empty if there was none in time.
async fn probe(peer: &Peer, question: Vec<u8>, deadline: Instant) -> Vec<u8> {
    let deadline = deadline.min(Instant::now() + PROBE);
    let mut answer = Vec::new();
    let asking = async {
        let (mut io, _local) = open(peer).await?;
        io.write_all(&question).await?;
        io.flush().await?;
        let mut buffer = [0; 64];
        while answer.len() < 9 {
            let read = io.read(&mut buffer).await?;
            if read == 0 {
                break;
            }
            answer.extend_from_slice(&buffer[..read]);
        }
        io::Result::Ok(())
    };
    // What came before an error or the timer is the answer.
    match timeout_at(deadline.into(), asking).await {
        Ok(Ok(()) | Err(_)) | Err(_) => {}
    }
    answer
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

    use super::*;

    /// A name with several addresses, as a resolver gives them: in their order, each with an event, until one accepts.
    #[tokio::test]
    async fn addresses_are_tried_in_order_and_each_is_told() {
        let listens = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let open = listens.local_addr().unwrap();
        // Ports of their own, bound and not listened at: nobody else can take them meanwhile, and they refuse.
        let bound = |address: &str| {
            let address: SocketAddr = address.parse().unwrap();
            let socket =
                if address.is_ipv6() { tokio::net::TcpSocket::new_v6() } else { tokio::net::TcpSocket::new_v4() };
            let socket = socket.unwrap();
            socket.bind(address).unwrap();
            socket
        };
        let (six, four) = (bound("[::1]:0"), bound("127.0.0.1:0"));
        let (six, four) = (six.local_addr().unwrap(), four.local_addr().unwrap());
        let plan =
            Plan::new(Target::parse("http://name.example:80").unwrap(), ConnectOptions::default(), Arc::default());
        for (addresses, refused, succeeds) in [
            (vec![six, open], vec![six], true),
            (vec![six, four, open], vec![six, four], true),
            (vec![open, six], vec![], true),
            (vec![six, four], vec![six, four], false),
        ] {
            let progress = Progress::default();
            let deadline = Instant::now() + Duration::from_secs(10);
            let result = plan.connect(&addresses, &progress, deadline).await;
            let mut expect: Vec<(String, bool)> = refused.iter().map(|address| (address.to_string(), true)).collect();
            match result {
                Ok(socket) => {
                    assert!(succeeds);
                    assert_eq!(socket.peer.to_string(), open.to_string());
                    expect.push((open.to_string(), false));
                }
                Err(failure) => {
                    assert!(!succeeds, "{failure:?}");
                    assert_eq!(failure.kind, FailureKind::Refused);
                    assert_eq!(failure.peer, four.to_string());
                }
            }
            let mut before = None;
            let told: Vec<(String, bool)> = progress
                .since(0)
                .into_iter()
                .map(|event| match event {
                    ConnectEvent::Connect { peer, started, ended, failure, .. } => {
                        assert!(before.is_none_or(|before| before <= started) && started <= ended);
                        before = Some(ended);
                        (peer, failure.is_some())
                    }
                    other => panic!("{other:?}"),
                })
                .collect();
            assert_eq!(told, expect);
        }
    }
}
