//! The questions of keys and values: each names exactly what it touches, and asks once.

use std::mem::discriminant;
use std::sync::Arc;

use egui::{Id, Response, Ui, UiBuilder, vec2};

use super::act_keys;
use super::lists::{deleted_ui, imported_ui, undone_ui};
use crate::app::{KeyAct, KeyDialog, KeyFault, KeysRef, KeysView, UndoStep, is_secret_value};
use crate::engine::{ImportItem, ImportMeets, short_text};
use crate::ui::context::Cx;
use crate::ui::fonts;
use crate::ui::theme::{Tone, tokens};
use crate::ui::widgets::button::Button;
use crate::ui::widgets::dialog::{Answer, Question, dialog_ui, question_ui};
use crate::ui::widgets::editor::{self, Editor};
use crate::ui::widgets::field::{Field, entered};
use crate::ui::widgets::json::Language;
use crate::ui::widgets::notice::Notice;
use crate::ui::widgets::switches::check_box_ui;
use crate::ui::widgets::text::{Elide, Line, paragraph_ui};
use crate::words::{Lang, format};

/// The value of a new key.
fn value_id() -> Id {
    Id::unique("new key value")
}

/// How a question ends.
#[derive(Clone, Copy, Default)]
struct Ends {
    confirmed: bool,
    cancelled: bool,
}

/// The question that is open, if one is.
pub(in crate::ui) fn keys_dialog_ui(ui: &Ui, cx: &mut Cx<'_>) {
    let app = cx.app;
    let Some((at, dialog)) = app.keys_asking() else { return };
    let Some(view) = app.registries.keys_view(at) else { return };
    let lang = cx.lang();
    match dialog {
        KeyDialog::Overwrite { key, index } => {
            let (text, confirm) = (lang.overwrite_said(key, *index), lang.overwrite_confirm(*index));
            let asked = Question {
                title: lang.key_values().overwrite_title,
                text: &text,
                confirm: &confirm,
                cancel: cx.words().cancel,
                danger: true,
            };
            answer(cx, at, question_ui(ui.ctx(), Id::unique("key overwrite"), asked));
        }
        KeyDialog::Undo { act: None, steps, .. } if let Some(step) = steps.first() => {
            let deletes = step.back.is_none();
            let (title, text) = (lang.undo_title(&step.key), undo_said(lang, step));
            let confirm = lang.undo_confirm(deletes);
            let cancel = cx.words().cancel;
            let danger = deletes || step.replaces();
            let asked = Question { title: &title, text: &text, confirm: &confirm, cancel, danger };
            answer(cx, at, question_ui(ui.ctx(), Id::unique("key undo"), asked));
        }
        other => form_dialog_ui(ui, cx, at, view, other),
    }
}

/// What taking one change back does, and over what.
fn undo_said(lang: Lang, step: &UndoStep) -> String {
    let shown = |text: Option<&str>, bytes: usize| {
        let open = text.filter(|text| !is_secret_value(&step.key, text.as_bytes()));
        open.map_or_else(|| format::bytes(bytes as u64), str::to_owned)
    };
    let back = step.back.as_ref().map(|back| shown(short_text(&back.value), back.value.len()));
    match (&step.over, step.seen) {
        (Some((text, bytes)), Some(index)) => {
            lang.undo_later_said(&step.key, index, &shown(text.as_deref(), *bytes), back.as_deref())
        }
        _ if step.is_later => lang.undo_gone_said(&step.key),
        _ => lang.undo_said(&step.key, back.is_none()),
    }
}

fn answer(cx: &mut Cx<'_>, at: &KeysRef, answer: Option<Answer>) {
    match answer {
        Some(Answer::Confirmed) => act_keys(cx, at, KeyAct::ConfirmDialog),
        Some(Answer::Cancelled) => act_keys(cx, at, KeyAct::CloseDialog),
        None => {}
    }
}

fn form_dialog_ui(ui: &Ui, cx: &mut Cx<'_>, at: &KeysRef, view: &KeysView, dialog: &KeyDialog) {
    let ctx = ui.ctx().clone();
    let lang = cx.lang();
    let mut changed = dialog.clone();
    let (title, confirm, can_confirm) = head_of(lang, view, dialog);
    let is_danger = match dialog {
        KeyDialog::Delete { .. } => true,
        KeyDialog::Undo { steps, .. } => steps.iter().any(|step| step.back.is_none() || step.replaces()),
        _ => false,
    };
    let cancel = cx.words().cancel;
    // The first field takes the focus once.
    let is_new = cx.memory.keys.asking != Some(discriminant(dialog));
    cx.memory.keys.asking = Some(discriminant(dialog));
    let (picks, ends, close) = dialog_ui(
        &ctx,
        Id::unique("keys dialog"),
        580.0,
        &title,
        |ui| {
            let (first, picks) = body_ui(ui, cx, view, &mut changed);
            if let Some(first) = first.filter(|_| is_new) {
                first.request_focus();
            }
            picks
        },
        |ui| {
            let confirm = if is_danger { Button::danger_confirm(&confirm) } else { Button::primary(&confirm) };
            let confirmed = ui.add(confirm.large().enabled(can_confirm)).clicked();
            Ends { confirmed, cancelled: ui.add(Button::secondary(cancel).large()).clicked() }
        },
    );
    // What deletes wants its own button.
    let enter = entered(&ctx) && !is_danger && can_confirm;
    if changed != *dialog {
        act_keys(cx, at, KeyAct::SetDialog(Box::new(changed)));
    }
    if picks {
        act_keys(cx, at, KeyAct::Pick);
    }
    if ends.cancelled || close {
        editor::forget(&ctx, value_id());
        act_keys(cx, at, KeyAct::CloseDialog);
    } else if ends.confirmed || enter {
        act_keys(cx, at, KeyAct::ConfirmDialog);
    }
}

/// The title, the button, and whether it can be pressed.
fn head_of(lang: Lang, view: &KeysView, dialog: &KeyDialog) -> (String, String, bool) {
    let words = lang.key_values();
    match dialog {
        KeyDialog::New { .. } => (words.new_title.to_owned(), words.create.to_owned(), true),
        KeyDialog::Move { from, copy, .. } => {
            let confirm = if *copy { lang.words().copy } else { lang.words().rename };
            (lang.move_title(from, *copy), confirm.to_owned(), true)
        }
        KeyDialog::Delete { path, is_folder, keys } => {
            (lang.delete_title(path, *is_folder, keys.len()), lang.delete_confirm(keys.len()), true)
        }
        KeyDialog::Import { plan: Some(Ok(items)), overwrite, .. } => {
            let count = items.iter().filter(|item| is_written(item, *overwrite)).count();
            let confirm = if count == 0 { words.nothing_to_write.to_owned() } else { lang.import_confirm(count) };
            (words.import_title.to_owned(), confirm, count > 0)
        }
        KeyDialog::Import { reading, .. } => {
            (words.import_title.to_owned(), lang.acts().read_file.to_owned(), !reading)
        }
        KeyDialog::Export { prefix } => {
            let count = view.tree().map_or(0, |tree| tree.below(prefix).len());
            (words.export_title.to_owned(), lang.export_confirm(count), count > 0)
        }
        KeyDialog::Load { reading, .. } => (words.load_title.to_owned(), lang.acts().read_file.to_owned(), !reading),
        KeyDialog::Undo { act, steps, .. } => {
            let place = act.as_ref().map_or("", |act| act.place());
            (lang.undo_act_title(steps.len(), place), lang.undo_act_confirm(steps.len()), true)
        }
        KeyDialog::Overwrite { .. } => (String::new(), String::new(), false),
    }
}

fn is_written(item: &ImportItem, overwrite: bool) -> bool {
    match item.meets {
        ImportMeets::Nothing => true,
        ImportMeets::Same => false,
        ImportMeets::Other(..) => overwrite,
    }
}

/// Shows what is asked; returns the first field, and whether a file is to be chosen by the system's dialog.
fn body_ui(ui: &mut Ui, cx: &mut Cx<'_>, view: &KeysView, dialog: &mut KeyDialog) -> (Option<Response>, bool) {
    let lang = cx.lang();
    let words = lang.key_values();
    let t = tokens(ui);
    let said = |ui: &mut Ui, text: &str| paragraph_ui(ui, text, fonts::body(), t.text2, 18.0);
    match dialog {
        KeyDialog::New { key, value, fault } => {
            let why = fault.map(|fault| fault_said(lang, fault));
            let first = field_ui(ui, lang.key_values().key_field, key, why.as_deref(), fault);
            ui.add_space(4.0);
            paragraph_ui(ui, words.folder_hint, fonts::hint(), t.text3, 18.0);
            ui.add_space(12.0);
            ui.add(Line::new(cx.lang().key_values().value_field).color(t.text2).height(24.0));
            new_value_ui(ui, cx, value);
            if is_secret_value(key, value.as_bytes()) {
                ui.add_space(6.0);
                paragraph_ui(ui, lang.key_changes().secret_new, fonts::hint(), t.text3, 18.0);
            }
            (Some(first), false)
        }
        KeyDialog::Move { from, is_folder, to, copy, fault } => {
            let count = if *is_folder { view.tree().map_or(0, |tree| tree.below(from).len()) } else { 1 };
            said(ui, &lang.move_said(count, *copy));
            ui.add_space(12.0);
            let why = fault.map(|fault| fault_said(lang, fault));
            let name = if *is_folder { words.new_folder } else { words.new_name };
            let first = field_ui(ui, name, to, why.as_deref(), fault);
            ui.add_space(6.0);
            let becomes = view.first_moved(from, *is_folder, to).map(|(old, new)| lang.first_moved(old, &new, *copy));
            // Its line stays free while nothing is typed, so that nothing moves.
            let line = Line::hint(becomes.as_deref().unwrap_or_default()).color(t.text3).height(18.0);
            ui.add(line.elide(Elide::End));
            (Some(first), false)
        }
        KeyDialog::Delete { keys, .. } => {
            said(ui, words.delete_condition);
            ui.add_space(12.0);
            deleted_ui(ui, lang, keys);
            (None, false)
        }
        KeyDialog::Import { path, plan, overwrite, fault, .. } => match plan {
            Some(Ok(items)) => {
                let again = plan_ui(ui, lang, items, overwrite);
                if again {
                    *plan = None;
                }
                (None, false)
            }
            refused => {
                said(ui, words.import_how);
                ui.add_space(12.0);
                let (first, picks, typed) = file_ui(ui, cx, path, fault);
                if typed {
                    *refused = None;
                }
                if let Some(Err(why)) = refused {
                    ui.add_space(12.0);
                    Notice::new(Tone::Error, "", &lang.file_fault(why)).show(ui);
                }
                (Some(first), picks)
            }
        },
        KeyDialog::Export { prefix } => {
            said(ui, words.export_how);
            ui.add_space(12.0);
            (Some(field_ui(ui, words.prefix, prefix, None, &mut None)), false)
        }
        KeyDialog::Load { path, unreadable, fault, .. } => {
            said(ui, words.load_how);
            ui.add_space(12.0);
            let (first, picks, typed) = file_ui(ui, cx, path, fault);
            if typed {
                *unreadable = None;
            }
            if let Some(why) = unreadable {
                ui.add_space(12.0);
                Notice::new(Tone::Error, "", &lang.file_fault(why)).show(ui);
            }
            (Some(first), picks)
        }
        KeyDialog::Undo { steps, left, .. } => {
            said(ui, lang.key_changes().undo_each);
            ui.add_space(12.0);
            undone_ui(ui, lang, steps);
            if *left > 0 {
                ui.add_space(10.0);
                paragraph_ui(ui, &lang.undo_left(*left), fonts::hint(), t.warn, 18.0);
            }
            (None, false)
        }
        KeyDialog::Overwrite { .. } => (None, false),
    }
}

fn fault_said(lang: Lang, fault: KeyFault) -> String {
    let words = lang.key_values();
    match fault {
        KeyFault::NoKey => words.no_key_typed.to_owned(),
        KeyFault::Exists(count) => lang.keys_exist(count),
        KeyFault::SameKey => words.same_key.to_owned(),
        KeyFault::NoPath => words.no_path.to_owned(),
    }
}

/// A field under its name; typing takes what is wrong away.
fn field_ui(ui: &mut Ui, name: &str, text: &mut String, why: Option<&str>, fault: &mut Option<KeyFault>) -> Response {
    let t = tokens(ui);
    ui.add(Line::new(name).color(t.text2).height(24.0));
    let id = Id::unique(("keys dialog", name));
    let response = Field::new(id, text, name).mono().large().error(why).show(ui);
    if response.changed() {
        *fault = None;
    }
    response
}

fn new_value_ui(ui: &mut Ui, cx: &Cx<'_>, value: &mut String) {
    let t = tokens(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 168.0), egui::Sense::hover());
    crate::ui::widgets::shared::boxed(ui.painter(), rect, 6, t.bg2, t.line);
    let mut pane = ui.new_child(UiBuilder::new().max_rect(rect.shrink(1.0)).id_salt("new value"));
    pane.set_clip_rect(rect.intersect(ui.clip_rect()));
    let language = if crate::engine::looks_like_json(value.as_bytes()) { Language::Json } else { Language::Plain };
    let output = Editor::new(value_id(), value, cx.lang().key_values().value_field).language(language).show(&mut pane);
    if let Some(text) = output.text {
        *value = text;
    }
}

/// What a file would change; returns whether another file is wanted.
fn plan_ui(ui: &mut Ui, lang: Lang, items: &Arc<Vec<ImportItem>>, overwrite: &mut bool) -> bool {
    let words = lang.key_values();
    let t = tokens(ui);
    let count = |is: fn(&ImportMeets) -> bool| items.iter().filter(|item| is(&item.meets)).count();
    let new = count(|meets| matches!(meets, ImportMeets::Nothing));
    let differ = count(|meets| matches!(meets, ImportMeets::Other(..)));
    let same = count(|meets| matches!(meets, ImportMeets::Same));
    paragraph_ui(ui, &lang.import_plan(new, differ, same), fonts::strong(), t.text1, 18.0);
    ui.add_space(8.0);
    imported_ui(ui, lang, items);
    if differ > 0 {
        ui.add_space(10.0);
        check_box_ui(ui, overwrite, words.write_differing, true);
    }
    ui.add_space(10.0);
    ui.add(Button::link(words.import_again)).clicked()
}

/// A path, typed or chosen; returns the field, whether the system's dialog is asked for, and whether something was typed.
fn file_ui(ui: &mut Ui, cx: &Cx<'_>, path: &mut String, fault: &mut Option<KeyFault>) -> (Response, bool, bool) {
    let lang = cx.lang();
    let why = fault.map(|fault| fault_said(lang, fault));
    let response = field_ui(ui, lang.body().save_file, path, why.as_deref(), fault);
    ui.add_space(8.0);
    let picks = ui.add(Button::secondary(cx.words().choose)).clicked();
    if cx.app.no_dialog {
        ui.add_space(8.0);
        paragraph_ui(ui, cx.words().no_dialog, fonts::hint(), tokens(ui).warn, 18.0);
    }
    let typed = response.changed();
    (response, picks, typed)
}
