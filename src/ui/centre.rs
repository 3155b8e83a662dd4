//! The centre: window tabs over a request, or the first window, or a source's fault.

use egui::{Id, Rect, Ui, pos2, vec2};

use super::context::{Cx, pane_at};
use super::icons::Icon;
use super::theme::measure::TABS;
use super::widgets::badge::Shape;
use super::widgets::tabs::{WindowTab, WindowTabsWords, window_tabs_ui};
use super::widgets::view_state::{ViewKind, ViewState};
use super::{request, source_view, welcome};
use crate::app::{Action, TabId};

pub(super) fn centre_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let whole = ui.max_rect();
    let mut below = whole;
    if !cx.app.tabs.is_empty() {
        let bar = Rect::from_min_size(whole.min, vec2(whole.width(), TABS));
        below = Rect::from_min_max(pos2(whole.left(), bar.bottom()), whole.max);
        let mut row = pane_at(ui, bar, "window tabs");
        tabs_ui(&mut row, cx);
    }
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
        ViewState::new(ViewKind::Empty(Icon::Layers), words.no_tab, words.no_tab_hint).centered().show(&mut pane);
    }
}

fn tabs_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let words = cx.words();
    let tabs: Vec<WindowTab<'_>> = cx
        .app
        .tabs
        .iter()
        .map(|tab| WindowTab {
            key: tab.id.0,
            title: &tab.method,
            shape: Some(Shape::of(tab.shape.0, tab.shape.1)),
            icon: None,
            unsaved: false,
        })
        .collect();
    let names = WindowTabsWords {
        name: words.tabs,
        close: words.close_tab,
        new: cx.app.active.map(|_| words.new_tab),
    };
    let response = window_tabs_ui(ui, Id::unique("window tabs"), names, &tabs, cx.app.active.map(|id| id.0));
    if let Some(key) = response.chosen {
        cx.act(Action::ChooseTab(TabId(key)));
    }
    if let Some(key) = response.closed {
        cx.act(Action::CloseTab(TabId(key)));
    }
    if response.new
        && let Some(active) = cx.app.active
    {
        cx.act(Action::DuplicateTab(active));
    }
}
