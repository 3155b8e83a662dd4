//! Events of the engine into the state, a bounded time each frame.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::app::App;
use crate::engine::{Engine, Waker};

/// Events are drained no longer than this in one frame; then a frame is painted.
const DRAIN_BUDGET: Duration = Duration::from_millis(10);
/// A stream wakes the window this often at most.
const WAKE_EVERY: Duration = Duration::from_millis(33);

/// Wakes the window: at once after a quiet time, otherwise thirty times a second.
pub(super) fn waker(ctx: &egui::Context) -> Waker {
    let ctx = ctx.clone();
    let start = Instant::now();
    let last_ms = AtomicU64::new(0);
    let gate = Mutex::new(());
    Arc::new(move || {
        let _one_at_a_time = gate.lock().unwrap_or_else(PoisonError::into_inner);
        let now = start.elapsed();
        let last = Duration::from_millis(last_ms.load(Ordering::Relaxed));
        let since = now.saturating_sub(last);
        if since >= WAKE_EVERY || last.is_zero() {
            last_ms.store(u64::try_from(now.as_millis()).unwrap_or(u64::MAX).max(1), Ordering::Relaxed);
            ctx.request_repaint();
        } else {
            ctx.request_repaint_after(WAKE_EVERY.saturating_sub(since));
        }
    })
}

/// Takes in what waits, up to the budget.
pub(super) fn drain(ctx: &egui::Context, engine: &Engine, app: &mut App) {
    let begin = Instant::now();
    while let Some(event) = engine.try_next() {
        app.fold(event, Instant::now());
        if let Some(text) = app.to_copy.take() {
            ctx.copy_text(text);
        }
        if begin.elapsed() >= DRAIN_BUDGET {
            ctx.request_repaint();
            return;
        }
    }
}
