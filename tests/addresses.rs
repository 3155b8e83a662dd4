//! IPv6 targets, and names with several addresses of which one listens: each attempt is an event of its own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod common;
mod transport_support;

use common::{Party, Trace, exit, headless};
use proconsul::call::{Code, unary};
use proconsul::transport::{ConnectEvent, ConnectOptions, Pool, Target};
use tokio::net::TcpListener;
use transport_support::{Steps, frame, ok_headers, request, trailers};

/// An echo server at an address; gives its port.
async fn serve(address: &str) -> u16 {
    let listener = TcpListener::bind((address, 0)).await.unwrap_or_else(|error| panic!("{address}: {error}"));
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut connection = h2::server::handshake(socket).await.unwrap();
                while let Some(Ok((request, mut respond))) = connection.accept().await {
                    tokio::spawn(async move {
                        let authority = request.uri().authority().unwrap().to_string();
                        let mut body = request.into_body();
                        while let Some(Ok(data)) = body.data().await {
                            body.flow_control().release_capacity(data.len()).unwrap();
                        }
                        let mut stream = respond.send_response(ok_headers(), false).unwrap();
                        // `name` of the depot's message is its field 1.
                        let mut message = vec![0x0a, u8::try_from(authority.len()).unwrap()];
                        message.extend_from_slice(authority.as_bytes());
                        stream.send_data(frame(0, &message), false).unwrap();
                        stream.send_trailers(trailers(&[("grpc-status", "0")])).unwrap();
                    });
                }
            });
        }
    });
    port
}

/// Runs `call` against a target beside the test's own server, and gives its answer's name and its trace.
async fn call(target: String, code: i32) -> (String, Trace) {
    let run = move || {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("trace.jsonl");
        let output = headless(["call", "--plaintext", "--protoset", &Party::depot_protoset(), "--trace-json"])
            .args([path.display().to_string()])
            .args(["-d", "{}", &target, "depot.v1.Depot/Echo"])
            .run()
            .exits(code);
        let name = if code == 0 { output.one_json()["name"].as_str().unwrap().to_owned() } else { String::new() };
        (name, Trace::read(&path))
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_ipv6_target() {
    let port = serve("::1").await;
    let target = format!("[::1]:{port}");
    let (authority, trace) = call(target.clone(), 0).await;
    assert_eq!(authority, target, "in brackets on the wire, too");
    assert_eq!(trace.one("resolve")["addresses"], serde_json::json!([target]));
    let connect = trace.one("connect");
    assert_eq!(connect["peer"], target);
    assert!(connect["local"].as_str().unwrap().starts_with("[::1]:"), "{connect}");
    assert_eq!(trace.status()["code"], 0);

    // Nobody listens there on the other family's loopback.
    let (_, trace) = call(format!("127.0.0.1:{port}"), exit::UNAVAILABLE).await;
    assert_eq!(trace.status()["stage"], "tcp");
    // With a scheme.
    let channel =
        Pool::default().channel(&Target::parse(&format!("grpc://{target}")).unwrap(), &ConnectOptions::default());
    assert_eq!(unary(&channel, request("/a.B/C"), bytes::Bytes::new()).await.status.code, Code::OK);
}

/// Whatever addresses this machine gives `localhost`: those before the one that listens are refused, one by one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_is_tried_address_by_address() {
    let port = serve("127.0.0.1").await;
    let addresses: Vec<String> =
        tokio::net::lookup_host(("localhost", port)).await.unwrap().map(|address| address.to_string()).collect();
    let listens = format!("127.0.0.1:{port}");
    let tries = addresses.iter().position(|address| *address == listens).expect("localhost is 127.0.0.1, too") + 1;
    let (authority, trace) = call(format!("localhost:{port}"), 0).await;
    assert_eq!(authority, format!("localhost:{port}"));
    let connects = trace.all("connect");
    assert_eq!(connects.len(), tries, "{connects:?}");
    for (connect, address) in connects.iter().zip(&addresses) {
        assert_eq!(connect["peer"], **address);
        assert_eq!(connect.get("error").is_some(), *address != listens, "{connect}");
    }

    // None listens: each is tried, each says so, and the call ends with the last one's words.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let options = ConnectOptions::default();
    let channel = Pool::default().channel(&Target::parse(&format!("http://localhost:{free}")).unwrap(), &options);
    let steps = Steps::default();
    let failure = channel.connect(&steps).await.unwrap_err();
    let steps = std::mem::take(&mut *steps.0.lock().unwrap());
    let refused: Vec<_> = steps
        .iter()
        .filter_map(|step| match step {
            ConnectEvent::Connect { peer, failure: Some(_), .. } => Some(peer.clone()),
            _ => None,
        })
        .collect();
    let all = tokio::net::lookup_host(("localhost", free)).await.unwrap().map(|address| address.to_string());
    assert!(all.eq(refused.iter().cloned()), "{refused:?}");
    assert_eq!(failure.peer, *refused.last().unwrap());
}
