//! A method with everything that its messages may need: JSON and text to bytes and back, `Any` types looked up in the
//! schema first, then wherever else one may ask.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use super::stop::Stop;
use crate::call::{CallStatus, StatusDetail};
use crate::message::{
    self, JsonReadOptions, JsonWriteOptions, MessageError, Misfit, TextReadOptions, TextWriteOptions,
};
use crate::schema::{MessageType, Method, Pool, Source};

/// Types of `Any` that one message may bring in before it is refused: each may cost a question to a server.
const MAX_LOOKUPS: usize = 64;

/// JSON or text format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Canonical JSON.
    #[default]
    Json,
    /// Text format.
    Text,
}

/// How messages are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadStyle {
    /// JSON or text.
    pub format: Format,
    /// Unknown fields are skipped.
    pub ignore_unknown: bool,
    /// Comments and trailing commas are tolerated.
    pub relaxed: bool,
}

/// How messages are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriteStyle {
    /// JSON or text.
    pub format: Format,
    /// Fields without presence are written also where they have their default.
    pub emit_defaults: bool,
    /// Indented.
    pub pretty: bool,
    /// An `Any` of unknown type is shown as bytes instead of refused.
    pub tolerant: bool,
    /// JSON: short lists of numbers, strings and the like stand on one line.
    pub short_lists: bool,
    /// JSON: for previews, writing stops soon after so many bytes.
    pub most_bytes: Option<usize>,
    /// Text format: unknown fields by their numbers.
    pub print_unknown: bool,
}

/// Types of `Any` and where to ask for more of them.
#[derive(Default)]
pub struct Types {
    /// Asked in order.
    sources: Vec<Arc<dyn Source>>,
    /// Pools of types met so far.
    extra: Mutex<Vec<Pool>>,
}

/// A method ready to call, with the types met so far.
pub struct Prepared {
    /// The method.
    pub method: Method,
    types: Types,
}

impl Prepared {
    /// `sources` are asked for types of `Any` that `method`'s pool lacks.
    pub fn new(method: Method, sources: Vec<Arc<dyn Source>>) -> Self {
        Self { method, types: Types::new(sources) }
    }

    /// The same method with one more place to ask.
    pub fn with_source(&self, source: Arc<dyn Source>) -> Self {
        Self { method: self.method.clone(), types: self.types.with_source(source) }
    }

    /// One request message to bytes.
    pub async fn encode(&self, text: &str, style: ReadStyle) -> Result<Vec<u8>, MessageError> {
        self.types.read(&self.method.input, text, style).await
    }

    /// One request message to bytes, with the types known so far only.
    pub fn encode_now(&self, text: &str, style: ReadStyle) -> Result<Vec<u8>, MessageError> {
        read(&self.method.input, text, style, &self.types.known(), None)
    }

    /// One message (of the response type, or of the request type) to text.
    pub async fn decode(&self, response: bool, data: &[u8], style: WriteStyle) -> Result<String, MessageError> {
        self.types.write(self.side(response), data, style).await
    }

    /// The same for who may lose patience: once `stop` is set it ends soon, with [`Misfit::Stopped`].
    pub(super) async fn decode_until(
        &self,
        stop: &Stop,
        response: bool,
        data: &[u8],
        style: WriteStyle,
    ) -> Result<String, MessageError> {
        let ty = self.side(response);
        let work = self.types.with_types(|extra| write(ty, data, style, extra, Some(stop.flag())));
        tokio::select! {
            biased;
            // A lookup may wait for a server that does not answer.
            () = stop.reached() => Err(MessageError::new(Misfit::Stopped)),
            text = work => text,
        }
    }

    /// The same with the types known so far only: never waits.
    pub(super) fn decode_now_until(
        &self,
        stop: &Stop,
        response: bool,
        data: &[u8],
        style: WriteStyle,
    ) -> Result<String, MessageError> {
        write(self.side(response), data, style, &self.types.known(), Some(stop.flag()))
    }

    /// As [`Prepared::encode`], for who may lose patience.
    pub(super) async fn encode_until(
        &self,
        stop: &Stop,
        text: &str,
        style: ReadStyle,
    ) -> Result<Vec<u8>, MessageError> {
        let ty = &self.method.input;
        let work = self.types.with_types(|extra| read(ty, text, style, extra, Some(stop.flag())));
        tokio::select! {
            biased;
            () = stop.reached() => Err(MessageError::new(Misfit::Stopped)),
            bytes = work => bytes,
        }
    }

    /// As [`Prepared::decode`], with the types known so far only: never waits.
    pub fn decode_now(&self, response: bool, data: &[u8], style: WriteStyle) -> Result<String, MessageError> {
        write(self.side(response), data, style, &self.types.known(), None)
    }

    /// The status' details by name: the type's full name, and its JSON or why there is none.
    pub async fn details(&self, status: &CallStatus, pretty: bool) -> Vec<(String, Result<String, MessageError>)> {
        let own = self.method.output.pool();
        self.types.details(status, Some(&own), pretty).await
    }

    fn side(&self, response: bool) -> &MessageType {
        if response { &self.method.output } else { &self.method.input }
    }
}

impl Types {
    /// Asks `sources` in their order.
    pub fn new(sources: Vec<Arc<dyn Source>>) -> Self {
        Self { sources, extra: Mutex::default() }
    }

    fn with_source(&self, source: Arc<dyn Source>) -> Self {
        let mut sources = self.sources.clone();
        sources.push(source);
        Self { sources, extra: Mutex::new(self.known()) }
    }

    /// Text to bytes.
    pub async fn read(&self, ty: &MessageType, text: &str, style: ReadStyle) -> Result<Vec<u8>, MessageError> {
        self.with_types(|extra| read(ty, text, style, extra, None)).await
    }

    /// Bytes to text.
    pub async fn write(&self, ty: &MessageType, data: &[u8], style: WriteStyle) -> Result<String, MessageError> {
        self.with_types(|extra| write(ty, data, style, extra, None)).await
    }

    /// A status' details by name: the type's full name, and its JSON or why there is none. `own` is looked into first.
    pub async fn details(
        &self,
        status: &CallStatus,
        own: Option<&Pool>,
        pretty: bool,
    ) -> Vec<(String, Result<String, MessageError>)> {
        let mut all = Vec::with_capacity(status.details.len());
        for detail in &status.details {
            all.push((type_name(&detail.type_url).to_owned(), self.detail(detail, own, pretty).await));
        }
        all
    }

    async fn detail(&self, detail: &StatusDetail, own: Option<&Pool>, pretty: bool) -> Result<String, MessageError> {
        let name = type_name(&detail.type_url);
        let near = own.and_then(|own| own.message_type(name)).or_else(|| Pool::bundled().message_type(name));
        let ty = match near {
            Some(ty) => ty,
            None => self.find(name).await.ok_or_else(|| MessageError {
                unknown_any: Some(detail.type_url.clone()),
                ..MessageError::new(Misfit::UnknownType(name.to_owned()))
            })?,
        };
        self.write(&ty, &detail.value, WriteStyle { pretty, ..WriteStyle::default() }).await
    }

    fn known(&self) -> Vec<Pool> {
        // A panic elsewhere cannot leave a list of pools half made.
        self.extra.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn find(&self, name: &str) -> Option<MessageType> {
        for source in &self.sources {
            if let Ok(ty) = source.message_type(name).await {
                return Some(ty);
            }
        }
        None
    }

    /// Tries `work`; each `Any` type that it lacks is asked for, then it is tried again.
    async fn with_types<T>(&self, work: impl Fn(&[Pool]) -> Result<T, MessageError>) -> Result<T, MessageError> {
        let mut asked: Vec<String> = Vec::new();
        loop {
            let error = match work(&self.known()) {
                Ok(done) => return Ok(done),
                Err(error) => error,
            };
            let Some(url) = error.unknown_any.clone() else { return Err(error) };
            let name = type_name(&url).to_owned();
            if asked.contains(&name) || asked.len() >= MAX_LOOKUPS {
                return Err(error);
            }
            let found = match Pool::bundled().message_type(&name) {
                Some(ty) => Some(ty),
                None => self.find(&name).await,
            };
            let Some(ty) = found else { return Err(error) };
            self.extra.lock().unwrap_or_else(PoisonError::into_inner).push(ty.pool());
            asked.push(name);
        }
    }
}

/// `google.rpc.BadRequest` of `type.googleapis.com/google.rpc.BadRequest`.
fn type_name(type_url: &str) -> &str {
    type_url.rsplit('/').next().unwrap_or(type_url)
}

fn read(
    ty: &MessageType,
    text: &str,
    style: ReadStyle,
    extra: &[Pool],
    stop: Option<&AtomicBool>,
) -> Result<Vec<u8>, MessageError> {
    match style.format {
        Format::Json => message::from_json(
            ty,
            text,
            &JsonReadOptions { ignore_unknown: style.ignore_unknown, relaxed: style.relaxed, extra, stop },
        ),
        Format::Text => message::from_text(ty, text, &TextReadOptions { ignore_unknown: style.ignore_unknown, extra }),
    }
}

fn write(
    ty: &MessageType,
    data: &[u8],
    style: WriteStyle,
    extra: &[Pool],
    stop: Option<&AtomicBool>,
) -> Result<String, MessageError> {
    match style.format {
        Format::Json => message::to_json(
            ty,
            data,
            &JsonWriteOptions {
                emit_defaults: style.emit_defaults,
                pretty: style.pretty,
                extra,
                tolerate_unknown_any: style.tolerant,
                short_lists: style.short_lists,
                most_bytes: style.most_bytes,
                stop,
            },
        ),
        Format::Text => message::to_text(
            ty,
            data,
            &TextWriteOptions { print_unknown: style.print_unknown, single_line: !style.pretty, extra },
        ),
    }
}
