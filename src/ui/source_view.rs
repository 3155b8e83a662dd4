//! What is wrong with a source, read in the centre: a file that does not compile, or a source that cannot be read.

use egui::{Ui, vec2};

use super::context::Cx;
use super::diagnose;
use super::failure::{FailureCard, failure_card_ui, transport_failure_ui};
use super::fonts;
use super::icons::Icon;
use super::theme::tokens;
use super::ways::Ways;
use super::widgets::button::Button;
use super::widgets::text::{Elide, Line, paragraph_ui};
use crate::app::{Action, Retry, SourceOrigin};
use crate::engine::SourceId;

fn page_ui(ui: &mut Ui, salt: &str, content: impl FnOnce(&mut Ui)) {
    egui::ScrollArea::vertical().id_salt(salt).auto_shrink([false, false]).show(ui, |ui| {
        egui::Frame::new().inner_margin(egui::Margin::same(24)).show(ui, |ui| {
            ui.set_width((ui.available_width()).min(820.0));
            content(ui);
        });
    });
}

/// One fault of one file.
pub(super) fn problem_ui(ui: &mut Ui, cx: &mut Cx<'_>, source: SourceId, index: usize) {
    let words = cx.words();
    let app = cx.app;
    let Some(problem) = app.source(source).and_then(|entry| entry.outline.as_ref()?.problems.get(index)) else {
        return;
    };
    page_ui(ui, "problem", |ui| {
        let t = tokens(ui);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 10.0;
            let (icon, _) = ui.allocate_exact_size(vec2(20.0, 24.0), egui::Sense::hover());
            Icon::CircleAlert.paint_at(ui.painter(), icon.center(), 20.0, t.error);
            ui.add(Line::new(words.problem_title).font(fonts::heading()).height(24.0));
        });
        ui.add_space(8.0);
        let place = cx.lang().file_place(&problem.file, problem.line, problem.column);
        ui.add(Line::code(&place).color(t.text2).elide(Elide::Middle));
        ui.add_space(8.0);
        paragraph_ui(ui, &problem.message, fonts::body(), t.error, 20.0);
        if let Some(line) = &problem.source_line {
            ui.add_space(12.0);
            source_line_ui(ui, line, problem.line, problem.column);
        }
        ui.add_space(12.0);
        paragraph_ui(ui, words.problem_rest, fonts::body(), t.text2, 20.0);
        for root in &problem.roots {
            ui.add_space(12.0);
            let label = cx.lang().add_import_root(&root.root.display().to_string());
            if ui.add(Button::secondary(&label).icon(Icon::FolderOpen)).clicked() {
                cx.act(Action::AddImportRoot(source, root.root.clone()));
            }
            ui.add_space(4.0);
            ui.add(Line::hint(&root.resolves.join(", ")).color(t.text3).elide(Elide::End));
        }
        ui.add_space(16.0);
        if ui.add(Button::secondary(words.load_again).icon(Icon::RefreshCw)).clicked() {
            cx.act(Action::ReloadSource(source));
        }
    });
}

/// The line as its author wrote it, with a mark under the place.
fn source_line_ui(ui: &mut Ui, line: &str, number: Option<u32>, column: Option<u32>) {
    let t = tokens(ui);
    let width = ui.available_width();
    let (rect, response) = ui.allocate_exact_size(vec2(width, 44.0), egui::Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, line));
    ui.painter().rect_filled(rect, egui::CornerRadius::same(6), t.bg3);
    let font = fonts::code();
    let middle = rect.top() + 16.0;
    let number = number.map(|number| number.to_string()).unwrap_or_default();
    let painter = ui.painter().with_clip_rect(rect);
    let left = super::widgets::text::paint_text(&painter, rect.left() + 12.0, middle, &number, &font, t.faint) + 12.0;
    let shown = line.replace('\t', " ");
    super::widgets::text::paint_text(&painter, left, middle, &shown, &font, t.text1);
    if let Some(column) = column {
        let before: String = shown.chars().take(column.saturating_sub(1) as usize).collect();
        let x = left + super::widgets::text::width(&painter, &before, font.clone());
        super::widgets::text::paint_text(&painter, x, middle + 15.0, "^", &font, t.error);
    }
}

/// A source that cannot be read.
pub(super) fn failed_ui(ui: &mut Ui, cx: &mut Cx<'_>, source: SourceId) {
    let words = cx.words();
    let app = cx.app;
    let Some(entry) = app.source(source) else { return };
    let Some(failure) = &entry.failure else { return };
    let told = failure.status.as_ref().and_then(|status| status.failure.as_ref());
    let title = entry.full_title();
    page_ui(ui, "failed source", |ui| {
        ui.add(Line::new(&title).font(fonts::heading()).height(24.0).elide(Elide::Middle));
        ui.add_space(12.0);
        let settings = if entry.is_address() { words.tls_with_reflection } else { words.import_roots };
        let pressed = if let (Some(told), SourceOrigin::Address { address, .. }) = (told, &entry.origin) {
            let also = [words.try_again, settings, words.remove, words.diagnose];
            transport_failure_ui(ui, cx, told, address, Retry::Load(source), &also, "")
        } else {
            let cause = &failure.message;
            let card = FailureCard { title: words.source_failed_title, cause, ..FailureCard::default() };
            let again = if app.waits_for_demo(source) { cx.lang().commands().start_demo } else { words.try_again };
            let others = [settings, words.remove, words.diagnose];
            // Files have no address.
            let others = if entry.is_address() { &others[..] } else { &others[..2] };
            failure_card_ui(ui, words, &card, Some(again), others)
        };
        match pressed {
            Some(0) => cx.act(Action::ReloadSource(source)),
            Some(1) => cx.act(Action::OpenDialogFor(source)),
            Some(2) => cx.act(Action::RemoveSource(source)),
            Some(3) => cx.act(Action::Diagnose(Retry::Load(source))),
            _ => {}
        }
        let offered = told.map(|told| Ways::of(told, Retry::Load(source))).unwrap_or_default();
        diagnose::diagnosis_below_ui(ui, cx, Retry::Load(source), &offered);
    });
}
