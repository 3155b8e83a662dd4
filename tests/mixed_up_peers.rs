//! TLS spoken to a plaintext port and the reverse, with servers of other makers; peers that accept and say nothing; a
//! server that takes keepalive for an attack. What is what must be known within a second.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod common;
mod transport_support;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use common::{Party, Trace, exit, headless};
use proconsul::transport::{Channel, ConnectOptions, ConnectionInfo, Failure, FailureKind, Pool, Stage, Target};
use transport_support::{Steps, tcp_server};

const SECOND: Duration = Duration::from_secs(1);

/// A certificate for localhost that nobody vouches for, made once, and its key. (Nobody drops a static, so they lie
/// where the build's files do.)
static CERTIFICATE: LazyLock<(String, String)> = LazyLock::new(|| {
    let folder: PathBuf = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mixed-up-peers");
    std::fs::create_dir_all(&folder).unwrap();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    let (certificate, key) = (folder.join("server.pem"), folder.join("server.key"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    (certificate.display().to_string(), key.display().to_string())
});

/// grpc-go, gRPC's C core by Python, and Node's http2.
fn makers(tls: bool) -> [(&'static str, Party); 3] {
    let (certificate, key) = &*CERTIFICATE;
    if tls {
        [
            ("Go", Party::depot(&["-cert", certificate, "-key", key])),
            ("Python", Party::library_tls(certificate, key)),
            ("Node", Party::pantry_tls(certificate, key)),
        ]
    } else {
        [("Go", Party::depot(&[])), ("Python", Party::library()), ("Node", Party::pantry())]
    }
}

async fn connect(target: &str, options: &ConnectOptions) -> (Result<ConnectionInfo, Failure>, Duration) {
    let channel: Channel = Pool::default().channel(&Target::parse(target).unwrap(), options);
    let began = Instant::now();
    let result = channel.connect(&Steps::default()).await;
    (result.map_err(|failure| Failure::clone(&failure)), began.elapsed())
}

#[tokio::test]
async fn tls_spoken_to_plaintext_servers_is_named() {
    for (maker, server) in makers(false) {
        let (result, took) = connect(&format!("https://{}", server.address()), &ConnectOptions::default()).await;
        let failure = result.unwrap_err();
        assert_eq!((&failure.kind, failure.stage), (&FailureKind::PlaintextServer, Stage::Tls), "{maker}: {failure:?}");
        assert!(took < SECOND, "{maker}: {took:?}");
        // Where the person has not said which, it becomes what the server speaks.
        let (result, took) = connect(&server.address(), &ConnectOptions::default()).await;
        assert!(result.unwrap().tls.is_none(), "{maker}");
        assert!(took < SECOND, "{maker}: {took:?}");

        headless(["list", &server.address()])
            .run()
            .exits(exit::UNAVAILABLE)
            .answers_nothing()
            .within(SECOND * 2)
            .says(&["speaks no TLS", "--plaintext", "stage: tls"]);
    }
}

#[tokio::test]
async fn plaintext_spoken_to_tls_servers_is_named() {
    for (maker, server) in makers(true) {
        let (result, took) = connect(&format!("http://{}", server.address()), &ConnectOptions::default()).await;
        let failure = result.unwrap_err();
        assert_eq!((&failure.kind, failure.stage), (&FailureKind::TlsServer, Stage::Http2), "{maker}: {failure:?}");
        assert!(took < SECOND, "{maker}: {took:?}");
        // A certificate that nobody vouches for is no reason to try plaintext.
        let (result, took) = connect(&server.address(), &ConnectOptions::default()).await;
        let failure = result.unwrap_err();
        assert_eq!((&failure.kind, failure.stage), (&FailureKind::UnknownIssuer, Stage::Tls), "{maker}: {failure:?}");
        assert!(took < SECOND, "{maker}: {took:?}");

        headless(["list", "--plaintext", &server.address()])
            .run()
            .exits(exit::UNAVAILABLE)
            .answers_nothing()
            .within(SECOND * 2)
            .says(&["wants TLS", "--plaintext", "stage: http2"]);
        // And it is a server that works.
        headless(["list", "--cacert", &CERTIFICATE.0, &server.localhost()]).run().succeeds().answers(&[".v1."]);
    }
}

/// Accepts, and never says a word; reads or does not.
async fn silent(reads: bool) -> String {
    tcp_server(move |mut socket| async move {
        if reads {
            let mut nowhere = tokio::io::sink();
            drop(tokio::io::copy(&mut socket, &mut nowhere).await);
        } else {
            let _kept = socket;
            std::future::pending::<()>().await;
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_that_says_nothing_is_called_so() {
    let options = ConnectOptions { connect_timeout: Duration::from_millis(1500), ..ConnectOptions::default() };
    for reads in [false, true] {
        let address = silent(reads).await;
        let targets = [
            (format!("http://{address}"), Stage::Http2),
            (format!("https://{address}"), Stage::Tls),
            (address.clone(), Stage::Tls),
        ];
        let tried = targets.iter().map(|(target, _)| connect(target, &options));
        let tried = futures_util::future::join_all(tried).await;
        for ((target, stage), (result, took)) in targets.iter().zip(tried) {
            let failure = result.unwrap_err();
            assert_eq!((&failure.kind, failure.stage), (&FailureKind::TimedOut, *stage), "{target}: {failure:?}");
            assert!(failure.detail.contains("said nothing"), "{failure:?}");
            assert!(took >= options.connect_timeout, "whoever is slow to begin gets the time that was set: {took:?}");
        }
        // The same in the terminal: when patience ends, and when the call's deadline comes first.
        let run = |flags: &'static [&'static str], stage: &'static str, patience: &'static str, code: i32| {
            let address = address.clone();
            tokio::task::spawn_blocking(move || {
                let folder = tempfile::tempdir().unwrap();
                let path = folder.path().join("trace.jsonl");
                headless(["call", "--protoset", &Party::depot_protoset(), "--trace-json"])
                    .args([path.display().to_string()])
                    .args(flags.iter().copied())
                    .args([patience, "1.1", address.as_str(), "depot.v1.Depot/Echo"])
                    .run()
                    .exits(code)
                    .answers_nothing()
                    .says(&["said nothing", &format!("stage: {stage}")]);
                assert_eq!(Trace::read(&path).status()["stage"], stage);
            })
        };
        let runs = [
            run(&["--plaintext"], "http2", "--connect-timeout", exit::UNAVAILABLE),
            run(&["--plaintext"], "http2", "--max-time", exit::DEADLINE_EXCEEDED),
            run(&[], "tls", "--connect-timeout", exit::UNAVAILABLE),
            run(&[], "tls", "--max-time", exit::DEADLINE_EXCEEDED),
        ];
        for run in runs {
            run.await.unwrap();
        }
    }
}

#[test]
fn a_server_that_takes_keepalive_for_an_attack_is_understood() {
    let server = Party::interop();
    // An open call on which nothing passes; grpc-go ends the connection at the fourth PING.
    let running =
        headless(["call", "--plaintext", "--keepalive-time", "0.05", "--protoset", &Party::interop_protoset()])
            .args(["-d", "@", &server.address(), "grpc.testing.TestService/FullDuplexCall"])
            .spawn();
    running.finish().exits(exit::UNAVAILABLE).answers_nothing().says(&[
        "too_many_pings",
        "ENHANCE_YOUR_CALM",
        "raise the keepalive interval",
    ]);
}
