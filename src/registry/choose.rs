//! Choosing an instance: which of those that a registry names are called, and in which order they are tried.
//!
//! Pure: whoever chooses hands in the instances in the registry's order, how often was chosen before, and chance.

use super::{Health, Instance};

/// Which of the instances that may be called is called first; the others follow in case it does not answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Policy {
    /// Always this one, by its id, whatever the registry says of its health; no other is tried.
    Instance(String),
    /// The first in the registry's order: what most clients of Consul do.
    #[default]
    First,
    /// The next one at each call.
    RoundRobin,
    /// Any.
    Random,
    /// The nearest by the registry's own estimate of round-trip time; the registry orders them so.
    Near,
}

impl Policy {
    /// `instance`, `first`, `round_robin`, `random`, `near`: the words of targets and flags.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Instance(_) => "instance",
            Self::First => "first",
            Self::RoundRobin => "round_robin",
            Self::Random => "random",
            Self::Near => "near",
        }
    }

    /// Of a word; `instance` has none, since it needs an id. gRPC's own names are known too.
    pub fn of_name(name: &str) -> Option<Self> {
        match name {
            "first" | "pick_first" => Some(Self::First),
            "round_robin" | "round-robin" => Some(Self::RoundRobin),
            "random" => Some(Self::Random),
            "near" => Some(Self::Near),
            _ => None,
        }
    }
}

/// Which instances may be called.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Wish {
    /// All of these tags.
    pub tags: Vec<String>,
    /// `Some(true)`: only what passes. `Some(false)`: whatever its health. `None`: nothing that is critical or in
    /// maintenance, and what passes before what warns. What a registry has no word on counts as passing.
    pub passing: Option<bool>,
}

/// Why none is left; `Display` says which filters left none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoInstance {
    /// The service.
    pub service: String,
    /// How many instances the registry named.
    pub total: usize,
    /// How many of them have all tags.
    pub tagged: usize,
    /// How many of those have a health that lets them be called.
    pub healthy: usize,
    /// How many of those have a port.
    pub with_port: usize,
    /// What was asked for.
    pub wish: Wish,
    /// The id that was asked for.
    pub id: Option<String>,
    /// Health of those that have the tags: how many of each, the worst first.
    pub found: Vec<(Health, usize)>,
}

impl std::fmt::Display for NoInstance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let of =
            |count: usize| if count == 1 { "its only instance".to_owned() } else { format!("its {count} instances") };
        if self.total == 0 {
            return write!(f, "there is no instance of {}", self.service);
        }
        if let Some(id) = &self.id {
            return write!(f, "{} has no instance {id} among {}", self.service, of(self.total));
        }
        if self.tagged == 0 {
            let tags = self.wish.tags.join(" and ");
            return write!(f, "no instance of {} has the tag {tags}: none of {}", self.service, of(self.total));
        }
        let tagged = if self.wish.tags.is_empty() {
            of(self.total)
        } else {
            format!("the {} with the tag {}", self.tagged, self.wish.tags.join(" and "))
        };
        if self.healthy == 0 {
            let (wanted, way) = match self.wish.passing {
                Some(true) => ("passing", "leave passing=true out"),
                _ => ("passing or warning", "write passing=false to call it all the same"),
            };
            let found = found_words(&self.found);
            return write!(f, "no instance of {} is {wanted}: of {tagged}, {found} ({way})", self.service);
        }
        write!(f, "no instance of {} has a port: of {tagged}, {}", self.service, found_words(&self.found))
    }
}

impl std::error::Error for NoInstance {}

/// The instances to try, in order, as indices into `instances` (in the registry's order). `turn` counts the choices that
/// were made before for the same target; `chance` is any number.
pub fn choose(
    service: &str,
    instances: &[Instance],
    wish: &Wish,
    policy: &Policy,
    turn: u64,
    chance: u64,
) -> Result<Vec<usize>, NoInstance> {
    let mut none =
        NoInstance { service: service.to_owned(), total: instances.len(), wish: wish.clone(), ..NoInstance::default() };
    if let Policy::Instance(id) = policy {
        none.id = Some(id.clone());
        let found = instances.iter().position(|one| one.key.id == *id && one.port != 0);
        return found.map(|index| vec![index]).ok_or(none);
    }
    let tagged: Vec<usize> =
        (0..instances.len()).filter(|index| instances.get(*index).is_some_and(|one| has_tags(one, wish))).collect();
    none.tagged = tagged.len();
    none.found = counts(tagged.iter().filter_map(|index| instances.get(*index)));
    let health = |index: &usize| instances.get(*index).map_or(Health::Critical, |one| one.health);
    let healthy: Vec<usize> = tagged.into_iter().filter(|index| may(health(index), wish.passing)).collect();
    none.healthy = healthy.len();
    let callable: Vec<usize> =
        healthy.into_iter().filter(|index| instances.get(*index).is_some_and(|one| one.port != 0)).collect();
    none.with_port = callable.len();
    if callable.is_empty() {
        return Err(none);
    }
    // What warns is tried after what passes, unless the person wants all alike.
    let (best, rest): (Vec<usize>, Vec<usize>) = match wish.passing {
        Some(false) => (callable, Vec::new()),
        _ => callable.into_iter().partition(|index| health(index) != Health::Warning),
    };
    let mut order = arranged(best, policy, turn, chance);
    order.extend(arranged(rest, policy, turn, chance));
    Ok(order)
}

fn has_tags(instance: &Instance, wish: &Wish) -> bool {
    wish.tags.iter().all(|tag| instance.tags.contains(tag))
}

fn may(health: Health, passing: Option<bool>) -> bool {
    match passing {
        Some(true) => matches!(health, Health::Passing | Health::Unknown),
        Some(false) => true,
        None => !matches!(health, Health::Critical | Health::Maintenance),
    }
}

fn counts<'a>(instances: impl Iterator<Item = &'a Instance>) -> Vec<(Health, usize)> {
    let mut counts: Vec<(Health, usize)> = Vec::new();
    for instance in instances {
        match counts.iter_mut().find(|(health, _)| *health == instance.health) {
            Some((_, count)) => *count += 1,
            None => counts.push((instance.health, 1)),
        }
    }
    counts.sort_unstable_by_key(|(health, _)| std::cmp::Reverse(*health));
    counts
}

/// `2 critical, 1 maintenance`.
fn found_words(found: &[(Health, usize)]) -> String {
    let words: Vec<String> = found.iter().map(|(health, count)| format!("{count} {}", health.name())).collect();
    words.join(", ")
}

fn arranged(mut indices: Vec<usize>, policy: &Policy, turn: u64, chance: u64) -> Vec<usize> {
    let Some(length) = std::num::NonZeroU64::new(indices.len() as u64) else { return indices };
    match policy {
        Policy::RoundRobin => indices.rotate_left(usize::try_from(turn % length).unwrap_or_default()),
        Policy::Random => {
            let mut state = chance;
            for place in (1..indices.len()).rev() {
                let other = usize::try_from(next(&mut state) % (place as u64 + 1)).unwrap_or_default();
                indices.swap(place, other);
            }
        }
        Policy::First | Policy::Near | Policy::Instance(_) => {}
    }
    indices
}

/// splitmix64: enough to spread calls.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

    use super::*;
    use crate::registry::InstanceKey;

    fn instance(id: &str, health: Health, tags: &[&str]) -> Instance {
        Instance {
            key: InstanceKey { id: id.to_owned(), service: "User".to_owned(), ..InstanceKey::default() },
            address: "127.0.0.1".to_owned(),
            port: 9001,
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            health,
            ..Instance::default()
        }
    }

    fn four() -> Vec<Instance> {
        vec![
            instance("1", Health::Warning, &["user"]),
            instance("2", Health::Passing, &["user", "v2"]),
            instance("3", Health::Critical, &["user"]),
            instance("4", Health::Maintenance, &["user"]),
            instance("5", Health::Passing, &["user"]),
        ]
    }

    fn ids(wish: &Wish, policy: &Policy, turn: u64) -> Result<Vec<String>, NoInstance> {
        let all = four();
        choose("User", &all, wish, policy, turn, turn)
            .map(|order| order.iter().map(|at| all[*at].key.id.clone()).collect())
    }

    #[test]
    fn who_is_called_first() {
        let wish = |passing, tags: &[&str]| Wish { passing, tags: tags.iter().map(|tag| (*tag).to_owned()).collect() };
        for (wish, policy, turn, expect) in [
            (wish(None, &[]), Policy::First, 0, &["2", "5", "1"][..]),
            (wish(Some(true), &[]), Policy::First, 0, &["2", "5"]),
            (wish(Some(false), &[]), Policy::First, 0, &["1", "2", "3", "4", "5"]),
            (wish(None, &["v2"]), Policy::First, 0, &["2"]),
            (wish(None, &[]), Policy::Near, 7, &["2", "5", "1"]),
            (wish(None, &[]), Policy::RoundRobin, 0, &["2", "5", "1"]),
            (wish(None, &[]), Policy::RoundRobin, 1, &["5", "2", "1"]),
            (wish(None, &[]), Policy::RoundRobin, 2, &["2", "5", "1"]),
            // This one means this one, whatever is said of it.
            (wish(None, &[]), Policy::Instance("3".to_owned()), 0, &["3"]),
        ] {
            assert_eq!(ids(&wish, &policy, turn).unwrap(), expect, "{wish:?} {policy:?} {turn}");
        }
    }

    #[test]
    fn chance_reaches_everybody() {
        let wish = Wish { passing: Some(false), ..Wish::default() };
        let mut first = [0; 5];
        for turn in 0..1000 {
            let order = ids(&wish, &Policy::Random, turn).unwrap();
            assert_eq!(order.len(), 5);
            first[order[0].parse::<usize>().unwrap() - 1] += 1;
        }
        assert!(first.iter().all(|count| *count > 100), "{first:?}");
    }

    #[test]
    fn what_a_registry_has_no_word_on_may_be_called() {
        let all = [instance("a", Health::Unknown, &[])];
        for passing in [None, Some(true), Some(false)] {
            let wish = Wish { passing, ..Wish::default() };
            assert_eq!(choose("User", &all, &wish, &Policy::First, 0, 0).unwrap(), [0]);
        }
    }

    #[test]
    fn nobody_is_left_and_which_filter_did_it() {
        let check = |instances: &[Instance], tags: &[&str], passing, policy: Policy, expect: &str| {
            let wish = Wish { tags: tags.iter().map(|tag| (*tag).to_owned()).collect(), passing };
            let none = choose("User", instances, &wish, &policy, 0, 0).unwrap_err();
            assert_eq!(none.to_string(), expect);
        };
        let ill = [instance("3", Health::Critical, &["user"]), instance("4", Health::Maintenance, &["user"])];
        check(&[], &[], None, Policy::First, "there is no instance of User");
        check(&four(), &["v9"], None, Policy::First, "no instance of User has the tag v9: none of its 5 instances");
        check(
            &ill,
            &["user"],
            None,
            Policy::First,
            "no instance of User is passing or warning: of the 2 with the tag user, 1 maintenance, 1 critical (write \
             passing=false to call it all the same)",
        );
        check(
            &[instance("1", Health::Warning, &[])],
            &[],
            Some(true),
            Policy::First,
            "no instance of User is passing: of its only instance, 1 warning (leave passing=true out)",
        );
        let id = Policy::Instance("9".to_owned());
        check(&four(), &[], None, id, "User has no instance 9 among its 5 instances");
        let portless = Instance { port: 0, ..instance("1", Health::Passing, &[]) };
        check(&[portless], &[], None, Policy::First, "no instance of User has a port: of its only instance, 1 passing");
    }
}
