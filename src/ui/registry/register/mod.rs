//! The question that registers a service: a form, beside it exactly what will be sent, and at the foot whether Consul
//! will take it.

mod check;
mod preview;
mod row;
mod service;

use egui::{Id, Key, Modifiers, Rect, Ui, pos2, vec2};

use self::row::{Form, ask_focus, field_id, is_missing, take_focus};
use super::act;
use crate::app::{Action, FromFile, PickFor, RegisterAct, RegisterDialog, RegisterForm, RegistryAct};
use crate::registry::consul::registration::{Fault, FaultPlace};
use crate::ui::context::{Cx, follow_focus, pane_at, row_at, row_ending_right};
use crate::ui::icons::Icon;
use crate::ui::theme::{Tone, tokens};
use crate::ui::widgets::badge::icon_word_ui;
use crate::ui::widgets::button::{Button, IconButton};
use crate::ui::widgets::dialog::{LargeDialog, LargeDialogPlaces, large_dialog_ui};
use crate::ui::widgets::editor;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::menu::{Combo, MenuItem};
use crate::ui::widgets::notice::Notice;
use crate::ui::widgets::shared::{line_below, line_right};
use crate::ui::widgets::text::{Elide, Line};
use crate::ui::widgets::tooltip::tooltip_ui;
use crate::words::Lang;

const SIZE: egui::Vec2 = vec2(1000.0, 724.0);
/// The form's share of the width.
const FORM: f32 = 0.56;
/// Narrower, and the JSON stands below the form.
const NARROW: f32 = 760.0;
/// A bar below the head.
const BAR: f32 = 44.0;

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
        foot_ui(ui, cx, places.foot, dialog, &address) || closed
    });
    if ctx.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::Enter)) {
        confirm(ui, cx, dialog, RegisterAct::Confirm);
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
    let mut body = places.body;
    if let Some(file) = &dialog.file {
        let (bar, rest) = body.split_top_bottom_at_y(body.top() + BAR);
        file_ui(ui, cx, bar, file);
        body = rest;
    }
    if dialog.several.len() > 1 {
        let (bar, rest) = body.split_top_bottom_at_y(body.top() + BAR);
        several_ui(ui, cx, bar, dialog);
        body = rest;
    }
    if let Some(draft) = &dialog.draft {
        let (bar, rest) = body.split_top_bottom_at_y(body.top() + BAR);
        let said = cx.lang().draft_of(draft.effective_id());
        bar_ui(ui, bar, "register draft", |ui| {
            ui.add(Line::new(&said).color(tokens(ui).text2));
            if ui.add(Button::link(cx.lang().acts().take_draft)).clicked() {
                act(cx, RegistryAct::Register(RegisterAct::TakeDraft));
            }
        });
        body = rest;
    }
    if dialog.came_back {
        let (bar, rest) = body.split_top_bottom_at_y(body.top() + BAR);
        bar_ui(ui, bar, "register came back", |ui| {
            ui.add(Line::new(cx.lang().acts().draft_back).color(tokens(ui).text2));
            if ui.add(Button::link(cx.lang().acts().start_anew)).clicked() {
                act(cx, RegistryAct::Register(RegisterAct::StartAnew));
            }
        });
        body = rest;
    }
    if let Some(error) = &dialog.refused {
        let said = cx.lang().registry_error(error);
        let lead = cx.lang().acts().not_registered;
        let place = Rect::from_min_max(pos2(body.left() + 20.0, body.top()), pos2(body.right() - 20.0, body.bottom()));
        let id = Id::unique("register refused height");
        let height = ui.data(|data| data.get_temp::<f32>(id)).unwrap_or(40.0).min(body.height() * 0.5);
        let place = place.with_min_y(body.bottom() - height - 12.0);
        let mut pane = pane_at(ui, place, "register refused");
        Notice::new(Tone::Error, lead, &said).show(&mut pane);
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
            form_ui(ui, &form, dialog, typed);
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
        form_ui(ui, &form, dialog, typed);
        follow_focus(ui);
    });
    preview::preview_ui(ui, cx, right, dialog);
}

fn form_ui(ui: &mut Ui, form: &Form<'_>, dialog: &RegisterDialog, typed: &mut RegisterForm) {
    egui::Frame::new().inner_margin(egui::Margin::symmetric(20, 8)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        service::service_ui(ui, form, dialog, typed);
        ui.add_space(6.0);
        check::checks_ui(ui, form, typed);
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
        let fault = file.fault.as_ref().map(|why| format!("{}: {why}", acts.not_done.trim_end_matches(['.', '。'])));
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
        let close = format!("{}: {}", cx.words().close, lang.acts().file_path);
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
                let is_wrong = form.registration().1.iter().any(Fault::is_fatal);
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

/// Whether it can be sent, and the buttons; returns whether it is closed.
fn foot_ui(ui: &mut Ui, cx: &mut Cx<'_>, rect: Rect, dialog: &RegisterDialog, address: &str) -> bool {
    let lang = cx.lang();
    let is_free = dialog.sends.is_none();
    let several = dialog.several.len();
    let (closed, left) = row_ending_right(ui, rect, "register foot", |ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        let closed = ui.add(Button::secondary(cx.words().cancel).large()).clicked();
        if several > 1 {
            let all = lang.register_all(several);
            if ui.add(Button::secondary(&all).large().enabled(is_free)).clicked() {
                confirm(ui, cx, dialog, RegisterAct::ConfirmAll);
            }
        }
        ui.add_space(4.0);
        if ui.add(Button::primary(&lang.register_at(address)).large().enabled(is_free)).clicked() {
            confirm(ui, cx, dialog, RegisterAct::Confirm);
        }
        closed
    });
    let place = Rect::from_min_max(rect.min, pos2(left - 12.0, rect.bottom()));
    let (icon, tone, said) = verdict(lang, dialog);
    let mut row = row_at(ui, place, "register verdict");
    row.set_clip_rect(place.intersect(ui.clip_rect()));
    let font = crate::ui::fonts::body();
    let shown = crate::ui::widgets::text::elide_middle(row.painter(), &said, &font, place.width() - 24.0);
    let response = icon_word_ui(&mut row, icon, tone, &shown);
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(said.as_str()));
    if shown != said {
        tooltip_ui(&response, &said, None);
    }
    closed
}

/// What stands at the foot.
fn verdict(lang: Lang, dialog: &RegisterDialog) -> (Icon, Tone, String) {
    let acts = lang.acts();
    if dialog.sends.is_some() {
        return (Icon::LoaderCircle, Tone::Accent, acts.sending.to_owned());
    }
    let edited = dialog.edited.as_ref().map_or(&[][..], |edited| &edited.faults);
    let all = || edited.iter().chain(&dialog.faults);
    let label = |fault: &Fault| match &fault.place {
        FaultPlace::Path(path) => path.clone(),
        FaultPlace::Field(field) | FaultPlace::Check(_, field) => lang.registration_field(field).to_owned(),
    };
    let said = |fault: &Fault| {
        let (label, said) = (label(fault), lang.registration_fault(&fault.kind, true));
        if label.is_empty() { said } else { format!("{label}: {said}") }
    };
    let shown = |fault: &&Fault| fault.is_fatal() && (dialog.tried || !is_missing(&fault.kind));
    if let Some(fault) = all().find(shown) {
        return (Icon::CircleX, Tone::Error, said(fault));
    }
    if all().any(Fault::is_fatal) {
        let mut missing: Vec<String> = all().filter(|fault| fault.is_fatal()).map(label).collect();
        missing.dedup();
        let between = if lang == Lang::En { ", " } else { "、" };
        return (Icon::CircleMinus, Tone::Plain, lang.still_missing(&missing.join(between)));
    }
    match all().next() {
        Some(fault) => (Icon::TriangleAlert, Tone::Warn, said(fault)),
        None => (Icon::CircleCheck, Tone::Ok, acts.checked.to_owned()),
    }
}

/// Sends it; where that cannot be, the first field that is wrong takes the focus.
fn confirm(ui: &Ui, cx: &mut Cx<'_>, dialog: &RegisterDialog, what: RegisterAct) {
    act(cx, RegistryAct::Register(what));
    let id = match dialog.faults.iter().find(|fault| fault.is_fatal()).map(|fault| &fault.place) {
        Some(FaultPlace::Field(field)) => field_id(None, field),
        Some(FaultPlace::Check(number, field)) => field_id(Some(dialog.form.check_at(*number)), field),
        _ => return,
    };
    ask_focus(ui, id);
}
