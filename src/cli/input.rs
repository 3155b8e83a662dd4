//! Messages from the command line, files and stdin.

use std::io::Read;
use std::ops::Range;

use tokio::io::AsyncReadExt;
use tokio::sync::mpsc;

use crate::engine::Format;
use crate::message::{MessageError, split_values};

/// Text messages are kept apart by this, as grpcurl does.
const RECORD_SEPARATOR: char = '\u{1e}';
/// A single message on stdin larger than this is refused before it fills the memory.
const MAX_MESSAGE_TEXT: usize = 1 << 30;

/// Everything on stdin.
pub(super) fn all_of_stdin() -> std::io::Result<String> {
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

/// How much of the input went before: errors of one message are placed in the whole by it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    lines: u32,
    /// Characters before it on its line.
    columns: u32,
}

/// A message's text and its place.
pub(super) type Placed = (Place, String);

impl Place {
    fn pass(&mut self, text: &str) {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        match text.rsplit_once('\n') {
            Some((before, last)) => {
                self.lines = self.lines.saturating_add(count(before.matches('\n').count())).saturating_add(1);
                self.columns = count(last.chars().count());
            }
            None => self.columns = self.columns.saturating_add(count(text.chars().count())),
        }
    }

    /// `error` of the text at this place, as an error of the whole.
    pub(super) fn of(self, mut error: MessageError) -> MessageError {
        if error.line == Some(1) {
            error.column = error.column.map(|column| column.saturating_add(self.columns));
        }
        error.line = error.line.map(|line| line.saturating_add(self.lines));
        error
    }
}

/// stdin, cut into messages as it comes.
pub(super) struct Chunks {
    format: Format,
    open_arrays: bool,
}

impl Chunks {
    /// With `open_arrays` a JSON array is a list of messages.
    pub(super) fn stdin(format: Format, open_arrays: bool) -> Self {
        Self { format, open_arrays }
    }

    /// Sends each message's text as soon as it is complete; an error is the last.
    pub(super) async fn run(self, out: mpsc::Sender<Result<Placed, String>>) {
        let mut place = Place::default();
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
            match self.complete(&text, ended, place) {
                Ok((messages, used)) => {
                    let mut done = 0;
                    for range in messages {
                        place.pass(text.get(done..range.start).unwrap_or(""));
                        let message = text.get(range.clone()).unwrap_or("");
                        if out.send(Ok((place, message.to_owned()))).await.is_err() {
                            return;
                        }
                        place.pass(message);
                        done = range.end;
                    }
                    place.pass(text.get(done..used).unwrap_or(""));
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

    /// The elements of the value at `range`, if it is an array to be opened; else itself.
    fn opened(&self, text: &str, range: Range<usize>) -> Vec<Range<usize>> {
        let value = text.get(range.clone()).unwrap_or("");
        if !self.open_arrays || !value.starts_with('[') {
            return vec![range];
        }
        match split_values(value, true, false) {
            Ok(elements) => {
                elements.into_iter().map(|element| range.start + element.start..range.start + element.end).collect()
            }
            // Read as a whole it tells what is wrong with it, and where.
            Err(_) => vec![range],
        }
    }

    /// Complete messages at the start of `text`, and how much of it they take.
    fn complete(&self, text: &str, ended: bool, place: Place) -> Result<(Vec<Range<usize>>, usize), String> {
        match self.format {
            Format::Json => {
                let ranges = split_values(text, false, !ended).map_err(|error| place.of(error.into()).to_string())?;
                let used = ranges.last().map_or(0, |range| range.end);
                let opened = ranges.into_iter().flat_map(|range| self.opened(text, range)).collect();
                Ok((opened, used))
            }
            Format::Text => {
                let used = if ended { text.len() } else { text.rfind(RECORD_SEPARATOR).map_or(0, |at| at + 1) };
                let whole = text.get(..used).unwrap_or("");
                let mut start = 0;
                let mut ranges = Vec::new();
                for part in whole.split(RECORD_SEPARATOR) {
                    if !part.trim().is_empty() {
                        ranges.push(start..start + part.len());
                    }
                    start += part.len() + RECORD_SEPARATOR.len_utf8();
                }
                Ok((ranges, used))
            }
        }
    }
}

async fn give_up(out: &mpsc::Sender<Result<Placed, String>>, why: String) {
    // Nobody listens: then nobody needs to know.
    out.send(Err(why)).await.unwrap_or_default();
}
