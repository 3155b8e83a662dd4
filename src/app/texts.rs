//! Texts of messages that take their time: asked for, given up, asked for again. What is listed is copied the same way.

use std::time::Instant;

use super::streams::shown_call;
use super::{App, CallRecord, Tab, TabId};
use crate::engine::{Command, Direction, MessagesAsk};

impl CallRecord {
    /// Since when the text of the one answer is being made; none where it is there, or there is none to come.
    pub fn answer_since(&self) -> Option<Instant> {
        let is_made = self.answer.is_none() && !self.server_streaming && self.received > 0;
        is_made.then(|| self.answer_asked.or(self.first_in).unwrap_or(self.began))
    }
}

impl App {
    /// Gives up the text of a message; the view says so once the engine has.
    pub(super) fn stop_text(&mut self, id: TabId, direction: Direction, index: u64) {
        let Some(call) = self.tab_mut(id).and_then(shown_call).map(|call| call.id) else { return };
        self.send(Command::StopShowing { call, direction, index });
    }

    /// Asks for the text of a message again.
    pub(super) fn show_text(&mut self, id: TabId, direction: Direction, index: u64, now: Instant) {
        let Some(call) = self.tab_mut(id).and_then(shown_call) else { return };
        if direction == Direction::Received && index == 0 && !call.server_streaming {
            call.answer = None;
            call.answer_asked = Some(now);
        }
        let is_shown = |shown: &&mut super::ShownMessage| shown.direction == direction && shown.index == index;
        if let Some(shown) = call.shown.as_mut().filter(is_shown) {
            shown.text = None;
            shown.asked = Some(now);
        }
        let call = call.id;
        self.send(Command::ShowMessage { call, direction, index });
    }

    /// Closes the message that is read in full; its text is not wanted any more.
    pub(super) fn hide_message(&mut self, id: TabId) {
        let Some(call) = self.tab_mut(id).and_then(|tab| tab.call.as_mut()) else { return };
        let stop = unwanted_text(call);
        call.shown = None;
        if let Some(command) = stop {
            self.send(command);
        }
    }

    /// Gives up the copy that is being made.
    pub(super) fn stop_copy(&mut self, id: TabId) {
        let Some(tab) = self.tab_mut(id) else { return };
        tab.stream.copying = None;
        let Some(call) = shown_call(tab).map(|call| call.id) else { return };
        self.send(Command::Messages(call, MessagesAsk::StopCopy));
    }

    /// A text that the tab shows is being made.
    pub(super) fn makes_text(&self, tab: &Tab) -> bool {
        let call = tab.shown_call().map(|(call, _)| call);
        call.is_some_and(|call| {
            call.answer_since().is_some() || call.shown.as_ref().is_some_and(|shown| shown.text.is_none())
        }) || tab.stream.copying.is_some()
            || self.draft_cut_since(tab).is_some()
    }
}

/// What ends the work on the message that is read in full, where it goes on. A call's one answer is wanted all the same.
pub(super) fn unwanted_text(call: &CallRecord) -> Option<Command> {
    let shown = call.shown.as_ref().filter(|shown| shown.text.is_none())?;
    let (direction, index) = (shown.direction, shown.index);
    let is_answer = !call.server_streaming && direction == Direction::Received;
    (!is_answer).then_some(Command::StopShowing { call: call.id, direction, index })
}
