//! The answer: its tabs, the line of facts, the body or the failure, headers, trailers, and the phases below.

use egui::{Id, Rect, Ui, pos2, vec2};

use super::context::{Cx, pane_at, row_at};
use super::failure::{FailureCard, failure_card_ui};
use super::icons::Icon;
use super::theme::measure::{INSET, TABS};
use super::theme::{Tone, tokens};
use super::widgets::badge::status_badge_ui;
use super::widgets::shared::line_below;
use super::widgets::tabs::{PaneTab, pane_tabs_ui};
use super::widgets::text::{Elide, Line, width};
use super::widgets::view_state::{ViewKind, ViewState};
use super::{all, body, diagnose, facts, fonts, lists, phases, status, stream, trace};
use crate::app::{Action, CallRecord, CallStage, ResponseSide, Retry, Tab};
use crate::message::Misfit;
use crate::transport::FailureKind;
use crate::words::format;

/// Room for a stream's time and the gaps around it.
const TIME: f32 = 80.0;

pub(super) fn response_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab) {
    let app = cx.app;
    if let Some(record) = app.diagnosis(Retry::Send(tab.id)) {
        return diagnose::diagnosis_pane_ui(ui, cx, record);
    }
    if let Some(all) = tab.all.as_deref() {
        return all::answers_pane_ui(ui, cx, tab, all);
    }
    cx.memory.list_has_focus = false;
    let whole = ui.max_rect();
    let bar = Rect::from_min_size(whole.min, vec2(whole.width(), TABS));
    tabs_ui(ui, cx, tab, bar);
    let line = Rect::from_min_size(pos2(whole.left(), bar.bottom()), vec2(whole.width(), TABS));
    line_below(ui.painter(), line, tokens(ui).line);
    let mut rest = Rect::from_min_max(pos2(whole.left(), line.bottom()), whole.max);
    let Some((call, is_older)) = tab.shown_call() else {
        let words = cx.words();
        let mut pane = pane_at(ui, rest, "nothing yet");
        pane.add_space((rest.height() * 0.25).round());
        let state = ViewState::new(ViewKind::Empty(Icon::Send), words.nothing_yet, words.nothing_yet_hint);
        // The next step, where it can be done.
        let state = if tab.can_send() { state.action(words.send) } else { state };
        if state.centered().show(&mut pane) {
            cx.act(Action::Send(tab.id));
        }
        return;
    };
    facts_ui(ui, cx, tab, call, is_older, line);
    if let Some(newest) = &tab.call
        && newest.stage() != CallStage::NotBegun
        && tab.response_side != ResponseSide::Trace
    {
        rest.max.y = phases::phases_ui(ui, cx, tab, newest, rest);
    }
    let mut pane = pane_at(ui, rest, ("answer", tab.response_side as u8));
    match tab.response_side {
        ResponseSide::Response => body_ui(&mut pane, cx, tab, call),
        ResponseSide::Headers => lists::headers_ui(&mut pane, cx, call),
        ResponseSide::Trailers => lists::trailers_ui(&mut pane, cx, call),
        ResponseSide::Trace => trace::trace_ui(&mut pane, cx, tab.call.as_ref().unwrap_or(call)),
    }
}

fn tabs_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, bar: Rect) {
    let words = cx.words();
    let call = tab.shown_call().map(|(call, _)| call);
    let count = |count: Option<usize>| count.filter(|count| *count > 0).map(|count| format::count(count as u64));
    let messages =
        call.filter(|_| tab.is_stream()).map(|call| usize::try_from(call.sent + call.received).unwrap_or(usize::MAX));
    let (messages, headers, trailers) = (
        count(messages),
        count(call.and_then(|call| call.headers.as_ref()).map(|came| came.metadata.len())),
        count(call.and_then(|call| call.trailers.as_ref()).map(|came| came.metadata.len())),
    );
    let sides = [ResponseSide::Response, ResponseSide::Headers, ResponseSide::Trailers, ResponseSide::Trace];
    let tabs = [
        PaneTab { title: if tab.is_stream() { words.messages } else { words.response }, count: messages.as_deref() },
        PaneTab { title: words.headers, count: headers.as_deref() },
        PaneTab { title: words.trailers, count: trailers.as_deref() },
        PaneTab { title: cx.lang().trace().trace, count: None },
    ];
    let chosen = sides.iter().position(|side| *side == tab.response_side).unwrap_or(0);
    let mut row = row_at(ui, bar.shrink2(vec2(INSET, 0.0)), "response tabs");
    if let Some(index) = pane_tabs_ui(&mut row, Id::unique("response tabs"), words.response, &tabs, chosen) {
        cx.act(Action::ShowResponseSide(tab.id, sides[index]));
    }
    line_below(ui.painter(), bar, tokens(ui).line);
}

/// Status badge, time, size, who answered; what does not fit gives way from the right.
fn facts_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, call: &CallRecord, is_older: bool, line: Rect) {
    let words = cx.words();
    let t = tokens(ui);
    let inner = line.shrink2(vec2(INSET, 0.0));
    let mut right_edge = inner.right();
    if !tab.is_stream() {
        right_edge = body::tools_ui(ui, cx, tab, call, inner);
    }
    if tab.is_stream() {
        right_edge = stream::facts_ui(ui, cx, tab, call, inner);
    }
    let place = Rect::from_min_max(inner.min, pos2(right_edge, inner.max.y));
    let facts_place = Rect::from_center_size(place.center(), vec2(place.width() + 8.0, 28.0));
    let named = (egui::Role::Group, cx.lang().changes().facts);
    let said = facts_text(cx, call);
    let facts_row = super::widgets::menu::copyable(ui, facts_place, "facts", named, &said);
    ui.ctx().accesskit_node_builder(facts_row.id, |node| node.set_description(said.as_str()));
    let mut row = row_at(ui, place, "facts");
    row.spacing_mut().item_spacing.x = 10.0;
    let newest_runs = tab.is_calling();
    if call.is_running() {
        status_badge_ui(&mut row, Tone::Accent, if tab.is_stream() { words.streaming } else { words.calling });
    } else if call.status.is_some() {
        trace::status_ui(&mut row, cx, call);
    } else {
        status_badge_ui(&mut row, Tone::Error, words.not_sent);
    }
    // What a stream has sent and received says more than for how long: the time gives way first.
    let least = if tab.is_stream() { stream::counts_least(&row, cx, call) + TIME } else { 0.0 };
    let has_room = row.available_width() >= least;
    let failed = call.status.as_ref().and_then(|(_, status)| status.failure.as_ref());
    if let Some(failure) = failed.filter(|failure| failure.kind != FailureKind::Cancelled) {
        add_fact(&mut row, &cx.lang().failed_at(failure.stage), false, t.error);
    }
    if call.stage() != CallStage::NotBegun {
        let time = call.until(cx.now).saturating_duration_since(call.began);
        let said = if call.is_running() { format::elapsed(time) } else { format::duration(time) };
        if has_room {
            add_fact(&mut row, &said, true, t.text1);
        }
    }
    if tab.is_stream() {
        row.spacing_mut().item_spacing.x = stream::COUNTS_GAP;
        stream::counts_ui(&mut row, cx, call);
        return;
    }
    if call.received > 0 {
        add_fact(&mut row, &format::bytes(call.received_bytes), true, t.text2);
    }
    if newest_runs && is_older {
        add_fact(&mut row, words.older_answer, false, t.text3);
    } else if tab.edited_since(call) {
        add_fact(&mut row, words.before_edits, false, t.text3);
    } else {
        who_ui(&mut row, cx, call);
    }
}

/// Who answered: an instance after how many attempts comes before where it is, which is left to the hover.
fn who_ui(row: &mut Ui, cx: &Cx<'_>, call: &CallRecord) {
    let (said, color, room) = (facts::answered_by(cx, call), tokens(row).text3, row.available_width());
    let fits = width(row.painter(), &said, fonts::body()) <= room;
    match facts::answered_briefly(cx, call).filter(|_| !fits && room >= 40.0) {
        Some(brief) => {
            row.add(Line::new(&brief).name(&said).hover(&said).color(color).elide(Elide::End).max_width(room));
        }
        None => add_fact(row, &said, false, color),
    }
}

/// A fact, where there is room for it: numbers whole or not at all.
fn add_fact(row: &mut Ui, text: &str, mono: bool, color: egui::Color32) {
    let font = if mono { fonts::code() } else { fonts::body() };
    let room = row.available_width();
    if text.is_empty() || room < 40.0 || (mono && width(row.painter(), text, font.clone()) > room) {
        return;
    }
    row.add(Line::new(text).font(font).color(color).elide(Elide::End).max_width(room));
}

/// The line of facts, to be copied.
fn facts_text(cx: &Cx<'_>, call: &CallRecord) -> String {
    let status = call.status.as_ref().map(|(_, status)| facts::status_label(status.code));
    let took = format::duration(call.until(cx.now).saturating_duration_since(call.began));
    let parts = [status.unwrap_or_default(), took, format::bytes(call.received_bytes), facts::answered_by(cx, call)];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

fn body_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, call: &CallRecord) {
    let words = cx.words();
    let area = ui.max_rect();
    if let Some(why) = &call.not_begun {
        let resolved = call.not_resolved.as_ref().map(|error| cx.lang().resolve_error(error));
        let why = resolved.as_ref().unwrap_or(why);
        let mut pane = pane_at(ui, area.shrink(INSET), "not begun");
        let card = FailureCard { title: words.call_not_begun, cause: why, ..FailureCard::default() };
        failure_card_ui(&mut pane, words, &card, None, &[]);
        return;
    }
    if let Some(error) = call.unsendable.as_ref().filter(|_| call.stage() == CallStage::NotBegun) {
        let mut pane = pane_at(ui, area.shrink(INSET), "unsendable");
        let said = match error.what {
            Misfit::Stopped => words.stopped_before.to_owned(),
            _ => cx.lang().misfit_at(error),
        };
        let card =
            FailureCard { title: words.unsendable_title, cause: &said, hint: &error.path, ..FailureCard::default() };
        failure_card_ui(&mut pane, words, &card, None, &[]);
        return;
    }
    let failed = call.status.as_ref().filter(|_| !call.is_ok()).map(|(_, status)| status);
    if tab.is_stream() {
        let mut list = area;
        if let Some(status) = failed {
            if call.sent + call.received == 0 {
                status::status_ui(ui, cx, tab, call, status);
                return;
            }
            list.min.y = if call.details.is_empty() {
                status::ended_ui(ui, cx, call, status, area)
            } else {
                let (top, below) = area.split_top_bottom_at_y(area.top() + (area.height() * 0.5).min(260.0));
                let mut pane = pane_at(ui, top, "stream failed");
                status::status_ui(&mut pane, cx, tab, call, status);
                below.top()
            };
        }
        let mut pane = pane_at(ui, list, "stream");
        stream::stream_ui(&mut pane, cx, tab, call);
        return;
    }
    if let Some(status) = failed {
        status::status_ui(ui, cx, tab, call, status);
        return;
    }
    body::answer_ui(ui, cx, tab, call);
}
