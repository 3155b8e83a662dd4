//! The official protobuf conformance suite over the value engine.
//!
//! The runner comes from `scripts/parties/conformance`, which `scripts/test` calls before and names in
//! `PROCONSUL_CONFORMANCE_RUNNER`; without it the test fails.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use std::path::{Path, PathBuf};
use std::process::Command;

/// Examples are built beside the tests: `target/PROFILE/deps/this` and `target/PROFILE/examples/conformance`.
fn testee() -> PathBuf {
    let own = std::env::current_exe().expect("a test has a path");
    own.parent().and_then(Path::parent).expect("tests are built into deps/").join("examples/conformance")
}

#[test]
fn official_suite_passes() {
    assert!(
        std::env::var_os("PROCONSUL_CONFORMANCE_RUNNER").is_some(),
        "PROCONSUL_CONFORMANCE_RUNNER names no runner: run ./scripts/test, which installs it"
    );
    let mut script = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/conformance"));
    // A whole `cargo test` has built it; where one test file was asked for, the script does.
    let testee = testee();
    if testee.exists() {
        script.arg("--testee").arg(testee);
    }
    let output = script.output().expect("the script starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    // One line a suite, binary with JSON, and text; over messages of edition 2023, and over the same in 2024.
    assert_eq!(said.matches("CONFORMANCE SUITE PASSED").count(), 4, "{said}");
}
