//! Tables: a head, rows of 30 or 26, a line under each. One Tab stop, arrows.

use egui::accesskit::SortDirection;
use egui::{
    Color32, FontId, Id, Rect, Response, Role, ScrollArea, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use super::rows::row_keys;
use super::shared::{Stand, ring, shows_focus};
use super::text::{self, Elide};
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::measure::{INSET, ROW, TABLE_ROW};
use crate::ui::theme::{Tokens, Tone, tokens};

/// One column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column<'a> {
    /// Its head.
    pub title: &'a str,
    /// Its width in points; `None` takes what the others leave.
    pub width: Option<f32>,
    /// Numbers to be compared stand at the right.
    pub right: bool,
    /// A head above it, which neighbours of the same name share.
    pub group: Option<&'a str>,
    /// Its head sorts; `Some(true)`: it does now, from large to small.
    pub sort: Sort,
}

/// Whether a column's head sorts the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// It is a word only.
    #[default]
    No,
    /// It can.
    Can,
    /// It does, from small to large.
    Up,
    /// It does, from large to small.
    Down,
}

impl<'a> Column<'a> {
    /// A column of this width.
    pub fn new(title: &'a str, width: f32) -> Self {
        Self { title, width: Some(width), right: false, group: None, sort: Sort::No }
    }

    /// The column that takes what the others leave.
    pub fn rest(title: &'a str) -> Self {
        Self { title, width: None, right: false, group: None, sort: Sort::No }
    }

    /// Its content stands at the right.
    pub fn right(mut self) -> Self {
        self.right = true;
        self
    }

    /// Under a head that it shares with its neighbours.
    pub fn group(mut self, group: &'a str) -> Self {
        self.group = Some(group);
        self
    }

    /// Its head sorts.
    pub fn sort(mut self, sort: Sort) -> Self {
        self.sort = sort;
        self
    }
}

/// What one cell shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cell {
    /// Its text.
    pub text: String,
    /// An icon before it.
    pub icon: Option<Icon>,
    /// What an icon without text says.
    pub icon_name: &'static str,
    /// It is not there yet: a bar in its place.
    pub absent: bool,
    /// A bar of this share of the column, in the cell's colour: a number that is to be compared by its length.
    pub bar: Option<f32>,
    /// Its colour.
    pub tone: Tone,
    /// Data: mono.
    pub mono: bool,
    /// Read second.
    pub soft: bool,
    /// What gives way where it is too long.
    pub elide_end: bool,
    /// The first badge stands before the text instead.
    pub badge_first: bool,
    /// A click on one of its badges is told, [`TableResponse::badge`].
    pub badges_act: bool,
    /// A star in its place that is on or off, and its name; a click on it does not choose the row.
    pub star: Option<(bool, String)>,
    /// Badges behind the text; those that find no room are left to the hover of the row.
    pub badges: Vec<(String, Tone)>,
}

impl Cell {
    /// Words.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// Data.
    pub fn mono(text: impl Into<String>) -> Self {
        Self { text: text.into(), mono: true, ..Self::default() }
    }

    /// An icon before the text.
    pub fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// An icon alone, and what it says.
    pub fn sign(icon: Icon, name: &'static str) -> Self {
        Self { icon: Some(icon), icon_name: name, ..Self::default() }
    }

    /// What is not there yet.
    pub fn absent() -> Self {
        Self { absent: true, ..Self::default() }
    }

    /// A bar over this share (0 to 1) of the column: what it stands for is said by another cell.
    pub fn bar(share: f32) -> Self {
        Self { bar: Some(share), ..Self::default() }
    }

    /// A star that can be pressed, and what it is called.
    pub fn star(on: bool, name: impl Into<String>) -> Self {
        Self { star: Some((on, name.into())), ..Self::default() }
    }

    /// In a colour.
    pub fn tone(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }

    /// In a colour; what has none is in text 2.
    pub fn toned(self, tone: Tone) -> Self {
        if tone == Tone::Plain { self.soft() } else { self.tone(tone) }
    }

    /// In text 2.
    pub fn soft(mut self) -> Self {
        self.soft = true;
        self
    }

    /// A click on a badge is told apart from one on the row.
    pub fn badges_act(mut self) -> Self {
        self.badges_act = true;
        self
    }

    /// A badge behind the text.
    pub fn badge(mut self, label: impl Into<String>, tone: Tone) -> Self {
        self.badges.push((label.into(), tone));
        self
    }

    /// Cut at its end, not in its middle: previews.
    pub fn elide_end(mut self) -> Self {
        self.elide_end = true;
        self
    }
}

/// What the person did to a table.
#[derive(Debug, Default)]
pub struct TableResponse {
    /// The row that became the chosen one.
    pub chosen: Option<usize>,
    /// The row that was opened, by Enter or a double click.
    pub opened: Option<usize>,
    /// The row under a secondary click: hang the menu on it.
    pub menu: Option<(usize, Response)>,
    /// The row was clicked, rather than reached by a key.
    pub clicked: bool,
    /// The row whose star was pressed.
    pub starred: Option<usize>,
    /// The badge that was clicked: its row, column and place among the cell's.
    pub badge: Option<(usize, usize, usize)>,
    /// The column whose head was pressed to sort by it.
    pub sort_by: Option<usize>,
}

/// A table that fills the room there is and scrolls.
#[must_use = "a table is shown by show"]
pub struct Table<'a> {
    pub(super) id: Id,
    pub(super) name: &'a str,
    columns: &'a [Column<'a>],
    dense: bool,
    pub(super) chosen: Option<usize>,
    pub(super) follow_tail: bool,
    pub(super) head: bool,
    whole: bool,
    pub(super) scroll_to: Option<usize>,
    hover: Option<usize>,
}

impl<'a> Table<'a> {
    /// A table named `name`.
    pub fn new(id: Id, name: &'a str, columns: &'a [Column<'a>]) -> Self {
        Self {
            id,
            name,
            columns,
            dense: false,
            chosen: None,
            follow_tail: false,
            head: true,
            whole: false,
            scroll_to: None,
            hover: None,
        }
    }

    /// Rows of 26: messages, frames, metadata.
    pub fn dense(mut self) -> Self {
        self.dense = true;
        self
    }

    /// The chosen row.
    pub fn chosen(mut self, row: Option<usize>) -> Self {
        self.chosen = row;
        self
    }

    /// Stays at the end as rows come, unless the person scrolled away.
    pub fn follow_tail(mut self, follow: bool) -> Self {
        self.follow_tail = follow;
        self
    }

    /// Without the row of titles.
    pub fn headless(mut self) -> Self {
        self.head = false;
        self
    }

    /// Takes the height of its rows, without scrolling.
    pub fn whole(mut self) -> Self {
        self.whole = true;
        self
    }

    /// Brings this row into view this frame.
    pub fn scroll_to(mut self, row: Option<usize>) -> Self {
        self.scroll_to = row;
        self
    }

    /// Shown as if the pointer were on this row: for the gallery.
    pub fn hover(mut self, row: usize) -> Self {
        self.hover = Some(row);
        self
    }

    pub(super) fn row_height(&self) -> f32 {
        if self.dense { ROW } else { TABLE_ROW }
    }

    /// Left edges and widths of the columns, content only.
    pub(super) fn layout(&self, width: f32) -> Vec<(f32, f32)> {
        let gaps = INSET * 2.0 + INSET * self.columns.len().saturating_sub(1) as f32;
        let fixed: f32 = self.columns.iter().filter_map(|column| column.width).sum();
        let flexible = self.columns.iter().filter(|column| column.width.is_none()).count().max(1);
        let rest = ((width - gaps - fixed) / flexible as f32).max(40.0);
        let mut left = INSET;
        self.columns
            .iter()
            .map(|column| {
                let width = column.width.unwrap_or(rest);
                let place = (left, width);
                left += width + INSET;
                place
            })
            .collect()
    }

    /// Shows the visible rows; `row` gives the cells of a row, one a column.
    pub fn show(self, ui: &mut Ui, count: usize, mut row: impl FnMut(usize) -> Vec<Cell>) -> TableResponse {
        let mut out = TableResponse::default();
        let builder = UiBuilder::new().id_salt(self.id).accessibility_role(Role::Table).accessibility_label(self.name);
        ui.scope_builder(builder, |ui| {
            ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
            let places = self.layout(ui.available_width());
            if self.head {
                out.sort_by = self.head_ui(ui, &places);
            }
            let height = self.row_height();
            let room = ui.available_height();
            let page = (room / height) as usize;
            let focus_row = self.chosen.filter(|row| *row < count).unwrap_or(0);
            let keys = row_keys(ui, self.row_id(focus_row), focus_row, count, page, false);
            if let Some(go) = keys.go {
                out.chosen = Some(go);
                ui.memory_mut(|memory| memory.request_focus(self.row_id(go)));
            }
            if keys.open {
                out.opened = Some(focus_row);
            }
            if self.whole {
                for index in 0..count {
                    let cells = row(index);
                    self.row_ui(ui, &places, index, &cells, focus_row, keys.go, &mut out);
                }
                return;
            }
            let mut area = ScrollArea::vertical()
                .id_salt(self.id.with("scroll"))
                .auto_shrink([false, false])
                .stick_to_bottom(self.follow_tail);
            if let Some(index) = keys.go.or(self.scroll_to) {
                let shown = ui.data(|data| data.get_temp::<f32>(self.id)).unwrap_or_default();
                let top = index as f32 * height;
                if top < shown {
                    area = area.vertical_scroll_offset(top);
                } else if top + height > shown + room {
                    area = area.vertical_scroll_offset(top + height - room);
                }
            }
            let output = area.show_rows(ui, height, count, |ui, range| {
                for index in range {
                    let cells = row(index);
                    self.row_ui(ui, &places, index, &cells, focus_row, keys.go, &mut out);
                }
            });
            ui.data_mut(|data| data.insert_temp(self.id, output.state.clamped_offset().y));
        });
        out
    }

    pub(super) fn row_id(&self, index: usize) -> Id {
        self.id.with(("row", index))
    }

    /// The row of titles, under the heads that they share; returns the column to sort by.
    pub(super) fn head_ui(&self, ui: &mut Ui, places: &[(f32, f32)]) -> Option<usize> {
        let t = tokens(ui);
        let mut sort_by = None;
        if self.columns.iter().any(|column| column.group.is_some()) {
            self.groups_ui(ui, places);
        }
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 28.0), Sense::hover());
        let font = fonts::hint();
        for (index, (column, (left, width))) in self.columns.iter().zip(places).enumerate() {
            let left = rect.left() + left;
            let painter = ui.painter();
            let color = if matches!(column.sort, Sort::Up | Sort::Down) { t.text1 } else { t.text3 };
            let galley = text::line_within(painter, column.title, font.clone(), color, *width);
            let at = if column.right { left + width - galley.size().x } else { left };
            let place = text::paint(painter, galley, at, rect.center().y, &font);
            let arrow = match column.sort {
                Sort::Up => Some(Icon::ArrowUp),
                Sort::Down => Some(Icon::ArrowDown),
                Sort::No | Sort::Can => None,
            };
            if let Some(arrow) = arrow {
                let x = if column.right { place.left() - 9.0 } else { place.right() + 9.0 };
                arrow.paint_at(painter, pos2(x, rect.center().y), 12.0, color);
            }
            if column.title.is_empty() {
                continue;
            }
            if column.sort == Sort::No {
                let head = text::label_over(ui, place, (self.id, column.title), column.title);
                // What is a label says its text as its value: a head has it as its name.
                ui.ctx().accesskit_node_builder(head.id, |node| {
                    node.set_role(Role::ColumnHeader);
                    node.set_label(column.title);
                });
                continue;
            }
            let head = ui.interact(place.expand2(vec2(4.0, 4.0)), self.id.with(("head", index)), Sense::click());
            head.widget_info(|| WidgetInfo::labeled(Role::ColumnHeader, true, column.title));
            let direction = match column.sort {
                Sort::Up => Some(SortDirection::Ascending),
                Sort::Down => Some(SortDirection::Descending),
                Sort::No | Sort::Can => None,
            };
            if let Some(direction) = direction {
                ui.ctx().accesskit_node_builder(head.id, |node| node.set_sort_direction(direction));
            }
            if head.hovered() {
                ui.ctx().set_cursor_icon(egui::CursorIcon::PointingHand);
            }
            if shows_focus(&head, Stand::Rest) {
                ring(ui.painter(), head.rect, 4, t);
            }
            if head.clicked() {
                sort_by = Some(index);
            }
        }
        super::shared::line_below(ui.painter(), rect, t.line);
        sort_by
    }

    /// The heads that columns share, each over a line as wide as they are.
    fn groups_ui(&self, ui: &mut Ui, places: &[(f32, f32)]) {
        let t = tokens(ui);
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::hover());
        let font = fonts::hint();
        let mut at = 0;
        while at < self.columns.len() {
            let Some(group) = self.columns[at].group else {
                at += 1;
                continue;
            };
            let end = at + self.columns[at..].iter().take_while(|column| column.group == Some(group)).count();
            let (Some((left, _)), Some((last, width))) = (places.get(at), places.get(end - 1)) else { return };
            let (left, right) = (rect.left() + left, rect.left() + last + width);
            let galley = text::line_within(ui.painter(), group, font.clone(), t.text2, right - left);
            let place = text::paint(ui.painter(), galley, left, rect.center().y, &font);
            text::label_over(ui, place, (self.id, "group", at), group);
            ui.painter().hline(left..=right, rect.bottom() - 0.5, Stroke::new(1.0, t.stroke));
            at = end;
        }
    }

    #[allow(clippy::too_many_arguments, reason = "one row of a table: its place, content and what the keys said")]
    fn row_ui(
        &self,
        ui: &mut Ui,
        places: &[(f32, f32)],
        index: usize,
        cells: &[Cell],
        focus_row: usize,
        go: Option<usize>,
        out: &mut TableResponse,
    ) {
        let rect = Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), self.row_height()));
        ui.advance_cursor_after_rect(rect);
        self.row_at(ui, rect, places, index, cells, focus_row, go, out);
    }

    #[allow(clippy::too_many_arguments, reason = "one row of a table: its place, content and what the keys said")]
    pub(super) fn row_at(
        &self,
        ui: &Ui,
        rect: Rect,
        places: &[(f32, f32)],
        index: usize,
        cells: &[Cell],
        focus_row: usize,
        go: Option<usize>,
        out: &mut TableResponse,
    ) {
        let t = tokens(ui);
        let focusable = index == focus_row || go == Some(index);
        let response = ui.interact(rect, self.row_id(index), if focusable { Sense::click() } else { Sense::CLICK });
        let chosen = self.chosen == Some(index);
        response.widget_info(|| {
            let mut name = String::new();
            for cell in cells {
                let said = if cell.text.is_empty() { cell.icon_name } else { &cell.text };
                if !name.is_empty() && !said.is_empty() {
                    name.push_str(", ");
                }
                name.extend(said.chars().take(400));
                for (label, _) in &cell.badges {
                    if !name.is_empty() {
                        name.push_str(", ");
                    }
                    name.push_str(label);
                }
            }
            WidgetInfo::labeled(Role::Row, true, name)
        });
        ui.ctx().accesskit_node_builder(response.id, |node| node.set_selected(chosen));
        if response.clicked() {
            out.chosen = Some(index);
            out.clicked = true;
        }
        if response.double_clicked() {
            out.opened = Some(index);
        }
        if response.secondary_clicked() || response.context_menu_opened() || super::menu::menu_key(&response) {
            if response.secondary_clicked() {
                out.chosen = Some(index);
            }
            out.menu = Some((index, response.clone()));
        }
        if !ui.is_rect_visible(rect) {
            return;
        }
        let painter = ui.painter();
        if chosen {
            painter.rect_filled(rect, 0.0, t.accent_bg);
        } else if response.hovered() || self.hover == Some(index) {
            painter.rect_filled(rect, 0.0, t.bg3);
        }
        painter.hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, t.line));
        let under = response.hovered().then(|| ui.ctx().pointer_hover_pos()).flatten();
        for (at, ((cell, (left, width)), column)) in cells.iter().zip(places).zip(self.columns).enumerate() {
            let place = Rect::from_min_size(pos2(rect.left() + left, rect.top()), vec2(*width, rect.height()));
            if let Some((on, name)) = &cell.star {
                if star_ui(ui, self.row_id(index).with("star"), place, *on, name) {
                    (out.starred, out.chosen, out.clicked, out.opened) = (Some(index), None, false, None);
                }
                continue;
            }
            let hit = paint_cell(ui, place, cell, column.right, (chosen, under), t);
            if let Some(badge) = hit
                && response.clicked()
            {
                out.badge = Some((index, at, badge));
                // Nor is the row opened, however often it is clicked.
                (out.chosen, out.clicked, out.opened) = (None, false, None);
            }
        }
        // Who came by the pointer sees the chosen row, without a ring.
        let by_pointer = ui.data(|data| data.get_temp::<bool>(self.by_pointer())).unwrap_or(false);
        if shows_focus(&response, Stand::Rest) && !by_pointer {
            ring(painter, rect, 0, t);
        }
    }

    /// Where it is kept that the focus came by the pointer.
    pub(super) fn by_pointer(&self) -> Id {
        self.id.with("by pointer")
    }
}

/// A star in a cell; returns whether it was pressed. The keyboard has the row's menu for it.
fn star_ui(ui: &Ui, id: Id, place: Rect, on: bool, name: &str) -> bool {
    let t = tokens(ui);
    let rect = Rect::from_center_size(place.center(), vec2(24.0, 24.0));
    let response = ui.interact(rect, id, Sense::CLICK);
    response.widget_info(|| WidgetInfo::selected(Role::Switch, ui.is_enabled(), on, name));
    let color = match (on, response.hovered()) {
        (true, _) => t.accent,
        (false, true) => t.text1,
        (false, false) => t.faint,
    };
    if response.hovered() {
        ui.painter().rect_filled(rect, 5.0, t.bg4);
    }
    Icon::Star.paint_at(ui.painter(), rect.center(), 14.0, color);
    super::tooltip::tooltip_ui(&response, name, None);
    response.clicked()
}

fn color_of(cell: &Cell, chosen: bool, t: &Tokens) -> Color32 {
    match (cell.tone, cell.soft && !chosen) {
        (Tone::Plain, true) => t.text2,
        (Tone::Plain, false) => t.text1,
        (tone, _) => t.tint(tone).fg,
    }
}

/// Paints a cell; returns the badge under `pointer`.
fn paint_cell(
    ui: &Ui,
    place: Rect,
    cell: &Cell,
    right: bool,
    (chosen, at_pointer): (bool, Option<egui::Pos2>),
    t: &Tokens,
) -> Option<usize> {
    let painter = ui.painter();
    let font: FontId = if cell.mono { fonts::code() } else { fonts::body() };
    let color = color_of(cell, chosen, t);
    let middle = place.center().y;
    let mut left = place.left();
    if cell.absent {
        let width = (place.width() * 0.6).min(320.0);
        let bar = Rect::from_min_size(pos2(left, middle - 4.0), vec2(width, 8.0));
        painter.rect_filled(bar, 4.0, t.bg3);
        return None;
    }
    if let Some(share) = cell.bar {
        let width = (place.width() * share.clamp(0.0, 1.0)).max(3.0);
        let color = if cell.tone == Tone::Plain { t.accent } else { color };
        painter.rect_filled(Rect::from_min_size(pos2(left, middle - 4.0), vec2(width, 8.0)), 2.0, color);
        return None;
    }
    if let Some(icon) = cell.icon {
        icon.paint_at(painter, pos2(left + 7.0, middle), 14.0, color);
        left += 20.0;
        if cell.text.is_empty() {
            return None;
        }
    }
    if cell.badge_first
        && let Some((label, tone)) = cell.badges.first()
    {
        let (fill, color) = match tone {
            Tone::Plain => (if chosen { t.bg2 } else { t.bg4 }, t.text2),
            tone => (t.tint(*tone).bg, t.tint(*tone).fg),
        };
        left = super::badge::paint_badge(painter, left, middle, label, fill, color) + 8.0;
        let galley =
            text::line_within(painter, &cell.text, font.clone(), color_of(cell, chosen, t), place.right() - left);
        text::paint(painter, galley, left, middle, &font);
        return None;
    }
    if cell.text.is_empty() {
        return paint_badges(painter, left, place, cell, (chosen, at_pointer), t);
    }
    // The first badge says something that the text does not: room is kept for it.
    let kept = cell.badges.first().map_or(0.0, |(label, _)| super::badge::badge_width(painter, label) + 8.0);
    let room = (place.right() - left - kept).max(20.0);
    let galley = match if cell.elide_end { Elide::End } else { Elide::Middle } {
        Elide::End => text::line_within(painter, &cell.text, font.clone(), color, room),
        _ => text::line(painter, &text::elide_middle(painter, &cell.text, &font, room), font.clone(), color),
    };
    let at = if right { place.right() - galley.size().x } else { left };
    let shown = text::paint(painter, galley, at, middle, &font);
    paint_badges(painter, shown.right() + 8.0, place, cell, (chosen, at_pointer), t)
}

/// As many badges as there is room for, then how many there are besides; returns the one under `pointer`.
fn paint_badges(
    painter: &egui::Painter,
    mut left: f32,
    place: Rect,
    cell: &Cell,
    (chosen, at_pointer): (bool, Option<egui::Pos2>),
    t: &Tokens,
) -> Option<usize> {
    let mut hit = None;
    let plain = if chosen { t.bg2 } else { t.bg4 };
    for (index, (label, tone)) in cell.badges.iter().enumerate() {
        let (fill, color) = match tone {
            Tone::Plain => (plain, t.text2),
            tone => (t.tint(*tone).bg, t.tint(*tone).fg),
        };
        let is_last = index + 1 == cell.badges.len();
        let rest = format!("+{}", cell.badges.len() - index);
        let spare = if is_last { 0.0 } else { super::badge::badge_width(painter, &rest) + 4.0 };
        let width = super::badge::badge_width(painter, label);
        if left + width + spare > place.right() + 0.5 {
            if left + super::badge::badge_width(painter, &rest) <= place.right() + 0.5 {
                super::badge::paint_badge(painter, left, place.center().y, &rest, plain, t.text2);
            }
            return hit;
        }
        let place_of = Rect::from_min_size(pos2(left, place.center().y - 9.0), vec2(width, 18.0));
        let under = cell.badges_act && at_pointer.is_some_and(|at| place_of.contains(at));
        let color = if under { t.text1 } else { color };
        if under {
            hit = Some(index);
        }
        super::badge::paint_badge(painter, left, place.center().y, label, fill, color);
        left += width + 4.0;
    }
    hit
}
