//! grpc.health.v1 Watch, kept open beside the probes, so that a change is known at once.

use std::collections::BTreeMap;

use futures_util::future::{BoxFuture, FutureExt as _};
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use prost::Message as _;

use super::judge::{self, HealthCheckRequest, HealthCheckResponse};
use super::once::request;
use crate::call::{self, CallEvent, CallHandle, Code, EventReceiver};
use crate::registry::{WireFacts, WireHealth};
use crate::transport::Channel;

const WATCH: &str = "/grpc.health.v1.Health/Watch";
/// Streams on one connection, that of the whole server included: some servers give a thread to each.
const MOST_STREAMS: usize = 8;

/// What a watch tells.
pub(super) enum Changed {
    /// This service (empty: the whole server) says something else.
    To(String, WireHealth),
    /// A stream ended: the server goes, or the connection is gone. Worth a probe.
    Ended,
}

/// The open streams of one instance.
#[derive(Default)]
pub(super) struct Watches {
    streams: FuturesUnordered<BoxFuture<'static, (Stream, Option<Vec<CallEvent>>)>>,
    /// What each said last, or a probe did before it.
    said: BTreeMap<String, WireHealth>,
    /// Of those that have spoken: what each said last.
    heard: BTreeMap<String, WireHealth>,
    /// The server has no Watch; another connection may lead to one that has.
    refused: bool,
    connection_id: Option<u64>,
}

/// One of them.
struct Stream {
    service: String,
    /// Dropping it ends the call.
    _handle: CallHandle,
    events: EventReceiver,
}

impl Stream {
    fn next(mut self) -> BoxFuture<'static, (Self, Option<Vec<CallEvent>>)> {
        async move {
            let batch = self.events.next().await;
            (self, batch)
        }
        .boxed()
    }
}

impl Watches {
    /// Opens what is not open yet, on the connection that answered a probe.
    pub(super) async fn keep(&mut self, channel: &Channel, facts: &WireFacts) {
        let connection_id = channel.open_connection().map(|info| info.id);
        if self.connection_id != connection_id {
            *self = Self { connection_id, ..Self::default() };
        }
        if self.refused || matches!(facts.health, WireHealth::Unimplemented | WireHealth::Unreachable) {
            return;
        }
        let wanted = std::iter::once("").chain(facts.services_health.keys().map(String::as_str)).take(MOST_STREAMS);
        for service in wanted.filter(|service| !self.said.contains_key(*service)).map(str::to_owned).collect::<Vec<_>>()
        {
            let known = if service.is_empty() { Some(&facts.health) } else { facts.services_health.get(&service) };
            let Some(known) = known.cloned() else { continue };
            let (handle, events) = call::start(channel, request(WATCH, None, true));
            let question = HealthCheckRequest { service: service.clone() }.encode_to_vec();
            if handle.send(question.into()).await.is_err() {
                continue;
            }
            handle.half_close();
            self.said.insert(service.clone(), known);
            self.streams.push(Stream { service, _handle: handle, events }.next());
        }
    }

    /// Puts what a watch says in the place of a Check that was refused, as where it wants a token and Watch does not:
    /// the refusal is no word on health.
    pub(super) fn amend(&self, facts: &mut WireFacts) {
        let amend = |service: &str, health: &mut WireHealth| {
            if let (WireHealth::Status(_), Some(heard)) = (&*health, self.heard.get(service)) {
                health.clone_from(heard);
            }
        };
        amend("", &mut facts.health);
        facts.services_health.iter_mut().for_each(|(service, health)| amend(service, health));
    }

    /// Ends all of them.
    pub(super) fn end(&mut self) {
        *self = Self::default();
    }

    /// Waits for something that is new; for ever, where nothing is watched.
    pub(super) async fn changed(&mut self) -> Changed {
        loop {
            let Some((stream, batch)) = self.streams.next().await else { return std::future::pending().await };
            let Some(batch) = batch else { continue };
            let mut latest = None;
            let mut ended = None;
            for event in batch {
                match event {
                    CallEvent::MessageIn(record) => {
                        latest = HealthCheckResponse::decode(record.data).ok().map(|answer| answer.status);
                    }
                    CallEvent::Status { status, .. } => ended = Some(status),
                    _ => {}
                }
            }
            let service = stream.service.clone();
            match ended {
                Some(status) if status.failure.is_some() => {
                    // The connection is gone, or going.
                    self.end();
                    return Changed::Ended;
                }
                Some(status) if status.code == Code::UNIMPLEMENTED => {
                    self.refused = true;
                    self.streams.clear();
                    self.heard.clear();
                    continue;
                }
                // The server ended it: that is worth a look, and none of its kind is opened again on this connection.
                Some(_) => {
                    self.heard.remove(&service);
                    return Changed::Ended;
                }
                None => self.streams.push(stream.next()),
            }
            let Some(health) = latest.map(judge::of_serving) else { continue };
            // SERVICE_UNKNOWN is what a Watch says where a Check says NOT_FOUND: no news.
            let is_absent = health.word() == "SERVICE_UNKNOWN";
            let before = self.said.get(&service);
            let is_news = before != Some(&health)
                && !(is_absent && before.is_some_and(|before| matches!(before, WireHealth::Status(_))));
            if is_news {
                self.said.insert(service.clone(), health.clone());
                self.heard.insert(service.clone(), health.clone());
                return Changed::To(service, health);
            }
        }
    }
}
