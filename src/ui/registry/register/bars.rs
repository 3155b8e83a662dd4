//! The bars below the head of the question: a file that is asked for, which of its services is shown, what was left.

use egui::{Id, Key, Rect, Ui, vec2};

use super::row::{ask_focus, field_id, take_focus};
use crate::app::{Action, FromFile, PickFor, RegisterAct, RegisterDialog, RegisterDraft, RegisterForm, RegistryAct};
use crate::ui::context::{Cx, row_at};
use crate::ui::icons::Icon;
use crate::ui::registry::act;
use crate::ui::theme::tokens;
use crate::ui::widgets::button::{Button, IconButton};
use crate::ui::widgets::editor;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::menu::{Combo, MenuItem, menu_line_ui, menu_ui};
use crate::ui::widgets::shared::line_below;
use crate::ui::widgets::text::{Elide, Line};
use crate::words::Lang;

/// A bar below the head.
const BAR: f32 = 44.0;

/// All that there are; returns what is left of the room.
pub(super) fn bars_ui(ui: &mut Ui, cx: &mut Cx<'_>, mut body: Rect, dialog: &RegisterDialog) -> Rect {
    let mut next = || {
        let (bar, rest) = body.split_top_bottom_at_y(body.top() + BAR);
        body = rest;
        bar
    };
    if let Some(file) = &dialog.file {
        file_ui(ui, cx, next(), file);
    }
    if dialog.several.len() > 1 {
        several_ui(ui, cx, next(), dialog);
    }
    let app = cx.app;
    let drafts = app.registries.drafts_of(dialog.registry);
    if !drafts.is_empty() {
        drafts_ui(ui, cx, next(), drafts, dialog.sends.is_none());
    }
    if dialog.came_back {
        came_back_ui(ui, cx, next(), dialog);
    }
    body
}

fn draft_title(lang: Lang, draft: &RegisterDraft) -> String {
    lang.draft_title(&draft.title(), draft.forms.len().saturating_sub(1))
}

/// What was left here before, and the ways to it.
fn drafts_ui(ui: &mut Ui, cx: &mut Cx<'_>, rect: Rect, drafts: &[RegisterDraft], enabled: bool) {
    let lang = cx.lang();
    let mut done = None;
    bar_ui(ui, rect, "register drafts", |ui| match drafts {
        [draft] => {
            let title = draft_title(lang, draft);
            ui.add(Line::new(&lang.draft_of(&title)).color(tokens(ui).text2));
            if ui.add(Button::link(lang.acts().take_draft).enabled(enabled)).clicked() {
                done = Some(RegisterAct::TakeDraft(0));
            }
            let name = lang.discard_draft(&title);
            if ui.add(IconButton::new(Icon::X, &name).enabled(enabled)).clicked() {
                done = Some(RegisterAct::DropDraft(0));
            }
        }
        drafts => {
            ui.add(Line::new(&lang.drafts_left(drafts.len())).color(tokens(ui).text2));
            let button = Button::ghost(lang.registration().take_one_up).trailing(Icon::ChevronDown).enabled(enabled);
            let button = ui.add(button);
            menu_ui(&button, 260.0, |ui| {
                for (at, draft) in drafts.iter().enumerate() {
                    let title = draft_title(lang, draft);
                    let item = MenuItem::new(&title);
                    if ui.add(if at == 0 { item.first() } else { item }).clicked() {
                        done = Some(RegisterAct::TakeDraft(at));
                    }
                }
                menu_line_ui(ui);
                for (at, draft) in drafts.iter().enumerate() {
                    let title = lang.discard_draft(&draft_title(lang, draft));
                    if ui.add(MenuItem::new(&title).danger()).clicked() {
                        done = Some(RegisterAct::DropDraft(at));
                    }
                }
            });
        }
    });
    if let Some(what) = done {
        if matches!(what, RegisterAct::TakeDraft(_)) {
            editor::forget(ui.ctx(), super::preview::editor_id());
        }
        act(cx, RegistryAct::Register(what));
    }
}

/// What is in the form was left here; or it is begun anew.
fn came_back_ui(ui: &mut Ui, cx: &mut Cx<'_>, rect: Rect, dialog: &RegisterDialog) {
    let lang = cx.lang();
    bar_ui(ui, rect, "register came back", |ui| {
        let t = tokens(ui);
        ui.add(Line::new(lang.acts().draft_back).color(t.text2));
        if dialog.json_lacks {
            ui.add(Line::new(lang.registration().json_lacks).color(t.warn).elide(Elide::End));
        }
        if ui.add(Button::link(lang.acts().start_anew).enabled(dialog.sends.is_none())).clicked() {
            editor::forget(ui.ctx(), super::preview::editor_id());
            act(cx, RegistryAct::Register(RegisterAct::StartAnew));
            ask_focus(ui, field_id(None, "Name"));
        }
    });
}

fn bar_ui<R>(ui: &mut Ui, rect: Rect, salt: &'static str, content: impl FnOnce(&mut Ui) -> R) -> R {
    line_below(ui.painter(), rect, tokens(ui).line);
    let mut row = row_at(ui, rect.shrink2(vec2(20.0, 0.0)), salt);
    row.spacing_mut().item_spacing.x = 8.0;
    content(&mut row)
}

/// The path of a file, for where no file dialog is, and for those who type.
fn file_ui(ui: &mut Ui, cx: &mut Cx<'_>, rect: Rect, file: &FromFile) {
    let (lang, acts) = (cx.lang(), cx.lang().acts());
    bar_ui(ui, rect, "register file", |ui| {
        let mut path = file.path.clone();
        let (choose, read) = (cx.words().choose_files, acts.read_file);
        let fault = file.fault.as_ref().map(|why| lang.labelled(acts.not_done.trim_end_matches(['.', '。']), why));
        let buttons = Button::secondary(choose).width(ui) + Button::secondary(read).width(ui) + 28.0 + 32.0;
        let said = match (&fault, cx.app.no_dialog) {
            (Some(fault), _) => Some((fault.as_str(), tokens(ui).error)),
            (None, true) => Some((acts.no_file_dialog, tokens(ui).warn)),
            (None, false) => None,
        };
        let beside = if said.is_some() { 240.0_f32.min(ui.available_width() * 0.3) } else { 0.0 };
        let width = (ui.available_width() - buttons - beside).max(100.0);
        let id = Id::unique("register path");
        let field = Field::new(id, &mut path, acts.file_path).placeholder(acts.file_hint).mono().width(width);
        let response = field.error(fault.as_ref().map(|_| "")).show(ui);
        take_focus(ui, &response);
        let enter = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if response.changed() {
            act(cx, RegistryAct::Register(RegisterAct::TypePath(path.clone())));
        }
        let can = !path.trim().is_empty() && !file.reads;
        if (ui.add(Button::secondary(read).enabled(can)).clicked() || enter) && can {
            act(cx, RegistryAct::Register(RegisterAct::ReadFile));
        }
        if ui.add(Button::secondary(choose)).clicked() {
            cx.act(Action::PickFiles(PickFor::Registration, false));
        }
        if let Some((said, color)) = said {
            ui.add(Line::hint(said).color(color).elide(Elide::End).max_width(beside - 8.0));
        }
        let close = lang.labelled(cx.words().close, lang.acts().file_path);
        if ui.add(IconButton::new(Icon::X, &close)).clicked() {
            act(cx, RegistryAct::Register(RegisterAct::CloseFile));
        }
    });
}

/// Which of several services of a file the form shows.
fn several_ui(ui: &mut Ui, cx: &mut Cx<'_>, rect: Rect, dialog: &RegisterDialog) {
    let lang = cx.lang();
    let said = lang.services_in_file(dialog.several.len());
    let title = |form: &RegisterForm| {
        if form.id.trim().is_empty() { form.name.clone() } else { format!("{} {}", form.name, form.id) }
    };
    bar_ui(ui, rect, "register several", |ui| {
        ui.add(Line::strong(&said));
        let combo = Combo::new(lang.acts().service_of_file, &title(&dialog.form)).mono().width(260.0).show(ui, |ui| {
            let mut chosen = None;
            for (at, form) in dialog.several.iter().enumerate() {
                let title = title(form);
                let is_wrong = dialog.wrong.get(at).is_some_and(|wrong| *wrong);
                let mut item = MenuItem::new(&title).mono().chosen(at == dialog.at);
                if is_wrong {
                    item = item.icon(Icon::CircleX);
                }
                if at == 0 {
                    item = item.first();
                }
                if ui.add(item).clicked() {
                    chosen = Some(at);
                }
            }
            chosen
        });
        if let Some(at) = combo.1.flatten() {
            act(cx, RegistryAct::Register(RegisterAct::ChooseOf(at)));
        }
    });
}
