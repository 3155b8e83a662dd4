//! Descriptors as .proto source, never lowered: what protoc accepts and reads back as the same descriptors.
//!
//! Text that an author wrote is not reproduced here; comments come from source info where a set carries it.

mod locate;
mod options;

use prost_reflect::DescriptorPool;

pub(super) use locate::{file_of, file_of_any};

use super::OptionValue;
use super::descriptors::Loaded;

/// Serialized options of the message `kind`, for a tree.
pub(super) fn option_values(pool: &DescriptorPool, kind: &str, bytes: &[u8]) -> Vec<OptionValue> {
    options::values(pool, kind, bytes)
}

/// The source of a symbol or file.
pub(super) fn definition(loaded: &Loaded, symbol: &str) -> Option<String> {
    let _ = locate::locate(loaded, symbol)?;
    None
}
