//! The hover: a name, then the key that does the same.

use egui::{Frame, Margin, RectAlign, Response, Stroke, Tooltip, Ui, vec2};

use super::text;
use crate::ui::fonts;
use crate::ui::theme::tokens;

/// Says `name`, then `key`, while the pointer rests on something that can be used.
pub fn tooltip_ui(response: &Response, name: &str, key: Option<&str>) {
    show(Tooltip::for_enabled(response), name, key, false);
}

/// As [`tooltip_ui`], right of the widget when `right`: for the rail, where below is the next icon.
pub(super) fn tooltip_beside(response: &Response, name: &str, key: Option<&str>, right: bool) {
    show(Tooltip::for_enabled(response), name, key, right);
}

/// Says why something cannot be used.
pub fn disabled_tooltip_ui(response: &Response, reason: &str) {
    show(Tooltip::for_widget(response), reason, None, false);
}

/// Says what a value is: its name and type, what its author says of it, and facts as names and values in two columns.
pub fn facts_tooltip_ui(response: &Response, title: &str, detail: &str, note: &str, facts: &[(String, String)]) {
    let mut tooltip = Tooltip::for_enabled(response);
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

fn show(mut tooltip: Tooltip<'_>, name: &str, key: Option<&str>, right: bool) {
    let t = tokens(tooltip.popup.ctx());
    let align = if right { RectAlign::RIGHT } else { RectAlign::BOTTOM };
    tooltip.popup = tooltip.popup.frame(frame(t)).align(align).gap(6.0);
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
