//! What is told over the keys and over a value: old data, acts that go on or were not done whole, others who wrote.

use egui::text::LayoutJob;
use egui::{Color32, CornerRadius, Rect, Role, Sense, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::act_keys;
use crate::app::{KeyAct, KeyDialog, KeyDraft, KeyFailure, KeyJob, KeyJobKind, KeysRef, KeysView, RegistryAct};
use crate::ui::context::{Cx, pane_at};
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::measure::INSET;
use crate::ui::theme::{Tone, tokens};
use crate::ui::widgets::button::Button;
use crate::ui::widgets::menu::copy_menu_ui;
use crate::ui::widgets::notice::Notice;
use crate::ui::widgets::text::append;
use crate::ui::widgets::working::{Progress, QUIET, working_ui};
use crate::words::{KeysAct, Lang, format};

/// So many keys that were not written are named; the rest is counted.
const NAMED: usize = 6;

/// What is told over everything; returns where it ends.
pub(super) fn notices_ui(ui: &mut Ui, cx: &mut Cx<'_>, at: &KeysRef, view: &KeysView, rest: Rect) -> f32 {
    let (lang, words) = (cx.lang(), cx.lang().key_values());
    let mut pane = pane_at(ui, rest.shrink(INSET), "keys notices");
    pane.spacing_mut().item_spacing.y = 8.0;
    let mut has_some = false;
    if let Some(away) = &view.away {
        has_some = true;
        let said = format!("{} {}", lang.away_since(&lang.clock(away.since)), lang.registry_error(&away.error));
        let actions = [lang.registry().look_again];
        if Notice::new(Tone::Warn, words.stale, &said).actions(&actions).show(&mut pane).is_some() {
            super::super::act(cx, RegistryAct::Refresh(at.registry));
        }
    }
    for job in &view.jobs {
        let what = lang.keys_act(act_of(&job.kind));
        if job.is_running() {
            let since = cx.now.saturating_duration_since(job.since);
            if since >= QUIET {
                has_some = true;
                let said = lang.keys_going_on(&what, job.done, job.total);
                let share = Progress::Share(job.done as f32 / job.total.max(1) as f32);
                if working_ui(&mut pane, &said, &format::elapsed(since), share, Some(cx.lang().streams().stop_saving)) {
                    act_keys(cx, at, KeyAct::StopJob(job.id));
                }
            } else {
                pane.ctx().request_repaint_after(QUIET.saturating_sub(since));
            }
            continue;
        }
        has_some = true;
        let said = job_said(lang, job);
        let tone = if job.is_whole() { Tone::Ok } else { Tone::Error };
        let lead = lang.keys_act_lead(&what);
        if Notice::new(tone, &lead, &said).actions(&[cx.words().close]).show(&mut pane).is_some() {
            act_keys(cx, at, KeyAct::CloseJob(job.id));
        }
    }
    let is_creating = view.jobs.iter().any(|job| job.is_running() && matches!(job.kind, KeyJobKind::Create(_)));
    let is_typed = matches!(view.dialog, Some(KeyDialog::New { .. }));
    if view.new_key.is_some() && !is_typed && !is_creating {
        has_some = true;
        let own = lang.key_changes();
        let actions = [own.go_on, words.discard];
        match Notice::new(Tone::Accent, own.new_unsent, &view.new_key.key).actions(&actions).show(&mut pane) {
            Some(0) => act_keys(cx, at, KeyAct::AskNew(String::new())),
            Some(_) => act_keys(cx, at, KeyAct::ForgetNew),
            None => {}
        }
    }
    if let Some((key, _)) = &view.dropped {
        has_some = true;
        let actions = [words.bring_back, cx.words().close];
        match Notice::new(Tone::Accent, words.dropped_lead, key).actions(&actions).show(&mut pane) {
            Some(0) => act_keys(cx, at, KeyAct::BringBack),
            Some(_) => act_keys(cx, at, KeyAct::ForgetDropped),
            None => {}
        }
    }
    let bottom = pane.min_rect().bottom();
    if has_some { (bottom + INSET).min(rest.bottom()) } else { rest.top() }
}

pub(super) fn act_of(kind: &KeyJobKind) -> KeysAct<'_> {
    match kind {
        KeyJobKind::Create(key) => KeysAct::Create(key),
        KeyJobKind::Delete(path) => KeysAct::Delete(path),
        KeyJobKind::Move(from, to, false) => KeysAct::Move(from, to),
        KeyJobKind::Move(from, to, true) => KeysAct::Copy(from, to),
        KeyJobKind::Import => KeysAct::Import,
        KeyJobKind::Undo(key) => KeysAct::Undo(key),
        KeyJobKind::UndoAct(path) => KeysAct::UndoAct(path),
    }
}

/// What was done, and which keys were not written, and why.
fn job_said(lang: Lang, job: &KeyJob) -> String {
    let mut said = lang.keys_done(job.done, job.changed.len(), job.failed.len(), job.left);
    let named: Vec<&str> = job.changed.iter().map(String::as_str).take(NAMED).collect();
    if !named.is_empty() {
        let more = if job.changed.len() > NAMED { " …" } else { "" };
        said.push('\n');
        said.push_str(&named.join(", "));
        said.push_str(more);
    }
    for (key, why) in job.failed.iter().take(2) {
        said.push('\n');
        said.push_str(&lang.key_not_written(key, &failure_said(lang, why)));
    }
    said
}

fn failure_said(lang: Lang, failure: &KeyFailure) -> String {
    match failure {
        KeyFailure::Refused(error) => lang.registry_error(error),
        KeyFailure::Unknown => lang.key_changes().unknown_written.to_owned(),
    }
}

/// Somebody else wrote while this was edited, and the ways on.
#[derive(Clone, Copy, Debug)]
pub(super) struct ConflictAsk<'a> {
    /// The first sentence.
    pub lead: &'a str,
    /// What follows.
    pub said: &'a str,
    /// The first way, where there is something to compare.
    pub first: Option<&'a str>,
    /// The way that leaves what was typed.
    pub second: &'a str,
    /// The way that writes over what is there.
    pub danger: &'a str,
}

/// Shows it; returns which way was taken: 0, 1, 2.
pub(super) fn conflict_ui(ui: &mut Ui, ask: ConflictAsk<'_>, may_write: bool) -> Option<usize> {
    let t = tokens(ui);
    let tint = t.tint(Tone::Warn);
    let width = ui.available_width();
    let left = 40.0;
    let mut job = LayoutJob::default();
    append(&mut job, ask.lead, fonts::strong(), tint.fg, 20.0);
    append(&mut job, " ", fonts::body(), t.text1, 20.0);
    append(&mut job, ask.said, fonts::body(), t.text1, 20.0);
    job.wrap.max_width = (width - left - 13.0).max(80.0);
    let said = job.text.clone();
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
    let ways: Vec<(usize, Button<'_>)> = [
        ask.first.map(|label| (0, Button::secondary(label).small())),
        Some((1, Button::secondary(ask.second).small())),
        Some((2, Button::danger(ask.danger).small().enabled(may_write))),
    ]
    .into_iter()
    .flatten()
    .collect();
    // In a narrow place they stand in several rows.
    let mut places = Vec::new();
    let (mut x, mut y) = (left, 0.0);
    for (_, button) in &ways {
        let button_width = button.width(ui);
        if x > left && x + button_width > width - 13.0 {
            (x, y) = (left, y + 30.0);
        }
        places.push((x, y, button_width));
        x += button_width + 8.0;
    }
    let height = (10.0 + galley.size().y + 8.0 + y + 24.0 + 12.0).ceil();
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::CLICK);
    response.widget_info(|| WidgetInfo::labeled(Role::Alert, true, &said));
    copy_menu_ui(&response, 8, &said);
    ui.painter().rect(rect, CornerRadius::same(8), tint.bg, Stroke::new(1.0, tint.edge), StrokeKind::Inside);
    Icon::TriangleAlert.paint_at(ui.painter(), pos2(rect.left() + 22.0, rect.top() + 20.0), 16.0, tint.fg);
    let top = rect.top() + 10.0;
    let text_height = galley.size().y;
    ui.painter().galley(pos2(rect.left() + left, top), galley, Color32::PLACEHOLDER);
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect).id_salt("ways"));
    let mut taken = None;
    for ((way, button), (x, y, button_width)) in ways.into_iter().zip(places) {
        let place = Rect::from_min_size(pos2(rect.left() + x, top + text_height + 8.0 + y), vec2(button_width, 24.0));
        if child.put(place, button).clicked() {
            taken = Some(way);
        }
    }
    taken
}

/// What became of writing a draft.
pub(super) fn draft_ui(ui: &mut Ui, cx: &mut Cx<'_>, at: &KeysRef, draft: &KeyDraft, has_conflict: bool) {
    let (lang, words) = (cx.lang(), cx.lang().key_values());
    if draft.refused && !has_conflict {
        Notice::new(Tone::Warn, words.refused_lead, words.refused_said).show(ui);
    }
    if let Some(failure) = &draft.failure {
        let said = failure_said(lang, failure);
        let (tone, lead) = match failure {
            KeyFailure::Refused(_) => (Tone::Error, words.not_written),
            KeyFailure::Unknown => (Tone::Warn, ""),
        };
        if Notice::new(tone, lead, &said).actions(&[cx.words().close]).show(ui).is_some() {
            act_keys(cx, at, KeyAct::CloseFailure);
        }
    }
    if draft.kept && draft.is_unsaved() && !has_conflict {
        Notice::new(Tone::Accent, "", words.kept).show(ui);
    }
}
