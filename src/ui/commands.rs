//! What each command looks like, whether it can run now, and what it does: the screen's side of the one table
//! ([`UiCommand`]). Keys, menus, hovers, the palette and the list of keys all go through here.

use egui::{Context, Id};

use super::body;
use super::call_settings;
use super::context::Cx;
use super::copy_request;
use super::icons::Icon;
use super::message::editor_id;
use super::palette::Palette;
use super::registry;
use super::stream;
use super::widgets::code_view::{self, ViewCommand};
use super::widgets::editor::{self, EditorCommand};
use crate::app::{
    Action, AllAct, Area, CallRecord, Chord, CommandGroup, DemoState, DiagnosisRecord, PickFor, Prepared, RegistryAct,
    RequestSide, ResponseSide, Retry, TabId, ThemeChoice, UiCommand,
};
use crate::engine::{Direction, SourceId};
use crate::words::Lang;

/// Keys are written as the platform writes them.
pub(super) const MAC: bool = cfg!(target_os = "macos");

/// Its icon in lists.
#[expect(clippy::match_same_arms, reason = "in the order of the table")]
pub(super) fn icon(command: UiCommand) -> Icon {
    use UiCommand as C;
    match command {
        C::ShowPalette | C::Find | C::FilterMethods | C::ChooseMethod | C::Replace => Icon::Search,
        C::ShowKeys => Icon::Keyboard,
        C::Explain => Icon::Info,
        C::ShowSettings => Icon::SlidersHorizontal,
        C::ShowServices => Icon::Layers,
        C::ShowRegistry => Icon::Network,
        C::ShowNotices => Icon::Bell,
        C::ToggleSidePanel => Icon::List,
        C::AddSource | C::NewTab => Icon::Plus,
        C::OpenFiles => Icon::FolderOpen,
        C::StartDemo => Icon::Play,
        C::ReloadAll => Icon::RefreshCw,
        C::RenameSource => Icon::Pencil,
        C::AddRegistry => Icon::Plus,
        C::RefreshRegistries => Icon::RefreshCw,
        C::FilterServices => Icon::Search,
        C::CloseTab => Icon::X,
        C::ReopenTab => Icon::RotateCcw,
        C::NextTab | C::MoveTabRight => Icon::ArrowRight,
        C::PreviousTab | C::MoveTabLeft => Icon::ArrowLeft,
        C::Send => Icon::Send,
        C::Cancel => Icon::Square,
        C::HalfClose => Icon::ArrowDownToLine,
        C::FocusTarget => Icon::Plug,
        C::FocusMessage | C::ShowMessage => Icon::Braces,
        C::ShowMetadata => Icon::List,
        C::ShowTls => Icon::Shield,
        C::Diagnose => Icon::Activity,
        C::Reconnect => Icon::RefreshCw,
        C::ShowCallSettings => Icon::Clock,
        C::CopyGrpcurl | C::CopyGrpcurlSecrets | C::PasteGrpcurl => Icon::Terminal,
        C::SaveResponse => Icon::Download,
        C::SaveKey => Icon::Save,
        C::Format => Icon::Code,
        C::Undo => Icon::Undo2,
        C::Redo => Icon::Redo2,
        C::FocusResponse | C::ShowResponse => Icon::Reply,
        C::ShowHeaders | C::ShowTrailers => Icon::FileText,
        C::TogglePhases | C::ShowTrace => Icon::ChartNoAxesGantt,
        C::CopyResponse => Icon::Copy,
        C::ZoomIn => Icon::Plus,
        C::ZoomOut => Icon::Minus,
        C::ZoomReset => Icon::RotateCcw,
        C::ThemeSystem => Icon::Monitor,
        C::ThemeLight => Icon::Sun,
        C::ThemeDark => Icon::Moon,
        C::LanguageSystem | C::LanguageEnglish | C::LanguageChinese => Icon::Globe,
    }
}

/// The group's name.
pub(super) fn group_name(lang: Lang, group: CommandGroup) -> &'static str {
    let words = lang.habits();
    match group {
        CommandGroup::General => words.group_general,
        CommandGroup::Sources => words.group_sources,
        CommandGroup::Registry => lang.commands().show_registry,
        CommandGroup::Tabs => words.group_tabs,
        CommandGroup::Request => lang.words().request,
        CommandGroup::Response => lang.words().response,
        CommandGroup::Appearance => words.appearance,
    }
}

/// A choice that is in force already has a check in lists.
pub(super) fn is_on(cx: &Cx<'_>, command: UiCommand) -> bool {
    let app = cx.app;
    match command {
        UiCommand::ThemeSystem => !app.theme_chosen,
        UiCommand::ThemeLight => app.theme_chosen && app.theme == ThemeChoice::Light,
        UiCommand::ThemeDark => app.theme_chosen && app.theme == ThemeChoice::Dark,
        UiCommand::LanguageSystem => !app.lang_chosen,
        UiCommand::LanguageEnglish => app.lang_chosen && app.lang == Lang::En,
        UiCommand::LanguageChinese => app.lang_chosen && app.lang == Lang::ZhCn,
        _ => false,
    }
}

/// The source that is chosen in the tree, or that the chosen row belongs to.
fn chosen_source(cx: &Cx<'_>) -> Option<SourceId> {
    cx.app.tree.chosen.and_then(|key| cx.app.tree.line(key)).map(|line| line.node.source())
}

/// Why it cannot run now, in words; `None` if it can.
pub(super) fn refusal(cx: &Cx<'_>, command: UiCommand) -> Option<&'static str> {
    use UiCommand as C;
    let words = cx.lang().habits();
    let tab = cx.tab();
    let unless = |can: bool, why: &'static str| (!can).then_some(why);
    match command {
        C::ShowPalette
        | C::ShowKeys
        | C::Explain
        | C::ShowSettings
        | C::ShowServices
        | C::ShowRegistry
        | C::ShowNotices
        | C::ToggleSidePanel
        | C::AddSource
        | C::AddRegistry
        | C::OpenFiles
        | C::PasteGrpcurl
        | C::ZoomIn
        | C::ZoomOut
        | C::ZoomReset
        | C::ThemeSystem
        | C::ThemeLight
        | C::ThemeDark
        | C::LanguageSystem
        | C::LanguageEnglish
        | C::LanguageChinese => None,
        C::StartDemo => unless(matches!(cx.app.demo, DemoState::Off | DemoState::Failed(_)), words.demo_runs),
        C::Find if registry::shows_keys(cx) => None,
        C::SaveKey => unless(registry::can_save_key(cx), cx.lang().key_values().nothing_to_save),
        C::RefreshRegistries | C::FilterServices => {
            unless(!cx.app.registries.entries.is_empty(), cx.lang().discovery().no_registry_yet)
        }
        // In their area these are about registries.
        C::ReloadAll | C::Find if cx.app.area == Area::Registry => refusal(cx, C::RefreshRegistries),
        C::ReloadAll | C::FilterMethods | C::Find => unless(!cx.app.sources.is_empty(), words.no_sources),
        C::RenameSource => unless(chosen_source(cx).is_some(), words.no_source),
        C::ReopenTab => unless(cx.app.can_reopen(), words.no_closed_tab),
        C::NextTab | C::PreviousTab | C::MoveTabLeft | C::MoveTabRight => {
            unless(cx.app.tabs.len() > 1, if tab.is_none() { cx.words().no_tab } else { words.one_tab })
        }
        C::NewTab => unless(tab.is_some() || !cx.app.sources.is_empty(), words.no_sources),
        C::CloseTab if cx.app.area == Area::Settings => None,
        C::CloseTab
        | C::FocusTarget
        | C::FocusMessage
        | C::ChooseMethod
        | C::ShowMessage
        | C::ShowMetadata
        | C::ShowTls
        | C::ShowCallSettings
        | C::CopyGrpcurl
        | C::CopyGrpcurlSecrets
        | C::Format
        | C::Replace
        | C::ShowResponse
        | C::ShowHeaders
        | C::ShowTrailers
        | C::ShowTrace => unless(tab.is_some(), cx.words().no_tab),
        C::Send => match tab {
            None => Some(cx.words().no_tab),
            Some(tab) if tab.is_calling() && !tab.is_stream() => Some(words.is_calling),
            // Sent as soon as the method is ready.
            Some(tab) if matches!(tab.prepared, Prepared::Pending { .. }) => None,
            Some(tab) => unless(tab.can_send(), words.cannot_send),
        },
        C::Cancel => {
            let climbs = tab.and_then(|tab| cx.app.diagnosis(Retry::Send(tab.id)));
            let waits = tab.is_some_and(|tab| cx.app.waits_to_send(tab.id));
            let runs = waits
                || tab.is_some_and(crate::app::Tab::is_calling)
                || climbs.is_some_and(DiagnosisRecord::is_running);
            unless(runs, words.no_call)
        }
        C::HalfClose => {
            let takes = tab.and_then(|tab| tab.call.as_ref()).is_some_and(crate::app::CallRecord::takes_messages);
            unless(takes, words.no_stream)
        }
        C::Diagnose | C::Reconnect => match tab {
            None => Some(cx.words().no_tab),
            Some(tab) => unless(!tab.address.trim().is_empty(), words.no_address),
        },
        C::Undo if cx.app.area == Area::Settings => unless(cx.app.setting_steps().0, words.nothing_to_undo),
        C::Redo if cx.app.area == Area::Settings => unless(cx.app.setting_steps().1, words.nothing_to_redo),
        C::Undo => unless(tab.is_some() && cx.memory.editor_can_undo.0, words.nothing_to_undo),
        C::Redo => unless(tab.is_some() && cx.memory.editor_can_undo.1, words.nothing_to_redo),
        C::FocusResponse | C::TogglePhases => {
            unless(tab.is_some_and(|tab| tab.shown_call().is_some()), words.no_answer)
        }
        // Of a tab that asks all, what all answered.
        C::CopyResponse if tab.is_some_and(|tab| tab.all.is_some()) => {
            let run = tab.and_then(|tab| tab.all.as_ref()?.run.as_ref());
            unless(run.is_some_and(|run| run.rows.iter().any(|row| row.text.is_some())), words.no_answer)
        }
        C::SaveResponse if tab.is_some_and(|tab| tab.all.is_some()) => Some(words.no_answer),
        C::CopyResponse | C::SaveResponse => {
            let answer = tab.and_then(|tab| tab.shown_call()).and_then(|(call, _)| call.answer.as_ref());
            unless(answer.is_some_and(Result::is_ok), words.no_answer)
        }
    }
}

/// Does it, if it can be done; returns whether it was.
pub(super) fn run(ctx: &Context, cx: &mut Cx<'_>, command: UiCommand) -> bool {
    // Send says at the draft what is wrong with it.
    let says_why = command == UiCommand::Send && cx.tab().is_some();
    if refusal(cx, command).is_some() && !says_why {
        return false;
    }
    run_window(ctx, cx, command);
    if let Some(id) = cx.tab().map(|tab| tab.id) {
        run_tab(ctx, cx, command, id);
    }
    true
}

fn run_window(ctx: &Context, cx: &mut Cx<'_>, command: UiCommand) {
    use UiCommand as C;
    match command {
        C::ShowPalette => {
            cx.memory.habits.focus_before = ctx.memory(egui::Memory::focused);
            cx.memory.habits.palette = Some(Palette::default());
        }
        C::ShowKeys => {
            cx.memory.habits.settings.show_keys();
            cx.act(Action::ShowArea(Area::Settings));
        }
        C::Explain => super::widgets::tooltip::explain_focus(ctx),
        C::ShowSettings => {
            cx.memory.habits.settings.show_all();
            cx.act(Action::ShowArea(Area::Settings));
        }
        C::ShowServices => cx.act(Action::ShowArea(Area::Services)),
        C::ShowRegistry => cx.act(Action::ShowArea(Area::Registry)),
        C::ShowNotices => cx.memory.habits.notices_open = true,
        C::ToggleSidePanel => cx.memory.toggle_side(cx.app),
        C::AddSource => cx.act(Action::OpenDialog),
        C::OpenFiles => cx.act(Action::PickFiles(PickFor::Open, false)),
        C::PasteGrpcurl => cx.act(Action::WriteCommand(Some(String::new()))),
        C::StartDemo => cx.act(Action::StartDemo),
        C::ReloadAll | C::RefreshRegistries if is_about_registries(cx, command) => {
            cx.act(Action::Registry(RegistryAct::RefreshAll));
        }
        C::ReloadAll => cx.act(Action::ReloadAll),
        C::AddRegistry => {
            cx.act(Action::ShowArea(Area::Registry));
            cx.act(Action::Registry(RegistryAct::OpenDialog));
        }
        C::FilterServices => filter_services(ctx, cx),
        C::RenameSource => {
            if let Some(source) = chosen_source(cx) {
                cx.act(Action::AskName(source));
            }
        }
        C::FilterMethods => filter(cx),
        C::SaveKey => registry::save_key(cx),
        C::Find if registry::shows_keys(cx) => registry::find_in_keys(ctx, cx),
        C::Find if cx.app.area == Area::Registry => {
            if code_view::ask(ctx, ViewCommand::Find) {
                return;
            }
            filter_services(ctx, cx);
        }
        C::Find => {
            // In the draft and in an answer the same key looks for text in it.
            if code_view::ask(ctx, ViewCommand::Find) {
                return;
            }
            let tab = cx.tab();
            // Of a stream its messages; pressed again, the methods.
            let has_messages = tab.is_some_and(|tab| {
                let is_listed = |(call, _): (&CallRecord, bool)| call.is_stream() && call.sent + call.received > 0;
                let shows_one = tab.all.is_none() && tab.response_side == ResponseSide::Response;
                shows_one && tab.shown_call().is_some_and(is_listed)
            });
            if tab.is_some_and(|tab| editor::holds_focus(ctx, editor_id(tab.id))) {
                cx.memory.editor_command = Some(EditorCommand::Find);
            } else if has_messages && !ctx.memory(|memory| memory.has_focus(stream::filter_id())) {
                cx.memory.focus_messages = true;
            } else {
                filter(cx);
            }
        }
        C::ReopenTab => cx.act(Action::ReopenTab),
        // Without one to begin from, a method has to be found first.
        C::NewTab if cx.tab().is_none() => run_window(ctx, cx, C::ShowPalette),
        C::CloseTab if cx.app.area == Area::Settings => cx.act(Action::ShowArea(Area::Services)),
        C::NextTab => cx.act(Action::StepTab(1)),
        C::PreviousTab => cx.act(Action::StepTab(-1)),
        C::ZoomIn | C::ZoomOut | C::ZoomReset => {
            // A key that was pressed twice between two frames counts twice.
            let queued = cx.actions.iter().rev().find_map(|action| match action {
                Action::SetSettings(settings) => Some((**settings).clone()),
                _ => None,
            });
            let mut settings = queued.unwrap_or_else(|| cx.app.settings.clone());
            settings.set_zoom(match command {
                C::ZoomIn => settings.zoom_step(true),
                C::ZoomOut => settings.zoom_step(false),
                _ => 100,
            });
            cx.act(Action::SetSettings(Box::new(settings)));
        }
        C::Undo | C::Redo if cx.app.area == Area::Settings => {
            cx.memory.habits.settings.drafts.clear();
            cx.act(Action::StepSettings(command == C::Redo));
        }
        C::ThemeSystem => cx.act(Action::FollowTheme),
        C::ThemeLight => cx.act(Action::SetTheme(ThemeChoice::Light)),
        C::ThemeDark => cx.act(Action::SetTheme(ThemeChoice::Dark)),
        C::LanguageSystem => cx.act(Action::FollowLang),
        C::LanguageEnglish => cx.act(Action::SetLang(Lang::En)),
        C::LanguageChinese => cx.act(Action::SetLang(Lang::ZhCn)),
        _ => {}
    }
}

fn is_about_registries(cx: &Cx<'_>, command: UiCommand) -> bool {
    command == UiCommand::RefreshRegistries || cx.app.area == Area::Registry
}

/// To the filter of registries, which is in the side panel.
fn filter_services(ctx: &Context, cx: &mut Cx<'_>) {
    cx.act(Action::ShowArea(Area::Registry));
    cx.memory.show_side(cx.app);
    focus(ctx, registry::filter_id());
}

/// The filter is in the side panel, which may be folded.
fn filter(cx: &mut Cx<'_>) {
    cx.act(Action::ShowArea(Area::Services));
    cx.memory.show_side(cx.app);
    cx.memory.focus_filter = true;
}

fn run_tab(ctx: &Context, cx: &mut Cx<'_>, command: UiCommand, id: TabId) {
    use UiCommand as C;
    match command {
        C::NewTab => cx.act(Action::DuplicateTab(id)),
        C::CloseTab if cx.app.area == Area::Services => cx.act(Action::CloseTab(id)),
        C::MoveTabLeft => cx.act(Action::ShiftTab(id, -1)),
        C::MoveTabRight => cx.act(Action::ShiftTab(id, 1)),
        C::Send => cx.act(Action::Send(id)),
        C::Cancel => {
            if cx.app.waits_to_send(id) || cx.tab().is_some_and(crate::app::Tab::is_calling) {
                cx.act(Action::Cancel(id));
            } else {
                cx.act(Action::StopDiagnosis(Retry::Send(id)));
            }
        }
        C::HalfClose => cx.act(Action::HalfClose(id)),
        C::FocusTarget => cx.memory.focus_target = true,
        C::FocusMessage => {
            cx.act(Action::ShowRequestSide(id, RequestSide::Message));
            focus(ctx, editor_id(id));
        }
        C::FocusResponse => {
            let shown = cx.tab().and_then(|tab| tab.shown_call());
            if let Some((call, _)) = shown {
                cx.act(Action::ShowResponseSide(id, ResponseSide::Response));
                if call.is_stream() {
                    cx.memory.focus_messages = true;
                } else {
                    focus(ctx, body::view_id(id));
                }
            }
        }
        C::ChooseMethod => cx.memory.habits.open_methods = true,
        C::ShowMessage => cx.act(Action::ShowRequestSide(id, RequestSide::Message)),
        C::ShowMetadata => cx.act(Action::ShowRequestSide(id, RequestSide::Metadata)),
        C::ShowTls => cx.act(Action::ShowRequestSide(id, RequestSide::Tls)),
        C::Diagnose => cx.act(Action::Diagnose(Retry::Send(id))),
        C::Reconnect => {
            if let Some(tab) = cx.tab() {
                cx.act(Action::Reconnect(tab.address.clone()));
            }
        }
        C::SaveResponse => cx.act(Action::AskSaveMessage(id, Direction::Received, 0)),
        C::ShowCallSettings => egui::Popup::open_id(ctx, call_settings::popup_id(id)),
        C::CopyGrpcurl | C::CopyGrpcurlSecrets => {
            if let Some(tab) = cx.tab() {
                ctx.copy_text(copy_request::command(cx, tab, command == C::CopyGrpcurlSecrets).text);
            }
        }
        C::Format => edit(ctx, cx, id, EditorCommand::Format),
        C::Undo | C::Redo if cx.app.area == Area::Settings => {}
        C::Undo => edit(ctx, cx, id, EditorCommand::Undo),
        C::Redo => edit(ctx, cx, id, EditorCommand::Redo),
        C::Replace => edit(ctx, cx, id, EditorCommand::Replace),
        C::ShowResponse => cx.act(Action::ShowResponseSide(id, ResponseSide::Response)),
        C::ShowHeaders => cx.act(Action::ShowResponseSide(id, ResponseSide::Headers)),
        C::ShowTrailers => cx.act(Action::ShowResponseSide(id, ResponseSide::Trailers)),
        C::ShowTrace => cx.act(Action::ShowResponseSide(id, ResponseSide::Trace)),
        C::TogglePhases => {
            // They fold by themselves where there is no room, so what counts is what is seen.
            let is_open = cx.memory.phases_shown.is_some_and(|(tab, is_open)| tab == id && is_open);
            cx.act(Action::ShowPhases(id, !is_open));
        }
        C::CopyResponse if cx.tab().is_some_and(|tab| tab.all.is_some()) => {
            cx.act(Action::All(id, AllAct::Copy));
        }
        C::CopyResponse => {
            let answer = cx.tab().and_then(|tab| tab.shown_call()).and_then(|(call, _)| call.answer.as_ref());
            if let Some(Ok(text)) = answer {
                ctx.copy_text(text.text().to_owned());
            }
        }
        _ => {}
    }
    if matches!(
        command,
        C::FocusTarget
            | C::FocusMessage
            | C::FocusResponse
            | C::ChooseMethod
            | C::ShowMessage
            | C::ShowMetadata
            | C::ShowTls
            | C::ShowCallSettings
            | C::Send
            | C::Diagnose
            | C::ShowResponse
            | C::ShowHeaders
            | C::ShowTrailers
            | C::ShowTrace
    ) {
        cx.act(Action::ShowArea(Area::Services));
    }
}

fn focus(ctx: &Context, id: Id) {
    ctx.memory_mut(|memory| memory.request_focus(id));
}

/// Does something to the draft of a tab, and goes there.
fn edit(ctx: &Context, cx: &mut Cx<'_>, id: TabId, command: EditorCommand) {
    cx.memory.editor_command = Some(command);
    if !holds_list(ctx, id) {
        cx.act(Action::ShowRequestSide(id, RequestSide::Message));
        focus(ctx, editor_id(id));
    }
}

/// The editor of a list to send.
pub(super) fn list_editor_id(tab: TabId) -> Id {
    Id::unique(("list editor", tab.0))
}

/// The editor of a list to send has the focus.
pub(super) fn holds_list(ctx: &Context, id: TabId) -> bool {
    editor::holds_focus(ctx, list_editor_id(id))
}

impl Cx<'_> {
    /// The key of a command, as it is shown.
    pub(super) fn key(&self, command: UiCommand) -> Option<String> {
        self.app.keys.of(command).first().map(|chord: &Chord| chord.shown(MAC))
    }
}
