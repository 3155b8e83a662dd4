//! All files of a source, opened and imported: which root names each, which import means which file, and where a
//! symbol is defined. Compiles nothing.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::bundled;
use super::codec::{Details, Summary};
use super::load::{Loaded, Remembered, Walk, absolute, cache_path, io_error, load_all, walk, whole_file_problem};
use super::parse::{Detail, Import, parse};
use super::roots::{RootFinder, is_plain};
use super::{FileSourceConfig, MethodInfo, OptionValue, ServiceInfo};
use crate::schema::{Problem, SchemaError};

/// A file of the index.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) loaded: Loaded,
    /// Import name.
    pub(super) name: String,
    /// The root that gives the name; an index of `Index::roots`.
    pub(super) home: usize,
}

/// The paths of a source, absolute, and how the person wrote them.
#[derive(Debug, Default)]
pub(super) struct Paths {
    pub(super) opened: Vec<PathBuf>,
    /// As given; worked-out roots are not among them.
    pub(super) roots: Vec<PathBuf>,
    /// Absolute and as given.
    spellings: Vec<(PathBuf, PathBuf)>,
}

/// Everything that is known without a compiler.
#[derive(Debug)]
pub(super) struct Index {
    pub(super) paths: Paths,
    pub(super) files: Vec<Record>,
    /// The first so many files were opened, the others imported.
    pub(super) opened_count: usize,
    /// In the order in which the compiler asks them.
    pub(super) roots: Vec<PathBuf>,
    /// Roots were worked out: each file's own goes before the others.
    pub(super) has_free_roots: bool,
    /// Files and folders that cannot be read.
    pub(super) unreadable: Vec<Problem>,
    by_name: HashMap<String, usize>,
    /// Where a name means several files, by path.
    by_path: HashMap<PathBuf, usize>,
}

/// What an import means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    File(usize),
    Bundled(&'static str),
}

impl Paths {
    /// Says which path does not exist.
    pub(super) fn new(config: &FileSourceConfig) -> Result<Self, SchemaError> {
        let mut paths = Self::default();
        for root in &config.import_roots {
            let path = absolute(root).map_err(|error| io_error(root, &error))?;
            if !path.is_dir() {
                let message = if path.exists() { "is no folder: no import root" } else { "no such import root" };
                return Err(SchemaError::Io { path: root.clone(), message: message.to_owned() });
            }
            paths.add_spelling(&path, root);
            paths.roots.push(path);
        }
        for given in &config.paths {
            let path = paths.find(given)?;
            if !paths.opened.contains(&path) {
                paths.opened.push(path);
            }
        }
        if config.paths.is_empty() {
            paths.opened.clone_from(&paths.roots);
        }
        Ok(paths)
    }

    /// A path as given; one that is not there may be named relative to an import root, as grpcurl's users do.
    fn find(&mut self, given: &Path) -> Result<PathBuf, SchemaError> {
        let direct = absolute(given);
        if let Ok(path) = &direct
            && path.exists()
        {
            self.add_spelling(path, given);
            return Ok(path.clone());
        }
        if let Some(path) = self.roots.iter().map(|root| root.join(given)).find(|path| path.exists()) {
            return absolute(&path).map_err(|error| io_error(given, &error));
        }
        let message =
            if self.roots.is_empty() { "no such file or folder" } else { "neither here nor in an import root" };
        Err(SchemaError::Io { path: given.to_owned(), message: message.to_owned() })
    }

    fn add_spelling(&mut self, absolute: &Path, given: &Path) {
        self.spellings.push((absolute.to_owned(), given.components().collect()));
        // The longest match tells most.
        self.spellings.sort_by_key(|(path, _)| std::cmp::Reverse(path.components().count()));
    }

    /// A path as the person would write it.
    pub(super) fn spelled(&self, path: &Path) -> String {
        for (absolute, given) in &self.spellings {
            let Ok(rest) = path.strip_prefix(absolute) else { continue };
            let whole = if rest.as_os_str().is_empty() { given.clone() } else { given.join(rest) };
            let short = whole.strip_prefix(".").unwrap_or(&whole);
            return short.to_string_lossy().into_owned();
        }
        path.to_string_lossy().into_owned()
    }
}

impl Index {
    /// Reads what was opened and everything that it imports.
    pub(super) fn build(paths: Paths, cache_dir: Option<&Path>) -> Self {
        let cache = cache_dir.map(|folder| cache_path(folder, &paths.opened, &paths.roots));
        // Reading the cache is work for the processor, walking the folders is waiting for the system.
        let (remembered, Walk { files, problems }) = std::thread::scope(|scope| {
            let reader = scope.spawn(|| cache.as_deref().map(Remembered::read).unwrap_or_default());
            let walk = walk(&paths.opened);
            (reader.join().unwrap_or_default(), walk)
        });
        let (loaded, unreadable, mut has_news) = load_all(&files, &remembered);
        let mut index = Self {
            files: Vec::with_capacity(loaded.len()),
            opened_count: 0,
            roots: Vec::new(),
            has_free_roots: paths.roots.is_empty(),
            unreadable: problems.into_iter().chain(unreadable).collect(),
            by_name: HashMap::with_capacity(loaded.len()),
            by_path: HashMap::new(),
            paths,
        };
        let mut identities = HashMap::new();
        let (loaded, aliases) = without_doubles(loaded, &mut identities);
        let mut finder = index.work_out_roots(&loaded);
        for file in loaded {
            index.add(file);
        }
        index.opened_count = index.files.len();
        for (path, identity) in aliases {
            index.add_alias(path, identities.get(&identity).copied());
        }
        has_news |= index.add_imported(&remembered, &mut finder, &mut identities);
        index.unreadable.sort_by(|a, b| a.file.cmp(&b.file));
        for problem in &mut index.unreadable {
            problem.file = index.paths.spelled(Path::new(&problem.file));
        }
        if let Some(cache) = cache.filter(|_| has_news) {
            // Without it the next start takes longer, and that is all.
            drop(Remembered::write(&cache, index.files.iter().map(|record| &record.loaded)));
        }
        index
    }

    /// Roots for files that lie in none.
    fn work_out_roots(&mut self, loaded: &[Loaded]) -> RootFinder {
        self.roots.clone_from(&self.paths.roots);
        let is_homeless = |file: &&Loaded| !self.paths.roots.iter().any(|root| file.path.starts_with(root));
        let homeless: Vec<Loaded> = loaded.iter().filter(is_homeless).cloned().collect();
        let mut finder = RootFinder::new(if homeless.is_empty() { &[] } else { loaded });
        for file in &homeless {
            finder.add_imports_of(file);
        }
        finder.complete(&homeless, &self.paths.opened);
        self.roots.extend(finder.found().iter().filter(|root| !self.paths.roots.contains(root)).cloned());
        finder
    }

    /// Adds a file under the name that its root gives; later files of the same name are found by path alone.
    fn add(&mut self, file: Loaded) -> usize {
        let home = self.roots.iter().position(|root| file.path.starts_with(root)).unwrap_or_default();
        let name = self.roots.get(home).map(|root| import_name(root, &file.path)).unwrap_or_default();
        let at = self.files.len();
        self.by_name.entry(name.clone()).or_insert(at);
        if self.roots.len() > 1 {
            self.by_path.insert(file.path.clone(), at);
        }
        self.files.push(Record { loaded: file, name, home });
        at
    }

    fn add_alias(&mut self, path: PathBuf, at: Option<usize>) {
        let Some(at) = at else { return };
        if let Some(root) = self.roots.iter().find(|root| path.starts_with(root)) {
            self.by_name.entry(import_name(root, &path)).or_insert(at);
        }
        self.by_path.insert(path, at);
    }

    /// Loads imports of imports until nothing new is named.
    fn add_imported(
        &mut self,
        remembered: &Remembered,
        finder: &mut RootFinder,
        identities: &mut HashMap<(u64, u64), usize>,
    ) -> bool {
        let (mut first_new, mut has_news) = (0, false);
        let mut seen = HashSet::new();
        while first_new < self.files.len() {
            let mut wave = Vec::new();
            for at in first_new..self.files.len() {
                let record = &self.files[at];
                for import in &record.loaded.summary.imports {
                    if self.by_name.get(&import.name).is_some_and(|&known| self.files[known].home == record.home) {
                        continue;
                    }
                    if let Some(path) = self.on_disk(record, &import.name)
                        && self.known(&path).is_none()
                        && seen.insert(path.clone())
                    {
                        wave.push(path);
                    }
                }
            }
            first_new = self.files.len();
            let (loaded, unreadable, is_news) = load_all(&wave, remembered);
            has_news |= is_news;
            self.unreadable.extend(unreadable);
            for file in loaded {
                if let Some(&known) = file.identity.as_ref().and_then(|identity| identities.get(identity)) {
                    self.add_alias(file.path, Some(known));
                    continue;
                }
                if self.has_free_roots {
                    finder.add_imports_of(&file);
                    for root in finder.found() {
                        if !self.roots.contains(root) {
                            self.roots.push(root.clone());
                        }
                    }
                }
                let identity = file.identity;
                let at = self.add(file);
                if let Some(identity) = identity {
                    identities.insert(identity, at);
                }
            }
        }
        has_news
    }

    fn known(&self, path: &Path) -> Option<usize> {
        if let Some(&at) = self.by_path.get(path) {
            return Some(at);
        }
        let root = self.roots.iter().find(|root| path.starts_with(root))?;
        let at = *self.by_name.get(&import_name(root, path))?;
        (self.files[at].loaded.path == path).then_some(at)
    }

    /// Roots in the order that holds for this file.
    pub(super) fn roots_for(&self, home: usize) -> Vec<PathBuf> {
        if !self.has_free_roots {
            return self.roots.clone();
        }
        let own = self.roots.get(home);
        own.into_iter().chain(self.roots.iter().filter(|root| Some(*root) != own)).cloned().collect()
    }

    fn on_disk(&self, record: &Record, name: &str) -> Option<PathBuf> {
        if !is_plain(name) {
            return None;
        }
        let own = self.roots.get(record.home).filter(|_| self.has_free_roots);
        own.into_iter().chain(&self.roots).map(|root| root.join(name)).find(|path| path.is_file())
    }

    /// What an import of a file means, by the index alone where that is enough.
    pub(super) fn resolve(&self, from: &Record, name: &str) -> Option<Target> {
        if let Some(&at) = self.by_name.get(name)
            && (self.roots.len() == 1 || self.files[at].home == from.home)
        {
            return Some(Target::File(at));
        }
        let on_disk = if self.roots.len() > 1 { self.on_disk(from, name) } else { None };
        if let Some(at) = on_disk.and_then(|path| self.known(&path)) {
            return Some(Target::File(at));
        }
        bundled::PROTOS.iter().find(|(known, _)| *known == name).map(|(known, _)| Target::Bundled(known))
    }

    /// A file of the index by its path on disk.
    pub(super) fn by_disk_path(&self, path: &Path) -> Option<&Record> {
        self.known(path).map(|at| &self.files[at])
    }

    /// A file by import name, or by the path that the person would write.
    pub(super) fn file_named(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied().or_else(|| {
            let path = absolute(Path::new(name)).ok()?;
            self.known(&path)
        })
    }

    /// Imports that mean nothing. An `import option` may be missing.
    pub(super) fn missing_imports(&self, record: &Record) -> Vec<String> {
        let is_missing = |import: &&Import| !import.is_option && self.resolve(record, &import.name).is_none();
        record.loaded.summary.imports.iter().filter(is_missing).map(|import| import.name.clone()).collect()
    }

    /// The file and all that it imports, each once, in no order that matters.
    pub(super) fn closure(&self, start: usize) -> Vec<Target> {
        let mut seen = vec![Target::File(start)];
        let mut known: HashSet<String> = HashSet::from([self.files[start].name.clone()]);
        let mut next = 0;
        while let Some(&target) = seen.get(next) {
            next += 1;
            if let Target::File(at) = target {
                let record = &self.files[at];
                for import in &record.loaded.summary.imports {
                    if known.insert(import.name.clone())
                        && let Some(target) = self.resolve(record, &import.name)
                        && !seen.contains(&target)
                    {
                        seen.push(target);
                    }
                }
            }
        }
        seen
    }

    /// Full names of all services: of opened files first, then of those that they import.
    pub(super) fn service_names(&self) -> Vec<String> {
        let mut seen = HashSet::new();
        self.files
            .iter()
            .flat_map(|record| {
                let summary = &record.loaded.summary;
                summary.services.iter().map(|service| full_name(&summary.package, service))
            })
            .filter(|name| seen.insert(name.clone()))
            .collect()
    }

    /// The file that defines a service.
    pub(super) fn file_of_service(&self, service: &str) -> Option<usize> {
        self.files.iter().position(|record| {
            let summary = &record.loaded.summary;
            relative(&summary.package, service).is_some_and(|name| summary.services.iter().any(|known| known == name))
        })
    }

    /// A file's services in full, names resolved.
    pub(super) fn services_of(&self, at: usize, scopes: &mut ScopeCache) -> Vec<ServiceInfo> {
        let record = &self.files[at];
        if record.loaded.summary.services.is_empty() {
            return Vec::new();
        }
        let Some(details) = Details::decode(&record.loaded.details) else { return Vec::new() };
        let scope = self.visible(at, scopes);
        let package = &record.loaded.summary.package;
        let services = details.services.into_iter().map(|service| {
            let service_name = full_name(package, &service.name);
            let methods = service.methods.into_iter().map(|method| MethodInfo {
                input: scope.resolve(&service_name, &method.input, Wanted::Type),
                output: scope.resolve(&service_name, &method.output, Wanted::Type),
                client_streaming: method.client_streaming,
                server_streaming: method.server_streaming,
                deprecated: method.options.iter().any(|(name, value)| name == "deprecated" && value == "true"),
                options: method
                    .options
                    .into_iter()
                    .map(|(name, value)| OptionValue { name: scope.option_name(&service_name, &name), value })
                    .collect(),
                name: method.name,
                comment: method.comment,
            });
            ServiceInfo {
                file: Some(record.name.clone()),
                comment: service.comment,
                deprecated: service.is_deprecated,
                methods: methods.collect(),
                full_name: service_name.clone(),
            }
        });
        services.collect()
    }

    /// The names that a file sees: its own, its imports', and what those import publicly.
    fn visible(&self, at: usize, scopes: &mut ScopeCache) -> Scope {
        let mut scope = Scope::default();
        scope.add(scopes.names(self, Target::File(at)));
        let own = &self.files[at];
        let mut pending: Vec<Target> =
            own.loaded.summary.imports.iter().filter_map(|import| self.resolve(own, &import.name)).collect();
        let mut seen = HashSet::from([Target::File(at)]);
        while let Some(target) = pending.pop() {
            if !seen.insert(target) {
                continue;
            }
            let names = scopes.names(self, target);
            match target {
                Target::File(imported) => {
                    let record = &self.files[imported];
                    let publicly = record.loaded.summary.imports.iter().filter(|import| import.is_public);
                    pending.extend(publicly.filter_map(|import| self.resolve(record, &import.name)));
                }
                // No bundled file imports publicly.
                Target::Bundled(_) => {}
            }
            scope.add(names);
        }
        scope
    }
}

impl std::hash::Hash for Target {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        match self {
            Self::File(at) => at.hash(state),
            Self::Bundled(name) => name.hash(state),
        }
    }
}

/// Names of one file, in full.
#[derive(Debug, Default)]
pub(super) struct FileNames {
    package: String,
    pub(super) names: HashMap<String, super::parse::DefinitionKind>,
}

/// Decoded names of files, for as long as one question is answered.
#[derive(Debug, Default)]
pub(super) struct ScopeCache {
    files: HashMap<Target, std::sync::Arc<FileNames>>,
}

impl ScopeCache {
    pub(super) fn names(&mut self, index: &Index, target: Target) -> std::sync::Arc<FileNames> {
        let names = self.files.entry(target).or_insert_with(|| std::sync::Arc::new(names_of(index, target)));
        std::sync::Arc::clone(names)
    }
}

fn names_of(index: &Index, target: Target) -> FileNames {
    let (package, names) = match target {
        Target::File(at) => {
            let loaded = &index.files[at].loaded;
            (loaded.summary.package.clone(), Details::decode(&loaded.details).unwrap_or_default().names)
        }
        Target::Bundled(name) => {
            let file = parse(bundled::text(name).unwrap_or_default().as_bytes(), Detail::Names);
            let names = file.definitions.iter().map(|definition| (definition.kind, definition.name.clone())).collect();
            (Summary::of(&file).package, names)
        }
    };
    FileNames { names: names.into_iter().map(|(kind, name)| (full_name(&package, &name), kind)).collect(), package }
}

#[derive(Debug, Default)]
struct Scope {
    files: Vec<std::sync::Arc<FileNames>>,
}

/// What a name may mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Type,
    Extension,
}

impl Scope {
    fn add(&mut self, names: std::sync::Arc<FileNames>) {
        self.files.push(names);
    }

    fn kind(&self, name: &str) -> Option<super::parse::DefinitionKind> {
        self.files.iter().find_map(|file| file.names.get(name).copied())
    }

    fn is_package(&self, name: &str) -> bool {
        self.files
            .iter()
            .any(|file| file.package.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
    }

    fn fits(&self, name: &str, wanted: Wanted) -> bool {
        use super::parse::DefinitionKind as Kind;
        match self.kind(name) {
            Some(Kind::Message | Kind::Enum) => wanted == Wanted::Type,
            Some(Kind::Extension) => wanted == Wanted::Extension,
            _ => false,
        }
    }

    /// As protobuf does: the first part of the name is looked for from the innermost scope outwards, and where it is
    /// found the rest must be there. A name that is nowhere stays as it is written.
    fn resolve(&self, within: &str, name: &str, wanted: Wanted) -> String {
        if let Some(full) = name.strip_prefix('.') {
            return full.to_owned();
        }
        let (first, is_compound) = name.split_once('.').map_or((name, false), |(first, _)| (first, true));
        let mut scope = within;
        loop {
            let join = |part: &str| if scope.is_empty() { part.to_owned() } else { format!("{scope}.{part}") };
            let is_met = if is_compound {
                let first = join(first);
                self.kind(&first).is_some_and(|kind| {
                    matches!(kind, super::parse::DefinitionKind::Message | super::parse::DefinitionKind::Enum)
                }) || self.is_package(&first)
            } else {
                self.fits(&join(name), wanted)
            };
            if is_met {
                return if self.fits(&join(name), wanted) { join(name) } else { name.to_owned() };
            }
            if scope.is_empty() {
                return name.to_owned();
            }
            scope = scope.rsplit_once('.').map_or("", |(outer, _)| outer);
        }
    }

    /// `(http).get` as `(google.api.http).get`.
    fn option_name(&self, within: &str, name: &str) -> String {
        let mut resolved = String::new();
        let mut rest = name;
        while let Some((before, (inner, after))) =
            rest.split_once('(').and_then(|(before, inner)| Some((before, inner.split_once(')')?)))
        {
            resolved.push_str(before);
            resolved.push('(');
            resolved.push_str(&self.resolve(within, inner, Wanted::Extension));
            resolved.push(')');
            rest = after;
        }
        resolved + rest
    }
}

/// Another path of a file, and the file's device and inode.
type Alias = (PathBuf, (u64, u64));

/// The same file under two names is one file: the first is kept, the others lead to it.
fn without_doubles(loaded: Vec<Loaded>, identities: &mut HashMap<(u64, u64), usize>) -> (Vec<Loaded>, Vec<Alias>) {
    let (mut kept, mut aliases) = (Vec::<Loaded>::with_capacity(loaded.len()), Vec::new());
    let is_real = |path: &Path| path.canonicalize().is_ok_and(|real| real == path);
    for mut file in loaded {
        match file.identity {
            Some(identity) if identities.contains_key(&identity) => {
                // The file itself goes before links to it.
                if let Some(first) = identities.get(&identity).and_then(|&at| kept.get_mut(at))
                    && !is_real(&first.path)
                    && is_real(&file.path)
                {
                    std::mem::swap(first, &mut file);
                }
                aliases.push((file.path, identity));
            }
            identity => {
                if let Some(identity) = identity {
                    identities.insert(identity, kept.len());
                }
                kept.push(file);
            }
        }
    }
    (kept, aliases)
}

/// A file's name below its root, with `/`.
fn import_name(root: &Path, path: &Path) -> String {
    let rest = path.strip_prefix(root).unwrap_or(path);
    let name = rest.to_string_lossy();
    if cfg!(windows) { name.replace('\\', "/") } else { name.into_owned() }
}

/// `package.name`.
pub(super) fn full_name(package: &str, name: &str) -> String {
    if package.is_empty() { name.to_owned() } else { format!("{package}.{name}") }
}

/// The name within a package, if it can be there.
pub(super) fn relative<'a>(package: &str, full: &'a str) -> Option<&'a str> {
    if package.is_empty() { Some(full) } else { full.strip_prefix(package)?.strip_prefix('.') }
}

/// A file that lies in a root but is hidden there by an earlier one.
pub(super) fn shadowed(index: &Index, record: &Record) -> Option<Problem> {
    let earlier = index.roots.get(..record.home).filter(|_| !index.has_free_roots)?;
    let other = earlier.iter().map(|root| root.join(&record.name)).find(|path| path.is_file())?;
    // A link to it is no other file.
    if other.canonicalize().ok() == record.loaded.path.canonicalize().ok() {
        return None;
    }
    let message = format!(
        "is hidden by {}: both are {} to an import, and the other's import root comes first",
        index.paths.spelled(&other),
        record.name
    );
    Some(whole_file_problem(Path::new(&index.paths.spelled(&record.loaded.path)), message))
}
