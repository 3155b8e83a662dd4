//! The answers: their table, what failed, two of them beside each other, two schemas beside each other.

use egui::{Id, Rect, Ui, vec2};

use super::{compare, failures, table};
use crate::app::{Action, AllAct, AllGroup, AllRow, AllRun, AllTab, Tab, UiCommand};
use crate::engine::AllText;
use crate::ui::context::{Cx, pane_at, row_at};
use crate::ui::theme::measure::{CODE_LINE, INSET};
use crate::ui::theme::tokens;
use crate::ui::widgets::button::{Button, ButtonSize};
use crate::ui::widgets::choice::choice_ui;
use crate::ui::widgets::code_view::CodeView;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::heading::section_head_ui;
use crate::ui::widgets::json::Language;
use crate::ui::widgets::shared::line_below;
use crate::words::{Lang, format};

/// The least room of an answer that is read; in less the whole pane scrolls.
const LEAST_ANSWER: f32 = 220.0;

/// The side of answers.
pub(super) fn answers_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, all: &AllTab, run: &AllRun) {
    let room = ui.available_height();
    egui::ScrollArea::vertical().id_salt(("all answers", tab.id.0)).auto_shrink([false, false]).show(ui, |ui| {
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        let top = ui.cursor().top();
        table::answers_table_ui(ui, cx, tab, run, (room * 0.6).max(120.0));
        ui.add_space(INSET);
        let inner = Rect::from_min_size(
            ui.cursor().min + vec2(INSET, 0.0),
            vec2(ui.available_width() - 2.0 * INSET, f32::INFINITY),
        );
        let mut notices = pane_at(ui, inner, "all failed");
        failures::failures_ui(&mut notices, cx, tab, run);
        let height = notices.min_rect().height();
        ui.add_space(height);
        let line = egui::Stroke::new(1.0, tokens(ui).line);
        ui.painter().hline(ui.max_rect().x_range(), ui.cursor().top(), line);
        let rest = room - (ui.cursor().top() - top);
        two_answers_ui(ui, cx, tab, all, run, rest);
        two_schemas_ui(ui, cx, run);
    });
}

/// The answer that others are compared with, and the one that is compared: the chosen row's, else the next frequent.
fn pair(groups: &[AllGroup], chosen: usize) -> Option<(&AllGroup, &AllGroup)> {
    let first = groups.first()?;
    let other = groups.iter().skip(1).find(|group| group.rows.contains(&chosen)).or_else(|| groups.get(1))?;
    Some((first, other))
}

fn two_answers_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, all: &AllTab, run: &AllRun, rest: f32) {
    let lang = cx.lang();
    let words = lang.all();
    let groups = run.answers();
    let Some((left, right)) = pair(groups, run.chosen) else {
        if let Some(only) = groups.first() {
            one_answer_ui(ui, cx, tab, run, only, rest);
        }
        return;
    };
    let (Some(one), Some(other)) = (text(run, left), text(run, right)) else { return };
    let left_out = all.left_out.trim();
    if cx.app.comparisons.is_wanted(&one.hash, &other.hash, left_out) {
        cx.act(Action::CompareAnswers(one.clone(), other.clone(), left_out.to_owned()));
    }
    // Until it is compared anew, what was compared before stays.
    let is_new = cx.app.comparisons.of(&one.hash, &other.hash, left_out).cloned();
    let compared = is_new.clone().or_else(|| cx.app.comparisons.newest_of(&one.hash, &other.hash).cloned());
    let note = is_new.map_or_else(|| words.comparing.to_owned(), |compared| lang.lines_differ(compared.differing));
    let (mut column, mut is_typing) = (all.one_column, all.types_left_out);
    section_head_ui(ui, &lang.answers_count(groups.len()), &note, 40.0, |ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        if ui.add(Button::secondary(words.leave_out).small()).clicked() {
            is_typing = !is_typing;
        }
        choice_ui(
            ui,
            words.side_by_side,
            ButtonSize::Small,
            &mut column,
            &[(false, words.side_by_side), (true, words.one_column)],
        );
    });
    if column != all.one_column {
        cx.act(Action::All(tab.id, AllAct::OneColumn(column)));
    }
    if is_typing != all.types_left_out {
        cx.act(Action::All(tab.id, AllAct::TypeLeftOut(is_typing)));
    }
    if all.types_left_out {
        let place = Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), 44.0));
        line_below(ui.painter(), place, tokens(ui).line);
        let mut row = row_at(ui, place.shrink2(vec2(INSET, 0.0)), "left out");
        let mut typed = all.left_out.clone();
        let id = Id::unique(("left out", tab.id.0));
        let field = Field::new(id, &mut typed, words.leave_out_name).placeholder(words.leave_out_hint).mono();
        if field.show(&mut row).changed() {
            cx.act(Action::All(tab.id, AllAct::LeftOut(typed)));
        }
        ui.add_space(44.0);
    }
    let Some(compared) = compared else { return };
    let heads = [left, right].map(|group| head(lang, run, group));
    compare::texts_ui(ui, "answers", &heads, &compared, all.one_column);
}

/// Who gave an answer, and what it is like.
fn head(lang: Lang, run: &AllRun, group: &AllGroup) -> (String, String) {
    let rows: Vec<&AllRow> = group.rows.iter().filter_map(|row| run.rows.get(*row)).collect();
    let ids: Vec<&str> = rows.iter().map(|row| row.instance.key.id.as_str()).collect();
    let answer = rows.first().and_then(|row| row.answer.as_ref());
    let size = answer.map(|answer| format::bytes(answer.size)).unwrap_or_default();
    let schema = rows.first().and_then(|row| row.schema()).map(|schema| schema.short().to_owned());
    let mut note = lang.answer_note(&size, schema.as_deref());
    if let Some(cut) = answer.and_then(|answer| answer.cut) {
        note.push_str(&lang.and_besides(&lang.cut_said(cut)));
    }
    (format!("{}  {}", group.letter, lang.few_of(&ids)), note)
}

/// All answered the same: it is shown once, whole.
fn one_answer_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, run: &AllRun, only: &AllGroup, rest: f32) {
    const HEAD: f32 = 32.0;
    let words = cx.lang().all();
    let row = only.rows.first().and_then(|row| run.rows.get(*row));
    let cut = row.and_then(|row| row.answer.as_ref()?.cut).map(|cut| cx.lang().cut_said(cut));
    let equal = if only.rows.len() > 1 { words.equal } else { "" };
    section_head_ui(ui, words.answer, cut.as_deref().unwrap_or(equal), HEAD, |_| {});
    let Some(text) = text(run, only) else { return };
    // As high as its lines where they fit; more scroll within.
    let lines = text.text.len() as f32 * CODE_LINE + 2.0 * INSET;
    let room = (rest - HEAD).max(LEAST_ANSWER);
    let height = if run.schemas().len() > 1 { lines.min(room) } else { room };
    let place = Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), height));
    ui.advance_cursor_after_rect(place);
    let mut pane = pane_at(ui, place, "one answer");
    let id = Id::unique(("answer of all", tab.id.0));
    let view = CodeView::new(id, words.answer).language(Language::Json).lang(cx.lang());
    let view = view.find_key(cx.key(UiCommand::Find)).command(cx.memory.body_command.take());
    view.show(&mut pane, &text.text);
}

fn two_schemas_ui(ui: &mut Ui, cx: &mut Cx<'_>, run: &AllRun) {
    let served: Vec<compare::Served<'_>> = run
        .schemas()
        .iter()
        .take(2)
        .filter_map(|group| {
            let schema = run.rows.get(*group.rows.first()?)?.schema()?;
            let ids = group.rows.iter().filter_map(|row| run.rows.get(*row)).map(|row| row.instance.key.id.as_str());
            Some((schema, ids.collect()))
        })
        .collect();
    compare::schemas_ui(ui, cx, &served);
}

fn text<'a>(run: &'a AllRun, group: &AllGroup) -> Option<&'a AllText> {
    run.rows.get(*group.rows.first()?)?.read()
}
