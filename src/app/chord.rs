//! One key with what is held down beside it, as it is written in files and as it is shown.

use std::borrow::Cow;
use std::fmt;

use super::UiCommand;

/// A key with what is held down.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Chord {
    /// Ctrl; Command on a Mac.
    pub command: bool,
    /// Alt; Option on a Mac.
    pub alt: bool,
    /// Shift. A sign that may need it (`Plus`) never says so.
    pub shift: bool,
    /// The key's name: `K`, `Enter`, `PageUp`, `Plus`, `0`, `F5`.
    pub key: Cow<'static, str>,
}

/// Why a chord cannot be given to a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChordRefusal {
    /// It types a character.
    Types,
    /// It moves the focus, the caret or a choice.
    Moves,
    /// It copies, cuts, pastes or selects.
    Clipboard,
    /// It closes what is open.
    Closes,
}

/// Signs that stand on another level of some keyboards.
const SIGNS: [&str; 14] = [
    "Plus",
    "Equals",
    "Minus",
    "Comma",
    "Period",
    "Slash",
    "Backslash",
    "Colon",
    "Semicolon",
    "Questionmark",
    "Exclamationmark",
    "Pipe",
    "Quote",
    "Backtick",
];

/// Keys that go through texts and lists.
const MOVERS: [&str; 13] = [
    "Up",
    "Down",
    "Left",
    "Right",
    "Home",
    "End",
    "PageUp",
    "PageDown",
    "Backspace",
    "Delete",
    "Enter",
    "Space",
    "Tab",
];

impl Chord {
    /// Of its parts; `shift` counts only where it does not make the sign.
    pub fn new(command: bool, alt: bool, shift: bool, key: impl Into<Cow<'static, str>>) -> Self {
        let key = key.into();
        let shift = shift && !SIGNS.contains(&key.as_ref());
        Self { command, alt, shift, key }
    }

    /// Reads `Ctrl+Shift+T`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts: Vec<&str> = text.split('+').collect();
        let key = parts.pop().filter(|key| !key.is_empty())?;
        let mut chord = Self::new(false, false, false, key.to_owned());
        for part in parts {
            match part {
                "Ctrl" => chord.command = true,
                "Alt" => chord.alt = true,
                "Shift" => chord.shift = true,
                _ => return None,
            }
        }
        Some(chord)
    }

    /// As it is shown: `Ctrl Shift T`, `⌘ ⇧ T` on a Mac.
    pub fn shown(&self, mac: bool) -> String {
        let names = if mac { ["⌘", "⌥", "⇧"] } else { ["Ctrl", "Alt", "Shift"] };
        let held = [self.command, self.alt, self.shift];
        let mut parts: Vec<&str> = names.into_iter().zip(held).filter_map(|(name, is)| is.then_some(name)).collect();
        parts.push(match self.key.as_ref() {
            "Enter" => "⏎",
            "Escape" => "Esc",
            "Plus" => "+",
            "Equals" => "=",
            "Minus" => "−",
            "Comma" => ",",
            "Period" => ".",
            "Slash" => "/",
            "Backslash" => "\\",
            "Colon" => ":",
            "Semicolon" => ";",
            "Questionmark" => "?",
            "Exclamationmark" => "!",
            "Pipe" => "|",
            "Quote" => "'",
            "Backtick" => "`",
            "OpenBracket" => "[",
            "CloseBracket" => "]",
            "Up" => "↑",
            "Down" => "↓",
            "Left" => "←",
            "Right" => "→",
            "PageUp" => "PgUp",
            "PageDown" => "PgDn",
            other => other,
        });
        parts.join(" ")
    }

    /// Why `command` cannot have it; `None` if it can.
    pub fn refusal(&self, command: UiCommand) -> Option<ChordRefusal> {
        let key = self.key.as_ref();
        let is_function = key.strip_prefix('F').is_some_and(|number| number.parse::<u8>().is_ok());
        let alone = !self.command && !self.alt;
        if key == "Escape" {
            return (!(alone && !self.shift && command == UiCommand::Cancel)).then_some(ChordRefusal::Closes);
        }
        if alone && !is_function {
            return Some(if MOVERS.contains(&key) { ChordRefusal::Moves } else { ChordRefusal::Types });
        }
        if self.command && !self.alt && !self.shift && ["A", "C", "V", "X"].contains(&key) {
            return Some(ChordRefusal::Clipboard);
        }
        // With Ctrl these go by words and to the ends of a text; a tab, a page and Enter mean nothing there.
        let is_free = self.command && ["PageUp", "PageDown", "Enter", "Tab"].contains(&key);
        (MOVERS.contains(&key) && !is_free).then_some(ChordRefusal::Moves)
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (held, name) in [(self.command, "Ctrl+"), (self.alt, "Alt+"), (self.shift, "Shift+")] {
            if held {
                f.write_str(name)?;
            }
        }
        f.write_str(&self.key)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may end by panicking")]

    use super::{Chord, ChordRefusal};
    use crate::app::UiCommand;

    #[test]
    fn chords_are_written_read_and_shown() {
        for (text, shown, mac) in [
            ("Ctrl+Shift+T", "Ctrl Shift T", "⌘ ⇧ T"),
            ("Ctrl+Enter", "Ctrl ⏎", "⌘ ⏎"),
            ("F5", "F5", "F5"),
            ("Alt+1", "Alt 1", "⌥ 1"),
            ("Ctrl+Plus", "Ctrl +", "⌘ +"),
            ("Escape", "Esc", "Esc"),
        ] {
            let chord = Chord::parse(text).unwrap();
            assert_eq!(chord.to_string(), text);
            assert_eq!((chord.shown(false).as_str(), chord.shown(true).as_str()), (shown, mac));
        }
        for text in ["", "Ctrl+", "Hyper+K", "Ctrl++"] {
            assert_eq!(Chord::parse(text), None, "{text}");
        }
        assert!(!Chord::new(true, false, true, "Plus").shift, "the sign itself needs it");
    }

    #[test]
    fn keys_that_texts_and_lists_need_are_refused() {
        for (text, expect) in [
            ("K", Some(ChordRefusal::Types)),
            ("Shift+K", Some(ChordRefusal::Types)),
            ("Comma", Some(ChordRefusal::Types)),
            ("Enter", Some(ChordRefusal::Moves)),
            ("Tab", Some(ChordRefusal::Moves)),
            ("Ctrl+Left", Some(ChordRefusal::Moves)),
            ("Alt+Space", Some(ChordRefusal::Moves)),
            ("Ctrl+C", Some(ChordRefusal::Clipboard)),
            ("Escape", Some(ChordRefusal::Closes)),
            ("Ctrl+Shift+C", None),
            ("Ctrl+J", None),
            ("Alt+K", None),
            ("F9", None),
            ("Shift+F9", None),
            ("Ctrl+PageDown", None),
        ] {
            assert_eq!(Chord::parse(text).unwrap().refusal(UiCommand::Send), expect, "{text}");
        }
        assert_eq!(Chord::parse("Escape").unwrap().refusal(UiCommand::Cancel), None);
    }
}
