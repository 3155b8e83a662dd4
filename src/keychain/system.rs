//! The keychain of the operating system.

use std::sync::{Mutex, PoisonError};

use keyring::{Entry, Error};

use super::{Keychain, KeychainFault, SERVICE};
use crate::secret::Secret;

/// Secret Service on Linux and the BSDs, Keychain Services on macOS, Credential Manager on Windows.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemKeychain;

/// How the process is connected to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    /// As keyring connects by itself, once.
    First,
    /// By a connection that was made since.
    Renewed,
    /// Not, or no more.
    Broken,
}

static LINK: Mutex<Link> = Mutex::new(Link::First);

impl Keychain for SystemKeychain {
    fn read(&self, account: &str) -> Result<Option<Secret>, KeychainFault> {
        match entry(account)?.get_password() {
            Ok(value) => Ok(Some(Secret::new(value))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(fault(&error)),
        }
    }

    fn write(&self, account: &str, secret: &Secret) -> Result<(), KeychainFault> {
        entry(account)?.set_password(secret.reveal()).map_err(|error| fault(&error))
    }

    fn forget(&self, account: &str) -> Result<(), KeychainFault> {
        match entry(account)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(fault(&error)),
        }
    }
}

/// Connects where that has to be done, again where it failed before: a keychain may be started after us.
fn entry(account: &str) -> Result<Entry, KeychainFault> {
    let mut link = LINK.lock().unwrap_or_else(PoisonError::into_inner);
    if *link == Link::First {
        match Entry::store_status() {
            Ok(()) => return Entry::new(SERVICE, account).map_err(|error| fault(&error)),
            Err(error) => {
                *link = Link::Broken;
                return Err(KeychainFault::Absent(error.to_string()));
            }
        }
    }
    if *link == Link::Broken {
        connect().map_err(|error| KeychainFault::Absent(error.to_string()))?;
        *link = Link::Renewed;
    }
    renewed(account).map_err(|error| KeychainFault::Failed(error.to_string()))
}

#[cfg(all(unix, not(any(target_os = "macos", target_os = "ios", target_os = "android"))))]
fn connect() -> Result<(), Error> {
    keyring_core::set_default_store(zbus_secret_service_keyring_store::Store::new()?);
    Ok(())
}

#[cfg(all(unix, not(any(target_os = "macos", target_os = "ios", target_os = "android"))))]
fn renewed(account: &str) -> Result<Entry, Error> {
    Ok(Entry { inner: keyring_core::Entry::new(SERVICE, account)? })
}

/// Elsewhere there is no connection that could break.
#[cfg(not(all(unix, not(any(target_os = "macos", target_os = "ios", target_os = "android")))))]
fn connect() -> Result<(), Error> {
    Ok(())
}

#[cfg(not(all(unix, not(any(target_os = "macos", target_os = "ios", target_os = "android")))))]
fn renewed(account: &str) -> Result<Entry, Error> {
    Entry::new(SERVICE, account)
}

fn fault(error: &Error) -> KeychainFault {
    let said = error.to_string();
    match error {
        Error::NoStorageAccess(_) => KeychainFault::Locked(said),
        Error::PlatformFailure(_) => {
            // GNOME's says so where a new item is to go into a locked collection.
            if said.contains("Locked") || said.contains("locked") {
                return KeychainFault::Locked(said);
            }
            *LINK.lock().unwrap_or_else(PoisonError::into_inner) = Link::Broken;
            if said.contains("ServiceUnknown") || said.contains("NameHasNoOwner") {
                return KeychainFault::Absent(said);
            }
            KeychainFault::Failed(said)
        }
        Error::NoDefaultStore => KeychainFault::Absent(said),
        _ => KeychainFault::Failed(said),
    }
}
