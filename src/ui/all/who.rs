//! Which instances a request to a registry's service goes to: one by a policy, or all.

use egui::{Id, Rect, Ui, vec2};

use crate::app::{Action, AllAct, AllBlock, AllTab, Tab};
use crate::engine::AllWho;
use crate::registry::{MOST_RETRIES, Policy, RegistryTarget, names_a_registry};
use crate::ui::context::{Cx, pane_at, row_at};
use crate::ui::fonts;
use crate::ui::registry::of_registry;
use crate::ui::theme::measure::INSET;
use crate::ui::theme::tokens;
use crate::ui::widgets::badge::health_ui;
use crate::ui::widgets::button::ButtonSize;
use crate::ui::widgets::choice::choice_ui;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::menu::{Combo, MenuItem};
use crate::ui::widgets::switches::{check_box_ui, radio_ui};
use crate::ui::widgets::text::{Elide, Line, paragraph_ui};

const ROW: f32 = 28.0;

/// How high the part is; 0 where the address names no service in a registry.
pub(in crate::ui) fn height(cx: &Cx<'_>, tab: &Tab) -> f32 {
    if !names_a_registry(&tab.address) {
        return 0.0;
    }
    let by_hand = match tab.all.as_deref().map(|all| &all.who) {
        Some(AllWho::Chosen(_)) => cx.app.instances_of(tab).map_or(0.0, |known| known.len().min(5) as f32 * 26.0),
        _ => 0.0,
    };
    if tab.all.is_some() { 44.0 + 3.0 * ROW + 44.0 + by_hand } else { 44.0 + 2.0 * 34.0 + 26.0 }
}

/// The part at the foot of a request.
pub(in crate::ui) fn who_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, rect: Rect) {
    let words = cx.lang().all();
    let t = tokens(ui);
    ui.painter().hline(rect.x_range(), rect.top() + 0.5, egui::Stroke::new(1.0, t.line));
    let mut pane = pane_at(ui, rect.shrink2(vec2(INSET, 0.0)), "who is asked");
    pane.spacing_mut().item_spacing = vec2(0.0, 0.0);
    let head = Rect::from_min_size(pane.cursor().min, vec2(pane.available_width(), 40.0));
    let mut row = row_at(&mut pane, head, "who head");
    row.add(Line::strong(words.instances));
    row.add_space(12.0);
    let mut asks_all = tab.all.is_some();
    choice_ui(
        &mut row,
        words.instances,
        ButtonSize::Small,
        &mut asks_all,
        &[(false, words.one), (true, cx.lang().streams().all)],
    );
    pane.add_space(42.0);
    if asks_all != tab.all.is_some() {
        cx.act(Action::All(tab.id, AllAct::AskAll(asks_all)));
    }
    match tab.all.as_deref() {
        Some(all) => all_ui(&mut pane, cx, tab, all),
        None => one_ui(&mut pane, cx, tab),
    }
}

/// The policy and retries of one call; they stand in the address itself, so that it says what it does.
fn one_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab) {
    let words = cx.lang().all();
    let Ok(target) = RegistryTarget::parse(&tab.address) else {
        let error = RegistryTarget::parse(&tab.address).err();
        let said = error.map(|error| cx.lang().target_error(&error)).unwrap_or_default();
        paragraph_ui(ui, &said, fonts::hint(), tokens(ui).warn, 18.0);
        return;
    };
    let mut changed = target.clone();
    let policy = target.policy.clone().unwrap_or_default();
    let named = match &policy {
        Policy::Instance(id) => cx.lang().only_instance(id),
        Policy::First => words.policy_first.to_owned(),
        Policy::RoundRobin => words.policy_round.to_owned(),
        Policy::Random => words.policy_random.to_owned(),
        Policy::Near => words.policy_near.to_owned(),
    };
    named_row_ui(ui, words.policy, |ui| {
        Combo::new(words.policy, &named).width(180.0).show(ui, |ui| {
            let policies = [
                (Policy::First, words.policy_first),
                (Policy::RoundRobin, words.policy_round),
                (Policy::Random, words.policy_random),
                (Policy::Near, words.policy_near),
            ];
            for (index, (one, label)) in policies.into_iter().enumerate() {
                let item = MenuItem::new(label).chosen(one == policy);
                let item = if index == 0 { item.first() } else { item };
                if ui.add(item).clicked() {
                    changed.policy = Some(one).filter(|one| *one != Policy::First);
                }
            }
            for instance in cx.app.instances_of(tab).unwrap_or_default().iter().take(12) {
                let one = Policy::Instance(instance.key.id.clone());
                let label = cx.lang().only_instance(&instance.key.id);
                if ui.add(MenuItem::new(&label).chosen(one == policy)).clicked() {
                    changed.policy = Some(one);
                }
            }
        });
    });
    let mut retries = target.retries.unwrap_or_default();
    named_row_ui(ui, words.retries, |ui| {
        let numbers: Vec<(u32, String)> =
            (0..=MOST_RETRIES.min(4)).map(|number| (number, number.to_string())).collect();
        let kinds: Vec<(u32, &str)> = numbers
            .iter()
            .map(|(number, said)| (*number, if *number == 0 { words.retries_off } else { said.as_str() }))
            .collect();
        choice_ui(ui, words.retries, ButtonSize::Small, &mut retries, &kinds);
    });
    // Where always the same one is asked there is no next.
    let hint = if matches!(policy, Policy::Instance(_)) { words.retries_same } else { words.retries_hint };
    let room = ui.available_width();
    ui.add(Line::hint(hint).color(tokens(ui).text3).elide(Elide::End).max_width(room));
    if retries != target.retries.unwrap_or_default() {
        changed.retries = Some(retries).filter(|retries| *retries > 0);
    }
    if changed != target {
        cx.act(Action::SetAddress(tab.id, changed.to_string()));
    }
}

fn all_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, all: &AllTab) {
    let words = cx.lang().all();
    let by_hand = matches!(all.who, AllWho::Chosen(_));
    for (is_on, label, who) in [
        (all.who == AllWho::Registered, words.registered, AllWho::Registered),
        (all.who == AllWho::Passing, cx.lang().registry().passing_only, AllWho::Passing),
        (by_hand, words.by_hand, AllWho::Chosen(std::collections::BTreeSet::new())),
    ] {
        let place = Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), ROW));
        let mut row = row_at(ui, place, label);
        if radio_ui(&mut row, is_on, label, true).clicked() && !is_on {
            // By hand begins with everybody that is shown.
            let who = match who {
                AllWho::Chosen(_) => {
                    let known = cx.app.instances_of(tab).unwrap_or_default();
                    AllWho::Chosen(known.iter().map(|instance| instance.key.clone()).collect())
                }
                other => other,
            };
            cx.act(Action::All(tab.id, AllAct::Who(who)));
        }
        ui.add_space(ROW);
    }
    if let AllWho::Chosen(chosen) = &all.who {
        let known = cx.app.instances_of(tab).unwrap_or_default();
        let shown = Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), known.len().min(5) as f32 * 26.0));
        ui.advance_cursor_after_rect(shown);
        let mut pane = pane_at(ui, shown, "chosen by hand");
        egui::ScrollArea::vertical().id_salt("by hand").auto_shrink([false, false]).show_rows(
            &mut pane,
            26.0,
            known.len(),
            |ui, range| {
                ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
                for instance in range.filter_map(|index| known.get(index)) {
                    let place = Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), 26.0));
                    let mut row = row_at(ui, place.translate(vec2(24.0, 0.0)), &instance.key);
                    row.spacing_mut().item_spacing.x = 10.0;
                    let mut on = chosen.contains(&instance.key);
                    if check_box_ui(&mut row, &mut on, &instance.key.id, true).changed() {
                        cx.act(Action::All(tab.id, AllAct::Tick(instance.key.clone(), on)));
                    }
                    health_ui(&mut row, of_registry(instance.health), cx.lang().health_word(instance.health));
                    ui.advance_cursor_after_rect(place);
                }
            },
        );
    }
    let is_bad = all.count_at_once().is_none();
    named_row_ui(ui, words.at_once, |ui| {
        let mut text = all.at_once.clone();
        let field = Field::new(Id::unique(("at once", tab.id.0)), &mut text, words.at_once)
            .placeholder(words.at_once_hint)
            .mono()
            .width(72.0)
            .error(is_bad.then_some(""));
        if field.show(ui).changed() {
            cx.act(Action::All(tab.id, AllAct::AtOnce(text)));
        }
        if is_bad {
            ui.add_space(8.0);
            ui.add(Line::hint(words.at_once_bad).color(tokens(ui).error));
        } else if all.block() == Some(AllBlock::Nobody) {
            ui.add_space(8.0);
            ui.add(Line::hint(words.nobody_chosen).color(tokens(ui).warn));
        }
    });
}

fn named_row_ui(ui: &mut Ui, name: &str, control: impl FnOnce(&mut Ui)) {
    let place = Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), 34.0));
    let mut row = row_at(ui, place, name);
    row.add(Line::new(name).color(tokens(&row).text2).width(100.0));
    control(&mut row);
    ui.add_space(34.0);
}
