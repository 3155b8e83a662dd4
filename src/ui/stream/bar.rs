//! Counts of a stream with what can be done to its list, the bar that filters it, and what there is to say about it.

use egui::{Color32, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::super::context::{Cx, pane_at, row_at, row_from_right};
use super::super::fonts;
use super::super::icons::Icon;
use super::super::theme::measure::INSET;
use super::super::theme::tokens;
use super::super::widgets::button::{Button, ButtonSize, IconButton};
use super::super::widgets::choice::choice_ui;
use super::super::widgets::field::Field;
use super::super::widgets::shared::line_below;
use super::super::widgets::switches::toggle_ui;
use super::super::widgets::text::{self, Elide, Line};
use super::super::widgets::tooltip::tooltip_ui;
use super::super::widgets::working::{GIVE_UP, Progress, QUIET, progress_bar};
use super::filter_id;
use crate::app::{Action, CallRecord, StreamAct, Tab, UiCommand};
use crate::engine::View;
use crate::words::format;

/// The line under the bar that says something about the list.
const STRIP: f32 = 32.0;
/// A narrower bar has a smaller choice, and a switch without its words.
const ROOMY: f32 = 500.0;
/// Between the facts.
pub(in crate::ui) const GAP: f32 = 14.0;
/// A narrower field shows no key.
const KEY_FROM: f32 = 190.0;

/// What has passed so far, filled from the left into `row`; gives way from the right.
pub(in crate::ui) fn facts_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, call: &CallRecord, inner: Rect) -> f32 {
    let words = cx.lang().streams();
    let mut right = row_from_right(ui, inner, "stream facts right");
    let any = call.list_total() > 0;
    // From the right.
    if right.add(IconButton::new(Icon::Download, words.save_all).small().enabled(any)).clicked() {
        cx.act(Action::Stream(tab.id, StreamAct::AskSave));
    }
    if right.add(IconButton::new(Icon::Copy, words.copy_all).small().enabled(any)).clicked() {
        cx.act(Action::Stream(tab.id, StreamAct::Copy));
    }
    let paused = call.list.paused_at.is_some();
    if call.is_running() || paused {
        let (icon, name) = if paused { (Icon::Play, words.resume) } else { (Icon::Pause, words.pause) };
        if right.add(IconButton::new(icon, name).small()).clicked() {
            cx.act(Action::Stream(tab.id, StreamAct::Pause(!paused)));
        }
    }
    right.min_rect().left() - 4.0
}

/// Counts, rate and size of a stream.
pub(in crate::ui) fn counts_ui(ui: &mut Ui, cx: &Cx<'_>, call: &CallRecord) {
    let t = tokens(ui);
    let (line, _) = ui.allocate_exact_size(vec2(1.0, 18.0), Sense::hover());
    ui.painter().vline(line.center().x, line.y_range(), Stroke::new(1.0, t.line));
    let (sent, received) = (cx.lang().sent_count(call.sent), cx.lang().received_count(call.received));
    // Both with their words, or both without.
    let gap = ui.spacing().item_spacing.x;
    let both = count_width(ui, &sent, true) + gap + count_width(ui, &received, true);
    let has_words = both <= ui.available_width();
    count_ui(ui, Icon::ArrowRight, t.accent, &sent, has_words);
    count_ui(ui, Icon::ArrowLeft, t.ok, &received, has_words);
    let facts = [
        call.rate(cx.now).map(|rate| cx.lang().rate(rate)),
        Some(format::bytes(call.sent_bytes + call.received_bytes)),
    ];
    for fact in facts.into_iter().flatten() {
        if text::width(ui.painter(), &fact, fonts::code()) <= ui.available_width() {
            ui.add(Line::code(&fact).color(t.text2));
        }
    }
}

/// The room that the counts take at least, with the line before them.
pub(in crate::ui) fn counts_least(ui: &Ui, cx: &Cx<'_>, call: &CallRecord) -> f32 {
    let (sent, received) = (cx.lang().sent_count(call.sent), cx.lang().received_count(call.received));
    1.0 + 3.0 * GAP + count_width(ui, &sent, false) + count_width(ui, &received, false)
}

/// A word and its number.
fn parts(said: &str) -> (&str, &str) {
    said.rsplit_once(' ').unwrap_or(("", said))
}

fn count_width(ui: &Ui, said: &str, has_word: bool) -> f32 {
    let (word, number) = parts(said);
    let word = if has_word { text::width(ui.painter(), word, fonts::body()).ceil() + 5.0 } else { 0.0 };
    20.0 + word + text::width(ui.painter(), number, fonts::code()).ceil()
}

/// An arrow, a word and its number, as one fact.
fn count_ui(ui: &mut Ui, icon: Icon, color: Color32, said: &str, has_word: bool) {
    let t = tokens(ui);
    let (word, number) = parts(said);
    let width = count_width(ui, said, has_word);
    if width > ui.available_width() {
        return;
    }
    let (rect, response) = ui.allocate_exact_size(vec2(width, 18.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, said));
    let middle = rect.center().y;
    icon.paint_at(ui.painter(), pos2(rect.left() + 7.0, middle), 14.0, color);
    let mut left = rect.left() + 20.0;
    if has_word {
        left = text::paint_text(ui.painter(), left, middle, word, &fonts::body(), t.text2).ceil() + 5.0;
    } else {
        tooltip_ui(&response, said, None);
    }
    text::paint_text(ui.painter(), left, middle, number, &fonts::code(), t.text1);
}

/// The filter, one direction or all, and whether the end is followed.
pub(super) fn filter_bar_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, call: &CallRecord, bar: Rect) {
    let t = tokens(ui);
    let (words, own) = (cx.words(), cx.lang().streams());
    line_below(ui.painter(), bar, t.line);
    let inner = Rect::from_center_size(bar.center(), vec2(bar.width() - 2.0 * INSET, 28.0));
    let is_roomy = inner.width() >= ROOMY;
    let sides = [(View::All, own.all), (View::Sent, words.sent), (View::Received, words.received)];
    let (size, font, padding) =
        if is_roomy { (ButtonSize::Normal, fonts::body(), 10.0) } else { (ButtonSize::Small, fonts::hint(), 8.0) };
    let label = |label: &str| (text::width(ui.painter(), label, font.clone()) + 2.0 * padding).round();
    let choice = sides.iter().map(|(_, side)| label(side)).sum::<f32>() + 6.0;
    let toggle =
        28.0 + if is_roomy { 8.0 + text::width(ui.painter(), words.follow_tail, fonts::body()).ceil() } else { 0.0 };
    let gap = if is_roomy { 12.0 } else { 8.0 };
    let clear = if tab.stream.filter.is_empty() { 0.0 } else { 28.0 };
    let room = (inner.width() - choice - toggle - 2.0 * gap - clear).max(60.0);

    let mut text = tab.stream.filter.clone();
    let count = call.list.filter.map(|filter| cx.lang().some_of(filter.total, filter.scanned)).unwrap_or_default();
    let fault = tab.stream.fault.as_ref().map(|_| "");
    let key = cx.key(UiCommand::Find);
    let mut row = row_at(ui, Rect::from_min_size(inner.min, vec2(room, 28.0)), "message filter");
    let mut field =
        Field::new(filter_id(), &mut text, own.filter).placeholder(own.filter).leading(Icon::Search).error(fault);
    if !count.is_empty() {
        field = field.trailing(&count);
    } else if room >= KEY_FROM {
        field = field.key_if(key.as_deref());
    }
    let response = field.width(room).show(&mut row);
    if std::mem::take(&mut cx.memory.focus_messages) {
        response.request_focus();
    }
    if !response.has_focus() {
        tooltip_ui(&response, own.filter_help, None);
    }
    if text != tab.stream.filter {
        cx.act(Action::Stream(tab.id, StreamAct::Filter(text)));
    }
    let mut left = inner.left() + room;
    if clear > 0.0 {
        let mut row = row_at(ui, Rect::from_min_size(pos2(left + 4.0, inner.top()), vec2(24.0, 28.0)), "clear");
        if row.add(IconButton::new(Icon::X, cx.words().clear_filter).small()).clicked() {
            cx.act(Action::Stream(tab.id, StreamAct::Filter(String::new())));
        }
        left += clear;
    }
    let place = Rect::from_min_size(pos2(left + gap, inner.top()), vec2(choice, 28.0));
    let mut row = row_at(ui, place, "message sides");
    let mut chosen = tab.stream.side;
    if choice_ui(&mut row, words.direction, size, &mut chosen, &sides) {
        cx.act(Action::Stream(tab.id, StreamAct::Side(chosen)));
    }
    let place = Rect::from_min_max(pos2(place.right() + gap, inner.top()), inner.max);
    let mut row = row_at(ui, place, "follow tail");
    let mut on = tab.follow_tail;
    let response = toggle_ui(&mut row, &mut on, words.follow_tail, is_roomy);
    if !is_roomy {
        tooltip_ui(&response, words.follow_tail, None);
    }
    if on != tab.follow_tail {
        cx.act(Action::FollowTail(tab.id, on));
    }
    // How far a filter is that still looks at what came before.
    if let Some(filter) = call.list.filter.filter(|filter| filter.scanned < call.sent + call.received) {
        let share = filter.scanned as f32 / (call.sent + call.received) as f32;
        let place = Rect::from_min_size(pos2(bar.left(), bar.bottom() - 2.0), vec2(bar.width(), 2.0));
        progress_bar(ui.painter(), place, Progress::Share(share), t);
    }
}

/// What there is to say about the list, in one line; returns the room below.
pub(super) fn strip_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, call: &CallRecord, room: Rect) -> Rect {
    let own = cx.lang().streams();
    let t = tokens(ui);
    let new = call.list_total() - call.listed();
    let copying = tab.stream.copying_since().map(|since| cx.now.saturating_duration_since(since));
    let copying = copying.filter(|since| *since >= QUIET);
    let (icon, color, said, action) = if let Some(fault) = &tab.stream.fault {
        (Icon::CircleX, t.error, cx.lang().filter_fault(fault), None)
    } else if call.list.paused_at.is_some() {
        let said = format!("{} · {}", own.paused, cx.lang().new_below(new));
        (Icon::Pause, t.text2, said, Some((own.resume, StreamAct::Pause(false))))
    } else if let Some(since) = copying {
        let said = format!("{} · {}", own.copying, format::elapsed(since));
        let action = (since >= GIVE_UP).then_some((cx.words().cancel, StreamAct::StopCopy));
        (Icon::Copy, t.text2, said, action)
    } else if let Some((lines, of)) = tab.stream.copied {
        let icon = if lines == of { Icon::Check } else { Icon::TriangleAlert };
        let color = if lines == of { t.ok } else { t.warn };
        (icon, color, cx.lang().copied(lines, of), Some((cx.words().close, StreamAct::ForgetCopied)))
    } else {
        return room;
    };
    let (strip, below) = room.split_top_bottom_at_y(room.top() + STRIP);
    ui.painter().rect_filled(strip, 0.0, t.bg1);
    line_below(ui.painter(), strip, t.line);
    let mut pane = pane_at(ui, strip, "strip");
    let inner = strip.shrink2(vec2(INSET, 0.0));
    let mut end = inner.right();
    // Read first, so added first.
    let label_place = |end: f32| Rect::from_min_max(pos2(inner.left() + 20.0, inner.top()), pos2(end, inner.bottom()));
    if let Some((label, _)) = &action {
        end -= Button::secondary(label).small().width(&pane) + 8.0;
    }
    icon.paint_at(pane.painter(), pos2(inner.left() + 7.0, inner.center().y), 14.0, color);
    let mut row = row_at(&mut pane, label_place(end), "strip words");
    let color = if tab.stream.fault.is_some() { t.error } else { t.text1 };
    let response = row.add(Line::new(&said).color(color).elide(Elide::End));
    row.ctx().accesskit_node_builder(response.id, |node| {
        node.set_role(Role::Status);
        node.set_label(said.as_str());
    });
    if let Some((label, act)) = action {
        let mut row = row_from_right(&mut pane, inner, "strip action");
        if row.add(Button::secondary(label).small()).clicked() {
            cx.act(Action::Stream(tab.id, act));
        }
    }
    below
}
