//! Proconsul: find a gRPC service, call it, see where the time of the call went.
//!
//! The library holds everything but the process' entry point. ARCHITECTURE.md draws the modules and who may know whom;
//! `tests/tidy.rs` holds these directions.

pub mod app;
pub mod call;
pub mod cli;
pub mod demo;
pub mod engine;
pub mod instance;
pub mod keychain;
pub mod message;
pub mod registry;
pub mod schema;
pub mod secret;
pub mod start;
pub mod state;
pub mod transport;
pub mod ui;
pub mod words;
