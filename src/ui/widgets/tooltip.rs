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
