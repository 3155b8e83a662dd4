//! HashiCorp Consul over its HTTP API.
//!
//! Lives here: how an agent is reached, what is asked and how the answers read, watches by blocking queries.

mod faults;
mod http;
mod settings;
mod tls;

pub use http::{Ask, Http, Method, Reply, ReplyFacts, is_addressable};
pub use settings::{AgentAddress, ConsulExplicit, ConsulSettings};
