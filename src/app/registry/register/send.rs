//! Asking the registry about a registration, and sending it; what came of both.

use std::sync::Arc;
use std::time::Instant;

use super::dialog::{IdState, Rehearsal, Way};
use super::{RegisterDraft, RegisterForm};
use crate::app::App;
use crate::app::registry::acts::{ActSaid, ActWhat};
use crate::app::registry::hear::Asked;
use crate::app::registry::{RegistryView, ServiceRef};
use crate::engine::{RegistryId, RegistryQuestion, RegistryReply};
use crate::registry::{InstanceKey, RegistryError, RegistryFault, Rehearsed};

/// A registration on its way.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::app) struct Sending {
    /// From which question.
    opened: u64,
    /// What is said of it then.
    said: ActSaid,
    /// What was typed, for the case that it is refused when nobody waits for it any more.
    form: RegisterForm,
}

/// An instance that was registered, and is shown as soon as the registry lists it.
#[derive(Clone, Debug)]
pub(in crate::app) struct Awaited {
    pub(in crate::app) service: ServiceRef,
    id: String,
    /// What was chosen then; who chooses something else meanwhile has the last word.
    before: Option<InstanceKey>,
}

impl App {
    /// Asks whether the id is free: one question at a time, about the newest.
    pub(super) fn ask_id(&mut self) {
        let Some(dialog) = self.registries.register.as_mut().filter(|dialog| dialog.asks_id()) else { return };
        dialog.form.effective_id().clone_into(&mut dialog.id_of);
        (dialog.id_asked, dialog.id_is_old) = (true, false);
        let (registry, opened, id) = (dialog.registry, dialog.opened, dialog.id_of.clone());
        self.ask_registry(registry, Asked::IdTaken(opened, id.clone()), RegistryQuestion::IdTaken(id));
    }

    pub(in crate::app::registry) fn fold_id(
        &mut self,
        (opened, asked): (u64, String),
        result: Result<RegistryReply, RegistryError>,
    ) {
        let is_it = |dialog: &&mut super::RegisterDialog| dialog.opened == opened;
        let Some(dialog) = self.registries.register.as_mut().filter(is_it) else { return };
        dialog.id_asked = false;
        if dialog.form.effective_id() == asked {
            dialog.id = match result {
                Ok(RegistryReply::IdTaken(None)) => IdState::Free,
                Ok(RegistryReply::IdTaken(Some(service))) => IdState::Taken(service),
                Ok(_) => IdState::Unknown,
                Err(error) => IdState::Failed(Arc::new(error)),
            };
        }
        self.ask_id();
    }

    /// Asks what the registry will say of what would be sent: the newest only.
    pub(super) fn ask_rehearsal(&mut self) {
        let is_due = |dialog: &&mut super::RegisterDialog| {
            dialog.rehearsed != dialog.revision && dialog.sends.is_none() && dialog.is_sound()
        };
        let Some(dialog) = self.registries.register.as_mut().filter(is_due) else { return };
        dialog.rehearsed = dialog.revision;
        let (registry, asked) = (dialog.registry, Asked::Rehearsal(dialog.opened, dialog.revision));
        let bodies = vec![dialog.registration.api()];
        self.forget_rehearsals(registry);
        self.ask_registry(registry, asked, RegistryQuestion::Rehearse { bodies, settles: true });
    }

    /// A newer question of this kind ends those before it.
    fn forget_rehearsals(&mut self, registry: RegistryId) {
        let stays = |(known, asked): &(RegistryId, Asked)| *known != registry || !matches!(asked, Asked::Rehearsal(..));
        self.registries.asked.retain(|_, asked| stays(asked));
    }

    pub(in crate::app::registry) fn fold_rehearsal(
        &mut self,
        (opened, revision): (u64, u64),
        result: Result<RegistryReply, RegistryError>,
        now: Instant,
    ) {
        let is_it = |dialog: &&mut super::RegisterDialog| dialog.opened == opened;
        let Some(dialog) = self.registries.register.as_mut().filter(is_it) else { return };
        let said = match result {
            Ok(RegistryReply::Rehearsed(said)) => said,
            Ok(_) => Ok(Rehearsed::NothingFound),
            Err(error) => Err((0, Arc::new(error))),
        };
        if dialog.sends.is_some() && dialog.way == Way::AllAsked {
            match said {
                Ok(_) => {
                    dialog.way = Way::All;
                    self.send_next(now);
                }
                Err((at, error)) => {
                    dialog.choose(at);
                    (dialog.sends, dialog.refused) = (None, Some(error));
                    self.registration_changed();
                }
            }
        } else if dialog.revision == revision {
            dialog.rehearsal = match said {
                Ok(Rehearsed::Sure) => Rehearsal::Sure,
                Ok(Rehearsed::NothingFound) => Rehearsal::NothingFound,
                Err((_, error)) => Rehearsal::Refused(error),
            };
        }
    }

    /// Sends what is in the form.
    pub(super) fn confirm_registration(&mut self, now: Instant) {
        let Some(dialog) = &mut self.registries.register else { return };
        (dialog.tried, dialog.refused) = (true, None);
        if dialog.is_sound() {
            dialog.done.clear();
            (dialog.sends, dialog.way, dialog.sent) = (Some(now), Way::One, 0);
            self.send_registration();
        } else {
            dialog.unfold();
        }
    }

    /// Asks about all services of a file, and sends them where nothing is wrong with any.
    pub(super) fn confirm_all_registrations(&mut self, now: Instant) {
        let Some(dialog) = &mut self.registries.register else { return };
        if dialog.several.is_empty() {
            return self.confirm_registration(now);
        }
        (dialog.tried, dialog.refused) = (true, None);
        // What cannot be sent is shown, and nothing is sent.
        if !dialog.is_sound() {
            return dialog.unfold();
        }
        if let Some(at) = dialog.wrong.iter().position(|wrong| *wrong) {
            dialog.choose(at);
            return dialog.unfold();
        }
        dialog.done.clear();
        (dialog.sends, dialog.way, dialog.sent) = (Some(now), Way::AllAsked, 0);
        let bodies = dialog.several.iter().map(|form| form.registration().0.api()).collect();
        let (registry, asked) = (dialog.registry, Asked::Rehearsal(dialog.opened, dialog.revision));
        self.forget_rehearsals(registry);
        self.ask_registry(registry, asked, RegistryQuestion::Rehearse { bodies, settles: false });
    }

    /// Sends the next of several; all are sound.
    fn send_next(&mut self, now: Instant) {
        let Some(dialog) = &mut self.registries.register else { return };
        dialog.choose(dialog.sent);
        dialog.sends = Some(now);
        self.send_registration();
    }

    fn send_registration(&mut self) {
        let Some(dialog) = &self.registries.register else { return };
        let id = dialog.registration.effective_id().to_owned();
        let is_known = dialog.id_of == id;
        let replaced = match &dialog.id {
            IdState::Taken(service) if is_known => Some(service.clone()),
            _ => None,
        };
        // Nobody's instance is replaced before that was said. A file's author knows what it is about, and an agent that
        // does not tell who has an id may take one all the same.
        let expects_free = dialog.way == Way::One
            && matches!((&dialog.id, is_known), (IdState::Free | IdState::Unknown, _) | (_, false));
        let service = ServiceRef {
            registry: dialog.registry,
            datacenter: dialog.datacenter.clone(),
            service: dialog.registration.name.clone(),
        };
        let said = ActSaid { service, instances: vec![id], what: ActWhat::Registered { replaced }, error: None };
        let sending = Sending { opened: dialog.opened, said, form: dialog.form.clone() };
        let (registry, body) = (dialog.registry, dialog.registration.api());
        let question = RegistryQuestion::Register { body, expects_free };
        self.ask_registry(registry, Asked::Register(Box::new(sending)), question);
    }

    pub(in crate::app::registry) fn fold_registered(
        &mut self,
        sending: Sending,
        result: Result<RegistryReply, RegistryError>,
        now: Instant,
    ) {
        let is_it = |dialog: &super::RegisterDialog| dialog.opened == sending.opened && dialog.sends.is_some();
        let is_open = self.registries.register.as_ref().is_some_and(is_it);
        match (result, is_open) {
            (Ok(RegistryReply::IdTaken(taken)), true) => self.id_was_taken(taken.unwrap_or_default()),
            (Ok(RegistryReply::IdTaken(taken)), false) => {
                let Some(place) = self.registries.entry(sending.said.service.registry).and_then(|of| of.place.clone())
                else {
                    return;
                };
                let id = sending.said.instances.first().map_or("", String::as_str);
                let said = format!("the ID {id} belongs to {}", taken.unwrap_or_default());
                let fault = RegistryFault::Refused { status: 0, said };
                self.refused_unseen(sending, RegistryError { place, asked: String::new(), fault }, now);
            }
            (Err(error), false) => self.refused_unseen(sending, error, now),
            (Err(error), true) => self.refused_here(error, now),
            (Ok(_), false) => self.say_act(sending.said, now),
            (Ok(_), true) => self.registered_here(sending.said, now),
        }
        self.registration_changed();
    }

    /// Somebody took the id meanwhile: that is said, and nothing was replaced.
    fn id_was_taken(&mut self, service: String) {
        let Some(dialog) = &mut self.registries.register else { return };
        dialog.sends = None;
        dialog.form.effective_id().clone_into(&mut dialog.id_of);
        dialog.id = IdState::Taken(service);
    }

    /// It was refused, and nobody waits for it any more: what was typed is a draft again.
    fn refused_unseen(&mut self, sending: Sending, error: RegistryError, now: Instant) {
        let Sending { mut said, form, .. } = sending;
        self.keep_draft(said.service.registry, Some(RegisterDraft::of(form)));
        said.error = Some(Arc::new(error));
        self.say_act(said, now);
    }

    fn refused_here(&mut self, error: RegistryError, now: Instant) {
        let Some(dialog) = &mut self.registries.register else { return };
        (dialog.sends, dialog.refused) = (None, Some(Arc::new(error)));
        if dialog.way == Way::All {
            // What went through is not sent again.
            let sent = std::mem::take(&mut dialog.sent);
            dialog.leave_out(0..sent);
            if let Some(said) = self.said_of_all() {
                self.say_act(said, now);
            }
        }
    }

    fn registered_here(&mut self, said: ActSaid, now: Instant) {
        let Some(dialog) = &mut self.registries.register else { return };
        let id = said.instances.first().cloned().unwrap_or_default();
        dialog.done.push((id.clone(), said.service.service.clone()));
        match dialog.way {
            Way::One if dialog.several.len() > 1 => {
                // The others of the file are still to be sent.
                let at = dialog.at;
                (dialog.sends, dialog.tried) = (None, false);
                dialog.leave_out(at..at + 1);
                self.say_act(said, now);
            }
            Way::One => self.registered_last(said, Some(id), now),
            Way::AllAsked | Way::All => {
                dialog.sent += 1;
                if dialog.sent < dialog.several.len() {
                    return self.send_next(now);
                }
                let all = self.said_of_all().unwrap_or(said);
                self.registered_last(all, None, now);
            }
        }
    }

    /// All that was registered from this question, in one.
    fn said_of_all(&self) -> Option<ActSaid> {
        let dialog = self.registries.register.as_ref()?;
        let (_, service) = dialog.done.last()?;
        let service =
            ServiceRef { registry: dialog.registry, datacenter: dialog.datacenter.clone(), service: service.clone() };
        let instances = dialog.done.iter().map(|(id, _)| id.clone()).collect();
        let what = match dialog.done.as_slice() {
            [_] => ActWhat::Registered { replaced: None },
            all => ActWhat::RegisteredAll(all.to_vec()),
        };
        Some(ActSaid { service, instances, what, error: None })
    }

    /// The question is over; what was registered is shown, and the instance chosen as soon as it is listed.
    fn registered_last(&mut self, said: ActSaid, id: Option<String>, now: Instant) {
        let Some(dialog) = self.registries.register.take() else { return };
        let service = said.service.clone();
        let is_one = dialog.done.iter().all(|(_, name)| *name == service.service);
        self.say_act(said, now);
        let kept = self.registries.said.take();
        let view = if is_one {
            RegistryView::Service(service.clone())
        } else {
            RegistryView::Datacenter(service.registry, service.datacenter.clone())
        };
        self.show_registry(view, now);
        self.registries.said = kept;
        // What is said where the person looks is no news.
        if self.said_here().is_some() {
            self.see_notice();
        }
        if let Some(id) = id {
            let before = self.registries.view(&service).chosen.clone();
            self.registries.awaited = Some(Awaited { service, id, before });
            self.take_awaited();
        }
    }

    /// A registry is opened anew: whether what is on its way arrives, nobody will hear. Where nobody waits for it, what
    /// was typed is a draft again.
    pub(in crate::app::registry) fn forget_registrations(&mut self, registry: RegistryId) {
        let open = self.registries.register.as_ref().map(|dialog| dialog.opened);
        let unheard = self.registries.asked.values().filter_map(|(known, asked)| match asked {
            Asked::Register(sending) if *known == registry && Some(sending.opened) != open => {
                Some(sending.form.clone())
            }
            _ => None,
        });
        for form in unheard.collect::<Vec<_>>() {
            self.keep_draft(registry, Some(RegisterDraft::of(form)));
        }
        if let Some(dialog) = self.registries.register.as_mut().filter(|dialog| dialog.registry == registry) {
            dialog.forget_asked();
        }
    }

    /// Chooses the instance that was registered last, once it is listed; unless the person looks elsewhere by then.
    pub(in crate::app::registry) fn take_awaited(&mut self) {
        let Some(Awaited { service, id, before }) = &self.registries.awaited else { return };
        let is_here = matches!(&self.registries.shown, Some(RegistryView::Service(shown)) if shown == service);
        if !is_here || self.registries.view(service).chosen != *before {
            self.registries.awaited = None;
            return;
        }
        let Some(known) = self.registries.service(service) else { return };
        let key = known.instances().iter().find(|instance| instance.key.id == *id).map(|instance| instance.key.clone());
        if let Some(key) = key {
            let service = service.clone();
            self.registries.awaited = None;
            self.registries.views.entry(service).or_default().chosen = Some(key);
        }
    }

    /// Registrations that were typed and are not sent, for the file: what is open, what nobody waits for, what was left.
    pub(in crate::app) fn unsent_registrations(&self, registry: RegistryId) -> Vec<RegisterDraft> {
        let open = self.registries.register.as_ref().filter(|dialog| dialog.registry == registry);
        let unseen = self.registries.asked.values().filter_map(|(known, asked)| match asked {
            Asked::Register(sending) if *known == registry => Some(&**sending),
            _ => None,
        });
        let unseen = unseen
            .filter(|sending| open.is_none_or(|dialog| dialog.opened != sending.opened))
            .map(|sending| RegisterDraft::of(sending.form.clone()));
        let left = self.registries.register_drafts.get(&registry).into_iter().flatten().cloned();
        open.and_then(|dialog| dialog.unsent(false)).into_iter().chain(unseen).chain(left).collect()
    }
}
