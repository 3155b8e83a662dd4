//! Answers that break the rules, told by a server that does exactly what the row says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod transport_support;

use std::time::{Duration, Instant};

use bytes::Bytes;
use h2::Reason;
use proconsul::call::{CallEvent, CallOutcome, Code, Limits, Origin, start, unary};
use proconsul::transport::FailureKind;
use transport_support::{channel, collect, frame, h2_server, name, ok_headers, request, tcp_server, trailers};

/// One step of an answer.
#[derive(Clone)]
enum Do {
    Headers(Vec<(&'static str, &'static str)>),
    /// Headers that are the whole answer.
    Only(Vec<(&'static str, &'static str)>),
    Data(Bytes),
    /// DATA with END_STREAM.
    LastData(Bytes),
    Trailers(Vec<(&'static str, &'static str)>),
    Reset(Reason),
    /// RST_STREAM in place of headers.
    ResetAtOnce(Reason),
}

const GRPC: (&str, &str) = ("content-type", "application/grpc");

async fn serve(steps: Vec<Do>) -> String {
    h2_server(move |request, mut respond| {
        let steps = steps.clone();
        async move {
            let mut body = request.into_body();
            while let Some(Ok(data)) = body.data().await {
                body.flow_control().release_capacity(data.len()).unwrap();
            }
            let response = |rows: &[(&str, &str)]| {
                let mut builder = http::Response::builder();
                for (key, value) in rows {
                    builder = if *key == ":status" { builder.status(*value) } else { builder.header(*key, *value) };
                }
                builder.body(()).unwrap()
            };
            let mut stream = None;
            for step in &steps {
                match step {
                    Do::Headers(rows) => stream = Some(respond.send_response(response(rows), false).unwrap()),
                    Do::Only(rows) => drop(respond.send_response(response(rows), true).unwrap()),
                    Do::Data(data) => stream.as_mut().unwrap().send_data(data.clone(), false).unwrap(),
                    Do::LastData(data) => stream.as_mut().unwrap().send_data(data.clone(), true).unwrap(),
                    Do::Trailers(rows) => stream.as_mut().unwrap().send_trailers(trailers(rows)).unwrap(),
                    Do::Reset(reason) => {
                        // What was sent before must leave first: h2 forgets it on a reset.
                        tokio::time::sleep(Duration::from_millis(30)).await;
                        stream.as_mut().unwrap().send_reset(*reason);
                    }
                    Do::ResetAtOnce(reason) => respond.send_reset(*reason),
                }
            }
        }
    })
    .await
}

/// The same answer must be judged alike on both paths.
async fn check(what: &str, steps: Vec<Do>, code: u32, origin: Origin, messages: usize) -> CallOutcome {
    let address = serve(steps).await;
    let mut asked = request("/a.B/C");
    asked.limits = Limits { receive_bytes: 1000, send_bytes: 1000 };
    let outcome = unary(&channel(&address), asked.clone(), Bytes::from_static(b"q")).await;
    assert_eq!(outcome.status.code, Code(code), "{what}: {:?}", outcome.status);
    assert_eq!(outcome.status.origin, origin, "{what}: {:?}", outcome.status);
    assert_eq!(outcome.messages.len(), messages, "{what}");
    assert_eq!(outcome.status.failure.is_some(), origin != Origin::Server, "{what}");

    let (handle, events) = start(&channel(&address), asked);
    handle.send(Bytes::from_static(b"q")).await.unwrap();
    let (events, status) = collect(events).await;
    let seen = events.iter().filter(|event| matches!(event, CallEvent::MessageIn(_))).count();
    assert_eq!((status.code, status.origin, seen), (Code(code), origin, messages), "{what}, with events: {status:?}");
    assert_eq!(status.message, outcome.status.message, "{what}");
    outcome
}

#[tokio::test]
async fn answers_that_break_the_rules() {
    use Do::{Data, Headers, LastData, Only, Reset, ResetAtOnce, Trailers};
    use Origin::{Local, Server, Transport};
    let one = || Data(frame(0, b"one"));
    let ok = || Trailers(vec![("grpc-status", "0")]);
    let grpc = || Headers(vec![GRPC]);

    check("right", vec![grpc(), one(), ok()], 0, Server, 1).await;
    check("no answer", vec![grpc(), ok()], 12, Local, 0).await;
    check("two answers", vec![grpc(), one(), one(), ok()], 12, Local, 2).await;
    check("no status", vec![grpc(), one(), Trailers(vec![("x", "y")])], 13, Local, 1).await;
    check("no trailers", vec![grpc(), LastData(frame(0, b"one"))], 13, Local, 1).await;
    check("status is no number", vec![grpc(), one(), Trailers(vec![("grpc-status", "ok")])], 2, Local, 1).await;
    check("unlisted code", vec![grpc(), Trailers(vec![("grpc-status", "77")])], 77, Server, 0).await;
    check("half a message", vec![grpc(), Data(frame(0, b"one").slice(..6)), ok()], 13, Local, 0).await;
    check(
        "half, but failed",
        vec![grpc(), Data(frame(0, b"one").slice(..6)), Trailers(vec![("grpc-status", "9")])],
        9,
        Server,
        0,
    )
    .await;
    check("bad flag", vec![grpc(), Data(frame(7, b"one")), ok()], 13, Local, 0).await;
    check("over the limit", vec![grpc(), Data(frame(0, &[0; 1001])), ok()], 8, Local, 0).await;
    check("at the limit", vec![grpc(), Data(frame(0, &[0; 1000])), ok()], 0, Server, 1).await;
    check("flag without encoding", vec![grpc(), Data(frame(1, b"one")), ok()], 13, Local, 0).await;
    check(
        "flag with identity",
        vec![Headers(vec![GRPC, ("grpc-encoding", "identity")]), Data(frame(1, b"one")), ok()],
        13,
        Local,
        0,
    )
    .await;
    check(
        "unknown encoding",
        vec![Headers(vec![GRPC, ("grpc-encoding", "snappy")]), Data(frame(1, b"one")), ok()],
        13,
        Local,
        0,
    )
    .await;
    check("no gzip", vec![Headers(vec![GRPC, ("grpc-encoding", "gzip")]), Data(frame(1, b"one")), ok()], 13, Local, 0)
        .await;
    check(
        "bomb",
        vec![
            Headers(vec![GRPC, ("grpc-encoding", "zstd")]),
            Data(frame(1, &zstd::encode_all(&[0; 5000][..], 1).unwrap())),
            ok(),
        ],
        8,
        Local,
        0,
    )
    .await;
    check(
        "zstd",
        vec![
            Headers(vec![GRPC, ("grpc-encoding", "zstd")]),
            Data(frame(1, &zstd::encode_all(&b"x"[..], 1).unwrap())),
            ok(),
        ],
        0,
        Server,
        1,
    )
    .await;
    check(
        "status in headers is ignored",
        vec![Headers(vec![GRPC, ("grpc-status", "5")]), one(), Trailers(vec![("grpc-status", "3")])],
        3,
        Server,
        1,
    )
    .await;
    check(
        "ok in headers is ignored",
        vec![Headers(vec![GRPC, ("grpc-status", "0")]), one(), Trailers(vec![("x", "y")])],
        13,
        Local,
        1,
    )
    .await;

    let outcome = check(
        "trailers only",
        vec![Only(vec![GRPC, ("grpc-status", "5"), ("grpc-message", "caf%C3%A9 %ff 50%"), ("x-bin", "qw")])],
        5,
        Server,
        0,
    )
    .await;
    assert_eq!(outcome.status.message, "caf\u{e9} \u{fffd} 50%");
    assert!(outcome.headers.is_empty());
    assert!(outcome.trailers.contains(&("x-bin".to_owned(), Bytes::from_static(b"\xab"))));
    let outcome = check(
        "bad details",
        vec![Only(vec![GRPC, ("grpc-status", "5"), ("grpc-status-details-bin", "/////w")])],
        5,
        Server,
        0,
    )
    .await;
    assert!(outcome.status.details.is_empty());
    check("trailers only, without status", vec![Only(vec![GRPC])], 13, Local, 0).await;

    let html = Headers(vec![("content-type", "text/html")]);
    let outcome =
        check("html 200", vec![html.clone(), LastData(Bytes::from_static(b"<html> hello"))], 2, Local, 0).await;
    let kind = &outcome.status.failure.as_ref().unwrap().kind;
    assert!(matches!(kind, FailureKind::NotGrpc { http_status: 200, body, .. } if body == "<html> hello"), "{kind:?}");
    for (status, code) in [("503", 14), ("404", 12), ("401", 16), ("403", 7), ("400", 13), ("429", 14), ("500", 2)] {
        let steps = vec![
            Headers(vec![(":status", status), ("content-type", "text/html")]),
            LastData(Bytes::from_static(b"no")),
        ];
        check(status, steps, code, Local, 0).await;
    }
    check("503 without content-type", vec![Only(vec![(":status", "503")])], 14, Local, 0).await;
    check("503 of gRPC", vec![Only(vec![(":status", "503"), GRPC])], 14, Local, 0).await;
    check("grpc-web", vec![Only(vec![("content-type", "application/grpc-web"), ("grpc-status", "0")])], 2, Local, 0)
        .await;
    check("grpc+proto", vec![Headers(vec![("content-type", "application/grpc+proto")]), one(), ok()], 0, Server, 1)
        .await;

    for (reason, code) in [
        (Reason::NO_ERROR, 13),
        (Reason::INTERNAL_ERROR, 13),
        (Reason::REFUSED_STREAM, 14),
        (Reason::CANCEL, 1),
        (Reason::ENHANCE_YOUR_CALM, 8),
        (Reason::INADEQUATE_SECURITY, 7),
    ] {
        let outcome = check("reset at once", vec![ResetAtOnce(reason)], code, Transport, 0).await;
        let kind = &outcome.status.failure.as_ref().unwrap().kind;
        assert_eq!(*kind, FailureKind::Reset { code: reason.into(), remote: true });
        check("reset after a message", vec![grpc(), one(), Reset(reason)], code, Transport, 1).await;
    }
}

#[tokio::test]
async fn a_reset_at_the_deadline_is_the_deadline() {
    let address = h2_server(|_request, mut respond| async move {
        tokio::time::sleep(Duration::from_millis(95)).await;
        respond.send_reset(Reason::CANCEL);
    })
    .await;
    let mut asked = request("/a.B/C");
    asked.deadline = Some(Duration::from_millis(100).into());
    let outcome = unary(&channel(&address), asked, Bytes::new()).await;
    assert_eq!(outcome.status.code, Code::DEADLINE_EXCEEDED, "{:?}", outcome.status);
}

#[tokio::test]
async fn deadline_and_cancel_reset_the_stream() {
    let (resets, mut seen) = tokio::sync::mpsc::channel(8);
    let address = h2_server(move |request, mut respond| {
        let resets = resets.clone();
        async move {
            let timeout = request.headers().get("grpc-timeout").cloned();
            let mut stream = respond.send_response(ok_headers(), false).unwrap();
            let reason = std::future::poll_fn(|cx| stream.poll_reset(cx)).await.unwrap();
            resets.send((timeout, reason)).await.unwrap();
        }
    })
    .await;
    let channel = channel(&address);
    let mut asked = request("/a.B/C");
    asked.deadline = Some(Duration::from_millis(80).into());
    let before = Instant::now();
    let outcome = unary(&channel, asked.clone(), Bytes::new()).await;
    assert!(before.elapsed() >= Duration::from_millis(80));
    assert_eq!((outcome.status.code, outcome.status.origin), (Code::DEADLINE_EXCEEDED, Origin::Local));
    let (timeout, reason) = seen.recv().await.unwrap();
    assert!(timeout.unwrap().to_str().unwrap().ends_with('n'));
    assert_eq!(reason, Reason::CANCEL);

    let (handle, events) = start(&channel, asked.clone());
    let (events, status) = collect(events).await;
    assert_eq!(status.code, Code::DEADLINE_EXCEEDED);
    assert!(events.iter().any(|event| matches!(event, CallEvent::Reset { code: 8, remote: false, .. })));
    assert_eq!(seen.recv().await.unwrap().1, Reason::CANCEL);
    assert!(handle.send(Bytes::new()).await.is_err());

    asked.deadline = None;
    asked.client_streaming = true;
    let (handle, mut events) = start(&channel, asked.clone());
    while !events.next().await.unwrap().iter().any(|event| matches!(event, CallEvent::ResponseHeaders { .. })) {}
    handle.cancel();
    let (_, status) = collect(events).await;
    assert_eq!((status.code, status.origin), (Code::CANCELLED, Origin::Local));
    assert_eq!(seen.recv().await.unwrap(), (None, Reason::CANCEL));

    // Whoever drops the handle, or the events, has no use for the call.
    let (handle, events) = start(&channel, asked.clone());
    drop(handle);
    assert_eq!(collect(events).await.1.code, Code::CANCELLED);
    let (_handle, mut events) = start(&channel, asked);
    while !events.next().await.unwrap().iter().any(|event| matches!(event, CallEvent::ResponseHeaders { .. })) {}
    drop(events);
    assert_eq!(seen.recv().await.unwrap().1, Reason::CANCEL);
}

#[tokio::test]
async fn messages_go_both_ways_while_the_call_runs() {
    let address = h2_server(|request, mut respond| async move {
        let mut body = request.into_body();
        let mut stream = respond.send_response(ok_headers(), false).unwrap();
        while let Some(Ok(data)) = body.data().await {
            body.flow_control().release_capacity(data.len()).unwrap();
            stream.send_data(data, false).unwrap();
        }
        stream.send_trailers(trailers(&[("grpc-status", "0")])).unwrap();
    })
    .await;
    let channel = channel(&address);
    let mut asked = request("/a.B/C");
    (asked.client_streaming, asked.server_streaming) = (true, true);
    let (handle, mut events) = start(&channel, asked.clone());
    let mut all = Vec::new();
    for text in ["a", "bb", "ccc"] {
        handle.send(Bytes::from(text)).await.unwrap();
        while !all.iter().any(|event| matches!(event, CallEvent::MessageIn(record) if record.data == text)) {
            all.extend(events.next().await.unwrap());
        }
    }
    handle.half_close();
    assert!(handle.send(Bytes::new()).await.is_err());
    let (rest, status) = collect(events).await;
    all.extend(rest);
    assert_eq!(status.code, Code::OK);
    let mut names: Vec<_> = all.iter().map(name).collect();
    names.dedup();
    assert_eq!(names[..4], ["connecting", "connected", "request_headers", "message_out"], "{names:?}");
    assert_eq!(names[names.len() - 2..], ["trailers", "status"]);
    assert!(names.contains(&"half_close"));

    // A large one crosses many windows in both directions.
    let large = Bytes::from(vec![7; 5 << 20]);
    let (handle, events) = start(&channel, asked);
    handle.send(large.clone()).await.unwrap();
    handle.half_close();
    let (all, status) = collect(events).await;
    assert_eq!(status.code, Code::OK, "{status:?}");
    assert!(all.iter().any(|event| matches!(event, CallEvent::MessageIn(record) if record.data == large)));
    let Some(CallEvent::Connected { connection, .. }) = all.iter().find(|event| name(event) == "connected") else {
        panic!("no connection")
    };
    assert!(connection.reused);
    assert_eq!(connection.calls_before, 1);
    let frames = channel.frames(connection.id, connection.stream_id);
    assert!(frames.iter().any(|frame| frame.outgoing && frame.kind == 1), "{frames:?}");
    assert!(frames.iter().any(|frame| !frame.outgoing && frame.kind == 1 && frame.flags & 1 != 0));
}

#[tokio::test]
async fn a_call_is_tried_again_only_where_the_server_has_not_seen_it() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let address = h2_server(move |request, mut respond| {
        let nth = counted.fetch_add(1, Ordering::SeqCst);
        async move {
            if nth.is_multiple_of(2) {
                respond.send_reset(Reason::REFUSED_STREAM);
                return;
            }
            let mut body = request.into_body();
            let mut stream = respond.send_response(ok_headers(), false).unwrap();
            while let Some(Ok(data)) = body.data().await {
                stream.send_data(data, false).unwrap();
            }
            stream.send_trailers(trailers(&[("grpc-status", "0")])).unwrap();
        }
    })
    .await;
    let channel = channel(&address);
    let outcome = unary(&channel, request("/a.B/C"), Bytes::from_static(b"x")).await;
    assert_eq!(outcome.status.code, Code::OK, "{:?}", outcome.status);
    let (handle, events) = start(&channel, request("/a.B/C"));
    handle.send(Bytes::from_static(b"y")).await.unwrap();
    let (all, status) = collect(events).await;
    assert_eq!(status.code, Code::OK, "{status:?} {all:?}");
    for once in ["request_headers", "message_out", "half_close", "trailers"] {
        assert_eq!(all.iter().filter(|event| name(event) == once).count(), 1, "{once}: {all:?}");
    }
    assert_eq!(calls.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn going_away_is_told_and_the_next_call_connects_again() {
    use tokio::net::TcpListener;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut connection = h2::server::handshake(socket).await.unwrap();
                let (_request, mut respond) = connection.accept().await.unwrap().unwrap();
                connection.graceful_shutdown();
                let mut stream = respond.send_response(ok_headers(), false).unwrap();
                stream.send_data(frame(0, b"bye"), false).unwrap();
                stream.send_trailers(trailers(&[("grpc-status", "0")])).unwrap();
                while connection.accept().await.is_some() {}
            });
        }
    });
    let channel = channel(&address);
    for _ in 0..3 {
        let outcome = unary(&channel, request("/a.B/C"), Bytes::new()).await;
        assert_eq!(outcome.status.code, Code::OK, "{:?}", outcome.status);
    }
    let (handle, events) = start(&channel, request("/a.B/C"));
    handle.send(Bytes::new()).await.unwrap();
    let (all, status) = collect(events).await;
    assert_eq!(status.code, Code::OK, "{status:?}");
    assert!(all.iter().any(|event| matches!(event, CallEvent::GoAway { code: 0, .. })), "{all:?}");
}

#[tokio::test]
async fn a_connection_that_dies_says_why() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    // SETTINGS, then GOAWAY with a reason, when the request is there.
    let address = tcp_server(|mut socket| async move {
        socket.write_all(&[0, 0, 0, 4, 0, 0, 0, 0, 0]).await.unwrap();
        let mut buffer = vec![0; 4096];
        let mut seen = 0;
        while seen < 120 {
            seen += socket.read(&mut buffer).await.unwrap();
        }
        let debug = b"too_many_pings";
        let mut goaway = vec![0, 0, 8 + 14, 7, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 11];
        goaway.extend_from_slice(debug);
        socket.write_all(&goaway).await.unwrap();
    })
    .await;
    let outcome = unary(&channel(&format!("http://{address}")), request("/a.B/C"), Bytes::new()).await;
    assert_eq!(outcome.status.code, Code::UNAVAILABLE);
    let kind = &outcome.status.failure.as_ref().unwrap().kind;
    assert_eq!(*kind, FailureKind::GoAway { code: 11, debug: "too_many_pings".to_owned() });
    assert_eq!(outcome.status.origin, Origin::Transport);
}

#[tokio::test]
async fn refused_is_unavailable_and_has_its_steps() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let channel = channel(&format!("http://{address}"));
    let outcome = unary(&channel, request("/a.B/C"), Bytes::new()).await;
    assert_eq!((outcome.status.code, outcome.status.origin), (Code::UNAVAILABLE, Origin::Transport));
    assert_eq!(outcome.status.failure.as_ref().unwrap().kind, FailureKind::Refused);
    let (_handle, events) = start(&channel, request("/a.B/C"));
    let (all, status) = collect(events).await;
    assert_eq!(status.code, Code::UNAVAILABLE);
    assert_eq!(all.iter().map(name).collect::<Vec<_>>(), ["connecting", "connecting", "status"]);
}

#[tokio::test]
async fn the_deadline_covers_connecting_and_sending_has_a_limit() {
    // Accepts, says nothing.
    let address = tcp_server(|socket| async move {
        let _kept = socket;
        std::future::pending::<()>().await;
    })
    .await;
    let mut asked = request("/a.B/C");
    asked.deadline = Some(Duration::from_millis(60).into());
    let channel = channel(&format!("http://{address}"));
    let outcome = unary(&channel, asked.clone(), Bytes::new()).await;
    assert_eq!(outcome.status.code, Code::DEADLINE_EXCEEDED);
    assert_eq!(outcome.status.failure.as_ref().unwrap().stage.name(), "http2");
    let (_handle, events) = start(&channel, asked.clone());
    assert_eq!(collect(events).await.1.code, Code::DEADLINE_EXCEEDED);

    asked.limits.send_bytes = 3;
    let outcome = unary(&channel, asked, Bytes::from_static(b"four")).await;
    assert_eq!((outcome.status.code, outcome.status.origin), (Code::RESOURCE_EXHAUSTED, Origin::Local));
}
