//! One of a few, side by side: Form, JSON, Bytes.

use egui::{CornerRadius, Key, Rect, Response, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::button::ButtonSize;
use super::shared::{Stand, boxed, owns_keys, ring, shows_focus};
use super::text;
use crate::ui::fonts;
use crate::ui::theme::tokens;

/// Shows the options; a click or an arrow key changes `chosen`. One Tab stop. Returns whether it changed.
pub fn choice_ui<T: Copy + PartialEq>(
    ui: &mut Ui,
    name: &str,
    size: ButtonSize,
    chosen: &mut T,
    options: &[(T, &str)],
) -> bool {
    let t = tokens(ui);
    let height = size.height();
    let (font, padding) = if size == ButtonSize::Small { (fonts::hint(), 8.0) } else { (fonts::body(), 10.0) };
    let widths: Vec<f32> = options
        .iter()
        .map(|(_, label)| (text::width(ui.painter(), label, font.clone()) + 2.0 * padding).round())
        .collect();
    let (rect, _) = ui.allocate_exact_size(vec2(widths.iter().sum::<f32>() + 6.0, height), Sense::hover());
    boxed(ui.painter(), rect, 6, t.bg3, t.line);
    let group =
        ui.new_child(UiBuilder::new().max_rect(rect).accessibility_role(Role::RadioGroup).accessibility_label(name));
    let before = *chosen;
    let current = options.iter().position(|(value, _)| *value == before);
    let mut left = rect.left() + 3.0;
    let mut responses: Vec<Response> = Vec::with_capacity(options.len());
    for (index, ((value, label), width)) in options.iter().zip(&widths).enumerate() {
        let place = Rect::from_min_size(pos2(left, rect.top() + 3.0), vec2(*width, height - 6.0));
        left += width;
        let is_chosen = *value == before;
        // One Tab stop: what is chosen, or the first.
        let sense = if is_chosen || (current.is_none() && index == 0) { Sense::click() } else { Sense::CLICK };
        let response = group.interact(place, group.scope_id().with(("choice", name, index)), sense);
        response.widget_info(|| WidgetInfo::selected(Role::RadioButton, ui.is_enabled(), is_chosen, *label));
        if response.clicked() {
            *chosen = *value;
        }
        let color = if is_chosen || response.hovered() { t.text1 } else { t.text2 };
        if is_chosen {
            group.painter().rect_filled(place, CornerRadius::same(4), t.bg4);
        }
        text::paint_text_center(group.painter(), place, label, &font, color);
        if shows_focus(&response, Stand::Rest) {
            ring(group.painter(), place, 4, t);
        }
        responses.push(response);
    }
    if let Some(current) = current
        && let Some(response) = responses.get(current)
        && owns_keys(ui, response)
    {
        let filter = egui::EventFilter { horizontal_arrows: true, ..Default::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
        let step = ui.input_mut(|input| {
            i32::from(input.consume_key(egui::Modifiers::NONE, Key::ArrowRight))
                - i32::from(input.consume_key(egui::Modifiers::NONE, Key::ArrowLeft))
        });
        let next = if step > 0 { current + 1 } else { current.wrapping_sub(1) };
        if step != 0
            && let (Some((value, _)), Some(response)) = (options.get(next), responses.get(next))
        {
            *chosen = *value;
            response.request_focus();
        }
    }
    *chosen != before
}
