//! Rich errors: a `google.rpc.Status` with details in `grpc-status-details-bin`.

use prost::Message;
use prost_types::Any;
use tonic::{Code, Status};

use super::generated::google::rpc;

/// A status and its details, as they come.
pub(super) struct Rich {
    code: Code,
    message: String,
    details: Vec<Any>,
}

impl Rich {
    pub(super) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), details: Vec::new() }
    }

    /// `name` is the message's full name.
    pub(super) fn with(mut self, name: &str, detail: &impl Message) -> Self {
        self.details.push(any(name, detail));
        self
    }

    /// A link to read on, and what to tell a person, in Chinese.
    pub(super) fn for_people(self, url: &str, text: &str) -> Self {
        self.with(
            "google.rpc.Help",
            &rpc::Help { links: vec![rpc::help::Link { description: "What an order needs".into(), url: url.into() }] },
        )
        .with("google.rpc.LocalizedMessage", &rpc::LocalizedMessage { locale: "zh-CN".into(), message: text.into() })
    }
}

impl From<Rich> for Status {
    fn from(rich: Rich) -> Self {
        let status = rpc::Status { code: rich.code.into(), message: rich.message.clone(), details: rich.details };
        Self::with_details(rich.code, rich.message, status.encode_to_vec().into())
    }
}

/// `message` as an Any under the usual prefix.
pub(super) fn any(name: &str, message: &impl Message) -> Any {
    Any { type_url: format!("type.googleapis.com/{name}"), value: message.encode_to_vec() }
}
