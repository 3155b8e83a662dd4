//! Registries outside their own area: the status bar and the dot in the rail.

use egui::{Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::act;
use super::side::{entry_title, of_registry};
use crate::app::{DatacenterEntry, RegistryAct, RegistryEntry, RegistryState, RegistryView, TokenTrouble};
use crate::registry::{HealthCounts, RegistryKind};
use crate::ui::context::Cx;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::{Tone, tokens};
use crate::ui::widgets::badge::{Health, dot_word_ui};
use crate::ui::widgets::text::{elide_middle, line, paint, width};
use crate::ui::widgets::tooltip::tooltip_ui;
use crate::words::Lang;

/// Between two facts of the status bar.
pub(in crate::ui) const STATUS_GAP: f32 = 16.0;
/// A fact's dot, with the room after it.
pub(in crate::ui) const DOT: f32 = 14.0;
/// The sign of what is critical, with the room after it.
const SIGN: f32 = 20.0;

/// What a registry is called, and where it is.
pub(in crate::ui) fn entry_title_and_place(lang: Lang, entry: &RegistryEntry) -> String {
    let title = entry_title(lang, entry);
    match &entry.place {
        Some(place) if entry.form.kind == RegistryKind::Consul => format!("{title} {}", place.address),
        _ => title,
    }
}

/// A service's health in sum, as its sign shows it everywhere; `disagrees` where the wire is known to say something
/// else of one of its instances.
pub(in crate::ui) fn shown_health(counts: HealthCounts, disagrees: bool) -> Health {
    let health = of_registry(counts.worst());
    // Some in maintenance is no fault, yet not all that there is.
    let is_partly = counts.maintenance > 0 || disagrees;
    if matches!(health, Health::Passing | Health::Unknown) && is_partly { Health::Warning } else { health }
}

/// The same with its word.
pub(in crate::ui) fn service_health(lang: Lang, counts: HealthCounts, disagrees: bool) -> (Health, String) {
    let shown = shown_health(counts, disagrees);
    let worst = counts.worst();
    let word = match (of_registry(worst) == shown, disagrees) {
        (true, _) => lang.health_word(worst).to_owned(),
        (false, true) => lang.browse().wire_differs.to_owned(),
        (false, false) => lang.health_count(counts.maintenance, crate::registry::Health::Maintenance),
    };
    (shown, word)
}

/// Why the area of registries has a dot: something is critical, or a registry does not answer.
pub(in crate::ui) fn alert(cx: &Cx<'_>) -> Option<String> {
    let entries = &cx.app.registries.entries;
    let critical = entries.iter().map(RegistryEntry::critical).sum();
    let is_away = |entry: &&RegistryEntry| {
        matches!(entry.state, RegistryState::Away(_) | RegistryState::Unusable(_) | RegistryState::NoToken)
    };
    let away = entries.iter().filter(is_away).count();
    (critical + away > 0).then(|| cx.lang().registry_alert(critical, away))
}

/// The one that the status bar speaks of: what is looked at, else the first that answers, else the first.
fn spoken_of<'a>(cx: &Cx<'a>) -> Option<&'a RegistryEntry> {
    let registries = &cx.app.registries;
    let shown = registries.shown.as_ref().and_then(|view| registries.entry(view.registry()));
    let live = || registries.entries.iter().find(|entry| entry.state == RegistryState::Live);
    shown.or_else(live).or_else(|| registries.entries.first())
}

fn said(cx: &Cx<'_>) -> (Tone, String) {
    let words = cx.lang().registry();
    let Some(entry) = spoken_of(cx) else {
        return (Tone::Plain, cx.lang().discovery().no_registries.to_owned());
    };
    let mut parts = vec![entry_title_and_place(cx.lang(), entry)];
    let mut tone = match &entry.state {
        RegistryState::Live => Tone::Ok,
        RegistryState::Opening { .. } => Tone::Plain,
        RegistryState::Away(_) | RegistryState::NoToken => Tone::Warn,
        RegistryState::Unusable(_) => Tone::Error,
    };
    match &entry.state {
        RegistryState::Opening { .. } if entry.datacenters.is_empty() => parts.push(words.opening.to_owned()),
        RegistryState::Opening { .. } | RegistryState::Live => {
            let shown = cx.app.registries.shown.as_ref().filter(|view| view.registry() == entry.id);
            let named = match shown {
                Some(
                    RegistryView::Datacenter(_, name) | RegistryView::Nodes(_, name) | RegistryView::Keys(_, name),
                ) => entry.datacenter(name),
                Some(RegistryView::Service(service)) => entry.datacenter(&service.datacenter),
                Some(RegistryView::Registry(_)) | None => None,
            };
            if let Some(datacenter) = named.or_else(|| entry.datacenters.first()) {
                parts.push(datacenter.name.clone());
                let (trouble, said) = standing(cx.lang(), entry, datacenter);
                parts.extend(said);
                if trouble {
                    tone = Tone::Warn;
                }
            }
        }
        RegistryState::Away(_) => parts.push(cx.lang().discovery().does_not_answer.to_owned()),
        RegistryState::NoToken => parts.push(cx.lang().registry_state().no_token.to_owned()),
        RegistryState::Unusable(_) => parts.push(words.unusable.to_owned()),
    }
    parts.retain(|part| !part.is_empty());
    (tone, parts.join(" · "))
}

/// What is said of a datacenter of a registry that answers, and whether something is wrong: 0 services are none only
/// where all may be seen.
fn standing(lang: Lang, entry: &RegistryEntry, datacenter: &DatacenterEntry) -> (bool, Option<String>) {
    let state = lang.registry_state();
    let count = datacenter.services.as_ref().map(|answer| lang.services_count(answer.value.len()));
    match (entry.token_trouble(Some(&datacenter.name)), &datacenter.away) {
        (Some(TokenTrouble::Refused(_)), _) => (true, Some(state.token_refused.to_owned())),
        (Some(TokenTrouble::Hidden), _) => (true, Some(state.hidden_by_acl.to_owned())),
        (Some(TokenTrouble::AskedWithout | TokenTrouble::Awaited), _) => (true, Some(state.no_token.to_owned())),
        (None, Some(away)) => (true, Some(lang.stale_badge(away.since))),
        (None, None) => (false, count),
    }
}

fn critical(cx: &Cx<'_>) -> Option<String> {
    let count = spoken_of(cx)?.critical();
    (count > 0).then(|| cx.lang().critical_count(count))
}

/// How much of the status bar it takes, at most.
pub(in crate::ui) fn status_width(ui: &Ui, cx: &Cx<'_>) -> f32 {
    let of = |text: &str| width(ui.painter(), text, fonts::hint()) + STATUS_GAP;
    of(&said(cx).1) + DOT + critical(cx).map_or(0.0, |said| of(&said) + SIGN)
}

/// The registry that is spoken of and what is critical in it; both lead to their area.
pub(in crate::ui) fn status_ui(ui: &mut Ui, cx: &mut Cx<'_>, room: f32) {
    let (tone, said) = said(cx);
    let critical = critical(cx);
    let taken = critical.as_ref().map_or(0.0, |said| width(ui.painter(), said, fonts::hint()) + SIGN + STATUS_GAP);
    let shown = elide_middle(ui.painter(), &said, &fonts::hint(), room - taken - DOT - STATUS_GAP);
    let mut response = dot_word_ui(ui, tone, &shown).interact(Sense::CLICK);
    if shown != said {
        tooltip_ui(&response, &said, None);
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Link, true, &said));
    if let Some(said) = critical {
        response |= critical_ui(ui, &said);
    }
    if response.clicked() {
        let view = cx.app.registries.shown.clone();
        let view = view.or_else(|| spoken_of(cx).map(|entry| RegistryView::Registry(entry.id)));
        match view {
            Some(view) => act(cx, RegistryAct::Show(view)),
            None => act(cx, RegistryAct::OpenDialog),
        }
    }
}

/// What is critical, in the size of the bar.
fn critical_ui(ui: &mut Ui, said: &str) -> Response {
    let t = tokens(ui);
    let color = t.tint(Tone::Error).fg;
    let font = fonts::hint();
    let galley = line(ui.painter(), said, font.clone(), color);
    let (rect, response) = ui.allocate_exact_size(vec2((SIGN + galley.size().x).round(), 18.0), Sense::CLICK);
    response.widget_info(|| WidgetInfo::labeled(Role::Link, true, said));
    Icon::CircleX.paint_at(ui.painter(), pos2(rect.left() + 7.0, rect.center().y), 14.0, color);
    paint(ui.painter(), galley, rect.left() + SIGN, rect.center().y, &font);
    response
}
