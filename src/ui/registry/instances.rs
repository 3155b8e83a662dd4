//! The table of instances: the registry's word beside the wire's.

use egui::{Id, Rect, Ui};

use super::side::of_registry;
use super::{act, health};
use crate::app::{InstanceColumn, RegistryAct, RegistryEntry, ServiceEntry, ServiceRef, ServiceView};
use crate::registry::{
    Disagreement, GrpcFact, Health, Instance, RegistryKind, TcpFact, TlsFact, WireFacts, WireHealth, disagreement,
};
use crate::ui::context::{Cx, pane_at};
use crate::ui::icons::Icon;
use crate::ui::theme::Tone;
use crate::ui::widgets;
use crate::ui::widgets::table::{Cell, Column, Sort, Table};
use crate::words::{Lang, format};

/// The rows of the table, made one by one where they are seen.
pub(super) struct Rows<'a> {
    pub(super) kind: RegistryKind,
    pub(super) known: &'a ServiceEntry,
    /// Places in the registry's list, from top to bottom.
    pub(super) places: &'a [usize],
    /// The most characters that an id has among them.
    pub(super) longest_id: usize,
}

/// One row of the table: an instance with what is known of it.
pub(super) struct Row<'a> {
    pub(super) instance: &'a Instance,
    pub(super) wire: Option<&'a WireFacts>,
    pub(super) disagreement: Option<Disagreement>,
    /// It serves another schema than most.
    pub(super) drifts: bool,
}

impl<'a> Rows<'a> {
    pub(super) fn instance(&self, row: usize) -> Option<&'a Instance> {
        self.known.instances().get(*self.places.get(row)?)
    }

    pub(super) fn row(&self, row: usize) -> Option<Row<'a>> {
        let place = *self.places.get(row)?;
        let instance = self.known.instances().get(place)?;
        let wire = self.known.wire_of(&instance.key);
        let drifts = self.known.sums().drifting.contains(&place);
        Some(Row {
            instance,
            wire,
            disagreement: wire.and_then(|wire| disagreement(self.kind, instance, wire)),
            drifts,
        })
    }
}

/// The columns that there is room for; what gives way first stands last here.
struct Shown {
    /// The registry has checks.
    checks: bool,
    address: bool,
    tls: bool,
    tags: bool,
    round_trip: bool,
    schema: bool,
    wide_tls: bool,
}

impl Shown {
    fn of(width: f32, checks: bool) -> Self {
        Self {
            checks,
            // Where there are no checks, nothing but addresses is listed, and they are the ids.
            address: width > if checks { 510.0 } else { 600.0 },
            tls: width > if checks { 640.0 } else { 440.0 },
            tags: width > 960.0,
            round_trip: width > 860.0,
            schema: width > 720.0,
            wide_tls: width > 780.0,
        }
    }
}

#[allow(clippy::too_many_arguments, reason = "the table shows the service, its view and its rows")]
pub(super) fn table_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    rect: Rect,
    entry: &RegistryEntry,
    service: &ServiceRef,
    view: &ServiceView,
    rows: &Rows<'_>,
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
    let id_width = match (shown.checks, shown.tags) {
        (false, _) => 128.0,
        (true, true) => 92.0,
        (true, false) => 76.0,
    };
    let mut columns =
        vec![Column::new("", 14.0), Column::new(cx.lang().all().instance, id_width).sort(sort(InstanceColumn::Id))];
    let mut sorts = vec![None, Some(InstanceColumn::Id)];
    if shown.address {
        columns.push(Column::new(cx.lang().words().address, 136.0).sort(sort(InstanceColumn::Address)));
        sorts.push(Some(InstanceColumn::Address));
    }
    // A list has no word of its own.
    if shown.checks {
        columns.push(Column::new(words.checks, 128.0).group(&says).sort(sort(InstanceColumn::Health)));
        sorts.push(Some(InstanceColumn::Health));
    }
    if shown.tls {
        let width = if shown.wide_tls { 172.0 } else { 84.0 };
        columns.push(Column::new(words.tcp_tls, width).group(words.wire_says));
        sorts.push(None);
    }
    columns.push(Column::new(cx.lang().all().wire, 130.0).group(words.wire_says).sort(sort(InstanceColumn::Wire)));
    sorts.push(Some(InstanceColumn::Wire));
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
    let response = table.show(&mut pane, rows.places.len(), |index| {
        rows.row(index).map_or_else(Vec::new, |row| cells(lang, &row, &shown))
    });
    if let Some(column) = response.sort_by.and_then(|index| sorts.get(index).copied().flatten()) {
        act(cx, RegistryAct::SortBy(service.clone(), column));
    }
    if let Some(row) = response.chosen.and_then(|index| rows.instance(index)) {
        act(cx, RegistryAct::Choose(service.clone(), Some(row.key.clone())));
    }
    // A click on a tag filters by it.
    if let Some((index, column, badge)) = response.badge
        && shown.tags
        && column + 1 == columns.len()
        && let Some(tag) = rows.instance(index).and_then(|instance| instance.tags.get(badge))
    {
        act(cx, RegistryAct::AddTag(service.clone(), tag.clone()));
    }
    if let Some(row) = response.opened.and_then(|index| rows.instance(index)) {
        super::call::call_instance(cx, service, &row.key);
    }
    if let Some((index, response)) = response.menu
        && let Some(row) = rows.row(index)
    {
        super::acts::instance_menu_ui(cx, &response, entry, service, &row);
    }
}

fn cells(lang: Lang, row: &Row<'_>, shown: &Shown) -> Vec<Cell> {
    let words = lang.registry();
    let instance = row.instance;
    let (sign, tone, said) = standing(lang, row);
    let mut cells = vec![Cell { tone, ..Cell::sign(sign, said) }, Cell::mono(&instance.key.id)];
    if shown.address {
        cells.push(Cell::mono(instance.host_port()).soft());
    }
    if shown.checks {
        cells.push(checks_cell(lang, instance));
    }
    if shown.tls {
        cells.push(tls_cell(lang, row.wire, shown.wide_tls));
    }
    cells.push(wire_cell(lang, row.wire));
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
    cell.toned(badge.tone())
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

/// `open, TLS 1.3`, `refused`: TCP and TLS in words.
pub(super) fn tcp_tls_word(lang: Lang, wire: &WireFacts) -> String {
    tls_cell(lang, Some(wire), true).text
}

/// `SERVING`.
fn wire_cell(lang: Lang, wire: Option<&WireFacts>) -> Cell {
    let Some(wire) = wire else { return Cell::new(lang.registry().not_asked).soft() };
    let badge = health::of_wire(&wire.health);
    let cell = Cell::new(lang.wire_word(&wire.health)).icon(badge.icon());
    cell.toned(badge.tone())
}
