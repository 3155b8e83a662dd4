//! The question that adds a registry, or changes how one is reached.

use egui::{Id, Sense, Ui, pos2, vec2};

use super::act;
use crate::app::{RegistryAct, RegistryDialog, RegistryForm, RegistryFormFault};
use crate::registry::{Consistency, RegistryKind};
use crate::secret::Secret;
use crate::ui::context::Cx;
use crate::ui::fonts;
use crate::ui::theme::tokens;
use crate::ui::widgets::button::{Button, ButtonSize};
use crate::ui::widgets::choice::choice_ui;
use crate::ui::widgets::dialog::dialog_ui;
use crate::ui::widgets::editor::{self, Editor};
use crate::ui::widgets::field::{Field, entered};
use crate::ui::widgets::json::Language;
use crate::ui::widgets::switches::toggle_ui;
use crate::ui::widgets::text::{Line, paint_text, paragraph_ui};

/// The column of names.
const NAMES: f32 = 148.0;
const ROW: f32 = 34.0;

/// The question, while it is open.
pub(in crate::ui) fn registry_dialog_ui(ui: &Ui, cx: &mut Cx<'_>, dialog: &RegistryDialog) {
    let words = cx.lang().registry();
    let common = cx.words();
    let mut changed = dialog.clone();
    let ctx = ui.ctx().clone();
    let is_new = dialog.registry.is_none();
    let title = if is_new { cx.lang().registry().add_registry } else { words.edit_title };
    let confirm = if is_new { words.add_registry } else { words.take_settings };
    let ((), (confirmed, cancelled), close) = dialog_ui(
        &ctx,
        Id::unique("registry dialog"),
        580.0,
        title,
        |ui| form_ui(ui, cx, &mut changed),
        |ui| {
            let confirmed = ui.add(Button::primary(confirm).large()).clicked();
            (confirmed, ui.add(Button::secondary(common.cancel).large()).clicked())
        },
    );
    let enter = entered(&ctx);
    if changed != *dialog {
        act(cx, RegistryAct::SetDialog(Box::new(changed)));
    }
    if confirmed || cancelled || close || enter {
        editor::forget(&ctx, list_id());
    }
    if cancelled || close {
        act(cx, RegistryAct::CloseDialog);
    } else if confirmed || enter {
        act(cx, RegistryAct::ConfirmDialog);
    }
}

fn list_id() -> Id {
    Id::unique("registry list editor")
}

fn form_ui(ui: &mut Ui, cx: &mut Cx<'_>, dialog: &mut RegistryDialog) {
    if dialog.registry.is_none() {
        let kinds = [RegistryKind::Consul, RegistryKind::Static].map(|kind| (kind, cx.lang().registry_kind(kind)));
        choice_ui(ui, cx.lang().words().kind, ButtonSize::Normal, &mut dialog.form.kind, &kinds);
        ui.add_space(12.0);
    }
    match dialog.form.kind {
        RegistryKind::Consul => consul_ui(ui, cx, &mut dialog.form),
        RegistryKind::Static => list_ui(ui, cx, dialog),
    }
}

fn consul_ui(ui: &mut Ui, cx: &mut Cx<'_>, form: &mut RegistryForm) {
    let words = cx.lang().registry();
    let t = tokens(ui);
    row_ui(ui, cx.lang().words().address, |ui| {
        let field = field("address", &mut form.address, cx.lang().words().address, "127.0.0.1:8500");
        let response = field.show(ui);
        if ui.memory(|memory| memory.focused().is_none()) {
            response.request_focus();
        }
    });
    row_ui(ui, words.token, |ui| {
        let mut token = form.token.reveal().to_owned();
        let hint = if form.token_missing { cx.lang().words().type_again } else { words.token_hint };
        if field("token", &mut token, words.token, hint).password(true).show(ui).changed() {
            form.token = Secret::new(token);
            form.token_missing = false;
        }
    });
    if form.token_missing || !form.token.is_empty() {
        crate::ui::metadata::keychain_notice_ui(ui, cx, NAMES);
    }
    row_ui(ui, cx.lang().words().name, |ui| {
        field("name", &mut form.name, cx.lang().words().name, "Consul").show(ui);
    });
    read_only_ui(ui, cx, form);
    ui.add_space(4.0);
    paragraph_ui(ui, words.environment_hint, fonts::hint(), t.text3, 18.0);
    ui.add_space(8.0);
    ui.add(Line::strong(words.scope).height(32.0));
    row_ui(ui, words.datacenter, |ui| {
        field("datacenter", &mut form.datacenter, words.datacenter, words.agents_own).show(ui);
    });
    row_ui(ui, words.namespace, |ui| {
        field("namespace", &mut form.namespace, words.namespace, words.enterprise).show(ui);
    });
    row_ui(ui, words.partition, |ui| {
        field("partition", &mut form.partition, words.partition, words.enterprise).show(ui);
    });
    row_ui(ui, words.consistency, |ui| {
        let kinds = [
            (Consistency::Default, words.consistency_default),
            (Consistency::Stale, "stale"),
            (Consistency::Consistent, "consistent"),
        ];
        choice_ui(ui, words.consistency, ButtonSize::Normal, &mut form.consistency, &kinds);
    });
    ui.add_space(8.0);
    ui.add(Line::strong("TLS").height(32.0));
    row_ui(ui, cx.lang().words().ca_path, |ui| {
        field("ca", &mut form.ca_path, cx.lang().words().ca_path, words.ca_hint).show(ui);
    });
    row_ui(ui, words.server_name, |ui| {
        field("server name", &mut form.server_name, words.server_name, words.as_address).show(ui);
    });
    row_ui(ui, cx.lang().words().client_certificate, |ui| {
        field("cert", &mut form.cert_path, cx.lang().words().client_certificate, "client.pem").show(ui);
    });
    row_ui(ui, words.client_key, |ui| {
        field("key", &mut form.key_path, words.client_key, "client.key").show(ui);
    });
    row_ui(ui, cx.lang().words().skip_verify, |ui| {
        toggle_ui(ui, &mut form.skip_verify, cx.lang().words().skip_verify, false);
    });
    if form.skip_verify {
        paragraph_ui(ui, words.skip_verify_hint, fonts::hint(), t.error, 18.0);
    }
}

fn list_ui(ui: &mut Ui, cx: &mut Cx<'_>, dialog: &mut RegistryDialog) {
    let words = cx.lang().registry();
    let t = tokens(ui);
    let fault = (dialog.fault == Some(RegistryFormFault::EmptyList)).then_some(words.list_missing);
    let form = &mut dialog.form;
    row_ui(ui, cx.lang().words().name, |ui| {
        field("list name", &mut form.name, cx.lang().words().name, words.static_list).show(ui);
    });
    row_ui(ui, cx.lang().body().save_file, |ui| {
        let response =
            field("list file", &mut form.file, cx.lang().body().save_file, words.file_hint).error(fault).show(ui);
        if ui.memory(|memory| memory.focused().is_none()) {
            response.request_focus();
        }
    });
    if fault.is_some() {
        ui.add_space(20.0);
    }
    ui.add_space(8.0);
    ui.add(Line::new(words.list_lines).color(t.text2).height(24.0));
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 180.0), Sense::hover());
    ui.painter().rect(
        rect,
        egui::CornerRadius::same(6),
        t.bg2,
        egui::Stroke::new(1.0, t.line),
        egui::StrokeKind::Inside,
    );
    let mut pane = crate::ui::context::pane_at(ui, rect.shrink(1.0), "registry list");
    let before = form.text.clone();
    let edited =
        Editor::new(list_id(), &before, words.list_lines).language(Language::Plain).outer_keys().show(&mut pane);
    if let Some(text) = edited.text {
        form.text = text;
    }
    ui.add_space(6.0);
    paragraph_ui(ui, words.list_hint, fonts::hint(), t.text3, 18.0);
}

fn read_only_ui(ui: &mut Ui, cx: &Cx<'_>, form: &mut RegistryForm) {
    let words = cx.lang().registry();
    row_ui(ui, words.read_only, |ui| {
        toggle_ui(ui, &mut form.read_only, words.read_only, false);
        ui.add_space(8.0);
        ui.add(Line::hint(words.read_only_hint).color(tokens(ui).text3));
    });
}

fn field<'a>(which: &str, value: &'a mut String, name: &'a str, hint: &'a str) -> Field<'a> {
    Field::new(Id::unique(("registry form", which)), value, name).placeholder(hint).mono()
}

/// A name, then a control.
fn row_ui<R>(ui: &mut Ui, name: &str, control: impl FnOnce(&mut Ui) -> R) -> R {
    let t = tokens(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    paint_text(ui.painter(), rect.left(), rect.center().y, name, &fonts::body(), t.text2);
    let place = egui::Rect::from_min_max(pos2(rect.left() + NAMES, rect.top()), rect.max);
    let mut row = crate::ui::context::row_at(ui, place, ("registry row", name));
    control(&mut row)
}
