//! Messages from the command line, files and stdin.

use std::io::Read;

use tokio::io::AsyncReadExt;
use tokio::sync::mpsc;

use crate::engine::Format;
use crate::message::{MessageError, split_values};

/// Text messages are kept apart by this, as grpcurl does.
const RECORD_SEPARATOR: char = '\u{1e}';
/// A single message on stdin larger than this is refused before it fills the memory.
const MAX_MESSAGE_TEXT: usize = 1 << 30;

/// Everything on stdin.
pub(super) async fn all_of_stdin() -> std::io::Result<String> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    Ok(text)
}

/// Cuts `text` into messages, each with the text before it (for places of errors).
pub(super) fn values(text: &str, format: Format, open_array: bool) -> Result<Vec<(&str, &str)>, String> {
    match format {
        Format::Text => {
            let mut all = Vec::new();
            let mut start = 0;
            for part in text.split(RECORD_SEPARATOR) {
                all.push((text.get(..start).unwrap_or(""), part));
                start += part.len() + RECORD_SEPARATOR.len_utf8();
            }
            if text.contains(RECORD_SEPARATOR) {
                all.retain(|(_, part)| !part.trim().is_empty());
            }
            Ok(all)
        }
        Format::Json => {
            let ranges = split_values(text, open_array, false).map_err(|error| error.to_string())?;
            let cut =
                |range: std::ops::Range<usize>| (text.get(..range.start).unwrap_or(""), text.get(range).unwrap_or(""));
            Ok(ranges.into_iter().map(cut).collect())
        }
    }
}

/// Places an error of one value in the text that it was cut from.
pub(super) fn moved(error: MessageError, before: &str) -> MessageError {
    crate::engine::moved(error, before)
}

/// stdin, cut into messages as it comes.
pub(super) struct Chunks {
    format: Format,
}

impl Chunks {
    pub(super) fn stdin(format: Format) -> Self {
        Self { format }
    }

    /// Sends each message's text as soon as it is complete; an error is the last.
    pub(super) async fn run(self, out: mpsc::Sender<Result<String, String>>) {
        let mut stdin = tokio::io::stdin();
        let mut pending: Vec<u8> = Vec::new();
        let mut chunk = vec![0; 64 << 10];
        loop {
            let read = match stdin.read(&mut chunk).await {
                Ok(read) => read,
                Err(error) => return give_up(&out, error.to_string()).await,
            };
            pending.extend_from_slice(chunk.get(..read).unwrap_or(&[]));
            let ended = read == 0;
            // A chunk may end inside a character.
            let valid = match std::str::from_utf8(&pending) {
                Ok(_) => pending.len(),
                Err(error) if error.error_len().is_none() && !ended => error.valid_up_to(),
                Err(_) => return give_up(&out, "not UTF-8".to_owned()).await,
            };
            let text = String::from_utf8_lossy(pending.get(..valid).unwrap_or(&[])).into_owned();
            match self.complete(&text, ended) {
                Ok((messages, used)) => {
                    for message in messages {
                        if out.send(Ok(message)).await.is_err() {
                            return;
                        }
                    }
                    pending.drain(..used);
                }
                Err(why) => return give_up(&out, why).await,
            }
            if ended {
                return;
            }
            if pending.len() > MAX_MESSAGE_TEXT {
                return give_up(&out, "a message without end".to_owned()).await;
            }
        }
    }

    /// Complete messages at the start of `text`, and how much of it they take.
    fn complete(&self, text: &str, ended: bool) -> Result<(Vec<String>, usize), String> {
        match self.format {
            Format::Json => {
                let ranges = split_values(text, false, !ended).map_err(|error| error.to_string())?;
                let used = ranges.last().map_or(0, |range| range.end);
                Ok((ranges.into_iter().filter_map(|range| text.get(range)).map(str::to_owned).collect(), used))
            }
            Format::Text => {
                let used = if ended { text.len() } else { text.rfind(RECORD_SEPARATOR).map_or(0, |at| at + 1) };
                let whole = text.get(..used).unwrap_or("");
                let parts = whole.split(RECORD_SEPARATOR).filter(|part| !part.trim().is_empty());
                Ok((parts.map(str::to_owned).collect(), used))
            }
        }
    }
}

async fn give_up(out: &mpsc::Sender<Result<String, String>>, why: String) {
    // Nobody listens: then nobody needs to know.
    out.send(Err(why)).await.unwrap_or_default();
}
