//! Reflecting servers of all kinds, good and imprecise.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use prost::Message as _;

use super::super::raw::{RawFile, split_set};
use super::super::reflection::testing::{Answer, Ask, Error, Files, Request, Response, ServiceName, Services};
use super::super::{
    BoxFuture, ReflectionFailure, ReflectionSource, ReflectionTransport, SchemaError, Source as _, write_proto_files,
};
use super::protoc;

const SHOP: &[(&str, &str)] = &[
    ("money.proto", "syntax = \"proto3\"; package shop; message Money { int64 units = 1; }"),
    (
        "items/item.proto",
        "syntax = \"proto3\"; package shop.items; import \"money.proto\"; message Item { string name = 1; Money price = 2; map<string, string> tags = 3; }",
    ),
    (
        "orders.proto",
        r#"syntax = "proto3"; package shop;
           import "items/item.proto"; import "money.proto"; import "google/protobuf/timestamp.proto";
           message Order { repeated items.Item items = 1; google.protobuf.Timestamp at = 2; }
           message Nothing {}
           // Takes orders.
           service Orders { rpc Place(Order) returns (Money); rpc Watch(Nothing) returns (stream Order); }"#,
    ),
    (
        "extra.proto",
        "edition = \"2023\"; package shop; import \"orders.proto\"; message Extra { int32 x = 1 [features.field_presence = IMPLICIT]; } service Extras { rpc More(Extra) returns (Nothing); }",
    ),
];

/// How a server misbehaves.
#[derive(Clone, Copy, Default)]
struct Manners {
    v1alpha_only: bool,
    /// Sends a file's imports along.
    with_imports: bool,
    /// Answers `file_containing_symbol` for services only.
    services_only: bool,
    /// Answers `file_by_filename` only.
    names_only: bool,
    /// Types relative, no imports, no JSON names, map entries renamed.
    like_node: bool,
    /// Ends the stream with an error at the first question it cannot answer.
    strict: bool,
}

struct Server {
    files: HashMap<String, RawFile>,
    services: Vec<String>,
    manners: Manners,
    /// Path and number of questions of each exchange.
    exchanges: Mutex<Vec<(String, usize)>>,
    asked: Mutex<Vec<Ask>>,
}

impl Server {
    fn new(files: &[(&str, &str)], manners: Manners) -> Arc<Self> {
        let set = split_set(&Bytes::from(protoc(files, true).unwrap())).unwrap();
        let files: HashMap<String, RawFile> = set
            .into_iter()
            .map(|bytes| {
                let mut file = RawFile::decode(bytes).unwrap();
                if manners.like_node {
                    roughen(&mut file);
                }
                (file.name.clone(), file)
            })
            .collect();
        let mut services: Vec<String> = files
            .values()
            .flat_map(|file| {
                let package = file.proto.package.clone().unwrap_or_default();
                file.proto.service.iter().map(move |s| format!("{package}.{}", s.name.as_deref().unwrap_or_default()))
            })
            .collect();
        services.sort();
        Arc::new(Self { files, services, manners, exchanges: Mutex::default(), asked: Mutex::default() })
    }

    fn source(self: &Arc<Self>) -> ReflectionSource {
        ReflectionSource::new(self.clone(), "the server's reflection")
    }

    fn exchange_count(&self) -> usize {
        self.exchanges.lock().unwrap().len()
    }

    fn files_for(&self, name: &str) -> Vec<Bytes> {
        let mut names = vec![name.to_owned()];
        let mut seen = HashSet::new();
        let mut files = Vec::new();
        while let Some(name) = names.pop() {
            if let Some(file) = self.files.get(&name).filter(|_| seen.insert(name.clone())) {
                files.push(file.bytes.clone());
                if self.manners.with_imports {
                    names.extend(file.proto.dependency.clone());
                }
            }
        }
        files
    }

    fn answer(&self, ask: &Ask) -> Answer {
        let not_found = |what: &str| Answer::Error(Error { code: 5, message: format!("{what} is not here") });
        match ask {
            Ask::ListServices(_) => Answer::Services(Services {
                services: self.services.iter().map(|name| ServiceName { name: name.clone() }).collect(),
            }),
            Ask::FileByFilename(name) if self.files.contains_key(name) => {
                Answer::Files(Files { files: self.files_for(name) })
            }
            Ask::FileByFilename(name) => not_found(name),
            Ask::FileContainingSymbol(name) => {
                let file = self.files.values().find(|file| {
                    let package = file.proto.package.clone().unwrap_or_default();
                    let named =
                        |own: &Option<String>| format!("{package}.{}", own.as_deref().unwrap_or_default()) == *name;
                    file.proto.service.iter().any(|s| named(&s.name))
                        || (!self.manners.services_only && file.proto.message_type.iter().any(|m| named(&m.name)))
                });
                match file {
                    Some(file) if !self.manners.names_only => {
                        Answer::Files(Files { files: self.files_for(&file.name) })
                    }
                    _ => not_found(name),
                }
            }
        }
    }
}

/// What some servers send: see the fields of `Manners`.
fn roughen(file: &mut RawFile) {
    let package = file.proto.package.clone().unwrap_or_default();
    let relative = |name: &mut Option<String>| {
        let inside = name.as_ref().and_then(|name| name.strip_prefix(&format!(".{package}.")).map(str::to_owned));
        *name = inside.or_else(|| name.as_ref().map(|name| name.trim_start_matches('.').to_owned()));
    };
    for message in &mut file.proto.message_type {
        for field in &mut message.field {
            relative(&mut field.type_name);
            field.json_name = None;
            if let Some(name) = &mut field.type_name {
                *name = name.replace("TagsEntry", "Tags_");
            }
        }
        for nested in &mut message.nested_type {
            nested.name = nested.name.as_ref().map(|name| name.replace("TagsEntry", "Tags_"));
        }
    }
    for service in &mut file.proto.service {
        for method in &mut service.method {
            relative(&mut method.input_type);
            relative(&mut method.output_type);
        }
    }
    file.proto.dependency.clear();
    file.refresh().unwrap();
}

impl ReflectionTransport for Server {
    fn exchange<'a>(
        &'a self,
        path: &'static str,
        requests: Vec<Bytes>,
    ) -> BoxFuture<'a, Result<Vec<Bytes>, ReflectionFailure>> {
        Box::pin(async move {
            self.exchanges.lock().unwrap().push((path.to_owned(), requests.len()));
            let failure = |code, message: &str| ReflectionFailure { code, message: message.to_owned(), source: None };
            if self.manners.v1alpha_only && !path.contains("v1alpha") {
                return Err(failure(12, "unknown service"));
            }
            let mut answers = Vec::new();
            for request in requests {
                let request = Request::decode(request).unwrap();
                let ask = request.ask.clone().unwrap();
                let answer = self.answer(&ask);
                if self.manners.strict && matches!(answer, Answer::Error(_)) {
                    return Err(failure(5, "not found, and the stream ends"));
                }
                self.asked.lock().unwrap().push(ask);
                let response = Response { original_request: Some(request), answer: Some(answer) };
                answers.push(Bytes::from(response.encode_to_vec()));
            }
            Ok(answers)
        })
    }
}

async fn check_shop(manners: Manners) -> Arc<Server> {
    let server = Server::new(SHOP, manners);
    let source = server.source();
    let method = source.method("shop.Orders", "Place").await.unwrap();
    assert_eq!(method.input.full_name(), "shop.Order");
    assert_eq!(method.output.full_name(), "shop.Money");
    let item = method.input.descriptor.get_field_by_name("items").unwrap();
    let item = item.kind().as_message().unwrap().clone();
    assert!(item.get_field_by_name("tags").unwrap().is_map());
    let outline = source.outline().await.unwrap();
    assert_eq!(outline.problems, []);
    let names: Vec<&str> = outline.services.iter().map(|service| service.full_name.as_str()).collect();
    assert_eq!(names, ["shop.Extras", "shop.Orders"]);
    assert_eq!(outline.services[1].methods.len(), 2);
    assert!(outline.services[1].methods[1].server_streaming);
    assert_eq!(outline.services[1].comment, "Takes orders.");
    assert!(
        source.definition("shop.Orders/Watch").await.unwrap().contains("rpc Watch(Nothing) returns (stream Order);")
    );
    assert!(source.definition("shop.Orders.Watch").await.unwrap().contains("rpc Watch"));
    assert_eq!(source.message_type("shop.items.Item").await.unwrap().full_name(), "shop.items.Item");
    let asked = server.asked.lock().unwrap().clone();
    assert_eq!(asked.iter().collect::<HashSet<_>>().len(), asked.len(), "asked twice: {asked:?}");
    server
}

#[tokio::test]
async fn one_exchange_makes_a_method_ready_where_imports_come_along() {
    let server = Server::new(SHOP, Manners { with_imports: true, ..Manners::default() });
    server.source().method("shop.Orders", "Place").await.unwrap();
    assert_eq!(
        *server.exchanges.lock().unwrap(),
        [("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo".to_owned(), 1)]
    );
    assert_eq!(server.source().service_names().await.unwrap(), ["shop.Extras", "shop.Orders"]);
}

#[tokio::test]
async fn good_servers_and_bad_ones() {
    let plain = Manners::default();
    for manners in [
        plain,
        Manners { with_imports: true, ..plain },
        Manners { v1alpha_only: true, ..plain },
        Manners { services_only: true, ..plain },
        Manners { like_node: true, ..plain },
        Manners { strict: true, ..plain },
        Manners { strict: true, with_imports: true, ..plain },
    ] {
        check_shop(manners).await;
    }
}

#[tokio::test]
async fn files_by_name_only() {
    let server = Server::new(SHOP, Manners { names_only: true, ..Manners::default() });
    let source = server.source();
    assert_eq!(source.method("shop.Orders", "Place").await.unwrap().input.full_name(), "shop.Order");
    assert!(source.definition("items/item.proto").await.unwrap().contains("map<string, string> tags = 3;"));
}

#[tokio::test]
async fn v1alpha_is_remembered() {
    let server = check_shop(Manners { v1alpha_only: true, ..Manners::default() }).await;
    let exchanges = server.exchanges.lock().unwrap().clone();
    assert_eq!(exchanges.iter().filter(|(path, _)| !path.contains("v1alpha")).count(), 1);
    assert_eq!(server.source().outline().await.unwrap().kind, "reflection v1alpha");
}

#[tokio::test]
async fn everything_is_fetched_once() {
    let server = check_shop(Manners::default()).await;
    let source = server.source();
    source.method("shop.Orders", "Place").await.unwrap();
    let before = server.exchange_count();
    source.method("shop.Orders", "Watch").await.unwrap();
    source.message_type("shop.Money").await.unwrap();
    assert_eq!(server.exchange_count(), before);
}

#[tokio::test]
async fn what_is_not_there_is_said() {
    let server = Server::new(SHOP, Manners::default());
    let source = server.source();
    let error = source.method("shop.Order", "Place").await.unwrap_err();
    assert!(
        matches!(&error, SchemaError::NotFound { near, .. } if near.contains(&"shop.Orders".to_owned())),
        "{error}"
    );
    let error = source.method("shop.Orders", "Plase").await.unwrap_err();
    assert!(error.to_string().contains("did you mean shop.Orders/Place?"), "{error}");
    assert!(source.message_type("no.Such").await.is_err());
}

#[tokio::test]
async fn what_does_not_load_costs_only_itself() {
    let mut server = Server::new(SHOP, Manners::default());
    // An import cannot be had: what it defines is empty.
    let own = Arc::get_mut(&mut server).unwrap();
    own.files.remove("items/item.proto");
    let source = server.source();
    let outline = source.outline().await.unwrap();
    assert_eq!(outline.services.len(), 2);
    assert!(
        outline.problems.iter().any(|problem| problem.message.contains("shop.items.Item")),
        "{:?}",
        outline.problems
    );
    let method = source.method("shop.Orders", "Place").await.unwrap();
    assert!(method.notes.iter().any(|note| note.contains("shop.items.Item is not known")), "{:?}", method.notes);
    assert!(!source.definition("orders.proto").await.unwrap().contains("(missing)"));

    let mut server = Server::new(SHOP, Manners::default());
    let own = Arc::get_mut(&mut server).unwrap();
    let extra = own.files.get_mut("extra.proto").unwrap();
    extra.proto.syntax = Some("proto9".to_owned());
    extra.refresh().unwrap();
    own.services.push("shop.Unknown".to_owned());
    let outline = server.source().outline().await.unwrap();
    assert_eq!(outline.services.iter().map(|service| service.full_name.as_str()).collect::<Vec<_>>(), ["shop.Orders"]);
    let files: Vec<&str> = outline.problems.iter().map(|problem| problem.file.as_str()).collect();
    assert_eq!(files, ["shop.Extras", "shop.Unknown", "extra.proto"]);
}

#[tokio::test]
async fn no_reflection_at_all() {
    struct Without;
    impl ReflectionTransport for Without {
        fn exchange<'a>(
            &'a self,
            _path: &'static str,
            _requests: Vec<Bytes>,
        ) -> BoxFuture<'a, Result<Vec<Bytes>, ReflectionFailure>> {
            Box::pin(async { Err(ReflectionFailure { code: 12, message: "unknown".to_owned(), source: None }) })
        }
    }
    let source = ReflectionSource::new(Arc::new(Without), "here");
    let error = source.outline().await.unwrap_err();
    assert!(matches!(&error, SchemaError::Reflection(failure) if failure.code == 12), "{error}");
    assert!(error.to_string().contains("offers no reflection"), "{error}");
    assert!(matches!(source.method("a.B", "C").await, Err(SchemaError::Reflection(_))));
}

#[tokio::test]
async fn schemas_are_saved_again() {
    let server = Server::new(SHOP, Manners { like_node: true, ..Manners::default() });
    let source = server.source();
    let set = source.descriptor_set(&["shop.Orders".to_owned()]).await.unwrap();
    let names: Vec<String> = split_set(&Bytes::from(set.clone()))
        .unwrap()
        .into_iter()
        .map(|file| RawFile::decode(file).unwrap().name)
        .collect();
    let place = |name: &str| names.iter().position(|n| n == name).unwrap_or_else(|| panic!("{name} in {names:?}"));
    assert!(place("money.proto") < place("items/item.proto") && place("items/item.proto") < place("orders.proto"));
    assert!(!names.contains(&"extra.proto".to_owned()));
    let all = source.descriptor_set(&[]).await.unwrap();
    assert!(all.len() >= set.len());

    let folder = tempfile::tempdir().unwrap();
    let written = write_proto_files(&set, folder.path()).unwrap();
    assert!(written.iter().all(|path| path.starts_with(folder.path()) && path.is_file()));
    super::protoc_in(&[folder.path()], &["orders.proto"], false).unwrap();

    let mut evil = RawFile::decode(server.files["money.proto"].bytes.clone()).unwrap();
    for name in ["../evil.proto", "/tmp/evil.proto", "a/../../evil.proto"] {
        evil.proto.name = Some(name.to_owned());
        evil.refresh().unwrap();
        let error = write_proto_files(&super::super::raw::join_set([&evil.bytes]), folder.path()).unwrap_err();
        assert!(error.to_string().contains("outside the folder"), "{error}");
    }
}
