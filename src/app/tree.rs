//! The tree of sources, services and methods as rows, filtered and unfolded.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

use super::SourceEntry;
use crate::engine::SourceId;

/// What a row stands for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    /// A source.
    Source(SourceId),
    /// A service, by its full name.
    Service(SourceId, Arc<str>),
    /// A method, by its service's full name and its own.
    Method(SourceId, Arc<str>, Arc<str>),
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
                self.open.insert(Node::Service(entry.id, service.full_name.as_str().into()).key());
            }
        }
    }

    /// A row by its key.
    pub fn line(&self, key: u64) -> Option<&TreeLine> {
        self.lines.iter().find(|line| line.key == key)
    }

    /// Makes the rows anew.
    pub fn rebuild(&mut self, sources: &[SourceEntry]) {
        let filter = Filter::new(&self.filter);
        let mut lines = Vec::with_capacity(self.lines.len());
        for entry in sources {
            self.rebuild_source(entry, &filter, &mut lines);
        }
        self.lines = lines;
        self.revision += 1;
    }

    fn rebuild_source(&self, entry: &SourceEntry, filter: &Filter, lines: &mut Vec<TreeLine>) {
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
            hits: filter.hits(&entry.title()),
            shape: None,
            deprecated: false,
        });
        let Some(outline) = entry.outline.as_ref().filter(|_| is_open) else {
            return;
        };
        for service in &outline.services {
            self.rebuild_service(entry, service, filter, lines);
        }
        for (index, problem) in outline.problems.iter().enumerate() {
            let found = filter.hits(&problem.file);
            if filter.is_empty() || !found.is_empty() {
                let node = Node::Problem(entry.id, index);
                lines.push(TreeLine {
                    key: node.key(),
                    node,
                    level: 1,
                    expanded: None,
                    hits: found,
                    shape: None,
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
        filter: &Filter,
        lines: &mut Vec<TreeLine>,
    ) {
        let own_fits = filter.fits(&service.full_name);
        let methods: Vec<_> = service
            .methods
            .iter()
            .filter(|method| filter.is_empty() || own_fits || filter.fits_method(&service.full_name, &method.name))
            .collect();
        if !filter.is_empty() && !own_fits && methods.is_empty() {
            return;
        }
        let name: Arc<str> = Arc::from(service.full_name.as_str());
        let node = Node::Service(entry.id, Arc::clone(&name));
        let key = node.key();
        let is_open = !filter.is_empty() || self.open.contains(&key);
        lines.push(TreeLine {
            key,
            node,
            level: 1,
            expanded: (!service.methods.is_empty()).then_some(is_open),
            hits: filter.hits(&service.full_name),
            shape: None,
            deprecated: service.deprecated,
        });
        if !is_open {
            return;
        }
        for method in methods {
            let node = Node::Method(entry.id, Arc::clone(&name), Arc::from(method.name.as_str()));
            lines.push(TreeLine {
                key: node.key(),
                node,
                level: 2,
                expanded: None,
                hits: filter.hits(&method.name),
                shape: Some((method.client_streaming, method.server_streaming)),
                deprecated: method.deprecated,
            });
        }
    }
}

/// What is typed, made ready: tens of thousands of names are looked through for each key without an allocation.
pub(in crate::app) struct Filter {
    /// In small letters.
    typed: String,
    /// Without letters whose case has to be looked up: those of others never hide one of its.
    is_ascii: bool,
    /// Where it may go on from a service to its method: `service/method`, `service.method`.
    parts: Vec<usize>,
}

impl Filter {
    pub(in crate::app) fn new(typed: &str) -> Self {
        let typed = typed.trim().to_lowercase();
        let parts = typed.match_indices(['/', '.']).map(|(at, _)| at).collect();
        Self { is_ascii: typed.is_ascii(), typed, parts }
    }

    pub(in crate::app) fn is_empty(&self) -> bool {
        self.typed.is_empty()
    }

    /// Where it is found in a name, without regard to case.
    fn find(&self, name: &str) -> Option<usize> {
        if self.is_ascii {
            return find_ascii(name.as_bytes(), self.typed.as_bytes());
        }
        // Lowering may change lengths outside ASCII: then the name still fits, only the mark is left out.
        name.to_lowercase().find(&self.typed)
    }

    pub(in crate::app) fn fits(&self, name: &str) -> bool {
        !self.is_empty() && self.find(name).is_some()
    }

    /// `service/method` or `service.method` typed in full fits too.
    fn fits_method(&self, service: &str, method: &str) -> bool {
        let spans = |at: &usize| {
            let (head, tail) = (&self.typed[..*at], &self.typed[at + 1..]);
            ends_with(service, head) && starts_with(method, tail)
        };
        self.find(method).is_some() || self.parts.iter().any(spans)
    }

    /// The bytes to be marked in a name.
    pub(in crate::app) fn hits(&self, name: &str) -> Vec<Range<usize>> {
        if self.is_empty() {
            return Vec::new();
        }
        match self.find(name) {
            Some(start) => {
                let range = start..start + self.typed.len();
                let is_whole =
                    self.is_ascii || name.get(range.clone()).is_some_and(|part| part.to_lowercase() == self.typed);
                if is_whole { std::iter::once(range).collect() } else { Vec::new() }
            }
            None => Vec::new(),
        }
    }
}

/// Where small letters are found, without regard to case.
fn find_ascii(name: &[u8], small: &[u8]) -> Option<usize> {
    let first = *small.first()?;
    let starts = memchr::memchr2_iter(first, first.to_ascii_uppercase(), name);
    starts.into_iter().find(|at| name.get(*at..at + small.len()).is_some_and(|part| part.eq_ignore_ascii_case(small)))
}

fn ends_with(name: &str, small: &str) -> bool {
    let end = name.len().checked_sub(small.len()).and_then(|start| name.get(start..));
    end.is_some_and(|end| end.eq_ignore_ascii_case(small)) || (!name.is_ascii() && name.to_lowercase().ends_with(small))
}

fn starts_with(name: &str, small: &str) -> bool {
    name.get(..small.len()).is_some_and(|start| start.eq_ignore_ascii_case(small))
        || (!name.is_ascii() && name.to_lowercase().starts_with(small))
}
