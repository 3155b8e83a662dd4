//! The answer: its tabs, the line of facts, the body or the failure, headers, trailers, and the phases below.

use egui::{Id, Rect, Ui, pos2, vec2};

use super::context::{Cx, pane_at, row_at, row_from_right};
use super::failure::{FailureCard, failure_card_ui, transport_failure_ui};
use super::icons::Icon;
use super::lists::metadata_rows_ui;
use super::theme::measure::{INSET, TABS};
use super::theme::{Tone, tokens};
use super::widgets::badge::status_badge_ui;
use super::widgets::heading::section_head_ui;
use super::widgets::json::Language;
use super::widgets::shared::line_below;
use super::widgets::tabs::{PaneTab, pane_tabs_ui};
use super::widgets::text::{Elide, Line, paragraph_ui, width};
use super::widgets::view_state::{ViewKind, ViewState};
use super::{body, diagnose, facts, fonts, phases, stream};
use crate::app::{Action, CallRecord, CallStage, RequestSide, ResponseSide, Retry, Tab};
use crate::call::{CallStatus, Code};
use crate::transport::{FailureKind, Stage};
use crate::words::failure::describe;
use crate::words::format;

/// Details of a status are shown up to this many lines each.
const DETAIL_LINES: usize = 200;

pub(super) fn response_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab) {
    let app = cx.app;
    if let Some(record) = app.diagnosis(Retry::Send(tab.id)) {
        return diagnose::diagnosis_pane_ui(ui, cx, record);
    }
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
    {
        rest.max.y = phases::phases_ui(ui, cx, tab, newest, rest);
    }
    let mut pane = pane_at(ui, rest, ("answer", tab.response_side as u8));
    match tab.response_side {
        ResponseSide::Response => body_ui(&mut pane, cx, tab, call),
        ResponseSide::Headers => headers_ui(&mut pane, cx, call),
        ResponseSide::Trailers => trailers_ui(&mut pane, cx, call),
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
    let sides = [ResponseSide::Response, ResponseSide::Headers, ResponseSide::Trailers];
    let tabs = [
        PaneTab { title: if tab.is_stream() { words.messages } else { words.response }, count: messages.as_deref() },
        PaneTab { title: words.headers, count: headers.as_deref() },
        PaneTab { title: words.trailers, count: trailers.as_deref() },
    ];
    let chosen = sides.iter().position(|side| *side == tab.response_side).unwrap_or(0);
    let mut row = row_at(ui, bar.shrink2(vec2(INSET, 0.0)), "response tabs");
    if let Some(index) = pane_tabs_ui(&mut row, Id::unique("response tabs"), words.response_tabs, &tabs, chosen) {
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
        let mut right = row_from_right(ui, inner, "follow");
        right.spacing_mut().item_spacing.x = 8.0;
        let mut on = tab.follow_tail;
        let wide = inner.width() > 520.0;
        if wide {
            right.add(Line::new(words.follow_tail));
        }
        let toggle = super::widgets::switches::toggle_ui(&mut right, &mut on, words.follow_tail, false);
        super::widgets::tooltip::tooltip_ui(&toggle, words.follow_tail, None);
        if on != tab.follow_tail {
            cx.act(Action::FollowTail(tab.id, on));
        }
        right_edge = right.min_rect().left() - 8.0;
    }
    let place = Rect::from_min_max(inner.min, pos2(right_edge, inner.max.y));
    super::widgets::menu::copyable(ui, place, "facts", &facts_text(cx, call));
    let mut row = row_at(ui, place, "facts");
    row.spacing_mut().item_spacing.x = 10.0;
    let newest_runs = tab.is_calling();
    if call.is_running() {
        status_badge_ui(&mut row, Tone::Accent, if tab.is_stream() { words.streaming } else { words.calling });
    } else if let Some((_, status)) = &call.status {
        status_badge_ui(&mut row, facts::status_tone(status.code), &facts::status_label(status.code));
    } else {
        status_badge_ui(&mut row, Tone::Error, words.not_sent);
    }
    let mut add = |text: &str, mono: bool, color: egui::Color32| {
        let font = if mono { fonts::code() } else { fonts::body() };
        let room = row.available_width();
        if text.is_empty() || room < 40.0 || (mono && width(row.painter(), text, font.clone()) > room) {
            return;
        }
        row.add(Line::new(text).font(font).color(color).elide(Elide::End).max_width(room));
    };
    let failed = call.status.as_ref().and_then(|(_, status)| status.failure.as_ref());
    if let Some(failure) = failed.filter(|failure| failure.kind != FailureKind::Cancelled) {
        add(&cx.lang().failed_at(failure.stage), false, t.error);
    }
    if call.stage() != CallStage::NotBegun {
        let time = call.until(cx.now).saturating_duration_since(call.began);
        let time = if call.is_running() {
            std::time::Duration::from_millis(u64::try_from(time.as_millis() / 100 * 100).unwrap_or(u64::MAX))
        } else {
            time
        };
        add(&format::duration(time), true, t.text1);
    }
    if tab.is_stream() {
        add(&format!("→ {}", cx.lang().sent_count(call.sent)), false, t.accent);
        add(&format!("← {}", cx.lang().received_count(call.received)), false, t.ok);
        if let Some(rate) = call.receive_rate() {
            add(&cx.lang().rate(rate), true, t.text2);
        }
        add(&format::bytes(call.sent_bytes + call.received_bytes), true, t.text2);
        return;
    }
    if call.received > 0 {
        add(&format::bytes(call.received_bytes), true, t.text2);
    }
    let said = if newest_runs && is_older {
        words.older_answer.to_owned()
    } else if tab.edited_since(call) {
        words.before_edits.to_owned()
    } else {
        facts::answered_by(cx, call)
    };
    add(&said, false, t.text3);
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
        let mut pane = pane_at(ui, area.shrink(INSET), "not begun");
        let card = FailureCard { title: words.call_not_begun, cause: why, ..FailureCard::default() };
        failure_card_ui(&mut pane, words, &card, None, &[]);
        return;
    }
    if let Some(error) = call.unsendable.as_ref().filter(|_| call.stage() == CallStage::NotBegun) {
        let mut pane = pane_at(ui, area.shrink(INSET), "unsendable");
        let said = cx.lang().misfit_at(error);
        let card =
            FailureCard { title: words.unsendable_title, cause: &said, hint: &error.path, ..FailureCard::default() };
        failure_card_ui(&mut pane, words, &card, None, &[]);
        return;
    }
    let failed = call.status.as_ref().filter(|_| !call.is_ok()).map(|(_, status)| status);
    if tab.is_stream() {
        let mut list = area;
        if let Some(status) = failed {
            if call.rows.is_empty() {
                status_ui(ui, cx, tab, call, status);
                return;
            }
            list.min.y = if call.details.is_empty() {
                ended_ui(ui, cx, status, area)
            } else {
                let (top, below) = area.split_top_bottom_at_y(area.top() + (area.height() * 0.5).min(260.0));
                let mut pane = pane_at(ui, top, "stream failed");
                status_ui(&mut pane, cx, tab, call, status);
                below.top()
            };
        }
        let mut pane = pane_at(ui, list, "stream");
        stream::stream_ui(&mut pane, cx, tab, call);
        return;
    }
    if let Some(status) = failed {
        status_ui(ui, cx, tab, call, status);
        return;
    }
    body::answer_ui(ui, cx, tab, call);
}

/// How a stream ended, in a few words above its messages; returns where they begin.
fn ended_ui(ui: &mut Ui, cx: &Cx<'_>, status: &CallStatus, area: Rect) -> f32 {
    let words = cx.words();
    let described = status.failure.as_ref().map(|failure| describe(failure, cx.lang()));
    let (lead, said) = match &described {
        Some(described) => (described.title.as_str(), described.cause.as_str()),
        None if status.message.is_empty() => match cx.lang().status_advice(status.code) {
            "" => (words.server_said, words.no_message_text),
            advice => (words.server_said, advice),
        },
        None => (words.server_said, status.message.as_str()),
    };
    let mut pane = pane_at(ui, area.shrink2(vec2(INSET, 8.0)), "stream ended");
    super::widgets::notice::Notice::new(facts::status_tone(status.code), lead, said).show(&mut pane);
    pane.min_rect().bottom() + 8.0
}

/// A status other than OK: the server's words, or ours with the stage, cause and what to try.
fn status_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, call: &CallRecord, status: &CallStatus) {
    let words = cx.words();
    egui::ScrollArea::vertical().id_salt("status").auto_shrink([false, false]).show(ui, |ui| {
        egui::Frame::new().inner_margin(egui::Margin::same(12)).show(ui, |ui| {
            ui.set_width(ui.available_width());
            let said_by = cx.lang().said_by(status.origin);
            if let Some(failure) = &status.failure {
                let of = Retry::Send(tab.id);
                let also: &[&str] = match (&failure.kind, failure.stage) {
                    // Whoever cancelled wants no reasons.
                    (FailureKind::Cancelled, _) => &[],
                    (_, Stage::Tls) => &[words.diagnose, words.open_tls],
                    _ => &[words.diagnose],
                };
                match transport_failure_ui(ui, cx, failure, &call.address, of, also) {
                    Some(0) => cx.act(Action::Diagnose(of)),
                    Some(_) => cx.act(Action::ShowRequestSide(tab.id, RequestSide::Tls)),
                    None => {}
                }
            } else {
                let title = if status.message.is_empty() { words.no_message_text } else { &status.message };
                let cause = if status.origin == crate::call::Origin::Server { words.server_said } else { &said_by };
                let advice = [cx.lang().status_advice(status.code).to_owned()];
                let advice = if advice[0].is_empty() { &[][..] } else { &advice[..] };
                let card = FailureCard { title, cause, advice, ..FailureCard::default() };
                // These may well be another's words than the server's that is meant.
                let is_doubtful = matches!(status.code, Code::UNAVAILABLE | Code::UNIMPLEMENTED);
                let others: &[&str] = if is_doubtful { &[words.diagnose] } else { &[] };
                if failure_card_ui(ui, words, &card, None, others).is_some() {
                    cx.act(Action::Diagnose(Retry::Send(tab.id)));
                }
            }
            if !call.details.is_empty() {
                ui.add_space(12.0);
                details_ui(ui, cx, call);
            }
        });
    });
}

fn details_ui(ui: &mut Ui, cx: &Cx<'_>, call: &CallRecord) {
    let t = tokens(ui);
    for (name, text) in &call.details {
        section_head_ui(ui, cx.words().details, name, 32.0, |_| ());
        ui.add_space(4.0);
        for index in 0..text.len().min(DETAIL_LINES) {
            let mut job = egui::text::LayoutJob::default();
            super::widgets::json::append_line(&mut job, text.line(index), Language::Json, &fonts::code(), 20.0, t);
            super::widgets::text::rich_paragraph_ui(ui, job);
        }
        if text.len() > DETAIL_LINES {
            paragraph_ui(ui, "…", fonts::code(), t.text3, 20.0);
        }
        ui.add_space(8.0);
    }
}

fn headers_ui(ui: &mut Ui, cx: &Cx<'_>, call: &CallRecord) {
    let words = cx.words();
    let Some(came) = &call.headers else {
        let mut pane = pane_at(ui, ui.max_rect().shrink(INSET), "no headers");
        let (title, said) =
            if call.is_running() { (words.waiting, "") } else { (words.no_headers, words.no_headers_hint) };
        ViewState::new(ViewKind::Empty(Icon::List), title, said).show(&mut pane);
        return;
    };
    let note = cx.lang().after(&format::duration(came.at.saturating_duration_since(call.began)));
    egui::ScrollArea::vertical().id_salt("headers").auto_shrink([false, false]).show(ui, |ui| {
        section_head_ui(ui, words.headers, &note, 32.0, |_| ());
        let mut rows = came.metadata.clone();
        if let Some(status) = came.http_status {
            rows.insert(0, (":status".to_owned(), status.to_string().into()));
        }
        metadata_rows_ui(ui, cx, &rows);
    });
}

fn trailers_ui(ui: &mut Ui, cx: &Cx<'_>, call: &CallRecord) {
    let words = cx.words();
    let Some(came) = &call.trailers else {
        let mut pane = pane_at(ui, ui.max_rect().shrink(INSET), "no trailers");
        let (title, said) = if call.is_running() {
            (words.no_trailers, words.no_trailers_hint)
        } else {
            (words.no_trailers_end, words.no_trailers_end_hint)
        };
        ViewState::new(ViewKind::Empty(Icon::List), title, said).show(&mut pane);
        return;
    };
    let mut note = cx.lang().after(&format::duration(came.at.saturating_duration_since(call.began)));
    if came.trailers_only {
        note = format!("{note} · {}", words.trailers_only);
    }
    egui::ScrollArea::vertical().id_salt("trailers").auto_shrink([false, false]).show(ui, |ui| {
        section_head_ui(ui, words.trailers, &note, 32.0, |_| ());
        metadata_rows_ui(ui, cx, &came.metadata);
    });
}
