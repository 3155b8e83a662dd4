//! The card of a failure: what happened, why, what to try; for one of the transport with the ways on that fit it.

use egui::{CornerRadius, Rect, Role, Stroke, StrokeKind, Ui, vec2};

use super::certificate;
use super::context::Cx;
use super::fonts;
use super::icons::Icon;
use super::theme::tokens;
use super::ways::{Way, Ways};
use super::widgets::button::Button;
use super::widgets::menu::copyable_card;
use super::widgets::text::paragraph_ui;
use crate::app::Retry;
use crate::transport::Failure;
use crate::words::Words;
use crate::words::failure::describe;

/// The words of a failure.
#[derive(Clone, Copy, Default)]
pub(super) struct FailureCard<'a> {
    pub(super) title: &'a str,
    pub(super) cause: &'a str,
    pub(super) advice: &'a [String],
    /// Before the title; a cross unless set.
    pub(super) icon: Option<Icon>,
    /// The status' code and what it means.
    pub(super) status: &'a str,
    /// A word under the buttons.
    pub(super) hint: &'a str,
    /// Ways on that stand back behind the others.
    pub(super) quiet: &'a [&'a str],
}

/// Shows the card; returns the button that was pressed: 0 for `primary`, then the others and the quiet ones in order.
pub(super) fn failure_card_ui(
    ui: &mut Ui,
    words: &Words,
    card: &FailureCard<'_>,
    primary: Option<&str>,
    others: &[&str],
) -> Option<usize> {
    let t = tokens(ui);
    let behind = ui.painter().add(egui::Shape::Noop);
    let mut pressed = None;
    // What copies it lies under its buttons, and comes before them.
    let copies = copyable_card(ui, card.title, (Role::Alert, card.title), &whole_text(card));
    let outer = egui::Frame::new().inner_margin(egui::Margin::symmetric(16, 14)).show(ui, |ui| {
        let whole = ui.available_width();
        ui.set_width(whole);
        let top = ui.cursor().min;
        card.icon.unwrap_or(Icon::CircleX).paint_at(ui.painter(), top + vec2(9.0, 11.0), 18.0, t.error);
        let column = Rect::from_min_size(top + vec2(30.0, 0.0), vec2(whole - 30.0, 4000.0));
        let mut pane = ui.new_child(egui::UiBuilder::new().id_salt("failure").max_rect(column));
        paragraph_ui(&mut pane, card.title, fonts::heading(), t.text1, 22.0);
        if !card.cause.is_empty() {
            pane.add_space(4.0);
            paragraph_ui(&mut pane, card.cause, fonts::body(), t.text1, 20.0);
        }
        if !card.status.is_empty() {
            pane.add_space(4.0);
            paragraph_ui(&mut pane, card.status, fonts::hint(), t.text2, 18.0);
        }
        if !card.advice.is_empty() {
            pane.add_space(8.0);
            paragraph_ui(&mut pane, words.what_to_try, fonts::hint(), t.text3, 18.0);
            for advice in card.advice {
                pane.add_space(2.0);
                advice_ui(&mut pane, advice);
            }
        }
        if primary.is_some() || !others.is_empty() || !card.quiet.is_empty() {
            pane.add_space(10.0);
            pressed = buttons_ui(&mut pane, primary, others, card.quiet);
        }
        if !card.hint.is_empty() {
            pane.add_space(8.0);
            paragraph_ui(&mut pane, card.hint, fonts::hint(), t.text3, 18.0);
        }
        ui.allocate_space(vec2(1.0, pane.min_rect().height()));
    });
    let rect = outer.response.rect;
    copies.end(ui, rect.height());
    let shape = egui::epaint::RectShape::new(
        rect,
        CornerRadius::same(8),
        t.error_bg,
        Stroke::new(1.0, t.edge_error),
        StrokeKind::Inside,
    );
    ui.painter().set(behind, shape);
    pressed
}

/// Buttons in a row that wraps; returns the one that was pressed: 0 for `primary`, then the others and the quiet ones.
pub(super) fn buttons_ui(ui: &mut Ui, primary: Option<&str>, others: &[&str], quiet: &[&str]) -> Option<usize> {
    let mut pressed = None;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(8.0, 8.0);
        if let Some(label) = primary
            && ui.add(Button::primary(label)).clicked()
        {
            pressed = Some(0);
        }
        for (index, label) in others.iter().enumerate() {
            if ui.add(Button::secondary(label)).clicked() {
                pressed = Some(index + 1);
            }
        }
        for (index, label) in quiet.iter().enumerate() {
            if ui.add(Button::ghost(label)).clicked() {
                pressed = Some(others.len() + index + 1);
            }
        }
    });
    pressed
}

/// Everything that a card says, a line each.
fn whole_text(card: &FailureCard<'_>) -> String {
    let advice = card.advice.iter().map(String::as_str);
    let parts = [card.title, card.cause].into_iter().chain(advice).chain([card.hint]);
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

pub(super) fn advice_ui(ui: &mut Ui, advice: &str) {
    let t = tokens(ui);
    let top = ui.cursor().min;
    ui.painter().circle_filled(top + vec2(4.0, 10.0), 2.0, t.text2);
    let width = ui.available_width() - 14.0;
    let column = Rect::from_min_size(top + vec2(14.0, 0.0), vec2(width, 4000.0));
    let mut pane = ui.new_child(egui::UiBuilder::new().id_salt(("advice", advice)).max_rect(column));
    paragraph_ui(&mut pane, advice, fonts::body(), t.text1, 20.0);
    ui.allocate_space(vec2(1.0, pane.min_rect().height()));
}

/// What a button of the card does.
enum Press {
    Go(Way),
    Show,
    Also(usize),
}

/// A failure of the transport: its card with the ways on, and the certificate where one came. `also` are more buttons;
/// returns which of them was pressed.
pub(super) fn transport_failure_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    failure: &Failure,
    address: &str,
    of: Retry,
    also: &[&str],
    status: &str,
) -> Option<usize> {
    let words = cx.words();
    let lang = cx.lang();
    let described = describe(failure, lang);
    let has_certificate = failure.tls.as_ref().is_some_and(|report| !report.chain.is_empty());
    let ways = Ways::of(failure, of);
    // What a button does needs no sentence beside it.
    let advice = match &ways.primary {
        Some(Way::Name(_)) => &[],
        Some(Way::Speak(_)) => described.advice.get(1..).unwrap_or_default(),
        _ => &described.advice[..],
    };
    let advice: Vec<String> = advice.iter().map(|advice| without_flags(advice)).collect();
    let hint = ways.trust.as_ref().map(|_| lang.trust_hint(address)).unwrap_or_default();
    // A source that cannot be read is first of all read again.
    let is_again = matches!(of, Retry::Load(_)) && ways.primary.is_none() && !also.is_empty();
    let primary = if is_again { Some(Press::Also(0)) } else { ways.primary.map(Press::Go) };
    let more = (usize::from(is_again)..also.len()).map(Press::Also);
    let others: Vec<Press> =
        ways.trust.map(Press::Go).into_iter().chain(more).chain(ways.settings.map(Press::Go)).collect();
    let label = |press: &Press| match press {
        Press::Go(way) => way.label(lang),
        Press::Show => words.show_certificate.to_owned(),
        Press::Also(index) => also[*index].to_owned(),
    };
    let first = primary.as_ref().map(label);
    let labels: Vec<String> = others.iter().map(label).collect();
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    let quiet: &[&str] = if has_certificate { &[words.show_certificate] } else { &[] };
    let card = FailureCard {
        title: &described.title,
        cause: &described.cause,
        advice: &advice,
        icon: has_certificate.then_some(Icon::ShieldAlert),
        status,
        hint: &hint,
        quiet,
    };
    let pressed = failure_card_ui(ui, words, &card, first.as_deref(), &labels);
    if let Some(report) = &failure.tls {
        ui.add_space(12.0);
        certificate::chain_ui(ui, cx, report);
    }
    let press = match pressed? {
        0 => primary,
        other => others.into_iter().chain([Press::Show]).nth(other - 1),
    };
    match press? {
        Press::Go(way) => way.go(cx, of),
        Press::Show => cx.memory.show_certificate = true,
        Press::Also(index) => return Some(index),
    }
    None
}

/// Advice without the flags of the command line, which it names in brackets.
pub(super) fn without_flags(advice: &str) -> String {
    let advice = advice.replace(", --plaintext)", ")");
    match advice.split_once(" (--").and_then(|(before, rest)| Some((before, rest.split_once(')')?.1))) {
        Some((before, after)) => format!("{before}{after}"),
        None => advice,
    }
}

#[cfg(test)]
mod tests {
    use super::without_flags;

    #[test]
    fn a_window_names_no_flags() {
        for (advice, expect) in [
            ("Set a certificate (--cert, --key).", "Set a certificate."),
            ("Turn TLS off (http://, --plaintext) if so.", "Turn TLS off (http://) if so."),
            ("Names (SAN) count.", "Names (SAN) count."),
        ] {
            assert_eq!(without_flags(advice), expect);
        }
    }
}
