//! What an editor keeps between frames.

use std::ops::Range;
use std::sync::Arc;

use egui::mutex::Mutex;
use egui::{Context, Id};

use super::brackets::{self, Pair};
use super::document::Document;
use super::find_bar::Find;
use super::lines::{LongLines, Shown};
use super::popup::Popup;

/// Text that an input method composes, not yet in the document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preedit {
    /// As composed so far.
    pub text: String,
    /// The part that is being chosen, in characters.
    pub active: Option<Range<usize>>,
}

/// How the caret comes into view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reveal {
    /// As little as needed is scrolled.
    Nearest,
    /// Its line comes to the middle.
    Middle,
}

/// One editor.
#[derive(Default)]
pub struct State {
    /// The text with caret and undo.
    pub document: Document,
    /// The caller's version of the text that the document agrees with.
    pub synced: Option<u64>,
    /// What is known of long lines.
    pub long: LongLines,
    /// Where the caret wants to be while it goes up and down, in points.
    pub wanted_x: Option<f32>,
    /// What is being composed.
    pub preedit: Option<Preedit>,
    /// Counts changes of what is composed.
    pub composed: u64,
    /// After Escape, Tab leaves the editor.
    pub tab_leaves: bool,
    /// The caret is to come into view.
    pub reveal: Option<Reveal>,
    /// The widest line that was seen, in points, and of which text.
    pub widest: (u64, f32),
    /// The brackets at the caret, and of which text and place.
    matched: Option<(u64, usize, Option<Pair>)>,
    /// The selection that the desktop knows of.
    pub settled: Range<usize>,
    /// Find and replace.
    pub find: Find,
    /// What may be written at the caret.
    pub popup: Popup,
    /// What was explained last: of which text, the range and the words.
    pub explained: Option<(u64, Range<usize>, String)>,
}

/// The state of an editor in the window's memory.
pub type Shared = Arc<Mutex<State>>;

/// The state of the editor `id`; made of `text` the first time.
pub fn shared(ctx: &Context, id: Id, text: &str, closes_brackets: bool) -> Shared {
    let make = || {
        let document = Document::new(text.to_owned(), closes_brackets);
        Arc::new(Mutex::new(State { document, ..State::default() }))
    };
    ctx.data_mut(|data| data.get_temp_mut_or_insert_with::<Shared>(id, make).clone())
}

/// Puts the caret of the editor `id` at a byte of its text, into view, and gives it the focus. Takes effect when it is
/// shown next.
pub fn go_to(ctx: &Context, id: Id, byte: usize) {
    ctx.data_mut(|data| data.insert_temp(id.with("go to"), byte));
    ctx.memory_mut(|memory| memory.request_focus(id));
}

/// The byte that [`go_to`] asked for.
pub fn take_go_to(ctx: &Context, id: Id) -> Option<usize> {
    ctx.data_mut(|data| data.remove_temp(id.with("go to")))
}

/// Forgets an editor: caret, undo, text.
pub fn forget(ctx: &Context, id: Id) {
    ctx.data_mut(|data| data.remove_temp::<Shared>(id));
}

impl State {
    /// The brackets at the caret.
    pub fn matched(&mut self) -> Option<Pair> {
        let made_of = (self.document.revision(), self.document.caret());
        match &self.matched {
            Some((revision, caret, found)) if (*revision, *caret) == made_of => *found,
            _ => {
                let found = brackets::matching(&self.document);
                self.matched = Some((made_of.0, made_of.1, found));
                found
            }
        }
    }

    /// Takes what an input method composes; nothing where it ended.
    pub fn compose(&mut self, preedit: Option<Preedit>) {
        if self.preedit != preedit {
            self.preedit = preedit;
            self.composed += 1;
        }
    }

    /// The caret's line as it is shown while something is composed, with the place of that in the line.
    pub fn composed_line(&self) -> Option<(usize, String, Range<usize>)> {
        let preedit = self.preedit.as_ref()?;
        let buffer = self.document.buffer();
        let line = buffer.line_of(self.document.caret());
        let at = self.document.caret() - buffer.start(line);
        let mut text = buffer.line(line).to_owned();
        text.insert_str(at, &preedit.text);
        Some((line, text, at..at + preedit.text.len()))
    }
}

/// A line of the document, or what takes its place while something is composed in it.
pub fn shown_line<'a>(
    document: &'a Document,
    composed: Option<&'a (usize, String, Range<usize>)>,
    line: usize,
) -> Shown<'a> {
    let text = match composed {
        Some((at, text, _)) if *at == line => text.as_str(),
        _ => document.buffer().line(line),
    };
    Shown { line, text, in_comment: document.begins_in_comment(line) }
}
