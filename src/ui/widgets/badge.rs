//! Small facts: method shapes, statuses, health, plain badges, counts, keys.

use egui::{
    Color32, CornerRadius, Painter, Pos2, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use super::text;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::{Tokens, Tone, tokens};

/// The shape of a method: which side sends a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// One message each way.
    Unary,
    /// The server answers with a stream.
    ServerStream,
    /// The client sends a stream.
    ClientStream,
    /// Both send a stream.
    Bidi,
}

impl Shape {
    /// By which sides stream.
    pub const fn of(client_streams: bool, server_streams: bool) -> Self {
        match (client_streams, server_streams) {
            (false, false) => Self::Unary,
            (false, true) => Self::ServerStream,
            (true, false) => Self::ClientStream,
            (true, true) => Self::Bidi,
        }
    }

    /// Its letter.
    pub const fn letter(self) -> &'static str {
        match self {
            Self::Unary => "U",
            Self::ServerStream => "S",
            Self::ClientStream => "C",
            Self::Bidi => "B",
        }
    }

    /// Its colour.
    pub const fn tone(self) -> Tone {
        match self {
            Self::Unary => Tone::Ok,
            Self::ServerStream => Tone::Accent,
            Self::ClientStream => Tone::Warn,
            Self::Bidi => Tone::Violet,
        }
    }
}

/// Paints a shape's letter in its box of 18×16, left edge and middle given.
pub fn paint_shape(painter: &Painter, left: f32, middle: f32, shape: Shape, t: &Tokens) {
    let tint = t.tint(shape.tone());
    let rect = Rect::from_center_size(pos2(left + 9.0, middle), vec2(18.0, 16.0));
    painter.rect_filled(rect, CornerRadius::same(4), tint.bg);
    text::paint_text_center(painter, rect, shape.letter(), &fonts::semi(10.5), tint.fg);
}

/// A method's shape; `name` says it in words.
pub fn shape_ui(ui: &mut Ui, shape: Shape, name: &str) -> Response {
    let t = tokens(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(18.0, 16.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, name));
    paint_shape(ui.painter(), rect.left(), rect.center().y, shape, t);
    response
}

/// A badge of 18: a fact in 11 points.
pub fn badge_ui(ui: &mut Ui, label: &str, tone: Tone) -> Response {
    let t = tokens(ui);
    let width = badge_width(ui.painter(), label);
    let (rect, response) = ui.allocate_exact_size(vec2(width, 18.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, label));
    let tint = t.tint(tone);
    paint_badge(ui.painter(), rect.left(), rect.center().y, label, tint.bg, tint.fg);
    response
}

/// A badge of 18 with an icon of 12 before its fact.
pub fn icon_badge_ui(ui: &mut Ui, icon: Icon, label: &str, tone: Tone) -> Response {
    let t = tokens(ui);
    let tint = t.tint(tone);
    let width = badge_width(ui.painter(), label) + 16.0;
    let (rect, response) = ui.allocate_exact_size(vec2(width, 18.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, label));
    ui.painter().rect_filled(rect, CornerRadius::same(4), tint.bg);
    icon.paint_at(ui.painter(), pos2(rect.left() + 12.0, rect.center().y), 12.0, tint.fg);
    let place = Rect::from_min_max(pos2(rect.left() + 16.0, rect.top()), rect.max);
    text::paint_text_center(ui.painter(), place, label, &fonts::tiny(), tint.fg);
    response
}

/// How wide a badge is.
pub fn badge_width(painter: &Painter, label: &str) -> f32 {
    (text::width(painter, label, fonts::tiny()) + 12.0).round()
}

/// Paints a badge with its left edge and middle given; returns its right edge.
pub fn paint_badge(painter: &Painter, left: f32, middle: f32, label: &str, fill: Color32, color: Color32) -> f32 {
    let width = badge_width(painter, label);
    let rect = Rect::from_min_size(pos2(left, middle - 9.0), vec2(width, 18.0));
    painter.rect_filled(rect, CornerRadius::same(4), fill);
    text::paint_text_center(painter, rect, label, &fonts::tiny(), color);
    rect.right()
}

/// A status badge of 22: icon, then code and name in 12 semibold.
pub fn status_badge_ui(ui: &mut Ui, tone: Tone, label: &str) -> Response {
    let t = tokens(ui);
    let font = fonts::semi(12.0);
    let live = tone == Tone::Accent;
    let mark = if live { 8.0 } else { 14.0 };
    let gap = 4.0;
    let galley = text::line(ui.painter(), label, font.clone(), t.tint(tone).fg);
    let width = (16.0 + mark + gap + galley.size().x).round();
    let (rect, response) = ui.allocate_exact_size(vec2(width, 22.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Status, true, label));
    if ui.is_rect_visible(rect) {
        let tint = t.tint(tone);
        let painter = ui.painter();
        let middle = rect.center().y;
        painter.rect_filled(rect, CornerRadius::same(4), tint.bg);
        let at = pos2(rect.left() + 8.0 + mark / 2.0, middle);
        match tone {
            Tone::Accent => {
                painter.circle_filled(at, 4.0, tint.fg);
            }
            Tone::Ok => Icon::CircleCheck.paint_at(painter, at, 14.0, tint.fg),
            Tone::Warn => Icon::TriangleAlert.paint_at(painter, at, 14.0, tint.fg),
            Tone::Error => Icon::CircleX.paint_at(painter, at, 14.0, tint.fg),
            _ => Icon::CircleMinus.paint_at(painter, at, 14.0, tint.fg),
        }
        text::paint(painter, galley, rect.left() + 8.0 + mark + gap, middle, &font);
    }
    response
}

/// How an instance is, by its registry or on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Health {
    /// All is well.
    Passing,
    /// It works, but.
    Warning,
    /// It does not work.
    Critical,
    /// Taken out on purpose.
    Maintenance,
    /// Nobody knows.
    Unknown,
}

impl Health {
    /// Its icon.
    pub const fn icon(self) -> Icon {
        match self {
            Self::Passing => Icon::CircleCheck,
            Self::Warning => Icon::TriangleAlert,
            Self::Critical => Icon::CircleX,
            Self::Maintenance => Icon::Wrench,
            Self::Unknown => Icon::CircleMinus,
        }
    }

    /// Its colour.
    pub const fn tone(self) -> Tone {
        match self {
            Self::Passing => Tone::Ok,
            Self::Warning => Tone::Warn,
            Self::Critical => Tone::Error,
            Self::Maintenance => Tone::Violet,
            Self::Unknown => Tone::Plain,
        }
    }
}

/// Health: its icon of 14 and its word.
pub fn health_ui(ui: &mut Ui, health: Health, word: &str) -> Response {
    icon_word_ui(ui, health.icon(), health.tone(), word)
}

/// An icon of 14 and a word in one colour, 18 high.
pub fn icon_word_ui(ui: &mut Ui, icon: Icon, tone: Tone, word: &str) -> Response {
    let t = tokens(ui);
    let color = if tone == Tone::Plain { t.text3 } else { t.tint(tone).fg };
    let font = fonts::body();
    let galley = text::line(ui.painter(), word, font.clone(), color);
    let (rect, response) = ui.allocate_exact_size(vec2((20.0 + galley.size().x).round(), 18.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, word));
    icon.paint_at(ui.painter(), pos2(rect.left() + 7.0, rect.center().y), 14.0, color);
    text::paint(ui.painter(), galley, rect.left() + 20.0, rect.center().y, &font);
    response
}

/// A dot of 8 and a word in 12: a connection's state in the status bar, which takes the focus.
pub fn dot_word_ui(ui: &mut Ui, tone: Tone, word: &str) -> Response {
    let t = tokens(ui);
    let font = fonts::hint();
    let color = if tone == Tone::Plain { t.bar_idle } else { t.tint(tone).fg };
    let galley = text::line(ui.painter(), word, font.clone(), t.text2);
    let (rect, response) = ui.allocate_exact_size(vec2((14.0 + galley.size().x).round(), 18.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Status, true, word));
    ui.painter().circle_filled(pos2(rect.left() + 4.0, rect.center().y), 4.0, color);
    text::paint(ui.painter(), galley, rect.left() + 14.0, rect.center().y, &font);
    response
}

/// A count in a pill of 16.
pub fn count_ui(ui: &mut Ui, count: &str) -> Response {
    let width = count_width(ui.painter(), count);
    let (rect, response) = ui.allocate_exact_size(vec2(width, 16.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, count));
    paint_count(ui.painter(), rect.left(), rect.center().y, count, tokens(ui));
    response
}

/// How wide a count's pill is.
pub fn count_width(painter: &Painter, count: &str) -> f32 {
    (text::width(painter, count, fonts::tiny()) + 10.0).round().max(18.0)
}

/// Paints a count's pill.
pub fn paint_count(painter: &Painter, left: f32, middle: f32, count: &str, t: &Tokens) {
    let rect = Rect::from_min_size(pos2(left, middle - 8.0), vec2(count_width(painter, count), 16.0));
    painter.rect_filled(rect, CornerRadius::same(8), t.bg4);
    text::paint_text_center(painter, rect, count, &fonts::tiny(), t.text2);
}

/// A key of the keyboard, or several.
pub fn key_ui(ui: &mut Ui, key: &str) -> Response {
    let t = tokens(ui);
    let width = key_width(ui.painter(), key);
    let (rect, response) = ui.allocate_exact_size(vec2(width, 18.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, key));
    paint_key(ui.painter(), rect.left_center(), key, t.bg1, t.stroke, t.text2);
    response
}

/// How wide a key is.
pub fn key_width(painter: &Painter, key: &str) -> f32 {
    (text::width(painter, key, fonts::tiny()) + 12.0).round()
}

/// Paints a key with the middle of its left edge given.
pub fn paint_key(painter: &Painter, left: Pos2, key: &str, fill: Color32, edge: Color32, color: Color32) {
    let rect = Rect::from_min_size(pos2(left.x, left.y - 9.0), vec2(key_width(painter, key), 18.0));
    painter.rect(rect, CornerRadius::same(4), fill, Stroke::new(1.0, edge), StrokeKind::Inside);
    text::paint_text_center(painter, rect, key, &fonts::tiny(), color);
}
