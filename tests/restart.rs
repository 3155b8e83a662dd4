//! The real program, killed and started again: tabs, drafts and sources are there, the demo's follow its new ports, and
//! a second start hands over to the first. On an own virtual screen; keys are pressed as a person's.

#![cfg(all(unix, feature = "inspection"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;
mod registry_support;

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};
use std::time::{Duration, Instant};

use proconsul::ui::measure::VARIABLE;

/// Longer than anything here may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A virtual screen and the home of a new user; both end with this value.
struct Screen {
    server: Child,
    display: String,
    home: tempfile::TempDir,
}

impl Screen {
    /// Nothing where there is no Xvfb or xdotool; with the tests' parties they have to be there.
    fn start() -> Option<Self> {
        let missing = ["Xvfb", "xdotool"].into_iter().find(|program| {
            let found = Command::new(program).arg("-version").stdout(Stdio::null()).stderr(Stdio::null()).status();
            found.is_err()
        });
        if let Some(program) = missing {
            assert!(std::env::var_os("PROCONSUL_PARTIES").is_none(), "no {program}: run scripts/test");
            println!("SKIPPED: there is no {program} (Debian: apt-get install xvfb xdotool)");
            return None;
        }
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", "1440x900x24", "-nolisten", "tcp", "-noreset"]);
        let mut server = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut number = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut number).unwrap();
        Some(Self { server, display: format!(":{}", number.trim()), home: tempfile::tempdir().unwrap() })
    }

    fn state(&self) -> PathBuf {
        self.home.path().join("state/proconsul/state.json")
    }

    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_remove("WAYLAND_DISPLAY").env_remove("EGUI_INSPECTION");
        // No bus, and so no keychain: that of whoever runs the tests is none of theirs.
        command.env("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}", self.home.path().join("no-bus").display()));
        command.env("DISPLAY", &self.display).env("LIBGL_ALWAYS_SOFTWARE", "1").env(VARIABLE, "1");
        command.env("HOME", self.home.path()).env("LC_ALL", "C.UTF-8").current_dir(self.home.path());
        for variable in ["CACHE", "CONFIG", "DATA", "STATE"] {
            let folder = self.home.path().join(variable.to_lowercase());
            command.env(format!("XDG_{variable}_HOME"), folder);
        }
        command
    }

    fn proconsul(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(env!("CARGO_BIN_EXE_proconsul"));
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        command
    }

    /// Starts the window and waits for its first frame.
    fn open(&self, arguments: &[&str]) -> Window {
        let mut child = self.proconsul(arguments).spawn().unwrap();
        let asks = child.stdin.take().unwrap();
        let says = BufReader::new(child.stdout.take().unwrap());
        let mut window = Window { child, asks, says };
        assert_eq!(window.line(), "first-frame");
        window
    }

    /// A start that finds another one running.
    fn hand_over(&self, arguments: &[&str]) -> Output {
        self.proconsul(arguments).stdin(Stdio::null()).output().unwrap()
    }

    fn press(&self, arguments: &[&str]) {
        let status = self.command("xdotool").args(arguments).status().unwrap();
        assert!(status.success(), "xdotool {arguments:?}");
    }

    /// Without a window manager nothing has the focus by itself.
    fn focus(&self) {
        let search = ["search", "--sync", "--onlyvisible", "--name", "^Proconsul$", "windowfocus", "--sync"];
        self.press(&search);
    }

    fn until_kept(&self, part: &str) {
        until(&format!("{part} on the disk"), || {
            std::fs::read_to_string(self.state()).is_ok_and(|text| text.contains(part))
        });
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // Fails only where it has ended already.
        drop(self.server.kill());
        drop(self.server.wait());
    }
}

struct Window {
    child: Child,
    asks: ChildStdin,
    says: BufReader<ChildStdout>,
}

impl Window {
    fn line(&mut self) -> String {
        let mut line = String::new();
        assert_ne!(self.says.read_line(&mut line).unwrap(), 0, "the window ended");
        line.trim().to_owned()
    }

    /// Method, address and draft of each tab.
    fn tabs(&mut self) -> Vec<[String; 3]> {
        writeln!(self.asks, "tabs").unwrap();
        let line = self.line();
        let list = line.strip_prefix("tabs ").unwrap_or_else(|| panic!("{line}"));
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let tab = |tab: &serde_json::Value| [text(&tab[0]), text(&tab[1]), text(&tab[2])];
        serde_json::from_str::<Vec<serde_json::Value>>(list).unwrap().iter().map(tab).collect()
    }

    fn until_tabs(&mut self, what: &str, is_so: impl Fn(&[[String; 3]]) -> bool) -> Vec<[String; 3]> {
        let mut tabs = Vec::new();
        until(what, || {
            tabs = self.tabs();
            is_so(&tabs)
        });
        tabs
    }

    /// kill -9.
    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // Fails only where it has ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < PATIENCE, "never: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn tabs_and_drafts_outlive_kill_9_and_the_demo_is_followed_to_its_new_ports() {
    let Some(screen) = Screen::start() else { return };
    let mut window = screen.open(&["--demo"]);
    window.until_tabs("the demo's first method with its template", |tabs| tabs.len() == 1 && !tabs[0][2].is_empty());
    screen.focus();
    screen.press(&["mousemove", "600", "600", "click", "1"]);
    screen.press(&["key", "--delay", "30", "ctrl+a"]);
    screen.press(&["type", "--delay", "15", "{\"name\": \"unsent draft\"}"]);
    let tabs = window.until_tabs("the draft is typed", |tabs| tabs[0][2].contains("unsent draft"));
    screen.until_kept("unsent draft");
    window.kill();
    assert_eq!(mode(&screen.state()), 0o600);
    let kept = std::fs::read_to_string(screen.state()).unwrap();
    assert!(kept.contains("\"token\""), "the row is kept");
    assert!(!kept.contains("101010"), "its value is not");

    // Somebody else has the port now.
    let taken = TcpListener::bind(&tabs[0][1]).expect("the demo's port is free after its end");
    let mut window = screen.open(&["--demo"]);
    let before = &tabs[0];
    let again = window.until_tabs("the tab is at the demo's new port", |tabs| {
        tabs.len() == 1 && tabs[0][1] != before[1] && !tabs[0][1].is_empty()
    });
    assert_eq!((&again[0][0], &again[0][2]), (&before[0], &before[2]));
    screen.until_kept(&again[0][1]);
    window.kill();
    drop(taken);

    // Without the demo the tab is there all the same.
    let mut window = screen.open(&[]);
    let still = window.tabs();
    assert_eq!((&still[0][0], &still[0][2]), (&before[0], &before[2]));
}

#[test]
fn a_second_start_hands_over_and_a_killed_one_is_no_hindrance() {
    let Some(screen) = Screen::start() else { return };
    std::fs::write(
        screen.home.path().join("some.proto"),
        "syntax = \"proto3\"; package a; service S { rpc M(A) returns (A); } message A {}",
    )
    .unwrap();
    let first = screen.open(&[]);
    let output = screen.hand_over(&["some.proto", "127.0.0.1:1", "--plaintext", "-H", "token: s3cr3t-value"]);
    assert!(output.status.success(), "{output:?}");
    assert!(output.stdout.is_empty(), "no window of its own");
    // A relative path means the second one's folder.
    screen.until_kept(screen.home.path().join("some.proto").to_str().unwrap());
    screen.until_kept("127.0.0.1:1");
    assert!(!std::fs::read_to_string(screen.state()).unwrap().contains("s3cr3t-value"));
    let refused = screen.hand_over(&["nosuch.proto"]);
    assert_eq!(refused.status.code(), Some(2));
    first.kill();

    // A server that does not answer comes back with its failure, the files come back as they were.
    let second = screen.open(&[]);
    screen.until_kept("some.proto");
    second.kill();
}

#[test]
fn a_broken_file_is_set_aside_and_the_window_opens() {
    let Some(screen) = Screen::start() else { return };
    let folder = screen.state().parent().unwrap().to_path_buf();
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(screen.state(), "{\"version\": 1, \"tabs\": 7}").unwrap();
    let window = screen.open(&["127.0.0.1:1"]);
    screen.until_kept("127.0.0.1:1");
    let aside: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_str().unwrap().contains("state.json.broken-"))
        .collect();
    assert_eq!(aside.len(), 1);
    assert_eq!(std::fs::read_to_string(&aside[0]).unwrap(), "{\"version\": 1, \"tabs\": 7}");
    window.kill();
}

#[test]
fn a_system_that_ends_the_process_costs_no_key() {
    let Some(screen) = Screen::start() else { return };
    let mut window = screen.open(&["--demo"]);
    window.until_tabs("the demo's first method with its template", |tabs| tabs.len() == 1 && !tabs[0][2].is_empty());
    screen.focus();
    screen.press(&["mousemove", "600", "600", "click", "1"]);
    screen.press(&["key", "--delay", "30", "ctrl+a"]);
    screen.press(&["type", "--delay", "1", "{\"name\": \"last words\"}"]);
    window.until_tabs("the draft is typed", |tabs| tabs[0][2].contains("last words"));
    let id = window.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    let status = window.child.wait().unwrap();
    assert!(status.success(), "it ended by itself: {status}");
    assert!(std::fs::read_to_string(screen.state()).unwrap().contains("last words"));
}

#[test]
fn a_new_key_outlives_kill_9() {
    let Some(screen) = Screen::start() else { return };
    let agent = registry_support::Plan::default().start();
    assert_eq!(agent.ask("PUT", "/v1/kv/some", b"1").0, 200);
    let window = screen.open(&[&format!("consul://{}", agent.address())]);
    screen.focus();
    // The last row of the tree: Key/value.
    until("keys are in the centre", || {
        screen.press(&["mousemove", "150", "229", "click", "1"]);
        std::thread::sleep(Duration::from_millis(200));
        std::fs::read_to_string(screen.state()).is_ok_and(|text| text.contains("\"what\": \"keys\""))
    });
    let type_new = |text: &str, key: &str| {
        until(&format!("{key} is typed and kept"), || {
            // The button at the right of the head; where the question is open already, it is left, and nothing lost.
            screen.press(&["mousemove", "1373", "66", "click", "1"]);
            std::thread::sleep(Duration::from_millis(300));
            screen.press(&["key", "End"]);
            screen.press(&["type", "--delay", "15", text]);
            std::thread::sleep(Duration::from_millis(700));
            std::fs::read_to_string(screen.state()).is_ok_and(|text| text.contains(key))
        });
    };
    type_new("lost-key", "\"key\": \"lost-key");
    window.kill();

    // It is in the question again, where it goes on.
    let window = screen.open(&[]);
    screen.focus();
    screen.press(&["key", "alt+2"]);
    type_new("_more", "lost-key_more");
    window.kill();
}
