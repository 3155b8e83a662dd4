//! Watches of one service, of all instances and of all services.
//!
//! One service is one blocking query. All of them are two: one for names and tags, which any registration ends, and one
//! for every check, which tells what became of whom. What they say is applied to what is known; only services that
//! changed are asked for again, and everything only within a bucket, and without its checks, which are known: since
//! Consul does not tell whose address, port or metadata changed.

use std::collections::{BTreeSet, HashSet};
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::Consul;
use super::blocking::{self, Blocking, Bucket, Source};
use super::http::ReplyFacts;
use super::raw::{self, RawCheck, RawEntry};
use super::read::{self, ChecksByPlace, Names};
use crate::registry::{
    Answer, Instance, InstanceKey, RegistryError, Scope, Service, Watch, keep_checks_since, keep_since, services_of,
};

/// More changed services than this, and everything is asked for anew.
const FEW: usize = 24;

/// One service's instances.
pub(super) fn one(consul: Consul, scope: Scope, name: String) -> Watch<Vec<Instance>> {
    let block = Blocking::new(consul.http().clone());
    blocking::watch(One { consul, scope, name, block, last: Vec::new() })
}

/// All instances.
pub(super) fn all(consul: Consul, scope: Scope) -> Watch<Vec<Instance>> {
    blocking::watch(All::new(consul, scope))
}

/// All services in sum.
pub(super) fn services(consul: Consul, scope: Scope) -> Watch<Vec<Service>> {
    blocking::watch(Sums(All::new(consul, scope)))
}

struct One {
    consul: Consul,
    scope: Scope,
    name: String,
    block: Blocking,
    last: Vec<Instance>,
}

impl Source for One {
    type Value = Vec<Instance>;

    async fn next(&mut self) -> Result<Answer<Vec<Instance>>, RegistryError> {
        let ask = Consul::service_ask(&self.scope, &self.name);
        let reply = self.block.next(ask.clone(), |status| status == 200).await?;
        let entries: Vec<RawEntry> = self.consul.http().parse(&ask, &reply)?;
        let mut instances = self.consul.instances_of(entries, &self.scope).await;
        keep_since(&self.last, &mut instances, SystemTime::now());
        self.last.clone_from(&instances);
        Ok(self.consul.answer_of_one(instances, &reply.facts, &self.scope).await)
    }

    fn reset(&mut self) {
        self.block = Blocking::new(self.consul.http().clone());
    }
}

/// What was heard.
enum Heard {
    /// Services and their tags.
    Names(Names, ReplyFacts),
    /// Every check.
    Checks(Vec<RawCheck>, ReplyFacts),
    /// All instances, without checks unless the agent filtered them, and how long it took.
    Whole(Vec<Instance>, ReplyFacts, Duration),
    Failed(RegistryError),
}

struct All {
    consul: Consul,
    /// As it was asked for.
    scope: Scope,
    /// What is kept: everything, of which the scope's tags and health are a view; a filter expression is the agent's.
    whole: Scope,
    ears: Option<Ears>,
    known: Vec<Instance>,
    names: Names,
    checks: ChecksByPlace,
    facts: ReplyFacts,
    /// Something changed of which it is not known what.
    is_unsure: bool,
    /// Everything is being asked for.
    is_looking: bool,
    /// Services that were asked for while everything was: what is known of them is newer.
    newer: BTreeSet<String>,
    bucket: Bucket,
}

/// What listens to the agent; all of it ends when this is dropped.
struct Ears {
    tell: mpsc::Sender<Heard>,
    heard: mpsc::Receiver<Heard>,
    tasks: JoinSet<()>,
}

impl All {
    fn new(consul: Consul, scope: Scope) -> Self {
        let whole = Scope { tags: Vec::new(), passing: false, near: None, ..scope.clone() };
        Self {
            consul,
            scope,
            whole,
            ears: None,
            known: Vec::new(),
            names: Names::new(),
            checks: ChecksByPlace::default(),
            facts: ReplyFacts::default(),
            is_unsure: false,
            is_looking: false,
            newer: BTreeSet::new(),
            bucket: Bucket::new(),
        }
    }

    fn is_filtered(&self) -> bool {
        self.scope.filter.is_some()
    }

    /// Asks both questions, each in a task of its own: one that is dropped in the middle would cost its connection.
    fn listen(&self) -> Ears {
        let (tell, heard) = mpsc::channel(2);
        let mut tasks = JoinSet::new();
        let place = Scope { filter: None, ..self.whole.clone() };
        for is_names in [true, false] {
            let (consul, place, tell) = (self.consul.clone(), place.clone(), tell.clone());
            tasks.spawn(async move {
                let ask = if is_names { Consul::names_ask(&place) } else { Consul::checks_ask(&place) };
                let mut block = Blocking::new(consul.http().clone());
                loop {
                    let heard = match block.next(ask.clone(), |status| status == 200).await {
                        Ok(reply) if is_names => {
                            consul.http().parse(&ask, &reply).map(|names| Heard::Names(names, reply.facts))
                        }
                        Ok(reply) => consul.http().parse(&ask, &reply).map(|rows| Heard::Checks(rows, reply.facts)),
                        Err(error) => Err(error),
                    };
                    let is_over = heard.is_err();
                    if tell.send(heard.unwrap_or_else(Heard::Failed)).await.is_err() || is_over {
                        return;
                    }
                }
            });
        }
        Ears { tell, heard, tasks }
    }

    /// Begins to ask for everything; the answer is heard.
    fn look(&mut self) {
        let Some(ears) = self.ears.as_mut() else { return };
        let (consul, scope, tell) = (self.consul.clone(), self.whole.clone(), ears.tell.clone());
        let names: Vec<String> = self.names.keys().cloned().collect();
        ears.tasks.spawn(async move {
            let began = Instant::now();
            let found = if scope.filter.is_some() {
                consul.all_of(&scope, names).await
            } else {
                consul.places(&scope, names).await
            };
            let heard = match found {
                Ok((instances, facts)) => Heard::Whole(instances, facts, began.elapsed()),
                Err(error) => Heard::Failed(error),
            };
            // Nobody listens: then nobody wants it.
            drop(tell.send(heard).await);
        });
        (self.is_unsure, self.is_looking) = (false, true);
        self.newer.clear();
    }

    /// Asks for these services.
    async fn look_at(&mut self, services: BTreeSet<String>) -> Result<(), RegistryError> {
        if services.is_empty() {
            return Ok(());
        }
        if services.len() > FEW {
            self.is_unsure = true;
            return Ok(());
        }
        let (mut instances, facts) = self.consul.by_service(&self.whole, services.iter().cloned().collect()).await?;
        keep_since(&self.known, &mut instances, SystemTime::now());
        self.known.retain(|known| !services.contains(&known.key.service));
        self.known.extend(instances);
        read::sort(&mut self.known);
        self.learn(&facts);
        if self.is_looking {
            self.newer.extend(services);
        }
        Ok(())
    }

    fn learn(&mut self, facts: &ReplyFacts) {
        self.facts = read::merged_facts(std::mem::take(&mut self.facts), facts);
    }

    /// Takes in what was heard; says which services have to be asked for.
    fn take(&mut self, heard: Heard) -> Result<BTreeSet<String>, RegistryError> {
        match heard {
            Heard::Failed(error) => Err(error),
            Heard::Names(names, facts) => {
                self.learn(&facts);
                let changed = changed_names(&self.names, &names);
                self.names = names;
                self.is_unsure = true;
                Ok(if self.is_filtered() { BTreeSet::new() } else { changed })
            }
            Heard::Checks(rows, facts) => {
                self.learn(&facts);
                if self.is_filtered() {
                    // Which instances pass the filter may depend on their checks: only the agent knows.
                    self.is_unsure = true;
                    return Ok(BTreeSet::new());
                }
                self.checks = ChecksByPlace::new(rows);
                Ok(apply_checks(&mut self.known, &self.checks, SystemTime::now()))
            }
            Heard::Whole(instances, facts, took) => {
                self.learn(&facts);
                self.bucket.costs(took);
                self.is_looking = false;
                Ok(self.take_whole(instances))
            }
        }
    }

    /// Takes everything in, but for what is known better.
    fn take_whole(&mut self, instances: Vec<Instance>) -> BTreeSet<String> {
        let newer = std::mem::take(&mut self.newer);
        let mut whole: Vec<Instance> =
            instances.into_iter().filter(|instance| !newer.contains(&instance.key.service)).collect();
        let mut services = BTreeSet::new();
        if !self.is_filtered() {
            for instance in &mut whole {
                self.checks.give(instance);
            }
            // The checks of what is new may not have been heard yet: it would seem to pass.
            let known: HashSet<&InstanceKey> = self.known.iter().map(|instance| &instance.key).collect();
            let is_news = |instance: &&Instance| {
                !known.contains(&instance.key) && !self.checks.has(&instance.key.node, &instance.key.id)
            };
            if !known.is_empty() {
                services.extend(whole.iter().filter(is_news).map(|instance| instance.key.service.clone()));
                whole.retain(|instance| !services.contains(&instance.key.service));
            }
        }
        let kept =
            |instance: &Instance| newer.contains(&instance.key.service) || services.contains(&instance.key.service);
        let mut known: Vec<Instance> = self.known.iter().filter(|instance| kept(instance)).cloned().collect();
        keep_since(&self.known, &mut whole, SystemTime::now());
        known.extend(whole);
        read::sort(&mut known);
        self.known = known;
        services
    }

    /// Waits until something may have changed.
    async fn changed(&mut self) -> Result<(), RegistryError> {
        if self.ears.is_none() {
            return self.begin().await;
        }
        loop {
            let mut wait = None;
            if self.is_unsure && !self.is_looking {
                match self.bucket.try_take() {
                    Ok(()) => self.look(),
                    Err(time) => wait = Some(time),
                }
            }
            let Some(heard) = self.hear(wait).await else { continue };
            let mut services = self.take(heard)?;
            while let Some(more) = self.ears.as_mut().and_then(|ears| ears.heard.try_recv().ok()) {
                services.extend(self.take(more)?);
            }
            return self.look_at(services).await;
        }
    }

    /// The first look, at the beginning and after the agent was away: nothing that was known of it counts.
    async fn begin(&mut self) -> Result<(), RegistryError> {
        self.ears = Some(self.listen());
        (self.names, self.checks, self.facts) = (Names::new(), ChecksByPlace::default(), ReplyFacts::default());
        (self.is_unsure, self.is_looking) = (false, false);
        let (mut has_names, mut has_checks) = (false, false);
        // Both questions wait from then on, so that whatever happens while we look will be heard.
        while !(has_names && has_checks) {
            match self.hear(None).await {
                Some(Heard::Names(names, facts)) => {
                    self.learn(&facts);
                    (self.names, has_names) = (names, true);
                }
                Some(Heard::Checks(rows, facts)) => {
                    self.learn(&facts);
                    (self.checks, has_checks) = (ChecksByPlace::new(rows), true);
                }
                Some(Heard::Failed(error)) => return Err(error),
                Some(Heard::Whole(..)) | None => {}
            }
        }
        let before = std::mem::take(&mut self.known);
        self.look();
        while self.is_looking {
            if let Some(heard) = self.hear(None).await {
                let services = self.take(heard)?;
                self.look_at(services).await?;
            }
        }
        keep_since(&before, &mut self.known, SystemTime::now());
        Ok(())
    }

    /// What is heard next; nothing if that takes longer than `limit`.
    async fn hear(&mut self, limit: Option<Duration>) -> Option<Heard> {
        let ears = self.ears.as_mut()?;
        match limit {
            Some(limit) => tokio::time::timeout(limit, ears.heard.recv()).await.ok().flatten(),
            None => ears.heard.recv().await,
        }
    }
}

impl Source for All {
    type Value = Vec<Instance>;

    async fn next(&mut self) -> Result<Answer<Vec<Instance>>, RegistryError> {
        self.changed().await?;
        let view = self.known.iter().filter(|instance| read::fits(instance, &self.scope)).cloned().collect();
        Ok(self.consul.answer_of_all(view, &self.facts, &self.scope).await)
    }

    fn reset(&mut self) {
        self.ears = None;
    }
}

struct Sums(All);

impl Source for Sums {
    type Value = Vec<Service>;

    async fn next(&mut self) -> Result<Answer<Vec<Service>>, RegistryError> {
        let answer = self.0.next().await?;
        Ok(Answer { value: services_of(&answer.value), hidden: answer.hidden })
    }

    fn reset(&mut self) {
        self.0.reset();
    }
}

/// Services that came, went or have other tags.
fn changed_names(old: &Names, new: &Names) -> BTreeSet<String> {
    let sorted = |tags: &Vec<String>| tags.iter().cloned().collect::<BTreeSet<_>>();
    let all: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    all.into_iter().filter(|name| old.get(*name).map(sorted) != new.get(*name).map(sorted)).cloned().collect()
}

/// Gives each instance its checks. Says which services have instances that are not known, or lost their own checks,
/// which is what a deregistration looks like from here.
fn apply_checks(known: &mut [Instance], checks: &ChecksByPlace, now: SystemTime) -> BTreeSet<String> {
    let mut services = BTreeSet::new();
    let mut there: HashSet<(String, String)> = HashSet::with_capacity(known.len());
    for instance in known {
        let (node, id) = (&instance.key.node, &instance.key.id);
        there.insert((node.clone(), id.clone()));
        if !checks.has(node, id) && instance.checks.iter().any(|check| !check.is_node) {
            // Gone, most likely, and not well all of a sudden: it stays as it was until that is known.
            services.insert(instance.key.service.clone());
            continue;
        }
        let mut new = checks.of(node, id);
        keep_checks_since(&instance.checks, &mut new, now);
        if new != instance.checks {
            instance.health = raw::worst(&new);
            instance.maintenance_reason = raw::maintenance_reason(&new);
            instance.checks = new;
        }
    }
    for (node, id, name) in checks.instances() {
        if !name.is_empty() && !there.contains(&(node.to_owned(), id.to_owned())) {
            services.insert(name.to_owned());
        }
    }
    services
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
    use crate::registry::{Check, Health};

    fn rows(json: &str) -> ChecksByPlace {
        ChecksByPlace::new(serde_json::from_str(json).expect("json"))
    }

    fn instance(id: &str) -> Instance {
        let check = Check { id: format!("c-{id}"), status: Health::Passing, ..Check::default() };
        Instance {
            key: InstanceKey {
                node: "n".to_owned(),
                service: "User".to_owned(),
                id: id.to_owned(),
                ..InstanceKey::default()
            },
            health: Health::Passing,
            checks: vec![check],
            ..Instance::default()
        }
    }

    #[test]
    fn checks_are_given_to_whom_they_belong() {
        let mut known = vec![instance("1"), instance("2")];
        let now = SystemTime::UNIX_EPOCH;
        let asked = apply_checks(
            &mut known,
            &rows(
                r#"[{"Node": "n", "CheckID": "c-1", "ServiceID": "1", "ServiceName": "User", "Status": "critical"},
                    {"Node": "n", "CheckID": "c-2", "ServiceID": "2", "ServiceName": "User", "Status": "passing"},
                    {"Node": "n", "CheckID": "serfHealth", "ServiceID": "", "Status": "passing"}]"#,
            ),
            now,
        );
        assert!(asked.is_empty(), "{asked:?}");
        assert_eq!((known[0].health, known[1].health), (Health::Critical, Health::Passing));
        assert_eq!(known[0].checks.len(), 2, "its node's and its own");
        assert_eq!(known[0].checks[1].since, Some(now));
        assert_eq!(known[1].checks[1].since, None);
    }

    #[test]
    fn what_came_and_went_is_asked_for() {
        let asked = |json: &str| apply_checks(&mut [instance("1")], &rows(json), SystemTime::UNIX_EPOCH);
        let same = r#"{"Node": "n", "CheckID": "c-1", "ServiceID": "1", "ServiceName": "User", "Status": "passing"}"#;
        assert!(asked(&format!("[{same}]")).is_empty());
        assert_eq!(asked("[]"), ["User".to_owned()].into(), "its checks are gone");
        let other = r#"{"Node": "n", "CheckID": "c", "ServiceID": "9", "ServiceName": "Order", "Status": "passing"}"#;
        assert_eq!(asked(&format!("[{same}, {other}]")), ["Order".to_owned()].into());
    }

    #[test]
    fn names_that_changed() {
        let names = |of: &[(&str, &[&str])]| -> Names {
            of.iter()
                .map(|(name, tags)| ((*name).to_owned(), tags.iter().map(|tag| (*tag).to_owned()).collect()))
                .collect()
        };
        let old = names(&[("a", &["x", "y"]), ("b", &[]), ("c", &["x"])]);
        let new = names(&[("a", &["y", "x"]), ("c", &["z"]), ("d", &[])]);
        assert_eq!(changed_names(&old, &new), ["b", "c", "d"].map(str::to_owned).into());
    }
}
