//! What several registries do alike with what they read: sums by service, and since when a check is as it is. Pure.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::SystemTime;

use super::{Check, HealthCounts, Instance, InstanceKey, Service};

/// What is being summed up of one service.
#[derive(Default)]
struct Sum<'a> {
    tags: BTreeSet<&'a str>,
    counts: HealthCounts,
    nodes: BTreeSet<&'a str>,
    meta: BTreeSet<(&'a str, &'a str)>,
}

/// Sums instances up by service, sorted by name.
pub fn services_of(instances: &[Instance]) -> Vec<Service> {
    let mut sums: BTreeMap<&str, Sum<'_>> = BTreeMap::new();
    for instance in instances {
        let sum = sums.entry(&instance.key.service).or_default();
        sum.tags.extend(instance.tags.iter().map(String::as_str));
        sum.counts.add(instance.health);
        sum.nodes.extend(Some(instance.key.node.as_str()).filter(|node| !node.is_empty()));
        sum.meta.extend(instance.meta.iter().map(|(key, value)| (key.as_str(), value.as_str())));
    }
    let owned = |texts: BTreeSet<&str>| texts.into_iter().map(str::to_owned).collect();
    sums.into_iter()
        .map(|(name, sum)| Service {
            name: name.to_owned(),
            tags: owned(sum.tags),
            counts: sum.counts,
            nodes: owned(sum.nodes),
            meta: sum.meta.into_iter().map(|(key, value)| format!("{key}={value}")).collect(),
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
    use crate::registry::Health;

    fn instance(id: &str, health: Health) -> Instance {
        Instance {
            key: InstanceKey { service: "User".to_owned(), id: id.to_owned(), ..InstanceKey::default() },
            tags: vec!["user".to_owned()],
            health,
            ..Instance::default()
        }
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
