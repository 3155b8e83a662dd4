//! The lines of a draft that is read rather than edited: cut by the engine, for the one draft that is in front.

use std::sync::Arc;
use std::time::Instant;

use super::{App, Tab, TabId};
use crate::engine::{Command, TextLines};

/// The draft that was cut last.
#[derive(Clone, Debug)]
pub(super) struct LargeDraft {
    tab: TabId,
    revision: u64,
    ticket: u64,
    since: Instant,
    lines: Cut,
}

/// How far its lines are.
#[derive(Clone, Debug)]
enum Cut {
    Making,
    Made(Arc<TextLines>),
    GivenUp,
}

impl App {
    /// The lines of a tab's draft, once [`super::Action::CutDraft`] was asked for and they are there.
    pub fn draft_lines(&self, tab: &Tab) -> Option<&Arc<TextLines>> {
        self.draft_of(tab).and_then(|draft| match &draft.lines {
            Cut::Made(lines) => Some(lines),
            Cut::Making | Cut::GivenUp => None,
        })
    }

    /// They were asked for.
    pub fn is_draft_cut(&self, tab: &Tab) -> bool {
        self.draft_of(tab).is_some()
    }

    /// Since when they are being made.
    pub fn draft_cut_since(&self, tab: &Tab) -> Option<Instant> {
        self.draft_of(tab).filter(|draft| matches!(draft.lines, Cut::Making)).map(|draft| draft.since)
    }

    fn draft_of(&self, tab: &Tab) -> Option<&LargeDraft> {
        self.large_draft.as_ref().filter(|draft| (draft.tab, draft.revision) == (tab.id, tab.revision))
    }

    pub(super) fn cut_draft(&mut self, tab: TabId, now: Instant) {
        self.stop_cutting_any();
        let Some(found) = self.tab(tab) else { return };
        let (revision, text) = (found.revision, found.message.clone());
        let ticket = self.next_id();
        self.large_draft = Some(LargeDraft { tab, revision, ticket, since: now, lines: Cut::Making });
        self.send(Command::CutText { ticket, text });
    }

    /// Gives them up; the view says so once the engine has.
    pub(super) fn stop_cutting(&mut self, tab: TabId) {
        if self.large_draft.as_ref().is_some_and(|draft| draft.tab == tab) {
            self.stop_cutting_any();
        }
    }

    fn stop_cutting_any(&mut self) {
        if let Some(draft) = self.large_draft.as_ref().filter(|draft| matches!(draft.lines, Cut::Making)) {
            let ticket = draft.ticket;
            self.send(Command::StopCutting(ticket));
        }
    }

    /// They were made, or given up; stale ones change nothing.
    pub(super) fn fold_cut(&mut self, ticket: u64, lines: Option<Arc<TextLines>>) {
        if let Some(draft) = self.large_draft.as_mut().filter(|draft| draft.ticket == ticket) {
            draft.lines = lines.map_or(Cut::GivenUp, Cut::Made);
        }
    }
}
