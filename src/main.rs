//! The process' entry point.

use std::process::ExitCode;

use proconsul::ui::{UiOptions, run};

fn main() -> ExitCode {
    let demo = std::env::args().any(|arg| arg == "--demo");
    match run(UiOptions { demo, cache_dir: None }) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
