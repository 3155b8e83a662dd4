//! One window a data folder: the first start holds a lock, a second one hands over what it was to open and ends.
//!
//! The lock is the operating system's, so that one of a killed process is gone with it. The way to the running process
//! is a socket in the data folder on unix; elsewhere it is a port of this machine's own address and a token in a file
//! of the person's, which is tested here but was never run on another system. Absent: what is handed over (`start`),
//! what becomes of it (`ui`).

#[cfg(any(not(unix), test))]
mod loopback;
#[cfg(unix)]
mod socket;

use std::fs::{File, TryLockError};
use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

#[cfg(not(unix))]
use loopback as way;
#[cfg(unix)]
use socket as way;

use crate::start::Start;

/// The file that is locked.
const LOCK: &str = "lock";
/// What is handed over is at most so large, bytes.
const LARGEST: u64 = 1 << 24;
/// The other side has so long for each read or write.
const PATIENCE: Duration = Duration::from_secs(5);
/// A process that has just taken the lock has so long to listen.
const BEGINS: Duration = Duration::from_secs(3);
/// What waits for the window to be taken.
const WAITING: usize = 16;
/// The running process' answer: taken.
const TAKEN: &str = "taken";

type Waker = Arc<OnceLock<Box<dyn Fn() + Send + Sync>>>;

/// What a start found.
pub enum Claim {
    /// Nobody runs in this data folder: it is ours as long as this lives.
    Ours(Instance),
    /// Another process does, and took what was to be opened.
    Taken,
}

/// The data folder is ours.
pub struct Instance {
    /// Released by the system when the process ends, however it ends.
    _lock: File,
    _place: Option<way::Place>,
    handed: Receiver<Start>,
    waker: Waker,
}

impl Instance {
    /// What another start handed over, if something waits.
    pub fn try_next(&self) -> Option<Start> {
        self.handed.try_recv().ok()
    }

    /// Calls `waker` from then on whenever something was handed over, from any thread; only the first one counts.
    pub fn wake_by(&self, waker: impl Fn() + Send + Sync + 'static) {
        // A second one would be a fault of the caller's, and nothing is lost by it.
        drop(self.waker.set(Box::new(waker)));
    }
}

impl std::fmt::Debug for Instance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Instance")
    }
}

/// Why a start can neither have the data folder nor hand over.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// No lock can be had here; a window can do without.
    #[error("no lock can be had in the data folder: {0}")]
    NoLock(#[source] io::Error),
    /// Another process runs there, and does not answer.
    #[error("another window runs on the same data folder and did not take this over: {0}")]
    NoAnswer(#[source] io::Error),
}

/// Takes the data folder, or hands `start` to the process that has it. Blocks for some seconds where that one hangs.
pub fn claim(folder: &Path, start: &Start) -> Result<Claim, ClaimError> {
    std::fs::create_dir_all(folder).map_err(ClaimError::NoLock)?;
    let open = File::options().read(true).write(true).create(true).truncate(false).open(folder.join(LOCK));
    let lock = open.map_err(ClaimError::NoLock)?;
    let begin = Instant::now();
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(Claim::Ours(listen(folder, lock))),
            Err(TryLockError::Error(error)) => return Err(ClaimError::NoLock(error)),
            Err(TryLockError::WouldBlock) => {}
        }
        match hand_over(folder, start) {
            Ok(()) => return Ok(Claim::Taken),
            // It may have just begun, or just ended.
            Err(error) if begin.elapsed() >= BEGINS => return Err(ClaimError::NoAnswer(error)),
            Err(_not_yet) => std::thread::sleep(Duration::from_millis(30)),
        }
    }
}

fn hand_over(folder: &Path, start: &Start) -> io::Result<()> {
    let stream = way::connect(folder)?;
    let mut asks = stream.try_clone()?;
    writeln!(asks, "{}", start.to_line())?;
    asks.flush()?;
    let mut answer = String::new();
    BufReader::new(stream.take(1024)).read_line(&mut answer)?;
    match answer.trim() {
        TAKEN => Ok(()),
        "" => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "no answer")),
        other => Err(io::Error::other(other.to_owned())),
    }
}

/// Where nobody can be listened for, the window runs all the same: a second start then says that it got no answer.
fn listen(folder: &Path, lock: File) -> Instance {
    let (sender, handed) = sync_channel(WAITING);
    let waker = Waker::default();
    let called = Arc::clone(&waker);
    let place = way::listen(folder).ok().and_then(|(listener, place)| {
        let serve = move || {
            loop {
                if let Ok(stream) = way::accept(&listener) {
                    // One that breaks off has handed over nothing.
                    drop(answer(stream, &sender, &called));
                } else {
                    // Out of file handles, as a rule: some get free again.
                    std::thread::sleep(Duration::from_millis(100));
                }
            }
        };
        std::thread::Builder::new().name("instance".to_owned()).spawn(serve).ok().map(|_thread| place)
    });
    Instance { _lock: lock, _place: place, handed, waker }
}

fn answer(stream: impl Read + Write, sender: &SyncSender<Start>, waker: &Waker) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    (&mut stream).take(LARGEST).read_line(&mut line)?;
    let said = match Start::from_line(&line) {
        None => "what was handed over is from another version of this program",
        Some(start) => match sender.try_send(start) {
            Ok(()) => {
                if let Some(wake) = waker.get() {
                    wake();
                }
                TAKEN
            }
            Err(TrySendError::Full(_)) => "too much waits to be opened",
            Err(TrySendError::Disconnected(_)) => "the window is closing",
        },
    };
    writeln!(stream.get_mut(), "{said}")?;
    stream.get_mut().flush()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests may end by panicking")]

    use super::{Claim, ClaimError, Instance, claim};
    use crate::start::Start;
    use std::sync::mpsc::sync_channel;
    use std::time::Duration;

    fn ours(folder: &std::path::Path) -> Instance {
        match claim(folder, &Start::default()).unwrap() {
            Claim::Ours(instance) => instance,
            Claim::Taken => panic!("nobody else runs here"),
        }
    }

    #[test]
    fn a_second_start_hands_over_and_wakes_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let first = ours(folder.path());
        let (sender, woken) = sync_channel(1);
        first.wake_by(move || sender.send(()).unwrap());
        let start = Start { paths: vec!["/a.proto".into()], ..Start::default() };
        assert!(matches!(claim(folder.path(), &start).unwrap(), Claim::Taken));
        woken.recv_timeout(Duration::from_secs(20)).unwrap();
        assert_eq!(first.try_next(), Some(start));
        assert_eq!(first.try_next(), None);
    }

    #[test]
    fn what_an_ended_process_left_is_no_hindrance() {
        let folder = tempfile::tempdir().unwrap();
        for _ in 0..3 {
            // Its files stay, its lock goes.
            drop(ours(folder.path()));
        }
        std::fs::write(folder.path().join("lock"), "left").unwrap();
        ours(folder.path());
    }

    #[test]
    fn a_deep_folder_is_served_too() {
        let folder = tempfile::tempdir().unwrap();
        // Longer than the path of a socket may be.
        let deep = folder.path().join("a".repeat(90)).join("b".repeat(90));
        let first = ours(&deep);
        assert!(matches!(claim(&deep, &Start::default()).unwrap(), Claim::Taken));
        assert_eq!(first.try_next(), Some(Start::default()));
    }

    #[test]
    fn a_folder_that_cannot_be_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        assert!(matches!(claim(&file.join("below"), &Start::default()), Err(ClaimError::NoLock(_))));
    }
}
