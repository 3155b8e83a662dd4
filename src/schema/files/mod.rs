//! Sources of .proto files and folders: an index of every file by a light parse, and protoc for what is needed of
//! them in full. Both are kept on disk by content.
//!
//! Holds no descriptors but those of the last calls, and knows nothing of servers. What protoc says is the verdict;
//! the light parse only decides what is worth asking it.

mod bundled;
mod codec;
mod compile;
mod index;
mod lex;
mod load;
mod near;
mod parse;
mod protoc;
mod protox;
mod roots;
mod toolbox;

use std::collections::{HashSet, VecDeque};
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use self::codec::Details;
use self::compile::Compiler;
use self::index::{Index, Paths, ScopeCache, Target, full_name, relative, shadowed};
use self::parse::{Detail, ParsedFile};
use super::{
    BoxFuture, MessageType, Method, MethodInfo, OptionValue, Outline, Pool, Problem, SchemaError, ServiceInfo, Source,
};

/// Trees up to this size are compiled in full for an outline, so that every fault shows at once (some 0.15 s).
const SMALL_TREE_BYTES: u64 = 4 << 20;
/// Where many files of a large tree are suspect, an outline does not wait for all.
const LONGEST_LOOK: Duration = Duration::from_secs(5);
/// Linked sets that are kept for the next call.
const MOST_KEPT_POOLS: usize = 24;

/// What to open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileSourceConfig {
    /// Files and whole folders, as the person gave them. A path that does not exist is also looked for below the
    /// import roots. Where empty, the import roots are opened.
    pub paths: Vec<PathBuf>,
    /// Import roots in order; where empty, they are worked out (a file's own tree usually implies its root).
    pub import_roots: Vec<PathBuf>,
    /// Where results are kept by content; `None` keeps nothing (but the unpacked compiler, in the user's cache folder).
    /// The engine passes the user's cache folder.
    pub cache_dir: Option<PathBuf>,
}

/// .proto files and folders with their import roots.
#[derive(Debug)]
pub struct FileSource {
    config: FileSourceConfig,
    index: OnceLock<Index>,
    compiler: OnceLock<Compiler>,
    problems: OnceLock<Vec<Problem>>,
    pools: Mutex<VecDeque<(Target, Pool)>>,
}

impl FileSource {
    /// Opens (reads nothing yet but what it needs to say that a path does not exist).
    pub fn open(config: FileSourceConfig) -> Result<Self, SchemaError> {
        Paths::new(&config)?;
        Ok(Self {
            config,
            index: OnceLock::new(),
            compiler: OnceLock::new(),
            problems: OnceLock::new(),
            pools: Mutex::new(VecDeque::new()),
        })
    }

    /// Folders and files to watch; a change means that a new `FileSource` should be opened. After the first answer
    /// imported files outside of the opened folders are among them.
    pub fn watched_paths(&self) -> Vec<PathBuf> {
        let Ok(paths) = Paths::new(&self.config) else { return self.config.paths.clone() };
        let mut watched = paths.opened;
        if let Some(index) = self.index.get() {
            for record in &index.files {
                if !watched.iter().any(|path| record.loaded.path.starts_with(path)) {
                    watched.push(record.loaded.path.clone());
                }
            }
        }
        watched
    }

    fn index(&self) -> Result<&Index, SchemaError> {
        if self.index.get().is_none() {
            let index = Index::build(Paths::new(&self.config)?, self.config.cache_dir.as_deref());
            if index.files.is_empty() && index.unreadable.is_empty() {
                let path = self.config.paths.iter().chain(&self.config.import_roots).next().cloned();
                let message = "no .proto file is in it".to_owned();
                return Err(SchemaError::Io { path: path.unwrap_or_default(), message });
            }
            // Another thread may have been faster; one index is as good as the other.
            drop(self.index.set(index));
        }
        self.index.get().ok_or_else(|| SchemaError::BadDescriptor {
            place: "the index".to_owned(),
            message: "could not be built".to_owned(),
        })
    }

    fn compiler(&self) -> &Compiler {
        self.compiler.get_or_init(|| Compiler::new(self.config.cache_dir.as_deref()))
    }

    /// What is wrong with opened files, as far as an outline tells.
    fn problems(&self, index: &Index) -> Vec<Problem> {
        let found = self.problems.get_or_init(|| {
            let (suspects, mut problems) = suspects(index);
            problems.extend(index.unreadable.iter().cloned());
            if !suspects.is_empty() {
                let compiler = self.compiler();
                let deadline = Instant::now() + LONGEST_LOOK;
                let verdict = compiler.verdict(index, &suspects, Some(deadline), &mut |_| {});
                problems.extend(verdict.problems);
                if verdict.unseen > 0 {
                    let message = format!("{} more files may have faults: check looks at all", verdict.unseen);
                    problems.push(load::whole_file_problem("protoc".as_ref(), message));
                }
            }
            problems
        });
        found.clone()
    }

    fn outline_now(&self) -> Result<Outline, SchemaError> {
        let index = self.index()?;
        let with_services: Vec<usize> =
            (0..index.files.len()).filter(|&at| !index.files[at].loaded.summary.services.is_empty()).collect();
        let mut seen = HashSet::new();
        let services = services_of_all(index, &with_services)
            .into_iter()
            .filter(|service| seen.insert(service.full_name.clone()))
            .collect();
        let has_folder = index.paths.opened.iter().any(|path| path.is_dir());
        let mut problems = self.problems(index);
        if let Some(note) = self.compiler.get().and_then(Compiler::note) {
            problems.push(load::whole_file_problem("protoc".as_ref(), note));
        }
        Ok(Outline {
            services,
            problems,
            file_count: index.opened_count,
            kind: if has_folder { "folder" } else { "files" }.to_owned(),
        })
    }

    fn service_now(&self, service: &str) -> Result<(usize, ServiceInfo), SchemaError> {
        let index = self.index()?;
        let service = service.trim_start_matches('.');
        let at = index.file_of_service(service);
        let info = at.and_then(|at| {
            let services = index.services_of(at, &mut ScopeCache::default());
            services.into_iter().find(|known| known.full_name == service)
        });
        match at.zip(info) {
            Some(found) => Ok(found),
            None => Err(not_found(index, service, index.service_names().into_iter())),
        }
    }

    fn method_now(&self, service: &str, method: &str) -> Result<Method, SchemaError> {
        // The compiler is on disk and has to be checked before it runs; the index does not wait for that.
        let (_, index) = both(&|| self.compiler(), || self.index());
        let index = index?;
        let at = match index.file_of_service(service.trim_start_matches('.')) {
            Some(at) => at,
            None => self.service_now(service)?.0,
        };
        let place = index.paths.spelled(&index.files[at].loaded.path);
        let (found, pool) = both(&|| self.service_now(service), || self.pool(index, Target::File(at)));
        let ((_, info), pool) = (found?, pool?);
        let linked = pool.inner.get_service_by_name(&info.full_name);
        let linked = linked.as_ref().and_then(|linked| linked.methods().find(|known| known.name() == method));
        let known = info.methods.iter().find(|known| known.name == method);
        let Some((linked, known)) = linked.zip(known) else {
            let names = info.methods.iter().map(|known| format!("{}.{}", info.full_name, known.name));
            return Err(not_found(index, &format!("{}.{method}", info.full_name), names));
        };
        let mut known = known.clone();
        linked.input().full_name().clone_into(&mut known.input);
        linked.output().full_name().clone_into(&mut known.output);
        known.client_streaming = linked.is_client_streaming();
        known.server_streaming = linked.is_server_streaming();
        let message = |name: &str| {
            pool.message_type(name).ok_or_else(|| SchemaError::BadDescriptor {
                place: place.clone(),
                message: format!("{name} is missing from its set"),
            })
        };
        Ok(Method {
            input: message(&known.input)?,
            output: message(&known.output)?,
            service: info.full_name,
            info: known,
            notes: self.compiler.get().and_then(Compiler::note).into_iter().collect(),
        })
    }

    /// A file and its imports, linked; the last few are kept.
    fn pool(&self, index: &Index, target: Target) -> Result<Pool, SchemaError> {
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, pool)) = pools.iter().find(|(known, _)| *known == target) {
            return Ok(pool.clone());
        }
        let place = match target {
            Target::File(at) => index.paths.spelled(&index.files[at].loaded.path),
            Target::Bundled(name) => name.to_owned(),
        };
        let set = self.compiler().set_of(index, target)?;
        let pool = Pool::from_descriptor_set(&set, &place)?;
        if pools.len() >= MOST_KEPT_POOLS {
            pools.pop_front();
        }
        pools.push_back((target, pool.clone()));
        Ok(pool)
    }

    fn message_type_now(&self, name: &str) -> Result<MessageType, SchemaError> {
        let index = self.index()?;
        let name = name.trim_start_matches('.');
        let found = find_names(index, name).into_iter().map(|(target, _)| {
            self.pool(index, target)?.message_type(name).ok_or_else(|| SchemaError::BadDescriptor {
                place: name.to_owned(),
                message: "is no message".to_owned(),
            })
        });
        // A name that two files define: the one that compiles.
        let mut last = None;
        for message in found {
            match message {
                Ok(message) => return Ok(message),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| not_found(index, name, all_names(index))))
    }

    fn definition_now(&self, symbol: &str) -> Result<String, SchemaError> {
        let index = self.index()?;
        if let Some(at) = index.file_named(symbol) {
            let text = read_text(index, Target::File(at))?;
            return Ok(String::from_utf8_lossy(&text).into_owned());
        }
        if let Some(text) = bundled::text(symbol) {
            return Ok(text.to_owned());
        }
        let name = symbol.trim_start_matches('.').replace('/', ".");
        for target in find_owners(index, &name) {
            let text = read_text(index, target)?;
            let parsed = parse::parse(&text, Detail::Members);
            if let Some(text) = excerpt(&parsed, &text, &name) {
                return Ok(text);
            }
        }
        Err(not_found(index, &name, index.service_names().into_iter().chain(all_names(index))))
    }

    fn descriptor_set_now(&self, symbols: &[String]) -> Result<Vec<u8>, SchemaError> {
        let index = self.index()?;
        let mut files: Vec<usize> = Vec::new();
        let mut bundled_only = Vec::new();
        if symbols.is_empty() {
            files.extend(0..index.opened_count);
        }
        for symbol in symbols {
            let name = symbol.trim_start_matches('.').replace('/', ".");
            match Self::target_of(index, symbol, &name)? {
                Target::File(at) if files.contains(&at) => {}
                Target::File(at) => files.push(at),
                target @ Target::Bundled(_) => bundled_only.push(target),
            }
        }
        if let ([at], []) = (files.as_slice(), bundled_only.as_slice()) {
            return Ok(self.compiler().set_of(index, Target::File(*at))?.to_vec());
        }
        let mut sets = Vec::new();
        if !files.is_empty() {
            sets.push(self.compiler().set_of_all(index, &files)?.to_vec());
        }
        for target in bundled_only {
            sets.push(self.compiler().set_of(index, target)?.to_vec());
        }
        Ok(compile::merge(sets)?.to_vec())
    }

    fn target_of(index: &Index, symbol: &str, name: &str) -> Result<Target, SchemaError> {
        if let Some(at) = index.file_named(symbol) {
            return Ok(Target::File(at));
        }
        for target in find_owners(index, name) {
            let text = read_text(index, target)?;
            if excerpt(&parse::parse(&text, Detail::Members), &text, name).is_some() {
                return Ok(target);
            }
        }
        Err(not_found(index, name, index.service_names().into_iter().chain(all_names(index))))
    }
}

/// Does `aside` on a thread of its own, while `here` is done on this one.
fn both<A: Send, B>(aside: &(impl Fn() -> A + Sync), here: impl FnOnce() -> B) -> (A, B) {
    std::thread::scope(|scope| {
        let running = std::thread::Builder::new().spawn_scoped(scope, aside);
        let here = here();
        // Without a thread it is done afterwards.
        let done = running.ok().and_then(|running| running.join().ok());
        (done.unwrap_or_else(aside), here)
    })
}

fn not_found(index: &Index, symbol: &str, names: impl Iterator<Item = String>) -> SchemaError {
    let places: Vec<String> = index.paths.opened.iter().map(|path| index.paths.spelled(path)).collect();
    let place = if places.len() > 3 { format!("{} opened paths", places.len()) } else { places.join(", ") };
    let place = if place.is_empty() { ".".to_owned() } else { place };
    SchemaError::NotFound { symbol: symbol.to_owned(), place, near: near::near(symbol, names) }
}

/// Opened files that are worth compiling for an outline, and problems that need no compiler.
fn suspects(index: &Index) -> (Vec<usize>, Vec<Problem>) {
    let opened = &index.files[..index.opened_count];
    let total_bytes: u64 = opened.iter().map(|record| record.loaded.stamp.len_bytes).sum();
    let (mut suspects, mut problems) = (Vec::new(), Vec::new());
    for (at, record) in opened.iter().enumerate() {
        if let Some(problem) = shadowed(index, record) {
            problems.push(problem);
        } else if total_bytes <= SMALL_TREE_BYTES
            || record.loaded.summary.is_faulty
            || !index.missing_imports(record).is_empty()
        {
            suspects.push(at);
        }
    }
    (suspects, problems)
}

/// Services of many files, over all cores.
fn services_of_all(index: &Index, files: &[usize]) -> Vec<ServiceInfo> {
    let threads = if files.len() < 32 { 1 } else { std::thread::available_parallelism().map_or(2, usize::from) };
    let work = |part: &[usize]| {
        let mut scopes = ScopeCache::default();
        part.iter().flat_map(|&at| index.services_of(at, &mut scopes)).collect::<Vec<_>>()
    };
    if threads <= 1 {
        return work(files);
    }
    std::thread::scope(|scope| {
        let parts = files.chunks(files.len().div_ceil(threads).max(1));
        let handles: Vec<_> = parts.map(|part| scope.spawn(move || work(part))).collect();
        handles.into_iter().filter_map(|handle| handle.join().ok()).flatten().collect()
    })
}

/// Files that define exactly this message, enum, service or extension.
fn find_names(index: &Index, name: &str) -> Vec<(Target, parse::DefinitionKind)> {
    let mut found = Vec::new();
    for (at, record) in index.files.iter().enumerate() {
        let Some(name) = relative(&record.loaded.summary.package, name) else { continue };
        let details = Details::decode(&record.loaded.details).unwrap_or_default();
        if let Some((kind, _)) = details.names.iter().find(|(_, known)| known == name) {
            found.push((Target::File(at), *kind));
        }
    }
    let mut scopes = ScopeCache::default();
    for (file, _) in bundled::PROTOS {
        if name.starts_with("google.")
            && let Some(kind) = scopes.names(index, Target::Bundled(file)).names.get(name)
        {
            found.push((Target::Bundled(file), *kind));
        }
    }
    found
}

/// Files that may define this symbol or one around it: the likeliest first.
fn find_owners(index: &Index, name: &str) -> Vec<Target> {
    let mut owners: Vec<Target> = Vec::new();
    let mut around = Some(name);
    while let Some(symbol) = around {
        owners.extend(find_names(index, symbol).into_iter().map(|(target, _)| target));
        around = symbol.rsplit_once('.').map(|(outer, _)| outer);
    }
    // A value of an enum is named beside it, so every file of the package may have it.
    let package = name.rsplit_once('.').map_or("", |(package, _)| package);
    let beside = (0..index.files.len()).filter(|&at| index.files[at].loaded.summary.package == package);
    owners.extend(beside.map(Target::File));
    owners.extend(
        bundled::PROTOS.iter().filter(|_| package.starts_with("google.")).map(|(file, _)| Target::Bundled(file)),
    );
    let mut seen = HashSet::new();
    owners.retain(|target| seen.insert(*target));
    owners
}

fn all_names(index: &Index) -> impl Iterator<Item = String> {
    index.files.iter().flat_map(|record| {
        let details = Details::decode(&record.loaded.details).unwrap_or_default();
        let package = record.loaded.summary.package.clone();
        details.names.into_iter().map(move |(_, name)| full_name(&package, &name))
    })
}

fn read_text(index: &Index, target: Target) -> Result<Vec<u8>, SchemaError> {
    match target {
        Target::File(at) => {
            let path = &index.files[at].loaded.path;
            load::read(path).map_err(|message| SchemaError::Io { path: index.paths.spelled(path).into(), message })
        }
        Target::Bundled(name) => Ok(bundled::text(name).unwrap_or_default().as_bytes().to_vec()),
    }
}

/// A definition as its author wrote it, moved to the left margin.
fn excerpt(parsed: &ParsedFile, text: &[u8], name: &str) -> Option<String> {
    let definition = parsed.definition(relative(&parsed.package, name)?)?;
    let start = definition.span.start;
    let lines = String::from_utf8_lossy(text.get(definition.span.clone())?).into_owned();
    let line_start = text[..start].iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    let margin = &text[line_start..start];
    let margin = if margin.iter().all(u8::is_ascii_whitespace) { String::from_utf8_lossy(margin) } else { "".into() };
    let lines: Vec<&str> =
        lines.lines().map(|line| line.strip_prefix(margin.as_ref()).unwrap_or(line).trim_end()).collect();
    Some(lines.join("\n"))
}

impl Source for FileSource {
    fn outline(&self) -> BoxFuture<'_, Result<Outline, SchemaError>> {
        Box::pin(async move { self.outline_now() })
    }

    fn problems(&self) -> BoxFuture<'_, Result<Vec<Problem>, SchemaError>> {
        Box::pin(async move { Ok(self.problems(self.index()?)) })
    }

    fn service_names(&self) -> BoxFuture<'_, Result<Vec<String>, SchemaError>> {
        Box::pin(async move { Ok(self.index()?.service_names()) })
    }

    fn service<'a>(&'a self, service: &'a str) -> BoxFuture<'a, Result<ServiceInfo, SchemaError>> {
        Box::pin(async move { self.service_now(service).map(|(_, info)| info) })
    }

    fn method<'a>(&'a self, service: &'a str, method: &'a str) -> BoxFuture<'a, Result<Method, SchemaError>> {
        Box::pin(async move { self.method_now(service, method) })
    }

    fn message_type<'a>(&'a self, full_name: &'a str) -> BoxFuture<'a, Result<MessageType, SchemaError>> {
        Box::pin(async move { self.message_type_now(full_name) })
    }

    fn definition<'a>(&'a self, symbol: &'a str) -> BoxFuture<'a, Result<String, SchemaError>> {
        Box::pin(async move { self.definition_now(symbol) })
    }

    fn descriptor_set<'a>(&'a self, symbols: &'a [String]) -> BoxFuture<'a, Result<Vec<u8>, SchemaError>> {
        Box::pin(async move { self.descriptor_set_now(symbols) })
    }
}

/// What a full compile said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// Errors, by file and line; warnings are not among them.
    pub problems: Vec<Problem>,
    /// Files compiled.
    pub file_count: usize,
    /// What a person must know of the compiler that was used: set where it was not the one on board.
    pub note: Option<String>,
}

/// Compiles everything in full (the verb `check`); `progress` is told done and total files now and then.
pub fn check(config: FileSourceConfig, progress: &dyn Fn(usize, usize)) -> Result<CheckReport, SchemaError> {
    let source = FileSource::open(config)?;
    let index = source.index()?;
    let (mut files, mut problems) = (Vec::new(), index.unreadable.clone());
    for at in 0..index.opened_count {
        match shadowed(index, &index.files[at]) {
            Some(problem) => problems.push(problem),
            None => files.push(at),
        }
    }
    let (mut done, total) = (0, files.len());
    progress(done, total);
    let verdict = source.compiler().verdict(index, &files, None, &mut |count| {
        done += count;
        progress(done, total);
    });
    problems.extend(verdict.problems);
    compile::sort(&mut problems);
    Ok(CheckReport { problems, file_count: index.opened_count, note: source.compiler().note() })
}
