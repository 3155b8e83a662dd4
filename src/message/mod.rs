//! One value, three faces: canonical JSON, text format, wire bytes; templates of requests.
//!
//! Bytes are the truth: encode once and reuse, keep answers as bytes, decode when shown. Knows `schema`, no network.

mod complete;
mod error;
mod json;
mod meaning;
mod misfit;
mod number;
mod shape;
mod split;
mod template;
mod text;
mod text_diff;
mod time;
mod value;
mod wire;

pub use complete::{Completion, KeyMeaning, Suggestion, complete, key_meaning};
pub use error::{MessageError, MessageErrorKind};
pub use json::{JsonReadOptions, JsonWriteOptions, from_json, to_json};
pub use meaning::{PathStep, PlaceMeaning, StepName, ValueKind, meaning};
pub use misfit::{Expected, Found, Misfit, SplitFault, WireFault};
pub use split::{SplitError, split_values};
pub use template::{TemplateSize, template};
pub use text::{TextReadOptions, TextWriteOptions, from_text, to_text};
pub use text_diff::{DiffKind, DiffRow, TextDiff};
pub use time::{duration_from_text, timestamp_from_text};
pub use wire::check_wire;
