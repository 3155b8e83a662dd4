//! The look as values: [`Tokens`] (colours of dark and light), the measures, and egui's style made of them.
//!
//! Widgets of this project read [`tokens`]; egui's own style serves only the stock widgets that lie beneath. No other
//! place names a colour.

mod style;
mod tokens;

pub use tokens::{DARK, LIGHT, Tint, Tokens, Tone};

/// What the window's theme follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ThemeChoice {
    /// Dark, whatever the desktop says.
    #[default]
    Dark,
    /// Light, whatever the desktop says.
    Light,
    /// As the desktop says.
    System,
}

/// Something that knows which theme is on: a context or a part of the screen.
pub trait Themed {
    /// Whether the dark theme is on.
    fn is_dark(&self) -> bool;
}

impl Themed for egui::Context {
    fn is_dark(&self) -> bool {
        self.theme() == egui::Theme::Dark
    }
}

impl Themed for egui::Ui {
    fn is_dark(&self) -> bool {
        self.visuals().dark_mode
    }
}

/// The colours that are in force here.
pub fn tokens(place: &impl Themed) -> &'static Tokens {
    if place.is_dark() { &DARK } else { &LIGHT }
}

/// Sets fonts, colours and spacing of both themes. Call it once, before the first frame.
pub fn install(ctx: &egui::Context) {
    super::fonts::install(ctx);
    ctx.style_mut_of(egui::Theme::Dark, |style| style::set(style, &DARK));
    ctx.style_mut_of(egui::Theme::Light, |style| style::set(style, &LIGHT));
}

/// Switches the theme; takes effect with the next frame.
pub fn choose(ctx: &egui::Context, choice: ThemeChoice) {
    ctx.set_theme(match choice {
        ThemeChoice::Dark => egui::ThemePreference::Dark,
        ThemeChoice::Light => egui::ThemePreference::Light,
        ThemeChoice::System => egui::ThemePreference::System,
    });
}

/// The measures of the look, in points at 100 %.
pub mod measure {
    /// Spaces between things.
    pub const SPACES: [f32; 5] = [4.0, 8.0, 12.0, 16.0, 24.0];
    /// The inset of every pane, row and bar in the centre.
    pub const INSET: f32 = 12.0;
    /// The bar across the top of the window.
    pub const TOP_BAR: f32 = 40.0;
    /// The rail of areas at the left.
    pub const RAIL: f32 = 48.0;
    /// The side panel, unless it was resized.
    pub const SIDE_PANEL: f32 = 292.0;
    /// The bar along the bottom of the window.
    pub const STATUS_BAR: f32 = 26.0;
    /// A row of tabs, and the line of facts under it.
    pub const TABS: f32 = 36.0;
    /// The bar with target, method, deadline and Send.
    pub const TARGET_BAR: f32 = 52.0;
    /// A bar with a filter field.
    pub const FILTER_BAR: f32 = 44.0;
    /// The head of a section without buttons.
    pub const SECTION_HEAD: f32 = 32.0;
    /// Buttons and fields.
    pub const CONTROL: f32 = 28.0;
    /// Buttons and fields of the target bar, dialogs and the first window.
    pub const CONTROL_LARGE: f32 = 32.0;
    /// Small buttons.
    pub const CONTROL_SMALL: f32 = 24.0;
    /// A row of a tree, of a dense table, of names and values.
    pub const ROW: f32 = 26.0;
    /// A row of a table.
    pub const TABLE_ROW: f32 = 30.0;
    /// A row of a form.
    pub const FORM_ROW: f32 = 34.0;
    /// A line of code.
    pub const CODE_LINE: f32 = 20.0;
    /// The column of line numbers.
    pub const LINE_NUMBERS: f32 = 36.0;
    /// The smallest window for which everything has its place.
    pub const MIN_WINDOW: [f32; 2] = [1024.0, 700.0];
}
