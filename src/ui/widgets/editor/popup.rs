//! What may be written at the caret, in a list under it; and what a key means, in its hover.

use std::ops::Range;

use egui::{Area, Event, Id, Key, Modifiers, Order, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::state::{Reveal, State};
use crate::message::{Completion, Suggestion};
use crate::ui::fonts;
use crate::ui::theme::{Tokens, tokens};
use crate::ui::widgets::badge::{key_width, paint_key};
use crate::ui::widgets::shared::boxed;
use crate::ui::widgets::text;

/// Rows that are seen at once.
const SEEN: usize = 8;
const ROW: f32 = 26.0;
const FOOT: f32 = 28.0;
const INSET: f32 = 4.0;
/// The list is this wide where there is room.
const WIDTH: f32 = 480.0;
/// Names and types take no more than this of a row.
const COLUMN: f32 = 220.0;

/// Says what may be written at a byte of a text.
pub type Suggest<'a> = &'a dyn Fn(&str, usize) -> Option<Completion>;
/// Says what stands at a byte of a text: its range and the words about it.
pub type Explain<'a> = &'a dyn Fn(&str, usize) -> Option<(Range<usize>, String)>;

/// The words under the list.
#[derive(Clone, Copy, Debug)]
pub struct SuggestWords<'a> {
    /// Names the list.
    pub name: &'a str,
    /// What Tab does.
    pub insert: &'a str,
    /// What Ctrl+Space does.
    pub again: &'a str,
    /// What Escape does.
    pub close: &'a str,
}

/// The open list.
#[derive(Clone, Debug, Default)]
pub struct Popup {
    shown: Option<Completion>,
    chosen: usize,
    /// The text and caret that it is for.
    made_of: (u64, usize),
    /// Where it is on the screen.
    place: Option<Rect>,
    /// The caret that it hangs on.
    caret: Option<Rect>,
}

impl Popup {
    /// It is shown.
    pub fn is_open(&self) -> bool {
        self.shown.is_some()
    }

    fn close(&mut self) {
        self.shown = None;
        self.place = None;
    }
}

/// Takes the keys of the open list before the text sees them.
pub fn take_keys(ui: &Ui, state: &mut State, now_s: f64) {
    let Some(shown) = &state.popup.shown else { return };
    let last = shown.suggestions.len() - 1;
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let popup = &mut state.popup;
    for (key, to) in [
        (Key::ArrowDown, if popup.chosen < last { popup.chosen + 1 } else { 0 }),
        (Key::ArrowUp, popup.chosen.checked_sub(1).unwrap_or(last)),
        (Key::PageDown, (popup.chosen + SEEN).min(last)),
        (Key::PageUp, popup.chosen.saturating_sub(SEEN)),
    ] {
        if pressed(key) {
            popup.chosen = to;
            return;
        }
    }
    if pressed(Key::Escape) {
        popup.close();
    } else if pressed(Key::Tab) || pressed(Key::Enter) {
        accept(state, now_s);
    }
}

/// Whether what came this frame asks for the list: something was typed that begins or goes on with a word, or
/// Ctrl+Space was pressed.
pub fn is_asked(ui: &Ui) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '@' | '"');
    ui.input_mut(|input| {
        let typed = input.events.iter().any(|event| match event {
            Event::Text(text) => text.chars().count() == 1 && text.chars().all(is_word),
            _ => false,
        });
        typed | input.consume_key(Modifiers::COMMAND, Key::Space)
    })
}

/// Makes the list anew after text or caret changed, opens it where it was asked for.
pub fn refresh(state: &mut State, asked: bool, suggest: Suggest<'_>) {
    let made_of = (state.document.revision(), state.document.caret());
    let edited = state.popup.made_of.0 != made_of.0;
    if !asked && state.popup.made_of == made_of {
        return;
    }
    state.popup.made_of = made_of;
    // A caret that only moves closes the list.
    let goes_on = asked || (edited && state.popup.is_open());
    if !goes_on {
        state.popup.close();
        return;
    }
    state.popup.shown = if state.document.selection().is_empty() && state.preedit.is_none() {
        suggest(state.document.text(), made_of.1).filter(|shown| !shown.suggestions.is_empty())
    } else {
        None
    };
    state.popup.chosen = 0;
}

fn accept(state: &mut State, now_s: f64) {
    let Some(shown) = state.popup.shown.take() else { return };
    let chosen = shown.suggestions.into_iter().nth(state.popup.chosen);
    if let Some(suggestion) = chosen {
        state.document.replace_range(shown.range, &suggestion.insert, now_s);
        state.reveal = Some(Reveal::Nearest);
    }
    state.popup.close();
    state.popup.made_of = (state.document.revision(), state.document.caret());
}

/// Shows the list under the caret.
pub fn popup_ui(ui: &Ui, state: &mut State, id: Id, caret: Option<Rect>, words: SuggestWords<'_>, now_s: f64) {
    // A press or a click in the list takes the focus out of the text for this frame; the list stays, to be clicked.
    let pointer_in = |place: Rect| {
        ui.input(|input| {
            let is_used = input.pointer.any_down() || input.pointer.any_released();
            is_used && input.pointer.interact_pos().is_some_and(|at| place.contains(at))
        })
    };
    let caret = caret.or_else(|| state.popup.place.filter(|place| pointer_in(*place)).and(state.popup.caret));
    let (Some(shown), Some(caret)) = (&state.popup.shown, caret) else { return state.popup.close() };
    let t = tokens(ui);
    let screen = ui.ctx().content_rect();
    let rows = shown.suggestions.len().min(SEEN);
    let size = vec2(WIDTH.min(screen.width() - 16.0), 2.0 * INSET + rows as f32 * ROW + FOOT);
    let below = caret.bottom() + 2.0;
    let top = if below + size.y > screen.bottom() { (caret.top() - size.y - 2.0).max(0.0) } else { below };
    // The names stand under what is typed.
    let typed = text::width(ui.painter(), &shown.typed, fonts::code());
    let left = (caret.left() - typed - 12.0).min(screen.right() - size.x - 8.0).max(8.0);
    let rect = Rect::from_min_size(pos2(left, top), size);
    let mut clicked = None;
    let first = state.popup.chosen.saturating_sub(rows / 2).min(shown.suggestions.len() - rows);
    let area = Area::new(id.with("suggestions")).order(Order::Foreground).fixed_pos(rect.min).constrain(false);
    area.show(ui.ctx(), |ui| {
        ui.set_min_size(size);
        boxed(ui.painter(), rect, 8, t.bg3, t.stroke);
        let columns = columns(ui, &shown.suggestions[first..first + rows]);
        for (offset, suggestion) in shown.suggestions[first..first + rows].iter().enumerate() {
            let index = first + offset;
            let at = rect.min + vec2(INSET, INSET + offset as f32 * ROW);
            let row = Rect::from_min_size(at, vec2(size.x - 2.0 * INSET, ROW));
            // Clicked, but never focused: the focus stays in the text.
            let response = ui.interact(row, id.with(("suggestion", index)), Sense::CLICK);
            let is_chosen = index == state.popup.chosen;
            response.widget_info(|| {
                let said = format!("{} {} {}", suggestion.label, suggestion.detail, suggestion.comment);
                WidgetInfo::selected(Role::ListBoxOption, true, is_chosen, said.trim_end())
            });
            if is_chosen || response.hovered() {
                let fill = if is_chosen { t.accent_bg } else { t.bg4 };
                ui.painter().rect_filled(row, 4.0, fill);
            }
            row_ui(ui, row, suggestion, &shown.typed, columns, t);
            if response.clicked() {
                clicked = Some(index);
            }
        }
        foot_ui(ui, rect, words, t);
    });
    ui.ctx().accesskit_node_builder(id, |node| node.set_description(words.name));
    state.popup.place = Some(rect);
    state.popup.caret = Some(caret);
    if let Some(index) = clicked {
        state.popup.chosen = index;
        accept(state, now_s);
        ui.memory_mut(|memory| memory.request_focus(id));
        ui.ctx().request_repaint();
    }
}

/// How wide names and types are.
fn columns(ui: &Ui, list: &[Suggestion]) -> (f32, f32) {
    let widest = |of: fn(&Suggestion) -> &str| {
        let widths = list.iter().map(|suggestion| text::width(ui.painter(), of(suggestion), fonts::code()));
        widths.fold(0.0, f32::max).min(COLUMN)
    };
    (widest(|suggestion| &suggestion.label), widest(|suggestion| &suggestion.detail))
}

fn row_ui(ui: &Ui, row: Rect, suggestion: &Suggestion, typed: &str, widths: (f32, f32), t: &Tokens) {
    let painter = ui.painter();
    let font = fonts::code();
    let middle = row.center().y;
    let left = row.left() + 8.0;
    let room = |from: f32| (row.right() - 8.0 - from).max(0.0);
    // A long name without a type may have the whole row.
    let width = if suggestion.detail.is_empty() && suggestion.comment.is_empty() { room(left) } else { widths.0 };
    let shown = text::elide_middle(painter, &suggestion.label, &font, width);
    let hit = super::find::find_all(&shown, typed, super::find::FindOptions::default()).into_iter().next();
    let hit = hit.unwrap_or(0..0);
    let mut x = left;
    for (range, color) in [(0..hit.start, t.text1), (hit.clone(), t.accent), (hit.end..shown.len(), t.text1)] {
        let piece = shown.get(range).unwrap_or_default();
        if !piece.is_empty() {
            x = text::paint_text(painter, x, middle, piece, &font, color);
        }
    }
    let mut at = left + widths.0 + 20.0;
    if !suggestion.detail.is_empty() && room(at) > 20.0 {
        let shown = text::elide_middle(painter, &suggestion.detail, &font, widths.1.min(room(at)));
        text::paint_text(painter, at, middle, &shown, &font, t.violet);
    }
    if widths.1 > 0.0 {
        at += widths.1 + 20.0;
    }
    if room(at) > 40.0 {
        let font = fonts::hint();
        let words = text::line_within(painter, &suggestion.comment, font.clone(), t.text2, room(at));
        text::paint(painter, words, at, middle, &font);
    }
}

fn foot_ui(ui: &Ui, rect: Rect, words: SuggestWords<'_>, t: &Tokens) {
    let painter = ui.painter();
    let top = rect.bottom() - FOOT;
    painter.hline(rect.left() + 1.0..=rect.right() - 1.0, top + 0.5, egui::Stroke::new(1.0, t.stroke));
    let middle = top + FOOT / 2.0;
    let mut x = rect.left() + 12.0;
    for (key, word) in [("Tab", words.insert), ("Ctrl Space", words.again), ("Esc", words.close)] {
        let width = key_width(painter, key);
        paint_key(painter, pos2(x, middle), key, t.bg3, t.stroke, t.text2);
        x = text::paint_text(painter, x + width + 6.0, middle, word, &fonts::hint(), t.text3) + 16.0;
    }
}
