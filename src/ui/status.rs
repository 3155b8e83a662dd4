//! A status other than OK: the server's words, or ours with the stage, cause and what to try; its details as cards.

use egui::{Rect, Ui, vec2};

use super::context::{Cx, pane_at};
use super::details;
use super::facts;
use super::failure::{FailureCard, failure_card_ui, transport_failure_ui};
use super::theme::measure::INSET;
use super::widgets::notice::Notice;
use crate::app::{Action, CallRecord, Retry, Tab};
use crate::call::{CallStatus, Code};
use crate::transport::FailureKind;
use crate::words::failure::describe;

/// How a stream ended, in a few words above its messages; returns where they begin.
pub(super) fn ended_ui(ui: &mut Ui, cx: &Cx<'_>, call: &CallRecord, status: &CallStatus, area: Rect) -> f32 {
    let described = status.failure.as_ref().map(|failure| describe(failure, cx.lang()));
    let line = cx.lang().status_line(status.code);
    let (lead, said) = match &described {
        Some(described) => (described.title.as_str(), described.cause.as_str()),
        None => match details::localized(call, cx.lang()) {
            Some(message) => (message, line.as_str()),
            None if status.message.is_empty() => (line.as_str(), cx.words().no_message_text),
            None => (status.message.as_str(), line.as_str()),
        },
    };
    let lead = lead.trim_end();
    // Words of a server end as they like.
    let said =
        if lead.ends_with(['.', '!', '?', '。', '！', '？']) { said.to_owned() } else { format!("· {said}") };
    let said = said.as_str();
    let mut pane = pane_at(ui, area.shrink2(vec2(INSET, 8.0)), "stream ended");
    Notice::new(facts::status_tone(status.code), lead, said).show(&mut pane);
    pane.min_rect().bottom() + 8.0
}

pub(super) fn status_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, call: &CallRecord, status: &CallStatus) {
    egui::ScrollArea::vertical().id_salt("status").auto_shrink([false, false]).show(ui, |ui| {
        egui::Frame::new().inner_margin(egui::Margin::same(12)).show(ui, |ui| {
            ui.set_width(ui.available_width());
            match &status.failure {
                Some(failure) => {
                    let words = cx.words();
                    let of = Retry::Send(tab.id);
                    // Whoever cancelled wants no reasons.
                    let also: &[&str] = if failure.kind == FailureKind::Cancelled { &[] } else { &[words.diagnose] };
                    let line = cx.lang().status_line(status.code);
                    if transport_failure_ui(ui, cx, failure, &call.address, of, also, &line).is_some() {
                        cx.act(Action::Diagnose(of));
                    }
                }
                None => server_ui(ui, cx, tab, call, status),
            }
            if !call.details.is_empty() {
                ui.add_space(12.0);
                details::details_ui(ui, cx, tab, call);
            }
        });
    });
}

/// What the server said, or a proxy for it.
fn server_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, call: &CallRecord, status: &CallStatus) {
    let words = cx.words();
    let own = details::localized(call, cx.lang());
    let title = match own {
        Some(message) => message,
        None if status.message.is_empty() => words.no_message_text,
        None => &status.message,
    };
    // In another language than the server's, its own words follow.
    let cause = if own.is_some() && !status.message.is_empty() { status.message.as_str() } else { "" };
    let advice = [cx.lang().status_advice(status.code).to_owned()];
    let advice = if advice[0].is_empty() { &[][..] } else { &advice[..] };
    let peer = call.connection.as_ref().map_or("", |(_, info)| info.peer.as_str());
    let line = format!("{}\n{}", cx.lang().status_line(status.code), cx.lang().who_said(status.origin, peer));
    let card = FailureCard { title, cause, advice, status: &line, ..FailureCard::default() };
    // These may well be another's words than the server's that is meant.
    let is_doubtful = matches!(status.code, Code::UNAVAILABLE | Code::UNIMPLEMENTED);
    let others: &[&str] = if is_doubtful { &[words.diagnose] } else { &[] };
    if failure_card_ui(ui, words, &card, None, others).is_some() {
        cx.act(Action::Diagnose(Retry::Send(tab.id)));
    }
}
