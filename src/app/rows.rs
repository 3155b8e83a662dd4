//! Rows of metadata: of a request, of a target; which of them go out with what.

use super::{
    Action, App, COMMON_KEYS, MetadataRow, RowCheck, RowsOf, SourceEntry, SourceOrigin, Tab, TabId, is_secret_key,
};
use crate::secret::Secret;

/// Keys and values for the engine.
pub(super) type Sent = Vec<(String, Secret)>;

impl App {
    /// The rows that belong there, in order.
    pub fn rows(&self, of: &RowsOf) -> &[MetadataRow] {
        match of {
            RowsOf::Request(id) => self.tab(*id).map_or(&[], |tab| &tab.metadata),
            RowsOf::Target(address) => self.target_rows(address),
            RowsOf::Dialog => self.dialog.as_ref().map_or(&[], |dialog| &dialog.rows),
            RowsOf::DialogReflection => self.dialog.as_ref().map_or(&[], |dialog| &dialog.reflection_rows),
        }
    }

    /// The rows of an address as typed.
    pub fn target_rows(&self, address: &str) -> &[MetadataRow] {
        self.targets.get(address.trim()).map_or(&[], Vec::as_slice)
    }

    /// What goes out with a call of this tab: the target's rows, then its own, which win over the target's of the same
    /// key.
    pub fn sent_metadata(&self, tab: &Tab) -> Vec<(String, Secret)> {
        let of_target = self.target_rows(&tab.address).iter().filter(|row| !overrides(&tab.metadata, row));
        of_target.chain(&tab.metadata).filter_map(MetadataRow::sent).collect()
    }

    /// What goes out with reflection of a source: its target's rows, then those that are for reflection alone.
    pub(super) fn reflection_metadata(&self, entry: &SourceEntry) -> Sent {
        let SourceOrigin::Address { address, metadata } = &entry.origin else { return Sent::new() };
        let of_target = self.target_rows(address).iter().filter(|row| !overrides(metadata, row));
        of_target.chain(metadata).filter_map(MetadataRow::sent).collect()
    }

    pub(super) fn set_rows(&mut self, of: &RowsOf, mut rows: Vec<MetadataRow>) {
        rows.iter_mut().for_each(MetadataRow::note_key);
        match of {
            RowsOf::Request(id) => self.change(*id, |tab| tab.metadata = rows),
            RowsOf::Target(address) => {
                self.targets.insert(address.trim().to_owned(), rows);
            }
            RowsOf::Dialog => {
                if let Some(dialog) = &mut self.dialog {
                    dialog.rows = rows;
                }
            }
            RowsOf::DialogReflection => {
                if let Some(dialog) = &mut self.dialog {
                    dialog.reflection_rows = rows;
                }
            }
        }
    }

    /// Rows that go with reflection of this address alone.
    pub(super) fn set_reflection_rows(&mut self, address: &str, mut rows: Vec<MetadataRow>) {
        rows.iter_mut().for_each(MetadataRow::note_key);
        rows.retain(|row| !row.key.trim().is_empty() || !row.value.is_empty());
        let of_address = self.sources.iter_mut().find_map(|entry| match &mut entry.origin {
            SourceOrigin::Address { address: known, metadata } if known.trim() == address => Some(metadata),
            _ => None,
        });
        if let Some(metadata) = of_address {
            *metadata = rows;
        }
    }

    /// A row as the person types it.
    pub(super) fn typed_row(&mut self, key: &str, value: &str) -> MetadataRow {
        MetadataRow { missing: false, ..self.new_row(key, Secret::new(value)) }
    }

    pub(super) fn add_row(&mut self, of: &RowsOf, key: &str, value: &str) {
        let row = self.typed_row(key, value);
        let mut rows = self.rows(of).to_vec();
        rows.push(row);
        self.set_rows(of, rows);
    }

    /// From the request to its target, or back: at the end of the others there.
    pub(super) fn move_row(&mut self, id: TabId, row: u64) {
        let Some(tab) = self.tab(id) else { return };
        let (request, target) = (RowsOf::Request(id), RowsOf::Target(tab.address.trim().to_owned()));
        let (from, to) =
            if tab.metadata.iter().any(|known| known.id == row) { (request, target) } else { (target, request) };
        let (moved, stays): (Vec<_>, Vec<_>) = self.rows(&from).iter().cloned().partition(|known| known.id == row);
        if matches!(&to, RowsOf::Target(address) if address.is_empty()) || moved.is_empty() {
            return;
        }
        let mut there = self.rows(&to).to_vec();
        there.extend(moved);
        self.set_rows(&from, stays);
        self.set_rows(&to, there);
    }

    /// Pasted text as rows, behind the row `at` (in its place if that is empty), or at the end.
    pub(super) fn paste_rows(&mut self, of: &RowsOf, at: Option<u64>, text: &str) {
        let pasted: Vec<MetadataRow> =
            super::pasted_rows(text).iter().map(|(key, value)| self.pasted_row(key, value)).collect();
        let mut rows = self.rows(of).to_vec();
        let found = rows.iter().position(|row| Some(row.id) == at);
        let place = match found {
            Some(place) if rows[place].key.trim().is_empty() && rows[place].value.is_empty() => {
                rows.remove(place);
                place
            }
            Some(place) => place + 1,
            None => rows.len(),
        };
        rows.splice(place..place, pasted);
        self.set_rows(of, rows);
    }

    /// A row that was written elsewhere: a shell's variable in a value's place asks for the value.
    pub(super) fn pasted_row(&mut self, key: &str, value: &str) -> MetadataRow {
        if !is_variable(value) {
            return self.typed_row(key, value);
        }
        MetadataRow { secret: true, missing: true, ..self.new_row(key, Secret::default()) }
    }

    /// Keys for completion: those of this target's rows and requests, then common ones; in lower case, each once.
    pub fn known_keys(&self, address: &str) -> Vec<String> {
        let address = address.trim();
        let of_tabs = self.tabs.iter().filter(|tab| tab.address.trim() == address).flat_map(|tab| &tab.metadata);
        let used =
            self.target_rows(address).iter().chain(of_tabs).filter_map(|row| row.sent().map(|_| row.lower_key()));
        let mut keys: Vec<String> = Vec::new();
        for key in used.chain(COMMON_KEYS.iter().map(|key| (*key).to_owned())) {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        keys
    }

    pub(super) fn apply_to_rows(&mut self, action: Action) {
        match action {
            Action::SetMetadata(id, rows) => self.set_rows(&RowsOf::Request(id), rows),
            Action::AddMetadata(id, key, value) => self.add_row(&RowsOf::Request(id), &key, &value),
            Action::SetRows(of, rows) => self.set_rows(&of, rows),
            Action::AddRow(of, key, value) => self.add_row(&of, &key, &value),
            Action::MoveRow(id, row) => self.move_row(id, row),
            Action::PasteRows(of, at, text) => self.paste_rows(&of, at, &text),
            _ => {}
        }
    }

    /// A row that has to be there: where its key is, it takes the value.
    pub(super) fn put_target_row(&mut self, address: &str, key: &str, value: &Secret) {
        let mut row = self.new_row(key, value.clone());
        let rows = self.targets.entry(address.trim().to_owned()).or_default();
        match rows.iter_mut().find(|known| known.lower_key() == row.lower_key()) {
            Some(known) => {
                known.value = std::mem::take(&mut row.value);
                known.missing = row.missing;
                known.on = true;
            }
            None => rows.push(row),
        }
    }

    /// Rows of a start or a file, as they are kept.
    pub(super) fn rows_of(&mut self, pairs: &[(String, Secret)]) -> Vec<MetadataRow> {
        pairs.iter().map(|(key, value)| self.new_row(key, value.clone())).collect()
    }
}

/// One of `rows` goes out with the key of `row`, so `row` does not.
pub fn overrides(rows: &[MetadataRow], row: &MetadataRow) -> bool {
    let key = row.lower_key();
    !key.is_empty() && rows.iter().any(|own| own.lower_key() == key && matches!(own.check(), RowCheck::Sent { .. }))
}

/// A shell's variable, alone or behind `Bearer`.
pub(super) fn is_variable(value: &str) -> bool {
    let value = value.trim();
    let name = match value.split_once(' ') {
        Some((scheme, rest)) if is_scheme(scheme) => rest.trim(),
        _ => value,
    };
    let name = name
        .strip_prefix('$')
        .map(|name| name.strip_prefix('{').and_then(|name| name.strip_suffix('}')).unwrap_or(name));
    name.is_some_and(|name| {
        name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    })
}

/// The word before a credential (RFC 9110, 11.1).
pub(super) fn is_scheme(word: &str) -> bool {
    word.eq_ignore_ascii_case("bearer") || word.eq_ignore_ascii_case("basic")
}

/// Whether rows of this key stay secrets whatever the person says.
pub fn is_secret_by_rule(row: &MetadataRow) -> bool {
    is_secret_key(&row.key)
}
