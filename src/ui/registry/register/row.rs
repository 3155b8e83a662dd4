//! Rows of the form: a name, its control, and below it what is wrong with it.

use egui::{Id, Rect, Response, Role, Sense, Ui, pos2, vec2};

use crate::registry::consul::registration::{Fault, FaultKind, FaultPlace};
use crate::ui::context::row_at;
use crate::ui::fonts;
use crate::ui::theme::measure::FORM_ROW;
use crate::ui::theme::tokens;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::text::{paint_text, paragraph_ui};
use crate::words::Lang;

/// The column of names.
pub(super) const NAMES: f32 = 104.0;
/// Fields of times and numbers.
pub(super) const SHORT: f32 = 88.0;

/// What every part of the form reads.
#[derive(Clone, Copy)]
pub(super) struct Form<'a> {
    pub(super) lang: Lang,
    pub(super) faults: &'a [Fault],
    /// The person tried to send it, so what is missing is an error.
    pub(super) tried: bool,
}

/// The field of the service, or of the check with this place in the form.
pub(super) fn field_id(check: Option<usize>, field: &str) -> Id {
    Id::unique(("register", check, field))
}

/// Something is missing, rather than wrong.
pub(super) fn is_missing(kind: &FaultKind) -> bool {
    matches!(
        kind,
        FaultKind::NameMissing | FaultKind::CheckKindMissing | FaultKind::IntervalMissing | FaultKind::TypeAgain(_)
    )
}

impl Form<'_> {
    /// What is wrong with a field, in words.
    pub(super) fn fault(&self, place: &FaultPlace) -> Option<String> {
        let is_it = |fault: &&Fault| fault.place == *place && (self.tried || !is_missing(&fault.kind));
        let fault = self.faults.iter().find(is_it)?;
        Some(self.lang.registration_fault(&fault.kind, true))
    }
}

/// A name, then controls from the left.
pub(super) fn row_ui<R>(
    ui: &mut Ui,
    name: &str,
    salt: impl std::hash::Hash + std::fmt::Debug,
    control: impl FnOnce(&mut Ui) -> R,
) -> R {
    let t = tokens(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), FORM_ROW), Sense::hover());
    paint_text(ui.painter(), rect.left(), rect.center().y, name, &fonts::body(), t.text2);
    let place = Rect::from_min_max(pos2(rect.left() + NAMES, rect.top()), rect.max);
    let mut row = row_at(ui, place, ("register row", salt));
    row.spacing_mut().item_spacing.x = 8.0;
    control(&mut row)
}

/// The same with one field across the row, and what is wrong with it below.
pub(super) fn field_row_ui(
    ui: &mut Ui,
    form: &Form<'_>,
    name: &str,
    (place, id): (&FaultPlace, Id),
    hint: &str,
    value: &mut String,
) -> Response {
    usual_row_ui(ui, form, name, (place, id), (hint, None), value)
}

/// The same where an empty field stands for something: what, and where that comes from.
pub(super) fn usual_row_ui(
    ui: &mut Ui,
    form: &Form<'_>,
    name: &str,
    (place, id): (&FaultPlace, Id),
    (hint, from): (&str, Option<&str>),
    value: &mut String,
) -> Response {
    let fault = form.fault(place);
    let from = from.filter(|_| value.is_empty());
    let response = row_ui(ui, name, id, |ui| {
        let field = Field::new(id, value, name).placeholder(hint).mono();
        shown_ui(ui, id, if let Some(from) = from { field.trailing(from) } else { field }, fault.as_deref())
    });
    fault_ui(ui, &response, fault.as_deref());
    response
}

/// One field.
pub(super) fn typed_ui(
    ui: &mut Ui,
    id: Id,
    name: &str,
    hint: &str,
    value: &mut String,
    fault: Option<&str>,
    width: Option<f32>,
) -> Response {
    let mut field = Field::new(id, value, name).placeholder(hint).mono();
    if let Some(width) = width {
        field = field.width(width);
    }
    shown_ui(ui, id, field, fault)
}

fn shown_ui(ui: &mut Ui, id: Id, field: Field<'_>, fault: Option<&str>) -> Response {
    let fault = fault.filter(|_| !is_typed(ui, id));
    let response = field.error(fault.map(|_| "")).show(ui);
    take_focus(ui, &response);
    let typing = id.with("typing");
    if response.changed() {
        ui.data_mut(|data| data.insert_temp(typing, true));
    } else if !response.has_focus() {
        ui.data_mut(|data| data.remove::<bool>(typing));
    }
    response
}

/// The word that is being typed is not wrong yet; what somebody only came to is.
fn is_typed(ui: &Ui, id: Id) -> bool {
    ui.memory(|memory| memory.has_focus(id)) && ui.data(|data| data.get_temp(id.with("typing"))).unwrap_or(false)
}

/// What is wrong with a field, below it.
pub(super) fn fault_ui(ui: &mut Ui, response: &Response, fault: Option<&str>) {
    if let Some(fault) = fault.filter(|_| !is_typed(ui, response.id)) {
        below_ui(ui, fault, tokens(ui).error, Some(Role::Alert));
    }
}

/// A sentence below a row.
pub(super) fn below_ui(ui: &mut Ui, said: &str, color: egui::Color32, role: Option<Role>) {
    let left = ui.cursor().left() + NAMES;
    let width = (ui.available_width() - NAMES).max(80.0);
    let place = Rect::from_min_size(pos2(left, ui.cursor().top()), vec2(width, f32::INFINITY));
    let builder = egui::UiBuilder::new().max_rect(place).id_salt(said);
    let mut pane = ui.new_child(builder);
    let response = paragraph_ui(&mut pane, said, fonts::hint(), color, 18.0);
    if let Some(role) = role {
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_role(role);
            node.set_label(said);
        });
    }
    let height = pane.min_rect().height() + 4.0;
    ui.allocate_exact_size(vec2(1.0, height), Sense::hover());
}

/// A word before a control within a row.
pub(super) fn word_ui(ui: &mut Ui, word: &str) {
    ui.add_space(8.0);
    ui.add(crate::ui::widgets::text::Line::new(word).color(tokens(ui).text2));
}

/// The field that is to take the focus when it is shown next; what is wrong with it is said at once.
pub(super) fn ask_focus(ui: &Ui, id: Id) {
    ui.data_mut(|data| data.remove::<bool>(id.with("typing")));
    ui.data_mut(|data| data.insert_temp(Id::unique("register focus"), id));
}

pub(super) fn take_focus(ui: &Ui, response: &Response) {
    let key = Id::unique("register focus");
    if ui.data(|data| data.get_temp::<Id>(key)) == Some(response.id) {
        ui.data_mut(|data| data.remove::<Id>(key));
        response.request_focus();
        response.scroll_to_me(None);
        // Its ring is painted in the next frame.
        ui.ctx().request_repaint();
    }
}
