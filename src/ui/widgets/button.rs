//! Buttons with words.

use egui::{Color32, CornerRadius, FontId, Rect, Response, Role, Sense, Stroke, Ui, Vec2, WidgetInfo, pos2, vec2};

use super::badge::{key_width, paint_key};
use super::shared::{Stand, boxed, ring, shows_focus};
use super::text;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::{Tokens, tokens};

/// What pressing it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Secondary,
    Primary,
    Danger,
    DangerConfirm,
    Ghost,
    Link,
}

/// How big a button or a choice is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonSize {
    /// 24 high, 12-point text.
    Small,
    /// 28 high.
    #[default]
    Normal,
    /// 32 high: the target bar, dialogs, the first window.
    Large,
}

impl ButtonSize {
    /// In points.
    pub fn height(self) -> f32 {
        match self {
            Self::Small => 24.0,
            Self::Normal => 28.0,
            Self::Large => 32.0,
        }
    }

    /// From the outer edge, the line of 1 included.
    fn padding(self) -> f32 {
        match self {
            Self::Small => 9.0,
            Self::Normal => 13.0,
            Self::Large => 15.0,
        }
    }

    fn radius(self) -> u8 {
        if self == Self::Small { 5 } else { 6 }
    }
}

/// A button with words, shown by `ui.add(Button::primary("Send").large().key("Ctrl ⏎"))`.
#[must_use = "a widget is shown by ui.add"]
pub struct Button<'a> {
    kind: Kind,
    label: &'a str,
    name: Option<&'a str>,
    size: ButtonSize,
    icon: Option<Icon>,
    key: Option<&'a str>,
    trailing: Option<Icon>,
    enabled: bool,
    min_width: f32,
    stand: Option<Stand>,
}

impl<'a> Button<'a> {
    fn new(kind: Kind, label: &'a str) -> Self {
        Self {
            kind,
            label,
            name: None,
            size: ButtonSize::Normal,
            icon: None,
            key: None,
            trailing: None,
            enabled: true,
            min_width: 0.0,
            stand: None,
        }
    }

    /// The usual button.
    pub fn secondary(label: &'a str) -> Self {
        Self::new(Kind::Secondary, label)
    }

    /// The view's main step; one a view.
    pub fn primary(label: &'a str) -> Self {
        Self::new(Kind::Primary, label)
    }

    /// Leads to something destructive, or cancels what runs.
    pub fn danger(label: &'a str) -> Self {
        Self::new(Kind::Danger, label)
    }

    /// Does the destructive thing: only in the question that confirms it.
    pub fn danger_confirm(label: &'a str) -> Self {
        Self::new(Kind::DangerConfirm, label)
    }

    /// Without an edge: in bars.
    pub fn ghost(label: &'a str) -> Self {
        Self::new(Kind::Ghost, label)
    }

    /// A word of the text that acts.
    pub fn link(label: &'a str) -> Self {
        Self::new(Kind::Link, label)
    }

    /// 32 high.
    pub fn large(mut self) -> Self {
        self.size = ButtonSize::Large;
        self
    }

    /// 24 high.
    pub fn small(mut self) -> Self {
        self.size = ButtonSize::Small;
        self
    }

    /// An icon before the words.
    pub fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// An icon after the words: a chevron where a menu opens.
    pub fn trailing(mut self, icon: Icon) -> Self {
        self.trailing = Some(icon);
        self
    }

    /// The key that does the same, shown in the button.
    pub fn key(mut self, key: &'a str) -> Self {
        self.key = Some(key);
        self
    }

    /// The key that does the same, if there is one.
    pub fn key_if(mut self, key: Option<&'a str>) -> Self {
        self.key = key;
        self
    }

    /// Whether it can be pressed.
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = enabled;
        self
    }

    /// The name for screen readers, where the words alone do not say it.
    pub fn name(mut self, name: &'a str) -> Self {
        self.name = Some(name);
        self
    }

    /// At least this wide.
    pub fn min_width(mut self, width: f32) -> Self {
        self.min_width = width;
        self
    }

    /// Shown as if it stood so: for the gallery.
    pub fn stand(mut self, stand: Stand) -> Self {
        self.stand = Some(stand);
        self
    }

    fn font(&self) -> FontId {
        match (self.kind, self.size) {
            (Kind::Primary | Kind::DangerConfirm, ButtonSize::Small) => fonts::semi(12.0),
            (Kind::Primary | Kind::DangerConfirm, _) => fonts::strong(),
            (_, ButtonSize::Small) => fonts::hint(),
            _ => fonts::body(),
        }
    }

    /// Fill, edge and text.
    fn colors(&self, t: &Tokens, stand: Stand) -> (Color32, Color32, Color32) {
        let none = Color32::TRANSPARENT;
        let over = matches!(stand, Stand::Hover | Stand::Pressed);
        match self.kind {
            Kind::Primary | Kind::DangerConfirm if !self.enabled => (t.bg4, none, t.text3),
            Kind::Secondary | Kind::Danger if !self.enabled => (t.bg3, t.line, t.faint),
            _ if !self.enabled => (none, none, t.faint),
            Kind::Primary => (if over { t.accent_fill_hover } else { t.accent_fill }, none, t.on_fill),
            Kind::DangerConfirm => (t.error_fill, none, t.on_fill),
            Kind::Secondary => match stand {
                Stand::Pressed => (t.bg4, t.faint, t.text1),
                Stand::Hover => (t.bg4, t.stroke, t.text1),
                _ => (t.bg3, t.stroke, t.text1),
            },
            Kind::Danger => (if over { t.error_bg } else { none }, t.error, t.error),
            Kind::Ghost => match stand {
                Stand::Pressed => (t.bg4, none, t.text1),
                Stand::Hover => (t.bg3, none, t.text1),
                _ => (none, none, t.text2),
            },
            Kind::Link => (none, none, t.accent),
        }
    }

    fn padding(&self) -> f32 {
        match self.kind {
            Kind::Link => 0.0,
            Kind::Ghost => 9.0,
            _ => self.size.padding(),
        }
    }

    /// How wide it will be.
    pub fn width(&self, ui: &Ui) -> f32 {
        let painter = ui.painter();
        let padding = self.padding();
        let mut width = 2.0 * padding + text::width(painter, self.label, self.font());
        if self.icon.is_some() {
            width += 14.0 + 6.0;
        }
        if self.trailing.is_some() {
            width += 6.0 + 14.0;
        }
        if let Some(key) = self.key {
            width += 6.0 + key_width(painter, key);
        }
        width.round().max(self.min_width)
    }
}

impl egui::Widget for Button<'_> {
    fn ui(self, ui: &mut Ui) -> Response {
        let t = tokens(ui);
        let size = vec2(self.width(ui), self.size.height());
        let sense = if self.enabled { Sense::click() } else { Sense::hover() };
        let (rect, response) = ui.allocate_exact_size(size, sense);
        let enabled = self.enabled && ui.is_enabled();
        response.widget_info(|| {
            let role = if self.kind == Kind::Link { Role::Link } else { Role::Button };
            WidgetInfo::labeled(role, enabled, self.name.unwrap_or(self.label))
        });
        let response = if self.kind == Kind::Link && enabled {
            response.on_hover_cursor(egui::CursorIcon::PointingHand)
        } else {
            response
        };
        if ui.is_rect_visible(rect) {
            self.paint(ui, rect, &response, t);
        }
        response
    }
}

impl Button<'_> {
    fn paint(&self, ui: &Ui, rect: Rect, response: &Response, t: &Tokens) {
        let painter = ui.painter();
        let stand = self.stand.unwrap_or_else(|| Stand::of(response));
        let (fill, edge, color) = self.colors(t, stand);
        let radius = self.size.radius();
        if fill != Color32::TRANSPARENT || edge != Color32::TRANSPARENT {
            boxed(painter, rect, radius, fill, if edge == Color32::TRANSPARENT { fill } else { edge });
        }
        let font = self.font();
        let content = self.content_width(ui);
        let middle = rect.center().y;
        let mut x = (rect.center().x - content / 2.0).round();
        if let Some(icon) = self.icon {
            icon.paint_at(painter, pos2(x + 7.0, middle), 14.0, color);
            x += 20.0;
        }
        let right = text::paint_text(painter, x, middle, self.label, &font, color);
        x = right;
        if self.kind == Kind::Link && stand == Stand::Hover {
            painter.hline(rect.left()..=right, middle + 7.5, Stroke::new(1.0, color));
        }
        if let Some(icon) = self.trailing {
            icon.paint_at(painter, pos2(x + 6.0 + 7.0, middle), 14.0, color);
            x += 20.0;
        }
        if let Some(key) = self.key {
            let edge = match self.kind {
                Kind::Primary | Kind::DangerConfirm if self.enabled => t.on_fill.gamma_multiply(0.55),
                _ => t.stroke,
            };
            let color = match self.kind {
                Kind::Primary | Kind::DangerConfirm if self.enabled => t.on_fill,
                _ => t.text2,
            };
            paint_key(painter, pos2(x + 6.0, middle), key, Color32::TRANSPARENT, edge, color);
        }
        if self.enabled && shows_focus(response, stand) {
            match self.kind {
                Kind::Primary | Kind::DangerConfirm => ring(painter, rect.expand(4.0), radius + 4, t),
                Kind::Link => ring(painter, rect.expand2(vec2(4.0, 0.0)), 4, t),
                _ => ring(painter, rect, radius, t),
            }
        }
    }

    fn content_width(&self, ui: &Ui) -> f32 {
        let mut copy = Button { min_width: 0.0, ..Button::new(self.kind, self.label) };
        copy.size = self.size;
        copy.icon = self.icon;
        copy.trailing = self.trailing;
        copy.key = self.key;
        let padding = self.padding();
        copy.width(ui) - 2.0 * padding
    }
}

/// A square button with only an icon; its name is in the hover.
#[must_use = "a widget is shown by ui.add"]
pub struct IconButton<'a> {
    icon: Icon,
    name: &'a str,
    key: Option<&'a str>,
    side: f32,
    icon_size: f32,
    on: Option<bool>,
    enabled: bool,
    rail: bool,
    edged: bool,
    alert: bool,
    color: Option<Color32>,
    stand: Option<Stand>,
}

impl<'a> IconButton<'a> {
    /// 28 by 28 with an icon of 16.
    pub fn new(icon: Icon, name: &'a str) -> Self {
        Self {
            icon,
            name,
            key: None,
            side: 28.0,
            icon_size: 16.0,
            on: None,
            enabled: true,
            rail: false,
            edged: false,
            alert: false,
            color: None,
            stand: None,
        }
    }

    /// 24 by 24 with an icon of 14.
    pub fn small(mut self) -> Self {
        self.side = 24.0;
        self.icon_size = 14.0;
        self
    }

    /// Another size of the icon than 16, or 14 in a small button.
    pub fn icon_size(mut self, size: f32) -> Self {
        self.icon_size = size;
        self
    }

    /// A cell of the rail: 34 by 34 with an icon of 18; `alert` adds the red dot.
    pub fn rail(mut self, chosen: bool, alert: bool) -> Self {
        self.side = 34.0;
        self.icon_size = 18.0;
        self.rail = true;
        self.on = Some(chosen);
        self.alert = alert;
        self
    }

    /// With the edge of a button with words: beside fields.
    pub fn edged(mut self) -> Self {
        self.edged = true;
        self
    }

    /// A switch that is on or off.
    pub fn on(mut self, on: bool) -> Self {
        self.on = Some(on);
        self
    }

    /// A switch only while it is on; otherwise a button.
    pub fn on_if(mut self, on: bool) -> Self {
        self.on = on.then_some(true);
        self
    }

    /// The key that does the same, told in the hover.
    pub fn key(mut self, key: &'a str) -> Self {
        self.key = Some(key);
        self
    }

    /// The key that does the same, if there is one.
    pub fn key_if(mut self, key: Option<&'a str>) -> Self {
        self.key = key;
        self
    }

    /// Whether it can be pressed.
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = enabled;
        self
    }

    /// Another colour than text 2.
    pub fn color(mut self, color: Color32) -> Self {
        self.color = Some(color);
        self
    }

    /// Shown as if it stood so: for the gallery.
    pub fn stand(mut self, stand: Stand) -> Self {
        self.stand = Some(stand);
        self
    }
}

impl egui::Widget for IconButton<'_> {
    fn ui(self, ui: &mut Ui) -> Response {
        let t = tokens(ui);
        let sense = if self.enabled { Sense::click() } else { Sense::hover() };
        let (rect, response) = ui.allocate_exact_size(Vec2::splat(self.side), sense);
        let enabled = self.enabled && ui.is_enabled();
        let role = if self.rail { Role::Tab } else { Role::Button };
        response.widget_info(|| match self.on {
            Some(on) if !self.rail => WidgetInfo::selected(role, enabled, on, self.name),
            _ => WidgetInfo::labeled(role, enabled, self.name),
        });
        if self.rail {
            let on = self.on == Some(true);
            ui.ctx().accesskit_node_builder(response.id, |node| node.set_selected(on));
        }
        if ui.is_rect_visible(rect) {
            let painter = ui.painter();
            let stand = self.stand.unwrap_or_else(|| Stand::of(&response));
            let radius = if self.rail { 8 } else { 6 };
            let (fill, color) = match (self.enabled, self.on, stand) {
                (false, ..) => (None, t.faint),
                (_, Some(true), _) => (Some(t.accent_bg), t.accent),
                (_, _, Stand::Pressed) => (Some(t.bg4), t.text1),
                (_, _, Stand::Hover) => (Some(t.bg3), t.text1),
                _ => (None, self.color.unwrap_or(t.text2)),
            };
            if self.edged {
                let edge = if self.enabled { t.stroke } else { t.line };
                boxed(painter, rect, radius, fill.unwrap_or(t.bg3), edge);
            } else if let Some(fill) = fill {
                painter.rect_filled(rect, CornerRadius::same(radius), fill);
            }
            self.icon.paint(painter, rect, self.icon_size, color);
            if self.alert {
                let at = pos2(rect.right() - 7.5, rect.top() + 7.5);
                painter.circle_filled(at, 5.0, fill.unwrap_or(t.bg1));
                painter.circle_filled(at, 3.5, t.error);
            }
            if self.enabled && shows_focus(&response, stand) {
                ring(painter, rect, radius, t);
            }
        }
        super::tooltip::tooltip_beside(&response, self.name, self.key, self.rail);
        response
    }
}
