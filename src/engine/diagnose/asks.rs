//! What is asked of a server that speaks HTTP/2: gRPC, health, reflection.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use prost::{Message, Oneof};

use super::{Finding, StepState, judge};
use crate::call::{self, CallRequest, CallStatus, Code, Encoding, Limits, Metadata, Origin};
use crate::engine::{EndedCall, Reflector};
use crate::schema::{ReflectionFailure, ReflectionTransport as _};
use crate::transport::Channel;

/// Nobody has it: a gRPC server says UNIMPLEMENTED, anybody else something without a status.
const NO_METHOD: &str = "/proconsul.diagnose.Nobody/HasThisMethod";
const HEALTH: &str = "/grpc.health.v1.Health/Check";
/// Newest first, as for schemas.
const REFLECTION: [(&str, &str); 2] = [
    ("v1", "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"),
    ("v1alpha", "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"),
];
/// A status or a list of names is far smaller.
const MOST_BYTES: usize = 4 << 20;

/// `grpc.health.v1.HealthCheckResponse`.
#[derive(Clone, PartialEq, Message)]
struct HealthCheckResponse {
    #[prost(int32, tag = "1")]
    status: i32,
}

/// Of `grpc.reflection.v1.ServerReflectionRequest`, what asks for the list.
#[derive(Clone, PartialEq, Eq, Message)]
struct ListServices {
    #[prost(string, tag = "7")]
    list_services: String,
}

/// Of `grpc.reflection.v1.ServerReflectionResponse`, what answers it.
#[derive(Clone, PartialEq, Eq, Message)]
struct Listed {
    #[prost(oneof = "Answer", tags = "6, 7")]
    answer: Option<Answer>,
}

#[derive(Clone, PartialEq, Eq, Oneof)]
enum Answer {
    #[prost(message, tag = "6")]
    Services(Services),
    #[prost(message, tag = "7")]
    Refused(Refused),
}

#[derive(Clone, PartialEq, Eq, Message)]
struct Services {
    #[prost(message, repeated, tag = "1")]
    services: Vec<ServiceName>,
}

#[derive(Clone, PartialEq, Eq, Message)]
struct ServiceName {
    #[prost(string, tag = "1")]
    name: String,
}

#[derive(Clone, PartialEq, Eq, Message)]
struct Refused {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
}

/// `grpc.health.v1.HealthCheckResponse.ServingStatus` by name; a number that it does not list stays one.
pub fn serving_status(status: i32) -> String {
    match status {
        0 => "UNKNOWN".to_owned(),
        1 => "SERVING".to_owned(),
        2 => "NOT_SERVING".to_owned(),
        3 => "SERVICE_UNKNOWN".to_owned(),
        other => other.to_string(),
    }
}

fn request(path: &str, metadata: &Metadata, patience: Duration) -> CallRequest {
    CallRequest {
        path: path.to_owned(),
        client_streaming: false,
        server_streaming: false,
        metadata: metadata.clone(),
        deadline: Some(patience.into()),
        limits: Limits { receive_bytes: MOST_BYTES, send_bytes: MOST_BYTES },
        compress: Encoding::Identity,
    }
}

/// Whether gRPC is spoken at all.
pub(super) async fn grpc(channel: &Channel, metadata: &Metadata, patience: Duration) -> (StepState, Finding) {
    let outcome = call::unary(channel, request(NO_METHOD, metadata, patience), Bytes::new()).await;
    judge::of_no_method(&outcome.status)
}

/// How the server as a whole is: the empty request asks for it.
pub(super) async fn health(channel: &Channel, metadata: &Metadata, patience: Duration) -> (StepState, Finding) {
    let outcome = call::unary(channel, request(HEALTH, metadata, patience), Bytes::new()).await;
    if outcome.status.code != Code::OK {
        return judge::of_optional(&outcome.status);
    }
    let answer = outcome.messages.into_iter().next().and_then(|record| HealthCheckResponse::decode(record.data).ok());
    judge::of_health(answer.map(|answer| answer.status))
}

/// Which services the server lists, and by which version of reflection.
pub(super) async fn reflection(channel: &Channel, metadata: &Metadata, patience: Duration) -> (StepState, Finding) {
    let question: Bytes = ListServices { list_services: "*".to_owned() }.encode_to_vec().into();
    let reflector = Reflector::new(channel.clone(), metadata.clone(), Some(patience.into()));
    for (version, path) in REFLECTION {
        return match reflector.exchange(path, vec![question.clone()]).await {
            Ok(answers) => listed(version, answers),
            Err(failure) => match ended(&failure) {
                None => (StepState::Warned, Finding::Unreadable),
                Some(status) => match judge::of_optional(status) {
                    (_, Finding::Absent) => continue,
                    judged => judged,
                },
            },
        };
    }
    (StepState::Skipped, Finding::Absent)
}

fn ended(failure: &ReflectionFailure) -> Option<&Arc<CallStatus>> {
    failure.source.as_ref()?.downcast_ref::<EndedCall>().map(|ended| &ended.0)
}

fn listed(version: &'static str, answers: Vec<Bytes>) -> (StepState, Finding) {
    let Some(answer) = answers.into_iter().find_map(|answer| Listed::decode(answer).ok()?.answer) else {
        return (StepState::Warned, Finding::Unreadable);
    };
    match answer {
        Answer::Services(listed) => {
            let services = listed.services.into_iter().map(|service| service.name).collect();
            (StepState::Passed, Finding::Services { version, services })
        }
        Answer::Refused(refused) => {
            let code = u32::try_from(refused.code).map_or(Code::UNKNOWN, Code);
            let (message, details) = (refused.message, Vec::new());
            let status = CallStatus { code, message, details, origin: Origin::Server, failure: None };
            judge::of_optional(&Arc::new(status))
        }
    }
}
