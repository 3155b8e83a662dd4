//! What was typed into keys and is not written, from one start to the next. Values that look like secrets are left out.

use super::{DraftValue, KeyDraft, KeysRef, is_secret_value};
use crate::app::App;
use crate::engine::RegistryId;
use crate::state::KeyDraftDoc;

/// A draft of an earlier start, until its registry's keys are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptKeyDraft {
    /// Of which registry: its kind and how it is reached.
    pub registry: String,
    /// Of which datacenter.
    pub datacenter: String,
    /// Which key.
    pub key: String,
    /// As typed.
    pub text: String,
    /// The index at which the key was.
    pub base: Option<u64>,
    /// Its flags.
    pub flags: u64,
}

impl App {
    /// Names a registry from one start to the next.
    fn kept_name(&self, at: &KeysRef) -> Option<String> {
        let form = &self.registries.entry(at.registry)?.form;
        let place = if form.file.trim().is_empty() { form.address.trim() } else { form.file.trim() };
        let parts = [form.kind.name(), place, form.namespace.trim(), form.partition.trim()];
        Some(parts.join(" ").trim_end().to_owned())
    }

    /// What is to be remembered of what was typed.
    pub(in crate::app) fn key_draft_docs(&self) -> Vec<KeyDraftDoc> {
        let mut docs: Vec<KeyDraftDoc> = self
            .registries
            .kept_drafts
            .iter()
            .map(|kept| KeyDraftDoc {
                registry: kept.registry.clone(),
                datacenter: kept.datacenter.clone(),
                key: kept.key.clone(),
                text: kept.text.clone(),
                base: kept.base,
                flags: kept.flags,
            })
            .collect();
        for (at, view) in &self.registries.keys {
            let Some(registry) = self.kept_name(at) else { continue };
            for (key, draft) in view.drafts.iter().filter(|(_, draft)| draft.is_unsaved()) {
                let DraftValue::Text(text) = &draft.value else { continue };
                if is_secret_value(key, text.as_bytes()) {
                    continue;
                }
                docs.push(KeyDraftDoc {
                    registry: registry.clone(),
                    datacenter: at.datacenter.clone(),
                    key: key.clone(),
                    text: text.clone(),
                    base: draft.base,
                    flags: draft.flags,
                });
            }
        }
        docs
    }

    /// A registry is taken out: what was typed waits until it is there again.
    pub(in crate::app) fn keep_key_drafts_of(&mut self, registry: RegistryId) {
        let (going, staying) =
            std::mem::take(&mut self.registries.keys).into_iter().partition(|(at, _)| at.registry == registry);
        self.registries.keys = going;
        let docs = self.key_draft_docs();
        self.restore_key_drafts(&docs);
        self.registries.keys = staying;
    }

    /// Takes what an earlier start remembered.
    pub(in crate::app) fn restore_key_drafts(&mut self, docs: &[KeyDraftDoc]) {
        self.registries.kept_drafts = docs
            .iter()
            .map(|doc| KeptKeyDraft {
                registry: doc.registry.clone(),
                datacenter: doc.datacenter.clone(),
                key: doc.key.clone(),
                text: doc.text.clone(),
                base: doc.base,
                flags: doc.flags,
            })
            .collect();
    }

    /// Drafts of an earlier start come to the keys that they belong to.
    pub(super) fn take_kept_drafts(&mut self, at: &KeysRef) {
        let Some(name) = self.kept_name(at).filter(|_| !self.registries.kept_drafts.is_empty()) else { return };
        let (ours, others) = std::mem::take(&mut self.registries.kept_drafts)
            .into_iter()
            .partition(|kept| kept.registry == name && kept.datacenter == at.datacenter);
        self.registries.kept_drafts = others;
        let ours: Vec<KeptKeyDraft> = ours;
        for kept in ours {
            let revision = self.next_id();
            let Some(view) = self.registries.keys.get_mut(at) else { return };
            let mut draft = KeyDraft::new(DraftValue::Text(kept.text), kept.flags, kept.base, revision);
            draft.kept = true;
            view.drafts.entry(kept.key).or_insert(draft);
        }
    }
}
