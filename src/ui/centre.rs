//! The centre: window tabs over a request, or the first window, or a source's fault.

use egui::{Id, Rect, Ui, pos2, vec2};

use super::context::{Cx, pane_at};
use super::icons::Icon;
use super::theme::Tone;
use super::theme::measure::{INSET, TABS};
use super::widgets::badge::Shape;
use super::widgets::notice::Notice;
use super::widgets::tabs::{WindowTab, WindowTabsWords, window_tabs_ui};
use super::widgets::view_state::{ViewKind, ViewState};
use super::{commands, notices, request, source_view, welcome};
use crate::app::{Action, TabId, UiCommand};
use crate::registry::RegistryTarget;

pub(super) fn centre_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let whole = ui.max_rect();
    let mut below = whole;
    if !cx.app.tabs.is_empty() {
        let bar = Rect::from_min_size(whole.min, vec2(whole.width(), TABS));
        below = Rect::from_min_max(pos2(whole.left(), bar.bottom()), whole.max);
        let mut row = pane_at(ui, bar, "window tabs");
        tabs_ui(&mut row, cx);
    }
    let below = notices_ui(ui, cx, below);
    let mut pane = pane_at(ui, below, "content");
    if let Some((source, index)) = cx.app.problem {
        source_view::problem_ui(&mut pane, cx, source, index);
    } else if let Some(source) = cx.app.shown_source {
        source_view::failed_ui(&mut pane, cx, source);
    } else if cx.tab().is_some() {
        request::request_ui(&mut pane, cx);
    } else if cx.app.sources.is_empty() {
        welcome::welcome_ui(&mut pane, cx);
    } else {
        let words = cx.words();
        pane.add_space((below.height() * 0.3).round());
        let state = ViewState::new(ViewKind::Empty(Icon::Layers), words.no_tab, words.no_tab_hint).centered();
        let own = cx.lang().habits();
        // Where the tree is folded away, the way to it comes first.
        let (label, command) = if cx.memory.habits.is_narrow || cx.memory.habits.side_folded {
            (own.show_services, UiCommand::ToggleSidePanel)
        } else {
            (own.find_method, UiCommand::ShowPalette)
        };
        if state.action(label).show(&mut pane) {
            commands::run(ui.ctx(), cx, command);
        }
    }
}

/// What is to be told about what is remembered, over everything else; returns the room that is left.
fn notices_ui(ui: &mut Ui, cx: &mut Cx<'_>, room: Rect) -> Rect {
    if cx.app.notices.is_empty() {
        return room;
    }
    let words = cx.words();
    let mut pane = pane_at(ui, room.shrink(INSET), "notices");
    for (index, notice) in cx.app.notices.iter().enumerate() {
        let (title, said) = notices::standing_said(cx.lang(), notice);
        if Notice::new(Tone::Warn, title, &said).actions(&[words.close]).show(&mut pane).is_some() {
            cx.act(Action::DismissNotice(index));
        }
        pane.add_space(8.0);
    }
    let bottom = (pane.min_rect().bottom() + 4.0).min(room.bottom());
    Rect::from_min_max(pos2(room.left(), bottom), room.max)
}

fn tabs_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let words = cx.words();
    // One that asks all says whom.
    let titles: Vec<String> = cx
        .app
        .tabs
        .iter()
        .map(|tab| match (&tab.all, RegistryTarget::parse(&tab.address)) {
            (Some(_), Ok(target)) => cx.lang().all_of(&tab.method, &target.service),
            _ => tab.method.clone(),
        })
        .collect();
    let tabs: Vec<WindowTab<'_>> = cx
        .app
        .tabs
        .iter()
        .zip(&titles)
        .map(|(tab, title)| WindowTab {
            key: tab.id.0,
            title,
            shape: tab.all.is_none().then(|| Shape::of(tab.shape.0, tab.shape.1)),
            icon: tab.all.is_some().then_some(Icon::Network),
            unsaved: false,
        })
        .collect();
    let lang = cx.lang();
    let more = |count: usize| lang.more_tabs(count);
    let keys = [UiCommand::NewTab, UiCommand::ReopenTab, UiCommand::CloseTab].map(|command| cx.key(command));
    let names = WindowTabsWords {
        name: words.tabs,
        close: words.close_tab,
        new: cx.app.active.map(|_| words.new_tab),
        duplicate: words.duplicate_tab,
        reopen: cx.app.can_reopen().then_some(cx.lang().commands().reopen_tab),
        move_left: words.move_left,
        move_right: words.move_right,
        keys: keys.each_ref().map(Option::as_deref),
        more: &more,
    };
    let response = window_tabs_ui(ui, Id::unique("window tabs"), names, &tabs, cx.app.active.map(|id| id.0));
    if let Some(key) = response.chosen {
        cx.act(Action::ChooseTab(TabId(key)));
    }
    if let Some(key) = response.closed {
        cx.act(Action::CloseTab(TabId(key)));
    }
    if let Some((key, place)) = response.moved {
        cx.act(Action::MoveTab(TabId(key), place));
    }
    if let Some(key) = response.duplicated {
        cx.act(Action::DuplicateTab(TabId(key)));
    }
    if response.reopened {
        cx.act(Action::ReopenTab);
    }
    if response.new
        && let Some(active) = cx.app.active
    {
        cx.act(Action::DuplicateTab(active));
    }
}
