//! The ladder from a name to reflection, as a list of steps: how each went, how long it took, what to try.

use egui::{Color32, Rect, Role, Ui, WidgetInfo, pos2, vec2};

use super::certificate::{self, now_s};
use super::context::{Cx, pane_at};
use super::failure::{FailureCard, advice_ui, buttons_ui, failure_card_ui, without_flags};
use super::fonts;
use super::icons::Icon;
use super::theme::measure::{INSET, TABS};
use super::theme::{Tokens, Tone, tokens};
use super::ways::{Way, Ways};
use super::widgets::button::IconButton;
use super::widgets::heading::section_head_ui;
use super::widgets::notice::Notice;
use super::widgets::shared::line_below;
use super::widgets::text::{elide_middle, paint_dropped, paint_text, paragraph_ui};
use super::widgets::tooltip::tooltip_ui;
use super::widgets::{text, working};
use crate::app::{Action, DiagnosisRecord, DiagnosisStage, Retry};
use crate::engine::{Finding, Step, StepState};
use crate::words::format;

/// The column of titles takes this share of the room, within these limits.
const TITLES: (f32, f32, f32) = (0.34, 120.0, 190.0);
/// The column of times.
const TIMES: f32 = 64.0;
/// In less room the words stand under the title.
const BESIDE_FROM: f32 = 440.0;
/// Icon and gap before the title.
const LEAD: f32 = 24.0;
/// A row of one line.
const ROW: f32 = 30.0;

/// In the place of the answer: head, verdict, steps.
pub(super) fn diagnosis_pane_ui(ui: &mut Ui, cx: &mut Cx<'_>, record: &DiagnosisRecord) {
    let words = cx.words();
    let whole = ui.max_rect();
    let bar = Rect::from_min_size(whole.min, vec2(whole.width(), TABS));
    let mut head = pane_at(ui, bar, "diagnosis head");
    section_head_ui(&mut head, words.diagnose, &record.address, TABS, |ui| head_buttons_ui(ui, cx, record));
    let mut pane = pane_at(ui, Rect::from_min_max(pos2(whole.left(), bar.bottom()), whole.max), "diagnosis");
    egui::ScrollArea::vertical().id_salt("diagnosis").auto_shrink([false, false]).show(&mut pane, |ui| {
        egui::Frame::new().inner_margin(egui::Margin::same(INSET as i8)).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ladder_ui(ui, cx, record, &Ways::default());
        });
    });
}

/// Under the card of a source that cannot be read, which offers these ways on.
pub(super) fn diagnosis_below_ui(ui: &mut Ui, cx: &mut Cx<'_>, of: Retry, offered: &Ways) {
    let Some(record) = cx.app.diagnosis(of) else { return };
    ui.add_space(16.0);
    let title = cx.words().diagnose;
    section_head_ui(ui, title, &record.address, TABS, |ui| head_buttons_ui(ui, cx, record));
    ui.add_space(8.0);
    ladder_ui(ui, cx, record, offered);
}

fn head_buttons_ui(ui: &mut Ui, cx: &mut Cx<'_>, record: &DiagnosisRecord) {
    let words = cx.words();
    ui.spacing_mut().item_spacing.x = 4.0;
    if ui.add(IconButton::new(Icon::X, words.diagnosis_close).small()).clicked() {
        cx.act(Action::CloseDiagnosis(record.of));
    }
    if ui.add(IconButton::new(Icon::RefreshCw, words.diagnose_again).small()).clicked() {
        cx.act(Action::Diagnose(record.of));
    }
}

/// The verdict with the ways on that are not `offered` beside it, then step after step, then the certificates.
fn ladder_ui(ui: &mut Ui, cx: &mut Cx<'_>, record: &DiagnosisRecord, offered: &Ways) {
    let words = cx.words();
    let lang = cx.lang();
    ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
    match &record.stage {
        DiagnosisStage::Running => running_ui(ui, cx, record),
        DiagnosisStage::Ended { ok, took } => {
            let tone = if *ok { Tone::Ok } else { Tone::Error };
            let verdict = lang.diagnosis_verdict(*ok, &record.steps);
            Notice::new(tone, &verdict, &lang.in_all(&format::duration(*took))).show(ui);
            ui.add_space(8.0);
            ways_ui(ui, cx, record, offered);
        }
        DiagnosisStage::Stopped => {
            Notice::new(Tone::Warn, words.diagnosis_stopped, "").show(ui);
            ui.add_space(8.0);
        }
        DiagnosisStage::NotBegun(why) => {
            let card = FailureCard { title: words.diagnosis_not_begun, cause: why, ..FailureCard::default() };
            failure_card_ui(ui, words, &card, None, &[]);
        }
    }
    let now_s = now_s();
    for (index, step) in record.steps.iter().enumerate() {
        step_ui(ui, cx, (index, step), now_s);
    }
    let mut shown: Vec<[u8; 32]> = Vec::new();
    for step in &record.steps {
        let Some(report) = step.found.tls_report() else { continue };
        let Some(leaf) = report.chain.first() else { continue };
        // The same certificate at every address is shown once.
        if !shown.contains(&leaf.sha256) {
            shown.push(leaf.sha256);
            ui.add_space(12.0);
            certificate::chain_ui(ui, cx, report);
        }
    }
}

/// What can be done about the first step that failed and can be helped.
fn ways_ui(ui: &mut Ui, cx: &mut Cx<'_>, record: &DiagnosisRecord, offered: &Ways) {
    let failed = record.steps.iter().filter(|step| step.state == StepState::Failed);
    let ways = failed.filter_map(|step| match &step.found {
        Finding::Broken(failure) => Some(Ways::of(failure, record.of)),
        _ => None,
    });
    let Some(ways) = ways.into_iter().find(|ways| !ways.is_empty()).filter(|ways| ways != offered) else { return };
    let lang = cx.lang();
    let trusts = ways.trust.is_some();
    let others: Vec<Way> = ways.trust.into_iter().chain(ways.settings).collect();
    let first = ways.primary.as_ref().map(|way| way.label(lang));
    let labels: Vec<String> = others.iter().map(|way| way.label(lang)).collect();
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    let pressed = buttons_ui(ui, first.as_deref(), &labels, &[]);
    if trusts {
        ui.add_space(8.0);
        paragraph_ui(ui, &lang.trust_hint(&record.address), fonts::hint(), tokens(ui).text3, 18.0);
    }
    ui.add_space(8.0);
    let way = match pressed {
        None => None,
        Some(0) => ways.primary,
        Some(other) => others.into_iter().nth(other - 1),
    };
    if let Some(way) = way {
        way.go(cx, record.of);
    }
}

fn running_ui(ui: &mut Ui, cx: &mut Cx<'_>, record: &DiagnosisRecord) {
    let words = cx.words();
    let since = cx.now.saturating_duration_since(record.began);
    if since < working::QUIET {
        return;
    }
    if working::waiting_ui(ui, words.diagnosing, since, words.cancel) {
        cx.act(Action::StopDiagnosis(record.of));
    }
    ui.add_space(8.0);
}

fn sign(state: StepState, t: &Tokens) -> (Icon, Color32) {
    match state {
        StepState::Passed => (Icon::CircleCheck, t.ok),
        StepState::Warned => (Icon::TriangleAlert, t.warn),
        StepState::Failed => (Icon::CircleX, t.error),
        StepState::Skipped => (Icon::CircleMinus, t.text3),
        StepState::NotReached => (Icon::Circle, t.text3),
    }
}

fn step_ui(ui: &mut Ui, cx: &Cx<'_>, (index, step): (usize, &Step), now_s: i64) {
    let t = tokens(ui);
    let lang = cx.lang();
    let said = lang.step(step, now_s);
    let title = lang.step_title(step);
    let time = if step.took.is_zero() { "–".to_owned() } else { format::duration(step.took) };
    let top = ui.cursor().min;
    let width = ui.available_width();
    let middle = top.y + ROW / 2.0;
    let (icon, color) = sign(step.state, t);
    icon.paint_at(ui.painter(), pos2(top.x + 8.0, middle), 16.0, color);
    // Two words find room beside any title.
    let is_brief = step.found == Finding::NotReached;
    let is_wide = width >= BESIDE_FROM;
    let titles = match (is_wide, is_brief) {
        (true, _) => (width * TITLES.0).clamp(TITLES.1, TITLES.2).round(),
        (false, true) => (width * 0.5).round(),
        (false, false) => (width - TIMES).max(TITLES.1),
    };
    let font = fonts::body();
    let title_color = match step.state {
        StepState::Failed => t.error,
        StepState::NotReached | StepState::Skipped => t.text3,
        StepState::Passed | StepState::Warned => t.text1,
    };
    let shown = elide_middle(ui.painter(), &title, &font, titles - LEAD - 8.0);
    paint_text(ui.painter(), top.x + LEAD, middle, &shown, &font, title_color);
    let galley = text::line(ui.painter(), &time, fonts::duration(), t.text2);
    let left = top.x + width - galley.size().x;
    paint_dropped(ui.painter(), galley, left, middle, 5.0);
    let (words_at, words_width) = if is_wide || is_brief {
        (vec2(titles, 6.0), width - titles - TIMES - 8.0)
    } else {
        (vec2(LEAD, ROW - 4.0), width - LEAD)
    };
    let column = Rect::from_min_size(top + words_at, vec2(words_width.max(80.0), 4000.0));
    let clip = ui.clip_rect();
    let mut column = pane_at(ui, column, ("step", index));
    column.set_clip_rect(clip);
    column.spacing_mut().item_spacing = vec2(0.0, 0.0);
    let is_quiet = matches!(step.state, StepState::NotReached | StepState::Skipped);
    let said_color = if is_quiet { t.text3 } else { t.text1 };
    paragraph_ui(&mut column, &said.said, fonts::body(), said_color, 18.0);
    for line in &said.more {
        paragraph_ui(&mut column, line, fonts::hint(), t.text3, 18.0);
    }
    for advice in &said.advice {
        column.add_space(2.0);
        advice_ui(&mut column, &without_flags(advice));
    }
    let height = (words_at.y + column.min_rect().height() + 6.0).max(ROW).ceil();
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), egui::Sense::hover());
    line_below(ui.painter(), rect, t.line);
    response.widget_info(|| {
        let mut parts = vec![title.as_str(), lang.step_state(step.state)];
        if !step.took.is_zero() {
            parts.push(&time);
        }
        if step.found != Finding::NotReached {
            parts.push(&said.said);
        }
        WidgetInfo::labeled(Role::Row, true, parts.join(", "))
    });
    if shown != title {
        tooltip_ui(&response, &title, None);
    }
}
