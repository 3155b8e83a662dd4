//! egui's own style, set so that its stock widgets look like ours.

use std::collections::BTreeMap;

use egui::epaint::FontColorTransferFunction;
use egui::style::{HandleShape, ScrollAnimation, ScrollStyle, WidgetVisuals};
use egui::{Color32, CornerRadius, Margin, Shadow, Stroke, Style, TextStyle, Visuals, vec2};

use super::Tokens;
use crate::ui::fonts;

pub(super) fn set(style: &mut Style, t: &Tokens) {
    style.text_styles = BTreeMap::from([
        (TextStyle::Small, fonts::sans(11.0)),
        (TextStyle::Body, fonts::body()),
        (TextStyle::Button, fonts::body()),
        (TextStyle::Heading, fonts::semi(15.0)),
        (TextStyle::Monospace, fonts::code()),
    ]);
    style.drag_value_text_style = TextStyle::Monospace;
    style.animation_time = 0.0;
    style.scroll_animation = ScrollAnimation::none();
    style.explanation_tooltips = false;
    style.interaction.selectable_labels = false;
    style.interaction.tooltip_delay = 0.4;

    let spacing = &mut style.spacing;
    spacing.item_spacing = vec2(0.0, 0.0);
    spacing.interact_size.y = 28.0;
    spacing.button_padding = vec2(12.0, 4.0);
    spacing.menu_margin = Margin::same(4);
    spacing.window_margin = Margin::ZERO;
    spacing.icon_width = 16.0;
    spacing.scroll = scroll_style();

    let visuals = &mut style.visuals;
    *visuals = if t.dark { Visuals::dark() } else { Visuals::light() };
    visuals.text_options.color_transfer_function =
        if t.dark { FontColorTransferFunction::Gamma(0.8) } else { FontColorTransferFunction::Off };
    let state = |text: Color32, line: Color32| WidgetVisuals {
        bg_fill: t.scroll_bar,
        weak_bg_fill: t.bg3,
        bg_stroke: Stroke::new(1.0, line),
        corner_radius: CornerRadius::same(6),
        fg_stroke: Stroke::new(1.0, text),
        expansion: 0.0,
    };
    visuals.widgets.noninteractive = state(t.text1, t.line);
    visuals.widgets.inactive = state(t.text1, t.stroke);
    visuals.widgets.hovered = state(t.text1, t.stroke);
    visuals.widgets.active = state(t.text1, t.stroke);
    visuals.widgets.open = state(t.text1, t.stroke);
    visuals.weak_text_color = Some(t.text3);
    visuals.selection.bg_fill = t.accent_bg;
    // This colour replaces that of selected text, so it must be one that can be read.
    visuals.selection.stroke = Stroke::new(1.0, t.text1);
    visuals.hyperlink_color = t.accent;
    visuals.faint_bg_color = t.bg3;
    visuals.extreme_bg_color = t.bg3;
    visuals.text_edit_bg_color = Some(t.bg3);
    visuals.code_bg_color = t.bg3;
    visuals.warn_fg_color = t.warn;
    visuals.error_fg_color = t.error;
    visuals.window_corner_radius = CornerRadius::same(10);
    visuals.window_shadow = Shadow::NONE;
    visuals.popup_shadow = Shadow::NONE;
    visuals.window_fill = t.bg3;
    visuals.window_stroke = Stroke::new(1.0, t.stroke);
    visuals.menu_corner_radius = CornerRadius::same(8);
    visuals.panel_fill = t.bg2;
    visuals.text_cursor.blink = false;
    visuals.text_cursor.stroke = Stroke::new(2.0, t.accent);
    visuals.handle_shape = HandleShape::Circle;
    // What is disabled has its own colours; nothing is dimmed once more.
    visuals.disabled_alpha = 1.0;
}

fn scroll_style() -> ScrollStyle {
    let mut scroll = ScrollStyle::floating();
    scroll.bar_width = 6.0;
    scroll.floating_width = 6.0;
    scroll.bar_outer_margin = 2.0;
    scroll.bar_inner_margin = 0.0;
    scroll.floating_allocated_width = 0.0;
    scroll.foreground_color = false;
    scroll.handle_min_length = 24.0;
    scroll.dormant_handle_opacity = 1.0;
    scroll.active_handle_opacity = 1.0;
    scroll.interact_handle_opacity = 1.0;
    scroll.dormant_background_opacity = 0.0;
    scroll.active_background_opacity = 0.0;
    scroll.interact_background_opacity = 0.0;
    scroll.fade.strength = 0.0;
    scroll
}
