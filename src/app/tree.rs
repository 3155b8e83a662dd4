//! The tree of sources, services and methods as rows, filtered and unfolded.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

use super::SourceEntry;
use crate::engine::SourceId;

/// What a row stands for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    /// A source.
    Source(SourceId),
    /// A service, by its full name.
    Service(SourceId, String),
    /// A method, by its service's full name and its own.
    Method(SourceId, String, String),
    /// A fault, by its place in the outline.
    Problem(SourceId, usize),
}

impl Node {
    /// The same in every run for the same names.
    pub fn key(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        hasher.finish()
    }

    /// The source that it belongs to.
    pub fn source(&self) -> SourceId {
        match self {
            Self::Source(id) | Self::Service(id, _) | Self::Method(id, _, _) | Self::Problem(id, _) => *id,
        }
    }
}

/// One visible row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeLine {
    /// What it stands for.
    pub node: Node,
    /// [`Node::key`].
    pub key: u64,
    /// 0 for sources.
    pub level: usize,
    /// Unfolded or folded; `None` if it has no children.
    pub expanded: Option<bool>,
    /// Which bytes of its name the filter hit.
    pub hits: Vec<Range<usize>>,
    /// Streams of client and server, for methods.
    pub shape: Option<(bool, bool)>,
    /// It has a comment or is deprecated: said in the hover.
    pub comment: String,
    /// `deprecated = true`.
    pub deprecated: bool,
}

/// What the side panel shows.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// As typed.
    pub filter: String,
    /// Keys of unfolded nodes.
    pub open: HashSet<u64>,
    /// Key of the chosen row.
    pub chosen: Option<u64>,
    /// The visible rows.
    pub lines: Vec<TreeLine>,
    /// Counts the changes of `lines`.
    pub revision: u64,
}

/// Services that every server has beside its own: folded at first.
fn is_plumbing(service: &str) -> bool {
    service.starts_with("grpc.")
}

impl Tree {
    /// Unfolds a source down to its methods.
    pub fn unfold(&mut self, entry: &SourceEntry) {
        self.open.insert(Node::Source(entry.id).key());
        let Some(outline) = &entry.outline else { return };
        for service in &outline.services {
            if !is_plumbing(&service.full_name) {
                self.open.insert(Node::Service(entry.id, service.full_name.clone()).key());
            }
        }
    }

    /// A row by its key.
    pub fn line(&self, key: u64) -> Option<&TreeLine> {
        self.lines.iter().find(|line| line.key == key)
    }

    /// Makes the rows anew.
    pub fn rebuild(&mut self, sources: &[SourceEntry]) {
        let filter = self.filter.trim().to_lowercase();
        let mut lines = Vec::with_capacity(self.lines.len());
        for entry in sources {
            self.rebuild_source(entry, &filter, &mut lines);
        }
        self.lines = lines;
        self.revision += 1;
    }

    fn rebuild_source(&self, entry: &SourceEntry, filter: &str, lines: &mut Vec<TreeLine>) {
        let node = Node::Source(entry.id);
        let key = node.key();
        let has_children =
            entry.outline.as_ref().is_some_and(|outline| !outline.services.is_empty() || !outline.problems.is_empty());
        let is_open = !filter.is_empty() || self.open.contains(&key);
        let at = lines.len();
        lines.push(TreeLine {
            key,
            node,
            level: 0,
            expanded: has_children.then_some(is_open),
            hits: hits(&entry.title(), filter),
            shape: None,
            comment: entry.full_title(),
            deprecated: false,
        });
        let Some(outline) = entry.outline.as_ref().filter(|_| is_open) else {
            return;
        };
        for service in &outline.services {
            self.rebuild_service(entry, service, filter, lines);
        }
        for (index, problem) in outline.problems.iter().enumerate() {
            let found = hits(&problem.file, filter);
            if filter.is_empty() || !found.is_empty() {
                let node = Node::Problem(entry.id, index);
                lines.push(TreeLine {
                    key: node.key(),
                    node,
                    level: 1,
                    expanded: None,
                    hits: found,
                    shape: None,
                    comment: problem.to_string(),
                    deprecated: false,
                });
            }
        }
        // A source with nothing that fits is left out, unless its own name fits.
        if !filter.is_empty() && lines.len() == at + 1 && lines.last().is_some_and(|line| line.hits.is_empty()) {
            lines.truncate(at);
        }
    }

    fn rebuild_service(
        &self,
        entry: &SourceEntry,
        service: &crate::schema::ServiceInfo,
        filter: &str,
        lines: &mut Vec<TreeLine>,
    ) {
        let own_hits = hits(&service.full_name, filter);
        let methods: Vec<_> = service
            .methods
            .iter()
            .filter(|method| {
                filter.is_empty() || !own_hits.is_empty() || fits(&service.full_name, &method.name, filter)
            })
            .collect();
        if !filter.is_empty() && own_hits.is_empty() && methods.is_empty() {
            return;
        }
        let node = Node::Service(entry.id, service.full_name.clone());
        let key = node.key();
        let is_open = !filter.is_empty() || self.open.contains(&key);
        lines.push(TreeLine {
            key,
            node,
            level: 1,
            expanded: (!service.methods.is_empty()).then_some(is_open),
            hits: own_hits,
            shape: None,
            comment: service.comment.clone(),
            deprecated: service.deprecated,
        });
        if !is_open {
            return;
        }
        for method in methods {
            let node = Node::Method(entry.id, service.full_name.clone(), method.name.clone());
            lines.push(TreeLine {
                key: node.key(),
                node,
                level: 2,
                expanded: None,
                hits: hits(&method.name, filter),
                shape: Some((method.client_streaming, method.server_streaming)),
                comment: method.comment.clone(),
                deprecated: method.deprecated,
            });
        }
    }
}

/// Where the filter is found in a name, without regard to case.
fn hits(name: &str, filter: &str) -> Vec<Range<usize>> {
    if filter.is_empty() {
        return Vec::new();
    }
    // Lowering may change lengths outside ASCII: then the name still fits, only the mark is left out.
    let lowered = name.to_lowercase();
    match lowered.find(filter) {
        Some(start) if lowered.len() == name.len() && name.is_char_boundary(start) => {
            let end = start + filter.len();
            if name.is_char_boundary(end) { std::iter::once(start..end).collect() } else { Vec::new() }
        }
        _ => Vec::new(),
    }
}

/// `service/method` or `service.method` typed in full fits too.
fn fits(service: &str, method: &str, filter: &str) -> bool {
    let method = method.to_lowercase();
    let service = service.to_lowercase();
    method.contains(filter)
        || format!("{service}/{method}").contains(filter)
        || format!("{service}.{method}").contains(filter)
}
