//! The process' entry point: a verb, or the window.

use std::process::ExitCode;

use proconsul::cli::{self, Intent};
use proconsul::ui::{self, UiOptions};

fn main() -> ExitCode {
    match cli::run(std::env::args_os()) {
        Intent::Done(code) => ExitCode::from(code),
        Intent::Window(window) => {
            let dirs = directories::ProjectDirs::from("", "", "proconsul");
            let state_dir = dirs.map(|dirs| dirs.state_dir().unwrap_or(dirs.data_local_dir()).to_path_buf());
            open_window(UiOptions { demo: window.demo, cache_dir: cli::cache_dir(), state_dir })
        }
    }
}

fn open_window(options: UiOptions) -> ExitCode {
    match ui::run(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
