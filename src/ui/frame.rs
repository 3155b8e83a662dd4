//! How the window is parted: top bar, rail, side panel, centre, status bar.

use egui::{Id, Rect, Ui, pos2, vec2};

use super::context::{Cx, pane_at, row_at, row_from_right};
use super::icons::Icon;
use super::theme::measure::{RAIL, SIDE_PANEL, STATUS_BAR, TOP_BAR};
use super::theme::{Tone, tokens};
use super::widgets::badge::dot_word_ui;
use super::widgets::button::IconButton;
use super::widgets::shared::{line_below, line_right};
use super::widgets::splitter::{SplitAxis, SplitRange, splitter_ui};
use super::widgets::text::Line;
use super::{centre, dialog, facts, services, top_bar};

/// The least that the side panel keeps.
const SIDE_MIN: f32 = 200.0;
/// In a narrow window the side panel takes this share unless the person chose another.
const SIDE_USUAL: f32 = 0.24;
/// The side panel takes this share at most.
const SIDE_MOST: f32 = 0.4;

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
    let usual = SIDE_PANEL.min(right.width() * SIDE_USUAL);
    let side_width = cx.memory.side_width.unwrap_or(usual).min(right.width() * SIDE_MOST).max(SIDE_MIN).round();
    let (side, center) = right.split_left_right_at_x(right.left() + side_width);
    ui.painter().rect_filled(side, 0.0, t.bg1);
    let mut side_ui = pane_at(ui, side, "side");
    services::services_ui(&mut side_ui, cx);
    ui.painter().rect_filled(center, 0.0, t.bg2);
    let mut center_ui = pane_at(ui, center, "centre");
    centre::centre_ui(&mut center_ui, cx);
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
    status_bar_ui(ui, cx, bottom);
    dialog::dialogs_ui(ui, cx);
}

fn rail_ui(ui: &mut Ui, cx: &Cx<'_>, rect: Rect) {
    let t = tokens(ui);
    ui.painter().rect_filled(rect, 0.0, t.bg1);
    line_right(ui.painter(), rect, t.line);
    let cell = Rect::from_min_size(pos2(rect.left() + 7.0, rect.top() + 8.0), vec2(34.0, 34.0));
    let mut row = row_at(ui, cell, "rail");
    row.add(IconButton::new(Icon::Layers, cx.words().services).rail(true, false));
}

fn status_bar_ui(ui: &mut Ui, cx: &Cx<'_>, rect: Rect) {
    let t = tokens(ui);
    ui.painter().rect_filled(rect, 0.0, t.bg1);
    ui.painter().hline(rect.x_range(), rect.top() + 0.5, egui::Stroke::new(1.0, t.line));
    let inner = rect.shrink2(vec2(16.0, 0.0));
    let version = concat!("", env!("CARGO_PKG_VERSION"));
    let mut right = row_from_right(ui, inner, "version");
    right.add(Line::hint(version).color(t.text2));
    let mut left = row_at(ui, inner, "status");
    let (tone, said) = match cx.tab() {
        Some(tab) => facts::connection_fact(cx, &tab.address),
        None => (Tone::Plain, cx.words().not_connected.to_owned()),
    };
    dot_word_ui(&mut left, tone, &said);
}
