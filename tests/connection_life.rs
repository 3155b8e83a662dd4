//! How a pooled connection lives and dies: keepalive, idle closing, what is tried again on a new one and what is not,
//! and the seam for a capture of everything that passes on it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod transport_support;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use proconsul::call::{CallEvent, CallStatus, Code, Origin, start, unary};
use proconsul::transport::{
    Capture, Channel, ConnectOptions, ConnectionInfo, FailureKind, Keepalive, Pool, Stage, Target,
};
use proconsul::words::Lang;
use proconsul::words::failure::describe;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{self, Receiver, Sender};
use transport_support::{Steps, channel, collect, frame, h2_server, ok_headers, request, tcp_server, trailers};

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
/// An empty SETTINGS frame: the server's side of HTTP/2's greeting.
const SETTINGS: [u8; 9] = [0, 0, 0, 4, 0, 0, 0, 0, 0];
/// No test here sees as many frames.
const MOST_TOLD: usize = 1000;
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

fn channel_with(address: &str, options: &ConnectOptions) -> Channel {
    Pool::default().channel(&Target::parse(address).unwrap(), options)
}

fn keepalive(interval_ms: u64, timeout_ms: u64) -> ConnectOptions {
    let (interval, timeout) = (Duration::from_millis(interval_ms), Duration::from_millis(timeout_ms));
    ConnectOptions { keepalive: Some(Keepalive { interval, timeout }), ..ConnectOptions::default() }
}

async fn info(channel: &Channel) -> ConnectionInfo {
    channel.connect(&Steps::default()).await.unwrap()
}

#[track_caller]
fn unavailable(status: &CallStatus, kind: &FailureKind) {
    assert_eq!((status.code, status.origin), (Code::UNAVAILABLE, Origin::Transport), "{status:?}");
    assert_eq!(&status.failure.as_ref().unwrap().kind, kind, "{status:?}");
}

/// What a raw server saw.
#[derive(Debug, PartialEq)]
enum Seen {
    Connection,
    Frame { kind: u8, stream_id: u32, payload: Vec<u8> },
    End,
}

/// Reads one client's frames and tells each, until the client closes.
async fn read_frames(socket: &mut TcpStream, tell: &Sender<Seen>, mut answer: impl FnMut(u8, u32) -> Option<Vec<u8>>) {
    let mut preface = [0; 24];
    if socket.read_exact(&mut preface).await.is_err() {
        return;
    }
    assert_eq!(preface, PREFACE);
    let mut head = [0; 9];
    while socket.read_exact(&mut head).await.is_ok() {
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
        let stream_id = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
        let mut payload = vec![0; length];
        socket.read_exact(&mut payload).await.unwrap();
        tell.try_send(Seen::Frame { kind: head[3], stream_id, payload }).unwrap();
        if let Some(bytes) = answer(head[3], stream_id)
            && socket.write_all(&bytes).await.is_err()
        {
            break;
        }
    }
    drop(tell.try_send(Seen::End));
}

/// A server that greets, tells every frame, and answers none.
async fn mute_server() -> (String, Receiver<Seen>) {
    let (tell, seen) = mpsc::channel(MOST_TOLD);
    let address = tcp_server(move |mut socket| {
        let tell = tell.clone();
        async move {
            tell.try_send(Seen::Connection).unwrap();
            socket.write_all(&SETTINGS).await.unwrap();
            read_frames(&mut socket, &tell, |_, _| None).await;
        }
    })
    .await;
    (format!("http://{address}"), seen)
}

#[tokio::test]
async fn a_connection_that_answers_no_ping_is_given_up() {
    let (address, mut seen) = mute_server().await;
    let channel = channel_with(&address, &keepalive(60, 80));
    let began = Instant::now();
    let mut asked = request("/a.B/Stream");
    asked.server_streaming = true;
    let (handle, events) = start(&channel, asked);
    handle.send(Bytes::new()).await.unwrap();
    let (one, (events, status)) =
        tokio::join!(unary(&channel, request("/a.B/C"), Bytes::from_static(b"q")), collect(events));
    let took = began.elapsed();
    assert!(took >= Duration::from_millis(140), "given up before its time: {took:?}");
    assert!(took < Duration::from_secs(10), "{took:?}");
    for status in [&status, &one.status] {
        unavailable(status, &FailureKind::KeepaliveUnanswered);
        assert!(status.message.contains("keepalive"), "{status:?}");
        let failure = status.failure.as_ref().unwrap();
        assert_eq!(failure.stage, Stage::Wait);
        assert!(describe(failure, Lang::En).cause.contains("keepalive PING"), "{failure:?}");
        assert!(describe(failure, Lang::ZhCn).cause.contains("保活 PING"), "{failure:?}");
    }
    assert!(!events.iter().any(|event| matches!(event, CallEvent::ResponseHeaders { .. })));
    // One PING, on the connection, and then no second one.
    let (mut pings, mut connections) = (0, 0);
    loop {
        match seen.recv().await.unwrap() {
            Seen::Connection => connections += 1,
            Seen::Frame { kind: PING, stream_id, payload } => {
                assert_eq!((stream_id, payload.len()), (0, 8));
                pings += 1;
            }
            Seen::Frame { .. } => {}
            Seen::End => break,
        }
    }
    assert_eq!((pings, connections), (1, 1));
    // The dead one is out of the pool.
    let again = unary(&channel, request("/a.B/C"), Bytes::new()).await;
    unavailable(&again.status, &FailureKind::KeepaliveUnanswered);
    assert_eq!(seen.recv().await.unwrap(), Seen::Connection);
}

#[tokio::test]
async fn answered_pings_keep_a_quiet_call() {
    let (go, mut told) = mpsc::channel::<()>(MOST_TOLD);
    let gate = Arc::new(tokio::sync::Notify::new());
    let opens = Arc::clone(&gate);
    let address = h2_server(move |_request, mut respond| {
        let (gate, go) = (Arc::clone(&gate), go.clone());
        async move {
            go.try_send(()).unwrap();
            gate.notified().await;
            let mut stream = respond.send_response(ok_headers(), false).unwrap();
            stream.send_data(frame(0, b"at last"), false).unwrap();
            stream.send_trailers(trailers(&[("grpc-status", "0")])).unwrap();
        }
    })
    .await;
    let channel = channel_with(&address, &keepalive(20, 10_000));
    let id = info(&channel).await.id;
    let answered = || {
        let is_answer = |frame: &&proconsul::transport::FrameRecord| !frame.outgoing && frame.kind == PING;
        channel.frames(id, 0).iter().filter(is_answer).count()
    };
    let waits = async {
        told.recv().await.unwrap();
        while answered() < 4 {
            tokio::task::yield_now().await;
        }
        opens.notify_one();
    };
    let (outcome, ()) = tokio::join!(unary(&channel, request("/a.B/C"), Bytes::new()), waits);
    assert_eq!(outcome.status.code, Code::OK, "{:?}", outcome.status);
    assert_eq!(outcome.messages[0].data, "at last");
}

#[tokio::test]
async fn an_idle_connection_is_not_pinged_and_closes() {
    let (tell, mut seen) = mpsc::channel(MOST_TOLD);
    let address = tcp_server(move |mut socket| {
        let tell = tell.clone();
        async move {
            tell.try_send(Seen::Connection).unwrap();
            socket.write_all(&SETTINGS).await.unwrap();
            read_frames(&mut socket, &tell, |kind, stream_id| {
                // `:status: 200` and an empty body with END_STREAM: no gRPC, but the end of a call.
                let id = stream_id.to_be_bytes();
                (kind == DATA).then(|| [&[0, 0, 1, HEADERS, 5][..], &id, &[0x88]].concat())
            })
            .await;
        }
    })
    .await;
    let options = ConnectOptions { idle_timeout: Duration::from_millis(150), ..keepalive(20, 10_000) };
    let channel = channel_with(&format!("http://{address}"), &options);
    let mut ids = Vec::new();
    for _ in 0..2 {
        let first = info(&channel).await;
        ids.push(first.id);
        let before = Instant::now();
        let outcome = unary(&channel, request("/a.B/C"), Bytes::new()).await;
        assert_eq!(outcome.status.code, Code::UNKNOWN, "{:?}", outcome.status);
        let mut kinds = Vec::new();
        assert_eq!(seen.recv().await.unwrap(), Seen::Connection);
        loop {
            match seen.recv().await.unwrap() {
                Seen::Frame { kind, payload, .. } => {
                    if kind == GOAWAY {
                        assert_eq!(payload[4..8], [0; 4], "closed without an error");
                    }
                    kinds.push(kind);
                }
                Seen::End => break,
                Seen::Connection => panic!("a second connection beside the first"),
            }
        }
        assert!(before.elapsed() >= Duration::from_millis(150), "{:?}", before.elapsed());
        assert!(!kinds.contains(&PING), "servers take PINGs without calls for an attack: {kinds:?}");
        assert_eq!(kinds.last(), Some(&GOAWAY), "{kinds:?}");
    }
    assert_ne!(ids[0], ids[1], "the next call made a connection of its own");
}

#[tokio::test]
async fn a_connection_with_a_call_is_never_idle() {
    let gate = Arc::new(tokio::sync::Notify::new());
    let opens = Arc::clone(&gate);
    let address = h2_server(move |_request, mut respond| {
        let gate = Arc::clone(&gate);
        async move {
            gate.notified().await;
            let mut stream = respond.send_response(ok_headers(), false).unwrap();
            stream.send_data(frame(0, b""), false).unwrap();
            stream.send_trailers(trailers(&[("grpc-status", "0")])).unwrap();
        }
    })
    .await;
    let options = ConnectOptions { idle_timeout: Duration::from_millis(10), ..ConnectOptions::default() };
    let channel = channel_with(&address, &options);
    let (outcome, ()) = tokio::join!(unary(&channel, request("/a.B/C"), Bytes::new()), async {
        // The passing of time is what is tested here: ten times what an idle one gets.
        tokio::time::sleep(Duration::from_millis(100)).await;
        opens.notify_one();
    });
    assert_eq!(outcome.status.code, Code::OK, "{:?}", outcome.status);
}

/// How a server ends a connection.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Ending {
    /// GOAWAY NO_ERROR, then closes.
    Graceful,
    /// Closes without a word.
    Fin,
    /// Resets (TCP RST).
    Reset,
}

#[tokio::test]
async fn a_connection_that_the_server_closed_while_idle_is_replaced() {
    for ending in [Ending::Graceful, Ending::Fin, Ending::Reset] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (tell, mut closed) = mpsc::channel(MOST_TOLD);
        let served = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&served);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (tell, counter) = (tell.clone(), Arc::clone(&counter));
                if ending == Ending::Reset {
                    socket.set_zero_linger().unwrap();
                }
                tokio::spawn(async move {
                    let mut connection = h2::server::handshake(socket).await.unwrap();
                    let (_request, mut respond) = connection.accept().await.unwrap().unwrap();
                    counter.fetch_add(1, Ordering::SeqCst);
                    let mut stream = respond.send_response(ok_headers(), false).unwrap();
                    stream.send_data(frame(0, b"hi"), false).unwrap();
                    stream.send_trailers(trailers(&[("grpc-status", "0")])).unwrap();
                    drop(stream);
                    if ending == Ending::Graceful {
                        connection.graceful_shutdown();
                        while connection.accept().await.is_some() {}
                    } else {
                        // Lets the answer out, then goes; the client says nothing more by itself.
                        let quiet = tokio::time::timeout(Duration::from_millis(50), connection.accept()).await;
                        assert!(quiet.is_err());
                    }
                    drop(connection);
                    tell.try_send(()).unwrap();
                });
            }
        });
        let channel = channel(&address);
        let mut ids = Vec::new();
        for _ in 0..3 {
            let connection = info(&channel).await;
            assert_eq!(connection.calls_before, 0, "{ending:?}: {connection:?}");
            ids.push(connection.id);
            let outcome = unary(&channel, request("/a.B/C"), Bytes::new()).await;
            assert_eq!(outcome.status.code, Code::OK, "{ending:?}: {:?}", outcome.status);
            closed.recv().await.unwrap();
            // Until the client has noticed; what it sends before that is lost, and it must say so (below).
            while info(&channel).await.id == connection.id {
                tokio::task::yield_now().await;
            }
        }
        ids.dedup();
        assert_eq!(ids.len(), 3, "{ending:?}");
        assert_eq!(served.load(Ordering::SeqCst), 3, "{ending:?}");
    }
}

/// Answers the first connection's calls as told, and every other connection's with OK; counts the requests of each.
async fn first_connection_server(
    answer: fn(kind: u8, stream_id: u32) -> Option<Vec<u8>>,
    close_after: u32,
) -> (String, Arc<[AtomicUsize; 2]>) {
    let counts: Arc<[AtomicUsize; 2]> = Arc::default();
    let counter = Arc::clone(&counts);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut first, _) = listener.accept().await.unwrap();
        first.set_nodelay(true).unwrap();
        let counter_of_first = Arc::clone(&counter);
        tokio::spawn(async move {
            first.write_all(&SETTINGS).await.unwrap();
            let (tell, mut seen) = mpsc::channel(MOST_TOLD);
            let counts = async {
                let mut closing = false;
                while let Some(event) = seen.recv().await {
                    if let Seen::Frame { kind: HEADERS, .. } = event {
                        counter_of_first[0].fetch_add(1, Ordering::SeqCst);
                    }
                    closing |= matches!(event, Seen::Frame { kind: DATA, stream_id, .. } if stream_id >= close_after);
                    if closing {
                        break;
                    }
                }
            };
            let reads = read_frames(&mut first, &tell, answer);
            tokio::select! { () = counts => {}, () = reads => {} }
        });
        while let Ok((socket, _)) = listener.accept().await {
            let counter = Arc::clone(&counter);
            tokio::spawn(async move {
                let mut connection = h2::server::handshake(socket).await.unwrap();
                while let Some(Ok((_request, mut respond))) = connection.accept().await {
                    counter[1].fetch_add(1, Ordering::SeqCst);
                    let mut stream = respond.send_response(ok_headers(), false).unwrap();
                    stream.send_data(frame(0, b"second"), false).unwrap();
                    stream.send_trailers(trailers(&[("grpc-status", "0")])).unwrap();
                }
            });
        }
    });
    (address, counts)
}

fn goaway(last_stream_id: u32, code: u8) -> Vec<u8> {
    [&[0, 0, 8, GOAWAY, 0, 0, 0, 0, 0][..], &last_stream_id.to_be_bytes(), &[0, 0, 0, code]].concat()
}

#[tokio::test]
async fn what_a_leaving_server_has_not_seen_is_tried_again_elsewhere() {
    for streaming in [false, true] {
        // "I took nothing": the call's stream is above the last one that counts.
        let (address, counts) = first_connection_server(|kind, _| (kind == DATA).then(|| goaway(0, 0)), u32::MAX).await;
        let channel = channel(&address);
        let first = info(&channel).await;
        if streaming {
            let (handle, events) = start(&channel, request("/a.B/C"));
            handle.send(Bytes::from_static(b"q")).await.unwrap();
            let (events, status) = collect(events).await;
            assert_eq!(status.code, Code::OK, "{status:?} {events:?}");
            let ids: Vec<u64> = events
                .iter()
                .filter_map(|event| match event {
                    CallEvent::Connected { connection, .. } => Some(connection.id),
                    _ => None,
                })
                .collect();
            assert_eq!(ids.len(), 2, "both connections are told: {events:?}");
            assert_eq!(ids[0], first.id);
            assert_ne!(ids[1], first.id);
            let kinds = |wanted: &str| events.iter().filter(|event| transport_support::name(event) == wanted).count();
            assert_eq!((kinds("goaway"), kinds("message_out"), kinds("request_headers")), (1, 1, 1), "{events:?}");
        } else {
            let outcome = unary(&channel, request("/a.B/C"), Bytes::from_static(b"q")).await;
            assert_eq!(outcome.status.code, Code::OK, "{:?}", outcome.status);
            assert_eq!(outcome.messages[0].data, "second");
        }
        assert_eq!((counts[0].load(Ordering::SeqCst), counts[1].load(Ordering::SeqCst)), (1, 1));
    }
}

#[tokio::test]
async fn what_a_server_may_have_seen_is_never_tried_again() {
    // Takes the request and is gone; or says that it had taken it, and is gone.
    let silent: fn(u8, u32) -> Option<Vec<u8>> = |_, _| None;
    let taken: fn(u8, u32) -> Option<Vec<u8>> = |kind, _| (kind == HEADERS).then(|| goaway(1, 0));
    for (what, answer) in [("closes", silent), ("took it and goes", taken)] {
        for streaming in [false, true] {
            let (address, counts) = first_connection_server(answer, 1).await;
            let channel = channel(&address);
            let status = if streaming {
                let (handle, events) = start(&channel, request("/a.B/C"));
                handle.send(Bytes::from_static(b"q")).await.unwrap();
                collect(events).await.1
            } else {
                CallStatus::clone(&unary(&channel, request("/a.B/C"), Bytes::from_static(b"q")).await.status)
            };
            assert_eq!((status.code, status.origin), (Code::UNAVAILABLE, Origin::Transport), "{what}: {status:?}");
            assert_eq!((counts[0].load(Ordering::SeqCst), counts[1].load(Ordering::SeqCst)), (1, 0), "{what}");
            // The next call is another one, and goes to a new connection.
            let next = unary(&channel, request("/a.B/C"), Bytes::new()).await;
            assert_eq!(next.status.code, Code::OK, "{what}: {:?}", next.status);
        }
    }
}

#[tokio::test]
async fn a_server_that_refuses_without_end_is_asked_twice() {
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    let address = h2_server(move |_request, mut respond| {
        counter.fetch_add(1, Ordering::SeqCst);
        async move { respond.send_reset(h2::Reason::REFUSED_STREAM) }
    })
    .await;
    let channel = channel(&address);
    let outcome = unary(&channel, request("/a.B/C"), Bytes::new()).await;
    unavailable(&outcome.status, &FailureKind::Reset { code: 7, remote: true });
    assert_eq!(count.swap(0, Ordering::SeqCst), 2);
    let (handle, events) = start(&channel, request("/a.B/C"));
    handle.send(Bytes::new()).await.unwrap();
    unavailable(&collect(events).await.1, &FailureKind::Reset { code: 7, remote: true });
    assert_eq!(count.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn too_many_pings_are_named() {
    let calm = |debug: &'static str| {
        tcp_server(move |mut socket| async move {
            socket.write_all(&SETTINGS).await.unwrap();
            let (tell, _seen) = mpsc::channel(MOST_TOLD);
            read_frames(&mut socket, &tell, |kind, _| {
                let mut bytes = goaway(1, 11);
                bytes[2] += u8::try_from(debug.len()).unwrap();
                bytes.extend_from_slice(debug.as_bytes());
                (kind == DATA).then_some(bytes)
            })
            .await;
        })
    };
    for (debug, words) in
        [("too_many_pings", ["too_many_pings", "raise the keepalive interval"]), ("", ["", "asked too much"])]
    {
        let address = format!("http://{}", calm(debug).await);
        // The GOAWAY lets the call live on, and nothing more comes: keepalive ends it, and the GOAWAY is what is told.
        let channel = channel_with(&address, &keepalive(50, 50));
        let outcome = unary(&channel, request("/a.B/C"), Bytes::new()).await;
        let (status, failure) = (&outcome.status, outcome.status.failure.as_ref().unwrap());
        unavailable(status, &FailureKind::GoAway { code: 11, debug: debug.to_owned() });
        let described = describe(failure, Lang::En);
        let text = format!("{described:?} {}", status.message);
        assert!(text.contains("ENHANCE_YOUR_CALM"), "{text}");
        for word in words {
            assert!(text.contains(word), "{text}");
        }
    }
}

/// Keeps every byte of every connection, by direction.
#[derive(Default)]
struct Everything {
    bytes: Mutex<BTreeMap<(u64, bool), Vec<u8>>>,
    /// When each piece passed, in the order of the calls.
    times: Mutex<Vec<(u64, bool, Instant)>>,
}

impl Capture for Everything {
    fn bytes(&self, connection_id: u64, outgoing: bool, at: Instant, bytes: &[u8]) {
        self.bytes.lock().unwrap().entry((connection_id, outgoing)).or_default().extend_from_slice(bytes);
        self.times.lock().unwrap().push((connection_id, outgoing, at));
    }
}

impl Everything {
    /// The frames of one direction: kind, flags, stream and payload.
    fn frames(&self, connection_id: u64, outgoing: bool) -> Vec<(u8, u8, u32, Vec<u8>)> {
        let all = self.bytes.lock().unwrap();
        let mut rest = all.get(&(connection_id, outgoing)).map_or(&[][..], Vec::as_slice);
        if outgoing {
            rest = rest.strip_prefix(PREFACE).expect("the preface comes first");
        }
        let mut frames = Vec::new();
        while rest.len() >= 9 {
            let length = u32::from_be_bytes([0, rest[0], rest[1], rest[2]]) as usize;
            let stream_id = u32::from_be_bytes([rest[5], rest[6], rest[7], rest[8]]);
            frames.push((rest[3], rest[4], stream_id, rest[9..9 + length].to_vec()));
            rest = &rest[9 + length..];
        }
        assert!(rest.is_empty(), "whole frames only");
        frames
    }

    /// What one stream carried in DATA frames.
    fn data(&self, connection_id: u64, outgoing: bool, stream_id: u32) -> Vec<u8> {
        let frames = self.frames(connection_id, outgoing).into_iter();
        frames.filter(|frame| frame.0 == DATA && frame.2 == stream_id).flat_map(|frame| frame.3).collect()
    }
}

async fn echo_server() -> String {
    h2_server(|request, mut respond| async move {
        let mut body = request.into_body();
        let mut stream = respond.send_response(ok_headers(), false).unwrap();
        while let Some(Ok(data)) = body.data().await {
            body.flow_control().release_capacity(data.len()).unwrap();
            stream.send_data(data, false).unwrap();
        }
        stream.send_trailers(trailers(&[("grpc-status", "0")])).unwrap();
    })
    .await
}

#[tokio::test]
async fn a_capture_sees_every_byte_and_joins_calls_by_stream() {
    let address = echo_server().await;
    let channel = channel(&address);
    // Off: nothing is kept, and nothing is kept later of this connection.
    let off = info(&channel).await;
    let capture = Arc::new(Everything::default());
    channel.set_capture(Some(Arc::clone(&capture) as Arc<dyn Capture>));
    assert_eq!(unary(&channel, request("/a.B/C"), Bytes::from_static(b"unseen")).await.status.code, Code::OK);
    assert!(capture.bytes.lock().unwrap().is_empty(), "header compression can only be followed from the first byte");

    // On: for connections that open from now on.
    let pool = Pool::default();
    let channel = pool.channel(&Target::parse(&address).unwrap(), &ConnectOptions::default());
    channel.set_capture(Some(Arc::clone(&capture) as Arc<dyn Capture>));
    let large = Bytes::from((0..200_000_u32).flat_map(u32::to_be_bytes).collect::<Vec<_>>());
    let small = Bytes::from_static(b"small");
    let one = |message: Bytes| {
        let channel = channel.clone();
        async move {
            let (handle, events) = start(&channel, request("/a.B/C"));
            handle.send(message).await.unwrap();
            let (events, status) = collect(events).await;
            assert_eq!(status.code, Code::OK, "{status:?}");
            let connection = events.into_iter().find_map(|event| match event {
                CallEvent::Connected { connection, .. } => Some(connection),
                _ => None,
            });
            connection.unwrap()
        }
    };
    let (first, second) = tokio::join!(one(large.clone()), one(small.clone()));
    assert_eq!(first.id, second.id, "two calls on one connection");
    assert_ne!(first.id, off.id);
    assert_ne!(first.stream_id, second.stream_id);
    for (connection, message) in [(&first, &large), (&second, &small)] {
        for outgoing in [true, false] {
            let data = capture.data(connection.id, outgoing, connection.stream_id);
            assert!(data == frame(0, message), "stream {}, outgoing: {outgoing}", connection.stream_id);
        }
        // The tap, which is always on, saw the same frames in the same order, DATA without END_STREAM left out.
        let tapped: Vec<_> = channel
            .frames(connection.id, connection.stream_id)
            .iter()
            .map(|frame| (frame.outgoing, frame.kind, frame.flags, frame.stream_id, frame.length as usize))
            .collect();
        for outgoing in [true, false] {
            let ours = |id: u32| id == 0 || id == connection.stream_id;
            let captured: Vec<_> = capture
                .frames(connection.id, outgoing)
                .into_iter()
                .filter(|(kind, flags, id, _)| ours(*id) && (*kind != DATA || flags & 1 != 0))
                .map(|(kind, flags, id, payload)| (outgoing, kind, flags, id, payload.len()))
                .collect();
            let tapped: Vec<_> = tapped.iter().filter(|frame| frame.0 == outgoing).copied().collect();
            assert_eq!(captured, tapped);
        }
    }
    {
        let times = capture.times.lock().unwrap();
        assert!(times.is_sorted_by_key(|(.., at)| *at), "stamped as they pass");
        assert!(times.iter().all(|(id, ..)| *id == first.id));
    }

    // Off again: the next connection is nobody's business.
    channel.set_capture(None);
    pool.close_all();
    let channel = pool.channel(&Target::parse(&address).unwrap(), &ConnectOptions::default());
    let last = info(&channel).await;
    assert_eq!(unary(&channel, request("/a.B/C"), Bytes::new()).await.status.code, Code::OK);
    assert!(!capture.bytes.lock().unwrap().contains_key(&(last.id, true)));
}

#[tokio::test]
async fn a_pool_keeps_only_so_many_idle_connections() {
    let (address, mut seen) = mute_server().await;
    let pool = Pool::default();
    let target = Target::parse(&address).unwrap();
    let channel_to = |number: usize| {
        let authority = Some(format!("instance-{number}"));
        pool.channel(&target, &ConnectOptions { authority, ..ConnectOptions::default() })
    };
    let held = channel_to(0);
    let first = info(&held).await;
    for number in 1..400 {
        info(&channel_to(number)).await;
        // What it sends first is read, so that the server's queue never fills.
        while seen.try_recv().is_ok() {}
    }
    let is_open = |number: usize| channel_to(number).open_connection().is_some();
    let open = (0..400).filter(|number| is_open(*number)).count();
    assert!((250..=330).contains(&open), "{open}");
    assert!(is_open(399) && !is_open(1), "the longest unwanted go first");
    assert_eq!(held.open_connection().map(|info| info.id), Some(first.id), "held ones stay");
}
