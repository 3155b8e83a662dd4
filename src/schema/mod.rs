//! Where descriptors come from: .proto files (an index of all, the reference compiler on board for what is needed),
//! descriptor sets, reflection; editions lowered to what the value engine understands. One trait over all sources.
//!
//! Knows no transport (reflection speaks through [`ReflectionTransport`], which the engine implements) and no screen.
//! `prost_reflect` is named only here and in `message`.

mod build;
mod bundled;
mod canonical;
mod comments;
mod describe;
mod descriptor_set;
mod descriptors;
mod error;
mod files;
mod harden;
mod link;
mod lower;
mod outline;
mod pool;
mod print;
mod raw;
mod reflection;
#[cfg(test)]
mod tests;

pub(crate) use build::message_of;
pub use canonical::{CanonicalSchema, canonical_schema, is_infrastructure};
pub use comments::Comments;
pub use descriptor_set::DescriptorSetSource;
#[allow(unused_imports, reason = "for the sources and the value engine, which come to use it one by one")]
pub(crate) use descriptors::{Descriptors, bundled_message_type};
pub use error::{Problem, RootSuggestion, SchemaError};
pub use files::{CheckReport, FileSource, FileSourceConfig, check};
pub(crate) use lower::{is_closed_enum, utf8_mark};
pub use outline::{MethodInfo, OptionValue, Outline, ServiceInfo};
pub use pool::{MessageType, Method, Pool};
pub use reflection::{ReflectionFailure, ReflectionSource, ReflectionTransport};

use std::future::Future;
use std::path::Path;
use std::pin::Pin;

/// A boxed future, so that sources can be kept as `Arc<dyn Source>`.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// One source of descriptors. Sources of files block the thread that polls them (run them on a blocking thread);
/// reflection awaits. Nothing that a file or server supplies may panic, hang or overflow the stack.
pub trait Source: Send + Sync {
    /// Services with what is known of their methods without a full load, and what is wrong with the source. Old
    /// results may come from the cache; a source that fails as a whole is an error, one bad file is a problem.
    fn outline(&self) -> BoxFuture<'_, Result<Outline, SchemaError>>;

    /// The problems of [`Source::outline`] without the rest of it.
    fn problems(&self) -> BoxFuture<'_, Result<Vec<Problem>, SchemaError>> {
        Box::pin(async move { Ok(self.outline().await?.problems) })
    }

    /// The names of all services, the cheapest way (reflection: the list request only).
    fn service_names(&self) -> BoxFuture<'_, Result<Vec<String>, SchemaError>>;

    /// One service with its methods; loads what it needs.
    fn service<'a>(&'a self, service: &'a str) -> BoxFuture<'a, Result<ServiceInfo, SchemaError>>;

    /// A method ready to call.
    fn method<'a>(&'a self, service: &'a str, method: &'a str) -> BoxFuture<'a, Result<Method, SchemaError>>;

    /// A message type by its full name: for `Any` and `convert`.
    fn message_type<'a>(&'a self, full_name: &'a str) -> BoxFuture<'a, Result<MessageType, SchemaError>>;

    /// The .proto source of a symbol (service, method by `.` or `/`, message, enum, enum value's enum, field's message,
    /// extension, file), as its author wrote it where the text is at hand, else printed from the descriptor with
    /// edition and features, never lowered.
    fn definition<'a>(&'a self, symbol: &'a str) -> BoxFuture<'a, Result<String, SchemaError>>;

    /// Everything behind `symbols` (all that is loaded, if empty), as a serialized `google.protobuf.FileDescriptorSet`
    /// with imports first, never lowered.
    fn descriptor_set<'a>(&'a self, symbols: &'a [String]) -> BoxFuture<'a, Result<Vec<u8>, SchemaError>>;
}

/// Writes a descriptor set (as [`Source::descriptor_set`] gives it) as .proto files below `folder`, by their import
/// names; names that would leave the folder are refused.
pub fn write_proto_files(descriptor_set: &[u8], folder: &Path) -> Result<Vec<std::path::PathBuf>, SchemaError> {
    reflection::write_proto_files(descriptor_set, folder)
}
