//! What every paint function is handed: the state to read, the acts to queue, and what only the screen remembers.

use std::time::Instant;

use egui::{Align, Id, Layout, Rect, Ui, UiBuilder};

use super::call_settings::CallSettings;
use super::habits::Habits;
use super::message::editor_id;
use super::metadata::Paste;
use super::method_picker::MethodPicker;
use super::registry::KeysMemory;
use super::widgets::code_view::ViewCommand;
use super::widgets::editor::{self, EditorCommand};
use crate::app::{Action, App, RowsOf, Tab, TabId};
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
    /// The share of the instances above the one that is read, where the person chose one.
    pub(super) instances_share: Option<f32>,
    /// The share of the list above a message that is read.
    pub(super) list_share: f32,
    /// The chosen row when the tree was last painted.
    pub(super) tree_chosen: Option<u64>,
    /// The chosen row is to come into view.
    pub(super) tree_reveal: bool,
    /// The field of the target is to take the focus.
    pub(super) focus_target: bool,
    /// The filter is to take the focus.
    pub(super) focus_filter: bool,
    /// The query of a service's instances takes the focus.
    pub(super) focus_query: bool,
    /// The token in the question how a registry is reached is shown.
    pub(super) shows_token: bool,
    /// The certificate of a failure is to come into view.
    pub(super) show_certificate: bool,
    /// The list of a source's methods, while it is open.
    pub(super) method_picker: Option<MethodPicker>,
    /// Of which tab the phases were last seen, and whether unfolded.
    pub(super) phases_shown: Option<(TabId, bool)>,
    /// The filter of messages is to take the focus.
    pub(super) focus_messages: bool,
    /// A row of the list of messages had the focus when it was last painted.
    pub(super) list_has_focus: bool,
    /// The row of the list of what was sent that has the focus, and of which call.
    pub(super) sent_chosen: Option<(u64, usize)>,
    /// Details of statuses that are unfolded: call, place, which part.
    pub(super) open_details: std::collections::BTreeSet<(u64, usize, u8)>,
    /// The newest of these rows of metadata is to take the focus, once it is no more the one that was the newest before.
    pub(super) focus_new_row: Option<(RowsOf, Option<u64>)>,
    /// Its value, rather than its key.
    pub(super) focus_new_value: bool,
    /// What is typed into the settings of calls while they are open.
    pub(super) call_settings: Option<CallSettings>,
    /// The address that was typed last, so that its list shows what fits it.
    pub(super) typed_target: Option<(TabId, String)>,
    /// The clipboard was asked for rows.
    pub(super) metadata_paste: Option<Paste>,
    /// Large drafts that the person wants to edit all the same.
    pub(super) edit_anyway: Option<TabId>,
    /// What a button asks of the draft's editor this frame.
    pub(super) editor_command: Option<EditorCommand>,
    /// The draft's editor has something to undo, and to do again.
    pub(super) editor_can_undo: (bool, bool),
    /// Palette, settings, keys, notices.
    pub(super) habits: Habits,
    /// What a button asks of the body's view this frame.
    pub(super) body_command: Option<ViewCommand>,
    /// The view of keys and values.
    pub(super) keys: KeysMemory,
    /// Tabs whose drafts have an editor.
    editors: Vec<TabId>,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            side_width: None,
            request_share: None,
            instances_share: None,
            list_share: LIST_SHARE,
            tree_chosen: None,
            tree_reveal: false,
            focus_target: false,
            focus_filter: false,
            focus_query: false,
            shows_token: false,
            show_certificate: false,
            method_picker: None,
            phases_shown: None,
            focus_messages: false,
            list_has_focus: false,
            sent_chosen: None,
            open_details: std::collections::BTreeSet::new(),
            focus_new_row: None,
            focus_new_value: false,
            call_settings: None,
            typed_target: None,
            metadata_paste: None,
            edit_anyway: None,
            editor_command: None,
            editor_can_undo: (false, false),
            habits: Habits::default(),
            body_command: None,
            keys: KeysMemory::default(),
            editors: Vec::new(),
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
        let side_folded = self.habits.side_folded;
        let (side_width, request_share, instances_share) = (self.side_width, self.request_share, self.instances_share);
        Panels { side_width, request_share, list_share, instances_share, side_folded }
    }

    /// Takes them again; whoever parts the screen keeps them within its bounds.
    pub(super) fn take_panels(&mut self, panels: &Panels) {
        let share = |share: Option<f32>| share.filter(|share| (0.0..=1.0).contains(share));
        self.side_width = panels.side_width.filter(|width| *width > 0.0);
        self.habits.side_folded = panels.side_folded;
        self.request_share = share(panels.request_share);
        self.list_share = share(panels.list_share).unwrap_or(LIST_SHARE);
        self.instances_share = share(panels.instances_share);
    }

    /// Folds the side panel, or shows it; where there is no room beside the centre it stands over that.
    pub(super) fn toggle_side(&mut self, app: &App) {
        let habits = &mut self.habits;
        if habits.is_narrow {
            habits.side_over = !habits.side_over;
            habits.side_over_what = in_front(app);
        } else {
            habits.side_folded = !habits.side_folded;
        }
    }

    /// Shows the side panel.
    pub(super) fn show_side(&mut self, app: &App) {
        self.habits.side_folded = false;
        self.habits.side_over = self.habits.is_narrow;
        self.habits.side_over_what = in_front(app);
    }
}

/// Brings what takes the focus into view; to be called at the end of what scrolls.
pub(super) fn follow_focus(ui: &Ui) {
    let focused = ui.ctx().memory(egui::Memory::focused);
    let key = ui.scope_id().with("followed");
    let before = ui.data_mut(|data| std::mem::replace(data.get_temp_mut_or_default::<Option<Id>>(key), focused));
    if before == focused {
        return;
    }
    // Reading its response would take the focus from a field that a quick click gave it in this very frame.
    let place =
        |id| ui.ctx().viewport(|seen| seen.this_pass.widgets.get(id).or(seen.prev_pass.widgets.get(id)).copied());
    let Some(place) = focused.and_then(place) else { return };
    let is_here = place.layer_id == ui.layer_id() && ui.min_rect().contains(place.rect.center());
    if is_here && !ui.clip_rect().contains_rect(place.rect) {
        ui.scroll_to_rect(place.rect.expand(8.0), None);
    }
}

/// What the centre shows, as a number that changes with it.
pub(super) fn in_front(app: &App) -> u64 {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hasher = DefaultHasher::new();
    (app.active, app.problem.map(|(source, index)| (source.0, index)), app.shown_source.map(|source| source.0))
        .hash(&mut hasher);
    hasher.finish()
}

/// A part of the screen by its rectangle, filled from the left, things centred.
pub(super) fn row_at(ui: &mut Ui, rect: Rect, salt: impl std::hash::Hash + std::fmt::Debug) -> Ui {
    let builder =
        UiBuilder::new().id_salt(Id::unique(salt)).max_rect(rect).layout(Layout::left_to_right(Align::Center));
    ui.new_child(builder)
}

/// A row at the right end of a rectangle, filled from the left, so that Tab goes through it as it is read. Its width is
/// that of the frame before; where it changed, the frame is made once more. Returns the row's left edge too.
pub(super) fn row_ending_right<R>(
    ui: &mut Ui,
    rect: Rect,
    salt: impl std::hash::Hash + std::fmt::Debug + Copy,
    add: impl FnOnce(&mut Ui) -> R,
) -> (R, f32) {
    let id = Id::unique(("width of", salt));
    let width = ui.data(|data| data.get_temp::<f32>(id)).unwrap_or_default();
    let left = (rect.right() - width).max(rect.left());
    let mut row = row_at(ui, Rect::from_min_max(egui::pos2(left, rect.top()), rect.max), salt);
    let out = add(&mut row);
    let taken = row.min_rect().right() - left;
    if (taken - width).abs() > 0.5 {
        ui.data_mut(|data| data.insert_temp(id, taken));
        ui.ctx().request_discard("a row at the right has another width");
    }
    (out, left)
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
