//! What the tests of the finished program share: foreign servers that they start, and the headless program, driven from
//! outside as a person's script would. Nothing here links against the library.
#![allow(dead_code, unused_imports, reason = "each test file uses a part of it")]

mod headless;
mod party;
mod trace;

use std::path::PathBuf;
use std::time::{Duration, Instant};

pub use headless::{Headless, Output, Running, headless, isolate, signal};
pub use party::{Party, demo, parties_dir};
pub use trace::Trace;

/// Exit codes are 64 + the status code.
pub const fn exit_of(code: i32) -> i32 {
    64 + code
}

/// gRPC's codes, as exit codes of a failed call.
pub mod exit {
    use super::exit_of;
    /// The call was cancelled.
    pub const CANCELLED: i32 = exit_of(1);
    /// The interop server's favourite.
    pub const UNKNOWN: i32 = exit_of(2);
    /// Too late.
    pub const DEADLINE_EXCEEDED: i32 = exit_of(4);
    /// There is no such thing.
    pub const NOT_FOUND: i32 = exit_of(5);
    /// Over a limit.
    pub const RESOURCE_EXHAUSTED: i32 = exit_of(8);
    /// The state is wrong for it.
    pub const FAILED_PRECONDITION: i32 = exit_of(9);
    /// The server does not know the method.
    pub const UNIMPLEMENTED: i32 = exit_of(12);
    /// The server could not be reached.
    pub const UNAVAILABLE: i32 = exit_of(14);
    /// The token is missing.
    pub const UNAUTHENTICATED: i32 = exit_of(16);
    /// No call began.
    pub const NO_CALL: i32 = 1;
    /// The command line is wrong.
    pub const USAGE: i32 = 2;
}

/// A file of tests/parties/proto.
pub fn proto(path: &str) -> String {
    let path = proto_root().join(path);
    assert!(path.exists(), "{} is missing from the checkout", path.display());
    path.display().to_string()
}

/// The import root of the parties' schemas.
pub fn proto_root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/parties/proto")
}

/// Asks `probe` again and again until it answers, at most `limit` long.
pub fn wait_for<T>(what: &str, limit: Duration, mut probe: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = probe() {
            return found;
        }
        assert!(began.elapsed() < limit, "waited {limit:?} in vain for {what}");
        std::thread::park_timeout(Duration::from_millis(5));
    }
}
