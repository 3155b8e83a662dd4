//! `check`: every error of every file.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use super::args::CheckArgs;
use super::connect::cache_dir;
use super::{NOT_BEGUN, USAGE, report};
use crate::schema::{self, FileSourceConfig};

/// Work that is done sooner needs no progress.
const QUIET: Duration = Duration::from_secs(1);

pub(super) fn run(args: &CheckArgs) -> u8 {
    let paths: Vec<_> = args.proto.iter().chain(&args.paths).cloned().collect();
    if paths.is_empty() {
        eprintln!("proconsul: give --proto FILE|FOLDER");
        return USAGE;
    }
    let began = Instant::now();
    let terminal = std::io::stderr().is_terminal();
    let shown = std::cell::Cell::new(false);
    let progress = |done: usize, total: usize| {
        if terminal && began.elapsed() > QUIET {
            shown.set(true);
            eprint!("\r\x1b[K{done} of {total} files");
        }
    };
    let config = FileSourceConfig { paths, import_roots: args.import_path.clone(), cache_dir: cache_dir() };
    let checked = schema::check(config, &progress);
    if shown.get() {
        eprint!("\r\x1b[K");
    }
    let found = match checked {
        Ok(found) => found,
        Err(error) => return report::schema_error(&error),
    };
    if let Some(note) = &found.note {
        eprintln!("note: {note}");
    }
    let mut out = std::io::stdout().lock();
    for problem in &found.problems {
        if writeln!(out, "{problem}").is_err() {
            break;
        }
    }
    if found.problems.is_empty() { 0 } else { NOT_BEGUN }
}
