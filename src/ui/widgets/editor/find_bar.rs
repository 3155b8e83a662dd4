//! Find and replace above the text.

use std::ops::Range;

use egui::{Id, Key, Modifiers, Rect, Ui, UiBuilder, vec2};

use super::document::Document;
use super::find::{FindOptions, MOST_HITS, find_all};
use super::history::Selection;
use super::state::{Reveal, State};
use crate::ui::icons::Icon;
use crate::ui::theme::tokens;
use crate::ui::widgets::button::{Button, IconButton};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::shared::line_below;

/// One row of the bar, in points.
const ROW: f32 = 40.0;

/// The words of the bar.
#[derive(Clone, Copy, Debug)]
pub struct FindWords<'a> {
    /// Names the field.
    pub find: &'a str,
    /// Names the field of what takes the hits' place.
    pub replace_with: &'a str,
    /// Where nothing is found.
    pub none: &'a str,
    /// To the next hit.
    pub next: &'a str,
    /// To the hit before.
    pub previous: &'a str,
    /// Capitals matter.
    pub case: &'a str,
    /// Only whole words.
    pub whole: &'a str,
    /// One hit.
    pub replace: &'a str,
    /// Every hit.
    pub replace_all: &'a str,
    /// Closes the bar.
    pub close: &'a str,
}

/// What is looked for.
#[derive(Clone, Debug, Default)]
pub struct Find {
    /// The bar is shown.
    pub is_open: bool,
    replaces: bool,
    query: String,
    with: String,
    options: FindOptions,
    hits: Vec<Range<usize>>,
    /// Text, query and options that the hits are of.
    made_of: Option<(u64, String, FindOptions)>,
    takes_focus: bool,
    gives_focus: bool,
}

impl Find {
    /// Opens the bar, looking for what is selected in one line.
    pub fn open(&mut self, document: &Document, replaces: bool) {
        let selected = document.selected();
        if !selected.is_empty() && !selected.contains('\n') {
            selected.clone_into(&mut self.query);
        }
        self.is_open = true;
        self.replaces |= replaces;
        self.takes_focus = true;
    }

    /// Closes the bar; the text has the focus again.
    pub fn close(&mut self) {
        self.is_open = false;
        self.replaces = false;
        self.gives_focus = true;
    }

    /// The hits between two bytes of the text.
    pub fn hits_in(&self, range: &Range<usize>) -> &[Range<usize>] {
        if !self.is_open {
            return &[];
        }
        let first = self.hits.partition_point(|hit| hit.end <= range.start);
        let last = self.hits.partition_point(|hit| hit.start < range.end);
        self.hits.get(first..last).unwrap_or_default()
    }

    /// Looks again where text or query changed.
    fn refresh(&mut self, document: &Document) {
        let is_same = self.made_of.as_ref().is_some_and(|(revision, query, options)| {
            *revision == document.revision() && *query == self.query && *options == self.options
        });
        if !is_same {
            self.hits = find_all(document.text(), &self.query, self.options);
            self.made_of = Some((document.revision(), self.query.clone(), self.options));
        }
    }

    /// The hit that is selected.
    fn current(&self, document: &Document) -> Option<usize> {
        let selected = document.selection().range();
        self.hits
            .binary_search_by_key(&selected.start, |hit| hit.start)
            .ok()
            .filter(|index| self.hits[*index] == selected)
    }
}

/// Selects the next hit behind the selection, or the one before it, around the ends of the text.
fn step(state: &mut State, forwards: bool) {
    let State { document, find, reveal, .. } = state;
    find.refresh(document);
    let selected = document.selection().range();
    let found = if forwards {
        let from = if find.current(document).is_some() { selected.end } else { selected.start };
        let index = find.hits.partition_point(|hit| hit.start < from);
        find.hits.get(index).or(find.hits.first())
    } else {
        let index = find.hits.partition_point(|hit| hit.start < selected.start);
        index.checked_sub(1).and_then(|index| find.hits.get(index)).or(find.hits.last())
    };
    if let Some(hit) = found {
        document.select(Selection { anchor: hit.start, caret: hit.end });
        *reveal = Some(Reveal::Nearest);
    }
}

fn replace_one(state: &mut State, now_s: f64) {
    let State { document, find, .. } = state;
    find.refresh(document);
    if find.current(document).is_some() {
        document.replace_range(document.selection().range(), &find.with.clone(), now_s);
    }
    step(state, true);
}

fn replace_all(state: &mut State, now_s: f64) {
    let State { document, find, .. } = state;
    find.refresh(document);
    document.replace_ranges(&find.hits, &find.with, now_s);
    state.reveal = Some(Reveal::Nearest);
}

/// Shows the bar at the top of a rectangle where it is open; returns what is left for the text.
pub fn find_bar_ui(ui: &mut Ui, state: &mut State, id: Id, room: Rect, words: FindWords<'_>, now_s: f64) -> Rect {
    if std::mem::take(&mut state.find.gives_focus) {
        ui.memory_mut(|memory| memory.request_focus(id));
    }
    if !state.find.is_open {
        return room;
    }
    let (query_id, with_id) = (id.with("find"), id.with("replace"));
    let in_bar = ui.memory(|memory| memory.has_focus(query_id) || memory.has_focus(with_id));
    if in_bar {
        keys(ui, state, with_id, now_s);
    }
    state.find.refresh(&state.document);
    let height = if state.find.replaces { 2.0 * ROW } else { ROW };
    let bar = Rect::from_min_size(room.min, vec2(room.width(), height));
    line_below(ui.painter(), bar, tokens(ui).line);
    let row = |ui: &mut Ui, index: f32, salt: &str| {
        let rect = Rect::from_min_size(bar.min + vec2(12.0, index * ROW), vec2(bar.width() - 24.0, ROW - 1.0));
        let layout = egui::Layout::left_to_right(egui::Align::Center);
        let mut row = ui.new_child(UiBuilder::new().id_salt(id.with(salt)).max_rect(rect).layout(layout));
        row.spacing_mut().item_spacing.x = 4.0;
        row
    };

    let mut first = row(ui, 0.0, "find row");
    let count = match (state.find.hits.len(), state.find.current(&state.document)) {
        _ if state.find.query.is_empty() => String::new(),
        (0, _) => words.none.to_owned(),
        (MOST_HITS, _) => format!("{MOST_HITS}+"),
        (all, Some(at)) => format!("{}/{all}", at + 1),
        (all, None) => all.to_string(),
    };
    let width = (first.available_width() - 172.0).max(60.0);
    let field = Field::new(query_id, &mut state.find.query, words.find)
        .placeholder(words.find)
        .mono()
        .width(width)
        .trailing(&count)
        .show(&mut first);
    let mut left = field.lost_focus();
    if std::mem::take(&mut state.find.takes_focus) {
        field.request_focus();
    }
    if field.changed() {
        // The first hit from here on comes into view while the query is typed.
        let start = state.document.selection().range().start;
        state.document.select(Selection::at(start));
        step(state, true);
    }
    let mut options = state.find.options;
    switch_ui(&mut first, "Aa", words.case, &mut options.case);
    switch_ui(&mut first, "ab", words.whole, &mut options.words);
    state.find.options = options;
    if first.add(IconButton::new(Icon::ChevronUp, words.previous).small().key("Shift F3")).clicked() {
        step(state, false);
    }
    if first.add(IconButton::new(Icon::ChevronDown, words.next).small().key("F3")).clicked() {
        step(state, true);
    }
    if first.add(IconButton::new(Icon::X, words.close).small().key("Esc")).clicked() {
        state.find.close();
    }
    if state.find.replaces {
        let mut second = row(ui, 1.0, "replace row");
        let one = Button::secondary(words.replace).small();
        let all = Button::secondary(words.replace_all).small();
        let width = (second.available_width() - one.width(&second) - all.width(&second) - 8.0).max(60.0);
        let field = Field::new(with_id, &mut state.find.with, words.replace_with)
            .placeholder(words.replace_with)
            .mono()
            .width(width)
            .show(&mut second);
        left |= field.lost_focus();
        let has_hits = !state.find.hits.is_empty();
        if second.add(one.enabled(has_hits)).clicked() {
            replace_one(state, now_s);
        }
        if second.add(all.enabled(has_hits)).clicked() {
            replace_all(state, now_s);
        }
    }
    // Escape has taken the focus out of the field before this frame.
    if left && ui.input(|input| input.key_pressed(Key::Escape)) {
        state.find.close();
        ui.ctx().request_repaint();
    }
    state.find.refresh(&state.document);
    Rect::from_min_max(egui::pos2(room.left(), bar.bottom()), room.max)
}

/// Keys while the focus is in the bar. Enter is taken before the field sees it, which would let go of the focus.
fn keys(ui: &Ui, state: &mut State, with_id: Id, now_s: f64) {
    let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
    if pressed(Modifiers::SHIFT, Key::Enter) || pressed(Modifiers::SHIFT, Key::F3) {
        step(state, false);
    }
    if pressed(Modifiers::NONE, Key::F3) {
        step(state, true);
    }
    if pressed(Modifiers::NONE, Key::Enter) {
        if ui.memory(|memory| memory.has_focus(with_id)) {
            replace_one(state, now_s);
        } else {
            step(state, true);
        }
    }
    if pressed(Modifiers::COMMAND, Key::H) {
        state.find.replaces = true;
    }
}

/// F3 and Shift+F3 while the focus is in the text.
pub fn step_keys(ui: &Ui, state: &mut State) {
    let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
    if pressed(Modifiers::SHIFT, Key::F3) {
        step(state, false);
    } else if pressed(Modifiers::NONE, Key::F3) {
        step(state, true);
    }
}

/// A button of letters that is on or off.
pub fn switch_ui(ui: &mut Ui, label: &str, name: &str, on: &mut bool) {
    let button = if *on { Button::secondary(label) } else { Button::ghost(label) };
    let response = ui.add(button.small().name(name));
    if response.clicked() {
        *on = !*on;
    }
    let state = if *on { egui::accesskit::Toggled::True } else { egui::accesskit::Toggled::False };
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_toggled(state));
    crate::ui::widgets::tooltip::tooltip_ui(&response, name, None);
}
