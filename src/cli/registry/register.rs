//! `register`, `deregister`, `maintenance`, `ttl`: what changes services, each looked at afterwards.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::RegistryArgs;
use crate::cli::{NOT_BEGUN, USAGE, report};
use crate::registry::consul::registration::{self, CheckDefinition, Fault, Hide, Registration};
use crate::registry::{Health, Hidden, InstanceKey, Registry, RegistryError};
use crate::words::format::visible;

/// Files of services are written by hand: one that is larger is something else.
const LARGEST_FILE: u64 = 16 << 20;

const REGISTER_HELP: &str = last_words!(
    "Prints one array of what was registered: id, service, address, port, tags, meta, checks. Nothing is sent if \
     anything is wrong with any service of the file, or if the agent would refuse one of them."
);
const DEREGISTER_HELP: &str = last_words!(
    "Prints the instance: id, service, node, datacenter. It is looked at afterwards, since Consul says yes to much \
     that it did not do."
);
const MAINTENANCE_HELP: &str = last_words!("Prints the instance: id, service, node, datacenter, maintenance.");
const TTL_HELP: &str = last_words!("Prints check and status.");

/// `register`
#[derive(Debug, Args)]
#[command(after_help = REGISTER_HELP)]
pub struct RegisterArgs {
    /// One service or a list of them, in the form of Consul's API or of its configuration files; - is stdin
    #[arg(short, long, value_name = "FILE|-")]
    pub file: PathBuf,
    /// Check it, print what would be sent, and send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Which registry.
    #[command(flatten)]
    pub registry: RegistryArgs,
}

/// `deregister`
#[derive(Debug, Args)]
#[command(after_help = DEREGISTER_HELP)]
pub struct DeregisterArgs {
    /// The node that has it, where several have one of this ID
    #[arg(long, value_name = "NAME")]
    pub node: Option<String>,
    /// ID of the instance
    pub id: String,
    /// Which registry.
    #[command(flatten)]
    pub registry: RegistryArgs,
}

/// `maintenance`
#[derive(Debug, Args)]
#[command(after_help = MAINTENANCE_HELP)]
pub struct MaintenanceArgs {
    /// Why
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub reason: String,
    /// The node that has it, where several have one of this ID
    #[arg(long, value_name = "NAME")]
    pub node: Option<String>,
    /// ID of the instance
    pub id: String,
    /// Into maintenance, or out of it
    #[arg(hide_possible_values = true, value_name = "on|off")]
    pub switch: Switch,
    /// Which registry.
    #[command(flatten)]
    pub registry: RegistryArgs,
}

/// `on`, `off`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// Into it.
    On,
    /// Out of it.
    Off,
}

/// `ttl`
#[derive(Debug, Args)]
#[command(after_help = TTL_HELP)]
pub struct TtlArgs {
    /// What to say beside it
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub note: String,
    /// The node that has it; that of the agent that is asked, if none
    #[arg(long, value_name = "NAME")]
    pub node: Option<String>,
    /// ID of the check
    pub check: String,
    /// What it is to be
    #[arg(hide_possible_values = true, value_name = "pass|warn|fail")]
    pub status: TtlStatus,
    /// Which registry.
    #[command(flatten)]
    pub registry: RegistryArgs,
}

/// What a TTL check can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TtlStatus {
    /// Passing.
    #[value(alias = "passing")]
    Pass,
    /// Warning.
    #[value(alias = "warning")]
    Warn,
    /// Critical.
    #[value(alias = "critical")]
    Fail,
}

/// A registered service, as it is printed.
#[derive(Serialize)]
struct RegisteredJson<'a> {
    id: &'a str,
    service: &'a str,
    address: &'a str,
    port: u16,
    tags: &'a [String],
    meta: std::collections::BTreeMap<&'a str, &'a str>,
    checks: Vec<CheckJson<'a>>,
}

#[derive(Serialize)]
struct CheckJson<'a> {
    id: String,
    name: &'a str,
    kind: &'static str,
}

impl<'a> From<&'a Registration> for RegisteredJson<'a> {
    fn from(registration: &'a Registration) -> Self {
        let check = |(at, check): (usize, &'a CheckDefinition)| CheckJson {
            id: registration.effective_check_id(at),
            name: &check.name,
            kind: check.does.field(),
        };
        Self {
            id: registration.effective_id(),
            service: &registration.name,
            address: &registration.address,
            port: registration.port,
            tags: &registration.tags,
            meta: registration.meta.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect(),
            checks: registration.checks.iter().enumerate().map(check).collect(),
        }
    }
}

/// An instance that something was done to, as it is printed.
#[derive(Serialize)]
struct InstanceJson<'a> {
    id: &'a str,
    service: &'a str,
    node: &'a str,
    datacenter: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    maintenance: Option<bool>,
}

/// Runs `register`; the exit code. Nothing is sent if anything is wrong with any of the services.
pub async fn register(args: Box<RegisterArgs>) -> u8 {
    let text = match read_file(&args.file) {
        Ok(text) => text,
        Err(why) => return report::not_begun(&why),
    };
    let read = registration::read(&text);
    let shown = if args.file == Path::new("-") { "stdin".to_owned() } else { args.file.display().to_string() };
    for fault in &read.faults {
        let kind = if fault.is_fatal() { "" } else { "note: " };
        eprintln!("proconsul: {kind}{}: {}", visible(&shown), visible(&fault.to_string()));
    }
    if read.faults.iter().any(Fault::is_fatal) {
        eprintln!("  nothing was registered");
        return NOT_BEGUN;
    }
    if args.dry_run {
        let texts: Vec<String> = read.registrations.iter().map(|one| one.api_text(Hide::Tokens)).collect();
        let all = match texts.as_slice() {
            [one] => one.clone(),
            all => format!("[{}]", all.join(",\n")),
        };
        return print_text(&all);
    }
    let registry = match args.registry.open() {
        Ok(registry) => registry,
        Err(not_opened) => return not_opened.report(),
    };
    if let Err(code) = own_datacenter(registry.as_ref(), args.registry.dc.as_deref()).await {
        return code;
    }
    let bodies: Vec<serde_json::Value> = read.registrations.iter().map(Registration::api).collect();
    for (one, body) in read.registrations.iter().zip(&bodies) {
        if let Err(error) = registry.rehearse(body).await {
            return not_registered(one, &error, 0);
        }
    }
    for (at, (one, body)) in read.registrations.iter().zip(&bodies).enumerate() {
        if let Err(error) = registry.register(body).await {
            let done: Vec<RegisteredJson<'_>> = read.registrations.iter().take(at).map(RegisteredJson::from).collect();
            // What was done before is told even though the whole was not.
            if at > 0
                && let Err(why) = super::print(&done)
            {
                report::not_begun(&why);
            }
            return not_registered(one, &error, at);
        }
    }
    let all: Vec<RegisteredJson<'_>> = read.registrations.iter().map(RegisteredJson::from).collect();
    printed(super::print(&all))
}

fn not_registered(one: &Registration, error: &RegistryError, before: usize) -> u8 {
    let code = super::refused(error);
    let id = visible(one.effective_id()).into_owned();
    if before == 0 {
        eprintln!("  that was said of {id}; nothing was registered");
    } else {
        eprintln!("  that was said of {id}; the {before} before it are registered");
    }
    code
}

/// A file's text; `-` is stdin.
fn read_file(path: &Path) -> Result<String, String> {
    let (name, mut bytes) = (path.display(), Vec::new());
    let read = if path == Path::new("-") {
        std::io::stdin().take(LARGEST_FILE + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(LARGEST_FILE + 1).read_to_end(&mut bytes))
    };
    read.map_err(|error| format!("{name}: {error}"))?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(format!("{name}: larger than {} MiB, which no list of services is", LARGEST_FILE >> 20));
    }
    String::from_utf8(bytes).map_err(|error| format!("{name}: not UTF-8: {error}"))
}

/// An agent registers in its own datacenter; whoever named another one would find the service where it was not meant.
async fn own_datacenter(registry: &dyn Registry, datacenter: Option<&str>) -> Result<(), u8> {
    let Some(wanted) = datacenter else { return Ok(()) };
    match registry.datacenters().await {
        Ok(all) => match all.iter().find(|one| one.is_own) {
            Some(own) if own.name != wanted => Err(report::not_begun(&format!(
                "{} is an agent of {}: it registers there, and not in {wanted}; name an agent of {wanted} by --registry",
                registry.place(),
                own.name,
            ))),
            _ => Ok(()),
        },
        Err(error) => Err(super::refused(&error)),
    }
}

/// Runs `deregister`; the exit code.
pub async fn deregister(args: Box<DeregisterArgs>) -> u8 {
    let registry = match args.registry.open() {
        Ok(registry) => registry,
        Err(not_opened) => return not_opened.report(),
    };
    let key = match the_one(registry.as_ref(), &args.registry, &args.id, args.node.as_deref()).await {
        Ok(key) => key,
        Err(code) => return code,
    };
    match registry.deregister(&key).await {
        Ok(()) => printed(super::print(&json(&key, None))),
        Err(error) => super::refused(&error),
    }
}

/// Runs `maintenance`; the exit code.
pub async fn maintenance(args: Box<MaintenanceArgs>) -> u8 {
    if args.switch == Switch::Off && !args.reason.is_empty() {
        report::not_begun("--reason is why an instance goes into maintenance, not why it comes out");
        return USAGE;
    }
    let registry = match args.registry.open() {
        Ok(registry) => registry,
        Err(not_opened) => return not_opened.report(),
    };
    let key = match the_one(registry.as_ref(), &args.registry, &args.id, args.node.as_deref()).await {
        Ok(key) => key,
        Err(code) => return code,
    };
    let on = args.switch == Switch::On;
    match registry.maintain(&key, on.then_some(args.reason.as_str())).await {
        Ok(()) => printed(super::print(&json(&key, Some(on)))),
        Err(error) => super::refused(&error),
    }
}

/// Runs `ttl`; the exit code.
pub async fn ttl(args: Box<TtlArgs>) -> u8 {
    let registry = match args.registry.open() {
        Ok(registry) => registry,
        Err(not_opened) => return not_opened.report(),
    };
    let to = match args.status {
        TtlStatus::Pass => Health::Passing,
        TtlStatus::Warn => Health::Warning,
        TtlStatus::Fail => Health::Critical,
    };
    match registry.set_ttl(args.node.as_deref().unwrap_or_default(), &args.check, to, &args.note).await {
        Ok(()) => printed(super::print(&serde_json::json!({"check": args.check, "status": to.name()}))),
        Err(error) => super::refused(&error),
    }
}

fn json(key: &InstanceKey, maintenance: Option<bool>) -> InstanceJson<'_> {
    InstanceJson { id: &key.id, service: &key.service, node: &key.node, datacenter: &key.datacenter, maintenance }
}

/// The one instance with this ID; else the exit code, once it is said why there is none.
async fn the_one(
    registry: &dyn Registry,
    args: &RegistryArgs,
    id: &str,
    node: Option<&str>,
) -> Result<InstanceKey, u8> {
    let scope = args.scope();
    let mut found = registry.find(&scope, id, node).await.map_err(|error| super::refused(&error))?;
    let place = registry.place();
    match found.len() {
        0 => {
            let at = node.map_or_else(String::new, |node| format!(" at node {node}"));
            // Whoever may not see nodes may not see instances either.
            let hidden = match registry.nodes(&scope).await {
                Ok(answer) if answer.hidden != Hidden::Nothing => {
                    "; but its access rules (ACL) may hide it from this token"
                }
                _ => "",
            };
            Err(report::not_begun(&format!("{place} has no instance with the ID {id}{at}{hidden}")))
        }
        1 => Ok(found.swap_remove(0)),
        _ => {
            let nodes: Vec<&str> = found.iter().map(|key| key.node.as_str()).collect();
            Err(report::not_begun(&format!(
                "{place} has an instance with the ID {id} at each of these nodes: {}; say which by --node",
                nodes.join(", ")
            )))
        }
    }
}

fn print_text(text: &str) -> u8 {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    printed(writeln!(out, "{text}").and_then(|()| out.flush()).map_err(|error| format!("stdout: {error}")))
}

fn printed(printed: Result<(), String>) -> u8 {
    match printed {
        Ok(()) => 0,
        Err(why) => report::not_begun(&why),
    }
}
