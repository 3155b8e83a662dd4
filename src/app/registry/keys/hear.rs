//! What the watch sees and the registry answers, and what of it meets what was typed.

use std::sync::Arc;
use std::time::SystemTime;

use super::{KeyAsked, KeyFailure, KeysRef, KeysView};
use crate::app::App;
use crate::app::registry::Away;
use crate::engine::{Command, RegistryReply, Watched};
use crate::registry::{KeyWritten, RegistryError};

impl App {
    /// The watch of keys saw something.
    pub(in crate::app) fn fold_keys(&mut self, at: &KeysRef, seen: Watched, time: SystemTime) {
        self.take_kept_keys(at);
        let view = self.registries.keys.entry(at.clone()).or_default();
        match seen {
            Watched::Keys(answer) => {
                view.away = None;
                let tree = Arc::clone(&answer.value);
                view.tree = Some(answer);
                view.serial += 1;
                if view.seen_since.is_none() {
                    view.seen_since = Some(time);
                    // What is at the top is seen at once.
                    let roots =
                        tree.nodes().iter().filter(|node| node.level == 0 && node.is_folder).map(|node| node.id);
                    if tree.nodes().len() <= MOST_UNFOLDED {
                        view.open.extend(roots);
                    }
                }
                self.see_key_changes(at, &tree, time);
                if let Some(view) = self.registries.keys.get_mut(at)
                    && view.settle_drafts()
                {
                    self.changes += 1;
                }
            }
            Watched::Away(error) => {
                let since = view.away.take().map_or(time, |away| away.since);
                view.away = Some(Away { since, error });
            }
            Watched::Back => view.away = None,
            Watched::Services(_) | Watched::Instances(_) => {}
        }
        self.tend_keys(at);
    }

    /// A question of the view was answered.
    pub(in crate::app) fn fold_key_reply(
        &mut self,
        at: &KeysRef,
        asked: KeyAsked,
        ticket: u64,
        result: Result<RegistryReply, RegistryError>,
        time: SystemTime,
    ) {
        match (asked, result) {
            (KeyAsked::Step(job, step), result) => self.take_key_step(at, job, ticket, *step, result, time),
            (KeyAsked::Save(key), result) => self.take_saved(at, &key, ticket, result, time),
            (asked, Ok(RegistryReply::KeyWorked(made))) => self.take_key_work(at, asked, made),
            // Work that was not done leaves what was known.
            _ => {}
        }
        self.tend_keys(at);
    }

    fn take_saved(
        &mut self,
        at: &KeysRef,
        key: &str,
        ticket: u64,
        result: Result<RegistryReply, RegistryError>,
        time: SystemTime,
    ) {
        match &result {
            Ok(RegistryReply::Written(KeyWritten::Yes)) => self.note_own_write(at, ticket, time),
            Err(error) if error.fault.is_away() => {}
            _ => self.forget_own_write(at, ticket),
        }
        self.changes += 1;
        let Some(view) = self.registries.keys.get_mut(at) else { return };
        let now = view.entry(key).map(|entry| entry.modified);
        let Some(draft) = view.drafts.get_mut(key) else { return };
        let Some(writing) = draft.writing.take() else { return };
        let mut look_again = false;
        match result {
            Ok(RegistryReply::Written(KeyWritten::Yes)) => {
                draft.comparing = false;
                if !writing.seen {
                    draft.awaiting = Some(writing.value);
                } else if *draft.value.as_bytes() == *writing.value {
                    view.drafts.remove(key);
                }
            }
            // An earlier write of the same text, whose answer was lost, was first.
            Ok(_) if writing.seen && *draft.value.as_bytes() == *writing.value => {
                view.drafts.remove(key);
            }
            Ok(_) => {
                draft.refused = true;
                look_again = now == draft.base;
            }
            Err(error) => draft.failure = Some(KeyFailure::Refused(Arc::new(error))),
        }
        if look_again {
            self.send(Command::RefreshRegistry(at.registry));
        }
    }
}

/// With more nodes than this nothing is unfolded by itself.
const MOST_UNFOLDED: usize = 400;

impl KeysView {
    /// What was typed meets what is there now: what was written is seen, and what is the same is no draft any more.
    /// Returns whether anything was settled.
    fn settle_drafts(&mut self) -> bool {
        let Some(tree) = self.tree.as_ref().map(|answer| Arc::clone(&answer.value)) else { return false };
        let mut settled = false;
        self.drafts.retain(|key, draft| {
            let Some(entry) = tree.entry(key) else { return true };
            if draft.base == Some(entry.modified) {
                return true;
            }
            settled = true;
            if let Some(writing) = &mut draft.writing {
                if *entry.value == *writing.value {
                    writing.seen = true;
                    draft.base = Some(entry.modified);
                }
                return true;
            }
            if let Some(written) = draft.awaiting.take()
                && *written == *entry.value
            {
                draft.base = Some(entry.modified);
            }
            *entry.value != *draft.value.as_bytes()
        });
        settled
    }
}
