//! The agent's process. It must not outlive ours, not even where ours is killed at once: on Unix a shell stands between
//! the two, waits for the end of a pipe that only we hold, and then ends the agent.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{NODE, settings};
use crate::registry::consul::Consul;
use crate::registry::{Registry as _, Scope};

/// Where Consul listens by itself.
const USUAL_PORT: u16 = 8500;
/// Between two looks whether it answers.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Another program may take a port between our look and the agent's start.
const TRIES: usize = 3;
/// A log's end is looked for in so much of it.
const LOG_AT_MOST: u64 = 1 << 20;
/// So much of its last line is told.
const LINE_AT_MOST: usize = 300;

/// Says the agent's number, then waits for two things at once: the end of the agent, and of what we hold. `read` ends
/// with the pipe; a list in the background would have no standard input, hence the third descriptor.
#[cfg(unix)]
const KEEPER: &str = r#"exec 3<&0
"$@" </dev/null >&2 3<&- &
agent=$!
echo "$agent"
(read -r _ <&3; kill -KILL "$agent" 2>/dev/null) >/dev/null 2>&1 &
wait "$agent"
"#;

/// An agent that runs.
#[derive(Debug)]
pub(super) struct Agent {
    /// The shell on Unix, elsewhere the agent itself; there while this lives.
    child: Option<Child>,
    process: u32,
    port: u16,
}

impl Agent {
    /// Starts one, and waits until it has a leader and knows its own node. Errors are in words.
    pub(super) async fn start(program: &Path, limit: Duration) -> Result<Self, String> {
        let newer = version(program).await?;
        let until = Instant::now() + limit;
        let mut last = String::new();
        for _ in 0..TRIES {
            let ports = ports().map_err(|error| format!("no port is free for Consul: {error}"))?;
            let said = |error: std::io::Error| format!("{}: {error}", program.display());
            let mut log = tempfile::tempfile().map_err(|error| format!("Consul's log cannot be kept: {error}"))?;
            let mut agent = begin(command(program, ports, newer, &log).map_err(said)?, ports[0]).map_err(said)?;
            match agent.ready(until).await {
                Ok(()) => return Ok(agent),
                Err(Ended::Early) => last = last_line(&mut log),
                Err(Ended::TooLate) => {
                    return Err(format!("Consul did not elect a leader within {} s", limit.as_secs()));
                }
            }
        }
        Err(format!("Consul ended at once: {last}"))
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn process(&self) -> u32 {
        self.process
    }

    async fn ready(&mut self, until: Instant) -> Result<(), Ended> {
        let Ok(consul) = Consul::new(settings(self.port)) else { return Err(Ended::Early) };
        loop {
            if !self.child.as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(None))) {
                return Err(Ended::Early);
            }
            // Before there is a leader, a question is refused; an answer of another's agent does not name our node.
            if let Ok(nodes) = consul.nodes(&Scope::default()).await
                && nodes.value.iter().any(|node| node.name == NODE)
            {
                return Ok(());
            }
            if Instant::now() >= until {
                return Err(Ended::TooLate);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        // The end of the pipe is what ends the agent.
        drop(child.stdin.take());
        if cfg!(not(unix)) {
            drop(child.kill());
        }
        // Takes note of the end, which is not worth waiting for here; where no thread is to be had, the system does.
        let wait = move || drop(child.wait());
        drop(std::thread::Builder::new().name("end of consul".to_owned()).spawn(wait));
    }
}

/// Why it cannot be asked.
enum Ended {
    /// The process is over.
    Early,
    /// It takes too long.
    TooLate,
}

fn begin(mut command: Command, port: u16) -> std::io::Result<Agent> {
    let mut child = command.spawn()?;
    let mut process = child.id();
    if cfg!(unix)
        && let Some(out) = child.stdout.take()
    {
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line)?;
        process = line.trim().parse().unwrap_or(process);
    }
    Ok(Agent { child: Some(child), process, port })
}

/// `agent -dev` with its ports: HTTP, server, gossip of the datacenter, gossip of the wide area.
fn command(program: &Path, ports: [u16; 4], has_grpc_tls: bool, log: &File) -> std::io::Result<Command> {
    let [http, server, lan, wan] = ports;
    let mut command = wrapped(program);
    command
        .args(["agent", "-dev", "-bind=127.0.0.1", "-client=127.0.0.1", "-grpc-port=-1", "-dns-port=-1"])
        .args(["-log-level=err", "-hcl", "disable_update_check = true performance { raft_multiplier = 1 }"])
        .arg(format!("-node={NODE}"))
        .arg(format!("-http-port={http}"))
        .arg(format!("-server-port={server}"))
        .arg(format!("-serf-lan-port={lan}"))
        .arg(format!("-serf-wan-port={wan}"));
    if has_grpc_tls {
        command.arg("-grpc-tls-port=-1");
    }
    // They are about other agents.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CONSUL_")) {
        command.env_remove(name);
    }
    command.stderr(log.try_clone()?);
    Ok(command)
}

/// The program behind the shell that ends it.
#[cfg(unix)]
fn wrapped(program: &Path) -> Command {
    use std::os::unix::process::CommandExt as _;
    let mut command = Command::new("/bin/sh");
    command.args(["-c", KEEPER, "consul"]).arg(program).stdin(Stdio::piped()).stdout(Stdio::piped());
    // Ctrl-C in a terminal is for us; the shell hears of our end in its own way.
    command.process_group(0);
    command
}

#[cfg(not(unix))]
fn wrapped(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null()).stdout(Stdio::null());
    command
}

/// Whether it has a second port for gRPC that has to be closed (from 1.14 on).
async fn version(program: &Path) -> Result<bool, String> {
    let asked = program.to_path_buf();
    let said = tokio::task::spawn_blocking(move || {
        Command::new(asked).arg("version").stdin(Stdio::null()).stderr(Stdio::null()).output()
    });
    let output = match said.await {
        Ok(Ok(output)) => output,
        Ok(Err(error)) => return Err(format!("{}: {error}", program.display())),
        Err(error) => return Err(error.to_string()),
    };
    match parse_version(&String::from_utf8_lossy(&output.stdout)) {
        Some(version) => Ok(version >= (1, 14)),
        None => Err(format!("{} is not Consul: it does not say its version", program.display())),
    }
}

/// `Consul v1.8.7`: the first two numbers.
fn parse_version(text: &str) -> Option<(u32, u32)> {
    let rest = text.trim_start().strip_prefix("Consul v")?;
    let mut numbers = rest.split(|character: char| !character.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// The usual port for HTTP where it is free, and any others.
fn ports() -> std::io::Result<[u16; 4]> {
    let usual = TcpListener::bind(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), USUAL_PORT)).ok();
    let mut held = vec![free_port()?, free_port()?, free_port()?];
    let http = if usual.is_some() {
        USUAL_PORT
    } else {
        let (port, tcp, udp) = free_port()?;
        held.push((port, tcp, udp));
        port
    };
    let at = |index: usize| held.get(index).map_or(0, |(port, ..)| *port);
    Ok([http, at(0), at(1), at(2)])
}

/// Free for TCP and UDP; gossip takes both. Held until all are found, so that none is found twice.
fn free_port() -> std::io::Result<(u16, TcpListener, UdpSocket)> {
    loop {
        let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = tcp.local_addr()?.port();
        if let Ok(udp) = UdpSocket::bind((Ipv4Addr::LOCALHOST, port)) {
            return Ok((port, tcp, udp));
        }
    }
}

/// What the agent said last.
fn last_line(log: &mut File) -> String {
    let mut said = String::new();
    if log.rewind().is_ok() {
        // Half a log is better than none.
        drop(log.take(LOG_AT_MOST).read_to_string(&mut said));
    }
    let last = said.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("it said nothing");
    last.trim_start_matches("==> ").chars().take(LINE_AT_MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::parse_version;

    #[test]
    fn versions_are_read_as_the_program_says_them() {
        let check = |text: &str, expect: Option<(u32, u32)>| assert_eq!(parse_version(text), expect, "{text:?}");
        check("Consul v1.8.7\nProtocol 2 spoken by default", Some((1, 8)));
        check("Consul v1.14.0-beta1\nRevision 1234", Some((1, 14)));
        check("Consul v1.20.1+ent", Some((1, 20)));
        check("Vault v1.8.7", None);
        check("Consul v1", None);
        check("", None);
    }
}
