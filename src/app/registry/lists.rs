//! How a person looks at the lists of a registry: services of a datacenter, machines, groups of what an agent says.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use crate::registry::{Health, Node, Service};

/// The view of one list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListView {
    /// What its rows have to have, as typed.
    pub query: String,
    /// Sorted by the column with this number; `None` as the registry gives them.
    pub column: Option<usize>,
    /// From large to small.
    pub descending: bool,
    /// The row that is read.
    pub chosen: Option<String>,
    /// Groups that are unfolded.
    pub open: BTreeSet<String>,
}

/// What services can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceColumn {
    /// Name.
    Name,
    /// The worst of its instances, the worst first.
    Health,
    /// How many.
    Instances,
}

/// What machines can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeColumn {
    /// Name.
    Name,
    /// Whether it is there.
    State,
    /// What its checks say.
    Health,
    /// Address.
    Address,
    /// The program's version.
    Version,
    /// Round-trip time.
    RoundTrip,
    /// Instances on it.
    Instances,
}

impl ListView {
    /// Sorts by a column, or the other way round where it does already.
    pub fn sort_by(&mut self, column: usize) {
        self.descending = self.column == Some(column) && !self.descending;
        self.column = Some(column);
    }

    /// Also wants this word.
    pub fn narrow(&mut self, word: &str) {
        let word = word.to_lowercase();
        if !self.query.to_lowercase().split_whitespace().any(|known| known == word) {
            let query = format!("{} {word}", self.query.trim());
            query.trim().clone_into(&mut self.query);
        }
    }

    /// Every word of the query is somewhere in `texts`.
    pub fn fits<'a, T: Iterator<Item = &'a str> + Clone>(&self, texts: &T) -> bool {
        let query = self.query.to_lowercase();
        query.split_whitespace().all(|word| texts.clone().any(|text| text.to_lowercase().contains(word)))
    }

    fn ordered<T>(&self, mut rows: Vec<T>, compare: impl Fn(&T, &T) -> Ordering) -> Vec<T> {
        rows.sort_by(|a, b| if self.descending { compare(b, a) } else { compare(a, b) });
        rows
    }

    /// The services that are shown, in order.
    pub fn services<'a>(&self, all: &'a [Service], column: Option<ServiceColumn>) -> Vec<&'a Service> {
        let fits = |service: &&Service| {
            let health = std::iter::once(service.counts.worst().name());
            let tags = service.tags.iter().map(String::as_str);
            let places = service.nodes.iter().chain(&service.meta).map(String::as_str);
            self.fits(&std::iter::once(service.name.as_str()).chain(tags).chain(health).chain(places))
        };
        let rows: Vec<&Service> = all.iter().filter(fits).collect();
        let Some(column) = column else { return rows };
        self.ordered(rows, |a, b| match column {
            ServiceColumn::Name => a.name.cmp(&b.name),
            // Who sorts by health looks for what is ill.
            ServiceColumn::Health => {
                let rank = |service: &Service| std::cmp::Reverse(badness(service.counts.worst()));
                rank(a).cmp(&rank(b))
            }
            ServiceColumn::Instances => a.counts.total().cmp(&b.counts.total()),
        })
    }

    /// The machines that are shown, in order.
    pub fn nodes<'a>(&self, all: &'a [Node], column: Option<NodeColumn>) -> Vec<&'a Node> {
        let fits = |node: &&Node| {
            let facts = [&node.name, &node.address, &node.id].map(String::as_str);
            let version = node.version.as_deref();
            let meta = node.meta.iter().flat_map(|(key, value)| [key.as_str(), value.as_str()]);
            self.fits(&facts.into_iter().chain(version).chain([node.health.name()]).chain(meta))
        };
        let rows: Vec<&Node> = all.iter().filter(fits).collect();
        let Some(column) = column else { return rows };
        self.ordered(rows, |a, b| match column {
            NodeColumn::Name => a.name.cmp(&b.name),
            NodeColumn::State => a.state.cmp(&b.state),
            NodeColumn::Health => badness(b.health).cmp(&badness(a.health)),
            NodeColumn::Address => a.address.cmp(&b.address),
            NodeColumn::Version => a.version.cmp(&b.version),
            NodeColumn::RoundTrip => a.round_trip.cmp(&b.round_trip),
            NodeColumn::Instances => a.instances.cmp(&b.instances),
        })
    }
}

/// How much a health asks to be looked at.
fn badness(health: Health) -> u8 {
    match health {
        Health::Critical => 4,
        Health::Warning => 3,
        Health::Maintenance => 2,
        Health::Unknown => 1,
        Health::Passing => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::HealthCounts;

    fn service(name: &str, tag: &str, passing: usize, critical: usize) -> Service {
        let counts = HealthCounts { passing, critical, ..HealthCounts::default() };
        let (nodes, meta) = (vec![format!("node-{tag}")], vec![format!("zone={name}")]);
        Service { name: name.to_owned(), tags: vec![tag.to_owned()], counts, nodes, meta }
    }

    #[test]
    fn services_are_filtered_and_sorted() {
        let all = [service("Hello", "v1", 3, 0), service("Orders", "v2", 1, 1), service("User", "v1", 4, 0)];
        let check = |view: &ListView, column, expect: &[&str]| {
            let names: Vec<&str> = view.services(&all, column).iter().map(|one| one.name.as_str()).collect();
            assert_eq!(names, expect);
        };
        let query = |query: &str| ListView { query: query.to_owned(), ..ListView::default() };
        check(&query(""), None, &["Hello", "Orders", "User"]);
        check(&query("v1"), None, &["Hello", "User"]);
        check(&query("V1 us"), None, &["User"]);
        check(&query("critical"), None, &["Orders"]);
        check(&query("node-v1"), None, &["Hello", "User"]);
        check(&query("zone=orders"), None, &["Orders"]);
        let mut tagged = query("v1");
        tagged.narrow("V1");
        tagged.narrow("User");
        assert_eq!(tagged.query, "v1 user");
        check(&tagged, None, &["User"]);
        check(&query(""), Some(ServiceColumn::Health), &["Orders", "Hello", "User"]);
        let down = ListView { descending: true, ..ListView::default() };
        check(&down, Some(ServiceColumn::Name), &["User", "Orders", "Hello"]);
        check(&down, Some(ServiceColumn::Instances), &["User", "Hello", "Orders"]);
    }

    #[test]
    fn a_head_sorts_and_then_the_other_way_round() {
        let mut view = ListView::default();
        view.sort_by(1);
        assert_eq!((view.column, view.descending), (Some(1), false));
        view.sort_by(1);
        assert_eq!((view.column, view.descending), (Some(1), true));
        view.sort_by(0);
        assert_eq!((view.column, view.descending), (Some(0), false));
    }
}
