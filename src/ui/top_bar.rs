//! The bar across the top: sign and name, the field that opens the palette, language, theme, notices.

use egui::{Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::context::{Cx, row_at};
use super::icons::Icon;
use super::theme::tokens;
use super::widgets::badge::{key_width, paint_key};
use super::widgets::button::{Button, IconButton};
use super::widgets::logo::logo_ui;
use super::widgets::shared::{Stand, boxed, ring, shows_focus};
use super::widgets::text::{self, Line};
use super::widgets::tooltip::tooltip_ui;
use super::{commands, fonts, notices};
use crate::app::{Action, ThemeChoice, UiCommand};

/// The search's width where there is room.
const SEARCH: f32 = 420.0;
/// With less room it is an icon.
const SEARCH_LEAST: f32 = 150.0;
/// In a narrower window the sign stands for the name.
const NAMED: f32 = 620.0;

pub(super) fn top_bar_ui(ui: &mut Ui, cx: &mut Cx<'_>, rect: Rect) {
    let words = cx.words();
    let mut left = row_at(ui, rect.shrink2(vec2(15.0, 0.0)), "top left");
    logo_ui(&mut left, 18.0, "Proconsul");
    if rect.width() >= NAMED {
        left.add_space(10.0);
        left.add(Line::strong("Proconsul"));
    }
    let left_end = left.min_rect().right() + 16.0;
    let language = Button::ghost(words.language_code).icon(Icon::Globe).name(words.language_switch);
    let buttons = language.width(ui) + 8.0 + 28.0 + 8.0 + 28.0;
    let right_start = rect.right() - 12.0 - buttons;
    let room = right_start - 16.0 - left_end;
    let middle = rect.center();
    let width = SEARCH.min(room).min((rect.width() * 0.336).max(SEARCH_LEAST)).round();
    let search = if room < SEARCH_LEAST {
        Rect::from_center_size(pos2(right_start - 8.0 - 14.0, middle.y), vec2(28.0, 28.0))
    } else {
        // In the middle of the window, unless something stands there.
        let start = (middle.x - width / 2.0).clamp(left_end, right_start - 16.0 - width).round();
        Rect::from_min_size(pos2(start, middle.y - 14.0), vec2(width, 28.0))
    };
    if search_ui(ui, cx, search).clicked() {
        commands::run(ui.ctx(), cx, UiCommand::ShowPalette);
    }
    let place = Rect::from_min_max(pos2(right_start, rect.top()), pos2(rect.right() - 12.0, rect.bottom()));
    let mut right = row_at(ui, place, "top right");
    right.spacing_mut().item_spacing.x = 8.0;
    let response = right.add(language);
    tooltip_ui(&response, words.language_hover, None);
    if response.clicked() {
        cx.act(Action::SetLang(cx.lang().other()));
    }
    let (icon, name, other) = match cx.app.theme {
        ThemeChoice::Dark => (Icon::Moon, words.theme_to_light, ThemeChoice::Light),
        ThemeChoice::Light => (Icon::Sun, words.theme_to_dark, ThemeChoice::Dark),
    };
    if right.add(IconButton::new(icon, name)).clicked() {
        cx.act(Action::SetTheme(other));
    }
    notices::bell_ui(&mut right, cx);
}

/// What looks like a field, and opens the palette.
fn search_ui(ui: &mut Ui, cx: &Cx<'_>, rect: Rect) -> Response {
    let name = cx.lang().habits().search_everything;
    let key = cx.key(UiCommand::ShowPalette);
    if rect.width() < SEARCH_LEAST {
        let mut row = row_at(ui, rect, "search");
        return row.add(IconButton::new(Icon::Search, name).key_if(key.as_deref()));
    }
    let t = tokens(ui);
    let response = ui.interact(rect, ui.scope_id().with("search everything"), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    let over = matches!(Stand::of(&response), Stand::Hover | Stand::Pressed);
    boxed(ui.painter(), rect, 6, t.bg3, if over { t.stroke } else { t.line });
    let middle = rect.center().y;
    Icon::Search.paint_at(ui.painter(), pos2(rect.left() + 17.0, middle), 16.0, t.text3);
    let mut right = rect.right() - 8.0;
    if let Some(key) = &key {
        let width = key_width(ui.painter(), key);
        paint_key(ui.painter(), pos2(right - width, middle), key, egui::Color32::TRANSPARENT, t.stroke, t.text3);
        right -= width + 8.0;
    }
    let left = rect.left() + 33.0;
    let font = fonts::body();
    let galley = text::line_within(ui.painter(), name, font.clone(), t.text3, right - left);
    let is_cut = galley.elided;
    text::paint(ui.painter(), galley, left, middle, &font);
    if shows_focus(&response, Stand::Rest) {
        ring(ui.painter(), rect, 6, t);
    }
    if is_cut {
        tooltip_ui(&response, name, key.as_deref());
    }
    response
}
