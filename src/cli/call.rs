//! `call`: one RPC of any shape, answers as they come.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use super::all;
use super::args::{CallArgs, CompressChoice, FormatChoice};
use super::attempts::{Attempts, Unwatched, not_connected};
use super::connect::Server;
use super::progress::Progress;
use super::registry::say_answered;
use super::report;
use super::sending::{First, Sender, first_messages, format, read_style};
use super::trace_json::TraceJson;
use crate::call::{self, CallEvent, CallHandle, CallRequest, CallStatus, Code, Encoding, Origin};
use crate::engine::{Chosen, Prepared, WriteStyle};
use crate::schema::{SchemaError, ServiceInfo, Source};
use crate::transport::Channel;

pub(super) async fn run(args: Box<CallArgs>) -> u8 {
    let began = Instant::now();
    let server = match Server::new(&args.target, &args.connection, &args.pick, began).await {
        Ok(server) => server,
        Err(why) => return why.report(),
    };
    let Some((service, method)) = split_method(&args.method) else {
        return report::not_begun(&format!("{}: write the method as pkg.Service/Method", args.method));
    };
    let all = if args.all {
        match all::instances(&args).await {
            Ok(instances) => Some(instances),
            Err(code) => return code,
        }
    } else {
        None
    };
    // Before anything is asked: a file that is left from another call must not pass for this one's.
    let mut trace = match args.trace_json.as_ref().map(|path| TraceJson::create(path).map_err(|error| (path, error))) {
        None => None,
        Some(Ok(created)) => Some(created),
        Some(Err((path, error))) => return report::not_begun(&format!("{}: {error}", path.display())),
    };
    let asked = server.resolved.as_ref().and_then(|resolved| resolved.target.retries);
    let is_told = server.resolved.is_some() || args.retries.is_some();
    let mut attempts = Attempts::new(args.retries.or(asked).unwrap_or_default(), is_told);
    let prepared = loop {
        let chosen = server.chosen(attempts.index());
        let channel = match server.channel_at(attempts.index()) {
            Ok(channel) => channel,
            Err(why) => return report::not_begun(&why),
        };
        attempts.begin(chosen.as_ref(), args.verbose);
        let prepared = tokio::select! {
            prepared = prepare(&args, &server, &channel, service, method) => prepared,
            Ok(()) = tokio::signal::ctrl_c() => {
                let status = local_status(Code::CANCELLED, "interrupted before the call began".to_owned());
                report::status(&status, "no call");
                end_trace(trace.as_mut(), &status);
                return report::exit_code(status.code);
            }
        };
        let error = match prepared {
            Ok(prepared) => break Arc::new(prepared),
            Err(error) => error,
        };
        if let Some(status) = report::failed_call(&error) {
            let goes_on = attempts.goes_on() && status.code == Code::UNAVAILABLE;
            attempts.ended(chosen.as_ref(), &channel, status, Instant::now(), goes_on);
            if goes_on {
                attempts.pause(&server).await;
                continue;
            }
            end_trace(trace.as_mut(), status);
        }
        return report::schema_error(&error);
    };
    for note in &prepared.method.notes {
        eprintln!("note: {note}");
    }
    let first = match first_messages(&args, &prepared).await {
        Ok(first) => first,
        Err(why) => return report::not_begun(&why),
    };
    if let Some(trace) = &mut trace {
        trace.begin();
    }
    let info = &prepared.method.info;
    let request = CallRequest {
        path: format!("/{}/{}", prepared.method.service, info.name),
        client_streaming: info.client_streaming,
        server_streaming: info.server_streaming,
        metadata: server.call_metadata.clone(),
        deadline: server.until,
        limits: server.limits,
        compress: match args.compress {
            Some(CompressChoice::Gzip) => Encoding::Gzip,
            Some(CompressChoice::Deflate) => Encoding::Deflate,
            Some(CompressChoice::Zstd) => Encoding::Zstd,
            Some(CompressChoice::Identity) | None => Encoding::Identity,
        },
    };
    let First { messages, more } = first;
    if let Some(instances) = all {
        if more.is_some() {
            return report::not_begun("--all sends the same to all: give the messages by -d, or in a file");
        }
        return all::run(&args, &server, &instances, &prepared, &messages, &request).await;
    }
    let more = Arc::new(tokio::sync::Mutex::new(more));
    // The instance that gave the schema, or would have, is the one that is called.
    attempts.call_begins(trace);
    loop {
        let chosen = server.chosen(attempts.index());
        let channel = match server.channel_at(attempts.index()) {
            Ok(channel) => channel,
            Err(why) => return report::not_begun(&why),
        };
        attempts.begin(chosen.as_ref(), args.verbose);
        // Stdin can be read once only: whoever may try again first sees whether somebody is there.
        if attempts.goes_on() && more.lock().await.is_some() {
            let connected = tokio::select! {
                connected = channel.connect(&Unwatched) => connected.map(|_| ()),
                // The call itself says what is to be said of it.
                () = server.deadline_passed() => Ok(()),
                Ok(()) = tokio::signal::ctrl_c() => Ok(()),
            };
            if let Err(failure) = connected {
                attempts.ended(chosen.as_ref(), &channel, &not_connected(failure), Instant::now(), true);
                attempts.pause(&server).await;
                continue;
            }
        }
        let (handle, events) = call::start(&channel, request.clone());
        let handle = Arc::new(handle);
        let gave_up = Arc::new(OnceLock::new());
        let reads_stdin = Arc::new(AtomicBool::new(false));
        let sender = Sender {
            handle: Arc::clone(&handle),
            prepared: Arc::clone(&prepared),
            style: read_style(&args),
            gave_up: Arc::clone(&gave_up),
            reads_stdin: Arc::clone(&reads_stdin),
        };
        let sending = tokio::spawn(sender.run(messages.clone(), Arc::clone(&more)));
        let mut reader = Reader {
            args: &args,
            prepared: &prepared,
            channel: &channel,
            handle: &handle,
            attempts: &mut attempts,
            chosen: chosen.as_ref(),
            began: Instant::now(),
            gave_up,
            reads_stdin,
            has_answer: false,
        };
        let ended = reader.read(events).await;
        sending.abort();
        match ended {
            Ended::With(code) => return code,
            Ended::Again => attempts.pause(&server).await,
        }
    }
}

/// The call did not come to be: its trace says how the reflection before it ended.
fn end_trace(trace: Option<&mut TraceJson>, status: &CallStatus) {
    if let Some(Err(error)) = trace.map(|trace| trace.write_reflection_failed(status)) {
        eprintln!("proconsul: --trace-json: {error}");
    }
}

/// `pkg.Service/Method` or, as grpcurl takes it too, `pkg.Service.Method`.
fn split_method(symbol: &str) -> Option<(&str, &str)> {
    let symbol = symbol.trim_start_matches('/');
    let (service, method) = symbol.rsplit_once('/').or_else(|| symbol.rsplit_once('.'))?;
    (!service.is_empty() && !method.is_empty()).then_some((service, method))
}

async fn prepare(
    args: &CallArgs,
    server: &Server,
    channel: &Channel,
    service: &str,
    method: &str,
) -> Result<Prepared, SchemaError> {
    let _progress = Progress::start("reading the schema");
    let reflection = server.reflection_over(channel);
    let source: Arc<dyn Source> = if args.schema.given() { args.schema.open()? } else { Arc::clone(&reflection) };
    let found = match source.method(service, method).await {
        Ok(found) => found,
        Err(error) => return Err(no_method(source.as_ref(), args.method.trim_start_matches('/'), error).await),
    };
    args.schema.save(source.as_ref(), std::slice::from_ref(&found.service)).await?;
    let sources = if args.schema.given() { vec![source, reflection] } else { vec![source] };
    Ok(Prepared::new(found, sources))
}

/// What `symbol` is instead of a method, where the schema has it or its service.
async fn no_method(source: &dyn Source, symbol: &str, error: SchemaError) -> SchemaError {
    let SchemaError::NotFound { place, .. } = &error else { return error };
    let methods = |service: &ServiceInfo| {
        let all: Vec<_> =
            service.methods.iter().map(|method| format!("{}/{}", service.full_name, method.name)).collect();
        all.join(", ")
    };
    let what = if let Ok(service) = source.service(symbol).await {
        format!("is a service, not a method; its methods: {}", methods(&service))
    } else if source.message_type(symbol).await.is_ok() {
        "is a message, not a method: write pkg.Service/Method".to_owned()
    } else if let Some((service, _)) = symbol.rsplit_once(['/', '.'])
        && let Ok(service) = source.service(service).await
    {
        format!("is no method of {}, which has {}", service.full_name, methods(&service))
    } else {
        return error;
    };
    SchemaError::OtherKind { symbol: symbol.to_owned(), place: place.clone(), what }
}

struct Reader<'a> {
    args: &'a CallArgs,
    prepared: &'a Prepared,
    channel: &'a Channel,
    handle: &'a CallHandle,
    attempts: &'a mut Attempts,
    chosen: Option<&'a Chosen>,
    began: Instant,
    gave_up: Arc<OnceLock<String>>,
    reads_stdin: Arc<AtomicBool>,
    /// Something was answered: nothing is tried again.
    has_answer: bool,
}

/// How one attempt ended.
enum Ended {
    With(u8),
    Again,
}

impl Reader<'_> {
    async fn read(&mut self, mut events: call::EventReceiver) -> Ended {
        let mut shown = 0u64;
        let mut unshowable = None;
        let mut interrupt = std::pin::pin!(tokio::signal::ctrl_c());
        let mut interrupted = false;
        loop {
            let batch = tokio::select! {
                batch = events.next() => batch,
                signal = &mut interrupt, if !interrupted => {
                    interrupted = true;
                    if signal.is_ok() {
                        self.handle.cancel();
                    }
                    continue;
                }
            };
            let Some(batch) = batch else {
                // The call module promises one.
                return Ended::With(report::not_begun("the call ended without a status"));
            };
            for event in batch {
                if let CallEvent::Connected { connection, .. } = &event
                    && connection.reused
                {
                    self.tell_earlier(connection.id);
                }
                if let CallEvent::Status { at, status } = &event
                    && !interrupted
                    && self.may_try_again(status)
                {
                    self.attempts.ended(self.chosen, self.channel, status, *at, true);
                    return Ended::Again;
                }
                self.note_answer(&event);
                self.trace(|trace| trace.write(&event));
                self.explain(&event).await;
                match event {
                    CallEvent::MessageIn(record) if unshowable.is_none() => {
                        match self.show(&record.data, shown).await {
                            Ok(()) => shown += 1,
                            Err(status) => {
                                unshowable = Some(status);
                                self.handle.cancel();
                            }
                        }
                    }
                    CallEvent::Status { status, .. } => {
                        let bad_input = self.gave_up.get().filter(|_| status.origin == Origin::Local);
                        let status = match bad_input {
                            Some(why) => Arc::new(local_status(status.code, why.clone())),
                            None => unshowable.map_or(status, Arc::new),
                        };
                        return Ended::With(self.finish(&status).await);
                    }
                    _ => {}
                }
            }
        }
    }

    /// Writes to the trace, if there is one and as long as it can be written.
    fn trace(&mut self, write: impl FnOnce(&mut TraceJson) -> std::io::Result<()>) {
        self.attempts.trace(write);
    }

    fn may_try_again(&self, status: &CallStatus) -> bool {
        let is_whole = !self.has_answer && !self.reads_stdin.load(Ordering::Acquire) && self.gave_up.get().is_none();
        self.attempts.goes_on() && is_whole && status.code == Code::UNAVAILABLE
    }

    /// Says which instance answered, once it has; and the fate of the last attempt.
    fn note_answer(&mut self, event: &CallEvent) {
        let answers = match event {
            CallEvent::ResponseHeaders { .. } | CallEvent::MessageIn(_) => true,
            CallEvent::Status { status, .. } => status.origin == Origin::Server,
            _ => false,
        };
        if answers && !std::mem::replace(&mut self.has_answer, true) {
            self.chosen.iter().for_each(|chosen| say_answered(chosen));
        }
        if let CallEvent::Status { at, status } = event {
            self.attempts.ended(self.chosen, self.channel, status, *at, false);
        }
    }

    /// The call found its connection open, for reflection made it a moment ago: tells how, so that a person sees where
    /// the time went.
    fn tell_earlier(&mut self, connection_id: u64) {
        for step in self.channel.steps(connection_id) {
            self.trace(|trace| trace.write_earlier(&step));
            if self.args.verbose > 1 {
                report::connecting(&step);
            }
        }
    }

    /// Prints one answer.
    async fn show(&self, data: &[u8], shown: u64) -> Result<(), CallStatus> {
        let style = WriteStyle {
            format: format(self.args.format),
            emit_defaults: self.args.emit_defaults,
            pretty: true,
            ..WriteStyle::default()
        };
        let text = self.prepared.decode(true, data, style).await.map_err(|error| {
            local_status(
                Code::INTERNAL,
                format!("the answer does not fit {}: {error}", self.prepared.method.output.full_name()),
            )
        })?;
        let mut out = std::io::stdout().lock();
        let separator = if self.args.format == FormatChoice::Text && shown > 0 { "\u{1e}" } else { "" };
        writeln!(out, "{separator}{}", text.trim_end_matches('\n'))
            .and_then(|()| out.flush())
            .map_err(|error| local_status(Code::CANCELLED, format!("stdout is gone: {error}")))
    }

    /// `-v` and `-vv`.
    async fn explain(&self, event: &CallEvent) {
        let verbose = self.args.verbose;
        if verbose == 0 {
            return;
        }
        match event {
            CallEvent::RequestHeaders { metadata, .. } => report::metadata("request headers", metadata),
            CallEvent::ResponseHeaders { metadata, .. } => report::metadata("response headers", metadata),
            CallEvent::Trailers { metadata, .. } => report::metadata("response trailers", metadata),
            CallEvent::Status { status, .. } => {
                for (name, text) in self.prepared.details(status, true).await {
                    eprintln!("detail {name}: {}", text.unwrap_or_else(|error| error.to_string()));
                }
            }
            _ => {}
        }
        if verbose > 1 {
            self.phase(event);
        }
    }

    fn phase(&self, event: &CallEvent) {
        let at = |at: &Instant| report::millis(at.saturating_duration_since(self.began));
        match event {
            CallEvent::Connecting(step) => report::connecting(step),
            CallEvent::Connected { connection, at: when } => {
                let how = if connection.reused { "reused connection" } else { "new connection" };
                eprintln!("at {} ms: {how} {} → {}", at(when), connection.local, connection.peer);
            }
            CallEvent::RequestHeaders { at: when, stream_id, .. } => {
                eprintln!("at {} ms: request headers sent, stream {stream_id}", at(when));
            }
            CallEvent::MessageOut(record) => {
                let (size, wire) = (record.size, record.wire_size);
                eprintln!("at {} ms: message {} sent, {size} B ({wire} B on the wire)", at(&record.at), record.index);
            }
            CallEvent::HalfClose { at: when } => eprintln!("at {} ms: our side closed", at(when)),
            CallEvent::ResponseHeaders { at: when, .. } => eprintln!("at {} ms: response headers", at(when)),
            CallEvent::MessageIn(record) => {
                let (size, wire) = (record.size, record.wire_size);
                eprintln!("at {} ms: message {} came, {size} B ({wire} B on the wire)", at(&record.at), record.index);
            }
            CallEvent::Trailers { at: when, .. } => eprintln!("at {} ms: trailers", at(when)),
            CallEvent::Reset { at: when, code, remote } => {
                let who = if *remote { "the server" } else { "us" };
                eprintln!("at {} ms: stream reset by {who}, HTTP/2 code {code}", at(when));
            }
            CallEvent::GoAway { at: when, code, debug, .. } => {
                let debug = String::from_utf8_lossy(debug);
                eprintln!("at {} ms: GOAWAY, HTTP/2 code {code} {debug}", at(when));
            }
            CallEvent::Status { at: when, status } => {
                eprintln!("at {} ms: {} {}", at(when), status.code.0, status.code.name());
            }
        }
    }

    async fn finish(&self, status: &CallStatus) -> u8 {
        if status.code != Code::OK {
            if self.args.format_error {
                eprintln!("{}", self.formatted(status).await);
            } else {
                report::status(status, "call failed");
            }
        }
        report::exit_code(status.code)
    }

    /// The status as `google.rpc.Status` would look.
    async fn formatted(&self, status: &CallStatus) -> String {
        let details: Vec<_> = self
            .prepared
            .details(status, false)
            .await
            .into_iter()
            .map(|(name, text)| {
                let mut value = text
                    .ok()
                    .and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok())
                    .unwrap_or_else(|| serde_json::json!({}));
                if let Some(fields) = value.as_object_mut() {
                    fields.insert("@type".to_owned(), format!("type.googleapis.com/{name}").into());
                }
                value
            })
            .collect();
        let whole = serde_json::json!({"code": status.code.0, "message": status.message, "details": details});
        serde_json::to_string_pretty(&whole).unwrap_or_default()
    }
}

/// A status that we decided, in our words.
fn local_status(code: Code, message: String) -> CallStatus {
    CallStatus { code, message, details: vec![], origin: Origin::Local, failure: None }
}
