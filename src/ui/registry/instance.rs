//! One instance whole: its checks, the methods that it serves, its metadata, its machine; and where registry and wire
//! disagree about it, in words.

use std::sync::Arc;
use std::time::SystemTime;

use egui::{Id, Rect, Ui, pos2, vec2};

use super::instances::Row;
use super::side::of_registry;
use super::{act, health};
use crate::app::{
    Action, InstanceSide, RegistryAct, RegistryEntry, RegistryView, ServiceEntry, ServiceRef, ServiceView,
};
use crate::registry::{Check, Health, HealthHistory, Instance, WireSchema};
use crate::ui::context::{Cx, pane_at, row_at};
use crate::ui::icons::Icon;
use crate::ui::theme::measure::{INSET, TABS};
use crate::ui::theme::{Tone, tokens};
use crate::ui::widgets::button::Button;
use crate::ui::widgets::heading::{NameValue, name_value_ui};
use crate::ui::widgets::menu::{MenuItem, context_menu_ui, copy_menu_ui};
use crate::ui::widgets::notice::Notice;
use crate::ui::widgets::shared::line_below;
use crate::ui::widgets::table::{Cell, Column, Table};
use crate::ui::widgets::tabs::{PaneTab, pane_tabs_ui};
use crate::ui::widgets::text::{Elide, Line};
use crate::words::Lang;

/// The sides of an instance, from left to right.
const SIDES: [InstanceSide; 4] =
    [InstanceSide::Checks, InstanceSide::Methods, InstanceSide::Metadata, InstanceSide::Node];

#[allow(clippy::too_many_arguments, reason = "an instance is shown with its service, its registry and the view of it")]
pub(super) fn instance_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    rect: Rect,
    entry: &RegistryEntry,
    service: &ServiceRef,
    view: &ServiceView,
    known: &ServiceEntry,
    row: &Row<'_>,
) {
    let words = cx.lang().registry();
    let t = tokens(ui);
    let instance = row.instance;
    ui.painter().hline(rect.x_range(), rect.top() + 0.5, egui::Stroke::new(1.0, t.line));
    let tabs = Rect::from_min_size(rect.min, vec2(rect.width(), TABS));
    line_below(ui.painter(), tabs, t.line);
    let mut bar = row_at(ui, tabs.shrink2(vec2(INSET, 0.0)), "instance tabs");
    let name = cx.lang().instance_named(&instance.key.id);
    bar.add(Line::strong(&name).elide(Elide::Middle).max_width((rect.width() * 0.3).max(90.0)));
    bar.add_space(10.0);
    let line = bar.cursor().left();
    bar.painter().vline(line, tabs.center().y - 9.0..=tabs.center().y + 9.0, egui::Stroke::new(1.0, t.line));
    bar.add_space(16.0);
    let counts =
        [Some(instance.checks.len()), row.wire.map(|wire| wire.services.len()), Some(instance.meta.len()), None]
            .map(|count| count.filter(|count| *count > 0).map(|count| count.to_string()));
    let titles = [words.checks, cx.lang().habits().palette_methods, cx.lang().words().metadata, words.node];
    let shown: Vec<PaneTab<'_>> =
        titles.iter().zip(&counts).map(|(title, count)| PaneTab { title, count: count.as_deref() }).collect();
    let chosen = SIDES.iter().position(|side| *side == view.side).unwrap_or(0);
    if let Some(side) = pane_tabs_ui(&mut bar, Id::unique("instance sides"), &name, &shown, chosen) {
        act(cx, RegistryAct::ShowSide(service.clone(), SIDES[side]));
    }
    let body = Rect::from_min_max(pos2(rect.left(), tabs.bottom()), rect.max);
    let mut pane = pane_at(ui, body, "instance");
    egui::ScrollArea::vertical().id_salt("instance side").auto_shrink([false, false]).show(&mut pane, |ui| {
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        match view.side {
            InstanceSide::Checks => checks_ui(ui, cx, entry, instance, known.first_seen),
            InstanceSide::Methods => methods_ui(ui, cx, service, row),
            InstanceSide::Metadata => metadata_ui(ui, cx, service, row),
            InstanceSide::Node => node_ui(ui, cx, service, instance),
        }
        ui.add_space(INSET);
        let inner = Rect::from_min_size(
            ui.cursor().min + vec2(INSET, 0.0),
            vec2(ui.available_width() - 2.0 * INSET, f32::INFINITY),
        );
        let mut notices = pane_at(ui, inner, "instance notices");
        notices_ui(&mut notices, cx, entry, service, known, row);
        let height = notices.min_rect().height();
        ui.add_space(height + INSET);
    });
}

/// Where registry and wire disagree, and where the schema drifts.
fn notices_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    entry: &RegistryEntry,
    service: &ServiceRef,
    known: &ServiceEntry,
    row: &Row<'_>,
) {
    let lang = cx.lang();
    let words = lang.registry();
    let key = &row.instance.key;
    if let Some(disagreement) = &row.disagreement {
        let lead = lang.disagree_about(&key.id);
        let since = known.history.get(key).and_then(HealthHistory::wire_since).map(|at| lang.clock(at));
        let text = lang.disagreement(disagreement, since.as_deref());
        let maintain = lang.put_into_maintenance(&key.id);
        let can = entry.capabilities.maintenance && !entry.form.read_only && row.instance.health != Health::Critical;
        let actions: Vec<&str> = if can { vec![&maintain, words.show_answer] } else { vec![words.show_answer] };
        if let Some(pressed) = Notice::new(Tone::Warn, &lead, &text).actions(&actions).show(ui) {
            if can && pressed == 0 {
                super::acts::ask_maintenance(cx, service, key);
            } else {
                super::call::ask_health(cx, service, key);
            }
        }
        ui.add_space(8.0);
    }
    if let Some(drift) = &known.sums().drift {
        let others: Vec<(String, Vec<String>)> = drift
            .others
            .iter()
            .map(|(hash, keys)| (hash.clone(), keys.iter().map(|key| key.id.clone()).collect()))
            .collect();
        let served = &known.sums().schemas;
        let mut text = lang.schema_drift(&drift.usual, &others);
        if let [(left, _), (right, _), ..] = served.as_slice() {
            if cx.app.comparisons.is_wanted(&left.hash, &right.hash, "") {
                cx.act(Action::CompareSchemas(Arc::clone(left), Arc::clone(right)));
            }
            let changes = cx.app.comparisons.changes(&left.hash, &right.hash);
            text = lang.with_changes(text, changes);
        }
        let pressed = Notice::new(Tone::Warn, words.drift_lead, &text).actions(&[words.compare_schemas]).show(ui);
        let view = cx.app.registries.view(service);
        if pressed.is_some() {
            act(cx, RegistryAct::CompareSchemas(service.clone(), !view.compares));
        }
        ui.add_space(8.0);
        if view.compares {
            let served: Vec<_> =
                served.iter().take(2).map(|(schema, ids)| (schema, ids.iter().map(String::as_str).collect())).collect();
            crate::ui::all::schemas_ui(ui, cx, &served);
        }
    }
}

fn checks_ui(ui: &mut Ui, cx: &mut Cx<'_>, entry: &RegistryEntry, instance: &Instance, first_seen: Option<SystemTime>) {
    let lang = cx.lang();
    let words = lang.registry();
    if instance.checks.is_empty() {
        let said = if entry.capabilities.checks { words.no_checks } else { words.no_checks_here };
        ui.add_space(8.0);
        let mut row =
            row_at(ui, Rect::from_min_size(ui.cursor().min + vec2(INSET, 0.0), vec2(600.0, 26.0)), "no checks");
        row.add(Line::new(said).color(tokens(&row).text3));
        ui.add_space(26.0);
        return;
    }
    let columns = checks_columns(lang, ui.available_width());
    let table = Table::new(Id::unique("instance checks"), words.checks, &columns).whole();
    let response = table.show(ui, instance.checks.len(), |index| {
        let cells = instance.checks.get(index).map(|check| check_cells(lang, check, first_seen));
        cells.map_or_else(Vec::new, |cells| checks_cells(&columns, cells))
    });
    if let Some((index, row)) = response.menu
        && let Some(check) = instance.checks.get(index)
    {
        check_menu_ui(cx, &row, entry, instance, check);
    }
    super::acts::ttl_buttons_ui(ui, cx, entry, instance);
}

/// Columns of checks: what a check says takes what the others leave, and where that would be next to nothing, its kind
/// and its age give way to it.
pub(super) fn checks_columns(lang: Lang, width: f32) -> Vec<Column<'static>> {
    let words = lang.registry();
    let (check, kind, status, since) = match width {
        900.0.. => (214.0, 138.0, 122.0, 113.0),
        560.0.. => (150.0, 96.0, 100.0, 70.0),
        _ => (120.0, 0.0, 96.0, 0.0),
    };
    let mut columns = vec![Column::new(words.check, check)];
    if kind > 0.0 {
        columns.push(Column::new(lang.words().kind, kind));
    }
    columns.push(Column::new(lang.all().status, status));
    if since > 0.0 {
        columns.push(Column::new(words.since, since));
    }
    columns.push(Column::rest(words.output));
    columns
}

/// The same of the cells of a check, which are those of all columns.
pub(super) fn checks_cells(columns: &[Column<'_>], [check, kind, status, since, output]: [Cell; 5]) -> Vec<Cell> {
    if columns.len() == 5 { vec![check, kind, status, since, output] } else { vec![check, status, output] }
}

fn check_cells(lang: Lang, check: &Check, first_seen: Option<SystemTime>) -> [Cell; 5] {
    let mut kind = lang.check_kind(&check.kind);
    if check.is_node {
        kind = lang.node_check(&kind);
    }
    if let Some(interval) = check.interval {
        kind = lang.every(&kind, interval);
    }
    let badge = of_registry(check.status);
    let status = Cell::new(lang.health_word(check.status)).icon(badge.icon());
    let ago = |since: Option<SystemTime>| since.and_then(|since| SystemTime::now().duration_since(since).ok());
    // What was so when it was first seen has been so for longer than that.
    let since = match (ago(check.since), ago(first_seen)) {
        (Some(since), _) => lang.long(since),
        (None, Some(seen)) => lang.over(seen),
        (None, None) => String::new(),
    };
    let output = if check.output.is_empty() { &check.notes } else { &check.output };
    [
        Cell::new(if check.name.is_empty() { &check.id } else { &check.name }),
        Cell::new(kind).soft(),
        status.toned(badge.tone()),
        Cell::new(since).soft(),
        Cell::mono(crate::words::format::visible_line(output.trim()).into_owned()).soft().elide_end(),
    ]
}

fn check_menu_ui(cx: &mut Cx<'_>, row: &egui::Response, entry: &RegistryEntry, instance: &Instance, check: &Check) {
    let words = cx.lang().registry();
    context_menu_ui(row, 240.0, |ui| {
        if ui.add(MenuItem::new(words.copy_output).icon(Icon::Copy).first()).clicked() {
            ui.ctx().copy_text(check.output.clone());
        }
        if ui.add(MenuItem::new(words.copy_check_id).icon(Icon::Copy)).clicked() {
            ui.ctx().copy_text(check.id.clone());
        }
        super::acts::ttl_items_ui(ui, cx, entry, instance, check);
    });
}

fn methods_ui(ui: &mut Ui, cx: &mut Cx<'_>, service: &ServiceRef, row: &Row<'_>) {
    let lang = cx.lang();
    let words = lang.registry();
    let listed = row.wire.map_or(&[][..], |wire| wire.services.as_slice());
    if listed.is_empty() {
        let said = match row.wire {
            None => words.not_asked_yet.to_owned(),
            Some(wire) => lang.no_methods(Some(&wire.reflection)),
        };
        ui.add_space(8.0);
        let place = Rect::from_min_size(ui.cursor().min + vec2(INSET, 0.0), vec2(ui.available_width() - 24.0, 26.0));
        let mut line = row_at(ui, place, "no methods");
        line.add(Line::new(&said).color(tokens(&line).text3));
        ui.add_space(26.0);
        return;
    }
    let methods = row.wire.and_then(|wire| wire.schema.as_ref()).map(|schema| methods_once(ui, schema));
    let columns = [
        Column::new(words.grpc_service, 260.0),
        Column::new(lang.all().wire, 150.0),
        Column::rest(lang.habits().palette_methods),
    ];
    let table = Table::new(Id::unique("instance services"), lang.habits().palette_methods, &columns).whole();
    let response = table.show(ui, listed.len(), |index| {
        let Some(name) = listed.get(index) else { return Vec::new() };
        let own = row.wire.and_then(|wire| wire.services_health.get(name));
        let health = match own {
            Some(health) => {
                let badge = health::of_wire(health);
                let cell = Cell::new(lang.wire_word(health)).icon(badge.icon());
                cell.toned(badge.tone())
            }
            None => Cell::new(lang.words().no_value).soft(),
        };
        let own: Vec<&str> = methods
            .iter()
            .flat_map(|methods| methods.iter())
            .filter(|(of, _)| of == name)
            .map(|(_, method)| method.as_str())
            .collect();
        vec![Cell::mono(name), health, Cell::mono(own.join(", ")).soft().elide_end()]
    });
    if response.opened.is_some() {
        super::call::call_instance(cx, service, &row.instance.key);
    }
    ui.add_space(8.0);
    let place = Rect::from_min_size(ui.cursor().min + vec2(INSET, 0.0), vec2(300.0, 28.0));
    let mut line = row_at(ui, place, "call this");
    if line.add(Button::secondary(&lang.call_named(&row.instance.key.id))).clicked() {
        super::call::call_instance(cx, service, &row.instance.key);
    }
    ui.add_space(28.0);
}

/// The same, read once for each schema.
fn methods_once(ui: &Ui, schema: &WireSchema) -> Arc<[(String, String)]> {
    type Read = (String, Arc<[(String, String)]>);
    let id = Id::unique("methods of a schema");
    if let Some((hash, methods)) = ui.data(|data| data.get_temp::<Read>(id))
        && hash == schema.hash
    {
        return methods;
    }
    let methods: Arc<[(String, String)]> = methods_of(&schema.text).into();
    ui.data_mut(|data| data.insert_temp::<Read>(id, (schema.hash.clone(), Arc::clone(&methods))));
    methods
}

/// Services and their methods, out of canonical .proto source.
fn methods_of(source: &str) -> Vec<(String, String)> {
    let mut package = String::new();
    let mut service = String::new();
    let mut found = Vec::new();
    for line in source.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix("package ") {
            name.trim_end_matches(';').trim().clone_into(&mut package);
        } else if let Some(rest) = line.strip_prefix("service ") {
            let name = rest.split(['{', ' ']).next().unwrap_or_default();
            service = if package.is_empty() { name.to_owned() } else { format!("{package}.{name}") };
        } else if let Some(rest) = line.strip_prefix("rpc ") {
            let name = rest.split(['(', ' ']).next().unwrap_or_default();
            found.push((service.clone(), name.to_owned()));
        }
    }
    found
}

fn metadata_ui(ui: &mut Ui, cx: &mut Cx<'_>, service: &ServiceRef, row: &Row<'_>) {
    let words = cx.lang().registry();
    let instance = row.instance;
    inset_ui(ui, |ui| {
        tags_ui(ui, cx, service, &instance.tags);
        let weights = cx.lang().weights(instance.weights);
        let mut rows: Vec<(String, String)> =
            vec![(cx.lang().words().address.to_owned(), instance.host_port()), (words.weights.to_owned(), weights)];
        if let Some(wire) = row.wire {
            rows.push((words.tcp_tls.to_owned(), super::instances::tcp_tls_word(cx.lang(), wire)));
        }
        rows.extend(
            instance
                .tagged_addresses
                .iter()
                .map(|(name, address)| (format!("{} {name}", cx.lang().words().address), address.clone())),
        );
        rows.extend(instance.meta.iter().map(|(key, value)| (key.clone(), value.clone())));
        for (name, value) in rows {
            let response =
                name_value_ui(ui, NameValue { name: &name, value: &value, name_width: 180.0, ..NameValue::default() });
            copy_menu_ui(&response.interact(egui::Sense::click()), 4, &value);
        }
    });
}

/// Tags, of which each filters the instances by itself.
fn tags_ui(ui: &mut Ui, cx: &mut Cx<'_>, service: &ServiceRef, tags: &[String]) {
    const NAME: f32 = 180.0;
    if tags.is_empty() {
        return;
    }
    let words = cx.lang().registry();
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(6.0, 4.0);
        ui.add(Line::new(words.tags).color(tokens(ui).text3).height(26.0).width(NAME - 6.0));
        for tag in tags {
            let name = cx.lang().only_tag(tag);
            if ui.add(Button::secondary(tag).small().name(&name)).clicked() {
                act(cx, RegistryAct::AddTag(service.clone(), tag.clone()));
            }
        }
    });
}

fn node_ui(ui: &mut Ui, cx: &mut Cx<'_>, service: &ServiceRef, instance: &Instance) {
    let words = cx.lang().registry();
    inset_ui(ui, |ui| {
        for (name, value) in [
            (words.node, instance.key.node.as_str()),
            (cx.lang().words().address, instance.node_address.as_str()),
            (words.datacenter, instance.key.datacenter.as_str()),
        ] {
            if !value.is_empty() {
                let response = name_value_ui(ui, NameValue { name, value, ..NameValue::default() });
                copy_menu_ui(&response.interact(egui::Sense::click()), 4, value);
            }
        }
        ui.add_space(8.0);
        if !instance.key.node.is_empty() && ui.add(Button::secondary(words.show_nodes)).clicked() {
            let view = RegistryView::Nodes(service.registry, service.datacenter.clone());
            act(cx, RegistryAct::Show(view));
        }
    });
}

fn inset_ui(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    egui::Frame::new().inner_margin(egui::Margin::symmetric(INSET as i8, 6)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        content(ui);
    });
}

#[cfg(test)]
mod tests {
    use super::methods_of;

    #[test]
    fn methods_are_read_out_of_source() {
        let source = "syntax = \"proto3\";\npackage pb;\nservice Hello {\n  rpc Welcome (In) returns (Out);\n  rpc Bye(In) returns (Out) {}\n}\n";
        let expect = [("pb.Hello".to_owned(), "Welcome".to_owned()), ("pb.Hello".to_owned(), "Bye".to_owned())];
        assert_eq!(methods_of(source), expect);
    }
}
