//! From a service or an instance to a request.

use egui::Ui;

use super::act;
use crate::app::{RegistryAct, ServiceRef};
use crate::registry::InstanceKey;
use crate::ui::context::Cx;
use crate::ui::icons::Icon;
use crate::ui::widgets::button::Button;
use crate::ui::widgets::menu::{MenuItem, menu_ui};

/// The button that calls, and under it whom.
pub(super) fn call_button_ui(ui: &mut Ui, cx: &mut Cx<'_>, service: &ServiceRef) {
    let words = cx.lang().registry();
    let button = ui.add(Button::primary(words.call).trailing(Icon::ChevronDown));
    menu_ui(&button, 260.0, |ui| {
        if ui.add(MenuItem::new(words.call_one).icon(Icon::Play).first()).clicked() {
            act(cx, RegistryAct::Call(service.clone(), None));
        }
        if let Some(key) = chosen(cx, service) {
            let label = cx.lang().call_named(&key.id);
            if ui.add(MenuItem::new(&label).icon(Icon::Play)).clicked() {
                act(cx, RegistryAct::Call(service.clone(), Some(key)));
            }
        }
        if ui.add(MenuItem::new(words.call_all).icon(Icon::Network)).clicked() {
            act(cx, RegistryAct::CallAll(service.clone()));
        }
    });
}

/// The instance that is read: the chosen one, else the first.
pub(super) fn chosen(cx: &Cx<'_>, service: &ServiceRef) -> Option<InstanceKey> {
    let registries = &cx.app.registries;
    let place = *registries.rows.of(service).get(registries.chosen_row(service)?)?;
    registries.service(service)?.instances().get(place).map(|instance| instance.key.clone())
}

/// A request to exactly this instance.
pub(super) fn call_instance(cx: &mut Cx<'_>, service: &ServiceRef, key: &InstanceKey) {
    act(cx, RegistryAct::Call(service.clone(), Some(key.clone())));
}

/// Asks the instance's health by a request of its own, so that its answer can be read whole.
pub(super) fn ask_health(cx: &mut Cx<'_>, service: &ServiceRef, key: &InstanceKey) {
    act(cx, RegistryAct::AskHealth(service.clone(), key.clone()));
}
