//! The question that adds a registry, or changes how one is reached.

use egui::{Id, Response, Sense, Ui, pos2, vec2};

use super::act;
use super::side::entry_title;
use crate::app::{
    Action, PickFor, RegistryAct, RegistryDialog, RegistryForm, RegistryFormFault, RegistryPath, RegistryView,
};
use crate::registry::{Consistency, RegistryKind};
use crate::secret::Secret;
use crate::ui::context::Cx;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::{Tone, tokens};
use crate::ui::widgets::button::{Button, ButtonSize, IconButton};
use crate::ui::widgets::choice::choice_ui;
use crate::ui::widgets::dialog::dialog_ui;
use crate::ui::widgets::editor::{self, Editor};
use crate::ui::widgets::field::{Field, entered};
use crate::ui::widgets::json::Language;
use crate::ui::widgets::notice::Notice;
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
    let title = if is_new { words.add_registry } else { words.edit_title };
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
    let enter = entered(&ctx) && changed == *dialog;
    if changed != *dialog {
        act(cx, RegistryAct::SetDialog(Box::new(changed)));
    }
    if confirmed || cancelled || close || enter {
        editor::forget(&ctx, list_id());
        cx.memory.shows_token = false;
    }
    if cancelled || close {
        act(cx, RegistryAct::CloseDialog(cancelled));
    } else if confirmed || enter {
        act(cx, RegistryAct::ConfirmDialog);
    }
}

fn list_id() -> Id {
    Id::unique("registry list editor")
}

fn form_ui(ui: &mut Ui, cx: &mut Cx<'_>, dialog: &mut RegistryDialog) {
    said_ui(ui, cx, dialog);
    if dialog.registry.is_none() {
        let kinds = [RegistryKind::Consul, RegistryKind::Static].map(|kind| (kind, cx.lang().registry_kind(kind)));
        choice_ui(ui, cx.lang().words().kind, ButtonSize::Normal, &mut dialog.form.kind, &kinds);
        ui.add_space(12.0);
    }
    match dialog.form.kind {
        RegistryKind::Consul => consul_ui(ui, cx, dialog),
        RegistryKind::Static => list_ui(ui, cx, dialog),
    }
}

/// What is to be known of what is filled in: it was left here before, or is meant for one that is there.
fn said_ui(ui: &mut Ui, cx: &mut Cx<'_>, dialog: &RegistryDialog) {
    let (lang, state) = (cx.lang(), cx.lang().registry_state());
    if let Some(RegistryFormFault::Known(id)) = dialog.fault
        && let Some(known) = cx.app.registries.entry(id)
    {
        let place = known
            .place
            .as_ref()
            .map_or_else(|| lang.registry_kind(known.form.kind).to_owned(), |place| lang.registry_place(place));
        let said = lang.known_registry(&place, &entry_title(lang, known));
        match Notice::new(Tone::Warn, state.known_lead, &said)
            .actions(&[state.take_for_known, state.show_known])
            .show(ui)
        {
            Some(0) => act(cx, RegistryAct::TakeForKnown),
            Some(_) => {
                act(cx, RegistryAct::CloseDialog(false));
                act(cx, RegistryAct::Show(RegistryView::Registry(id)));
            }
            None => {}
        }
        ui.add_space(12.0);
    }
    if cx.app.no_dialog {
        paragraph_ui(ui, cx.lang().acts().no_file_dialog, fonts::hint(), tokens(ui).warn, 18.0);
        ui.add_space(8.0);
    }
    if dialog.was_left && dialog.fault.is_none() {
        let anew = cx.lang().acts().start_anew;
        if Notice::new(Tone::Accent, "", state.left_here).actions(&[anew]).show(ui).is_some() {
            editor::forget(ui.ctx(), list_id());
            act(cx, RegistryAct::StartDialogAnew);
        }
        ui.add_space(12.0);
    }
}

/// The token: dots until the eye beside it is pressed.
fn token_ui(ui: &mut Ui, cx: &mut Cx<'_>, form: &mut RegistryForm) -> Response {
    let words = cx.lang().registry();
    let shows = cx.memory.shows_token;
    let mut token = form.token.reveal().to_owned();
    let hint = if form.token_missing { cx.words().type_again } else { words.token_hint };
    let width = ui.available_width() - 36.0;
    let response = field("token", &mut token, words.token, hint).password(!shows).width(width).show(ui);
    if response.changed() {
        form.token = Secret::new(token);
        form.token_missing = false;
    }
    ui.add_space(8.0);
    let (icon, name) = if shows { (Icon::EyeOff, cx.words().hide_value) } else { (Icon::Eye, cx.words().show_value) };
    if ui.add(IconButton::new(icon, name)).clicked() {
        cx.memory.shows_token = !shows;
    }
    response
}

/// A path by hand or by a dialog of files.
fn path_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    which: RegistryPath,
    (name, hint): (&'static str, &'static str),
    (path, error): (&mut String, Option<&str>),
) -> Response {
    let choose = cx.words().choose;
    let label = format!("{choose} ({name})");
    let button = Button::secondary(choose).name(&label);
    let width = ui.available_width() - button.width(ui) - 8.0;
    let salt = format!("{which:?}");
    let response = field(&salt, path, name, hint).width(width).error(error).show(ui);
    ui.add_space(8.0);
    if ui.add(button).clicked() {
        cx.act(Action::PickFiles(PickFor::RegistryForm(which), false));
    }
    response
}

fn consul_ui(ui: &mut Ui, cx: &mut Cx<'_>, dialog: &mut RegistryDialog) {
    let words = cx.lang().registry();
    let t = tokens(ui);
    let at_token = dialog.at_token;
    let form = &mut dialog.form;
    row_ui(ui, cx.words().address, |ui| {
        let response = field("address", &mut form.address, cx.words().address, "127.0.0.1:8500").show(ui);
        if !at_token {
            take_focus(ui, &response);
        }
    });
    row_ui(ui, words.token, |ui| {
        let response = token_ui(ui, cx, form);
        if at_token {
            take_focus(ui, &response);
        }
    });
    if form.token_missing || !form.token.is_empty() {
        let place = ui.available_rect_before_wrap().with_min_x(ui.cursor().left() + NAMES);
        let mut pane = crate::ui::context::pane_at(ui, place, "registry keychain");
        crate::ui::metadata::keychain_notice_ui(&mut pane, cx, 0.0);
        let height = pane.min_rect().height();
        ui.allocate_space(vec2(1.0, height));
    }
    row_ui(ui, cx.words().name, |ui| {
        field("name", &mut form.name, cx.words().name, "Consul").show(ui);
    });
    read_only_ui(ui, cx, form);
    ui.add_space(4.0);
    paragraph_ui(ui, words.environment_hint, fonts::hint(), t.text3, 18.0);
    ui.add_space(8.0);
    ui.add(Line::strong(words.scope).height(32.0));
    let scopes = [
        ("datacenter", &mut form.datacenter, words.datacenter, words.agents_own),
        ("namespace", &mut form.namespace, words.namespace, words.enterprise),
        ("partition", &mut form.partition, words.partition, words.enterprise),
    ];
    for (which, value, name, hint) in scopes {
        row_ui(ui, name, |ui| {
            field(which, value, name, hint).show(ui);
        });
    }
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
    row_ui(ui, cx.words().ca_path, |ui| {
        let named = (cx.words().ca_path, words.ca_hint);
        path_ui(ui, cx, RegistryPath::Ca, named, (&mut form.ca_path, None));
    });
    row_ui(ui, words.server_name, |ui| {
        field("server name", &mut form.server_name, words.server_name, words.as_address).show(ui);
    });
    row_ui(ui, cx.words().client_certificate, |ui| {
        let named = (cx.words().client_certificate, "client.pem");
        path_ui(ui, cx, RegistryPath::Cert, named, (&mut form.cert_path, None));
    });
    row_ui(ui, words.client_key, |ui| {
        let named = (words.client_key, "client.key");
        path_ui(ui, cx, RegistryPath::Key, named, (&mut form.key_path, None));
    });
    row_ui(ui, cx.words().skip_verify, |ui| {
        toggle_ui(ui, &mut form.skip_verify, cx.words().skip_verify, false);
    });
    if form.skip_verify {
        paragraph_ui(ui, words.skip_verify_hint, fonts::hint(), t.error, 18.0);
    }
}

/// The first field takes the focus while nothing has it.
fn take_focus(ui: &Ui, response: &Response) {
    if ui.memory(|memory| memory.focused().is_none()) {
        response.request_focus();
    }
}

fn list_ui(ui: &mut Ui, cx: &mut Cx<'_>, dialog: &mut RegistryDialog) {
    let words = cx.lang().registry();
    let t = tokens(ui);
    let fault = (dialog.fault == Some(RegistryFormFault::EmptyList)).then_some(words.list_missing);
    let form = &mut dialog.form;
    row_ui(ui, cx.words().name, |ui| {
        field("list name", &mut form.name, cx.words().name, words.static_list).show(ui);
    });
    row_ui(ui, cx.lang().body().save_file, |ui| {
        let named = (cx.lang().body().save_file, words.file_hint);
        let response = path_ui(ui, cx, RegistryPath::List, named, (&mut form.file, fault));
        take_focus(ui, &response);
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
