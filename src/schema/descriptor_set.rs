//! Sources of descriptor sets (`.binpb`, `.pb`, `.protoset`, `.desc`).

use std::path::PathBuf;

use bytes::Bytes;

use super::descriptors::Descriptors;
use super::raw::split_set;
use super::{BoxFuture, MessageType, Method, Outline, SchemaError, ServiceInfo, Source};

/// One or several serialized `FileDescriptorSet`s, merged.
#[derive(Debug)]
pub struct DescriptorSetSource {
    descriptors: Descriptors,
}

impl DescriptorSetSource {
    /// Reads the files. Where several hold a file of the same name, the first one counts.
    pub fn open(paths: &[PathBuf]) -> Result<Self, SchemaError> {
        let mut files = Vec::new();
        for path in paths {
            let bytes = std::fs::read(path)
                .map_err(|error| SchemaError::Io { path: path.clone(), message: format!("cannot be read: {error}") })?;
            files.extend(split(&bytes.into(), &path.display().to_string())?);
        }
        let places: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        Ok(Self { descriptors: Descriptors::from_files(files, &places.join(", ")) })
    }

    /// From bytes; `place` names them in errors.
    pub fn from_bytes(bytes: &[u8], place: &str) -> Result<Self, SchemaError> {
        let files = split(&Bytes::copy_from_slice(bytes), place)?;
        Ok(Self { descriptors: Descriptors::from_files(files, place) })
    }
}

/// The files of one set; an empty one is refused, because a person who opens it means something else.
fn split(bytes: &Bytes, place: &str) -> Result<Vec<Bytes>, SchemaError> {
    let bad = |message: String| SchemaError::BadDescriptor { place: place.to_owned(), message };
    let files = split_set(bytes).map_err(bad)?;
    if files.is_empty() {
        return Err(bad("this descriptor set holds no files".to_owned()));
    }
    Ok(files)
}

impl Source for DescriptorSetSource {
    fn outline(&self) -> BoxFuture<'_, Result<Outline, SchemaError>> {
        Box::pin(async { Ok(self.descriptors.outline("descriptor set")) })
    }

    fn service_names(&self) -> BoxFuture<'_, Result<Vec<String>, SchemaError>> {
        Box::pin(async { Ok(self.descriptors.service_names()) })
    }

    fn service<'a>(&'a self, service: &'a str) -> BoxFuture<'a, Result<ServiceInfo, SchemaError>> {
        Box::pin(async move { self.descriptors.service(service) })
    }

    fn method<'a>(&'a self, service: &'a str, method: &'a str) -> BoxFuture<'a, Result<Method, SchemaError>> {
        Box::pin(async move { self.descriptors.method(service, method) })
    }

    fn message_type<'a>(&'a self, full_name: &'a str) -> BoxFuture<'a, Result<MessageType, SchemaError>> {
        Box::pin(async move { self.descriptors.message_type(full_name) })
    }

    fn definition<'a>(&'a self, symbol: &'a str) -> BoxFuture<'a, Result<String, SchemaError>> {
        Box::pin(async move { self.descriptors.definition(symbol) })
    }

    fn descriptor_set<'a>(&'a self, symbols: &'a [String]) -> BoxFuture<'a, Result<Vec<u8>, SchemaError>> {
        Box::pin(async move { self.descriptors.descriptor_set(symbols) })
    }
}
