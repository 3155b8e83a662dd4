//! `services`: all services in sum.

use clap::Args;
use serde::Serialize;

use super::RegistryArgs;
use crate::registry::{Scope, Service};

const HELP: &str = last_words!(
    "Prints one array: name, tags, instances, passing, warning, critical, maintenance. An instance counts once, by the \
     worst of its checks, its node's included."
);

/// `services`
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct ServicesArgs {
    /// Count only instances that this expression of Consul's lets through
    #[arg(long, value_name = "EXPRESSION")]
    pub filter: Option<String>,
    /// Which registry.
    #[command(flatten)]
    pub registry: RegistryArgs,
}

#[derive(Serialize)]
struct ServiceJson<'a> {
    name: &'a str,
    tags: &'a [String],
    instances: usize,
    passing: usize,
    warning: usize,
    critical: usize,
    maintenance: usize,
}

impl<'a> From<&'a Service> for ServiceJson<'a> {
    fn from(service: &'a Service) -> Self {
        Self {
            name: &service.name,
            tags: &service.tags,
            instances: service.counts.total(),
            passing: service.counts.passing,
            warning: service.counts.warning,
            critical: service.counts.critical,
            maintenance: service.counts.maintenance,
        }
    }
}

/// Runs the verb; the exit code.
pub async fn run(args: Box<ServicesArgs>) -> u8 {
    let registry = match args.registry.open() {
        Ok(registry) => registry,
        Err(not_opened) => return not_opened.report(),
    };
    let scope = Scope { filter: args.filter, ..args.registry.scope() };
    match registry.services(&scope).await {
        Ok(answer) => {
            super::say_problems(registry.as_ref()).await;
            let list: Vec<ServiceJson<'_>> = answer.value.iter().map(ServiceJson::from).collect();
            super::print_list(&list, answer.hidden, registry.as_ref())
        }
        Err(error) => super::refused(&error),
    }
}
