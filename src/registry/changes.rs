//! What changed from one list of instances to the next. Pure.

use std::collections::BTreeMap;

use super::{Health, Instance, InstanceKey};

/// One change of one instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which instance.
    pub instance: InstanceKey,
    /// What happened to it.
    pub what: ChangeKind,
}

/// What happened to an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// It came.
    Added {
        /// Its health.
        health: Health,
        /// Its tags.
        tags: Vec<String>,
    },
    /// It went.
    Removed {
        /// Its health before.
        was: Health,
    },
    /// Its health is another.
    Health {
        /// Before.
        was: Health,
        /// Now.
        now: Health,
        /// Why it is in maintenance.
        reason: Option<String>,
    },
    /// It was registered anew with other facts: tags, metadata, address, weights.
    Edited {
        /// Its tags now.
        tags: Vec<String>,
        /// Its address is another.
        moved: bool,
    },
}

/// What changed, by instance; an instance whose health and facts changed at once has two changes.
pub fn changes(before: &[Instance], now: &[Instance]) -> Vec<Change> {
    let old: BTreeMap<&InstanceKey, &Instance> = before.iter().map(|instance| (&instance.key, instance)).collect();
    let new: BTreeMap<&InstanceKey, &Instance> = now.iter().map(|instance| (&instance.key, instance)).collect();
    let mut found = Vec::new();
    let mut push = |key: &InstanceKey, what| found.push(Change { instance: key.clone(), what });
    for (key, was) in &old {
        let Some(is) = new.get(key) else {
            push(key, ChangeKind::Removed { was: was.health });
            continue;
        };
        if is.health != was.health || is.maintenance_reason != was.maintenance_reason {
            let reason = is.maintenance_reason.clone();
            push(key, ChangeKind::Health { was: was.health, now: is.health, reason });
        }
        let moved = (&is.address, is.port) != (&was.address, was.port);
        if moved || is.tags != was.tags || is.meta != was.meta || is.weights != was.weights {
            push(key, ChangeKind::Edited { tags: is.tags.clone(), moved });
        }
    }
    for (key, is) in &new {
        if !old.contains_key(key) {
            push(key, ChangeKind::Added { health: is.health, tags: is.tags.clone() });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instance(id: &str, health: Health, tags: &[&str]) -> Instance {
        Instance {
            key: InstanceKey { id: id.to_owned(), ..InstanceKey::default() },
            health,
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            ..Instance::default()
        }
    }

    #[test]
    fn what_came_went_and_changed() {
        let before = [
            instance("1", Health::Passing, &["a"]),
            instance("2", Health::Passing, &[]),
            instance("3", Health::Passing, &[]),
        ];
        let now = [
            instance("1", Health::Critical, &["b"]),
            instance("3", Health::Passing, &[]),
            instance("4", Health::Warning, &["c"]),
        ];
        let said: Vec<(String, ChangeKind)> =
            changes(&before, &now).into_iter().map(|change| (change.instance.id, change.what)).collect();
        let expect = [
            ("1".to_owned(), ChangeKind::Health { was: Health::Passing, now: Health::Critical, reason: None }),
            ("1".to_owned(), ChangeKind::Edited { tags: vec!["b".to_owned()], moved: false }),
            ("2".to_owned(), ChangeKind::Removed { was: Health::Passing }),
            ("4".to_owned(), ChangeKind::Added { health: Health::Warning, tags: vec!["c".to_owned()] }),
        ];
        assert_eq!(said, expect);
        assert!(changes(&now, &now).is_empty());
    }
}
