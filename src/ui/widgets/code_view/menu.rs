//! The menu of a view: on a secondary click, the menu key or Shift+F10.

use egui::{Response, Ui};

use super::input;
use super::state::{Selection, State};
use super::{CodeView, ViewOutput, select, wrap};
use crate::engine::TextLines;
use crate::message::StepName;
use crate::ui::icons::Icon;
use crate::ui::widgets::menu::{MenuItem, menu_at_ui, menu_line_ui};

/// The menu, while it is open.
pub fn menu_ui(state: &mut State, view: &CodeView<'_>, code: &TextLines, response: &Response, output: &mut ViewOutput) {
    let opens = std::mem::take(&mut state.menu.1);
    let set = if opens { Some(true) } else { response.clicked().then_some(false) };
    if opens {
        // The first row takes it.
        response.surrender_focus();
    }
    let is_open = opens || egui::Popup::is_id_open(&response.ctx, egui::Popup::default_response_id(response));
    if !is_open && std::mem::replace(&mut state.menu_is_open, is_open) {
        response.request_focus();
    }
    state.menu_is_open = is_open;
    let body = view.lang.body();
    let line = state.line(code);
    let at = state.menu.0;
    menu_at_ui(response, at, set, 220.0, |ui| {
        let copy = |ui: &Ui, text: String| ui.ctx().copy_text(text);
        let selection = state.selection;
        if !selection.range().is_empty()
            && ui.add(MenuItem::new(body.copy_selected).icon(Icon::Copy).key("Ctrl C").first()).clicked()
        {
            copy(ui, select::text(code, selection).to_owned());
        }
        let is_json = !code.folds().is_empty();
        if is_json {
            let item = MenuItem::new(body.copy_value).icon(Icon::Braces);
            let item = if selection.range().is_empty() { item.first() } else { item };
            if ui.add(item).clicked() {
                copy(ui, code.value_text(line));
            }
            let path = view.path.and_then(|path| path(code, line)).unwrap_or_else(|| plain_path(code, line));
            let shown = if path.chars().count() > 40 { String::new() } else { path.clone() };
            if ui.add(MenuItem::new(body.copy_path).icon(Icon::Link).detail(&shown).enabled(!path.is_empty())).clicked()
            {
                copy(ui, path);
            }
        }
        if ui.add(MenuItem::new(body.copy_line).icon(Icon::List)).clicked() {
            copy(ui, select::text(code, select::line_at(code, code.start(line))).trim_start().to_owned());
        }
        if ui.add(MenuItem::new(body.copy_all).icon(Icon::FileText)).clicked() {
            copy(ui, code.text().to_owned());
        }
        menu_line_ui(ui);
        if is_json {
            let fold = code.fold_at(line).or_else(|| code.fold_around(line));
            let is_folded = fold.is_some_and(|fold| state.folding.is_folded(fold));
            let word = if is_folded { view.lang.words().unfold } else { view.lang.words().fold };
            if ui
                .add(
                    MenuItem::new(word)
                        .icon(if is_folded { Icon::ChevronRight } else { Icon::ChevronDown })
                        .enabled(fold.is_some()),
                )
                .clicked()
                && let Some(fold) = fold
            {
                input::toggle(state, code, fold);
            }
            if ui.add(MenuItem::new(body.fold_all).icon(Icon::ChevronsDownUp)).clicked() {
                input::fold_all(state, code);
            }
            if ui.add(MenuItem::new(body.unfold_all).icon(Icon::ChevronsUpDown)).clicked() {
                input::unfold_all(state);
            }
            menu_line_ui(ui);
        }
        if let Some(cut) = wrap::longest(code.line(line)) {
            let is_whole = state.whole.contains(&line);
            let all = view.lang.show_all(code.line(line).len());
            if ui.add(MenuItem::new(if is_whole { body.show_less } else { &all }).icon(Icon::Ellipsis)).clicked() {
                if is_whole {
                    state.whole.remove(&line);
                    state.selection = Selection::at(state.selection.caret.min(code.start(line) + cut));
                } else {
                    state.whole.insert(line);
                }
            }
        }
        if ui.add(MenuItem::new(body.find).icon(Icon::Search).key_if(view.find_key.as_deref())).clicked() {
            input::open_find(state, code);
        }
        if ui.add(MenuItem::new(body.wrap).icon(Icon::WrapText).chosen(!state.is_unwrapped).key("Alt Z")).clicked() {
            state.is_unwrapped = !state.is_unwrapped;
        }
        if view.can_save && ui.add(MenuItem::new(body.save).icon(Icon::Download)).clicked() {
            output.save = true;
        }
    });
}

/// The place of the value on a line by the text's own keys: `child[0].name`.
pub fn plain_path(code: &TextLines, line: usize) -> String {
    let mut out = String::new();
    for step in code.steps(line) {
        match step.name {
            StepName::Index(index) => out = format!("{out}[{index}]"),
            StepName::Key(key) if key.chars().all(|c| c.is_alphanumeric() || c == '_') && !key.is_empty() => {
                if !out.is_empty() {
                    out.push('.');
                }
                out.push_str(&key);
            }
            StepName::Key(key) => out = format!("{out}[{key:?}]"),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_written_as_in_errors() {
        let code = TextLines::json("{\n  \"child\": [\n    {\n      \"a b\": 1\n    }\n  ]\n}".to_owned());
        let found: Vec<String> = (0..4).map(|line| plain_path(&code, line)).collect();
        assert_eq!(found, ["", "child", "child[0]", "child[0][\"a b\"]"]);
    }
}
