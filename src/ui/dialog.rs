//! The questions over the window: a source to add, a list to send.

use egui::{Id, Ui, vec2};

use super::connection_form::connection_form_ui;
use super::context::Cx;
use super::fonts;
use super::metadata::{RowsAsk, RowsPlace, rows_ui};
use super::theme::tokens;
use super::widgets::button::{Button, ButtonSize};
use super::widgets::choice::choice_ui;
use super::widgets::dialog::{Answer, Question, dialog_ui, question_ui};
use super::widgets::editor::Editor;
use super::widgets::field::{Field, entered};
use super::widgets::json::Language;
use super::widgets::text::{Line, paragraph_ui};
use crate::app::{Action, AddDialog, Area, MetadataRow, PickFor, RowsOf, Tab, is_secret_key};
use crate::secret::Secret;
use crate::words::format;

pub(super) fn dialogs_ui(ui: &Ui, cx: &mut Cx<'_>) {
    if let Some(question) = &cx.app.trust_question {
        let subject = &question.certificate.subject;
        let title = cx.lang().trust_question(subject, &question.address);
        let fingerprint = format::fingerprint(&question.certificate.sha256);
        let text = cx.lang().trust_question_text(&question.address, &fingerprint);
        let (confirm, cancel) = (cx.words().trust_confirm, cx.words().cancel);
        let asked = Question { title: &title, text: &text, confirm, cancel, danger: false };
        if let Some(answer) = question_ui(ui.ctx(), Id::unique("trust question"), asked) {
            cx.act(Action::AnswerTrust(answer == Answer::Confirmed));
        }
    } else if let Some(adding) = &cx.app.adding_trust {
        super::add_trust::add_trust_ui(ui, cx, adding);
    } else if let Some(save) = &cx.app.save {
        super::save::save_ui(ui, cx, save);
    } else if cx.app.area == Area::Registry && cx.app.keys_asking().is_some() {
        super::registry::keys_dialog_ui(ui, cx);
    } else if let Some((_, name)) = &cx.app.naming {
        name_ui(ui, cx, name);
    } else if let Some(pasting) = &cx.app.pasting {
        super::paste::paste_command_ui(ui, cx, pasting);
    } else if let Some(dialog) = &cx.app.registries.dialog {
        super::registry::registry_dialog_ui(ui, cx, dialog);
    } else if let Some(dialog) = &cx.app.registries.act {
        super::registry::act_dialog_ui(ui, cx, dialog);
    } else if let Some(dialog) = &cx.app.registries.register {
        super::registry::register_ui(ui, cx, dialog);
    } else if let Some(dialog) = &cx.app.dialog {
        add_source_ui(ui, cx, dialog);
    } else if let Some(tab) = cx.tab().filter(|tab| tab.list.is_some()) {
        list_ui(ui, cx, tab);
    }
}

/// The name of a source.
fn name_ui(ui: &Ui, cx: &mut Cx<'_>, before: &str) {
    let words = cx.words();
    let mut name = before.to_owned();
    let ctx = ui.ctx().clone();
    let t = tokens(ui);
    let (enter, (confirmed, cancelled), close) = dialog_ui(
        &ctx,
        Id::unique("source name"),
        420.0,
        words.rename_title,
        |ui| {
            let field = Field::new(Id::unique("source name field"), &mut name, words.name).large();
            let response = field.show(ui);
            let enter = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
            if !enter && ui.memory(|memory| memory.focused().is_none()) {
                response.request_focus();
            }
            ui.add_space(6.0);
            paragraph_ui(ui, words.rename_hint, fonts::hint(), t.text3, 18.0);
            enter
        },
        |ui| {
            let confirmed = ui.add(Button::primary(words.rename).large()).clicked();
            (confirmed, ui.add(Button::secondary(words.cancel).large()).clicked())
        },
    );
    if name != before {
        cx.act(Action::TypeName(name));
    }
    if confirmed || enter {
        cx.act(Action::AnswerName(true));
    } else if cancelled || close {
        cx.act(Action::AnswerName(false));
    }
}

fn add_source_ui(ui: &Ui, cx: &mut Cx<'_>, dialog: &AddDialog) {
    let words = cx.words();
    let mut changed = dialog.clone();
    let confirm = if changed.files { words.open } else { words.connect_button };
    let ctx = ui.ctx().clone();
    let (picked, (confirmed, cancelled), close) = dialog_ui(
        &ctx,
        Id::unique("add source"),
        560.0,
        words.add_source_title,
        |ui| body_ui(ui, cx, &mut changed),
        |ui| {
            let confirmed = ui.add(Button::primary(confirm).large()).clicked();
            (confirmed, ui.add(Button::secondary(words.cancel).large()).clicked())
        },
    );
    let enter = entered(&ctx);
    if changed != *dialog {
        cx.act(Action::SetDialog(Box::new(changed)));
    }
    if let Some((purpose, folders)) = picked {
        cx.act(Action::PickFiles(purpose, folders));
    } else if cancelled || close {
        cx.act(Action::CloseDialog);
    } else if confirmed || enter {
        cx.act(Action::ConfirmDialog);
    }
}

fn body_ui(ui: &mut Ui, cx: &mut Cx<'_>, dialog: &mut AddDialog) -> Option<(PickFor, bool)> {
    let words = cx.words();
    let t = tokens(ui);
    let kinds = [(false, words.connect_title), (true, words.files_title)];
    choice_ui(ui, words.add_source_title, ButtonSize::Normal, &mut dialog.files, &kinds);
    ui.add_space(16.0);
    if dialog.files {
        return files_ui(ui, cx, dialog);
    }
    ui.add(Line::new(words.address).color(t.text2).height(24.0));
    let missing = dialog.missing.then_some(words.nothing_typed);
    let field = Field::new(Id::unique("add address"), &mut dialog.address, words.address)
        .placeholder(words.address_hint)
        .mono()
        .large()
        .error(missing);
    let response = field.show(ui);
    if ui.memory(|memory| memory.focused().is_none()) {
        response.request_focus();
    }
    ui.add_space(8.0);
    let mut picked = None;
    let room = (ui.ctx().content_rect().height() - 330.0).max(120.0);
    // Where the form has to scroll, the bar stands beside its fields and not upon them.
    let scrolls = Id::unique("add form scrolls");
    let is_long = ui.data(|data| data.get_temp(scrolls)).unwrap_or(false);
    let area = egui::ScrollArea::vertical().id_salt("add form").max_height(room).auto_shrink([false, true]);
    let output = area.show(ui, |ui| {
        if is_long {
            ui.set_max_width(ui.available_width() - 14.0);
        }
        target_rows_ui(ui, cx, dialog);
        ui.add_space(8.0);
        if dialog.shows_reflection_rows {
            reflection_rows_ui(ui, cx, dialog);
            ui.add_space(8.0);
        }
        picked = connection_form_ui(ui, cx, "add", &mut dialog.form, true);
    });
    let now_long = output.content_size.y > output.inner_rect.height() + 0.5;
    if now_long != is_long {
        ui.data_mut(|data| data.insert_temp(scrolls, now_long));
        ui.ctx().request_repaint();
    }
    picked.map(|path| (PickFor::Form(None, path), false))
}

/// The rows of the target, so that a server whose reflection wants a token can be opened.
fn target_rows_ui(ui: &mut Ui, cx: &mut Cx<'_>, dialog: &mut AddDialog) {
    let own = cx.lang().requests();
    let t = tokens(ui);
    ui.add(Line::strong(cx.words().metadata).height(32.0));
    let place =
        RowsPlace { of: RowsOf::Dialog, address: dialog.address.trim().to_owned(), overriding: &[], moves: false };
    edit_rows_ui(ui, cx, &place, &mut dialog.rows);
    ui.add_space(4.0);
    paragraph_ui(ui, own.target_hint, fonts::hint(), t.text3, 18.0);
}

/// The rows that go with reflection alone, as a start of the program gave them.
fn reflection_rows_ui(ui: &mut Ui, cx: &mut Cx<'_>, dialog: &mut AddDialog) {
    let own = cx.lang().changes();
    let t = tokens(ui);
    ui.add(Line::strong(own.reflection_rows).height(32.0));
    let address = dialog.address.trim().to_owned();
    let place = RowsPlace { of: RowsOf::DialogReflection, address, overriding: &[], moves: false };
    edit_rows_ui(ui, cx, &place, &mut dialog.reflection_rows);
    ui.add_space(4.0);
    paragraph_ui(ui, own.reflection_hint, fonts::hint(), t.text3, 18.0);
}

fn edit_rows_ui(ui: &mut Ui, cx: &mut Cx<'_>, place: &RowsPlace<'_>, rows: &mut Vec<MetadataRow>) {
    for ask in rows_ui(ui, cx, place, rows) {
        match ask {
            RowsAsk::Add(key, value) => {
                let secret = is_secret_key(&key);
                let value = Secret::new(value);
                rows.push(MetadataRow { on: true, key, value, secret, ..MetadataRow::default() });
            }
            RowsAsk::Paste(at, text) => cx.act(Action::PasteRows(place.of.clone(), at, text)),
            RowsAsk::Move(_) => {}
        }
    }
    rows.iter_mut().for_each(MetadataRow::note_key);
}

fn files_ui(ui: &mut Ui, cx: &Cx<'_>, dialog: &mut AddDialog) -> Option<(PickFor, bool)> {
    let words = cx.words();
    let t = tokens(ui);
    let mut picked = None;
    ui.add(Line::new(words.path).color(t.text2).height(24.0));
    let missing = dialog.missing.then_some(words.no_path_typed);
    let field = Field::new(Id::unique("add paths"), &mut dialog.paths, words.path)
        .placeholder(words.path_hint)
        .mono()
        .large()
        .error(missing);
    let response = field.show(ui);
    if ui.memory(|memory| memory.focused().is_none()) {
        response.request_focus();
    }
    ui.add_space(8.0);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing = vec2(8.0, 0.0);
        if ui.add(Button::secondary(words.choose_files)).clicked() {
            picked = Some((PickFor::DialogPaths, false));
        }
        if ui.add(Button::secondary(words.choose_folder)).clicked() {
            picked = Some((PickFor::DialogPaths, true));
        }
    });
    if cx.app.dialog_waits {
        ui.add_space(8.0);
        paragraph_ui(ui, cx.lang().habits().dialog_waits, fonts::hint(), t.text2, 18.0);
    }
    if cx.app.no_dialog {
        ui.add_space(8.0);
        paragraph_ui(ui, words.no_dialog, fonts::hint(), t.warn, 18.0);
    }
    ui.add_space(8.0);
    ui.add(Line::new(words.import_roots).color(t.text2).height(24.0));
    Field::new(Id::unique("add roots"), &mut dialog.import_roots, words.import_roots)
        .placeholder(words.import_roots_hint)
        .mono()
        .large()
        .show(ui);
    ui.add_space(6.0);
    ui.add(Line::hint(words.several_paths).color(t.text3));
    picked
}

fn list_ui(ui: &Ui, cx: &mut Cx<'_>, tab: &Tab) {
    let words = cx.words();
    let Some(before) = &tab.list else { return };
    let mut text = before.clone();
    let editor_id = super::commands::list_editor_id(tab.id);
    let ctx = ui.ctx().clone();
    let t = tokens(ui);
    let ((), (confirmed, cancelled), close) = dialog_ui(
        &ctx,
        Id::unique("send list"),
        560.0,
        words.list_title,
        |ui| {
            ui.add(Line::new(words.list_hint).color(t.text2).height(24.0));
            let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 260.0), egui::Sense::hover());
            ui.painter().rect(
                rect,
                egui::CornerRadius::same(6),
                t.bg2,
                egui::Stroke::new(1.0, t.line),
                egui::StrokeKind::Inside,
            );
            let mut pane = super::context::pane_at(ui, rect.shrink(1.0), "list editor");
            let edited = Editor::new(editor_id, before, words.list_editor)
                .language(Language::Json)
                .command(cx.memory.editor_command.take())
                .outer_keys()
                .show(&mut pane);
            if let Some(edited) = edited.text {
                text = edited;
            }
        },
        |ui| {
            let confirmed = ui.add(Button::primary(words.send_all).large()).clicked();
            (confirmed, ui.add(Button::secondary(words.cancel).large()).clicked())
        },
    );
    if text != *before {
        cx.act(Action::WriteList(tab.id, Some(text)));
    }
    if confirmed || cancelled || close {
        super::widgets::editor::forget(&ctx, editor_id);
    }
    if confirmed {
        cx.act(Action::SendList(tab.id));
    } else if cancelled || close {
        cx.act(Action::WriteList(tab.id, None));
    }
}
