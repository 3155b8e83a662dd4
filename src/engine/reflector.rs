//! Reflection over the call's own verified channel.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;

use crate::call::{self, CallEvent, CallRequest, CallStatus, Code, Deadline, Encoding, Limits, Metadata};
use crate::schema::{BoxFuture, ReflectionFailure, ReflectionTransport};
use crate::transport::Channel;

/// A schema larger than this in one answer is no schema.
const MAX_ANSWER_BYTES: usize = 64 << 20;
/// Answers kept of one exchange: a server that never stops is given up.
const MAX_ANSWERS: usize = 100_000;

/// A server that has not answered by then will not.
const EXCHANGE: Duration = Duration::from_secs(20);

/// Speaks reflection for `schema`, with the person's metadata, until the person's deadline.
#[derive(Clone, Debug)]
pub struct Reflector {
    channel: Channel,
    metadata: Arc<Mutex<Metadata>>,
    patience: Patience,
}

/// When an exchange is given up.
#[derive(Clone, Copy, Debug)]
enum Patience {
    /// At one moment for all.
    Until(Deadline),
    /// Each after a while of its own.
    Each(Duration),
}

/// A call that ended otherwise than OK, as an error that can be carried through `schema` and taken out again.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{} {}: {}", .0.code.0, .0.code.name(), .0.message)]
pub struct EndedCall(pub Arc<CallStatus>);

impl Reflector {
    /// `until` bounds every exchange: one deadline over reflection and the call after it.
    pub fn new(channel: Channel, metadata: Metadata, until: Option<Deadline>) -> Self {
        // Nobody waits for a schema for ever, whoever sets no deadline neither.
        let patience = until.map_or(Patience::Each(EXCHANGE), Patience::Until);
        Self { channel, metadata: Arc::new(Mutex::new(metadata)), patience }
    }

    /// For a window that stays open: each exchange has 20 s of its own.
    pub fn patient(channel: Channel, metadata: Metadata) -> Self {
        Self::shared(channel, Arc::new(Mutex::new(metadata)))
    }

    /// As [`Self::patient`], with metadata that may change from exchange to exchange.
    pub fn shared(channel: Channel, metadata: Arc<Mutex<Metadata>>) -> Self {
        Self { channel, metadata, patience: Patience::Each(EXCHANGE) }
    }

    async fn run(&self, path: &'static str, requests: Vec<Bytes>) -> Result<Vec<Bytes>, ReflectionFailure> {
        let request = CallRequest {
            path: path.to_owned(),
            client_streaming: true,
            server_streaming: true,
            metadata: self.metadata.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            deadline: match self.patience {
                Patience::Until(until) => Some(until),
                Patience::Each(time) => Some(time.into()),
            },
            limits: Limits { receive_bytes: MAX_ANSWER_BYTES, send_bytes: MAX_ANSWER_BYTES },
            compress: Encoding::Identity,
        };
        let (handle, mut events) = call::start(&self.channel, request);
        let mut answers = Vec::new();
        let mut total_bytes = 0usize;
        for message in requests {
            if handle.send(message).await.is_err() {
                break; // the call is over; its status says why
            }
        }
        handle.half_close();
        while let Some(batch) = events.next().await {
            for event in batch {
                match event {
                    CallEvent::MessageIn(record) => {
                        total_bytes = total_bytes.saturating_add(record.data.len());
                        if total_bytes > MAX_ANSWER_BYTES * 4 || answers.len() >= MAX_ANSWERS {
                            handle.cancel();
                            return Err(ReflectionFailure {
                                code: Code::RESOURCE_EXHAUSTED.0,
                                message: "the server's reflection answers without end".to_owned(),
                                source: None,
                            });
                        }
                        answers.push(record.data);
                    }
                    CallEvent::Status { status, .. } if status.code != Code::OK => {
                        return Err(ReflectionFailure {
                            code: status.code.0,
                            message: status.message.clone(),
                            source: Some(Arc::new(EndedCall(status))),
                        });
                    }
                    _ => {}
                }
            }
        }
        Ok(answers)
    }
}

impl ReflectionTransport for Reflector {
    fn exchange<'a>(
        &'a self,
        path: &'static str,
        requests: Vec<Bytes>,
    ) -> BoxFuture<'a, Result<Vec<Bytes>, ReflectionFailure>> {
        Box::pin(self.run(path, requests))
    }
}
