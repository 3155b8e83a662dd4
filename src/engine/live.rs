//! The engine's own thread: takes commands, keeps sources and calls, tells events.

use std::path::PathBuf;
use std::sync::Arc;

use super::{Command, Event};

/// Called after an event was put in the channel, from any thread: "look again". Must be cheap.
pub type Waker = Arc<dyn Fn() + Send + Sync>;

/// What the engine needs to know at its start.
#[derive(Clone, Debug, Default)]
pub struct EngineConfig {
    /// Where schema results and the compiler are kept; `None` keeps nothing.
    pub cache_dir: Option<PathBuf>,
}

/// The running engine. Dropping it ends every task.
#[derive(Debug)]
pub struct Engine {}

impl Engine {
    /// Starts the engine's threads.
    pub fn start(config: EngineConfig, waker: Waker) -> std::io::Result<Self> {
        let _ = (config, waker);
        unimplemented!()
    }

    /// Hands in a command; never blocks.
    pub fn send(&self, command: Command) {
        let _ = command;
        unimplemented!()
    }

    /// The next event, if one waits; never blocks.
    pub fn try_next(&self) -> Option<Event> {
        unimplemented!()
    }
}
