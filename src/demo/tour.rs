//! `proto.Tour`, `proto.UserService` and `editions.Profiles`: the language's features to and fro.

use std::time::Duration;

use tonic::{Request, Response, Status};

use super::generated::editions::Profile;
use super::generated::editions::profiles_server::Profiles;
use super::generated::proto::tour_server::Tour;
use super::generated::proto::user_service_server::UserService;
use super::generated::proto::{self, Parent};

/// Long enough that waiting for the server is a phase to be seen.
const THINKING: Duration = Duration::from_millis(5);

/// The echo takes bodies as large as a client sends unless told otherwise, so that such can be tried.
pub(super) const LARGEST: usize = 64 << 20;

const USERS: [&str; 9] = ["Ann", "李雷", "韩梅梅", "Bob", "Chloé", "Дмитрий", "Ema", "さくら", "王芳"];

pub(super) struct Guide;

#[tonic::async_trait]
impl Tour for Guide {
    async fn echo(&self, request: Request<Parent>) -> Result<Response<Parent>, Status> {
        tokio::time::sleep(THINKING).await;
        Ok(Response::new(request.into_inner()))
    }
}

#[tonic::async_trait]
impl UserService for Guide {
    async fn get_user_info(&self, request: Request<proto::Request>) -> Result<Response<proto::Response>, Status> {
        let uid = request.get_ref().uid;
        if uid < 1 {
            return Err(Status::invalid_argument(format!("uid: {uid} is below 1")));
        }
        let user = usize::try_from(uid - 1).ok().and_then(|place| USERS.get(place));
        match user {
            Some(name) => Ok(Response::new(proto::Response { result: format!("{uid}: {name}") })),
            None => Err(Status::not_found(format!("no user {uid}: there are 1 to {}", USERS.len()))),
        }
    }
}

#[tonic::async_trait]
impl Profiles for Guide {
    async fn echo(&self, request: Request<Profile>) -> Result<Response<Profile>, Status> {
        Ok(Response::new(request.into_inner()))
    }
}
