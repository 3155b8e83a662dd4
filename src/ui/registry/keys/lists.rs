//! Lists inside the questions: the keys that are deleted, imported, put back. Only the rows that are seen are
//! laid out.

use egui::{ScrollArea, Sense, Ui, vec2};

use crate::app::UndoStep;
use crate::engine::{ImportItem, ImportMeets};
use crate::ui::fonts;
use crate::ui::theme::measure::ROW;
use crate::ui::theme::{Tone, tokens};
use crate::ui::widgets::shared::boxed;
use crate::ui::widgets::text;
use crate::words::{Lang, format};

/// So high at most.
const MOST: f32 = 260.0;

/// Rows of a name and a fact, in a box.
fn list_ui(ui: &mut Ui, count: usize, row: impl Fn(usize) -> Option<(String, String, Tone)>) {
    let t = tokens(ui);
    let height = (count as f32 * ROW + 8.0).min(MOST);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    boxed(ui.painter(), rect, 6, t.bg2, t.line);
    let mut pane = crate::ui::context::pane_at(ui, rect.shrink(4.0), "key list");
    pane.spacing_mut().item_spacing = vec2(0.0, 0.0);
    let area = ScrollArea::vertical().id_salt("key list").auto_shrink([false, false]);
    area.show_rows(&mut pane, ROW, count, |ui, range| {
        for index in range {
            let Some((name, fact, tone)) = row(index) else { continue };
            let (place, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
            response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ListItem, true, format!("{name} {fact}")));
            let color = if tone == Tone::Plain { t.text3 } else { t.tint(tone).fg };
            let painter = ui.painter();
            let middle = place.center().y;
            let edge = text::paint_text_right(painter, place.right() - 12.0, middle, &fact, &fonts::hint(), color);
            let shown = text::elide_middle(painter, &name, &fonts::code(), edge - place.left() - 20.0);
            text::paint_text(painter, place.left() + 8.0, middle, &shown, &fonts::code(), t.text1);
            if shown != name {
                crate::ui::widgets::tooltip::tooltip_ui(&response, &name, None);
            }
        }
    });
}

/// Keys that are deleted, with the index at which they were seen and their size.
pub(super) fn deleted_ui(ui: &mut Ui, lang: Lang, keys: &[(String, u64, usize)]) {
    list_ui(ui, keys.len(), |index| {
        let (key, modified, bytes) = keys.get(index)?;
        Some((key.clone(), format!("{} · {}", format::bytes(*bytes as u64), lang.index(*modified)), Tone::Plain))
    });
}

/// Keys of a file, with what each meets.
pub(super) fn imported_ui(ui: &mut Ui, lang: Lang, items: &[ImportItem]) {
    let words = lang.key_values();
    list_ui(ui, items.len(), |index| {
        let item = items.get(index)?;
        let size = format::bytes(item.value.len() as u64);
        let (fact, tone) = match item.meets {
            ImportMeets::Nothing => (format!("{} · {size}", words.is_new), Tone::Ok),
            ImportMeets::Same => (words.is_same.to_owned(), Tone::Plain),
            ImportMeets::Other(at, before) => {
                let before = format::bytes(before as u64);
                (format!("{} · {before} → {size} · {}", words.differs, lang.index(at)), Tone::Warn)
            }
        };
        Some((item.key.clone(), fact, tone))
    });
}

/// Keys whose changes are taken back, with what becomes of each.
pub(super) fn undone_ui(ui: &mut Ui, lang: Lang, steps: &[UndoStep]) {
    let words = lang.key_changes();
    list_ui(ui, steps.len(), |index| {
        let step = steps.get(index)?;
        let what = match (&step.back, step.seen) {
            (None, _) => words.is_deleted.to_owned(),
            (Some(_), None) => words.is_created.to_owned(),
            (Some(back), Some(_)) => lang.gets_back(back.value.len()),
        };
        Some(match step.seen.filter(|_| step.is_later) {
            Some(index) => (step.key.clone(), lang.replaces_later(&what, index), Tone::Warn),
            None => (step.key.clone(), what, Tone::Plain),
        })
    });
}
