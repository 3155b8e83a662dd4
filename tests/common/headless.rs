//! The program without a window: runs a command line, within a limit of time, and keeps what came of it.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use serde_json::Value;

/// Nothing that the tests do takes this long; a program that hangs is ended then.
const LIMIT: Duration = Duration::from_mins(1);

/// A command line, not yet run.
pub struct Headless {
    args: Vec<OsString>,
    stdin: Vec<u8>,
    env: Vec<(String, String)>,
}

/// `proconsul ARGS…`
pub fn headless<S: Into<OsString>>(args: impl IntoIterator<Item = S>) -> Headless {
    Headless { args: args.into_iter().map(Into::into).collect(), stdin: Vec::new(), env: Vec::new() }
}

/// Keeps a person's own settings, caches and proxies out of the tests, and the tests out of theirs.
pub fn isolate(command: &mut Command) {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("home");
    std::fs::create_dir_all(&home).expect("a home");
    command.env("HOME", &home).env("LC_ALL", "C.UTF-8").env("NO_COLOR", "1");
    for (name, folder) in [
        ("XDG_CACHE_HOME", "cache"),
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_DATA_HOME", "data"),
        ("XDG_STATE_HOME", "state"),
    ] {
        command.env(name, home.join(folder));
    }
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CONSUL_")) {
        command.env_remove(name);
    }
    for name in ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "RUST_LOG"] {
        command.env_remove(name);
    }
}

/// Sends a signal by name to one process.
pub fn signal(pid: u32, name: &str) {
    let sent = Command::new("kill").arg(format!("-{name}")).arg(pid.to_string()).status().expect("kill runs");
    assert!(sent.success(), "kill -{name} {pid} failed");
}

impl Headless {
    /// More arguments.
    pub fn args<S: Into<OsString>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// What it reads; nothing unless set.
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = bytes.into();
        self
    }

    /// A variable of its environment.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Runs it to its end.
    pub fn run(mut self) -> Output {
        let stdin = std::mem::take(&mut self.stdin);
        let mut running = self.spawn();
        let input = running.input.take();
        // Beside the reading: a large input must not wait for answers that nobody takes.
        let writer = std::thread::Builder::new()
            .name("input of proconsul".to_owned())
            .spawn(move || {
                if let Some(mut input) = input {
                    // It may end before it has read all; its exit code tells.
                    drop(input.write_all(&stdin));
                }
            })
            .expect("a thread");
        let output = running.finish();
        writer.join().expect("the writer ends");
        output
    }

    /// Starts it, its input open.
    pub fn spawn(self) -> Running {
        let mut command = Command::new(env!("CARGO_BIN_EXE_proconsul"));
        isolate(&mut command);
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command.args(&self.args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let began = Instant::now();
        let mut child = command.spawn().expect("proconsul starts");
        let input = child.stdin.take();
        let mut errors = child.stderr.take().expect("piped");
        let mut answers = BufReader::new(child.stdout.take().expect("piped"));
        let (to_lines, lines) = sync_channel(100_000);
        let (to_stderr, stderr) = sync_channel(1);
        let thread = |name: &str| std::thread::Builder::new().name(name.to_owned());
        thread("errors of proconsul")
            .spawn(move || {
                let mut bytes = Vec::new();
                drop(errors.read_to_end(&mut bytes));
                drop(to_stderr.send(bytes));
            })
            .expect("a thread");
        thread("answers of proconsul")
            .spawn(move || {
                loop {
                    let mut line = Vec::new();
                    match answers.read_until(b'\n', &mut line) {
                        Ok(0) | Err(_) => break,
                        Ok(_) => drop(to_lines.send(line)),
                    }
                }
            })
            .expect("a thread");
        let mut words = "proconsul".to_owned();
        for arg in &self.args {
            write!(words, " {:?}", arg.to_string_lossy()).expect("a string");
        }
        Running { child, input, lines, stderr, began, command: words, stdout: Vec::new() }
    }
}

/// A program that runs; ended when dropped.
pub struct Running {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<Vec<u8>>,
    stderr: Receiver<Vec<u8>>,
    began: Instant,
    command: String,
    stdout: Vec<u8>,
}

impl Running {
    /// Writes to its input.
    pub fn send(&mut self, text: &str) {
        let input = self.input.as_mut().expect("the input is open");
        input.write_all(text.as_bytes()).expect("it reads");
        input.flush().expect("it reads");
    }

    /// Closes its input.
    pub fn close_input(&mut self) {
        self.input.take();
    }

    /// The next line of its answers; none at their end.
    pub fn next_line(&mut self) -> Option<String> {
        match self.lines.recv_timeout(LIMIT.saturating_sub(self.began.elapsed())) {
            Ok(line) => {
                self.stdout.extend(&line);
                Some(String::from_utf8_lossy(&line).trim_end_matches('\n').to_owned())
            }
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => self.give_up("its next line"),
        }
    }

    /// The next JSON value among its answers, over one line or several; panics at their end.
    pub fn next_json(&mut self) -> Value {
        let mut text = String::new();
        loop {
            let Some(line) = self.next_line() else { self.give_up("its next answer") };
            text.push_str(&line);
            text.push('\n');
            if let Ok(value) = serde_json::from_str(&text) {
                return value;
            }
        }
    }

    /// As Ctrl-C does.
    pub fn interrupt(&self) {
        signal(self.child.id(), "INT");
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for its end; the input stays as it is.
    pub fn finish(mut self) -> Output {
        while self.next_line().is_some() {}
        let left = LIMIT.saturating_sub(self.began.elapsed());
        let Ok(stderr) = self.stderr.recv_timeout(left) else { self.give_up("its end") };
        let status = self.child.wait().expect("it ends");
        Output {
            code: status.code().unwrap_or(-1),
            bytes: std::mem::take(&mut self.stdout),
            stderr: String::from_utf8_lossy(&stderr).into_owned(),
            wall: self.began.elapsed(),
            command: self.command.clone(),
        }
    }

    fn give_up(&mut self, waited_for: &str) -> ! {
        drop(self.child.kill());
        let stderr = self.stderr.recv_timeout(Duration::from_secs(5)).unwrap_or_default();
        panic!(
            "{}\nwaited in vain for {waited_for}\n--- stdout\n{}\n--- stderr\n{}",
            self.command,
            String::from_utf8_lossy(&self.stdout),
            String::from_utf8_lossy(&stderr),
        );
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Fails only where it has ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// What came of a run.
pub struct Output {
    /// Its exit code; -1 where a signal ended it.
    pub code: i32,
    /// Its answers.
    pub bytes: Vec<u8>,
    /// What it said beside them.
    pub stderr: String,
    /// From start to exit.
    pub wall: Duration,
    command: String,
}

impl Output {
    /// Its answers as text.
    pub fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// Its answers' lines, in order.
    pub fn lines(&self) -> Vec<String> {
        self.stdout().lines().map(str::to_owned).collect()
    }

    /// Demands an exit code.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert!(self.code == code, "expected exit code {code}, got {}\n{self}", self.code);
        self
    }

    /// Demands exit code 0.
    #[track_caller]
    pub fn succeeds(self) -> Self {
        self.exits(0)
    }

    /// Demands that nothing but answers stands in stdout: here, nothing.
    #[track_caller]
    pub fn answers_nothing(self) -> Self {
        assert!(self.bytes.is_empty(), "expected nothing on stdout\n{self}");
        self
    }

    /// Demands words on stderr, in any case and order. `a|b` is met by either.
    #[track_caller]
    pub fn says(self, words: &[&str]) -> Self {
        let lower = self.stderr.to_lowercase();
        for word in words {
            let met = word.split('|').any(|choice| lower.contains(&choice.to_lowercase()));
            assert!(met, "expected {word:?} on stderr\n{self}");
        }
        self
    }

    /// Demands that words are not on stderr.
    #[track_caller]
    pub fn does_not_say(self, words: &[&str]) -> Self {
        for word in words {
            assert!(!self.stderr.contains(word), "did not expect {word:?} on stderr\n{self}");
        }
        self
    }

    /// Demands text in stdout.
    #[track_caller]
    pub fn answers(self, texts: &[&str]) -> Self {
        let stdout = self.stdout();
        for text in texts {
            assert!(stdout.contains(text), "expected {text:?} on stdout\n{self}");
        }
        self
    }

    /// Demands that it ended sooner than that.
    #[track_caller]
    pub fn within(self, limit: Duration) -> Self {
        assert!(self.wall < limit, "expected an end within {limit:?}, it took {:?}\n{self}", self.wall);
        self
    }

    /// Its answers as JSON values.
    #[track_caller]
    pub fn json(&self) -> Vec<Value> {
        serde_json::Deserializer::from_slice(&self.bytes)
            .into_iter()
            .collect::<Result<_, _>>()
            .unwrap_or_else(|error| panic!("stdout is no sequence of JSON values: {error}\n{self}"))
    }

    /// Its only answer.
    #[track_caller]
    pub fn one_json(&self) -> Value {
        let mut values = self.json();
        assert!(values.len() == 1, "expected one answer, got {}\n{self}", values.len());
        values.remove(0)
    }
}

impl std::fmt::Display for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let stdout = self.stdout();
        let shown: String = stdout.chars().take(4000).collect();
        let more = if shown.len() < stdout.len() { " (shortened)" } else { "" };
        write!(
            f,
            "{}\nexit code {} after {:?}\n--- stdout{more}\n{shown}\n--- stderr\n{}",
            self.command, self.code, self.wall, self.stderr
        )
    }
}
