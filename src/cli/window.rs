//! What the window is to open, from arguments: a path that exists is a schema, anything else an address.

use std::path::{Path, PathBuf};

use super::args::{Cli, ConnectionArgs};
use super::connect::{endpoint, text_rows};
use super::{NOT_BEGUN, USAGE};
use crate::call::check_metadata;
use crate::engine::{CaChoice, ClientFiles, Endpoint, Scheme};
use crate::registry::{RegistryKind, RegistryTarget, names_a_registry, whole_registry};
use crate::start::{Rows, Start, StartTarget};
use crate::transport::Target;

/// Arguments that open nothing.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) words: String,
    /// The exit code.
    pub(super) code: u8,
}

fn usage(words: impl Into<String>) -> Refused {
    Refused { words: words.into(), code: USAGE }
}

fn not_begun(words: String) -> Refused {
    Refused { words, code: NOT_BEGUN }
}

/// Reads the arguments; looks which paths exist, connects nothing.
pub(super) fn start(cli: &Cli) -> Result<Start, Refused> {
    if cli.schema.protoset_out.is_some() || cli.schema.proto_out_dir.is_some() {
        return Err(usage("--protoset-out and --proto-out-dir go with a verb: call, list or describe"));
    }
    let args = &cli.connection;
    let mut paths = Vec::new();
    let mut addresses = Vec::new();
    let mut registries = Vec::new();
    for word in &cli.open {
        match word.to_str() {
            _ if !args.unix && Path::new(word).exists() => paths.push(absolute(Path::new(word))?),
            Some(text) => match whole_registry(text) {
                Some((RegistryKind::Static, file)) => {
                    let file = absolute(Path::new(&file))?;
                    if !file.exists() {
                        return Err(missing(&file.display().to_string()));
                    }
                    registries.push((RegistryKind::Static, file.display().to_string()));
                }
                Some(found) => registries.push(found),
                None => addresses.push(address_of(text, args.unix)?),
            },
            None => return Err(missing(&word.to_string_lossy())),
        }
    }
    for path in cli.schema.proto.iter().chain(&cli.schema.protoset) {
        if !path.exists() {
            return Err(missing(&path.display().to_string()));
        }
        paths.push(absolute(path)?);
    }
    if paths.is_empty() && !cli.schema.import_path.is_empty() {
        return Err(usage("--import-path goes with .proto files: name them, or their folder"));
    }
    if addresses.is_empty() && has_settings(args) {
        return Err(usage("these settings are a connection's: name a target, like 127.0.0.1:7888"));
    }
    let import_roots = cli.schema.import_path.iter().map(|path| absolute(path)).collect::<Result<_, _>>()?;
    let targets = addresses.iter().map(|address| target(address, args)).collect::<Result<_, _>>()?;
    Ok(Start { demo: cli.demo, targets, registries, paths, import_roots, no_reflection: cli.schema.given() })
}

fn missing(path: &str) -> Refused {
    usage(format!("{path}: no such file or folder"))
}

/// As it is to be opened by a process that may run elsewhere.
fn absolute(path: &Path) -> Result<PathBuf, Refused> {
    std::path::absolute(path).map_err(|error| not_begun(format!("{}: {error}", path.display())))
}

/// A word that is no path, as an address; refused where it was surely meant as a path.
fn address_of(text: &str, is_socket: bool) -> Result<String, Refused> {
    if is_socket && !text.contains("://") {
        return Ok(format!("unix://{}", absolute(Path::new(text))?.display()));
    }
    let is_schema = [".proto", ".binpb", ".pb", ".protoset", ".desc"].iter().any(|end| text.ends_with(end));
    let has_scheme = text.contains("://") || text.starts_with("unix:");
    if is_schema || (!has_scheme && text.contains(['/', '\\'])) {
        return Err(missing(text));
    }
    // A verb with a slip of the finger is more likely than a server that is called so.
    if !has_scheme && text != "localhost" && !text.contains(['.', ':']) {
        return Err(usage(format!("{text}: no verb, file or address; a server of this name is written {text}:443")));
    }
    if names_a_registry(text) {
        RegistryTarget::parse(text).map_err(|error| usage(format!("{text}: {error}")))?;
        return Ok(text.to_owned());
    }
    Target::parse(text).map_err(|error| usage(format!("{text}: neither a file nor an address: {error}")))?;
    Ok(text.to_owned())
}

/// Something was set that only a connection can use.
fn has_settings(args: &ConnectionArgs) -> bool {
    args.plaintext
        || args.insecure
        || args.unix
        || args.cacert.is_some()
        || args.cert.is_some()
        || args.key.is_some()
        || args.authority.is_some()
        || args.servername.is_some()
        || !args.headers.is_empty()
        || !args.rpc_headers.is_empty()
        || !args.reflect_headers.is_empty()
}

fn target(address: &str, args: &ConnectionArgs) -> Result<StartTarget, Refused> {
    let mut endpoint = endpoint(address, args).map_err(not_begun)?;
    // In the window an address without a word about TLS is tried with TLS first, then in plaintext.
    let says_tls = args.cacert.is_some() || args.cert.is_some() || args.insecure;
    if !args.plaintext && !says_tls {
        endpoint.scheme = Scheme::Auto;
    }
    place_files(&mut endpoint)?;
    let both = rows(&args.headers, args.expand_headers)?;
    let with = |more: &[String]| -> Result<Rows, Refused> {
        Ok(both.iter().cloned().chain(rows(more, args.expand_headers)?).collect())
    };
    Ok(StartTarget {
        call_metadata: with(&args.rpc_headers)?,
        reflection_metadata: with(&args.reflect_headers)?,
        deadline: args.max_time,
        receive_bytes: args.max_msg_sz,
        send_bytes: args.max_send_sz,
        ..StartTarget::new(endpoint)
    })
}

/// Paths of certificates are read by the process that has the window, wherever that runs.
fn place_files(endpoint: &mut Endpoint) -> Result<(), Refused> {
    let place = |path: &mut PathBuf| -> Result<(), Refused> {
        *path = absolute(path)?;
        Ok(())
    };
    if let CaChoice::File(path) = &mut endpoint.tls.ca {
        place(path)?;
    }
    match &mut endpoint.tls.client {
        Some(ClientFiles::Pem { cert, key }) => {
            place(cert)?;
            place(key)?;
        }
        Some(ClientFiles::Pkcs12 { file, .. }) => place(file)?,
        None => {}
    }
    Ok(())
}

/// Checked as for a verb, kept as typed.
fn rows(headers: &[String], expand: bool) -> Result<Rows, Refused> {
    let rows = text_rows(headers, expand).map_err(not_begun)?;
    for (key, value) in &rows {
        check_metadata(key, value.reveal()).map_err(|error| not_begun(error.to_string()))?;
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may end by panicking")]

    use clap::Parser as _;

    use super::{Refused, start};
    use crate::cli::Cli;
    use crate::engine::Scheme;
    use crate::registry::RegistryKind;
    use crate::start::Start;

    fn read(words: &[&str]) -> Result<Start, Refused> {
        let program = std::iter::once("proconsul");
        start(&Cli::try_parse_from(program.chain(words.iter().copied())).unwrap())
    }

    #[test]
    fn what_exists_is_a_schema_and_the_rest_addresses() {
        let folder = tempfile::tempdir().unwrap();
        let proto = folder.path().join("some.proto");
        std::fs::write(&proto, "syntax = \"proto3\";").unwrap();
        let (file, dir) = (proto.to_str().unwrap(), folder.path().to_str().unwrap());
        let found = read(&[file, dir, ":7888", "grpc://localhost:1"]).unwrap();
        assert_eq!(found.paths, [proto.clone(), folder.path().to_path_buf()]);
        let addresses: Vec<&str> = found.targets.iter().map(|target| target.endpoint.address.as_str()).collect();
        assert_eq!(addresses, [":7888", "grpc://localhost:1"]);
        assert_eq!(found.targets[0].endpoint.scheme, Scheme::Auto);
        assert!(!found.no_reflection);
        assert!(read(&["--proto", file, ":1"]).unwrap().no_reflection);
        assert_eq!(read(&[]).unwrap(), Start::default());
        assert!(read(&["--demo"]).unwrap().demo);
        let list = format!("static://{file}");
        let found = read(&["consul://127.0.0.1:8500", &list, "consul://User"]).unwrap();
        let places = [(RegistryKind::Consul, "127.0.0.1:8500"), (RegistryKind::Static, file)];
        assert_eq!(found.registries, places.map(|(kind, place)| (kind, place.to_owned())));
        assert_eq!(found.targets.len(), 1, "one service of a registry is a target");
    }

    #[test]
    fn flags_go_to_the_target() {
        let found = read(&[":1", "--plaintext", "-H", "token: 1", "--reflect-header", "a: b", "--max-time", "2"]);
        let target = found.unwrap().targets.remove(0);
        assert_eq!(target.endpoint.scheme, Scheme::Plaintext);
        assert_eq!((target.call_metadata.len(), target.reflection_metadata.len()), (1, 2));
        assert_eq!(target.deadline, Some(std::time::Duration::from_secs(2)));
    }

    #[test]
    fn what_opens_nothing_is_refused_in_words() {
        for (words, code, part) in [
            (&["no.proto"][..], 2, "no.proto: no such file or folder"),
            (&["no/such/folder"], 2, "no such file or folder"),
            (&["--proto", "no.proto"], 2, "no such file or folder"),
            (&["conjure"], 2, "no verb, file or address"),
            (&["consul://a?tga=1"], 2, "tga="),
            (&["static://no-such-list"], 2, "no-such-list: no such file"),
            (&["--plaintext"], 2, "name a target"),
            (&["--import-path", "/"], 2, "--import-path"),
            (&[":1", "--protoset-out", "x"], 2, "with a verb"),
            (&[":1", "--plaintext", "--insecure"], 1, "--plaintext"),
            (&[":1", "-H", "grpc-status: 1"], 1, "grpc-"),
        ] {
            let refused = read(words).unwrap_err();
            assert_eq!(refused.code, code, "{words:?}");
            assert!(refused.words.contains(part), "{words:?}: {}", refused.words);
        }
    }
}
