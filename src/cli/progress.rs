//! A sign of life on a terminal's stderr while something takes longer than a second; nothing when piped.

use std::io::IsTerminal;
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Work that is done sooner needs no sign.
const QUIET: Duration = Duration::from_secs(1);

/// Shows what is being done, with its seconds, until it is dropped.
pub(super) struct Progress {
    /// Dropped first: the thread ends, and takes its line away.
    done: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    /// `what` is being done from now on.
    pub(super) fn start(what: &'static str) -> Self {
        if !std::io::stderr().is_terminal() {
            return Self { done: None, thread: None };
        }
        let (done, ended) = sync_channel(1);
        let began = Instant::now();
        let show = move || {
            let mut shown = false;
            while ended.recv_timeout(QUIET) == Err(RecvTimeoutError::Timeout) {
                shown = true;
                eprint!("\r\x1b[K{what}… {} s", began.elapsed().as_secs());
            }
            if shown {
                eprint!("\r\x1b[K");
            }
        };
        // Without a thread there is no sign; the work goes on all the same.
        let thread = std::thread::Builder::new().name("progress".to_owned()).spawn(show).ok();
        Self { done: Some(done), thread }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.done = None;
        if let Some(thread) = self.thread.take() {
            // A line that could not be taken away is no reason to fail.
            thread.join().unwrap_or_default();
        }
    }
}
