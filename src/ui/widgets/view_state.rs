//! The four states of a view: empty, loading, failed, stale; each with the next step as a button.

use egui::{Align, Color32, Layout, Ui, UiBuilder, vec2};

use super::button::{Button, ButtonSize};
use super::text;
use super::working;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::{Tone, tokens};

/// Which state a view is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewKind {
    /// Nothing is there yet; this icon says of what.
    Empty(Icon),
    /// It is being read.
    Loading,
    /// It could not be had.
    Failed,
    /// It is old.
    Stale,
}

/// What stands in the place of a view's content.
#[must_use = "a state is shown by show"]
pub struct ViewState<'a> {
    kind: ViewKind,
    title: &'a str,
    text: &'a str,
    action: Option<&'a str>,
    centered: bool,
    size: ButtonSize,
}

impl<'a> ViewState<'a> {
    /// A semibold line and a sentence.
    pub fn new(kind: ViewKind, title: &'a str, text: &'a str) -> Self {
        Self { kind, title, text, action: None, centered: false, size: ButtonSize::Normal }
    }

    /// The next step.
    pub fn action(mut self, label: &'a str) -> Self {
        self.action = Some(label);
        self
    }

    /// In the middle of a panel instead of at the left of a card.
    pub fn centered(mut self) -> Self {
        self.centered = true;
        self
    }

    /// With a small button.
    pub fn small(mut self) -> Self {
        self.size = ButtonSize::Small;
        self
    }

    /// Shows it from the top of the room there is; returns whether the button was pressed.
    pub fn show(self, ui: &mut Ui) -> bool {
        let align = if self.centered { Align::Center } else { Align::Min };
        ui.with_layout(Layout::top_down(align), |ui| self.content_ui(ui)).inner
    }

    /// The height that it takes in this width, for placing it in the middle.
    pub fn card_ui(self, ui: &mut Ui, rect: egui::Rect, button_bottom: f32) -> bool {
        let mut child = ui.new_child(UiBuilder::new().max_rect(rect).layout(Layout::top_down(Align::Min)));
        let action = self.action;
        let size = self.size;
        let _: bool = Self { action: None, ..self }.content_ui(&mut child);
        let Some(action) = action else { return false };
        let button = sized(Button::secondary(action), size);
        let width = button.width(ui);
        let place = egui::Rect::from_min_size(
            egui::pos2(rect.left(), button_bottom - size.height()),
            vec2(width, size.height()),
        );
        ui.new_child(UiBuilder::new().max_rect(place).id_salt(action)).put(place, button).clicked()
    }

    fn content_ui(self, ui: &mut Ui) -> bool {
        let t = tokens(ui);
        let (icon, color): (Option<Icon>, Color32) = match self.kind {
            ViewKind::Empty(icon) => (Some(icon), t.text3),
            ViewKind::Loading => (None, t.accent),
            ViewKind::Failed => (Some(Icon::CircleX), t.tint(Tone::Error).fg),
            ViewKind::Stale => (Some(Icon::TriangleAlert), t.tint(Tone::Warn).fg),
        };
        let side = if self.centered { 24.0 } else { 20.0 };
        let (rect, _) = ui.allocate_exact_size(vec2(side, side), egui::Sense::hover());
        match icon {
            Some(icon) => icon.paint(ui.painter(), rect, side, color),
            None => working::spinner(ui.painter(), rect.center(), side, t),
        }
        ui.add_space(10.0);
        let title = ui.add(text::Line::strong(self.title));
        if self.kind == ViewKind::Failed {
            let whole = format!("{}\n{}", self.title, self.text);
            super::menu::copyable(
                ui,
                title.rect.expand(4.0),
                self.title,
                (egui::Role::Alert, self.title),
                whole.trim(),
            );
        }
        ui.add_space(if self.centered { 8.0 } else { 6.0 });
        if self.centered {
            centered_paragraph(ui, self.text, t.text2);
        } else {
            text::paragraph_ui(ui, self.text, fonts::body(), t.text2, 18.0);
        }
        let Some(action) = self.action else { return false };
        ui.add_space(if self.centered { 12.0 } else { 8.0 });
        ui.add(sized(Button::secondary(action), self.size)).clicked()
    }
}

fn sized(button: Button<'_>, size: ButtonSize) -> Button<'_> {
    match size {
        ButtonSize::Small => button.small(),
        ButtonSize::Normal => button,
        ButtonSize::Large => button.large(),
    }
}

fn centered_paragraph(ui: &mut Ui, said: &str, color: Color32) {
    let mut job = egui::text::LayoutJob { halign: Align::Center, ..Default::default() };
    text::append(&mut job, said, fonts::body(), color, 20.0);
    let room = ui.available_width();
    job.wrap.max_width = (room - 48.0).clamp(80.0, 360.0);
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
    let (rect, response) = ui.allocate_exact_size(vec2(room, galley.size().y), egui::Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, said));
    ui.painter().galley(rect.center_top(), galley, color);
}
