//! Real Consul agents for tests: each on free ports of its own, ended when dropped.
//!
//! The test file that uses this also has `mod common;`.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::common::{parties_dir, signal, wait_for};

/// An agent elects itself within seconds; on a busy machine that takes longer.
const START_LIMIT: Duration = Duration::from_secs(90);
/// The token that may do everything, where access rules are on.
pub const MASTER: &str = "master-0000-token";

/// How an agent is to run.
#[derive(Clone, Debug)]
pub struct Plan {
    datacenter: String,
    node: String,
    denies: bool,
    keeps: bool,
    is_client: bool,
    join: Option<u16>,
    join_wan: Option<u16>,
    address: String,
    http: Option<u16>,
    more: String,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            datacenter: "dc1".to_owned(),
            node: "node-1".to_owned(),
            denies: false,
            keeps: false,
            is_client: false,
            join: None,
            join_wan: None,
            address: "127.0.0.1".to_owned(),
            http: None,
            more: String::new(),
        }
    }
}

impl Plan {
    /// In this datacenter.
    pub fn datacenter(mut self, name: &str) -> Self {
        name.clone_into(&mut self.datacenter);
        self
    }

    /// With this name.
    pub fn node(mut self, name: &str) -> Self {
        name.clone_into(&mut self.node);
        self
    }

    /// Access rules that deny by default; [`MASTER`] may do everything.
    pub fn denies(mut self) -> Self {
        self.denies = true;
        self
    }

    /// Keeps what it knows on disk, so that it is there after a restart; else everything is forgotten, indices too.
    pub fn keeps(mut self) -> Self {
        self.keeps = true;
        self
    }

    /// A client agent of `server`'s datacenter.
    pub fn client_of(mut self, server: &Agent) -> Self {
        self.is_client = true;
        self.join = Some(server.ports[2]);
        server.plan.datacenter.clone_into(&mut self.datacenter);
        self
    }

    /// Another datacenter beside `server`'s.
    pub fn beside(mut self, server: &Agent) -> Self {
        self.join_wan = Some(server.ports[3]);
        self
    }

    /// At another address of this machine (`127.0.0.2`), as another machine would be: `server`'s port for HTTP.
    pub fn at(mut self, address: &str, server: &Agent) -> Self {
        address.clone_into(&mut self.address);
        self.http = Some(server.ports[0]);
        self
    }

    /// More of Consul's configuration (HCL).
    pub fn config(mut self, hcl: &str) -> Self {
        hcl.clone_into(&mut self.more);
        self
    }

    /// Starts it, and waits until it can be asked.
    pub fn start(self) -> Agent {
        let folder = tempfile::tempdir().expect("a folder");
        let mut ports = free_ports();
        if let Some(http) = self.http {
            ports[0] = http;
        }
        let mut agent = Agent { ports, plan: self, folder, child: None };
        agent.start();
        agent
    }
}

/// A running agent.
pub struct Agent {
    /// HTTP, server, gossip of the datacenter, gossip of the wide area.
    ports: [u16; 4],
    plan: Plan,
    folder: tempfile::TempDir,
    child: Option<Child>,
}

/// The program.
pub fn consul() -> PathBuf {
    parties_dir().join("bin/consul")
}

impl Agent {
    /// Starts it (again), and waits until it can be asked.
    pub fn start(&mut self) {
        let plan = &self.plan;
        let [http, server, lan, wan] = self.ports;
        let mut hcl = "disable_update_check = true performance { raft_multiplier = 1 }".to_owned();
        if plan.denies {
            write!(
                hcl,
                r#" acl {{ enabled = true default_policy = "deny" tokens {{ master = "{MASTER}" agent = "{MASTER}" }} }}"#
            )
            .expect("a string");
        }
        write!(hcl, " {}", plan.more).expect("a string");
        let log = std::fs::File::create(self.folder.path().join("log")).expect("a log");
        // Nobody drops what is static, or what a killed test had: the agent ends with whoever holds its input.
        let mut command = Command::new("sh");
        command.args(["-c", r#"exec 3<&0; (read -r _ <&3; kill -KILL $$) & exec "$@" 3<&- </dev/null"#, "sh"]);
        command.arg(consul()).arg("agent");
        if plan.keeps || plan.is_client {
            command.arg(format!("-data-dir={}", self.folder.path().join("data").display()));
            if !plan.is_client {
                command.args(["-server", "-bootstrap-expect=1"]);
            }
        } else {
            command.arg("-dev");
        }
        command
            .args(["-grpc-port=-1", "-dns-port=-1", "-log-level=warn"])
            .arg(format!("-bind={}", plan.address))
            .arg(format!("-client={}", plan.address))
            .arg(format!("-datacenter={}", plan.datacenter))
            .arg(format!("-node={}", plan.node))
            .arg(format!("-http-port={http}"))
            .arg(format!("-server-port={server}"))
            .arg(format!("-serf-lan-port={lan}"))
            .args(["-hcl", &hcl]);
        if !plan.is_client {
            command.arg(format!("-serf-wan-port={wan}"));
        }
        if let Some(port) = plan.join {
            command.arg(format!("-retry-join=127.0.0.1:{port}")).arg("-retry-interval=1s");
        }
        if let Some(port) = plan.join_wan {
            command.arg(format!("-retry-join-wan=127.0.0.1:{port}")).arg("-retry-interval-wan=1s");
        }
        command.stdin(Stdio::piped()).stdout(log.try_clone().expect("the log")).stderr(log);
        // The environment of whoever runs the tests may name another agent.
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CONSUL_")) {
            command.env_remove(name);
        }
        self.child = Some(command.spawn().expect("consul starts"));
        wait_for("Consul to answer", START_LIMIT, || {
            if let Ok(Some(status)) = self.child.as_mut().expect("it runs").try_wait() {
                let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
                panic!("consul ended: {status}\n{log}");
            }
            self.is_ready().then_some(())
        });
    }

    /// It has a leader, and its own node is in the catalog.
    fn is_ready(&self) -> bool {
        let Ok((200, nodes)) = self.try_ask("GET", "/v1/catalog/nodes?consistent", b"", MASTER) else {
            return false;
        };
        let nodes: Value = serde_json::from_slice(&nodes).unwrap_or_default();
        nodes.as_array().is_some_and(|nodes| nodes.iter().any(|node| node["Node"] == json!(self.plan.node)))
    }

    /// Ends it at once.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            drop(child.kill());
            drop(child.stdin.take());
            drop(child.wait());
        }
    }

    /// Stops it in the middle of whatever it does: it accepts, and says nothing.
    pub fn freeze(&self) {
        signal(self.pid(), "STOP");
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        signal(self.pid(), "CONT");
    }

    fn pid(&self) -> u32 {
        self.child.as_ref().expect("it runs").id()
    }

    /// `127.0.0.1:PORT`
    pub fn address(&self) -> String {
        format!("{}:{}", self.plan.address, self.ports[0])
    }

    /// `consul://127.0.0.1:PORT`
    pub fn url(&self) -> String {
        format!("consul://{}", self.address())
    }

    /// Its node's name.
    pub fn node(&self) -> &str {
        &self.plan.node
    }

    /// Asks as a test's own client does, which shares nothing with the program's; status and body.
    pub fn ask(&self, method: &str, path: &str, body: &[u8]) -> (u16, Vec<u8>) {
        self.try_ask(method, path, body, MASTER).unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    /// Asks for JSON.
    pub fn get(&self, path: &str) -> Value {
        let (status, body) = self.ask("GET", path, b"");
        assert_eq!(status, 200, "{path}: {}", String::from_utf8_lossy(&body));
        serde_json::from_slice(&body).expect("JSON")
    }

    /// Sends JSON (nothing, for `null`), which has to be taken.
    pub fn put(&self, path: &str, body: &Value) -> Value {
        // Whoever does not read a body closes the connection over it, and the answer with it.
        let text = if body.is_null() { String::new() } else { body.to_string() };
        let (status, answer) = self.ask("PUT", path, text.as_bytes());
        assert_eq!(status, 200, "{path}: {}", String::from_utf8_lossy(&answer));
        serde_json::from_slice(&answer).unwrap_or(Value::Null)
    }

    /// Registers a service at this agent.
    pub fn register(&self, body: &Value) {
        self.put("/v1/agent/service/register", body);
    }

    /// A token with these rules (HCL).
    pub fn token(&self, name: &str, rules: &str) -> String {
        let policy = self.put("/v1/acl/policy", &json!({"Name": name, "Rules": rules}));
        let body = json!({"Description": format!("test {name}"), "Policies": [{"ID": policy["ID"]}]});
        self.put("/v1/acl/token", &body)["SecretID"].as_str().expect("a token").to_owned()
    }

    /// The index that Consul gives an answer, to wait on.
    pub fn index(&self, path: &str) -> u64 {
        let (head, _) = self.exchange("GET", path, b"", MASTER).expect("Consul answers");
        let line = head.lines().find_map(|line| line.strip_prefix("X-Consul-Index: "));
        line.expect("an index").parse().expect("a number")
    }

    fn try_ask(&self, method: &str, path: &str, body: &[u8], token: &str) -> std::io::Result<(u16, Vec<u8>)> {
        let (head, body) = self.exchange(method, path, body, token)?;
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        Ok((status.ok_or_else(|| std::io::Error::other(format!("it answered {head}")))?, body))
    }

    /// Head and body of an answer.
    fn exchange(&self, method: &str, path: &str, body: &[u8], token: &str) -> std::io::Result<(String, Vec<u8>)> {
        let mut stream = TcpStream::connect(self.address())?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        let token = if self.plan.denies { format!("X-Consul-Token: {token}\r\n") } else { String::new() };
        // HTTP/1.0, so that the body is whatever comes until the end.
        let head = format!("{method} {path} HTTP/1.0\r\nHost: consul\r\n{token}Content-Length: {}\r\n\r\n", body.len());
        stream.write_all(head.as_bytes())?;
        stream.write_all(body)?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n");
        let body = answer.split_off(end.ok_or_else(|| std::io::Error::other("it ended within the head"))? + 4);
        Ok((String::from_utf8(answer).map_err(std::io::Error::other)?, body))
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Four ports that are free for TCP and UDP. They are let go before Consul takes them; nobody else is given one so soon.
fn free_ports() -> [u16; 4] {
    let mut held = Vec::new();
    while held.len() < 4 {
        let tcp = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = tcp.local_addr().expect("an address").port();
        if let Ok(udp) = UdpSocket::bind(("127.0.0.1", port)) {
            held.push((port, tcp, udp));
        }
    }
    [held[0].0, held[1].0, held[2].0, held[3].0]
}
