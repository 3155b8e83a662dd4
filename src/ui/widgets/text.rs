//! Text at its place: on the common baseline of a row, elided, or wrapped, always with an accessible label.

use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Color32, FontId, Galley, Painter, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::tooltip;
use crate::ui::fonts;
use crate::ui::theme::tokens;

/// How far below the middle of a row the baseline of this font stands, in points.
///
/// With it sans and mono of one row stand on one line and capitals are in the middle.
pub fn baseline_drop(font: &FontId) -> f32 {
    match font.size {
        size if size < 12.25 => 4.0,
        size if size < 16.0 => 5.0,
        _ => 7.0,
    }
}

/// Lays out one line that is never wrapped; line breaks become spaces.
pub fn line(painter: &Painter, text: &str, font: FontId, color: Color32) -> Arc<Galley> {
    let text = one_line(text);
    painter.layout_no_wrap(text, font, color)
}

/// Lays out one line, cut at its end by `…` where it is wider than `width`.
pub fn line_within(painter: &Painter, text: &str, font: FontId, color: Color32, width: f32) -> Arc<Galley> {
    let mut job = LayoutJob::simple_singleline(one_line(text), font, color);
    job.wrap = TextWrapping::truncate_at_width(width.max(0.0));
    painter.fonts_mut(|fonts| fonts.layout_job(job))
}

/// The text without line breaks, and not longer than a row can ever show.
fn one_line(text: &str) -> String {
    const MOST: usize = 2_000;
    text.chars().take(MOST).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// How wide a line is.
pub fn width(painter: &Painter, text: &str, font: FontId) -> f32 {
    line(painter, text, font, Color32::PLACEHOLDER).size().x
}

/// The text, with `…` inside where it is wider than `max_width`. Most of what stays is its end: names of services,
/// addresses and paths differ there.
pub fn elide_middle(painter: &Painter, text: &str, font: &FontId, max_width: f32) -> String {
    if width(painter, text, font.clone()) <= max_width {
        return text.to_owned();
    }
    let chars: Vec<char> = text.chars().collect();
    let with = |kept: usize| -> String {
        let head = kept.div_ceil(4);
        let tail = kept - head;
        chars[..head].iter().chain(&['…']).chain(&chars[chars.len() - tail..]).collect()
    };
    let (mut fits, mut too_many) = (0, chars.len().min(2_000));
    while fits + 1 < too_many {
        let middle = usize::midpoint(fits, too_many);
        if width(painter, &with(middle), font.clone()) <= max_width {
            fits = middle;
        } else {
            too_many = middle;
        }
    }
    with(fits)
}

/// Paints a laid-out line with its baseline where a row with this middle has it. Returns the place of the text.
pub fn paint(painter: &Painter, galley: Arc<Galley>, left: f32, middle: f32, font: &FontId) -> Rect {
    paint_dropped(painter, galley, left, middle, baseline_drop(font))
}

/// As [`paint`], with the baseline `drop` points under the middle: for 11-point text that stands in a line of 13.
pub fn paint_dropped(painter: &Painter, galley: Arc<Galley>, left: f32, middle: f32, drop: f32) -> Rect {
    let scale = painter.pixels_per_point();
    let snap = |v: f32| (v * scale).round() / scale;
    let baseline = galley.rows.first().and_then(|row| row.glyphs.first().map(|glyph| row.pos.y + glyph.pos.y));
    let top = match baseline {
        Some(baseline) => snap(middle + drop) - baseline,
        None => middle - galley.size().y / 2.0,
    };
    let place = Rect::from_min_size(pos2(left, snap(top)), galley.size());
    painter.galley(place.min, galley, Color32::PLACEHOLDER);
    place
}

/// Paints one line of text in a row; returns its right edge. Not seen by screen readers: the row has to name it.
pub fn paint_text(painter: &Painter, left: f32, middle: f32, text: &str, font: &FontId, color: Color32) -> f32 {
    let galley = line(painter, text, font.clone(), color);
    paint(painter, galley, left, middle, font).right()
}

/// As [`paint_text`], ending at `right`; returns its left edge.
pub fn paint_text_right(painter: &Painter, right: f32, middle: f32, text: &str, font: &FontId, color: Color32) -> f32 {
    let galley = line(painter, text, font.clone(), color);
    let left = right - galley.size().x;
    paint(painter, galley, left, middle, font);
    left
}

/// Paints one line around the middle of a rectangle.
pub fn paint_text_center(painter: &Painter, rect: Rect, text: &str, font: &FontId, color: Color32) {
    let galley = line(painter, text, font.clone(), color);
    let left = rect.center().x - galley.size().x / 2.0;
    paint(painter, galley, left, rect.center().y, font);
}

/// What gives way when a line has not room enough.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Elide {
    /// Nothing: the line takes the room that it needs.
    #[default]
    Never,
    /// Its middle: names and addresses.
    Middle,
    /// Its end: previews and sentences.
    End,
}

/// One line of text, as a label that screen readers and tests find.
#[must_use = "a widget is shown by ui.add"]
pub struct Line<'a> {
    text: &'a str,
    name: Option<&'a str>,
    font: FontId,
    color: Option<Color32>,
    height: f32,
    elide: Elide,
    max_width: Option<f32>,
    exact_width: Option<f32>,
    right: bool,
    hover: Option<&'a str>,
}

impl<'a> Line<'a> {
    /// 13-point text in a line of 18.
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            name: None,
            font: fonts::body(),
            color: None,
            height: 18.0,
            elide: Elide::Never,
            max_width: None,
            exact_width: None,
            right: false,
            hover: None,
        }
    }

    /// 12-point text in text 3: hints and units.
    pub fn hint(text: &'a str) -> Self {
        Self::new(text).font(fonts::hint())
    }

    /// 12.5-point mono.
    pub fn code(text: &'a str) -> Self {
        Self::new(text).font(fonts::code())
    }

    /// 13-point semibold.
    pub fn strong(text: &'a str) -> Self {
        Self::new(text).font(fonts::strong())
    }

    /// Another font.
    pub fn font(mut self, font: FontId) -> Self {
        self.font = font;
        self
    }

    /// Another colour than text 1.
    pub fn color(mut self, color: Color32) -> Self {
        self.color = Some(color);
        self
    }

    /// The height of the row that it stands in the middle of.
    pub fn height(mut self, height: f32) -> Self {
        self.height = height;
        self
    }

    /// What gives way in less room than it needs. The whole text is then in the hover.
    pub fn elide(mut self, elide: Elide) -> Self {
        self.elide = elide;
        self
    }

    /// The most room that it takes, otherwise all there is.
    pub fn max_width(mut self, width: f32) -> Self {
        self.max_width = Some(width);
        self
    }

    /// A column of this width.
    pub fn width(mut self, width: f32) -> Self {
        self.exact_width = Some(width);
        self.max_width = Some(width);
        self
    }

    /// At the right of its column.
    pub fn right(mut self) -> Self {
        self.right = true;
        self
    }

    /// The name for screen readers, where it differs from the text.
    pub fn name(mut self, name: &'a str) -> Self {
        self.name = Some(name);
        self
    }

    /// What the hover says.
    pub fn hover(mut self, hover: &'a str) -> Self {
        self.hover = Some(hover);
        self
    }
}

impl egui::Widget for Line<'_> {
    fn ui(self, ui: &mut Ui) -> Response {
        let color = self.color.unwrap_or(tokens(ui).text1);
        let room = self.max_width.unwrap_or_else(|| ui.available_width());
        let galley = match self.elide {
            Elide::Never => line(ui.painter(), self.text, self.font.clone(), color),
            Elide::End => line_within(ui.painter(), self.text, self.font.clone(), color, room),
            Elide::Middle => {
                let shown = elide_middle(ui.painter(), self.text, &self.font, room);
                line(ui.painter(), &shown, self.font.clone(), color)
            }
        };
        let whole = galley.job.text == self.text && !galley.elided;
        let width = self.exact_width.unwrap_or(galley.size().x);
        let (rect, response) = ui.allocate_exact_size(vec2(width, self.height), Sense::hover());
        let left = if self.right { rect.right() - galley.size().x } else { rect.left() };
        if ui.is_rect_visible(rect) {
            paint(ui.painter(), galley, left, rect.center().y, &self.font);
        }
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, self.name.unwrap_or(self.text)));
        if let Some(hover) = self.hover {
            tooltip::tooltip_ui(&response, hover, None);
        } else if !whole {
            tooltip::tooltip_ui(&response, self.text, None);
        }
        response
    }
}

/// A paragraph, wrapped to the room there is, with this line height.
pub fn paragraph_ui(ui: &mut Ui, text: &str, font: FontId, color: Color32, line_height: f32) -> Response {
    let mut job = LayoutJob::default();
    append(&mut job, text, font, color, line_height);
    rich_paragraph_ui(ui, job)
}

/// Adds a piece to a paragraph of several fonts and colours.
pub fn append(job: &mut LayoutJob, text: &str, font: FontId, color: Color32, line_height: f32) {
    let mut format = TextFormat::simple(font, color);
    format.line_height = Some(line_height);
    job.append(text, 0.0, format);
}

/// A paragraph of several fonts and colours, wrapped to the room there is.
pub fn rich_paragraph_ui(ui: &mut Ui, mut job: LayoutJob) -> Response {
    job.wrap = TextWrapping::wrap_at_width(ui.available_width());
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
    let (rect, response) = ui.allocate_exact_size(galley.size(), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &galley.job.text));
    if ui.is_rect_visible(rect) {
        ui.painter().galley(rect.min, galley, Color32::PLACEHOLDER);
    }
    response
}

/// Makes a painted text known to screen readers and tests: an invisible label over it.
pub fn label_over(ui: &Ui, rect: Rect, salt: impl std::hash::Hash + std::fmt::Debug, name: &str) -> Response {
    let response = ui.interact(rect, ui.scope_id().with(("label", salt)), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, name));
    response
}
