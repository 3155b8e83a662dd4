//! What every paint function is handed: the state to read, the acts to queue, and what only the screen remembers.

use std::time::Instant;

use egui::{Align, Id, Layout, Rect, Ui, UiBuilder};

use super::message::editor_id;
use super::method_picker::MethodPicker;
use super::widgets::editor::{self, EditorCommand};
use super::widgets::tree::TreeRow;
use crate::app::{Action, App, Tab, TabId};
use crate::engine::TextLines;
use crate::state::Panels;
use crate::words::{Lang, Words};

/// The context of one frame.
pub(super) struct Cx<'a> {
    /// To be read.
    pub(super) app: &'a App,
    /// To be queued.
    pub(super) actions: &'a mut Vec<Action>,
    /// Of the screen alone.
    pub(super) memory: &'a mut Memory,
    /// The time of this frame.
    pub(super) now: Instant,
}

impl<'a> Cx<'a> {
    pub(super) fn words(&self) -> &'static Words {
        self.app.lang.words()
    }

    pub(super) fn lang(&self) -> Lang {
        self.app.lang
    }

    pub(super) fn act(&mut self, action: Action) {
        self.actions.push(action);
    }

    /// The tab in front, free of the borrow of this context.
    pub(super) fn tab(&self) -> Option<&'a Tab> {
        self.app.active_tab()
    }
}

/// The list's share above a message that is read.
const LIST_SHARE: f32 = 0.62;

/// What only the screen remembers: sizes, and what is costly to make anew each frame.
pub(super) struct Memory {
    /// Width of the side panel, in points, once the person chose one.
    pub(super) side_width: Option<f32>,
    /// The request's share of the centre, once the person chose one.
    pub(super) request_share: Option<f32>,
    /// The share of the list above a message that is read.
    pub(super) list_share: f32,
    /// The tree as rows, and what it was made of.
    pub(super) tree_rows: Vec<TreeRow>,
    /// Revision of the tree and language.
    pub(super) tree_made_of: Option<(u64, Lang)>,
    /// The chosen row when the tree was last painted.
    pub(super) tree_chosen: Option<u64>,
    /// The chosen row is to come into view.
    pub(super) tree_reveal: bool,
    /// The field of the target is to take the focus.
    pub(super) focus_target: bool,
    /// The filter is to take the focus.
    pub(super) focus_filter: bool,
    /// The certificate of a failure is to come into view.
    pub(super) show_certificate: bool,
    /// The list of a source's methods, while it is open.
    pub(super) method_picker: Option<MethodPicker>,
    /// The filter of messages is to take the focus.
    pub(super) focus_messages: bool,
    /// A row of the list of messages had the focus when it was last painted.
    pub(super) list_has_focus: bool,
    /// The row of the list of what was sent that has the focus, and of which call.
    pub(super) sent_chosen: Option<(u64, usize)>,
    /// Details of statuses that are unfolded: call, place, which part.
    pub(super) open_details: std::collections::BTreeSet<(u64, usize, u8)>,
    /// The newest metadata row is to take the focus.
    pub(super) focus_new_row: bool,
    /// Large drafts that the person wants to edit all the same.
    pub(super) edit_anyway: Option<TabId>,
    /// What a button asks of the draft's editor this frame.
    pub(super) editor_command: Option<EditorCommand>,
    /// The draft's editor has something to undo, and to do again.
    pub(super) editor_can_undo: (bool, bool),
    /// Tabs whose drafts have an editor.
    editors: Vec<TabId>,
    /// The lines of a draft that is too large for the editor, and of which draft.
    large_draft: Option<(TabId, u64, TextLines)>,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            side_width: None,
            request_share: None,
            list_share: LIST_SHARE,
            tree_rows: Vec::new(),
            tree_made_of: None,
            tree_chosen: None,
            tree_reveal: false,
            focus_target: false,
            focus_filter: false,
            show_certificate: false,
            method_picker: None,
            focus_messages: false,
            list_has_focus: false,
            sent_chosen: None,
            open_details: std::collections::BTreeSet::new(),
            focus_new_row: false,
            edit_anyway: None,
            editor_command: None,
            editor_can_undo: (false, false),
            editors: Vec::new(),
            large_draft: None,
        }
    }
}

impl Memory {
    /// Notes that a tab's draft has an editor, and forgets those of tabs that are closed.
    pub(super) fn forget_closed_editors(&mut self, ctx: &egui::Context, app: &App, shown: TabId) {
        if self.editors.contains(&shown) && self.editors.len() <= app.tabs.len() {
            return;
        }
        self.editors.retain(|tab| {
            let is_open = app.tab(*tab).is_some();
            if !is_open {
                editor::forget(ctx, editor_id(*tab));
            }
            is_open
        });
        if !self.editors.contains(&shown) {
            self.editors.push(shown);
        }
    }

    /// Unfolds a part of a status' detail, or folds it.
    pub(super) fn toggle_detail(&mut self, key: (u64, usize, u8)) {
        if !self.open_details.remove(&key) {
            self.open_details.insert(key);
        }
    }

    /// The sizes that are remembered between starts.
    pub(super) fn panels(&self) -> Panels {
        let list_share = Some(self.list_share).filter(|share| (share - LIST_SHARE).abs() > f32::EPSILON);
        Panels { side_width: self.side_width, request_share: self.request_share, list_share }
    }

    /// Takes them again; whoever parts the screen keeps them within its bounds.
    pub(super) fn take_panels(&mut self, panels: &Panels) {
        let share = |share: Option<f32>| share.filter(|share| (0.0..=1.0).contains(share));
        self.side_width = panels.side_width.filter(|width| *width > 0.0);
        self.request_share = share(panels.request_share);
        self.list_share = share(panels.list_share).unwrap_or(LIST_SHARE);
    }

    /// The lines of a tab's draft, for the read-only view; cut when the draft changed.
    pub(super) fn draft_lines(&mut self, tab: &Tab) -> &TextLines {
        let made_of = (tab.id, tab.revision);
        if self.large_draft.as_ref().is_none_or(|(id, revision, _)| (*id, *revision) != made_of) {
            self.large_draft = None;
        }
        let cut = || (tab.id, tab.revision, TextLines::new(tab.message.clone()));
        &self.large_draft.get_or_insert_with(cut).2
    }
}

/// A part of the screen by its rectangle, filled from the left, things centred.
pub(super) fn row_at(ui: &mut Ui, rect: Rect, salt: impl std::hash::Hash + std::fmt::Debug) -> Ui {
    let builder =
        UiBuilder::new().id_salt(Id::unique(salt)).max_rect(rect).layout(Layout::left_to_right(Align::Center));
    ui.new_child(builder)
}

/// A part of the screen by its rectangle, filled from the right, things centred.
pub(super) fn row_from_right(ui: &mut Ui, rect: Rect, salt: impl std::hash::Hash + std::fmt::Debug) -> Ui {
    let builder =
        UiBuilder::new().id_salt(Id::unique(salt)).max_rect(rect).layout(Layout::right_to_left(Align::Center));
    ui.new_child(builder)
}

/// A part of the screen by its rectangle, filled from the top; nothing shows outside.
pub(super) fn pane_at(ui: &mut Ui, rect: Rect, salt: impl std::hash::Hash + std::fmt::Debug) -> Ui {
    let builder = UiBuilder::new().id_salt(Id::unique(salt)).max_rect(rect).layout(Layout::top_down(Align::Min));
    let mut pane = ui.new_child(builder);
    pane.set_clip_rect(rect.intersect(ui.clip_rect()));
    pane
}
