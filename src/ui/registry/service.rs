//! A service: what the registry says of its instances beside what the wire says, one of them whole, and their last hour.

use std::time::SystemTime;

use egui::{Id, Rect, Ui, pos2, vec2};

use super::datacenter::waiting_ui;
use super::instance::instance_ui;
use super::instances::{Rows, table_ui};
use super::side::of_registry;
use super::{act, hour};
use crate::app::{RegisterAct, RegistryAct, RegistryEntry, ServiceEntry, ServiceRef, ServiceView};
use crate::registry::{Health, Hidden};
use crate::ui::context::{Cx, follow_focus, pane_at, row_at, row_ending_right, row_from_right};
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::measure::INSET;
use crate::ui::theme::{Tone, tokens};
use crate::ui::widgets::badge::{badge_ui, icon_badge_ui};
use crate::ui::widgets::button::IconButton;
use crate::ui::widgets::chip::chip_ui;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::shared::line_below;
use crate::ui::widgets::splitter::{SplitAxis, SplitRange, split, splitter_ui};
use crate::ui::widgets::switches::toggle_ui;
use crate::ui::widgets::text::{Elide, Line};
use crate::ui::widgets::tooltip::tooltip_ui;
use crate::ui::widgets::view_state::{ViewKind, ViewState};

/// The head of a view of a registry.
pub(super) const HEAD: f32 = 52.0;
const FILTER: f32 = 44.0;
/// The least that the table keeps, with its heads and two rows, and the least of the instance below.
const TABLE_LEAST: f32 = 112.0;
const DETAIL_LEAST: f32 = 150.0;

/// The field that filters instances.
pub(super) fn query_id() -> Id {
    Id::unique("service query")
}

/// The view of one service.
pub(super) fn service_ui(ui: &mut Ui, cx: &mut Cx<'_>, service: &ServiceRef) {
    let whole = ui.max_rect();
    let registries = &cx.app.registries;
    let Some(entry) = registries.entry(service.registry) else { return };
    let known = registries.service(service);
    let view = registries.view(service);
    let head = Rect::from_min_size(whole.min, vec2(whole.width(), HEAD));
    head_ui(ui, cx, head, entry, service, known);
    let filter = Rect::from_min_size(pos2(whole.left(), head.bottom()), vec2(whole.width(), FILTER));
    filter_ui(ui, cx, filter, entry, service, view, known);
    let rest = Rect::from_min_max(pos2(whole.left(), filter.bottom()), whole.max);
    let rest = super::trouble::filter_said_ui(ui, cx, rest, service);
    let rest = super::acts::said_ui(ui, cx, rest);
    let (away, is_known) = known.map_or((None, false), |known| (known.away.as_ref(), known.instances.is_some()));
    let rest = super::trouble::trouble_ui(ui, cx, rest, entry, away, is_known);
    let Some(known) = known.filter(|known| known.instances.is_some()) else {
        waiting_ui(ui, cx, rest, entry, &service.service);
        return;
    };
    if registries.rows.of(service).is_empty() {
        nothing_ui(ui, cx, rest, service, known, view);
        return;
    }
    let least = TABLE_LEAST + DETAIL_LEAST + hour::height(rest.width());
    if rest.height() >= least {
        parts_ui(ui, cx, rest, entry, service, known);
        return;
    }
    // In a low window all parts keep a height in which they can be used, and scroll.
    let mut pane = pane_at(ui, rest, "low service");
    egui::ScrollArea::vertical().id_salt("service parts").auto_shrink([false, false]).show(&mut pane, |ui| {
        let room = Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), least));
        parts_ui(ui, cx, room, entry, service, known);
        ui.allocate_space(vec2(1.0, least - 1.0));
        follow_focus(ui);
    });
}

/// The table, one of its instances whole, and the last hour of all.
fn parts_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    rest: Rect,
    entry: &RegistryEntry,
    service: &ServiceRef,
    known: &ServiceEntry,
) {
    let registries = &cx.app.registries;
    let (places, longest_id) = (registries.rows.of(service), registries.rows.longest_id());
    let rows = Rows { kind: entry.form.kind, known, places, longest_id };
    let view = registries.view(service);
    let chosen = registries.chosen_row(service).unwrap_or_default();
    let foot = hour::height(rest.width());
    let upper = Rect::from_min_max(rest.min, pos2(rest.right(), rest.bottom() - foot));
    // The table takes what its rows need, and leaves room for one of them to be read.
    let wanted = 52.0 + 30.0 * rows.places.len() as f32 + 1.0;
    let usual = wanted.min((upper.height() * 0.5).max(TABLE_LEAST));
    let range = SplitRange { first_min: TABLE_LEAST, second_min: DETAIL_LEAST, rest: usual / upper.height() };
    let share = cx.memory.instances_share.unwrap_or(range.rest).min(wanted / upper.height());
    let (table, below) = split(upper, SplitAxis::Rows, share, range);
    table_ui(ui, cx, table.with_max_y(table.bottom() - 1.0), entry, service, view, &rows, chosen);
    if let Some(row) = rows.row(chosen) {
        instance_ui(ui, cx, below, entry, service, view, known, &row);
    }
    let mut moved = share;
    let name = cx.lang().registry().instances_edge;
    splitter_ui(ui, Id::unique("instances edge"), name, upper, SplitAxis::Rows, &mut moved, range);
    if (moved - share).abs() > f32::EPSILON {
        cx.memory.instances_share = Some(moved);
    }
    let foot = Rect::from_min_max(pos2(rest.left(), rest.bottom() - foot), rest.max);
    hour::hour_and_changes_ui(ui, cx, foot, known, service, &rows);
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
        super::call::call_button_ui(ui, cx, service);
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
        let counts = known.sums().counts;
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
        let (serving, asked) = (known.sums().serving, known.sums().asked);
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
    let entry = cx.app.registries.entry(service.registry);
    let can_register = entry.is_some_and(|entry| entry.capabilities.register && !entry.form.read_only);
    let (icon, title, text, label, way) = if hidden {
        let label = cx.lang().registry_state().set_token;
        let (title, text) = (words.perhaps_hidden, words.perhaps_hidden_hint);
        (Icon::Lock, title, text, label, RegistryAct::AskToken(service.registry))
    } else if can_register {
        let open = RegisterAct::Open(service.registry, Some(service.service.clone()));
        let (title, text) = (words.no_instances, words.no_instances_hint);
        (Icon::Network, title, text, words.register, RegistryAct::Register(open))
    } else {
        let (title, text) = (words.no_instances, words.no_instances_hint);
        (Icon::Network, title, text, words.look_again, RegistryAct::Refresh(service.registry))
    };
    let view = ViewState::new(ViewKind::Empty(icon), title, text).action(label);
    if view.centered().show(&mut pane) {
        act(cx, way);
    }
}
