//! `instances`: the instances of one service, with their checks.

use std::collections::BTreeMap;
use std::time::Duration;

use clap::Args;
use serde::Serialize;

use super::RegistryArgs;
use super::probe::{WireJson, probe_all};
use crate::cli::args::seconds;
use crate::registry::{Check, Instance, Scope, disagreement};

const HELP: &str = last_words!(
    "Prints one array: id, service, node, datacenter, address, port, tags, meta, health, and checks with id, name, \
     status and output; with --probe also wire (tcp, tls, grpc_health, services, reflection, schema_hash, certificate \
     and times) and disagreement, in words or null."
);

/// `instances`
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct InstancesArgs {
    /// Only instances with this tag; several must all be there
    #[arg(long = "tag", value_name = "TAG")]
    pub tags: Vec<String>,
    /// Only instances of which every check passes
    #[arg(long)]
    pub passing: bool,
    /// Nearest first, seen from this node (_agent: the one that is asked)
    #[arg(long, value_name = "NODE")]
    pub near: Option<String>,
    /// Only instances that this expression of Consul's lets through
    #[arg(long, value_name = "EXPRESSION")]
    pub filter: Option<String>,
    /// Ask each instance itself, too: TCP, TLS, grpc.health.v1, reflection; and say where registry and wire disagree
    #[arg(long)]
    pub probe: bool,
    /// Patience of the probe of one instance, seconds
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "3", requires = "probe")]
    pub probe_timeout: Duration,
    /// Name of the service
    pub service: String,
    /// Which registry.
    #[command(flatten)]
    pub registry: RegistryArgs,
}

impl InstancesArgs {
    /// The part of the registry that is meant.
    pub(super) fn scope(&self) -> Scope {
        Scope {
            tags: self.tags.clone(),
            passing: self.passing,
            near: self.near.clone(),
            filter: self.filter.clone(),
            ..self.registry.scope()
        }
    }
}

/// One instance, as it is printed.
#[derive(Serialize)]
pub(super) struct InstanceJson<'a> {
    id: &'a str,
    service: &'a str,
    node: &'a str,
    datacenter: &'a str,
    address: &'a str,
    port: u16,
    tags: &'a [String],
    meta: &'a BTreeMap<String, String>,
    health: &'static str,
    checks: Vec<CheckJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wire: Option<WireJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disagreement: Option<SaidOrNot>,
}

/// In words, or null.
#[derive(Serialize)]
#[serde(transparent)]
struct SaidOrNot(Option<String>);

#[derive(Serialize)]
struct CheckJson<'a> {
    id: &'a str,
    name: &'a str,
    status: &'static str,
    output: &'a str,
}

impl<'a> From<&'a Instance> for InstanceJson<'a> {
    fn from(instance: &'a Instance) -> Self {
        Self {
            id: &instance.key.id,
            service: &instance.key.service,
            node: &instance.key.node,
            datacenter: &instance.key.datacenter,
            address: &instance.address,
            port: instance.port,
            tags: &instance.tags,
            meta: &instance.meta,
            health: instance.health.name(),
            checks: instance.checks.iter().map(CheckJson::from).collect(),
            wire: None,
            disagreement: None,
        }
    }
}

impl<'a> From<&'a Check> for CheckJson<'a> {
    fn from(check: &'a Check) -> Self {
        Self { id: &check.id, name: &check.name, status: check.status.name(), output: &check.output }
    }
}

/// Runs the verb; the exit code.
pub async fn run(args: Box<InstancesArgs>) -> u8 {
    let registry = match args.registry.open() {
        Ok(registry) => registry,
        Err(not_opened) => return not_opened.report(),
    };
    match registry.instances(&args.scope(), Some(&args.service)).await {
        Ok(answer) => {
            super::say_problems(registry.as_ref()).await;
            let mut list: Vec<InstanceJson<'_>> = answer.value.iter().map(InstanceJson::from).collect();
            if args.probe {
                let kind = registry.place().kind;
                let found = probe_all(&answer.value, args.probe_timeout).await;
                for ((shown, instance), facts) in list.iter_mut().zip(&answer.value).zip(&found) {
                    shown.wire = Some(WireJson::from(facts.as_ref()));
                    shown.disagreement =
                        Some(SaidOrNot(disagreement(kind, instance, facts).map(|found| found.to_string())));
                }
            }
            super::print_list(&list, answer.hidden, registry.as_ref())
        }
        Err(error) => super::refused(&error),
    }
}
