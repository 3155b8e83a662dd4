//! What the desktop's theme is, and when it changes. Both come over a bus that may not answer: a thread of its own asks
//! and listens, and no frame is drawn until the theme is another.

use std::sync::mpsc::{Receiver, sync_channel};

use crate::app::ThemeChoice;

/// Hears of the desktop's theme.
pub(super) struct DesktopTheme {
    changes: Receiver<ThemeChoice>,
    last: Option<ThemeChoice>,
}

impl DesktopTheme {
    /// Begins to listen. Where the desktop tells nothing, nothing is ever heard.
    pub(super) fn listen(ctx: &egui::Context) -> Option<Self> {
        let (sender, changes) = sync_channel(8);
        let ctx = ctx.clone();
        let tell = move |mode| {
            let theme = match mode {
                dark_light::Mode::Dark => ThemeChoice::Dark,
                dark_light::Mode::Light => ThemeChoice::Light,
                dark_light::Mode::Unspecified => return true,
            };
            let is_heard = sender.send(theme).is_ok();
            ctx.request_repaint();
            is_heard
        };
        let listen = move || {
            // Listening begins first, so that no change is missed between.
            let changes = dark_light::subscribe();
            if dark_light::detect().is_ok_and(|mode| !tell(mode)) {
                return;
            }
            let Ok(changes) = changes else { return };
            for mode in changes.iter() {
                if !tell(mode) {
                    return;
                }
            }
        };
        std::thread::Builder::new().name("desktop theme".to_owned()).spawn(listen).ok()?;
        Some(Self { changes, last: None })
    }

    /// What was heard last; `None` while nothing was.
    pub(super) fn last(&mut self) -> Option<ThemeChoice> {
        if let Some(theme) = self.changes.try_iter().last() {
            self.last = Some(theme);
        }
        self.last
    }
}
