//! The list of keys: every command by its group, with its key, which is changed in place.

use egui::{CornerRadius, Event, Id, Key, Rect, Response, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::commands::{self, MAC, group_name};
use super::context::{Cx, row_at};
use super::fonts;
use super::icons::Icon;
use super::keys::chord_of;
use super::settings::title_ui;
use super::settings_rows::frame_ui;
use super::theme::{Tone, tokens};
use super::widgets::badge::{key_width, paint_key};
use super::widgets::button::{Button, IconButton};
use super::widgets::dialog::{Answer, Question, question_ui as ask_ui};
use super::widgets::field::Field;
use super::widgets::menu::{MenuItem, context_menu_ui};
use super::widgets::notice::Notice;
use super::widgets::rows::row_keys;
use super::widgets::shared::{line_below, ring};
use super::widgets::text::{Elide, Line, elide_middle, paint_text, paint_text_right};
use super::widgets::view_state::{ViewKind, ViewState};
use crate::app::{Action, Chord, ChordRefusal, CommandGroup, CommandPlace, Query, UiCommand};
use crate::words::HabitWords;

const ROW: f32 = 32.0;
/// Groups stand in two columns from this width on.
const TWO_COLUMNS: f32 = 860.0;

/// The commands of the card in settings.
const USUAL: [UiCommand; 12] = [
    UiCommand::Send,
    UiCommand::Cancel,
    UiCommand::ShowPalette,
    UiCommand::NewTab,
    UiCommand::CloseTab,
    UiCommand::NextTab,
    UiCommand::FocusTarget,
    UiCommand::Find,
    UiCommand::ReloadAll,
    UiCommand::ShowServices,
    UiCommand::ShowRegistry,
    UiCommand::ShowSettings,
];

/// A key that is being typed, and what stands in its way.
#[derive(Default)]
pub(super) enum KeyTyping {
    /// None is.
    #[default]
    No,
    /// Waiting for a key; the one before could not be had, and why.
    Waits(UiCommand, Option<(Chord, ChordRefusal)>),
    /// Another command has it.
    Clash(UiCommand, Chord, UiCommand),
}

fn refused(words: &HabitWords, why: ChordRefusal) -> &str {
    match why {
        ChordRefusal::Types => words.refused_types,
        ChordRefusal::Moves => words.refused_moves,
        ChordRefusal::Clipboard => words.refused_clipboard,
        ChordRefusal::Closes => words.refused_closes,
    }
}

/// The card in settings: the usual commands, and the way to all of them.
pub(super) fn card_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let words = cx.lang().habits();
    title_ui(ui, words.keys_title, |ui| {
        if ui.add(Button::ghost(words.all_keys)).clicked() {
            cx.memory.habits.settings.show_keys();
        }
        reset_all_ui(ui, cx);
    });
    take_key(ui, cx);
    frame_ui(ui, 0, |ui| rows_ui(ui, cx, words.keys_title, &USUAL));
    notices_ui(ui, cx, &USUAL);
}

fn reset_all_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let words = cx.lang().habits();
    if cx.app.keys.any_changed() && ui.add(Button::ghost(words.reset_all_keys)).clicked() {
        cx.memory.habits.settings.resetting_keys = true;
    }
}

/// The whole list, with a search.
pub(super) fn page_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let words = cx.lang().habits();
    let whole = ui.max_rect();
    let inset = if whole.width() < 560.0 { 12.0 } else { 32.0 };
    take_key(ui, cx);
    egui::ScrollArea::vertical().id_salt("keys page").auto_shrink([false, false]).show(ui, |ui| {
        let width = (whole.width() - 2.0 * inset).min(1240.0);
        let start = ui.cursor().min + vec2(inset, 12.0);
        let room = Rect::from_min_size(start, vec2(width, 6000.0));
        let mut page = ui.new_child(UiBuilder::new().id_salt("keys").max_rect(room));
        title_ui(&mut page, words.keys_title, |ui| reset_all_ui(ui, cx));
        let (bar, _) = page.allocate_exact_size(vec2(width, 28.0), Sense::hover());
        let mut row = row_at(&mut page, bar, "key search");
        let mut typed = cx.memory.habits.settings.keys_typed.clone();
        let field = Field::new(Id::unique("key search"), &mut typed, words.find_key);
        let response = field.placeholder(words.find_key).leading(Icon::Search).width(width.min(420.0)).show(&mut row);
        if response.changed() {
            cx.memory.habits.settings.keys_typed = typed;
        }
        if std::mem::take(&mut cx.memory.habits.settings.focus_keys) {
            response.request_focus();
        }
        page.add_space(8.0);
        groups_ui(&mut page, cx, width);
        let bottom = page.min_rect().bottom();
        ui.allocate_space(vec2(1.0, bottom - ui.cursor().top() + 24.0));
        super::context::follow_focus(ui);
    });
}

fn groups_ui(page: &mut Ui, cx: &mut Cx<'_>, width: f32) {
    let words = cx.lang().habits();
    let query = Query::new(&cx.memory.habits.settings.keys_typed);
    let typed = cx.memory.habits.settings.keys_typed.trim().to_lowercase();
    let fits = |command: &UiCommand| {
        let by_key = cx.key(*command).is_some_and(|key| !typed.is_empty() && key.to_lowercase().contains(&typed));
        let names = [command.name(cx.lang()), command.name(cx.lang().other())];
        by_key || names.iter().any(|name| query.score(name, group_name(cx.lang(), command.group())).is_some())
    };
    let groups: Vec<(CommandGroup, Vec<UiCommand>)> = CommandGroup::ALL
        .into_iter()
        .map(|group| {
            let commands = UiCommand::ALL.iter().copied().filter(|command| command.group() == group);
            (group, commands.filter(fits).collect::<Vec<_>>())
        })
        .filter(|(_, commands)| !commands.is_empty())
        .collect();
    if groups.is_empty() {
        page.add_space(48.0);
        let state = ViewState::new(ViewKind::Empty(Icon::Search), words.no_key_hits, words.palette_none_hint);
        if state.action(words.clear_search).centered().show(page) {
            cx.memory.habits.settings.keys_typed.clear();
        }
        return;
    }
    let two = width >= TWO_COLUMNS;
    let column_width = if two { ((width - 32.0) / 2.0).floor() } else { width };
    let start = page.cursor().min;
    // Each group goes where less stands.
    let mut columns: Vec<Ui> = (0..if two { 2 } else { 1 })
        .map(|index| {
            let left = start.x + index as f32 * (column_width + 32.0);
            let rect = Rect::from_min_size(pos2(left, start.y), vec2(column_width, 6000.0));
            page.new_child(UiBuilder::new().id_salt(("keys column", index)).max_rect(rect))
        })
        .collect();
    for (group, commands) in &groups {
        let Some(column) = columns.iter_mut().min_by(|a, b| a.cursor().top().total_cmp(&b.cursor().top())) else {
            continue;
        };
        let name = group_name(cx.lang(), *group);
        title_ui(column, name, |_| ());
        frame_ui(column, 0, |ui| rows_ui(ui, cx, name, commands));
        notices_ui(column, cx, commands);
    }
    if let Some(column) = columns.iter_mut().min_by(|a, b| a.cursor().top().total_cmp(&b.cursor().top()))
        && query.is_empty()
    {
        title_ui(column, words.fixed_keys, |_| ());
        frame_ui(column, 0, |ui| fixed_ui(ui, words));
    }
    let bottom = columns.iter().map(|column| column.min_rect().bottom()).fold(start.y, f32::max);
    page.allocate_space(vec2(1.0, bottom - page.cursor().top()));
}

/// Keys that belong to controls and stay as they are.
fn fixed_ui(ui: &mut Ui, words: &HabitWords) {
    let t = tokens(ui);
    let command = if MAC { "⌘" } else { "Ctrl" };
    let clipboard = format!("{command} C X V A");
    let rows: [(&str, &str); 8] = [
        (words.fixed_move, "↑ ↓ ← → Home End PgUp PgDn"),
        (words.fixed_open, "⏎"),
        (words.fixed_next, "Tab, Shift Tab"),
        (words.fixed_menu, "Shift F10, Menu"),
        (words.fixed_close, "Esc"),
        (words.fixed_clipboard, &clipboard),
        (words.fixed_suggest, "Ctrl Space"),
        (words.fixed_hits, "F3, Shift F3"),
    ];
    for (index, (name, key)) in rows.iter().enumerate() {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{name} {key}")));
        if index + 1 < rows.len() {
            divide(ui, rect);
        }
        let end = paint_text_right(ui.painter(), rect.right(), rect.center().y, key, &fonts::hint(), t.text2);
        let shown = elide_middle(ui.painter(), name, &fonts::body(), end - rect.left() - 12.0);
        paint_text(ui.painter(), rect.left(), rect.center().y, &shown, &fonts::body(), t.text1);
    }
}

fn divide(ui: &Ui, rect: Rect) {
    let line = Rect::from_min_max(pos2(rect.left() - 16.0, rect.top()), pos2(rect.right() + 16.0, rect.bottom()));
    line_below(ui.painter(), line, tokens(ui).line);
}

/// Commands with their keys: one Tab stop, arrows move, Enter changes the key, Delete takes it away.
fn rows_ui(ui: &mut Ui, cx: &mut Cx<'_>, name: &str, rows: &[UiCommand]) {
    let builder = UiBuilder::new().accessibility_role(Role::ListBox).accessibility_label(name);
    ui.scope_builder(builder, |ui| {
        let at = cx.memory.habits.settings.key_row;
        let current = rows.iter().position(|command| Some(*command) == at).unwrap_or(0);
        let mut go = None;
        for (index, command) in rows.iter().enumerate() {
            let is_stop = index == current;
            let response = row_ui(ui, cx, *command, is_stop, index + 1 == rows.len());
            if is_stop && ui.memory(|memory| memory.has_focus(response.id)) {
                let keys = row_keys(ui, response.id, current, rows.len(), 10, false);
                go = keys.go;
                if keys.open {
                    begin(ui, cx, *command);
                }
                if ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, Key::Delete)) {
                    cx.act(Action::ClearKey(*command));
                }
            }
        }
        if let Some(command) = go.and_then(|index| rows.get(index)) {
            cx.memory.habits.settings.key_row = Some(*command);
            let id = row_id(ui, *command);
            ui.memory_mut(|memory| memory.request_focus(id));
            ui.ctx().request_repaint();
        }
    });
}

fn row_id(ui: &Ui, command: UiCommand) -> Id {
    ui.scope_id().with(("key row", command.tag()))
}

/// From now on the next key is the command's.
fn begin(ui: &Ui, cx: &mut Cx<'_>, command: UiCommand) {
    cx.memory.habits.settings.key_row = Some(command);
    cx.memory.habits.settings.key_typing = KeyTyping::Waits(command, None);
    cx.memory.habits.typing_key = Some(command);
    ui.ctx().request_repaint();
}

fn row_ui(ui: &mut Ui, cx: &mut Cx<'_>, command: UiCommand, is_stop: bool, is_last: bool) -> Response {
    let words = cx.lang().habits();
    let t = tokens(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let whole = Rect::from_min_max(pos2(rect.left() - 16.0, rect.top()), pos2(rect.right() + 16.0, rect.bottom()));
    let response = ui.interact(whole, row_id(ui, command), if is_stop { Sense::click() } else { Sense::CLICK });
    let waits = matches!(&cx.memory.habits.settings.key_typing, KeyTyping::Waits(waits, _) if *waits == command);
    let keys: Vec<String> = cx.app.keys.of(command).iter().map(|chord| chord.shown(MAC)).collect();
    let name = command.name(cx.lang());
    let said = if keys.is_empty() { words.no_key.to_owned() } else { keys.join(", ") };
    response.widget_info(|| WidgetInfo::labeled(Role::ListBoxOption, true, format!("{name} {said}")));
    let focus = response.has_focus();
    let over = ui.rect_contains_pointer(whole) || focus;
    if over || waits {
        ui.painter().rect_filled(whole.shrink2(vec2(1.0, 0.0)), CornerRadius::ZERO, t.bg3);
    }
    if !is_last {
        line_below(ui.painter(), whole, t.line);
    }
    let middle = rect.center().y;
    let mut right = rect.right();
    if waits {
        right = paint_text_right(ui.painter(), right, middle, words.press_key, &fonts::body(), t.accent) - 12.0;
    } else if keys.is_empty() {
        right = paint_text_right(ui.painter(), right, middle, words.no_key, &fonts::hint(), t.text3) - 12.0;
    } else {
        for key in keys.iter().rev() {
            let wide = key_width(ui.painter(), key);
            paint_key(ui.painter(), pos2(right - wide, middle), key, t.bg1, t.stroke, t.text2);
            right -= wide + 6.0;
        }
        right -= 6.0;
    }
    if over && !waits {
        let label = format!("{} {name}", words.change_key);
        let change = Button::link(words.change_key).name(&label);
        let wide = change.width(ui);
        let place = Rect::from_min_max(pos2(right - wide, rect.top()), pos2(right, rect.bottom()));
        let mut child = row_at(ui, place, ("change", command.tag()));
        if child.add(change).clicked() {
            begin(ui, cx, command);
        }
        right -= wide + 12.0;
    }
    if cx.app.keys.is_changed(command) && !waits {
        let label = format!("{} {name}", cx.words().reset);
        let place = Rect::from_min_size(pos2(right - 24.0, middle - 12.0), vec2(24.0, 24.0));
        let mut child = row_at(ui, place, ("reset", command.tag()));
        if child.add(IconButton::new(Icon::RotateCcw, &label).small()).clicked() {
            cx.act(Action::ResetKey(Some(command)));
        }
        right -= 32.0;
    }
    commands::icon(command).paint_at(ui.painter(), pos2(rect.left() + 7.0, middle), 14.0, t.text3);
    let left = rect.left() + 24.0;
    let shown = elide_middle(ui.painter(), name, &fonts::body(), right - left);
    let end = paint_text(ui.painter(), left, middle, &shown, &fonts::body(), t.text1);
    if command.place() == CommandPlace::Editor && right - end > 110.0 {
        paint_text(ui.painter(), end + 8.0, middle, words.in_editor, &fonts::hint(), t.text3);
    }
    if focus {
        ring(ui.painter(), whole, 0, t);
    }
    if response.clicked() {
        cx.memory.habits.settings.key_row = Some(command);
        let id = response.id;
        ui.memory_mut(|memory| memory.request_focus(id));
    }
    if response.double_clicked() {
        begin(ui, cx, command);
    }
    context_menu_ui(&response, 220.0, |ui| {
        if ui.add(MenuItem::new(words.change_key).icon(Icon::Pencil).first()).clicked() {
            begin(ui, cx, command);
        }
        if ui.add(MenuItem::new(words.remove_key).icon(Icon::X).enabled(!keys.is_empty())).clicked() {
            cx.act(Action::ClearKey(command));
        }
        let changed = cx.app.keys.is_changed(command);
        if ui.add(MenuItem::new(cx.words().reset).icon(Icon::RotateCcw).enabled(changed)).clicked() {
            cx.act(Action::ResetKey(Some(command)));
        }
    });
    response
}

/// Hears the next key while one is being typed; nothing else sees it.
fn take_key(ui: &Ui, cx: &mut Cx<'_>) {
    let KeyTyping::Waits(command, _) = cx.memory.habits.settings.key_typing else { return };
    let typed = ui.ctx().input_mut(|input| {
        let mut typed = None;
        input.events.retain(|event| {
            let chord = match event {
                Event::Key { key, pressed: true, modifiers, .. } => Some(chord_of(*key, *modifiers)),
                // The clipboard's keys come as what they mean.
                Event::Copy => Some(Chord::new(true, false, false, "C")),
                Event::Cut => Some(Chord::new(true, false, false, "X")),
                Event::Paste(_) => Some(Chord::new(true, false, false, "V")),
                _ => None,
            };
            let is_key = chord.is_some() || matches!(event, Event::Text(_) | Event::Key { .. });
            typed = typed.take().or(chord);
            !is_key
        });
        typed
    });
    let pressed_elsewhere = ui.input(|input| input.pointer.any_pressed());
    let Some(chord) = typed else {
        if pressed_elsewhere {
            end(cx);
        }
        return;
    };
    if chord.key == "Escape" && !chord.command && !chord.alt && !chord.shift && command != UiCommand::Cancel {
        return end(cx);
    }
    if let Some(why) = chord.refusal(command) {
        cx.memory.habits.settings.key_typing = KeyTyping::Waits(command, Some((chord, why)));
        return;
    }
    end(cx);
    if let Some(other) = cx.app.keys.clash(command, &chord) {
        cx.memory.habits.settings.key_typing = KeyTyping::Clash(command, chord, other);
    } else {
        cx.act(Action::GiveKey(command, chord));
    }
    ui.ctx().request_repaint();
}

/// No key is typed any more.
pub(super) fn end(cx: &mut Cx<'_>) {
    cx.memory.habits.settings.key_typing = KeyTyping::No;
    cx.memory.habits.typing_key = None;
}

/// What stands in the way of a key, under the card of its command.
fn notices_ui(ui: &mut Ui, cx: &mut Cx<'_>, rows: &[UiCommand]) {
    let words = cx.lang().habits();
    match &cx.memory.habits.settings.key_typing {
        KeyTyping::Waits(command, refusal) if rows.contains(command) => {
            ui.add_space(8.0);
            match refusal {
                Some((chord, why)) => {
                    let lead = format!("{}.", chord.shown(MAC));
                    Notice::new(Tone::Warn, &lead, refused(words, *why)).show(ui);
                }
                None => {
                    ui.add(Line::hint(words.press_key_hint).elide(Elide::End));
                }
            }
        }
        KeyTyping::Clash(command, chord, other) if rows.contains(command) => {
            let said = cx.lang().key_clash(&chord.shown(MAC), other.name(cx.lang()));
            let (command, chord) = (*command, chord.clone());
            ui.add_space(8.0);
            let actions = [words.take_over, words.keep_key];
            match Notice::new(Tone::Warn, &said, "").actions(&actions).show(ui) {
                Some(0) => {
                    cx.memory.habits.settings.key_typing = KeyTyping::No;
                    cx.act(Action::GiveKey(command, chord));
                }
                Some(_) => cx.memory.habits.settings.key_typing = KeyTyping::No,
                None => {}
            }
        }
        _ => {}
    }
}

/// The question before all keys are reset.
pub(super) fn question_ui(ui: &Ui, cx: &mut Cx<'_>) {
    if !cx.memory.habits.settings.resetting_keys {
        return;
    }
    let words = cx.lang().habits();
    let title = format!("{}{}", words.reset_all_confirm, if cx.lang() == crate::words::Lang::En { "?" } else { "？" });
    let asked = Question {
        title: &title,
        text: words.reset_all_text,
        confirm: words.reset_all_confirm,
        cancel: cx.words().cancel,
        danger: true,
    };
    let Some(answer) = ask_ui(ui.ctx(), Id::unique("reset keys"), asked) else { return };
    cx.memory.habits.settings.resetting_keys = false;
    if answer == Answer::Confirmed {
        cx.act(Action::ResetKey(None));
    }
}
