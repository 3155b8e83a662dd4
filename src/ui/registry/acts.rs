//! Acts on instances: maintenance, deregistering, TTL checks by hand. Each names what it touches.

use egui::{Response, Ui};

use super::act;
use super::service::Row;
use crate::app::{RegistryAct, RegistryEntry, ServiceRef};
use crate::registry::{Check, Instance, InstanceKey};
use crate::ui::context::Cx;
use crate::ui::icons::Icon;
use crate::ui::widgets::menu::{MenuItem, context_menu_ui, menu_line_ui};

/// Register, maintenance, deregister.
pub(super) fn act_buttons_ui(_ui: &mut Ui, _cx: &mut Cx<'_>, _entry: &RegistryEntry, _service: &ServiceRef) {}

/// Asks for the reason of a maintenance.
pub(super) fn ask_maintenance(_cx: &mut Cx<'_>, _service: &ServiceRef, _key: &InstanceKey) {}

/// What can be done with an instance.
pub(super) fn instance_menu_ui(
    cx: &mut Cx<'_>,
    row: &Response,
    _entry: &RegistryEntry,
    service: &ServiceRef,
    of: &Row<'_>,
) {
    let words = cx.lang().registry();
    context_menu_ui(row, 260.0, |ui| {
        let key = &of.instance.key;
        let label = cx.lang().call_named(&key.id);
        if ui.add(MenuItem::new(&label).icon(Icon::Play).first()).clicked() {
            super::call::call_instance(cx, service, key);
        }
        menu_line_ui(ui);
        if ui.add(MenuItem::new(words.copy_address).icon(Icon::Copy)).clicked() {
            ui.ctx().copy_text(of.instance.host_port());
        }
        if ui.add(MenuItem::new(words.copy_id).icon(Icon::Copy)).clicked() {
            ui.ctx().copy_text(key.id.clone());
        }
        for tag in of.instance.tags.iter().take(6) {
            let label = cx.lang().only_tag(tag);
            if ui.add(MenuItem::new(&label).icon(Icon::Funnel)).clicked() {
                act(cx, RegistryAct::AddTag(service.clone(), tag.clone()));
            }
        }
    });
}

/// Set a TTL check by hand.
pub(super) fn ttl_items_ui(
    _ui: &mut Ui,
    _cx: &mut Cx<'_>,
    _entry: &RegistryEntry,
    _instance: &Instance,
    _check: &Check,
) {
}
