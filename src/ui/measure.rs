//! What a bench asks a running window: when its first frame was drawn, and how many there were. Never in releases.

use std::io::{BufRead as _, Write as _};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use crate::app::App;

/// Set to anything, the window answers on its output.
pub const VARIABLE: &str = "PROCONSUL_MEASURE";

/// Counts the frames of one window. Prints the line `first-frame` as soon as the first one was handed to the screen,
/// and `frames N` for each line that is read from the standard input; for the line `tabs` it draws a frame and prints
/// `tabs` with a JSON list: method, address and draft of each.
#[derive(Debug)]
pub struct Measure {
    frames: Arc<AtomicU64>,
    /// Set while somebody waits to be told the tabs.
    asked: Arc<AtomicBool>,
    ctx: Arc<OnceLock<egui::Context>>,
}

impl Measure {
    /// Begins to answer, if it was asked for.
    pub fn begin() -> Option<Self> {
        std::env::var_os(VARIABLE)?;
        let frames = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&frames);
        let asked = Arc::new(AtomicBool::new(false));
        let ctx = Arc::new(OnceLock::<egui::Context>::new());
        let (asks, wakes) = (Arc::clone(&asked), Arc::clone(&ctx));
        let answer = move || {
            for line in std::io::stdin().lock().lines() {
                if line.as_ref().is_ok_and(|line| line.trim() == "tabs") {
                    asks.store(true, Ordering::Release);
                    if let Some(ctx) = wakes.get() {
                        ctx.request_repaint();
                    }
                    continue;
                }
                if line.is_err() || !say(&format!("frames {}", counted.load(Ordering::Relaxed))) {
                    return;
                }
            }
        };
        std::thread::Builder::new().name("measure".to_owned()).spawn(answer).ok()?;
        Some(Self { frames, asked, ctx })
    }

    /// To be called when a frame begins. The first one asks for a second, whose begin tells that it is drawn.
    pub fn frame(&self, ctx: &egui::Context) {
        match self.frames.fetch_add(1, Ordering::Relaxed) {
            0 => {
                self.ctx.get_or_init(|| ctx.clone());
                ctx.request_repaint();
            }
            1 => {
                say("first-frame");
            }
            _ => {}
        }
    }

    /// Tells the tabs, if somebody waits for it.
    pub fn tell_tabs(&self, app: &App) {
        if self.asked.swap(false, Ordering::AcqRel) {
            let tab = |tab: &crate::app::Tab| serde_json::json!([tab.method, tab.address, tab.message]);
            let tabs: serde_json::Value = app.tabs.iter().map(tab).collect();
            say(&format!("tabs {tabs}"));
        }
    }
}

/// Whether somebody still listens.
fn say(line: &str) -> bool {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).is_ok()
}
