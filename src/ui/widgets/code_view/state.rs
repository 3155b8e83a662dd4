//! What a view keeps between frames.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use egui::mutex::Mutex;
use egui::{Context, Id, Pos2};

use super::Explained;
use super::find::Find;
use super::folding::Folding;
use super::scroll::Top;
use crate::engine::TextLines;

/// What is selected, in bytes of the text: from where it was begun to where it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Where it was begun.
    pub anchor: usize,
    /// Where it is: there are no keys that type here, so this is only a place.
    pub caret: usize,
}

impl Selection {
    /// Nothing, at a place.
    pub const fn at(byte: usize) -> Self {
        Self { anchor: byte, caret: byte }
    }

    /// In the text's order.
    pub fn range(self) -> Range<usize> {
        self.anchor.min(self.caret)..self.anchor.max(self.caret)
    }
}

/// How a place comes into view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reveal {
    /// In bytes of the text.
    pub byte: usize,
    /// To the middle, rather than as little as needed.
    pub middle: bool,
}

/// What was explained last: of which line, whether of its key, and the words.
pub type LastExplained = (usize, bool, Option<Explained>);

/// One view.
#[derive(Default)]
pub struct State {
    /// Of which text.
    serial: u64,
    /// What is folded.
    pub folding: Folding,
    /// What stands at the top.
    pub top: Top,
    /// How far it is scrolled to the right, in points; only where lines are not broken.
    pub x: f32,
    /// The widest line that was seen, in points.
    pub widest: f32,
    /// What is selected.
    pub selection: Selection,
    /// Lines of megabytes that are shown as a whole.
    pub whole: BTreeSet<usize>,
    /// Long lines are not broken.
    pub is_unwrapped: bool,
    /// What is looked for.
    pub find: Find,
    /// What is to come into view.
    pub reveal: Option<Reveal>,
    /// Where the menu is, and whether it is to be opened.
    pub menu: (Pos2, bool),
    /// The menu is open, so that the focus comes back when it closes.
    pub menu_is_open: bool,
    /// How far below the top of the scroll bar it was taken.
    pub bar_taken: f32,
    /// The focus came by the pointer.
    pub by_pointer: bool,
    /// What the pointer rests on, in words.
    pub explained: Option<LastExplained>,
    /// How many rows were seen as a whole.
    pub page: usize,
}

/// The state of a view in the window's memory.
pub type Shared = Arc<Mutex<State>>;

/// The state of the view `id`.
pub fn shared(ctx: &Context, id: Id) -> Shared {
    ctx.data_mut(|data| data.get_temp_mut_or_insert_with::<Shared>(id, Shared::default).clone())
}

/// The state of the view `id`, if it was ever shown.
pub fn known(ctx: &Context, id: Id) -> Option<Shared> {
    ctx.data(|data| data.get_temp::<Shared>(id))
}

impl State {
    /// Forgets what belongs to another text; what is looked for stays, and so does how lines are broken.
    pub fn keep_for(&mut self, code: &TextLines) {
        if self.serial != code.serial() {
            *self = Self {
                serial: code.serial(),
                is_unwrapped: self.is_unwrapped,
                find: std::mem::take(&mut self.find),
                by_pointer: self.by_pointer,
                ..Self::default()
            };
        }
    }

    /// The line at the caret.
    pub fn line(&self, code: &TextLines) -> usize {
        code.line_of(self.selection.caret)
    }
}
