//! Two texts beside each other: what only the left one has is green with a +, what only the right one has red with a −.

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Color32, Rect, ScrollArea, Sense, Ui, UiBuilder, pos2, vec2};

use crate::message::{DiffKind, TextDiff};
use crate::ui::fonts;
use crate::ui::theme::measure::{CODE_LINE, INSET, SECTION_HEAD};
use crate::ui::theme::{Tokens, tokens};
use crate::ui::widgets::json::tokens_of;
use crate::ui::widgets::menu::copy_menu_ui;
use crate::ui::widgets::shared::line_below;
use crate::ui::widgets::text;

/// Of one side: a semibold word, and what follows it.
#[derive(Clone, Copy, Debug)]
pub(in crate::ui) struct SideHead<'a> {
    /// The word.
    pub title: &'a str,
    /// What follows.
    pub note: &'a str,
}

/// The height that both texts take with their heads.
pub(in crate::ui) fn height(diff: &TextDiff) -> f32 {
    SECTION_HEAD + CODE_LINE + diff.rows.len() as f32 * CODE_LINE
}

/// Shows both texts in the room there is; only the rows that are seen are laid out.
pub(super) fn compare_ui(ui: &mut Ui, heads: [SideHead<'_>; 2], diff: &TextDiff, is_json: bool) {
    compare_marked_ui(ui, heads, diff, is_json, false);
}

/// The same; with `comes` the right text is what comes and the left what goes.
pub(in crate::ui) fn compare_marked_ui(
    ui: &mut Ui,
    heads: [SideHead<'_>; 2],
    diff: &TextDiff,
    is_json: bool,
    comes: bool,
) {
    let t = tokens(ui);
    let (plus, minus) = (("+", t.ok_bg, t.ok), ("−", t.error_bg, t.error));
    let marks = if comes { [minus, plus] } else { [plus, minus] };
    let whole = ui.max_rect();
    let head = Rect::from_min_size(whole.min, vec2(whole.width(), SECTION_HEAD));
    line_below(ui.painter(), head, t.line);
    let middle = head.center().x.round();
    for (index, side) in heads.iter().enumerate() {
        let left = if index == 0 { head.left() } else { middle } + INSET;
        let right = if index == 0 { middle } else { head.right() };
        let end = text::paint_text(ui.painter(), left, head.center().y, side.title, &fonts::strong(), t.text1);
        let galley = text::line_within(ui.painter(), side.note, fonts::hint(), t.text3, right - end - 16.0);
        text::paint(ui.painter(), galley, end + 8.0, head.center().y, &fonts::hint());
        let place = Rect::from_min_max(pos2(left, head.top()), pos2(right, head.bottom()));
        text::label_over(ui, place, ("compare head", index), &format!("{} {}", side.title, side.note));
    }
    let rows = Rect::from_min_max(pos2(whole.left(), head.bottom()), whole.max);
    let mut pane = ui.new_child(UiBuilder::new().max_rect(rows).id_salt("compare rows"));
    pane.set_clip_rect(rows.intersect(ui.clip_rect()));
    pane.spacing_mut().item_spacing = vec2(0.0, 0.0);
    let area = ScrollArea::vertical().id_salt("compare").auto_shrink([false, false]);
    area.show_rows(&mut pane, CODE_LINE, diff.rows.len() + 1, |ui, range| {
        for index in range {
            let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), CODE_LINE), Sense::hover());
            // The first row is the space over the texts.
            let Some(row) = index.checked_sub(1).and_then(|index| diff.rows.get(index)) else { continue };
            let rect = rect.translate(vec2(0.0, -12.0));
            let (left, right) = rect.split_left_right_at_x(middle);
            let differs = row.kind != DiffKind::Same;
            let own = row.left.map(|line| (line, diff.left(line)));
            half_ui(ui, left, own, differs.then_some(marks[0]), is_json, (index, 0), t);
            let other = row.right.map(|line| (line, diff.right(line)));
            half_ui(ui, right, other, differs.then_some(marks[1]), is_json, (index, 1), t);
        }
    });
    ui.painter().vline(middle - 0.5, whole.y_range(), egui::Stroke::new(1.0, t.line));
}

fn half_ui(
    ui: &Ui,
    rect: Rect,
    line: Option<(usize, &str)>,
    mark: Option<(&str, Color32, Color32)>,
    is_json: bool,
    salt: (usize, usize),
    t: &Tokens,
) {
    let painter = ui.painter();
    let Some((number, said)) = line else {
        painter.rect_filled(rect, 0.0, t.bg1);
        return;
    };
    let middle = rect.center().y;
    if let Some((sign, fill, color)) = mark {
        painter.rect_filled(rect, 0.0, fill);
        text::paint_text(painter, rect.left() + 36.0, middle, sign, &fonts::code(), color);
    }
    let number = (number + 1).to_string();
    text::paint_text_right(painter, rect.left() + 24.0, middle, &number, &fonts::code(), t.faint);
    let left = rect.left() + 52.0;
    let mut job = LayoutJob { break_on_newline: false, ..LayoutJob::default() };
    let shown: String = said.chars().take(2_000).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if is_json {
        for (range, token) in tokens_of(&shown) {
            let piece = shown.get(range).unwrap_or_default();
            job.append(piece, 0.0, TextFormat::simple(fonts::code(), token.color(t)));
        }
    } else {
        job.append(&shown, 0.0, TextFormat::simple(fonts::code(), t.text1));
    }
    job.wrap = TextWrapping::truncate_at_width((rect.right() - left - 8.0).max(0.0));
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
    text::paint(painter, galley, left, middle, &fonts::code());
    let sign = mark.map_or("", |(sign, ..)| sign);
    let place = Rect::from_min_max(pos2(left, rect.top()), rect.max);
    let name = format!("{sign}{said}");
    let shown = text::label_over(ui, place, ("compare", salt), name.trim());
    copy_menu_ui(&shown.interact(Sense::CLICK), 0, said);
}
