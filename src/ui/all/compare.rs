//! Two texts beside each other or in one column; of schemas only what differs, with a few lines around it.

use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Rect, Sense, Ui, vec2};

use crate::app::Action;
use crate::message::{DiffKind, TextDiff};
use crate::registry::WireSchema;
use crate::ui::context::{Cx, pane_at};
use crate::ui::fonts;
use crate::ui::registry::compare::{SideHead, compare_marked_ui, height};
use crate::ui::theme::measure::{CODE_LINE, INSET};
use crate::ui::theme::tokens;
use crate::ui::widgets::heading::section_head_ui;
use crate::ui::widgets::json::tokens_of;
use crate::ui::widgets::menu::copy_menu_ui;
use crate::ui::widgets::text;

/// Lines around a difference that are shown with it.
const AROUND: usize = 3;
/// So many lines of a comparison are shown in place; more scroll inside.
const MOST_LINES: f32 = 24.0;

/// How many lines differ.
pub(super) fn differing(diff: &TextDiff) -> usize {
    diff.rows.iter().filter(|row| row.kind != DiffKind::Same).count()
}

/// Both texts.
pub(super) fn texts_ui(
    ui: &mut Ui,
    salt: &str,
    heads: &[(String, String); 2],
    diff: &TextDiff,
    is_json: bool,
    one_column: bool,
) {
    if one_column {
        column_ui(ui, salt, diff, is_json, 0..diff.rows.len(), None);
        return;
    }
    let tall = height(diff).min(CODE_LINE * MOST_LINES);
    let rect = Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), tall));
    ui.advance_cursor_after_rect(rect);
    let mut pane = pane_at(ui, rect, ("compare", salt));
    let heads = heads.each_ref().map(|(title, note)| SideHead { title, note });
    compare_marked_ui(&mut pane, heads, diff, is_json, true);
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, egui::Stroke::new(1.0, tokens(ui).line));
}

/// Lines of both in one column: what goes, then what comes.
fn column_ui(
    ui: &mut Ui,
    salt: &str,
    diff: &TextDiff,
    is_json: bool,
    rows: std::ops::Range<usize>,
    note: Option<[&str; 2]>,
) {
    ui.add_space(6.0);
    let mut at = rows.start;
    while at < rows.end {
        let Some(row) = diff.rows.get(at) else { break };
        if row.kind == DiffKind::Same {
            if let Some(line) = row.right {
                numbered_ui(ui, (salt, at, 0), line, diff.right(line), None, is_json, None);
            }
            at += 1;
            continue;
        }
        // A whole run of differences: first all that goes.
        let end = (at..rows.end).find(|index| diff.rows.get(*index).is_none_or(|row| row.kind == DiffKind::Same));
        let end = end.unwrap_or(rows.end);
        for index in at..end {
            if let Some(line) = diff.rows.get(index).and_then(|row| row.left) {
                numbered_ui(
                    ui,
                    (salt, index, 1),
                    line,
                    diff.left(line),
                    Some(false),
                    is_json,
                    note.map(|note| note[0]),
                );
            }
        }
        for index in at..end {
            if let Some(line) = diff.rows.get(index).and_then(|row| row.right) {
                numbered_ui(
                    ui,
                    (salt, index, 2),
                    line,
                    diff.right(line),
                    Some(true),
                    is_json,
                    note.map(|note| note[1]),
                );
            }
        }
        at = end;
    }
    ui.add_space(8.0);
}

#[allow(clippy::too_many_arguments, reason = "a line with its number, its sign and what is said of it")]
fn numbered_ui(
    ui: &mut Ui,
    salt: (&str, usize, usize),
    number: usize,
    line: &str,
    comes: Option<bool>,
    is_json: bool,
    note: Option<&str>,
) {
    let t = tokens(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), CODE_LINE), Sense::hover());
    if !ui.is_rect_visible(rect) {
        return;
    }
    let middle = rect.center().y;
    let painter = ui.painter();
    if let Some(comes) = comes {
        let (sign, fill, color) = if comes { ("+", t.ok_bg, t.ok) } else { ("−", t.error_bg, t.error) };
        painter.rect_filled(rect, 0.0, fill);
        text::paint_text(painter, rect.left() + 36.0, middle, sign, &fonts::code(), color);
    }
    let shown = (number + 1).to_string();
    text::paint_text_right(painter, rect.left() + 24.0, middle, &shown, &fonts::code(), t.faint);
    let left = rect.left() + 52.0;
    let end = line_at(ui, line, left, rect.right() - 8.0 - left, middle, is_json);
    if let Some(note) = note {
        let room = rect.right() - INSET - end - 24.0;
        let galley = text::line_within(ui.painter(), note, fonts::code(), t.text3, room.max(0.0));
        text::paint(ui.painter(), galley, end + 24.0, middle, &fonts::code());
    }
    let sign = comes.map_or("", |comes| if comes { "+ " } else { "− " });
    let place = Rect::from_min_max(egui::pos2(left, rect.top()), rect.max);
    let shown = text::label_over(ui, place, ("line", salt), format!("{sign}{line}").trim());
    copy_menu_ui(&shown.interact(Sense::CLICK), 0, line);
}

/// One line of code; returns its right edge.
fn line_at(ui: &Ui, line: &str, left: f32, room: f32, middle: f32, is_json: bool) -> f32 {
    let t = tokens(ui);
    let shown: String = line.chars().take(2_000).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut job = LayoutJob { break_on_newline: false, ..LayoutJob::default() };
    if is_json {
        for (range, token) in tokens_of(&shown) {
            job.append(shown.get(range).unwrap_or_default(), 0.0, TextFormat::simple(fonts::code(), token.color(t)));
        }
    } else {
        for (piece, color) in proto_pieces(&shown, t) {
            job.append(piece, 0.0, TextFormat::simple(fonts::code(), color));
        }
    }
    job.wrap = TextWrapping::truncate_at_width(room.max(0.0));
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
    text::paint(ui.painter(), galley, left, middle, &fonts::code()).right()
}

/// One line of code with the inset of a pane.
pub(super) fn line_ui(ui: &mut Ui, line: &str, is_json: bool) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), CODE_LINE), Sense::hover());
    let left = rect.left() + INSET;
    line_at(ui, line, left, rect.right() - INSET - left, rect.center().y, is_json);
    let place = Rect::from_min_max(egui::pos2(left, rect.top()), rect.max);
    let shown = text::label_over(ui, place, ("answer line", rect.top() as i32), line.trim());
    copy_menu_ui(&shown.interact(Sense::CLICK), 0, line);
}

/// Words of .proto source with the colour of each.
fn proto_pieces<'a>(line: &'a str, t: &crate::ui::theme::Tokens) -> Vec<(&'a str, egui::Color32)> {
    const WORDS: [&str; 14] = [
        "syntax", "edition", "package", "import", "option", "message", "enum", "service", "rpc", "returns", "stream",
        "repeated", "optional", "oneof",
    ];
    const TYPES: [&str; 16] = [
        "double", "float", "int32", "int64", "uint32", "uint64", "sint32", "sint64", "fixed32", "fixed64", "sfixed32",
        "sfixed64", "bool", "string", "bytes", "map",
    ];
    let mut pieces = Vec::new();
    let mut rest = line;
    while !rest.is_empty() {
        if rest.starts_with("//") {
            pieces.push((rest, t.text3));
            break;
        }
        let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        let first = rest.chars().next().unwrap_or(' ');
        let end = if is_word(first) {
            rest.find(|c| !is_word(c)).unwrap_or(rest.len())
        } else {
            rest.find(is_word).unwrap_or(rest.len())
        };
        let (piece, after) = rest.split_at(end);
        let color = if WORDS.contains(&piece) {
            t.violet
        } else if TYPES.contains(&piece) {
            t.ok
        } else if piece.parse::<f64>().is_ok() {
            t.warn
        } else {
            t.text1
        };
        pieces.push((piece, color));
        rest = after;
    }
    pieces
}

/// The two most frequent schemas: what differs between them, with who serves it.
pub(in crate::ui) fn compare_schemas_ui(ui: &mut Ui, cx: &mut Cx<'_>, schemas: &[(Arc<WireSchema>, Vec<String>)]) {
    let lang = cx.lang();
    let words = lang.all();
    let [(left, lefts), (right, rights), ..] = schemas else { return };
    if !cx.app.comparisons.is_asked(&left.hash, &right.hash) {
        let names = (left.hash.clone(), right.hash.clone());
        cx.act(Action::Compare(names, left.text.as_str().into(), right.text.as_str().into(), false));
    }
    let note = lang.two_hashes(left.short(), right.short());
    section_head_ui(ui, words.two_schemas, &note, 40.0, |_| {});
    let Some(diff) = cx.app.comparisons.of(&left.hash, &right.hash).cloned() else {
        ui.add_space(8.0);
        return;
    };
    let notes = [lang.only_in(left.short(), &lefts.join(", ")), lang.only_in(right.short(), &rights.join(", "))];
    for rows in hunks(&diff) {
        let salt = format!("schema {}", rows.start);
        column_ui(ui, &salt, &diff, false, rows, Some([&notes[0], &notes[1]]));
    }
}

/// Runs of rows that differ, with the lines around them.
fn hunks(diff: &TextDiff) -> Vec<std::ops::Range<usize>> {
    let mut hunks: Vec<std::ops::Range<usize>> = Vec::new();
    for (index, _) in diff.rows.iter().enumerate().filter(|(_, row)| row.kind != DiffKind::Same) {
        let (from, to) = (index.saturating_sub(AROUND), (index + AROUND + 1).min(diff.rows.len()));
        match hunks.last_mut() {
            Some(last) if from <= last.end => last.end = to,
            _ => hunks.push(from..to),
        }
    }
    hunks
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::format_collect,
        reason = "tests may end by panicking, and their texts are short"
    )]

    use super::{differing, hunks};
    use crate::message::TextDiff;

    #[test]
    fn only_what_differs_is_shown_with_a_few_lines_around() {
        let left: String = (0..40).map(|line| format!("line {line}\n")).collect();
        let right = left.replace("line 20\n", "line 20\nnew\n");
        let diff = TextDiff::new(left, right, false);
        assert_eq!(differing(&diff), 1);
        assert_eq!(hunks(&diff), vec![18..25]);
    }
}
