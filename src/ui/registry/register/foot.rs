//! The foot of the question: whether Consul will take it, and the buttons; and what came of sending it.

use egui::{Id, Rect, Ui, pos2};

use super::check::headers_of;
use super::row::{ask_focus, field_id, is_missing};
use crate::app::{RegisterAct, RegisterDialog, RegistryAct, Rehearsal};
use crate::registry::RegistryError;
use crate::registry::consul::registration::{Fault, FaultKind, FaultPlace};
use crate::ui::context::{Cx, row_at, row_ending_right};
use crate::ui::icons::Icon;
use crate::ui::registry::act;
use crate::ui::theme::Tone;
use crate::ui::widgets::badge::icon_word_ui;
use crate::ui::widgets::button::Button;
use crate::ui::widgets::tooltip::tooltip_ui;
use crate::words::Lang;

/// What the last sending came to, where the question is still open.
pub(super) fn came_of_it(lang: Lang, dialog: &RegisterDialog) -> Option<(Tone, &'static str, String)> {
    if dialog.unheard {
        return Some((Tone::Warn, "", lang.registration().unheard.to_owned()));
    }
    let done = || lang.registered_before(&dialog.done);
    match (&dialog.refused, dialog.done.is_empty()) {
        (Some(error), true) => Some((Tone::Error, lang.acts().not_registered, lang.registry_error(error))),
        (Some(error), false) => {
            Some((Tone::Error, lang.acts().not_registered, format!("{} {}", lang.registry_error(error), done())))
        }
        (None, false) if dialog.sends.is_none() => Some((Tone::Ok, "", done())),
        (None, _) => None,
    }
}

/// Whether it can be sent, and the buttons; returns whether it is closed.
pub(super) fn foot_ui(ui: &mut Ui, cx: &mut Cx<'_>, rect: Rect, dialog: &RegisterDialog, address: &str) -> bool {
    let lang = cx.lang();
    let is_free = dialog.sends.is_none();
    let several = dialog.several.len();
    let (closed, left) = row_ending_right(ui, rect, "register foot", |ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        let closed = ui.add(Button::secondary(cx.words().cancel).large()).clicked();
        if several > 1 {
            let all = lang.register_all(several);
            if ui.add(Button::secondary(&all).large().enabled(is_free)).clicked() {
                confirm(ui, cx, dialog, RegisterAct::ConfirmAll);
            }
        }
        ui.add_space(4.0);
        if ui.add(Button::primary(&lang.register_at(address)).large().enabled(is_free)).clicked() {
            confirm(ui, cx, dialog, RegisterAct::Confirm);
        }
        closed
    });
    let place = Rect::from_min_max(rect.min, pos2(left - 12.0, rect.bottom()));
    let Some((icon, tone, said)) = verdict(lang, dialog) else { return closed };
    let mut row = row_at(ui, place, "register verdict");
    row.set_clip_rect(place.intersect(ui.clip_rect()));
    let font = crate::ui::fonts::body();
    let shown = crate::ui::widgets::text::elide_middle(row.painter(), &said, &font, place.width() - 24.0);
    let response = icon_word_ui(&mut row, icon, tone, &shown);
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(said.as_str()));
    if shown != said {
        tooltip_ui(&response, &said, None);
    }
    closed
}

/// What stands at the foot; nothing, where the registry refused exactly this.
fn verdict(lang: Lang, dialog: &RegisterDialog) -> Option<(Icon, Tone, String)> {
    let acts = lang.acts();
    if dialog.sends.is_some() {
        let said = match (dialog.sends_all(), dialog.sent) {
            (true, sent) if dialog.is_asking_first() => (sent == 0).then(|| lang.registration().asked_first.to_owned()),
            (true, sent) => Some(lang.registering_of(sent + 1, dialog.several.len())),
            (false, _) => None,
        };
        return Some((Icon::LoaderCircle, Tone::Accent, said.unwrap_or_else(|| acts.sending.to_owned())));
    }
    let edited = dialog.edited.as_ref().map_or(&[][..], |edited| &edited.faults);
    let all = || edited.iter().chain(&dialog.faults);
    let label = |fault: &Fault| match &fault.place {
        FaultPlace::Path(path) => path.clone(),
        FaultPlace::Field(field) | FaultPlace::Check(_, field) => lang.registration_field(field).to_owned(),
    };
    let said = |fault: &Fault| {
        let said = lang.registration_fault(&fault.kind, true);
        // These name themselves.
        if matches!(fault.kind, FaultKind::TypeAgain(_) | FaultKind::NotKept(_)) {
            return said;
        }
        let label = label(fault);
        if label.is_empty() { said } else { lang.labelled(&label, &said) }
    };
    let shown = |fault: &&Fault| fault.is_fatal() && (dialog.tried || !is_missing(&fault.kind));
    if let Some(fault) = all().find(shown) {
        return Some((Icon::CircleX, Tone::Error, said(fault)));
    }
    if all().any(Fault::is_fatal) {
        let mut missing: Vec<String> = all().filter(|fault| fault.is_fatal()).map(label).collect();
        missing.dedup();
        let between = if lang == Lang::En { ", " } else { "、" };
        return Some((Icon::CircleMinus, Tone::Plain, lang.still_missing(&missing.join(between))));
    }
    if dialog.refused.is_some() {
        return None;
    }
    if let Rehearsal::Refused(error) = &dialog.rehearsal {
        // Who cannot be asked refused nothing.
        let (icon, tone) =
            if error.fault.is_away() { (Icon::TriangleAlert, Tone::Warn) } else { (Icon::CircleX, Tone::Error) };
        // Where it is sent stands above the JSON.
        let error = RegistryError { asked: String::new(), ..RegistryError::clone(error) };
        return Some((icon, tone, lang.registry_error(&error)));
    }
    Some(match (all().next(), &dialog.rehearsal) {
        (Some(fault), _) => (Icon::TriangleAlert, Tone::Warn, said(fault)),
        (None, Rehearsal::Sure) => (Icon::CircleCheck, Tone::Ok, acts.checked.to_owned()),
        (None, _) => (Icon::CircleMinus, Tone::Plain, lang.registration().no_fault_found.to_owned()),
    })
}

/// Sends it; where that cannot be, the first field that is wrong takes the focus.
pub(super) fn confirm(ui: &Ui, cx: &mut Cx<'_>, dialog: &RegisterDialog, what: RegisterAct) {
    act(cx, RegistryAct::Register(what));
    if dialog.edited.as_ref().is_some_and(crate::app::EditedJson::is_broken) {
        return ui.memory_mut(|memory| memory.request_focus(super::preview::editor_id()));
    }
    // The service's own fields stand before those of its checks.
    let fatal = dialog.faults.iter().filter(|fault| fault.is_fatal());
    let first = fatal.min_by_key(|fault| match fault.place {
        FaultPlace::Field(field) => (0, place_of(field)),
        FaultPlace::Check(number, _) => (number + 1, 0),
        FaultPlace::Path(_) => (usize::MAX, 0),
    });
    if let Some(id) = first.and_then(|fault| id_of(dialog, fault)) {
        ask_focus(ui, id);
    }
}

/// The order of the service's fields on the screen.
fn place_of(field: &str) -> usize {
    const ORDER: [&str; 7] = ["Name", "ID", "Address", "Port", "Tags", "Meta", "Weights"];
    ORDER.iter().position(|known| *known == field).unwrap_or(ORDER.len())
}

/// The field in which a fault can be mended.
fn id_of(dialog: &RegisterDialog, fault: &Fault) -> Option<Id> {
    let (check, field) = dialog.field_of(&fault.place)?;
    let (pairs, what) = match (check, field) {
        (None, "Meta") => (&dialog.form.meta, "Meta".to_owned()),
        (Some(at), "Header") => (&dialog.form.checks.get(at)?.headers, headers_of(at)),
        (None, "TaggedAddresses") => return Some(field_id(Some(0), "tagged name")),
        (check, field) => return Some(field_id(check, field)),
    };
    let (part, key) = match &fault.kind {
        FaultKind::TypeAgain(key) | FaultKind::MetaValueLong(key) => ("value", key.as_str()),
        FaultKind::MetaKeyLong(key)
        | FaultKind::MetaKeyCharacters(key)
        | FaultKind::MetaKeyReserved(key)
        | FaultKind::MetaKeyTwice(key) => ("key", key.as_str()),
        _ => ("key", ""),
    };
    let at = pairs.iter().rposition(|(known, _)| known.trim() == key.trim()).unwrap_or(0);
    Some(field_id(Some(at), &format!("{what} {part}")))
}
