//! Where the view is in a text: by row, piece of a row and points within it, never by points from the text's start,
//! which would be too coarse for a million lines, and not known where lines are broken.

use crate::ui::theme::measure::CODE_LINE;

/// The room above and below the text.
pub const MARGIN: f32 = 7.0;

/// What stands at the top of the view. Ordered as the text is.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Top {
    /// Row, from 0.
    pub row: usize,
    /// Piece of that row, from 0.
    pub piece: usize,
    /// How much of that piece is above the view, in points.
    pub px: f32,
}

/// How many pieces each row has.
pub struct Rows<'a> {
    /// Number of rows, at least 1.
    pub count: usize,
    /// Pieces of a row, at least 1.
    pub pieces: &'a mut dyn FnMut(usize) -> usize,
}

impl Rows<'_> {
    fn after(&mut self, row: usize, piece: usize) -> Option<(usize, usize)> {
        if piece + 1 < (self.pieces)(row) {
            Some((row, piece + 1))
        } else {
            (row + 1 < self.count).then_some((row + 1, 0))
        }
    }

    fn before(&mut self, row: usize, piece: usize) -> Option<(usize, usize)> {
        if piece > 0 {
            return Some((row, piece - 1));
        }
        let row = row.checked_sub(1)?;
        Some((row, (self.pieces)(row).saturating_sub(1)))
    }

    /// Some points further down, or up; not before the first row nor behind the last.
    pub fn moved(&mut self, top: Top, by: f32) -> Top {
        let mut top = top;
        let mut px = top.px + by;
        while px < 0.0 {
            let Some((row, piece)) = self.before(top.row, top.piece) else { return Top { px: 0.0, ..top } };
            (top.row, top.piece) = (row, piece);
            px += CODE_LINE;
        }
        while px >= CODE_LINE {
            let Some((row, piece)) = self.after(top.row, top.piece) else { return Top { px: 0.0, ..top } };
            (top.row, top.piece) = (row, piece);
            px -= CODE_LINE;
        }
        Top { px, ..top }
    }

    /// The top that puts the bottom of a piece at the bottom of a view of this height.
    pub fn top_for_bottom(&mut self, row: usize, piece: usize, height: f32) -> Top {
        let mut above = height - 2.0 * MARGIN - CODE_LINE;
        let (mut row, mut piece) = (row, piece);
        while above > 0.0 {
            let Some(before) = self.before(row, piece) else { return Top::default() };
            (row, piece) = before;
            above -= CODE_LINE;
        }
        Top { row, piece, px: -above }
    }

    /// The furthest down that a view of this height goes.
    pub fn lowest(&mut self, height: f32) -> Top {
        let last = self.count.saturating_sub(1);
        let piece = (self.pieces)(last).saturating_sub(1);
        self.top_for_bottom(last, piece, height)
    }

    /// The top that shows a piece: as little as needed is scrolled, or to the middle of the view.
    pub fn revealed(&mut self, top: Top, place: (usize, usize), height: f32, middle: bool) -> Top {
        let above =
            (place.0, place.1) < (top.row, top.piece) || ((place.0, place.1) == (top.row, top.piece) && top.px > 0.0);
        let lowest = self.top_for_bottom(place.0, place.1, height);
        let below = !above && top < lowest;
        match (above || below, middle) {
            (false, _) => top,
            (true, true) => {
                let top = Top { row: place.0, piece: place.1, px: 0.0 };
                self.moved(top, -((height - CODE_LINE) / 2.0).max(0.0))
            }
            (true, false) if above => Top { row: place.0, piece: place.1, px: 0.0 },
            (true, false) => lowest,
        }
    }
}

/// The way of the scroll bar: rows, where those of very many pieces count by pieces.
#[derive(Clone, Debug, Default)]
pub struct Way {
    /// Rows with many pieces and how many more than one they have, in order.
    pub long: Vec<(usize, usize)>,
}

impl Way {
    /// How far `top` is along it.
    pub fn position(&self, top: Top, rows: &mut Rows<'_>) -> f64 {
        let before: usize = self.long.iter().take_while(|(row, _)| *row < top.row).map(|(_, more)| more).sum();
        let within = top.piece as f64 + f64::from(top.px / CODE_LINE);
        let is_long = self.long.iter().any(|(row, _)| *row == top.row);
        let within = if is_long { within } else { within / (rows.pieces)(top.row).max(1) as f64 };
        (top.row + before) as f64 + within
    }

    /// What is this far along it.
    pub fn top_at(&self, position: f64, rows: &mut Rows<'_>) -> Top {
        let mut left = position.max(0.0);
        let mut passed = 0;
        for (row, more) in &self.long {
            let until = (row - passed) as f64;
            if left < until {
                break;
            }
            left -= until;
            passed = *row;
            if left < (*more + 1) as f64 {
                let piece = left.floor() as usize;
                return Top { row: *row, piece, px: (left.fract() * f64::from(CODE_LINE)) as f32 };
            }
            left -= (*more + 1) as f64;
            passed += 1;
        }
        let row = (passed + left.floor() as usize).min(rows.count.saturating_sub(1));
        let within = left.fract() * (rows.pieces)(row).max(1) as f64;
        Top { row, piece: within.floor() as usize, px: (within.fract() * f64::from(CODE_LINE)) as f32 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn top(row: usize, piece: usize, px: f32) -> Top {
        Top { row, piece, px }
    }

    #[test]
    fn the_view_moves_by_pieces() {
        // Rows of 1, 2, 3, 1, 2, 3 … pieces.
        let mut pieces = |row: usize| row % 3 + 1;
        let mut rows = Rows { count: 9, pieces: &mut pieces };
        assert_eq!(rows.moved(Top::default(), 45.0), top(1, 1, 5.0));
        assert_eq!(rows.moved(top(1, 1, 5.0), -45.0), Top::default());
        assert_eq!(rows.moved(Top::default(), -1.0), Top::default());
        assert_eq!(rows.moved(Top::default(), 1e6), top(8, 2, 0.0));
        // A view of five rows between its margins.
        assert_eq!(rows.lowest(114.0), top(7, 0, 0.0));
        assert_eq!(rows.lowest(104.0), top(7, 0, 10.0));
        assert_eq!(rows.lowest(1e6), Top::default());
        assert_eq!(rows.revealed(top(3, 0, 0.0), (0, 0), 114.0, false), Top::default());
        assert_eq!(rows.revealed(Top::default(), (0, 0), 114.0, false), Top::default());
        assert_eq!(rows.revealed(Top::default(), (2, 2), 114.0, false), top(1, 0, 0.0));
        assert_eq!(rows.revealed(Top::default(), (8, 2), 60.0, true), top(8, 1, 0.0));
    }

    proptest! {
        #[test]
        fn the_bar_leads_to_where_it_shows(row in 0_usize..50, piece in 0_usize..3, px in 0.0_f32..19.0) {
            let mut pieces = |row: usize| if row == 7 || row == 20 { 1000 } else { row % 3 + 1 };
            let way = Way { long: vec![(7, 999), (20, 999)] };
            let mut rows = Rows { count: 50, pieces: &mut pieces };
            let piece = piece.min((rows.pieces)(row) - 1);
            let place = top(row, piece, px);
            let position = way.position(place, &mut rows);
            let found = way.top_at(position + 1e-9, &mut rows);
            prop_assert_eq!((found.row, found.piece), (row, piece));
            prop_assert!((found.px - px).abs() < 0.01);
        }
    }
}
