//! Server reflection, v1 and v1alpha, over descriptors as bytes.
//!
//! The files go out exactly as the compiler wrote them: with comments, options of any extension, and editions. An
//! answer brings the file and whatever it imports, less what the stream has sent already, as grpc-go does.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::Stream;
use prost::Message;
use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorProto};
use tonic::{Code, Request, Response, Status, Streaming};

/// A `FileDescriptorSet` whose files stay bytes.
#[derive(Clone, PartialEq, Message)]
struct RawSet {
    #[prost(bytes = "bytes", repeated, tag = "1")]
    file: Vec<Bytes>,
}

/// The one file of a serialized `FileDescriptorSet` that has this name, as a set.
pub(super) fn only(set: &[u8], name: &str) -> Result<Vec<u8>, prost::DecodeError> {
    let mut kept = RawSet::default();
    for bytes in RawSet::decode(set)?.file {
        if FileDescriptorProto::decode(bytes.clone())?.name() == name {
            kept.file.push(bytes);
        }
    }
    Ok(kept.encode_to_vec())
}

struct File {
    bytes: Bytes,
    /// Places in [`Index::files`].
    imports: Vec<usize>,
}

/// What can be asked for, and where it is.
#[derive(Default)]
pub(super) struct Index {
    files: Vec<File>,
    by_name: HashMap<String, usize>,
    by_symbol: HashMap<String, usize>,
    by_extension: HashMap<(String, i32), usize>,
    numbers: HashMap<String, BTreeSet<i32>>,
    services: BTreeSet<String>,
    unary: HashSet<String>,
}

impl Index {
    /// From several serialized `FileDescriptorSet`s; of files of one name the first is kept.
    pub(super) fn new(sets: &[&[u8]]) -> Result<Self, prost::DecodeError> {
        let mut index = Self::default();
        let mut imports = Vec::new();
        for set in sets {
            for bytes in RawSet::decode(*set)?.file {
                let file = FileDescriptorProto::decode(bytes.clone())?;
                let place = index.files.len();
                if index.by_name.contains_key(file.name()) {
                    continue;
                }
                index.add(&file, place);
                index.files.push(File { bytes, imports: Vec::new() });
                imports.push(file.dependency);
            }
        }
        for (file, names) in index.files.iter_mut().zip(imports) {
            file.imports = names.iter().filter_map(|name| index.by_name.get(name).copied()).collect();
        }
        Ok(index)
    }

    /// Full names of the services, sorted.
    pub(super) fn services(&self) -> impl Iterator<Item = &str> {
        self.services.iter().map(String::as_str)
    }

    /// HTTP/2 paths of all unary methods.
    pub(super) fn unary_paths(&self) -> &HashSet<String> {
        &self.unary
    }

    fn add(&mut self, file: &FileDescriptorProto, place: usize) {
        self.by_name.insert(file.name().to_owned(), place);
        let package = file.package();
        for message in &file.message_type {
            self.add_message(package, message, place);
        }
        for enumeration in &file.enum_type {
            self.add_symbol(join(package, enumeration.name()), place);
            for value in &enumeration.value {
                self.add_symbol(join(package, value.name()), place);
            }
        }
        for extension in &file.extension {
            self.add_extension(package, extension, place);
        }
        for service in &file.service {
            let service_name = join(package, service.name());
            for method in &service.method {
                self.add_symbol(join(&service_name, method.name()), place);
                if !method.client_streaming() && !method.server_streaming() {
                    self.unary.insert(format!("/{service_name}/{}", method.name()));
                }
            }
            self.add_symbol(service_name.clone(), place);
            self.services.insert(service_name);
        }
    }

    fn add_message(&mut self, scope: &str, message: &DescriptorProto, place: usize) {
        // A list instead of recursion: how deep messages nest is the file's business.
        let mut waiting = vec![(scope.to_owned(), message)];
        while let Some((scope, message)) = waiting.pop() {
            let name = join(&scope, message.name());
            for field in &message.field {
                self.add_symbol(join(&name, field.name()), place);
            }
            for oneof in &message.oneof_decl {
                self.add_symbol(join(&name, oneof.name()), place);
            }
            for enumeration in &message.enum_type {
                self.add_symbol(join(&name, enumeration.name()), place);
                for value in &enumeration.value {
                    self.add_symbol(join(&name, value.name()), place);
                }
            }
            for extension in &message.extension {
                self.add_extension(&name, extension, place);
            }
            waiting.extend(message.nested_type.iter().map(|nested| (name.clone(), nested)));
            self.add_symbol(name, place);
        }
    }

    fn add_extension(&mut self, scope: &str, extension: &FieldDescriptorProto, place: usize) {
        let extendee = extension.extendee().trim_start_matches('.').to_owned();
        self.add_symbol(join(scope, extension.name()), place);
        self.numbers.entry(extendee.clone()).or_default().insert(extension.number());
        self.by_extension.insert((extendee, extension.number()), place);
    }

    fn add_symbol(&mut self, name: String, place: usize) {
        self.by_symbol.insert(name, place);
    }

    fn answer(&self, question: Question, sent: &mut HashSet<usize>) -> Answer {
        let found = match &question {
            Question::FileByName(name) => self.by_name.get(name),
            Question::FileOfSymbol(name) => self.by_symbol.get(name),
            Question::FileOfExtension(extendee, number) => self.by_extension.get(&(extendee.clone(), *number)),
            Question::ExtensionNumbers(extendee) => {
                return match self.numbers.get(extendee) {
                    Some(numbers) => Answer::Numbers(extendee.clone(), numbers.iter().copied().collect()),
                    None if self.by_symbol.contains_key(extendee) => Answer::Numbers(extendee.clone(), Vec::new()),
                    None => not_found(extendee),
                };
            }
            Question::Services => return Answer::Services(self.services.iter().cloned().collect()),
            Question::Nothing => return Answer::Error(Code::InvalidArgument, "nothing was asked".into()),
        };
        match (found, question) {
            (Some(place), _) => Answer::Files(self.with_imports(*place, sent)),
            (None, Question::FileOfExtension(extendee, number)) => not_found(&format!("{extendee} [{number}]")),
            (None, Question::FileByName(name) | Question::FileOfSymbol(name)) => not_found(&name),
            (None, _) => not_found("that"),
        }
    }

    /// The file itself always, its imports unless they were sent.
    fn with_imports(&self, place: usize, sent: &mut HashSet<usize>) -> Vec<Vec<u8>> {
        sent.insert(place);
        let mut order = vec![place];
        let mut next = 0;
        while let Some(file) = order.get(next).and_then(|place| self.files.get(*place)) {
            next += 1;
            order.extend(file.imports.iter().copied().filter(|import| sent.insert(*import)));
        }
        order.iter().filter_map(|place| self.files.get(*place)).map(|file| file.bytes.to_vec()).collect()
    }
}

enum Question {
    FileByName(String),
    FileOfSymbol(String),
    FileOfExtension(String, i32),
    ExtensionNumbers(String),
    Services,
    Nothing,
}

enum Answer {
    Files(Vec<Vec<u8>>),
    Numbers(String, Vec<i32>),
    Services(Vec<String>),
    Error(Code, String),
}

fn not_found(what: &str) -> Answer {
    Answer::Error(Code::NotFound, format!("{what} is not served here"))
}

fn join(scope: &str, name: &str) -> String {
    if scope.is_empty() { name.to_owned() } else { format!("{scope}.{name}") }
}

/// Answers reflection of either version.
#[derive(Clone)]
pub(super) struct Reflection(pub(super) Arc<Index>);

/// The two versions differ in nothing but their package.
macro_rules! version {
    ($version:ident) => {
        mod $version {
            use super::{
                Answer, Arc, HashSet, Pin, Question, Reflection, Request, Response, Status, Stream, Streaming,
            };
            use futures_util::StreamExt as _;
            use tonic_reflection::pb::$version::server_reflection_request::MessageRequest;
            use tonic_reflection::pb::$version::server_reflection_response::MessageResponse;
            use tonic_reflection::pb::$version::server_reflection_server::ServerReflection;
            use tonic_reflection::pb::$version::{
                ErrorResponse, ExtensionNumberResponse, FileDescriptorResponse, ListServiceResponse,
                ServerReflectionRequest, ServerReflectionResponse, ServiceResponse,
            };

            #[tonic::async_trait]
            impl ServerReflection for Reflection {
                type ServerReflectionInfoStream =
                    Pin<Box<dyn Stream<Item = Result<ServerReflectionResponse, Status>> + Send>>;

                async fn server_reflection_info(
                    &self,
                    request: Request<Streaming<ServerReflectionRequest>>,
                ) -> Result<Response<Self::ServerReflectionInfoStream>, Status> {
                    let index = Arc::clone(&self.0);
                    let mut sent = HashSet::new();
                    let answers = request.into_inner().map(move |request| {
                        let request = request?;
                        let question = question(request.message_request.clone());
                        Ok(ServerReflectionResponse {
                            valid_host: request.host.clone(),
                            message_response: Some(response(index.answer(question, &mut sent))),
                            original_request: Some(request),
                        })
                    });
                    Ok(Response::new(Box::pin(answers)))
                }
            }

            fn question(request: Option<MessageRequest>) -> Question {
                match request {
                    Some(MessageRequest::FileByFilename(name)) => Question::FileByName(name),
                    Some(MessageRequest::FileContainingSymbol(name)) => Question::FileOfSymbol(name),
                    Some(MessageRequest::FileContainingExtension(extension)) => {
                        Question::FileOfExtension(extension.containing_type, extension.extension_number)
                    }
                    Some(MessageRequest::AllExtensionNumbersOfType(name)) => Question::ExtensionNumbers(name),
                    Some(MessageRequest::ListServices(_)) => Question::Services,
                    None => Question::Nothing,
                }
            }

            fn response(answer: Answer) -> MessageResponse {
                match answer {
                    Answer::Files(file_descriptor_proto) => {
                        MessageResponse::FileDescriptorResponse(FileDescriptorResponse { file_descriptor_proto })
                    }
                    Answer::Numbers(base_type_name, extension_number) => {
                        MessageResponse::AllExtensionNumbersResponse(ExtensionNumberResponse {
                            base_type_name,
                            extension_number,
                        })
                    }
                    Answer::Services(names) => MessageResponse::ListServicesResponse(ListServiceResponse {
                        service: names.into_iter().map(|name| ServiceResponse { name }).collect(),
                    }),
                    Answer::Error(code, error_message) => {
                        MessageResponse::ErrorResponse(ErrorResponse { error_code: code.into(), error_message })
                    }
                }
            }
        }
    };
}

version!(v1);
version!(v1alpha);
