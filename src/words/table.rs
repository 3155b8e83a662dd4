//! How a table of fixed words is written: one line a thing, both languages side by side, so that a missing one does not
//! compile.

/// Makes a struct of words and the method of [`Lang`](super::Lang) that gives it in a language:
/// `word_table! { /// Doc. Struct, method: field: "English", "中文"; }`.
macro_rules! word_table {
    ($(#[$doc:meta])* $table:ident, $method:ident: $($name:ident: $en:literal, $zh:literal;)*) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $table {
            $(#[doc = $en] pub $name: &'static str,)*
        }

        impl $table {
            /// Every word with the name of its field, for tests and tools.
            pub fn all(&self) -> Vec<(&'static str, &'static str)> {
                vec![$((stringify!($name), self.$name),)*]
            }
        }

        impl $crate::words::Lang {
            $(#[$doc])*
            pub const fn $method(self) -> &'static $table {
                const EN: $table = $table { $($name: $en,)* };
                const ZH: $table = $table { $($name: $zh,)* };
                match self {
                    Self::En => &EN,
                    Self::ZhCn => &ZH,
                }
            }
        }
    };
}

pub(super) use word_table;
