//! A Consul of the demo's own: a real `consul agent -dev` where the program is installed, with the demo's services and
//! some keys in it.
//!
//! Lives here: finding the program, running the agent so that it never outlives us, and filling it. Absent: the
//! services themselves (`demo`), and Consul's API (`registry`).

mod agent;
mod fill;

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::demo::Entry;
use crate::registry::consul::{AgentAddress, Consul, ConsulSettings};

use self::agent::Agent;

/// Names the program; empty for none.
const VARIABLE: &str = "PROCONSUL_CONSUL";
/// Who has it does not set it.
const PROGRAM: &str = if cfg!(windows) { "consul.exe" } else { "consul" };
/// An agent answers within seconds, on a busy machine later.
const START_AT_MOST: Duration = Duration::from_mins(1);
/// Its node is called so.
pub(super) const NODE: &str = "demo";

/// The running agent. It ends when this is dropped, and when our process ends, however that happens.
#[derive(Debug)]
pub struct DemoConsul {
    agent: Agent,
}

impl DemoConsul {
    /// Starts an agent and puts the demo's services into it. Errors are in words (English).
    pub async fn start(program: &Path, entries: &[Entry]) -> Result<Self, String> {
        let agent = Agent::start(program, START_AT_MOST).await?;
        let consul = Consul::new(settings(agent.port())).map_err(|error| error.to_string())?;
        fill::fill(&consul, entries).await?;
        Ok(Self { agent })
    }

    /// `127.0.0.1:8500`, or another port where that is taken.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.agent.port())
    }

    /// The agent's process.
    pub fn process(&self) -> u32 {
        self.agent.process()
    }
}

/// Consul's program: what `PROCONSUL_CONSUL` names (nothing, where it is empty), else what `PATH` leads to.
pub fn consul_program() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os(VARIABLE) {
        return Some(PathBuf::from(named)).filter(|path| !path.as_os_str().is_empty());
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(PROGRAM)).find(|program| program.is_file())
}

/// The environment's `CONSUL_*` are about other agents.
fn settings(port: u16) -> ConsulSettings {
    ConsulSettings { address: AgentAddress::Tcp("127.0.0.1".to_owned(), port), ..ConsulSettings::default() }
}
