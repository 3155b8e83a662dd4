//! The answers: their table, what failed, two of them beside each other, two schemas beside each other.

use egui::{Rect, Ui, vec2};

use super::{compare, failed_ui, table};
use crate::app::{Action, AllAct, AllGroup, AllRun, AllTab, Tab};
use crate::engine::AllText;
use crate::ui::context::{Cx, pane_at};
use crate::ui::theme::measure::INSET;
use crate::ui::theme::tokens;
use crate::ui::widgets::button::{Button, ButtonSize};
use crate::ui::widgets::choice::choice_ui;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::heading::section_head_ui;
use crate::ui::widgets::shared::line_below;
use crate::words::format;

/// The side of answers.
pub(super) fn answers_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, all: &AllTab, run: &AllRun) {
    let room = ui.available_height();
    egui::ScrollArea::vertical().id_salt(("all answers", tab.id.0)).auto_shrink([false, false]).show(ui, |ui| {
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        table::answers_table_ui(ui, cx, tab, run, (room * 0.6).max(120.0));
        ui.add_space(INSET);
        let inner = Rect::from_min_size(
            ui.cursor().min + vec2(INSET, 0.0),
            vec2(ui.available_width() - 2.0 * INSET, f32::INFINITY),
        );
        let mut notices = pane_at(ui, inner, "all failed");
        failed_ui(&mut notices, cx, run);
        let height = notices.min_rect().height();
        ui.add_space(height);
        let top = egui::Stroke::new(1.0, tokens(ui).line);
        ui.painter().hline(ui.max_rect().x_range(), ui.cursor().top(), top);
        two_answers_ui(ui, cx, tab, all, run);
        two_schemas_ui(ui, cx, run);
    });
}

/// The answer that others are compared with, and the one that is compared: the chosen row's, else the next frequent.
fn pair(groups: &[AllGroup], chosen: usize) -> Option<(&AllGroup, &AllGroup)> {
    let first = groups.first()?;
    let other = groups.iter().skip(1).find(|group| group.rows.contains(&chosen)).or_else(|| groups.get(1))?;
    Some((first, other))
}

fn two_answers_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, all: &AllTab, run: &AllRun) {
    let lang = cx.lang();
    let words = lang.all();
    let groups = run.answers();
    let Some((left, right)) = pair(&groups, run.chosen) else {
        if let Some(only) = groups.first() {
            one_answer_ui(ui, cx, run, only);
        }
        return;
    };
    let (Some(one), Some(other)) = (text(run, left), text(run, right)) else { return };
    let left_out: Vec<String> = paths(&all.left_out);
    let names = (format!("{}|{}", one.hash, all.left_out), format!("{}|{}", other.hash, all.left_out));
    if !cx.app.comparisons.is_asked(&names.0, &names.1) {
        let text_of = |text: &AllText| -> std::sync::Arc<str> { without(text.text.text(), &left_out).into() };
        cx.act(Action::Compare(names.clone(), text_of(one), text_of(other), true));
    }
    let comparison = cx.app.comparisons.of(&names.0, &names.1).cloned();
    let differing = comparison.as_ref().map(|diff| compare::differing(diff));
    let note = differing.map_or_else(|| words.comparing.to_owned(), |count| lang.lines_differ(count));
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
        let mut row = crate::ui::context::row_at(ui, place.shrink2(vec2(INSET, 0.0)), "left out");
        let mut typed = all.left_out.clone();
        let id = egui::Id::unique(("left out", tab.id.0));
        let field = Field::new(id, &mut typed, words.leave_out_name).placeholder(words.leave_out_hint).mono();
        if field.show(&mut row).changed() {
            cx.act(Action::All(tab.id, AllAct::LeftOut(typed)));
        }
        ui.add_space(44.0);
    }
    let Some(diff) = comparison else { return };
    let heads = [left, right].map(|group| {
        let ids: Vec<&str> =
            group.rows.iter().filter_map(|row| run.rows.get(*row)).map(|row| row.instance.key.id.as_str()).collect();
        let row = group.rows.first().and_then(|row| run.rows.get(*row));
        let size = row.and_then(|row| row.answer.as_ref()).map(|answer| format::bytes(answer.size)).unwrap_or_default();
        let schema = row.and_then(|row| row.schema()).map(|schema| schema.short().to_owned());
        (format!("{}  {}", group.letter, ids.join(", ")), lang.answer_note(&size, schema.as_deref()))
    });
    compare::texts_ui(ui, "answers", &heads, &diff, true, all.one_column);
}

/// All answered the same: it is shown once.
fn one_answer_ui(ui: &mut Ui, cx: &mut Cx<'_>, run: &AllRun, only: &AllGroup) {
    let words = cx.lang().all();
    let note = if only.rows.len() > 1 { words.equal } else { "" };
    section_head_ui(ui, words.answer, note, 32.0, |_| {});
    let Some(text) = text(run, only) else { return };
    ui.add_space(6.0);
    for line in text.text.text().lines().take(400) {
        compare::line_ui(ui, line, true);
    }
    ui.add_space(8.0);
}

fn two_schemas_ui(ui: &mut Ui, cx: &mut Cx<'_>, run: &AllRun) {
    let groups = run.schemas();
    if groups.len() < 2 {
        return;
    }
    let schemas: Vec<(std::sync::Arc<crate::registry::WireSchema>, Vec<String>)> = groups
        .iter()
        .filter_map(|group| {
            let schema = run.rows.get(*group.rows.first()?)?.schema()?.clone();
            let ids = group.rows.iter().filter_map(|row| run.rows.get(*row)).map(|row| row.instance.key.id.clone());
            Some((schema, ids.collect()))
        })
        .collect();
    compare::compare_schemas_ui(ui, cx, &schemas);
}

fn text<'a>(run: &'a AllRun, group: &AllGroup) -> Option<&'a AllText> {
    run.rows.get(*group.rows.first()?)?.read()
}

fn paths(typed: &str) -> Vec<String> {
    typed.split([',', ' ']).map(str::trim).filter(|path| !path.is_empty()).map(str::to_owned).collect()
}

/// A JSON text without the values of these paths, wherever they stand: `a.b` means the member b of a member a.
fn without(text: &str, paths: &[String]) -> String {
    if paths.is_empty() {
        return text.to_owned();
    }
    let Ok(mut value) = serde_json::from_str::<serde_json::Value>(text) else { return text.to_owned() };
    for path in paths {
        let parts: Vec<&str> = path.split('.').collect();
        leave_out(&mut value, &parts);
    }
    serde_json::to_string_pretty(&value).unwrap_or_else(|_| text.to_owned())
}

fn leave_out(value: &mut serde_json::Value, parts: &[&str]) {
    match value {
        serde_json::Value::Array(items) => items.iter_mut().for_each(|item| leave_out(item, parts)),
        serde_json::Value::Object(members) => match parts {
            [] => {}
            [last] => {
                members.remove(*last);
            }
            [first, rest @ ..] => {
                if let Some(inner) = members.get_mut(*first) {
                    leave_out(inner, rest);
                }
            }
        },
        _ => {}
    }
}

/// All answers as one JSON text, for the clipboard.
pub(super) fn as_json(run: &AllRun) -> String {
    let rows: Vec<serde_json::Value> = run
        .rows
        .iter()
        .map(|row| {
            let answer = row.answer.as_ref();
            let read = row.read().map(|text| {
                serde_json::from_str(text.text.text())
                    .unwrap_or_else(|_| serde_json::Value::String(text.text.text().to_owned()))
            });
            serde_json::json!({
                "instance": row.instance.key.id,
                "address": row.instance.host_port(),
                "status": answer.map(|answer| answer.status.code.name()),
                "message": answer.map(|answer| answer.status.message.clone()).filter(|message| !message.is_empty()),
                "ms": answer.map(|answer| answer.took.as_secs_f64() * 1000.0),
                "schema": row.schema().map(|schema| schema.hash.clone()),
                "answer": read,
            })
        })
        .collect();
    serde_json::to_string_pretty(&rows).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::without;

    #[test]
    fn paths_are_left_out_wherever_they_stand() {
        let text = r#"{"id": 1, "items": [{"at": 2, "n": 3}], "at": 4}"#;
        let found = without(text, &["items.at".to_owned(), "id".to_owned()]);
        let found: serde_json::Value = serde_json::from_str(&found).unwrap_or_default();
        assert_eq!(found, serde_json::json!({"items": [{"n": 3}], "at": 4}));
        assert_eq!(without("no json", &["a".to_owned()]), "no json");
    }
}
