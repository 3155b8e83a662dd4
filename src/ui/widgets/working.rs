//! Work that goes on, and a way to end it.

use std::time::Duration;

use egui::{CornerRadius, Painter, Pos2, Rect, Role, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::button::Button;
use super::shared::boxed;
use super::text;
use crate::ui::fonts;
use crate::ui::theme::{Tokens, tokens};
use crate::words::format;

/// How far work is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Progress {
    /// Nobody knows.
    Unknown,
    /// This share of it, 0 to 1.
    Share(f32),
}

/// A row of 44 with a bar on top: what is being done, for how long, Cancel. Returns whether Cancel was pressed.
///
/// It is still: the caller repaints as `elapsed` (a text, with its unit) changes.
pub fn working_ui(ui: &mut Ui, what: &str, elapsed: &str, progress: Progress, cancel: Option<&str>) -> bool {
    let t = tokens(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 44.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Status, true, format!("{what} {elapsed}")));
    boxed(ui.painter(), rect, 6, t.bg2, t.line);
    progress_bar(ui.painter(), rect, progress, t);
    let middle = rect.center().y + 0.5;
    spinner(ui.painter(), pos2(rect.left() + 21.0, middle), 16.0, t);
    let end = text::paint_text(ui.painter(), rect.left() + 37.0, middle, what, &fonts::body(), t.text1);
    text::paint_text(ui.painter(), end + 8.0, middle, elapsed, &fonts::code(), t.text2);
    let Some(cancel) = cancel else { return false };
    let button = Button::secondary(cancel).small();
    let width = button.width(ui);
    let place = Rect::from_min_size(pos2(rect.right() - 13.0 - width, middle - 12.0), vec2(width, 24.0));
    ui.new_child(UiBuilder::new().max_rect(place)).put(place, button).clicked()
}

/// Work shorter than this shows no progress.
pub const QUIET: Duration = Duration::from_millis(300);
/// Work longer than this can be given up.
pub const GIVE_UP: Duration = Duration::from_secs(1);

/// As [`working_ui`], for work that goes on `since` so long: nothing at first, then progress, then a way to end it.
pub fn waiting_ui(ui: &mut Ui, what: &str, since: Duration, cancel: &str) -> bool {
    if since < QUIET {
        return false;
    }
    let cancel = (since >= GIVE_UP).then_some(cancel);
    working_ui(ui, what, &format::elapsed(since), Progress::Unknown, cancel)
}

/// The bar of 2 along the top of what is being worked on.
pub fn progress_bar(painter: &Painter, rect: Rect, progress: Progress, t: &Tokens) {
    let track = Rect::from_min_size(rect.min, vec2(rect.width(), 2.0));
    painter.rect_filled(track, CornerRadius::same(1), t.bg4);
    let (from, to) = match progress {
        Progress::Unknown => (0.22, 0.6),
        Progress::Share(share) => (0.0, if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 }),
    };
    let bar = Rect::from_min_max(
        pos2(track.left() + track.width() * from, track.top()),
        pos2(track.left() + track.width() * to, track.bottom()),
    );
    painter.rect_filled(bar, CornerRadius::same(1), t.accent);
}

/// Three quarters of a circle: work that goes on. It does not turn, so that waiting draws no frame.
pub fn spinner(painter: &Painter, center: Pos2, size: f32, t: &Tokens) {
    const STEPS: u8 = 24;
    let radius = size * 9.0 / 24.0;
    let points: Vec<Pos2> = (0..=STEPS)
        .map(|i| {
            let (sin, cos) = (-90.0 + 270.0 * f32::from(i) / f32::from(STEPS)).to_radians().sin_cos();
            pos2(center.x + radius * cos, center.y + radius * sin)
        })
        .collect();
    painter.line(points, Stroke::new((size * 1.75 / 24.0).max(1.25), t.accent));
}
