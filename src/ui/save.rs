//! The question where a message is to be saved.

use egui::{Id, Key, Ui};

use super::context::Cx;
use super::fonts;
use super::theme::{Tone, tokens};
use super::widgets::button::{Button, ButtonSize};
use super::widgets::choice::choice_ui;
use super::widgets::dialog::dialog_ui;
use super::widgets::field::Field;
use super::widgets::notice::Notice;
use super::widgets::text::{Line, paragraph_ui};
use crate::app::{Action, SaveDialog, SaveStage};

pub(super) fn save_ui(ui: &Ui, cx: &mut Cx<'_>, save: &SaveDialog) {
    let (words, body) = (cx.words(), cx.lang().body());
    let ctx = ui.ctx().clone();
    let is_done = matches!(save.stage, SaveStage::Done(..));
    let is_busy = save.stage == SaveStage::Saving;
    let ((), (confirmed, cancelled), close) = dialog_ui(
        &ctx,
        Id::unique("save"),
        560.0,
        body.save_title,
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
                Button::primary(body.save_button)
            };
            let confirmed = ui.add(confirm.large().enabled(!is_busy)).clicked();
            (confirmed, ui.add(Button::secondary(words.cancel).large()).clicked())
        },
    );
    let enter = ctx.input(|input| input.key_pressed(Key::Enter));
    if cancelled || close || (is_done && enter) {
        cx.act(Action::CloseSave);
    } else if confirmed || (enter && !is_busy && !save.would_replace()) {
        cx.act(Action::ConfirmSave(save.would_replace()));
    }
}

fn question_ui(ui: &mut Ui, cx: &mut Cx<'_>, save: &SaveDialog) {
    let body = cx.lang().body();
    let t = tokens(ui);
    let mut as_bytes = save.as_bytes;
    let kinds = [(false, body.save_json), (true, body.save_bytes)];
    choice_ui(ui, body.save_as, ButtonSize::Normal, &mut as_bytes, &kinds);
    if as_bytes != save.as_bytes {
        cx.act(Action::SaveAsBytes(as_bytes));
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
    if ui.add(Button::secondary(body.save_choose)).clicked() {
        cx.act(Action::PickSave);
    }
    if cx.app.no_dialog {
        ui.add_space(8.0);
        paragraph_ui(ui, cx.words().no_dialog, fonts::hint(), t.warn, 18.0);
    }
    if let SaveStage::Failed(why) = &save.stage {
        ui.add_space(12.0);
        let tone = if save.would_replace() { Tone::Warn } else { Tone::Error };
        Notice::new(tone, "", &cx.lang().not_saved(why)).show(ui);
    }
}
