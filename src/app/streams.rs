//! What a person does with the messages of a stream: filter, pause, open, take back, copy, save; and with a server's
//! advice to try again later.

use std::time::{Duration, Instant};

use super::texts::unwanted_text;
use super::{Action, App, CallRecord, SaveWhat, ShownMessage, Tab, TabId};
use crate::engine::{
    CallId, Command, Direction, Filter, FilterFault, MessagesAsk, MessagesTold, NoText, TextLines, View,
};

/// One act on the messages of a tab's call.
#[derive(Clone, Debug, PartialEq)]
pub enum StreamAct {
    /// What the list is filtered by.
    Filter(String),
    /// One direction, or all.
    Side(View),
    /// The list stands still, or goes on.
    Pause(bool),
    /// Choose the row at this place; an open message follows.
    Choose(u64),
    /// Open the message at this place.
    Open(u64),
    /// Rows are in view that are not at hand: of the list, or of what was sent.
    Want {
        /// Of what was sent, beside the composer.
        of_sent: bool,
        /// The first.
        from: u64,
        /// Behind the last.
        to: u64,
    },
    /// All that is listed into the clipboard.
    Copy,
    /// The message at this place into the clipboard, as a line of JSON.
    CopyOne(u64),
    /// The copy takes too long: give it up.
    StopCopy,
    /// What was said about the copy was read.
    ForgetCopied,
    /// A message that was sent, by its number, back into the editor.
    TakeBack(u64),
    /// Ask where to save all that is listed.
    AskSave,
    /// Send again after this time.
    RetryAfter(Duration),
    /// Do not send again.
    StopRetry,
}

/// What a tab keeps of its streams from call to call.
#[derive(Clone, Debug, Default)]
pub struct StreamTab {
    /// As typed.
    pub filter: String,
    /// Why it is not understood; the list shows what the last good one let through.
    pub fault: Option<FilterFault>,
    /// One direction, or all.
    pub side: View,
    /// Lines that were copied, and of how many.
    pub copied: Option<(u64, u64)>,
    /// The request is sent again at this time.
    pub retry_at: Option<Instant>,
    /// A message on its way back into the editor.
    taking_back: Option<(CallId, u64)>,
    /// Names the copy that is being made.
    pub(super) copying: Option<(u64, Instant)>,
}

impl StreamTab {
    /// Since when a copy is being made.
    pub fn copying_since(&self) -> Option<Instant> {
        self.copying.map(|(_, since)| since)
    }
}

impl App {
    pub(super) fn apply_to_stream(&mut self, action: Action, now: Instant) {
        match action {
            Action::Stream(id, act) => self.act_on_stream(id, act, now),
            other => self.apply_to_rows(other),
        }
    }

    fn act_on_stream(&mut self, id: TabId, act: StreamAct, now: Instant) {
        match act {
            StreamAct::Filter(text) => {
                self.change(id, |tab| tab.stream.filter = text);
                self.filter_messages(id);
            }
            StreamAct::Side(side) => {
                self.change(id, |tab| tab.stream.side = side);
                self.filter_messages(id);
            }
            StreamAct::Pause(on) => self.change(id, |tab| {
                if let Some(call) = shown_call(tab) {
                    call.list.paused_at = on.then(|| call.listed());
                }
                // Who goes on after a pause wants to see what came.
                tab.follow_tail = !on;
            }),
            StreamAct::Choose(place) => self.choose_message(id, place, false, now),
            StreamAct::Open(place) => self.choose_message(id, place, true, now),
            StreamAct::Want { of_sent, from, to } => self.want_rows(id, of_sent, from, to),
            StreamAct::Copy => self.copy_messages(id, None, now),
            StreamAct::CopyOne(place) => self.copy_messages(id, Some(place..place + 1), now),
            StreamAct::StopCopy => self.stop_copy(id),
            StreamAct::ForgetCopied => self.change(id, |tab| tab.stream.copied = None),
            StreamAct::TakeBack(index) => {
                let Some(tab) = self.tab_mut(id) else { return };
                let Some(call) = shown_call(tab).map(|call| call.id) else { return };
                tab.stream.taking_back = Some((call, index));
                self.send(Command::ShowMessage { call, direction: Direction::Sent, index });
            }
            StreamAct::AskSave => {
                let Some(tab) = self.tab(id) else { return };
                let Some((call, _)) = tab.shown_call() else { return };
                let what = SaveWhat::Messages(call.id, call.list.view(), call.list_total());
                let stem = tab.method.clone();
                self.ask_save(what, &stem);
            }
            StreamAct::RetryAfter(delay) => self.change(id, |tab| tab.stream.retry_at = now.checked_add(delay)),
            StreamAct::StopRetry => self.change(id, |tab| tab.stream.retry_at = None),
        }
    }

    fn copy_messages(&mut self, id: TabId, only: Option<std::ops::Range<u64>>, now: Instant) {
        let ticket = self.next_id();
        let Some(tab) = self.tab_mut(id) else { return };
        let Some(call) = shown_call(tab) else { return };
        let (call, view) = (call.id, call.list.view());
        tab.stream.copying = Some((ticket, now));
        self.send(Command::Messages(call, MessagesAsk::Copy { view, only, ticket }));
    }

    /// Does what is due; to be called once a frame.
    pub fn tick(&mut self, now: Instant) {
        let due: Vec<TabId> =
            self.tabs.iter().filter(|tab| tab.stream.retry_at.is_some_and(|at| at <= now)).map(|tab| tab.id).collect();
        for id in due {
            self.change(id, |tab| tab.stream.retry_at = None);
            self.send_tab(id, now);
        }
    }

    /// How long until something is due.
    pub(super) fn due_in(&self, now: Instant) -> Option<Duration> {
        self.tabs.iter().filter_map(|tab| tab.stream.retry_at).min().map(|at| at.saturating_duration_since(now))
    }

    /// What is to be put into the clipboard; gives it once.
    pub fn take_copied(&mut self) -> Option<String> {
        self.clipboard.take()
    }

    /// Has the list of the tab's call follow what its filter says.
    pub(super) fn filter_messages(&mut self, id: TabId) {
        let number = self.next_id();
        let Some(tab) = self.tab_mut(id) else { return };
        let filter = match Filter::parse(&tab.stream.filter) {
            Ok(filter) => filter,
            Err(fault) => {
                tab.stream.fault = Some(fault);
                return;
            }
        };
        tab.stream.fault = None;
        let side = tab.stream.side;
        let Some(call) = shown_call(tab) else { return };
        let was_filtered = call.list.filter.is_some();
        let call_id = call.id;
        if filter.is_empty() {
            call.list.turn_to(side, None);
            if was_filtered {
                self.send(Command::Messages(call_id, MessagesAsk::Unfilter));
            }
        } else {
            call.list.turn_to(side, Some(number));
            self.send(Command::Messages(call_id, MessagesAsk::Filter { number, side, filter }));
        }
    }

    /// The list of a call that begins is filtered as the one before was.
    pub(super) fn filter_new_call(&mut self, id: TabId) {
        let number = self.next_id();
        let Some(tab) = self.tab_mut(id) else { return };
        tab.stream.copied = None;
        let (filter, side) = (Filter::parse(&tab.stream.filter).unwrap_or_default(), tab.stream.side);
        let Some(call) = tab.call.as_mut().filter(|call| call.is_stream()) else { return };
        let call_id = call.id;
        if filter.is_empty() {
            call.list.turn_to(side, None);
        } else {
            call.list.turn_to(side, Some(number));
            self.send(Command::Messages(call_id, MessagesAsk::Filter { number, side, filter }));
        }
    }

    fn choose_message(&mut self, id: TabId, place: u64, opens: bool, now: Instant) {
        let Some(tab) = self.tab_mut(id) else { return };
        let Some(call) = shown_call(tab) else { return };
        call.list.cursor = Some(place);
        call.list.opens = opens || call.shown.is_some();
        let asked = open_chosen(call, now);
        tab.follow_tail = false;
        for command in asked {
            self.send(command);
        }
    }

    pub(super) fn step_message(&mut self, id: TabId, step: isize, now: Instant) {
        let Some(call) = self.tab_mut(id).and_then(shown_call) else { return };
        let shown = call.shown.as_ref().and_then(|shown| call.list.rows.place_of(shown.direction, shown.index));
        let Some(place) = call.list.cursor.or(shown) else { return };
        let step = i64::try_from(step).unwrap_or_default();
        let Some(next) = place.checked_add_signed(step).filter(|next| *next < call.listed()) else { return };
        self.choose_message(id, next, true, now);
    }

    fn want_rows(&mut self, id: TabId, of_sent: bool, from: u64, to: u64) {
        let Some(call) = self.tab_mut(id).and_then(shown_call) else { return };
        let (cache, view, total) = if of_sent {
            (&mut call.sent_list, View::Sent, call.sent)
        } else {
            let (view, total) = (call.list.view(), call.list_total());
            (&mut call.list.rows, view, total)
        };
        let Some(range) = cache.missing(from..to, total) else { return };
        let count = u32::try_from(range.end - range.start).unwrap_or(u32::MAX);
        let ask = MessagesAsk::Rows { view, from: range.start, count };
        cache.ask(range);
        let call = call.id;
        self.send(Command::Messages(call, ask));
    }

    /// Takes in what the engine tells of a call's messages.
    pub(super) fn fold_messages(&mut self, call: CallId, told: MessagesTold, now: Instant) {
        let Some(tab) = self.tab_of_call(call) else { return };
        let copying = tab.stream.copying;
        let Some(record) = [&mut tab.call, &mut tab.previous].into_iter().flatten().find(|one| one.id == call) else {
            return;
        };
        match told {
            MessagesTold::Rows { view, from, rows, answers } => {
                // The list beside the composer may ask for the same rows as the other.
                let is_listed = record.list.view() == view;
                for (place, row) in (from..).zip(rows) {
                    if view == View::Sent {
                        record.sent_list.put(place, row.clone());
                    }
                    if is_listed {
                        record.list.rows.put(place, row);
                    }
                }
                if let Some(range) = answers {
                    if view == View::Sent {
                        record.sent_list.answered(&range);
                    }
                    if is_listed {
                        record.list.rows.answered(&range);
                    }
                }
                for command in open_chosen(record, now) {
                    self.send(command);
                }
            }
            MessagesTold::Filtered { number, scanned, total, tail } => {
                let Some(filter) = record.list.filter.as_mut().filter(|filter| filter.number == number) else { return };
                (filter.scanned, filter.total) = (scanned, total);
                let first = total.saturating_sub(tail.len() as u64);
                for (place, row) in (first..).zip(tail) {
                    record.list.rows.put(place, row);
                }
            }
            MessagesTold::Copied { ticket, text, lines, of } => {
                if copying.is_some_and(|(own, _)| own == ticket) {
                    tab.stream.copying = None;
                    // One message by itself needs no words.
                    tab.stream.copied = (of != 1).then_some((lines, of));
                    self.clipboard = Some(text);
                }
            }
        }
    }

    /// A message that is awaited by the editor.
    pub(super) fn fold_taken_back(
        &mut self,
        call: CallId,
        direction: Direction,
        index: u64,
        text: &Result<std::sync::Arc<TextLines>, NoText>,
        now: Instant,
    ) {
        let Some(tab) = self.tab_of_call(call) else { return };
        if direction != Direction::Sent || tab.stream.taking_back != Some((call, index)) {
            return;
        }
        tab.stream.taking_back = None;
        let id = tab.id;
        if let Ok(text) = text {
            self.apply(Action::SetMessage(id, text.text().to_owned(), None), now);
        }
    }
}

/// The call whose messages are listed.
pub(super) fn shown_call(tab: &mut Tab) -> Option<&mut CallRecord> {
    let is_older = tab.shown_call().is_some_and(|(_, is_older)| is_older);
    if is_older { tab.previous.as_mut() } else { tab.call.as_mut() }
}

/// Opens the chosen row if that is wanted and it is at hand.
fn open_chosen(call: &mut CallRecord, now: Instant) -> Vec<Command> {
    let row = call.list.cursor.filter(|_| call.list.opens).and_then(|place| call.list.rows.get(place)).cloned();
    let Some(row) = row else { return Vec::new() };
    call.list.opens = false;
    let (direction, index) = (row.direction, row.index);
    if call.shown.as_ref().is_some_and(|shown| shown.direction == direction && shown.index == index) {
        return Vec::new();
    }
    let mut commands = Vec::from_iter(unwanted_text(call));
    call.shown = Some(ShownMessage { direction, index, row: Some(row), asked: Some(now), text: None });
    commands.push(Command::ShowMessage { call: call.id, direction, index });
    commands
}
