//! The bundled faces and their names: Inter in two weights, JetBrains Mono, and one Chinese face behind all three.
//!
//! The files under `assets/fonts/` are made by `scripts/make-fonts`. System fonts are not read.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use egui::{FontData, FontDefinitions, FontFamily, FontId};

/// The family of headings and primary buttons.
const SEMI: &str = "semi";

/// Interface text of this size in points.
pub const fn sans(size: f32) -> FontId {
    FontId::new(size, FontFamily::Proportional)
}

/// Semibold interface text of this size in points. Chinese has one weight.
pub fn semi(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(SEMI.into()))
}

/// Data of this size in points; every character is as wide as the next.
pub const fn mono(size: f32) -> FontId {
    FontId::new(size, FontFamily::Monospace)
}

/// 13: the interface.
pub const fn body() -> FontId {
    sans(13.0)
}

/// 12: table heads, hints, the status bar.
pub const fn hint() -> FontId {
    sans(12.0)
}

/// 11: badges, counts, keys, labels in waterfalls.
pub const fn tiny() -> FontId {
    sans(11.0)
}

/// Size of data's text, tenths of a point: of the one window that a process has.
static DATA_TENTHS: AtomicU16 = AtomicU16::new(125);

/// 12.5 mono unless the person chose another size: data and code.
pub fn code() -> FontId {
    mono(f32::from(DATA_TENTHS.load(Ordering::Relaxed)) / 10.0)
}

/// Sets the size of data's text, tenths of a point; the next frame has it.
pub fn set_data_size(tenths: u16) {
    DATA_TENTHS.store(tenths, Ordering::Relaxed);
}

/// 12 mono: durations.
pub const fn duration() -> FontId {
    mono(12.0)
}

/// 13 semibold: headings in a view, roots of trees.
pub fn strong() -> FontId {
    semi(13.0)
}

/// 15 semibold: headings of dialogs and pages.
pub fn heading() -> FontId {
    semi(15.0)
}

/// 20 semibold: the first window.
pub fn title() -> FontId {
    semi(20.0)
}

/// Sets the faces. Must happen before the first text is laid out.
pub fn install(ctx: &egui::Context) {
    ctx.set_fonts(definitions());
}

/// The faces and the order in which each family looks for a glyph.
pub fn definitions() -> FontDefinitions {
    let mut fonts = FontDefinitions::empty();
    let mut add = |name: &str, bytes: &'static [u8], hinting: Option<bool>| {
        let mut data = FontData::from_static(bytes);
        data.tweak.hinting = hinting;
        fonts.font_data.insert(name.to_owned(), Arc::new(data));
    };
    add("Inter", include_bytes!("../../assets/fonts/Inter-Regular.otf"), None);
    add("Inter SemiBold", include_bytes!("../../assets/fonts/Inter-SemiBold.otf"), None);
    // Hinted, the mono face is a quarter too heavy in code.
    add("JetBrains Mono", include_bytes!("../../assets/fonts/JetBrainsMono-Regular.ttf"), Some(false));
    add("Noto Sans SC", include_bytes!("../../assets/fonts/NotoSansSC-Regular.otf"), None);
    // Each family falls back on the other Latin face too: between them they have more signs than either.
    for (family, faces) in [
        (FontFamily::Proportional, ["Inter", "Noto Sans SC", "JetBrains Mono"]),
        (FontFamily::Name(SEMI.into()), ["Inter SemiBold", "Noto Sans SC", "JetBrains Mono"]),
        (FontFamily::Monospace, ["JetBrains Mono", "Noto Sans SC", "Inter"]),
    ] {
        fonts.families.insert(family, faces.iter().map(|face| (*face).to_owned()).collect());
    }
    fonts
}
