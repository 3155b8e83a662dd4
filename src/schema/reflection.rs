//! Schemas from a running server: grpc.reflection.v1, with v1alpha as fallback.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;

use super::{BoxFuture, MessageType, Method, Outline, SchemaError, ServiceInfo, Source};

/// Speaks to the server for reflection; the engine implements it over the call's own verified channel, with the
/// person's metadata and deadline.
pub trait ReflectionTransport: Send + Sync {
    /// Calls the bidirectional method at `path` (`/grpc.reflection.v1.ServerReflection/ServerReflectionInfo`): sends
    /// `requests`, half-closes, and gives all answers.
    fn exchange<'a>(
        &'a self,
        path: &'static str,
        requests: Vec<Bytes>,
    ) -> BoxFuture<'a, Result<Vec<Bytes>, ReflectionFailure>>;
}

/// The reflection call failed.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct ReflectionFailure {
    /// gRPC status code (12 makes the client fall back to v1alpha).
    pub code: u32,
    /// The status message, or what was wrong with the answer.
    pub message: String,
    /// The caller's own error (the engine puts its call status here and takes it out again).
    pub source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

/// A reflecting server.
pub struct ReflectionSource {}

impl ReflectionSource {
    /// `place` names the server in errors. Nothing is asked yet.
    pub fn new(transport: Arc<dyn ReflectionTransport>, place: &str) -> Self {
        let _ = (transport, place);
        unimplemented!()
    }
}

impl Source for ReflectionSource {
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

/// See [`super::write_proto_files`].
pub(super) fn write_proto_files(descriptor_set: &[u8], folder: &Path) -> Result<Vec<PathBuf>, SchemaError> {
    let _ = (descriptor_set, folder);
    unimplemented!()
}
