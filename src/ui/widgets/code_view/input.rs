//! What keys and pointer do in a view.

use egui::{Event, EventFilter, Key, Modifiers, Pos2, Response, Ui};

use super::scroll::Rows;
use super::state::{Reveal, Selection, State};
use super::view::Frame;
use super::{IsView, find, select};
use crate::engine::TextLines;

/// Folds everything, or unfolds everything where something is folded.
pub fn fold_or_unfold_all(state: &mut State, code: &TextLines) {
    if state.folding.is_any() {
        unfold_all(state);
    } else {
        fold_all(state, code);
    }
}

/// Folds everything; what stood at the caret stays in view.
pub fn fold_all(state: &mut State, code: &TextLines) {
    state.folding.fold_all(code);
    after_folding(state, code);
}

/// Unfolds everything; what stood at the top stays there.
pub fn unfold_all(state: &mut State) {
    let line = state.folding.line_of(state.top.row);
    state.folding.unfold_all();
    state.top.row = state.folding.row_of(line);
}

/// Folds or unfolds one; what stood at the top stays there.
pub fn toggle(state: &mut State, code: &TextLines, fold: usize) {
    let line = state.folding.line_of(state.top.row);
    state.folding.toggle(code, fold);
    state.top.row = state.folding.row_of(line);
    if state.folding.line_of(state.top.row) != line {
        state.top.piece = 0;
        state.top.px = 0.0;
    }
    after_folding(state, code);
}

fn after_folding(state: &mut State, code: &TextLines) {
    // A caret that is hidden goes to the bracket that hides it.
    let line = state.line(code);
    let shown = state.folding.line_of(state.folding.row_of(line));
    if shown != line && state.selection.range().is_empty() {
        state.selection = Selection::at(code.start(shown));
    }
    state.top.row = state.top.row.min(state.folding.rows(code).saturating_sub(1));
}

/// Opens the bar that looks for text.
pub fn open_find(state: &mut State, code: &TextLines) {
    let selected = select::text(code, state.selection).to_owned();
    state.find.open(&selected, state.selection.range().start);
}

/// Puts the caret on a row.
fn go_to_row(state: &mut State, code: &TextLines, row: usize, extend: bool) {
    let row = row.min(state.folding.rows(code).saturating_sub(1));
    let byte = code.start(state.folding.line_of(row));
    let anchor = if extend { state.selection.anchor } else { byte };
    state.selection = Selection { anchor, caret: byte };
    state.reveal = Some(Reveal { byte, middle: false });
}

/// Keys while the view has the focus.
pub fn keys(ui: &Ui, state: &mut State, code: &TextLines, response: &Response) {
    ui.data_mut(|data| {
        data.insert_temp(response.id, IsView(response.id));
        data.insert_temp(find::field_id(response.id), IsView(response.id));
    });
    if !ui.memory(|memory| memory.has_focus(response.id)) {
        return;
    }
    let filter = EventFilter { vertical_arrows: true, horizontal_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
    for (modifiers, forwards) in [(Modifiers::SHIFT, false), (Modifiers::NONE, true)] {
        if pressed(modifiers, Key::F3) {
            if state.find.is_open {
                find::step(state, code, forwards);
            } else {
                open_find(state, code);
            }
        }
    }
    if pressed(Modifiers::ALT, Key::Z) {
        state.is_unwrapped = !state.is_unwrapped;
    }
    if state.find.is_open && pressed(Modifiers::NONE, Key::Escape) {
        state.find.close();
    }
    if pressed(Modifiers::COMMAND, Key::A) {
        state.selection = Selection { anchor: 0, caret: code.text().len() };
    }
    if pressed(Modifiers::SHIFT, Key::F10) || pressed(Modifiers::NONE, Key::Menu) {
        state.menu.1 = true;
        state.reveal = Some(Reveal { byte: state.selection.caret, middle: false });
    }
    rows_keys(state, code, &pressed);
    if ui.input(|input| input.events.iter().any(|event| matches!(event, Event::Copy))) {
        let selection = if state.selection.range().is_empty() {
            select::line_at(code, state.selection.caret)
        } else {
            state.selection
        };
        ui.ctx().copy_text(select::text(code, selection).to_owned());
    }
}

/// Keys that move from row to row, and fold.
fn rows_keys(state: &mut State, code: &TextLines, pressed: &dyn Fn(Modifiers, Key) -> bool) {
    let page = state.page.max(2) - 1;
    for (modifiers, extend) in [(Modifiers::NONE, false), (Modifiers::SHIFT, true)] {
        let own = state.folding.row_of(state.line(code));
        // Where the caret is not seen, keys go on from what is.
        let is_seen = own >= state.top.row && own <= state.top.row + state.page;
        let row = if is_seen || extend { own } else { state.top.row };
        if pressed(modifiers, Key::ArrowDown) {
            go_to_row(state, code, if row == own { row + 1 } else { row }, extend);
        }
        if pressed(modifiers, Key::ArrowUp) {
            go_to_row(state, code, row.saturating_sub(1), extend);
        }
        if pressed(modifiers, Key::PageDown) {
            state.top.row = (state.top.row + page).min(state.folding.rows(code) - 1);
            go_to_row(state, code, row + page, extend);
        }
        if pressed(modifiers, Key::PageUp) {
            state.top.row = state.top.row.saturating_sub(page);
            go_to_row(state, code, row.saturating_sub(page), extend);
        }
        if pressed(modifiers, Key::Home) || pressed(modifiers | Modifiers::COMMAND, Key::Home) {
            go_to_row(state, code, 0, extend);
        }
        if pressed(modifiers, Key::End) || pressed(modifiers | Modifiers::COMMAND, Key::End) {
            go_to_row(state, code, usize::MAX, extend);
            if extend {
                state.selection.caret = code.text().len();
            }
        }
    }
    let line = state.line(code);
    let fold = code.fold_at(line);
    if pressed(Modifiers::NONE, Key::ArrowLeft) {
        match fold.filter(|fold| !state.folding.is_folded(*fold)) {
            Some(fold) => toggle(state, code, fold),
            None => {
                if let Some(around) = code.fold_around(line).and_then(|around| code.folds().get(around)) {
                    go_to_row(state, code, state.folding.row_of(around.open as usize), false);
                }
            }
        }
    }
    if pressed(Modifiers::NONE, Key::ArrowRight) {
        match fold.filter(|fold| state.folding.is_folded(*fold)) {
            Some(fold) => toggle(state, code, fold),
            None => go_to_row(state, code, state.folding.row_of(line) + 1, false),
        }
    }
}

/// The wheel over the view, and a selection that is drawn over its edge.
pub fn scroll(ui: &Ui, state: &mut State, frame: &Frame<'_>, rows: &mut Rows<'_>, response: &Response) {
    if ui.rect_contains_pointer(frame.room) {
        let lowest = rows.lowest(frame.room.height());
        let by = ui.input(egui::InputState::smooth_scroll_delta);
        let can_go = (by.y > 0.0 && state.top > super::scroll::Top::default()) || (by.y < 0.0 && state.top < lowest);
        if can_go {
            state.top = rows.moved(state.top, -by.y);
            ui.input_mut(|input| input.smooth_scroll_delta.y = 0.0);
        }
        if by.x != 0.0 && state.is_unwrapped {
            state.x -= by.x;
            ui.input_mut(|input| input.smooth_scroll_delta.x = 0.0);
        }
    }
    if response.dragged_by(egui::PointerButton::Primary)
        && let Some(at) = response.interact_pointer_pos()
    {
        let over = (at.y - frame.room.bottom()).max(0.0) + (at.y - frame.room.top()).min(0.0);
        if over != 0.0 {
            // Faster the further away, and on for as long as the button is held.
            state.top = rows.moved(state.top, over.clamp(-200.0, 200.0) * 0.5);
            ui.ctx().request_repaint();
        }
        if state.is_unwrapped {
            state.x += (at.x - frame.room.right()).max(0.0) * 0.2 + (at.x - frame.column()).min(0.0) * 0.2;
        }
    }
}

/// What the pointer selects.
pub fn point(ui: &Ui, state: &mut State, code: &TextLines, frame: &Frame<'_>, response: &Response) {
    let (pressed, second, shift, origin) = ui.input(|input| {
        let pointer = &input.pointer;
        (pointer.primary_pressed(), pointer.secondary_pressed(), input.modifiers.shift, pointer.press_origin())
    });
    let at = response.interact_pointer_pos();
    let place = |at: Pos2| frame.byte_at(code, at);
    let is_down = response.is_pointer_button_down_on();
    if is_down && (pressed || second) {
        response.request_focus();
        state.by_pointer = true;
    }
    if pressed
        && is_down
        && let Some(at) = origin.or(at)
    {
        let byte = place(at);
        let anchor = if shift { state.selection.anchor } else { byte };
        state.selection = Selection { anchor, caret: byte };
    } else if response.triple_clicked()
        && let Some(at) = at
    {
        state.selection = select::line_at(code, place(at));
    } else if response.double_clicked()
        && let Some(at) = at
    {
        state.selection = select::word_at(code, place(at));
    } else if response.dragged_by(egui::PointerButton::Primary)
        && let Some(at) = at
    {
        state.selection.caret = place(at);
    } else if response.clicked() {
        // Press and release may come within one frame; a screen reader's click has no place.
        if let Some(at) = at.filter(|_| ui.input(|input| input.pointer.primary_released())) {
            let byte = place(at);
            let anchor = if shift { state.selection.anchor } else { byte };
            state.selection = Selection { anchor, caret: byte };
        }
        if !ui.memory(|memory| memory.has_focus(response.id)) {
            response.request_focus();
        }
    }
    if response.secondary_clicked()
        && let Some(at) = at.or(ui.input(|input| input.pointer.interact_pos()))
    {
        let byte = place(at);
        let range = state.selection.range();
        if range.is_empty() || !range.contains(&byte) {
            state.selection = Selection::at(byte);
        }
        state.menu = (at, true);
        response.request_focus();
        state.by_pointer = true;
    }
    if response.gained_focus() && !ui.input(|input| input.pointer.any_down() || input.pointer.any_released()) {
        state.by_pointer = false;
    }
}
