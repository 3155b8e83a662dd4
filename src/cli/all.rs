//! `call --all`: one request to every instance of a service at once; one JSON object a line, as each is done.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _};
use serde_json::{Value, json};

use super::args::CallArgs;
use super::connect::{Server, channel};
use super::registry::print;
use super::report;
use crate::call::{self, CallEvent, CallRequest, CallStatus, Code, Origin};
use crate::engine::{Endpoint, PROBE_PATIENCE, Prepared, Reflector, WriteStyle, probe_once};
use crate::registry::Instance;
use crate::schema::{ReflectionSource, Source as _};
use crate::transport::{Channel, Pool};

/// So many at once: each costs a connection.
const AT_ONCE: usize = 64;
/// Messages of one answer that are printed; a stream that goes on is ended.
const MOST_MESSAGES: usize = 1000;

/// What all calls have in common.
struct Shared<'a> {
    server: &'a Server,
    prepared: &'a Arc<Prepared>,
    messages: &'a [Bytes],
    request: &'a CallRequest,
    style: WriteStyle,
}

/// Calls each of `instances`; the exit code is that of the first, in their order, that failed.
pub(super) async fn run(
    args: &CallArgs,
    server: &Server,
    instances: &[Instance],
    prepared: &Arc<Prepared>,
    messages: &[Bytes],
    request: &CallRequest,
) -> u8 {
    let style = WriteStyle { emit_defaults: args.emit_defaults, ..WriteStyle::default() };
    let shared = Shared { server, prepared, messages, request, style };
    let calls = instances.iter().enumerate().map(|(index, instance)| {
        let shared = &shared;
        async move { (index, shared.one(instance).await) }
    });
    let mut calls = stream::iter(calls).buffer_unordered(AT_ONCE);
    let mut codes = vec![Code::OK; instances.len()];
    loop {
        let next = tokio::select! {
            next = calls.next() => next,
            Ok(()) = tokio::signal::ctrl_c() => return report::exit_code(Code::CANCELLED),
        };
        let Some((index, (code, line))) = next else { break };
        if let Some(slot) = codes.get_mut(index) {
            *slot = code;
        }
        if let Err(why) = print(&line) {
            return report::not_begun(&why);
        }
    }
    codes.into_iter().find(|code| *code != Code::OK).map_or(0, report::exit_code)
}

impl Shared<'_> {
    /// One instance's line, and how its call ended.
    async fn one(&self, instance: &Instance) -> (Code, Value) {
        let endpoint = Endpoint { address: instance.host_port(), ..self.server.endpoint.clone() };
        // A pool of its own: what was connected closes with it, and thousands of instances need no thousand sockets.
        let pool = Pool::default();
        let began = std::time::Instant::now();
        let (status, answers, took) = match channel(&pool, &endpoint) {
            Ok(channel) => self.exchange(&channel, began).await,
            Err(why) => (Arc::new(failed(Code::INTERNAL, why)), Vec::new(), Duration::ZERO),
        };
        // Who cannot be reached has no schema to tell either.
        let facts = match status.failure {
            Some(_) if status.origin == Origin::Transport => None,
            _ => Some(probe_once(&pool, endpoint.clone(), PROBE_PATIENCE).await),
        };
        let answer = match self.texts(&pool, &endpoint, &answers).await {
            Ok(mut texts) if !self.prepared.method.info.server_streaming => {
                if texts.is_empty() {
                    Value::Null
                } else {
                    texts.swap_remove(0)
                }
            }
            Ok(texts) => Value::Array(texts),
            Err(why) => {
                eprintln!("proconsul: {}: the answer cannot be shown: {why}", instance.key.id);
                Value::Null
            }
        };
        let line = json!({
            "instance": instance.key.id,
            "service": instance.key.service,
            "node": instance.key.node,
            "datacenter": instance.key.datacenter,
            "address": instance.host_port(),
            "health": instance.health.name(),
            "status": {"code": status.code.0, "name": status.code.name(), "message": status.message},
            "latency_ms": (took.as_secs_f64() * 1e6).round() / 1e3,
            "answer": answer,
            "schema_hash": facts.as_ref().and_then(|facts| facts.schema_hash()),
            "grpc_health": facts.as_ref().map(|facts| facts.health.word()),
        });
        (status.code, line)
    }

    async fn exchange(&self, channel: &Channel, began: std::time::Instant) -> (Arc<CallStatus>, Vec<Bytes>, Duration) {
        let (handle, mut events) = call::start(channel, self.request.clone());
        let handle = Arc::new(handle);
        let (sender, messages) = (Arc::clone(&handle), self.messages.to_vec());
        let sending = tokio::spawn(async move {
            for message in messages {
                if sender.send(message).await.is_err() {
                    return;
                }
            }
            sender.half_close();
        });
        let mut answers = Vec::new();
        let mut ended = None;
        while let Some(batch) = events.next().await {
            for event in batch {
                match event {
                    CallEvent::MessageIn(record) => {
                        answers.push(record.data);
                        if answers.len() == MOST_MESSAGES {
                            handle.cancel();
                        }
                    }
                    CallEvent::Status { at, status } => ended = Some((at, status)),
                    _ => {}
                }
            }
        }
        sending.abort();
        match ended {
            Some((at, status)) => (status, answers, at.saturating_duration_since(began)),
            // The call module promises one.
            None => (
                Arc::new(failed(Code::INTERNAL, "the call ended without a status".to_owned())),
                answers,
                began.elapsed(),
            ),
        }
    }

    /// Answers as JSON, by the instance's own schema where it reflects: it may have fields that the others lack.
    async fn texts(&self, pool: &Pool, endpoint: &Endpoint, answers: &[Bytes]) -> Result<Vec<Value>, String> {
        if answers.is_empty() {
            return Ok(Vec::new());
        }
        let own = self.own(pool, endpoint).await;
        let prepared = own.as_ref().unwrap_or(self.prepared);
        let mut texts = Vec::with_capacity(answers.len());
        for answer in answers {
            let text = prepared.decode(true, answer, self.style).await.map_err(|error| error.to_string())?;
            texts.push(serde_json::from_str(&text).map_err(|error| error.to_string())?);
        }
        Ok(texts)
    }

    async fn own(&self, pool: &Pool, endpoint: &Endpoint) -> Option<Arc<Prepared>> {
        let channel = channel(pool, endpoint).ok()?;
        let metadata = self.server.reflection_metadata.clone();
        let reflector = Reflector::new(channel, metadata, Some(PROBE_PATIENCE.into()));
        let source = Arc::new(ReflectionSource::new(Arc::new(reflector), &endpoint.address));
        let method = &self.prepared.method;
        let found = source.method(&method.service, &method.info.name).await.ok()?;
        Some(Arc::new(Prepared::new(found, vec![source])))
    }
}

fn failed(code: Code, message: String) -> CallStatus {
    CallStatus { code, message, details: Vec::new(), origin: Origin::Local, failure: None }
}

/// All instances that the target names, or why there are none to call.
pub(super) async fn instances(args: &CallArgs) -> Result<Vec<Instance>, u8> {
    let found = args.pick.registries().all(&args.target).await;
    match found {
        Ok(Some((_, _, instances))) if !instances.is_empty() => Ok(instances),
        Ok(Some((target, place, _))) => {
            Err(report::not_begun(&format!("{place}: no instance of {} is left to be called", target.service)))
        }
        Ok(None) => Err(report::not_begun(&format!("{}: --all needs consul://… or static://…", args.target))),
        Err(error) => {
            report::not_begun(&error.to_string());
            Err(super::registry::code_of(&error))
        }
    }
}
