//! Servers: the foreign ones that `scripts/parties/setup` built, and the program's own demo.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

/// Node and Python take seconds to start where two cores are busy.
const START_LIMIT: Duration = Duration::from_mins(1);

/// The folder of built parties; panics with what to do where there is none.
pub fn parties_dir() -> PathBuf {
    let dir = std::env::var_os("PROCONSUL_PARTIES").map(PathBuf::from);
    match dir {
        Some(dir) if dir.join("bin").is_dir() => dir,
        Some(dir) => panic!("PROCONSUL_PARTIES names {}, which holds no parties: run ./scripts/test", dir.display()),
        None => panic!("this test talks to a foreign server that is not there: run ./scripts/test, which brings it"),
    }
}

/// A running server, ended when dropped; it also ends by itself once its standard input closes.
pub struct Party {
    child: Child,
    input: Option<ChildStdin>,
    /// Where it listens on 127.0.0.1.
    pub port: u16,
}

impl Party {
    /// Starts `bin/NAME` of the parties' folder and waits until it says its port.
    pub fn start(name: &str, args: &[&str]) -> Self {
        let program = parties_dir().join("bin").join(name);
        let (child, input, lines) = spawn(Command::new(program).args(args), name);
        let mut party = Self { child, input, port: 0 };
        let line = lines.recv_timeout(START_LIMIT);
        match line.ok().and_then(|line| line.trim().parse().ok()) {
            Some(port) => party.port = port,
            None => panic!("the party {name} {args:?} did not say its port"),
        }
        party
    }

    /// grpc-go's interop server: plaintext, no reflection.
    pub fn interop() -> Self {
        Self::start("go-party", &["interop"])
    }

    /// The descriptor set of [`Self::interop`].
    pub fn interop_protoset() -> String {
        parties_dir().join("interop.protoset").display().to_string()
    }

    /// grpc-go with `depot.v1.Depot` (editions), reflection v1 and v1alpha, health; `args` as `go-party depot` takes.
    pub fn depot(args: &[&str]) -> Self {
        let protoset = Self::depot_protoset();
        let mut all = vec!["depot", "-protoset", &protoset];
        all.extend(args);
        Self::start("go-party", &all)
    }

    /// protoc's descriptor set of [`Self::depot`].
    pub fn depot_protoset() -> String {
        parties_dir().join("depot.protoset").display().to_string()
    }

    /// grpcio with `library.v1.Library`: reflection v1alpha alone, rich errors, health.
    pub fn library() -> Self {
        Self::start("library", &[])
    }

    /// grpc-js with `pantry.v1.Pantry` and @grpc/reflection.
    pub fn pantry() -> Self {
        Self::start("pantry", &[])
    }

    /// [`Self::library`] over TLS, with PEM files.
    pub fn library_tls(certificate: &str, key: &str) -> Self {
        Self::start("library", &["tls", certificate, key])
    }

    /// [`Self::pantry`] over TLS, with PEM files.
    pub fn pantry_tls(certificate: &str, key: &str) -> Self {
        Self::start("pantry", &[certificate, key])
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends it now.
    pub fn end(&mut self) {
        self.input.take();
        end(&mut self.child);
    }

    /// `127.0.0.1:PORT`
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// `localhost:PORT`
    pub fn localhost(&self) -> String {
        format!("localhost:{}", self.port)
    }
}

impl Drop for Party {
    fn drop(&mut self) {
        self.end();
    }
}

/// The program's own demo on free ports.
pub struct Demo {
    child: Child,
    lines: Receiver<String>,
    /// What it has printed so far.
    printed: String,
    /// `127.0.0.1:PORT`, plaintext.
    pub plain: String,
    /// `127.0.0.1:PORT`, TLS.
    pub tls: String,
}

/// Starts `proconsul demo` and waits until it has said where it listens.
pub fn demo() -> Demo {
    let mut command = Command::new(env!("CARGO_BIN_EXE_proconsul"));
    super::headless::isolate(&mut command);
    command.args(["demo", "--listen", "127.0.0.1:0", "--listen-tls", "127.0.0.1:0"]);
    let (mut child, _, lines) = spawn(&mut command, "demo");
    let (mut printed, mut plain, mut tls) = (String::new(), None, None);
    let began = Instant::now();
    while plain.is_none() || tls.is_none() {
        let left = START_LIMIT.saturating_sub(began.elapsed());
        let Ok(line) = lines.recv_timeout(left) else {
            end(&mut child);
            panic!("the demo did not say where it listens, plaintext and TLS; it said:\n{printed}");
        };
        let address = line.split(|c: char| !(c.is_ascii_digit() || c == '.' || c == ':')).find_map(|word| {
            let port: u16 = word.strip_prefix("127.0.0.1:")?.trim_end_matches(['.', ':']).parse().ok()?;
            Some(format!("127.0.0.1:{port}"))
        });
        if let Some(address) = address {
            let lower = line.to_lowercase();
            let encrypted = ["tls", "https", "grpcs"].iter().any(|word| lower.contains(word));
            let known = plain.as_ref() == Some(&address) || tls.as_ref() == Some(&address);
            let slot = if encrypted { &mut tls } else { &mut plain };
            if !known && slot.is_none() {
                *slot = Some(address);
            }
        }
        printed.push_str(&line);
        printed.push('\n');
    }
    Demo { child, lines, printed, plain: plain.unwrap_or_default(), tls: tls.unwrap_or_default() }
}

impl Demo {
    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it has printed `text`.
    #[track_caller]
    pub fn prints(&mut self, text: &str) {
        while !self.printed.contains(text) {
            let Ok(line) = self.lines.recv_timeout(START_LIMIT) else {
                panic!("the demo did not print {text:?}; it printed:\n{}", self.printed);
            };
            self.printed.push_str(&line);
            self.printed.push('\n');
        }
    }

    /// Interrupts it as Ctrl-C does, and returns its exit code (none if a signal ended it).
    pub fn interrupt(&mut self) -> Option<i32> {
        super::headless::signal(self.child.id(), "INT");
        super::wait_for("the demo to end", Duration::from_secs(10), || self.child.try_wait().ok().flatten()).code()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

fn end(child: &mut Child) {
    // Fails only where it has ended already.
    drop(child.kill());
    drop(child.wait());
}

/// Starts a server; its lines arrive through the channel, and are read to the end so that it never blocks on them.
fn spawn(command: &mut Command, name: &str) -> (Child, Option<ChildStdin>, Receiver<String>) {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{name} does not start: {error}; run ./scripts/test"));
    let input = child.stdin.take();
    let output = child.stdout.take().expect("piped");
    let (sender, lines) = sync_channel(1024);
    std::thread::Builder::new()
        .name(format!("lines of {name}"))
        .spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                // Nobody listens any more: go on reading.
                drop(sender.try_send(line));
            }
        })
        .expect("a thread");
    (child, input, lines)
}
