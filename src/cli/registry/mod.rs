//! The verbs on registries: which registry, and what it says, as JSON.
//!
//! Each verb is a file with its arguments. All print on stdout what the registry says, and on stderr what it refused.

mod instances;
mod kv;
mod pick;
mod probe;
mod register;
mod services;
mod watch;

use std::io::Write as _;
use std::sync::Arc;

use clap::Args;
use serde::Serialize;

pub(super) use instances::InstancesArgs;
pub(super) use kv::KvArgs;
pub(super) use register::{DeregisterArgs, MaintenanceArgs, RegisterArgs, TtlArgs};
pub(super) use services::ServicesArgs;
pub(super) use watch::WatchArgs;

use super::{USAGE, report};
use crate::registry::consul::{Consul, ConsulExplicit, ConsulSettings};
use crate::registry::{Consistency, Hidden, Registry, RegistryError, RegistryFault, Scope, StaticList};
use crate::secret::Secret;
use crate::words::format::visible;

pub(super) use instances::run as instances;
pub(super) use kv::run as kv;
pub(super) use pick::{PickArgs, code_of, retries, say_answered, say_attempt, say_chosen};
pub(super) use register::{deregister, maintenance, register, ttl};
pub(super) use services::run as services;
pub(super) use watch::run as watch;

/// Which registry, and which part of it.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Registry")]
pub struct RegistryArgs {
    /// consul://HOST:PORT, https://HOST:PORT, unix:///PATH, static://FILE [default: CONSUL_HTTP_ADDR, else 127.0.0.1:8500]
    #[arg(long, global = true, value_name = "URL")]
    pub registry: Option<String>,
    /// ACL token; the CONSUL_* variables fill this and everything else that is not said
    #[arg(long, global = true, value_name = "TOKEN")]
    pub token: Option<String>,
    /// Ask this datacenter
    #[arg(long, global = true, value_name = "NAME")]
    pub dc: Option<String>,
    /// Ask in this namespace
    #[arg(long, global = true, value_name = "NAME")]
    pub namespace: Option<String>,
    /// Ask in this admin partition
    #[arg(long, global = true, value_name = "NAME")]
    pub partition: Option<String>,
    /// Let any server answer with what it knows
    #[arg(long, global = true, conflicts_with = "consistent")]
    pub stale: bool,
    /// Let the leader answer only after a majority was asked
    #[arg(long, global = true)]
    pub consistent: bool,
}

/// Why a verb could not begin, and its exit code.
pub(super) struct NotOpened {
    code: u8,
    words: String,
}

impl NotOpened {
    /// Says why; the exit code.
    pub fn report(&self) -> u8 {
        report::not_begun(&self.words);
        self.code
    }
}

impl RegistryArgs {
    /// What was said of a Consul.
    pub(super) fn explicit(&self) -> ConsulExplicit {
        ConsulExplicit {
            address: self.registry.clone(),
            token: self.token.clone().map(Secret::new),
            namespace: self.namespace.clone(),
            partition: self.partition.clone(),
            ..ConsulExplicit::default()
        }
    }

    /// The Consul that is meant.
    ///
    /// What was said and cannot be used is usage; what cannot be used of the environment is not.
    pub(super) fn consul(&self) -> Result<Consul, NotOpened> {
        let failed = |code: u8| {
            move |fault: RegistryFault| {
                let words = match fault {
                    RegistryFault::Settings(why) => why.to_string(),
                    other => other.to_string(),
                };
                NotOpened { code, words }
            }
        };
        if let Some(said) = &self.registry {
            ConsulSettings::read(ConsulExplicit { address: Some(said.clone()), ..ConsulExplicit::default() }, &|_| {
                None
            })
            .map_err(failed(USAGE))?;
        }
        let settings = ConsulSettings::read(self.explicit(), &|name| std::env::var(name).ok())
            .map_err(failed(super::NOT_BEGUN))?;
        Consul::new(settings).map_err(|error| NotOpened { code: super::NOT_BEGUN, words: error.to_string() })
    }

    /// The registry that is meant.
    pub(super) fn open(&self) -> Result<Arc<dyn Registry>, NotOpened> {
        if let Some(file) = self.registry.as_deref().and_then(|said| said.strip_prefix("static://")) {
            if file.is_empty() {
                return Err(NotOpened { code: USAGE, words: "static:// names no file".to_owned() });
            }
            return Ok(Arc::new(StaticList::file(&at_home(file))));
        }
        Ok(Arc::new(self.consul()?))
    }

    /// The part of it that is meant, all of it.
    pub(super) fn scope(&self) -> Scope {
        let consistency = match (self.stale, self.consistent) {
            (true, _) => Consistency::Stale,
            (_, true) => Consistency::Consistent,
            _ => Consistency::Default,
        };
        Scope { datacenter: self.dc.clone(), consistency, ..Scope::default() }
    }
}

/// A path whose `~/` is the person's home: a shell leaves it alone within `static://~/…`.
fn at_home(path: &str) -> std::path::PathBuf {
    match (path.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => path.into(),
    }
}

/// A registry's refusal on stderr; the exit code.
pub(super) fn refused(error: &RegistryError) -> u8 {
    report::not_begun(&error.to_string())
}

/// What is wrong with parts of a registry that cost only themselves: the lines of a list that cannot be read.
async fn say_problems(registry: &dyn Registry) {
    for problem in registry.problems().await {
        eprintln!("proconsul: {}: {}", visible(&registry.place().to_string()), visible(&problem));
    }
}

/// One line of JSON on stdout; whether somebody read it.
pub(super) fn print<T: Serialize + ?Sized>(value: &T) -> Result<(), String> {
    let mut line = serde_json::to_vec(value).map_err(|error| error.to_string())?;
    line.push(b'\n');
    let mut out = std::io::stdout().lock();
    out.write_all(&line).and_then(|()| out.flush()).map_err(|error| format!("stdout: {error}"))
}

/// Prints a list, says what access rules may have left out of it, and tells by the exit code when they left out all.
pub(super) fn print_list<T: Serialize>(list: &[T], hidden: Hidden, registry: &dyn Registry) -> u8 {
    if let Err(why) = print(list) {
        return report::not_begun(&why);
    }
    say_hidden(list.is_empty(), hidden, registry)
}

/// The same for a list that was printed already.
pub(super) fn say_hidden(is_empty: bool, hidden: Hidden, registry: &dyn Registry) -> u8 {
    let place = registry.place();
    match (hidden, is_empty) {
        (Hidden::Nothing, _) | (Hidden::Perhaps, false) => 0,
        (Hidden::Perhaps, true) => {
            report::not_begun(&format!(
                "{place} found nothing, but its access rules (ACL) may hide something from this token"
            ));
            0
        }
        (Hidden::Surely, false) => {
            report::not_begun(&format!("{place} left something out: its access rules (ACL) hide it from this token"));
            0
        }
        (Hidden::Surely, true) => report::not_begun(&format!(
            "{place} shows nothing, which is not to say that there is nothing: its access rules (ACL) hide it from \
             this token"
        )),
    }
}
