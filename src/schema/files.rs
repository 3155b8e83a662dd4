//! Sources of .proto files and folders.

use std::path::PathBuf;

use super::{BoxFuture, MessageType, Method, Outline, Problem, SchemaError, ServiceInfo, Source};

/// What to open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileSourceConfig {
    /// Files and whole folders, as the person gave them.
    pub paths: Vec<PathBuf>,
    /// Import roots in order; where empty, they are worked out (a file's own tree usually implies its root).
    pub import_roots: Vec<PathBuf>,
    /// Where results are kept by content; `None` keeps nothing. The engine passes the user's cache folder.
    pub cache_dir: Option<PathBuf>,
}

/// .proto files and folders with their import roots.
#[derive(Debug)]
pub struct FileSource {}

impl FileSource {
    /// Opens (reads nothing yet but what it needs to say that a path does not exist).
    pub fn open(config: FileSourceConfig) -> Result<Self, SchemaError> {
        let _ = config;
        unimplemented!()
    }

    /// Folders and files to watch; a change means that a new `FileSource` should be opened.
    pub fn watched_paths(&self) -> Vec<PathBuf> {
        unimplemented!()
    }
}

impl Source for FileSource {
    fn outline(&self) -> BoxFuture<'_, Result<Outline, SchemaError>> {
        unimplemented!()
    }
    fn service_names(&self) -> BoxFuture<'_, Result<Vec<String>, SchemaError>> {
        unimplemented!()
    }
    fn service<'a>(&'a self, _service: &'a str) -> BoxFuture<'a, Result<ServiceInfo, SchemaError>> {
        unimplemented!()
    }
    fn method<'a>(&'a self, _service: &'a str, _method: &'a str) -> BoxFuture<'a, Result<Method, SchemaError>> {
        unimplemented!()
    }
    fn message_type<'a>(&'a self, _full_name: &'a str) -> BoxFuture<'a, Result<MessageType, SchemaError>> {
        unimplemented!()
    }
    fn definition<'a>(&'a self, _symbol: &'a str) -> BoxFuture<'a, Result<String, SchemaError>> {
        unimplemented!()
    }
    fn descriptor_set<'a>(&'a self, _symbols: &'a [String]) -> BoxFuture<'a, Result<Vec<u8>, SchemaError>> {
        unimplemented!()
    }
}

/// What a full compile said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// Errors, by file and line; warnings are not among them.
    pub problems: Vec<Problem>,
    /// Files compiled.
    pub file_count: usize,
}

/// Compiles everything in full (the verb `check`); `progress` is told done and total files now and then.
pub fn check(config: FileSourceConfig, progress: &dyn Fn(usize, usize)) -> Result<CheckReport, SchemaError> {
    let _ = (config, progress);
    unimplemented!()
}
