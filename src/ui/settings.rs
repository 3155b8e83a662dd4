//! Settings.

/// The side of the screen that settings remember.
#[derive(Default)]
pub(super) struct SettingsMemory {}

impl SettingsMemory {
    pub(super) fn show_keys(&mut self) {}
    pub(super) fn show_all(&mut self) {}
    pub(super) fn asks(&self) -> bool {
        false
    }
}
