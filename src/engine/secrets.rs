//! Secrets on their way into the keychain and out of it.
//!
//! A keychain may ask its owner for a password, and a bus may never answer: so it is asked on a thread of its own, told
//! about when it takes long, given up when it takes too long, and nothing else ever waits for it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::Event;
use super::live::Teller;
use crate::keychain::{Keychain, KeychainFault, KeychainState, account};
use crate::secret::Secret;

/// What is typed goes out when it was quiet so long: not each letter of a token.
const SETTLE: Duration = Duration::from_millis(400);
/// After so long without an answer the window says that it waits.
const PATIENCE: Duration = Duration::from_secs(4);
/// After so long it is given up; whoever has to unlock a keychain first has done so by then.
const GIVE_UP: Duration = Duration::from_mins(2);

/// Something to do with secrets; they are named by their numbers in the data folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretWish {
    /// Read these.
    Read(Vec<u64>),
    /// File one, in the place of an older one.
    Write(u64, Secret),
    /// Forget one.
    Forget(u64),
    /// Try again what the keychain refused.
    Retry,
}

/// What became of wishes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecretsUpdate {
    /// What is known of the keychain now.
    pub state: KeychainState,
    /// Those that were read.
    pub found: Vec<(u64, Secret)>,
    /// Those that it does not have.
    pub absent: Vec<u64>,
    /// Those that it did not give; they are asked for again by [`SecretWish::Retry`].
    pub unread: Vec<u64>,
}

/// Wishes that wait.
#[derive(Debug, Default)]
pub(super) struct SecretQueue {
    waiting: Mutex<Waiting>,
    wake: Notify,
    settled: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    reads: BTreeSet<u64>,
    /// `None` forgets.
    writes: BTreeMap<u64, Option<Secret>>,
    last_push: Option<Instant>,
    /// The program ends: nothing waits to settle.
    hurries: bool,
    /// It was refused: nothing goes out until something new is wished for.
    stuck: bool,
    busy: bool,
}

/// What goes to the keychain at once.
struct Batch {
    reads: BTreeSet<u64>,
    writes: BTreeMap<u64, Option<Secret>>,
}

/// What came of it; what is left was refused.
struct Outcome {
    found: Vec<(u64, Secret)>,
    absent: Vec<u64>,
    left: Batch,
    fault: Option<KeychainFault>,
}

impl SecretQueue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Never blocks.
    pub(super) fn push(&self, wish: SecretWish) {
        let mut waiting = self.lock();
        match wish {
            SecretWish::Read(numbers) => waiting.reads.extend(numbers),
            SecretWish::Write(number, secret) => {
                waiting.writes.insert(number, Some(secret));
            }
            SecretWish::Forget(number) => {
                waiting.reads.remove(&number);
                waiting.writes.insert(number, None);
            }
            SecretWish::Retry => {}
        }
        waiting.stuck = false;
        waiting.last_push = Some(Instant::now());
        drop(waiting);
        self.wake.notify_one();
    }

    /// Blocks until everything is written, refused, or the time is over.
    pub(super) fn settle(&self, limit: Duration) {
        let mut waiting = self.lock();
        waiting.hurries = true;
        self.wake.notify_one();
        let works = |waiting: &mut Waiting| waiting.busy || (!waiting.stuck && !waiting.writes.is_empty());
        drop(self.settled.wait_timeout_while(waiting, limit, works));
    }

    /// Runs until the runtime ends. Without a keychain every wish is answered by saying so.
    pub(super) async fn run(self: Arc<Self>, keychain: Option<(Arc<dyn Keychain>, PathBuf)>, teller: Teller) {
        loop {
            let batch = self.next().await;
            let outcome = match &keychain {
                None => none(batch),
                Some((keychain, folder)) => ask(Arc::clone(keychain), folder.clone(), batch, &teller).await,
            };
            let update = self.take(outcome);
            teller.tell(Event::Secrets(update)).await;
        }
    }

    /// What is to go out next, once there is something and it settled.
    async fn next(&self) -> Batch {
        loop {
            let news = self.wake.notified();
            let due = self.lock().due_in(Instant::now());
            match due {
                None => news.await,
                Some(Duration::ZERO) => {
                    let mut waiting = self.lock();
                    waiting.busy = true;
                    return Batch {
                        reads: std::mem::take(&mut waiting.reads),
                        writes: std::mem::take(&mut waiting.writes),
                    };
                }
                Some(time) => {
                    tokio::select! {
                        () = tokio::time::sleep(time) => {}
                        () = news => {}
                    }
                }
            }
        }
    }

    /// Puts back what was refused, unless something newer is wished for it.
    fn take(&self, outcome: Outcome) -> SecretsUpdate {
        let mut waiting = self.lock();
        let unread: Vec<u64> = outcome.left.reads.iter().copied().collect();
        waiting.reads.extend(outcome.left.reads);
        for (number, secret) in outcome.left.writes {
            waiting.writes.entry(number).or_insert(secret);
        }
        waiting.stuck |= outcome.fault.is_some();
        waiting.busy = false;
        drop(waiting);
        self.settled.notify_all();
        let state = outcome.fault.as_ref().map_or(KeychainState::Works, KeychainState::from);
        SecretsUpdate { state, found: outcome.found, absent: outcome.absent, unread }
    }
}

impl Waiting {
    /// `None` if nothing is to be done.
    fn due_in(&self, now: Instant) -> Option<Duration> {
        if self.stuck || (self.reads.is_empty() && self.writes.is_empty()) {
            return None;
        }
        if self.hurries || !self.reads.is_empty() {
            return Some(Duration::ZERO);
        }
        Some(self.last_push.map_or(Duration::ZERO, |last| SETTLE.saturating_sub(now.saturating_duration_since(last))))
    }
}

/// Where there is no keychain: nothing is found, and what is written lasts until the program ends.
fn none(batch: Batch) -> Outcome {
    Outcome {
        found: Vec::new(),
        absent: batch.reads.into_iter().collect(),
        left: Batch { reads: BTreeSet::new(), writes: BTreeMap::new() },
        fault: Some(KeychainFault::Absent(String::new())),
    }
}

async fn ask(keychain: Arc<dyn Keychain>, folder: PathBuf, batch: Batch, teller: &Teller) -> Outcome {
    let whole = Batch { reads: batch.reads.clone(), writes: batch.writes.clone() };
    let mut asking = tokio::task::spawn_blocking(move || work(&*keychain, &folder, batch));
    let soon = tokio::time::timeout(PATIENCE, &mut asking).await;
    let answered = if let Ok(answered) = soon {
        answered.ok()
    } else {
        let update = SecretsUpdate { state: KeychainState::Waiting, ..SecretsUpdate::default() };
        teller.tell(Event::Secrets(update)).await;
        tokio::time::timeout(GIVE_UP, &mut asking).await.ok().and_then(Result::ok)
    };
    answered.unwrap_or_else(|| {
        let fault = Some(KeychainFault::Failed(format!("no answer in {} s", GIVE_UP.as_secs())));
        Outcome { found: Vec::new(), absent: Vec::new(), left: whole, fault }
    })
}

/// Asks for one after the other, until one is refused. A keychain that is not there has nothing to give.
fn work(keychain: &dyn Keychain, folder: &std::path::Path, mut batch: Batch) -> Outcome {
    let mut outcome = Outcome {
        found: Vec::new(),
        absent: Vec::new(),
        left: Batch { reads: BTreeSet::new(), writes: BTreeMap::new() },
        fault: None,
    };
    while let Some((number, secret)) = batch.writes.pop_first() {
        let account = account(folder, number);
        let done = match &secret {
            Some(secret) => keychain.write(&account, secret),
            None => keychain.forget(&account),
        };
        if let Err(fault) = done {
            outcome.fault = Some(fault);
            batch.writes.insert(number, secret);
            break;
        }
    }
    while outcome.fault.is_none()
        && let Some(number) = batch.reads.pop_first()
    {
        match keychain.read(&account(folder, number)) {
            Ok(Some(secret)) => outcome.found.push((number, secret)),
            Ok(None) => outcome.absent.push(number),
            Err(fault) => {
                outcome.fault = Some(fault);
                batch.reads.insert(number);
            }
        }
    }
    outcome.left = batch;
    outcome
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may end by panicking")]

    use super::*;

    /// Refuses everything until it is opened.
    #[derive(Debug, Default)]
    struct Box {
        open: Mutex<bool>,
        items: Mutex<BTreeMap<String, Secret>>,
    }

    impl Box {
        fn check(&self) -> Result<(), KeychainFault> {
            if *self.open.lock().unwrap() { Ok(()) } else { Err(KeychainFault::Locked("shut".to_owned())) }
        }
    }

    impl Keychain for Box {
        fn read(&self, account: &str) -> Result<Option<Secret>, KeychainFault> {
            self.check().map(|()| self.items.lock().unwrap().get(account).cloned())
        }
        fn write(&self, account: &str, secret: &Secret) -> Result<(), KeychainFault> {
            self.check()?;
            self.items.lock().unwrap().insert(account.to_owned(), secret.clone());
            Ok(())
        }
        fn forget(&self, account: &str) -> Result<(), KeychainFault> {
            self.check()?;
            self.items.lock().unwrap().remove(account);
            Ok(())
        }
    }

    fn batch(waiting: &mut Waiting) -> Batch {
        Batch { reads: std::mem::take(&mut waiting.reads), writes: std::mem::take(&mut waiting.writes) }
    }

    #[test]
    fn what_was_refused_waits_for_another_try_and_the_newest_wins() {
        let (keychain, folder) = (Box::default(), PathBuf::from("/data"));
        let queue = SecretQueue::default();
        queue.push(SecretWish::Write(1, Secret::new("old")));
        queue.push(SecretWish::Write(1, Secret::new("new")));
        queue.push(SecretWish::Write(2, Secret::new("two")));
        queue.push(SecretWish::Read(vec![3]));
        let first = batch(&mut queue.lock());
        let update = queue.take(work(&keychain, &folder, first));
        assert_eq!(update.state, KeychainState::Locked("shut".to_owned()));
        assert_eq!(update.unread, [3]);
        assert_eq!(queue.lock().due_in(Instant::now()), None, "it does not ask again by itself");
        // Nothing to wait for at the end of the program either.
        queue.settle(Duration::from_mins(1));

        *keychain.open.lock().unwrap() = true;
        queue.push(SecretWish::Forget(2));
        queue.push(SecretWish::Retry);
        let second = batch(&mut queue.lock());
        let update = queue.take(work(&keychain, &folder, second));
        let expect = SecretsUpdate { state: KeychainState::Works, absent: vec![3], ..SecretsUpdate::default() };
        assert_eq!(update, expect);
        let items = keychain.items.lock().unwrap();
        assert_eq!(items.values().map(Secret::reveal).collect::<Vec<_>>(), ["new"]);
    }

    #[test]
    fn letters_settle_before_they_go_out() {
        let queue = SecretQueue::default();
        assert_eq!(queue.lock().due_in(Instant::now()), None);
        queue.push(SecretWish::Write(1, Secret::new("a")));
        let due = queue.lock().due_in(Instant::now()).expect("something waits");
        assert!(due > Duration::ZERO && due <= SETTLE, "{due:?}");
        assert_eq!(queue.lock().due_in(Instant::now() + SETTLE), Some(Duration::ZERO));
        queue.push(SecretWish::Read(vec![2]));
        assert_eq!(queue.lock().due_in(Instant::now()), Some(Duration::ZERO), "a window waits for it");
    }
}
