//! What benches, tests and the script of the pictures ask a running window: when its first frame was drawn, how many
//! there were, what its tabs are, where on the screen something stands. Never in releases.

use std::io::{BufRead as _, Write as _};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::app::App;

/// Set to anything, the window answers on its output.
pub const VARIABLE: &str = "PROCONSUL_MEASURE";

/// Counts the frames of one window. Prints the line `first-frame` as soon as the first one was handed to the screen,
/// and `frames N` for each line that is read from the standard input. For the line `tabs` it draws a frame and prints
/// `tabs` with a JSON list: method, address and draft of each. For the line `place NAME` it draws a frame and prints
/// `place X Y W H`, in pixels of the window, of the first thing with this accessible name, or `place none`; `*` at an
/// end of the name stands for anything, and `place Role/NAME` looks among things of this role only.
#[derive(Debug)]
pub struct Measure {
    frames: Arc<AtomicU64>,
    /// Set while somebody waits to be told the tabs.
    asked: Arc<AtomicBool>,
    /// The name that somebody waits to be told the place of.
    sought: Arc<Mutex<Option<String>>>,
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
        let sought = Arc::new(Mutex::new(None));
        let (asks, seeks, wakes) = (Arc::clone(&asked), Arc::clone(&sought), Arc::clone(&ctx));
        let answer = move || {
            for line in std::io::stdin().lock().lines() {
                if line.as_ref().is_ok_and(|line| line.trim() == "tabs") {
                    asks.store(true, Ordering::Release);
                    if let Some(ctx) = wakes.get() {
                        ctx.request_repaint();
                    }
                    continue;
                }
                if let Some(name) = line.as_ref().ok().and_then(|line| line.strip_prefix("place ")) {
                    *seeks.lock().unwrap_or_else(PoisonError::into_inner) = Some(name.trim().to_owned());
                    if let Some(ctx) = wakes.get() {
                        ctx.enable_accesskit();
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
        Some(Self { frames, asked, sought, ctx })
    }

    /// To be called when a frame begins. The first one asks for a second, whose begin tells that it is drawn.
    pub fn frame(&self, ctx: &egui::Context) {
        match self.frames.fetch_add(1, Ordering::Relaxed) {
            0 => {
                self.ctx.get_or_init(|| ctx.clone());
                ctx.add_plugin(Places { sought: Arc::clone(&self.sought) });
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

/// Looks into what a frame told the accessibility API.
#[derive(Debug)]
struct Places {
    sought: Arc<Mutex<Option<String>>>,
}

impl egui::Plugin for Places {
    fn debug_name(&self) -> &'static str {
        "places"
    }

    fn output_hook(&mut self, _ctx: &egui::Context, output: &mut egui::FullOutput) {
        let Some(update) = &output.platform_output.accesskit_update else { return };
        let Some(sought) = self.sought.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
        let scale = f64::from(output.pixels_per_point);
        let (role, name) = match sought.split_once('/') {
            Some((role, name)) if !role.is_empty() && role.chars().all(char::is_alphanumeric) => (Some(role), name),
            _ => (None, sought.as_str()),
        };
        let is_it = |node: &egui::accesskit::Node| {
            let label = node.label().or_else(|| node.value()).unwrap_or_default();
            let fits = match (name.strip_prefix('*'), name.strip_suffix('*')) {
                (Some(rest), Some(_)) => label.contains(rest.trim_end_matches('*')),
                (Some(end), None) => label.ends_with(end),
                (None, Some(start)) => label.starts_with(start),
                (None, None) => label == name,
            };
            fits && role.is_none_or(|role| format!("{:?}", node.role()) == role)
        };
        let found = update.nodes.iter().find_map(|(_, node)| node.bounds().filter(|_| is_it(node)));
        match found {
            Some(at) => {
                let places = [at.x0, at.y0, at.width(), at.height()].map(|part| (part * scale).round());
                say(&format!("place {} {} {} {}", places[0], places[1], places[2], places[3]))
            }
            None => say("place none"),
        };
    }
}

/// Whether somebody still listens.
fn say(line: &str) -> bool {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).is_ok()
}
