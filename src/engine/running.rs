//! Running calls.
