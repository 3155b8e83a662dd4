//! The first window: three ways to begin.

use egui::{CornerRadius, Id, Rect, Stroke, StrokeKind, Ui, pos2, vec2};

use super::context::{Cx, pane_at, row_at};
use super::fonts;
use super::icons::Icon;
use super::recent::recent_ui;
use super::theme::tokens;
use super::widgets::badge::key_ui;
use super::widgets::button::Button;
use super::widgets::field::Field;
use super::widgets::notice::Notice;
use super::widgets::shared::dashed;
use super::widgets::text::{Line, label_over, line, paint, paragraph_ui};
use crate::app::{Action, Area, DemoState, PickFor, RegistryAct, UiCommand};

/// Cards stand beside each other from this width on.
const THREE_ABREAST: f32 = 780.0;
/// Narrower cards need a line more for what they say.
const TWO_LINES_BELOW: f32 = 600.0;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Demo,
    Connect,
    Files,
}

pub(super) fn welcome_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let whole = ui.max_rect();
    egui::ScrollArea::vertical().id_salt("welcome").auto_shrink([false, false]).show(ui, |ui| {
        let width = (whole.width() - 48.0).min(940.0);
        let left = whole.left() + ((whole.width() - width) / 2.0).round();
        let top = ui.cursor().top()
            + match whole.height() {
                height if height > 640.0 => 121.0,
                height if height > 400.0 => 40.0,
                _ => 16.0,
            };
        let column = Rect::from_min_size(pos2(left, top), vec2(width, 2000.0));
        let mut column_ui = ui.new_child(egui::UiBuilder::new().id_salt("column").max_rect(column));
        column_ui_body(&mut column_ui, cx, width);
        let bottom = column_ui.min_rect().bottom();
        ui.allocate_space(vec2(1.0, (bottom - ui.cursor().top()).max(0.0) + 24.0));
        super::context::follow_focus(ui);
    });
}

fn column_ui_body(ui: &mut Ui, cx: &mut Cx<'_>, width: f32) {
    let words = cx.words();
    let t = tokens(ui);
    ui.add(Line::new(words.welcome_title).font(fonts::title()).height(26.0));
    ui.add_space(8.0);
    ui.add(Line::new(words.welcome_sub).color(t.text2));
    ui.add_space(24.0);
    let start = ui.cursor().min;
    let abreast = width >= THREE_ABREAST;
    let card_width = if abreast { ((width - 32.0) / 3.0).floor() } else { width };
    let height = match () {
        () if abreast => 208.0,
        // What a card says takes two lines.
        () if width < TWO_LINES_BELOW => 192.0,
        () => 172.0,
    };
    let mut at = start;
    for (index, way) in [Way::Demo, Way::Connect, Way::Files].into_iter().enumerate() {
        let end = if abreast && index == 2 { start.x + width } else { at.x + card_width };
        let rect = Rect::from_min_max(at, pos2(end, at.y + height));
        card_ui(ui, cx, way, rect);
        at = if abreast { pos2(rect.right() + 16.0, at.y) } else { pos2(at.x, rect.bottom() + 12.0) };
    }
    let cards_bottom = if abreast { start.y + height } else { at.y - 12.0 };
    ui.add_space(cards_bottom - start.y);
    notices_ui(ui, cx);
    ui.add_space(16.0);
    let (drop, _) = ui.allocate_exact_size(vec2(width, 48.0), egui::Sense::hover());
    drop_ui(ui, cx, drop);
    ui.add_space(8.0);
    if ui.add(Button::link(cx.lang().requests().paste_command_link)).clicked() {
        cx.act(Action::WriteCommand(Some(String::new())));
    }
    registry_ui(ui, cx);
    ui.add_space(16.0);
    recent_ui(ui, cx);
    ui.add_space(24.0);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(8.0, 8.0);
        let own = cx.lang().habits();
        for (command, what) in [
            (UiCommand::ShowPalette, own.find_anything),
            (UiCommand::NewTab, own.new_request),
            (UiCommand::Send, words.send_key),
            (UiCommand::ShowKeys, own.keys_all),
        ] {
            let Some(key) = cx.key(command) else { continue };
            key_ui(ui, &key);
            ui.add(Line::new(what).color(t.text2));
            ui.add_space(16.0);
        }
    });
}

/// The way to services that a registry knows.
fn registry_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let words = cx.lang().discovery();
    let t = tokens(ui);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        let (icon, _) = ui.allocate_exact_size(vec2(16.0, 24.0), egui::Sense::hover());
        Icon::Network.paint_at(ui.painter(), icon.center(), 16.0, t.text3);
        ui.add(Line::new(words.welcome_question).color(t.text2));
        if ui.add(Button::link(words.welcome_link)).clicked() {
            cx.act(Action::ShowArea(Area::Registry));
            cx.act(Action::Registry(RegistryAct::OpenDialog));
        }
    });
}

/// What went wrong with the last try, below the cards.
fn notices_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let words = cx.words();
    if let DemoState::Failed(why) = &cx.app.demo {
        ui.add_space(16.0);
        if Notice::new(super::theme::Tone::Error, words.demo_failed, why).actions(&[words.try_again]).show(ui).is_some()
        {
            cx.act(Action::StartDemo);
        }
    }
    if cx.app.dialog_waits {
        ui.add_space(16.0);
        Notice::new(super::theme::Tone::Accent, "", cx.lang().habits().dialog_waits).show(ui);
    }
    if cx.app.no_dialog {
        ui.add_space(16.0);
        Notice::new(super::theme::Tone::Warn, "", words.no_dialog).show(ui);
    }
}

fn card_ui(ui: &mut Ui, cx: &mut Cx<'_>, way: Way, rect: Rect) {
    let t = tokens(ui);
    let words = cx.words();
    let edge = if way == Way::Demo { t.accent } else { t.line };
    ui.painter().rect(rect, CornerRadius::same(8), t.bg1, Stroke::new(1.0, edge), StrokeKind::Inside);
    let inner = rect.shrink(21.0);
    let (icon, title, said) = match way {
        Way::Demo => (Icon::Play, words.demo_title, words.demo_text),
        Way::Connect => (Icon::Plug, words.connect_title, words.connect_text),
        Way::Files => (Icon::Folder, words.files_title, words.files_text),
    };
    icon.paint_at(ui.painter(), inner.min + vec2(10.0, 10.0), 20.0, t.accent);
    let text = Rect::from_min_max(inner.min + vec2(0.0, 29.0), inner.max);
    let mut pane = pane_at(ui, text, ("card", title));
    pane.add(Line::new(title).font(fonts::heading()).height(22.0));
    pane.add_space(5.0);
    paragraph_ui(&mut pane, said, fonts::body(), t.text2, 20.0);
    let row = Rect::from_min_max(pos2(inner.left(), inner.bottom() - 32.0), inner.max);
    let mut row = row_at(ui, row, ("card row", title));
    row.spacing_mut().item_spacing.x = 8.0;
    match way {
        Way::Demo => demo_row_ui(&mut row, cx),
        Way::Connect => connect_row_ui(&mut row, cx),
        Way::Files => files_row_ui(&mut row, cx),
    }
}

fn demo_row_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let words = cx.words();
    let is_starting = matches!(cx.app.demo, DemoState::Starting);
    let label = if is_starting { words.demo_starting } else { cx.lang().commands().start_demo };
    let response = ui.add(Button::primary(label).large().key("⏎").enabled(!is_starting));
    // Enter begins where nothing else has the focus.
    let free = ui.memory(|memory| memory.focused().is_none()) && cx.app.dialog.is_none();
    let enter = free && ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, egui::Key::Enter));
    if !is_starting && (response.clicked() || enter) {
        cx.act(Action::StartDemo);
    }
}

fn connect_row_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let words = cx.words();
    let button = Button::secondary(words.connect_button).large();
    let width = ui.available_width() - button.width(ui) - 8.0;
    let mut address = cx.app.welcome_address.clone();
    let missing = (cx.app.welcome_missing && cx.app.welcome_path.is_none()).then_some("");
    let field = Field::new(Id::unique("welcome address"), &mut address, words.address)
        .placeholder(words.address_hint)
        .leading(Icon::Lock)
        .mono()
        .large()
        .error(missing)
        .width(width);
    let response = field.show(ui);
    if response.changed() {
        cx.act(Action::TypeWelcomeAddress(address.clone()));
    }
    let enter = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
    if ui.add(button).clicked() || enter {
        cx.act(Action::OpenAddress(address));
    }
}

fn files_row_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let words = cx.words();
    let Some(path) = &cx.app.welcome_path else {
        if ui.add(Button::secondary(words.choose_files).large()).clicked() {
            cx.act(Action::PickFiles(PickFor::Open, false));
        }
        ui.add_space(8.0);
        if ui.add(Button::link(words.or_type_a_path)).clicked() {
            cx.act(Action::TypeWelcomePath(String::new()));
        }
        return;
    };
    let mut path = path.clone();
    let button = Button::secondary(words.open).large();
    let width = ui.available_width() - button.width(ui) - 8.0;
    let field = Field::new(Id::unique("welcome path"), &mut path, words.path)
        .placeholder(words.path_hint)
        .mono()
        .large()
        .error(cx.app.welcome_missing.then_some(""))
        .width(width);
    let response = field.show(ui);
    if response.changed() {
        cx.act(Action::TypeWelcomePath(path));
    }
    let enter = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
    if ui.add(button).clicked() || enter {
        cx.act(Action::OpenWelcomePath);
    }
}

fn drop_ui(ui: &Ui, cx: &Cx<'_>, rect: Rect) {
    let t = tokens(ui);
    let said = cx.words().drop_hint;
    dashed(ui.painter(), rect, 8.0, t.stroke);
    let font = fonts::body();
    let galley = line(ui.painter(), said, font.clone(), t.text2);
    let content = galley.size().x + 24.0;
    let left = (rect.left() + (rect.width() - content) / 2.0).round();
    Icon::Download.paint_at(ui.painter(), pos2(left + 8.0, rect.center().y), 16.0, t.text2);
    let place = paint(ui.painter(), galley, left + 24.0, rect.center().y, &font);
    label_over(ui, place, "drop", said);
}
