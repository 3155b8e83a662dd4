//! What the wire itself says of an instance: TCP, TLS, grpc.health.v1, reflection and the schema behind it.
//!
//! A probe carries nothing of a person's: no metadata, no client certificate to a server that is not trusted. It speaks
//! over the pool's connections, so that one verified connection serves probes and calls with the same settings; a
//! server whose certificate is not trusted is asked on a connection of its own, which no call ever uses, and the facts
//! say that it is not trusted. Absent: what a disagreement is (`registry::wire`).

mod judge;
mod once;
mod prober;
mod watch;

pub use once::{PROBE_PATIENCE, Probe, probe_once};
pub use prober::{ProbeRate, Prober};
