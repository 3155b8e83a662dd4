//! What happened while the person looked elsewhere, for the list behind the bell.

use std::time::Instant;

use super::{App, TabId};
use crate::app::{ActSaid, ServiceRef};
use crate::call::Code;
use crate::engine::SourceId;
use crate::registry::{Health, RegistryKind};

/// So many are listed.
const KEPT: usize = 50;

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happened {
    /// Files of a source changed on disk, and it was read anew: its name.
    Reloaded(SourceId, String),
    /// The same, and it could not be read: its name, and why.
    NotReloaded(SourceId, String, String),
    /// The built-in services do not run, and why.
    DemoFailed(String),
    /// The demo's Consul does not run, and why.
    DemoConsulFailed(String),
    /// A source was removed: the number by which it comes back, its name and address, and how many rows of its target
    /// went with it or stayed.
    Removed {
        /// By which it comes back.
        number: u64,
        /// Its name.
        title: String,
        /// As typed; empty for files.
        address: String,
        /// Rows that went with it.
        dropped: usize,
        /// Rows that stayed, because something uses the address.
        kept: usize,
    },
    /// A registry was removed.
    RegistryRemoved {
        /// By which it comes back.
        number: u64,
        /// Which kind.
        kind: RegistryKind,
        /// What the person called it; may be empty.
        name: String,
        /// Where it is, as typed; may be empty.
        place: String,
        /// Lines of a list that was made by hand; 0 for others.
        lines: usize,
    },
    /// A call ended in a tab that was not in front: its method, and its status.
    CallEnded(TabId, String, Code),
    /// Something was done in a registry, or was not.
    Act(Box<ActSaid>),
    /// A pinned service is in another health.
    Health {
        /// Which.
        service: ServiceRef,
        /// Before: the worst of its instances.
        was: Health,
        /// Now.
        now: Health,
        /// How many instances it has now.
        instances: usize,
    },
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Tells it from others.
    pub id: u64,
    /// What.
    pub what: Happened,
    /// When.
    pub at: Instant,
    /// The list was open since.
    pub seen: bool,
}

impl App {
    /// What happened, the newest first.
    pub fn told(&self) -> &[Notice] {
        &self.told
    }

    /// So many were not seen yet.
    pub fn unseen(&self) -> usize {
        self.told.iter().filter(|notice| !notice.seen).count()
    }

    /// What is told at most once is told anew: the older one of its kind goes.
    pub(super) fn tell(&mut self, what: Happened, now: Instant) {
        let same = |known: &Happened| match (known, &what) {
            (
                Happened::Reloaded(a, _) | Happened::NotReloaded(a, ..),
                Happened::Reloaded(b, _) | Happened::NotReloaded(b, ..),
            ) => a == b,
            (Happened::DemoFailed(_), Happened::DemoFailed(_))
            | (Happened::DemoConsulFailed(_), Happened::DemoConsulFailed(_)) => true,
            (Happened::CallEnded(a, ..), Happened::CallEnded(b, ..)) => a == b,
            (Happened::Health { service: a, .. }, Happened::Health { service: b, .. }) => a == b,
            _ => false,
        };
        self.told.retain(|notice| !same(&notice.what));
        let id = self.next_id();
        self.told.insert(0, Notice { id, what, at: now, seen: false });
        self.told.truncate(KEPT);
        self.forget_removed();
    }

    /// The newest was seen where it happened.
    pub(super) fn see_notice(&mut self) {
        if let Some(newest) = self.told.first_mut() {
            newest.seen = true;
        }
    }

    pub(super) fn see_notices(&mut self) {
        self.told.iter_mut().for_each(|notice| notice.seen = true);
    }

    pub(super) fn drop_notice(&mut self, id: Option<u64>) {
        self.told.retain(|notice| id.is_some_and(|id| notice.id != id));
        self.forget_removed();
    }
}
