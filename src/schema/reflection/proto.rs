//! The messages of grpc.reflection.v1 (v1alpha has the same): grpc/reflection/v1/reflection.proto.

use prost::{Message, Oneof};

/// What is asked.
#[derive(Clone, PartialEq, Eq, Message)]
pub(crate) struct Request {
    #[prost(oneof = "Ask", tags = "3, 4, 7")]
    pub ask: Option<Ask>,
}

/// One question.
#[derive(Clone, PartialEq, Eq, Hash, Oneof)]
pub(crate) enum Ask {
    #[prost(string, tag = "3")]
    FileByFilename(String),
    #[prost(string, tag = "4")]
    FileContainingSymbol(String),
    #[prost(string, tag = "7")]
    ListServices(String),
}

/// What is answered.
#[derive(Clone, PartialEq, Eq, Message)]
pub(crate) struct Response {
    #[prost(message, optional, tag = "2")]
    pub original_request: Option<Request>,
    #[prost(oneof = "Answer", tags = "4, 6, 7")]
    pub answer: Option<Answer>,
}

/// One answer.
#[derive(Clone, PartialEq, Eq, Oneof)]
pub(crate) enum Answer {
    #[prost(message, tag = "4")]
    Files(Files),
    #[prost(message, tag = "6")]
    Services(Services),
    #[prost(message, tag = "7")]
    Error(Error),
}

/// Serialized `FileDescriptorProto`s: the one asked for and, from most servers, what it imports.
#[derive(Clone, PartialEq, Eq, Message)]
pub(crate) struct Files {
    #[prost(bytes = "bytes", repeated, tag = "1")]
    pub files: Vec<bytes::Bytes>,
}

/// The server's services.
#[derive(Clone, PartialEq, Eq, Message)]
pub(crate) struct Services {
    #[prost(message, repeated, tag = "1")]
    pub services: Vec<ServiceName>,
}

/// One of them.
#[derive(Clone, PartialEq, Eq, Message)]
pub(crate) struct ServiceName {
    #[prost(string, tag = "1")]
    pub name: String,
}

/// Why one question has no answer.
#[derive(Clone, PartialEq, Eq, Message)]
pub(crate) struct Error {
    #[prost(int32, tag = "1")]
    pub code: i32,
    #[prost(string, tag = "2")]
    pub message: String,
}
