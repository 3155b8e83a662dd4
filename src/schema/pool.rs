//! Descriptors that the value engine can work with: hardened against malformed input, editions lowered.

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
    /// make a library panic. `place` names it in errors.
    pub fn from_descriptor_set(bytes: &[u8], place: &str) -> Result<Self, SchemaError> {
        let _ = (bytes, place);
        unimplemented!()
    }

    /// A message type by full name.
    pub fn message_type(&self, full_name: &str) -> Option<MessageType> {
        self.inner.get_message_by_name(full_name).map(|descriptor| MessageType { descriptor })
    }
}

impl MessageType {
    /// `hello.HelloRequest`.
    pub fn full_name(&self) -> &str {
        self.descriptor.full_name()
    }
}
