//! The question where something is to be saved: a path can always be typed, the system's dialog is one button away.

use egui::{Id, Key, Ui};

use super::context::Cx;
use super::fonts;
use super::theme::{Tone, tokens};
use super::widgets::button::{Button, ButtonSize};
use super::widgets::choice::choice_ui;
use super::widgets::dialog::dialog_ui;
use super::widgets::field::{Field, entered};
use super::widgets::notice::Notice;
use super::widgets::text::{Line, paragraph_ui};
use super::widgets::working::{Progress, QUIET, working_ui};
use crate::app::{Action, SaveDialog, SaveStage, SaveWhat};
use crate::words::format;

pub(super) fn save_ui(ui: &Ui, cx: &mut Cx<'_>, save: &SaveDialog) {
    let (words, body, streams) = (cx.words(), cx.lang().body(), cx.lang().streams());
    let title = match &save.what {
        SaveWhat::Message(..) => body.save_title.to_owned(),
        SaveWhat::Messages(_, _, count) => cx.lang().save_messages(*count),
        SaveWhat::Certificates(count, _) => cx.lang().save_certificates(*count),
        SaveWhat::KeyValue(key, _) => cx.lang().save_key(key),
        SaveWhat::Keys(count, _) => cx.lang().save_keys(*count),
    };
    let ctx = ui.ctx().clone();
    let is_done = matches!(save.stage, SaveStage::Done(..));
    let is_busy = save.is_saving();
    let ((), (confirmed, cancelled), close) = dialog_ui(
        &ctx,
        Id::unique("save"),
        560.0,
        &title,
        |ui| {
            if let SaveStage::Done(path, bytes) = &save.stage {
                let said = cx.lang().saved(&path.display().to_string(), *bytes);
                Notice::new(Tone::Ok, body.save_done, &said).show(ui);
            } else {
                question_ui(ui, cx, save);
            }
        },
        |ui| {
            if is_done {
                return (false, ui.add(Button::primary(words.close).large()).clicked());
            }
            let confirm = if save.would_replace() {
                Button::danger_confirm(body.save_replace)
            } else {
                Button::primary(words.save)
            };
            let confirmed = ui.add(confirm.large().enabled(!is_busy)).clicked();
            let leave = if is_busy { streams.stop_saving } else { words.cancel };
            (confirmed, ui.add(Button::secondary(leave).large()).clicked())
        },
    );
    let enter = ctx.input(|input| input.key_pressed(Key::Enter));
    if cancelled || close || (is_done && enter) {
        cx.act(Action::CloseSave);
    } else if confirmed || (entered(&ctx) && !is_busy && !save.would_replace()) {
        // Replacing wants its own button.
        cx.act(Action::ConfirmSave(save.would_replace()));
    }
}

fn question_ui(ui: &mut Ui, cx: &mut Cx<'_>, save: &SaveDialog) {
    let body = cx.lang().body();
    let t = tokens(ui);
    match &save.what {
        SaveWhat::Message(.., None) => {
            paragraph_ui(ui, body.save_only_bytes, fonts::body(), t.text2, 18.0);
        }
        SaveWhat::Message(..) => {
            let mut as_bytes = save.as_bytes;
            let kinds = [(false, body.save_json), (true, body.save_bytes)];
            choice_ui(ui, body.save_as, ButtonSize::Normal, &mut as_bytes, &kinds);
            if as_bytes != save.as_bytes {
                cx.act(Action::SaveAsBytes(as_bytes));
            }
        }
        SaveWhat::Messages(..) => {
            paragraph_ui(ui, cx.lang().save_messages_how(), fonts::body(), t.text2, 18.0);
        }
        SaveWhat::KeyValue(..) => {}
        SaveWhat::Keys(..) => {
            paragraph_ui(ui, cx.lang().key_values().export_how, fonts::body(), t.text2, 18.0);
        }
        SaveWhat::Certificates(..) => {
            paragraph_ui(ui, cx.lang().save_certificates_how(), fonts::body(), t.text2, 18.0);
        }
    }
    ui.add_space(12.0);
    ui.add(Line::new(body.save_file).color(t.text2).height(24.0));
    let missing = (save.stage == SaveStage::Missing).then_some(body.save_missing);
    let mut path = save.path.clone();
    let field = Field::new(Id::unique("save path"), &mut path, body.save_file).mono().large().error(missing);
    let response = field.show(ui);
    let asked = Id::unique("save asked");
    if ui.data(|data| data.get_temp(asked)) != Some(save.serial()) {
        ui.data_mut(|data| data.insert_temp(asked, save.serial()));
        response.request_focus();
    }
    if path != save.path {
        cx.act(Action::TypeSavePath(path));
    }
    ui.add_space(8.0);
    if ui.add(Button::secondary(cx.words().choose)).clicked() {
        cx.act(Action::PickSave);
    }
    if cx.app.no_dialog {
        ui.add_space(8.0);
        paragraph_ui(ui, cx.words().no_dialog, fonts::hint(), t.warn, 18.0);
    }
    match &save.stage {
        SaveStage::Failed(why) => {
            ui.add_space(12.0);
            let tone = if save.would_replace() { Tone::Warn } else { Tone::Error };
            Notice::new(tone, "", &cx.lang().not_saved(why)).show(ui);
        }
        SaveStage::Saving(since, done, of) => {
            let elapsed = cx.now.saturating_duration_since(*since);
            if elapsed > QUIET {
                ui.add_space(12.0);
                let share = if *of > 0 { Progress::Share(*done as f32 / *of as f32) } else { Progress::Unknown };
                let said = match of {
                    0 => format::elapsed(elapsed),
                    of => format!("{} · {}", cx.lang().some_of(*done, *of), format::elapsed(elapsed)),
                };
                working_ui(ui, cx.words().save, &said, share, None);
            }
        }
        _ => {}
    }
}
