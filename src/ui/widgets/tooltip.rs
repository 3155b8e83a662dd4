//! The hover: a name, then the key that does the same.

use egui::{Context, Frame, Id, Key, Margin, RectAlign, Response, Stroke, Tooltip, Ui, vec2};

use super::text;
use crate::ui::fonts;
use crate::ui::theme::tokens;

/// Says `name`, then `key`, while the pointer rests on something that can be used.
pub fn tooltip_ui(response: &Response, name: &str, key: Option<&str>) {
    show(response, Tooltip::for_enabled(response), name, key, false);
}

/// As [`tooltip_ui`], right of the widget when `right`: for the rail, where below is the next icon.
pub(super) fn tooltip_beside(response: &Response, name: &str, key: Option<&str>, right: bool) {
    show(response, Tooltip::for_enabled(response), name, key, right);
}

/// Where it is noted what is explained to the keyboard.
const EXPLAINED: &str = "explained to the keyboard";

/// Shows the hover of what has the focus, as if the pointer rested there, until the focus moves on.
pub fn explain_focus(ctx: &Context) {
    let focused = ctx.memory(egui::Memory::focused);
    ctx.data_mut(|data| data.insert_temp(Id::unique(EXPLAINED), focused));
}

/// Puts that hover away when the focus moved on or Escape was pressed; returns whether Escape did. To be called once a
/// frame, before anything hears Escape.
pub fn stop_explaining(ctx: &Context) -> bool {
    let key = Id::unique(EXPLAINED);
    let Some(of) = ctx.data(|data| data.get_temp::<Option<Id>>(key)).flatten() else { return false };
    let focused = ctx.memory(egui::Memory::focused);
    let escapes = ctx.input(|input| input.key_pressed(Key::Escape)) && focused.is_none_or(|focused| focused == of);
    if focused != Some(of) || escapes {
        ctx.data_mut(|data| data.remove_temp::<Option<Id>>(key));
    }
    if escapes {
        // Escape has taken the focus away before anybody heard it.
        ctx.memory_mut(|memory| memory.request_focus(of));
    }
    escapes
}

/// This has the focus, and is explained to the keyboard.
pub fn is_explained(response: &Response) -> bool {
    let ctx = &response.ctx;
    let of = ctx.data(|data| data.get_temp::<Option<Id>>(Id::unique(EXPLAINED))).flatten();
    of == Some(response.id) && ctx.memory(|memory| memory.has_focus(response.id))
}

/// Says why something cannot be used.
pub fn disabled_tooltip_ui(response: &Response, reason: &str) {
    show(response, Tooltip::for_widget(response), reason, None, false);
}

/// Says `text` of a place inside `owner`: while the pointer rests there, or `owner` is explained to the keyboard.
pub fn place_tooltip_ui(place: &Response, owner: &Response, text: &str) {
    show(if is_explained(owner) { owner } else { place }, Tooltip::for_enabled(place), text, None, false);
}

/// What [`facts_tooltip_ui`] says.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The name of the value.
    pub title: &'a str,
    /// Its type.
    pub detail: &'a str,
    /// What its author says of it.
    pub note: &'a str,
    /// Names and values, in two columns.
    pub facts: &'a [(String, String)],
}

/// Says what a value at a place inside `owner` is: while the pointer rests there, or `owner` is explained to the
/// keyboard.
pub fn facts_tooltip_ui(place: &Response, owner: &Response, Facts { title, detail, note, facts }: Facts<'_>) {
    let mut tooltip = Tooltip::for_enabled(place);
    if is_explained(owner) {
        tooltip.popup = tooltip.popup.open(true);
    }
    let t = tokens(tooltip.popup.ctx());
    tooltip.popup = tooltip.popup.frame(frame(t)).align(RectAlign::BOTTOM_START).gap(4.0);
    tooltip.show(|ui| {
        ui.set_max_width(WIDEST);
        ui.spacing_mut().interact_size.y = 0.0;
        ui.spacing_mut().item_spacing = vec2(8.0, 0.0);
        if !title.is_empty() || !detail.is_empty() {
            ui.horizontal(|ui| {
                if !title.is_empty() {
                    ui.add(text::Line::code(title).height(18.0));
                }
                ui.add(text::Line::code(detail).color(t.text3).height(18.0));
            });
        }
        if !note.is_empty() {
            text::paragraph_ui(ui, note, fonts::hint(), t.text2, 18.0);
        }
        let name_width =
            facts.iter().map(|(name, _)| text::width(ui.painter(), name, fonts::hint())).fold(0.0, f32::max);
        for (name, value) in facts {
            ui.horizontal(|ui| {
                ui.add(text::Line::hint(name).color(t.text3).height(18.0).width(name_width.ceil()));
                ui.add(
                    text::Line::code(value).height(18.0).elide(text::Elide::End).max_width(WIDEST - name_width - 16.0),
                );
            });
        }
    });
}

fn show(response: &Response, mut tooltip: Tooltip<'_>, name: &str, key: Option<&str>, right: bool) {
    let t = tokens(tooltip.popup.ctx());
    let align = if right { RectAlign::RIGHT } else { RectAlign::BOTTOM };
    tooltip.popup = tooltip.popup.frame(frame(t)).align(align).gap(6.0);
    if is_explained(response) {
        tooltip.popup = tooltip.popup.open(true);
    }
    tooltip.show(|ui| content_ui(ui, name, key));
}

fn frame(t: &crate::ui::theme::Tokens) -> Frame {
    Frame::new().fill(t.bg4).stroke(Stroke::new(1.0, t.stroke)).corner_radius(6).inner_margin(Margin {
        left: 8,
        right: 8,
        top: 4,
        bottom: 4,
    })
}

/// The tooltip as it looks, in place: for the gallery.
pub fn shown_tooltip_ui(ui: &mut Ui, name: &str, key: Option<&str>) {
    frame(tokens(ui)).show(ui, |ui| content_ui(ui, name, key));
}

/// Names wider than this wrap, so that they can be read whole.
const WIDEST: f32 = 480.0;

fn content_ui(ui: &mut Ui, name: &str, key: Option<&str>) {
    let t = tokens(ui);
    if text::width(ui.painter(), name, fonts::hint()) > WIDEST || name.contains('\n') {
        ui.set_max_width(WIDEST);
        text::paragraph_ui(ui, name, fonts::hint(), t.text1, 18.0);
        return;
    }
    ui.spacing_mut().interact_size.y = 0.0;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing = vec2(8.0, 0.0);
        ui.add(text::Line::hint(name));
        if let Some(key) = key {
            ui.add(text::Line::hint(key).color(t.text3));
        }
    });
}
