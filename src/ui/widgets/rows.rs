//! One Tab stop for a list of rows: arrows, Home, End and Page keys move the choice, the focus follows it.

use egui::{EventFilter, Id, Key, Modifiers, Ui};

/// What the keyboard asks of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::ui) struct RowKeys {
    /// The row to go to.
    pub go: Option<usize>,
    /// Enter was pressed.
    pub open: bool,
    /// Arrow left was pressed.
    pub left: bool,
    /// Arrow right was pressed.
    pub right: bool,
    /// Space was pressed.
    pub toggle: bool,
}

/// Reads the keys for the list whose focused row is `id`, at `current` of `count` rows, of which `page` fit.
pub(in crate::ui) fn row_keys(ui: &Ui, id: Id, current: usize, count: usize, page: usize, sideways: bool) -> RowKeys {
    if count == 0 || !ui.memory(|memory| memory.has_focus(id)) {
        return RowKeys::default();
    }
    let filter = EventFilter { vertical_arrows: true, horizontal_arrows: sideways, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
    let last = count - 1;
    let page = page.max(1);
    ui.input_mut(|input| {
        let mut pressed = |key| input.consume_key(Modifiers::NONE, key);
        let mut keys = RowKeys::default();
        if pressed(Key::ArrowDown) {
            keys.go = Some((current + 1).min(last));
        }
        if pressed(Key::ArrowUp) {
            keys.go = Some(current.saturating_sub(1));
        }
        if pressed(Key::Home) {
            keys.go = Some(0);
        }
        if pressed(Key::End) {
            keys.go = Some(last);
        }
        if pressed(Key::PageDown) {
            keys.go = Some((current + page).min(last));
        }
        if pressed(Key::PageUp) {
            keys.go = Some(current.saturating_sub(page));
        }
        if sideways {
            keys.left = pressed(Key::ArrowLeft);
            keys.right = pressed(Key::ArrowRight);
        }
        keys.open = pressed(Key::Enter);
        keys.toggle = pressed(Key::Space);
        keys
    })
}
