//! The settings of a connection: what to speak, trust, names, our own certificate, the loud switch.

use egui::{CornerRadius, Id, Rect, Role, Sense, Stroke, StrokeKind, Ui, UiBuilder, pos2, vec2};

use super::context::Cx;
use super::fonts;
use super::icons::Icon;
use super::theme::tokens;
use super::widgets::button::{Button, ButtonSize};
use super::widgets::choice::choice_ui;
use super::widgets::field::Field;
use super::widgets::switches::{radio_ui, toggle_ui};
use super::widgets::text::{Line, paint_text, paragraph_ui};
use crate::app::{CaKind, ClientKind, ConnectionForm, FormPath};
use crate::engine::Scheme;
use crate::secret::Secret;

/// The column of names.
const NAMES: f32 = 116.0;

/// Shows the settings; returns the path that is to be chosen by a dialog.
pub(super) fn connection_form_ui(ui: &mut Ui, cx: &Cx<'_>, salt: &str, form: &mut ConnectionForm) -> Option<FormPath> {
    let words = cx.words();
    let t = tokens(ui);
    let mut picked = None;
    row_ui(ui, words.scheme, |ui| {
        let kinds = [(Scheme::Auto, words.auto), (Scheme::Tls, words.tls), (Scheme::Plaintext, words.speak_plaintext)];
        choice_ui(ui, words.scheme, ButtonSize::Normal, &mut form.scheme, &kinds);
    });
    if form.scheme == Scheme::Plaintext {
        ui.add_space(4.0);
        ui.add(Line::hint(words.plaintext_chosen).color(t.text3).height(26.0));
        return None;
    }
    ui.add(Line::strong(words.trust).height(32.0));
    if let Some(path) = trust_ui(ui, cx, salt, form) {
        picked = Some(path);
    }
    ui.add_space(8.0);
    ui.add(Line::strong(words.names).height(32.0));
    row_ui(ui, words.server_name, |ui| {
        field(salt, "server name", &mut form.server_name, words.server_name, words.server_name_hint).show(ui);
    });
    hint_ui(ui, words.server_name_help);
    row_ui(ui, words.authority, |ui| {
        field(salt, "authority", &mut form.authority, words.authority, words.authority_hint).show(ui);
    });
    ui.add_space(8.0);
    ui.add(Line::strong(words.client_certificate).height(32.0));
    row_ui(ui, words.kind, |ui| {
        let kinds =
            [(ClientKind::None, words.none), (ClientKind::Pem, words.pem_files), (ClientKind::Pkcs12, words.pkcs12)];
        choice_ui(ui, words.client_certificate, ButtonSize::Normal, &mut form.client, &kinds);
    });
    match form.client {
        ClientKind::None => {}
        ClientKind::Pem => {
            let chosen = path_ui(ui, cx, salt, words.certificate, words.certificate_hint, &mut form.cert_path);
            picked = chosen.then_some(FormPath::Cert).or(picked);
            let chosen = path_ui(ui, cx, salt, words.private_key, words.private_key_hint, &mut form.key_path);
            picked = chosen.then_some(FormPath::Key).or(picked);
        }
        ClientKind::Pkcs12 => {
            let chosen = path_ui(ui, cx, salt, words.bundle, words.bundle_hint, &mut form.bundle_path);
            picked = chosen.then_some(FormPath::Bundle).or(picked);
            row_ui(ui, words.password, |ui| {
                let mut password = form.password.reveal().to_owned();
                let shown = field(salt, "password", &mut password, words.password, words.password_hint);
                if shown.password(true).show(ui).changed() {
                    form.password = Secret::new(password);
                    form.password_missing = false;
                }
            });
            if form.password_missing {
                hint_ui(ui, words.type_again_hint);
            }
        }
    }
    ui.add_space(12.0);
    skip_ui(ui, cx, form);
    picked
}

fn field<'a>(salt: &str, which: &str, value: &'a mut String, name: &'a str, hint: &'a str) -> Field<'a> {
    Field::new(Id::unique(("form", salt, which)), value, name).placeholder(hint).mono()
}

/// A name of 116, then a control.
fn row_ui<R>(ui: &mut Ui, name: &str, control: impl FnOnce(&mut Ui) -> R) -> R {
    let t = tokens(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 34.0), Sense::hover());
    let name_at = paint_text(ui.painter(), rect.left(), rect.center().y, name, &fonts::body(), t.text2);
    let left = (rect.left() + NAMES).max(name_at + 8.0);
    let place = Rect::from_min_max(pos2(left, rect.top()), rect.max);
    let mut row = super::context::row_at(ui, place, ("form row", name));
    row.spacing_mut().item_spacing.x = 8.0;
    control(&mut row)
}

fn hint_ui(ui: &mut Ui, said: &str) {
    let t = tokens(ui);
    let width = ui.available_width() - NAMES;
    let place = Rect::from_min_size(ui.cursor().min + vec2(NAMES, 1.0), vec2(width, 60.0));
    let mut pane = super::context::pane_at(ui, place, ("hint", said));
    paragraph_ui(&mut pane, said, fonts::hint(), t.text3, 18.0);
    let height = pane.min_rect().height();
    ui.allocate_space(vec2(1.0, height + 4.0));
}

/// A path by hand or by a dialog; returns whether the dialog is wanted.
fn path_ui(ui: &mut Ui, cx: &Cx<'_>, salt: &str, name: &'static str, hint: &'static str, path: &mut String) -> bool {
    row_ui(ui, name, |ui| choose_ui(ui, cx, salt, name, hint, path))
}

fn choose_ui(ui: &mut Ui, cx: &Cx<'_>, salt: &str, name: &str, hint: &str, path: &mut String) -> bool {
    let words = cx.words();
    let label = format!("{} ({name})", words.choose);
    let button = Button::secondary(words.choose).name(&label);
    let width = ui.available_width() - button.width(ui) - 8.0;
    field(salt, name, path, name, hint).width(width).show(ui);
    ui.add(button).clicked()
}

fn trust_ui(ui: &mut Ui, cx: &Cx<'_>, salt: &str, form: &mut ConnectionForm) -> Option<FormPath> {
    let words = cx.words();
    let t = tokens(ui);
    let mut kinds = vec![
        (CaKind::System, words.system_roots, words.system_roots_hint),
        (CaKind::File, words.ca_file, words.ca_file_hint),
    ];
    if form.given.is_some() {
        kinds.push((CaKind::Given, words.given_certificate, words.given_hint));
    }
    let pinned = form.pinned.as_ref().map(|pinned| {
        let days = (pinned.not_after_unix_s - super::certificate::now_s()).div_euclid(86_400);
        cx.lang().pinned_fact(&pinned.sha256, &pinned.subject, days)
    });
    if pinned.is_some() {
        kinds.push((CaKind::Pinned, words.pinned_certificate, words.pinned_hint));
    }
    let pinned_height = if pinned.is_some() { 24.0 } else { 0.0 };
    let file_height = if form.ca == CaKind::File { 38.0 } else { 0.0 };
    let height = 34.0 * kinds.len() as f32 + file_height + pinned_height;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    ui.painter().rect(rect, CornerRadius::same(8), t.bg1, Stroke::new(1.0, t.line), StrokeKind::Inside);
    let mut group = ui.new_child(
        UiBuilder::new().max_rect(rect).accessibility_role(Role::RadioGroup).accessibility_label(words.trust),
    );
    let mut picked = None;
    let mut top = rect.top();
    for (index, (kind, name, hint)) in kinds.into_iter().enumerate() {
        let row = Rect::from_min_size(pos2(rect.left(), top), vec2(rect.width(), 34.0));
        if index > 0 {
            group.painter().hline(rect.x_range().shrink(1.0), top + 0.5, Stroke::new(1.0, t.line));
        }
        let mut row_ui = super::context::row_at(&mut group, row.shrink2(vec2(12.0, 0.0)), ("trust", name, salt));
        row_ui.spacing_mut().item_spacing.x = 12.0;
        if radio_ui(&mut row_ui, form.ca == kind, name, true).clicked() {
            form.ca = kind;
        }
        let room = row_ui.available_width();
        row_ui.add(Line::hint(hint).color(t.text3).elide(super::widgets::text::Elide::End).max_width(room));
        top += 34.0;
        if kind == CaKind::File && file_height > 0.0 {
            let place = Rect::from_min_size(pos2(rect.left() + 36.0, top - 2.0), vec2(rect.width() - 48.0, 32.0));
            let mut path_row = super::context::row_at(&mut group, place, ("ca path", salt));
            path_row.spacing_mut().item_spacing.x = 8.0;
            if choose_ui(&mut path_row, cx, salt, words.ca_path, words.ca_path_hint, &mut form.ca_path) {
                picked = Some(FormPath::Ca);
            }
            top += file_height;
        }
        if kind == CaKind::Pinned
            && let Some(said) = &pinned
        {
            let place = Rect::from_min_size(pos2(rect.left() + 36.0, top - 6.0), vec2(rect.width() - 48.0, 24.0));
            let mut row = super::context::row_at(&mut group, place, ("pinned", salt));
            row.add(Line::hint(said).color(t.text2).elide(super::widgets::text::Elide::Middle));
            top += pinned_height;
        }
    }
    picked
}

/// The switch that believes anything, as loud as it is dangerous.
fn skip_ui(ui: &mut Ui, cx: &Cx<'_>, form: &mut ConnectionForm) {
    let words = cx.words();
    let t = tokens(ui);
    let (tint, edge, width) = if form.skip_verify { (t.error_bg, t.error, 2.0) } else { (t.bg1, t.line, 1.0) };
    let behind = ui.painter().add(egui::Shape::Noop);
    let outer = egui::Frame::new().inner_margin(egui::Margin::symmetric(14, 10)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 10.0;
            let (icon, _) = ui.allocate_exact_size(vec2(16.0, 18.0), Sense::hover());
            Icon::ShieldAlert.paint_at(ui.painter(), icon.center(), 16.0, t.error);
            ui.add(Line::strong(words.skip_verify).color(t.error));
            let mut on = form.skip_verify;
            toggle_ui(ui, &mut on, words.skip_verify, false);
            form.skip_verify = on;
            ui.add(Line::new(if on { words.on } else { words.off }).color(t.text2));
        });
        ui.add_space(2.0);
        paragraph_ui(ui, words.skip_verify_text, fonts::body(), t.text1, 20.0);
    });
    let shape = egui::epaint::RectShape::new(
        outer.response.rect,
        CornerRadius::same(8),
        tint,
        Stroke::new(width, edge),
        StrokeKind::Inside,
    );
    ui.painter().set(behind, shape);
}
