//! Writes what a person wants to keep into a file: whole or not at all, and never over another one unasked.

use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// Names that are tried before the last one is offered although it is taken.
const MOST_NAMES: u32 = 99;

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

/// Writes `parts` into a file beside `path` and gives it that name when it is whole. Blocks on the disk.
pub(super) fn write(path: &Path, parts: &[&[u8]], replace: bool) -> Result<u64, NotSaved> {
    let said = |fault: SaveFault, detail: String| NotSaved { path: path.to_owned(), fault, detail };
    let failed = |error: &std::io::Error| said(fault_of(error), error.to_string());
    if path.is_dir() {
        return Err(said(SaveFault::IsFolder, String::new()));
    }
    if !replace && path.exists() {
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
    let mut file = builder.tempfile_in(folder).map_err(|error| failed(&error))?;
    for part in parts {
        file.write_all(part).map_err(|error| failed(&error))?;
    }
    file.as_file().sync_all().map_err(|error| failed(&error))?;
    let kept = if replace { file.persist(path) } else { file.persist_noclobber(path) };
    kept.map_err(|error| failed(&error.error))?;
    Ok(parts.iter().map(|part| part.len() as u64).sum())
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
        assert_eq!(write(&path, &[b"one", b"\n"], false), Ok(4));
        assert_eq!(std::fs::read(&path).unwrap(), b"one\n");
        assert_eq!(write(&path, &[b"two"], false).unwrap_err().fault, SaveFault::Exists);
        assert_eq!(std::fs::read(&path).unwrap(), b"one\n");
        assert_eq!(write(&path, &[b"two"], true), Ok(3));
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(write(folder.path(), &[b"x"], true).unwrap_err().fault, SaveFault::IsFolder);
        assert_eq!(write(&folder.path().join("no/a"), &[b"x"], false).unwrap_err().fault, SaveFault::NoFolder);
        assert_eq!(write(&path.join("a"), &[b"x"], false).unwrap_err().fault, SaveFault::NoFolder);
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
