//! What a tree of services shows.

use super::Problem;

/// A source's services and faults.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// In the order of files and of the text.
    pub services: Vec<ServiceInfo>,
    /// What is wrong with single files or services; the rest is usable.
    pub problems: Vec<Problem>,
    /// Files read.
    pub file_count: usize,
    /// What the source is, for a badge: "reflection v1", "reflection v1alpha", "folder", "files", "descriptor set".
    pub kind: String,
}

/// A service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceInfo {
    /// `hello.Hello`.
    pub full_name: String,
    /// The file that defines it, by its import name, if known.
    pub file: Option<String>,
    /// Leading comment, without comment marks.
    pub comment: String,
    /// `option deprecated = true`.
    pub deprecated: bool,
    /// In the order of the text.
    pub methods: Vec<MethodInfo>,
}

/// A method.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MethodInfo {
    /// `SayHello`.
    pub name: String,
    /// Full name of the request message.
    pub input: String,
    /// Full name of the response message.
    pub output: String,
    /// The client sends a stream.
    pub client_streaming: bool,
    /// The server sends a stream.
    pub server_streaming: bool,
    /// Leading comment, without comment marks.
    pub comment: String,
    /// `option deprecated = true`.
    pub deprecated: bool,
    /// Options with extensions by name.
    pub options: Vec<OptionValue>,
}

/// One option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionValue {
    /// `deprecated`, `(google.api.http)`.
    pub name: String,
    /// Its value as in .proto source: `true`, `{ get: "/v1/{name=projects/*}" }`.
    pub value: String,
}
