//! Built-in services that one can try without a server of one's own: real servers, in-process, on loopback.
//!
//! Here are the two servers, one in plaintext and one with TLS and a token, their services (the contracts of
//! `proto-samples/`), health, and reflection v1 and v1alpha; four small servers more, which a registry knows as `User`,
//! and what it would know of all of them (`entries`). `generated/` is written by `tests/demo_generated.rs`.
//! Absent: anything of the client. The client meets the demo only through the network, as it meets every server.

mod certificate;
mod details;
mod entries;
mod front;
#[rustfmt::skip]
#[allow(
    clippy::all,
    clippy::pedantic,
    dead_code,
    missing_docs,
    reason = "written by prost-build from proto-samples/, see tests/demo_generated.rs"
)]
mod generated;
mod hello;
mod inventory;
mod listen;
mod orders;
mod reflection;
mod tour;
mod users;

use std::collections::HashSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use tokio::net::TcpSocket;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tonic::Status;
use tonic::codec::CompressionEncoding;
use tonic::service::Routes;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic_health::ServingStatus;
use tonic_health::server::{HealthReporter, HealthService};
use tonic_reflection::pb::{v1, v1alpha};

use certificate::ServerCertificate;
use front::Front;
use generated::editions::profiles_server::ProfilesServer;
use generated::hello::hello_server::HelloServer;
use generated::pb::greeter_server::GreeterServer;
use generated::pb::hello_server::HelloServer as WelcomeServer;
use generated::proto::tour_server::TourServer;
use generated::proto::user_service_server::UserServiceServer;
use generated::shop::v1::inventory_server::InventoryServer;
use generated::shop::v1::orders_server::OrdersServer;
use reflection::{Index, Reflection};

pub use entries::{Entry, EntryState};

/// Where the plaintext server listens unless told otherwise.
pub const DEFAULT_PLAINTEXT_ADDR: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 7888);
/// Where the TLS server listens unless told otherwise.
pub const DEFAULT_TLS_ADDR: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 7889);
/// The name that the TLS server's certificate is for.
pub const SERVER_NAME: &str = "www.eline.com";
/// What the TLS server demands of unary calls, in the metadata `token`. Known to all: it is no secret.
pub const TOKEN: &str = "101010";
/// Its health changes every [`DemoConfig::health_period`].
pub const MOODY_SERVICE: &str = "shop.v1.Inventory";

/// The samples and what they import, as `protoc` wrote them: a serialized `FileDescriptorSet` with comments.
pub const DESCRIPTOR_SET: &[u8] = include_bytes!("generated/demo.binpb");

/// Any that is free, on this machine.
const ANY_PORT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
/// Inventory has so many instances besides the plaintext server.
const MORE_INVENTORIES: usize = 2;

/// How long [`Demo::shutdown`] waits for connections to close.
const CLOSING_AT_MOST: Duration = Duration::from_secs(2);

/// What streams of the demo's services are.
type Answers<T> = Pin<Box<dyn futures_util::Stream<Item = Result<T, Status>> + Send>>;

/// How to start the demo; the default is right for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoConfig {
    /// Where to listen in plaintext; it must be free. `None`: [`DEFAULT_PLAINTEXT_ADDR`], or any free port.
    pub listen: Option<SocketAddr>,
    /// Where to listen with TLS; it must be free. `None`: [`DEFAULT_TLS_ADDR`], or any free port.
    pub listen_tls: Option<SocketAddr>,
    /// How long [`MOODY_SERVICE`] stays in one state; it begins NOT_SERVING.
    pub health_period: Duration,
}

impl Default for DemoConfig {
    fn default() -> Self {
        Self { listen: None, listen_tls: None, health_period: Duration::from_secs(5) }
    }
}

/// Why the demo could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DemoError {
    /// The address is taken, or is none of this machine's.
    #[error("the demo cannot listen on {address}: {error}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why not.
        #[source]
        error: std::io::Error,
    },
    /// The certificate could not be made.
    #[error("the demo's certificate could not be made: {0}")]
    Certificate(#[from] rcgen::Error),
    /// TLS refused the certificate.
    #[error("the demo's certificate cannot be used: {0}")]
    Tls(#[from] rustls::Error),
    /// The descriptors on board cannot be read.
    #[error("the demo's descriptors cannot be read: {0}")]
    Descriptors(#[from] prost::DecodeError),
}

/// The running servers. They stop when this is dropped; calls that are under way end with UNAVAILABLE.
#[derive(Debug)]
pub struct Demo {
    /// Where the server without TLS listens.
    pub plaintext_addr: SocketAddr,
    /// Where the server with TLS listens.
    pub tls_addr: SocketAddr,
    /// The TLS server's certificate, which is its own root: trust exactly this.
    pub certificate_pem: String,
    /// The name to expect in the certificate, whatever the address: [`SERVER_NAME`].
    pub server_name: &'static str,
    /// To be sent as the metadata `token` to the TLS server: [`TOKEN`].
    pub token: &'static str,
    /// Full names of the services, sorted, health and reflection included.
    pub services: Vec<String>,
    /// What a registry knows of the demo: instances of its services, the four `User` among them.
    pub entries: Vec<Entry>,
    /// Bound, and never listened at: whoever connects is refused, and nobody else gets it.
    _closed: TcpSocket,
    stop: watch::Sender<bool>,
    servers: Vec<JoinHandle<()>>,
}

impl Demo {
    /// [`Demo::entries`] as the text of a static list.
    pub fn list_text(&self) -> String {
        entries::list_text(&self.entries)
    }

    /// Stops the servers and waits until their connections are closed, at most two seconds.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        let servers = std::mem::take(&mut self.servers);
        let closed = async {
            for server in servers {
                // A server that panicked is closed as well.
                drop(server.await);
            }
        };
        // What has not closed by then closes with the runtime.
        drop(tokio::time::timeout(CLOSING_AT_MOST, closed).await);
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}

/// Starts all servers on the runtime that the caller is in.
pub async fn start(config: DemoConfig) -> Result<Demo, DemoError> {
    let index = Arc::new(Index::new(&[
        DESCRIPTOR_SET,
        tonic_health::pb::FILE_DESCRIPTOR_SET,
        v1::FILE_DESCRIPTOR_SET,
        v1alpha::FILE_DESCRIPTOR_SET,
    ])?);
    let certificate = ServerCertificate::generate()?;
    let plaintext = listen::bind(config.listen, DEFAULT_PLAINTEXT_ADDR).await?;
    let tls = listen::bind(config.listen_tls, DEFAULT_TLS_ADDR).await?;
    let plaintext_addr = address_of(&plaintext, DEFAULT_PLAINTEXT_ADDR)?;
    let tls_addr = address_of(&tls, DEFAULT_TLS_ADDR)?;

    let (stop, stopped) = watch::channel(false);
    let health = report_health(&index, config.health_period, stopped.clone()).await;
    let routes = routes(&index, &health);
    let guarded = index.unary_paths().clone();

    let mut servers = Vec::new();
    let incoming = TcpIncoming::from(plaintext).with_nodelay(Some(true));
    let front =
        Front::new(routes.clone(), HeaderValue::from_static("demo, plaintext"), HashSet::new(), stopped.clone());
    let server = Server::builder().serve_with_incoming_shutdown(front, incoming, until_stopped(stopped.clone()));
    // tonic's servers end with an error only for a listener that failed; their clients see that.
    servers.push(tokio::spawn(async { drop(server.await) }));

    let front = Front::new(routes.clone(), HeaderValue::from_static("demo, TLS"), guarded, stopped.clone());
    let incoming = listen::with_tls(tls, Arc::clone(&certificate.tls), stopped.clone());
    let server = Server::builder().serve_with_incoming_shutdown(front, incoming, until_stopped(stopped.clone()));
    servers.push(tokio::spawn(async { drop(server.await) }));

    let mut more = Vec::new();
    for _ in 0..MORE_INVENTORIES {
        let listener = listen::bind(None, ANY_PORT).await?;
        more.push(address_of(&listener, ANY_PORT)?);
        let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
        let by = HeaderValue::from_static("demo, another");
        let front = Front::new(routes.clone(), by, HashSet::new(), stopped.clone());
        let server = Server::builder().serve_with_incoming_shutdown(front, incoming, until_stopped(stopped.clone()));
        servers.push(tokio::spawn(async { drop(server.await) }));
    }
    let users = users::start(&certificate.tls, &stopped, &mut servers).await?;
    let closed = closed_port().map_err(|error| DemoError::Listen { address: ANY_PORT, error })?;
    let closed_addr = closed.local_addr().map_err(|error| DemoError::Listen { address: ANY_PORT, error })?;

    Ok(Demo {
        plaintext_addr,
        tls_addr,
        certificate_pem: certificate.certificate_pem,
        server_name: SERVER_NAME,
        token: TOKEN,
        services: index.services().map(str::to_owned).collect(),
        entries: entries::all(&users, plaintext_addr, &more, closed_addr),
        _closed: closed,
        stop,
        servers,
    })
}

/// Where nobody listens while the socket lives.
fn closed_port() -> std::io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(ANY_PORT)?;
    Ok(socket)
}

fn address_of(listener: &tokio::net::TcpListener, address: SocketAddr) -> Result<SocketAddr, DemoError> {
    listener.local_addr().map_err(|error| DemoError::Listen { address, error })
}

async fn until_stopped(mut stopped: watch::Receiver<bool>) {
    // An error means that the sender is gone, which is an end as well.
    drop(stopped.wait_for(|stopped| *stopped).await);
}

/// Every service is SERVING but one, which changes its mind.
async fn report_health(index: &Index, period: Duration, stopped: watch::Receiver<bool>) -> HealthReporter {
    let reporter = HealthReporter::new();
    for service in index.services() {
        let status = if service == MOODY_SERVICE { ServingStatus::NotServing } else { ServingStatus::Serving };
        reporter.set_service_status(service, status).await;
    }
    let moody = reporter.clone();
    tokio::spawn(async move {
        let change = async {
            for status in [ServingStatus::Serving, ServingStatus::NotServing].into_iter().cycle() {
                tokio::time::sleep(period.max(Duration::from_millis(1))).await;
                moody.set_service_status(MOODY_SERVICE, status).await;
            }
        };
        tokio::select! {
            () = change => {}
            () = until_stopped(stopped) => {}
        }
    });
    reporter
}

fn routes(index: &Arc<Index>, health: &HealthReporter) -> Routes {
    let reflection = Reflection(Arc::clone(index));
    /// Every server takes and gives what tonic can, each where the client asks for it.
    macro_rules! compressed {
        ($server:expr) => {
            [CompressionEncoding::Gzip, CompressionEncoding::Deflate, CompressionEncoding::Zstd]
                .into_iter()
                .fold($server, |server, encoding| server.accept_compressed(encoding).send_compressed(encoding))
        };
    }
    let mut routes = Routes::builder();
    routes
        .add_service(compressed!(HelloServer::new(hello::Greetings)))
        .add_service(compressed!(GreeterServer::new(hello::Greetings)))
        .add_service(compressed!(WelcomeServer::new(hello::Greetings)))
        .add_service(compressed!(TourServer::new(tour::Guide).max_decoding_message_size(tour::LARGEST)))
        .add_service(compressed!(UserServiceServer::new(tour::Guide)))
        .add_service(compressed!(ProfilesServer::new(tour::Guide)))
        .add_service(compressed!(OrdersServer::new(orders::OrderBook::new())))
        .add_service(compressed!(InventoryServer::new(inventory::Shelves::new())))
        .add_service(tonic_health::pb::health_server::HealthServer::new(HealthService::from_health_reporter(
            health.clone(),
        )))
        .add_service(v1::server_reflection_server::ServerReflectionServer::new(reflection.clone()))
        .add_service(v1alpha::server_reflection_server::ServerReflectionServer::new(reflection));
    routes.routes().prepare()
}
