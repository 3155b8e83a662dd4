//! Import roots where none were given: worked out from what files import and where they lie. And for an import that
//! nothing resolves, the folders that would. Reads names of folders, never texts.

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::bundled;
use super::load::Loaded;
use crate::schema::RootSuggestion;

/// How far above a file its root is looked for.
const MOST_LEVELS_UP: usize = 32;
/// How far above an opened path the folders for a missing import are looked for.
const SEARCH_LEVELS_UP: usize = 3;
const SEARCH_DEPTH: usize = 8;
const SEARCH_FOLDERS: usize = 20_000;
const SEARCH_TIME: Duration = Duration::from_millis(500);
const MOST_SUGGESTIONS: usize = 5;

/// Works roots out, file by file; what it found for one helps the next.
#[derive(Debug, Default)]
pub(super) struct RootFinder {
    found: Vec<PathBuf>,
    /// Per found root: does it have this import?
    known: Vec<HashMap<String, bool>>,
    /// Opened files by their last name, for roots that are no ancestor of the importing file.
    by_file_name: HashMap<std::ffi::OsString, Vec<PathBuf>>,
    /// Imports that were looked for in vain, with the folder they were looked for from.
    hopeless: HashSet<(PathBuf, String)>,
}

impl RootFinder {
    /// `files`: everything that was opened.
    pub(super) fn new(files: &[Loaded]) -> Self {
        let mut finder = Self::default();
        for file in files {
            if let Some(name) = file.path.file_name() {
                finder.by_file_name.entry(name.to_owned()).or_default().push(file.path.clone());
            }
        }
        finder
    }

    /// The roots so far, in the order in which they were found.
    pub(super) fn found(&self) -> &[PathBuf] {
        &self.found
    }

    /// Finds roots for the imports of a file.
    pub(super) fn add_imports_of(&mut self, file: &Loaded) {
        for import in &file.summary.imports {
            self.add_import(&file.path, &import.name);
        }
    }

    fn add_import(&mut self, file: &Path, import: &str) {
        if !is_plain(import) {
            return;
        }
        for (root, known) in self.found.iter().zip(&mut self.known) {
            let has_it = known.get(import).copied().unwrap_or_else(|| {
                let has_it = root.join(import).is_file();
                known.insert(import.to_owned(), has_it);
                has_it
            });
            if has_it && file.starts_with(root) {
                return;
            }
        }
        let Some(folder) = file.parent() else { return };
        if !self.hopeless.insert((folder.to_owned(), import.to_owned())) {
            return;
        }
        let ancestor = folder.ancestors().take(MOST_LEVELS_UP).find(|above| above.join(import).is_file());
        if let Some(root) = ancestor {
            self.add(root.to_owned());
        } else if let Some(root) = self.beside(import) {
            self.add(root);
        }
    }

    /// The one folder below which an opened file has this import name; nothing where several have it.
    fn beside(&self, import: &str) -> Option<PathBuf> {
        if bundled::text(import).is_some() {
            return None;
        }
        let import = Path::new(import);
        let levels = import.components().count();
        let candidates = self.by_file_name.get(import.file_name()?)?;
        let mut roots = candidates
            .iter()
            .filter(|path| path.ends_with(import))
            .filter_map(|path| path.ancestors().nth(levels).map(Path::to_owned));
        let first = roots.next()?;
        roots.all(|other| other == first).then_some(first)
    }

    fn add(&mut self, root: PathBuf) {
        if !self.found.contains(&root) {
            self.found.push(root);
            self.known.push(HashMap::new());
        }
    }

    /// Gives every file of `files` a root: `opened` folders are roots where imports do not say otherwise; a file
    /// opened alone is taken to lie in the folders of its package.
    pub(super) fn complete(&mut self, files: &[Loaded], opened: &[PathBuf]) {
        for file in files {
            if self.found.iter().any(|root| file.path.starts_with(root)) {
                continue;
            }
            let folder = opened.iter().find(|folder| **folder != file.path && file.path.starts_with(folder));
            match folder {
                Some(folder) => self.add(folder.clone()),
                None => self.add(root_by_package(&file.path, &file.summary.package)),
            }
        }
        // A root inside another names its files more shortly, so it is asked first.
        self.found.sort_by_key(|root| std::cmp::Reverse(root.components().count()));
        self.known.clear();
        self.known.resize_with(self.found.len(), HashMap::new);
    }
}

/// `/x/foo/v1/a.proto` of package `foo.v1` lies in root `/x`; without such folders its own folder is the root.
fn root_by_package(path: &Path, package: &str) -> PathBuf {
    let folder = path.parent().unwrap_or(path);
    let as_path: PathBuf = package.split('.').filter(|part| !part.is_empty()).collect();
    if as_path.as_os_str().is_empty() || !folder.ends_with(&as_path) {
        return folder.to_owned();
    }
    folder.ancestors().nth(as_path.components().count()).unwrap_or(folder).to_owned()
}

/// Folders in and above the opened paths that would resolve missing imports, those that resolve most first.
pub(super) fn suggest(opened: &[PathBuf], missing: &[String]) -> Vec<RootSuggestion> {
    let wanted: Vec<&str> = missing.iter().map(String::as_str).filter(|name| is_plain(name)).collect();
    if wanted.is_empty() {
        return Vec::new();
    }
    let first_parts: HashSet<&std::ffi::OsStr> = wanted
        .iter()
        .filter_map(|name| Path::new(name).components().next())
        .map(std::path::Component::as_os_str)
        .collect();
    let mut suggestions: Vec<RootSuggestion> = Vec::new();
    let deadline = Instant::now() + SEARCH_TIME;
    let mut seen = HashSet::new();
    let mut queue: VecDeque<(PathBuf, usize)> = starts(opened).into_iter().map(|folder| (folder, 0)).collect();
    while let Some((folder, depth)) = queue.pop_front() {
        if seen.len() > SEARCH_FOLDERS || Instant::now() > deadline {
            break;
        }
        let identity = folder.canonicalize().unwrap_or_else(|_| folder.clone());
        if !seen.insert(identity) {
            continue;
        }
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        let mut may_resolve = false;
        for entry in entries.flatten() {
            let name = entry.file_name();
            may_resolve |= first_parts.contains(name.as_os_str());
            let is_skipped = name.as_encoded_bytes().first() == Some(&b'.') || name == "node_modules";
            if depth < SEARCH_DEPTH && !is_skipped && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                queue.push_back((entry.path(), depth + 1));
            }
        }
        if may_resolve {
            let resolves: Vec<String> =
                wanted.iter().filter(|name| folder.join(name).is_file()).map(|name| (*name).to_owned()).collect();
            if !resolves.is_empty() {
                suggestions.push(RootSuggestion { root: folder, resolves });
            }
        }
    }
    // Stable: of those that resolve as many, the nearer to what was opened stays first.
    suggestions.sort_by_key(|suggestion| std::cmp::Reverse(suggestion.resolves.len()));
    suggestions.truncate(MOST_SUGGESTIONS);
    suggestions
}

/// An import name that stays below its root.
pub(super) fn is_plain(name: &str) -> bool {
    let mut parts = Path::new(name).components().peekable();
    parts.peek().is_some() && parts.all(|part| matches!(part, std::path::Component::Normal(_)))
}

/// The opened folders, then a few above; never the file system's root, nor the folder of all users' homes.
fn starts(opened: &[PathBuf]) -> Vec<PathBuf> {
    let home = directories::BaseDirs::new().map(|folders| folders.home_dir().to_owned());
    let mut starts: Vec<PathBuf> = Vec::new();
    for level in 0..=SEARCH_LEVELS_UP {
        for path in opened {
            let folder = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
            let Some(above) = folder.ancestors().nth(level) else { continue };
            let is_too_high = above.parent().is_none() || home.as_deref().is_some_and(|home| home.starts_with(above));
            if level == 0 || !is_too_high {
                starts.push(above.to_owned());
            }
        }
    }
    starts.dedup();
    starts
}
