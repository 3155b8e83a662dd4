//! Keys, text, the clipboard, input methods and screen readers: what each does to the document.

use egui::accesskit::{Action, ActionData};
use egui::{Event, EventFilter, Id, ImeEvent, Key, Modifiers, OutputCommand, Ui};

use super::document::Move;
use super::history::Selection;
use super::lines::Lines;
use super::state::{Preedit, Reveal, State, shown_line};
use crate::ui::theme::measure::CODE_LINE;
use crate::ui::theme::tokens;
use crate::ui::widgets::json::Language;

/// What the editor was asked beyond its text.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked {
    /// To format the text.
    pub format: bool,
}

/// Where and how input is taken.
#[derive(Clone, Copy, Debug)]
pub struct Input {
    /// The editor.
    pub id: Id,
    /// What the text is written in.
    pub language: Language,
    /// How much is seen at once, in points.
    pub page: f32,
    /// There is a find bar.
    pub finds: bool,
    /// Undo, redo, find, replace and format are asked for from outside: their keys are not taken here.
    pub outer_keys: bool,
    /// The time, in seconds.
    pub now_s: f64,
}

/// A screen reader sets the whole text, with or without the focus.
pub fn take_set_value(ui: &Ui, state: &mut State, input: Input) {
    let value = ui.input(|i| {
        let requests = i.accesskit_action_requests(input.id, Action::SetValue);
        let values = requests.filter_map(|request| match &request.data {
            Some(ActionData::Value(value)) => Some(value.to_string()),
            _ => None,
        });
        values.last()
    });
    if let Some(value) = value {
        state.document.select_all();
        state.document.insert(&value, input.now_s);
    }
}

/// Takes what came while the editor has the focus.
pub fn take_events(ui: &Ui, state: &mut State, input: Input) -> Asked {
    // Escape is ours too: it gives Tab back its usual meaning.
    let filter = EventFilter { tab: !state.tab_leaves, horizontal_arrows: true, vertical_arrows: true, escape: true };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(input.id, filter));
    let mut asked = Asked::default();
    for event in ui.input(|i| i.filtered_events(&filter)) {
        let before = (state.document.revision(), state.document.selection());
        let mut moves_vertically = false;
        match event {
            Event::Copy => copy(ui, state),
            Event::Cut => {
                copy(ui, state);
                if !state.document.selection().is_empty() {
                    state.document.insert("", input.now_s);
                }
            }
            Event::Paste(text) => state.document.insert(&text, input.now_s),
            // Enter is a key of its own.
            Event::Text(text) if text != "\n" && text != "\r" && !text.is_empty() => {
                state.document.type_text(&text, input.now_s);
            }
            Event::AccessKitActionRequest(request)
                if request.action == Action::ReplaceSelectedText && request.target_node == input.id.accesskit_id() =>
            {
                if let Some(ActionData::Value(text)) = &request.data {
                    state.document.insert(text, input.now_s);
                }
            }
            Event::Ime(event) => compose(state, event, input),
            // While something is composed, keys belong to the input method.
            Event::Key { key, pressed: true, modifiers, .. } if state.preedit.is_none() => {
                moves_vertically = matches!(key, Key::ArrowUp | Key::ArrowDown | Key::PageUp | Key::PageDown);
                press(ui, state, key, modifiers, input, &mut asked);
            }
            _ => continue,
        }
        if before != (state.document.revision(), state.document.selection()) {
            state.reveal.get_or_insert(Reveal::Nearest);
            if !moves_vertically {
                state.wanted_x = None;
            }
        }
    }
    asked
}

fn copy(ui: &Ui, state: &State) {
    if !state.document.selection().is_empty() {
        ui.ctx().copy_text(state.document.selected().to_owned());
    }
}

fn compose(state: &mut State, event: ImeEvent, input: Input) {
    match event {
        ImeEvent::Preedit { text, active_range_chars } => {
            if text == "\n" || text == "\r" {
                return;
            }
            if !text.is_empty() && !state.document.selection().is_empty() {
                state.document.insert("", input.now_s);
            }
            state.compose((!text.is_empty()).then_some(Preedit { text, active: active_range_chars }));
            state.reveal.get_or_insert(Reveal::Nearest);
        }
        ImeEvent::Commit(text) => {
            state.compose(None);
            if !text.is_empty() && text != "\n" && text != "\r" {
                state.document.insert(&text, input.now_s);
            }
        }
        ImeEvent::DeleteSurrounding { before_chars, after_chars } => {
            state.document.delete_around(before_chars, after_chars, input.now_s);
        }
        #[expect(deprecated, reason = "the enum still has them")]
        ImeEvent::Enabled | ImeEvent::Disabled => {}
    }
}

fn press(ui: &Ui, state: &mut State, key: Key, modifiers: Modifiers, input: Input, asked: &mut Asked) {
    let now_s = input.now_s;
    let extends = modifiers.shift;
    let by_word = modifiers.ctrl || modifiers.alt;
    let command = modifiers.command;
    if key != Key::Escape && key != Key::Tab {
        state.tab_leaves = false;
    }
    let document = &mut state.document;
    // Keys that a person may have given to something else.
    if input.outer_keys && command && [Key::Z, Key::Y, Key::F, Key::H].contains(&key) {
        return;
    }
    match key {
        Key::ArrowLeft if modifiers.mac_cmd => document.go(Move::Home, extends),
        Key::ArrowRight if modifiers.mac_cmd => document.go(Move::End, extends),
        Key::ArrowUp if modifiers.mac_cmd => document.go(Move::Top, extends),
        Key::ArrowDown if modifiers.mac_cmd => document.go(Move::Bottom, extends),
        Key::ArrowLeft => document.go(if by_word { Move::PreviousWord } else { Move::Previous }, extends),
        Key::ArrowRight => document.go(if by_word { Move::NextWord } else { Move::Next }, extends),
        Key::ArrowUp => go_lines(ui, state, -1, extends, input),
        Key::ArrowDown => go_lines(ui, state, 1, extends, input),
        Key::PageUp => go_lines(ui, state, -page_lines(input.page), extends, input),
        Key::PageDown => go_lines(ui, state, page_lines(input.page), extends, input),
        Key::Home => document.go(if command { Move::Top } else { Move::Home }, extends),
        Key::End => document.go(if command { Move::Bottom } else { Move::End }, extends),
        Key::Backspace if modifiers.mac_cmd => document.delete(Move::Home, now_s),
        Key::Backspace => document.delete(if by_word { Move::PreviousWord } else { Move::Previous }, now_s),
        Key::Delete => document.delete(if by_word { Move::NextWord } else { Move::Next }, now_s),
        Key::Enter if !command && !modifiers.alt => document.new_line(now_s),
        Key::Tab if !state.tab_leaves && !by_word && !command => {
            if modifiers.shift {
                document.outdent(now_s);
            } else {
                document.indent(now_s);
            }
        }
        Key::A if command => document.select_all(),
        Key::Z if command && modifiers.shift => _ = document.redo(),
        Key::Z if command => _ = document.undo(),
        Key::Y if command => _ = document.redo(),
        Key::F if command && modifiers.shift => asked.format = true,
        Key::F if command && input.finds => state.find.open(document, false),
        Key::H if command && input.finds => state.find.open(document, true),
        Key::Escape if state.find.is_open => state.find.close(),
        Key::Escape => state.tab_leaves = true,
        _ => {}
    }
}

/// A page keeps one line of the page before.
fn page_lines(page: f32) -> isize {
    ((page / CODE_LINE) as isize - 1).max(1)
}

/// Goes some lines up or down, to where the caret was across the screen.
fn go_lines(ui: &Ui, state: &mut State, by: isize, extends: bool, input: Input) {
    let State { document, long, wanted_x, .. } = state;
    let mut lines = Lines { ui, tokens: tokens(ui), language: input.language, long };
    let buffer = document.buffer();
    let (caret, last) = (document.caret(), buffer.lines() - 1);
    let line = buffer.line_of(caret);
    let to = line.saturating_add_signed(by).min(last);
    let place = if to == line {
        // Beyond the first and the last line is their start and their end.
        if by < 0 { 0 } else { buffer.len() }
    } else {
        let x = *wanted_x
            .get_or_insert_with(|| lines.x_of(shown_line(document, None, line), caret - document.buffer().start(line)));
        buffer.start(to) + lines.byte_at(shown_line(document, None, to), x)
    };
    let place = super::moves::snap(document.buffer(), place);
    document.go_to(place, extends);
}

/// Tells the desktop what is selected, once that came to rest, for pasting by the middle button.
pub fn settle_selection(ui: &Ui, state: &mut State) {
    /// More than this is not told.
    const MOST: usize = 1 << 20;
    let range = state.document.selection().range();
    if range == state.settled || ui.input(|input| input.pointer.any_down()) {
        return;
    }
    if !range.is_empty() && range.len() <= MOST {
        let text = state.document.selected().to_owned();
        ui.ctx().send_cmd(OutputCommand::TextSelectionSettled(text));
    }
    state.settled = range;
}

/// Puts the caret at a byte that was asked for from outside.
pub fn take_go_to(ui: &Ui, id: Id, state: &mut State) {
    if let Some(byte) = super::state::take_go_to(ui.ctx(), id) {
        state.document.select(Selection::at(byte));
        state.reveal = Some(Reveal::Middle);
        state.wanted_x = None;
    }
}
