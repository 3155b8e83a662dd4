//! A service: what the registry says of its instances beside what the wire says, one of them whole, and their last hour.

use std::time::SystemTime;

use egui::{Id, Rect, Ui, pos2, vec2};

use super::instance::instance_ui;
use super::side::of_registry;
use super::{act, health, hour};
use crate::app::{InstanceColumn, RegistryAct, RegistryEntry, RegistryState, ServiceEntry, ServiceRef, ServiceView};
use crate::registry::{
    Disagreement, GrpcFact, Health, Hidden, Instance, RegistryKind, TcpFact, TlsFact, WireFacts, WireHealth,
    disagreement,
};
use crate::ui::context::{Cx, pane_at, row_at, row_ending_right, row_from_right};
use crate::ui::icons::Icon;
use crate::ui::theme::measure::INSET;
use crate::ui::theme::{Tone, tokens};
use crate::ui::widgets::badge::{badge_ui, icon_badge_ui};
use crate::ui::widgets::button::IconButton;
use crate::ui::widgets::chip::chip_ui;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::notice::Notice;
use crate::ui::widgets::shared::line_below;
use crate::ui::widgets::switches::toggle_ui;
use crate::ui::widgets::table::{Cell, Column, Sort, Table};
use crate::ui::widgets::text::{Elide, Line};
use crate::ui::widgets::tooltip::tooltip_ui;
use crate::ui::widgets::view_state::{ViewKind, ViewState};
use crate::ui::{fonts, widgets};
use crate::words::{Lang, format};

/// The head of a view of a registry.
pub(super) const HEAD: f32 = 52.0;
const FILTER: f32 = 44.0;
/// The last hour and the changes below.
const FOOT: f32 = 238.0;
/// A view that is lower has no room for them.
const LOW: f32 = 640.0;

/// The field that filters instances.
pub(super) fn query_id() -> Id {
    Id::unique("service query")
}

/// One row of the table: an instance with what is known of it.
pub(super) struct Row<'a> {
    pub(super) instance: &'a Instance,
    pub(super) wire: Option<&'a WireFacts>,
    pub(super) disagreement: Option<Disagreement>,
    /// It serves another schema than most.
    pub(super) drifts: bool,
}

/// The view of one service.
pub(super) fn service_ui(ui: &mut Ui, cx: &mut Cx<'_>, service: &ServiceRef) {
    let whole = ui.max_rect();
    let Some(entry) = cx.app.registries.entry(service.registry) else { return };
    let known = cx.app.registries.service(service);
    let view = cx.app.registries.view(service);
    let head = Rect::from_min_size(whole.min, vec2(whole.width(), HEAD));
    head_ui(ui, cx, head, entry, service, known);
    let filter = Rect::from_min_size(pos2(whole.left(), head.bottom()), vec2(whole.width(), FILTER));
    filter_ui(ui, cx, filter, entry, service, &view, known);
    let rest = Rect::from_min_max(pos2(whole.left(), filter.bottom()), whole.max);
    let rest = super::trouble::filter_said_ui(ui, cx, rest, service);
    let mut rest = super::acts::said_ui(ui, cx, rest);
    if let Some(away) = known.and_then(|known| known.away.as_ref()) {
        let since = cx.lang().clock(away.since);
        let text = cx.lang().registry_error(&away.error);
        let words = cx.lang().registry();
        let lead = cx.lang().stale_since(&since);
        let mut pane = pane_at(ui, rest.shrink(INSET), "service away");
        if Notice::new(Tone::Warn, &lead, &text).actions(&[words.look_again]).show(&mut pane).is_some() {
            act(cx, RegistryAct::Refresh(service.registry));
        }
        rest.min.y = pane.min_rect().bottom() + INSET;
    }
    let Some(known) = known.filter(|known| known.instances.is_some()) else {
        waiting_ui(ui, cx, rest, entry, service);
        return;
    };
    let rows = rows(entry.form.kind, known, &view);
    if rows.is_empty() {
        nothing_ui(ui, cx, rest, service, known, &view);
        return;
    }
    let foot = if rest.height() + HEAD + FILTER < LOW { 0.0 } else { FOOT };
    let upper = Rect::from_min_max(rest.min, pos2(rest.right(), rest.bottom() - foot));
    let row_count = rows.len() as f32;
    // The table takes what its rows need, and leaves room for one of them to be read.
    let table_height = (52.0 + 30.0 * row_count + 1.0).min((upper.height() * 0.5).max(112.0));
    let table = Rect::from_min_size(upper.min, vec2(upper.width(), table_height));
    let chosen = view.chosen.as_ref().and_then(|key| rows.iter().position(|row| row.instance.key == *key)).unwrap_or(0);
    table_ui(ui, cx, table, entry, service, &view, &rows, chosen);
    let below = Rect::from_min_max(pos2(upper.left(), table.bottom() + INSET), upper.max);
    if let Some(row) = rows.get(chosen) {
        instance_ui(ui, cx, below, entry, service, &view, known, row);
    }
    if foot > 0.0 {
        let foot = Rect::from_min_max(pos2(rest.left(), rest.bottom() - foot), rest.max);
        hour::hour_and_changes_ui(ui, cx, foot, known, service, &rows);
    }
}

/// The instances that are shown, in the order of the view.
fn rows<'a>(kind: RegistryKind, known: &'a ServiceEntry, view: &ServiceView) -> Vec<Row<'a>> {
    let drift = known.drift();
    let mut rows: Vec<Row<'_>> = known
        .instances()
        .iter()
        .filter(|instance| view.shows(instance))
        .map(|instance| {
            let wire = known.wire_of(&instance.key);
            let drifts =
                drift.as_ref().is_some_and(|drift| drift.others.iter().any(|(_, keys)| keys.contains(&instance.key)));
            Row { instance, wire, disagreement: wire.and_then(|wire| disagreement(kind, instance, wire)), drifts }
        })
        .collect();
    let word = |row: &Row<'_>| row.wire.map(|wire| wire.health.clone());
    match view.column {
        InstanceColumn::Id => {}
        InstanceColumn::Address => rows.sort_by_key(|row| row.instance.host_port()),
        InstanceColumn::Health => rows.sort_by_key(|row| row.instance.health),
        InstanceColumn::Wire => rows.sort_by_key(word),
        InstanceColumn::Schema => {
            rows.sort_by_key(|row| row.wire.and_then(|wire| wire.schema_hash()).map(str::to_owned));
        }
        InstanceColumn::RoundTrip => rows.sort_by_key(|row| row.wire.and_then(|wire| wire.round_trip_p50)),
    }
    if view.descending {
        rows.reverse();
    }
    rows
}

fn head_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    rect: Rect,
    entry: &RegistryEntry,
    service: &ServiceRef,
    known: Option<&ServiceEntry>,
) {
    let words = cx.lang().registry();
    let t = tokens(ui);
    line_below(ui.painter(), rect, t.line);
    let inner = Rect::from_min_max(rect.min + vec2(INSET, 0.0), rect.max - vec2(INSET, 1.0));
    let narrow = rect.width() < 860.0;
    let ((), left) = row_ending_right(ui, inner, "service acts", |ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        if entry.capabilities.register {
            super::acts::act_buttons_ui(ui, cx, entry, service, narrow);
        }
        super::call::call_button_ui(ui, cx, entry, service);
    });
    let room = left - INSET;
    let place = Rect::from_min_max(inner.min, pos2(room, inner.bottom()));
    let mut left = row_at(ui, place, "service name");
    left.spacing_mut().item_spacing.x = 8.0;
    let name_room = (place.width() * 0.4).max(80.0);
    left.add(Line::new(&service.service).font(fonts::heading()).elide(Elide::Middle).max_width(name_room));
    if entry.capabilities.checks {
        let is_pinned = entry.pinned.contains(&(service.datacenter.clone(), service.service.clone()));
        let name = if is_pinned { words.unpin } else { words.pin };
        if left.add(IconButton::new(Icon::Star, name).small().on_if(is_pinned)).clicked() {
            act(cx, RegistryAct::Pin(service.clone(), !is_pinned));
        }
    } else {
        left.add_space(4.0);
    }
    let fits = |ui: &Ui, wanted: f32| ui.available_width() > wanted;
    if let Some(known) = known.filter(|known| known.instances.is_some()) {
        let counts = known.counts();
        let shown = [
            (counts.passing, Health::Passing),
            (counts.warning, Health::Warning),
            (counts.critical, Health::Critical),
            (counts.maintenance, Health::Maintenance),
        ];
        for (count, of) in shown.into_iter().filter(|(count, _)| *count > 0) {
            let badge = of_registry(of);
            if fits(&left, 110.0) {
                icon_badge_ui(&mut left, badge.icon(), &cx.lang().health_count(count, of), badge.tone());
            }
        }
        let (serving, asked) = known.serving();
        if asked > 0 && fits(&left, 150.0) {
            let said = cx.lang().wire_serving(serving, asked);
            let (icon, tone) =
                if serving == asked { (Icon::CircleCheck, Tone::Ok) } else { (Icon::TriangleAlert, Tone::Warn) };
            icon_badge_ui(&mut left, icon, &said, tone);
        }
    }
    if !service.datacenter.is_empty() && fits(&left, 50.0) {
        badge_ui(&mut left, &service.datacenter, Tone::Plain);
    }
    if entry.form.read_only && fits(&left, 80.0) {
        badge_ui(&mut left, words.read_only, Tone::Plain);
    }
}

#[allow(clippy::too_many_arguments, reason = "the bar shows the query, the view and how fresh the facts are")]
fn filter_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    rect: Rect,
    entry: &RegistryEntry,
    service: &ServiceRef,
    view: &ServiceView,
    known: Option<&ServiceEntry>,
) {
    let words = cx.lang().registry();
    let t = tokens(ui);
    line_below(ui.painter(), rect, t.line);
    let inner = Rect::from_min_max(rect.min + vec2(INSET, 0.0), rect.max - vec2(INSET, 1.0));
    let mut right = row_from_right(ui, inner, "probes");
    right.spacing_mut().item_spacing.x = 8.0;
    if right.add(IconButton::new(Icon::RefreshCw, words.look_again).small()).clicked() {
        act(cx, RegistryAct::Refresh(service.registry));
    }
    if let Some(at) = known.and_then(|known| known.probed_at)
        && rect.width() > 760.0
    {
        let ago = SystemTime::now().duration_since(at).unwrap_or_default();
        let said = cx.lang().probed(crate::app::PROBE_EVERY, ago);
        right.add(Line::hint(&said).color(t.text3));
    }
    let place = Rect::from_min_max(inner.min, pos2(right.min_rect().left() - 8.0, inner.bottom()));
    let mut left = row_at(ui, place, "query");
    left.spacing_mut().item_spacing.x = 8.0;
    let mut query = view.query.clone();
    let hint = if entry.capabilities.filter { words.query } else { words.query_plain };
    let wrong = match &view.filtered {
        Some((asked, Err(error))) if asked == view.query.trim() => Some(cx.lang().registry_error(error)),
        _ => None,
    };
    let width = (place.width() * 0.5).clamp(140.0, 360.0);
    let field =
        Field::new(query_id(), &mut query, words.query_name).placeholder(hint).leading(Icon::Search).width(width);
    let response = field.error(wrong.as_deref().map(|_| "")).show(&mut left);
    if let Some(wrong) = &wrong {
        tooltip_ui(&response, wrong, None);
    }
    if std::mem::take(&mut cx.memory.focus_query) {
        response.request_focus();
    }
    if response.changed() {
        act(cx, RegistryAct::SetQuery(service.clone(), query));
    }
    for tag in &view.tags {
        if chip_ui(&mut left, tag, &cx.lang().drop_tag(tag)) {
            act(cx, RegistryAct::DropTag(service.clone(), tag.clone()));
        }
    }
    if entry.capabilities.checks {
        let mut passing = view.passing;
        if toggle_ui(&mut left, &mut passing, words.passing_only, true).changed() {
            act(cx, RegistryAct::SetPassing(service.clone(), passing));
        }
    }
}

fn waiting_ui(ui: &mut Ui, cx: &mut Cx<'_>, rect: Rect, entry: &RegistryEntry, service: &ServiceRef) {
    let words = cx.lang().registry();
    let mut pane = pane_at(ui, rect, "service waits");
    pane.add_space((rect.height() * 0.2).round());
    if entry.state == RegistryState::NoToken {
        return super::trouble::no_token_ui(&mut pane, cx, entry);
    }
    let (kind, title, text) = match &entry.state {
        RegistryState::Away(away) => (ViewKind::Failed, words.away_title, cx.lang().registry_error(&away.error)),
        RegistryState::Unusable(error) => (ViewKind::Failed, words.away_title, cx.lang().registry_error(error)),
        _ => (ViewKind::Loading, words.opening, service.service.clone()),
    };
    let state = ViewState::new(kind, title, &text).centered();
    let state = if kind == ViewKind::Failed { state.action(words.look_again) } else { state };
    if state.show(&mut pane) {
        act(cx, RegistryAct::Refresh(service.registry));
    }
}

/// No instance is shown: there is none, none may be seen, or none fits.
fn nothing_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    rect: Rect,
    service: &ServiceRef,
    known: &ServiceEntry,
    view: &ServiceView,
) {
    let words = cx.lang().registry();
    let mut pane = pane_at(ui, rect, "no instances");
    pane.add_space((rect.height() * 0.2).round());
    if !known.instances().is_empty() {
        let said = cx.lang().hits_of(0, known.instances().len());
        let state = ViewState::new(ViewKind::Empty(Icon::Search), words.none_fit, &said).action(words.clear_query);
        if state.centered().show(&mut pane) {
            act(cx, RegistryAct::SetQuery(service.clone(), String::new()));
            act(cx, RegistryAct::SetPassing(service.clone(), false));
            for tag in &view.tags {
                act(cx, RegistryAct::DropTag(service.clone(), tag.clone()));
            }
        }
        return;
    }
    let hidden = known.instances.as_ref().is_some_and(|answer| answer.hidden != Hidden::Nothing);
    let (title, text) = if hidden {
        (words.perhaps_hidden, words.perhaps_hidden_hint)
    } else {
        (words.no_instances, words.no_instances_hint)
    };
    let state = ViewState::new(ViewKind::Empty(Icon::Network), title, text).action(words.look_again);
    if state.centered().show(&mut pane) {
        act(cx, RegistryAct::Refresh(service.registry));
    }
}

/// The columns that there is room for; what gives way first stands last here.
struct Shown {
    /// The registry has checks.
    checks: bool,
    tags: bool,
    round_trip: bool,
    schema: bool,
    wide_tls: bool,
}

impl Shown {
    fn of(width: f32, checks: bool) -> Self {
        Self { checks, tags: width > 960.0, round_trip: width > 860.0, schema: width > 720.0, wide_tls: width > 780.0 }
    }
}

#[allow(clippy::too_many_arguments, reason = "the table shows the service, its view and its rows")]
fn table_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    rect: Rect,
    entry: &RegistryEntry,
    service: &ServiceRef,
    view: &ServiceView,
    rows: &[Row<'_>],
    chosen: usize,
) {
    let words = cx.lang().registry();
    let shown = Shown::of(rect.width(), entry.capabilities.checks);
    let says = cx.lang().registry_says(cx.lang().registry_kind(entry.form.kind));
    let sort = |column: InstanceColumn| match (view.column == column, view.descending) {
        (true, false) => Sort::Up,
        (true, true) => Sort::Down,
        (false, _) => Sort::Can,
    };
    let mut columns = vec![
        Column::new("", 14.0),
        Column::new(
            cx.lang().all().instance,
            if !shown.checks {
                128.0
            } else if shown.tags {
                92.0
            } else {
                76.0
            },
        )
        .sort(sort(InstanceColumn::Id)),
        Column::new(cx.lang().words().address, 136.0).sort(sort(InstanceColumn::Address)),
        Column::new(words.checks, 128.0).group(&says).sort(sort(InstanceColumn::Health)),
        Column::new(words.tcp_tls, if shown.wide_tls { 172.0 } else { 84.0 }).group(words.wire_says),
        Column::new(cx.lang().all().wire, if shown.wide_tls { 128.0 } else { 112.0 })
            .group(words.wire_says)
            .sort(sort(InstanceColumn::Wire)),
    ];
    let mut sorts = vec![
        None,
        Some(InstanceColumn::Id),
        Some(InstanceColumn::Address),
        Some(InstanceColumn::Health),
        None,
        Some(InstanceColumn::Wire),
    ];
    if !shown.checks {
        // A list has no word of its own.
        columns.remove(3);
        sorts.remove(3);
    }
    if shown.schema {
        columns
            .push(Column::new(cx.lang().all().schema, 116.0).group(words.wire_says).sort(sort(InstanceColumn::Schema)));
        sorts.push(Some(InstanceColumn::Schema));
    }
    if shown.round_trip {
        columns.push(
            Column::new(words.round_trip, 76.0).right().group(words.wire_says).sort(sort(InstanceColumn::RoundTrip)),
        );
        sorts.push(Some(InstanceColumn::RoundTrip));
    }
    if shown.tags {
        columns.push(Column::rest(words.tags));
        sorts.push(None);
    } else if let Some(last) = columns.last_mut() {
        last.width = None;
    }
    let lang = cx.lang();
    let mut pane = pane_at(ui, rect, "instances");
    let table =
        Table::new(Id::unique(("instances", service)), cx.lang().all().instances, &columns).chosen(Some(chosen));
    let response = table
        .show(&mut pane, rows.len(), |index| rows.get(index).map_or_else(Vec::new, |row| cells(lang, row, &shown)));
    if let Some(column) = response.sort_by.and_then(|index| sorts.get(index).copied().flatten()) {
        act(cx, RegistryAct::SortBy(service.clone(), column));
    }
    if let Some(row) = response.chosen.and_then(|index| rows.get(index)) {
        act(cx, RegistryAct::Choose(service.clone(), Some(row.instance.key.clone())));
    }
    // A click on a tag filters by it.
    if let Some((index, column, badge)) = response.badge
        && shown.tags
        && column + 1 == columns.len()
        && let Some(tag) = rows.get(index).and_then(|row| row.instance.tags.get(badge))
    {
        act(cx, RegistryAct::AddTag(service.clone(), tag.clone()));
    }
    if let Some(row) = response.opened.and_then(|index| rows.get(index)) {
        super::call::call_instance(cx, service, &row.instance.key);
    }
    if let Some((index, response)) = response.menu
        && let Some(row) = rows.get(index)
    {
        super::acts::instance_menu_ui(cx, &response, entry, service, row);
    }
}

fn cells(lang: Lang, row: &Row<'_>, shown: &Shown) -> Vec<Cell> {
    let words = lang.registry();
    let instance = row.instance;
    let (sign, tone, said) = standing(lang, row);
    let mut cells = vec![
        Cell { tone, ..Cell::sign(sign, said) },
        Cell::mono(&instance.key.id),
        Cell::mono(instance.host_port()).soft(),
        checks_cell(lang, instance),
        tls_cell(lang, row.wire, shown.wide_tls),
        wire_cell(lang, row.wire),
    ];
    if !shown.checks {
        cells.remove(3);
    }
    if shown.schema {
        let hash = row.wire.and_then(|wire| wire.schema.as_ref());
        let cell = match hash {
            Some(schema) if row.drifts => Cell::mono(schema.short()).tone(Tone::Warn).badge(words.drift, Tone::Warn),
            Some(schema) => Cell::mono(schema.short()).soft(),
            None => Cell::new(row.wire.map_or("", |_| lang.words().no_value)).soft(),
        };
        cells.push(cell);
    }
    if shown.round_trip {
        let time = row.wire.and_then(|wire| wire.round_trip_p50);
        cells.push(Cell::mono(time.map(format::duration).unwrap_or_default()));
    }
    if shown.tags {
        cells.push(instance.tags.iter().fold(Cell::default().badges_act(), |cell, tag| cell.badge(tag, Tone::Plain)));
    }
    cells
}

/// The first sign of a row: the worst of both words, and whether they agree.
fn standing(lang: Lang, row: &Row<'_>) -> (Icon, Tone, &'static str) {
    let words = lang.registry();
    if row.disagreement.is_some() {
        return (Icon::TriangleAlert, Tone::Warn, words.disagrees);
    }
    if row.drifts {
        return (Icon::TriangleAlert, Tone::Warn, words.drifts);
    }
    let badge = match (row.instance.health, row.wire) {
        (Health::Unknown, Some(wire)) => match wire.health {
            WireHealth::Serving => widgets::badge::Health::Passing,
            WireHealth::NotServing | WireHealth::Unreachable => widgets::badge::Health::Critical,
            _ => widgets::badge::Health::Unknown,
        },
        (of, _) => of_registry(of),
    };
    (badge.icon(), badge.tone(), lang.health_word(row.instance.health))
}

/// `passing 2/2`.
fn checks_cell(lang: Lang, instance: &Instance) -> Cell {
    let badge = of_registry(instance.health);
    let total = instance.checks.len();
    let passing = instance.checks.iter().filter(|check| check.status == Health::Passing).count();
    let word = lang.health_word(instance.health);
    let said = match instance.health {
        Health::Maintenance | Health::Unknown => word.to_owned(),
        _ => format!("{word} {passing}/{total}"),
    };
    let cell = Cell::new(said).icon(badge.icon());
    if badge.tone() == Tone::Plain { cell.soft() } else { cell.tone(badge.tone()) }
}

/// `open, TLS 1.3 · 244 d`.
fn tls_cell(lang: Lang, wire: Option<&WireFacts>, is_wide: bool) -> Cell {
    let words = lang.registry();
    let Some(wire) = wire else { return Cell::new(words.not_asked).soft() };
    if wire.tcp != TcpFact::Open {
        return Cell::new(health::tcp_word(lang, &wire.tcp)).icon(Icon::CircleX).tone(Tone::Error);
    }
    match &wire.tls {
        TlsFact::Tls { version, certificate } => {
            let days = certificate.as_ref().map(|certificate| certificate.days_left);
            let is_trusted = certificate.as_ref().is_none_or(|certificate| certificate.verified);
            let mut said = if is_wide { lang.open_with(version) } else { version.clone() };
            if let (Some(days), true) = (days, is_wide) {
                said = format!("{said} · {}", lang.days_short(days));
            }
            let icon = if is_trusted { Icon::Lock } else { Icon::ShieldAlert };
            let cell = Cell::new(said).icon(icon).soft();
            match days {
                Some(days) if days < 0 => cell.tone(Tone::Error),
                Some(days) if days < 30 => cell.tone(Tone::Warn),
                _ => cell,
            }
        }
        TlsFact::Plaintext if wire.grpc == GrpcFact::Spoken => {
            let said = if is_wide { words.open_plaintext } else { lang.words().plaintext };
            Cell::new(said).icon(Icon::LockOpen).soft()
        }
        TlsFact::Plaintext | TlsFact::NotReached => Cell::new(words.open).icon(Icon::CircleMinus).soft(),
        TlsFact::Failed { .. } => Cell::new(words.tls_failed).icon(Icon::CircleX).tone(Tone::Error),
    }
}

/// `SERVING`.
fn wire_cell(lang: Lang, wire: Option<&WireFacts>) -> Cell {
    let Some(wire) = wire else { return Cell::new(lang.registry().not_asked).soft() };
    let badge = health::of_wire(&wire.health);
    let cell = Cell::new(wire.health.word()).icon(badge.icon());
    if badge.tone() == Tone::Plain { cell.soft() } else { cell.tone(badge.tone()) }
}
