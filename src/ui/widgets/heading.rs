//! Heads of sections, and rows of a name and its value.

use egui::{Align, Color32, Layout, Rect, Response, Role, Sense, Ui, UiBuilder, WidgetInfo, vec2};

use super::shared::line_below;
use super::text::{self, Elide, Line};
use crate::ui::fonts;
use crate::ui::theme::measure::{INSET, ROW, SECTION_HEAD};
use crate::ui::theme::{Tone, tokens};

/// A section's head across the room there is: semibold title, a note beside it, buttons from the right; a line below.
///
/// 32 high; 36 or 40 where it has buttons of 24 or 28.
pub fn section_head_ui<R>(ui: &mut Ui, title: &str, note: &str, height: f32, buttons: impl FnOnce(&mut Ui) -> R) -> R {
    let t = tokens(ui);
    let height = height.max(SECTION_HEAD);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Heading, true, title));
    line_below(ui.painter(), rect, t.line);
    let row = Rect::from_min_max(rect.min + vec2(INSET, 0.0), rect.max - vec2(INSET, 1.0));
    let mut child = ui.new_child(UiBuilder::new().max_rect(row).layout(Layout::right_to_left(Align::Center)));
    let out = buttons(&mut child);
    let right = if child.min_rect().width() > 0.0 { child.min_rect().left().min(row.right()) } else { row.right() };
    let painter = ui.painter();
    let font = fonts::strong();
    let galley = text::line_within(painter, title, font.clone(), t.text1, right - row.left());
    let end = text::paint(painter, galley, row.left(), row.center().y, &font).right();
    if !note.is_empty() && right - end > 32.0 {
        let font = fonts::body();
        let galley = text::line_within(painter, note, font.clone(), t.text3, right - end - 16.0);
        let place = text::paint(painter, galley, end + 8.0, row.center().y, &font);
        text::label_over(ui, place, (title, "note"), note);
    }
    out
}

/// A row of 26: the name in a column of 120, then its value. The value is data unless `words`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct NameValue<'a> {
    /// What it is.
    pub name: &'a str,
    /// What it says.
    pub value: &'a str,
    /// The value is words, not data.
    pub words: bool,
    /// The value's colour.
    pub tone: Tone,
    /// The width of the name's column; 0 for 120.
    pub name_width: f32,
}

/// Shows a name and its value; the response is the value's, to hang a copy menu on.
pub fn name_value_ui(ui: &mut Ui, row: NameValue<'_>) -> Response {
    let t = tokens(ui);
    let name_width = if row.name_width > 0.0 { row.name_width } else { 120.0 };
    let color: Color32 = if row.tone == Tone::Plain { t.text1 } else { t.tint(row.tone).fg };
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        ui.add(Line::new(row.name).color(t.text3).height(ROW).width(name_width - 8.0).elide(Elide::End));
        ui.add_space(8.0);
        let font = if row.words { fonts::body() } else { fonts::code() };
        ui.add(Line::new(row.value).font(font).color(color).height(ROW).elide(Elide::Middle))
    })
    .inner
}
