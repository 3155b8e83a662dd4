//! Descriptors that the value engine can work with: hardened against malformed input, editions lowered.

use bytes::Bytes;

use super::build::message_of;
use super::descriptors::Descriptors;
use super::{MethodInfo, SchemaError};

/// A set of linked descriptors of one source; cheap to clone. Adding to a shared pool copies it, so each source and
/// each load has its own.
#[derive(Clone, Debug)]
pub struct Pool {
    pub(crate) inner: prost_reflect::DescriptorPool,
}

/// A message type and the pool it lives in.
#[derive(Clone, Debug)]
pub struct MessageType {
    pub(crate) descriptor: prost_reflect::MessageDescriptor,
}

/// A method ready to call.
#[derive(Clone, Debug)]
pub struct Method {
    /// Full name of its service.
    pub service: String,
    /// Name, shape, comment, options.
    pub info: MethodInfo,
    /// Request type.
    pub input: MessageType,
    /// Response type.
    pub output: MessageType,
    /// What differs from the author's schema (what lowering cannot express), in words; mostly empty.
    pub notes: Vec<String>,
}

impl Pool {
    /// Links a serialized `FileDescriptorSet` (any order, any syntax or edition) after checking everything that would
    /// make a library panic. `place` names it in errors. Files that cannot be used are left out; where none can, that
    /// is the error.
    pub fn from_descriptor_set(bytes: &[u8], place: &str) -> Result<Self, SchemaError> {
        let descriptors = Descriptors::from_set(&Bytes::copy_from_slice(bytes), place)?;
        let problems = descriptors.problems();
        if !problems.is_empty() && descriptors.pool().inner.files().len() == 0 {
            return Err(SchemaError::Problems(problems.to_vec()));
        }
        Ok(descriptors.pool().clone())
    }

    /// A message type by full name.
    pub fn message_type(&self, full_name: &str) -> Option<MessageType> {
        message_of(&self.inner, full_name).map(|descriptor| MessageType { descriptor })
    }
}

impl MessageType {
    /// `hello.HelloRequest`.
    pub fn full_name(&self) -> &str {
        self.descriptor.full_name()
    }
}
