//! What is known of one service: what the registry says of its instances, what the wire says, and both in sum.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::SystemTime;

use super::{Away, Happening, TimelineLine, timeline};
use crate::registry::{
    Answer, Change, ChangeKind, Drift, Health, HealthCounts, HealthHistory, Instance, InstanceKey, RegistryKind,
    WireFacts, WireHealth, WireMark, WireSchema, changes, disagreement, drift,
};

/// What is known of one service's instances. It stays while the program runs, also when nobody looks at it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ServiceEntry {
    /// Its instances, once they are known.
    pub instances: Option<Answer<Arc<Vec<Instance>>>>,
    /// They are old.
    pub away: Option<Away>,
    /// What the wire said last of each.
    pub wire: HashMap<InstanceKey, Arc<WireFacts>>,
    /// The last hour of each, as far as this program looked.
    pub history: HashMap<InstanceKey, HealthHistory>,
    /// What changed, newest first.
    pub timeline: VecDeque<TimelineLine>,
    /// When its instances were known first.
    pub first_seen: Option<SystemTime>,
    /// When a probe was heard of last.
    pub probed_at: Option<SystemTime>,
    /// How often its instances were heard of, and how often the wire was.
    pub(in crate::app) heard: Heard,
    sums: ServiceSums,
}

/// Counts what was heard, so that what is worked out of it is known to be of now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::app) struct Heard {
    /// Of its instances.
    pub(in crate::app) lists: u64,
    /// Of the wire.
    pub(in crate::app) wires: u64,
}

/// What all instances of a service are in sum, worked out once for all that was heard. Instances are named by their
/// place in the registry's list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ServiceSums {
    of: Heard,
    /// By health.
    pub counts: HealthCounts,
    /// That were asked on the wire.
    pub asked: usize,
    /// Of those: that serve.
    pub serving: usize,
    /// What the wire said last, place by place.
    pub wire: Vec<Option<Arc<WireFacts>>>,
    /// Where the wire says something else than the registry, in order.
    pub disagreeing: Vec<usize>,
    /// Which serve another schema than most.
    pub drift: Option<Drift>,
    /// The same, by place.
    pub drifting: HashSet<usize>,
    /// Schemas that are served, the most frequent first, with the ids of those that serve each.
    pub schemas: Vec<(Arc<WireSchema>, Vec<String>)>,
}

impl ServiceEntry {
    /// The instances that are known.
    pub fn instances(&self) -> &[Instance] {
        self.instances.as_ref().map_or(&[], |answer| answer.value.as_slice())
    }

    /// An instance by its key.
    pub fn instance(&self, key: &InstanceKey) -> Option<&Instance> {
        self.instances().iter().find(|instance| instance.key == *key)
    }

    /// What the wire said last of an instance.
    pub fn wire_of(&self, key: &InstanceKey) -> Option<&WireFacts> {
        self.wire.get(key).map(Arc::as_ref)
    }

    /// All in sum, as of the last time that it was worked out.
    pub fn sums(&self) -> &ServiceSums {
        &self.sums
    }

    /// Works out the sums, if something was heard since.
    pub(super) fn settle(&mut self, kind: RegistryKind) {
        if self.sums.of == self.heard {
            return;
        }
        let instances = self.instances();
        let wire: Vec<Option<Arc<WireFacts>>> =
            instances.iter().map(|instance| self.wire.get(&instance.key).cloned()).collect();
        let mut sums = ServiceSums { of: self.heard, counts: self.counts(), ..ServiceSums::default() };
        let mut served: Vec<(&InstanceKey, &str)> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        for (at, (instance, facts)) in instances.iter().zip(&wire).enumerate() {
            let Some(facts) = facts else { continue };
            sums.asked += 1;
            sums.serving += usize::from(WireMark::of(&facts.health) <= WireMark::Silent);
            if disagreement(kind, instance, facts).is_some() {
                sums.disagreeing.push(at);
            }
            let Some(schema) = &facts.schema else { continue };
            served.push((&instance.key, &schema.hash));
            let place = *places.entry(&schema.hash).or_insert(sums.schemas.len());
            if place == sums.schemas.len() {
                sums.schemas.push((Arc::clone(schema), Vec::new()));
            }
            if let Some((_, ids)) = sums.schemas.get_mut(place) {
                ids.push(instance.key.id.clone());
            }
        }
        sums.schemas.sort_by_key(|(_, ids)| std::cmp::Reverse(ids.len()));
        if sums.schemas.len() > 1 {
            sums.drift = drift(&served);
            let usual = sums.drift.as_ref().map(|drift| drift.usual.as_str());
            let drifts = |facts: &Option<Arc<WireFacts>>| {
                facts.as_deref().and_then(WireFacts::schema_hash).is_some_and(|hash| Some(hash) != usual)
            };
            sums.drifting = wire.iter().enumerate().filter(|(_, facts)| drifts(facts)).map(|(at, _)| at).collect();
        }
        sums.wire = wire;
        self.sums = sums;
    }

    /// Instances by health.
    pub fn counts(&self) -> HealthCounts {
        let mut counts = HealthCounts::default();
        for instance in self.instances() {
            counts.add(instance.health);
        }
        counts
    }

    /// The registry's list, as it is now.
    pub(super) fn see(&mut self, answer: Answer<Arc<Vec<Instance>>>, at: SystemTime) {
        self.heard.lists += 1;
        self.first_seen.get_or_insert(at);
        self.note_changes(&answer.value, at);
        for instance in answer.value.iter() {
            match self.history.get_mut(&instance.key) {
                Some(history) => history.note_registry(at, Some(instance.health)),
                None => {
                    self.history.entry(instance.key.clone()).or_default().note_registry(at, Some(instance.health));
                }
            }
        }
        let there: HashSet<&InstanceKey> = answer.value.iter().map(|instance| &instance.key).collect();
        self.wire.retain(|key, _| there.contains(key));
        self.history.retain(|key, history| {
            if there.contains(key) {
                return true;
            }
            history.note_registry(at, None);
            history.note_wire(at, None);
            !history.is_over(at)
        });
        self.instances = Some(answer);
    }

    /// What the wire says of some of them.
    pub(super) fn hear_wire(&mut self, facts: Vec<(InstanceKey, Arc<WireFacts>)>, at: SystemTime) {
        self.heard.wires += 1;
        self.probed_at = Some(at);
        for (key, facts) in facts {
            self.note_wire(&key, &facts, at);
            let mark = WireMark::of(&facts.health);
            self.history.entry(key.clone()).or_default().note_wire(at, Some(mark));
            self.wire.insert(key, facts);
        }
    }

    /// Takes note of what the registry changed; the first list is no change.
    fn note_changes(&mut self, now: &[Instance], at: SystemTime) {
        let Some(before) = &self.instances else { return };
        let changed = changes(&before.value, now, at);
        if changed.is_empty() {
            return;
        }
        let found: HashMap<&InstanceKey, &Instance> = now.iter().map(|instance| (&instance.key, instance)).collect();
        for Change { key, what, .. } in changed {
            let note = match (&what, found.get(&key)) {
                (ChangeKind::Added { .. }, Some(instance)) => instance.tags.join(", "),
                (ChangeKind::Health { to: Health::Maintenance, .. }, Some(instance)) => {
                    instance.maintenance_reason.clone().unwrap_or_default()
                }
                _ => String::new(),
            };
            let line = TimelineLine { at, instance: key, what: Happening::Registry(what), note };
            timeline::note(&mut self.timeline, line);
        }
    }

    /// Takes note of what changed on the wire; the first word is no change, and a question that was refused is no word.
    fn note_wire(&mut self, key: &InstanceKey, facts: &WireFacts, at: SystemTime) {
        let Some(before) = self.wire.get(key).cloned() else { return };
        let is_word = |health: &WireHealth| !matches!(health, WireHealth::Status(_));
        if before.health != facts.health && is_word(&before.health) && is_word(&facts.health) {
            let what = Happening::Wire { was: before.health.clone(), now: facts.health.clone() };
            timeline::note(&mut self.timeline, TimelineLine { at, instance: key.clone(), what, note: String::new() });
        }
        if let (Some(was), Some(now)) = (&before.schema, &facts.schema)
            && was.hash != now.hash
        {
            let what = Happening::Schema { was: was.short().to_owned(), now: now.short().to_owned() };
            timeline::note(&mut self.timeline, TimelineLine { at, instance: key.clone(), what, note: String::new() });
        }
    }
}
