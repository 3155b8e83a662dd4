//! `watch`: what comes, goes and changes, one JSON object a line, until interrupted or until nobody reads any more.

use std::collections::BTreeSet;
use std::time::SystemTime;

use clap::Args;
use serde::Serialize;

use super::RegistryArgs;
use crate::cli::report;
use crate::registry::{ChangeKind, Health, Instance, InstanceKey, Scope, WatchUpdate, changes};
use crate::words::format::visible;

const HELP: &str = last_words!(
    "Prints one object a line as it happens: event (added, removed, changed, stale, fresh), service, instance, health, \
     was. It begins with one added an instance, then fresh; while the registry is away it says stale, once."
);

/// `watch`
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct WatchArgs {
    /// Only instances with this tag; several must all be there
    #[arg(long = "tag", value_name = "TAG")]
    pub tags: Vec<String>,
    /// Name of the service; all of them, if none
    pub service: Option<String>,
    /// Which registry.
    #[command(flatten)]
    pub registry: RegistryArgs,
}

/// One line.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct EventJson<'a> {
    event: &'static str,
    service: Option<&'a str>,
    instance: Option<&'a str>,
    health: Option<&'static str>,
    was: Option<&'static str>,
}

/// Runs the verb; the exit code.
pub async fn run(args: Box<WatchArgs>) -> u8 {
    let mut interrupt = std::pin::pin!(tokio::signal::ctrl_c());
    let mut unread = std::pin::pin!(nobody_reads());
    let registry = match args.registry.open() {
        Ok(registry) => registry,
        Err(not_opened) => return not_opened.report(),
    };
    let scope = Scope { tags: args.tags.clone(), ..args.registry.scope() };
    let mut updates = registry.watch_instances(scope, args.service.clone());
    let service = args.service.as_deref();
    let of_all = |event| EventJson { event, service, instance: None, health: None, was: None };
    let mut known: Vec<Instance> = Vec::new();
    let mut has_begun = false;
    let mut is_fresh = false;
    loop {
        let update = tokio::select! {
            update = updates.recv() => update,
            _ = &mut interrupt => return 0,
            () = &mut unread => return 0,
        };
        let printed = match update {
            Some(WatchUpdate::Now(answer)) => {
                let mut printed = events(&known, &answer.value).iter().try_for_each(super::print);
                if !std::mem::replace(&mut is_fresh, true) {
                    printed = printed.and_then(|()| super::print(&of_all("fresh")));
                }
                if !std::mem::replace(&mut has_begun, true) {
                    super::say_hidden(answer.value.is_empty(), answer.hidden, registry.as_ref());
                }
                known.clone_from(&answer.value);
                printed
            }
            Some(WatchUpdate::Back) => {
                is_fresh = true;
                super::print(&of_all("fresh"))
            }
            // Nothing was ever known: that is a refusal and no gap.
            Some(WatchUpdate::Away(error)) if !has_begun => return super::refused(&error),
            Some(WatchUpdate::Away(error)) => {
                eprintln!("proconsul: {}", visible(&error.to_string()));
                if std::mem::replace(&mut is_fresh, false) { super::print(&of_all("stale")) } else { Ok(()) }
            }
            None => return report::not_begun("the watch ended without a word"),
        };
        if printed.is_err() {
            // Nobody reads any more, which is how a watch ends.
            return 0;
        }
    }
}

/// The lines that lead from `old` to `new`: one an instance, however much of it changed.
fn events<'a>(old: &'a [Instance], new: &'a [Instance]) -> Vec<EventJson<'a>> {
    let find = |of: &'a [Instance], key: &InstanceKey| of.iter().find(|instance| instance.key == *key);
    let mut said = BTreeSet::new();
    let mut lines = Vec::new();
    for change in changes(old, new, SystemTime::now()) {
        let (was, is) = match change.what {
            ChangeKind::Added { .. } => (None, find(new, &change.key)),
            ChangeKind::Removed { .. } => (find(old, &change.key), None),
            _ => (find(old, &change.key), find(new, &change.key)),
        };
        let Some(instance) = is.or(was) else { continue };
        if !said.insert(&instance.key) {
            continue;
        }
        let event = match (was, is) {
            (None, _) => "added",
            (_, None) => "removed",
            _ => "changed",
        };
        let health = |of: Option<&Instance>| of.map(|instance| instance.health).map(Health::name);
        lines.push(EventJson {
            event,
            service: Some(&instance.key.service),
            instance: Some(&instance.key.id),
            health: health(is),
            was: health(was),
        });
    }
    lines
}

/// Ends when stdout is a pipe and nobody holds its other end any more; else never.
#[cfg(unix)]
async fn nobody_reads() {
    use std::os::fd::AsFd as _;

    use tokio::io::Interest;
    use tokio::net::unix::pipe::Sender;

    // The mode of the pipe stays as it is: it is shared with whoever else writes there.
    let pipe = std::io::stdout().as_fd().try_clone_to_owned().and_then(Sender::from_owned_fd_unchecked);
    if let Ok(pipe) = pipe
        && is_pipe()
        && pipe.ready(Interest::ERROR).await.is_ok()
    {
        return;
    }
    std::future::pending::<()>().await;
}

#[cfg(unix)]
fn is_pipe() -> bool {
    rustix::fs::fstat(std::io::stdout()).is_ok_and(|stat| {
        let kind = rustix::fs::FileType::from_raw_mode(stat.st_mode);
        kind == rustix::fs::FileType::Fifo || kind == rustix::fs::FileType::Socket
    })
}

#[cfg(not(unix))]
async fn nobody_reads() {
    std::future::pending::<()>().await;
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::format_collect,
        reason = "tests may end by panicking, and their texts are short"
    )]

    use super::*;

    fn instance(id: &str, health: Health, tags: &[&str]) -> Instance {
        Instance {
            key: InstanceKey { service: "User".to_owned(), id: id.to_owned(), ..InstanceKey::default() },
            health,
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            ..Instance::default()
        }
    }

    #[test]
    fn one_line_an_instance() {
        let old = [
            instance("1", Health::Passing, &["a"]),
            instance("2", Health::Passing, &[]),
            instance("3", Health::Passing, &[]),
        ];
        let new = [
            instance("1", Health::Critical, &["b"]),
            instance("3", Health::Passing, &["t"]),
            instance("4", Health::Warning, &[]),
        ];
        let lines: Vec<String> =
            events(&old, &new).iter().map(|line| serde_json::to_string(line).expect("json")).collect();
        assert_eq!(
            lines,
            [
                r#"{"event":"changed","service":"User","instance":"1","health":"critical","was":"passing"}"#,
                r#"{"event":"removed","service":"User","instance":"2","health":null,"was":"passing"}"#,
                r#"{"event":"changed","service":"User","instance":"3","health":"passing","was":"passing"}"#,
                r#"{"event":"added","service":"User","instance":"4","health":"warning","was":null}"#,
            ]
        );
    }
}
