//! The lines of a draft that is read rather than edited: cut by the engine, for the one draft that is in front.

use std::sync::Arc;

use super::{App, Tab, TabId};
use crate::engine::{Command, TextLines};

/// The draft that was cut last.
#[derive(Clone, Debug)]
pub(super) struct LargeDraft {
    tab: TabId,
    revision: u64,
    ticket: u64,
    /// `None` while they are made.
    lines: Option<Arc<TextLines>>,
}

impl App {
    /// The lines of a tab's draft, once [`super::Action::CutDraft`] was asked for and they are there.
    pub fn draft_lines(&self, tab: &Tab) -> Option<&Arc<TextLines>> {
        self.draft_of(tab).and_then(|draft| draft.lines.as_ref())
    }

    /// They were asked for.
    pub fn is_draft_cut(&self, tab: &Tab) -> bool {
        self.draft_of(tab).is_some()
    }

    fn draft_of(&self, tab: &Tab) -> Option<&LargeDraft> {
        self.large_draft.as_ref().filter(|draft| (draft.tab, draft.revision) == (tab.id, tab.revision))
    }

    pub(super) fn cut_draft(&mut self, tab: TabId) {
        let Some(found) = self.tab(tab) else { return };
        let (revision, text) = (found.revision, found.message.clone());
        let ticket = self.next_id();
        self.large_draft = Some(LargeDraft { tab, revision, ticket, lines: None });
        self.send(Command::CutText { ticket, text });
    }

    /// They were made; stale ones change nothing.
    pub(super) fn fold_cut(&mut self, ticket: u64, lines: Arc<TextLines>) {
        if let Some(draft) = self.large_draft.as_mut().filter(|draft| draft.ticket == ticket) {
            draft.lines = Some(lines);
        }
    }
}
