//! The tables of a request to all: answers, the times of each call, what became of each.

use egui::{CornerRadius, Id, Rect, Role, Ui, WidgetInfo, pos2, vec2};

use crate::app::{Action, AllAct, AllRow, AllRun, Tab};
use crate::registry::Health;
use crate::ui::context::Cx;
use crate::ui::facts::{status_label, status_tone};
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::registry::{of_registry, of_wire};
use crate::ui::theme::measure::{INSET, ROW, TABLE_ROW};
use crate::ui::theme::{Tone, tokens};
use crate::ui::widgets::lines::{Lines, OneLine};
use crate::ui::widgets::table::{Cell, Column, Table};
use crate::ui::widgets::text::{elide_middle, paint_text, paint_text_right, width};
use crate::words::{Lang, format};

/// The widest column of ids.
const WIDEST_ID: f32 = 164.0;

/// The room that the longest id takes, from `least` on.
fn id_width(ui: &Ui, run: &AllRun, least: f32) -> f32 {
    // Data is mono: letters count. A wide one more or less is elided.
    let letter = width(ui.painter(), "0", fonts::code());
    (run.longest_id() as f32 * letter + 2.0).ceil().clamp(least, WIDEST_ID)
}

/// The table of answers.
pub(super) fn answers_table_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, run: &AllRun, most: f32) {
    let words = cx.lang().all();
    let room = ui.available_width();
    let wide = room > 620.0;
    // What the other columns leave is theirs.
    let spare = if wide { (room - 620.0).max(0.0) } else { (room - 460.0).max(0.0) };
    let least = if wide { 64.0 } else { 56.0 };
    let mut columns = vec![
        Column::new("", 14.0),
        Column::new(words.instance, id_width(ui, run, least).min(least + spare)),
        Column::new(words.status, if wide { 150.0 } else { 112.0 }),
    ];
    if wide {
        columns.push(Column::new(words.latency, 104.0));
    }
    columns.push(Column::new(if wide { "" } else { words.time }, if wide { 76.0 } else { 62.0 }).right());
    columns.push(Column::new(words.answer, if wide { 88.0 } else { 78.0 }));
    if wide {
        columns.push(Column::new(words.schema, 60.0));
    }
    // Where there is no room for its word, the sign says it.
    columns.push(Column::rest(if wide { words.health } else { "" }));
    let slowest = run.slowest();
    let usual = run.schemas().first().map(|group| group.hash.as_str());
    let height = (28.0 + TABLE_ROW * run.rows.len() as f32 + 1.0).min(most);
    let rect = Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), height));
    ui.advance_cursor_after_rect(rect);
    let mut pane = crate::ui::context::pane_at(ui, rect, "answers table");
    let lang = cx.lang();
    let table = Table::new(Id::unique(("all answers", tab.id.0)), words.answers, &columns).chosen(Some(run.chosen));
    let response = table.show(&mut pane, run.rows.len(), |index| {
        let Some(row) = run.rows.get(index) else { return Vec::new() };
        let letter = run.answer_of(index).map(|group| group.letter.as_str());
        cells(lang, row, letter, usual, (wide, slowest))
    });
    if let Some(chosen) = response.chosen {
        cx.act(Action::All(tab.id, AllAct::Choose(chosen)));
    }
}

/// How long a call took beside the slowest, on a scale of powers of ten from a tenth of a millisecond.
fn share(row: &AllRow, slowest: Option<std::time::Duration>) -> Option<f32> {
    let log = |time: std::time::Duration| (time.as_secs_f32() * 10_000.0).max(1.0).log10();
    let took = row.answer.as_ref()?.took;
    let most = log(slowest?).max(0.1);
    Some((log(took) / most).clamp(0.02, 1.0))
}

/// One row; `wide` where there is room for all of it.
fn cells(
    lang: Lang,
    row: &AllRow,
    letter: Option<&str>,
    usual: Option<&str>,
    (wide, slowest): (bool, Option<std::time::Duration>),
) -> Vec<Cell> {
    let words = lang.all();
    let id = Cell::mono(&row.instance.key.id);
    let Some(answer) = &row.answer else {
        let said = if row.asked.is_some() { words.running } else { words.waiting };
        let mut cells = vec![Cell::sign(Icon::CircleMinus, said), id, Cell::new(said).soft()];
        if let Some(Err(why)) = &row.text {
            // It never came to a call.
            cells[0] = Cell::sign(Icon::CircleX, "").tone(Tone::Error);
            cells[2] = Cell::new(lang.all_problem(why)).tone(Tone::Error).elide_end();
        }
        cells.resize(if wide { 8 } else { 6 }, Cell::default());
        return cells;
    };
    let tone = if answer.cut.is_some() { Tone::Warn } else { status_tone(answer.status.code) };
    let status = match answer.cut {
        Some(_) => Cell::new(words.read_in_part),
        None => Cell::mono(status_label(answer.status.code)),
    };
    let status = status.tone(tone);
    let sign = if row.is_ok() { Icon::CircleCheck } else { Icon::CircleX };
    let mut cells = vec![Cell::sign(sign, "").tone(tone), id, status];
    if wide {
        let bar = share(row, slowest).map_or_else(Cell::default, Cell::bar);
        cells.push(if row.is_ok() { bar } else { bar.tone(Tone::Error) });
    }
    cells.push(Cell::mono(format::duration(answer.took)));
    cells.push(match (&row.text, letter) {
        (Some(Ok(text)), Some(letter)) => {
            // The first answer is what the others are compared with.
            let tone = if letter == "A" { Tone::Plain } else { Tone::Cyan };
            Cell { badge_first: true, ..Cell::mono(text.short()).soft().badge(letter, tone) }
        }
        (Some(Err(why)), _) => Cell::new(lang.all_problem(why)).tone(Tone::Error).elide_end(),
        _ => Cell::new(lang.words().no_value).soft(),
    });
    if wide {
        cells.push(match row.schema() {
            Some(schema) if usual.is_some_and(|usual| usual != schema.hash) => {
                Cell::mono(schema.short()).tone(Tone::Warn)
            }
            Some(schema) => Cell::mono(schema.short()).soft(),
            None => Cell::new(lang.words().no_value).soft(),
        });
    }
    cells.push(if wide {
        health_cell(lang, row.instance.health)
    } else {
        let badge = of_registry(row.instance.health);
        Cell::sign(badge.icon(), lang.health_word(row.instance.health)).tone(badge.tone())
    });
    cells
}

fn health_cell(lang: Lang, health: Health) -> Cell {
    let badge = of_registry(health);
    Cell::new(lang.health_word(health)).icon(badge.icon()).toned(badge.tone())
}

/// When each call ran, on one axis.
pub(super) fn timeline_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, run: &AllRun) {
    let Some((began, _)) = run.began else { return };
    let end = run.ended.unwrap_or(cx.now);
    let axis = Axis {
        names: id_width(ui, run, 88.0) + 8.0,
        began,
        whole_s: end.saturating_duration_since(began).as_secs_f32().max(0.000_1),
    };
    ui.add_space(8.0);
    let name = cx.lang().all().timeline;
    let lines = Lines::new(Id::unique(("all timeline", tab.id.0)), name, ROW).at(Some(run.chosen)).opens();
    let response = lines.show(ui, run.rows.len(), |ui, line| {
        if let Some(row) = run.rows.get(line.index) {
            call_ui(ui, cx, &axis, row, &line, line.index == run.chosen);
        }
    });
    if let Some(chosen) = response.opened.or(response.went) {
        cx.act(Action::All(tab.id, AllAct::Choose(chosen)));
    }
}

/// What the bars of calls stand on.
struct Axis {
    /// Width of the column of names.
    names: f32,
    began: std::time::Instant,
    whole_s: f32,
}

/// One call: until the connection stood, then until the answer came.
fn call_ui(ui: &Ui, cx: &Cx<'_>, axis: &Axis, row: &AllRow, line: &OneLine<'_>, is_chosen: bool) {
    const TIMES: f32 = 76.0;
    let t = tokens(ui);
    let rect = line.rect;
    let (middle, painter) = (rect.center().y, ui.painter());
    let took = row.answer.as_ref().map(|answer| format::duration(answer.took)).unwrap_or_default();
    let state = row.answer.as_ref().map(|answer| status_label(answer.status.code)).unwrap_or_default();
    let said = format!("{} {took} {state}", row.instance.key.id);
    line.response.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, said.trim()));
    ui.ctx().accesskit_node_builder(line.response.id, |node| node.set_selected(is_chosen));
    if is_chosen {
        painter.rect_filled(rect, 0.0, t.accent_bg);
    }
    let name = elide_middle(painter, &row.instance.key.id, &fonts::code(), axis.names - 8.0);
    let color = if is_chosen { t.text1 } else { t.text2 };
    paint_text(painter, rect.left() + INSET, middle, &name, &fonts::code(), color);
    let bars = rect.left() + INSET + axis.names + TIMES + 8.0;
    paint_text_right(painter, bars - 12.0, middle, &took, &fonts::code(), t.text1);
    let track = rect.right() - INSET - bars;
    let Some(asked) = row.asked else { return };
    let from = asked.saturating_duration_since(axis.began).as_secs_f32() / axis.whole_s;
    let took_s = row
        .answer
        .as_ref()
        .map_or_else(|| cx.now.saturating_duration_since(asked).as_secs_f32(), |answer| answer.took.as_secs_f32());
    let left = bars + track * from.min(1.0);
    let wide = (track * (took_s / axis.whole_s)).clamp(3.0, (rect.right() - INSET - left).max(3.0));
    let color = if row.answer.is_none() || row.is_ok() { t.accent } else { t.error };
    let bar = Rect::from_min_size(pos2(left, middle - 7.0), vec2(wide, 14.0));
    painter.rect_filled(bar, CornerRadius::same(3), color);
    if let Some(connected) = row.answer.as_ref().and_then(|answer| answer.connected) {
        let part = (track * (connected.as_secs_f32() / axis.whole_s)).min(wide);
        if part > 1.0 {
            let before = Rect::from_min_size(bar.min, vec2(part, 14.0));
            painter.rect_filled(before, CornerRadius::same(3), t.warn);
        }
    }
}

/// What became of each call, stage by stage.
pub(super) fn attempts_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, run: &AllRun) {
    let words = cx.lang().all();
    let lang = cx.lang();
    // How far each came is the first that finds no room.
    let has_room = ui.available_width() > 700.0;
    let least = if has_room { 110.0 } else { 90.0 };
    let spare = (ui.available_width() - if has_room { 700.0 } else { 400.0 }).max(0.0);
    let mut columns = vec![
        Column::new(words.instance, id_width(ui, run, least).min(least + spare)),
        Column::new(words.status, if has_room { 156.0 } else { 130.0 }),
    ];
    if has_room {
        columns.push(Column::new(words.reached, 96.0).right());
    }
    columns.push(Column::new(words.time, 70.0).right());
    if has_room {
        columns.push(Column::new(words.wire, 118.0));
    }
    columns.push(Column::rest(words.detail));
    let table = Table::new(Id::unique(("all attempts", tab.id.0)), words.attempts, &columns).chosen(Some(run.chosen));
    let response = table.show(ui, run.rows.len(), |index| {
        let Some(row) = run.rows.get(index) else { return Vec::new() };
        let id = Cell::mono(&row.instance.key.id);
        let Some(answer) = &row.answer else {
            if let Some(Err(why)) = &row.text {
                let mut cells = vec![id, Cell::new(lang.all_problem(why)).tone(Tone::Error).elide_end()];
                cells.resize(columns.len(), Cell::default());
                return cells;
            }
            let said = if row.asked.is_some() { words.running } else { words.waiting };
            return vec![id, Cell::new(said).soft()];
        };
        let wire = row.facts.as_ref().map_or_else(Cell::default, |facts| {
            let badge = of_wire(&facts.health);
            Cell::new(facts.health.word()).icon(badge.icon()).toned(badge.tone())
        });
        let detail = match (&row.text, answer.cut, answer.status.failure.as_ref()) {
            (Some(Err(why)), _, _) => lang.all_problem(why),
            (_, Some(cut), _) => lang.cut_said(cut),
            (_, None, Some(failure)) => lang.failed_at(failure.stage),
            (_, None, None) => answer.status.message.clone(),
        };
        let mut cells = vec![id, Cell::mono(status_label(answer.status.code)).tone(status_tone(answer.status.code))];
        if has_room {
            cells.push(Cell::mono(answer.connected.map(format::duration).unwrap_or_default()).soft());
        }
        cells.push(Cell::mono(format::duration(answer.took)));
        if has_room {
            cells.push(wire);
        }
        cells.push(Cell::new(detail).soft().elide_end());
        cells
    });
    if let Some(chosen) = response.chosen {
        cx.act(Action::All(tab.id, AllAct::Choose(chosen)));
    }
}
