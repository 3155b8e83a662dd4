//! `diagnose`: the ladder from a name to reflection, in words or as one JSON object.

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value, json};

use super::args::DiagnoseArgs;
use super::connect::Server;
use super::progress::Progress;
use super::trace_json;
use super::{NOT_BEGUN, report};
use crate::engine::{Diagnosis, Finding, Question, Step, climb, serving_status};
use crate::transport::{Check, TlsReport};
use crate::words::format::{duration, visible_line};
use crate::words::{Lang, setting_name};

/// A step broke, or gRPC did not answer.
const BROKEN: u8 = NOT_BEGUN;
const DAY_S: i64 = 86_400;

pub(super) async fn run(args: Box<DiagnoseArgs>) -> u8 {
    let began = Instant::now();
    let server = match Server::new(&args.target, &args.connection, &args.pick, began).await {
        Ok(server) => server,
        Err(why) => return why.report(),
    };
    let mut target = server.channel.target().clone();
    if let Some(chosen) = server.chosen(0) {
        server.say_chosen();
        target.text = format!("{} → {}", args.target, chosen.address);
    }
    let question = Question {
        target,
        options: server.channel.options().clone(),
        call_metadata: server.call_metadata.clone(),
        reflection_metadata: server.reflection_metadata.clone(),
        // So far away that the clock has no number for it is never.
        until: args.connection.max_time.and_then(|time| began.checked_add(time)),
    };
    let progress = Progress::start("climbing from name to reflection");
    let diagnosis = climb(&question, &|_: &Step| {}).await;
    drop(progress);
    let now_s = now_s();
    let text = if args.json { format!("{:#}\n", as_json(&diagnosis, now_s)) } else { in_words(&diagnosis, now_s) };
    let mut out = std::io::stdout().lock();
    if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        return report::not_begun(&format!("stdout: {error}"));
    }
    if diagnosis.ok { 0 } else { BROKEN }
}

/// One step a line: its state, title, time and what was found; below it, indented, what else there is to say.
fn in_words(diagnosis: &Diagnosis, now_s: i64) -> String {
    let lang = Lang::En;
    let titles: Vec<String> = diagnosis.steps.iter().map(|step| lang.step_title(step)).collect();
    let widest = titles.iter().map(|title| title.chars().count()).max().unwrap_or(0);
    let mut out = String::new();
    let mut push = |line: &str| {
        // Writing to a string cannot fail.
        writeln!(out, "{}", visible_line(line).trim_end()).unwrap_or_default();
    };
    for (step, title) in diagnosis.steps.iter().zip(&titles) {
        let words = lang.step(step, now_s);
        // "not reached" stands in its state already.
        let said = if step.found == Finding::NotReached { "" } else { words.said.as_str() };
        let state = step.state.name().replace('_', " ");
        push(&format!("{state:<11}  {title:<widest$}  {:>8}  {said}", time(step)));
        for line in words.more.iter().chain(&words.chain) {
            push(&format!("    {line}"));
        }
        for advice in &words.advice {
            push(&format!("    try: {advice}"));
        }
    }
    push(&format!("{} ({} in all)", lang.diagnosis_verdict(diagnosis.ok, &diagnosis.steps), duration(diagnosis.took)));
    out
}

fn time(step: &Step) -> String {
    if step.took.is_zero() { "–".to_owned() } else { duration(step.took) }
}

fn as_json(diagnosis: &Diagnosis, now_s: i64) -> Value {
    json!({
        "target": diagnosis.target,
        "steps": diagnosis.steps.iter().map(|step| step_json(step, now_s)).collect::<Vec<_>>(),
        "ok": diagnosis.ok,
        "verdict": Lang::En.diagnosis_verdict(diagnosis.ok, &diagnosis.steps),
        "took_us": micros(diagnosis.took),
    })
}

/// What every step has, and by its rung: `addresses`, `local`, `tls`, `protocol`, `settings`, `status`, `serving`,
/// `version` and `services`; `failure` where it broke.
fn step_json(step: &Step, now_s: i64) -> Value {
    let words = Lang::En.step(step, now_s);
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    put("step", step.rung.name().into());
    put("state", step.state.name().into());
    put("took_us", micros(step.took).into());
    put("words", words.said.into());
    put("more", words.more.into());
    put("advice", words.advice.into());
    if let Some(address) = &step.address {
        put("address", address.as_str().into());
    }
    if let Some(report) = step.found.tls_report() {
        put("tls", tls(report, now_s));
    }
    match &step.found {
        Finding::Addresses { host, addresses, .. } => {
            put("host", host.as_str().into());
            put("addresses", addresses.clone().into());
        }
        Finding::Connected { local } => {
            put("local", local.as_str().into());
        }
        Finding::Alpn(protocol) => {
            put("protocol", protocol.as_str().into());
        }
        Finding::Settings(settings) => {
            let all: Map<String, Value> =
                settings.iter().map(|(id, value)| (setting_name(*id), (*value).into())).collect();
            put("settings", all.into());
        }
        Finding::Answered(status) => {
            put("status", json!({"code": status.code.0, "name": status.code.name(), "message": status.message}));
        }
        Finding::Health(status) => {
            put("serving", serving_status(*status).into());
        }
        Finding::Services { version, services } => {
            put("version", (*version).into());
            put("services", services.clone().into());
        }
        Finding::Broken(failure) => {
            put("failure", json!({"stage": failure.stage.name(), "peer": failure.peer, "detail": failure.detail}));
        }
        _ => {}
    }
    Value::Object(fields)
}

/// As `--trace-json` has it, with what was found of the certificates.
fn tls(report: &TlsReport, now_s: i64) -> Value {
    let mut fields = trace_json::tls(report);
    if let Some(certificates) = fields.get_mut("certificates").and_then(Value::as_array_mut) {
        for (certificate, info) in certificates.iter_mut().zip(&report.chain) {
            certificate["days_left"] = info.not_after_unix_s.saturating_sub(now_s).div_euclid(DAY_S).into();
            certificate["self_signed"] = info.self_signed.into();
            certificate["key"] = info.key.as_str().into();
        }
    }
    fields["trust"] = report.trust.as_str().into();
    fields["client_certificate_sent"] = report.client_certificate_sent.into();
    if let Some(checks) = &report.checks {
        let word = |check: Check| match check {
            Check::Passed => "passed",
            Check::Failed => "failed",
            Check::NotDone => "not_done",
        };
        fields["checks"] = json!({
            "name": word(checks.name),
            "dates": word(checks.dates),
            "trust": word(checks.trust),
            "usage": word(checks.usage),
        });
    }
    fields
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// Seconds since 1970-01-01 UTC.
fn now_s() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(0))
}
