//! The question that registers a service: a form, beside it exactly what will be sent, and at the foot whether Consul
//! will take it.

mod bars;
mod check;
mod foot;
mod preview;
mod row;
mod service;

use egui::{Id, Key, Modifiers, Rect, Ui, pos2, vec2};

use self::row::{Form, ask_focus, field_id};
use super::act;
use crate::app::{RegisterAct, RegisterDialog, RegisterForm, RegistryAct};
use crate::ui::context::{Cx, follow_focus, pane_at, row_ending_right};
use crate::ui::icons::Icon;
use crate::ui::theme::tokens;
use crate::ui::widgets::button::{Button, IconButton};
use crate::ui::widgets::dialog::{LargeDialog, LargeDialogPlaces, large_dialog_ui};
use crate::ui::widgets::editor;
use crate::ui::widgets::notice::Notice;
use crate::ui::widgets::shared::line_right;

const SIZE: egui::Vec2 = vec2(1000.0, 724.0);
/// The form's share of the width.
const FORM: f32 = 0.56;
/// Narrower, and the JSON stands below the form.
const NARROW: f32 = 760.0;

/// The question, while it is open.
pub(in crate::ui) fn register_ui(ui: &Ui, cx: &mut Cx<'_>, dialog: &RegisterDialog) {
    let ctx = ui.ctx().clone();
    let lang = cx.lang();
    let (place, address) = place_of(cx, dialog);
    let note = lang.at_place(&place, &dialog.datacenter);
    // What comes first is typed first.
    let shown = Id::unique("register shown");
    if ctx.data(|data| data.get_temp::<u64>(shown)) != Some(dialog.opened) {
        ctx.data_mut(|data| data.insert_temp(shown, dialog.opened));
        ask_focus(ui, field_id(None, if dialog.form.name.is_empty() { "Name" } else { "ID" }));
    }
    let large = LargeDialog { id: Id::unique("register"), size: SIZE, title: lang.acts().register_title, note: &note };
    let (closed, outside) = large_dialog_ui(&ctx, large, |ui, places| {
        let closed = head_ui(ui, cx, places.head);
        let mut typed = dialog.form.clone();
        content_ui(ui, cx, places, dialog, &mut typed);
        if typed != dialog.form && dialog.sends.is_none() {
            act(cx, RegistryAct::Register(RegisterAct::Set(Box::new(typed))));
        }
        foot::foot_ui(ui, cx, places.foot, dialog, &address) || closed
    });
    if ctx.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::Enter)) {
        foot::confirm(ui, cx, dialog, RegisterAct::Confirm);
    }
    if closed || outside {
        editor::forget(&ctx, preview::editor_id());
        act(cx, RegistryAct::Register(RegisterAct::Close));
    }
}

/// `Consul 127.0.0.1:8500`, and the address alone.
fn place_of(cx: &Cx<'_>, dialog: &RegisterDialog) -> (String, String) {
    let entry = cx.app.registries.entry(dialog.registry);
    let place = entry.and_then(|entry| entry.place.as_ref());
    let kind = entry.map_or("", |entry| cx.lang().registry_kind(entry.form.kind));
    match place {
        Some(place) => (format!("{kind} {}", place.address), place.address.clone()),
        None => (kind.to_owned(), kind.to_owned()),
    }
}

/// The buttons at the right of the title; returns whether it is closed.
fn head_ui(ui: &mut Ui, cx: &mut Cx<'_>, rect: Rect) -> bool {
    let acts = cx.lang().acts();
    let (closed, _) = row_ending_right(ui, rect, "register head", |ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        if ui.add(Button::secondary(acts.from_file)).clicked() {
            act(cx, RegistryAct::Register(RegisterAct::AskFile));
            ask_focus(ui, Id::unique("register path"));
        }
        ui.add(IconButton::new(Icon::X, cx.words().close)).clicked()
    });
    closed
}

fn content_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    places: LargeDialogPlaces,
    dialog: &RegisterDialog,
    typed: &mut RegisterForm,
) {
    let mut body = bars::bars_ui(ui, cx, places.body, dialog);
    if let Some((tone, lead, said)) = foot::came_of_it(cx.lang(), dialog) {
        let place = Rect::from_min_max(pos2(body.left() + 20.0, body.top()), pos2(body.right() - 20.0, body.bottom()));
        let id = Id::unique("register notice height");
        let height = ui.data(|data| data.get_temp::<f32>(id)).unwrap_or(40.0).min(body.height() * 0.5);
        let place = place.with_min_y(body.bottom() - height - 12.0);
        let mut pane = pane_at(ui, place, "register notice");
        Notice::new(tone, lead, &said).show(&mut pane);
        let now = pane.min_rect().height();
        if (now - height).abs() > 0.5 {
            ui.data_mut(|data| data.insert_temp(id, now));
            ui.ctx().request_discard("a notice has another height");
        }
        body.max.y = place.top() - 8.0;
    }
    let form = Form { lang: cx.lang(), faults: &dialog.faults, tried: dialog.tried };
    if body.width() < NARROW {
        let mut pane = pane_at(ui, body, "register narrow");
        egui::ScrollArea::vertical().id_salt("register form").auto_shrink([false, false]).show(&mut pane, |ui| {
            if form_ui(ui, &form, dialog, typed) {
                act(cx, RegistryAct::Register(RegisterAct::LookAgain));
            }
            let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 420.0), egui::Sense::hover());
            ui.painter().hline(rect.x_range(), rect.top() + 0.5, egui::Stroke::new(1.0, tokens(ui).line));
            preview::preview_ui(ui, cx, rect.with_min_y(rect.top() + 1.0), dialog);
            follow_focus(ui);
        });
        return;
    }
    let (left, right) = body.split_left_right_at_x((body.left() + body.width() * FORM).round());
    line_right(ui.painter(), left, tokens(ui).line);
    let mut pane = pane_at(ui, left, "register form");
    egui::ScrollArea::vertical().id_salt("register form").auto_shrink([false, false]).show(&mut pane, |ui| {
        if form_ui(ui, &form, dialog, typed) {
            act(cx, RegistryAct::Register(RegisterAct::LookAgain));
        }
        follow_focus(ui);
    });
    preview::preview_ui(ui, cx, right, dialog);
}

/// Returns whether the registry is to be asked again.
fn form_ui(ui: &mut Ui, form: &Form<'_>, dialog: &RegisterDialog, typed: &mut RegisterForm) -> bool {
    let frame = egui::Frame::new().inner_margin(egui::Margin::symmetric(20, 8));
    let shown = frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        let looks_again = service::service_ui(ui, form, dialog, typed);
        ui.add_space(6.0);
        check::checks_ui(ui, form, typed);
        looks_again
    });
    shown.inner
}
