//! The bounded queue of event batches between a call's task and its reader.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use futures_util::task::AtomicWaker;

use super::CallEvent;

/// Most events of a batch: handing over single ones costs as much as reading them from the network.
pub(super) const BATCH: usize = 256;
/// A batch of large messages is handed over earlier.
pub(super) const BATCH_BYTES: usize = 1 << 20;
/// So many batches may wait for the reader.
const WAITING: usize = 2;

/// Shared by the call's task (one writer) and its [`super::EventReceiver`] (one reader).
#[derive(Debug, Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    reader: AtomicWaker,
    writer: AtomicWaker,
}

#[derive(Debug, Default)]
struct State {
    batches: VecDeque<Vec<CallEvent>>,
    /// The status is in.
    done: bool,
    /// Nobody reads any more.
    abandoned: bool,
}

impl Queue {
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ready when one more batch may be pushed.
    pub fn poll_room(&self, cx: &mut Context<'_>) -> Poll<()> {
        if self.has_room() {
            return Poll::Ready(());
        }
        self.writer.register(cx.waker());
        if self.has_room() { Poll::Ready(()) } else { Poll::Pending }
    }

    fn has_room(&self) -> bool {
        let state = self.lock();
        state.abandoned || state.batches.len() < WAITING
    }

    /// Pushes, room or not; `last` when the status is in it.
    pub fn push(&self, batch: Vec<CallEvent>, last: bool) {
        {
            let mut state = self.lock();
            if state.done || state.abandoned {
                return;
            }
            state.batches.push_back(batch);
            state.done = last;
        }
        self.reader.wake();
    }

    /// Whether nobody reads any more; wakes the writer when that happens.
    pub fn poll_abandoned(&self, cx: &mut Context<'_>) -> bool {
        self.writer.register(cx.waker());
        self.lock().abandoned
    }

    /// The reader went away.
    pub fn abandon(&self) {
        {
            let mut state = self.lock();
            state.abandoned = true;
            state.batches.clear();
        }
        self.writer.wake();
    }

    /// The next batch; `None` after the last.
    pub fn poll_next(&self, cx: &mut Context<'_>) -> Poll<Option<Vec<CallEvent>>> {
        self.reader.register(cx.waker());
        match self.try_next() {
            Some(batch) => Poll::Ready(Some(batch)),
            None if self.lock().done => {
                // The last batch may have come between the two looks.
                Poll::Ready(self.try_next())
            }
            None => Poll::Pending,
        }
    }

    /// The next batch if it is there.
    pub fn try_next(&self) -> Option<Vec<CallEvent>> {
        let (batch, was_full) = {
            let mut state = self.lock();
            let was_full = state.batches.len() >= WAITING;
            (state.batches.pop_front(), was_full)
        };
        // Only then does the writer wait for room.
        if was_full {
            self.writer.wake();
        }
        batch
    }
}
