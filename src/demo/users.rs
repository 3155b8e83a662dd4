//! Four servers of `pb.Hello`, which a registry knows as `User`: one is well, one says that it does not serve and hangs,
//! one serves a newer schema, one is well and about to be replaced. With TLS, reflection and health, without a token.

use std::collections::HashSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tonic::service::Routes;
use tonic::transport::Server;
use tonic::{Request, Response, Status};
use tonic_health::ServingStatus;
use tonic_health::server::{HealthReporter, HealthService};
use tonic_reflection::pb::{v1, v1alpha};

use super::front::Front;
use super::generated::newer;
use super::generated::newer::hello_server::{Hello as NewerHello, HelloServer as NewerServer};
use super::generated::pb;
use super::generated::pb::hello_server::{Hello, HelloServer};
use super::hello::name_or_world;
use super::reflection::{Index, Reflection, only};
use super::{DESCRIPTOR_SET, DemoError, address_of, listen, until_stopped};

/// Where the first listens, if it can; the others follow.
const FIRST_PORT: u16 = 9001;
/// Longer than any deadline that a person sets to try it.
const HANGS: Duration = Duration::from_secs(30);
/// The sample that holds the service.
const FILE: &str = "welcome.proto";
/// The same file as it will be.
const NEWER_SET: &[u8] = include_bytes!("generated/newer.binpb");
const ZONE: &str = "cn-east-1";

/// How one of them is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It answers.
    Well,
    /// It says NOT_SERVING, and answers after [`HANGS`].
    Ill,
    /// It serves the newer schema.
    Newer,
    /// It answers; whoever looks after it means to take it away.
    Draining,
}

/// One that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct User {
    pub(super) kind: Kind,
    pub(super) address: SocketAddr,
}

/// Starts all four.
pub(super) async fn start(
    tls: &Arc<rustls::ServerConfig>,
    stopped: &watch::Receiver<bool>,
    servers: &mut Vec<JoinHandle<()>>,
) -> Result<Vec<User>, DemoError> {
    let older = index(&only(DESCRIPTOR_SET, FILE)?)?;
    let newer = index(NEWER_SET)?;
    let mut users = Vec::new();
    for (kind, port) in [Kind::Well, Kind::Ill, Kind::Newer, Kind::Draining].into_iter().zip(FIRST_PORT..) {
        let wanted = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port);
        let listener = listen::bind(None, wanted).await?;
        let address = address_of(&listener, wanted)?;
        let index = if kind == Kind::Newer { &newer } else { &older };
        let served_by = HeaderValue::try_from(format!("User {}", address.port()));
        let served_by = served_by.unwrap_or_else(|_| HeaderValue::from_static("User"));
        let front = Front::new(routes(kind, index).await, served_by, HashSet::new(), stopped.clone());
        let front = if kind == Kind::Ill { front.without_deadlines() } else { front };
        let incoming = listen::with_tls(listener, Arc::clone(tls), stopped.clone());
        let server = Server::builder().serve_with_incoming_shutdown(front, incoming, until_stopped(stopped.clone()));
        servers.push(tokio::spawn(async { drop(server.await) }));
        users.push(User { kind, address });
    }
    Ok(users)
}

fn index(set: &[u8]) -> Result<Arc<Index>, DemoError> {
    let sets = [set, tonic_health::pb::FILE_DESCRIPTOR_SET, v1::FILE_DESCRIPTOR_SET, v1alpha::FILE_DESCRIPTOR_SET];
    Ok(Arc::new(Index::new(&sets)?))
}

async fn routes(kind: Kind, index: &Arc<Index>) -> Routes {
    let health = HealthReporter::new();
    let says = |service: &str| match kind {
        // What answers questions about the server is well all the same.
        Kind::Ill if !service.starts_with("grpc.") => ServingStatus::NotServing,
        _ => ServingStatus::Serving,
    };
    for service in index.services().chain([""]) {
        health.set_service_status(service, says(service)).await;
    }
    let reflection = Reflection(Arc::clone(index));
    let mut routes = Routes::builder();
    match kind {
        Kind::Newer => routes.add_service(NewerServer::new(NewerUser)),
        _ => routes.add_service(HelloServer::new(OlderUser { hangs: kind == Kind::Ill })),
    };
    routes
        .add_service(tonic_health::pb::health_server::HealthServer::new(HealthService::from_health_reporter(health)))
        .add_service(v1::server_reflection_server::ServerReflectionServer::new(reflection.clone()))
        .add_service(v1alpha::server_reflection_server::ServerReflectionServer::new(reflection));
    routes.routes().prepare()
}

struct OlderUser {
    hangs: bool,
}

#[tonic::async_trait]
impl Hello for OlderUser {
    async fn welcome(&self, request: Request<pb::In>) -> Result<Response<pb::Out>, Status> {
        if self.hangs {
            tokio::time::sleep(HANGS).await;
        }
        Ok(Response::new(pb::Out { result: format!("Welcome, {}", name_or_world(&request.get_ref().name)) }))
    }
}

struct NewerUser;

#[tonic::async_trait]
impl NewerHello for NewerUser {
    async fn welcome(&self, request: Request<newer::In>) -> Result<Response<newer::Out>, Status> {
        let result = format!("Welcome back, {}", name_or_world(&request.get_ref().name));
        Ok(Response::new(newer::Out { result, zone: ZONE.to_owned() }))
    }
}
