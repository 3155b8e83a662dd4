//! One open registry: what it said last, and how old that is.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use super::{RegistryForm, ServiceEntry, ServiceLine};
use crate::engine::{Generation, RegistryId, Watching};
use crate::registry::{AgentInfo, Answer, Capabilities, Health, Node, RegistryError, RegistryPlace, Service};

/// Since when something cannot be asked, and why: what is known of it is that old.
#[derive(Clone, Debug, PartialEq)]
pub struct Away {
    /// Since when.
    pub since: SystemTime,
    /// Why.
    pub error: Arc<RegistryError>,
}

/// How an open registry stands.
#[derive(Clone, Debug, PartialEq)]
pub enum RegistryState {
    /// It was asked, and did not answer yet.
    Opening {
        /// Since when.
        since: Instant,
    },
    /// It answers.
    Live,
    /// It does not answer (any more); it is tried again.
    Away(Away),
    /// It had a token that is not at hand, and is not asked without it.
    NoToken,
    /// It cannot be opened with these settings.
    Unusable(Arc<RegistryError>),
}

/// One datacenter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DatacenterEntry {
    /// Its name; empty where the registry has none.
    pub name: String,
    /// The agent that is asked belongs to it.
    pub is_own: bool,
    /// Its services in sum, once they are known.
    pub services: Option<Answer<Arc<Vec<Service>>>>,
    /// They are old.
    pub away: Option<Away>,
    /// Its machines, once they were asked for.
    pub nodes: Option<Answer<Vec<Node>>>,
    /// They are old, or could not be had.
    pub nodes_away: Option<Away>,
    /// They are being asked for, since then.
    pub nodes_asked: Option<Instant>,
    /// What changed of its services, newest first.
    pub timeline: VecDeque<ServiceLine>,
}

impl DatacenterEntry {
    /// A service in sum.
    pub fn service(&self, name: &str) -> Option<&Service> {
        let services = &self.services.as_ref()?.value;
        let at = services.binary_search_by(|known| known.name.as_str().cmp(name)).ok()?;
        services.get(at)
    }
}

/// One open registry.
#[derive(Debug)]
pub struct RegistryEntry {
    /// Which.
    pub id: RegistryId,
    /// Its newest opening.
    pub generation: Generation,
    /// How it is reached.
    pub form: RegistryForm,
    /// Which it is, once it is opened.
    pub place: Option<RegistryPlace>,
    /// What it can do.
    pub capabilities: Capabilities,
    /// How it stands.
    pub state: RegistryState,
    /// Its datacenters, its own first. What was known stays while it is away.
    pub datacenters: Vec<DatacenterEntry>,
    /// Services that were looked at, by datacenter and name.
    pub services: BTreeMap<(String, String), ServiceEntry>,
    /// Services whose health is told by a notice, by datacenter and name.
    pub pinned: BTreeSet<(String, String)>,
    /// It is one of the demo's, and comes with it.
    pub is_demo: bool,
    /// Datacenters that were unfolded when it was last open, until it has told which it has.
    pub(in crate::app) open_before: Option<BTreeSet<String>>,
    /// The person wants it asked although its token is not at hand, until the program ends or the token is there.
    pub asks_without_token: bool,
    /// What its agent says of itself, once it was asked.
    pub agent: Option<Box<AgentInfo>>,
    /// That is old, or could not be had.
    pub agent_away: Option<Away>,
    /// What the engine was told to watch.
    pub(in crate::app) watching: Watching,
}

impl RegistryEntry {
    /// A datacenter by its name.
    pub fn datacenter(&self, name: &str) -> Option<&DatacenterEntry> {
        self.datacenters.iter().find(|known| known.name == name)
    }

    /// What is known of a service.
    pub fn service(&self, datacenter: &str, service: &str) -> Option<&ServiceEntry> {
        self.services.get(&(datacenter.to_owned(), service.to_owned()))
    }

    /// What the wire said last of an instance of a service is not what the registry says.
    pub fn disagrees_about(&self, datacenter: &str, service: &str) -> bool {
        self.service(datacenter, service).is_some_and(|known| !known.sums().disagreeing.is_empty())
    }

    /// Services of all datacenters that are known.
    pub fn all_services(&self) -> impl Iterator<Item = (&DatacenterEntry, &Service)> {
        self.datacenters.iter().flat_map(|datacenter| {
            datacenter.services.iter().flat_map(move |answer| answer.value.iter().map(move |one| (datacenter, one)))
        })
    }

    /// Services of which an instance is critical.
    pub fn critical(&self) -> usize {
        self.all_services().filter(|(_, service)| service.counts.worst() == Health::Critical).count()
    }

    pub(in crate::app) fn datacenter_mut(&mut self, name: &str) -> Option<&mut DatacenterEntry> {
        self.datacenters.iter_mut().find(|known| known.name == name)
    }
}
