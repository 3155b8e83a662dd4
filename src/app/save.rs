//! The question where something is to be saved, and what became of it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use super::action::PickFor;
use super::{App, TabId};
use crate::engine::{
    CallId, Command, Direction, NoText, NotSaved, SaveContent, SaveFault, SaveFile, SaveTold, TextLines, View,
};

/// How far saving is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SaveStage {
    /// Nothing was asked of the disk yet.
    #[default]
    Asking,
    /// Save was pressed with nothing typed.
    Missing,
    /// Being written since then: so many of so many, where they are counted.
    Saving(Instant, u64, u64),
    /// Not written, and why; a file that is there already may be replaced.
    Failed(NotSaved),
    /// Written: where, and how many bytes.
    Done(PathBuf, u64),
}

/// What is saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SaveWhat {
    /// One message, whose text this is; without one only its bytes can be saved.
    Message(CallId, Direction, u64, Option<Arc<TextLines>>),
    /// A list of a call's messages, so many.
    Messages(CallId, View, u64),
    /// The value of a key.
    KeyValue(String, Arc<Vec<u8>>),
    /// So many keys with their values, as `consul kv export` writes them.
    Keys(usize, Arc<Vec<u8>>),
    /// So many certificates in PEM.
    Certificates(usize, Arc<TextLines>),
}

/// The question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaveDialog {
    /// What it is about.
    pub what: SaveWhat,
    /// Where to, as typed.
    pub path: String,
    /// A message as it was on the wire, rather than the JSON that is shown.
    pub as_bytes: bool,
    /// How far it is.
    pub stage: SaveStage,
    stem: String,
    /// The person typed a path, so none is suggested any more.
    is_typed: bool,
    ticket: u64,
}

impl App {
    /// Asks where a message is to be saved. Where its text was given up its bytes are there all the same.
    pub(super) fn ask_save_message(&mut self, tab: TabId, direction: Direction, index: u64) {
        let Some((tab, call)) = self.tab(tab).and_then(|tab| Some((tab, tab.shown_call()?.0))) else { return };
        let shown = call.shown.as_ref().filter(|shown| shown.direction == direction && shown.index == index);
        let is_answer = direction == Direction::Received && index == 0;
        let text = shown.and_then(|shown| shown.text.as_ref()).or(call.answer.as_ref().filter(|_| is_answer));
        let text = match text {
            Some(Ok(text)) => Some(Arc::clone(text)),
            Some(Err(NoText::Gone | NoText::Unreadable(_))) | None => return,
            Some(Err(NoText::Misfit(_) | NoText::Stopped | NoText::Failed(_))) => None,
        };
        let (call, stem) = (call.id, tab.method.clone());
        self.ask_save(SaveWhat::Message(call, direction, index, text), &stem);
    }

    /// Asks where this is to be saved; `stem` begins the name that is suggested.
    pub(super) fn ask_save(&mut self, what: SaveWhat, stem: &str) {
        let ticket = self.next_id();
        let as_bytes = matches!(&what, SaveWhat::Message(.., None));
        self.save = Some(SaveDialog {
            what,
            path: String::new(),
            as_bytes,
            stage: SaveStage::Asking,
            stem: stem.to_owned(),
            is_typed: false,
            ticket,
        });
        self.suggest();
    }

    fn suggest(&mut self) {
        let Some(save) = &self.save else { return };
        let command = Command::SuggestSave {
            ticket: save.ticket,
            folder: self.save_folder.clone(),
            stem: save.stem.clone(),
            extension: save.extension().to_owned(),
        };
        self.send(command);
    }

    /// What is typed.
    pub(super) fn type_save_path(&mut self, path: String) {
        if let Some(save) = self.save.as_mut().filter(|save| !save.is_saving()) {
            save.path = path;
            save.is_typed = true;
            save.stage = SaveStage::Asking;
        }
    }

    /// JSON or bytes; the end of the name follows.
    pub(super) fn save_as_bytes(&mut self, as_bytes: bool) {
        let Some(save) = self.save.as_mut().filter(|save| !save.is_saving()) else { return };
        if matches!(&save.what, SaveWhat::Message(.., None)) {
            return;
        }
        let before = save.extension();
        save.as_bytes = as_bytes;
        save.stage = SaveStage::Asking;
        if !save.is_typed {
            return self.suggest();
        }
        if let Some(stem) = save.path.strip_suffix(before) {
            save.path = format!("{stem}{}", save.extension());
        }
    }

    /// Asks the system for a place.
    pub(super) fn pick_save(&mut self) {
        let Some(save) = &self.save else { return };
        let typed = PathBuf::from(save.path.trim());
        let name = typed
            .file_name()
            .map_or_else(|| format!("{}.{}", save.stem, save.extension()), |name| name.to_string_lossy().into_owned());
        let folder = typed.parent().filter(|folder| folder.is_absolute()).map(Path::to_owned);
        let ticket = self.next_id();
        self.picks.insert(ticket, PickFor::Save);
        self.no_dialog = false;
        self.send(Command::PickSave { ticket, folder, name });
    }

    /// The system's dialog has asked already whether a file may be replaced.
    pub(super) fn picked_save(&mut self, path: &Path, now: Instant) {
        if let Some(save) = self.save.as_mut().filter(|save| !save.is_saving()) {
            save.path = path.display().to_string();
            save.is_typed = true;
            self.confirm_save(true, now);
        }
    }

    /// Saves it.
    pub(super) fn confirm_save(&mut self, replace: bool, now: Instant) {
        let Some(save) = self.save.as_mut().filter(|save| !save.is_saving()) else { return };
        let path = save.path.trim();
        if path.is_empty() {
            save.stage = SaveStage::Missing;
            return;
        }
        let content = match &save.what {
            SaveWhat::Message(.., Some(text)) if !save.as_bytes => SaveContent::Text(Arc::clone(text)),
            SaveWhat::Message(call, direction, index, _) => {
                SaveContent::Message { call: *call, direction: *direction, index: *index }
            }
            SaveWhat::KeyValue(_, bytes) | SaveWhat::Keys(_, bytes) => SaveContent::Bytes(Arc::clone(bytes)),
            SaveWhat::Certificates(_, text) => SaveContent::Text(Arc::clone(text)),
            SaveWhat::Messages(call, view, _) => SaveContent::Messages { call: *call, view: *view },
        };
        let file = SaveFile { ticket: save.ticket, path: PathBuf::from(path), replace, content };
        save.stage = SaveStage::Saving(now, 0, 0);
        self.send(Command::SaveFile(Box::new(file)));
    }

    /// Leaves the question; what is being written ends, and nothing is left of it.
    pub(super) fn close_save(&mut self) {
        if let Some(save) = self.save.take()
            && save.is_saving()
        {
            self.send(Command::StopSave(save.ticket));
        }
    }

    /// How it goes.
    pub(super) fn fold_save(&mut self, ticket: u64, told: SaveTold) {
        let Some(save) = self.save.as_mut().filter(|save| save.ticket == ticket) else { return };
        match told {
            SaveTold::Suggested(path) if !save.is_typed => save.path = path.display().to_string(),
            SaveTold::Suggested(_) => {}
            SaveTold::Progress(done, of) => {
                if let SaveStage::Saving(since, ..) = save.stage {
                    save.stage = SaveStage::Saving(since, done, of);
                }
            }
            SaveTold::Ended(Ok((path, bytes))) => {
                self.save_folder = path.parent().map(Path::to_owned);
                save.stage = SaveStage::Done(path, bytes);
            }
            SaveTold::Ended(Err(why)) if why.fault == SaveFault::Stopped => save.stage = SaveStage::Asking,
            SaveTold::Ended(Err(why)) => save.stage = SaveStage::Failed(why),
        }
    }
}

impl SaveDialog {
    /// Tells this question from others.
    pub fn serial(&self) -> u64 {
        self.ticket
    }

    /// It is being written.
    pub fn is_saving(&self) -> bool {
        matches!(self.stage, SaveStage::Saving(..))
    }

    /// A file is there already: it is replaced only when that is said.
    pub fn would_replace(&self) -> bool {
        matches!(&self.stage, SaveStage::Failed(NotSaved { fault: SaveFault::Exists, .. }))
    }

    fn extension(&self) -> &'static str {
        match &self.what {
            SaveWhat::Message(..) if self.as_bytes => "binpb",
            SaveWhat::Message(..) | SaveWhat::Keys(..) => "json",
            SaveWhat::Messages(..) => "ndjson",
            SaveWhat::Certificates(..) => "pem",
            SaveWhat::KeyValue(key, value) => value_extension(key, value),
        }
    }
}

/// What the end of a key says of its value, or what the value is.
fn value_extension(key: &str, value: &[u8]) -> &'static str {
    const KNOWN: [&str; 9] = ["json", "yaml", "yml", "toml", "pem", "xml", "conf", "txt", "bin"];
    let end = key.rsplit_once('.').map_or("", |(_, end)| end);
    let by_value = if std::str::from_utf8(value).is_err() {
        "bin"
    } else if crate::engine::looks_like_json(value) {
        "json"
    } else {
        "txt"
    };
    KNOWN.iter().find(|known| **known == end).copied().unwrap_or(by_value)
}
