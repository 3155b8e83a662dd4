//! How long work is ended by who waits for it: a flag that its loops look at, and that tasks can wait for.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// Ends a work from outside.
#[derive(Debug, Default)]
pub(super) struct Stop {
    flag: AtomicBool,
    heard: Notify,
}

impl Stop {
    pub(super) fn set(&self) {
        self.flag.store(true, Ordering::Release);
        self.heard.notify_waiters();
    }

    pub(super) fn is_set(&self) -> bool {
        self.flag.load(Ordering::Acquire)
    }

    /// For loops of areas that know no tasks.
    pub(super) fn flag(&self) -> &AtomicBool {
        &self.flag
    }

    /// Waits until it is set.
    pub(super) async fn reached(&self) {
        let mut heard = std::pin::pin!(self.heard.notified());
        // From here on a notice is kept, so that none is lost between the look and the wait.
        heard.as_mut().enable();
        if !self.is_set() {
            heard.await;
        }
    }
}

/// Ends a work when the task that waits for it is dropped.
#[derive(Debug, Default)]
pub(super) struct StopOnDrop(pub(super) Arc<Stop>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.set();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_waits_hears_it_before_and_after() {
        let stop = Arc::new(Stop::default());
        let waits = tokio::spawn({
            let stop = Arc::clone(&stop);
            async move { stop.reached().await }
        });
        tokio::task::yield_now().await;
        assert!(!waits.is_finished());
        drop(StopOnDrop(Arc::clone(&stop)));
        assert!(waits.await.is_ok() && stop.is_set());
        stop.reached().await;
    }
}
