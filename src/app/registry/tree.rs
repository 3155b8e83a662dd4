//! The tree of registries, datacenters and services as rows, filtered and unfolded.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

use super::{RegistryEntry, RegistryView, ServiceRef};
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

    /// Makes the rows anew.
    pub fn rebuild(&mut self, entries: &[RegistryEntry]) {
        let filter = Filter::new(&self.filter);
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
                let nodes = datacenter.nodes.as_ref();
                let node_fits = nodes.is_some_and(|answer| answer.value.iter().any(|node| filter.fits(&node.name)));
                if entry.capabilities.nodes && (!is_filtered || node_fits) {
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

/// A service fits by its name or one of its tags.
fn fits(filter: &Filter, service: &Service) -> bool {
    filter.fits(&service.name) || service.tags.iter().any(|tag| filter.fits(tag))
}
