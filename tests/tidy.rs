//! Holds what neither the compiler nor clippy holds: who may know whom (ARCHITECTURE.md), and a few habits.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

/// A module of `src/`, and the modules that it must not name outside its tests. The table of ARCHITECTURE.md.
const FORBIDDEN: [(&str, &[&str]); 17] = [
    ("secret", &["app", "call", "cli", "demo", "engine", "message", "registry", "schema", "transport", "ui", "words"]),
    ("transport", &["app", "call", "cli", "demo", "engine", "message", "registry", "schema", "ui", "words"]),
    ("call", &["app", "cli", "demo", "engine", "message", "registry", "schema", "ui", "words"]),
    ("schema", &["app", "call", "cli", "demo", "engine", "message", "registry", "transport", "ui", "words"]),
    ("message", &["app", "call", "cli", "demo", "engine", "registry", "transport", "ui", "words"]),
    ("demo", &["app", "call", "cli", "engine", "message", "registry", "schema", "transport", "ui", "words"]),
    (
        "state",
        &[
            "app",
            "call",
            "cli",
            "demo",
            "engine",
            "instance",
            "message",
            "schema",
            "secret",
            "start",
            "transport",
            "ui",
            "words",
        ],
    ),
    (
        "registry",
        &[
            "app",
            "call",
            "cli",
            "demo",
            "engine",
            "instance",
            "keychain",
            "message",
            "schema",
            "start",
            "state",
            "transport",
            "ui",
            "words",
        ],
    ),
    ("start", &["app", "call", "cli", "demo", "instance", "message", "schema", "state", "ui", "words"]),
    ("instance", &["app", "call", "cli", "demo", "engine", "message", "schema", "state", "transport", "ui", "words"]),
    (
        "keychain",
        &[
            "app",
            "call",
            "cli",
            "demo",
            "engine",
            "instance",
            "message",
            "schema",
            "start",
            "state",
            "transport",
            "ui",
            "words",
        ],
    ),
    ("words", &["app", "cli", "demo", "instance", "start", "ui"]),
    ("engine", &["app", "cli", "instance", "start", "state", "ui"]),
    ("app", &["cli", "demo", "instance", "ui"]),
    ("ui", &["cli", "demo"]),
    ("cli", &["app", "instance", "state", "ui"]),
    // The library's root only declares the modules, the program's only starts one of them.
    ("lib", &[]),
];

/// A file longer than this wants a second look.
const LONG_FILE_LINES: usize = 500;

struct Source {
    /// From the crate's root, with slashes.
    path: String,
    text: String,
}

impl Source {
    /// `transport` for `src/transport/dial.rs` and for `src/transport.rs`.
    fn module(&self) -> &str {
        let inner = self.path.strip_prefix("src/").unwrap_or(&self.path);
        inner.split('/').next().unwrap_or(inner).trim_end_matches(".rs")
    }

    /// Without comments, and without the tests at its end.
    fn code(&self) -> String {
        if self.path.ends_with("/tests.rs") {
            return String::new();
        }
        let code = self.text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
        code.lines().map(without_comment).fold(String::new(), |mut code, line| {
            writeln!(code, "{line}").unwrap();
            code
        })
    }
}

fn without_comment(line: &str) -> &str {
    // Two slashes after a colon are a URL's.
    let comment = line.match_indices("//").find(|(at, _)| !line[..*at].ends_with(':'));
    comment.map_or(line, |(at, _)| &line[..at])
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Rust files below the folders, without generated ones.
fn sources(folders: &[&str]) -> Vec<Source> {
    files(folders)
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| Source { path: relative(&path), text: fs::read_to_string(path).unwrap() })
        .filter(|source| !source.path.contains("/generated/"))
        .collect()
}

fn files(folders: &[&str]) -> Vec<PathBuf> {
    folders
        .iter()
        .map(|folder| root().join(folder))
        .filter(|folder| folder.exists())
        .flat_map(|folder| WalkDir::new(folder).sort_by_file_name())
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect()
}

fn relative(path: &Path) -> String {
    let parts = path.strip_prefix(root()).unwrap().components();
    parts.map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// Whether `name` stands in `code` as a word of its own.
fn names(code: &str, name: &str) -> bool {
    let part_of_word = |character: char| character.is_alphanumeric() || character == '_';
    code.match_indices(name)
        .any(|(at, _)| !code[..at].ends_with(part_of_word) && !code[at + name.len()..].starts_with(part_of_word))
}

/// The modules named in `crate::one`, and in `crate::{one, two::{…}}`.
fn modules_named(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, start) in code.match_indices("crate::") {
        // `$crate::` and `some_crate::` end the same way.
        if code[..at].ends_with(|character: char| character.is_alphanumeric() || "_$".contains(character)) {
            continue;
        }
        let rest = &code[at + start.len()..];
        let Some(group) = rest.strip_prefix('{') else {
            found.extend(first_word(rest));
            continue;
        };
        let mut depth = 0_usize;
        let mut item = true;
        for (at, character) in group.char_indices() {
            match character {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => item = true,
                character if item && !character.is_whitespace() => {
                    found.extend(first_word(&group[at..]));
                    item = false;
                }
                _ => {}
            }
        }
    }
    found
}

fn first_word(text: &str) -> Option<String> {
    let word: String = text.chars().take_while(|character| character.is_alphanumeric() || *character == '_').collect();
    (!word.is_empty()).then_some(word)
}

fn fail_if_any(faults: &[String], rule: &str) {
    assert!(faults.is_empty(), "{rule}:\n  {}", faults.join("\n  "));
}

#[test]
fn modules_know_only_whom_they_may_know() {
    let mut faults = Vec::new();
    for source in sources(&["src"]) {
        if source.path == "src/main.rs" {
            continue;
        }
        let Some((_, forbidden)) = FORBIDDEN.iter().find(|(module, _)| *module == source.module()) else {
            faults.push(format!("{}: a new module; give it a row here and in ARCHITECTURE.md", source.path));
            continue;
        };
        let named = modules_named(&source.code());
        faults.extend(
            forbidden
                .iter()
                .filter(|module| named.contains(**module))
                .map(|module| format!("{} names crate::{module}", source.path)),
        );
    }
    fail_if_any(&faults, "ARCHITECTURE.md says who may know whom");
}

#[test]
fn egui_stays_in_ui_and_tokio_out_of_app_and_ui() {
    let mut faults = Vec::new();
    for source in sources(&["src"]) {
        let code = source.code();
        let may_paint = source.module() == "ui" || source.path == "src/main.rs";
        for name in ["egui", "eframe", "egui_kittest"] {
            if !may_paint && names(&code, name) {
                faults.push(format!("{} names {name}", source.path));
            }
        }
        let may_wait = !matches!(source.module(), "app" | "ui" | "state" | "start" | "instance" | "keychain");
        for name in ["tokio", "tokio_stream", "tokio_rustls"] {
            if !may_wait && names(&code, name) {
                faults.push(format!("{} names {name}", source.path));
            }
        }
    }
    fail_if_any(
        &faults,
        "egui is named in ui and main.rs alone, tokio never in app, ui, state, start, instance and keychain",
    );
}

#[test]
fn colours_come_from_the_theme() {
    let faults: Vec<String> = sources(&["src/ui", "src/app"])
        .into_iter()
        .filter(|source| !source.path.starts_with("src/ui/theme"))
        .filter(|source| source.code().contains("Color32::from_"))
        .map(|source| source.path)
        .collect();
    fail_if_any(&faults, "colours are tokens of ui/theme");
}

#[test]
fn every_exception_has_a_reason() {
    let mut faults = Vec::new();
    for source in sources(&["src", "tests", "examples", "benches", "build.rs"]) {
        for opening in ["[allow(", "[expect("] {
            for (at, _) in source.text.match_indices(opening) {
                let line = source.text[..at].lines().count();
                let is_attribute = source.text[..at].ends_with('#') || source.text[..at].ends_with("#!");
                if is_attribute && !balanced(&source.text[at + opening.len()..]).contains("reason =") {
                    faults.push(format!("{}:{line}", source.path));
                }
            }
        }
    }

    // In Cargo.toml a comment above says it; neighbours may share one.
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let mut explained = false;
    for (number, line) in manifest.lines().enumerate() {
        let allows = line.ends_with("\"allow\"");
        if allows && !explained {
            faults.push(format!("Cargo.toml:{}", number + 1));
        }
        explained = line.starts_with('#') || (allows && explained);
    }
    fail_if_any(&faults, "an allow or expect says why");
}

/// What stands before the parenthesis that closes one already open.
fn balanced(text: &str) -> &str {
    let mut depth = 1_usize;
    for (at, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &text[..at];
        }
    }
    text
}

#[test]
fn every_file_says_what_lives_there() {
    let faults: Vec<String> = sources(&["src", "tests", "examples", "benches"])
        .into_iter()
        .filter(|source| !source.text.starts_with("//!"))
        .map(|source| source.path)
        .collect();
    fail_if_any(&faults, "a file begins with //! and what lives there");
}

#[test]
fn the_tree_speaks_of_the_project_only() {
    // In two pieces, so that this file passes.
    let machine = concat!("/wo", "rk/");
    let run = concat!("ses", "sion");
    let mut faults = Vec::new();
    let folders = [
        "src",
        "tests",
        "examples",
        "benches",
        "scripts",
        "packaging",
        "proto-samples",
        ".ci",
        "README.md",
        "README.zh-CN.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "Cargo.toml",
        "build.rs",
        "clippy.toml",
        "deny.toml",
    ];
    for path in files(&folders) {
        // What is no text names no one.
        let Ok(text) = fs::read_to_string(&path) else { continue };
        for (number, line) in text.lines().enumerate() {
            let line = line.to_lowercase();
            // TLS, desktops and Consul have sessions; ours are connections and calls.
            let around = format!("{} {line}", relative(&path));
            let theirs = ["tls", "bus", "x11", "wayland", "desktop", "consul"].iter().any(|word| around.contains(word));
            if line.contains(machine) || (names(&line, run) && !theirs) {
                faults.push(format!("{}:{}", relative(&path), number + 1));
            }
        }
    }
    fail_if_any(&faults, "no path of somebody's machine, no word of how the code came to be");
}

/// Long files are pointed at, not forbidden: some are one table.
#[test]
fn long_files_are_pointed_at() {
    for source in sources(&["src"]) {
        let lines = source.text.lines().count();
        if lines > LONG_FILE_LINES {
            println!("{} has {lines} lines: does it do one thing?", source.path);
        }
    }
}

#[test]
fn the_scanner_reads_imports() {
    let check = |code: &str, expect: &[&str]| {
        let found = modules_named(code);
        assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), expect, "{code}");
    };
    check("use crate::call::Code;", &["call"]);
    check("let x = crate::secret::Secret::new(y);", &["secret"]);
    check("use crate::{call::{Code, run}, schema::Source,\n    secret};", &["call", "schema", "secret"]);
    check("$crate::call!(); my_crate::call();", &[]);
    assert_eq!(without_comment("let a = \"http://x\"; // crate::ui"), "let a = \"http://x\"; ");
    assert!(names("use egui::Ui;", "egui"));
    assert!(!names("use egui_kittest::Harness;", "egui"));
    assert_eq!(balanced("dead_code, reason = \"(so)\")] x"), "dead_code, reason = \"(so)\"");
}
