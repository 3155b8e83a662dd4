//! The demo's servers, met as any client meets them: over the network.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use proconsul::demo::{self, Demo, DemoConfig, DemoError};
use prost::Message;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tonic::client::Grpc;
use tonic::codec::{CompressionEncoding, Streaming};
use tonic::codegen::http::uri::PathAndQuery;
use tonic::metadata::{MetadataMap, MetadataValue};
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Response, Status};
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};
use tonic_prost::ProstCodec;
use tonic_reflection::pb::{v1, v1alpha};

/// Longer than anything here takes on a busy machine; a test that hangs ends by it.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Clone, PartialEq, Message)]
struct HelloRequest {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(uint32, tag = "2")]
    count: u32,
    #[prost(uint32, optional, tag = "3")]
    interval_ms: Option<u32>,
}

#[derive(Clone, PartialEq, Message)]
struct Text {
    #[prost(string, tag = "1")]
    text: String,
}

#[derive(Clone, PartialEq, Message)]
struct Uid {
    #[prost(int32, tag = "1")]
    uid: i32,
}

/// Nothing but bytes: what the server sends comes back to it as it was.
#[derive(Clone, PartialEq, Message)]
struct Tour {
    #[prost(bool, tag = "1")]
    bool_val: bool,
    #[prost(double, tag = "3")]
    double_val: f64,
    #[prost(uint64, tag = "6")]
    uint64_val: u64,
    #[prost(sint64, tag = "8")]
    sint64_val: i64,
    #[prost(sfixed64, tag = "12")]
    sfixed64_val: i64,
    #[prost(string, tag = "13")]
    string_val: String,
    #[prost(bytes = "vec", tag = "14")]
    bytes_val: Vec<u8>,
    #[prost(string, repeated, tag = "15")]
    array: Vec<String>,
    #[prost(int32, tag = "16")]
    data_type: i32,
    #[prost(btree_map = "string, string", tag = "17")]
    map_val: BTreeMap<String, String>,
    #[prost(message, repeated, tag = "18")]
    child: Vec<Child>,
}

#[derive(Clone, PartialEq, Message)]
struct Child {
    #[prost(int32, tag = "1")]
    uid: i32,
    #[prost(string, tag = "2")]
    name: String,
}

#[derive(Clone, PartialEq, Message)]
struct OrderEvent {
    #[prost(string, tag = "1")]
    order_id: String,
    #[prost(int32, optional, tag = "3")]
    status: Option<i32>,
}

#[derive(Clone, PartialEq, Message)]
struct RpcStatus {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
    #[prost(message, repeated, tag = "3")]
    details: Vec<prost_types::Any>,
}

fn hello(name: &str) -> HelloRequest {
    HelloRequest { name: name.into(), ..HelloRequest::default() }
}

fn text(text: &str) -> Text {
    Text { text: text.into() }
}

async fn any_port() -> Demo {
    start(Duration::from_secs(5)).await
}

async fn start(health_period: Duration) -> Demo {
    let free = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
    demo::start(DemoConfig { listen: free, listen_tls: free, health_period }).await.unwrap()
}

async fn client(address: SocketAddr) -> Grpc<Channel> {
    let channel = Endpoint::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap();
    let mut client = Grpc::new(channel);
    client.ready().await.unwrap();
    client
}

async fn unary<A, B>(client: &mut Grpc<Channel>, path: &'static str, request: A) -> Result<Response<B>, Status>
where
    A: Message + 'static,
    B: Message + Default + 'static,
{
    unary_with(client, path, Request::new(request)).await
}

async fn unary_with<A, B>(
    client: &mut Grpc<Channel>,
    path: &'static str,
    request: Request<A>,
) -> Result<Response<B>, Status>
where
    A: Message + 'static,
    B: Message + Default + 'static,
{
    client.ready().await.unwrap();
    client.unary(request, PathAndQuery::from_static(path), ProstCodec::<A, B>::default()).await
}

async fn server_stream<A, B>(client: &mut Grpc<Channel>, path: &'static str, request: A) -> Streaming<B>
where
    A: Message + 'static,
    B: Message + Default + 'static,
{
    client.ready().await.unwrap();
    let codec = ProstCodec::<A, B>::default();
    client.server_streaming(Request::new(request), PathAndQuery::from_static(path), codec).await.unwrap().into_inner()
}

async fn all<B>(mut messages: Streaming<B>) -> (Vec<B>, MetadataMap) {
    let mut received = Vec::new();
    while let Some(message) = messages.message().await.unwrap() {
        received.push(message);
    }
    (received, messages.trailers().await.unwrap().unwrap_or_default())
}

#[tokio::test]
async fn hello_speaks_the_four_shapes() {
    let demo = any_port().await;
    let mut client = client(demo.plaintext_addr).await;

    let reply: Response<Text> = unary(&mut client, "/hello.Hello/SayHello", hello("微服务")).await.unwrap();
    assert_eq!(reply.get_ref().text, "Hello, 微服务!");

    let request = HelloRequest { count: 3, interval_ms: Some(1), ..hello("Ann") };
    let (replies, _) = all(server_stream::<_, Text>(&mut client, "/hello.Hello/LotsOfReplies", request).await).await;
    assert_eq!(replies, [1, 2, 3].map(|number| text(&format!("Hello, Ann! ({number} of 3)"))));

    client.ready().await.unwrap();
    let path = PathAndQuery::from_static("/hello.Hello/LotsOfGreetings");
    let greetings = Request::new(stream::iter([hello("Ann"), hello("李雷")]));
    let reply: Response<Text> = client.client_streaming(greetings, path, ProstCodec::default()).await.unwrap();
    assert_eq!(reply.get_ref().text, "Hello, Ann, 李雷! (2 in all)");

    // Each greeting is answered before the next is sent.
    let (greetings, receiver) = tokio::sync::mpsc::channel(1);
    let requests = Request::new(tokio_stream::wrappers::ReceiverStream::new(receiver));
    client.ready().await.unwrap();
    let path = PathAndQuery::from_static("/hello.Hello/BidiHello");
    let codec = ProstCodec::<HelloRequest, Text>::default();
    let mut replies = client.streaming(requests, path, codec).await.unwrap().into_inner();
    for name in ["Ann", "Bob"] {
        greetings.send(hello(name)).await.unwrap();
        assert_eq!(replies.message().await.unwrap().unwrap().text, format!("Hello, {name}!"));
    }
    drop(greetings);
    assert_eq!(replies.message().await.unwrap(), None);
}

#[tokio::test]
async fn the_smaller_services_answer() {
    let demo = any_port().await;
    let mut client = client(demo.plaintext_addr).await;

    let reply: Response<Text> = unary(&mut client, "/pb.Greeter/SayHello", text("Ann")).await.unwrap();
    assert_eq!(reply.get_ref().text, "Hello, Ann!");
    let reply: Response<Text> = unary(&mut client, "/pb.Hello/Welcome", text("")).await.unwrap();
    assert_eq!(reply.get_ref().text, "Welcome, world!");

    let path = "/proto.UserService/GetUserInfo";
    let reply: Response<Text> = unary(&mut client, path, Uid { uid: 2 }).await.unwrap();
    assert_eq!(reply.get_ref().text, "2: 李雷");
    for (uid, code) in [(10, Code::NotFound), (0, Code::InvalidArgument), (i32::MIN, Code::InvalidArgument)] {
        assert_eq!(unary::<_, Text>(&mut client, path, Uid { uid }).await.unwrap_err().code(), code, "{uid}");
    }

    let sent = Tour {
        bool_val: true,
        double_val: -0.0,
        uint64_val: u64::MAX,
        sint64_val: i64::MIN,
        sfixed64_val: -1,
        string_val: "Client 微服务".into(),
        bytes_val: vec![0, 255],
        array: vec!["grpc".into(), String::new()],
        data_type: 1,
        map_val: [("k".to_owned(), "v".to_owned())].into(),
        child: vec![Child { uid: 7, name: "Ann".into() }, Child { uid: 8, name: "李雷".into() }],
    };
    let reply: Response<Tour> = unary(&mut client, "/proto.Tour/Echo", sent.clone()).await.unwrap();
    assert_eq!(reply.into_inner(), sent);
}

#[tokio::test]
async fn metadata_comes_back_in_headers_and_trailers() {
    let demo = any_port().await;
    let mut client = client(demo.plaintext_addr).await;
    client.ready().await.unwrap();

    let mut request = Request::new(HelloRequest { count: 1, interval_ms: Some(1), ..hello("Ann") });
    request.metadata_mut().append("x-request-id", MetadataValue::from_static("a"));
    request.metadata_mut().append("x-request-id", MetadataValue::from_static("b"));
    request.metadata_mut().append_bin("trace-bin", MetadataValue::from_bytes(&[0, 1, 255]));
    let path = PathAndQuery::from_static("/hello.Hello/LotsOfReplies");
    let response = client.server_streaming(request, path, ProstCodec::<HelloRequest, Text>::default()).await.unwrap();
    let headers = response.metadata().clone();
    assert_eq!(headers.get("x-served-by").unwrap(), "demo, plaintext");
    assert_eq!(headers.get_all("x-request-id").iter().collect::<Vec<_>>(), ["a", "b"]);

    let (_, trailers) = all(response.into_inner()).await;
    assert_eq!(trailers.get_bin("trace-bin").unwrap().to_bytes().unwrap(), Bytes::from_static(&[0, 1, 255]));
    assert!(trailers.get("x-elapsed-us").unwrap().to_str().unwrap().parse::<u64>().is_ok());
}

#[tokio::test]
async fn compression_is_used_when_asked_for() {
    let demo = any_port().await;
    for encoding in [CompressionEncoding::Gzip, CompressionEncoding::Deflate, CompressionEncoding::Zstd] {
        let mut client = client(demo.plaintext_addr).await.send_compressed(encoding).accept_compressed(encoding);
        let reply: Response<Text> = unary(&mut client, "/hello.Hello/SayHello", hello("Ann")).await.unwrap();
        let used = reply.metadata().get("grpc-encoding").unwrap().to_str().unwrap().to_owned();
        assert_eq!(used, format!("{encoding:?}").to_lowercase());
        assert_eq!(reply.into_inner().text, "Hello, Ann!");
    }
}

#[tokio::test]
async fn the_shop_knows_its_orders_and_explains_its_refusals() {
    let demo = any_port().await;
    let mut client = client(demo.plaintext_addr).await;

    // GetOrderRequest, too, has its id in field 1, and so has Order.
    let reply: Response<Text> = unary(&mut client, "/shop.v1.Orders/GetOrder", text("1001")).await.unwrap();
    assert_eq!(reply.get_ref().text, "1001");
    let status = unary::<_, Text>(&mut client, "/shop.v1.Orders/GetOrder", text("x")).await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound);

    let status = unary::<_, Text>(&mut client, "/shop.v1.Orders/CreateOrder", ()).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    let rich = RpcStatus::decode(status.details()).unwrap();
    assert_eq!((rich.code, rich.message.as_str()), (3, status.message()));
    let kinds: Vec<&str> =
        rich.details.iter().map(|detail| detail.type_url.strip_prefix("type.googleapis.com/").unwrap()).collect();
    assert_eq!(
        kinds,
        [
            "google.rpc.BadRequest",
            "google.rpc.ErrorInfo",
            "google.rpc.RetryInfo",
            "google.rpc.DebugInfo",
            "google.rpc.Help",
            "google.rpc.LocalizedMessage"
        ]
    );

    // WatchOrderRequest with an interval of 1 ms: field 2.
    let mut request = text("1001").encode_to_vec();
    request.extend([0x10, 1]);
    let request = WatchOrder::decode(request.as_slice()).unwrap();
    let (events, _) =
        all(server_stream::<_, OrderEvent>(&mut client, "/shop.v1.Orders/WatchOrder", request).await).await;
    assert!(events.iter().all(|event| event.order_id == "1001"));
    let statuses: Vec<i32> = events.iter().filter_map(|event| event.status).collect();
    assert_eq!(statuses, [1, 2, 3, 4, 5]);
    assert_eq!(events.len(), 8);
}

#[derive(Clone, PartialEq, Message)]
struct WatchOrder {
    #[prost(string, tag = "1")]
    id: String,
    #[prost(uint32, tag = "2")]
    interval_ms: u32,
}

#[tokio::test]
async fn one_service_changes_its_health() {
    let demo = start(Duration::from_millis(20)).await;
    let mut client = client(demo.plaintext_addr).await;

    let check = |service: &str| HealthCheckRequest { service: service.into() };
    let path = "/grpc.health.v1.Health/Check";
    for service in ["", "hello.Hello", "shop.v1.Orders"] {
        let reply: Response<HealthCheckResponse> = unary(&mut client, path, check(service)).await.unwrap();
        assert_eq!(reply.get_ref().status, 1, "{service:?}");
    }
    let status = unary::<_, HealthCheckResponse>(&mut client, path, check("nobody")).await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound);

    let mut watch: Streaming<HealthCheckResponse> =
        server_stream(&mut client, "/grpc.health.v1.Health/Watch", check(demo::MOODY_SERVICE)).await;
    let mut seen = BTreeSet::new();
    while seen.len() < 2 {
        seen.insert(tokio::time::timeout(PATIENCE, watch.message()).await.unwrap().unwrap().unwrap().status);
    }
    assert_eq!(seen, [1, 2].into());
}

/// Both versions of reflection, in the words of one.
macro_rules! reflect {
    ($version:ident, $client:expr, $questions:expr) => {{
        use $version::ServerReflectionRequest;
        use $version::server_reflection_request::MessageRequest;
        use $version::server_reflection_response::MessageResponse;

        let requests: Vec<ServerReflectionRequest> = $questions
            .into_iter()
            .map(|question: Question| ServerReflectionRequest {
                host: String::new(),
                message_request: Some(match question {
                    Question::Services => MessageRequest::ListServices(String::new()),
                    Question::Symbol(name) => MessageRequest::FileContainingSymbol(name.into()),
                    Question::File(name) => MessageRequest::FileByFilename(name.into()),
                    Question::Numbers(name) => MessageRequest::AllExtensionNumbersOfType(name.into()),
                }),
            })
            .collect();
        $client.ready().await.unwrap();
        let path = PathAndQuery::from_static(concat!(
            "/grpc.reflection.",
            stringify!($version),
            ".ServerReflection/ServerReflectionInfo"
        ));
        let codec = ProstCodec::<ServerReflectionRequest, $version::ServerReflectionResponse>::default();
        let answers = $client.streaming(Request::new(stream::iter(requests)), path, codec).await.unwrap();
        answers
            .into_inner()
            .map(|answer| match answer.unwrap().message_response.unwrap() {
                MessageResponse::ListServicesResponse(list) => {
                    Answer::Names(list.service.into_iter().map(|service| service.name).collect())
                }
                MessageResponse::FileDescriptorResponse(files) => Answer::Files(files.file_descriptor_proto),
                MessageResponse::AllExtensionNumbersResponse(numbers) => Answer::Numbers(numbers.extension_number),
                MessageResponse::ErrorResponse(error) => Answer::Error(error.error_code),
            })
            .collect::<Vec<_>>()
            .await
    }};
}

enum Question {
    Services,
    Symbol(&'static str),
    File(&'static str),
    Numbers(&'static str),
}

#[derive(Debug, PartialEq)]
enum Answer {
    Names(Vec<String>),
    Files(Vec<Vec<u8>>),
    Numbers(Vec<i32>),
    Error(i32),
}

fn questions() -> Vec<Question> {
    vec![
        Question::Services,
        Question::Symbol("shop.v1.Orders"),
        Question::Symbol("shop.v1.Order.Card"),
        Question::File("editions/profile.proto"),
        Question::Numbers("google.protobuf.MethodOptions"),
        Question::Symbol("shop.v1.Nobody"),
    ]
}

#[tokio::test]
async fn both_versions_of_reflection_give_the_files_as_they_were_compiled() {
    let demo = any_port().await;
    let mut client = client(demo.plaintext_addr).await;
    let answers = reflect!(v1, client, questions());
    assert_eq!(answers, reflect!(v1alpha, client, questions()));

    let [Answer::Names(services), Answer::Files(orders), Answer::Files(card), Answer::Files(profile), rest @ ..] =
        answers.as_slice()
    else {
        panic!("{answers:?}");
    };
    assert_eq!(services, &demo.services);
    for service in [
        "editions.Profiles",
        "grpc.health.v1.Health",
        "grpc.reflection.v1.ServerReflection",
        "grpc.reflection.v1alpha.ServerReflection",
        "hello.Hello",
        "pb.Greeter",
        "pb.Hello",
        "proto.Tour",
        "proto.UserService",
        "shop.v1.Inventory",
        "shop.v1.Orders",
    ] {
        assert!(services.iter().any(|name| name == service), "{service}");
    }

    let names = |files: &[Vec<u8>]| -> Vec<String> {
        let decode = |file: &Vec<u8>| prost_types::FileDescriptorProto::decode(file.as_slice()).unwrap();
        files.iter().map(|file| decode(file).name().to_owned()).collect()
    };
    let order_files = names(orders);
    assert_eq!(order_files.first().map(String::as_str), Some("shop/v1/orders.proto"));
    for import in ["shop/types/money.proto", "google/api/http.proto", "google/protobuf/descriptor.proto"] {
        assert!(order_files.iter().any(|name| name == import), "{import}");
    }
    assert_eq!(names(card), ["shop/v1/order.proto"], "imports are sent once a stream");

    // prost-types knows no edition; the bytes do: `edition` is field 14, 2023 is 1000.
    assert_eq!(names(profile), ["editions/profile.proto"]);
    let edition = [0x70, 0xe8, 0x07];
    assert!(profile.iter().flat_map(|file| file.windows(3)).any(|window| window == edition));
    // google.api.http is an option that the descriptor's own types do not know.
    assert!(orders.iter().any(|file| file.windows(15).any(|window| window == b"/v1/orders/{id}")));
    assert_eq!(rest, [Answer::Numbers(vec![72_295_728]), Answer::Error(Code::NotFound.into())]);
}

#[tokio::test]
async fn the_descriptor_set_on_board_holds_all_samples() {
    let set = prost_types::FileDescriptorSet::decode(demo::DESCRIPTOR_SET).unwrap();
    for name in ["hello.proto", "test.proto", "tour.proto", "welcome.proto", "shop/v1/inventory.proto"] {
        assert!(set.file.iter().any(|file| file.name() == name && file.source_code_info.is_some()), "{name}");
    }
}

#[tokio::test]
async fn unary_calls_over_tls_need_the_token() {
    let demo = any_port().await;
    let check = async |path: &str, token: Option<&str>, expect: (i32, &str)| {
        let (code, message) = tls_call(&demo, path, token).await;
        assert_eq!((code, message.as_str()), expect, "{path} with {token:?}");
    };
    let hello = "/hello.Hello/SayHello";
    check(hello, Some("101010"), (0, "")).await;
    check(hello, None, (2, "无 Token 认证信息")).await;
    check(hello, Some("202020"), (2, "Token 认证信息无效")).await;
    check("/grpc.health.v1.Health/Check", None, (2, "无 Token 认证信息")).await;
    check("/grpc.health.v1.Health/Check", Some("101010"), (0, "")).await;
    // A unary interceptor sees no streams, and no method that does not exist.
    check("/hello.Hello/LotsOfGreetings", None, (0, "")).await;
    check("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", None, (0, "")).await;
    check("/hello.Hello/Nothing", None, (12, "")).await;
}

/// One call with one empty message over TLS, answered with the status and its message.
///
/// By h2 itself: rustls takes no authority for a server's own certificate, as this one is, without a verifier of ours.
async fn tls_call(demo: &Demo, path: &str, token: Option<&str>) -> (i32, String) {
    let certificate = CertificateDer::from_pem_slice(demo.certificate_pem.as_bytes()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Exactly(certificate)))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let tcp = TcpStream::connect(demo.tls_addr).await.unwrap();
    let name = ServerName::try_from(demo.server_name).unwrap();
    let tls = tokio_rustls::TlsConnector::from(Arc::new(config)).connect(name, tcp).await.unwrap();
    let token: Vec<_> = token.into_iter().map(|token| ("token", token)).collect();
    h2_call(tls, path, &token, true).await
}

/// One call with one empty message, with the request's end or without.
async fn h2_call<T>(io: T, path: &str, headers: &[(&str, &str)], half_close: bool) -> (i32, String)
where
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (client, connection) = h2::client::handshake(io).await.unwrap();
    let connection = tokio::spawn(connection);
    let mut client = client.ready().await.unwrap();
    let mut request = http::Request::post(format!("http://{}{path}", demo::SERVER_NAME))
        .header("content-type", "application/grpc")
        .header("te", "trailers");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (response, mut body) = client.send_request(request.body(()).unwrap(), false).unwrap();
    body.send_data(Bytes::from_static(&[0; 5]), half_close).unwrap();
    let mut response = response.await.unwrap();
    while let Some(data) = response.body_mut().data().await {
        data.unwrap();
    }
    let trailers = response.body_mut().trailers().await.unwrap();
    let fields = trailers.as_ref().unwrap_or(response.headers());
    let code = fields["grpc-status"].to_str().unwrap().parse().unwrap();
    let message = fields.get("grpc-message").map(|message| message.to_str().unwrap()).unwrap_or_default();
    let message = percent_encoding::percent_decode_str(message).decode_utf8().unwrap().into_owned();
    connection.abort();
    (code, message)
}

/// Trusts one certificate, for the names in it.
#[derive(Debug)]
struct Exactly(CertificateDer<'static>);

impl ServerCertVerifier for Exactly {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        assert_eq!(end_entity, &self.0);
        let parsed = rustls::server::ParsedCertificate::try_from(end_entity)?;
        rustls::client::verify_server_name(&parsed, server_name)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &rustls::DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = rustls::crypto::ring::default_provider().signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signed, &algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &rustls::DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = rustls::crypto::ring::default_provider().signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signed, &algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        rustls::crypto::ring::default_provider().signature_verification_algorithms.supported_schemes()
    }
}

#[test]
fn the_certificate_is_like_the_tutorials() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let demo = runtime.block_on(any_port());
    let (_, pem) = x509_parser::pem::parse_x509_pem(demo.certificate_pem.as_bytes()).unwrap();
    let certificate = pem.parse_x509().unwrap();
    assert_eq!(certificate.subject(), certificate.issuer());
    assert!(certificate.is_ca());
    assert!(certificate.validity().is_valid());
    assert!(certificate.verify_signature(None).is_ok());
    let names = &certificate.subject_alternative_name().unwrap().unwrap().value.general_names;
    assert_eq!(names.len(), 1);
    assert!(matches!(names[0], x509_parser::extensions::GeneralName::DNSName("www.eline.com")));
}

#[tokio::test]
async fn a_taken_address_is_an_error_only_where_it_was_asked_for() {
    let taken = any_port().await;
    let error = demo::start(DemoConfig { listen: Some(taken.plaintext_addr), ..DemoConfig::default() }).await;
    assert!(matches!(error, Err(DemoError::Listen { address, .. }) if address == taken.plaintext_addr));

    // Whoever holds the default ports, both of these find a place.
    let first = demo::start(DemoConfig::default()).await.unwrap();
    let second = demo::start(DemoConfig::default()).await.unwrap();
    let addresses: BTreeSet<SocketAddr> =
        [first.plaintext_addr, first.tls_addr, second.plaintext_addr, second.tls_addr].into();
    assert_eq!(addresses.len(), 4);
    assert!(addresses.iter().all(|address| address.ip().is_loopback()));
}

#[tokio::test]
async fn shutting_down_ends_streams_with_a_status_and_frees_the_port() {
    let demo = any_port().await;
    let address = demo.plaintext_addr;
    let mut client = client(address).await;
    let check = HealthCheckRequest::default();
    let mut watch: Streaming<HealthCheckResponse> =
        server_stream(&mut client, "/grpc.health.v1.Health/Watch", check).await;
    assert!(watch.message().await.unwrap().is_some());

    let began = Instant::now();
    demo.shutdown().await;
    assert!(began.elapsed() < Duration::from_millis(1500), "{:?}", began.elapsed());
    let status = tokio::time::timeout(PATIENCE, watch.message()).await.unwrap().unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_deadline_that_passes_on_the_server_is_a_deadline() {
    let demo = any_port().await;
    for path in ["/hello.Hello/LotsOfGreetings", "/hello.Hello/BidiHello"] {
        let tcp = TcpStream::connect(demo.plaintext_addr).await.unwrap();
        let call = h2_call(tcp, path, &[("grpc-timeout", "20m")], false);
        let (code, _) = tokio::time::timeout(PATIENCE, call).await.unwrap();
        assert_eq!(code, i32::from(Code::DeadlineExceeded), "{path}");
    }
}
