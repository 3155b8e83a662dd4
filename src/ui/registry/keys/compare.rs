//! Two texts beside each other: what only the left one has is green with a +, what only the right one has red with a −.

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{
    Color32, EventFilter, Id, Key, Modifiers, Rect, Role, ScrollArea, Sense, Ui, UiBuilder, Vec2, WidgetInfo, pos2,
    vec2,
};

use crate::message::{DiffKind, TextDiff};
use crate::ui::fonts;
use crate::ui::theme::measure::{CODE_LINE, INSET, SECTION_HEAD};
use crate::ui::theme::{Tokens, tokens};
use crate::ui::widgets::json::tokens_of;
use crate::ui::widgets::menu::copy_menu_ui;
use crate::ui::widgets::shared::{Stand, line_below, ring, shows_focus};
use crate::ui::widgets::text;

/// Over the texts.
const TOP: f32 = 8.0;
/// Left of a line: its number and its sign.
const TEXT_LEFT: f32 = 52.0;
/// How far an arrow moves, in points: a column.
const STEP: f32 = 8.0;
/// Of a longer line the beginning is shown.
const MOST_COLUMNS: usize = 4_000;

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
    // Both halves stand; what is in them is moved together, as far as the longest line goes.
    let column = text::width(ui.painter(), "0", fonts::code());
    let longest = TEXT_LEFT + diff.columns.min(MOST_COLUMNS) as f32 * column + 24.0;
    let more = (longest - (rows.right() - middle)).max(0.0);
    let height = TOP + diff.rows.len() as f32 * CODE_LINE;
    let moved = pane.scope_id().with("rows moved");
    if more > 0.0 || height > rows.height() {
        move_by_keys(&mut pane, rows, heads, moved);
    }
    let area = ScrollArea::both().id_salt("compare").auto_shrink([false, false]);
    area.show_viewport(&mut pane, |ui, seen| {
        if let Some(delta) = ui.data_mut(|data| data.remove_temp::<Vec2>(moved)) {
            ui.scroll_with_delta(delta);
        }
        ui.set_min_size(vec2(rows.width() + more, height));
        let top = rows.top() - seen.top() + TOP;
        let first = ((seen.top() - TOP) / CODE_LINE).floor().max(0.0) as usize;
        let last = ((seen.bottom() - TOP) / CODE_LINE).ceil().max(0.0) as usize;
        for index in first..last.min(diff.rows.len()) {
            let Some(row) = diff.rows.get(index) else { continue };
            let row_top = top + index as f32 * CODE_LINE;
            let rect = Rect::from_min_size(pos2(rows.left(), row_top), vec2(rows.width(), CODE_LINE));
            let (left, right) = rect.split_left_right_at_x(middle);
            let differs = row.kind != DiffKind::Same;
            let half = |line, mark| Half { line, mark, is_json, moved: seen.left() };
            let own = row.left.map(|line| (line, diff.left(line)));
            half_ui(ui, left, half(own, differs.then_some(marks[0])), (index, 0), t);
            let other = row.right.map(|line| (line, diff.right(line)));
            half_ui(ui, right, half(other, differs.then_some(marks[1])), (index, 1), t);
        }
    });
    ui.painter().vline(middle - 0.5, whole.y_range(), egui::Stroke::new(1.0, t.line));
}

/// What does not fit is reached by the keyboard: the rows take the focus, and arrows, Home and End move them: how far
/// is kept under `moved` until they are shown.
fn move_by_keys(ui: &mut Ui, rows: Rect, heads: [SideHead<'_>; 2], moved: Id) {
    let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
    let response = ui.interact(rows.shrink(1.0), ui.scope_id().with("compared"), Sense::FOCUSABLE);
    let name = format!("{} | {}", heads[0].title, heads[1].title);
    response.widget_info(|| WidgetInfo::labeled(Role::Document, true, &name));
    if !ui.memory(|memory| memory.has_focus(response.id)) {
        return;
    }
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    if shows_focus(&response, Stand::Rest) {
        ring(ui.painter(), rows.shrink(1.0), 0, tokens(ui));
    }
    let far = 1e6;
    let keys = [
        (Key::ArrowLeft, vec2(8.0 * STEP, 0.0)),
        (Key::ArrowRight, vec2(-8.0 * STEP, 0.0)),
        (Key::ArrowUp, vec2(0.0, CODE_LINE)),
        (Key::ArrowDown, vec2(0.0, -CODE_LINE)),
        (Key::PageUp, vec2(0.0, rows.height() - CODE_LINE)),
        (Key::PageDown, vec2(0.0, CODE_LINE - rows.height())),
        (Key::Home, vec2(far, 0.0)),
        (Key::End, vec2(-far, 0.0)),
    ];
    for (key, delta) in keys {
        if ui.input_mut(|input| input.consume_key(Modifiers::NONE, key)) {
            ui.data_mut(|data| data.insert_temp(moved, delta));
        }
    }
}

/// A line of one side.
#[derive(Clone, Copy)]
struct Half<'a> {
    /// Its number, from 0, and its text; none where only the other side has one.
    line: Option<(usize, &'a str)>,
    /// How it differs.
    mark: Option<(&'a str, Color32, Color32)>,
    is_json: bool,
    /// So far it is moved to the left.
    moved: f32,
}

fn half_ui(ui: &Ui, rect: Rect, half: Half<'_>, salt: (usize, usize), t: &Tokens) {
    let painter = ui.painter();
    let Some((number, said)) = half.line else {
        painter.rect_filled(rect, 0.0, t.bg1);
        return;
    };
    let middle = rect.center().y;
    if let Some((sign, fill, color)) = half.mark {
        painter.rect_filled(rect, 0.0, fill);
        text::paint_text(painter, rect.left() + 36.0, middle, sign, &fonts::code(), color);
    }
    let number = (number + 1).to_string();
    text::paint_text_right(painter, rect.left() + 24.0, middle, &number, &fonts::code(), t.faint);
    let place = Rect::from_min_max(pos2(rect.left() + TEXT_LEFT, rect.top()), rect.max);
    let mut job = LayoutJob { break_on_newline: false, ..LayoutJob::default() };
    let mut shown: String = said.chars().take(MOST_COLUMNS).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if said.len() > shown.len() {
        shown.push('…');
    }
    if half.is_json {
        for (range, token) in tokens_of(&shown) {
            let piece = shown.get(range).unwrap_or_default();
            job.append(piece, 0.0, TextFormat::simple(fonts::code(), token.color(t)));
        }
    } else {
        job.append(&shown, 0.0, TextFormat::simple(fonts::code(), t.text1));
    }
    job.wrap = TextWrapping::no_max_width();
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
    let inside = painter.with_clip_rect(place.intersect(painter.clip_rect()));
    text::paint(&inside, galley, place.left() - half.moved, middle, &fonts::code());
    let sign = half.mark.map_or("", |(sign, ..)| sign);
    let name = format!("{sign}{said}");
    let shown = text::label_over(ui, place, ("compare", salt), name.trim());
    copy_menu_ui(&shown.interact(Sense::CLICK), 0, said);
}
