//! Packs what the binary carries: this platform's protoc, and the .proto files that every schema may import.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

const PROTOS: &str = "assets/protos";
/// Packed once a build of this script, so the size of the binary counts more than the time.
const ZSTD_LEVEL: i32 = 19;

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={PROTOS}");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?);
    let compiler = pack_protoc(&out)?;
    let table = list_protos(Path::new(PROTOS))?;
    fs::write(out.join("bundled.rs"), compiler + &table)
}

/// The compiler as `protoc.zst`, and constants that tell what it unpacks to.
fn pack_protoc(out: &Path) -> io::Result<String> {
    let binary = match protoc_path() {
        Some(path) => fs::read(path)?,
        None => Vec::new(),
    };
    if binary.is_empty() {
        println!("cargo::warning=no protoc is published for this platform: .proto files are compiled in-process");
    }
    let packed = if binary.is_empty() { Vec::new() } else { zstd::encode_all(binary.as_slice(), ZSTD_LEVEL)? };
    fs::write(out.join("protoc.zst"), packed)?;
    Ok(format!(
        "/// zstd; empty where none is published for this platform.\n\
         pub(super) static PROTOC: &[u8] = include_bytes!(concat!(env!(\"OUT_DIR\"), \"/protoc.zst\"));\n\
         /// Of the unpacked binary.\n\
         pub(super) const PROTOC_LEN_BYTES: usize = {};\n\
         /// Of the unpacked binary, in hexadecimal.\n\
         pub(super) const PROTOC_SHA256: &str = \"{:x}\";\n",
        grouped(binary.len()),
        Sha256::digest(&binary)
    ))
}

/// A number as a literal with separators.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push('_');
        }
        out.push(digit);
    }
    out
}

/// The binary for the platform that is built *for*; the crate itself only finds the one that is built *on*.
fn protoc_path() -> Option<PathBuf> {
    let host = protoc_bin_vendored::protoc_bin_path().ok()?;
    let os = env::var("CARGO_CFG_TARGET_OS").ok()?;
    let arch = env::var("CARGO_CFG_TARGET_ARCH").ok()?;
    let wanted = match (os.as_str(), arch.as_str()) {
        ("linux", "x86") => "linux-x86_32",
        ("linux", "x86_64") => "linux-x86_64",
        ("linux", "aarch64") => "linux-aarch_64",
        ("linux", "powerpc64") => "linux-ppcle_64",
        ("linux", "s390x") => "linux-s390_64",
        ("macos", "x86_64") => "macos-x86_64",
        ("macos", "aarch64") => "macos-aarch_64",
        ("windows", _) => "win32",
        _ => return None,
    };
    // …/protoc-bin-vendored-<platform>-<version>/bin/protoc: the platforms' crates lie side by side.
    let crate_dir = host.parent()?.parent()?;
    let version = crate_dir.file_name()?.to_str()?.rsplit_once('-')?.1;
    let name = if os == "windows" { "protoc.exe" } else { "protoc" };
    let path = crate_dir.with_file_name(format!("protoc-bin-vendored-{wanted}-{version}")).join("bin").join(name);
    path.is_file().then_some(path)
}

/// A table of import names and texts.
fn list_protos(root: &Path) -> io::Result<String> {
    let mut names = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "proto") {
                let name = path.strip_prefix(root).map_err(io::Error::other)?;
                names.push(name.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    names.sort();
    let mut table =
        String::from("/// Import names and texts, sorted by name.\npub(super) static PROTOS: &[(&str, &str)] = &[\n");
    for name in names {
        writeln!(table, "    ({name:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/{PROTOS}/{name}\"))),")
            .map_err(io::Error::other)?;
    }
    table.push_str("];\n");
    Ok(table)
}
