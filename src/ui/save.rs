//! The question where to save: a path can always be typed, and the system's dialog is one button away.

use egui::{Id, Role, Ui, vec2};

use super::context::Cx;
use super::fonts;
use super::theme::tokens;
use super::widgets::button::{Button, ButtonSize};
use super::widgets::dialog::dialog_ui;
use super::widgets::field::Field;
use super::widgets::text::{Line, paragraph_ui};
use super::widgets::working::{Progress, working_ui};
use crate::app::{Action, SaveQuestion, SaveState, SaveWhat};
use crate::words::format;

/// The dialog, while it is open.
pub(super) fn save_ui(ui: &Ui, cx: &mut Cx<'_>) {
    let Some(save) = &cx.app.save else { return };
    let words = cx.words();
    let own = cx.lang().streams();
    let title = match save.what {
        SaveWhat::Messages(count) => cx.lang().save_messages(count),
        SaveWhat::Certificates(count) => cx.lang().save_certificates(count),
    };
    let ctx = ui.ctx().clone();
    let is_done = matches!(save.state, SaveState::Done(_));
    let is_writing = matches!(save.state, SaveState::Writing(..));
    let (acts, foot, close) = dialog_ui(
        &ctx,
        Id::unique("save"),
        560.0,
        &title,
        |ui| body_ui(ui, cx, save),
        |ui| {
            if is_done {
                return (false, ui.add(Button::primary(words.close).large()).clicked());
            }
            let replace = save.state == SaveState::Exists;
            let confirm = if replace { Button::danger_confirm(own.replace) } else { Button::primary(own.save) };
            let confirmed = ui.add(confirm.large().enabled(!is_writing)).clicked();
            let leave = if is_writing { own.stop_saving } else { words.cancel };
            (confirmed, ui.add(Button::secondary(leave).large()).clicked())
        },
    );
    for act in acts {
        cx.act(act);
    }
    let enter = ctx.input(|input| input.key_pressed(egui::Key::Enter));
    if foot.1 || close {
        cx.act(Action::CloseSave);
    } else if foot.0 || (enter && save.state != SaveState::Exists && !is_writing && !is_done) {
        // Replacing wants its own button.
        cx.act(Action::ConfirmSave);
    }
}

fn body_ui(ui: &mut Ui, cx: &Cx<'_>, save: &SaveQuestion) -> Vec<Action> {
    let t = tokens(ui);
    let words = cx.words();
    let own = cx.lang().streams();
    let mut acts = Vec::new();
    let how = match save.what {
        SaveWhat::Messages(_) => cx.lang().save_messages_how(),
        SaveWhat::Certificates(_) => cx.lang().save_certificates_how(),
    };
    paragraph_ui(ui, how, fonts::body(), t.text2, 18.0);
    ui.add_space(10.0);
    ui.add(Line::new(words.path).color(t.text2).height(24.0));
    let mut path = save.path.clone();
    let error = match &save.state {
        SaveState::Missing => Some(own.save_missing.to_owned()),
        SaveState::Exists => Some(own.save_exists.to_owned()),
        SaveState::Failed(why) => Some(cx.lang().not_saved(why)),
        _ => None,
    };
    let button = Button::secondary(words.choose).large();
    let room = (ui.available_width() - button.width(ui) - 8.0).max(80.0);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing = vec2(8.0, 0.0);
        let response = ui
            .vertical(|ui| {
                ui.set_width(room);
                Field::new(Id::unique("save path"), &mut path, words.path)
                    .placeholder(own.save_path_hint)
                    .mono()
                    .large()
                    .error(error.as_deref())
                    .width(room)
                    .show(ui)
            })
            .inner;
        if ui.memory(|memory| memory.focused().is_none()) {
            response.request_focus();
        }
        let (place, _) =
            ui.allocate_exact_size(vec2(button.width(ui), ButtonSize::Large.height()), egui::Sense::hover());
        if ui.put(place, button).clicked() {
            acts.push(Action::PickSavePath);
        }
    });
    if path != save.path {
        acts.push(Action::TypeSavePath(path));
    }
    ui.add_space(8.0);
    match &save.state {
        SaveState::NoDialog => {
            paragraph_ui(ui, words.no_dialog, fonts::hint(), t.warn, 18.0);
        }
        SaveState::Writing(since, done, of) => {
            let elapsed = cx.now.saturating_duration_since(*since);
            if elapsed.as_millis() > 300 {
                let share = if *of > 0 { Progress::Share(*done as f32 / *of as f32) } else { Progress::Unknown };
                let said = cx.lang().some_of(*done, *of);
                working_ui(ui, own.save_title, &format!("{said} · {}", format::duration(elapsed)), share, None);
            }
        }
        SaveState::Done(bytes) => {
            let said = cx.lang().saved(*bytes);
            let response = ui.add(Line::new(&said).color(t.ok).height(24.0));
            ui.ctx().accesskit_node_builder(response.id, |node| {
                node.set_role(Role::Status);
                node.set_label(said.as_str());
            });
        }
        _ => {}
    }
    acts
}
