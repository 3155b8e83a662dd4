//! Text that is read, of any length: only what is seen is laid out. Brackets fold, long lines are broken or cut, text is
//! found, selected and copied, values are explained in the hover.
//!
//! `folding.rs` says which lines are rows, `wrap.rs` where a line is broken, `scroll.rs` where the view is, `search.rs`
//! what is found; none of them knows a screen. `view.rs` lays out one frame and `paint.rs` paints it, `input.rs` what the person does in it,
//! `find.rs` the bar above it, `menu.rs` its menu. What values mean comes from the caller.

mod find;
mod folding;
mod input;
mod menu;
mod paint;
mod scroll;
mod search;
mod select;
mod state;
mod view;
mod wrap;

pub(super) use search::length_of_hit;

use std::ops::Range;

use egui::{Context, Id, Role, Sense, Ui, UiBuilder, WidgetInfo};

use super::json::Language;
use crate::engine::TextLines;
use crate::words::Lang;

pub use wrap::LONGEST_LINE;

/// A hit of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The line, from 0.
    pub line: usize,
    /// Bytes of that line.
    pub range: Range<usize>,
}

/// What a button outside the view asks of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ViewCommand {
    /// Open the bar that looks for text.
    #[default]
    Find,
    /// Fold everything, or unfold everything where something is folded.
    Fold,
}

/// What a value means, for the hover.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explained {
    /// What it is called.
    pub title: String,
    /// Its type.
    pub detail: String,
    /// What its author says of it.
    pub note: String,
    /// Names and what they say: `hex`, `0x1a4`.
    pub facts: Vec<(String, String)>,
}

/// What the value on a line means; the flag says that the pointer is on its key.
pub type Explain<'a> = dyn Fn(&TextLines, usize, bool) -> Option<Explained> + 'a;
/// How the place of the value on a line is written; `None` leaves it to the text's own keys.
pub type PathOf<'a> = dyn Fn(&TextLines, usize) -> Option<String> + 'a;

/// What came of a view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ViewOutput {
    /// The person asks to save the text.
    pub save: bool,
}

/// A read-only view that fills the room there is and scrolls.
#[must_use = "a view is shown by show"]
pub struct CodeView<'a> {
    id: Id,
    name: &'a str,
    language: Language,
    lang: Lang,
    find_key: Option<String>,
    hits: &'a [Hit],
    scroll_to: Option<usize>,
    explain: Option<&'a Explain<'a>>,
    path: Option<&'a PathOf<'a>>,
    command: Option<ViewCommand>,
    can_save: bool,
}

impl<'a> CodeView<'a> {
    /// A view named `name`; `id` keeps selection, folds and scrolling for as long as the text is the same.
    pub fn new(id: Id, name: &'a str) -> Self {
        Self {
            id,
            name,
            language: Language::Plain,
            lang: Lang::default(),
            find_key: None,
            hits: &[],
            scroll_to: None,
            explain: None,
            path: None,
            command: None,
            can_save: false,
        }
    }

    /// What the text is written in.
    pub fn language(mut self, language: Language) -> Self {
        self.language = language;
        self
    }

    /// The key that opens the bar which looks for text, as the menu shows it.
    pub fn find_key(mut self, key: Option<String>) -> Self {
        self.find_key = key;
        self
    }

    /// The language of its words.
    pub fn lang(mut self, lang: Lang) -> Self {
        self.lang = lang;
        self
    }

    /// Hits of a search that is not the view's own, in the order of lines.
    pub fn hits(mut self, hits: &'a [Hit]) -> Self {
        self.hits = hits;
        self
    }

    /// Brings this line (from 0) into view this frame.
    pub fn scroll_to(mut self, line: Option<usize>) -> Self {
        self.scroll_to = line;
        self
    }

    /// What values mean.
    pub fn explain(mut self, explain: &'a Explain<'a>) -> Self {
        self.explain = Some(explain);
        self
    }

    /// How places are written where they are copied; without this by the text's own keys.
    pub fn path(mut self, path: &'a PathOf<'a>) -> Self {
        self.path = Some(path);
        self
    }

    /// What a button outside asks.
    pub fn command(mut self, command: Option<ViewCommand>) -> Self {
        self.command = command;
        self
    }

    /// The menu offers to save.
    pub fn can_save(mut self) -> Self {
        self.can_save = true;
        self
    }

    /// Shows what is seen of the text.
    pub fn show(self, ui: &mut Ui, code: &TextLines) -> ViewOutput {
        let shared = state::shared(ui.ctx(), self.id);
        let mut state = shared.lock();
        state.keep_for(code);
        let whole = ui.available_rect_before_wrap();
        ui.advance_cursor_after_rect(whole);
        let builder = UiBuilder::new()
            .id_salt(self.id)
            .max_rect(whole)
            .accessibility_role(Role::Group)
            .accessibility_label(self.name);
        let mut pane = ui.new_child(builder);
        pane.set_clip_rect(whole.intersect(ui.clip_rect()));
        let asked = ui.data_mut(|data| data.remove_temp::<ViewCommand>(self.id.with("asked")));
        match self.command.or(asked) {
            Some(ViewCommand::Find) => input::open_find(&mut state, code),
            Some(ViewCommand::Fold) => input::fold_or_unfold_all(&mut state, code),
            None => {}
        }
        if let Some(line) = self.scroll_to {
            state.reveal = Some(state::Reveal { byte: code.start(line), middle: true });
        }
        let room = find::bar_ui(&mut pane, &mut state, self.id, code, whole, self.lang);
        pane.set_clip_rect(room.intersect(ui.clip_rect()));
        let response = pane.interact(room, self.id, Sense::click_and_drag());
        response.widget_info(|| WidgetInfo::labeled(Role::Document, true, self.name));
        view::view_ui(&mut pane, &mut state, &self, code, room, &response)
    }
}

/// Hands a command to the view that has the focus, or whose find bar has it; false if there is none.
pub fn ask(ctx: &Context, command: ViewCommand) -> bool {
    let focused = ctx.memory(egui::Memory::focused);
    let view = focused.and_then(|focused| ctx.data(|data| data.get_temp::<IsView>(focused)));
    if let Some(view) = view {
        ctx.data_mut(|data| data.insert_temp(view.0.with("asked"), command));
        ctx.request_repaint();
    }
    view.is_some()
}

/// Whether a view or its find bar has the focus.
pub fn holds_focus(ctx: &Context) -> bool {
    ctx.memory(egui::Memory::focused).is_some_and(|focused| ctx.data(|data| data.get_temp::<IsView>(focused)).is_some())
}

/// Whether Escape closes the find bar of the view that has the focus.
pub fn wants_escape(ctx: &Context) -> bool {
    let focused = ctx.memory(egui::Memory::focused);
    let view = focused.and_then(|focused| ctx.data(|data| data.get_temp::<IsView>(focused)));
    view.and_then(|view| state::known(ctx, view.0)).is_some_and(|shared| shared.lock().find.is_open)
}

/// Whether something of the view `id` is folded.
pub fn is_folded(ctx: &Context, id: Id) -> bool {
    state::known(ctx, id).is_some_and(|shared| shared.lock().folding.is_any())
}

/// Kept under the ids that may have the focus: they are those of this view.
#[derive(Clone, Copy)]
struct IsView(Id);
