//! One request tab: target bar, and under it the request beside its answer.

use egui::{Id, Rect, Ui, pos2, vec2};

use super::context::{Cx, follow_focus, pane_at, row_at};
use super::theme::measure::{INSET, TABS};
use super::theme::tokens;
use super::widgets::shared::line_below;
use super::widgets::splitter::{SplitAxis, SplitRange, split, splitter_ui};
use super::widgets::tabs::{PaneTab, pane_tabs_ui};
use super::{all, message, metadata, response, target_bar, tls};
use crate::app::{Action, RequestSide, Retry, Tab};

/// Panes narrower than this stack.
const STACK_BELOW: f32 = 560.0;
/// Stacked panes that would be lower together keep this height and scroll.
const SCROLL_BELOW: f32 = 480.0;
/// The least that they keep together.
const SCROLL_LEAST: f32 = 400.0;
/// The phases while they are folded.
const FOLDED: f32 = 36.0;
/// The request's width where the answer needs the room.
const NARROW_REQUEST: f32 = 372.0;
/// The answer's tabs have room from this width on, with counts of messages and headers.
const ANSWER_TABS: f32 = 348.0;
/// The request's width for the settings of a connection.
const SETTINGS: f32 = 590.0;

pub(super) fn request_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let Some(tab) = cx.tab() else { return };
    let whole = ui.max_rect();
    let bar = Rect::from_min_size(whole.min, vec2(whole.width(), target_bar::height(whole.size())));
    target_bar::target_bar_ui(ui, cx, tab, bar);
    let rest = Rect::from_min_max(pos2(whole.left(), bar.bottom()), whole.max);
    if rest.width() < STACK_BELOW && rest.height() < SCROLL_BELOW {
        scrolled_ui(ui, cx, tab, rest);
    } else {
        panes_ui(ui, cx, tab, rest);
    }
}

/// In a low window the panes keep a height in which they can be used, and scroll.
fn scrolled_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, rest: Rect) {
    let mut pane = pane_at(ui, rest, "low");
    // One pane after the other fills what is seen; the folded phases lie below.
    let height = (2.0 * (rest.height() + FOLDED)).clamp(SCROLL_LEAST, SCROLL_BELOW);
    let mut area = egui::ScrollArea::vertical().id_salt(("panes", tab.id.0)).auto_shrink([false, false]);
    // The answer is what is wanted once the request is sent.
    let call = tab.call.as_ref().map(|call| call.id);
    let answered = std::mem::replace(&mut cx.memory.habits.answered, call) != call && call.is_some();
    // So is the side that was asked for, by its key or from the palette.
    let sides = (tab.id, tab.request_side, tab.response_side);
    let before = cx.memory.habits.sides.replace(sides).filter(|before| before.0 == tab.id);
    let response_asked = before.is_some_and(|before| before.2 != tab.response_side);
    let request_asked = before.is_some_and(|before| before.1 != tab.request_side);
    if answered || response_asked {
        area = area.vertical_scroll_offset((height * cx.memory.request_share.unwrap_or(0.5)).round());
    } else if request_asked {
        area = area.vertical_scroll_offset(0.0);
    }
    area.show(&mut pane, |ui| {
        let room = Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), height));
        panes_ui(ui, cx, tab, room);
        ui.allocate_space(vec2(1.0, height - 1.0));
        follow_focus(ui);
    });
}

fn panes_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, rest: Rect) {
    let (axis, least) = if rest.width() < STACK_BELOW { (SplitAxis::Rows, 160.0) } else { (SplitAxis::Columns, 280.0) };
    let usual = if axis == SplitAxis::Columns { usual_share(cx, tab, rest.width()) } else { 0.5 };
    let range = SplitRange { first_min: least, second_min: least, rest: usual };
    let mut share = cx.memory.request_share.unwrap_or(usual);
    let before = share;
    let (left, right) = split(rest, axis, share, range);
    let mut pane = pane_at(ui, left, ("request", tab.id.0));
    request_pane_ui(&mut pane, cx, tab);
    let mut pane = pane_at(ui, right, ("response", tab.id.0));
    response::response_ui(&mut pane, cx, tab);
    let name = cx.words().panes_edge;
    splitter_ui(ui, Id::unique("panes edge"), name, rest, axis, &mut share, range);
    if (share - before).abs() > f32::EPSILON {
        cx.memory.request_share = Some(share);
    }
}

/// The request's share where the person chose none: half, less where messages of a stream, a certificate or a diagnosis
/// have to be read beside it, more for the settings of a connection.
fn usual_share(cx: &Cx<'_>, tab: &Tab, width: f32) -> f32 {
    let shows_chain = tab.shown_call().is_some_and(|(call, _)| {
        let failure = call.status.as_ref().and_then(|(_, status)| status.failure.as_ref());
        failure.and_then(|failure| failure.tls.as_ref()).is_some_and(|report| !report.chain.is_empty())
    });
    if tab.all.is_some() && tab.request_side == RequestSide::Message {
        return (300.0 / width).min(0.5);
    }
    let is_diagnosed = cx.app.diagnosis(Retry::Send(tab.id)).is_some();
    match tab.request_side {
        RequestSide::Tls | RequestSide::Metadata => {
            (SETTINGS / width).clamp(0.5, 0.6).min(1.0 - ANSWER_TABS / width).max(0.5)
        }
        // A stream's messages need the room.
        RequestSide::Message if shows_chain || is_diagnosed || (tab.is_stream() && tab.call.is_some()) => {
            (NARROW_REQUEST / width).min(0.5)
        }
        RequestSide::Message => 0.5,
    }
}

fn request_pane_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab) {
    let words = cx.words();
    let whole = ui.max_rect();
    let bar = Rect::from_min_size(whole.min, vec2(whole.width(), TABS));
    let goes_out = cx.app.sent_metadata(tab).len();
    let count = (goes_out > 0).then(|| goes_out.to_string());
    let sides = [RequestSide::Message, RequestSide::Metadata, RequestSide::Tls];
    let tabs = [
        PaneTab { title: words.message, count: None },
        PaneTab { title: words.metadata, count: count.as_deref() },
        PaneTab { title: words.tls, count: None },
    ];
    let chosen = sides.iter().position(|side| *side == tab.request_side).unwrap_or(0);
    let mut row = row_at(ui, bar.shrink2(vec2(INSET, 0.0)), "request tabs");
    if let Some(index) = pane_tabs_ui(&mut row, Id::unique("request tabs"), words.request, &tabs, chosen) {
        cx.act(Action::ShowRequestSide(tab.id, sides[index]));
    }
    line_below(ui.painter(), bar, tokens(ui).line);
    let mut rest = Rect::from_min_max(pos2(whole.left(), bar.bottom()), whole.max);
    let who = all::who_height(cx, tab);
    if who > 0.0 && tab.request_side == RequestSide::Message && rest.height() > who + 120.0 {
        let (upper, foot) = rest.split_top_bottom_at_y(rest.bottom() - who);
        rest = upper;
        all::who_ui(ui, cx, tab, foot);
    }
    let mut pane = pane_at(ui, rest, ("request side", tab.request_side as u8));
    match tab.request_side {
        RequestSide::Message => message::message_ui(&mut pane, cx, tab),
        RequestSide::Metadata => metadata::metadata_ui(&mut pane, cx, tab),
        RequestSide::Tls => tls::tls_ui(&mut pane, cx, tab),
    }
}
