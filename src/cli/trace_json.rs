//! `--trace-json`: a call as it happens, one JSON object a line, each flushed.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::report::metadata_value;
use crate::call::{CallEvent, CallStatus, MessageRecord, Metadata};
use crate::engine::{Attempt, Chosen};
use crate::transport::{ConnectEvent, Failure, TlsReport};
use crate::words::Lang;
use crate::words::failure::describe;

/// Writes events to a file.
pub(super) struct TraceJson {
    file: File,
    began: Instant,
}

impl TraceJson {
    /// Creates (or empties) the file. Times count from now.
    pub(super) fn create(path: &Path) -> std::io::Result<Self> {
        Ok(Self { file: File::create(path)?, began: Instant::now() })
    }

    /// Times count from now instead.
    pub(super) fn begin(&mut self) {
        self.began = Instant::now();
    }

    /// The call did not come to be, since the reflection before it failed: says how that ended.
    pub(super) fn write_reflection_failed(&mut self, status: &CallStatus) -> std::io::Result<()> {
        let mut fields = object(status_fields(status));
        fields.insert("reflection".to_owned(), true.into());
        self.append("status", Instant::now(), fields)
    }

    /// Appends one event.
    pub(super) fn write(&mut self, event: &CallEvent) -> std::io::Result<()> {
        let (name, at, fields) = describe_event(event);
        let Some(name) = name else { return Ok(()) };
        self.append(name, at, fields)
    }

    /// Which instance an attempt goes to.
    pub(super) fn write_chosen(&mut self, chosen: &Chosen) -> std::io::Result<()> {
        let fields = json!({
            "target": chosen.target,
            "registry": chosen.place.to_string(),
            "service": chosen.instance.service,
            "instance": chosen.instance.id,
            "node": chosen.instance.node,
            "datacenter": chosen.instance.datacenter,
            "address": chosen.address,
            "health": chosen.health.name(),
            "policy": chosen.policy.name(),
            "of": chosen.of,
            "total": chosen.total,
        });
        self.append("chosen", Instant::now(), object(fields))
    }

    /// The fate of an attempt.
    pub(super) fn write_attempt(&mut self, attempt: &Attempt) -> std::io::Result<()> {
        let mut fields = object(status_fields(&attempt.status));
        fields.insert("number".to_owned(), attempt.number.into());
        fields.insert("instance".to_owned(), attempt.instance.id.as_str().into());
        fields.insert("address".to_owned(), attempt.address.as_str().into());
        fields.insert("took_us".to_owned(), u64::try_from(attempt.took.as_micros()).unwrap_or(u64::MAX).into());
        fields.insert("goes_on".to_owned(), attempt.goes_on.into());
        self.append("attempt", attempt.began + attempt.took, fields)
    }

    /// Appends a step of a connection that was there already. It ended before the times here begin: its `at_us` is 0,
    /// and `took_us` what it took then.
    pub(super) fn write_earlier(&mut self, step: &ConnectEvent) -> std::io::Result<()> {
        let (name, at, mut fields) = describe_step(step);
        fields.insert("reused".to_owned(), true.into());
        self.append(name, at, fields)
    }

    fn append(&mut self, name: &str, at: Instant, mut fields: Map<String, Value>) -> std::io::Result<()> {
        let at_us = u64::try_from(at.saturating_duration_since(self.began).as_micros()).unwrap_or(u64::MAX);
        fields.insert("event".to_owned(), name.into());
        fields.insert("at_us".to_owned(), at_us.into());
        let mut line = serde_json::to_vec(&Value::Object(fields))?;
        line.push(b'\n');
        self.file.write_all(&line)?;
        self.file.flush()
    }
}

/// An event's name (none: it is not written), time and fields.
fn describe_event(event: &CallEvent) -> (Option<&'static str>, Instant, Map<String, Value>) {
    let (name, at, fields) = match event {
        CallEvent::Connecting(step) => {
            let (name, at, fields) = describe_step(step);
            return (Some(name), at, fields);
        }
        // Which connection it is goes with the request's headers.
        CallEvent::Connected { at, .. } => return (None, *at, Map::new()),
        CallEvent::RequestHeaders { at, authority, path, metadata, stream_id } => (
            "request_headers",
            at,
            json!({"authority": authority, "path": path, "metadata": rows(metadata), "stream_id": stream_id}),
        ),
        CallEvent::MessageOut(record) => ("message_out", &record.at, message(record)),
        CallEvent::MessageIn(record) => ("message_in", &record.at, message(record)),
        CallEvent::HalfClose { at } => ("half_close", at, json!({})),
        CallEvent::ResponseHeaders { at, http_status, metadata } => {
            ("response_headers", at, json!({"http_status": http_status, "metadata": rows(metadata)}))
        }
        CallEvent::Trailers { at, trailers_only, metadata } => {
            ("trailers", at, json!({"trailers_only": trailers_only, "metadata": rows(metadata)}))
        }
        CallEvent::Reset { at, code, remote } => ("reset", at, json!({"code": code, "remote": remote})),
        CallEvent::GoAway { at, last_stream_id, code, debug } => (
            "goaway",
            at,
            json!({"last_stream_id": last_stream_id, "code": code, "debug": String::from_utf8_lossy(debug)}),
        ),
        CallEvent::Status { at, status } => ("status", at, status_fields(status)),
    };
    (Some(name), *at, object(fields))
}

fn describe_step(step: &ConnectEvent) -> (&'static str, Instant, Map<String, Value>) {
    let (name, started, ended, failure, fields) = match step {
        ConnectEvent::Resolve { host, addresses, started, ended, failure } => {
            let all: Vec<_> = addresses.iter().map(ToString::to_string).collect();
            ("resolve", started, ended, failure, json!({"host": host, "addresses": all}))
        }
        ConnectEvent::Connect { peer, local, started, ended, failure } => {
            ("connect", started, ended, failure, json!({"peer": peer, "local": local}))
        }
        ConnectEvent::Tls { report, started, ended, failure } => ("tls", started, ended, failure, tls(report)),
        ConnectEvent::Http2 { settings, started, ended, failure } => {
            ("http2", started, ended, failure, json!({"settings": settings}))
        }
    };
    let mut fields = object(fields);
    let took = ended.saturating_duration_since(*started).as_micros();
    fields.insert("took_us".to_owned(), u64::try_from(took).unwrap_or(u64::MAX).into());
    if let Some(failure) = failure {
        fields.insert("error".to_owned(), words(failure).into());
    }
    (name, *ended, fields)
}

fn words(failure: &Failure) -> String {
    describe(failure, Lang::En).title
}

fn status_fields(status: &CallStatus) -> Value {
    let detail = |detail: &crate::call::StatusDetail| json!({"type_url": detail.type_url, "value": STANDARD.encode(&detail.value)});
    json!({
        "code": status.code.0,
        "name": status.code.name(),
        "message": status.message,
        "details": status.details.iter().map(detail).collect::<Vec<_>>(),
        "origin": status.origin.name(),
        "stage": status.failure.as_ref().map(|failure| failure.stage.name()),
        "cause": status.failure.as_ref().map(|failure| words(failure)),
    })
}

/// What TLS negotiated, and the chain.
pub(super) fn tls(report: &TlsReport) -> Value {
    let certificate = |one: &crate::transport::CertificateInfo| {
        json!({
            "subject": one.subject,
            "issuer": one.issuer,
            "names": one.names,
            "not_before_unix_s": one.not_before_unix_s,
            "not_after_unix_s": one.not_after_unix_s,
            "sha256": hex(&one.sha256),
        })
    };
    json!({
        "version": report.version,
        "cipher_suite": report.cipher_suite,
        "key_exchange": report.key_exchange,
        "alpn": report.alpn,
        "server_name": report.server_name,
        "unverified": report.unverified,
        "client_certificate_asked": report.client_certificate_asked,
        "certificates": report.chain.iter().map(certificate).collect::<Vec<_>>(),
    })
}

/// Lower-case hex.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(|half| char::from_digit(half.into(), 16)).collect()
}

fn message(record: &MessageRecord) -> Value {
    json!({
        "index": record.index,
        "size": record.size,
        "wire_size": record.wire_size,
        "compressed": record.compressed,
        "data": STANDARD.encode(&record.data),
    })
}

fn rows(metadata: &Metadata) -> Vec<[String; 2]> {
    metadata.iter().map(|(key, value)| [key.clone(), metadata_value(key, value)]).collect()
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
