//! Sources of descriptor sets (`.binpb`, `.pb`, `.protoset`, `.desc`).

use std::path::PathBuf;

use super::{BoxFuture, MessageType, Method, Outline, SchemaError, ServiceInfo, Source};

/// One or several serialized `FileDescriptorSet`s, merged.
#[derive(Debug)]
pub struct DescriptorSetSource {}

impl DescriptorSetSource {
    /// Reads the files.
    pub fn open(paths: &[PathBuf]) -> Result<Self, SchemaError> {
        let _ = paths;
        unimplemented!()
    }

    /// From bytes; `place` names them in errors.
    pub fn from_bytes(bytes: &[u8], place: &str) -> Result<Self, SchemaError> {
        let _ = (bytes, place);
        unimplemented!()
    }
}

impl Source for DescriptorSetSource {
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
