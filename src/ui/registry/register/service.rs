//! The fields of the service itself.

use egui::{Key, Rect, Sense, Ui, pos2, vec2};

use super::row::{Form, SHORT, ask_focus, below_ui, fault_ui, field_id, field_row_ui, row_ui, typed_ui, word_ui};
use crate::app::{IdState, RegisterDialog, RegisterForm};
use crate::registry::consul::registration::FaultPlace;
use crate::ui::context::row_at;
use crate::ui::icons::Icon;
use crate::ui::theme::measure::FORM_ROW;
use crate::ui::theme::{Tone, tokens};
use crate::ui::widgets::badge::icon_word_ui;
use crate::ui::widgets::button::{Button, IconButton};
use crate::ui::widgets::chip::chip_ui;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::shared::{boxed, ring};
use crate::ui::widgets::switches::toggle_ui;
use crate::ui::widgets::text::{self, Line};
use crate::ui::{fonts, theme};

/// Returns whether the registry is to be asked again about the id.
pub(super) fn service_ui(ui: &mut Ui, form: &Form<'_>, dialog: &RegisterDialog, typed: &mut RegisterForm) -> bool {
    let acts = form.lang.acts();
    let name = (&FaultPlace::Field("Name"), field_id(None, "Name"));
    field_row_ui(ui, form, form.lang.words().name, name, "", &mut typed.name);
    let looks_again = id_ui(ui, form, dialog, typed);
    address_ui(ui, form, typed);
    tags_ui(ui, form, typed);
    let fault = form.fault(&FaultPlace::Field("Meta"));
    let rows = Pairs { name: form.lang.words().metadata, what: "Meta", again: &typed.typed_again };
    pairs_ui(ui, form, rows, &mut typed.meta);
    if let Some(fault) = fault {
        below_ui(ui, &fault, tokens(ui).error, Some(egui::Role::Alert));
    }
    let count = typed.meta.len();
    let added = row_ui(ui, if count == 0 { form.lang.words().metadata } else { "" }, "add entry", |ui| {
        let added = ui.add(Button::link(acts.add_entry).icon(Icon::Plus)).clicked();
        ui.add_space(12.0);
        let icon = if typed.more { Icon::ChevronUp } else { Icon::ChevronDown };
        if ui.add(Button::ghost(acts.more).trailing(icon)).clicked() {
            typed.more = !typed.more;
        }
        added
    });
    if added {
        typed.meta.push(Default::default());
        ask_focus(ui, field_id(Some(count), "Meta key"));
    }
    if typed.more {
        more_ui(ui, form, typed);
    }
    looks_again
}

/// Returns whether the registry is to be asked again.
fn id_ui(ui: &mut Ui, form: &Form<'_>, dialog: &RegisterDialog, typed: &mut RegisterForm) -> bool {
    let (acts, t) = (form.lang.acts(), tokens(ui));
    let id = field_id(None, "ID");
    let known = match &dialog.id {
        IdState::Unknown => None,
        IdState::Free => Some((Icon::CircleCheck, Tone::Ok, acts.id_free.to_owned())),
        IdState::Taken(service) => Some((Icon::TriangleAlert, Tone::Warn, form.lang.id_taken(service))),
        IdState::Failed(_) => Some((Icon::CircleQuestionMark, Tone::Warn, form.lang.registry().unknown.to_owned())),
    };
    let mut looks_again = false;
    row_ui(ui, "ID", id, |ui| {
        let said = known.as_ref().map_or(0.0, |(_, _, word)| text::width(ui.painter(), word, fonts::body()) + 28.0);
        let width = (ui.available_width() - said).max(100.0);
        let hint = if typed.name.trim().is_empty() { acts.id_same_as_name } else { &typed.name.trim().to_owned() };
        typed_ui(ui, id, "ID", hint, &mut typed.id, None, Some(width));
        if let Some((icon, tone, word)) = &known {
            icon_word_ui(ui, *icon, *tone, word);
        }
    });
    if let IdState::Failed(error) = &dialog.id {
        let said = form.lang.id_unknown(error);
        below_ui(ui, &said, t.warn, Some(egui::Role::Status));
        looks_again = row_ui(ui, "", "id again", |ui| {
            let name = form.lang.labelled(form.lang.registry().look_again, "ID");
            ui.add(Button::link(form.lang.registry().look_again).name(&name)).clicked()
        });
    }
    if let IdState::Taken(service) = &dialog.id {
        below_ui(ui, &form.lang.id_replaced(typed.effective_id(), service), t.warn, None);
    }
    looks_again
}

fn address_ui(ui: &mut Ui, form: &Form<'_>, typed: &mut RegisterForm) {
    let acts = form.lang.acts();
    let (address, port) = (field_id(None, "Address"), field_id(None, "Port"));
    let wrong = [FaultPlace::Field("Address"), FaultPlace::Field("Port")].map(|place| form.fault(&place));
    let responses = row_ui(ui, form.lang.words().address, address, |ui| {
        let word = text::width(ui.painter(), acts.port, fonts::body());
        let width = (ui.available_width() - SHORT - word - 24.0).max(80.0);
        let first = typed_ui(
            ui,
            address,
            form.lang.words().address,
            acts.of_node,
            &mut typed.address,
            wrong[0].as_deref(),
            Some(width),
        );
        word_ui(ui, acts.port);
        let second = typed_ui(ui, port, acts.port, "0", &mut typed.port, wrong[1].as_deref(), Some(SHORT));
        [first, second]
    });
    for (response, wrong) in responses.iter().zip(&wrong) {
        fault_ui(ui, response, wrong.as_deref());
    }
}

/// The tags as chips in a box of their own, and the next one as it is typed.
fn tags_ui(ui: &mut Ui, form: &Form<'_>, typed: &mut RegisterForm) {
    const LINE: f32 = 28.0;
    const FIELD: f32 = 110.0;
    let (acts, words, t) = (form.lang.acts(), form.lang.registry(), tokens(ui));
    let id = field_id(None, "Tags");
    let width = ui.available_width() - super::row::NAMES;
    let mut places = Vec::with_capacity(typed.tags.len());
    let (mut left, mut line) = (5.0, 0.0);
    for tag in &typed.tags {
        let chip = (text::width(ui.painter(), tag, fonts::hint()) + 28.0).round().min(width - 10.0);
        if left + chip > width - 5.0 {
            (left, line) = (5.0, line + 1.0);
        }
        places.push(vec2(left, line * LINE));
        left += chip + 6.0;
    }
    if left + FIELD > width - 5.0 {
        (left, line) = (9.0, line + 1.0);
    } else if typed.tags.is_empty() {
        left = 9.0;
    }
    let height = (line + 1.0) * LINE;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height + FORM_ROW - LINE), Sense::hover());
    let first = rect.top() + FORM_ROW / 2.0;
    text::paint_text(ui.painter(), rect.left(), first, words.tags, &fonts::body(), t.text2);
    let whole = Rect::from_min_max(pos2(rect.left() + super::row::NAMES, rect.top() + 3.0), rect.max - vec2(0.0, 3.0));
    boxed(ui.painter(), whole, 6, t.bg3, if ui.rect_contains_pointer(whole) { t.stroke } else { t.line });
    let mut removed = None;
    for (at, (tag, place)) in typed.tags.iter().zip(&places).enumerate() {
        let chip = Rect::from_min_size(whole.min + *place, vec2(width - place.x, LINE));
        let mut row = row_at(ui, chip, ("tag", at));
        if chip_ui(&mut row, tag, &form.lang.remove_tag(tag)) {
            removed = Some(at);
        }
    }
    let place =
        Rect::from_min_max(whole.min + vec2(left + 2.0, line * LINE), pos2(whole.right() - 9.0, whole.bottom()));
    let mut row = row_at(ui, place, "new tag");
    let was_empty = typed.new_tag.is_empty();
    let response =
        Field::new(id, &mut typed.new_tag, acts.add_tag).placeholder(acts.add_tag).mono().bare().show(&mut row);
    if response.has_focus() {
        ring(ui.painter(), whole, 6, t);
    }
    let ends = typed.new_tag.ends_with(',') || typed.new_tag.ends_with('，');
    if ends {
        typed.new_tag.pop();
    }
    let enter = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if ends || (response.lost_focus() && !typed.new_tag.trim().is_empty()) {
        typed.take_tag();
    }
    if enter {
        response.request_focus();
    }
    // The key that deletes letters goes on to the chip before them.
    if response.has_focus() && was_empty && ui.input(|input| input.key_pressed(Key::Backspace)) {
        typed.tags.pop();
    }
    if let Some(at) = removed {
        typed.tags.remove(at);
    }
}

/// What rows of pairs are.
#[derive(Clone, Copy)]
pub(super) struct Pairs<'a> {
    /// What stands before the first.
    pub(super) name: &'a str,
    /// Tells their fields from others.
    pub(super) what: &'a str,
    /// Keys whose values have to be typed again.
    pub(super) again: &'a [String],
}

/// Rows of a key and its value, each with the button that takes it away.
pub(super) fn pairs_ui(ui: &mut Ui, form: &Form<'_>, rows: Pairs<'_>, pairs: &mut Vec<(String, String)>) {
    let Pairs { name, what, again } = rows;
    let words = form.lang.words();
    let mut removed = None;
    for (at, (key, value)) in pairs.iter_mut().enumerate() {
        let label = if at == 0 { name } else { "" };
        row_ui(ui, label, (what, at), |ui| {
            let width = (ui.available_width() - 28.0 - 16.0 - 128.0).max(80.0);
            let (key_id, value_id) =
                (field_id(Some(at), &format!("{what} key")), field_id(Some(at), &format!("{what} value")));
            typed_ui(ui, key_id, words.key, words.key, key, None, Some(128.0));
            let is_missing = value.is_empty() && again.contains(key);
            let (hint, fault) = if is_missing { (words.type_again, Some("")) } else { (words.value, None) };
            typed_ui(ui, value_id, words.value, hint, value, fault, Some(width));
            if ui.add(IconButton::new(Icon::X, &form.lang.remove_entry(key))).clicked() {
                removed = Some(at);
            }
        });
    }
    if let Some(at) = removed {
        pairs.remove(at);
    }
}

fn more_ui(ui: &mut Ui, form: &Form<'_>, typed: &mut RegisterForm) {
    let acts = form.lang.acts();
    let fault = form.fault(&FaultPlace::Field("Weights"));
    let id = field_id(None, "Weights");
    let response = row_ui(ui, form.lang.registry().weights, id, |ui| {
        ui.add(Line::new("passing").color(theme::tokens(ui).text2));
        let first = typed_ui(ui, id, acts.weight_passing, "1", &mut typed.weight_passing, fault.as_deref(), Some(60.0));
        word_ui(ui, "warning");
        let id = field_id(None, "Weight warning");
        typed_ui(ui, id, acts.weight_warning, "1", &mut typed.weight_warning, fault.as_deref(), Some(60.0));
        first
    });
    fault_ui(ui, &response, fault.as_deref());
    row_ui(ui, acts.tag_override, "tag override", |ui| {
        toggle_ui(ui, &mut typed.enable_tag_override, acts.tag_override, false);
        ui.add(Line::hint(acts.tag_override_hint).color(theme::tokens(ui).text3));
    });
    let mut removed = None;
    ui.add_space(4.0);
    ui.add(Line::new(acts.tagged_addresses).color(theme::tokens(ui).text2).height(24.0));
    for (at, [name, address, port]) in typed.addresses.iter_mut().enumerate() {
        row_ui(ui, "", ("address", at), |ui| {
            let width = (ui.available_width() - 28.0 - 24.0 - 90.0 - 70.0).max(60.0);
            let id = |field: &str| field_id(Some(at), &format!("tagged {field}"));
            typed_ui(ui, id("name"), form.lang.words().name, "lan", name, None, Some(90.0));
            typed_ui(ui, id("address"), form.lang.words().address, "10.0.0.1", address, None, Some(width));
            typed_ui(ui, id("port"), acts.port, "0", port, None, Some(70.0));
            if ui.add(IconButton::new(Icon::X, &form.lang.remove_entry(name))).clicked() {
                removed = Some(at);
            }
        });
    }
    if let Some(at) = removed {
        typed.addresses.remove(at);
    }
    if let Some(fault) = form.fault(&FaultPlace::Field("TaggedAddresses")) {
        below_ui(ui, &fault, tokens(ui).error, Some(egui::Role::Alert));
    }
    let added = row_ui(ui, "", "add address", |ui| ui.add(Button::link(acts.add_address).icon(Icon::Plus)).clicked());
    if added {
        ask_focus(ui, field_id(Some(typed.addresses.len()), "tagged name"));
        typed.addresses.push(Default::default());
    }
}
