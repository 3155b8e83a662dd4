//! Writes what a person wants to keep into a file: whole or not at all, and never over another one unasked.

use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::stop::Stop;
use super::{CallId, Direction, TextLines, View};

/// Names that are tried before the last one is offered although it is taken.
const MOST_NAMES: u32 = 99;

/// What to write.
#[derive(Clone, Debug)]
pub enum SaveContent {
    /// A text, with a line break at its end.
    Text(Arc<TextLines>),
    /// Bytes as they are.
    Bytes(Arc<Vec<u8>>),
    /// A message as it was on the wire, uncompressed.
    Message {
        /// Which call.
        call: CallId,
        /// Sent or received.
        direction: Direction,
        /// Number within its direction, from 0.
        index: u64,
    },
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
    /// As typed: from the root, or from the home by `~`.
    pub path: PathBuf,
    /// A file that is there already may be replaced; otherwise that is refused.
    pub replace: bool,
    /// What.
    pub content: SaveContent,
}

/// How it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SaveTold {
    /// A name that is free: answer to `Command::SuggestSave`.
    Suggested(PathBuf),
    /// So many of so many are written.
    Progress(u64, u64),
    /// It is there, with so many bytes; or it is not, and nothing was changed.
    Ended(Result<(PathBuf, u64), NotSaved>),
}

/// Why a file was not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaveFault {
    /// It is there already, and nobody said that it may be replaced.
    Exists,
    /// The path does not say from where on it goes.
    Relative,
    /// Its folder does not exist.
    NoFolder,
    /// The system forbids it.
    Forbidden,
    /// The path is that of a folder.
    IsFolder,
    /// No room.
    Full,
    /// What was to be saved is not there any more.
    Gone,
    /// The person stopped it.
    Stopped,
    /// Anything else, as the system says it.
    Other,
}

/// A file that was not written, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotSaved {
    /// Which.
    pub path: PathBuf,
    /// Why.
    pub fault: SaveFault,
    /// As the system says it (English, or the system's language).
    pub detail: String,
}

/// A free name in a folder: `Echo.json`, `Echo-2.json`. Without a folder in the person's downloads.
pub(super) fn suggestion(folder: Option<&Path>, stem: &str, extension: &str) -> PathBuf {
    let known = folder.map(Path::to_owned).filter(|folder| folder.is_dir());
    let folder = known.or_else(|| {
        let user = directories::UserDirs::new()?;
        let downloads = user.download_dir().filter(|folder| folder.is_dir());
        Some(downloads.unwrap_or(user.home_dir()).to_owned())
    });
    let folder = folder.or_else(|| std::env::current_dir().ok()).unwrap_or_default();
    let name = |number: u32| match number {
        1 => folder.join(format!("{stem}.{extension}")),
        number => folder.join(format!("{stem}-{number}.{extension}")),
    };
    (1..=MOST_NAMES).map(name).find(|path| !path.exists()).unwrap_or_else(|| name(1))
}

/// `~` is the person's home; a path that begins nowhere is refused.
pub(super) fn whole_path(typed: &Path) -> Option<PathBuf> {
    if let Ok(rest) = typed.strip_prefix("~") {
        return Some(directories::BaseDirs::new()?.home_dir().join(rest));
    }
    typed.is_absolute().then(|| typed.to_owned())
}

/// Writes into a file beside `path` and gives it that name when it is whole. `fill` says `false` where it was stopped.
/// Blocks on the disk.
pub(super) fn write(
    path: &Path,
    replace: bool,
    fill: impl FnOnce(&mut dyn Write) -> std::io::Result<bool>,
) -> Result<u64, NotSaved> {
    let said = |fault: SaveFault, detail: String| NotSaved { path: path.to_owned(), fault, detail };
    let failed = |error: &std::io::Error| said(fault_of(error), error.to_string());
    if path.is_dir() {
        return Err(said(SaveFault::IsFolder, String::new()));
    }
    if !replace && path.symlink_metadata().is_ok() {
        return Err(said(SaveFault::Exists, String::new()));
    }
    let folder = path.parent().filter(|folder| folder.is_dir());
    let Some(folder) = folder else { return Err(said(SaveFault::NoFolder, String::new())) };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".proconsul-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // As any other program makes files; a temporary one would be the owner's alone.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut beside = builder.tempfile_in(folder).map_err(|error| failed(&error))?;
    let mut out = BufWriter::with_capacity(1 << 18, beside.as_file_mut());
    let is_whole = fill(&mut out).map_err(|error| failed(&error))?;
    out.flush().map_err(|error| failed(&error))?;
    drop(out);
    if !is_whole {
        return Err(said(SaveFault::Stopped, String::new()));
    }
    let length = beside.as_file().metadata().map_err(|error| failed(&error))?.len();
    beside.as_file().sync_all().map_err(|error| failed(&error))?;
    let kept = if replace { beside.persist(path) } else { beside.persist_noclobber(path) };
    kept.map_err(|error| failed(&error.error))?;
    Ok(length)
}

/// Writes many bytes, with looks at whether they are still wanted. False where they are not.
pub(super) fn write_parts(out: &mut dyn Write, bytes: &[u8], stop: &Stop) -> std::io::Result<bool> {
    const PART: usize = 1 << 20;
    for part in bytes.chunks(PART) {
        if stop.is_set() {
            return Ok(false);
        }
        out.write_all(part)?;
    }
    Ok(!stop.is_set())
}

fn fault_of(error: &std::io::Error) -> SaveFault {
    match error.kind() {
        ErrorKind::AlreadyExists => SaveFault::Exists,
        ErrorKind::NotFound | ErrorKind::NotADirectory => SaveFault::NoFolder,
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => SaveFault::Forbidden,
        ErrorKind::IsADirectory => SaveFault::IsFolder,
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => SaveFault::Full,
        _ => SaveFault::Other,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may end by panicking")]

    use super::*;

    #[test]
    fn files_are_written_whole_and_not_over_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        let text = |text: &'static str| move |out: &mut dyn Write| out.write_all(text.as_bytes()).map(|()| true);
        assert_eq!(write(&path, false, text("one\n")), Ok(4));
        assert_eq!(std::fs::read(&path).unwrap(), b"one\n");
        assert_eq!(write(&path, false, text("two")).unwrap_err().fault, SaveFault::Exists);
        assert_eq!(std::fs::read(&path).unwrap(), b"one\n");
        assert_eq!(write(&path, true, text("two")), Ok(3));
        assert_eq!(write(&path, true, |_| Ok(false)).unwrap_err().fault, SaveFault::Stopped);
        let failing = write(&path, true, |_| Err(std::io::Error::other("the disk is full"))).unwrap_err();
        assert_eq!((failing.fault, failing.detail.as_str()), (SaveFault::Other, "the disk is full"));
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(write(folder.path(), true, text("x")).unwrap_err().fault, SaveFault::IsFolder);
        assert_eq!(write(&folder.path().join("no/a"), false, text("x")).unwrap_err().fault, SaveFault::NoFolder);
        assert_eq!(write(&path.join("a"), false, text("x")).unwrap_err().fault, SaveFault::NoFolder);
        // Nothing is left lying about.
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_suggestion_is_free() {
        let folder = tempfile::tempdir().unwrap();
        let first = suggestion(Some(folder.path()), "Echo", "json");
        assert_eq!(first, folder.path().join("Echo.json"));
        std::fs::write(&first, "").unwrap();
        assert_eq!(suggestion(Some(folder.path()), "Echo", "json"), folder.path().join("Echo-2.json"));
    }

    #[test]
    fn paths_begin_somewhere() {
        assert_eq!(whole_path(Path::new("a.json")), None);
        assert_eq!(whole_path(Path::new("/a.json")), Some(PathBuf::from("/a.json")));
        assert!(whole_path(Path::new("~/a.json")).is_some_and(|path| path.is_absolute() && path.ends_with("a.json")));
    }
}
