//! A datacenter: its services in sum, and what changed of them.

use egui::{Id, Rect, Ui, pos2, vec2};

use super::acts::register_button_ui;
use super::changes::times_width;
use super::service::HEAD;
use super::side::{entry_title, of_registry};
use super::status::service_health;
use super::trouble::trouble_ui;
use super::{act, changes};
use crate::app::{
    Away, DatacenterEntry, ListView, RegistryAct, RegistryEntry, RegistryState, RegistryView, ServiceChange,
    ServiceColumn, ServiceLine, ServiceRef,
};
use crate::engine::RegistryId;
use crate::registry::{Health, HealthCounts, Hidden, Service};
use crate::ui::context::{Cx, pane_at, row_at, row_ending_right};
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::measure::{FILTER_BAR, INSET};
use crate::ui::theme::{Tone, tokens};
use crate::ui::widgets::badge::{Health as Badge, badge_ui, icon_badge_ui};
use crate::ui::widgets::button::{Button, IconButton};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::lines::Lines;
use crate::ui::widgets::menu::{MenuItem, context_menu_ui};
use crate::ui::widgets::shared::line_below;
use crate::ui::widgets::table::{Cell, Column, Sort, Table};
use crate::ui::widgets::text::{Elide, Line};
use crate::ui::widgets::view_state::{ViewKind, ViewState};
use crate::words::Lang;

/// The changes below the table.
const CHANGES: f32 = 198.0;
/// A view that is lower has no room for them.
const LOW: f32 = 520.0;

/// The view of one datacenter.
pub(super) fn datacenter_ui(ui: &mut Ui, cx: &mut Cx<'_>, id: RegistryId, name: &str) {
    let whole = ui.max_rect();
    let Some(entry) = cx.app.registries.entry(id) else { return };
    let known = entry.datacenter(name);
    let head = Rect::from_min_size(whole.min, vec2(whole.width(), HEAD));
    head_ui(ui, cx, head, entry, name, known);
    let rest = Rect::from_min_max(pos2(whole.left(), head.bottom()), whole.max);
    services_ui(ui, cx, rest, entry, name, &RegistryView::Datacenter(id, name.to_owned()));
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
    let ((), left) = row_ending_right(ui, inner, "datacenter acts", |ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        if entry.capabilities.nodes && ui.add(Button::secondary(words.nodes).icon(Icon::Server)).clicked() {
            act(cx, RegistryAct::Show(RegistryView::Nodes(entry.id, name.to_owned())));
        }
        if entry.capabilities.key_values && ui.add(Button::secondary(words.key_value).icon(Icon::Database)).clicked() {
            act(cx, RegistryAct::Show(RegistryView::Keys(entry.id, name.to_owned())));
        }
        let is_own = known.is_none_or(|known| known.is_own);
        if entry.capabilities.register && is_own {
            register_button_ui(ui, cx, entry);
        }
        if ui.add(IconButton::new(Icon::RefreshCw, words.look_again)).clicked() {
            act(cx, RegistryAct::Refresh(entry.id));
        }
    });
    let place = Rect::from_min_max(inner.min, pos2(left - INSET, inner.bottom()));
    let mut row = row_at(ui, place, "datacenter name");
    row.spacing_mut().item_spacing.x = 8.0;
    let title = if name.is_empty() { entry_title(lang, entry) } else { name.to_owned() };
    row.add(Line::new(&title).font(fonts::heading()).elide(Elide::Middle).max_width((place.width() * 0.5).max(60.0)));
    let fits = |ui: &Ui, wanted: f32| ui.available_width() > wanted;
    if known.is_some_and(|known| known.is_own) && !name.is_empty() && fits(&row, 60.0) {
        badge_ui(&mut row, lang.acts().own, Tone::Accent);
    }
    if let Some(services) = known.and_then(|known| known.services.as_ref()) {
        if fits(&row, 90.0) {
            match known.filter(|known| known.is_hidden()) {
                Some(_) => icon_badge_ui(&mut row, Icon::Lock, lang.registry_state().hidden_by_acl, Tone::Warn),
                None => badge_ui(&mut row, &lang.services_count(services.value.len()), Tone::Plain),
            };
        }
        let counts = sum(&services.value);
        for (count, health) in by_health(counts) {
            let badge = of_registry(health);
            if fits(&row, 110.0) {
                icon_badge_ui(&mut row, badge.icon(), &lang.health_count(count, health), badge.tone());
            }
        }
    }
    if entry.form.read_only && fits(&row, 80.0) {
        badge_ui(&mut row, words.read_only, Tone::Plain);
    }
}

/// Instances of all services by health.
pub(super) fn sum(services: &[Service]) -> HealthCounts {
    services.iter().fold(HealthCounts::default(), |all, service| HealthCounts {
        passing: all.passing + service.counts.passing,
        warning: all.warning + service.counts.warning,
        critical: all.critical + service.counts.critical,
        maintenance: all.maintenance + service.counts.maintenance,
        unknown: all.unknown + service.counts.unknown,
    })
}

/// How many are in which health; those in none are left out.
pub(super) fn by_health(counts: HealthCounts) -> impl Iterator<Item = (usize, Health)> {
    [
        (counts.passing, Health::Passing),
        (counts.warning, Health::Warning),
        (counts.critical, Health::Critical),
        (counts.maintenance, Health::Maintenance),
        (counts.unknown, Health::Unknown),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
}

/// The services of a datacenter with their filter, and below them what changed.
pub(super) fn services_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    whole: Rect,
    entry: &RegistryEntry,
    name: &str,
    view: &RegistryView,
) {
    let list = cx.app.registries.list(view);
    let filter = Rect::from_min_size(whole.min, vec2(whole.width(), FILTER_BAR));
    let acts = cx.lang().acts();
    filter_ui(ui, cx, filter, view, &list, acts.filter_services, cx.lang().browse().service_query);
    let rest = whole.with_min_y(filter.bottom());
    let rest = super::acts::said_ui(ui, cx, rest);
    let known = entry.datacenter(name);
    let (away, is_known) = known.map_or((None, false), |known| {
        let has_some = known.services.as_ref().is_some_and(|answer| !answer.value.is_empty());
        (known.away.as_ref(), has_some)
    });
    // The view of a list says so itself.
    let is_said = matches!(view, RegistryView::Registry(_));
    let rest = if is_said { rest } else { trouble_ui(ui, cx, rest, entry, away, is_known) };
    // A list that was empty is nothing to go by while its registry is away.
    let answer = known.and_then(|known| known.services.as_ref()).filter(|_| is_known || away.is_none());
    let Some(answer) = answer else {
        match away {
            Some(away) => refused_ui(ui, cx, rest, entry, away),
            None => waiting_ui(ui, cx, rest, entry, &entry_title(cx.lang(), entry)),
        }
        return;
    };
    if answer.value.is_empty() {
        nothing_ui(ui, cx, rest, entry, answer.hidden);
        return;
    }
    let foot = if rest.height() < LOW - FILTER_BAR - HEAD { 0.0 } else { CHANGES };
    let (upper, lower) = rest.split_top_bottom_at_y(rest.bottom() - foot);
    table_ui(ui, cx, upper, entry, name, view, &list, &answer.value);
    if foot > 0.0
        && let Some(known) = known
    {
        changes_ui(ui, cx, lower, entry, known);
    }
}

/// The filter of a list.
pub(super) fn filter_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    rect: Rect,
    view: &RegistryView,
    list: &ListView,
    name: &str,
    hint: &str,
) {
    line_below(ui.painter(), rect, tokens(ui).line);
    let mut row = row_at(ui, rect.shrink2(vec2(INSET, 0.0)), "list filter");
    let mut query = list.query.clone();
    let width = (row.available_width() * 0.6).clamp(160.0, 360.0);
    let id = Id::unique(("list filter", view));
    let response = Field::new(id, &mut query, name).placeholder(hint).leading(Icon::Search).width(width).show(&mut row);
    if response.changed() {
        let list = ListView { query, ..list.clone() };
        act(cx, RegistryAct::SetList(view.clone(), Box::new(list)));
    }
}

/// The services could not be had.
fn refused_ui(ui: &mut Ui, cx: &mut Cx<'_>, rect: Rect, entry: &RegistryEntry, away: &Away) {
    let (words, state) = (cx.lang().registry(), cx.lang().registry_state());
    let mut pane = pane_at(ui, rect, "services refused");
    pane.add_space((rect.height() * 0.2).round());
    let said = cx.lang().registry_error(&away.error);
    let (title, label, way) = if away.error.fault.is_denied() {
        (words.perhaps_hidden, state.set_token, RegistryAct::AskToken(entry.id))
    } else {
        (words.away_title, words.look_again, RegistryAct::Refresh(entry.id))
    };
    let view = ViewState::new(ViewKind::Failed, title, &said).action(label);
    if view.centered().show(&mut pane) {
        act(cx, way);
    }
}

/// Nothing is known yet.
pub(super) fn waiting_ui(ui: &mut Ui, cx: &mut Cx<'_>, rect: Rect, entry: &RegistryEntry, asked: &str) {
    let words = cx.lang().registry();
    let mut pane = pane_at(ui, rect, "registry waits");
    pane.add_space((rect.height() * 0.2).round());
    let failed = match &entry.state {
        RegistryState::Away(away) => Some(cx.lang().registry_error(&away.error)),
        RegistryState::Unusable(error) => Some(cx.lang().registry_error(error)),
        RegistryState::NoToken => return super::trouble::no_token_ui(&mut pane, cx, entry),
        RegistryState::Opening { .. } | RegistryState::Live => None,
    };
    match failed {
        Some(said) => {
            let state = ViewState::new(ViewKind::Failed, words.away_title, &said).action(words.look_again);
            if state.centered().show(&mut pane) {
                act(cx, RegistryAct::Refresh(entry.id));
            }
        }
        None => {
            ViewState::new(ViewKind::Loading, words.opening, asked).centered().show(&mut pane);
        }
    }
}

/// There are no services, or none that may be seen.
fn nothing_ui(ui: &mut Ui, cx: &mut Cx<'_>, rect: Rect, entry: &RegistryEntry, hidden: Hidden) {
    let (words, acts) = (cx.lang().registry(), cx.lang().acts());
    let mut pane = pane_at(ui, rect, "no services");
    pane.add_space((rect.height() * 0.2).round());
    let state = cx.lang().registry_state();
    let again = (words.look_again, RegistryAct::Refresh(entry.id));
    let settings = (words.edit, RegistryAct::OpenDialogFor(entry.id));
    let (icon, title, text, (label, way)) = if hidden != Hidden::Nothing {
        let token = (state.set_token, RegistryAct::AskToken(entry.id));
        (Icon::Lock, words.perhaps_hidden, words.perhaps_hidden_hint, token)
    } else if entry.capabilities.register {
        (Icon::Network, words.no_services, acts.no_services_hint, again)
    } else if entry.form.file.trim().is_empty() {
        (Icon::Network, words.no_services, state.list_empty_hint, settings)
    } else {
        (Icon::Network, words.no_services, state.file_empty_hint, again)
    };
    let view = ViewState::new(ViewKind::Empty(icon), title, text).action(label);
    if view.centered().show(&mut pane) {
        act(cx, way);
    }
}

/// What a column's head says of sorting.
pub(super) fn sort_of(list: &ListView, column: usize) -> Sort {
    match (list.column == Some(column), list.descending) {
        (false, _) => Sort::Can,
        (true, false) => Sort::Up,
        (true, true) => Sort::Down,
    }
}

#[allow(clippy::too_many_arguments, reason = "the table shows a datacenter's services as its view says")]
fn table_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    rect: Rect,
    entry: &RegistryEntry,
    name: &str,
    view: &RegistryView,
    list: &ListView,
    all: &[Service],
) {
    const COLUMNS: [Option<ServiceColumn>; 6] =
        [Some(ServiceColumn::Health), Some(ServiceColumn::Name), Some(ServiceColumn::Instances), None, None, None];
    /// Which column holds the tags.
    const TAGS: usize = 4;
    let (lang, words, acts) = (cx.lang(), cx.lang().registry(), cx.lang().acts());
    let rows = list.services(all, list.column.and_then(|column| COLUMNS.get(column).copied().flatten()));
    let mut pane = pane_at(ui, rect, "services");
    if rows.is_empty() {
        pane.add_space((rect.height() * 0.2).round());
        let said = lang.hits_of(0, all.len());
        let state = ViewState::new(ViewKind::Empty(Icon::Search), acts.no_service, &said).action(words.clear_query);
        if state.centered().show(&mut pane) {
            let list = ListView { query: String::new(), ..list.clone() };
            act(cx, RegistryAct::SetList(view.clone(), Box::new(list)));
        }
        return;
    }
    let has_checks = entry.capabilities.checks;
    let (of_service, of_health) = match rect.width() {
        width if width > 880.0 => (220.0, 250.0),
        width if width > 640.0 => (150.0, 170.0),
        _ => (110.0, 60.0),
    };
    let columns = [
        Column::new(acts.health, 128.0).sort(sort_of(list, 0)),
        Column::new(acts.service, of_service).sort(sort_of(list, 1)),
        Column::new(lang.all().instances, 76.0).right().sort(sort_of(list, 2)),
        Column::new("", of_health),
        Column::rest(words.tags),
        Column::new("", 28.0),
    ];
    let pinned = |service: &Service| entry.pinned.contains(&(name.to_owned(), service.name.clone()));
    let chosen = list.chosen.as_ref().and_then(|chosen| rows.iter().position(|row| row.name == *chosen));
    let id = Id::unique(("services", view));
    let response =
        Table::new(id, lang.words().services, &columns).chosen(chosen).show(&mut pane, rows.len(), |index| {
            rows.get(index).map_or_else(Vec::new, |service| {
                let disagrees = entry.disagrees_about(name, &service.name);
                cells(lang, service, disagrees, has_checks, pinned(service))
            })
        });
    let open = |cx: &mut Cx<'_>, service: &Service| {
        let service = ServiceRef { registry: entry.id, datacenter: name.to_owned(), service: service.name.clone() };
        act(cx, RegistryAct::Show(RegistryView::Service(service)));
    };
    let mut changed = list.clone();
    // A click on a tag filters by it.
    let tag = response.badge.filter(|(_, column, _)| *column == TAGS);
    let tag = tag.and_then(|(row, _, badge)| rows.get(row)?.tags.get(badge));
    if let Some(tag) = tag {
        changed.narrow(tag);
    }
    if let Some(column) = response.sort_by {
        changed.sort_by(column);
    }
    if let Some(service) = response.chosen.and_then(|row| rows.get(row)) {
        changed.chosen = Some(service.name.clone());
    }
    if changed != *list {
        act(cx, RegistryAct::SetList(view.clone(), Box::new(changed)));
    }
    // A click opens; the keyboard chooses first, and opens by Enter.
    let clicked = response.chosen.filter(|_| response.clicked);
    if let Some(service) = clicked.or(response.opened).and_then(|row| rows.get(row)) {
        open(cx, service);
    }
    let pin = |cx: &mut Cx<'_>, service: &Service| {
        let of = ServiceRef { registry: entry.id, datacenter: name.to_owned(), service: service.name.clone() };
        act(cx, RegistryAct::Pin(of, !pinned(service)));
    };
    if let Some(service) = response.starred.and_then(|row| rows.get(row)) {
        pin(cx, service);
    }
    if let Some((row, at)) = response.menu
        && let Some(service) = rows.get(row)
    {
        context_menu_ui(&at, 240.0, |ui| {
            if ui.add(MenuItem::new(lang.habits().copy_name).icon(Icon::Copy).first()).clicked() {
                ui.ctx().copy_text(service.name.clone());
            }
            for tag in &service.tags {
                if ui.add(MenuItem::new(&lang.only_tag(tag)).icon(Icon::Funnel)).clicked() {
                    let mut list = list.clone();
                    list.narrow(tag);
                    act(cx, RegistryAct::SetList(view.clone(), Box::new(list)));
                }
            }
            let label = if pinned(service) { words.unpin } else { words.pin };
            if has_checks && ui.add(MenuItem::new(label).icon(Icon::Star)).clicked() {
                pin(cx, service);
            }
        });
    }
}

fn cells(lang: Lang, service: &Service, disagrees: bool, has_checks: bool, is_pinned: bool) -> Vec<Cell> {
    let counts = service.counts;
    let (badge, word) = service_health(lang, counts, disagrees);
    let health = Cell::new(word).icon(badge.icon()).toned(badge.tone());
    let mut by = Cell::default();
    for (count, health) in by_health(counts).filter(|_| has_checks) {
        by = by.badge(lang.health_count(count, health), of_registry(health).tone());
    }
    let tags = service.tags.iter().fold(Cell::default().badges_act(), |cell, tag| cell.badge(tag.clone(), Tone::Plain));
    let shown = if has_checks { format!("{}/{}", counts.passing, counts.total()) } else { counts.total().to_string() };
    let star =
        if has_checks { Cell::star(is_pinned, lang.pin_named(&service.name, is_pinned)) } else { Cell::default() };
    vec![health, Cell::new(&service.name), Cell::mono(shown), by, tags, star]
}

/// What changed of the services, newest first; a line leads to its service.
fn changes_ui(ui: &mut Ui, cx: &mut Cx<'_>, rect: Rect, entry: &RegistryEntry, known: &DatacenterEntry) {
    const ROW: f32 = 27.0;
    let (lang, words, t) = (cx.lang(), cx.lang().registry(), tokens(ui));
    ui.painter().hline(rect.x_range(), rect.top() + 0.5, egui::Stroke::new(1.0, t.line));
    let body = changes::head_ui(ui, rect, words.changes);
    let mut pane = pane_at(ui, body, "datacenter changes");
    if known.timeline.is_empty() {
        let place = Rect::from_min_size(body.min + vec2(INSET, 0.0), vec2(body.width() - 2.0 * INSET, 24.0));
        let mut row = row_at(&mut pane, place, "no changes");
        row.add(Line::new(cx.lang().acts().no_service_changes).color(t.text3));
        return;
    }
    let times = known.timeline.iter().last().map_or(0.0, |oldest| times_width(lang, oldest.at));
    let lines = Lines::new(Id::unique(("changes of", entry.id, &known.name)), words.changes, ROW).opens();
    let response = lines.show(&mut pane, known.timeline.len(), |ui, place| {
        if let Some(line) = known.timeline.get(place.index) {
            let (said, badge) = said(lang, line);
            changes::line_ui(ui, lang, &place, times, line.at, &said, badge);
        }
    });
    if let Some(line) = response.opened.and_then(|index| known.timeline.get(index)) {
        let (datacenter, service) = (known.name.clone(), line.service.clone());
        let service = ServiceRef { registry: entry.id, datacenter, service };
        act(cx, RegistryAct::Show(RegistryView::Service(service)));
    }
}

/// What happened to a service, in words and as a sign.
fn said(lang: Lang, line: &ServiceLine) -> (String, Badge) {
    let service = &line.service;
    match line.what {
        ServiceChange::Added(count) => (lang.service_came(service, count), Badge::Passing),
        ServiceChange::Removed(was) => (lang.service_went(service, was), Badge::Critical),
        ServiceChange::Health { was, now } => (lang.service_health(service, was, now), of_registry(now)),
        ServiceChange::Instances { was, now } => (lang.service_grew(service, was, now), Badge::Unknown),
    }
}
