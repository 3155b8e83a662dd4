//! gRPC servers that can be killed, changed and started again at the same port, each on a runtime of its own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    dead_code,
    missing_docs,
    reason = "tests fail by panicking, and each test file uses a part of this one"
)]

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use proconsul::demo::{Demo, DemoConfig};
use prost::Message as _;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{
    DescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet, MethodDescriptorProto,
    ServiceDescriptorProto,
};
use tokio::runtime::Runtime;
use tonic::codegen::http;
use tonic::service::Routes;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

/// What a server has.
#[derive(Clone, Copy, Debug)]
pub struct Has {
    pub health: Option<ServingStatus>,
    pub reflection: bool,
    /// `pb.Out` has `zone = 2`.
    pub zone: bool,
    /// Its answer to `pb.Hello/Welcome` names this; it waits so long.
    pub name: &'static str,
    pub delay: Duration,
}

impl Default for Has {
    fn default() -> Self {
        let delay = Duration::ZERO;
        Self { health: Some(ServingStatus::Serving), reflection: true, zone: false, name: "one", delay }
    }
}

/// `pb.Hello` as a tutorial has it: `Welcome(In {name}) returns (Out {result})`.
pub fn hello_set(zone: bool) -> Vec<u8> {
    let field = |name: &str, number| FieldDescriptorProto {
        name: Some(name.to_owned()),
        number: Some(number),
        label: Some(Label::Optional.into()),
        r#type: Some(Type::String.into()),
        json_name: Some(name.to_owned()),
        ..Default::default()
    };
    let message = |name: &str, field: Vec<FieldDescriptorProto>| DescriptorProto {
        name: Some(name.to_owned()),
        field,
        ..Default::default()
    };
    let mut out = vec![field("result", 1)];
    if zone {
        out.push(field("zone", 2));
    }
    let welcome = MethodDescriptorProto {
        name: Some("Welcome".to_owned()),
        input_type: Some(".pb.In".to_owned()),
        output_type: Some(".pb.Out".to_owned()),
        ..Default::default()
    };
    let file = FileDescriptorProto {
        name: Some("hello.proto".to_owned()),
        package: Some("pb".to_owned()),
        syntax: Some("proto3".to_owned()),
        message_type: vec![message("In", vec![field("name", 1)]), message("Out", out)],
        service: vec![ServiceDescriptorProto {
            name: Some("Hello".to_owned()),
            method: vec![welcome],
            ..Default::default()
        }],
        ..Default::default()
    };
    FileDescriptorSet { file: vec![file] }.encode_to_vec()
}

#[derive(Clone, PartialEq, Eq, prost::Message)]
struct In {
    #[prost(string, tag = "1")]
    name: String,
}

#[derive(Clone, PartialEq, Eq, prost::Message)]
struct Out {
    #[prost(string, tag = "1")]
    result: String,
    #[prost(string, tag = "2")]
    zone: String,
}

/// `pb.Hello`, answering by hand: one message in, one out.
#[derive(Clone)]
struct Hello(Has);

impl tonic::server::NamedService for Hello {
    const NAME: &'static str = "pb.Hello";
}

struct Welcome(Has);

impl tonic::server::UnaryService<In> for Welcome {
    type Response = Out;
    type Future =
        std::pin::Pin<Box<dyn std::future::Future<Output = Result<tonic::Response<Out>, tonic::Status>> + Send>>;

    fn call(&mut self, request: tonic::Request<In>) -> Self::Future {
        let has = self.0;
        Box::pin(async move {
            tokio::time::sleep(has.delay).await;
            let name = request.into_inner().name;
            if name == "busy" {
                return Err(tonic::Status::unavailable("too busy"));
            }
            let result = if has.zone { format!("Welcome back, {name}") } else { format!("Welcome, {name}") };
            let result = if name == "who" { has.name.to_owned() } else { result };
            let zone = if has.zone { "cn-east-1".to_owned() } else { String::new() };
            Ok(tonic::Response::new(Out { result, zone }))
        })
    }
}

impl tonic::codegen::Service<http::Request<tonic::body::Body>> for Hello {
    type Response = http::Response<tonic::body::Body>;
    type Error = std::convert::Infallible;
    type Future = std::pin::Pin<Box<dyn std::future::Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Self::Error>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<tonic::body::Body>) -> Self::Future {
        let has = self.0;
        Box::pin(async move {
            let codec = tonic_prost::ProstCodec::default();
            Ok(tonic::server::Grpc::new(codec).unary(Welcome(has), request).await)
        })
    }
}

/// A server that runs.
pub struct Server {
    runtime: Option<Runtime>,
    pub address: SocketAddr,
    pub health: HealthReporter,
}

impl Server {
    pub fn start(has: Has) -> Self {
        Self::start_at(has, "127.0.0.1:0".parse().unwrap())
    }

    pub fn start_at(has: Has, address: SocketAddr) -> Self {
        // A runtime may be waited for outside of any other only.
        std::thread::scope(|scope| scope.spawn(|| Self::start_here(has, address)).join().unwrap())
    }

    fn start_here(has: Has, address: SocketAddr) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let (health, address) = runtime.block_on(async move {
            let (health, service) = tonic_health::server::health_reporter();
            let mut routes = Routes::new(Hello(has));
            if let Some(status) = has.health {
                health.set_service_status("", status).await;
                health.set_service_status("pb.Hello", status).await;
                routes = routes.add_service(service);
            }
            if has.reflection {
                let set = hello_set(has.zone);
                let builder = || {
                    tonic_reflection::server::Builder::configure()
                        .register_encoded_file_descriptor_set(&set)
                        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
                };
                routes = routes.add_service(builder().build_v1().unwrap());
            }
            let socket = tokio::net::TcpSocket::new_v4().unwrap();
            socket.set_reuseaddr(true).unwrap();
            socket.bind(address).unwrap();
            let listener = socket.listen(64).unwrap();
            let address = listener.local_addr().unwrap();
            let incoming = tonic::transport::server::TcpIncoming::from(listener);
            tokio::spawn(tonic::transport::Server::builder().add_routes(routes).serve_with_incoming(incoming));
            (health, address)
        });
        Self { runtime: Some(runtime), address, health }
    }

    /// Says something else of its health from now on.
    pub async fn says(&self, service: &str, status: ServingStatus) {
        self.health.set_service_status(service, status).await;
    }

    /// Ends it at once, with all its connections.
    pub fn kill(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            std::thread::scope(|scope| {
                scope.spawn(|| runtime.shutdown_timeout(Duration::from_secs(5))).join().unwrap();
            });
        }
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// The built-in demo on free ports.
pub async fn demo() -> Demo {
    let free = Some("127.0.0.1:0".parse().unwrap());
    let config = DemoConfig { listen: free, listen_tls: free, ..DemoConfig::default() };
    proconsul::demo::start(config).await.unwrap()
}

/// A port that refuses as long as the socket lives.
pub fn refusing() -> (tokio::net::TcpSocket, SocketAddr) {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

/// Accepts connections and says nothing, as a hung process does; answers what it reads with `words`, if there are any.
pub async fn stranger(words: &'static str) -> SocketAddr {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((mut socket, _)) = listener.accept().await {
            if words.is_empty() {
                kept.push(socket);
                continue;
            }
            tokio::spawn(async move {
                let mut some = [0; 64];
                drop(socket.read(&mut some).await);
                drop(socket.write_all(words.as_bytes()).await);
            });
        }
    });
    address
}

/// Waits until `probe` gives something.
pub async fn wait_for<T>(what: &str, mut probe: impl AsyncFnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = probe().await {
            return found;
        }
        assert!(began.elapsed() < Duration::from_secs(30), "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
