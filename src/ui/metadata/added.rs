//! What goes out besides the person's rows: as the settings say, whether or not something was sent yet.

use egui::{Role, Ui, WidgetInfo, vec2};

use crate::app::{Tab, parse_deadline};
use crate::call::{ACCEPTED, Encoding, timeout_header};
use crate::transport::ConnectOptions;
use crate::ui::context::Cx;
use crate::ui::fonts;
use crate::ui::theme::tokens;
use crate::ui::widgets::heading::section_head_ui;
use crate::ui::widgets::shared::line_below;
use crate::ui::widgets::text::{elide_middle, paint_text, paint_text_right, width};
use crate::ui::widgets::tooltip::tooltip_ui;

const HEAD: f32 = 32.0;
const ROW: f32 = 26.0;
/// The column of keys.
const KEYS: f32 = 168.0;

/// One header.
pub(super) struct Added {
    key: &'static str,
    value: String,
    /// Where it comes from.
    note: &'static str,
}

/// What a call of this tab adds.
pub(super) fn added(cx: &Cx<'_>, tab: &Tab) -> Vec<Added> {
    let own = cx.lang().requests();
    let plain = |key, value: &str| Added { key, value: value.to_owned(), note: "" };
    let mut added = vec![plain("content-type", "application/grpc"), plain("te", "trailers")];
    if let Ok(Some(limit)) = parse_deadline(&tab.deadline) {
        // Whole units as they are set; what is sent is less by the time until then.
        let value = if limit.subsec_nanos() == 0 && limit.as_secs() < 100_000_000 {
            format!("{}S", limit.as_secs())
        } else if limit.subsec_nanos().is_multiple_of(1_000_000) && limit.as_millis() < 100_000_000 {
            format!("{}m", limit.as_millis())
        } else {
            timeout_header(limit)
        };
        added.push(Added { key: "grpc-timeout", value, note: own.from_deadline });
    }
    let compress = tab.compress.or(cx.app.settings.compress).unwrap_or_default();
    if compress != Encoding::Identity {
        let value = compress.name().to_owned();
        added.push(Added { key: "grpc-encoding", value, note: own.from_compression });
    }
    added.push(plain("grpc-accept-encoding", &ACCEPTED.replace(',', ", ")));
    let agent = ConnectOptions::default().user_agent;
    let before = cx.app.form(&tab.address).user_agent;
    let agent = if before.trim().is_empty() { agent } else { format!("{} {agent}", before.trim()) };
    added.push(plain("user-agent", &agent));
    added
}

pub(super) fn height(added: &[Added]) -> f32 {
    HEAD + ROW * added.len() as f32 + 1.0
}

pub(super) fn added_ui(ui: &mut Ui, cx: &Cx<'_>, added: &[Added]) {
    let note = cx.lang().keys(added.len());
    section_head_ui(ui, cx.words().added_title, &note, HEAD, |_| ());
    for header in added {
        let t = tokens(ui);
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), egui::Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Row, true, format!("{} {}", header.key, header.value)));
        line_below(ui.painter(), rect, t.line);
        let (font, middle) = (fonts::code(), rect.center().y);
        let keys = KEYS.min(rect.width() * 0.45);
        let key = elide_middle(ui.painter(), header.key, &font, keys - 12.0);
        paint_text(ui.painter(), rect.left() + 12.0, middle, &key, &font, t.text1);
        let left = rect.left() + 12.0 + keys;
        let mut right = rect.right() - 12.0;
        if !header.note.is_empty() {
            let font = fonts::hint();
            paint_text_right(ui.painter(), right, middle, header.note, &font, t.text3);
            right -= width(ui.painter(), header.note, font) + 12.0;
        }
        let value = elide_middle(ui.painter(), &header.value, &font, (right - left).max(20.0));
        paint_text(ui.painter(), left, middle, &value, &font, t.text2);
        if value != header.value || key != header.key {
            tooltip_ui(&response, &format!("{}: {}", header.key, header.value), None);
        }
    }
}
