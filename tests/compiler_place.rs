//! Where the compiler on board may lie: a cache that cannot be written, one under which nothing may be executed, and no
//! place at all. Files of edition 2024 tell which compiler read them: only the one on board knows that edition.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{Output, exit, headless};

const EDITION_2024: &str = "edition = \"2024\";\npackage place;\nexport message Found { string where = 1; }\n\
    service Places { rpc Find(Found) returns (Found); }\n";
const PROTO3: &str = "syntax = \"proto3\";\npackage place;\nmessage Found { string where = 1; }\n\
    service Places { rpc Find(Found) returns (Found); }\n";

/// A folder with a schema, and what `command` says of it where the cache and the temporary files lie as told.
fn run(command: &str, schema: &str, cache: &Path, temporary: &Path) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("place.proto");
    fs::write(&file, schema).unwrap();
    headless([command, "--proto", &file.display().to_string()])
        .env("XDG_CACHE_HOME", &cache.display().to_string())
        .env("TMPDIR", &temporary.display().to_string())
        .run()
}

/// The unpacked compilers below a folder.
fn compilers(below: &Path) -> Vec<PathBuf> {
    let all = walkdir::WalkDir::new(below).into_iter().map(Result::unwrap);
    all.filter(|entry| entry.file_name() == "protoc").map(walkdir::DirEntry::into_path).collect()
}

#[test]
fn a_cache_that_cannot_be_written() {
    let folder = tempfile::tempdir().unwrap();
    // A file, under which nobody can make a folder, root neither.
    let cache = folder.path().join("cache");
    fs::write(&cache, "").unwrap();
    let temporary = folder.path().join("temporary");
    fs::create_dir(&temporary).unwrap();
    for command in ["check", "list"] {
        let output = run(command, EDITION_2024, &cache, &temporary).succeeds();
        assert_eq!(output.stderr, "", "{output}");
    }
    let found = compilers(&temporary);
    assert_eq!(found.len(), 1, "{found:?}");
    #[cfg(unix)]
    for folder in found[0].ancestors().skip(1).take(2) {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(folder).unwrap().permissions().mode() & 0o777, 0o700, "{}", folder.display());
    }
}

#[cfg(unix)]
#[test]
fn a_folder_of_somebody_else_is_not_trusted() {
    use std::os::unix::fs::MetadataExt;
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    fs::write(&cache, "").unwrap();
    let (temporary, elsewhere) = (folder.path().join("temporary"), folder.path().join("elsewhere"));
    fs::create_dir(&temporary).unwrap();
    fs::create_dir(&elsewhere).unwrap();
    let own = fs::metadata(&temporary).unwrap().uid();
    std::os::unix::fs::symlink(&elsewhere, temporary.join(format!("proconsul-{own}"))).unwrap();
    run("check", EDITION_2024, &cache, &temporary).exits(exit::NO_CALL).says(&["somebody else"]);
    assert_eq!(compilers(&elsewhere), [] as [PathBuf; 0]);
}

/// Unpacks the compiler below `cache`.
fn fill(cache: &Path) -> PathBuf {
    run("check", EDITION_2024, cache, &std::env::temp_dir()).succeeds();
    let found = compilers(cache);
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].clone()
}

/// Another text for each run: what was compiled once is remembered.
fn changed(schema: &str, what: &str) -> String {
    schema.replace("where", what)
}

#[cfg(target_os = "linux")]
#[test]
fn a_cache_under_which_nothing_may_be_executed() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let compiler = fill(folder.path());
    // The same refusal (EACCES) as of a mount with noexec, which takes no privileges to have.
    fs::set_permissions(&compiler, fs::Permissions::from_mode(0o600)).unwrap();
    let error = std::process::Command::new(&compiler).arg("--version").output().unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::PermissionDenied);
    for command in ["check", "list"] {
        let output = run(command, &changed(EDITION_2024, command), folder.path(), &std::env::temp_dir()).succeeds();
        assert_eq!(output.stderr, "", "{output}");
    }
    // It was run from memory: its file is as it was.
    assert_eq!(fs::metadata(&compiler).unwrap().permissions().mode() & 0o777, 0o600);
    // And its verdict is the compiler's.
    run(
        "check",
        "edition = \"2024\";\nmessage Bad { string a = 1; string b = 1; }\n",
        folder.path(),
        &std::env::temp_dir(),
    )
    .exits(exit::NO_CALL);
}

/// A real mount, where the system lets anybody make one in a namespace of its own (most do; containers often do not).
/// The test above holds the same without.
#[cfg(target_os = "linux")]
#[test]
fn a_mount_under_which_nothing_may_be_executed() {
    let folder = tempfile::tempdir().unwrap();
    let proto = folder.path().join("place.proto");
    fs::write(&proto, EDITION_2024).unwrap();
    let mount = folder.path().join("noexec");
    fs::create_dir(&mount).unwrap();
    // Says whether the mount came to be, and is as it should: then it is the program's turn.
    let script = r#"
        mount -t tmpfs -o noexec none "$1" 2>/dev/null || { echo "no mounts here"; exit 0; }
        cp /bin/true "$1/true"
        if "$1/true" 2>/dev/null; then echo "noexec is not kept here"; exit 0; fi
        XDG_CACHE_HOME="$1" "$2" check --proto "$3" && ls "$1/proconsul" && echo "checked""#;
    let output = std::process::Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"])
        .args([mount.as_os_str(), env!("CARGO_BIN_EXE_proconsul").as_ref(), proto.as_os_str()])
        .output()
        .expect("unshare is part of every Linux (util-linux)");
    let (said, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let no_namespace = errors.contains("unshare");
    assert!(
        no_namespace
            || said.contains("no mounts here")
            || said.contains("noexec is not kept")
            || said.contains("checked"),
        "{said}\n{errors}"
    );
    eprintln!("{said}{errors}");
}

#[test]
fn no_place_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("nowhere");
    fs::write(&nowhere, "").unwrap();
    // What is wrong, where, and what to do.
    run("check", EDITION_2024, &nowhere, &nowhere).exits(exit::NO_CALL).does_not_say(&["panicked"]).says(&[
        "compiler",
        &nowhere.display().to_string(),
        "XDG_CACHE_HOME",
    ]);
    // What needs no such compiler still loads.
    run("list", PROTO3, &nowhere, &nowhere).succeeds().answers(&["place.Places"]);
}
