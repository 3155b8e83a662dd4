//! The draft of a message: facts, editor, what does not fit, and what streams send.

use std::sync::Arc;

use egui::text::{LayoutJob, TextWrapping};
use egui::{Galley, Id, Rect, Ui, pos2, vec2};

use super::context::{Cx, pane_at, row_at, row_ending_right, row_from_right};
use super::copy_request::copy_request_ui;
use super::fonts;
use super::icons::Icon;
use super::stream;
use super::theme::measure::{INSET, TABS};
use super::theme::{Tone, tokens};
use super::widgets::badge::icon_word_ui;
use super::widgets::button::{Button, IconButton};
use super::widgets::code_view::CodeView;
use super::widgets::editor::{self, Editor, EditorCommand, FindWords, Problem, SuggestWords};
use super::widgets::json::Language;
use super::widgets::menu::{Combo, MenuItem};
use super::widgets::shared::line_below;
use super::widgets::text::{Elide, Line, append, label_over};
use super::widgets::tooltip::tooltip_ui;
use super::widgets::view_state::{ViewKind, ViewState};
use super::widgets::working::waiting_ui;
use crate::app::{Action, Prepared, Tab, TabId, UiCommand};
use crate::message::{self, MessageError, TemplateSize};
use crate::words::{Words, format};

/// Larger drafts are shown by the read-only view, until the person asks to edit them all the same: each key has the
/// whole draft checked. In bytes.
const COMFORTABLE_BYTES: usize = 4 << 20;
/// The line that says where the caret is.
const PLACE_BAR: f32 = 26.0;
/// A narrower line of facts has no room for more than the template.
const TOOLS_FROM: f32 = 440.0;

/// The editor of a tab's draft.
pub(super) fn editor_id(tab: TabId) -> Id {
    Id::unique(("message", tab.0))
}

pub(super) fn message_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab) {
    let words = cx.words();
    let whole = ui.max_rect();
    let line = Rect::from_min_size(whole.min, vec2(whole.width(), TABS));
    let mut rest = Rect::from_min_max(pos2(whole.left(), line.bottom()), whole.max);
    match &tab.prepared {
        Prepared::Pending { since } => {
            line_below(ui.painter(), line, tokens(ui).line);
            let since = cx.now.saturating_duration_since(*since);
            let mut pane = pane_at(ui, rest.shrink(INSET), "preparing");
            if waiting_ui(&mut pane, words.preparing, since, words.cancel) {
                cx.act(Action::StopPreparing(tab.id));
            }
            return;
        }
        Prepared::Failed(why) => {
            line_below(ui.painter(), line, tokens(ui).line);
            let mut pane = pane_at(ui, rest.shrink(INSET), "prepare failed");
            let state = ViewState::new(ViewKind::Failed, words.prepare_failed, why);
            let waits = cx.app.waits_for_demo(tab.source);
            if state.action(if waits { cx.lang().commands().start_demo } else { words.try_again }).show(&mut pane) {
                cx.act(Action::PrepareAgain(tab.id));
            }
            // What was typed can be read and copied all the same.
            if !tab.message.is_empty() {
                let top = pane.min_rect().bottom() + 16.0;
                let below = Rect::from_min_max(pos2(rest.left(), top.min(rest.bottom())), rest.max);
                let mut draft = pane_at(ui, below, "unready draft");
                read_ui(&mut draft, cx, tab, Id::unique(("unready draft", tab.id.0)));
            }
            return;
        }
        Prepared::Ready(_) => {}
    }
    let error = tab.visible_error(cx.now);
    facts_ui(ui, cx, tab, error, line);
    if tab.shape.0 {
        let height = stream::composer_height(ui, cx, tab, rest);
        let bar = Rect::from_min_max(pos2(rest.left(), rest.bottom() - height), rest.max);
        stream::composer_ui(ui, cx, tab, bar, rest);
        rest.max.y = bar.top();
    }
    let mut place_bar = None;
    if is_edited_here(cx, tab) {
        let bar = Rect::from_min_max(pos2(rest.left(), (rest.bottom() - PLACE_BAR).max(rest.top())), rest.max);
        rest.max.y = bar.top();
        place_bar = Some(bar);
    }
    let unsendable = tab.call.as_ref().and_then(|call| call.unsendable.as_ref()).filter(|_| error.is_none());
    if let Some(error) = error.or(unsendable) {
        let height = error_height(ui, cx, error, rest.width());
        let bar = Rect::from_min_max(pos2(rest.left(), rest.bottom() - height), rest.max);
        rest.max.y = bar.top();
        error_ui(ui, cx, tab, error, bar);
    }
    let mut pane = pane_at(ui, rest, "editor");
    notes_ui(&mut pane, cx, tab);
    let written = editor_ui(&mut pane, cx, tab, error);
    if let (Some(bar), Some(written)) = (place_bar, written) {
        place_ui(ui, cx, written, bar);
    }
}

/// What the schema loses on its way here, if anything.
fn notes_ui(ui: &mut Ui, cx: &Cx<'_>, tab: &Tab) {
    let Prepared::Ready(ready) = &tab.prepared else { return };
    if ready.notes.is_empty() {
        return;
    }
    let said = ready.notes.join("; ");
    egui::Frame::new().inner_margin(egui::Margin { left: 12, right: 12, top: 12, bottom: 0 }).show(ui, |ui| {
        super::widgets::notice::Notice::new(Tone::Accent, cx.words().notes, &said).show(ui);
    });
}

fn facts_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, error: Option<&MessageError>, line: Rect) {
    let words = cx.words();
    let t = tokens(ui);
    line_below(ui.painter(), line, t.line);
    let inner = line.shrink2(vec2(INSET, 0.0));
    let (chosen, right) = row_ending_right(ui, inner, "message facts right", |right| {
        let combo = Combo::new(words.template_smallest, words.template_smallest).ghost();
        let (_, chosen) = combo.show(right, |ui| {
            let small = ui.add(MenuItem::new(words.template_small).first()).clicked();
            let full = ui.add(MenuItem::new(words.template_full)).clicked();
            if small { Some(TemplateSize::Smallest) } else { full.then_some(TemplateSize::Full) }
        });
        if inner.width() >= TOOLS_FROM && is_edited_here(cx, tab) {
            tools_ui(right, cx, tab);
        }
        copy_request_ui(right, cx, tab);
        chosen
    });
    if let Some(Some(size)) = chosen {
        cx.act(Action::TakeTemplate(tab.id, size));
    }
    let room = right - inner.left() - 8.0;
    let mut left = row_at(ui, inner, "message facts");
    left.spacing_mut().item_spacing.x = 10.0;
    let input = match &tab.prepared {
        Prepared::Ready(ready) => ready.info.input.as_str(),
        _ => "",
    };
    left.add(Line::code(input).color(t.text2).elide(Elide::Middle).max_width((room - 80.0).max(40.0)));
    if error.is_some() {
        icon_word_ui(&mut left, Icon::CircleX, Tone::Error, words.one_error);
    } else if let Some(size) = tab.size() {
        left.add(Line::code(&format::bytes(size as u64)).color(t.text3));
    }
}

/// Small drafts, and large ones once the person asked.
fn is_edited_here(cx: &Cx<'_>, tab: &Tab) -> bool {
    tab.message.len() <= COMFORTABLE_BYTES || cx.memory.edit_anyway == Some(tab.id)
}

/// Format, undo and redo.
fn tools_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab) {
    let words = cx.words();
    let (can_undo, can_redo) = cx.memory.editor_can_undo;
    let mut command = None;
    let [undo, redo, format] = [UiCommand::Undo, UiCommand::Redo, UiCommand::Format].map(|command| cx.key(command));
    let response = ui.add(Button::ghost(words.format));
    super::widgets::tooltip::tooltip_ui(&response, words.format, format.as_deref());
    if response.clicked() {
        command = Some(EditorCommand::Format);
    }
    if ui
        .add(IconButton::new(Icon::Undo2, cx.lang().commands().undo).small().key_if(undo.as_deref()).enabled(can_undo))
        .clicked()
    {
        command = Some(EditorCommand::Undo);
    }
    if ui
        .add(IconButton::new(Icon::Redo2, cx.lang().commands().redo).small().key_if(redo.as_deref()).enabled(can_redo))
        .clicked()
    {
        command = Some(EditorCommand::Redo);
    }
    if command.is_some() {
        cx.memory.editor_command = command;
        ui.memory_mut(|memory| memory.request_focus(editor_id(tab.id)));
    }
}

pub(super) fn find_words(words: &Words) -> FindWords<'_> {
    FindWords {
        find: words.find_in_message,
        replace_with: words.replace_with,
        none: words.find_none,
        next: words.find_next,
        previous: words.find_previous,
        case: words.find_case,
        whole: words.find_whole,
        replace: words.replace_one,
        replace_all: words.replace_all,
        close: words.close_find,
    }
}

fn suggest_words(words: &Words) -> SuggestWords<'_> {
    SuggestWords {
        name: words.suggestions,
        insert: words.suggest_insert,
        again: words.suggest_again,
        close: words.suggest_close,
    }
}

/// Where the caret is, and how many lines there are.
#[derive(Clone, Copy)]
struct Written {
    place: (usize, usize),
    lines: usize,
}

/// A draft to be read, once its lines are cut.
fn read_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, id: Id) {
    let words = cx.words();
    if let Some(lines) = cx.app.draft_lines(tab) {
        CodeView::new(id, words.message_editor).language(Language::Json).lang(cx.lang()).show(ui, lines);
        return;
    }
    if !cx.app.is_draft_cut(tab) {
        cx.act(Action::CutDraft(tab.id));
    }
    let mut pane = pane_at(ui, ui.available_rect_before_wrap().shrink(INSET), "cutting");
    let body = cx.lang().body();
    let Some(since) = cx.app.draft_cut_since(tab) else {
        if cx.app.is_draft_cut(tab) {
            let icon = ViewKind::Empty(Icon::Braces);
            let state = ViewState::new(icon, body.cutting_given_up, body.cutting_given_up_why).action(body.show_it);
            if state.show(&mut pane) {
                cx.act(Action::CutDraft(tab.id));
            }
        }
        return;
    };
    if waiting_ui(&mut pane, body.cutting, cx.now.saturating_duration_since(since), words.cancel) {
        cx.act(Action::StopCutting(tab.id));
    }
}

fn editor_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, error: Option<&MessageError>) -> Option<Written> {
    let words = cx.words();
    let id = editor_id(tab.id);
    if !is_edited_here(cx, tab) {
        let actions = [words.edit_anyway];
        let notice = super::widgets::notice::Notice::new(Tone::Accent, "", words.large_text).actions(&actions);
        if notice.show(ui).is_some() {
            cx.memory.edit_anyway = Some(tab.id);
        }
        read_ui(ui, cx, tab, id.with("large"));
        return None;
    }
    cx.memory.forget_closed_editors(ui.ctx(), cx.app, tab.id);
    if let Some(byte) = tab.go_to {
        editor::go_to(ui.ctx(), id, byte);
        cx.act(Action::WentTo(tab.id));
    }
    let problems: Vec<Problem> = error
        .map(|error| Problem { range: error.span.clone(), message: cx.lang().misfit(error) })
        .into_iter()
        .collect();
    let input = match &tab.prepared {
        Prepared::Ready(ready) => ready.input.as_ref().map(|input| (input, &*ready.comments)),
        _ => None,
    };
    let suggest = |text: &str, caret: usize| {
        let (input, comments) = input?;
        message::complete(input, comments, text, caret)
    };
    let explain = |text: &str, at: usize| {
        let (input, comments) = input?;
        let meaning = message::key_meaning(input, comments, text, at)?;
        let mut said = format!("{}  {}", meaning.name, meaning.type_name);
        if !meaning.comment.is_empty() {
            said.push('\n');
            said.push_str(&meaning.comment);
        }
        Some((meaning.range, said))
    };
    let output = Editor::new(id, &tab.message, words.message_editor)
        .version(tab.revision)
        .language(Language::Json)
        .problems(&problems)
        .find(find_words(words))
        .suggest(&suggest, suggest_words(words))
        .explain(&explain)
        .command(cx.memory.editor_command.take())
        .outer_keys()
        .show(ui);
    cx.memory.editor_can_undo = output.can_undo;
    let caret_line = output.caret.map(|_| u32::try_from(output.place.0).unwrap_or(u32::MAX));
    if let Some(text) = output.text {
        cx.act(Action::SetMessage(tab.id, text, caret_line));
    } else if caret_line != tab.caret_line {
        cx.act(Action::SetCaretLine(tab.id, caret_line));
    }
    Some(Written { place: output.place, lines: output.lines })
}

/// Where the caret is, and how long the text.
fn place_ui(ui: &mut Ui, cx: &Cx<'_>, written: Written, bar: Rect) {
    let t = tokens(ui);
    ui.painter().hline(bar.x_range(), bar.top() + 0.5, egui::Stroke::new(1.0, t.line));
    let inner = bar.shrink2(vec2(INSET, 0.0));
    let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    let mut right = row_from_right(ui, inner, "lines");
    right.add(Line::hint(&cx.lang().lines(written.lines)).color(t.text3));
    let mut left = row_at(ui, inner, "place");
    left.add(Line::hint(&cx.lang().line_column(number(written.place.0), number(written.place.1))).color(t.text3));
}

/// What an error has to say, for the most lines that it may take: what to write instead stands at its end.
fn error_text(ui: &Ui, cx: &Cx<'_>, error: &MessageError, width: f32) -> (Arc<Galley>, String) {
    const MOST_ROWS: usize = 4;
    let t = tokens(ui);
    let said = cx.lang().misfit_at(error);
    let mut job = LayoutJob::default();
    append(&mut job, &said, fonts::body(), t.text1, 18.0);
    if !error.path.is_empty() {
        append(&mut job, &format!("  {}", error.path), fonts::code(), t.text3, 18.0);
    }
    let go_to = if error.line.is_some() { Button::secondary(cx.words().go_to).small().width(ui) + 8.0 } else { 0.0 };
    let room = (width - 2.0 * INSET - 22.0 - go_to).max(80.0);
    job.wrap = TextWrapping { max_width: room, max_rows: MOST_ROWS, ..TextWrapping::default() };
    (ui.fonts_mut(|fonts| fonts.layout_job(job)), said)
}

fn error_height(ui: &Ui, cx: &Cx<'_>, error: &MessageError, width: f32) -> f32 {
    (error_text(ui, cx, error, width).0.size().y + 18.0).max(36.0).ceil()
}

fn error_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, error: &MessageError, bar: Rect) {
    let t = tokens(ui);
    let words = cx.words();
    ui.painter().rect_filled(bar, 0.0, t.bg2);
    ui.painter().hline(bar.x_range(), bar.top() + 0.5, egui::Stroke::new(1.0, t.line));
    let inner = bar.shrink2(vec2(INSET, 0.0));
    // With several lines, icon and button stand beside the first.
    let first = Rect::from_min_size(inner.min, vec2(inner.width(), 36.0));
    let mut right = row_from_right(ui, first, "error right");
    if error.line.is_some() && right.add(Button::secondary(words.go_to).small()).clicked() {
        cx.act(Action::GoToError(tab.id));
    }
    Icon::CircleX.paint_at(ui.painter(), pos2(inner.left() + 7.0, first.center().y), 14.0, t.error);
    let (galley, said) = error_text(ui, cx, error, bar.width());
    let whole = if error.path.is_empty() { said.clone() } else { format!("{said}\n{}", error.path) };
    let place = Rect::from_min_size(pos2(inner.left() + 22.0, bar.top() + 9.0), galley.size());
    let is_cut = galley.elided;
    ui.painter().galley(place.min, galley, t.text1);
    let response = label_over(ui, place, "error", &said);
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_role(egui::Role::Alert);
        node.set_label(said.as_str());
    });
    if !error.path.is_empty() {
        let end = Rect::from_min_max(pos2(place.left(), place.bottom() - 1.0), place.max);
        label_over(ui, end, "error path", &error.path);
    }
    if is_cut {
        tooltip_ui(&response, &whole, None);
    }
}
