//! Streams that are larger than any reader: what flow control must hold back, and what must survive it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod transport_support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use bytes::Bytes;
use proconsul::call::{CallEvent, Code, start, unary};
use tokio::sync::Notify;
use transport_support::{channel, frame, h2_server, ok_headers, request, trailers};

const MESSAGES: usize = 500_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_reader_of_tiny_messages_keeps_call_and_connection() {
    let sent = Arc::new(AtomicUsize::new(0));
    let stuck = Arc::new(Notify::new());
    let (counter, bell) = (Arc::clone(&sent), Arc::clone(&stuck));
    let address = h2_server(move |request, mut respond| {
        let (counter, bell) = (Arc::clone(&counter), Arc::clone(&bell));
        async move {
            let mut stream = respond.send_response(ok_headers(), false).unwrap();
            if request.uri().path() == "/a.B/Unary" {
                stream.send_data(frame(0, b"here"), false).unwrap();
            } else {
                let message = frame(0, b"x");
                for _ in 0..MESSAGES {
                    stream.reserve_capacity(message.len());
                    while stream.capacity() < message.len() {
                        std::future::poll_fn(|cx| match stream.poll_capacity(cx) {
                            Poll::Pending => {
                                bell.notify_one();
                                Poll::Pending
                            }
                            Poll::Ready(capacity) => Poll::Ready(capacity),
                        })
                        .await
                        .unwrap()
                        .unwrap();
                    }
                    stream.send_data(message.clone(), false).unwrap();
                    counter.fetch_add(1, Ordering::SeqCst);
                }
            }
            stream.send_trailers(trailers(&[("grpc-status", "0")])).unwrap();
        }
    })
    .await;
    let channel = channel(&address);
    let mut asked = request("/a.B/Stream");
    asked.server_streaming = true;
    asked.deadline = None;
    let (handle, mut events) = start(&channel, asked);
    handle.send(Bytes::new()).await.unwrap();
    // Nobody reads. The server must come to a stand, again and again, until the window is full.
    let mut before = usize::MAX;
    loop {
        stuck.notified().await;
        // A call on the same connection is not held up; and when it is through, so is what was on the way.
        let outcome = unary(&channel, request("/a.B/Unary"), Bytes::new()).await;
        assert_eq!(outcome.status.code, Code::OK, "{:?}", outcome.status);
        let now = sent.load(Ordering::SeqCst);
        // Six bytes a message: a window of 1 MiB, h2's send buffer on the server, and what the queue took.
        assert!(now < 300_000, "{now} messages were sent to nobody");
        if now == before || now > 160_000 {
            break;
        }
        before = now;
    }
    let (mut count, mut status) = (0_usize, None);
    while let Some(batch) = events.next().await {
        assert!(batch.len() <= 256);
        for event in batch {
            match event {
                CallEvent::MessageIn(record) => {
                    assert_eq!(record.index, count as u64);
                    count += 1;
                }
                CallEvent::Status { status: ended, .. } => status = Some(ended),
                _ => {}
            }
        }
    }
    assert_eq!(status.unwrap().code, Code::OK);
    assert_eq!(count, MESSAGES);
}

#[tokio::test]
async fn a_fast_sender_waits_for_the_server() {
    let (go, went) = (Arc::new(Notify::new()), Arc::new(AtomicUsize::new(0)));
    let bell = Arc::clone(&go);
    let address = h2_server(move |request, mut respond| {
        let bell = Arc::clone(&bell);
        async move {
            bell.notified().await;
            let mut body = request.into_body();
            let mut total = 0;
            while let Some(Ok(data)) = body.data().await {
                total += data.len();
                body.flow_control().release_capacity(data.len()).unwrap();
            }
            let mut stream = respond.send_response(ok_headers(), false).unwrap();
            stream.send_data(frame(0, total.to_string().as_bytes()), false).unwrap();
            stream.send_trailers(trailers(&[("grpc-status", "0")])).unwrap();
        }
    })
    .await;
    let mut asked = request("/a.B/C");
    asked.client_streaming = true;
    let (handle, mut events) = start(&channel(&address), asked);
    let handle = Arc::new(handle);
    let (sender, counter) = (Arc::clone(&handle), Arc::clone(&went));
    let sending = tokio::spawn(async move {
        for _ in 0..100 {
            sender.send(Bytes::from(vec![1; 100_000])).await.unwrap();
            counter.fetch_add(1, Ordering::SeqCst);
        }
        sender.half_close();
    });
    let mut seen = 0;
    // The first message is through at most in part: 64 KiB are the server's window. Eight wait, one is being sent.
    while let Some(batch) = events.next().await {
        seen += batch.len();
        if batch.iter().any(|event| matches!(event, CallEvent::RequestHeaders { .. })) {
            break;
        }
    }
    while went.load(Ordering::SeqCst) < 8 {
        tokio::task::yield_now().await;
    }
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(went.load(Ordering::SeqCst) <= 10, "{} messages are held in memory", went.load(Ordering::SeqCst));
    go.notify_one();
    let (mut out, mut answer) = (0, None);
    while let Some(batch) = events.next().await {
        seen += batch.len();
        for event in batch {
            match event {
                CallEvent::MessageOut(_) => out += 1,
                CallEvent::MessageIn(record) => answer = Some(record.data),
                CallEvent::Status { status, .. } => assert_eq!(status.code, Code::OK),
                _ => {}
            }
        }
    }
    sending.await.unwrap();
    assert_eq!(out, 100);
    assert_eq!(answer.unwrap(), "10000500");
    assert!(seen > 100);
}

#[tokio::test]
async fn gzip_goes_out_and_every_compression_comes_in() {
    use std::io::Read;
    let address = h2_server(|request, mut respond| async move {
        assert_eq!(request.headers()["grpc-encoding"], "gzip");
        assert_eq!(request.headers()["grpc-accept-encoding"], "identity,gzip,deflate,zstd");
        let mut body = request.into_body();
        let mut wire = Vec::new();
        while let Some(Ok(data)) = body.data().await {
            wire.extend_from_slice(&data);
        }
        assert_eq!(wire[0], 1);
        let mut text = Vec::new();
        flate2::read::GzDecoder::new(&wire[5..]).read_to_end(&mut text).unwrap();
        let mut headers = ok_headers();
        headers.headers_mut().insert("grpc-encoding", http::HeaderValue::from_static("zstd"));
        let mut stream = respond.send_response(headers, false).unwrap();
        stream.send_data(frame(1, &zstd::encode_all(&text[..], 3).unwrap()), false).unwrap();
        stream.send_trailers(trailers(&[("grpc-status", "0")])).unwrap();
    })
    .await;
    let mut asked = request("/a.B/C");
    asked.compress = proconsul::call::Encoding::Gzip;
    let text = Bytes::from("again and ".repeat(30_000));
    let outcome = unary(&channel(&address), asked, text.clone()).await;
    assert_eq!(outcome.status.code, Code::OK, "{:?}", outcome.status);
    let record = &outcome.messages[0];
    assert_eq!((record.compressed, record.size, &record.data), (true, text.len() as u64, &text));
    assert!(record.wire_size < 1000);
}
