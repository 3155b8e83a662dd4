//! The metadata of a request: its own rows, its target's, and what is added by itself.

mod added;
mod row;
mod rows;

use std::time::{Duration, Instant};

use egui::{Rect, Ui, ViewportCommand, pos2, vec2};

use super::context::{Cx, Memory, pane_at, row_at, row_from_right};
use super::fonts;
use super::icons::Icon;
use super::theme::measure::{INSET, TABS};
use super::theme::{Tone, tokens};
use super::widgets::button::Button;
use super::widgets::notice::Notice;
use super::widgets::shared::line_below;
use super::widgets::text::{Elide, Line, paragraph_ui};
use super::widgets::tooltip::tooltip_ui;
use crate::app::{Action, MetadataRow, RowsOf, Tab, pasted_rows};
use crate::keychain::KeychainState;

pub(super) use rows::{RowsAsk, RowsPlace, rows_ui};

/// A clipboard that has not answered by then holds no text.
const CLIPBOARD: Duration = Duration::from_secs(1);
/// Lower panes have what is added by itself among the rest, not below it.
const APART_FROM: f32 = 460.0;

/// What pasting by the button waits for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Paste {
    /// The clipboard's text, for these rows, since then.
    Wanted(RowsOf, Instant),
    /// It held no rows.
    HeldNone(RowsOf),
}

pub(super) fn metadata_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab) {
    let whole = ui.max_rect();
    let line = Rect::from_min_size(whole.min, vec2(whole.width(), TABS));
    line_below(ui.painter(), line, tokens(ui).line);
    let request = RowsOf::Request(tab.id);
    head_ui(ui, cx, line, &request, cx.words().metadata_line);
    take_paste(ui, cx);
    let rest = Rect::from_min_max(pos2(whole.left(), line.bottom()), whole.max);
    let added = added::added(cx, tab);
    let added_height = added::height(&added).min((rest.height() * 0.5).round());
    let apart = rest.height() >= APART_FROM;
    let (above, below) = rest.split_top_bottom_at_y(if apart { rest.bottom() - added_height } else { rest.bottom() });
    let mut pane = pane_at(ui, above, "metadata rows");
    egui::ScrollArea::vertical().id_salt("metadata").auto_shrink([false, false]).show(&mut pane, |ui| {
        section_ui(ui, cx, tab, &request);
        hint_ui(ui, cx.words().metadata_hint);
        let target = RowsOf::Target(tab.address.trim().to_owned());
        ui.add_space(8.0);
        let (head, _) = ui.allocate_exact_size(vec2(ui.available_width(), TABS), egui::Sense::hover());
        let t = tokens(ui);
        ui.painter().hline(head.x_range(), head.top() + 0.5, egui::Stroke::new(1.0, t.line));
        line_below(ui.painter(), head, t.line);
        let words = cx.lang().requests();
        if tab.address.trim().is_empty() {
            let mut row = row_at(ui, head.shrink2(vec2(INSET, 0.0)), "no target");
            row.add(Line::new(words.no_target).color(t.text3).elide(Elide::End));
        } else {
            let said = cx.lang().sent_to(tab.address.trim());
            head_ui(ui, cx, head, &target, &said);
            section_ui(ui, cx, tab, &target);
            hint_ui(ui, words.target_hint);
        }
        keychain_ui(ui, cx, tab);
        if !apart {
            ui.add_space(12.0);
            added::added_ui(ui, cx, &added);
        }
        ui.add_space(12.0);
    });
    if apart {
        let mut pane = pane_at(ui, below, "added");
        let t = tokens(&pane);
        pane.painter().hline(below.x_range(), below.top() + 0.5, egui::Stroke::new(1.0, t.line));
        egui::ScrollArea::vertical().id_salt("added").auto_shrink([false, false]).show(&mut pane, |ui| {
            added::added_ui(ui, cx, &added);
        });
    }
}

/// The line over rows: whose they are, Paste, Add row.
fn head_ui(ui: &mut Ui, cx: &mut Cx<'_>, line: Rect, of: &RowsOf, said: &str) {
    let words = cx.words();
    let own = cx.lang().requests();
    let inner = line.shrink2(vec2(INSET, 0.0));
    let mut right = row_from_right(ui, inner, ("metadata right", of));
    right.spacing_mut().item_spacing.x = 4.0;
    let response = right.add(Button::ghost(own.paste).small());
    tooltip_ui(&response, own.paste_hint, None);
    if response.clicked() {
        cx.memory.metadata_paste = Some(Paste::Wanted(of.clone(), cx.now));
        ui.ctx().request_repaint_after(CLIPBOARD);
        ui.ctx().send_viewport_cmd(ViewportCommand::RequestPaste);
    }
    if right.add(Button::ghost(words.add_row).icon(Icon::Plus).small()).clicked() {
        cx.act(Action::AddRow(of.clone(), String::new(), String::new()));
        cx.await_new_row(of);
    }
    let room = right.min_rect().left() - inner.left() - 8.0;
    let mut left = row_at(ui, inner, ("metadata line", of));
    left.add(Line::new(said).color(tokens(ui).text2).elide(Elide::Middle).max_width(room));
}

/// The clipboard's text that a button asked for comes as an event of a later frame.
fn take_paste(ui: &Ui, cx: &mut Cx<'_>) {
    let Some(Paste::Wanted(of, since)) = &cx.memory.metadata_paste else { return };
    let (of, is_late) = (of.clone(), cx.now.saturating_duration_since(*since) >= CLIPBOARD);
    // What is pasted later is meant for something else.
    let text = if is_late { Some(String::new()) } else { rows::pasted_text(ui, |_| true) };
    let Some(text) = text else { return };
    if pasted_rows(&text).is_empty() {
        cx.memory.metadata_paste = Some(Paste::HeldNone(of));
    } else {
        cx.memory.metadata_paste = None;
        cx.act(Action::PasteRows(of, None, text));
    }
}

fn section_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, of: &RowsOf) {
    let before = cx.app.rows(of);
    let mut rows = before.to_vec();
    let overriding: &[MetadataRow] = if matches!(of, RowsOf::Target(_)) { &tab.metadata } else { &[] };
    let place = RowsPlace { of: of.clone(), address: tab.address.trim().to_owned(), overriding, moves: true };
    let mut asks = Vec::new();
    egui::Frame::new().inner_margin(egui::Margin { left: 12, right: 12, top: 9, bottom: 0 }).show(ui, |ui| {
        asks = rows_ui(ui, cx, &place, &mut rows);
        if cx.memory.metadata_paste.as_ref() == Some(&Paste::HeldNone(of.clone())) {
            let t = tokens(ui);
            paragraph_ui(ui, cx.lang().requests().paste_none, fonts::hint(), t.warn, 18.0);
        }
    });
    if rows != before {
        cx.act(Action::SetRows(of.clone(), rows));
    }
    for ask in asks {
        cx.memory.metadata_paste = None;
        match ask {
            RowsAsk::Add(key, value) => cx.act(Action::AddRow(of.clone(), key, value)),
            RowsAsk::Paste(at, text) => cx.act(Action::PasteRows(of.clone(), at, text)),
            RowsAsk::Move(row) => cx.act(Action::MoveRow(tab.id, row)),
        }
    }
}

fn hint_ui(ui: &mut Ui, said: &str) {
    let t = tokens(ui);
    ui.add_space(6.0);
    let hint = Rect::from_min_size(ui.cursor().min + vec2(36.0, 0.0), vec2(ui.available_width() - 48.0, 400.0));
    let mut pane = pane_at(ui, hint, ("metadata hint", said));
    paragraph_ui(&mut pane, said, fonts::hint(), t.text3, 18.0);
    let height = pane.min_rect().height();
    ui.allocate_space(vec2(1.0, height + 8.0));
}

/// What is to be told of the keychain where a secret stands here.
fn keychain_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab) {
    // The demo's token is nobody's to keep, and has no number.
    let has_secret = |row: &MetadataRow| row.secret && (row.missing || row.kept > 0);
    if !tab.metadata.iter().chain(cx.app.target_rows(&tab.address)).any(has_secret) {
        return;
    }
    keychain_notice_ui(ui, cx, INSET);
}

/// What is wrong with the keychain, and another try.
pub(super) fn keychain_notice_ui(ui: &mut Ui, cx: &mut Cx<'_>, inset: f32) {
    let Some((title, said)) = cx.lang().keychain_trouble(&cx.app.keychain) else { return };
    let tone = if matches!(cx.app.keychain, KeychainState::Absent(_)) { Tone::Accent } else { Tone::Warn };
    let actions = [cx.words().try_again];
    let actions: &[&str] = if cx.app.keychain == KeychainState::Waiting { &[] } else { &actions };
    ui.add_space(8.0);
    let place =
        Rect::from_min_size(ui.cursor().min + vec2(inset, 0.0), vec2(ui.available_width() - 2.0 * inset, 400.0));
    let mut pane = pane_at(ui, place, "keychain");
    if Notice::new(tone, title, &said).actions(actions).show(&mut pane).is_some() {
        cx.act(Action::AskKeychain);
    }
    let height = pane.min_rect().height();
    ui.allocate_space(vec2(1.0, height));
}

impl Cx<'_> {
    /// The row that comes behind these takes the focus once it is there: the action is done after this frame.
    pub(super) fn await_new_row(&mut self, of: &RowsOf) {
        self.memory.focus_new_row = Some((of.clone(), self.app.rows(of).last().map(|row| row.id)));
    }
}

impl Memory {
    /// Whether this last one of the rows is the one that is awaited.
    pub(super) fn takes_new_row(&mut self, of: &RowsOf, last: u64) -> bool {
        let is_it = |(awaited, before): &(RowsOf, Option<u64>)| awaited == of && *before != Some(last);
        self.focus_new_row.take_if(|awaited| is_it(awaited)).is_some()
    }
}
