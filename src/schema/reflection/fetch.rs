//! Asking a reflecting server: what for, in how many steps, and what it gave.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use bytes::Bytes;
use prost::Message as _;

use super::super::SchemaError;
use super::super::descriptors::Descriptors;
use super::super::raw::{Bundled, RawFile};
use super::proto::{Answer, Ask, Request, Response};
use super::{ReflectionFailure, ReflectionTransport};

const V1: &str = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
const V1ALPHA: &str = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";

const UNIMPLEMENTED: u32 = 12;
const INTERNAL: u32 = 13;

/// Steps of asking for what is still missing; each goes one import deeper.
const ROUNDS_LIMIT: usize = 100;
/// A server's files; googleapis as a whole has 7,000.
const FILES_LIMIT: usize = 20_000;
const BYTES_LIMIT: usize = 256 << 20;
/// Of a server's words about a refusal.
const WORDS_LIMIT_CHARS: usize = 2_000;
/// Questions in one exchange.
const QUESTIONS_LIMIT: usize = 256;

/// The versions of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    V1,
    V1Alpha,
}

impl Version {
    fn path(self) -> &'static str {
        match self {
            Self::V1 => V1,
            Self::V1Alpha => V1ALPHA,
        }
    }
}

/// Asks, remembers, and makes descriptors of what came.
pub(super) struct Fetcher {
    transport: Arc<dyn ReflectionTransport>,
    place: String,
    /// Which version the server answered.
    version: Option<Version>,
    services: Option<Vec<String>>,
    /// In the order in which they came.
    files: Vec<Bytes>,
    file_names: HashSet<String>,
    /// Files without a name, as they came; they are kept under made-up ones.
    unnamed: Vec<Bytes>,
    bytes_len: usize,
    /// Imports of what came.
    imports: BTreeSet<String>,
    /// Questions asked before, with the error of those that were refused.
    asked: HashMap<Ask, Option<String>>,
    /// Made anew when files have come.
    descriptors: Option<Descriptors>,
}

impl Fetcher {
    pub fn new(transport: Arc<dyn ReflectionTransport>, place: &str) -> Self {
        Self {
            transport,
            place: place.to_owned(),
            version: None,
            services: None,
            files: Vec::new(),
            file_names: HashSet::new(),
            unnamed: Vec::new(),
            bytes_len: 0,
            imports: BTreeSet::new(),
            asked: HashMap::new(),
            descriptors: None,
        }
    }

    /// For a badge.
    pub fn kind(&self) -> &'static str {
        match self.version {
            Some(Version::V1Alpha) => "reflection v1alpha",
            Some(Version::V1) | None => "reflection v1",
        }
    }

    /// Whether nothing was loaded yet.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Descriptors of everything that came so far.
    pub fn descriptors(&mut self) -> Descriptors {
        self.descriptors.get_or_insert_with(|| Descriptors::from_server(self.files.clone(), &self.place)).clone()
    }

    /// Why the server gave no file for a symbol, if it said so.
    pub fn refusal(&self, symbol: &str) -> Option<&str> {
        self.asked.get(&Ask::FileContainingSymbol(symbol.to_owned()))?.as_deref()
    }

    /// The server's services; asked once.
    pub async fn service_names(&mut self) -> Result<Vec<String>, SchemaError> {
        if let Some(services) = &self.services {
            return Ok(services.clone());
        }
        let ask = Ask::ListServices("*".to_owned());
        let answers = self.exchange(&[ask]).await.map_err(SchemaError::Reflection)?;
        let mut names = Vec::new();
        let mut refusal = None;
        for (_, answer) in answers {
            match answer {
                Answer::Services(services) => names.extend(services.services.into_iter().map(|service| service.name)),
                Answer::Error(error) => refusal = Some(error),
                Answer::Files(_) => {}
            }
        }
        if let (true, Some(error)) = (names.is_empty(), refusal) {
            return Err(SchemaError::Reflection(ReflectionFailure {
                code: u32::try_from(error.code).unwrap_or(INTERNAL),
                message: shortened(error.message),
                source: None,
            }));
        }
        let mut seen = HashSet::new();
        names.retain(|name| !name.is_empty() && seen.insert(name.clone()));
        self.services = Some(names.clone());
        Ok(names)
    }

    /// Loads many services; gives the errors of those that the server refused. One exchange where the server is good,
    /// one for each service where a single bad one ends the stream.
    pub async fn load_services(&mut self, names: &[String]) -> Result<BTreeMap<String, String>, SchemaError> {
        let mut failures = BTreeMap::new();
        for batch in names.chunks(QUESTIONS_LIMIT) {
            let asks: Vec<Ask> = batch.iter().cloned().map(Ask::FileContainingSymbol).collect();
            if self.ask(&asks).await.is_ok() {
                continue;
            }
            let mut succeeded = false;
            let mut first: Option<ReflectionFailure> = None;
            for (name, ask) in batch.iter().zip(asks) {
                match self.ask(&[ask]).await {
                    Ok(()) => succeeded = true,
                    Err(failure) => {
                        failures.insert(name.clone(), failure.message.clone());
                        first.get_or_insert(failure);
                    }
                }
            }
            // Where nothing at all can be had, it is the server and not a service.
            if let (false, Some(failure), true) = (succeeded, first, self.files.is_empty()) {
                return Err(SchemaError::Reflection(failure));
            }
        }
        for name in names {
            if let Some(Some(refusal)) = self.asked.get(&Ask::FileContainingSymbol(name.clone())) {
                failures.entry(name.clone()).or_insert_with(|| refusal.clone());
            }
        }
        let refused: Vec<String> = failures.keys().cloned().collect();
        for name in refused {
            if self.ask(&guessed_files(&name)).await.is_ok() && self.descriptors().service(&name).is_ok() {
                failures.remove(&name);
            }
        }
        self.complete().await?;
        Ok(failures)
    }

    /// Loads what one service needs.
    pub async fn load_service(&mut self, name: &str) -> Result<Descriptors, SchemaError> {
        let asked = self.ask(&[Ask::FileContainingSymbol(name.to_owned())]).await;
        let descriptors = match &asked {
            Ok(()) => self.complete().await?,
            Err(_) => self.descriptors(),
        };
        if descriptors.knows_service(name) {
            return Ok(descriptors);
        }
        // Some servers know files by name only.
        let guessed = match asked {
            Err(failure) if Self::is_fatal(&failure) => Err(failure),
            _ => self.ask(&guessed_files(name)).await,
        };
        let descriptors = self.complete().await?;
        match guessed {
            Err(failure) if !descriptors.knows_service(name) && Self::is_fatal(&failure) => {
                Err(SchemaError::Reflection(failure))
            }
            _ => Ok(descriptors),
        }
    }

    /// Loads what defines a symbol of any kind, or a file by its name.
    pub async fn load_symbol(&mut self, symbol: &str) -> Result<Descriptors, SchemaError> {
        let mut descriptors = self.descriptors();
        let mut last_failure = None;
        for ask in questions_for(symbol) {
            if descriptors.knows(symbol) {
                return Ok(descriptors);
            }
            match self.ask(&[ask]).await {
                Ok(()) => descriptors = self.complete().await?,
                Err(failure) if Self::is_fatal(&failure) => return Err(SchemaError::Reflection(failure)),
                Err(failure) => last_failure = Some(failure),
            }
        }
        match last_failure {
            Some(failure) if self.files.is_empty() => Err(SchemaError::Reflection(failure)),
            _ => Ok(descriptors),
        }
    }

    /// NOT_FOUND and the like concern one question; everything else the server.
    fn is_fatal(failure: &ReflectionFailure) -> bool {
        const INVALID_ARGUMENT: u32 = 3;
        const NOT_FOUND: u32 = 5;
        !matches!(failure.code, INVALID_ARGUMENT | NOT_FOUND)
    }

    /// Asks for missing imports and undefined types until nothing new comes.
    async fn complete(&mut self) -> Result<Descriptors, SchemaError> {
        for _ in 0..ROUNDS_LIMIT {
            let missing: Vec<Ask> = self
                .imports
                .iter()
                .filter(|name| !self.file_names.contains(*name) && !Bundled::get().has_file(name))
                .map(|name| Ask::FileByFilename(name.clone()))
                .filter(|ask| !self.asked.contains_key(ask))
                .take(QUESTIONS_LIMIT)
                .collect();
            if !missing.is_empty() {
                self.ask_each(missing).await?;
                continue;
            }
            let descriptors = self.descriptors();
            let undefined: BTreeSet<&String> = descriptors.loaded().unresolved.iter().flatten().collect();
            let undefined: Vec<Ask> = undefined
                .into_iter()
                .map(|name| Ask::FileContainingSymbol(name.clone()))
                .filter(|ask| !self.asked.contains_key(ask))
                .take(QUESTIONS_LIMIT)
                .collect();
            if undefined.is_empty() {
                return Ok(descriptors);
            }
            self.ask_each(undefined).await?;
        }
        Ok(self.descriptors())
    }

    /// Asks all at once, and one by one where that ends the stream.
    async fn ask_each(&mut self, asks: Vec<Ask>) -> Result<(), SchemaError> {
        if self.ask(&asks).await.is_ok() {
            return Ok(());
        }
        for ask in asks {
            if let Err(failure) = self.ask(std::slice::from_ref(&ask)).await {
                if Self::is_fatal(&failure) && !matches!(failure.code, 2 | INTERNAL | UNIMPLEMENTED) {
                    return Err(SchemaError::Reflection(failure));
                }
                self.asked.insert(ask, Some(failure.message));
            }
        }
        Ok(())
    }

    /// Asks what was not asked before and takes the files in. Refusals of single questions are remembered.
    async fn ask(&mut self, asks: &[Ask]) -> Result<(), ReflectionFailure> {
        let new: Vec<Ask> = asks.iter().filter(|ask| !self.asked.contains_key(*ask)).cloned().collect();
        if new.is_empty() {
            return Ok(());
        }
        let answers = self.exchange(&new).await?;
        for ask in &new {
            self.asked.entry(ask.clone()).or_insert(None);
        }
        for (ask, answer) in answers {
            match answer {
                Answer::Files(files) => {
                    for bytes in files.files {
                        self.take(bytes)?;
                    }
                }
                Answer::Error(error) => {
                    if let Some(ask) = ask {
                        self.asked.insert(ask, Some(shortened(error.message)));
                    }
                }
                Answer::Services(_) => {}
            }
        }
        Ok(())
    }

    /// Takes one file in, if it is new.
    fn take(&mut self, bytes: Bytes) -> Result<(), ReflectionFailure> {
        self.bytes_len = self.bytes_len.saturating_add(bytes.len());
        if self.files.len() >= FILES_LIMIT || self.bytes_len > BYTES_LIMIT {
            return Err(ReflectionFailure {
                code: INTERNAL,
                message: format!("the server's schema is larger than {FILES_LIMIT} files or {} MiB", BYTES_LIMIT >> 20),
                source: None,
            });
        }
        // What cannot be read is kept too, once: its problem is shown.
        let mut bytes = bytes;
        let (name, imports) = match RawFile::decode(bytes.clone()) {
            Ok(mut file) => {
                if file.name.is_empty() {
                    if self.files.contains(&bytes) || self.unnamed.contains(&bytes) {
                        return Ok(());
                    }
                    self.unnamed.push(bytes);
                    file.proto.name = Some(format!("unnamed_{}.proto", self.unnamed.len()));
                    file.refresh().map_err(|message| ReflectionFailure { code: INTERNAL, message, source: None })?;
                    file.name = file.proto.name.clone().unwrap_or_default();
                    bytes = file.bytes;
                }
                (file.name, file.proto.dependency.into_iter().chain(file.proto.option_dependency).collect())
            }
            Err(_) if self.files.contains(&bytes) => return Ok(()),
            Err(_) => (format!("\0{}", self.files.len()), Vec::new()),
        };
        if self.file_names.insert(name) {
            self.imports.extend(imports);
            self.files.push(bytes);
            self.descriptors = None;
        }
        Ok(())
    }

    /// One exchange, with the older protocol where the newer is not implemented.
    async fn exchange(&mut self, asks: &[Ask]) -> Result<Vec<(Option<Ask>, Answer)>, ReflectionFailure> {
        let requests: Vec<Bytes> =
            asks.iter().map(|ask| Bytes::from(Request { ask: Some(ask.clone()) }.encode_to_vec())).collect();
        let version = self.version.unwrap_or(Version::V1);
        let mut outcome = self.transport.exchange(version.path(), requests.clone()).await;
        if self.version.is_none() {
            self.version = match &outcome {
                Ok(_) => Some(Version::V1),
                Err(failure) if failure.code == UNIMPLEMENTED => {
                    outcome = self.transport.exchange(V1ALPHA, requests).await;
                    match &outcome {
                        Ok(_) => Some(Version::V1Alpha),
                        Err(failure) if failure.code == UNIMPLEMENTED => {
                            return Err(ReflectionFailure {
                                code: UNIMPLEMENTED,
                                message: "the server offers no reflection, neither v1 nor v1alpha".to_owned(),
                                source: failure.source.clone(),
                            });
                        }
                        // The server did answer this version.
                        Err(_) => None,
                    }
                }
                Err(_) => None,
            };
        }
        read_answers(asks, &outcome?)
    }
}

/// What a server says of a refusal, in a length that a person reads.
fn shortened(mut words: String) -> String {
    if let Some((end, _)) = words.char_indices().nth(WORDS_LIMIT_CHARS) {
        words.truncate(end);
        words.push('…');
    }
    words
}

/// Joins answers to questions: by what a server says that it answers, else by position.
fn read_answers(asks: &[Ask], answers: &[Bytes]) -> Result<Vec<(Option<Ask>, Answer)>, ReflectionFailure> {
    let mut read = Vec::with_capacity(answers.len());
    for (position, bytes) in answers.iter().enumerate() {
        let response = Response::decode(bytes.clone()).map_err(|error| ReflectionFailure {
            code: INTERNAL,
            message: format!("the server's reflection answer cannot be read: {error}"),
            source: None,
        })?;
        let said = response.original_request.and_then(|request| request.ask).filter(|ask| asks.contains(ask));
        let ask = said.or_else(|| asks.get(position).filter(|_| answers.len() == asks.len()).cloned());
        if let Some(answer) = response.answer {
            read.push((ask, answer));
        }
    }
    Ok(read)
}

/// Questions that may lead to a symbol, best first.
fn questions_for(symbol: &str) -> Vec<Ask> {
    let mut asks = Vec::new();
    // An import name holds slashes too; a method's never ends so.
    if std::path::Path::new(symbol).extension().is_some_and(|extension| extension == "proto") {
        asks.push(Ask::FileByFilename(symbol.to_owned()));
    }
    let name = symbol.trim_start_matches(['.', '/']);
    if let Some((service, _)) = name.split_once('/') {
        // Every server that knows a method knows its service, but not the other way round.
        asks.push(Ask::FileContainingSymbol(service.to_owned()));
        asks.extend(guessed_files(service));
        return asks;
    }
    asks.push(Ask::FileContainingSymbol(name.to_owned()));
    if let Some((parent, _)) = name.rsplit_once('.') {
        asks.push(Ask::FileContainingSymbol(parent.to_owned()));
    }
    asks
}

/// Files in which authors usually put a symbol, for servers that know nothing but files.
fn guessed_files(full_name: &str) -> Vec<Ask> {
    let (package, name) = full_name.rsplit_once('.').unwrap_or(("", full_name));
    let folder = package.replace('.', "/");
    let last = package.rsplit('.').next().unwrap_or_default();
    let mut snake = String::new();
    for (position, c) in name.chars().enumerate() {
        if c.is_ascii_uppercase() && position > 0 {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    let lower = name.to_lowercase();
    let mut names = Vec::new();
    for file in [snake.as_str(), lower.as_str(), last] {
        if !file.is_empty() {
            if !folder.is_empty() {
                names.push(format!("{folder}/{file}.proto"));
            }
            names.push(format!("{file}.proto"));
        }
    }
    if !folder.is_empty() {
        names.push(format!("{folder}.proto"));
    }
    let mut seen = HashSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names.into_iter().map(Ask::FileByFilename).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guesses() {
        let names: Vec<String> = guessed_files("shop.v1.OrderService")
            .into_iter()
            .filter_map(|ask| if let Ask::FileByFilename(name) = ask { Some(name) } else { None })
            .collect();
        for expect in ["shop/v1/order_service.proto", "order_service.proto", "shop/v1/v1.proto", "shop/v1.proto"] {
            assert!(names.iter().any(|name| name == expect), "{expect} is not in {names:?}");
        }
    }
}
