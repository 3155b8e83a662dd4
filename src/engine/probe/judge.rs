//! What answers and failures mean as facts: pure functions.

use std::time::Duration;

use prost::Message;

use crate::call::{CallOutcome, CallStatus, Code, Origin};
use crate::engine::serving_status;
use crate::registry::{
    CertificateFacts, ForeignAnswer, GrpcFact, TcpFact, TlsFact, WireFault, WireFaultKind, WireHealth,
};
use crate::transport::{Failure, FailureKind, Stage, TlsReport};

const DAY_S: i64 = 86_400;
/// `grpc.health.v1.HealthCheckResponse.ServingStatus`.
const SERVING: i32 = 1;
const NOT_SERVING: i32 = 2;

/// `grpc.health.v1.HealthCheckRequest`.
#[derive(Clone, PartialEq, Eq, Message)]
pub(super) struct HealthCheckRequest {
    #[prost(string, tag = "1")]
    pub service: String,
}

/// `grpc.health.v1.HealthCheckResponse`.
#[derive(Clone, PartialEq, Eq, Message)]
pub(super) struct HealthCheckResponse {
    #[prost(int32, tag = "1")]
    pub status: i32,
}

/// A value of the enum.
pub(super) fn of_serving(status: i32) -> WireHealth {
    match status {
        SERVING => WireHealth::Serving,
        NOT_SERVING => WireHealth::NotServing,
        other => WireHealth::Other(serving_status(other)),
    }
}

/// What an answer of the health service says, and whether gRPC is spoken.
pub(super) fn of_health(outcome: &CallOutcome) -> (WireHealth, GrpcFact) {
    let status = &outcome.status;
    if status.code == Code::OK {
        let answer = outcome.messages.first().and_then(|record| HealthCheckResponse::decode(record.data.clone()).ok());
        let health =
            answer.map_or_else(|| WireHealth::Other("UNREADABLE".to_owned()), |answer| of_serving(answer.status));
        return (health, GrpcFact::Spoken);
    }
    of_status(status)
}

/// What a status other than OK says.
pub(super) fn of_status(status: &CallStatus) -> (WireHealth, GrpcFact) {
    let named = || WireHealth::Status(status.code.name());
    match &status.failure {
        None if status.origin != Origin::Server => (WireHealth::Unreachable, GrpcFact::Silent),
        None if status.code == Code::UNIMPLEMENTED => (WireHealth::Unimplemented, GrpcFact::Spoken),
        None => (named(), GrpcFact::Spoken),
        Some(failure) => match &failure.kind {
            // OK without a message: gRPC all the same.
            FailureKind::AnswerCount { .. } | FailureKind::TooLarge { .. } | FailureKind::CorruptMessage => {
                (named(), GrpcFact::Spoken)
            }
            _ => (WireHealth::Unreachable, of_failure(failure)),
        },
    }
}

/// Why gRPC is not spoken, of a failure on the way to it or in an answer.
pub(super) fn of_failure(failure: &Failure) -> GrpcFact {
    match &failure.kind {
        FailureKind::NotGrpc { http_status, content_type, .. } => {
            GrpcFact::Foreign(ForeignAnswer::Http { status: *http_status, content_type: content_type.clone() })
        }
        FailureKind::NotHttp2 { first_bytes } => GrpcFact::Foreign(ForeignAnswer::Bytes(first_bytes.clone())),
        FailureKind::NoAlpn => GrpcFact::Foreign(ForeignAnswer::NoHttp2),
        FailureKind::NoStatus | FailureKind::BadStatus { .. } => GrpcFact::Foreign(ForeignAnswer::NoStatus),
        FailureKind::Deadline | FailureKind::TimedOut if failure.stage > Stage::Tcp => GrpcFact::Silent,
        _ if failure.stage <= Stage::Tcp => GrpcFact::NotReached,
        _ => GrpcFact::Broken(fault_of(failure)),
    }
}

/// A failure in English without the address, which stands beside it.
pub(super) fn brief(failure: &Failure) -> String {
    let text = failure.to_string();
    let text = text.strip_prefix(&failure.peer).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(&text);
    text.split(" (stage ").next().unwrap_or(text).to_owned()
}

/// What happened to a connection, for `words`, and in English.
fn fault_of(failure: &Failure) -> WireFault {
    use WireFaultKind as K;
    let kind = match &failure.kind {
        FailureKind::Closed => K::Closed,
        FailureKind::Io => K::Broken,
        FailureKind::Reset { .. } => K::Reset,
        FailureKind::GoAway { .. } => K::GoAway,
        FailureKind::Protocol => K::Protocol,
        FailureKind::KeepaliveUnanswered => K::Quiet,
        FailureKind::PlaintextServer => K::NoTls,
        FailureKind::TlsServer => K::WantsTls,
        FailureKind::NoCommonTls => K::NoCommonTls,
        FailureKind::ClientCertificateMissing => K::WantsCertificate,
        FailureKind::ClientCertificateRefused => K::CertificateRefused,
        FailureKind::BadSettings(_) => K::Settings,
        kind if is_certificate_fault(kind) => K::BadCertificate,
        _ => K::Other,
    };
    WireFault { kind, said: brief(failure) }
}

/// Whether the port is open, of a connection that did not come to be.
pub(super) fn tcp_of(failure: &Failure) -> TcpFact {
    match (&failure.kind, failure.stage) {
        (FailureKind::NameNotFound, _) => TcpFact::NoSuchName,
        (_, stage) if stage > Stage::Tcp => TcpFact::Open,
        (FailureKind::Refused, _) => TcpFact::Refused,
        (FailureKind::TimedOut, _) => TcpFact::TimedOut,
        (FailureKind::Unreachable, _) => TcpFact::Unreachable,
        _ => TcpFact::Failed(fault_of(failure)),
    }
}

/// The certificate itself is at fault: what stands behind it can be asked all the same, as of somebody unknown.
pub(super) fn is_certificate_fault(kind: &FailureKind) -> bool {
    matches!(
        kind,
        FailureKind::WrongName { .. }
            | FailureKind::Expired { .. }
            | FailureKind::NotYetValid { .. }
            | FailureKind::UnknownIssuer
            | FailureKind::PinMismatch
            | FailureKind::BadCertificate { .. }
    )
}

/// What TLS showed; `fault` is why the certificate is not trusted, if it is not.
pub(super) fn tls_of(report: &TlsReport, fault: Option<String>, now_s: i64) -> TlsFact {
    let version = report.version.clone().unwrap_or_else(|| "TLS".to_owned());
    TlsFact::Tls { version, certificate: certificate(report, fault, now_s) }
}

/// TLS that failed.
pub(super) fn failed_tls(report: Option<&TlsReport>, why: String, now_s: i64) -> TlsFact {
    let certificate = report.and_then(|report| certificate(report, Some(why.clone()), now_s));
    TlsFact::Failed { why, certificate }
}

fn certificate(report: &TlsReport, fault: Option<String>, now_s: i64) -> Option<CertificateFacts> {
    let leaf = report.chain.first()?;
    Some(CertificateFacts {
        subject: leaf.subject.clone(),
        days_left: leaf.not_after_unix_s.saturating_sub(now_s).div_euclid(DAY_S),
        not_after_unix_s: leaf.not_after_unix_s,
        sha256: hex(&leaf.sha256),
        verified: fault.is_none() && !report.unverified,
        fault,
    })
}

/// Lower-case hex.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(|half| char::from_digit(half.into(), 16)).collect()
}

/// The middle of what was measured.
pub(super) fn middle<'a>(times: impl Iterator<Item = &'a Duration>) -> Option<Duration> {
    let mut times: Vec<Duration> = times.copied().collect();
    times.sort_unstable();
    times.get(times.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn failed(code: Code, stage: Stage, kind: FailureKind) -> CallStatus {
        let failure = Failure { stage, kind, peer: "a:1".to_owned(), detail: String::new(), tls: None };
        CallStatus {
            code,
            message: String::new(),
            details: Vec::new(),
            origin: Origin::Local,
            failure: Some(Arc::new(failure)),
        }
    }

    fn said(code: Code) -> CallStatus {
        CallStatus { code, message: String::new(), details: Vec::new(), origin: Origin::Server, failure: None }
    }

    #[test]
    fn what_a_status_means() {
        let web = FailureKind::NotGrpc { http_status: 404, content_type: "text/html".to_owned(), body: String::new() };
        for (status, health, grpc) in [
            (said(Code::UNIMPLEMENTED), WireHealth::Unimplemented, GrpcFact::Spoken),
            (said(Code(5)), WireHealth::Status("NOT_FOUND".to_owned()), GrpcFact::Spoken),
            (said(Code::UNAUTHENTICATED), WireHealth::Status("UNAUTHENTICATED".to_owned()), GrpcFact::Spoken),
            // A web server's 404 maps to UNIMPLEMENTED; it is no gRPC for all that.
            (
                failed(Code::UNIMPLEMENTED, Stage::Response, web),
                WireHealth::Unreachable,
                GrpcFact::Foreign(ForeignAnswer::Http { status: 404, content_type: "text/html".to_owned() }),
            ),
            (
                failed(Code::DEADLINE_EXCEEDED, Stage::Wait, FailureKind::Deadline),
                WireHealth::Unreachable,
                GrpcFact::Silent,
            ),
            (
                failed(Code::UNAVAILABLE, Stage::Tcp, FailureKind::Refused),
                WireHealth::Unreachable,
                GrpcFact::NotReached,
            ),
            (
                failed(Code::UNAVAILABLE, Stage::Wait, FailureKind::Closed),
                WireHealth::Unreachable,
                GrpcFact::Broken(WireFault {
                    kind: WireFaultKind::Closed,
                    said: "the peer closed the connection".to_owned(),
                }),
            ),
        ] {
            assert_eq!(of_status(&status), (health, grpc), "{status:?}");
        }
        assert_eq!(of_serving(1), WireHealth::Serving);
        assert_eq!(of_serving(2), WireHealth::NotServing);
        assert_eq!(of_serving(3).word(), "SERVICE_UNKNOWN");
    }

    #[test]
    fn the_middle_of_times() {
        let ms = |all: &[u64]| all.iter().map(|ms| Duration::from_millis(*ms)).collect::<Vec<_>>();
        assert_eq!(middle(ms(&[]).iter()), None);
        assert_eq!(middle(ms(&[9, 1, 5]).iter()), Some(Duration::from_millis(5)));
    }
}
