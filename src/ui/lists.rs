//! Headers and trailers as rows.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use egui::{Role, Ui, WidgetInfo, vec2};

use super::context::Cx;
use super::fonts;
use super::theme::tokens;
use super::widgets::shared::line_below;
use super::widgets::text::{elide_middle, paint_text, paint_text_right, width};
use super::widgets::tooltip::tooltip_ui;
use crate::app::is_secret_key;
use crate::call::Metadata;

/// What stands in the place of a secret.
const MASK: &str = "••••••";

/// Keys and values in order; bytes as base64 with their count; secrets as dots.
pub(super) fn metadata_rows_ui(ui: &mut Ui, cx: &Cx<'_>, metadata: &Metadata) {
    let t = tokens(ui);
    let words = cx.words();
    let keys = (ui.available_width() * 0.36).clamp(110.0, 170.0).round();
    for (key, value) in metadata {
        let is_binary = key.ends_with("-bin");
        let mut said = if is_binary {
            STANDARD.encode(value)
        } else {
            String::from_utf8_lossy(value).into_owned()
        };
        if is_secret_key(key) && !said.is_empty() {
            MASK.clone_into(&mut said);
        }
        let note = if is_binary { format!("{} B", value.len()) } else { String::new() };
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 26.0), egui::Sense::hover());
        response.widget_info(|| {
            WidgetInfo::labeled(Role::Row, true, format!("{key} {}", if said.is_empty() { words.empty_value } else { &said }))
        });
        if !ui.is_rect_visible(rect) {
            continue;
        }
        line_below(ui.painter(), rect, t.line);
        let font = fonts::code();
        let middle = rect.center().y;
        let shown_key = elide_middle(ui.painter(), key, &font, keys - 12.0);
        paint_text(ui.painter(), rect.left() + 12.0, middle, &shown_key, &font, t.text1);
        let left = rect.left() + 12.0 + keys;
        let mut right = rect.right() - 12.0;
        if !note.is_empty() {
            paint_text_right(ui.painter(), right, middle, &note, &fonts::hint(), t.text3);
            right -= width(ui.painter(), &note, fonts::hint()) + 12.0;
        }
        if said.is_empty() {
            paint_text(ui.painter(), left, middle, words.empty_value, &fonts::body(), t.text3);
            continue;
        }
        let shown = elide_middle(ui.painter(), &said, &font, (right - left).max(20.0));
        paint_text(ui.painter(), left, middle, &shown, &font, t.text2);
        if shown != said || shown_key != *key {
            tooltip_ui(&response, &format!("{key}: {said}"), None);
        }
        let copy = response.interact(egui::Sense::CLICK);
        super::widgets::menu::context_menu_ui(&copy, 160.0, |ui| {
            let item = super::widgets::menu::MenuItem::new(words.copy).icon(super::icons::Icon::Copy).first();
            if ui.add(item).clicked() {
                ui.ctx().copy_text(said.clone());
            }
        });
    }
}
