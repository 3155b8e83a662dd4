//! Which instance a verb speaks to, where its TARGET names a service in a registry: `consul://…`, `static://…`.

use clap::Args;

use super::RegistryArgs;
use crate::cli::{NOT_BEGUN, USAGE, report};
use crate::engine::{Attempt, Chosen, Registries, ResolveError};
use crate::registry::{MOST_RETRIES, Policy};
use crate::words::format::visible;

/// Of a verb's TARGET, where that is `consul://[HOST:PORT/]SERVICE?tag=&dc=&passing=&near=` or `static://FILE#SERVICE`.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Instance of consul://… and static://… targets")]
pub struct PickArgs {
    /// Which registry.
    #[command(flatten)]
    pub registry: RegistryArgs,
    /// Which of the instances: first, round_robin, random, near, or an instance's id after instance=
    #[arg(long, value_name = "POLICY", value_parser = policy)]
    pub policy: Option<Policy>,
}

/// `first`, `round_robin`, `random`, `near`, `instance=ID`.
fn policy(text: &str) -> Result<Policy, String> {
    match text.strip_prefix("instance=") {
        Some("") => Err("instance= names none".to_owned()),
        Some(id) => Ok(Policy::Instance(id.to_owned())),
        None => {
            Policy::of_name(text).ok_or_else(|| "there are first, round_robin, random, near and instance=ID".to_owned())
        }
    }
}

/// `--retries`
pub(in crate::cli) fn retries(text: &str) -> Result<u32, String> {
    let count: Option<u32> = text.parse().ok();
    count.filter(|count| *count <= MOST_RETRIES).ok_or_else(|| format!("a number from 0 to {MOST_RETRIES}"))
}

impl PickArgs {
    /// What is open: nothing yet, and how it is opened.
    pub(in crate::cli) fn registries(&self) -> Registries {
        let scope = self.registry.scope();
        let mut explicit = self.registry.explicit();
        explicit.datacenter = scope.datacenter;
        explicit.consistency = scope.consistency;
        Registries::new(explicit)
    }

    /// The policy that flags name.
    pub(in crate::cli) fn policy(&self) -> Policy {
        self.policy.clone().unwrap_or_default()
    }
}

/// Why no instance was found, and the exit code: what cannot be read is usage.
pub(in crate::cli) fn code_of(error: &ResolveError) -> u8 {
    match error {
        ResolveError::Target(_) => USAGE,
        // As a call that was too late before it began.
        ResolveError::TooLate { .. } => report::exit_code(crate::call::Code::DEADLINE_EXCEEDED),
        _ => NOT_BEGUN,
    }
}

/// `9001 of User (127.0.0.1:9001)`
fn named(chosen: &Chosen) -> String {
    let of = format!("{} of {} ({})", chosen.instance.id, chosen.instance.service, chosen.address);
    // A list's own ids are addresses already.
    if chosen.instance.id == chosen.address { format!("{} of {}", chosen.address, chosen.instance.service) } else { of }
}

/// Which instance answered.
pub(in crate::cli) fn say_answered(chosen: &Chosen) {
    eprintln!("answered by {}, from {}", visible(&named(chosen)), visible(&chosen.place.to_string()));
}

/// Which instance is asked, and among how many.
pub(in crate::cli) fn say_chosen(chosen: &Chosen) {
    let (of, total) = (chosen.of, chosen.total);
    eprintln!(
        "instance {}: {} by {}, policy {}, one of {of} that may be called, {total} in all",
        visible(&named(chosen)),
        chosen.health.name(),
        visible(&chosen.place.to_string()),
        chosen.policy.name(),
    );
}

/// The fate of one attempt.
pub(in crate::cli) fn say_attempt(attempt: &Attempt) {
    let id = &attempt.instance.id;
    let whom = if id.is_empty() || *id == attempt.address {
        attempt.address.clone()
    } else {
        format!("{id} ({})", attempt.address)
    };
    let next = if attempt.goes_on { "; trying the next" } else { "" };
    eprintln!(
        "attempt {}: {} after {} ms: {} {}: {}{next}",
        attempt.number,
        visible(&whom),
        report::millis(attempt.took),
        attempt.status.code.0,
        attempt.status.code.name(),
        visible(&attempt.status.message),
    );
}
