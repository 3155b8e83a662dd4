//! The compiler on board, unpacked to the cache on first use: into a folder that only its owner may enter, written
//! atomically, and checked by its hash before it is trusted. Where the cache cannot be written it goes to the folder for
//! temporary files; where nothing that lies in it may be executed, it is held in memory. Runs nothing.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use sha2::{Digest, Sha256};

use super::bundled;

/// Folders that the compiler works with.
#[derive(Debug)]
pub(super) struct Toolbox {
    /// The unpacked compiler, or why there is none.
    pub(super) protoc: Result<PathBuf, String>,
    /// The bundled .proto files on disk: an import root.
    pub(super) protos: PathBuf,
    /// Nothing is in it: the compiler runs here, so that no name means a file by accident.
    pub(super) empty: PathBuf,
    /// For files that live as long as a run of the compiler.
    pub(super) scratch: PathBuf,
    in_memory: OnceLock<Result<InMemory, String>>,
    unusable: OnceLock<String>,
}

impl Toolbox {
    /// The toolbox in this cache folder (the user's own, where none is named); unpacked once a process.
    pub(super) fn open(cache_dir: Option<&Path>) -> Arc<Self> {
        static OPENED: Mutex<Vec<(Option<PathBuf>, Arc<Toolbox>)>> = Mutex::new(Vec::new());
        let mut opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
        let key = cache_dir.map(Path::to_owned);
        if let Some((_, toolbox)) =
            opened.iter().find(|(known, toolbox)| *known == key && toolbox.protoc.as_ref().is_ok_and(|p| p.exists()))
        {
            return Arc::clone(toolbox);
        }
        let toolbox = Arc::new(Self::unpack(cache_dir));
        opened.retain(|(known, _)| *known != key);
        opened.push((key, Arc::clone(&toolbox)));
        toolbox
    }

    /// Why the compiler on board cannot be used, if so.
    pub(super) fn unusable(&self) -> Option<&str> {
        self.protoc.as_ref().err().or_else(|| self.unusable.get()).map(String::as_str)
    }

    /// Notes that the system refuses to run the compiler.
    pub(super) fn set_unusable(&self, why: String) {
        // Whoever found out first has said it.
        drop(self.unusable.set(why));
    }

    fn unpack(cache_dir: Option<&Path>) -> Self {
        let base = cache_dir.map(Path::to_owned).or_else(|| {
            directories::ProjectDirs::from("", "", "proconsul").map(|folders| folders.cache_dir().to_owned())
        });
        let id = bundled::PROTOC_SHA256.get(..12).unwrap_or_default();
        let mut refused: Vec<String> = Vec::new();
        let mut toolbox = None;
        for base in [base.map(Ok), Some(temporary_base())].into_iter().flatten() {
            let unpacked = base.and_then(|base| {
                let folder = base.join(format!("protoc-{id}"));
                let (bundled_root, empty) = (folder.join("protos"), folder.join("empty"));
                let protoc = unpack_all(&folder, &bundled_root, &empty).map_err(|error| (folder.clone(), error))?;
                Ok((Ok(protoc), bundled_root, empty, folder))
            });
            match unpacked {
                Ok(unpacked) => {
                    toolbox = Some(unpacked);
                    break;
                }
                Err((folder, error)) => refused.push(format!("to {}: {error}", folder.display())),
            }
        }
        let (protoc, bundled_root, empty, scratch) = toolbox.unwrap_or_else(|| {
            let why = format!(
                "the compiler cannot be unpacked {}; point XDG_CACHE_HOME or TMPDIR to a folder that may be written",
                refused.join(", nor ")
            );
            // Not the empty path, below which every file is.
            let nowhere = PathBuf::from("/no-such-folder/proconsul");
            (Err(why), nowhere.clone(), nowhere, std::env::temp_dir())
        });
        Self { protoc, protos: bundled_root, empty, scratch, in_memory: OnceLock::new(), unusable: OnceLock::new() }
    }

    /// The compiler where no mount's rules reach it, for when its file may not be executed; or why that is not possible.
    pub(super) fn in_memory(&self) -> Result<PathBuf, String> {
        let made = self.in_memory.get_or_init(|| InMemory::new().map_err(|error| error.to_string()));
        made.as_ref().map(InMemory::path).map_err(Clone::clone)
    }
}

/// A folder of the person's own among the temporary files, whose names others can guess: it must be theirs alone.
fn temporary_base() -> Result<PathBuf, (PathBuf, io::Error)> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let own = rustix::process::geteuid().as_raw();
        let folder = std::env::temp_dir().join(format!("proconsul-{own}"));
        let checked = private_folder(&folder).and_then(|()| fs::symlink_metadata(&folder)).and_then(|found| {
            let is_own = found.is_dir() && found.uid() == own && found.mode().trailing_zeros() >= 6;
            if is_own { Ok(()) } else { Err(io::Error::other("it belongs to somebody else")) }
        });
        checked.map(|()| folder.clone()).map_err(|error| (folder, error))
    }
    #[cfg(not(unix))]
    Ok(std::env::temp_dir().join("proconsul"))
}

/// The compiler as a file that lies in no folder.
#[derive(Debug)]
struct InMemory {
    #[cfg(target_os = "linux")]
    file: fs::File,
}

impl InMemory {
    #[cfg(target_os = "linux")]
    fn new() -> io::Result<Self> {
        use rustix::fs::{MemfdFlags, memfd_create};
        let binary = unpacked()?;
        // Newer systems want to be told that it is a program, older ones do not know the flag.
        let made = memfd_create("protoc", MemfdFlags::CLOEXEC | MemfdFlags::EXEC)
            .or_else(|_| memfd_create("protoc", MemfdFlags::CLOEXEC))?;
        let mut writable = fs::File::from(made);
        writable.write_all(&binary)?;
        // A file that is open for writing is not executed.
        let file = fs::File::open(descriptor_path(&writable))?;
        Ok(Self { file })
    }

    #[cfg(not(target_os = "linux"))]
    fn new() -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    #[cfg(target_os = "linux")]
    fn path(&self) -> PathBuf {
        descriptor_path(&self.file)
    }

    #[cfg(not(target_os = "linux"))]
    #[expect(clippy::unused_self, reason = "never made here")]
    fn path(&self) -> PathBuf {
        PathBuf::new()
    }
}

/// The name of an open file; a child has it too, until it executes another program.
#[cfg(target_os = "linux")]
fn descriptor_path(file: &fs::File) -> PathBuf {
    use std::os::fd::AsRawFd;
    PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

/// The compiler's bytes.
fn unpacked() -> io::Result<Vec<u8>> {
    if bundled::PROTOC.is_empty() {
        return Err(io::Error::other("none is published for this platform"));
    }
    let binary = zstd::bulk::decompress(bundled::PROTOC, bundled::PROTOC_LEN_BYTES)?;
    if is_protoc(&binary) { Ok(binary) } else { Err(io::Error::other("it is damaged")) }
}

fn unpack_all(folder: &Path, protos: &Path, empty: &Path) -> io::Result<PathBuf> {
    private_folder(folder)?;
    private_folder(empty)?;
    for (name, text) in bundled::PROTOS {
        let path = protos.join(name);
        if fs::read(&path).is_ok_and(|present| present == text.as_bytes()) {
            continue;
        }
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        write_atomically(&path, text.as_bytes(), false)?;
    }
    let path = folder.join(if cfg!(windows) { "protoc.exe" } else { "protoc" });
    if !fs::read(&path).is_ok_and(|present| is_protoc(&present)) {
        write_atomically(&path, &unpacked()?, true)?;
    }
    Ok(path)
}

fn is_protoc(bytes: &[u8]) -> bool {
    bytes.len() == bundled::PROTOC_LEN_BYTES && format!("{:x}", Sha256::digest(bytes)) == bundled::PROTOC_SHA256
}

/// Makes a folder that only its owner may enter; one that others may write to is closed to them, or refused.
pub(super) fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
        builder.mode(0o700).create(folder)?;
        if fs::metadata(folder)?.permissions().mode() & 0o077 != 0 {
            fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
        }
    }
    #[cfg(not(unix))]
    builder.create(folder)?;
    Ok(())
}

/// Writes beside the place and moves the whole there, so that nobody ever reads a part.
pub(super) fn write_atomically(path: &Path, bytes: &[u8], is_program: bool) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    #[cfg(unix)]
    if is_program {
        use std::os::unix::fs::PermissionsExt;
        file.as_file().set_permissions(fs::Permissions::from_mode(0o700))?;
    }
    #[cfg(not(unix))]
    let _ = is_program;
    match file.persist(path) {
        Ok(_) => Ok(()),
        // A program that runs cannot be replaced on Windows; whoever put it there wrote the same bytes.
        Err(error) if path.exists() && cfg!(windows) => {
            drop(error);
            Ok(())
        }
        Err(error) => Err(error.error),
    }
}
