//! What changed of a service's instances, by the registry's word and by the wire's, newest first.

use std::collections::VecDeque;
use std::time::SystemTime;

use crate::registry::{ChangeKind, InstanceKey, WireHealth};

/// So many changes of one service are kept.
const KEPT: usize = 500;

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
    /// In the registry.
    Registry(ChangeKind),
    /// On the wire.
    Wire {
        /// Before.
        was: WireHealth,
        /// Now.
        now: WireHealth,
    },
    /// It serves another schema.
    Schema {
        /// The hash before, as shown.
        was: String,
        /// The hash now, as shown.
        now: String,
    },
}

/// One line of the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineLine {
    /// When this program saw it.
    pub at: SystemTime,
    /// Of which instance.
    pub instance: InstanceKey,
    /// What.
    pub what: Happening,
    /// Its tags where it came, the reason where it went into maintenance.
    pub note: String,
}

/// Puts a line in front.
pub(super) fn note(timeline: &mut VecDeque<TimelineLine>, line: TimelineLine) {
    timeline.push_front(line);
    timeline.truncate(KEPT);
}
