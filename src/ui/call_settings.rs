//! The popup of the deadline box: what limits a call, and how the connection is kept; of the request, and of its target.

use std::time::Duration;

use egui::{Id, Popup, PopupCloseBehavior, Rect, RectAlign, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::context::{Cx, row_at};
use super::fonts;
use super::icons::Icon;
use super::theme::tokens;
use super::widgets::button::{ButtonSize, IconButton};
use super::widgets::choice::choice_ui;
use super::widgets::field::Field;
use super::widgets::menu::{popup_frame, scrolled_ui};
use super::widgets::shared::{Stand, ring, shows_focus};
use super::widgets::text::{Elide, Line, paint_text, paragraph_ui};
use super::widgets::tooltip::tooltip_ui;
use crate::app::{
    Action, ConnectionForm, PING_ANSWER, Tab, TabId, parse_deadline, parse_size, show_deadline, show_size,
};
use crate::call::Encoding;

const WIDTH: f32 = 436.0;
/// The column of names.
const NAMES: f32 = 152.0;
/// The part of the deadline box that opens the popup.
pub(super) const CHEVRON: f32 = 24.0;

/// What is typed into the popup while it is open: a value that cannot be read stays, and says so.
#[derive(Debug, Default)]
pub(super) struct CallSettings {
    address: String,
    texts: [String; 6],
}

/// A setting of the target.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Setting {
    Receive,
    Send,
    Connect,
    Keepalive,
    KeepaliveTimeout,
    UserAgent,
}

const SETTINGS: [Setting; 6] = [
    Setting::Receive,
    Setting::Send,
    Setting::Connect,
    Setting::Keepalive,
    Setting::KeepaliveTimeout,
    Setting::UserAgent,
];

impl Setting {
    fn name(self, cx: &Cx<'_>) -> &'static str {
        let own = cx.lang().requests();
        match self {
            Self::Receive => own.receive_limit,
            Self::Send => own.send_limit,
            Self::Connect => own.connect_timeout,
            Self::Keepalive => own.keepalive,
            Self::KeepaliveTimeout => own.keepalive_timeout,
            Self::UserAgent => own.user_agent,
        }
    }

    /// What holds where nothing is set.
    fn usual(self, cx: &Cx<'_>) -> String {
        match self {
            Self::Receive => show_size(cx.app.usual_limits().receive_bytes),
            Self::Send => show_size(cx.app.usual_limits().send_bytes),
            Self::Connect => show_deadline(Some(cx.app.usual_connect_timeout()), ""),
            Self::Keepalive => cx.words().off.to_owned(),
            Self::KeepaliveTimeout => show_deadline(Some(PING_ANSWER), ""),
            Self::UserAgent => concat!("proconsul/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }

    /// As the settings have it; empty where they say nothing.
    fn shown(self, form: &ConnectionForm) -> String {
        let time = |time: Option<Duration>| time.map_or_else(String::new, |time| show_deadline(Some(time), ""));
        let size = |size: Option<usize>| size.map_or_else(String::new, show_size);
        match self {
            Self::Receive => size(form.receive_bytes),
            Self::Send => size(form.send_bytes),
            Self::Connect => time(form.connect_timeout),
            Self::Keepalive => time(form.keepalive),
            Self::KeepaliveTimeout => time(form.keepalive_timeout),
            Self::UserAgent => form.user_agent.clone(),
        }
    }

    /// Takes what is typed; what is wrong with it otherwise.
    fn take(self, cx: &Cx<'_>, text: &str, form: &mut ConnectionForm) -> Result<(), &'static str> {
        let own = cx.lang().requests();
        // "off" is how a time that is not set is shown.
        let text = if text.trim() == cx.words().off { "" } else { text };
        let time = || parse_deadline(text).map_err(|_bad| own.time_bad);
        let size = || parse_size(text).map_err(|_bad| own.size_bad);
        match self {
            Self::Receive => form.receive_bytes = size()?,
            Self::Send => form.send_bytes = size()?,
            Self::Connect => form.connect_timeout = time()?,
            Self::Keepalive => form.keepalive = time()?,
            Self::KeepaliveTimeout => form.keepalive_timeout = time()?,
            Self::UserAgent => {
                if !text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
                    return Err(own.agent_bad);
                }
                text.clone_into(&mut form.user_agent);
            }
        }
        Ok(())
    }

    fn hint(self, cx: &Cx<'_>) -> Option<&'static str> {
        let own = cx.lang().requests();
        (self == Self::Keepalive).then_some(own.keepalive_hint)
    }
}

/// The popup of a tab.
pub(super) fn popup_id(tab: TabId) -> Id {
    Id::unique(("call settings popup", tab.0))
}

/// The button at the right of the deadline box, and its popup.
pub(super) fn call_settings_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, field: Rect, has_word: bool) {
    let t = tokens(ui);
    let place = Rect::from_min_max(pos2(field.right() - CHEVRON, field.top()), field.max);
    let response = ui.interact(place, Id::unique(("call settings", tab.id.0)), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, cx.lang().commands().show_call_settings));
    // The word opens it as well.
    let word = super::widgets::text::width(ui.painter(), cx.words().deadline, fonts::body()) + 18.0;
    let word = Rect::from_min_size(field.min, vec2(word, field.height()));
    let word_pressed =
        has_word && ui.interact(word, Id::unique(("call settings word", tab.id.0)), Sense::CLICK).clicked();
    let is_set = tab.compress.is_some() || differs(&cx.app.form(&tab.address));
    let color = match (is_set, response.hovered()) {
        (true, _) => t.accent,
        (false, true) => t.text1,
        (false, false) => t.text3,
    };
    Icon::ChevronDown.paint_at(ui.painter(), place.center() - vec2(2.0, 0.0), 14.0, color);
    if shows_focus(&response, Stand::Rest) {
        ring(ui.painter(), place.shrink(3.0), 5, t);
    }
    let popup = popup_id(tab.id);
    if word_pressed {
        Popup::toggle_id(ui.ctx(), popup);
    }
    let is_open = Popup::is_id_open(ui.ctx(), popup);
    if !is_open {
        tooltip_ui(&response, cx.lang().commands().show_call_settings, None);
        cx.memory.call_settings = None;
    }
    Popup::menu(&response)
        .id(popup)
        .frame(popup_frame(t).fill(t.bg1).inner_margin(egui::Margin::same(14)))
        .align(RectAlign::BOTTOM_END)
        .gap(4.0)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .width(WIDTH)
        .show(|ui| {
            ui.set_width(WIDTH);
            scrolled_ui(ui, |ui| body_ui(ui, cx, tab));
        });
}

fn differs(form: &ConnectionForm) -> bool {
    SETTINGS.iter().any(|setting| !setting.shown(form).is_empty())
}

fn body_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab) {
    let own = cx.lang().requests();
    ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
    ui.add(Line::strong(own.this_request).height(24.0));
    deadline_row_ui(ui, cx, tab);
    let usual = cx.app.settings.compress.unwrap_or_default();
    let mut compress = tab.compress.unwrap_or(usual);
    let mut is_reset = false;
    row_ui(ui, own.compression, |ui| {
        let kinds = [
            (Encoding::Identity, cx.words().none),
            (Encoding::Gzip, "gzip"),
            (Encoding::Deflate, "deflate"),
            (Encoding::Zstd, "zstd"),
        ];
        choice_ui(ui, own.compression, ButtonSize::Normal, &mut compress, &kinds);
        let named = kinds.iter().find(|(kind, _)| *kind == usual).map_or("", |(_, name)| name);
        is_reset = reset_ui(ui, cx, own.compression, named, tab.compress.is_some());
    });
    note_ui(ui, own.compression_hint);
    if is_reset {
        cx.act(Action::SetCompression(tab.id, None));
    } else if compress != tab.compress.unwrap_or(usual) {
        cx.act(Action::SetCompression(tab.id, Some(compress)));
    }
    let address = tab.address.trim().to_owned();
    if address.is_empty() {
        return;
    }
    ui.add_space(10.0);
    let t = tokens(ui);
    let top = ui.cursor().top() + 0.5;
    ui.painter().hline(ui.max_rect().x_range(), top, egui::Stroke::new(1.0, t.stroke));
    ui.add_space(8.0);
    let every = cx.lang().every_call_to(&address);
    ui.add(Line::strong(&every).height(24.0).elide(Elide::Middle));
    let before = cx.app.form(&address);
    let mut form = before.clone();
    let mut state = cx.memory.call_settings.take().filter(|state| state.address == address).unwrap_or_else(|| {
        CallSettings { address: address.clone(), texts: SETTINGS.map(|setting| setting.shown(&before)) }
    });
    for (setting, text) in SETTINGS.into_iter().zip(&mut state.texts) {
        setting_ui(ui, cx, tab, setting, text, &mut form);
    }
    cx.memory.call_settings = Some(state);
    if form != before {
        cx.act(Action::SetForm(address, Box::new(form)));
    }
}

fn deadline_row_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab) {
    let (words, own) = (cx.words(), cx.lang().requests());
    let mut deadline = tab.deadline.clone();
    let is_bad = parse_deadline(&deadline).is_err();
    row_ui(ui, words.deadline, |ui| {
        let width = ui.available_width() - 32.0;
        let field = Field::new(Id::unique(("popup deadline", tab.id.0)), &mut deadline, words.deadline)
            .placeholder(words.no_value)
            .mono()
            .error(is_bad.then_some(""))
            .width(width);
        field.show(ui);
        let is_set = !matches!(parse_deadline(&tab.deadline), Ok(None));
        if reset_ui(ui, cx, words.deadline, words.no_value, is_set) {
            words.no_value.clone_into(&mut deadline);
        }
    });
    if is_bad {
        wrong_ui(ui, words.deadline_bad);
    } else if tab.is_stream() && !matches!(parse_deadline(&tab.deadline), Ok(None)) {
        note_ui(ui, own.streams_deadline);
    }
    if deadline != tab.deadline {
        cx.act(Action::SetDeadline(tab.id, deadline));
    }
}

fn setting_ui(ui: &mut Ui, cx: &Cx<'_>, tab: &Tab, setting: Setting, text: &mut String, form: &mut ConnectionForm) {
    let (name, usual) = (setting.name(cx), setting.usual(cx));
    let wrong = setting.take(cx, text, &mut form.clone()).err();
    row_ui(ui, name, |ui| {
        let width = ui.available_width() - 32.0;
        let id = Id::unique(("call setting", name, tab.id.0));
        let field = Field::new(id, text, name).placeholder(&usual).mono().error(wrong.map(|_| "")).width(width);
        let response = field.show(ui);
        if setting == Setting::UserAgent {
            tooltip_ui(&response, &format!("… {usual}"), None);
        }
        if reset_ui(ui, cx, name, &usual, !text.trim().is_empty()) {
            text.clear();
        }
    });
    // What cannot be read changes nothing.
    if setting.take(cx, text, form).is_err() {
        wrong_ui(ui, wrong.unwrap_or_default());
    } else if let Some(hint) = setting.hint(cx) {
        note_ui(ui, hint);
    }
}

/// A name, then a control.
fn row_ui<R>(ui: &mut Ui, name: &str, control: impl FnOnce(&mut Ui) -> R) -> R {
    let t = tokens(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 34.0), Sense::hover());
    paint_text(ui.painter(), rect.left(), rect.center().y, name, &fonts::body(), t.text2);
    let place = Rect::from_min_max(pos2(rect.left() + NAMES, rect.top()), rect.max);
    let mut row = row_at(ui, place, ("call setting row", name));
    row.spacing_mut().item_spacing.x = 8.0;
    control(&mut row)
}

/// The button that takes a setting back, where it is set; returns whether it was pressed.
fn reset_ui(ui: &mut Ui, cx: &Cx<'_>, name: &str, usual: &str, is_set: bool) -> bool {
    if !is_set {
        return false;
    }
    let said = cx.lang().reset_to(name, usual);
    ui.add(IconButton::new(Icon::RotateCcw, &said).small()).clicked()
}

fn below(ui: &mut Ui, said: &str, color: egui::Color32) -> Response {
    let place = Rect::from_min_size(ui.cursor().min + vec2(NAMES, 0.0), vec2(ui.available_width() - NAMES, 200.0));
    let mut pane = super::context::pane_at(ui, place, ("below setting", said));
    let response = paragraph_ui(&mut pane, said, fonts::hint(), color, 18.0);
    let height = pane.min_rect().height();
    ui.allocate_space(vec2(1.0, height + 4.0));
    response
}

fn note_ui(ui: &mut Ui, said: &str) {
    let color = tokens(ui).text3;
    below(ui, said, color);
}

fn wrong_ui(ui: &mut Ui, said: &str) {
    let color = tokens(ui).error;
    let response = below(ui, said, color);
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_role(Role::Alert);
        node.set_label(said);
    });
}
