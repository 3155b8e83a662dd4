//! The method of a request, and the list of its source's methods to choose another from: typed words narrow it, arrows
//! and Enter choose.

use egui::{
    CornerRadius, FontId, Id, Key, Modifiers, Popup, PopupCloseBehavior, Rect, RectAlign, Response, Role, ScrollArea,
    Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use super::context::Cx;
use super::fonts;
use super::icons::Icon;
use super::theme::tokens;
use super::widgets::badge::{Shape, paint_shape};
use super::widgets::field::Field;
use super::widgets::menu::popup_frame;
use super::widgets::shared::{Stand, boxed, ring, shows_focus};
use super::widgets::text::{self, Line, elide_middle, paint_text};
use super::widgets::tooltip::tooltip_ui;
use crate::app::{Action, Query, SourceEntry, Tab, TabId, UiCommand};

const ROW: f32 = 28.0;
/// Rows that are seen at once.
const MOST_ROWS: usize = 12;
/// The narrowest list.
const NARROWEST: f32 = 360.0;

/// The list while it is open.
#[derive(Debug)]
pub(super) struct MethodPicker {
    tab: TabId,
    typed: String,
    /// Service and method, by their places in the outline, that fit what was typed.
    hits: Vec<(usize, usize)>,
    /// Which of the hits Enter takes.
    at: usize,
    /// What `hits` were made of: the outline's address in memory and what was typed.
    made_of: Option<(usize, String)>,
    /// The choice moved: it is to be in view, after so many frames (new rows have to be shown once before).
    reveal: u8,
    is_new: bool,
}

impl MethodPicker {
    fn new(tab: TabId) -> Self {
        Self { tab, typed: String::new(), hits: Vec::new(), at: 0, made_of: None, reveal: 2, is_new: true }
    }

    /// Finds the hits anew where the words or the schema changed.
    fn refresh(&mut self, entry: &SourceEntry, tab: &Tab) {
        let Some(outline) = &entry.outline else {
            self.hits.clear();
            return;
        };
        let made_of = (std::sync::Arc::as_ptr(outline) as usize, self.typed.trim().to_lowercase());
        if self.made_of.as_ref() == Some(&made_of) {
            return;
        }
        let query = Query::new(&words_of(&made_of.1));
        let mut found = Vec::new();
        for (s, service) in outline.services.iter().enumerate() {
            for (m, method) in service.methods.iter().enumerate() {
                if let Some(score) = query.score(&method.name, &service.full_name) {
                    found.push((score, (s, m)));
                }
            }
        }
        // Of equals the first in the schema stays first.
        found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        self.hits = found.into_iter().map(|(_, hit)| hit).collect();
        let is_current = |(s, m): &(usize, usize)| {
            let service = &outline.services[*s];
            service.full_name == tab.service && service.methods[*m].name == tab.method
        };
        self.at = self.hits.iter().position(is_current).filter(|_| query.is_empty()).unwrap_or(0);
        self.reveal = 2;
        self.made_of = Some(made_of);
    }
}

/// What is looked for: service and method may be set apart by `/`, as the bar and a call's path write them.
fn words_of(typed: &str) -> String {
    typed.replace('/', " ")
}

/// The method in the target bar; pressed, it opens the list.
pub(super) fn method_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, width: f32) {
    let words = cx.words();
    let key = cx.key(UiCommand::ChooseMethod);
    let response = box_ui(ui, tab, words.method, key.as_deref(), width);
    let is_open = cx.memory.method_picker.as_ref().is_some_and(|picker| picker.tab == tab.id);
    let down = ui.memory(|memory| memory.has_focus(response.id))
        && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::ArrowDown));
    let asked = std::mem::take(&mut cx.memory.habits.open_methods);
    if response.clicked() || ((down || asked) && !is_open) {
        cx.memory.method_picker = if is_open { None } else { Some(MethodPicker::new(tab.id)) };
    } else if !is_open {
        cx.memory.method_picker = None;
    }
    let Some(mut picker) = cx.memory.method_picker.take() else { return };
    let Some(entry) = cx.app.source(tab.source) else { return };
    let mut open = true;
    let escape = ui.input(|input| input.key_pressed(Key::Escape));
    let popup = Popup::from_response(&response)
        .id(Id::unique("method list"))
        .open_bool(&mut open)
        .frame(popup_frame(tokens(ui)))
        .align(RectAlign::BOTTOM_START)
        .gap(4.0)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .width(width.max(NARROWEST));
    let chosen = popup.show(|ui| {
        ui.set_width(width.max(NARROWEST));
        list_ui(ui, cx, entry, tab, &mut picker)
    });
    if let Some((service, method)) = chosen.and_then(|shown| shown.inner) {
        response.request_focus();
        cx.act(Action::OpenMethod(tab.source, service, method));
    } else if open && !escape {
        cx.memory.method_picker = Some(picker);
    } else if escape {
        ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
        response.request_focus();
    }
}

fn box_ui(ui: &mut Ui, tab: &Tab, name: &str, key: Option<&str>, width: f32) -> Response {
    let t = tokens(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(width, 32.0), Sense::click());
    let whole = format!("{} / {}", tab.service, tab.method);
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::ComboBox, true, name);
        info.current_text_value = Some(whole.clone());
        info
    });
    let over = matches!(Stand::of(&response), Stand::Hover | Stand::Pressed);
    boxed(ui.painter(), rect, 6, t.bg3, if over { t.stroke } else { t.line });
    let middle = rect.center().y;
    paint_shape(ui.painter(), rect.left() + 10.0, middle, Shape::of(tab.shape.0, tab.shape.1), t);
    let font = fonts::code();
    let shown = shortened(ui, tab, &whole, &font, width - 36.0 - 30.0);
    paint_text(ui.painter(), rect.left() + 36.0, middle, &shown, &font, t.text1);
    Icon::ChevronDown.paint_at(ui.painter(), pos2(rect.right() - 17.0, middle), 14.0, t.text3);
    if shows_focus(&response, Stand::Rest) {
        ring(ui.painter(), rect, 6, t);
    }
    // The hover has the whole name, and the key that opens the list.
    if shown != whole || key.is_some() {
        tooltip_ui(&response, &whole, key);
    }
    response
}

/// Service and method in so much room: the package gives way first, then the service; the method's name comes last.
fn shortened(ui: &Ui, tab: &Tab, whole: &str, font: &FontId, room: f32) -> String {
    let service = tab.service.rsplit('.').next().unwrap_or(&tab.service);
    let fits = |text: &str| text::width(ui.painter(), text, font.clone()) <= room;
    if fits(whole) {
        return whole.to_owned();
    }
    let without_package = format!("{service} / {}", tab.method);
    if fits(&without_package) { without_package } else { elide_middle(ui.painter(), &tab.method, font, room) }
}

fn list_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    entry: &SourceEntry,
    tab: &Tab,
    picker: &mut MethodPicker,
) -> Option<(String, String)> {
    let words = cx.words();
    ui.spacing_mut().item_spacing = vec2(0.0, 4.0);
    let field_id = Id::unique("method filter");
    let has_keys = picker.is_new || ui.memory(|memory| memory.has_focus(field_id));
    let pressed = |key| has_keys && ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let last = picker.hits.len().saturating_sub(1);
    let before = picker.at;
    if pressed(Key::ArrowDown) {
        picker.at = (picker.at + 1).min(last);
    }
    if pressed(Key::ArrowUp) {
        picker.at = picker.at.saturating_sub(1);
    }
    if pressed(Key::PageDown) {
        picker.at = (picker.at + MOST_ROWS).min(last);
    }
    if pressed(Key::PageUp) {
        picker.at = picker.at.saturating_sub(MOST_ROWS);
    }
    if picker.at != before {
        picker.reveal = picker.reveal.max(1);
    }
    let enter = pressed(Key::Enter);
    let field = Field::new(field_id, &mut picker.typed, words.find_method)
        .placeholder(words.find_method)
        .leading(Icon::Search)
        .show(ui);
    if std::mem::take(&mut picker.is_new) {
        field.request_focus();
    }
    picker.refresh(entry, tab);
    let Some(outline) = entry.outline.as_ref() else {
        let said = if entry.loading_since.is_some() { words.loading } else { words.no_method_hits };
        ui.add(Line::hint(said).color(tokens(ui).text3).height(ROW));
        return None;
    };
    let names = |(s, m): (usize, usize)| {
        let service = outline.services.get(s)?;
        Some((service, service.methods.get(m)?))
    };
    let mut chosen = if enter { picker.hits.get(picker.at).copied() } else { None };
    if picker.hits.is_empty() {
        ui.add(Line::hint(words.no_method_hits).color(tokens(ui).text3).height(ROW));
        return None;
    }
    let builder = UiBuilder::new().accessibility_role(Role::ListBox).accessibility_label(words.choose_method);
    ui.scope_builder(builder, |ui| {
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        let room = (ui.ctx().content_rect().bottom() - ui.cursor().top() - 48.0).max(3.0 * ROW);
        let height = (ROW * MOST_ROWS as f32).min(room);
        let mut area = ScrollArea::vertical().id_salt("methods").max_height(height).auto_shrink([false, true]);
        if picker.reveal > 1 {
            picker.reveal -= 1;
            ui.ctx().request_repaint();
        } else if std::mem::take(&mut picker.reveal) == 1 {
            let seen = ui.data(|data| data.get_temp::<f32>(field_id)).unwrap_or_default();
            let top = picker.at as f32 * ROW;
            if top < seen {
                area = area.vertical_scroll_offset(top);
            } else if top + ROW > seen + height {
                area = area.vertical_scroll_offset(top + ROW - height);
            }
        }
        let output = area.show_rows(ui, ROW, picker.hits.len(), |ui, range| {
            for index in range {
                let Some((service, method)) = picker.hits.get(index).and_then(|hit| names(*hit)) else { continue };
                let shape = Shape::of(method.client_streaming, method.server_streaming);
                let name = format!("{} / {}", service.full_name, method.name);
                if row_ui(ui, &name, shape, index == picker.at).clicked() {
                    chosen = Some(picker.hits[index]);
                }
            }
        });
        ui.data_mut(|data| data.insert_temp(field_id, output.state.clamped_offset().y));
    });
    let (service, method) = names(chosen?)?;
    Some((service.full_name.clone(), method.name.clone()))
}

fn row_ui(ui: &mut Ui, name: &str, shape: Shape, chosen: bool) -> Response {
    let t = tokens(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::CLICK);
    response.widget_info(|| WidgetInfo::labeled(Role::ListBoxOption, true, name));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_selected(chosen));
    if chosen || response.hovered() {
        ui.painter().rect_filled(rect, CornerRadius::same(5), if chosen { t.accent_bg } else { t.bg4 });
    }
    let middle = rect.center().y;
    paint_shape(ui.painter(), rect.left() + 8.0, middle, shape, t);
    let font = fonts::code();
    let place = Rect::from_min_max(pos2(rect.left() + 34.0, rect.top()), pos2(rect.right() - 12.0, rect.bottom()));
    let shown = elide_middle(ui.painter(), name, &font, place.width());
    paint_text(ui.painter(), place.left(), middle, &shown, &font, t.text1);
    if shown != name {
        tooltip_ui(&response, name, None);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_is_found_as_it_is_written() {
        let names =
            [("shop.v1.Inventory", "GetItem"), ("shop.v1.Inventory", "PutItem"), ("shop.v1.Orders", "GetOrder")];
        let check = |typed: &str, expect: &[&str]| {
            let query = Query::new(&words_of(typed));
            let found: Vec<&str> = names
                .iter()
                .filter(|(service, method)| query.score(method, service).is_some())
                .map(|(_, method)| *method)
                .collect();
            assert_eq!(found, expect, "{typed}");
        };
        check("Inventory/GetItem", &["GetItem"]);
        check("inventory / getitem", &["GetItem"]);
        check("shop.v1.Inventory / GetItem", &["GetItem"]);
        check("/shop.v1.Inventory/", &["GetItem", "PutItem"]);
        check("get", &["GetItem", "GetOrder"]);
        check("Orders/GetItem", &[]);
    }
}
