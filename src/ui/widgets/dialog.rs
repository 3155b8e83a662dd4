//! Dialogs over the window, and the question before a destructive act.

use egui::{Align, Context, CornerRadius, Frame, Id, Layout, Modal, Rect, Role, Sense, Stroke, Ui, UiBuilder, vec2};

use super::button::Button;
use super::shared::line_below;
use super::text;
use crate::ui::fonts;
use crate::ui::theme::{Tokens, tokens};

/// The inset of a dialog's sides.
const SIDE: f32 = 20.0;
/// The height of a dialog's foot.
const FOOT: f32 = 60.0;
/// The height of a dialog's head.
const HEAD: f32 = 52.0;

fn frame(t: &Tokens) -> Frame {
    Frame::new().fill(t.bg1).stroke(Stroke::new(1.0, t.stroke)).corner_radius(10)
}

/// A dialog in the middle of the window: head of 52, `body` with sides of 20, foot of 60 whose buttons `foot` adds from
/// the right. Returns what both said, and whether Escape or a click outside asks to close it.
pub fn dialog_ui<B, F>(
    ctx: &Context,
    id: Id,
    width: f32,
    title: &str,
    body: impl FnOnce(&mut Ui) -> B,
    foot: impl FnOnce(&mut Ui) -> F,
) -> (B, F, bool) {
    let t = tokens(ctx);
    let width = width.min(ctx.content_rect().width() - 32.0).max(240.0);
    let shown = Modal::new(id).backdrop_color(t.scrim).frame(frame(t)).show(ctx, |ui| {
        ui.set_width(width);
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        let builder = UiBuilder::new().accessibility_role(Role::Dialog).accessibility_label(title);
        ui.scope_builder(builder, |ui| {
            let (head, _) = ui.allocate_exact_size(vec2(width, HEAD), Sense::hover());
            let place = text::paint(
                ui.painter(),
                text::line_within(ui.painter(), title, fonts::heading(), t.text1, width - 2.0 * SIDE),
                head.left() + SIDE,
                head.center().y,
                &fonts::heading(),
            );
            text::label_over(ui, place, "title", title);
            line_below(ui.painter(), head, t.line);
            // In a low window the body scrolls, so that the buttons stay in reach.
            let most = (ui.ctx().content_rect().height() - HEAD - FOOT - 24.0).max(80.0);
            let area = egui::ScrollArea::vertical().id_salt("dialog").max_height(most).auto_shrink([false, true]);
            let inner = area.show(ui, |ui| {
                Frame::new()
                    .inner_margin(egui::Margin::symmetric(SIDE as i8, 16))
                    .show(ui, |ui| {
                        ui.set_width(width - 2.0 * SIDE);
                        body(ui)
                    })
                    .inner
            });
            let said = foot_ui(ui, width, foot, t);
            (inner.inner, said)
        })
        .inner
    });
    let close = shown.should_close();
    let (body, foot) = shown.inner;
    (body, foot, close)
}

fn foot_ui<F>(ui: &mut Ui, width: f32, foot: impl FnOnce(&mut Ui) -> F, t: &Tokens) -> F {
    let (rect, _) = ui.allocate_exact_size(vec2(width, FOOT), Sense::hover());
    ui.painter().hline(rect.x_range(), rect.top() + 0.5, Stroke::new(1.0, t.line));
    let row = Rect::from_min_max(rect.min + vec2(SIDE, 0.0), rect.max - vec2(SIDE, 0.0));
    let mut child = ui.new_child(UiBuilder::new().max_rect(row).layout(Layout::right_to_left(Align::Center)));
    child.spacing_mut().item_spacing.x = 8.0;
    foot(&mut child)
}

/// A large dialog: its words and how large it may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LargeDialog<'a> {
    /// The same each frame.
    pub id: Id,
    /// In points; less where the window is smaller.
    pub size: egui::Vec2,
    /// Its title.
    pub title: &'a str,
    /// What stands beside the title.
    pub note: &'a str,
}

/// Parts of a large dialog, each filled by its rectangle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LargeDialogPlaces {
    /// Right of the title, for buttons.
    pub head: Rect,
    /// Between head and foot, to the edges.
    pub body: Rect,
    /// The foot, within its sides.
    pub foot: Rect,
}

/// A large dialog in the middle of the window, whose parts `content` fills. Returns what it said, and whether Escape or
/// a click outside asks to close it.
pub fn large_dialog_ui<R>(
    ctx: &Context,
    dialog: LargeDialog<'_>,
    content: impl FnOnce(&mut Ui, LargeDialogPlaces) -> R,
) -> (R, bool) {
    let t = tokens(ctx);
    let room = ctx.content_rect().size() - vec2(32.0, 24.0);
    let size = dialog.size.min(room).max(vec2(240.0, 200.0)).round();
    let shown = Modal::new(dialog.id).backdrop_color(t.scrim).frame(frame(t)).show(ctx, |ui| {
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        let builder = UiBuilder::new().accessibility_role(Role::Dialog).accessibility_label(dialog.title);
        ui.scope_builder(builder, |ui| {
            let (whole, _) = ui.allocate_exact_size(size, Sense::hover());
            let (head, rest) = whole.split_top_bottom_at_y(whole.top() + HEAD);
            let (body, foot) = rest.split_top_bottom_at_y(whole.bottom() - FOOT);
            let face = fonts::heading();
            let room = head.width() * 0.5;
            let galley = text::line_within(ui.painter(), dialog.title, face.clone(), t.text1, room);
            let place = text::paint(ui.painter(), galley, head.left() + SIDE, head.center().y, &face);
            text::label_over(ui, place, "title", dialog.title);
            let face = fonts::body();
            let left = place.right() + 10.0;
            let room = (head.right() - 190.0 - left).max(0.0);
            let galley = text::line_within(ui.painter(), dialog.note, face.clone(), t.text2, room);
            let place = text::paint(ui.painter(), galley, left, head.center().y, &face);
            text::label_over(ui, place, "note", dialog.note);
            line_below(ui.painter(), head, t.line);
            ui.painter().hline(foot.x_range(), foot.top() + 0.5, Stroke::new(1.0, t.line));
            let head = Rect::from_min_max(head.min, head.max - vec2(SIDE, 1.0));
            let places = LargeDialogPlaces { head, body, foot: foot.shrink2(vec2(SIDE, 0.0)) };
            content(ui, places)
        })
        .inner
    });
    let close = shown.should_close();
    (shown.inner, close)
}

/// What the person answered to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Do it.
    Confirmed,
    /// Do not.
    Cancelled,
}

/// The words of a question: it names exactly what it touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question<'a> {
    /// "Deregister 9002 from User?"
    pub title: &'a str,
    /// What follows from it.
    pub text: &'a str,
    /// The button that does it, naming the act: "Deregister 9002".
    pub confirm: &'a str,
    /// The button that does not.
    pub cancel: &'a str,
    /// Whether it destroys something: then the button is red.
    pub danger: bool,
}

/// Asks over the window; `None` while there is no answer.
pub fn question_ui(ctx: &Context, id: Id, words: Question<'_>) -> Option<Answer> {
    let t = tokens(ctx);
    let width = 440.0_f32.min(ctx.content_rect().width() - 32.0).max(240.0);
    let shown = Modal::new(id).backdrop_color(t.scrim).frame(frame(t)).show(ctx, |ui| {
        ui.set_width(width);
        question_body_ui(ui, width, words)
    });
    let close = shown.should_close();
    shown.inner.or(close.then_some(Answer::Cancelled))
}

/// A question in place, as wide as the room there is: for the gallery.
pub fn shown_question_ui(ui: &mut Ui, words: Question<'_>) -> Option<Answer> {
    let t = tokens(ui);
    let width = ui.available_width() - 2.0;
    frame(t).show(ui, |ui| question_body_ui(ui, width, words)).inner
}

fn question_body_ui(ui: &mut Ui, width: f32, words: Question<'_>) -> Option<Answer> {
    let t = tokens(ui);
    ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
    let builder = UiBuilder::new().accessibility_role(Role::AlertDialog).accessibility_label(words.title);
    ui.scope_builder(builder, |ui| {
        let body = egui::Margin { left: SIDE as i8, right: SIDE as i8, top: 15, bottom: 14 };
        Frame::new().inner_margin(body).show(ui, |ui| {
            ui.set_width(width - 2.0 * SIDE);
            text::paragraph_ui(ui, words.title, fonts::heading(), t.text1, 20.0);
            ui.add_space(6.0);
            text::paragraph_ui(ui, words.text, fonts::body(), t.text2, 20.0);
        });
        // Cancel comes first for the keyboard, so it is placed by hand at the left of what confirms.
        let (rect, _) = ui.allocate_exact_size(vec2(width, 56.0), Sense::hover());
        ui.painter().hline(rect.x_range(), rect.top() + 0.5, Stroke::new(1.0, t.line));
        let confirm = if words.danger { Button::danger_confirm(words.confirm) } else { Button::primary(words.confirm) };
        let (confirm, cancel) = (confirm.large(), Button::secondary(words.cancel).large());
        let (confirm_width, cancel_width) = (confirm.width(ui), cancel.width(ui));
        let top = rect.top() + 13.0;
        let right = rect.right() - SIDE;
        let confirm_place = Rect::from_min_size(egui::pos2(right - confirm_width, top), vec2(confirm_width, 32.0));
        let cancel_place =
            Rect::from_min_size(egui::pos2(confirm_place.left() - 8.0 - cancel_width, top), vec2(cancel_width, 32.0));
        let mut answer = None;
        let mut row = ui.new_child(UiBuilder::new().max_rect(rect));
        let cancel = row.put(cancel_place, cancel);
        if cancel.clicked() {
            answer = Some(Answer::Cancelled);
        }
        if row.put(confirm_place, confirm).clicked() {
            answer = Some(Answer::Confirmed);
        }
        answer
    })
    .inner
}

/// A card: bg1, a line, radius 8. Returns the room inside its padding.
pub fn card(ui: &Ui, rect: Rect, padding: f32) -> Rect {
    let t = tokens(ui);
    ui.painter().rect(rect, CornerRadius::same(8), t.bg1, Stroke::new(1.0, t.line), egui::StrokeKind::Inside);
    rect.shrink(padding)
}
