//! Rows of a tree: chevron, badge or icon, text, facts at the right. One Tab stop, arrows.

use std::borrow::Cow;

use egui::{CornerRadius, Id, Rect, Response, Role, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::badge::{Shape, badge_width, paint_badge, paint_shape};
use super::menu::menu_key;
use super::rows::row_keys;
use super::shared::{Stand, ring, shows_focus};
use super::{text, tooltip};
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::measure::ROW;
use crate::ui::theme::{Tokens, Tone, tokens};

/// What stands before a row's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TreeMark {
    /// Nothing.
    #[default]
    None,
    /// A method's shape.
    Shape(Shape),
    /// An icon in the place of the chevron: leaves among folders, broken files.
    Icon(Icon, Tone),
}

/// What stands at a row's right.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum TreeFact {
    /// Nothing.
    #[default]
    None,
    /// A badge.
    Badge(String, Tone),
    /// Words.
    Text(String, Tone),
    /// Data.
    Code(String),
    /// An icon and its word.
    Icon(Icon, String, Tone),
    /// A dot: something that was typed is not saved. Its name is for screen readers.
    Dot(String),
}

/// One row of a tree, in the order in which it is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TreeRow {
    /// Tells rows apart from one frame to the next.
    pub key: u64,
    /// How deep it stands; roots are 0.
    pub level: usize,
    /// Whether it is unfolded; `None` for what has no children.
    pub expanded: Option<bool>,
    /// What stands before the text.
    pub mark: TreeMark,
    /// Its text.
    pub text: String,
    /// A root: semibold.
    pub strong: bool,
    /// The colour of its text; plain is text 1 for what has children, text 2 otherwise.
    pub tone: Tone,
    /// What stands at its right.
    pub fact: TreeFact,
    /// What the hover says besides the text, where there is more.
    pub hover: Option<String>,
    /// Cannot be used.
    pub disabled: bool,
    /// Characters of the text to be shown as hits of the filter, as byte ranges.
    pub hits: Vec<std::ops::Range<usize>>,
}

/// Rows of a tree, of which only the visible ones are made.
pub trait TreeRows {
    /// So many there are.
    fn count(&self) -> usize;
    /// Where a row stands.
    fn place(&self, index: usize) -> Option<TreePlace>;
    /// Where the row with this key stands; to be answered at once by whoever has a great many.
    fn position(&self, key: u64) -> Option<usize> {
        (0..self.count()).find(|index| self.place(*index).is_some_and(|row| row.key == key))
    }
    /// A row as it is shown.
    fn row(&self, index: usize) -> Option<Cow<'_, TreeRow>>;
}

/// Where a row stands: [`TreeRow`]'s fields of these names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreePlace {
    /// Tells rows apart.
    pub key: u64,
    /// How deep it stands.
    pub level: usize,
    /// Whether it is unfolded.
    pub expanded: Option<bool>,
}

impl TreeRows for [TreeRow] {
    fn count(&self) -> usize {
        self.len()
    }

    fn place(&self, index: usize) -> Option<TreePlace> {
        self.get(index).map(|row| TreePlace { key: row.key, level: row.level, expanded: row.expanded })
    }

    fn row(&self, index: usize) -> Option<Cow<'_, TreeRow>> {
        self.get(index).map(Cow::Borrowed)
    }
}

/// What the person did to a tree.
#[derive(Debug, Default)]
pub struct TreeResponse {
    /// The row that became the chosen one.
    pub chosen: Option<u64>,
    /// The row that was folded or unfolded.
    pub toggled: Option<u64>,
    /// The row that was opened, by Enter or a double click.
    pub opened: Option<u64>,
    /// The chosen row as a widget while it is visible, to hang a menu on.
    pub chosen_response: Option<Response>,
    /// The row under a secondary click: hang the menu on it, [`super::menu::context_menu_ui`].
    pub menu: Option<(u64, Response)>,
}

/// A tree that fills the room there is and scrolls.
#[must_use = "a tree is shown by show"]
pub struct Tree<'a> {
    id: Id,
    name: &'a str,
    chosen: Option<u64>,
    scroll_to_chosen: bool,
    with_children: bool,
    active: bool,
    scroll: bool,
    first_click_chooses: bool,
}

impl<'a> Tree<'a> {
    /// A tree named `name` with this row chosen.
    pub fn new(id: Id, name: &'a str, chosen: Option<u64>) -> Self {
        Self {
            id,
            name,
            chosen,
            scroll_to_chosen: false,
            with_children: false,
            active: true,
            scroll: true,
            first_click_chooses: false,
        }
    }

    /// Brings the chosen row into view this frame.
    pub fn scroll_to_chosen(mut self, scroll: bool) -> Self {
        self.scroll_to_chosen = scroll;
        self
    }

    /// What is brought into view is the chosen row with what is under it, as much of that as fits.
    pub fn with_children(mut self, with: bool) -> Self {
        self.with_children = with;
        self
    }

    /// Whether the tree's choice is what the centre shows: then it is blue, otherwise grey.
    pub fn active(mut self, active: bool) -> Self {
        self.active = active;
        self
    }

    /// Rows stand for something that is shown: the first click and Enter choose a root as they do what is under it, and
    /// fold nothing. The chevron folds, and so does a click on what is chosen.
    pub fn first_click_chooses(mut self) -> Self {
        self.first_click_chooses = true;
        self
    }

    /// Takes the height of its rows, without scrolling.
    pub fn whole(mut self) -> Self {
        self.scroll = false;
        self
    }

    /// Shows the visible rows.
    pub fn show(self, ui: &mut Ui, rows: &(impl TreeRows + ?Sized)) -> TreeResponse {
        let mut out = TreeResponse::default();
        let count = rows.count();
        let current = self.chosen.and_then(|key| rows.position(key));
        let builder = UiBuilder::new().id_salt(self.id).accessibility_role(Role::Tree).accessibility_label(self.name);
        ui.scope_builder(builder, |ui| {
            ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
            let page = (ui.available_height() / ROW) as usize;
            let focus_row = current.unwrap_or(0);
            let keys =
                rows.place(focus_row).map(|row| row_keys(ui, self.row_id(row.key), focus_row, count, page, true));
            let keys = keys.unwrap_or_default();
            let mut go = keys.go;
            if let Some(row) = rows.place(focus_row) {
                if (keys.right && row.expanded == Some(false)) || (keys.left && row.expanded == Some(true)) {
                    out.toggled = Some(row.key);
                } else if keys.right && row.expanded == Some(true) {
                    go = Some(focus_row + 1).filter(|next| *next < count);
                } else if keys.left {
                    let is_above = |index: &usize| rows.place(*index).is_some_and(|above| above.level < row.level);
                    go = (0..focus_row).rev().find(is_above);
                }
                if keys.open {
                    out.opened = Some(row.key);
                    if row.expanded.is_some() && !self.first_click_chooses {
                        out.toggled = Some(row.key);
                    }
                }
                if keys.toggle && row.expanded.is_some() {
                    out.toggled = Some(row.key);
                }
            }
            if let Some(row) = go.and_then(|index| rows.place(index)) {
                out.chosen = Some(row.key);
                ui.memory_mut(|memory| memory.request_focus(self.row_id(row.key)));
            }
            let reveal = go.or_else(|| current.filter(|_| self.scroll_to_chosen));
            if !self.scroll {
                for index in 0..count {
                    self.row_ui(ui, rows, index, focus_row, go, &mut out);
                }
                return;
            }
            let mut area = ScrollArea::vertical().id_salt(self.id.with("scroll")).auto_shrink([false, false]);
            if let Some(index) = reveal {
                let height = ui.available_height();
                let shown = ui.data(|data| data.get_temp::<f32>(self.id)).unwrap_or_default();
                let last = if self.with_children && go.is_none() { last_below(rows, index) } else { index };
                if let Some(offset) = offset_for(index, last, shown, height) {
                    area = area.vertical_scroll_offset(offset);
                }
            }
            let output = area.show_rows(ui, ROW, count, |ui, range| {
                for index in range {
                    self.row_ui(ui, rows, index, focus_row, go, &mut out);
                }
            });
            ui.data_mut(|data| data.insert_temp(self.id, output.state.clamped_offset().y));
        });
        out
    }

    fn row_id(&self, key: u64) -> Id {
        self.id.with(("row", key))
    }

    fn row_ui(
        &self,
        ui: &mut Ui,
        rows: &(impl TreeRows + ?Sized),
        index: usize,
        focus_row: usize,
        go: Option<usize>,
        out: &mut TreeResponse,
    ) {
        let Some(row) = rows.row(index) else { return };
        let row = &*row;
        let t = tokens(ui);
        let rect = Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), ROW));
        ui.advance_cursor_after_rect(rect);
        let focusable = index == focus_row || go == Some(index);
        let sense = if row.disabled {
            Sense::hover()
        } else if focusable {
            Sense::click()
        } else {
            Sense::CLICK
        };
        let response = ui.interact(rect, self.row_id(row.key), sense);
        let chosen = self.chosen == Some(row.key);
        response.widget_info(|| WidgetInfo::labeled(Role::TreeItem, !row.disabled, &row.text));
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_level(row.level + 1);
            node.set_selected(chosen);
            if let Some(expanded) = row.expanded {
                node.set_expanded(expanded);
            }
            match &row.fact {
                TreeFact::Badge(fact, _)
                | TreeFact::Text(fact, _)
                | TreeFact::Code(fact)
                | TreeFact::Icon(_, fact, _)
                | TreeFact::Dot(fact) => node.set_description(fact.as_str()),
                TreeFact::None => {}
            }
        });
        let chevron_left = rect.left() + 8.0 + 16.0 * row.level as f32;
        if response.clicked() {
            let on_chevron = response.interact_pointer_pos().is_some_and(|at| at.x < chevron_left + 18.0);
            if row.expanded.is_some() && (on_chevron || chosen || (row.level == 0 && !self.first_click_chooses)) {
                out.toggled = Some(row.key);
            }
            if !(row.expanded.is_some() && on_chevron) {
                out.chosen = Some(row.key);
            }
        }
        if response.double_clicked() {
            out.opened = Some(row.key);
            if row.expanded.is_some() && !chosen {
                out.toggled = None;
            }
        }
        if response.secondary_clicked() || response.context_menu_opened() || menu_key(&response) {
            out.menu = Some((row.key, response.clone()));
            if response.secondary_clicked() {
                out.chosen = Some(row.key);
            }
        }
        if ui.is_rect_visible(rect) {
            self.paint_row(ui, row, rect, &response, chosen, t);
        }
        if chosen {
            out.chosen_response = Some(response);
        }
    }

    fn paint_row(&self, ui: &Ui, row: &TreeRow, rect: Rect, response: &Response, chosen: bool, t: &Tokens) {
        let stand = if response.hovered() { Stand::Hover } else { Stand::Rest };
        let right = paint_tree_row(ui, row, rect, stand, RowChoice::of(chosen, self.active), t);
        if shows_focus(response, Stand::Rest) {
            ring(ui.painter(), rect, 6, t);
        }
        if let Some(hover) = &row.hover {
            tooltip::tooltip_ui(response, hover, None);
        } else if right {
            tooltip::tooltip_ui(response, &row.text, None);
        }
    }
}

/// The last row under `index`, or itself.
fn last_below(rows: &(impl TreeRows + ?Sized), index: usize) -> usize {
    let Some(level) = rows.place(index).map(|row| row.level) else { return index };
    let is_below = |index: &usize| rows.place(*index).is_some_and(|row| row.level > level);
    index + (index + 1..rows.count()).take_while(is_below).count()
}

/// Where to scroll to, so that the rows from `first` to `last` are seen, or as many of them as fit; `None` if they are.
fn offset_for(first: usize, last: usize, shown: f32, height: f32) -> Option<f32> {
    let (top, bottom) = (first as f32 * ROW, (last + 1) as f32 * ROW);
    if top < shown {
        Some(top)
    } else if bottom > shown + height {
        // The first row wins where not all fit.
        Some((bottom - height).min(top)).filter(|offset| *offset > shown)
    } else {
        None
    }
}

/// Whether a row is the chosen one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RowChoice {
    /// It is not.
    #[default]
    No,
    /// It is.
    Chosen,
    /// It is, while something else has the person's attention.
    Unfocused,
}

impl RowChoice {
    /// By two facts.
    pub fn of(chosen: bool, active: bool) -> Self {
        match (chosen, active) {
            (false, _) => Self::No,
            (true, true) => Self::Chosen,
            (true, false) => Self::Unfocused,
        }
    }
}

/// Paints one row of a tree; returns whether its text had to be elided.
pub fn paint_tree_row(ui: &Ui, row: &TreeRow, rect: Rect, stand: Stand, choice: RowChoice, t: &Tokens) -> bool {
    let painter = ui.painter();
    let fill = match (choice, stand) {
        (RowChoice::Chosen, _) => Some(t.accent_bg),
        (RowChoice::Unfocused, _) => Some(t.bg4),
        (_, Stand::Hover) if !row.disabled => Some(t.bg3),
        _ => None,
    };
    if let Some(fill) = fill {
        painter.rect_filled(rect, CornerRadius::same(6), fill);
    }
    let chosen = choice != RowChoice::No;
    let middle = rect.center().y;
    let chevron_left = rect.left() + 8.0 + 16.0 * row.level as f32;
    let soft = if chosen { t.text2 } else { t.text3 };
    if let Some(expanded) = row.expanded {
        let icon = if expanded { Icon::ChevronDown } else { Icon::ChevronRight };
        icon.paint_at(painter, pos2(chevron_left + 8.0, middle), 14.0, soft);
    }
    let mut left = chevron_left + 20.0;
    match row.mark {
        TreeMark::None => {}
        TreeMark::Shape(shape) => {
            // Under its parent's text, which stands one level further out.
            let at = if row.level > 0 { chevron_left + 4.0 } else { chevron_left };
            paint_shape(painter, at, middle, shape, t);
            left = at + 18.0 + 8.0;
        }
        TreeMark::Icon(icon, tone) => {
            let color = if tone == Tone::Plain { soft } else { t.tint(tone).fg };
            icon.paint_at(painter, pos2(chevron_left + 8.0, middle), 14.0, color);
        }
    }
    let color = match (row.disabled, row.tone) {
        (true, _) => t.faint,
        (_, Tone::Plain) if chosen || stand == Stand::Hover || row.expanded.is_some() || row.strong => t.text1,
        (_, Tone::Plain) => t.text2,
        (_, tone) => t.tint(tone).fg,
    };
    let mut right = rect.right() - 8.0;
    match &row.fact {
        TreeFact::None => {}
        TreeFact::Badge(fact, tone) => {
            let width = badge_width(painter, fact);
            if right - width > left + 40.0 {
                right -= width;
                let tint = t.tint(*tone);
                let fill = if chosen && *tone == Tone::Plain { t.bg2 } else { tint.bg };
                paint_badge(painter, right, middle, fact, fill, tint.fg);
                right -= 8.0;
            }
        }
        TreeFact::Text(fact, tone) => {
            let width = text::width(painter, fact, fonts::body());
            if right - width > left + 40.0 {
                let color = if *tone == Tone::Plain { soft } else { t.tint(*tone).fg };
                right = text::paint_text_right(painter, right, middle, fact, &fonts::body(), color) - 8.0;
            }
        }
        TreeFact::Code(fact) => {
            // A name is never cut for its value: that gives way at its end.
            let name = text::width(painter, &row.text, fonts::body());
            let room = (right - left - name - 16.0).max(40.0);
            let font = fonts::code();
            let galley = text::line_within(painter, fact, font.clone(), soft, room);
            right -= galley.size().x;
            text::paint(painter, galley, right, middle, &font);
            right -= 8.0;
        }
        TreeFact::Icon(icon, fact, tone) => {
            let color = t.tint(*tone).fg;
            let edge = text::paint_text_right(painter, right, middle, fact, &fonts::body(), color);
            icon.paint_at(painter, pos2(edge - 12.0, middle), 14.0, color);
            right = edge - 26.0;
        }
        TreeFact::Dot(_) => {
            painter.circle_filled(pos2(right - 4.0, middle), 4.0, t.accent);
            right -= 16.0;
        }
    }
    let font = if row.strong { fonts::strong() } else { fonts::body() };
    let shown = text::elide_middle(painter, &row.text, &font, right - left);
    let elided = shown != row.text;
    if row.hits.is_empty() || elided {
        text::paint_text(painter, left, middle, &shown, &font, color);
    } else {
        paint_hits(ui, &row.text, &row.hits, left, middle, &font, color, t);
    }
    elided
}

/// Text with some of its characters in the accent.
#[allow(clippy::too_many_arguments, reason = "a painter's place, text and colours")]
fn paint_hits(
    ui: &Ui,
    whole: &str,
    hits: &[std::ops::Range<usize>],
    left: f32,
    middle: f32,
    font: &egui::FontId,
    color: egui::Color32,
    t: &Tokens,
) {
    use egui::text::{LayoutJob, TextFormat};
    let mut job = LayoutJob { break_on_newline: false, ..LayoutJob::default() };
    let mut at = 0;
    for hit in hits {
        let (Some(before), Some(inside)) = (whole.get(at..hit.start), whole.get(hit.clone())) else { continue };
        job.append(before, 0.0, TextFormat::simple(font.clone(), color));
        job.append(inside, 0.0, TextFormat::simple(font.clone(), t.accent));
        at = hit.end;
    }
    job.append(whole.get(at..).unwrap_or_default(), 0.0, TextFormat::simple(font.clone(), color));
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
    text::paint(ui.painter(), galley, left, middle, font);
}
