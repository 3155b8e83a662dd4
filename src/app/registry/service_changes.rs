//! What changed of a datacenter's services from one look to the next, newest first. Pure.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::SystemTime;

use crate::registry::{Health, Service};

/// So many changes of one datacenter are kept.
const KEPT: usize = 500;

/// What happened to a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceChange {
    /// It came, with so many instances.
    Added(usize),
    /// It went; it was like this.
    Removed(Health),
    /// The worst of its instances is another.
    Health {
        /// Before.
        was: Health,
        /// Now.
        now: Health,
    },
    /// It has more or fewer instances.
    Instances {
        /// Before.
        was: usize,
        /// Now.
        now: usize,
    },
}

/// One line of a datacenter's timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceLine {
    /// When this program saw it.
    pub at: SystemTime,
    /// Which service.
    pub service: String,
    /// What.
    pub what: ServiceChange,
}

/// What changed, by name; a service's health comes before the number of its instances.
pub fn service_changes(was: &[Service], now: &[Service]) -> Vec<(String, ServiceChange)> {
    let old: BTreeMap<&str, &Service> = was.iter().map(|service| (service.name.as_str(), service)).collect();
    let new: BTreeMap<&str, &Service> = now.iter().map(|service| (service.name.as_str(), service)).collect();
    let names: BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
    let mut found = Vec::new();
    for name in names {
        let mut push = |what| found.push((name.to_owned(), what));
        match (old.get(name), new.get(name)) {
            (None, Some(new)) => push(ServiceChange::Added(new.counts.total())),
            (Some(old), None) => push(ServiceChange::Removed(old.counts.worst())),
            (Some(old), Some(new)) => {
                let (was, now) = (old.counts.worst(), new.counts.worst());
                if was != now {
                    push(ServiceChange::Health { was, now });
                }
                let (was, now) = (old.counts.total(), new.counts.total());
                if was != now {
                    push(ServiceChange::Instances { was, now });
                }
            }
            (None, None) => {}
        }
    }
    found
}

/// Puts what changed in front.
pub(super) fn note(timeline: &mut VecDeque<ServiceLine>, was: &[Service], now: &[Service], at: SystemTime) {
    for (service, what) in service_changes(was, now) {
        timeline.push_front(ServiceLine { at, service, what });
    }
    timeline.truncate(KEPT);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::HealthCounts;

    fn service(name: &str, passing: usize, critical: usize) -> Service {
        let counts = HealthCounts { passing, critical, ..HealthCounts::default() };
        Service { name: name.to_owned(), counts, ..Service::default() }
    }

    #[test]
    fn what_came_went_and_is_otherwise() {
        let was = [service("a", 1, 0), service("b", 2, 0), service("c", 1, 1), service("d", 1, 0)];
        let now = [service("b", 1, 1), service("c", 2, 1), service("d", 1, 0), service("e", 3, 0)];
        let expect = [
            ("a", ServiceChange::Removed(Health::Passing)),
            ("b", ServiceChange::Health { was: Health::Passing, now: Health::Critical }),
            ("c", ServiceChange::Instances { was: 2, now: 3 }),
            ("e", ServiceChange::Added(3)),
        ];
        let expect: Vec<(String, ServiceChange)> =
            expect.into_iter().map(|(name, what)| (name.to_owned(), what)).collect();
        assert_eq!(service_changes(&was, &now), expect);
        assert_eq!(service_changes(&now, &now), []);
        let mut timeline = VecDeque::new();
        note(&mut timeline, &was, &now, SystemTime::UNIX_EPOCH);
        assert_eq!(timeline.front().map(|line| line.service.as_str()), Some("e"));
    }
}
