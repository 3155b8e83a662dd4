//! What changed, of the key in the middle or of all, with the way back.

use std::time::SystemTime;

use egui::{Rect, ScrollArea, Sense, Ui, UiBuilder, pos2, vec2};

use super::act_keys;
use super::notices::act_of;
use crate::app::{ChangeLine, KeyAct, KeyActOf, KeyBack, KeyChange, KeysRef, KeysView};
use crate::engine::KeyDelta;
use crate::ui::context::{Cx, pane_at, row_at, row_ending_right};
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::measure::INSET;
use crate::ui::theme::tokens;
use crate::ui::widgets::button::{Button, ButtonSize, IconButton};
use crate::ui::widgets::choice::choice_ui;
use crate::ui::widgets::menu::copyable;
use crate::ui::widgets::shared::line_below;
use crate::ui::widgets::text::{self, Elide, Line};
use crate::ui::widgets::tooltip::tooltip_ui;
use crate::ui::widgets::view_state::{ViewKind, ViewState};

/// The head of the pane.
const HEAD: f32 = 44.0;
/// A change of the key in the middle.
const ITEM: f32 = 82.0;
/// A change with its key.
const ITEM_WITH_KEY: f32 = 102.0;

/// What stands below its act is that far in.
const IN_ACT: f32 = 14.0;

/// An act on many keys.
struct ActItem<'a> {
    newest: &'a KeyChange,
    act: &'a KeyActOf,
    keys: usize,
    is_open: bool,
    can_undo: bool,
}

/// One item of the list.
enum Item<'a> {
    /// A change, and whether it stands below its act.
    Change(&'a KeyChange, bool),
    /// An act on many keys.
    Act(ActItem<'a>),
    /// The key was there when it was seen first: when that was, and the index at which it came to be.
    First(SystemTime, u64),
}

pub(super) fn changes_ui(ui: &mut Ui, cx: &mut Cx<'_>, at: &KeysRef, view: &KeysView) {
    let words = cx.lang().key_values();
    let whole = ui.max_rect();
    let t = tokens(ui);
    let head = Rect::from_min_size(whole.min, vec2(whole.width(), HEAD));
    line_below(ui.painter(), head, t.line);
    let inner = head.shrink2(vec2(INSET, 0.0));
    let mut all = view.all_changes;
    let is_over = cx.memory.keys.changes_over;
    row_ending_right(ui, inner, "changes head right", |right| {
        right.spacing_mut().item_spacing.x = 8.0;
        let options = [(false, words.this_key), (true, cx.lang().streams().all)];
        choice_ui(right, words.which_changes, ButtonSize::Small, &mut all, &options);
        if is_over && right.add(IconButton::new(Icon::X, cx.words().close).small()).clicked() {
            cx.memory.keys.changes_over = false;
        }
    });
    if all != view.all_changes {
        act_keys(cx, at, KeyAct::ShowAllChanges(all));
    }
    row_at(ui, inner, "changes head").add(Line::strong(cx.lang().registry().changes));
    let first = first_seen(view);
    let count = view.change_lines.len() + usize::from(first.is_some());
    let more = if view.all_changes { view.unlisted } else { 0 };
    let rest = Rect::from_min_max(pos2(whole.left(), head.bottom()), whole.max);
    let mut rest = rest;
    if more > 0 {
        let foot = Rect::from_min_max(pos2(rest.left(), (rest.bottom() - 30.0).max(rest.top())), rest.max);
        rest.max.y = foot.top();
        let said = cx.lang().changes_unlisted(more);
        let mut row = row_at(ui, foot.shrink2(vec2(INSET, 0.0)), "more changes");
        row.add(Line::hint(&said).color(t.text3).elide(Elide::End));
    }
    let mut pane = pane_at(ui, rest, "changes list");
    if count == 0 {
        pane.add_space(44.0);
        ViewState::new(ViewKind::Empty(Icon::History), words.no_changes, words.no_changes_hint)
            .centered()
            .show(&mut pane);
        return;
    }
    pane.spacing_mut().item_spacing = vec2(0.0, 0.0);
    let height = if view.all_changes { ITEM_WITH_KEY } else { ITEM };
    let area = ScrollArea::vertical().id_salt(("changes", view.all_changes)).auto_shrink([false, false]);
    area.show_rows(&mut pane, height, count, |ui, range| {
        for index in range {
            let item = match view.change_lines.get(index) {
                Some(line) => item(view, *line),
                None => first.map(|(since, created)| Item::First(since, created)),
            };
            if let Some(item) = item {
                item_ui(ui, cx, at, view, &item, height);
            }
        }
    });
}

fn item(view: &KeysView, line: ChangeLine) -> Option<Item<'_>> {
    Some(match line {
        ChangeLine::One { change, in_act } => Item::Change(view.listed_change(change)?, in_act),
        ChangeLine::Act { newest, keys, is_open, can_undo } => {
            let newest = view.listed_change(newest)?;
            Item::Act(ActItem { newest, act: newest.act.as_deref()?, keys, is_open, can_undo })
        }
    })
}

/// The key in the middle was there before the window looked.
fn first_seen(view: &KeysView) -> Option<(SystemTime, u64)> {
    let entry = view.entry(view.key.as_deref().filter(|_| !view.all_changes)?)?;
    let was_made_here = view.change_lines.iter().any(|line| match line {
        ChangeLine::One { change, .. } => {
            view.listed_change(*change).is_some_and(|change| matches!(change.delta, KeyDelta::Created(_)))
        }
        ChangeLine::Act { .. } => false,
    });
    view.seen_since.filter(|_| !was_made_here).map(|since| (since, entry.created))
}

fn item_ui(ui: &mut Ui, cx: &mut Cx<'_>, at: &KeysRef, view: &KeysView, item: &Item<'_>, height: f32) {
    let t = tokens(ui);
    let (mut rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    line_below(ui.painter(), rect, t.line);
    if matches!(item, Item::Change(_, true)) {
        let line = rect.left() + INSET + 3.0;
        ui.painter().vline(line, rect.shrink2(vec2(0.0, 10.0)).y_range(), egui::Stroke::new(1.0, t.stroke));
        rect.min.x += IN_ACT;
    }
    let (time, salt) = match item {
        Item::Change(change, _) => (change.at, (change.id, false)),
        Item::Act(act) => (act.newest.at, (act.newest.id, true)),
        Item::First(since, _) => (*since, (0, false)),
    };
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect).id_salt(("change", salt)));
    let row = |line: f32| {
        let top = rect.top() + 10.0 + 20.0 * line;
        Rect::from_min_max(pos2(rect.left() + INSET, top), pos2(rect.right() - INSET, top + 20.0))
    };
    let last = if height > ITEM { 3.0 } else { 2.0 };
    head_ui(&mut child, cx, at, item, row(0.0), time);
    if let Item::Act(ActItem { act, keys, .. }) = item {
        let act = act_of(&act.kind);
        let (what, lines) = (cx.lang().keys_act_done(act, *keys), cx.lang().keys_act_lines(act, *keys));
        act_said_ui(&child, [row(1.0), row(2.0)], &lines, &what);
    } else {
        if let Item::Change(change, _) = item
            && last > 2.0
        {
            key_link_ui(&mut child, cx, at, &change.key, row(1.0));
        }
        let lang = cx.lang();
        let what = match item {
            Item::Change(change, _) if change.is_secret() => lang.key_delta_hidden(&change.delta),
            Item::Change(change, _) => lang.key_delta(&change.delta),
            _ => lang.key_values().before_look.to_owned(),
        };
        let place = row(last - 1.0);
        let galley = text::line_within(child.painter(), &what, fonts::body(), t.text1, place.width());
        text::paint(child.painter(), galley, place.left(), place.center().y, &fonts::body());
        text::label_over(&child, place, "what", &what);
        copyable(&child, place, "copy what", (egui::Role::Label, &what), &what);
    }
    foot_ui(&mut child, cx, at, view, item, row(last));
}

/// When, and at which index; of an act, the way to its changes.
fn head_ui(ui: &mut Ui, cx: &mut Cx<'_>, at: &KeysRef, item: &Item<'_>, place: Rect, time: SystemTime) {
    let (lang, t) = (cx.lang(), tokens(ui));
    let mut row = row_at(ui, place, "when");
    row.add(Line::new(&lang.clock(time)).font(fonts::duration()).color(t.text2).hover(&lang.date_and_clock(time)));
    let index = match item {
        Item::Change(change, _) => change.index,
        Item::First(_, created) => Some(*created),
        Item::Act(ActItem { act, keys, is_open, .. }) => {
            let icon = if *is_open { Icon::ChevronDown } else { Icon::ChevronRight };
            let name = lang.show_each(*keys, *is_open);
            let button = IconButton::new(icon, &name).small();
            let corner = Rect::from_min_size(pos2(place.right() - 24.0, place.center().y - 12.0), vec2(24.0, 24.0));
            let response = ui.put(corner, button);
            ui.ctx().accesskit_node_builder(response.id, |node| node.set_expanded(*is_open));
            if response.clicked() {
                act_keys(cx, at, KeyAct::ToggleAct(act.id));
            }
            return;
        }
    };
    if let Some(index) = index {
        let said = lang.index(index);
        let room = row.available_width();
        row.add(Line::new(&said).font(fonts::duration()).color(t.text3).width(room).right());
    }
}

/// Where an act was done, and what, in two lines; `what` says it as a whole.
fn act_said_ui(ui: &Ui, places: [Rect; 2], lines: &[String; 2], what: &str) {
    let (painter, t) = (ui.painter(), tokens(ui));
    let [first, second] = places;
    let shown = text::elide_middle(painter, &lines[0], &fonts::code(), first.width());
    text::paint_text(painter, first.left(), first.center().y, &shown, &fonts::code(), t.text2);
    let galley = text::line_within(painter, &lines[1], fonts::body(), t.text1, second.width());
    text::paint(painter, galley, second.left(), second.center().y, &fonts::body());
    let response = copyable(ui, first.union(second), "copy act", (egui::Role::Label, what), what);
    if shown != lines[0] {
        tooltip_ui(&response, what, None);
    }
}

/// The key of a change: leads to it.
fn key_link_ui(ui: &mut Ui, cx: &mut Cx<'_>, at: &KeysRef, key: &str, place: Rect) {
    let shown = text::elide_middle(ui.painter(), key, &fonts::hint(), place.width());
    let button = Button::link(&shown).name(key).small();
    let width = button.width(ui).min(place.width());
    let place = Rect::from_min_size(pos2(place.left(), place.center().y - 12.0), vec2(width, 24.0));
    let response = ui.put(place, button);
    if shown != key {
        tooltip_ui(&response, key, None);
    }
    if response.clicked() {
        act_keys(cx, at, KeyAct::Open(key.to_owned()));
    }
}

/// Whose change it is, and the way back.
fn foot_ui(ui: &mut Ui, cx: &mut Cx<'_>, at: &KeysRef, view: &KeysView, item: &Item<'_>, place: Rect) {
    let (words, own) = (cx.lang().key_values(), cx.lang().key_changes());
    let (by, way) = match item {
        Item::Change(change, _) => match change.back {
            KeyBack::Known => {
                let undo = (words.undo, KeyAct::AskUndo(change.id), view.undo_of(change).is_some());
                (words.by_us, Some(undo))
            }
            KeyBack::Others => (words.by_others, None),
            KeyBack::Dropped => (own.too_old, None),
            KeyBack::NotKept => (own.after_restart, None),
        },
        Item::Act(item) => (words.by_us, Some((own.undo_all, KeyAct::AskUndoAct(item.act.id), item.can_undo))),
        Item::First(..) => (words.first_seen, None),
    };
    let mut row = row_at(ui, place, "by");
    let may_write = !cx.app.is_read_only(at);
    let button = way.as_ref().map(|(label, _, can)| Button::link(label).small().enabled(*can && may_write));
    let width = button.as_ref().map_or(0.0, |button| button.width(&row));
    let room = row.available_width() - width - 8.0;
    row.add(Line::hint(by).color(tokens(ui).text3).elide(Elide::End).max_width(room));
    if let (Some(button), Some((_, ask, can))) = (button, way) {
        let middle = place.center().y;
        let at_right =
            Rect::from_min_max(pos2(place.right() - width, middle - 12.0), pos2(place.right(), middle + 12.0));
        let response = ui.put(at_right, button);
        if !can {
            tooltip_ui(&response, own.already_back, None);
        }
        if response.clicked() {
            act_keys(cx, at, ask);
        }
    }
}
