//! The process' entry point.
fn main() {}
