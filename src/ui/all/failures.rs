//! What failed of a request to all, in words: the failure that is read first, then those of the transport; equal ones
//! once, with who failed so, and the way on.

use egui::Ui;

use crate::app::{Action, AllAct, AllFailure, AllRow, AllRun, RegistryAct, RegistryView, Tab};
use crate::call::Code;
use crate::registry::Health;
use crate::ui::context::Cx;
use crate::ui::theme::{Tone, tokens};
use crate::ui::widgets::notice::Notice;
use crate::ui::widgets::text::Line;
use crate::words::failure::describe;
use crate::words::{Lang, format};

/// So many kinds of failures are told; the others are counted.
const MOST: usize = 3;

/// The notices.
pub(super) fn failures_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, run: &AllRun) {
    let (told, left_out) = run.told_failures(MOST);
    for (failure, lead) in told {
        failure_ui(ui, cx, tab, run, failure, lead);
        ui.add_space(8.0);
    }
    if left_out > 0 {
        let said = cx.lang().more_failed(left_out);
        let color = tokens(ui).text2;
        ui.add(Line::hint(&said).color(color).height(22.0));
        ui.add_space(8.0);
    }
}

fn failure_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, run: &AllRun, failure: &AllFailure, lead: usize) {
    let lang = cx.lang();
    let Some(row) = run.rows.get(lead) else { return };
    // Who stands for it is named first.
    let others = failure.rows.iter().filter(|other| **other != lead).filter_map(|other| run.rows.get(*other));
    let ids: Vec<&str> = std::iter::once(row).chain(others).map(|row| row.instance.key.id.as_str()).collect();
    let Some((said, text)) = said(lang, run, row, failure) else { return };
    let first = match &row.answer {
        Some(answer) if is_late(failure, row) => lang.all_late(&ids, &format::duration(answer.took)),
        _ => lang.all_failed(&ids, &said),
    };
    let call = lang.call_named(&row.instance.key.id);
    // Of a registry that only the environment names there is no view.
    let service = cx.app.registries.service_of(&run.address);
    let mut actions = vec![call.as_str()];
    if service.is_some() {
        actions.push(lang.all().show_in_registry);
    }
    match (Notice::new(Tone::Warn, &first, &text).actions(&actions).show(ui), service) {
        (Some(0), _) => cx.act(Action::All(tab.id, AllAct::CallOne(row.instance.key.clone()))),
        (Some(_), Some(service)) => {
            cx.act(Action::Registry(RegistryAct::Choose(service.clone(), Some(row.instance.key.clone()))));
            cx.act(Action::Registry(RegistryAct::Show(RegistryView::Service(service))));
        }
        (Some(_), None) | (None, _) => {}
    }
}

/// Nobody answered in time.
fn is_late(failure: &AllFailure, row: &AllRow) -> bool {
    failure.is_transport && row.answer.as_ref().is_some_and(|answer| answer.status.code == Code::DEADLINE_EXCEEDED)
}

/// How it failed: the status with what the server or the transport says, then what that means.
fn said(lang: Lang, run: &AllRun, row: &AllRow, failure: &AllFailure) -> Option<(String, String)> {
    let answer = row.answer.as_ref()?;
    let status = &answer.status;
    let code = format!("{} {}", status.code.0, status.code.name());
    let failed = status.failure.as_deref();
    let said = match failed {
        Some(failed) => code + &lang.and_besides(&lang.failed_at(failed.stage)),
        None => code,
    };
    if !failure.is_transport {
        return Some((said, status.message.clone()));
    }
    let is_one = failure.rows.len() == 1;
    let mut text = if is_late(failure, row) {
        let after = answer.connected.filter(|_| is_one).map(format::duration);
        if answer.connected.is_some() { lang.nothing_came(after.as_deref()) } else { lang.got_so_far(false, None) }
    } else if let Some(failed) = failed.filter(|_| is_one) {
        // Its heading names the address, so it is true of one only.
        lang.ended(&describe(failed, lang).title)
    } else {
        let after = answer.connected.filter(|_| is_one).map(format::duration);
        lang.got_so_far(answer.connected.is_some(), after.as_deref())
    };
    let registry = run.place.as_ref().map_or("", |place| lang.registry_kind(place.kind));
    let wire = row.facts.as_ref().map(|facts| facts.health.word());
    let health = row.instance.health;
    let says = (health != Health::Unknown).then(|| (registry, lang.health_word(health)));
    text.push_str(&lang.said_of_failed(says, wire));
    Some((said, text))
}
