//! A list of suggestions under a field: typing narrows it, arrows choose, Enter takes, Escape closes.

use egui::{
    CornerRadius, Id, Key, Modifiers, Popup, PopupCloseBehavior, RectAlign, Response, Role, ScrollArea, Sense, Ui,
    UiBuilder, WidgetInfo, vec2,
};

use super::menu::popup_frame;
use super::text::{elide_middle, paint_text, paint_text_right, width};
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::theme::tokens;

const ROW: f32 = 28.0;
/// Rows that are seen at once.
const MOST_ROWS: usize = 9;
/// The narrowest list.
const NARROWEST: f32 = 160.0;

/// One suggestion.
#[derive(Clone, Debug, Default)]
pub struct Suggestion {
    /// What is taken.
    pub text: String,
    /// A fact after it, in text 3.
    pub detail: String,
    /// An icon before it.
    pub icon: Option<Icon>,
}

/// What is remembered of a list from frame to frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct State {
    open: bool,
    at: Option<usize>,
    /// The pointer is over it, so the field may lose the focus to it.
    pointed: bool,
}

/// The list of one field. [`Suggest::before`] comes before the field is shown, [`Suggest::after`] behind it.
#[derive(Debug)]
#[must_use = "a list is shown by after"]
pub struct Suggest {
    id: Id,
    before: State,
    state: State,
    taken: Option<usize>,
}

impl Suggest {
    /// Whether suggestions are needed: the field has the focus, or its list is open. Making them may cost something.
    pub fn is_wanted(ui: &Ui, field: Id) -> bool {
        let state: State = ui.data(|data| data.get_temp(field.with("suggestions"))).unwrap_or_default();
        state.open || ui.memory(|memory| memory.has_focus(field))
    }

    /// Takes the keys of the list before its field sees them. `count` is that of the suggestions of this frame.
    pub fn before(ui: &Ui, field: Id, count: usize) -> Self {
        let id = field.with("suggestions");
        let before: State = ui.data(|data| data.get_temp(id)).unwrap_or_default();
        let mut suggest = Self { id, before, state: before, taken: None };
        if count == 0 || !ui.memory(|memory| memory.has_focus(field)) {
            return suggest;
        }
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        let state = &mut suggest.state;
        state.at = state.at.filter(|at| *at < count);
        if !state.open {
            if pressed(Key::ArrowDown) {
                *state = State { open: true, at: Some(0), ..*state };
            }
            return suggest;
        }
        if pressed(Key::ArrowDown) {
            state.at = Some(state.at.map_or(0, |at| (at + 1) % count));
        }
        if pressed(Key::ArrowUp) {
            state.at = Some(state.at.map_or(count - 1, |at| (at + count - 1) % count));
        }
        if pressed(Key::Escape) {
            state.open = false;
        }
        if state.at.is_some() && pressed(Key::Enter) {
            suggest.taken = state.at;
            state.open = false;
        }
        suggest
    }

    /// Shows the list where it is open: `opens` opens it, and so does typing. Returns the place of the one that is
    /// taken.
    pub fn after(mut self, ui: &Ui, field: &Response, opens: bool, name: &str, list: &[Suggestion]) -> Option<usize> {
        if field.changed() {
            self.state = State { open: true, at: None, ..self.state };
        }
        if opens {
            self.state.open = true;
        }
        let has_focus = ui.memory(|memory| memory.has_focus(field.id));
        if !has_focus && !self.state.pointed {
            self.state.open = false;
        }
        if self.taken.is_some() {
            self.state.open = false;
        }
        if !self.state.open {
            self.state = State::default();
        } else if !list.is_empty() {
            let at = self.state.at;
            let wide = field.rect.width().max(NARROWEST);
            let shown = Popup::from_response(field)
                .id(self.id.with("popup"))
                .open(true)
                .frame(popup_frame(tokens(ui)))
                .align(RectAlign::BOTTOM_START)
                .gap(4.0)
                .close_behavior(PopupCloseBehavior::IgnoreClicks)
                .width(wide)
                .show(|ui| list_ui(ui, wide, name, list, at));
            if let Some(shown) = shown {
                let rect = shown.response.rect;
                self.state.pointed = ui.input(|input| input.pointer.latest_pos().is_some_and(|at| rect.contains(at)));
                if shown.inner.is_some() {
                    self.taken = shown.inner;
                    self.state = State::default();
                }
            }
        }
        if self.taken.is_some() {
            field.request_focus();
        }
        if self.state != self.before {
            ui.data_mut(|data| data.insert_temp(self.id, self.state));
            ui.data_mut(|data| data.insert_temp(open_id(), self.state.open && !list.is_empty()));
            ui.ctx().request_repaint();
        }
        self.taken
    }
}

fn open_id() -> Id {
    Id::unique("a list of suggestions is open")
}

/// A list is open: Escape is its.
pub fn is_open(ctx: &egui::Context) -> bool {
    ctx.data(|data| data.get_temp(open_id())).unwrap_or(false)
}

fn list_ui(ui: &mut Ui, wide: f32, name: &str, list: &[Suggestion], at: Option<usize>) -> Option<usize> {
    ui.set_width(wide);
    let builder = UiBuilder::new().accessibility_role(Role::ListBox).accessibility_label(name);
    ui.scope_builder(builder, |ui| {
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        let mut taken = None;
        ScrollArea::vertical().max_height(ROW * MOST_ROWS as f32).show(ui, |ui| {
            for (index, suggestion) in list.iter().enumerate() {
                let response = row_ui(ui, suggestion, at == Some(index));
                if at == Some(index) && list.len() > MOST_ROWS {
                    response.scroll_to_me(None);
                }
                if response.clicked() {
                    taken = Some(index);
                }
            }
        });
        taken
    })
    .inner
}

fn row_ui(ui: &mut Ui, suggestion: &Suggestion, chosen: bool) -> Response {
    let t = tokens(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::CLICK);
    response.widget_info(|| WidgetInfo::labeled(Role::ListBoxOption, true, &suggestion.text));
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_selected(chosen);
        if !suggestion.detail.is_empty() {
            node.set_description(suggestion.detail.as_str());
        }
    });
    if chosen || response.hovered() {
        ui.painter().rect_filled(rect, CornerRadius::same(5), if chosen { t.accent_bg } else { t.bg4 });
    }
    let middle = rect.center().y;
    let mut left = rect.left() + 8.0;
    if let Some(icon) = suggestion.icon {
        icon.paint_at(ui.painter(), egui::pos2(left + 7.0, middle), 14.0, t.text2);
        left += 22.0;
    }
    let mut right = rect.right() - 8.0;
    if !suggestion.detail.is_empty() {
        let font = fonts::hint();
        paint_text_right(
            ui.painter(),
            right,
            middle,
            &suggestion.detail,
            &font,
            if chosen { t.text2 } else { t.text3 },
        );
        right -= width(ui.painter(), &suggestion.detail, font) + 12.0;
    }
    let font = fonts::code();
    let shown = elide_middle(ui.painter(), &suggestion.text, &font, (right - left).max(20.0));
    paint_text(ui.painter(), left, middle, &shown, &font, t.text1);
    response
}
