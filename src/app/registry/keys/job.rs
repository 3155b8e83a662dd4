//! Acts on one key or on many: each step on the condition that its key is as it was seen.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use super::own::OwnWrite;
use super::{KeyActOf, KeyAsked, KeyFailure, KeysRef, NewKey};
use crate::app::App;
use crate::app::registry::hear::Asked;
use crate::engine::{RegistryQuestion, RegistryReply};
use crate::registry::{Cas, KeyWritten, RegistryError, RegistryFault};

/// So many steps are under way at once: polite to a server that many use.
const AT_ONCE: usize = 8;

/// What an act is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyJobKind {
    /// A new key.
    Create(String),
    /// A key, or all keys of a folder.
    Delete(String),
    /// From one name to another; `true` keeps the old one.
    Move(String, String, bool),
    /// Out of a file.
    Import,
    /// A change of this key is taken back.
    Undo(String),
    /// All changes of an act are taken back: on keys that begin with this.
    UndoAct(String),
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyWrite {
    /// Write.
    Put {
        /// The bytes.
        value: Arc<[u8]>,
        /// The number beside them.
        flags: u64,
    },
    /// Delete.
    Delete,
}

/// One step of an act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyStep {
    /// The whole key.
    pub key: String,
    /// What is done to it.
    pub write: KeyWrite,
    /// On which condition.
    pub cas: Cas,
    /// What is done once this was done.
    pub then: Option<Box<KeyStep>>,
}

/// An act, how far it is, and what of it was not done.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyJob {
    /// Names it.
    pub id: u64,
    /// What it is for.
    pub kind: KeyJobKind,
    /// Since when.
    pub since: Instant,
    /// Steps that it has.
    pub total: usize,
    /// Steps that were done.
    pub done: usize,
    /// Keys that were left as they are: somebody else was first.
    pub changed: Vec<String>,
    /// Keys that were not written, and why.
    pub failed: Vec<(String, KeyFailure)>,
    /// The person stopped it, or it cannot go on: steps that were not begun.
    pub left: usize,
    waiting: VecDeque<KeyStep>,
    running: BTreeMap<u64, KeyStep>,
    /// Under which its changes stand in the list, where it is more than one.
    act: Option<Arc<KeyActOf>>,
}

impl KeyJob {
    /// It goes on.
    pub fn is_running(&self) -> bool {
        !self.waiting.is_empty() || !self.running.is_empty()
    }

    /// Everything was done.
    pub fn is_whole(&self) -> bool {
        !self.is_running() && self.done == self.total
    }

    /// Begins no more steps.
    fn stop(&mut self) {
        self.left += self.waiting.iter().map(steps_in).sum::<usize>();
        self.waiting.clear();
    }

    /// What is under way is not answered any more.
    pub(super) fn forget_asked(&mut self) {
        for step in std::mem::take(&mut self.running).into_values() {
            self.left += usize::from(step.then.is_some());
            self.failed.push((step.key, KeyFailure::Unknown));
        }
        self.stop();
    }
}

/// The step, and what follows it.
fn steps_in(step: &KeyStep) -> usize {
    1 + usize::from(step.then.is_some())
}

impl App {
    /// Begins an act.
    pub(super) fn begin_key_job(&mut self, at: &KeysRef, kind: KeyJobKind, steps: Vec<KeyStep>, now: Instant) {
        if steps.is_empty() || self.is_read_only(at) {
            return;
        }
        let id = self.next_id();
        let total = steps.iter().map(steps_in).sum();
        let act = (total > 1).then(|| Arc::new(KeyActOf { id, kind: kind.clone() }));
        let job = KeyJob {
            id,
            kind,
            since: now,
            total,
            done: 0,
            changed: Vec::new(),
            failed: Vec::new(),
            left: 0,
            waiting: steps.into(),
            running: BTreeMap::new(),
            act,
        };
        let Some(view) = self.registries.keys.get_mut(at) else { return };
        view.jobs.push(job);
        self.go_on_with_keys(at, id);
    }

    /// Begins steps while there is room for them.
    fn go_on_with_keys(&mut self, at: &KeysRef, id: u64) {
        loop {
            let Some(job) = self.key_job(at, id) else { return };
            if job.running.len() >= AT_ONCE {
                return;
            }
            let Some(step) = job.waiting.pop_front() else { return };
            let act = job.act.clone();
            let ticket = self.write_key(at, &step, act, |step| KeyAsked::Step(id, Box::new(step)));
            if let Some(job) = self.key_job(at, id) {
                job.running.insert(ticket, step);
            }
        }
    }

    fn key_job(&mut self, at: &KeysRef, id: u64) -> Option<&mut KeyJob> {
        self.registries.keys.get_mut(at)?.jobs.iter_mut().find(|job| job.id == id)
    }

    /// Asks for one write, and remembers it as ours.
    pub(super) fn write_key(
        &mut self,
        at: &KeysRef,
        step: &KeyStep,
        act: Option<Arc<KeyActOf>>,
        asked: impl FnOnce(KeyStep) -> KeyAsked,
    ) -> u64 {
        let (datacenter, key, cas) = (at.datacenter.clone(), step.key.clone(), step.cas);
        let (question, written) = match &step.write {
            KeyWrite::Put { value, flags } => (
                RegistryQuestion::PutKey { datacenter, key, value: value.to_vec(), flags: *flags, cas },
                Some((Arc::clone(value), *flags)),
            ),
            KeyWrite::Delete => (RegistryQuestion::DeleteKey { datacenter, key, cas }, None),
        };
        let ticket = self.ask_registry(at.registry, Asked::Keys(at.clone(), asked(step.clone())), question);
        if let Some(view) = self.registries.keys.get_mut(at) {
            let before = view.entry(&step.key).cloned();
            view.ours.put(OwnWrite::new(ticket, &step.key, before, written, act));
        }
        ticket
    }

    /// Takes the answer to a step.
    pub(super) fn take_key_step(
        &mut self,
        at: &KeysRef,
        id: u64,
        ticket: u64,
        step: KeyStep,
        result: Result<RegistryReply, RegistryError>,
        time: SystemTime,
    ) {
        match &result {
            Ok(RegistryReply::Written(KeyWritten::Yes)) => self.note_own_write(at, ticket, time),
            // It may have been done all the same: then the watch will see it as ours.
            Err(error) if error.fault.is_away() => {}
            _ => self.forget_own_write(at, ticket),
        }
        let Some(job) = self.key_job(at, id) else { return };
        job.running.remove(&ticket);
        match result {
            Ok(RegistryReply::Written(KeyWritten::Yes)) => {
                job.done += 1;
                if let Some(next) = step.then {
                    job.waiting.push_front(*next);
                }
            }
            Ok(_) => {
                job.left += usize::from(step.then.is_some());
                job.changed.push(step.key);
            }
            Err(error) => {
                // What has no way now has none for the next key.
                let is_over = error.fault.is_away() || matches!(error.fault, RegistryFault::ReadOnly);
                job.left += usize::from(step.then.is_some());
                job.failed.push((step.key, KeyFailure::Refused(Arc::new(error))));
                if is_over {
                    job.stop();
                }
            }
        }
        self.go_on_with_keys(at, id);
        self.end_key_job(at, id);
    }

    /// Begins no more steps of an act; those under way end.
    pub(super) fn stop_key_job(&mut self, at: &KeysRef, id: u64) {
        if let Some(job) = self.key_job(at, id) {
            job.stop();
        }
        self.end_key_job(at, id);
    }

    /// What was done whole leaves; what was not stays and says so.
    fn end_key_job(&mut self, at: &KeysRef, id: u64) {
        let Some(job) = self.key_job(at, id).filter(|job| !job.is_running()) else { return };
        let (kind, is_whole, is_alone) = (job.kind.clone(), job.is_whole(), job.total == 1);
        let Some(view) = self.registries.keys.get_mut(at) else { return };
        match &kind {
            KeyJobKind::Create(key) if is_whole => {
                view.new_key = NewKey::default();
                view.unfold_to(key);
                self.open_key(at, key);
            }
            KeyJobKind::Move(from, to, _) if is_whole && view.key.as_ref() == Some(from) => {
                view.unfold_to(to);
                self.open_key(at, to);
            }
            _ => {}
        }
        // An import says how much it did.
        let stays = !is_whole || (matches!(kind, KeyJobKind::Import) && !is_alone);
        if let Some(view) = self.registries.keys.get_mut(at)
            && !stays
        {
            view.jobs.retain(|job| job.id != id);
        }
    }
}
