//! The phases of a call as a waterfall; folded, one line of bars.

use egui::{CornerRadius, Id, Rect, Ui, pos2, vec2};

use super::context::{Cx, pane_at};
use super::fonts;
use super::icons::Icon;
use super::theme::tokens;
use super::widgets::button::IconButton;
use super::widgets::heading::section_head_ui;
use super::widgets::text::width;
use super::widgets::waterfall::{Axis, BarSpan, BarTone, Tick, WaterfallRow, waterfall_ui};
use crate::app::{Action, CallRecord, Phase, PhaseKind, PhaseNote, PhaseState, ResponseSide, Tab, Timeline};
use crate::words::{Lang, PhaseTopic, format};

const HEAD: f32 = 36.0;
const AXIS: f32 = 28.0;
const ROW: f32 = 26.0;
/// The phases take this share of the pane at most.
const MOST: f32 = 0.55;
/// In a pane of this height or more the phases are unfolded at first.
const UNFOLD_FROM: f32 = 500.0;
/// Marks on the axis, at most.
const TICKS: f64 = 5.5;
/// The room of one mark with its label, in points.
const TICK_ROOM: f64 = 50.0;
/// The least and the most that the bars have when folded.
const BARS_FOLDED: (f32, f32) = (64.0, 180.0);
/// The share of the axis that a call has which ended before all phases were reached.
const REACHED_SHARE: f64 = 0.55;
/// Insets, gaps and the buttons of the folded line.
const FOLDED_REST: f32 = 120.0;
/// The share of the width that bars have, about.
const BARS_SHARE: f64 = 0.42;

/// Shows the phases at the foot of `area`; returns where they begin.
pub(super) fn phases_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, call: &CallRecord, area: Rect) -> f32 {
    let t = tokens(ui);
    let words = cx.words();
    let timeline = Timeline::of(call, cx.now);
    let rows_height = AXIS + ROW * timeline.phases.len() as f32;
    let room = (area.height() * MOST - HEAD).max(0.0);
    // In a low window the answer needs the room, unless the person says otherwise.
    let wants_room = call.is_stream() && call.sent + call.received > 0;
    let is_open = tab.phases_open.unwrap_or(area.height() >= UNFOLD_FROM && !wants_room) && room > AXIS + ROW;
    cx.memory.phases_shown = Some((tab.id, is_open));
    let height = if is_open { HEAD + rows_height.min(room) } else { HEAD };
    let place = Rect::from_min_max(pos2(area.left(), area.bottom() - height), area.max);
    ui.painter().hline(place.x_range(), place.top() + 0.5, egui::Stroke::new(1.0, t.line));
    let mut pane = pane_at(ui, place, "phases");
    let note = total_note(cx.lang(), &timeline);
    let (icon, name) =
        if is_open { (Icon::ChevronDown, words.fold_phases) } else { (Icon::ChevronUp, words.unfold_phases) };
    let said = width(pane.painter(), words.phases, fonts::strong()) + width(pane.painter(), &note, fonts::body());
    let bars_width = (place.width() - said - FOLDED_REST).clamp(BARS_FOLDED.0, BARS_FOLDED.1);
    let mut bars = Rect::NOTHING;
    let pressed = section_head_ui(&mut pane, words.phases, &note, HEAD, |ui| {
        let response = ui.add(IconButton::new(icon, name).small());
        if ui.add(IconButton::new(Icon::ArrowUpRight, cx.lang().trace().open_trace).small()).clicked() {
            cx.act(Action::ShowResponseSide(tab.id, ResponseSide::Trace));
        }
        if !is_open {
            ui.add_space(4.0);
            bars = ui.allocate_exact_size(vec2(bars_width, HEAD), egui::Sense::hover()).0;
        }
        response.clicked()
    });
    if pressed {
        cx.act(Action::ShowPhases(tab.id, !is_open));
    }
    if !is_open {
        folded_ui(&pane, &timeline, bars);
        return place.top();
    }
    egui::ScrollArea::vertical().id_salt("phases").auto_shrink([false, false]).show(&mut pane, |ui| {
        waterfall(ui, cx, &timeline);
    });
    place.top()
}

/// How long it took, or runs.
pub(super) fn total_note(lang: Lang, timeline: &Timeline) -> String {
    let total = format::duration(timeline.total);
    if timeline.running {
        lang.running_for(&total)
    } else if timeline.stopped {
        lang.stopped_after(&total)
    } else if timeline.reused {
        lang.in_all_reused(&total)
    } else {
        lang.in_all(&total)
    }
}

/// All bars on one line.
fn folded_ui(ui: &Ui, timeline: &Timeline, area: Rect) {
    let t = tokens(ui);
    let total = timeline.total.as_secs_f32();
    if total <= 0.0 {
        return;
    }
    for phase in timeline.phases.iter().filter(|phase| phase.state != PhaseState::NotReached) {
        let from = area.left() + area.width() * (phase.start.as_secs_f32() / total).min(1.0);
        let to = area.left() + area.width() * ((phase.start + phase.length).as_secs_f32() / total).min(1.0);
        let bar =
            Rect::from_min_max(pos2(from, area.center().y - 5.0), pos2(to.max(from + 2.0), area.center().y + 5.0));
        let color = match tone(phase) {
            BarTone::Idle => t.bar_idle,
            BarTone::Connect => t.warn,
            BarTone::Tls => t.violet,
            BarTone::Request => t.accent,
            BarTone::Wait => t.ok,
            BarTone::Response => t.cyan,
            BarTone::Failed => t.error,
        };
        ui.painter().rect_filled(bar.shrink2(vec2(0.5, 0.0)), CornerRadius::same(2), color);
    }
}

/// The bars on their axis, each explained in its hover.
pub(super) fn waterfall(ui: &mut Ui, cx: &Cx<'_>, timeline: &Timeline) {
    let lang = cx.lang();
    let words = cx.words();
    let texts: Vec<(String, String, String)> = timeline
        .phases
        .iter()
        .map(|phase| {
            let duration = match phase.state {
                PhaseState::NotReached => "–".to_owned(),
                _ => format::duration(phase.length),
            };
            (name(lang, &phase.kind), duration, note(lang, phase))
        })
        .collect();
    let total_us = (timeline.total.as_secs_f64() * 1e6).max(1.0);
    // What was not reached follows the end step by step, in room of its own.
    let missing = timeline.phases.iter().filter(|phase| phase.state == PhaseState::NotReached).count();
    let end_us = if missing == 0 { total_us } else { total_us / REACHED_SHARE };
    let step_us = (end_us - total_us) / (missing as f64 + 1.0);
    let mut next_us = total_us;
    let rows: Vec<WaterfallRow<'_>> = timeline
        .phases
        .iter()
        .zip(&texts)
        .map(|(phase, (name, duration, note))| WaterfallRow {
            name,
            duration,
            span: if phase.state == PhaseState::NotReached {
                let from = next_us;
                next_us += step_us;
                BarSpan::NotReached(from, next_us)
            } else {
                let start = phase.start.as_secs_f64() * 1e6;
                BarSpan::Between(start, start + phase.length.as_secs_f64() * 1e6)
            },
            tone: tone(phase),
            note,
            hover: lang.phase_explained(topic(&phase.kind)),
            critical: false,
        })
        .collect();
    let room = f64::from(ui.available_width()) * BARS_SHARE / TICK_ROOM;
    let marks = ticks(end_us, room.clamp(2.0, TICKS));
    let ticks: Vec<Tick<'_>> = marks.iter().map(|(at_us, label)| Tick { at_us: *at_us, label }).collect();
    let axis = Axis { title: words.phase, end_us, ticks: &ticks };
    waterfall_ui(ui, Id::unique("waterfall"), words.phases, axis, &rows);
}

fn tone(phase: &Phase) -> BarTone {
    if phase.state == PhaseState::Failed && phase.note != PhaseNote::Cancelled {
        return BarTone::Failed;
    }
    match phase.kind {
        PhaseKind::Queue | PhaseKind::Resolve(_) | PhaseKind::Http2 => BarTone::Idle,
        PhaseKind::Tcp(_) => BarTone::Connect,
        PhaseKind::Tls(_) => BarTone::Tls,
        PhaseKind::Request(_) | PhaseKind::Trailers => BarTone::Request,
        PhaseKind::Wait => BarTone::Wait,
        PhaseKind::Response(_) => BarTone::Response,
    }
}

fn topic(kind: &PhaseKind) -> PhaseTopic {
    match kind {
        PhaseKind::Queue => PhaseTopic::Queue,
        PhaseKind::Resolve(_) => PhaseTopic::Resolve,
        PhaseKind::Tcp(_) => PhaseTopic::Tcp,
        PhaseKind::Tls(_) => PhaseTopic::Tls,
        PhaseKind::Http2 => PhaseTopic::Http2,
        PhaseKind::Request(_) => PhaseTopic::Request,
        PhaseKind::Wait => PhaseTopic::Wait,
        PhaseKind::Response(_) => PhaseTopic::Response,
        PhaseKind::Trailers => PhaseTopic::Trailers,
    }
}

fn name(lang: Lang, kind: &PhaseKind) -> String {
    let words = lang.words();
    match kind {
        PhaseKind::Queue => words.phase_queue.to_owned(),
        PhaseKind::Resolve(host) => lang.resolve(host).trim().to_owned(),
        PhaseKind::Tcp(peer) => lang.tcp(peer).trim().to_owned(),
        PhaseKind::Tls(Some(version)) => lang.tls_handshake(version),
        PhaseKind::Tls(None) => words.phase_tls.to_owned(),
        PhaseKind::Http2 => words.phase_http2.to_owned(),
        PhaseKind::Request(0) => words.request.to_owned(),
        PhaseKind::Request(count) => lang.request_messages(*count),
        PhaseKind::Wait => words.phase_wait.to_owned(),
        PhaseKind::Response(count) => lang.response_messages(*count),
        PhaseKind::Trailers => words.trailers.to_owned(),
    }
}

fn note(lang: Lang, phase: &Phase) -> String {
    let words = lang.words();
    match (&phase.note, phase.state) {
        (_, PhaseState::NotReached) => words.not_reached.to_owned(),
        (PhaseNote::Failed(kind), _) => lang.failed_briefly(kind).to_owned(),
        (PhaseNote::Cancelled, _) => words.phase_cancelled.to_owned(),
        (PhaseNote::None, PhaseState::Failed) => words.failed.to_owned(),
        (PhaseNote::None, PhaseState::Running) => words.still_running.to_owned(),
        (PhaseNote::None, PhaseState::Done) => String::new(),
        (PhaseNote::LiteralAddress, _) => words.literal_address.to_owned(),
        (PhaseNote::Text(text), _) => text.clone(),
        (PhaseNote::Connected, _) => words.connected.to_owned(),
        (PhaseNote::NextTried, _) => words.next_tried.to_owned(),
        (PhaseNote::PlaintextTried, _) => words.plaintext_tried.to_owned(),
        (PhaseNote::Sent(bytes), _) => lang.bytes_sent(&format::bytes(*bytes)),
        (PhaseNote::Received(bytes), _) => lang.bytes_received(&format::bytes(*bytes)),
        (PhaseNote::UntilFirstByte, _) => words.until_first_byte.to_owned(),
    }
}

/// Round marks from zero to the end; the last one names the unit.
fn ticks(end_us: f64, most: f64) -> Vec<(f64, String)> {
    let (unit_us, unit) = if end_us < 1_000.0 {
        (1.0, "µs")
    } else if end_us < 1_000_000.0 {
        (1_000.0, "ms")
    } else {
        (1_000_000.0, "s")
    };
    let rough = end_us / unit_us / most;
    let power = 10_f64.powf(rough.log10().floor());
    let step =
        [1.0, 2.0, 5.0, 10.0].into_iter().map(|times| times * power).find(|step| *step >= rough).unwrap_or(power);
    let count = (end_us / unit_us / step).floor() as usize;
    (0..=count.min(10))
        .map(|index| {
            let value = step * index as f64;
            let digits = usize::from(step < 1.0);
            let label = format!("{value:.digits$}");
            let label = if index == count { format!("{label} {unit}") } else { label };
            (value * unit_us, label)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::ticks;

    #[test]
    fn marks_are_round_and_name_their_unit() {
        let labels = |end_us| ticks(end_us, super::TICKS).into_iter().map(|(_, label)| label).collect::<Vec<_>>();
        assert_eq!(labels(21_400.0), ["0", "5", "10", "15", "20 ms"]);
        assert_eq!(labels(4_200.0), ["0", "1", "2", "3", "4 ms"]);
        assert_eq!(labels(15_500_000.0), ["0", "5", "10", "15 s"]);
        assert_eq!(labels(800.0), ["0", "200", "400", "600", "800 µs"]);
    }
}
