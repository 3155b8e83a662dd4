//! Every word that a person reads: one catalogue, English and 简体中文.
//!
//! Lives beside the areas and above none of the screens: `ui` paints these words, `cli` prints the English ones. It
//! knows the data of failures ([`failure`]) and of diagnoses; it knows no egui and no tokio. Fixed words are
//! in tables, one an area (`table.rs` says how), sentences that hold data are methods of [`Lang`] (`sentence.rs`,
//! `diagnosis.rs`), numbers with units are in [`format`].

pub mod failure;
pub mod format;

mod all;
mod body;
mod browse;
mod catalogue;
mod changes;
mod clock;
mod commands;
mod diagnosis;
mod discovery;
mod habits;
mod key_changes;
mod keys;
mod misfit;
mod registry;
mod registry_acts;
mod registry_faults;
mod registry_says;
mod registry_state;
mod requests;
mod resolve;
mod sentence;
mod status;
mod streams;
mod table;
mod trace;

pub use all::AllWords;
pub use body::BodyWords;
pub use browse::BrowseWords;
pub use catalogue::Words;
pub use changes::ChangeWords;
pub use commands::CommandWords;
pub use diagnosis::StepWords;
pub(crate) use diagnosis::setting_name;
pub use discovery::DiscoveryWords;
pub use habits::HabitWords;
pub use key_changes::KeyChangeWords;
pub use keys::{KeyWords, KeysAct};
pub use registry::RegistryWords;
pub use registry_acts::ActWords;
pub use registry_state::RegistryStateWords;
pub use requests::RequestWords;
pub use status::DetailWords;
pub use streams::StreamWords;
pub use trace::{PhaseTopic, TraceWords};

/// A language of the interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Simplified Chinese.
    ZhCn,
}

impl Lang {
    /// Of a locale as systems write it: `zh_CN.UTF-8`, `zh-Hans`, `en-US`. Anything Chinese is Chinese, the rest
    /// English.
    pub fn of_locale(locale: &str) -> Self {
        let is_chinese = locale.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("zh"));
        if is_chinese { Self::ZhCn } else { Self::En }
    }

    /// The other one.
    pub const fn other(self) -> Self {
        match self {
            Self::En => Self::ZhCn,
            Self::ZhCn => Self::En,
        }
    }

    /// Every fixed word of every table with its name, for tests and tools: `("streams.filter", "Filter by …")`.
    pub fn every_word(self) -> Vec<(String, &'static str)> {
        let tables = [
            ("words", self.words().all()),
            ("changes", self.changes().all()),
            ("commands", self.commands().all()),
            ("habits", self.habits().all()),
            ("requests", self.requests().all()),
            ("body", self.body().all()),
            ("streams", self.streams().all()),
            ("trace", self.trace().all()),
            ("details", self.details().all()),
            ("discovery", self.discovery().all()),
            ("keys", self.key_values().all()),
            ("key_changes", self.key_changes().all()),
            ("acts", self.acts().all()),
            ("registry", self.registry().all()),
            ("registry_state", self.registry_state().all()),
            ("all", self.all().all()),
            ("browse", self.browse().all()),
        ];
        let named = |(table, words): (&str, Vec<(&str, &'static str)>)| -> Vec<(String, &'static str)> {
            words.into_iter().map(|(name, word)| (format!("{table}.{name}"), word)).collect()
        };
        tables.into_iter().flat_map(named).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Lang;

    #[test]
    fn no_word_is_empty_and_no_label_ends_with_a_colon() {
        let (en, zh) = (Lang::En.every_word(), Lang::ZhCn.every_word());
        assert!(en.len() > 500 && en.len() == zh.len());
        for ((name, en), (_, zh)) in en.into_iter().zip(zh) {
            assert!(!en.trim().is_empty() && !zh.trim().is_empty(), "{name} is empty");
            assert!(!en.ends_with(':') && !zh.ends_with('：'), "{name}: no colon after labels");
        }
    }

    #[test]
    fn no_word_stands_twice() {
        let mut names = std::collections::HashMap::new();
        for ((name, en), (_, zh)) in Lang::En.every_word().into_iter().zip(Lang::ZhCn.every_word()) {
            // A command is named like the button that does the same.
            if name.starts_with("commands.") {
                continue;
            }
            let other = names.insert((en, zh), name.clone());
            assert!(other.is_none(), "{name} says what {other:?} says: {en:?}, {zh:?}");
        }
    }

    #[test]
    fn locales_choose_the_language() {
        for (locale, expect) in [
            ("zh_CN.UTF-8", Lang::ZhCn),
            ("zh-Hans", Lang::ZhCn),
            ("ZH", Lang::ZhCn),
            ("en-US", Lang::En),
            ("C", Lang::En),
            ("", Lang::En),
            ("é", Lang::En),
        ] {
            assert_eq!(Lang::of_locale(locale), expect, "{locale}");
        }
    }
}
