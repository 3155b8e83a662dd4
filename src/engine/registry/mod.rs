//! Registries while a window is open: what is watched, what is asked, and what came of it.
//!
//! Lives here: the words in which a window asks (plain values), and the tasks that answer. What is watched is said as a
//! whole ([`Watching`]); the engine begins and ends watches so that it comes true.

mod key_work;
mod keys;
mod live;
mod probes;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

pub use key_work::{
    FileFault, ImportItem, ImportMeets, JsonFault, KeyWork, KeyWorked, LARGEST_VALUE_BYTES, looks_like_json,
};
pub use keys::{KeyDelta, KeyDiff, KeyNode, KeyTree, TOLD_CHANGES, short_text};
pub(super) use live::{LiveRegistries, RegistryOrder};

use crate::registry::consul::ConsulExplicit;
use crate::registry::{
    AgentInfo, Answer, Capabilities, Cas, Datacenter, Health, Instance, InstanceKey, KeyWritten, Node, RegistryError,
    RegistryPlace, Rehearsed, Service, WireFacts,
};

/// Names an open registry in this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegistryId(pub u64);

/// What a registry is opened from.
#[derive(Clone, Debug)]
pub enum RegistrySpec {
    /// A Consul agent: what the person said; the environment's `CONSUL_*` fill the rest.
    Consul(Box<ConsulExplicit>),
    /// Lines of a static list in a file, which is read again when it changes.
    ListFile(PathBuf),
    /// Lines of a static list made by hand: its name, its text.
    List(String, String),
}

/// One thing to watch. An empty datacenter is the agent's own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WatchWhat {
    /// All services of a datacenter in sum.
    Services {
        /// Which datacenter.
        datacenter: String,
    },
    /// The instances of a service.
    Instances {
        /// Which datacenter.
        datacenter: String,
        /// Which service.
        service: String,
    },
    /// Keys and values below a prefix.
    Keys {
        /// Which datacenter.
        datacenter: String,
        /// All keys begin with it.
        prefix: String,
    },
}

/// Everything that is to be watched of one registry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watching {
    /// What.
    pub watches: BTreeSet<WatchWhat>,
    /// Services, by datacenter and name, whose instances are probed: they must be watched too.
    pub probed: BTreeSet<(String, String)>,
}

/// One question, or act.
#[derive(Clone, Debug)]
pub enum RegistryQuestion {
    /// The nodes of a datacenter.
    Nodes {
        /// Which datacenter.
        datacenter: String,
    },
    /// What the agent says of itself.
    Agent,
    /// The instances of a service that fit a filter expression of the registry's own.
    Filter {
        /// Which datacenter.
        datacenter: String,
        /// Which service.
        service: String,
        /// The expression.
        filter: String,
    },
    /// Whether an id is taken where [`RegistryQuestion::Register`] would put it.
    IdTaken(String),
    /// Whether the registry would take these, in their order. A newer question of this kind ends an older one, which
    /// then has no answer.
    Rehearse {
        /// Bodies as the registry's API takes them.
        bodies: Vec<serde_json::Value>,
        /// More may be typed: it is asked once nothing newer came for a moment.
        settles: bool,
    },
    /// Register a service.
    Register {
        /// The body as the registry's API takes it.
        body: serde_json::Value,
        /// The id was said to be free: where it is not any more, nothing is registered and the answer is
        /// [`RegistryReply::IdTaken`].
        expects_free: bool,
    },
    /// Remove an instance.
    Deregister(InstanceKey),
    /// Put an instance into maintenance with a reason, or take it out.
    Maintain(InstanceKey, Option<String>),
    /// Set a TTL check by hand.
    SetTtl {
        /// The check's node.
        node: String,
        /// Its id.
        check: String,
        /// What it shall say.
        to: Health,
        /// With this note.
        note: String,
    },
    /// Write a key.
    PutKey {
        /// Which datacenter.
        datacenter: String,
        /// The whole key.
        key: String,
        /// Its bytes.
        value: Vec<u8>,
        /// The number beside it.
        flags: u64,
        /// On which condition.
        cas: Cas,
    },
    /// Delete exactly one key.
    DeleteKey {
        /// Which datacenter.
        datacenter: String,
        /// The whole key.
        key: String,
        /// On which condition.
        cas: Cas,
    },
    /// Delete all keys below a prefix.
    DeleteKeys {
        /// Which datacenter.
        datacenter: String,
        /// All keys that begin with it.
        prefix: String,
    },
    /// Work over keys that were read: nothing is asked of the registry.
    KeyWork(KeyWork),
}

impl RegistryQuestion {
    /// It changes something in the registry.
    pub fn is_act(&self) -> bool {
        !matches!(
            self,
            Self::Nodes { .. }
                | Self::Agent
                | Self::Filter { .. }
                | Self::IdTaken(_)
                | Self::Rehearse { .. }
                | Self::KeyWork(_)
        )
    }
}

/// The answer to a question.
#[derive(Clone, Debug)]
pub enum RegistryReply {
    /// To `Nodes`.
    Nodes(Answer<Vec<Node>>),
    /// To `Agent`.
    Agent(Box<AgentInfo>),
    /// To `Filter`.
    Instances(Answer<Vec<Instance>>),
    /// To `IdTaken`, and to `Register` where the id is not free: the service that has it.
    IdTaken(Option<String>),
    /// To `Rehearse`: what it says of all, or of the first that it would refuse.
    Rehearsed(Result<Rehearsed, (usize, Arc<RegistryError>)>),
    /// An act was done, and looked after.
    Done,
    /// To acts on a condition.
    Written(KeyWritten),
    /// To `KeyWork`.
    KeyWorked(KeyWorked),
}

/// What a watch saw.
#[derive(Clone, Debug)]
pub enum Watched {
    /// To [`WatchWhat::Services`].
    Services(Answer<Arc<Vec<Service>>>),
    /// To [`WatchWhat::Instances`].
    Instances(Answer<Arc<Vec<Instance>>>),
    /// To [`WatchWhat::Keys`].
    Keys(Answer<Arc<KeyTree>>),
    /// The registry cannot be asked: what was seen before is old.
    Away(Arc<RegistryError>),
    /// It can be asked again, and nothing had changed.
    Back,
}

/// What the engine tells of a registry.
#[derive(Clone, Debug)]
pub enum RegistryTold {
    /// It can be asked: which it is, and what it can do. Nothing was asked yet.
    Opened {
        /// Which, and where.
        place: RegistryPlace,
        /// What it can do.
        capabilities: Capabilities,
    },
    /// It answers: its datacenters, its own first.
    Datacenters(Vec<Datacenter>),
    /// It cannot be asked (now): it is tried again.
    Away(Arc<RegistryError>),
    /// It cannot be opened with these settings.
    Unusable(Arc<RegistryError>),
    /// A watch saw something.
    Watched {
        /// Which.
        what: WatchWhat,
        /// What.
        seen: Watched,
    },
    /// Probes found this of instances of a service, by datacenter and name.
    Wire {
        /// Which datacenter.
        datacenter: String,
        /// Which service.
        service: String,
        /// What was found.
        facts: Vec<(InstanceKey, Arc<WireFacts>)>,
    },
    /// The answer to a question.
    Reply {
        /// From the command.
        ticket: u64,
        /// The answer.
        result: Result<RegistryReply, RegistryError>,
    },
}

/// An event of a registry with the time at which the engine heard of it.
#[derive(Clone, Debug)]
pub struct RegistryEvent {
    /// Which registry.
    pub registry: RegistryId,
    /// Which opening of it; older ones are to be dropped.
    pub generation: super::Generation,
    /// When.
    pub at: SystemTime,
    /// What.
    pub told: RegistryTold,
}
