//! What a step's outcome is worth: pure functions over what the transport and calls told.

use std::time::Duration;

use super::{Finding, Rung, StepState};
use crate::call::{CallStatus, Code, Origin};
use crate::transport::{ConnectEvent, FailureKind, TlsReport};

/// A certificate that ends this soon is worth a word.
const SOON_DAYS: i64 = 14;
const DAY_S: i64 = 86_400;
/// SETTINGS_MAX_CONCURRENT_STREAMS (RFC 9113, 6.5.2).
const MAX_CONCURRENT_STREAMS: u16 = 3;

/// One step, not yet at its place.
pub(super) type Judged = (Rung, StepState, Duration, Finding);

/// The steps of one event of making a connection; `now_s` is seconds since 1970-01-01 UTC.
pub(super) fn of_connecting(event: &ConnectEvent, now_s: i64) -> Vec<Judged> {
    match event {
        ConnectEvent::Resolve { .. } => Vec::new(),
        ConnectEvent::Connect { local, started, ended, failure, .. } => {
            let took = ended.saturating_duration_since(*started);
            vec![if let Some(failure) = failure {
                (Rung::Tcp, StepState::Failed, took, Finding::Broken(failure.clone()))
            } else {
                let local = local.clone().unwrap_or_default();
                (Rung::Tcp, StepState::Passed, took, Finding::Connected { local })
            }]
        }
        ConnectEvent::Tls { report, started, ended, failure } => {
            let took = ended.saturating_duration_since(*started);
            let shown = || Finding::Tls(report.clone());
            match failure {
                None => {
                    let alpn = report.alpn.clone().unwrap_or_default();
                    vec![
                        (Rung::Tls, tls(report, now_s), took, shown()),
                        (Rung::Alpn, StepState::Passed, Duration::ZERO, Finding::Alpn(alpn)),
                    ]
                }
                Some(failure) if failure.kind == FailureKind::NoAlpn => {
                    let handshake = if report.version.is_some() {
                        (Rung::Tls, tls(report, now_s), took, shown())
                    } else {
                        (Rung::Tls, StepState::Warned, took, Finding::TlsEndedByAlpn(report.clone()))
                    };
                    let alpn = (Rung::Alpn, StepState::Failed, Duration::ZERO, Finding::Broken(failure.clone()));
                    vec![handshake, alpn]
                }
                Some(failure) => vec![(Rung::Tls, StepState::Failed, took, Finding::Broken(failure.clone()))],
            }
        }
        ConnectEvent::Http2 { settings, started, ended, failure } => {
            let took = ended.saturating_duration_since(*started);
            let takes_no_call = settings.contains(&(MAX_CONCURRENT_STREAMS, 0));
            vec![if let Some(failure) = failure {
                (Rung::Http2, StepState::Failed, took, Finding::Broken(failure.clone()))
            } else {
                let state = if takes_no_call { StepState::Warned } else { StepState::Passed };
                (Rung::Http2, state, took, Finding::Settings(settings.clone()))
            }]
        }
    }
}

/// A handshake that came to be.
fn tls(report: &TlsReport, now_s: i64) -> StepState {
    let Some(leaf) = report.chain.first() else { return StepState::Passed };
    let ends_soon = leaf.not_after_unix_s - now_s < SOON_DAYS * DAY_S;
    if report.unverified || ends_soon || now_s < leaf.not_before_unix_s { StepState::Warned } else { StepState::Passed }
}

/// A call of a method that cannot exist: whatever the server says in `grpc-status` proves that it speaks gRPC.
pub(super) fn of_no_method(status: &std::sync::Arc<CallStatus>) -> (StepState, Finding) {
    let answered = || Finding::Answered(status.clone());
    match &status.failure {
        // OK without a message: whoever takes any method for one of its own.
        Some(failure) if matches!(failure.kind, FailureKind::AnswerCount { .. }) => (StepState::Passed, answered()),
        Some(failure) => (StepState::Failed, Finding::Broken(failure.clone())),
        None if status.origin != Origin::Server => (StepState::Failed, answered()),
        None => match status.code {
            Code::UNAUTHENTICATED | Code::PERMISSION_DENIED | Code::UNAVAILABLE => (StepState::Warned, answered()),
            _ => (StepState::Passed, answered()),
        },
    }
}

/// A call of a service that a server may well not have.
pub(super) fn of_optional(status: &std::sync::Arc<CallStatus>) -> (StepState, Finding) {
    match &status.failure {
        Some(failure) => (StepState::Failed, Finding::Broken(failure.clone())),
        None if status.code == Code::UNIMPLEMENTED => (StepState::Skipped, Finding::Absent),
        None => (StepState::Warned, Finding::Answered(status.clone())),
    }
}

/// What the health service said: SERVING is 1.
pub(super) fn of_health(status: Option<i32>) -> (StepState, Finding) {
    match status {
        Some(1) => (StepState::Passed, Finding::Health(1)),
        Some(other) => (StepState::Warned, Finding::Health(other)),
        None => (StepState::Warned, Finding::Unreadable),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, reason = "tests fail by panicking")]

    use std::sync::Arc;
    use std::time::Instant;

    use super::*;
    use crate::transport::{CertificateInfo, Failure, Stage};

    fn certificate(not_before_unix_s: i64, not_after_unix_s: i64) -> CertificateInfo {
        CertificateInfo {
            subject: "CN=a".to_owned(),
            issuer: "CN=b".to_owned(),
            names: Vec::new(),
            not_before_unix_s,
            not_after_unix_s,
            key: String::new(),
            sha256: [0; 32],
            self_signed: false,
            is_ca: false,
            der: Vec::new(),
        }
    }

    fn failure(stage: Stage, kind: FailureKind) -> Arc<Failure> {
        Arc::new(Failure { stage, kind, peer: "a:1".to_owned(), detail: String::new(), tls: None })
    }

    #[test]
    fn a_handshake_is_two_steps() {
        let now = Instant::now();
        let event = |version: Option<&str>, kind: Option<FailureKind>| ConnectEvent::Tls {
            report: Arc::new(TlsReport { version: version.map(str::to_owned), ..TlsReport::default() }),
            started: now,
            ended: now,
            failure: kind.map(|kind| failure(Stage::Tls, kind)),
        };
        let check = |event: ConnectEvent, expect: &[(Rung, StepState)]| {
            let found: Vec<_> = of_connecting(&event, 0).into_iter().map(|(rung, state, ..)| (rung, state)).collect();
            assert_eq!(found, expect, "{event:?}");
        };
        let (passed, warned, failed) = (StepState::Passed, StepState::Warned, StepState::Failed);
        check(event(Some("TLS 1.3"), None), &[(Rung::Tls, passed), (Rung::Alpn, passed)]);
        let no_alpn = Some(FailureKind::NoAlpn);
        check(event(Some("TLS 1.3"), no_alpn.clone()), &[(Rung::Tls, passed), (Rung::Alpn, failed)]);
        check(event(None, no_alpn), &[(Rung::Tls, warned), (Rung::Alpn, failed)]);
        check(event(None, Some(FailureKind::UnknownIssuer)), &[(Rung::Tls, failed)]);
    }

    #[test]
    fn certificates_are_looked_at_once_more() {
        let check = |dates: (i64, i64), unverified: bool, expect: StepState| {
            let chain = vec![certificate(dates.0 * DAY_S, dates.1 * DAY_S)];
            let report = TlsReport { chain, unverified, ..TlsReport::default() };
            assert_eq!(tls(&report, 100 * DAY_S), expect, "{dates:?}");
        };
        check((0, 200), false, StepState::Passed);
        check((0, 200), true, StepState::Warned);
        check((0, 110), false, StepState::Warned);
        // Pinned ones may be past their date.
        check((0, 90), false, StepState::Warned);
        check((101, 200), false, StepState::Warned);
    }

    #[test]
    fn any_status_of_the_server_proves_grpc() {
        let status = |code: Code, origin: Origin, kind: Option<FailureKind>| {
            Arc::new(CallStatus {
                code,
                message: String::new(),
                details: Vec::new(),
                origin,
                failure: kind.map(|kind| failure(Stage::Response, kind)),
            })
        };
        let foreign =
            FailureKind::NotGrpc { http_status: 404, content_type: "text/html".to_owned(), body: String::new() };
        for (code, origin, kind, expect) in [
            (Code::UNIMPLEMENTED, Origin::Server, None, StepState::Passed),
            (Code::OK, Origin::Server, None, StepState::Passed),
            (Code::UNIMPLEMENTED, Origin::Local, Some(FailureKind::AnswerCount { count: 0 }), StepState::Passed),
            (Code::UNAUTHENTICATED, Origin::Server, None, StepState::Warned),
            (Code::UNAVAILABLE, Origin::Server, None, StepState::Warned),
            (Code::UNIMPLEMENTED, Origin::Local, Some(foreign.clone()), StepState::Failed),
        ] {
            let (state, _) = of_no_method(&status(code, origin, kind.clone()));
            assert_eq!(state, expect, "{code:?} {kind:?}");
        }
        for (code, kind, expect) in [
            (Code::UNIMPLEMENTED, None, StepState::Skipped),
            (Code::UNAUTHENTICATED, None, StepState::Warned),
            (Code::UNIMPLEMENTED, Some(foreign), StepState::Failed),
        ] {
            assert_eq!(of_optional(&status(code, Origin::Server, kind)).0, expect, "{code:?}");
        }
        assert_eq!(of_health(Some(1)).0, StepState::Passed);
        assert_eq!(of_health(Some(2)).0, StepState::Warned);
        assert_eq!(of_health(None).0, StepState::Warned);
    }
}
