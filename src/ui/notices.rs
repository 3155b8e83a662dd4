//! The bell and its list: what happened while the person looked elsewhere, each with its time and the way there.

use egui::{Popup, PopupCloseBehavior, RectAlign, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::context::Cx;
use super::icons::Icon;
use super::paste;
use super::theme::{Tone, tokens};
use super::widgets::button::{Button, IconButton};
use super::widgets::menu::popup_frame;
use super::widgets::text::{Elide, Line, paragraph_ui};
use super::widgets::view_state::{ViewKind, ViewState};
use super::{facts, fonts, registry};
use crate::app::{Action, Happened, KeepNotice, Notice, RegistryAct, RegistryView, ServiceRef, UiCommand};
use crate::call::Code;
use crate::registry::Health;
use crate::words::Lang;

const WIDTH: f32 = 380.0;

/// One line of the list.
struct Row {
    tone: Tone,
    title: String,
    said: String,
    ago: String,
    action: Option<(&'static str, Action)>,
    drop: Option<Action>,
}

/// The bell; a dot says that something is new, its name how much.
pub(super) fn bell_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let t = tokens(ui);
    let unseen = cx.app.unseen() + cx.app.notices.len();
    let name = cx.lang().notices_named(unseen);
    let key = cx.key(UiCommand::ShowNotices);
    let is_open = cx.memory.habits.notices_open;
    let bell = ui.add(IconButton::new(Icon::Bell, &name).key_if(key.as_deref()).on_if(is_open));
    if unseen > 0 {
        let tone = if has_errors(cx) { t.error } else { t.warn };
        let at = pos2(bell.rect.right() - 8.0, bell.rect.top() + 8.0);
        ui.painter().circle_filled(at, 5.0, t.bg1);
        ui.painter().circle_filled(at, 3.5, tone);
    }
    if bell.clicked() {
        cx.memory.habits.notices_open = !is_open;
    }
    let mut open = cx.memory.habits.notices_open;
    if open && cx.app.unseen() > 0 {
        cx.act(Action::SeeNotices);
    }
    let width = WIDTH.min(ui.ctx().content_rect().width() - 24.0);
    Popup::from_response(&bell)
        .id(egui::Id::unique("notices"))
        .open_bool(&mut open)
        .frame(popup_frame(t))
        .align(RectAlign::BOTTOM_END)
        .gap(4.0)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .width(width)
        .show(|ui| {
            ui.set_width(width);
            ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
            let builder =
                UiBuilder::new().accessibility_role(Role::List).accessibility_label(cx.lang().habits().notices);
            ui.scope_builder(builder, |ui| list_ui(ui, cx));
        });
    if open && ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, egui::Key::Escape)) {
        open = false;
    }
    // A press on the bell itself has just opened or closed it.
    if !bell.clicked() {
        cx.memory.habits.notices_open = open && cx.memory.habits.notices_open;
    }
}

fn has_errors(cx: &Cx<'_>) -> bool {
    let is_error = |notice: &Notice| match &notice.what {
        Happened::NotReloaded(..) | Happened::DemoFailed(_) => true,
        Happened::CallEnded(_, _, code) => *code != Code::OK,
        Happened::Act(said) => said.error.is_some(),
        Happened::Health { now, .. } => *now == Health::Critical,
        Happened::Reloaded(..)
        | Happened::Removed { .. }
        | Happened::RegistryRemoved { .. }
        | Happened::DemoConsulFailed(_) => false,
    };
    cx.app.told().iter().any(|notice| !notice.seen && is_error(notice))
}

/// Title and words of a notice that stands until it is put away.
pub(super) fn standing_said(lang: Lang, notice: &KeepNotice) -> (&'static str, String) {
    let words = lang.words();
    match notice {
        KeepNotice::SetAside(aside) => (words.set_aside_title, lang.set_aside(aside)),
        KeepNotice::NotKept(folder, why) => (words.not_kept_title, lang.not_kept(folder, why)),
        KeepNotice::Pasted(notes) => {
            let said: Vec<String> = notes.iter().map(|note| paste::note_said(lang, note)).collect();
            (lang.requests().pasted_title, said.join(if lang == Lang::En { " " } else { "" }))
        }
    }
}

fn rows(cx: &Cx<'_>) -> Vec<Row> {
    let words = cx.words();
    let own = cx.lang().habits();
    let standing = cx.app.notices.iter().enumerate().map(|(index, notice)| {
        let (title, said) = standing_said(cx.lang(), notice);
        Row {
            tone: Tone::Warn,
            title: title.to_owned(),
            said,
            ago: String::new(),
            action: None,
            drop: Some(Action::DismissNotice(index)),
        }
    });
    let told = cx.app.told().iter().map(|notice| {
        let (tone, title, said, action) = match &notice.what {
            Happened::Reloaded(_, source) => {
                (Tone::Accent, own.reloaded_title.to_owned(), cx.lang().reloaded(source), None)
            }
            Happened::NotReloaded(source, name, why) => (
                Tone::Error,
                own.reload_failed_title.to_owned(),
                format!("{name}: {why}"),
                Some((words.try_again, Action::ReloadSource(*source))),
            ),
            Happened::DemoFailed(why) => {
                (Tone::Error, own.demo_failed_title.to_owned(), why.clone(), Some((words.try_again, Action::StartDemo)))
            }
            Happened::DemoConsulFailed(why) => {
                (Tone::Warn, cx.lang().discovery().demo_consul_failed.to_owned(), why.clone(), None)
            }
            Happened::Removed { number, title, address, dropped, kept } => (
                if *dropped > 0 { Tone::Warn } else { Tone::Accent },
                cx.lang().changes().removed_title.to_owned(),
                cx.lang().removed_source(title, address, *dropped, *kept),
                Some((cx.lang().commands().undo, Action::RestoreSource(*number))),
            ),
            Happened::RegistryRemoved { number, kind, name, place, lines } => {
                let title = if name.is_empty() { cx.lang().registry_kind(*kind) } else { name };
                let said = cx.lang().removed_registry(title, place, *lines);
                let undo = Action::Registry(RegistryAct::BringBack(*number));
                let way = Some((cx.lang().commands().undo, undo));
                (Tone::Accent, cx.lang().registry_state().removed_title.to_owned(), said, way)
            }
            Happened::CallEnded(tab, method, code) => {
                let title = if *code == Code::OK { own.call_ended_title } else { own.call_failed_title };
                let said = format!("{method}: {}", facts::status_label(*code));
                let is_open = cx.app.tab(*tab).is_some();
                let action = is_open.then_some((own.show, Action::ChooseTab(*tab)));
                (facts::status_tone(*code), title.to_owned(), said, action)
            }
            Happened::Act(said) => {
                let acts = cx.lang().acts();
                let title = if said.error.is_some() { acts.failed_title } else { acts.done_title };
                let (tone, _, text) = registry::said_of(cx.app, cx.lang(), said);
                (tone, title.to_owned(), text, show_service(cx, &said.service))
            }
            Happened::Health { service, was, now, instances } => {
                let title = cx.lang().acts().health_title;
                let said = cx.lang().health_told(&service.service, *was, *now, *instances);
                let tone = match now {
                    Health::Passing => Tone::Ok,
                    Health::Critical => Tone::Error,
                    _ => Tone::Warn,
                };
                (tone, title.to_owned(), said, show_service(cx, service))
            }
        };
        let ago = {
            let since = cx.now.saturating_duration_since(notice.at).as_secs();
            // Under a minute the list would count seconds that nobody redraws.
            cx.lang().ago(i64::try_from(since).unwrap_or(i64::MAX) / 60 * 60)
        };
        Row { tone, title, said, ago, action, drop: Some(Action::DropNotice(Some(notice.id))) }
    });
    standing.chain(told).collect()
}

/// The way to a service, while its registry is there.
fn show_service(cx: &Cx<'_>, service: &ServiceRef) -> Option<(&'static str, Action)> {
    cx.app.registries.entry(service.registry)?;
    let view = RegistryView::Service(service.clone());
    Some((cx.lang().habits().show, Action::Registry(RegistryAct::Show(view))))
}

fn list_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let own = cx.lang().habits();
    let t = tokens(ui);
    let rows = rows(cx);
    let (head, _) = ui.allocate_exact_size(vec2(ui.available_width(), 36.0), Sense::hover());
    let mut left = super::context::row_at(ui, head.shrink2(vec2(8.0, 0.0)), "notices head");
    left.add(Line::strong(own.notices));
    if !cx.app.told().is_empty() {
        let mut right = super::context::row_from_right(ui, head.shrink2(vec2(4.0, 0.0)), "notices clear");
        if right.add(Button::ghost(own.clear_notices).small()).clicked() {
            cx.act(Action::DropNotice(None));
        }
    }
    if rows.is_empty() {
        ui.add_space(16.0);
        ViewState::new(ViewKind::Empty(Icon::Bell), own.no_notices, own.no_notices_hint).centered().show(ui);
        ui.add_space(20.0);
        return;
    }
    let room = (ui.ctx().content_rect().bottom() - ui.cursor().top() - 24.0).clamp(80.0, 420.0);
    // As high as its rows, as long as there is room: not as high as the popup was before.
    let area = egui::ScrollArea::vertical().id_salt("notices").max_height(room).min_scrolled_height(room);
    area.auto_shrink([false, true]).show(ui, |ui| {
        for (index, row) in rows.into_iter().enumerate() {
            if index > 0 {
                let (line, _) = ui.allocate_exact_size(vec2(ui.available_width(), 1.0), Sense::hover());
                ui.painter().hline(line.x_range(), line.center().y, egui::Stroke::new(1.0, t.line));
            }
            row_ui(ui, cx, index, row);
        }
    });
}

fn row_ui(ui: &mut Ui, cx: &mut Cx<'_>, index: usize, row: Row) {
    let t = tokens(ui);
    let icon = match row.tone {
        Tone::Error => Icon::CircleX,
        Tone::Warn => Icon::TriangleAlert,
        Tone::Ok => Icon::CircleCheck,
        _ => Icon::Info,
    };
    let name = format!("{} {} {}", row.title, row.said, row.ago);
    let inner = egui::Frame::new().inner_margin(egui::Margin { left: 32, right: 8, top: 8, bottom: 8 });
    let shown = inner.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 8.0;
            let room = ui.available_width() - 120.0;
            ui.add(Line::strong(&row.title).elide(Elide::End).max_width(room));
            if !row.ago.is_empty() {
                ui.add(Line::hint(&row.ago));
            }
        });
        ui.add_space(2.0);
        paragraph_ui(ui, &row.said, fonts::body(), t.text2, 18.0);
        ui.add_space(4.0);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 16.0;
            if let Some((label, action)) = row.action
                && ui.add(Button::link(label)).clicked()
            {
                cx.memory.habits.notices_open = false;
                cx.act(action);
            }
            let copy = format!("{} {}", cx.words().copy, row.title);
            if ui.add(Button::link(cx.words().copy).name(&copy)).clicked() {
                ui.ctx().copy_text(format!("{} {}", row.title, row.said));
            }
            if let Some(drop) = row.drop {
                let close = format!("{} {}", cx.words().close, row.title);
                if ui.add(Button::link(cx.words().close).name(&close)).clicked() {
                    cx.act(drop);
                }
            }
        });
    });
    let rect = shown.response.rect;
    icon.paint_at(ui.painter(), pos2(rect.left() + 16.0, rect.top() + 17.0), 16.0, t.tint(row.tone).fg);
    let whole = ui.interact(rect, ui.scope_id().with(("notice", index)), Sense::hover());
    whole.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, &name));
}
