//! `hello.Hello`, `pb.Greeter` and `pb.Hello`: greetings in every shape.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use tokio::time::{MissedTickBehavior, interval};
use tokio_stream::wrappers::IntervalStream;
use tonic::{Request, Response, Status, Streaming};

use super::Answers;
use super::generated::hello::hello_server::Hello;
use super::generated::hello::{HelloRequest, HelloResponse};
use super::generated::pb;
use super::generated::pb::greeter_server::Greeter;
use super::generated::pb::hello_server::Hello as Welcoming;

const REPLIES: u32 = 10;
const REPLIES_AT_MOST: u32 = 1_000_000;
const INTERVAL: Duration = Duration::from_millis(100);
const INTERVAL_AT_MOST: Duration = Duration::from_secs(10);
/// So many names are repeated by `LotsOfGreetings`; the rest is counted.
const NAMES_AT_MOST: usize = 100;

/// All three are the same to it.
pub(super) struct Greetings;

#[tonic::async_trait]
impl Hello for Greetings {
    async fn say_hello(&self, request: Request<HelloRequest>) -> Result<Response<HelloResponse>, Status> {
        Ok(Response::new(reply(greet(&request.get_ref().name))))
    }

    type LotsOfRepliesStream = Answers<HelloResponse>;

    async fn lots_of_replies(
        &self,
        request: Request<HelloRequest>,
    ) -> Result<Response<Self::LotsOfRepliesStream>, Status> {
        let request = request.into_inner();
        if request.count > REPLIES_AT_MOST {
            return Err(Status::invalid_argument(format!("count: at most {REPLIES_AT_MOST}")));
        }
        let count = if request.count == 0 { REPLIES } else { request.count };
        let period = request.interval_ms.map_or(INTERVAL, |ms| Duration::from_millis(ms.into()));
        let greeting = greet(&request.name);
        let replies = stream::iter(1..=count).map(move |number| Ok(reply(format!("{greeting} ({number} of {count})"))));
        if period.is_zero() {
            return Ok(Response::new(Box::pin(replies)));
        }
        let replies = ticks(period.min(INTERVAL_AT_MOST)).zip(replies).map(|((), reply)| reply);
        Ok(Response::new(Box::pin(replies)))
    }

    async fn lots_of_greetings(
        &self,
        request: Request<Streaming<HelloRequest>>,
    ) -> Result<Response<HelloResponse>, Status> {
        let mut greetings = request.into_inner();
        let mut names = Vec::new();
        let mut more = 0_usize;
        while let Some(greeting) = greetings.message().await? {
            if names.len() < NAMES_AT_MOST {
                names.push(name_or_world(&greeting.name).to_owned());
            } else {
                more += 1;
            }
        }
        let text = match (names.len(), more) {
            (0, _) => "Nobody to greet.".to_owned(),
            (_, 0) => format!("Hello, {}! ({} in all)", names.join(", "), names.len()),
            (known, more) => format!("Hello, {} and {more} more! ({} in all)", names.join(", "), known + more),
        };
        Ok(Response::new(reply(text)))
    }

    type BidiHelloStream = Answers<HelloResponse>;

    async fn bidi_hello(
        &self,
        request: Request<Streaming<HelloRequest>>,
    ) -> Result<Response<Self::BidiHelloStream>, Status> {
        let replies = request.into_inner().map(|greeting| Ok(reply(greet(&greeting?.name))));
        Ok(Response::new(Box::pin(replies)))
    }
}

#[tonic::async_trait]
impl Greeter for Greetings {
    async fn say_hello(&self, request: Request<pb::HelloRequest>) -> Result<Response<pb::HelloReply>, Status> {
        Ok(Response::new(pb::HelloReply { message: greet(&request.get_ref().name) }))
    }
}

#[tonic::async_trait]
impl Welcoming for Greetings {
    async fn welcome(&self, request: Request<pb::In>) -> Result<Response<pb::Out>, Status> {
        let name = name_or_world(&request.get_ref().name).to_owned();
        Ok(Response::new(pb::Out { result: format!("Welcome, {name}!") }))
    }
}

/// Something to do every `period`, the first at once; it waits for a slow reader instead of catching up.
pub(super) fn ticks(period: Duration) -> impl futures_util::Stream<Item = ()> + Send {
    let mut interval = interval(period.max(Duration::from_millis(1)));
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    IntervalStream::new(interval).map(|_| ())
}

fn greet(name: &str) -> String {
    format!("Hello, {}!", name_or_world(name))
}

pub(super) fn name_or_world(name: &str) -> &str {
    if name.is_empty() { "world" } else { name }
}

fn reply(replay: String) -> HelloResponse {
    HelloResponse { replay }
}
