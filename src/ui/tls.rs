//! TLS settings of the tab's address.

use egui::{Rect, Ui, pos2, vec2};

use super::connection_form::{connection_form_ui, scheme_ui};
use super::context::{Cx, pane_at, row_at, row_from_right};
use super::theme::measure::{INSET, TABS};
use super::theme::tokens;
use super::widgets::button::ButtonSize;
use super::widgets::shared::line_below;
use super::widgets::text::{Elide, Line};
use crate::app::{Action, PickFor, Tab};

pub(super) fn tls_ui(ui: &mut Ui, cx: &mut Cx<'_>, tab: &Tab) {
    let t = tokens(ui);
    let whole = ui.max_rect();
    let line = Rect::from_min_size(whole.min, vec2(whole.width(), TABS));
    line_below(ui.painter(), line, t.line);
    let before = cx.app.form(&tab.address);
    let mut form = before.clone();
    let inner = line.shrink2(vec2(INSET, 0.0));
    let mut right = row_from_right(ui, inner, "tls scheme");
    scheme_ui(&mut right, cx, ButtonSize::Small, &mut form);
    let room = right.min_rect().left() - inner.left() - 12.0;
    let mut row = row_at(ui, inner, "tls line");
    let said = cx.lang().for_every_request_to(tab.address.trim());
    row.add(Line::new(&said).color(t.text2).elide(Elide::Middle).max_width(room));
    let rest = Rect::from_min_max(pos2(whole.left(), line.bottom()), whole.max);
    let mut pane = pane_at(ui, rest, "tls");
    let mut picked = None;
    egui::ScrollArea::vertical().id_salt("tls form").auto_shrink([false, false]).show(&mut pane, |ui| {
        egui::Frame::new().inner_margin(egui::Margin { left: 12, right: 12, top: 0, bottom: 12 }).show(ui, |ui| {
            picked = connection_form_ui(ui, cx, "tab", &mut form, false);
        });
    });
    if form != before {
        cx.act(Action::SetForm(tab.address.clone(), Box::new(form)));
    }
    if let Some(path) = picked {
        cx.act(Action::PickFiles(PickFor::Form(Some(tab.address.trim().to_owned()), path), false));
    }
}
