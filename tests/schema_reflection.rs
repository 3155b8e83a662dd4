//! Reflection against a server that others wrote (tonic-reflection), v1 and v1alpha.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use std::process::Command;
use std::sync::Arc;

use bytes::{Buf as _, BufMut as _, Bytes};
use proconsul::schema::{BoxFuture, ReflectionFailure, ReflectionSource, ReflectionTransport, Source as _};
use tokio::net::TcpListener;
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::transport::{Channel, Server};
use tonic::{Request, Status};

/// Messages as they are on the wire.
#[derive(Clone, Copy, Default)]
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;
    fn encoder(&mut self) -> Self {
        Self
    }
    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;
    fn encode(&mut self, item: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;
    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}

struct Client(Channel);

impl ReflectionTransport for Client {
    fn exchange<'a>(
        &'a self,
        path: &'static str,
        requests: Vec<Bytes>,
    ) -> BoxFuture<'a, Result<Vec<Bytes>, ReflectionFailure>> {
        Box::pin(async move {
            let failed = |status: Status| ReflectionFailure {
                code: i32::from(status.code()).unsigned_abs(),
                message: status.message().to_owned(),
                source: Some(Arc::new(status)),
            };
            let mut client = tonic::client::Grpc::new(self.0.clone());
            client.ready().await.unwrap();
            let request = Request::new(tokio_stream::iter(requests));
            let answers =
                client.streaming(request, http::uri::PathAndQuery::from_static(path), Raw).await.map_err(failed)?;
            let mut answers = answers.into_inner();
            let mut all = Vec::new();
            while let Some(answer) = answers.next().await {
                all.push(answer.map_err(failed)?);
            }
            Ok(all)
        })
    }
}

/// Serves a schema of three files by reflection.
async fn source(v1: bool) -> ReflectionSource {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("money.proto", "syntax = \"proto3\"; package shop; message Money { int64 units = 1; }"),
        (
            "order.proto",
            "syntax = \"proto3\"; package shop; import \"money.proto\"; import \"google/protobuf/timestamp.proto\"; message Order { Money total = 1; google.protobuf.Timestamp at = 2; map<string, Money> parts = 3; }",
        ),
        (
            "shop.proto",
            "syntax = \"proto3\"; package shop; import public \"order.proto\"; import \"money.proto\"; service Shop { rpc Place(Order) returns (Money); }",
        ),
    ] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let set = folder.path().join("set.binpb");
    let status = Command::new(protoc_bin_vendored::protoc_bin_path().unwrap())
        .arg("-I")
        .arg(folder.path())
        .arg("-I")
        .arg(protoc_bin_vendored::include_path().unwrap())
        .args(["--include_imports", "shop.proto", "-o"])
        .arg(&set)
        .status()
        .unwrap();
    assert!(status.success());
    let set = std::fs::read(set).unwrap();
    let builder = || tonic_reflection::server::Builder::configure().register_encoded_file_descriptor_set(&set);
    let router = if v1 {
        Server::builder().add_service(builder().build_v1().unwrap())
    } else {
        Server::builder().add_service(builder().build_v1alpha().unwrap())
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(router.serve_with_incoming(TcpListenerStream::new(listener)));
    let channel = Channel::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap();
    ReflectionSource::new(Arc::new(Client(channel)), "the server's reflection")
}

#[tokio::test]
async fn tonic_reflects_v1_and_v1alpha() {
    for (v1, kind) in [(true, "reflection v1"), (false, "reflection v1alpha")] {
        let source = source(v1).await;
        let method = source.method("shop.Shop", "Place").await.unwrap();
        assert_eq!((method.input.full_name(), method.output.full_name()), ("shop.Order", "shop.Money"));
        let outline = source.outline().await.unwrap();
        assert_eq!((outline.kind.as_str(), outline.problems.as_slice()), (kind, &[][..]));
        assert!(outline.services.iter().any(|service| service.full_name == "shop.Shop"), "{outline:?}");
        let text = source.definition("order.proto").await.unwrap();
        assert!(text.contains("map<string, Money> parts = 3;"), "{text}");
        // What the server does not know, but everybody does.
        assert_eq!(source.message_type("google.rpc.ErrorInfo").await.unwrap().full_name(), "google.rpc.ErrorInfo");
        assert!(source.message_type("shop.Nothing").await.is_err());
        let error = source.method("shop.Shop", "Plaze").await.unwrap_err().to_string();
        assert!(error.contains("did you mean shop.Shop/Place?"), "{error}");
    }
}
