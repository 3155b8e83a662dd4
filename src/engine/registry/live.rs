//! The tasks behind open registries: one each, which begins and ends its watches and answers its questions.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinHandle, JoinSet};

use super::keys::SeenKeys;
use super::probes::{Probes, tell_facts};
use super::{
    RegistryEvent, RegistryId, RegistryQuestion, RegistryReply, RegistrySpec, RegistryTold, WatchWhat, Watched,
    Watching,
};
use crate::engine::live::Teller;
use crate::engine::{Event, Generation, ProbeRate, Registries};
use crate::registry::consul::{Consul, ConsulSettings};
use crate::registry::{
    Answer, Datacenter, Instance, KeyEntry, KeyValues, Lacks, Registry, RegistryError, RegistryFault, RegistryKind,
    RegistryPlace, Rehearsed, Scope, StaticList, Undone, Watch, WatchUpdate,
};
use crate::transport::Pool;

/// Datacenters come and go seldom; the question shows that the agent is there.
const LOOK_EVERY: Duration = Duration::from_secs(20);
/// How long that may take where a watch or a question has just found nobody.
const DOUBT_PATIENCE: Duration = Duration::from_secs(3);
/// The first pause after a failure; each next one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// Who types pauses longer than this only when something is done.
const TYPING: Duration = Duration::from_millis(250);
/// Orders that wait while a registry is opened; a person gives no more.
const WAITING_ORDERS: usize = 64;

/// What a registry's task is told to do.
#[derive(Debug)]
pub(in crate::engine) enum RegistryOrder {
    /// Watch exactly this.
    Watch(Watching),
    /// Answer this.
    Ask(u64, RegistryQuestion),
    /// Refuse acts, or do them.
    ReadOnly(bool),
    /// Look again now.
    Refresh,
    /// Settings of addresses changed.
    Settings,
}

/// All open registries.
#[derive(Debug)]
pub(in crate::engine) struct LiveRegistries {
    teller: Teller,
    pool: Pool,
    /// Where calls look for who is open.
    known: Arc<Registries>,
    open: BTreeMap<RegistryId, Open>,
}

#[derive(Debug)]
struct Open {
    orders: mpsc::Sender<RegistryOrder>,
    task: JoinHandle<()>,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl LiveRegistries {
    pub(in crate::engine) fn new(teller: Teller, pool: Pool, known: Arc<Registries>) -> Self {
        Self { teller, pool, known, open: BTreeMap::new() }
    }

    /// Opens a registry, or opens it anew.
    pub(in crate::engine) fn open(&mut self, registry: RegistryId, generation: Generation, spec: RegistrySpec) {
        let (orders, inbox) = mpsc::channel(WAITING_ORDERS);
        let tell = Tell { teller: self.teller.clone(), registry, generation };
        let task = tokio::spawn(run(spec, tell, self.pool.clone(), Arc::clone(&self.known), inbox));
        self.open.insert(registry, Open { orders, task });
    }

    /// Ends everything of a registry.
    pub(in crate::engine) fn close(&mut self, registry: RegistryId) {
        self.open.remove(&registry);
    }

    /// Settings of addresses changed; all registries hear it.
    pub(in crate::engine) async fn settings(&self) {
        for open in self.open.values() {
            open.orders.send(RegistryOrder::Settings).await.unwrap_or_default();
        }
    }

    /// Tells a registry's task what to do.
    pub(in crate::engine) async fn order(&self, registry: RegistryId, order: RegistryOrder) {
        if let Some(open) = self.open.get(&registry) {
            // Refused only where the task is gone, and with it whatever would have come of it.
            open.orders.send(order).await.unwrap_or_default();
        }
    }
}

/// The way of a registry's events.
#[derive(Clone, Debug)]
pub(super) struct Tell {
    teller: Teller,
    registry: RegistryId,
    generation: Generation,
}

impl Tell {
    pub(super) async fn tell(&self, told: RegistryTold) {
        let (registry, generation) = (self.registry, self.generation);
        let event = RegistryEvent { registry, generation, at: SystemTime::now(), told };
        self.teller.tell(Event::Registry(Box::new(event))).await;
    }
}

/// Opens what is specified; reads files.
fn opened(spec: RegistrySpec) -> Result<Arc<dyn Registry>, RegistryError> {
    match spec {
        RegistrySpec::ListFile(path) => Ok(Arc::new(StaticList::file(&path))),
        RegistrySpec::List(name, text) => Ok(Arc::new(StaticList::made(&name, &text))),
        RegistrySpec::Consul(explicit) => {
            let settings = ConsulSettings::read(*explicit, &|name| std::env::var(name).ok());
            let settings = settings.map_err(|fault| RegistryError {
                place: RegistryPlace { kind: RegistryKind::Consul, address: String::new() },
                asked: String::new(),
                fault,
            })?;
            Ok(Arc::new(Consul::new(settings)?))
        }
    }
}

/// A registry from its opening to its end, which is the abort of this task; its own tasks end with it.
async fn run(
    spec: RegistrySpec,
    tell: Tell,
    pool: Pool,
    known: Arc<Registries>,
    mut inbox: mpsc::Receiver<RegistryOrder>,
) {
    let opening = tokio::task::spawn_blocking(move || opened(spec));
    let registry = match opening.await {
        Ok(Ok(registry)) => registry,
        Ok(Err(error)) => return tell.tell(RegistryTold::Unusable(Arc::new(error))).await,
        Err(_ended) => return,
    };
    let (place, capabilities) = (registry.place().clone(), registry.capabilities());
    known.put(Arc::clone(&registry));
    let _closed = TakenOut { known: Arc::clone(&known), registry: Arc::clone(&registry) };
    tell.tell(RegistryTold::Opened { place, capabilities }).await;
    let signs = Arc::new(Signs::default());
    let mut tasks = JoinSet::new();
    tasks.spawn(look(Arc::clone(&registry), tell.clone(), Arc::clone(&signs)));
    let (probes, found) = Probes::new(pool, ProbeRate::default(), Arc::clone(&known));
    tasks.spawn(tell_facts(found, tell.clone()));
    let probes = Arc::new(probes);
    let mut watches = Watches {
        registry: Arc::clone(&registry),
        tell: tell.clone(),
        probes: Arc::clone(&probes),
        signs: Arc::clone(&signs),
        running: HashMap::new(),
        seen_keys: SeenKeys::default(),
    };
    let mut read_only = false;
    let mut rehearsal: Option<AbortHandle> = None;
    loop {
        let order = tokio::select! {
            order = inbox.recv() => order,
            () = signs.back.notified() => {
                // Watches that wait before they try again need not wait any longer.
                watches.begin_again(&mut tasks);
                continue;
            }
        };
        let Some(order) = order else { return };
        // Tasks that are over leave their place.
        while tasks.try_join_next().is_some() {}
        match order {
            RegistryOrder::Watch(watching) => watches.become_true(watching, &mut tasks),
            RegistryOrder::ReadOnly(is_so) => read_only = is_so,
            RegistryOrder::Settings => probes.settings_changed(),
            RegistryOrder::Refresh => {
                signs.again.notify_one();
                probes.now();
                watches.begin_again(&mut tasks);
            }
            RegistryOrder::Ask(ticket, question) if read_only && question.is_act() => {
                let place = registry.place().clone();
                let error = RegistryError { place, asked: String::new(), fault: RegistryFault::ReadOnly };
                let tell = tell.clone();
                tasks.spawn(async move { tell.tell(RegistryTold::Reply { ticket, result: Err(error) }).await });
            }
            RegistryOrder::Ask(ticket, question) => {
                let (registry, tell, signs) = (Arc::clone(&registry), tell.clone(), Arc::clone(&signs));
                let is_rehearsal = matches!(question, RegistryQuestion::Rehearse { .. });
                let task = tasks.spawn(async move {
                    let result = answer(&*registry, question).await;
                    if let Err(error) = &result {
                        signs.failed(error);
                    }
                    tell.tell(RegistryTold::Reply { ticket, result }).await;
                });
                if is_rehearsal && let Some(older) = rehearsal.replace(task) {
                    older.abort();
                }
            }
        }
    }
}

/// A registry that is closed is no longer asked by calls.
struct TakenOut {
    known: Arc<Registries>,
    registry: Arc<dyn Registry>,
}

impl Drop for TakenOut {
    fn drop(&mut self) {
        self.known.take_out(&self.registry);
    }
}

/// What the tasks of one registry tell each other of whether it is there.
#[derive(Debug, Default)]
struct Signs {
    /// Look again now.
    again: tokio::sync::Notify,
    /// Somebody who asked found nobody.
    doubted: std::sync::atomic::AtomicBool,
    /// It is there again.
    back: tokio::sync::Notify,
}

impl Signs {
    /// Somebody asked, and this came of it: where nobody was there, that is looked into at once.
    fn failed(&self, error: &RegistryError) {
        if matches!(error.fault, RegistryFault::Unreachable(_) | RegistryFault::Silent(_)) {
            self.doubted.store(true, std::sync::atomic::Ordering::Relaxed);
            self.again.notify_one();
        }
    }
}

/// Asks for datacenters; not for long, where somebody else had no answer a moment ago.
async fn datacenters(registry: &dyn Registry, is_doubted: bool) -> Result<Vec<Datacenter>, RegistryError> {
    if !is_doubted {
        return registry.datacenters().await;
    }
    let silent = |_elapsed| {
        let place = registry.place().clone();
        Err(RegistryError { place, asked: String::new(), fault: RegistryFault::Silent(DOUBT_PATIENCE) })
    };
    tokio::time::timeout(DOUBT_PATIENCE, registry.datacenters()).await.unwrap_or_else(silent)
}

/// Asks for datacenters again and again, and so learns whether the registry is there.
async fn look(registry: Arc<dyn Registry>, tell: Tell, signs: Arc<Signs>) {
    let mut pause = FIRST_PAUSE;
    let mut told: Option<Result<Vec<Datacenter>, ()>> = None;
    loop {
        let is_doubted = signs.doubted.swap(false, std::sync::atomic::Ordering::Relaxed);
        let wait = match datacenters(&*registry, is_doubted).await {
            Ok(datacenters) => {
                pause = FIRST_PAUSE;
                if told == Some(Err(())) {
                    signs.back.notify_one();
                }
                if told.as_ref() != Some(&Ok(datacenters.clone())) {
                    told = Some(Ok(datacenters.clone()));
                    tell.tell(RegistryTold::Datacenters(datacenters)).await;
                }
                LOOK_EVERY
            }
            Err(error) => {
                if told != Some(Err(())) {
                    told = Some(Err(()));
                    tell.tell(RegistryTold::Away(Arc::new(error))).await;
                }
                let wait = pause;
                pause = (pause * 2).min(LONGEST_PAUSE);
                wait
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = signs.again.notified() => pause = FIRST_PAUSE,
        }
    }
}

/// The watches of one registry.
#[derive(Debug)]
struct Watches {
    registry: Arc<dyn Registry>,
    tell: Tell,
    probes: Arc<Probes>,
    signs: Arc<Signs>,
    running: HashMap<WatchWhat, AbortHandle>,
    seen_keys: SeenKeys,
}

impl Watches {
    /// Begins what is missing and ends what is too much.
    fn become_true(&mut self, watching: Watching, tasks: &mut JoinSet<()>) {
        let Watching { watches, probed } = watching;
        self.probes.look_at(probed);
        self.running.retain(|what, task| {
            let stays = watches.contains(what);
            if !stays {
                task.abort();
            }
            stays
        });
        for what in watches {
            if !self.running.contains_key(&what) {
                self.begin(what, tasks);
            }
        }
    }

    fn begin_again(&mut self, tasks: &mut JoinSet<()>) {
        let all: BTreeSet<WatchWhat> = self.running.keys().cloned().collect();
        for what in all {
            if let Some(task) = self.running.remove(&what) {
                task.abort();
            }
            self.begin(what, tasks);
        }
    }

    fn begin(&mut self, what: WatchWhat, tasks: &mut JoinSet<()>) {
        let (registry, tell, watched) = (Arc::clone(&self.registry), self.tell.clone(), what.clone());
        let seen = self.seen_keys.clone();
        let (probes, signs) = (Arc::clone(&self.probes), Arc::clone(&self.signs));
        let task = tasks.spawn(async move {
            match &watched {
                WatchWhat::Services { datacenter } => {
                    let updates = registry.watch_services(scope(datacenter));
                    pass(updates, &tell, &signs, &watched, Watched::Services).await;
                }
                WatchWhat::Instances { datacenter, service } => {
                    let updates = registry.watch_instances(scope(datacenter), Some(service.clone()));
                    let name = (datacenter.clone(), service.clone());
                    let wrap = |answer: Answer<Arc<Vec<Instance>>>| {
                        probes.listed(name.clone(), &answer.value);
                        Watched::Instances(answer)
                    };
                    pass(updates, &tell, &signs, &watched, wrap).await;
                }
                WatchWhat::Keys { datacenter, prefix } => {
                    let Some(keys) = registry.key_values() else { return };
                    let updates = keys.watch(scope(datacenter), prefix.clone());
                    pass_keys(updates, &tell, &signs, &watched, &seen).await;
                }
            }
        });
        self.running.insert(what, task);
    }
}

/// Passes on what a watch tells.
async fn pass<T>(
    mut updates: Watch<T>,
    tell: &Tell,
    signs: &Signs,
    what: &WatchWhat,
    wrap: impl Fn(Answer<Arc<T>>) -> Watched,
) {
    // Thousands of instances take milliseconds to be freed. What was told before is kept until something newer is told,
    // so that the window, which let it go meanwhile, is never the one that frees it.
    let mut told: [Option<Arc<T>>; 2] = [None, None];
    while let Some(update) = updates.recv().await {
        let seen = match update {
            WatchUpdate::Now(answer) => {
                told = [Some(Arc::clone(&answer.value)), told[0].take()];
                wrap(answer)
            }
            WatchUpdate::Away(error) => {
                signs.failed(&error);
                Watched::Away(error)
            }
            WatchUpdate::Back => Watched::Back,
        };
        tell.tell(RegistryTold::Watched { what: what.clone(), seen }).await;
    }
}

/// As [`pass`], for keys: folders and changes are made off the tasks' threads.
async fn pass_keys(mut updates: Watch<Vec<KeyEntry>>, tell: &Tell, signs: &Signs, what: &WatchWhat, seen: &SeenKeys) {
    let WatchWhat::Keys { datacenter, prefix } = what else { return };
    let watch = (datacenter.clone(), prefix.clone());
    while let Some(update) = updates.recv().await {
        let told = match update {
            WatchUpdate::Now(answer) => {
                let (seen, watch) = (seen.clone(), watch.clone());
                let Ok(answer) = tokio::task::spawn_blocking(move || seen.look(&watch, answer)).await else { return };
                Watched::Keys(answer)
            }
            WatchUpdate::Away(error) => {
                signs.failed(&error);
                Watched::Away(error)
            }
            WatchUpdate::Back => Watched::Back,
        };
        tell.tell(RegistryTold::Watched { what: what.clone(), seen: told }).await;
    }
}

/// What the registry says of all of them; the first that it would refuse ends it.
async fn rehearse(
    registry: &dyn Registry,
    bodies: &[serde_json::Value],
) -> Result<Rehearsed, (usize, Arc<RegistryError>)> {
    let mut all = Rehearsed::Sure;
    for (at, body) in bodies.iter().enumerate() {
        match registry.rehearse(body).await {
            Ok(Rehearsed::Sure) => {}
            Ok(Rehearsed::NothingFound) => all = Rehearsed::NothingFound,
            Err(error) => return Err((at, Arc::new(error))),
        }
    }
    Ok(all)
}

/// The id that a body is registered with.
fn id_of(body: &serde_json::Value) -> String {
    let text = |name: &str| body.get(name).and_then(serde_json::Value::as_str).filter(|text| !text.is_empty());
    text("ID").or_else(|| text("Name")).unwrap_or_default().to_owned()
}

fn scope(datacenter: &str) -> Scope {
    Scope { datacenter: (!datacenter.is_empty()).then(|| datacenter.to_owned()), ..Scope::default() }
}

async fn answer(registry: &dyn Registry, question: RegistryQuestion) -> Result<RegistryReply, RegistryError> {
    use RegistryQuestion as Q;
    let keys = || -> Result<&dyn KeyValues, RegistryError> {
        registry.key_values().ok_or_else(|| RegistryError {
            place: registry.place().clone(),
            asked: String::new(),
            fault: RegistryFault::Unsupported(Lacks::KeyValues),
        })
    };
    Ok(match question {
        Q::KeyWork(work) => {
            let failed = |ended: tokio::task::JoinError| RegistryError {
                place: registry.place().clone(),
                asked: String::new(),
                fault: RegistryFault::NotDone(Undone::Ended(ended.to_string())),
            };
            RegistryReply::KeyWorked(tokio::task::spawn_blocking(move || work.run()).await.map_err(failed)?)
        }
        Q::Nodes { datacenter } => RegistryReply::Nodes(registry.nodes(&scope(&datacenter)).await?),
        Q::Agent => RegistryReply::Agent(Box::new(registry.agent().await?)),
        Q::Filter { datacenter, service, filter } => {
            let scope = Scope { filter: Some(filter), ..scope(&datacenter) };
            RegistryReply::Instances(registry.instances(&scope, Some(&service)).await?)
        }
        Q::IdTaken(id) => RegistryReply::IdTaken(registry.id_taken(&id).await?),
        Q::Rehearse { bodies, settles } => {
            if settles {
                tokio::time::sleep(TYPING).await;
            }
            RegistryReply::Rehearsed(rehearse(registry, &bodies).await)
        }
        Q::Register { body, expects_free } => {
            if expects_free && let Some(service) = registry.id_taken(&id_of(&body)).await? {
                return Ok(RegistryReply::IdTaken(Some(service)));
            }
            registry.register(&body).await?;
            RegistryReply::Done
        }
        Q::Deregister(instance) => {
            registry.deregister(&instance).await?;
            RegistryReply::Done
        }
        Q::Maintain(instance, reason) => {
            registry.maintain(&instance, reason.as_deref()).await?;
            RegistryReply::Done
        }
        Q::SetTtl { node, check, to, note } => {
            registry.set_ttl(&node, &check, to, &note).await?;
            RegistryReply::Done
        }
        Q::PutKey { datacenter, key, value, flags, cas } => {
            RegistryReply::Written(keys()?.put(&scope(&datacenter), &key, &value, flags, cas).await?)
        }
        Q::DeleteKey { datacenter, key, cas } => {
            RegistryReply::Written(keys()?.delete(&scope(&datacenter), &key, cas).await?)
        }
        Q::DeleteKeys { datacenter, prefix } => {
            keys()?.delete_prefix(&scope(&datacenter), &prefix).await?;
            RegistryReply::Done
        }
    })
}
