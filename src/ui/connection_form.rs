//! The settings of a connection: what to speak, trust, names, our own certificate, the loud switch.

use std::path::PathBuf;

use egui::{CornerRadius, Id, Rect, Role, Sense, Stroke, StrokeKind, Ui, UiBuilder, pos2, vec2};

use super::context::Cx;
use super::fonts;
use super::icons::Icon;
use super::theme::{Tokens, tokens};
use super::widgets::button::{Button, ButtonSize};
use super::widgets::choice::choice_ui;
use super::widgets::field::Field;
use super::widgets::switches::{radio_ui, toggle_ui};
use super::widgets::text::{Elide, Line, paint_text, paragraph_ui};
use crate::app::{Action, CaKind, ClientKind, ConnectionForm, FormPath};
use crate::engine::{CertificateFileError, Scheme};
use crate::secret::Secret;
use crate::transport::CertificateInfo;

/// The column of names.
const NAMES: f32 = 116.0;
const ROW: f32 = 34.0;
/// A fact under a path.
const FACT: f32 = 24.0;

/// What to speak to an address that does not say it.
pub(super) fn scheme_ui(ui: &mut Ui, cx: &Cx<'_>, size: ButtonSize, form: &mut ConnectionForm) {
    let words = cx.words();
    let kinds = [(Scheme::Auto, words.auto), (Scheme::Tls, words.tls), (Scheme::Plaintext, words.speak_plaintext)];
    choice_ui(ui, words.scheme, size, &mut form.scheme, &kinds);
}

/// Shows the settings; returns the path that is to be chosen by a dialog. `with_scheme` shows what to speak as the first
/// row.
pub(super) fn connection_form_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    salt: &str,
    form: &mut ConnectionForm,
    with_scheme: bool,
) -> Option<FormPath> {
    let words = cx.words();
    let t = tokens(ui);
    let mut picked = None;
    if with_scheme {
        row_ui(ui, words.scheme, |ui| scheme_ui(ui, cx, ButtonSize::Normal, form));
    }
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
        let reset = Button::ghost(words.reset);
        let is_set = !form.server_name.is_empty();
        let width = ui.available_width() - if is_set { reset.width(ui) + 8.0 } else { 0.0 };
        field(salt, "server name", &mut form.server_name, words.server_name, words.as_the_address)
            .width(width)
            .show(ui);
        if is_set && ui.add(reset).clicked() {
            form.server_name.clear();
        }
    });
    hint_ui(ui, words.server_name_help);
    row_ui(ui, words.authority, |ui| {
        field(salt, "authority", &mut form.authority, words.authority, words.as_the_address).show(ui);
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
            own_certificate_ui(ui, cx, salt, words.certificate, &form.cert_path);
            let chosen = path_ui(ui, cx, salt, words.private_key, words.private_key_hint, &mut form.key_path);
            picked = chosen.then_some(FormPath::Key).or(picked);
        }
        ClientKind::Pkcs12 => {
            let chosen = path_ui(ui, cx, salt, words.bundle, words.bundle_hint, &mut form.bundle_path);
            picked = chosen.then_some(FormPath::Bundle).or(picked);
            password_ui(ui, cx, salt, form);
        }
    }
    ui.add_space(12.0);
    skip_ui(ui, cx, form);
    picked
}

fn password_ui(ui: &mut Ui, cx: &mut Cx<'_>, salt: &str, form: &mut ConnectionForm) {
    let words = cx.words();
    let own = cx.lang().requests();
    let is_asked = form.password_missing && cx.app.is_asked(form.password_kept);
    row_ui(ui, words.password, |ui| {
        let mut password = form.password.reveal().to_owned();
        let mut shown = field(salt, "password", &mut password, words.password, words.no_value);
        if is_asked {
            shown = shown.trailing(own.asked);
        }
        if shown.password(true).show(ui).changed() {
            form.password = Secret::new(password);
            form.password_missing = false;
        }
    });
    if form.password_missing && !is_asked {
        let is_refused = cx.app.is_refused(form.password_kept);
        let said = if is_refused { own.refused_hint } else { words.type_again_hint };
        hint_ui(ui, said);
    }
    if form.password_missing || !form.password.is_empty() {
        super::metadata::keychain_notice_ui(ui, cx, 0.0);
    }
}

fn field<'a>(salt: &str, which: &str, value: &'a mut String, name: &'a str, hint: &'a str) -> Field<'a> {
    Field::new(field_id(salt, which), value, name).placeholder(hint).mono()
}

/// The field of a path or name of this form.
pub(super) fn field_id(salt: &str, which: &str) -> Id {
    Id::unique(("form", salt, which))
}

/// A name of 116, then a control.
fn row_ui<R>(ui: &mut Ui, name: &str, control: impl FnOnce(&mut Ui) -> R) -> R {
    let t = tokens(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
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

/// What a file holds, as a line under its path.
pub(super) struct FileFact {
    icon: Option<Icon>,
    said: String,
    color: egui::Color32,
    /// In text 2, after it.
    rest: String,
}

/// Reads the file where that was not done yet; nothing while its path is being typed.
pub(super) fn file_fact(ui: &Ui, cx: &mut Cx<'_>, salt: &str, which: &str, path: &str) -> Option<FileFact> {
    let own = cx.lang().requests();
    let t = tokens(ui);
    if path.trim().is_empty() || ui.memory(|memory| memory.has_focus(field_id(salt, which))) {
        return None;
    }
    let path = PathBuf::from(path.trim());
    let plain = |said: String, color| FileFact { icon: None, said, color, rest: String::new() };
    Some(match cx.app.certificates.get(&path) {
        None => {
            cx.act(Action::ReadCertificate(path));
            plain(own.reading_file.to_owned(), t.text3)
        }
        Some(None) => plain(own.reading_file.to_owned(), t.text3),
        Some(Some(Err(error))) => {
            let said = match error {
                CertificateFileError::Unreadable(why) => cx.lang().certificate_unreadable(why),
                CertificateFileError::Empty => own.certificate_file_empty.to_owned(),
            };
            FileFact { icon: Some(Icon::CircleX), ..plain(said, t.error) }
        }
        Some(Some(Ok(found))) => found_fact(cx, t, found),
    })
}

fn found_fact(cx: &Cx<'_>, t: &Tokens, found: &[CertificateInfo]) -> FileFact {
    let Some(first) = found.first() else {
        return FileFact { icon: None, said: String::new(), color: t.text3, rest: String::new() };
    };
    let days = (first.not_after_unix_s - super::certificate::now_s()).div_euclid(86_400);
    let is_over = days < 0;
    let hex: Vec<String> = first.sha256.iter().map(|byte| format!("{byte:02X}")).collect();
    let short = format!("{}…{}", hex[..5].join(":"), hex[30..].join(":"));
    let mut rest = vec![cx.lang().days_left(days), short];
    if found.len() > 1 {
        rest.push(cx.lang().more_certificates(found.len() - 1));
    }
    FileFact {
        icon: Some(if is_over { Icon::CircleX } else { Icon::CircleCheck }),
        said: first.subject.clone(),
        color: if is_over { t.error } else { t.ok },
        rest: rest.join("  ·  "),
    }
}

/// Shows it in its line.
pub(super) fn file_fact_ui(ui: &mut Ui, place: Rect, fact: &FileFact) {
    let t = tokens(ui);
    let mut row = super::context::row_at(ui, place, ("file fact", place.min.x as i32, place.min.y as i32));
    row.spacing_mut().item_spacing.x = 8.0;
    if let Some(icon) = fact.icon {
        let (mark, _) = row.allocate_exact_size(vec2(14.0, 18.0), Sense::hover());
        icon.paint_at(row.painter(), mark.center(), 14.0, fact.color);
    }
    let room = row.available_width();
    let most = if fact.rest.is_empty() { room } else { (room * 0.55).max(80.0) };
    row.add(Line::hint(&fact.said).color(fact.color).elide(Elide::Middle).max_width(most));
    if !fact.rest.is_empty() {
        row.add(Line::hint("·").color(t.text3));
        let left = row.available_width();
        row.add(Line::hint(&fact.rest).color(t.text2).elide(Elide::End).max_width(left));
    }
}

/// Under the path of our own certificate.
fn own_certificate_ui(ui: &mut Ui, cx: &mut Cx<'_>, salt: &str, which: &str, path: &str) {
    if let Some(fact) = file_fact(ui, cx, salt, which, path) {
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), FACT), Sense::hover());
        file_fact_ui(ui, Rect::from_min_max(pos2(rect.left() + NAMES, rect.top() - 2.0), rect.max), &fact);
    }
}

/// A way to trust; what is shown below its radio button where it is chosen.
struct Way {
    kind: CaKind,
    name: &'static str,
    hint: &'static str,
}

fn trust_ui(ui: &mut Ui, cx: &mut Cx<'_>, salt: &str, form: &mut ConnectionForm) -> Option<FormPath> {
    let words = cx.words();
    let own = cx.lang().requests();
    let t = tokens(ui);
    // A certificate that was seen and one of a file are the same choice.
    let exact = if form.pinned.is_some() && form.exact_path.trim().is_empty() { CaKind::Pinned } else { CaKind::Exact };
    let mut ways = vec![
        Way { kind: CaKind::System, name: words.system_roots, hint: words.system_roots_hint },
        Way { kind: CaKind::File, name: words.ca_file, hint: words.ca_file_hint },
    ];
    if form.given.is_some() {
        ways.push(Way { kind: CaKind::Given, name: words.given_certificate, hint: words.given_hint });
    }
    ways.push(Way { kind: exact, name: words.pinned_certificate, hint: own.self_signed_is_fine });
    let facts: Vec<Option<FileFact>> = ways
        .iter()
        .map(|way| match way.kind {
            kind if kind != form.ca => None,
            CaKind::File => file_fact(ui, cx, salt, words.ca_path, &form.ca_path),
            CaKind::Exact => file_fact(ui, cx, salt, words.certificate_of_server, &form.exact_path),
            CaKind::Pinned => form.pinned.as_ref().map(|pinned| {
                let days = (pinned.not_after_unix_s - super::certificate::now_s()).div_euclid(86_400);
                let said = cx.lang().pinned_fact(&pinned.sha256, &pinned.subject, days);
                let rest = words.pinned_hint.to_owned();
                FileFact { icon: Some(Icon::CircleCheck), said, color: t.ok, rest }
            }),
            CaKind::System | CaKind::Given => None,
        })
        .collect();
    let has_path = |kind: CaKind| kind == form.ca && matches!(kind, CaKind::File | CaKind::Exact | CaKind::Pinned);
    let below: f32 = ways
        .iter()
        .zip(&facts)
        .map(|(way, fact)| if has_path(way.kind) { 38.0 } else { 0.0 } + if fact.is_some() { FACT } else { 0.0 })
        .sum();
    let height = ROW * ways.len() as f32 + below;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    ui.painter().rect(rect, CornerRadius::same(8), t.bg1, Stroke::new(1.0, t.line), StrokeKind::Inside);
    let mut group = ui.new_child(
        UiBuilder::new().max_rect(rect).accessibility_role(Role::RadioGroup).accessibility_label(words.trust),
    );
    let mut picked = None;
    let mut top = rect.top();
    let before = form.ca;
    for (index, (way, fact)) in ways.into_iter().zip(facts).enumerate() {
        let row = Rect::from_min_size(pos2(rect.left(), top), vec2(rect.width(), ROW));
        if index > 0 {
            group.painter().hline(rect.x_range().shrink(1.0), top + 0.5, Stroke::new(1.0, t.line));
        }
        let mut row_ui = super::context::row_at(&mut group, row.shrink2(vec2(12.0, 0.0)), ("trust", way.name, salt));
        row_ui.spacing_mut().item_spacing.x = 12.0;
        if radio_ui(&mut row_ui, before == way.kind, way.name, true).clicked() {
            form.ca = way.kind;
        }
        let room = row_ui.available_width();
        row_ui.add(Line::hint(way.hint).color(t.text3).elide(Elide::End).max_width(room));
        top += ROW;
        if before == way.kind && matches!(way.kind, CaKind::File | CaKind::Exact | CaKind::Pinned) {
            let place = Rect::from_min_size(pos2(rect.left() + 36.0, top - 2.0), vec2(rect.width() - 48.0, 32.0));
            let mut path_row = super::context::row_at(&mut group, place, ("trust path", way.name, salt));
            path_row.spacing_mut().item_spacing.x = 8.0;
            if way.kind == CaKind::File {
                if choose_ui(&mut path_row, cx, salt, words.ca_path, words.ca_path_hint, &mut form.ca_path) {
                    picked = Some(FormPath::Ca);
                }
            } else {
                let (name, path) = (words.certificate_of_server, &mut form.exact_path);
                if choose_ui(&mut path_row, cx, salt, name, words.ca_path_hint, path) {
                    picked = Some(FormPath::Exact);
                }
                // A path takes the place of what was seen.
                if before == CaKind::Pinned && !form.exact_path.trim().is_empty() {
                    form.ca = CaKind::Exact;
                }
            }
            top += 38.0;
        }
        if let Some(fact) = fact {
            let place = Rect::from_min_size(pos2(rect.left() + 36.0, top - 6.0), vec2(rect.width() - 48.0, FACT));
            file_fact_ui(&mut group, place, &fact);
            top += FACT;
        }
    }
    // Without its file, what was seen is trusted again.
    if form.ca == CaKind::Exact && form.exact_path.trim().is_empty() && form.pinned.is_some() {
        form.ca = CaKind::Pinned;
    }
    picked
}

/// The switch that believes anything, as loud as it is dangerous.
fn skip_ui(ui: &mut Ui, cx: &Cx<'_>, form: &mut ConnectionForm) {
    let words = cx.words();
    let t = tokens(ui);
    let behind = ui.painter().add(egui::Shape::Noop);
    let outer =
        egui::Frame::new().inner_margin(egui::Margin { left: 14, right: 14, top: 10, bottom: 12 }).show(ui, |ui| {
            let whole = ui.available_width();
            ui.set_width(whole);
            let (head, _) = ui.allocate_exact_size(vec2(whole, 22.0), Sense::hover());
            Icon::ShieldAlert.paint_at(ui.painter(), pos2(head.left() + 8.0, head.center().y), 16.0, t.error);
            let mut left = super::context::row_at(
                ui,
                Rect::from_min_max(head.min + vec2(30.0, 0.0), head.max),
                "skip verification",
            );
            left.add(Line::strong(words.skip_verify).color(t.error));
            let mut right = super::context::row_from_right(ui, head, "skip verification switch");
            right.spacing_mut().item_spacing.x = 8.0;
            let mut on = form.skip_verify;
            toggle_ui(&mut right, &mut on, words.skip_verify, false);
            form.skip_verify = on;
            right.add(Line::new(if on { words.on } else { words.off }).color(t.text2));
            let place = Rect::from_min_size(pos2(head.left() + 30.0, head.bottom()), vec2(whole - 30.0, 200.0));
            let mut text = super::context::pane_at(ui, place, "skip verification text");
            paragraph_ui(&mut text, words.skip_verify_text, fonts::body(), t.text1, 20.0);
            let height = text.min_rect().height();
            ui.allocate_space(vec2(1.0, height));
        });
    let shape = egui::epaint::RectShape::new(
        outer.response.rect,
        CornerRadius::same(8),
        t.error_bg,
        Stroke::new(2.0, t.error),
        StrokeKind::Inside,
    );
    ui.painter().set(behind, shape);
}
