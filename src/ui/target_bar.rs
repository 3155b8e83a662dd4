//! The bar over a request: where to with its lock, which method, how long, Send.

use egui::{Id, Rect, Ui, pos2, vec2};

use super::call_settings::{CHEVRON, call_settings_ui};
use super::connection_menu;
use super::context::{Cx, row_at};
use super::fonts;
use super::icons::Icon;
use super::method_picker;
use super::paste;
use super::theme::measure::{INSET, TARGET_BAR};
use super::theme::{Tone, tokens};
use super::widgets::button::{Button, IconButton};
use super::widgets::field::Field;
use super::widgets::shared::line_below;
use super::widgets::suggest::{Suggest, Suggestion};
use super::widgets::text;
use super::widgets::tooltip::{disabled_tooltip_ui, tooltip_ui};
use crate::app::{Action, AllBlock, AllTab, LockMeaning, Retry, Tab, UiCommand, parse_deadline};
use crate::engine::AllWho;
use crate::registry::{Health, names_a_registry};

/// Room for the word and for `100 ms` or `none`.
const DEADLINE: f32 = 132.0;
/// A bar that is narrower has two rows.
const NARROW: f32 = 560.0;
/// The second row, below the first.
const ROW_BELOW: f32 = 40.0;
/// The button that diagnoses has its place from this width on.
const DIAGNOSES: f32 = 800.0;

/// Room for `100 ms` alone, where height is dear.
const BRIEF_DEADLINE: f32 = 88.0;
/// A centre that is lower has one row for all, whatever its width.
const LOW: f32 = 320.0;

/// How high the bar is in a centre of this size.
pub(super) fn height(centre: egui::Vec2) -> f32 {
    if centre.x < NARROW && centre.y >= LOW { TARGET_BAR + ROW_BELOW } else { TARGET_BAR }
}
/// The button that diagnoses.
const DIAGNOSE: f32 = 28.0;

pub(super) fn target_bar_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, bar: Rect) {
    let t = tokens(ui);
    line_below(ui.painter(), bar, t.line);
    let words = cx.words();
    let inner =
        Rect::from_min_max(pos2(bar.left() + INSET, bar.top() + 10.0), pos2(bar.right() - INSET, bar.top() + 42.0));
    let is_narrow = bar.height() > TARGET_BAR;
    // One row in little width: what the palette, keys and hovers tell gives way.
    let is_brief = bar.width() < NARROW && !is_narrow;
    let deadline_width = if is_brief { BRIEF_DEADLINE } else { DEADLINE };
    // Where there is no room for it, the palette and the failures have it.
    let diagnoses = is_narrow || inner.width() >= DIAGNOSES;
    let sends = tab.is_calling();
    let (send_key, cancel_key) = (cx.key(UiCommand::Send), cx.key(UiCommand::Cancel));
    let (send_key, cancel_key) = if is_brief { (None, None) } else { (send_key.as_deref(), cancel_key.as_deref()) };
    let to_all = tab.all.as_deref().map(|all| cx.lang().send_to_all(meant(cx, tab, all)));
    let send =
        Button::primary(to_all.as_deref().unwrap_or(words.send)).large().key_if(send_key).enabled(tab.can_send());
    let cancel = Button::danger(words.cancel).large().key_if(cancel_key);
    let cancel = if is_brief { cancel } else { cancel.icon(Icon::Square) };
    let send_width = if sends { cancel.width(ui) } else { send.width(ui) };
    let target_width = if is_narrow {
        ((inner.width() - 8.0) * 0.54).round()
    } else if is_brief {
        ((inner.width() - deadline_width - send_width - 24.0) * 0.6).round()
    } else {
        (inner.width() * 0.364).clamp(190.0, 340.0).round()
    };
    let diagnose_width = if diagnoses && !is_narrow { DIAGNOSE + 8.0 } else { 0.0 };
    let method_width = if is_narrow {
        inner.width() - target_width - 8.0
    } else {
        (inner.width() - target_width - diagnose_width - deadline_width - send_width - 24.0).max(60.0)
    };
    let mut row = row_at(ui, inner, "target bar");
    row.spacing_mut().item_spacing.x = 8.0;
    target_ui(&mut row, cx, tab, target_width, is_brief);
    let key = cx.key(UiCommand::Diagnose);
    let diagnose = IconButton::new(Icon::Activity, words.diagnose).key_if(key.as_deref());
    let diagnose = diagnose.enabled(!tab.address.trim().is_empty());
    if diagnoses && !is_narrow && row.add(diagnose).clicked() {
        cx.act(Action::Diagnose(Retry::Send(tab.id)));
    }
    method_picker::method_ui(&mut row, cx, tab, method_width);
    if is_narrow {
        row = row_at(ui, inner.translate(egui::vec2(0.0, ROW_BELOW)), "target bar below");
        row.spacing_mut().item_spacing.x = 8.0;
        let diagnose = IconButton::new(Icon::Activity, words.diagnose).key_if(key.as_deref());
        if row.add(diagnose.enabled(!tab.address.trim().is_empty())).clicked() {
            cx.act(Action::Diagnose(Retry::Send(tab.id)));
        }
        row.add_space((row.available_width() - deadline_width - send_width - 8.0).max(0.0));
    }
    deadline_ui(&mut row, cx, tab, deadline_width);
    if sends {
        if row.add(cancel).clicked() {
            cx.act(Action::Cancel(tab.id));
        }
        return;
    }
    let response = row.add(send);
    let all_words = cx.lang().all();
    let blocked = match tab.all.as_deref().and_then(AllTab::block) {
        _ if tab.error().is_some() => Some(words.send_blocked),
        Some(AllBlock::AtOnce) => Some(all_words.at_once_bad),
        Some(AllBlock::Nobody) => Some(all_words.nobody_chosen),
        None => None,
    };
    if let Some(why) = blocked.filter(|_| !tab.can_send() && response.hovered()) {
        disabled_tooltip_ui(&response, why);
    }
    if response.clicked() {
        cx.act(Action::Send(tab.id));
    }
}

fn target_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, width: f32, is_brief: bool) {
    let t = tokens(ui);
    let words = cx.words();
    let own = cx.lang().requests();
    let meaning = cx.app.lock(&tab.address);
    let lock = connection_menu::lock(cx, &meaning);
    let color = if lock.tone == Tone::Plain { t.text3 } else { t.tint(lock.tone).fg };
    // In a narrow bar the name alone says it.
    let said = match &meaning {
        LockMeaning::Verified(name) if width < 280.0 => name.clone(),
        _ => lock.said.clone(),
    };
    let id = paste::target_id(tab.id);
    let mut address = tab.address.clone();
    // Opened by hand the list shows all; typing narrows it.
    let was_typed = cx.memory.typed_target.as_ref().is_some_and(|typed| *typed == (tab.id, address.clone()));
    let hints = cx.app.target_hints(if was_typed { &address } else { "" });
    let suggestions: Vec<Suggestion> = hints
        .into_iter()
        .filter(|hint| !was_typed || hint.address != address.trim())
        .map(|hint| {
            let state = match hint.was_up {
                Some(true) => own.connected_last,
                Some(false) => own.failed_last,
                None if hint.is_source => own.open_source,
                None => "",
            };
            let icon = if hint.is_source { Icon::Layers } else { Icon::History };
            Suggestion { text: hint.address, detail: state.to_owned(), icon: Some(icon) }
        })
        .collect();
    let suggest = Suggest::before(ui, id, suggestions.len());
    // Of a service in a registry the number of its instances says more than the lock.
    let is_named = names_a_registry(&tab.address);
    let count = cx.app.instances_of(tab).map(<[_]>::len).filter(|_| is_named);
    let said = count.map_or(said, |count| cx.lang().instances_count(count));
    // A fact that would be cut says nothing: the lock says that it was verified, the part below who is asked.
    let taken = 32.0 + 11.0 + 16.0 + text::width(ui.painter(), &tab.address, fonts::code());
    let is_cut = taken + text::width(ui.painter(), &said, fonts::hint()) > width;
    let gives_way = is_brief || is_named || matches!(meaning, LockMeaning::Verified(_));
    let said = if is_cut && gives_way { String::new() } else { said };
    let icon = if is_named { Icon::Network } else { lock.icon };
    let mut field = Field::new(id, &mut address, words.target)
        .placeholder(words.address_hint)
        .leading_colored(icon, color)
        .mono()
        .large()
        .width(width);
    if !said.is_empty() {
        field = field.trailing(&said);
    }
    if matches!(lock.tone, Tone::Error | Tone::Warn) {
        field = field.trailing_color(color);
    }
    let is_longer = taken > width;
    if meaning == LockMeaning::NotVerified {
        field = field.text_color(t.error);
    }
    let response = field.show(ui);
    let over_text = Rect::from_min_max(response.rect.min + vec2(32.0, 0.0), response.rect.max);
    if is_longer && !response.has_focus() {
        tooltip_ui(&response, &tab.address, None);
    }
    let pressed = ui.input(|input| input.pointer.primary_clicked().then(|| input.pointer.interact_pos()).flatten());
    let opens = pressed.is_some_and(|at| over_text.contains(at)) && ui.is_enabled() && !blocked(ui);
    let taken = suggest.after(ui, &response, opens, own.known_targets, &suggestions);
    if std::mem::take(&mut cx.memory.focus_target) {
        response.request_focus();
    }
    if let Some(taken) = taken.and_then(|at| suggestions.get(at)) {
        cx.memory.typed_target = None;
        cx.act(Action::SetAddress(tab.id, taken.text.clone()));
    } else if response.changed() {
        cx.memory.typed_target = Some((tab.id, address.clone()));
        cx.act(Action::SetAddress(tab.id, address));
    }
    connection_menu::connection_menu_ui(ui, cx, tab, response.rect, &lock);
}

/// How many instances a request to all means, where they are known.
fn meant(cx: &Cx<'_>, tab: &Tab, all: &AllTab) -> Option<usize> {
    let known = cx.app.instances_of(tab);
    match &all.who {
        AllWho::Registered => known.map(<[_]>::len),
        AllWho::Passing => known.map(|known| {
            known.iter().filter(|instance| matches!(instance.health, Health::Passing | Health::Unknown)).count()
        }),
        AllWho::Chosen(keys) => Some(keys.len()),
    }
}

/// Something lies over the bar, so a click there is not for it.
fn blocked(ui: &Ui) -> bool {
    let at = ui.input(|input| input.pointer.interact_pos());
    at.and_then(|at| ui.ctx().layer_id_at(at)).is_some_and(|layer| layer != ui.layer_id())
}

fn deadline_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, width: f32) {
    let words = cx.words();
    let mut deadline = tab.deadline.clone();
    let is_bad = parse_deadline(&deadline).is_err();
    let field = Field::new(Id::unique(("deadline", tab.id.0)), &mut deadline, words.deadline);
    let has_word = width >= DEADLINE;
    let field = if has_word { field.lead(words.deadline) } else { field };
    let field = field
        .placeholder(words.no_value)
        .mono()
        .large()
        .error(is_bad.then_some(""))
        .reserve(CHEVRON - 8.0)
        .width(width);
    let response = field.show(ui);
    let box_of = response.rect;
    if is_bad {
        tooltip_ui(&response, words.deadline_bad, None);
    } else if !has_word && !response.has_focus() {
        tooltip_ui(&response, words.deadline, None);
    }
    if response.changed() {
        cx.act(Action::SetDeadline(tab.id, deadline));
    }
    call_settings_ui(ui, cx, tab, box_of, has_word);
}
