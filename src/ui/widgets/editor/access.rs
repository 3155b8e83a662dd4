//! What a screen reader is told: the whole text as the value, the rows that are seen as runs of text, the selection.

use std::sync::Arc;

use egui::text::{CCursor, LayoutJob};
use egui::text_selection::CCursorRange;
use egui::text_selection::accesskit_text::update_accesskit_for_text_widget;
use egui::{Event, Galley, Response, Role, Ui, WidgetInfo, vec2};

use super::Editor;
use super::document::Document;
use super::history::Selection;
use super::state::State;
use super::view::Frame;

/// A longer text is not told as a whole, only the lines that are seen.
const TOLD_WHOLE: usize = 1 << 20;

/// Tells a screen reader the text, what is seen of it, and the selection.
pub fn tell(ui: &Ui, state: &mut State, editor: &Editor<'_>, frame: &Frame<'_>, response: &Response, has_focus: bool) {
    response.widget_info(|| WidgetInfo::labeled(Role::MultilineTextInput, editor.enabled, editor.name));
    let document = &mut state.document;
    let is_told = ui.ctx().accesskit_node_builder(editor.id, |node| {
        node.set_role(Role::MultilineTextInput);
        if document.text().len() <= TOLD_WHOLE {
            node.set_value(document.text());
        } else if let (Some(first), Some(last)) = (frame.rows.first(), frame.rows.last()) {
            let buffer = document.buffer();
            let seen = buffer.slice(buffer.start(first.line)..buffer.end(last.line));
            node.set_value(seen.get(..seen.floor_char_boundary(TOLD_WHOLE)).unwrap_or_default());
        }
        if !editor.placeholder.is_empty() {
            node.set_placeholder(editor.placeholder);
        }
        if editor.enabled {
            node.add_action(egui::accesskit::Action::SetValue);
            node.add_action(egui::accesskit::Action::ReplaceSelectedText);
            node.add_action(egui::accesskit::Action::SetTextSelection);
        } else {
            node.set_read_only();
        }
    });
    if is_told.is_none() {
        return;
    }
    let galley = frame.seen(ui);
    let selection = document.selection();
    let cursor = |at: usize| CCursor::new(frame.seen_char(document, at));
    let mut range = CCursorRange::two(cursor(selection.anchor), cursor(selection.caret));
    if editor.enabled && has_focus {
        let os = ui.ctx().os();
        let asks = ui.input(|input| {
            let is_ask = |event: &&Event| matches!(event, Event::AccessKitActionRequest(_));
            input.events.iter().filter(is_ask).cloned().collect::<Vec<_>>()
        });
        if asks.iter().any(|event| range.on_event(os, event, &galley, editor.id)) {
            let anchor = frame.seen_byte(document, range.secondary.index.0);
            let caret = frame.seen_byte(document, range.primary.index.0);
            document.select(Selection { anchor, caret });
            ui.ctx().request_repaint();
        }
    }
    let top = frame.rows.first().map_or(frame.origin.y, |row| row.top);
    let to_screen = egui::emath::TSTransform::from_translation(vec2(frame.origin.x, top));
    update_accesskit_for_text_widget(ui.ctx(), editor.id, Some(range), to_screen, &galley);
}

impl Frame<'_> {
    /// The rows that are seen as one text of its own, for screen readers, and the byte where it begins.
    fn seen(&self, ui: &Ui) -> Galley {
        let galleys: Vec<Arc<Galley>> =
            self.rows.iter().filter_map(|row| row.pieces.first().map(|piece| Arc::clone(&piece.galley))).collect();
        Galley::concat(Arc::new(LayoutJob::default()), &galleys, ui.ctx().pixels_per_point())
    }

    /// A byte of the text as a character of [`Frame::seen`]; what is not seen goes to its nearest end.
    fn seen_char(&self, document: &Document, at: usize) -> usize {
        let buffer = document.buffer();
        let mut chars = 0;
        for row in &self.rows {
            let start = buffer.start(row.line) + row.pieces.first().map_or(0, |piece| piece.start);
            let length = row.pieces.first().map_or(0, |piece| piece.galley.end().index.0);
            if at <= buffer.end(row.line) || row.line + 1 >= buffer.lines() {
                let before = buffer.slice(start.min(at)..at).chars().count();
                return chars + before.min(length);
            }
            chars += length + 1;
        }
        chars.saturating_sub(1)
    }

    /// The byte of a character of [`Frame::seen`].
    fn seen_byte(&self, document: &Document, mut index: usize) -> usize {
        let buffer = document.buffer();
        for row in &self.rows {
            let Some(piece) = row.pieces.first() else { continue };
            let length = piece.galley.end().index.0;
            if index <= length {
                let start = buffer.start(row.line) + piece.start;
                let rest = buffer.slice(start..buffer.end(row.line));
                return start + rest.char_indices().nth(index).map_or(rest.len(), |(at, _)| at);
            }
            index -= length + 1;
        }
        document.caret()
    }
}
