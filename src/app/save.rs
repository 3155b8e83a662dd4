//! The question where a message is to be saved, and what became of it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::action::PickFor;
use super::{App, TabId};
use crate::engine::{CallId, Command, Direction, NotSaved, SaveFault, SaveWhat, TextLines};

/// How far saving is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SaveStage {
    /// Nothing was asked of the disk yet.
    #[default]
    Asking,
    /// Save was pressed with nothing typed.
    Missing,
    /// Being written.
    Saving,
    /// Not written, and why; a file that is there already may be replaced.
    Failed(NotSaved),
    /// Written: where, and how many bytes.
    Done(PathBuf, u64),
}

/// The question.
#[derive(Clone, Debug, PartialEq)]
pub struct SaveDialog {
    /// Whose message.
    pub call: CallId,
    /// Sent or received.
    pub direction: Direction,
    /// Number within its direction.
    pub index: u64,
    /// Where to, as typed.
    pub path: String,
    /// The message as it was on the wire, rather than the JSON that is shown.
    pub as_bytes: bool,
    /// How far it is.
    pub stage: SaveStage,
    text: Arc<TextLines>,
    stem: String,
    /// The person typed a path, so none is suggested any more.
    is_typed: bool,
    ticket: u64,
}

impl App {
    /// Asks where a message is to be saved; nothing where its text is not there.
    pub(super) fn ask_save(&mut self, tab: TabId, direction: Direction, index: u64) {
        let Some((tab, call)) = self.tab(tab).and_then(|tab| Some((tab, tab.shown_call()?.0))) else { return };
        let shown = call.shown.as_ref().filter(|shown| shown.direction == direction && shown.index == index);
        let is_answer = direction == Direction::Received && index == 0;
        let text = shown.and_then(|shown| shown.text.as_ref()).or(call.answer.as_ref().filter(|_| is_answer));
        let Some(Ok(text)) = text.cloned() else { return };
        let (call, stem) = (call.id, tab.method.clone());
        let ticket = self.next_id();
        self.save = Some(SaveDialog {
            call,
            direction,
            index,
            path: String::new(),
            as_bytes: false,
            stage: SaveStage::Asking,
            text,
            stem,
            is_typed: false,
            ticket,
        });
        self.suggest();
    }

    fn suggest(&mut self) {
        let Some(save) = &self.save else { return };
        let extension = extension(save.as_bytes).to_owned();
        let command = Command::SuggestSave {
            ticket: save.ticket,
            folder: self.save_folder.clone(),
            stem: save.stem.clone(),
            extension,
        };
        self.send(command);
    }

    /// A free name was found.
    pub(super) fn fold_suggestion(&mut self, ticket: u64, path: &Path) {
        if let Some(save) = self.save.as_mut().filter(|save| save.ticket == ticket && !save.is_typed) {
            save.path = path.display().to_string();
        }
    }

    /// What is typed.
    pub(super) fn type_save_path(&mut self, path: String) {
        if let Some(save) = &mut self.save {
            save.path = path;
            save.is_typed = true;
            save.stage = SaveStage::Asking;
        }
    }

    /// JSON or bytes; the end of the name follows.
    pub(super) fn save_as_bytes(&mut self, as_bytes: bool) {
        let Some(save) = &mut self.save else { return };
        let before = extension(save.as_bytes);
        save.as_bytes = as_bytes;
        save.stage = SaveStage::Asking;
        if !save.is_typed {
            return self.suggest();
        }
        if let Some(stem) = save.path.strip_suffix(before) {
            save.path = format!("{stem}{}", extension(as_bytes));
        }
    }

    /// Asks the system for a place.
    pub(super) fn pick_save(&mut self) {
        let Some(save) = &self.save else { return };
        let typed = PathBuf::from(save.path.trim());
        let name = typed.file_name().map_or_else(
            || format!("{}.{}", save.stem, extension(save.as_bytes)),
            |name| name.to_string_lossy().into_owned(),
        );
        let folder = typed.parent().filter(|folder| folder.is_absolute()).map(Path::to_owned);
        let ticket = self.next_id();
        self.picks.insert(ticket, PickFor::Save);
        self.no_dialog = false;
        self.send(Command::PickSave { ticket, folder, name });
    }

    /// The system's dialog has asked already whether a file may be replaced.
    pub(super) fn picked_save(&mut self, path: &Path) {
        if let Some(save) = &mut self.save {
            save.path = path.display().to_string();
            save.is_typed = true;
            self.confirm_save(true);
        }
    }

    /// Saves it.
    pub(super) fn confirm_save(&mut self, replace: bool) {
        let Some(save) = &mut self.save else { return };
        let path = save.path.trim();
        if path.is_empty() {
            save.stage = SaveStage::Missing;
            return;
        }
        let what = if save.as_bytes {
            SaveWhat::Message { call: save.call, direction: save.direction, index: save.index }
        } else {
            SaveWhat::Text(Arc::clone(&save.text))
        };
        let command = Command::Save { ticket: save.ticket, path: PathBuf::from(path), replace, what };
        save.stage = SaveStage::Saving;
        self.send(command);
    }

    /// What became of it.
    pub(super) fn fold_saved(&mut self, ticket: u64, result: Result<(PathBuf, u64), NotSaved>) {
        let Some(save) = self.save.as_mut().filter(|save| save.ticket == ticket) else { return };
        match result {
            Ok((path, bytes)) => {
                self.save_folder = path.parent().map(Path::to_owned);
                save.stage = SaveStage::Done(path, bytes);
            }
            Err(why) => save.stage = SaveStage::Failed(why),
        }
    }
}

impl SaveDialog {
    /// Tells this question from others.
    pub fn serial(&self) -> u64 {
        self.ticket
    }

    /// A file is there already: it is replaced only when that is said.
    pub fn would_replace(&self) -> bool {
        matches!(&self.stage, SaveStage::Failed(NotSaved { fault: SaveFault::Exists, .. }))
    }
}

fn extension(as_bytes: bool) -> &'static str {
    if as_bytes { "binpb" } else { "json" }
}
