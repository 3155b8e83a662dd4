//! Every word that a person reads: one catalogue, English and 简体中文.
//!
//! Lives beside the areas and above none of the screens: `ui` paints these words, `cli` prints the English ones. It
//! knows the data of failures ([`failure`]); it knows no egui and no tokio.

pub mod failure;

/// A language of the interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Simplified Chinese.
    ZhCn,
}
