//! Lucide's line icons, painted as polylines in any colour and size. What an icon means is said by the widget beside it.

mod parse;
mod paths;

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, pos2, vec2};

pub use paths::Icon;

/// Lucide draws on a grid of 24 with round ends.
const GRID: f32 = 24.0;
/// The width of every line, on the grid.
const LINE: f32 = 1.75;

/// The strokes of one icon on the grid of 24.
type Strokes = Arc<Vec<Line>>;

/// One stroke.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    /// Its points on the grid of 24; a closed one does not repeat its first point.
    pub points: Vec<Pos2>,
    /// Whether the last point is joined to the first.
    pub closed: bool,
}

static STROKES: LazyLock<HashMap<Icon, Strokes>> =
    LazyLock::new(|| Icon::ALL.iter().map(|icon| (*icon, Arc::new(parse::lines(icon.path())))).collect());

impl Icon {
    /// Paints the icon in the middle of `rect`, `size` points wide and high.
    pub fn paint(self, painter: &Painter, rect: Rect, size: f32, color: Color32) {
        self.paint_at(painter, rect.center(), size, color);
    }

    /// Paints the icon around `center`, `size` points wide and high.
    pub fn paint_at(self, painter: &Painter, center: Pos2, size: f32, color: Color32) {
        let Some(strokes) = STROKES.get(&self) else { return };
        let scale = size / GRID;
        let width = LINE * scale;
        let corner = center - vec2(size, size) / 2.0;
        let place = |p: &Pos2| pos2(corner.x + p.x * scale, corner.y + p.y * scale);
        for line in strokes.iter() {
            let points: Vec<Pos2> = line.points.iter().map(place).collect();
            match (points.first().copied(), points.last().copied()) {
                (Some(first), Some(last)) if points.len() == 1 || line.points.first() == line.points.last() => {
                    // A dot: a line of no length with round ends.
                    painter.circle_filled(first, width / 2.0, color);
                    if first != last {
                        painter.circle_filled(last, width / 2.0, color);
                    }
                }
                (Some(first), Some(last)) => {
                    let stroke = Stroke::new(width, color);
                    if line.closed {
                        painter.add(Shape::closed_line(points, stroke));
                    } else {
                        painter.add(Shape::line(points, stroke));
                        painter.circle_filled(first, width / 2.0, color);
                        painter.circle_filled(last, width / 2.0, color);
                    }
                }
                _ => {}
            }
        }
    }
}
