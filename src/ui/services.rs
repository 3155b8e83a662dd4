//! The side panel: sources, services and methods, with a filter.

use std::borrow::Cow;

use egui::{Id, Rect, Ui, pos2, vec2};

use super::context::{Cx, pane_at, row_at};
use super::icons::Icon;
use super::theme::Tone;
use super::theme::measure::ROW;
use super::widgets::badge::Shape;
use super::widgets::button::IconButton;
use super::widgets::field::Field;
use super::widgets::menu::{MenuItem, context_menu_ui, menu_line_ui};
use super::widgets::text::Line;
use super::widgets::tree::{Tree, TreeFact, TreeMark, TreePlace, TreeRow, TreeRows};
use super::widgets::view_state::{ViewKind, ViewState};
use super::widgets::working::{QUIET, waiting_ui};
use crate::app::{Action, App, Node, SourceEntry, SourceOrigin, TreeLine, UiCommand};
use crate::engine::SourceId;
use crate::words::Lang;

pub(super) fn services_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let words = cx.words();
    let panel = ui.max_rect();
    let head = Rect::from_min_size(panel.min, vec2(panel.width(), 36.0));
    head_ui(ui, cx, head);
    let field = Rect::from_min_size(pos2(panel.left() + 8.0, head.bottom()), vec2(panel.width() - 17.0, 28.0));
    filter_ui(ui, cx, field);
    let rest = Rect::from_min_max(pos2(panel.left(), field.bottom() + 8.0), pos2(panel.right() - 1.0, panel.bottom()));
    let mut pane = pane_at(ui, rest, "tree");
    loading_ui(&mut pane, cx);
    if cx.app.sources.is_empty() {
        pane.add_space(44.0);
        let state = ViewState::new(ViewKind::Empty(Icon::Layers), words.no_services, words.no_services_hint);
        if state.action(words.add_source).centered().show(&mut pane) {
            cx.act(Action::OpenDialog);
        }
        return;
    }
    if cx.app.tree.lines.is_empty() {
        pane.add_space(44.0);
        let state = ViewState::new(ViewKind::Empty(Icon::Search), words.no_hits, words.no_hits_hint);
        if state.action(words.clear_filter).centered().show(&mut pane) {
            cx.act(Action::SetFilter(String::new()));
        }
        return;
    }
    let top = pane.cursor().top();
    // With a scroll bar the rows end where they do without one: the bar stands in the margin beside them.
    let scrolls = cx.app.tree.lines.len() as f32 * ROW > rest.bottom() - top;
    let right = if scrolls { rest.right() } else { rest.right() - 8.0 };
    let inner = Rect::from_min_max(pos2(rest.left() + 8.0, top), pos2(right, rest.bottom()));
    let mut area = pane_at(&mut pane, inner, "rows");
    area.spacing_mut().scroll.floating_allocated_width = 8.0;
    tree_ui(&mut area, cx);
}

fn head_ui(ui: &mut Ui, cx: &mut Cx<'_>, head: Rect) {
    let words = cx.words();
    let mut left = row_at(ui, head.shrink2(vec2(16.0, 0.0)), "services head");
    left.add(Line::strong(words.services));
    let has_sources = !cx.app.sources.is_empty();
    let width = if has_sources { 28.0 + 24.0 } else { 28.0 };
    let place =
        Rect::from_min_max(pos2(head.right() - 9.0 - width, head.top()), pos2(head.right() - 9.0, head.bottom()));
    let mut right = row_at(ui, place, "services buttons");
    let key = cx.key(UiCommand::AddSource);
    if right.add(IconButton::new(Icon::Plus, words.add_source).key_if(key.as_deref())).clicked() {
        cx.act(Action::OpenDialog);
    }
    let key = cx.key(UiCommand::ReloadAll);
    if has_sources
        && right.add(IconButton::new(Icon::RefreshCw, words.load_again).small().key_if(key.as_deref())).clicked()
    {
        cx.act(Action::ReloadAll);
    }
}

fn filter_ui(ui: &mut Ui, cx: &mut Cx<'_>, rect: Rect) {
    let words = cx.words();
    let mut filter = cx.app.tree.filter.clone();
    let id = Id::unique("filter");
    let mut row = row_at(ui, rect, "filter row");
    let field =
        Field::new(id, &mut filter, words.filter_methods).placeholder(words.filter_methods).leading(Icon::Search);
    let response = field.show(&mut row);
    if std::mem::take(&mut cx.memory.focus_filter) {
        response.request_focus();
    }
    if response.changed() {
        cx.act(Action::SetFilter(filter));
    }
}

/// Sources that have been read for a while: what, how long, and a way to give up.
fn loading_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let words = cx.words();
    let slow: Vec<(SourceId, String, std::time::Duration)> = cx
        .app
        .sources
        .iter()
        .filter_map(|entry| {
            let since = cx.now.saturating_duration_since(entry.loading_since?);
            (since >= QUIET).then(|| (entry.id, entry.title(), since))
        })
        .collect();
    for (id, title, since) in slow {
        let rect = Rect::from_min_size(ui.cursor().min + vec2(8.0, 0.0), vec2(ui.available_width() - 16.0, 42.0));
        let mut row = row_at(ui, rect, ("loading", id.0));
        let room = (rect.width() - 150.0).max(40.0);
        let shown = super::widgets::text::elide_middle(row.painter(), &title, &super::fonts::body(), room);
        if waiting_ui(&mut row, &shown, since, words.cancel) {
            cx.act(Action::StopLoading(id));
        }
        ui.add_space(48.0);
    }
}

fn tree_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let chosen = cx.app.tree.chosen;
    // A frame late: until it has shown its new rows, the scroll area springs back from where they begin.
    let is_new = std::mem::take(&mut cx.memory.tree_reveal);
    if std::mem::replace(&mut cx.memory.tree_chosen, chosen) != chosen {
        cx.memory.tree_reveal = true;
        ui.ctx().request_repaint();
    }
    let is_root = chosen.and_then(|key| cx.app.tree.line(key)).is_some_and(|line| matches!(line.node, Node::Source(_)));
    let is_active = cx.app.active.is_some() || cx.app.problem.is_some() || cx.app.shown_source.is_some();
    let tree = Tree::new(Id::unique("tree"), cx.words().tree, chosen).active(is_active);
    let tree = tree.scroll_to_chosen(is_new).with_children(is_root);
    let response = tree.show(ui, &Lines { app: cx.app });
    if let Some(key) = response.toggled {
        cx.act(Action::ToggleNode(key));
    }
    if let Some(key) = response.chosen {
        // One click opens what a leaf stands for; the keyboard moves first and opens by Enter.
        let by_pointer = ui.input(|input| input.pointer.any_released());
        cx.act(if by_pointer { Action::OpenNode(key) } else { Action::ChooseNode(key) });
    }
    if let Some(key) = response.opened {
        cx.act(Action::OpenNode(key));
    }
    if let Some((key, row)) = response.menu {
        row_menu_ui(cx, key, &row);
    }
}

fn row_menu_ui(cx: &mut Cx<'_>, key: u64, row: &egui::Response) {
    let words = cx.words();
    let Some(node) = cx.app.tree.line(key).map(|line| line.node.clone()) else { return };
    let source = node.source();
    context_menu_ui(row, 200.0, |ui| {
        if !matches!(node, Node::Source(_)) {
            copies_ui(ui, cx, key, &node);
            return;
        }
        let waits = cx.app.waits_for_demo(source);
        let (reload, icon) =
            if waits { (cx.lang().commands().start_demo, Icon::Play) } else { (words.load_again, Icon::RefreshCw) };
        if ui.add(MenuItem::new(reload).icon(icon).first()).clicked() {
            cx.act(Action::ReloadSource(source));
        }
        copies_ui(ui, cx, key, &node);
        if ui.add(MenuItem::new(words.tls_with_reflection).icon(Icon::SlidersHorizontal)).clicked() {
            cx.act(Action::OpenDialogFor(source));
        }
        let key = cx.key(UiCommand::RenameSource);
        if ui.add(MenuItem::new(words.rename_source).icon(Icon::Pencil).key_if(key.as_deref())).clicked() {
            cx.act(Action::AskName(source));
        }
        menu_line_ui(ui);
        let at = cx.app.sources.iter().position(|entry| entry.id == source).unwrap_or(0);
        if ui.add(MenuItem::new(words.move_up).icon(Icon::ArrowUp).enabled(at > 0)).clicked() {
            cx.act(Action::MoveSource(source, -1));
        }
        let is_last = at + 1 >= cx.app.sources.len();
        if ui.add(MenuItem::new(words.move_down).icon(Icon::ArrowDown).enabled(!is_last)).clicked() {
            cx.act(Action::MoveSource(source, 1));
        }
        menu_line_ui(ui);
        if ui.add(MenuItem::new(words.remove).icon(Icon::X)).clicked() {
            cx.act(Action::RemoveSource(source));
        }
    });
}

/// The tree's lines, of which a row is made while it is seen.
struct Lines<'a> {
    app: &'a App,
}

impl TreeRows for Lines<'_> {
    fn count(&self) -> usize {
        self.app.tree.lines.len()
    }

    fn place(&self, index: usize) -> Option<TreePlace> {
        let line = self.app.tree.lines.get(index)?;
        Some(TreePlace { key: line.key, level: line.level, expanded: line.expanded })
    }

    fn row(&self, index: usize) -> Option<Cow<'_, TreeRow>> {
        Some(Cow::Owned(tree_row(self.app, self.app.tree.lines.get(index)?)))
    }
}

/// What can be copied of a row.
fn copies_ui(ui: &mut Ui, cx: &Cx<'_>, key: u64, node: &Node) {
    let words = cx.lang().habits();
    let copies: Vec<(&str, String)> = match node {
        Node::Source(id) => {
            let Some(entry) = cx.app.source(*id) else { return };
            vec![(words.copy_full_name, entry.full_title())]
        }
        Node::Service(_, name) => vec![(words.copy_full_name, name.to_string())],
        Node::Method(_, service, name) => {
            vec![(words.copy_name, name.to_string()), (words.copy_full_name, format!("{service}/{name}"))]
        }
        Node::Problem(..) => {
            let said = cx.app.tree.line(key).map(|line| comment(cx.app, line)).unwrap_or_default();
            vec![(words.copy_problem, said)]
        }
    };
    for (index, (label, text)) in copies.into_iter().enumerate() {
        let mut item = MenuItem::new(label).icon(Icon::Copy);
        if index == 0 && !matches!(node, Node::Source(_)) {
            item = item.first();
        }
        if ui.add(item).clicked() {
            ui.ctx().copy_text(text);
        }
    }
}

/// What is said of a line besides its name: the whole of a source's title, a comment, a fault.
fn comment(app: &App, line: &TreeLine) -> String {
    let Some(entry) = app.source(line.node.source()) else { return String::new() };
    let outline = entry.outline.as_ref();
    let service = |name: &str| outline?.services.iter().find(|service| service.full_name == *name);
    match &line.node {
        Node::Source(_) => entry.full_title(),
        Node::Service(_, name) => service(name).map(|service| service.comment.clone()).unwrap_or_default(),
        Node::Method(_, name, method) => {
            let method = service(name).and_then(|service| service.methods.iter().find(|known| known.name == **method));
            method.map(|method| method.comment.clone()).unwrap_or_default()
        }
        Node::Problem(_, index) => {
            outline.and_then(|outline| outline.problems.get(*index)).map(ToString::to_string).unwrap_or_default()
        }
    }
}

fn tree_row(app: &App, line: &TreeLine) -> TreeRow {
    let words = app.lang.words();
    let entry = app.source(line.node.source());
    let mut row = TreeRow {
        key: line.key,
        level: line.level,
        expanded: line.expanded,
        hits: line.hits.clone(),
        ..TreeRow::default()
    };
    match &line.node {
        Node::Source(_) => {
            row.text = entry.map(SourceEntry::title).unwrap_or_default();
            row.strong = true;
            row.hover = Some(comment(app, line)).filter(|whole| *whole != row.text);
            row.fact = entry.map(|entry| source_fact(app.lang, entry)).unwrap_or_default();
            let is_failed = |entry: &SourceEntry| entry.failure.is_some() && entry.outline.is_none();
            if entry.is_some_and(|entry| is_failed(entry) && !app.waits_for_demo(entry.id)) {
                row.mark = TreeMark::Icon(Icon::CircleAlert, Tone::Error);
            }
        }
        Node::Service(_, name) => {
            row.text = name.to_string();
            row.hover = comment_hover(app, line);
        }
        Node::Method(_, _, name) => {
            row.text = name.to_string();
            let (client, server) = line.shape.unwrap_or_default();
            row.mark = TreeMark::Shape(Shape::of(client, server));
            row.hover = comment_hover(app, line);
        }
        Node::Problem(_, index) => {
            let problems = entry.and_then(|entry| entry.outline.as_ref()).map_or(&[][..], |outline| &outline.problems);
            if let Some(problem) = problems.get(*index) {
                row.text = short_path(entry, &problem.file);
                // Several faults of one file are told apart by their lines.
                let is_alone = problems.iter().filter(|other| other.file == problem.file).nth(1).is_none();
                if let Some(line) = problem.line.filter(|_| !is_alone) {
                    row.text = format!("{}:{line}", row.text);
                }
            }
            row.tone = Tone::Error;
            row.mark = TreeMark::Icon(Icon::CircleAlert, Tone::Error);
            row.fact = TreeFact::Text(words.one_error.to_owned(), Tone::Error);
            row.hover = Some(comment(app, line));
        }
    }
    row
}

/// A file below one of the source's folders without that folder: the whole path is in the hover.
fn short_path(entry: Option<&SourceEntry>, file: &str) -> String {
    let Some(SourceOrigin::Files { paths, .. }) = entry.map(|entry| &entry.origin) else { return file.to_owned() };
    let path = std::path::Path::new(file);
    let short =
        paths.iter().find_map(|folder| path.strip_prefix(folder).ok().filter(|rest| !rest.as_os_str().is_empty()));
    let short = short.or_else(|| path.file_name().map(std::path::Path::new)).unwrap_or(path);
    short.display().to_string()
}

fn comment_hover(app: &App, line: &TreeLine) -> Option<String> {
    let mut parts = Vec::new();
    if line.deprecated {
        parts.push(app.lang.words().deprecated.to_owned());
    }
    let comment = comment(app, line);
    if !comment.trim().is_empty() {
        parts.push(comment.trim().to_owned());
    }
    (!parts.is_empty()).then(|| parts.join("\n"))
}

fn source_fact(lang: Lang, entry: &SourceEntry) -> TreeFact {
    let words = lang.words();
    match (&entry.outline, &entry.failure) {
        (None, Some(failed)) if failed.message == words.demo_not_running => {
            TreeFact::Text(words.not_running.to_owned(), Tone::Plain)
        }
        (None, Some(_)) => TreeFact::Text(words.failed.to_owned(), Tone::Error),
        (Some(_), Some(_)) => TreeFact::Badge(words.stale.to_owned(), Tone::Warn),
        (None, None) => TreeFact::Text(words.loading.to_owned(), Tone::Plain),
        (Some(outline), None) if outline.services.is_empty() && outline.problems.is_empty() => {
            TreeFact::Text(words.empty_source.to_owned(), Tone::Plain)
        }
        (Some(outline), None) => {
            let badge = if entry.is_address() {
                lang.source_kind(&outline.kind)
            } else {
                lang.badge_with_files(&outline.kind, outline.file_count)
            };
            TreeFact::Badge(badge, Tone::Plain)
        }
    }
}
