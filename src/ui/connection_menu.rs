//! The lock in the target bar: pressed, it says in words what it means and how the connection stands, with the ways on.

use egui::{Id, Popup, PopupCloseBehavior, Rect, RectAlign, Role, Sense, Ui, WidgetInfo, vec2};

use super::context::Cx;
use super::fonts;
use super::icons::Icon;
use super::theme::{Tone, tokens};
use super::widgets::button::Button;
use super::widgets::menu::{popup_frame, scrolled_ui};
use super::widgets::shared::{ring, shows_focus};
use super::widgets::text::{Elide, Line, paragraph_ui};
use super::widgets::tooltip::tooltip_ui;
use crate::app::{Action, Link, LockMeaning, RequestSide, Retry, Tab};
use crate::engine::ConnectionState;
use crate::words::failure::describe;

const WIDTH: f32 = 380.0;

/// What the lock says, for field and popup alike.
pub(super) struct Lock {
    pub(super) icon: Icon,
    pub(super) tone: Tone,
    /// A word or two.
    pub(super) said: String,
    /// A sentence.
    pub(super) meaning: &'static str,
}

pub(super) fn lock(cx: &Cx<'_>, meaning: &LockMeaning) -> Lock {
    let words = cx.words();
    let (icon, tone, said, meaning) = match meaning {
        LockMeaning::Verified(name) => (Icon::Lock, Tone::Ok, cx.lang().verified_as(name), words.lock_verified),
        LockMeaning::Pinned => (Icon::Lock, Tone::Ok, words.pinned.to_owned(), words.lock_pinned),
        LockMeaning::NotVerified => {
            (Icon::ShieldAlert, Tone::Error, words.not_verified.to_owned(), words.lock_unverified)
        }
        LockMeaning::Plaintext => (Icon::LockOpen, Tone::Warn, words.plaintext.to_owned(), words.lock_plaintext),
        LockMeaning::WillTry => (Icon::Lock, Tone::Plain, words.will_try_tls.to_owned(), words.lock_unknown),
        LockMeaning::WillUseTls => (Icon::Lock, Tone::Plain, words.tls.to_owned(), words.lock_will_tls),
        LockMeaning::WillUsePlaintext => {
            (Icon::LockOpen, Tone::Plain, words.plaintext.to_owned(), words.lock_will_plaintext)
        }
        LockMeaning::Unreachable => (Icon::Unplug, Tone::Error, words.unreachable.to_owned(), words.lock_failed),
    };
    Lock { icon, tone, said, meaning }
}

/// The button over the lock of the field `field`, and its popup.
pub(super) fn connection_menu_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab, field: Rect, lock: &Lock) {
    let place = Rect::from_min_size(field.min, vec2(32.0, field.height()));
    let response = ui.interact(place, Id::unique(("connection", tab.id.0)), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, cx.words().connection));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_description(lock.said.as_str()));
    if shows_focus(&response, super::widgets::shared::Stand::Rest) {
        ring(ui.painter(), place.shrink(3.0), 5, tokens(ui));
    }
    let popup = Id::unique(("connection popup", tab.id.0));
    let is_open = Popup::is_id_open(ui.ctx(), popup);
    if !is_open {
        tooltip_ui(&response, lock.meaning, None);
    }
    let address = tab.address.trim().to_owned();
    if response.clicked() && !is_open {
        cx.act(Action::LookAtConnection(address.clone()));
    }
    let shown = Popup::menu(&response)
        .id(popup)
        .frame(popup_frame(tokens(ui)).fill(tokens(ui).bg1).inner_margin(egui::Margin::same(14)))
        .align(RectAlign::BOTTOM_START)
        .gap(4.0)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .width(WIDTH)
        .show(|ui| {
            ui.set_width(WIDTH);
            scrolled_ui(ui, |ui| body_ui(ui, cx, tab, lock, &address))
        });
    let Some(done) = shown.and_then(|shown| shown.inner) else { return };
    if done != Action::Reconnect(address) {
        Popup::close_id(ui.ctx(), popup);
    }
    if let Action::Diagnose(_) = done {
        response.request_focus();
    }
    cx.act(done);
}

fn body_ui(ui: &mut Ui, cx: &Cx<'_>, tab: &Tab, lock: &Lock, address: &str) -> Option<Action> {
    let t = tokens(ui);
    let (words, own) = (cx.words(), cx.lang().requests());
    ui.spacing_mut().item_spacing = vec2(0.0, 4.0);
    let color = if lock.tone == Tone::Plain { t.text2 } else { t.tint(lock.tone).fg };
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        let (icon, _) = ui.allocate_exact_size(vec2(16.0, 20.0), Sense::hover());
        lock.icon.paint_at(ui.painter(), icon.center(), 16.0, color);
        let shown = if address.is_empty() { words.target } else { address };
        ui.add(Line::code(shown).height(20.0).elide(Elide::Middle).max_width(WIDTH - 24.0));
    });
    ui.add(Line::strong(&lock.said).color(color).height(20.0).elide(Elide::Middle));
    paragraph_ui(ui, lock.meaning, fonts::body(), t.text2, 20.0);
    ui.add_space(4.0);
    let line = ui.cursor().top() + 0.5;
    ui.painter().hline(ui.max_rect().x_range(), line, egui::Stroke::new(1.0, t.stroke));
    ui.add_space(8.0);
    let (tone, said) = state(cx, address);
    let color = if tone == Tone::Plain { t.text1 } else { t.tint(tone).fg };
    let response = paragraph_ui(ui, &said, fonts::body(), color, 20.0);
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_role(Role::Status);
        node.set_label(said.as_str());
    });
    if let Some(Link::Up(info)) = cx.app.links.get(address) {
        let tls = info.tls.as_ref().and_then(|report| report.version.clone());
        let facts = [Some(info.peer.clone()), tls.or_else(|| Some(words.plaintext.to_owned())), Some("h2".to_owned())];
        let facts: Vec<String> = facts.into_iter().flatten().collect();
        ui.add(Line::code(&facts.join(" · ")).color(t.text3).height(20.0).elide(Elide::Middle));
    }
    ui.add_space(8.0);
    let mut done = None;
    let is_there = !address.is_empty();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        let reconnect = ui.add(Button::secondary(own.reconnect).icon(Icon::RefreshCw).enabled(is_there));
        tooltip_ui(&reconnect, own.reconnect_hint, None);
        if reconnect.clicked() {
            done = Some(Action::Reconnect(address.to_owned()));
        }
        if ui.add(Button::secondary(words.diagnose).icon(Icon::Activity).enabled(is_there)).clicked() {
            done = Some(Action::Diagnose(Retry::Send(tab.id)));
        }
        if ui.add(Button::ghost(words.open_tls)).clicked() {
            done = Some(Action::ShowRequestSide(tab.id, RequestSide::Tls));
        }
    });
    done
}

/// How the connection stands, in words.
fn state(cx: &Cx<'_>, address: &str) -> (Tone, String) {
    let own = cx.lang().requests();
    match cx.app.connections.get(address) {
        _ if address.is_empty() => (Tone::Plain, own.not_connected.to_owned()),
        None => (Tone::Plain, own.looking.to_owned()),
        Some(ConnectionState::Idle) => match cx.app.links.get(address) {
            Some(Link::Down(failed)) => (Tone::Error, describe(failed, cx.lang()).title),
            _ => (Tone::Plain, own.not_connected.to_owned()),
        },
        Some(ConnectionState::Connecting) => (Tone::Accent, own.connecting.to_owned()),
        Some(ConnectionState::Open(info)) => {
            let open_for = cx.now.saturating_duration_since(info.opened);
            (Tone::Ok, cx.lang().connected_for(open_for, info.calls_before))
        }
        Some(ConnectionState::Failed(failed)) => (Tone::Error, describe(failed, cx.lang()).title),
        Some(ConnectionState::Unusable(why)) => (Tone::Error, why.clone()),
    }
}
