//! Secrets from one start to the next: the real program, killed and started again, with GNOME's keychain on a bus of its
//! own, and with none. What it knows is seen by a server that it talks to.

#![cfg(all(target_os = "linux", feature = "inspection"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use proconsul::ui::measure::VARIABLE;

/// Longer than anything here may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);
const SECRET: &str = "s3cr3t-value-of-a-token";

/// A process that ends with this value.
struct Ending(Child);

impl Drop for Ending {
    fn drop(&mut self) {
        // Fails only where it has ended already.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// A virtual screen and the home of a new user.
struct Desk {
    _screen: Ending,
    display: String,
    home: tempfile::TempDir,
}

/// A bus with a keychain on it, unlocked.
struct Bus {
    _keychain: Ending,
    _daemon: Ending,
}

impl Desk {
    /// Nothing where a program is missing; with the tests' parties they have to be there.
    fn start() -> Option<Self> {
        let programs = ["Xvfb", "dbus-daemon", "dbus-send", "gnome-keyring-daemon"];
        let missing = programs.into_iter().find(|program| {
            let path = std::env::var_os("PATH").unwrap_or_default();
            !std::env::split_paths(&path).any(|folder| folder.join(program).exists())
        });
        if let Some(program) = missing {
            assert!(std::env::var_os("PROCONSUL_PARTIES").is_none(), "no {program}: run scripts/test");
            println!(
                "SKIPPED: there is no {program} (Debian: apt-get install xvfb dbus-daemon dbus-bin gnome-keyring)"
            );
            return None;
        }
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", "1440x900x24", "-nolisten", "tcp", "-noreset"]);
        let (screen, number) = first_line(&mut command);
        Some(Self { _screen: screen, display: format!(":{number}"), home: tempfile::tempdir().unwrap() })
    }

    /// Where the bus listens, once there is one.
    fn bus_address(&self) -> String {
        format!("unix:path={}", self.home.path().join("bus").display())
    }

    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_remove("WAYLAND_DISPLAY").env_remove("EGUI_INSPECTION");
        command.env("DISPLAY", &self.display).env("LIBGL_ALWAYS_SOFTWARE", "1").env(VARIABLE, "1");
        command.env("DBUS_SESSION_BUS_ADDRESS", self.bus_address()).env("XDG_RUNTIME_DIR", self.home.path());
        command.env("HOME", self.home.path()).env("LC_ALL", "C.UTF-8").current_dir(self.home.path());
        for variable in ["CACHE", "CONFIG", "DATA", "STATE"] {
            command.env(format!("XDG_{variable}_HOME"), self.home.path().join(variable.to_lowercase()));
        }
        command
    }

    /// Starts a bus and the keychain, and waits until that answers.
    fn keychain(&self) -> Bus {
        let mut command = self.command("dbus-daemon");
        let address = format!("--address={}", self.bus_address());
        let desktop_bus = "--session";
        let (daemon, _) = first_line(command.args([desktop_bus, "--nofork", "--print-address", &address]));
        let mut command = self.command("gnome-keyring-daemon");
        command.args(["--foreground", "--components=secrets", "--unlock"]);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut keychain = command.spawn().unwrap();
        keychain.stdin.take().unwrap().write_all(b"password").unwrap();
        let bus = Bus { _keychain: Ending(keychain), _daemon: daemon };
        until("the keychain answers", || {
            let owner = "org.freedesktop.DBus.NameHasOwner";
            self.asked_bus(&["--dest=org.freedesktop.DBus", "/", owner, "string:org.freedesktop.secrets"])
                .contains("true")
        });
        bus
    }

    fn asked_bus(&self, question: &[&str]) -> String {
        let output = self.command("dbus-send").args(["--session", "--print-reply"]).args(question).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// How many items of ours the keychain holds.
    fn items(&self) -> usize {
        let answer = self.asked_bus(&[
            "--dest=org.freedesktop.secrets",
            "/org/freedesktop/secrets",
            "org.freedesktop.Secret.Service.SearchItems",
            "dict:string:string:service,proconsul",
        ]);
        answer.matches("object path").count()
    }

    /// Starts the window and waits for its first frame.
    fn open(&self, arguments: &[&str]) -> Ending {
        let mut command = self.command(env!("CARGO_BIN_EXE_proconsul"));
        let (window, line) = first_line(command.args(arguments));
        assert_eq!(line, "first-frame");
        window
    }

    fn state(&self) -> String {
        std::fs::read_to_string(self.home.path().join("state/proconsul/state.json")).unwrap_or_default()
    }
}

/// Starts a program that goes on, and reads its first line. It ends when its input does.
fn first_line(command: &mut Command) -> (Ending, String) {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (Ending(child), line.trim().to_owned())
}

fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < PATIENCE, "never: {what}");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

/// A server with reflection that tells the token of each exchange; plaintext.
struct Server {
    _runtime: tokio::runtime::Runtime,
    address: String,
    tokens: Receiver<Option<String>>,
}

impl Server {
    fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let (sender, tokens) = sync_channel(64);
        let reflection = tonic_reflection::server::Builder::configure().build_v1().unwrap();
        let tell = move |request: tonic::Request<()>| {
            let token = request.metadata().get("token").map(|token| token.to_str().unwrap().to_owned());
            drop(sender.try_send(token));
            Ok(request)
        };
        let service = tonic::service::interceptor::InterceptedService::new(reflection, tell);
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let incoming = tokio_stream::wrappers::TcpListenerStream::new(listener);
        runtime.spawn(tonic::transport::Server::builder().add_service(service).serve_with_incoming(incoming));
        Self { _runtime: runtime, address, tokens }
    }

    /// The token of the next exchange; what came before is dropped.
    fn next_token(&self) -> Option<String> {
        self.tokens.recv_timeout(PATIENCE).expect("the window asks for the schema")
    }

    fn forget(&self) {
        while self.tokens.try_recv().is_ok() {}
    }
}

/// Files below `folder` that hold `text`, but for the keychain's own.
fn holding(folder: &Path, text: &str) -> Vec<PathBuf> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .filter(|entry| {
            let bytes = std::fs::read(entry.path()).unwrap_or_default();
            bytes.windows(text.len()).any(|window| window == text.as_bytes())
        })
        .map(walkdir::DirEntry::into_path)
        .collect()
}

#[test]
fn a_secret_outlives_kill_9_in_the_keychain_and_is_in_no_file() {
    let Some(desk) = Desk::start() else { return };
    let _keychain = desk.keychain();
    let server = Server::start();
    let header = format!("token: {SECRET}");
    let first = desk.open(&[&server.address, "--plaintext", "-H", &header]);
    assert_eq!(server.next_token().as_deref(), Some(SECRET), "it goes with reflection");
    until("the secret is in the keychain", || desk.items() == 1);
    until("its row is in the file", || desk.state().contains("\"keychain\": 1"));
    // kill -9.
    drop(first);
    assert_eq!(holding(desk.home.path(), SECRET), Vec::<PathBuf>::new());

    server.forget();
    let second = desk.open(&[]);
    assert_eq!(server.next_token().as_deref(), Some(SECRET), "the schema is not asked for before the token is there");
    assert_eq!(desk.items(), 1);
    drop(second);
    assert_eq!(holding(desk.home.path(), SECRET), Vec::<PathBuf>::new());
}

#[test]
fn a_keychain_that_starts_later_takes_what_is_typed_then() {
    let Some(desk) = Desk::start() else { return };
    let server = Server::start();
    let header = format!("token: {SECRET}");
    let window = desk.open(&[&server.address, "--plaintext", "-H", &header]);
    assert_eq!(server.next_token().as_deref(), Some(SECRET));
    until("its row is in the file", || desk.state().contains("\"token\""));
    let _keychain = desk.keychain();
    // A second start hands another secret over to the window.
    let mut more = desk.command(env!("CARGO_BIN_EXE_proconsul"));
    let done = more.args([&server.address, "--plaintext", "-H", "authorization: another"]).output().unwrap();
    assert!(done.status.success(), "{done:?}");
    until("both are in the keychain", || desk.items() == 2);
    drop(window);
}

#[test]
fn without_a_keychain_a_secret_lasts_until_the_program_ends() {
    let Some(desk) = Desk::start() else { return };
    let server = Server::start();
    let header = format!("token: {SECRET}");
    let first = desk.open(&[&server.address, "--plaintext", "-H", &header]);
    assert_eq!(server.next_token().as_deref(), Some(SECRET));
    until("its row is in the file", || desk.state().contains("\"token\""));
    drop(first);
    assert_eq!(holding(desk.home.path(), SECRET), Vec::<PathBuf>::new());

    server.forget();
    let second = desk.open(&[]);
    assert_eq!(server.next_token(), None, "the window does not wait for a keychain that is not there");
    assert!(desk.state().contains("\"token\""), "the row is kept");
    drop(second);
}
