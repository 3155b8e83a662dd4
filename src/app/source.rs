//! Open sources.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use super::{ConnectionForm, MetadataRow};
use crate::engine::{Generation, SourceFailure, SourceId, SourceSpec};
use crate::schema::{MethodInfo, Outline};
use crate::secret::Secret;
use crate::state::DemoPart;

/// What a source was opened from.
#[derive(Clone, Debug)]
pub enum SourceOrigin {
    /// A reflecting server: its address as typed, and the metadata that goes with reflection alone.
    Address {
        /// As typed.
        address: String,
        /// With reflection alone; what goes with calls too belongs to the target.
        metadata: Vec<MetadataRow>,
    },
    /// Files and folders.
    Files {
        /// As given.
        paths: Vec<PathBuf>,
        /// As given.
        import_roots: Vec<PathBuf>,
    },
}

/// What is opened of a source once it is read, for a service of a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenFirst {
    /// The name under which it is registered.
    pub service: String,
    /// To ask all its instances.
    pub all: bool,
}

/// One source.
#[derive(Clone, Debug)]
pub struct SourceEntry {
    /// Which.
    pub id: SourceId,
    /// Its newest load.
    pub generation: Generation,
    /// What it was opened from.
    pub origin: SourceOrigin,
    /// What was read last; stays while it is read anew, and when that fails.
    pub outline: Option<Arc<Outline>>,
    /// Since when it is being read.
    pub loading_since: Option<Instant>,
    /// Why the newest load failed.
    pub failure: Option<SourceFailure>,
    /// A method that is to be opened once it is read: service and method.
    pub open_then: Option<(String, String)>,
    /// Its first method is to be opened once it is read: to ask one instance, or all.
    pub open_first: Option<OpenFirst>,
    /// What the person calls it.
    pub name: Option<String>,
    /// It is one of the demo's.
    pub demo: Option<DemoPart>,
    /// Where new requests of files go.
    pub target: Option<String>,
    /// Goes into new requests.
    pub call_metadata: Vec<MetadataRow>,
    /// It came back with the window, and nobody asked for it since: it does not push itself to the front.
    pub restored: bool,
}

impl SourceEntry {
    /// What the tree calls it: the name that the person gave it, the address, or the paths' last parts.
    pub fn title(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.own_title())
    }

    /// What it is called while the person gives it no name.
    pub fn own_title(&self) -> String {
        match &self.origin {
            SourceOrigin::Address { address, .. } => address.clone(),
            SourceOrigin::Files { paths, .. } => {
                let names: Vec<String> = paths
                    .iter()
                    .map(|path| {
                        path.file_name()
                            .map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
                    })
                    .collect();
                names.join(", ")
            }
        }
    }

    /// The whole of what [`SourceEntry::title`] abbreviates.
    pub fn full_title(&self) -> String {
        match &self.origin {
            SourceOrigin::Address { address, .. } => address.clone(),
            SourceOrigin::Files { paths, .. } => {
                paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join("\n")
            }
        }
    }

    /// A server answers for it.
    pub fn is_address(&self) -> bool {
        matches!(self.origin, SourceOrigin::Address { .. })
    }

    /// For the engine; `metadata` goes with reflection.
    pub fn spec(&self, form: &ConnectionForm, metadata: Vec<(String, Secret)>) -> SourceSpec {
        match &self.origin {
            SourceOrigin::Address { address, .. } => {
                SourceSpec::Reflection { endpoint: form.endpoint(address), metadata }
            }
            SourceOrigin::Files { paths, import_roots } => {
                SourceSpec::Files { paths: paths.clone(), import_roots: import_roots.clone() }
            }
        }
    }

    /// A method by its names.
    pub fn method(&self, service: &str, method: &str) -> Option<&MethodInfo> {
        let outline = self.outline.as_ref()?;
        let service = outline.services.iter().find(|known| known.full_name == service)?;
        service.methods.iter().find(|known| known.name == method)
    }
}
