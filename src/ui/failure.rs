//! The card of a failure: what happened, why, what to try.

use egui::{CornerRadius, Rect, Role, Stroke, StrokeKind, Ui, WidgetInfo, vec2};

use super::fonts;
use super::icons::Icon;
use super::theme::tokens;
use super::widgets::button::Button;
use super::widgets::text::paragraph_ui;
use crate::words::Words;

/// The words of a failure.
pub(super) struct FailureCard<'a> {
    pub(super) title: &'a str,
    pub(super) cause: &'a str,
    pub(super) advice: &'a [String],
    pub(super) detail: &'a str,
}

/// Shows the card; returns the button that was pressed: 0 for `primary`, then the others in order.
pub(super) fn failure_card_ui(
    ui: &mut Ui,
    words: &Words,
    card: &FailureCard<'_>,
    primary: Option<&str>,
    others: &[&str],
) -> Option<usize> {
    let t = tokens(ui);
    let behind = ui.painter().add(egui::Shape::Noop);
    let mut pressed = None;
    let outer = egui::Frame::new().inner_margin(egui::Margin::symmetric(16, 14)).show(ui, |ui| {
        let whole = ui.available_width();
        ui.set_width(whole);
        let top = ui.cursor().min;
        Icon::CircleX.paint_at(ui.painter(), top + vec2(9.0, 11.0), 18.0, t.error);
        let column = Rect::from_min_size(top + vec2(30.0, 0.0), vec2(whole - 30.0, 4000.0));
        let mut pane = ui.new_child(egui::UiBuilder::new().id_salt("failure").max_rect(column));
        paragraph_ui(&mut pane, card.title, fonts::heading(), t.text1, 22.0);
        if !card.cause.is_empty() {
            pane.add_space(4.0);
            paragraph_ui(&mut pane, card.cause, fonts::body(), t.text1, 20.0);
        }
        if !card.advice.is_empty() {
            pane.add_space(8.0);
            paragraph_ui(&mut pane, words.what_to_try, fonts::hint(), t.text3, 18.0);
            for advice in card.advice {
                pane.add_space(2.0);
                advice_ui(&mut pane, advice);
            }
        }
        if primary.is_some() || !others.is_empty() {
            pane.add_space(10.0);
            pane.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing = vec2(8.0, 8.0);
                if let Some(label) = primary
                    && ui.add(Button::primary(label)).clicked()
                {
                    pressed = Some(0);
                }
                for (index, label) in others.iter().enumerate() {
                    if ui.add(Button::secondary(label)).clicked() {
                        pressed = Some(index + 1);
                    }
                }
            });
        }
        if !card.detail.is_empty() && !card.cause.contains(card.detail) {
            pane.add_space(8.0);
            paragraph_ui(&mut pane, card.detail, fonts::hint(), t.text3, 18.0);
        }
        ui.allocate_space(vec2(1.0, pane.min_rect().height()));
    });
    let rect = outer.response.rect;
    let shape = egui::epaint::RectShape::new(
        rect,
        CornerRadius::same(8),
        t.error_bg,
        Stroke::new(1.0, t.edge_error),
        StrokeKind::Inside,
    );
    ui.painter().set(behind, shape);
    let alert = ui.interact(rect, ui.scope_id().with(("failure card", card.title)), egui::Sense::hover());
    alert.widget_info(|| WidgetInfo::labeled(Role::Alert, true, card.title));
    pressed
}

fn advice_ui(ui: &mut Ui, advice: &str) {
    let t = tokens(ui);
    let top = ui.cursor().min;
    ui.painter().circle_filled(top + vec2(4.0, 10.0), 2.0, t.text2);
    let width = ui.available_width() - 14.0;
    let column = Rect::from_min_size(top + vec2(14.0, 0.0), vec2(width, 4000.0));
    let mut pane = ui.new_child(egui::UiBuilder::new().id_salt(("advice", advice)).max_rect(column));
    paragraph_ui(&mut pane, advice, fonts::body(), t.text1, 20.0);
    ui.allocate_space(vec2(1.0, pane.min_rect().height()));
}
