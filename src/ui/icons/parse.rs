//! SVG's path notation as polylines: what Lucide uses of it (M L H V C A Z, absolute and relative).

use egui::{Pos2, Vec2, pos2, vec2};

use super::Line;

/// Points closer than this on the grid of 24 are one point.
const SAME: f32 = 0.01;
/// One segment of an arc spans at most this angle.
const ARC_STEP: f32 = std::f32::consts::PI / 18.0;
/// Segments of one cubic curve.
const CURVE_STEPS: u8 = 16;

/// Reads numbers and letters of a path.
struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn skip_separators(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', ',', '\n', '\t']);
    }

    fn command(&mut self) -> Option<char> {
        self.skip_separators();
        let first = self.rest.chars().next().filter(char::is_ascii_alphabetic)?;
        self.rest = &self.rest[1..];
        Some(first)
    }

    /// The next number; SVG lets the next one begin at a sign or a second dot.
    fn number(&mut self) -> Option<f32> {
        self.skip_separators();
        let mut dot = false;
        let mut end = 0;
        for (index, byte) in self.rest.bytes().enumerate() {
            let goes_on = match byte {
                b'0'..=b'9' => true,
                b'-' | b'+' => index == 0,
                b'.' if !dot => {
                    dot = true;
                    true
                }
                _ => false,
            };
            if !goes_on {
                break;
            }
            end = index + 1;
        }
        let value = self.rest[..end].parse().ok()?;
        self.rest = &self.rest[end..];
        Some(value)
    }

    fn pair(&mut self) -> Option<Vec2> {
        Some(vec2(self.number()?, self.number()?))
    }

    /// A flag of an arc: one digit, which may touch what follows.
    fn flag(&mut self) -> Option<bool> {
        self.skip_separators();
        let first = self.rest.chars().next().filter(|c| matches!(c, '0' | '1'))?;
        self.rest = &self.rest[1..];
        Some(first == '1')
    }
}

/// The strokes of a path. What cannot be read ends it.
pub(super) fn lines(path: &str) -> Vec<Line> {
    let mut reader = Reader { rest: path };
    let mut lines: Vec<Line> = Vec::new();
    let mut at = Pos2::ZERO;
    let mut command = ' ';
    loop {
        if let Some(next) = reader.command() {
            command = next;
        } else if reader.rest.is_empty() || command == ' ' {
            break;
        }
        if matches!(command, 'Z' | 'z') {
            if let Some(line) = lines.last_mut() {
                line.closed = true;
                at = line.points.first().copied().unwrap_or(at);
            }
            command = ' ';
            continue;
        }
        let origin = if command.is_ascii_lowercase() { at.to_vec2() } else { Vec2::ZERO };
        if step(&mut reader, &mut command, origin, &mut at, &mut lines).is_none() {
            break;
        }
    }
    for line in &mut lines {
        tidy(line);
    }
    lines
}

/// One command's numbers.
fn step(reader: &mut Reader<'_>, command: &mut char, origin: Vec2, at: &mut Pos2, lines: &mut Vec<Line>) -> Option<()> {
    let line_to = |to: Pos2, lines: &mut Vec<Line>, from: Pos2| match lines.last_mut() {
        Some(line) if !line.closed => line.points.push(to),
        _ => lines.push(Line { points: vec![from, to], closed: false }),
    };
    match command.to_ascii_uppercase() {
        'M' => {
            *at = (reader.pair()? + origin).to_pos2();
            lines.push(Line { points: vec![*at], closed: false });
            // Further pairs are lines.
            *command = if command.is_ascii_lowercase() { 'l' } else { 'L' };
        }
        'L' => {
            let to = (reader.pair()? + origin).to_pos2();
            line_to(to, lines, *at);
            *at = to;
        }
        'H' => {
            let to = pos2(reader.number()? + origin.x, at.y);
            line_to(to, lines, *at);
            *at = to;
        }
        'V' => {
            let to = pos2(at.x, reader.number()? + origin.y);
            line_to(to, lines, *at);
            *at = to;
        }
        'C' => {
            let [pull, push, to] = [reader.pair()?, reader.pair()?, reader.pair()?].map(|p| (p + origin).to_pos2());
            let from = *at;
            for i in 1..=CURVE_STEPS {
                let t = f32::from(i) / f32::from(CURVE_STEPS);
                let u = 1.0 - t;
                let point = from.to_vec2() * (u * u * u)
                    + pull.to_vec2() * (3.0 * u * u * t)
                    + push.to_vec2() * (3.0 * u * t * t)
                    + to.to_vec2() * (t * t * t);
                line_to(point.to_pos2(), lines, from);
            }
            *at = to;
        }
        'A' => {
            let radii = reader.pair()?;
            let turn = reader.number()?;
            let (large, sweep) = (reader.flag()?, reader.flag()?);
            let to = (reader.pair()? + origin).to_pos2();
            for point in arc(*at, radii, turn, large, sweep, to) {
                line_to(point, lines, *at);
            }
            *at = to;
        }
        _ => return None,
    }
    Some(())
}

/// An elliptical arc by SVG 1.1, F.6.5: from the ends to the centre.
fn arc(from: Pos2, radii: Vec2, turn_degrees: f32, large: bool, sweep: bool, to: Pos2) -> Vec<Pos2> {
    let (mut rx, mut ry) = (radii.x.abs(), radii.y.abs());
    if rx < f32::EPSILON || ry < f32::EPSILON || from == to {
        return vec![to];
    }
    let (sin, cos) = turn_degrees.to_radians().sin_cos();
    let half = (from - to) / 2.0;
    let (x, y) = (cos * half.x + sin * half.y, cos * half.y - sin * half.x);
    let too_small = (x / rx).powi(2) + (y / ry).powi(2);
    if too_small > 1.0 {
        rx *= too_small.sqrt();
        ry *= too_small.sqrt();
    }
    let (rx2, ry2) = (rx * rx, ry * ry);
    let below = rx2 * y * y + ry2 * x * x;
    let factor = ((rx2 * ry2 - below) / below).max(0.0).sqrt() * if large == sweep { -1.0 } else { 1.0 };
    let (cx, cy) = (factor * rx * y / ry, -factor * ry * x / rx);
    let middle = (from.to_vec2() + to.to_vec2()) / 2.0;
    let center = vec2(cos * cx - sin * cy, sin * cx + cos * cy) + middle;
    let start = ((y - cy) / ry).atan2((x - cx) / rx);
    let mut sweep_angle = ((-y - cy) / ry).atan2((-x - cx) / rx) - start;
    if sweep && sweep_angle < 0.0 {
        sweep_angle += std::f32::consts::TAU;
    } else if !sweep && sweep_angle > 0.0 {
        sweep_angle -= std::f32::consts::TAU;
    }
    let steps = (sweep_angle.abs() / ARC_STEP).ceil().clamp(1.0, 40.0) as u8;
    let mut points: Vec<Pos2> = (1..steps)
        .map(|i| {
            let angle = start + sweep_angle * f32::from(i) / f32::from(steps);
            let (up, along) = angle.sin_cos();
            pos2(cos * rx * along - sin * ry * up + center.x, sin * rx * along + cos * ry * up + center.y)
        })
        .collect();
    points.push(to);
    points
}

/// Takes out repeated points: a join of no length paints a spike.
fn tidy(line: &mut Line) {
    let dot = line.points.len() > 1 && line.points.iter().all(|p| p.distance(line.points[0]) < 2.0 * SAME);
    if dot {
        line.points.truncate(1);
        line.closed = false;
        return;
    }
    line.points.dedup_by(|a, b| a.distance(*b) < SAME);
    if let (Some(first), Some(last)) = (line.points.first().copied(), line.points.last().copied())
        && line.points.len() > 2
        && first.distance(last) < SAME
    {
        line.points.pop();
        line.closed = true;
    }
}

#[cfg(test)]
mod tests {
    use super::super::Icon;
    use super::*;

    #[test]
    fn every_icon_is_on_its_grid() {
        for icon in Icon::ALL {
            let lines = lines(icon.path());
            assert!(!lines.is_empty(), "{icon:?} has no strokes");
            for point in lines.iter().flat_map(|line| &line.points) {
                assert!((0.0..=24.0).contains(&point.x) && (0.0..=24.0).contains(&point.y), "{icon:?}: {point:?}");
            }
        }
    }

    #[test]
    fn paths_become_lines() {
        let check = |path: &str, expect: &[&[(f32, f32)]]| {
            let found: Vec<Vec<(f32, f32)>> =
                lines(path).iter().map(|line| line.points.iter().map(|p| (p.x, p.y)).collect()).collect();
            assert_eq!(found, expect, "{path}");
        };
        check("M1 2 3 4", &[&[(1.0, 2.0), (3.0, 4.0)]]);
        check("m1 2l.5.5-1-1", &[&[(1.0, 2.0), (1.5, 2.5), (0.5, 1.5)]]);
        check("M1 1h2v3H1z", &[&[(1.0, 1.0), (3.0, 1.0), (3.0, 4.0), (1.0, 4.0)]]);
        check("M1 1zM5 5H6", &[&[(1.0, 1.0)], &[(5.0, 5.0), (6.0, 5.0)]]);
        check("M12 7h.01", &[&[(12.0, 7.0)]]);
        check("", &[]);
        check("nonsense", &[]);
        let circle = &lines("M2 12a10 10 0 1 0 20 0a10 10 0 1 0-20 0z")[0];
        assert!(circle.closed);
        assert!(circle.points.iter().all(|p| (p.distance(pos2(12.0, 12.0)) - 10.0).abs() < 0.01));
    }
}
