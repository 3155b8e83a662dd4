//! Everything that can be done by a key, from the palette or from a menu: one table. What each does is the screen's
//! matter, since some of it only moves the focus.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::chord::Chord;
use crate::words::Lang;

/// What a command belongs to, in lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CommandGroup {
    /// The window as a whole.
    General,
    /// Sources and their tree.
    Sources,
    /// Registries and their services.
    Registry,
    /// Tabs of requests.
    Tabs,
    /// The request in front.
    Request,
    /// Its answer.
    Response,
    /// How the window looks.
    Appearance,
}

impl CommandGroup {
    /// In the order of lists.
    pub const ALL: [Self; 7] =
        [Self::General, Self::Sources, Self::Registry, Self::Tabs, Self::Request, Self::Response, Self::Appearance];
}

/// Where a command's keys are heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandPlace {
    /// Wherever the focus is.
    Window,
    /// While the draft of a message has the focus.
    Editor,
}

macro_rules! commands {
    ($($(#[doc = $doc:literal])* $name:ident $tag:ident $group:ident $place:ident [$($key:literal),*];)*) => {
        /// One command.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum UiCommand {
            $($(#[doc = $doc])* $name,)*
        }

        impl UiCommand {
            /// In the order of lists.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its name in files, the same in every version.
            pub const fn tag(self) -> &'static str {
                match self { $(Self::$name => stringify!($tag),)* }
            }

            /// What it is called.
            pub const fn name(self, lang: Lang) -> &'static str {
                match self { $(Self::$name => lang.commands().$tag,)* }
            }

            /// What it belongs to.
            pub const fn group(self) -> CommandGroup {
                match self { $(Self::$name => CommandGroup::$group,)* }
            }

            /// Where its keys are heard.
            pub const fn place(self) -> CommandPlace {
                match self { $(Self::$name => CommandPlace::$place,)* }
            }

            const fn default_keys(self) -> &'static [&'static str] {
                match self { $(Self::$name => &[$($key),*],)* }
            }
        }
    };
}

commands! {
    /// Open the palette.
    ShowPalette show_palette General Window ["Ctrl+K"];
    /// The list of all keys.
    ShowKeys show_keys General Window ["F1"];
    /// What the hover of the focused thing says.
    Explain explain General Window ["Shift+F1"];
    /// The area of settings.
    ShowSettings show_settings General Window ["Ctrl+Comma"];
    /// The area of services.
    ShowServices show_services General Window ["Alt+1"];
    /// The area of registries.
    ShowRegistry show_registry General Window ["Alt+2"];
    /// The list of notices.
    ShowNotices show_notices General Window ["Ctrl+Shift+N"];
    /// Fold the side panel, or show it.
    ToggleSidePanel toggle_side_panel General Window ["Ctrl+B"];
    /// Find in what has the focus.
    Find find General Window ["Ctrl+F"];
    /// Write what was typed into a key of a registry.
    SaveKey save_key General Window ["Ctrl+S"];
    /// The question that adds a source.
    AddSource add_source Sources Window ["Ctrl+O"];
    /// The system's dialog of files.
    OpenFiles open_files Sources Window ["Ctrl+Shift+O"];
    /// The question for a command of grpcurl that opens as a request.
    PasteGrpcurl paste_grpcurl Sources Window ["Ctrl+Shift+G"];
    /// The built-in services.
    StartDemo start_demo Sources Window ["Ctrl+Shift+D"];
    /// Read every source anew.
    ReloadAll reload_all Sources Window ["F5"];
    /// Name the chosen source.
    RenameSource rename_source Sources Window ["F2"];
    /// Go to the filter of the tree.
    FilterMethods filter_methods Sources Window ["Ctrl+Shift+M"];
    /// The question that adds a registry.
    AddRegistry add_registry Registry Window ["Ctrl+Shift+A"];
    /// Ask every registry anew.
    RefreshRegistries refresh_registries Registry Window ["Shift+F5"];
    /// Go to the filter of registries.
    FilterServices filter_services Registry Window ["Ctrl+Shift+E"];
    /// Another tab of the same method.
    NewTab new_tab Tabs Window ["Ctrl+T"];
    /// Close the tab in front.
    CloseTab close_tab Tabs Window ["Ctrl+W"];
    /// The one that was closed last.
    ReopenTab reopen_tab Tabs Window ["Ctrl+Shift+T"];
    /// The tab right of it.
    NextTab next_tab Tabs Window ["Ctrl+Tab", "Ctrl+PageDown"];
    /// The tab left of it.
    PreviousTab previous_tab Tabs Window ["Ctrl+Shift+Tab", "Ctrl+PageUp"];
    /// One place to the left.
    MoveTabLeft move_tab_left Tabs Window ["Ctrl+Shift+PageUp"];
    /// One place to the right.
    MoveTabRight move_tab_right Tabs Window ["Ctrl+Shift+PageDown"];
    /// Begin the call, or send the draft into the stream.
    Send send Request Window ["Ctrl+Enter"];
    /// End the call, or the diagnosis.
    Cancel cancel Request Window ["Escape"];
    /// End our side of a stream.
    HalfClose half_close Request Window ["Ctrl+Shift+Enter"];
    /// The field of the target.
    FocusTarget focus_target Request Window ["Ctrl+L"];
    /// The draft.
    FocusMessage focus_message Request Window ["Ctrl+E"];
    /// The answer.
    FocusResponse focus_response Response Window ["Ctrl+R"];
    /// The list of the source's methods.
    ChooseMethod choose_method Request Window ["Ctrl+M"];
    /// The side of the message.
    ShowMessage show_message Request Window ["Ctrl+1"];
    /// The side of the metadata.
    ShowMetadata show_metadata Request Window ["Ctrl+2"];
    /// The side of TLS.
    ShowTls show_tls Request Window ["Ctrl+3"];
    /// Climb the ladder.
    Diagnose diagnose Request Window ["Ctrl+D"];
    /// Close the connection to the target, and make another.
    Reconnect reconnect Request Window ["Ctrl+Shift+R"];
    /// The popup of deadline, limits, compression and keepalive.
    ShowCallSettings show_call_settings Request Window ["Ctrl+Shift+L"];
    /// The request as a command of grpcurl, without secrets.
    CopyGrpcurl copy_grpcurl Request Window ["Ctrl+G"];
    /// The same with secrets.
    CopyGrpcurlSecrets copy_grpcurl_secrets Request Window ["Alt+G"];
    /// Lay the draft out anew.
    Format format Request Editor ["Ctrl+Shift+F"];
    /// Take the last step in the draft back.
    Undo undo Request Editor ["Ctrl+Z"];
    /// Do it again.
    Redo redo Request Editor ["Ctrl+Y", "Ctrl+Shift+Z"];
    /// Replace in the draft.
    Replace replace Request Editor ["Ctrl+H"];
    /// The answer's message.
    ShowResponse show_response Response Window ["Ctrl+4"];
    /// The answer's headers.
    ShowHeaders show_headers Response Window ["Ctrl+5"];
    /// The answer's trailers.
    ShowTrailers show_trailers Response Window ["Ctrl+6"];
    /// Where the call's time went.
    ShowTrace show_trace Response Window ["Ctrl+7"];
    /// Fold the phases, or show them.
    TogglePhases toggle_phases Response Window ["Ctrl+Shift+P"];
    /// The answer's message, as shown.
    CopyResponse copy_response Response Window ["Ctrl+Shift+B"];
    /// The question where the answer's message is saved.
    SaveResponse save_response Response Window ["Ctrl+Shift+S"];
    /// One step larger.
    ZoomIn zoom_in Appearance Window ["Ctrl+Plus", "Ctrl+Equals"];
    /// One step smaller.
    ZoomOut zoom_out Appearance Window ["Ctrl+Minus"];
    /// 100 %.
    ZoomReset zoom_reset Appearance Window ["Ctrl+0"];
    /// The desktop's theme.
    ThemeSystem theme_system Appearance Window ["F6"];
    /// Light.
    ThemeLight theme_light Appearance Window ["F7"];
    /// Dark.
    ThemeDark theme_dark Appearance Window ["F8"];
    /// The system's language.
    LanguageSystem language_system Appearance Window ["Alt+7"];
    /// English.
    LanguageEnglish language_english Appearance Window ["Alt+8"];
    /// Simplified Chinese.
    LanguageChinese language_chinese Appearance Window ["Alt+9"];
}

static DEFAULTS: LazyLock<BTreeMap<UiCommand, Vec<Chord>>> = LazyLock::new(|| {
    let chords = |command: &UiCommand| command.default_keys().iter().filter_map(|text| Chord::parse(text)).collect();
    UiCommand::ALL.iter().map(|command| (*command, chords(command))).collect()
});

impl UiCommand {
    /// By its name in files.
    pub fn by_tag(tag: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|command| command.tag() == tag)
    }

    /// The keys that it has unless the person gave it others; the first one is shown.
    pub fn defaults(self) -> &'static [Chord] {
        DEFAULTS.get(&self).map_or(&[], Vec::as_slice)
    }

    /// Both would hear the same key.
    pub fn meets(self, other: Self) -> bool {
        let (a, b) = (self.place(), other.place());
        a == b || a == CommandPlace::Window || b == CommandPlace::Window
    }
}

/// Which keys do what: the table's own, and what the person changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys {
    changed: BTreeMap<UiCommand, Vec<Chord>>,
}

impl Keys {
    /// The keys of a command; the first one is shown.
    pub fn of(&self, command: UiCommand) -> &[Chord] {
        self.changed.get(&command).map_or_else(|| command.defaults(), Vec::as_slice)
    }

    /// The person gave it others than it has by itself.
    pub fn is_changed(&self, command: UiCommand) -> bool {
        self.changed.contains_key(&command)
    }

    /// Any command has others.
    pub fn any_changed(&self) -> bool {
        !self.changed.is_empty()
    }

    /// Another command that hears this key where `command` would.
    pub fn clash(&self, command: UiCommand, chord: &Chord) -> Option<UiCommand> {
        let clashes = |other: &UiCommand| *other != command && other.meets(command) && self.of(*other).contains(chord);
        UiCommand::ALL.iter().copied().find(clashes)
    }

    /// Gives a command this key and no other; whoever had it loses it.
    pub fn give(&mut self, command: UiCommand, chord: Chord) {
        self.take_from_others(command, &chord);
        self.set(command, vec![chord]);
    }

    /// Leaves a command without a key.
    pub fn clear(&mut self, command: UiCommand) {
        self.set(command, Vec::new());
    }

    /// Its own keys again; whoever has one of them now loses it.
    pub fn reset(&mut self, command: UiCommand) {
        for chord in command.defaults() {
            self.take_from_others(command, chord);
        }
        self.changed.remove(&command);
    }

    /// All as in the table.
    pub fn reset_all(&mut self) {
        self.changed.clear();
    }

    /// What the person changed, by tags and written chords.
    pub fn document(&self) -> Vec<(String, Vec<String>)> {
        let written = |chords: &Vec<Chord>| chords.iter().map(Chord::to_string).collect();
        self.changed.iter().map(|(command, chords)| (command.tag().to_owned(), written(chords))).collect()
    }

    /// Reads [`Keys::document`]; what is not known any more is left out.
    pub fn of_document(document: &[(String, Vec<String>)]) -> Self {
        let mut keys = Self::default();
        for (tag, chords) in document {
            if let Some(command) = UiCommand::by_tag(tag) {
                keys.set(command, chords.iter().filter_map(|text| Chord::parse(text)).collect());
            }
        }
        keys
    }

    fn take_from_others(&mut self, command: UiCommand, chord: &Chord) {
        while let Some(other) = self.clash(command, chord) {
            let rest = self.of(other).iter().filter(|known| *known != chord).cloned().collect();
            self.set(other, rest);
        }
    }

    /// What is as in the table is no change.
    fn set(&mut self, command: UiCommand, chords: Vec<Chord>) {
        if chords == command.defaults() {
            self.changed.remove(&command);
        } else {
            self.changed.insert(command, chords);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may end by panicking")]

    use std::collections::BTreeSet;

    use super::{Chord, Keys, UiCommand};

    fn chord(text: &str) -> Chord {
        Chord::parse(text).unwrap()
    }

    #[test]
    fn every_command_has_a_key() {
        let keys = Keys::default();
        for command in UiCommand::ALL {
            assert!(!keys.of(*command).is_empty(), "{command:?}");
        }
    }

    #[test]
    fn the_table_is_whole() {
        let mut tags = BTreeSet::new();
        let keys = Keys::default();
        for command in UiCommand::ALL.iter().copied() {
            assert!(tags.insert(command.tag()), "{} twice", command.tag());
            assert_eq!(UiCommand::by_tag(command.tag()), Some(command));
            assert_eq!(command.defaults().len(), command.default_keys().len(), "{command:?} has a key that is none");
            for chord in command.defaults() {
                assert_eq!(keys.clash(command, chord), None, "{command:?} {chord}");
                assert_eq!(chord.refusal(command), None, "{command:?} {chord}");
            }
        }
    }

    #[test]
    fn a_key_that_is_taken_over_leaves_the_other_command() {
        let mut keys = Keys::default();
        let f5 = chord("F5");
        assert_eq!(keys.clash(UiCommand::Send, &f5), Some(UiCommand::ReloadAll));
        keys.give(UiCommand::Send, f5.clone());
        assert_eq!(keys.of(UiCommand::Send), std::slice::from_ref(&f5));
        assert!(keys.of(UiCommand::ReloadAll).is_empty());
        let read = Keys::of_document(&keys.document());
        assert_eq!(read, keys);
        keys.reset(UiCommand::ReloadAll);
        assert_eq!(keys.of(UiCommand::ReloadAll), [f5]);
        assert!(keys.of(UiCommand::Send).is_empty(), "it has the key no longer");
        keys.reset(UiCommand::Send);
        assert_eq!(keys, Keys::default());
    }

    #[test]
    fn a_key_of_several_stays_with_the_rest() {
        let mut keys = Keys::default();
        keys.give(UiCommand::Diagnose, chord("Ctrl+Tab"));
        assert_eq!(keys.of(UiCommand::NextTab), [chord("Ctrl+PageDown")]);
        keys.reset(UiCommand::Diagnose);
        assert!(keys.is_changed(UiCommand::NextTab) && !keys.is_changed(UiCommand::Diagnose));
    }

    #[test]
    fn what_is_not_known_any_more_is_left_out() {
        let document = [
            ("gone".to_owned(), vec!["F5".to_owned()]),
            ("send".to_owned(), vec!["F7".to_owned(), "Nothing+".to_owned()]),
        ];
        let keys = Keys::of_document(&document);
        assert_eq!(keys.of(UiCommand::Send), [chord("F7")]);
        assert_eq!(keys.document().len(), 1);
    }
}
