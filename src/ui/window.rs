//! The window itself: the state, the engine, and one frame of both.

use std::path::PathBuf;
use std::sync::mpsc::Receiver;
use std::time::Instant;

use super::context::{Cx, Memory};
use super::theme;
use crate::app::{Action, App, ThemeChoice};
use crate::engine::{Engine, EngineConfig};
use crate::words::Lang;

/// How a window begins.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// Start the built-in services and open them at once.
    pub demo: bool,
    /// Where schema results and the compiler are kept; `None` keeps nothing.
    pub cache_dir: Option<PathBuf>,
    /// Where what must outlive the process is kept; `None` keeps nothing.
    pub state_dir: Option<PathBuf>,
    /// The language.
    pub lang: Lang,
    /// The theme; `None` asks the desktop.
    pub theme: Option<ThemeChoice>,
}

/// The window.
pub struct Window {
    app: App,
    engine: Engine,
    memory: Memory,
    actions: Vec<Action>,
    /// The desktop's theme, once it is known; dropped when the person chooses.
    desktop_theme: Option<Receiver<ThemeChoice>>,
    shown_theme: Option<ThemeChoice>,
    /// For benches.
    #[cfg(feature = "inspection")]
    measure: Option<super::measure::Measure>,
}

impl Window {
    /// Starts the engine and installs the look. Must happen before the first frame.
    pub fn new(ctx: &egui::Context, setup: Setup) -> std::io::Result<Self> {
        theme::install(ctx);
        let engine = Engine::start(
            EngineConfig { cache_dir: setup.cache_dir, state_dir: setup.state_dir },
            super::drain::waker(ctx),
        )?;
        let desktop_theme = if setup.theme.is_none() { ask_desktop(ctx) } else { None };
        let app = App::new(setup.lang, setup.theme.unwrap_or_default());
        let mut window = Self {
            app,
            engine,
            memory: Memory::default(),
            actions: Vec::new(),
            desktop_theme,
            shown_theme: None,
            #[cfg(feature = "inspection")]
            measure: super::measure::Measure::begin(),
        };
        if setup.demo {
            window.actions.push(Action::StartDemo);
        }
        window.act(Instant::now());
        window.follow_theme(ctx);
        Ok(window)
    }

    /// What the window shows, for tests.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Does one act, as a click would, for tests and drops.
    pub fn perform(&mut self, action: Action) {
        self.actions.push(action);
        self.act(Instant::now());
    }

    /// Does what was queued, and hands the engine what follows from it.
    fn act(&mut self, now: Instant) -> bool {
        let actions = std::mem::take(&mut self.actions);
        let acted = !actions.is_empty();
        for action in actions {
            if matches!(action, Action::SetTheme(_)) {
                self.desktop_theme = None;
            }
            self.app.apply(action, now);
        }
        for command in self.app.take_commands() {
            self.engine.send(command);
        }
        acted
    }

    fn follow_theme(&mut self, ctx: &egui::Context) {
        if let Some(answer) = &self.desktop_theme
            && let Ok(theme) = answer.try_recv()
        {
            self.desktop_theme = None;
            self.app.apply(Action::SetTheme(theme), Instant::now());
        }
        if self.shown_theme != Some(self.app.theme) {
            self.shown_theme = Some(self.app.theme);
            let choice = match self.app.theme {
                ThemeChoice::Dark => theme::ThemeChoice::Dark,
                ThemeChoice::Light => theme::ThemeChoice::Light,
            };
            theme::choose(ctx, choice);
        }
    }
}

/// Asks the desktop whether it is dark, without waiting: the question may go over a bus that does not answer.
fn ask_desktop(ctx: &egui::Context) -> Option<Receiver<ThemeChoice>> {
    let (sender, receiver) = std::sync::mpsc::sync_channel(1);
    let ctx = ctx.clone();
    let ask = move || {
        let theme = match dark_light::detect() {
            Ok(dark_light::Mode::Light) => ThemeChoice::Light,
            _ => return,
        };
        if sender.try_send(theme).is_ok() {
            ctx.request_repaint();
        }
    };
    std::thread::Builder::new().name("desktop theme".to_owned()).spawn(ask).ok()?;
    Some(receiver)
}

impl eframe::App for Window {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        #[cfg(feature = "inspection")]
        if let Some(measure) = &self.measure {
            measure.frame(ctx);
        }
        super::drain::drain(ctx, &self.engine, &mut self.app);
        self.act(Instant::now());
        self.follow_theme(ctx);
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        let now = Instant::now();
        let mut cx = Cx { app: &self.app, actions: &mut self.actions, memory: &mut self.memory, now };
        super::keys::keys(ui, &mut cx);
        super::frame::frame_ui(ui, &mut cx);
        super::keys::drops(ui, &mut cx);
        if self.act(now) {
            // What was done shows in the next frame.
            ui.ctx().request_repaint();
        }
        if let Some(change) = self.app.next_change(now) {
            ui.ctx().request_repaint_after(change);
        }
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }
}
