//! What the palette searches: methods, open tabs, targets, commands, settings. Tens of thousands of methods are gone
//! through a bounded time each frame, so that typing never waits for them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::context::Cx;
use super::registry;
use super::settings::Setting;
use crate::app::{Query, RegistryEntry, Score, ServiceRef, SourceOrigin, TabId, UiCommand};
use crate::engine::SourceId;
use crate::registry::HealthCounts;
use crate::schema::{MethodInfo, Outline, ServiceInfo};
use crate::words::Lang;

/// So long is searched in one frame.
const BUDGET: Duration = Duration::from_millis(3);
/// So many methods are looked at between two looks at the clock.
const STRIDE: usize = 64;

/// One thing that can be opened or done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A method, by its places in the list of sources and in the outline.
    Method {
        /// Of [`Results::sources`].
        source: usize,
        /// Of its outline.
        service: usize,
        /// Of its service.
        method: usize,
    },
    /// An open tab.
    Tab(TabId),
    /// An address, by its place in [`Results::targets`].
    Target(usize),
    /// A service of a registry, by its place in [`Results::services`].
    Service(usize),
    /// A command.
    Command(UiCommand),
    /// A setting.
    Setting(Setting),
}

/// What the hits are listed under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FoundGroup {
    /// Commands used last.
    Recent,
    /// Open tabs.
    Tabs,
    /// Methods.
    Methods,
    /// Targets.
    Targets,
    /// Services of registries.
    Services,
    /// Commands.
    Commands,
    /// Settings.
    Settings,
}

impl FoundGroup {
    pub(super) fn name(self, lang: Lang) -> &'static str {
        let words = lang.habits();
        match self {
            Self::Recent => words.palette_recent,
            Self::Tabs => words.palette_tabs,
            Self::Methods => words.palette_methods,
            Self::Targets => words.palette_targets,
            Self::Services => lang.commands().show_registry,
            Self::Commands => words.palette_commands,
            Self::Settings => words.settings,
        }
    }
}

/// A source as it was when the search began.
#[derive(Clone)]
pub(super) struct SearchedSource {
    pub(super) id: SourceId,
    pub(super) title: String,
    outline: Arc<Outline>,
}

/// A service of a registry as it was when the search began.
#[derive(Clone)]
pub(super) struct SearchedService {
    pub(super) service: ServiceRef,
    /// The registry's name, and where it is.
    pub(super) title: String,
    /// All its tags.
    pub(super) tags: String,
    pub(super) counts: HealthCounts,
    pub(super) disagrees: bool,
    pub(super) has_checks: bool,
}

/// What was found.
#[derive(Clone, Default)]
pub(super) struct Results {
    pub(super) query: Query,
    /// By groups, the best first.
    pub(super) groups: Vec<(FoundGroup, Vec<Found>)>,
    /// So many were looked at.
    pub(super) all: usize,
    pub(super) sources: Vec<SearchedSource>,
    pub(super) targets: Vec<String>,
    pub(super) services: Vec<SearchedService>,
}

impl Results {
    /// So many were found.
    pub(super) fn hits(&self) -> usize {
        self.groups.iter().map(|(_, found)| found.len()).sum()
    }

    /// By its place over all groups.
    pub(super) fn get(&self, at: usize) -> Option<Found> {
        let mut rest = at;
        for (_, found) in &self.groups {
            if let Some(found) = found.get(rest) {
                return Some(*found);
            }
            rest -= found.len();
        }
        None
    }

    /// The names of a method.
    pub(super) fn method(&self, source: usize, service: usize, method: usize) -> Option<MethodNames<'_>> {
        let source = self.sources.get(source)?;
        let service = source.outline.services.get(service)?;
        Some(MethodNames { source, service, method: service.methods.get(method)? })
    }
}

/// A method with what it belongs to.
#[derive(Clone, Copy)]
pub(super) struct MethodNames<'a> {
    pub(super) source: &'a SearchedSource,
    pub(super) service: &'a ServiceInfo,
    pub(super) method: &'a MethodInfo,
}

/// What a search is made of: with the same it need not be begun anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MadeOf {
    typed: String,
    lang: Lang,
    /// Of the tree, which changes with every source.
    revision: u64,
    /// Of the tree of registries.
    registries: u64,
    tabs: usize,
}

impl MadeOf {
    pub(super) fn now(cx: &Cx<'_>, typed: &str) -> Self {
        let typed = typed.trim().to_lowercase();
        let (revision, registries) = (cx.app.tree.revision, cx.app.registries.tree.revision);
        Self { typed, lang: cx.lang(), revision, registries, tabs: cx.app.tabs.len() }
    }
}

/// A search that goes on.
pub(super) struct Search {
    pub(super) made_of: MadeOf,
    pub(super) since: Instant,
    results: Results,
    only_commands: bool,
    /// Where it stands: source and service.
    at: (usize, usize),
    methods: Vec<(Score, Found)>,
}

impl Search {
    pub(super) fn begin(cx: &Cx<'_>, made_of: MadeOf) -> Self {
        let only_commands = made_of.typed.starts_with('>');
        let query = Query::new(made_of.typed.trim_start_matches('>'));
        let mut results = Results { query, ..Results::default() };
        if !only_commands {
            let searched = cx.app.sources.iter().filter_map(|entry| {
                let outline = Arc::clone(entry.outline.as_ref()?);
                Some(SearchedSource { id: entry.id, title: entry.title(), outline })
            });
            results.sources = searched.collect();
            results.targets = targets(cx);
            results.services = services(cx);
        }
        Self { made_of, since: cx.now, results, only_commands, at: (0, 0), methods: Vec::new() }
    }

    /// Goes on for a while; the results once all was looked at.
    pub(super) fn step(&mut self, cx: &Cx<'_>) -> Option<Results> {
        let begin = Instant::now();
        let mut since_clock = 0;
        while let Some(source) = self.results.sources.get(self.at.0) {
            let Some(service) = source.outline.services.get(self.at.1) else {
                self.at = (self.at.0 + 1, 0);
                continue;
            };
            let common = self.results.query.common(&service.full_name);
            for (index, method) in service.methods.iter().enumerate() {
                let found = Found::Method { source: self.at.0, service: self.at.1, method: index };
                if let Some(score) = self.results.query.score_in(&method.name, &common) {
                    self.methods.push((score, found));
                }
            }
            self.results.all += service.methods.len();
            since_clock += service.methods.len() + 1;
            self.at.1 += 1;
            if since_clock >= STRIDE {
                since_clock = 0;
                if begin.elapsed() >= BUDGET {
                    return None;
                }
            }
        }
        Some(self.finish(cx))
    }

    fn finish(&mut self, cx: &Cx<'_>) -> Results {
        let mut results = std::mem::take(&mut self.results);
        let mut groups = Vec::new();
        let is_empty = results.query.is_empty();
        let mut used: BTreeSet<UiCommand> = BTreeSet::new();
        if is_empty && !self.only_commands {
            let tabs = cx.app.tabs.iter().filter(|tab| Some(tab.id) != cx.app.active).map(|tab| Found::Tab(tab.id));
            groups.push((FoundGroup::Tabs, tabs.collect()));
        }
        if is_empty {
            used.extend(cx.app.last_used());
            groups.push((FoundGroup::Recent, cx.app.last_used().iter().copied().map(Found::Command).collect()));
        }
        // Of equals the first in the tree stays first.
        self.methods.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        groups.push((FoundGroup::Methods, std::mem::take(&mut self.methods).into_iter().map(|(_, hit)| hit).collect()));
        let mut rest = |group, all: Vec<(Option<Score>, Found)>| {
            results.all += all.len();
            let mut fit: Vec<(Score, Found)> = all.into_iter().filter_map(|(score, hit)| Some((score?, hit))).collect();
            fit.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
            groups.push((group, fit.into_iter().map(|(_, hit)| hit).collect()));
        };
        let query = results.query.clone();
        let of_target = |(index, address): (usize, &String)| (query.score(address, ""), Found::Target(index));
        rest(FoundGroup::Targets, results.targets.iter().enumerate().map(of_target).collect());
        let of_service = |(index, found): (usize, &SearchedService)| {
            (query.score(&found.service.service, &found.tags), Found::Service(index))
        };
        rest(FoundGroup::Services, results.services.iter().enumerate().map(of_service).collect());
        let commands = UiCommand::ALL.iter().copied();
        let commands = commands.filter(|command| *command != UiCommand::ShowPalette && !used.contains(command));
        // Either language finds a command; many know only the English name of what they look for.
        let named = |names: [&str; 2]| names.into_iter().filter_map(|name| query.score(name, "")).max();
        let of_command = |command: UiCommand| {
            (named([command.name(cx.lang()), command.name(cx.lang().other())]), Found::Command(command))
        };
        rest(FoundGroup::Commands, commands.map(of_command).collect());
        if !self.only_commands {
            let of_setting = |setting: &Setting| {
                (named([setting.name(cx.lang()), setting.name(cx.lang().other())]), Found::Setting(*setting))
            };
            rest(FoundGroup::Settings, Setting::ALL.iter().map(of_setting).collect());
        }
        groups.retain(|(_, found): &(_, Vec<Found>)| !found.is_empty());
        results.groups = groups;
        results
    }
}

/// What registries know now; nobody is asked for it.
fn services(cx: &Cx<'_>) -> Vec<SearchedService> {
    let of_entry = |entry: &RegistryEntry| {
        let title = registry::entry_title_and_place(cx.lang(), entry);
        let (id, has_checks) = (entry.id, entry.capabilities.checks);
        let found = entry.all_services().map(move |(datacenter, service)| SearchedService {
            service: ServiceRef { registry: id, datacenter: datacenter.name.clone(), service: service.name.clone() },
            title: title.clone(),
            tags: service.tags.join(", "),
            counts: service.counts,
            disagrees: entry.disagrees_about(&datacenter.name, &service.name),
            has_checks,
        });
        found.collect::<Vec<_>>()
    };
    cx.app.registries.entries.iter().flat_map(of_entry).collect()
}

/// Addresses that were called, then those of sources.
fn targets(cx: &Cx<'_>) -> Vec<String> {
    let of_sources = cx.app.sources.iter().filter_map(|entry| match &entry.origin {
        SourceOrigin::Address { address, .. } => Some(address.trim().to_owned()),
        SourceOrigin::Files { .. } => None,
    });
    let mut seen = BTreeSet::new();
    cx.app.recent_targets.iter().cloned().chain(of_sources).filter(|address| seen.insert(address.clone())).collect()
}
