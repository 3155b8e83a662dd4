//! Which addresses were seen with TLS, kept between starts: those are never tried in plaintext.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use crate::transport::Pool;

/// Tells lines of this file from those of another version.
const HEAD: &str = "# addresses seen with TLS, version 1";

/// The file, and what it holds.
#[derive(Debug, Default)]
pub(super) struct TlsMemory {
    path: Option<PathBuf>,
    kept: Mutex<BTreeSet<String>>,
}

impl TlsMemory {
    /// Tells `pool` what the file holds. A file that cannot be read is as good as none: then TLS is tried first again.
    pub(super) fn open(path: Option<PathBuf>, pool: &Pool) -> Self {
        let text = path.as_ref().and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default();
        let mut lines = text.lines();
        let kept: BTreeSet<String> =
            if lines.next() == Some(HEAD) { lines.map(str::to_owned).collect() } else { BTreeSet::new() };
        pool.remember_tls(kept.iter().cloned().collect());
        Self { path, kept: Mutex::new(kept) }
    }

    /// Writes the file if `pool` has seen more. Blocks on the disk for one small file.
    pub(super) fn keep(&self, pool: &Pool) {
        let Some(path) = &self.path else { return };
        let seen: BTreeSet<String> = pool.seen_with_tls().into_iter().collect();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if *kept != seen && write(path, &seen).is_ok() {
            *kept = seen;
        }
    }
}

fn write(path: &std::path::Path, seen: &BTreeSet<String>) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(std::path::Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    writeln!(file, "{HEAD}")?;
    for address in seen {
        writeln!(file, "{address}")?;
    }
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}
