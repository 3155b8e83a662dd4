//! How a table of fixed words is written: one line a thing, both languages side by side, so that a missing one does not
//! compile.

/// Makes a struct of words and its two constants: `word_table! { /// Doc. Name, EN, ZH: field: "English", "中文"; }`.
macro_rules! word_table {
    ($(#[$doc:meta])* $table:ident, $en_table:ident, $zh_table:ident: $($name:ident: $en:literal, $zh:literal;)*) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $table {
            $(#[doc = $en] pub $name: &'static str,)*
        }

        /// English.
        pub const $en_table: $table = $table { $($name: $en,)* };

        /// 简体中文.
        pub const $zh_table: $table = $table { $($name: $zh,)* };

        impl $table {
            /// Every word with the name of its field, for tests and tools.
            pub fn all(&self) -> Vec<(&'static str, &'static str)> {
                vec![$((stringify!($name), self.$name),)*]
            }
        }
    };
}

pub(super) use word_table;
