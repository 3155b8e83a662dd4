//! The body of an answer: its text, and the icons in the line of facts that act on it.

use egui::{Id, Rect, Ui};

use super::context::{Cx, pane_at, row_from_right};
use super::icons::Icon;
use super::theme::measure::INSET;
use super::widgets::button::IconButton;
use super::widgets::code_view::CodeView;
use super::widgets::json::Language;
use super::widgets::view_state::{ViewKind, ViewState};
use crate::app::{Action, CallRecord, Tab};
use crate::engine::TextLines;
use crate::words::format;

/// What can be done with the body, at the right of the line of facts; returns where it begins.
pub(super) fn tools_ui(ui: &mut Ui, cx: &mut Cx<'_>, _tab: &Tab, call: &CallRecord, inner: Rect) -> f32 {
    let words = cx.words();
    let Some(text) = answer_text(call) else { return inner.right() };
    let mut right = row_from_right(ui, inner, "facts right");
    if right.add(IconButton::new(Icon::Copy, words.copy).small()).clicked() {
        right.ctx().copy_text(text.text().to_owned());
    }
    right.min_rect().left() - 4.0
}

fn answer_text(call: &CallRecord) -> Option<&std::sync::Arc<TextLines>> {
    call.answer.as_ref()?.as_ref().ok()
}

/// The answer of a call that is no stream and did not fail.
pub(super) fn answer_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, call: &CallRecord) {
    let words = cx.words();
    let area = ui.max_rect();
    match &call.answer {
        Some(Ok(text)) => {
            CodeView::new(Id::unique(("answer", call.id.0)), words.response_body)
                .language(Language::Json)
                .lang(cx.lang())
                .show(ui, text);
        }
        Some(Err(why)) => {
            let mut pane = pane_at(ui, area.shrink(INSET), "undecodable");
            ViewState::new(ViewKind::Failed, words.undecodable, why).show(&mut pane);
        }
        None if call.is_running() => {
            let since = cx.now.saturating_duration_since(call.began);
            if since.as_millis() > 300 {
                let mut pane = pane_at(ui, area.shrink(INSET), "waiting");
                let cancel = (since.as_secs() >= 1).then_some(words.cancel);
                let tenths =
                    std::time::Duration::from_millis(u64::try_from(since.as_millis() / 100 * 100).unwrap_or(u64::MAX));
                let progress = super::widgets::working::Progress::Unknown;
                let said = format::duration(tenths);
                if super::widgets::working::working_ui(&mut pane, words.waiting, &said, progress, cancel) {
                    cx.act(Action::Cancel(tab.id));
                }
            }
        }
        None if call.received == 0 => {
            let mut pane = pane_at(ui, area.shrink(INSET), "no message");
            ViewState::new(ViewKind::Empty(Icon::Braces), words.no_message, "").show(&mut pane);
        }
        None => {
            let mut pane = pane_at(ui, area.shrink(INSET), "decoding");
            ViewState::new(ViewKind::Loading, words.decoding, "").show(&mut pane);
        }
    }
}
