//! A registry itself: how it stands, what its agent says of itself, its datacenters, whether it may be changed.

use egui::{CornerRadius, Id, Rect, Sense, Ui, pos2, vec2};

use super::act;
use super::datacenter::{by_health, services_ui, sum};
use super::nodes::{fact_ui, is_hidden};
use super::service::HEAD;
use super::side::{entry_title, of_registry};
use super::trouble::registry_trouble_ui;
use crate::app::{DatacenterEntry, ListView, RegistryAct, RegistryEntry, RegistryState, RegistryView};
use crate::engine::RegistryId;
use crate::registry::{AgentInfo, RegistryKind};
use crate::ui::context::{Cx, follow_focus, pane_at, row_at, row_ending_right};
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::measure::INSET;
use crate::ui::theme::{Tone, tokens};
use crate::ui::widgets::badge::{badge_ui, icon_badge_ui};
use crate::ui::widgets::button::{Button, IconButton};
use crate::ui::widgets::shared::{Stand, line_below, ring, shows_focus};
use crate::ui::widgets::switches::toggle_ui;
use crate::ui::widgets::table::{Cell, Column, Table};
use crate::ui::widgets::text::{Elide, Line, paint_text, paragraph_ui};
use crate::words::Lang;

/// In the place of a number that is not known.
pub(super) const NONE: &str = "–";

/// The view of one registry.
pub(super) fn registry_ui(ui: &mut Ui, cx: &mut Cx<'_>, id: RegistryId) {
    let whole = ui.max_rect();
    let Some(entry) = cx.app.registries.entry(id) else { return };
    let head = Rect::from_min_size(whole.min, vec2(whole.width(), HEAD));
    head_ui(ui, cx, head, entry);
    let rest = whole.with_min_y(head.bottom());
    let rest = registry_trouble_ui(ui, cx, rest, entry);
    let rest = super::acts::said_ui(ui, cx, rest);
    if entry.form.kind == RegistryKind::Static {
        // A list has no agent and no datacenters: its services are all there is.
        let bar = Rect::from_min_size(rest.min, vec2(rest.width(), 36.0));
        line_below(ui.painter(), bar, tokens(ui).line);
        let mut row = row_at(ui, bar.shrink2(vec2(INSET, 0.0)), "list hint");
        row.add(Line::new(cx.lang().acts().lines_of_list).color(tokens(&row).text3).elide(Elide::End));
        let name = entry.datacenters.first().map(|known| known.name.clone()).unwrap_or_default();
        let view = RegistryView::Registry(id);
        return services_ui(ui, cx, rest.with_min_y(bar.bottom()), entry, &name, &view);
    }
    // What is wrong is said above; nothing is known beside it.
    let is_unasked = match entry.state {
        RegistryState::Unusable(_) | RegistryState::NoToken => true,
        RegistryState::Away(_) => entry.datacenters.is_empty(),
        RegistryState::Opening { .. } | RegistryState::Live => false,
    };
    if is_unasked {
        return;
    }
    let mut pane = pane_at(ui, rest, "registry");
    egui::ScrollArea::vertical().id_salt("registry").auto_shrink([false, false]).show(&mut pane, |ui| {
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        read_only_ui(ui, cx, entry);
        datacenters_ui(ui, cx, entry);
        agent_ui(ui, cx, entry);
        ui.add_space(INSET);
        follow_focus(ui);
    });
}

fn head_ui(ui: &mut Ui, cx: &mut Cx<'_>, rect: Rect, entry: &RegistryEntry) {
    let (lang, words) = (cx.lang(), cx.lang().registry());
    line_below(ui.painter(), rect, tokens(ui).line);
    let inner = Rect::from_min_max(rect.min + vec2(INSET, 0.0), rect.max - vec2(INSET, 1.0));
    let ((), left) = row_ending_right(ui, inner, "registry acts", |ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        if entry.capabilities.register {
            super::acts::register_button_ui(ui, cx, entry);
        }
        if ui.add(Button::secondary(words.edit)).clicked() {
            act(cx, RegistryAct::OpenDialogFor(entry.id));
        }
        if ui.add(IconButton::new(Icon::RefreshCw, words.look_again)).clicked() {
            act(cx, RegistryAct::Refresh(entry.id));
        }
    });
    let place = Rect::from_min_max(inner.min, pos2(left - INSET, inner.bottom()));
    let mut row = row_at(ui, place, "registry name");
    row.spacing_mut().item_spacing.x = 8.0;
    let title = entry_title(lang, entry);
    row.add(Line::new(&title).font(fonts::heading()).elide(Elide::Middle).max_width((place.width() * 0.4).max(80.0)));
    let fits = |ui: &Ui, wanted: f32| ui.available_width() > wanted;
    match &entry.state {
        RegistryState::Live => {}
        RegistryState::Opening { .. } => {
            badge_ui(&mut row, words.opening, Tone::Plain);
        }
        RegistryState::Away(_) => {
            icon_badge_ui(&mut row, Icon::TriangleAlert, words.away, Tone::Warn);
        }
        RegistryState::NoToken => {
            icon_badge_ui(&mut row, Icon::TriangleAlert, lang.registry_state().no_token, Tone::Warn);
        }
        RegistryState::Unusable(_) => {
            icon_badge_ui(&mut row, Icon::CircleX, words.unusable, Tone::Error);
        }
    }
    if let Some(place) = entry.place.as_ref().filter(|place| !place.address.is_empty())
        && fits(&row, 120.0)
    {
        let room = row.available_width() - 80.0;
        let address = Line::code(&place.address).color(tokens(&row).text3).elide(Elide::Middle).max_width(room);
        row.add(address);
    }
    if entry.form.read_only && fits(&row, 80.0) {
        badge_ui(&mut row, words.read_only, Tone::Plain);
    }
}

fn read_only_ui(ui: &mut Ui, cx: &mut Cx<'_>, entry: &RegistryEntry) {
    let words = cx.lang().registry();
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 44.0), Sense::hover());
    line_below(ui.painter(), rect, tokens(ui).line);
    let mut row = row_at(ui, rect.shrink2(vec2(INSET, 0.0)), "registry read only");
    row.spacing_mut().item_spacing.x = 8.0;
    let mut on = entry.form.read_only;
    if toggle_ui(&mut row, &mut on, words.read_only, true).changed() {
        act(cx, RegistryAct::SetReadOnly(entry.id, on));
    }
    let said = if entry.form.read_only { words.read_only_hint } else { cx.lang().acts().writing_allowed };
    row.add(Line::hint(said).color(tokens(&row).text3).elide(Elide::End));
}

/// A section's title.
fn title_ui(ui: &mut Ui, title: &str) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 36.0), Sense::hover());
    let mut row = row_at(ui, rect.shrink2(vec2(INSET, 0.0)), ("registry section", title));
    row.add(Line::strong(title).height(36.0));
}

fn datacenters_ui(ui: &mut Ui, cx: &mut Cx<'_>, entry: &RegistryEntry) {
    let (lang, words, acts) = (cx.lang(), cx.lang().registry(), cx.lang().acts());
    title_ui(ui, acts.datacenters);
    if entry.datacenters.is_empty() {
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 28.0), Sense::hover());
        let mut row = row_at(ui, rect.shrink2(vec2(INSET, 0.0)), "no datacenters");
        row.add(Line::new(words.opening).color(tokens(&row).text3));
        return;
    }
    let wide = ui.available_width() > 640.0;
    let columns = [
        Column::new(words.datacenter, if wide { 200.0 } else { 120.0 }),
        Column::new(lang.words().services, 90.0).right(),
        Column::new(words.nodes, 80.0).right(),
        Column::rest(lang.all().instances),
    ];
    let view = RegistryView::Registry(entry.id);
    let list = cx.app.registries.list(&view);
    let chosen = entry.datacenters.iter().position(|known| Some(&known.name) == list.chosen.as_ref());
    let table = Table::new(Id::unique("datacenters"), acts.datacenters, &columns).whole().chosen(chosen);
    let response = table.show(ui, entry.datacenters.len(), |index| {
        entry.datacenters.get(index).map_or_else(Vec::new, |known| datacenter_cells(lang, known))
    });
    if let Some(known) = response.chosen.and_then(|row| entry.datacenters.get(row)) {
        let list = ListView { chosen: Some(known.name.clone()), ..list };
        act(cx, RegistryAct::SetList(view, Box::new(list)));
    }
    let clicked = response.chosen.filter(|_| response.clicked);
    if let Some(known) = clicked.or(response.opened).and_then(|row| entry.datacenters.get(row)) {
        act(cx, RegistryAct::Show(RegistryView::Datacenter(entry.id, known.name.clone())));
    }
}

fn datacenter_cells(lang: Lang, known: &DatacenterEntry) -> Vec<Cell> {
    let mut name = Cell::new(&known.name);
    if known.is_own {
        name = name.badge(lang.acts().own, Tone::Accent);
    }
    if let Some(away) = &known.away {
        name = name.badge(lang.stale_badge(away.since), Tone::Warn);
    }
    let services = known.services.as_ref();
    let instances = services.map_or_else(Cell::default, |answer| {
        by_health(sum(&answer.value)).fold(Cell::default(), |cell, (count, health)| {
            cell.badge(lang.health_count(count, health), of_registry(health).tone())
        })
    });
    // Nothing that may be hidden is no 0.
    let count = |count: Option<usize>, hidden: bool| match count {
        Some(_) if hidden => Cell::mono(NONE).icon(Icon::Lock).soft(),
        Some(count) => Cell::mono(count.to_string()),
        None => Cell::mono(NONE).soft(),
    };
    let instances =
        if known.is_hidden() { instances.badge(lang.registry_state().hidden_by_acl, Tone::Warn) } else { instances };
    vec![
        name,
        count(services.map(|answer| answer.value.len()), known.is_hidden()),
        count(known.nodes.as_ref().map(|nodes| nodes.value.len()), known.nodes.as_ref().is_some_and(is_hidden)),
        instances,
    ]
}

fn agent_ui(ui: &mut Ui, cx: &mut Cx<'_>, entry: &RegistryEntry) {
    let (lang, words) = (cx.lang(), cx.lang().registry());
    ui.add_space(8.0);
    let inset = egui::Margin::symmetric(INSET as i8, 0);
    title_ui(ui, words.agent);
    let away = entry.agent_away.as_ref();
    match &entry.agent {
        None => {
            egui::Frame::new().inner_margin(inset).show(ui, |ui| {
                let Some(away) = away else {
                    ui.add(Line::new(words.opening).color(tokens(ui).text3));
                    return;
                };
                ui.set_width(ui.available_width());
                let said = lang.agent_unknown(&lang.registry_error(&away.error));
                paragraph_ui(ui, &said, fonts::body(), tokens(ui).text3, 18.0);
                if ui.add(Button::link(words.look_again)).clicked() {
                    act(cx, RegistryAct::Refresh(entry.id));
                }
            });
        }
        Some(agent) => {
            egui::Frame::new().inner_margin(inset).show(ui, |ui| {
                ui.set_width(ui.available_width());
                // Where all is away, that is said above.
                if let Some(away) = away.filter(|_| !matches!(entry.state, RegistryState::Away(_))) {
                    let since = lang.stale_since(&lang.clock(away.since));
                    let said = format!("{since} {}", lang.registry_error(&away.error));
                    paragraph_ui(ui, &said, fonts::body(), tokens(ui).warn, 18.0);
                }
                for (name, value) in facts(lang, agent) {
                    fact_ui(ui, name, &value);
                }
            });
            stats_ui(ui, cx, entry, agent);
        }
    }
}

fn facts(lang: Lang, agent: &AgentInfo) -> Vec<(&'static str, String)> {
    let (words, acts) = (lang.registry(), lang.acts());
    let role = match agent.is_server {
        Some(true) => acts.server.to_owned(),
        Some(false) => acts.client.to_owned(),
        None => format!("{NONE} ({})", lang.registry_state().hidden_by_acl),
    };
    let mut facts = vec![
        (words.node, agent.node.clone()),
        ("ID", agent.node_id.clone()),
        (words.datacenter, agent.datacenter.clone()),
        (acts.version, agent.version.clone()),
        (acts.role, role),
        (acts.leader, agent.leader.clone().unwrap_or_else(|| acts.no_leader.to_owned())),
    ];
    if let Some(acl) = agent.acl {
        facts.push(("ACL", if acl { acts.acl_on } else { acts.acl_off }.to_owned()));
    }
    if let Some(token) = &agent.token {
        let description =
            if token.description.is_empty() { acts.anonymous.to_owned() } else { token.description.clone() };
        let accessor = if token.accessor.is_empty() { String::new() } else { format!(" ({})", token.accessor) };
        facts.push((acts.our_token, format!("{description}{accessor}")));
        facts.push((acts.policies, token.policies.join(", ")));
    }
    facts.retain(|(_, value)| !value.is_empty());
    facts
}

/// Everything else that the agent says, in groups that unfold.
fn stats_ui(ui: &mut Ui, cx: &mut Cx<'_>, entry: &RegistryEntry, agent: &AgentInfo) {
    if agent.stats.is_empty() {
        return;
    }
    let t = tokens(ui);
    ui.add_space(8.0);
    title_ui(ui, cx.lang().acts().agent_stats);
    let view = RegistryView::Registry(entry.id);
    let list = cx.app.registries.list(&view);
    for (group, facts) in &agent.stats {
        let is_open = list.open.contains(group);
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 28.0), Sense::click());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, group));
        ui.ctx().accesskit_node_builder(response.id, |node| node.set_expanded(is_open));
        if response.hovered() {
            ui.painter().rect_filled(rect, CornerRadius::ZERO, t.bg3);
        }
        let icon = if is_open { Icon::ChevronDown } else { Icon::ChevronRight };
        icon.paint_at(ui.painter(), pos2(rect.left() + INSET + 6.0, rect.center().y), 12.0, t.text3);
        paint_text(ui.painter(), rect.left() + INSET + 18.0, rect.center().y, group, &fonts::body(), t.text1);
        let count = facts.len().to_string();
        let right = rect.right() - INSET;
        crate::ui::widgets::text::paint_text_right(
            ui.painter(),
            right,
            rect.center().y,
            &count,
            &fonts::hint(),
            t.text3,
        );
        if shows_focus(&response, Stand::Rest) {
            ring(ui.painter(), rect, 0, t);
        }
        if response.clicked() {
            let mut list = list.clone();
            if !list.open.remove(group) {
                list.open.insert(group.clone());
            }
            act(cx, RegistryAct::SetList(view.clone(), Box::new(list)));
        }
        if is_open {
            egui::Frame::new().inner_margin(egui::Margin { left: 30, right: INSET as i8, top: 0, bottom: 4 }).show(
                ui,
                |ui| {
                    ui.set_width(ui.available_width());
                    for (name, value) in facts {
                        fact_ui(ui, name, value);
                    }
                },
            );
        }
    }
}
