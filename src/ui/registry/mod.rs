//! Registries: the tree at the side, and in the centre a registry, a datacenter, a service with its instances.

mod acts;
mod agent;
mod call;
mod changes;
mod datacenter;
mod dialog;
mod health;
mod hour;
mod instance;
mod instances;
mod keys;
mod nodes;
mod register;
mod service;
mod side;
mod status;
mod trouble;

use egui::Ui;

pub(super) use acts::{act_dialog_ui, said_of};
pub(super) use dialog::registry_dialog_ui;
pub(super) use health::of_wire;
pub(super) use keys::compare;
pub(super) use keys::{KeysMemory, can_save_key, find_in_keys, keys_dialog_ui, save_key, shows_keys};
pub(super) use register::register_ui;
pub(super) use side::{filter_id, of_registry, side_ui};
pub(super) use status::{DOT, STATUS_GAP, alert, entry_title_and_place, shown_health, status_ui, status_width};

use super::context::Cx;
use super::icons::Icon;
use super::widgets::view_state::{ViewKind, ViewState};
use crate::app::{Action, KeysRef, RegistryAct, RegistryView};

/// The centre of the area.
pub(super) fn centre_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let words = cx.lang().registry();
    let whole = ui.max_rect();
    match cx.app.registries.shown.clone() {
        Some(RegistryView::Service(service)) => return service::service_ui(ui, cx, &service),
        Some(RegistryView::Keys(registry, datacenter)) => {
            return keys::keys_ui(ui, cx, &KeysRef { registry, datacenter });
        }
        Some(RegistryView::Registry(id)) => return agent::registry_ui(ui, cx, id),
        Some(RegistryView::Datacenter(id, name)) => return datacenter::datacenter_ui(ui, cx, id, &name),
        Some(RegistryView::Nodes(id, name)) => return nodes::nodes_ui(ui, cx, id, &name),
        None => {}
    }
    ui.add_space((whole.height() * 0.3).round());
    if cx.app.registries.entries.is_empty() {
        let state = ViewState::new(ViewKind::Empty(Icon::Network), words.nothing_open, words.nothing_open_hint);
        if state.action(cx.lang().registry_state().add_registry_dots).centered().show(ui) {
            cx.act(Action::Registry(RegistryAct::OpenDialog));
        }
        return;
    }
    ViewState::new(ViewKind::Empty(Icon::Network), words.nothing_shown, words.nothing_shown_hint).centered().show(ui);
}

/// One act with registries.
fn act(cx: &mut Cx<'_>, act: RegistryAct) {
    cx.act(Action::Registry(act));
}
