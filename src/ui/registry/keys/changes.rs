//! What changed, of the key in the middle or of all, with the way back.

use egui::{Rect, ScrollArea, Sense, Ui, UiBuilder, pos2, vec2};

use super::{act_keys, clock};
use crate::app::{KeyAct, KeyChange, KeysRef, KeysView, is_secret_value};
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
use crate::ui::widgets::view_state::{ViewKind, ViewState};

/// The head of the pane.
const HEAD: f32 = 44.0;
/// A change of the key in the middle.
const ITEM: f32 = 82.0;
/// A change with its key.
const ITEM_WITH_KEY: f32 = 102.0;

/// One item of the list.
enum Item<'a> {
    /// A change.
    Change(&'a KeyChange),
    /// The key was there when it was seen first: when that was, and the index at which it came to be.
    First(String, u64),
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
    let items = items(view);
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
    if items.is_empty() {
        pane.add_space(44.0);
        ViewState::new(ViewKind::Empty(Icon::History), words.no_changes, words.no_changes_hint)
            .centered()
            .show(&mut pane);
        return;
    }
    pane.spacing_mut().item_spacing = vec2(0.0, 0.0);
    let height = if view.all_changes { ITEM_WITH_KEY } else { ITEM };
    let area = ScrollArea::vertical().id_salt(("changes", view.all_changes)).auto_shrink([false, false]);
    area.show_rows(&mut pane, height, items.len(), |ui, range| {
        for item in items.get(range).unwrap_or_default() {
            item_ui(ui, cx, at, item, height);
        }
    });
}

fn items(view: &KeysView) -> Vec<Item<'_>> {
    if view.all_changes {
        return view.changes.iter().map(Item::Change).collect();
    }
    let Some(key) = &view.key else { return Vec::new() };
    let mut items: Vec<Item<'_>> = view.changes.iter().filter(|change| change.key == *key).map(Item::Change).collect();
    let was_made_here =
        items.iter().any(|item| matches!(item, Item::Change(change) if matches!(change.delta, KeyDelta::Created(_))));
    if let (Some(entry), Some(since), false) = (view.entry(key), view.seen_since, was_made_here) {
        items.push(Item::First(clock(since), entry.created));
    }
    items
}

fn item_ui(ui: &mut Ui, cx: &mut Cx<'_>, at: &KeysRef, item: &Item<'_>, height: f32) {
    let (lang, words) = (cx.lang(), cx.lang().key_values());
    let t = tokens(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    line_below(ui.painter(), rect, t.line);
    let (time, index, key, what, by) = match item {
        Item::Change(change) => {
            let is_secret = match &change.delta {
                KeyDelta::Text { before, after } => {
                    [before, after].iter().any(|value| is_secret_value(&change.key, value.as_bytes()))
                }
                // Any value would be one.
                KeyDelta::Member { name, .. } => [&change.key, name].iter().any(|key| is_secret_value(key, b"-")),
                _ => false,
            };
            let what = if is_secret { lang.key_delta_hidden(&change.delta) } else { lang.key_delta(&change.delta) };
            let by = if change.ours { words.by_us } else { words.by_others };
            (clock(change.at), change.index, change.key.as_str(), what, by)
        }
        Item::First(since, created) => {
            (since.clone(), Some(*created), "", words.before_look.to_owned(), words.first_seen)
        }
    };
    let row = |top: f32| {
        Rect::from_min_max(
            pos2(rect.left() + INSET, rect.top() + top),
            pos2(rect.right() - INSET, rect.top() + top + 20.0),
        )
    };
    let salt = match item {
        Item::Change(change) => change.id,
        Item::First(..) => 0,
    };
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect).id_salt(("change", salt)));
    let mut first = row_at(&mut child, row(10.0), "when");
    first.add(Line::new(&time).font(fonts::duration()).color(t.text2));
    if let Some(index) = index {
        let said = lang.index(index);
        let room = first.available_width();
        first.add(Line::new(&said).font(fonts::duration()).color(t.text3).width(room).right());
    }
    let mut top = 30.0;
    if height > ITEM {
        let mut second = row_at(&mut child, row(top), "key");
        let room = second.available_width();
        let response = second.add(Line::code(key).color(t.text2).elide(Elide::Middle).max_width(room));
        if response.interact(Sense::click()).clicked() {
            act_keys(cx, at, KeyAct::Open(key.to_owned()));
        }
        top += 20.0;
    }
    let place = row(top);
    let galley = text::line_within(child.painter(), &what, fonts::body(), t.text1, place.width());
    text::paint(child.painter(), galley, place.left(), place.center().y, &fonts::body());
    text::label_over(&child, place, "what", &what);
    copyable(&child, place, "copy what", (egui::Role::Label, &what), &what);
    let last = row(top + 20.0);
    let mut by_row = row_at(&mut child, last, "by");
    let undo = match item {
        Item::Change(change) if change.ours && change.can_undo => Some(change.id),
        _ => None,
    };
    let button = Button::link(words.undo).small().enabled(!cx.app.is_read_only(at));
    let width = if undo.is_some() { button.width(&by_row) } else { 0.0 };
    let room = by_row.available_width() - width - 8.0;
    by_row.add(Line::hint(by).color(t.text3).elide(Elide::End).max_width(room));
    if let Some(change) = undo {
        let at_right = Rect::from_min_max(
            pos2(last.right() - width, last.center().y - 12.0),
            pos2(last.right(), last.center().y + 12.0),
        );
        if child.put(at_right, button).clicked() {
            act_keys(cx, at, KeyAct::AskUndo(change));
        }
    }
}
