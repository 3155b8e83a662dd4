//! Errors and call facts on stderr, and the exit codes that go with them.

use std::fmt::Write as _;

use super::NOT_BEGUN;
use crate::call::{CallStatus, Code, Metadata};
use crate::engine::EndedCall;
use crate::schema::SchemaError;
use crate::transport::{ConnectEvent, Failure};
use crate::words::Lang;
use crate::words::failure::describe;
use crate::words::format::visible;

/// 64 is where the codes of failed calls begin, as with grpcurl.
const CALL_FAILED: u32 = 64;

/// No call began: says why.
pub(super) fn not_begun(why: &str) -> u8 {
    eprintln!("proconsul: {}", visible(why));
    NOT_BEGUN
}

/// Exit code of a call's status.
pub(super) fn exit_code(code: Code) -> u8 {
    if code == Code::OK { 0 } else { u8::try_from(CALL_FAILED.saturating_add(code.0)).unwrap_or(u8::MAX) }
}

/// The reflection call that failed, if that is why a schema could not be had.
pub(super) fn failed_call(error: &SchemaError) -> Option<&CallStatus> {
    let SchemaError::Reflection(failure) = error else { return None };
    failure.source.as_ref()?.downcast_ref::<EndedCall>().map(|ended| ended.0.as_ref())
}

/// A schema that could not be had. A reflection call that failed counts as a failed call.
pub(super) fn schema_error(error: &SchemaError) -> u8 {
    if let SchemaError::Reflection(failure) = error {
        if let Some(ended) = failed_call(error) {
            status(ended, "the schema could not be had by reflection");
            if ended.code == Code::UNIMPLEMENTED {
                eprintln!("  try: --proto or --protoset, since this server has no reflection");
            }
            return exit_code(ended.code);
        }
        if failure.code != 0 {
            eprintln!("proconsul: {}", visible(&error.to_string()));
            return exit_code(Code(failure.code));
        }
    }
    if let SchemaError::Problems(problems) = error {
        for problem in problems {
            eprintln!("{}", visible(&problem.to_string()));
            if let Some(line) = &problem.source_line {
                eprintln!("    {}", line.trim_end());
            }
            for suggestion in &problem.roots {
                let root = suggestion.root.display();
                eprintln!("  try: --import-path {root}, which has {}", suggestion.resolves.join(", "));
            }
        }
        return NOT_BEGUN;
    }
    not_begun(&error.to_string())
}

/// A failed call: code, name, message; stage, cause and what to try where we know them.
pub(super) fn status(status: &CallStatus, what: &str) {
    eprintln!("{what}: {} {}: {}", status.code.0, status.code.name(), visible(&status.message));
    if let Some(failure) = &status.failure {
        eprint!("{}", visible(&failure_words(failure)));
    }
}

fn failure_words(failure: &Failure) -> String {
    let described = describe(failure, Lang::En);
    let mut out = format!("  stage: {}\n  cause: {}\n", failure.stage.name(), described.title);
    if described.cause != described.title {
        push(&mut out, &format!("         {}", described.cause));
    }
    for advice in &described.advice {
        push(&mut out, &format!("  try: {advice}"));
    }
    out
}

fn push(out: &mut String, line: &str) {
    // Writing to a string cannot fail.
    writeln!(out, "{line}").unwrap_or_default();
}

/// `-v`: rows of metadata, `-bin` values in base64.
pub(super) fn metadata(title: &str, rows: &Metadata) {
    eprintln!("{title}:");
    if rows.is_empty() {
        eprintln!("  (empty)");
    }
    for (key, value) in rows {
        eprintln!("  {key}: {}", metadata_value(key, value));
    }
}

/// A value as text: base64 for `-bin` keys.
pub(super) fn metadata_value(key: &str, value: &[u8]) -> String {
    use base64::Engine as _;
    if key.ends_with("-bin") {
        base64::engine::general_purpose::STANDARD.encode(value)
    } else {
        String::from_utf8_lossy(value).into_owned()
    }
}

/// `-vv`: one step of making the connection.
pub(super) fn connecting(event: &ConnectEvent) {
    let (what, started, ended, failure) = match event {
        ConnectEvent::Resolve { host, addresses, started, ended, failure } => {
            let all: Vec<_> = addresses.iter().map(ToString::to_string).collect();
            (format!("resolve {host}: {}", all.join(", ")), started, ended, failure)
        }
        ConnectEvent::Connect { peer, local, started, ended, failure } => {
            let from = local.as_ref().map(|local| format!(" from {local}")).unwrap_or_default();
            (format!("connect {peer}{from}"), started, ended, failure)
        }
        ConnectEvent::Tls { report, started, ended, failure } => {
            let parts = [&report.version, &report.cipher_suite, &report.key_exchange, &report.alpn];
            let known: Vec<_> = parts.into_iter().flatten().cloned().collect();
            (format!("tls {}: {}", report.server_name, known.join(" · ")), started, ended, failure)
        }
        ConnectEvent::Http2 { started, ended, failure, .. } => ("http2 settings".to_owned(), started, ended, failure),
    };
    let took = ended.saturating_duration_since(*started);
    let failed = failure.as_ref().map(|failure| format!(" FAILED: {}", describe(failure, Lang::En).title));
    eprintln!("phase {what}: {} ms{}", millis(took), failed.unwrap_or_default());
}

/// Milliseconds with three digits behind the point.
pub(super) fn millis(time: std::time::Duration) -> String {
    format!("{:.3}", time.as_secs_f64() * 1000.0)
}
