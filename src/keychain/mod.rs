//! The system's keychain: where values of secrets live from one start to the next.
//!
//! Lives here: one trait over keychains, the system's own behind it (Secret Service, Keychain Services, Credential
//! Manager, by the keyring crate), and what can go wrong with it as data. Absent: threads and timeouts (a keychain may
//! ask its owner for a password and wait for ever; `engine` does the waiting), files, screens. Nothing here falls back
//! to a file: where there is no keychain, a secret lasts until the program ends.

mod system;

pub use system::SystemKeychain;

use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::secret::Secret;

/// The service under which everything of ours is filed.
pub const SERVICE: &str = "proconsul";

/// Somewhere to keep secrets. Every call may block for as long as its owner takes to answer a question.
pub trait Keychain: std::fmt::Debug + Send + Sync {
    /// The secret of an account; `None` if there is none.
    fn read(&self, account: &str) -> Result<Option<Secret>, KeychainFault>;
    /// Files a secret, in the place of an older one.
    fn write(&self, account: &str, secret: &Secret) -> Result<(), KeychainFault>;
    /// Forgets a secret; one that is not there is forgotten already.
    fn forget(&self, account: &str) -> Result<(), KeychainFault>;
}

/// Why a keychain did not do what it was asked for. Details are in the system's words (English).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeychainFault {
    /// Nobody keeps secrets on this machine.
    #[error("there is no keychain: {0}")]
    Absent(String),
    /// It is locked, and was not unlocked when it asked.
    #[error("the keychain is locked: {0}")]
    Locked(String),
    /// Anything else.
    #[error("the keychain failed: {0}")]
    Failed(String),
}

/// What is known of the keychain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum KeychainState {
    /// Nothing was asked of it yet.
    #[default]
    Unasked,
    /// It answers.
    Works,
    /// It was asked and has not answered for a while: it may be asking for a password in a window of its own.
    Waiting,
    /// There is none: secrets last until the program ends. Why, in the system's words.
    Absent(String),
    /// It is locked, and stayed so when it asked. In the system's words.
    Locked(String),
    /// It does not work. In the system's words.
    Failed(String),
}

impl From<&KeychainFault> for KeychainState {
    fn from(fault: &KeychainFault) -> Self {
        match fault {
            KeychainFault::Absent(why) => Self::Absent(why.clone()),
            KeychainFault::Locked(why) => Self::Locked(why.clone()),
            KeychainFault::Failed(why) => Self::Failed(why.clone()),
        }
    }
}

/// The account of a secret: which data folder (by a hash, so that two do not meet) and which number in it.
pub fn account(data_folder: &Path, number: u64) -> String {
    let whole = std::path::absolute(data_folder).unwrap_or_else(|_unnamed| data_folder.to_path_buf());
    let hash = Sha256::digest(whole.as_os_str().as_encoded_bytes());
    let folder = hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    format!("{folder}/{number}")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::account;

    #[test]
    fn accounts_tell_folders_and_numbers_apart() {
        let a = account(Path::new("/a"), 1);
        assert_eq!(a, account(Path::new("/a"), 1));
        assert_ne!(a, account(Path::new("/a"), 2));
        assert_ne!(a, account(Path::new("/b"), 1));
        assert!(a.ends_with("/1") && a.len() == 14, "{a}");
    }
}
