//! One request to every instance: who is asked, what each answered, how answers and schemas differ.

mod answers;
mod compare;
mod failures;
mod table;
mod who;

use egui::{Id, Rect, Ui, pos2, vec2};

pub(super) use compare::schemas_ui;
pub(super) use who::{height as who_height, who_ui};

use super::context::{Cx, pane_at, row_at, row_ending_right};
use super::icons::Icon;
use super::theme::measure::{INSET, TABS};
use super::theme::{Tone, tokens};
use super::widgets::badge::status_badge_ui;
use super::widgets::button::IconButton;
use super::widgets::code_view::ViewCommand;
use super::widgets::shared::line_below;
use super::widgets::tabs::{PaneTab, pane_tabs_ui};
use super::widgets::text::{Elide, Line, width};
use super::widgets::view_state::{ViewKind, ViewState};
use super::{facts, fonts};
use crate::app::{Action, AllAct, AllFault, AllRun, AllSide, AllTab, Tab, UiCommand};
use crate::words::format;

/// The answers' pane.
pub(super) fn answers_pane_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, all: &AllTab) {
    let whole = ui.max_rect();
    let bar = Rect::from_min_size(whole.min, vec2(whole.width(), TABS));
    let line = Rect::from_min_size(pos2(whole.left(), bar.bottom()), vec2(whole.width(), TABS));
    let rest = Rect::from_min_max(pos2(whole.left(), line.bottom()), whole.max);
    tabs_ui(ui, cx, tab, all, bar);
    line_below(ui.painter(), line, tokens(ui).line);
    let words = cx.lang().all();
    let Some(run) = &all.run else {
        let mut pane = pane_at(ui, rest, "nobody asked");
        pane.add_space((rest.height() * 0.25).round());
        let state = ViewState::new(ViewKind::Empty(Icon::Network), words.not_asked, words.not_asked_hint);
        let state = if tab.can_send() { state.action(cx.words().send) } else { state };
        if state.centered().show(&mut pane) {
            cx.act(Action::Send(tab.id));
        }
        return;
    };
    facts_ui(ui, cx, run, line);
    if let Some(fault) = &run.fault {
        let mut pane = pane_at(ui, rest, "nobody");
        pane.add_space((rest.height() * 0.2).round());
        let said = match fault {
            AllFault::NotResolved(error) => cx.lang().resolve_error(error),
            AllFault::Unsendable(error) => cx.lang().misfit_at(error),
            AllFault::NotBegun(why) => cx.lang().all_problem(why),
        };
        let state = ViewState::new(ViewKind::Failed, words.nobody, &said).action(cx.words().try_again);
        if state.centered().show(&mut pane) {
            cx.act(Action::Send(tab.id));
        }
        return;
    }
    let mut pane = pane_at(ui, rest, ("all", all.side as u8));
    match all.side {
        AllSide::Answers => answers::answers_ui(&mut pane, cx, tab, all, run),
        AllSide::Timeline => table::timeline_ui(&mut pane, cx, tab, run),
        AllSide::Attempts => table::attempts_ui(&mut pane, cx, tab, run),
    }
}

fn tabs_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, all: &AllTab, bar: Rect) {
    let words = cx.lang().all();
    let rows = all.run.as_ref().map_or(&[][..], |run| run.rows.as_slice());
    let answered = rows.iter().filter(|row| row.answer.is_some()).count();
    let count = |count: usize| (count > 0).then(|| count.to_string());
    let (answers, attempts) = (count(answered), count(rows.len()));
    let sides = [AllSide::Answers, AllSide::Timeline, AllSide::Attempts];
    let tabs = [
        PaneTab { title: words.answers, count: answers.as_deref() },
        PaneTab { title: words.timeline, count: None },
        PaneTab { title: words.attempts, count: attempts.as_deref() },
    ];
    let chosen = sides.iter().position(|side| *side == all.side).unwrap_or(0);
    let inner = bar.shrink2(vec2(INSET, 0.0));
    let has_answers = rows.iter().any(|row| row.text.is_some());
    // Where all answered the same, that is read whole and can be searched.
    let is_read = all.side == AllSide::Answers && all.run.as_ref().is_some_and(|run| run.answers().len() == 1);
    let (find, find_key) = (cx.lang().body().find, cx.key(UiCommand::Find));
    let ((finds, copied), _left) = row_ending_right(ui, inner, "all tools", |ui| {
        let find = IconButton::new(Icon::Search, find).key_if(find_key.as_deref());
        let finds = is_read && ui.add(find).clicked();
        (finds, has_answers && ui.add(IconButton::new(Icon::Copy, words.copy_answers)).clicked())
    });
    if finds {
        cx.memory.body_command = Some(ViewCommand::Find);
    }
    if copied {
        cx.act(Action::All(tab.id, AllAct::Copy));
    }
    let mut row = row_at(ui, inner, "all tabs");
    if let Some(index) = pane_tabs_ui(&mut row, Id::unique("all tabs"), words.answers, &tabs, chosen) {
        cx.act(Action::All(tab.id, AllAct::Side(sides[index])));
    }
    line_below(ui.painter(), bar, tokens(ui).line);
}

/// Badges of statuses, how many answers differ, when it was sent and done.
fn facts_ui(ui: &mut Ui, cx: &Cx<'_>, run: &AllRun, line: Rect) {
    let t = tokens(ui);
    let inner = line.shrink2(vec2(INSET, 0.0));
    let mut row = row_at(ui, inner, "all facts");
    row.spacing_mut().item_spacing.x = 8.0;
    for (code, count) in run.statuses() {
        let tone = facts::status_tone(code);
        if row.available_width() > 120.0 {
            status_badge_ui(&mut row, tone, &cx.lang().status_count(count, code));
        }
    }
    if run.cut() > 0 && row.available_width() > 120.0 {
        status_badge_ui(&mut row, Tone::Warn, &cx.lang().cut_count(run.cut()));
    }
    if run.is_running() {
        status_badge_ui(&mut row, Tone::Accent, cx.words().calling);
    } else if run.stopped {
        status_badge_ui(&mut row, Tone::Warn, cx.lang().words().diagnosis_stopped);
    }
    let said = cx.lang().differing(run.answers().len(), run.schemas().len());
    let room = row.available_width();
    if !said.is_empty() && room > 60.0 {
        row.add(Line::new(&said).color(t.text2).elide(Elide::End).max_width(room));
    }
    if let Some((began, wall)) = run.began {
        let until = if run.is_running() { None } else { run.ended };
        let took = until.map(|ended| format::duration(ended.saturating_duration_since(began)));
        let said = cx.lang().sent_and_done(&cx.lang().clock(wall), took.as_deref());
        let wanted = width(row.painter(), &said, fonts::hint());
        if row.available_width() > wanted + 12.0 {
            row.add_space(row.available_width() - wanted - 8.0);
            row.add(Line::hint(&said).color(t.text3));
        }
    }
}
