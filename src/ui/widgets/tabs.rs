//! Tabs: of the window (one request each) and of a pane (Message, Metadata …).

use egui::{
    CornerRadius, Id, Key, Modifiers, Rect, Response, Role, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use super::badge::{Shape, count_width, paint_count, paint_shape};
use super::menu::{MenuItem, context_menu_ui, menu_line_ui, menu_ui};
use super::shared::{Stand, line_below, ring, shows_focus};
use super::text;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::measure::{INSET, TABS};
use crate::ui::theme::tokens;

/// The widest that a tab of the window gets.
const WIDEST: f32 = 220.0;
/// The narrowest, where its own width is not less.
const NARROWEST: f32 = 96.0;
/// The narrowest that the current one becomes.
const FRONT: f32 = 136.0;
/// The width of the list of those that do not fit.
const MORE: f32 = 36.0;

/// One tab of the window.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WindowTab<'a> {
    /// Tells tabs apart from one frame to the next.
    pub key: u64,
    /// Its title.
    pub title: &'a str,
    /// The shape of its method.
    pub shape: Option<Shape>,
    /// An icon, where it has no shape.
    pub icon: Option<Icon>,
    /// It holds what is not saved: a dot in the place of ×.
    pub unsaved: bool,
}

/// What the person did to the tabs of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WindowTabsResponse {
    /// The tab that became the chosen one.
    pub chosen: Option<u64>,
    /// The tab that should close.
    pub closed: Option<u64>,
    /// A new tab is wanted.
    pub new: bool,
    /// The tab that goes to another place, from 0 and counted without it.
    pub moved: Option<(u64, usize)>,
    /// The tab that is wanted twice.
    pub duplicated: Option<u64>,
    /// The tab that was closed last is wanted again.
    pub reopened: bool,
}

/// What the tabs of the window say beside their titles.
#[derive(Clone, Copy)]
pub struct WindowTabsWords<'a> {
    /// The name of the whole row.
    pub name: &'a str,
    /// The name of ×.
    pub close: &'a str,
    /// The name of + at the end; without it there is none.
    pub new: Option<&'a str>,
    /// In the menu of a tab.
    pub duplicate: &'a str,
    /// In the menu of a tab, where one was closed.
    pub reopen: Option<&'a str>,
    /// In the menu of a tab.
    pub move_left: &'a str,
    /// In the menu of a tab.
    pub move_right: &'a str,
    /// The keys of duplicate, reopen and close.
    pub keys: [Option<&'a str>; 3],
    /// The name of the list of those that do not fit, with their number.
    pub more: &'a dyn Fn(usize) -> String,
}

/// The row of the window's tabs, 36 high, on bg1, as wide as the room there is. Narrow windows get narrow tabs; those
/// that still do not fit are in a list at the end. A tab is dragged to another place, and has a menu.
pub fn window_tabs_ui(
    ui: &mut Ui,
    id: Id,
    words: WindowTabsWords<'_>,
    tabs: &[WindowTab<'_>],
    chosen: Option<u64>,
) -> WindowTabsResponse {
    let t = tokens(ui);
    let mut out = WindowTabsResponse::default();
    let (mut dragging, mut dragged) = (false, None);
    let (bar, _) = ui.allocate_exact_size(vec2(ui.available_width(), TABS), Sense::hover());
    ui.painter().rect_filled(bar, 0.0, t.bg1);
    line_below(ui.painter(), bar, t.line);
    let mut row =
        ui.new_child(UiBuilder::new().max_rect(bar).accessibility_role(Role::TabList).accessibility_label(words.name));
    let font = fonts::body();
    let current = tabs.iter().position(|tab| Some(tab.key) == chosen);
    let plus = if words.new.is_some() { TABS } else { 0.0 };
    let own = |tab: &WindowTab<'_>, chosen: bool| {
        let mark = if tab.shape.is_some() {
            26.0
        } else if tab.icon.is_some() {
            22.0
        } else {
            0.0
        };
        let cross = if chosen || tab.unsaved { 24.0 } else { 0.0 };
        INSET * 2.0 + mark + text::width(ui.painter(), tab.title, font.clone()).min(WIDEST) + cross
    };
    let mut widths: Vec<f32> = tabs.iter().map(|tab| own(tab, Some(tab.key) == chosen).floor()).collect();
    let shown = fit(&mut widths, bar.width() - plus, current);
    let go = tab_keys(&row, id, tabs.iter().map(|tab| tab.key), current);
    if let Some(index) = go {
        out.chosen = tabs.get(index).map(|tab| tab.key);
    }
    let mut left = bar.left();
    let mut places = Vec::with_capacity(shown.len());
    for (index, (tab, width)) in tabs.iter().zip(&widths).enumerate() {
        if !shown.contains(&index) {
            continue;
        }
        let rect = Rect::from_min_size(pos2(left, bar.top()), vec2(*width, TABS));
        left += width;
        let is_chosen = Some(tab.key) == chosen;
        let focusable = is_chosen || go == Some(index) || (current.is_none() && index == 0);
        let sense = if focusable { Sense::click_and_drag() } else { Sense::CLICK | Sense::DRAG };
        let response = row.interact(rect, tab_id(id, tab.key), sense);
        places.push((index, rect));
        if response.drag_started_by(egui::PointerButton::Primary) {
            out.chosen = Some(tab.key);
        }
        name_tab(&row, &response, tab.title, is_chosen);
        if response.clicked() {
            out.chosen = Some(tab.key);
        }
        if response.middle_clicked() {
            out.closed = Some(tab.key);
        }
        let painter = row.painter();
        if is_chosen {
            painter.rect_filled(rect, 0.0, t.bg2);
            painter.rect_filled(Rect::from_min_size(rect.min, vec2(*width, 2.0)), 0.0, t.accent);
        }
        painter.vline(rect.right() - 0.5, rect.y_range(), Stroke::new(1.0, t.line));
        let middle = rect.center().y;
        let mut x = rect.left() + INSET;
        let color = if is_chosen || response.hovered() { t.text1 } else { t.text2 };
        if let Some(shape) = tab.shape {
            paint_shape(painter, x, middle, shape, t);
            x += 26.0;
        } else if let Some(icon) = tab.icon {
            icon.paint_at(painter, pos2(x + 7.0, middle), 14.0, color);
            x += 22.0;
        }
        let has_cross = is_chosen || tab.unsaved || response.hovered();
        let end = rect.right() - INSET - if is_chosen || tab.unsaved { 24.0 } else { 0.0 };
        let shown_title = text::elide_middle(painter, tab.title, &font, (end - x + 1.5).max(0.0));
        text::paint_text(painter, x, middle, &shown_title, &font, color);
        if has_cross && *width > 64.0 {
            let place = Rect::from_center_size(pos2(rect.right() - INSET - 8.0, middle), vec2(20.0, 20.0));
            let inside = is_chosen || tab.unsaved;
            let over = row.rect_contains_pointer(place);
            if tab.unsaved && !over {
                painter.circle_filled(place.center(), 4.0, t.text2);
            }
            if inside {
                // Hovering a tab that is not chosen shows no ×: a click there chooses it.
                let close = row.interact(place, response.id.with("close"), Sense::CLICK);
                close.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{} {}", words.close, tab.title)));
                // The key closes the tab in front.
                let key = words.keys[2].filter(|_| is_chosen);
                super::tooltip::tooltip_ui(&close, words.close, key);
                if close.clicked() {
                    out.closed = Some(tab.key);
                    out.chosen = None;
                }
                if over {
                    row.painter().rect_filled(place, CornerRadius::same(4), t.bg3);
                }
                if !tab.unsaved || over {
                    Icon::X.paint(row.painter(), place, 14.0, if over { t.text1 } else { t.text3 });
                }
            }
        }
        if shows_focus(&response, Stand::Rest) {
            ring(row.painter(), rect, 0, t);
        }
        if shown_title != tab.title {
            super::tooltip::tooltip_ui(&response, tab.title, None);
        }
        tab_menu_ui(&response, words, tab.key, (index, tabs.len()), &mut out);
        if response.drag_stopped_by(egui::PointerButton::Primary) {
            dragged = Some((tab.key, index));
        } else if response.dragged_by(egui::PointerButton::Primary) {
            dragging = true;
        }
    }
    if let Some(at) = row.input(|input| input.pointer.interact_pos()).filter(|_| dragging || dragged.is_some()) {
        // Between which tabs it would go, among those that are seen.
        let before = places.iter().position(|(_, rect)| at.x < rect.center().x).unwrap_or(places.len());
        let edge = places.get(before).map_or(left, |(_, rect)| rect.left());
        if dragging {
            row.painter().vline(edge.max(bar.left() + 1.0), bar.y_range(), Stroke::new(2.0, t.accent));
        }
        if let Some((key, from)) = dragged {
            let to = places.get(before).map_or(shown.end, |(index, _)| *index);
            let to = if to > from { to - 1 } else { to };
            out.moved = (to != from).then_some((key, to));
        }
    }
    if shown.len() < tabs.len() {
        let place = Rect::from_min_size(pos2(bar.right() - plus - MORE, bar.top()), vec2(MORE, TABS)).shrink(4.0);
        more_ui(&mut row, place, words, tabs, &shown, &mut out);
        left = bar.right() - plus;
    }
    if let Some(new) = words.new {
        let place = Rect::from_min_size(pos2(left, bar.top()), vec2(TABS, TABS)).shrink(4.0);
        out.new = row.put(place, super::button::IconButton::new(Icon::Plus, new).key_if(words.keys[0])).clicked();
    }
    out
}

/// Narrows tabs so that they fit into `room`; where they would become too narrow, says which of them are shown: so many
/// as fit, with the current one among them.
fn fit(widths: &mut [f32], room: f32, current: Option<usize>) -> std::ops::Range<usize> {
    let total: f32 = widths.iter().sum();
    if total <= room || total <= 0.0 {
        return 0..widths.len();
    }
    // The current one stays wide enough to be read beside its ×; the others share what is left.
    let front =
        current.and_then(|at| widths.get(at)).map_or(0.0, |own| (own * room / total).floor().max(FRONT.min(*own)));
    let others = total - current.and_then(|at| widths.get(at)).copied().unwrap_or_default();
    for (index, width) in widths.iter_mut().enumerate() {
        *width = if Some(index) == current {
            front
        } else {
            (*width * (room - front) / others).floor().max(NARROWEST.min(*width))
        };
    }
    if widths.iter().sum::<f32>() <= room {
        return 0..widths.len();
    }
    let room = room - MORE;
    // From the first one, then as far to the right as the current one asks.
    let end_from = |start: usize| {
        let mut used = 0.0;
        let fits = widths[start..].iter().take_while(|width| {
            used += **width;
            used <= room
        });
        start + fits.count().max(1)
    };
    let mut start = 0;
    while let Some(current) = current
        && end_from(start) <= current
    {
        start += 1;
    }
    start..end_from(start).min(widths.len())
}

fn tab_menu_ui(
    tab: &Response,
    words: WindowTabsWords<'_>,
    key: u64,
    (index, count): (usize, usize),
    out: &mut WindowTabsResponse,
) {
    context_menu_ui(tab, 240.0, |ui| {
        if ui.add(MenuItem::new(words.duplicate).icon(Icon::Copy).key_if(words.keys[0]).first()).clicked() {
            out.duplicated = Some(key);
        }
        let left = MenuItem::new(words.move_left).icon(Icon::ArrowLeft).enabled(index > 0);
        if ui.add(left).clicked() {
            out.moved = Some((key, index.saturating_sub(1)));
        }
        let right = MenuItem::new(words.move_right).icon(Icon::ArrowRight).enabled(index + 1 < count);
        if ui.add(right).clicked() {
            out.moved = Some((key, index + 1));
        }
        menu_line_ui(ui);
        if let Some(reopen) = words.reopen
            && ui.add(MenuItem::new(reopen).icon(Icon::RotateCcw).key_if(words.keys[1])).clicked()
        {
            out.reopened = true;
        }
        if ui.add(MenuItem::new(words.close).icon(Icon::X).key_if(words.keys[2])).clicked() {
            out.closed = Some(key);
        }
    });
}

/// The list of those that do not fit.
fn more_ui(
    row: &mut Ui,
    place: Rect,
    words: WindowTabsWords<'_>,
    tabs: &[WindowTab<'_>],
    shown: &std::ops::Range<usize>,
    out: &mut WindowTabsResponse,
) {
    let name = (words.more)(tabs.len() - shown.len());
    let button = row.put(place, super::button::IconButton::new(Icon::Ellipsis, &name));
    menu_ui(&button, 240.0, |ui| {
        let room = (ui.ctx().content_rect().bottom() - button.rect.bottom() - 40.0).max(84.0);
        egui::ScrollArea::vertical().id_salt("more tabs").max_height(room).show(ui, |ui| {
            let hidden = tabs.iter().enumerate().filter(|(index, _)| !shown.contains(index));
            for (count, (_, tab)) in hidden.enumerate() {
                let item = MenuItem::new(tab.title);
                let item = if count == 0 { item.first() } else { item };
                if ui.add(item).clicked() {
                    out.chosen = Some(tab.key);
                }
            }
        });
    });
}

/// One tab of a pane.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PaneTab<'a> {
    /// Its title.
    pub title: &'a str,
    /// How many things it holds.
    pub count: Option<&'a str>,
}

/// The tabs of a pane, 36 high, from the left edge of the room; returns the tab that became the chosen one.
///
/// The line under the row is the caller's: other things may stand at its right.
pub fn pane_tabs_ui(ui: &mut Ui, id: Id, name: &str, tabs: &[PaneTab<'_>], chosen: usize) -> Option<usize> {
    const GAP: f32 = 16.0;
    let t = tokens(ui);
    let font = fonts::body();
    let widths: Vec<f32> = tabs
        .iter()
        .map(|tab| {
            let count = tab.count.map_or(0.0, |count| 6.0 + count_width(ui.painter(), count));
            text::width(ui.painter(), tab.title, font.clone()).round() + count
        })
        .collect();
    let total = widths.iter().sum::<f32>() + GAP * tabs.len().saturating_sub(1) as f32;
    let (bar, _) = ui.allocate_exact_size(vec2(total, TABS), Sense::hover());
    let row = ui.new_child(UiBuilder::new().max_rect(bar).accessibility_role(Role::TabList).accessibility_label(name));
    let go = tab_keys(&row, id, 0..tabs.len() as u64, Some(chosen));
    let mut out = go;
    let mut left = bar.left();
    for (index, (tab, width)) in tabs.iter().zip(&widths).enumerate() {
        let rect = Rect::from_min_size(pos2(left, bar.top()), vec2(*width, TABS));
        left += width + GAP;
        let is_chosen = index == chosen;
        let sense = if is_chosen || go == Some(index) { Sense::click() } else { Sense::CLICK };
        let response = row.interact(rect.expand2(vec2(GAP / 2.0, 0.0)), tab_id(id, index as u64), sense);
        name_tab(&row, &response, tab.title, is_chosen);
        if let Some(count) = tab.count {
            row.ctx().accesskit_node_builder(response.id, |node| node.set_description(count));
        }
        if response.clicked() {
            out = Some(index);
        }
        let painter = row.painter();
        let color = if is_chosen || response.hovered() { t.text1 } else { t.text2 };
        let end = text::paint_text(painter, rect.left(), rect.center().y, tab.title, &font, color);
        if let Some(count) = tab.count {
            paint_count(painter, end.round() + 6.0, rect.center().y, count, t);
        }
        if is_chosen {
            let line = Rect::from_min_max(pos2(rect.left(), rect.bottom() - 2.0), rect.max);
            painter.rect_filled(line, 0.0, t.accent);
        }
        if shows_focus(&response, Stand::Rest) {
            ring(painter, rect.expand2(vec2(6.0, -4.0)), 4, t);
        }
    }
    out
}

fn tab_id(id: Id, key: u64) -> Id {
    id.with(("tab", key))
}

fn name_tab(ui: &Ui, response: &Response, title: &str, chosen: bool) {
    response.widget_info(|| WidgetInfo::labeled(Role::Tab, true, title));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_selected(chosen));
}

/// Arrows move the choice, the focus follows.
fn tab_keys(ui: &Ui, id: Id, keys: impl Iterator<Item = u64>, current: Option<usize>) -> Option<usize> {
    let keys: Vec<u64> = keys.collect();
    let current = current?;
    let focused = tab_id(id, *keys.get(current)?);
    if !ui.memory(|memory| memory.has_focus(focused)) {
        return None;
    }
    let filter = egui::EventFilter { horizontal_arrows: true, ..Default::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(focused, filter));
    let (right, left) = ui.input_mut(|input| {
        (input.consume_key(Modifiers::NONE, Key::ArrowRight), input.consume_key(Modifiers::NONE, Key::ArrowLeft))
    });
    let next = match (right, left) {
        (true, _) => current + 1,
        (_, true) => current.checked_sub(1)?,
        _ => return None,
    };
    let key = *keys.get(next)?;
    ui.memory_mut(|memory| memory.request_focus(tab_id(id, key)));
    Some(next)
}

#[cfg(test)]
mod tests {
    use super::fit;

    #[test]
    fn the_current_tab_is_always_among_those_that_fit() {
        for (count, room, current, expect, shown) in [
            (3, 600.0, None, 150.0, 0..3),
            (3, 340.0, Some(2), 102.0, 0..3),
            (3, 300.0, Some(2), 96.0, 1..3),
            (10, 516.0, None, 96.0, 0..5),
            (10, 556.0, Some(4), 96.0, 0..5),
            (10, 556.0, Some(9), 96.0, 5..10),
            (10, 556.0, Some(6), 96.0, 2..7),
            (10, 516.0, Some(6), 96.0, 3..7),
            (2, 10.0, Some(1), 96.0, 1..2),
        ] {
            let mut widths = vec![150.0; count];
            assert_eq!(fit(&mut widths, room, current), shown, "{count} in {room}");
            assert!((widths[0] - expect).abs() < 0.1, "{count} in {room}: {}", widths[0]);
        }
        assert_eq!(fit(&mut [], 10.0, None), 0..0);
    }
}
