//! The machines of a datacenter, and one of them whole.

use std::time::{Duration, SystemTime};

use egui::{Id, Rect, Ui, pos2, vec2};

use super::act;
use super::datacenter::{filter_ui, sort_of, waiting_ui};
use super::service::HEAD;
use super::side::of_registry;
use super::trouble::trouble_ui;
use crate::app::{Away, DatacenterEntry, ListView, NodeColumn, RegistryAct, RegistryEntry, RegistryView};
use crate::engine::RegistryId;
use crate::registry::{Answer, Hidden, Node, NodeState};
use crate::ui::context::{Cx, pane_at, row_at, row_ending_right};
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::measure::{FILTER_BAR, INSET, TABS};
use crate::ui::theme::{Tone, tokens};
use crate::ui::widgets::badge::{badge_ui, icon_badge_ui};
use crate::ui::widgets::button::{Button, IconButton};
use crate::ui::widgets::heading::{NameValue, name_value_ui};
use crate::ui::widgets::menu::{MenuItem, context_menu_ui, copy_menu_ui};
use crate::ui::widgets::shared::line_below;
use crate::ui::widgets::table::{Cell, Column, Table};
use crate::ui::widgets::text::{Elide, Line};
use crate::ui::widgets::view_state::{ViewKind, ViewState};
use crate::words::Lang;

/// What a column sorts by.
const COLUMNS: [NodeColumn; 7] = [
    NodeColumn::Name,
    NodeColumn::State,
    NodeColumn::Health,
    NodeColumn::Address,
    NodeColumn::Version,
    NodeColumn::RoundTrip,
    NodeColumn::Instances,
];

/// The machines of one datacenter.
pub(super) fn nodes_ui(ui: &mut Ui, cx: &mut Cx<'_>, id: RegistryId, name: &str) {
    let whole = ui.max_rect();
    let Some(entry) = cx.app.registries.entry(id) else { return };
    let known = entry.datacenter(name);
    let view = RegistryView::Nodes(id, name.to_owned());
    let head = Rect::from_min_size(whole.min, vec2(whole.width(), HEAD));
    head_ui(ui, cx, head, entry, name, known);
    let list = cx.app.registries.list(&view);
    let filter = Rect::from_min_size(head.left_bottom(), vec2(whole.width(), FILTER_BAR));
    let acts = cx.lang().acts();
    filter_ui(ui, cx, filter, &view, &list, acts.filter_nodes, acts.node_query);
    let rest = whole.with_min_y(filter.bottom());
    let (nodes, away) = known.map_or((None, None), |known| (known.nodes.as_ref(), known.nodes_away.as_ref()));
    let rest = trouble_ui(ui, cx, rest, entry, away, nodes.is_some());
    match (nodes, away) {
        (Some(answer), _) => listed_ui(ui, cx, rest, &view, &list, (entry, answer)),
        (None, Some(away)) => failed_ui(ui, cx, rest, entry, away),
        (None, None) => waiting_ui(ui, cx, rest, entry, &super::side::entry_title(cx.lang(), entry)),
    }
}

/// They could not be had.
fn failed_ui(ui: &mut Ui, cx: &mut Cx<'_>, rest: Rect, entry: &RegistryEntry, away: &Away) {
    let mut pane = pane_at(ui, rest, "nodes failed");
    pane.add_space((rest.height() * 0.2).round());
    let (said, words, state) =
        (cx.lang().registry_error(&away.error), cx.lang().registry(), cx.lang().registry_state());
    let (label, way) = if away.error.fault.is_denied() {
        (state.set_token, RegistryAct::AskToken(entry.id))
    } else {
        (words.look_again, RegistryAct::Refresh(entry.id))
    };
    let view = ViewState::new(ViewKind::Failed, state.nodes_failed, &said).action(label);
    if view.centered().show(&mut pane) {
        act(cx, way);
    }
}

fn head_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    rect: Rect,
    entry: &RegistryEntry,
    name: &str,
    known: Option<&DatacenterEntry>,
) {
    let (lang, words) = (cx.lang(), cx.lang().registry());
    line_below(ui.painter(), rect, tokens(ui).line);
    let inner = Rect::from_min_max(rect.min + vec2(INSET, 0.0), rect.max - vec2(INSET, 1.0));
    let ((), left) = row_ending_right(ui, inner, "nodes acts", |ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        if ui.add(Button::secondary(lang.words().services).icon(Icon::Network)).clicked() {
            act(cx, RegistryAct::Show(RegistryView::Datacenter(entry.id, name.to_owned())));
        }
        let asks = known.is_some_and(|known| known.nodes_asked.is_some());
        let label = if asks { lang.acts().asked_stale } else { words.look_again };
        if ui.add(IconButton::new(Icon::RefreshCw, label).enabled(!asks)).clicked() {
            act(cx, RegistryAct::Refresh(entry.id));
        }
    });
    let place = Rect::from_min_max(inner.min, pos2(left - INSET, inner.bottom()));
    let mut row = row_at(ui, place, "nodes name");
    row.spacing_mut().item_spacing.x = 8.0;
    row.add(Line::new(words.nodes).font(fonts::heading()));
    if !name.is_empty() {
        badge_ui(&mut row, name, Tone::Plain);
    }
    let Some(nodes) = known.and_then(|known| known.nodes.as_ref()) else { return };
    let fits = |ui: &Ui, wanted: f32| ui.available_width() > wanted;
    if fits(&row, 80.0) && !is_hidden(nodes) {
        badge_ui(&mut row, &lang.nodes_count(nodes.value.len()), Tone::Plain);
    }
    for state in [NodeState::Failed, NodeState::Left, NodeState::Leaving] {
        let count = nodes.value.iter().filter(|node| node.state == state).count();
        if count > 0 && fits(&row, 90.0) {
            let (icon, tone) = state_sign(state);
            icon_badge_ui(&mut row, icon, &format!("{count} {}", lang.node_state(state)), tone);
        }
    }
}

/// None is seen, and access rules may be why.
pub(super) fn is_hidden(nodes: &Answer<Vec<Node>>) -> bool {
    nodes.value.is_empty() && nodes.hidden != Hidden::Nothing
}

fn state_sign(state: NodeState) -> (Icon, Tone) {
    match state {
        NodeState::Alive => (Icon::CircleCheck, Tone::Ok),
        NodeState::Leaving => (Icon::TriangleAlert, Tone::Warn),
        NodeState::Left => (Icon::CircleMinus, Tone::Plain),
        NodeState::Failed => (Icon::CircleX, Tone::Error),
        NodeState::Unknown => (Icon::CircleQuestionMark, Tone::Plain),
    }
}

fn listed_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    rest: Rect,
    view: &RegistryView,
    list: &ListView,
    (entry, answer): (&RegistryEntry, &Answer<Vec<Node>>),
) {
    let (lang, words, acts) = (cx.lang(), cx.lang().registry(), cx.lang().acts());
    let rows = list.nodes(&answer.value, list.column.and_then(|column| COLUMNS.get(column).copied()));
    if rows.is_empty() {
        let mut pane = pane_at(ui, rest, "no nodes");
        pane.add_space((rest.height() * 0.2).round());
        if answer.value.is_empty() {
            if !is_hidden(answer) {
                ViewState::new(ViewKind::Empty(Icon::Server), acts.no_nodes, "").centered().show(&mut pane);
                return;
            }
            let state = ViewState::new(ViewKind::Empty(Icon::Lock), acts.nodes_hidden, words.perhaps_hidden_hint);
            if state.action(lang.registry_state().set_token).centered().show(&mut pane) {
                act(cx, RegistryAct::AskToken(entry.id));
            }
            return;
        }
        let said = lang.hits_of(0, answer.value.len());
        let state = ViewState::new(ViewKind::Empty(Icon::Search), acts.no_node, &said).action(words.clear_query);
        if state.centered().show(&mut pane) {
            let list = ListView { query: String::new(), ..list.clone() };
            act(cx, RegistryAct::SetList(view.clone(), Box::new(list)));
        }
        return;
    }
    let chosen = list.chosen.as_ref().and_then(|chosen| rows.iter().position(|row| row.name == *chosen)).unwrap_or(0);
    let wanted = 29.0 + 30.0 * rows.len() as f32;
    let height = wanted.min((rest.height() * 0.5).max(110.0));
    let (upper, lower) = rest.split_top_bottom_at_y(rest.top() + height);
    table_ui(ui, cx, upper, view, list, &rows, chosen);
    if let Some(node) = rows.get(chosen) {
        node_ui(ui, cx, lower.with_min_y(lower.top() + INSET), node);
    }
}

fn table_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    rect: Rect,
    view: &RegistryView,
    list: &ListView,
    rows: &[&Node],
    chosen: usize,
) {
    let (lang, words, acts) = (cx.lang(), cx.lang().registry(), cx.lang().acts());
    let wide = rect.width() > 760.0;
    let mut pane = pane_at(ui, rect, "nodes");
    let columns = [
        Column::rest(words.node).sort(sort_of(list, 0)),
        Column::new(acts.state, 88.0).sort(sort_of(list, 1)),
        Column::new(acts.health, 108.0).sort(sort_of(list, 2)),
        Column::new(lang.words().address, if wide { 150.0 } else { 110.0 }).sort(sort_of(list, 3)),
        Column::new(acts.version, if wide { 90.0 } else { 60.0 }).sort(sort_of(list, 4)),
        Column::new(acts.rtt, 72.0).right().sort(sort_of(list, 5)),
        Column::new(lang.all().instances, 70.0).right().sort(sort_of(list, 6)),
    ];
    let id = Id::unique(("nodes", view));
    let table = Table::new(id, words.nodes, &columns).chosen(Some(chosen));
    let response =
        table.show(&mut pane, rows.len(), |index| rows.get(index).map_or_else(Vec::new, |node| cells(lang, node)));
    let mut changed = list.clone();
    if let Some(column) = response.sort_by {
        changed.sort_by(column);
    }
    if let Some(node) = response.chosen.and_then(|row| rows.get(row)) {
        changed.chosen = Some(node.name.clone());
    }
    if changed != *list {
        act(cx, RegistryAct::SetList(view.clone(), Box::new(changed)));
    }
    if let Some((row, at)) = response.menu
        && let Some(node) = rows.get(row)
    {
        context_menu_ui(&at, 240.0, |ui| {
            if ui.add(MenuItem::new(lang.habits().copy_name).icon(Icon::Copy).first()).clicked() {
                ui.ctx().copy_text(node.name.clone());
            }
            if ui.add(MenuItem::new(words.copy_address).icon(Icon::Copy)).clicked() {
                ui.ctx().copy_text(node.address.clone());
            }
            if ui.add(MenuItem::new(words.copy_id).icon(Icon::Copy)).clicked() {
                ui.ctx().copy_text(node.id.clone());
            }
        });
    }
}

fn cells(lang: Lang, node: &Node) -> Vec<Cell> {
    let toned = |cell: Cell, tone: Tone| if tone == Tone::Plain { cell.soft() } else { cell.tone(tone) };
    let (icon, tone) = state_sign(node.state);
    let state = toned(Cell::new(lang.node_state(node.state)).icon(icon), tone);
    let badge = of_registry(node.health);
    let health = toned(Cell::new(lang.health_word(node.health)).icon(badge.icon()), badge.tone());
    let mut name = Cell::new(&node.name);
    if let Some(is_server) = node.is_server {
        let acts = lang.acts();
        name = name.badge(if is_server { acts.server } else { acts.client }, Tone::Plain);
    }
    vec![
        name,
        state,
        health,
        Cell::mono(&node.address),
        Cell::mono(node.version.as_deref().unwrap_or_default()).soft(),
        Cell::mono(node.round_trip.map(round_trip).unwrap_or_default()),
        Cell::mono(node.instances.to_string()),
    ]
}

/// `1.2 ms`; that to itself is none.
fn round_trip(time: Duration) -> String {
    if time.is_zero() { "0 ms".to_owned() } else { format!("{:.1} ms", time.as_secs_f64() * 1000.0) }
}

/// One machine: its checks, what it is, its metadata.
fn node_ui(ui: &mut Ui, cx: &mut Cx<'_>, rect: Rect, node: &Node) {
    let (lang, words, acts, t) = (cx.lang(), cx.lang().registry(), cx.lang().acts(), tokens(ui));
    ui.painter().hline(rect.x_range(), rect.top() + 0.5, egui::Stroke::new(1.0, t.line));
    let head = Rect::from_min_size(rect.min, vec2(rect.width(), TABS));
    line_below(ui.painter(), head, t.line);
    let mut bar = row_at(ui, head.shrink2(vec2(INSET, 0.0)), "node head");
    bar.add(Line::strong(&node.name).elide(Elide::Middle).max_width(rect.width() * 0.6));
    let mut pane = pane_at(ui, rect.with_min_y(head.bottom()), "node");
    egui::ScrollArea::vertical().id_salt("node").auto_shrink([false, false]).show(&mut pane, |ui| {
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        if !node.checks.is_empty() {
            checks_ui(ui, lang, node);
            ui.add_space(8.0);
        }
        egui::Frame::new().inner_margin(egui::Margin::symmetric(INSET as i8, 4)).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.add(Line::strong(acts.about_node).height(28.0));
            let role = match node.is_server {
                Some(true) => acts.server,
                Some(false) => acts.client,
                None => "",
            };
            let facts = [
                ("ID", node.id.as_str()),
                (lang.words().address, node.address.as_str()),
                (words.datacenter, node.datacenter.as_str()),
                (acts.role, role),
                (acts.version, node.version.as_deref().unwrap_or_default()),
            ];
            let own = facts.into_iter().filter(|(_, value)| !value.is_empty());
            for (name, value) in own {
                fact_ui(ui, name, value);
            }
            if !node.meta.is_empty() {
                ui.add_space(6.0);
                ui.add(Line::strong(lang.words().metadata).height(28.0));
                for (name, value) in &node.meta {
                    fact_ui(ui, name, value);
                }
            }
            ui.add_space(8.0);
        });
    });
}

/// A name and a value that can be copied.
pub(super) fn fact_ui(ui: &mut Ui, name: &str, value: &str) {
    let response = name_value_ui(ui, NameValue { name, value, name_width: 180.0, ..NameValue::default() });
    copy_menu_ui(&response.interact(egui::Sense::click()), 4, value);
}

fn checks_ui(ui: &mut Ui, lang: Lang, node: &Node) {
    let columns = super::instance::checks_columns(lang, ui.available_width());
    let table = Table::new(Id::unique("node checks"), lang.acts().node_checks, &columns).whole();
    table.show(ui, node.checks.len(), |index| {
        let Some(check) = node.checks.get(index) else { return Vec::new() };
        let badge = of_registry(check.status);
        let status = Cell::new(lang.health_word(check.status)).icon(badge.icon());
        let since = check.since.and_then(|since| SystemTime::now().duration_since(since).ok());
        let output = if check.output.is_empty() { &check.notes } else { &check.output };
        let cells = [
            Cell::new(if check.name.is_empty() { &check.id } else { &check.name }),
            Cell::new(lang.check_kind(&check.kind)).soft(),
            status.toned(badge.tone()),
            Cell::new(since.map_or_else(|| "…".to_owned(), |since| lang.long(since))).soft(),
            Cell::mono(crate::words::format::visible_line(output.trim()).into_owned()).soft().elide_end(),
        ];
        super::instance::checks_cells(&columns, cells)
    });
}
