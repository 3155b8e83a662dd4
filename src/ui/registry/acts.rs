//! Acts on instances: maintenance, deregistering, TTL checks by hand. Each names what it touches.

use egui::{Id, Key, Rect, Response, Ui, vec2};

use super::act;
use super::instances::Row;
use crate::app::{
    ActDialog, ActSaid, ActWhat, ActsAct, App, InstanceAct, RegisterAct, RegistryAct, RegistryEntry, ServiceRef,
};
use crate::registry::{Check, CheckKind, Health, Instance, InstanceKey};
use crate::ui::context::{Cx, row_at, row_ending_right};
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::measure::INSET;
use crate::ui::theme::{Tone, tokens};
use crate::ui::widgets::button::{Button, IconButton};
use crate::ui::widgets::dialog::dialog_ui;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::menu::{MenuItem, context_menu_ui, menu_line_ui, menu_ui};
use crate::ui::widgets::notice::Notice;
use crate::ui::widgets::text::{Elide, Line, paragraph_ui};
use crate::ui::widgets::tooltip::disabled_tooltip_ui;
use crate::words::Lang;

fn ask(cx: &mut Cx<'_>, service: &ServiceRef, keys: Vec<InstanceKey>, what: InstanceAct) {
    act(cx, RegistryAct::Acts(ActsAct::Ask(service.clone(), keys, what)));
}

/// The instance that the buttons of the view act on.
fn target<'a>(cx: &Cx<'a>, service: &ServiceRef) -> Option<&'a Instance> {
    let key = super::call::chosen(cx, service)?;
    cx.app.registries.service(service)?.instance(&key)
}

/// Register, maintenance, deregister: as buttons, or in a menu where there is no room for them.
pub(super) fn act_buttons_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    entry: &RegistryEntry,
    service: &ServiceRef,
    is_narrow: bool,
) {
    let (words, acts) = (cx.lang().registry(), cx.lang().acts());
    let free = !entry.form.read_only;
    let instance = target(cx, service);
    if is_narrow {
        let button = ui.add(IconButton::new(Icon::Ellipsis, cx.words().more).edged());
        menu_ui(&button, 240.0, |ui| {
            let item = MenuItem::new(words.register).icon(Icon::Plus).first().enabled(free);
            if item_ui(ui, item, free, acts.is_read_only) {
                open_register(cx, service);
            }
            if let Some(instance) = instance {
                act_items_ui(ui, cx, entry, service, instance);
            }
        });
        return;
    }
    if button_ui(ui, Button::secondary(words.register).enabled(free), free, acts.is_read_only) {
        open_register(cx, service);
    }
    let can = free && instance.is_some();
    if entry.capabilities.maintenance {
        let ends = instance.is_some_and(|instance| instance.health == Health::Maintenance);
        let label = if ends { acts.end_maintenance } else { words.maintenance_act };
        if button_ui(ui, Button::secondary(label).enabled(can), free, acts.is_read_only)
            && let Some(instance) = instance
        {
            let what = if ends { InstanceAct::EndMaintenance } else { InstanceAct::Maintain(String::new()) };
            ask(cx, service, vec![instance.key.clone()], what);
        }
    }
    if button_ui(ui, Button::secondary(words.deregister).enabled(can), free, acts.is_read_only)
        && let Some(instance) = instance
    {
        ask(cx, service, vec![instance.key.clone()], InstanceAct::Deregister);
    }
}

/// The question that registers a service, for one of this name.
fn open_register(cx: &mut Cx<'_>, service: &ServiceRef) {
    let name = Some(service.service.clone()).filter(|name| !name.is_empty());
    act(cx, RegistryAct::Register(RegisterAct::Open(service.registry, name)));
}

/// The button that registers a service of any name; disabled with the reason.
pub(super) fn register_button_ui(ui: &mut Ui, cx: &mut Cx<'_>, entry: &RegistryEntry) {
    let free = !entry.form.read_only;
    let button = Button::secondary(cx.lang().registry().register).enabled(free);
    if button_ui(ui, button, free, cx.lang().acts().is_read_only) {
        act(cx, RegistryAct::Register(RegisterAct::Open(entry.id, None)));
    }
}

/// A button that says why it cannot be pressed.
fn button_ui(ui: &mut Ui, button: Button<'_>, free: bool, reason: &str) -> bool {
    let response = ui.add(button);
    if !free {
        disabled_tooltip_ui(&response, reason);
    }
    response.clicked()
}

/// The same for a row of a menu.
fn item_ui(ui: &mut Ui, item: MenuItem<'_>, free: bool, reason: &str) -> bool {
    let response = ui.add(item);
    if !free {
        disabled_tooltip_ui(&response, reason);
    }
    response.clicked()
}

/// Asks for the reason of a maintenance.
pub(super) fn ask_maintenance(cx: &mut Cx<'_>, service: &ServiceRef, key: &InstanceKey) {
    ask(cx, service, vec![key.clone()], InstanceAct::Maintain(String::new()));
}

/// What can be done with an instance.
pub(super) fn instance_menu_ui(
    cx: &mut Cx<'_>,
    row: &Response,
    entry: &RegistryEntry,
    service: &ServiceRef,
    of: &Row<'_>,
) {
    let words = cx.lang().registry();
    context_menu_ui(row, 260.0, |ui| {
        let key = &of.instance.key;
        let label = cx.lang().call_named(&key.id);
        if ui.add(MenuItem::new(&label).icon(Icon::Play).first()).clicked() {
            super::call::call_instance(cx, service, key);
        }
        menu_line_ui(ui);
        if ui.add(MenuItem::new(words.copy_address).icon(Icon::Copy)).clicked() {
            ui.ctx().copy_text(of.instance.host_port());
        }
        if ui.add(MenuItem::new(words.copy_id).icon(Icon::Copy)).clicked() {
            ui.ctx().copy_text(key.id.clone());
        }
        for tag in &of.instance.tags {
            let label = cx.lang().only_tag(tag);
            if ui.add(MenuItem::new(&label).icon(Icon::Funnel)).clicked() {
                act(cx, RegistryAct::AddTag(service.clone(), tag.clone()));
            }
        }
        if entry.capabilities.register {
            menu_line_ui(ui);
            act_items_ui(ui, cx, entry, service, of.instance);
        }
    });
}

/// Acts on one instance, as rows of a menu.
fn act_items_ui(ui: &mut Ui, cx: &mut Cx<'_>, entry: &RegistryEntry, service: &ServiceRef, instance: &Instance) {
    let (words, acts) = (cx.lang().registry(), cx.lang().acts());
    let free = !entry.form.read_only;
    let why = acts.is_read_only;
    let key = &instance.key;
    if item_ui(ui, MenuItem::new(acts.like_this).icon(Icon::Plus).enabled(free), free, why) {
        act(cx, RegistryAct::Register(RegisterAct::OpenLike(service.clone(), key.clone())));
    }
    if entry.capabilities.maintenance {
        let (label, what) = if instance.health == Health::Maintenance {
            (acts.end_maintenance, InstanceAct::EndMaintenance)
        } else {
            (words.maintenance_act, InstanceAct::Maintain(String::new()))
        };
        if item_ui(ui, MenuItem::new(label).icon(Icon::Wrench).enabled(free), free, why) {
            ask(cx, service, vec![key.clone()], what);
        }
    }
    menu_line_ui(ui);
    if item_ui(ui, MenuItem::new(words.deregister).icon(Icon::Trash2).danger().enabled(free), free, why) {
        ask(cx, service, vec![key.clone()], InstanceAct::Deregister);
    }
    let known = cx.app.registries.service(service).map_or(&[][..], |known| known.instances());
    let critical: Vec<InstanceKey> =
        known.iter().filter(|known| known.health == Health::Critical).map(|known| known.key.clone()).collect();
    if critical.len() > 1 {
        let count = critical.len().to_string();
        let item = MenuItem::new(acts.deregister_critical).icon(Icon::Trash2).danger().detail(&count).enabled(free);
        if item_ui(ui, item, free, why) {
            ask(cx, service, critical, InstanceAct::Deregister);
        }
    }
}

/// What a check that waits to be told can be told.
const TOLD: [Health; 3] = [Health::Passing, Health::Warning, Health::Critical];

fn tell(cx: &mut Cx<'_>, entry: &RegistryEntry, instance: &Instance, check: &Check, to: Health) {
    let key = &instance.key;
    let service = ServiceRef { registry: entry.id, datacenter: key.datacenter.clone(), service: key.service.clone() };
    let name = if check.name.is_empty() { check.id.clone() } else { check.name.clone() };
    let what = InstanceAct::SetTtl { check: check.id.clone(), name, to, note: String::new() };
    ask(cx, &service, vec![key.clone()], what);
}

/// Set a TTL check by hand, in the menu of a check.
pub(super) fn ttl_items_ui(ui: &mut Ui, cx: &mut Cx<'_>, entry: &RegistryEntry, instance: &Instance, check: &Check) {
    if check.kind != CheckKind::Ttl || !entry.capabilities.register {
        return;
    }
    let acts = cx.lang().acts();
    let free = !entry.form.read_only;
    menu_line_ui(ui);
    let labels = [acts.tell_passing, acts.tell_warning, acts.tell_critical];
    for (to, label) in TOLD.into_iter().zip(labels) {
        let icon = super::side::of_registry(to).icon();
        if item_ui(ui, MenuItem::new(label).icon(icon).enabled(free), free, acts.is_read_only) {
            tell(cx, entry, instance, check, to);
        }
    }
}

/// The same below the table of checks, so that it is seen.
pub(super) fn ttl_buttons_ui(ui: &mut Ui, cx: &mut Cx<'_>, entry: &RegistryEntry, instance: &Instance) {
    if !entry.capabilities.register {
        return;
    }
    let acts = cx.lang().acts();
    let free = !entry.form.read_only;
    for check in instance.checks.iter().filter(|check| check.kind == CheckKind::Ttl) {
        let name = if check.name.is_empty() { &check.id } else { &check.name };
        let place =
            Rect::from_min_size(ui.cursor().min + vec2(INSET, 8.0), vec2(ui.available_width() - 2.0 * INSET, 24.0));
        let mut row = row_at(ui, place, ("ttl", &check.id));
        row.spacing_mut().item_spacing.x = 8.0;
        row.add(Line::new(name).color(tokens(ui).text2).elide(Elide::Middle).max_width(260.0));
        for (to, label) in TOLD.into_iter().zip([acts.tell_passing, acts.tell_warning, acts.tell_critical]) {
            let named = format!("{name}: {label}");
            let button = Button::secondary(label).small().name(&named).enabled(free);
            if button_ui(&mut row, button, free, acts.is_read_only) {
                tell(cx, entry, instance, check, to);
            }
        }
        ui.add_space(36.0);
    }
}

/// The question before an act, while it is open.
pub(in crate::ui) fn act_dialog_ui(ui: &Ui, cx: &mut Cx<'_>, dialog: &ActDialog) {
    let lang = cx.lang();
    let said = Said::of(cx.app, lang, dialog);
    let ctx = ui.ctx().clone();
    let common = cx.words();
    let (enter, (confirmed, cancelled), close) = dialog_ui(
        &ctx,
        Id::unique("registry act"),
        480.0,
        &said.title,
        |ui| body_ui(ui, cx, dialog, &said),
        |ui| {
            let rect = ui.max_rect();
            let waits = dialog.waits.is_some();
            // Cancel comes first for the keyboard.
            let ((confirmed, cancelled), _) = row_ending_right(ui, rect, "registry act foot", |ui| {
                ui.spacing_mut().item_spacing.x = 8.0;
                let cancelled = ui.add(Button::secondary(common.cancel).large()).clicked();
                ui.add_space(4.0);
                let label = if dialog.failed.is_some() { common.try_again } else { &said.confirm };
                let confirm = if dialog.what == InstanceAct::Deregister {
                    Button::danger_confirm(label)
                } else {
                    Button::primary(label)
                };
                (ui.add(confirm.large().enabled(!waits)).clicked(), cancelled)
            });
            (confirmed, cancelled)
        },
    );
    if confirmed || enter {
        act(cx, RegistryAct::Acts(ActsAct::Confirm));
    } else if cancelled || close {
        act(cx, RegistryAct::Acts(ActsAct::Close));
    }
}

/// The words of a question: it names exactly what it touches.
struct Said {
    title: String,
    text: String,
    confirm: String,
}

impl Said {
    fn of(app: &App, lang: Lang, dialog: &ActDialog) -> Self {
        let service = &dialog.service;
        let entry = app.registries.entry(service.registry);
        let place = entry.map(|entry| place_name(lang, entry)).unwrap_or_default();
        let all: Vec<&InstanceKey> = dialog.done.iter().chain(dialog.instances.iter().map(|(key, _)| key)).collect();
        let ids: Vec<&str> = dialog.instances.iter().map(|(key, _)| key.id.as_str()).collect();
        let mut nodes: Vec<&str> = all.iter().map(|key| key.node.as_str()).collect();
        nodes.sort_unstable();
        nodes.dedup();
        let node = lang.few_of(&nodes);
        let addresses: Vec<&str> = dialog.instances.iter().map(|(_, address)| address.as_str()).collect();
        // All of them are in the list below.
        let addresses = lang.few_of(&addresses);
        let id = ids.first().copied().unwrap_or_default();
        let dc = &service.datacenter;
        match &dialog.what {
            InstanceAct::Deregister => Self {
                title: lang.deregister_question(&ids, &service.service),
                text: lang.deregister_text(&place, dc, &node, &addresses),
                confirm: lang.deregister_named(&ids),
            },
            InstanceAct::Maintain(_) | InstanceAct::EndMaintenance => Self {
                title: lang.maintenance_title(id, &service.service),
                text: lang.maintenance_text(&place, dc, &node, &addresses),
                confirm: lang.maintenance_confirm(id),
            },
            InstanceAct::SetTtl { name, to, .. } => Self {
                title: lang.ttl_title(name, *to),
                text: lang.ttl_text(id, &place, dc, &node),
                confirm: lang.ttl_confirm(*to),
            },
        }
    }
}

/// `Consul 127.0.0.1:8500`
pub(super) fn place_name(lang: Lang, entry: &RegistryEntry) -> String {
    let kind = lang.registry_kind(entry.form.kind);
    match entry.place.as_ref().filter(|place| !place.address.is_empty()) {
        Some(place) => format!("{kind} {}", place.address),
        None => super::side::entry_title(lang, entry),
    }
}

/// What is asked, what has to be typed, and what went wrong; returns whether Enter confirms.
fn body_ui(ui: &mut Ui, cx: &mut Cx<'_>, dialog: &ActDialog, said: &Said) -> bool {
    /// One instance of several.
    const LINE: f32 = 22.0;
    let (lang, acts, t) = (cx.lang(), cx.lang().acts(), tokens(ui));
    paragraph_ui(ui, &said.text, fonts::body(), t.text2, 20.0);
    if dialog.instances.len() > 1 {
        ui.add_space(8.0);
        let area = egui::ScrollArea::vertical().id_salt("act instances").max_height(150.0).auto_shrink([false, true]);
        ui.scope(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            area.show_rows(ui, LINE, dialog.instances.len(), |ui, range| {
                for (key, address) in range.filter_map(|index| dialog.instances.get(index)) {
                    let line = format!("{}  {address}  {}", key.id, key.node);
                    ui.add(Line::code(&line).height(LINE).elide(Elide::Middle));
                }
            });
        });
    }
    let mut enter = false;
    let asked = match &dialog.what {
        InstanceAct::Maintain(reason) => Some((lang.details().reason, acts.reason_hint, reason.clone())),
        InstanceAct::SetTtl { note, .. } => Some((acts.note, acts.note_hint, note.clone())),
        InstanceAct::Deregister | InstanceAct::EndMaintenance => None,
    };
    if let Some((name, hint, mut typed)) = asked {
        ui.add_space(8.0);
        ui.add(Line::new(name).color(t.text2).height(24.0));
        let field = Field::new(Id::unique("registry act text"), &mut typed, name).placeholder(hint).large();
        let response = field.enabled(dialog.waits.is_none()).show(ui);
        enter = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if !enter && ui.memory(|memory| memory.focused().is_none()) {
            response.request_focus();
        }
        if response.changed() {
            act(cx, RegistryAct::Acts(ActsAct::Write(typed)));
        }
    }
    if !dialog.done.is_empty() {
        ui.add_space(8.0);
        let all = dialog.done.len() + dialog.instances.len();
        ui.add(Line::new(&lang.done_of(dialog.done.len(), all)).color(t.text2));
    }
    if let Some(error) = &dialog.failed {
        ui.add_space(10.0);
        Notice::new(Tone::Error, acts.not_done, &lang.registry_error(error)).show(ui);
    } else if dialog.waits.is_some() {
        ui.add_space(8.0);
        ui.add(Line::hint(acts.doing).color(t.text3));
    }
    enter
}

/// What an act did, or why it did not: its tone, first words, and the rest.
pub(in crate::ui) fn said_of(app: &App, lang: Lang, said: &ActSaid) -> (Tone, &'static str, String) {
    let entry = app.registries.entry(said.service.registry);
    let address = entry.map(|entry| place_name(lang, entry)).unwrap_or_default();
    let ids = lang.few_of(&said.instances);
    let service = &said.service.service;
    let acts = lang.acts();
    if let Some(error) = &said.error {
        let words = lang.registry();
        let (lead, what) = match &said.what {
            ActWhat::Registered { .. } => (acts.not_registered, words.register),
            ActWhat::Done(InstanceAct::Deregister) => (acts.not_done, words.deregister),
            ActWhat::Done(InstanceAct::Maintain(_)) => (acts.not_done, words.maintenance_act),
            ActWhat::Done(InstanceAct::EndMaintenance) => (acts.not_done, acts.end_maintenance),
            ActWhat::Done(InstanceAct::SetTtl { name, .. }) => (acts.not_done, name.as_str()),
        };
        let text = lang.act_failed(what.trim_end_matches('…'), &ids, &lang.registry_error(error));
        return (Tone::Error, lead, text);
    }
    let text = match &said.what {
        ActWhat::Registered { replaced } => lang.registered(&ids, service, &address, replaced.is_some()),
        ActWhat::Done(InstanceAct::Deregister) => lang.deregistered(&ids, service),
        ActWhat::Done(InstanceAct::Maintain(reason)) => lang.maintained(&ids, reason.trim()),
        ActWhat::Done(InstanceAct::EndMaintenance) => lang.maintenance_ended(&ids),
        ActWhat::Done(InstanceAct::SetTtl { name, to, .. }) => lang.ttl_said(name, &ids, *to),
    };
    (Tone::Ok, "", text)
}

/// What the last act did, in place; returns where the rest begins.
pub(super) fn said_ui(ui: &mut Ui, cx: &mut Cx<'_>, rest: Rect) -> Rect {
    let Some(said) = cx.app.said_here().cloned() else { return rest };
    let (tone, lead, text) = said_of(cx.app, cx.lang(), &said);
    let mut pane = crate::ui::context::pane_at(ui, rest.shrink(INSET), "act said");
    if Notice::new(tone, lead, &text).actions(&[cx.words().close]).show(&mut pane).is_some() {
        act(cx, RegistryAct::Acts(ActsAct::HideSaid));
    }
    rest.with_min_y(pane.min_rect().bottom() + INSET)
}
