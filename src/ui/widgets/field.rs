//! Fields of one line.

use egui::{Align2, Color32, Frame, Id, LayerId, Margin, Rect, Response, TextEdit, Ui, UiBuilder, pos2, vec2};

use super::badge::{key_width, paint_key};
use super::shared::{Stand, boxed, ring, shows_focus};
use super::text;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::tokens;

/// Under which the last pass is kept in which Enter was pressed in a field.
const ENTERED: &str = "entered field";

/// Enter was pressed in a field of one line that the question over the window showed in this pass: it can be confirmed.
/// Enter on a button, a check box or a choice means that one, and nothing else; so does Enter below the question.
pub fn entered(ctx: &egui::Context) -> bool {
    let entered = ctx.data(|data| data.get_temp::<(u64, LayerId)>(Id::unique(ENTERED)));
    let modal = ctx.memory(egui::Memory::top_modal_layer);
    entered.is_some_and(|(pass, layer)| pass == ctx.cumulative_pass_nr() && modal == Some(layer))
}

/// A field of one line, shown by `Field::new(id, &mut text, name).mono().show(ui)`.
#[must_use = "a field is shown by show"]
pub struct Field<'a> {
    id: Id,
    value: &'a mut String,
    name: &'a str,
    placeholder: &'a str,
    leading: Option<(Icon, Option<Color32>)>,
    key: Option<&'a str>,
    trailing: Option<&'a str>,
    trailing_color: Option<Color32>,
    text_color: Option<Color32>,
    lead: Option<&'a str>,
    error: Option<&'a str>,
    mono: bool,
    large: bool,
    enabled: bool,
    password: bool,
    width: Option<f32>,
    reserved: f32,
    bare: bool,
    stand: Option<Stand>,
}

impl<'a> Field<'a> {
    /// A field of 28 that takes the width there is. `id` keeps caret and undo, so it must be the same each frame.
    pub fn new(id: Id, value: &'a mut String, name: &'a str) -> Self {
        Self {
            id,
            value,
            name,
            placeholder: "",
            leading: None,
            key: None,
            trailing: None,
            trailing_color: None,
            text_color: None,
            lead: None,
            error: None,
            mono: false,
            large: false,
            enabled: true,
            password: false,
            width: None,
            reserved: 0.0,
            bare: false,
            stand: None,
        }
    }

    /// What an empty field says.
    pub fn placeholder(mut self, text: &'a str) -> Self {
        self.placeholder = text;
        self
    }

    /// An icon before the text.
    pub fn leading(mut self, icon: Icon) -> Self {
        self.leading = Some((icon, None));
        self
    }

    /// An icon before the text, in a colour of its own.
    pub fn leading_colored(mut self, icon: Icon, color: Color32) -> Self {
        self.leading = Some((icon, Some(color)));
        self
    }

    /// The key that leads here, at the right.
    pub fn key(mut self, key: &'a str) -> Self {
        self.key = Some(key);
        self
    }

    /// The key that does the same, if there is one.
    pub fn key_if(mut self, key: Option<&'a str>) -> Self {
        self.key = key;
        self
    }

    /// A fact at the right, in 12-point text 3.
    pub fn trailing(mut self, text: &'a str) -> Self {
        self.trailing = Some(text);
        self
    }

    /// The fact at the right in a colour of its own.
    pub fn trailing_color(mut self, color: Color32) -> Self {
        self.trailing_color = Some(color);
        self
    }

    /// The text in a colour of its own.
    pub fn text_color(mut self, color: Color32) -> Self {
        self.text_color = Some(color);
        self
    }

    /// A word before the text, in text 3.
    pub fn lead(mut self, word: &'a str) -> Self {
        self.lead = Some(word);
        self
    }

    /// What is wrong with the text: red edge, and the reason below. An empty reason gives the edge alone.
    pub fn error(mut self, reason: Option<&'a str>) -> Self {
        self.error = reason;
        self
    }

    /// The text is data.
    pub fn mono(mut self) -> Self {
        self.mono = true;
        self
    }

    /// 32 high: the target bar, dialogs.
    pub fn large(mut self) -> Self {
        self.large = true;
        self
    }

    /// Whether it can be edited.
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = enabled;
        self
    }

    /// Dots in the place of characters.
    pub fn password(mut self, password: bool) -> Self {
        self.password = password;
        self
    }

    /// Leaves so much room at the right for a button that is shown over it.
    pub fn reserve(mut self, room: f32) -> Self {
        self.reserved = room;
        self
    }

    /// Without fill and edge: within a box that its caller paints.
    pub fn bare(mut self) -> Self {
        self.bare = true;
        self
    }

    /// This wide.
    pub fn width(mut self, width: f32) -> Self {
        self.width = Some(width);
        self
    }

    /// Shown as if it stood so: for the gallery.
    pub fn stand(mut self, stand: Stand) -> Self {
        self.stand = Some(stand);
        self
    }

    /// Shows it; the response is that of the text (changed, lost focus), its rectangle that of the whole field.
    pub fn show(self, ui: &mut Ui) -> Response {
        let t = tokens(ui);
        let height = if self.large { 32.0 } else { 28.0 };
        let width = self.width.unwrap_or_else(|| ui.available_width());
        let (rect, _) = ui.allocate_exact_size(vec2(width, height), egui::Sense::hover());
        let painter = ui.painter().clone();
        let fill_at = painter.add(egui::Shape::Noop);
        let padding = if self.large { 11.0 } else { 9.0 };
        let padding = if self.bare { 0.0 } else { padding };
        let middle = rect.center().y;
        let color = if self.enabled { self.text_color.unwrap_or(t.text1) } else { t.faint };
        let mut left = rect.left() + padding;
        if let Some((icon, color)) = self.leading {
            icon.paint_at(&painter, pos2(left + 8.0, middle), 16.0, color.unwrap_or(t.text3));
            left += 24.0;
        }
        if let Some(word) = self.lead {
            left = text::paint_text(&painter, left, middle, word, &fonts::body(), t.text3).ceil() + 8.0;
        }
        let mut right = rect.right() - padding - self.reserved;
        if let Some(key) = self.key {
            let width = key_width(&painter, key);
            paint_key(&painter, pos2(right - width + 2.0, middle), key, Color32::TRANSPARENT, t.stroke, t.text3);
            right -= width + 6.0;
        }
        if let Some(fact) = self.trailing {
            let font = fonts::hint();
            // The text comes first; the fact takes what it leaves.
            let own = text::width(&painter, self.value, if self.mono { fonts::code() } else { fonts::body() });
            let room = (right - left - own - 16.0).max(0.0);
            let galley = text::line_within(&painter, fact, font, self.trailing_color.unwrap_or(t.text3), room);
            let at = right - galley.size().x;
            let place = text::paint_dropped(&painter, galley, at, middle, 5.0);
            text::label_over(ui, place, ("trailing", self.id), fact);
            right = at - 8.0;
        }
        let font = if self.mono { fonts::code() } else { fonts::body() };
        // Row heights differ between the faces; the top margin brings both onto one baseline.
        let row = ui.fonts_mut(|fonts| fonts.row_height(&font));
        let top = ((height - row) / 2.0).ceil();
        let inner = Rect::from_min_max(pos2(left, rect.top()), pos2(right.max(left + 8.0), rect.bottom()));
        let mut child = ui.new_child(
            UiBuilder::new()
                .id_salt(("field", self.id))
                .max_rect(inner)
                .layout(egui::Layout::top_down(egui::Align::Min)),
        );
        if !self.enabled {
            child.disable();
        }
        let hint = egui::RichText::new(self.placeholder).font(font.clone()).color(t.text3);
        let output = TextEdit::singleline(self.value)
            .id(self.id)
            .font(font)
            .text_color(color)
            .password(self.password)
            .hint_text(hint)
            .align(Align2::LEFT_TOP)
            .desired_width(inner.width())
            .clip_text(true)
            .background_color(Color32::TRANSPARENT)
            .frame(Frame::new().inner_margin(Margin {
                left: 0,
                right: 0,
                top: top as i8,
                bottom: (height - row - top) as i8,
            }))
            .show(&mut child);
        let mut response = output.response.response.accessible_name(self.name);
        if response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter)) {
            let pass = (ui.ctx().cumulative_pass_nr(), ui.layer_id());
            ui.data_mut(|data| data.insert_temp(Id::unique(ENTERED), pass));
        }
        // What does not fit is marked, unless the caret is there and shows where one is.
        if self.enabled && !self.bare && !response.has_focus() {
            let (from, to) = (output.galley_pos.x, output.galley_pos.x + output.galley.size().x);
            let sign = if self.mono { fonts::code() } else { fonts::body() };
            let room = text::width(&painter, "…", sign.clone()) + 2.0;
            // The text shows a little beyond its room.
            let left =
                (from < inner.left() - 0.5).then_some((inner.left() - 3.0, inner.left() + room, inner.left() + 1.0));
            let right = (to > inner.right() + 0.5).then_some((
                inner.right() - room,
                inner.right() + 3.0,
                inner.right() - room + 1.0,
            ));
            for (from, to, at) in left.into_iter().chain(right) {
                let place = Rect::from_min_max(pos2(from, middle - 10.0), pos2(to, middle + 10.0));
                painter.rect_filled(place, 0.0, t.bg3);
                text::paint_text(&painter, at, middle, "…", &sign, t.text3);
            }
        }
        // The whole field takes the click, not only the text.
        let around = ui.interact(rect, self.id.with("around"), egui::Sense::CLICK);
        if around.clicked() && self.enabled {
            response.request_focus();
        }
        let hovered = self.enabled && ui.rect_contains_pointer(rect);
        let stand = self.stand.unwrap_or(if hovered { Stand::Hover } else { Stand::Rest });
        let focus = self.enabled && shows_focus(&response, stand);
        let edge = match (self.error.is_some(), stand) {
            (true, _) => t.error,
            (false, Stand::Hover) if self.enabled => t.stroke,
            _ => t.line,
        };
        let fill = if self.enabled { t.bg3 } else { Color32::TRANSPARENT };
        if self.bare {
            response.rect = rect;
            response.interact_rect = rect;
            return response;
        }
        painter.set(fill_at, egui::epaint::RectShape::filled(rect, egui::CornerRadius::same(6), fill));
        if focus {
            ring(&painter, rect, 6, t);
        } else {
            boxed(&painter, rect, 6, Color32::TRANSPARENT, edge);
        }
        if self.stand == Some(Stand::Focus) && !response.has_focus() {
            let x = output.galley_pos.x + output.galley.size().x + 1.0;
            painter.vline(x, (middle - 9.0)..=(middle + 9.0), egui::Stroke::new(2.0, t.accent));
        }
        if let Some(reason) = self.error.filter(|reason| !reason.is_empty()) {
            ui.add_space(6.0);
            ui.scope(|ui| {
                ui.set_max_width(width.max(240.0));
                let said = text::paragraph_ui(ui, reason, fonts::hint(), t.error, 18.0);
                ui.ctx().accesskit_node_builder(said.id, |node| {
                    node.set_role(egui::Role::Alert);
                    node.set_label(reason);
                });
            });
        }
        response.rect = rect;
        response.interact_rect = rect;
        response
    }
}
