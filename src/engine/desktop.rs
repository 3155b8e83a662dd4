//! What the desktop does for us: its dialog of files, its file manager. Both may be missing, and the dialog may hang; a
//! typed or copied path is always the other way.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::Event;
use super::live::Teller;

/// A dialog that is gone faster than this was never shown: nobody chooses a file in a tenth of a second.
const NO_DIALOG: Duration = Duration::from_millis(100);
/// After so long without an answer we say that a path can be typed: on a bare window manager the dialog never comes.
const DIALOG_WAITS: Duration = Duration::from_secs(2);
/// Nobody waits for a dialog longer than this.
const DIALOG_LIMIT: Duration = Duration::from_mins(10);

/// What the dialog asks for.
#[derive(Debug)]
pub(super) enum Choice {
    /// Files of schemas.
    Files,
    /// Folders.
    Folders,
    /// A place for a new file.
    Save {
        /// Where the dialog begins.
        folder: Option<PathBuf>,
        /// The name that it offers.
        name: String,
    },
}

impl Choice {
    async fn ask(self) -> Option<Vec<rfd::FileHandle>> {
        let dialog = rfd::AsyncFileDialog::new();
        match self {
            Self::Folders => dialog.pick_folders().await,
            Self::Files => {
                dialog
                    .add_filter(".proto, descriptor sets", &["proto", "binpb", "pb", "protoset", "desc"])
                    .add_filter("*", &["*"])
                    .pick_files()
                    .await
            }
            Self::Save { folder, name } => {
                let dialog = dialog.set_file_name(name);
                let dialog = match folder {
                    Some(folder) => dialog.set_directory(folder),
                    None => dialog,
                };
                dialog.save_file().await.map(|file| vec![file])
            }
        }
    }
}

/// Asks for files, folders or a place to save by the desktop's dialog.
pub(super) async fn pick(teller: Teller, choice: Choice, ticket: u64) {
    let asked = Instant::now();
    let choice = choice.ask();
    tokio::pin!(choice);
    let chosen = match tokio::time::timeout(DIALOG_WAITS, &mut choice).await {
        Ok(chosen) => Ok(chosen),
        Err(_still_waiting) => {
            teller.tell(Event::PickWaits { ticket }).await;
            tokio::time::timeout(DIALOG_LIMIT, choice).await
        }
    };
    let result = match chosen {
        Ok(Some(files)) => Ok(files.iter().map(|file| file.path().to_path_buf()).collect()),
        Ok(None) if asked.elapsed() < NO_DIALOG => Err("no file dialog can be had on this desktop".to_owned()),
        Ok(None) => Ok(Vec::new()),
        Err(_timeout) => Err("the file dialog did not answer".to_owned()),
    };
    teller.tell(Event::Picked { ticket, result }).await;
}

/// Opens a folder in the desktop's file manager; made if it is not there yet. Blocks until that took it.
pub(super) fn open_folder(teller: &Teller, folder: &Path) {
    let program = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else {
        "xdg-open"
    };
    let folder: PathBuf = folder.ancestors().find(|part| part.is_dir()).unwrap_or(folder).to_path_buf();
    let mut command = Command::new(program);
    command.arg(&folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // Explorer's code says nothing.
    let opened = command.status().is_ok_and(|status| status.success() || cfg!(windows));
    if !opened {
        teller.tell_blocking(Event::FolderNotOpened);
    }
}
