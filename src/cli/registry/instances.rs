//! `instances`: the instances of one service, with their checks.

use std::collections::BTreeMap;

use clap::Args;
use serde::Serialize;

use super::RegistryArgs;
use crate::registry::{Check, Instance, Scope};

/// `instances`
#[derive(Debug, Args)]
pub struct InstancesArgs {
    /// Which registry.
    #[command(flatten)]
    pub registry: RegistryArgs,
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
    /// Name of the service
    pub service: String,
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
}

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
            let list: Vec<InstanceJson<'_>> = answer.value.iter().map(InstanceJson::from).collect();
            super::print_list(&list, answer.hidden, registry.as_ref())
        }
        Err(error) => super::refused(&error),
    }
}
