//! The palette: methods, targets, commands and settings in one list, found by some letters of their names.

use egui::{
    Align, Align2, Color32, Frame, Id, Key, Layout, Margin, Modal, Modifiers, Rect, Role, ScrollArea, Sense, Stroke,
    TextEdit, Ui, UiBuilder, pos2, vec2,
};

use super::context::Cx;
use super::icons::Icon;
use super::palette_row::row_ui;
use super::palette_search::{Found, MadeOf, Results, Search};
use super::theme::tokens;
use super::widgets::badge::{key_ui, key_width};
use super::widgets::shared::line_below;
use super::widgets::text::{self, Line, label_over};
use super::widgets::view_state::{ViewKind, ViewState};
use super::{commands, fonts, settings};
use crate::app::{Action, RegistryAct, RegistryView, UiCommand};

/// Width and distance from the top where there is room.
const WIDTH: f32 = 640.0;
const TOP: f32 = 88.0;
const FIELD: f32 = 48.0;
const ROW: f32 = 34.0;
const HEAD: f32 = 30.0;
const FOOT: f32 = 36.0;
/// The list's height where there is room.
const LIST: f32 = 440.0;
/// A search that takes longer says so.
const QUIET_MS: u128 = 300;

/// The palette while it is open.
#[derive(Default)]
pub(super) struct Palette {
    typed: String,
    shown: Results,
    made_of: Option<MadeOf>,
    search: Option<Search>,
    /// Which of the hits Enter takes.
    at: usize,
    /// The choice moved: it is to be in view.
    reveal: bool,
    offset: f32,
    was_shown: bool,
}

/// What was chosen, and whether it is to be sent as well.
type Chosen = Option<(Found, bool)>;

/// Shows the palette while it is open.
pub(super) fn palette_ui(ui: &Ui, cx: &mut Cx<'_>) {
    let Some(mut palette) = cx.memory.habits.palette.take() else { return };
    let ctx = ui.ctx().clone();
    let t = tokens(&ctx);
    refresh(&ctx, cx, &mut palette);
    let screen = ctx.content_rect();
    let width = WIDTH.min(screen.width() - 24.0);
    let top = TOP.min((screen.height() * 0.1).round());
    let list = LIST.min(screen.height() - top - FIELD - FOOT - 16.0).max(ROW * 2.0);
    let id = Id::unique("palette");
    let area = Modal::default_area(id).anchor(Align2::CENTER_TOP, vec2(0.0, top));
    let frame = Frame::new().fill(t.bg1).stroke(Stroke::new(1.0, t.stroke)).corner_radius(10);
    let shown = Modal::new(id).area(area).backdrop_color(t.scrim).frame(frame).show(&ctx, |ui| {
        ui.set_width(width);
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        let builder = UiBuilder::new().accessibility_role(Role::Dialog).accessibility_label(cx.lang().habits().palette);
        ui.scope_builder(builder, |ui| body_ui(ui, cx, &mut palette, list)).inner
    });
    let close = shown.should_close();
    if let Some((found, send)) = shown.inner {
        restore_focus(&ctx, cx);
        choose(&ctx, cx, &palette.shown, found, send);
    } else if close {
        restore_focus(&ctx, cx);
    } else {
        cx.memory.habits.palette = Some(palette);
    }
}

fn restore_focus(ctx: &egui::Context, cx: &mut Cx<'_>) {
    let before = cx.memory.habits.focus_before.take();
    ctx.memory_mut(|memory| match before {
        Some(before) => memory.request_focus(before),
        None => {
            if let Some(focused) = memory.focused() {
                memory.surrender_focus(focused);
            }
        }
    });
}

/// Goes on searching; what was found before stays until there is something else.
fn refresh(ctx: &egui::Context, cx: &Cx<'_>, palette: &mut Palette) {
    let made_of = MadeOf::now(cx, &palette.typed);
    if palette.made_of.as_ref() != Some(&made_of) {
        if palette.search.as_ref().is_none_or(|search| search.made_of != made_of) {
            palette.search = Some(Search::begin(cx, made_of));
        }
        if let Some(search) = &mut palette.search {
            if let Some(results) = search.step(cx) {
                palette.made_of = Some(search.made_of.clone());
                palette.shown = results;
                palette.search = None;
                palette.at = 0;
                palette.offset = 0.0;
                palette.reveal = true;
            } else {
                ctx.request_repaint();
            }
        }
    }
}

fn body_ui(ui: &mut Ui, cx: &Cx<'_>, palette: &mut Palette, list: f32) -> Chosen {
    let words = cx.lang().habits();
    let t = tokens(ui);
    let field_id = Id::unique("palette field");
    let has_keys = !palette.was_shown || ui.memory(|memory| memory.has_focus(field_id));
    let page = (list / ROW) as usize;
    let (enter, sends) = keys(ui, palette, has_keys, page.max(1));
    let (bar, _) = ui.allocate_exact_size(vec2(ui.available_width(), FIELD), Sense::hover());
    let typed = palette.typed.clone();
    field_ui(ui, cx, palette, field_id, bar);
    line_below(ui.painter(), bar, t.line);
    // What was just typed is searched before anything is shown of it.
    if typed != palette.typed {
        refresh(ui.ctx(), cx, palette);
    }
    let mut chosen = None;
    if palette.shown.hits() == 0 {
        ui.add_space(20.0);
        let searching = palette.search.is_some() || palette.made_of.is_none();
        let (kind, title) = if searching {
            (ViewKind::Loading, words.searching)
        } else {
            (ViewKind::Empty(Icon::Search), words.palette_none)
        };
        ViewState::new(kind, title, if searching { "" } else { words.palette_none_hint }).centered().show(ui);
        ui.add_space(24.0);
    } else {
        chosen = list_ui(ui, cx, palette, list);
    }
    foot_ui(ui, cx);
    if enter || sends {
        chosen = palette.shown.get(palette.at);
    }
    palette.was_shown = true;
    chosen.map(|found| (found, sends))
}

fn keys(ui: &Ui, palette: &mut Palette, has_keys: bool, page: usize) -> (bool, bool) {
    let pressed = |modifiers, key| has_keys && ui.input_mut(|input| input.consume_key(modifiers, key));
    let last = palette.shown.hits().saturating_sub(1);
    let before = palette.at;
    if pressed(Modifiers::NONE, Key::ArrowDown) {
        palette.at = if palette.at >= last { 0 } else { palette.at + 1 };
    }
    if pressed(Modifiers::NONE, Key::ArrowUp) {
        palette.at = palette.at.checked_sub(1).unwrap_or(last);
    }
    if pressed(Modifiers::NONE, Key::PageDown) {
        palette.at = (palette.at + page).min(last);
    }
    if pressed(Modifiers::NONE, Key::PageUp) {
        palette.at = palette.at.saturating_sub(page);
    }
    palette.reveal |= palette.at != before;
    let sends = pressed(Modifiers::COMMAND, Key::Enter);
    (pressed(Modifiers::NONE, Key::Enter), sends)
}

fn field_ui(ui: &mut Ui, cx: &Cx<'_>, palette: &mut Palette, id: Id, bar: Rect) {
    let words = cx.lang().habits();
    let t = tokens(ui);
    let middle = bar.center().y;
    Icon::Search.paint_at(ui.painter(), pos2(bar.left() + 25.0, middle), 16.0, t.text2);
    let said = match &palette.search {
        Some(search) if cx.now.saturating_duration_since(search.since).as_millis() > QUIET_MS => {
            words.searching.to_owned()
        }
        _ => cx.lang().hits_of(palette.shown.hits(), palette.shown.all.max(palette.shown.hits())),
    };
    let font = fonts::hint();
    let galley = text::line(ui.painter(), &said, font, t.text2);
    let left = bar.right() - 18.0 - galley.size().x;
    let place = text::paint_dropped(ui.painter(), galley, left, middle, 5.0);
    label_over(ui, place, "palette count", &said);
    let inner = Rect::from_min_max(pos2(bar.left() + 43.0, bar.top()), pos2(left - 12.0, bar.bottom()));
    let builder = UiBuilder::new().id_salt("palette field").max_rect(inner).layout(Layout::top_down(Align::Min));
    let mut child = ui.new_child(builder);
    let font = fonts::sans(15.0);
    let row = ui.fonts_mut(|fonts| fonts.row_height(&font));
    let above = ((FIELD - row) / 2.0).ceil();
    let response = TextEdit::singleline(&mut palette.typed)
        .id(id)
        .font(font.clone())
        .text_color(t.text1)
        .hint_text(egui::RichText::new(words.palette_hint).font(font).color(t.text3))
        .align(Align2::LEFT_TOP)
        .desired_width(inner.width())
        .background_color(Color32::TRANSPARENT)
        .frame(Frame::new().inner_margin(Margin {
            left: 0,
            right: 0,
            top: above as i8,
            bottom: (FIELD - row - above) as i8,
        }))
        .show(&mut child)
        .response
        .response
        .accessible_name(words.palette_hint);
    if !palette.was_shown {
        response.request_focus();
    }
}

/// Hits under the names of their groups; only what is seen is laid out.
fn list_ui(ui: &mut Ui, cx: &Cx<'_>, palette: &mut Palette, height: f32) -> Option<Found> {
    let words = cx.lang().habits();
    let groups: Vec<(&str, usize)> =
        palette.shown.groups.iter().map(|(group, found)| (group.name(cx.lang()), found.len())).collect();
    let whole: f32 = groups.iter().map(|(_, count)| HEAD + *count as f32 * ROW).sum::<f32>() + 8.0;
    let mut area = ScrollArea::vertical().id_salt("palette list").max_height(height).auto_shrink([false, true]);
    if std::mem::take(&mut palette.reveal) {
        let (row_top, is_first) = top_of(&groups, palette.at);
        // The first of a group comes with its head.
        let from = if is_first { row_top - HEAD - 4.0 } else { row_top };
        if from < palette.offset {
            palette.offset = from.max(0.0);
        } else if row_top + ROW + 8.0 > palette.offset + height {
            palette.offset = row_top + ROW + 8.0 - height;
        }
        area = area.vertical_scroll_offset(palette.offset);
    }
    let builder = UiBuilder::new().accessibility_role(Role::ListBox).accessibility_label(words.palette);
    let mut chosen = None;
    let output = ui
        .scope_builder(builder, |ui| {
            area.show_viewport(ui, |ui, view| {
                ui.set_height(whole);
                let origin = ui.max_rect().min;
                let width = ui.available_width();
                let mut top = 4.0;
                let mut first = 0;
                for (name, count) in &groups {
                    if top + HEAD > view.top() && top < view.bottom() {
                        let head = Rect::from_min_size(origin + vec2(0.0, top), vec2(width, HEAD));
                        head_ui(ui, name, head);
                    }
                    top += HEAD;
                    let from = ((view.top() - top) / ROW).floor().max(0.0) as usize;
                    let to = (((view.bottom() - top) / ROW).ceil().max(0.0) as usize).min(*count);
                    for index in from..to {
                        let at = first + index;
                        let place = origin + vec2(6.0, top + index as f32 * ROW);
                        let rect = Rect::from_min_size(place, vec2(width - 12.0, ROW));
                        let Some(found) = palette.shown.get(at) else { continue };
                        if row_ui(ui, cx, (&palette.shown, at), found, rect, at == palette.at).clicked() {
                            chosen = Some(found);
                        }
                    }
                    top += *count as f32 * ROW;
                    first += count;
                }
            })
        })
        .inner;
    palette.offset = output.state.clamped_offset().y;
    chosen
}

/// Where a row begins, and whether it is the first of its group.
fn top_of(groups: &[(&str, usize)], at: usize) -> (f32, bool) {
    let mut top = 4.0;
    let mut rest = at;
    for (_, count) in groups {
        top += HEAD;
        if rest < *count {
            return (top + rest as f32 * ROW, rest == 0);
        }
        rest -= count;
        top += *count as f32 * ROW;
    }
    (top, false)
}

fn head_ui(ui: &Ui, name: &str, rect: Rect) {
    let t = tokens(ui);
    let font = fonts::hint();
    let galley = text::line(ui.painter(), name, font, t.text3);
    let place = text::paint_dropped(ui.painter(), galley, rect.left() + 16.0, rect.center().y + 3.0, 4.0);
    let response = label_over(ui, place, ("palette head", name), name);
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_role(Role::Heading));
}

fn foot_ui(ui: &mut Ui, cx: &Cx<'_>) {
    let words = cx.lang().habits();
    let t = tokens(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), FOOT), Sense::hover());
    ui.painter().hline(rect.x_range(), rect.top() + 0.5, Stroke::new(1.0, t.line));
    let inner = rect.shrink2(vec2(16.0, 0.0));
    let mut row = super::context::row_at(ui, inner, "palette foot");
    row.spacing_mut().item_spacing.x = 6.0;
    let sends = if commands::MAC { "⌘ ⏎" } else { "Ctrl ⏎" };
    let close = 96.0;
    for (keys, word) in [
        (&["↑", "↓"][..], words.palette_move),
        (&["⏎"], words.palette_open),
        (&[sends], words.palette_send),
        (&[">"], words.palette_only),
    ] {
        let width: f32 = keys.iter().map(|key| key_width(row.painter(), key) + 6.0).sum::<f32>()
            + text::width(row.painter(), word, fonts::hint());
        if row.cursor().left() + width > inner.right() - close {
            break;
        }
        for key in keys {
            key_ui(&mut row, key);
        }
        row.add(Line::hint(word).color(t.text2));
        row.add_space(10.0);
    }
    let mut right = super::context::row_from_right(ui, inner, "palette close");
    right.spacing_mut().item_spacing.x = 6.0;
    right.add(Line::hint(cx.words().suggest_close).color(t.text2));
    key_ui(&mut right, "Esc");
}

fn choose(ctx: &egui::Context, cx: &mut Cx<'_>, results: &Results, found: Found, send: bool) {
    match found {
        Found::Method { source, service, method } => {
            let Some(names) = results.method(source, service, method) else { return };
            let (source, service, method) =
                (names.source.id, names.service.full_name.clone(), names.method.name.clone());
            cx.act(if send {
                Action::OpenAndSend(source, service, method)
            } else {
                Action::OpenMethod(source, service, method)
            });
        }
        Found::Tab(id) => {
            cx.act(Action::ChooseTab(id));
            if send {
                cx.act(Action::Send(id));
            }
        }
        Found::Target(index) => {
            let Some(address) = results.targets.get(index).cloned() else { return };
            match cx.tab().map(|tab| tab.id) {
                Some(id) => {
                    cx.act(Action::SetAddress(id, address));
                    cx.memory.focus_target = true;
                    if send {
                        cx.act(Action::Send(id));
                    }
                }
                None => cx.act(Action::OpenAddress(address)),
            }
        }
        Found::Service(index) => {
            let Some(found) = results.services.get(index) else { return };
            let service = found.service.clone();
            cx.act(Action::Registry(if send {
                RegistryAct::Call(service, None)
            } else {
                RegistryAct::Show(RegistryView::Service(service))
            }));
        }
        Found::Command(command) => {
            if commands::run(ctx, cx, command) && command != UiCommand::ShowPalette {
                cx.act(Action::NoteUsed(command));
            }
        }
        Found::Setting(setting) => settings::open(cx, setting),
    }
}

#[cfg(test)]
mod tests {
    use super::{HEAD, ROW, top_of};

    #[test]
    fn rows_stand_under_the_heads_of_their_groups() {
        let groups = [("a", 2), ("b", 1)];
        for (at, expect) in
            [(0, (4.0 + HEAD, true)), (1, (4.0 + HEAD + ROW, false)), (2, (4.0 + 2.0 * HEAD + 2.0 * ROW, true))]
        {
            assert_eq!(top_of(&groups, at), expect);
        }
    }
}
