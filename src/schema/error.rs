//! What can be wrong with a schema.

use std::fmt;
use std::path::PathBuf;

use super::ReflectionFailure;

/// One fault of one file (or of one service of a reflecting server).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file on disk, its import name, or the service's name.
    pub file: String,
    /// From 1.
    pub line: Option<u32>,
    /// From 1, as protoc counts.
    pub column: Option<u32>,
    /// The text of that line.
    pub source_line: Option<String>,
    /// What is wrong, in the compiler's words.
    pub message: String,
    /// Import roots that would resolve a missing import.
    pub roots: Vec<RootSuggestion>,
}

impl fmt::Display for Problem {
    /// `file:line:column: what is wrong`, or `file: what` where no place is known.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.column) {
            (Some(line), Some(column)) => write!(f, "{}:{line}:{column}: {}", self.file, self.message),
            (Some(line), None) => write!(f, "{}:{line}: {}", self.file, self.message),
            _ => write!(f, "{}: {}", self.file, self.message),
        }
    }
}

/// A folder that would resolve an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootSuggestion {
    /// To be added to the import roots.
    pub root: PathBuf,
    /// The imports that it resolves.
    pub resolves: Vec<String>,
}

/// Why a source could not answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// No such symbol; near misses are offered.
    #[error("{symbol} is not in {place}{}", did_you_mean(near))]
    NotFound {
        /// What was asked for.
        symbol: String,
        /// Where was looked: "the server's reflection", a path.
        place: String,
        /// Names that are close, best first.
        near: Vec<String>,
    },
    /// The symbol is another thing than was asked for, or its service has no such method.
    #[error("{symbol} {what} (from {place})")]
    OtherKind {
        /// What was asked for.
        symbol: String,
        /// Where was looked.
        place: String,
        /// What it is, as the rest of a sentence.
        what: String,
    },
    /// Files that do not compile.
    #[error("{}", join(.0))]
    Problems(Vec<Problem>),
    /// Reflection failed.
    #[error("reflection failed: {0}")]
    Reflection(#[source] ReflectionFailure),
    /// A file or folder could not be read or written.
    #[error("{}: {message}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why, and what to do.
        message: String,
    },
    /// Descriptors that make no sense.
    #[error("{place}: {message}")]
    BadDescriptor {
        /// Which set, server or file.
        place: String,
        /// What is wrong.
        message: String,
    },
}

fn did_you_mean(near: &[String]) -> String {
    if near.is_empty() { String::new() } else { format!("; did you mean {}?", near.join(", ")) }
}

fn join(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
