//! Failures in words: what happened, and what to try, in both languages.

use super::Lang;
use crate::transport::Failure;

/// A failure as a person reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// One short sentence, fit for a heading: "The certificate is for www.eline.com, you asked for localhost".
    pub title: String,
    /// What was tried, at which stage it failed and why, in one or two sentences.
    pub cause: String,
    /// What to try, most useful first; may be empty.
    pub advice: Vec<String>,
}

/// Puts `failure` into words.
pub fn describe(failure: &Failure, lang: Lang) -> Described {
    let _ = (failure, lang);
    unimplemented!("the transport's author writes this, in both languages")
}
