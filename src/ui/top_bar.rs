//! The bar across the top: sign and name, language, theme.

use egui::{Rect, Ui, vec2};

use super::context::{Cx, row_at, row_from_right};
use super::icons::Icon;
use super::widgets::button::{Button, IconButton};
use super::widgets::logo::logo_ui;
use super::widgets::text::Line;
use super::widgets::tooltip::tooltip_ui;
use crate::app::{Action, ThemeChoice};

pub(super) fn top_bar_ui(ui: &mut Ui, cx: &mut Cx<'_>, rect: Rect) {
    let words = cx.words();
    let mut left = row_at(ui, rect.shrink2(vec2(15.0, 0.0)), "top left");
    logo_ui(&mut left, 18.0, "Proconsul");
    left.add_space(10.0);
    left.add(Line::strong("Proconsul"));
    let mut right = row_from_right(ui, rect.shrink2(vec2(12.0, 0.0)), "top right");
    right.spacing_mut().item_spacing.x = 8.0;
    // Added from the right; the language comes first for the eye.
    let (icon, name, other) = match cx.app.theme {
        ThemeChoice::Dark => (Icon::Moon, words.theme_to_light, ThemeChoice::Light),
        ThemeChoice::Light => (Icon::Sun, words.theme_to_dark, ThemeChoice::Dark),
    };
    if right.add(IconButton::new(icon, name)).clicked() {
        cx.act(Action::SetTheme(other));
    }
    let language = Button::ghost(words.language_code).icon(Icon::Globe).name(words.language_switch);
    let response = right.add(language);
    tooltip_ui(&response, words.language_hover, None);
    if response.clicked() {
        cx.act(Action::SetLang(cx.lang().other()));
    }
}
