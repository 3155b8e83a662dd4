//! Which secrets are in the keychain, and which are on their way out of it.
//!
//! Each secret that is remembered has a number; a row or form carries it, the keychain files the value under it. What
//! has to be written or forgotten is found by comparing, so no act that changes rows has to think of it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use super::{App, DemoState, MetadataRow, RegistryEntry, RegistryState, SourceEntry, SourceOrigin};
use crate::engine::{Command, Generation, RegistryId, SecretWish, SecretsUpdate, SourceId};
use crate::keychain::KeychainState;
use crate::secret::Secret;

/// The numbers.
#[derive(Debug, Default)]
pub(super) struct Secrets {
    /// The last that was given.
    last: u64,
    /// What the keychain was told, or `None` where only it knows.
    told: BTreeMap<u64, Option<Secret>>,
    /// Asked for, not answered yet.
    asked: BTreeSet<u64>,
    /// Refused; asked for again when the person wants it.
    refused: BTreeSet<u64>,
    /// Sources that are read once their secrets are there.
    waiting: Vec<SourceId>,
    /// The state of the app when they were last compared.
    made_of: Option<u64>,
}

impl Secrets {
    pub(super) fn count_from(&mut self, last: u64) {
        self.last = self.last.max(last);
    }

    pub(super) fn last(&self) -> u64 {
        self.last
    }

    pub(super) fn wait_to_load(&mut self, id: SourceId) {
        if !self.waiting.contains(&id) {
            self.waiting.push(id);
        }
    }

    /// The number of a secret: the one that it has, unless another holds it too; a new one otherwise.
    fn number(&mut self, kept: u64, taken: &BTreeSet<u64>) -> u64 {
        if kept > 0 && !taken.contains(&kept) {
            return kept;
        }
        self.last += 1;
        self.last
    }
}

/// One secret, wherever it stands.
struct Holder<'a> {
    value: &'a mut Secret,
    missing: &'a mut bool,
    kept: &'a mut u64,
    /// It is a secret, and worth keeping.
    is_secret: bool,
}

impl App {
    /// Every secret that is remembered between starts.
    fn holders(&mut self) -> impl Iterator<Item = Holder<'_>> {
        // The demo gives its token anew at each start.
        let given = match &self.demo {
            DemoState::Running(info) => info.token.clone(),
            _ => String::new(),
        };
        let of_sources = self.sources.iter_mut().flat_map(|entry| {
            let own = match &mut entry.origin {
                SourceOrigin::Address { metadata, .. } => metadata.as_mut_slice(),
                SourceOrigin::Files { .. } => &mut [],
            };
            entry.call_metadata.iter_mut().chain(own)
        });
        let of_tabs = self.tabs.iter_mut().flat_map(|tab| tab.metadata.iter_mut());
        let rows = of_tabs.chain(self.targets.values_mut().flatten()).chain(of_sources);
        let of_rows = rows.map(move |row| {
            let is_given = !given.is_empty() && row.lower_key() == "token" && row.value.reveal() == given;
            let MetadataRow { value, missing, kept, secret, .. } = row;
            Holder { value, missing, kept, is_secret: *secret && !is_given }
        });
        let of_forms = self.forms.values_mut().map(|form| Holder {
            value: &mut form.password,
            missing: &mut form.password_missing,
            kept: &mut form.password_kept,
            is_secret: true,
        });
        let of_registries = self.registries.entries.iter_mut().filter(|entry| !entry.is_demo).map(|entry| Holder {
            value: &mut entry.form.token,
            missing: &mut entry.form.token_missing,
            kept: &mut entry.form.token_kept,
            is_secret: true,
        });
        of_rows.chain(of_forms).chain(of_registries)
    }

    /// Tells the keychain what changed since it was last told.
    pub(super) fn keep_secrets(&mut self) {
        if self.secrets.made_of == Some(self.changes) {
            return;
        }
        let mut secrets = std::mem::take(&mut self.secrets);
        secrets.made_of = Some(self.changes);
        let mut taken = BTreeSet::new();
        let mut now = BTreeMap::new();
        for holder in self.holders() {
            let is_known = !holder.value.is_empty();
            let waits = *holder.missing && *holder.kept > 0 && !taken.contains(holder.kept);
            if !holder.is_secret || !(is_known || waits) {
                *holder.kept = 0;
                continue;
            }
            *holder.kept = secrets.number(*holder.kept, &taken);
            taken.insert(*holder.kept);
            now.insert(*holder.kept, is_known.then(|| holder.value.clone()));
        }
        let mut wishes = Vec::new();
        for (number, value) in &now {
            if let Some(value) = value
                && secrets.told.get(number).is_none_or(|told| told.as_ref() != Some(value))
            {
                secrets.asked.remove(number);
                wishes.push(SecretWish::Write(*number, value.clone()));
            }
        }
        wishes.extend(secrets.told.keys().filter(|number| !now.contains_key(number)).copied().map(SecretWish::Forget));
        secrets.told = now;
        self.secrets = secrets;
        for wish in wishes {
            self.send(Command::Secrets(wish));
        }
    }

    /// Asks for the values of what came back without them.
    pub(super) fn ask_keychain(&mut self) {
        let numbers: BTreeSet<u64> =
            self.holders().filter(|holder| *holder.missing && *holder.kept > 0).map(|holder| *holder.kept).collect();
        if numbers.is_empty() {
            return;
        }
        self.secrets.told.extend(numbers.iter().map(|number| (*number, None)));
        self.secrets.asked.extend(&numbers);
        self.send(Command::Secrets(SecretWish::Read(numbers.into_iter().collect())));
    }

    /// Tries again what the keychain refused.
    pub(super) fn ask_keychain_again(&mut self) {
        let refused = std::mem::take(&mut self.secrets.refused);
        self.secrets.asked.extend(refused);
        self.keychain = KeychainState::Unasked;
        self.send(Command::Secrets(SecretWish::Retry));
    }

    /// The value of this row or password is on its way out of the keychain.
    pub fn is_asked(&self, kept: u64) -> bool {
        self.secrets.asked.contains(&kept)
    }

    /// The keychain did not give the value of this row or password; it may when it is asked again.
    pub fn is_refused(&self, kept: u64) -> bool {
        self.secrets.refused.contains(&kept)
    }

    /// A source goes out with secrets that are not there yet.
    pub(super) fn waits_for_secrets(&self, entry: &SourceEntry) -> bool {
        let SourceOrigin::Address { address, metadata } = &entry.origin else { return false };
        // One that takes its time is not waited for; what it gives later goes out the next time.
        if self.keychain == KeychainState::Waiting {
            return false;
        }
        let password = self.form(address).password_kept;
        self.is_asked(password)
            || self.target_rows(address).iter().chain(metadata).any(|row| row.missing && self.is_asked(row.kept))
    }

    pub(super) fn fold_secrets(&mut self, update: SecretsUpdate, now: Instant) {
        self.changes += 1;
        self.keychain = update.state;
        let found: BTreeMap<u64, Secret> = update.found.into_iter().collect();
        for holder in self.holders() {
            // What was typed meanwhile is newer.
            if let Some(value) = found.get(holder.kept).filter(|_| *holder.missing && holder.value.is_empty()) {
                *holder.value = value.clone();
                *holder.missing = false;
            }
        }
        for number in update.absent.iter().chain(&update.unread).chain(found.keys()) {
            self.secrets.asked.remove(number);
            self.secrets.refused.remove(number);
        }
        self.secrets.refused.extend(update.unread);
        self.open_waiting_registries(now);
        // Who read them need not be told them.
        for (number, value) in found {
            if let Some(told) = self.secrets.told.get_mut(&number) {
                told.get_or_insert(value);
            }
        }
        self.load_waiting(now);
    }

    /// Opens registries whose token came; those to which it will not come soon say so.
    fn open_waiting_registries(&mut self, now: Instant) {
        let waits = |entry: &&RegistryEntry| {
            let came = !entry.form.token_missing || entry.form.token_kept == 0 || !self.is_asked(entry.form.token_kept);
            entry.generation == Generation::default() && (came || self.keychain == KeychainState::Waiting)
        };
        let late = |entry: &&RegistryEntry| {
            (entry.state == RegistryState::NoToken || entry.asks_without_token) && !entry.lacks_token()
        };
        let ids: Vec<RegistryId> =
            self.registries.entries.iter().filter(|entry| waits(entry) || late(entry)).map(|entry| entry.id).collect();
        for id in ids {
            self.open_registry(id, now);
        }
    }

    /// Reads sources whose secrets came, or will not come soon.
    fn load_waiting(&mut self, now: Instant) {
        let waiting = std::mem::take(&mut self.secrets.waiting);
        for id in waiting {
            self.load(id, now);
        }
    }
}
