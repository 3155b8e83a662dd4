//! Tests that reach into the module: descriptors made by the reference compiler, mutated ones, printing and lowering.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod lowering;
mod mutation;
mod printing;
mod reflection;

use std::path::Path;
use std::process::Command;

/// Compiles files given as (import name, source) with the reference compiler, all imports included; its words on error.
pub(super) fn protoc(files: &[(&str, &str)], source_info: bool) -> Result<Vec<u8>, String> {
    let folder = tempfile::tempdir().unwrap();
    for (name, source) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, source).unwrap();
    }
    let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
    protoc_in(&[folder.path()], &names, source_info)
}

/// The same for files below `roots`.
pub(super) fn protoc_in(roots: &[&Path], names: &[&str], source_info: bool) -> Result<Vec<u8>, String> {
    let out = tempfile::NamedTempFile::new().unwrap();
    let mut command = Command::new(protoc_bin_vendored::protoc_bin_path().unwrap());
    for root in roots {
        command.arg("-I").arg(root);
    }
    command.arg("-I").arg(protoc_bin_vendored::include_path().unwrap());
    if source_info {
        command.arg("--include_source_info");
    }
    let output = command.arg("--include_imports").arg("-o").arg(out.path()).args(names).output().unwrap();
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    Ok(std::fs::read(out.path()).unwrap())
}
