//! Menus and combo boxes: popups of rows.

use egui::{
    Align, Color32, Context, CornerRadius, Event, Frame, Id, InputState, Key, Layout, Margin, Modifiers, Painter,
    Popup, PopupAnchor, PopupCloseBehavior, Rect, RectAlign, Response, Role, ScrollArea, Sense, SetOpenCommand, Stroke,
    Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use super::badge::{key_width, paint_key};
use super::shared::{Stand, boxed, owns_keys, ring, shows_focus};
use super::text;
use crate::ui::context::follow_focus;
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::{Tokens, tokens};

/// Set while a menu was opened by its key, and none of its rows has the focus yet.
const TAKES_FOCUS: &str = "menu takes the focus";
/// The narrowest menu.
const NARROWEST: f32 = 160.0;

/// The frame of menus and other popups.
pub fn popup_frame(t: &Tokens) -> Frame {
    Frame::new().fill(t.bg3).stroke(Stroke::new(1.0, t.stroke)).corner_radius(8).inner_margin(Margin::same(4))
}

/// A menu under a button: opens when `button` is pressed, closes on a choice, Escape or a click outside.
///
/// The rows are [`MenuItem`]s; the first takes the focus, arrows move it.
pub fn menu_ui<R>(button: &Response, width: f32, content: impl FnOnce(&mut Ui) -> R) -> Option<R> {
    shown(Popup::menu(button), button, width, content)
}

/// A menu at the pointer: opens on a secondary click on `target`, or below it on Shift+F10 or the menu key while it has
/// the focus.
pub fn context_menu_ui<R>(target: &Response, width: f32, content: impl FnOnce(&mut Ui) -> R) -> Option<R> {
    context_menu_by(target, false, width, content)
}

/// As [`context_menu_ui`]; opens too where `also_now` says that another key asks for it.
fn context_menu_by<R>(target: &Response, also_now: bool, width: f32, content: impl FnOnce(&mut Ui) -> R) -> Option<R> {
    let ctx = &target.ctx;
    let by_key_id = target.id.with("menu by key");
    let by_key = also_now || menu_key(target);
    if by_key || target.secondary_clicked() {
        ctx.data_mut(|data| data.insert_temp(by_key_id, by_key));
    }
    let mut popup = Popup::context_menu(target);
    if ctx.data(|data| data.get_temp::<bool>(by_key_id)).unwrap_or_default() {
        popup = popup.anchor(PopupAnchor::ParentRect(target.rect));
        if by_key {
            popup = popup.open_memory(Some(SetOpenCommand::Bool(true)));
            ctx.data_mut(|data| data.insert_temp(Id::unique(TAKES_FOCUS), true));
        }
    }
    shown(popup, target, width, content)
}

/// A menu at a place: `set` opens or closes it, otherwise it stays as it is.
pub fn menu_at_ui<R>(
    target: &Response,
    at: egui::Pos2,
    set: Option<bool>,
    width: f32,
    content: impl FnOnce(&mut Ui) -> R,
) -> Option<R> {
    let set = set.map(SetOpenCommand::Bool);
    shown(Popup::menu(target).open_memory(set).at_position(at), target, width, content)
}

/// The word of menus that copy what is read, for controls that know no words: to be set before they are shown.
pub fn set_copy_word(ctx: &Context, word: &'static str) {
    ctx.data_mut(|data| data.insert_temp(Id::unique("copy word"), word));
}

/// A menu that copies what is read here: at the pointer, or by the keyboard on Shift+F10, the menu key, Enter or Space.
/// The copy key copies without it. To be called after `target` was painted, so that its ring of radius `radius` is seen;
/// the target senses [`Sense::click`], so that the focus comes to it.
pub fn copy_menu_ui(target: &Response, radius: u8, text: &str) {
    let ctx = &target.ctx;
    let Some(word) = ctx.data(|data| data.get_temp::<&'static str>(Id::unique("copy word"))) else { return };
    if shows_focus(target, Stand::Rest) {
        let painter = Painter::new(ctx.clone(), target.layer_id, target.interact_rect);
        ring(&painter, target.rect, radius, tokens(ctx));
    }
    if ctx.memory(|memory| memory.has_focus(target.id))
        && ctx.input(|input| input.events.iter().any(|event| matches!(event, Event::Copy)))
    {
        ctx.copy_text(text.to_owned());
    }
    let act_key = act_key(target);
    context_menu_by(target, act_key, NARROWEST, |ui| {
        if ui.add(MenuItem::new(word).icon(Icon::Copy).first()).clicked() {
            ui.ctx().copy_text(text.to_owned());
        }
    });
}

/// Makes what is read in a rectangle something that can be copied, with the role and name by which it is found. To be
/// called before what is in it can be pressed.
pub fn copyable(
    ui: &Ui,
    rect: Rect,
    salt: impl std::hash::Hash + std::fmt::Debug,
    (role, name): (Role, &str),
    text: &str,
) -> Response {
    let response = ui.interact(rect, ui.scope_id().with(("copyable", salt)), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(role, true, name));
    copy_menu_ui(&response, 6, text);
    response
}

/// As [`copyable`], for a card that begins here, as wide as the room there is, before its height is known: that of the
/// frame before is taken. [`CopyCard::end`] tells it.
pub fn copyable_card(
    ui: &Ui,
    salt: impl std::hash::Hash + std::fmt::Debug,
    named: (Role, &str),
    text: &str,
) -> CopyCard {
    let id = ui.scope_id().with(("card height", &salt));
    let height = ui.data(|data| data.get_temp::<f32>(id)).unwrap_or(60.0);
    let place = Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), height));
    let response = copyable(ui, place, salt, named, text);
    CopyCard { id, height, response }
}

/// A card that can be copied, while it is filled.
#[must_use = "its height is told by end"]
pub struct CopyCard {
    id: Id,
    height: f32,
    response: Response,
}

impl CopyCard {
    /// The card is so high.
    pub fn end(self, ui: &Ui, height: f32) {
        // Over what was painted since.
        if shows_focus(&self.response, Stand::Rest) {
            let rect = Rect::from_min_size(self.response.rect.min, vec2(self.response.rect.width(), height));
            ring(ui.painter(), rect, 8, tokens(ui));
        }
        if (height - self.height).abs() > 0.5 {
            ui.data_mut(|data| data.insert_temp(self.id, height));
            ui.ctx().request_discard("a card has another height");
        }
    }
}

/// A key that opens a menu was pressed on this widget: its caller is to show the menu then.
pub fn menu_key(target: &Response) -> bool {
    let has_focus = target.ctx.memory(|memory| memory.has_focus(target.id));
    let is_pressed =
        |input: &InputState| (input.modifiers.shift && input.key_pressed(Key::F10)) || input.key_pressed(Key::Menu);
    has_focus && target.ctx.input(is_pressed)
}

/// Enter or Space on what has no other act.
fn act_key(target: &Response) -> bool {
    let has_focus = target.ctx.memory(|memory| memory.has_focus(target.id));
    has_focus
        && target.ctx.input(|input| {
            input.modifiers.is_none() && (input.key_pressed(Key::Enter) || input.key_pressed(Key::Space))
        })
}

fn shown<R>(popup: Popup<'_>, opener: &Response, width: f32, content: impl FnOnce(&mut Ui) -> R) -> Option<R> {
    let ctx = &opener.ctx;
    let t = tokens(ctx);
    let id = Popup::default_response_id(opener);
    // A menu that is left by Escape gives the focus back.
    let is_left = Popup::is_id_open(ctx, id) && ctx.input(|input| input.key_pressed(Key::Escape));
    let out = popup
        .frame(popup_frame(t))
        .align(RectAlign::BOTTOM_START)
        .gap(4.0)
        .layout(Layout::top_down_justified(Align::Min))
        .close_behavior(PopupCloseBehavior::CloseOnClick)
        .width(width.max(NARROWEST))
        .show(|ui| {
            ui.set_width(width.max(NARROWEST));
            ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
            scrolled_ui(ui, |ui| rows_ui(ui, content))
        })
        .map(|shown| shown.inner);
    if is_left && !Popup::is_id_open(ctx, id) {
        opener.request_focus();
    }
    out
}

/// Room for the bar of a popup that scrolls.
const SCROLL_BAR: f32 = 10.0;

/// What is in a popup, which scrolls where the window is lower.
pub fn scrolled_ui<R>(ui: &mut Ui, content: impl FnOnce(&mut Ui) -> R) -> R {
    let most = (ui.ctx().content_rect().height() - 48.0).max(56.0);
    let id = ui.scope_id().with("popup height");
    let measure = |ui: &Ui| {
        let height = ui.min_rect().height();
        let before = ui.data_mut(|data| {
            let before = data.get_temp::<f32>(id);
            data.insert_temp(id, height);
            before
        });
        if (before.unwrap_or_default() > most) != (height > most) {
            ui.ctx().request_discard("a popup begins or ends to scroll");
        }
    };
    // What fits does not scroll: an area that scrolls would not grow with what is in it.
    if ui.data(|data| data.get_temp::<f32>(id)).unwrap_or_default() <= most {
        let out = content(ui);
        measure(ui);
        return out;
    }
    let area = ScrollArea::vertical().id_salt("popup").max_height(most).min_scrolled_height(most);
    area.auto_shrink([false, true])
        .show(ui, |ui| {
            // The bar lies beside what it scrolls.
            ui.set_max_width(ui.available_width() - SCROLL_BAR);
            let out = content(ui);
            measure(ui);
            follow_focus(ui);
            out
        })
        .inner
}

/// The rows of an open menu, in place: what [`menu_ui`] shows in its popup, and the gallery without one.
pub fn rows_ui<R>(ui: &mut Ui, content: impl FnOnce(&mut Ui) -> R) -> R {
    ui.scope_builder(UiBuilder::new().accessibility_role(Role::Menu), content).inner
}

/// One row of a menu; `ui.add(..)` tells by `clicked()` that it was chosen.
#[must_use = "a widget is shown by ui.add"]
pub struct MenuItem<'a> {
    label: &'a str,
    detail: Option<&'a str>,
    icon: Option<Icon>,
    key: Option<&'a str>,
    danger: bool,
    enabled: bool,
    chosen: Option<bool>,
    mono: bool,
    first: bool,
    highlighted: bool,
}

impl<'a> MenuItem<'a> {
    /// A row of 28.
    pub fn new(label: &'a str) -> Self {
        Self {
            label,
            detail: None,
            icon: None,
            key: None,
            danger: false,
            enabled: true,
            chosen: None,
            mono: false,
            first: false,
            highlighted: false,
        }
    }

    /// An icon before the words.
    pub fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// The key that does the same.
    pub fn key(mut self, key: &'a str) -> Self {
        self.key = Some(key);
        self
    }

    /// The key that does the same, if there is one.
    pub fn key_if(mut self, key: Option<&'a str>) -> Self {
        self.key = key;
        self
    }

    /// A fact after the words, in text 3.
    pub fn detail(mut self, detail: &'a str) -> Self {
        self.detail = Some(detail);
        self
    }

    /// It leads to something destructive.
    pub fn danger(mut self) -> Self {
        self.danger = true;
        self
    }

    /// Whether it can be chosen.
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = enabled;
        self
    }

    /// It is one of several of which this one is chosen or not: the chosen one has a check.
    pub fn chosen(mut self, chosen: bool) -> Self {
        self.chosen = Some(chosen);
        self
    }

    /// The words are data.
    pub fn mono(mut self) -> Self {
        self.mono = true;
        self
    }

    /// It takes the focus when the menu opens.
    pub fn first(mut self) -> Self {
        self.first = true;
        self
    }

    /// Shown as if it had the focus: for the gallery.
    pub fn highlighted(mut self) -> Self {
        self.highlighted = true;
        self
    }
}

impl egui::Widget for MenuItem<'_> {
    fn ui(self, ui: &mut Ui) -> Response {
        let t = tokens(ui);
        let sense = if self.enabled { Sense::click() } else { Sense::hover() };
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 28.0), sense);
        response.widget_info(|| match self.chosen {
            Some(chosen) => WidgetInfo::selected(Role::MenuItemRadio, self.enabled, chosen, self.label),
            None => WidgetInfo::labeled(Role::MenuItem, self.enabled, self.label),
        });
        if self.first && self.enabled {
            let takes = ui.data_mut(|data| data.remove_temp::<bool>(Id::unique(TAKES_FOCUS))).unwrap_or_default();
            if takes || ui.memory(|memory| memory.focused().is_none()) {
                response.request_focus();
            }
        }
        let on = self.enabled && (self.highlighted || response.hovered() || owns_keys(ui, &response));
        let painter = ui.painter();
        if on {
            painter.rect_filled(rect, CornerRadius::same(5), t.accent_bg);
        }
        let middle = rect.center().y;
        let color = match (self.enabled, self.danger) {
            (false, _) => t.faint,
            (_, true) => t.error,
            _ => t.text1,
        };
        let icon_color = match (self.enabled, self.danger) {
            (false, _) => t.faint,
            (_, true) => t.error,
            _ if on => t.text1,
            _ => t.text2,
        };
        let mut left = rect.left() + 8.0;
        let icon = if self.chosen == Some(true) { Some(Icon::Check) } else { self.icon };
        if let Some(icon) = icon {
            icon.paint_at(painter, pos2(left + 7.0, middle), 14.0, icon_color);
        }
        if icon.is_some() || self.chosen.is_some() {
            left += 22.0;
        }
        let mut right = rect.right() - 8.0;
        if let Some(key) = self.key {
            right -= key_width(painter, key);
            paint_key(painter, pos2(right, middle), key, Color32::TRANSPARENT, t.stroke, t.text2);
            right -= 8.0;
        }
        let font = if self.mono { fonts::code() } else { fonts::body() };
        let galley = text::line_within(painter, self.label, font.clone(), color, right - left);
        let end = text::paint(painter, galley, left, middle, &font).right();
        if let Some(detail) = self.detail
            && right - end > 24.0
        {
            let color = if on { t.text2 } else { t.text3 };
            let font = if self.mono { fonts::code() } else { fonts::hint() };
            let galley = text::line_within(painter, detail, font, color, right - end - 8.0);
            text::paint_dropped(painter, galley, end + 8.0, middle, 5.0);
            ui.ctx().accesskit_node_builder(response.id, |node| node.set_description(detail));
        }
        if response.clicked() || (on && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape))) {
            ui.close();
        }
        response
    }
}

/// The line between groups of a menu.
pub fn menu_line_ui(ui: &mut Ui) {
    let t = tokens(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 9.0), Sense::hover());
    ui.painter().hline(rect.x_range(), rect.center().y, Stroke::new(1.0, t.stroke));
}

/// A combo box: shows what is chosen, opens a menu of rows.
#[must_use = "a combo box is shown by show"]
pub struct Combo<'a> {
    name: &'a str,
    text: &'a str,
    detail: Option<&'a str>,
    placeholder: Option<&'a str>,
    width: Option<f32>,
    large: bool,
    mono: bool,
    ghost: bool,
    enabled: bool,
}

impl<'a> Combo<'a> {
    /// A combo box of 28 with the width there is. `name` says what is chosen here, `text` what is chosen.
    pub fn new(name: &'a str, text: &'a str) -> Self {
        Self {
            name,
            text,
            detail: None,
            placeholder: None,
            width: None,
            large: false,
            mono: false,
            ghost: false,
            enabled: true,
        }
    }

    /// A fact after the text, in text 3.
    pub fn detail(mut self, detail: &'a str) -> Self {
        self.detail = Some(detail);
        self
    }

    /// What it says where nothing is chosen.
    pub fn placeholder(mut self, text: &'a str) -> Self {
        self.placeholder = Some(text);
        self
    }

    /// This wide.
    pub fn width(mut self, width: f32) -> Self {
        self.width = Some(width);
        self
    }

    /// 32 high.
    pub fn large(mut self) -> Self {
        self.large = true;
        self
    }

    /// The text is data.
    pub fn mono(mut self) -> Self {
        self.mono = true;
        self
    }

    /// Without an edge, as wide as its text: in bars.
    pub fn ghost(mut self) -> Self {
        self.ghost = true;
        self
    }

    /// Whether it can be opened.
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = enabled;
        self
    }

    /// Shows it; `content` fills the menu with [`MenuItem`]s.
    pub fn show<R>(self, ui: &mut Ui, content: impl FnOnce(&mut Ui) -> R) -> (Response, Option<R>) {
        let response = self.field_ui(ui);
        let inner = menu_ui(&response, response.rect.width() - 8.0, content);
        (response, inner)
    }

    fn field_ui(&self, ui: &mut Ui) -> Response {
        let t = tokens(ui);
        let font = if self.mono { fonts::code() } else { fonts::body() };
        let height = if self.large { 32.0 } else { 28.0 };
        let empty = self.text.is_empty();
        let shown = if empty { self.placeholder.unwrap_or("") } else { self.text };
        let own = text::width(ui.painter(), shown, font.clone()) + 8.0 + 16.0 + 16.0;
        let width = self.width.unwrap_or_else(|| if self.ghost { own.round() } else { ui.available_width() });
        let sense = if self.enabled { Sense::click() } else { Sense::hover() };
        let (rect, response) = ui.allocate_exact_size(vec2(width, height), sense);
        response.widget_info(|| {
            let mut info = WidgetInfo::labeled(Role::ComboBox, self.enabled, self.name);
            info.current_text_value = Some(self.text.to_owned());
            info
        });
        let painter = ui.painter();
        let stand = Stand::of(&response);
        let over = matches!(stand, Stand::Hover | Stand::Pressed);
        if self.ghost {
            if over {
                painter.rect_filled(rect, CornerRadius::same(6), t.bg3);
            }
        } else {
            let fill = if self.enabled { t.bg3 } else { Color32::TRANSPARENT };
            boxed(painter, rect, 6, fill, if over { t.stroke } else { t.line });
        }
        let middle = rect.center().y;
        let color = match (self.enabled, empty, self.ghost && !over) {
            (false, ..) => t.faint,
            (_, true, _) => t.text3,
            (_, _, true) => t.text2,
            _ => t.text1,
        };
        let padding = if self.large { 11.0 } else { 9.0 };
        let left = rect.left() + padding;
        let right = rect.right() - 8.0 - 14.0;
        let galley = text::line_within(painter, shown, font.clone(), color, right - left - 4.0);
        let end = text::paint(painter, galley, left, middle, &font).right();
        if let Some(detail) = self.detail
            && right - end > 16.0
        {
            let galley = text::line_within(painter, detail, font.clone(), t.text3, right - end - 8.0);
            text::paint(painter, galley, end + 6.0, middle, &font);
        }
        let chevron = if self.enabled { t.text3 } else { t.faint };
        Icon::ChevronDown.paint_at(painter, pos2(right + 7.0, middle), 14.0, chevron);
        if shows_focus(&response, Stand::Rest) {
            ring(painter, rect, 6, t);
        }
        response
    }
}
