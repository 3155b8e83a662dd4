//! The tree of registries, datacenters and services as rows, filtered and unfolded.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

use super::{DatacenterEntry, RegistryEntry, RegistryView, ServiceRef};
use crate::app::tree::Filter;
use crate::engine::RegistryId;
use crate::registry::Service;

/// What a row stands for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RegistryNode {
    /// A registry.
    Registry(RegistryId),
    /// A datacenter.
    Datacenter(RegistryId, Arc<str>),
    /// A service, by its datacenter and name.
    Service(RegistryId, Arc<str>, Arc<str>),
    /// A datacenter's machines.
    Nodes(RegistryId, Arc<str>),
    /// Its keys and values.
    Keys(RegistryId, Arc<str>),
}

impl RegistryNode {
    /// The same in every run for the same names.
    pub fn key(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        hasher.finish()
    }

    /// The registry that it belongs to.
    pub fn registry(&self) -> RegistryId {
        match self {
            Self::Registry(id)
            | Self::Datacenter(id, _)
            | Self::Service(id, ..)
            | Self::Nodes(id, _)
            | Self::Keys(id, _) => *id,
        }
    }

    /// What the centre shows of it.
    pub fn view(&self) -> RegistryView {
        match self {
            Self::Registry(id) => RegistryView::Registry(*id),
            Self::Datacenter(id, datacenter) => RegistryView::Datacenter(*id, datacenter.to_string()),
            Self::Service(id, datacenter, service) => RegistryView::Service(ServiceRef {
                registry: *id,
                datacenter: datacenter.to_string(),
                service: service.to_string(),
            }),
            Self::Nodes(id, datacenter) => RegistryView::Nodes(*id, datacenter.to_string()),
            Self::Keys(id, datacenter) => RegistryView::Keys(*id, datacenter.to_string()),
        }
    }

    /// The row that stands for what the centre shows.
    pub fn of_view(view: &RegistryView) -> Self {
        match view {
            RegistryView::Registry(id) => Self::Registry(*id),
            RegistryView::Datacenter(id, datacenter) => Self::Datacenter(*id, datacenter.as_str().into()),
            RegistryView::Service(service) => {
                Self::Service(service.registry, service.datacenter.as_str().into(), service.service.as_str().into())
            }
            RegistryView::Nodes(id, datacenter) => Self::Nodes(*id, datacenter.as_str().into()),
            RegistryView::Keys(id, datacenter) => Self::Keys(*id, datacenter.as_str().into()),
        }
    }
}

/// One visible row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryLine {
    /// What it stands for.
    pub node: RegistryNode,
    /// [`RegistryNode::key`].
    pub key: u64,
    /// 0 for registries.
    pub level: usize,
    /// Unfolded or folded; `None` if it has no children.
    pub expanded: Option<bool>,
    /// Which bytes of its name the filter hit.
    pub hits: Vec<Range<usize>>,
}

/// What the side panel shows.
#[derive(Clone, Debug, Default)]
pub struct RegistryTree {
    /// As typed.
    pub filter: String,
    /// Keys of unfolded nodes.
    pub open: HashSet<u64>,
    /// Key of the chosen row.
    pub chosen: Option<u64>,
    /// The visible rows.
    pub lines: Vec<RegistryLine>,
    /// Counts the changes of `lines`.
    pub revision: u64,
    /// What `lines` were made of.
    made_of: Option<MadeOf>,
}

/// What the rows show, other than what is looked up while they are painted.
#[derive(Clone, Debug, PartialEq)]
struct MadeOf {
    filter: String,
    open: HashSet<u64>,
    entries: Vec<EntryParts>,
}

#[derive(Clone, Debug, PartialEq)]
struct EntryParts {
    id: RegistryId,
    title: String,
    /// It has machines, and keys.
    has: (bool, bool),
    datacenters: Vec<DatacenterParts>,
}

#[derive(Clone, Debug)]
struct DatacenterParts {
    name: String,
    services: Option<Arc<Vec<Service>>>,
    /// A machine fits the filter.
    node_fits: bool,
}

impl PartialEq for DatacenterParts {
    fn eq(&self, other: &Self) -> bool {
        let is_same_list = match (&self.services, &other.services) {
            (None, None) => true,
            // Whoever watches hands out a list of its own for each answer, and this one is kept.
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            _ => false,
        };
        is_same_list && self.node_fits == other.node_fits && self.name == other.name
    }
}

impl EntryParts {
    fn of(entry: &RegistryEntry, filter: &Filter) -> Self {
        let parts = |known: &DatacenterEntry| DatacenterParts {
            name: known.name.clone(),
            services: known.services.as_ref().map(|answer| Arc::clone(&answer.value)),
            node_fits: !filter.is_empty() && node_fits(filter, known),
        };
        Self {
            id: entry.id,
            title: entry.form.title(),
            has: (entry.capabilities.nodes, entry.capabilities.key_values),
            datacenters: entry.datacenters.iter().map(parts).collect(),
        }
    }
}

impl RegistryTree {
    /// A row by its key.
    pub fn line(&self, key: u64) -> Option<&RegistryLine> {
        self.lines.iter().find(|line| line.key == key)
    }

    /// A node is unfolded.
    pub fn is_open(&self, node: &RegistryNode) -> bool {
        self.open.contains(&node.key())
    }

    /// Makes the rows anew, where something that they show changed.
    pub fn rebuild(&mut self, entries: &[RegistryEntry]) {
        let filter = Filter::new(&self.filter);
        let parts: Vec<EntryParts> = entries.iter().map(|entry| EntryParts::of(entry, &filter)).collect();
        let is_same = self
            .made_of
            .as_ref()
            .is_some_and(|made| made.entries == parts && made.filter == self.filter && made.open == self.open);
        if is_same {
            return;
        }
        self.made_of = Some(MadeOf { filter: self.filter.clone(), open: self.open.clone(), entries: parts });
        let mut lines = Vec::with_capacity(self.lines.len());
        for entry in entries {
            self.rebuild_entry(entry, &filter, &mut lines);
        }
        self.lines = lines;
        self.revision += 1;
    }

    fn push(
        &self,
        lines: &mut Vec<RegistryLine>,
        node: RegistryNode,
        level: usize,
        has_children: bool,
        hits: Vec<Range<usize>>,
        is_filtered: bool,
    ) -> bool {
        let key = node.key();
        let is_open = has_children && (is_filtered || self.open.contains(&key));
        lines.push(RegistryLine { node, key, level, expanded: has_children.then_some(is_open), hits });
        is_open
    }

    fn rebuild_entry(&self, entry: &RegistryEntry, filter: &Filter, lines: &mut Vec<RegistryLine>) {
        let at = lines.len();
        let title = entry.form.title();
        let is_filtered = !filter.is_empty();
        let has_children = !entry.datacenters.is_empty();
        let node = RegistryNode::Registry(entry.id);
        if self.push(lines, node, 0, has_children, filter.hits(&title), is_filtered) {
            for datacenter in &entry.datacenters {
                let name: Arc<str> = Arc::from(datacenter.name.as_str());
                let before = lines.len();
                // Where there are no datacenters, services stand right below their registry.
                let level = usize::from(!name.is_empty()) + 1;
                let is_open = name.is_empty() || {
                    let node = RegistryNode::Datacenter(entry.id, Arc::clone(&name));
                    self.push(lines, node, 1, true, filter.hits(&name), is_filtered)
                };
                if !is_open {
                    continue;
                }
                let head = lines.len();
                let services = datacenter.services.as_ref().map_or(&[][..], |answer| answer.value.as_slice());
                for service in services.iter().filter(|service| !is_filtered || fits(filter, service)) {
                    let node = RegistryNode::Service(entry.id, Arc::clone(&name), Arc::from(service.name.as_str()));
                    self.push(lines, node, level, false, filter.hits(&service.name), is_filtered);
                }
                if entry.capabilities.nodes && (!is_filtered || node_fits(filter, datacenter)) {
                    self.push(
                        lines,
                        RegistryNode::Nodes(entry.id, Arc::clone(&name)),
                        level,
                        false,
                        Vec::new(),
                        is_filtered,
                    );
                }
                if entry.capabilities.key_values && !is_filtered {
                    self.push(
                        lines,
                        RegistryNode::Keys(entry.id, Arc::clone(&name)),
                        level,
                        false,
                        Vec::new(),
                        is_filtered,
                    );
                }
                let own_fits = filter.fits(&name);
                if is_filtered && lines.len() == head && !own_fits {
                    lines.truncate(before);
                }
            }
        }
        if is_filtered && lines.len() == at + 1 && !filter.fits(&title) {
            lines.truncate(at);
        }
    }
}

/// A service fits by its name, one of its tags, or a machine that it is on.
fn fits(filter: &Filter, service: &Service) -> bool {
    filter.fits(&service.name) || service.tags.iter().chain(&service.nodes).any(|text| filter.fits(text))
}

/// A machine of a datacenter fits: those that were asked for, and those that services are on.
fn node_fits(filter: &Filter, known: &DatacenterEntry) -> bool {
    let mut listed = known.nodes.iter().flat_map(|answer| &answer.value).map(|node| &node.name);
    let services = known.services.as_ref().map_or(&[][..], |answer| answer.value.as_slice());
    listed.any(|name| filter.fits(name))
        || services.iter().flat_map(|service| &service.nodes).any(|name| filter.fits(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::App;
    use crate::app::registry::RegistryAct;
    use crate::app::{Action, ThemeChoice};
    use crate::engine::{Generation, RegistryEvent, RegistryTold, WatchWhat, Watched};
    use crate::registry::{Answer, Capabilities, Datacenter, Hidden, RegistryPlace};
    use crate::words::Lang;
    use std::time::{Instant, SystemTime};

    fn tell(app: &mut App, told: RegistryTold) {
        let entry = &app.registries.entries[0];
        let event =
            RegistryEvent { registry: entry.id, generation: entry.generation, at: SystemTime::UNIX_EPOCH, told };
        app.fold(crate::engine::Event::Registry(Box::new(event)), Instant::now());
    }

    fn services(app: &mut App, of: &[(&str, &str, &str)]) {
        let service = |(name, tag, node): &(&str, &str, &str)| Service {
            name: (*name).to_owned(),
            tags: vec![(*tag).to_owned()],
            nodes: vec![(*node).to_owned()],
            ..Service::default()
        };
        let value = Arc::new(of.iter().map(service).collect());
        let seen = Watched::Services(Answer { value, hidden: Hidden::Nothing });
        tell(app, RegistryTold::Watched { what: WatchWhat::Services { datacenter: "dc1".to_owned() }, seen });
    }

    fn app() -> App {
        let mut app = App::new(Lang::En, ThemeChoice::default());
        let act = RegistryAct::Add(Box::default());
        app.apply(Action::Registry(act), Instant::now());
        assert_ne!(app.registries.entries[0].generation, Generation::default());
        let place = RegistryPlace { kind: crate::registry::RegistryKind::Consul, address: "h:1".to_owned() };
        let capabilities = Capabilities { nodes: true, key_values: true, ..Capabilities::default() };
        tell(&mut app, RegistryTold::Opened { place, capabilities });
        tell(&mut app, RegistryTold::Datacenters(vec![Datacenter { name: "dc1".to_owned(), is_own: true }]));
        services(&mut app, &[("Hello", "v1", "web-1"), ("User", "v2", "web-2")]);
        app
    }

    fn filtered(app: &mut App, filter: &str) -> Vec<String> {
        app.apply(Action::Registry(RegistryAct::SetFilter(filter.to_owned())), Instant::now());
        let name = |line: &RegistryLine| match &line.node {
            RegistryNode::Registry(_) => "registry".to_owned(),
            RegistryNode::Datacenter(_, name) | RegistryNode::Service(_, _, name) => name.to_string(),
            RegistryNode::Nodes(..) => "nodes".to_owned(),
            RegistryNode::Keys(..) => "keys".to_owned(),
        };
        app.registries.tree.lines.iter().map(name).collect()
    }

    #[test]
    fn services_are_found_by_name_tag_and_machine() {
        let mut app = app();
        let mut check = |filter: &str, expect: &[&str]| assert_eq!(filtered(&mut app, filter), expect, "{filter}");
        check("", &["registry", "dc1", "Hello", "User", "nodes", "keys"]);
        check("hello", &["registry", "dc1", "Hello"]);
        check("v2", &["registry", "dc1", "User"]);
        check("web-1", &["registry", "dc1", "Hello", "nodes"]);
        check("web", &["registry", "dc1", "Hello", "User", "nodes"]);
        check("nothing", &[]);
    }

    #[test]
    fn a_filter_asks_once_for_machines_that_are_not_known() {
        let mut app = app();
        let asked = |app: &mut App| {
            let is_it = |command: &crate::engine::Command| {
                matches!(command, crate::engine::Command::AskRegistry { question, .. }
                    if matches!(**question, crate::engine::RegistryQuestion::Nodes { .. }))
            };
            app.take_commands().iter().filter(|command| is_it(command)).count()
        };
        asked(&mut app);
        filtered(&mut app, "w");
        assert_eq!(asked(&mut app), 1);
        filtered(&mut app, "we");
        assert_eq!(asked(&mut app), 0, "they are on their way");
    }

    #[test]
    fn rows_are_made_anew_only_where_they_show_something_else() {
        let mut app = app();
        let before = app.registries.tree.revision;
        let wire = |service: &str| RegistryTold::Wire {
            datacenter: "dc1".to_owned(),
            service: service.to_owned(),
            facts: Vec::new(),
        };
        tell(&mut app, wire("Hello"));
        app.apply(Action::Registry(RegistryAct::RefreshAll), Instant::now());
        assert_eq!(app.registries.tree.revision, before);
        services(&mut app, &[("Hello", "v1", "web-1")]);
        assert_eq!(app.registries.tree.revision, before + 1);
        assert_eq!(filtered(&mut app, "").len(), 5);
        let key = app.registries.tree.lines[1].key;
        app.apply(Action::Registry(RegistryAct::ToggleNode(key)), Instant::now());
        assert_eq!((app.registries.tree.lines.len(), app.registries.tree.revision), (2, before + 2));
    }
}
