//! The tables of a request to all: answers, the times of each call, what became of each.

use egui::{CornerRadius, Id, Rect, Ui, pos2, vec2};

use crate::app::{Action, AllAct, AllRow, AllRun, Tab};
use crate::registry::Health;
use crate::ui::context::Cx;
use crate::ui::facts::{status_label, status_tone};
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::registry::{of_registry, of_wire};
use crate::ui::theme::measure::{INSET, TABLE_ROW};
use crate::ui::theme::{Tone, tokens};
use crate::ui::widgets::table::{Cell, Column, Table};
use crate::ui::widgets::text::{elide_middle, label_over, paint_text, paint_text_right};
use crate::words::{Lang, format};

/// The table of answers; returns its height.
pub(super) fn answers_table_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, run: &AllRun, most: f32) {
    let words = cx.lang().all();
    let wide = ui.available_width() > 620.0;
    let mut columns = vec![
        Column::new("", 14.0),
        Column::new(words.instance, if wide { 64.0 } else { 56.0 }),
        Column::new(words.status, if wide { 150.0 } else { 112.0 }),
    ];
    let bars = wide.then_some(columns.len());
    if wide {
        columns.push(Column::new(words.latency, 116.0));
    }
    columns.push(Column::new(if wide { "" } else { words.time }, if wide { 70.0 } else { 62.0 }).right());
    columns.push(Column::new(words.answer, if wide { 88.0 } else { 78.0 }));
    if wide {
        columns.push(Column::new(words.schema, 60.0));
    }
    // Where there is no room for its word, the sign says it.
    columns.push(Column::rest(if wide { words.health } else { "" }));
    let answers = run.answers();
    let slowest = run.slowest();
    let usual = run.schemas().first().map(|group| group.hash.clone());
    let height = (28.0 + TABLE_ROW * run.rows.len() as f32 + 1.0).min(most);
    let rect = Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), height));
    ui.advance_cursor_after_rect(rect);
    let mut pane = crate::ui::context::pane_at(ui, rect, "answers table");
    let lang = cx.lang();
    let table = Table::new(Id::unique(("all answers", tab.id.0)), words.answers, &columns).chosen(Some(run.chosen));
    let bar_left = bars.map(|index| {
        columns[..index].iter().filter_map(|column| column.width).sum::<f32>() + INSET * (index + 1) as f32
    });
    let painter = pane.painter().clone();
    let top = rect.top() + 28.0;
    let mut shown: Vec<(usize, f32)> = Vec::new();
    let response = table.show(&mut pane, run.rows.len(), |index| {
        let Some(row) = run.rows.get(index) else { return Vec::new() };
        if let Some(share) = share(row, slowest) {
            shown.push((index, share));
        }
        let letter = answers.iter().find(|group| group.rows.contains(&index)).map(|group| group.letter.as_str());
        cells(lang, row, letter, usual.as_deref(), wide)
    });
    if let (Some(left), true) = (bar_left, rect.height() >= 28.0 + TABLE_ROW * run.rows.len() as f32) {
        let t = tokens(&pane);
        for (index, share) in shown {
            let middle = top + TABLE_ROW * (index as f32 + 0.5);
            let failed = run.rows.get(index).is_some_and(|row| !row.is_ok());
            let color = if failed { t.error } else { t.accent };
            let place =
                Rect::from_min_size(pos2(rect.left() + left, middle - 4.0), vec2((104.0 * share).max(3.0), 8.0));
            painter.rect_filled(place, CornerRadius::same(2), color);
        }
    }
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

fn cells(lang: Lang, row: &AllRow, letter: Option<&str>, usual: Option<&str>, wide: bool) -> Vec<Cell> {
    let words = lang.all();
    let id = Cell::mono(&row.instance.key.id);
    let Some(answer) = &row.answer else {
        let said = if row.asked.is_some() { words.running } else { words.waiting };
        let mut cells = vec![Cell::sign(Icon::CircleMinus, said), id, Cell::new(said).soft()];
        cells.resize(if wide { 8 } else { 6 }, Cell::default());
        return cells;
    };
    let tone = status_tone(answer.status.code);
    let sign = if row.is_ok() { Icon::CircleCheck } else { Icon::CircleX };
    let mut cells = vec![Cell::sign(sign, "").tone(tone), id, Cell::mono(status_label(answer.status.code)).tone(tone)];
    if wide {
        cells.push(Cell::default());
    }
    cells.push(Cell::mono(format::duration(answer.took)));
    cells.push(match (&row.text, letter) {
        (Some(Ok(text)), Some(letter)) => {
            // The first answer is what the others are compared with.
            let tone = if letter == "A" { Tone::Plain } else { Tone::Cyan };
            Cell { badge_first: true, ..Cell::mono(&text.hash).soft().badge(letter, tone) }
        }
        (Some(Err(why)), _) => Cell::new(lang.all_unread(why)).tone(Tone::Error).elide_end(),
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
    let cell = Cell::new(lang.health_word(health)).icon(badge.icon());
    if badge.tone() == Tone::Plain { cell.soft() } else { cell.tone(badge.tone()) }
}

/// When each call ran, on one axis.
pub(super) fn timeline_ui(ui: &mut Ui, cx: &mut Cx<'_>, run: &AllRun) {
    let t = tokens(ui);
    let Some((began, _)) = run.began else { return };
    let end = run.ended.unwrap_or(cx.now);
    let whole = end.saturating_duration_since(began).as_secs_f32().max(0.000_1);
    let names = 96.0;
    let times = 76.0;
    ui.add_space(8.0);
    egui::ScrollArea::vertical().id_salt("all timeline").auto_shrink([false, false]).show_rows(
        ui,
        26.0,
        run.rows.len(),
        |ui, range| {
            ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
            for row in range.filter_map(|index| run.rows.get(index)) {
                let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 26.0), egui::Sense::hover());
                let middle = rect.center().y;
                let painter = ui.painter();
                let name = elide_middle(painter, &row.instance.key.id, &fonts::code(), names - 8.0);
                paint_text(painter, rect.left() + INSET, middle, &name, &fonts::code(), t.text2);
                let took = row.answer.as_ref().map(|answer| format::duration(answer.took)).unwrap_or_default();
                let bars = rect.left() + INSET + names + times + 8.0;
                paint_text_right(painter, bars - 12.0, middle, &took, &fonts::code(), t.text1);
                let track = rect.right() - INSET - bars;
                let Some(asked) = row.asked else { continue };
                let from = asked.saturating_duration_since(began).as_secs_f32() / whole;
                let took_s = row.answer.as_ref().map_or_else(
                    || cx.now.saturating_duration_since(asked).as_secs_f32(),
                    |answer| answer.took.as_secs_f32(),
                );
                let left = bars + track * from.min(1.0);
                let wide = (track * (took_s / whole)).clamp(3.0, (rect.right() - INSET - left).max(3.0));
                let color = match &row.answer {
                    None => t.accent,
                    Some(_) if row.is_ok() => t.accent,
                    Some(_) => t.error,
                };
                let bar = Rect::from_min_size(pos2(left, middle - 7.0), vec2(wide, 14.0));
                // Until the connection stood, then until the answer came.
                painter.rect_filled(bar, CornerRadius::same(3), color);
                if let Some(connected) = row.answer.as_ref().and_then(|answer| answer.connected) {
                    let part = (track * (connected.as_secs_f32() / whole)).min(wide);
                    if part > 1.0 {
                        let before = Rect::from_min_size(bar.min, vec2(part, 14.0));
                        painter.rect_filled(before, CornerRadius::same(3), t.warn);
                    }
                }
                let state = row.answer.as_ref().map(|answer| status_label(answer.status.code)).unwrap_or_default();
                label_over(
                    ui,
                    rect,
                    ("all time", &row.instance.key),
                    &format!("{} {took} {state}", row.instance.key.id),
                );
            }
        },
    );
}

/// What became of each call, stage by stage.
pub(super) fn attempts_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, run: &AllRun) {
    let words = cx.lang().all();
    let lang = cx.lang();
    // How far each came is the first that finds no room.
    let has_room = ui.available_width() > 700.0;
    let mut columns = vec![
        Column::new(words.instance, if has_room { 110.0 } else { 90.0 }),
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
            let said = if row.asked.is_some() { words.running } else { words.waiting };
            return vec![id, Cell::new(said).soft()];
        };
        let wire = row.facts.as_ref().map_or_else(Cell::default, |facts| {
            let badge = of_wire(&facts.health);
            let cell = Cell::new(facts.health.word()).icon(badge.icon());
            if badge.tone() == Tone::Plain { cell.soft() } else { cell.tone(badge.tone()) }
        });
        let failure = answer.status.failure.as_ref();
        let detail = match failure {
            Some(failure) => lang.failed_at(failure.stage),
            None => answer.status.message.clone(),
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
