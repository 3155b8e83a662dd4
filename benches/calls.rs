//! Calls beside a static tonic client: unary, 50 at once on one connection; a stream of small messages; and a reader
//! that is a thousand times slower than the server.
//!
//! `cargo bench --bench calls`. The server runs in a process of its own (this program, started again), so that the CPU
//! that is measured is the client's. Runs alternate, and medians are compared, for the machine is never quiet.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use bytes::{BufMut, Bytes, BytesMut};
use http::uri::PathAndQuery;
use proconsul::call::{CallEvent, CallRequest, Code, Encoding, Limits, start, unary};
use proconsul::transport::{Channel, ConnectOptions, Pool, Target};

const SERVER: &str = "PROCONSUL_BENCH_SERVER";
const AT_ONCE: usize = 50;
const UNARY_CALLS: usize = 20_000;
const STREAM_MESSAGES: u64 = 500_000;
const MESSAGE_BYTES: usize = 100;
const RUNS: usize = 7;
/// What the slow reader waits for each message; the server could send a thousand in that time.
const SLOW: Duration = Duration::from_millis(1);

fn main() -> Result<()> {
    if std::env::var_os(SERVER).is_some() {
        return tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(serve());
    }
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("calls: run with cargo bench --bench calls");
        return Ok(());
    }
    let server = Server::start()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let ours = Pool::default().channel(&Target::parse(&server.address)?, &ConnectOptions::default());
        let tonic = tonic::transport::Endpoint::from_shared(server.address.clone())?.tcp_nodelay(true);
        unary_calls(&ours, &tonic).await?;
        stream(&ours, &tonic).await?;
        slow_reader(&ours).await
    })
}

/// The server's process; ended with this value.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start() -> Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .env(SERVER, "1")
            .stdout(Stdio::piped())
            .spawn()
            .context("the server")?;
        let mut address = String::new();
        let stdout = child.stdout.take().context("the server's output")?;
        BufReader::new(stdout).read_line(&mut address)?;
        Ok(Self { child, address: address.trim().to_owned() })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only when it has ended by itself.
        if let Err(error) = self.child.kill().and_then(|()| self.child.wait()) {
            eprintln!("the server had ended: {error}");
        }
    }
}

// ---- the server: h2 itself, so that it is as quick as can be ----

fn framed(length: usize) -> Bytes {
    let mut message = BytesMut::new();
    if length == 0 {
        message.put_slice(&[0; 5]);
        return message.freeze();
    }
    // One bytes field of protobuf: tag, length, content.
    message.put_u8(0);
    message.put_u32(u32::try_from(length + 2).unwrap_or(u32::MAX));
    message.put_slice(&[0x0a, u8::try_from(length).unwrap_or(127)]);
    message.put_bytes(b'x', length);
    message.freeze()
}

async fn serve() -> Result<()> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    loop {
        let (socket, _) = listener.accept().await?;
        socket.set_nodelay(true)?;
        tokio::spawn(async move {
            let mut connection = h2::server::Builder::new()
                .max_concurrent_streams(1000)
                .initial_window_size(1 << 20)
                .initial_connection_window_size(1 << 24)
                .handshake::<_, Bytes>(socket)
                .await?;
            while let Some(accepted) = connection.accept().await {
                let (request, respond) = accepted?;
                tokio::spawn(answer(request, respond));
            }
            Ok::<_, h2::Error>(())
        });
    }
}

async fn answer(request: http::Request<h2::RecvStream>, mut respond: h2::server::SendResponse<Bytes>) -> Result<()> {
    let streaming = request.uri().path().ends_with("Stream");
    let mut body = request.into_body();
    while let Some(data) = body.data().await {
        let length = data?.len();
        body.flow_control().release_capacity(length)?;
    }
    let headers = http::Response::builder().header("content-type", "application/grpc").body(())?;
    let mut stream = respond.send_response(headers, false)?;
    if streaming {
        // As grpc-go does: a DATA frame a message.
        let message = framed(MESSAGE_BYTES);
        for _ in 0..STREAM_MESSAGES {
            stream.reserve_capacity(message.len());
            while stream.capacity() < message.len() {
                if std::future::poll_fn(|cx| stream.poll_capacity(cx)).await.is_none() {
                    bail!("the client went away");
                }
            }
            stream.send_data(message.clone(), false)?;
        }
    } else {
        stream.send_data(framed(0), false)?;
    }
    let mut trailers = http::HeaderMap::new();
    trailers.insert("grpc-status", http::HeaderValue::from_static("0"));
    stream.send_trailers(trailers)?;
    Ok(())
}

// ---- the clients ----

#[derive(Clone, PartialEq, prost::Message)]
struct Payload {
    #[prost(bytes = "vec", tag = "1")]
    body: Vec<u8>,
}

fn request(path: &str, server_streaming: bool) -> CallRequest {
    CallRequest {
        path: path.to_owned(),
        client_streaming: false,
        server_streaming,
        metadata: Vec::new(),
        deadline: None,
        limits: Limits::default(),
        compress: Encoding::Identity,
    }
}

/// One run: how long it took and how much CPU.
#[derive(Clone, Copy)]
struct Run {
    wall: Duration,
    cpu: Duration,
}

struct Watch(Instant, Duration);

impl Watch {
    fn start() -> Self {
        Self(Instant::now(), cpu())
    }

    fn stop(&self) -> Run {
        Run { wall: self.0.elapsed(), cpu: cpu().saturating_sub(self.1) }
    }
}

/// User and system time of this process; zero where the system has no /proc.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name in brackets may hold spaces; utime and stime are the 12th and 13th fields after it (proc(5)).
    let ticks: u64 = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse::<u64>().ok())
        .sum();
    Duration::from_millis(ticks * 10)
}

fn memory_kib(field: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix(field))
        .and_then(|rest| rest.trim_start_matches(':').split_whitespace().next())
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}

fn median(runs: &[Run], of: impl Fn(&Run) -> Duration) -> f64 {
    let mut values: Vec<f64> = runs.iter().map(|run| of(run).as_secs_f64()).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn report(what: &str, count: f64, ours: &[Run], reference: &[Run], dead: usize) {
    let (our_wall, their_wall) = (median(ours, |run| run.wall), median(reference, |run| run.wall));
    let (our_cpu, their_cpu) = (median(ours, |run| run.cpu), median(reference, |run| run.cpu));
    println!(
        "{what}: {:.0}/s against {:.0}/s of static tonic: ratio {:.2}; client CPU {:.2} of its; \
         {} runs, tonic's connection died in {dead}",
        count / our_wall,
        count / their_wall,
        their_wall / our_wall,
        our_cpu / their_cpu,
        ours.len(),
    );
}

async fn unary_calls(ours: &Channel, tonic: &tonic::transport::Endpoint) -> Result<()> {
    let (mut our_runs, mut their_runs) = (Vec::new(), Vec::new());
    let reference = tonic.connect().await?;
    for run in 0..=RUNS {
        let watch = Watch::start();
        let tasks: Vec<_> = (0..AT_ONCE)
            .map(|_| {
                let channel = ours.clone();
                tokio::spawn(async move {
                    for _ in 0..UNARY_CALLS / AT_ONCE {
                        let outcome = unary(&channel, request("/bench.B/Unary", false), Bytes::new()).await;
                        if outcome.status.code != Code::OK {
                            bail!("{:?}", outcome.status);
                        }
                    }
                    Ok(())
                })
            })
            .collect();
        for task in tasks {
            task.await??;
        }
        let our_run = watch.stop();
        let watch = Watch::start();
        let tasks: Vec<_> = (0..AT_ONCE)
            .map(|_| {
                let mut client = tonic::client::Grpc::new(reference.clone());
                tokio::spawn(async move {
                    for _ in 0..UNARY_CALLS / AT_ONCE {
                        client.ready().await?;
                        let codec = tonic_prost::ProstCodec::<Payload, Payload>::default();
                        let path = PathAndQuery::from_static("/bench.B/Unary");
                        client.unary(tonic::Request::new(Payload::default()), path, codec).await?;
                    }
                    Ok::<_, anyhow::Error>(())
                })
            })
            .collect();
        for task in tasks {
            task.await??;
        }
        // The first of both warms up.
        if run > 0 {
            our_runs.push(our_run);
            their_runs.push(watch.stop());
        }
    }
    report("unary, 50 at once", UNARY_CALLS as f64, &our_runs, &their_runs, 0);
    Ok(())
}

async fn stream(ours: &Channel, tonic: &tonic::transport::Endpoint) -> Result<()> {
    let (mut our_runs, mut their_runs, mut dead) = (Vec::new(), Vec::new(), 0);
    for run in 0..=RUNS {
        let watch = Watch::start();
        let (handle, mut events) = start(ours, request("/bench.B/Stream", true));
        handle.send(Bytes::new()).await?;
        let mut count = 0;
        while let Some(batch) = events.next().await {
            for event in batch {
                match event {
                    CallEvent::MessageIn(_) => count += 1,
                    CallEvent::Status { status, .. } if status.code != Code::OK => bail!("{status:?}"),
                    _ => {}
                }
            }
        }
        if count != STREAM_MESSAGES {
            bail!("{count} messages came of {STREAM_MESSAGES}");
        }
        let our_run = watch.stop();
        let reference = tonic.connect().await?;
        let watch = Watch::start();
        let result = reference_stream(reference).await;
        let their_run = watch.stop();
        if run > 0 {
            our_runs.push(our_run);
            match result {
                Ok(STREAM_MESSAGES) => their_runs.push(their_run),
                Ok(_) | Err(_) => dead += 1,
            }
        }
    }
    report("stream of 100-byte messages", STREAM_MESSAGES as f64, &our_runs, &their_runs, dead);
    Ok(())
}

async fn reference_stream(channel: tonic::transport::Channel) -> Result<u64> {
    let mut client = tonic::client::Grpc::new(channel);
    client.ready().await?;
    let codec = tonic_prost::ProstCodec::<Payload, Payload>::default();
    let path = PathAndQuery::from_static("/bench.B/Stream");
    let mut messages =
        client.server_streaming(tonic::Request::new(Payload::default()), path, codec).await?.into_inner();
    let mut count = 0;
    while messages.message().await?.is_some() {
        count += 1;
    }
    Ok(count)
}

async fn slow_reader(ours: &Channel) -> Result<()> {
    let before = memory_kib("VmRSS");
    let (handle, mut events) = start(ours, request("/bench.B/Stream", true));
    handle.send(Bytes::new()).await?;
    let (mut read, mut peak, began) = (0_u64, before, Instant::now());
    while began.elapsed() < Duration::from_secs(5) {
        let Some(batch) = events.next().await else { bail!("the stream ended after {read} messages") };
        for event in batch {
            match event {
                CallEvent::MessageIn(_) => {
                    read += 1;
                    tokio::time::sleep(SLOW).await;
                }
                CallEvent::Status { status, .. } => bail!("the slow reader lost its call: {status:?}"),
                _ => {}
            }
        }
        peak = peak.max(memory_kib("VmRSS"));
    }
    // The same connection still serves others.
    let outcome = unary(ours, request("/bench.B/Unary", false), Bytes::new()).await;
    if outcome.status.code != Code::OK {
        bail!("beside the slow reader: {:?}", outcome.status);
    }
    handle.cancel();
    println!(
        "slow reader: {read} messages read in 5 s while {STREAM_MESSAGES} waited; memory {before} KiB before, at most \
         {peak} KiB during; the call and its connection lived",
    );
    Ok(())
}
