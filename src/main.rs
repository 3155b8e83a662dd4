//! The process' entry point: a verb, or the window.

use std::process::ExitCode;

use proconsul::cli::{self, Intent};

fn main() -> ExitCode {
    match cli::run(std::env::args_os()) {
        Intent::Done(code) => ExitCode::from(code),
        Intent::Window(_) => ExitCode::from(1),
    }
}
