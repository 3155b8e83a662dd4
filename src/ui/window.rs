//! The window itself: the state, the engine, and one frame of both.

use std::path::PathBuf;
use std::sync::mpsc::Receiver;
use std::time::Instant;

use super::context::{Cx, Memory};
use super::remember::Remember;
use super::theme;
use crate::app::{Action, App, ThemeChoice};
use crate::engine::{Engine, EngineConfig};
use crate::instance::Instance;
use crate::start::Start;
use crate::state::Opened;
use crate::words::Lang;

/// How a window begins.
#[derive(Debug, Default)]
pub struct Setup {
    /// What to open at once.
    pub start: Start,
    /// Where schema results and the compiler are kept; `None` keeps nothing.
    pub cache_dir: Option<PathBuf>,
    /// Where what must outlive the process is kept; `None` keeps nothing.
    pub state_dir: Option<PathBuf>,
    /// What `state_dir` held.
    pub opened: Opened,
    /// Hears of later starts.
    pub instance: Option<Instance>,
    /// The language, unless another was chosen before.
    pub lang: Lang,
    /// The theme; `None` takes the one that was chosen before, or asks the desktop.
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
    /// Keeps all this for the next start.
    remember: Remember,
    /// Hears of later starts.
    instance: Option<Instance>,
    /// For benches.
    #[cfg(feature = "inspection")]
    measure: Option<super::measure::Measure>,
}

impl Window {
    /// Starts the engine and installs the look. Must happen before the first frame.
    pub fn new(ctx: &egui::Context, setup: Setup) -> std::io::Result<Self> {
        theme::install(ctx);
        let engine = Engine::start(
            EngineConfig { cache_dir: setup.cache_dir, state_dir: setup.state_dir.clone() },
            super::drain::waker(ctx),
        )?;
        let mut app = App::new(setup.lang, setup.theme.unwrap_or_default());
        let mut memory = Memory::default();
        let remember = Remember::begin(ctx, setup.state_dir, setup.opened, |document| {
            app.restore(document, setup.start.demo, Instant::now());
            memory.take_panels(&document.panels);
        });
        app.notices.extend(remember.set_aside());
        let desktop_theme = if setup.theme.is_none() && !app.theme_chosen { ask_desktop(ctx) } else { None };
        if let Some(instance) = &setup.instance {
            let ctx = ctx.clone();
            instance.wake_by(move || ctx.request_repaint());
        }
        let mut window = Self {
            app,
            engine,
            memory,
            actions: Vec::new(),
            desktop_theme,
            shown_theme: None,
            remember,
            instance: setup.instance,
            #[cfg(feature = "inspection")]
            measure: super::measure::Measure::begin(),
        };
        if setup.start != Start::default() {
            window.actions.push(Action::Begin(Box::new(setup.start)));
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

    /// Opens what later starts handed over, and comes to the front.
    fn take_starts(&mut self, ctx: &egui::Context) {
        let Some(instance) = &self.instance else { return };
        while let Some(start) = instance.try_next() {
            if start != Start::default() {
                self.actions.push(Action::Begin(Box::new(start)));
            }
            ctx.send_viewport_cmd(egui::ViewportCommand::Minimized(false));
            ctx.send_viewport_cmd(egui::ViewportCommand::Focus);
        }
    }

    fn follow_theme(&mut self, ctx: &egui::Context) {
        if let Some(answer) = &self.desktop_theme
            && let Ok(theme) = answer.try_recv()
        {
            self.desktop_theme = None;
            self.app.theme = theme;
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
        self.take_starts(ctx);
        let now = Instant::now();
        self.app.tick(now);
        self.act(now);
        if let Some(copied) = self.app.take_copied() {
            ctx.copy_text(copied);
        }
        self.follow_theme(ctx);
        self.remember.hear(&mut self.app);
        self.remember.keep(ctx, &self.app, &self.memory);
        #[cfg(feature = "inspection")]
        if let Some(measure) = &self.measure {
            measure.tell_tabs(&self.app);
        }
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
        self.remember.keep(ui.ctx(), &self.app, &self.memory);
        if let Some(change) = self.app.next_change(now) {
            ui.ctx().request_repaint_after(change);
        }
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.remember.end();
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }
}
