//! The area of settings: its side with the sections and their search, and the page with a card for each.

use std::collections::BTreeMap;

use egui::{Id, Rect, Ui, pos2, vec2};

use super::context::{Cx, pane_at, row_at};
use super::icons::Icon;
use super::keys_page::{self, KeyTyping};
use super::theme::measure::ROW;
use super::theme::tokens;
use super::widgets::button::Button;
use super::widgets::field::Field;
use super::widgets::text::{Line, paragraph_ui};
use super::widgets::tree::{Tree, TreeMark, TreeRow};
use super::widgets::view_state::{ViewKind, ViewState};
use super::{commands, fonts, settings_rows, settings_trust};
use crate::app::{Action, Area, Query, UiCommand, show_size};
use crate::words::{HabitWords, Lang, format};

/// Cards stand in two columns from this width on.
const TWO_COLUMNS: f32 = 900.0;
/// The inset of the page.
const PAGE: f32 = 32.0;

/// What belongs together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Section {
    #[default]
    Appearance,
    Requests,
    Certificates,
    Storage,
    Keys,
}

impl Section {
    pub(super) const ALL: [Self; 5] = [Self::Appearance, Self::Requests, Self::Certificates, Self::Storage, Self::Keys];

    pub(super) fn name(self, words: &HabitWords) -> &str {
        match self {
            Self::Appearance => words.appearance,
            Self::Requests => words.requests,
            Self::Certificates => words.certificates,
            Self::Storage => words.storage,
            Self::Keys => words.keys_title,
        }
    }

    fn icon(self) -> Icon {
        match self {
            Self::Appearance => Icon::Sun,
            Self::Requests => Icon::Zap,
            Self::Certificates => Icon::Shield,
            Self::Storage => Icon::Database,
            Self::Keys => Icon::Keyboard,
        }
    }
}

/// One setting, as it is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Setting {
    Theme,
    Language,
    Scale,
    DataText,
    Deadline,
    Largest,
    Compress,
    Connecting,
    Proxies,
    Certificates,
    StateFile,
    Cache,
    Secrets,
    Keys,
}

impl Setting {
    pub(super) const ALL: [Self; 14] = [
        Self::Theme,
        Self::Language,
        Self::Scale,
        Self::DataText,
        Self::Deadline,
        Self::Largest,
        Self::Compress,
        Self::Connecting,
        Self::Proxies,
        Self::Certificates,
        Self::StateFile,
        Self::Cache,
        Self::Secrets,
        Self::Keys,
    ];

    pub(super) fn name(self, lang: Lang) -> &'static str {
        let words = lang.habits();
        match self {
            Self::Theme => words.theme,
            Self::Language => words.language,
            Self::Scale => words.scale,
            Self::DataText => words.data_text,
            Self::Deadline => lang.words().deadline,
            Self::Largest => words.largest_message,
            Self::Compress => words.compress,
            Self::Connecting => words.connect_timeout,
            Self::Proxies => words.proxies,
            Self::Certificates => words.certificates,
            Self::StateFile => words.state_file,
            Self::Cache => words.cache,
            Self::Secrets => words.secrets,
            Self::Keys => words.keys_title,
        }
    }

    pub(super) fn section(self) -> Section {
        match self {
            Self::Theme | Self::Language | Self::Scale | Self::DataText => Section::Appearance,
            Self::Deadline | Self::Largest | Self::Compress | Self::Connecting | Self::Proxies => Section::Requests,
            Self::Certificates => Section::Certificates,
            Self::StateFile | Self::Cache | Self::Secrets => Section::Storage,
            Self::Keys => Section::Keys,
        }
    }

    /// What it is set to, in a few words.
    pub(super) fn now(self, cx: &Cx<'_>) -> String {
        let words = cx.lang().habits();
        let settings = &cx.app.settings;
        match self {
            Self::Theme if !cx.app.theme_chosen => words.follow_system.to_owned(),
            Self::Theme => match cx.app.theme {
                crate::app::ThemeChoice::Dark => words.dark.to_owned(),
                crate::app::ThemeChoice::Light => words.light.to_owned(),
            },
            Self::Language if !cx.app.lang_chosen => words.follow_system.to_owned(),
            Self::Language => match cx.lang() {
                crate::words::Lang::En => words.english.to_owned(),
                crate::words::Lang::ZhCn => words.chinese.to_owned(),
            },
            Self::Scale => format!("{} %", settings.zoom()),
            Self::DataText => points(settings.data()),
            Self::Deadline => settings.deadline.clone().unwrap_or_else(|| cx.words().no_value.to_owned()),
            Self::Largest => show_size(usize::try_from(settings.largest()).unwrap_or(usize::MAX)),
            Self::Compress => match settings.compress {
                Some(crate::call::Encoding::Gzip) => "gzip".to_owned(),
                _ => words.compress_no.to_owned(),
            },
            Self::Connecting => format::duration(settings.patience()),
            _ => self.section().name(words).to_owned(),
        }
    }
}

/// `12.5 pt` of tenths.
pub(super) fn points(tenths: u16) -> String {
    if tenths.is_multiple_of(10) {
        format!("{} pt", tenths / 10)
    } else {
        format!("{:.1} pt", f32::from(tenths) / 10.0)
    }
}

/// The side of the screen that settings remember.
#[derive(Default)]
pub(super) struct SettingsMemory {
    /// What is searched.
    typed: String,
    /// The section that was chosen last.
    section: Section,
    /// Its card is to come into view.
    go_to: Option<Section>,
    /// A setting that was asked for by name: it takes the focus.
    pub(super) focus: Option<Setting>,
    /// Texts that are being typed, valid or not yet.
    pub(super) drafts: BTreeMap<Setting, String>,
    /// The address whose trust is about to be removed.
    pub(super) removing: Option<String>,
    /// All keys are about to be reset.
    pub(super) resetting_keys: bool,
    /// What is searched among keys.
    pub(super) keys_typed: String,
    /// A key that is being typed.
    pub(super) key_typing: KeyTyping,
    /// The row of the list of keys that the keyboard is at.
    pub(super) key_row: Option<UiCommand>,
    /// The search takes the focus.
    focus_search: bool,
    /// That of the list of keys does.
    pub(super) focus_keys: bool,
}

impl SettingsMemory {
    /// The list of keys is to be shown.
    pub(super) fn show_keys(&mut self) {
        self.typed.clear();
        self.section = Section::Keys;
        self.go_to = None;
        self.focus_keys = true;
    }

    /// All cards are to be shown.
    pub(super) fn show_all(&mut self) {
        if self.section == Section::Keys {
            self.section = Section::default();
        }
        self.focus_search = true;
    }

    /// A question is open over the window.
    pub(super) fn asks(&self) -> bool {
        self.removing.is_some() || self.resetting_keys
    }
}

/// Shows a setting that was found by its name.
pub(super) fn open(cx: &mut Cx<'_>, setting: Setting) {
    let memory = &mut cx.memory.habits.settings;
    memory.typed.clear();
    memory.section = setting.section();
    memory.go_to = Some(setting.section());
    memory.focus = Some(setting);
    cx.act(Action::ShowArea(Area::Settings));
}

/// The settings that fit what is searched.
fn fitting(cx: &Cx<'_>) -> Vec<Setting> {
    let query = Query::new(&cx.memory.habits.settings.typed);
    let lang = cx.lang();
    let fits = |setting: &Setting| {
        let names = [lang, lang.other()].map(|lang| {
            let words = lang.habits();
            query.score(setting.name(lang), setting.section().name(words)).is_some()
        });
        names.contains(&true)
    };
    Setting::ALL.into_iter().filter(fits).collect()
}

/// The side panel of settings.
pub(super) fn side_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let words = cx.lang().habits();
    let t = tokens(ui);
    let panel = ui.max_rect();
    let head = Rect::from_min_size(panel.min, vec2(panel.width(), 36.0));
    let mut left = row_at(ui, head.shrink2(vec2(16.0, 0.0)), "settings head");
    left.add(Line::strong(words.settings));
    let field = Rect::from_min_size(pos2(panel.left() + 8.0, head.bottom()), vec2(panel.width() - 17.0, 28.0));
    let mut row = row_at(ui, field, "settings search");
    let mut typed = cx.memory.habits.settings.typed.clone();
    let response = Field::new(Id::unique("settings search"), &mut typed, words.search_settings)
        .placeholder(words.search_settings)
        .leading(Icon::Search)
        .show(&mut row);
    if std::mem::take(&mut cx.memory.habits.settings.focus_search) {
        response.request_focus();
    }
    if response.changed() {
        if cx.memory.habits.settings.section == Section::Keys {
            cx.memory.habits.settings.section = Section::default();
        }
        cx.memory.habits.settings.typed = typed;
    }
    let fitting = fitting(cx);
    let sections: Vec<Section> = Section::ALL
        .into_iter()
        .filter(|section| fitting.iter().any(|setting| setting.section() == *section))
        .collect();
    let below = pos2(panel.left() + 8.0, field.bottom() + 8.0);
    let rows = Rect::from_min_size(below, vec2(panel.width() - 17.0, sections.len() as f32 * ROW));
    let mut pane = pane_at(ui, rows, "sections");
    let made: Vec<TreeRow> = sections
        .iter()
        .map(|section| TreeRow {
            key: *section as u64,
            mark: TreeMark::Icon(section.icon(), super::theme::Tone::Plain),
            text: section.name(words).to_owned(),
            ..TreeRow::default()
        })
        .collect();
    let chosen = cx.memory.habits.settings.section;
    let tree = Tree::new(Id::unique("sections"), words.settings, Some(chosen as u64)).whole();
    let response = tree.show(&mut pane, made.as_slice());
    let section = response.chosen.or(response.opened);
    if let Some(section) = section.and_then(|key| sections.iter().find(|section| **section as u64 == key)) {
        cx.memory.habits.settings.section = *section;
        cx.memory.habits.settings.go_to = Some(*section);
        // In a narrow window what was chosen takes the place of the list; arrows only go through it.
        if response.opened.is_some() || ui.input(|input| input.pointer.any_released()) {
            cx.memory.habits.side_over = false;
        }
    }
    let note = Rect::from_min_max(
        pos2(panel.left() + 16.0, (panel.bottom() - 80.0).max(rows.bottom() + 8.0)),
        pos2(panel.right() - 16.0, panel.bottom() - 4.0),
    );
    if note.height() > 36.0 {
        let mut pane = pane_at(ui, note, "settings note");
        let said = cx.lang().settings_note(cx.key(UiCommand::Undo).as_deref());
        paragraph_ui(&mut pane, &said, fonts::hint(), t.text3, 18.0);
        // The same for whoever has the pointer in hand.
        if cx.app.setting_steps().0 && note.height() > 66.0 {
            pane.add_space(2.0);
            if pane.add(Button::link(cx.lang().commands().undo)).clicked() {
                commands::run(ui.ctx(), cx, UiCommand::Undo);
            }
        }
    }
}

/// The page of settings.
pub(super) fn page_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let words = cx.lang().habits();
    if cx.memory.habits.settings.section == Section::Keys && cx.memory.habits.settings.typed.is_empty() {
        keys_page::page_ui(ui, cx);
        questions_ui(ui, cx);
        return;
    }
    let whole = ui.max_rect();
    let fitting = fitting(cx);
    if fitting.is_empty() {
        ui.add_space((whole.height() * 0.25).round());
        let state = ViewState::new(ViewKind::Empty(Icon::Search), words.settings_none, words.palette_none_hint);
        if state.action(words.clear_search).centered().show(ui) {
            cx.memory.habits.settings.typed.clear();
        }
        return;
    }
    egui::ScrollArea::vertical().id_salt("settings").auto_shrink([false, false]).show(ui, |ui| {
        let inset = if whole.width() < 560.0 { 12.0 } else { PAGE };
        let width = (whole.width() - 2.0 * inset).min(1240.0);
        let two = width >= TWO_COLUMNS;
        let start = ui.cursor().min + vec2(inset, 12.0);
        let left_width = if two { ((width - PAGE) * 0.61).round() } else { width };
        let right_width = if two { width - PAGE - left_width } else { width };
        let in_left: &[Section] = if two {
            &[Section::Appearance, Section::Requests, Section::Storage]
        } else {
            &[Section::Appearance, Section::Requests, Section::Certificates, Section::Storage, Section::Keys]
        };
        let in_right: &[Section] = if two { &[Section::Certificates, Section::Keys] } else { &[] };
        let mut bottom = start.y;
        for (salt, left, column_width, sections) in [
            ("settings left", start.x, left_width, in_left),
            ("settings right", start.x + left_width + PAGE, right_width, in_right),
        ] {
            let column = Rect::from_min_size(pos2(left, start.y), vec2(column_width, 4000.0));
            let mut column = ui.new_child(egui::UiBuilder::new().id_salt(salt).max_rect(column));
            for section in sections {
                section_ui(&mut column, cx, *section, &fitting);
            }
            bottom = bottom.max(column.min_rect().bottom());
        }
        ui.allocate_space(vec2(1.0, bottom - ui.cursor().top() + 24.0));
        super::context::follow_focus(ui);
    });
    cx.memory.habits.settings.go_to = None;
    questions_ui(ui, cx);
}

fn section_ui(ui: &mut Ui, cx: &mut Cx<'_>, section: Section, fitting: &[Setting]) {
    let rows: Vec<Setting> = fitting.iter().copied().filter(|setting| setting.section() == section).collect();
    if rows.is_empty() {
        return;
    }
    let top = ui.cursor().min;
    match section {
        Section::Appearance | Section::Requests | Section::Storage => settings_rows::card_ui(ui, cx, section, &rows),
        Section::Certificates => settings_trust::card_ui(ui, cx),
        Section::Keys => keys_page::card_ui(ui, cx),
    }
    if cx.memory.habits.settings.go_to == Some(section) {
        let card = Rect::from_min_max(top, pos2(top.x + 1.0, ui.min_rect().bottom()));
        ui.scroll_to_rect(card, Some(egui::Align::Min));
    }
    ui.add_space(4.0);
}

/// The head over a card, and its buttons from the right.
pub(super) fn title_ui<R>(ui: &mut Ui, title: &str, buttons: impl FnOnce(&mut Ui) -> R) -> R {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 44.0), egui::Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Heading, true, title));
    let font = fonts::heading();
    let (left, middle) = (rect.left(), rect.center().y);
    super::widgets::text::paint_text(ui.painter(), left, middle, title, &font, tokens(ui).text1);
    let mut right = super::context::row_from_right(ui, rect, ("title", title));
    right.spacing_mut().item_spacing.x = 8.0;
    buttons(&mut right)
}

fn questions_ui(ui: &Ui, cx: &mut Cx<'_>) {
    settings_trust::question_ui(ui, cx);
    keys_page::question_ui(ui, cx);
}
