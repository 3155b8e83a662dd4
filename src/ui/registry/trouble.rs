//! What stands over every view of a registry while something is not as it should be: it does not answer, its token is
//! missing or refused, access rules hide what there is.

use egui::{Rect, Ui};

use super::act;
use crate::app::{Away, RegistryAct, RegistryEntry, RegistryState, TokenTrouble};
use crate::ui::context::{Cx, pane_at};
use crate::ui::icons::Icon;
use crate::ui::theme::Tone;
use crate::ui::theme::measure::INSET;
use crate::ui::widgets::notice::Notice;
use crate::ui::widgets::view_state::{ViewKind, ViewState};

/// What a notice says and offers.
struct Said {
    tone: Tone,
    lead: String,
    text: String,
    actions: Vec<(&'static str, RegistryAct)>,
}

/// Says since when what is shown is old, and what is wrong with the token; returns where the rest begins. `away` is that
/// of what the view shows, `is_known` that there is something to be old.
pub(super) fn trouble_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    rest: Rect,
    entry: &RegistryEntry,
    away: Option<&Away>,
    is_known: bool,
) -> Rect {
    let of_all = if let RegistryState::Away(away) = &entry.state { Some(away) } else { None };
    let away = of_all.or(away);
    let mut said: Vec<Said> = away.filter(|_| is_known).map(|away| away_said(cx, entry, away)).into_iter().collect();
    if entry.token_trouble(None) == Some(TokenTrouble::AskedWithout) {
        said.push(token_said(cx, entry, TokenTrouble::AskedWithout));
    }
    show(ui, cx, rest, said)
}

/// The same in the view of the registry itself, which speaks for all of its datacenters.
pub(super) fn registry_trouble_ui(ui: &mut Ui, cx: &mut Cx<'_>, rest: Rect, entry: &RegistryEntry) -> Rect {
    let (words, state) = (cx.lang().registry(), cx.lang().registry_state());
    let mut said = Vec::new();
    match &entry.state {
        RegistryState::Away(away) if entry.datacenters.is_empty() => said.push(Said {
            lead: state.away_lead.to_owned(),
            actions: vec![
                (words.look_again, RegistryAct::Refresh(entry.id)),
                (words.edit, RegistryAct::OpenDialogFor(entry.id)),
            ],
            ..away_said(cx, entry, away)
        }),
        RegistryState::Away(away) => said.push(away_said(cx, entry, away)),
        RegistryState::Unusable(error) => said.push(Said {
            tone: Tone::Error,
            lead: state.unusable_lead.to_owned(),
            text: cx.lang().registry_error(error),
            actions: vec![
                (words.look_again, RegistryAct::Refresh(entry.id)),
                (words.edit, RegistryAct::OpenDialogFor(entry.id)),
            ],
        }),
        RegistryState::NoToken | RegistryState::Opening { .. } | RegistryState::Live => {}
    }
    if let Some(trouble) = entry.token_trouble(None) {
        said.push(token_said(cx, entry, trouble));
    }
    show(ui, cx, rest, said)
}

fn show(ui: &mut Ui, cx: &mut Cx<'_>, rest: Rect, said: Vec<Said>) -> Rect {
    if said.is_empty() {
        return rest;
    }
    let mut pane = pane_at(ui, rest.shrink(INSET), "registry trouble");
    pane.spacing_mut().item_spacing.y = 8.0;
    for one in said {
        let labels: Vec<&str> = one.actions.iter().map(|(label, _)| *label).collect();
        let pressed = Notice::new(one.tone, &one.lead, &one.text).actions(&labels).show(&mut pane);
        if let Some((_, pressed)) = pressed.and_then(|index| one.actions.into_iter().nth(index)) {
            act(cx, pressed);
        }
    }
    rest.with_min_y((pane.min_rect().bottom() + INSET).min(rest.bottom()))
}

fn away_said(cx: &Cx<'_>, entry: &RegistryEntry, away: &Away) -> Said {
    let (lang, words, state) = (cx.lang(), cx.lang().registry(), cx.lang().registry_state());
    let mut actions = vec![(words.look_again, RegistryAct::Refresh(entry.id))];
    if away.error.fault.is_denied() {
        actions.insert(0, (state.set_token, RegistryAct::AskToken(entry.id)));
    }
    let lead = lang.stale_since(&lang.clock(away.since));
    Said { tone: Tone::Warn, lead, text: lang.registry_error(&away.error), actions }
}

fn token_said(cx: &Cx<'_>, entry: &RegistryEntry, trouble: TokenTrouble<'_>) -> Said {
    let (words, state) = (cx.lang().registry(), cx.lang().registry_state());
    let set = (state.set_token, RegistryAct::AskToken(entry.id));
    let again = (words.look_again, RegistryAct::Refresh(entry.id));
    let warn = |lead: &str, text: &str, actions: Vec<(&'static str, RegistryAct)>| Said {
        tone: Tone::Warn,
        lead: lead.to_owned(),
        text: text.to_owned(),
        actions,
    };
    match trouble {
        TokenTrouble::Awaited => {
            // While the keychain may still give it, that is what it waits for.
            let said = cx.lang().keychain_trouble(&cx.app.keychain).filter(|_| entry.form.token_kept > 0);
            let text = said.map_or_else(
                || state.token_awaited_text.to_owned(),
                |(title, _)| format!("{title} {}", state.token_awaited_text),
            );
            let without = (state.ask_without, RegistryAct::AskWithoutToken(entry.id));
            warn(state.token_awaited, &text, vec![set, without])
        }
        TokenTrouble::AskedWithout => warn(state.token_awaited, state.asked_without_text, vec![set]),
        TokenTrouble::Refused(error) => warn("", &cx.lang().registry_error(error), vec![set, again]),
        TokenTrouble::Hidden => warn(state.acl_lead, state.acl_text, vec![set, again]),
    }
}

/// In the place of what a registry would say that waits for its token.
pub(super) fn no_token_ui(ui: &mut Ui, cx: &mut Cx<'_>, entry: &RegistryEntry) {
    let state = cx.lang().registry_state();
    let view = ViewState::new(ViewKind::Empty(Icon::Lock), state.token_awaited_title, state.token_awaited_text);
    if view.action(state.set_token).centered().show(ui) {
        act(cx, RegistryAct::AskToken(entry.id));
    }
}

/// What a filter in the registry's own language came to, in a line below its field; returns where the rest begins.
pub(super) fn filter_said_ui(ui: &mut Ui, cx: &mut Cx<'_>, rest: Rect, service: &crate::app::ServiceRef) -> Rect {
    use crate::ui::context::row_at;
    use crate::ui::theme::tokens;
    use crate::ui::widgets::shared::line_below;
    use crate::ui::widgets::text::{Elide, Line};
    use crate::ui::widgets::tooltip::tooltip_ui;
    const HIGH: f32 = 28.0;
    let (lang, state, t) = (cx.lang(), cx.lang().registry_state(), tokens(ui));
    let Some(view) = cx.app.registries.views.get(service).filter(|view| view.is_expression()) else { return rest };
    let refused = match &view.filtered {
        Some((asked, Err(error))) if asked == view.query.trim() => Some(error),
        _ => None,
    };
    // No fault is found with what is being typed.
    let is_typed = ui.memory(|memory| memory.has_focus(super::service::query_id()));
    let (said, color) = match refused {
        Some(_) if is_typed => (state.filter_not_yet.to_owned(), t.text3),
        Some(error) => (format!("{} {}", state.filter_refused, lang.filter_refused(error)), t.error),
        None if cx.app.registries.is_filtering(service) => (state.filter_asked.to_owned(), t.text3),
        None => return rest,
    };
    let line = rest.with_max_y(rest.top() + HIGH);
    line_below(ui.painter(), line, t.line);
    let mut row = row_at(ui, line.shrink2(egui::vec2(INSET, 0.0)), "filter said");
    let room = row.available_width();
    let response = row.add(Line::hint(&said).color(color).elide(Elide::End).max_width(room));
    if let Some(error) = refused {
        tooltip_ui(&response, &lang.registry_error(error), None);
    }
    rest.with_min_y(line.bottom())
}
