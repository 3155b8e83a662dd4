//! Where the window stands: read each frame, and taken again at the next start.

use egui::{Context, ViewportBuilder};

use crate::state::Place;

/// The window's size where none is remembered.
const USUAL: [f32; 2] = [1440.0, 900.0];
/// Sizes and places outside of this are no screen's.
const FARTHEST: f32 = 32_000.0;
/// The smallest that is taken again.
const LEAST: f32 = 200.0;

/// A window where it stood last.
pub(super) fn builder(place: Option<Place>) -> ViewportBuilder {
    let usual = ViewportBuilder::default().with_inner_size(USUAL);
    let Some(place) = place.filter(|place| place.size.iter().all(|side| (LEAST..FARTHEST).contains(side))) else {
        return usual;
    };
    let mut builder = usual.with_inner_size(place.size).with_maximized(place.maximized);
    if let Some(position) = place.position.filter(|at| at.iter().all(|part| part.abs() < FARTHEST)) {
        builder = builder.with_position(position);
    }
    builder
}

/// Where it stands now; a maximized one goes back to where it stood `before`.
pub(super) fn now(ctx: &Context, before: Option<Place>) -> Option<Place> {
    // The scale that the person chose makes points larger, not the window.
    let zoom = ctx.zoom_factor();
    ctx.input(|input| {
        let viewport = input.viewport();
        let maximized = viewport.maximized.unwrap_or(false) || viewport.fullscreen.unwrap_or(false);
        if viewport.minimized == Some(true) {
            return before;
        }
        if maximized && let Some(before) = before {
            return Some(Place { maximized, ..before });
        }
        // Wayland tells no place, only the size of what is painted.
        let size = viewport.inner_rect.map_or_else(|| input.content_rect().size(), |inner| inner.size()) * zoom;
        let position = viewport.outer_rect.map(|outer| [(outer.min.x * zoom).round(), (outer.min.y * zoom).round()]);
        Some(Place { position, size: [size.x.round(), size.y.round()], maximized })
    })
}

#[cfg(test)]
mod tests {
    use super::{USUAL, builder};
    use crate::state::Place;

    #[test]
    fn a_place_that_no_screen_has_is_not_taken() {
        for (place, size, position) in [
            (None, USUAL, None),
            (
                Some(Place { position: Some([5.0, 6.0]), size: [800.0, 700.0], maximized: false }),
                [800.0, 700.0],
                Some([5.0, 6.0]),
            ),
            (Some(Place { position: Some([1e9, 6.0]), size: [800.0, 700.0], maximized: true }), [800.0, 700.0], None),
            (Some(Place { position: None, size: [1.0, 1.0], maximized: false }), USUAL, None),
            (Some(Place { position: None, size: [f32::NAN, 900.0], maximized: false }), USUAL, None),
        ] {
            let built = builder(place);
            assert_eq!(built.inner_size, Some(size.into()), "{place:?}");
            assert_eq!(built.position, position.map(Into::into), "{place:?}");
        }
    }
}
