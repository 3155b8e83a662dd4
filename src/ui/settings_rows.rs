//! Cards of settings that are a name and a control: appearance, requests, storage.

use std::path::{Path, PathBuf};
use std::time::Duration;

use egui::{Frame, Id, Margin, Rect, Sense, Stroke, Ui, pos2, vec2};

use super::context::{Cx, row_at};
use super::icons::Icon;
use super::settings::{Section, Setting, points, title_ui};
use super::theme::{Tone, tokens};
use super::widgets::badge::icon_word_ui;
use super::widgets::button::{Button, ButtonSize, IconButton};
use super::widgets::choice::choice_ui;
use super::widgets::field::Field;
use super::widgets::notice::Notice;
use super::widgets::text::{Elide, Line, width};
use super::{commands, fonts};
use crate::app::{Action, Settings, ThemeChoice, UiCommand, parse_deadline, parse_size, show_deadline, show_size};
use crate::call::Encoding;
use crate::keychain::KeychainState;
use crate::words::Lang;

const ROW: f32 = 36.0;
/// The column of names.
const NAMES: f32 = 190.0;
/// In less room the control stands under its name.
const BESIDE: f32 = 460.0;
const FIELD: f32 = 108.0;

/// A card with its rows.
pub(super) fn card_ui(ui: &mut Ui, cx: &mut Cx<'_>, section: Section, rows: &[Setting]) {
    let words = cx.lang().habits();
    title_ui(ui, section.name(words), |_| ());
    frame_ui(ui, 7, |ui| {
        for setting in rows {
            row_ui(ui, cx, *setting);
        }
        if section == Section::Storage && cx.app.folder_failed {
            ui.add_space(4.0);
            Notice::new(Tone::Warn, "", words.no_file_manager).show(ui);
            ui.add_space(8.0);
        }
    });
}

/// The frame of a card, as wide as the room there is; `inset` is left above and below.
pub(super) fn frame_ui<R>(ui: &mut Ui, inset: i8, content: impl FnOnce(&mut Ui) -> R) -> R {
    let t = tokens(ui);
    let room = ui.available_width();
    Frame::new()
        .fill(t.bg1)
        .stroke(Stroke::new(1.0, t.line))
        .corner_radius(8)
        .inner_margin(Margin::symmetric(16, inset))
        .show(ui, |ui| {
            ui.set_width(room - 34.0);
            ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
            content(ui)
        })
        .inner
}

fn row_ui(ui: &mut Ui, cx: &mut Cx<'_>, setting: Setting) {
    let words = cx.lang().habits();
    let t = tokens(ui);
    let name = setting.name(cx.lang());
    let room = ui.available_width();
    let beside = room >= BESIDE;
    let (rect, _) = ui.allocate_exact_size(vec2(room, if beside { ROW } else { ROW + 26.0 }), Sense::hover());
    let label = if beside { rect } else { Rect::from_min_size(rect.min, vec2(room, 28.0)) };
    let mut left = row_at(ui, label, ("setting name", name));
    let names = if beside { NAMES - 12.0 } else { room };
    left.add(Line::new(name).color(t.text1).elide(Elide::End).max_width(names));
    let mut inner = if beside {
        Rect::from_min_max(pos2(rect.left() + NAMES, rect.top()), rect.max)
    } else {
        Rect::from_min_max(pos2(rect.left(), rect.top() + 26.0), rect.max)
    };
    // A reset where there is something to reset; its room is kept from the right.
    if let Some(reset) = reset_of(cx, setting) {
        let button = Button::link(cx.words().reset);
        let said = format!("{} {name}", cx.words().reset);
        let button = button.name(&said);
        let wide = button.width(ui);
        let place = Rect::from_min_max(pos2(inner.right() - wide, inner.top()), inner.max);
        let mut right = row_at(ui, place, ("reset", name));
        if right.add(button).clicked() {
            cx.memory.habits.settings.drafts.remove(&setting);
            cx.act(reset);
        }
        inner.max.x -= wide + 12.0;
    }
    let mut row = row_at(ui, inner, ("setting", name));
    row.spacing_mut().item_spacing.x = 8.0;
    match setting {
        Setting::Theme => theme_ui(&mut row, cx),
        Setting::Language => language_ui(&mut row, cx),
        Setting::Scale => scale_ui(&mut row, cx),
        Setting::DataText => data_ui(&mut row, cx),
        Setting::Deadline => deadline_ui(&mut row, cx),
        Setting::Largest => largest_ui(&mut row, cx),
        Setting::Compress => compress_ui(&mut row, cx),
        Setting::Connecting => connecting_ui(&mut row, cx),
        Setting::Proxies => {
            row.add(Line::new(words.proxies_text).color(t.text2).elide(Elide::End));
        }
        Setting::StateFile => {
            let folder = cx.app.places.state_dir.clone();
            folder_ui(&mut row, cx, name, folder);
        }
        Setting::Cache => {
            let folder = cx.app.places.cache_dir.clone();
            folder_ui(&mut row, cx, name, folder);
        }
        Setting::Secrets => secrets_ui(&mut row, cx),
        Setting::Certificates | Setting::Keys => {}
    }
}

/// What puts a setting back; `None` where it is as it came.
fn reset_of(cx: &Cx<'_>, setting: Setting) -> Option<Action> {
    let settings = &cx.app.settings;
    let with = |is_set: bool, change: fn(&mut Settings)| {
        is_set.then(|| {
            let mut settings = settings.clone();
            change(&mut settings);
            Action::SetSettings(Box::new(settings))
        })
    };
    match setting {
        Setting::Theme => cx.app.theme_chosen.then_some(Action::FollowTheme),
        Setting::Language => cx.app.lang_chosen.then_some(Action::FollowLang),
        Setting::Scale => with(settings.zoom_percent.is_some(), |settings| settings.zoom_percent = None),
        Setting::DataText => with(settings.data_tenths.is_some(), |settings| settings.data_tenths = None),
        Setting::Deadline => with(settings.deadline.is_some(), |settings| settings.deadline = None),
        Setting::Largest => with(settings.largest_bytes.is_some(), |settings| settings.largest_bytes = None),
        Setting::Compress => with(settings.compress.is_some(), |settings| settings.compress = None),
        Setting::Connecting => with(settings.connect_timeout.is_some(), |settings| settings.connect_timeout = None),
        _ => None,
    }
}

fn change(cx: &mut Cx<'_>, change: impl FnOnce(&mut Settings)) {
    let mut settings = cx.app.settings.clone();
    change(&mut settings);
    if settings != cx.app.settings {
        cx.act(Action::SetSettings(Box::new(settings)));
    }
}

/// A note after the control, if there is room for it.
fn hint_ui(ui: &mut Ui, hint: &str) {
    let room = ui.available_width();
    if width(ui.painter(), hint, fonts::hint()) <= room {
        ui.add(Line::hint(hint).color(tokens(ui).text3));
    }
}

fn theme_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let words = cx.lang().habits();
    let options = [
        (UiCommand::ThemeSystem, words.follow_system),
        (UiCommand::ThemeLight, words.light),
        (UiCommand::ThemeDark, words.dark),
    ];
    let mut chosen = match (cx.app.theme_chosen, cx.app.theme) {
        (false, _) => UiCommand::ThemeSystem,
        (true, ThemeChoice::Light) => UiCommand::ThemeLight,
        (true, ThemeChoice::Dark) => UiCommand::ThemeDark,
    };
    if choice_ui(ui, words.theme, ButtonSize::Normal, &mut chosen, &options) {
        commands::run(ui.ctx(), cx, chosen);
    }
}

fn language_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let words = cx.lang().habits();
    let options = [
        (UiCommand::LanguageSystem, words.follow_system),
        (UiCommand::LanguageEnglish, words.english),
        (UiCommand::LanguageChinese, words.chinese),
    ];
    let mut chosen = match (cx.app.lang_chosen, cx.lang()) {
        (false, _) => UiCommand::LanguageSystem,
        (true, Lang::En) => UiCommand::LanguageEnglish,
        (true, Lang::ZhCn) => UiCommand::LanguageChinese,
    };
    if choice_ui(ui, words.language, ButtonSize::Normal, &mut chosen, &options) {
        commands::run(ui.ctx(), cx, chosen);
    }
}

fn scale_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let words = cx.lang().habits();
    let (smaller, larger) = (cx.key(UiCommand::ZoomOut), cx.key(UiCommand::ZoomIn));
    let zoom = cx.app.settings.zoom();
    let button = |icon, name, key| IconButton::new(icon, name).key_if(key).edged();
    let out = button(Icon::Minus, words.smaller, smaller.as_deref()).enabled(zoom > Settings::ZOOM[0]);
    if ui.add(out).clicked() {
        commands::run(ui.ctx(), cx, UiCommand::ZoomOut);
    }
    let read = |text: &str| {
        let number: u16 = text.trim().trim_end_matches('%').trim().parse().ok()?;
        (Settings::ZOOM[0]..=Settings::ZOOM[1]).contains(&number).then_some(number)
    };
    // Taken when the field is left: the scale must not jump while it is typed.
    let value =
        typed_ui(ui, cx, Setting::Scale, &format!("{zoom} %"), 72.0, words.scale_hint, |text| read(text).is_some());
    if let Some(percent) = value.left.as_deref().and_then(read) {
        change(cx, |settings| settings.set_zoom(percent));
    }
    let more = button(Icon::Plus, words.larger, larger.as_deref()).enabled(zoom < Settings::ZOOM[1]);
    if ui.add(more).clicked() {
        commands::run(ui.ctx(), cx, UiCommand::ZoomIn);
    }
    let mut hint = words.scale_hint.to_owned();
    for key in [larger, smaller].into_iter().flatten() {
        hint.push_str(if hint == words.scale_hint { ", " } else { " · " });
        hint.push_str(&key);
    }
    hint_ui(ui, &hint);
}

fn data_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let words = cx.lang().habits();
    let now = cx.app.settings.data();
    let name = |what: &str| format!("{} {what}", words.data_text);
    let (smaller, larger) = (name(words.smaller), name(words.larger));
    if ui.add(IconButton::new(Icon::Minus, &smaller).edged().enabled(now > Settings::DATA[0])).clicked() {
        change(cx, |settings| settings.set_data(now - 5));
    }
    ui.add(Line::code(&points(now)).width(56.0));
    if ui.add(IconButton::new(Icon::Plus, &larger).edged().enabled(now < Settings::DATA[1])).clicked() {
        change(cx, |settings| settings.set_data(now + 5));
    }
    hint_ui(ui, words.data_text_hint);
}

/// What became of a text that is typed.
struct Typed {
    /// It changed to this, which is valid.
    changed: Option<String>,
    /// The field was left with this.
    left: Option<String>,
}

/// A field that keeps what is typed until it is valid, and says what is wrong.
fn typed_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    setting: Setting,
    now: &str,
    field_width: f32,
    wrong: &str,
    is_valid: impl Fn(&str) -> bool,
) -> Typed {
    let drafts = &mut cx.memory.habits.settings.drafts;
    let mut text = drafts.get(&setting).cloned().unwrap_or_else(|| now.to_owned());
    let is_wrong = !is_valid(&text);
    let field = Field::new(Id::unique(("setting", setting)), &mut text, setting.name(cx.lang()))
        .mono()
        .error(is_wrong.then_some(""))
        .width(field_width);
    let response = field.show(ui);
    if is_wrong {
        super::widgets::tooltip::tooltip_ui(&response, wrong, None);
    }
    if cx.memory.habits.settings.focus == Some(setting) {
        cx.memory.habits.settings.focus = None;
        response.request_focus();
    }
    let drafts = &mut cx.memory.habits.settings.drafts;
    let mut typed = Typed { changed: None, left: None };
    if response.changed() {
        drafts.insert(setting, text.clone());
        typed.changed = Some(text.clone()).filter(|text| is_valid(text));
    }
    if response.lost_focus() {
        drafts.remove(&setting);
        typed.left = Some(text).filter(|text| is_valid(text));
    }
    typed
}

/// Says what is wrong with a text, or what it is for.
fn wrong_or_hint(ui: &mut Ui, cx: &Cx<'_>, setting: Setting, wrong: &str, hint: &str, is_valid: impl Fn(&str) -> bool) {
    let t = tokens(ui);
    match cx.memory.habits.settings.drafts.get(&setting).filter(|text| !is_valid(text)) {
        Some(_) => {
            let said = ui.add(Line::hint(wrong).color(t.error).elide(Elide::End));
            ui.ctx().accesskit_node_builder(said.id, |node| {
                node.set_role(egui::Role::Alert);
                node.set_label(wrong);
            });
        }
        None => hint_ui(ui, hint),
    }
}

fn deadline_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let words = cx.lang().habits();
    let none = cx.words().no_value;
    let now = cx.app.settings.deadline.clone().unwrap_or_else(|| none.to_owned());
    let is_valid = |text: &str| parse_deadline(text).is_ok();
    let bad = cx.words().deadline_bad;
    if let Some(text) = typed_ui(ui, cx, Setting::Deadline, &now, FIELD, bad, is_valid).changed {
        let limit = parse_deadline(&text).ok().flatten();
        change(cx, |settings| settings.deadline = limit.map(|limit| show_deadline(Some(limit), "")));
    }
    wrong_or_hint(ui, cx, Setting::Deadline, bad, words.deadline_hint, is_valid);
}

fn largest_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let words = cx.lang().habits();
    let now = show_size(usize::try_from(cx.app.settings.largest()).unwrap_or(usize::MAX));
    let is_valid = |text: &str| matches!(parse_size(text), Ok(Some(_)));
    if let Some(text) = typed_ui(ui, cx, Setting::Largest, &now, FIELD, words.largest_bad, is_valid).changed {
        let usual = Settings::default().largest();
        change(cx, |settings| {
            settings.largest_bytes =
                parse_size(&text).ok().flatten().map(|bytes| bytes as u64).filter(|bytes| *bytes != usual);
        });
    }
    wrong_or_hint(ui, cx, Setting::Largest, words.largest_bad, words.largest_hint, is_valid);
}

fn connecting_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let words = cx.lang().habits();
    let now = show_deadline(Some(cx.app.settings.patience()), "");
    let read = |text: &str| parse_deadline(text).ok().flatten();
    let is_valid = |text: &str| read(text).is_some();
    if let Some(text) = typed_ui(ui, cx, Setting::Connecting, &now, FIELD, words.time_bad, is_valid).changed {
        let usual = Settings::default().patience();
        change(cx, |settings| settings.connect_timeout = read(&text).filter(|time: &Duration| *time != usual));
    }
    wrong_or_hint(ui, cx, Setting::Connecting, words.time_bad, words.connect_timeout_hint, is_valid);
}

fn compress_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let words = cx.lang().habits();
    let mut chosen = cx.app.settings.compress.unwrap_or_default();
    let options = [(Encoding::Identity, words.compress_no), (Encoding::Gzip, "gzip")];
    if choice_ui(ui, words.compress, ButtonSize::Normal, &mut chosen, &options) {
        change(cx, |settings| settings.compress = Some(chosen).filter(|encoding| *encoding != Encoding::Identity));
    }
}

/// Where values of secrets live, and another try where that is not the keychain.
fn secrets_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let own = cx.lang().requests();
    let words = cx.lang().habits();
    let (icon, tone, said, hint) = match &cx.app.keychain {
        KeychainState::Works => (Icon::CircleCheck, Tone::Ok, own.keychain, own.keychain_works),
        KeychainState::Unasked => (Icon::Lock, Tone::Plain, own.keychain, own.keychain_unasked),
        KeychainState::Waiting => (Icon::Clock, Tone::Warn, own.keychain_waits, own.keychain_waits_text),
        KeychainState::Locked(_) => (Icon::Lock, Tone::Warn, own.keychain_locked, words.secrets_until_end),
        KeychainState::Absent(_) => (Icon::Info, Tone::Plain, words.secrets_until_end, own.keychain_absent),
        KeychainState::Failed(_) => (Icon::TriangleAlert, Tone::Warn, own.keychain_failed, words.secrets_until_end),
    };
    let again = Button::secondary(cx.words().try_again).small();
    let is_refused =
        matches!(cx.app.keychain, KeychainState::Locked(_) | KeychainState::Absent(_) | KeychainState::Failed(_));
    icon_word_ui(ui, icon, tone, said);
    if is_refused && ui.add(again).clicked() {
        cx.act(Action::AskKeychain);
    }
    hint_ui(ui, hint);
}

/// Where something is kept: its path, to be copied or opened.
fn folder_ui(ui: &mut Ui, cx: &mut Cx<'_>, what: &str, folder: Option<PathBuf>) {
    let words = cx.lang().habits();
    let t = tokens(ui);
    let Some(folder) = folder else {
        ui.add(Line::new(words.not_kept).color(t.text3));
        return;
    };
    let shown = short(&folder);
    let said = format!("{} {what}", words.open_folder);
    let button = Button::secondary(words.open_folder).name(&said);
    let copy = format!("{} {what}", words.copy_path);
    let room = ui.available_width() - button.width(ui) - 24.0 - 16.0;
    let whole = folder.display().to_string();
    let line = Line::code(&shown).color(t.text2).name(&whole).elide(Elide::Middle).max_width(room.max(40.0));
    ui.add(line.width(room.max(40.0)));
    if ui.add(IconButton::new(Icon::Copy, &copy).small()).clicked() {
        ui.ctx().copy_text(whole);
    }
    if ui.add(button).clicked() {
        cx.act(Action::OpenFolder(folder));
    }
}

/// `~/…` for what is in the person's own folder.
fn short(path: &Path) -> String {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    match home.as_deref().and_then(|home| path.strip_prefix(home).ok()) {
        Some(rest) => format!("~/{}", rest.display()),
        None => path.display().to_string(),
    }
}
