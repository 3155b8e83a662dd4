//! What a bench asks a running window: when its first frame was drawn, and how many there were. Never in releases.

use std::io::{BufRead as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Set to anything, the window answers on its output.
pub const VARIABLE: &str = "PROCONSUL_MEASURE";

/// Counts the frames of one window. Prints the line `first-frame` as soon as the first one was handed to the screen,
/// and `frames N` for each line that is read from the standard input.
#[derive(Debug)]
pub struct Measure {
    frames: Arc<AtomicU64>,
}

impl Measure {
    /// Begins to answer, if it was asked for.
    pub fn begin() -> Option<Self> {
        std::env::var_os(VARIABLE)?;
        let frames = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&frames);
        let answer = move || {
            for line in std::io::stdin().lock().lines() {
                if line.is_err() || !say(&format!("frames {}", counted.load(Ordering::Relaxed))) {
                    return;
                }
            }
        };
        std::thread::Builder::new().name("measure".to_owned()).spawn(answer).ok()?;
        Some(Self { frames })
    }

    /// To be called when a frame begins. The first one asks for a second, whose begin tells that it is drawn.
    pub fn frame(&self, ctx: &egui::Context) {
        match self.frames.fetch_add(1, Ordering::Relaxed) {
            0 => ctx.request_repaint(),
            1 => {
                say("first-frame");
            }
            _ => {}
        }
    }
}

/// Whether somebody still listens.
fn say(line: &str) -> bool {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).is_ok()
}
