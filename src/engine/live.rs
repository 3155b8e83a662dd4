//! The engine's own threads: takes commands, keeps sources and calls, tells events.

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::all::All;
use super::compare::answers_json;
use super::connections;
use super::demo_consul::DemoConsul;
use super::messages::{self, locked};
use super::prepared::{Prepared, ReadStyle};
use super::registry::{LiveRegistries, RegistryOrder};
use super::running::{self, Order, RunningCall, Shown, moved};
use super::secrets::SecretQueue;
use super::sources::{self, Opened};
use super::stop::Stop;
use super::tls_memory::TlsMemory;
use super::{
    AllId, AllProblem, AllUpdate, CallId, CallUpdate, Command, Compared, DemoInfo, DiagnosisId, Event, Generation,
    MethodReady, NotSaved, Registries, SaveContent, SaveFault, SaveFile, SaveTold, SourceId, SourceState, StartAll,
    StartCall, TextLines, desktop, diagnose, save,
};
use crate::call::Metadata;
use crate::demo;
use crate::keychain::Keychain;
use crate::message::{MessageError, Misfit, TemplateSize, split_values, template};
use crate::schema::{Comments, SchemaError, Source};
use crate::transport::Pool;

/// Called after an event was put in the channel, from any thread: "look again". Must be cheap.
pub type Waker = Arc<dyn Fn() + Send + Sync>;

/// Events that wait for the screen; then streams are held back by flow control.
const WAITING_EVENTS: usize = 256;
/// Commands that wait for the engine; more are kept in order by [`Engine::send`].
const WAITING_COMMANDS: usize = 256;
/// How far the writing of a file is, is told this often.
const SAVE_TOLD_EVERY: Duration = Duration::from_millis(100);

/// What the engine needs to know at its start.
#[derive(Clone, Debug, Default)]
pub struct EngineConfig {
    /// Where schema results and the compiler are kept; `None` keeps nothing.
    pub cache_dir: Option<PathBuf>,
    /// Where what must outlive the process is kept; `None` keeps nothing.
    pub state_dir: Option<PathBuf>,
    /// Where secrets of what is in `state_dir` are kept; `None` keeps none.
    pub keychain: Option<Arc<dyn Keychain>>,
    /// Consul's program, so that the demo has an agent of its own; see [`super::consul_program`].
    pub consul: Option<PathBuf>,
}

/// The running engine. Dropping it ends every task.
#[derive(Debug)]
pub struct Engine {
    commands: mpsc::Sender<Command>,
    overflow: Mutex<VecDeque<Command>>,
    secrets: Arc<SecretQueue>,
    events: Mutex<mpsc::Receiver<Event>>,
    teller: Teller,
    /// Dropped last; `shutdown_background` ends all tasks without waiting.
    runtime: Option<tokio::runtime::Runtime>,
}

impl Engine {
    /// Starts the engine's threads.
    pub fn start(config: EngineConfig, waker: Waker) -> std::io::Result<Self> {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).thread_name("engine").enable_all().build()?;
        let (commands, inbox) = mpsc::channel(WAITING_COMMANDS);
        let (outbox, events) = mpsc::channel(WAITING_EVENTS);
        let teller = Teller { events: outbox, waker };
        let secrets = Arc::new(SecretQueue::default());
        let keychain = config.keychain.clone().zip(config.state_dir.clone());
        runtime.spawn(Arc::clone(&secrets).run(keychain, teller.clone()));
        runtime.spawn(Live::new(config, teller.clone()).run(inbox));
        let (overflow, events) = (Mutex::default(), Mutex::new(events));
        Ok(Self { commands, overflow, secrets, events, teller, runtime: Some(runtime) })
    }

    /// Waits until secrets that were handed in are in the keychain, at most this long: before the program ends.
    pub fn settle_secrets(&self, limit: Duration) {
        self.secrets.settle(limit);
    }

    /// Hands in a command; never blocks. What the engine cannot take at once is kept in order and handed in with the
    /// next call of this or of [`Engine::try_next`].
    pub fn send(&self, command: Command) {
        let command = match command {
            // Theirs is a way of its own, so that the end of the program need not ask who has them.
            Command::Secrets(wish) => return self.secrets.push(wish),
            command => command,
        };
        self.overflow.lock().unwrap_or_else(PoisonError::into_inner).push_back(command);
        self.hand_in();
    }

    /// The next event, if one waits; never blocks.
    pub fn try_next(&self) -> Option<Event> {
        self.hand_in();
        self.events.lock().unwrap_or_else(PoisonError::into_inner).try_recv().ok()
    }

    /// Tells [`Event::AskedToEnd`] when the system asks the process to end (SIGTERM, SIGHUP, SIGINT; closing the console
    /// on Windows) instead of letting it end the process at once.
    pub fn hear_signals(&self) {
        if let Some(runtime) = &self.runtime {
            let teller = self.teller.clone();
            runtime.spawn(async move {
                while asked_to_end().await.is_ok() {
                    teller.tell(Event::AskedToEnd).await;
                }
            });
        }
    }

    fn hand_in(&self) {
        let mut waiting = self.overflow.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(command) = waiting.pop_front() {
            match self.commands.try_send(command) {
                Ok(()) => {}
                Err(mpsc::error::TrySendError::Full(command)) => return waiting.push_front(command),
                Err(mpsc::error::TrySendError::Closed(_)) => return,
            }
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Waits until the system asks the process to end.
async fn asked_to_end() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (mut terminate, mut hangup) = (signal(SignalKind::terminate())?, signal(SignalKind::hangup())?);
        tokio::select! {
            _ = terminate.recv() => Ok(()),
            _ = hangup.recv() => Ok(()),
            asked = tokio::signal::ctrl_c() => asked,
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

/// The way of events to whoever listens.
#[derive(Clone)]
pub(super) struct Teller {
    events: mpsc::Sender<Event>,
    waker: Waker,
}

impl std::fmt::Debug for Teller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Teller").finish_non_exhaustive()
    }
}

impl Teller {
    /// Waits while the listener is behind.
    pub(super) async fn tell(&self, event: Event) {
        if self.events.send(event).await.is_ok() {
            (self.waker)();
        }
    }

    /// From a thread that may block.
    pub(super) fn tell_blocking(&self, event: Event) {
        if self.events.blocking_send(event).is_ok() {
            (self.waker)();
        }
    }
}

struct OpenSource {
    /// What it last was, also while it is loaded anew.
    opened: Arc<Mutex<Option<Opened>>>,
    /// What goes with its reflection.
    metadata: Arc<Mutex<Metadata>>,
    loading: JoinHandle<()>,
}

struct Live {
    config: EngineConfig,
    teller: Teller,
    pool: Pool,
    tls_memory: Arc<TlsMemory>,
    /// Where addresses that name a service are looked up.
    registries: Arc<Registries>,
    demo: Option<Result<demo::Demo, String>>,
    /// Holds the demo's Consul.
    demo_consul: Option<JoinHandle<()>>,
    sources: HashMap<SourceId, OpenSource>,
    methods: Arc<Mutex<HashMap<u64, Arc<Prepared>>>>,
    calls: HashMap<CallId, RunningCall>,
    diagnoses: HashMap<DiagnosisId, JoinHandle<()>>,
    open_registries: LiveRegistries,
    /// Requests to all that run.
    alls: HashMap<AllId, JoinHandle<()>>,
    /// Files that are being written, by ticket.
    saves: HashMap<u64, Arc<Stop>>,
    /// Texts that are being cut into lines, by ticket.
    cuts: HashMap<u64, Arc<Stop>>,
}

/// A way to stop a work that begins now; those of works that have ended are forgotten.
fn new_stop(stops: &mut HashMap<u64, Arc<Stop>>, ticket: u64) -> Arc<Stop> {
    stops.retain(|_, stop| Arc::strong_count(stop) > 1);
    let stop = Arc::new(Stop::default());
    stops.insert(ticket, Arc::clone(&stop));
    stop
}

impl Live {
    fn new(config: EngineConfig, teller: Teller) -> Self {
        let pool = Pool::default();
        let tls_memory = TlsMemory::open(config.state_dir.as_ref().map(|dir| dir.join("seen-with-tls")), &pool);
        let registries: Arc<Registries> = Arc::default();
        let open_registries = LiveRegistries::new(teller.clone(), pool.clone(), Arc::clone(&registries));
        Self {
            config,
            teller,
            pool,
            tls_memory: Arc::new(tls_memory),
            registries,
            demo: None,
            demo_consul: None,
            sources: HashMap::new(),
            methods: Arc::default(),
            calls: HashMap::new(),
            diagnoses: HashMap::new(),
            open_registries,
            alls: HashMap::new(),
            saves: HashMap::new(),
            cuts: HashMap::new(),
        }
    }

    async fn run(mut self, mut inbox: mpsc::Receiver<Command>) {
        while let Some(command) = inbox.recv().await {
            self.obey(command).await;
        }
    }

    async fn obey(&mut self, command: Command) {
        match command {
            Command::StartDemo => self.start_demo().await,
            Command::OpenSource { source, generation, spec } => self.open_source(source, generation, spec),
            Command::CloseSource(source) => {
                if let Some(closed) = self.sources.remove(&source) {
                    closed.loading.abort();
                }
            }
            Command::PrepareMethod { source, service, method, ticket, template, metadata } => {
                if let (Some(open), Ok(metadata)) = (self.sources.get(&source), running::checked(&metadata)) {
                    *open.metadata.lock().unwrap_or_else(PoisonError::into_inner) = metadata;
                }
                self.prepare(source, service, method, ticket, template);
            }
            Command::CheckMessage { ticket, text, revision } => self.check(ticket, text, revision),
            Command::ReleaseMethod { ticket } => {
                self.methods.lock().unwrap_or_else(PoisonError::into_inner).remove(&ticket);
            }
            Command::StartCall(start) => self.start_call(*start).await,
            Command::SendMessage { call, text } => self.order(call, Order::Send(text)).await,
            Command::HalfClose(call) => self.order(call, Order::HalfClose).await,
            Command::Cancel(call) => {
                if let Some(running) = self.calls.get(&call) {
                    running.cancel.notify_one();
                }
            }
            Command::ShowMessage { call, direction, index } => {
                if let Some(running) = self.calls.get(&call).cloned() {
                    let RunningCall { store, prepared, texts, .. } = running;
                    let shown = Shown { call, store, prepared, texts, teller: self.teller.clone() };
                    tokio::spawn(running::show(shown, direction, index));
                }
            }
            Command::StopShowing { call, direction, index } => {
                if let Some(running) = self.calls.get(&call) {
                    running.texts.stop((direction, index));
                }
            }
            Command::ReleaseCall(call) => {
                if let Some(running) = self.calls.remove(&call) {
                    running.cancel.notify_one();
                    running.stop_work();
                }
            }
            Command::Diagnose(start) => {
                self.diagnoses.retain(|_, task| !task.is_finished());
                let (id, memory) = (start.id, Arc::clone(&self.tls_memory));
                let registries = Arc::clone(&self.registries);
                let task = diagnose::begin(*start, self.pool.clone(), memory, registries, self.teller.clone());
                self.diagnoses.insert(id, task);
            }
            Command::StopDiagnosis(id) => {
                if let Some(task) = self.diagnoses.remove(&id) {
                    task.abort();
                }
            }
            Command::PickFiles { folders, ticket } => {
                let choice = if folders { desktop::Choice::Folders } else { desktop::Choice::Files };
                tokio::spawn(desktop::pick(self.teller.clone(), choice, ticket));
            }
            Command::OpenFolder(folder) => {
                let teller = self.teller.clone();
                tokio::task::spawn_blocking(move || desktop::open_folder(&teller, &folder));
            }
            Command::PickSave { ticket, folder, name } => {
                let choice = desktop::Choice::Save { folder, name };
                tokio::spawn(desktop::pick(self.teller.clone(), choice, ticket));
            }
            Command::ReadText { ticket, path } => {
                let teller = self.teller.clone();
                tokio::task::spawn_blocking(move || {
                    let result = super::read_text::read_text(&path);
                    teller.tell_blocking(Event::TextRead { ticket, path, result });
                });
            }
            Command::CutText { ticket, text } => {
                let teller = self.teller.clone();
                let stop = new_stop(&mut self.cuts, ticket);
                tokio::task::spawn_blocking(move || {
                    let lines = TextLines::json_while(text, &|| !stop.is_set()).map(Arc::new);
                    teller.tell_blocking(Event::TextCut { ticket, lines });
                });
            }
            Command::StopCutting(ticket) => {
                if let Some(stop) = self.cuts.get(&ticket) {
                    stop.set();
                }
            }
            Command::SuggestSave { ticket, folder, stem, extension } => {
                let teller = self.teller.clone();
                tokio::task::spawn_blocking(move || {
                    let path = save::suggestion(folder.as_deref(), &stem, &extension);
                    teller.tell_blocking(Event::Save { ticket, told: SaveTold::Suggested(path) });
                });
            }
            // `Engine::send` keeps these.
            Command::Secrets(_) => {}
            Command::LookAtConnection(endpoint) => {
                let registries = Arc::clone(&self.registries);
                tokio::spawn(connections::look(endpoint, self.pool.clone(), registries, self.teller.clone()));
            }
            Command::Reconnect(endpoint) => {
                let (memory, registries) = (Arc::clone(&self.tls_memory), Arc::clone(&self.registries));
                let (pool, teller) = (self.pool.clone(), self.teller.clone());
                tokio::spawn(connections::reconnect(endpoint, pool, memory, registries, teller));
            }
            Command::StartAll(start) => self.start_all(*start).await,
            Command::StopAll(id) => {
                if let Some(task) = self.alls.remove(&id) {
                    task.abort();
                }
            }
            Command::CompareTexts { ticket, what } => {
                let teller = self.teller.clone();
                tokio::task::spawn_blocking(move || {
                    let compared = Arc::new(Compared::new(&what));
                    teller.tell_blocking(Event::TextsCompared { ticket, compared });
                });
            }
            Command::CopyAnswers(rows) => {
                let teller = self.teller.clone();
                tokio::task::spawn_blocking(move || teller.tell_blocking(Event::ToCopy(answers_json(&rows))));
            }
            Command::OpenRegistry { registry, generation, spec } => {
                self.open_registries.open(registry, generation, *spec);
            }
            Command::KnowEndpoints(endpoints) => {
                self.registries.know(endpoints);
                self.open_registries.settings().await;
            }
            Command::CloseRegistry(registry) => self.open_registries.close(registry),
            Command::WatchRegistry(registry, watching) => {
                self.open_registries.order(registry, RegistryOrder::Watch(watching)).await;
            }
            Command::RefreshRegistry(registry) => self.open_registries.order(registry, RegistryOrder::Refresh).await,
            Command::SetRegistryReadOnly(registry, is_so) => {
                self.open_registries.order(registry, RegistryOrder::ReadOnly(is_so)).await;
            }
            Command::AskRegistry { registry, ticket, question } => {
                self.open_registries.order(registry, RegistryOrder::Ask(ticket, *question)).await;
            }
            Command::ReadCertificates(path) => {
                tokio::spawn(connections::read_certificates(path, self.teller.clone()));
            }
            Command::Messages(call, ask) => {
                if let Some(running) = self.calls.get(&call) {
                    messages::ask(call, running, ask, self.teller.clone());
                }
            }
            Command::SaveFile(file) => self.save(*file),
            Command::StopSave(ticket) => {
                if let Some(stop) = self.saves.get(&ticket) {
                    stop.set();
                }
            }
        }
    }

    async fn start_demo(&mut self) {
        if self.demo.is_none() {
            let started = demo::start(demo::DemoConfig::default()).await;
            self.demo = Some(started.map_err(|error| error.to_string()));
        }
        let answer = match &self.demo {
            Some(Ok(demo)) => Ok(DemoInfo {
                plaintext: demo.plaintext_addr.to_string(),
                tls: demo.tls_addr.to_string(),
                certificate_pem: demo.certificate_pem.clone(),
                server_name: demo.server_name.to_owned(),
                token: demo.token.to_owned(),
                users: demo.entries.iter().filter(|entry| entry.tls).map(|entry| entry.address.to_string()).collect(),
                list: demo.list_text(),
            }),
            Some(Err(why)) => Err(why.clone()),
            None => return,
        };
        if answer.is_err() {
            self.demo = None; // a port may be free the next time
        }
        self.teller.tell(Event::Demo(answer)).await;
        self.start_demo_consul();
    }

    /// Takes seconds; the demo is there without it.
    fn start_demo_consul(&mut self) {
        let (Some(program), Some(Ok(demo))) = (self.config.consul.clone(), &self.demo) else { return };
        if self.demo_consul.as_ref().is_some_and(|task| !task.is_finished()) {
            return;
        }
        let (teller, entries) = (self.teller.clone(), demo.entries.clone());
        self.demo_consul = Some(tokio::spawn(async move {
            match DemoConsul::start(&program, &entries).await {
                Ok(consul) => {
                    teller.tell(Event::DemoConsul(Ok(consul.address()))).await;
                    // It lives as long as this task does.
                    std::future::pending::<()>().await;
                    drop(consul);
                }
                Err(why) => teller.tell(Event::DemoConsul(Err(why))).await,
            }
        }));
    }

    fn open_source(&mut self, source: SourceId, generation: Generation, spec: super::SourceSpec) {
        let opened = match self.sources.remove(&source) {
            Some(older) => {
                older.loading.abort();
                older.opened
            }
            None => Arc::default(),
        };
        let (teller, pool, cache_dir) = (self.teller.clone(), self.pool.clone(), self.config.cache_dir.clone());
        let (slot, memory) = (Arc::clone(&opened), Arc::clone(&self.tls_memory));
        let registries = Arc::clone(&self.registries);
        let metadata = Arc::new(Mutex::new(Metadata::new()));
        let shared = Arc::clone(&metadata);
        let loading = tokio::spawn(async move {
            teller.tell(Event::Source { source, generation, state: SourceState::Loading }).await;
            let state = match sources::open(source, spec, shared, pool.clone(), &registries, cache_dir, &teller).await {
                Ok((loaded, outline)) => {
                    *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(loaded);
                    SourceState::Ready(Arc::new(outline))
                }
                Err(failure) => SourceState::Failed(failure),
            };
            memory.keep(&pool);
            teller.tell(Event::Source { source, generation, state }).await;
        });
        self.sources.insert(source, OpenSource { opened, metadata, loading });
    }

    fn prepare(&self, source: SourceId, service: String, method: String, ticket: u64, size: TemplateSize) {
        let found = self.sources.get(&source).and_then(|open| {
            let opened = open.opened.lock().unwrap_or_else(PoisonError::into_inner);
            opened.as_ref().map(|opened| Arc::clone(&opened.source))
        });
        let (teller, methods) = (self.teller.clone(), Arc::clone(&self.methods));
        let runtime = tokio::runtime::Handle::current();
        // Sources of files block the thread that polls them.
        tokio::task::spawn_blocking(move || {
            let made = match found {
                None => Err("this source is not read yet, or could not be read".to_owned()),
                Some(source) => {
                    runtime.block_on(prepare(source, &service, &method, size)).map_err(|error| error.to_string())
                }
            };
            let result = made.map(|(prepared, ready)| {
                methods.lock().unwrap_or_else(PoisonError::into_inner).insert(ticket, Arc::new(prepared));
                ready
            });
            teller.tell_blocking(Event::MethodReady { ticket, result });
        });
    }

    fn prepared(&self, ticket: u64) -> Option<Arc<Prepared>> {
        self.methods.lock().unwrap_or_else(PoisonError::into_inner).get(&ticket).cloned()
    }

    fn check(&self, ticket: u64, text: String, revision: u64) {
        let Some(prepared) = self.prepared(ticket) else { return };
        let teller = self.teller.clone();
        tokio::task::spawn_blocking(move || {
            let result = check(&prepared, &text);
            teller.tell_blocking(Event::MessageChecked { ticket, revision, result });
        });
    }

    async fn start_all(&mut self, start: StartAll) {
        self.alls.retain(|_, task| !task.is_finished());
        let id = start.id;
        let Some(prepared) = self.prepared(start.ticket) else {
            let update = AllUpdate::NotBegun(AllProblem::NotReady);
            return self.teller.tell(Event::All { id, update }).await;
        };
        let (pool, registries) = (self.pool.clone(), Arc::clone(&self.registries));
        let all = All { start, prepared, pool, registries, teller: self.teller.clone() };
        self.alls.insert(id, tokio::spawn(all.run()));
    }

    async fn start_call(&mut self, start: StartCall) {
        let call = start.call;
        if let Some(prepared) = self.prepared(start.ticket) {
            let (memory, registries) = (Arc::clone(&self.tls_memory), Arc::clone(&self.registries));
            let running = running::begin(start, prepared, self.pool.clone(), memory, registries, self.teller.clone());
            self.calls.insert(call, running);
        } else {
            let why = "the method is not ready: its schema is still being read".to_owned();
            self.teller.tell(Event::Call { call, updates: vec![CallUpdate::NotBegun(why)] }).await;
        }
    }

    async fn order(&self, call: CallId, order: Order) {
        let Some(running) = self.calls.get(&call) else { return };
        if let Err(mpsc::error::TrySendError::Full(_)) = running.orders.try_send(order) {
            let error = MessageError::new(Misfit::QueueFull);
            self.teller.tell(Event::Call { call, updates: vec![CallUpdate::Unsendable(error)] }).await;
        }
    }

    fn save(&mut self, file: SaveFile) {
        let SaveFile { ticket, path, replace, content } = file;
        let stop = new_stop(&mut self.saves, ticket);
        let teller = self.teller.clone();
        let running = match &content {
            SaveContent::Message { call, .. } | SaveContent::Messages { call, .. } => self.calls.get(call).cloned(),
            SaveContent::Text(_) | SaveContent::Bytes(_) => None,
        };
        tokio::task::spawn_blocking(move || {
            let mut told = Instant::now();
            let mut tell = |done, of| {
                if told.elapsed() >= SAVE_TOLD_EVERY {
                    told = Instant::now();
                    teller.tell_blocking(Event::Save { ticket, told: SaveTold::Progress(done, of) });
                }
            };
            let result = save_content(&path, replace, content, running.as_ref(), &stop, &mut tell);
            teller.tell_blocking(Event::Save { ticket, told: SaveTold::Ended(result) });
        });
    }
}

/// Writes what is to be saved; `tell` hears how far it is.
fn save_content(
    typed: &Path,
    replace: bool,
    content: SaveContent,
    running: Option<&RunningCall>,
    stop: &Stop,
    tell: &mut dyn FnMut(u64, u64),
) -> Result<(PathBuf, u64), NotSaved> {
    let fault = |fault: SaveFault, detail: &str| NotSaved { path: typed.to_owned(), fault, detail: detail.to_owned() };
    let gone = || fault(SaveFault::Gone, "the messages of this call are not kept any more");
    let whole = save::whole_path(typed).ok_or_else(|| fault(SaveFault::Relative, ""))?;
    let bytes = match content {
        SaveContent::Text(text) => save::write(&whole, replace, |out| {
            Ok(save::write_parts(out, text.text().as_bytes(), stop)? && save::write_parts(out, b"\n", stop)?)
        }),
        SaveContent::Bytes(bytes) => save::write(&whole, replace, |out| out.write_all(&bytes).map(|()| true)),
        SaveContent::Message { direction, index, .. } => {
            let stored = running.and_then(|running| locked(&running.store).get(direction, index)).ok_or_else(gone)?;
            let data = stored.map_err(|error| fault(SaveFault::Gone, &error.to_string()))?;
            save::write(&whole, replace, |out| save::write_parts(out, &data, stop))
        }
        SaveContent::Messages { view, .. } => {
            let running = running.ok_or_else(gone)?;
            save::write(&whole, replace, |out| messages::save_lines(running, view, out, stop, tell))
        }
    }?;
    Ok((whole, bytes))
}

async fn prepare(
    source: Arc<dyn Source>,
    service: &str,
    method: &str,
    size: TemplateSize,
) -> Result<(Prepared, MethodReady), SchemaError> {
    let found = source.method(service, method).await?;
    // Comments help to write; a source that cannot tell them is no less callable.
    let names = [found.input.full_name().to_owned(), found.output.full_name().to_owned()];
    let set = source.descriptor_set(&names).await.unwrap_or_default();
    let ready = MethodReady {
        service: found.service.clone(),
        info: found.info.clone(),
        template: template(&found.input, size),
        notes: found.notes.clone(),
        input: Some(found.input.clone()),
        output: Some(found.output.clone()),
        comments: Arc::new(Comments::of_set(&set)),
    };
    Ok((Prepared::new(found, vec![source]), ready))
}

/// The size on the wire of a text (of all its messages, for client streams), or what does not fit.
fn check(prepared: &Prepared, text: &str) -> Result<usize, MessageError> {
    let style = ReadStyle { relaxed: true, ..ReadStyle::default() };
    let fits = |value: &str| match prepared.encode_now(value, style) {
        // Its type may be had when the message is sent.
        Err(error) if error.unknown_any.is_some() => Ok(0),
        other => other.map(|bytes| bytes.len()),
    };
    if !prepared.method.info.client_streaming {
        return fits(text);
    }
    let values = split_values(text, true, false)?;
    let mut size = 0;
    for range in values {
        let before = text.get(..range.start).unwrap_or("");
        size += fits(text.get(range).unwrap_or("")).map_err(|error| moved(error, before))?;
    }
    Ok(size)
}
