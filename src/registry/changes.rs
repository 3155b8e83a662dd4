//! What is different between two looks at the same part of a registry: pure functions, which the timeline, the notices
//! and the headless watch share.

use std::collections::{BTreeSet, HashMap};
use std::time::SystemTime;

use super::{Health, Instance, InstanceKey};

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
    let mut changes = Vec::new();
    let mut compare = |old: &Instance, new: &Instance| {
        between(old, new, &mut |what| changes.push(Change { at, key: new.key.clone(), what }));
    };
    // Two looks have the same instances in the same order, as a rule.
    if old.len() == new.len() && old.iter().zip(new).all(|(old, new)| old.key == new.key) {
        old.iter().zip(new).for_each(|(old, new)| compare(old, new));
    } else {
        let by_key = |list| -> HashMap<&InstanceKey, &Instance> {
            let list: &[Instance] = list;
            list.iter().map(|instance| (&instance.key, instance)).collect()
        };
        let (olds, news) = (by_key(old), by_key(new));
        old.iter().filter_map(|old| Some((old, *news.get(&old.key)?))).for_each(|(old, new)| compare(old, new));
        let gone = old.iter().filter(|old| !news.contains_key(&old.key)).map(|old| {
            let what = ChangeKind::Removed { was: old.health };
            Change { at, key: old.key.clone(), what }
        });
        let come = new.iter().filter(|new| !olds.contains_key(&new.key)).map(|new| {
            let what = ChangeKind::Added { health: new.health };
            Change { at, key: new.key.clone(), what }
        });
        changes.extend(gone.chain(come));
    }
    changes.sort_by(|one, other| one.key.cmp(&other.key));
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
    if (&old.address, old.port) != (&new.address, new.port) {
        push(ChangeKind::Address { from: old.host_port(), to: new.host_port() });
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

#[cfg(test)]
mod tests {

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
}
