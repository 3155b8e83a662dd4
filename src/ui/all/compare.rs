//! Two texts beside each other or in one column; of schemas only what differs, with a few lines around it.

use std::ops::Range;
use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Rect, Sense, Ui, vec2};

use crate::app::Action;
use crate::engine::{ColumnLine, Compared};
use crate::registry::WireSchema;
use crate::ui::context::{Cx, pane_at};
use crate::ui::fonts;
use crate::ui::registry::compare::{SideHead, compare_marked_ui, height};
use crate::ui::theme::measure::{CODE_LINE, INSET, SECTION_HEAD};
use crate::ui::theme::tokens;
use crate::ui::widgets::heading::section_head_ui;
use crate::ui::widgets::json::tokens_of;
use crate::ui::widgets::menu::copy_menu_ui;
use crate::ui::widgets::shared::line_below;
use crate::ui::widgets::{text, tooltip};

/// So many lines of a comparison are shown in place; more scroll inside.
const MOST_LINES: f32 = 24.0;
/// Characters of a line that are laid out; it is copied whole.
const LONGEST: usize = 2_000;

/// A schema, and who serves it.
pub(in crate::ui) type Served<'a> = (&'a Arc<WireSchema>, Vec<&'a str>);

/// Both texts.
pub(super) fn texts_ui(ui: &mut Ui, salt: &str, heads: &[(String, String); 2], compared: &Compared, one_column: bool) {
    if one_column {
        for (index, (title, note)) in heads.iter().enumerate() {
            column_head_ui(ui, index == 1, title, note);
        }
        column_ui(ui, salt, compared, true, None);
        let (room, t) = (ui.max_rect().x_range(), tokens(ui));
        ui.painter().hline(room, ui.cursor().top() - 0.5, egui::Stroke::new(1.0, t.line));
        return;
    }
    let tall = height(&compared.diff).min(CODE_LINE * MOST_LINES);
    let rect = Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), tall));
    ui.advance_cursor_after_rect(rect);
    let mut pane = pane_at(ui, rect, ("compare", salt));
    let heads = heads.each_ref().map(|(title, note)| SideHead { title, note });
    compare_marked_ui(&mut pane, heads, &compared.diff, true, true);
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, egui::Stroke::new(1.0, tokens(ui).line));
}

/// Which sign of the column stands for whom.
fn column_head_ui(ui: &mut Ui, comes: bool, title: &str, note: &str) {
    let t = tokens(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), SECTION_HEAD), Sense::hover());
    line_below(ui.painter(), rect, t.line);
    let (sign, color) = if comes { ("+", t.ok) } else { ("−", t.error) };
    let middle = rect.center().y;
    let left = text::paint_text(ui.painter(), rect.left() + INSET, middle, sign, &fonts::code(), color) + 8.0;
    let room = (rect.right() - INSET - left).max(0.0);
    let galley = text::line_within(ui.painter(), title, fonts::strong(), t.text1, room);
    let end = text::paint(ui.painter(), galley, left, middle, &fonts::strong()).right();
    let galley =
        text::line_within(ui.painter(), note, fonts::hint(), t.text3, (rect.right() - INSET - end - 8.0).max(0.0));
    text::paint(ui.painter(), galley, end + 8.0, middle, &fonts::hint());
    text::label_over(ui, rect, ("column head", comes), &format!("{sign} {title} {note}"));
}

/// Lines of both in one column: what goes, then what comes. Only those that are seen are laid out.
fn column_ui(ui: &mut Ui, salt: &str, compared: &Compared, is_json: bool, notes: Option<[&str; 2]>) {
    ui.add_space(6.0);
    let (whole, seen) = seen_lines(ui, compared.column.len());
    for index in seen {
        let Some(line) = compared.column.get(index) else { break };
        let top = whole.top() + index as f32 * CODE_LINE;
        let rect = Rect::from_min_size(egui::pos2(whole.left(), top), vec2(whole.width(), CODE_LINE));
        let diff = &compared.diff;
        let shown = match *line {
            ColumnLine::Both(line) => Numbered { number: line, text: diff.right(line), comes: None, note: None },
            ColumnLine::Left(line) => {
                let note = notes.map(|notes| notes[0]);
                Numbered { number: line, text: diff.left(line), comes: Some(false), note }
            }
            ColumnLine::Right(line) => {
                let note = notes.map(|notes| notes[1]);
                Numbered { number: line, text: diff.right(line), comes: Some(true), note }
            }
            ColumnLine::Gap => {
                let middle = rect.center().y;
                text::paint_text(ui.painter(), rect.left() + 52.0, middle, "…", &fonts::code(), tokens(ui).text3);
                continue;
            }
        };
        numbered_ui(ui, (salt, index), rect, shown, is_json);
    }
    ui.add_space(8.0);
}

/// Takes the room of so many lines; returns it, and the lines that are seen of it.
fn seen_lines(ui: &mut Ui, count: usize) -> (Rect, Range<usize>) {
    let whole = Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), count as f32 * CODE_LINE));
    ui.advance_cursor_after_rect(whole);
    let seen = whole.intersect(ui.clip_rect());
    if !seen.is_positive() {
        return (whole, 0..0);
    }
    let from = ((seen.top() - whole.top()) / CODE_LINE).floor().max(0.0) as usize;
    let to = ((seen.bottom() - whole.top()) / CODE_LINE).ceil().max(0.0) as usize;
    (whole, from.min(count)..to.min(count))
}

/// A line with its number, its sign and what is said of it.
#[derive(Clone, Copy)]
struct Numbered<'a> {
    number: usize,
    text: &'a str,
    /// It comes, or goes.
    comes: Option<bool>,
    note: Option<&'a str>,
}

fn numbered_ui(ui: &Ui, salt: (&str, usize), rect: Rect, line: Numbered<'_>, is_json: bool) {
    let t = tokens(ui);
    let middle = rect.center().y;
    let painter = ui.painter();
    if let Some(comes) = line.comes {
        let (sign, fill, color) = if comes { ("+", t.ok_bg, t.ok) } else { ("−", t.error_bg, t.error) };
        painter.rect_filled(rect, 0.0, fill);
        text::paint_text(painter, rect.left() + 36.0, middle, sign, &fonts::code(), color);
    }
    let shown = (line.number + 1).to_string();
    text::paint_text_right(painter, rect.left() + 24.0, middle, &shown, &fonts::code(), t.faint);
    let left = rect.left() + 52.0;
    let (end, is_cut) = line_at(ui, line.text, left, rect.right() - 8.0 - left, middle, is_json);
    if let Some(note) = line.note {
        let room = rect.right() - INSET - end - 24.0;
        let galley = text::line_within(ui.painter(), note, fonts::code(), t.text3, room.max(0.0));
        text::paint(ui.painter(), galley, end + 24.0, middle, &fonts::code());
    }
    let sign = line.comes.map_or("", |comes| if comes { "+ " } else { "− " });
    let place = Rect::from_min_max(egui::pos2(left, rect.top()), rect.max);
    let name: String = line.text.chars().take(LONGEST).collect();
    let shown = text::label_over(ui, place, ("line", salt), format!("{sign}{name}").trim());
    if is_cut {
        tooltip::tooltip_ui(&shown, name.trim(), None);
    }
    copy_menu_ui(&shown.interact(Sense::CLICK), 0, line.text);
}

/// One line of code; returns its right edge, and whether it had to be cut.
fn line_at(ui: &Ui, line: &str, left: f32, room: f32, middle: f32, is_json: bool) -> (f32, bool) {
    let t = tokens(ui);
    let shown: String = line.chars().take(LONGEST).map(|c| if c.is_control() { ' ' } else { c }).collect();
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
    let is_cut = galley.elided;
    (text::paint(ui.painter(), galley, left, middle, &fonts::code()).right(), is_cut)
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
pub(in crate::ui) fn schemas_ui(ui: &mut Ui, cx: &mut Cx<'_>, served: &[Served<'_>]) {
    let lang = cx.lang();
    let words = lang.all();
    let [(left, lefts), (right, rights), ..] = served else { return };
    if cx.app.comparisons.is_wanted(&left.hash, &right.hash, "") {
        cx.act(Action::CompareSchemas(Arc::clone(left), Arc::clone(right)));
    }
    let note = lang.two_hashes(left.short(), right.short());
    section_head_ui(ui, words.two_schemas, &note, 40.0, |_| {});
    let Some(compared) = cx.app.comparisons.of(&left.hash, &right.hash, "").cloned() else {
        ui.add_space(8.0);
        return;
    };
    let notes = [lang.only_in(left.short(), &lang.few_of(lefts)), lang.only_in(right.short(), &lang.few_of(rights))];
    column_ui(ui, "schemas", &compared, false, Some([&notes[0], &notes[1]]));
}
