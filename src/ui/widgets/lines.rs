//! Lines of one height that are read one after the other: one Tab stop, arrows, a ring around the line that has the
//! focus. What a line shows and says is its caller's.

use egui::{Id, Rect, Response, Role, ScrollArea, Sense, Ui, UiBuilder, vec2};

use super::rows::{RowKeys, row_keys};
use super::shared::{Stand, ring, shows_focus};
use crate::ui::theme::tokens;

/// What the person did to lines.
#[derive(Debug, Default)]
pub(in crate::ui) struct LinesResponse {
    /// The line that was clicked, or on which Enter was pressed.
    pub opened: Option<usize>,
    /// The line that the focus went to.
    pub went: Option<usize>,
}

/// Lines that fill the room there is and scroll.
#[must_use = "lines are shown by show"]
pub(in crate::ui) struct Lines<'a> {
    id: Id,
    name: &'a str,
    height: f32,
    at: Option<usize>,
    sideways: bool,
    opens: bool,
}

/// One line while it is painted.
pub(in crate::ui) struct OneLine<'a> {
    /// Its number, from 0.
    pub index: usize,
    /// Its place.
    pub rect: Rect,
    /// What it is as a widget: whoever paints it names it.
    pub response: &'a Response,
    /// Keys that it got besides those that move.
    pub keys: RowKeys,
    /// The keyboard is here.
    pub has_focus: bool,
}

impl<'a> Lines<'a> {
    /// Lines of this height in a list named `name`.
    pub(in crate::ui) fn new(id: Id, name: &'a str, height: f32) -> Self {
        Self { id, name, height, at: None, sideways: false, opens: false }
    }

    /// The line on which the focus lands; without this the one that had it last.
    pub(in crate::ui) fn at(mut self, line: Option<usize>) -> Self {
        self.at = line;
        self
    }

    /// Arrows left and right belong to the line.
    pub(in crate::ui) fn sideways(mut self) -> Self {
        self.sideways = true;
        self
    }

    /// A line can be opened: it shows so under the pointer.
    pub(in crate::ui) fn opens(mut self) -> Self {
        self.opens = true;
        self
    }

    fn line_id(&self, index: usize) -> Id {
        self.id.with(("line", index))
    }

    /// Shows the lines that are seen.
    pub(in crate::ui) fn show(
        self,
        ui: &mut Ui,
        count: usize,
        mut line: impl FnMut(&mut Ui, OneLine<'_>),
    ) -> LinesResponse {
        let mut out = LinesResponse::default();
        if count == 0 {
            return out;
        }
        let (last_key, shown_key) = (self.id.with("focus"), self.id.with("shown"));
        let last = ui.data(|data| data.get_temp::<usize>(last_key)).unwrap_or_default();
        let focus_line = self.at.unwrap_or(last).min(count - 1);
        let builder = UiBuilder::new().id_salt(self.id).accessibility_role(Role::List).accessibility_label(self.name);
        ui.scope_builder(builder, |ui| {
            ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
            let room = ui.available_height();
            let page = (room / self.height) as usize;
            let keys = row_keys(ui, self.line_id(focus_line), focus_line, count, page, self.sideways);
            if let Some(go) = keys.go {
                out.went = Some(go);
                ui.data_mut(|data| data.insert_temp(last_key, go));
                ui.memory_mut(|memory| memory.request_focus(self.line_id(go)));
            }
            if keys.open {
                out.opened = Some(focus_line);
            }
            let mut area = ScrollArea::vertical().id_salt(self.id.with("scroll")).auto_shrink([false, false]);
            if let Some(go) = keys.go {
                let shown = ui.data(|data| data.get_temp::<f32>(shown_key)).unwrap_or_default();
                let top = go as f32 * self.height;
                if top < shown {
                    area = area.vertical_scroll_offset(top);
                } else if top + self.height > shown + room {
                    area = area.vertical_scroll_offset(top + self.height - room);
                }
            }
            let output = area.show_rows(ui, self.height, count, |ui, range| {
                for index in range {
                    let rect = Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), self.height));
                    ui.advance_cursor_after_rect(rect);
                    let is_stop = index == focus_line || keys.go == Some(index);
                    let sense = if is_stop { Sense::click() } else { Sense::CLICK };
                    let response = ui.interact(rect, self.line_id(index), sense);
                    if self.opens && response.hovered() {
                        ui.painter().rect_filled(rect, 0.0, tokens(ui).bg3);
                    }
                    let has_focus = ui.memory(|memory| memory.has_focus(response.id));
                    let keys = if index == focus_line { keys } else { RowKeys::default() };
                    line(ui, OneLine { index, rect, response: &response, keys, has_focus });
                    if shows_focus(&response, Stand::Rest) {
                        ring(ui.painter(), rect, 4, tokens(ui));
                    }
                    if response.clicked() {
                        out.opened = Some(index);
                        ui.data_mut(|data| data.insert_temp(last_key, index));
                    }
                }
            });
            ui.data_mut(|data| data.insert_temp(shown_key, output.state.clamped_offset().y));
        });
        out
    }
}
