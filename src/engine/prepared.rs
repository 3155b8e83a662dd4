//! A method with everything that its messages may need: JSON and text to bytes and back, `Any` types looked up in the
//! schema first, then wherever else one may ask.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::call::{CallStatus, StatusDetail};
use crate::message::{
    self, JsonReadOptions, JsonWriteOptions, MessageError, TextReadOptions, TextWriteOptions,
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
}

/// A method ready to call, with the types met so far.
pub struct Prepared {
    /// The method.
    pub method: Method,
    /// Where types are asked for, in order.
    sources: Vec<Arc<dyn Source>>,
    /// Pools of `Any` types that the method's own pool lacks.
    extra: Mutex<Vec<Pool>>,
}

impl Prepared {
    /// `sources` are asked for types of `Any` that `method`'s pool lacks.
    pub fn new(method: Method, sources: Vec<Arc<dyn Source>>) -> Self {
        Self { method, sources, extra: Mutex::default() }
    }

    /// The same method with one more place to ask.
    pub fn with_source(&self, source: Arc<dyn Source>) -> Self {
        let mut sources = self.sources.clone();
        sources.push(source);
        Self { method: self.method.clone(), sources, extra: Mutex::new(self.extra().clone()) }
    }

    /// One request message to bytes.
    pub async fn encode(&self, text: &str, style: ReadStyle) -> Result<Vec<u8>, MessageError> {
        self.with_types(|extra| read(&self.method.input, text, style, extra)).await
    }

    /// One request message to bytes, with the types known so far only.
    pub fn encode_now(&self, text: &str, style: ReadStyle) -> Result<Vec<u8>, MessageError> {
        let extra = self.extra().clone();
        read(&self.method.input, text, style, &extra)
    }

    /// One message (of the response type, or of the request type) to text.
    pub async fn decode(&self, response: bool, data: &[u8], style: WriteStyle) -> Result<String, MessageError> {
        self.with_types(|extra| write(self.side(response), data, style, extra)).await
    }

    /// The same with the types known so far only: never waits.
    pub fn decode_now(&self, response: bool, data: &[u8], style: WriteStyle) -> Result<String, MessageError> {
        let extra = self.extra().clone();
        write(self.side(response), data, style, &extra)
    }

    /// The status' details by name: the type's full name, and its JSON or why there is none.
    pub async fn details(&self, status: &CallStatus, pretty: bool) -> Vec<(String, Result<String, MessageError>)> {
        let mut all = Vec::with_capacity(status.details.len());
        for detail in &status.details {
            all.push((type_name(&detail.type_url).to_owned(), self.detail(detail, pretty).await));
        }
        all
    }

    async fn detail(&self, detail: &StatusDetail, pretty: bool) -> Result<String, MessageError> {
        let name = type_name(&detail.type_url);
        let own = self.method.output.pool().message_type(name).or_else(|| Pool::bundled().message_type(name));
        let ty = match own {
            Some(ty) => ty,
            None => self.find(name).await.ok_or_else(|| MessageError {
                message: format!("the schema has no {name}"),
                unknown_any: Some(detail.type_url.clone()),
                ..MessageError::default()
            })?,
        };
        let style = WriteStyle { pretty, ..WriteStyle::default() };
        self.with_types(|extra| write(&ty, &detail.value, style, extra)).await
    }

    fn side(&self, response: bool) -> &MessageType {
        if response { &self.method.output } else { &self.method.input }
    }

    fn extra(&self) -> MutexGuard<'_, Vec<Pool>> {
        // A panic elsewhere cannot leave a list of pools half made.
        self.extra.lock().unwrap_or_else(PoisonError::into_inner)
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
            let extra = self.extra().clone();
            let error = match work(&extra) {
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
            self.extra().push(ty.pool());
            asked.push(name);
        }
    }
}

/// `google.rpc.BadRequest` of `type.googleapis.com/google.rpc.BadRequest`.
fn type_name(type_url: &str) -> &str {
    type_url.rsplit('/').next().unwrap_or(type_url)
}

fn read(ty: &MessageType, text: &str, style: ReadStyle, extra: &[Pool]) -> Result<Vec<u8>, MessageError> {
    match style.format {
        Format::Json => message::from_json(
            ty,
            text,
            &JsonReadOptions { ignore_unknown: style.ignore_unknown, relaxed: style.relaxed, extra },
        ),
        Format::Text => {
            message::from_text(ty, text, &TextReadOptions { ignore_unknown: style.ignore_unknown, extra })
        }
    }
}

fn write(ty: &MessageType, data: &[u8], style: WriteStyle, extra: &[Pool]) -> Result<String, MessageError> {
    match style.format {
        Format::Json => message::to_json(
            ty,
            data,
            &JsonWriteOptions {
                emit_defaults: style.emit_defaults,
                pretty: style.pretty,
                extra,
                tolerate_unknown_any: style.tolerant,
            },
        ),
        Format::Text => message::to_text(
            ty,
            data,
            &TextWriteOptions { print_unknown: false, single_line: !style.pretty, extra },
        ),
    }
}
