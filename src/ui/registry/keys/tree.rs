//! The tree of keys: folders with their counts, keys with what they hold, what is not saved, what others changed.

use std::borrow::Cow;

use egui::{Id, Rect, Response, Ui, pos2, vec2};

use super::act_keys;
use crate::app::{App, Conflict, KeyAct, KeyLine, KeysRef, KeysView, RegistryAct, folder_of, is_secret_value};
use crate::engine::short_text;
use crate::ui::context::{Cx, pane_at, row_at};
use crate::ui::icons::Icon;
use crate::ui::theme::measure::ROW;
use crate::ui::theme::{Tone, tokens};
use crate::ui::widgets::button::Button;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::menu::{MenuItem, context_menu_ui, menu_line_ui};
use crate::ui::widgets::shared::line_right;
use crate::ui::widgets::text::{Elide, Line};
use crate::ui::widgets::tree::{Tree, TreeFact, TreeMark, TreePlace, TreeRow, TreeRows};
use crate::ui::widgets::view_state::{ViewKind, ViewState};
use crate::words::format;

/// Dots in the place of a secret: its length tells nothing.
pub(super) const DOTS: &str = "••••••";
/// The line that says whether anything may be written.
const FOOT: f32 = 40.0;
/// Deeper levels stand where this one does, so that names stay readable.
const DEEPEST: usize = 9;

pub(super) fn tree_pane_ui(ui: &mut Ui, cx: &mut Cx<'_>, at: &KeysRef, view: &KeysView) {
    let panel = ui.max_rect();
    line_right(ui.painter(), panel, tokens(ui).line);
    let field = Rect::from_min_size(panel.min + vec2(8.0, 8.0), vec2(panel.width() - 17.0, 28.0));
    search_ui(ui, cx, at, view, field);
    let foot_top = (panel.bottom() - FOOT).max(field.bottom());
    let foot = Rect::from_min_max(pos2(panel.left(), foot_top), pos2(panel.right() - 1.0, panel.bottom()));
    let rest = Rect::from_min_max(pos2(panel.left(), field.bottom() + 8.0), pos2(panel.right() - 1.0, foot.top()));
    rows_ui(ui, cx, at, view, rest);
    foot_ui(ui, cx, at, foot);
}

fn search_ui(ui: &mut Ui, cx: &mut Cx<'_>, at: &KeysRef, view: &KeysView, rect: Rect) {
    let words = cx.lang().key_values();
    let mut filter = view.filter.clone();
    let mut row = row_at(ui, rect, "key search row");
    let field =
        Field::new(Id::unique("key search"), &mut filter, words.search).placeholder(words.search).leading(Icon::Search);
    let response = field.show(&mut row);
    if std::mem::take(&mut cx.memory.keys.focus_search) {
        response.request_focus();
    }
    if response.changed() {
        act_keys(cx, at, KeyAct::SetFilter(filter));
    }
}

fn rows_ui(ui: &mut Ui, cx: &mut Cx<'_>, at: &KeysRef, view: &KeysView, rest: Rect) {
    let words = cx.lang().key_values();
    let mut pane = pane_at(ui, rest, "key rows");
    if view.lines.is_empty() && !view.filter.trim().is_empty() {
        pane.add_space(44.0);
        let state = ViewState::new(ViewKind::Empty(Icon::Search), words.no_hits, words.no_hits_hint);
        if state.action(cx.words().clear_filter).centered().show(&mut pane) {
            act_keys(cx, at, KeyAct::SetFilter(String::new()));
        }
        return;
    }
    let scrolls = view.lines.len() as f32 * ROW > rest.height();
    let right = if scrolls { rest.right() } else { rest.right() - 8.0 };
    let inner = Rect::from_min_max(pos2(rest.left() + 8.0, rest.top()), pos2(right, rest.bottom()));
    let mut area = pane_at(&mut pane, inner, "key tree rows");
    area.spacing_mut().scroll.floating_allocated_width = 8.0;
    // What was opened from elsewhere comes into view.
    let is_moved = std::mem::replace(&mut cx.memory.keys.cursor, view.cursor) != view.cursor;
    let tree =
        Tree::new(Id::unique(("keys", at.registry, &at.datacenter, view.filter.trim())), words.tree, view.cursor)
            .active(view.key.is_some())
            .scroll_to_chosen(is_moved);
    let response = tree.show(&mut area, &Lines { app: cx.app, view });
    let is_filtered = !view.filter.trim().is_empty();
    if let Some(id) = response.toggled.filter(|_| !is_filtered) {
        act_keys(cx, at, KeyAct::Toggle(id));
    }
    let is_folder = |id: u64| match view.line(id) {
        Some(KeyLine::Node(place)) => view.node(*place).is_some_and(|node| node.is_folder),
        _ => false,
    };
    if response.opened.is_some_and(|id| !is_folder(id)) {
        cx.memory.keys.tree_over = false;
    }
    if let Some(id) = response.chosen {
        act_keys(cx, at, KeyAct::Choose(id));
        // A click on a folder opens it too; the keyboard does so by its own keys.
        if area.input(|input| input.pointer.primary_released()) {
            if !is_folder(id) {
                cx.memory.keys.tree_over = false;
            } else if !is_filtered && response.toggled.is_none() {
                act_keys(cx, at, KeyAct::Toggle(id));
            }
        }
    }
    if let Some((id, row)) = response.menu {
        row_menu_ui(cx, at, view, id, &row);
    }
}

fn row_menu_ui(cx: &mut Cx<'_>, at: &KeysRef, view: &KeysView, id: u64, row: &Response) {
    let Some(KeyLine::Node(place)) = view.line(id) else { return };
    let (Some(tree), Some(node)) = (view.lines_of.as_ref(), view.node(*place)) else { return };
    let path = tree.path(node).to_owned();
    let is_folder = node.is_folder;
    context_menu_ui(row, 240.0, |ui| path_menu_ui(ui, cx, at, &path, is_folder));
}

/// What can be done with a key or a folder.
pub(super) fn path_menu_ui(ui: &mut Ui, cx: &mut Cx<'_>, at: &KeysRef, path: &str, is_folder: bool) {
    let (words, body) = (cx.lang().key_values(), cx.lang().body());
    let may_write = !cx.app.is_read_only(at);
    let from = || path.to_owned();
    if ui.add(MenuItem::new(words.copy_key).icon(Icon::Copy).first()).clicked() {
        ui.ctx().copy_text(from());
    }
    if ui.add(MenuItem::new(words.new_here).icon(Icon::Plus).enabled(may_write)).clicked() {
        act_keys(cx, at, KeyAct::AskNew(folder_of(path).to_owned()));
    }
    menu_line_ui(ui);
    if ui.add(MenuItem::new(cx.words().rename_source).icon(Icon::Pencil).enabled(may_write)).clicked() {
        act_keys(cx, at, KeyAct::AskMove { from: from(), is_folder, copy: false });
    }
    if ui.add(MenuItem::new(words.copy_to).icon(Icon::FilePlus).enabled(may_write)).clicked() {
        act_keys(cx, at, KeyAct::AskMove { from: from(), is_folder, copy: true });
    }
    if is_folder {
        if ui.add(MenuItem::new(words.export).icon(Icon::Download)).clicked() {
            act_keys(cx, at, KeyAct::AskExport(from()));
        }
        menu_line_ui(ui);
        if ui.add(MenuItem::new(body.unfold_all).icon(Icon::ChevronsUpDown)).clicked() {
            act_keys(cx, at, KeyAct::ToggleAll(true));
        }
        if ui.add(MenuItem::new(body.fold_all).icon(Icon::ChevronsDownUp)).clicked() {
            act_keys(cx, at, KeyAct::ToggleAll(false));
        }
    }
    menu_line_ui(ui);
    if ui.add(MenuItem::new(words.delete).icon(Icon::Trash2).danger().enabled(may_write)).clicked() {
        act_keys(cx, at, KeyAct::AskDelete(from(), is_folder));
    }
}

/// Whether anything may be written, and the way to change that.
fn foot_ui(ui: &mut Ui, cx: &mut Cx<'_>, at: &KeysRef, foot: Rect) {
    let (words, own) = (cx.lang().registry(), cx.lang().key_values());
    let is_read_only = cx.app.is_read_only(at);
    let t = tokens(ui);
    let mut row = row_at(ui, foot.shrink2(vec2(16.0, 0.0)), "keys foot");
    row.spacing_mut().item_spacing.x = 8.0;
    let (said, label) =
        if is_read_only { (words.read_only, own.make_writable) } else { (words.read_and_write, words.make_read_only) };
    row.add(Line::hint(said).color(t.text3).elide(Elide::End).max_width(140.0));
    if row.add(Button::link(label).small()).clicked() {
        super::super::act(cx, RegistryAct::SetReadOnly(at.registry, !is_read_only));
    }
}

/// The tree's lines, of which a row is made while it is seen.
struct Lines<'a> {
    app: &'a App,
    view: &'a KeysView,
}

impl TreeRows for Lines<'_> {
    fn count(&self) -> usize {
        self.view.lines.len()
    }

    fn place(&self, index: usize) -> Option<TreePlace> {
        let line = self.view.lines.get(index)?;
        let key = self.view.line_id(line)?;
        Some(match line {
            KeyLine::Unwritten(_) => TreePlace { key, level: 0, expanded: None },
            KeyLine::Node(place) => {
                let node = self.view.node(*place)?;
                let expanded = node.is_folder.then(|| self.is_open(node.id));
                TreePlace { key, level: node.level.min(DEEPEST), expanded }
            }
        })
    }

    fn position(&self, key: u64) -> Option<usize> {
        self.view.cursor_at.filter(|_| self.view.cursor == Some(key))
    }

    fn row(&self, index: usize) -> Option<Cow<'_, TreeRow>> {
        let place = self.place(index)?;
        let mut row = TreeRow { key: place.key, level: place.level, expanded: place.expanded, ..TreeRow::default() };
        match self.view.lines.get(index)? {
            KeyLine::Unwritten(key) => self.unwritten(key, &mut row),
            KeyLine::Node(place) => self.node(*place, &mut row)?,
        }
        Some(Cow::Owned(row))
    }
}

impl Lines<'_> {
    fn is_open(&self, id: u64) -> bool {
        !self.view.filter.trim().is_empty() || self.view.open.contains(&id)
    }

    fn unwritten(&self, key: &str, row: &mut TreeRow) {
        let words = self.app.lang.key_values();
        key.clone_into(&mut row.text);
        row.mark = TreeMark::Icon(Icon::FilePlus, Tone::Plain);
        row.fact = match self.view.conflict(key) {
            Some(Conflict::Deleted(_)) => TreeFact::Icon(Icon::TriangleAlert, words.deleted.to_owned(), Tone::Warn),
            _ => TreeFact::Dot(words.unsaved.to_owned()),
        };
    }

    fn node(&self, place: usize, row: &mut TreeRow) -> Option<()> {
        let (tree, node) = (self.view.lines_of.as_ref()?, self.view.node(place)?);
        tree.name(node).clone_into(&mut row.text);
        let Some(entry) = tree.entry_of(node) else {
            row.strong = true;
            // What is typed in a folder that is folded is not seen otherwise.
            let unsaved = if self.is_open(node.id) { 0 } else { self.view.unsaved_below(tree.path(node)) };
            row.fact = if unsaved > 0 {
                TreeFact::Text(self.app.lang.unsaved_edits(unsaved), Tone::Accent)
            } else {
                TreeFact::Text(format::count(node.keys as u64), Tone::Plain)
            };
            row.hits = hits(&self.view.filter, &row.text);
            return Some(());
        };
        let words = self.app.lang.key_values();
        let is_secret = is_secret_value(&entry.key, &entry.value);
        row.mark = TreeMark::Icon(if is_secret { Icon::Lock } else { Icon::File }, Tone::Plain);
        row.hover = (node.level > DEEPEST).then(|| entry.key.clone());
        row.hits = hits(&self.view.filter, &row.text);
        row.fact = if self.view.conflict(&entry.key).is_some() {
            TreeFact::Icon(Icon::TriangleAlert, words.changed.to_owned(), Tone::Warn)
        } else if self.view.is_unsaved(&entry.key) {
            TreeFact::Dot(words.unsaved.to_owned())
        } else {
            fact(&entry.value, is_secret)
        };
        Some(())
    }
}

/// A short value as it is, a secret as dots, anything else by its size.
fn fact(value: &[u8], is_secret: bool) -> TreeFact {
    /// A longer one would leave no room for its key.
    const SHORT: usize = 18;
    match short_text(value) {
        _ if is_secret => TreeFact::Code(DOTS.to_owned()),
        Some(text) if text.chars().count() <= SHORT => TreeFact::Code(text.to_owned()),
        _ => TreeFact::Text(format::bytes(value.len() as u64), Tone::Plain),
    }
}

/// Where the search hit a name.
fn hits(filter: &str, name: &str) -> Vec<std::ops::Range<usize>> {
    let typed = filter.trim();
    if typed.is_empty() || !typed.is_ascii() || !name.is_ascii() {
        return Vec::new();
    }
    let (typed, low) = (typed.to_ascii_lowercase(), name.to_ascii_lowercase());
    low.find(&typed).map(|at| at..at + typed.len()).into_iter().collect()
}
