//! Every word that a person reads: one catalogue, English and 简体中文.
//!
//! Lives beside the areas and above none of the screens: `ui` paints these words, `cli` prints the English ones. It
//! knows the data of failures ([`failure`]) and of diagnoses; it knows no egui and no tokio. Fixed words are in
//! [`Words`], sentences that hold data are methods of [`Lang`] (`sentence.rs`, `diagnosis.rs`), numbers with units are
//! in [`format`].

/// The fixed words of one area: one field a thing, both languages side by side, so that a missing one does not compile.
macro_rules! words {
    ($words:ident, $($name:ident: $en:literal, $zh:literal;)*) => {
        /// The fixed words of one area and language. Each field's doc is its English text.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $words {
            $(#[doc = $en] pub $name: &'static str,)*
        }

        const EN: $words = $words { $($name: $en,)* };
        const ZH: $words = $words { $($name: $zh,)* };

        impl $words {
            /// Every word with the name of its field, for tests and tools.
            pub fn all(&self) -> Vec<(&'static str, &'static str)> {
                vec![$((stringify!($name), self.$name),)*]
            }
        }
    };
}

pub mod body;
pub mod failure;
pub mod format;

mod catalogue;
mod commands;
mod diagnosis;
mod habits;
mod misfit;
mod requests;
mod sentence;
mod status;
mod streams;
mod table;
mod trace;

pub use catalogue::{EN, Words, ZH};
pub use commands::{CommandWords, EN_COMMANDS, ZH_COMMANDS};
pub use diagnosis::StepWords;
pub(crate) use diagnosis::setting_name;
pub use habits::{EN_HABITS, HabitWords, ZH_HABITS};
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

    /// The fixed words.
    pub const fn words(self) -> &'static Words {
        match self {
            Self::En => &EN,
            Self::ZhCn => &ZH,
        }
    }

    /// What commands are called.
    pub const fn commands(self) -> &'static CommandWords {
        match self {
            Self::En => &EN_COMMANDS,
            Self::ZhCn => &ZH_COMMANDS,
        }
    }

    /// The words of palette, settings, keys and notices.
    pub const fn habits(self) -> &'static HabitWords {
        match self {
            Self::En => &EN_HABITS,
            Self::ZhCn => &ZH_HABITS,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Lang;

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
