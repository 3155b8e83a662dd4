//! The key in the middle: its value to be read and edited, its facts, and what becomes of writing it.

use egui::{Id, Rect, Ui, pos2, vec2};

use super::compare::{self, SideHead, compare_ui};
use super::notices::{self, ConflictAsk};
use super::tree::path_menu_ui;
use super::{Room, act_keys};
use crate::app::{Conflict, DraftValue, KeyAct, KeyDraft, KeyFace, KeysRef, KeysView, UiCommand, is_secret_value};
use crate::engine::JsonFault;
use crate::ui::context::{Cx, pane_at, row_at, row_ending_right};
use crate::ui::icons::Icon;
use crate::ui::message::find_words;
use crate::ui::theme::measure::INSET;
use crate::ui::theme::{Tone, tokens};
use crate::ui::widgets::button::{Button, ButtonSize, IconButton};
use crate::ui::widgets::choice::choice_ui;
use crate::ui::widgets::code_view::CodeView;
use crate::ui::widgets::editor::{self, Editor, EditorCommand, Problem};
use crate::ui::widgets::heading::{NameValue, name_value_ui};
use crate::ui::widgets::json::Language;
use crate::ui::widgets::menu::{MenuItem, copy_menu_ui, menu_line_ui, menu_ui};
use crate::ui::widgets::shared::line_below;
use crate::ui::widgets::text::{Elide, Line};
use crate::ui::widgets::view_state::{ViewKind, ViewState};
use crate::ui::widgets::working::QUIET;
use crate::words::format;

/// The head with the key.
const HEAD: f32 = 44.0;
/// The foot with Save.
const FOOT: f32 = 52.0;
/// The names and values under a value, with their insets.
const FACTS: f32 = 5.0 * 28.0 + 16.0;
/// In less height the facts are one line.
const TALL: f32 = 420.0;
/// In less height there are none.
const LOW: f32 = 300.0;
/// In less width the choice is small.
const ROOMY: f32 = 430.0;

pub(super) fn value_ui(ui: &mut Ui, cx: &mut Cx<'_>, at: &KeysRef, view: &KeysView, room: Room) {
    let words = cx.lang().key_values();
    let whole = ui.max_rect();
    let Some(key) = view.key.as_deref() else {
        forget_editor(ui, cx, None);
        if room != Room::Wide {
            let corner = Rect::from_min_size(pos2(whole.right() - INSET - 28.0, whole.top() + 8.0), vec2(28.0, 28.0));
            changes_button_ui(&mut row_at(ui, corner, "show changes"), cx);
        }
        ui.add_space((whole.height() * 0.3).round());
        ViewState::new(ViewKind::Empty(Icon::KeyRound), words.no_key, words.no_key_hint).centered().show(ui);
        return;
    };
    let head = Rect::from_min_size(whole.min, vec2(whole.width(), HEAD));
    head_ui(ui, cx, at, view, key, head, room);
    let mut rest = Rect::from_min_max(pos2(whole.left(), head.bottom()), whole.max);
    if view.value(key).is_none() {
        let mut pane = pane_at(ui, rest, "gone key");
        pane.add_space((rest.height() * 0.25).round());
        let state = ViewState::new(ViewKind::Empty(Icon::Trash2), words.gone, words.gone_hint);
        if cx.app.is_read_only(at) {
            state.centered().show(&mut pane);
        } else if state.action(words.create_again).centered().show(&mut pane) {
            act_keys(cx, at, KeyAct::AskNew(key.to_owned()));
        }
        return;
    }
    let foot = Rect::from_min_max(pos2(rest.left(), (rest.bottom() - FOOT).max(rest.top())), rest.max);
    rest.max.y = foot.top();
    foot_ui(ui, cx, at, view, key, foot);
    let draft = view.drafts.get(key);
    let conflict = view.conflict(key);
    rest.min.y = key_notices_ui(ui, cx, at, view, key, rest);
    let facts_height = match whole.height() {
        height if height >= TALL => FACTS,
        height if height >= LOW => 30.0,
        _ => 0.0,
    };
    let compares = draft.is_some_and(|draft| draft.comparing) && matches!(conflict, Some(Conflict::Changed(..)));
    let mut body = rest;
    body.max.y = (rest.bottom() - facts_height).max(rest.top());
    let diff = view.looked.diff(key).filter(|_| compares);
    if let Some((diff, _)) = diff {
        // Short texts are followed by their facts at once.
        body.max.y = body.max.y.min(body.top() + compare::height(diff));
    }
    let t = tokens(ui);
    if body.top() > head.bottom() + 1.0 {
        ui.painter().hline(body.x_range(), body.top() - 0.5, egui::Stroke::new(1.0, t.line));
    }
    let mut pane = pane_at(ui, body, "key body");
    if let (Some((diff, is_formatted)), Some(Conflict::Changed(base, now))) = (diff, conflict) {
        let note = |note: String| match is_formatted {
            true => format!("{note} · {}", cx.lang().key_changes().formatted),
            false => note,
        };
        let (mine, theirs) = (note(cx.lang().mine_began(base)), note(cx.lang().index(now)));
        let heads = [SideHead { title: words.mine, note: &mine }, SideHead { title: words.theirs, note: &theirs }];
        compare_ui(&mut pane, heads, diff, view.face(key) == KeyFace::Json);
    } else {
        body_ui(&mut pane, cx, at, view, key);
    }
    ui.painter().hline(body.x_range(), body.bottom() - 0.5, egui::Stroke::new(1.0, t.line));
    if facts_height > 0.0 {
        let facts = Rect::from_min_max(pos2(rest.left(), body.bottom()), rest.max);
        facts_ui(ui, cx, view, key, facts);
    }
}

fn head_ui(ui: &mut Ui, cx: &mut Cx<'_>, at: &KeysRef, view: &KeysView, key: &str, head: Rect, room: Room) {
    let words = cx.lang().key_values();
    line_below(ui.painter(), head, tokens(ui).line);
    let inner = head.shrink2(vec2(INSET, 0.0));
    let value = view.value(key).unwrap_or_default();
    let is_secret = is_secret_value(key, value);
    let is_text = std::str::from_utf8(value).is_ok();
    let size = if head.width() < ROOMY { ButtonSize::Small } else { ButtonSize::Normal };
    let mut face = view.face(key);
    let ((), right) = row_ending_right(ui, inner, "key head right", |right| {
        right.spacing_mut().item_spacing.x = 8.0;
        if is_secret {
            let (icon, name) =
                if view.revealed { (Icon::EyeOff, cx.words().hide_value) } else { (Icon::Eye, cx.words().show_value) };
            if right.add(IconButton::new(icon, name)).clicked() {
                act_keys(cx, at, KeyAct::Reveal(!view.revealed));
            }
        }
        let all = [(KeyFace::Text, words.text), (KeyFace::Json, words.json), (KeyFace::Hex, words.hex)];
        let options = if is_text { &all[..] } else { &all[2..] };
        choice_ui(right, words.face, size, &mut face, options);
        let more = right.add(IconButton::new(Icon::Ellipsis, words.more_acts));
        menu_ui(&more, 240.0, |ui| key_menu_ui(ui, cx, at, view, key));
        if room != Room::Wide {
            changes_button_ui(right, cx);
        }
    });
    if face != view.face(key) {
        act_keys(cx, at, KeyAct::SetFace(face));
    }
    let mut left = row_at(ui, Rect::from_min_max(inner.min, pos2(right - 8.0, inner.bottom())), "key head");
    left.spacing_mut().item_spacing.x = 6.0;
    if room == Room::Alone && left.add(IconButton::new(Icon::ArrowLeft, words.back_to_tree).small()).clicked() {
        cx.memory.keys.tree_over = true;
    }
    let width = left.available_width() - 30.0;
    let name = left.add(Line::new(key).elide(Elide::Middle).max_width(width));
    copy_menu_ui(&name.interact(egui::Sense::click()), 4, key);
    if left.add(IconButton::new(Icon::Copy, words.copy_key).small()).clicked() {
        left.ctx().copy_text(key.to_owned());
    }
}

fn changes_button_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    if ui.add(IconButton::new(Icon::History, cx.lang().key_values().show_changes)).clicked() {
        cx.memory.keys.changes_over = true;
    }
}

fn key_menu_ui(ui: &mut Ui, cx: &mut Cx<'_>, at: &KeysRef, view: &KeysView, key: &str) {
    let words = cx.lang().key_values();
    let may_write = !cx.app.is_read_only(at);
    let text = view.value(key).and_then(|value| std::str::from_utf8(value).ok());
    if ui.add(MenuItem::new(cx.lang().trace().copy_value).icon(Icon::Copy).enabled(text.is_some()).first()).clicked() {
        ui.ctx().copy_text(text.unwrap_or_default().to_owned());
    }
    if view.face(key) == KeyFace::Json
        && ui.add(MenuItem::new(cx.words().format).icon(Icon::Code).enabled(may_write)).clicked()
    {
        cx.memory.keys.command = Some(EditorCommand::Format);
    }
    if ui.add(MenuItem::new(words.save_file).icon(Icon::Download)).clicked() {
        act_keys(cx, at, KeyAct::SaveToFile);
    }
    if ui.add(MenuItem::new(words.load_file).icon(Icon::Upload).enabled(may_write)).clicked() {
        act_keys(cx, at, KeyAct::AskLoad);
    }
    menu_line_ui(ui);
    path_menu_ui(ui, cx, at, key, false);
}

/// What stands over the value: what others did, what was not written. Returns where it ends.
fn key_notices_ui(ui: &mut Ui, cx: &mut Cx<'_>, at: &KeysRef, view: &KeysView, key: &str, rest: Rect) -> f32 {
    let mut outer = pane_at(ui, rest.shrink(INSET), "key notices");
    // In a low pane they scroll, so that some of the value is left.
    let most = (rest.height() * if rest.height() < LOW { 0.6 } else { 1.0 } - 2.0 * INSET).max(24.0);
    let area = egui::ScrollArea::vertical().id_salt("key notices").max_height(most).min_scrolled_height(most);
    let output = area.auto_shrink([false, true]).show(&mut outer, |pane| {
        told_ui(pane, cx, at, view, key);
        pane.min_rect().height()
    });
    if output.inner > 1.0 {
        (output.inner_rect.top() + output.inner.min(most) + INSET).min(rest.bottom())
    } else {
        rest.top()
    }
}

fn told_ui(pane: &mut Ui, cx: &mut Cx<'_>, at: &KeysRef, view: &KeysView, key: &str) {
    let (lang, words) = (cx.lang(), cx.lang().key_values());
    let draft = view.drafts.get(key);
    pane.spacing_mut().item_spacing.y = 8.0;
    let conflict = view.conflict(key).filter(|_| draft.is_some_and(|draft| draft.writing.is_none()));
    match conflict {
        Some(Conflict::Changed(base, now)) => {
            let time = view.changes.iter().find(|change| change.key == key && change.index == Some(now));
            let time = time.map(|change| lang.clock(change.at));
            let said = lang.changed_said(base, now, time.as_deref());
            let over = lang.write_over(now);
            let compares = draft.is_some_and(|draft| draft.comparing);
            let ask = ConflictAsk {
                lead: words.changed_lead,
                said: &said,
                first: Some(if compares { words.edit_again } else { words.compare }),
                second: words.take_theirs,
                danger: &over,
            };
            match notices::conflict_ui(pane, ask, !cx.app.is_read_only(at)) {
                Some(0) => act_keys(cx, at, KeyAct::Compare(!compares)),
                Some(1) => act_keys(cx, at, KeyAct::TakeTheirs),
                Some(_) => act_keys(cx, at, KeyAct::AskOverwrite),
                None => {}
            }
        }
        Some(Conflict::Deleted(base)) => {
            let said = lang.deleted_said(base);
            let ask = ConflictAsk {
                lead: words.deleted_lead,
                said: &said,
                first: None,
                second: words.leave_mine,
                danger: words.create_again,
            };
            match notices::conflict_ui(pane, ask, !cx.app.is_read_only(at)) {
                Some(1) => act_keys(cx, at, KeyAct::Discard),
                Some(_) => act_keys(cx, at, KeyAct::AskOverwrite),
                None => {}
            }
        }
        None => {}
    }
    if let Some(draft) = draft {
        notices::draft_ui(pane, cx, at, draft, conflict.is_some());
    }
}

fn body_ui(ui: &mut Ui, cx: &mut Cx<'_>, at: &KeysRef, view: &KeysView, key: &str) {
    let words = cx.lang().key_values();
    let Some(value) = view.value(key) else { return };
    let whole = ui.max_rect();
    if is_secret_value(key, value) && !view.revealed {
        forget_editor(ui, cx, None);
        ui.add_space((whole.height() * 0.2).round());
        let state = ViewState::new(ViewKind::Empty(Icon::Lock), words.hidden, words.hidden_hint);
        if state.action(cx.words().show_value).centered().show(ui) {
            act_keys(cx, at, KeyAct::Reveal(true));
        }
        return;
    }
    let version = view.version(key);
    let face = view.face(key);
    let text = std::str::from_utf8(value).ok().filter(|_| face != KeyFace::Hex);
    let Some(text) = text else {
        forget_editor(ui, cx, None);
        let id = Id::unique(("key hex", at.registry, &at.datacenter, key));
        if let Some(lines) = view.looked.hex(&version) {
            CodeView::new(id, cx.lang().key_values().value_field).lang(cx.lang()).show(ui, lines);
        }
        return;
    };
    let id = Id::unique(("key value", at.registry, &at.datacenter, key));
    forget_editor(ui, cx, Some((id, at, key)));
    let lang = cx.lang();
    let problems: Vec<Problem> = view
        .looked
        .json_fault(&version)
        .filter(|_| face == KeyFace::Json)
        .map(|fault| Problem { range: fault.at..end_of_problem(text, fault), message: lang.json_fault(fault) })
        .into_iter()
        .collect();
    let is_writing = view.drafts.get(key).is_some_and(|draft| draft.writing.is_some());
    let language = if face == KeyFace::Json { Language::Json } else { Language::Plain };
    // Two states of a key never have the same number: indexes are far below it.
    let number = if version.draft > 0 { version.draft | (1 << 62) } else { version.modified };
    let output = Editor::new(id, text, cx.lang().key_values().value_field)
        .version(number)
        .language(language)
        .problems(&problems)
        .find(find_words(cx.words()))
        .enabled(!cx.app.is_read_only(at) && !is_writing)
        .command(cx.memory.keys.command.take())
        .show(ui);
    if let Some(text) = output.text {
        act_keys(cx, at, KeyAct::Edit(key.to_owned(), text));
    }
}

/// The character at which it went wrong.
fn end_of_problem(text: &str, fault: &JsonFault) -> usize {
    let length = text.get(fault.at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    fault.at + length
}

/// The editor of a key that is left keeps its steps while its text is not saved.
fn forget_editor(ui: &Ui, cx: &mut Cx<'_>, now: Option<(Id, &KeysRef, &str)>) {
    let is_same = match (&cx.memory.keys.editor, now) {
        (Some((id, ..)), Some((now, ..))) => *id == now,
        (None, None) => true,
        _ => false,
    };
    if is_same {
        return;
    }
    let before = cx.memory.keys.editor.take();
    if let Some((id, at, key)) = before {
        let is_kept = cx.app.registries.keys_view(&at).is_some_and(|view| view.drafts.contains_key(&key));
        if !is_kept {
            editor::forget(ui.ctx(), id);
        }
    }
    cx.memory.keys.editor = now.map(|(id, at, key)| (id, at.clone(), key.to_owned()));
}

fn facts_ui(ui: &mut Ui, cx: &mut Cx<'_>, view: &KeysView, key: &str, rect: Rect) {
    let (lang, words) = (cx.lang(), cx.lang().key_values());
    let entry = view.entry(key);
    let mine = view.drafts.get(key).filter(|draft| draft.is_unsaved()).map(|draft| draft.value.as_bytes().len());
    let theirs = entry.map(|entry| entry.value.len());
    let size = match (mine, theirs) {
        (Some(mine), Some(theirs)) if mine != theirs => lang.both_sizes(mine, theirs),
        (Some(size), _) | (None, Some(size)) => format::bytes(size as u64),
        (None, None) => String::new(),
    };
    let flags = entry.map_or(0, |entry| entry.flags).to_string();
    let created = entry.map_or_else(|| "-".to_owned(), |entry| lang.index(entry.created));
    let modified = entry.map_or_else(|| "-".to_owned(), |entry| lang.index(entry.modified));
    let holder = entry.and_then(|entry| entry.holder.as_deref());
    let inner = rect.shrink2(vec2(INSET, 0.0));
    if rect.height() < FACTS - 1.0 {
        let said = format!("{size} · flags {flags} · {modified}");
        let line = Rect::from_min_size(inner.min, vec2(inner.width(), 30.0));
        let mut row = row_at(ui, line, "key facts line");
        row.add(Line::hint(&said).color(tokens(ui).text3).elide(Elide::End));
        return;
    }
    let mut pane = pane_at(ui, Rect::from_min_max(pos2(inner.left(), inner.top() + 8.0), inner.max), "key facts");
    pane.spacing_mut().item_spacing = vec2(0.0, 0.0);
    let no_holder = holder.is_none();
    for (name, value, is_words) in [
        (cx.words().size, size.as_str(), false),
        (words.flags, flags.as_str(), false),
        (words.created, created.as_str(), false),
        (words.modified, modified.as_str(), false),
        (words.holder, holder.unwrap_or(cx.words().no_value), no_holder),
    ] {
        let row = NameValue { name, value, words: is_words, name_width: 100.0, ..NameValue::default() };
        let response = name_value_ui(&mut pane, row);
        copy_menu_ui(&response.interact(egui::Sense::click()), 4, value);
    }
}

fn foot_ui(ui: &mut Ui, cx: &mut Cx<'_>, at: &KeysRef, view: &KeysView, key: &str, foot: Rect) {
    let words = cx.lang().key_values();
    let t = tokens(ui);
    ui.painter().hline(foot.x_range(), foot.top() + 0.5, egui::Stroke::new(1.0, t.line));
    let inner = foot.shrink2(vec2(INSET, 0.0));
    let draft = view.drafts.get(key);
    let is_read_only = cx.app.is_read_only(at);
    let is_writing = draft.and_then(|draft| draft.writing.as_ref()).is_some();
    let can_save = view.can_save() && !is_read_only;
    let save_key = cx.key(UiCommand::SaveKey);
    let ((), right) = row_ending_right(ui, inner, "key foot right", |right| {
        right.spacing_mut().item_spacing.x = 8.0;
        let can_discard = draft.is_some_and(KeyDraft::is_unsaved) && !is_writing;
        if right.add(Button::ghost(words.discard).enabled(can_discard)).clicked() {
            act_keys(cx, at, KeyAct::Discard);
        }
        let save = Button::primary(cx.words().save).key_if(save_key.as_deref()).enabled(can_save);
        if right.add(save).clicked() {
            act_keys(cx, at, KeyAct::Save);
        }
    });
    let kept_back = draft.filter(|draft| draft.is_unsaved()).and_then(|draft| match &draft.value {
        DraftValue::Text(text) => is_secret_value(key, text.as_bytes()).then_some(words.not_kept),
        DraftValue::Bytes(_) => Some(cx.lang().key_changes().no_text_kept),
    });
    let since = draft.and_then(|draft| draft.writing.as_ref()).map(|writing| writing.since);
    let fault = view.looked.json_fault(&view.version(key)).filter(|_| view.face(key) == KeyFace::Json);
    let (said, tone) = match () {
        () if is_read_only => (words.is_read_only.to_owned(), Tone::Plain),
        () if since.is_some_and(|since| cx.now.saturating_duration_since(since) >= QUIET) => {
            (cx.words().loading.to_owned(), Tone::Plain)
        }
        () if fault.is_some() => (fault.map(|fault| cx.lang().json_fault(fault)).unwrap_or_default(), Tone::Warn),
        () if let Some(why) = kept_back => (why.to_owned(), Tone::Plain),
        () if draft.is_some_and(|draft| draft.base.is_none()) => (words.creates_if.to_owned(), Tone::Plain),
        () => (words.writes_if.to_owned(), Tone::Plain),
    };
    let color = if tone == Tone::Plain { t.text3 } else { t.tint(tone).fg };
    let mut left = row_at(ui, Rect::from_min_max(inner.min, pos2(right - 8.0, inner.bottom())), "key foot");
    left.add(Line::hint(&said).color(color).elide(Elide::End));
}
