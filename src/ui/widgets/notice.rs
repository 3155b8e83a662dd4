//! Notices: what happened, and what can be done about it.

use egui::text::LayoutJob;
use egui::{Color32, CornerRadius, Rect, Role, Sense, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::button::Button;
use super::menu::copy_menu_ui;
use super::text::append;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::{Tone, tokens};

/// A notice across the room there is.
#[must_use = "a notice is shown by show"]
pub struct Notice<'a> {
    tone: Tone,
    lead: &'a str,
    text: &'a str,
    actions: &'a [&'a str],
    standing: bool,
}

impl<'a> Notice<'a> {
    /// Accent tells, ok confirms, warn warns, error says what went wrong. `lead` stands out, `text` follows.
    pub fn new(tone: Tone, lead: &'a str, text: &'a str) -> Self {
        Self { tone, lead, text, actions: &[], standing: false }
    }

    /// What can be done, as links.
    pub fn actions(mut self, actions: &'a [&'a str]) -> Self {
        self.actions = actions;
        self
    }

    /// A danger that stays: an edge of 2 in full error.
    pub fn standing(mut self) -> Self {
        self.standing = true;
        self
    }

    /// Shows it; returns the index of the action that was pressed.
    pub fn show(self, ui: &mut Ui) -> Option<usize> {
        let t = tokens(ui);
        let tint = t.tint(self.tone);
        let icon = match self.tone {
            Tone::Ok => Icon::CircleCheck,
            Tone::Warn => Icon::TriangleAlert,
            Tone::Error => Icon::CircleX,
            _ => Icon::Info,
        };
        let width = ui.available_width();
        let actions: Vec<(Button<'_>, f32)> = self
            .actions
            .iter()
            .map(|label| {
                let button = Button::link(label);
                let width = button.width(ui);
                (button, width)
            })
            .collect();
        let beside: f32 = actions.iter().map(|(_, width)| width + 16.0).sum();
        let text_left = 1.0 + 12.0 + 16.0 + 10.0;
        // Actions stand at the right; in a narrow place they go below.
        let below = beside > 0.0 && beside > width * 0.45;
        let text_width = width - text_left - 13.0 - if below { 0.0 } else { beside };
        let mut job = LayoutJob::default();
        if !self.lead.is_empty() {
            append(&mut job, self.lead, fonts::strong(), tint.fg, 18.0);
            append(&mut job, " ", fonts::body(), t.text1, 18.0);
        }
        append(&mut job, self.text, fonts::body(), t.text1, 18.0);
        job.wrap.max_width = text_width.max(80.0);
        let said = job.text.clone();
        let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
        let below_height = if below { 26.0 } else { 0.0 };
        let height = (galley.size().y + 18.0 + below_height).ceil().max(36.0);
        let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Alert, true, said.trim()));
        let (edge, stroke) = if self.standing { (t.error, 2.0) } else { (tint.edge, 1.0) };
        ui.painter().rect(rect, CornerRadius::same(8), tint.bg, Stroke::new(stroke, edge), StrokeKind::Inside);
        let first_line = rect.top() + 9.0 + 9.0;
        icon.paint_at(ui.painter(), pos2(rect.left() + 21.0, first_line), 16.0, tint.fg);
        ui.painter().galley(pos2(rect.left() + text_left, rect.top() + 9.0), galley, Color32::PLACEHOLDER);
        copy_menu_ui(&response, 8, said.trim());
        let mut pressed = None;
        let mut x = if below { rect.left() + text_left } else { rect.right() - 13.0 - beside + 16.0 };
        let y = if below { rect.bottom() - 18.0 } else { first_line };
        let mut child = ui.new_child(UiBuilder::new().max_rect(rect));
        for (index, (button, width)) in actions.into_iter().enumerate() {
            let place = Rect::from_min_size(pos2(x, y - 14.0), vec2(width, 28.0));
            if child.put(place, button).clicked() {
                pressed = Some(index);
            }
            x += width + 16.0;
        }
        pressed
    }
}
