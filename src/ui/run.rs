//! Opening the window, and saying in words why that cannot be.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::place;
use super::theme::measure::MIN_WINDOW;
use super::window::{Setup, Window};
use crate::engine::consul_program;
use crate::instance::Instance;
use crate::keychain::Keychain;
use crate::start::Start;
use crate::state;
use crate::words::Lang;

/// How the window begins.
#[derive(Debug, Default)]
pub struct UiOptions {
    /// What to open at once.
    pub start: Start,
    /// Where schema results and the compiler are kept; `None` keeps nothing.
    pub cache_dir: Option<PathBuf>,
    /// Where what must outlive the process is kept; `None` keeps nothing.
    pub state_dir: Option<PathBuf>,
    /// Where secrets of `state_dir` are kept; `None` keeps them until the program ends.
    pub keychain: Option<Arc<dyn Keychain>>,
    /// Hears of later starts.
    pub instance: Option<Instance>,
}

/// Why there is no window. `Display` says what is missing and how to go on without one, in the system's language.
#[derive(Debug, thiserror::Error)]
#[error("{words}")]
pub struct WindowError {
    words: String,
}

/// Opens the window and runs until it is closed.
pub fn run(options: UiOptions) -> Result<(), WindowError> {
    let opened = options.state_dir.as_deref().map(state::open).unwrap_or_default();
    let document = opened.document.as_ref();
    // Words of a window that does not open are in the language that was chosen before.
    let lang = match document.and_then(|document| document.lang.as_deref()) {
        Some(tag) => Lang::of_locale(tag),
        None => system_lang(),
    };
    let native = eframe::NativeOptions {
        viewport: place::builder(document.and_then(|document| document.window))
            .with_title("Proconsul")
            .with_icon(icon())
            .with_app_id("io.github.proconsul.Proconsul")
            .with_min_inner_size([MIN_WINDOW[0] * 0.7, MIN_WINDOW[1] * 0.7]),
        ..eframe::NativeOptions::default()
    };
    let has_begun = Arc::new(AtomicBool::new(false));
    let begun = Arc::clone(&has_begun);
    let setup = Setup {
        start: options.start,
        cache_dir: options.cache_dir,
        state_dir: options.state_dir,
        keychain: options.keychain,
        consul: consul_program(),
        opened,
        instance: options.instance,
        lang,
        theme: None,
    };
    let open = move || {
        eframe::run_native(
            "proconsul",
            native,
            Box::new(move |creation| {
                begun.store(true, Ordering::Relaxed);
                let window = Window::new(&creation.egui_ctx, setup)?;
                window.end_on_signals();
                Ok(Box::new(window))
            }),
        )
    };
    // Where a library of the display is missing, the window library ends by panicking instead of telling.
    match catch_unwind(AssertUnwindSafe(open)) {
        Ok(Ok(())) => Ok(()),
        // Its own words list every property that was asked for.
        Ok(Err(eframe::Error::NoGlutinConfigs(_, why))) => {
            Err(WindowError { words: lang.no_window(&format!("no OpenGL ({why})")) })
        }
        Ok(Err(error)) => Err(WindowError { words: lang.no_window(reason(&error.to_string())) }),
        Err(panic) if has_begun.load(Ordering::Relaxed) => resume_unwind(panic),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("the display did not answer");
            Err(WindowError { words: lang.no_window(reason(text)) })
        }
    }
}

/// The words of an error without the place in the sources of the library that made it, which tells a person nothing.
fn reason(text: &str) -> &str {
    let said = match text.rsplit_once(".rs:") {
        Some((_, rest)) => rest.split_once(": ").map_or(rest, |(_line, said)| said),
        None => text,
    };
    said.trim_end_matches('.')
}

/// For the window's frame and the task bar; where a desktop entry is installed, most desktops take its icon instead.
fn icon() -> egui::IconData {
    eframe::icon_data::from_png_bytes(include_bytes!("../../assets/icon/proconsul-64.png")).unwrap_or_default()
}

/// The language of the system.
fn system_lang() -> Lang {
    Lang::of_locale(&sys_locale::get_locale().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::reason;

    #[test]
    fn reasons_name_no_source_file() {
        for (text, expect) in [
            ("winit EventLoopError: os error at /x/linux/mod.rs:765: DISPLAY is not set.", "DISPLAY is not set"),
            ("no GLX: none.", "no GLX: none"),
            ("", ""),
        ] {
            assert_eq!(reason(text), expect);
        }
    }
}
