//! `health`: grpc.health.v1, once or as a watch.

use std::io::Write;
use std::time::Instant;

use prost::Message;

use super::args::HealthArgs;
use super::connect::Server;
use super::report;
use crate::call::{self, CallEvent, CallRequest, Code, Encoding};
use crate::engine::serving_status;

/// The service is there, and something else than SERVING.
const NOT_SERVING: u8 = 1;

/// `grpc.health.v1.HealthCheckRequest`.
#[derive(Clone, PartialEq, Message)]
struct HealthCheckRequest {
    #[prost(string, tag = "1")]
    service: String,
}

/// `grpc.health.v1.HealthCheckResponse`.
#[derive(Clone, PartialEq, Message)]
struct HealthCheckResponse {
    #[prost(int32, tag = "1")]
    status: i32,
}

pub(super) async fn run(args: Box<HealthArgs>) -> u8 {
    let server = match Server::new(&args.target, &args.connection, &args.pick, Instant::now()).await {
        Ok(server) => server,
        Err(why) => return why.report(),
    };
    server.say_chosen();
    let method = if args.watch { "Watch" } else { "Check" };
    let request = CallRequest {
        path: format!("/grpc.health.v1.Health/{method}"),
        client_streaming: false,
        server_streaming: args.watch,
        metadata: server.call_metadata.clone(),
        deadline: server.until,
        limits: server.limits,
        compress: Encoding::Identity,
    };
    let (handle, mut events) = call::start(&server.channel, request);
    let message = HealthCheckRequest { service: args.service.clone().unwrap_or_default() }.encode_to_vec();
    if handle.send(message.into()).await.is_ok() {
        handle.half_close();
    }
    let mut last = None;
    let mut interrupt = std::pin::pin!(tokio::signal::ctrl_c());
    let mut interrupted = false;
    loop {
        let batch = tokio::select! {
            batch = events.next() => batch,
            signal = &mut interrupt, if !interrupted => {
                interrupted = signal.is_ok();
                handle.cancel();
                continue;
            }
        };
        let Some(batch) = batch else { return report::not_begun("the call ended without a status") };
        for event in batch {
            match event {
                CallEvent::ResponseHeaders { metadata, .. } if args.verbose > 0 => {
                    report::metadata("response headers", &metadata);
                }
                CallEvent::Trailers { metadata, .. } if args.verbose > 0 => {
                    report::metadata("response trailers", &metadata);
                }
                CallEvent::MessageIn(record) => match HealthCheckResponse::decode(record.data) {
                    Ok(answer) => {
                        last = Some(answer.status);
                        let mut out = std::io::stdout().lock();
                        if let Err(error) =
                            writeln!(out, "{}", serving_status(answer.status)).and_then(|()| out.flush())
                        {
                            handle.cancel();
                            // Nobody heard the word: no exit code may stand for it.
                            return report::not_begun(&format!("stdout: {error}"));
                        }
                    }
                    Err(error) => {
                        eprintln!("proconsul: the answer is no HealthCheckResponse: {error}");
                        return report::exit_code(Code::INTERNAL);
                    }
                },
                CallEvent::Status { status, .. } => {
                    // A watch that the person ends is judged by what it last said.
                    if status.code != Code::OK && !(interrupted && status.code == Code::CANCELLED) {
                        report::status(&status, "health could not be asked");
                        if status.code == Code::UNIMPLEMENTED {
                            eprintln!("  try: the server has no grpc.health.v1; register it there");
                        }
                        return report::exit_code(status.code);
                    }
                    return match last {
                        Some(1) => 0,
                        Some(_) => NOT_SERVING,
                        None => report::exit_code(Code::CANCELLED),
                    };
                }
                _ => {}
            }
        }
    }
}
