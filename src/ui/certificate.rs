//! Certificates as the server sent them, and what was found of the first.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use egui::text::LayoutJob;
use egui::{Align, CornerRadius, Rect, Role, Stroke, StrokeKind, Ui, pos2, vec2};

use super::context::{Cx, pane_at, row_at};
use super::fonts;
use super::icons::Icon;
use super::theme::tokens;
use super::widgets::button::{Button, IconButton};
use super::widgets::menu::copyable_card;
use super::widgets::text::{self, Elide, Line, append, paint_text, paragraph_ui, rich_paragraph_ui};
use crate::app::{Action, SaveWhat};
use crate::engine::TextLines;
use crate::transport::{CertificateInfo, Check, TlsReport};
use crate::words::format;

const DAY_S: i64 = 86_400;
/// A certificate with fewer days left wants to be renewed.
const SOON: i64 = 30;
/// The width of the card of checks beside the certificate's facts.
const CHECKS: f32 = 232.0;
/// Below this width the two stand one over the other.
const SIDE_BY_SIDE: f32 = 540.0;
/// The column of names.
const NAMES: f32 = 112.0;
const ROW: f32 = 26.0;
/// The button that copies the fingerprint.
const COPY: f32 = 28.0;

/// The chain of a handshake, also of one that failed.
pub(super) fn chain_ui(ui: &mut Ui, cx: &mut Cx<'_>, report: &TlsReport) {
    if report.chain.is_empty() {
        return;
    }
    let words = cx.words();
    let note = cx.lang().certificates(report.chain.len());
    let top = ui.cursor().min;
    let (head, _) = ui.allocate_exact_size(vec2(ui.available_width(), 28.0), egui::Sense::hover());
    let button = Button::secondary(cx.lang().trace().save_pem).small();
    let place =
        Rect::from_min_size(pos2(head.right() - button.width(ui), head.top() + 2.0), vec2(button.width(ui), 24.0));
    let mut row = row_at(ui, Rect::from_min_max(head.min, pos2(place.left() - 8.0, head.bottom())), "chain head");
    row.spacing_mut().item_spacing.x = 8.0;
    row.add(Line::strong(words.certificate_chain).height(28.0));
    row.add(Line::new(&note).color(tokens(ui).text3).height(28.0).elide(Elide::End));
    if row_at(ui, place, "chain save").add(button).clicked() {
        let text = Arc::new(TextLines::new(pem(report)));
        cx.act(Action::AskSave(SaveWhat::Certificates(report.chain.len(), text), "chain".to_owned()));
    }
    ui.add_space(4.0);
    for (index, certificate) in report.chain.iter().enumerate() {
        let whole = ui.available_width();
        let copies =
            copyable_card(ui, ("certificate", index), (Role::Group, &certificate.subject), &said(cx, certificate));
        let card_top = ui.cursor().top();
        if index == 0 && whole >= SIDE_BY_SIDE {
            let start = ui.cursor().min;
            let (left, right) = (
                Rect::from_min_size(start, vec2(CHECKS, 4000.0)),
                Rect::from_min_size(start + vec2(CHECKS + 12.0, 0.0), vec2(whole - CHECKS - 12.0, 4000.0)),
            );
            let behind = [ui.painter().add(egui::Shape::Noop), ui.painter().add(egui::Shape::Noop)];
            let a = card_ui(ui, left, |ui| {
                who_ui(ui, cx, report, index, certificate);
                checks_ui(ui, cx, report);
            });
            let b = card_ui(ui, right, |ui| facts_ui(ui, cx, report, index, certificate));
            let height = a.max(b);
            for (place, shape) in [left, right].into_iter().zip(behind) {
                frame(ui, Rect::from_min_size(place.min, vec2(place.width(), height)), shape);
            }
            ui.allocate_space(vec2(1.0, height));
        } else {
            let place = Rect::from_min_size(ui.cursor().min, vec2(whole, 4000.0));
            let behind = ui.painter().add(egui::Shape::Noop);
            let height = card_ui(ui, place, |ui| {
                who_ui(ui, cx, report, index, certificate);
                if index == 0 {
                    checks_ui(ui, cx, report);
                }
                ui.add_space(8.0);
                facts_ui(ui, cx, report, index, certificate);
            });
            frame(ui, Rect::from_min_size(place.min, vec2(whole, height)), behind);
            ui.allocate_space(vec2(1.0, height));
        }
        copies.end(ui, ui.cursor().top() - card_top);
        ui.add_space(12.0);
    }
    if std::mem::take(&mut cx.memory.show_certificate) {
        let place = Rect::from_min_max(top, pos2(top.x + 1.0, ui.cursor().top()));
        ui.scroll_to_rect(place, Some(Align::Min));
    }
}

/// Fills a card; returns its height with the padding.
fn card_ui(ui: &mut Ui, place: Rect, content: impl FnOnce(&mut Ui)) -> f32 {
    let clip = ui.clip_rect();
    let mut pane =
        pane_at(ui, place.shrink2(vec2(12.0, 8.0)), ("certificate card", place.min.x as i32, place.min.y as i32));
    pane.set_clip_rect(clip);
    pane.spacing_mut().item_spacing = vec2(0.0, 0.0);
    content(&mut pane);
    pane.min_rect().height() + 16.0
}

fn frame(ui: &Ui, rect: Rect, behind: egui::layers::ShapeIdx) {
    let t = tokens(ui);
    let shape =
        egui::epaint::RectShape::new(rect, CornerRadius::same(8), t.bg1, Stroke::new(1.0, t.line), StrokeKind::Inside);
    ui.painter().set(behind, shape);
}

/// Whose it is, and its place in the chain.
fn who_ui(ui: &mut Ui, cx: &Cx<'_>, report: &TlsReport, index: usize, certificate: &CertificateInfo) {
    let words = cx.words();
    let t = tokens(ui);
    let place = match (index, certificate.self_signed) {
        (0, true) => words.leaf_and_root,
        (0, false) => words.leaf,
        (_, true) => words.signed_itself,
        (_, false) => words.intermediate,
    };
    let failed = index == 0
        && report
            .checks
            .is_some_and(|checks| [checks.name, checks.dates, checks.trust, checks.usage].contains(&Check::Failed));
    let top = ui.cursor().min;
    let width = ui.available_width();
    let (icon, color) = if failed {
        (Icon::ShieldAlert, t.error)
    } else if index == 0 {
        (Icon::ShieldCheck, t.ok)
    } else {
        (Icon::Shield, t.text3)
    };
    icon.paint_at(ui.painter(), top + vec2(8.0, 20.0), 16.0, color);
    let column = Rect::from_min_size(top + vec2(24.0, 0.0), vec2(width - 24.0, 42.0));
    let mut column = pane_at(ui, column, ("who", index));
    column.spacing_mut().item_spacing = vec2(0.0, 0.0);
    let name = certificate.names.first().cloned().unwrap_or_else(|| certificate.subject.clone());
    column.add(Line::code(&name).height(20.0).elide(Elide::Middle));
    column.add(Line::new(place).color(t.text3).height(20.0).elide(Elide::End));
    ui.allocate_space(vec2(width, 44.0));
}

/// What was asked of it, each with its sign and the answer in words.
fn checks_ui(ui: &mut Ui, cx: &Cx<'_>, report: &TlsReport) {
    let words = cx.words();
    let t = tokens(ui);
    let Some(checks) = &report.checks else { return };
    ui.add_space(4.0);
    ui.painter().hline(ui.max_rect().x_range(), ui.cursor().top() + 0.5, Stroke::new(1.0, t.line));
    ui.add_space(6.0);
    for (check, said) in cx.lang().certificate_checks(checks, report, now_s()) {
        let (icon, color, state) = match check {
            Check::Passed => (Icon::CircleCheck, t.ok, words.passed),
            Check::Failed => (Icon::CircleX, t.error, words.failed),
            Check::NotDone => (Icon::CircleMinus, t.text3, words.unchecked),
        };
        let top = ui.cursor().min;
        icon.paint_at(ui.painter(), top + vec2(7.0, ROW / 2.0), 14.0, color);
        let width = ui.available_width();
        let column = Rect::from_min_size(top + vec2(24.0, 4.0), vec2(width - 24.0, 4000.0));
        let clip = ui.clip_rect();
        let mut column = pane_at(ui, column, ("check", &said));
        column.set_clip_rect(clip);
        let response = paragraph_ui(&mut column, &said, fonts::body(), color, 18.0);
        ui.ctx().accesskit_node_builder(response.id, |node| node.set_description(state));
        ui.allocate_space(vec2(width, (column.min_rect().height() + 8.0).max(ROW)));
    }
}

/// The certificate's facts; nothing is elided, long values wrap.
fn facts_ui(ui: &mut Ui, cx: &Cx<'_>, report: &TlsReport, index: usize, certificate: &CertificateInfo) {
    let words = cx.words();
    let lang = cx.lang();
    let t = tokens(ui);
    let names = if certificate.names.is_empty() { words.no_value.to_owned() } else { certificate.names.join(", ") };
    let lacks_name = index == 0 && report.checks.is_some_and(|checks| checks.name == Check::Failed);
    let lacking = if lacks_name { lang.not_among(&report.server_name) } else { String::new() };
    let issuer_note = if certificate.self_signed { words.self_signed } else { "" };
    let valid = lang.from_to(&format::date(certificate.not_before_unix_s), &format::date(certificate.not_after_unix_s));
    let now = now_s();
    let is_valid = certificate.not_before_unix_s <= now && now <= certificate.not_after_unix_s;
    let left = (certificate.not_after_unix_s - now).div_euclid(DAY_S);
    let days = lang.days_left(left);
    let tone = match (is_valid, left) {
        (false, _) => t.error,
        (true, ..SOON) => t.warn,
        _ => t.ok,
    };
    let fingerprint = format::fingerprint(&certificate.sha256);
    // Sixteen bytes a line, eight where there is less room; the button that copies it stands beside.
    let room = ui.available_width() - NAMES - COPY;
    let fits = text::width(ui.painter(), fingerprint.get(..47).unwrap_or_default(), fonts::code()) <= room;
    let bytes = if fits { 16 } else { 8 };
    let pairs: Vec<&str> = fingerprint.split(':').collect();
    let fingerprint = pairs.chunks(bytes).map(|line| line.join(":")).collect::<Vec<_>>().join("\n");
    for (name, value, note, color) in [
        (words.subject, certificate.subject.as_str(), "", t.text3),
        (words.san, names.as_str(), lacking.as_str(), t.error),
        (words.issuer, certificate.issuer.as_str(), issuer_note, t.text3),
        (words.valid, valid.as_str(), days.as_str(), tone),
        (words.private_key, certificate.key.as_str(), "", t.text3),
        (words.sha256, fingerprint.as_str(), "", t.text3),
    ] {
        let top = ui.cursor().min;
        let width = ui.available_width();
        paint_text(ui.painter(), top.x, top.y + ROW / 2.0, name, &fonts::body(), t.text3);
        let mut job = LayoutJob::default();
        append(&mut job, value, fonts::code(), t.text1, 18.0);
        if !note.is_empty() {
            // The note stays whole.
            let room = width - NAMES - text::width(ui.painter(), note, fonts::hint());
            let fits = text::width(ui.painter(), value, fonts::code()) + 24.0 <= room;
            append(&mut job, if fits { "   " } else { "\n" }, fonts::code(), t.text1, 18.0);
            append(&mut job, note, fonts::hint(), color, 18.0);
        }
        let copies = name == words.sha256;
        if copies {
            let place = Rect::from_min_size(pos2(top.x + width - 24.0, top.y + 1.0), vec2(24.0, 24.0));
            let mut row = row_at(ui, place, ("copy fingerprint", index));
            if row.add(IconButton::new(Icon::Copy, words.copy).small()).clicked() {
                row.ctx().copy_text(format::fingerprint(&certificate.sha256));
            }
        }
        let room = width - NAMES - if copies { COPY } else { 0.0 };
        let column = Rect::from_min_size(top + vec2(NAMES, 4.0), vec2(room, 4000.0));
        let clip = ui.clip_rect();
        let mut column = pane_at(ui, column, ("fact", index, name));
        column.set_clip_rect(clip);
        rich_paragraph_ui(&mut column, job);
        ui.allocate_space(vec2(width, (column.min_rect().height() + 8.0).max(ROW)));
    }
}

/// A certificate's facts, a line each, to be copied.
fn said(cx: &Cx<'_>, certificate: &CertificateInfo) -> String {
    let words = cx.words();
    let dates = [certificate.not_before_unix_s, certificate.not_after_unix_s].map(format::date);
    let facts = [
        (words.subject, certificate.subject.clone()),
        (words.san, certificate.names.join(", ")),
        (words.issuer, certificate.issuer.clone()),
        (words.valid, cx.lang().from_to(&dates[0], &dates[1])),
        (words.private_key, certificate.key.clone()),
        (words.sha256, format::fingerprint(&certificate.sha256)),
    ];
    facts.iter().map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join("\n")
}

/// The chain as PEM (RFC 7468).
fn pem(report: &TlsReport) -> String {
    const LINE: usize = 64;
    let mut text = String::new();
    for certificate in &report.chain {
        let encoded = STANDARD.encode(&certificate.der);
        text.push_str("-----BEGIN CERTIFICATE-----\n");
        for line in encoded.as_bytes().chunks(LINE) {
            text.push_str(&String::from_utf8_lossy(line));
            text.push('\n');
        }
        text.push_str("-----END CERTIFICATE-----\n");
    }
    // Whoever writes a text ends its last line.
    text.truncate(text.trim_end().len());
    text
}

/// Seconds since 1970-01-01 UTC.
pub(super) fn now_s() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(0))
}
