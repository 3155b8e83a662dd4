//! Servers that do exactly what a test says, and clients with short words.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    dead_code,
    missing_docs,
    reason = "tests fail by panicking, and each test file uses a part of this one"
)]

use std::future::Future;
use std::sync::Mutex;
use std::time::Duration;

use bytes::Bytes;
use h2::server::SendResponse;
use proconsul::call::{CallEvent, CallRequest, CallStatus, Encoding, EventReceiver, Limits};
use proconsul::transport::{Channel, ConnectEvent, ConnectOptions, Observer, Pool, Target};
use tokio::net::TcpListener;

pub fn request(path: &str) -> CallRequest {
    CallRequest {
        path: path.to_owned(),
        client_streaming: false,
        server_streaming: false,
        metadata: Vec::new(),
        deadline: Some(Duration::from_secs(20).into()),
        limits: Limits::default(),
        compress: Encoding::Identity,
    }
}

pub fn channel(address: &str) -> Channel {
    Pool::default().channel(&Target::parse(address).unwrap(), &ConnectOptions::default())
}

pub fn frame(flag: u8, payload: &[u8]) -> Bytes {
    let mut bytes = vec![flag];
    bytes.extend_from_slice(&u32::try_from(payload.len()).unwrap().to_be_bytes());
    bytes.extend_from_slice(payload);
    bytes.into()
}

/// One HTTP/2 server on loopback; `answer` runs for each request. Gives `http://127.0.0.1:port`.
pub async fn h2_server<F, Fut>(answer: F) -> String
where
    F: Fn(http::Request<h2::RecvStream>, SendResponse<Bytes>) -> Fut + Send + Sync + Clone + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            socket.set_nodelay(true).unwrap();
            let answer = answer.clone();
            tokio::spawn(async move {
                let Ok(mut connection) = h2::server::handshake(socket).await else { return };
                while let Some(Ok((request, respond))) = connection.accept().await {
                    tokio::spawn(answer(request, respond));
                }
            });
        }
    });
    address
}

/// One raw TCP server; `serve` runs for each connection.
pub async fn tcp_server<F, Fut>(serve: F) -> String
where
    F: Fn(tokio::net::TcpStream) -> Fut + Send + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(serve(socket));
        }
    });
    address
}

pub fn ok_headers() -> http::Response<()> {
    http::Response::builder().status(200).header("content-type", "application/grpc").body(()).unwrap()
}

pub fn trailers(rows: &[(&'static str, &str)]) -> http::HeaderMap {
    rows.iter().map(|(key, value)| (key.parse().unwrap(), http::HeaderValue::from_str(value).unwrap())).collect()
}

/// Reads a call to its end.
pub async fn collect(mut events: EventReceiver) -> (Vec<CallEvent>, CallStatus) {
    let mut all = Vec::new();
    while let Some(batch) = events.next().await {
        assert!(batch.len() <= 256);
        all.extend(batch);
    }
    let statuses = all.iter().filter(|event| matches!(event, CallEvent::Status { .. })).count();
    assert_eq!(statuses, 1, "exactly one status");
    let Some(CallEvent::Status { status, .. }) = all.last() else { panic!("the status is last: {all:?}") };
    let status = CallStatus::clone(status);
    (all, status)
}

pub fn name(event: &CallEvent) -> &'static str {
    match event {
        CallEvent::Connecting(_) => "connecting",
        CallEvent::Connected { .. } => "connected",
        CallEvent::RequestHeaders { .. } => "request_headers",
        CallEvent::MessageOut(_) => "message_out",
        CallEvent::HalfClose { .. } => "half_close",
        CallEvent::ResponseHeaders { .. } => "response_headers",
        CallEvent::MessageIn(_) => "message_in",
        CallEvent::Trailers { .. } => "trailers",
        CallEvent::Reset { .. } => "reset",
        CallEvent::GoAway { .. } => "goaway",
        CallEvent::Status { .. } => "status",
    }
}

/// Keeps every connection step.
#[derive(Default)]
pub struct Steps(pub Mutex<Vec<ConnectEvent>>);

impl Observer for Steps {
    fn connect_event(&self, event: ConnectEvent) {
        self.0.lock().unwrap().push(event);
    }
}
