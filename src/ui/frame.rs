//! How the window is parted: top bar, rail, side panel, centre, status bar.

use egui::{Id, Rect, Role, Ui, UiBuilder, pos2, vec2};

use super::context::{Cx, in_front, pane_at, row_at, row_from_right};
use super::icons::Icon;
use super::theme::measure::{RAIL, SIDE_PANEL, STATUS_BAR, TOP_BAR};
use super::theme::{Tone, tokens};
use super::widgets::badge::dot_word_ui;
use super::widgets::button::IconButton;
use super::widgets::menu::copy_menu_ui;
use super::widgets::shared::{line_below, line_right};
use super::widgets::splitter::{SplitAxis, SplitRange, splitter_ui};
use super::widgets::text::{Line, elide_middle};
use super::widgets::tooltip::tooltip_ui;
use super::{centre, commands, dialog, facts, fonts, palette, registry, services, settings, top_bar};
use crate::app::{Area, UiCommand};

/// The least that the side panel keeps.
const SIDE_MIN: f32 = 200.0;
/// In a narrow window the side panel takes this share unless the person chose another.
const SIDE_USUAL: f32 = 0.24;
/// The side panel takes this share at most.
const SIDE_MOST: f32 = 0.4;
/// A window that is narrower has no room for a side panel beside the centre.
const NARROW: f32 = 820.0;

/// The whole window.
pub(super) fn frame_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let t = tokens(ui);
    let whole = ui.max_rect();
    ui.painter().rect_filled(whole, 0.0, t.bg0);
    let (top, rest) = whole.split_top_bottom_at_y(whole.top() + TOP_BAR);
    let (middle, bottom) = rest.split_top_bottom_at_y(rest.bottom() - STATUS_BAR);
    ui.painter().rect_filled(top, 0.0, t.bg1);
    top_bar::top_bar_ui(ui, cx, top);
    line_below(ui.painter(), top, t.line);
    let (rail, right) = middle.split_left_right_at_x(middle.left() + RAIL);
    rail_ui(ui, cx, rail);
    fold_side(cx, whole.width());
    if cx.memory.habits.is_narrow && cx.memory.habits.side_over {
        side_ui(ui, cx, right);
    } else if cx.memory.habits.is_narrow || cx.memory.habits.side_folded {
        center_ui(ui, cx, right);
    } else {
        beside_ui(ui, cx, right);
    }
    status_bar_ui(ui, cx, bottom);
    dialog::dialogs_ui(ui, cx);
    palette::palette_ui(ui, cx);
}

/// Where there is no room for it, the side panel is folded to the rail, until it is asked for; what is opened from it
/// takes its place.
fn fold_side(cx: &mut Cx<'_>, width: f32) {
    let front = in_front(cx.app);
    let habits = &mut cx.memory.habits;
    let was_narrow = std::mem::replace(&mut habits.is_narrow, width < NARROW);
    if !habits.is_narrow || !was_narrow || habits.side_over_what != front {
        habits.side_over = false;
    }
    habits.side_over_what = front;
}

fn side_ui(ui: &mut Ui, cx: &mut Cx<'_>, side: Rect) {
    ui.painter().rect_filled(side, 0.0, tokens(ui).bg1);
    let mut pane = pane_at(ui, side, "side");
    match cx.app.area {
        Area::Services => services::services_ui(&mut pane, cx),
        Area::Registry => registry::side_ui(&mut pane, cx),
        Area::Settings => settings::side_ui(&mut pane, cx),
    }
}

fn center_ui(ui: &mut Ui, cx: &mut Cx<'_>, center: Rect) {
    ui.painter().rect_filled(center, 0.0, tokens(ui).bg2);
    let mut pane = pane_at(ui, center, "centre");
    match cx.app.area {
        Area::Services => centre::centre_ui(&mut pane, cx),
        Area::Registry => registry::centre_ui(&mut pane, cx),
        Area::Settings => settings::page_ui(&mut pane, cx),
    }
}

/// Side panel and centre, with the line between them that can be dragged.
fn beside_ui(ui: &mut Ui, cx: &mut Cx<'_>, right: Rect) {
    let usual = SIDE_PANEL.min(right.width() * SIDE_USUAL);
    let side_width = cx.memory.side_width.unwrap_or(usual).min(right.width() * SIDE_MOST).max(SIDE_MIN).round();
    let (side, center) = right.split_left_right_at_x(right.left() + side_width);
    side_ui(ui, cx, side);
    center_ui(ui, cx, center);
    let mut share = side_width / right.width();
    let range = SplitRange {
        first_min: SIDE_MIN,
        second_min: (right.width() * (1.0 - SIDE_MOST)).max(SIDE_MIN),
        rest: usual / right.width(),
    };
    let before = share;
    splitter_ui(ui, Id::unique("side edge"), cx.words().side_panel_edge, right, SplitAxis::Columns, &mut share, range);
    if (share - before).abs() > f32::EPSILON {
        cx.memory.side_width = Some((share * right.width()).round());
    }
}

fn rail_ui(ui: &mut Ui, cx: &mut Cx<'_>, rect: Rect) {
    let t = tokens(ui);
    ui.painter().rect_filled(rect, 0.0, t.bg1);
    line_right(ui.painter(), rect, t.line);
    let words = cx.lang().habits();
    let builder = UiBuilder::new()
        .id_salt("rail")
        .max_rect(rect)
        .accessibility_role(Role::TabList)
        .accessibility_label(words.areas);
    let mut rail = ui.new_child(builder);
    let top = Rect::from_min_size(pos2(rect.left() + 7.0, rect.top() + 8.0), vec2(34.0, 34.0));
    let second = top.translate(vec2(0.0, 38.0));
    let foot = Rect::from_min_size(pos2(rect.left() + 7.0, rect.bottom() - 42.0), vec2(34.0, 34.0));
    for (area, icon, name, command, place) in [
        (Area::Services, Icon::Layers, cx.words().services, UiCommand::ShowServices, top),
        (Area::Registry, Icon::Network, cx.lang().commands().show_registry, UiCommand::ShowRegistry, second),
        (Area::Settings, Icon::SlidersHorizontal, words.settings, UiCommand::ShowSettings, foot),
    ] {
        let key = cx.key(command);
        let mut row = row_at(&mut rail, place, name);
        let is_shown = cx.app.area == area;
        let alert = if area == Area::Registry { registry::alert(cx) } else { None };
        let response = row.add(IconButton::new(icon, name).rail(is_shown, alert.is_some()).key_if(key.as_deref()));
        if let Some(alert) = &alert {
            row.ctx().accesskit_node_builder(response.id, |node| node.set_description(alert.as_str()));
        }
        if response.clicked() {
            // The area that is shown already folds its side, or unfolds it.
            commands::run(row.ctx(), cx, if is_shown { UiCommand::ToggleSidePanel } else { command });
        }
    }
}

fn status_bar_ui(ui: &mut Ui, cx: &mut Cx<'_>, rect: Rect) {
    let t = tokens(ui);
    ui.painter().rect_filled(rect, 0.0, t.bg1);
    ui.painter().hline(rect.x_range(), rect.top() + 0.5, egui::Stroke::new(1.0, t.line));
    let inner = rect.shrink2(vec2(16.0, 0.0));
    let version = concat!("", env!("CARGO_PKG_VERSION"));
    let mut right = row_from_right(ui, inner, "version");
    right.add(Line::hint(version).color(t.text2));
    let room = right.min_rect().left() - inner.left() - 16.0;
    let mut left = row_at(ui, inner, "status");
    left.spacing_mut().item_spacing.x = registry::STATUS_GAP;
    // The connection keeps a good part; what a registry says is short.
    let others = registry::status_width(&left, cx).min(room * 0.6);
    let room = room - others - registry::DOT;
    let (tone, said) = match cx.tab() {
        Some(tab) => facts::connection_fact(cx, &tab.address),
        None => (Tone::Plain, cx.words().not_connected.to_owned()),
    };
    let shown = elide_middle(left.painter(), &said, &fonts::hint(), room);
    let response = dot_word_ui(&mut left, tone, &shown);
    left.ctx().accesskit_node_builder(response.id, |node| node.set_label(said.as_str()));
    copy_menu_ui(&response, 4, &said);
    if shown != said {
        tooltip_ui(&response, &said, None);
    }
    registry::status_ui(&mut left, cx, others);
}
