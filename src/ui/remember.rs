//! Handing what is remembered to the thread that writes it, and what that thread tells to the window. No frame is asked
//! for to save: the document goes out in the frame in which it changed.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, sync_channel};

use super::context::Memory;
use super::place;
use crate::app::{App, Drafts, KeepNotice};
use crate::state::{Document, Keeper, Kept, Opened, Panels, Place, SetAside};

/// What is remembered, on its way out.
pub(super) struct Remember {
    keeper: Option<Keeper>,
    said: Option<Receiver<Kept>>,
    aside: Option<SetAside>,
    drafts: Drafts,
    /// What the document was made of that was handed out last.
    made_of: Option<(u64, Panels)>,
    place: Option<Place>,
    place_kept: Option<Place>,
}

impl Remember {
    /// Hands what was read to `restore`, and starts to keep what follows.
    pub(super) fn begin(
        ctx: &egui::Context,
        folder: Option<PathBuf>,
        opened: Opened,
        restore: impl FnOnce(&Document),
    ) -> Self {
        let may_write = opened.may_write();
        let place = opened.document.as_ref().and_then(|document| document.window);
        if let Some(document) = &opened.document {
            restore(document);
        }
        let mut remember = Self {
            keeper: None,
            said: None,
            aside: opened.aside,
            drafts: Drafts::default(),
            made_of: None,
            place,
            place_kept: place,
        };
        if let Some(folder) = folder.filter(|_| may_write) {
            let (sender, said) = sync_channel(4);
            let ctx = ctx.clone();
            let tell = move |kept| {
                // Only a window that is gone does not listen.
                if sender.try_send(kept).is_ok() {
                    ctx.request_repaint();
                }
            };
            remember.keeper = Keeper::start(folder, opened.document, Box::new(tell)).ok();
            remember.said = Some(said);
        }
        remember
    }

    /// A file that was not understood, to be told.
    pub(super) fn set_aside(&self) -> Option<KeepNotice> {
        self.aside.clone().map(KeepNotice::SetAside)
    }

    /// Takes in what became of writing.
    pub(super) fn hear(&self, app: &mut App) {
        let Some(said) = &self.said else { return };
        for kept in said.try_iter() {
            app.heard(kept);
        }
    }

    /// Writes what waits; nothing is kept any more.
    pub(super) fn end(&mut self) {
        self.keeper = None;
    }

    /// Hands out the document if anything in it may have changed.
    pub(super) fn keep(&mut self, ctx: &egui::Context, app: &App, memory: &Memory) {
        let Some(keeper) = &self.keeper else { return };
        let made_of = (app.changes(), memory.panels());
        self.place = place::now(ctx, self.place);
        if self.made_of == Some(made_of) && self.place == self.place_kept {
            return;
        }
        self.made_of = Some(made_of);
        self.place_kept = self.place;
        keeper.keep(Document { window: self.place, panels: memory.panels(), ..app.document(&mut self.drafts) });
    }
}
