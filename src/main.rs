//! The process' entry point: a verb, or the window.

use std::process::ExitCode;
use std::sync::Arc;

use proconsul::cli::{self, Intent};
use proconsul::instance::{self, Claim, ClaimError};
use proconsul::keychain::{Keychain, SystemKeychain};
use proconsul::start::Start;
use proconsul::ui::{self, UiOptions};

fn main() -> ExitCode {
    match cli::run(std::env::args_os()) {
        Intent::Done(code) => ExitCode::from(code),
        Intent::Window(start) => open_window(*start),
    }
}

fn open_window(start: Start) -> ExitCode {
    let dirs = directories::ProjectDirs::from("", "", "proconsul");
    let state_dir = dirs.map(|dirs| dirs.state_dir().unwrap_or(dirs.data_local_dir()).to_path_buf());
    let instance = match state_dir.as_deref().map(|folder| instance::claim(folder, &start)) {
        Some(Ok(Claim::Taken)) => return ExitCode::SUCCESS,
        Some(Ok(Claim::Ours(instance))) => Some(instance),
        // The window says that it cannot keep anything there.
        Some(Err(ClaimError::NoLock(_))) | None => None,
        Some(Err(error @ ClaimError::NoAnswer(_))) => {
            eprintln!("proconsul: {error}");
            return ExitCode::FAILURE;
        }
    };
    let keychain: Option<Arc<dyn Keychain>> = Some(Arc::new(SystemKeychain));
    match ui::run(UiOptions { start, cache_dir: cli::cache_dir(), state_dir, keychain, instance }) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
