//! What a call sends: read and encoded before it begins, then what stdin still brings.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use tokio::sync::mpsc;

use super::args::{CallArgs, FormatChoice};
use super::input::{self, Chunks};
use crate::call::CallHandle;
use crate::engine::{Format, Prepared, ReadStyle};

/// Messages read from stdin that wait to be sent.
const WAITING_MESSAGES: usize = 16;

/// How messages are read.
pub(super) fn read_style(args: &CallArgs) -> ReadStyle {
    ReadStyle { format: format(args.format), ignore_unknown: args.ignore_unknown, relaxed: false }
}

/// Of flags.
pub(super) fn format(choice: FormatChoice) -> Format {
    match choice {
        FormatChoice::Json => Format::Json,
        FormatChoice::Text => Format::Text,
    }
}

/// What is sent: what is known before the call begins, then what stdin still brings.
pub(super) struct First {
    pub messages: Vec<Bytes>,
    pub more: Option<Chunks>,
}

/// Reads and encodes what must be right before a call begins.
pub(super) async fn first_messages(args: &CallArgs, prepared: &Prepared) -> Result<First, String> {
    let streams = prepared.method.info.client_streaming;
    let style = read_style(args);
    let text = match args.data.as_deref() {
        None if streams => return Ok(First { messages: vec![], more: None }),
        None => return Ok(First { messages: vec![Bytes::new()], more: None }),
        Some("@") if streams => {
            return Ok(First { messages: vec![], more: Some(Chunks::stdin(style.format, !takes_lists(prepared))) });
        }
        Some("@") => input::all_of_stdin().map_err(|error| format!("stdin: {error}"))?,
        Some(data) => match data.strip_prefix('@') {
            Some(path) => std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?,
            None => data.to_owned(),
        },
    };
    let values = input::values(&text, style.format, streams && !takes_lists(prepared))?;
    let count = values.len();
    let mut messages = Vec::with_capacity(count);
    for (before, value) in values {
        let encoded = prepared.encode(value, style).await;
        messages.push(encoded.map_err(|error| input::moved(error, before).to_string())?.into());
    }
    // Counted last: of junk, what is wrong with its first word tells more than how many words it has.
    if !streams && count > 1 {
        return Err(format!("{} takes one message, {count} were given", prepared.method.info.name));
    }
    if messages.is_empty() && !streams {
        messages.push(Bytes::new());
    }
    Ok(First { messages, more: None })
}

/// A message whose own JSON is an array: an array is then one message, not a list of them.
fn takes_lists(prepared: &Prepared) -> bool {
    matches!(prepared.method.input.full_name(), "google.protobuf.ListValue" | "google.protobuf.Value")
}

/// Sends in a task of its own, so that flow control on our side never stops the answers.
pub(super) struct Sender {
    pub handle: Arc<CallHandle>,
    pub prepared: Arc<Prepared>,
    pub style: ReadStyle,
    /// Why the call was cancelled here: input that does not fit.
    pub gave_up: Arc<OnceLock<String>>,
    /// Set when stdin is read: what came of it cannot be sent again.
    pub reads_stdin: Arc<AtomicBool>,
}

impl Sender {
    pub async fn run(self, messages: Vec<Bytes>, more: Arc<tokio::sync::Mutex<Option<Chunks>>>) {
        for message in messages {
            if self.handle.send(message).await.is_err() {
                return;
            }
        }
        if let Some(chunks) = more.lock().await.take() {
            self.reads_stdin.store(true, Ordering::Release);
            let (texts, mut inbox) = mpsc::channel(WAITING_MESSAGES);
            tokio::spawn(chunks.run(texts));
            while let Some(text) = inbox.recv().await {
                let encoded = match text {
                    Ok((place, text)) => {
                        let encoded = self.prepared.encode(&text, self.style).await;
                        encoded.map_err(|error| place.of(error).to_string())
                    }
                    Err(why) => Err(why),
                };
                match encoded {
                    Ok(message) => {
                        if self.handle.send(message.into()).await.is_err() {
                            return;
                        }
                    }
                    Err(why) => {
                        // Set once: this is the only place, and it returns.
                        self.gave_up.set(format!("stdin: {why}")).unwrap_or_default();
                        self.handle.cancel();
                        return;
                    }
                }
            }
        }
        self.handle.half_close();
    }
}
