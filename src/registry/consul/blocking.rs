//! Blocking queries as Consul's documentation demands them, and the task that turns their answers into a watch.
//!
//! An index that goes backwards is forgotten; an index is never less than 1; what one waits for here is longer than
//! what the agent waits; an answer is not yet a change; whoever answers too often is asked less often; and since an
//! agent that hangs looks like one that has nothing to say, it is asked for its leader meanwhile.

use std::hash::{BuildHasher as _, Hasher as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::http::{Ask, Http, Reply};
use crate::registry::{Answer, RegistryError, WAITING_UPDATES, Watch, WatchUpdate};

/// How long an agent is asked to hold its answer back.
const WAIT: Duration = Duration::from_mins(5);
/// What one waits beyond that and beyond the sixteenth that Consul adds.
const SLACK: Duration = Duration::from_secs(10);
/// How often an agent is asked for a sign of life while it holds an answer back.
const PULSE: Duration = Duration::from_secs(6);
/// How long the sign of life may take.
const PULSE_PATIENCE: Duration = Duration::from_secs(4);
/// So many answers may come at once before they are spaced.
const BURST: f64 = 6.0;
/// Asking takes at most this part of the time; at the least and the most these pauses follow.
const SHARE: u32 = 20;
const SHORTEST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// Pauses between tries while the agent is away: the first and the longest.
const FIRST_RETRY: Duration = Duration::from_millis(700);
const LAST_RETRY: Duration = Duration::from_secs(12);

/// One question, asked again and again.
#[derive(Debug)]
pub(super) struct Blocking {
    http: Http,
    index: Option<u64>,
    bucket: Bucket,
}

impl Blocking {
    pub fn new(http: Http) -> Self {
        Self { http, index: None, bucket: Bucket::new() }
    }

    /// The answer to `ask`: at once the first time, and then when the agent has something new or has held it back long
    /// enough. Takes those statuses for an answer that `accept` takes.
    pub async fn next(&mut self, ask: Ask, accept: impl Fn(u16) -> bool) -> Result<Reply, RegistryError> {
        self.bucket.take().await;
        let began = Instant::now();
        let blocks = self.index.is_some();
        let question = match self.index {
            Some(index) => ask.clone().blocking(index, WAIT, SLACK),
            None => ask.clone(),
        };
        let reply = match with_pulse(&self.http, self.http.send_any(&question)).await? {
            // A proxy on the way, which waits for nobody that long, says nothing of the agent: ask it without blocking.
            Err(error) if blocks && error.fault.is_away() => self.http.send_any(&ask).await?,
            Ok(reply) if blocks && reply.status >= 500 => self.http.send_any(&ask).await?,
            asked => asked?,
        };
        if !accept(reply.status) {
            return Err(self.http.refused(&question, &reply));
        }
        if !blocks {
            // How long a held answer took says nothing of what it costs.
            self.bucket.costs(began.elapsed());
        }
        self.index = next_index(self.index, reply.facts.index);
        Ok(reply)
    }
}

/// The index to wait for next. Without one (a cache or a proxy took it away) the question cannot block: it is then
/// asked as often as the bucket allows.
fn next_index(old: Option<u64>, new: Option<u64>) -> Option<u64> {
    let new = new?.max(1);
    if old.is_some_and(|old| new < old) { None } else { Some(new) }
}

/// Does `work`, and meanwhile looks whether the agent still lives; an error says that it does not.
async fn with_pulse<T>(http: &Http, work: impl Future<Output = T>) -> Result<T, RegistryError> {
    tokio::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return Ok(done),
            sign = pulse(http) => sign?,
        }
    }
}

async fn pulse(http: &Http) -> Result<(), RegistryError> {
    tokio::time::sleep(jittered(PULSE)).await;
    let ask = Ask::get(&["v1", "status", "leader"]).patience(PULSE_PATIENCE);
    match http.send_any(&ask).await {
        Err(error) if error.fault.is_away() => Err(error),
        _ => Ok(()),
    }
}

/// Spaces what would come too often: some at once, and then as many as their cost allows.
#[derive(Debug)]
pub(super) struct Bucket {
    tokens: f64,
    filled: Instant,
    pause: Duration,
}

impl Bucket {
    pub fn new() -> Self {
        Self { tokens: BURST, filled: Instant::now(), pause: SHORTEST_PAUSE }
    }

    /// Each costs so much time.
    pub fn costs(&mut self, time: Duration) {
        self.fill(Instant::now());
        self.pause = (time * SHARE).clamp(SHORTEST_PAUSE, LONGEST_PAUSE);
    }

    fn fill(&mut self, now: Instant) {
        let since = now.saturating_duration_since(self.filled);
        self.tokens = (self.tokens + since.as_secs_f64() / self.pause.as_secs_f64()).min(BURST);
        self.filled = now;
    }

    /// Takes one if there is one; else how long until there is.
    pub fn try_take(&mut self) -> Result<(), Duration> {
        self.fill(Instant::now());
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return Ok(());
        }
        Err(self.pause.mul_f64(1.0 - self.tokens).max(Duration::from_millis(1)))
    }

    /// Takes one, waiting for it.
    pub async fn take(&mut self) {
        while let Err(wait) = self.try_take() {
            tokio::time::sleep(wait).await;
        }
    }
}

/// Longer pauses the longer somebody is away.
#[derive(Debug)]
struct BackOff {
    first: Duration,
    tries: u32,
}

impl BackOff {
    fn new(first: Duration) -> Self {
        Self { first, tries: 0 }
    }

    fn next(&mut self) -> Duration {
        let pause = self.first.saturating_mul(1 << self.tries.min(6)).min(LAST_RETRY);
        self.tries += 1;
        jittered(pause)
    }
}

/// Up to a quarter longer, so that many watchers do not come at once.
fn jittered(time: Duration) -> Duration {
    let random = std::hash::RandomState::new().build_hasher().finish() % 1000;
    time + time.mul_f64(f64::from(u32::try_from(random).unwrap_or(0)) / 4000.0)
}

/// Whatever is watched: each `next` is the whole of it.
pub(super) trait Source: Send + 'static {
    /// What is watched.
    type Value: PartialEq + Send + Sync + 'static;

    /// The whole of it, when it may have changed.
    fn next(&mut self) -> impl Future<Output = Result<Answer<Self::Value>, RegistryError>> + Send;

    /// Begins anew: the agent was away, and its indices may be others.
    fn reset(&mut self);
}

/// A task that watches until nobody listens. To be called within a runtime.
pub(super) fn watch<S: Source>(source: S) -> Watch<S::Value> {
    watch_after(source, FIRST_RETRY)
}

fn watch_after<S: Source>(source: S, first_retry: Duration) -> Watch<S::Value> {
    let (tell, watch) = mpsc::channel(WAITING_UPDATES);
    tokio::spawn(async move {
        let nobody_listens = tell.clone();
        tokio::select! {
            () = nobody_listens.closed() => {}
            () = follow(source, tell, first_retry) => {}
        }
    });
    watch
}

async fn follow<S: Source>(mut source: S, tell: mpsc::Sender<WatchUpdate<S::Value>>, first_retry: Duration) {
    let mut last: Option<Answer<Arc<S::Value>>> = None;
    let mut is_away = false;
    let mut back_off = BackOff::new(first_retry);
    loop {
        let update = match source.next().await {
            Ok(answer) => {
                back_off = BackOff::new(first_retry);
                let is_same =
                    last.as_ref().is_some_and(|last| last.hidden == answer.hidden && *last.value == answer.value);
                let was_away = std::mem::take(&mut is_away);
                if is_same && was_away {
                    Some(WatchUpdate::Back)
                } else if is_same {
                    None
                } else {
                    let now = Answer { value: Arc::new(answer.value), hidden: answer.hidden };
                    last = Some(now.clone());
                    Some(WatchUpdate::Now(now))
                }
            }
            Err(error) => {
                source.reset();
                if std::mem::replace(&mut is_away, true) { None } else { Some(WatchUpdate::Away(Arc::new(error))) }
            }
        };
        if let Some(update) = update
            && tell.send(update).await.is_err()
        {
            return;
        }
        if is_away {
            tokio::time::sleep(back_off.next()).await;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::format_collect,
        reason = "tests may end by panicking, and their texts are short"
    )]

    use super::*;
    use crate::registry::RegistryFault;

    #[test]
    fn the_index_to_wait_for() {
        for (old, new, expect) in [
            (None, Some(7), Some(7)),
            (Some(7), Some(7), Some(7)),
            (Some(7), Some(9), Some(9)),
            // Backwards: begin anew.
            (Some(9), Some(7), None),
            // Never block on nothing.
            (None, Some(0), Some(1)),
            (Some(1), Some(0), Some(1)),
            (Some(9), None, None),
        ] {
            assert_eq!(next_index(old, new), expect, "{old:?} {new:?}");
        }
    }

    #[test]
    fn what_comes_too_often_is_spaced_by_its_cost() {
        let mut bucket = Bucket::new();
        bucket.costs(Duration::from_millis(100));
        let mut taken = 0;
        let wait = loop {
            match bucket.try_take() {
                Ok(()) => taken += 1,
                Err(wait) => break wait,
            }
        };
        assert_eq!(taken, 6);
        assert!(wait <= Duration::from_secs(2) && wait > Duration::from_secs(1), "{wait:?}");
        bucket.costs(Duration::from_hours(1));
        assert!(bucket.try_take().expect_err("empty") <= LONGEST_PAUSE);
    }

    #[test]
    fn pauses_grow_to_a_limit_and_the_first_is_about_a_second() {
        let mut back_off = BackOff::new(FIRST_RETRY);
        let pauses: Vec<Duration> = (0..12).map(|_| back_off.next()).collect();
        assert!(pauses[0] <= Duration::from_secs(1), "{pauses:?}");
        assert!(pauses[11] >= LAST_RETRY && pauses[11] <= Duration::from_secs(15), "{pauses:?}");
        assert!(pauses[3] > pauses[0], "{pauses:?}");
    }

    struct Script(std::vec::IntoIter<Result<u32, RegistryFault>>);

    impl Source for Script {
        type Value = u32;

        async fn next(&mut self) -> Result<Answer<u32>, RegistryError> {
            match self.0.next() {
                Some(Ok(value)) => Ok(Answer { value, ..Answer::default() }),
                Some(Err(fault)) => Err(RegistryError {
                    place: super::super::ConsulSettings::default().place(),
                    asked: String::new(),
                    fault,
                }),
                None => std::future::pending().await,
            }
        }

        fn reset(&mut self) {}
    }

    #[tokio::test]
    async fn away_is_told_once_and_an_answer_is_not_yet_a_change() {
        let away = || Err(RegistryFault::Unreachable(crate::registry::Unreached::Refused));
        let script = vec![Ok(1), Ok(1), Ok(2), away(), away(), away(), Ok(2), Ok(2), away(), Ok(3)];
        let mut updates = watch_after(Script(script.into_iter()), Duration::from_millis(1));
        let mut told = Vec::new();
        for _ in 0..6 {
            told.push(match updates.recv().await.expect("an update") {
                WatchUpdate::Now(answer) => format!("now {}", answer.value),
                WatchUpdate::Away(_) => "away".to_owned(),
                WatchUpdate::Back => "back".to_owned(),
            });
        }
        assert_eq!(told, ["now 1", "now 2", "away", "back", "away", "now 3"]);
    }
}
