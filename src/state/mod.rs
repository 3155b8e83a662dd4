//! What the window remembers from one start to the next, and the file that holds it.
//!
//! Lives here: [`Document`], plain values with a version; [`open`], which reads the file and sets one aside that it
//! does not understand; [`Keeper`], a thread that writes it whole or not at all. Absent: egui, tokio, secrets. No type
//! here can hold a secret's value: who fills a document in leaves it out.

mod document;
mod file;
mod json;
mod keeper;
mod keys;
mod registry;
mod settings;

#[cfg(test)]
mod tests;

pub use document::{
    DemoPart, Document, FormDoc, Origin, Panels, PinnedDoc, Place, RecentSource, RowDoc, SourceDoc, TabDoc, TargetDoc,
    VERSION,
};
pub use file::{FILE, Opened, SetAside, WhyAside, open};
pub use keeper::{Keeper, Kept, Tell};
pub use keys::{KeyActDoc, KeyBeforeDoc, KeyChangeDoc, KeyDeltaDoc, KeyDraftDoc};
pub use registry::{RegistryDoc, RegistryViewDoc};
pub use settings::{KeysDoc, SettingsDoc};
