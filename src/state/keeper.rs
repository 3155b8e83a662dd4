//! The thread that writes the file: at most twice a second while things change, and at the end.

use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::document::Document;
use super::file;

/// Two writes are at least this far apart.
const EVERY: Duration = Duration::from_millis(500);
/// A write that failed is tried again after this, or with the next change.
const AGAIN: Duration = Duration::from_secs(10);

/// What became of writing; told when it changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Written again, after a failure.
    Recovered,
    /// The folder that cannot be written, and the system's reason.
    Failed(PathBuf, String),
}

/// Hears what became of writing; called on the keeper's thread, and must be quick.
pub type Tell = Box<dyn Fn(Kept) + Send>;

#[derive(Default)]
struct Slot {
    next: Option<Document>,
    closing: bool,
}

#[derive(Default)]
struct Shared {
    slot: Mutex<Slot>,
    wake: Condvar,
}

/// Keeps the newest document. Dropping it writes what waits.
pub struct Keeper {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    /// Starts the thread that writes in `folder`, which holds `written`.
    pub fn start(folder: PathBuf, written: Option<Document>, tell: Tell) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        let work = move || Writer { folder, written, unsaved: None, failed: false, tell }.run(&theirs);
        let thread = std::thread::Builder::new().name("state".to_owned()).spawn(work)?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Hands in the newest document; never waits. An older one that was not written yet is forgotten.
    pub fn keep(&self, document: Document) {
        self.shared.slot.lock().unwrap_or_else(PoisonError::into_inner).next = Some(document);
        self.shared.wake.notify_one();
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.shared.slot.lock().unwrap_or_else(PoisonError::into_inner).closing = true;
        self.shared.wake.notify_one();
        if let Some(thread) = self.thread.take() {
            // Only a panic of the thread makes this fail, and then there is nothing more to write.
            drop(thread.join());
        }
    }
}

struct Writer {
    folder: PathBuf,
    written: Option<Document>,
    /// What could not be written.
    unsaved: Option<Document>,
    failed: bool,
    tell: Tell,
}

impl Writer {
    fn run(mut self, shared: &Shared) {
        let mut last: Option<Instant> = None;
        loop {
            let (next, closing) = self.wait(shared, last);
            let unsaved = self.unsaved.take();
            if let Some(document) = next.or(unsaved)
                && self.written.as_ref() != Some(&document)
            {
                self.write(document);
                last = Some(Instant::now());
            }
            if closing {
                return;
            }
        }
    }

    /// Waits for something to write, and until it is time.
    fn wait(&self, shared: &Shared, last: Option<Instant>) -> (Option<Document>, bool) {
        let mut slot = shared.slot.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if slot.closing {
                return (slot.next.take(), true);
            }
            let since = last.map_or(EVERY, |last| last.elapsed());
            if slot.next.is_some() && since >= EVERY {
                return (slot.next.take(), false);
            }
            if self.unsaved.is_some() && since >= AGAIN {
                return (None, false);
            }
            let rest = match (slot.next.is_some(), self.unsaved.is_some()) {
                (true, _) => EVERY.saturating_sub(since),
                (false, true) => AGAIN.saturating_sub(since),
                (false, false) => {
                    slot = shared.wake.wait(slot).unwrap_or_else(PoisonError::into_inner);
                    continue;
                }
            };
            slot = shared.wake.wait_timeout(slot, rest).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn write(&mut self, document: Document) {
        let result = file::replace(&self.folder, &document.to_json());
        let failed = result.is_err();
        match result {
            Ok(()) => {
                self.written = Some(document);
                self.unsaved = None;
                if self.failed {
                    (self.tell)(Kept::Recovered);
                }
            }
            Err(error) => {
                self.unsaved = Some(document);
                if !self.failed {
                    (self.tell)(Kept::Failed(self.folder.clone(), error.to_string()));
                }
            }
        }
        self.failed = failed;
    }
}
