//! The file: read at the start, set aside where it is not understood, replaced as a whole.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::document::Document;
use super::json::Unread;

/// Its name in the data folder.
pub const FILE: &str = "state.json";
/// Files that a write left when it was interrupted begin so.
const TEMPORARY: &str = ".state.json.";
/// A larger file is none of ours.
const LARGEST: u64 = 1 << 30;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Opened {
    /// What was remembered; nothing at the first start.
    pub document: Option<Document>,
    /// A file that was not understood, and where it is now.
    pub aside: Option<SetAside>,
}

impl Opened {
    /// The file's place is free, or holds what was read: it may be written.
    pub fn may_write(&self) -> bool {
        self.aside.as_ref().is_none_or(|aside| aside.stays.is_none())
    }
}

/// A file that was not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    /// Why.
    pub why: WhyAside,
    /// Where it is now.
    pub path: PathBuf,
    /// It could not be renamed, for this reason; then it stays and nothing is written over it.
    pub stays: Option<String>,
}

/// Why a file is set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhyAside {
    /// Damaged, or something else; what is wrong with it.
    Broken(String),
    /// From a newer program, with this version.
    Newer(u64),
    /// It cannot be read; the system's reason.
    Unreadable(String),
}

/// Reads the file in `folder`; one that is not understood gets another name. Blocks on the disk.
pub fn open(folder: &Path) -> Opened {
    sweep(folder);
    let path = folder.join(FILE);
    let why = match read(&path) {
        Ok(None) => return Opened::default(),
        Ok(Some(bytes)) => match Document::from_json(&bytes) {
            Ok(document) => return Opened { document: Some(document), aside: None },
            Err(Unread::Newer(version)) => WhyAside::Newer(version),
            Err(Unread::Broken(why)) => WhyAside::Broken(why),
        },
        Err(error) => WhyAside::Unreadable(error.to_string()),
    };
    Opened { document: None, aside: Some(set_aside(path, why)) }
}

fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(io::Error::new(ErrorKind::FileTooLarge, "it is larger than anything this program writes"));
    }
    Ok(Some(bytes))
}

fn set_aside(path: PathBuf, why: WhyAside) -> SetAside {
    let ending = match why {
        WhyAside::Newer(_) => "newer",
        WhyAside::Broken(_) | WhyAside::Unreadable(_) => "broken",
    };
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    let free = (0_u32..1000)
        .map(|count| {
            let more = if count == 0 { String::new() } else { format!("-{count}") };
            path.with_file_name(format!("{FILE}.{ending}-{seconds}{more}"))
        })
        .find(|place| fs::symlink_metadata(place).is_err());
    let moved = match &free {
        Some(place) => fs::rename(&path, place).map_err(|error| error.to_string()),
        None => Err("every name for it is taken".to_owned()),
    };
    match (moved, free) {
        (Ok(()), Some(place)) => SetAside { why, path: place, stays: None },
        (moved, _) => SetAside { why, path, stays: moved.err() },
    }
}

/// Removes what interrupted writes left; whoever opens the folder is alone in it.
fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        if entry.file_name().to_str().is_some_and(|name| name.starts_with(TEMPORARY)) {
            // One that cannot be removed does no harm.
            drop(fs::remove_file(entry.path()));
        }
    }
}

/// Puts `text` in the place of the file as a whole: who reads it, and who comes after a power failure, finds the old
/// one or the new one. For the person alone.
pub(super) fn replace(folder: &Path, text: &str) -> io::Result<()> {
    private_folder(folder)?;
    let mut file = tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(folder.join(FILE))?;
    // The new name must outlive a power failure, too.
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    Ok(())
}

fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(folder)
}
