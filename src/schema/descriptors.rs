//! Descriptors of one source, loaded: the files as their authors wrote them (checked, linked, never lowered) beside the
//! pool of their lowered twins. One bad file costs itself and what needs it; the rest is here.
//!
//! Reads no file and asks no server; sources hand bytes in.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::fmt;
use std::sync::{Arc, OnceLock};

use buffa_descriptor::generated::descriptor::{
    DescriptorProto, EnumDescriptorProto, EnumValueDescriptorProto, FileDescriptorProto,
};
use bytes::Bytes;

use super::link::{LinkError, SymbolKind, Symbols, link};
use super::lower::{Lowered, has_companion, lower};
use super::raw::{Bundled, RawFile, split_set};
use super::{MessageType, Method, Outline, Pool, Problem, SchemaError, ServiceInfo};
use super::{build, describe, harden, print};

/// Loaded descriptors; cheap to clone.
#[derive(Clone)]
pub(crate) struct Descriptors {
    inner: Arc<Loaded>,
}

/// What is loaded. Indices are those of `files`.
pub(super) struct Loaded {
    /// Checked and linked; those that failed are among them, see `usable`.
    pub files: Vec<RawFile>,
    pub by_name: HashMap<String, usize>,
    pub usable: Vec<bool>,
    pub symbols: Symbols,
    pub pool: Pool,
    /// What lowering could not express, by message.
    pub notes: BTreeMap<String, Vec<String>>,
    pub problems: Vec<Problem>,
    /// Names that are not defined anywhere but were referred to; each entry lists what would satisfy one reference.
    pub unresolved: Vec<Vec<String>>,
    /// Imports that are neither in the set nor bundled.
    pub missing_imports: BTreeSet<String>,
    pub place: String,
}

impl fmt::Debug for Descriptors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Descriptors")
            .field("place", &self.inner.place)
            .field("files", &self.inner.files.len())
            .field("problems", &self.inner.problems.len())
            .finish_non_exhaustive()
    }
}

impl Descriptors {
    /// Loads a serialized `FileDescriptorSet`; fails only where the bytes are no set at all.
    pub fn from_set(bytes: &Bytes, place: &str) -> Result<Self, SchemaError> {
        let files =
            split_set(bytes).map_err(|message| SchemaError::BadDescriptor { place: place.to_owned(), message })?;
        Ok(Self::from_files(files, place))
    }

    /// Loads serialized `FileDescriptorProto`s in any order, the same file perhaps several times.
    pub fn from_files(files: Vec<Bytes>, place: &str) -> Self {
        Self { inner: Arc::new(Loader::new(place).load(files)) }
    }

    /// The same for what a server sent: where it left types out, empty ones stand in for them and the problem is said,
    /// so that a service costs no more than what is really missing.
    pub fn from_server(files: Vec<Bytes>, place: &str) -> Self {
        let mut loader = Loader::new(place);
        loader.stands_in = true;
        Self { inner: Arc::new(loader.load(files)) }
    }

    /// The lowered descriptors, for values.
    pub fn pool(&self) -> &Pool {
        &self.inner.pool
    }

    /// What is wrong with single files.
    pub fn problems(&self) -> &[Problem] {
        &self.inner.problems
    }

    /// All that is loaded.
    pub(super) fn loaded(&self) -> &Loaded {
        &self.inner
    }

    /// Services in the order of files and of the text, with all problems.
    pub fn outline(&self, kind: &str) -> Outline {
        Outline {
            services: describe::services(&self.inner),
            problems: self.inner.problems.clone(),
            file_count: self.inner.files.iter().filter(|file| !file.bundled).count(),
            kind: kind.to_owned(),
        }
    }

    /// Full names of the services that were given.
    pub fn service_names(&self) -> Vec<String> {
        describe::service_names(&self.inner)
    }

    /// Whether a symbol or file of this name is here and usable.
    pub fn knows(&self, symbol: &str) -> bool {
        print::file_of(&self.inner, symbol).is_some()
    }

    /// Whether a service is defined here, in a usable file or not.
    pub fn knows_service(&self, full_name: &str) -> bool {
        self.inner.symbols.get(full_name).is_some_and(|symbol| symbol.kind == SymbolKind::Service)
    }

    /// A service by full name.
    pub fn service(&self, full_name: &str) -> Result<ServiceInfo, SchemaError> {
        describe::service(&self.inner, full_name).ok_or_else(|| self.not_found(full_name))
    }

    /// A method ready to call.
    pub fn method(&self, service: &str, method: &str) -> Result<Method, SchemaError> {
        let info = self.service(service)?;
        let Some(info) = info.methods.into_iter().find(|info| info.name == method) else {
            return Err(self.not_found(&format!("{service}/{method}")));
        };
        let input = self.message_type(&info.input)?;
        let output = self.message_type(&info.output)?;
        let notes = self.inner.notes_behind([&input, &output]);
        Ok(Method { service: service.to_owned(), info, input, output, notes })
    }

    /// A message type by full name; bundled ones are known everywhere.
    pub fn message_type(&self, full_name: &str) -> Result<MessageType, SchemaError> {
        let own = self.inner.pool.message_type(full_name);
        own.or_else(|| bundled_message_type(full_name)).ok_or_else(|| self.not_found(full_name))
    }

    /// .proto source of a symbol or file, printed from the descriptor.
    pub fn definition(&self, symbol: &str) -> Result<String, SchemaError> {
        print::definition(&self.inner, symbol)
            .or_else(|| print::definition(&bundled().inner, symbol))
            .ok_or_else(|| self.not_found(symbol))
    }

    /// The files behind `symbols` (all that was given, if empty) with their imports first, serialized, not lowered.
    pub fn descriptor_set(&self, symbols: &[String]) -> Result<Vec<u8>, SchemaError> {
        let loaded = &self.inner;
        let mut wanted = Vec::new();
        if symbols.is_empty() {
            wanted.extend((0..loaded.files.len()).filter(|index| {
                loaded.usable.get(*index) == Some(&true) && loaded.files.get(*index).is_some_and(|file| !file.bundled)
            }));
        }
        for symbol in symbols {
            wanted.push(print::file_of(loaded, symbol).ok_or_else(|| self.not_found(symbol))?);
        }
        let order = loaded.imports_first(&wanted);
        Ok(super::raw::join_set(order.iter().filter_map(|index| loaded.files.get(*index)).map(|file| &file.bytes)))
    }

    /// The error for `symbol`, with near misses; where the file that would hold it is bad, what is wrong with that.
    pub fn not_found(&self, symbol: &str) -> SchemaError {
        let loaded = &self.inner;
        let defining = print::file_of_any(loaded, symbol);
        if let Some(file) = defining.and_then(|index| loaded.files.get(index)) {
            let problems: Vec<Problem> =
                loaded.problems.iter().filter(|problem| problem.file == file.name).cloned().collect();
            if !problems.is_empty() {
                return SchemaError::Problems(problems);
            }
        }
        SchemaError::NotFound {
            symbol: symbol.to_owned(),
            place: loaded.place.clone(),
            near: describe::near(loaded, symbol),
        }
    }
}

/// The bundled descriptors, loaded on first use.
fn bundled() -> &'static Descriptors {
    static BUNDLED: OnceLock<Descriptors> = OnceLock::new();
    BUNDLED.get_or_init(|| Descriptors::from_files(Bundled::get().all(), "the bundled types"))
}

/// A well-known type, or one of google/api, google/rpc and google/type: what details of a status and `Any` hold most.
pub(crate) fn bundled_message_type(full_name: &str) -> Option<MessageType> {
    // Every bundled name starts so; others need no load.
    if !full_name.starts_with("google.") {
        return None;
    }
    bundled().pool().message_type(full_name)
}

impl Loaded {
    /// The usable files behind `wanted` with their imports first, each once; cycles are broken.
    pub fn imports_first(&self, wanted: &[usize]) -> Vec<usize> {
        let mut order = Vec::new();
        let mut seen = HashSet::new();
        // Depth first without recursion: a chain of imports may be as long as the set.
        let mut stack: Vec<(usize, usize)> = Vec::new();
        for start in wanted {
            if seen.insert(*start) {
                stack.push((*start, 0));
            }
            while let Some((index, position)) = stack.pop() {
                let Some(file) = self.files.get(index) else { continue };
                let imports = file.proto.dependency.iter().chain(&file.proto.option_dependency);
                if let Some(name) = imports.clone().nth(position) {
                    stack.push((index, position + 1));
                    if let Some(next) = self.by_name.get(name).copied().filter(|next| !seen.contains(next)) {
                        seen.insert(next);
                        stack.push((next, 0));
                    }
                } else if self.usable.get(index) == Some(&true) {
                    order.push(index);
                }
            }
        }
        order
    }

    /// Notes on every message that the given ones can hold.
    fn notes_behind<'a>(&self, types: impl IntoIterator<Item = &'a MessageType>) -> Vec<String> {
        if self.notes.is_empty() {
            return Vec::new();
        }
        let mut notes = Vec::new();
        let mut open: VecDeque<_> = types.into_iter().map(|message| message.descriptor.clone()).collect();
        let mut seen: HashSet<String> = HashSet::new();
        while let Some(message) = open.pop_front() {
            if !seen.insert(message.full_name().to_owned()) {
                continue;
            }
            notes.extend(self.notes.get(message.full_name()).into_iter().flatten().cloned());
            open.extend(message.fields().filter_map(|field| field.kind().as_message().cloned()));
        }
        notes
    }
}

/// Takes files in, step by step.
struct Loader {
    loaded: Loaded,
    /// Names of files that could not be taken, with the reason.
    refused: HashMap<String, String>,
    /// For each file the files that it refers to.
    needs: Vec<BTreeSet<usize>>,
    /// Whether types that nobody defines are made up.
    stands_in: bool,
}

impl Loader {
    fn new(place: &str) -> Self {
        Self {
            loaded: Loaded {
                files: Vec::new(),
                by_name: HashMap::new(),
                usable: Vec::new(),
                symbols: Symbols::default(),
                pool: Pool { inner: prost_reflect::DescriptorPool::new() },
                notes: BTreeMap::new(),
                problems: Vec::new(),
                unresolved: Vec::new(),
                missing_imports: BTreeSet::new(),
                place: place.to_owned(),
            },
            refused: HashMap::new(),
            needs: Vec::new(),
            stands_in: false,
        }
    }

    fn load(mut self, files: Vec<Bytes>) -> Loaded {
        for (position, bytes) in files.into_iter().enumerate() {
            self.take(bytes, position);
        }
        self.add_bundled_imports(0);
        for index in 0..self.loaded.files.len() {
            self.add_symbols(index);
        }
        let mut index = 0;
        // Linking may add bundled files at the end.
        while index < self.loaded.files.len() {
            self.link(index);
            index += 1;
        }
        self.fail_dependents();
        self.build();
        self.loaded
    }

    fn problem(&mut self, file: &str, message: String) {
        self.loaded.problems.push(Problem {
            file: file.to_owned(),
            line: None,
            column: None,
            source_line: None,
            message,
            roots: Vec::new(),
        });
    }

    /// Decodes and checks one file and takes it in.
    fn take(&mut self, bytes: Bytes, position: usize) {
        let file = match RawFile::decode(bytes) {
            Ok(file) => file,
            Err(message) => {
                let place = format!("{}, file {}", self.loaded.place, position + 1);
                return self.problem(&place, message);
            }
        };
        if let Err(message) = harden::check(&file.proto) {
            let name =
                if file.name.is_empty() { format!("{}, file {}", self.loaded.place, position + 1) } else { file.name };
            self.refused.insert(name.clone(), message.clone());
            return self.problem(&name, message);
        }
        if let Some(first) = self.loaded.by_name.get(&file.name).and_then(|index| self.loaded.files.get(*index)) {
            if !first.says_the_same_as(&file) {
                let message = "another file of this name says something else; the first one counts".to_owned();
                self.problem(&file.name, message);
            }
            return;
        }
        self.push(file);
    }

    fn push(&mut self, file: RawFile) {
        self.loaded.by_name.insert(file.name.clone(), self.loaded.files.len());
        self.loaded.files.push(file);
        self.loaded.usable.push(true);
        self.needs.push(BTreeSet::new());
    }

    /// Fills in bundled files for imports that nobody gave, from the file at `from` on.
    fn add_bundled_imports(&mut self, from: usize) {
        let mut index = from;
        while let Some(file) = self.loaded.files.get(index) {
            let missing: Vec<String> = file
                .proto
                .dependency
                .iter()
                .chain(&file.proto.option_dependency)
                .filter(|name| !self.loaded.by_name.contains_key(*name))
                .cloned()
                .collect();
            for name in missing {
                match Bundled::get().file(&name) {
                    Some(file) => self.push(file),
                    None => {
                        self.loaded.missing_imports.insert(name);
                    }
                }
            }
            index += 1;
        }
    }

    fn add_symbols(&mut self, index: usize) {
        let Some(file) = self.loaded.files.get(index) else { return };
        let Err((symbol, first)) = self.loaded.symbols.add(index, &file.proto) else { return };
        let bundled = file.bundled;
        let name = file.name.clone();
        let first = self.loaded.files.get(first).map(|file| file.name.clone()).unwrap_or_default();
        self.set_unusable(index);
        // A bundled file gives way without a word.
        if !bundled {
            let message = if first == name {
                format!("{symbol} is defined twice")
            } else {
                format!("{symbol} is already defined in {first}")
            };
            self.problem(&name, message);
        }
    }

    fn set_unusable(&mut self, index: usize) {
        if let Some(usable) = self.loaded.usable.get_mut(index) {
            *usable = false;
        }
    }

    fn link(&mut self, index: usize) {
        loop {
            if self.loaded.usable.get(index) != Some(&true) {
                return;
            }
            let Loaded { files, by_name, symbols, .. } = &mut self.loaded;
            let error = match link(files, by_name, index, symbols) {
                Ok(needs) => {
                    if let Some(slot) = self.needs.get_mut(index) {
                        *slot = needs;
                    }
                    return;
                }
                Err(error) => error,
            };
            if let LinkError::Unresolved { candidates, is_enum, message } = &error {
                let bundled = candidates.iter().find_map(|name| Bundled::get().file_of_symbol(name));
                if let Some(file) = bundled.filter(|file| !self.loaded.by_name.contains_key(&file.name)) {
                    let first_new = self.loaded.files.len();
                    self.push(file);
                    self.add_bundled_imports(first_new);
                    for added in first_new..self.loaded.files.len() {
                        self.add_symbols(added);
                    }
                    continue;
                }
                self.loaded.unresolved.push(candidates.clone());
                if self.stands_in && self.stand_in(candidates, *is_enum) {
                    let name = self.loaded.files.get(index).map(|file| file.name.clone()).unwrap_or_default();
                    self.problem(&name, format!("{message}; an empty type stands in for it"));
                    continue;
                }
            }
            return self.fail_link(index, &error);
        }
    }

    /// Makes up a type under the outermost of the names that would do. Each call defines a name that was not defined
    /// before, so linking ends.
    fn stand_in(&mut self, candidates: &[String], is_enum: bool) -> bool {
        let Some(full_name) = candidates.last() else { return false };
        let (package, name) = full_name.rsplit_once('.').unwrap_or(("", full_name));
        let mut proto = FileDescriptorProto {
            name: Some(format!("{full_name} (missing)")),
            package: (!package.is_empty()).then(|| package.to_owned()),
            syntax: Some("proto3".to_owned()),
            ..Default::default()
        };
        if is_enum {
            let zero = EnumValueDescriptorProto {
                name: Some(format!("{}_UNKNOWN", name.to_uppercase())),
                number: Some(0),
                ..Default::default()
            };
            proto.enum_type =
                vec![EnumDescriptorProto { name: Some(name.to_owned()), value: vec![zero], ..Default::default() }];
        } else {
            proto.message_type = vec![DescriptorProto { name: Some(name.to_owned()), ..Default::default() }];
        }
        let index = self.loaded.files.len();
        if self.loaded.symbols.add(index, &proto).is_err() {
            return false;
        }
        let file_name = proto.name.clone().unwrap_or_default();
        let mut file = RawFile { name: file_name, bytes: Bytes::new(), proto, bundled: true, stand_in: true };
        if file.refresh().is_err() {
            return false;
        }
        self.push(file);
        let note = format!("{full_name} is not known: the server did not send it, so it is empty here");
        self.loaded.notes.entry(full_name.clone()).or_default().push(note);
        true
    }

    /// Says why a file cannot be linked, and which import may be to blame.
    fn fail_link(&mut self, index: usize, error: &LinkError) {
        self.set_unusable(index);
        let Some(file) = self.loaded.files.get(index) else { return };
        let name = file.name.clone();
        let mut message = error.message().to_owned();
        if matches!(error, LinkError::Unresolved { .. }) {
            let blamed: Vec<String> = file
                .proto
                .dependency
                .iter()
                .filter_map(|import| match self.loaded.by_name.get(import) {
                    Some(index) if self.loaded.usable.get(*index) == Some(&false) => {
                        Some(format!("{import} cannot be used"))
                    }
                    Some(_) => None,
                    None if self.refused.contains_key(import) => Some(format!("{import} cannot be used")),
                    None => Some(format!("{import} is missing")),
                })
                .collect();
            if !blamed.is_empty() {
                message = format!("{message} (import {})", blamed.join(", import "));
            }
        }
        self.problem(&name, message);
    }

    /// A file that needs an unusable one is unusable too.
    fn fail_dependents(&mut self) {
        let mut dependents: HashMap<usize, Vec<usize>> = HashMap::new();
        for (index, needs) in self.needs.iter().enumerate() {
            for needed in needs {
                dependents.entry(*needed).or_default().push(index);
            }
        }
        let mut open: Vec<usize> =
            self.loaded.usable.iter().enumerate().filter(|(_, usable)| !**usable).map(|(index, _)| index).collect();
        while let Some(failed) = open.pop() {
            for dependent in dependents.get(&failed).cloned().unwrap_or_default() {
                if self.loaded.usable.get(dependent) != Some(&true) {
                    continue;
                }
                self.set_unusable(dependent);
                open.push(dependent);
                let name_of = |index: usize| self.loaded.files.get(index).map(|file| file.name.clone());
                let (name, needed) = (name_of(dependent).unwrap_or_default(), name_of(failed).unwrap_or_default());
                self.problem(&name, format!("it needs {needed}, which cannot be used"));
            }
        }
    }

    /// Lowers what is usable and builds the pool; what the value engine refuses is unusable as well.
    fn build(&mut self) {
        let companions: Vec<bool> = self.loaded.files.iter().map(|file| has_companion(&file.proto)).collect();
        let mut units = Vec::new();
        for (index, file) in self.loaded.files.iter().enumerate() {
            if self.loaded.usable.get(index) != Some(&true) {
                continue;
            }
            let needs: BTreeSet<usize> = self.needs.get(index).cloned().unwrap_or_default();
            let names: Vec<(String, bool)> = needs
                .iter()
                .filter_map(|needed| {
                    let file = self.loaded.files.get(*needed)?;
                    Some((file.name.clone(), companions.get(*needed).copied().unwrap_or_default()))
                })
                .collect();
            let Lowered { files, notes } = lower(&file.proto, &names);
            self.loaded.notes.extend(notes);
            units.push(build::Unit { index, files, needs });
        }
        let built = build::build(units);
        self.loaded.pool = Pool { inner: built.pool };
        for (index, message) in built.refused {
            self.set_unusable(index);
            let name = self.loaded.files.get(index).map(|file| file.name.clone()).unwrap_or_default();
            self.problem(&name, message);
        }
    }
}

impl Loaded {
    /// The usable file at `index`.
    pub fn usable_file(&self, index: usize) -> Option<&RawFile> {
        (self.usable.get(index) == Some(&true)).then(|| self.files.get(index)).flatten()
    }

    /// Usable files that were given (not filled in), in their order.
    pub fn own_files(&self) -> impl Iterator<Item = (usize, &FileDescriptorProto)> {
        self.files
            .iter()
            .enumerate()
            .filter(|(index, file)| !file.bundled && self.usable.get(*index) == Some(&true))
            .map(|(index, file)| (index, &file.proto))
    }

    /// A message, enum or service of a usable file.
    pub fn symbol(&self, full_name: &str) -> Option<(usize, SymbolKind)> {
        let symbol = self.symbols.get(full_name)?;
        (self.usable.get(symbol.file) == Some(&true)).then_some((symbol.file, symbol.kind))
    }
}
