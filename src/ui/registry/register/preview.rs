//! What will be sent, as the JSON that it is: to be read, copied, or written by hand.

use egui::{Id, Rect, Ui, pos2, vec2};

use crate::app::{RegisterAct, RegisterDialog, RegistryAct, RegistryForm};
use crate::registry::consul::registration::{Fault, FaultKind, FaultPlace, Form, register_url};
use crate::ui::context::{Cx, pane_at, row_at, row_ending_right};
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::registry::act;
use crate::ui::theme::measure::TABS;
use crate::ui::theme::tokens;
use crate::ui::widgets::button::{Button, ButtonSize, IconButton};
use crate::ui::widgets::choice::choice_ui;
use crate::ui::widgets::editor::{Editor, Problem};
use crate::ui::widgets::json::Language;
use crate::ui::widgets::shared::line_below;
use crate::ui::widgets::text::{self, Elide, Line, paragraph_ui};

/// The editor of the JSON.
pub(super) fn editor_id() -> Id {
    Id::unique("register json")
}

pub(super) fn preview_ui(ui: &mut Ui, cx: &mut Cx<'_>, rect: Rect, dialog: &RegisterDialog) {
    let (lang, t) = (cx.lang(), tokens(ui));
    let acts = lang.acts();
    ui.painter().rect_filled(rect, 0.0, t.bg2);
    let head = Rect::from_min_size(rect.min, vec2(rect.width(), TABS));
    ui.painter().rect_filled(head, 0.0, t.bg1);
    line_below(ui.painter(), head, t.line);
    let inner = head.shrink2(vec2(12.0, 0.0));
    let ((), left) = row_ending_right(ui, inner, "register json buttons", |ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        let mut shown = dialog.shown;
        let forms = [(Form::Api, acts.api_form), (Form::Config, acts.config_form)];
        if choice_ui(ui, acts.what_is_sent, ButtonSize::Small, &mut shown, &forms) {
            act(cx, RegistryAct::Register(RegisterAct::Show(shown)));
        }
        if ui.add(IconButton::new(Icon::Copy, acts.copy_json).small()).clicked() {
            ui.ctx().copy_text(dialog.json().to_owned());
        }
    });
    let title = Rect::from_min_max(inner.min, pos2(left - 8.0, inner.bottom()));
    row_at(ui, title, "register json title").add(Line::strong(acts.what_is_sent).elide(Elide::End));
    let url = sent_to(cx, dialog);
    let put = text::width(ui.painter(), "PUT ", fonts::code());
    let fits = put + text::width(ui.painter(), &url, fonts::code()) < rect.width() - 32.0;
    let in_two = dialog.shown == Form::Api && !fits;
    let line = Rect::from_min_size(head.left_bottom(), vec2(rect.width(), if in_two { TABS + 20.0 } else { TABS }));
    line_below(ui.painter(), line, t.line);
    let first = line.with_max_y(line.top() + TABS).shrink2(vec2(12.0, 0.0));
    let mut row = row_at(ui, first, "register line");
    row.spacing_mut().item_spacing.x = 8.0;
    match dialog.shown {
        Form::Api => {
            row.add(Line::new("PUT").font(fonts::code()).color(t.accent));
            let (path, query) = if in_two { url.split_once('?').unwrap_or((&url, "")) } else { (url.as_str(), "") };
            row.add(Line::code(path).color(t.text2).elide(Elide::Middle));
            if in_two {
                let second = Rect::from_min_max(
                    pos2(first.left() + put, first.bottom() - 8.0),
                    pos2(first.right(), line.bottom() - 8.0),
                );
                let mut row = row_at(ui, second, "register query");
                row.add(Line::code(&format!("?{query}")).color(t.text2).elide(Elide::Middle));
            }
        }
        Form::Config => {
            row.add(Line::new("service.json").font(fonts::code()).color(t.text1));
            row.add(Line::hint(acts.config_hint).color(t.text3).elide(Elide::End));
        }
    }
    let mut body = Rect::from_min_max(pos2(rect.left(), line.bottom()), rect.max);
    if let Some(edited) = &dialog.edited {
        let height = if edited.faults.is_empty() { 40.0 } else { (body.height() * 0.4).min(120.0) };
        let below = Rect::from_min_max(pos2(body.left(), body.bottom() - height), body.max);
        body.max.y = below.top();
        faults_ui(ui, cx, below, &edited.faults);
    }
    let text = dialog.json();
    let faults = dialog.edited.as_ref().map_or(&[][..], |edited| &edited.faults);
    let problems: Vec<Problem> = faults
        .iter()
        .filter_map(|fault| {
            let range = place_of(text, fault)?;
            Some(Problem { range, message: lang.registration_fault(&fault.kind, false) })
        })
        .collect();
    let mut pane = pane_at(ui, body, "register json");
    let editor = Editor::new(editor_id(), text, acts.json_editor).language(Language::Json).problems(&problems);
    if let Some(text) = editor.enabled(dialog.sends.is_none()).show(&mut pane).text {
        act(cx, RegistryAct::Register(RegisterAct::EditJson(text)));
    }
}

/// Path and query of the request.
fn sent_to(cx: &Cx<'_>, dialog: &RegisterDialog) -> String {
    let form = cx.app.registries.entry(dialog.registry).map(|entry| &entry.form);
    let said = |of: fn(&RegistryForm) -> &String| form.map_or("", |form| of(form).trim());
    register_url(said(|form| &form.datacenter), said(|form| &form.namespace), said(|form| &form.partition))
}

/// What is wrong with JSON that was written by hand, and the way back.
fn faults_ui(ui: &mut Ui, cx: &mut Cx<'_>, rect: Rect, faults: &[Fault]) {
    let (lang, t) = (cx.lang(), tokens(ui));
    ui.painter().rect_filled(rect, 0.0, t.bg1);
    ui.painter().hline(rect.x_range(), rect.top() + 0.5, egui::Stroke::new(1.0, t.line));
    let mut pane = pane_at(ui, rect.shrink2(vec2(12.0, 6.0)), "register json faults");
    egui::ScrollArea::vertical().id_salt("register json faults").auto_shrink([false, false]).show(&mut pane, |ui| {
        for fault in faults {
            let said = lang.registration_fault(&fault.kind, false);
            let place = fault.place.to_string();
            let said = if place.is_empty() { said } else { lang.labelled(&place, &said) };
            let color = if fault.is_fatal() { t.error } else { t.warn };
            let response = paragraph_ui(ui, &said, fonts::hint(), color, 18.0);
            ui.ctx().accesskit_node_builder(response.id, |node| node.set_role(egui::Role::Alert));
        }
        if ui.add(Button::link(lang.acts().drop_json)).clicked() {
            act(cx, RegistryAct::Register(RegisterAct::DropJson));
        }
    });
}

/// Where in a text a fault is: the last name of its path, or the line and column that the reader names.
fn place_of(text: &str, fault: &Fault) -> Option<std::ops::Range<usize>> {
    if let FaultKind::NoJson(why) = &fault.kind {
        let (_, behind) = why.rsplit_once(" at line ")?;
        let (line, column) = behind.split_once(" column ")?;
        let (line, column): (usize, usize) = (line.parse().ok()?, column.parse().ok()?);
        let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
        let own = text.get(start..)?.lines().next().unwrap_or_default();
        // The reader counts bytes; column 0 is the end of the line before, where a letter can be seen.
        let at = match column.checked_sub(1) {
            Some(before) => text.floor_char_boundary(start + before.min(own.len())),
            None => text.floor_char_boundary(text.get(..start)?.trim_end().len().saturating_sub(1)),
        };
        let end = text.get(at..)?.chars().next().map_or(at, |letter| at + letter.len_utf8());
        return Some(if end > at { at..end } else { at.saturating_sub(1)..at });
    }
    let FaultPlace::Path(path) = &fault.place else { return None };
    let name = path.rsplit('.').next()?.split('[').next()?;
    let quoted = format!("\"{name}\"");
    let at = text.rfind(&quoted)?;
    (!name.is_empty()).then_some(at..at + quoted.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::consul::registration::read;

    #[test]
    fn faults_are_found_in_their_text() {
        let check = |text: &str, expect: &str| {
            let found = read(text);
            let place = place_of(text, &found.faults[0]).map(|range| &text[range]);
            assert_eq!(place, Some(expect), "{:?}", found.faults);
        };
        check(r#"{"Name": "a", "Adress": "b"}"#, "\"Adress\"");
        check("{\n  \"服务\": nul\n}", "l");
        check("{", "{");
        let found = read("[]");
        assert_eq!(place_of("[]", &found.faults[0]), None);
    }
}
