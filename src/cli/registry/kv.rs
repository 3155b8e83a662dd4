//! `kv`: keys and values. A key is written as it is meant; nothing in it has a meaning of its own.

use std::ffi::{OsStr, OsString};
use std::io::{Read as _, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::{Args, Subcommand};
use serde::Serialize;

use super::RegistryArgs;
use crate::cli::{NOT_BEGUN, USAGE, report};
use crate::registry::consul::LARGEST_VALUE;
use crate::registry::kv_file::{self, ImportDoes};
use crate::registry::{Cas, Hidden, KeyValues, KeyWritten, Registry, RegistryError, RegistryFault, Scope};
use crate::words::format::visible;

/// More than this on stdin is no value and no export.
const LARGEST_INPUT: u64 = 256 << 20;

/// `kv`
#[derive(Debug, Args)]
#[command(after_help = KV_HELP)]
pub struct KvArgs {
    /// Which registry.
    #[command(flatten)]
    pub registry: RegistryArgs,
    /// What to do.
    #[command(subcommand)]
    pub act: KvAct,
}

const KV_HELP: &str = "\
A key may hold anything that Consul can: %, &, ?, #, //, spaces, Chinese, a slash first. One that begins with a dash \
goes behind --.\n\n\
Exit code: 0; 2 for usage; 1 if the key is not there, if somebody else was first (--cas), or if the registry refused.";

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub enum KvAct {
    /// Print the value of a key: its bytes, and nothing else
    Get {
        /// Print one JSON object instead: value (base64), flags, index and the rest
        #[arg(long)]
        json: bool,
        /// The whole key
        key: String,
    },
    /// Write a key
    Put {
        /// Only if it was last written at this index (kv get --json tells it); 0: only if it is not there
        #[arg(long, value_name = "INDEX")]
        cas: Option<u64>,
        /// A number that belongs to whoever writes
        #[arg(long, value_name = "NUMBER", default_value_t = 0)]
        flags: u64,
        /// Write VALUE as it stands, also if it is - or begins with @
        #[arg(long)]
        literal: bool,
        /// The whole key
        key: String,
        /// The value; - reads stdin, @FILE a file
        #[arg(value_name = "VALUE|-|@FILE", allow_negative_numbers = true)]
        value: OsString,
    },
    /// Print keys, one a line
    List {
        /// Only keys that begin with this
        #[arg(default_value = "")]
        prefix: String,
    },
    /// Delete one key, or all that begin with a text
    #[command(group = clap::ArgGroup::new("which").required(true).args(["key", "prefix"]))]
    Delete {
        /// Delete all keys that begin with this
        #[arg(long, value_name = "PREFIX", conflicts_with = "cas")]
        prefix: Option<String>,
        /// With an empty prefix: delete every key that there is
        #[arg(long, requires = "prefix")]
        all: bool,
        /// Only if it was last written at this index
        #[arg(long, value_name = "INDEX")]
        cas: Option<u64>,
        /// The whole key; nothing but this one is deleted
        key: Option<String>,
    },
    /// Print keys and values as `consul kv export` does
    Export {
        /// Only keys that begin with this
        #[arg(default_value = "")]
        prefix: String,
    },
    /// Write keys and values that `consul kv export` or `kv export` printed
    Import {
        /// Print what would be written, and write nothing
        #[arg(long)]
        dry_run: bool,
        /// The file; - is stdin
        #[arg(default_value = "-")]
        file: OsString,
    },
}

/// A key, as it is printed.
#[derive(Serialize)]
struct KeyJson<'a> {
    key: &'a str,
    value: String,
    flags: u64,
    created: u64,
    modified: u64,
    lock_index: u64,
    holder: Option<&'a str>,
}

/// What an import did, as it is printed.
#[derive(Default, Serialize)]
struct ImportJson {
    added: Vec<String>,
    changed: Vec<String>,
    unchanged: Vec<String>,
    refused: Vec<String>,
}

/// What could not be done: said already where it is only a code.
enum Failed {
    Registry(RegistryError),
    Words(String),
    Code(u8),
}

impl From<RegistryError> for Failed {
    fn from(error: RegistryError) -> Self {
        Self::Registry(error)
    }
}

impl From<String> for Failed {
    fn from(words: String) -> Self {
        Self::Words(words)
    }
}

/// Runs the verb; the exit code.
pub async fn run(args: Box<KvArgs>) -> u8 {
    let registry = match args.registry.open() {
        Ok(registry) => registry,
        Err(not_opened) => return not_opened.report(),
    };
    let Some(keys) = registry.key_values() else {
        return super::refused(&RegistryError {
            place: registry.place().clone(),
            asked: String::new(),
            fault: RegistryFault::Unsupported(crate::registry::Lacks::KeyValues),
        });
    };
    let verb = Kv { registry: registry.as_ref(), keys, scope: args.registry.scope() };
    match verb.act(args.act).await {
        Ok(code) | Err(Failed::Code(code)) => code,
        Err(Failed::Registry(error)) => super::refused(&error),
        Err(Failed::Words(words)) => report::not_begun(&words),
    }
}

struct Kv<'a> {
    registry: &'a dyn Registry,
    keys: &'a dyn KeyValues,
    scope: Scope,
}

impl Kv<'_> {
    async fn act(&self, act: KvAct) -> Result<u8, Failed> {
        match act {
            KvAct::Get { json, key } => self.get(&key, json).await,
            KvAct::Put { cas, flags, literal, key, value } => {
                let value = if literal { value.as_encoded_bytes().to_vec() } else { read_value(&value)? };
                self.put(&key, &value, flags, cas).await
            }
            KvAct::List { prefix } => {
                let answer = self.keys.keys(&self.scope, &prefix).await?;
                let mut lines = answer.value.join("\n").into_bytes();
                if !answer.value.is_empty() {
                    lines.push(b'\n');
                }
                write_out(&lines)?;
                Ok(super::say_hidden(answer.value.is_empty(), answer.hidden, self.registry))
            }
            KvAct::Delete { prefix: Some(prefix), all, .. } => self.delete_prefix(&prefix, all).await,
            KvAct::Delete { key, cas, .. } => self.delete(&key.unwrap_or_default(), cas).await,
            KvAct::Export { prefix } => {
                let answer = self.keys.entries(&self.scope, &prefix).await?;
                write_out(kv_file::export(&answer.value).as_bytes())?;
                Ok(super::say_hidden(answer.value.is_empty(), answer.hidden, self.registry))
            }
            KvAct::Import { dry_run, file } => self.import(&file, dry_run).await,
        }
    }

    async fn get(&self, key: &str, json: bool) -> Result<u8, Failed> {
        let answer = self.keys.get(&self.scope, key).await?;
        let Some(entry) = answer.value else { return Err(self.missing(key, answer.hidden)) };
        if json {
            super::print(&KeyJson {
                key: &entry.key,
                value: STANDARD.encode(&entry.value),
                flags: entry.flags,
                created: entry.created,
                modified: entry.modified,
                lock_index: entry.lock_index,
                holder: entry.holder.as_deref(),
            })?;
        } else {
            write_out(&entry.value)?;
        }
        Ok(0)
    }

    fn missing(&self, key: &str, hidden: Hidden) -> Failed {
        let place = self.registry.place();
        let hint = if hidden == Hidden::Nothing { "" } else { ", or its access rules (ACL) hide it from this token" };
        Failed::Words(format!("{place} has no key {key:?}{hint}"))
    }

    async fn put(&self, key: &str, value: &[u8], flags: u64, cas: Option<u64>) -> Result<u8, Failed> {
        let condition = match cas {
            None => Cas::Always,
            Some(0) => Cas::Absent,
            Some(index) => Cas::Index(index),
        };
        match self.keys.put(&self.scope, key, value, flags, condition).await? {
            KeyWritten::Yes => {
                // Where it was written, for the next --cas; whoever may write may read.
                let index = match self.keys.get(&self.scope, key).await {
                    Ok(answer) => answer.value.map(|entry| entry.modified),
                    Err(_) => None,
                };
                super::print(&serde_json::json!({"key": key, "modified": index}))?;
                Ok(0)
            }
            KeyWritten::Changed => Err(self.too_late(key, cas, "written").await),
        }
    }

    /// Who was first, as far as the registry tells.
    async fn too_late(&self, key: &str, cas: Option<u64>, done: &str) -> Failed {
        let place = self.registry.place();
        let now = match self.keys.get(&self.scope, key).await {
            Ok(answer) => answer.value.map(|entry| entry.modified),
            Err(_) => None,
        };
        let what = match (cas.unwrap_or_default(), now) {
            (0, Some(now)) => format!("is there already, written at index {now}"),
            (0, None) => "was there".to_owned(),
            (index, Some(now)) => format!("was last written at index {now}, not at {index}"),
            (_, None) => "is not there".to_owned(),
        };
        Failed::Words(format!("{place}: somebody else was first: {key:?} {what}; nothing was {done}"))
    }

    async fn delete(&self, key: &str, cas: Option<u64>) -> Result<u8, Failed> {
        let condition = cas.map_or(Cas::Always, Cas::Index);
        match self.keys.delete(&self.scope, key, condition).await {
            Ok(KeyWritten::Yes) => {
                super::print(&serde_json::json!({"deleted": [key]}))?;
                Ok(0)
            }
            Ok(KeyWritten::Changed) => Err(self.too_late(key, cas, "deleted").await),
            Err(error) if matches!(error.fault, RegistryFault::Missing(_)) => {
                let answer = self.keys.get(&self.scope, key).await?;
                Err(self.missing(key, answer.hidden))
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn delete_prefix(&self, prefix: &str, all: bool) -> Result<u8, Failed> {
        if prefix.is_empty() && !all {
            report::not_begun("an empty prefix is that of every key; say --all if you mean them");
            return Err(Failed::Code(USAGE));
        }
        let there = self.keys.keys(&self.scope, prefix).await?;
        if there.value.is_empty() && there.hidden == Hidden::Nothing {
            let place = self.registry.place();
            eprintln!("proconsul: note: {place} has no keys that begin with {}", visible(&format!("{prefix:?}")));
        } else {
            // What rules hide may still be deleted, or refused.
            self.keys.delete_prefix(&self.scope, prefix).await?;
        }
        super::print(&serde_json::json!({"deleted": there.value}))?;
        Ok(0)
    }

    async fn import(&self, file: &OsStr, dry_run: bool) -> Result<u8, Failed> {
        let bytes = if file == "-" { read_stdin()? } else { read_path(file)? };
        let name = file.to_string_lossy();
        let text = String::from_utf8(bytes).map_err(|error| format!("{name}: not UTF-8: {error}"))?;
        let entries = kv_file::import(&text).map_err(|fault| format!("{name}: {fault}"))?;
        if let Some(entry) = entries.iter().find(|entry| entry.value.len() > LARGEST_VALUE) {
            let len = entry.value.len();
            return Err(
                format!("{name}: the value of {:?} has {len} bytes; Consul keeps {LARGEST_VALUE}", entry.key).into()
            );
        }
        let there = self.keys.entries(&self.scope, &kv_file::common_prefix(&entries)).await?.value;
        let mut done = ImportJson::default();
        for step in kv_file::plan(entries, &there) {
            let key = step.entry.key.clone();
            let Some(cas) = step.cas() else {
                done.unchanged.push(key);
                continue;
            };
            let written = if dry_run {
                Ok(KeyWritten::Yes)
            } else {
                self.keys.put(&self.scope, &key, &step.entry.value, step.entry.flags, cas).await
            };
            match written {
                Ok(KeyWritten::Yes) if step.does == ImportDoes::Adds => done.added.push(key),
                Ok(KeyWritten::Yes) => done.changed.push(key),
                Ok(KeyWritten::Changed) => done.refused.push(key),
                Err(error) => {
                    // What was written before is told even though the whole was not.
                    super::print(&done)?;
                    return Err(error.into());
                }
            }
        }
        super::print(&done)?;
        if done.refused.is_empty() {
            return Ok(0);
        }
        let place = self.registry.place();
        eprintln!("proconsul: {place}: somebody else changed these meanwhile, and they were not written:");
        for key in &done.refused {
            eprintln!("  {}", visible(key));
        }
        Ok(NOT_BEGUN)
    }
}

/// What is to be written: stdin, a file, or the text itself.
fn read_value(value: &OsStr) -> Result<Vec<u8>, String> {
    if value == "-" || value == "@" {
        return read_stdin();
    }
    match value.to_str().and_then(|text| text.strip_prefix('@')) {
        Some(path) => read_path(OsStr::new(path)),
        None => Ok(value.as_encoded_bytes().to_vec()),
    }
}

fn read_stdin() -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    std::io::stdin().take(LARGEST_INPUT).read_to_end(&mut bytes).map_err(|error| format!("stdin: {error}"))?;
    Ok(bytes)
}

fn read_path(path: &OsStr) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("{}: {error}", path.to_string_lossy()))
}

fn write_out(bytes: &[u8]) -> Result<(), String> {
    let mut out = std::io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(|error| format!("stdout: {error}"))
}
