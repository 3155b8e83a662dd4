//! Opening a source and watching its files.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use notify_debouncer_full::notify::{RecommendedWatcher, RecursiveMode};
use notify_debouncer_full::{DebounceEventResult, Debouncer, RecommendedCache, new_debouncer};

use super::endpoint::at_home;
use super::event::SourceFailure;
use super::live::Teller;
use super::resolve::placed;
use super::{
    EndedCall, Endpoint, Event, Reflector, Registries, SchemaFiles, SourceId, SourceSpec, load_options, open_files,
};
use crate::call::Metadata;
use crate::schema::{Outline, ReflectionSource, SchemaError, Source};
use crate::transport::Pool;

/// Editors write a file in several steps; a reload begins when they are done.
const SETTLE: Duration = Duration::from_millis(200);

/// An open source.
pub(super) struct Opened {
    pub(super) source: Arc<dyn Source>,
    /// Dropped with the source, which ends the watching.
    _watcher: Option<Debouncer<RecommendedWatcher, RecommendedCache>>,
}

/// Reads a source in full enough for a tree.
pub(super) async fn open(
    id: SourceId,
    spec: SourceSpec,
    shared: Arc<Mutex<Metadata>>,
    pool: Pool,
    registries: &Registries,
    cache_dir: Option<PathBuf>,
    teller: &Teller,
) -> Result<(Opened, Outline), SourceFailure> {
    match spec {
        SourceSpec::Reflection { endpoint, metadata } => {
            let metadata = super::running::checked(&metadata).map_err(plain)?;
            *shared.lock().unwrap_or_else(PoisonError::into_inner) = metadata;
            open_reflection(endpoint, shared, pool, registries).await
        }
        SourceSpec::Files { paths, import_roots } => {
            let at_home = |paths: Vec<PathBuf>| paths.iter().map(|path| at_home(path)).collect::<Vec<_>>();
            let files = SchemaFiles::sorted(&at_home(paths), &at_home(import_roots), cache_dir);
            let runtime = tokio::runtime::Handle::current();
            let teller = teller.clone();
            let work = tokio::task::spawn_blocking(move || {
                let (source, watched) = open_files(&files).map_err(|error| failure(&error))?;
                let outline = runtime.block_on(source.outline()).map_err(|error| failure(&error))?;
                Ok((Opened { source, _watcher: watch(id, &watched, teller) }, outline))
            });
            work.await.unwrap_or_else(|error| Err(plain(error.to_string())))
        }
    }
}

async fn open_reflection(
    endpoint: Endpoint,
    metadata: Arc<Mutex<Metadata>>,
    pool: Pool,
    registries: &Registries,
) -> Result<(Opened, Outline), SourceFailure> {
    let address = endpoint.address.clone();
    let endpoint = placed(endpoint, registries).await.map_err(plain)?;
    let loaded = tokio::task::spawn_blocking(move || load_options(&endpoint)).await;
    let (target, options) =
        loaded.map_err(|error| plain(error.to_string()))?.map_err(|error| plain(error.to_string()))?;
    let reflector = Reflector::shared(pool.channel(&target, &options), metadata);
    let source: Arc<dyn Source> = Arc::new(ReflectionSource::new(Arc::new(reflector), &address));
    let outline = source.outline().await.map_err(|error| failure(&error))?;
    Ok((Opened { source, _watcher: None }, outline))
}

fn plain(message: String) -> SourceFailure {
    SourceFailure { message, status: None }
}

/// A schema's error as the window shows it; the status of a call that failed on the way is taken out again.
fn failure(error: &SchemaError) -> SourceFailure {
    let status = match error {
        SchemaError::Reflection(failed) => failed
            .source
            .as_ref()
            .and_then(|source| source.downcast_ref::<EndedCall>())
            .map(|ended| Arc::clone(&ended.0)),
        _ => None,
    };
    SourceFailure { message: error.to_string(), status }
}

/// Tells when a watched file changes. Where the system cannot watch, F5 remains.
fn watch(id: SourceId, paths: &[PathBuf], teller: Teller) -> Option<Debouncer<RecommendedWatcher, RecommendedCache>> {
    let tell = move |result: DebounceEventResult| {
        let touched = result.is_ok_and(|events| {
            events.iter().any(|event| !event.kind.is_access() && event.paths.iter().any(|path| matters(path)))
        });
        if touched {
            teller.tell_blocking(Event::SourceChanged(id));
        }
    };
    let mut watcher = new_debouncer(SETTLE, None, tell).ok()?;
    for path in paths {
        // A file is watched through its folder: editors replace files, and a watch on the old one would stay with it.
        let (place, mode) = if path.is_dir() {
            (path.as_path(), RecursiveMode::Recursive)
        } else {
            (path.parent().unwrap_or(Path::new(".")), RecursiveMode::NonRecursive)
        };
        let place = if place.as_os_str().is_empty() { Path::new(".") } else { place };
        if watcher.watch(place, mode).is_err() {
            return None;
        }
    }
    Some(watcher)
}

fn matters(path: &Path) -> bool {
    path.extension()
        .and_then(|end| end.to_str())
        .is_some_and(|end| ["proto", "binpb", "pb", "protoset", "desc"].contains(&end))
        || path.is_dir()
}
