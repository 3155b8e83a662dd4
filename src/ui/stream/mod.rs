//! The messages of a stream: the bar that filters them, the list of both directions, one of them in full, and beside the
//! draft what was sent.

mod bar;
mod composer;
mod list;
mod one;

use egui::{Id, Rect, Ui, pos2, vec2};

use super::context::{Cx, pane_at};
use super::icons::Icon;
use super::theme::measure::FILTER_BAR;
use super::widgets::splitter::{SplitAxis, SplitRange, split, splitter_ui};
use super::widgets::view_state::{ViewKind, ViewState};
use crate::app::{CallRecord, Tab};

pub(super) use bar::{GAP as COUNTS_GAP, counts_least, counts_ui, facts_ui};
pub(super) use composer::{composer_height, composer_ui};

/// The field of the filter.
pub(super) fn filter_id() -> Id {
    Id::unique("message filter")
}

pub(super) fn stream_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, call: &CallRecord) {
    let words = cx.words();
    if call.sent + call.received == 0 {
        ui.add_space((ui.available_height() * 0.2).round());
        let title = if call.is_running() { words.no_messages } else { words.no_message };
        let said = if call.is_running() { words.no_messages_hint } else { "" };
        ViewState::new(ViewKind::Empty(Icon::List), title, said).centered().show(ui);
        return;
    }
    let area = ui.max_rect();
    let bar = Rect::from_min_size(area.min, vec2(area.width(), FILTER_BAR));
    bar::filter_bar_ui(ui, cx, tab, call, bar);
    let below = Rect::from_min_max(pos2(area.left(), bar.bottom()), area.max);
    let below = bar::strip_ui(ui, cx, tab, call, below);
    let Some(shown) = &call.shown else {
        let mut pane = pane_at(ui, below, "list");
        list::list_ui(&mut pane, cx, tab, call);
        return;
    };
    let range = SplitRange { first_min: 82.0, second_min: 90.0, rest: 0.62 };
    let (list, whole) = split(below, SplitAxis::Rows, cx.memory.list_share, range);
    let mut pane = pane_at(ui, list, "list");
    list::list_ui(&mut pane, cx, tab, call);
    let mut pane = pane_at(ui, whole, "one");
    one::message_ui(&mut pane, cx, tab, call, shown);
    let share = &mut cx.memory.list_share;
    splitter_ui(ui, Id::unique("message edge"), words.message_edge, below, SplitAxis::Rows, share, range);
}
