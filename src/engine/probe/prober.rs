//! Probes of many instances side by side, at a set rate, as long as somebody looks.

use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::{Notify, Semaphore, mpsc};
use tokio::task::AbortHandle;

use super::once::{PROBE_PATIENCE, Probe, Schemas};
use super::watch::{Changed, Watches};
use crate::engine::Endpoint;
use crate::registry::{InstanceKey, WireFacts};
use crate::transport::Pool;

/// Up to so many instances keep their connections between probes, and a Watch on each. Of more, each is connected to
/// anew: thousands of open sockets are more than a process may have.
const MOST_KEPT: usize = 256;
/// A stream that ends at once again and again must not make probes of its own.
const NOT_SOONER: Duration = Duration::from_secs(1);

/// How often, how long, how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProbeRate {
    /// From the end of a probe to the next one, give or take a tenth so that many do not keep step.
    pub interval: Duration,
    /// How long one may take.
    pub patience: Duration,
    /// How many run at once.
    pub at_once: usize,
}

impl Default for ProbeRate {
    fn default() -> Self {
        Self { interval: Duration::from_secs(10), patience: PROBE_PATIENCE, at_once: 32 }
    }
}

/// Probes a set of instances until it is dropped.
pub struct Prober {
    pool: Pool,
    rate: ProbeRate,
    room: Arc<Semaphore>,
    schemas: Arc<Schemas>,
    tell: mpsc::Sender<(InstanceKey, Arc<WireFacts>)>,
    running: Mutex<BTreeMap<InstanceKey, Running>>,
    /// There are few enough for their connections to stay.
    keeps: Arc<AtomicBool>,
}

struct Running {
    endpoint: Endpoint,
    now: Arc<Notify>,
    task: AbortHandle,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl std::fmt::Debug for Prober {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Prober").field("rate", &self.rate).finish_non_exhaustive()
    }
}

impl Prober {
    /// Probes nothing yet. Facts go to `tell` as they are found; where it is full, the probe of that instance waits.
    pub fn new(pool: Pool, rate: ProbeRate, tell: mpsc::Sender<(InstanceKey, Arc<WireFacts>)>) -> Self {
        let room = Arc::new(Semaphore::new(rate.at_once.max(1)));
        let keeps = Arc::new(AtomicBool::new(true));
        Self { pool, rate, room, schemas: Arc::default(), tell, running: Mutex::default(), keeps }
    }

    /// Probes exactly these from now on: new ones at once, those that are known go on, others end. Needs a runtime.
    pub fn set(&self, instances: Vec<(InstanceKey, Endpoint)>) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted: HashSet<InstanceKey> = instances.iter().map(|(key, _)| key.clone()).collect();
        running.retain(|key, _| wanted.contains(key));
        self.keeps.store(wanted.len() <= MOST_KEPT, Ordering::Release);
        for (key, endpoint) in instances {
            if running.get(&key).is_some_and(|known| known.endpoint == endpoint) {
                continue;
            }
            let now = Arc::new(Notify::new());
            let one = One {
                key: key.clone(),
                probe: Probe::new(self.pool.clone(), endpoint.clone(), self.rate.patience, Arc::clone(&self.schemas)),
                rate: self.rate,
                room: Arc::clone(&self.room),
                tell: self.tell.clone(),
                now: Arc::clone(&now),
                keeps: Arc::clone(&self.keeps),
            };
            let task = tokio::spawn(one.run()).abort_handle();
            running.insert(key, Running { endpoint, now, task });
        }
    }

    /// Probes all of them now.
    pub fn now(&self) {
        for one in self.running.lock().unwrap_or_else(PoisonError::into_inner).values() {
            one.now.notify_one();
        }
    }

    /// Probes one of them now.
    pub fn now_one(&self, key: &InstanceKey) {
        if let Some(one) = self.running.lock().unwrap_or_else(PoisonError::into_inner).get(key) {
            one.now.notify_one();
        }
    }
}

/// One instance.
struct One {
    key: InstanceKey,
    probe: Probe,
    rate: ProbeRate,
    room: Arc<Semaphore>,
    tell: mpsc::Sender<(InstanceKey, Arc<WireFacts>)>,
    now: Arc<Notify>,
    keeps: Arc<AtomicBool>,
}

impl One {
    async fn run(mut self) {
        let mut watches = Watches::default();
        let mut turn = 0_u64;
        loop {
            let Ok(room) = self.room.acquire().await else { return };
            let keeps = self.keeps.load(Ordering::Acquire);
            let (mut facts, channel) = self.probe.run(keeps).await;
            let ended = Instant::now();
            match &channel {
                Some(channel) if keeps => {
                    watches.keep(channel, &facts).await;
                    watches.amend(&mut facts);
                }
                Some(channel) => {
                    watches.end();
                    // Calls that run on it are not disturbed: it closes when they have ended.
                    channel.close();
                }
                None => watches.end(),
            }
            drop(room);
            let mut facts = Arc::new(facts);
            if self.tell.send((self.key.clone(), Arc::clone(&facts))).await.is_err() {
                return;
            }
            turn += 1;
            let next = ended + self.pause(turn);
            loop {
                tokio::select! {
                    () = tokio::time::sleep_until(next.into()) => break,
                    () = self.now.notified() => break,
                    changed = watches.changed() => match changed {
                        Changed::To(service, health) => {
                            let mut newer = WireFacts::clone(&facts);
                            newer.at = SystemTime::now();
                            if service.is_empty() {
                                newer.health = health;
                            } else {
                                newer.services_health.insert(service, health);
                            }
                            facts = Arc::new(newer);
                            if self.tell.send((self.key.clone(), Arc::clone(&facts))).await.is_err() {
                                return;
                            }
                        }
                        Changed::Ended => {
                            tokio::time::sleep_until(next.min(ended + NOT_SOONER).into()).await;
                            break;
                        }
                    },
                }
            }
        }
    }

    /// Within a tenth of the interval, another one for each instance and turn.
    fn pause(&self, turn: u64) -> Duration {
        let mut hasher = DefaultHasher::new();
        (&self.key, turn).hash(&mut hasher);
        let share = (hasher.finish() % 2001) as f64 / 10_000.0;
        self.rate.interval.mul_f64(0.9 + share)
    }
}
