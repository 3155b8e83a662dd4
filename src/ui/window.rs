//! The window itself: the state, the engine, and one frame of both.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::context::{Cx, Memory};
use super::desktop_theme::DesktopTheme;
use super::remember::Remember;
use super::theme;
use crate::app::{Action, App, Places, ThemeChoice};
use crate::engine::{Engine, EngineConfig};
use crate::instance::Instance;
use crate::keychain::{Keychain, KeychainState};
use crate::start::Start;
use crate::state::Opened;
use crate::words::Lang;

/// The end of the program waits so long for the keychain.
const LAST_PATIENCE: Duration = Duration::from_secs(2);

/// How a window begins.
#[derive(Debug, Default)]
pub struct Setup {
    /// What to open at once.
    pub start: Start,
    /// Where schema results and the compiler are kept; `None` keeps nothing.
    pub cache_dir: Option<PathBuf>,
    /// Where what must outlive the process is kept; `None` keeps nothing.
    pub state_dir: Option<PathBuf>,
    /// Where secrets of `state_dir` are kept; `None` keeps them until the program ends.
    pub keychain: Option<Arc<dyn Keychain>>,
    /// Consul's program, for the demo; `None` leaves it out.
    pub consul: Option<PathBuf>,
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
    /// The desktop's theme, heard from the first time that it is followed on.
    desktop_theme: Option<DesktopTheme>,
    /// The theme was given at the start, and is not the desktop's.
    theme_given: bool,
    shown_theme: Option<ThemeChoice>,
    /// Scale and size of data's text that are in force.
    shown_sizes: Option<(u16, u16)>,
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
        let has_keychain = setup.keychain.is_some();
        let places = Places { state_dir: setup.state_dir.clone(), cache_dir: setup.cache_dir.clone() };
        let engine = Engine::start(
            EngineConfig {
                cache_dir: setup.cache_dir,
                state_dir: setup.state_dir.clone(),
                keychain: setup.keychain,
                consul: setup.consul,
            },
            super::drain::waker(ctx),
        )?;
        let mut app = App::new(setup.lang, setup.theme.unwrap_or_default());
        app.places = places;
        if !has_keychain {
            app.keychain = KeychainState::Absent(String::new());
        }
        let mut memory = Memory::default();
        let remember = Remember::begin(ctx, setup.state_dir, setup.opened, |document| {
            app.restore(document, setup.start.demo, Instant::now());
            memory.take_panels(&document.panels);
        });
        app.notices.extend(remember.set_aside());
        if let Some(instance) = &setup.instance {
            let ctx = ctx.clone();
            instance.wake_by(move || ctx.request_repaint());
        }
        let mut window = Self {
            app,
            engine,
            memory,
            actions: Vec::new(),
            desktop_theme: None,
            theme_given: setup.theme.is_some(),
            shown_theme: None,
            shown_sizes: None,
            remember,
            instance: setup.instance,
            #[cfg(feature = "inspection")]
            measure: super::measure::Measure::begin(),
        };
        if setup.start != Start::default() {
            window.actions.push(Action::Begin(Box::new(setup.start)));
        }
        window.act(Instant::now());
        // Our own keys set the scale.
        ctx.options_mut(|options| options.zoom_with_keyboard = false);
        window.follow_settings(ctx);
        Ok(window)
    }

    /// Closes when the system asks the process to end, so that nothing typed in the last moment is lost.
    pub fn end_on_signals(&self) {
        self.engine.hear_signals();
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
            let (follows, steps) = (matches!(action, Action::FollowTheme), matches!(action, Action::StepSettings(_)));
            let was_chosen = self.app.theme_chosen;
            self.app.apply(action, now);
            if follows || (steps && was_chosen && !self.app.theme_chosen) {
                self.theme_given = false;
            }
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

    /// Puts into force what was chosen: theme, scale, size of data's text.
    fn follow_settings(&mut self, ctx: &egui::Context) {
        // What the desktop says is heard also while a choice is in force, so that it can be followed again.
        let mut heard = self.desktop_theme.as_mut().and_then(DesktopTheme::last);
        if !self.app.theme_chosen && !self.theme_given {
            if self.desktop_theme.is_none() {
                self.desktop_theme = DesktopTheme::listen(ctx);
                heard = None;
            }
            // A desktop that says nothing is taken for dark.
            self.app.theme = heard.unwrap_or_default();
        }
        let sizes = (self.app.settings.zoom(), self.app.settings.data());
        if self.shown_sizes != Some(sizes) {
            self.shown_sizes = Some(sizes);
            ctx.set_zoom_factor(f32::from(sizes.0) / 100.0);
            super::fonts::set_data_size(sizes.1);
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

impl eframe::App for Window {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        #[cfg(feature = "inspection")]
        if let Some(measure) = &self.measure {
            measure.frame(ctx);
        }
        super::drain::drain(ctx, &self.engine, &mut self.app);
        if self.app.is_ending {
            ctx.send_viewport_cmd(egui::ViewportCommand::Close);
        }
        self.take_starts(ctx);
        let now = Instant::now();
        self.app.tick(now);
        self.act(now);
        if let Some(copied) = self.app.take_copied() {
            ctx.copy_text(copied);
        }
        self.follow_settings(ctx);
        self.remember.hear(&mut self.app);
        self.remember.keep(ctx, &self.app, &self.memory);
        #[cfg(feature = "inspection")]
        if let Some(measure) = &self.measure {
            measure.tell_tabs(&self.app);
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        let now = Instant::now();
        self.app.settle();
        let mut cx = Cx { app: &self.app, actions: &mut self.actions, memory: &mut self.memory, now };
        super::widgets::menu::set_copy_word(ui.ctx(), cx.words().copy);
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
        // Secrets that were typed a moment ago.
        self.engine.settle_secrets(LAST_PATIENCE);
        self.remember.end();
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }
}
