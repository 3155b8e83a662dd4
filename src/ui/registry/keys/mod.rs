//! Keys and values: the tree at the left, the value in the middle, what changed at the right.

mod changes;
pub(in crate::ui) mod compare;

mod dialogs;
mod lists;
mod notices;
mod tree;
mod value;

use egui::{Context, Id, Rect, Ui, pos2, vec2};

pub(in crate::ui) use dialogs::keys_dialog_ui;

use super::act;
use crate::app::{Area, KeyAct, KeyDialog, KeysRef, KeysView, RegistryAct, RegistryEntry, RegistryState};
use crate::registry::{Hidden, RegistryFault};
use crate::ui::context::{Cx, pane_at, row_at, row_ending_right};
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::measure::INSET;
use crate::ui::theme::{Tone, tokens};
use crate::ui::widgets::badge::badge_ui;
use crate::ui::widgets::button::{Button, IconButton};
use crate::ui::widgets::editor::{self, EditorCommand};
use crate::ui::widgets::menu::{MenuItem, menu_ui};
use crate::ui::widgets::shared::{line_below, line_right};
use crate::ui::widgets::splitter::{SplitAxis, SplitRange, split, splitter_ui};
use crate::ui::widgets::text::Line;
use crate::ui::widgets::view_state::{ViewKind, ViewState};
use crate::ui::widgets::working::QUIET;

/// The head of the view.
const HEAD: f32 = 52.0;
/// The column of the tree, unless it was dragged.
const TREE: f32 = 296.0;
/// The column of changes.
const CHANGES: f32 = 280.0;
/// In less width the changes fold.
const WIDE: f32 = 900.0;
/// In less width the tree stands over the value.
const STACKED: f32 = 520.0;
/// In less height too there is room for one of them only.
const LOW: f32 = 440.0;

/// What only the screen remembers of keys and values.
#[derive(Debug, Default)]
pub(in crate::ui) struct KeysMemory {
    /// The tree's share of the room, once the person chose one.
    tree_share: Option<f32>,
    /// Where there is no room for the changes: they stand in the place of the value.
    changes_over: bool,
    /// Where there is room for one of them only: the tree stands in the place of the value.
    tree_over: bool,
    /// The chosen row when the tree was last painted.
    cursor: Option<u64>,
    /// The search takes the focus.
    focus_search: bool,
    /// What a button asks of the editor this frame.
    command: Option<EditorCommand>,
    /// The question whose first field has had the focus.
    asking: Option<std::mem::Discriminant<KeyDialog>>,
    /// The editor that was shown last, and its key.
    editor: Option<(Id, KeysRef, String)>,
}

/// What stands beside the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Room {
    /// The tree and the changes.
    Wide,
    /// The tree; the changes are one button away.
    Beside,
    /// Nothing: the tree is one button away too.
    Alone,
}

/// One act with these keys.
fn act_keys(cx: &mut Cx<'_>, at: &KeysRef, what: KeyAct) {
    act(cx, RegistryAct::Keys(at.clone(), what));
}

/// The view of keys is in the centre.
pub(in crate::ui) fn shows_keys(cx: &Cx<'_>) -> bool {
    cx.app.area == Area::Registry && cx.app.registries.shown_keys().is_some()
}

/// What was typed into the key in the middle can be written.
pub(in crate::ui) fn can_save_key(cx: &Cx<'_>) -> bool {
    let Some(at) = cx.app.registries.shown_keys().filter(|_| cx.app.area == Area::Registry) else { return false };
    !cx.app.is_read_only(&at) && cx.app.registries.keys_view(&at).is_some_and(KeysView::can_save)
}

/// Writes it.
pub(in crate::ui) fn save_key(cx: &mut Cx<'_>) {
    if let Some(at) = cx.app.registries.shown_keys() {
        act_keys(cx, &at, KeyAct::Save);
    }
}

/// In the value where it has the focus, otherwise in all keys.
pub(in crate::ui) fn find_in_keys(ctx: &Context, cx: &mut Cx<'_>) {
    let in_editor = cx.memory.keys.editor.as_ref().is_some_and(|(id, ..)| editor::holds_focus(ctx, *id));
    if in_editor {
        cx.memory.keys.command = Some(EditorCommand::Find);
    } else {
        cx.memory.keys.focus_search = true;
    }
}

/// The whole view.
pub(super) fn keys_ui(ui: &mut Ui, cx: &mut Cx<'_>, at: &KeysRef) {
    let app = cx.app;
    // After a start the registry may not have answered yet, or may never.
    let empty = KeysView::default();
    let view = app.registries.keys_view(at).unwrap_or(&empty);
    if view.dialog.is_none() {
        cx.memory.keys.asking = None;
    }
    let whole = ui.max_rect();
    let head = Rect::from_min_size(whole.min, vec2(whole.width(), HEAD));
    head_ui(ui, cx, at, view, head);
    let mut rest = Rect::from_min_max(pos2(whole.left(), head.bottom()), whole.max);
    if state_ui(ui, cx, at, view, rest) {
        return;
    }
    let top = rest.top();
    rest.min.y = notices::notices_ui(ui, cx, at, view, rest);
    if rest.top() > top {
        ui.painter().hline(rest.x_range(), rest.top() - 0.5, egui::Stroke::new(1.0, tokens(ui).line));
    }
    let is_wide = rest.width() >= WIDE;
    if is_wide {
        let changes = Rect::from_min_max(pos2(rest.right() - CHANGES, rest.top()), rest.max);
        rest.max.x = changes.left();
        line_right(ui.painter(), rest, tokens(ui).line);
        let mut pane = pane_at(ui, changes, "key changes");
        changes::changes_ui(&mut pane, cx, at, view);
    }
    if rest.width() < STACKED && rest.height() < LOW {
        let mut pane = pane_at(ui, rest, "keys alone");
        if view.key.is_none() || cx.memory.keys.tree_over {
            tree::tree_pane_ui(&mut pane, cx, at, view);
        } else if cx.memory.keys.changes_over {
            changes::changes_ui(&mut pane, cx, at, view);
        } else {
            value::value_ui(&mut pane, cx, at, view, Room::Alone);
        }
        return;
    }
    let (axis, usual, range) = if rest.width() < STACKED {
        let usual = (rest.height() * 0.4).round();
        (SplitAxis::Rows, usual / rest.height(), SplitRange { first_min: 96.0, second_min: 160.0, rest: 0.4 })
    } else {
        let usual = TREE.min((rest.width() * 0.38).round()) / rest.width();
        (SplitAxis::Columns, usual, SplitRange { first_min: 180.0, second_min: 260.0, rest: usual })
    };
    let mut share = cx.memory.keys.tree_share.unwrap_or(usual);
    let (first, second) = split(rest, axis, share, range);
    let mut pane = pane_at(ui, first, "key tree");
    tree::tree_pane_ui(&mut pane, cx, at, view);
    let mut pane = pane_at(ui, second, "key value");
    if !is_wide && cx.memory.keys.changes_over {
        changes::changes_ui(&mut pane, cx, at, view);
    } else {
        value::value_ui(&mut pane, cx, at, view, if is_wide { Room::Wide } else { Room::Beside });
    }
    let before = share;
    splitter_ui(ui, Id::unique("keys edge"), cx.lang().key_values().edge, rest, axis, &mut share, range);
    if (share - before).abs() > f32::EPSILON {
        cx.memory.keys.tree_share = Some(share);
    }
}

fn head_ui(ui: &mut Ui, cx: &mut Cx<'_>, at: &KeysRef, view: &KeysView, head: Rect) {
    let words = cx.lang().key_values();
    let t = tokens(ui);
    line_below(ui.painter(), head, t.line);
    let inner = head.shrink2(vec2(INSET, 0.0));
    let may_write = !cx.app.is_read_only(at) && view.tree.is_some();
    let is_roomy = inner.width() >= 620.0;
    let ((), right) = row_ending_right(ui, inner, "keys head right", |right| {
        right.spacing_mut().item_spacing.x = 8.0;
        if is_roomy {
            if right.add(Button::secondary(words.import).enabled(may_write)).clicked() {
                act_keys(cx, at, KeyAct::AskImport);
            }
            if right.add(Button::secondary(words.export).enabled(view.tree.is_some())).clicked() {
                act_keys(cx, at, KeyAct::AskExport(String::new()));
            }
        } else {
            let more = right.add(IconButton::new(Icon::Ellipsis, cx.words().more));
            menu_ui(&more, 200.0, |ui| {
                if ui.add(MenuItem::new(words.import).icon(Icon::Upload).enabled(may_write).first()).clicked() {
                    act_keys(cx, at, KeyAct::AskImport);
                }
                if ui.add(MenuItem::new(words.export).icon(Icon::Download).enabled(view.tree.is_some())).clicked() {
                    act_keys(cx, at, KeyAct::AskExport(String::new()));
                }
            });
        }
        if right.add(Button::secondary(words.new_key).icon(Icon::Plus).enabled(may_write)).clicked() {
            act_keys(cx, at, KeyAct::AskNew(view.chosen_folder()));
        }
    });
    let mut left = row_at(ui, Rect::from_min_max(inner.min, pos2(right - 8.0, inner.bottom())), "keys head");
    left.spacing_mut().item_spacing.x = 10.0;
    left.add(Line::new(cx.lang().registry().key_value).font(fonts::heading()));
    if !at.datacenter.is_empty() {
        badge_ui(&mut left, &at.datacenter, Tone::Plain);
    }
    if let Some(tree) = view.tree() {
        let said = cx.lang().keys_and_size(tree.entries().len(), tree.bytes);
        let room = left.available_width();
        left.add(Line::new(&said).color(t.text3).elide(crate::ui::widgets::text::Elide::End).max_width(room));
    }
}

/// The registry does not answer at all, so nobody asks it for its keys.
fn is_silent(entry: &RegistryEntry) -> bool {
    matches!(entry.state, RegistryState::Unusable(_) | RegistryState::Away(_) | RegistryState::NoToken)
}

/// What stands in the place of the keys, where there are none; returns whether something does.
fn state_ui(ui: &mut Ui, cx: &mut Cx<'_>, at: &KeysRef, view: &KeysView, rest: Rect) -> bool {
    let words = cx.lang().key_values();
    let mut pane = pane_at(ui, rest, "keys state");
    pane.add_space((rest.height() * 0.3).round());
    let again = cx.lang().registry().look_again;
    let refresh = |cx: &mut Cx<'_>| act(cx, RegistryAct::Refresh(at.registry));
    let Some(answer) = &view.tree else {
        if let Some(away) = &view.away {
            let is_denied = matches!(away.error.fault, RegistryFault::Denied(_) | RegistryFault::UnknownToken);
            let title = if is_denied { words.denied } else { words.failed };
            let said = cx.lang().registry_error(&away.error);
            if ViewState::new(ViewKind::Failed, title, &said).action(again).centered().show(&mut pane) {
                refresh(cx);
            }
        } else if let Some(entry) = cx.app.registries.entry(at.registry).filter(|entry| is_silent(entry)) {
            super::datacenter::waiting_ui(ui, cx, rest, entry, &super::side::entry_title(cx.lang(), entry));
        } else if view.asked_at.is_none_or(|asked| cx.now.saturating_duration_since(asked) >= QUIET) {
            ViewState::new(ViewKind::Loading, cx.words().loading, "").centered().show(&mut pane);
        } else {
            pane.ctx().request_repaint_after(QUIET);
        }
        return true;
    };
    if !answer.value.entries().is_empty()
        || !view.drafts.is_empty()
        || !view.changes.is_empty()
        || view.new_key.is_some()
    {
        return false;
    }
    if answer.hidden == Hidden::Nothing {
        let state = ViewState::new(ViewKind::Empty(Icon::Database), words.no_keys, words.no_keys_hint).centered();
        if cx.app.is_read_only(at) {
            state.show(&mut pane);
        } else if state.action(words.new_key).show(&mut pane) {
            act_keys(cx, at, KeyAct::AskNew(String::new()));
        }
    } else {
        let hint = cx.lang().registry().perhaps_hidden_hint;
        let state = ViewState::new(ViewKind::Empty(Icon::Lock), words.perhaps_hidden, hint);
        if state.action(again).centered().show(&mut pane) {
            refresh(cx);
        }
    }
    true
}
