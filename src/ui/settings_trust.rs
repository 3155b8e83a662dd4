//! The card of certificates: which address trusts what, and for how long.

use std::path::PathBuf;

use egui::{Id, Rect, Sense, Ui, pos2, vec2};

use super::certificate::now_s;
use super::context::{Cx, row_at, row_from_right};
use super::fonts;
use super::icons::Icon;
use super::settings::title_ui;
use super::settings_rows::frame_ui;
use super::theme::{Tone, tokens};
use super::widgets::badge::icon_word_ui;
use super::widgets::button::{Button, IconButton};
use super::widgets::dialog::{Answer, Question, question_ui as ask_ui};
use super::widgets::menu::{MenuItem, menu_line_ui, menu_ui};
use super::widgets::shared::line_below;
use super::widgets::text::{Elide, Line, paragraph_ui};
use crate::app::{Action, CaKind, ConnectionForm, Link};
use crate::words::format;

const ROW: f32 = 54.0;
const DAY_S: i64 = 86_400;
/// A certificate that ends sooner is warned of.
const SOON_DAYS: i64 = 30;

/// What one address trusts, in words.
struct Trust {
    address: String,
    what: String,
    tone: Tone,
    icon: Icon,
    state: String,
    fingerprint: Option<String>,
    path: Option<String>,
    /// It is the person's to remove.
    is_own: bool,
}

fn trust(cx: &Cx<'_>, address: &str, form: &ConnectionForm) -> Option<Trust> {
    let words = cx.lang().habits();
    let seen = match cx.app.links.get(address) {
        Some(Link::Up(info)) => info.tls.as_ref().and_then(|report| report.chain.first()),
        _ => None,
    };
    let ends = match (&form.pinned, form.ca) {
        (Some(pinned), CaKind::Pinned) => Some(pinned.not_after_unix_s),
        _ => seen.map(|certificate| certificate.not_after_unix_s).or_else(|| {
            match trusted_file(form).and_then(|path| cx.app.certificates.get(&path)) {
                Some(Some(Ok(found))) => found.first().map(|certificate| certificate.not_after_unix_s),
                _ => None,
            }
        }),
    };
    let what = match form.ca {
        CaKind::Pinned => {
            let subject = form.pinned.as_ref().map(|pinned| pinned.subject.clone());
            subject
                .map_or_else(|| words.trusts_pinned.to_owned(), |subject| format!("{}: {subject}", words.trusts_pinned))
        }
        CaKind::File => cx.lang().trusts_file(&file_name(&form.ca_path)),
        CaKind::Exact => cx.lang().trusts_exactly(&file_name(&form.exact_path)),
        CaKind::Given => cx.words().given_label.to_owned(),
        CaKind::System if form.skip_verify => cx.words().not_verified.to_owned(),
        CaKind::System => return None,
    };
    let (tone, icon, state) = if form.skip_verify {
        (Tone::Error, Icon::ShieldAlert, words.skips.to_owned())
    } else {
        match ends.map(|ends| (ends - now_s()).div_euclid(DAY_S)) {
            Some(days) if days < 0 => (Tone::Error, Icon::CircleX, words.expired.to_owned()),
            Some(days) if days < SOON_DAYS => (Tone::Warn, Icon::TriangleAlert, cx.lang().days_left(days)),
            Some(days) => (Tone::Ok, Icon::CircleCheck, cx.lang().days_left(days)),
            None => (Tone::Plain, Icon::CircleMinus, cx.words().not_connected.to_owned()),
        }
    };
    Some(Trust {
        address: address.to_owned(),
        what,
        tone,
        icon,
        state,
        fingerprint: form
            .pinned
            .as_ref()
            .filter(|_| form.ca == CaKind::Pinned)
            .map(|pinned| format::fingerprint(&pinned.sha256)),
        path: trusted_file(form).map(|path| path.display().to_string()),
        is_own: form.ca != CaKind::Given,
    })
}

/// Reads the files that are trusted, for the days that are left, where that was not done yet.
fn read_files(cx: &mut Cx<'_>) {
    let paths: Vec<PathBuf> = cx.app.forms.values().filter_map(trusted_file).collect();
    for path in paths {
        if !cx.app.certificates.contains_key(&path) {
            cx.act(Action::ReadCertificate(path));
        }
    }
}

/// The file that an address trusts.
fn trusted_file(form: &ConnectionForm) -> Option<PathBuf> {
    let path = match form.ca {
        CaKind::File => form.ca_path.trim(),
        CaKind::Exact => form.exact_path.trim(),
        CaKind::System | CaKind::Given | CaKind::Pinned => return None,
    };
    (!path.is_empty()).then(|| PathBuf::from(path))
}

/// One row an address that trusts something of its own.
pub(super) fn card_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let words = cx.lang().habits();
    let own = cx.lang().changes();
    let adds = title_ui(ui, words.certificates, |ui| {
        ui.add(Button::secondary(own.add_trust).name(own.add_trust_name).icon(Icon::Plus)).clicked()
    });
    if adds {
        cx.act(Action::SetTrust(Some(Box::default())));
    }
    read_files(cx);
    let rows: Vec<Trust> = cx.app.forms.iter().filter_map(|(address, form)| trust(cx, address, form)).collect();
    frame_ui(ui, 0, |ui| {
        if rows.is_empty() {
            ui.add_space(8.0);
            paragraph_ui(ui, words.no_certificates, fonts::body(), tokens(ui).text2, 20.0);
            ui.add_space(8.0);
            return;
        }
        let count = rows.len();
        for (index, trust) in rows.iter().enumerate() {
            row_ui(ui, cx, trust, index + 1 == count);
        }
    });
}

fn row_ui(ui: &mut Ui, cx: &mut Cx<'_>, trust: &Trust, is_last: bool) {
    let words = cx.lang().habits();
    let t = tokens(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    if !is_last {
        let line = Rect::from_min_max(pos2(rect.left() - 16.0, rect.top()), pos2(rect.right() + 16.0, rect.bottom()));
        line_below(ui.painter(), line, t.line);
    }
    let mut right = row_from_right(ui, rect, ("trust", &trust.address));
    right.spacing_mut().item_spacing.x = 8.0;
    let name = format!("{} {}", cx.words().more, trust.address);
    let button = right.add(IconButton::new(Icon::Ellipsis, &name).small());
    menu_ui(&button, 220.0, |ui| {
        let copy = MenuItem::new(cx.words().copy).icon(Icon::Copy).detail(&trust.address).first();
        if ui.add(copy).clicked() {
            ui.ctx().copy_text(trust.address.clone());
        }
        if let Some(fingerprint) = &trust.fingerprint
            && ui.add(MenuItem::new(words.copy_fingerprint).icon(Icon::Copy)).clicked()
        {
            ui.ctx().copy_text(fingerprint.clone());
        }
        if let Some(path) = &trust.path
            && ui.add(MenuItem::new(words.copy_path).icon(Icon::Copy)).clicked()
        {
            ui.ctx().copy_text(path.clone());
        }
        if trust.is_own {
            menu_line_ui(ui);
            if ui.add(MenuItem::new(words.remove_trust).icon(Icon::Trash2).danger()).clicked() {
                cx.memory.habits.settings.removing = Some(trust.address.clone());
            }
        }
    });
    icon_word_ui(&mut right, trust.icon, trust.tone, &trust.state);
    let end = right.min_rect().left() - 12.0;
    let room = end - rect.left();
    let (top, bottom) = rect.split_top_bottom_at_y(rect.top() + ROW / 2.0 + 1.0);
    let mut upper = row_at(
        ui,
        Rect::from_min_max(top.min + vec2(0.0, 6.0), pos2(end, top.bottom())),
        ("trust address", &trust.address),
    );
    upper.add(Line::code(&trust.address).elide(Elide::Middle).max_width(room));
    let mut lower =
        row_at(ui, Rect::from_min_max(bottom.min, pos2(end, bottom.bottom() - 6.0)), ("trust what", &trust.address));
    lower.add(Line::hint(&trust.what).color(t.text3).elide(Elide::Middle).max_width(room));
}

/// The question before a trust is removed.
pub(super) fn question_ui(ui: &Ui, cx: &mut Cx<'_>) {
    let Some(address) = cx.memory.habits.settings.removing.clone() else { return };
    let what = cx.app.forms.get(&address).and_then(|form| trust(cx, &address, form)).map(|trust| trust.what);
    let title = cx.lang().remove_trust_title(&address);
    let text = cx.lang().remove_trust_text(what.as_deref().unwrap_or_default());
    let asked =
        Question { title: &title, text: &text, confirm: cx.words().remove, cancel: cx.words().cancel, danger: true };
    let Some(answer) = ask_ui(ui.ctx(), Id::unique("remove trust"), asked) else { return };
    cx.memory.habits.settings.removing = None;
    if answer == Answer::Confirmed {
        cx.act(Action::RemoveTrust(address));
    }
}

/// The last part of a path as typed.
fn file_name(path: &str) -> String {
    let name = std::path::Path::new(path.trim()).file_name();
    name.map_or_else(|| path.to_owned(), |name| name.to_string_lossy().into_owned())
}
