//! Files of the index through the compiler: sets that are kept by content, and complaints turned into problems that a
//! person can act on.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Instant, SystemTime};

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::bundled;
use super::index::{Index, Record, ScopeCache, Target};
use super::load::{read, whole_file_problem};
use super::protoc::{self, Complaint, Job, Outcome};
use super::protox;
use super::roots::suggest;
use super::toolbox::{Toolbox, private_folder, write_atomically};
use crate::schema::{Problem, SchemaError};

/// The bounds of what is kept on disk.
const MOST_KEPT_SETS: usize = 400;
const MOST_KEPT_BYTES: u64 = 512 << 20;
const LONGEST_SOURCE_LINE: usize = 1_000;
/// Enough that shared imports are compiled once, few enough that memory stays low.
const MOST_FILES_AT_ONCE: usize = 500;

/// Compiles for one source.
#[derive(Debug)]
pub(super) struct Compiler {
    toolbox: Arc<Toolbox>,
    cache_dir: Option<PathBuf>,
}

impl Compiler {
    pub(super) fn new(cache_dir: Option<&Path>) -> Self {
        Self { toolbox: Toolbox::open(cache_dir), cache_dir: cache_dir.map(Path::to_owned) }
    }

    /// What a person must know about the compiler that was used.
    pub(super) fn note(&self) -> Option<String> {
        let why = self.toolbox.unusable()?;
        Some(format!("compiled in-process, which knows no editions and is not always of protoc's mind: {why}"))
    }

    fn run(&self, job: &Job<'_>) -> Outcome {
        if self.toolbox.unusable().is_none() {
            match protoc::run(&self.toolbox, job) {
                Outcome::Unusable(why) => self.toolbox.set_unusable(why),
                outcome => return outcome,
            }
        }
        protox::run(job)
    }

    /// A serialized set of one file and its imports, imports first.
    pub(super) fn set_of(&self, index: &Index, target: Target) -> Result<Bytes, SchemaError> {
        let (name, home) = match target {
            Target::File(at) => (index.files[at].name.as_str(), index.files[at].home),
            Target::Bundled(name) => (name, 0),
        };
        let kept = self.kept_set_path(index, target);
        if let Some(set) = kept.as_deref().and_then(read_set) {
            return Ok(set);
        }
        let roots = index.roots_for(home);
        match self.run(&Job { roots: &roots, names: &[name], wants_set: true }) {
            Outcome::Compiled(set) => {
                // protox is no reason to remember its answer beyond today.
                if let Some(path) = kept.filter(|_| self.toolbox.unusable().is_none()) {
                    // Without it the next call takes longer, and that is all.
                    drop(write_set(&path, &set));
                }
                Ok(Bytes::from(set))
            }
            Outcome::Refused(complaints) => {
                let mut problems = self.problems(index, &complaints);
                // The other compiler might have taken it.
                problems.extend(self.note().map(|note| whole_file_problem("protoc".as_ref(), note)));
                Err(SchemaError::Problems(problems))
            }
            Outcome::Crashed(message) | Outcome::Unusable(message) => {
                let file = match target {
                    Target::File(at) => index.paths.spelled(&index.files[at].loaded.path),
                    Target::Bundled(name) => name.to_owned(),
                };
                Err(SchemaError::Problems(vec![whole_file_problem(Path::new(&file), message)]))
            }
        }
    }

    /// A serialized set of many files; those that are refused are left out, with those that import them.
    pub(super) fn set_of_all(&self, index: &Index, files: &[usize]) -> Result<Bytes, SchemaError> {
        let mut sets = Vec::new();
        let mut last_problems = Vec::new();
        for (home, members) in by_home(index, files) {
            let roots = index.roots_for(home);
            if let Some(set) = self.set_of_members(index, &roots, &members) {
                sets.push(set);
                continue;
            }
            let verdict = self.verdict(index, &members, None, &mut |_| {});
            let sound: Vec<usize> = members.iter().copied().filter(|at| !verdict.refused.contains(at)).collect();
            if !sound.is_empty() {
                sets.extend(self.set_of_members(index, &roots, &sound));
            }
            last_problems.extend(verdict.problems);
        }
        if sets.is_empty() && !last_problems.is_empty() {
            return Err(SchemaError::Problems(last_problems));
        }
        merge(sets)
    }

    fn set_of_members(&self, index: &Index, roots: &[PathBuf], members: &[usize]) -> Option<Vec<u8>> {
        let names: Vec<&str> = members.iter().map(|&at| index.files[at].name.as_str()).collect();
        match self.run(&Job { roots, names: &names, wants_set: true }) {
            Outcome::Compiled(set) => Some(set),
            _ => None,
        }
    }

    /// The verdict on many files. Told how many are done; stops at the deadline.
    pub(super) fn verdict(
        &self,
        index: &Index,
        files: &[usize],
        deadline: Option<Instant>,
        done: &mut dyn FnMut(usize),
    ) -> Verdict {
        let groups: Vec<(Vec<PathBuf>, Vec<usize>)> =
            by_home(index, files).into_iter().map(|(home, members)| (index.roots_for(home), members)).collect();
        let batches: Vec<(&[PathBuf], &[usize])> = groups
            .iter()
            .flat_map(|(roots, members)| members.chunks(MOST_FILES_AT_ONCE).map(|batch| (roots.as_slice(), batch)))
            .collect();
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(batches.len());
        let next = AtomicUsize::new(0);
        let (sender, receiver) = std::sync::mpsc::sync_channel(threads.max(1));
        let mut verdict = Verdict::default();
        std::thread::scope(|scope| {
            for _ in 0..threads {
                let (sender, batches, next) = (sender.clone(), &batches, &next);
                scope.spawn(move || {
                    while let Some((roots, batch)) = batches.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let mut part = Verdict::default();
                        self.verdict_on(index, roots, batch, deadline, &mut part);
                        if sender.send((batch.len(), part)).is_err() {
                            return;
                        }
                    }
                });
            }
            drop(sender);
            for (count, part) in receiver {
                verdict.problems.extend(part.problems);
                verdict.refused.extend(part.refused);
                verdict.unseen += part.unseen;
                done(count);
            }
        });
        sort(&mut verdict.problems);
        verdict
    }

    fn verdict_on(
        &self,
        index: &Index,
        roots: &[PathBuf],
        batch: &[usize],
        deadline: Option<Instant>,
        verdict: &mut Verdict,
    ) {
        let mut rest = batch;
        while !rest.is_empty() {
            if deadline.is_some_and(|deadline| Instant::now() > deadline) {
                verdict.unseen += rest.len();
                return;
            }
            let names: Vec<&str> = rest.iter().map(|&at| index.files[at].name.as_str()).collect();
            match self.run(&Job { roots, names: &names, wants_set: false }) {
                Outcome::Compiled(_) => return,
                Outcome::Refused(complaints) => {
                    let bad = self.files_of(index, &complaints);
                    let refused = rest.iter().position(|at| bad.contains(at)).or((rest.len() == 1).then_some(0));
                    verdict.problems.extend(self.problems(index, &complaints));
                    if let Some(refused) = refused {
                        verdict.refused.insert(rest[refused]);
                        rest = &rest[refused + 1..];
                        continue;
                    }
                }
                Outcome::Crashed(message) | Outcome::Unusable(message) => {
                    if let [at] = rest {
                        let file = index.paths.spelled(&index.files[*at].loaded.path);
                        verdict.problems.push(whole_file_problem(Path::new(&file), message));
                        verdict.refused.insert(*at);
                        return;
                    }
                }
            }
            // Who is to blame is not clear, so the half that has it is looked for.
            let (first, second) = rest.split_at(rest.len() / 2);
            self.verdict_on(index, roots, first, deadline, verdict);
            rest = second;
        }
    }

    fn files_of(&self, index: &Index, complaints: &[Complaint]) -> HashSet<usize> {
        let places = complaints.iter().filter_map(|complaint| match self.place(index, &complaint.file) {
            Place::Record(at) => Some(at),
            _ => None,
        });
        places.collect()
    }

    /// Complaints as problems: consequences of other complaints left out, source lines and roots added.
    fn problems(&self, index: &Index, complaints: &[Complaint]) -> Vec<Problem> {
        let mut scopes = ScopeCache::default();
        let mut texts = TextCache::default();
        let mut missing: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let consequences = Consequences::of(self, index, complaints, &mut scopes);
        let mut problems = Vec::new();
        for complaint in complaints {
            if consequences.has(complaint) {
                continue;
            }
            let place = self.place(index, &complaint.file);
            if let Some(import) = failed_import(&complaint.message) {
                missing.entry(import.to_owned()).or_default().push(problems.len());
            }
            let (file, source_line) = match &place {
                Place::Record(at) => {
                    let path = &index.files[*at].loaded.path;
                    (index.paths.spelled(path), complaint.line.and_then(|line| texts.line(path, line)))
                }
                Place::Disk(path) => {
                    (index.paths.spelled(path), complaint.line.and_then(|line| texts.line(path, line)))
                }
                Place::Name(name) => (name.clone(), None),
            };
            problems.push(Problem {
                file,
                line: complaint.line,
                column: complaint.column,
                source_line,
                message: complaint.message.clone(),
                roots: Vec::new(),
            });
        }
        if !missing.is_empty() {
            let names: Vec<String> = missing.keys().cloned().collect();
            let suggestions = suggest(&index.paths.opened, &names);
            for (import, places) in missing {
                let fitting: Vec<_> =
                    suggestions.iter().filter(|suggestion| suggestion.resolves.contains(&import)).cloned().collect();
                for at in places {
                    problems[at].roots.clone_from(&fitting);
                }
            }
        }
        sort(&mut problems);
        problems
    }

    fn place(&self, index: &Index, file: &str) -> Place {
        let path = Path::new(file);
        if let Ok(name) = path.strip_prefix(&self.toolbox.protos) {
            return Place::Name(name.to_string_lossy().into_owned());
        }
        if path.is_absolute() {
            let known = index.by_disk_path(path).and_then(|record| position(index, record));
            return known.map_or_else(|| Place::Disk(path.to_owned()), Place::Record);
        }
        index.file_named(file).map_or_else(|| Place::Name(file.to_owned()), Place::Record)
    }

    /// Where the set of a file with exactly these texts is kept.
    fn kept_set_path(&self, index: &Index, target: Target) -> Option<PathBuf> {
        let cache_dir = self.cache_dir.as_deref()?;
        let mut hash = Sha256::new();
        hash.update(bundled::PROTOC_SHA256);
        let members = match target {
            Target::File(at) => index.closure(at),
            Target::Bundled(_) => vec![target],
        };
        let mut names = HashSet::new();
        for member in members {
            match member {
                Target::File(at) => {
                    let record = &index.files[at];
                    names.insert(record.name.clone());
                    hash.update([0]);
                    hash.update(&record.name);
                    hash.update([0]);
                    hash.update(Sha256::digest(read(&record.loaded.path).ok()?));
                    // An import that is missing now may be there the next time.
                    for missing in index.missing_imports(record) {
                        hash.update([1]);
                        hash.update(missing);
                    }
                }
                Target::Bundled(name) => {
                    hash.update([2]);
                    hash.update(name);
                    hash.update(bundled::text(name)?);
                }
            }
        }
        let name: String = format!("{:x}", hash.finalize()).chars().take(40).collect();
        Some(cache_dir.join("schemas").join(format!("{name}.binpb")))
    }
}

/// What the compiler thinks of files.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    pub(super) problems: Vec<Problem>,
    /// Files that do not compile, for their own faults or for those of an import.
    pub(super) refused: HashSet<usize>,
    /// Files that there was no time for.
    pub(super) unseen: usize,
}

enum Place {
    Record(usize),
    Disk(PathBuf),
    /// An import name that is no file here, or a service's words.
    Name(String),
}

fn position(index: &Index, record: &Record) -> Option<usize> {
    index.files.iter().position(|known| std::ptr::eq(known, record))
}

/// Complaints that only follow from others: a file with faults makes its importers fail too.
struct Consequences {
    /// Files whose imports are there but have faults, with the last parts of all names in those.
    spoiled: Vec<(String, HashSet<String>)>,
    /// Imports that are reported where they are written.
    missing: HashSet<String>,
    is_all: bool,
}

impl Consequences {
    fn of(compiler: &Compiler, index: &Index, complaints: &[Complaint], scopes: &mut ScopeCache) -> Self {
        let mut found = Self { spoiled: Vec::new(), missing: HashSet::new(), is_all: false };
        for complaint in complaints {
            let Some(import) = failed_import(&complaint.message) else { continue };
            let target = match compiler.place(index, &complaint.file) {
                Place::Record(at) => index.resolve(&index.files[at], import),
                _ => None,
            };
            match target {
                None => {
                    found.missing.insert(import.to_owned());
                }
                Some(target) => {
                    let members = match target {
                        Target::File(at) => index.closure(at),
                        Target::Bundled(_) => vec![target],
                    };
                    let names = members.into_iter().flat_map(|member| {
                        let names = scopes.names(index, member);
                        names.names.keys().map(|name| last_part(name).to_owned()).collect::<Vec<_>>()
                    });
                    found.spoiled.push((complaint.file.clone(), names.collect()));
                }
            }
        }
        found.is_all = complaints.iter().all(|complaint| found.has(complaint));
        found
    }

    fn has(&self, complaint: &Complaint) -> bool {
        if self.is_all {
            return false;
        }
        if complaint.message.starts_with(protox::IMPORT_FAILED) {
            return true;
        }
        if complaint.line.is_none() && complaint.message.starts_with("File not found") {
            return self.missing.contains(&complaint.file);
        }
        let mut spoiled = self.spoiled.iter().filter(|(file, _)| *file == complaint.file).peekable();
        if spoiled.peek().is_none() {
            return false;
        }
        if let Some(import) = failed_import(&complaint.message) {
            return !self.missing.contains(import);
        }
        let is_about_a_name =
            complaint.message.contains("is not defined") || complaint.message.starts_with("Option \"");
        let name = complaint.message.split('"').nth(1).unwrap_or_default();
        let name = last_part(name.trim_end_matches(')'));
        is_about_a_name && spoiled.any(|(_, names)| names.contains(name))
    }
}

fn last_part(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(_, last)| last)
}

/// `Import "a.proto" was not found or had errors.`, or protox' words for it.
fn failed_import(message: &str) -> Option<&str> {
    let reference = || message.strip_prefix("Import \"")?.strip_suffix("\" was not found or had errors.");
    let in_process = || message.strip_prefix("import '")?.strip_suffix("' not found");
    reference().or_else(in_process)
}

/// Lines of files, each file read once.
#[derive(Default)]
struct TextCache {
    path: PathBuf,
    text: Vec<u8>,
}

impl TextCache {
    fn line(&mut self, path: &Path, line: u32) -> Option<String> {
        if self.path != path {
            self.text = read(path).ok()?;
            path.clone_into(&mut self.path);
        }
        let at = usize::try_from(line).ok()?.checked_sub(1)?;
        let line = self.text.split(|&byte| byte == b'\n').nth(at)?;
        let line = String::from_utf8_lossy(line.get(..LONGEST_SOURCE_LINE).unwrap_or(line));
        Some(line.trim_end().to_owned())
    }
}

pub(super) fn sort(problems: &mut Vec<Problem>) {
    problems.sort_by(|a, b| (&a.file, a.line, a.column, &a.message).cmp(&(&b.file, b.line, b.column, &b.message)));
    problems.dedup();
}

fn by_home(index: &Index, files: &[usize]) -> Vec<(usize, Vec<usize>)> {
    let mut homes: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for &at in files {
        // Where roots are given, all files share their order.
        let home = if index.has_free_roots { index.files[at].home } else { 0 };
        homes.entry(home).or_default().push(at);
    }
    homes.into_iter().collect()
}

/// One set of several, each file once, imports still first.
pub(super) fn merge(sets: Vec<Vec<u8>>) -> Result<Bytes, SchemaError> {
    use prost::Message;
    let mut sets = sets;
    if sets.len() <= 1 {
        return Ok(Bytes::from(sets.pop().unwrap_or_default()));
    }
    let (mut seen, mut merged) = (HashSet::new(), Vec::new());
    for set in sets {
        let bad = |error: prost::DecodeError| SchemaError::BadDescriptor {
            place: "the compiler".to_owned(),
            message: error.to_string(),
        };
        for file in RawSet::decode(set.as_slice()).map_err(bad)?.file {
            let name = RawFile::decode(file.clone()).map_err(bad)?.name;
            if seen.insert(name) {
                merged.push(file);
            }
        }
    }
    Ok(Bytes::from(RawSet { file: merged }.encode_to_vec()))
}

/// A set whose files stay as they are: nothing that this program does not know is lost.
#[derive(Clone, PartialEq, prost::Message)]
struct RawSet {
    #[prost(bytes = "bytes", repeated, tag = "1")]
    file: Vec<Bytes>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct RawFile {
    #[prost(string, tag = "1")]
    name: String,
}

const SET_MAGIC: &[u8] = b"proconsul set 1\n";

/// A kept set, if it is whole.
fn read_set(path: &Path) -> Option<Bytes> {
    let bytes = Bytes::from(fs::read(path).ok()?);
    let rest = bytes.strip_prefix(SET_MAGIC)?;
    let (hash, set) = rest.split_at_checked(32)?;
    (Sha256::digest(set).as_slice() == hash).then(|| bytes.slice_ref(set))
}

fn write_set(path: &Path, set: &[u8]) -> std::io::Result<()> {
    let mut bytes = SET_MAGIC.to_vec();
    bytes.extend_from_slice(&Sha256::digest(set));
    bytes.extend_from_slice(set);
    let Some(folder) = path.parent() else { return Ok(()) };
    private_folder(folder)?;
    write_atomically(path, &bytes, false)?;
    forget_old(folder)
}

/// Deletes the oldest of what is kept beyond the bounds.
fn forget_old(folder: &Path) -> std::io::Result<()> {
    let mut kept: Vec<(SystemTime, u64, PathBuf)> = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        kept.push((metadata.modified()?, metadata.len(), entry.path()));
    }
    kept.sort_by_key(|(modified, ..)| std::cmp::Reverse(*modified));
    let mut total_bytes = 0;
    for (at, (_, len_bytes, path)) in kept.iter().enumerate() {
        total_bytes += len_bytes;
        if at >= MOST_KEPT_SETS || total_bytes > MOST_KEPT_BYTES {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}
