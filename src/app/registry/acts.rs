//! Acts on instances: deregistering, maintenance, TTL checks by hand. What takes something away, or needs a word, is
//! asked about first; what came of each is said in place and behind the bell.
//!
//! Lives here: the question while it is open, and how answers change it. Absent: registering (`register`).

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use super::hear::Asked;
use super::{RegistryView, ServiceRef};
use crate::app::{App, Happened};
use crate::engine::{RegistryId, RegistryQuestion, RegistryReply};
use crate::registry::{Health, InstanceKey, RegistryError};

/// What is done to an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InstanceAct {
    /// It is taken out of the registry.
    Deregister,
    /// It is put into maintenance, for this reason.
    Maintain(String),
    /// It is taken out of maintenance.
    EndMaintenance,
    /// A check that waits to be told is told.
    SetTtl {
        /// Its id.
        check: String,
        /// Its name.
        name: String,
        /// What.
        to: Health,
        /// With this note.
        note: String,
    },
}

impl InstanceAct {
    /// It is asked about before it is done.
    fn is_asked(&self) -> bool {
        !matches!(self, Self::EndMaintenance)
    }
}

/// The question before an act, and while it is done.
#[derive(Clone, Debug, PartialEq)]
pub struct ActDialog {
    /// Whose instances.
    pub service: ServiceRef,
    /// What is done to them.
    pub what: InstanceAct,
    /// Those that it is to be done to, with their `host:port`; what is done is gone from here.
    pub instances: Vec<(InstanceKey, String)>,
    /// Those that it was done to.
    pub done: Vec<InstanceKey>,
    /// It is being done since then.
    pub waits: Option<Instant>,
    /// Why the first of `instances` was not done.
    pub failed: Option<Arc<RegistryError>>,
}

/// What was done, or was not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActSaid {
    /// To instances of this service.
    pub service: ServiceRef,
    /// Their ids.
    pub instances: Vec<String>,
    /// What.
    pub what: ActWhat,
    /// Why not.
    pub error: Option<Arc<RegistryError>>,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActWhat {
    /// It was registered.
    Registered {
        /// In the place of an instance of this service that had its id.
        replaced: Option<String>,
    },
    /// To an instance that was there.
    Done(InstanceAct),
}

/// What a person can do about acts.
#[derive(Clone, Debug, PartialEq)]
pub enum ActsAct {
    /// Do this to instances of a service; what has to be asked is asked.
    Ask(ServiceRef, Vec<InstanceKey>, InstanceAct),
    /// The reason or note, as typed.
    Write(String),
    /// Do it.
    Confirm,
    /// Leave it; what is not done yet is not done.
    Close,
    /// Take what was said away.
    HideSaid,
}

impl App {
    pub(super) fn apply_acts(&mut self, act: ActsAct, now: Instant) {
        match act {
            ActsAct::Ask(service, keys, what) => self.ask_act(service, &keys, what, now),
            ActsAct::Write(text) => {
                let Some(dialog) = self.registries.act.as_mut().filter(|dialog| dialog.waits.is_none()) else { return };
                match &mut dialog.what {
                    InstanceAct::Maintain(reason) => *reason = text,
                    InstanceAct::SetTtl { note, .. } => *note = text,
                    InstanceAct::Deregister | InstanceAct::EndMaintenance => {}
                }
            }
            ActsAct::Confirm => {
                if self.registries.act.as_ref().is_some_and(|dialog| dialog.waits.is_none()) {
                    self.do_next(now);
                }
            }
            ActsAct::Close => self.registries.act = None,
            ActsAct::HideSaid => self.registries.said = None,
        }
    }

    fn ask_act(&mut self, service: ServiceRef, keys: &[InstanceKey], what: InstanceAct, now: Instant) {
        let is_free = self.registries.entry(service.registry).is_some_and(|entry| !entry.form.read_only);
        let Some(known) = self.registries.service(&service).filter(|_| is_free) else { return };
        let wanted: BTreeSet<&InstanceKey> = keys.iter().collect();
        let instances: Vec<(InstanceKey, String)> = known
            .instances()
            .iter()
            .filter(|instance| wanted.contains(&instance.key))
            .map(|instance| (instance.key.clone(), instance.host_port()))
            .collect();
        if instances.is_empty() {
            return;
        }
        if what.is_asked() {
            let (done, waits, failed) = (Vec::new(), None, None);
            self.registries.act = Some(ActDialog { service, what, instances, done, waits, failed });
            return;
        }
        for (key, _) in instances {
            self.do_act(service.clone(), key, what.clone(), now);
        }
    }

    /// Does it to the next of the question's instances.
    fn do_next(&mut self, now: Instant) {
        let Some(dialog) = &mut self.registries.act else { return };
        let Some((key, _)) = dialog.instances.first().cloned() else { return };
        (dialog.waits, dialog.failed) = (Some(dialog.waits.unwrap_or(now)), None);
        let (service, what) = (dialog.service.clone(), dialog.what.clone());
        self.do_act(service, key, what, now);
    }

    fn do_act(&mut self, service: ServiceRef, key: InstanceKey, what: InstanceAct, _now: Instant) {
        let question = match &what {
            InstanceAct::Deregister => RegistryQuestion::Deregister(key.clone()),
            InstanceAct::Maintain(reason) => RegistryQuestion::Maintain(key.clone(), Some(reason.trim().to_owned())),
            InstanceAct::EndMaintenance => RegistryQuestion::Maintain(key.clone(), None),
            InstanceAct::SetTtl { check, to, note, .. } => RegistryQuestion::SetTtl {
                node: key.node.clone(),
                check: check.clone(),
                to: *to,
                note: note.trim().to_owned(),
            },
        };
        let registry = service.registry;
        self.ask_registry(registry, Asked::Act(Box::new((service, key, what))), question);
    }

    pub(super) fn fold_act(
        &mut self,
        (service, key, what): (ServiceRef, InstanceKey, InstanceAct),
        result: Result<RegistryReply, RegistryError>,
        now: Instant,
    ) {
        let error = result.err().map(Arc::new);
        let is_first = |dialog: &&mut ActDialog| {
            dialog.waits.is_some()
                && dialog.service == service
                && dialog.what == what
                && dialog.instances.first().is_some_and(|(first, _)| *first == key)
        };
        let Some(dialog) = self.registries.act.as_mut().filter(is_first) else {
            let said = ActSaid { service, instances: vec![key.id], what: ActWhat::Done(what), error };
            return self.say_act(said, now);
        };
        if error.is_some() {
            (dialog.waits, dialog.failed) = (None, error);
            return;
        }
        dialog.instances.remove(0);
        dialog.done.push(key);
        if !dialog.instances.is_empty() {
            return self.do_next(now);
        }
        let Some(dialog) = self.registries.act.take() else { return };
        let instances = dialog.done.into_iter().map(|key| key.id).collect();
        self.say_act(ActSaid { service, instances, what: ActWhat::Done(what), error: None }, now);
    }

    /// Says what was done, in place and behind the bell.
    pub(super) fn say_act(&mut self, said: ActSaid, now: Instant) {
        self.tell(Happened::Act(Box::new(said.clone())), now);
        self.registries.said = Some(said);
        // What is said where the person looks is no news.
        if self.said_here().is_some() {
            self.see_notice();
        }
    }

    /// What was asked of a registry that is opened anew is not answered any more.
    pub(super) fn forget_asked(&mut self, id: RegistryId) {
        let (gone, stay) =
            std::mem::take(&mut self.registries.asked).into_iter().partition(|(_, (registry, _))| *registry == id);
        self.registries.asked = stay;
        let gone: std::collections::BTreeMap<u64, (RegistryId, Asked)> = gone;
        let of_keys = gone.into_values().filter_map(|(_, asked)| match asked {
            Asked::Keys(at, asked) => Some((at, asked)),
            _ => None,
        });
        self.forget_asked_keys(id, of_keys.collect());
        self.registries.filter_asked.retain(|service, _| service.registry != id);
        if self.registries.act.as_ref().is_some_and(|dialog| dialog.service.registry == id) {
            self.registries.act = None;
        }
        if let Some(dialog) = self.registries.register.as_mut().filter(|dialog| dialog.registry == id) {
            dialog.forget_asked();
        }
        if let Some(entry) = self.registries.entry_mut(id) {
            entry.datacenters.iter_mut().for_each(|datacenter| datacenter.nodes_asked = None);
        }
    }

    /// Tells that a pinned service is in another health than before.
    pub(super) fn tell_health(&mut self, service: ServiceRef, was: Health, now_is: Health, count: usize, now: Instant) {
        self.tell(Happened::Health { service, was, now: now_is, instances: count }, now);
    }

    /// Where what was said belongs: the view that shows it in place.
    pub fn said_here(&self) -> Option<&ActSaid> {
        let said = self.registries.said.as_ref()?;
        let is_here = match self.registries.shown.as_ref()? {
            RegistryView::Service(service) => *service == said.service,
            view => view.registry() == said.service.registry,
        };
        is_here.then_some(said)
    }
}
