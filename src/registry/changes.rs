//! What is different between two looks at the same part of a registry: pure functions, which the timeline, the notices
//! and the headless watch share.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::SystemTime;

use super::{Check, Health, HealthCounts, Instance, InstanceKey, Service};

/// Something that came, went or became other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// When it was seen.
    pub at: SystemTime,
    /// Which instance.
    pub key: InstanceKey,
    /// What happened to it.
    pub what: ChangeKind,
}

/// What happened to an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// It is new.
    Added {
        /// How well it is.
        health: Health,
    },
    /// It is gone.
    Removed {
        /// How well it was.
        was: Health,
    },
    /// Its health is another.
    Health {
        /// What it was.
        from: Health,
        /// What it is.
        to: Health,
    },
    /// Its address or port is another: `host:port`.
    Address {
        /// What it was.
        from: String,
        /// What it is.
        to: String,
    },
    /// Its tags are others.
    Tags {
        /// Those that came.
        added: Vec<String>,
        /// Those that went.
        removed: Vec<String>,
    },
    /// Its metadata is other: the names of what came, went or has another value.
    Meta {
        /// Sorted.
        names: Vec<String>,
    },
    /// It stays in maintenance for another reason: the new one.
    Reason(String),
    /// Its share of calls is another: while passing, while warning.
    Weights {
        /// What it was.
        from: (u32, u32),
        /// What it is.
        to: (u32, u32),
    },
}

/// What changed from `old` to `new`, in the order of keys; one instance may have changed in several ways.
pub fn changes(old: &[Instance], new: &[Instance], at: SystemTime) -> Vec<Change> {
    let olds: BTreeMap<&InstanceKey, &Instance> = old.iter().map(|instance| (&instance.key, instance)).collect();
    let news: BTreeMap<&InstanceKey, &Instance> = new.iter().map(|instance| (&instance.key, instance)).collect();
    let keys: BTreeSet<&InstanceKey> = olds.keys().chain(news.keys()).copied().collect();
    let mut changes = Vec::new();
    for key in keys {
        let mut push = |what| changes.push(Change { at, key: key.clone(), what });
        match (olds.get(key), news.get(key)) {
            (None, Some(new)) => push(ChangeKind::Added { health: new.health }),
            (Some(old), None) => push(ChangeKind::Removed { was: old.health }),
            (Some(old), Some(new)) => between(old, new, &mut push),
            (None, None) => {}
        }
    }
    changes
}

fn between(old: &Instance, new: &Instance, push: &mut impl FnMut(ChangeKind)) {
    if old.health != new.health {
        push(ChangeKind::Health { from: old.health, to: new.health });
    } else if old.maintenance_reason != new.maintenance_reason
        && let Some(reason) = &new.maintenance_reason
    {
        push(ChangeKind::Reason(reason.clone()));
    }
    let (from, to) = (old.host_port(), new.host_port());
    if from != to {
        push(ChangeKind::Address { from, to });
    }
    let tags = |from: &Instance, to: &Instance| -> Vec<String> {
        to.tags.iter().filter(|tag| !from.tags.contains(tag)).cloned().collect()
    };
    let (added, removed) = (tags(old, new), tags(new, old));
    if !added.is_empty() || !removed.is_empty() {
        push(ChangeKind::Tags { added, removed });
    }
    if old.meta != new.meta {
        let names: BTreeSet<&String> = old.meta.keys().chain(new.meta.keys()).collect();
        let names = names.into_iter().filter(|name| old.meta.get(*name) != new.meta.get(*name)).cloned().collect();
        push(ChangeKind::Meta { names });
    }
    if old.weights != new.weights {
        push(ChangeKind::Weights { from: old.weights, to: new.weights });
    }
}

/// Sums instances up by service, sorted by name.
pub fn services_of(instances: &[Instance]) -> Vec<Service> {
    let mut sums: BTreeMap<&str, (BTreeSet<&str>, HealthCounts)> = BTreeMap::new();
    for instance in instances {
        let (tags, counts) = sums.entry(&instance.key.service).or_default();
        tags.extend(instance.tags.iter().map(String::as_str));
        counts.add(instance.health);
    }
    sums.into_iter()
        .map(|(name, (tags, counts))| Service {
            name: name.to_owned(),
            tags: tags.into_iter().map(str::to_owned).collect(),
            counts,
        })
        .collect()
}

/// Carries over since when each check has its status: it keeps its time where the status is as it was, gets `now` where
/// it is another, and has none where the check is new with its instance.
pub fn keep_since(old: &[Instance], new: &mut [Instance], now: SystemTime) {
    let olds: HashMap<&InstanceKey, &Instance> = old.iter().map(|instance| (&instance.key, instance)).collect();
    for instance in new {
        if let Some(old) = olds.get(&instance.key) {
            keep_checks_since(&old.checks, &mut instance.checks, now);
        }
    }
}

/// The same for the checks of one instance.
pub fn keep_checks_since(old: &[Check], new: &mut [Check], now: SystemTime) {
    for check in new {
        check.since = match old.iter().find(|old| old.id == check.id && old.is_node == check.is_node) {
            Some(old) if old.status == check.status => old.since,
            _ => Some(now),
        };
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn instance(id: &str, health: Health) -> Instance {
        Instance {
            key: InstanceKey { service: "User".to_owned(), id: id.to_owned(), ..InstanceKey::default() },
            address: "10.0.0.1".to_owned(),
            port: 9001,
            tags: vec!["user".to_owned()],
            health,
            ..Instance::default()
        }
    }

    fn kinds(old: &[Instance], new: &[Instance]) -> Vec<(String, ChangeKind)> {
        changes(old, new, SystemTime::UNIX_EPOCH).into_iter().map(|change| (change.key.id, change.what)).collect()
    }

    #[test]
    fn what_came_went_and_changed() {
        let one = |id: &str, kind| vec![(id.to_owned(), kind)];
        let (a, b) = (instance("a", Health::Passing), instance("b", Health::Critical));
        assert_eq!(kinds(&[], &[]), []);
        assert_eq!(kinds(std::slice::from_ref(&a), std::slice::from_ref(&a)), []);
        assert_eq!(kinds(&[], std::slice::from_ref(&a)), one("a", ChangeKind::Added { health: Health::Passing }));
        assert_eq!(
            kinds(&[a.clone(), b.clone()], std::slice::from_ref(&a)),
            one("b", ChangeKind::Removed { was: Health::Critical })
        );
        assert_eq!(
            kinds(std::slice::from_ref(&a), &[instance("a", Health::Warning)]),
            one("a", ChangeKind::Health { from: Health::Passing, to: Health::Warning })
        );
        // The order in which a registry lists them is none of its changes.
        assert_eq!(kinds(&[a.clone(), b.clone()], &[b, a]), []);
    }

    #[test]
    fn each_aspect_is_a_change_of_its_own() {
        let old = instance("a", Health::Maintenance);
        let old = Instance { maintenance_reason: Some("one".to_owned()), ..old };
        let new = Instance {
            maintenance_reason: Some("two".to_owned()),
            address: "::1".to_owned(),
            tags: vec!["new".to_owned()],
            meta: [("k".to_owned(), "v".to_owned())].into(),
            weights: (5, 1),
            ..old.clone()
        };
        let found: Vec<ChangeKind> = kinds(&[old], &[new]).into_iter().map(|(_, what)| what).collect();
        assert_eq!(
            found,
            [
                ChangeKind::Reason("two".to_owned()),
                ChangeKind::Address { from: "10.0.0.1:9001".to_owned(), to: "[::1]:9001".to_owned() },
                ChangeKind::Tags { added: vec!["new".to_owned()], removed: vec!["user".to_owned()] },
                ChangeKind::Meta { names: vec!["k".to_owned()] },
                ChangeKind::Weights { from: (0, 0), to: (5, 1) },
            ]
        );
    }

    #[test]
    fn services_in_sum() {
        let mut other = instance("b", Health::Critical);
        other.tags = vec!["a".to_owned(), "user".to_owned()];
        let mut order = instance("o", Health::Passing);
        order.key.service = "Order".to_owned();
        let sums = services_of(&[instance("a", Health::Passing), other, order]);
        assert_eq!(sums.iter().map(|sum| sum.name.as_str()).collect::<Vec<_>>(), ["Order", "User"]);
        assert_eq!(sums[1].tags, ["a", "user"]);
        assert_eq!((sums[1].counts.passing, sums[1].counts.critical, sums[1].counts.total()), (1, 1, 2));
    }

    #[test]
    fn since_when_a_check_is_so() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let with = |status, since| {
            let check = Check { id: "c".to_owned(), status, since, ..Check::default() };
            Instance { checks: vec![check], ..instance("a", status) }
        };
        let since = |old: &[Instance], mut new: Instance| {
            keep_since(old, std::slice::from_mut(&mut new), at(9));
            new.checks[0].since
        };
        assert_eq!(since(&[], with(Health::Passing, None)), None, "so when first seen");
        assert_eq!(since(&[with(Health::Passing, Some(at(3)))], with(Health::Passing, None)), Some(at(3)));
        assert_eq!(since(&[with(Health::Passing, Some(at(3)))], with(Health::Critical, None)), Some(at(9)));
    }
}
