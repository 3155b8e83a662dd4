//! The question that registers a service: what is typed, what will be sent, whether its id is free, what came of it.
//!
//! Lives here: what is typed (`form`), what it says as data (`read`), the question's state (`dialog`), how acts change
//! it (`act`), asking and sending (`send`), what is left of it (`kept`). Absent: every word.

mod act;
mod dialog;
mod form;
mod kept;
mod read;
mod send;

pub use dialog::{EditedJson, FromFile, IdState, RegisterAct, RegisterDialog, Rehearsal};
pub use form::{CHECK_KINDS, CheckForm, RegisterForm, Usual};
pub use kept::RegisterDraft;
pub(super) use send::{Awaited, Sending};

#[cfg(test)]
mod tests;
