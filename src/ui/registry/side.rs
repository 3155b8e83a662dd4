//! The side panel: registries, datacenters, services, with what the registry says of their health.

use std::borrow::Cow;

use egui::{Id, Rect, Ui, pos2, vec2};

use super::act;
use super::agent::NONE;
use super::nodes::is_hidden;
use super::status::service_health;
use crate::app::{
    App, DatacenterEntry, KeysRef, KeysView, RegistryAct, RegistryEntry, RegistryLine, RegistryNode, RegistryState,
    ServiceRef, TokenTrouble,
};
use crate::registry::Service;
use crate::ui::context::{Cx, pane_at, row_at};
use crate::ui::icons::Icon;
use crate::ui::theme::Tone;
use crate::ui::theme::measure::ROW;
use crate::ui::widgets::badge::Health;
use crate::ui::widgets::button::IconButton;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::menu::{MenuItem, context_menu_ui, menu_line_ui};
use crate::ui::widgets::text::Line;
use crate::ui::widgets::tree::{Tree, TreeFact, TreeMark, TreePlace, TreeRow, TreeRows};
use crate::ui::widgets::view_state::{ViewKind, ViewState};
use crate::words::{Lang, format};

/// The whole panel.
pub(in crate::ui) fn side_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let words = cx.lang().registry();
    let panel = ui.max_rect();
    let head = Rect::from_min_size(panel.min, vec2(panel.width(), 36.0));
    head_ui(ui, cx, head);
    let field = Rect::from_min_size(pos2(panel.left() + 8.0, head.bottom()), vec2(panel.width() - 17.0, 28.0));
    filter_ui(ui, cx, field);
    let rest = Rect::from_min_max(pos2(panel.left(), field.bottom() + 8.0), pos2(panel.right() - 1.0, panel.bottom()));
    let mut pane = pane_at(ui, rest, "registry tree");
    if cx.app.registries.entries.is_empty() {
        pane.add_space(44.0);
        let state = ViewState::new(ViewKind::Empty(Icon::Network), words.nothing_open, words.nothing_open_hint);
        if state.action(cx.lang().registry_state().add_registry_dots).centered().show(&mut pane) {
            act(cx, RegistryAct::OpenDialog);
        }
        return;
    }
    if cx.app.registries.tree.lines.is_empty() {
        let browse = cx.lang().browse();
        pane.add_space(44.0);
        let state = ViewState::new(ViewKind::Empty(Icon::Search), browse.no_hits, browse.no_hits_hint);
        if state.action(cx.words().clear_filter).centered().show(&mut pane) {
            act(cx, RegistryAct::SetFilter(String::new()));
        }
        return;
    }
    let top = pane.cursor().top();
    let scrolls = cx.app.registries.tree.lines.len() as f32 * ROW > rest.bottom() - top;
    let right = if scrolls { rest.right() } else { rest.right() - 8.0 };
    let inner = Rect::from_min_max(pos2(rest.left() + 8.0, top), pos2(right, rest.bottom()));
    let mut area = pane_at(&mut pane, inner, "registry rows");
    area.spacing_mut().scroll.floating_allocated_width = 8.0;
    tree_ui(&mut area, cx);
}

fn head_ui(ui: &mut Ui, cx: &mut Cx<'_>, head: Rect) {
    let words = cx.lang().registry();
    let mut left = row_at(ui, head.shrink2(vec2(16.0, 0.0)), "registries head");
    left.add(Line::strong(words.registries));
    let has_some = !cx.app.registries.entries.is_empty();
    let width = if has_some { 28.0 + 24.0 } else { 28.0 };
    let place =
        Rect::from_min_max(pos2(head.right() - 9.0 - width, head.top()), pos2(head.right() - 9.0, head.bottom()));
    let mut right = row_at(ui, place, "registries buttons");
    if right.add(IconButton::new(Icon::Plus, cx.lang().registry_state().add_registry_dots)).clicked() {
        act(cx, RegistryAct::OpenDialog);
    }
    if has_some && right.add(IconButton::new(Icon::RefreshCw, words.look_again).small()).clicked() {
        act(cx, RegistryAct::RefreshAll);
    }
}

/// The field that filters the tree.
pub(in crate::ui) fn filter_id() -> Id {
    Id::unique("registry filter")
}

fn filter_ui(ui: &mut Ui, cx: &mut Cx<'_>, rect: Rect) {
    let words = cx.lang().registry();
    let mut filter = cx.app.registries.tree.filter.clone();
    let mut row = row_at(ui, rect, "registry filter row");
    let field = Field::new(filter_id(), &mut filter, words.filter).placeholder(words.filter).leading(Icon::Search);
    let response = field.show(&mut row);
    if response.changed() {
        act(cx, RegistryAct::SetFilter(filter));
    }
}

fn tree_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let chosen = cx.app.registries.tree.chosen;
    let is_active = cx.app.registries.shown.is_some();
    let tree = Tree::new(Id::unique("registry tree"), cx.lang().registry().registries, chosen);
    let tree = tree.active(is_active).first_click_chooses();
    let response = tree.show(ui, &Lines { app: cx.app });
    if let Some(key) = response.toggled {
        act(cx, RegistryAct::ToggleNode(key));
    }
    if let Some(key) = response.chosen {
        // One click opens; the keyboard moves first and opens by Enter.
        let by_pointer = ui.input(|input| input.pointer.any_released());
        act(cx, if by_pointer { RegistryAct::OpenNode(key) } else { RegistryAct::ChooseNode(key) });
    }
    if let Some(key) = response.opened {
        act(cx, RegistryAct::OpenNode(key));
    }
    if let Some((key, row)) = response.menu {
        menu_ui(cx, key, &row);
    }
}

fn menu_ui(cx: &mut Cx<'_>, key: u64, row: &egui::Response) {
    let Some(node) = cx.app.registries.tree.line(key).map(|line| line.node.clone()) else { return };
    context_menu_ui(row, 240.0, |ui| match &node {
        RegistryNode::Registry(id) => registry_menu_ui(ui, cx, *id),
        RegistryNode::Service(id, datacenter, service) => {
            let service =
                ServiceRef { registry: *id, datacenter: datacenter.to_string(), service: service.to_string() };
            service_menu_ui(ui, cx, service);
        }
        RegistryNode::Datacenter(_, name) => {
            if ui.add(MenuItem::new(cx.lang().habits().copy_name).icon(Icon::Copy).first()).clicked() {
                ui.ctx().copy_text(name.to_string());
            }
        }
        RegistryNode::Nodes(id, _) | RegistryNode::Keys(id, _) => {
            if ui.add(MenuItem::new(cx.lang().registry().look_again).icon(Icon::RefreshCw).first()).clicked() {
                act(cx, RegistryAct::Refresh(*id));
            }
        }
    });
}

fn registry_menu_ui(ui: &mut Ui, cx: &mut Cx<'_>, id: crate::engine::RegistryId) {
    let words = cx.lang().registry();
    let common = cx.words();
    let Some(entry) = cx.app.registries.entry(id) else { return };
    if ui.add(MenuItem::new(words.look_again).icon(Icon::RefreshCw).first()).clicked() {
        act(cx, RegistryAct::Refresh(id));
    }
    if ui.add(MenuItem::new(words.edit).icon(Icon::SlidersHorizontal)).clicked() {
        act(cx, RegistryAct::OpenDialogFor(id));
    }
    let is_so = entry.form.read_only;
    if ui.add(MenuItem::new(words.read_only).icon(Icon::Lock).chosen(is_so)).clicked() {
        act(cx, RegistryAct::SetReadOnly(id, !is_so));
    }
    menu_line_ui(ui);
    let at = cx.app.registries.entries.iter().position(|entry| entry.id == id).unwrap_or(0);
    if ui.add(MenuItem::new(common.move_up).icon(Icon::ArrowUp).enabled(at > 0)).clicked() {
        act(cx, RegistryAct::Move(id, -1));
    }
    let is_last = at + 1 >= cx.app.registries.entries.len();
    if ui.add(MenuItem::new(common.move_down).icon(Icon::ArrowDown).enabled(!is_last)).clicked() {
        act(cx, RegistryAct::Move(id, 1));
    }
    menu_line_ui(ui);
    if ui.add(MenuItem::new(common.remove).icon(Icon::X)).clicked() {
        act(cx, RegistryAct::Remove(id));
    }
}

fn service_menu_ui(ui: &mut Ui, cx: &mut Cx<'_>, service: ServiceRef) {
    let words = cx.lang().registry();
    let Some(entry) = cx.app.registries.entry(service.registry) else { return };
    let is_pinned = entry.pinned.contains(&(service.datacenter.clone(), service.service.clone()));
    if ui.add(MenuItem::new(cx.lang().habits().copy_name).icon(Icon::Copy).first()).clicked() {
        ui.ctx().copy_text(service.service.clone());
    }
    let label = if is_pinned { words.unpin } else { words.pin };
    if entry.capabilities.checks && ui.add(MenuItem::new(label).icon(Icon::Bell)).clicked() {
        act(cx, RegistryAct::Pin(service, !is_pinned));
    }
}

/// The tree's lines, of which a row is made while it is seen.
struct Lines<'a> {
    app: &'a App,
}

impl TreeRows for Lines<'_> {
    fn count(&self) -> usize {
        self.app.registries.tree.lines.len()
    }

    fn place(&self, index: usize) -> Option<TreePlace> {
        let line = self.app.registries.tree.lines.get(index)?;
        Some(TreePlace { key: line.key, level: line.level, expanded: line.expanded })
    }

    fn row(&self, index: usize) -> Option<Cow<'_, TreeRow>> {
        Some(Cow::Owned(tree_row(self.app, self.app.registries.tree.lines.get(index)?)))
    }
}

fn tree_row(app: &App, line: &RegistryLine) -> TreeRow {
    let words = app.lang.registry();
    let entry = app.registries.entry(line.node.registry());
    let mut row = TreeRow {
        key: line.key,
        level: line.level,
        expanded: line.expanded,
        hits: line.hits.clone(),
        ..TreeRow::default()
    };
    match &line.node {
        RegistryNode::Registry(_) => {
            let Some(entry) = entry else { return row };
            row.text = entry_title(app.lang, entry);
            row.strong = true;
            registry_fact(app.lang, entry, &mut row);
        }
        RegistryNode::Datacenter(_, name) => {
            row.text = name.to_string();
            let datacenter = entry.and_then(|entry| entry.datacenter(name));
            let services = datacenter.and_then(|known| known.services.as_ref());
            row.fact = match (services, datacenter.and_then(|known| known.away.as_ref())) {
                (_, Some(away)) if away.error.fault.is_denied() => {
                    TreeFact::Badge(app.lang.registry_state().token_refused.to_owned(), Tone::Warn)
                }
                (_, Some(away)) => TreeFact::Badge(app.lang.stale_badge(away.since), Tone::Warn),
                (Some(_), None) if datacenter.is_some_and(DatacenterEntry::is_hidden) => {
                    TreeFact::Badge("ACL".to_owned(), Tone::Warn)
                }
                (Some(answer), None) => TreeFact::Text(app.lang.services_count(answer.value.len()), Tone::Plain),
                (None, None) => TreeFact::None,
            };
            row.hover =
                datacenter.and_then(|known| known.away.as_ref()).map(|away| app.lang.registry_error(&away.error));
        }
        RegistryNode::Service(_, datacenter, name) => {
            row.text = name.to_string();
            let service = entry.and_then(|entry| entry.datacenter(datacenter)).and_then(|known| known.service(name));
            if let Some(service) = service {
                service_fact(app.lang, entry, datacenter, service, &mut row);
            }
        }
        RegistryNode::Nodes(_, datacenter) => {
            words.nodes.clone_into(&mut row.text);
            row.mark = TreeMark::Icon(Icon::Server, Tone::Plain);
            let nodes = entry.and_then(|entry| entry.datacenter(datacenter)).and_then(|known| known.nodes.as_ref());
            if let Some(nodes) = nodes {
                let count = if is_hidden(nodes) { NONE.to_owned() } else { nodes.value.len().to_string() };
                row.fact = TreeFact::Text(count, Tone::Plain);
            }
        }
        RegistryNode::Keys(registry, datacenter) => {
            words.key_value.clone_into(&mut row.text);
            row.mark = TreeMark::Icon(Icon::Database, Tone::Plain);
            let at = KeysRef { registry: *registry, datacenter: datacenter.to_string() };
            if let Some(tree) = app.registries.keys_view(&at).and_then(KeysView::tree) {
                row.fact = TreeFact::Text(format::count(tree.entries().len() as u64), Tone::Plain);
            }
        }
    }
    row
}

/// What a registry is called: its name, or its kind in the person's language.
pub(super) fn entry_title(lang: Lang, entry: &RegistryEntry) -> String {
    let name = entry.form.name.trim();
    if name.is_empty() { lang.registry_kind(entry.form.kind).to_owned() } else { name.to_owned() }
}

fn registry_fact(lang: Lang, entry: &RegistryEntry, row: &mut TreeRow) {
    let words = lang.registry();
    let address = entry.place.as_ref().map(|place| place.address.clone()).filter(|address| !address.is_empty());
    match &entry.state {
        RegistryState::Away(away) => {
            row.mark = TreeMark::None;
            // What is known of it is as old as that.
            let said = if entry.datacenters.is_empty() { words.away.to_owned() } else { lang.stale_badge(away.since) };
            row.fact = TreeFact::Badge(said, Tone::Warn);
            row.hover = Some(lang.registry_error(&away.error));
        }
        RegistryState::NoToken => {
            row.fact = TreeFact::Badge(lang.registry_state().no_token.to_owned(), Tone::Warn);
            row.hover = Some(lang.registry_state().token_awaited_text.to_owned());
        }
        RegistryState::Unusable(error) => {
            row.fact = TreeFact::Text(words.unusable.to_owned(), Tone::Error);
            row.hover = Some(lang.registry_error(error));
        }
        RegistryState::Opening { .. } if entry.datacenters.is_empty() => {
            row.fact = TreeFact::Text(words.opening.to_owned(), Tone::Plain);
        }
        RegistryState::Opening { .. } | RegistryState::Live => {
            row.fact = match (entry.form.kind, address) {
                (crate::registry::RegistryKind::Static, _) => {
                    let count = entry.all_services().map(|(_, service)| service.counts.total()).sum();
                    TreeFact::Text(lang.addresses_count(count), Tone::Plain)
                }
                (_, Some(address)) => TreeFact::Text(address, Tone::Plain),
                (_, None) => TreeFact::None,
            };
            token_fact(lang, entry, row);
        }
    }
    if entry.form.read_only {
        row.hover = Some(
            row.hover.take().map_or_else(|| words.read_only.to_owned(), |said| format!("{said}\n{}", words.read_only)),
        );
    }
}

/// What is wrong with the token of a registry that answers.
fn token_fact(lang: Lang, entry: &RegistryEntry, row: &mut TreeRow) {
    let state = lang.registry_state();
    let (badge, hover) = match entry.token_trouble(None) {
        Some(TokenTrouble::AskedWithout) => (state.no_token, state.asked_without_text.to_owned()),
        Some(TokenTrouble::Refused(error)) => (state.token_refused, lang.registry_error(error)),
        Some(TokenTrouble::Awaited | TokenTrouble::Hidden) | None => return,
    };
    row.fact = TreeFact::Badge(badge.to_owned(), Tone::Warn);
    row.hover = Some(hover);
}

/// A service's icon, and how many of its instances pass.
fn service_fact(lang: Lang, entry: Option<&RegistryEntry>, datacenter: &str, service: &Service, row: &mut TreeRow) {
    let counts = service.counts;
    let has_checks = entry.is_some_and(|entry| entry.capabilities.checks);
    let disagrees = entry.is_some_and(|entry| entry.disagrees_about(datacenter, &service.name));
    let (health, word) = service_health(lang, counts, disagrees);
    row.mark = TreeMark::Icon(health.icon(), health.tone());
    let tone = if health == Health::Critical { Tone::Error } else { Tone::Plain };
    row.fact = if has_checks {
        TreeFact::Text(format!("{}/{}", counts.passing, counts.total()), tone)
    } else {
        TreeFact::Text(counts.total().to_string(), Tone::Plain)
    };
    let mut hover = service.tags.clone();
    // The sign alone does not say it.
    if has_checks || disagrees {
        hover.insert(0, word);
    }
    row.hover = Some(hover.join(", ")).filter(|hover| !hover.is_empty());
}

/// A registry's word as the badge of it.
pub(in crate::ui) fn of_registry(health: crate::registry::Health) -> Health {
    match health {
        crate::registry::Health::Unknown => Health::Unknown,
        crate::registry::Health::Passing => Health::Passing,
        crate::registry::Health::Warning => Health::Warning,
        crate::registry::Health::Critical => Health::Critical,
        crate::registry::Health::Maintenance => Health::Maintenance,
    }
}
