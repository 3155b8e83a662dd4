//! Finds, reads and parses files, in parallel and only what changed since the last start. Knows nothing of import
//! names or roots.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::codec::{Details, Reader, Summary, Writer};
use super::parse::{Detail, parse};
use super::toolbox::{private_folder, write_atomically};
use crate::schema::{Problem, SchemaError};

/// No schema is this large; a file that is, is something else.
const LARGEST_FILE_BYTES: u64 = 256 << 20;
/// The bound of a walk: a person who opens `/` gets an answer.
const MOST_ENTRIES: usize = 2_000_000;
const DEEPEST_FOLDER: usize = 64;
/// Fewer files are read sooner than a cache.
const FEWEST_CACHED_FILES: usize = 64;
/// File systems stamp coarsely: a file changed this recently may change again under the same stamp.
const COARSEST_STAMP: Duration = Duration::from_secs(2);
const CACHE_MAGIC: &[u8] = b"proconsul index 1\n";

/// What tells a changed file without reading it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) len_bytes: u64,
    modified_ns: u64,
    changed_ns: u64,
    inode: u64,
}

/// A file that was read.
#[derive(Clone, Debug)]
pub(super) struct Loaded {
    /// Absolute.
    pub(super) path: PathBuf,
    pub(super) stamp: Stamp,
    /// Device and inode: the same file under another name has the same.
    pub(super) identity: Option<(u64, u64)>,
    pub(super) summary: Arc<Summary>,
    /// `Details`, encoded.
    pub(super) details: Bytes,
}

/// What a walk found.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// Absolute, sorted within each opened path, none twice.
    pub(super) files: Vec<PathBuf>,
    pub(super) problems: Vec<Problem>,
}

/// The absolute form of a path; links stay as they are, so that imports relative to them work.
pub(super) fn absolute(path: &Path) -> io::Result<PathBuf> {
    let absolute = std::path::absolute(path)?;
    if absolute.components().any(|part| part == Component::ParentDir) {
        // Only the file system knows what lies above a link.
        return absolute.canonicalize();
    }
    // Without the slash that may end it.
    Ok(absolute.components().collect())
}

/// All .proto files of the opened paths.
pub(super) fn walk(opened: &[PathBuf]) -> Walk {
    let mut walk = Walk::default();
    let mut seen = HashSet::new();
    let mut entries_left = MOST_ENTRIES;
    for path in opened {
        if path.is_dir() {
            walk_folder(path, &mut walk, &mut seen, &mut entries_left);
        } else if seen.insert(path.clone()) {
            walk.files.push(path.clone());
        }
    }
    walk
}

fn walk_folder(folder: &Path, walk: &mut Walk, seen: &mut HashSet<PathBuf>, entries_left: &mut usize) {
    let is_hidden = |name: &std::ffi::OsStr| name.as_encoded_bytes().first() == Some(&b'.');
    let entries = walkdir::WalkDir::new(folder)
        .follow_links(true)
        .max_depth(DEEPEST_FOLDER)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !(entry.file_type().is_dir() && is_hidden(entry.file_name())));
    for entry in entries {
        *entries_left = entries_left.saturating_sub(1);
        if *entries_left == 0 {
            let message = format!("more than {MOST_ENTRIES} files and folders: the rest is not read; open less");
            walk.problems.push(whole_file_problem(folder, message));
            return;
        }
        match entry {
            Ok(entry) => {
                let is_proto = entry.path().extension().is_some_and(|extension| extension == "proto");
                if is_proto && entry.file_type().is_file() {
                    let path = entry.into_path();
                    if seen.insert(path.clone()) {
                        walk.files.push(path);
                    }
                }
            }
            // A link that leads back up was walked already.
            Err(error) if error.loop_ancestor().is_some() => {}
            Err(error) => {
                let path = error.path().unwrap_or(folder).to_owned();
                let is_dangling_link =
                    error.io_error().is_some_and(|cause| cause.kind() == io::ErrorKind::NotFound) && path.is_symlink();
                let is_wanted = path.extension().is_none_or(|extension| extension == "proto");
                if is_wanted || !is_dangling_link {
                    let cause = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
                    walk.problems.push(whole_file_problem(&path, format!("cannot be read: {cause}")));
                }
            }
        }
    }
}

/// A problem without a place in the text.
pub(super) fn whole_file_problem(path: &Path, message: String) -> Problem {
    Problem {
        file: path.to_string_lossy().into_owned(),
        line: None,
        column: None,
        source_line: None,
        message,
        roots: Vec::new(),
    }
}

/// Files of the last start, by path.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    files: HashMap<PathBuf, Loaded>,
}

/// Reads files, each once, over all cores; `None` and a problem for one that cannot be read.
pub(super) fn load_all(paths: &[PathBuf], remembered: &Remembered) -> (Vec<Loaded>, Vec<Problem>, bool) {
    const CHUNK: usize = 32;
    let next = AtomicUsize::new(0);
    let work = || {
        let mut results = Vec::new();
        let mut buffer = Vec::new();
        loop {
            let start = next.fetch_add(CHUNK, Ordering::Relaxed);
            let Some(chunk) = paths.get(start..paths.len().min(start + CHUNK)).filter(|chunk| !chunk.is_empty()) else {
                return results;
            };
            for (offset, path) in chunk.iter().enumerate() {
                results.push((start + offset, load(path, remembered, &mut buffer)));
            }
        }
    };
    let mut results = if paths.len() <= CHUNK {
        work()
    } else {
        let threads = std::thread::available_parallelism().map_or(2, usize::from).clamp(2, 8);
        std::thread::scope(|scope| {
            let handles: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            // A worker that panicked has lost its part; a missing index below is then a problem of that file.
            handles.into_iter().filter_map(|handle| handle.join().ok()).flatten().collect()
        })
    };
    results.sort_unstable_by_key(|(index, _)| *index);
    let (mut loaded, mut problems, mut has_news) = (Vec::with_capacity(results.len()), Vec::new(), false);
    for (index, result) in results {
        match result {
            Ok((file, is_news)) => {
                has_news |= is_news;
                loaded.push(file);
            }
            Err(message) => problems.push(whole_file_problem(&paths[index], message)),
        }
    }
    (loaded, problems, has_news)
}

fn load(path: &Path, remembered: &Remembered, buffer: &mut Vec<u8>) -> Result<(Loaded, bool), String> {
    let metadata = fs::metadata(path).map_err(|error| format!("cannot be read: {error}"))?;
    check_regular(&metadata)?;
    let (stamp, identity) = stamp(&metadata);
    if let Some(known) = remembered.files.get(path)
        && known.stamp == stamp
    {
        return Ok((Loaded { identity, ..known.clone() }, false));
    }
    read_into(path, buffer)?;
    let parsed = parse(buffer, Detail::Names);
    if buffer.capacity() > 4 << 20 {
        // One huge file should not be paid for to the end.
        *buffer = Vec::new();
    }
    let loaded = Loaded {
        path: path.to_owned(),
        stamp,
        identity,
        summary: Arc::new(Summary::of(&parsed)),
        details: Bytes::from(Details::encode(&parsed)),
    };
    Ok((loaded, true))
}

/// The text of a file, within bounds; the message says why not.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, String> {
    let mut text = Vec::new();
    let metadata = fs::metadata(path).map_err(|error| format!("cannot be read: {error}"))?;
    check_regular(&metadata)?;
    read_into(path, &mut text)?;
    Ok(text)
}

fn check_regular(metadata: &fs::Metadata) -> Result<(), String> {
    if !metadata.is_file() {
        return Err("cannot be read: it is no regular file".to_owned());
    }
    if metadata.len() > LARGEST_FILE_BYTES {
        let limit_mib = LARGEST_FILE_BYTES >> 20;
        return Err(format!("is not read: it is larger than {limit_mib} MiB"));
    }
    Ok(())
}

fn read_into(path: &Path, buffer: &mut Vec<u8>) -> Result<(), String> {
    use std::io::Read;
    buffer.clear();
    fs::File::open(path)
        .and_then(|file| file.take(LARGEST_FILE_BYTES).read_to_end(buffer))
        .map(drop)
        .map_err(|error| format!("cannot be read: {error}"))
}

fn stamp(metadata: &fs::Metadata) -> (Stamp, Option<(u64, u64)>) {
    let nanoseconds = |time: io::Result<SystemTime>| {
        time.ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).map_or(0, |since| since.as_nanos() as u64)
    };
    let mut stamp =
        Stamp { len_bytes: metadata.len(), modified_ns: nanoseconds(metadata.modified()), ..Stamp::default() };
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        stamp.changed_ns =
            metadata.ctime().cast_unsigned().wrapping_mul(1_000_000_000) + metadata.ctime_nsec().cast_unsigned();
        stamp.inode = metadata.ino();
        (stamp, Some((metadata.dev(), metadata.ino())))
    }
    #[cfg(not(unix))]
    {
        stamp.changed_ns = nanoseconds(metadata.created());
        (stamp, None)
    }
}

/// Where the index of these paths is kept.
pub(super) fn cache_path(cache_dir: &Path, opened: &[PathBuf], roots: &[PathBuf]) -> PathBuf {
    let mut hash = Sha256::new();
    for (mark, paths) in [(b"p", opened), (b"r", roots)] {
        for path in paths {
            hash.update(mark);
            hash.update(path.as_os_str().as_encoded_bytes());
            hash.update(b"\0");
        }
    }
    let name: String = format!("{:x}", hash.finalize()).chars().take(32).collect();
    cache_dir.join("schemas").join(format!("{name}.index"))
}

impl Remembered {
    /// What the last start kept; empty where there is nothing or it is damaged.
    pub(super) fn read(path: &Path) -> Self {
        fs::read(path).ok().and_then(|bytes| Self::decode(&Bytes::from(bytes))).unwrap_or_default()
    }

    fn decode(bytes: &Bytes) -> Option<Self> {
        let head = bytes.strip_prefix(CACHE_MAGIC)?;
        let mut from = Reader { rest: head };
        let count = from.count()?;
        let mut files = HashMap::with_capacity(count);
        for _ in 0..count {
            let path = PathBuf::from(from.text()?);
            let stamp = Stamp {
                len_bytes: from.number()?,
                modified_ns: from.number()?,
                changed_ns: from.number()?,
                inode: from.number()?,
            };
            let summary = Arc::new(Summary::decode(&mut from)?);
            let details = bytes.slice_ref(from.blob()?);
            files.insert(path.clone(), Loaded { path, stamp, identity: None, summary, details });
        }
        from.rest.is_empty().then_some(Self { files })
    }

    /// Keeps these for the next start. A cache that cannot be written costs time, nothing else.
    pub(super) fn write<'a>(path: &Path, files: impl ExactSizeIterator<Item = &'a Loaded> + Clone) -> io::Result<()> {
        if files.len() < FEWEST_CACHED_FILES {
            return Ok(());
        }
        let settled = SystemTime::now()
            .checked_sub(COARSEST_STAMP)
            .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
            .map_or(0, |since| since.as_nanos() as u64);
        let is_kept = |file: &&Loaded| {
            file.path.to_str().is_some() && file.stamp.modified_ns < settled && file.stamp.changed_ns < settled
        };
        let mut out = Writer { bytes: CACHE_MAGIC.to_vec() };
        out.number(files.clone().filter(is_kept).count() as u64);
        for file in files.filter(is_kept) {
            out.text(&file.path.to_string_lossy());
            for number in [file.stamp.len_bytes, file.stamp.modified_ns, file.stamp.changed_ns, file.stamp.inode] {
                out.number(number);
            }
            file.summary.encode(&mut out);
            out.blob(&file.details);
        }
        if let Some(folder) = path.parent() {
            private_folder(folder)?;
        }
        write_atomically(path, &out.bytes, false)
    }
}

/// An error of a path that a person gave.
pub(super) fn io_error(path: &Path, error: &io::Error) -> SchemaError {
    SchemaError::Io { path: path.to_owned(), message: error.to_string() }
}
