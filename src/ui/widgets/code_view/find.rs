//! The bar that looks for text, above the view.

use std::time::Duration;

use egui::{Id, Key, Modifiers, Rect, Ui, UiBuilder, pos2, vec2};

use super::search::Search;
use super::state::{Reveal, Selection, State};
use super::wrap;
use crate::engine::TextLines;
use crate::ui::icons::Icon;
use crate::ui::theme::tokens;
use crate::ui::widgets::button::IconButton;
use crate::ui::widgets::editor::find_bar::switch_ui;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::shared::line_below;
use crate::words::Lang;

/// The height of the bar, in points.
const BAR: f32 = 40.0;
/// A frame searches for this long at most.
const A_FRAME: Duration = Duration::from_millis(2);
/// Texts up to this are searched within the frame that asks, in bytes.
const SMALL: usize = 1 << 20;

/// What is looked for.
#[derive(Clone, Debug, Default)]
pub struct Find {
    /// The bar is shown.
    pub is_open: bool,
    query: String,
    case: bool,
    /// The search for it, and how far it is.
    pub search: Search,
    /// The hit that is shown, by its place among all.
    pub current: Option<usize>,
    /// The first hit behind this byte is to be shown once it is found.
    wanted: Option<usize>,
    takes_focus: bool,
    gives_focus: bool,
}

impl Find {
    /// Opens the bar; looks for `selected` where it is part of one line.
    pub fn open(&mut self, selected: &str, from: usize) {
        if !selected.is_empty() && selected.len() < 200 && !selected.contains('\n') {
            selected.clone_into(&mut self.query);
        }
        self.is_open = true;
        self.takes_focus = true;
        self.wanted = Some(from);
    }

    /// Closes the bar; the text has the focus again.
    pub fn close(&mut self) {
        self.is_open = false;
        self.takes_focus = false;
        self.gives_focus = true;
    }
}

/// The field of the bar of the view `id`.
pub fn field_id(id: Id) -> Id {
    id.with("find")
}

/// Goes on searching; asks for another frame where it does not come to its end.
fn search(ui: &Ui, state: &mut State, code: &TextLines) {
    let find = &mut state.find;
    if !find.search.is_for(&find.query, find.case, code.serial()) {
        find.search = Search::new(&find.query, find.case, code.serial());
        find.current = None;
        find.wanted.get_or_insert(state.selection.range().start);
    }
    if !find.search.is_done() {
        let time = if code.text().len() <= SMALL { Duration::MAX } else { A_FRAME };
        find.search.advance(code.text(), time);
        if !find.search.is_done() {
            ui.ctx().request_repaint();
        }
    }
    if let Some(from) = find.wanted {
        // The first one from there on, or from the start where there is none.
        let found = find.search.from(from).or_else(|| find.search.is_done().then_some(0));
        if let Some(index) = found.filter(|index| *index < find.search.hits().len()) {
            find.wanted = None;
            go_to(state, code, index);
        } else if find.search.is_done() {
            find.wanted = None;
        }
    }
}

/// Shows a hit.
fn go_to(state: &mut State, code: &TextLines, index: usize) {
    let Some(hit) = state.find.search.hits().get(index).cloned() else { return };
    state.find.current = Some(index);
    state.selection = Selection::at(hit.start);
    let line = code.line_of(hit.start);
    state.folding.show(code, line);
    let within = hit.end.saturating_sub(code.start(line));
    if wrap::longest(code.line(line)).is_some_and(|cut| within > cut) {
        state.whole.insert(line);
    }
    state.reveal = Some(Reveal { byte: hit.start, middle: true });
}

/// The next hit, or the one before, around the ends of the text.
pub fn step(state: &mut State, code: &TextLines, forwards: bool) {
    let count = state.find.search.hits().len();
    if count == 0 || !state.find.is_open {
        return;
    }
    let here = state.selection.caret;
    let is_there =
        state.find.current.filter(|at| state.find.search.hits().get(*at).is_some_and(|hit| hit.start == here));
    let next = match (is_there, forwards) {
        (Some(at), true) => (at + 1) % count,
        (Some(at), false) => (at + count - 1) % count,
        (None, true) => state.find.search.from(here).unwrap_or(0),
        (None, false) => (state.find.search.from(here).unwrap_or(count) + count - 1) % count,
    };
    go_to(state, code, next);
}

/// Shows the bar at the top of a rectangle where it is open; returns what is left for the text.
pub fn bar_ui(ui: &mut Ui, state: &mut State, id: Id, code: &TextLines, room: Rect, lang: Lang) -> Rect {
    if std::mem::take(&mut state.find.gives_focus) {
        ui.memory_mut(|memory| memory.request_focus(id));
        state.by_pointer = false;
    }
    if !state.find.is_open {
        return room;
    }
    let (words, body) = (lang.words(), lang.body());
    let field_id = field_id(id);
    if ui.memory(|memory| memory.has_focus(field_id)) {
        keys(ui, state, code);
    }
    search(ui, state, code);
    let bar = Rect::from_min_size(room.min, vec2(room.width(), BAR));
    line_below(ui.painter(), bar, tokens(ui).line);
    let rect = Rect::from_min_size(bar.min + vec2(12.0, 0.0), vec2(bar.width() - 24.0, BAR - 1.0));
    let layout = egui::Layout::left_to_right(egui::Align::Center);
    let mut row = ui.new_child(UiBuilder::new().id_salt(id.with("find row")).max_rect(rect).layout(layout));
    row.spacing_mut().item_spacing.x = 4.0;
    let count = count(state, code, lang);
    let width = (row.available_width() - 117.0).max(60.0);
    let field = Field::new(field_id, &mut state.find.query, body.find_in_text)
        .placeholder(body.find_in_text)
        .mono()
        .width(width)
        .trailing(&count)
        .show(&mut row);
    // Until it has it: the click that opened the bar lets go of the focus where a frame is laid out twice.
    if state.find.takes_focus {
        state.find.takes_focus = !field.has_focus();
        field.request_focus();
    }
    let mut case = state.find.case;
    switch_ui(&mut row, "Aa", words.find_case, &mut case);
    if field.changed() || case != state.find.case {
        state.find.case = case;
        state.find.wanted = Some(state.selection.range().start);
        ui.ctx().request_repaint();
    }
    if row.add(IconButton::new(Icon::ChevronUp, words.find_previous).small().key("Shift F3")).clicked() {
        step(state, code, false);
    }
    if row.add(IconButton::new(Icon::ChevronDown, words.find_next).small().key("F3")).clicked() {
        step(state, code, true);
    }
    if row.add(IconButton::new(Icon::X, words.close_find).small().key("Esc")).clicked() {
        state.find.close();
        ui.ctx().request_repaint();
    }
    // Escape has taken the focus out of the field before this frame.
    if field.lost_focus() && ui.input(|input| input.key_pressed(Key::Escape)) {
        state.find.close();
        ui.ctx().request_repaint();
    }
    Rect::from_min_max(pos2(room.left(), bar.bottom()), room.max)
}

/// "3 of 1,204", and how far the search is.
fn count(state: &State, code: &TextLines, lang: Lang) -> String {
    let find = &state.find;
    let all = find.search.hits().len();
    if find.query.is_empty() {
        return String::new();
    }
    if all == 0 && find.search.is_done() {
        return lang.words().find_none.to_owned();
    }
    let said = lang.hits(find.current.map(|at| at + 1), all, find.search.is_capped());
    if find.search.is_done() { said } else { format!("{said} · {:.0} %", find.search.share(code.text()) * 100.0) }
}

/// Keys while the focus is in the bar. Enter is taken before the field sees it, which would let go of the focus.
fn keys(ui: &Ui, state: &mut State, code: &TextLines) {
    let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
    if pressed(Modifiers::SHIFT, Key::Enter) || pressed(Modifiers::SHIFT, Key::F3) {
        step(state, code, false);
    }
    if pressed(Modifiers::NONE, Key::Enter) || pressed(Modifiers::NONE, Key::F3) {
        step(state, code, true);
    }
}
