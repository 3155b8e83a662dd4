//! The editor of several lines: numbers, colours, brackets, errors at their place, find and replace.
//!
//! The stock field lays out its whole text again for every key and tells a screen reader all of it in every frame; this
//! one does both for the lines on the screen alone. [`buffer`], [`moves`], [`history`], [`lexed`], [`document`],
//! [`brackets`], [`find`] and [`format`](mod@format) know no screen; [`lines`] lays out, [`input`] takes keys, [`view`]
//! paints, [`access`] tells screen readers.
//! Texts for reading only are [`super::code_view`]'s.

pub mod access;
pub mod brackets;
pub mod buffer;
pub mod document;
pub mod find;
pub mod find_bar;
pub mod format;
pub mod history;
pub mod input;
pub mod lexed;
pub mod lines;
pub mod moves;
pub mod popup;
pub mod state;
pub mod view;

use std::ops::Range;

use egui::{Id, Rect, Response, Ui};

pub use find_bar::FindWords;
pub use popup::{Explain, Suggest, SuggestWords};
pub use state::{forget, go_to};

use super::json::Language;
use input::Input;
use state::Reveal;

/// Something wrong in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where, in bytes of the text.
    pub range: Range<usize>,
    /// What is wrong: in the hover, and behind the line while the caret is elsewhere.
    pub message: String,
}

/// What is done to the text from outside, undone like any edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditorCommand {
    /// Take the last step back.
    Undo,
    /// Do it again.
    Redo,
    /// Lay the text out anew.
    Format,
    /// Open the find bar.
    Find,
    /// Open the find bar with what replaces the hits.
    Replace,
}

/// An editor that fills the room there is and scrolls.
#[must_use = "an editor is shown by show"]
pub struct Editor<'a> {
    id: Id,
    text: &'a str,
    version: Option<u64>,
    name: &'a str,
    placeholder: &'a str,
    language: Language,
    problems: &'a [Problem],
    enabled: bool,
    words: Option<FindWords<'a>>,
    suggest: Option<(Suggest<'a>, SuggestWords<'a>)>,
    explain: Option<Explain<'a>>,
    command: Option<EditorCommand>,
    outer_keys: bool,
}

/// Whether the editor `id` or its find bar has the focus.
pub fn holds_focus(ctx: &egui::Context, id: Id) -> bool {
    let focused = ctx.memory(egui::Memory::focused);
    focused.is_some_and(|focused| [id, id.with("find"), id.with("replace")].contains(&focused))
}

/// Whether Escape means something in the editor `id` now: it closes its list or its find bar.
pub fn wants_escape(ctx: &egui::Context, id: Id) -> bool {
    let Some(shared) = ctx.data(|data| data.get_temp::<state::Shared>(id)) else { return false };
    let state = shared.lock();
    holds_focus(ctx, id) && (state.popup.is_open() || state.find.is_open)
}

/// What came of an editor.
pub struct EditorOutput {
    /// Of the text: focus, pointer. It is marked as changed where the text is.
    pub response: Response,
    /// The text, where it changed.
    pub text: Option<String>,
    /// Where the caret is, in bytes of the text, while the editor has the focus.
    pub caret: Option<usize>,
    /// The caret's line and its column in characters, both from 1.
    pub place: (usize, usize),
    /// How many lines there are.
    pub lines: usize,
    /// Where the caret is on the screen.
    pub caret_rect: Option<Rect>,
    /// There is something to undo, and to do again.
    pub can_undo: (bool, bool),
}

impl<'a> Editor<'a> {
    /// An editor; `id` keeps caret and undo, so it must be the same each frame. The caller keeps the text and takes what
    /// became of it from the output.
    pub fn new(id: Id, text: &'a str, name: &'a str) -> Self {
        Self {
            id,
            text,
            version: None,
            name,
            placeholder: "",
            language: Language::Plain,
            problems: &[],
            enabled: true,
            words: None,
            suggest: None,
            explain: None,
            command: None,
            outer_keys: false,
        }
    }

    /// Counts changes of the text: while it stays, the text is not compared.
    pub fn version(mut self, version: u64) -> Self {
        self.version = Some(version);
        self
    }

    /// What the text is written in.
    pub fn language(mut self, language: Language) -> Self {
        self.language = language;
        self
    }

    /// What an empty editor says.
    pub fn placeholder(mut self, text: &'a str) -> Self {
        self.placeholder = text;
        self
    }

    /// What is wrong in the text.
    pub fn problems(mut self, problems: &'a [Problem]) -> Self {
        self.problems = problems;
        self
    }

    /// Whether it can be edited.
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = enabled;
        self
    }

    /// With a find bar.
    pub fn find(mut self, words: FindWords<'a>) -> Self {
        self.words = Some(words);
        self
    }

    /// With a list of what may be written at the caret.
    pub fn suggest(mut self, suggest: Suggest<'a>, words: SuggestWords<'a>) -> Self {
        self.suggest = Some((suggest, words));
        self
    }

    /// With words about what the pointer is over.
    pub fn explain(mut self, explain: Explain<'a>) -> Self {
        self.explain = Some(explain);
        self
    }

    /// Does something to the text this frame.
    pub fn command(mut self, command: Option<EditorCommand>) -> Self {
        self.command = command;
        self
    }

    /// The keys of commands are another's: they come as [`Editor::command`] alone.
    pub fn outer_keys(mut self) -> Self {
        self.outer_keys = true;
        self
    }

    /// Shows it.
    pub fn show(self, ui: &mut Ui) -> EditorOutput {
        let shared = state::shared(ui.ctx(), self.id, self.text, self.language == Language::Json);
        let mut state = shared.lock();
        let state = &mut *state;
        let now_s = ui.input(|input| input.time);
        if self.version.is_none() || state.synced != self.version {
            if state.document.set_text(self.text, now_s) {
                state.compose(None);
            }
            state.synced = self.version;
        }
        input::take_go_to(ui, self.id, state);
        let before = state.document.revision();
        let mut room = ui.available_rect_before_wrap();
        let input = Input {
            id: self.id,
            language: self.language,
            page: room.height(),
            finds: self.words.is_some(),
            outer_keys: self.outer_keys,
            now_s,
        };
        if self.enabled {
            self.edit(ui, state, input);
        }
        if let Some(words) = self.words {
            room = find_bar::find_bar_ui(ui, state, self.id, room, words, now_s);
        }
        let (response, caret_rect) = view::view_ui(ui, state, &self, room);
        if let Some((_, words)) = self.suggest {
            popup::popup_ui(ui, state, self.id, caret_rect, words, now_s);
        }
        input::settle_selection(ui, state);
        let mut output = EditorOutput {
            response,
            text: None,
            caret: None,
            place: view::place_of(&state.document),
            lines: state.document.buffer().lines(),
            caret_rect,
            can_undo: (state.document.can_undo(), state.document.can_redo()),
        };
        if ui.memory(|memory| memory.has_focus(self.id)) {
            output.caret = Some(state.document.caret());
        }
        if state.document.revision() != before {
            output.response.mark_changed();
            output.text = Some(state.document.text().to_owned());
        }
        output
    }

    fn edit(&self, ui: &Ui, state: &mut state::State, input: Input) {
        input::take_set_value(ui, state, input);
        let mut asked = input::Asked::default();
        if ui.memory(|memory| memory.has_focus(self.id)) {
            find_bar::step_keys(ui, state);
            let suggests = self.suggest.is_some() && popup::is_asked(ui);
            popup::take_keys(ui, state, input.now_s);
            asked = input::take_events(ui, state, input);
            if let Some((suggest, _)) = self.suggest {
                popup::refresh(state, suggests, suggest);
            }
        } else {
            state.compose(None);
            state.tab_leaves = false;
        }
        let done = match self.command {
            Some(EditorCommand::Undo) => state.document.undo(),
            Some(EditorCommand::Redo) => state.document.redo(),
            Some(command @ (EditorCommand::Find | EditorCommand::Replace)) => {
                if self.words.is_some() {
                    state.find.open(&state.document, command == EditorCommand::Replace);
                }
                false
            }
            Some(EditorCommand::Format) => {
                asked.format = true;
                false
            }
            None => false,
        };
        if asked.format
            && self.language == Language::Json
            && let Some(formatted) = format::format(state.document.text())
        {
            state.document.set_text(&formatted, input.now_s);
            state.reveal = Some(Reveal::Nearest);
        }
        if done {
            state.reveal = Some(Reveal::Nearest);
        }
    }
}
