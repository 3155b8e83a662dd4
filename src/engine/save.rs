//! Writing what a person wants to keep to a file of their own: whole or not at all, and nothing is overwritten unasked.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::{CallId, View};

/// What to write.
#[derive(Clone, Debug)]
pub enum SaveContent {
    /// This text.
    Text(String),
    /// The messages of a call, one line of JSON each.
    Messages {
        /// Which call.
        call: CallId,
        /// Which of its messages.
        view: View,
    },
}

/// A file to write.
#[derive(Clone, Debug)]
pub struct SaveFile {
    /// Comes back with what is told; ends the work by `Command::StopSave`.
    pub ticket: u64,
    /// Where to.
    pub path: PathBuf,
    /// A file that is there is replaced; otherwise that is refused.
    pub replace: bool,
    /// What.
    pub content: SaveContent,
}

/// How it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SaveTold {
    /// So many of so many are written.
    Progress(u64, u64),
    /// It is there, with so many bytes; or it is not, and nothing was changed.
    Ended(Result<u64, SaveFault>),
}

/// Why a file was not written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SaveFault {
    /// There is a file of this name.
    #[error("a file of this name is there already")]
    Exists,
    /// It was stopped.
    #[error("stopped")]
    Stopped,
    /// In the system's words.
    #[error("{0}")]
    Failed(String),
}

/// Writes beside the file, then takes its place. `fill` says `false` where it was stopped.
pub(super) fn write(
    path: &Path,
    replace: bool,
    fill: impl FnOnce(&mut dyn Write) -> std::io::Result<bool>,
) -> Result<u64, SaveFault> {
    let failed = |error: std::io::Error| SaveFault::Failed(error.to_string());
    let path = &expanded(path);
    if !replace && path.symlink_metadata().is_ok() {
        return Err(SaveFault::Exists);
    }
    if path.is_dir() {
        return Err(SaveFault::Failed("this is a folder".to_owned()));
    }
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut beside = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    let mut out = BufWriter::with_capacity(1 << 18, beside.as_file_mut());
    let is_whole = fill(&mut out).map_err(failed)?;
    out.flush().map_err(failed)?;
    drop(out);
    if !is_whole {
        return Err(SaveFault::Stopped);
    }
    let length = beside.as_file().metadata().map_err(failed)?.len();
    let persisted = if replace {
        beside.persist(path).map_err(|error| error.error)
    } else {
        beside.persist_noclobber(path).map_err(|error| error.error)
    };
    match persisted {
        Ok(written) => {
            readable(&written);
            Ok(length)
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Err(SaveFault::Exists),
        Err(error) => Err(failed(error)),
    }
}

/// Temporary files are their maker's alone; a file that was saved is like any other.
#[cfg(unix)]
fn readable(file: &std::fs::File) {
    use std::os::unix::fs::PermissionsExt as _;
    // Where it cannot be had, the file is still there for whoever saved it.
    drop(file.set_permissions(std::fs::Permissions::from_mode(0o644)));
}

#[cfg(not(unix))]
fn readable(_file: &std::fs::File) {}

/// `~/` as people write it.
fn expanded(path: &Path) -> PathBuf {
    match path.strip_prefix("~") {
        Ok(rest) => match directories::UserDirs::new() {
            Some(dirs) => dirs.home_dir().join(rest),
            None => path.to_path_buf(),
        },
        Err(_no_tilde) => path.to_path_buf(),
    }
}

#[cfg(test)]
mod tests {
    use super::{SaveFault, write};

    #[test]
    fn files_are_whole_or_untouched() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("a.ndjson");
        let text =
            |text: &'static str| move |out: &mut dyn std::io::Write| out.write_all(text.as_bytes()).map(|()| true);
        assert_eq!(write(&path, false, text("one\n")), Ok(4));
        assert_eq!(write(&path, false, text("two\n")), Err(SaveFault::Exists));
        assert_eq!(std::fs::read_to_string(&path)?, "one\n");
        assert_eq!(write(&path, true, text("three\n")), Ok(6));
        assert_eq!(write(&path, true, |_| Ok(false)), Err(SaveFault::Stopped));
        let failing = write(&path, true, |_| Err(std::io::Error::other("the disk is full")));
        assert_eq!(failing, Err(SaveFault::Failed("the disk is full".to_owned())));
        assert_eq!(std::fs::read_to_string(&path)?, "three\n");
        assert!(matches!(write(folder.path(), true, text("x")), Err(SaveFault::Failed(_))));
        assert!(matches!(write(&folder.path().join("no/where"), false, text("x")), Err(SaveFault::Failed(_))));
        assert_eq!(std::fs::read_dir(folder.path())?.count(), 1, "nothing else is left behind");
        Ok(())
    }
}
