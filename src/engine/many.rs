//! Files of both kinds as one source: .proto files with their roots, and descriptor sets.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::schema::{
    BoxFuture, DescriptorSetSource, FileSource, FileSourceConfig, MessageType, Method, Outline, Problem, SchemaError,
    ServiceInfo, Source,
};

/// What to open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SchemaFiles {
    /// .proto files and folders.
    pub protos: Vec<PathBuf>,
    /// Import roots, in order.
    pub import_roots: Vec<PathBuf>,
    /// Descriptor sets.
    pub descriptor_sets: Vec<PathBuf>,
    /// Where results are kept.
    pub cache_dir: Option<PathBuf>,
}

impl SchemaFiles {
    /// Sorts paths by what they are: names that end in `.binpb`, `.pb`, `.protoset`, `.desc` are descriptor sets.
    pub fn sorted(paths: &[PathBuf], import_roots: &[PathBuf], cache_dir: Option<PathBuf>) -> Self {
        let (descriptor_sets, protos) = paths.iter().cloned().partition(|path| is_descriptor_set(path));
        Self { protos, import_roots: import_roots.to_vec(), descriptor_sets, cache_dir }
    }

    /// Nothing to open.
    pub fn is_empty(&self) -> bool {
        self.protos.is_empty() && self.descriptor_sets.is_empty()
    }
}

fn is_descriptor_set(path: &Path) -> bool {
    path.extension()
        .and_then(|end| end.to_str())
        .is_some_and(|end| ["binpb", "pb", "protoset", "desc"].iter().any(|known| end.eq_ignore_ascii_case(known)))
        && !path.is_dir()
}

/// Several sources that answer as one: the first that knows a symbol gives it.
pub struct ManySources {
    sources: Vec<Arc<dyn Source>>,
}

/// A source with the files to watch for it.
pub type OpenedFiles = (Arc<dyn Source>, Vec<PathBuf>);

/// Opens `files`; also gives what to watch. Blocks on the disk.
pub fn open_files(files: &SchemaFiles) -> Result<OpenedFiles, SchemaError> {
    let mut sources: Vec<Arc<dyn Source>> = Vec::new();
    let mut watched = files.descriptor_sets.clone();
    if !files.protos.is_empty() {
        let source = FileSource::open(FileSourceConfig {
            paths: files.protos.clone(),
            import_roots: files.import_roots.clone(),
            cache_dir: files.cache_dir.clone(),
        })?;
        watched.extend(source.watched_paths());
        sources.push(Arc::new(source));
    }
    if !files.descriptor_sets.is_empty() {
        sources.push(Arc::new(DescriptorSetSource::open(&files.descriptor_sets)?));
    }
    let source = match sources.len() {
        1 => sources.remove(0),
        _ => Arc::new(ManySources { sources }),
    };
    Ok((source, watched))
}

impl ManySources {
    /// Asks `sources` in their order.
    pub fn new(sources: Vec<Arc<dyn Source>>) -> Self {
        Self { sources }
    }

    /// The first answer that is not "no such symbol"; otherwise the last refusal.
    async fn first<'a, T>(
        &'a self,
        symbol: &'a str,
        ask: impl Fn(&'a dyn Source) -> BoxFuture<'a, Result<T, SchemaError>>,
    ) -> Result<T, SchemaError> {
        let mut missing =
            SchemaError::NotFound { symbol: symbol.to_owned(), place: "the schema".to_owned(), near: vec![] };
        for source in &self.sources {
            match ask(source.as_ref()).await {
                Err(error @ SchemaError::NotFound { .. }) => missing = error,
                other => return other,
            }
        }
        Err(missing)
    }
}

impl Source for ManySources {
    fn problems(&self) -> BoxFuture<'_, Result<Vec<Problem>, SchemaError>> {
        Box::pin(async move {
            let mut all = Vec::new();
            for source in &self.sources {
                all.extend(source.problems().await?);
            }
            Ok(all)
        })
    }

    fn outline(&self) -> BoxFuture<'_, Result<Outline, SchemaError>> {
        Box::pin(async move {
            let mut whole = Outline::default();
            let mut kinds = Vec::new();
            for source in &self.sources {
                let part = source.outline().await?;
                whole.services.extend(part.services);
                whole.problems.extend(part.problems);
                whole.file_count += part.file_count;
                kinds.push(part.kind);
            }
            whole.kind = kinds.join(" + ");
            Ok(whole)
        })
    }

    fn service_names(&self) -> BoxFuture<'_, Result<Vec<String>, SchemaError>> {
        Box::pin(async move {
            let mut names = Vec::new();
            for source in &self.sources {
                names.extend(source.service_names().await?);
            }
            names.sort();
            names.dedup();
            Ok(names)
        })
    }

    fn service<'a>(&'a self, service: &'a str) -> BoxFuture<'a, Result<ServiceInfo, SchemaError>> {
        Box::pin(self.first(service, move |source| source.service(service)))
    }

    fn method<'a>(&'a self, service: &'a str, method: &'a str) -> BoxFuture<'a, Result<Method, SchemaError>> {
        Box::pin(self.first(service, move |source| source.method(service, method)))
    }

    fn message_type<'a>(&'a self, full_name: &'a str) -> BoxFuture<'a, Result<MessageType, SchemaError>> {
        Box::pin(self.first(full_name, move |source| source.message_type(full_name)))
    }

    fn definition<'a>(&'a self, symbol: &'a str) -> BoxFuture<'a, Result<String, SchemaError>> {
        Box::pin(self.first(symbol, move |source| source.definition(symbol)))
    }

    fn descriptor_set<'a>(&'a self, symbols: &'a [String]) -> BoxFuture<'a, Result<Vec<u8>, SchemaError>> {
        Box::pin(async move {
            // Serialized sets concatenate into one set: that is what a repeated field on the wire means.
            let mut whole = Vec::new();
            let mut last = None;
            for source in &self.sources {
                match source.descriptor_set(symbols).await {
                    Ok(part) => whole.extend(part),
                    Err(error @ SchemaError::NotFound { .. }) => last = Some(error),
                    Err(error) => return Err(error),
                }
            }
            match last {
                Some(error) if whole.is_empty() => Err(error),
                _ => Ok(whole),
            }
        })
    }
}
