//! The question that trusts a certificate for an address from Settings: address, file, and what the file is.

use egui::{Id, Ui, vec2};

use super::connection_form::{file_fact, file_fact_ui};
use super::context::Cx;
use super::fonts;
use super::theme::tokens;
use super::widgets::button::{Button, ButtonSize};
use super::widgets::choice::choice_ui;
use super::widgets::dialog::dialog_ui;
use super::widgets::field::{Field, entered};
use super::widgets::text::{Line, paragraph_ui};
use crate::app::{Action, AddTrust, PickFor};

/// Whose field is the path's, and which of them.
const PATH: (&str, &str) = ("trust", "path");
/// The line that says what the file holds.
const FACT: f32 = 24.0;

/// What was pressed in the foot, or meant by a key.
enum Press {
    Confirm,
    Leave,
    Choose,
}

pub(super) fn add_trust_ui(ui: &Ui, cx: &mut Cx<'_>, adding: &AddTrust) {
    let (words, own) = (cx.words(), cx.lang().changes());
    let mut changed = adding.clone();
    let ctx = ui.ctx().clone();
    let (chooses, foot, close) = dialog_ui(
        &ctx,
        Id::unique("add trust"),
        520.0,
        own.add_trust_title,
        |ui| body_ui(ui, cx, &mut changed),
        |ui| {
            let confirmed = ui.add(Button::primary(words.trust_confirm).large()).clicked();
            let cancelled = ui.add(Button::secondary(words.cancel).large()).clicked();
            match (confirmed, cancelled) {
                (true, _) => Some(Press::Confirm),
                (_, true) => Some(Press::Leave),
                _ => None,
            }
        },
    );
    let enter = entered(&ctx);
    let press = if chooses {
        Some(Press::Choose)
    } else if close {
        Some(Press::Leave)
    } else {
        foot.or(enter.then_some(Press::Confirm))
    };
    if changed != *adding {
        cx.act(Action::SetTrust(Some(Box::new(changed))));
    }
    match press {
        Some(Press::Confirm) => cx.act(Action::ConfirmTrust),
        Some(Press::Leave) => cx.act(Action::SetTrust(None)),
        Some(Press::Choose) => cx.act(Action::PickFiles(PickFor::Trust, false)),
        None => {}
    }
}

/// Address, path and what the file is; returns whether the path is to be chosen by a dialog.
fn body_ui(ui: &mut Ui, cx: &mut Cx<'_>, adding: &mut AddTrust) -> bool {
    let (words, own) = (cx.words(), cx.lang().changes());
    let t = tokens(ui);
    let missing = |text: &str, why: &'static str| (adding.missing && text.trim().is_empty()).then_some(why);
    let (no_address, no_path) =
        (missing(&adding.address, own.trust_no_address), missing(&adding.path, own.trust_no_path));
    ui.add(Line::new(words.address).color(t.text2).height(24.0));
    let field = Field::new(Id::unique("trust address"), &mut adding.address, words.address)
        .placeholder(words.address_hint)
        .mono()
        .large()
        .error(no_address);
    let response = field.show(ui);
    if ui.memory(|memory| memory.focused().is_none()) {
        response.request_focus();
    }
    ui.add_space(10.0);
    ui.add(Line::new(words.certificate).color(t.text2).height(24.0));
    let mut chooses = false;
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing = vec2(8.0, 0.0);
        let button = Button::secondary(words.choose).large();
        let width = ui.available_width() - button.width(ui) - 8.0;
        let id = super::connection_form::field_id(PATH.0, PATH.1);
        let field = Field::new(id, &mut adding.path, words.certificate).placeholder(words.ca_path_hint).mono();
        field.large().error(no_path).width(width).show(ui);
        chooses = ui.add(button).clicked();
    });
    if let Some(fact) = file_fact(ui, cx, PATH.0, PATH.1, &adding.path) {
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), FACT), egui::Sense::hover());
        file_fact_ui(ui, rect, &fact);
    }
    if cx.app.dialog_waits {
        ui.add_space(8.0);
        paragraph_ui(ui, cx.lang().habits().dialog_waits, fonts::hint(), t.text2, 18.0);
    }
    if cx.app.no_dialog {
        ui.add_space(8.0);
        paragraph_ui(ui, words.no_dialog, fonts::hint(), t.warn, 18.0);
    }
    ui.add_space(10.0);
    ui.add(Line::new(own.trust_as).color(t.text2).height(24.0));
    let kinds = [(false, own.trust_as_ca), (true, own.trust_as_own)];
    choice_ui(ui, own.trust_as, ButtonSize::Normal, &mut adding.is_own, &kinds);
    ui.add_space(8.0);
    paragraph_ui(ui, own.trust_hint, fonts::hint(), t.text3, 18.0);
    chooses
}
